//! Pending firings: rules that have won and act later, and the wait of secrets at the gate.
//!
//! A rule waits for its `delay`, for a look at who holds the tty, or for the gate. All conditions
//! are checked again when it acts; if its prompt has gone, it is cancelled.

use std::time::{Duration, Instant};

use super::{
    Deed, Look,
    decision::{Action, Decision, Exit, Outcome, Reason, SecretId, Withheld},
    engine::Engine,
    firing::{Act, Checked, Verdict},
    gate::{GateReason, gate},
    occasion::{Occasion, Place},
    showing::Showing,
};

/// How many rules wait to act in one pane.
pub(super) const PENDING_LIMIT: usize = 64;

/// How far apart a secret's two looks at the tty are at least, and how often it looks.
const GATE_STEP: Duration = Duration::from_millis(20);
/// How long a secret waits for the tty to come right.
const GATE_PATIENCE: Duration = Duration::from_secs(1);

/// A rule that acts later.
#[derive(Debug)]
pub(super) struct Pending {
    occasion: Occasion,
    /// What was decided before it does not spend it.
    serial: u64,
    since: Instant,
    /// When it goes on; `None` while the driver fetches a secret.
    due: Option<Instant>,
    stage: Stage,
    /// Why it will not act after all.
    broken: Option<Reason>,
    /// A person has accepted it.
    pub(super) person: bool,
}

/// What a pending firing waits for.
#[derive(Clone, Debug)]
pub(super) enum Stage {
    /// For a look at who holds the tty.
    Look,
    /// For the rule's `delay`.
    Delay,
    /// For the gate.
    Gate {
        /// When the tty was right first.
        good: Option<Instant>,
    },
    /// For the driver to bring this secret.
    Wanted(SecretId),
}

impl Pending {
    /// Returns when it goes on.
    pub(super) fn due(&self) -> Option<Instant> {
        match self.broken {
            Some(_) if !matches!(self.stage, Stage::Wanted(_)) => Some(self.since),
            _ => self.due,
        }
    }

    /// Says that something was sent that had been decided when so many had become pending.
    pub(super) fn overtake(&mut self, serial: u64) {
        if self.serial <= serial && !self.occasion.is_event() {
            self.break_off(Reason::Overtaken);
        }
    }

    /// Has it go on for the rule that `place` gives for its own, which is another's place now.
    pub(super) fn renumber(&mut self, place: impl Fn(usize) -> Option<usize>) {
        if let Some(rule) = place(self.occasion.rule) {
            self.occasion.rule = rule;
        }
    }

    fn break_off(&mut self, reason: Reason) {
        self.broken.get_or_insert(reason);
    }
}

impl Engine {
    /// Lets a rule act later.
    pub(super) fn pend(&mut self, now: Instant, occasion: Occasion, stage: Stage) {
        let due = match stage {
            Stage::Delay => now + self.rules[occasion.rule].spec.delay,
            _ => now,
        };
        match &occasion.place {
            Place::Screen(shape) => self.showing.spend(occasion.rule, shape),
            Place::Prompt(_) => self.occurrence.settle(),
            Place::Line(_) | Place::Stream { .. } | Place::Event => {}
        }
        self.serial += 1;
        self.pendings.push(Pending {
            occasion,
            serial: self.serial,
            since: now,
            due: Some(due),
            stage,
            broken: None,
            person: false,
        });
    }

    /// Returns which rule is about to act on the prompt of this line.
    pub(super) fn reserved_by(&self, line: u64) -> Option<usize> {
        let is_for = |pending: &&Pending| {
            pending.broken.is_none()
                && matches!(pending.occasion.place, Place::Prompt(at) if at == line)
        };
        let pending = self.pendings.iter().find(is_for);
        pending.map(|pending| pending.occasion.rule)
    }

    /// Breaks off the pending firings for which `over` holds.
    pub(super) fn break_pending(&mut self, reason: &Reason, over: impl Fn(&Occasion) -> bool) {
        for pending in &mut self.pendings {
            if over(&pending.occasion) {
                pending.break_off(reason.clone());
            }
        }
    }

    /// Cancels what is pending for rules that are given up.
    pub(super) fn cancel_given_up(
        &mut self,
        is_given_up: impl Fn(usize) -> bool,
        decisions: &mut Vec<Decision>,
    ) {
        let pendings = std::mem::take(&mut self.pendings).into_iter();
        let (over, kept): (Vec<Pending>, Vec<Pending>) =
            pendings.partition(|pending| is_given_up(pending.occasion.rule));
        self.pendings = kept;
        for pending in over {
            self.cancel(&pending, Reason::Reloaded, decisions);
        }
    }

    /// Breaks off what is pending for a prompt on another line than the cursor's.
    pub(super) fn review_pending(&mut self, look: &Look) {
        self.break_pending(
            &Reason::Gone,
            |occasion| matches!(occasion.place, Place::Prompt(line) if line != look.line),
        );
    }

