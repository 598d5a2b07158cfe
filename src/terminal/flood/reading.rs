//! Reads the lines of a flood: which of them are certain to be drawn as they are, how many rows
//! they take, and what becomes of them as a logical line.
//!
//! A line that can be read is text (with at most one mark on a letter), tabs, colours and erasing to
//! the end of the row, then CR LF or CR CR LF. What is none of these is not explained, only refused.

use crate::screen::{Color, Style, char_width};

use super::super::{history::LINE_LIMIT, line::Line, sgr};

/// Columns between the tab stops that a terminal begins with.
const TAB: usize = 8;

/// Erases the rest of the row, where nothing is.
const ERASE_REST: &[u8] = b"[K";

/// What decides how lines are laid out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// Columns of the screen.
    pub cols: usize,
    /// The tab stops are those that a terminal begins with.
    pub tabs: bool,
}

/// What became of a line that was read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Read {
    /// The rows it takes.
    pub rows: usize,
    /// The columns that its last row takes.
    pub col: usize,
    /// What the rest of its last row is filled with: a row that scrolls in takes the background.
    pub fill: Color,
    /// The style after it.
    pub style: Style,
}

impl Read {
    /// Ends the line that was read: the blanks at its end are cut.
    pub fn end(&self, line: &mut Line, shape: Shape) {
        let rest = shape.cols - self.col;
        if self.fill != Color::Default {
            for _ in 0..rest {
                line.push_blank(Style {
                    background: self.fill,
                    ..Style::default()
                });
            }
        }
        line.trim(rest == 0 || self.fill != Color::Default);
    }
}

/// Where the next character goes.
struct Place {
    cols: usize,
    rows: usize,
    col: usize,
}

impl Place {
    /// Goes on by `columns` characters of one column.
    fn go_on(&mut self, columns: usize) {
        let after = self.col + columns;
        if after <= self.cols {
            self.col = after;
        } else {
            self.rows += (after - 1) / self.cols;
            self.col = (after - 1) % self.cols + 1;
        }
    }

    /// Goes on by a character of two columns; none if a row has no room for it, or it leaves a
    /// blank that may be `colored`.
    fn go_on_wide(&mut self, colored: bool) -> Option<()> {
        if self.col + 2 > self.cols {
            if colored {
                return None;
            }
            self.rows += 1;
            self.col = 0;
        }
        self.col += 2;
        (self.col <= self.cols).then_some(())
    }

    /// Goes on by text without controls; none if it holds characters that are not certain to be
    /// drawn as they are.
    fn go_on_text(&mut self, text: &str, colored: bool) -> Option<()> {
        if is_printable_ascii(text.as_bytes()) {
            self.go_on(text.len());
            return Some(());
        }
        // What a mark joins: what is not blank, in the same piece, once.
        let mut joins = false;
        for character in text.chars() {
            if matches!(character, '\u{300}'..='\u{36f}') {
                if !joins {
                    return None;
                }
                joins = false;
                continue;
            }
            joins = character != ' ';
            match char_width(character) {
                // Noncharacters stand for others in cells.
                1 if !character.is_control() && character < '\u{10FFF0}' => self.go_on(1),
                // Drawn as another, since it is wider still.
                2 if character != '\u{17D8}' => self.go_on_wide(colored)?,
                _ => return None,
            }
        }
        Some(())
    }
}

