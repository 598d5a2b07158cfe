//! The lines that left the top of the main screen: compact, bounded, numbered.
//!
//! Owns the store (chunks of text with styles beside it) and the absolute number of the first
//! line that is kept. A line of which the last rows are still on the screen is *open*: it is
//! held apart and has the number it will have. What scrolls off, and when, is not decided here.

use std::{cell::Cell, collections::VecDeque, ops::Range};

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
#[derive(Clone, Debug)]
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

#[derive(Clone, Debug, Default)]
struct Chunk {
    text: String,
    styles: Vec<StyleStart>,
    ends: Vec<LineEnd>,
    /// The rows that its lines take at the width last asked for; clients ask for one only.
    rows: Cell<Option<RowCount>>,
}

#[derive(Clone, Copy, Debug)]
struct RowCount {
    width: u16,
    rows: usize,
}

/// Adjacent lines whose text is one.
#[derive(Clone, Debug)]
pub(super) struct Block<'a> {
    chunk: &'a Chunk,
    lines: Range<usize>,
    /// Number of the first line.
    pub first: u64,
}

impl<'a> Block<'a> {
    /// Returns the text of all lines, without anything between them.
    pub fn text(&self) -> &'a str {
        let start = self.chunk.start(self.lines.start).text as usize;
        let end = self.chunk.start(self.lines.end).text as usize;
        &self.chunk.text[start..end]
    }

    /// Returns the lines.
    pub fn refs(&self) -> impl DoubleEndedIterator<Item = LineRef<'a>> + use<'a> {
        let chunk = self.chunk;
        self.lines.clone().map(move |index| chunk.line(index))
    }

    /// Returns where each line is in the text.
    pub fn places(&self) -> impl DoubleEndedIterator<Item = Range<usize>> + use<'a> {
        let (chunk, lines) = (self.chunk, self.lines.clone());
        let start = chunk.start(lines.start).text;
        let place = move |at| (chunk.start(at).text - start) as usize;
        lines.map(move |line| place(line)..place(line + 1))
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct LineEnd {
    text: u32,
    styles: u32,
    columns: u32,
}

impl Chunk {
    /// Returns where a line begins: at the end of the one before.
    fn start(&self, index: usize) -> LineEnd {
        match index.checked_sub(1) {
            Some(before) => self.ends[before],
            None => LineEnd::default(),
        }
    }

    /// Returns how many rows its first `lines` lines take at a width.
    fn row_count(&self, lines: usize, width: u16) -> usize {
        let count = |lines| {
            (0..lines)
                .map(|index| self.line(index).row_count(width))
                .sum()
        };
        if lines < self.ends.len() {
            return count(lines);
        }
        match self.rows.get() {
            Some(known) if known.width == width => known.rows,
            _ => {
                let rows = count(lines);
                self.rows.set(Some(RowCount { width, rows }));
                rows
            }
        }
    }

    fn line(&self, index: usize) -> LineRef<'_> {
        let start = self.start(index);
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

    /// Returns how many bytes the lines take.
    pub fn bytes(&self) -> usize {
        self.bytes
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
            chunk.rows.set(None);
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
        chunk.rows.set(None);
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
        self.blocks(index..usize::MAX)
            .flat_map(|block| block.refs())
    }

