//! The last output of a pane as it came, kept for the `expect` verb.
//!
//! Owns bytes and their offsets. What is read from them is [`super::Search`]'s.

use std::collections::VecDeque;

/// How much output is kept, in bytes: an `expect` that comes later than that after the output it
/// is meant for says what it lost.
pub const TRANSCRIPT_LIMIT: usize = 256 << 10;

/// The last [`TRANSCRIPT_LIMIT`] bytes of raw output. Offsets count bytes since the pane's first
/// start, across restarts.
#[derive(Clone, Debug, Default)]
pub struct Transcript {
    kept: VecDeque<u8>,
    offset: u64,
}

impl Transcript {
    /// Returns an empty transcript.
    pub fn new() -> Transcript {
        Transcript::default()
    }

    /// Appends the bytes of one read.
    pub fn push(&mut self, bytes: &[u8]) {
        self.offset += bytes.len() as u64;
        let bytes = &bytes[bytes.len().saturating_sub(TRANSCRIPT_LIMIT)..];
        let excess = (self.kept.len() + bytes.len()).saturating_sub(TRANSCRIPT_LIMIT);
        self.kept.drain(..excess);
        self.kept.extend(bytes);
    }

    /// Returns how many bytes have ever come: the offset behind the last one.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Returns the offset of the oldest byte that is kept.
    pub fn start(&self) -> u64 {
        self.offset - self.kept.len() as u64
    }

    /// Returns the offset behind the first LF that is at the offset `from` or later.
    pub fn behind_line_feed(&self, from: u64) -> Option<u64> {
        let mut offset = from.max(self.start());
        for piece in self.bytes(from, self.offset) {
            if let Some(index) = memchr::memchr(b'\n', piece) {
                return Some(offset + index as u64 + 1);
            }
            offset += piece.len() as u64;
        }
        None
    }

    /// Returns what is kept of the bytes from `from` up to `to`, in two pieces.
    pub fn bytes(&self, from: u64, to: u64) -> [&[u8]; 2] {
        let index = |offset: u64| {
            usize::try_from(offset.saturating_sub(self.start()))
                .unwrap_or(usize::MAX)
                .min(self.kept.len())
        };
        let (from, to) = (index(from), index(to));
        let (first, second) = self.kept.as_slices();
        let part = |slice: &'_ [u8], skipped: usize| {
            let start = from.saturating_sub(skipped).min(slice.len());
            let end = to.saturating_sub(skipped).min(slice.len()).max(start);
            start..end
        };
        [&first[part(first, 0)], &second[part(second, first.len())]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(transcript: &Transcript, from: u64, to: u64) -> Vec<u8> {
        transcript.bytes(from, to).concat()
    }

    #[test]
    fn offsets_are_absolute() {
        let mut transcript = Transcript::new();
        transcript.push(b"abc");
        transcript.push(b"def");
        assert_eq!((transcript.start(), transcript.offset()), (0, 6));
        assert_eq!(kept(&transcript, 2, 5), b"cde");
        assert_eq!(kept(&transcript, 5, 2), b"");
        assert_eq!(kept(&transcript, 0, 99), b"abcdef");
        assert_eq!(transcript.behind_line_feed(0), None);
        transcript.push(b"\ng\n");
        assert_eq!(transcript.behind_line_feed(0), Some(7));
        assert_eq!(transcript.behind_line_feed(6), Some(7));
        assert_eq!(transcript.behind_line_feed(7), Some(9));
    }

    #[test]
    fn the_oldest_bytes_fall_out() {
        let mut transcript = Transcript::new();
        transcript.push(b"abc");
        transcript.push(&vec![b'x'; TRANSCRIPT_LIMIT - 1]);
        transcript.push(b"yz");
        assert_eq!(transcript.start(), 4);
        assert_eq!(transcript.offset(), TRANSCRIPT_LIMIT as u64 + 4);
        let end = transcript.offset();
        assert_eq!(kept(&transcript, end - 3, end), b"xyz");
        transcript.push(b"\n");
        assert_eq!(transcript.behind_line_feed(0), Some(end + 1));
        transcript.push(&vec![b'w'; 2 * TRANSCRIPT_LIMIT]);
        assert_eq!(
            transcript.offset() - transcript.start(),
            TRANSCRIPT_LIMIT as u64
        );
        assert_eq!(kept(&transcript, 0, transcript.start() + 2), b"ww");
    }
}
