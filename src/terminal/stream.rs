//! The way of the child's bytes to the grid: characters, controls and the cutting of sequences.
//!
//! Owns the order of effects, the characters that a read cut in two, and the text that vt100 does
//! not draw as it should. Runs of plain text and of sequences that vt100 handles rightly go on as
//! slices of the input, untouched. What a sequence does is `sequences`' matter.

use crate::{geometry::Position, screen::char_width};

use super::{
    Emulator, TerminalEvent,
    collect::Step,
    flood::{FLOOD_LEAST, FLOOD_PAUSE},
    grid::{FILLER, REPLACEMENT, push_char},
    sgr::{self, Sgr},
};

/// Cells that costly sequences may fill or move before a feed ends: some milliseconds of work.
const MOST_SPENT: u32 = 64 * 1024;

/// A sequence found whole within a slice.
enum Found {
    /// vt100 does what it should, on the cursor's row: it goes on with the text around it.
    Plain(usize),
    /// A control sequence of this length that needs a closer look.
    Csi(usize),
    /// To be taken byte by byte.
    Other,
}

impl Emulator {
    /// Takes the child's bytes, and returns how many: all, unless they are costly.
    pub(super) fn interpret(&mut self, all: &[u8]) -> usize {
        let mut bytes = all;
        if self.held.is_active() {
            bytes = &bytes[self.flood_on(bytes)..];
            if bytes.is_empty() {
                return all.len();
            }
        }
        if self.tail_len > 0 {
            bytes = self.complete_tail(bytes);
            if bytes.is_empty() {
                return all.len();
            }
        }
        let kept = bytes.len() - incomplete_tail(bytes);
        let tail = &bytes[kept..];
        let taken = self.tokens(&bytes[..kept]);
        if taken < kept {
            return all.len() - bytes.len() + taken;
        }
        self.take_tail(tail);
        all.len()
    }

    /// Takes all of what flood lines have left to draw.
    pub(super) fn interpret_slowly(&mut self, bytes: &[u8]) {
        let kept = bytes.len() - incomplete_tail(bytes);
        self.take_slowly(&bytes[..kept]);
        self.take_tail(&bytes[kept..]);
    }

    /// Takes the beginning of a character.
    fn take_tail(&mut self, tail: &[u8]) {
        if self.held.is_active() {
            self.held.push_tail(tail);
        } else if self.collector.is_ground() {
            self.tail[..tail.len()].copy_from_slice(tail);
            self.tail_len = tail.len();
        } else {
            // Inside a sequence bytes are no characters.
            self.take_slowly(tail);
        }
    }

