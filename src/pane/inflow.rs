//! What is read from a pty at once, and whether that is a flood.
//!
//! Output is taken in as it comes. What goes on without a pause is better read by a thread of its own
//! (`pty::Drain`); this says when.

use std::{
    io,
    time::{Duration, Instant},
};

use crate::pty::{BATCH, Pty, Read};

/// The buffer's first size, in bytes: what a pty gives at once.
const FIRST: usize = 4 * 1024;

/// Output without a pause of [`PAUSE`] that is longer than this, in bytes, is a flood: no program draws a
/// screen with more, and no echo is part of one.
const FLOOD: usize = 128 * 1024;

/// A pause that ends a flood.
const PAUSE: Duration = Duration::from_millis(10);

/// Bytes between a pty and its pane's core.
#[derive(Debug)]
pub struct Inflow {
    buffer: Vec<u8>,
    held: usize,
    /// Bytes since the last pause.
    flow: usize,
    last_read: Instant,
}

impl Inflow {
    /// Returns an empty one.
    pub fn new(now: Instant) -> Inflow {
        Inflow {
            buffer: Vec::new(),
            held: 0,
            flow: 0,
            last_read: now,
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
            if self.held == BATCH {
                break Read::Bytes(BATCH);
            }
            if self.held == self.buffer.len() {
                // It grows with the flow: most panes never need more than the first step.
                let length = (2 * self.held).clamp(FIRST, BATCH);
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
                self.flow = 0;
            }
            self.flow += self.held - before;
            self.last_read = now;
        }
        state
    }

    /// Takes what has been read, until [`Inflow::give_back`].
    pub fn take(&mut self) -> Vec<u8> {
        let mut batch = std::mem::take(&mut self.buffer);
        batch.truncate(std::mem::take(&mut self.held));
        batch
    }

    /// Takes back the memory of what [`Inflow::take`] returned.
    pub fn give_back(&mut self, batch: Vec<u8>) {
        self.buffer = batch;
    }

    /// Returns whether the output is a flood.
    pub fn is_flood(&self) -> bool {
        self.flow > FLOOD
    }

    /// Gives back the memory of an ended flow.
    pub fn end(&mut self) {
        *self = Inflow::new(self.last_read);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Has `count` bytes come at `now`, and takes them.
    fn flow(inflow: &mut Inflow, now: Instant, count: usize) {
        let mut left = count;
        while left > 0 {
            let state = inflow.read_from(now, |buffer| {
                let part = left.min(buffer.len()).min(4095);
                left -= part;
                Ok(if part == 0 {
                    Read::Empty
                } else {
                    Read::Bytes(part)
                })
            });
            let batch = inflow.take();
            let taken = batch.len();
            inflow.give_back(batch);
            assert!(taken <= BATCH);
            assert_eq!(state == Read::Bytes(BATCH), taken == BATCH);
        }
    }

    #[test]
    fn only_what_no_program_draws_is_a_flood() {
        let now = Instant::now();
        let mut inflow = Inflow::new(now);
        flow(&mut inflow, now, 2);
        flow(&mut inflow, now, FLOOD - 2);
        assert!(!inflow.is_flood());
        flow(&mut inflow, now, 1);
        assert!(inflow.is_flood());
    }

    #[test]
    fn a_pause_ends_a_flood() {
        let now = Instant::now();
        let mut inflow = Inflow::new(now);
        flow(&mut inflow, now, FLOOD + 1);
        flow(&mut inflow, now + PAUSE, 1);
        assert!(inflow.is_flood());
        flow(&mut inflow, now + 3 * PAUSE, 1);
        assert!(!inflow.is_flood());
    }

    #[test]
    fn an_ended_flow_leaves_nothing() {
        let now = Instant::now();
        let mut inflow = Inflow::new(now);
        flow(&mut inflow, now, FLOOD + 1);
        inflow.end();
        assert!(!inflow.is_flood());
        assert_eq!(inflow.buffer.capacity(), 0);
    }
}
