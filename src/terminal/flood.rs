//! The short way for floods of lines: they are read and counted, and drawn when somebody looks.
//!
//! vt100 allocates, moves and captures a row for each line that scrolls. A run of complete lines on
//! the main screen, all of which [`reading`] can read, needs that only for the last screenful, and only
//! when the screen is asked for: until then the lines are *held*, and those that can be on the
//! screen no longer go straight to history. Screen, cursor, style, history, numbers and reported lines
//! are the same as on the long way; what is not certain to be so is left to it.

mod reading;

use std::collections::VecDeque;

use crate::{
    geometry::Position,
    screen::{Color, Row, Style},
};

use super::{
    Emulator, Prompt, TerminalEvent,
    history::LINE_LIMIT,
    line::{Line, LineRef},
    sgr,
    stream::incomplete_tail,
};

use self::reading::{Read, Shape, before_line_end, is_begun_line, is_printable_ascii, last_drawn};

/// Bytes of one feed below which a flood is neither looked for nor goes on.
pub(super) const FLOOD_LEAST: usize = 512;

/// Bytes after which a flood is looked for again in modes that allow none, and to which the long way
/// goes on at a stretch.
pub(super) const FLOOD_PAUSE: usize = 4096;

/// Lines that make a flood: reading what is drawn at once all the same is work done twice.
const LEAST_LINES: usize = 8;

/// Bytes that are copied to be read at once: a flood that ends soon has little copied in vain.
const COPY: usize = 8 * 1024;

/// The most feeds that pass after fruitless looks before the next look.
const MOST_PATIENCE: u32 = 64;

/// What came of a look for a flood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Look {
    /// Bytes that are taken.
    pub taken: usize,
    /// Bytes after those before which another look is in vain.
    pub pause: usize,
}

/// How eagerly floods are looked for: a look reads what the long way then reads again, so output
/// that has been looked at in vain (dense screens, long lines) is left alone for a while.
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

    fn look_ended(&mut self, found: bool) {
        self.patience = if found {
            0
        } else {
            (self.patience * 2).clamp(1, MOST_PATIENCE)
        };
        self.waits = self.patience;
    }
}

/// Where held lines belong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    /// No lines are held: the grid is the screen.
    #[default]
    Drawn,
    /// Below what is on the grid, the first of them on its last row, which is blank.
    Below,
    /// On the grid's first rows: it is blank, and what was on it is in history.
    Alone,
}

/// Lines that are taken and not drawn yet.
#[derive(Debug, Default)]
pub(super) struct Held {
    stage: Stage,
    /// The lines as they came, and the beginning of the next one.
    bytes: Vec<u8>,
    lines: VecDeque<HeldLine>,
    /// Bytes before those of `lines`: of lines that have left in this feed.
    gone: usize,
    /// Bytes that `lines` take.
    complete: usize,
    /// Rows that `lines` take.
    rows: usize,
    /// Number of the line after them.
    next: u64,
    /// The style before the first of them.
    before: Style,
    /// The style after the last of them.
    after: Style,
    /// The last character drawn in lines that have left, with what joins it: REP may want it.
    drawn: String,
    /// Lines whose memory is free.
    spare: Vec<Line>,
}

/// A complete line.
#[derive(Debug)]
struct HeldLine {
    /// Its bytes, line end included.
    len: usize,
    rows: usize,
    /// What the rest of its last row is filled with.
    fill: Color,
    /// The style after it.
    after: Style,
    text: Text,
}

#[derive(Debug)]
enum Text {
    /// The first so many of its bytes.
    Ascii(usize),
    /// Something else.
    Read(Line),
}

impl HeldLine {
    fn as_ref<'a>(&'a self, bytes: &'a [u8]) -> LineRef<'a> {
        match &self.text {
            Text::Ascii(len) => LineRef {
                // Found to be ASCII before.
                text: std::str::from_utf8(&bytes[..*len]).unwrap_or_default(),
                styles: &[],
                columns: *len as u32,
            },
            Text::Read(line) => line.as_ref(),
        }
    }
}

