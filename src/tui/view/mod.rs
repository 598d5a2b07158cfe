//! Draws the interface's state into a buffer of cells.
//!
//! Pure: the same state gives the same cells. The panes are drawn here; what stands around
//! them in `chrome`, and what lies over them in `overlay`.

mod ask;
mod chrome;
mod entry;
mod hints;
mod inbox;
mod inspect;
mod overlay;
mod palette;
mod selected;
mod why;

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Modifier, Style},
};

pub use chrome::list_top;
pub use hints::key_at;
pub use inspect::{
    Hit as InspectHit, full_last as inspect_full_last, hit as inspect_hit,
    last_tops as inspect_last_tops, page as inspect_page, section_text as inspect_section_text,
};
pub use overlay::{boxed, choice_at};
pub use palette::{entry_at as palette_entry_at, rows as palette_rows};
pub use why::last_top as why_last;

use super::{
    app::{App, Damage, Mode, Pane},
    keymap::Action,
    layout::{Frame, Tile},
    theme::{Badge, ColorDepth, DISARMED, MARKED, RECORDED, STALE},
    widget::{columns, draw_row, put},
};
use crate::{
    protocol::PaneId,
    screen::{CursorShape, HistoryView, Row, Screen},
};

/// Where the terminal's own cursor is, and its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CursorPlace {
    /// Column of the terminal.
    pub x: u16,
    /// Row of the terminal.
    pub y: u16,
    /// Its form.
    pub shape: CursorShape,
}

/// Draws what is damaged and returns the rows of `buffer` that may differ now.
pub fn draw(app: &App, damage: &Damage, buffer: &mut Buffer) -> Vec<u16> {
    let every_row = buffer.area.top()..buffer.area.bottom();
    let over = app.is_covered();
    if damage.all || over && *damage != Damage::default() {
        draw_all(app, buffer);
        return every_row.collect();
    }
    let rows = draw_rows(app, &damage.rows, buffer);
    if damage.chrome {
        draw_chrome(app, buffer);
        return every_row.collect();
    }
    rows
}

/// Returns where the terminal's cursor belongs: in the pane that gets the keys.
pub fn cursor(app: &App) -> Option<CursorPlace> {
    if app.dialog.is_some() {
        return None;
    }
    let tile = app.arrangement.tile(app.focus?)?;
    if let Mode::Scroll(scroll) = &app.mode {
        return selected::cursor(scroll, tile);
    }
    if app.mode != Mode::Interact {
        return None;
    }
    let screen = &app.pane(tile.pane)?.screen;
    let (x, y) = cursor_cell(screen, tile.inner)?;
    Some(CursorPlace {
        x,
        y,
        shape: screen.cursor.shape,
    })
}

/// Returns the first row of `screen` that a tile of `height` rows shows: a higher screen is
/// shown from where its cursor is still seen.
pub fn first_row(screen: &Screen, height: u16) -> u16 {
    let spare = screen.size.rows.saturating_sub(height);
    let needed = (screen.cursor.position.row + 1).saturating_sub(height);
    needed.min(spare)
}

/// Draws everything.
fn draw_all(app: &App, buffer: &mut Buffer) {
    buffer.reset();
    for tile in &app.arrangement.tiles {
        if let Some(pane) = app.pane(tile.pane) {
            content(app, tile, pane, buffer);
        }
    }
    if app.panes.is_empty() {
        chrome::no_panes(app, app.arrangement.body, buffer);
    }
    draw_chrome(app, buffer);
    overlay::without_bar(app, buffer);
    overlay::draw(app, buffer);
}

/// Draws what stands around the panes.
fn draw_chrome(app: &App, buffer: &mut Buffer) {
    let arrangement = &app.arrangement;
    let parts = [
        (
            arrangement.header,
            chrome::header as fn(&App, Rect, &mut Buffer),
        ),
        (arrangement.list, chrome::list),
        (arrangement.bar, chrome::bar),
    ];
    for (area, draw) in parts {
        if let Some(area) = area {
            blank(area, buffer);
            draw(app, area, buffer);
        }
    }
    for tile in &arrangement.tiles {
        if let Some(pane) = app.pane(tile.pane) {
            frame(app, tile, pane, buffer);
        }
    }
}

