//! Search in history and screen, by logical lines, and the marks of what was found in a view.
//!
//! Owns the order of places, which lines are looked at, and where a match shows. Which text may be
//! searched (secrets may not) and for how long is the caller's to say; so are the pattern and
//! what happens at either end.

use std::{borrow::Cow, ops::Range};

use regex::Regex;

use crate::screen::{Anchor, HistoryView, Mark, Place, cells};

use super::{
    Emulator,
    line::{Line, LineRef},
};

/// What is looked for, and how.
#[derive(Clone, Copy)]
pub struct Search<'a> {
    /// The pattern. It sees one logical line at a time; matches of no text do not count.
    pub pattern: &'a Regex,
    /// Returns a text as it may be searched, every character as wide as before.
    pub veil: &'a dyn for<'t> Fn(&'t str) -> Cow<'t, str>,
    /// Returns whether there is time to go on; asked every few lines.
    pub has_time: &'a dyn Fn() -> bool,
}

/// The search took longer than it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfTime;

/// A match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Absolute number of the logical line.
    pub line: u64,
    /// Its columns in the line, wraps joined.
    pub columns: Range<u32>,
}

impl Match {
    /// Returns where the match begins.
    pub fn place(&self) -> Place {
        Place {
            line: self.line,
            column: self.columns.start,
        }
    }
}

/// Bytes that are searched between two looks at the time, and those that a line counts at least.
const STRETCH: usize = 4096;
const LEAST_OF_LINE: usize = 64;

/// Matches in one line between two looks at the time: each may have the pattern see the rest of the line.
const MATCHES: usize = 16;

/// What a search has gone through since it last looked at the time.
struct Effort<'a> {
    search: Search<'a>,
    bytes: usize,
}

impl<'a> Effort<'a> {
    fn new(search: Search<'a>) -> Effort<'a> {
        Effort { search, bytes: 0 }
    }

    /// Counts a line that has been searched.
    fn spend(&mut self, text: &str) -> Result<(), OutOfTime> {
        self.bytes += text.len().max(LEAST_OF_LINE);
        if self.bytes < STRETCH {
            return Ok(());
        }
        self.bytes = 0;
        if (self.search.has_time)() {
            Ok(())
        } else {
            Err(OutOfTime)
        }
    }
}

/// A logical line of which the screen shows any, with what of it is in history.
pub(super) struct ScreenLine {
    pub(super) number: u64,
    pub(super) line: Line,
    /// The row on which it begins, counted from the first row of history.
    top: usize,
    /// The columns that each of its rows shows.
    pub(super) rows: Vec<Range<u32>>,
}

impl Emulator {
    /// Returns the first match that begins at `from` or after it; `backwards`, the last one that
    /// begins before it. Without a place the search begins at the end it goes away from. While the
    /// alternate screen is shown only that is searched.
    pub fn search(
        &mut self,
        search: Search<'_>,
        from: Option<Place>,
        backwards: bool,
    ) -> Result<Option<Match>, OutOfTime> {
        self.catch_up();
        let found = if backwards {
            self.search_backwards(search, from)?
        } else {
            self.search_forwards(search, from.unwrap_or_default())?
        };
        // Of a line that took too long not all matches are known.
        if (search.has_time)() {
            Ok(found)
        } else {
            Err(OutOfTime)
        }
    }

    fn search_forwards(&self, search: Search<'_>, from: Place) -> Result<Option<Match>, OutOfTime> {
        let least = |line| if line == from.line { from.column } else { 0 };
        let look = |line, text: &str| {
            let mut found = matches(search, text);
            let columns = found.find(|columns| columns.start >= least(line))?;
            Some(Match { line, columns })
        };
        let mut effort = Effort::new(search);
        for block in self.searched_blocks(self.index_of(from.line)..usize::MAX) {
            let texts = veiled(search.veil, block.text(), block.places());
            for (line, text) in (block.first..).zip(texts) {
                if let Some(found) = look(line, &text) {
                    return Ok(Some(found));
                }
                effort.spend(&text)?;
            }
        }
        let mut lines = self.screen_texts(search).into_iter();
        Ok(lines.find_map(|(line, text)| (line >= from.line).then(|| look(line, &text))?))
    }

    fn search_backwards(
        &self,
        search: Search<'_>,
        from: Option<Place>,
    ) -> Result<Option<Match>, OutOfTime> {
        let look = |line, text: &str| {
            let before = |columns: &Range<u32>| {
                let column = columns.start;
                from.is_none_or(|from| Place { line, column } < from)
            };
            let columns = matches(search, text).filter(before).last()?;
            Some(Match { line, columns })
        };
        if from.is_none_or(|from| from.line >= self.history.next()) {
            let mut lines = self.screen_texts(search).into_iter().rev();
            if let Some(found) = lines.find_map(|(line, text)| look(line, &text)) {
                return Ok(Some(found));
            }
        }
        let end = from.map_or(usize::MAX, |from| {
            // A line that is no longer kept is before all that are.
            let kept = usize::from(from.line >= self.history.first());
            self.index_of(from.line).saturating_add(kept)
        });
        let mut effort = Effort::new(search);
        for block in self.searched_blocks(0..end).rev() {
            let lines = (block.first..).zip(block.places()).collect::<Vec<_>>();
            let places = lines.iter().map(|(_, place)| place.clone());
            let texts: Vec<_> = veiled(search.veil, block.text(), places).collect();
            for ((line, _), text) in lines.iter().zip(&texts).rev() {
                if let Some(found) = look(*line, text) {
                    return Ok(Some(found));
                }
                effort.spend(text)?;
            }
        }
        Ok(None)
    }

