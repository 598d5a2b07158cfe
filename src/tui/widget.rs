//! Draws text into cells: a pane's rows, and the interface's own words.
//!
//! Everything that reaches the terminal passes here, so here is where no control character
//! gets through. A cell that a wide character covers from its left holds an empty text.

use ratatui::{
    buffer::{Buffer, Cell},
    layout::Rect,
    style::{Modifier, Style},
};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::theme::ColorDepth;
use crate::screen::{self, Attributes, Row, Run, is_bidirectional_control};

/// How many bytes of text one cell may hold; further marks on a character are dropped.
const MAX_CELL_BYTES: usize = 32;

/// The most bytes of a line of text that others wrote.
const MAX_LINE_BYTES: usize = 4096;

/// More columns than any terminal has, and few enough to be added up.
const MAX_COLUMNS: u16 = 4096;

/// Draws the part of `row` that fits into the first line of `area`; cells in no run are blank.
pub fn draw_row(row: &Row, area: Rect, depth: ColorDepth, buffer: &mut Buffer) {
    let area = area.intersection(*buffer.area());
    if area.is_empty() {
        return;
    }
    let first = buffer.index_of(area.x, area.y);
    let cells = &mut buffer.content[first..first + usize::from(area.width)];
    cells.fill(Cell::EMPTY);
    for Run(start, text, style) in &row.runs {
        draw_run(usize::from(*start), text, cell_style(*style, depth), cells);
    }
}

/// Writes `text` at the place given, cut before column `end`, and returns the column after it.
/// Characters that are not for drawing are left out.
pub fn put(buffer: &mut Buffer, x: u16, y: u16, end: u16, text: &str, style: Style) -> u16 {
    let area = *buffer.area();
    let end = end.min(area.right());
    if y < area.top() || y >= area.bottom() || x >= end {
        return x;
    }
    let first = buffer.index_of(x, y);
    let cells = &mut buffer.content[first..first + usize::from(end - x)];
    let drawn = draw_run(0, text, style, cells);
    x + u16::try_from(drawn).unwrap_or(end - x).min(end - x)
}

/// Returns how many columns [`put`] needs for `text`, at most [`MAX_COLUMNS`].
pub fn columns(text: &str) -> u16 {
    let columns: usize = text.chars().filter_map(UnicodeWidthChar::width).sum();
    u16::try_from(columns).map_or(MAX_COLUMNS, |columns| columns.min(MAX_COLUMNS))
}

/// Returns `text` on one line of at most `width` columns: what a program printed may hold line ends
/// and other control characters, which become one blank, and controls of direction, which go. A
/// text that is cut ends in `…`.
pub fn one_line(text: &str, width: u16) -> String {
    let mut line = String::new();
    let mut used = 0;
    let mut blank = true;
    let mut end = 0;
    for character in text.trim_end().chars() {
        if is_bidirectional_control(character) {
            continue;
        }
        let character = match character.is_control() {
            true => ' ',
            false => character,
        };
        if character == ' ' && blank {
            continue;
        }
        blank = character == ' ';
        let columns = character.width().unwrap_or(0);
        if used + columns > usize::from(width) || line.len() >= MAX_LINE_BYTES {
            line.truncate(end);
            if width > 0 {
                line.push('…');
            }
            return line;
        }
        used += columns;
        line.push(character);
        if used < usize::from(width) {
            end = line.len();
        }
    }
    line
}

/// Returns `text` on lines of at most `width` columns, broken between words where there are any;
/// made harmless as [`one_line`] does.
pub fn wrapped(text: &str, width: u16) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let clean = one_line(text, MAX_COLUMNS);
    for word in clean.split(' ') {
        let mut word = word;
        loop {
            let used = lines.last().map_or(0, |line| columns(line) + 1);
            if let Some(line) = lines.last_mut()
                && used.saturating_add(columns(word)) <= width
            {
                line.push(' ');
                line.push_str(word);
                break;
            }
            let split = split_at(word, width);
            lines.push(word[..split].to_owned());
            word = &word[split..];
            if word.is_empty() {
                break;
            }
        }
    }
    lines
}

