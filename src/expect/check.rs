//! What can be wrong with rules besides their patterns and templates: found at load.

use std::time::Duration;

use super::{Answer, Deed, EchoWanted, RuleSpec, Trigger, View};

/// The largest `window`, in bytes; each pane with such a rule keeps as much text.
pub const WINDOW_LIMIT: usize = 4 << 20;

/// The largest `per_minute`: the times of so many firings are remembered.
const PER_MINUTE_LIMIT: u32 = 1_000_000;

/// The longest time a rule may name: sums with an `Instant` then never overflow.
const DURATION_LIMIT: Duration = Duration::from_secs(366 * 24 * 3600);

/// What is wrong, under the config key at fault.
type Problem = (&'static str, String);

/// Checks one rule.
pub(super) fn check(spec: &RuleSpec) -> Result<(), Problem> {
    check_action(spec)?;
    check_conditions(spec)?;
    if spec.secret().is_some() {
        check_secret(spec)?;
    }
    check_numbers(spec)
}

impl RuleSpec {
    /// Returns the name of the secret it sends.
    pub(super) fn secret(&self) -> Option<&str> {
        match &self.answer {
            Answer::Secret(name) => Some(name),
            _ => None,
        }
    }

    fn is_match(&self) -> bool {
        matches!(self.trigger, Trigger::Match(_))
    }

    /// Returns whether it is for the child's end, when no program is left to look at or to answer,
    /// and which no person's presence puts off.
    pub(super) fn is_for_end(&self) -> bool {
        matches!(self.trigger, Trigger::Exit(_) | Trigger::Eof)
    }
}

fn problem<T>(key: &'static str, message: &str) -> Result<T, Problem> {
    Err((key, message.to_owned()))
}

fn check_action(spec: &RuleSpec) -> Result<(), Problem> {
    let does_nothing =
        spec.answer == Answer::None && spec.deeds.is_empty() && spec.goto.is_none() && !spec.hold;
    if does_nothing {
        return problem(
            "send",
            "it does nothing; give it a `send`, `keys`, `eof`, `signal` or `do`",
        );
    }
    match &spec.answer {
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
        Answer::Sequence(sequence) if sequence.answers.is_empty() => {
            return problem("sequence", "`sequence` has no answer; give at least one");
        }
        Answer::Sequence(sequence) if sequence.by.trim().is_empty() => {
            return problem(
                "sequence",
                "`sequence` does not say what chooses; give it `by`, such as \"{1}\"",
            );
        }
        _ => {}
    }
    if spec.confirm && spec.answer == Answer::None {
        return problem(
            "confirm",
            "`confirm` has no answer to be confirmed; give the rule one, or `do = [\"ask\"]`",
        );
    }
    if let Some(index) = spec.deeds.iter().position(|deed| match deed {
        Deed::Run(arguments) => arguments.is_empty(),
        Deed::Arm(pane) => pane.is_empty(),
        _ => false,
    }) {
        let message = match spec.deeds[index] {
            Deed::Run(_) => "`run` has no program; write \"run:PROGRAM\"",
            _ => "`arm` has no pane; write \"arm:PANE\"",
        };
        return problem("do", message);
    }
    if spec.hold && !spec.is_match() {
        return problem(
            "hold",
            "`hold` lasts while a pattern matches; give the rule a `match`",
        );
    }
    if spec.hold && spec.view == View::Line {
        return problem(
            "hold",
            "`hold` lasts while a pattern matches, and a finished line does not last; use another view",
        );
    }
    Ok(())
}

fn check_conditions(spec: &RuleSpec) -> Result<(), Problem> {
    if matches!(spec.trigger, Trigger::Start | Trigger::Bell) {
        let around = [("context", &spec.context), ("not", &spec.not)];
        if let Some((key, _)) = around.iter().find(|(_, text)| text.is_some()) {
            let message =
                format!("`{key}` has nothing to look at when that event comes; remove it");
            return Err((key, message));
        }
    }
    if spec.context.is_some() && spec.context == spec.not {
        return problem(
            "not",
            "`not` is the same as `context`, so it would never fire; change one of them",
        );
    }
    if spec.is_for_end() {
        if spec.echo != EchoWanted::Any {
            return problem(
                "echo",
                "nobody is left to echo for at that event; remove it",
            );
        }
        if !spec.foreground.is_empty() {
            return problem(
                "foreground",
                "no program is left at that event; remove `foreground`",
            );
        }
    }
    if spec.region == super::Region::Bottom(0) {
        return problem("region", "`region` has no line; give at least \"bottom:1\"");
    }
    if !spec.equals.is_empty() && !spec.is_match() {
        return problem(
            "equals",
            "`equals` compares what a pattern captures; give the rule a `match`",
        );
    }
    Ok(())
}

fn check_secret(spec: &RuleSpec) -> Result<(), Problem> {
    if !spec.is_match() {
        return problem(
            "secret",
            "a secret answers a prompt; give the rule a `match`",
        );
    }
    if matches!(spec.view, View::Line | View::Raw) {
        return problem(
            "view",
            "a secret answers a prompt at the cursor; use `view = \"prompt\"`",
        );
    }
    if spec.echo == EchoWanted::On {
        return problem(
            "echo",
            "a secret is never sent where it would be echoed; remove `echo`",
        );
    }
    Ok(())
}

fn check_numbers(spec: &RuleSpec) -> Result<(), Problem> {
    if let Trigger::Idle(after) | Trigger::Timeout(after) = spec.trigger
        && after.is_zero()
    {
        return problem(
            "after",
            "`after` is 0; give the time to wait, such as \"30s\"",
        );
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
        let message = format!("`per_minute` is more than {PER_MINUTE_LIMIT}; give less");
        return Err(("per_minute", message));
    }
    if spec.window == 0 || spec.window > WINDOW_LIMIT {
        let message = format!("`window` must be between 1 and {WINDOW_LIMIT} bytes");
        return Err(("window", message));
    }
    let after = match spec.trigger {
        Trigger::Idle(after) | Trigger::Timeout(after) => after,
        _ => Duration::ZERO,
    };
    let times = [
        ("cooldown", spec.cooldown),
        ("stable", spec.stable),
        ("delay", spec.delay),
        ("after", after),
    ];
    match times.into_iter().find(|(_, time)| *time > DURATION_LIMIT) {
        Some((key, _)) => Err((
            key,
            format!("`{key}` is longer than a year; make it shorter"),
        )),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::expect::{Rule, Sequence};

    fn refused(key: &str, spec: RuleSpec) {
        let error = Rule::compile(&spec, &BTreeMap::new()).map(|_| ());
        assert_eq!(error.map_err(|error| error.key), Err(key), "{spec:?}");
    }

    fn fine(spec: RuleSpec) {
        Rule::compile(&spec, &BTreeMap::new()).unwrap();
    }

    fn spec() -> RuleSpec {
        RuleSpec {
            name: "r".to_owned(),
            trigger: Trigger::Match(vec!["(a)".to_owned()]),
            answer: Answer::Send(vec!["b".to_owned()]),
            ..RuleSpec::default()
        }
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        let text = || Some("x".to_owned());
        let event = |trigger| RuleSpec { trigger, ..spec() };
        for trigger in [Trigger::Start, Trigger::Bell] {
            let around = RuleSpec {
                context: text(),
                ..event(trigger.clone())
            };
            refused("context", around);
            let around = RuleSpec {
                not: text(),
                ..event(trigger)
            };
            refused("not", around);
        }
        refused(
            "not",
            RuleSpec {
                context: text(),
                not: text(),
                ..spec()
            },
        );
        refused(
            "echo",
            RuleSpec {
                echo: EchoWanted::Off,
                ..event(Trigger::Eof)
            },
        );
        let foreground = RuleSpec {
            foreground: vec!["ssh".to_owned()],
            ..event(Trigger::Exit(crate::expect::WhenExit::Any))
        };
        refused("foreground", foreground);
        let hold = RuleSpec {
            hold: true,
            ..event(Trigger::Idle(Duration::from_secs(1)))
        };
        refused("hold", hold);
        refused(
            "hold",
            RuleSpec {
                hold: true,
                view: View::Line,
                ..spec()
            },
        );
        refused(
            "region",
            RuleSpec {
                region: crate::expect::Region::Bottom(0),
                ..spec()
            },
        );
        refused(
            "context",
            RuleSpec {
                context: Some("(".to_owned()),
                ..spec()
            },
        );
        refused(
            "delay",
            RuleSpec {
                delay: Duration::MAX,
                ..spec()
            },
        );
        let nothing = RuleSpec {
            answer: Answer::None,
            ..spec()
        };
        refused("send", nothing.clone());
        refused(
            "confirm",
            RuleSpec {
                confirm: true,
                hold: true,
                ..nothing.clone()
            },
        );
        fine(RuleSpec {
            hold: true,
            ..nothing.clone()
        });
        fine(RuleSpec {
            goto: Some("s".to_owned()),
            ..nothing.clone()
        });
        for deed in [Deed::Run(Vec::new()), Deed::Arm(String::new())] {
            refused(
                "do",
                RuleSpec {
                    deeds: vec![deed],
                    ..spec()
                },
            );
        }
    }

    #[test]
    fn captures_and_answers_must_be_there() {
        let equals = |name: &str| RuleSpec {
            equals: BTreeMap::from([(name.to_owned(), "x".to_owned())]),
            ..spec()
        };
        fine(equals("1"));
        refused("equals", equals("2"));
        refused("equals", equals("host"));
        let sequence = |by: &str, answers: &[&str]| RuleSpec {
            answer: Answer::Sequence(Sequence {
                by: by.to_owned(),
                answers: answers.iter().map(|a| ((*a).into(), (*a).into())).collect(),
                default: None,
            }),
            ..spec()
        };
        fine(sequence("{1}", &["a"]));
        refused("sequence", sequence("{1}", &[]));
        refused("sequence", sequence("", &["a"]));
        refused("sequence", sequence("{2}", &["a"]));
        refused("sequence", sequence("{1}", &["{nobody}"]));
    }

    #[test]
    fn a_secret_answers_a_prompt() {
        let secret = || RuleSpec {
            answer: Answer::Secret("pw".to_owned()),
            ..spec()
        };
        fine(secret());
        let eof = RuleSpec {
            trigger: Trigger::Eof,
            ..secret()
        };
        refused("secret", eof);
        let line = RuleSpec {
            view: View::Line,
            ..secret()
        };
        refused("view", line);
        let echo = RuleSpec {
            echo: EchoWanted::On,
            ..secret()
        };
        refused("echo", echo);
    }
}
