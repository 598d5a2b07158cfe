//! The pure core of a pane: emulator, rule engine, transcript and outbox, joined.
//!
//! Bytes, requests and moments go in; bytes for the pty wait in the outbox, and everything else
//! comes out as [`Effect`]s. It holds no descriptor, no clock and no lock.

use std::time::Instant;

use super::{
    attention::{Sight, Watch},
    event::PaneEvent,
    expecting::Expecting,
    outbox::{OUTBOX, Outbox, PASTES},
};
use crate::{
    expect::{self, Action, Decision, Engine, Exit, Look, Output, Rule, Transcript},
    geometry::Size,
    keys::{self, Input},
    protocol::{Attention, ExpectInfo, Failure, FailureKind, SendWhat},
    pty::TtyState,
    terminal::{Emulator, TerminalEvent},
};

/// The longest line that a tty in canonical mode takes, without its end (N_TTY_BUF_SIZE on
/// Linux, MAX_CANON elsewhere); what is longer is cut by the kernel.
const CANONICAL_LINE: usize = if cfg!(target_os = "linux") {
    4095
} else {
    1023
};

/// What a core cannot see for itself: the time, and the tty at that time.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Now.
    pub now: Instant,
    /// The tty's settings; `None` when there is no tty.
    pub tty: Option<TtyState>,
}

impl Moment {
    fn echo(&self) -> bool {
        self.tty.is_some_and(|tty| tty.echo)
    }
}

/// What the shell around a core must do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Send this signal to the foreground process group.
    Signal(i32),
    /// Tell the session.
    Event(PaneEvent),
    /// The waiting `expect` is over.
    Expected(ExpectInfo),
}

/// What a core is made from.
#[derive(Debug)]
pub struct CoreOptions {
    /// The first size.
    pub size: Size,
    /// Lines of history.
    pub scrollback: usize,
    /// The rules.
    pub rules: Vec<Rule>,
    /// Names and values for templates.
    pub context: expect::Context,
    /// Whether the rules act.
    pub armed: bool,
}

/// The core of one pane.
#[derive(Debug)]
pub struct Core {
    emulator: Emulator,
    engine: Engine,
    ruled: bool,
    pub(super) transcript: Transcript,
    /// Where the next `expect` reads from.
    pub(super) read_position: u64,
    pub(super) expecting: Option<Expecting>,
    watch: Watch,
    foreground: Option<String>,
    outbox: Outbox,
    /// Something was typed since the last line end: an end-of-file character must come twice.
    line_begun: bool,
    bells: u64,
    seen: Vec<TerminalEvent>,
    pub(super) effects: Vec<Effect>,
}

impl Core {
    /// Returns the core of a pane whose child starts now.
    pub fn new(options: CoreOptions, now: Instant) -> Core {
        let ruled = !options.rules.is_empty();
        let engine = Engine::new(options.rules, options.context, options.armed, now);
        let mut emulator = Emulator::new(options.size, options.scrollback);
        emulator.report_lines(engine.needs_lines());
        Core {
            emulator,
            engine,
            ruled,
            transcript: Transcript::default(),
            read_position: 0,
            expecting: None,
            watch: Watch::new(now),
            foreground: None,
            outbox: Outbox::default(),
            line_begun: false,
            bells: 0,
            seen: Vec::new(),
            effects: Vec::new(),
        }
    }

    /// Makes ready for a new child: text, numbers and the read position stay.
    pub fn restart(&mut self, now: Instant) {
        self.emulator.restart();
        self.engine.restart(now);
        self.watch = Watch::new(now);
        self.foreground = None;
        self.outbox.clear();
        self.line_begun = false;
    }

    /// Takes what was read from the pty.
    pub fn output(&mut self, moment: Moment, bytes: &[u8]) {
        self.transcript.push(bytes);
        self.emulator.feed(bytes, &mut self.seen);
        self.take_terminal_events(moment, bytes);
        self.advance_expect();
        self.watch.stirred(moment.now);
    }

