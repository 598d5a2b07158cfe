//! The engine of one pane: events in, decisions out.
//!
//! Owns what a rule's firing depends on besides its pattern: stillness, the occurrence of a
//! prompt, who holds the pane, limits. It acts once for each occurrence, and says why when it
//! does not, also once. What the child's start and end mean is in `life`, what the time means in
//! `time`.

use std::time::{Duration, Instant};

use super::{
    AutoAnswer, Context, Look, RuleSpec, Trigger, View,
    ask::Asks,
    decision::{Decision, Exit, Explanation, Reason},
    evaluate::Due,
    firing::{Checked, Streak},
    life::Life,
    limits::History,
    lines::LineRules,
    occasion::Occasion,
    occurrence::{Occurrence, Stillness},
    pending::Pending,
    region::Mark,
    rule::Rule,
    showing::Showing,
    states::States,
    stream::Stream,
    watch::Watch,
};

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
    /// The bell rang.
    Bell,
}

/// What has become of one rule so far.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing<'a> {
    /// The rule.
    pub spec: &'a RuleSpec,
    /// The state its ruleset is in; empty when it has none.
    pub state: &'a str,
    /// Its ruleset is in one of the rule's states.
    pub active: bool,
    /// How often it has fired in the life of this child.
    pub fired: u32,
    /// It will not fire again in the life of this child.
    pub spent: bool,
    /// The last thing that became of it: outcome, reason and the text looked at.
    pub last: Option<Explanation>,
    /// Where in that text its match is, in bytes, if it is found there again.
    pub found: Option<std::ops::Range<usize>>,
}

/// The rules of one pane at work.
#[derive(Debug)]
pub struct Engine {
    pub(super) rules: Vec<Rule>,
    pub(super) histories: Vec<History>,
    pub(super) states: States,
    pub(super) context: Context,
    pub(super) armed: bool,
    pub(super) disarmed_by: Option<String>,
    pub(super) auto_answer: AutoAnswer,
    pub(super) interacting: bool,
    pub(super) fired: u64,
    pub(super) life: Life,
    /// When output came last.
    pub(super) output: Instant,
    pub(super) stillness: Stillness,
    pub(super) occurrence: Occurrence,
    pub(super) prompts: Watch,
    pub(super) lines: LineRules,
    pub(super) showing: Showing,
    /// The text of the `stream` view and that of the `raw` view, where rules watch them.
    pub(super) streams: Vec<Stream>,
    /// For each stream, where it was when something was sent last.
    pub(super) sent_at: Vec<u64>,
    /// Where the cursor was then, unless the screen was erased since.
    pub(super) mark: Option<Mark>,
    /// The rules on `idle` and `timeout`.
    pub(super) timed: Vec<usize>,
    /// Per rule: from where on it looks at its stream, for the end of its cooldown or because its
    /// state has just been entered.
    pub(super) waiting: Vec<Option<u64>>,
    /// Per rule: it has fired for the present idleness, for the timeout, or has said that it is
    /// spent.
    pub(super) done: Vec<bool>,
    /// Per rule, but for prompt rules: it has said why it is held back, and not fired since.
    pub(super) told: Vec<bool>,
    /// Per rule: the last thing that became of it.
    pub(super) last: Vec<Option<Explanation>>,
    /// When what waits is to be looked at again, such as at the end of a cooldown.
    pub(super) recheck: Option<Instant>,
    /// Sends of stream rules, which leave the stream's unfinished line alone: the bytes, or
    /// `None` when only the driver knows them.
    pub(super) awaited: Vec<Option<Vec<u8>>>,
    pub(super) pendings: Vec<Pending>,
    /// The number of the last pending firing or ask.
    pub(super) serial: u64,
    /// For each answer that the driver has been given and has not reported yet, that number when
    /// it was decided: what came later is not spent by it.
    pub(super) underway: Vec<u64>,
    pub(super) asks: Asks,
    pub(super) streak: Option<Streak>,
    /// How many secrets have been wanted.
    pub(super) secrets: u64,
    pub(super) exit: Option<Exit>,
    /// Some rule looks at the screen.
    looks_at_screen: bool,
    /// Some rule looks at who holds the tty.
    pub(super) looks_at_holder: bool,
}