impl Held {
    /// Returns whether lines are held.
    pub fn is_active(&self) -> bool {
        self.stage != Stage::Drawn
    }

    /// Appends the beginning of a character.
    pub fn push_tail(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Returns the line that has begun.
    fn begun(&self) -> &[u8] {
        &self.bytes[self.gone + self.complete..]
    }

    /// Reads what is drawn of the line that has begun: all but a sequence or a character that has
    /// begun at its end.
    fn read_begun(&self, line: &mut Line, shape: Shape) -> Option<Read> {
        let begun = self.begun();
        let sequence = memchr::memrchr(0x1b, begun).filter(|at| sgr::is_begun(&begun[at + 1..]));
        let whole = &begun[..sequence.unwrap_or(begun.len() - incomplete_tail(begun))];
        reading::read(line, self.after, whole, shape)
    }

    /// Returns the last complete line, with bytes that begin with its own.
    fn last(&self) -> Option<(&HeldLine, &[u8])> {
        let line = self.lines.back()?;
        Some((line, &self.bytes[self.gone + self.complete - line.len..]))
    }

    /// Takes the line that has begun as one that ends at `end`, with a LF.
    fn read(&mut self, end: usize, shape: Shape) -> Option<()> {
        let start = self.gone + self.complete;
        let text = before_line_end(&self.bytes[start..end - 1])?;
        let (text, rows, fill) = if self.after == Style::default()
            && text.len() < LINE_LIMIT
            && is_printable_ascii(text)
        {
            let blanks = text.iter().rev().take_while(|byte| **byte == b' ').count();
            let rows = text.len().div_ceil(shape.cols).max(1);
            (Text::Ascii(text.len() - blanks), rows, Color::Default)
        } else {
            let mut line = self.spare.pop().unwrap_or_default();
            line.clear();
            let Some(read) = reading::read(&mut line, self.after, text, shape) else {
                self.spare.push(line);
                return None;
            };
            // With a background, the row that the LF brings in would not be blank.
            if read.style.background != Color::Default {
                self.spare.push(line);
                return None;
            }
            read.end(&mut line, shape);
            self.after = read.style;
            (Text::Read(line), read.rows, read.fill)
        };
        let len = end - start;
        self.complete += len;
        self.rows += rows;
        self.next += 1;
        self.lines.push_back(HeldLine {
            len,
            rows,
            fill,
            after: self.after,
            text,
        });
        Some(())
    }

    /// Takes the first line out if those after it fill a screen of `rows` rows, of which the last
    /// is blank. Its bytes are the last of those that are gone.
    fn take_left(&mut self, rows: usize) -> Option<HeldLine> {
        let first = self.lines.front()?;
        if self.rows - first.rows + 1 < rows {
            return None;
        }
        let line = self.lines.pop_front()?;
        self.rows -= line.rows;
        self.complete -= line.len;
        self.gone += line.len;
        self.before = line.after;
        Some(line)
    }

    /// Drops the bytes of lines that have left.
    fn forget_gone(&mut self) {
        if let Some(drawn) = last_drawn(&self.bytes[..self.gone]) {
            self.drawn.replace_range(.., drawn);
        }
        self.bytes.drain(..self.gone);
        self.gone = 0;
    }
}

impl Emulator {
    /// Takes what `bytes` begins with, if that is a flood.
    pub(super) fn flood(&mut self, bytes: &[u8]) -> Look {
        if !self.may_flood() {
            return Look {
                taken: 0,
                pause: FLOOD_PAUSE,
            };
        }
        // With these lines done the cursor is at the start of a blank last row, unless there is more
        // in them than lines.
        let head = usize::from(self.size.rows - self.main.cursor().row);
        let mut ends = memchr::memchr_iter(b'\n', bytes);
        let first = ends.nth(head - 1).map(|end| end + 1);
        let Some(first) = first.filter(|_| ends.nth(LEAST_LINES - 1).is_some()) else {
            return Look {
                taken: 0,
                pause: bytes.len(),
            };
        };
        self.take_slowly(&bytes[..first]);
        let last = Position {
            row: self.size.rows - 1,
            col: 0,
        };
        let ready = self.may_flood()
            && self.collector.is_ground()
            && self.main.cursor() == last
            && self.main.row_is_blank(last.row);
        if !ready {
            return Look {
                taken: first,
                pause: 0,
            };
        }
        self.held.stage = Stage::Below;
        self.held.next = self.line_of(self.main.cursor().row);
        (self.held.before, self.held.after) = (self.main.style(), self.main.style());
        let (flood, rest) = bytes[first..].split_at(self.flood_on(&bytes[first..]));
        let mut lines = memchr::memchr_iter(b'\n', flood);
        let found = lines.nth(LEAST_LINES - 1).is_some();
        self.eagerness.look_ended(found);
        let spoiler = memchr::memchr(b'\n', rest).filter(|_| found);
        Look {
            taken: first + flood.len(),
            pause: spoiler.map_or(rest.len(), |end| end + 1),
        }
    }

