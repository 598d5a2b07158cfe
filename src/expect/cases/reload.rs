//! Other rules for a running child: what was answered stays answered, what stands open is looked at
//! afresh, and rules that stay the same go on where they were.

use std::{slice::from_ref, time::Duration};

use super::{
    super::*,
    harness::{
        Step::{self, *},
        check, event, note, rule, run_with,
    },
};
use View::{Line, Prompt, Raw, Screen, Stream};

const ASK: [Step; 2] = [Out("ok? "), Wait(30)];

fn steps(parts: &[&[Step]]) -> Vec<Step> {
    parts.concat()
}

/// Returns the rule that has no match in what the cases print.
fn never(view: View) -> RuleSpec {
    rule(view, "never", "x")
}

/// The same rule, otherwise written: its name and pattern are the same.
fn other(spec: &RuleSpec) -> RuleSpec {
    RuleSpec {
        cooldown: Duration::from_millis(1),
        ..spec.clone()
    }
}

#[test]
fn a_prompt_that_stands_open_is_answered_by_the_new_rules() {
    for view in [Prompt, Screen, Stream, Raw] {
        let reload = [Reload(vec![rule(view, "ok", "two")]), Wait(30)];
        let expected = ["ok>two"];
        // No rule matched.
        check(&[never(view)], &steps(&[&ASK, &reload]), &expected);
        // It was held back.
        let disarmed = steps(&[&[Arm(false)], &ASK, &reload, &[Arm(true), Wait(30)]]);
        let log = run_with(&[rule(view, "ok", "one")], &disarmed, true).log;
        assert_eq!(log.last().map(String::as_str), Some("ok>two"), "{view:?}");
        // It was asked about, by a rule that is another one now.
        let asking = RuleSpec {
            deeds: vec![Deed::Ask],
            answer: Answer::None,
            ..rule(view, "ok", "")
        };
        if matches!(view, Prompt | Screen) {
            let asked = ["ok asked: the rule asks a person?", "ok>two"];
            check(from_ref(&asking), &steps(&[&ASK, &reload]), &asked);
        }
        // It was about to be answered.
        let slow = RuleSpec {
            delay: Duration::from_secs(1),
            ..rule(view, "ok", "one")
        };
        if matches!(view, Prompt | Screen) {
            let cancelled = ["ok cancelled: the config was changed", "ok>two"];
            let later = steps(&[&ASK, &reload, &[Wait(2_000)]]);
            check(&[slow], &later, &cancelled);
        }
    }
}

#[test]
fn a_pane_that_had_no_rules_is_answered() {
    let reload = [Reload(vec![rule(Prompt, "ok", "two")]), Wait(30)];
    check(&[], &steps(&[&ASK, &reload]), &["ok>two"]);
    let line = [Reload(vec![note(Line, "ok")]), Out("\r\nok!\r\n")];
    check(&[], &steps(&[&ASK, &line]), &["ok!ok", "ok!ok"]);
}

#[test]
fn an_answered_prompt_is_never_answered_again() {
    for view in [Prompt, Screen, Stream, Raw] {
        let spec = rule(view, "ok", "one");
        let changed = rule(view, "ok", "two");
        for new in [
            vec![spec.clone()],
            vec![other(&spec)],
            vec![changed.clone()],
            vec![never(view), changed.clone()],
            vec![rule(view, r"\?", "two")],
        ] {
            let after = [Reload(new.clone()), Wait(30), Out("\x1b[K"), Wait(30)];
            let log = run_with(from_ref(&spec), &steps(&[&ASK, &after]), true).log;
            assert_eq!(fired(&log), ["ok>one"], "{view:?} {new:?}");
            // Gone and back again, in two readings.
            for between in [vec![], vec![never(view)], vec![never(Prompt)]] {
                let gone = [Reload(between.clone()), Wait(30), Out("\x1b[K"), Wait(30)];
                let all = steps(&[&ASK, &gone, &after]);
                let log = run_with(from_ref(&spec), &all, true).log;
                assert_eq!(fired(&log), ["ok>one"], "{view:?} {between:?} {new:?}");
            }
        }
        // The next one is new.
        let next = [Reload(vec![changed]), Out("one\r\nok? "), Wait(30)];
        let log = run_with(&[spec], &steps(&[&ASK, &next]), true).log;
        assert_eq!(fired(&log), ["ok>one", "ok>two"], "{view:?}");
    }
}

