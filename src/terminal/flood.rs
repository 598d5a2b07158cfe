//! The short way for floods of lines: what cannot stay on the screen goes straight to history.
//!
//! vt100 allocates, moves and captures a row for each line that scrolls. A run of complete lines
//! (text of one column a character, tabs, colours, CR LF or CR CR LF) on the main screen needs that only for the
//! last screenful. Screen, cursor, style, history, numbers and reported lines are the same as on
//! the long way; what is not certain to be so is left to it.

use crate::screen::{Style, char_width};

use super::{
    Emulator, TerminalEvent,
    history::LINE_LIMIT,
    line::Line,
    sgr::{self, Sgr},
};

/// Bytes below which looking for a flood is not worth it.
pub(super) const FLOOD_LEAST: usize = 512;

/// Bytes after which a flood is looked for again in modes that allow none, and to which the long way
/// goes on at a stretch.
pub(super) const FLOOD_PAUSE: usize = 4096;

/// The most feeds that pass after fruitless looks before the next look.
const MOST_PATIENCE: u32 = 64;

/// What came of a look for a flood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// This many bytes were one, and are taken.
    Taken(usize),
    /// There is none, and looking again before this many bytes on is in vain.
    NoneBefore(usize),
}

/// How eagerly floods are looked for: a look reads what the long way then reads again, so output
/// that has been looked at in vain (dense colours, long lines) is left alone for a while.
#[derive(Clone, Debug, Default)]
pub(super) struct Eagerness {
    patience: u32,
    waits: u32,
}

impl Eagerness {
    /// Returns whether floods are looked for in the feed that begins now.
    pub(super) fn begin_feed(&mut self) -> bool {
        let looks = self.waits == 0;
        self.waits = self.waits.saturating_sub(1);
        looks
    }

    fn look_ended(&mut self, look: Look) {
        self.patience = match look {
            Look::Taken(_) => 0,
            Look::NoneBefore(_) => (self.patience * 2).clamp(1, MOST_PATIENCE),
        };
        self.waits = self.patience;
    }
}

/// Columns between the tab stops that a terminal begins with.
const TAB: usize = 8;

/// A line of the run: where it ends (after its LF), and the rows it takes.
struct Found {
    end: usize,
    rows: usize,
}

impl Emulator {
    /// Takes the lines that `bytes` begins with, if they are a flood.
    pub(super) fn flood(&mut self, bytes: &[u8]) -> Look {
        let simple = self.alternate.is_none()
            && self.main.full_region()
            && self.modes.autowrap
            && !self.modes.insert
            && !self.modes.newline
            && !self.charsets.draws()
            && self.size.rows > 1;
        if !simple {
            return Look::NoneBefore(FLOOD_PAUSE);
        }
        let rows = usize::from(self.size.rows);
        // With these lines done the cursor is at the start of a blank last row.
        let head = rows - usize::from(self.main.cursor().row);
        // Lines that go the short way before it is the shorter one.
        let least = rows.div_ceil(2);
        if memchr::memchr_iter(b'\n', bytes).count() <= head + least {
            return Look::NoneBefore(bytes.len());
        }
        let look = self.flood_of_lines(bytes, head, least);
        if self.flooded == 0 || matches!(look, Look::Taken(_)) {
            self.eagerness.look_ended(look);
        }
        look
    }

    fn flood_of_lines(&mut self, bytes: &[u8], head: usize, least: usize) -> Look {
        let rows = usize::from(self.size.rows);
        let plain = self.main.style() == Style::default();
        let lines = find_lines(bytes, self.size.cols, self.tabs.is_default(), plain);
        let mut tail = lines.len();
        let mut shown = 0;
        while tail > head && shown < rows - 1 {
            tail -= 1;
            shown += lines[tail].rows;
        }
        if shown < rows - 1 || tail < head + least {
            // The line that ended the run, if any, ends it for all looks before it.
            let found = lines.last().map_or(0, |line| line.end);
            let rest = &bytes[found..];
            let spoiler = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
            return Look::NoneBefore(found + spoiler);
        }
        let (first, last) = (lines[head - 1].end, lines[tail - 1].end);
        let end = lines[lines.len() - 1].end;
        self.dirty.all();
        self.take_slowly(&bytes[..first]);
        // Everything on the screen leaves for history.
        self.write(format!("\x1b[{}S", rows - 1).as_bytes());
        let before = self.main.style();
        let (style, drawn) = self.store_lines(&bytes[first..last]);
        // REP repeats the last character drawn, which may be none of the last screenful's.
        if let Some(drawn) = drawn {
            let mut bytes = [0; 4];
            self.main.set_style(Style::default());
            self.main.write(drawn.encode_utf8(&mut bytes).as_bytes());
            self.main.write(b"\r\x1b[2K");
        }
        if drawn.is_some() || style != before {
            self.set_style(style);
        }
        self.main.write(b"\x1b[H");
        self.take_slowly(&bytes[last..end]);
        self.flooded += end;
        Look::Taken(end)
    }

