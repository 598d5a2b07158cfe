//! Secrets: the gate, its wait, and who is asked when it does not open.

use std::slice::from_ref;

use super::{
    super::*,
    harness::{
        Step::{self, *},
        check, run_with,
    },
};

const PROMPT: &str = "Password: ";

fn secret() -> RuleSpec {
    RuleSpec {
        name: "login".to_owned(),
        trigger: Trigger::Match(vec!["Password: $".to_owned()]),
        answer: Answer::Secret("pw".to_owned()),
        max: Some(1),
        ..RuleSpec::default()
    }
}

fn reads(name: &'static str, own: bool) -> Step {
    let program = Program {
        name,
        own,
        genuine: true,
    };
    Step::Holder(Some(Reader::Reads(program)))
}

/// The tty of a program that asks for a password.
fn prompting() -> [Step; 3] {
    [reads("ssh", false), Tty(false, true), Out(PROMPT)]
}

fn steps(parts: &[&[Step]]) -> Vec<Step> {
    parts.concat()
}

const WANTED: &str = "login>secret pw";
const WRITTEN: &str = "written";

#[test]
fn a_secret_is_wanted_after_two_good_looks_and_written_after_a_third() {
    let spec = secret();
    // Seen reading 3 ms after its prompt, and again 20 ms later.
    let early = steps(&[&prompting(), &[Wait(22)]]);
    check(from_ref(&spec), &early, &[]);
    let wanted = steps(&[&early, &[Wait(1)]]);
    check(from_ref(&spec), &wanted, &[WANTED]);
    check(
        from_ref(&spec),
        &steps(&[&wanted, &[Wait(5_000), Bring, Out("\r\n"), Wait(5_000)]]),
        &[WANTED, WRITTEN],
    );
    let pane = run_with(&[spec], &steps(&[&wanted, &[Wait(30)]]), true);
    assert_eq!(
        (pane.engine.fired(), pane.engine.next_deadline()),
        (0, None)
    );
}

#[test]
fn case_08_echo_that_goes_off_late_is_waited_for() {
    let late = steps(&[
        &[
            reads("python3", true),
            Tty(true, true),
            Out(PROMPT),
            Wait(50),
        ],
        &[Tty(false, true), Wait(50)],
    ]);
    check(&[secret()], &steps(&[&late, &[Bring]]), &[WANTED, WRITTEN]);
}

#[test]
fn case_09_what_is_no_password_prompt_becomes_an_ask() {
    let asked = |why: &str| format!("login asked: the secret was kept back: {why}?***");
    let shell = [
        ((true, true), Some(reads("bash", true)), "the tty echoes"),
        (
            (false, false),
            Some(reads("ssh", true)),
            "the tty is not in line mode",
        ),
        (
            (false, true),
            Some(reads("bash", true)),
            "'bash' reads the tty, and is not allowed to ask for it",
        ),
        (
            (false, true),
            Some(Step::Holder(Some(Reader::Nobody))),
            "nobody reads the tty",
        ),
        ((false, true), None, "who reads the tty cannot be known"),
    ];
    for ((echo, canonical), holder, why) in shell {
        let mut script: Vec<Step> = holder.into_iter().collect();
        script.extend([Tty(echo, canonical), Out(PROMPT), Wait(990)]);
        check(&[secret()], &script, &[]);
        script.push(Wait(100));
        check(&[secret()], &script, &[&asked(why)]);
    }
    // Where readers cannot be seen, the leader counts.
    let sudo = [
        Step::Holder(Some(Reader::Unknown)),
        Tty(false, true),
        Out(PROMPT),
        Wait(60),
        Bring,
    ];
    check(&[secret()], &sudo, &[WANTED, WRITTEN]);
}

#[test]
fn a_look_that_fails_in_between_begins_anew() {
    let flicker = steps(&[
        &prompting(),
        &[
            Wait(5),
            Tty(true, true),
            Wait(20),
            Tty(false, true),
            Wait(30),
        ],
    ]);
    check(&[secret()], &flicker, &[]);
    check(&[secret()], &steps(&[&flicker, &[Wait(20)]]), &[WANTED]);
}

#[test]
fn what_happens_before_the_write_keeps_the_secret_back() {
    let wanted = steps(&[&prompting(), &[Wait(30)]]);
    let then = |change: &[Step], expected: &str| {
        let script = steps(&[&wanted, change, &[Bring]]);
        let log = run_with(&[secret()], &script, true).log;
        assert_eq!(log, [WANTED, expected], "{change:?}");
    };
    let cancelled = |why: &str| format!("login cancelled: {why}");
    then(&[Send("x")], &cancelled("something else was sent first"));
    then(&[Out("\x1b[2J")], &cancelled("the screen was erased"));
    then(&[Out("\r\n$ ")], &cancelled("its prompt has gone"));
    then(&[Out("\r\x1b[K$ ")], &cancelled("its prompt has gone"));
    then(
        &[Out("\r\n"), Wait(30), Out("\x1b[2J"), Out(PROMPT)],
        &cancelled("its prompt has gone"),
    );
    then(&[Exits(255)], &cancelled("the child exited with 255"));
    then(
        &[Interact(true)],
        &cancelled("a person interacts with the pane"),
    );
    then(&[Arm(false)], &cancelled("the pane is disarmed"));
    then(
        &[Tty(true, true)],
        "login asked: the secret was kept back: the tty echoes?***",
    );
    let stranger = "'cat' reads the tty, and is not allowed to ask for it";
    then(
        &[reads("cat", false)],
        &format!("login asked: the secret was kept back: {stranger}?***"),
    );
    let script = steps(&[&wanted, &[Withhold("it took too long")]]);
    let log = run_with(&[secret()], &script, true).log;
    let asked = "login asked: it took too long?***";
    assert_eq!(log, [WANTED, asked]);
}

