//! The pure core of a pane: emulator, rule engine, transcript and outbox, joined.
//!
//! Bytes, requests and moments go in; bytes for the pty wait in the outbox, and everything else
//! comes out as [`Effect`]s. It holds no descriptor, no clock and no lock. What rules decide is
//! carried out in `perform`, what is typed comes in by `typing`.

use std::time::Instant;

use regex::Regex;

use super::{
    attention::{Sight, Watch},
    effect::Effect,
    event::PaneEvent,
    expecting::Expecting,
    outbox::{OUTBOX, Outbox},
    seen::{Seen, seen_program},
    trace::Trace,
};
use crate::{
    expect::{
        self, Ask, AutoAnswer, Engine, Exit, Explanation, Output, Rule, ScreenText, Standing,
        Transcript,
    },
    geometry::Size,
    keys::{self, Input},
    protocol::Attention,
    pty::{Holder, TtyState},
    terminal::{Emulator, TerminalEvent},
};

/// What a core cannot see for itself: the time, and the tty at that time.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// Now.
    pub now: Instant,
    /// The tty's settings; `None` when there is no tty.
    pub tty: Option<TtyState>,
    /// Who holds the tty; `None` when nobody looked, or output has come since.
    pub holder: Option<&'a Holder>,
}

impl Moment<'_> {
    pub(super) fn echo(&self) -> bool {
        self.tty.is_some_and(|tty| tty.echo)
    }
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
    /// Whether rules answer at all.
    pub auto_answer: AutoAnswer,
    /// What the line before the cursor looks like when the program is at rest; `None` for the
    /// default.
    pub idle: Option<Regex>,
}

#[cfg(test)]
impl CoreOptions {
    /// Returns the options of a pane of this size without rules.
    pub fn bare(size: Size) -> CoreOptions {
        CoreOptions {
            size,
            scrollback: 100,
            rules: Vec::new(),
            context: expect::Context::default(),
            armed: true,
            auto_answer: AutoAnswer::On,
            idle: None,
        }
    }
}

/// The core of one pane.
#[derive(Debug)]
pub struct Core {
    pub(super) emulator: Emulator,
    pub(super) engine: Engine,
    pub(super) ruled: bool,
    auto_answer: AutoAnswer,
    /// The child's process id.
    child: Option<u32>,
    pub(super) transcript: Transcript,
    pub(super) trace: Trace,
    /// Where the next `expect` reads from.
    pub(super) read_position: u64,
    pub(super) expecting: Option<Expecting>,
    pub(super) watch: Watch,
    pub(super) idle: Option<Regex>,
    /// Who held the tty when it was looked at last.
    holder: Option<Holder>,
    pub(super) outbox: Outbox,
    /// Something was typed since the last line end: an end-of-file character must come twice.
    pub(super) line_begun: bool,
    /// Grows with each input and with each start of a child.
    pub(super) turn: u64,
    bells: u64,
    /// Keys go to the child: it has the focus (mode 1004).
    focused: bool,
    /// What is typed is wanted as an effect.
    pub(super) tells_typed: bool,
    events: Vec<TerminalEvent>,
    pub(super) effects: Vec<Effect>,
}

impl Core {
    /// Returns the core of a pane whose child starts now.
    pub fn new(options: CoreOptions, now: Instant) -> Core {
        let ruled = !options.rules.is_empty();
        let mut engine = Engine::new(options.rules, options.context, options.armed, now);
        engine.set_auto_answer(now, options.auto_answer);
        let mut emulator = Emulator::new(options.size, options.scrollback);
        emulator.report_lines(engine.needs_lines());
        Core {
            emulator,
            engine,
            ruled,
            auto_answer: options.auto_answer,
            child: None,
            transcript: Transcript::default(),
            trace: Trace::new(now),
            read_position: 0,
            expecting: None,
            watch: Watch::new(now),
            idle: options.idle,
            holder: None,
            outbox: Outbox::default(),
            line_begun: false,
            turn: 0,
            bells: 0,
            focused: false,
            tells_typed: false,
            events: Vec::new(),
            effects: Vec::new(),
        }
    }

    /// Makes ready for a new child: text, numbers and the read position stay.
    pub fn restart(&mut self, now: Instant) {
        self.emulator.restart();
        self.engine.restart(now);
        self.watch = Watch::new(now);
        self.holder = None;
        self.child = None;
        self.outbox.clear();
        self.line_begun = false;
        self.turn += 1;
        self.trace.tell(now, "started again");
    }

