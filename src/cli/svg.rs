//! A screen as a picture: rows of styled cells in, the text of an SVG file out.
//!
//! Owns where everything stands in the picture and which colours the terminal's have there. The
//! file needs nothing but a monospace font: the column of each piece of text and its length are
//! given, so that every such font lines up. Which rows are drawn is not its matter.

use std::fmt::{self, Write};

use super::output::printable;
use crate::{
    protocol::CursorInfo,
    screen::{Attributes, Color, CursorShape, Row, Run, Style, cells},
};

/// Size of the font, in units of the picture (pixels, where it is shown in its own size).
const FONT: f64 = 14.0;

/// Width of a column. It is the advance of DejaVu Sans Mono (1233 / 2048 em), so that programs
/// which know no `textLength` (librsvg) line up with the font that they are most likely to have.
const COLUMN: f64 = FONT * 1233.0 / 2048.0;

/// Height of a row. Box drawing of the usual fonts is 1.16 em high or a little more (DejaVu Sans
/// Mono: 2384 / 2048), so that lines of rows that are no higher than this meet.
const ROW: f64 = 16.0;

/// From the top of a row to the line that letters stand on: what DejaVu Sans Mono has above it.
const BASELINE: f64 = 13.0;

/// How thick a line is: under letters, and of a cursor that is one.
const LINE: f64 = 1.0;

/// Room around the screen.
const MARGIN: f64 = 10.0;

/// How much of its own colour a dim letter keeps; the rest is the colour behind it. The letters
/// are not drawn transparent: lines would be brighter where those of two rows overlap.
const DIM: f64 = 0.6;

const FONTS: &str = "'DejaVu Sans Mono','Menlo','Consolas','Liberation Mono',monospace";

/// Which colours stand for a terminal's.
struct Scheme {
    name: &'static str,
    foreground: u32,
    background: u32,
    /// Black, red, green, yellow, blue, magenta, cyan, white; then the bright ones.
    palette: [u32; 16],
}

/// The scheme of every picture: Zeno Rocha's Dracula, as its specification gives it.
const SCHEME: Scheme = Scheme {
    name: "Dracula",
    foreground: 0xf8f8f2,
    background: 0x282a36,
    palette: [
        0x21222c, 0xff5555, 0x50fa7b, 0xf1fa8c, 0xbd93f9, 0xff79c6, 0x8be9fd, 0xf8f8f2, 0x6272a4,
        0xff6e6e, 0x69ff94, 0xffffa5, 0xd6acff, 0xff92df, 0xa4ffff, 0xffffff,
    ],
};

impl Scheme {
    /// Returns a colour as 0xRRGGBB; `own` is the one that stands for the terminal's own. The
    /// 256 colours are xterm's: 16 of the scheme, a cube of 6 by 6 by 6, and 24 greys.
    fn color(&self, color: Color, own: u32) -> u32 {
        let rgb = |red: u8, green: u8, blue: u8| u32::from_be_bytes([0, red, green, blue]);
        match color {
            Color::Default => own,
            Color::Indexed(index @ 0..16) => self.palette[usize::from(index)],
            Color::Indexed(index @ 16..232) => {
                let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
                let cube = index - 16;
                rgb(level(cube / 36), level(cube / 6 % 6), level(cube % 6))
            }
            Color::Indexed(index) => {
                let grey = 8 + 10 * (index - 232);
                rgb(grey, grey, grey)
            }
            Color::Rgb(red, green, blue) => rgb(red, green, blue),
        }
    }
}

/// How a cell looks in the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Look {
    foreground: u32,
    background: u32,
    attributes: Attributes,
}

impl Look {
    fn of(style: Style) -> Look {
        let foreground = SCHEME.color(style.foreground, SCHEME.foreground);
        let background = SCHEME.color(style.background, SCHEME.background);
        let foreground = match style.attributes.contains(Attributes::DIM) {
            true => mixed(foreground, background),
            false => foreground,
        };
        let look = Look {
            foreground,
            background,
            attributes: style.attributes,
        };
        match style.attributes.contains(Attributes::INVERSE) {
            true => look.swapped(),
            false => look,
        }
    }

    fn swapped(self) -> Look {
        Look {
            foreground: self.background,
            background: self.foreground,
            ..self
        }
    }

    fn has(&self, attribute: Attributes) -> bool {
        self.attributes.contains(attribute)
    }
}

/// Returns `color` as far towards `behind` as dim letters are.
fn mixed(color: u32, behind: u32) -> u32 {
    let (color, behind) = (color.to_be_bytes(), behind.to_be_bytes());
    u32::from_be_bytes(std::array::from_fn(|at| {
        let mixed = f64::from(color[at]) * DIM + f64::from(behind[at]) * (1.0 - DIM);
        mixed.round() as u8
    }))
}

