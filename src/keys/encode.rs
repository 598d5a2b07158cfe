//! Writes keys, pastes, mouse and focus as a child expects them in the modes it has set.
//!
//! Keys follow xterm's control sequences (PC-style function keys, modifyOtherKeys) and kitty's
//! keyboard protocol with flag 1. What a child did not ask for is not sent.

use std::io::Write;

use super::{Input, InputModes, Key, KeyCode, Modifiers, mouse, paste::encode_paste};

/// kitty's flag "disambiguate escape codes", the only one supported.
const DISAMBIGUATE: u8 = 1;

/// Appends what `input` is for a child in `modes`: nothing when it did not ask for such input.
pub fn encode(input: &Input, modes: &InputModes, out: &mut Vec<u8>) {
    match input {
        Input::Key(key) => encode_key(*key, modes, out),
        Input::Paste(text) => encode_paste(text, modes, out),
        Input::Mouse(mouse) => mouse::encode(mouse, modes.mouse, modes.mouse_encoding, out),
        Input::Focus(_) if !modes.focus => {}
        Input::Focus(true) => out.extend_from_slice(b"\x1b[I"),
        Input::Focus(false) => out.extend_from_slice(b"\x1b[O"),
    }
}

/// Appends what a terminal sends for `key` in `modes`.
pub fn encode_key(key: Key, modes: &InputModes, out: &mut Vec<u8>) {
    let key = match key.code {
        KeyCode::Char(character) => Key::character(character, key.modifiers),
        _ => key,
    };
    let disambiguate = modes.kitty & DISAMBIGUATE != 0;
    match key.code {
        KeyCode::Char(character) if disambiguate => kitty_character(character, key.modifiers, out),
        KeyCode::Char(character) => legacy_character(character, key.modifiers, modes, out),
        KeyCode::Enter | KeyCode::Tab | KeyCode::Backspace | KeyCode::Escape if disambiguate => {
            kitty_control(key, modes, out);
        }
        KeyCode::Enter | KeyCode::Tab | KeyCode::Backspace | KeyCode::Escape => {
            legacy_control(key, modes, out);
        }
        KeyCode::Keypad(character) if disambiguate => kitty_keypad(character, key.modifiers, out),
        KeyCode::Keypad(character) => legacy_keypad(character, key.modifiers, modes, out),
        _ => function(key, modes, out),
    }
}

/// Appends an arrow, editing or function key: xterm's PC style, or kitty's form of it, which knows
/// no application mode.
fn function(key: Key, modes: &InputModes, out: &mut Vec<u8>) {
    let disambiguate = modes.kitty & DISAMBIGUATE != 0;
    // With modifiers terminfo has xterm's form everywhere.
    let numbered = modes.numbered_home && key.modifiers == Modifiers::NONE && !disambiguate;
    let (number, last) = match key.code {
        KeyCode::Up => (1, 'A'),
        KeyCode::Down => (1, 'B'),
        KeyCode::Right => (1, 'C'),
        KeyCode::Left => (1, 'D'),
        KeyCode::Begin => (1, 'E'),
        KeyCode::Home if numbered => (1, '~'),
        KeyCode::End if numbered => (4, '~'),
        KeyCode::End => (1, 'F'),
        KeyCode::Home => (1, 'H'),
        KeyCode::Insert => (2, '~'),
        KeyCode::Delete => (3, '~'),
        KeyCode::PageUp => (5, '~'),
        KeyCode::PageDown => (6, '~'),
        // kitty moved F3 away from the cursor report's form.
        KeyCode::Function(3) if disambiguate => (13, '~'),
        KeyCode::Function(number @ 1..=4) => (1, char::from(b'P' + number - 1)),
        KeyCode::Function(number @ 13..=35) if disambiguate => {
            (57376 + u32::from(number) - 13, 'u')
        }
        KeyCode::Function(number @ 5..=35) => (vt220_function(number), '~'),
        // Every other code is encoded elsewhere or is no key.
        _ => return,
    };
    let single_shift = match key.code {
        KeyCode::Function(1..=4) => true,
        _ => last != '~' && modes.application_cursor,
    };
    if last != '~' && key.modifiers == Modifiers::NONE && single_shift && !disambiguate {
        append(out, format_args!("\x1bO{last}"));
    } else {
        control_sequence(number, key.modifiers, last, out);
    }
}

