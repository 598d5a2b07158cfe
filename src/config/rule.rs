//! `[[ruleset]]` and `[[ruleset.rule]]`: defaults filled in, contradictions found.
//!
//! A rule's own key wins over its ruleset's, that over `[defaults.rule]`, that over the built-in
//! default, which is `RuleSpec::default()`. Whether a pattern compiles is asked of `check`.

use std::{collections::BTreeMap, time::Duration};

use crate::expect::{Answer, Deed, PatternKind, RuleSpec, Trigger, View};

use super::{
    Ruleset,
    answer::{ANSWERS, read_answer, read_deeds},
    check::check_rule,
    entry::Entry,
    error::Problems,
    schema,
    section::Section,
    trigger::read_trigger,
    value::{self, shown},
};

/// The largest `window` of a rule, in bytes: every pane keeps that much output for its rules.
pub const MAX_WINDOW: u64 = 4 * 1024 * 1024;

/// The keys that say how patterns are matched.
const OF_MATCH: &[&str] = &["kind", "nocase", "view", "window", "stable"];

/// Reads every ruleset.
pub(super) fn read_rulesets(
    entry: Option<Entry<'_>>,
    defaults: Option<&Section<'_>>,
    vars: &BTreeMap<String, String>,
    problems: &mut Problems,
) -> Vec<Ruleset> {
    let default_options = defaults
        .map(|section| RuleOptions::read(section, problems))
        .unwrap_or_default();
    let sections = entry.map(|entry| entry.sections(&schema::RULESET, problems));
    let mut rulesets: Vec<Ruleset> = Vec::new();
    for section in sections.unwrap_or_default() {
        let name = read_name(&section, problems, |name| {
            rulesets.iter().any(|ruleset| ruleset.name == name)
        });
        if section.get("name").is_none() {
            section.lacks(
                problems,
                "this ruleset has no name; panes use it by its 'name'",
            );
        }
        let reader = RuleReader {
            ruleset: name.clone().unwrap_or_default(),
            options: RuleOptions::read(&section, problems).over(&default_options),
            outer: [Some(&section), defaults],
            vars,
        };
        let rules = section.get("rule");
        let rules = rules.map(|entry| reader.rules(entry, problems));
        // A nameless ruleset stays out: its rules were read for their errors alone.
        if let Some(name) = name {
            rulesets.push(Ruleset {
                name,
                rules: rules.unwrap_or_default(),
            });
        }
    }
    rulesets
}

/// The keys that a rule may get from its ruleset and the file's defaults.
#[derive(Clone, Default)]
struct RuleOptions {
    kind: Option<PatternKind>,
    nocase: Option<bool>,
    view: Option<View>,
    window: Option<usize>,
    stable: Option<Duration>,
    priority: Option<i32>,
    answer: Option<Answer>,
    deeds: Option<Vec<Deed>>,
    newline: Option<String>,
    /// `once` and `max`; the inner `None` is `once = false`.
    limit: Option<Option<u32>>,
    cooldown: Option<Duration>,
    per_minute: Option<u32>,
}

impl RuleOptions {
    fn read(section: &Section<'_>, problems: &mut Problems) -> RuleOptions {
        let entry = |key| section.get_if_known(key);
        RuleOptions {
            kind: entry("kind").and_then(|entry| {
                let words = [("regex", PatternKind::Regex), ("exact", PatternKind::Exact)];
                entry.choice(&words, &["glob"], problems)
            }),
            nocase: entry("nocase").and_then(|entry| entry.boolean(problems)),
            view: entry("view").and_then(|entry| {
                let words = [
                    ("prompt", View::Prompt),
                    ("line", View::Line),
                    ("stream", View::Stream),
                ];
                entry.choice(&words, &["screen", "raw"], problems)
            }),
            window: entry("window").and_then(|entry| read_window(entry, problems)),
            stable: entry("stable").and_then(|entry| entry.duration(problems)),
            priority: entry("priority")
                .and_then(|entry| entry.number(i32::MIN..=i32::MAX, problems)),
            answer: read_answer(section, problems),
            deeds: entry("do").and_then(|entry| read_deeds(entry, problems)),
            newline: entry("newline")
                .and_then(|entry| entry.string(problems))
                .map(str::to_owned),
            limit: read_limit(section, problems),
            cooldown: entry("cooldown").and_then(|entry| entry.duration(problems)),
            per_minute: entry("per_minute").and_then(|entry| entry.number(1..=u32::MAX, problems)),
        }
    }

    /// Returns these options, and those of `base` where there are none.
    fn over(self, base: &RuleOptions) -> RuleOptions {
        let base = base.clone();
        RuleOptions {
            kind: self.kind.or(base.kind),
            nocase: self.nocase.or(base.nocase),
            view: self.view.or(base.view),
            window: self.window.or(base.window),
            stable: self.stable.or(base.stable),
            priority: self.priority.or(base.priority),
            answer: self.answer.or(base.answer),
            deeds: self.deeds.or(base.deeds),
            newline: self.newline.or(base.newline),
            limit: self.limit.or(base.limit),
            cooldown: self.cooldown.or(base.cooldown),
            per_minute: self.per_minute.or(base.per_minute),
        }
    }
}

/// What the rules of one ruleset have in common.
struct RuleReader<'r, 't> {
    ruleset: String,
    options: RuleOptions,
    /// Where a rule's keys may come from besides itself, nearest first.
    outer: [Option<&'r Section<'t>>; 2],
    vars: &'r BTreeMap<String, String>,
}