/// Returns how many bytes of `word` fit into `width` columns, at least one character.
fn split_at(word: &str, width: u16) -> usize {
    let mut used = 0;
    for (index, character) in word.char_indices() {
        used += character.width().unwrap_or(0);
        if used > usize::from(width) && index > 0 {
            return index;
        }
    }
    word.len()
}

/// Draws `text` from `column` on, and returns the column after the last cell drawn.
fn draw_run(column: usize, text: &str, style: Style, cells: &mut [Cell]) -> usize {
    let mut column = column;
    let mut last = None;
    for character in text.chars() {
        if matches!(character, ' '..='~') {
            let Some(cell) = cells.get_mut(column) else {
                break;
            };
            cell.set_char(character);
            set_style(cell, style);
            last = Some(column);
            column += 1;
            continue;
        }
        match character.width() {
            None => {}
            Some(0) => {
                if let Some(cell) = last.and_then(|last: usize| cells.get_mut(last)) {
                    join(cell, character);
                }
            }
            Some(width) => {
                let Some(covered) = cells.get_mut(column..column + width) else {
                    // A wide character that the border cuts leaves a blank of its colour.
                    if let Some(cell) = cells.get_mut(column) {
                        cell.set_char(' ');
                        set_style(cell, style);
                        column += 1;
                    }
                    break;
                };
                for cell in covered.iter_mut() {
                    cell.set_symbol("");
                    set_style(cell, style);
                }
                covered[0].set_char(character);
                last = Some(column);
                column += width;
            }
        }
    }
    column
}

/// Adds a character of no width to the one in the cell, unless the terminal would then draw
/// another width, or reorder the line.
fn join(cell: &mut Cell, character: char) {
    if is_bidirectional_control(character) || cell.symbol().len() >= MAX_CELL_BYTES {
        return;
    }
    let mut joined = cell.symbol().to_owned();
    let width = joined.width();
    joined.push(character);
    if joined.width() == width {
        cell.set_symbol(&joined);
    }
}

fn set_style(cell: &mut Cell, style: Style) {
    cell.fg = style.fg.unwrap_or_default();
    cell.bg = style.bg.unwrap_or_default();
    cell.modifier = style.add_modifier;
}

pub(super) fn cell_style(style: screen::Style, depth: ColorDepth) -> Style {
    let mut modifier = Modifier::empty();
    for (attribute, drawn) in [
        (Attributes::BOLD, Modifier::BOLD),
        (Attributes::DIM, Modifier::DIM),
        (Attributes::ITALIC, Modifier::ITALIC),
        (Attributes::UNDERLINE, Modifier::UNDERLINED),
        (Attributes::INVERSE, Modifier::REVERSED),
    ] {
        modifier.set(drawn, style.attributes.contains(attribute));
    }
    Style::new()
        .fg(depth.fit(style.foreground))
        .bg(depth.fit(style.background))
        .add_modifier(modifier)
}

#[cfg(test)]
mod tests {
    use ratatui::style::Color;

    use super::*;

    fn row(runs: &[(u16, &str, screen::Style)]) -> Row {
        Row {
            runs: runs
                .iter()
                .map(|(column, text, style)| Run(*column, (*text).to_owned(), *style))
                .collect(),
            wrapped: false,
        }
    }

    fn check(width: u16, text: &str, expected: &[&str]) {
        let area = Rect::new(0, 0, width, 1);
        let mut buffer = Buffer::filled(area, Cell::new("x"));
        let row = row(&[(0, text, screen::Style::default())]);
        draw_row(&row, area, ColorDepth::Palette, &mut buffer);
        let symbols: Vec<&str> = buffer.content.iter().map(Cell::symbol).collect();
        assert_eq!(symbols, expected, "{text:?}");
    }

