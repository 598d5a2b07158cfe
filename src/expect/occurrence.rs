//! What makes one showing of a prompt fire once: the occurrence, and the stillness before it.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

/// The prompt that was acted on last. It is identified by the number of its logical line, and
/// forgotten when an evaluation finds another line or no match, or when the screen is erased.
#[derive(Debug, Default)]
pub(super) struct Occurrence {
    /// The line, while it counts as acted on.
    spent: Option<u64>,
    /// The line into which something was sent: it matches no more until its LF, for it holds the
    /// echo of what was sent.
    answered: Option<u64>,
    /// The line that was evaluated last.
    visited: Option<u64>,
    /// Rules that have said for that line why they are held back.
    noted: BTreeSet<usize>,
    /// A rule has fired for it and nothing has come since, so there is nothing more to say.
    settled: bool,
    /// The spent prompt's text when other rules took over: while it reads so, it stays spent,
    /// although none of them may match it.
    handed_over: Option<String>,
}

impl Occurrence {
    /// Says that an evaluation finds the cursor on `line`.
    pub(super) fn visit(&mut self, line: u64) {
        if self.visited.replace(line) != Some(line) {
            self.noted.clear();
        }
        self.spent = self.spent.filter(|spent| *spent == line);
        self.answered = self.answered.filter(|answered| *answered == line);
        self.handed_over.take_if(|_| self.spent.is_none());
    }

    /// Says that no rule's pattern matches on the visited line, where this prompt stands.
    pub(super) fn unmatched(&mut self, prompt: &str) {
        if self.handed_over.as_deref() != Some(prompt) {
            self.handed_over = None;
        }
        if self.answered.is_none() && self.handed_over.is_none() {
            self.spent = None;
        }
        self.noted.clear();
    }

    /// Says that other rules look from now on, while the cursor is on `line` behind this prompt.
    pub(super) fn hand_over(&mut self, line: u64, prompt: &str) {
        self.handed_over = (self.spent == Some(line)).then(|| prompt.to_owned());
        self.noted.clear();
        self.settled = false;
    }

    /// Says that what a rule did for `line` counts no more, unless something was sent there.
    pub(super) fn pardon(&mut self, line: u64) {
        if !self.is_answered(line) {
            self.spent = self.spent.filter(|spent| *spent != line);
        }
    }

    /// Returns whether `line` has been acted on.
    pub(super) fn is_spent(&self, line: u64) -> bool {
        self.spent == Some(line) || self.is_answered(line)
    }

    /// Returns whether anything is remembered of `line`.
    pub(super) fn is_known(&self, line: u64) -> bool {
        self.is_spent(line) || !self.noted.is_empty()
    }

    /// Returns whether something was sent while the cursor was on `line`.
    pub(super) fn is_answered(&self, line: u64) -> bool {
        self.answered == Some(line)
    }

    /// Says that a rule acts on `line`.
    pub(super) fn spend(&mut self, line: u64) {
        self.spent = Some(line);
        self.settle();
    }

    /// Says that a rule is about to act: until output comes, there is nothing more to say.
    pub(super) fn settle(&mut self) {
        self.settled = true;
    }

    /// Says that something is sent while the cursor is on `line`.
    pub(super) fn answer(&mut self, line: u64) {
        self.spent = Some(line);
        self.answered = Some(line);
    }

    /// Says that LF has left `line`, and returns whether it was answered.
    pub(super) fn finish_line(&mut self, line: u64) -> bool {
        self.answered
            .take_if(|answered| *answered == line)
            .is_some()
    }

    /// Returns whether a rule is to say why it is held back: once for each occurrence.
    pub(super) fn note(&mut self, rule: usize) -> bool {
        !self.settled && self.noted.insert(rule)
    }

    /// Says that output has come, or that the prompt is to be looked at afresh.
    pub(super) fn stir(&mut self) {
        self.settled = false;
    }

    /// Forgets the occurrence.
    pub(super) fn forget(&mut self) {
        *self = Occurrence::default();
    }
}

/// How long after output it is looked who reads: a program that has printed its prompt is in its
/// read by then.
const PEEK: Duration = Duration::from_millis(3);

/// Which `stable` times have passed since output came last.
#[derive(Debug)]
pub(super) struct Stillness {
    /// The distinct times of all rules that wait for stillness, ascending.
    steps: Vec<Duration>,
    /// How many of them have been acted on.
    taken: usize,
    since: Instant,
    /// Who reads is to be looked at, some rule being worth it.
    peeks: bool,
    /// That has not been done since output came.
    unseen: bool,
}

impl Stillness {
    /// Returns the stillness of a pane whose rules wait for these times, `early` ones of them no
    /// longer than until a program is seen to read. Nothing is pending.
    pub(super) fn new(mut steps: Vec<Duration>, early: &[Duration], now: Instant) -> Stillness {
        steps.sort_unstable();
        steps.dedup();
        Stillness {
            taken: steps.len(),
            steps,
            since: now,
            peeks: early.iter().any(|stable| *stable > PEEK),
            unseen: false,
        }
    }

    /// Begins to wait anew.
    pub(super) fn restart(&mut self, now: Instant) {
        self.taken = 0;
        self.since = now;
        self.unseen = self.peeks;
    }

    /// Ceases to wait.
    pub(super) fn stop(&mut self) {
        self.taken = self.steps.len();
        self.unseen = false;
    }

    /// Returns when it is to be looked who reads: once after output.
    pub(super) fn peek(&self) -> Option<Instant> {
        (self.unseen && self.taken < self.steps.len()).then(|| self.since + PEEK)
    }

    /// Takes the look at who reads if it is due, and returns whether it is.
    pub(super) fn take_peek(&mut self, now: Instant) -> bool {
        let due = self.peek().is_some_and(|at| at <= now);
        self.unseen &= !due;
        due
    }

    /// Returns when the next time will have passed.
    pub(super) fn next(&self) -> Option<Instant> {
        self.steps.get(self.taken).map(|step| self.since + *step)
    }

    /// Returns for how long output has been still.
    pub(super) fn length(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.since)
    }

    /// Takes the times that have passed at `now`, and returns whether there were any.
    pub(super) fn take(&mut self, now: Instant) -> bool {
        let before = self.taken;
        while self.next().is_some_and(|at| at <= now) {
            self.taken += 1;
        }
        self.taken > before
    }
}
