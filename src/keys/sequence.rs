//! The table of complete control sequences that a terminal sends: which bytes mean which key.
//!
//! Knows xterm, rxvt, the Linux console, VT220, modifyOtherKeys and kitty's protocol. Where a
//! sequence begins and ends is the decoder's business.

use super::{
    Event, Input, Key, KeyCode, Modifiers,
    mouse::{self, Report},
};

/// Bits of kitty's modifier parameter that are no modifiers of a [`Key`].
const HYPER: u32 = 16;
const META: u32 = 32;
const CAPS_LOCK: u32 = 64;
const NUM_LOCK: u32 = 128;

/// Where kitty numbers its keys that are no characters; those not in the table are no [`Key`].
const PRIVATE_USE: std::ops::RangeInclusive<char> = '\u{e000}'..='\u{f8ff}';

/// kitty's number for the release of a key.
const RELEASE: u32 = 3;

/// Returns what `CSI body last` says, or `None` for what is no event, such as a key's release.
/// `pressed` is the mouse button that went down last.
pub(super) fn control_sequence(body: &[u8], last: u8, pressed: u8) -> Option<Event> {
    let (prefix, body) = match body.split_first() {
        Some((prefix @ b'<'..=b'?', rest)) => (Some(*prefix), rest),
        _ => (None, body),
    };
    if !body
        .iter()
        .all(|byte| byte.is_ascii_digit() || b";:".contains(byte))
    {
        return Some(Event::Unknown);
    }
    let event = match (prefix, last) {
        (None, b'I') if body.is_empty() => Some(Event::Input(Input::Focus(true))),
        (None, b'O') if body.is_empty() => Some(Event::Input(Input::Focus(false))),
        // rxvt-unicode's form of X10's report, with the same 32 added to the button's number.
        (None, b'M') => mouse_report(body, 32, Report::X10 { pressed }),
        (None, _) => {
            if field(body, 1, 1) == Some(RELEASE) {
                return None;
            }
            key(body, last).map(|key| Event::Input(Input::Key(key)))
        }
        (Some(b'?'), b'u') => field(body, 0, 0)
            .and_then(|flags| u8::try_from(flags).ok())
            .map(Event::KittyFlags),
        (Some(b'?'), b'c') => Some(Event::DeviceAttributes),
        (Some(b'<'), b'M') => mouse_report(body, 0, Report::Down),
        (Some(b'<'), b'm') => mouse_report(body, 0, Report::Up),
        _ => None,
    };
    Some(event.unwrap_or(Event::Unknown))
}

/// Returns the mouse event of `button ; column ; row`, where the button's number has `added` in it.
fn mouse_report(body: &[u8], added: u16, report: Report) -> Option<Event> {
    let number = |index| u16::try_from(field(body, index, 0)?).ok();
    let button = number(0)?.checked_sub(added)?;
    let mouse = mouse::decode(button, number(1)?, number(2)?, report)?;
    Some(Event::Input(Input::Mouse(mouse)))
}

/// Returns the key of `SS3 parameters last`.
pub(super) fn single_shift(parameters: &[u8], last: u8) -> Option<Key> {
    // xterm gives a keypad key's modifier as the only parameter, some terminals as the second.
    let parameter = field(parameters, 1, 0).or(field(parameters, 0, 0));
    let modifiers = modifiers(parameter)?;
    let code = match last {
        b' ' => KeyCode::Char(' '),
        b'I' => KeyCode::Tab,
        b'M' => KeyCode::Keypad('\r'),
        b'X' => KeyCode::Keypad('='),
        b'j'..=b'y' => KeyCode::Keypad(char::from(last - b'j' + b'*')),
        // rxvt's arrows with Control.
        b'a'..=b'd' => {
            let code = lettered(last.to_ascii_uppercase())?;
            return Some(Key::new(code, modifiers | Modifiers::CONTROL));
        }
        _ => lettered(last)?,
    };
    Some(Key::new(code, modifiers))
}

/// Returns the key of the Linux console's `CSI [ last`.
pub(super) fn linux_function(last: u8) -> Option<Key> {
    matches!(last, b'A'..=b'E').then(|| Key::plain(KeyCode::Function(last - b'A' + 1)))
}

