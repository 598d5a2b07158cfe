//! Rows and screens as text with escape sequences, for terminals and recordings.
//!
//! Only SGR and, for a whole screen, the few sequences that place its parts (ECMA-48). The cells
//! are drawn without their control characters: nothing that a program printed acts on who reads.

use std::fmt::Write;

use super::{Attributes, Color, Row, Run, Screen, Style, cells, is_bidirectional_control};

/// Returns rows with their styles as SGR sequences (ECMA-48, 8.3.117), a line for each. Each run
/// sets its style from nothing and each row ends with none, so that any row can be cut out.
pub fn ansi(rows: &[Row]) -> String {
    let mut text = String::new();
    for row in rows {
        row_to(row, &mut text);
        text.push('\n');
    }
    text
}

/// Returns what draws a screen on a new terminal of its size, with `rows` in the place of its own.
/// Wraps, cursor and title are kept; what a program has set for later output, such as margins, is
/// not known to a screen.
pub fn draw(rows: &[Row], screen: &Screen) -> String {
    let mut text = String::new();
    if screen.modes.alternate {
        text.push_str("\x1b[?1049h");
    }
    if !screen.title.is_empty() {
        let _ = write!(text, "\x1b]2;{}\x07", visible(&screen.title));
    }
    let mut wrapped = false;
    for (number, row) in (1..).zip(rows) {
        // The terminal wraps by itself where the row before is full.
        if !wrapped {
            let _ = write!(text, "\x1b[{number}H");
        }
        let column = row_to(row, &mut text);
        wrapped = row.wrapped;
        if wrapped {
            let rest = usize::from(screen.size.cols).saturating_sub(column);
            text.extend(std::iter::repeat_n(' ', rest));
        }
    }
    let position = screen.cursor.position;
    let _ = write!(text, "\x1b[{};{}H", position.row + 1, position.col + 1);
    let shape = screen.cursor.shape.number();
    if shape != 0 {
        let _ = write!(text, "\x1b[{shape} q");
    }
    if !screen.cursor.visible {
        text.push_str("\x1b[?25l");
    }
    text
}

/// Appends a row, and returns the column after it.
fn row_to(row: &Row, text: &mut String) -> usize {
    let mut column = 0;
    for Run(start, run, style) in &row.runs {
        let start = usize::from(*start);
        text.extend(std::iter::repeat_n(' ', start.saturating_sub(column)));
        column = start
            + cells(run)
                .map(|(_, width)| usize::from(width))
                .sum::<usize>();
        match *style == Style::default() {
            true => text.push_str(&visible(run)),
            false => {
                // Writing to a String does not fail.
                let _ = write!(text, "\x1b[{}m{}\x1b[m", sgr(*style), visible(run));
            }
        }
    }
    column
}

fn visible(text: &str) -> String {
    let shown = |c: &char| !c.is_control() && !is_bidirectional_control(*c);
    text.chars().filter(shown).collect()
}

/// Returns the parameters of the SGR sequence that sets `style`, reset first.
fn sgr(style: Style) -> String {
    let attributes = [
        (Attributes::BOLD, "1"),
        (Attributes::DIM, "2"),
        (Attributes::ITALIC, "3"),
        (Attributes::UNDERLINE, "4"),
        (Attributes::INVERSE, "7"),
    ];
    let set = attributes
        .into_iter()
        .filter(|(attribute, _)| style.attributes.contains(*attribute))
        .map(|(_, parameter)| parameter.to_owned());
    let colors = [(style.foreground, 30), (style.background, 40)];
    let colors = colors.into_iter().filter_map(|(color, base)| match color {
        Color::Default => None,
        Color::Indexed(index @ 0..8) => Some((base + u16::from(index)).to_string()),
        Color::Indexed(index @ 8..16) => Some((base + 52 + u16::from(index)).to_string()),
        Color::Indexed(index) => Some(format!("{};5;{index}", base + 8)),
        Color::Rgb(red, green, blue) => Some(format!("{};2;{red};{green};{blue}", base + 8)),
    });
    let parameters: Vec<String> = std::iter::once("0".to_owned())
        .chain(set)
        .chain(colors)
        .collect();
    parameters.join(";")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style(foreground: Color, background: Color, attributes: u8) -> Style {
        Style {
            foreground,
            background,
            attributes: Attributes(attributes),
        }
    }

    fn run(column: u16, text: &str, style: Style) -> Run {
        Run(column, text.to_owned(), style)
    }

    #[test]
    fn styles_become_sgr_parameters() {
        let check = |foreground, background, attributes, expected| {
            assert_eq!(sgr(style(foreground, background, attributes)), expected);
        };
        let none = Color::Default;
        check(none, none, 0, "0");
        check(none, none, 31, "0;1;2;3;4;7");
        check(Color::Indexed(2), none, 1, "0;1;32");
        check(none, Color::Indexed(7), 0, "0;47");
        check(Color::Indexed(9), Color::Indexed(15), 0, "0;91;107");
        check(Color::Indexed(200), none, 0, "0;38;5;200");
        check(none, Color::Rgb(1, 2, 3), 0, "0;48;2;1;2;3");
    }

    #[test]
    fn runs_stand_at_their_columns() {
        let red = style(Color::Indexed(1), Color::Default, 0);
        let rows = [
            Row {
                runs: vec![run(2, "日本", red), run(8, "x", Style::default())],
                wrapped: false,
            },
            Row::default(),
        ];
        assert_eq!(ansi(&rows), "  \x1b[0;31m日本\x1b[m  x\n\n");
    }

    #[test]
    fn what_could_act_on_a_terminal_is_not_drawn() {
        let row = Row {
            runs: vec![run(0, "a\u{1b}[2J\u{202e}b", Style::default())],
            wrapped: false,
        };
        assert_eq!(ansi(&[row]), "a[2Jb\n");
    }
}