/// Makes all cells of `area` blank.
fn blank(area: Rect, buffer: &mut Buffer) {
    for y in area.top()..area.bottom() {
        draw_row(
            &Row::default(),
            Rect {
                y,
                height: 1,
                ..area
            },
            ColorDepth::Direct,
            buffer,
        );
    }
}

/// Draws single rows of panes.
fn draw_rows(app: &App, rows: &[(PaneId, u16)], buffer: &mut Buffer) -> Vec<u16> {
    let mut drawn = Vec::with_capacity(rows.len());
    for (id, row) in rows {
        let (Some(tile), Some(pane)) = (app.arrangement.tile(*id), app.pane(*id)) else {
            continue;
        };
        let first = first_row(&pane.screen, tile.inner.height);
        let Some(line) = row.checked_sub(first) else {
            continue;
        };
        if line >= tile.inner.height || history_of(app, *id).is_some() {
            continue;
        }
        let y = tile.inner.y + line;
        content_row(
            app,
            tile,
            pane.screen.rows.get(usize::from(*row)),
            y,
            buffer,
        );
        if screen_cursor_row(pane) == Some(*row) {
            mark_cursor(app, pane, tile, buffer);
        }
        drawn.push(y);
        ask::on_content(app, tile, pane, buffer);
    }
    drawn.sort_unstable();
    drawn.dedup();
    drawn
}

/// Draws a pane's rows: its screen, or the part of its history that is looked at.
fn content(app: &App, tile: &Tile, pane: &Pane, buffer: &mut Buffer) {
    let history = history_of(app, tile.pane);
    let (rows, first) = match &history {
        Some(view) => (&view.rows, 0),
        None => (
            &pane.screen.rows,
            usize::from(first_row(&pane.screen, tile.inner.height)),
        ),
    };
    for line in 0..tile.inner.height {
        let row = rows.get(first + usize::from(line));
        content_row(app, tile, row, tile.inner.y + line, buffer);
    }
    if let Some(view) = history {
        mark_matches(app, view, tile, buffer);
        selected::mark(app, view, tile, buffer);
    } else {
        mark_cursor(app, pane, tile, buffer);
        ask::on_content(app, tile, pane, buffer);
    }
}

fn content_row(app: &App, tile: &Tile, row: Option<&Row>, y: u16, buffer: &mut Buffer) {
    let line = Rect {
        y,
        height: 1,
        ..tile.inner
    };
    let blank = Row::default();
    draw_row(row.unwrap_or(&blank), line, app.theme.depth, buffer);
}

/// Marks what a row of history shows of matches; the one that was gone to stands out.
fn mark_matches(app: &App, view: &HistoryView, tile: &Tile, buffer: &mut Buffer) {
    let current = match &app.mode {
        Mode::Scroll(scroll) => scroll.seek.sought.as_ref().and_then(|sought| sought.found),
        _ => None,
    };
    for mark in &view.marks {
        let (y, inner) = (tile.inner.y.saturating_add(mark.row), tile.inner);
        let columns = mark.start.min(inner.width)..mark.end.min(inner.width);
        if y >= inner.bottom() {
            continue;
        }
        for x in columns {
            if let Some(cell) = buffer.cell_mut((inner.x + x, y)) {
                if current == Some(mark.place) {
                    cell.set_style(app.theme.badge(Badge::Scroll));
                } else {
                    cell.modifier.toggle(Modifier::REVERSED);
                }
            }
        }
    }
}

/// Marks a cell before column `end` as that of a cursor.
fn mark_cell(x: u16, y: u16, end: u16, buffer: &mut Buffer) {
    if x < end
        && let Some(cell) = buffer.cell_mut((x, y))
    {
        cell.modifier.toggle(Modifier::REVERSED);
    }
}