    /// Returns a view like [`Emulator::history`]'s in which a place shows: the one that begins at
    /// `top` if the place is in it, else one with the place in its middle. What is returned is
    /// where it begins.
    pub fn view_with(&mut self, place: Place, top: Option<Anchor>, rows: u16) -> Option<Anchor> {
        self.catch_up();
        let (row, height) = (self.row_of(place), usize::from(rows));
        let at = self.top_row(top);
        if (at..at + height).contains(&row) {
            return top;
        }
        self.anchor_of_top(row.saturating_sub(height / 2))
    }

    /// Returns where the row of text begins that is `by` rows below the first one of a view; none
    /// beyond the last row.
    pub fn place_in_view(&mut self, top: Option<Anchor>, by: u16) -> Option<Place> {
        self.catch_up();
        let row = self.top_row(top) + usize::from(by);
        let cols = self.size.cols;
        let (index, part) = self.history.line_at_row(row, cols);
        let line = self.history.first() + index as u64;
        if let Some(kept) = self.history.lines_from(index).next() {
            let column = row_columns(kept, cols).get(part)?.start;
            return Some(Place { line, column });
        }
        self.screen_lines().into_iter().find_map(|line| {
            let part = row.checked_sub(line.top)?;
            let column = line.rows.get(part)?.start;
            Some(Place {
                line: line.number,
                column,
            })
        })
    }

    /// Returns where matches show in the rows of a view that is not older than the last output.
    pub fn marks(&mut self, search: Search<'_>, view: &HistoryView) -> Vec<Mark> {
        self.catch_up();
        let mut marks = Vec::new();
        let top = usize::try_from(view.above).unwrap_or(usize::MAX);
        let mut marked = |number, text: &str, first: usize, rows: &[Range<u32>]| {
            // A view may show little of a long line.
            let skipped = top.saturating_sub(first).min(rows.len());
            let room = (top + view.rows.len()).saturating_sub(first + skipped);
            let shown = &rows[skipped..rows.len().min(skipped + room)];
            if shown.is_empty() {
                return;
            }
            for columns in matches(search, text) {
                let found = Match {
                    line: number,
                    columns,
                };
                for (row, part) in (first + skipped - top..).zip(shown) {
                    let start = found.columns.start.max(part.start);
                    let end = found.columns.end.min(part.end);
                    if start < end {
                        marks.push(Mark {
                            row: row as u16,
                            start: (start - part.start) as u16,
                            end: (end - part.start) as u16,
                            place: found.place(),
                        });
                    }
                }
            }
        };
        let cols = self.size.cols;
        let (index, part) = self.history.line_at_row(top, cols);
        let mut row = top - part;
        let end = index.saturating_add(view.rows.len());
        if self.alternate.is_none() {
            for block in self.history.blocks(index..end) {
                let texts = veiled(search.veil, block.text(), block.places());
                for ((number, text), line) in (block.first..).zip(texts).zip(block.refs()) {
                    let rows = row_columns(line, cols);
                    if row < top + view.rows.len() && (search.has_time)() {
                        marked(number, &text, row, &rows);
                    }
                    row += rows.len();
                }
            }
        }
        if top + view.rows.len() > self.history.rows_before(usize::MAX, cols) {
            let lines = self.screen_lines();
            for ((number, text), line) in self.screen_texts(search).into_iter().zip(&lines) {
                marked(number, &text, line.top, &line.rows);
            }
        }
        marks
    }

    /// Returns the blocks of history that are searched.
    fn searched_blocks(
        &self,
        range: Range<usize>,
    ) -> impl DoubleEndedIterator<Item = super::history::Block<'_>> {
        let range = if self.alternate.is_none() {
            range
        } else {
            0..0
        };
        self.history.blocks(range)
    }

    /// Returns the index in history of a line, or that of the nearest one kept.
    fn index_of(&self, line: u64) -> usize {
        usize::try_from(line.saturating_sub(self.history.first())).unwrap_or(usize::MAX)
    }

    /// Returns the row of history or screen, counted from the first of history, on which a place is.
    fn row_of(&self, place: Place) -> usize {
        let part = |rows: &[Range<u32>]| {
            let after = rows.partition_point(|row| row.start <= place.column);
            after.saturating_sub(1)
        };
        let index = self.index_of(place.line);
        if index < self.history.len() && self.alternate.is_none() {
            let cols = self.size.cols;
            let line = self.history.lines_from(index).next();
            let within = line.map_or(0, |line| part(&row_columns(line, cols)));
            return self.history.rows_before(index, cols) + within;
        }
        let lines = self.screen_lines();
        let line = lines.iter().find(|line| line.number >= place.line);
        line.or(lines.last())
            .map_or(0, |line| line.top + part(&line.rows))
    }

