//! Bytes of a terminal, cut into text and sequences, each sequence spelled out and, where it is
//! known, with what it means.
//!
//! Pure, and only for reading by a person: what the sequences do is `terminal`'s matter. Nothing
//! that comes out of here holds a control character.

use crate::screen::is_bidirectional_control;

/// The most characters that are shown of a string (OSC, DCS): an image may have megabytes.
const STRING_CHARACTERS: usize = 200;

/// A piece of output or input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// It is text; else a sequence, a control character or a broken byte.
    pub is_text: bool,
    /// The text, or the sequence spelled out.
    pub shown: String,
    /// What a sequence means, where that is known.
    pub meaning: Option<String>,
}

/// Cuts `bytes` into pieces.
pub fn pieces(bytes: &[u8]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = bytes;
    while let Some(first) = rest.first() {
        let taken = match first {
            0x1b => sequence(rest, &mut pieces),
            b'\r' if rest.get(1) == Some(&b'\n') => {
                pieces.push(line_end());
                2
            }
            0x00..0x20 | 0x7f => {
                pieces.push(control(*first));
                1
            }
            _ => text(rest, &mut pieces),
        };
        rest = &rest[taken..];
    }
    pieces
}

/// Returns `bytes` on one line, spelled out, at most about `limit` bytes of them.
pub fn spelled(bytes: &[u8], limit: usize) -> String {
    let bytes = &bytes[..bytes.len().min(limit)];
    pieces(bytes).into_iter().map(|piece| piece.shown).collect()
}

/// Takes text up to the next control character; bytes that are no UTF-8 are spelled out.
fn text(bytes: &[u8], pieces: &mut Vec<Piece>) -> usize {
    let end = bytes
        .iter()
        .position(|byte| *byte < 0x20 || *byte == 0x7f)
        .unwrap_or(bytes.len());
    for chunk in bytes[..end].utf8_chunks() {
        let mut run = String::new();
        for character in chunk.valid().chars() {
            if character.is_control() || is_bidirectional_control(character) {
                push_text(&mut run, pieces);
                pieces.push(Piece {
                    is_text: false,
                    shown: format!("<U+{:04X}>", character as u32),
                    meaning: Some("a control character".to_owned()),
                });
            } else {
                run.push(character);
            }
        }
        push_text(&mut run, pieces);
        for byte in chunk.invalid() {
            pieces.push(Piece {
                is_text: false,
                shown: format!("<{byte:02X}>"),
                meaning: Some("no UTF-8".to_owned()),
            });
        }
    }
    end
}

fn push_text(run: &mut String, pieces: &mut Vec<Piece>) {
    if !run.is_empty() {
        pieces.push(Piece {
            is_text: true,
            shown: std::mem::take(run),
            meaning: None,
        });
    }
}

fn line_end() -> Piece {
    Piece {
        is_text: false,
        shown: "\u{240d}\u{240a}".to_owned(),
        meaning: Some("end of line".to_owned()),
    }
}

fn control(byte: u8) -> Piece {
    let picture = match byte {
        0x7f => '\u{2421}',
        byte => char::from_u32(0x2400 + u32::from(byte)).unwrap_or('\u{fffd}'),
    };
    let meaning = match byte {
        0x00 => "NUL",
        0x03 => "Ctrl-C",
        0x04 => "Ctrl-D, end of file",
        0x05 => "ENQ",
        0x07 => "bell",
        0x08 => "backspace",
        0x09 => "tab",
        0x0a => "line feed",
        0x0b => "vertical tab",
        0x0c => "form feed",
        0x0d => "carriage return",
        0x0e => "shift to G1",
        0x0f => "shift to G0",
        0x11 => "XON",
        0x13 => "XOFF",
        0x1a => "Ctrl-Z",
        0x7f => "delete",
        byte => {
            return Piece {
                is_text: false,
                shown: picture.into(),
                meaning: Some(format!("Ctrl-{}", char::from(byte + 0x40))),
            };
        }
    };
    Piece {
        is_text: false,
        shown: picture.into(),
        meaning: Some(meaning.to_owned()),
    }
}