/// Returns the key that the C0 control `byte` or DEL stands for. Of the keys that share a control
/// it is the one that people press: Tab, Enter and Backspace, else Control with a letter.
pub(super) fn control(byte: u8) -> Key {
    match byte {
        0x00 => Key::control(' '),
        b'\t' => Key::plain(KeyCode::Tab),
        b'\r' => Key::plain(KeyCode::Enter),
        0x1b => Key::plain(KeyCode::Escape),
        0x7f => Key::plain(KeyCode::Backspace),
        0x01..=0x1a => Key::control(char::from(byte - 1 + b'a')),
        _ => Key::control(char::from(byte | 0x40)),
    }
}

/// Returns the key of `CSI body last` without a private prefix.
fn key(body: &[u8], last: u8) -> Option<Key> {
    let first = field(body, 0, 0);
    let second = field(body, 1, 0);
    match last {
        b'u' => numbered(body, first?, modifiers(second)?),
        b'~' if first == Some(27) && field(body, 2, 0).is_some() => {
            coded(field(body, 2, 0)?, modifiers(second)?)
        }
        b'~' => Some(Key::new(tilde(first?)?, modifiers(second)?)),
        // The Linux console's.
        b'G' if body.is_empty() => Some(Key::plain(KeyCode::Begin)),
        // rxvt marks Control, Shift and both by the last byte.
        b'^' => Some(Key::new(tilde(first?)?, Modifiers::CONTROL)),
        b'$' => Some(Key::new(tilde(first?)?, Modifiers::SHIFT)),
        b'@' => Some(Key::new(
            tilde(first?)?,
            Modifiers::CONTROL | Modifiers::SHIFT,
        )),
        b'a'..=b'd' if body.is_empty() => {
            let code = lettered(last.to_ascii_uppercase())?;
            Some(Key::new(code, Modifiers::SHIFT))
        }
        b'Z' => {
            let modifiers = modifiers(second)?;
            Some(Key::new(KeyCode::Tab, modifiers | Modifiers::SHIFT))
        }
        // `CSI row ; column R` is also a cursor report; only what F3 can send is taken for F3.
        b'R' if first.is_some_and(|first| first != 1) || second > Some(16) => None,
        _ => {
            let code = lettered(last)?;
            match (first, second) {
                (None | Some(1), _) => Some(Key::new(code, modifiers(second)?)),
                // xterm's older form, with the modifier as the only parameter.
                (first, None) => Some(Key::new(code, modifiers(first)?)),
                _ => None,
            }
        }
    }
}

/// Returns the key of kitty's `CSI code:shifted:base ; modifiers ; text u`.
fn numbered(body: &[u8], code: u32, modifiers: Modifiers) -> Option<Key> {
    if let Some(code) = functional(code) {
        return Some(Key::new(code, modifiers));
    }
    // What the key types is told when it is not what its name says, as Option and `a` type `å`; code
    // 0 is text without a key. Several characters are no one key.
    if modifiers.without(Modifiers::SHIFT) == Modifiers::NONE
        && let (Some(text), None) = (field(body, 2, 0), field(body, 2, 1))
        && let Some(character) = char::from_u32(text).filter(|c| !c.is_control())
    {
        return Some(Key::plain(KeyCode::Char(character)));
    }
    if code == 0 {
        return None;
    }
    let shifted = field(body, 0, 1).and_then(char::from_u32);
    if modifiers.contains(Modifiers::SHIFT)
        && let Some(shifted) = shifted.filter(|shifted| !shifted.is_control())
    {
        let modifiers = modifiers.without(Modifiers::SHIFT);
        return Some(Key::new(KeyCode::Char(shifted), modifiers));
    }
    // With a non-Latin layout, Control and the key where C stands on a Latin one is still C-c.
    match field(body, 0, 2) {
        Some(base) if code > 0x7f && modifiers.contains(Modifiers::CONTROL) => {
            coded(base, modifiers)
        }
        _ => coded(code, modifiers),
    }
}

