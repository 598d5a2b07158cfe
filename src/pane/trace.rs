//! What has happened in a pane lately, in order: chunks of output, input, decisions, the child's life.
//!
//! Pure and small: it holds no output but where in the transcript that stands, and of everything
//! else a bounded amount. It is kept whether or not anybody looks, so that what led to a
//! question is there when it is asked. What leaves the server of it is `inspecting`'s matter.

use std::{collections::VecDeque, ops::Range, time::Instant};

use super::typing::HIDDEN;
use crate::{
    expect::{Exit, Transcript},
    protocol::Happened,
};

/// The most chunks of output: with the shortest ones 64 KiB of memory.
const CHUNKS: usize = 2048;

/// The most entries that are no output, and the most bytes of text in all of them.
const NOTES: usize = 1024;
const NOTE_BYTES: usize = 64 << 10;

/// The most bytes that one entry keeps of an input: a paste may have megabytes.
pub(super) const INPUT_BYTES: usize = 1024;

/// The most bytes of one chunk. A flood makes chunks of that size, so few of them.
const CHUNK_BYTES: u64 = 4096;

/// Output that comes so soon after other output, in microseconds, is the same chunk: a program
/// that prints a line in several writes prints one thing.
const PAUSE: u64 = 2000;

/// A piece of output that came at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Its number in the trace.
    pub number: u64,
    /// When it began, in microseconds since the trace began.
    pub at: u64,
    start: u64,
    end: u64,
}

impl Chunk {
    /// Returns the offsets of its bytes.
    pub fn offsets(&self) -> Range<u64> {
        self.start..self.end
    }
}

/// Something that is no output.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// Its number in the trace.
    pub number: u64,
    /// When, in microseconds since the trace began.
    pub at: u64,
    /// What.
    pub what: Happened,
}

/// The trace of one pane.
#[derive(Debug)]
pub struct Trace {
    begun: Instant,
    next: u64,
    chunks: VecDeque<Chunk>,
    /// When output came last, while the last chunk may still grow.
    growing: Option<u64>,
    notes: VecDeque<Note>,
    bytes: usize,
}

impl Trace {
    /// Returns an empty trace that counts time from `now` on.
    pub fn new(now: Instant) -> Trace {
        Trace {
            begun: now,
            next: 1,
            chunks: VecDeque::new(),
            growing: None,
            notes: VecDeque::new(),
            bytes: 0,
        }
    }

    /// Returns the microseconds from its beginning to `now`.
    pub fn time(&self, now: Instant) -> u64 {
        let time = now.saturating_duration_since(self.begun).as_micros();
        u64::try_from(time).unwrap_or(u64::MAX)
    }

    /// Returns the number that the next entry will have.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// Returns the chunks, oldest first.
    pub fn chunks(&self) -> impl Iterator<Item = &Chunk> {
        self.chunks.iter()
    }

    /// Returns the number of the chunk that may still grow.
    pub fn growing(&self) -> Option<u64> {
        self.growing
            .and(self.chunks.back())
            .map(|chunk| chunk.number)
    }

    /// Returns everything but output, oldest first.
    pub fn notes(&self) -> impl Iterator<Item = &Note> {
        self.notes.iter()
    }

    /// Takes the output that the transcript has taken since it ended at `before`.
    pub fn output(&mut self, now: Instant, before: u64, transcript: &Transcript) {
        self.output_at(now, before..transcript.offset(), transcript.start());
    }

    fn output_at(&mut self, now: Instant, offsets: Range<u64>, kept: u64) {
        let at = self.time(now);
        while self.chunks.front().is_some_and(|chunk| chunk.end <= kept) {
            self.chunks.pop_front();
        }
        let mut start = offsets.start.max(kept);
        let goes_on = self.growing.is_some_and(|last| at <= last + PAUSE);
        if goes_on && let Some(chunk) = self.chunks.back_mut() {
            chunk.end = offsets.end.min(chunk.start + CHUNK_BYTES).max(chunk.end);
            start = start.max(chunk.end);
        }
        while start < offsets.end {
            let end = offsets.end.min(start + CHUNK_BYTES);
            if self.chunks.len() == CHUNKS {
                self.chunks.pop_front();
            }
            let number = self.take_number();
            self.chunks.push_back(Chunk {
                number,
                at,
                start,
                end,
            });
            start = end;
        }
        self.growing = Some(at);
    }

    /// Takes what went to the child, or what stands for it, and who it came from.
    pub fn input(&mut self, now: Instant, from: &str, bytes: &[u8]) {
        if bytes == HIDDEN && self.is_hidden(from) {
            // How many keys a password has is nobody's to know either.
            return;
        }
        let kept = bytes.len().min(INPUT_BYTES);
        let what = Happened::Input {
            from: from.to_owned(),
            bytes: bytes[..kept].to_vec(),
            more: (bytes.len() - kept) as u64,
        };
        self.note(now, what);
    }