    /// Returns the lines of a range of indices in blocks, oldest first; the open one is not among
    /// them.
    pub fn blocks(&self, range: Range<usize>) -> impl DoubleEndedIterator<Item = Block<'_>> {
        let start = range.start.min(self.len) + self.skipped;
        let end = range.end.min(self.len) + self.skipped;
        let (first, before) = self.chunk_of(start);
        let mut places = Vec::new();
        let mut at = before;
        for chunk in self.chunks.range(first..) {
            if at >= end {
                break;
            }
            let lines = start.saturating_sub(at)..(end - at).min(chunk.ends.len());
            let number = self.first + (at + lines.start - self.skipped) as u64;
            places.push((lines, number));
            at += chunk.ends.len();
        }
        self.chunks
            .range(first..first + places.len())
            .zip(places)
            .map(|(chunk, (lines, first))| Block {
                chunk,
                lines,
                first,
            })
    }

    /// Returns the chunk of a line, counted with those that are dropped, and how many lines are
    /// before that chunk.
    fn chunk_of(&self, line: usize) -> (usize, usize) {
        let mut before = 0;
        for (index, chunk) in self.chunks.iter().enumerate() {
            let lines = chunk.ends.len();
            if line < before + lines {
                return (index, before);
            }
            before += lines;
        }
        (self.chunks.len(), before)
    }

    /// Returns how many rows the lines before an index take at a width.
    pub fn rows_before(&self, index: usize, width: u16) -> usize {
        let line = index.min(self.len) + self.skipped;
        let (last, before) = self.chunk_of(line);
        let whole = self.chunks.range(..last);
        let rows: usize = whole
            .map(|chunk| chunk.row_count(chunk.ends.len(), width))
            .sum();
        let part = self.chunks.get(last);
        let part = part.map_or(0, |chunk| chunk.row_count(line - before, width));
        rows + part - self.skipped_rows(width)
    }

    /// Returns the index of the line that has this row at a width, and which of its rows it is;
    /// beyond all lines, the index after the last and how many rows beyond.
    pub fn line_at_row(&self, row: usize, width: u16) -> (usize, usize) {
        let mut row = row + self.skipped_rows(width);
        let mut line = 0;
        for chunk in &self.chunks {
            let rows = chunk.row_count(chunk.ends.len(), width);
            if row >= rows {
                row -= rows;
                line += chunk.ends.len();
                continue;
            }
            for index in 0..chunk.ends.len() {
                let rows = chunk.line(index).row_count(width);
                if row < rows {
                    break;
                }
                row -= rows;
                line += 1;
            }
            break;
        }
        (line - self.skipped.min(line), row)
    }

    /// Returns how many rows the lines take that are dropped already.
    fn skipped_rows(&self, width: u16) -> usize {
        let first = self.chunks.front();
        first.map_or(0, |chunk| chunk.row_count(self.skipped, width))
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

    /// Keeps at most `limit` lines from now on.
    pub fn keep(&mut self, limit: usize) {
        self.limit = limit;
        self.shrink();
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
            // vt100 writes what it reads itself.
            let read = sgr::read(&mut style, piece.as_bytes());
            text = &piece[read.unwrap_or(piece.len())..];
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
    fn a_hundred_thousand_lines_take_as_little() {
        let mut history = History::new(100_000);
        for _ in 0..150_000 {
            push(&mut history, &"x".repeat(80));
        }
        assert_eq!((history.len(), history.first()), (100_000, 50_000));
        assert!(allocated(&history) < 10_000_000, "{}", allocated(&history));
    }

    #[test]
    fn styles_are_bounded_like_text() {
        const LIMIT: usize = 2_000;
        let style = |at: u32| StyleStart {
            at,
            style: Style {
                foreground: crate::screen::Color::Indexed(at as u8),
                ..Style::default()
            },
        };
        for width in [80, LINE_LIMIT] {
            let mut history = History::new(LIMIT);
            let styles: Vec<StyleStart> = (0..width as u32).map(style).collect();
            let text = "x".repeat(width);
            for _ in 0..20_000_000 / (width * size_of::<StyleStart>()) {
                history.push(LineRef {
                    text: &text,
                    styles: &styles,
                    columns: width as u32,
                });
            }
            // The chunk that is being filled has room to grow.
            let line = width.max(CHUNK_TEXT) * (1 + size_of::<StyleStart>());
            let most = LIMIT * BYTES_PER_LINE + 2 * line;
            assert!(allocated(&history) < most, "{}", allocated(&history));
        }
    }

    #[test]
    fn rows_are_counted_anew_when_lines_or_width_change() {
        let mut history = History::new(3_000);
        for line in 0..5_000usize {
            push(&mut history, &"x".repeat(line % 50));
            if line % 700 == 0 {
                history.pop();
            }
            if line % 99 == 0 {
                let width = 1 + (line % 7) as u16;
                let counts = history.lines_from(0).map(|line| line.row_count(width));
                let counts: Vec<usize> = counts.collect();
                let all: usize = counts.iter().sum();
                assert_eq!(history.rows_before(usize::MAX, width), all);
                assert_eq!(history.line_at_row(all + 3, width), (history.len(), 3));
                let index = history.len() / 3;
                let before: usize = counts[..index].iter().sum();
                assert_eq!(history.rows_before(index, width), before);
                if !counts.is_empty() {
                    let last = counts[index] - 1;
                    assert_eq!(history.line_at_row(before + last, width), (index, last));
                }
            }
        }
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