/// Returns the number of F5 to F35 in `CSI number ~`: VT220's, and xterm's for F21 and up.
fn vt220_function(number: u8) -> u32 {
    let gap = match number {
        ..=5 => 10,
        6..=10 => 11,
        11..=14 => 12,
        15..=16 => 13,
        17..=20 => 14,
        _ => 21,
    };
    u32::from(number) + gap
}

/// Appends a character in kitty's protocol: text as itself, else `CSI code ; modifiers u` with the
/// code of the unshifted key.
fn kitty_character(character: char, modifiers: Modifiers, out: &mut Vec<u8>) {
    if modifiers.without(Modifiers::SHIFT) == Modifiers::NONE {
        push(character, out);
        return;
    }
    let (character, modifiers) = unshifted(character, modifiers);
    control_sequence(u32::from(character), modifiers, 'u', out);
}

/// Appends Enter, Tab, Backspace or Escape in kitty's protocol: the first three keep their bytes
/// without modifiers, so that a person can still type `reset`.
fn kitty_control(key: Key, modes: &InputModes, out: &mut Vec<u8>) {
    if key.modifiers == Modifiers::NONE && key.code != KeyCode::Escape {
        legacy_control(key, modes, out);
    } else {
        control_sequence(control_code(key.code), key.modifiers, 'u', out);
    }
}

/// Appends a keypad key in kitty's protocol: those that produce text are text without modifiers.
fn kitty_keypad(character: char, modifiers: Modifiers, out: &mut Vec<u8>) {
    const ORDER: &str = "0123456789./*-+\r=,";
    let text = modifiers.without(Modifiers::SHIFT) == Modifiers::NONE && character != '\r';
    match ORDER.chars().position(|known| known == character) {
        Some(index) if !text => control_sequence(57399 + index as u32, modifiers, 'u', out),
        _ => push(character, out),
    }
}

/// Appends a character as xterm does without kitty's protocol.
fn legacy_character(character: char, modifiers: Modifiers, modes: &InputModes, out: &mut Vec<u8>) {
    if modified_character(character, modifiers, modes.modify_other_keys) {
        let (_, modifiers) = unshifted(character, modifiers);
        modify_other_keys(u32::from(character), modifiers, out);
        return;
    }
    // There is no other form for Super, and the character alone would be another key.
    if modifiers.contains(Modifiers::SUPER) {
        return;
    }
    if modifiers.contains(Modifiers::ALT) {
        out.push(0x1b);
    }
    match control_byte(character) {
        Some(byte) if modifiers.contains(Modifiers::CONTROL) => out.push(byte),
        _ => push(character, out),
    }
}

/// Appends Enter, Tab, Backspace or Escape as xterm does, with kitty's table of modifiers ("C0
/// controls") where xterm has none.
fn legacy_control(key: Key, modes: &InputModes, out: &mut Vec<u8>) {
    let Key { code, modifiers } = key;
    let held = |modifier| modifiers.contains(modifier);
    if modified_control(code, modifiers, modes.modify_other_keys) {
        let code = match code {
            KeyCode::Backspace if held(Modifiers::CONTROL) => 8,
            _ => control_code(code),
        };
        modify_other_keys(code, modifiers, out);
        return;
    }
    if held(Modifiers::ALT) {
        out.push(0x1b);
    }
    match code {
        KeyCode::Tab if held(Modifiers::SHIFT) => out.extend_from_slice(b"\x1b[Z"),
        KeyCode::Backspace if held(Modifiers::CONTROL) => out.push(0x08),
        KeyCode::Enter if modes.newline => out.extend_from_slice(b"\r\n"),
        _ => out.push(control_code(code) as u8),
    }
}

/// Appends a keypad key: SS3 in application mode, with xterm's parameter for modifiers, else its
/// character.
fn legacy_keypad(character: char, modifiers: Modifiers, modes: &InputModes, out: &mut Vec<u8>) {
    let last = match character {
        '\r' => 'M',
        '=' => 'X',
        '*'..='9' => char::from(character as u8 - b'*' + b'j'),
        _ => return,
    };
    match (modes.application_keypad, modifiers) {
        (true, Modifiers::NONE) => append(out, format_args!("\x1bO{last}")),
        (true, _) => append(out, format_args!("\x1bO{}{last}", parameter(modifiers))),
        (false, _) => {
            if modifiers.contains(Modifiers::ALT) {
                out.push(0x1b);
            }
            match character {
                '\r' if modes.newline => out.extend_from_slice(b"\r\n"),
                _ => push(character, out),
            }
        }
    }
}

