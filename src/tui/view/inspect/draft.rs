//! Draws the form in which a rule is made from a prompt, and the file that it becomes.

use ratatui::buffer::Buffer;

use super::line::{Line, cut};
use crate::tui::{
    app::{App, Draft, Field, LineEditor},
    view::{mark_cell, overlay, put},
};

/// The most columns of the form.
const MAX_WIDTH: u16 = 90;

/// The longest label, as wide as the others.
const LABEL: &str = "pattern  ";

/// Draws it over INSPECT.
pub fn draw(app: &App, draft: &Draft, buffer: &mut Buffer) {
    let theme = &app.theme;
    let width = buffer.area.width.min(MAX_WIDTH).saturating_sub(4);
    let room = width.saturating_sub(2).max(1);
    let file: Vec<String> = draft
        .file()
        .lines()
        .flat_map(|line| cut(line, room))
        .collect();
    let inner = overlay::open(
        theme,
        "A rule from this prompt",
        width,
        file.len() + 6,
        buffer,
    );
    let (x, end) = (inner.x + 1, inner.right().saturating_sub(1));
    let mut rows = inner.top()..inner.bottom();
    let prompt = format!("prompt   {:?}", draft.prompt);
    if let Some(y) = rows.next() {
        Line::of(prompt, theme.faint).draw(x, y, end, buffer);
    }
    for (field, name, line) in [
        (Field::Pattern, LABEL, &draft.pattern),
        (Field::Answer, "answer   ", &draft.answer),
    ] {
        if let Some(y) = rows.next() {
            field_line(app, name, line, draft.field == field, (x, y, end), buffer);
        }
    }
    let (text, style) = match draft.problem() {
        Some(problem) => (format!("✗ {problem}"), theme.notice),
        None if draft.answer.text().is_empty() => {
            let text = "✓ it matches; without an answer the rule asks a person";
            (text.to_owned(), theme.text)
        }
        None => (
            "✓ it matches; the answer is typed with Enter".to_owned(),
            theme.text,
        ),
    };
    let told = [Line::of(text, style), Line::default()];
    let file = file.iter().map(|line| Line::of(line, theme.faint));
    for (y, line) in rows.zip(told.into_iter().chain(file)) {
        line.draw(x, y, end, buffer);
    }
}

fn field_line(
    app: &App,
    name: &str,
    line: &LineEditor,
    typed: bool,
    (x, y, end): (u16, u16, u16),
    buffer: &mut Buffer,
) {
    let theme = &app.theme;
    let style = if typed { theme.key } else { theme.faint };
    let start = put(buffer, x, y, end, name, style);
    let (shown, cursor) = line.shown(end.saturating_sub(start));
    put(buffer, start, y, end, &shown, theme.text);
    if typed {
        mark_cell(start + cursor, y, end, buffer);
    }
}
