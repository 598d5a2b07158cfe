//! Mouse reports, both ways: xterm's button numbers, and the X10, UTF-8, SGR and urxvt forms.
//!
//! A button number holds the button in bits 0, 1, 6 and 7, Shift, Alt and Control in bits 2 to 4
//! and motion in bit 5 (xterm's control sequences, "Mouse Tracking").

use std::io::Write;

use super::{Modifiers, Mouse, MouseAction, MouseEncoding, MouseMode};
use crate::geometry::Position;

/// What a button number says for "no button": a release in the X10 form, or plain motion.
const NO_BUTTON: u16 = 3;

const SHIFT: u16 = 4;
const ALT: u16 = 8;
const CONTROL: u16 = 16;
const MOTION: u16 = 32;
const WHEEL: u16 = 64;
const FURTHER: u16 = 128;

/// The largest value of a field in the X10 form: one byte, of which 32 is added to the value.
const X10_LIMIT: u16 = 255 - 32;

/// The largest value of a field in the UTF-8 form: two bytes of UTF-8, less 32.
const UTF8_LIMIT: u16 = 0x7ff - 32;

/// How a report said whether the button is down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Report {
    /// SGR with `M`.
    Down,
    /// SGR with `m`.
    Up,
    /// X10 and urxvt, which tell a release by [`NO_BUTTON`] and not of which button; this is the
    /// last one that went down.
    X10 { pressed: u8 },
}

/// Returns what a report of `number` at 1-based `column` and `row` says, or `None` for one that
/// says nothing known.
pub(super) fn decode(number: u16, column: u16, row: u16, report: Report) -> Option<Mouse> {
    let mut modifiers = Modifiers::NONE;
    for (bit, modifier) in [
        (SHIFT, Modifiers::SHIFT),
        (ALT, Modifiers::ALT),
        (CONTROL, Modifiers::CONTROL),
    ] {
        if number & bit != 0 {
            modifiers = modifiers | modifier;
        }
    }
    let low = number & 3;
    let action = match number & !(SHIFT | ALT | CONTROL | 3) {
        WHEEL if report == Report::Up => return None,
        WHEEL => [
            MouseAction::WheelUp,
            MouseAction::WheelDown,
            MouseAction::WheelLeft,
            MouseAction::WheelRight,
        ][usize::from(low)],
        kind @ (0 | MOTION) if low == NO_BUTTON => match (kind, report) {
            (MOTION, _) => MouseAction::Move,
            (_, Report::X10 { pressed }) => MouseAction::Release(pressed),
            _ => return None,
        },
        kind => {
            let button = match kind & !MOTION {
                0 => low as u8,
                FURTHER => 8 + low as u8,
                _ => return None,
            };
            match (kind & MOTION != 0, report) {
                (true, _) => MouseAction::Drag(button),
                (false, Report::Up) => MouseAction::Release(button),
                (false, _) => MouseAction::Press(button),
            }
        }
    };
    Some(Mouse {
        action,
        position: Position {
            row: row.checked_sub(1)?,
            col: column.checked_sub(1)?,
        },
        modifiers,
    })
}

