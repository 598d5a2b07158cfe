//! The lines that left the top of the main screen: compact, bounded, numbered.
//!
//! Owns the store (chunks of text with styles beside it) and the absolute number of the first
//! line that is kept. A line of which the last rows are still on the screen is *open*: it is
//! held apart and has the number it will have. What scrolls off, and when, is not decided here.

use std::collections::VecDeque;

use crate::screen::{Style, cells};

use super::{
    line::{Line, LineRef, StyleStart},
    sgr,
};

/// Text bytes after which a chunk is closed.
const CHUNK_TEXT: usize = 16 * 1024;

/// Lines after which a chunk is closed; empty lines take no text.
const CHUNK_LINES: usize = 1024;

/// Bytes of text after which an open line is cut: what follows is a new logical line. It bounds
/// an endless line.
pub(super) const LINE_LIMIT: usize = 64 * 1024;

/// Bytes that history may take for each line it may hold; older lines are dropped beyond that.
const BYTES_PER_LINE: usize = 1024;

/// Bytes that history may take however few lines it may hold.
const LEAST_BYTES: usize = 1024 * 1024;

/// The store.
#[derive(Debug)]
pub(super) struct History {
    chunks: VecDeque<Chunk>,
    /// Number of the first line kept.
    first: u64,
    /// Lines kept.
    len: usize,
    /// Lines of the first chunk that are dropped already.
    skipped: usize,
    /// Bytes of all chunks.
    bytes: usize,
    limit: usize,
    open: Option<Line>,
    scratch: Line,
}

#[derive(Debug, Default)]
struct Chunk {
    text: String,
    styles: Vec<StyleStart>,
    ends: Vec<LineEnd>,
}

#[derive(Clone, Copy, Debug, Default)]
struct LineEnd {
    text: u32,
    styles: u32,
    columns: u32,
}

impl Chunk {
    fn line(&self, index: usize) -> LineRef<'_> {
        let start = match index.checked_sub(1) {
            Some(before) => self.ends[before],
            None => LineEnd::default(),
        };
        let end = self.ends[index];
        LineRef {
            text: &self.text[start.text as usize..end.text as usize],
            styles: &self.styles[start.styles as usize..end.styles as usize],
            columns: end.columns,
        }
    }

    fn bytes(&self) -> usize {
        self.text.len()
            + self.styles.len() * size_of::<StyleStart>()
            + self.ends.len() * size_of::<LineEnd>()
    }
}

impl History {
    /// Returns an empty history that keeps at most `limit` lines.
    pub fn new(limit: usize) -> History {
        History {
            chunks: VecDeque::new(),
            first: 0,
            len: 0,
            skipped: 0,
            bytes: 0,
            limit,
            open: None,
            scratch: Line::default(),
        }
    }

    /// Returns how many lines are kept, not counting the open one.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Returns the number of the first line kept.
    pub fn first(&self) -> u64 {
        self.first
    }

    /// Returns the number of the screen's first line: the open line's, else the one after the
    /// last that left.
    pub fn next(&self) -> u64 {
        self.first + self.len as u64
    }

    /// Returns the part that has left the screen of the line that is open.
    pub fn open(&self) -> Option<&Line> {
        self.open.as_ref()
    }

    /// Takes the open part out.
    pub fn take_open(&mut self) -> Option<Line> {
        self.open.take()
    }

    /// Puts the part that has left the screen of the screen's first line.
    pub fn set_open(&mut self, line: Line) {
        self.open = Some(line);
    }

    /// Ends the open line: what is on the screen is no longer its continuation.
    pub fn close(&mut self) {
        if let Some(mut line) = self.open.take() {
            line.trim(false);
            self.push(line.as_ref());
        }
    }

    /// Drops all lines; numbers go on.
    pub fn clear(&mut self) {
        self.first = self.next();
        self.len = 0;
        self.skipped = 0;
        self.bytes = 0;
        self.chunks.clear();
        if let Some(open) = &mut self.open {
            open.clear();
        }
    }

    /// Appends a line that has left the screen whole.
    pub fn push(&mut self, line: LineRef<'_>) {
        if self.limit == 0 {
            self.first += 1;
            return;
        }
        let full = self.chunks.back().is_none_or(|chunk| {
            chunk.text.len() + line.text.len() > CHUNK_TEXT || chunk.ends.len() >= CHUNK_LINES
        });
        if full {
            if let Some(last) = self.chunks.back_mut() {
                last.text.shrink_to_fit();
                last.styles.shrink_to_fit();
                last.ends.shrink_to_fit();
            }
            self.chunks.push_back(Chunk::default());
        }
        if let Some(chunk) = self.chunks.back_mut() {
            self.bytes -= chunk.bytes();
            chunk.text.push_str(line.text);
            chunk.styles.extend_from_slice(line.styles);
            chunk.ends.push(LineEnd {
                text: chunk.text.len() as u32,
                styles: chunk.styles.len() as u32,
                columns: line.columns,
            });
            self.bytes += chunk.bytes();
        }
        self.len += 1;
        self.shrink();
    }

    /// Takes the last line out; the open part must have been taken before.
    pub fn pop(&mut self) -> Option<Line> {
        if self.len == 0 {
            return None;
        }
        let chunk = self.chunks.back_mut()?;
        let last = chunk.ends.len().checked_sub(1)?;
        let line = chunk.line(last).to_line();
        self.bytes -= chunk.bytes();
        chunk.ends.pop();
        let end = chunk.ends.last().copied().unwrap_or_default();
        chunk.text.truncate(end.text as usize);
        chunk.styles.truncate(end.styles as usize);
        self.bytes += chunk.bytes();
        self.len -= 1;
        let gone = chunk.ends.is_empty() || self.len == 0;
        if gone && let Some(chunk) = self.chunks.pop_back() {
            self.bytes -= chunk.bytes();
            if self.chunks.is_empty() {
                self.skipped = 0;
            }
        }
        Some(line)
    }

