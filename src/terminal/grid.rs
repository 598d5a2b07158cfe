//! One screen (main or alternate) on a vt100 parser: writing to it and reading it.
//!
//! The only file that touches vt100. It supplies what the crate does not tell (scroll region,
//! origin mode, rows that scrolled off, the saved cursor) and knows its quirks: it draws neither
//! U+FFFD nor a wide character's wrap, so two noncharacters stand for them in cells and never
//! leave this file. vt100 is always fed complete sequences.

use std::{fmt, num::NonZeroU16, ops::RangeInclusive};

use vt100::capture::{BasicFormattedCaptureState, RowContents};

use crate::{
    geometry::{Position, Size},
    screen::{Attributes, Color, Style, cells},
};

use super::{
    charset::Charsets,
    line::{Line, LineRef},
    sgr,
};

/// Stands in a cell for U+FFFD, which vt100 does not draw.
pub(super) const REPLACEMENT: char = '\u{10FFFF}';

/// Stands in the last cell of a row whose next character is too wide for it, so that vt100
/// notes the wrap; it is no part of the line.
pub(super) const FILLER: char = '\u{10FFFE}';

/// What DECSC saves. The column may be one past the last: a wrap was pending.
#[derive(Clone, Debug, Default)]
pub(super) struct SavedCursor {
    pub position: Position,
    pub style: Style,
    pub origin: bool,
    pub charsets: Charsets,
}

/// A row that scrolled off, captured as text with SGR.
pub(super) struct Scrolled {
    end: usize,
    wrapped: bool,
}

/// What vt100 reports while it parses.
#[derive(Default)]
struct Host {
    captured: String,
    rows: Vec<Scrolled>,
    bells: u32,
    /// The rows moved up.
    scrolled: bool,
    /// A row that scrolls off now goes on in the next one; vt100 cannot say so of its only row.
    wrapping: bool,
    /// Rows are of no interest.
    silent: bool,
}

impl vt100::Callbacks for Host {
    fn audible_bell(&mut self, _: &mut vt100::Screen) {
        self.bells += 1;
    }

    fn on_scroll(&mut self, row: RowContents<'_>, _: bool) {
        self.scrolled = true;
        if self.silent {
            return;
        }
        let mut state = BasicFormattedCaptureState::new();
        // Writing to a string cannot fail.
        let _ = row.write_formatted_basic(&mut self.captured, &mut state);
        // A newline is written before the next row unless this one is wrapped.
        let mut next = FirstCharacter(None);
        let _ = row.write_formatted_basic(&mut next, &mut state);
        self.rows.push(Scrolled {
            end: self.captured.len(),
            wrapped: self.wrapping || next.0 != Some('\n'),
        });
    }
}

/// Takes one character and then refuses.
struct FirstCharacter(Option<char>);

impl fmt::Write for FirstCharacter {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = self.0.or(text.chars().next());
        Err(fmt::Error)
    }
}

/// A screen.
pub(super) struct Grid {
    parser: vt100::Parser<Host>,
    size: Size,
    /// First and last row that scroll (DECSTBM).
    pub region: RangeInclusive<u16>,
    /// DECOM.
    pub origin: bool,
    /// DECSC.
    pub saved: SavedCursor,
    /// Kitty keyboard flags: those in force and, before them, those pushed.
    pub kitty: Vec<u8>,
}

impl Grid {
    /// Returns a blank screen. Rows that scroll off are kept for [`Grid::drain`] unless `silent`.
    pub fn new(size: Size, silent: bool) -> Grid {
        let (rows, cols) = sides(size);
        let host = Host {
            silent,
            ..Host::default()
        };
        Grid {
            parser: vt100::Parser::new_with_callbacks(rows, cols, 0, host),
            size,
            region: 0..=size.rows - 1,
            origin: false,
            saved: SavedCursor::default(),
            kitty: vec![0],
        }
    }

    /// Returns a grid in the same state. vt100 is between sequences, so its screen is all of that.
    pub fn snapshot(&self) -> Grid {
        let mut copy = Grid::new(self.size, self.parser.callbacks().silent);
        *copy.parser.screen_mut() = self.parser.screen().clone();
        Grid {
            region: self.region.clone(),
            origin: self.origin,
            saved: self.saved.clone(),
            kitty: self.kitty.clone(),
            ..copy
        }
    }