    /// Returns whether lines of text do here what they do on a new terminal.
    fn may_flood(&self) -> bool {
        // With a background, the rows that scroll in are not blank.
        self.alternate.is_none()
            && !self.colored
            && self.main.full_region()
            && self.modes.autowrap
            && !self.modes.insert
            && !self.modes.newline
            && !self.charsets.draws()
            && self.size.rows > 1
    }

    /// Takes what `bytes` begins with and what goes on with the lines held; returns how much that
    /// is. If it is not all, there are none held any more.
    pub(super) fn flood_on(&mut self, bytes: &[u8]) -> usize {
        if bytes.len() < FLOOD_LEAST {
            self.draw_held();
            return 0;
        }
        let mut held = std::mem::take(&mut self.held);
        let known = held.bytes.len();
        let whole = bytes
            .chunks(COPY)
            .all(|bytes| self.hold_lines(&mut held, bytes))
            && is_begun_line(held.begun(), self.shape());
        if !whole {
            // What was known before is taken already.
            let end = held.gone + held.complete;
            held.bytes.truncate(end.max(known));
        }
        let taken = held.bytes.len() - known;
        held.forget_gone();
        self.held = held;
        if !whole {
            self.draw_held();
        }
        taken
    }

    /// Takes bytes that go on with what is held; returns whether the lines they complete could be read.
    fn hold_lines(&mut self, held: &mut Held, bytes: &[u8]) -> bool {
        let shape = self.shape();
        let mut from = held.bytes.len();
        held.bytes.extend_from_slice(bytes);
        while let Some(length) = memchr::memchr(b'\n', &held.bytes[from..]) {
            from += length + 1;
            if held.read(from, shape).is_none() {
                return false;
            }
            if self.report
                && let Some((line, bytes)) = held.last()
            {
                let text = line.as_ref(bytes).text.trim_end_matches(' ');
                self.pending.push(TerminalEvent::Line {
                    number: held.next - 1,
                    text: text.to_owned(),
                });
            }
            self.let_leave(held);
        }
        true
    }

    /// Puts lines into history that can be on the screen no longer.
    fn let_leave(&mut self, held: &mut Held) {
        let rows = usize::from(self.size.rows);
        if held.stage == Stage::Below && held.rows + 1 >= rows {
            // Everything on the screen leaves.
            self.write(format!("\x1b[{}S", rows - 1).as_bytes());
            held.stage = Stage::Alone;
        }
        while held.stage == Stage::Alone
            && let Some(line) = held.take_left(rows)
        {
            let bytes = &held.bytes[held.gone - line.len..];
            self.history.push(line.as_ref(bytes));
            if let Text::Read(line) = line.text {
                held.spare.push(line);
            }
        }
    }

