//! The keyboard's tables as xterm's and kitty's documents have them, a row a key, held against the
//! encoder and the decoder with every modifier.
//!
//! Sources: "ctlseqs" is xterm's control sequences document, "kitty" the description of kitty's
//! keyboard protocol; each test names the table it holds. What several keys share is listed with
//! the key that the decoder takes it for.

mod kitty;

use std::time::Instant;

use super::{
    encode::tests::{CURSOR, KEYPAD, KITTY, LEGACY},
    *,
};

/// The parameter of each combination of Shift, Alt, Control and Super, from 1, with the prefix of
/// our own names for keys (ctlseqs "PC-Style Function Keys", kitty "Modifiers").
const MODIFIERS: [&str; 16] = [
    "", "S-", "M-", "M-S-", "C-", "C-S-", "C-M-", "C-M-S-", "D-", "D-S-", "D-M-", "D-M-S-", "D-C-",
    "D-C-S-", "D-C-M-", "D-C-M-S-",
];

fn key(name: &str) -> Key {
    name.parse().expect(name)
}

fn decode(bytes: &str) -> Vec<Event> {
    let mut decoder = Decoder::default();
    let mut events = Vec::new();
    decoder.feed(Instant::now(), bytes.as_bytes(), &mut events);
    if let Some(deadline) = decoder.next_deadline() {
        decoder.timeout(deadline, &mut events);
    }
    events
}

/// Checks that `name` is sent as `bytes` in `modes`.
#[track_caller]
fn sends(modes: &InputModes, name: &str, bytes: &str) {
    let mut out = Vec::new();
    encode_key(key(name), modes, &mut out);
    let sent = out.escape_ascii().to_string();
    let expected = bytes.as_bytes().escape_ascii().to_string();
    assert_eq!(sent, expected, "{name} in {modes:?}");
}

/// Checks that `bytes` are read as the key `name`.
#[track_caller]
fn reads(bytes: &str, name: &str) {
    let expected = [Event::Input(Input::Key(key(name)))];
    assert_eq!(decode(bytes), expected, "{}", bytes.escape_debug());
}

/// Checks that `name` is sent as `bytes`, and read again from them.
#[track_caller]
fn both(modes: &InputModes, name: &str, bytes: &str) {
    sends(modes, name, bytes);
    reads(bytes, name);
}

/// Cursor keys: name, last byte (ctlseqs "PC-Style Function Keys": cursor keys, Home and End;
/// Begin as in its table of the keypad).
const CURSOR_KEYS: [(&str, char); 7] = [
    ("Up", 'A'),
    ("Down", 'B'),
    ("Right", 'C'),
    ("Left", 'D'),
    ("Begin", 'E'),
    ("End", 'F'),
    ("Home", 'H'),
];

/// F1 to F4: name, last byte (ctlseqs "PC-Style Function Keys").
const PROGRAMMABLE_KEYS: [(&str, char); 4] = [("F1", 'P'), ("F2", 'Q'), ("F3", 'R'), ("F4", 'S')];

/// Keys told by a number: name, number (ctlseqs "PC-Style Function Keys" to F12, "VT220-Style
/// Function Keys" to F20; xterm goes on from 42 for F21 and up).
const NUMBERED_KEYS: [(&str, u32); 35] = [
    ("Insert", 2),
    ("Delete", 3),
    ("PageUp", 5),
    ("PageDown", 6),
    ("F5", 15),
    ("F6", 17),
    ("F7", 18),
    ("F8", 19),
    ("F9", 20),
    ("F10", 21),
    ("F11", 23),
    ("F12", 24),
    ("F13", 25),
    ("F14", 26),
    ("F15", 28),
    ("F16", 29),
    ("F17", 31),
    ("F18", 32),
    ("F19", 33),
    ("F20", 34),
    ("F21", 42),
    ("F22", 43),
    ("F23", 44),
    ("F24", 45),
    ("F25", 46),
    ("F26", 47),
    ("F27", 48),
    ("F28", 49),
    ("F29", 50),
    ("F30", 51),
    ("F31", 52),
    ("F32", 53),
    ("F33", 54),
    ("F34", 55),
    ("F35", 56),
];

