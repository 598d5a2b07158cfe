//! A rule, compiled and checked: everything that can be wrong with one is found here, at load.

use std::{collections::BTreeMap, ops::Range, time::Duration};

use super::{
    Answer, Deed, RuleSpec, Trigger, View,
    decision::{Action, Exit},
    pattern::Pattern,
    template::{Captured, Context, Names, Template},
};

/// The largest `window`, in bytes; each pane with such a rule keeps as much text.
pub const WINDOW_LIMIT: usize = 4 << 20;

/// Why a rule cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("rule '{rule}': {message}")]
pub struct RuleError {
    /// The rule's name.
    pub rule: String,
    /// The config key at fault, such as `match` or `send`.
    pub key: &'static str,
    /// Which pattern or answer of a list is at fault, from 0.
    pub index: Option<usize>,
    /// What is wrong and what to do about it, as one sentence without the rule's name.
    pub message: String,
}

/// A compiled rule.
#[derive(Clone, Debug)]
pub struct Rule {
    pub(super) spec: RuleSpec,
    pub(super) patterns: Vec<Pattern>,
    answers: Vec<Template>,
    /// One for each deed; `None` for a deed without a text.
    notes: Vec<Option<Template>>,
}

/// Where a rule matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    /// Which of the rule's patterns.
    pub(super) pattern: usize,
    /// The matched bytes.
    pub(super) range: Range<usize>,
}

impl Rule {
    /// Compiles `spec`, whose templates may use the given variables.
    pub fn compile(spec: &RuleSpec, vars: &BTreeMap<String, String>) -> Result<Rule, RuleError> {
        let fail = |key, index, message: String| RuleError {
            rule: spec.name.clone(),
            key,
            index,
            message,
        };
        let mut patterns = Vec::new();
        match &spec.trigger {
            Trigger::Match(texts) if texts.is_empty() => {
                return Err(fail(
                    "match",
                    None,
                    "`match` has no pattern; give at least one".to_owned(),
                ));
            }
            Trigger::Match(texts) => {
                for (index, text) in texts.iter().enumerate() {
                    let pattern = Pattern::compile(text, spec.kind, spec.nocase).map_err(|e| {
                        let advice = e.with_advice("`kind = \"exact\"`");
                        fail("match", Some(index), format!("'{text}' {advice}"))
                    })?;
                    patterns.push(pattern);
                }
            }
            Trigger::Idle(after) | Trigger::Timeout(after) if after.is_zero() => {
                return Err(fail(
                    "after",
                    None,
                    "`after` is 0; give the time to wait, such as \"30s\"".to_owned(),
                ));
            }
            Trigger::Idle(_) | Trigger::Timeout(_) | Trigger::Exit(_) | Trigger::Eof => {}
        }
        check_numbers(spec).map_err(|(key, message)| fail(key, None, message))?;

        let first = patterns.first();
        let names = Names {
            groups: patterns.iter().map(Pattern::group_count).min().unwrap_or(0),
            captures: first
                .into_iter()
                .flat_map(Pattern::names)
                .filter(|name| patterns.iter().all(|p| p.names().any(|n| n == *name)))
                .collect(),
            vars,
        };
        let parse = |key, index, text: &String| {
            Template::parse(text, &names)
                .map_err(|error| fail(key, index, format!("'{text}' {error}")))
        };
        let answers = match &spec.answer {
            Answer::Send(texts) => texts
                .iter()
                .enumerate()
                .map(|(index, text)| parse("send", Some(index), text))
                .collect::<Result<_, _>>()?,
            _ => Vec::new(),
        };
        let notes = spec
            .deeds
            .iter()
            .enumerate()
            .map(|(index, deed)| match deed {
                Deed::Notify(text) => parse("do", Some(index), text).map(Some),
                Deed::Disarm => Ok(None),
            })
            .collect::<Result<_, _>>()?;
        drop(names);
        Ok(Rule {
            spec: spec.clone(),
            patterns,
            answers,
            notes,
        })
    }

    /// Returns the rule as written.
    pub fn spec(&self) -> &RuleSpec {
        &self.spec
    }

    /// Returns the view its patterns are matched in; `None` when it is for an event.
    pub(super) fn view(&self) -> Option<View> {
        matches!(self.spec.trigger, Trigger::Match(_)).then_some(self.spec.view)
    }

