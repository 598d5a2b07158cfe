//! Whether a rule can work: what its engine refuses, found before anything starts.
//!
//! The engine names the first fault of a rule; here every pattern and every template is asked
//! about by itself, so that a file shows all of them at once, each in its place.

use std::collections::BTreeMap;

use crate::expect::{Answer, Deed, PatternKind, Rule, RuleSpec, Trigger};

use super::{error::MAX_ERRORS, options::is_match, value::shown};

/// Something that keeps a rule from working.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// The key at fault, such as `match`.
    pub(super) key: &'static str,
    /// Which part of its value.
    pub(super) part: Part,
    /// What is wrong and what to write.
    pub(super) message: String,
}

/// A part of the value of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// All of it.
    Whole,
    /// An element of a list.
    Element(usize),
    /// The value of a key of a table.
    Member(String),
    /// A key of a table.
    Key(String),
}

/// Returns everything that keeps a rule from working, apart from an answer that is missing: that
/// is a matter of the keys, and reported with them. Of a rule whose keys contradict each other
/// only patterns and templates are looked at.
pub(super) fn check_rule(
    rule: &RuleSpec,
    vars: &BTreeMap<String, String>,
    is_contradicted: bool,
) -> Vec<Fault> {
    let whole = if is_contradicted {
        Ok(())
    } else {
        let is_empty = match &rule.answer {
            Answer::None => rule.deeds.is_empty(),
            Answer::Send(texts) => texts.is_empty(),
            Answer::Keys(keys) => keys.is_empty(),
            _ => false,
        };
        let rule = if is_empty {
            &without_action(rule)
        } else {
            rule
        };
        Rule::compile(rule, vars).map(drop)
    };
    let mut faults = check_patterns(rule);
    if faults.is_empty() {
        faults = check_templates(rule, vars);
    }
    match whole {
        Err(error) if faults.is_empty() => vec![Fault {
            key: error.key,
            part: error.index.map_or(Part::Whole, Part::Element),
            message: error.message,
        }],
        _ => faults,
    }
}

/// Says what is wrong with a pattern, if anything.
pub(super) fn check_pattern(text: &str, kind: PatternKind, nocase: bool) -> Result<(), String> {
    let alone = RuleSpec {
        trigger: Trigger::Match(vec![text.to_owned()]),
        kind,
        nocase,
        deeds: vec![Deed::Disarm],
        ..RuleSpec::default()
    };
    Rule::compile(&alone, &BTreeMap::new())
        .map(drop)
        .map_err(|error| error.message)
}

fn check_patterns(rule: &RuleSpec) -> Vec<Fault> {
    let mut patterns = Vec::new();
    if let Trigger::Match(texts) = &rule.trigger {
        let element = |(index, text)| ("match", Part::Element(index), text);
        patterns.extend(texts.iter().enumerate().map(element));
    }
    patterns.extend(
        rule.context
            .iter()
            .map(|text| ("context", Part::Whole, text)),
    );
    patterns.extend(rule.not.iter().map(|text| ("not", Part::Whole, text)));
    let fault = |(key, part, text): (_, _, &String)| {
        let message = check_pattern(text, rule.kind, rule.nocase).err()?;
        Some(Fault { key, part, message })
    };
    patterns.into_iter().filter_map(fault).collect()
}

/// A text of a rule that is filled in.
struct Filled {
    key: &'static str,
    part: Part,
    text: String,
}

fn check_templates(rule: &RuleSpec, vars: &BTreeMap<String, String>) -> Vec<Fault> {
    let mut templates = templates(rule);
    let mut alone = RuleSpec {
        trigger: rule.trigger.clone(),
        kind: rule.kind,
        nocase: rule.nocase,
        ..RuleSpec::default()
    };
    let mut faults = Vec::new();
    while !templates.is_empty() && faults.len() < MAX_ERRORS {
        let texts = templates.iter().map(|template| template.text.clone());
        alone.answer = Answer::Send(texts.collect());
        let Err(error) = Rule::compile(&alone, vars) else {
            break;
        };
        let Some(index) = error.index.filter(|_| error.key == "send") else {
            break;
        };
        let Filled { key, part, .. } = templates.remove(index);
        let message = match &part {
            Part::Key(capture) => format!(
                "{} is no group of every pattern of this rule; write the number or the name of one",
                shown(capture)
            ),
            _ => error.message,
        };
        faults.push(Fault { key, part, message });
    }
    faults
}

