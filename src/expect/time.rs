//! When the engine looks, and what it looks at then: what has been still for long enough, who reads,
//! the rules on `idle` and `timeout`, what is pending.
//!
//! No clock is read here: whoever drives the engine says what time it is.

use std::time::{Duration, Instant};

use super::{
    Look, Reader, Trigger,
    decision::{Decision, Reason},
    engine::Engine,
    firing::Checked,
    life::Life,
    pending::Pending,
};

impl Engine {
    /// Returns when [`Engine::tick`] is to be called; `None` when nothing is pending.
    pub fn next_deadline(&self) -> Option<Instant> {
        let pending = self.pendings.iter().filter_map(Pending::due).min();
        if self.life == Life::Over {
            return pending;
        }
        let events = self.timed.iter();
        let events = events.filter_map(|&index| self.event_deadline(index));
        [pending, self.peek(), self.stillness.next(), self.recheck]
            .into_iter()
            .flatten()
            .chain(events)
            .min()
    }

    /// Returns whether [`Engine::tick`] at `now` would look at who holds the tty; else
    /// [`Look::holder`] may be `None`.
    pub fn needs_holder(&self, now: Instant) -> bool {
        let due = |at: Option<Instant>| at.is_some_and(|at| at <= now);
        due(self.peek()) || self.looks_at_holder && due(self.next_deadline())
    }

    /// Acts on the time: called when [`Engine::next_deadline`] has come, with what is to be seen
    /// at that moment.
    pub fn tick(&mut self, now: Instant, look: &Look) -> Vec<Decision> {
        let mut decisions = Vec::new();
        self.underway.clear();
        if self.life != Life::Over {
            self.evaluate_due(now, look, &mut decisions);
            let over = |engine: &Engine, index| {
                let deadline = engine.event_deadline(index);
                deadline.is_some_and(|at| at <= now)
            };
            for index in self.by_priority(|index, _| over(self, index)) {
                let reason = match self.rules[index].spec.trigger {
                    Trigger::Idle(after) => Reason::Idle(after),
                    Trigger::Timeout(after) => Reason::Timeout(after),
                    _ => continue,
                };
                // The one before it may have entered another state.
                if over(self, index) {
                    let event = (index, reason, Checked::FoundAndSeen);
                    self.event(now, look, event, &mut decisions);
                }
            }
        }
        self.settle(now, look, &mut decisions);
        decisions
    }

    /// Evaluates what is shown, if it is time to.
    fn evaluate_due(&mut self, now: Instant, look: &Look, decisions: &mut Vec<Decision>) {
        let waited = self.recheck.take_if(|at| *at <= now).is_some();
        let still = self.stillness.take(now);
        // A program that sleeps in a read of a line has said all that it has to say.
        let reads = self.stillness.take_peek(now)
            && look.canonical == Some(true)
            && matches!(
                look.holder.map(|holder| holder.reader),
                Some(Reader::Reads(_))
            );
        if reads {
            self.evaluate(now, look, Duration::MAX, decisions);
        } else if still || waited {
            self.evaluate(now, look, self.stillness.length(now), decisions);
        }
    }

    /// Returns when it is to be looked who reads.
    fn peek(&self) -> Option<Instant> {
        let looks = self.life == Life::Running && !self.paused();
        self.stillness.peek().filter(|_| looks)
    }

    /// Returns when the `idle` or `timeout` of a rule is over, if it is still to act on it.
    fn event_deadline(&self, index: usize) -> Option<Instant> {
        let looks = self.life == Life::Running
            && !self.paused()
            && self.states.is_active(&self.rules, index);
        if self.done[index] || !looks {
            return None;
        }
        let spec = &self.rules[index].spec;
        let over = match spec.trigger {
            Trigger::Idle(after) => self.output + after,
            Trigger::Timeout(after) => self.states.entered(index) + after,
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
