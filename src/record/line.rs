//! One line of text while it can still change: what is written over it, erased in it, moved in it.
//!
//! Knows columns, not rows, and no bytes: a cell is a character, the second half of a wide one, or
//! a mark that joins the character before it.

use unicode_width::UnicodeWidthChar;

/// The most cells of a line that can still change; a longer line is handed out in pieces.
pub(super) const LINE_LIMIT: usize = 8 * 1024;

/// The farthest that one movement goes, in columns: no terminal here is wider.
const MOVE_LIMIT: usize = crate::geometry::Size::LIMIT as usize;

/// The second half of a wide character.
const HALF: char = '\0';

/// A line and the cursor in it.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// Characters, marks and halves, at most [`LINE_LIMIT`] and a few.
    cells: Vec<char>,
    /// Index into `cells` of where the next character goes.
    cursor: usize,
    /// Whether something was written over or erased: blanks at the end are then not text.
    edited: bool,
    /// Whether a piece of this line has been handed out.
    continued: bool,
    /// Whether there may be marks in `cells`; else a cell's index is its column.
    marked: bool,
}

impl Line {
    /// Returns whether nothing of the line is there, nor has been handed out.
    pub(super) fn is_empty(&self) -> bool {
        self.cells.is_empty() && !self.continued
    }

    /// Returns whether the line must be handed out with [`Line::take_piece`].
    pub(super) fn is_full(&self) -> bool {
        self.cells.len() >= LINE_LIMIT
    }

    /// Appends the whole line to `out` without its end, and begins a new one.
    pub(super) fn take(&mut self, out: &mut Vec<u8>) {
        if self.edited {
            let text = self.cells.iter().rposition(|cell| *cell != ' ');
            self.cells.truncate(text.map_or(0, |last| last + 1));
        }
        self.take_piece(out);
        self.continued = false;
    }

