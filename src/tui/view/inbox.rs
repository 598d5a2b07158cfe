//! Draws the inbox: two rows for each ask, and below them the answer that is being typed.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Modifier, Style},
};

use super::{overlay, put};
use crate::{
    protocol::Attention,
    tui::{
        app::{Answering, App, Ask, Inbox},
        widget::{columns, one_line},
    },
};

/// The most columns of the box, lines included: longer lines are hard to read.
const MAX_WIDTH: u16 = 120;

/// Rows of an ask.
const ASK_ROWS: u16 = 2;

/// Rows of the answer that is being typed: a blank one, what it is for, the line.
const ANSWER_ROWS: u16 = 3;

/// The most columns of a pane's name.
const NAME_COLUMNS: u16 = 16;

/// Draws the list of asks over the panes.
pub fn draw(app: &App, inbox: &Inbox, buffer: &mut Buffer) {
    let width = buffer.area.width.min(MAX_WIDTH).saturating_sub(2);
    let asks = u16::try_from(app.asks.len()).unwrap_or(u16::MAX);
    let answer = if inbox.answering.is_some() {
        ANSWER_ROWS
    } else {
        0
    };
    let height = asks.saturating_mul(ASK_ROWS).max(1).saturating_add(answer);
    let title = match app.asks.len() {
        0 => "Inbox".to_owned(),
        1 => "Inbox: 1 ask".to_owned(),
        count => format!("Inbox: {count} asks"),
    };
    let inner = overlay::open(&app.theme, &title, width, height.into(), buffer);
    let answer = match inner.height {
        // A low terminal shows what is typed rather than the list.
        ..ANSWER_ROWS => answer.min(inner.height),
        height => answer.min(height),
    };
    let list = Rect {
        height: inner.height - answer,
        ..inner
    };
    self::list(app, inbox, list, buffer);
    if let Some(answering) = &inbox.answering {
        let area = Rect {
            y: list.bottom(),
            height: answer,
            ..inner
        };
        answer_line(app, answering, area, buffer);
    }
}

fn list(app: &App, inbox: &Inbox, area: Rect, buffer: &mut Buffer) {
    let theme = &app.theme;
    if app.asks.is_empty() {
        if area.height > 0 {
            put(
                buffer,
                area.x + 1,
                area.y,
                area.right(),
                "No pane asks.",
                theme.text,
            );
        }
        return;
    }
    let shown = usize::from((area.height / ASK_ROWS).max(1));
    let spare = app.asks.len().saturating_sub(shown);
    let top = app.inbox_place(inbox).saturating_sub(shown / 2).min(spare);
    let names = app.asks.iter().map(|ask| columns(&ask.info.pane)).max();
    let names = names.unwrap_or(0).min(NAME_COLUMNS).min(area.width / 3);
    for (index, ask) in app.asks[top..].iter().take(shown).enumerate() {
        let offset = u16::try_from(index)
            .unwrap_or(u16::MAX)
            .saturating_mul(ASK_ROWS);
        let y = area.y.saturating_add(offset);
        let place = Rect {
            y,
            height: ASK_ROWS.min(area.bottom().saturating_sub(y)),
            ..area
        };
        let selected = inbox.selected == Some(ask.info.id);
        one(app, ask, selected, names, place, buffer);
    }
}

/// Draws an ask: pane, question and age, and below them suggestion, rule and reason.
fn one(app: &App, ask: &Ask, selected: bool, names: u16, area: Rect, buffer: &mut Buffer) {
    if area.height == 0 {
        return;
    }
    let theme = &app.theme;
    let end = area.right().saturating_sub(1);
    let name = if selected { theme.selected } else { theme.text };
    let mark = if selected { "▌" } else { " " };
    for y in area.top()..area.bottom() {
        put(buffer, area.x, y, end, mark, theme.border_focused);
    }
    let age = ask.age(app.now.instant);
    let age_at = end.saturating_sub(columns(&age));
    let text = area.x + 1 + names + 2;
    put(
        buffer,
        area.x + 1,
        area.y,
        end,
        &one_line(&ask.info.pane, names),
        name,
    );
    let room = age_at.saturating_sub(text + 1);
    let prompt = one_line(&ask.info.question(), room);
    put(
        buffer,
        text,
        area.y,
        end,
        &prompt,
        theme.attention(Attention::Asking),
    );
    put(buffer, age_at.max(text), area.y, end, &age, theme.faint);
    if area.height < ASK_ROWS {
        return;
    }
    let y = area.y + 1;
    let mut x = text;
    if let Some(suggestion) = &ask.info.suggestion {
        let suggestion = format!("→ {}", one_line(suggestion, end.saturating_sub(text) / 2));
        x = put(buffer, x, y, end, &suggestion, theme.key);
        x = put(buffer, x, y, end, " · ", theme.border);
    }
    let why = format!("{}: {}", ask.info.rule, ask.info.reason);
    put(
        buffer,
        x,
        y,
        end,
        &one_line(&why, end.saturating_sub(x)),
        theme.faint,
    );
}

/// Draws what the answer is for, and the line with its cursor.
fn answer_line(app: &App, answering: &Answering, area: Rect, buffer: &mut Buffer) {
    let theme = &app.theme;
    let (x, end) = (area.x + 1, area.right().saturating_sub(1));
    let Some(y) = area.bottom().checked_sub(1).filter(|_| area.height > 0) else {
        return;
    };
    let room = end.saturating_sub(x);
    if area.height > 1 {
        let prompt = one_line(&answering.prompt, room);
        let label = match answering.asks.len() {
            0 | 1 => format!("{} asks: {prompt}", answering.pane),
            count => format!("{count} panes ask: {prompt}"),
        };
        put(buffer, x, y - 1, end, &one_line(&label, room), theme.strong);
    }
    if answering.asks.is_empty() {
        let gone = "its prompt has gone: nothing was sent";
        put(buffer, x, y, end, &one_line(gone, room), theme.notice);
        return;
    }
    let start = put(buffer, x, y, end, "> ", theme.key);
    let (text, cursor) = answering.line.shown(end.saturating_sub(start));
    put(buffer, start, y, end, &text, Style::new());
    if start + cursor < end
        && let Some(cell) = buffer.cell_mut((start + cursor, y))
    {
        cell.modifier.toggle(Modifier::REVERSED);
    }
}
