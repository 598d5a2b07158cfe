//! When a pane printed last, as its session is told: not at every output, but so that a client can
//! mark a pane that has printed unseen.
//!
//! Pure. A burst of output is told once, a moment after its end, and output without an end every few
//! seconds, so that nobody is woken by it all the time. What a program draws because its size has
//! changed is no news.

use std::time::{Duration, Instant};

use jiff::Timestamp;

/// How long output has been still when a burst has ended.
const STILL: Duration = Duration::from_secs(1);

/// How often output without an end is told.
const STEP: Duration = Duration::from_secs(5);

/// How long after a change of size output counts as the same screen drawn anew.
const REDRAW: Duration = Duration::from_millis(500);

/// How far the output of a pane has come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Output {
    /// Bytes of output so far.
    pub offset: u64,
    /// When the last of them came.
    pub last: Instant,
}

/// What has been told of a pane's output.
#[derive(Debug, Default)]
pub(super) struct Activity {
    offset: u64,
    told: Option<Instant>,
    printed: Option<Timestamp>,
    resized: Option<Instant>,
}

impl Activity {
    /// Returns when the pane printed last, as it is told.
    pub fn printed(&self) -> Option<Timestamp> {
        self.printed
    }

    /// Notes that the pane has another size.
    pub fn resized(&mut self, now: Instant) {
        self.resized = Some(now);
    }

    /// Returns when there is something to tell.
    pub fn due(&self, output: &Output) -> Option<Instant> {
        if output.offset == self.offset {
            return None;
        }
        let still = output.last + STILL;
        Some(self.told.map_or(still, |told| still.min(told + STEP)))
    }

    /// Takes in how far the output has come; returns whether that is news.
    pub fn tell(&mut self, now: Instant, wall: Timestamp, output: &Output) -> bool {
        let came = output.offset != self.offset;
        let redrawn = |at: Instant| output.last >= at && output.last < at + REDRAW;
        let news = came && !self.resized.is_some_and(redrawn);
        self.offset = output.offset;
        self.told = Some(now);
        if news {
            self.printed = Some(wall - now.saturating_duration_since(output.last));
        }
        news
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WALL: Timestamp = Timestamp::UNIX_EPOCH;

    fn seconds(seconds: f32) -> Duration {
        Duration::from_secs_f32(seconds)
    }

    #[test]
    fn a_burst_is_told_once_after_its_end() {
        let start = Instant::now();
        let mut activity = Activity::default();
        let silent = Output {
            offset: 0,
            last: start,
        };
        assert_eq!((activity.due(&silent), activity.printed()), (None, None));
        let output = Output {
            offset: 9,
            last: start + seconds(2.0),
        };
        let due = start + seconds(3.0);
        assert_eq!(activity.due(&output), Some(due));
        let wall = WALL + seconds(3.0);
        assert!(activity.tell(due, wall, &output));
        assert_eq!(activity.printed(), Some(WALL + seconds(2.0)));
        assert_eq!(activity.due(&output), None);
        assert!(!activity.tell(due + seconds(1.0), wall, &output));
        assert_eq!(activity.printed(), Some(WALL + seconds(2.0)));
    }

    #[test]
    fn output_without_an_end_is_told_now_and_then() {
        let start = Instant::now();
        let mut activity = Activity::default();
        let output = |offset, second| Output {
            offset,
            last: start + seconds(second),
        };
        assert!(activity.tell(start, WALL, &output(1, 0.0)));
        assert_eq!(activity.due(&output(2, 0.5)), Some(start + seconds(1.5)));
        assert_eq!(activity.due(&output(900, 4.9)), Some(start + STEP));
    }

    #[test]
    fn what_is_drawn_anew_is_no_news() {
        let start = Instant::now();
        let mut activity = Activity::default();
        activity.resized(start);
        let output = |offset, second| Output {
            offset,
            last: start + seconds(second),
        };
        assert!(!activity.tell(start + seconds(1.5), WALL, &output(5, 0.4)));
        assert_eq!(
            (activity.due(&output(5, 0.4)), activity.printed()),
            (None, None)
        );
        assert!(activity.tell(start + seconds(3.0), WALL, &output(6, 1.5)));
    }
}
