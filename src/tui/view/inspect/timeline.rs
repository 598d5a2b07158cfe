//! Draws the timeline of INSPECT: a line for each entry, and below them the selected one in full.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use super::{
    line::{self, Line, cut},
    mark,
};
use crate::{
    protocol::{Attention, Happened},
    tui::{
        app::{App, Inspect, Item, Kind, Timeline},
        escapes::pieces,
        theme::Theme,
        view::put,
        widget::wrapped,
    },
};

/// Columns of an entry's time: `12345.678`.
const TIME_COLUMNS: usize = 9;

/// Columns of its kind.
const KIND_COLUMNS: usize = 4;

/// How much of an entry its line is made from, in bytes: more than a terminal has columns.
const LINE_BYTES: usize = 1024;

/// The most lines of an entry in full.
const DETAIL_LINES: usize = 4096;

/// Columns that a sequence has before its meaning.
const SEQUENCE_COLUMNS: usize = 16;

/// The fewest rows with which the selected entry is shown below the list.
const ROWS: u16 = 12;

/// Returns the room for the list, and that for the selected entry below it.
pub fn split(visit: &Inspect, inner: Rect) -> (Rect, Rect) {
    let detail = match inner.height {
        ..ROWS => 0,
        height => (height / 3).clamp(5, 16),
    };
    if visit.full.is_some() {
        return (Rect { height: 0, ..inner }, inner);
    }
    let list = Rect {
        height: inner.height - detail,
        ..inner
    };
    let below = Rect {
        y: list.bottom(),
        height: detail,
        ..inner
    };
    (list, below)
}

/// Returns the place among those shown of the entry in this row.
pub fn entry_at(visit: &Inspect, inner: Rect, row: u16) -> Option<usize> {
    let (list, _) = split(visit, inner);
    let line = row.checked_sub(list.y)?;
    let place = top(&visit.timeline, list.height) + usize::from(line);
    (row < list.bottom() && place < visit.timeline.shown_count()).then_some(place)
}

/// Draws it.
pub fn draw(app: &App, visit: &Inspect, inner: Rect, focused: bool, buffer: &mut Buffer) {
    let theme = &app.theme;
    let timeline = &visit.timeline;
    let (list, below) = split(visit, inner);
    if timeline.shown_count() == 0 {
        let text = match (&visit.state, timeline.count()) {
            (None, _) => "Looking …",
            (Some(_), 0) => "Nothing has happened yet.",
            _ => "No entry is like that.",
        };
        put(
            buffer,
            inner.x + 1,
            inner.y,
            inner.right(),
            text,
            theme.faint,
        );
        return;
    }
    let first = top(timeline, list.height);
    let place = timeline.place();
    let rows = list.top()..list.bottom();
    for ((y, item), at) in rows.zip(timeline.shown(first)).zip(first..) {
        let x = mark(app, at == place, focused, list.x, y, buffer);
        summary(theme, item).draw(x, y, list.right(), buffer);
    }
    if below.height == 0 {
        return;
    }
    let lines = detail(app, visit, below.width);
    match visit.full {
        Some(top) => line::draw(&lines, top, below, buffer),
        None => {
            let rest = line::rule(below, theme.border, buffer);
            line::draw(
                &lines[..lines.len().min(rest.height.into())],
                0,
                rest,
                buffer,
            );
        }
    }
}

/// Returns the place of the first entry of a list with so many rows.
fn top(timeline: &Timeline, rows: u16) -> usize {
    let rows = usize::from(rows.max(1));
    let spare = timeline.shown_count().saturating_sub(rows);
    match timeline.selected {
        None => spare,
        Some(_) => timeline.place().saturating_sub(rows / 2).min(spare),
    }
}

fn kind_style(theme: &Theme, kind: Kind) -> Style {
    match kind {
        Kind::Output => theme.text,
        Kind::Input => theme.key,
        Kind::Decision => theme.attention(Attention::Asking),
        Kind::Told => theme.attention(Attention::Ready),
    }
}

/// Returns an entry on one line.
fn summary(theme: &Theme, item: &Item) -> Line {
    let kind = item.kind();
    let style = kind_style(theme, kind);
    let gap = if item.gap { "⋯" } else { " " };
    let line = Line::of(gap, theme.notice)
        .and(
            format!("{:>TIME_COLUMNS$} ", seconds(item.entry.at)),
            theme.faint,
        )
        .and(format!("{:<KIND_COLUMNS$} ", kind.word()), style);
    match &item.entry.what {
        Happened::Output { bytes, .. } => spans(line, theme, bytes),
        Happened::Input { from, bytes, .. } => {
            let line = match from.as_str() {
                "typed" => line,
                from => line.and(format!("{from}: "), theme.faint),
            };
            spans(line, theme, bytes)
        }
        Happened::Decision {
            rule,
            outcome,
            reason,
            ..
        } => line
            .and(format!("{rule} "), theme.text)
            .and(outcome, theme.strong)
            .and(format!(": {reason}"), theme.text),
        Happened::Told { text } => line.and(text, theme.text),
    }
}