    fn shape(&self) -> Shape {
        Shape {
            cols: usize::from(self.size.cols),
            tabs: self.tabs.is_default(),
        }
    }

    /// Returns the text before the cursor while lines are held; none if it must be drawn to be told.
    pub(super) fn held_prompt(&self) -> Option<Prompt> {
        let held = &self.held;
        if !held.is_active() {
            return None;
        }
        let mut line = Line::default();
        held.read_begun(&mut line, self.shape())?;
        Some(Prompt {
            line: held.next,
            text: line.text().to_owned(),
        })
    }

    /// Returns the screen's rows and its cursor, if the lines that are held fill it and tell it.
    pub(super) fn held_screen(&self) -> Option<(Vec<Row>, Position)> {
        let held = &self.held;
        if held.stage != Stage::Alone {
            return None;
        }
        let mut begun = Line::default();
        let read = held.read_begun(&mut begun, self.shape())?;
        read.end(&mut begun, self.shape());
        let mut rows = Vec::with_capacity(usize::from(self.size.rows));
        let (most, cols) = (usize::from(self.size.rows), self.size.cols);
        push_rows_upwards(&mut rows, begun.as_ref(), read.rows, cols)?;
        let mut end = held.gone + held.complete;
        for line in held.lines.iter().rev() {
            if rows.len() >= most {
                break;
            }
            end -= line.len;
            push_rows_upwards(&mut rows, line.as_ref(&held.bytes[end..]), line.rows, cols)?;
        }
        rows.truncate(most);
        rows.reverse();
        let cursor = Position {
            row: self.size.rows - 1,
            col: read.col as u16,
        };
        (rows.len() == most).then_some((rows, cursor))
    }

    /// Draws the lines that are held: the grid is the screen again.
    pub(super) fn draw_held(&mut self) {
        if !self.held.is_active() {
            return;
        }
        let held = std::mem::take(&mut self.held);
        // They are reported already.
        let report = std::mem::take(&mut self.report);
        let mut rest = held.bytes.as_slice();
        if held.stage == Stage::Alone {
            self.dirty.all();
            if !held.drawn.is_empty() {
                self.main.set_style(Style::default());
                self.main.write(held.drawn.as_bytes());
                self.main.write(b"\r\x1b[2K");
            }
            self.set_style(held.before);
            self.main.write(b"\x1b[H");
            let mut start = 0;
            let filled = held.lines.iter().scan(0, |end, line| {
                *end += line.len;
                Some((*end, line))
            });
            for (end, line) in filled.filter(|(_, line)| line.fill != Color::Default) {
                let text = before_line_end(&held.bytes[start..end - 1]).unwrap_or_default();
                self.interpret_slowly(text);
                // Here the row that it ends on does not scroll in.
                self.fill_row(line.fill);
                start += text.len();
            }
            rest = &held.bytes[start..];
        }
        self.interpret_slowly(rest);
        self.report = report;
    }

    /// Fills the cursor's row from the cursor on.
    fn fill_row(&mut self, background: Color) {
        let style = self.main.style();
        self.main.set_style(Style {
            background,
            ..Style::default()
        });
        self.color_from(self.main.cursor().col);
        self.main.set_style(style);
    }
}

/// Appends the rows of a line, the last first; none if they are not `count`: blanks that were cut at
/// its end had rows of their own.
fn push_rows_upwards(
    rows: &mut Vec<Row>,
    line: LineRef<'_>,
    count: usize,
    cols: u16,
) -> Option<()> {
    let first = rows.len();
    for range in line.wrap(cols) {
        let wrapped = range.end < line.text.len();
        rows.push(line.draw(range, cols, wrapped));
    }
    rows[first..].reverse();
    (rows.len() - first == count).then_some(())
}