    /// Returns the numbers and texts of the lines of which the screen shows any.
    fn screen_texts(&self, search: Search<'_>) -> Vec<(u64, String)> {
        let lines = self.screen_lines();
        let mut text = String::new();
        let mut places = Vec::new();
        for line in &lines {
            let start = text.len();
            text.push_str(line.line.text());
            places.push(start..text.len());
        }
        let texts = veiled(search.veil, &text, places.into_iter());
        let numbers = lines.iter().map(|line| line.number);
        numbers.zip(texts.map(Cow::into_owned)).collect()
    }

    /// Returns the lines of which the screen shows any.
    pub(super) fn screen_lines(&self) -> Vec<ScreenLine> {
        let grid = self.grid();
        let history = self.history_row_count();
        // A line that goes on below the alternate screen keeps its number.
        let hidden = self.alternate.is_some() && self.history.open().is_some();
        let first = self.history.next() + u64::from(hidden);
        let mut lines = Vec::new();
        let mut next = self.open_line(history);
        for row in 0..self.size.rows {
            let line = next.get_or_insert_with(|| ScreenLine {
                number: first + lines.len() as u64,
                line: Line::default(),
                top: history + usize::from(row),
                rows: Vec::new(),
            });
            let start = line.line.columns();
            grid.read_row(row, u16::MAX, &mut line.line);
            line.rows.push(start..line.line.columns());
            if !grid.row_wrapped(row) {
                lines.extend(next.take());
            }
        }
        lines.extend(next);
        lines
    }

    /// Returns the part in history of the line that goes on at the top of the main screen.
    fn open_line(&self, history: usize) -> Option<ScreenLine> {
        self.open_of(history).filter(|_| self.alternate.is_none())
    }

    /// Returns the part in history of a line that goes on below the alternate screen.
    pub(super) fn hidden_line(&self) -> Option<ScreenLine> {
        self.open_of(self.history_row_count())
    }

    fn open_of(&self, history: usize) -> Option<ScreenLine> {
        let open = self.history.open()?;
        let rows = row_columns(open.as_ref(), self.size.cols);
        Some(ScreenLine {
            number: self.history.next(),
            line: open.clone(),
            top: history - rows.len(),
            rows,
        })
    }
}

/// Returns the columns of the matches in a line's text, those of the cells that a match has any
/// part of, as far as there is time. Matches that are empty, or within a cell of the match before, do
/// not count.
fn matches<'t>(search: Search<'t>, text: &'t str) -> impl Iterator<Item = Range<u32>> + 't {
    let mut cells = cells(text).peekable();
    let mut column = 0;
    let mut is_ascii = None;
    let in_time = move |(index, _): &(usize, _)| index % MATCHES > 0 || (search.has_time)();
    let found = search.pattern.find_iter(text).enumerate();
    found
        .take_while(in_time)
        .map(|(_, found)| found)
        .filter(|found| !found.is_empty())
        .map(move |found| {
            if *is_ascii.get_or_insert_with(|| text.is_ascii()) {
                return found.start() as u32..found.end() as u32;
            }
            while let Some((_, width)) = cells.next_if(|(cell, _)| cell.end <= found.start()) {
                column += u32::from(width);
            }
            let start = column;
            while let Some((_, width)) = cells.next_if(|(cell, _)| cell.start < found.end()) {
                column += u32::from(width);
            }
            start..column
        })
        .filter(|columns| columns.start < columns.end)
}

/// Returns the columns that each row of a line shows at a width.
pub(super) fn row_columns(line: LineRef<'_>, cols: u16) -> Vec<Range<u32>> {
    let mut end = 0;
    let rows = line.wrap(cols).map(|bytes| {
        let start = end;
        let text = &line.text[bytes];
        end += if line.columns as usize == line.text.len() {
            text.len() as u32
        } else {
            cells(text).map(|(_, width)| u32::from(width)).sum()
        };
        start..end
    });
    rows.collect()
}

/// Returns the lines of a text as they may be searched, without blanks at their ends. What must
/// not be searched may go on from one line to the next, so the text is veiled as one.
fn veiled<'t>(
    veil: &'t dyn for<'a> Fn(&'a str) -> Cow<'a, str>,
    text: &'t str,
    lines: impl Iterator<Item = Range<usize>>,
) -> impl Iterator<Item = Cow<'t, str>> {
    let whole = veil(text);
    let trimmed = |line: Range<usize>| {
        let kept = text[line.clone()].trim_end_matches(' ').len();
        line.start..line.start + kept
    };
    lines.map(trimmed).map(move |line| match &whole {
        Cow::Borrowed(whole) => Cow::Borrowed(&whole[line]),
        Cow::Owned(whole) if whole.len() == text.len() => Cow::Owned(whole[line].to_owned()),
        // Where a veil is shorter than what it hides, lines have other places.
        Cow::Owned(_) => veil(&text[line]),
    })
}