    /// Joins the held beginning of a character with its rest; returns what follows.
    fn complete_tail<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let mut joined = [0; 4];
        let held = self.tail_len;
        joined[..held].copy_from_slice(&self.tail[..held]);
        for (used, byte) in bytes.iter().enumerate() {
            let len = held + used + 1;
            joined[len - 1] = *byte;
            match std::str::from_utf8(&joined[..len]) {
                Err(error) if error.error_len().is_none() => {}
                Ok(_) => {
                    self.tail_len = 0;
                    self.text(&joined[..len]);
                    return &bytes[used + 1..];
                }
                // The byte that spoils it is no part of it.
                Err(_) => {
                    self.tail_len = 0;
                    self.text(&joined[..len - 1]);
                    return &bytes[used..];
                }
            }
        }
        self.tail[..held + bytes.len()].copy_from_slice(&joined[..held + bytes.len()]);
        self.tail_len = held + bytes.len();
        &[]
    }

    /// Draws a held beginning of a character as one that is broken.
    pub(super) fn flush_tail(&mut self) {
        let (tail, len) = (self.tail, std::mem::take(&mut self.tail_len));
        if len > 0 {
            self.text(&tail[..len]);
        }
    }

    /// Takes complete characters and sequences, of which the last may be unfinished, until they have cost
    /// enough. Returns how many bytes that were.
    fn tokens(&mut self, bytes: &[u8]) -> usize {
        let may_flood = self.eagerness.begin_feed();
        self.take(bytes, may_flood, MOST_SPENT)
    }

    /// Takes all of the bytes by the long way.
    pub(super) fn take_slowly(&mut self, bytes: &[u8]) {
        self.take(bytes, false, u32::MAX);
    }

    fn take(&mut self, bytes: &[u8], may_flood: bool, most_spent: u32) -> usize {
        // What is before `at` and not yet written begins at `start`.
        let (mut start, mut at) = (0, 0);
        let mut next_flood = 0;
        while at < bytes.len() && self.spent < most_spent {
            if may_flood
                && at >= next_flood
                && bytes.len() - at >= FLOOD_LEAST
                && self.collector.is_ground()
            {
                // A read may end between CR and LF.
                at += usize::from(bytes[at] == b'\n');
                self.take_slowly(&bytes[start..at]);
                let look = self.flood(&bytes[at..]);
                at += look.taken;
                next_flood = at + look.pause;
                start = at;
                continue;
            }
            if !self.collector.is_ground() {
                self.write(&bytes[start..at]);
                while at < bytes.len() && !self.collector.is_ground() {
                    let step = self.collector.push(bytes[at]);
                    at += 1;
                    self.step(step);
                }
                start = at;
                continue;
            }
            let mut end = memchr::memchr3(0x1b, 0x0e, 0x0f, &bytes[at..])
                .map_or(bytes.len(), |offset| at + offset);
            if may_flood
                && end - at > FLOOD_PAUSE
                && let Some(rest) = memchr::memchr(b'\n', &bytes[at + FLOOD_PAUSE..end])
            {
                end = at + FLOOD_PAUSE + rest + 1;
            }
            if end > at {
                if self.colored {
                    // Whether rows will scroll in depends on where the cursor is.
                    self.write(&bytes[start..at]);
                    start = at;
                }
                if self.text_is_plain(&bytes[at..end]) {
                    at = end;
                } else {
                    self.write(&bytes[start..at]);
                    self.text(&bytes[at..end]);
                    (start, at) = (end, end);
                }
                continue;
            }
            match bytes[at] {
                0x1b => match self.find(&bytes[at..]) {
                    Found::Plain(len) => at += len,
                    Found::Csi(len) => {
                        self.write(&bytes[start..at]);
                        self.csi(&bytes[at + 2..at + len]);
                        at += len;
                        start = at;
                    }
                    Found::Other => {
                        self.write(&bytes[start..at]);
                        self.collector.begin();
                        at += 1;
                        start = at;
                    }
                },
                shift => {
                    self.write(&bytes[start..at]);
                    self.control(shift);
                    at += 1;
                    start = at;
                }
            }
        }
        self.write(&bytes[start..at]);
        at
    }

    /// Notes that a sequence may fill or move `cells` cells.
    pub(super) fn spend(&mut self, cells: u32) {
        self.spent = self.spent.saturating_add(cells);
    }

    /// Notes that a sequence may fill or move the whole screen.
    pub(super) fn spend_screen(&mut self) {
        self.spend(u32::from(self.size.rows) * u32::from(self.size.cols));
    }

    /// Looks at the sequence that `bytes` begins with.
    fn find(&mut self, bytes: &[u8]) -> Found {
        if bytes.get(1) != Some(&b'[') {
            return Found::Other;
        }
        let body = &bytes[2..];
        let Some(len) = body
            .iter()
            .take(64)
            .position(|byte| !matches!(byte, 0x20..=0x3f))
        else {
            return Found::Other;
        };
        let parameters = &body[..len];
        if !matches!(body[len], 0x40..=0x7e) {
            return Found::Other;
        }
        let total = len + 3;
        let numeric = || parameters.iter().all(|byte| byte.is_ascii_digit());
        match body[len] {
            b'm' if parameters
                .first()
                .is_none_or(|first| !matches!(first, b'<'..=b'?')) =>
            {
                match sgr::classify(parameters) {
                    Sgr::Plain {
                        fancy,
                        resets,
                        background,
                    } => {
                        self.fancy = fancy || self.fancy && !resets;
                        self.colored = background.unwrap_or(self.colored);
                        Found::Plain(total)
                    }
                    Sgr::Rewrite => Found::Csi(total),
                }
            }
            b'K' | b'X' if numeric() && !self.fancy => Found::Plain(total),
            b'C' | b'G' if numeric() => Found::Plain(total),
            b'P' if numeric() && !self.colored => Found::Plain(total),
            _ => Found::Csi(total),
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::More => {}
            Step::Control(byte) => self.control(byte),
            Step::Escape => {
                let bytes = self.collector.take();
                self.escape(&bytes);
                self.collector.give_back(bytes);
            }
            Step::Csi => {
                let bytes = self.collector.take();
                self.csi(&bytes);
                self.collector.give_back(bytes);
            }
            Step::Osc { bell } => {
                let bytes = self.collector.take();
                self.command(&bytes, bell);
                self.collector.give_back(bytes);
            }
            Step::Dcs => {
                let bytes = self.collector.take();
                self.answer_request(&bytes);
                self.collector.give_back(bytes);
            }
        }
    }

    /// Returns whether vt100 draws this text rightly by itself.
    fn text_is_plain(&self, text: &[u8]) -> bool {
        let simple = self.modes.autowrap
            && !self.modes.insert
            && !self.modes.newline
            && !self.charsets.draws()
            && self.tabs.is_default()
            && self.size.rows > 1
            && !self.reports();
        let colors = || text.iter().any(|byte| *byte < b' ') || self.wraps_in_color(text);
        simple
            && memchr::memchr2(0x08, b'\t', text).is_none()
            && is_narrow(text)
            && !(self.colored && colors())
    }

    /// Returns whether text without controls may bring in a row that must take the background.
    fn wraps_in_color(&self, text: &[u8]) -> bool {
        let Position { row, col } = self.grid().cursor();
        let Some(below) = self.grid().region.end().checked_sub(row) else {
            // Below the margins nothing scrolls.
            return false;
        };
        let room = (usize::from(below) + 1) * usize::from(self.size.cols) - usize::from(col);
        self.colored && text.len() > room
    }

    /// Draws text and obeys the control characters in it.
    fn text(&mut self, mut text: &[u8]) {
        while !text.is_empty() {
            let end = text
                .iter()
                .position(|byte| matches!(byte, 0x07..=0x0d))
                .unwrap_or(text.len());
            let (run, rest) = text.split_at(end);
            if !run.is_empty() {
                self.characters(run);
            }
            match rest.split_first() {
                Some((control, rest)) => {
                    self.control(*control);
                    text = rest;
                }
                None => return,
            }
        }
    }

    /// Draws characters; controls that neither ring nor move may be among them.
    fn characters(&mut self, run: &[u8]) {
        let single = self.size.rows == 1;
        let graphics = self.charsets.draws();
        let simple = self.modes.autowrap && !self.modes.insert && !graphics;
        if simple && is_narrow(run) && !self.wraps_in_color(run) {
            self.write_text(run, single);
            return;
        }
        let cols = self.size.cols;
        let mut out = Vec::with_capacity(run.len());
        let mut col = self.grid().cursor().col;
        // The character under way begins a row that must take the background.
        let mut colors = false;
        for chunk in run.utf8_chunks() {
            let broken = (!chunk.invalid().is_empty()).then_some(REPLACEMENT);
            for character in chunk.valid().chars().chain(broken) {
                let character = if graphics {
                    self.charsets.map(character)
                } else {
                    character
                };
                let character = match character {
                    '\u{FFFD}' | FILLER | REPLACEMENT | '\u{17D8}' => REPLACEMENT,
                    other => other,
                };
                let width = char_width(character);
                if width == 0 {
                    // The emoji form of a character in the last column would have no room.
                    if character != '\u{FE0F}' {
                        push_char(&mut out, character);
                    } else if col < cols {
                        push_char(&mut out, character);
                        self.write_text(&out, single);
                        out.clear();
                        col = self.grid().cursor().col;
                    }
                    continue;
                }
                if width > cols {
                    continue;
                }
                if !self.modes.autowrap && col + width > cols {
                    col = cols - width;
                    out.extend_from_slice(format!("\x1b[{}G", col + 1).as_bytes());
                }
                if col + width > cols {
                    if col + 1 == cols {
                        push_char(&mut out, FILLER);
                    }
                    // In insert mode the first character of the next row replaces.
                    col = 0;
                    if self.colored {
                        self.write_text(&out, single);
                        out.clear();
                        colors = self.feed_colors();
                    }
                } else if self.modes.insert && col + width < cols {
                    out.extend_from_slice(format!("\x1b[{width}@").as_bytes());
                }
                col += width;
                push_char(&mut out, character);
                if std::mem::take(&mut colors) {
                    self.write_text(&out, single);
                    out.clear();
                    self.color_from(width);
                }
            }
        }
        self.write_text(&out, single);
    }

    fn write_text(&mut self, text: &[u8], single: bool) {
        if single {
            self.grid_mut().write_wrapping(text);
            self.settle();
        } else {
            self.write(text);
        }
    }

    /// Obeys a control character.
    pub(super) fn control(&mut self, byte: u8) {
        match byte {
            0x0a..=0x0c => self.line_feed(byte == 0x0a && self.modes.newline),
            0x0e => self.charsets.lock(1),
            0x0f => self.charsets.lock(0),
            // The cursor stands on the last column while a wrap is pending.
            0x08 if self.grid().wrap_pending() => self.write(b"\x08\x08"),
            0x09 if self.grid().wrap_pending() => {}
            0x09 if !self.tabs.is_default() => self.tab(1),
            _ => self.write(&[byte]),
        }
    }

    /// Moves down a row, which ends the logical line.
    pub(super) fn line_feed(&mut self, carriage_return: bool) {
        if self.reports() {
            let row = self.grid().cursor().row;
            if !self.grid().row_wrapped(row) {
                let number = self.line_of(row);
                let text = self.line_text(row);
                self.pending.push(TerminalEvent::Line { number, text });
            }
        }
        let colors = self.feed_colors();
        self.write(if carriage_return { b"\r\n" } else { b"\n" });
        if colors {
            let row = self.grid().cursor().row;
            self.color_rows(row..row + 1);
        }
    }

    pub(super) fn tab(&mut self, count: u16) {
        let Position { row, col } = self.grid().cursor();
        let col = self
            .tabs
            .forward(col.min(self.size.cols - 1), count, self.size.cols);
        self.grid_mut().place(Position { row, col });
    }

    /// Feeds the grid and settles what came of it.
    pub(super) fn write(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let before = self.grid().cursor().row;
        self.grid_mut().write(bytes);
        self.dirty.touch(before);
        self.settle();
    }

    /// Takes over what the grid reports: rows that scrolled off, bells, where the cursor went.
    pub(super) fn settle(&mut self) {
        let cols = self.size.cols;
        let row = self.grid().cursor().row;
        self.dirty.touch(row);
        let full = self.grid().full_region();
        let grid = match &mut self.alternate {
            Some(grid) => grid,
            None => &mut self.main,
        };
        if grid.take_scrolled() || !full {
            self.dirty.all();
        }
        for _ in 0..grid.take_bells() {
            self.pending.push(TerminalEvent::Bell);
        }
        if self.alternate.is_none() {
            let (history, pending, report) = (&mut self.history, &mut self.pending, self.report);
            self.main.drain(|row, wrapped| {
                let cut = history.push_row(row, wrapped, cols);
                if cut
                    && report
                    && let Some(line) = history.last()
                {
                    pending.push(TerminalEvent::Line {
                        number: history.next() - 1,
                        text: line.text.trim_end_matches(' ').to_owned(),
                    });
                }
            });
        }
    }

    /// Returns whether lines are reported now.
    fn reports(&self) -> bool {
        self.report && self.alternate.is_none()
    }

    /// Returns the rendered text of the logical line that a row belongs to.
    pub(super) fn line_text(&self, row: u16) -> String {
        let mut text = String::new();
        let grid = self.grid();
        let start = grid.line_start(row);
        if start == 0
            && self.alternate.is_none()
            && let Some(open) = self.history.open()
        {
            text.push_str(open.text());
        }
        let mut at = start;
        loop {
            grid.read_text(at, &mut text);
            if !grid.row_wrapped(at) {
                break;
            }
            at += 1;
        }
        text.truncate(text.trim_end_matches(' ').len());
        text
    }
}

