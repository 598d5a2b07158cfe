//! `[[ruleset]]` and `[[ruleset.rule]]`: defaults filled in, everything wrong found.
//!
//! A rule's own key wins over its ruleset's, that over `[defaults.rule]`, that over the built-in
//! default, which is `RuleSpec::default()`. The keys are read in `options`, `trigger` and
//! `answer`; `contradiction`, `check` and `states` say which of them cannot work.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use crate::expect::{Deed, RuleSpec};

use super::{
    Ruleset,
    check::{Part, check_rule},
    contradiction::refuse_contradictions,
    entry::{Entry, Placed},
    error::Problems,
    options::RuleOptions,
    schema,
    secret::Secrets,
    section::Section,
    states::{Written, check_rules},
    trigger::read_trigger,
    value::{self, shown},
};

/// What rules may refer to and do.
pub(super) struct Scope<'s> {
    /// Values of `{var.NAME}`.
    pub(super) vars: &'s BTreeMap<String, String>,
    /// The secrets that rules may name; `None` for rules of the library, which may name any.
    pub(super) secrets: Option<&'s Secrets>,
    /// Whether rules may run commands.
    pub(super) allow_run: bool,
}

impl Scope<'_> {
    /// Reads the name of a secret.
    pub(super) fn secret(&self, name: &str) -> Result<String, String> {
        match self.secrets {
            Some(secrets) => secrets.refuse_unknown(name).map(|()| name.to_owned()),
            None => value::name(name),
        }
    }
}

/// The rulesets of a file.
#[derive(Default)]
pub(super) struct Rulesets {
    /// Those with a name.
    pub(super) rulesets: Vec<Ruleset>,
    /// The panes that rules arm. They are read after the rules.
    pub(super) armed: Vec<Placed<String>>,
}

/// Reads every ruleset.
pub(super) fn read_rulesets(
    entry: Option<Entry<'_>>,
    defaults: Option<&Section<'_>>,
    scope: &Scope<'_>,
    problems: &mut Problems,
) -> Rulesets {
    let default_options = defaults
        .map(|section| RuleOptions::read(section, scope, problems))
        .unwrap_or_default();
    let sections = entry.map(|entry| entry.sections(&schema::RULESET, problems));
    let mut names = BTreeSet::new();
    let mut read = Rulesets::default();
    for section in sections.unwrap_or_default() {
        let name = read_name(&section, &mut names, problems);
        if section.get("name").is_none() {
            section.lacks(
                problems,
                "this ruleset has no name; panes use it by its 'name'",
            );
        }
        let start = section.get("start").and_then(|entry| entry.name(problems));
        let reader = RuleReader {
            ruleset: name.clone().unwrap_or_default(),
            start: start.unwrap_or_default(),
            options: RuleOptions::read(&section, scope, problems).over(&default_options),
            outer: [Some(&section), defaults],
            scope,
        };
        let rules = section.get("rule");
        let rules = rules.map(|entry| reader.rules(entry, &mut read.armed, problems));
        // A nameless ruleset stays out: its rules were read for their errors alone.
        if let Some(name) = name {
            read.rulesets.push(Ruleset {
                name,
                rules: rules.unwrap_or_default(),
            });
        }
    }
    read
}

/// What the rules of one ruleset have in common.
struct RuleReader<'r, 't> {
    ruleset: String,
    start: String,
    options: RuleOptions,
    /// Where a rule's keys may come from besides itself, nearest first.
    outer: [Option<&'r Section<'t>>; 2],
    scope: &'r Scope<'r>,
}

impl RuleReader<'_, '_> {
    fn rules(
        &self,
        entry: Entry<'_>,
        armed: &mut Vec<Placed<String>>,
        problems: &mut Problems,
    ) -> Vec<RuleSpec> {
        let sections = entry.sections(&schema::RULE, problems);
        let mut names = BTreeSet::new();
        let mut written = Vec::new();
        for (index, section) in sections.iter().enumerate() {
            let name = read_name(section, &mut names, problems);
            let name = name.unwrap_or_else(|| format!("rule-{}", index + 1));
            if let Some(rule) = self.rule(name, section, armed, problems) {
                written.push(Written {
                    rule,
                    place: section.place.clone(),
                    sections: [Some(section), self.outer[0], self.outer[1]],
                });
            }
        }
        // A rule that could not be read may be the one that another one misses.
        if written.len() == sections.len() {
            let start = self.outer[0].and_then(|section| section.get("start"));
            check_rules(start, &written, problems);
        }
        written.into_iter().map(|written| written.rule).collect()
    }

    fn rule(
        &self,
        name: String,
        section: &Section<'_>,
        armed: &mut Vec<Placed<String>>,
        problems: &mut Problems,
    ) -> Option<RuleSpec> {
        let trigger = read_trigger(section, problems);
        let options = RuleOptions::read(section, self.scope, problems).over(&self.options);
        for deed in options.deeds.iter().flatten() {
            if let Deed::Arm(pane) = &deed.value {
                armed.push(Placed {
                    value: pane.clone(),
                    place: deed.place.clone(),
                });
            }
        }
        let named = RuleSpec {
            ruleset: self.ruleset.clone(),
            start: self.start.clone(),
            name,
            trigger: trigger?,
            ..RuleSpec::default()
        };
        let rule = options.rule(named, section);
        let count = problems.count();
        refuse_contradictions(&rule, section, problems);
        let is_contradicted = problems.count() > count;
        for fault in check_rule(&rule, self.scope.vars, is_contradicted) {
            let sections = [Some(section), self.outer[0], self.outer[1]];
            let place = place_of(sections, fault.key, &fault.part);
            problems.add(place.unwrap_or(section.place.clone()), fault.message);
        }
        Some(rule)
    }
}

/// Returns the place of a part of a key's value, in the first of the tables that has the key.
pub(super) fn place_of(
    sections: [Option<&Section<'_>>; 3],
    key: &'static str,
    part: &Part,
) -> Option<Range<usize>> {
    let mut sections = sections.into_iter().flatten();
    let entry = sections.find_map(|section| section.get_if_known(key))?;
    let member = |name: &str| entry.member(name).unwrap_or(entry);
    Some(match part {
        Part::Whole => entry.value_place(),
        Part::Element(index) => entry.element_place(*index),
        Part::Member(name) => member(name).value_place(),
        Part::Key(name) => member(name).place(),
    })
}

/// Reads the name of a ruleset or a rule, which must not be one of `taken`.
fn read_name(
    section: &Section<'_>,
    taken: &mut BTreeSet<String>,
    problems: &mut Problems,
) -> Option<String> {
    let entry = section.get("name")?;
    entry.parsed(problems, |name| {
        let name = value::name(name)?;
        if !taken.insert(name.clone()) {
            return Err(format!(
                "the name {} is taken; choose another",
                shown(&name)
            ));
        }
        Ok(name)
    })
}