/// Returns the key of the character `code`, where those of Enter, Tab, Escape and Backspace mean
/// these keys (kitty's `CSI u`, xterm's modifyOtherKeys).
fn coded(code: u32, modifiers: Modifiers) -> Option<Key> {
    let code = match code {
        8 | 127 => KeyCode::Backspace,
        9 => KeyCode::Tab,
        13 => KeyCode::Enter,
        27 => KeyCode::Escape,
        _ => {
            let mut character =
                char::from_u32(code).filter(|c| !c.is_control() && !PRIVATE_USE.contains(c))?;
            // Caps Lock: xterm then names the capital though Shift is not held.
            if modifiers.contains(Modifiers::CONTROL) && !modifiers.contains(Modifiers::SHIFT) {
                character.make_ascii_lowercase();
            }
            return Some(Key::character(character, modifiers));
        }
    };
    Some(Key::new(code, modifiers))
}

/// Returns the key of kitty's private code point `code` (its "Functional key definitions").
fn functional(code: u32) -> Option<KeyCode> {
    const KEYPAD: &[u8; 18] = b"0123456789./*-+\r=,";
    const NAVIGATION: [KeyCode; 10] = [
        KeyCode::Left,
        KeyCode::Right,
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::PageUp,
        KeyCode::PageDown,
        KeyCode::Home,
        KeyCode::End,
        KeyCode::Insert,
        KeyCode::Delete,
    ];
    match code {
        // Menu is F16 to who does not know kitty's protocol, in kitty and xterm alike.
        57363 => Some(KeyCode::Function(16)),
        57376..=57398 => Some(KeyCode::Function((code - 57376) as u8 + 13)),
        57399..=57416 => Some(KeyCode::Keypad(char::from(KEYPAD[(code - 57399) as usize]))),
        57417..=57426 => Some(NAVIGATION[(code - 57417) as usize]),
        57427 => Some(KeyCode::Begin),
        _ => None,
    }
}

/// Returns the key of `CSI number ~`: VT220's numbers, xterm's for F21 and up, rxvt's Home and End.
fn tilde(number: u32) -> Option<KeyCode> {
    Some(match number {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        11..=15 => KeyCode::Function(number as u8 - 10),
        17..=21 => KeyCode::Function(number as u8 - 11),
        23..=26 => KeyCode::Function(number as u8 - 12),
        28 | 29 => KeyCode::Function(number as u8 - 13),
        31..=34 => KeyCode::Function(number as u8 - 14),
        42..=56 => KeyCode::Function(number as u8 - 21),
        57427 => KeyCode::Begin,
        _ => return None,
    })
}

/// Returns the key of a sequence that is told by its last letter.
fn lettered(last: u8) -> Option<KeyCode> {
    Some(match last {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'E' => KeyCode::Begin,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        b'P'..=b'S' => KeyCode::Function(last - b'P' + 1),
        _ => return None,
    })
}

/// Returns the modifiers of xterm's or kitty's parameter, 1 plus a bit set; the locks are no
/// modifiers, and Meta is Alt. `None` for what cannot be told, such as Hyper: a key without it
/// would be another key.
fn modifiers(parameter: Option<u32>) -> Option<Modifiers> {
    let mut bits = parameter.unwrap_or(1).max(1) - 1;
    bits &= !(CAPS_LOCK | NUM_LOCK);
    if bits & META != 0 {
        bits = bits & !META | u32::from(Modifiers::ALT.0);
    }
    (bits < HYPER).then_some(Modifiers(bits as u8))
}

/// Returns sub-field `sub` of field `index` of `body`, as in `0:0:0;1:1;2`, or `None` when it is
/// absent or empty. A number too large for any meaning is `u32::MAX`.
fn field(body: &[u8], index: usize, sub: usize) -> Option<u32> {
    let field = body.split(|byte| *byte == b';').nth(index)?;
    let digits = field.split(|byte| *byte == b':').nth(sub)?;
    if digits.is_empty() {
        return None;
    }
    Some(digits.iter().fold(0_u32, |number, digit| {
        number
            .saturating_mul(10)
            .saturating_add(u32::from(digit - b'0'))
    }))
}
