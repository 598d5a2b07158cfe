//! A rule, compiled: its patterns and templates. What else can be wrong with one is `check`'s.

use std::{collections::BTreeMap, ops::Range};

use super::{
    Answer, Deed, RuleSpec, Trigger, View,
    check::check,
    decision::{Action, Exit, Reason, bounded_reason},
    pattern::Pattern,
    template::{Captured, Context, Names, Template},
};

/// What rules have instead of patterns with look-around.
const INSTEAD: &str = "conditions such as `not` and `equals` can stand in for it";

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
    pub(super) context: Option<Pattern>,
    pub(super) not: Option<Pattern>,
    equals: Vec<Equal>,
    answers: Vec<Template>,
    sequence: Option<Choice>,
    /// What it does besides answering and asking.
    deeds: Vec<Effect>,
}

/// A capture and what it must be.
#[derive(Clone, Debug)]
struct Equal {
    capture: String,
    is: Template,
    wanted: Template,
}

/// A sequence with its templates parsed.
#[derive(Clone, Debug)]
struct Choice {
    by: Template,
    answers: BTreeMap<String, Template>,
    default: Option<Template>,
}

/// A deed with its templates parsed.
#[derive(Clone, Debug)]
enum Effect {
    Notify(Template),
    Log(Template),
    Run(Vec<Template>),
    /// A deed without a text to fill in.
    Plain(Action),
}

/// What templates are filled in from at a firing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Filling<'a> {
    pub(super) context: &'a Context,
    pub(super) captured: &'a Captured,
    pub(super) exit: Option<&'a Exit>,
}

