//! The numbered cases from 10 on: occurrences, windows, loops, the child's end, time, people, screens, load.

use std::{
    slice::from_ref,
    time::{Duration, Instant},
};

use super::{
    super::*,
    harness::{
        Pane,
        Step::{self, *},
        check, event, note, rule, run, run_with, split,
    },
};
use View::{Line, Prompt, Stream};

#[test]
fn case_10_a_redrawn_prompt_is_answered_once() {
    let specs = [rule(Prompt, r"version: \(1\.0\.0\) $", "")];
    let draw = "\x1b[1G\x1b[0Jversion: (1.0.0) \x1b[18G";
    let held = r"version: \(1\.0\.0\) $ held: this prompt has been answered already";
    let fired = r"version: \(1\.0\.0\) $>";
    let redraws = [
        Out(draw),
        Wait(30),
        Out(draw),
        Wait(30),
        Out(draw),
        Out(draw),
        Wait(30),
    ];
    check(&specs, &redraws, &[fired, held]);
    let again = [&redraws[..], &[Out("\r\n"), Out(draw), Wait(30)]].concat();
    check(&specs, &again, &[fired, held, fired]);
    // A rule that only tells fires once, too, until the text has been something else.
    let specs = [note(Prompt, "ask")];
    let steps = [
        Out("ask"),
        Wait(30),
        Out("\rask"),
        Wait(30),
        Out("\rno \r"),
        Wait(30),
    ];
    let held = "ask held: this prompt has been answered already";
    check(&specs, &steps, &["ask!ask", held]);
    let steps = [&steps[..], &[Out("ask"), Wait(30)]].concat();
    check(&specs, &steps, &["ask!ask", held, "ask!ask"]);
}

#[test]
fn case_10_erasing_the_screen_forgets_the_prompt() {
    let specs = [rule(Prompt, "menu", "1")];
    let steps = [Out("menu"), Wait(30), Out("\x1b[2J\rmenu"), Wait(30)];
    check(&specs, &steps, &["menu>1", "menu>1"]);
}

#[test]
fn case_11_two_prompts_in_one_chunk() {
    let specs = |view| ["Name", "Age"].map(|pattern| rule(view, &format!("{pattern}: "), pattern));
    let steps = [Out("Name: \r\nAge: "), Wait(30)];
    check(&specs(Prompt), &steps, &["Age: >Age"]);
    check(&specs(Stream), &steps, &["Name: >Name", "Age: >Age"]);
    let steps = [Out("Name: Age: "), Wait(30)];
    check(&specs(Stream), &steps, &["Name: >Name", "Age: >Age"]);
}

#[test]
fn case_12_a_progress_bar() {
    let bar: String = (0..=100).map(|step| format!("\r{step:3}% done")).collect();
    let steps = [Bytes(bar.into_bytes()), Out("\r\n"), Wait(30)];
    let run_all = |spec: RuleSpec| {
        let mut specs = [spec];
        specs[0].per_minute = 1000;
        let whole = run(&specs, &steps);
        let parts: Vec<Step> = steps.iter().flat_map(|step| split(step, None)).collect();
        assert_eq!(run(&specs, &parts), whole);
        whole.len()
    };
    assert_eq!(run_all(note(Line, "done")), 1);
    assert_eq!(run_all(note(Prompt, "done")), 0);
    assert_eq!(run_all(note(Stream, "done")), 101);
}

#[test]
fn case_14_a_prompt_that_has_gone_gets_no_answer() {
    for view in [Prompt, Stream, View::Screen] {
        let spec = RuleSpec {
            delay: Duration::from_millis(100),
            ..rule(view, "ok", "yes")
        };
        let ask = [Out("ok? "), Wait(30), Wait(99)];
        check(from_ref(&spec), &ask, &[]);
        check(
            from_ref(&spec),
            &[&ask[..], &[Wait(1)]].concat(),
            &["ok>yes"],
        );
        let cleared = [&ask[..], &[Out("\x1b[2J\x1b[1G"), Wait(100)]].concat();
        check(
            from_ref(&spec),
            &cleared,
            &["ok cancelled: the screen was erased"],
        );
        let answered = [&ask[..], &[Send("no\r"), Wait(100)]].concat();
        let overtaken = "ok cancelled: something else was sent first";
        check(from_ref(&spec), &answered, &[overtaken]);
        let interacting = [&ask[..], &[Interact(true), Wait(100)]].concat();
        let person = "ok cancelled: a person interacts with the pane";
        check(&[spec], &interacting, &[person]);
    }
    let spec = RuleSpec {
        delay: Duration::from_millis(100),
        ..rule(Prompt, r"(\d)\?", "{1}")
    };
    let gone = r"(\d)\? cancelled: its prompt has gone";
    let left = [Out("1?"), Wait(30), Out("\r\nbye "), Wait(100)];
    check(from_ref(&spec), &left, &[gone]);
    // What is shown by then counts; the next prompt has its own delay.
    let changed = [Out("1?"), Wait(30), Out("\r2?"), Wait(100)];
    check(from_ref(&spec), &changed, &[r"(\d)\?>2"]);
    let next = [Out("1?"), Wait(30), Out("\r\n2?"), Wait(30), Wait(100)];
    check(&[spec], &next, &[gone, r"(\d)\?>2"]);
}

