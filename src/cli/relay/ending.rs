//! The end of a child on its relay's behalf: a signal, a hang-up, the closing of its terminal.
//!
//! Owns the steps and their times; who is signalled is the relay's matter.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

/// How long a child has between two steps.
const PATIENCE: Duration = Duration::from_secs(1);

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The child's session gets this signal.
    Signal(Signal),
    /// Its terminal is closed.
    Close,
}

/// An end that has begun.
#[derive(Debug)]
pub struct Ending {
    signal: Signal,
    begun: Instant,
    /// How many steps there have been.
    steps: u32,
}

impl Ending {
    /// How many steps there are.
    const ALL: u32 = 3;

    pub fn new(signal: Signal, now: Instant) -> Ending {
        Ending {
            signal,
            begun: now,
            steps: 0,
        }
    }

    /// Returns the signal that it began with.
    pub fn signal(&self) -> Signal {
        self.signal
    }

    /// Returns whether all was done.
    pub fn is_over(&self) -> bool {
        self.steps == Ending::ALL
    }

    /// Returns when the next step is due.
    pub fn due(&self) -> Option<Instant> {
        (!self.is_over()).then(|| self.begun + self.steps * PATIENCE)
    }

    /// Returns what is to be done now.
    pub fn step(&mut self, now: Instant) -> Option<Step> {
        if self.due()? > now {
            return None;
        }
        let step = match self.steps {
            0 => Step::Signal(self.signal),
            1 => Step::Signal(Signal::SIGHUP),
            _ => Step::Close,
        };
        self.steps += 1;
        Some(step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_becomes_harder() {
        let now = Instant::now();
        let mut ending = Ending::new(Signal::SIGTERM, now);
        assert_eq!(ending.step(now), Some(Step::Signal(Signal::SIGTERM)));
        assert_eq!(ending.step(now), None);
        let later = now + PATIENCE;
        assert_eq!(ending.due(), Some(later));
        assert_eq!(ending.step(later), Some(Step::Signal(Signal::SIGHUP)));
        assert!(ending.step(later).is_none() && !ending.is_over());
        assert_eq!(ending.step(later + PATIENCE), Some(Step::Close));
        assert!(ending.is_over() && ending.due().is_none());
    }
}