/// Adds bytes to a line: text as it is, sequences dimmed.
fn spans(mut line: Line, theme: &Theme, bytes: &[u8]) -> Line {
    for piece in pieces(&bytes[..bytes.len().min(LINE_BYTES)]) {
        let style = if piece.is_text {
            theme.text
        } else {
            theme.faint
        };
        line = line.and(piece.shown, style);
    }
    line
}

/// Returns the selected entry in full: one line for each piece, with what it means.
pub fn detail(app: &App, visit: &Inspect, width: u16) -> Vec<Line> {
    let theme = &app.theme;
    let Some(item) = visit.timeline.current() else {
        return Vec::new();
    };
    let width = width.saturating_sub(1).max(1);
    let kind = item.kind();
    let head = Line::of(kind.word(), kind_style(theme, kind));
    let at = format!(" at {} s", seconds(item.entry.at));
    let mut lines = Vec::new();
    match &item.entry.what {
        Happened::Output { offset, bytes, .. } => {
            let words = format!("{at}, {} at offset {offset}", count(bytes.len() as u64));
            lines.push(head.and(words, theme.faint));
            piece_lines(theme, bytes, width, &mut lines);
        }
        Happened::Input { from, bytes, more } => {
            let all = count(bytes.len() as u64 + more);
            lines.push(head.and(format!("{at}, {all} by {from}"), theme.faint));
            piece_lines(theme, bytes, width, &mut lines);
            if *more > 0 {
                let words = format!("and {} more", count(*more));
                lines.push(Line::of(words, theme.faint));
            }
        }
        Happened::Decision {
            rule,
            outcome,
            reason,
            prompt,
        } => {
            lines.push(head.and(at, theme.faint));
            let words = format!("{rule}: {outcome}");
            lines.extend(texts(&words, width, theme.strong));
            lines.extend(texts(reason, width, theme.text));
            if !prompt.is_empty() {
                lines.push(Line::of("looked at:", theme.faint));
                for line in prompt.lines() {
                    lines.extend(
                        cut(line, width)
                            .into_iter()
                            .map(|text| Line::of(text, theme.text)),
                    );
                }
            }
        }
        Happened::Told { text } => {
            lines.push(head.and(at, theme.faint));
            lines.extend(texts(text, width, theme.text));
        }
    }
    if item.gap {
        let words = "⋯ what came before is no longer kept";
        lines.insert(1, Line::of(words, theme.notice));
    }
    lines.truncate(DETAIL_LINES);
    lines
}

fn texts(text: &str, width: u16, style: Style) -> impl Iterator<Item = Line> {
    let lines = wrapped(text, width).into_iter();
    lines.map(move |text| Line::of(text, style))
}

fn piece_lines(theme: &Theme, bytes: &[u8], width: u16, lines: &mut Vec<Line>) {
    for piece in pieces(bytes) {
        if lines.len() > DETAIL_LINES {
            return;
        }
        if piece.is_text {
            // A pattern that ends with `$` needs the blanks that one does not see.
            let text = piece.shown.trim_end_matches(' ');
            let blanks = "\u{2423}".repeat(piece.shown.len() - text.len());
            let mut texts = cut(text, width.saturating_sub(2)).into_iter().peekable();
            while let Some(text) = texts.next() {
                let line = Line::of("  ", theme.text).and(text, theme.text);
                lines.push(match texts.peek() {
                    Some(_) => line,
                    None => line.and(&blanks, theme.faint),
                });
            }
            continue;
        }
        let shown = format!("  {:<SEQUENCE_COLUMNS$} ", piece.shown);
        let meaning = piece.meaning.unwrap_or_default();
        lines.push(Line::of(shown, theme.faint).and(meaning, theme.key));
    }
}

fn count(bytes: u64) -> String {
    match bytes {
        1 => "1 byte".to_owned(),
        bytes => format!("{bytes} bytes"),
    }
}

/// Returns microseconds as seconds.
fn seconds(at: u64) -> String {
    format!("{}.{:03}", at / 1_000_000, at / 1000 % 1000)
}