/// Returns what fired.
fn fired(log: &[String]) -> Vec<&str> {
    let fired = log.iter().filter(|entry| !entry.contains(": "));
    fired.map(String::as_str).collect()
}

#[test]
fn what_sends_nothing_is_not_done_twice_either() {
    for view in [Prompt, Screen, Stream] {
        let spec = note(view, "ok");
        let changed = other(&spec);
        for between in [vec![], vec![never(view)], vec![changed.clone()]] {
            let all = steps(&[
                &ASK,
                &[Reload(between.clone()), Wait(30)],
                &[Reload(vec![changed.clone()]), Wait(30)],
            ]);
            let log = run_with(from_ref(&spec), &all, true).log;
            assert_eq!(fired(&log), ["ok!ok"], "{view:?} {between:?}");
        }
    }
}

#[test]
fn what_a_person_has_answered_is_not_answered_by_rules_that_come_later() {
    for view in [Prompt, Screen] {
        let after = [Reload(vec![rule(view, "ok", "two")]), Wait(30)];
        for before in [vec![], vec![never(view)]] {
            let typed = steps(&[&ASK, &[Send("y\r"), Out("y"), Wait(30)], &after]);
            let log = run_with(&before, &typed, true).log;
            assert_eq!(fired(&log), [""; 0], "{view:?}");
        }
    }
}

#[test]
fn a_dialog_that_still_stands_is_not_answered_by_another_rule() {
    let menu = "Do you trust it?\n❯ 1. Yes\n  2. No";
    let drawn = [Alternate(true), Show(menu), Wait(30)];
    let spec = rule(Screen, "❯ 1. Yes", "1");
    let wider = rule(Screen, "trust it", "2");
    let redrawn = [Show(menu), Wait(30)];
    let reload = |rules: &[RuleSpec]| [Reload(rules.to_vec()), Wait(30)];
    let same = steps(&[&drawn, &reload(from_ref(&other(&spec))), &redrawn]);
    check(from_ref(&spec), &same, &["❯ 1. Yes>1"]);
    let away = steps(&[
        &drawn,
        &reload(&[]),
        &reload(from_ref(&other(&spec))),
        &redrawn,
    ]);
    check(from_ref(&spec), &away, &["❯ 1. Yes>1"]);
    // It has gone meanwhile: what comes then is another one.
    let gone = [Show("busy"), Wait(30)];
    let again = steps(&[&drawn, &reload(from_ref(&wider)), &gone, &redrawn]);
    let log = run_with(from_ref(&spec), &again, true).log;
    assert_eq!(fired(&log), ["❯ 1. Yes>1", "trust it>2"]);
}

#[test]
fn a_rule_that_waits_for_no_stillness_looks_at_what_stands_there() {
    for view in [Prompt, Stream] {
        let at_once = RuleSpec {
            stable: Duration::ZERO,
            ..rule(view, "ok", "two")
        };
        let reload = [Reload(vec![at_once]), Wait(0)];
        check(&[never(view)], &steps(&[&ASK, &reload]), &["ok>two"]);
    }
}

#[test]
fn the_next_question_is_answered_below_one_that_was() {
    for view in [Prompt, Screen, Stream] {
        let specs = [rule(view, "ok", "one")];
        let answered = [Out("ok? "), Wait(30), Out("one\r\n")];
        let next = [
            Out("more? "),
            Wait(30),
            Reload(vec![rule(view, "more", "two")]),
        ];
        let all = steps(&[&answered, &next, &[Wait(30)]]);
        let log = run_with(&specs, &all, true).log;
        assert_eq!(log, ["ok>one", "more>two"], "{view:?}");
    }
}