impl Engine {
    /// Returns the engine of a pane whose child starts at `now`.
    pub fn new(rules: Vec<Rule>, context: Context, armed: bool, now: Instant) -> Engine {
        let stable = |of: fn(View) -> bool| -> Vec<Duration> {
            let rules = rules.iter().filter(|rule| rule.view().is_some_and(of));
            rules.map(|rule| rule.spec.stable).collect()
        };
        let early = stable(|view| matches!(view, View::Prompt | View::Screen));
        // With 0 streams are evaluated at each read.
        let late = stable(|view| matches!(view, View::Stream | View::Raw))
            .into_iter()
            .filter(|stable| !stable.is_zero());
        let steps = early.iter().copied().chain(late).collect();
        let looks_at_screen = rules.iter().any(|rule| match rule.view() {
            Some(View::Screen) => true,
            Some(View::Prompt) | None => rule.looks_around(),
            Some(View::Line | View::Stream | View::Raw) => false,
        });
        let streams: Vec<Stream> = [View::Stream, View::Raw]
            .into_iter()
            .filter_map(|view| Stream::new(&rules, view))
            .collect();
        let is_timed =
            |rule: &Rule| matches!(rule.spec.trigger, Trigger::Idle(_) | Trigger::Timeout(_));
        Engine {
            histories: vec![History::default(); rules.len()],
            states: States::new(&rules, now),
            waiting: vec![None; rules.len()],
            done: vec![false; rules.len()],
            told: vec![false; rules.len()],
            last: vec![None; rules.len()],
            context,
            armed,
            disarmed_by: None,
            auto_answer: AutoAnswer::On,
            interacting: false,
            fired: 0,
            life: Life::Running,
            output: now,
            stillness: Stillness::new(steps, &early, now),
            occurrence: Occurrence::default(),
            prompts: Watch::new(&rules, View::Prompt),
            lines: LineRules::new(&rules),
            showing: Showing::new(&rules),
            sent_at: vec![0; streams.len()],
            streams,
            mark: None,
            timed: (0..rules.len())
                .filter(|&index| is_timed(&rules[index]))
                .collect(),
            recheck: None,
            awaited: Vec::new(),
            pendings: Vec::new(),
            serial: 0,
            underway: Vec::new(),
            asks: Asks::default(),
            streak: None,
            secrets: 0,
            exit: None,
            looks_at_screen,
            looks_at_holder: rules.iter().any(Rule::needs_holder),
            rules,
        }
    }

    /// Returns whether a rule watches finished lines; else the emulator need not report them.
    pub fn needs_lines(&self) -> bool {
        !self.lines.watch.is_idle()
    }

    /// Returns whether a rule looks at the screen; else [`Look::screen`] may be `None`. It may so
    /// in [`Engine::feed`] and [`Engine::started`], too: they never look at it.
    pub fn needs_screen(&self) -> bool {
        self.looks_at_screen
    }

    /// Takes the pane's new name, for `{pane}` in what rules send.
    pub fn rename(&mut self, name: &str) {
        name.clone_into(&mut self.context.pane);
    }

    /// Says whether rules answer, suggest or rest, in all panes. When they answer again, the
    /// present prompt is evaluated afresh.
    pub fn set_auto_answer(&mut self, now: Instant, mode: AutoAnswer) {
        let before = std::mem::replace(&mut self.auto_answer, mode);
        if before == mode {
            return;
        }
        if mode == AutoAnswer::On {
            self.withdraw_suggestions();
        }
        if mode != AutoAnswer::Off {
            self.told.fill(false);
            self.look_afresh(now);
        }
    }