    /// Returns the size.
    pub fn size(&self) -> Size {
        self.size
    }

    /// Returns whether all rows scroll.
    pub fn full_region(&self) -> bool {
        self.region == (0..=self.size.rows - 1)
    }

    /// Feeds complete sequences and text.
    pub fn write(&mut self, bytes: &[u8]) {
        self.parser.process(bytes);
    }

    /// Feeds characters that are drawn, where a row that scrolls off has been filled: for
    /// screens of one row.
    pub fn write_wrapping(&mut self, bytes: &[u8]) {
        self.parser.callbacks_mut().wrapping = true;
        self.parser.process(bytes);
        self.parser.callbacks_mut().wrapping = false;
    }

    /// Hands over the rows that have scrolled off since the last call, oldest first.
    pub fn drain(&mut self, mut take: impl FnMut(&str, bool)) {
        let host = self.parser.callbacks_mut();
        let mut start = 0;
        for row in host.rows.drain(..) {
            take(&host.captured[start..row.end], row.wrapped);
            start = row.end;
        }
        host.captured.clear();
    }

    /// Returns whether rows have moved up since the last call.
    pub fn take_scrolled(&mut self) -> bool {
        std::mem::take(&mut self.parser.callbacks_mut().scrolled)
    }

    /// Returns how many bells rang since the last call.
    pub fn take_bells(&mut self) -> u32 {
        std::mem::take(&mut self.parser.callbacks_mut().bells)
    }

    /// Makes rows that scroll off be kept for [`Grid::drain`], or not.
    pub fn set_silent(&mut self, silent: bool) {
        self.parser.callbacks_mut().silent = silent;
    }

    /// Returns the cursor; its column is the number of columns when a wrap is pending.
    pub fn cursor(&self) -> Position {
        let (row, col) = self.parser.screen().cursor_position();
        Position { row, col }
    }

    /// Returns whether the next character begins a new row.
    pub fn wrap_pending(&self) -> bool {
        self.cursor().col >= self.size.cols
    }

    /// Returns the style in which text is drawn.
    pub fn style(&self) -> Style {
        let screen = self.parser.screen();
        let mut attributes = Attributes::default();
        attributes.set(Attributes::BOLD, screen.bold());
        attributes.set(Attributes::DIM, screen.dim());
        attributes.set(Attributes::ITALIC, screen.italic());
        attributes.set(Attributes::UNDERLINE, screen.underline());
        attributes.set(Attributes::INVERSE, screen.inverse());
        Style {
            foreground: color(screen.fgcolor()),
            background: color(screen.bgcolor()),
            attributes,
        }
    }

    /// Sets the style in which text is drawn.
    pub fn set_style(&mut self, style: Style) {
        let mut out = Vec::new();
        sgr::write(style, &mut out);
        self.write(&out);
    }

    /// Moves the cursor to a row and column of the screen, whatever the origin mode. A column
    /// past the last makes a wrap pending.
    pub fn place(&mut self, position: Position) {
        let origin = std::mem::take(&mut self.origin);
        if origin {
            self.write(b"\x1b[?6l");
        }
        let row = position.row.min(self.size.rows - 1);
        let col = position.col.min(self.size.cols - 1);
        self.move_to(row, col);
        if position.col >= self.size.cols {
            self.redraw_last(row);
        }
        if origin {
            // Setting the mode homes the cursor.
            self.origin = true;
            self.restore_origin();
        }
    }

    /// Takes over the margins and the origin mode of another screen of the same size, with the cursor
    /// at home.
    pub fn share_margins(&mut self, other: &Grid) {
        self.region = other.region.clone();
        self.origin = other.origin;
        let (top, bottom) = (self.region.start() + 1, self.region.end() + 1);
        let origin = if self.origin { 'h' } else { 'l' };
        self.write(format!("\x1b[{top};{bottom}r\x1b[?6{origin}").as_bytes());
    }

    /// Returns whether a cell is the second half of a wide character.
    pub fn is_second_half(&self, position: Position) -> bool {
        let cell = self.parser.screen().cell(position.row, position.col);
        cell.is_some_and(vt100::Cell::is_wide_continuation)
    }

