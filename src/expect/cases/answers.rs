//! The engine's answers and limits, apart from the numbered cases.

use std::{
    collections::BTreeMap,
    slice::from_ref,
    time::{Duration, Instant},
};

use super::{
    super::*,
    harness::{LOOK, Pane, Step::*, check, event, note, rule, run, run_with},
};
use View::{Line, Prompt, Stream};

#[test]
fn answers_of_a_list_are_given_in_turn() {
    let spec = RuleSpec {
        answer: Answer::Send(vec!["one".to_owned(), "two".to_owned()]),
        ..rule(Prompt, r"(?<n>\d)\?", "")
    };
    let ask = |number: &'static str| [Out(number), Wait(30), Out("\r\n")];
    let steps = [ask("1?"), ask("2?"), ask("3?")].concat();
    let fired = |answer: &str| format!(r"(?<n>\d)\?>{answer}");
    let expected = [fired("one"), fired("two"), fired("two")];
    check(
        from_ref(&spec),
        &steps,
        &expected.each_ref().map(String::as_str),
    );
    let steps = [&steps[..], &[Restart], &ask("4?")].concat();
    assert_eq!(run(&[spec], &steps)[3], fired("one"));
}

#[test]
fn captured_text_is_clean_and_not_expanded_again() {
    let spec = rule(Stream, r"say <(.*)>", "{1}{{1}");
    check(
        &[spec],
        &[Out("say <{1}\t{pane}>\r\n")],
        &["say <(.*)>>{1}{pane}{1}"],
    );
}

#[test]
fn max_and_cooldown_hold_a_rule_back() {
    let once = RuleSpec {
        max: Some(1),
        ..rule(Prompt, "ok", "yes")
    };
    let ask = [Out("ok? "), Wait(30), Out("yes\r\n")];
    check(
        &[once],
        &[ask.clone(), ask.clone()].concat(),
        &["ok>yes", "ok spent: it has fired 1 of 1 times"],
    );
    for view in [Prompt, Stream] {
        let cool = RuleSpec {
            cooldown: Duration::from_millis(500),
            ..rule(view, "ok", "yes")
        };
        let held = "ok held: its cooldown has 470ms left";
        let again = [&ask[..], &[Out("ok? "), Wait(30), Wait(469)]].concat();
        check(from_ref(&cool), &again, &["ok>yes", held]);
        let again = [&again[..], &[Wait(1)]].concat();
        check(&[cool], &again, &["ok>yes", held, "ok>yes"]);
    }
}

#[test]
fn a_disarmed_pane_says_so_once_and_acts_when_armed() {
    let held = "ok held: the pane is disarmed";
    let specs = [rule(Prompt, "ok", "yes")];
    let steps = [Arm(false), Out("ok? "), Wait(30), Out("\rok? "), Wait(30)];
    check(&specs, &steps, &[held]);
    check(
        &specs,
        &[&steps[..], &[Arm(true), Wait(30)]].concat(),
        &[held, "ok>yes"],
    );
    let disarm = RuleSpec {
        deeds: vec![Deed::Disarm],
        ..rule(Stream, "b", "yes")
    };
    check(&[disarm], &[Out("b\r\nb\r\nb\r\n")], &["b>yes>Disarm"]);
}

#[test]
fn a_prompt_answer_spends_the_unfinished_line_of_the_stream() {
    let specs = [rule(Prompt, "name: $", "x"), note(Stream, "name")];
    let steps = [Out("old name\r\nname: "), Wait(30), Out("x\r\n"), Wait(30)];
    check(&specs, &steps, &["name!name", "name: $>x"]);
}

#[test]
fn a_send_into_an_empty_silent_line_spends_nothing() {
    let specs = [rule(Prompt, "ok", "yes")];
    let steps = [Send("go\r"), Out("ok? "), Wait(30)];
    assert_eq!(run_with(&specs, &steps, false).log, ["ok>yes"]);
    // With ECHO on, what was sent shows up there.
    let steps = [Send("ok\r"), Out("ok"), Wait(30), Out("\r\n"), Wait(30)];
    let held = "ok held: this prompt has been answered already";
    check(&specs, &steps, &[held]);
}

#[test]
fn every_kind_of_answer_is_handed_out() {
    let acts = |answer: Answer| {
        let spec = RuleSpec {
            answer,
            nocase: true,
            ..rule(Stream, "OK", "")
        };
        let rules = vec![Rule::compile(&spec, &BTreeMap::new()).unwrap()];
        let now = Instant::now();
        let mut engine = Engine::new(rules, Context::default(), true, now);
        engine.feed(now, b"ok\r\n", &[], &LOOK).remove(0).actions
    };
    let interrupt = crate::keys::Key::control('c');
    assert_eq!(
        acts(Answer::Keys(vec![interrupt])),
        [Action::Keys(vec![interrupt])]
    );
    assert_eq!(acts(Answer::Eof), [Action::Eof]);
    assert_eq!(acts(Answer::Signal(2)), [Action::Signal(2)]);
    let text = Answer::Send(vec!["y".to_owned()]);
    assert_eq!(acts(text), [Action::Send("y\r".to_owned())]);
}

#[test]
fn a_decision_shows_what_was_looked_at() {
    let decide = |view, text: &str| {
        let mut pane = Pane::new(&[note(view, "ok")], Instant::now());
        pane.out(text.as_bytes());
        pane.now += Duration::from_millis(30);
        pane.with_look(|engine, now, look| engine.tick(now, look))
            .remove(0)
    };
    assert_eq!(decide(Prompt, "a\r\nis it ok? ").prompt, "is it ok? ");
    assert_eq!(decide(Stream, "a\r\nis it ok? ").prompt, "is it ok");
    assert_eq!(
        decide(Prompt, &"ok".repeat(5000)).prompt.len(),
        PROMPT_LIMIT
    );
    assert_eq!(decide(Prompt, "ok").reason.to_string(), "'ok' matched");
}

#[test]
fn stable_0_acts_at_each_read() {
    let specs = [Stream, Prompt].map(|view| RuleSpec {
        stable: Duration::ZERO,
        ..note(view, "o+")
    });
    assert_eq!(run(&specs[..1], &[Out("foo")]), ["o+!oo"]);
    assert_eq!(run(&specs[..1], &[Out("fo"), Out("o")]), ["o+!o", "o+!o"]);
    assert_eq!(run(&specs[1..], &[Out("foo")]), ["o+!oo"]);
}

#[test]
fn nothing_pending_means_no_deadline() {
    let pane = run_with(
        &[
            rule(Prompt, "ok", "yes"),
            rule(Stream, "ok", "yes"),
            note(Line, "ok"),
        ],
        &[Out("ok? "), Wait(30)],
        true,
    );
    assert_eq!(pane.engine.next_deadline(), None);
    assert!(pane.engine.needs_lines());
    let pane = run_with(
        &[event("exit", Trigger::Exit(WhenExit::Any))],
        &[Out("a\n")],
        true,
    );
    assert_eq!(pane.engine.next_deadline(), None);
    assert!(!pane.engine.needs_lines());
}
