//! The tables of kitty's keyboard protocol, with flag 1.

use super::*;

/// kitty "Disambiguate escape codes": text stays text, every other ASCII key is `CSI u` with the
/// code of the key without Shift.
#[test]
fn disambiguated_text_keys() {
    let others = "é漢д";
    for character in TEXT_KEYS.chars().chain(others.chars()) {
        both(&KITTY, &character.to_string(), &character.to_string());
        let code = u32::from(character);
        for (index, prefix) in MODIFIERS.iter().enumerate().skip(2) {
            let name = format!("{prefix}{character}");
            both(&KITTY, &name, &format!("\x1b[{code};{}u", index + 1));
        }
    }
    for letter in 'A'..='Z' {
        both(&KITTY, &letter.to_string(), &letter.to_string());
    }
    both(&KITTY, "Space", " ");
    for (index, prefix) in MODIFIERS.iter().enumerate().skip(2) {
        both(
            &KITTY,
            &format!("{prefix}Space"),
            &format!("\x1b[32;{}u", index + 1),
        );
    }
}

/// kitty "Functional key definitions": name, number, last byte, in the order of the document. F3's
/// other form was taken back, since it is a cursor report's.
const FUNCTIONAL_KEYS: [(&str, u32, char); 51] = [
    ("Escape", 27, 'u'),
    ("Enter", 13, 'u'),
    ("Tab", 9, 'u'),
    ("Backspace", 127, 'u'),
    ("Insert", 2, '~'),
    ("Delete", 3, '~'),
    ("Left", 1, 'D'),
    ("Right", 1, 'C'),
    ("Up", 1, 'A'),
    ("Down", 1, 'B'),
    ("PageUp", 5, '~'),
    ("PageDown", 6, '~'),
    ("Home", 1, 'H'),
    ("End", 1, 'F'),
    ("F1", 1, 'P'),
    ("F2", 1, 'Q'),
    ("F3", 13, '~'),
    ("F4", 1, 'S'),
    ("F5", 15, '~'),
    ("F6", 17, '~'),
    ("F7", 18, '~'),
    ("F8", 19, '~'),
    ("F9", 20, '~'),
    ("F10", 21, '~'),
    ("F11", 23, '~'),
    ("F12", 24, '~'),
    ("F13", 57376, 'u'),
    ("F14", 57377, 'u'),
    ("F15", 57378, 'u'),
    ("F16", 57379, 'u'),
    ("F17", 57380, 'u'),
    ("F18", 57381, 'u'),
    ("F19", 57382, 'u'),
    ("F20", 57383, 'u'),
    ("F21", 57384, 'u'),
    ("F22", 57385, 'u'),
    ("F23", 57386, 'u'),
    ("F24", 57387, 'u'),
    ("F25", 57388, 'u'),
    ("F26", 57389, 'u'),
    ("F27", 57390, 'u'),
    ("F28", 57391, 'u'),
    ("F29", 57392, 'u'),
    ("F30", 57393, 'u'),
    ("F31", 57394, 'u'),
    ("F32", 57395, 'u'),
    ("F33", 57396, 'u'),
    ("F34", 57397, 'u'),
    ("F35", 57398, 'u'),
    ("KPEnter", 57414, 'u'),
    ("Begin", 1, 'E'),
];

/// Forms of the same table that are read and never sent: what we call by the same name as another
/// key, and second forms.
const FUNCTIONAL_READ: [(&str, u32, char); 19] = [
    ("F16", 57363, 'u'), // MENU
    ("Home", 7, '~'),
    ("End", 8, '~'),
    ("F1", 11, '~'),
    ("F2", 12, '~'),
    ("F3", 1, 'R'),
    ("F4", 14, '~'),
    ("Left", 57417, 'u'), // KP_LEFT and so on
    ("Right", 57418, 'u'),
    ("Up", 57419, 'u'),
    ("Down", 57420, 'u'),
    ("PageUp", 57421, 'u'),
    ("PageDown", 57422, 'u'),
    ("Home", 57423, 'u'),
    ("End", 57424, 'u'),
    ("Insert", 57425, 'u'),
    ("Delete", 57426, 'u'),
    ("Begin", 57427, 'u'),
    ("Begin", 57427, '~'),
];

/// Keys of the same table that stand for nothing here: locks, Print Screen and Pause, media keys,
/// modifiers by themselves.
const FUNCTIONAL_UNKNOWN: [std::ops::RangeInclusive<u32>; 2] = [57358..=57362, 57428..=57454];

fn functional(number: u32, parameter: usize, last: char) -> String {
    match (number, parameter) {
        (1, 1) => format!("\x1b[{last}"),
        (_, 1) => format!("\x1b[{number}{last}"),
        _ => format!("\x1b[{number};{parameter}{last}"),
    }
}