/// Takes a sequence that begins with ESC.
fn sequence(bytes: &[u8], pieces: &mut Vec<Piece>) -> usize {
    let (length, meaning) = match bytes.get(1) {
        Some(b'[') => control_sequence(bytes),
        Some(b']') => string(bytes, operating_system),
        Some(b'P') => string(bytes, |_| Some("a device string".to_owned())),
        Some(b'X' | b'^' | b'_') => string(bytes, |_| Some("a string".to_owned())),
        _ => escape(bytes),
    };
    let body = &bytes[1..length];
    let mut shown = "ESC".to_owned();
    let text = String::from_utf8_lossy(body);
    let mut characters = text.chars();
    for character in characters.by_ref().take(STRING_CHARACTERS) {
        match character {
            '\u{7}' => shown.push('\u{2407}'),
            '\u{1b}' => shown.push_str("ESC"),
            character if character.is_control() || is_bidirectional_control(character) => {
                shown.push_str(&format!("<U+{:04X}>", character as u32));
            }
            character => shown.push(character),
        }
    }
    if characters.next().is_some() {
        shown.push('…');
    }
    pieces.push(Piece {
        is_text: false,
        shown,
        meaning,
    });
    length
}

fn cut() -> Option<String> {
    Some("goes on in the next output".to_owned())
}

/// Returns the length of an escape sequence that is none of the longer kinds, and its meaning.
fn escape(bytes: &[u8]) -> (usize, Option<String>) {
    let mut end = 1;
    while bytes
        .get(end)
        .is_some_and(|byte| matches!(byte, 0x20..=0x2f))
    {
        end += 1;
    }
    match bytes.get(end) {
        None if end > 1 => return (end, cut()),
        None => return (end, Some("Escape".to_owned())),
        Some(0x30..=0x7e) => {}
        Some(_) => return (end, Some("Escape".to_owned())),
    }
    let meaning = match &bytes[1..=end] {
        b"7" => "save cursor",
        b"8" => "restore cursor",
        b"c" => "reset the terminal",
        b"D" => "line down",
        b"E" => "next line",
        b"H" => "set a tab stop",
        b"M" => "line up",
        b"=" => "application keypad",
        b">" => "normal keypad",
        b"\\" => "end of a string",
        b"#8" => "fill with E",
        b"(0" | b")0" => "line drawing characters",
        b"(B" | b")B" => "ASCII characters",
        _ => return (end + 1, None),
    };
    (end + 1, Some(meaning.to_owned()))
}

/// Returns the length of a string up to its end, and its meaning.
fn string(bytes: &[u8], meaning: impl Fn(&str) -> Option<String>) -> (usize, Option<String>) {
    let body = &bytes[2..];
    let end = body
        .iter()
        .position(|byte| matches!(byte, 0x07 | 0x18 | 0x1a | 0x1b));
    let Some(end) = end else {
        return (bytes.len(), cut());
    };
    let text = String::from_utf8_lossy(&body[..end]);
    let terminator = match body[end..] {
        [0x1b, b'\\', ..] => 2,
        // Another sequence begins and ends this one.
        [0x1b, ..] => 0,
        _ => 1,
    };
    (2 + end + terminator, meaning(&text))
}

fn operating_system(text: &str) -> Option<String> {
    let (number, rest) = text.split_once(';').unwrap_or((text, ""));
    let meaning = match (number, rest.chars().next()) {
        ("0", _) => "title and icon name",
        ("1", _) => "icon name",
        ("2", _) => "title",
        ("4", _) => "a colour of the palette",
        ("7", _) => "working directory",
        ("8", _) if rest == ";" => "end of a hyperlink",
        ("8", _) => "a hyperlink",
        ("9", _) => "a notice",
        ("10", _) => "foreground colour",
        ("11", _) => "background colour",
        ("12", _) => "cursor colour",
        ("52", _) => "clipboard",
        ("133", Some('A')) => "a prompt begins",
        ("133", Some('B')) => "a prompt ends",
        ("133", Some('C')) => "a command begins to run",
        ("133", Some('D')) => "a command has ended",
        _ => return None,
    };
    Some(meaning.to_owned())
}