    /// Returns whether it sends bytes to the child.
    pub(super) fn sends(&self) -> bool {
        matches!(
            self.spec.answer,
            Answer::Send(_) | Answer::Keys(_) | Answer::Eof
        )
    }

    /// Returns whether it is for the child's end, which no person's presence puts off.
    pub(super) fn is_for_end(&self) -> bool {
        matches!(self.spec.trigger, Trigger::Exit(_) | Trigger::Eof)
    }

    /// Returns the match that begins first, at `from` or later; of several that begin there, the
    /// one whose pattern stands first.
    pub(super) fn find(&self, text: &str, from: usize) -> Option<Hit> {
        let mut best: Option<Hit> = None;
        for (pattern, compiled) in self.patterns.iter().enumerate() {
            if let Some(range) = compiled.find(text, from)
                && best.as_ref().is_none_or(|b| range.start < b.range.start)
            {
                best = Some(Hit { pattern, range });
            }
        }
        best
    }

    /// Returns what the groups of `hit` hold.
    pub(super) fn captured(&self, text: &str, hit: &Hit) -> Captured {
        let pattern = &self.patterns[hit.pattern];
        let Some(captures) = pattern.captures(text, hit.range.start) else {
            return Captured::default();
        };
        let owned = |group: Option<regex::Match>| group.map_or("", |m| m.as_str()).to_owned();
        Captured {
            groups: captures.iter().map(owned).collect(),
            names: pattern
                .names()
                .map(|name| (name.to_owned(), owned(captures.name(name))))
                .collect(),
        }
    }

    /// Returns what it does when it fires for the `count`th time, from 0.
    pub(super) fn actions(
        &self,
        count: u32,
        context: &Context,
        captured: &Captured,
        exit: Option<&Exit>,
    ) -> Vec<Action> {
        let fill = |template: &Template| template.fill(context, captured, exit);
        let answer = match &self.spec.answer {
            Answer::None => None,
            Answer::Send(_) => {
                let index = usize::try_from(count)
                    .unwrap_or(usize::MAX)
                    .min(self.answers.len().saturating_sub(1));
                self.answers
                    .get(index)
                    .map(|answer| Action::Send(fill(answer) + &self.spec.newline))
            }
            Answer::Keys(keys) => Some(Action::Keys(keys.clone())),
            Answer::Eof => Some(Action::Eof),
            Answer::Signal(number) => Some(Action::Signal(*number)),
        };
        let deeds = self.notes.iter().map(|note| match note {
            Some(template) => Action::Notify(fill(template)),
            None => Action::Disarm,
        });
        answer.into_iter().chain(deeds).collect()
    }
}

/// Checks what a rule says besides its patterns and templates.
fn check_numbers(spec: &RuleSpec) -> Result<(), (&'static str, String)> {
    let nothing_to_do = matches!(spec.answer, Answer::None) && spec.deeds.is_empty();
    let problem = |key, message: &str| Err((key, message.to_owned()));
    match &spec.answer {
        Answer::None if nothing_to_do => {
            return problem(
                "send",
                "it does nothing; give it a `send`, `keys`, `eof`, `signal` or `do`",
            );
        }
        Answer::Send(texts) if texts.is_empty() => {
            return problem("send", "`send` is an empty list; give at least one answer");
        }
        Answer::Keys(keys) if keys.is_empty() => {
            return problem("keys", "`keys` is an empty list; give at least one key");
        }
        Answer::Signal(number) if !(1..=64).contains(number) => {
            return problem(
                "signal",
                "`signal` is no signal; give a name such as \"INT\"",
            );
        }
        _ => {}
    }
    if spec.max == Some(0) {
        return problem(
            "max",
            "`max` is 0, so it would never fire; give 1 or more, or leave the rule out",
        );
    }
    if spec.per_minute == 0 {
        return problem(
            "per_minute",
            "`per_minute` is 0, so it would disarm the pane at once; give 1 or more",
        );
    }
    if spec.per_minute > PER_MINUTE_LIMIT {
        return Err((
            "per_minute",
            format!("`per_minute` is more than {PER_MINUTE_LIMIT}; give less"),
        ));
    }
    if spec.window == 0 || spec.window > WINDOW_LIMIT {
        return Err((
            "window",
            format!("`window` must be between 1 and {WINDOW_LIMIT} bytes"),
        ));
    }
    if spec.cooldown > DURATION_LIMIT || spec.stable > DURATION_LIMIT {
        let key = if spec.cooldown > DURATION_LIMIT {
            "cooldown"
        } else {
            "stable"
        };
        return Err((
            key,
            format!("`{key}` is longer than a year; make it shorter"),
        ));
    }
    if let Trigger::Idle(after) | Trigger::Timeout(after) = spec.trigger
        && after > DURATION_LIMIT
    {
        return problem("after", "`after` is longer than a year; make it shorter");
    }
    Ok(())
}

