//! The text form of keys, both ways: `C-a`, `M-Left`, `S-Tab`, `C-S-F5`, `Space`, `KPEnter`.
//!
//! Reading is lenient (any case in names, tmux's and Emacs's spellings, `^C`), writing is
//! canonical: what is written reads back as the same key. Control with a letter is the lower-case
//! letter however it was written; Control and Shift with a letter is written `C-S-a`.

use std::{fmt, str::FromStr};

use unicode_width::UnicodeWidthChar;

use super::{Key, KeyCode, Modifiers};

/// A text that names no key.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "'{}' is not a key; write it like a, C-c, M-x, S-Tab, C-S-F5, Enter, PageUp or KP5",
    .0.escape_debug()
)]
pub struct KeyNameError(pub(super) String);

/// Names of keys that are words, the canonical spelling of each code first.
const NAMES: &[(&str, KeyCode)] = &[
    ("Space", KeyCode::Char(' ')),
    ("Enter", KeyCode::Enter),
    ("Return", KeyCode::Enter),
    ("CR", KeyCode::Enter),
    ("Escape", KeyCode::Escape),
    ("Esc", KeyCode::Escape),
    ("Backspace", KeyCode::Backspace),
    ("BSpace", KeyCode::Backspace),
    ("BS", KeyCode::Backspace),
    ("Tab", KeyCode::Tab),
    ("Up", KeyCode::Up),
    ("Down", KeyCode::Down),
    ("Left", KeyCode::Left),
    ("Right", KeyCode::Right),
    ("Home", KeyCode::Home),
    ("End", KeyCode::End),
    ("PageUp", KeyCode::PageUp),
    ("PgUp", KeyCode::PageUp),
    ("PPage", KeyCode::PageUp),
    ("Prior", KeyCode::PageUp),
    ("PageDown", KeyCode::PageDown),
    ("PgDown", KeyCode::PageDown),
    ("PgDn", KeyCode::PageDown),
    ("NPage", KeyCode::PageDown),
    ("Next", KeyCode::PageDown),
    ("Insert", KeyCode::Insert),
    ("Ins", KeyCode::Insert),
    ("IC", KeyCode::Insert),
    ("Delete", KeyCode::Delete),
    ("Del", KeyCode::Delete),
    ("DC", KeyCode::Delete),
    ("Begin", KeyCode::Begin),
    ("KPEnter", KeyCode::Keypad('\r')),
];

/// Prefixes that add a modifier, the canonical spelling of each first.
const PREFIXES: &[(&str, Modifiers)] = &[
    ("D-", Modifiers::SUPER),
    ("C-", Modifiers::CONTROL),
    ("M-", Modifiers::ALT),
    ("S-", Modifiers::SHIFT),
    ("A-", Modifiers::ALT),
    ("Ctrl-", Modifiers::CONTROL),
    ("Ctrl+", Modifiers::CONTROL),
    ("Alt-", Modifiers::ALT),
    ("Alt+", Modifiers::ALT),
    ("Shift-", Modifiers::SHIFT),
    ("Shift+", Modifiers::SHIFT),
    ("Super-", Modifiers::SUPER),
    ("Super+", Modifiers::SUPER),
    ("^", Modifiers::CONTROL),
];

/// Characters that a keypad's keys send, besides its Enter.
const KEYPAD: &str = "0123456789+-*/.,=";

/// The highest function key.
const LAST_FUNCTION: u8 = 35;

impl FromStr for Key {
    type Err = KeyNameError;