    /// Returns why a rule has disarmed the pane, while it is disarmed by one.
    pub fn disarmed_by(&self) -> Option<&str> {
        self.disarmed_by.as_deref()
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
            self.streak = None;
            self.look_afresh(now);
        }
        self.armed = on;
        self.disarmed_by = None;
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
        self.underway.clear();
    }

    /// Takes the output of one read: its bytes, and what the emulator saw in them, in order.
    /// Finished lines are decided on before the stream.
    pub fn feed(
        &mut self,
        now: Instant,
        bytes: &[u8],
        seen: &[Output],
        look: &Look,
    ) -> Vec<Decision> {
        let mut decisions = Vec::new();
        self.underway.clear();
        for output in seen {
            match output {
                Output::Line { number, text } => {
                    self.line_finished(now, look, *number, text, &mut decisions);
                }
                Output::Erased => self.erased(),
                Output::Bell => {
                    let wanted = |_, trigger: &Trigger| *trigger == Trigger::Bell;
                    let bell = (Reason::Bell, Checked::Found);
                    self.events(now, look, wanted, bell, &mut decisions);
                }
            }
        }
        if bytes.is_empty() {
            return decisions;
        }
        self.output = now;
        self.stillness.restart(now);
        self.occurrence.stir();
        for &index in &self.timed {
            if matches!(self.rules[index].spec.trigger, Trigger::Idle(_)) {
                self.done[index] = false;
                self.told[index] = false;
            }
        }
        for stream in &mut self.streams {
            stream.push(bytes);
        }
        self.stream_lines(now, look, &mut decisions);
        for index in 0..self.streams.len() {
            let due = Due::Still(Duration::ZERO);
            self.stream_text(now, look, index, None, due, &mut decisions);
        }
        decisions
    }

    /// Takes an erasing of the screen: what was shown has gone.
    fn erased(&mut self) {
        self.occurrence.forget();
        self.showing.forget();
        self.mark = None;
        self.erase_asks();
        self.break_pending(&Reason::Erased, Occasion::is_shown);
    }

    /// Says that `bytes` have gone to the child, from whatever source; `echo` says whether ECHO
    /// was on. The prompt under the cursor is spent by it.
    pub fn sent(&mut self, now: Instant, bytes: &[u8], echo: bool, look: &Look) {
        if bytes.is_empty() {
            return;
        }
        // With nothing before the cursor and no echo, the line shows no trace of the exchange:
        // what the child prints there next is a prompt of its own.
        if echo || !look.prompt.is_empty() {
            self.occurrence.answer(look.line);
        }
        let spent = match self.underway.is_empty() {
            true => self.serial,
            false => self.underway.remove(0),
        };
        for pending in &mut self.pendings {
            pending.overtake(spent);
        }
        self.answer_asks(now, spent);
        self.showing.observe(&self.rules, look, self.mark);
        self.showing.spend_standing();
        self.mark = Some(Mark {
            line: look.line,
            column: look.prompt.chars().count(),
        });
        let own = self
            .awaited
            .iter()
            .position(|awaited| awaited.as_ref().is_none_or(|text| text == bytes));
        if let Some(index) = own {
            self.awaited.remove(index);
        }
        for (stream, sent_at) in self.streams.iter_mut().zip(&mut self.sent_at) {
            *sent_at = stream.end();
            if own.is_none() {
                stream.consume_all();
            }
            if echo {
                stream.expect_echo(bytes, look.canonical);
            }
        }
    }

    /// Lets the rules on an event act: the first that may.
    pub(super) fn events(
        &mut self,
        now: Instant,
        look: &Look,
        wanted: impl Fn(usize, &Trigger) -> bool,
        (reason, checked): (Reason, Checked),
        decisions: &mut Vec<Decision>,
    ) {
        for index in self.by_priority(wanted) {
            if self.event(now, look, (index, reason.clone(), checked), decisions) {
                break;
            }
        }
    }

    /// Sets the deadline at which what is shown now is evaluated as if it had just come.
    pub(super) fn look_afresh(&mut self, now: Instant) {
        self.stillness.restart(now);
        self.occurrence.stir();
    }

    /// Returns whether rules are held from acting on output.
    pub(super) fn paused(&self) -> bool {
        !self.armed || self.interacting || self.auto_answer == AutoAnswer::Off
    }

    /// Returns the rules for which `wanted` holds, higher priorities first, then in the order of
    /// the file.
    pub(super) fn by_priority(&self, wanted: impl Fn(usize, &Trigger) -> bool) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.rules.len())
            .filter(|&index| wanted(index, &self.rules[index].spec.trigger))
            .collect();
        order.sort_by_key(|&index| std::cmp::Reverse(self.rules[index].spec.priority));
        order
    }
}