    /// Breaks off what is pending for the child that has ended.
    pub(super) fn end_pending(&mut self, exit: &Exit) {
        let reason = Reason::Exited(exit.clone());
        self.break_pending(&reason, |occasion| !occasion.is_event());
    }

    /// Goes on with the pending firings that are due.
    pub(super) fn settle(&mut self, now: Instant, look: &Look, decisions: &mut Vec<Decision>) {
        let mut index = 0;
        let mut left = self.pendings.len();
        while left > 0 {
            left -= 1;
            if self.pendings[index].due().is_none_or(|due| due > now) {
                index += 1;
                continue;
            }
            let pending = self.pendings.remove(index);
            self.complete(now, look, pending, decisions);
        }
    }

    /// Goes on with one.
    fn complete(
        &mut self,
        now: Instant,
        look: &Look,
        mut pending: Pending,
        decisions: &mut Vec<Decision>,
    ) {
        pending.occasion = match self.still_there(&pending, look) {
            Ok(occasion) => occasion,
            Err(reason) => return self.cancel(&pending, reason, decisions),
        };
        let checked = match pending.stage {
            Stage::Look => Checked::Seen,
            _ => Checked::Delayed,
        };
        let verdict = if pending.person {
            Verdict::Act(Act::Wait(Stage::Gate { good: None }))
        } else {
            self.verdict(now, look, &pending.occasion, checked)
        };
        match (verdict, pending.stage) {
            (Verdict::Act(Act::Wait(Stage::Gate { .. })), Stage::Gate { good }) => {
                pending.stage = Stage::Gate { good };
                self.try_gate(now, look, pending, good, decisions);
            }
            (Verdict::Act(Act::Wait(stage @ Stage::Gate { .. })), _) => {
                pending.stage = stage;
                pending.since = now;
                self.try_gate(now, look, pending, None, decisions);
            }
            (Verdict::Act(act), _) => self.act(now, look, pending.occasion, act, decisions),
            (Verdict::Hold(reason), stage) if !matches!(stage, Stage::Look) => {
                pending.stage = stage;
                self.cancel(&pending, reason, decisions);
            }
            (verdict, _) => {
                self.pardon(&pending.occasion);
                let told = &mut self.told[pending.occasion.rule];
                let news = !std::mem::replace(told, true);
                self.hold(&pending.occasion, verdict, news, decisions);
            }
        }
    }

    /// Looks whether the gate is open; twice, then the secret is wanted.
    fn try_gate(
        &mut self,
        now: Instant,
        look: &Look,
        mut pending: Pending,
        good: Option<Instant>,
        decisions: &mut Vec<Decision>,
    ) {
        let index = pending.occasion.rule;
        let open = self.gate(look, index);
        let Some(name) = self.rules[index].secret().map(str::to_owned) else {
            return;
        };
        match (open, good) {
            (Ok(()), Some(first)) if now.saturating_duration_since(first) >= GATE_STEP => {
                self.secrets += 1;
                let id = SecretId(self.secrets);
                let deeds = self.rules[index].deeds(self.filling(&pending.occasion.captured));
                let actions = std::iter::once(Action::Secret { id, name })
                    .chain(deeds)
                    .collect();
                let reason = pending.occasion.reason.clone();
                let decision = self.decision(&pending.occasion, Outcome::Fired, reason, actions);
                decisions.push(decision);
                pending.stage = Stage::Wanted(id);
                pending.due = None;
                self.pendings.push(pending);
            }
            // It was looked at too late, as on a busy machine: that is no prompt that came right.
            (Ok(()), None) if now.saturating_duration_since(pending.since) > GATE_PATIENCE => {
                self.ask(
                    now,
                    pending.occasion,
                    Reason::Gate(GateReason::Late),
                    decisions,
                );
            }
            (Ok(()), good) => {
                pending.stage = Stage::Gate {
                    good: good.or(Some(now)),
                };
                pending.due = Some(now + GATE_STEP);
                self.pendings.push(pending);
            }
            (Err(reason), _) if now.saturating_duration_since(pending.since) >= GATE_PATIENCE => {
                self.ask(now, pending.occasion, Reason::Gate(reason), decisions);
            }
            (Err(_), _) => {
                pending.stage = Stage::Gate { good: None };
                pending.due = Some(now + GATE_STEP);
                self.pendings.push(pending);
            }
        }
    }

    fn gate(&self, look: &Look, index: usize) -> Result<(), GateReason> {
        let allowed = &self.rules[index].spec.foreground;
        gate(look.echo, look.canonical, look.holder, allowed)
    }