#[test]
fn case_15_a_window_overlaps_what_came_before() {
    let spec = RuleSpec {
        window: 100,
        ..note(Stream, "NEEDLE")
    };
    let tail: &'static str = Box::leak("x".repeat(500).into_boxed_str());
    let expected = ["NEEDLE!NEEDLE"];
    check(
        from_ref(&spec),
        &[Out("NEEDLE"), Out(tail), Wait(30)],
        &expected,
    );
    check(
        from_ref(&spec),
        &[Out("NEEDLE"), Out(tail), Out("\r\n")],
        &expected,
    );
    // A match over lines may begin a window before the new text, no earlier.
    let over_lines = |gap: usize| {
        let spec = RuleSpec {
            trigger: Trigger::Match(vec!["(?s)BEGIN.*END".to_owned()]),
            ..spec.clone()
        };
        let text = format!("BEGIN\r\n{}END\r\n", "y\r\n".repeat(gap));
        run(&[spec], &[Bytes(text.into_bytes())]).len()
    };
    assert_eq!((over_lines(40), over_lines(60)), (1, 0));
}

#[test]
fn case_15_reads_do_not_matter_for_long_lines() {
    let mut long = vec![b'x'; 65_536 - 3];
    long.extend(b"NEEDLE");
    long.extend(vec![b'x'; 70_000]);
    let specs = [note(Stream, "NEEDLE")];
    for cut in [1, 65_533, 65_535, 65_536, 65_540, 131_072] {
        let steps = [Bytes(long[..cut].to_vec()), Bytes(long[cut..].to_vec())];
        assert_eq!(run(&specs, &steps), ["NEEDLE!NEEDLE"], "{cut}");
    }
}

#[test]
fn case_15_long_lines_are_cut_between_characters() {
    let long = format!("x{}NEEDLE", "é".repeat(40_000)).into_bytes();
    let specs = [note(Stream, "éNEEDLE")];
    let whole = [Bytes(long.clone()), Wait(30)];
    assert_eq!(run(&specs, &whole), ["éNEEDLE!éNEEDLE"]);
    for cut in [65_535, 65_536, 65_537] {
        let steps = [
            Bytes(long[..cut].to_vec()),
            Bytes(long[cut..].to_vec()),
            Wait(30),
        ];
        assert_eq!(run(&specs, &steps), ["éNEEDLE!éNEEDLE"], "{cut}");
    }
}

#[test]
fn case_16_rules_that_feed_each_other_are_stopped() {
    let specs = [rule(Prompt, "ping", "pong"), rule(Prompt, "pong$", "ping")];
    let mut pane = Pane::new(&specs, Instant::now());
    for round in 0..100 {
        pane.out(if round % 2 == 0 { b"ping" } else { b"pong" });
        pane.wait(30);
        pane.out(b"\r\n");
    }
    assert_eq!(pane.engine.fired(), 60);
    assert!(!pane.engine.armed());
    assert_eq!(
        pane.log[60],
        "ping tripped: it fired 30 times within a minute; the pane is disarmed>Disarm"
    );
    assert!(
        pane.engine
            .disarmed_by()
            .unwrap()
            .starts_with("/ping: it fired 30")
    );
    // Armed again, it has its allowance back.
    pane.engine.arm(pane.now, true);
    assert_eq!(pane.engine.disarmed_by(), None);
    pane.out(b"ping");
    pane.wait(30);
    assert_eq!(pane.engine.fired(), 61);
}

#[test]
fn case_16_a_slow_exchange_is_not_stopped() {
    let specs = [rule(Prompt, "ping", "pong")];
    let mut pane = Pane::new(&specs, Instant::now());
    for _ in 0..100 {
        pane.out(b"ping");
        pane.wait(2_000);
        pane.out(b"\r\nserved\r\n");
    }
    assert_eq!(pane.engine.fired(), 100);
}