#[test]
fn a_line_that_has_finished_is_not_seen_again() {
    let spec = note(Line, "ok");
    let reload = [Reload(vec![other(&spec)]), Wait(30)];
    let all = steps(&[&[Out("ok\r\n")], &reload, &[Out("ok\r\n")]]);
    check(&[spec], &all, &["ok!ok", "ok!ok"]);
}

#[test]
fn asks_of_rules_that_stay_stay() {
    let asking = RuleSpec {
        answer: Answer::None,
        deeds: vec![Deed::Ask],
        ..rule(Prompt, "ok", "")
    };
    let asks = |new: Vec<RuleSpec>| {
        let pane = run_with(
            from_ref(&asking),
            &steps(&[&ASK, &[Reload(new), Wait(30)]]),
            true,
        );
        let asks = pane.engine.asks().iter();
        asks.map(|ask| ask.id).collect::<Vec<_>>()
    };
    assert_eq!(asks(vec![asking.clone()]), [AskId(1)]);
    assert_eq!(asks(vec![never(Prompt), asking.clone()]), [AskId(1)]);
    assert_eq!(asks(Vec::new()), []);
    // It was written otherwise, and asks as another.
    assert_eq!(asks(vec![other(&asking)]), [AskId(2)]);
    // What stays is answered as its rule says, which has another place.
    let suggesting = RuleSpec {
        confirm: true,
        ..rule(Prompt, "ok", "yes")
    };
    let moved = Reload(vec![never(Prompt), suggesting.clone()]);
    let pane = run_with(&[suggesting], &steps(&[&ASK, &[moved, Accept]]), true);
    assert_eq!(pane.log[1..], ["ok>yes"]);
    // Dismissed is dealt with.
    let dismissed = steps(&[&ASK, &[Dismiss, Reload(vec![other(&asking)]), Wait(30)]]);
    let pane = run_with(from_ref(&asking), &dismissed, true);
    assert_eq!(pane.engine.asks(), []);
}

#[test]
fn what_is_pending_goes_on_for_a_rule_that_stays() {
    let slow = RuleSpec {
        delay: Duration::from_secs(1),
        ..rule(Prompt, "ok", "one")
    };
    let moved = vec![never(Prompt), slow.clone()];
    let all = steps(&[&ASK, &[Reload(moved), Wait(900)]]);
    check(from_ref(&slow), &all, &[]);
    check(&[slow], &steps(&[&all, &[Wait(100)]]), &["ok>one"]);
}

#[test]
fn counts_of_rules_that_stay_are_kept() {
    let once = RuleSpec {
        max: Some(1),
        ..note(Line, "ok")
    };
    let twice = |new: RuleSpec| {
        let reload = Reload(vec![never(Prompt), new]);
        let all = [Out("ok\r\n"), reload, Out("ok\r\n")];
        run_with(from_ref(&once), &all, true).log.len()
    };
    // It says that it is spent.
    let pane = run_with(
        from_ref(&once),
        &[
            Out("ok\r\n"),
            Reload(vec![never(Prompt), once.clone()]),
            Out("ok\r\n"),
        ],
        true,
    );
    assert_eq!(pane.log, ["ok!ok", "ok spent: it has fired 1 of 1 times"]);
    assert_eq!(pane.engine.standing()[1].fired, 1);
    assert_eq!(pane.engine.fired(), 1);
    assert_eq!(twice(other(&once)), 2, "another rule fires anew");

    let limited = RuleSpec {
        per_minute: 2,
        ..note(Line, "ok")
    };
    let reload = Reload(vec![limited.clone()]);
    let flood = [Out("ok\r\nok\r\n"), reload, Out("ok\r\n")];
    let pane = run_with(&[limited], &flood, true);
    assert!(!pane.engine.armed(), "{:?}", pane.log);
}