/// Returns whether modifyOtherKeys at `level` has a sequence for `character`: at 1 only where
/// Control has no control character, at 2 for every modifier. A capital alone is text at both;
/// xterm reports it at 2, which readers of text do not expect.
fn modified_character(character: char, modifiers: Modifiers, level: u8) -> bool {
    let beyond_shift = modifiers.without(Modifiers::SHIFT) != Modifiers::NONE;
    let control = modifiers.contains(Modifiers::CONTROL);
    match level {
        0 => false,
        1 => match character {
            '@'..='\x7f' => false,
            ' ' | '2'..='8' | '/' => control && modifiers.contains(Modifiers::ALT),
            _ => control,
        },
        _ => beyond_shift || character == ' ' && modifiers != Modifiers::NONE,
    }
}

/// Returns whether modifyOtherKeys at `level` has a sequence for Enter, Tab, Backspace or Escape.
/// At 1 what Alt does with an ESC alone stays as it is.
fn modified_control(code: KeyCode, modifiers: Modifiers, level: u8) -> bool {
    let held = |modifier| modifiers.contains(modifier);
    let only = |modifier| modifiers == modifier;
    if level == 0 || only(Modifiers::NONE) {
        return false;
    }
    match (code, level) {
        (KeyCode::Tab, _) if only(Modifiers::SHIFT) => false,
        (KeyCode::Enter | KeyCode::Tab, 1) => {
            !held(Modifiers::ALT) || held(Modifiers::SHIFT) && !held(Modifiers::CONTROL)
        }
        (KeyCode::Escape, 1) => {
            held(Modifiers::ALT) && (held(Modifiers::CONTROL) || held(Modifiers::SHIFT))
        }
        (KeyCode::Backspace, 1) => false,
        (KeyCode::Backspace, _) => !only(Modifiers::CONTROL),
        _ => true,
    }
}

/// Returns the control character of Control and `character` as X and xterm map it.
fn control_byte(character: char) -> Option<u8> {
    match character {
        '@'..='~' => Some(character as u8 & 0x1f),
        ' ' | '2' => Some(0x00),
        '3'..='7' => Some(character as u8 - b'3' + 0x1b),
        '8' | '?' => Some(0x7f),
        '/' => Some(0x1f),
        _ => None,
    }
}

/// Returns the code of Enter, Tab, Backspace and Escape in `CSI u` and modifyOtherKeys, which is
/// also the byte they send.
fn control_code(code: KeyCode) -> u32 {
    match code {
        KeyCode::Enter => 13,
        KeyCode::Tab => 9,
        KeyCode::Backspace => 127,
        _ => 27,
    }
}

/// Returns the key of a capital and its modifiers with Shift. Which key another shifted character
/// is on depends on the keyboard, so that is left as it is.
fn unshifted(character: char, modifiers: Modifiers) -> (char, Modifiers) {
    let mut lower = character.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(lower), None)
            if lower != character && lower.to_uppercase().eq(std::iter::once(character)) =>
        {
            (lower, modifiers | Modifiers::SHIFT)
        }
        _ => (character, modifiers),
    }
}

/// Returns xterm's and kitty's parameter for `modifiers`.
fn parameter(modifiers: Modifiers) -> u32 {
    u32::from(modifiers.0) + 1
}

fn modify_other_keys(code: u32, modifiers: Modifiers, out: &mut Vec<u8>) {
    append(
        out,
        format_args!("\x1b[27;{};{code}~", parameter(modifiers)),
    );
}

/// Appends `CSI number ; modifiers last`, leaving out what has its default.
fn control_sequence(number: u32, modifiers: Modifiers, last: char, out: &mut Vec<u8>) {
    match (number, modifiers) {
        (1, Modifiers::NONE) if last != '~' => append(out, format_args!("\x1b[{last}")),
        (_, Modifiers::NONE) => append(out, format_args!("\x1b[{number}{last}")),
        _ => append(
            out,
            format_args!("\x1b[{number};{}{last}", parameter(modifiers)),
        ),
    }
}