#[test]
fn case_16_the_same_answer_that_changes_nothing_is_given_five_times() {
    let tripped = |log: &[String]| log.iter().filter(|entry| entry.contains("tripped")).count();
    for view in [Prompt, Stream, Line, View::Screen] {
        let spec = rule(view, "again", "y");
        let mut steps = Vec::new();
        for _ in 0..7 {
            steps.extend([Out("again? \x1b[K"), Wait(30)]);
            match view {
                View::Screen => steps.extend([Out("\x1b[2J\x1b[1G"), Wait(30)]),
                _ => steps.extend([Out("\r\n"), Wait(30)]),
            }
        }
        let pane = run_with(from_ref(&spec), &steps, false);
        assert_eq!(
            (pane.engine.fired(), tripped(&pane.log)),
            (5, 1),
            "{view:?}"
        );
        let why = pane.engine.disarmed_by().unwrap();
        assert_eq!(
            why,
            "/again: it gave the same answer 5 times and nothing changed; the pane is disarmed"
        );
        // Other answers, other text between, or a rule for floods: nothing is odd.
        let list = ["1", "2", "3", "4", "5", "6", "7"].map(str::to_owned);
        let spec = RuleSpec {
            answer: Answer::Send(list.to_vec()),
            ..spec
        };
        assert_eq!(
            run_with(&[spec], &steps, false).engine.fired(),
            7,
            "{view:?}"
        );
        let flood = RuleSpec {
            per_minute: 31,
            ..rule(view, "again", "y")
        };
        assert_eq!(
            run_with(&[flood], &steps, false).engine.fired(),
            7,
            "{view:?}"
        );
    }
    let mut steps = Vec::new();
    for count in ["1", "2", "3", "4", "5", "6", "7"] {
        steps.extend([Out(count), Out("\r\nagain? "), Wait(30), Out("\r\n")]);
    }
    let pane = run_with(&[rule(Prompt, "again", "y")], &steps, false);
    assert_eq!((pane.engine.fired(), pane.engine.disarmed_by()), (7, None));
}

#[test]
fn case_17_nothing_is_lost_at_the_end() {
    let specs = [
        event("eof", Trigger::Eof),
        event("exit", Trigger::Exit(WhenExit::Any)),
        note(Line, "abc"),
    ];
    check(
        &specs,
        &[Out("abc\r\n"), Exits(3), Eof],
        &["abc!abc", "exit!3", "eof!3"],
    );
    // Without LF, the end of the output finishes the line.
    check(
        &specs,
        &[Out("abc"), Exits(3), Eof],
        &["exit!3", "abc!abc", "eof!3"],
    );
    check(
        &specs,
        &[Out("abc"), Drained, Exits(3), Out("\r\n"), Eof],
        &["abc!abc", "exit!3", "eof!3"],
    );
    for view in [Stream, Prompt] {
        let specs = [event("eof", Trigger::Eof), note(view, "abc")];
        check(&specs, &[Out("abc"), Eof, Eof], &["abc!abc", "eof!"]);
    }
}

#[test]
fn case_17_exit_rules_choose_by_status() {
    let specs = [
        event("zero", Trigger::Exit(WhenExit::Zero)),
        event("seven", Trigger::Exit(WhenExit::Code(7))),
        event("nonzero", Trigger::Exit(WhenExit::Nonzero)),
    ];
    check(&specs, &[Exits(0)], &["zero!0"]);
    check(&specs, &[Exits(7)], &["seven!7"]);
    check(&specs, &[Exits(1)], &["nonzero!1"]);
    check(&specs, &[Interact(true), Exits(1)], &["nonzero!1"]);
    check(
        &specs,
        &[Arm(false), Exits(1)],
        &["nonzero held: the pane is disarmed"],
    );
    check(
        &specs,
        &[Exits(0), Restart, Exits(0)],
        &["zero!0", "zero!0"],
    );
}

#[test]
fn case_19_timeout_is_total_and_idle_is_since_output() {
    let specs = [
        event("timeout", Trigger::Timeout(Duration::from_millis(1000))),
        event("idle", Trigger::Idle(Duration::from_millis(500))),
    ];
    let flow = [
        Out("a"),
        Wait(400),
        Out("b"),
        Wait(400),
        Out("c"),
        Wait(199),
    ];
    check(&specs, &flow, &[]);
    check(&specs, &[&flow[..], &[Wait(1)]].concat(), &["timeout!"]);
    let after = [&flow[..], &[Wait(301), Wait(5000), Out("d"), Wait(500)]].concat();
    check(&specs, &after, &["timeout!", "idle!", "idle!"]);
    check(&specs, &[Exits(0), Wait(5000)], &[]);
    check(
        &specs,
        &[Interact(true), Wait(5000), Interact(false), Wait(0)],
        &["timeout!", "idle!"],
    );
}

