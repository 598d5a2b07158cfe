//! Draws what is selected in SCROLL, its cursor, and the prompt that was jumped to.

use ratatui::{buffer::Buffer, style::Modifier};

use super::CursorPlace;
use crate::{
    screen::{CursorShape, HistoryView, Place},
    tui::{
        app::{App, Mode, Scroll},
        layout::Tile,
        theme::Badge,
    },
};

/// Returns where the cursor of SCROLL is, if it is in view.
pub fn cursor(scroll: &Scroll, tile: &Tile) -> Option<CursorPlace> {
    if scroll.seek.typing.is_some() {
        return None;
    }
    let cursor = scroll.selection?.cursor;
    let (row, column) = scroll.view.as_ref()?.cell_of(cursor)?;
    let inner = tile.inner;
    (row < inner.height).then(|| CursorPlace {
        x: inner.x + column.min(inner.width.saturating_sub(1)),
        y: inner.y + row,
        shape: CursorShape::Default,
    })
}

/// Marks in the rows of a view what is selected, or the prompt that was jumped to.
pub fn mark(app: &App, view: &HistoryView, tile: &Tile, buffer: &mut Buffer) {
    let Mode::Scroll(scroll) = &app.mode else {
        return;
    };
    let inner = tile.inner;
    let range = scroll.selection.and_then(|selection| selection.range());
    for (index, (y, start)) in (inner.y..inner.bottom()).zip(&view.starts).enumerate() {
        if scroll.prompt == Some(start.line) && start.column == 0 && scroll.selection.is_none() {
            mark_prompt(app, inner.x, y, inner.right(), buffer);
        }
        let Some(range) = &range else {
            continue;
        };
        let next = view.starts.get(index + 1);
        for x in 0..inner.width {
            let column = start.column + u32::from(x);
            let place = Place {
                line: start.line,
                column,
            };
            let next_row = next.is_some_and(|next| next.place() <= place);
            if range.contains(&place)
                && !next_row
                && let Some(cell) = buffer.cell_mut((inner.x + x, y))
            {
                cell.modifier.toggle(Modifier::REVERSED);
            }
        }
    }
}

/// Marks the first word of a prompt, or its first column.
fn mark_prompt(app: &App, start: u16, y: u16, end: u16, buffer: &mut Buffer) {
    for x in start..end {
        let Some(cell) = buffer.cell_mut((x, y)) else {
            return;
        };
        if x > start && cell.symbol() == " " {
            return;
        }
        cell.set_style(app.theme.badge(Badge::Scroll));
    }
}
