//! Output that was read and is yet to be taken in.
//!
//! A few bytes can have a large screen filled or cleared, so what was read at once is not always taken in
//! at once. When it is taken in is not decided here.

/// The rest of what was read at once.
#[derive(Debug, Default)]
pub struct Backlog {
    batch: Vec<u8>,
    taken: usize,
}

impl Backlog {
    /// Puts what was just read; everything before it must have been taken.
    pub fn put(&mut self, batch: Vec<u8>) {
        debug_assert!(self.is_empty());
        (self.batch, self.taken) = (batch, 0);
    }

    /// Returns whether everything has been taken.
    pub fn is_empty(&self) -> bool {
        self.taken == self.batch.len()
    }

    /// Returns what has not been taken.
    pub fn rest(&self) -> &[u8] {
        &self.batch[self.taken..]
    }

    /// Notes that so many bytes were taken.
    pub fn took(&mut self, count: usize) {
        self.taken += count;
    }

    /// Takes out the memory, and forgets what is left.
    pub fn take_memory(&mut self) -> Vec<u8> {
        self.taken = 0;
        std::mem::take(&mut self.batch)
    }
}