    #[test]
    fn characters_fill_their_cells() {
        check(4, "ab", &["a", "b", " ", " "]);
        check(2, "abc", &["a", "b"]);
        check(4, "日本", &["日", "", "本", ""]);
        check(3, "日本", &["日", "", " "]);
        check(3, "e\u{301}x", &["e\u{301}", "x", " "]);
        check(2, "\u{301}a", &["a", " "]);
    }

    #[test]
    fn nothing_but_text_gets_through() {
        check(3, "a\u{1b}\u{7}\u{9b}b", &["a", "b", " "]);
        check(3, "a\u{202e}b\u{2066}", &["a", "b", " "]);
        check(2, "\u{2764}\u{fe0f}x", &["\u{2764}", "x"]);
        let marks = "\u{301}".repeat(1000);
        let area = Rect::new(0, 0, 1, 1);
        let mut buffer = Buffer::empty(area);
        let row = row(&[(0, &format!("a{marks}"), screen::Style::default())]);
        draw_row(&row, area, ColorDepth::Palette, &mut buffer);
        assert!(buffer[(0, 0)].symbol().len() <= MAX_CELL_BYTES + 4);
    }

    #[test]
    fn styles_are_drawn_and_blanks_are_default() {
        let inverse = screen::Style {
            foreground: screen::Color::Indexed(1),
            background: screen::Color::Rgb(255, 0, 0),
            attributes: Attributes(Attributes::INVERSE.0 | Attributes::BOLD.0),
        };
        let area = Rect::new(0, 0, 5, 1);
        let mut buffer = Buffer::filled(area, Cell::new("x"));
        draw_row(
            &row(&[(1, "a日", inverse)]),
            area,
            ColorDepth::Direct,
            &mut buffer,
        );
        for column in [1, 2, 3] {
            let cell = &buffer[(column, 0)];
            assert_eq!(cell.fg, Color::Indexed(1));
            assert_eq!(cell.bg, Color::Rgb(255, 0, 0));
            assert_eq!(cell.modifier, Modifier::REVERSED | Modifier::BOLD);
        }
        assert_eq!(buffer[(0, 0)], Cell::EMPTY);
        assert_eq!(buffer[(4, 0)], Cell::EMPTY);
    }

    #[test]
    fn text_of_others_is_one_harmless_line() {
        for (text, width, expected) in [
            ("Is this OK? (yes) ", 20, "Is this OK? (yes)"),
            ("a\r\n\tb\u{1b}[31mc", 20, "a b [31mc"),
            ("a\u{202e}b\u{2066}c", 20, "abc"),
            ("abcdef", 6, "abcdef"),
            ("abcdef", 5, "abcd…"),
            ("日本語", 5, "日本…"),
            ("日本語", 4, "日…"),
            ("abc", 0, ""),
            ("", 5, ""),
        ] {
            let line = one_line(text, width);
            assert_eq!(line, expected, "{text:?}");
            assert!(columns(&line) <= width, "{text:?}");
        }
        assert!(one_line(&"\u{301}".repeat(100_000), 10).len() <= MAX_LINE_BYTES + 4);
    }

    #[test]
    fn long_text_is_wrapped_between_words() {
        assert_eq!(wrapped("one two three", 8), ["one two", "three"]);
        assert_eq!(wrapped("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert_eq!(wrapped("日本", 1), ["日", "本"]);
        assert_eq!(wrapped("", 5), [""]);
    }

    #[test]
    fn words_are_cut_at_their_end() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 6, 1));
        assert_eq!(put(&mut buffer, 1, 0, 4, "日\u{1b}abc", Style::new()), 4);
        let text: String = buffer.content.iter().map(Cell::symbol).collect();
        assert_eq!(text, " 日a  ");
        assert_eq!(put(&mut buffer, 9, 0, 4, "a", Style::new()), 9);
        assert_eq!(put(&mut buffer, 0, 9, 4, "a", Style::new()), 0);
        assert_eq!(columns("日a\u{1b}"), 3);
    }
}
