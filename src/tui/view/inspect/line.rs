//! A line of pieces of text, each with its style.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};
use unicode_width::UnicodeWidthChar;

use crate::tui::view::put;

/// A line of a section.
#[derive(Clone, Debug, Default)]
pub struct Line(pub Vec<(String, Style)>);

impl Line {
    /// Returns a line of one piece.
    pub fn of(text: impl Into<String>, style: Style) -> Line {
        Line(vec![(text.into(), style)])
    }

    /// Returns this line with a further piece.
    pub fn and(mut self, text: impl Into<String>, style: Style) -> Line {
        self.0.push((text.into(), style));
        self
    }

    /// Returns its text.
    pub fn text(&self) -> String {
        let text: String = self.0.iter().map(|(text, _)| text.as_str()).collect();
        text.trim_end().to_owned()
    }

    /// Draws it between two columns; what does not fit is cut with a sign.
    pub fn draw(&self, x: u16, y: u16, end: u16, buffer: &mut Buffer) {
        let mut at = x;
        for (text, style) in &self.0 {
            if text.is_empty() {
                continue;
            }
            let room = usize::from(end.saturating_sub(at));
            let width: usize = text.chars().filter_map(UnicodeWidthChar::width).sum();
            at = put(buffer, at, y, end, text, *style);
            if width > room && end > x {
                put(buffer, end - 1, y, end, "…", *style);
                return;
            }
        }
    }
}

/// Draws a line across the top of an area, and returns what is below it.
pub fn rule(area: Rect, style: Style, buffer: &mut Buffer) -> Rect {
    for x in area.left()..area.right() {
        put(buffer, x, area.y, area.right(), "─", style);
    }
    Rect {
        y: area.y + 1,
        height: area.height - 1,
        ..area
    }
}

/// Draws lines from the given one on.
pub fn draw(lines: &[Line], top: usize, area: Rect, buffer: &mut Buffer) {
    let top = top.min(lines.len().saturating_sub(usize::from(area.height)));
    for (y, line) in (area.top()..area.bottom()).zip(&lines[top..]) {
        line.draw(area.x + 1, y, area.right(), buffer);
    }
}

/// Cuts text into lines of at most `width` columns, blanks and all.
pub fn cut(text: &str, width: u16) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for character in text.chars() {
        let columns = character.width().unwrap_or(0);
        if used + columns > usize::from(width.max(1)) && used > 0 {
            lines.push(String::new());
            used = 0;
        }
        used += columns;
        if let Some(line) = lines.last_mut() {
            line.push(character);
        }
    }
    lines
}
