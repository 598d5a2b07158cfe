//! The states of rulesets: which rules look, and since when.

use std::time::Instant;

use super::rule::Rule;

/// The rulesets of a pane.
#[derive(Debug)]
pub(super) struct States {
    rulesets: Vec<Ruleset>,
    /// For each rule, its ruleset's index.
    of: Vec<usize>,
}

/// A ruleset at work.
#[derive(Debug)]
struct Ruleset {
    name: String,
    start: String,
    state: String,
    entered: Instant,
}

impl States {
    /// Returns the rulesets of `rules`, each in its first state.
    pub(super) fn new(rules: &[Rule], now: Instant) -> States {
        let mut rulesets: Vec<Ruleset> = Vec::new();
        let of = rules.iter().map(|rule| {
            let spec = &rule.spec;
            let known = rulesets.iter().position(|set| set.name == spec.ruleset);
            known.unwrap_or_else(|| {
                rulesets.push(Ruleset {
                    name: spec.ruleset.clone(),
                    start: spec.start.clone(),
                    state: spec.start.clone(),
                    entered: now,
                });
                rulesets.len() - 1
            })
        });
        let of = of.collect();
        States { rulesets, of }
    }

    /// Enters every first state.
    pub(super) fn restart(&mut self, now: Instant) {
        for ruleset in &mut self.rulesets {
            ruleset.state.clone_from(&ruleset.start);
            ruleset.entered = now;
        }
    }

    /// Goes on where the rulesets of the same names were, as far as `rules`, whose states these are,
    /// still know the state.
    pub(super) fn take_over(&mut self, old: States, rules: &[Rule]) {
        for old in old.rulesets {
            let Some(index) = self.rulesets.iter().position(|set| set.name == old.name) else {
                continue;
            };
            let members = (0..rules.len()).filter(|&rule| self.of[rule] == index);
            let names = |rule: usize| {
                let spec = &rules[rule].spec;
                spec.states
                    .iter()
                    .chain(&spec.goto)
                    .any(|s| *s == old.state)
            };
            let is_known =
                self.rulesets[index].start == old.state || members.into_iter().any(names);
            if is_known {
                self.rulesets[index].state = old.state;
                self.rulesets[index].entered = old.entered;
            }
        }
    }

    /// Returns the state that a rule's ruleset is in.
    pub(super) fn state(&self, rule: usize) -> &str {
        &self.rulesets[self.of[rule]].state
    }

    /// Returns when that state was entered.
    pub(super) fn entered(&self, rule: usize) -> Instant {
        self.rulesets[self.of[rule]].entered
    }

    /// Returns whether a rule looks in the present state.
    pub(super) fn is_active(&self, rules: &[Rule], rule: usize) -> bool {
        let wanted = &rules[rule].spec.states;
        wanted.is_empty() || wanted.iter().any(|state| state == self.state(rule))
    }

    /// Has the ruleset of `rule` enter a state; returns the rules of that ruleset, and whether
    /// each looked before.
    pub(super) fn enter(
        &mut self,
        rules: &[Rule],
        rule: usize,
        state: &str,
        now: Instant,
    ) -> Vec<(usize, bool)> {
        let ruleset = self.of[rule];
        let members = (0..rules.len()).filter(|&index| self.of[index] == ruleset);
        let members = members
            .map(|index| (index, self.is_active(rules, index)))
            .collect();
        self.rulesets[ruleset].state = state.to_owned();
        self.rulesets[ruleset].entered = now;
        members
    }
}
