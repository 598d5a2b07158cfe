//! Firing: whether a rule that has an occasion may act, and what it does then.
//!
//! Owns the order of the conditions. Here alone rules are counted as fired, states are entered and
//! the pane is disarmed by a rule.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    time::Instant,
};

use super::{
    Answer, AutoAnswer, Explanation, Look, Otherwise, Trigger, View,
    decision::{Action, Decision, Outcome, Reason},
    engine::Engine,
    limits::Permit,
    occasion::{Occasion, Place},
    pending::{PENDING_LIMIT, Stage},
};

/// How many sends of stream rules are remembered until they are reported as sent.
const AWAITED_LIMIT: usize = 64;

/// How often a rule may give the same answer to the same text while nothing else comes, before
/// the pane is disarmed: the program does not take the answer.
const UNCHANGED_LIMIT: u32 = 5;

/// Rules that may fire more often within a minute than this say by it that they are for floods
/// of the same question, and may repeat themselves.
const FLOODS: u32 = 30;

/// Whether a rule may act.
#[derive(Debug)]
pub(super) enum Verdict {
    /// It may, in this way.
    Act(Act),
    Hold(Reason),
    Wait(Instant, Reason),
    Spent(Reason),
    Trip(Reason),
}

/// In which way a rule acts.
#[derive(Clone, Debug)]
pub(super) enum Act {
    /// It does what it says.
    Fire,
    /// It hands the occasion to a person, for this reason.
    Ask(Reason),
    /// It acts later.
    Wait(Stage),
}

/// What is known when a rule's conditions are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Checked {
    /// It has just found its occasion, and nobody has looked who holds the tty.
    Found,
    /// It has just found its occasion.
    FoundAndSeen,
    /// It has waited for the look at who holds the tty.
    Seen,
    /// It has waited for its `delay`.
    Delayed,
}

/// The last answers, while they are all the same.
#[derive(Clone, Debug)]
pub(super) struct Streak {
    rule: usize,
    text: String,
    answer: Option<Action>,
    trace: Trace,
    count: u32,
}

/// By what it is seen that nothing else came between two answers.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Trace {
    /// The next prompt stands at most so many lines below this one.
    Line(u64, u64),
    /// Nothing but blanks came since the last match of the stream.
    Fresh(bool),
    /// The screen shows the same.
    Screen(u64),
}

impl Streak {
    /// Returns the streak of the same rule where its place is another now; `None` when it is given
    /// up.
    pub(super) fn renumbered(self, place: impl Fn(usize) -> Option<usize>) -> Option<Streak> {
        let rule = place(self.rule)?;
        Some(Streak { rule, ..self })
    }
}

impl Engine {
    /// Returns whether a rule that has an occasion may act, and how.
    pub(super) fn verdict(
        &mut self,
        now: Instant,
        look: &Look,
        occasion: &Occasion,
        checked: Checked,
    ) -> Verdict {
        let index = occasion.rule;
        let for_end = self.rules[index].is_for_end();
        if !self.armed {
            return Verdict::Hold(Reason::Disarmed);
        }
        if self.auto_answer == AutoAnswer::Off && !for_end {
            return Verdict::Hold(Reason::Resting);
        }
        if self.interacting && !for_end {
            return Verdict::Hold(Reason::Interacting);
        }
        if !self.states.is_active(&self.rules, index) {
            let state = self.states.state(index).to_owned();
            return Verdict::Hold(Reason::State(state));
        }
        if let Err(reason) = self.check_seen(look, occasion) {
            return self.failed(index, reason);
        }
        let rule = &self.rules[index];
        if checked == Checked::Found && rule.needs_holder() {
            return self.wait(Stage::Look);
        }
        if let Err(reason) = self.check_foreground(look, index) {
            return self.failed(index, reason);
        }
        match self.histories[index].permit(&rule.spec, now) {
            Permit::Granted => {}
            Permit::Spent(max) if rule.secret().is_some() => {
                return Verdict::Act(Act::Ask(Reason::AskedAgain(max)));
            }
            Permit::Spent(max) => return Verdict::Spent(Reason::Max(max)),
            Permit::Later(at) => {
                let left = at.saturating_duration_since(now);
                return Verdict::Wait(at, Reason::Cooldown(left));
            }
            Permit::Tripped(count) => return Verdict::Trip(Reason::PerMinute(count)),
        }
        if self.is_unchanged(look, occasion) {
            return Verdict::Trip(Reason::Unchanged(UNCHANGED_LIMIT));
        }
        let rule = &self.rules[index];
        let answers = rule.spec.answer != Answer::None;
        if rule.asks() {
            return Verdict::Act(Act::Ask(Reason::Asks));
        }
        if rule.spec.confirm {
            return Verdict::Act(Act::Ask(Reason::Confirm));
        }
        if self.auto_answer == AutoAnswer::Suggest && answers {
            return Verdict::Act(Act::Ask(Reason::Suggest));
        }
        if checked != Checked::Delayed && !rule.spec.delay.is_zero() {
            return self.wait(Stage::Delay);
        }
        if rule.secret().is_some() {
            return self.wait(Stage::Gate { good: None });
        }
        Verdict::Act(Act::Fire)
    }