    /// Takes the news that the child runs.
    pub fn started(&mut self, moment: Moment, child: Option<u32>) {
        self.trace.started(moment.now, child);
        self.child = child;
        let seen = self.seen(moment);
        let decisions = self.engine.started(moment.now, &seen.look());
        self.perform(moment, decisions);
    }

    /// Takes what was read from the pty.
    pub fn output(&mut self, moment: Moment, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let taken = self.output_some(moment, rest);
            rest = &rest[taken..];
        }
    }

    /// Takes what was read from the pty until that has cost enough, and returns how much that was.
    pub fn output_some(&mut self, moment: Moment, bytes: &[u8]) -> usize {
        let knew_focus = self.emulator.input_modes().focus;
        let taken = self.emulator.feed_some(bytes, &mut self.events);
        let bytes = &bytes[..taken];
        let before = self.transcript.offset();
        self.transcript.push(bytes);
        self.trace.output(moment.now, before, &self.transcript);
        self.take_terminal_events(moment, bytes);
        if self.focused && !knew_focus {
            self.tell_focus();
        }
        self.advance_expect(moment.now);
        self.watch.stirred(moment.now);
        taken
    }

    /// Takes the end of the output.
    pub fn end(&mut self, moment: Moment) {
        self.emulator.finish(&mut self.events);
        self.take_terminal_events(moment, &[]);
        self.trace.tell(moment.now, "the output is complete");
        let seen = self.seen(moment);
        let decisions = self.engine.eof(moment.now, &seen.look());
        self.perform(moment, decisions);
        self.effects.push(Effect::Event(PaneEvent::Eof));
        self.holder = None;
        self.end_expect();
        self.outbox.clear();
    }

    /// Takes the news that the child has gone and its own output is read: an unfinished line is
    /// decided before its exit.
    pub fn drained(&mut self, moment: Moment) {
        let seen = self.seen(moment);
        let decisions = self.engine.drained(moment.now, &seen.look());
        self.perform(moment, decisions);
    }

    /// Takes the child's exit.
    pub fn exited(&mut self, moment: Moment, exit: Exit) {
        self.trace.exited(moment.now, &exit);
        let seen = self.seen(moment);
        let decisions = self.engine.exited(moment.now, exit, &seen.look());
        self.perform(moment, decisions);
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
        self.focus(on);
    }

    /// Notes that the child gets the keys, or does so no longer.
    pub(super) fn focus(&mut self, on: bool) {
        if self.focused != on {
            self.focused = on;
            self.tell_focus();
        }
    }

    /// Tells the child whether it has the focus, if it wants to know. That is nobody's typing.
    fn tell_focus(&mut self) {
        let mut report = Vec::new();
        let modes = self.emulator.input_modes();
        keys::encode(&Input::Focus(self.focused), &modes, &mut report);
        if self.outbox.waiting().len() + report.len() <= OUTBOX {
            self.outbox.extend(&report);
        }
    }

    /// Does what is due at this moment.
    pub fn tick(&mut self, moment: Moment) {
        if self
            .engine
            .next_deadline()
            .is_some_and(|at| at <= moment.now)
        {
            let seen = self.seen(moment);
            let decisions = self.engine.tick(moment.now, &seen.look());
            self.perform(moment, decisions);
        }
        self.tick_expect(moment.now);
    }

    /// Returns whether the attention is to be judged at `now`.
    pub fn attention_due(&self, now: Instant) -> bool {
        self.watch.next_look().is_some_and(|at| at <= now)
    }

    /// Returns whether what is due at `now` depends on who holds the tty.
    pub fn needs_holder(&self, now: Instant) -> bool {
        self.attention_due(now) || self.engine.needs_holder(now)
    }

    /// Judges the attention, with the programs at the tty as they were just seen; `drained` says
    /// that all output from before that has been taken in.
    pub fn judge_attention(&mut self, moment: Moment, holder: Option<Holder>, drained: bool) {
        self.holder = holder;
        let prompt = self.emulator.prompt();
        let sight = Sight {
            tty: moment.tty,
            prompt: &prompt.text,
            alternate: self.emulator.alternate(),
            holder: self.holder.as_ref(),
            drained,
            idle: self.idle.as_ref(),
            marked: self.emulator.at_marked_prompt(),
        };
        self.watch.look(moment.now, &sight);
    }

    /// Returns when rules want to look next: even after the end, for those that wait.
    pub fn rules_deadline(&self) -> Option<Instant> {
        self.engine.next_deadline()
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

    /// Returns what is to be done.
    pub fn effects(&self) -> &[Effect] {
        &self.effects
    }

    /// Has what is typed be told as [`Effect::Typed`], or no longer.
    pub fn tell_typed(&mut self, on: bool) {
        self.tells_typed = on;
    }

    /// Takes what is to be done.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// Returns the asks that wait for a person, oldest first.
    pub fn asks(&self) -> &[Ask] {
        self.engine.asks()
    }

    /// Says whether rules answer at all.
    pub fn set_auto_answer(&mut self, now: Instant, mode: AutoAnswer) {
        self.auto_answer = mode;
        self.engine.set_auto_answer(now, mode);
    }

    /// Tells the rules that the pane is called otherwise.
    pub fn rename(&mut self, name: &str) {
        self.engine.rename(name);
    }

    /// Arms or disarms the pane, for `reason`.
    pub fn arm(&mut self, now: Instant, on: bool, reason: String) {
        if on != self.engine.armed() {
            self.engine.arm(now, on);
            self.trace.armed(now, on, &reason);
            self.effects.push(Effect::Event(if on {
                PaneEvent::Armed
            } else {
                PaneEvent::Disarmed { reason }
            }));
        }
    }

    /// Explains for each rule what would become of it now.
    pub fn why(&mut self, moment: Moment) -> Vec<Explanation> {
        let seen = self.seen(moment);
        self.engine.why(moment.now, &seen.look())
    }

    /// Returns each rule with what has become of it so far.
    pub fn standing(&self) -> Vec<Standing<'_>> {
        self.engine.standing()
    }

    /// Returns what is to be seen of the pane at a moment.
    pub(super) fn seen<'a>(&mut self, moment: Moment<'a>) -> Seen<'a> {
        let screen = self.engine.needs_screen().then(|| {
            let (first, lines) = self.emulator.visible_lines();
            ScreenText { first, lines }
        });
        Seen {
            screen,
            ..self.glance(moment)
        }
    }

    /// Returns what is to be seen of the pane at a moment but for its screen, which matters only
    /// when output is still.
    pub(super) fn glance<'a>(&mut self, moment: Moment<'a>) -> Seen<'a> {
        Seen {
            prompt: self.emulator.prompt(),
            screen: None,
            alternate: self.emulator.alternate(),
            readers: moment.holder.map_or_else(Vec::new, |holder| {
                let readers = holder.readers.iter();
                readers.map(|by| seen_program(by, self.child)).collect()
            }),
            moment,
            child: self.child,
        }
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
    pub fn attention(&self) -> (Attention, &str) {
        self.watch.judgement()
    }

    /// Returns how long there has been no output.
    pub fn stillness(&self, now: Instant) -> std::time::Duration {
        self.watch.stillness(now)
    }

    /// Returns the foreground program as it was last seen.
    pub fn foreground(&self) -> Option<&str> {
        let leader = self.holder.as_ref()?.leader.as_ref()?;
        Some(&leader.name)
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

    /// Returns whether rules answer by themselves.
    pub fn answers(&self) -> bool {
        self.engine.armed() && self.auto_answer == AutoAnswer::On
    }

    /// Returns why a rule has disarmed the pane, while it is disarmed by one.
    pub fn disarmed_by(&self) -> Option<String> {
        self.engine.disarmed_by().map(str::to_owned)
    }

    /// Returns how often rules have fired.
    pub fn fired(&self) -> u64 {
        self.engine.fired()
    }

    fn take_terminal_events(&mut self, moment: Moment, bytes: &[u8]) {
        let seen = std::mem::take(&mut self.events);
        let mut outputs = Vec::new();
        let mut title = None;
        let mut notice = None;
        let mut rang = false;
        for event in &seen {
            match event {
                // A reply that finds the outbox full is lost: the child does not read anyway.
                TerminalEvent::Reply(reply)
                    if self.outbox.waiting().len() + reply.len() <= OUTBOX =>
                {
                    self.outbox.extend(reply);
                    self.trace.input(moment.now, "reply", reply);
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
                    outputs.push(Output::Bell);
                }
                TerminalEvent::Title(text) => title = Some(text.clone()),
                TerminalEvent::Notice(text) => notice = Some(text.clone()),
            }
        }
        if rang {
            self.effects.push(Effect::Event(PaneEvent::Bell));
        }
        if let Some(title) = title {
            self.effects.push(Effect::Event(PaneEvent::Title { title }));
        }
        self.effects.extend(notice.map(Effect::Notice));
        // Where something was sent is known without rules, too, for those that may come.
        if self.ruled || outputs.contains(&Output::Erased) {
            let shown = self.glance(moment);
            let decisions = self.engine.feed(moment.now, bytes, &outputs, &shown.look());
            self.perform(moment, decisions);
        }
        self.events = seen;
        self.events.clear();
    }
}