/// ctlseqs "PC-Style Function Keys" and "VT220-Style Function Keys".
#[test]
fn function_keys_with_every_modifier() {
    for (index, prefix) in MODIFIERS.iter().enumerate() {
        let parameter = index + 1;
        for (name, last) in CURSOR_KEYS {
            let name = format!("{prefix}{name}");
            if parameter == 1 {
                both(&LEGACY, &name, &format!("\x1b[{last}"));
                both(&CURSOR, &name, &format!("\x1bO{last}"));
            } else {
                both(&LEGACY, &name, &format!("\x1b[1;{parameter}{last}"));
                both(&CURSOR, &name, &format!("\x1b[1;{parameter}{last}"));
            }
            // Older forms of the same, which only reading knows.
            reads(&format!("\x1b[{parameter}{last}"), &name);
            reads(&format!("\x1bO{parameter}{last}"), &name);
            reads(&format!("\x1bO1;{parameter}{last}"), &name);
        }
        for (name, last) in PROGRAMMABLE_KEYS {
            let name = format!("{prefix}{name}");
            if parameter == 1 {
                both(&LEGACY, &name, &format!("\x1bO{last}"));
                both(&CURSOR, &name, &format!("\x1bO{last}"));
                reads(&format!("\x1b[{last}"), &name);
            } else {
                both(&LEGACY, &name, &format!("\x1b[1;{parameter}{last}"));
                reads(&format!("\x1bO{parameter}{last}"), &name);
                reads(&format!("\x1bO1;{parameter}{last}"), &name);
            }
        }
        for (name, number) in NUMBERED_KEYS {
            let name = format!("{prefix}{name}");
            if parameter == 1 {
                both(&LEGACY, &name, &format!("\x1b[{number}~"));
            } else {
                both(&LEGACY, &name, &format!("\x1b[{number};{parameter}~"));
            }
        }
        // ctlseqs: the VT220's editing keypad, and F1 to F4 of xterm's older versions; rxvt's Home
        // and End.
        for (name, number) in [
            ("Home", 1),
            ("End", 4),
            ("Home", 7),
            ("End", 8),
            ("F1", 11),
            ("F2", 12),
            ("F3", 13),
            ("F4", 14),
        ] {
            let name = format!("{prefix}{name}");
            reads(&format!("\x1b[{number};{parameter}~"), &name);
        }
    }
}

/// rxvt's own forms (its reference, "Key Codes"): the last byte tells Control and Shift.
#[test]
fn rxvt_keys() {
    for (name, number) in NUMBERED_KEYS {
        reads(&format!("\x1b[{number}$"), &format!("S-{name}"));
        reads(&format!("\x1b[{number}^"), &format!("C-{name}"));
        reads(&format!("\x1b[{number}@"), &format!("C-S-{name}"));
        reads(&format!("\x1b\x1b[{number}~"), &format!("M-{name}"));
    }
    for (name, last) in [("Up", 'a'), ("Down", 'b'), ("Right", 'c'), ("Left", 'd')] {
        reads(&format!("\x1b[{last}"), &format!("S-{name}"));
        reads(&format!("\x1bO{last}"), &format!("C-{name}"));
        let plain = last.to_ascii_uppercase();
        reads(&format!("\x1b\x1b[{plain}"), &format!("M-{name}"));
        reads(&format!("\x1b\x1bO{plain}"), &format!("M-{name}"));
    }
}

/// The Linux console's own forms (its keymaps' function strings).
#[test]
fn linux_console_keys() {
    for (name, bytes) in [
        ("F1", "\x1b[[A"),
        ("F2", "\x1b[[B"),
        ("F3", "\x1b[[C"),
        ("F4", "\x1b[[D"),
        ("F5", "\x1b[[E"),
        ("Home", "\x1b[1~"),
        ("End", "\x1b[4~"),
        ("Begin", "\x1b[G"),
    ] {
        reads(bytes, name);
    }
}

/// ctlseqs "VT220-Style Function Keys": the keypad's numeric and application forms.
#[test]
fn keypad_with_every_modifier() {
    for (character, last) in [
        ("Enter", 'M'),
        ("*", 'j'),
        ("+", 'k'),
        (",", 'l'),
        ("-", 'm'),
        (".", 'n'),
        ("/", 'o'),
        ("0", 'p'),
        ("1", 'q'),
        ("2", 'r'),
        ("3", 's'),
        ("4", 't'),
        ("5", 'u'),
        ("6", 'v'),
        ("7", 'w'),
        ("8", 'x'),
        ("9", 'y'),
        ("=", 'X'),
    ] {
        let numeric = if character == "Enter" {
            "\r"
        } else {
            character
        };
        sends(&LEGACY, &format!("KP{character}"), numeric);
        both(&KEYPAD, &format!("KP{character}"), &format!("\x1bO{last}"));
        for (index, prefix) in MODIFIERS.iter().enumerate().skip(1) {
            let parameter = index + 1;
            let name = format!("{prefix}KP{character}");
            both(&KEYPAD, &name, &format!("\x1bO{parameter}{last}"));
            reads(&format!("\x1bO1;{parameter}{last}"), &name);
            // Without application mode Alt is an ESC before the character, and nothing else shows.
            let escape = if prefix.contains("M-") { "\x1b" } else { "" };
            if !prefix.contains("D-") {
                sends(&LEGACY, &name, &format!("{escape}{numeric}"));
            }
        }
    }
    // A keypad's Space and Tab are read as those keys.
    reads("\x1bO ", "Space");
    reads("\x1bOI", "Tab");
}