    /// Appends what there is of the line to `out`, and goes on with the same line.
    pub(super) fn take_piece(&mut self, out: &mut Vec<u8>) {
        for cell in self.cells.drain(..).filter(|cell| *cell != HALF) {
            match u8::try_from(cell) {
                Ok(byte) if byte.is_ascii() => out.push(byte),
                _ => out.extend_from_slice(cell.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        self.cursor = 0;
        self.edited = false;
        self.marked = false;
        self.continued = true;
    }

    /// Appends the beginning of `text`, which is printable ASCII, if the cursor is at the end, and
    /// returns how many bytes it took.
    pub(super) fn append(&mut self, text: &[u8]) -> usize {
        if self.cursor < self.cells.len() {
            return 0;
        }
        let count = text.len().min(LINE_LIMIT.saturating_sub(self.cells.len()));
        self.cells
            .extend(text[..count].iter().map(|byte| char::from(*byte)));
        self.cursor = self.cells.len();
        count
    }

    /// Writes `character` at the cursor, over what is there.
    pub(super) fn write(&mut self, character: char) {
        let width = match character {
            ' '..='~' | '\t' => 1,
            _ => character.width().unwrap_or(1),
        };
        if width == 0 {
            self.marked = true;
            self.cells.insert(self.cursor, character);
            self.cursor += 1;
            return;
        }
        for cell in std::iter::once(character).chain((1..width).map(|_| HALF)) {
            if self.cursor == self.cells.len() {
                self.cells.push(cell);
            } else {
                self.edited = true;
                self.split_wide(self.cursor);
                self.cells[self.cursor] = cell;
                let marks = self.marks_at(self.cursor + 1);
                self.cells.drain(self.cursor + 1..self.cursor + 1 + marks);
                if self.cells.get(self.cursor + 1) == Some(&HALF) {
                    self.cells[self.cursor + 1] = ' ';
                }
            }
            self.cursor += 1;
        }
    }

    /// Moves to the next tab stop: at the end of the line as a TAB, which is kept.
    pub(super) fn tab(&mut self) {
        if self.cursor == self.cells.len() {
            self.write('\t');
        } else {
            let column = match self.marked {
                false => self.cursor,
                true => self.cells[..self.cursor]
                    .iter()
                    .filter(|cell| !is_mark(**cell))
                    .count(),
            };
            self.forward(8 - column % 8);
        }
    }

    /// Moves the cursor to `column`, 0-based.
    pub(super) fn move_to(&mut self, column: usize) {
        self.cursor = 0;
        if column > 0 {
            self.forward(column);
        }
    }

    /// Moves the cursor right, with blanks where the line has ended.
    pub(super) fn forward(&mut self, columns: usize) {
        let mut columns = columns.min(MOVE_LIMIT);
        if !self.marked {
            let within = columns.min(self.cells.len() - self.cursor);
            self.cursor += within;
            columns -= within;
        }
        for _ in 0..columns {
            if self.cursor == self.cells.len() {
                if self.is_full() {
                    return;
                }
                self.cells.push(' ');
                self.cursor += 1;
            } else {
                self.cursor += 1 + self.marks_at(self.cursor + 1);
            }
        }
    }

    /// Moves the cursor left, at most to the first column.
    pub(super) fn back(&mut self, columns: usize) {
        for _ in 0..columns.min(MOVE_LIMIT) {
            while self.cursor > 0 && is_mark(self.cells[self.cursor - 1]) {
                self.cursor -= 1;
            }
            self.cursor = self.cursor.saturating_sub(1);
        }
    }

    /// Erases from the cursor to the end.
    pub(super) fn erase_right(&mut self) {
        if self.cursor < self.cells.len() {
            self.edited = true;
            self.split_wide(self.cursor);
            self.cells.truncate(self.cursor);
        }
    }

    /// Erases from the first column to the cursor, which is included.
    pub(super) fn erase_left(&mut self) {
        let end = self.cells.len().min(self.cursor + 1);
        self.blank(0, end);
    }

    /// Erases the whole line; the cursor stays where it is.
    pub(super) fn erase_all(&mut self) {
        self.cells.truncate(self.cursor);
        self.blank(0, self.cells.len());
    }

    /// Erases `columns` cells from the cursor on.
    pub(super) fn erase(&mut self, columns: usize) {
        let end = self.cursor.saturating_add(columns).min(self.cells.len());
        self.blank(self.cursor, end);
    }

    /// Removes `columns` cells at the cursor; what follows moves left.
    pub(super) fn delete(&mut self, columns: usize) {
        let end = self.cursor.saturating_add(columns).min(self.cells.len());
        self.blank(self.cursor, end);
        self.cells.drain(self.cursor..end);
    }

    /// Inserts `columns` blanks at the cursor; what follows moves right.
    pub(super) fn insert(&mut self, columns: usize) {
        if self.cursor < self.cells.len() {
            self.edited = true;
            self.split_wide(self.cursor);
            let room = LINE_LIMIT.saturating_sub(self.cells.len());
            let blanks = std::iter::repeat_n(' ', columns.min(MOVE_LIMIT).min(room));
            self.cells.splice(self.cursor..self.cursor, blanks);
        }
    }

    /// Blanks the cells from `start` to before `end`, with wide characters that lie across.
    fn blank(&mut self, start: usize, end: usize) {
        if start < end {
            self.edited = true;
            self.split_wide(start);
            self.split_wide(end);
            self.cells[start..end].fill(' ');
        }
    }

    /// Blanks the wide character whose second half is at `index`.
    fn split_wide(&mut self, index: usize) {
        if self.cells.get(index) == Some(&HALF) {
            self.cells[index] = ' ';
            let first = self.cells[..index].iter().rposition(|cell| !is_mark(*cell));
            if let Some(first) = first {
                self.cells[first] = ' ';
            }
        }
    }

    /// Returns how many marks there are from `index` on.
    fn marks_at(&self, index: usize) -> usize {
        if !self.marked {
            return 0;
        }
        self.cells
            .get(index..)
            .unwrap_or_default()
            .iter()
            .take_while(|cell| is_mark(**cell))
            .count()
    }
}

/// Returns whether `cell` has no column of its own.
fn is_mark(cell: char) -> bool {
    !matches!(cell, ' '..='~' | '\t' | HALF) && cell.width() == Some(0)
}
