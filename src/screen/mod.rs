//! A pane's visible state as plain values: styled rows, a cursor, and the delta between two states.
//!
//! This is what the server sends and a client draws. It holds no escape sequences and knows
//! neither the emulator that filled it nor the terminal that will show it; `ansi` writes it for
//! terminals.

mod ansi;

pub use ansi::{ansi, draw};

use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::geometry::{Position, Size};

/// Asks for the emoji form of the character before it, which may be a column wider.
const EMOJI_PRESENTATION: char = '\u{FE0F}';

/// Returns whether the character is one that changes the direction of text: with it a program
/// could move text of the same line that is not its own.
pub fn is_bidirectional_control(character: char) -> bool {
    matches!(
        character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

/// A colour of a cell. On the wire: -1 default, 0 to 255 indexed, 0x1RRGGBB a direct colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "i32", from = "i32")]
pub enum Color {
    /// The terminal's own foreground or background.
    #[default]
    Default,
    /// One of the 256 palette colours.
    Indexed(u8),
    /// A direct colour: red, green, blue.
    Rgb(u8, u8, u8),
}

impl From<Color> for i32 {
    fn from(color: Color) -> i32 {
        match color {
            Color::Default => -1,
            Color::Indexed(index) => i32::from(index),
            Color::Rgb(r, g, b) => i32::from_be_bytes([1, r, g, b]),
        }
    }
}

impl From<i32> for Color {
    fn from(number: i32) -> Color {
        match number.to_be_bytes() {
            [0, 0, 0, index] => Color::Indexed(index),
            [1, r, g, b] => Color::Rgb(r, g, b),
            _ => Color::Default,
        }
    }
}

/// A set of attributes, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Attributes(pub u8);

impl Attributes {
    /// SGR 1.
    pub const BOLD: Attributes = Attributes(1);
    /// SGR 2.
    pub const DIM: Attributes = Attributes(2);
    /// SGR 3.
    pub const ITALIC: Attributes = Attributes(4);
    /// SGR 4.
    pub const UNDERLINE: Attributes = Attributes(8);
    /// SGR 7.
    pub const INVERSE: Attributes = Attributes(16);

    /// Returns whether every attribute of `other` is in this set.
    pub fn contains(self, other: Attributes) -> bool {
        self.0 & other.0 == other.0
    }

    /// Adds the attributes of `other` when `on` holds.
    pub fn set(&mut self, other: Attributes, on: bool) {
        if on {
            self.0 |= other.0;
        }
    }
}

/// How a run of cells is drawn. On the wire: `[foreground, background, attributes]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "(Color, Color, u8)", from = "(Color, Color, u8)")]
pub struct Style {
    /// Colour of the text.
    pub foreground: Color,
    /// Colour behind the text.
    pub background: Color,
    /// Bold, dim, italic, underline, inverse.
    pub attributes: Attributes,
}

impl From<Style> for (Color, Color, u8) {
    fn from(style: Style) -> Self {
        (style.foreground, style.background, style.attributes.0)
    }
}

impl From<(Color, Color, u8)> for Style {
    fn from((foreground, background, attributes): (Color, Color, u8)) -> Self {
        Style {
            foreground,
            background,
            attributes: Attributes(attributes),
        }
    }
}

/// Adjacent cells of one style.
///
/// Cells are found again from the text: a character of width 1 or 2 (`unicode-width`) begins a
/// cell of that width, one of width 0 joins the cell before it. Blank cells are spaces. A cell
/// that an emoji presentation selector has widened is the last of its run. See [`cells`].
/// On the wire: `[column, text, style]`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Run(pub u16, pub String, pub Style);

/// Returns the width in columns of a character that begins a cell, or 0 for one that joins the
/// cell before it.
pub fn char_width(character: char) -> u16 {
    // vt100 draws the only character of width 3 in two columns.
    character.width().unwrap_or(0).min(2) as u16
}

/// Returns the cells of a run's text: byte ranges with their widths in columns.
pub fn cells(text: &str) -> impl Iterator<Item = (Range<usize>, u16)> + '_ {
    let mut rest = text.char_indices().peekable();
    std::iter::from_fn(move || {
        let (start, first) = rest.next()?;
        let mut end = start + first.len_utf8();
        let mut width = char_width(first);
        while let Some(&(at, next)) = rest.peek()
            && char_width(next) == 0
        {
            end = at + next.len_utf8();
            if next == EMOJI_PRESENTATION {
                width = text[start..end].width().clamp(1, 2) as u16;
            }
            rest.next();
        }
        Some((start..end, width))
    })
}

/// One row of a screen: runs from left to right that do not overlap. Cells in no run are blank
/// and have the default style, so a row of trailing blanks costs nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Row {
    /// The runs, by column.
    pub runs: Vec<Run>,
    /// Whether the logical line goes on in the next row.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub wrapped: bool,
}