/// Returns the length of a control sequence, and its meaning.
fn control_sequence(bytes: &[u8]) -> (usize, Option<String>) {
    let parameters = bytes[2..]
        .iter()
        .take_while(|byte| matches!(byte, 0x30..=0x3f))
        .count();
    let middle = bytes[2 + parameters..]
        .iter()
        .take_while(|byte| matches!(byte, 0x20..=0x2f))
        .count();
    let end = 2 + parameters + middle;
    let Some(last @ 0x40..=0x7e) = bytes.get(end).copied() else {
        let meaning = match bytes.len() == end {
            true => cut(),
            false => Some("broken off".to_owned()),
        };
        return (end, meaning);
    };
    let text = String::from_utf8_lossy(&bytes[2..2 + parameters]);
    let middle = &bytes[2 + parameters..end];
    (end + 1, control_meaning(&text, middle, last))
}

fn control_meaning(parameters: &str, middle: &[u8], last: u8) -> Option<String> {
    let (mark, numbers) = match parameters.chars().next() {
        Some(mark @ '<'..='?') => (Some(mark), &parameters[1..]),
        _ => (None, parameters),
    };
    let number = |place: usize, default: u32| {
        let text = numbers.split(';').nth(place).unwrap_or("");
        match text.parse() {
            Ok(0) | Err(_) => default,
            Ok(number) => number,
        }
    };
    let raw = |place: usize| numbers.split(';').nth(place).unwrap_or("");
    let count = number(0, 1);
    let erased = |what: &str| match raw(0) {
        "" | "0" => Some(format!("erase to the end of the {what}")),
        "1" => Some(format!("erase from the start of the {what}")),
        "2" => Some(format!("erase {what}")),
        "3" => Some("erase history".to_owned()),
        _ => None,
    };
    let words = match (mark, middle, last) {
        (None, b"", b'm') => return Some(graphics(numbers)),
        (Some('>'), b"", b'm') => "modifyOtherKeys".to_owned(),
        (None | Some('?'), b"", b'J') => return erased("display"),
        (None | Some('?'), b"", b'K') => return erased("line"),
        (None, b"", b'H' | b'f') => {
            format!("cursor to row {}, column {}", number(0, 1), number(1, 1))
        }
        (None, b"", b'A') => format!("cursor up {count}"),
        (None, b"", b'B') => format!("cursor down {count}"),
        (None, b"", b'C') => format!("cursor right {count}"),
        (None, b"", b'D') => format!("cursor left {count}"),
        (None, b"", b'E') => format!("start of line, {count} down"),
        (None, b"", b'F') => format!("start of line, {count} up"),
        (None, b"", b'G' | b'`') => format!("cursor to column {count}"),
        (None, b"", b'd') => format!("cursor to row {count}"),
        (None, b"", b'I') => format!("{count} tab stops on"),
        (None, b"", b'Z') => format!("{count} tab stops back"),
        (None, b"", b'L') => format!("insert {count} lines"),
        (None, b"", b'M') => format!("delete {count} lines"),
        (None, b"", b'P') => format!("delete {count} characters"),
        (None, b"", b'@') => format!("insert {count} blanks"),
        (None, b"", b'X') => format!("erase {count} characters"),
        (None, b"", b'S') => format!("scroll up {count}"),
        (None, b"", b'T') => format!("scroll down {count}"),
        (None, b"", b'b') => format!("repeat {count} times"),
        (None, b"", b'r') if numbers.is_empty() => "no margins".to_owned(),
        (None, b"", b'r') => format!("margins: rows {} to {}", raw(0), raw(1)),
        (None, b"", b's') => "save cursor".to_owned(),
        (None, b"", b'u') => "restore cursor".to_owned(),
        (None, b"", b'n') if raw(0) == "6" => "where is the cursor?".to_owned(),
        (None, b"", b'n') => "a status report is asked".to_owned(),
        (None, b"", b'R') => format!("cursor is at row {}, column {}", raw(0), raw(1)),
        (None, b"", b'c') => "which terminal is this?".to_owned(),
        (Some('>'), b"", b'c') => "which version is this?".to_owned(),
        (Some('?'), b"", b'c') => "this terminal's kind".to_owned(),
        (None, b"", b'g') => "clear tab stops".to_owned(),
        (None, b"", b't') => "window size or state".to_owned(),
        (None, b" ", b'q') => "cursor shape".to_owned(),
        (None, b"!", b'p') => "soft reset".to_owned(),
        (_, b"$", b'p') => format!("how is mode {numbers}?"),
        (_, b"$", b'y') => format!("mode {} is {}", raw(0), raw(1)),
        (Some('>'), b"", b'q') => "terminal's name and version?".to_owned(),
        (Some('?'), b"", b'u') => "kitty keyboard flags?".to_owned(),
        (Some('>'), b"", b'u') => format!("push kitty keyboard flags {}", raw(0)),
        (Some('<'), b"", b'u') => "pop kitty keyboard flags".to_owned(),
        (Some('='), b"", b'u') => "set kitty keyboard flags".to_owned(),
        (Some('<'), b"", b'M' | b'm') => "the mouse".to_owned(),
        (None, b"", b'~') if raw(0) == "200" => "a paste begins".to_owned(),
        (None, b"", b'~') if raw(0) == "201" => "a paste ends".to_owned(),
        (_, b"", b'h' | b'l') => return modes(mark, numbers, last == b'h'),
        _ => return None,
    };
    Some(words)
}