fn append(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text)
        .expect("writing to a vector does not fail");
}

fn push(character: char, out: &mut Vec<u8>) {
    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

#[cfg(test)]
pub(super) mod tests {
    use std::time::Instant;

    use proptest::prelude::*;

    use super::*;
    use crate::{
        geometry::Position,
        keys::{
            Decoder, Event, Mouse, MouseAction, MouseEncoding, MouseMode, name::tests::any_key,
        },
    };

    pub const LEGACY: InputModes = InputModes {
        application_cursor: false,
        numbered_home: false,
        application_keypad: false,
        bracketed_paste: false,
        newline: false,
        focus: false,
        mouse: MouseMode::Off,
        mouse_encoding: MouseEncoding::X10,
        kitty: 0,
        modify_other_keys: 0,
    };
    pub const KITTY: InputModes = InputModes { kitty: 1, ..LEGACY };
    const OTHER_1: InputModes = InputModes {
        modify_other_keys: 1,
        ..LEGACY
    };
    const OTHER_2: InputModes = InputModes {
        modify_other_keys: 2,
        ..LEGACY
    };
    pub const CURSOR: InputModes = InputModes {
        application_cursor: true,
        ..LEGACY
    };
    pub const KEYPAD: InputModes = InputModes {
        application_keypad: true,
        ..LEGACY
    };
    const NEWLINE: InputModes = InputModes {
        newline: true,
        ..LEGACY
    };
    const BRACKETS: InputModes = InputModes {
        bracketed_paste: true,
        ..LEGACY
    };

    fn encoded(input: &Input, modes: &InputModes) -> Vec<u8> {
        let mut out = Vec::new();
        encode(input, modes, &mut out);
        out
    }

    /// Checks rows of key and bytes in `modes`.
    #[track_caller]
    fn check(modes: InputModes, rows: &[(&str, &str)]) {
        for (key, expected) in rows {
            let input = Input::Key(key.parse().expect("a key"));
            let out = encoded(&input, &modes);
            assert_eq!(
                out.escape_ascii().to_string(),
                expected.as_bytes().escape_ascii().to_string(),
                "{key} in {modes:?}"
            );
        }
    }

    /// Returns what the decoder makes of what `input` is in `modes`.
    fn round_trip(input: &Input, modes: &InputModes) -> Vec<Event> {
        let mut decoder = Decoder::default();
        let mut events = Vec::new();
        decoder.feed(Instant::now(), &encoded(input, modes), &mut events);
        if let Some(deadline) = decoder.next_deadline() {
            decoder.timeout(deadline, &mut events);
        }
        events
    }

    /// Returns what one decoder makes of what `inputs` are in `modes`.
    fn round_trip_all(inputs: &[Input], modes: &InputModes) -> Vec<Input> {
        let mut decoder = Decoder::default();
        let mut events = Vec::new();
        for input in inputs {
            decoder.feed(Instant::now(), &encoded(input, modes), &mut events);
        }
        let inputs = events.into_iter().filter_map(|event| match event {
            Event::Input(input) => Some(input),
            _ => None,
        });
        inputs.collect()
    }

    /// Any modes in which a key can be sent.
    fn any_modes() -> impl Strategy<Value = InputModes> {
        (any::<[bool; 5]>(), 0..2u8, 0..3u8).prop_map(
            |(
                [
                    application_cursor,
                    application_keypad,
                    bracketed_paste,
                    newline,
                    focus,
                ],
                kitty,
                modify_other_keys,
            )| {
                InputModes {
                    application_cursor,
                    application_keypad,
                    bracketed_paste,
                    newline,
                    focus,
                    kitty,
                    modify_other_keys,
                    ..LEGACY
                }
            },
        )
    }

    /// xterm's "PC-Style Function Keys" and "VT220-Style Function Keys".
    #[test]
    fn xterm_function_keys() {
        check(
            LEGACY,
            &[
                ("Up", "\x1b[A"),
                ("Down", "\x1b[B"),
                ("Right", "\x1b[C"),
                ("Left", "\x1b[D"),
                ("Home", "\x1b[H"),
                ("End", "\x1b[F"),
                ("Insert", "\x1b[2~"),
                ("Delete", "\x1b[3~"),
                ("PageUp", "\x1b[5~"),
                ("PageDown", "\x1b[6~"),
                ("F1", "\x1bOP"),
                ("F2", "\x1bOQ"),
                ("F3", "\x1bOR"),
                ("F4", "\x1bOS"),
                ("F5", "\x1b[15~"),
                ("F6", "\x1b[17~"),
                ("F7", "\x1b[18~"),
                ("F8", "\x1b[19~"),
                ("F9", "\x1b[20~"),
                ("F10", "\x1b[21~"),
                ("F11", "\x1b[23~"),
                ("F12", "\x1b[24~"),
                ("F13", "\x1b[25~"),
                ("F14", "\x1b[26~"),
                ("F15", "\x1b[28~"),
                ("F16", "\x1b[29~"),
                ("F17", "\x1b[31~"),
                ("F18", "\x1b[32~"),
                ("F19", "\x1b[33~"),
                ("F20", "\x1b[34~"),
                ("F21", "\x1b[42~"),
                ("F24", "\x1b[45~"),
                ("S-Up", "\x1b[1;2A"),
                ("M-Up", "\x1b[1;3A"),
                ("M-S-Up", "\x1b[1;4A"),
                ("C-Up", "\x1b[1;5A"),
                ("C-S-Up", "\x1b[1;6A"),
                ("C-M-Up", "\x1b[1;7A"),
                ("C-M-S-Up", "\x1b[1;8A"),
                ("D-Up", "\x1b[1;9A"),
                ("C-F1", "\x1b[1;5P"),
                ("S-F3", "\x1b[1;2R"),
                ("C-F5", "\x1b[15;5~"),
                ("S-Delete", "\x1b[3;2~"),
            ],
        );
        check(
            CURSOR,
            &[
                ("Up", "\x1bOA"),
                ("Down", "\x1bOB"),
                ("Right", "\x1bOC"),
                ("Left", "\x1bOD"),
                ("Home", "\x1bOH"),
                ("End", "\x1bOF"),
                ("C-Up", "\x1b[1;5A"),
                ("Delete", "\x1b[3~"),
                ("F1", "\x1bOP"),
            ],
        );
    }

    /// What terminfo says of tmux and screen, in both of the cursor keys' modes.
    #[test]
    fn numbered_home_and_end() {
        for modes in [LEGACY, CURSOR] {
            check(
                InputModes {
                    numbered_home: true,
                    ..modes
                },
                &[
                    ("Home", "\x1b[1~"),
                    ("End", "\x1b[4~"),
                    ("S-Home", "\x1b[1;2H"),
                    ("C-End", "\x1b[1;5F"),
                    ("Insert", "\x1b[2~"),
                ],
            );
        }
        let kitty = InputModes {
            numbered_home: true,
            ..KITTY
        };
        check(kitty, &[("Home", "\x1b[H"), ("End", "\x1b[F")]);
    }

    #[test]
    fn keypad() {
        check(
            LEGACY,
            &[
                ("KP0", "0"),
                ("KP+", "+"),
                ("KPEnter", "\r"),
                ("C-KP5", "5"),
                ("M-KP5", "\x1b5"),
            ],
        );
        check(
            KEYPAD,
            &[
                ("KP0", "\x1bOp"),
                ("KP9", "\x1bOy"),
                ("KP*", "\x1bOj"),
                ("KP+", "\x1bOk"),
                ("KP,", "\x1bOl"),
                ("KP-", "\x1bOm"),
                ("KP.", "\x1bOn"),
                ("KP/", "\x1bOo"),
                ("KP=", "\x1bOX"),
                ("KPEnter", "\x1bOM"),
                ("C-KP5", "\x1bO5u"),
                ("5", "5"),
                ("Enter", "\r"),
            ],
        );
    }

    #[test]
    fn legacy_controls() {
        for (index, letter) in ('a'..='z').enumerate() {
            let byte = char::from(index as u8 + 1).to_string();
            check(
                LEGACY,
                &[
                    (&format!("C-{letter}"), &byte),
                    (&format!("C-S-{letter}"), &byte),
                    (&format!("C-M-{letter}"), &format!("\x1b{byte}")),
                    (&format!("M-{letter}"), &format!("\x1b{letter}")),
                ],
            );
        }
        check(
            LEGACY,
            &[
                ("C-Space", "\0"),
                ("C-@", "\0"),
                ("C-`", "\0"),
                ("C-2", "\0"),
                ("C-3", "\x1b"),
                ("C-[", "\x1b"),
                ("C-4", "\x1c"),
                ("C-\\", "\x1c"),
                ("C-5", "\x1d"),
                ("C-]", "\x1d"),
                ("C-6", "\x1e"),
                ("C-^", "\x1e"),
                ("C-~", "\x1e"),
                ("C-7", "\x1f"),
                ("C-/", "\x1f"),
                ("C-_", "\x1f"),
                ("C-8", "\x7f"),
                ("C-?", "\x7f"),
                ("C-1", "1"),
                ("C-9", "9"),
                ("C-,", ","),
                ("A", "A"),
                ("S-Space", " "),
                ("é", "é"),
                ("M-é", "\x1bé"),
                ("M-[", "\x1b["),
                ("D-c", ""),
            ],
        );
    }

    /// kitty's "C0 controls" of its legacy encoding, which agree with xterm.
    #[test]
    fn legacy_control_keys() {
        check(
            LEGACY,
            &[
                ("Enter", "\r"),
                ("C-Enter", "\r"),
                ("M-Enter", "\x1b\r"),
                ("S-Enter", "\r"),
                ("Escape", "\x1b"),
                ("C-Escape", "\x1b"),
                ("M-Escape", "\x1b\x1b"),
                ("Backspace", "\x7f"),
                ("C-Backspace", "\x08"),
                ("M-Backspace", "\x1b\x7f"),
                ("S-Backspace", "\x7f"),
                ("C-S-Backspace", "\x08"),
                ("C-M-Backspace", "\x1b\x08"),
                ("Tab", "\t"),
                ("C-Tab", "\t"),
                ("M-Tab", "\x1b\t"),
                ("S-Tab", "\x1b[Z"),
                ("C-S-Tab", "\x1b[Z"),
                ("M-S-Tab", "\x1b\x1b[Z"),
            ],
        );
        check(
            NEWLINE,
            &[
                ("Enter", "\r\n"),
                ("KPEnter", "\r\n"),
                ("C-m", "\r"),
                ("M-Enter", "\x1b\r\n"),
            ],
        );
    }

    /// xterm's table of modified keys at the first level.
    #[test]
    fn modify_other_keys_1() {
        check(
            OTHER_1,
            &[
                ("a", "a"),
                ("A", "A"),
                ("C-a", "\x01"),
                ("C-S-a", "\x01"),
                ("M-a", "\x1ba"),
                ("C-M-a", "\x1b\x01"),
                ("C-]", "\x1d"),
                ("C-Space", "\0"),
                ("S-Space", " "),
                ("C-2", "\0"),
                ("C-/", "\x1f"),
                ("C-1", "\x1b[27;5;49~"),
                ("C-,", "\x1b[27;5;44~"),
                ("C-.", "\x1b[27;5;46~"),
                ("C-;", "\x1b[27;5;59~"),
                ("C--", "\x1b[27;5;45~"),
                ("C-M-,", "\x1b[27;7;44~"),
                ("M-,", "\x1b,"),
                ("C-Enter", "\x1b[27;5;13~"),
                ("S-Enter", "\x1b[27;2;13~"),
                ("M-Enter", "\x1b\r"),
                ("C-Tab", "\x1b[27;5;9~"),
                ("S-Tab", "\x1b[Z"),
                ("M-Tab", "\x1b\t"),
                ("C-Backspace", "\x08"),
                ("M-Backspace", "\x1b\x7f"),
                ("C-Escape", "\x1b"),
                ("C-Up", "\x1b[1;5A"),
            ],
        );
    }

    /// xterm's table of modified keys at the second level.
    #[test]
    fn modify_other_keys_2() {
        check(
            OTHER_2,
            &[
                ("a", "a"),
                ("A", "A"),
                ("é", "é"),
                ("C-a", "\x1b[27;5;97~"),
                ("C-S-a", "\x1b[27;6;65~"),
                ("M-a", "\x1b[27;3;97~"),
                ("M-A", "\x1b[27;4;65~"),
                ("C-M-a", "\x1b[27;7;97~"),
                ("C-]", "\x1b[27;5;93~"),
                ("C-i", "\x1b[27;5;105~"),
                ("C-Space", "\x1b[27;5;32~"),
                ("S-Space", "\x1b[27;2;32~"),
                ("C-Enter", "\x1b[27;5;13~"),
                ("M-Enter", "\x1b[27;3;13~"),
                ("C-Tab", "\x1b[27;5;9~"),
                ("S-Tab", "\x1b[Z"),
                ("C-S-Tab", "\x1b[27;6;9~"),
                ("C-Escape", "\x1b[27;5;27~"),
                ("Escape", "\x1b"),
                ("Enter", "\r"),
                ("Backspace", "\x7f"),
                ("C-Backspace", "\x08"),
                ("S-Backspace", "\x1b[27;2;127~"),
                ("M-Backspace", "\x1b[27;3;127~"),
                ("C-M-Backspace", "\x1b[27;7;8~"),
                ("Up", "\x1b[A"),
            ],
        );
    }

    /// kitty's "Disambiguate escape codes" and "Functional key definitions".
    #[test]
    fn kitty_disambiguate() {
        check(
            InputModes {
                application_cursor: true,
                application_keypad: true,
                modify_other_keys: 2,
                ..KITTY
            },
            &[
                ("a", "a"),
                ("A", "A"),
                ("é", "é"),
                ("S-Space", " "),
                ("C-a", "\x1b[97;5u"),
                ("C-S-a", "\x1b[97;6u"),
                ("M-a", "\x1b[97;3u"),
                ("M-A", "\x1b[97;4u"),
                ("C-M-a", "\x1b[97;7u"),
                ("D-a", "\x1b[97;9u"),
                ("C-]", "\x1b[93;5u"),
                ("C-S-1", "\x1b[49;6u"),
                ("C-Space", "\x1b[32;5u"),
                ("M-[", "\x1b[91;3u"),
                ("Escape", "\x1b[27u"),
                ("C-Escape", "\x1b[27;5u"),
                ("Enter", "\r"),
                ("Tab", "\t"),
                ("Backspace", "\x7f"),
                ("S-Enter", "\x1b[13;2u"),
                ("C-Enter", "\x1b[13;5u"),
                ("S-Tab", "\x1b[9;2u"),
                ("C-S-Tab", "\x1b[9;6u"),
                ("C-Backspace", "\x1b[127;5u"),
                ("Up", "\x1b[A"),
                ("C-Up", "\x1b[1;5A"),
                ("Home", "\x1b[H"),
                ("End", "\x1b[F"),
                ("Insert", "\x1b[2~"),
                ("C-PageUp", "\x1b[5;5~"),
                ("F1", "\x1b[P"),
                ("F2", "\x1b[Q"),
                ("F3", "\x1b[13~"),
                ("C-F3", "\x1b[13;5~"),
                ("F4", "\x1b[S"),
                ("S-F1", "\x1b[1;2P"),
                ("F5", "\x1b[15~"),
                ("F12", "\x1b[24~"),
                ("F13", "\x1b[57376u"),
                ("C-F24", "\x1b[57387;5u"),
                ("KP5", "5"),
                ("KPEnter", "\x1b[57414u"),
                ("C-KP5", "\x1b[57404;5u"),
                ("C-KP+", "\x1b[57413;5u"),
            ],
        );
        check(InputModes { kitty: 2, ..LEGACY }, &[("C-a", "\x01")]);
    }

    #[test]
    fn focus_is_sent_when_asked_for() {
        let asked = InputModes {
            focus: true,
            ..LEGACY
        };
        assert_eq!(encoded(&Input::Focus(true), &asked), b"\x1b[I");
        assert_eq!(encoded(&Input::Focus(false), &asked), b"\x1b[O");
        assert_eq!(encoded(&Input::Focus(true), &LEGACY), b"");
    }

    /// Returns whether two keys share the bytes of `key` by the protocols' own rules, in kitty's
    /// protocol and at modifyOtherKeys 2 with an application keypad.
    fn ambiguous(key: Key, modes: &InputModes) -> bool {
        let shift_or_none = key.modifiers.without(Modifiers::SHIFT) == Modifiers::NONE;
        match key.code {
            KeyCode::Char(character) if character.is_control() => true,
            // Shift with a character is only another character.
            KeyCode::Char(_) if shift_or_none => key.modifiers != Modifiers::NONE,
            KeyCode::Char(character) => ('\u{e000}'..='\u{f8ff}').contains(&character),
            KeyCode::Keypad(character) => modes.kitty == 1 && shift_or_none && character != '\r',
            KeyCode::Backspace => modes.kitty == 0 && key.modifiers == Modifiers::CONTROL,
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn decoding_undoes_encoding(key in any_key()) {
            for modes in [KITTY, InputModes { application_keypad: true, ..OTHER_2 }] {
                if !ambiguous(key, &modes) {
                    let expected = [Event::Input(Input::Key(key))];
                    prop_assert_eq!(round_trip(&Input::Key(key), &modes), expected);
                }
            }
        }

        #[test]
        fn what_is_sent_in_any_mode_is_one_key_or_nothing(key in any_key(), modes in any_modes()) {
            // LNM makes Enter two keys, and modifyOtherKeys has a form for what else shares one.
            let modes = InputModes { newline: false, modify_other_keys: 0, ..modes };
            let events = round_trip(&Input::Key(key), &modes);
            let control = matches!(key.code, KeyCode::Char(character) if character.is_control());
            // Alt's ESC and another one are two keys.
            let escape = match key.code {
                KeyCode::Char(character) => control_byte(character) == Some(0x1b),
                code => code == KeyCode::Escape,
            };
            prop_assert!(control || events.len() <= 1 || escape, "{events:?}");
            // What it is read as is sent as the same bytes again.
            if !control && let [Event::Input(again)] = events.as_slice() {
                prop_assert_eq!(encoded(again, &modes), encoded(&Input::Key(key), &modes));
            }
        }

        #[test]
        fn decoding_undoes_encoding_of_function_keys_in_every_mode(
            key in any_key(), modes in any_modes(),
        ) {
            let legacy = matches!(
                key.code,
                KeyCode::Char(_) | KeyCode::Keypad(_) | KeyCode::Enter | KeyCode::Escape
                    | KeyCode::Backspace | KeyCode::Tab
            );
            if !legacy {
                let expected = [Event::Input(Input::Key(key))];
                prop_assert_eq!(round_trip(&Input::Key(key), &modes), expected);
            }
        }

        #[test]
        fn decoding_undoes_encoding_of_text_and_pastes(text in "[^\\p{Cc}]{1,20}") {
            let expected: Vec<_> = text
                .chars()
                .map(|c| Event::Input(Input::Key(Key::plain(KeyCode::Char(c)))))
                .collect();
            let mut bytes = Vec::new();
            for character in text.chars() {
                encode_key(Key::plain(KeyCode::Char(character)), &KITTY, &mut bytes);
            }
            let mut events = Vec::new();
            Decoder::default().feed(Instant::now(), &bytes, &mut events);
            prop_assert_eq!(events, expected);
            let paste = Input::Paste(text);
            prop_assert_eq!(round_trip(&paste, &BRACKETS), [Event::Input(paste.clone())]);
        }

        #[test]
        fn decoding_undoes_encoding_of_the_mouse(
            kind in 0..8usize, button in 0..7u8, row in 0..222u16, col in 0..222u16, bits in 0..8u8,
        ) {
            let button = if button < 3 { button } else { button + 5 };
            let action = [
                MouseAction::Press(button),
                MouseAction::Release(button),
                MouseAction::Drag(button),
                MouseAction::Move,
                MouseAction::WheelUp,
                MouseAction::WheelDown,
                MouseAction::WheelLeft,
                MouseAction::WheelRight,
            ][kind];
            let mouse = Mouse {
                action,
                position: Position { row, col },
                modifiers: Modifiers(bits),
            };
            for mouse_encoding in [MouseEncoding::Sgr, MouseEncoding::X10, MouseEncoding::Urxvt] {
                let modes = InputModes { mouse: MouseMode::Motion, mouse_encoding, ..LEGACY };
                let input = Input::Mouse(mouse);
                // Only SGR tells which button came up; the others are read after its press.
                let told = mouse_encoding == MouseEncoding::Sgr;
                let before = match action {
                    MouseAction::Release(_) if !told => vec![Input::Mouse(Mouse {
                        action: MouseAction::Press(button),
                        ..mouse
                    })],
                    _ => Vec::new(),
                };
                let inputs = [before, vec![input]].concat();
                prop_assert_eq!(round_trip_all(&inputs, &modes), inputs);
            }
        }
    }
}
