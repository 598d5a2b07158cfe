//! Asks: when rules hand a prompt to a person, for how long, and what comes of it.

use std::slice::from_ref;

use super::{
    super::*,
    harness::{
        Step::{self, *},
        check, event, note, rule, run_with,
    },
};
use View::{Line, Prompt, Screen, Stream};

fn asking(view: View, pattern: &str) -> RuleSpec {
    RuleSpec {
        answer: Answer::None,
        deeds: vec![Deed::Ask, Deed::Notify("look".to_owned())],
        ..rule(view, pattern, "")
    }
}

fn waiting(specs: &[RuleSpec], steps: &[Step]) -> usize {
    run_with(specs, steps, true).engine.asks().len()
}

#[test]
fn a_prompt_is_asked_about_once() {
    let spec = asking(Prompt, "ok");
    let steps = [Out("ok? "), Wait(30), Out("\rok? "), Wait(30)];
    let asked = "ok asked: the rule asks a person?!look";
    let held = "ok held: a person has been asked about this prompt";
    check(from_ref(&spec), &steps, &[asked, held]);
    let pane = run_with(from_ref(&spec), &steps, true);
    assert_eq!(
        pane.engine.asks(),
        [Ask {
            id: AskId(1),
            rule: "/ok".to_owned(),
            prompt: "ok? ".to_owned(),
            reason: "the rule asks a person".to_owned(),
            suggestion: None,
        }]
    );
    // Of several only the winner asks, and nobody answers meanwhile.
    let specs = [spec, asking(Prompt, r"\?"), rule(Prompt, "k", "yes")];
    let log = run_with(&specs, &steps[..2], true).log;
    assert_eq!(log, [asked]);
}

#[test]
fn an_ask_ends_with_its_prompt() {
    for view in [Prompt, Screen, Stream] {
        let spec = [asking(view, "ok")];
        let asked = [Out("ok? "), Wait(30)];
        let then = |steps: &[Step]| waiting(&spec, &[&asked[..], steps].concat());
        assert_eq!(then(&[Wait(5_000)]), 1, "{view:?}");
        assert_eq!(then(&[Send("y")]), 0, "{view:?}");
        assert_eq!(then(&[Reply("y")]), 0, "{view:?}");
        assert_eq!(then(&[Dismiss]), 0, "{view:?}");
        assert_eq!(then(&[Out("\x1b[2J")]), 0, "{view:?}");
        assert_eq!(then(&[Exits(0)]), 0, "{view:?}");
        assert_eq!(then(&[Restart]), 0, "{view:?}");
        if view != Screen {
            assert_eq!(then(&[Out("\r\nbye "), Wait(30)]), 0, "{view:?}");
        }
        if view != Stream {
            assert_eq!(then(&[Out("\r\x1b[Kbye "), Wait(30)]), 0, "{view:?}");
        }
        // Dismissed or answered, it is not asked about again.
        for end in [Dismiss, Reply("y")] {
            let steps = [&asked[..], &[end, Out("\x1b[K"), Wait(30)]].concat();
            assert_eq!(waiting(&spec, &steps), 0, "{view:?}");
        }
    }
}

#[test]
fn an_answer_to_a_prompt_that_has_gone_is_refused() {
    let spec = asking(Prompt, "ok");
    let steps = [Out("ok? "), Wait(30), Out("\r\nbye "), Reply("y")];
    let pane = run_with(&[spec], &steps, true);
    assert_eq!(pane.log[1..], ["its prompt has gone"]);
    let mut engine = pane.engine;
    assert_eq!(engine.dismiss(AskId(9)), Err(AskGone::Gone));
}

#[test]
fn asks_of_lines_and_events_last_until_the_next_send() {
    let specs = [asking(Line, "error"), asking(Line, "late")];
    let steps = [Out("error\r\nmore\r\nx"), Wait(5_000)];
    assert_eq!(waiting(&specs, &steps), 1);
    assert_eq!(waiting(&specs, &[&steps[..], &[Send("y")]].concat()), 0);
    assert_eq!(waiting(&specs, &[&steps[..], &[Exits(0)]].concat()), 0);
    let idle = RuleSpec {
        deeds: vec![Deed::Ask],
        ..event("idle", Trigger::Idle(std::time::Duration::from_secs(1)))
    };
    assert_eq!(waiting(&[idle], &[Out("x"), Wait(1_000), Out("y")]), 1);
    // Sixteen at most: those of prompts stay.
    let flood = [Out("error\r\n")].into_iter().cycle().take(40);
    let spec = RuleSpec {
        per_minute: 100,
        ..asking(Line, "error")
    };
    let mut steps: Vec<Step> = vec![Out("late? "), Wait(30)];
    steps.extend(flood);
    assert_eq!(waiting(&[spec], &steps), 16);
}

