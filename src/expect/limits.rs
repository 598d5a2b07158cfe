//! How often each rule has fired, and whether it may fire again.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use super::RuleSpec;

const MINUTE: Duration = Duration::from_secs(60);

/// The history of one rule.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    /// How often it has fired in the life of this child.
    pub(super) count: u32,
    /// When it fired last.
    last: Option<Instant>,
    /// When it fired within the last minute, oldest first; at most `per_minute` entries.
    recent: VecDeque<Instant>,
}

/// Whether a rule may fire now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Permit {
    /// It may.
    Granted,
    /// It has reached its `max`.
    Spent(u32),
    /// It may once its cooldown is over.
    Later(Instant),
    /// It has reached its `per_minute`.
    Tripped(u32),
}

impl History {
    /// Returns whether the rule may fire at `now`.
    pub(super) fn permit(&mut self, spec: &RuleSpec, now: Instant) -> Permit {
        while let Some(&oldest) = self.recent.front()
            && now.saturating_duration_since(oldest) >= MINUTE
        {
            self.recent.pop_front();
        }
        if let Some(max) = spec.max
            && self.count >= max
        {
            return Permit::Spent(max);
        }
        if let Some(ready) = self.ready_at(spec)
            && now < ready
        {
            return Permit::Later(ready);
        }
        if self.recent.len() >= usize::try_from(spec.per_minute).unwrap_or(usize::MAX) {
            return Permit::Tripped(spec.per_minute);
        }
        Permit::Granted
    }

    /// Returns when the cooldown of its last firing ends; `None` when it never fired or has none.
    pub(super) fn ready_at(&self, spec: &RuleSpec) -> Option<Instant> {
        self.last
            .filter(|_| !spec.cooldown.is_zero())
            .map(|last| last + spec.cooldown)
    }

    /// Counts a firing.
    pub(super) fn fired(&mut self, now: Instant) {
        self.count = self.count.saturating_add(1);
        self.last = Some(now);
        self.recent.push_back(now);
    }

    /// Begins the life of a new child. What happened within the last minute still counts, so
    /// that a child that is restarted again and again does not evade `per_minute`.
    pub(super) fn restart(&mut self) {
        self.count = 0;
        self.last = None;
    }

    /// Forgets the last minute: a person has armed the pane again.
    pub(super) fn pardon(&mut self) {
        self.recent.clear();
    }
}
