//! Whether a rule can work: what its engine refuses, found before anything starts.
//!
//! The engine names the first fault of a rule; here every pattern is asked about by itself, so
//! that a file shows all of them at once.

use std::collections::BTreeMap;

use crate::expect::{Answer, Deed, Rule, RuleError, RuleSpec, Trigger};

/// Returns everything that keeps a rule from working, apart from an answer that is missing: that
/// is a matter of the keys, and reported with them.
pub(super) fn check_rule(rule: &RuleSpec, vars: &BTreeMap<String, String>) -> Vec<RuleError> {
    let faults = check_patterns(rule, vars);
    if !faults.is_empty() {
        return faults;
    }
    let is_empty = match &rule.answer {
        Answer::None => rule.deeds.is_empty(),
        Answer::Send(texts) => texts.is_empty(),
        Answer::Keys(keys) => keys.is_empty(),
        Answer::Eof | Answer::Signal(_) => false,
    };
    let compiled = if is_empty {
        Rule::compile(&without_action(rule), vars)
    } else {
        Rule::compile(rule, vars)
    };
    compiled.err().into_iter().collect()
}

fn check_patterns(rule: &RuleSpec, vars: &BTreeMap<String, String>) -> Vec<RuleError> {
    let Trigger::Match(patterns) = &rule.trigger else {
        return Vec::new();
    };
    let mut alone = without_action(rule);
    let mut faults = Vec::new();
    for (index, pattern) in patterns.iter().enumerate() {
        alone.trigger = Trigger::Match(vec![pattern.clone()]);
        if let Err(fault) = Rule::compile(&alone, vars)
            && fault.key == "match"
        {
            faults.push(RuleError {
                index: Some(index),
                ..fault
            });
        }
    }
    faults
}

/// Returns the rule with a harmless action that refers to nothing.
fn without_action(rule: &RuleSpec) -> RuleSpec {
    RuleSpec {
        answer: Answer::None,
        deeds: vec![Deed::Disarm],
        ..rule.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rule: RuleSpec, expected: &[(&str, Option<usize>)]) {
        let faults = check_rule(
            &rule,
            &BTreeMap::from([("who".to_owned(), "ada".to_owned())]),
        );
        let found: Vec<_> = faults
            .iter()
            .map(|fault| (fault.key, fault.index))
            .collect();
        assert_eq!(found, expected, "{rule:?}");
    }

    fn rule(patterns: &[&str], answer: Answer) -> RuleSpec {
        let patterns = patterns.iter().map(|pattern| pattern.to_string());
        RuleSpec {
            trigger: Trigger::Match(patterns.collect()),
            answer,
            ..RuleSpec::default()
        }
    }

    #[test]
    fn every_bad_pattern_is_found() {
        let patterns = ["fine", "(foo", "x*", "y|"];
        let expected = [("match", Some(1)), ("match", Some(2)), ("match", Some(3))];
        check(rule(&patterns, Answer::Eof), &expected);
        check(rule(&["fine"], Answer::Eof), &[]);
    }

    #[test]
    fn templates_are_checked() {
        let send = |texts: &[&str]| {
            let texts = texts.iter().map(|text| text.to_string());
            rule(&["(a)"], Answer::Send(texts.collect()))
        };
        check(send(&["{0}{1}{var.who}{pane}{{"]), &[]);
        check(send(&["{1}", "{2}"]), &[("send", Some(1))]);
        check(send(&["{var.nobody}"]), &[("send", Some(0))]);
        let deeds = vec![Deed::Disarm, Deed::Notify("{other}".to_owned())];
        let told = RuleSpec {
            deeds,
            ..rule(&["a"], Answer::None)
        };
        check(told, &[("do", Some(1))]);
    }

    #[test]
    fn missing_actions_are_not_its_matter() {
        for answer in [Answer::None, Answer::Send(vec![]), Answer::Keys(vec![])] {
            check(rule(&["a"], answer), &[]);
        }
    }
}
