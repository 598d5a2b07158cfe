//! The numbered cases of rules that need a real terminal, its tty's limits or its outbox: the whole
//! core, with its output split at every byte.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use super::{
    core::{Core, CoreOptions, Moment},
    effect::Effect,
    event::PaneEvent,
    outbox::OUTBOX,
};
use crate::{
    expect::{Answer, Rule, RuleSpec, Trigger},
    geometry::Size,
    protocol::SendWhat,
    pty::TtyState,
};

const COOKED: TtyState = TtyState {
    echo: true,
    canonical: true,
    end_of_file: Some(4),
};

/// A core, its clock, and what it has written.
struct Pane {
    core: Core,
    now: Instant,
    tty: TtyState,
    written: Vec<u8>,
    events: Vec<PaneEvent>,
}

impl Pane {
    fn new(size: Size, pattern: &str, answer: Answer) -> Pane {
        let spec = RuleSpec {
            ruleset: "set".to_owned(),
            name: "rule".to_owned(),
            trigger: Trigger::Match(vec![pattern.to_owned()]),
            answer,
            ..RuleSpec::default()
        };
        let now = Instant::now();
        let options = CoreOptions {
            rules: vec![Rule::compile(&spec, &BTreeMap::new()).unwrap()],
            ..CoreOptions::bare(size)
        };
        Pane {
            core: Core::new(options, now),
            now,
            tty: COOKED,
            written: Vec::new(),
            events: Vec::new(),
        }
    }

    fn moment(&self) -> Moment<'static> {
        Moment {
            now: self.now,
            tty: Some(self.tty),
            holder: None,
        }
    }

    fn out(&mut self, bytes: &[u8]) {
        self.core.output(self.moment(), bytes);
        self.settle();
    }

    /// Writes what waits, as to a child that reads, and keeps what has happened.
    fn settle(&mut self) {
        self.written.extend(self.core.outbox());
        self.core.written(self.core.outbox().len());
        self.take_events();
    }

    fn take_events(&mut self) {
        for effect in self.core.take_effects() {
            if let Effect::Event(event) = effect {
                self.events.push(event);
            }
        }
    }

    /// Lets time pass, and meets the deadlines in it.
    fn wait(&mut self, milliseconds: u64) {
        let until = self.now + Duration::from_millis(milliseconds);
        while let Some(at) = self.core.rules_deadline().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.core.tick(self.moment());
            self.settle();
        }
        self.now = until;
    }

    /// Returns why answers were refused.
    fn refusals(&self) -> Vec<&str> {
        let refused = self.events.iter().filter_map(|event| match event {
            PaneEvent::Decision {
                outcome, reason, ..
            } if outcome == "refused" => Some(reason.as_str()),
            _ => None,
        });
        refused.collect()
    }
}

fn send(text: &str) -> Answer {
    Answer::Send(vec![text.to_owned()])
}

#[test]
fn case_13_a_wrapped_prompt_is_one_line_and_a_resize_fires_nothing() {
    let prompt = b"Remove 17 packages and everything that depends on them? [y/N] ";
    let sizes = [(24, 30), (24, 80), (24, 11), (3, 20), (24, 200)];
    for split in 0..=prompt.len() {
        let mut pane = Pane::new(
            Size { rows: 24, cols: 30 },
            r"^Remove .* depends on them\? \[y/N\] $",
            send("y"),
        );
        pane.out(b"earlier\r\n");
        pane.out(&prompt[..split]);
        pane.out(&prompt[split..]);
        pane.wait(100);
        assert_eq!(pane.written, b"y\r", "split at {split}");
        for (rows, cols) in sizes {
            pane.core.resize(Size { rows, cols });
            // What the program draws again when its window changes.
            pane.out(b"");
            pane.wait(100);
        }
        // The echo of the answer, then the same prompt on a line of its own.
        pane.out(b"y\r\n");
        pane.wait(100);
        assert_eq!(pane.written, b"y\r", "split at {split}");
        pane.out(prompt);
        pane.wait(100);
        assert_eq!(pane.written, b"y\ry\r", "split at {split}");
    }
}

#[test]
fn case_20_an_answer_longer_than_a_line_is_refused() {
    let longest = if cfg!(target_os = "linux") {
        4095
    } else {
        1023
    };
    for (length, canonical) in [(longest, true), (longest + 1, true), (longest + 1, false)] {
        for split in 0..=b"name? ".len() {
            let mut pane = Pane::new(Size::DEFAULT, r"name\? $", send(&"x".repeat(length)));
            pane.tty.canonical = canonical;
            pane.out(&b"name? "[..split]);
            pane.out(&b"name? "[split..]);
            pane.wait(100);
            if canonical && length > longest {
                assert!(pane.written.is_empty());
                let refusals = pane.refusals();
                assert_eq!(refusals.len(), 1);
                assert!(refusals[0].contains("4096") || refusals[0].contains("1024"));
            } else {
                assert_eq!(pane.written.len(), length + 1);
                assert!(pane.refusals().is_empty());
            }
        }
    }
}

#[test]
fn case_21_end_of_file_comes_twice_within_a_line() {
    let check = |typed: &str, end_of_file: Option<u8>, canonical: bool, expected: &[u8]| {
        for split in 0..=b"more? ".len() {
            let mut pane = Pane::new(Size::DEFAULT, r"more\? $", Answer::Eof);
            pane.tty = TtyState {
                end_of_file,
                canonical,
                ..COOKED
            };
            if !typed.is_empty() {
                let what = SendWhat::Text(typed.to_owned());
                pane.core.send(pane.moment(), &what).unwrap();
                pane.settle();
                pane.written.clear();
                // Its echo, and a new line under the cursor.
                pane.out(b"typed\r\n");
            }
            pane.out(&b"more? "[..split]);
            pane.out(&b"more? "[split..]);
            pane.wait(100);
            assert_eq!(pane.written, expected, "after {typed:?}, split at {split}");
        }
    };
    check("", Some(4), true, b"\x04");
    check("a whole line\n", Some(4), true, b"\x04");
    check("half a line", Some(4), true, b"\x04\x04");
    check("half a line", Some(26), true, b"\x1a\x1a");
    check("half a line", Some(4), false, b"\x04");
}

#[test]
fn case_22_a_child_that_never_reads_gets_no_more_than_fits() {
    let mut pane = Pane::new(Size::DEFAULT, r"name\? $", send(&"x".repeat(1000)));
    for step in 0..100 {
        pane.core.output(pane.moment(), b"name? ");
        let until = pane.now + Duration::from_millis(100);
        while let Some(at) = pane.core.rules_deadline().filter(|at| *at <= until) {
            pane.now = pane.now.max(at);
            pane.core.tick(pane.moment());
        }
        // Nothing is written. Something else comes between, so that no loop is seen.
        pane.now = until + Duration::from_secs(3);
        pane.core
            .output(pane.moment(), format!("\r\nstep {step}\r\n").as_bytes());
        pane.take_events();
        assert!(pane.core.outbox().len() <= OUTBOX);
    }
    assert_eq!(pane.core.outbox().len(), OUTBOX / 1001 * 1001);
    let refusals = pane.refusals();
    assert_eq!(refusals.len(), 100 - OUTBOX / 1001);
    assert!(refusals[0].contains("does not read"), "{}", refusals[0]);
    let sent = pane
        .core
        .send(pane.moment(), &SendWhat::Text("x".repeat(1000)));
    assert!(sent.unwrap_err().message.contains("does not read"));
}