    /// Returns the last line that left the screen whole.
    pub fn last(&self) -> Option<LineRef<'_>> {
        let chunk = self.chunks.back()?;
        Some(chunk.line(chunk.ends.len().checked_sub(1)?))
    }

    /// Returns the lines from an index on, oldest first; the open one is not among them.
    pub fn lines_from(&self, index: usize) -> impl DoubleEndedIterator<Item = LineRef<'_>> {
        let mut at = index + self.skipped;
        let mut chunk = 0;
        while let Some(ends) = self.chunks.get(chunk).map(|chunk| chunk.ends.len())
            && at >= ends
        {
            at -= ends;
            chunk += 1;
        }
        let head = self
            .chunks
            .get(chunk)
            .into_iter()
            .flat_map(move |chunk| (at..chunk.ends.len()).map(|index| chunk.line(index)));
        let tail = self
            .chunks
            .range((chunk + 1).min(self.chunks.len())..)
            .flat_map(|chunk| (0..chunk.ends.len()).map(|index| chunk.line(index)));
        head.chain(tail)
    }

    /// Appends a row that scrolled off, as vt100 captured it: text with SGR, blanks as spaces.
    /// Returns whether an endless line was cut: its first part is then the last line.
    pub fn push_row(&mut self, captured: &str, wrapped: bool, cols: u16) -> bool {
        if self.open.is_none() && !wrapped && is_plain(captured) {
            let text = captured.trim_end_matches(' ');
            self.push(LineRef {
                text,
                styles: &[],
                columns: text.len() as u32,
            });
            return false;
        }
        let mut line = match self.open.take() {
            Some(open) => open,
            None => std::mem::take(&mut self.scratch),
        };
        let before = line.columns();
        read_captured(&mut line, captured);
        if wrapped && line.text().len() < LINE_LIMIT {
            self.open = Some(line);
            return false;
        }
        if !wrapped {
            line.trim(line.columns() - before >= u32::from(cols));
        }
        self.push(line.as_ref());
        line.clear();
        self.scratch = line;
        wrapped
    }

    /// Drops the oldest lines beyond the bounds.
    fn shrink(&mut self) {
        let most = (self.limit * BYTES_PER_LINE).max(LEAST_BYTES);
        while self.len > self.limit || (self.bytes > most && self.len > 1) {
            self.first += 1;
            self.len -= 1;
            self.skipped += 1;
            if let Some(chunk) = self.chunks.front()
                && self.skipped >= chunk.ends.len()
            {
                self.bytes -= chunk.bytes();
                self.chunks.pop_front();
                self.skipped = 0;
            }
        }
    }
}

/// Returns whether a captured row is ASCII without styles.
fn is_plain(captured: &str) -> bool {
    captured.is_ascii() && memchr::memchr(0x1b, captured.as_bytes()).is_none()
}

/// Appends a captured row to a line.
fn read_captured(line: &mut Line, captured: &str) {
    let mut style = Style::default();
    for (index, piece) in captured.split('\x1b').enumerate() {
        let mut text = piece;
        if index > 0 {
            let (codes, rest) = piece.split_once('m').unwrap_or((piece, ""));
            style = sgr::apply(style, codes.trim_start_matches('['));
            text = rest;
        }
        for (range, width) in cells(text) {
            super::grid::push_cell(line, &text[range], width, style);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(history: &mut History, text: &str) {
        history.push(LineRef {
            text,
            styles: &[],
            columns: text.len() as u32,
        });
    }

    /// Bytes that the chunks have allocated.
    fn allocated(history: &History) -> usize {
        let chunks = history.chunks.iter().map(|chunk| {
            chunk.text.capacity()
                + chunk.styles.capacity() * size_of::<StyleStart>()
                + chunk.ends.capacity() * size_of::<LineEnd>()
        });
        chunks.sum()
    }

    #[test]
    fn ten_thousand_lines_take_little_more_than_their_text() {
        let mut history = History::new(10_000);
        for _ in 0..30_000 {
            push(&mut history, &"x".repeat(80));
        }
        assert_eq!((history.len(), history.first()), (10_000, 20_000));
        assert!(allocated(&history) < 1_000_000, "{}", allocated(&history));
    }

    #[test]
    fn long_lines_are_bounded_by_their_bytes() {
        let mut history = History::new(2_000);
        for _ in 0..500 {
            push(&mut history, &"x".repeat(LINE_LIMIT));
        }
        assert!(history.bytes <= 2_000 * BYTES_PER_LINE);
        assert_eq!(history.next(), 500);
        assert!(history.len() > 20);
    }

    #[test]
    fn lines_come_back_in_reverse_order() {
        let mut history = History::new(3_000);
        for line in 0..5_000 {
            push(&mut history, &line.to_string());
        }
        assert_eq!(history.last().map(|line| line.text), Some("4999"));
        for line in (2_000..5_000).rev() {
            assert_eq!(history.next(), line + 1);
            let popped = history.pop().map(|line| line.text().to_owned());
            assert_eq!(popped, Some(line.to_string()));
        }
        assert_eq!(history.pop(), None);
        assert_eq!(
            (history.bytes, history.skipped, history.next()),
            (0, 0, 2_000)
        );
        push(&mut history, "again");
        let kept: Vec<&str> = history.lines_from(0).map(|line| line.text).collect();
        assert_eq!(kept, ["again"]);
    }
}
