//! What a terminal shows, in a form in which two emulators can be compared.
//!
//! Owns the grid of drawn cells and its notation in tests. What cannot be seen is left out: the
//! text colour of a blank, for one.

use std::fmt::Write;

use muxpect::{
    geometry::Position,
    screen::{Attributes, Color, Run, Screen, Style, cells},
};

/// A cell: one character with what joins it, in its style. The second column of a wide character
/// is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    /// Returns a cell as it is seen.
    pub fn new(text: &str, mut style: Style) -> Cell {
        let shown = Attributes(Attributes::UNDERLINE.0 | Attributes::INVERSE.0);
        if text == " " && style.attributes.0 & shown.0 == 0 {
            style = Style {
                background: style.background,
                ..Style::default()
            };
        }
        Cell {
            text: text.to_owned(),
            style,
        }
    }

    fn blank() -> Cell {
        Cell::new(" ", Style::default())
    }
}

/// A row of cells, and whether its line goes on in the next row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub cells: Vec<Cell>,
    pub wrapped: bool,
}

/// What a terminal shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub lines: Vec<Line>,
    pub cursor: Position,
    pub cursor_visible: bool,
    pub alternate: bool,
}

impl Seen {
    /// Reads muxpect's screen.
    pub fn of(screen: &Screen) -> Seen {
        let cols = usize::from(screen.size.cols);
        let lines = screen.rows.iter().map(|row| {
            let mut line = vec![Cell::blank(); cols];
            for Run(start, text, style) in &row.runs {
                let mut col = usize::from(*start);
                for (range, width) in cells(text) {
                    line[col] = Cell::new(&text[range], *style);
                    if width == 2 {
                        line[col + 1] = Cell::new("", *style);
                    }
                    col += usize::from(width);
                }
            }
            Line {
                cells: line,
                wrapped: row.wrapped,
            }
        });
        Seen {
            lines: lines.collect(),
            cursor: screen.cursor.position,
            cursor_visible: screen.cursor.visible,
            alternate: screen.modes.alternate,
        }
    }

    /// Returns this without the wraps of lines, which emulators forget at different occasions.
    pub fn without_wraps(mut self) -> Seen {
        for line in &mut self.lines {
            line.wrapped = false;
        }
        self
    }

    /// Returns one row in the notation of the tests.
    pub fn row_notation(&self, row: usize) -> String {
        line_notation(&self.lines[row])
    }

    /// Returns the rows in the notation of the tests: text, with `{bold fg1 bg#102030}` where the
    /// style changes and `{}` for the default one; `»` where the line goes on in the next row.
    /// Plain blanks at the end of a row and blank rows at the end are left out.
    pub fn notation(&self) -> Vec<String> {
        let mut rows: Vec<String> = self.lines.iter().map(line_notation).collect();
        let used = rows.iter().rposition(|row| !row.is_empty());
        rows.truncate(used.map_or(0, |last| last + 1));
        rows
    }
}

fn line_notation(line: &Line) -> String {
    let mut text = String::new();
    let mut style = Style::default();
    let used = line.cells.iter().rposition(|cell| *cell != Cell::blank());
    let used = if line.wrapped {
        line.cells.len()
    } else {
        used.map_or(0, |last| last + 1)
    };
    for cell in &line.cells[..used] {
        if cell.style != style {
            style = cell.style;
            write!(text, "{{{}}}", style_notation(style)).unwrap();
        }
        text.push_str(&cell.text);
    }
    if line.wrapped {
        text.push('»');
    }
    text
}

fn style_notation(style: Style) -> String {
    let names = [
        (Attributes::BOLD, "bold"),
        (Attributes::DIM, "dim"),
        (Attributes::ITALIC, "italic"),
        (Attributes::UNDERLINE, "underline"),
        (Attributes::INVERSE, "inverse"),
    ];
    let mut words: Vec<String> = names
        .iter()
        .filter(|(attribute, _)| style.attributes.contains(*attribute))
        .map(|(_, name)| (*name).to_owned())
        .collect();
    for (ground, color) in [("fg", style.foreground), ("bg", style.background)] {
        match color {
            Color::Default => {}
            Color::Indexed(index) => words.push(format!("{ground}{index}")),
            Color::Rgb(r, g, b) => words.push(format!("{ground}#{r:02x}{g:02x}{b:02x}")),
        }
    }
    words.join(" ")
}