impl Template {
    fn filled(&self, filling: Filling) -> String {
        self.fill(filling.context, filling.captured, filling.exit)
    }
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
                        let advice = e.with_advice("`kind = \"exact\"`", INSTEAD);
                        fail("match", Some(index), format!("'{text}' {advice}"))
                    })?;
                    patterns.push(pattern);
                }
            }
            _ => {}
        }
        check(spec).map_err(|(key, message)| fail(key, None, message))?;
        let around = |key, text: &Option<String>| {
            text.as_ref()
                .map(|text| {
                    Pattern::compile(text, spec.kind, spec.nocase).map_err(|e| {
                        let advice = e.with_advice("`kind = \"exact\"`", INSTEAD);
                        fail(key, None, format!("'{text}' {advice}"))
                    })
                })
                .transpose()
        };
        let context = around("context", &spec.context)?;
        let not = around("not", &spec.not)?;

        let first = patterns.first();
        let names = Names {
            groups: patterns.iter().map(Pattern::group_count).min().unwrap_or(0),
            captures: first
                .into_iter()
                .flat_map(Pattern::names)
                .filter(|name| patterns.iter().all(|p| p.names().any(|n| n == *name)))
                .collect(),
            vars,
            exit: spec.is_for_end(),
        };
        let parse = |key, index, text: &str| {
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
        let sequence = match &spec.answer {
            Answer::Sequence(sequence) => Some(Choice {
                by: parse("sequence", None, &sequence.by)?,
                answers: sequence
                    .answers
                    .iter()
                    .map(|(text, answer)| Ok((text.clone(), parse("sequence", None, answer)?)))
                    .collect::<Result<_, _>>()?,
                default: sequence
                    .default
                    .as_ref()
                    .map(|answer| parse("sequence", None, answer))
                    .transpose()?,
            }),
            _ => None,
        };
        let equals = spec
            .equals
            .iter()
            .map(|(capture, wanted)| {
                let known = names.captures.contains(&capture.as_str())
                    || capture
                        .parse()
                        .is_ok_and(|group: usize| group < names.groups);
                if !known {
                    let message = format!(
                        "`equals` names '{capture}', which is no group of every pattern of the rule"
                    );
                    return Err(fail("equals", None, message));
                }
                Ok(Equal {
                    capture: capture.clone(),
                    is: parse("equals", None, &format!("{{{capture}}}"))?,
                    wanted: parse("equals", None, wanted)?,
                })
            })
            .collect::<Result<_, _>>()?;
        let deeds = spec
            .deeds
            .iter()
            .enumerate()
            .filter(|(_, deed)| **deed != Deed::Ask)
            .map(|(index, deed)| {
                let parse = |text: &String| parse("do", Some(index), text);
                Ok(match deed {
                    Deed::Notify(text) => Effect::Notify(parse(text)?),
                    Deed::Log(text) => Effect::Log(parse(text)?),
                    Deed::Run(arguments) => {
                        Effect::Run(arguments.iter().map(parse).collect::<Result<_, _>>()?)
                    }
                    Deed::Ask | Deed::Focus => Effect::Plain(Action::Focus),
                    Deed::Arm(pane) => Effect::Plain(Action::Arm(pane.clone())),
                    Deed::Disarm => Effect::Plain(Action::Disarm),
                    Deed::Restart => Effect::Plain(Action::Restart),
                    Deed::Terminate => Effect::Plain(Action::Terminate),
                })
            })
            .collect::<Result<_, RuleError>>()?;
        drop(names);
        Ok(Rule {
            spec: spec.clone(),
            patterns,
            context,
            not,
            equals,
            answers,
            sequence,
            deeds,
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

    /// Returns whether it looks at what is shown, not at what flows by.
    pub(super) fn is_shown(&self) -> bool {
        matches!(self.view(), Some(View::Prompt | View::Screen))
    }

    /// Returns its name with that of its ruleset.
    pub(super) fn full_name(&self) -> String {
        format!("{}/{}", self.spec.ruleset, self.spec.name)
    }

    /// Returns whether it sends bytes to the child.
    pub(super) fn sends(&self) -> bool {
        !matches!(self.spec.answer, Answer::None | Answer::Signal(_))
    }

    /// Returns whether it asks a person whenever it acts.
    pub(super) fn asks(&self) -> bool {
        self.spec.deeds.contains(&Deed::Ask)
    }

    /// Returns the name of the secret it sends.
    pub(super) fn secret(&self) -> Option<&str> {
        self.spec.secret()
    }

    /// Returns whether its conditions look at who holds the tty.
    pub(super) fn needs_holder(&self) -> bool {
        !self.spec.foreground.is_empty() || self.secret().is_some()
    }

    /// Returns whether it looks at more than its match: `context` or `not`.
    pub(super) fn looks_around(&self) -> bool {
        self.context.is_some() || self.not.is_some()
    }

    /// Returns whether it only keeps lower rules from acting.
    pub(super) fn only_holds(&self) -> bool {
        self.spec.hold
            && self.spec.answer == Answer::None
            && self.spec.deeds.is_empty()
            && self.spec.goto.is_none()
    }

    /// Returns whether it is for the child's end, which no person's presence puts off.
    pub(super) fn is_for_end(&self) -> bool {
        self.spec.is_for_end()
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

    /// Checks that captures are what `equals` wants, and that its sequence has an answer.
    pub(super) fn check_captured(&self, filling: Filling) -> Result<(), Reason> {
        for equal in &self.equals {
            let (seen, wanted) = (equal.is.filled(filling), equal.wanted.filled(filling));
            if seen != wanted {
                return Err(Reason::Equals {
                    capture: equal.capture.clone(),
                    wanted: bounded_reason(&wanted),
                    seen: bounded_reason(&seen),
                });
            }
        }
        match &self.sequence {
            Some(choice) if choice.answer(filling).is_none() => Err(Reason::NoAnswer(
                bounded_reason(choice.by.filled(filling).trim()),
            )),
            _ => Ok(()),
        }
    }

    /// Returns what it answers when it fires for the `count`th time, from 0; nothing for a secret,
    /// which is not the engine's to know.
    pub(super) fn answer(&self, count: u32, filling: Filling) -> Option<Action> {
        let line = |text: &Template| Action::Send(text.filled(filling) + &self.spec.newline);
        match &self.spec.answer {
            Answer::None | Answer::Secret(_) => None,
            Answer::Send(_) => {
                let index = usize::try_from(count)
                    .unwrap_or(usize::MAX)
                    .min(self.answers.len().saturating_sub(1));
                self.answers.get(index).map(line)
            }
            Answer::Sequence(_) => self.sequence.as_ref()?.answer(filling).map(line),
            Answer::Keys(keys) => Some(Action::Keys(keys.clone())),
            Answer::Eof => Some(Action::Eof),
            Answer::Signal(number) => Some(Action::Signal(*number)),
        }
    }

    /// Returns what it does besides answering and asking.
    pub(super) fn deeds(&self, filling: Filling) -> Vec<Action> {
        let deeds = self.deeds.iter().map(|deed| match deed {
            Effect::Notify(text) => Action::Notify(text.filled(filling)),
            Effect::Log(text) => Action::Log(text.filled(filling)),
            Effect::Run(arguments) => {
                Action::Run(arguments.iter().map(|a| a.filled(filling)).collect())
            }
            Effect::Plain(action) => action.clone(),
        });
        deeds.collect()
    }
}

impl Choice {
    fn answer(&self, filling: Filling) -> Option<&Template> {
        let by = self.by.filled(filling);
        self.answers.get(by.trim()).or(self.default.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

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
