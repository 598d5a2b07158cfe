//! Draws the ask of a pane where it is seen with the program that asks: on the lower line of its
//! tile, or in a last row of the tile that the program has left blank.
//!
//! The focused pane's ask, where neither is its own, is said in the status bar instead: nothing
//! here covers what a program has written.

use ratatui::buffer::Buffer;

use super::{first_row, history_of, put, screen_cursor_row};
use crate::{
    protocol::Attention,
    tui::{
        app::{App, Ask, Pane},
        keymap::Action,
        layout::{Frame, Tile},
        widget::{columns, one_line},
    },
};

/// The most columns of a suggestion beside its question.
const SUGGESTION_COLUMNS: u16 = 24;

/// Fewer columns than these say nothing of a question.
const LEAST_QUESTION: u16 = 8;

/// Returns the question and the suggested answer in at most `room` columns; the answer, which the
/// screen does not show, stays when there is no room for both.
pub fn words(ask: &Ask, room: u16) -> String {
    let answer = ask.info.suggestion.as_ref().map(|suggestion| {
        let suggestion = one_line(suggestion, SUGGESTION_COLUMNS);
        format!("→ {suggestion}")
    });
    let taken = answer.as_ref().map_or(0, |answer| columns(answer) + 1);
    let mut words = vec!["?".to_owned()];
    let left = room.saturating_sub(taken + 2);
    if left >= LEAST_QUESTION {
        words.push(one_line(&ask.info.question(), left));
    }
    words.extend(answer);
    one_line(&words.join(" "), room)
}

/// Returns whether the pane is shown with a lower line of its own.
pub fn has_border(app: &App, pane: &Pane) -> bool {
    let tile = app.arrangement.tile(pane.id());
    tile.is_some_and(|tile| matches!(tile.frame, Frame::Box { closed: true, .. }))
}

/// Draws the ask on the lower line of the tile.
pub fn on_border(app: &App, tile: &Tile, pane: &Pane, buffer: &mut Buffer) {
    if let Some(ask) = app.ask_of(pane) {
        let (start, end) = (tile.area.x + 1, tile.area.right() - 1);
        draw(app, ask, start, end, tile.area.bottom() - 1, buffer);
    }
}

/// Draws the ask in the last row of a tile that has no lower line, when the program has written
/// nothing there and its cursor is elsewhere.
pub fn on_content(app: &App, tile: &Tile, pane: &Pane, buffer: &mut Buffer) {
    let Some(ask) = app.ask_of(pane) else {
        return;
    };
    let Some(line) = tile.inner.height.checked_sub(1) else {
        return;
    };
    let focused = app.focus == Some(pane.id());
    if focused || has_border(app, pane) || history_of(app, pane.id()).is_some() {
        return;
    }
    let row = first_row(&pane.screen, tile.inner.height) + line;
    let written = pane.screen.rows.get(usize::from(row));
    let blank = written.is_none_or(|row| row.runs.iter().all(|run| run.1.trim().is_empty()));
    if blank && screen_cursor_row(pane) != Some(row) {
        let inner = tile.inner;
        draw(app, ask, inner.x, inner.right(), inner.y + line, buffer);
    }
}

/// Draws the ask and the key that leads to its answer.
fn draw(app: &App, ask: &Ask, start: u16, end: u16, y: u16, buffer: &mut Buffer) {
    let theme = &app.theme;
    let key = app.keymap.hint(Action::Inbox);
    let hint = " answers ";
    let keys = columns(&key) + columns(hint) + 2;
    let room = end.saturating_sub(start).saturating_sub(2);
    let (room, with_keys) = match room.checked_sub(keys) {
        Some(room) if room >= LEAST_QUESTION => (room, true),
        _ => (room, false),
    };
    let text = format!(" {} ", words(ask, room));
    let x = put(
        buffer,
        start,
        y,
        end,
        &text,
        theme.attention(Attention::Asking),
    );
    if with_keys {
        let x = put(buffer, x, y, end, "─ ", theme.border);
        let x = put(buffer, x, y, end, &key, theme.key);
        put(buffer, x, y, end, hint, theme.text);
    }
}
