//! Resizing the main screen: its logical lines are wrapped anew.
//!
//! Owns which lines return from history and which leave for it, and where the cursors end up.
//! vt100 would cut rows and add blank ones, so a new grid is drawn from the lines. Rules: the
//! cursor stays on its character and on the screen; a screen that was full to its last row stays
//! full, with lines from history if it must; one that was not takes none back, so that what was
//! cleared does not return.

use std::ops::Range;

use crate::{
    geometry::{Position, Size},
    screen::cells,
};

use super::{
    Emulator,
    grid::Grid,
    line::{Line, LineRef},
};

/// A cursor in the lines of a screen: an index and a column of the unwrapped line.
#[derive(Clone, Copy, Default)]
struct Place {
    line: usize,
    column: u32,
}

/// A row to come: which bytes of which line.
struct Piece {
    line: usize,
    range: Range<usize>,
}

impl Emulator {
    /// Brings the main screen to the emulator's size.
    pub(super) fn reflow(&mut self) {
        if self.main.size() == self.size {
            return;
        }
        let old = std::mem::replace(&mut self.main, Grid::new(self.size, false));
        let (mut lines, [cursor, saved], full) = self.take_lines(&old);
        // Lines come back whole; of the first one the upper rows may leave again below.
        let mut returned = Vec::new();
        let mut room = usize::from(self.size.rows);
        for line in &lines {
            room = room.saturating_sub(line.as_ref().row_count(self.size.cols));
        }
        while full
            && room > 0
            && let Some(line) = self.history.pop()
        {
            room = room.saturating_sub(line.as_ref().row_count(self.size.cols));
            returned.push(line);
        }
        let count = returned.len();
        lines.splice(0..0, returned.into_iter().rev());
        let pieces = wrap_all(&lines, self.size);
        let shift = |place: Place| Place {
            line: place.line + count,
            ..place
        };
        let cursor = locate(&lines, &pieces, shift(cursor), self.size);
        let saved = locate(&lines, &pieces, shift(saved), self.size);
        let rows = usize::from(self.size.rows);
        let top = pieces.len().saturating_sub(rows).min(cursor.0);
        self.store(&lines, &pieces[..top], pieces.get(top));
        self.main.set_silent(true);
        draw(&mut self.main, &lines, &pieces[top..], self.size);
        let on_screen = |(row, col): (usize, u16)| Position {
            row: row.saturating_sub(top).min(rows - 1) as u16,
            col,
        };
        let new = &mut self.main;
        new.kitty.clone_from(&old.kitty);
        new.saved = old.saved.clone();
        new.saved.position = on_screen(saved);
        if old.origin {
            new.write(b"\x1b[?6h");
            new.origin = true;
        }
        new.place(on_screen(cursor));
        new.set_style(old.style());
        new.take_scrolled();
        new.set_silent(false);
    }

    /// Reads the logical lines of the main screen, joined with the part of the first that is in
    /// history, and the places of cursor and saved cursor; says whether the last row was in use.
    /// Blank lines below all that are left out.
    fn take_lines(&mut self, old: &Grid) -> (Vec<Line>, [Place; 2], bool) {
        let size = old.size();
        let positions = [old.cursor(), old.saved.position];
        let mut places = [Place::default(); 2];
        let mut lines = Vec::new();
        let mut line = self.history.take_open().unwrap_or_default();
        let used = (0..size.rows)
            .rev()
            .find(|row| !old.row_is_blank(*row))
            .unwrap_or(0)
            .max(positions[0].row.min(size.rows - 1));
        for row in 0..=used {
            let before = line.columns();
            for (place, position) in places.iter_mut().zip(positions) {
                if position.row == row {
                    let mut head = Line::default();
                    old.read_row(row, position.col, &mut head);
                    *place = Place {
                        line: lines.len(),
                        column: before + head.columns(),
                    };
                }
            }
            old.read_row(row, u16::MAX, &mut line);
            if row == used || !old.row_wrapped(row) {
                line.trim(line.columns() - before >= u32::from(size.cols));
                lines.push(std::mem::take(&mut line));
            }
        }
        // A cursor beyond a line's text needs blanks to stand on, so that it moves as text does.
        let place = places[0];
        if let Some(line) = lines.get_mut(place.line)
            && line.columns() < place.column
        {
            line.pad(place.column);
        }
        (lines, places, used == size.rows - 1)
    }

    /// Puts what is above the screen into history; the line of the first row on the screen
    /// stays open if rows of it are above.
    fn store(&mut self, lines: &[Line], above: &[Piece], first: Option<&Piece>) {
        let Some(last) = above.last() else {
            return;
        };
        let continued = first.is_some_and(|piece| piece.line == last.line);
        for line in &lines[..last.line] {
            self.store_line(line.as_ref());
        }
        let line = lines[last.line].as_ref();
        if continued {
            self.history.set_open(line.slice(0..last.range.end));
        } else {
            self.store_line(line);
        }
    }

    fn store_line(&mut self, line: LineRef<'_>) {
        let mut line = line.to_line();
        line.trim(false);
        self.history.push(line.as_ref());
    }
}

fn wrap_all(lines: &[Line], size: Size) -> Vec<Piece> {
    lines
        .iter()
        .enumerate()
        .flat_map(|(index, line)| {
            let rows = line.as_ref().wrap(size.cols);
            rows.map(move |range| Piece { line: index, range })
        })
        .collect()
}

/// Returns the row (of all pieces) and the column at which a place is drawn. At the end of a
/// line that fills its last row it is past the last column: a wrap is pending.
fn locate(lines: &[Line], pieces: &[Piece], place: Place, size: Size) -> (usize, u16) {
    let first = pieces.partition_point(|piece| piece.line < place.line);
    let mut columns = 0;
    let mut found = (first.min(pieces.len().saturating_sub(1)), 0);
    for (row, piece) in pieces.iter().enumerate().skip(first) {
        if piece.line != place.line {
            break;
        }
        let text = lines[piece.line].text();
        let wide: u32 = cells(&text[piece.range.clone()])
            .map(|(_, width)| u32::from(width))
            .sum();
        let col = place.column.saturating_sub(columns);
        found = (row, col.min(u32::from(size.cols)) as u16);
        if col < wide {
            break;
        }
        columns += wide;
    }
    found
}

/// Draws pieces on a blank grid from its first row on; what has no room below is lost.
fn draw(grid: &mut Grid, lines: &[Line], pieces: &[Piece], size: Size) {
    let shown = &pieces[..pieces.len().min(usize::from(size.rows))];
    let mut row = 0;
    for group in shown.chunk_by(|one, next| one.line == next.line) {
        let line = lines[group[0].line].as_ref();
        let ranges: Vec<Range<usize>> = group.iter().map(|piece| piece.range.clone()).collect();
        grid.draw_line(row, line, &ranges, false);
        row += ranges.len() as u16;
    }
}
