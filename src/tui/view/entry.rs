//! What the status bar says while a line is typed, and to whom keys go in INTERACT.

use super::{chrome::mode_badge, hints::Hint};
use crate::{
    keys::{Key, KeyCode},
    tui::{
        app::{App, Entry, LineEditor, Pane, What},
        keymap,
        widget::columns,
    },
};

/// Columns of the bar around the names of those who get the keys: the words before them, gaps, and what
/// the key that leaves does.
const AROUND_NAMES: u16 = 23;

/// Returns what stands before a line, and the line.
pub fn line_of(entry: &Entry) -> (&'static str, &LineEditor) {
    let sign = match entry.what {
        What::Command => "command: ",
        What::Name(_) => "name: ",
        What::Filter => "/",
    };
    (sign, &entry.line)
}

/// Returns the keys that end a line.
pub fn hints(entry: &Entry) -> Vec<Hint> {
    let empty = entry.line.text().is_empty();
    let (enter, escape) = match entry.what {
        What::Command if empty => ("starts a shell", "back"),
        What::Command => ("starts it", "back"),
        What::Name(_) => ("renames", "back"),
        What::Filter => ("keeps", "clears"),
    };
    vec![
        Hint::of(Key::plain(KeyCode::Enter), enter),
        Hint::of(Key::plain(KeyCode::Escape), escape),
    ]
}

/// Returns the names of the panes that get the keys in INTERACT, as many as the bar has room for.
pub fn recipients(app: &App) -> String {
    let audience = app.audience();
    let names: Vec<&str> = match audience.as_slice() {
        [] => app.focused().map(Pane::name).into_iter().collect(),
        panes => panes.iter().map(|pane| pane.name()).collect(),
    };
    let taken =
        columns(&mode_badge(app).1) + columns(&keymap::label(app.keymap.escape())) + AROUND_NAMES;
    let room = app.size.cols.saturating_sub(taken);
    let said = |count: usize| match names.len() - count {
        0 => names.join(", "),
        more => format!("{} and {more} more", names[..count].join(", ")),
    };
    let fits = |count: &usize| columns(&said(*count)) <= room;
    let count = (1..=names.len()).rev().find(fits);
    count.map_or_else(|| said(names.len().min(1)), said)
}
