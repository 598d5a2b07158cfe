//! `screen`: what a pane shows, as text, with colours, as JSON, or as a picture.

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
    screen::{Row, ansi},
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_has_a_line_for_each_row_and_no_trailing_blanks() {
        let lines = ["a  ".to_owned(), String::new(), " b\u{9b}".to_owned()];
        assert_eq!(text(&lines), "a\n\n b\n");
    }
}
