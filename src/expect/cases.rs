//! The engine's specification, case by case: scripts of output, time and sends, each run unsplit,
//! with each output split at every byte, and byte by byte.
//!
//! Owns a small terminal that knows just the sequences the cases use; the real one is tested with
//! the pane.

use std::{
    collections::BTreeMap,
    slice::from_ref,
    time::{Duration, Instant},
};

use super::*;
use crate::expect::strip::Stripper;

/// One step of a script.
#[derive(Clone, Debug)]
enum Step {
    Out(&'static str),
    Bytes(Vec<u8>),
    Wait(u64),
    /// Somebody else than a rule sends.
    Send(&'static str),
    Interact(bool),
    Arm(bool),
    Alternate(bool),
    Drained,
    Exits(i32),
    Eof,
    Restart,
}
use Step::*;

/// A terminal of one endless line after another.
#[derive(Default)]
struct Screen {
    line: u64,
    cells: Vec<char>,
    column: usize,
    pending: Vec<u8>,
    alternate: bool,
}

impl Screen {
    /// Takes bytes and returns what was seen: finished lines, or `None` for an erased screen.
    fn feed(&mut self, bytes: &[u8]) -> Vec<Option<(u64, String)>> {
        let mut seen = Vec::new();
        for &byte in bytes {
            self.pending.push(byte);
            let pending = self.pending.clone();
            match pending.as_slice() {
                [0x1b] | [0x1b, b'['] => continue,
                [0x1b, b'[', parameters @ .., last] => {
                    if !last.is_ascii_alphabetic() {
                        continue;
                    }
                    let number: usize = String::from_utf8_lossy(parameters).parse().unwrap_or(0);
                    match (last, number) {
                        (b'G', column) => self.column = column.saturating_sub(1),
                        (b'K' | b'J', 0) => self.cells.truncate(self.column),
                        (b'J', 2) => {
                            self.cells.clear();
                            seen.push(None);
                        }
                        _ => {}
                    }
                }
                [b'\n'] => {
                    let text: String = self.cells.drain(..).collect();
                    seen.push(Some((self.line, text.trim_end().to_owned())));
                    self.line += 1;
                    self.column = 0;
                }
                [b'\r'] => self.column = 0,
                [..0x20] => {}
                text => match std::str::from_utf8(text) {
                    Ok(text) => self.cells_put(text.chars().next().unwrap()),
                    Err(error) if error.error_len().is_none() => continue,
                    Err(_) => self.cells_put('\u{fffd}'),
                },
            }
            self.pending.clear();
        }
        seen
    }

    fn cells_put(&mut self, character: char) {
        while self.cells.len() <= self.column {
            self.cells.push(' ');
        }
        self.cells[self.column] = character;
        self.column += 1;
    }

    fn prompt(&self) -> String {
        self.cells.iter().take(self.column).collect()
    }
}

/// A pane as the engine sees it.
struct Pane {
    engine: Engine,
    screen: Screen,
    now: Instant,
    echo: bool,
    log: Vec<String>,
}

impl Pane {
    fn new(specs: &[RuleSpec], now: Instant) -> Pane {
        let rules = specs
            .iter()
            .map(|spec| Rule::compile(spec, &BTreeMap::new()).unwrap())
            .collect();
        Pane {
            engine: Engine::new(rules, Context::default(), true, now),
            screen: Screen::default(),
            now,
            echo: true,
            log: Vec::new(),
        }
    }

    fn with_look<T>(&mut self, act: impl FnOnce(&mut Engine, Instant, &Look) -> T) -> T {
        let prompt = self.screen.prompt();
        let look = Look {
            line: self.screen.line,
            prompt: &prompt,
            alternate: self.screen.alternate,
            echo: Some(self.echo),
            canonical: Some(true),
        };
        act(&mut self.engine, self.now, &look)
    }

    fn out(&mut self, bytes: &[u8]) {
        let seen = self.screen.feed(bytes);
        let seen: Vec<Output> = seen
            .iter()
            .map(|output| match output {
                Some((number, text)) => Output::Line {
                    number: *number,
                    text,
                },
                None => Output::Erased,
            })
            .collect();
        let decisions = self.engine.feed(self.now, bytes, &seen);
        self.perform(decisions);
        self.ticks();
    }

    /// Ticks at every deadline up to now.
    fn ticks(&mut self) {
        let end = self.now;
        while let Some(at) = self.engine.next_deadline().filter(|at| *at <= end) {
            self.now = self.now.min(at.max(self.now));
            let decisions = self.with_look(|engine, now, look| engine.tick(now, look));
            self.perform(decisions);
        }
        self.now = end;
    }

    fn wait(&mut self, milliseconds: u64) {
        let end = self.now + Duration::from_millis(milliseconds);
        while let Some(at) = self.engine.next_deadline().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            let decisions = self.with_look(|engine, now, look| engine.tick(now, look));
            self.perform(decisions);
        }
        self.now = end;
    }

    fn send(&mut self, bytes: &[u8]) {
        let echo = self.echo;
        self.with_look(|engine, now, look| engine.sent(now, bytes, echo, look));
    }

    fn perform(&mut self, decisions: Vec<Decision>) {
        for decision in decisions {
            let mut entry = decision.rule.clone();
            match decision.outcome {
                Outcome::Fired => {}
                outcome => entry += &format!(" {outcome}: {}", decision.reason),
            }
            for action in &decision.actions {
                match action {
                    Action::Send(text) => entry += &format!(">{}", text.trim_end_matches('\r')),
                    Action::Notify(text) => entry += &format!("!{text}"),
                    other => entry += &format!(">{other:?}"),
                }
            }
            self.log.push(entry);
            for action in decision.actions {
                match action {
                    Action::Send(text) => self.send(text.as_bytes()),
                    Action::Eof => self.send(b"\x04"),
                    _ => {}
                }
            }
        }
    }

    fn step(&mut self, step: &Step) {
        match step {
            Out(text) => self.out(text.as_bytes()),
            Bytes(bytes) => self.out(bytes),
            Wait(milliseconds) => self.wait(*milliseconds),
            Send(text) => self.send(text.as_bytes()),
            Interact(on) => self.engine.interact(self.now, *on),
            Arm(on) => self.engine.arm(self.now, *on),
            Alternate(on) => self.screen.alternate = *on,
            Drained => {
                let decisions = self.with_look(|engine, now, look| engine.drained(now, look));
                self.perform(decisions);
            }
            Exits(code) => {
                let decisions = self.engine.exited(self.now, super::Exit::Code(*code));
                self.perform(decisions);
            }
            Eof => {
                let decisions = self.with_look(|engine, now, look| engine.eof(now, look));
                self.perform(decisions);
            }
            Restart => {
                self.engine.restart(self.now);
                self.screen = Screen::default();
            }
        }
    }
}

fn run(specs: &[RuleSpec], steps: &[Step]) -> Vec<String> {
    run_with(specs, steps, true).log
}

fn run_with(specs: &[RuleSpec], steps: &[Step], echo: bool) -> Pane {
    let mut pane = Pane::new(specs, Instant::now());
    pane.echo = echo;
    for step in steps {
        pane.step(step);
    }
    pane
}

/// Splits output at `split`; `None` splits it into bytes.
fn split(step: &Step, split: Option<usize>) -> Vec<Step> {
    let bytes = match step {
        Out(text) => text.as_bytes(),
        Bytes(bytes) => bytes,
        other => return vec![other.clone()],
    };
    match split {
        Some(at) => [&bytes[..at.min(bytes.len())], &bytes[at.min(bytes.len())..]]
            .map(|part| Bytes(part.to_vec()))
            .to_vec(),
        None => bytes.iter().map(|byte| Bytes(vec![*byte])).collect(),
    }
}

fn check(specs: &[RuleSpec], steps: &[Step], expected: &[&str]) {
    assert_eq!(run(specs, steps), expected, "unsplit");
    for (index, step) in steps.iter().enumerate() {
        let length = match step {
            Out(text) => text.len(),
            Bytes(bytes) => bytes.len(),
            _ => continue,
        };
        for at in (1..length).map(Some).chain([None]) {
            let mut parts = steps.to_vec();
            parts.splice(index..=index, split(step, at));
            assert_eq!(run(specs, &parts), expected, "step {index} split at {at:?}");
        }
    }
}

/// Returns a rule named after its pattern that sends `answer`.
fn rule(view: View, pattern: &str, answer: &str) -> RuleSpec {
    RuleSpec {
        name: pattern.to_owned(),
        trigger: Trigger::Match(vec![pattern.to_owned()]),
        view,
        answer: Answer::Send(vec![answer.to_owned()]),
        ..RuleSpec::default()
    }
}

fn note(view: View, pattern: &str) -> RuleSpec {
    RuleSpec {
        answer: Answer::None,
        deeds: vec![Deed::Notify("{0}".to_owned())],
        ..rule(view, pattern, "")
    }
}

fn event(name: &str, trigger: Trigger) -> RuleSpec {
    RuleSpec {
        name: name.to_owned(),
        trigger,
        deeds: vec![Deed::Notify("{exit}".to_owned())],
        ..RuleSpec::default()
    }
}

use View::{Line, Prompt, Stream};

#[test]
fn case_1_earliest_start_wins_then_order() {
    let rules = ["bar", "foo", "foobar"];
    for view in [Stream, Prompt, Line] {
        let specs = rules.map(|pattern| note(view, pattern));
        let expected: &[&str] = match view {
            // The rest of the text is still there after the match.
            Stream => &["foo!foo", "bar!bar"],
            _ => &["foo!foo"],
        };
        check(&specs, &[Out("foobar"), Wait(30), Eof], expected);
    }
    let list = RuleSpec {
        trigger: Trigger::Match(rules.map(str::to_owned).to_vec()),
        name: "list".to_owned(),
        ..note(Prompt, "x")
    };
    check(&[list], &[Out("foobar"), Wait(30)], &["list!foo"]);
    let specs = ["early", "late"].map(|pattern| note(Stream, pattern));
    check(
        &specs,
        &[Out("late early\r\n")],
        &["late!late", "early!early"],
    );
}

#[test]
fn case_1_priority_comes_first() {
    let high = RuleSpec {
        priority: 1,
        ..note(Prompt, "b")
    };
    check(
        &[note(Prompt, "a"), high.clone()],
        &[Out("ab"), Wait(30)],
        &["b!b"],
    );
    let high = RuleSpec {
        view: Stream,
        ..high
    };
    check(&[note(Stream, "a"), high.clone()], &[Out("ab\n")], &["b!b"]);
    // Across views too; an answer spends the prompt for all of them.
    let low = rule(Prompt, "a", "low");
    let high = RuleSpec {
        answer: Answer::Send(vec!["high".to_owned()]),
        ..high
    };
    check(
        &[low, high],
        &[Out("ab"), Wait(30)],
        &["b>high!b", "a held: this prompt has been answered already"],
    );
    let specs = [rule(Prompt, "a", "prompt"), rule(Stream, "a", "stream")];
    check(&specs, &[Out("a"), Wait(30), Wait(100)], &["a>prompt"]);
}

#[test]
fn case_2_stable_waits_for_the_rest() {
    let specs = ["foobar", "foo"].map(|pattern| RuleSpec {
        stable: Duration::from_millis(400),
        ..note(Prompt, pattern)
    });
    let steps = [Out("foo"), Wait(300), Out("bar"), Wait(399)];
    check(&specs, &steps, &[]);
    let steps = [Out("foo"), Wait(300), Out("bar"), Wait(400)];
    check(&specs, &steps, &["foobar!foobar"]);
}

#[test]
fn case_3_numbers_that_arrive_in_parts() {
    for view in [Prompt, Stream] {
        let steps = [Out("total: 1"), Wait(10), Out("23"), Wait(30)];
        check(&[note(view, r"\d+$")], &steps, &[r"\d+$!123"]);
    }
}

#[test]
fn case_4_line_ends_are_lf() {
    let spec = RuleSpec {
        trigger: Trigger::Match(vec!["x*".to_owned()]),
        ..note(Stream, "x")
    };
    assert_eq!(
        Rule::compile(&spec, &BTreeMap::new()).unwrap_err().key,
        "match"
    );
    let specs = [note(Stream, "(?m)^bbb$")];
    check(&specs, &[Out("aaa\r\nbbb\r\nccc\r\n")], &["(?m)^bbb$!bbb"]);
    check(&specs, &[Out("aaa\r\nxbbb\r\nbbbx\r\n")], &[]);
    check(&[note(Stream, "a\nb")], &[Out("a\r\nb")], &[]);
    check(&[note(Stream, "a\nb")], &[Out("a\r\nb\r\n")], &["a\nb!ab"]);
}

#[test]
fn case_5_split_and_invalid_utf8() {
    for view in [Stream, Prompt] {
        let steps = [Out("caf\x1b[1mé €𝄞"), Wait(30)];
        check(&[note(view, "é €𝄞$")], &steps, &["é €𝄞$!é €𝄞"]);
    }
    let steps = [Bytes(b"a\xffb\r\nok\r\n".to_vec())];
    check(
        &[note(Stream, "a\u{fffd}b"), note(Stream, "ok")],
        &steps,
        &["a\u{fffd}b!a\u{fffd}b", "ok!ok"],
    );
}

#[test]
fn case_6_colour_is_no_text() {
    let coloured = "\x1b[1;32mPass\x1b[0mword: ";
    for view in [Prompt, Stream, Line] {
        let steps = [Out(coloured), Wait(30), Eof];
        check(&[note(view, "Password:")], &steps, &["Password:!Password:"]);
    }
}

#[test]
fn case_7_own_echo_fires_nothing_and_the_same_print_does() {
    for view in [Prompt, Line, Stream] {
        // The rule's own answer matches its pattern again.
        let specs = [rule(view, "ok", "ok")];
        let steps = match view {
            Line => vec![Out("ok\r\n"), Out("ok\r\n"), Wait(50)],
            _ => vec![Out("ok? "), Wait(30), Out("ok\r\n"), Wait(50)],
        };
        check(&specs, &steps, &["ok>ok"]);
        let printed = [steps, vec![Out("ok"), Wait(30), Out("\r\n"), Wait(30)]].concat();
        check(&specs, &printed, &["ok>ok", "ok>ok"]);
    }
}

#[test]
fn case_7_echo_that_comes_late_or_in_parts_is_masked() {
    let specs = [note(Stream, "yes")];
    let steps = [
        Out("go? "),
        Send("yes\r"),
        Out("bye\r\ny"),
        Wait(50),
        Out("es\r\n"),
        Out("yes\r\n"),
    ];
    check(&specs, &steps, &["yes!yes"]);
}

#[test]
fn case_7_in_raw_mode_the_answered_line_is_silent() {
    // A line editor draws the answer itself: ECHO is off.
    let specs = [rule(Prompt, r"\? ", "y"), rule(Line, r"\?", "line")];
    let steps = [
        Out("go? "),
        Wait(30),
        Out("\r\x1b[Kgo? y"),
        Wait(30),
        Out("\r\nthere? \r\n"),
    ];
    assert_eq!(
        run_with(&specs, &steps, false).log,
        [
            r"\? >y",
            r"\?  held: this prompt has been answered already",
            r"\?>line"
        ]
    );
}

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
    // Armed again, it has its allowance back.
    pane.engine.arm(pane.now, true);
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
        pane.out(b"\r\n");
    }
    assert_eq!(pane.engine.fired(), 100);
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
        assert!(pane.engine.feed(pane.now, chunk, &[]).is_empty());
    }
    let stream = pane.engine.stream.as_ref().unwrap();
    assert!(stream.kept() < 512 << 10, "{} bytes kept", stream.kept());
    stream.work() / log.len() as u64
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
        engine.feed(now, b"ok\r\n", &[]).remove(0).actions
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