/// Returns how many bytes at the end begin a character that is not complete.
pub(super) fn incomplete_tail(bytes: &[u8]) -> usize {
    let from = bytes.len().saturating_sub(3);
    for (index, byte) in bytes.iter().enumerate().skip(from).rev() {
        if *byte < 0x80 {
            return 0;
        }
        if *byte >= 0xc0 {
            let tail = &bytes[index..];
            let open = std::str::from_utf8(tail)
                .is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none());
            return if open { tail.len() } else { 0 };
        }
    }
    0
}

/// Returns whether text is valid and certain to hold no wide, replaced or widening character:
/// those all begin with a byte of 0xe1 or above.
fn is_narrow(text: &[u8]) -> bool {
    text.is_ascii()
        || (text.iter().all(|byte| *byte < 0xe1) || text_is_known_narrow(text))
            && std::str::from_utf8(text).is_ok()
}

/// Looks closer at the lead bytes of three and four bytes: punctuation, arrows, box drawing and
/// the private use area are as narrow as they are frequent.
fn text_is_known_narrow(text: &[u8]) -> bool {
    text.iter().enumerate().all(|(index, byte)| match byte {
        0xe2 => matches!(
            text.get(index + 1),
            Some(0x80 | 0x82 | 0x86 | 0x94 | 0x95 | 0x96 | 0xa0..=0xa3)
        ),
        0xee => true,
        _ => *byte < 0xe1,
    })
}