/// Marks the cell of a cursor that is not the terminal's own.
fn mark_cursor(app: &App, pane: &Pane, tile: &Tile, buffer: &mut Buffer) {
    let own = app.focus == Some(pane.id()) && app.mode == Mode::Interact;
    if own || pane.has_ended() {
        return;
    }
    if let Some(place) = cursor_cell(&pane.screen, tile.inner)
        && let Some(cell) = buffer.cell_mut(place)
    {
        cell.modifier.toggle(Modifier::REVERSED);
    }
}

fn screen_cursor_row(pane: &Pane) -> Option<u16> {
    let cursor = pane.screen.cursor;
    cursor.visible.then_some(cursor.position.row)
}

/// Returns the terminal's cell where a pane's visible cursor is, when the tile shows it.
fn cursor_cell(screen: &Screen, inner: Rect) -> Option<(u16, u16)> {
    let position = screen.cursor.position;
    let line = position.row.checked_sub(first_row(screen, inner.height))?;
    let shown = screen.cursor.visible && line < inner.height && position.col < inner.width;
    shown.then(|| (inner.x + position.col, inner.y + line))
}

fn history_of(app: &App, id: PaneId) -> Option<&HistoryView> {
    match &app.mode {
        Mode::Scroll(scroll) if app.focus == Some(id) => scroll.history(),
        _ => None,
    }
}

/// Draws the lines around a tile, its number and name, and its state at the right.
fn frame(app: &App, tile: &Tile, pane: &Pane, buffer: &mut Buffer) {
    let theme = &app.theme;
    let focused = app.focus == Some(tile.pane);
    let (line, name) = match (&app.mode, focused) {
        _ if app.hears(tile.pane) => (theme.border_broadcast, theme.badge(Badge::Broadcast)),
        (_, false) => (theme.border, theme.text),
        (Mode::Watch | Mode::Inbox(_) | Mode::Inspect(_), _) => {
            (theme.border_focused, theme.strong)
        }
        (Mode::Interact, _) => (theme.border_interact, theme.badge(Badge::Interact)),
        (Mode::Scroll(_), _) => (theme.border_focused, theme.badge(Badge::Scroll)),
    };
    let area = tile.area;
    let (start, end) = match tile.frame {
        Frame::Bare => return,
        Frame::Title => {
            horizontal(area, area.y, ["─", "─", "─"], line, buffer);
            (area.x + 1, area.right() - 1)
        }
        Frame::Box { joined, closed } => {
            let corners = if joined {
                ["├", "─", "┤"]
            } else {
                ["┌", "─", "┐"]
            };
            horizontal(area, area.y, corners, line, buffer);
            let bottom = area.bottom() - u16::from(closed);
            vertical(area, area.y + 1, bottom, line, buffer);
            if closed {
                horizontal(area, bottom, ["└", "─", "┘"], line, buffer);
                ask::on_border(app, tile, pane, buffer);
            }
            (area.x + 1, area.right() - 1)
        }
    };
    let mark = if pane.marked { MARKED } else { " " };
    let label = format!(" {}{mark}{} ", pane.id(), pane.name());
    // However narrow the tile is, the state's glyph has room after the name.
    let after = put(buffer, start, area.y, end.saturating_sub(3), &label, name);
    if after > start && after - start < columns(&label) {
        put(buffer, after - 1, area.y, end, "…", name);
    }
    let mut parts = details(app, tile, pane);
    while let Some(least) = (0..parts.len()).min_by_key(|index| parts[*index].rank) {
        let width: u16 = parts.iter().map(|part| columns(&part.text) + 3).sum();
        match (end + 1).checked_sub(width) {
            Some(x) if x > after => {
                put_details(&parts, x, area.y, end, line, buffer);
                return;
            }
            _ => parts.remove(least),
        };
    }
    if let Some(view) = history_of(app, tile.pane) {
        let place = format!(" ↑ {} ", view.below);
        if let Some(x) = end.checked_sub(columns(&place)).filter(|x| *x > after) {
            put(buffer, x, area.y, end, &place, theme.badge(Badge::Scroll));
            return;
        }
    }
    let status = pane.status(app.now.instant);
    let style = theme.attention(status.attention);
    let x = end.saturating_sub(3).max(start);
    let x = put(buffer, x, area.y, end, " ", line);
    let x = put(buffer, x, area.y, end, status.glyph, style);
    match is_cropped(tile, pane) {
        true => put(buffer, x, area.y, end, "…", theme.notice),
        false => put(buffer, x, area.y, end, " ", line),
    };
}

