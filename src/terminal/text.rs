//! The text of logical lines, and the place with which each row of a view begins.
//!
//! Owns the way from numbers of lines to their text in history and on the screen, and the way from
//! rows back to lines and columns. What may be told of a text is the caller's to say.

use std::ops::Range;

use crate::screen::RowStart;

use super::{
    Emulator,
    search::{ScreenLine, row_columns},
};

impl Emulator {
    /// Returns the logical lines of a range of numbers that are still kept, oldest first, without
    /// their trailing blanks; those that begin before `most` bytes of text are full.
    pub fn lines(&mut self, range: Range<u64>, most: usize) -> Vec<(u64, String)> {
        self.catch_up();
        let first = self.history.first();
        let index = |line: u64| usize::try_from(line.saturating_sub(first)).unwrap_or(usize::MAX);
        let kept = self
            .history
            .blocks(index(range.start)..index(range.end))
            .flat_map(|block| (block.first..).zip(block.refs()))
            .map(|(number, line)| (number, line.text.to_owned()));
        let tail = self.tail_lines().into_iter();
        let tail = tail.map(|line| (line.number, line.line.text().to_owned()));
        let mut bytes = 0;
        let mut lines: Vec<(u64, String)> = kept
            .chain(tail.filter(|(number, _)| range.contains(number)))
            .take_while(|(_, text)| {
                let begins = bytes;
                bytes += text.len() + 1;
                begins < most
            })
            .collect();
        for (_, text) in &mut lines {
            text.truncate(text.trim_end_matches(' ').len());
        }
        lines
    }

    /// Returns the number after that of the last logical line.
    pub fn end_of_lines(&mut self) -> u64 {
        self.catch_up();
        let last = self.tail_lines().pop();
        last.map_or_else(|| self.history.next(), |line| line.number + 1)
    }

    /// Returns with which place each of `count` rows begins, from the row with this index in history
    /// on into the screen.
    pub(super) fn row_starts(&self, at: usize, count: usize) -> Vec<RowStart> {
        let cols = self.size.cols;
        let (first, mut skip) = self.history.line_at_row(at, cols);
        let mut starts: Vec<RowStart> = Vec::with_capacity(count);
        let mut add = |number, rows: &[Range<u32>]| {
            let skipped = skip.min(rows.len());
            skip -= skipped;
            let room = count - starts.len();
            let rows = (0..).zip(rows).skip(skipped).take(room);
            starts.extend(rows.map(|(row, columns)| RowStart {
                line: number,
                row,
                column: columns.start,
            }));
            starts.len() < count
        };
        let number = self.history.first() + first as u64;
        for (number, line) in (number..).zip(self.history.lines_from(first)) {
            if !add(number, &row_columns(line, cols)) {
                return starts;
            }
        }
        for line in self.tail_lines() {
            if !add(line.number, &line.rows) {
                break;
            }
        }
        starts
    }

    /// Returns the lines that are not whole in history: those of the screen, and one that goes on
    /// below the alternate screen.
    fn tail_lines(&self) -> Vec<ScreenLine> {
        let mut lines = self.screen_lines();
        if self.alternate.is_some() {
            lines.splice(0..0, self.hidden_line());
        }
        lines
    }
}