#[test]
fn disambiguated_functional_keys_with_every_modifier() {
    for (index, prefix) in MODIFIERS.iter().enumerate() {
        let parameter = index + 1;
        for (name, number, last) in FUNCTIONAL_KEYS {
            let keeps_its_byte = matches!(name, "Enter" | "Tab" | "Backspace") && parameter == 1;
            let name = format!("{prefix}{name}");
            let bytes = functional(number, parameter, last);
            if keeps_its_byte {
                reads(&bytes, &name);
            } else {
                both(&KITTY, &name, &bytes);
            }
            // Application modes are of the legacy encoding.
            let application = InputModes {
                application_cursor: true,
                application_keypad: true,
                modify_other_keys: 2,
                ..KITTY
            };
            if !keeps_its_byte {
                sends(&application, &name, &bytes);
            }
            // Caps Lock and NumLock are no modifiers of a key (kitty "Modifiers": 64, 128); Meta
            // (32) is Alt; with Hyper (16) it is another key, which has no name.
            for locks in [64, 128, 192] {
                let bytes = format!("\x1b[{number};{}{last}", parameter + locks);
                // What F3's older form says beyond 16 is a cursor's column.
                reads(&bytes, &name);
            }
            assert_eq!(
                decode(&format!("\x1b[{number};{}{last}", parameter + 16)),
                [Event::Unknown],
                "Hyper and {name}"
            );
            // kitty "Event types": press and repeat are the key, a release is nothing.
            for (event, count) in [(1, 1), (2, 1), (3, 0)] {
                let bytes = format!("\x1b[{number};{parameter}:{event}{last}");
                let expected = vec![Event::Input(Input::Key(key(&name))); count];
                assert_eq!(decode(&bytes), expected, "{bytes:?}");
            }
        }
        for (name, number, last) in FUNCTIONAL_READ {
            reads(
                &functional(number, parameter, last),
                &format!("{prefix}{name}"),
            );
        }
        for number in FUNCTIONAL_UNKNOWN.into_iter().flatten() {
            let bytes = functional(number, parameter, 'u');
            assert_eq!(decode(&bytes), [Event::Unknown], "{bytes:?}");
        }
    }
    reads("\x1b[1;33A", "M-Up");
    for (bytes, name) in [("\r", "Enter"), ("\t", "Tab"), ("\x7f", "Backspace")] {
        both(&KITTY, name, bytes);
    }
}

/// kitty "Functional key definitions": the keypad's keys that type. With NumLock they are text,
/// with other modifiers than Shift they have numbers.
#[test]
fn disambiguated_keypad_with_every_modifier() {
    for (index, character) in "0123456789./*-+".chars().chain("=,".chars()).enumerate() {
        // KP_ENTER stands between KP_ADD and KP_EQUAL.
        let number = 57399 + index + usize::from(index > 14);
        for (index, prefix) in MODIFIERS.iter().enumerate() {
            let name = format!("{prefix}KP{character}");
            let bytes = functional(number as u32, index + 1, 'u');
            reads(&bytes, &name);
            if index < 2 {
                sends(&KITTY, &name, &character.to_string());
            } else {
                sends(&KITTY, &name, &bytes);
            }
        }
    }
}

/// kitty "Key codes" and "Text as code points", which a terminal sends only if asked to, and we ask
/// for neither.
#[test]
fn alternate_keys_and_text() {
    for (bytes, name) in [
        ("\x1b[97:65;2u", "A"),
        ("\x1b[97:65;6u", "C-S-a"),
        ("\x1b[49:33;6u", "C-!"),
        ("\x1b[49:33;2u", "!"),
        ("\x1b[1089::99;5u", "C-c"),
        ("\x1b[1089:1057:99;6u", "C-С"),
        ("\x1b[97;2;65u", "A"),
        ("\x1b[97;;229u", "å"),
        ("\x1b[97;1:1;229u", "å"),
        ("\x1b[0;;229u", "å"),
        ("\x1b[97;5;1u", "C-a"),
        ("\x1b[97;;97:98u", "a"),
        ("\x1b[57399;129;48u", "KP0"),
    ] {
        reads(bytes, name);
    }
    for unknown in ["\x1b[0u", "\x1b[0;;97:98u", "\x1b[0;5;97u", "\x1b[u"] {
        assert_eq!(decode(unknown), [Event::Unknown], "{unknown:?}");
    }
    assert_eq!(decode("\x1b[97;1:3;97u"), []);
}

/// ctlseqs `CSI row ; column R`: a late cursor report is no key, F3 with a modifier is one.
#[test]
fn f3_and_cursor_reports() {
    for (index, prefix) in MODIFIERS.iter().enumerate().skip(1) {
        reads(&format!("\x1b[1;{}R", index + 1), &format!("{prefix}F3"));
    }
    for report in [
        "\x1b[1;17R",
        "\x1b[1;80R",
        "\x1b[24;80R",
        "\x1b[2;1R",
        "\x1b[?1;1R",
    ] {
        assert_eq!(decode(report), [Event::Unknown], "{report:?}");
    }
}

/// kitty "Progressive enhancement": flags other than the first are not in force.
#[test]
fn other_flags_change_nothing() {
    for flags in [2, 4, 8, 16, 30] {
        let modes = InputModes {
            kitty: flags,
            ..LEGACY
        };
        sends(&modes, "a", "a");
        sends(&modes, "C-a", "\x01");
        sends(&modes, "Escape", "\x1b");
        sends(&modes, "F3", "\x1bOR");
    }
}