fn modes(mark: Option<char>, numbers: &str, on: bool) -> Option<String> {
    let told: Vec<String> = numbers
        .split(';')
        .map(|number| {
            let name = match (mark, number) {
                (None, "4") => "insert mode",
                (None, "20") => "newline mode",
                (Some('?'), "1") => "application cursor keys",
                (Some('?'), "3") => "132 columns",
                (Some('?'), "5") => "reverse video",
                (Some('?'), "6") => "origin mode",
                (Some('?'), "7") => "autowrap",
                (Some('?'), "12") => "blinking cursor",
                (Some('?'), "25") => "cursor shown",
                (Some('?'), "47" | "1047" | "1049") => "alternate screen",
                (Some('?'), "66") => "application keypad",
                (Some('?'), "9" | "1000") => "mouse clicks",
                (Some('?'), "1002") => "mouse drags",
                (Some('?'), "1003") => "mouse motion",
                (Some('?'), "1004") => "focus reports",
                (Some('?'), "1005") => "UTF-8 mouse reports",
                (Some('?'), "1006") => "SGR mouse reports",
                (Some('?'), "1007") => "wheel as arrows",
                (Some('?'), "1015") => "urxvt mouse reports",
                (Some('?'), "1048") => "saved cursor",
                (Some('?'), "2004") => "bracketed paste",
                (Some('?'), "2026") => "synchronized output",
                (Some('?'), "2031") => "colour scheme reports",
                _ => return format!("mode {number}"),
            };
            name.to_owned()
        })
        .collect();
    let switched = if on { "on" } else { "off" };
    Some(format!("{} {switched}", told.join(", ")))
}

