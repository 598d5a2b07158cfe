//! Draws what stands around the panes: header, list and status bar.

use ratatui::{buffer::Buffer, layout::Rect};

use super::{
    hints::{pattern, placed_hints, standing},
    horizontal, mark_cell, put, vertical,
};
use crate::{
    expect::AutoAnswer,
    protocol::Attention,
    session::Layout,
    tui::{
        app::{App, Dialog, Entry, Mode, What},
        keymap::Action,
        theme::{BELL, Badge, DISARMED, MARKED, PRINTED, RECORDED, STALE},
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
    let spare = app.listed_count().saturating_sub(rows);
    app.listed_place().saturating_sub(rows / 2).min(spare)
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
    let tiled = app.tiled_count();
    if shown > 1 && shown < tiled {
        let first = app.arrangement.first;
        let text = match app.arrangement.layout {
            Layout::Main => format!("{shown} tiles of {tiled}"),
            _ => format!("tiles {}-{} of {tiled}", first + 1, first + shown),
        };
        parts.push((text, theme.text));
    }
    if app.arrangement.list.is_none() && !app.listing.filter.is_empty() {
        parts.push((list_title(app), theme.notice));
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

/// Says what the list shows: all panes, in which order, or which of them.
fn list_title(app: &App) -> String {
    let listing = &app.listing;
    match (listing.filter.as_str(), listing.by_attention) {
        ("", false) => "panes".to_owned(),
        ("", true) => "by attention".to_owned(),
        (filter, _) => format!("/{filter} {} of {}", app.matching(), app.panes.len()),
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
    let title = one_line(&list_title(app), area.width.saturating_sub(7));
    let title = format!(" {title} ");
    let style = match app.listing.filter.is_empty() {
        true => theme.text,
        false => theme.notice,
    };
    put(buffer, area.x + 1, area.y, area.right() - 1, &title, style);
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
    if top + rows < app.listed_count() {
        put(
            buffer,
            area.right() - 4,
            bottom,
            area.right() - 1,
            more(false),
            theme.text,
        );
    }
    for (y, pane) in (area.y + 1..bottom).zip(app.listed().skip(top)) {
        let focused = app.focus == Some(pane.id());
        let end = area.right() - 1;
        let status = pane.status(app.now.instant);
        let style = theme.attention(status.attention);
        let name = if focused { theme.selected } else { theme.text };
        let mut x = area.x + 1;
        // A pane with news is not shown, and so not focused.
        let (sign, sign_style) = match focused {
            true => ("▌", theme.border_focused),
            false if pane.has_rung() => (BELL, theme.notice),
            false if pane.has_printed() => (PRINTED, theme.notice),
            false => (" ", theme.text),
        };
        x = put(buffer, x, y, end, sign, sign_style);
        let number = format!("{:>1$}", pane.id().0, usize::from(app.number_width()));
        x = put(buffer, x, y, end, &number, theme.faint);
        let mark = if pane.marked { MARKED } else { " " };
        x = put(buffer, x, y, end, mark, theme.key);
        let word = end.saturating_sub(crate::tui::app::STATUS_WIDTH);
        let disarmed = word.saturating_sub(2);
        let after = put(buffer, x, y, disarmed, pane.name(), name);
        if columns(pane.name()) > after.saturating_sub(x) {
            put(buffer, after.saturating_sub(1), y, word, "…", name);
        }
        let summary = &pane.summary;
        if summary.disarmed.is_some() {
            put(buffer, disarmed, y, word, DISARMED, theme.notice);
        } else if !summary.armed {
            put(buffer, disarmed, y, word, DISARMED, theme.faint);
        } else if summary.stale {
            put(buffer, disarmed, y, word, STALE, theme.notice);
        } else if summary.recording {
            let style = match summary.unwritten {
                true => theme.notice,
                false => theme.faint,
            };
            put(buffer, disarmed, y, word, RECORDED, style);
        }
        let word = put(buffer, word, y, end, status.glyph, style) + 1;
        put(buffer, word, y, end, &status.word, style);
    }
}

/// Says what to do in a session without panes.
pub fn no_panes(app: &App, area: Rect, buffer: &mut Buffer) {
    let theme = &app.theme;
    let add = match app.options.read_only {
        true => "A program is started in it".to_owned(),
        false => format!(
            "{} starts a program in it, or",
            app.keymap.hint(Action::Add)
        ),
    };
    let run = format!("muxpect -s {} run -d -- COMMAND", app.options.session);
    let quit = format!("{} leaves or ends it.", app.keymap.hint(Action::Quit));
    let lines = [
        ("This session has no panes.", theme.strong),
        ("", theme.text),
        (add.as_str(), theme.text),
        ("from another terminal:", theme.text),
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
    let (badge, mode) = mode_badge(app);
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

/// Returns what the badge at the left says, and its colour: the mode, and to how many panes keys go.
pub fn mode_badge(app: &App) -> (Badge, String) {
    match (app.audience().len(), mode_name(app)) {
        (0, (badge, name)) => (badge, name.to_owned()),
        (count, (Badge::Interact, name)) => (Badge::Broadcast, format!("{name} ×{count}")),
        (_, (badge, name)) => (badge, name.to_owned()),
    }
}

/// Returns the name of the mode, or of what lies over the panes, and its colour.
fn mode_name(app: &App) -> (Badge, &'static str) {
    match (&app.dialog, &app.mode) {
        (Some(Dialog::Palette(_)), _) => (Badge::Dialog, "PALETTE"),
        (Some(Dialog::Help(_)), _) => (Badge::Dialog, "HELP"),
        (Some(Dialog::Quit), _) => (Badge::Dialog, "QUIT?"),
        (Some(Dialog::Kill(_)), _) => (Badge::Dialog, "KILL?"),
        (Some(Dialog::Ended(_)), _) => (Badge::Dialog, "ENDED"),
        (Some(Dialog::Paste(_)), _) => (Badge::Dialog, "PASTE?"),
        (Some(Dialog::Why(_)), _) => (Badge::Dialog, "WHY"),
        (Some(Dialog::Entry(Entry { what, .. })), _) => match what {
            What::Command => (Badge::Dialog, "ADD"),
            What::Name(_) => (Badge::Dialog, "RENAME"),
            What::Filter => (Badge::Dialog, "FILTER"),
        },
        (None, Mode::Watch) => (Badge::Watch, "WATCH"),
        (None, Mode::Interact) => (Badge::Interact, "INTERACT"),
        (None, Mode::Scroll(_)) => (Badge::Scroll, "SCROLL"),
        (None, Mode::Inbox(_)) => (Badge::Dialog, "INBOX"),
        (None, Mode::Inspect(_)) => (Badge::Dialog, "INSPECT"),
    }
}
