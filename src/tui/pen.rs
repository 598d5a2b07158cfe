//! Writes cells as the terminal's own sequences: places, styles, text.
//!
//! The first 16 colours are written as such (`CSI 31 m`), not as entries of the 256 (`CSI 38;5;1 m`):
//! terminals brighten a bold colour only in the first form, and programs count on it.

use std::io::Write;

use ratatui::{
    buffer::Cell,
    style::{Color, Modifier},
};

use super::widget;

/// Attributes with their SGR numbers.
const ATTRIBUTES: [(Modifier, u8); 8] = [
    (Modifier::BOLD, 1),
    (Modifier::DIM, 2),
    (Modifier::ITALIC, 3),
    (Modifier::UNDERLINED, 4),
    (Modifier::SLOW_BLINK, 5),
    (Modifier::REVERSED, 7),
    (Modifier::HIDDEN, 8),
    (Modifier::CROSSED_OUT, 9),
];

/// What decides how a cell is drawn, besides its text.
type Look = (Color, Color, Modifier);

const PLAIN: Look = (Color::Reset, Color::Reset, Modifier::empty());

/// Appends `cells`, given as column, row and cell in the order of the screen. The style is plain
/// before and after.
pub fn write<'a>(cells: impl Iterator<Item = (u16, u16, &'a Cell)>, out: &mut Vec<u8>) {
    let mut at = None;
    let mut look = PLAIN;
    for (column, row, cell) in cells {
        if at != Some((column, row)) {
            put(out, format_args!("\x1b[{};{}H", row + 1, column + 1));
        }
        let wanted = (cell.fg, cell.bg, cell.modifier);
        if wanted != look {
            write_look(wanted, out);
            look = wanted;
        }
        out.extend_from_slice(cell.symbol().as_bytes());
        at = Some((column + widget::columns(cell.symbol()), row));
    }
    if look != PLAIN {
        out.extend_from_slice(b"\x1b[0m");
    }
}

fn write_look((foreground, background, modifier): Look, out: &mut Vec<u8>) {
    out.extend_from_slice(b"\x1b[0");
    for (attribute, number) in ATTRIBUTES {
        if modifier.contains(attribute) {
            put(out, format_args!(";{number}"));
        }
    }
    write_color(foreground, 30, out);
    write_color(background, 40, out);
    out.push(b'm');
}

/// Appends a colour's parameters; `base` is 30 for the foreground, 40 for the background.
fn write_color(color: Color, base: u8, out: &mut Vec<u8>) {
    let index = match color {
        Color::Reset => return,
        Color::Rgb(red, green, blue) => {
            return put(out, format_args!(";{};2;{red};{green};{blue}", base + 8));
        }
        Color::Indexed(index) => index,
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
    };
    match index {
        0..=7 => put(out, format_args!(";{}", base + index)),
        8..=15 => put(out, format_args!(";{}", base + 60 + index - 8)),
        _ => put(out, format_args!(";{};5;{index}", base + 8)),
    }
}

fn put(out: &mut Vec<u8>, arguments: std::fmt::Arguments) {
    out.write_fmt(arguments).expect("a Vec takes all");
}

#[cfg(test)]
mod tests {
    use ratatui::style::Style;

    use super::*;

    fn check(cells: &[(u16, u16, &str, Style)], expected: &str) {
        let cells: Vec<(u16, u16, Cell)> = cells
            .iter()
            .map(|(column, row, symbol, style)| {
                let mut cell = Cell::default();
                cell.set_symbol(symbol).set_style(*style);
                (*column, *row, cell)
            })
            .collect();
        let mut out = Vec::new();
        write(
            cells
                .iter()
                .map(|(column, row, cell)| (*column, *row, cell)),
            &mut out,
        );
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn neighbours_need_no_place() {
        let style = Style::new();
        check(
            &[
                (0, 0, "a", style),
                (1, 0, "日", style),
                (3, 0, "b", style),
                (5, 0, "c", style),
            ],
            "\x1b[1;1Ha日b\x1b[1;6Hc",
        );
    }

    #[test]
    fn the_first_sixteen_colours_are_written_as_such() {
        let bold = Style::new()
            .bold()
            .fg(Color::Indexed(7))
            .bg(Color::Indexed(12));
        check(&[(0, 1, "x", bold)], "\x1b[2;1H\x1b[0;1;37;104mx\x1b[0m");
        let rich = Style::new()
            .fg(Color::Indexed(200))
            .bg(Color::Rgb(1, 2, 3))
            .reversed();
        check(
            &[
                (0, 0, "x", rich),
                (1, 0, "y", rich),
                (2, 0, "z", Style::new()),
            ],
            "\x1b[1;1H\x1b[0;7;38;5;200;48;2;1;2;3mxy\x1b[0mz",
        );
        check(
            &[(0, 0, "x", Style::new().fg(Color::LightRed))],
            "\x1b[1;1H\x1b[0;91mx\x1b[0m",
        );
    }
}