#[test]
fn a_confirmed_answer_is_given_once_a_person_accepts() {
    for view in [Prompt, Screen, Stream] {
        let spec = RuleSpec {
            confirm: true,
            deeds: vec![Deed::Notify("done".to_owned())],
            ..rule(view, "ok", "yes")
        };
        let steps = [Out("ok? "), Wait(30)];
        let asked = "ok asked: the rule wants its answer confirmed?yes";
        check(from_ref(&spec), &steps, &[asked]);
        let accepted = [&steps[..], &[Accept, Wait(500)]].concat();
        check(from_ref(&spec), &accepted, &[asked, "ok>yes!done"]);
        assert_eq!(waiting(from_ref(&spec), &accepted), 0);
        // Neither a disarmed pane nor a spent rule keeps a person's word back.
        let disarmed = [&steps[..], &[Arm(false), Accept]].concat();
        check(&[spec], &disarmed, &[asked, "ok>yes!done"]);
    }
    let spec = asking(Prompt, "ok");
    let pane = run_with(&[spec], &[Out("ok? "), Wait(30), Accept], true);
    assert_eq!(pane.log[1..], ["it has no suggestion"]);
    assert_eq!(pane.engine.asks().len(), 1);
}

#[test]
fn suggest_asks_instead_of_answering() {
    let asked = "ok asked: rules only suggest?yes";
    let specs = [rule(Prompt, "ok", "yes"), note(Line, "fine")];
    let steps = [Auto(AutoAnswer::Suggest), Out("fine\r\nok? "), Wait(30)];
    check(&specs, &steps, &["fine!fine", asked]);
    let on = [&steps[..], &[Auto(AutoAnswer::On), Wait(30)]].concat();
    check(&specs, &on, &["fine!fine", asked, "ok>yes"]);
    assert_eq!(waiting(&specs, &on), 0);
    let accepted = [&steps[..], &[Accept]].concat();
    check(&specs, &accepted, &["fine!fine", asked, "ok>yes"]);
    let kinds = [
        (Answer::Keys(vec![crate::keys::Key::control('c')]), "C-c"),
        (Answer::Eof, "EOF"),
        (Answer::Signal(2), "signal 2"),
        (Answer::Secret("pw".to_owned()), "***"),
    ];
    for (answer, suggestion) in kinds {
        let spec = RuleSpec {
            answer,
            ..rule(Prompt, "ok", "")
        };
        let pane = run_with(&[spec], &steps, true);
        let ask = &pane.engine.asks()[0];
        assert_eq!(ask.suggestion.as_deref(), Some(suggestion));
    }
}

#[test]
fn what_flowed_by_under_suggest_still_waits_for_a_person() {
    let idle = Trigger::Idle(std::time::Duration::from_millis(20));
    let specs = [
        rule(Line, "fine", "yes"),
        rule(Stream, "ok", "yes"),
        RuleSpec {
            answer: Answer::Send(vec!["yes".to_owned()]),
            ..event("idle", idle)
        },
    ];
    let steps = [
        Auto(AutoAnswer::Suggest),
        Out("fine\r\nok? "),
        Wait(30),
        Auto(AutoAnswer::On),
        Wait(100),
    ];
    for spec in &specs {
        assert_eq!(waiting(from_ref(spec), &steps), 1, "{spec:?}");
    }
}

#[test]
fn off_leaves_only_the_childs_end() {
    let specs = [
        rule(Prompt, "ok", "yes"),
        note(Line, "ok"),
        note(Stream, "ok"),
        event("exit", Trigger::Exit(WhenExit::Any)),
        event("idle", Trigger::Idle(std::time::Duration::from_millis(50))),
    ];
    let steps = [Auto(AutoAnswer::Off), Out("ok? "), Wait(100)];
    let held = "ok held: rules rest in all panes";
    check(&specs, &steps, &[held]);
    check(
        &specs,
        &[&steps[..], &[Exits(1)]].concat(),
        &[held, "exit!1"],
    );
    let on = [&steps[..], &[Auto(AutoAnswer::On), Wait(30)]].concat();
    let log = run_with(&specs, &on, true).log;
    assert!(log.contains(&"ok>yes".to_owned()), "{log:?}");
}