    /// Returns what follows when a condition fails.
    fn failed(&self, index: usize, reason: Reason) -> Verdict {
        match self.rules[index].spec.otherwise {
            Otherwise::Ignore => Verdict::Hold(reason),
            Otherwise::Ask => Verdict::Act(Act::Ask(reason)),
        }
    }

    fn wait(&self, stage: Stage) -> Verdict {
        if self.pendings.len() < PENDING_LIMIT {
            Verdict::Act(Act::Wait(stage))
        } else {
            Verdict::Hold(Reason::Crowded(PENDING_LIMIT))
        }
    }

    /// Does what follows when a rule may not act; says so if that is news.
    pub(super) fn hold(
        &mut self,
        occasion: &Occasion,
        verdict: Verdict,
        news: bool,
        decisions: &mut Vec<Decision>,
    ) {
        let (outcome, reason) = match verdict {
            Verdict::Act(_) => return,
            Verdict::Hold(reason) => (Outcome::Held, reason),
            Verdict::Wait(at, reason) => {
                self.recheck_at(at);
                (Outcome::Held, reason)
            }
            Verdict::Spent(reason) => (Outcome::Spent, reason),
            Verdict::Trip(reason) => {
                self.disarm(occasion.rule, &reason);
                (Outcome::Tripped, reason)
            }
        };
        let dealt_with = matches!(reason, Reason::Answered | Reason::Asked | Reason::Pending);
        if dealt_with && !news {
            // What it has done for this prompt is what is worth knowing.
            return;
        }
        let actions = match outcome {
            Outcome::Tripped => vec![Action::Disarm],
            _ => Vec::new(),
        };
        let decision = self.decision(occasion, outcome, reason, actions);
        if news || outcome == Outcome::Tripped {
            decisions.push(decision);
        }
    }

    /// Says that what waits is to be looked at again at `at`.
    pub(super) fn recheck_at(&mut self, at: Instant) {
        self.recheck = Some(self.recheck.map_or(at, |other| other.min(at)));
    }

    /// Lets a rule act on an occasion, and spends it.
    pub(super) fn act(
        &mut self,
        now: Instant,
        look: &Look,
        occasion: Occasion,
        act: Act,
        decisions: &mut Vec<Decision>,
    ) {
        match act {
            Act::Fire => self.fire(now, look, &occasion, decisions),
            Act::Ask(reason) => self.ask(now, occasion, reason, decisions),
            Act::Wait(stage) => self.pend(now, occasion, stage),
        }
    }

    /// Fires a rule.
    pub(super) fn fire(
        &mut self,
        now: Instant,
        look: &Look,
        occasion: &Occasion,
        decisions: &mut Vec<Decision>,
    ) {
        let index = occasion.rule;
        let rule = &self.rules[index];
        let filling = self.filling(&occasion.captured);
        let answer = rule.answer(self.histories[index].count, filling);
        let deeds = rule.deeds(filling);
        self.follow_streak(look, occasion, answer.as_ref());
        self.spend(occasion);
        if self.rules[index].sends() {
            self.underway.push(self.serial);
            self.await_own(occasion, answer.as_ref());
            self.spend_shown(look, occasion);
        }
        self.count(now, index);
        let actions = answer.into_iter().chain(deeds).collect();
        self.carry_out(now, occasion, actions, decisions);
    }

    /// Says that a rule fires with these actions, and has its ruleset enter its next state.
    pub(super) fn carry_out(
        &mut self,
        now: Instant,
        occasion: &Occasion,
        actions: Vec<Action>,
        decisions: &mut Vec<Decision>,
    ) {
        if actions.contains(&Action::Disarm) {
            self.disarm(occasion.rule, &occasion.reason);
        }
        let reason = occasion.reason.clone();
        decisions.push(self.decision(occasion, Outcome::Fired, reason, actions));
        self.go(now, occasion.rule);
    }

    /// Counts a firing.
    pub(super) fn count(&mut self, now: Instant, index: usize) {
        self.histories[index].fired(now);
        self.fired += 1;
        self.told[index] = false;
    }

    /// Has the ruleset of a rule that has acted enter the state that the rule goes to. Rules that
    /// begin to look see the text since the last match, and what is shown.
    pub(super) fn go(&mut self, now: Instant, index: usize) {
        let Some(state) = self.rules[index].spec.goto.clone() else {
            return;
        };
        for (member, was_active) in self.states.enter(&self.rules, index, &state, now) {
            let is_active = self.states.is_active(&self.rules, member);
            let rule = &self.rules[member];
            if matches!(rule.spec.trigger, Trigger::Timeout(_)) {
                self.done[member] = false;
            }
            if is_active && !was_active {
                self.told[member] = false;
                if matches!(rule.view(), Some(View::Stream | View::Raw)) {
                    self.waiting[member] = Some(0);
                }
            }
        }
        self.recheck_at(now);
    }

