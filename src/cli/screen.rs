//! `screen`: what a pane shows, as text, with colours, as JSON, or as a picture.

use std::fmt::Write;

use super::{
    arguments::{Screen, ScreenFormat},
    failure::CliError,
    output::{print, print_json, printable},
    status::Status,
    svg::svg,
    target::Session,
};
use crate::{
    protocol::{Reply, Request, ScreenInfo},
    screen::{Attributes, Color, Row, Run, Style},
};

/// Prints a pane's screen.
pub async fn screen(arguments: &Screen, named: Option<&str>) -> Result<Status, CliError> {
    let mut session = Session::open(named).await?;
    let request = Request::Screen {
        pane: arguments.pane.clone(),
        history: arguments.history,
    };
    let Reply::ScreenInfo { info, rows } = session.request(request).await? else {
        return Err(session.unexpected());
    };
    print_screen(arguments.format, &info, &rows)?;
    Ok(Status::DONE)
}

/// Prints a screen whose rows, perhaps with some of history before them, are `rows`.
pub fn print_screen(format: ScreenFormat, info: &ScreenInfo, rows: &[Row]) -> Result<(), CliError> {
    match format {
        ScreenFormat::Json => print_json(info),
        ScreenFormat::Text => print(&text(&info.lines)),
        ScreenFormat::Ansi => print(&ansi(rows)),
        ScreenFormat::Svg => {
            let history = rows.len().saturating_sub(usize::from(info.rows));
            let cursor = Some(&info.cursor);
            print(&svg(rows, info.cols, history, cursor, &info.title))
        }
    }
}

fn text(lines: &[String]) -> String {
    lines
        .iter()
        .map(|line| printable(line).trim_end_matches(' ').to_owned() + "\n")
        .collect()
}

/// Returns rows with their styles as SGR sequences (ECMA-48, 8.3.117). Each run sets its style
/// from nothing and each row ends with none, so that any row can be cut out.
fn ansi(rows: &[Row]) -> String {
    let mut text = String::new();
    for row in rows {
        let mut column = 0;
        for Run(start, cells, style) in &row.runs {
            let start = usize::from(*start);
            text.extend(std::iter::repeat_n(' ', start.saturating_sub(column)));
            column = start + unicode_width::UnicodeWidthStr::width(cells.as_str());
            match *style == Style::default() {
                true => text.push_str(&printable(cells)),
                false => {
                    let (sgr, cells) = (sgr(*style), printable(cells));
                    // Writing to a String does not fail.
                    let _ = write!(text, "\x1b[{sgr}m{cells}\x1b[m");
                }
            }
        }
        text.push('\n');
    }
    text
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
    fn text_has_a_line_for_each_row_and_no_trailing_blanks() {
        let lines = ["a  ".to_owned(), String::new(), " b\u{9b}".to_owned()];
        assert_eq!(text(&lines), "a\n\n b\n");
    }
}
