//! Logical lines: text with styles, free of any width, and their layout into rows.
//!
//! Owns what a cell is in a text (the same rule as vt100's), the compact form in which history
//! keeps a line, and the wrapping of a line at a width. It knows neither the emulator's grid nor
//! line numbers. A blank is a space; which blanks join which style is decided here, once, so
//! that a line has one form wherever it came from.

use std::ops::Range;

use crate::screen::{Attributes, Color, Row, Run, Style, cells, char_width};

/// A style that holds from a byte of the text on. One at the end of the text fills the rest of
/// the line's last row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StyleStart {
    /// Byte offset in the line's text.
    pub at: u32,
    /// The style from there to the next start.
    pub style: Style,
}

/// A logical line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    text: String,
    styles: Vec<StyleStart>,
    columns: u32,
}

/// A logical line that something else holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LineRef<'a> {
    /// The text.
    pub text: &'a str,
    /// Where styles begin; before the first one the style is the default.
    pub styles: &'a [StyleStart],
    /// Width of the text in columns.
    pub columns: u32,
}

/// Returns whether a blank of this style shows nothing but its background.
fn is_ground(style: Style) -> bool {
    style.attributes.0 & (Attributes::UNDERLINE.0 | Attributes::INVERSE.0) == 0
}

/// Returns the style that shows nothing but this background.
fn ground(background: Color) -> Style {
    Style {
        background,
        ..Style::default()
    }
}

impl Line {
    /// Returns this line as a borrowed one.
    pub fn as_ref(&self) -> LineRef<'_> {
        LineRef {
            text: &self.text,
            styles: &self.styles,
            columns: self.columns,
        }
    }

    /// Returns the text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the width in columns.
    pub fn columns(&self) -> u32 {
        self.columns
    }

    /// Empties the line and keeps its memory.
    pub fn clear(&mut self) {
        self.text.clear();
        self.styles.clear();
        self.columns = 0;
    }

    fn last_style(&self) -> Style {
        self.styles
            .last()
            .map_or_else(Style::default, |last| last.style)
    }

    fn set_style(&mut self, style: Style) {
        if self.last_style() == style {
            return;
        }
        let at = self.text.len() as u32;
        if let Some(last) = self.styles.last_mut()
            && last.at == at
        {
            last.style = style;
        } else {
            self.styles.push(StyleStart { at, style });
        }
    }

    /// Marks the end of the text with the background of the blanks that were cut there, even if
    /// the text before has the very same style.
    fn mark_fill(&mut self, background: Color) {
        let at = self.text.len() as u32;
        let style = ground(background);
        match self.styles.last_mut() {
            Some(last) if last.at == at => last.style = style,
            _ => self.styles.push(StyleStart { at, style }),
        }
    }

    /// Appends a cell that is not blank.
    pub fn push(&mut self, contents: &str, width: u16, style: Style) {
        self.set_style(style);
        self.text.push_str(contents);
        self.columns += u32::from(width);
    }

    /// Appends a blank of one column.
    pub fn push_blank(&mut self, style: Style) {
        let last = self.last_style();
        if is_ground(style) {
            // What does not show must not start a new run.
            if !is_ground(last) || last.background != style.background {
                self.set_style(ground(style.background));
            }
        } else {
            self.set_style(style);
        }
        self.text.push(' ');
        self.columns += 1;
    }

    /// Appends text without characters that widen others.
    pub fn push_text(&mut self, text: &str, style: Style) {
        let shown = text.trim_start_matches(' ');
        for _ in shown.len()..text.len() {
            self.push_blank(style);
        }
        if !shown.is_empty() {
            // Blanks in the midst have the style of what is before them.
            self.set_style(style);
            self.text.push_str(shown);
            let columns = if shown.is_ascii() {
                shown.len()
            } else {
                shown.chars().map(char_width).map(usize::from).sum()
            };
            self.columns += columns as u32;
        }
    }

    /// Appends blanks of the default style until the line is `columns` wide.
    pub fn pad(&mut self, columns: u32) {
        while self.columns < columns {
            self.push_blank(Style::default());
        }
    }

    /// Appends another line.
    pub fn append(&mut self, other: LineRef<'_>) {
        let base = self.text.len() as u32;
        if other.styles.first().is_none_or(|first| first.at > 0) && !other.text.is_empty() {
            self.set_style(Style::default());
        }
        self.text.push_str(other.text);
        for start in other.styles {
            let fills = start.at as usize == other.text.len();
            if fills || self.last_style() != start.style {
                self.styles.push(StyleStart {
                    at: base + start.at,
                    style: start.style,
                });
            }
        }
        self.columns += other.columns;
    }

    /// Ends the line after a row that does not go on: trailing blanks are cut; where they had a
    /// background of their own and reached the edge (`full`), the rest of the row keeps it.
    pub fn trim(&mut self, full: bool) {
        let mut fill = None;
        loop {
            let style = self.last_style();
            let start = self.styles.last().map_or(0, |last| last.at as usize);
            if !is_ground(style) || fill.is_some_and(|fill| fill != style.background) {
                break;
            }
            let kept = start + self.text[start..].trim_end_matches(' ').len();
            let blanks = self.text.len() - kept;
            if style.background != Color::Default && (blanks == 0 || !full) {
                break;
            }
            fill = Some(style.background);
            self.text.truncate(kept);
            self.columns -= blanks as u32;
            if kept > start || self.styles.pop().is_none() {
                break;
            }
        }
        if let Some(background) = fill
            && background != Color::Default
        {
            self.mark_fill(background);
        }
        // A style that begins at the end and fills nothing is none.
        while let Some(last) = self.styles.last()
            && last.at as usize == self.text.len()
            && (last.style == Style::default() || !is_ground(last.style))
        {
            self.styles.pop();
        }
    }
}

