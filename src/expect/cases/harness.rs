//! Scripts of output, time and sends, each run unsplit, with each output split at every byte, and
//! byte by byte.
//!
//! Owns a small terminal that knows just the sequences the cases use; the real one is tested with
//! the pane.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use super::super::*;

/// Nothing is to be seen.
pub(super) const LOOK: Look = Look {
    line: 0,
    prompt: "",
    screen: None,
    holder: None,
    alternate: false,
    echo: Some(true),
    canonical: Some(true),
};

/// One step of a script.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Out(&'static str),
    Bytes(Vec<u8>),
    Wait(u64),
    /// Somebody else than a rule sends.
    Send(&'static str),
    Interact(bool),
    Arm(bool),
    Alternate(bool),
    /// A full-screen program shows these lines.
    Show(&'static str),
    Drained,
    Exits(i32),
    Eof,
    Restart,
    /// ECHO, and ICANON.
    Tty(bool, bool),
    /// Who reads; the leader is `sudo`.
    Holder(Option<Reader<'static>>),
    Auto(AutoAnswer),
    /// The oldest ask: its suggestion is accepted, it is answered by this text, dismissed.
    Accept,
    Reply(&'static str),
    Dismiss,
    /// The driver brings the wanted secret, or cannot.
    Bring,
    Withhold(&'static str),
    /// Other rules take over.
    Reload(Vec<RuleSpec>),
}
use Step::*;

/// What a terminal saw.
enum Seen {
    Line(u64, String),
    Erased,
    Bell,
}

/// A terminal of one endless line after another.
#[derive(Default)]
struct Screen {
    line: u64,
    above: Vec<String>,
    shown: Option<Vec<String>>,
    cells: Vec<char>,
    column: usize,
    pending: Vec<u8>,
    alternate: bool,
}

impl Screen {
    /// Takes bytes and returns what was seen.
    fn feed(&mut self, bytes: &[u8]) -> Vec<Seen> {
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
                            self.above.clear();
                            seen.push(Seen::Erased);
                        }
                        _ => {}
                    }
                }
                [b'\n'] => {
                    let text: String = self.cells.drain(..).collect();
                    let text = text.trim_end().to_owned();
                    self.above.push(text.clone());
                    seen.push(Seen::Line(self.line, text));
                    self.line += 1;
                    self.column = 0;
                }
                [b'\r'] => self.column = 0,
                [0x07] => seen.push(Seen::Bell),
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

    fn text(&self) -> ScreenText {
        const ROWS: usize = 6;
        if let Some(lines) = &self.shown {
            return ScreenText {
                first: self.line,
                lines: lines.clone(),
            };
        }
        let above = &self.above[self.above.len().saturating_sub(ROWS - 1)..];
        let mut lines = above.to_vec();
        let line: String = self.cells.iter().collect();
        lines.push(line.trim_end().to_owned());
        ScreenText {
            first: self.line - above.len() as u64,
            lines,
        }
    }

    fn prompt(&self) -> String {
        self.cells.iter().take(self.column).collect()
    }
}

/// A pane as the engine sees it.
pub(super) struct Pane {
    pub(super) engine: Engine,
    screen: Screen,
    pub(super) now: Instant,
    pub(super) echo: bool,
    canonical: bool,
    holder: Option<Reader<'static>>,
    wanted: Option<SecretId>,
    pub(super) log: Vec<String>,
}

impl Pane {
    pub(super) fn new(specs: &[RuleSpec], now: Instant) -> Pane {
        Pane {
            engine: Engine::new(compiled(specs), Context::default(), true, now),
            screen: Screen::default(),
            now,
            echo: true,
            canonical: true,
            holder: None,
            wanted: None,
            log: Vec::new(),
        }
    }

    /// Lets the engine look, without knowing who holds the tty.
    pub(super) fn with_look<T>(&mut self, act: impl FnOnce(&mut Engine, Instant, &Look) -> T) -> T {
        self.look_with(None, act)
    }

    /// Lets the engine look at who holds the tty, too.
    pub(super) fn with_holder<T>(
        &mut self,
        act: impl FnOnce(&mut Engine, Instant, &Look) -> T,
    ) -> T {
        self.look_with(self.holder, act)
    }

    fn look_with<T>(
        &mut self,
        reader: Option<Reader<'static>>,
        act: impl FnOnce(&mut Engine, Instant, &Look) -> T,
    ) -> T {
        let prompt = self.screen.prompt();
        let text = self.screen.text();
        let sudo = Program {
            name: "sudo",
            own: false,
            genuine: true,
        };
        let readers = match reader {
            Some(Reader::Reads(program) | Reader::Polls(program)) => vec![program],
            Some(Reader::Unknown) => vec![sudo],
            Some(Reader::Nobody) | None => Vec::new(),
        };
        let look = Look {
            line: self.screen.line,
            prompt: &prompt,
            screen: self.engine.needs_screen().then_some(&text),
            holder: reader.map(|reader| super::super::Holder {
                reader,
                leader: Some(sudo),
                readers: &readers,
            }),
            alternate: self.screen.alternate,
            echo: Some(self.echo),
            canonical: Some(self.canonical),
        };
        act(&mut self.engine, self.now, &look)
    }

    pub(super) fn tick(&mut self) {
        let decisions = if self.engine.needs_holder(self.now) {
            self.with_holder(|engine, now, look| engine.tick(now, look))
        } else {
            self.with_look(|engine, now, look| engine.tick(now, look))
        };
        self.perform(decisions);
    }

    pub(super) fn out(&mut self, bytes: &[u8]) {
        let seen = self.screen.feed(bytes);
        let seen: Vec<Output> = seen
            .iter()
            .map(|output| match output {
                Seen::Line(number, text) => Output::Line {
                    number: *number,
                    text,
                },
                Seen::Erased => Output::Erased,
                Seen::Bell => Output::Bell,
            })
            .collect();
        let decisions = self.with_look(|engine, now, look| engine.feed(now, bytes, &seen, look));
        self.perform(decisions);
        self.ticks();
    }

    /// Ticks at every deadline up to now.
    fn ticks(&mut self) {
        let end = self.now;
        let mut looks = 0;
        while self.engine.next_deadline().is_some_and(|at| at <= end) {
            looks += 1;
            assert!(looks < 10_000, "it is due again and again");
            self.tick();
        }
        self.now = end;
    }

    pub(super) fn wait(&mut self, milliseconds: u64) {
        let end = self.now + Duration::from_millis(milliseconds);
        let mut looks = 0;
        while let Some(at) = self.engine.next_deadline().filter(|at| *at <= end) {
            looks += 1;
            assert!(looks < 10_000, "it is due again and again");
            self.now = self.now.max(at);
            self.tick();
        }
        self.now = end;
    }

    fn send(&mut self, bytes: &[u8]) {
        let echo = self.echo;
        self.with_look(|engine, now, look| engine.sent(now, bytes, echo, look));
    }

    pub(super) fn perform(&mut self, decisions: Vec<Decision>) {
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
                    Action::Secret { name, .. } => entry += &format!(">secret {name}"),
                    Action::Ask(id) => {
                        let ask = self.engine.asks().iter().find(|ask| ask.id == *id);
                        entry += "?";
                        entry.extend(ask.and_then(|ask| ask.suggestion.as_deref()));
                    }
                    other => entry += &format!(">{other:?}"),
                }
            }
            self.log.push(entry);
            for action in decision.actions {
                match action {
                    Action::Send(text) => self.send(text.as_bytes()),
                    Action::Eof => self.send(b"\x04"),
                    Action::Keys(_) => self.send(b"\x1b[B"),
                    Action::Secret { id, .. } => self.wanted = Some(id),
                    _ => {}
                }
            }
        }
    }

    pub(super) fn step(&mut self, step: &Step) {
        match step {
            Out(text) => self.out(text.as_bytes()),
            Bytes(bytes) => self.out(bytes),
            Wait(milliseconds) => self.wait(*milliseconds),
            Send(text) => self.send(text.as_bytes()),
            Interact(on) => self.engine.interact(self.now, *on),
            Arm(on) => self.engine.arm(self.now, *on),
            Alternate(on) => self.screen.alternate = *on,
            Show(lines) => {
                self.screen.shown = Some(lines.split('\n').map(str::to_owned).collect());
                self.out(b"\x1b[H");
            }
            Tty(echo, canonical) => (self.echo, self.canonical) = (*echo, *canonical),
            Step::Holder(reader) => self.holder = *reader,
            Auto(mode) => self.engine.set_auto_answer(self.now, *mode),
            Accept => {
                let id = self.engine.asks()[0].id;
                match self.with_holder(|engine, now, look| engine.accept(now, id, look)) {
                    Ok(decisions) => self.perform(decisions),
                    Err(gone) => self.log.push(gone.to_string()),
                }
            }
            Reply(text) => {
                let id = self.engine.asks()[0].id;
                let end = self
                    .with_look(|engine, _, look| engine.answerable(id, look).map(str::to_owned));
                match end {
                    Ok(end) => self.send((text.to_string() + &end).as_bytes()),
                    Err(gone) => self.log.push(gone.to_string()),
                }
            }
            Dismiss => {
                let id = self.engine.asks()[0].id;
                self.engine.dismiss(id).unwrap();
            }
            Bring => {
                let id = self.wanted.take().expect("a secret is wanted");
                match self.with_holder(|engine, now, look| engine.release(now, id, look)) {
                    Ok(end) => {
                        self.log.push("written".to_owned());
                        self.send(("hunter22".to_owned() + &end).as_bytes());
                    }
                    Err(decisions) => self.perform(decisions),
                }
            }
            Withhold(why) => {
                let id = self.wanted.take().expect("a secret is wanted");
                let decisions = self.with_holder(|engine, now, look| {
                    engine.withhold(now, id, Withheld::Failed((*why).to_owned()), look)
                });
                self.perform(decisions);
            }
            Reload(specs) => {
                let rules = compiled(specs);
                let text = self.screen.text();
                let decisions = self.with_look(|engine, now, look| {
                    let look = Look {
                        screen: Some(&text),
                        ..*look
                    };
                    engine.reload(now, rules, Context::default(), &look)
                });
                self.perform(decisions);
            }
            Drained => {
                let decisions = self.with_look(|engine, now, look| engine.drained(now, look));
                self.perform(decisions);
            }
            Exits(code) => {
                let decisions =
                    self.with_look(|engine, now, look| engine.exited(now, Exit::Code(*code), look));
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

fn compiled(specs: &[RuleSpec]) -> Vec<Rule> {
    let rules = specs.iter();
    rules
        .map(|spec| Rule::compile(spec, &BTreeMap::new()).unwrap())
        .collect()
}

pub(super) fn run(specs: &[RuleSpec], steps: &[Step]) -> Vec<String> {
    run_with(specs, steps, true).log
}

pub(super) fn run_with(specs: &[RuleSpec], steps: &[Step], echo: bool) -> Pane {
    let mut pane = Pane::new(specs, Instant::now());
    pane.echo = echo;
    for step in steps {
        pane.step(step);
    }
    pane
}

/// Splits output at `split`; `None` splits it into bytes.
pub(super) fn split(step: &Step, split: Option<usize>) -> Vec<Step> {
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

pub(super) fn check(specs: &[RuleSpec], steps: &[Step], expected: &[&str]) {
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
pub(super) fn rule(view: View, pattern: &str, answer: &str) -> RuleSpec {
    RuleSpec {
        name: pattern.to_owned(),
        trigger: Trigger::Match(vec![pattern.to_owned()]),
        view,
        answer: Answer::Send(vec![answer.to_owned()]),
        ..RuleSpec::default()
    }
}

pub(super) fn note(view: View, pattern: &str) -> RuleSpec {
    RuleSpec {
        answer: Answer::None,
        deeds: vec![Deed::Notify("{0}".to_owned())],
        ..rule(view, pattern, "")
    }
}

pub(super) fn event(name: &str, trigger: Trigger) -> RuleSpec {
    let text = match trigger {
        Trigger::Exit(_) | Trigger::Eof => "{exit}",
        _ => "",
    };
    RuleSpec {
        name: name.to_owned(),
        trigger,
        deeds: vec![Deed::Notify(text.to_owned())],
        ..RuleSpec::default()
    }
}