    /// Takes the start of a child.
    pub fn started(&mut self, now: Instant, child: Option<u32>) {
        if let Some(child) = child {
            self.tell(now, format!("started as process {child}"));
        }
    }

    /// Takes the end of a child.
    pub fn exited(&mut self, now: Instant, exit: &Exit) {
        self.tell(
            now,
            match exit {
                Exit::Code(code) => format!("exited with {code}"),
                Exit::Signal(name) => format!("ended by {name}"),
            },
        );
    }

    /// Takes the news that the rules act, or do so no longer.
    pub fn armed(&mut self, now: Instant, on: bool, reason: &str) {
        match on {
            true => self.tell(now, "armed"),
            false => self.tell(now, format!("disarmed: {reason}")),
        }
    }

    /// Takes something that happened to the child or its terminal, in a few words.
    pub fn tell(&mut self, now: Instant, text: impl Into<String>) {
        self.note(now, Happened::Told { text: text.into() });
    }

    /// Takes an entry that is no output.
    pub fn note(&mut self, now: Instant, what: Happened) {
        let at = self.time(now);
        let number = self.take_number();
        self.growing = None;
        self.bytes += what.text_bytes();
        self.notes.push_back(Note { number, at, what });
        while self.notes.len() > NOTES || self.bytes > NOTE_BYTES {
            let Some(oldest) = self.notes.pop_front() else {
                return;
            };
            self.bytes -= oldest.what.text_bytes();
        }
    }

    /// Returns whether the last entry stands for text from there that is nobody's to read.
    fn is_hidden(&self, from: &str) -> bool {
        let last = self
            .notes
            .back()
            .filter(|last| last.number + 1 == self.next);
        last.is_some_and(|last| {
            matches!(&last.what, Happened::Input { from: other, bytes, .. } if other == from && bytes == HIDDEN)
        })
    }

    fn take_number(&mut self) -> u64 {
        let number = self.next;
        self.next += 1;
        number
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const KIB: u64 = 1024;

    fn chunks(trace: &Trace) -> Vec<(u64, Range<u64>)> {
        trace
            .chunks()
            .map(|chunk| (chunk.number, chunk.offsets()))
            .collect()
    }

    #[test]
    fn output_that_comes_together_is_one_chunk() {
        let start = Instant::now();
        let after = |ms| start + Duration::from_millis(ms);
        let mut trace = Trace::new(start);
        trace.output_at(after(0), 0..3, 0);
        trace.output_at(after(1), 3..5, 0);
        assert_eq!(trace.growing(), Some(1));
        // A pause ends it, and so does anything else.
        trace.output_at(after(9), 5..6, 0);
        trace.tell(after(9), "resized");
        assert_eq!(trace.growing(), None);
        trace.output_at(after(9), 6..7, 0);
        assert_eq!(chunks(&trace), [(1, 0..5), (2, 5..6), (4, 6..7)]);
        assert_eq!(trace.chunks().last().map(|chunk| chunk.at), Some(9000));
        assert_eq!(trace.next(), 5);
    }

    #[test]
    fn a_flood_makes_few_chunks_and_keeps_none_without_text() {
        let start = Instant::now();
        let mut trace = Trace::new(start);
        for read in 0..1000 {
            let end = (read + 1) * 64 * KIB;
            trace.output_at(start, read * 64 * KIB..end, end.saturating_sub(256 * KIB));
        }
        assert_eq!(trace.chunks().count(), 64);
        let first = trace.chunks().next().map(Chunk::offsets);
        assert_eq!(first, Some(63744 * KIB..63748 * KIB));
        // More at once than is kept.
        trace.output_at(start, 64000 * KIB..65000 * KIB, 64744 * KIB);
        assert_eq!(trace.chunks().count(), 64);
    }

    #[test]
    fn hidden_text_tells_no_length() {
        let start = Instant::now();
        let mut trace = Trace::new(start);
        for _ in 0..8 {
            trace.input(start, "typed", HIDDEN);
        }
        trace.input(start, "typed", b"\r");
        trace.input(start, "typed", HIDDEN);
        trace.input(start, "send", HIDDEN);
        assert_eq!(trace.notes().count(), 4);
    }

    #[test]
    fn everything_is_bounded() {
        let start = Instant::now();
        let mut trace = Trace::new(start);
        for index in 0..10_000 {
            let now = start + Duration::from_secs(index);
            trace.output_at(now, index..index + 1, 0);
            trace.input(now, "typed", b"x");
        }
        assert_eq!(trace.chunks().count(), CHUNKS);
        assert_eq!(trace.notes().count(), NOTES);
        for _ in 0..1000 {
            trace.input(start, "typed", &vec![b'x'; 1 << 20]);
        }
        assert!(trace.bytes <= NOTE_BYTES && trace.notes().count() < 100);
        let Some(Happened::Input { bytes, more, .. }) = trace.notes().last().map(|note| &note.what)
        else {
            panic!("an input");
        };
        assert_eq!((bytes.len(), *more), (INPUT_BYTES, (1 << 20) - 1024));
    }
}