impl<'a> LineRef<'a> {
    /// Returns an owned copy.
    pub fn to_line(self) -> Line {
        Line {
            text: self.text.to_owned(),
            styles: self.styles.to_vec(),
            columns: self.columns,
        }
    }

    /// Returns the part of the line between two byte offsets; a fill is kept at the end only.
    pub fn slice(self, range: Range<usize>) -> Line {
        let mut line = Line {
            text: self.text[range.clone()].to_owned(),
            styles: Vec::new(),
            columns: 0,
        };
        line.columns = cells(&line.text).map(|(_, width)| u32::from(width)).sum();
        let mut current = Style::default();
        for start in self.styles {
            let at = start.at as usize;
            if at <= range.start {
                current = start.style;
            } else if at < range.end || range.end == self.text.len() {
                if line.styles.is_empty() && current != Style::default() {
                    line.styles.push(StyleStart {
                        at: 0,
                        style: current,
                    });
                }
                current = Style::default();
                line.styles.push(StyleStart {
                    at: (at - range.start) as u32,
                    style: start.style,
                });
            }
        }
        if line.styles.is_empty() && current != Style::default() {
            line.styles.push(StyleStart {
                at: 0,
                style: current,
            });
        }
        line
    }

    /// Returns the byte ranges of the rows that the line takes at a width; at least one.
    pub fn wrap(self, width: u16) -> Wrap<'a> {
        Wrap {
            line: self,
            width: width.max(1),
            start: 0,
            done: false,
        }
    }

    /// Returns how many rows the line takes at a width.
    pub fn row_count(self, width: u16) -> usize {
        let width = width.max(1);
        if self.columns as usize == self.text.len() {
            self.text.len().div_ceil(usize::from(width)).max(1)
        } else if self.columns <= u32::from(width) {
            1
        } else {
            self.wrap(width).count()
        }
    }

    /// Returns the pieces of one style within a byte range.
    pub fn pieces(self, range: Range<usize>) -> impl Iterator<Item = (Range<usize>, Style)> + 'a {
        let mut at = range.start;
        std::iter::from_fn(move || {
            if at >= range.end {
                return None;
            }
            let after = self.styles.partition_point(|start| start.at as usize <= at);
            let style = match after.checked_sub(1) {
                Some(index) => self.styles[index].style,
                None => Style::default(),
            };
            let end = self
                .styles
                .get(after)
                .map_or(range.end, |next| (next.at as usize).min(range.end));
            let piece = at..end;
            at = end;
            Some((piece, style))
        })
    }

    /// Returns the background that fills the rest of the last row.
    pub fn fill(self) -> Color {
        match self.styles.last() {
            Some(last) if last.at as usize == self.text.len() => last.style.background,
            _ => Color::Default,
        }
    }

    /// Draws a byte range of the line as a row. `wrapped` says that the line goes on in the
    /// next row; else the row ends with the line's fill.
    pub fn draw(self, range: Range<usize>, width: u16, wrapped: bool) -> Row {
        let mut row = Row {
            runs: Vec::new(),
            wrapped,
        };
        let mut col = 0;
        let (last, end) = (range.end == self.text.len(), range.end);
        for (piece, style) in self.pieces(range) {
            // The blanks at the end of a wrapped row are part of the line.
            let whole = wrapped && piece.end == end;
            let text = match &self.text[piece] {
                // There is no room for it.
                wide if width == 1 && cells(wide).any(|(_, columns)| columns > 1) => "\u{FFFD}",
                text => text,
            };
            col = draw_piece(&mut row.runs, col, text, style, whole);
        }
        let fill = self.fill();
        if last && !wrapped && fill != Color::Default && col < width {
            let blanks = " ".repeat(usize::from(width - col));
            row.runs.push(Run(col, blanks, ground(fill)));
        }
        row
    }
}