#[test]
fn states_are_kept_as_far_as_they_are_still_there() {
    let first = RuleSpec {
        start: "a".to_owned(),
        states: vec!["a".to_owned()],
        goto: Some("b".to_owned()),
        ..note(Line, "one")
    };
    let second = RuleSpec {
        start: "a".to_owned(),
        states: vec!["b".to_owned()],
        ..note(Line, "two")
    };
    let begin = [Out("one\r\n")];
    let state = |new: &[RuleSpec]| {
        let specs = [first.clone(), second.clone()];
        let all = steps(&[&begin, &[Reload(new.to_vec()), Out("two\r\n")]]);
        let pane = run_with(&specs, &all, true);
        let standing = pane.engine.standing();
        (standing[0].state.to_owned(), pane.log.len())
    };
    let specs = [first.clone(), second.clone()];
    assert_eq!(state(&specs), ("b".to_owned(), 2));
    assert_eq!(
        state(&[first.clone(), other(&second)]),
        ("b".to_owned(), 2),
        "another rule looks in the same state"
    );
    let renamed = RuleSpec {
        states: vec!["c".to_owned()],
        ..second.clone()
    };
    let to_c = RuleSpec {
        goto: Some("c".to_owned()),
        ..first.clone()
    };
    assert_eq!(state(&[to_c, renamed]), ("a".to_owned(), 1));
}

#[test]
fn a_silence_that_was_acted_on_is_not_acted_on_again() {
    let idle = |seconds| event("idle", Trigger::Idle(Duration::from_secs(seconds)));
    let silence = [Out("x"), Wait(10_000)];
    for new in [idle(5), idle(6)] {
        let all = steps(&[&silence, &[Reload(vec![new]), Wait(60_000)]]);
        check(&[idle(5)], &all, &["idle!"]);
    }
    let all = steps(&[&silence, &[Reload(vec![idle(6)]), Out("y"), Wait(60_000)]]);
    check(&[idle(5)], &all, &["idle!", "idle!"]);
    // Nobody knew how long it had been still: it counts from then on.
    let all = steps(&[&silence, &[Reload(vec![idle(6)]), Wait(5_000)]]);
    check(&[], &all, &[]);
    check(&[], &steps(&[&all, &[Wait(1_000)]]), &["idle!"]);
}

#[test]
fn a_secret_is_not_sent_again_by_a_rule_that_was_changed() {
    let secret = RuleSpec {
        name: "login".to_owned(),
        trigger: Trigger::Match(vec!["Password: $".to_owned()]),
        answer: Answer::Secret("pw".to_owned()),
        max: Some(1),
        ..RuleSpec::default()
    };
    let program = Program {
        name: "ssh",
        own: false,
        genuine: true,
    };
    let prompting = [
        Step::Holder(Some(Reader::Reads(program))),
        Tty(false, true),
        Out("Password: "),
        Wait(100),
    ];
    let sent = steps(&[&prompting, &[Bring, Out("\r\nSorry.\r\n")]]);
    let changed = RuleSpec {
        name: "other".to_owned(),
        ..other(&secret)
    };
    let again = steps(&[&sent, &[Reload(vec![changed.clone()])], &prompting]);
    let log = run_with(from_ref(&secret), &again, true).log;
    let asked =
        "other asked: the secret was sent 1 of 1 times and is asked for again; it may be wrong?***";
    assert_eq!(log, ["login>secret pw", "written", asked]);
    // One that is being fetched is not written for a rule that has gone.
    let fetching = steps(&[&prompting, &[Reload(Vec::new()), Bring]]);
    let log = run_with(from_ref(&secret), &fetching, true).log;
    assert_eq!(
        log,
        ["login>secret pw", "login cancelled: the config was changed"]
    );
}

#[test]
fn a_person_and_a_disarmed_pane_are_left_alone() {
    let new = || Reload(vec![rule(Prompt, "ok", "two")]);
    let interacting = steps(&[&[Interact(true)], &ASK, &[new(), Wait(1_000)]]);
    let log = run_with(&[never(Prompt)], &interacting, true).log;
    assert_eq!(fired(&log), [""; 0]);
    let after = steps(&[&interacting, &[Interact(false), Wait(30)]]);
    let log = run_with(&[never(Prompt)], &after, true).log;
    assert_eq!(fired(&log), ["ok>two"]);
    let disarmed = steps(&[&[Arm(false)], &ASK, &[new(), Wait(1_000)]]);
    let pane = run_with(&[never(Prompt)], &disarmed, true);
    assert!(fired(&pane.log).is_empty() && !pane.engine.armed());
}