/// The largest `per_minute`: the times of so many firings are remembered.
const PER_MINUTE_LIMIT: u32 = 1_000_000;

/// The longest time a rule may name: sums with an `Instant` then never overflow.
const DURATION_LIMIT: Duration = Duration::from_secs(366 * 24 * 3600);

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(patterns: &[&str], answer: &str) -> RuleSpec {
        RuleSpec {
            name: "r".to_owned(),
            trigger: Trigger::Match(patterns.iter().map(ToString::to_string).collect()),
            answer: Answer::Send(vec![answer.to_owned()]),
            ..RuleSpec::default()
        }
    }

    fn check(spec: RuleSpec, key: &str, index: Option<usize>, message: &str) {
        let error = Rule::compile(&spec, &BTreeMap::new())
            .map(|_| ())
            .unwrap_err();
        assert_eq!((error.key, error.index), (key, index));
        assert_eq!(error.message, message);
    }

    #[test]
    fn what_cannot_work_is_refused() {
        check(
            spec(&[], "y"),
            "match",
            None,
            "`match` has no pattern; give at least one",
        );
        check(
            spec(&["a", "x*"], "y"),
            "match",
            Some(1),
            "'x*' matches the empty string; make it match at least one character",
        );
        check(
            spec(&["(a"], "y"),
            "match",
            Some(0),
            "'(a' does not compile (unclosed group); `kind = \"exact\"` takes a text as it stands",
        );
        check(
            RuleSpec {
                answer: Answer::None,
                ..spec(&["a"], "")
            },
            "send",
            None,
            "it does nothing; give it a `send`, `keys`, `eof`, `signal` or `do`",
        );
        check(
            RuleSpec {
                per_minute: 0,
                ..spec(&["a"], "")
            },
            "per_minute",
            None,
            "`per_minute` is 0, so it would disarm the pane at once; give 1 or more",
        );
        check(
            RuleSpec {
                max: Some(0),
                ..spec(&["a"], "")
            },
            "max",
            None,
            "`max` is 0, so it would never fire; give 1 or more, or leave the rule out",
        );
        check(
            RuleSpec {
                trigger: Trigger::Idle(Duration::ZERO),
                ..spec(&[], "y")
            },
            "after",
            None,
            "`after` is 0; give the time to wait, such as \"30s\"",
        );
    }

    #[test]
    fn templates_may_name_groups_of_every_pattern_only() {
        assert!(Rule::compile(&spec(&["(a)", "(b)(c)"], "{1}"), &BTreeMap::new()).is_ok());
        check(
            spec(&["(a)", "b"], "{1}"),
            "send",
            Some(0),
            "'{1}' has '{1}', but not every pattern of the rule has that group; write '{{' for a brace",
        );
        check(
            spec(&["(?<x>a)", "b"], "{x}"),
            "send",
            Some(0),
            "'{x}' has '{x}', which is no group of every pattern of the rule and no known name; write '{{' for a brace",
        );
        check(
            RuleSpec {
                deeds: vec![Deed::Disarm, Deed::Notify("{".to_owned())],
                ..spec(&["a"], "")
            },
            "do",
            Some(1),
            "'{' has a '{' that is not closed; write '{{' for a brace",
        );
    }

    #[test]
    fn the_first_start_wins_then_the_first_pattern() {
        let find = |text: &str| {
            let rule = Rule::compile(&spec(&["bar", "foo", "foobar"], ""), &BTreeMap::new());
            rule.unwrap().find(text, 0).map(|hit| hit.pattern)
        };
        assert_eq!(find("foobar"), Some(1));
        assert_eq!(find("bar foo"), Some(0));
        assert_eq!(find("baz"), None);
    }
}