mod any_split {
    use proptest::prelude::*;

    use super::*;

    /// Prompts, answers, escapes and line ends to make output of.
    fn piece() -> impl Strategy<Value = &'static str> {
        prop::sample::select(vec![
            "ok? ",
            "yes",
            "a",
            "b",
            "\n",
            "\r\n",
            "\r",
            "\x1b[K",
            "\x1b[1m",
            "\x1b[1G",
            "é",
            "\x1b[2J",
            "\x1b]0;a\x07",
            " ",
            "name: ",
        ])
    }

    fn outputs() -> impl Strategy<Value = Vec<(Vec<&'static str>, u64)>> {
        let wait = prop::sample::select(vec![0, 10, 30, 100]);
        prop::collection::vec((prop::collection::vec(piece(), 1..12), wait), 1..6)
    }

    fn specs(view: View) -> Vec<RuleSpec> {
        let list = RuleSpec {
            trigger: Trigger::Match(vec!["yes".to_owned(), r"a\s*b$".to_owned()]),
            stable: Duration::from_millis(80),
            cooldown: Duration::from_millis(50),
            ..note(view, "list")
        };
        let high = RuleSpec {
            priority: 1,
            max: Some(3),
            ..note(view, "(?s)b.*é")
        };
        vec![
            note(view, r"ok\? "),
            list,
            note(view, r"^name: $"),
            high,
            note(view, "b\n+a"),
        ]
    }

    proptest! {
        #[test]
        fn gives_the_same_decisions(outputs in outputs(), seed in any::<u64>()) {
            for view in [Prompt, Line, Stream] {
                let specs = specs(view);
                let mut whole = Vec::new();
                let mut parts = Vec::new();
                let mut random = seed;
                for (pieces, wait) in &outputs {
                    let bytes = pieces.concat().into_bytes();
                    let mut rest = bytes.as_slice();
                    while !rest.is_empty() {
                        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                        let length = 1 + (random >> 33) as usize % 7;
                        let (part, tail) = rest.split_at(length.min(rest.len()));
                        parts.push(Bytes(part.to_vec()));
                        rest = tail;
                    }
                    whole.push(Bytes(bytes));
                    whole.push(Wait(*wait));
                    parts.push(Wait(*wait));
                }
                whole.push(Eof);
                parts.push(Eof);
                prop_assert_eq!(run(&specs, &whole), run(&specs, &parts), "{:?}", view);
            }
        }

        #[test]
        fn gives_the_same_matches_as_looking_at_every_line_end(
            pieces in prop::collection::vec(piece(), 1..40),
        ) {
            let output = pieces.concat();
            let specs: Vec<RuleSpec> = specs(Stream)
                .into_iter()
                .map(|spec| RuleSpec { cooldown: Duration::ZERO, max: None, per_minute: 1000, ..spec })
                .collect();
            prop_assert_eq!(run(&specs, &[Bytes(output.clone().into_bytes())]), naive(&specs, &output));
        }
    }

    fn step() -> impl Strategy<Value = Step> {
        let waits = prop::sample::select(vec![0, 10, 30, 100, 1_000]);
        prop_oneof![
            8 => piece().prop_map(Out),
            4 => waits.prop_map(Wait),
            1 => prop::sample::select(vec!["yes\r", "a", "\x03"]).prop_map(Send),
            1 => any::<bool>().prop_map(Interact),
            1 => any::<bool>().prop_map(Arm),
            1 => any::<bool>().prop_map(Alternate),
            1 => prop::sample::select(vec![Drained, Exits(0), Exits(1), Step::Eof, Restart]),
        ]
    }

    proptest! {
        #[test]
        fn no_sequence_of_events_leaves_a_deadline_behind(
            steps in prop::collection::vec(step(), 1..60),
            echo in any::<bool>(),
        ) {
            let after = Duration::from_millis(200);
            let mut specs = vec![
                event("exit", Trigger::Exit(WhenExit::Zero)),
                event("eof", Trigger::Eof),
                RuleSpec { cooldown: 3 * after, ..event("idle", Trigger::Idle(after)) },
                RuleSpec { max: Some(1), ..event("idle once", Trigger::Idle(after)) },
                RuleSpec { per_minute: 2, ..event("timeout", Trigger::Timeout(after)) },
            ];
            for view in [Prompt, Line, Stream] {
                specs.extend(self::specs(view));
                specs.push(RuleSpec { per_minute: 3, cooldown: after, ..rule(view, "ok", "yes") });
                specs.push(RuleSpec { max: Some(2), stable: Duration::ZERO, ..rule(view, "a", "é") });
            }
            let mut pane = Pane::new(&specs, Instant::now());
            pane.echo = echo;
            for step in &steps {
                pane.step(step);
                if let Some(at) = pane.engine.next_deadline() {
                    pane.now = pane.now.max(at);
                    let decisions = pane.with_look(|engine, now, look| engine.tick(now, look));
                    pane.perform(decisions);
                    prop_assert!(pane.engine.next_deadline().is_none_or(|next| next > pane.now));
                }
            }
            prop_assert!(pane.engine.fired() <= pane.log.len() as u64);
        }
    }

    /// The specification of the stream view without any thrift: at each LF, every rule looks at
    /// all text since the last match.
    fn naive(specs: &[RuleSpec], output: &str) -> Vec<String> {
        let mut text = String::new();
        Stripper::default().push(output.as_bytes(), &mut text);
        let mut log = Vec::new();
        let mut cursor = 0;
        for (line_end, _) in text.match_indices('\n') {
            loop {
                let seen = &text[cursor..(line_end + 1).max(cursor)];
                let best = specs
                    .iter()
                    .filter_map(|spec| {
                        let rule = Rule::compile(spec, &BTreeMap::new()).unwrap();
                        let hit = rule.find(seen, 0)?;
                        Some((spec, hit))
                    })
                    .min_by_key(|(spec, hit)| (-spec.priority, hit.range.start));
                let Some((spec, hit)) = best else { break };
                let matched: String = seen[hit.range.clone()]
                    .chars()
                    .filter(|c| !c.is_control())
                    .collect();
                log.push(format!("{}!{matched}", spec.name));
                cursor += hit.range.end;
            }
        }
        log
    }
}
