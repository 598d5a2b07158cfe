//! What clients see: the screen as plain values with row generations, and windows on history.
//!
//! Owns which rows may have changed since they were last read (vt100 tells no damage) and the
//! arithmetic of anchors. Rows are compared only when someone asks.

use crate::{
    geometry::Position,
    screen::{Anchor, Cursor, HistoryView, Row, Screen, ScreenModes},
};

use super::{
    Emulator,
    line::{Line, LineRef},
};

/// Rows that may have changed since the screen was last read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Dirty {
    /// None.
    #[default]
    None,
    /// From the first to the last, both included.
    Rows(u16, u16),
    /// Any.
    All,
}

impl Dirty {
    /// Adds a row.
    pub fn touch(&mut self, row: u16) {
        *self = match *self {
            Dirty::None => Dirty::Rows(row, row),
            Dirty::Rows(first, last) => Dirty::Rows(first.min(row), last.max(row)),
            Dirty::All => Dirty::All,
        };
    }

    /// Adds all rows.
    pub fn all(&mut self) {
        *self = Dirty::All;
    }
}

impl Emulator {
    /// Returns rows seen from a place in history: `rows` rows that begin `by` rows below `top`,
    /// or below the live screen's first row when that is `None`. A place that is no longer
    /// kept counts as the nearest that is.
    pub fn history(&mut self, top: Option<Anchor>, by: i64, rows: u16) -> HistoryView {
        self.catch_up();
        let total = self.history_row_count();
        let at = self
            .top_row(top)
            .saturating_add_signed(isize::try_from(by).unwrap_or(if by < 0 {
                isize::MIN
            } else {
                isize::MAX
            }))
            .min(total);
        let mut shown = self.history_rows(at, usize::from(rows));
        let mut row = 0;
        while shown.len() < usize::from(rows) && row < self.size.rows {
            shown.push(self.draw_row(row));
            row += 1;
        }
        HistoryView {
            top: self.anchor_of_top(at),
            above: at as u64,
            below: (total - at) as u64,
            starts: self.row_starts(at, shown.len()),
            rows: shown,
            marks: Vec::new(),
        }
    }

    /// Returns how many rows are above the first one of a view.
    pub(super) fn top_row(&self, top: Option<Anchor>) -> usize {
        top.map_or_else(
            || self.history_row_count(),
            |anchor| self.rows_before(anchor),
        )
    }

    /// Returns where a view begins that has this many rows above it; none at the live screen.
    pub(super) fn anchor_of_top(&self, row: usize) -> Option<Anchor> {
        (row < self.history_row_count()).then(|| self.anchor_of(row))
    }

    /// Returns whether the screen's first row goes on with a line whose beginning is in history.
    pub fn begins_within_line(&mut self) -> bool {
        self.catch_up();
        self.history.open().is_some()
    }

    /// Returns the last `rows` rows of history, those right above the screen.
    pub fn history_tail(&mut self, rows: usize) -> Vec<Row> {
        self.catch_up();
        let total = self.history_row_count();
        self.history_rows(total.saturating_sub(rows), rows)
    }

    /// Returns the logical lines that the screen shows any of, trailing blanks trimmed, and the
    /// absolute number of the first.
    pub fn visible_lines(&mut self) -> (u64, Vec<String>) {
        self.catch_up();
        let grid = self.grid();
        let mut lines = Vec::new();
        let mut row = 0;
        while row < self.size.rows {
            lines.push(self.line_text(row));
            while row + 1 < self.size.rows && grid.row_wrapped(row) {
                row += 1;
            }
            row += 1;
        }
        (self.line_of(0), lines)
    }

    /// Returns how many logical lines history holds, one that is partly on the screen included.
    pub fn history_lines(&mut self) -> usize {
        self.catch_up();
        self.history.len() + usize::from(self.history.open().is_some())
    }

    /// The lines of history, oldest first, and whether each goes on in the screen.
    fn history_line_refs(&self, from: usize) -> impl Iterator<Item = (LineRef<'_>, bool)> {
        let open = self.history.open().map(|line| (line.as_ref(), true));
        let skip_open = from > self.history.len();
        self.history
            .lines_from(from)
            .map(|line| (line, false))
            .chain(open.filter(|_| !skip_open))
    }