impl Row {
    /// Returns the row's text without styles; trailing blanks are cut unless the row is wrapped.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut col = 0;
        for Run(start, run, _) in &self.runs {
            text.extend(std::iter::repeat_n(
                ' ',
                usize::from(*start).saturating_sub(col),
            ));
            text.push_str(run);
            col = usize::from(*start);
            col += cells(run)
                .map(|(_, width)| usize::from(width))
                .sum::<usize>();
        }
        if !self.wrapped {
            text.truncate(text.trim_end_matches(' ').len());
        }
        text
    }
}

/// The form of the cursor (DECSCUSR).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CursorShape {
    /// The terminal's own.
    #[default]
    Default,
    /// A blinking block.
    BlinkingBlock,
    /// A steady block.
    Block,
    /// A blinking underline.
    BlinkingUnderline,
    /// A steady underline.
    Underline,
    /// A blinking bar.
    BlinkingBar,
    /// A steady bar.
    Bar,
}

impl CursorShape {
    /// Returns the number that sets it (DECSCUSR).
    pub fn number(self) -> u8 {
        match self {
            CursorShape::Default => 0,
            CursorShape::BlinkingBlock => 1,
            CursorShape::Block => 2,
            CursorShape::BlinkingUnderline => 3,
            CursorShape::Underline => 4,
            CursorShape::BlinkingBar => 5,
            CursorShape::Bar => 6,
        }
    }
}

/// Where the cursor is and how it looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// Its row and column.
    #[serde(flatten)]
    pub position: Position,
    /// Whether the program shows it (DECTCEM).
    pub visible: bool,
    /// Its form.
    pub shape: CursorShape,
}

/// What a client must know of the modes that the child has set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScreenModes {
    /// The alternate screen is shown.
    pub alternate: bool,
    /// The child asked for mouse reports of any kind.
    pub mouse: bool,
    /// The child asked for bracketed paste.
    pub bracketed_paste: bool,
    /// The wheel is to become arrow keys on the alternate screen (DECSET 1007).
    pub alternate_scroll: bool,
}

impl Default for ScreenModes {
    fn default() -> ScreenModes {
        ScreenModes {
            alternate: false,
            mouse: false,
            bracketed_paste: false,
            alternate_scroll: true,
        }
    }
}

/// The state of a pane that a client draws.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Screen {
    /// The pane's generation when this state was taken; see the crate's notes on coordinates.
    pub generation: u64,
    /// Rows and columns.
    pub size: Size,
    /// Exactly `size.rows` rows.
    pub rows: Vec<Row>,
    /// The cursor.
    pub cursor: Cursor,
    /// Modes a client needs.
    pub modes: ScreenModes,
    /// The title the child set, sanitised; empty when it set none.
    pub title: String,
}

impl Screen {
    /// Returns a blank screen of generation 0.
    pub fn blank(size: Size) -> Screen {
        Screen {
            generation: 0,
            size,
            rows: vec![Row::default(); usize::from(size.rows)],
            cursor: Cursor {
                visible: true,
                ..Cursor::default()
            },
            modes: ScreenModes::default(),
            title: String::new(),
        }
    }