    fn restore_origin(&mut self) {
        let Position { row, col } = self.cursor();
        self.write(b"\x1b[?6h");
        let row = row.saturating_sub(*self.region.start());
        self.move_to(row, col.min(self.size.cols - 1));
        if col >= self.size.cols {
            let row = self.cursor().row;
            self.redraw_last(row);
        }
    }

    fn move_to(&mut self, row: u16, col: u16) {
        self.write(format!("\x1b[{};{}H", u32::from(row) + 1, u32::from(col) + 1).as_bytes());
    }

    /// Draws the row's last cell once more, which leaves a wrap pending.
    fn redraw_last(&mut self, row: u16) {
        let last = self.size.cols - 1;
        let screen = self.parser.screen();
        let Some(mut cell) = screen.cell(row, last) else {
            return;
        };
        let mut back = 0;
        if cell.is_wide_continuation()
            && let Some(wide) = last.checked_sub(1).and_then(|col| screen.cell(row, col))
        {
            cell = wide;
            back = 1;
        }
        let before = self.style();
        let mut out = Vec::new();
        if !cell.has_contents() {
            // A blank, which is erased again; vt100's own DECSC keeps the pending wrap.
            let ground = Style {
                background: color(cell.bgcolor()),
                ..Style::default()
            };
            out.extend_from_slice(b" \x1b7\x1b[D");
            sgr::write(ground, &mut out);
            out.extend_from_slice(b"\x1b[X\x1b8");
            return self.write(&out);
        }
        if back == 1 {
            out.extend_from_slice(b"\x1b[D");
        }
        sgr::write(cell_style(cell), &mut out);
        out.extend_from_slice(cell.contents().as_bytes());
        sgr::write(before, &mut out);
        self.write(&out);
    }

    /// Changes the size without re-wrapping: rows are cut or extended.
    pub fn crop(&mut self, size: Size) {
        let (rows, cols) = sides(size);
        let screen = self.parser.screen_mut();
        // Else vt100 counts what scrolled off and adds blank rows at the top.
        screen.clear_scrollback();
        screen.set_size(rows, cols);
        self.size = size;
        self.region = 0..=size.rows - 1;
    }

    /// Returns whether the logical line goes on in the next row.
    pub fn row_wrapped(&self, row: u16) -> bool {
        row + 1 < self.size.rows && self.parser.screen().row_wrapped(row)
    }

    /// Returns the first row of the logical line that a row belongs to.
    pub fn line_start(&self, row: u16) -> u16 {
        let mut start = row;
        while start > 0 && self.row_wrapped(start - 1) {
            start -= 1;
        }
        start
    }

    /// Appends the cells of a row from the first to before column `end`, blanks included.
    pub fn read_row(&self, row: u16, end: u16, line: &mut Line) {
        let screen = self.parser.screen();
        let end = end.min(self.size.cols);
        let mut skip = false;
        for col in 0..end {
            if std::mem::take(&mut skip) {
                continue;
            }
            let Some(cell) = screen.cell(row, col) else {
                break;
            };
            let style = cell_style(cell);
            if cell.has_contents() {
                skip = cell.is_wide();
                let width = 1 + u16::from(skip);
                push_cell(line, cell.contents(), width, style);
            } else {
                push_erased(line, style);
            }
        }
    }

    /// Appends the text of a row; blanks at its end are left out unless the line goes on.
    pub fn read_text(&self, row: u16, text: &mut String) {
        let screen = self.parser.screen();
        // Up to before the first column of the next row; this walks the cells once.
        let contents = screen.contents_between(row, 0, row.saturating_add(1), 0);
        let contents = contents.trim_end_matches('\n');
        if contents.is_ascii() {
            text.push_str(contents);
        } else {
            text.extend(contents.chars().filter_map(|character| match character {
                REPLACEMENT => Some('\u{FFFD}'),
                FILLER => None,
                other => Some(other),
            }));
        }
        if self.row_wrapped(row) {
            let columns: usize = cells(contents).map(|(_, width)| usize::from(width)).sum();
            let blanks = usize::from(self.size.cols).saturating_sub(columns);
            text.extend(std::iter::repeat_n(' ', blanks));
        }
    }