    /// Returns how many rows history has.
    pub(super) fn history_row_count(&self) -> usize {
        self.rows_before_line(usize::MAX) + self.open_row_count()
    }

    /// Returns how many rows of history the lines before an index take, which may be that of the
    /// open line.
    fn rows_before_line(&self, index: usize) -> usize {
        self.history.rows_before(index, self.size.cols)
    }

    fn open_row_count(&self) -> usize {
        let open = self.history.open();
        open.map_or(0, |line| line.as_ref().row_count(self.size.cols))
    }

    /// Returns how many rows of history are before a place.
    fn rows_before(&self, anchor: Anchor) -> usize {
        let Some(index) = anchor.line.checked_sub(self.history.first()) else {
            return 0;
        };
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        let before = self.rows_before_line(index);
        match self.history_line_refs(index).next() {
            Some((line, _)) if index <= self.history.len() => {
                before + (anchor.row as usize).min(line.row_count(self.size.cols) - 1)
            }
            _ => self.history_row_count(),
        }
    }

    /// Returns the place of the row of history with this index.
    fn anchor_of(&self, row: usize) -> Anchor {
        let (line, row) = self.history.line_at_row(row, self.size.cols);
        Anchor {
            line: self.history.first() + line as u64,
            row: u32::try_from(row).unwrap_or(u32::MAX),
        }
    }

    /// Draws rows of history from an index on.
    fn history_rows(&self, from: usize, most: usize) -> Vec<Row> {
        let cols = self.size.cols;
        let (first, mut skip) = self.history.line_at_row(from, cols);
        let mut rows = Vec::new();
        for (line, goes_on) in self.history_line_refs(first) {
            if rows.len() >= most {
                break;
            }
            for range in line.wrap(cols).skip(skip).take(most - rows.len()) {
                let wrapped = range.end < line.text.len() || goes_on;
                rows.push(line.draw(range, cols, wrapped));
            }
            skip = 0;
        }
        rows
    }

    fn show_dirty_rows(&mut self) {
        let rows = match std::mem::take(&mut self.dirty) {
            Dirty::None => 0..0,
            Dirty::Rows(first, last) => first..last.saturating_add(1).min(self.size.rows),
            Dirty::All => 0..self.size.rows,
        };
        for row in rows {
            let drawn = self.draw_row(row);
            self.show_row(row, drawn);
        }
    }

    fn show_row(&mut self, row: u16, drawn: Row) {
        let index = usize::from(row);
        if self.shown.rows[index] != drawn {
            self.shown.rows[index] = drawn;
            self.row_generations[index] = self.generation;
        }
    }

    /// Draws a row of the screen.
    fn draw_row(&self, row: u16) -> Row {
        let grid = self.grid();
        let mut line = Line::default();
        grid.read_row(row, u16::MAX, &mut line);
        let wrapped = grid.row_wrapped(row);
        if !wrapped {
            line.trim(true);
        }
        let line = line.as_ref();
        line.draw(0..line.text.len(), self.size.cols, wrapped)
    }

    /// Brings the drawn state up to date.
    pub(super) fn refresh(&mut self) {
        if self.shown.generation == self.generation {
            return;
        }
        if self.shown.size != self.size {
            self.shown = Screen::blank(self.size);
            self.row_generations = vec![self.generation; usize::from(self.size.rows)];
            self.whole_before = self.generation;
            self.dirty = Dirty::All;
        }
        let Position { row, col } = match self.held_screen() {
            Some((rows, cursor)) => {
                for (row, drawn) in (0..).zip(rows) {
                    self.show_row(row, drawn);
                }
                cursor
            }
            None => {
                self.catch_up();
                self.show_dirty_rows();
                self.grid().cursor()
            }
        };
        self.shown.cursor = Cursor {
            position: Position {
                row,
                col: col.min(self.size.cols - 1),
            },
            visible: !self.modes.cursor_hidden,
            shape: self.modes.cursor_shape,
        };
        self.shown.modes = ScreenModes {
            alternate: self.alternate(),
            mouse: self.modes.mouse != crate::keys::MouseMode::Off,
            bracketed_paste: self.modes.bracketed_paste,
            alternate_scroll: self.modes.alternate_scroll,
        };
        if self.shown.title != self.title {
            self.shown.title.clone_from(&self.title);
        }
        self.shown.generation = self.generation;
    }
}