    /// Returns the delta that turns `older` into this screen.
    pub fn delta_from(&self, older: &Screen) -> ScreenDelta {
        let same_size = self.size == older.size;
        let rows = (0..)
            .zip(&self.rows)
            .filter(|(index, row)| !same_size || older.rows[usize::from(*index)] != **row);
        self.delta(
            same_size,
            rows.map(|(index, row)| (index, row.clone())).collect(),
        )
    }

    /// Returns a delta of this screen made of the given rows; `partial` says that the receiver
    /// keeps the rows that are not named.
    pub fn delta(&self, partial: bool, rows: Vec<(u16, Row)>) -> ScreenDelta {
        ScreenDelta {
            generation: self.generation,
            size: self.size,
            partial,
            rows,
            cursor: self.cursor,
            modes: self.modes,
            title: self.title.clone(),
        }
    }

    /// Brings this screen to the state that `delta` leads to. Rows beyond the size are ignored.
    pub fn apply(&mut self, delta: ScreenDelta) {
        if !delta.partial || self.size != delta.size {
            self.rows.clear();
        }
        self.rows
            .resize(usize::from(delta.size.rows), Row::default());
        for (index, row) in delta.rows {
            if let Some(slot) = self.rows.get_mut(usize::from(index)) {
                *slot = row;
            }
        }
        self.generation = delta.generation;
        self.size = delta.size;
        self.cursor = delta.cursor;
        self.modes = delta.modes;
        self.title = delta.title;
    }

    /// Returns the visible text, one line a row, trailing blanks cut.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for row in &self.rows {
            text.push_str(row.text().trim_end_matches(' '));
            text.push('\n');
        }
        text
    }
}

/// What changed between two states of a screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScreenDelta {
    /// The generation it leads to.
    pub generation: u64,
    /// The size it leads to.
    pub size: Size,
    /// Whether rows not named stay as they are; else they become blank.
    pub partial: bool,
    /// Changed rows with their index from the top.
    pub rows: Vec<(u16, Row)>,
    /// The cursor.
    pub cursor: Cursor,
    /// Modes a client needs.
    pub modes: ScreenModes,
    /// The title.
    pub title: String,
}

/// A place in a pane's text: a row of a logical line. See the crate's notes on coordinates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Anchor {
    /// Absolute number of the logical line.
    pub line: u64,
    /// Row within that line at the present width, from 0.
    pub row: u32,
}

/// A place in a pane's text that no width moves. See the crate's notes on coordinates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// Absolute number of the logical line.
    pub line: u64,
    /// Column in that line, wraps joined.
    pub column: u32,
}

/// The place with which a row of a view begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowStart {
    /// Absolute number of the logical line that the row is of.
    pub line: u64,
    /// Row within that line at the present width, from 0.
    pub row: u32,
    /// The line's column with which the row begins.
    pub column: u32,
}

impl RowStart {
    /// Returns the row as an anchor.
    pub fn anchor(self) -> Anchor {
        Anchor {
            line: self.line,
            row: self.row,
        }
    }

    /// Returns its first place.
    pub fn place(self) -> Place {
        Place {
            line: self.line,
            column: self.column,
        }
    }
}

/// What a row of a view shows of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The row in the view, from 0.
    pub row: u16,
    /// The first column that is marked.
    pub start: u16,
    /// The column after the last one that is marked.
    pub end: u16,
    /// Where the match begins, perhaps in a row above.
    pub place: Place,
}

/// Rows of a pane seen from a place in its history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryView {
    /// The first row shown; `None` when the view is at the end, showing the live screen.
    pub top: Option<Anchor>,
    /// How many rows of history lie above the first row shown.
    pub above: u64,
    /// How many rows lie between the first row shown and the live screen's first row.
    pub below: u64,
    /// The rows, at most as many as asked for.
    pub rows: Vec<Row>,
    /// With which place each of them begins.
    pub starts: Vec<RowStart>,
    /// What shows in them of the matches of a pattern, if one was given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<Mark>,
}