/// Returns the templates of a rule, and each group that it names as the template for it.
fn templates(rule: &RuleSpec) -> Vec<Filled> {
    let mut templates = Vec::new();
    let mut add = |key, part, text: &str| {
        templates.push(Filled {
            key,
            part,
            text: text.to_owned(),
        });
    };
    match &rule.answer {
        Answer::Send(texts) => {
            for (index, text) in texts.iter().enumerate() {
                add("send", Part::Element(index), text);
            }
        }
        Answer::Sequence(sequence) => {
            let member = |name: &str| Part::Member(name.to_owned());
            add("sequence", member("by"), &sequence.by);
            for (name, text) in &sequence.answers {
                add("sequence", member(name), text);
            }
            if let Some(text) = &sequence.default {
                add("sequence", member("default"), text);
            }
        }
        _ => {}
    }
    for (index, deed) in rule.deeds.iter().enumerate() {
        let texts = match deed {
            Deed::Notify(text) | Deed::Log(text) => std::slice::from_ref(text),
            Deed::Run(arguments) => arguments,
            _ => &[],
        };
        for text in texts {
            add("do", Part::Element(index), text);
        }
    }
    // Without a match there are no groups at all, which is a matter of the keys.
    let equals = is_match(rule).then_some(&rule.equals);
    for (capture, text) in equals.into_iter().flatten() {
        // A name with braces would be read as something else.
        let is_one = !capture.contains(['{', '}']);
        let named = if is_one { capture.as_str() } else { "" };
        add(
            "equals",
            Part::Key(capture.clone()),
            &format!("{{{named}}}"),
        );
        add("equals", Part::Member(capture.clone()), text);
    }
    templates
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
    use crate::expect::Sequence;

    fn check(rule: RuleSpec, expected: &[(&str, Part)]) {
        let faults = check_rule(
            &rule,
            &BTreeMap::from([("who".to_owned(), "ada".to_owned())]),
            false,
        );
        let found: Vec<_> = faults
            .iter()
            .map(|fault| (fault.key, fault.part.clone()))
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
        let expected = [
            ("match", Part::Element(1)),
            ("match", Part::Element(2)),
            ("match", Part::Element(3)),
        ];
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
        check(send(&["{1}", "{2}"]), &[("send", Part::Element(1))]);
        check(send(&["{var.nobody}"]), &[("send", Part::Element(0))]);
        let deeds = vec![Deed::Disarm, Deed::Notify("{other}".to_owned())];
        let told = RuleSpec {
            deeds,
            ..rule(&["a"], Answer::None)
        };
        check(told, &[("do", Part::Element(1))]);
    }

    #[test]
    fn patterns_and_templates_around_the_match_are_checked() {
        let around = RuleSpec {
            context: Some("(".to_owned()),
            not: Some("x*".to_owned()),
            ..rule(&["a"], Answer::Eof)
        };
        check(around, &[("context", Part::Whole), ("not", Part::Whole)]);
        let equal = |capture: &str, text: &str| RuleSpec {
            equals: BTreeMap::from([(capture.to_owned(), text.to_owned())]),
            ..rule(&["(a)(?<b>c)"], Answer::Eof)
        };
        check(equal("1", "{2}{var.who}"), &[]);
        check(equal("b", "{{"), &[]);
        for name in ["3", "c", "", "{b}", "b}{b"] {
            check(equal(name, ""), &[("equals", Part::Key(name.to_owned()))]);
        }
        check(
            equal("b", "{c}"),
            &[("equals", Part::Member("b".to_owned()))],
        );
        let sequence = Answer::Sequence(Sequence {
            by: "{3}".to_owned(),
            answers: BTreeMap::from([("x".to_owned(), "{var.nobody}".to_owned())]),
            default: Some("{".to_owned()),
        });
        let member = |name: &str| ("sequence", Part::Member(name.to_owned()));
        let expected = [member("by"), member("x"), member("default")];
        check(rule(&["(a)"], sequence), &expected);
        let told = RuleSpec {
            deeds: vec![
                Deed::Log("{1}".to_owned()),
                Deed::Run(["ls", "{0}", "{2}"].map(str::to_owned).into()),
            ],
            ..rule(&["a"], Answer::None)
        };
        let element = |index| ("do", Part::Element(index));
        check(told, &[element(0), element(1)]);
    }

    #[test]
    fn missing_actions_are_not_its_matter() {
        for answer in [Answer::None, Answer::Send(vec![]), Answer::Keys(vec![])] {
            check(rule(&["a"], answer), &[]);
        }
    }
}