    /// Stores complete lines as history; returns the style after them and the last character
    /// in them.
    fn store_lines(&mut self, bytes: &[u8]) -> (Style, Option<char>) {
        let cols = u32::from(self.size.cols);
        let mut style = self.main.style();
        let mut drawn = None;
        let mut line = Line::default();
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', bytes) {
            let text = before_line_end(&bytes[start..end]).unwrap_or_default();
            start = end + 1;
            line.clear();
            drawn = read_line(&mut line, &mut style, text).or(drawn);
            let columns = line.columns();
            line.trim(columns > 0 && columns.is_multiple_of(cols));
            if self.report {
                let number = self.history.next();
                let text = line.text().trim_end_matches(' ').to_owned();
                self.pending.push(TerminalEvent::Line { number, text });
            }
            self.history.push(line.as_ref());
        }
        (style, drawn)
    }
}

/// Finds the complete lines that `bytes` begins with and that the short way can take. Tabs are taken
/// if `tabs`, and only where the style is `plain`, as it is at first: with any other, what a tab
/// skips is not drawn like blanks.
fn find_lines(bytes: &[u8], cols: u16, tabs: bool, mut plain: bool) -> Vec<Found> {
    let cols = usize::from(cols);
    let mut lines = Vec::new();
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', bytes) {
        let Some(text) = before_line_end(&bytes[start..end]) else {
            break;
        };
        let last_style = memchr::memrchr(0x1b, text);
        let most = if tabs && plain && last_style.is_none() {
            cols
        } else {
            0
        };
        let Some(columns) = line_columns(text, most) else {
            break;
        };
        if let Some(at) = last_style {
            plain =
                after_sgr(&text[at + 1..]).is_some_and(|(codes, _)| matches!(codes, b"" | b"0"));
        }
        start = end + 1;
        lines.push(Found {
            end: start,
            rows: columns.div_ceil(cols).max(1),
        });
    }
    lines
}

/// Returns a line's text without the CR before its LF, or none if there is no CR. A program that
/// writes CR LF itself has the tty put a second CR before the LF.
fn before_line_end(line: &[u8]) -> Option<&[u8]> {
    let text = line.strip_suffix(b"\r")?;
    Some(text.strip_suffix(b"\r").unwrap_or(text))
}

/// Returns the width of a line's text in columns, or none if it holds anything else than colours,
/// characters of one column, and tabs to a column before `tabs`.
fn line_columns(text: &[u8], tabs: usize) -> Option<usize> {
    if text.len() >= LINE_LIMIT {
        return None;
    }
    if text.iter().all(|byte| matches!(byte, b' '..=b'~')) {
        return Some(text.len());
    }
    if tabs > 0 && memchr::memchr(b'\t', text).is_some() {
        return tabbed_columns(text, tabs);
    }
    let mut columns = 0;
    for (index, piece) in text.split(|byte| *byte == 0x1b).enumerate() {
        let shown = if index == 0 {
            piece
        } else {
            after_sgr(piece)?.1
        };
        if shown.iter().all(|byte| matches!(byte, b' '..=b'~')) {
            columns += shown.len();
            continue;
        }
        for character in std::str::from_utf8(shown).ok()?.chars() {
            // Noncharacters stand for others in cells.
            let known =
                !character.is_control() && character < '\u{10FFF0}' && char_width(character) == 1;
            if !known {
                return None;
            }
            columns += 1;
        }
    }
    Some(columns)
}

/// Returns the width of a line's text with tabs in columns, or none if it has a tab to the column
/// `most` or beyond, where the last column stops it.
fn tabbed_columns(text: &[u8], most: usize) -> Option<usize> {
    let mut pieces = text.split(|byte| *byte == b'\t');
    let mut columns = line_columns(pieces.next()?, 0)?;
    for piece in pieces {
        columns = next_stop(columns);
        if columns >= most {
            return None;
        }
        columns += line_columns(piece, 0)?;
    }
    Some(columns)
}

fn next_stop(column: usize) -> usize {
    (column / TAB + 1) * TAB
}

/// Splits what follows an ESC into the parameters of a plain SGR sequence and the text after it.
fn after_sgr(piece: &[u8]) -> Option<(&[u8], &[u8])> {
    let body = piece.strip_prefix(b"[")?;
    let end = body
        .iter()
        .position(|byte| !matches!(byte, b'0'..=b'9' | b';'))?;
    let (parameters, rest) = body.split_at(end);
    let text = rest.strip_prefix(b"m")?;
    let plain = matches!(sgr::classify(parameters), Sgr::Plain { .. });
    plain.then_some((parameters, text))
}

/// Reads a line that [`line_columns`] has found good; returns the last character drawn.
fn read_line(line: &mut Line, style: &mut Style, text: &[u8]) -> Option<char> {
    // Found to be UTF-8 before; nothing is lost.
    let text = String::from_utf8_lossy(text);
    if text.contains('\t') {
        // There are no colours in it.
        for (index, piece) in text.split('\t').enumerate() {
            if index > 0 {
                let column = next_stop(line.columns() as usize);
                line.pad(u32::try_from(column).expect("less than the screen has"));
            }
            line.push_narrow(piece, *style);
        }
        return text.chars().rev().find(|character| *character != '\t');
    }
    for (index, piece) in text.split('\x1b').enumerate() {
        let mut shown = piece;
        if index > 0
            && let Some((codes, rest)) = piece.split_once('m')
        {
            *style = sgr::apply(*style, codes.trim_start_matches('['));
            shown = rest;
        }
        line.push_narrow(shown, *style);
    }
    line.text().chars().next_back()
}