/// Returns whether a tile shows only a part of its pane's screen.
fn is_cropped(tile: &Tile, pane: &Pane) -> bool {
    let (size, screen) = (tile.size(), pane.screen.size);
    pane.is_settled() && (screen.rows > size.rows || screen.cols > size.cols)
}

fn put_details(parts: &[Detail], x: u16, y: u16, end: u16, line: Style, buffer: &mut Buffer) {
    let mut x = put(buffer, x, y, end, " ", line);
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            x = put(buffer, x, y, end, " · ", line);
        }
        x = put(buffer, x, y, end, &part.text, part.style);
    }
    put(buffer, x, y, end, " ", line);
}

/// Says how far above the live screen a view is.
fn place_in(view: &HistoryView) -> String {
    let all = view.above.saturating_add(view.below);
    format!("↑ {} of {all}", view.below)
}

/// A piece of a tile's title; pieces of higher rank stay when it is narrow.
struct Detail {
    text: String,
    style: Style,
    rank: u8,
}

/// Returns what a tile's title says at the right.
fn details(app: &App, tile: &Tile, pane: &Pane) -> Vec<Detail> {
    let theme = &app.theme;
    let mut parts = Vec::new();
    let mut part = |text, style, rank| parts.push(Detail { text, style, rank });
    if let Some(view) = history_of(app, tile.pane) {
        part(place_in(view), theme.badge(Badge::Scroll), 3);
        return parts;
    }
    let (size, screen) = (tile.size(), pane.screen.size);
    if is_cropped(tile, pane) {
        part(screen.to_string(), theme.notice, 0);
        part("cropped".to_owned(), theme.notice, 2);
    } else if pane.is_settled() && screen != size {
        part(screen.to_string(), theme.faint, 0);
    }
    let status = pane.status(app.now.instant);
    let style = theme.attention(status.attention);
    if let Some(foreground) = &pane.summary.foreground
        && !pane.has_ended()
        && foreground != pane.name()
    {
        part(foreground.clone(), theme.faint, 1);
    }
    if pane.summary.disarmed.is_some() {
        part(format!("{DISARMED} disarmed"), theme.notice, 2);
    } else if !pane.summary.armed {
        part(format!("{DISARMED} disarmed"), theme.faint, 1);
    }
    if pane.summary.stale {
        part(format!("{STALE} changed"), theme.notice, 2);
        if !app.options.read_only {
            let restart = app.keymap.hint(Action::Restart);
            part(format!("{restart} restarts"), theme.faint, 1);
        }
    }
    if pane.summary.unwritten {
        part("log not written".to_owned(), theme.notice, 2);
    } else if pane.summary.recording {
        part(format!("{RECORDED} recorded"), theme.faint, 1);
    }
    part(format!("{} {}", status.glyph, status.word), style, 3);
    if let Some(ran) = pane.ran() {
        part(ran, theme.faint, 1);
    }
    parts
}

/// Draws a line across `area` with its ends.
fn horizontal(
    area: Rect,
    y: u16,
    [left, middle, right]: [&str; 3],
    style: Style,
    buffer: &mut Buffer,
) {
    for x in area.left()..area.right() {
        let symbol = match x {
            x if x == area.left() => left,
            x if x + 1 == area.right() => right,
            _ => middle,
        };
        put(buffer, x, y, area.right(), symbol, style);
    }
}

/// Draws the two sides of `area`.
fn vertical(area: Rect, top: u16, bottom: u16, style: Style, buffer: &mut Buffer) {
    for y in top..bottom {
        put(buffer, area.left(), y, area.right(), "│", style);
        put(buffer, area.right() - 1, y, area.right(), "│", style);
    }
}

#[cfg(test)]
mod arranged;
#[cfg(test)]
mod scenes;
#[cfg(test)]
mod tests;