/// Appends text of one style to runs, from a column on, and returns the column after it. Blanks
/// that show nothing at the borders of a run are left out, at its end unless `whole` holds.
fn draw_piece(runs: &mut Vec<Run>, start: u16, text: &str, style: Style, whole: bool) -> u16 {
    let trims = is_ground(style) && style.background == Color::Default;
    let mut push = |mut col: u16, mut text: &str| {
        if trims && !whole {
            text = text.trim_end_matches(' ');
        }
        if trims {
            let cut = text.len() - text.trim_start_matches(' ').len();
            // A mark may stand on a blank.
            let marked = cut > 0 && text[cut..].starts_with(|mark| char_width(mark) == 0);
            let shown = &text[cut - usize::from(marked)..];
            // Of a piece of blanks that is kept, one marks the end.
            let shown = if shown.is_empty() && !text.is_empty() {
                " "
            } else {
                shown
            };
            col += (text.len() - shown.len()) as u16;
            text = shown;
        }
        if !text.is_empty() {
            runs.push(Run(col, text.to_owned(), style));
        }
    };
    if text.is_ascii() {
        push(start, text);
        return start + text.len() as u16;
    }
    let (mut from, mut from_col, mut col) = (0, start, start);
    for (range, width) in cells(text) {
        col += width;
        let first = text[range.clone()].chars().next().map_or(0, char_width);
        if first != width {
            // The width of this cell cannot be told from its first character, so a run ends.
            push(from_col, &text[from..range.end]);
            (from, from_col) = (range.end, col);
        }
    }
    push(from_col, &text[from..]);
    col
}

/// The rows of a line at a width; see [`LineRef::wrap`].
pub(super) struct Wrap<'a> {
    line: LineRef<'a>,
    width: u16,
    start: usize,
    done: bool,
}

impl Iterator for Wrap<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        if self.done {
            return None;
        }
        let (start, text) = (self.start, self.line.text);
        let width = usize::from(self.width);
        let mut end = text.len();
        if self.line.columns as usize == text.len() {
            end = end.min(start + width);
        } else {
            let mut col = 0;
            for (range, columns) in cells(&text[start..]) {
                col += usize::from(columns);
                if col > width && range.start > 0 {
                    end = start + range.start;
                    break;
                }
            }
        }
        self.start = end;
        self.done = end == text.len();
        Some(start..end)
    }
}