/// A cell with its place in its row.
#[derive(Clone, Copy, Debug)]
struct Cell<'t> {
    column: usize,
    width: usize,
    text: &'t str,
    look: Look,
}

/// A piece of text whose cells look alike and follow each other.
#[derive(Debug, PartialEq, Eq)]
struct Piece {
    column: usize,
    width: usize,
    text: String,
    look: Look,
}

/// A rectangle of one colour, in columns and rows.
#[derive(Debug, PartialEq, Eq)]
struct Area {
    column: usize,
    width: usize,
    row: usize,
    height: usize,
    color: u32,
}

/// Returns the picture of rows of `columns` columns. The cursor's row counts from the first row
/// of the screen, which has `history` of the rows before it.
pub fn svg(
    rows: &[Row],
    columns: u16,
    history: usize,
    cursor: Option<&CursorInfo>,
    title: &str,
) -> String {
    let cursor_at = |row: usize| {
        let cursor = cursor.filter(|cursor| cursor.visible)?;
        (usize::from(cursor.row) + history == row).then_some(cursor)
    };
    let drawn: Vec<_> = rows
        .iter()
        .enumerate()
        .map(|(row, cells)| row_cells(cells, cursor_at(row)))
        .collect();
    let mut picture = String::new();
    // Writing to a String does not fail.
    let _ = draw(&mut picture, &drawn, usize::from(columns), title);
    for (row, cursor) in (0..rows.len()).filter_map(|row| Some((row, cursor_at(row)?))) {
        let _ = draw_line_cursor(&mut picture, row, cursor);
    }
    picture + "</g>\n</svg>\n"
}

/// Returns the cells of a row, with the one under a block cursor drawn as the block.
fn row_cells<'r>(row: &'r Row, cursor: Option<&CursorInfo>) -> Vec<Cell<'r>> {
    let mut found = Vec::new();
    for Run(start, text, style) in &row.runs {
        let mut column = usize::from(*start);
        for (range, width) in cells(text) {
            let width = usize::from(width);
            found.push(Cell {
                column,
                width,
                text: &text[range],
                look: Look::of(*style),
            });
            column += width;
        }
    }
    if let Some(cursor) = cursor.filter(|cursor| is_block(cursor.shape)) {
        let at = usize::from(cursor.col);
        let holds = |cell: &Cell<'_>| (cell.column..cell.column + cell.width).contains(&at);
        match found.iter_mut().find(|cell| holds(cell)) {
            Some(cell) => cell.look = cell.look.swapped(),
            None => {
                let place = found.partition_point(|cell| cell.column < at);
                let look = Look::of(Style::default()).swapped();
                let block = Cell {
                    column: at,
                    width: 1,
                    text: " ",
                    look,
                };
                found.insert(place, block);
            }
        }
    }
    found
}

fn is_block(shape: CursorShape) -> bool {
    use CursorShape::{BlinkingBar, BlinkingUnderline};
    !matches!(
        shape,
        BlinkingBar | BlinkingUnderline | CursorShape::Bar | CursorShape::Underline
    )
}

