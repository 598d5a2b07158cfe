//! The short way for floods of lines: what cannot stay on the screen goes straight to history.
//!
//! vt100 allocates, moves and captures a row for each line that scrolls. A run of complete lines on
//! the main screen needs that only for the last screenful: text (of wide characters where the line
//! fits in a row, of letters with one mark each), tabs, colours, CR LF or CR CR LF. Screen, cursor,
//! style, history, numbers and reported lines are the same as on the long way; what is not certain
//! to be so is left to it.

use crate::screen::{Style, char_width};

use super::{
    Emulator, TerminalEvent,
    history::LINE_LIMIT,
    line::{Line, LineRef},
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
    /// Returns one that never looks.
    #[cfg(test)]
    pub(super) fn none() -> Eagerness {
        Eagerness {
            patience: 0,
            waits: u32::MAX,
        }
    }

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

/// A line of the run.
struct Found {
    /// Where it ends, after its LF.
    end: usize,
    /// The rows it takes.
    rows: usize,
    /// It is printable ASCII, and nothing else.
    ascii: bool,
}

/// The width of a piece of text.
#[derive(Clone, Copy, Default)]
struct Width {
    columns: usize,
    /// There are characters of two columns: where they wrap depends on the column.
    has_wide: bool,
    /// It has a background somewhere.
    colored: bool,
    /// It ends with a background.
    ends_colored: bool,
}

impl Width {
    fn narrow(columns: usize) -> Width {
        Width {
            columns,
            ..Width::default()
        }
    }

    /// Returns the rows that this takes on a screen of `cols` columns, or none if that depends on more,
    /// or if a row would scroll in while there is a background, which that row would take.
    fn rows(self, cols: usize) -> Option<usize> {
        let wraps = self.columns > cols;
        let certain = !(self.ends_colored || wraps && (self.has_wide || self.colored));
        certain.then(|| self.columns.div_ceil(cols).max(1))
    }

    fn add(&mut self, other: Width) {
        self.columns += other.columns;
        self.has_wide |= other.has_wide;
    }
}

impl Emulator {
    /// Takes the lines that `bytes` begins with, if they are a flood.
    pub(super) fn flood(&mut self, bytes: &[u8]) -> Look {
        // With a background, rows that scroll in are not blank.
        let simple = self.alternate.is_none()
            && !self.colored
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
        let leaving = &lines[head..tail];
        self.dirty.all();
        self.take_slowly(&bytes[..first]);
        // Everything on the screen leaves for history.
        self.write(format!("\x1b[{}S", rows - 1).as_bytes());
        let before = self.main.style();
        let (style, drawn) = self.store_lines(bytes, first, leaving);
        // REP repeats the last character drawn, which may be none of the last screenful's.
        if let Some(drawn) = drawn {
            self.main.set_style(Style::default());
            self.main.write(drawn.as_bytes());
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

    /// Stores lines, of which the first begins at `start`, as history; returns the style after them
    /// and the last character in them with what joins it.
    fn store_lines<'t>(
        &mut self,
        bytes: &'t [u8],
        mut start: usize,
        lines: &[Found],
    ) -> (Style, Option<&'t str>) {
        let cols = u32::from(self.size.cols);
        let mut style = self.main.style();
        let mut drawn = None;
        let mut line = Line::default();
        for found in lines {
            let text = before_line_end(&bytes[start..found.end - 1]).unwrap_or_default();
            start = found.end;
            // Found to be UTF-8 before.
            let text = std::str::from_utf8(text).unwrap_or_default();
            if found.ascii && style == Style::default() {
                if !text.is_empty() {
                    drawn = Some(text);
                }
                let kept = text.trim_end_matches(' ');
                self.store_line_of_flood(LineRef {
                    text: kept,
                    styles: &[],
                    columns: kept.len() as u32,
                });
                continue;
            }
            line.clear();
            drawn = read_line(&mut line, &mut style, text).or(drawn);
            let columns = line.columns();
            line.trim(columns > 0 && columns.is_multiple_of(cols));
            self.store_line_of_flood(line.as_ref());
        }
        (style, drawn.and_then(last_cell))
    }

    fn store_line_of_flood(&mut self, line: LineRef<'_>) {
        if self.report {
            let number = self.history.next();
            let text = line.text.trim_end_matches(' ').to_owned();
            self.pending.push(TerminalEvent::Line { number, text });
        }
        self.history.push(line);
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
        let ascii = text.len() < LINE_LIMIT && is_printable_ascii(text);
        let (width, last_style) = if ascii {
            (Some(Width::narrow(text.len())), None)
        } else {
            let last_style = memchr::memrchr(0x1b, text);
            let takes_tabs = tabs && plain && last_style.is_none();
            (
                line_width(text, if takes_tabs { cols } else { 0 }),
                last_style,
            )
        };
        let Some(rows) = width.and_then(|width| width.rows(cols)) else {
            break;
        };
        if let Some(at) = last_style {
            plain = after_sgr(&text[at + 1..])
                .is_some_and(|change| matches!(change.parameters, b"" | b"0"));
        }
        start = end + 1;
        lines.push(Found {
            end: start,
            rows,
            ascii,
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

/// Returns the width of a line's text, which begins without a background, or none if it holds anything else than colours, characters
/// that are certain to be drawn as they are, and tabs to a column before `tabs`.
fn line_width(text: &[u8], tabs: usize) -> Option<Width> {
    if text.len() >= LINE_LIMIT {
        return None;
    }
    if tabs > 0 && memchr::memchr(b'\t', text).is_some() {
        return tabbed_width(text, tabs);
    }
    let mut width = Width::default();
    for (index, piece) in text.split(|byte| *byte == 0x1b).enumerate() {
        let mut shown = piece;
        if index > 0 {
            let change = after_sgr(piece)?;
            width.ends_colored = change.background.unwrap_or(width.ends_colored);
            width.colored |= width.ends_colored;
            shown = change.text;
        }
        width.add(piece_width(shown)?);
    }
    Some(width)
}

/// Returns the width of text without controls.
fn piece_width(text: &[u8]) -> Option<Width> {
    if is_printable_ascii(text) {
        return Some(Width::narrow(text.len()));
    }
    let mut width = Width::default();
    // What a mark joins: what is not blank, in the same piece, once.
    let mut joins = false;
    for character in std::str::from_utf8(text).ok()?.chars() {
        if matches!(character, '\u{300}'..='\u{36f}') {
            if !joins {
                return None;
            }
            joins = false;
            continue;
        }
        joins = character != ' ';
        width.columns += match char_width(character) {
            // Noncharacters stand for others in cells.
            1 if !character.is_control() && character < '\u{10FFF0}' => 1,
            // Drawn as another, since it is wider still.
            2 if character != '\u{17D8}' => {
                width.has_wide = true;
                2
            }
            _ => return None,
        };
    }
    Some(width)
}

fn is_printable_ascii(text: &[u8]) -> bool {
    // Without an early end, so that many bytes are looked at in one step.
    text.iter().fold(true, |printable, byte| {
        printable & matches!(byte, b' '..=b'~')
    })
}

/// Returns the width of a line's text with tabs, or none if it has a tab to the column `most` or
/// beyond, where the last column stops it.
fn tabbed_width(text: &[u8], most: usize) -> Option<Width> {
    let mut pieces = text.split(|byte| *byte == b'\t');
    let mut width = line_width(pieces.next()?, 0)?;
    for piece in pieces {
        width.columns = next_stop(width.columns);
        if width.columns >= most {
            return None;
        }
        width.add(line_width(piece, 0)?);
    }
    Some(width)
}

fn next_stop(column: usize) -> usize {
    (column / TAB + 1) * TAB
}

/// A plain SGR sequence and the text after it.
struct Change<'a> {
    parameters: &'a [u8],
    /// Whether there is a background after it; none when it says nothing of that.
    background: Option<bool>,
    text: &'a [u8],
}

/// Takes apart what follows an ESC, if that is a plain SGR sequence.
fn after_sgr(piece: &[u8]) -> Option<Change<'_>> {
    let body = piece.strip_prefix(b"[")?;
    let end = body
        .iter()
        .position(|byte| !matches!(byte, b'0'..=b'9' | b';'))?;
    let (parameters, rest) = body.split_at(end);
    let text = rest.strip_prefix(b"m")?;
    match sgr::classify(parameters) {
        Sgr::Plain { background, .. } => Some(Change {
            parameters,
            background,
            text,
        }),
        Sgr::Rewrite => None,
    }
}

/// Reads a line that [`line_width`] has found good; returns the last character drawn with what
/// joins it.
fn read_line<'t>(line: &mut Line, style: &mut Style, text: &'t str) -> Option<&'t str> {
    let mut drawn = None;
    if text.contains('\t') {
        // There are no colours in it.
        for (index, piece) in text.split('\t').enumerate() {
            if index > 0 {
                let column = next_stop(line.columns() as usize);
                line.pad(u32::try_from(column).expect("less than the screen has"));
            }
            line.push_text(piece, *style);
            drawn = last_cell(piece).or(drawn);
        }
        return drawn;
    }
    for (index, piece) in text.split('\x1b').enumerate() {
        let mut shown = piece;
        if index > 0
            && let Some((codes, rest)) = piece.split_once('m')
        {
            *style = sgr::apply(*style, codes.trim_start_matches('['));
            shown = rest;
        }
        line.push_text(shown, *style);
        drawn = last_cell(shown).or(drawn);
    }
    drawn
}

/// Returns the last character of a text with the mark that joins it.
fn last_cell(text: &str) -> Option<&str> {
    let own = |(_, character): &(usize, char)| !matches!(character, '\u{300}'..='\u{36f}');
    let (start, _) = text.char_indices().rev().find(own)?;
    Some(&text[start..])
}
