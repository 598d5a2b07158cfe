//! The course of a child's end: the steps of a stop, and the pause before a restart.
//!
//! Pure: it says what to do when; the task does it.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use nix::sys::signal::Signal;

use super::spec::{RestartPolicy, StopStep};
use crate::expect::Exit;

/// The shortest and the longest pause before a child is started again by its policy.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));

/// A child that lived this long failed for a new reason: the pause starts short again.
const LIVED: Duration = Duration::from_secs(30);

/// A pause that one step of a stop asks for is cut to this, so that every stop ends.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// A stop under way.
#[derive(Debug)]
pub struct Stop {
    steps: VecDeque<StopStep>,
    due: Instant,
}

impl Stop {
    /// Returns a stop by these steps, SIGKILL last.
    pub fn gently(now: Instant, steps: &[StopStep]) -> Stop {
        let kill = StopStep::Signal(Signal::SIGKILL as i32);
        Stop {
            steps: steps.iter().cloned().chain([kill]).collect(),
            due: now,
        }
    }

    /// Returns a stop by SIGKILL alone.
    pub fn at_once(now: Instant) -> Stop {
        Stop::gently(now, &[])
    }

    /// Returns when its next step is due; `None` when there is none left.
    pub fn due(&self) -> Option<Instant> {
        (!self.steps.is_empty()).then_some(self.due)
    }

    /// Takes the step that is due at `now`; pauses are taken into account and not returned.
    pub fn next_step(&mut self, now: Instant) -> Option<StopStep> {
        while self.due <= now {
            match self.steps.pop_front()? {
                StopStep::Pause(pause) => self.due = now + pause.min(LONGEST_PAUSE),
                step => return Some(step),
            }
        }
        None
    }
}

/// The pauses before a child is started again by its policy.
#[derive(Debug)]
pub struct Backoff {
    next: Duration,
}

impl Default for Backoff {
    fn default() -> Backoff {
        Backoff { next: BACKOFF.0 }
    }
}

impl Backoff {
    /// Returns the pause before the next start, or `None` when the child stays ended. `exit` is
    /// `None` for a program that could not start.
    pub fn pause(
        &mut self,
        policy: RestartPolicy,
        exit: Option<&Exit>,
        lived: Duration,
    ) -> Option<Duration> {
        let wanted = match policy {
            RestartPolicy::Never => false,
            RestartPolicy::OnFailure => exit != Some(&Exit::Code(0)),
            RestartPolicy::Always => true,
        };
        if lived >= LIVED {
            self.next = BACKOFF.0;
        }
        let pause = self.next;
        self.next = (pause * 2).min(BACKOFF.1);
        wanted.then_some(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pane::default_stop;

    #[test]
    fn stop_goes_from_hangup_to_kill() {
        let start = Instant::now();
        let mut stop = Stop::gently(start, &default_stop());
        let mut taken = Vec::new();
        for second in 0..10 {
            let now = start + Duration::from_secs(second);
            while let Some(step) = stop.next_step(now) {
                let StopStep::Signal(number) = step else {
                    panic!("only signals by default");
                };
                taken.push((second, Signal::try_from(number).unwrap()));
            }
        }
        assert_eq!(
            taken,
            [
                (0, Signal::SIGHUP),
                (0, Signal::SIGCONT),
                (2, Signal::SIGINT),
                (4, Signal::SIGTERM),
                (6, Signal::SIGKILL)
            ]
        );
        assert_eq!(stop.due(), None);
    }

    #[test]
    fn clean_exit_does_not_restart_on_failure() {
        let mut backoff = Backoff::default();
        let mut pause = |policy, exit| backoff.pause(policy, exit, Duration::ZERO);
        assert_eq!(pause(RestartPolicy::Never, Some(&Exit::Code(1))), None);
        assert_eq!(pause(RestartPolicy::OnFailure, Some(&Exit::Code(0))), None);
        assert!(pause(RestartPolicy::OnFailure, Some(&Exit::Code(1))).is_some());
        assert!(pause(RestartPolicy::Always, Some(&Exit::Code(0))).is_some());
    }

    #[test]
    fn pauses_grow_to_thirty_seconds_and_shrink_after_a_long_life() {
        let mut backoff = Backoff::default();
        let mut pause = |lived| backoff.pause(RestartPolicy::Always, None, lived).unwrap();
        let pauses: Vec<u128> = (0..8).map(|_| pause(Duration::ZERO).as_millis()).collect();
        assert_eq!(pauses, [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000]);
        assert_eq!(pause(LIVED), BACKOFF.0);
    }
}
