//! The engine of one pane: events in, decisions out.
//!
//! Owns what a rule's firing depends on besides its pattern: stillness, the occurrence of a
//! prompt, who holds the pane, limits. It acts once for each occurrence, and says why when it
//! does not, also once.

use std::time::{Duration, Instant};

use super::{
    Context, Trigger, View, WhenExit,
    decision::{Decision, Exit, Reason},
    evaluate::Due,
    limits::History,
    occurrence::{Occurrence, Stillness},
    pattern::Sieve,
    rule::Rule,
    stream::Stream,
};

/// What the screen and the tty show at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// The absolute number of the logical line under the cursor.
    pub line: u64,
    /// That line from column 0 to the cursor, wraps joined.
    pub prompt: &'a str,
    /// The alternate screen is shown.
    pub alternate: bool,
    /// The tty echoes; `None` when that cannot be known.
    pub echo: Option<bool>,
    /// The tty reads lines; `None` when that cannot be known.
    pub canonical: Option<bool>,
}

/// What the emulator saw in a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output<'a> {
    /// LF left this logical line.
    Line {
        /// Its absolute number.
        number: u64,
        /// Its text, trailing blanks trimmed.
        text: &'a str,
    },
    /// The screen was erased (ED 2, RIS) or switched.
    Erased,
}

/// The rules of one pane at work.
#[derive(Debug)]
pub struct Engine {
    pub(super) rules: Vec<Rule>,
    pub(super) histories: Vec<History>,
    pub(super) context: Context,
    pub(super) armed: bool,
    pub(super) interacting: bool,
    pub(super) fired: u64,
    pub(super) life: Life,
    pub(super) started: Instant,
    /// When output came last.
    pub(super) output: Instant,
    pub(super) stillness: Stillness,
    pub(super) occurrence: Occurrence,
    pub(super) lines: LineRules,
    pub(super) stream: Option<Stream>,
    /// Per rule: where in the stream it waits for the end of its cooldown.
    pub(super) waiting: Vec<Option<u64>>,
    /// Per rule: it has fired for the present idleness, for the timeout, or has said that it is
    /// spent.
    pub(super) done: Vec<bool>,
    /// Per rule, but for prompt rules: it has said why it is held back, and not fired since.
    pub(super) told: Vec<bool>,
    /// When a rule's cooldown ends that held it back.
    pub(super) recheck: Option<Instant>,
    /// Sends of stream rules, which leave the stream's unfinished line alone: the bytes, or
    /// `None` when only the driver knows them.
    pub(super) awaited: Vec<Option<Vec<u8>>>,
    pub(super) exit: Option<Exit>,
}

/// How far the child has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    Running,
    Exited,
    Over,
}

/// The rules that watch finished lines.
#[derive(Debug)]
pub(super) struct LineRules {
    pub(super) rules: Vec<usize>,
    pub(super) sieve: Option<Sieve>,
    /// The number of the line that finished last.
    pub(super) last: Option<u64>,
    /// The number of a line that was evaluated before its LF.
    pub(super) early: Option<u64>,
}

impl Engine {
    /// Returns the engine of a pane whose child starts at `now`.
    pub fn new(rules: Vec<Rule>, context: Context, armed: bool, now: Instant) -> Engine {
        let steps = rules
            .iter()
            .filter(|rule| match rule.view() {
                Some(View::Prompt) => true,
                // With 0 they are evaluated at each read.
                Some(View::Stream) => !rule.spec.stable.is_zero(),
                Some(View::Line) | None => false,
            })
            .map(|rule| rule.spec.stable)
            .collect();
        let line_rules: Vec<usize> = (0..rules.len())
            .filter(|&index| rules[index].view() == Some(View::Line))
            .collect();
        Engine {
            histories: vec![History::default(); rules.len()],
            waiting: vec![None; rules.len()],
            done: vec![false; rules.len()],
            told: vec![false; rules.len()],
            context,
            armed,
            interacting: false,
            fired: 0,
            life: Life::Running,
            started: now,
            output: now,
            stillness: Stillness::new(steps, now),
            occurrence: Occurrence::default(),
            lines: LineRules {
                sieve: Sieve::build(
                    line_rules
                        .iter()
                        .flat_map(|&index| rules[index].patterns.iter()),
                ),
                rules: line_rules,
                last: None,
                early: None,
            },
            stream: Stream::new(&rules),
            recheck: None,
            awaited: Vec::new(),
            exit: None,
            rules,
        }
    }

