//! Draws the palette: the line that is typed, and below it the entries that match.

use ratatui::{buffer::Buffer, layout::Rect};

use super::{mark_cell, overlay, put};
use crate::{
    geometry::Position,
    tui::{
        app::{App, Entry, Palette},
        widget::{columns, one_line},
    },
};

/// The most columns of the box, lines included: what is far from its key is hard to read.
const MAX_WIDTH: u16 = 76;

/// The most rows of entries: more are searched, not looked through.
const MAX_ROWS: u16 = 24;

/// Rows above the entries: the line that is typed, and one across.
const HEAD_ROWS: u16 = 2;

/// Rows of the terminal that the box leaves free, with its own lines.
const MARGIN_ROWS: u16 = 5;

/// The most columns of a name.
const NAME_COLUMNS: u16 = 22;

/// Returns how many entries are shown at once.
pub fn rows(app: &App) -> u16 {
    let room = app.size.rows.saturating_sub(HEAD_ROWS + MARGIN_ROWS);
    let all = u16::try_from(app.palette_size()).unwrap_or(u16::MAX);
    all.min(MAX_ROWS).min(room).max(1)
}

/// Returns the place among the matching entries of the one that is drawn there.
pub fn entry_at(app: &App, palette: &Palette, position: Position) -> Option<usize> {
    let inner = overlay::inside(area(app));
    let line = position.row.checked_sub(inner.y + HEAD_ROWS)?;
    let inside = position.row < inner.bottom()
        && (inner.left()..inner.right()).contains(&position.col);
    let count = app.palette_entries(palette).len();
    let place = top(app, palette, count) + usize::from(line);
    (inside && place < count).then_some(place)
}

/// Draws the palette over the panes.
pub fn draw(app: &App, palette: &Palette, buffer: &mut Buffer) {
    let theme = &app.theme;
    let area = area(app);
    let inner = overlay::boxed(theme, "Palette", area, buffer);
    let entries = app.palette_entries(palette);
    let end = inner.right().saturating_sub(1);
    let count = format!(" {} of {} ", entries.len(), app.palette_size());
    if columns(&count) + 12 < area.width {
        let x = area.right() - 1 - columns(&count);
        put(buffer, x, area.y, area.right() - 1, &count, theme.faint);
    }
    let start = put(buffer, inner.x + 1, inner.y, end, "> ", theme.key);
    let (query, cursor) = palette.query.shown(end.saturating_sub(start));
    put(buffer, start, inner.y, end, &query, theme.text);
    mark_cell(start + cursor, inner.y, end, buffer);
    if inner.height > HEAD_ROWS {
        for x in inner.left()..inner.right() {
            put(buffer, x, inner.y + 1, inner.right(), "─", theme.border);
        }
    }
    let list = Rect {
        y: inner.y + HEAD_ROWS,
        height: inner.height.saturating_sub(HEAD_ROWS),
        ..inner
    };
    if entries.is_empty() && list.height > 0 {
        let nothing = "Nothing matches; Backspace takes a letter back.";
        put(buffer, list.x + 1, list.y, end, nothing, theme.faint);
    }
    let selected = palette.selected.min(entries.len().saturating_sub(1));
    let first = top(app, palette, entries.len());
    let shown = entries.iter().enumerate().skip(first);
    for (y, (place, entry)) in (list.top()..list.bottom()).zip(shown) {
        let row = Rect {
            y,
            height: 1,
            ..list
        };
        one(app, entry, place == selected, row, buffer);
    }
}

/// Draws an entry: name, description, and at the right its key.
fn one(app: &App, entry: &Entry, selected: bool, area: Rect, buffer: &mut Buffer) {
    let theme = &app.theme;
    let end = area.right().saturating_sub(1);
    let y = area.y;
    if selected {
        put(buffer, area.x, y, end, "▌", theme.border_focused);
    }
    let key_at = end.saturating_sub(columns(&entry.key));
    let name_at = area.x + 1;
    let names = NAME_COLUMNS.min(area.width / 2);
    let name = one_line(&entry.name, names);
    let style = if selected { theme.selected } else { theme.text };
    put(buffer, name_at, y, end, &name, style);
    let text_at = name_at + names + 1;
    let room = key_at.saturating_sub(text_at + 1);
    let text = one_line(&entry.description, room);
    put(buffer, text_at, y, end, &text, theme.faint);
    put(buffer, key_at, y, end, &entry.key, theme.key);
    // Letters that were searched for stand out, where all before them is as wide as it is long.
    let name_length = u32::try_from(entry.name.chars().count()).unwrap_or(u32::MAX);
    for place in &entry.matched {
        let (text, start, place) = match place.checked_sub(name_length + 1) {
            Some(place) => (&text, text_at, place),
            None => (&name, name_at, *place),
        };
        let place = usize::try_from(place).unwrap_or(usize::MAX);
        let Some((at, letter)) = text.char_indices().nth(place) else {
            continue;
        };
        let x = start + columns(&text[..at]);
        put(buffer, x, y, end, letter.encode_utf8(&mut [0; 4]), theme.key);
    }
}

/// Returns the place of the first entry that is shown, so that the selected one is in view.
fn top(app: &App, palette: &Palette, count: usize) -> usize {
    let rows = usize::from(rows(app));
    let selected = palette.selected.min(count.saturating_sub(1));
    selected
        .saturating_sub(rows / 2)
        .min(count.saturating_sub(rows))
}

/// Returns the place of the box, which is the same whatever matches.
fn area(app: &App) -> Rect {
    let width = app.size.cols.min(MAX_WIDTH);
    let screen = Rect::new(0, 0, app.size.cols, app.size.rows);
    overlay::middle(screen, width.saturating_sub(2), usize::from(rows(app) + HEAD_ROWS))
}