/// Says what SGR numbers set.
fn graphics(numbers: &str) -> String {
    const COLORS: [&str; 8] = [
        "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white",
    ];
    let mut told = Vec::new();
    let mut numbers = numbers.split([';', ':']);
    while let Some(number) = numbers.next() {
        let code: u16 = match number {
            "" => 0,
            number => number.parse().unwrap_or(u16::MAX),
        };
        let color = |base: u16| COLORS[usize::from(code - base)];
        told.push(match code {
            0 => "plain".to_owned(),
            1 => "bold".to_owned(),
            2 => "dim".to_owned(),
            3 => "italic".to_owned(),
            4 => "underline".to_owned(),
            5 | 6 => "blink".to_owned(),
            7 => "inverse".to_owned(),
            8 => "hidden".to_owned(),
            9 => "crossed out".to_owned(),
            22 => "not bold".to_owned(),
            23 => "not italic".to_owned(),
            24 => "not underlined".to_owned(),
            25 => "not blinking".to_owned(),
            27 => "not inverse".to_owned(),
            28 => "not hidden".to_owned(),
            29 => "not crossed out".to_owned(),
            30..38 => color(30).to_owned(),
            39 => "usual colour".to_owned(),
            40..48 => format!("on {}", color(40)),
            49 => "usual background".to_owned(),
            90..98 => format!("bright {}", color(90)),
            100..108 => format!("on bright {}", color(100)),
            38 | 48 | 58 => {
                let place = match code {
                    38 => "",
                    48 => "on ",
                    _ => "underline ",
                };
                match numbers.next() {
                    Some("5") => format!("{place}colour {}", numbers.next().unwrap_or("?")),
                    Some("2") => {
                        let rgb: Vec<&str> = numbers.by_ref().take(3).collect();
                        format!("{place}rgb {}", rgb.join(" "))
                    }
                    _ => format!("{place}some colour"),
                }
            }
            _ => format!("attribute {number}"),
        });
    }
    told.join(", ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Checks the spelling of bytes, and the meanings of what is no text.
    #[track_caller]
    fn check(bytes: &[u8], shown: &str, meanings: &[&str]) {
        assert_eq!(spelled(bytes, usize::MAX), shown);
        let told: Vec<String> = pieces(bytes)
            .into_iter()
            .filter(|piece| !piece.is_text)
            .map(|piece| piece.meaning.unwrap_or_default())
            .collect();
        assert_eq!(told, meanings, "{shown}");
    }

    #[test]
    fn sequences_are_spelled_out_and_explained() {
        check(
            b"\x1b[2J\x1b[H\x1b[1;31mPass\x1b[0mword: ",
            "ESC[2JESC[HESC[1;31mPassESC[0mword: ",
            &[
                "erase display",
                "cursor to row 1, column 1",
                "bold, red",
                "plain",
            ],
        );
        check(
            b"\x1b]0;top\x07a\x1b]8;;\x1b\\\r\n",
            "ESC]0;top\u{2407}aESC]8;;ESC\\\u{240d}\u{240a}",
            &["title and icon name", "end of a hyperlink", "end of line"],
        );
        check(
            b"\x1b[?1049h\x1b[?25;7l\x1b(0\x1b[6n\x1b[38;5;9;48:2:1:2:3m",
            "ESC[?1049hESC[?25;7lESC(0ESC[6nESC[38;5;9;48:2:1:2:3m",
            &[
                "alternate screen on",
                "cursor shown, autowrap off",
                "line drawing characters",
                "where is the cursor?",
                "colour 9, on rgb 1 2 3",
            ],
        );
        check(b"\x1b[99y\x1bz", "ESC[99yESCz", &["", ""]);
    }

    #[test]
    fn what_is_cut_or_broken_is_told() {
        check(b"a\x1b[1;", "aESC[1;", &["goes on in the next output"]);
        check(b"\x1b]2;x", "ESC]2;x", &["goes on in the next output"]);
        check(b"\x1b", "ESC", &["Escape"]);
        check(b"\x1b[1\x07", "ESC[1\u{2407}", &["broken off", "bell"]);
        check(
            "a\u{202e}\u{9b}b".as_bytes(),
            "a<U+202E><U+009B>b",
            &["a control character", "a control character"],
        );
        check(b"a\xffb", "a<FF>b", &["no UTF-8"]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_controls(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let shown = spelled(&bytes, usize::MAX);
            prop_assert!(!shown.chars().any(|c| c.is_control() || is_bidirectional_control(c)));
            prop_assert_eq!(bytes.is_empty(), shown.is_empty());
        }
    }
}