#[test]
fn an_unknown_want_comes_to_nothing() {
    let mut pane = run_with(&[secret()], &steps(&[&prompting(), &[Wait(30)]]), true);
    let release = |engine: &mut Engine, now, look: &Look| engine.release(now, SecretId(7), look);
    assert_eq!(pane.with_holder(release), Err(Vec::new()));
    pane.engine.restart(pane.now);
    let release = |engine: &mut Engine, now, look: &Look| engine.release(now, SecretId(1), look);
    assert_eq!(pane.with_holder(release), Err(Vec::new()));
}

#[test]
fn a_password_asked_again_is_a_persons() {
    let once = steps(&[&prompting(), &[Wait(30), Bring, Out("\r\nSorry.\r\n")]]);
    let twice = steps(&[&once, &[Out(PROMPT), Wait(2_000)]]);
    let again =
        "login asked: the secret was sent 1 of 1 times and is asked for again; it may be wrong?***";
    check(&[secret()], &twice, &[WANTED, WRITTEN, again]);
    // The person may have it sent once more.
    let accepted = steps(&[&twice, &[Accept, Wait(20), Bring]]);
    let expected = [WANTED, WRITTEN, again, WANTED, WRITTEN];
    check(&[secret()], &accepted, &expected);
    let unlimited = RuleSpec {
        max: None,
        ..secret()
    };
    let script = steps(&[&twice, &[Bring]]);
    check(&[unlimited], &script, &[WANTED, WRITTEN, WANTED, WRITTEN]);
}

#[test]
fn an_accepted_secret_goes_through_the_gate_all_the_same() {
    let confirmed = RuleSpec {
        confirm: true,
        ..secret()
    };
    let asked = "login asked: the rule wants its answer confirmed?***";
    let script = steps(&[&prompting(), &[Wait(30), Accept, Wait(20), Bring]]);
    check(from_ref(&confirmed), &script, &[asked, WANTED, WRITTEN]);
    let lure = [reads("cat", false), Tty(true, true), Out(PROMPT), Wait(30)];
    let kept = "login asked: the secret was kept back: the tty echoes?***";
    let script = steps(&[&lure, &[Accept, Wait(1_000), Wait(5_000)]]);
    check(&[confirmed], &script, &[asked, kept]);
}

#[test]
fn the_rule_may_say_who_may_ask() {
    let spec = RuleSpec {
        foreground: vec!["pinentry".to_owned()],
        ..secret()
    };
    let script = steps(&[&prompting(), &[Wait(1_100)]]);
    let stranger = "'ssh' reads the tty, and is not allowed to ask for it";
    let asked = format!("login asked: the secret was kept back: {stranger}?***");
    check(from_ref(&spec), &script, &[&asked]);
    let script = [
        reads("pinentry", false),
        Tty(false, true),
        Out(PROMPT),
        Wait(30),
    ];
    check(&[spec], &script, &[WANTED]);
}

#[test]
fn the_other_views_want_the_prompt_at_the_cursor_too() {
    for view in [View::Stream, View::Screen] {
        let spec = RuleSpec {
            view,
            trigger: Trigger::Match(vec!["Password:".to_owned()]),
            ..secret()
        };
        let script = steps(&[&prompting(), &[Wait(60), Bring]]);
        check(from_ref(&spec), &script, &[WANTED, WRITTEN]);
        let gone = steps(&[
            &[reads("ssh", false), Tty(false, true)],
            &[Out("Password: \r\n$ "), Wait(60)],
        ]);
        let log = run_with(&[spec], &gone, true).log;
        assert!(!log.contains(&WANTED.to_owned()), "{view:?}: {log:?}");
    }
}

#[test]
fn what_a_secret_rule_does_besides_is_done_as_it_is_wanted() {
    let spec = RuleSpec {
        deeds: vec![Deed::Notify("in".to_owned()), Deed::Disarm],
        ..secret()
    };
    let script = steps(&[&prompting(), &[Wait(30), Bring]]);
    let wanted = "login>secret pw!in>Disarm";
    check(from_ref(&spec), &script, &[wanted, WRITTEN]);
    let pane = run_with(&[spec], &script, true);
    assert!(!pane.engine.armed());
    assert_eq!(pane.engine.fired(), 1);
}