    /// Returns whether nothing is in a row.
    pub fn row_is_blank(&self, row: u16) -> bool {
        let screen = self.parser.screen();
        (0..self.size.cols).all(|col| {
            screen.cell(row, col).is_none_or(|cell| {
                matches!(cell.contents(), "" | " ")
                    && cell.bgcolor() == vt100::Color::Default
                    && !(cell.has_contents() && (cell.inverse() || cell.underline()))
            })
        })
    }

    /// Draws rows of a line, each of a byte range, on successive rows from `row` on. `goes_on`
    /// says that the line goes on below the last of them.
    pub fn draw_line(
        &mut self,
        row: u16,
        line: LineRef<'_>,
        ranges: &[std::ops::Range<usize>],
        goes_on: bool,
    ) {
        let mut out = Vec::new();
        out.extend_from_slice(format!("\x1b[{};1H", u32::from(row) + 1).as_bytes());
        for (index, range) in ranges.iter().enumerate() {
            for (piece, style) in line.pieces(range.clone()) {
                sgr::write(style, &mut out);
                let text = &line.text[piece];
                for (cell, width) in cells(text) {
                    if width > self.size.cols {
                        // vt100 would leave it out, and its row with it.
                        push_char(&mut out, REPLACEMENT);
                    } else {
                        text[cell]
                            .chars()
                            .for_each(|each| push_char(&mut out, each));
                    }
                }
            }
            let last = index + 1 == ranges.len();
            if !last || goes_on {
                let columns: u16 = cells(&line.text[range.clone()])
                    .map(|(_, width)| width)
                    .sum();
                for _ in columns..self.size.cols {
                    push_char(&mut out, FILLER);
                }
            } else if line.fill() != Color::Default && range.end == line.text.len() {
                let style = Style {
                    background: line.fill(),
                    ..Style::default()
                };
                let columns: u16 = cells(&line.text[range.clone()])
                    .map(|(_, width)| width)
                    .sum();
                if columns < self.size.cols {
                    sgr::write(style, &mut out);
                    out.extend_from_slice(b"\x1b[K");
                }
            }
        }
        out.extend_from_slice(b"\x1b[m");
        self.write(&out);
    }
}

/// Appends a character as vt100 must be given it.
pub(super) fn push_char(out: &mut Vec<u8>, character: char) {
    let character = if character == '\u{FFFD}' {
        REPLACEMENT
    } else {
        character
    };
    let mut bytes = [0; 4];
    out.extend_from_slice(character.encode_utf8(&mut bytes).as_bytes());
}

/// Appends a cell that vt100 filled to a line.
pub(super) fn push_cell(line: &mut Line, contents: &str, width: u16, style: Style) {
    if contents == " " {
        line.push_blank(style);
    } else if contents.starts_with(REPLACEMENT) {
        let contents = contents.replacen(REPLACEMENT, "\u{FFFD}", 1);
        line.push(&contents, width, style);
    } else if !contents.starts_with(FILLER) {
        line.push(contents, width, style);
    }
}

/// Appends a cell that was erased: only its background shows.
fn push_erased(line: &mut Line, style: Style) {
    line.push_blank(Style {
        background: style.background,
        ..Style::default()
    });
}

fn cell_style(cell: &vt100::Cell) -> Style {
    let mut attributes = Attributes::default();
    attributes.set(Attributes::BOLD, cell.bold());
    attributes.set(Attributes::DIM, cell.dim());
    attributes.set(Attributes::ITALIC, cell.italic());
    attributes.set(Attributes::UNDERLINE, cell.underline());
    attributes.set(Attributes::INVERSE, cell.inverse());
    Style {
        foreground: color(cell.fgcolor()),
        background: color(cell.bgcolor()),
        attributes,
    }
}

fn color(color: vt100::Color) -> Color {
    match color {
        vt100::Color::Default => Color::Default,
        vt100::Color::Idx(index) => Color::Indexed(index),
        vt100::Color::Rgb(red, green, blue) => Color::Rgb(red, green, blue),
    }
}

/// Returns rows and columns as vt100 takes them; a size is never zero here.
fn sides(size: Size) -> (NonZeroU16, NonZeroU16) {
    let side = |side| NonZeroU16::new(side).unwrap_or(NonZeroU16::MIN);
    (side(size.rows), side(size.cols))
}