impl RuleReader<'_, '_> {
    fn rules(&self, entry: Entry<'_>, problems: &mut Problems) -> Vec<RuleSpec> {
        let mut rules: Vec<RuleSpec> = Vec::new();
        let sections = entry.sections(&schema::RULE, problems);
        for (index, section) in sections.iter().enumerate() {
            let name = read_name(section, problems, |name| {
                rules.iter().any(|rule| rule.name == name)
            });
            let name = name.unwrap_or_else(|| format!("rule-{}", index + 1));
            if let Some(rule) = self.rule(name, section, problems) {
                rules.push(rule);
            }
        }
        rules
    }

    fn rule(
        &self,
        name: String,
        section: &Section<'_>,
        problems: &mut Problems,
    ) -> Option<RuleSpec> {
        let trigger = read_trigger(section, problems);
        let options = RuleOptions::read(section, problems).over(&self.options);
        let default = RuleSpec::default();
        let trigger = trigger?;
        // Nothing can be sent after the end, so the ruleset's answer is not for such a rule.
        let answer = match trigger {
            Trigger::Eof => default.answer,
            _ => options.answer.unwrap_or(default.answer),
        };
        let rule = RuleSpec {
            ruleset: self.ruleset.clone(),
            name,
            trigger,
            kind: options.kind.unwrap_or(default.kind),
            nocase: options.nocase.unwrap_or(default.nocase),
            view: options.view.unwrap_or(default.view),
            window: options.window.unwrap_or(default.window),
            stable: options.stable.unwrap_or(default.stable),
            priority: options.priority.unwrap_or(default.priority),
            answer,
            deeds: options.deeds.unwrap_or(default.deeds),
            newline: options.newline.unwrap_or(default.newline),
            max: options.limit.unwrap_or(default.max),
            cooldown: options.cooldown.unwrap_or(default.cooldown),
            per_minute: options.per_minute.unwrap_or(default.per_minute),
        };
        refuse_contradictions(&rule, section, problems);
        for fault in check_rule(&rule, self.vars) {
            let sections = [Some(section), self.outer[0], self.outer[1]];
            let entry = sections
                .into_iter()
                .flatten()
                .find_map(|section| section.get_if_known(fault.key));
            let place = match (entry, fault.index) {
                (Some(entry), Some(index)) => entry.element_place(index),
                (Some(entry), None) => entry.value_place(),
                (None, _) => section.place.clone(),
            };
            problems.add(place, fault.message);
        }
        Some(rule)
    }
}

/// Reports keys of a rule that cannot have an effect together, and rules without one.
fn refuse_contradictions(rule: &RuleSpec, section: &Section<'_>, problems: &mut Problems) {
    let is_match = matches!(rule.trigger, Trigger::Match(_));
    if !is_match {
        for entry in section.present(OF_MATCH) {
            let message = format!(
                "'{}' is only for rules with 'match'; remove it",
                entry.key()
            );
            problems.add(entry.place(), message);
        }
    }
    if let Some(entry) = section.get("window").filter(|_| is_match)
        && rule.view != View::Stream
    {
        problems.add(
            entry.place(),
            "'window' is only for view = \"stream\"; add that or remove it",
        );
    }
    let answers = section.present(ANSWERS);
    if rule.trigger == Trigger::Eof
        && let Some(entry) = answers.first()
    {
        problems.add(
            entry.place(),
            "nothing can be sent once the output has ended; use 'do'",
        );
    }
    if let Some(entry) = section.get("newline")
        && !matches!(rule.answer, Answer::Send(_))
    {
        problems.add(entry.place(), "'newline' is only for 'send'; remove it");
    }
    if rule.answer == Answer::None
        && rule.deeds.is_empty()
        && answers.is_empty()
        && section
            .get("do")
            .is_none_or(|entry| entry.elements().is_empty())
    {
        section.lacks(
            problems,
            "this rule does nothing; add one of 'send', 'keys', 'eof' and 'signal', or 'do'",
        );
    }
}

fn read_limit(section: &Section<'_>, problems: &mut Problems) -> Option<Option<u32>> {
    let entries = section.present(&["once", "max"]);
    if let [_, second] = entries[..] {
        problems.add(
            second.place(),
            "'once' is the same as max = 1; keep one of the two",
        );
    }
    let entry = entries.first()?;
    if entry.key() == "once" {
        return Some(entry.boolean(problems)?.then_some(1));
    }
    Some(Some(entry.number(1..=u32::MAX, problems)?))
}

fn read_window(entry: Entry<'_>, problems: &mut Problems) -> Option<usize> {
    let bytes = if entry.is_integer() {
        return entry.number(1..=MAX_WINDOW as usize, problems);
    } else {
        entry.parsed(problems, value::bytes)?
    };
    if !(1..=MAX_WINDOW).contains(&bytes) {
        entry.refuse(problems, "'window' must be between 1 byte and 4 MiB");
        return None;
    }
    usize::try_from(bytes).ok()
}

/// Reads the name of a ruleset or a rule, which must not be `taken`.
fn read_name(
    section: &Section<'_>,
    problems: &mut Problems,
    taken: impl Fn(&str) -> bool,
) -> Option<String> {
    let entry = section.get("name")?;
    entry.parsed(problems, |name| {
        let allowed = |c: u8| c.is_ascii_alphanumeric() || b"._-".contains(&c);
        if !(1..=64).contains(&name.len()) || !name.bytes().all(allowed) {
            return Err(format!(
                "{} is not a name; use 1 to 64 letters, digits, '.', '_' or '-'",
                shown(name)
            ));
        }
        if taken(name) {
            return Err(format!("the name {} is taken; choose another", shown(name)));
        }
        Ok(name.to_owned())
    })
}