/// kitty "C0 controls" of the legacy encoding.
#[test]
fn legacy_c0_controls() {
    let columns = ["", "C-", "M-", "S-", "C-S-", "M-S-", "C-M-"];
    for (name, row) in [
        (
            "Enter",
            ["\r", "\r", "\x1b\r", "\r", "\r", "\x1b\r", "\x1b\r"],
        ),
        (
            "Escape",
            [
                "\x1b", "\x1b", "\x1b\x1b", "\x1b", "\x1b", "\x1b\x1b", "\x1b\x1b",
            ],
        ),
        (
            "Backspace",
            [
                "\x7f", "\x08", "\x1b\x7f", "\x7f", "\x08", "\x1b\x7f", "\x1b\x08",
            ],
        ),
        (
            "Tab",
            [
                "\t",
                "\t",
                "\x1b\t",
                "\x1b[Z",
                "\x1b[Z",
                "\x1b\x1b[Z",
                "\x1b\t",
            ],
        ),
        ("Space", [" ", "\0", "\x1b ", " ", "\0", "\x1b ", "\x1b\0"]),
    ] {
        for (prefix, bytes) in columns.iter().zip(row) {
            sends(&LEGACY, &format!("{prefix}{name}"), bytes);
        }
    }
    for (bytes, name) in [
        ("\r", "Enter"),
        ("\x1b\r", "M-Enter"),
        ("\x1b", "Escape"),
        ("\x7f", "Backspace"),
        ("\x1b\x7f", "M-Backspace"),
        ("\t", "Tab"),
        ("\x1b\t", "M-Tab"),
        ("\x1b[Z", "S-Tab"),
        ("\x1b\x1b[Z", "M-S-Tab"),
        (" ", "Space"),
        ("\0", "C-Space"),
        ("\x1b ", "M-Space"),
        ("\x1b\0", "C-M-Space"),
        // What Ctrl-Backspace sends is Ctrl-H to all terminals.
        ("\x08", "C-h"),
        ("\x1b\x08", "C-M-h"),
    ] {
        reads(bytes, name);
    }
}

/// kitty "Legacy ctrl mapping of ASCII keys": key, byte. Where several keys share a byte the
/// reading names one.
const CONTROL_MAPPING: [(char, u8); 46] = [
    (' ', 0),
    ('/', 31),
    ('0', 48),
    ('1', 49),
    ('2', 0),
    ('3', 27),
    ('4', 28),
    ('5', 29),
    ('6', 30),
    ('7', 31),
    ('8', 127),
    ('9', 57),
    ('?', 127),
    ('@', 0),
    ('[', 27),
    ('\\', 28),
    (']', 29),
    ('^', 30),
    ('_', 31),
    ('a', 1),
    ('b', 2),
    ('c', 3),
    ('d', 4),
    ('e', 5),
    ('f', 6),
    ('g', 7),
    ('h', 8),
    ('i', 9),
    ('j', 10),
    ('k', 11),
    ('l', 12),
    ('m', 13),
    ('n', 14),
    ('o', 15),
    ('p', 16),
    ('q', 17),
    ('r', 18),
    ('s', 19),
    ('t', 20),
    ('u', 21),
    ('v', 22),
    ('w', 23),
    ('x', 24),
    ('y', 25),
    ('z', 26),
    ('~', 30),
];

#[test]
fn legacy_control_mapping() {
    for (character, byte) in CONTROL_MAPPING {
        let name = if character == ' ' {
            "Space".to_owned()
        } else {
            character.to_string()
        };
        let byte = char::from(byte);
        sends(&LEGACY, &format!("C-{name}"), &byte.to_string());
        sends(&LEGACY, &format!("C-M-{name}"), &format!("\x1b{byte}"));
    }
    for (byte, name) in [
        (0, "C-Space"),
        (9, "Tab"),
        (13, "Enter"),
        (28, "C-\\"),
        (29, "C-]"),
        (30, "C-^"),
        (31, "C-_"),
        (127, "Backspace"),
    ] {
        reads(&char::from(byte).to_string(), name);
    }
    for letter in 'a'..='z' {
        if !matches!(letter, 'i' | 'm') {
            let byte = char::from(letter as u8 & 0x1f);
            reads(&byte.to_string(), &format!("C-{letter}"));
            reads(&format!("\x1b{byte}"), &format!("C-M-{letter}"));
        }
    }
}

/// kitty "Legacy text keys": the keys and, on the layout that the document uses, what Shift makes
/// of them. A terminal tells the shifted character, not Shift.
const TEXT_KEYS: &str = "abcdefghijklmnopqrstuvwxyz0123456789`-=[]\\;',./";
const SHIFTED_KEYS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ)!@#$%^&*(~_+{}|:\"<>?";

#[test]
fn legacy_text_keys() {
    for (character, shifted) in TEXT_KEYS.chars().zip(SHIFTED_KEYS.chars()) {
        for typed in [character, shifted] {
            both(&LEGACY, &typed.to_string(), &typed.to_string());
            sends(&LEGACY, &format!("M-{typed}"), &format!("\x1b{typed}"));
            // ESC and one of these begins a sequence; alone, after a pause, it is the key.
            reads(&format!("\x1b{typed}"), &format!("M-{typed}"));
        }
    }
    for character in ['é', 'ß', 'д', '漢', '🦀'] {
        both(&LEGACY, &character.to_string(), &character.to_string());
        both(
            &LEGACY,
            &format!("M-{character}"),
            &format!("\x1b{character}"),
        );
        // There is no control character for it: xterm sends it as it is.
        sends(&LEGACY, &format!("C-{character}"), &character.to_string());
    }
}