/// Returns the areas that have another background than the screen, as few as follow from joining
/// neighbours in a row and equal stretches of neighbouring rows.
fn areas(rows: &[Vec<Cell<'_>>]) -> Vec<Area> {
    let mut done: Vec<Area> = Vec::new();
    for (row, cells) in rows.iter().enumerate() {
        let mut stretches: Vec<Area> = Vec::new();
        for cell in cells {
            let color = cell.look.background;
            match stretches.last_mut() {
                _ if color == SCHEME.background => {}
                Some(last) if last.color == color && last.column + last.width == cell.column => {
                    last.width += cell.width;
                }
                _ => stretches.push(Area {
                    column: cell.column,
                    width: cell.width,
                    row,
                    height: 1,
                    color,
                }),
            }
        }
        for stretch in stretches {
            let continues = |area: &&mut Area| {
                area.row + area.height == row
                    && (area.column, area.width, area.color)
                        == (stretch.column, stretch.width, stretch.color)
            };
            match done.iter_mut().find(continues) {
                Some(area) => area.height += 1,
                None => done.push(stretch),
            }
        }
    }
    done
}

/// Returns the pieces of text of a row. Letters of the same look stay together; a wide character,
/// and a sign that a font may have in another width or not at all, stands alone, so that it moves
/// no other.
fn pieces(cells: &[Cell<'_>]) -> Vec<Piece> {
    let mut done: Vec<Piece> = Vec::new();
    let mut joins = false;
    for cell in cells {
        if cell.text == " " {
            // One blank between words is text; it is let go of where no word follows.
            joins &= done.last().is_some_and(|last| !last.text.ends_with(' '));
        }
        let is_plain = cell.width == 1 && cell.text.chars().all(is_of_every_font);
        match done.last_mut() {
            Some(last)
                if joins
                    && is_plain
                    && last.look == cell.look
                    && last.column + last.width == cell.column =>
            {
                last.text.push_str(cell.text);
                last.width += cell.width;
            }
            _ if cell.text == " " => {}
            _ => {
                done.push(Piece {
                    column: cell.column,
                    width: cell.width,
                    text: cell.text.to_owned(),
                    look: cell.look,
                });
                joins = is_plain;
            }
        }
    }
    for piece in &mut done {
        let length = piece.text.trim_end_matches(' ').len();
        piece.width -= piece.text.len() - length;
        piece.text.truncate(length);
    }
    done
}

/// Returns whether monospace fonts have a character, as wide as all others: Latin letters, box
/// drawing and blocks.
fn is_of_every_font(character: char) -> bool {
    matches!(character, ' '..='\u{24f}' | '\u{2500}'..='\u{259f}')
}

fn draw(picture: &mut String, rows: &[Vec<Cell<'_>>], columns: usize, title: &str) -> fmt::Result {
    let width = columns as f64 * COLUMN + 2.0 * MARGIN;
    let height = rows.len() as f64 * ROW + 2.0 * MARGIN;
    let (foreground, background) = (SCHEME.foreground, SCHEME.background);
    writeln!(
        picture,
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0}" height="{height:.0}" viewBox="0 0 {width:.0} {height:.0}" role="img">"#
    )?;
    if !title.is_empty() {
        writeln!(picture, "<title>{}</title>", escaped(title))?;
    }
    writeln!(picture, "<!-- colours: {} -->", SCHEME.name)?;
    // A terminal's columns go from left to right, whatever is written in them.
    writeln!(
        picture,
        r##"<style>text{{unicode-bidi:bidi-override;direction:ltr}}</style>
<rect width="100%" height="100%" rx="6" fill="#{background:06x}"/>
<g transform="translate({MARGIN},{MARGIN})" font-family="{FONTS}" font-size="{FONT}" fill="#{foreground:06x}">"##
    )?;
    for area in areas(rows) {
        let (x, y) = (area.column as f64 * COLUMN, area.row as f64 * ROW);
        let (width, height) = (area.width as f64 * COLUMN, area.height as f64 * ROW);
        write_rect(picture, [x, y, width, height], area.color)?;
    }
    for (row, cells) in rows.iter().enumerate() {
        for cell in cells.chunk_by(|a, b| a.look == b.look && a.column + a.width == b.column) {
            let (first, last) = (cell[0], cell[cell.len() - 1]);
            if first.look.has(Attributes::UNDERLINE) {
                let y = row as f64 * ROW + BASELINE + LINE;
                let width = (last.column + last.width - first.column) as f64 * COLUMN;
                let x = first.column as f64 * COLUMN;
                write_rect(picture, [x, y, width, LINE], first.look.foreground)?;
            }
        }
        for piece in pieces(cells) {
            write_piece(picture, row, &piece)?;
        }
    }
    Ok(())
}

/// Draws a cursor that is a line under or before its cell.
fn draw_line_cursor(picture: &mut String, row: usize, cursor: &CursorInfo) -> fmt::Result {
    let (x, y) = (f64::from(cursor.col) * COLUMN, row as f64 * ROW);
    let place = match cursor.shape {
        shape if is_block(shape) => return Ok(()),
        CursorShape::Bar | CursorShape::BlinkingBar => [x, y, 2.0 * LINE, ROW],
        _ => [x, y + ROW - 2.0 * LINE, COLUMN, 2.0 * LINE],
    };
    write_rect(picture, place, SCHEME.foreground)
}

fn write_rect(picture: &mut String, [x, y, width, height]: [f64; 4], color: u32) -> fmt::Result {
    let (x, width) = (Length(x), Length(width));
    writeln!(
        picture,
        r##"<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="#{color:06x}" shape-rendering="crispEdges"/>"##
    )
}

fn write_piece(picture: &mut String, row: usize, piece: &Piece) -> fmt::Result {
    let look = piece.look;
    let x = Length(piece.column as f64 * COLUMN);
    let y = row as f64 * ROW + BASELINE;
    let length = Length(piece.width as f64 * COLUMN);
    write!(
        picture,
        r#"<text x="{x}" y="{y}" textLength="{length}" lengthAdjust="spacingAndGlyphs""#
    )?;
    if look.foreground != SCHEME.foreground {
        write!(picture, r##" fill="#{:06x}""##, look.foreground)?;
    }
    if look.has(Attributes::BOLD) {
        picture.push_str(r#" font-weight="bold""#);
    }
    if look.has(Attributes::ITALIC) {
        picture.push_str(r#" font-style="italic""#);
    }
    writeln!(picture, ">{}</text>", escaped(&piece.text))
}

/// A length of the picture with as many digits as can be seen.
struct Length(f64);

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{:.2}", self.0);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

/// Returns text as XML writes it. What XML cannot hold at all is left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for character in printable(text).chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\u{fffe}' | '\u{ffff}' => {}
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests;