    /// Takes the end of the output.
    pub fn end(&mut self, moment: Moment) {
        self.emulator.finish(&mut self.seen);
        self.take_terminal_events(moment, &[]);
        let prompt = self.emulator.prompt();
        let look = look(&self.emulator, &prompt, moment);
        let decisions = self.engine.eof(moment.now, &look);
        self.perform(moment, decisions);
        self.effects.push(Effect::Event(PaneEvent::Eof));
        self.end_expect();
        self.outbox.clear();
    }

    /// Takes the news that the child has gone and its own output is read: an unfinished line is
    /// decided before its exit.
    pub fn drained(&mut self, moment: Moment) {
        let prompt = self.emulator.prompt();
        let look = look(&self.emulator, &prompt, moment);
        let decisions = self.engine.drained(moment.now, &look);
        self.perform(moment, decisions);
    }

    /// Takes the child's exit.
    pub fn exited(&mut self, moment: Moment, exit: Exit) {
        let decisions = self.engine.exited(moment.now, exit);
        self.perform(moment, decisions);
    }

    /// Takes what a person typed.
    pub fn input(&mut self, moment: Moment, input: &[Input]) -> Result<(), Failure> {
        let modes = self.emulator.input_modes();
        let mut bytes = Vec::new();
        for event in input {
            keys::encode(event, &modes, &mut bytes);
        }
        let paste = input.iter().any(|event| matches!(event, Input::Paste(_)));
        self.write(moment, &bytes, if paste { PASTES } else { OUTBOX })
    }

    /// Takes a `send`; returns the text of it for the events.
    pub fn send(&mut self, moment: Moment, what: &SendWhat) -> Result<String, Failure> {
        let modes = self.emulator.input_modes();
        let mut bytes = Vec::new();
        let shown = match what {
            SendWhat::Text(text) => {
                bytes.extend(text.replace('\n', "\r").into_bytes());
                text.trim_end_matches(['\r', '\n']).to_owned()
            }
            SendWhat::Paste(text) => {
                keys::encode_paste(text, &modes, &mut bytes);
                text.clone()
            }
            SendWhat::Keys(keys) => {
                for key in keys {
                    keys::encode_key(*key, &modes, &mut bytes);
                }
                key_names(keys)
            }
            SendWhat::Eof => {
                bytes = self.end_of_file(moment);
                "EOF".to_owned()
            }
            SendWhat::Signal(number) => {
                self.effects.push(Effect::Signal(*number));
                return Ok(signal_name(*number));
            }
        };
        self.write(moment, &bytes, OUTBOX)?;
        Ok(concealed(moment, shown))
    }

    /// Gives the pane another size.
    pub fn resize(&mut self, size: Size) {
        let size = size.clamped();
        if size != self.emulator.size() {
            self.emulator.resize(size);
            self.effects.push(Effect::Event(PaneEvent::Resized {
                rows: size.rows,
                cols: size.cols,
            }));
        }
    }

    /// Notes that a person interacts, or does so no longer: rules pause meanwhile.
    pub fn interact(&mut self, now: Instant, on: bool) {
        self.engine.interact(now, on);
    }

    /// Does what is due at this moment.
    pub fn tick(&mut self, moment: Moment) {
        if self
            .engine
            .next_deadline()
            .is_some_and(|at| at <= moment.now)
        {
            let prompt = self.emulator.prompt();
            let look = look(&self.emulator, &prompt, moment);
            let decisions = self.engine.tick(moment.now, &look);
            self.perform(moment, decisions);
        }
        self.tick_expect(moment.now);
    }

    /// Returns whether the attention is to be judged at `now`.
    pub fn attention_due(&self, now: Instant) -> bool {
        self.watch.next_look().is_some_and(|at| at <= now)
    }

    /// Judges the attention, with the foreground program as it was just seen.
    pub fn judge_attention(&mut self, moment: Moment, foreground: Option<String>, stopped: bool) {
        self.foreground = foreground;
        let prompt = self.emulator.prompt();
        let sight = Sight {
            tty: moment.tty,
            prompt: &prompt.text,
            alternate: self.emulator.alternate(),
            foreground: self.foreground.as_deref(),
            stopped,
        };
        self.watch.look(moment.now, &sight);
    }