/// Appends `mouse` as a child that tracks the mouse in `mode` expects it, or nothing when it did
/// not ask for such an event or the form cannot hold the position.
pub(super) fn encode(mouse: &Mouse, mode: MouseMode, encoding: MouseEncoding, out: &mut Vec<u8>) {
    let least = match mouse.action {
        MouseAction::Release(_) => MouseMode::PressRelease,
        MouseAction::Drag(_) => MouseMode::Drag,
        MouseAction::Move => MouseMode::Motion,
        _ => MouseMode::Press,
    };
    let Some(mut number) = number(mouse.action) else {
        return;
    };
    if mode < least {
        return;
    }
    // X10 compatibility mode (9) knows no modifiers.
    if mode != MouseMode::Press {
        for (bit, modifier) in [
            (SHIFT, Modifiers::SHIFT),
            (ALT, Modifiers::ALT),
            (CONTROL, Modifiers::CONTROL),
        ] {
            if mouse.modifiers.contains(modifier) {
                number |= bit;
            }
        }
    }
    let released = matches!(mouse.action, MouseAction::Release(_));
    let column = mouse.position.col.saturating_add(1);
    let row = mouse.position.row.saturating_add(1);
    if encoding == MouseEncoding::Sgr {
        let last = if released { 'm' } else { 'M' };
        write!(out, "\x1b[<{number};{column};{row}{last}")
            .expect("writing to a vector does not fail");
        return;
    }
    if released {
        number |= NO_BUTTON;
        number &= !FURTHER;
    }
    let fields = [number, column, row];
    match encoding {
        MouseEncoding::X10 if fields.iter().all(|field| *field <= X10_LIMIT) => {
            out.extend_from_slice(b"\x1b[M");
            out.extend(fields.map(|field| (field + 32) as u8));
        }
        MouseEncoding::Utf8 if fields.iter().all(|field| *field <= UTF8_LIMIT) => {
            out.extend_from_slice(b"\x1b[M");
            for field in fields {
                let character = char::from_u32(u32::from(field) + 32)
                    .expect("a value under 0x800 is a character");
                out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        MouseEncoding::Urxvt => write!(out, "\x1b[{};{column};{row}M", number + 32)
            .expect("writing to a vector does not fail"),
        _ => {}
    }
}

/// Returns the button number of `action`, or `None` for a button that has none.
fn number(action: MouseAction) -> Option<u16> {
    let button = |button: u8| match button {
        0..=2 => Some(u16::from(button)),
        8..=11 => Some(FURTHER + u16::from(button - 8)),
        _ => None,
    };
    match action {
        MouseAction::Press(pressed) | MouseAction::Release(pressed) => button(pressed),
        MouseAction::Drag(held) => Some(button(held)? | MOTION),
        MouseAction::Move => Some(NO_BUTTON | MOTION),
        MouseAction::WheelUp => Some(WHEEL),
        MouseAction::WheelDown => Some(WHEEL + 1),
        MouseAction::WheelLeft => Some(WHEEL + 2),
        MouseAction::WheelRight => Some(WHEEL + 3),
    }
}

#[cfg(test)]
mod tests {
    use MouseAction::*;

    use super::*;

    fn at(action: MouseAction, row: u16, col: u16, modifiers: Modifiers) -> Mouse {
        Mouse {
            action,
            position: Position { row, col },
            modifiers,
        }
    }

    #[track_caller]
    fn check(mouse: Mouse, mode: MouseMode, encoding: MouseEncoding, expected: &[u8]) {
        let mut out = Vec::new();
        encode(&mouse, mode, encoding, &mut out);
        assert_eq!(out, expected, "{mouse:?} {mode:?} {encoding:?}");
    }

    #[test]
    fn a_child_gets_what_it_asked_for_only() {
        let none = Modifiers::NONE;
        let modes = [
            MouseMode::Off,
            MouseMode::Press,
            MouseMode::PressRelease,
            MouseMode::Drag,
            MouseMode::Motion,
        ];
        for (action, first) in [
            (Press(0), 1),
            (WheelUp, 1),
            (Release(0), 2),
            (Drag(0), 3),
            (Move, 4),
        ] {
            for (index, mode) in modes.iter().enumerate() {
                for encoding in [
                    MouseEncoding::X10,
                    MouseEncoding::Utf8,
                    MouseEncoding::Sgr,
                    MouseEncoding::Urxvt,
                ] {
                    let mut out = Vec::new();
                    encode(&at(action, 0, 0, none), *mode, encoding, &mut out);
                    assert_eq!(!out.is_empty(), index >= first, "{action:?} {mode:?}");
                }
            }
        }
    }

    #[test]
    fn forms() {
        use MouseEncoding::{Sgr, Urxvt, Utf8, X10};
        use MouseMode::{Motion, PressRelease};
        let none = Modifiers::NONE;
        let every = Modifiers::SHIFT | Modifiers::ALT | Modifiers::CONTROL;
        check(at(Press(0), 0, 0, none), Motion, X10, b"\x1b[M !!");
        check(at(Press(2), 1, 4, none), Motion, X10, b"\x1b[M\"%\"");
        check(at(Release(2), 1, 4, none), Motion, X10, b"\x1b[M#%\"");
        check(at(Press(0), 1, 4, every), Motion, X10, b"\x1b[M<%\"");
        check(
            at(Press(0), 1, 4, every),
            MouseMode::Press,
            X10,
            b"\x1b[M %\"",
        );
        check(at(Press(0), 0, 222, none), Motion, X10, b"\x1b[M \xff!");
        check(at(Press(0), 0, 223, none), Motion, X10, b"");
        check(at(Press(0), 0, 62, none), Motion, Utf8, b"\x1b[M _!");
        check(
            at(Press(0), 0, 223, none),
            Motion,
            Utf8,
            "\x1b[M \u{100}!".as_bytes(),
        );
        check(
            at(Press(0), 0, 2014, none),
            Motion,
            Utf8,
            "\x1b[M \u{7ff}!".as_bytes(),
        );
        check(at(Press(0), 0, 2015, none), Motion, Utf8, b"");
        check(at(Press(1), 9, 4, none), Motion, Sgr, b"\x1b[<1;5;10M");
        check(at(Release(1), 9, 4, none), Motion, Sgr, b"\x1b[<1;5;10m");
        check(at(Drag(0), 9, 4, none), Motion, Sgr, b"\x1b[<32;5;10M");
        check(at(Move, 9, 4, none), Motion, Sgr, b"\x1b[<35;5;10M");
        check(
            at(WheelUp, 9, 4, none),
            PressRelease,
            Sgr,
            b"\x1b[<64;5;10M",
        );
        check(
            at(WheelRight, 9, 4, every),
            PressRelease,
            Sgr,
            b"\x1b[<95;5;10M",
        );
        check(at(Press(8), 9, 4, none), Motion, Sgr, b"\x1b[<128;5;10M");
        check(at(Release(8), 0, 0, none), Motion, X10, b"\x1b[M#!!");
        check(at(Press(3), 0, 0, none), Motion, Sgr, b"");
        check(
            at(Press(1), 9, 999, none),
            Motion,
            Urxvt,
            b"\x1b[33;1000;10M",
        );
        check(at(Release(1), 9, 4, none), Motion, Urxvt, b"\x1b[35;5;10M");
        check(at(WheelDown, 9, 4, every), Motion, Urxvt, b"\x1b[125;5;10M");
    }

    /// xterm's "Mouse Tracking": button and its number, each with every modifier in every form.
    #[test]
    fn buttons_with_every_modifier() {
        const BUTTONS: [(MouseAction, u16); 25] = [
            (Press(0), 0),
            (Press(1), 1),
            (Press(2), 2),
            (WheelUp, 64),
            (WheelDown, 65),
            (WheelLeft, 66),
            (WheelRight, 67),
            (Press(8), 128),
            (Press(9), 129),
            (Press(10), 130),
            (Press(11), 131),
            (Drag(0), 32),
            (Drag(1), 33),
            (Drag(2), 34),
            (Drag(8), 160),
            (Drag(9), 161),
            (Drag(10), 162),
            (Drag(11), 163),
            (Move, 35),
            (Release(0), 0),
            (Release(1), 1),
            (Release(2), 2),
            (Release(8), 128),
            (Release(9), 129),
            (Release(11), 131),
        ];
        for (action, number) in BUTTONS {
            let released = matches!(action, Release(_));
            let last = if released { 'm' } else { 'M' };
            for bits in 0..8 {
                let mouse = at(action, 9, 4, Modifiers(bits));
                // Shift, Alt and Control are 4, 8 and 16.
                let sgr = number + 4 * u16::from(bits);
                // The older forms tell of a release only that it is one.
                let old = 32 + if released { 3 } else { number } + 4 * u16::from(bits);
                let expected = format!("\x1b[<{sgr};5;10{last}");
                check(
                    mouse,
                    MouseMode::Motion,
                    MouseEncoding::Sgr,
                    expected.as_bytes(),
                );
                let expected = format!("\x1b[{old};5;10M");
                check(
                    mouse,
                    MouseMode::Motion,
                    MouseEncoding::Urxvt,
                    expected.as_bytes(),
                );
                let expected = [b"\x1b[M".as_slice(), &[old as u8, 37, 42]].concat();
                check(mouse, MouseMode::Motion, MouseEncoding::X10, &expected);
                let utf8 = format!("\x1b[M{}%*", char::from(old as u8));
                check(
                    mouse,
                    MouseMode::Motion,
                    MouseEncoding::Utf8,
                    utf8.as_bytes(),
                );
            }
        }
    }

    #[test]
    fn positions_beyond_a_form_are_dropped() {
        let press = |row, col| at(Press(0), row, col, Modifiers::NONE);
        for (encoding, limit) in [(MouseEncoding::X10, 223), (MouseEncoding::Utf8, 2015)] {
            for (row, col, fits) in [
                (limit - 1, 0, true),
                (0, limit - 1, true),
                (limit, 0, false),
                (0, limit, false),
                (u16::MAX, u16::MAX, false),
            ] {
                let mut out = Vec::new();
                encode(&press(row, col), MouseMode::Motion, encoding, &mut out);
                assert_eq!(!out.is_empty(), fits, "{row} {col} in {encoding:?}");
            }
        }
        let far = press(u16::MAX, u16::MAX);
        check(
            far,
            MouseMode::Motion,
            MouseEncoding::Sgr,
            b"\x1b[<0;65535;65535M",
        );
        check(
            far,
            MouseMode::Motion,
            MouseEncoding::Urxvt,
            b"\x1b[32;65535;65535M",
        );
    }
}