    /// Begins anew with another child. The count of [`Engine::fired`], whether the pane is armed
    /// and whether a person interacts stay.
    pub fn restart(&mut self, now: Instant) {
        for history in &mut self.histories {
            history.restart();
        }
        self.waiting.fill(None);
        self.done.fill(false);
        self.told.fill(false);
        self.life = Life::Running;
        self.started = now;
        self.output = now;
        self.stillness.stop();
        self.occurrence = Occurrence::default();
        self.lines.last = None;
        self.lines.early = None;
        if let Some(stream) = &mut self.stream {
            stream.restart();
        }
        self.recheck = None;
        self.awaited.clear();
        self.exit = None;
    }

    /// Returns whether a rule watches finished lines; else the emulator need not report them.
    pub fn needs_lines(&self) -> bool {
        !self.lines.rules.is_empty()
    }

    /// Returns whether the rules act.
    pub fn armed(&self) -> bool {
        self.armed
    }

    /// Returns how often rules have fired since the pane was made.
    pub fn fired(&self) -> u64 {
        self.fired
    }

    /// Arms or disarms the pane. Once armed, the present prompt is evaluated afresh, and the last
    /// minute's firings count no more.
    pub fn arm(&mut self, now: Instant, on: bool) {
        if on && !self.armed {
            self.histories.iter_mut().for_each(History::pardon);
            self.told.fill(false);
            self.look_afresh(now);
        }
        self.armed = on;
    }

    /// Says that a person begins or ceases to interact. Meanwhile no rule acts, but for those on
    /// the child's end; then the present prompt is evaluated afresh.
    pub fn interact(&mut self, now: Instant, on: bool) {
        if !on && self.interacting {
            self.told.fill(false);
            self.look_afresh(now);
        }
        self.interacting = on;
        self.awaited.clear();
    }

    /// Returns when [`Engine::tick`] is to be called; `None` when nothing is pending.
    pub fn next_deadline(&self) -> Option<Instant> {
        if self.life == Life::Over {
            return None;
        }
        let still = self.stillness.next();
        let events = (0..self.rules.len()).filter_map(|index| self.event_deadline(index));
        still.into_iter().chain(self.recheck).chain(events).min()
    }

    /// Takes the output of one read: its bytes, and what the emulator saw in them, in order.
    /// Finished lines are decided on before the stream.
    pub fn feed(&mut self, now: Instant, bytes: &[u8], seen: &[Output]) -> Vec<Decision> {
        let mut decisions = Vec::new();
        for output in seen {
            match output {
                Output::Line { number, text } => {
                    self.line_finished(now, *number, text, &mut decisions);
                }
                Output::Erased => self.occurrence.forget(),
            }
        }
        if bytes.is_empty() {
            return decisions;
        }
        self.output = now;
        self.stillness.restart(now);
        self.occurrence.stir();
        for (index, rule) in self.rules.iter().enumerate() {
            if matches!(rule.spec.trigger, Trigger::Idle(_)) {
                self.done[index] = false;
                self.told[index] = false;
            }
        }
        if let Some(stream) = &mut self.stream {
            stream.push(bytes);
            self.stream_lines(now, &mut decisions);
            self.stream_text(now, None, Due::Still(Duration::ZERO), &mut decisions);
        }
        decisions
    }

    /// Acts on the time: called when [`Engine::next_deadline`] has come, with what is to be seen
    /// at that moment.
    pub fn tick(&mut self, now: Instant, look: &Look) -> Vec<Decision> {
        let mut decisions = Vec::new();
        if self.life == Life::Over {
            return decisions;
        }
        let waited = self.recheck.take_if(|at| *at <= now).is_some();
        if self.stillness.take(now) || waited {
            self.evaluate(now, look, self.stillness.length(now), &mut decisions);
        }
        let over = |index, _: &Trigger| self.event_deadline(index).is_some_and(|at| at <= now);
        for index in self.by_priority(over) {
            let reason = match self.rules[index].spec.trigger {
                Trigger::Idle(after) => Reason::Idle(after),
                Trigger::Timeout(after) => Reason::Timeout(after),
                Trigger::Match(_) | Trigger::Exit(_) | Trigger::Eof => continue,
            };
            self.event(now, index, reason, &mut decisions);
        }
        decisions
    }

