//! Draws what stands around the panes: header, list and status bar.

use ratatui::{buffer::Buffer, layout::Rect};

use super::{
    hints::{pattern, placed_hints, standing},
    horizontal, mark_cell, put, vertical,
};
use crate::{
    expect::AutoAnswer,
    protocol::Attention,
    tui::{
        app::{App, Dialog, Mode},
        keymap::Action,
        theme::{Badge, DISARMED, STALE},
        widget::{columns, one_line},
    },
};

/// Attentions that the header counts, most urgent first.
const COUNTED: [Attention; 5] = [
    Attention::Password,
    Attention::Asking,
    Attention::Waiting,
    Attention::Failed,
    Attention::Lost,
];

/// Returns the place in the list of the first pane that a list of this area shows.
pub fn list_top(app: &App, area: Rect) -> usize {
    let rows = usize::from(area.height.saturating_sub(2));
    let focused = app
        .panes
        .iter()
        .position(|pane| Some(pane.id()) == app.focus)
        .unwrap_or(0);
    let spare = app.panes.len().saturating_sub(rows);
    focused.saturating_sub(rows / 2).min(spare)
}

/// Draws the header: the session, its panes, what needs a person.
pub fn header(app: &App, area: Rect, buffer: &mut Buffer) {
    let theme = &app.theme;
    let end = area.right();
    let version = concat!("muxpect ", env!("CARGO_PKG_VERSION"), " ");
    let mut parts = vec![(app.options.session.clone(), theme.strong)];
    let panes = match app.panes.len() {
        1 => "1 pane".to_owned(),
        count => format!("{count} panes"),
    };
    parts.push((panes, theme.text));
    for attention in COUNTED {
        let having = |pane: &&super::Pane| pane.summary.attention == attention;
        let count = app.panes.iter().filter(having).count();
        if count > 0 {
            let text = format!("{count} {}", attention.word());
            parts.push((text, theme.attention(attention)));
        }
    }
    parts.push(match app.auto_answer {
        AutoAnswer::On => ("answers on".to_owned(), theme.text),
        AutoAnswer::Suggest => ("answers suggest".to_owned(), theme.notice),
        AutoAnswer::Off => ("answers off".to_owned(), theme.notice),
    });
    let shown = app.arrangement.tiles.len();
    if shown > 1 && shown < app.panes.len() {
        let first = app.arrangement.first;
        parts.push((
            format!(
                "tiles {}-{} of {}",
                first + 1,
                first + shown,
                app.panes.len()
            ),
            theme.text,
        ));
    }
    if app.options.read_only {
        parts.push(("read-only".to_owned(), theme.notice));
    }
    let mut x = area.x + 1;
    for (index, (text, style)) in parts.iter().enumerate() {
        if index > 0 {
            // Half a word or number would mislead.
            if x + 3 + columns(text) > end {
                break;
            }
            x = put(buffer, x, area.y, end, " ─ ", theme.border);
        }
        x = put(buffer, x, area.y, end, text, *style);
    }
    if x + 2 + columns(version) <= end {
        put(
            buffer,
            end - columns(version),
            area.y,
            end,
            version,
            theme.faint,
        );
    }
}

/// Draws the pane list: a mark, number, name, glyph and word for each.
pub fn list(app: &App, area: Rect, buffer: &mut Buffer) {
    let theme = &app.theme;
    horizontal(area, area.y, ["┌", "─", "┐"], theme.border, buffer);
    let bottom = area.bottom() - 1;
    horizontal(area, bottom, ["└", "─", "┘"], theme.border, buffer);
    vertical(area, area.y + 1, bottom, theme.border, buffer);
    let top = list_top(app, area);
    let rows = usize::from(area.height.saturating_sub(2));
    put(
        buffer,
        area.x + 1,
        area.y,
        area.right() - 1,
        " panes ",
        theme.text,
    );
    let more = |above: bool| if above { " ↑ " } else { " ↓ " };
    if top > 0 {
        put(
            buffer,
            area.right() - 4,
            area.y,
            area.right() - 1,
            more(true),
            theme.text,
        );
    }
    if top + rows < app.panes.len() {
        put(
            buffer,
            area.right() - 4,
            bottom,
            area.right() - 1,
            more(false),
            theme.text,
        );
    }
    for (y, pane) in (area.y + 1..bottom).zip(&app.panes[top..]) {
        let focused = app.focus == Some(pane.id());
        let end = area.right() - 1;
        let status = pane.status(app.now.instant);
        let style = theme.attention(status.attention);
        let name = if focused { theme.selected } else { theme.text };
        let mut x = area.x + 1;
        x = put(
            buffer,
            x,
            y,
            end,
            if focused { "▌" } else { " " },
            theme.border_focused,
        );
        let number = format!("{:>1$}", pane.id().0, usize::from(app.number_width()));
        x = put(buffer, x, y, end, &number, theme.faint) + 1;
        let word = end.saturating_sub(crate::tui::app::STATUS_WIDTH);
        let bell = word.saturating_sub(2);
        let after = put(buffer, x, y, bell, pane.name(), name);
        if columns(pane.name()) > after.saturating_sub(x) {
            put(buffer, after.saturating_sub(1), y, word, "…", name);
        }
        let summary = &pane.summary;
        if pane.has_rung() {
            put(buffer, bell, y, word, "♪", theme.notice);
        } else if summary.disarmed.is_some() {
            put(buffer, bell, y, word, DISARMED, theme.notice);
        } else if !summary.armed {
            put(buffer, bell, y, word, DISARMED, theme.faint);
        } else if summary.stale {
            put(buffer, bell, y, word, STALE, theme.notice);
        }
        let word = put(buffer, word, y, end, status.glyph, style) + 1;
        put(buffer, word, y, end, &status.word, style);
    }
}

