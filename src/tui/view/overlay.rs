//! Draws what lies over the panes: questions and the help, and the boxes of the other pages.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use super::{
    hints::pattern, history_of, horizontal, inbox, inspect, mark_cell, palette, place_in, put,
    vertical, why,
};
use crate::{
    geometry::Position,
    tui::{
        app::{App, Dialog, Mode, Question},
        bindings::HelpLine,
        theme::{Badge, Theme},
        widget::columns,
    },
};

/// Columns that a line of the help needs.
const HELP_COLUMN: u16 = 39;

/// Columns that the keys of a line of the help take.
const HELP_KEYS: u16 = 14;

/// Draws the inbox and the open dialog, where there are such.
pub fn draw(app: &App, buffer: &mut Buffer) {
    if let Mode::Inbox(visit) = &app.mode {
        inbox::draw(app, visit, buffer);
    }
    if let Mode::Inspect(visit) = &app.mode {
        inspect::draw(app, visit, buffer);
    }
    match &app.dialog {
        Some(Dialog::Palette(page)) => palette::draw(app, page, buffer),
        Some(Dialog::Help(top)) => help(app, *top, buffer),
        Some(Dialog::Why(page)) => why::draw(app, page, buffer),
        Some(_) => {
            if let Some(question) = app.question() {
                ask(&app.theme, &question, buffer);
            }
        }
        None => {}
    }
}

/// Draws what has no other place when there is neither bar nor title: a notice at the bottom,
/// and at the top right how far back the view is.
pub fn without_bar(app: &App, buffer: &mut Buffer) {
    let area = *buffer.area();
    if app.arrangement.bar.is_some() || area.height < 2 {
        return;
    }
    if let Some(view) = app.focus.and_then(|focus| history_of(app, focus)) {
        let text = format!(" {} ", place_in(view));
        let x = area.right().saturating_sub(columns(&text));
        let place = Rect::new(x, area.y, area.right() - x, 1);
        clear(place, buffer);
        let style = app.theme.badge(Badge::Scroll);
        put(buffer, x, area.y, area.right(), &text, style);
    }
    let y = area.bottom() - 1;
    let bottom = Rect {
        y,
        height: 1,
        ..area
    };
    if let Some((text, cursor)) = pattern(app, area.x, area.right()) {
        clear(bottom, buffer);
        put(buffer, area.x, y, area.right(), &text, app.theme.text);
        mark_cell(area.x + cursor, y, area.right(), buffer);
    }
    if let Some(notice) = &app.notice {
        clear(bottom, buffer);
        put(buffer, area.x, y, area.right(), notice, app.theme.notice);
    }
}

/// Returns how large the inside of a question's box wants to be.
fn asked_size(question: &Question) -> (u16, usize) {
    let choice_width = |(_, text): &(char, String)| columns(text) + 3;
    let width = question
        .lines
        .iter()
        .map(|line| columns(line))
        .chain(question.choices.iter().map(choice_width))
        .chain([columns(&question.title) + 2])
        .max()
        .unwrap_or(0);
    let height = question.lines.len() + question.choices.len() + 1;
    (width + 2, height)
}

/// Returns the row of a question's first choice in a box with this inside. The choices matter most, so a low
/// terminal loses the text above them.
fn first_choice(question: &Question, inner: Rect) -> u16 {
    let short = |count: usize| u16::try_from(count).unwrap_or(u16::MAX);
    let wanted = inner.y.saturating_add(short(question.lines.len() + 1));
    let last = inner.bottom().saturating_sub(short(question.choices.len()));
    wanted.min(last).max(inner.y)
}

/// Returns the key of the choice that a cell of the terminal shows.
pub fn choice_at(question: &Question, all: Rect, cell: Position) -> Option<char> {
    let (width, height) = asked_size(question);
    let inner = inside(middle(all, width, height));
    let within = inner.contains((cell.col, cell.row).into());
    let index = cell.row.checked_sub(first_choice(question, inner))?;
    let choice = question.choices.get(usize::from(index)).filter(|_| within);
    choice.map(|(key, _)| *key)
}

fn ask(theme: &Theme, question: &Question, buffer: &mut Buffer) {
    let (width, height) = asked_size(question);
    let inner = open(theme, &question.title, width, height, buffer);
    let (x, end) = (inner.x + 1, inner.right());
    for (y, line) in (inner.y..inner.bottom()).zip(&question.lines) {
        put(buffer, x, y, end, line, theme.text);
    }
    let choices = first_choice(question, inner)..inner.bottom();
    for (y, (key, text)) in choices.zip(&question.choices) {
        let blank = Rect {
            y,
            height: 1,
            ..inner
        };
        clear(blank, buffer);
        let after = put(buffer, x, y, end, &key.to_string(), theme.key) + 2;
        put(buffer, after, y, end, text, theme.text);
    }
}

