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
    pub fn history(&self, top: Option<Anchor>, by: i64, rows: u16) -> HistoryView {
        let total = self.history_row_count();
        let from = top.map_or(total, |anchor| self.rows_before(anchor));
        let at = from
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
            top: (at < total).then(|| self.anchor_of(at)),
            above: at as u64,
            below: (total - at) as u64,
            rows: shown,
        }
    }

    /// Returns whether the screen's first row goes on with a line whose beginning is in history.
    pub fn begins_within_line(&self) -> bool {
        self.history.open().is_some()
    }

    /// Returns the last `rows` rows of history, those right above the screen.
    pub fn history_tail(&self, rows: usize) -> Vec<Row> {
        let total = self.history_row_count();
        self.history_rows(total.saturating_sub(rows), rows)
    }

    /// Returns the logical lines that the screen shows any of, trailing blanks trimmed, and the
    /// absolute number of the first.
    pub fn visible_lines(&self) -> (u64, Vec<String>) {
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
    pub fn history_lines(&self) -> usize {
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

    fn history_row_count(&self) -> usize {
        let cols = self.size.cols;
        self.history_line_refs(0)
            .map(|(line, _)| line.row_count(cols))
            .sum()
    }

    /// Returns how many rows of history are before a place.
    fn rows_before(&self, anchor: Anchor) -> usize {
        let Some(index) = anchor.line.checked_sub(self.history.first()) else {
            return 0;
        };
        let cols = self.size.cols;
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        let mut before = 0;
        for (at, (line, _)) in self.history_line_refs(0).enumerate() {
            let rows = line.row_count(cols);
            if at == index {
                return before + (anchor.row as usize).min(rows - 1);
            }
            before += rows;
        }
        before
    }

    /// Returns the place of the row of history with this index.
    fn anchor_of(&self, mut row: usize) -> Anchor {
        let cols = self.size.cols;
        let mut line = self.history.first();
        for (each, _) in self.history_line_refs(0) {
            let rows = each.row_count(cols);
            if row < rows {
                break;
            }
            row -= rows;
            line += 1;
        }
        Anchor {
            line,
            row: u32::try_from(row).unwrap_or(u32::MAX),
        }
    }

    /// Draws rows of history from an index on.
    fn history_rows(&self, from: usize, most: usize) -> Vec<Row> {
        let cols = self.size.cols;
        let mut skip = from;
        let mut rows = Vec::new();
        for (line, goes_on) in self.history_line_refs(0) {
            if rows.len() >= most {
                break;
            }
            let count = line.row_count(cols);
            if skip >= count {
                skip -= count;
                continue;
            }
            for (index, range) in line.wrap(cols).enumerate().skip(skip) {
                if rows.len() >= most {
                    break;
                }
                let wrapped = index + 1 < count || goes_on;
                rows.push(line.draw(range, cols, wrapped));
            }
            skip = 0;
        }
        rows
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
        let rows = match std::mem::take(&mut self.dirty) {
            Dirty::None => 0..0,
            Dirty::Rows(first, last) => first..last.saturating_add(1).min(self.size.rows),
            Dirty::All => 0..self.size.rows,
        };
        for row in rows {
            let drawn = self.draw_row(row);
            let index = usize::from(row);
            if self.shown.rows[index] != drawn {
                self.shown.rows[index] = drawn;
                self.row_generations[index] = self.generation;
            }
        }
        let Position { row, col } = self.grid().cursor();
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
        };
        if self.shown.title != self.title {
            self.shown.title.clone_from(&self.title);
        }
        self.shown.generation = self.generation;
    }
}
