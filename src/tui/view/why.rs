//! Draws why each rule of a pane acts or does not, as a page that scrolls.

use ratatui::buffer::Buffer;

use super::{overlay, put};
use crate::{
    geometry::Size,
    protocol::WhyInfo,
    tui::{
        app::{App, Why},
        widget::{one_line, wrapped},
    },
};

/// The most columns of the box, lines included: longer lines are hard to read.
const MAX_WIDTH: u16 = 100;

/// Columns by which reasons stand below their rules.
const INDENT: u16 = 2;

/// One line of the page.
struct Line {
    heading: bool,
    text: String,
}

/// Returns the last line that a page on a terminal of this size may begin with.
pub fn last_top(size: Size, rules: &[WhyInfo]) -> usize {
    let rows = usize::from(size.rows.saturating_sub(3)).max(1);
    lines(rules, text_width(size.cols))
        .len()
        .saturating_sub(rows)
}

/// Draws the page over the panes.
pub fn draw(app: &App, why: &Why, buffer: &mut Buffer) {
    let width = text_width(app.size.cols);
    let lines = lines(&why.rules, width);
    let name = app.pane(why.pane).map_or("", super::Pane::name);
    let title = format!("Why the rules of {name} act or not");
    let inner = overlay::open(&app.theme, &title, width + 2, lines.len(), buffer);
    let top = why.top.min(last_top(app.size, &why.rules));
    for (y, line) in (inner.y..inner.bottom()).zip(&lines[top..]) {
        let (indent, style) = match line.heading {
            true => (0, app.theme.strong),
            false => (INDENT, app.theme.text),
        };
        put(
            buffer,
            inner.x + 1 + indent,
            y,
            inner.right(),
            &line.text,
            style,
        );
    }
}

/// Returns how many columns the text of a page has.
fn text_width(columns: u16) -> u16 {
    columns.min(MAX_WIDTH).saturating_sub(4).max(1)
}

fn lines(rules: &[WhyInfo], width: u16) -> Vec<Line> {
    let mut lines = Vec::new();
    for rule in rules {
        lines.push(Line {
            heading: true,
            text: one_line(&format!("{}: {}", rule.rule, rule.outcome), width),
        });
        let narrow = width.saturating_sub(INDENT).max(1);
        let mut text = |text: &str| {
            let texts = wrapped(text, narrow).into_iter();
            lines.extend(texts.map(|text| Line {
                heading: false,
                text,
            }));
        };
        text(&rule.reason);
        if !rule.text.trim().is_empty() {
            text(&format!("looked at: {}", rule.text.trim()));
        }
    }
    lines
}
