//! The second opinion: alacritty_terminal, driven and read like muxpect's emulator.
//!
//! Owns the translation of its cells and colours. What it does otherwise than xterm is said where
//! the two are compared.

use std::{cell::RefCell, rc::Rc, time::Duration};

use alacritty_terminal::{
    event::{Event, EventListener},
    grid::Dimensions,
    index::{Column, Line},
    term::{
        Config, Term, TermMode,
        cell::{self, Flags},
    },
    vte::ansi::{self, NamedColor, Processor, Timeout},
};
use muxpect::{
    geometry::{Position, Size},
    screen::{Attributes, Color, Style},
};

use super::seen::{self, Cell, Seen};

/// An alacritty_terminal.
pub struct Second {
    term: Term<Listener>,
    parser: Processor<NoTimeout>,
    told: Rc<RefCell<Told>>,
}

impl Second {
    /// Returns a blank terminal.
    pub fn new(size: Size) -> Second {
        let config = Config {
            scrolling_history: 1000,
            kitty_keyboard: true,
            ..Config::default()
        };
        let told = Listener::default();
        Second {
            term: Term::new(config, &Sides(size), told.clone()),
            parser: Processor::new(),
            told: told.0,
        }
    }

    /// Takes output of a program.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.parser.advance(&mut self.term, bytes);
    }

    /// Changes the size.
    pub fn resize(&mut self, size: Size) {
        self.term.resize(Sides(size));
    }

    /// Returns what it has answered so far.
    pub fn replies(&self) -> String {
        self.told.borrow().replies.clone()
    }

    /// Returns the title that was set last.
    pub fn title(&self) -> String {
        self.told.borrow().title.clone()
    }

    /// Returns what it shows.
    pub fn seen(&self) -> Seen {
        let grid = self.term.grid();
        let lines = (0..grid.screen_lines()).map(|row| {
            let cells: Vec<&cell::Cell> = (0..grid.columns())
                .map(|col| &grid[Line(row as i32)][Column(col)])
                .collect();
            let flag = |col: usize, flag| cells[col].flags.contains(flag);
            let read = |col: usize| {
                // It may leave the second half of a wide character without the first.
                let half = flag(col, Flags::WIDE_CHAR_SPACER)
                    && col > 0
                    && flag(col - 1, Flags::WIDE_CHAR);
                read_cell(cells[col], half)
            };
            seen::Line {
                wrapped: flag(cells.len() - 1, Flags::WRAPLINE),
                cells: (0..cells.len()).map(read).collect(),
            }
        });
        let point = grid.cursor.point;
        Seen {
            lines: lines.collect(),
            cursor: Position {
                row: point.line.0 as u16,
                col: point.column.0 as u16,
            },
            cursor_visible: self.term.mode().contains(TermMode::SHOW_CURSOR),
            alternate: self.term.mode().contains(TermMode::ALT_SCREEN),
        }
    }
}

/// Reads a cell, or the second half of a wide one.
fn read_cell(cell: &cell::Cell, half: bool) -> Cell {
    let mut attributes = Attributes::default();
    let flags = [
        (Flags::BOLD, Attributes::BOLD),
        (Flags::DIM, Attributes::DIM),
        (Flags::ITALIC, Attributes::ITALIC),
        (Flags::ALL_UNDERLINES, Attributes::UNDERLINE),
        (Flags::INVERSE, Attributes::INVERSE),
    ];
    for (flag, attribute) in flags {
        attributes.set(attribute, cell.flags.intersects(flag));
    }
    let style = Style {
        foreground: color(cell.fg),
        background: color(cell.bg),
        attributes,
    };
    if half {
        return Cell::new("", style);
    }
    // It styles the cell that a wide character did not fit in; xterm does not touch it.
    if cell.flags.contains(Flags::LEADING_WIDE_CHAR_SPACER) {
        return Cell::new(" ", Style::default());
    }
    // It keeps tabs in cells, for copying.
    let mut text = if cell.c == '\t' { ' ' } else { cell.c }.to_string();
    text.extend(cell.zerowidth().into_iter().flatten());
    Cell::new(&text, style)
}

fn color(color: ansi::Color) -> Color {
    match color {
        ansi::Color::Named(NamedColor::Foreground | NamedColor::Background) => Color::Default,
        ansi::Color::Named(name) => Color::Indexed(name as u8),
        ansi::Color::Indexed(index) => Color::Indexed(index),
        ansi::Color::Spec(ansi::Rgb { r, g, b }) => Color::Rgb(r, g, b),
    }
}

/// What it has told its window.
#[derive(Default)]
struct Told {
    replies: String,
    title: String,
}

#[derive(Clone, Default)]
struct Listener(Rc<RefCell<Told>>);

impl EventListener for Listener {
    fn send_event(&self, event: Event) {
        let mut told = self.0.borrow_mut();
        match event {
            Event::PtyWrite(text) => told.replies.push_str(&text),
            Event::Title(title) => told.title = title,
            Event::ResetTitle => told.title.clear(),
            _ => {}
        }
    }
}

/// Synchronized updates show at once: a test looks when it likes.
#[derive(Default)]
struct NoTimeout;

impl Timeout for NoTimeout {
    fn set_timeout(&mut self, _: Duration) {}

    fn clear_timeout(&mut self) {}

    fn pending_timeout(&self) -> bool {
        false
    }
}

struct Sides(Size);

impl Dimensions for Sides {
    fn total_lines(&self) -> usize {
        self.screen_lines()
    }

    fn screen_lines(&self) -> usize {
        usize::from(self.0.rows)
    }

    fn columns(&self) -> usize {
        usize::from(self.0.cols)
    }
}