    /// Says that `bytes` have gone to the child, from whatever source; `echo` says whether ECHO
    /// was on. The prompt under the cursor is spent by it.
    pub fn sent(&mut self, _now: Instant, bytes: &[u8], echo: bool, look: &Look) {
        if bytes.is_empty() {
            return;
        }
        // With nothing before the cursor and no echo, the line shows no trace of the exchange:
        // what the child prints there next is a prompt of its own.
        if echo || !look.prompt.is_empty() {
            self.occurrence.answer(look.line);
        }
        let own = self
            .awaited
            .iter()
            .position(|awaited| awaited.as_ref().is_none_or(|text| text == bytes));
        if let Some(index) = own {
            self.awaited.remove(index);
        }
        if let Some(stream) = &mut self.stream {
            if own.is_none() {
                stream.consume_all();
            }
            if echo {
                stream.expect_echo(bytes, look.canonical);
            }
        }
    }

    /// Evaluates at once what waits for stillness or LF: called when the child has ended and its
    /// output has been read, before [`Engine::exited`], so that its last words come first.
    pub fn drained(&mut self, now: Instant, look: &Look) -> Vec<Decision> {
        let mut decisions = Vec::new();
        if self.life != Life::Over {
            self.pending(now, look, &mut decisions);
        }
        decisions
    }

    /// Takes the child's end.
    pub fn exited(&mut self, now: Instant, exit: Exit) -> Vec<Decision> {
        let mut decisions = Vec::new();
        if self.life == Life::Running {
            self.life = Life::Exited;
        }
        self.exit = Some(exit.clone());
        let wanted = |_, trigger: &Trigger| match (trigger, &exit) {
            (Trigger::Exit(WhenExit::Any), _) => true,
            (Trigger::Exit(WhenExit::Zero), exit) => *exit == Exit::Code(0),
            (Trigger::Exit(WhenExit::Nonzero), exit) => *exit != Exit::Code(0),
            (Trigger::Exit(WhenExit::Code(code)), exit) => *exit == Exit::Code(*code),
            _ => false,
        };
        for index in self.by_priority(wanted) {
            if self.event(now, index, Reason::Exited(exit.clone()), &mut decisions) {
                break;
            }
        }
        decisions
    }

    /// Takes the end of the output: what is pending is evaluated first, then the rules on `eof`.
    pub fn eof(&mut self, now: Instant, look: &Look) -> Vec<Decision> {
        let mut decisions = Vec::new();
        if self.life == Life::Over {
            return decisions;
        }
        if let Some(stream) = &mut self.stream {
            stream.finish();
        }
        self.pending(now, look, &mut decisions);
        for index in self.by_priority(|_, trigger| *trigger == Trigger::Eof) {
            if self.event(now, index, Reason::Eof, &mut decisions) {
                break;
            }
        }
        self.life = Life::Over;
        decisions
    }

    /// Evaluates the unfinished line as if it were finished, and everything as if it were still.
    fn pending(&mut self, now: Instant, look: &Look, decisions: &mut Vec<Decision>) {
        let last = look.prompt.trim_end_matches(' ');
        let seen = self.lines.last.is_some_and(|line| line >= look.line);
        if !seen && !last.is_empty() && !self.occurrence.is_answered(look.line) {
            self.lines.last = Some(look.line);
            self.lines.early = Some(look.line);
            self.watch_line(now, last, decisions);
        }
        self.stream_lines(now, decisions);
        self.evaluate(now, look, Duration::MAX, decisions);
    }

    /// Sets the deadline at which what is shown now is evaluated as if it had just come.
    fn look_afresh(&mut self, now: Instant) {
        self.stillness.restart(now);
        self.occurrence.stir();
    }

    /// Returns whether rules are held from acting on output.
    pub(super) fn paused(&self) -> bool {
        !self.armed || self.interacting
    }

    /// Returns the rules for which `wanted` holds, higher priorities first, then in the order of
    /// the file.
    fn by_priority(&self, wanted: impl Fn(usize, &Trigger) -> bool) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.rules.len())
            .filter(|&index| wanted(index, &self.rules[index].spec.trigger))
            .collect();
        order.sort_by_key(|&index| std::cmp::Reverse(self.rules[index].spec.priority));
        order
    }

    /// Returns when the `idle` or `timeout` of a rule is over, if it is still to act on it.
    fn event_deadline(&self, index: usize) -> Option<Instant> {
        if self.done[index] || self.paused() || self.life != Life::Running {
            return None;
        }
        let spec = &self.rules[index].spec;
        let over = match spec.trigger {
            Trigger::Idle(after) => self.output + after,
            Trigger::Timeout(after) => self.started + after,
            _ => return None,
        };
        // Held back by its cooldown it has said so once, and waits.
        let ready = self.histories[index].ready_at(spec);
        Some(
            ready
                .filter(|_| self.told[index])
                .map_or(over, |at| at.max(over)),
        )
    }
}