/// Says what to do in a session without panes.
pub fn no_panes(app: &App, area: Rect, buffer: &mut Buffer) {
    let theme = &app.theme;
    let run = format!("muxpect -s {} run -d -- COMMAND", app.options.session);
    let quit = format!("{} leaves or ends it.", app.keymap.hint(Action::Quit));
    let lines = [
        ("This session has no panes.", theme.strong),
        ("", theme.text),
        ("Start a program in it from another terminal:", theme.text),
        (run.as_str(), theme.key),
        ("", theme.text),
        (quit.as_str(), theme.text),
    ];
    let height = u16::try_from(lines.len()).unwrap_or(area.height);
    let top = area.y + area.height.saturating_sub(height) / 2;
    for (y, (text, style)) in (top..area.bottom()).zip(lines) {
        let x = area.x + area.width.saturating_sub(columns(text)) / 2;
        put(buffer, x, y, area.right(), text, style);
    }
}

/// Draws the status bar: the mode, then a notice or the most useful keys.
pub fn bar(app: &App, area: Rect, buffer: &mut Buffer) {
    let theme = &app.theme;
    let end = area.right();
    let (badge, mode) = mode_name(app);
    let x = put(
        buffer,
        area.x,
        area.y,
        end,
        &format!(" {mode} "),
        theme.badge(badge),
    );
    let x = x + 1;
    if let Some(notice) = &app.notice {
        let notice = one_line(notice, end.saturating_sub(x));
        put(buffer, x, area.y, end, &notice, theme.notice);
        return;
    }
    if let Some(standing) = standing(app, x, end) {
        put(buffer, x, area.y, end, &standing.text, standing.style);
    }
    if let Some((text, cursor)) = pattern(app, x, end) {
        put(buffer, x, area.y, end, &text, theme.text);
        mark_cell(x + cursor, area.y, end, buffer);
    }
    for (x, hint) in placed_hints(app, x, end) {
        let mut x = put(buffer, x, area.y, end, &hint.label, theme.key);
        if !hint.label.is_empty() {
            x = put(buffer, x, area.y, end, " ", theme.text);
        }
        put(buffer, x, area.y, end, &hint.text, theme.text);
    }
}

/// Returns the name of the mode, or of what lies over the panes, and its colour.
pub fn mode_name(app: &App) -> (Badge, &'static str) {
    match (&app.dialog, &app.mode) {
        (Some(Dialog::Palette(_)), _) => (Badge::Dialog, "PALETTE"),
        (Some(Dialog::Help(_)), _) => (Badge::Dialog, "HELP"),
        (Some(Dialog::Quit), _) => (Badge::Dialog, "QUIT?"),
        (Some(Dialog::Kill(_)), _) => (Badge::Dialog, "KILL?"),
        (Some(Dialog::Ended(_)), _) => (Badge::Dialog, "ENDED"),
        (Some(Dialog::Paste(_)), _) => (Badge::Dialog, "PASTE?"),
        (Some(Dialog::Why(_)), _) => (Badge::Dialog, "WHY"),
        (None, Mode::Watch) => (Badge::Watch, "WATCH"),
        (None, Mode::Interact) => (Badge::Interact, "INTERACT"),
        (None, Mode::Scroll(_)) => (Badge::Scroll, "SCROLL"),
        (None, Mode::Inbox(_)) => (Badge::Dialog, "INBOX"),
    }
}