/// Appends a line's text, which begins with `style` and without a background, to `line`; none if it
/// cannot be read. What was appended then is of no use. Each row but the first scrolls in.
pub(super) fn read(line: &mut Line, style: Style, text: &[u8], shape: Shape) -> Option<Read> {
    if text.len() >= LINE_LIMIT {
        return None;
    }
    let text = std::str::from_utf8(text).ok()?;
    let mut style = style;
    let mut colored = false;
    let mut fill = Color::Default;
    let mut place = Place {
        cols: shape.cols,
        rows: 1,
        col: 0,
    };
    let mut rest = text;
    loop {
        let end = memchr::memchr2(0x1b, b'\t', rest.as_bytes()).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        if !piece.is_empty() {
            let rows = place.rows;
            place.go_on_text(piece, colored)?;
            line.push_text(piece, style);
            if place.rows > rows {
                fill = style.background;
            }
        }
        let after_control = after.get(1..).unwrap_or_default();
        match after.as_bytes().first() {
            None => break,
            Some(b'\t') => {
                // What a tab skips is drawn like blanks only where all is plain. At the last
                // column it stops.
                let plain = style == Style::default() && line.as_ref().styles.is_empty();
                let stop = (place.col / TAB + 1) * TAB;
                if !(shape.tabs && plain && stop < shape.cols) {
                    return None;
                }
                line.pad(line.columns() + (stop - place.col) as u32);
                place.col = stop;
                rest = after_control;
            }
            Some(_) if after_control.as_bytes().starts_with(ERASE_REST) => {
                // In the last column there is a character to erase.
                if style.background != Color::Default || place.col >= shape.cols {
                    return None;
                }
                fill = Color::Default;
                rest = &after_control[ERASE_REST.len()..];
            }
            Some(_) => {
                let read = sgr::read(&mut style, after_control.as_bytes())?;
                colored |= style.background != Color::Default;
                rest = &after_control[read..];
            }
        }
    }
    Some(Read {
        rows: place.rows,
        col: place.col,
        fill,
        style,
    })
}

/// Returns whether bytes may be the beginning of a line that can be read, and have no effect but on
/// what is drawn: they can wait for its rest.
pub(super) fn is_begun_line(bytes: &[u8], shape: Shape) -> bool {
    if bytes.len() >= LINE_LIMIT {
        return false;
    }
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte < b' ' || *byte == 0x7f) {
        let after = &rest[at + 1..];
        rest = match rest[at] {
            b'\t' if shape.tabs => after,
            b'\r' => return matches!(after, b"" | b"\r"),
            0x1b if after.starts_with(ERASE_REST) => &after[ERASE_REST.len()..],
            0x1b => match sgr::read(&mut Style::default(), after) {
                Some(read) => &after[read..],
                None => return sgr::is_begun(after),
            },
            _ => return false,
        };
    }
    true
}

/// Returns a line's text without the CR before its LF, or none if there is no CR. A program that
/// writes CR LF itself has the tty put a second CR before the LF.
pub(super) fn before_line_end(line: &[u8]) -> Option<&[u8]> {
    let text = line.strip_suffix(b"\r")?;
    Some(text.strip_suffix(b"\r").unwrap_or(text))
}

pub(super) fn is_printable_ascii(text: &[u8]) -> bool {
    // Without an early end, so that many bytes are looked at in one step.
    text.iter().fold(true, |printable, byte| {
        printable & matches!(byte, b' '..=b'~')
    })
}

/// Returns the last character that lines which were read draw, with what joins it.
pub(super) fn last_drawn(lines: &[u8]) -> Option<&str> {
    let mut end = lines.len();
    loop {
        let control = lines[..end].iter().rposition(|byte| *byte < b' ');
        let mut piece = &lines[control.map_or(0, |at| at + 1)..end];
        if control.is_some_and(|at| lines[at] == 0x1b) {
            let last = piece.iter().skip(1).position(u8::is_ascii_alphabetic)?;
            piece = &piece[last + 2..];
        }
        let cell = std::str::from_utf8(piece).ok().and_then(last_cell);
        if cell.is_some() {
            return cell;
        }
        end = control?;
    }
}

/// Returns the last character of a text with the mark that joins it.
fn last_cell(text: &str) -> Option<&str> {
    let own = |(_, character): &(usize, char)| !matches!(character, '\u{300}'..='\u{36f}');
    let (start, _) = text.char_indices().rev().find(own)?;
    Some(&text[start..])
}