    /// Looks a last time whether a secret may be written now: returns what ends it (the rule's
    /// `newline`), or the decisions that follow when it may not. [`Look::holder`] is looked at.
    /// After it was written, [`Engine::sent`] is to be called with what was written.
    pub fn release(
        &mut self,
        now: Instant,
        id: SecretId,
        look: &Look,
    ) -> Result<String, Vec<Decision>> {
        let mut decisions = Vec::new();
        let Some(mut pending) = self.take_wanted(id) else {
            return Err(decisions);
        };
        match self.still_there(&pending, look) {
            Ok(occasion) => pending.occasion = occasion,
            Err(reason) => {
                self.cancel(&pending, reason, &mut decisions);
                return Err(decisions);
            }
        }
        if !pending.person {
            match self.verdict(now, look, &pending.occasion, Checked::Delayed) {
                Verdict::Act(Act::Wait(_)) => {}
                Verdict::Act(Act::Ask(reason)) => {
                    self.ask(now, pending.occasion, reason, &mut decisions);
                    return Err(decisions);
                }
                Verdict::Hold(reason) => {
                    self.cancel(&pending, reason, &mut decisions);
                    return Err(decisions);
                }
                verdict => {
                    self.pardon(&pending.occasion);
                    self.hold(&pending.occasion, verdict, true, &mut decisions);
                    return Err(decisions);
                }
            }
        }
        let index = pending.occasion.rule;
        if let Err(reason) = self.gate(look, index) {
            self.ask(now, pending.occasion, Reason::Gate(reason), &mut decisions);
            return Err(decisions);
        }
        self.spend(&pending.occasion);
        self.count(now, index);
        if self.rules[index].spec.deeds.contains(&Deed::Disarm) {
            self.disarm(index, &pending.occasion.reason);
        }
        self.go(now, index);
        Ok(self.rules[index].spec.newline.clone())
    }

    /// Says that a wanted secret cannot be had, and why: a person is asked.
    pub fn withhold(
        &mut self,
        now: Instant,
        id: SecretId,
        why: Withheld,
        look: &Look,
    ) -> Vec<Decision> {
        let mut decisions = Vec::new();
        if let Some(pending) = self.take_wanted(id) {
            match self.still_there(&pending, look) {
                Ok(occasion) => {
                    self.ask(now, occasion, Reason::Withheld(why), &mut decisions);
                }
                Err(reason) => self.cancel(&pending, reason, &mut decisions),
            }
        }
        decisions
    }

    fn take_wanted(&mut self, id: SecretId) -> Option<Pending> {
        let is_wanted =
            |pending: &Pending| matches!(pending.stage, Stage::Wanted(other) if other == id);
        let index = self.pendings.iter().position(is_wanted)?;
        Some(self.pendings.remove(index))
    }

    /// Says that a pending firing does not happen.
    fn cancel(&mut self, pending: &Pending, reason: Reason, decisions: &mut Vec<Decision>) {
        self.pardon(&pending.occasion);
        let decision = self.decision(&pending.occasion, Outcome::Cancelled, reason, Vec::new());
        decisions.push(decision);
    }

    /// Lets an occasion that was not acted on be found again.
    fn pardon(&mut self, occasion: &Occasion) {
        if let Place::Screen(shape) = &occasion.place {
            self.showing.pardon(occasion.rule, shape);
        }
    }

    /// Returns the occasion of a pending firing as it is seen now, or why it has gone.
    fn still_there(&self, pending: &Pending, look: &Look) -> Result<Occasion, Reason> {
        if let Some(reason) = &pending.broken {
            return Err(reason.clone());
        }
        self.seen_again(&pending.occasion, look).ok_or(Reason::Gone)
    }

    /// Returns whether an occasion is still to be seen.
    pub(super) fn is_there(&self, occasion: &Occasion, look: &Look) -> bool {
        self.seen_again(occasion, look).is_some()
    }

    /// Returns an occasion with what it shows now. A secret is for a prompt at the cursor,
    /// whatever the view it was found in.
    fn seen_again(&self, occasion: &Occasion, look: &Look) -> Option<Occasion> {
        let rule = &self.rules[occasion.rule];
        let found = match &occasion.place {
            Place::Prompt(line) if *line != look.line => return None,
            Place::Prompt(_) => {
                let hit = rule.find(look.prompt, 0)?;
                let place = occasion.place.clone();
                let seen = Occasion::of_match(occasion.rule, rule, look.prompt, &hit, place);
                Occasion {
                    // A person has accepted what it was.
                    reason: occasion.reason.clone(),
                    ..seen
                }
            }
            Place::Screen(shape) if !Showing::shows(rule, shape, look, self.mark) => return None,
            Place::Stream {
                line: Some(line), ..
            } if *line != look.line => return None,
            _ => occasion.clone(),
        };
        let at_cursor = rule.secret().is_none() || rule.find(look.prompt, 0).is_some();
        at_cursor.then_some(found)
    }
}
