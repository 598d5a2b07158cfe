//! Bytes on their way to a pty whose child does not read them yet, and how many they may be.

/// How much may wait to be written to a child that does not read, in bytes.
pub const OUTBOX: usize = 64 * 1024;

/// How much a person's pastes may add to it, in bytes: a paste is larger than any answer, and there
/// is nobody to send the rest of it later.
pub const PASTES: usize = 16 * 1024 * 1024;

/// Bytes on their way to the pty.
#[derive(Debug, Default)]
pub struct Outbox {
    bytes: Vec<u8>,
    /// How many of them were written already; they are removed in bulk.
    written: usize,
}

impl Outbox {
    /// Returns what waits.
    pub fn waiting(&self) -> &[u8] {
        &self.bytes[self.written..]
    }

    /// Adds bytes; whoever adds them keeps to the limits.
    pub fn extend(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Notes that the first `count` bytes were written.
    pub fn written(&mut self, count: usize) {
        self.written += count;
        if self.written == self.bytes.len() {
            self.clear();
        } else if self.written > OUTBOX.max(self.bytes.len() / 2) {
            self.bytes.drain(..self.written);
            self.written = 0;
        }
    }

    /// Empties it, and gives back what a large paste took.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.bytes.shrink_to(OUTBOX);
        self.written = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_leave_in_order_whatever_is_written_at_once() {
        let sent: Vec<u8> = (0..5 * OUTBOX).map(|i| (i % 251) as u8).collect();
        let mut outbox = Outbox::default();
        outbox.extend(&sent[..3 * OUTBOX]);
        let mut left = Vec::new();
        let mut more = Some(&sent[3 * OUTBOX..]);
        for count in [1, 4095, 7, OUTBOX].into_iter().cycle() {
            let count = count.min(outbox.waiting().len());
            left.extend_from_slice(&outbox.waiting()[..count]);
            outbox.written(count);
            if let Some(rest) = more.take_if(|_| left.len() > OUTBOX) {
                outbox.extend(rest);
            }
            if outbox.waiting().is_empty() {
                break;
            }
        }
        assert!(left == sent, "{} bytes", left.len());
    }
}