    /// Returns when [`Core::tick`] or [`Core::judge_attention`] is due next.
    pub fn next_deadline(&self) -> Option<Instant> {
        let expecting = self.expecting.as_ref().map(Expecting::deadline);
        [
            self.engine.next_deadline(),
            expecting,
            self.watch.next_look(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Adds something to be done, behind what waits already.
    pub fn push_effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// Takes what is to be done.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// Returns what waits to be written to the pty.
    pub fn outbox(&self) -> &[u8] {
        self.outbox.waiting()
    }

    /// Notes that the first `count` bytes of the outbox were written.
    pub fn written(&mut self, count: usize) {
        self.outbox.written(count);
    }

    /// Returns the emulator.
    pub fn emulator(&self) -> &Emulator {
        &self.emulator
    }

    /// Returns the emulator, to take its screen.
    pub fn emulator_mut(&mut self) -> &mut Emulator {
        &mut self.emulator
    }

    /// Returns the attention by tty, stillness and text, and its evidence.
    pub fn attention(&self) -> (Attention, &'static str) {
        self.watch.judgement()
    }

    /// Returns how long there has been no output.
    pub fn stillness(&self, now: Instant) -> std::time::Duration {
        self.watch.stillness(now)
    }

    /// Returns the foreground program as it was last seen.
    pub fn foreground(&self) -> Option<&str> {
        self.foreground.as_deref()
    }

    /// Returns how many bytes of output there have been.
    pub fn offset(&self) -> u64 {
        self.transcript.offset()
    }

    /// Returns how often the bell has rung.
    pub fn bells(&self) -> u64 {
        self.bells
    }

    /// Returns whether the rules act.
    pub fn armed(&self) -> bool {
        self.engine.armed()
    }

    /// Returns how often rules have fired.
    pub fn fired(&self) -> u64 {
        self.engine.fired()
    }

    fn take_terminal_events(&mut self, moment: Moment, bytes: &[u8]) {
        let seen = std::mem::take(&mut self.seen);
        let mut outputs = Vec::new();
        let mut title = None;
        let mut rang = false;
        for event in &seen {
            match event {
                // A reply that finds the outbox full is lost: the child does not read anyway.
                TerminalEvent::Reply(reply)
                    if self.outbox.waiting().len() + reply.len() <= OUTBOX =>
                {
                    self.outbox.extend(reply);
                }
                TerminalEvent::Reply(_) => {}
                TerminalEvent::Line { number, text } => outputs.push(Output::Line {
                    number: *number,
                    text,
                }),
                TerminalEvent::Erased => outputs.push(Output::Erased),
                TerminalEvent::Bell => {
                    self.bells += 1;
                    rang = true;
                }
                TerminalEvent::Title(text) => title = Some(text.clone()),
            }
        }
        if rang {
            self.effects.push(Effect::Event(PaneEvent::Bell));
        }
        if let Some(title) = title {
            self.effects.push(Effect::Event(PaneEvent::Title { title }));
        }
        if self.ruled {
            let decisions = self.engine.feed(moment.now, bytes, &outputs);
            self.perform(moment, decisions);
        }
        self.seen = seen;
        self.seen.clear();
    }

    /// Carries out what rules decided, in order.
    fn perform(&mut self, moment: Moment, decisions: Vec<Decision>) {
        for decision in decisions {
            let rule = format!("{}/{}", decision.ruleset, decision.rule);
            self.effects.push(Effect::Event(PaneEvent::Decision {
                rule: rule.clone(),
                outcome: decision.outcome.to_string(),
                reason: decision.reason.to_string(),
                prompt: decision.prompt,
            }));
            for action in decision.actions {
                let sent = match action {
                    Action::Send(text) => self.answer(moment, text.clone().into_bytes(), text),
                    Action::Keys(keys) => {
                        let modes = self.emulator.input_modes();
                        let mut bytes = Vec::new();
                        for key in &keys {
                            keys::encode_key(*key, &modes, &mut bytes);
                        }
                        self.answer(moment, bytes, key_names(&keys))
                    }
                    Action::Eof => {
                        let bytes = self.end_of_file(moment);
                        self.answer(moment, bytes, "EOF".to_owned())
                    }
                    Action::Signal(number) => {
                        self.effects.push(Effect::Signal(number));
                        Ok(signal_name(number))
                    }
                    Action::Notify(text) => {
                        self.effects
                            .push(Effect::Event(PaneEvent::Notified { text }));
                        continue;
                    }
                    Action::Disarm => {
                        self.effects.push(Effect::Event(PaneEvent::Disarmed {
                            reason: decision.reason.to_string(),
                        }));
                        continue;
                    }
                };
                self.effects.push(Effect::Event(match sent {
                    Ok(text) => PaneEvent::Answered {
                        rule: Some(rule.clone()),
                        client: None,
                        text,
                    },
                    Err(failure) => PaneEvent::Decision {
                        rule: rule.clone(),
                        outcome: "refused".to_owned(),
                        reason: failure.message,
                        prompt: String::new(),
                    },
                }));
            }
        }
    }

    fn answer(&mut self, moment: Moment, bytes: Vec<u8>, shown: String) -> Result<String, Failure> {
        self.write(moment, &bytes, OUTBOX)?;
        Ok(concealed(
            moment,
            shown.trim_end_matches(['\r', '\n']).to_owned(),
        ))
    }

    /// Puts bytes into the outbox, all or none, and tells the engine.
    fn write(&mut self, moment: Moment, bytes: &[u8], limit: usize) -> Result<(), Failure> {
        let refuse = |message: String| Failure {
            kind: FailureKind::Failed,
            message,
        };
        let waiting = self.outbox.waiting().len();
        if waiting + bytes.len() > limit {
            return Err(refuse(format!(
                "the program does not read: {waiting} bytes already wait for it; send again when it reads"
            )));
        }
        let canonical = moment.tty.is_some_and(|tty| tty.canonical);
        let longest = bytes
            .split(|byte| matches!(byte, b'\r' | b'\n'))
            .map(<[u8]>::len)
            .max();
        if canonical && longest.is_some_and(|longest| longest > CANONICAL_LINE) {
            return Err(refuse(format!(
                "a line of {} bytes is longer than the {CANONICAL_LINE} that the tty takes in line mode; send it in shorter lines",
                longest.unwrap_or_default()
            )));
        }
        let Some(last) = bytes.last() else {
            return Ok(());
        };
        let ended = matches!(last, b'\r' | b'\n')
            || moment.tty.is_some_and(|tty| tty.end_of_file == Some(*last));
        self.line_begun = !ended;
        self.outbox.extend(bytes);
        let prompt = self.emulator.prompt();
        let look = look(&self.emulator, &prompt, moment);
        self.engine.sent(moment.now, bytes, moment.echo(), &look);
        Ok(())
    }

    /// Returns the end-of-file character: twice in the middle of a line, where the first one only
    /// hands over what was typed.
    fn end_of_file(&self, moment: Moment) -> Vec<u8> {
        const CTRL_D: u8 = 4;
        let character = moment.tty.and_then(|tty| tty.end_of_file).unwrap_or(CTRL_D);
        let canonical = moment.tty.is_some_and(|tty| tty.canonical);
        vec![character; if canonical && self.line_begun { 2 } else { 1 }]
    }
}

fn look<'a>(emulator: &Emulator, prompt: &'a crate::terminal::Prompt, moment: Moment) -> Look<'a> {
    Look {
        line: prompt.line,
        prompt: &prompt.text,
        alternate: emulator.alternate(),
        echo: moment.tty.map(|tty| tty.echo),
        canonical: moment.tty.map(|tty| tty.canonical),
    }
}

/// Returns the text for the events: what a tty does not echo is nobody's to read.
fn concealed(moment: Moment, text: String) -> String {
    match moment.tty {
        Some(tty) if tty.canonical && !tty.echo => "***".to_owned(),
        _ => text,
    }
}

fn key_names(keys: &[keys::Key]) -> String {
    let names: Vec<String> = keys.iter().map(ToString::to_string).collect();
    names.join(" ")
}

/// Returns a signal's name, such as `SIGINT`.
pub fn signal_name(number: i32) -> String {
    match nix::sys::signal::Signal::try_from(number) {
        Ok(signal) => signal.as_str().to_owned(),
        Err(_) => format!("signal {number}"),
    }
}
