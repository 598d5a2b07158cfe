//! One line of text that a person types, with a cursor; it may be one that nobody else should read.
//!
//! Its text is wiped when it goes, and its capacity is fixed, so no copy of it stays behind.

use std::fmt;

use unicode_width::UnicodeWidthChar;
use zeroize::Zeroizing;

use crate::keys::{Key, KeyCode, Modifiers};

/// The most bytes a line holds: a terminal takes no longer line in canonical mode.
const MAX_BYTES: usize = 4095;

/// What stands for a character of a hidden line.
const HIDDEN: char = '•';

/// A line that is being typed.
#[derive(Clone, PartialEq, Eq)]
pub struct LineEditor {
    text: Zeroizing<String>,
    /// The byte that the cursor stands before.
    at: usize,
    hidden: bool,
}

impl fmt::Debug for LineEditor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LineEditor").finish_non_exhaustive()
    }
}

impl LineEditor {
    /// Returns an empty line; a `hidden` one shows dots for characters.
    pub fn new(hidden: bool) -> LineEditor {
        LineEditor {
            text: Zeroizing::new(String::with_capacity(MAX_BYTES)),
            at: 0,
            hidden,
        }
    }

    /// Returns what was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Inserts text at the cursor. It is all or nothing: `false` means that it is too long or
    /// holds a control character, such as the end of a line.
    pub fn insert(&mut self, text: &str) -> bool {
        let fits = self.text.len() + text.len() <= MAX_BYTES;
        if !fits || text.chars().any(char::is_control) {
            return false;
        }
        self.text.insert_str(self.at, text);
        self.at += text.len();
        true
    }

    /// Does what `key` means in a line; keys that mean nothing are left alone.
    pub fn key(&mut self, key: Key) {
        let control = key.modifiers == Modifiers::CONTROL;
        match key.code {
            KeyCode::Char('a') if control => self.at = 0,
            KeyCode::Char('e') if control => self.at = self.text.len(),
            KeyCode::Char('h') if control => self.remove(self.before()..self.at),
            KeyCode::Char('u') if control => self.remove(0..self.at),
            KeyCode::Char('k') if control => self.remove(self.at..self.text.len()),
            KeyCode::Char('w') if control => self.remove(self.word()..self.at),
            KeyCode::Char(character) | KeyCode::Keypad(character)
                if key.modifiers == Modifiers::NONE || key.modifiers == Modifiers::SHIFT =>
            {
                self.insert(character.encode_utf8(&mut [0; 4]));
            }
            KeyCode::Backspace => self.remove(self.before()..self.at),
            KeyCode::Delete => self.remove(self.at..self.after()),
            KeyCode::Left => self.at = self.before(),
            KeyCode::Right => self.at = self.after(),
            KeyCode::Home => self.at = 0,
            KeyCode::End => self.at = self.text.len(),
            _ => {}
        }
    }

    /// Returns what `columns` columns show of the line, and the column of the cursor among them.
    pub fn shown(&self, columns: u16) -> (String, u16) {
        let width = |character: char| match self.hidden {
            true => 1,
            false => character.width().unwrap_or(0),
        };
        let room = usize::from(columns.saturating_sub(1));
        let mut start = self.at;
        let mut before = 0;
        for (index, character) in self.text[..self.at].char_indices().rev() {
            if before + width(character) > room {
                break;
            }
            before += width(character);
            start = index;
        }
        let shown = self.text[start..].chars();
        let shown = match self.hidden {
            true => shown.map(|_| HIDDEN).take(usize::from(columns)).collect(),
            false => shown.take(usize::from(columns)).collect(),
        };
        (shown, u16::try_from(before).unwrap_or(columns))
    }

    fn remove(&mut self, bytes: std::ops::Range<usize>) {
        self.at = bytes.start;
        self.text.replace_range(bytes, "");
    }

    fn before(&self) -> usize {
        let last = self.text[..self.at].char_indices().next_back();
        last.map_or(0, |(index, _)| index)
    }

    fn after(&self) -> usize {
        let next = self.text[self.at..].chars().next();
        self.at + next.map_or(0, char::len_utf8)
    }

    /// Returns where the word before the cursor begins.
    fn word(&self) -> usize {
        let trimmed = self.text[..self.at].trim_end();
        let blank = trimmed
            .char_indices()
            .rev()
            .find(|(_, character)| character.is_whitespace());
        blank.map_or(0, |(index, character)| index + character.len_utf8())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(keys: &[Key], text: &str, cursor: u16) {
        let mut line = LineEditor::new(false);
        assert!(line.insert("ein Wört 日"));
        for key in keys {
            line.key(*key);
        }
        assert_eq!(line.text(), text, "{keys:?}");
        assert_eq!(line.shown(80).1, cursor, "{keys:?}");
    }

    #[test]
    fn keys_move_and_remove() {
        let plain = Key::plain;
        let left = plain(KeyCode::Left);
        check(&[], "ein Wört 日", 11);
        check(&[left], "ein Wört 日", 9);
        check(&[plain(KeyCode::Backspace)], "ein Wört ", 9);
        check(&[left, plain(KeyCode::Delete)], "ein Wört ", 9);
        check(&[plain(KeyCode::Delete)], "ein Wört 日", 11);
        check(
            &[plain(KeyCode::Home), plain(KeyCode::Backspace)],
            "ein Wört 日",
            0,
        );
        check(&[Key::control('w'), Key::control('w')], "ein ", 4);
        check(&[left, Key::control('u')], "日", 0);
        check(&[left, Key::control('k')], "ein Wört ", 9);
        check(
            &[
                Key::control('a'),
                plain(KeyCode::Char('M')),
                plain(KeyCode::Right),
            ],
            "Mein Wört 日",
            2,
        );
        check(
            &[Key::control('c'), plain(KeyCode::Function(1))],
            "ein Wört 日",
            11,
        );
    }

    #[test]
    fn it_is_one_line_of_bounded_length() {
        let mut line = LineEditor::new(false);
        assert!(!line.insert("a\nb") && !line.insert("\u{1b}[A"));
        assert!(line.insert(&"x".repeat(MAX_BYTES)));
        assert!(!line.insert("y"));
        assert_eq!(line.text().len(), MAX_BYTES);
        assert_eq!(line.shown(10), ("x".repeat(9), 9));
    }

    #[test]
    fn a_hidden_line_shows_nothing_of_itself() {
        let mut line = LineEditor::new(true);
        line.insert("geheim");
        assert_eq!(line.shown(20), ("••••••".to_owned(), 6));
        assert_eq!(line.shown(4), ("•••".to_owned(), 3));
        assert!(!format!("{line:?}").contains("geheim"));
        assert_eq!(line.text(), "geheim");
    }
}