    /// Marks an occasion as acted on.
    pub(super) fn spend(&mut self, occasion: &Occasion) {
        match &occasion.place {
            Place::Prompt(line) => self.occurrence.spend(*line),
            Place::Screen(shape) => self.showing.spend(occasion.rule, shape),
            Place::Stream { .. } | Place::Line(_) | Place::Event => {}
        }
    }

    /// Marks everything shown as answered, before the driver reports the send.
    fn spend_shown(&mut self, look: &Look, occasion: &Occasion) {
        match occasion.place {
            Place::Prompt(line) => {
                self.occurrence.answer(line);
                for stream in &mut self.streams {
                    stream.consume_all();
                }
            }
            Place::Screen(_) if !look.prompt.is_empty() => self.occurrence.answer(look.line),
            _ => {}
        }
        self.showing.spend_standing();
    }

    /// Remembers that a stream rule's send leaves the unfinished line alone.
    fn await_own(&mut self, occasion: &Occasion, answer: Option<&Action>) {
        if matches!(occasion.place, Place::Stream { .. }) && self.awaited.len() < AWAITED_LIMIT {
            self.awaited.push(match answer {
                Some(Action::Send(text)) => Some(text.clone().into_bytes()),
                _ => None,
            });
        }
    }

    pub(super) fn disarm(&mut self, index: usize, reason: &Reason) {
        self.armed = false;
        self.disarmed_by = Some(format!("{}: {reason}", self.rules[index].full_name()));
    }

    /// Returns a decision, and keeps it as the rule's standing.
    pub(super) fn decision(
        &mut self,
        occasion: &Occasion,
        outcome: Outcome,
        reason: Reason,
        actions: Vec<Action>,
    ) -> Decision {
        self.last[occasion.rule] = Some(Explanation {
            rule: self.rules[occasion.rule].full_name(),
            outcome,
            reason: reason.clone(),
            text: occasion.text.clone(),
        });
        let spec = &self.rules[occasion.rule].spec;
        Decision {
            ruleset: spec.ruleset.clone(),
            rule: spec.name.clone(),
            outcome,
            reason,
            prompt: occasion.text.clone(),
            actions,
        }
    }

    /// Returns whether the rule would once more give the same answer to the same text, while
    /// nothing else has come.
    fn is_unchanged(&self, look: &Look, occasion: &Occasion) -> bool {
        self.streak.as_ref().is_some_and(|streak| {
            streak.count >= UNCHANGED_LIMIT && self.continues(streak, look, occasion, None)
        })
    }

    /// Returns whether an answer continues the streak.
    fn continues(
        &self,
        streak: &Streak,
        look: &Look,
        occasion: &Occasion,
        answer: Option<&Action>,
    ) -> bool {
        let rule = &self.rules[occasion.rule];
        if streak.rule != occasion.rule || streak.text != occasion.text {
            return false;
        }
        let next = match answer {
            Some(answer) => Some(answer.clone()),
            None => rule.answer(
                self.histories[occasion.rule].count,
                self.filling(&occasion.captured),
            ),
        };
        let nothing_came = match (&streak.trace, trace(look, occasion)) {
            (Trace::Line(before, below), Some(Trace::Line(line, _))) => line <= before + below,
            (Trace::Fresh(_), Some(Trace::Fresh(fresh))) => fresh,
            (before, Some(now)) => *before == now,
            (_, None) => false,
        };
        nothing_came && streak.answer == next
    }

    /// Counts an answer for the streak.
    fn follow_streak(&mut self, look: &Look, occasion: &Occasion, answer: Option<&Action>) {
        let rule = &self.rules[occasion.rule];
        if !rule.sends() || rule.spec.per_minute > FLOODS {
            return;
        }
        let continued = self
            .streak
            .take()
            .filter(|streak| self.continues(streak, look, occasion, answer));
        self.streak = trace(look, occasion).map(|trace| Streak {
            rule: occasion.rule,
            text: occasion.text.clone(),
            answer: answer.cloned(),
            trace,
            count: continued.map_or(0, |streak| streak.count) + 1,
        });
    }
}

/// Returns by what it will be seen whether anything else comes.
fn trace(look: &Look, occasion: &Occasion) -> Option<Trace> {
    match &occasion.place {
        Place::Prompt(line) => Some(Trace::Line(*line, 1)),
        // The echo of the answer is a line of its own.
        Place::Line(line) => Some(Trace::Line(*line, 2)),
        Place::Stream { fresh, .. } => Some(Trace::Fresh(*fresh)),
        Place::Screen(_) => {
            let mut hasher = DefaultHasher::new();
            look.screen?.lines.hash(&mut hasher);
            Some(Trace::Screen(hasher.finish()))
        }
        Place::Event => None,
    }
}