#[test]
fn case_23_rules_pause_while_a_person_interacts() {
    let held = "ok held: a person interacts with the pane";
    let specs = [rule(Prompt, "ok", "yes")];
    let steps = [
        Interact(true),
        Out("ok? "),
        Wait(50),
        Interact(false),
        Wait(29),
    ];
    check(&specs, &steps, &[held]);
    check(
        &specs,
        &[&steps[..], &[Wait(1)]].concat(),
        &[held, "ok>yes"],
    );
    // What the person answered is spent.
    let steps = [
        Interact(true),
        Out("ok? "),
        Send("y"),
        Out("y"),
        Interact(false),
        Wait(30),
    ];
    check(
        &specs,
        &steps,
        &["ok held: this prompt has been answered already"],
    );
    let steps = [&steps[..], &[Out("\r\nok? "), Wait(30)]].concat();
    check(
        &specs,
        &steps,
        &["ok held: this prompt has been answered already", "ok>yes"],
    );
    // The stream passes over finished lines; the unfinished one is there afterwards.
    let specs = [note(Stream, "a"), note(Stream, "b")];
    let steps = [
        Interact(true),
        Out("a\r\nb"),
        Wait(50),
        Interact(false),
        Wait(30),
    ];
    check(&specs, &steps, &["b!b"]);
}

#[test]
fn case_26_prompt_rules_do_not_run_on_the_alternate_screen() {
    let specs = [rule(Prompt, "ok", "yes"), note(Stream, "ok")];
    let steps = [Alternate(true), Out("ok? "), Wait(30), Out("."), Wait(30)];
    check(
        &specs,
        &steps,
        &["ok held: the alternate screen is shown", "ok!ok"],
    );
    let steps = [&steps[..], &[Alternate(false), Out("\x1b[2J"), Wait(30)]].concat();
    assert_eq!(
        run(&specs[..1], &steps).len(),
        1,
        "the erased screen shows nothing"
    );
}

/// Returns 1 MiB of log lines of 40 to 80 bytes.
fn log_lines() -> Vec<u8> {
    let mut log = Vec::new();
    let mut line = 0;
    while log.len() < 1 << 20 {
        let filler = "lorem ipsum dolor sit amet".repeat(1 + line % 2);
        log.extend(format!("{line:6} \x1b[32mINFO\x1b[m {filler}\r\n").into_bytes());
        line += 1;
    }
    log
}

/// Returns how many bytes of text were searched for each byte of `log`, read in pieces of `read`.
fn work_per_byte(specs: &[RuleSpec], log: &[u8], read: usize) -> u64 {
    let mut pane = Pane::new(specs, Instant::now());
    for chunk in log.chunks(read) {
        assert!(
            pane.with_look(|engine, now, look| engine.feed(now, chunk, &[], look))
                .is_empty()
        );
    }
    let stream = &pane.engine.streams[0];
    assert!(stream.kept() < 512 << 10, "{} bytes kept", stream.kept());
    stream.work() / log.len() as u64
}

#[test]
fn case_26_screen_rules_run_on_the_alternate_screen() {
    let specs = [
        rule(Prompt, "ok", "prompt"),
        rule(View::Screen, "ok", "screen"),
    ];
    let steps = [Alternate(true), Out("ok? "), Wait(30)];
    let held = "ok held: the alternate screen is shown";
    check(&specs, &steps, &[held, "ok>screen"]);
}

#[test]
fn case_27_the_stream_is_linear_in_the_output() {
    let log = log_lines();
    for pattern in ["NEEDLE", r"Password:\s*$", r"INFO \w+ nothing\n\s*$"] {
        let specs = [note(Stream, pattern)];
        assert!(work_per_byte(&specs, &log, 4096) <= 2, "{pattern}");
        assert!(work_per_byte(&specs, &log, 70) <= 8, "{pattern}");
    }
    // Over lines without end, each read costs a window.
    let specs = [note(Stream, "(?s)BEGIN.*END")];
    assert!(work_per_byte(&specs, &log, 64 << 10) <= 3);
    let mut pane = Pane::new(&[note(Stream, "NEEDLE")], Instant::now());
    pane.out(&log);
    pane.out(b"NEEDLE\r\n");
    assert_eq!(pane.log, ["NEEDLE!NEEDLE"]);
}

#[test]
fn case_28_many_rules_are_searched_as_one() {
    let log = log_lines();
    let specs: Vec<RuleSpec> = (0..200)
        .map(|index| note(Stream, &format!("needle-{index}: .* [yY]/n")))
        .collect();
    assert!(work_per_byte(&specs, &log, 4096) <= 2);
}