fn help(app: &App, top: usize, buffer: &mut Buffer) {
    let theme = &app.theme;
    let lines = app.keymap.help();
    let area = *buffer.area();
    let most = usize::from((area.width.saturating_sub(2) / HELP_COLUMN).max(1));
    let rows = usize::from(area.height.saturating_sub(3)).max(1);
    let pages = lines.len().div_ceil(rows).clamp(1, most);
    let rows = rows.min(lines.len().div_ceil(pages));
    let width = HELP_COLUMN * u16::try_from(pages).unwrap_or(1);
    let inner = open(theme, "Keys", width, rows, buffer);
    let top = top.min(lines.len().saturating_sub(rows * pages));
    for (page, lines) in lines[top..].chunks(rows).take(pages).enumerate() {
        let x = inner.x + 1 + HELP_COLUMN * u16::try_from(page).unwrap_or(0);
        let end = (x + HELP_COLUMN - 1).min(inner.right());
        for (y, line) in (inner.y..inner.bottom()).zip(lines) {
            help_line(theme, line, x, y, end, buffer);
        }
    }
}

fn help_line(theme: &Theme, line: &HelpLine, x: u16, y: u16, end: u16, buffer: &mut Buffer) {
    if line.keys.is_empty() {
        put(buffer, x, y, end, &line.text, theme.strong);
        return;
    }
    let after = put(buffer, x + 1, y, end, &line.keys, theme.key) + 1;
    put(
        buffer,
        after.max(x + 1 + HELP_KEYS),
        y,
        end,
        &line.text,
        theme.text,
    );
}

/// Draws an empty box in the middle, as large as asked for and possible, and returns its inside.
pub fn open(theme: &Theme, title: &str, width: u16, height: usize, buffer: &mut Buffer) -> Rect {
    let area = middle(*buffer.area(), width, height);
    boxed(theme, title, area, buffer)
}

/// Returns the place in the middle of `all`, but for the status bar, of a box whose inside is as
/// large as asked for and possible.
pub fn middle(all: Rect, width: u16, height: usize) -> Rect {
    let body = Rect {
        height: all.height - u16::from(all.height > 2),
        ..all
    };
    let width = width.saturating_add(2).min(body.width);
    let height = u16::try_from(height + 2)
        .unwrap_or(u16::MAX)
        .min(body.height);
    Rect::new(
        body.x + (body.width - width) / 2,
        body.y + (body.height - height) / 2,
        width,
        height,
    )
}

/// Draws an empty box with a title there, and returns its inside.
pub fn boxed(theme: &Theme, title: &str, area: Rect, buffer: &mut Buffer) -> Rect {
    let inner = framed(theme.border_focused, area, buffer);
    if inner != area {
        let title = format!(" {title} ");
        put(
            buffer,
            area.x + 1,
            area.y,
            area.right() - 1,
            &title,
            theme.strong,
        );
    }
    inner
}

/// Draws an empty box with lines of this style there, and returns its inside.
pub fn framed(line: Style, area: Rect, buffer: &mut Buffer) -> Rect {
    clear(area, buffer);
    let inner = inside(area);
    if inner != area {
        horizontal(area, area.y, ["┌", "─", "┐"], line, buffer);
        horizontal(area, area.bottom() - 1, ["└", "─", "┘"], line, buffer);
        vertical(area, area.y + 1, area.bottom() - 1, line, buffer);
    }
    inner
}

/// Returns the inside of a box; all of it where there is no room for lines.
pub fn inside(area: Rect) -> Rect {
    if area.width < 4 || area.height < 3 {
        return area;
    }
    Rect::new(area.x + 1, area.y + 1, area.width - 2, area.height - 2)
}

/// Blanks `area`; a wide character that it cuts is blanked as a whole.
fn clear(area: Rect, buffer: &mut Buffer) {
    for y in area.top()..area.bottom() {
        if let Some(cut) = area.left().checked_sub(1)
            && buffer
                .cell((area.left(), y))
                .is_some_and(|cell| cell.symbol().is_empty())
            && let Some(cell) = buffer.cell_mut((cut, y))
        {
            cell.set_symbol(" ");
        }
        for x in area.left()..area.right() {
            if let Some(cell) = buffer.cell_mut((x, y)) {
                cell.reset();
            }
        }
        if let Some(cell) = buffer.cell_mut((area.right(), y))
            && cell.symbol().is_empty()
        {
            cell.set_symbol(" ");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_where_they_are_drawn() {
        let question = Question {
            title: "Kill p?".to_owned(),
            lines: vec!["It runs.".to_owned(), "Still.".to_owned()],
            choices: vec![('y', "kill it".to_owned()), ('c', "cancel".to_owned())],
        };
        let theme = Theme::colored(crate::tui::theme::ColorDepth::Direct);
        for (width, height) in [(80, 24), (40, 6), (12, 5), (5, 3), (3, 2)] {
            let all = Rect::new(0, 0, width, height);
            let mut buffer = Buffer::empty(all);
            ask(&theme, &question, &mut buffer);
            for y in 0..height {
                let drawn: String = (0..width).map(|x| buffer[(x, y)].symbol()).collect();
                let drawn = drawn.trim_matches([' ', '│']).chars().next();
                let here =
                    (0..width).find_map(|x| choice_at(&question, all, Position { row: y, col: x }));
                match here {
                    Some(_) => assert_eq!(here, drawn, "row {y} of {width}x{height}"),
                    None => assert!(
                        !matches!(drawn, Some('y' | 'c')),
                        "row {y} of {width}x{height}"
                    ),
                }
            }
        }
    }
}
