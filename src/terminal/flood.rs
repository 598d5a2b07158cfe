//! The short way for floods of lines: what cannot stay on the screen goes straight to history.
//!
//! vt100 allocates, moves and captures a row for each line that scrolls. A run of complete lines
//! (text of one column a character, colours, CR LF) on the main screen needs that only for the
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

/// A line of the run: where it ends (after its LF), and the rows it takes.
struct Found {
    end: usize,
    rows: usize,
}

impl Emulator {
    /// Takes the lines that `bytes` begins with, if they are a flood; returns their length, or
    /// 0 if they are none.
    pub(super) fn flood(&mut self, bytes: &[u8]) -> usize {
        let simple = self.alternate.is_none()
            && self.main.full_region()
            && self.modes.autowrap
            && !self.modes.insert
            && !self.modes.newline
            && !self.charsets.draws()
            && self.size.rows > 1;
        if !simple {
            return 0;
        }
        let rows = usize::from(self.size.rows);
        // With these lines done the cursor is at the start of a blank last row.
        let head = rows - usize::from(self.main.cursor().row);
        // Lines that go the short way before it is the shorter one.
        let least = rows.div_ceil(2);
        if memchr::memchr_iter(b'\n', bytes).count() <= head + least {
            return 0;
        }
        let lines = find_lines(bytes, self.size.cols);
        let mut tail = lines.len();
        let mut shown = 0;
        while tail > head && shown < rows - 1 {
            tail -= 1;
            shown += lines[tail].rows;
        }
        if shown < rows - 1 || tail < head + least {
            return 0;
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
        end
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
            // CR LF, as found.
            let text = &bytes[start..end - 1];
            start = end + 1;
            line.clear();
            read_line(&mut line, &mut style, text);
            drawn = line.text().chars().next_back().or(drawn);
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

/// Finds the complete lines that `bytes` begins with and that the short way can take.
fn find_lines(bytes: &[u8], cols: u16) -> Vec<Found> {
    let mut lines = Vec::new();
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', bytes) {
        let Some(text) = bytes[start..end].strip_suffix(b"\r") else {
            break;
        };
        let Some(columns) = line_columns(text) else {
            break;
        };
        start = end + 1;
        lines.push(Found {
            end: start,
            rows: columns.div_ceil(usize::from(cols)).max(1),
        });
    }
    lines
}

/// Returns the width of a line's text in columns, or none if it holds anything else than colours
/// and characters of one column.
fn line_columns(text: &[u8]) -> Option<usize> {
    if text.len() >= LINE_LIMIT {
        return None;
    }
    if text.iter().all(|byte| matches!(byte, b' '..=b'~')) {
        return Some(text.len());
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

/// Reads a line that [`line_columns`] has found good.
fn read_line(line: &mut Line, style: &mut Style, text: &[u8]) {
    // Found to be UTF-8 before; nothing is lost.
    let text = String::from_utf8_lossy(text);
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
}
