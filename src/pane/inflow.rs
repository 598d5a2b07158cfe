//! What has been read from a pty and not been taken in yet.
//!
//! A pty hands out at most 4,095 bytes at once, and little more is ready while its program writes.
//! The emulator is many times faster on many lines at once, so in a flood, and only then, what
//! is read is held back for a moment and joined. Anything else is taken in as it comes.

use std::{
    io,
    time::{Duration, Instant},
};

use crate::pty::{Pty, Read};

/// How much is taken in at once at most, in bytes, before anything else is looked at: 0.3 to 4 ms
/// of work.
pub const TURN: usize = 64 * 1024;

/// The buffer's first size, in bytes: what a pty gives at once.
const FIRST: usize = 4 * 1024;

/// How long a flood is held back.
const HOLD: Duration = Duration::from_millis(1);

/// Output without a pause of [`PAUSE`] that is longer than this is a flood: no program draws a
/// screen with more, and no echo is part of one.
const FLOOD: usize = 32 * 1024;

/// A pause that ends a flood.
const PAUSE: Duration = Duration::from_millis(10);

/// What is taken at once without being joined is less than this, in bytes.
const JOINED: usize = 16 * 1024;

/// How much of a flood is taken in as it comes after joining it has not paid, in bytes.
const FRUITLESS: usize = 4 * 1024 * 1024;

/// Bytes between a pty and its pane's core.
#[derive(Debug)]
pub struct Inflow {
    buffer: Vec<u8>,
    held: usize,
    held_since: Instant,
    /// Bytes since the last pause.
    flow: usize,
    last_read: Instant,
    /// Nothing is held back before the flow is this long: it has not paid.
    fruitless_until: usize,
    /// How much was taken last.
    taken: usize,
}

impl Inflow {
    /// Returns an empty one.
    pub fn new(now: Instant) -> Inflow {
        Inflow {
            buffer: Vec::new(),
            held: 0,
            held_since: now,
            flow: 0,
            last_read: now,
            fruitless_until: 0,
            taken: 0,
        }
    }

    /// Reads until there is nothing now, nothing ever again, or no room. A failure counts as the end.
    pub fn read(&mut self, now: Instant, pty: &Pty) -> Read {
        self.read_from(now, |buffer| pty.read(buffer))
    }

    /// Reads as [`Inflow::read`] does what a child that has ended has left.
    pub fn read_rest(&mut self, now: Instant, pty: &Pty) -> Read {
        self.read_from(now, |buffer| pty.read_rest(buffer))
    }

    fn read_from(
        &mut self,
        now: Instant,
        mut read: impl FnMut(&mut [u8]) -> io::Result<Read>,
    ) -> Read {
        let before = self.held;
        let state = loop {
            if self.held == TURN {
                break Read::Bytes(TURN);
            }
            if self.held == self.buffer.len() {
                // It grows with the flow: most panes never need more than the first step.
                let length = (2 * self.held).clamp(FIRST, TURN);
                self.buffer.resize(length, 0);
            }
            match read(&mut self.buffer[self.held..]) {
                Ok(Read::Bytes(count)) => self.held += count,
                Ok(state) => break state,
                Err(error) => {
                    tracing::warn!(%error, "reading a pty failed");
                    break Read::End;
                }
            }
        };
        if self.held > before {
            if now.saturating_duration_since(self.last_read) > PAUSE {
                (self.flow, self.fruitless_until) = (0, 0);
            }
            if before == 0 {
                self.held_since = now;
            }
            self.flow += self.held - before;
            self.last_read = now;
        }
        state
    }

    /// Returns when what is held is to be taken in; `None` when nothing is held.
    pub fn due(&self) -> Option<Instant> {
        let flood = self.flow > FLOOD.max(self.fruitless_until);
        let hold = if flood && self.held < TURN {
            HOLD
        } else {
            Duration::ZERO
        };
        (self.held > 0).then(|| self.held_since + hold)
    }

    /// Takes what is held.
    pub fn take(&mut self) -> &[u8] {
        let held = std::mem::take(&mut self.held);
        self.taken = held;
        &self.buffer[..held]
    }

    /// Gives back the memory of an ended flow.
    pub fn end(&mut self) {
        *self = Inflow::new(self.last_read);
    }

    /// Notes whether what was taken last was cheaper for being joined. If not, the flood (of dense
    /// colours, or long lines) is taken in as it comes for a while, so that program and pane
    /// work side by side.
    pub fn judge(&mut self, cheaper: bool) {
        if cheaper {
            self.fruitless_until = 0;
        } else if self.taken >= JOINED && self.flow > FLOOD.max(self.fruitless_until) {
            self.fruitless_until = self.flow + FRUITLESS;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads `count` bytes at `now`, after which there is nothing.
    fn read(inflow: &mut Inflow, now: Instant, count: usize) -> Read {
        let mut left = count;
        inflow.read_from(now, |buffer| {
            let part = left.min(buffer.len()).min(4095);
            left -= part;
            Ok(if part == 0 {
                Read::Empty
            } else {
                Read::Bytes(part)
            })
        })
    }

    #[test]
    fn an_echo_is_due_at_once() {
        let now = Instant::now();
        let mut inflow = Inflow::new(now);
        assert_eq!(inflow.due(), None);
        assert_eq!(read(&mut inflow, now, 2), Read::Empty);
        assert_eq!(inflow.due(), Some(now));
        assert_eq!(inflow.take().len(), 2);
        assert_eq!(inflow.due(), None);
    }

    #[test]
    fn a_flood_is_joined_for_a_moment() {
        let now = Instant::now();
        let mut inflow = Inflow::new(now);
        for _ in 0..3 {
            read(&mut inflow, now, 16 * 1024);
            inflow.take();
        }
        read(&mut inflow, now, 4095);
        assert_eq!(inflow.due(), Some(now + HOLD));
        assert_eq!(read(&mut inflow, now, TURN), Read::Bytes(TURN));
        assert_eq!(inflow.due(), Some(now), "there is no more room");
        assert_eq!(inflow.take().len(), TURN);
    }

    #[test]
    fn joining_that_does_not_pay_is_left() {
        let now = Instant::now();
        let mut inflow = Inflow::new(now);
        read(&mut inflow, now, TURN);
        inflow.take();
        inflow.judge(false);
        read(&mut inflow, now, 4095);
        assert_eq!(inflow.due(), Some(now));
        for _ in 0..=FRUITLESS / TURN {
            read(&mut inflow, now, TURN);
            inflow.take();
        }
        read(&mut inflow, now, 4095);
        assert_eq!(inflow.due(), Some(now + HOLD), "it is tried again");
    }

    #[test]
    fn a_pause_ends_a_flood() {
        let now = Instant::now();
        let mut inflow = Inflow::new(now);
        read(&mut inflow, now, TURN);
        inflow.take();
        let later = now + PAUSE + Duration::from_millis(1);
        read(&mut inflow, later, 100);
        assert_eq!(inflow.due(), Some(later));
    }
}