    fn from_str(text: &str) -> Result<Key, KeyNameError> {
        let mut rest = text;
        let mut modifiers = Modifiers::NONE;
        // A prefix needs something after it, so that `-`, `^` and `C--` are read as characters.
        while let Some((after, modifier)) = PREFIXES.iter().find_map(|(prefix, modifier)| {
            let after = strip_prefix_ignoring_case(rest, prefix)?;
            (!after.is_empty()).then_some((after, *modifier))
        }) {
            rest = after;
            modifiers = modifiers | modifier;
        }
        if rest.eq_ignore_ascii_case("BTab") {
            return Ok(Key::new(KeyCode::Tab, modifiers | Modifiers::SHIFT));
        }
        match named(rest) {
            Some(KeyCode::Char(character)) => {
                let lowered = if modifiers.contains(Modifiers::CONTROL) {
                    character.to_ascii_lowercase()
                } else {
                    character
                };
                Ok(Key::character(lowered, modifiers))
            }
            Some(code) => Ok(Key::new(code, modifiers)),
            None => Err(KeyNameError(text.to_owned())),
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Key { code, modifiers } = *self;
        let (code, modifiers) = match code {
            KeyCode::Char(character)
                if character.is_ascii_uppercase() && modifiers.contains(Modifiers::CONTROL) =>
            {
                let lowered = character.to_ascii_lowercase();
                (KeyCode::Char(lowered), modifiers | Modifiers::SHIFT)
            }
            _ => (code, modifiers),
        };
        // The first four prefixes are the canonical ones, in the order in which they are written.
        for (prefix, modifier) in &PREFIXES[..4] {
            if modifiers.contains(*modifier) {
                f.write_str(prefix)?;
            }
        }
        if let Some((name, _)) = NAMES.iter().find(|(_, named)| *named == code) {
            return f.write_str(name);
        }
        match code {
            KeyCode::Function(number) => write!(f, "F{number}"),
            KeyCode::Keypad(character) => write!(f, "KP{character}"),
            // A character that shows nothing, or joins the one before it, is written by number.
            KeyCode::Char(character) if character.width().is_none_or(|width| width == 0) => {
                write!(f, "U+{:04X}", u32::from(character))
            }
            KeyCode::Char(character) if character.is_whitespace() => {
                write!(f, "U+{:04X}", u32::from(character))
            }
            KeyCode::Char(character) => write!(f, "{character}"),
            // Every other code has a name in the table.
            _ => Ok(()),
        }
    }
}

impl serde::Serialize for Key {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Key {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Key, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl serde::Serialize for Modifiers {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> serde::Deserialize<'de> for Modifiers {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Modifiers, D::Error> {
        u8::deserialize(deserializer).map(Modifiers)
    }
}

/// Returns the key that `text`, without modifiers, names.
fn named(text: &str) -> Option<KeyCode> {
    let mut characters = text.chars();
    if let (Some(character), None) = (characters.next(), characters.next()) {
        return Some(match character {
            ' ' => KeyCode::Char(' '),
            _ if character.is_control() => return None,
            _ => KeyCode::Char(character),
        });
    }
    if let Some((_, code)) = NAMES
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(text))
    {
        return Some(*code);
    }
    if let Some(number) = strip_prefix_ignoring_case(text, "U+") {
        let hexadecimal = number.bytes().all(|digit| digit.is_ascii_hexdigit());
        let number = u32::from_str_radix(number, 16)
            .ok()
            .filter(|_| hexadecimal)?;
        return char::from_u32(number).map(KeyCode::Char);
    }
    if let Some(character) = strip_prefix_ignoring_case(text, "KP") {
        let mut characters = character.chars();
        let character = characters.next().filter(|c| KEYPAD.contains(*c))?;
        return characters
            .next()
            .is_none()
            .then_some(KeyCode::Keypad(character));
    }
    let number = strip_prefix_ignoring_case(text, "F")?;
    let digits = number.bytes().all(|digit| digit.is_ascii_digit());
    match number.parse() {
        Ok(number @ 1..=LAST_FUNCTION) if digits => Some(KeyCode::Function(number)),
        _ => None,
    }
}

/// Returns what follows `prefix`, which is ASCII, in `text`.
fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, tail) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(tail)
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Any key as decoding and parsing make them.
    pub fn any_key() -> impl Strategy<Value = Key> {
        let code = prop_oneof![
            4 => any::<char>().prop_map(KeyCode::Char),
            4 => proptest::char::range(' ', '~').prop_map(KeyCode::Char),
            4 => proptest::sample::select(NAMES).prop_map(|(_, code)| code),
            2 => (1..=LAST_FUNCTION).prop_map(KeyCode::Function),
            2 => proptest::sample::select(KEYPAD.chars().collect::<Vec<_>>())
                .prop_map(KeyCode::Keypad),
        ];
        (code, 0..16u8).prop_map(|(code, bits)| match code {
            KeyCode::Char(character) => Key::character(character, Modifiers(bits)),
            _ => Key::new(code, Modifiers(bits)),
        })
    }

    #[track_caller]
    fn check(text: &str, code: KeyCode, modifiers: Modifiers, canonical: &str) {
        let key: Key = text.parse().expect("a key");
        assert_eq!(key, Key::new(code, modifiers), "{text}");
        assert_eq!(key.to_string(), canonical, "{text}");
    }

    #[test]
    fn characters_and_modifiers() {
        use Modifiers as M;
        let char = KeyCode::Char;
        check("a", char('a'), M::NONE, "a");
        check("A", char('A'), M::NONE, "A");
        check("S-a", char('A'), M::NONE, "A");
        check("é", char('é'), M::NONE, "é");
        check("C-a", char('a'), M::CONTROL, "C-a");
        check("C-A", char('a'), M::CONTROL, "C-a");
        check("c-]", char(']'), M::CONTROL, "C-]");
        check("^C", char('c'), M::CONTROL, "C-c");
        check("^]", char(']'), M::CONTROL, "C-]");
        check("^", char('^'), M::NONE, "^");
        check("-", char('-'), M::NONE, "-");
        check("C--", char('-'), M::CONTROL, "C--");
        check("C-+", char('+'), M::CONTROL, "C-+");
        check("Ctrl+C", char('c'), M::CONTROL, "C-c");
        check("C-S-a", char('A'), M::CONTROL, "C-S-a");
        check("M-x", char('x'), M::ALT, "M-x");
        check("A-x", char('x'), M::ALT, "M-x");
        check("Alt-X", char('X'), M::ALT, "M-X");
        check("M-C-x", char('x'), M::ALT | M::CONTROL, "C-M-x");
        check("D-c", char('c'), M::SUPER, "D-c");
        check("space", char(' '), M::NONE, "Space");
        check("C-Space", char(' '), M::CONTROL, "C-Space");
        check("S-Space", char(' '), M::SHIFT, "S-Space");
        check("C-S-1", char('1'), M::CONTROL | M::SHIFT, "C-S-1");
        check("u+301", char('\u{301}'), M::NONE, "U+0301");
        check("C-U+202E", char('\u{202e}'), M::CONTROL, "C-U+202E");
    }

    #[test]
    fn names() {
        use Modifiers as M;
        check("enter", KeyCode::Enter, M::NONE, "Enter");
        check("Return", KeyCode::Enter, M::NONE, "Enter");
        check("Esc", KeyCode::Escape, M::NONE, "Escape");
        check("BSpace", KeyCode::Backspace, M::NONE, "Backspace");
        check("DC", KeyCode::Delete, M::NONE, "Delete");
        check("IC", KeyCode::Insert, M::NONE, "Insert");
        check("PPage", KeyCode::PageUp, M::NONE, "PageUp");
        check("pgdn", KeyCode::PageDown, M::NONE, "PageDown");
        check("S-Tab", KeyCode::Tab, M::SHIFT, "S-Tab");
        check("BTab", KeyCode::Tab, M::SHIFT, "S-Tab");
        check("C-Up", KeyCode::Up, M::CONTROL, "C-Up");
        let both = M::CONTROL | M::SHIFT;
        check("S-C-f5", KeyCode::Function(5), both, "C-S-F5");
        check("F35", KeyCode::Function(35), M::NONE, "F35");
        check("begin", KeyCode::Begin, M::NONE, "Begin");
        check("KP0", KeyCode::Keypad('0'), M::NONE, "KP0");
        check("kp+", KeyCode::Keypad('+'), M::NONE, "KP+");
        check("C-KP-", KeyCode::Keypad('-'), M::CONTROL, "C-KP-");
        check("KPEnter", KeyCode::Keypad('\r'), M::NONE, "KPEnter");
    }

    #[test]
    fn other_texts_are_refused_by_name() {
        for bad in [
            "", "C-", "M-C-", "ab", "F0", "F36", "F+1", "KP", "KPx", "KP11", "U+", "U+D800",
            "Control", "\u{1}", "C-\u{1b}",
        ] {
            assert!(bad.parse::<Key>().is_err(), "{bad:?}");
        }
        assert_eq!(
            "Ctrl-Foo\u{1b}".parse::<Key>().unwrap_err().to_string(),
            "'Ctrl-Foo\\u{1b}' is not a key; write it like a, C-c, M-x, S-Tab, C-S-F5, Enter, \
             PageUp or KP5"
        );
    }

    #[test]
    fn serde_uses_the_text_form() {
        let key = Key::control(']');
        let json = serde_json::to_string(&key).expect("serializes");
        assert_eq!(json, "\"C-]\"");
        assert_eq!(serde_json::from_str::<Key>(&json).expect("parses"), key);
        assert!(serde_json::from_str::<Key>("\"nokey\"").is_err());
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(key in any_key()) {
            prop_assert_eq!(key.to_string().parse::<Key>(), Ok(key));
        }

        #[test]
        fn any_text_is_read_without_panic(text in ".{0,12}") {
            let _ = text.parse::<Key>();
        }
    }
}
