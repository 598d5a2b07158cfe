//! The rules of one ruleset together: states that cannot be entered, rules that can never act,
//! loops that would only end in a disarmed pane.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    time::Duration,
};

use crate::expect::{RuleSpec, Trigger};

use super::{
    check::Part,
    entry::Entry,
    error::Problems,
    options::is_match,
    rule::place_of,
    schema::nearest,
    section::Section,
    value::{self, shown},
};

/// A rule with the tables that its keys come from.
pub(super) struct Written<'r, 't> {
    pub(super) rule: RuleSpec,
    /// The place of its own table.
    pub(super) place: Range<usize>,
    /// Its own table, its ruleset's and the file's defaults.
    pub(super) sections: [Option<&'r Section<'t>>; 3],
}

impl Written<'_, '_> {
    fn place_of(&self, key: &'static str, part: &Part) -> Range<usize> {
        place_of(self.sections, key, part).unwrap_or(self.place.clone())
    }
}

/// Reports what is wrong with the rules of a ruleset together; `start` is its key, if it has it.
pub(super) fn check_rules(
    start: Option<Entry<'_>>,
    rules: &[Written<'_, '_>],
    problems: &mut Problems,
) {
    check_states(start, rules, problems);
    check_twins(rules, problems);
    for written in rules {
        check_loop(written, problems);
    }
}

fn check_states(start: Option<Entry<'_>>, rules: &[Written<'_, '_>], problems: &mut Problems) {
    let first_with_states = rules
        .iter()
        .find(|written| !written.rule.states.is_empty() || written.rule.goto.is_some());
    let (start, written) = match (start, first_with_states) {
        (None, None) => return,
        (None, Some(written)) => {
            let key = if written.rule.states.is_empty() {
                "goto"
            } else {
                "in"
            };
            let place = written.place_of(key, &Part::Whole);
            let message = "this ruleset has states and no first one; add start = \"STATE\" to its [[ruleset]]";
            problems.add(place, message);
            return;
        }
        (Some(start), None) => {
            let message = "'start' is for rulesets whose rules have 'in' or 'goto'; remove it";
            problems.add(start.place(), message);
            return;
        }
        (Some(start), Some(_)) => (start, rules),
    };
    // Of a name that is none, nothing follows.
    let Some(first) = start.as_str().filter(|name| value::name(name).is_ok()) else {
        return;
    };
    let states = || written.iter().flat_map(|written| &written.rule.states);
    let looks_everywhere = written.iter().any(|written| written.rule.states.is_empty());
    if !looks_everywhere && states().all(|state| state != first) {
        let known = states().map(|state| (state.as_str(), state.as_str()));
        let hint = match nearest(first, known) {
            Some(near) => format!("did you mean '{near}'?"),
            None => format!("write in = \"{first}\" in one"),
        };
        let message = format!("no rule looks in the first state {}; {hint}", shown(first));
        start.refuse(problems, message);
        return;
    }
    let entered: BTreeSet<&str> = written
        .iter()
        .filter_map(|written| written.rule.goto.as_deref())
        .chain([first])
        .collect();
    let reached = reached(first, written);
    for written in written {
        for (index, state) in written.rule.states.iter().enumerate() {
            let message = if !entered.contains(state.as_str()) {
                let hint = match nearest(state, entered.iter().map(|name| (*name, *name))) {
                    Some(near) => format!("did you mean '{near}'?"),
                    None => format!("add goto = \"{state}\" to the rule that leads to it"),
                };
                format!("no rule goes to the state {}; {hint}", shown(state))
            } else if !reached.contains(state.as_str()) {
                format!(
                    "the state {} is never reached: every rule with goto = \"{state}\" looks only in states that are not reached either; change the 'in' of one",
                    shown(state)
                )
            } else {
                continue;
            };
            problems.add(written.place_of("in", &Part::Element(index)), message);
        }
    }
}

/// Returns the states that the rules can lead to from the first one.
fn reached<'r>(first: &'r str, rules: &'r [Written<'_, '_>]) -> BTreeSet<&'r str> {
    let mut next: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut waiting = vec![first];
    for Written { rule, .. } in rules {
        let Some(goto) = &rule.goto else {
            continue;
        };
        if rule.states.is_empty() {
            waiting.push(goto);
        }
        for state in &rule.states {
            next.entry(state).or_default().push(goto);
        }
    }
    let mut reached = BTreeSet::new();
    while let Some(state) = waiting.pop() {
        if reached.insert(state) {
            waiting.extend(next.get(state).into_iter().flatten());
        }
    }
    reached
}

/// Reports a rule that looks for the same as another one, which always acts before it.
fn check_twins(rules: &[Written<'_, '_>], problems: &mut Problems) {
    let mut seen: BTreeMap<String, &Written<'_, '_>> = BTreeMap::new();
    for written in rules.iter().filter(|written| is_match(&written.rule)) {
        let other = match seen.entry(conditions(&written.rule)) {
            std::collections::btree_map::Entry::Vacant(vacant) => {
                vacant.insert(written);
                continue;
            }
            std::collections::btree_map::Entry::Occupied(occupied) => *occupied.get(),
        };
        let (winner, loser) = if written.rule.priority > other.rule.priority {
            (written, other)
        } else {
            (other, written)
        };
        // Once a rule is spent, or while it waits, the other one has its turn.
        if winner.rule.max.is_none() && winner.rule.cooldown == Duration::ZERO {
            let message = format!(
                "this rule never acts: '{}' looks for the same and acts first; give them different conditions, or make it one rule",
                winner.rule.name
            );
            problems.add(loser.place_of("match", &Part::Whole), message);
        }
    }
}

/// Returns everything that decides whether a rule looks and matches.
fn conditions(rule: &RuleSpec) -> String {
    format!(
        "{:?}",
        (
            (
                &rule.trigger,
                rule.kind,
                rule.nocase,
                rule.view,
                rule.region
            ),
            (
                rule.window,
                rule.stable,
                &rule.states,
                &rule.context,
                &rule.not
            ),
            (&rule.equals, rule.otherwise, rule.echo, &rule.foreground),
        )
    )
}

/// Reports a timeout that leads back to where it looks, faster than its limit allows.
fn check_loop(written: &Written<'_, '_>, problems: &mut Problems) {
    const MINUTE: Duration = Duration::from_secs(60);

    let rule = &written.rule;
    let (Trigger::Timeout(after), Some(goto)) = (&rule.trigger, &rule.goto) else {
        return;
    };
    let comes_back = rule.states.is_empty() || rule.states.contains(goto);
    let each = (*after).max(rule.cooldown);
    let is_over = each.saturating_mul(rule.per_minute) < MINUTE;
    if comes_back && is_over && rule.max.is_none_or(|max| max > rule.per_minute) {
        let message = format!(
            "this rule enters the state '{goto}' again and again, more often than its per_minute = {} allows, so the pane would be disarmed; make 'after' longer",
            rule.per_minute
        );
        problems.add(written.place_of("after", &Part::Whole), message);
    }
}
