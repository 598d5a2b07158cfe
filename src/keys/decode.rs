//! Finds where keys, pastes and replies begin and end in what the outer terminal sends.
//!
//! Owns the tokenizer: a state machine over single bytes, so that any split of the input gives
//! the same events. Every state is bounded and ends by a deadline, so that no reply, however odd,
//! can take the keyboard away. What a complete sequence means is `sequence`'s table.

use std::time::{Duration, Instant};

use super::{
    Event, Input, Key, KeyCode, Modifiers, MouseAction,
    mouse::{self, Report},
    paste::PasteBuffer,
    sequence,
};

/// How long what may be a key by itself (Escape, Alt and `[`) waits for the rest of a sequence.
/// Terminals write a sequence at once; a network may split it, a person does not type this fast.
const ESCAPE_TIMEOUT: Duration = Duration::from_millis(40);

/// How long a sequence that has begun beyond doubt waits for its end: longer, because its rest
/// would be read as typed text.
const SEQUENCE_TIMEOUT: Duration = Duration::from_millis(250);

/// How long a paste waits for more: after this the terminal is taken to have lost its end.
const PASTE_TIMEOUT: Duration = Duration::from_secs(5);

/// The most bytes of a control sequence between introducer and last byte; a longer one is
/// swallowed.
const SEQUENCE_LIMIT: usize = 128;

/// The most bytes of a terminal's DCS, OSC or APC reply that are swallowed.
const REPLY_LIMIT: usize = 64 * 1024;

/// Turns bytes from the outer terminal into events.
#[derive(Debug, Default)]
pub struct Decoder {
    state: State,
    /// The bytes of a control sequence so far, at most [`SEQUENCE_LIMIT`].
    sequence: Vec<u8>,
    paste: PasteBuffer,
    /// The mouse button that went down last, which X10's release does not tell.
    pressed: u8,
    deadline: Option<Instant>,
}

/// Where in the input the decoder is. `alt` states began with a further ESC.
#[derive(Clone, Copy, Debug, Default)]
enum State {
    #[default]
    Ground,
    /// Inside a UTF-8 character of which `length` bytes have come.
    Character {
        bytes: [u8; 4],
        length: usize,
        modifiers: Modifiers,
    },
    /// After ESC, or after two.
    Escape { doubled: bool },
    /// After CSI.
    Control { alt: bool },
    /// After SS3.
    SingleShift { alt: bool },
    /// Inside a control sequence that is too long.
    Overlong,
    /// After `CSI M`: three bytes follow.
    X10Mouse { bytes: [u8; 3], length: usize },
    /// After ESC and one of `P`, `]` and `_`, which is an Alt key unless a reply follows.
    Introducer(u8),
    /// Inside a DCS, OSC or APC reply of which `length` bytes have come; after an ESC if `escape`.
    Reply { length: usize, escape: bool },
    /// Between the brackets of a paste.
    Paste,
}

/// Whether a byte was used up or must be looked at once more in the new state.
#[derive(PartialEq, Eq)]
enum Step {
    Done,
    Again,
}

impl Decoder {
    /// Takes bytes as they came at `now` and appends the events that they complete.
    pub fn feed(&mut self, now: Instant, bytes: &[u8], events: &mut Vec<Event>) {
        if bytes.is_empty() {
            return;
        }
        let mut rest = bytes;
        while let Some((byte, tail)) = rest.split_first() {
            if matches!(self.state, State::Paste) {
                let (piece, after, ended) = self.paste.take(rest);
                events.extend(piece.map(|text| Event::Input(Input::Paste(text))));
                if ended {
                    self.state = State::Ground;
                }
                rest = after;
            } else {
                // A byte ends at most two states before one takes it: ESC, then ground.
                while self.step(*byte, events) == Step::Again {}
                rest = tail;
            }
        }
        let patience = match self.state {
            State::Ground => None,
            State::Escape { .. } | State::Introducer(_) => Some(ESCAPE_TIMEOUT),
            State::Control { .. } | State::SingleShift { .. } if self.sequence.is_empty() => {
                Some(ESCAPE_TIMEOUT)
            }
            State::Paste => Some(PASTE_TIMEOUT),
            _ => Some(SEQUENCE_TIMEOUT),
        };
        self.deadline = patience.map(|patience| now + patience);
    }

    /// Returns when [`Decoder::timeout`] is due: what has come is incomplete until then.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Appends the events of what is incomplete if its deadline has passed at `now`: a lone ESC is
    /// Escape, `ESC [` is Alt and `[`, a paste ends, and the rest of a sequence is given up.
    pub fn timeout(&mut self, now: Instant, events: &mut Vec<Event>) {
        if self.deadline.is_none_or(|deadline| now < deadline) {
            return;
        }
        self.deadline = None;
        match self.state {
            State::Ground => {}
            State::Escape { doubled } => {
                if doubled {
                    push_key(Key::plain(KeyCode::Escape), events);
                }
                push_key(Key::plain(KeyCode::Escape), events);
            }
            State::Control { alt } => self.abandon(alt, '[', events),
            State::SingleShift { alt } => self.abandon(alt, 'O', events),
            State::Introducer(kind) => push_alt(char::from(kind), events),
            State::Paste => {
                events.push(Event::Input(Input::Paste(self.paste.finish())));
            }
            _ => events.push(Event::Unknown),
        }
        self.state = State::Ground;
    }

    fn step(&mut self, byte: u8, events: &mut Vec<Event>) -> Step {
        match self.state {
            State::Ground => {
                self.begin(byte, Modifiers::NONE, events);
                Step::Done
            }
            State::Character {
                mut bytes,
                length,
                modifiers,
            } => {
                bytes[length] = byte;
                let length = length + 1;
                match std::str::from_utf8(&bytes[..length]) {
                    Ok(text) => {
                        self.state = State::Ground;
                        push_text(text, modifiers, events);
                        Step::Done
                    }
                    Err(error) if error.error_len().is_none() => {
                        self.state = State::Character {
                            bytes,
                            length,
                            modifiers,
                        };
                        Step::Done
                    }
                    Err(_) => self.give_up(events),
                }
            }
            State::Escape { doubled } => self.escape(byte, doubled, events),
            State::Control { alt } => self.control(byte, alt, events),
            State::SingleShift { alt } => self.single_shift(byte, alt, events),
            State::Overlong => match byte {
                0x20..0x40 => Step::Done,
                0x40..0x7f => {
                    self.finish(Event::Unknown, events);
                    Step::Done
                }
                _ => self.give_up(events),
            },
            State::X10Mouse { mut bytes, length } => {
                bytes[length] = byte;
                if length + 1 < bytes.len() {
                    self.state = State::X10Mouse {
                        bytes,
                        length: length + 1,
                    };
                    return Step::Done;
                }
                let field = |byte: u8| u16::from(byte).checked_sub(32);
                let report = Report::X10 {
                    pressed: self.pressed,
                };
                let mouse = match bytes.map(field) {
                    [Some(number), Some(column), Some(row)] => {
                        mouse::decode(number, column, row, report)
                    }
                    _ => None,
                };
                if let Some(MouseAction::Press(button)) = mouse.map(|mouse| mouse.action) {
                    self.pressed = button;
                }
                let event = mouse.map_or(Event::Unknown, |mouse| Event::Input(Input::Mouse(mouse)));
                self.finish(event, events);
                Step::Done
            }
            State::Introducer(kind) => {
                let begins_reply = match kind {
                    b']' => byte.is_ascii_digit(),
                    b'P' => byte.is_ascii_digit() || b">!$+=?".contains(&byte),
                    _ => byte == b'G',
                };
                if begins_reply {
                    self.state = State::Reply {
                        length: 1,
                        escape: false,
                    };
                    return Step::Done;
                }
                self.state = State::Ground;
                push_alt(char::from(kind), events);
                Step::Again
            }
            State::Reply { length, escape } => match (byte, escape) {
                (b'\\', true) | (0x07, false) => {
                    self.finish(Event::Unknown, events);
                    Step::Done
                }
                (_, true) => {
                    events.push(Event::Unknown);
                    self.state = State::Escape { doubled: false };
                    Step::Again
                }
                // No reply holds a control, so it is a key: Ctrl-] and Ctrl-C always work.
                (0x00..=0x1a | 0x1c..=0x1f | 0x7f, false) => self.give_up(events),
                _ if length >= REPLY_LIMIT => self.give_up(events),
                _ => {
                    self.state = State::Reply {
                        length: length + 1,
                        escape: byte == 0x1b,
                    };
                    Step::Done
                }
            },
            // Pastes are taken in slices by `feed`.
            State::Paste => Step::Done,
        }
    }

    /// Takes the first byte of a key.
    fn begin(&mut self, byte: u8, modifiers: Modifiers, events: &mut Vec<Event>) {
        self.state = State::Ground;
        match byte {
            0x1b => self.state = State::Escape { doubled: false },
            0x00..0x20 | 0x7f => {
                let key = sequence::control(byte);
                push_key(Key::new(key.code, key.modifiers | modifiers), events);
            }
            0x20..0x7f => {
                let key = Key::new(KeyCode::Char(char::from(byte)), modifiers);
                push_key(key, events);
            }
            0xc2..=0xf4 => {
                self.state = State::Character {
                    bytes: [byte, 0, 0, 0],
                    length: 1,
                    modifiers,
                };
            }
            _ => events.push(Event::Unknown),
        }
    }

    /// Takes the byte after one ESC or two. rxvt and PuTTY put an ESC before a sequence for Alt;
    /// before anything else two are Escape and what follows, since people press Escape twice.
    fn escape(&mut self, byte: u8, doubled: bool, events: &mut Vec<Event>) -> Step {
        self.sequence.clear();
        match byte {
            b'[' => {
                self.state = State::Control { alt: doubled };
                return Step::Done;
            }
            b'O' => {
                self.state = State::SingleShift { alt: doubled };
                return Step::Done;
            }
            _ => {}
        }
        if doubled {
            push_key(Key::plain(KeyCode::Escape), events);
        }
        match byte {
            0x1b => self.state = State::Escape { doubled: true },
            b'P' | b']' | b'_' => self.state = State::Introducer(byte),
            _ => self.begin(byte, Modifiers::ALT, events),
        }
        Step::Done
    }

    /// Takes a byte after CSI.
    fn control(&mut self, byte: u8, alt: bool, events: &mut Vec<Event>) -> Step {
        let digits = !self.sequence.is_empty() && self.sequence.iter().all(u8::is_ascii_digit);
        match byte {
            b'[' if self.sequence.is_empty() => self.sequence.push(byte),
            _ if self.sequence == b"[" => {
                let event = sequence::linux_function(byte);
                if event.is_none() && !(0x20..0x7f).contains(&byte) {
                    return self.give_up(events);
                }
                self.finish(
                    event.map_or(Event::Unknown, |key| alt_key(key, alt)),
                    events,
                );
            }
            b'M' if self.sequence.is_empty() => {
                self.state = State::X10Mouse {
                    bytes: [0; 3],
                    length: 0,
                };
            }
            b'~' if self.sequence == b"200" => {
                self.state = State::Paste;
            }
            // rxvt ends Shift's sequences with `$`, which elsewhere stands before the last byte.
            b'$' if digits => self.complete(byte, alt, events),
            0x20..0x40 if self.sequence.len() < SEQUENCE_LIMIT => self.sequence.push(byte),
            0x20..0x40 => self.state = State::Overlong,
            0x40..0x7f => self.complete(byte, alt, events),
            _ => {
                self.abandon(alt, '[', events);
                return Step::Again;
            }
        }
        Step::Done
    }

    /// Takes a byte after SS3.
    fn single_shift(&mut self, byte: u8, alt: bool, events: &mut Vec<Event>) -> Step {
        match byte {
            b'0'..=b'9' | b';' if self.sequence.len() < SEQUENCE_LIMIT => self.sequence.push(byte),
            b'0'..=b'9' | b';' => self.state = State::Overlong,
            0x20..0x7f => {
                let key = sequence::single_shift(&self.sequence, byte);
                self.finish(key.map_or(Event::Unknown, |key| alt_key(key, alt)), events);
            }
            _ => {
                self.abandon(alt, 'O', events);
                return Step::Again;
            }
        }
        Step::Done
    }

    /// Ends a control sequence with its last byte.
    fn complete(&mut self, last: u8, alt: bool, events: &mut Vec<Event>) {
        self.state = State::Ground;
        match sequence::control_sequence(&self.sequence, last, self.pressed) {
            Some(Event::Input(Input::Key(key))) => events.push(alt_key(key, alt)),
            Some(Event::Input(Input::Mouse(mouse))) => {
                if let MouseAction::Press(button) = mouse.action {
                    self.pressed = button;
                }
                events.push(Event::Input(Input::Mouse(mouse)));
            }
            Some(event) => events.push(event),
            None => {}
        }
    }

    /// Ends a sequence that has not been completed: without parameters it was the Alt key of its
    /// introducer.
    fn abandon(&mut self, alt: bool, introducer: char, events: &mut Vec<Event>) {
        self.state = State::Ground;
        if self.sequence.is_empty() {
            if alt {
                push_key(Key::plain(KeyCode::Escape), events);
            }
            push_alt(introducer, events);
        } else {
            events.push(Event::Unknown);
        }
    }

    /// Ends a state with `event`.
    fn finish(&mut self, event: Event, events: &mut Vec<Event>) {
        self.state = State::Ground;
        events.push(event);
    }

    /// Ends a state that the present byte does not belong to.
    fn give_up(&mut self, events: &mut Vec<Event>) -> Step {
        self.finish(Event::Unknown, events);
        Step::Again
    }
}

fn push_key(key: Key, events: &mut Vec<Event>) {
    events.push(Event::Input(Input::Key(key)));
}

fn push_alt(character: char, events: &mut Vec<Event>) {
    push_key(Key::new(KeyCode::Char(character), Modifiers::ALT), events);
}

fn alt_key(key: Key, alt: bool) -> Event {
    let modifiers = if alt {
        key.modifiers | Modifiers::ALT
    } else {
        key.modifiers
    };
    Event::Input(Input::Key(Key::new(key.code, modifiers)))
}

/// Appends the character of `text`. A C1 control is no key, and a child would take it for the
/// beginning of a sequence.
fn push_text(text: &str, modifiers: Modifiers, events: &mut Vec<Event>) {
    for character in text.chars() {
        if character.is_control() {
            events.push(Event::Unknown);
        } else {
            push_key(Key::new(KeyCode::Char(character), modifiers), events);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{geometry::Position, keys::Mouse};

    /// Returns the events of `bytes` in one piece, then of the deadline.
    fn decode(bytes: &[u8]) -> Vec<Event> {
        let mut decoder = Decoder::default();
        let mut events = Vec::new();
        decoder.feed(Instant::now(), bytes, &mut events);
        flush(&mut decoder, &mut events);
        events
    }

    fn flush(decoder: &mut Decoder, events: &mut Vec<Event>) {
        if let Some(deadline) = decoder.next_deadline() {
            decoder.timeout(deadline, events);
            assert_eq!(decoder.next_deadline(), None);
        }
    }

    fn keys(names: &str) -> Vec<Event> {
        names
            .split_whitespace()
            .map(|name| match name {
                "?" => Event::Unknown,
                _ => Event::Input(Input::Key(name.parse().expect("a key"))),
            })
            .collect()
    }

    /// Checks that `bytes` are the keys `names`, with `?` for an unknown sequence.
    #[track_caller]
    fn check(bytes: impl AsRef<[u8]>, names: &str) {
        let bytes = bytes.as_ref();
        assert_eq!(decode(bytes), keys(names), "{}", bytes.escape_ascii());
    }

    #[track_caller]
    fn check_mouse(bytes: &[u8], action: MouseAction, row: u16, col: u16, bits: u8) {
        let mouse = Mouse {
            action,
            position: Position { row, col },
            modifiers: Modifiers(bits),
        };
        let expected = [Event::Input(Input::Mouse(mouse))];
        assert_eq!(decode(bytes), expected, "{}", bytes.escape_ascii());
    }

    fn pasted(text: &str) -> Event {
        Event::Input(Input::Paste(text.to_owned()))
    }

    #[test]
    fn text_and_controls() {
        check("aZ~é漢🦀", "a Z ~ é 漢 🦀");
        check(" ", "Space");
        check("\0\x01\x1a", "C-Space C-a C-z");
        check("\r\t\n\x7f\x08", "Enter Tab C-j Backspace C-h");
        check("\x1c\x1d\x1e\x1f", "C-\\ C-] C-^ C-_");
    }

    #[test]
    fn escape_and_alt() {
        check("\x1b", "Escape");
        check("\x1b\x1b", "Escape Escape");
        check("\x1b\x1b\x1b", "Escape Escape Escape");
        check("\x1ba\x1bA\x1b\x01\x1bé", "M-a M-A C-M-a M-é");
        check(
            "\x1b\r\x1b\t\x1b\x7f\x1b\x08\x1b\0",
            "M-Enter M-Tab M-Backspace C-M-h C-M-Space",
        );
        check("\x1b\x1ba", "Escape M-a");
        check("\x1b[", "M-[");
        check("\x1bO", "M-O");
        check("\x1b[\r", "M-[ Enter");
        check("\x1b[\x1b[A", "M-[ Up");
        check("\x1bO\x1bOA", "M-O Up");
        check("\x1b\x1b[\x1d", "Escape M-[ C-]");
        check("\x1bP\x1b]\x1b_\x1b^\x1bX", "M-P M-] M-_ M-^ M-X");
        check("\x1b]a", "M-] a");
    }

    #[test]
    fn escape_waits_shorter_than_a_begun_sequence() {
        let now = Instant::now();
        for (bytes, patience) in [
            ("\x1b", ESCAPE_TIMEOUT),
            ("\x1b\x1b", ESCAPE_TIMEOUT),
            ("\x1b[", ESCAPE_TIMEOUT),
            ("\x1bO", ESCAPE_TIMEOUT),
            ("\x1b]", ESCAPE_TIMEOUT),
            ("\x1b[1", SEQUENCE_TIMEOUT),
            ("\x1b]0", SEQUENCE_TIMEOUT),
            ("\x1b[M", SEQUENCE_TIMEOUT),
            ("\x1b[200~", PASTE_TIMEOUT),
        ] {
            let mut decoder = Decoder::default();
            let mut events = Vec::new();
            decoder.feed(now, bytes.as_bytes(), &mut events);
            let deadline = now + patience;
            assert_eq!(decoder.next_deadline(), Some(deadline), "{bytes:?}");
            decoder.timeout(deadline - Duration::from_millis(1), &mut events);
            assert_eq!(events, [], "{bytes:?}");
            assert_eq!(decoder.next_deadline(), Some(deadline), "{bytes:?}");
            decoder.timeout(deadline, &mut events);
            assert_ne!(events, [], "{bytes:?}");
            decoder.feed(now, b"", &mut events);
            assert_eq!(decoder.next_deadline(), None, "{bytes:?}");
        }
    }

    #[test]
    fn xterm_function_keys() {
        check(
            "\x1b[A\x1b[B\x1b[C\x1b[D\x1b[H\x1b[F",
            "Up Down Right Left Home End",
        );
        check(
            "\x1bOA\x1bOB\x1bOC\x1bOD\x1bOH\x1bOF",
            "Up Down Right Left Home End",
        );
        check("\x1bOP\x1bOQ\x1bOR\x1bOS", "F1 F2 F3 F4");
        check("\x1b[P\x1b[Q\x1b[R\x1b[S", "F1 F2 F3 F4");
        check(
            "\x1b[1~\x1b[2~\x1b[3~\x1b[4~\x1b[5~\x1b[6~",
            "Home Insert Delete End PageUp PageDown",
        );
        let numbers = [
            11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 23, 24, 25, 26, 28, 29, 31, 32, 33, 34, 42, 43,
            44, 45,
        ];
        for (index, number) in numbers.iter().enumerate() {
            check(format!("\x1b[{number}~"), &format!("F{}", index + 1));
            check(format!("\x1b[{number};6~"), &format!("C-S-F{}", index + 1));
        }
        check(
            "\x1b[1;2A\x1b[1;3B\x1b[1;5C\x1b[1;8D",
            "S-Up M-Down C-Right C-M-S-Left",
        );
        check(
            "\x1b[1;9H\x1b[3;5~\x1b[1;2P\x1b[1;5R",
            "D-Home C-Delete S-F1 C-F3",
        );
        check("\x1b[Z\x1b[1;6Z", "S-Tab C-S-Tab");
        check("\x1b[5A", "C-Up");
    }

    #[test]
    fn other_terminals() {
        check("\x1b[7~\x1b[8~", "Home End");
        check("\x1b[a\x1b[d\x1bOa\x1bOd", "S-Up S-Left C-Up C-Left");
        check(
            "\x1b[3^\x1b[3$\x1b[3@\x1b[11^",
            "C-Delete S-Delete C-S-Delete C-F1",
        );
        check("\x1b[[A\x1b[[E", "F1 F5");
        check("\x1b[[Fa", "? a");
        check("\x1b\x1b[A\x1b\x1bOC\x1b\x1b[3~", "M-Up M-Right M-Delete");
    }

    #[test]
    fn keypad() {
        check("\x1bOp\x1bOy\x1bOM\x1bOX", "KP0 KP9 KPEnter KP=");
        check(
            "\x1bOj\x1bOk\x1bOl\x1bOm\x1bOn\x1bOo",
            "KP* KP+ KP, KP- KP. KP/",
        );
        check("\x1bO5p\x1bO1;2p", "C-KP0 S-KP0");
        check("\x1bOz", "?");
    }

    #[test]
    fn modify_other_keys() {
        check("\x1b[27;5;93~\x1b[27;5;97~\x1b[27;6;65~", "C-] C-a C-S-a");
        check("\x1b[27;5;65~", "C-a");
        check("\x1b[27;3;97~\x1b[27;2;32~", "M-a S-Space");
        check(
            "\x1b[27;5;13~\x1b[27;5;9~\x1b[27;5;27~\x1b[27;3;127~\x1b[27;7;8~",
            "C-Enter C-Tab C-Escape M-Backspace C-M-Backspace",
        );
        check(
            "\x1b[27;5;1~\x1b[27;5;55296~\x1b[27;5;99999999999~",
            "? ? ?",
        );
    }

    #[test]
    fn kitty() {
        check(
            "\x1b[97;5u\x1b[97;6u\x1b[97;3u\x1b[97;9u",
            "C-a C-S-a M-a D-a",
        );
        check(
            "\x1b[27u\x1b[13;2u\x1b[9;5u\x1b[127;3u",
            "Escape S-Enter C-Tab M-Backspace",
        );
        check("\x1b[49:33;6u", "C-!");
        check("\x1b[97:65;2u", "A");
        check("\x1b[49;6u", "C-S-1");
        check("\x1b[1089::99;5u", "C-c");
        check("\x1b[1089u", "с");
        check("\x1b[97;5:1u\x1b[97;5:2u\x1b[97;5:3u", "C-a C-a");
        check("\x1b[1;1:3A\x1b[3;5:3~", "");
        check("\x1b[97;;97u", "a");
        check("\x1b[57376u\x1b[57387;5u", "F13 C-F24");
        check("\x1b[57399u\x1b[57414u\x1b[57413;5u", "KP0 KPEnter C-KP+");
        check(
            "\x1b[57417u\x1b[57420u\x1b[57423u\x1b[57426u",
            "Left Down Home Delete",
        );
        check("\x1b[13~\x1b[13;5~", "F3 C-F3");
        check("\x1b[97;33u", "M-a");
        // Caps Lock itself, Hyper and a, no code.
        check("\x1b[57358u\x1b[97;17u\x1b[u", "? ? ?");
    }

    #[test]
    fn control_right_bracket_in_every_encoding() {
        for bytes in [
            "\x1d",
            "\x1b[93;5u",
            "\x1b[27;5;93~",
            "\x1b[93;69u",
            "\x1b[93;133u",
            "\x1b[93;197u",
            "\x1b[93;197:1u",
            "\x1b[27;69;93~",
            "\x1b[27;133;93~",
        ] {
            check(bytes, "C-]");
            check(format!("ab{bytes}c"), "a b C-] c");
        }
        assert_eq!(decode(b"\x1b[200~\x1d\x1b[201~"), [pasted("\x1d")]);
    }

    #[test]
    fn pastes() {
        assert_eq!(decode(b"\x1b[200~\x1b[201~"), [pasted("")]);
        assert_eq!(
            decode(b"a\x1b[200~x\r\ny\x03\x1b[A\x1b[200~\x1b[201\x1b[201~b"),
            [
                keys("a"),
                vec![pasted("x\r\ny\x03\x1b[A\x1b[200~\x1b[201")],
                keys("b")
            ]
            .concat()
        );
        assert_eq!(decode(b"\x1b[200~a\xff\x1b[201~"), [pasted("a\u{fffd}")]);
        assert_eq!(decode(b"\x1b[200~unended"), [pasted("unended")]);
        check("\x1b[201~", "?");
    }

    #[test]
    fn focus_and_replies() {
        assert_eq!(decode(b"\x1b[I"), [Event::Input(Input::Focus(true))]);
        assert_eq!(decode(b"\x1b[O"), [Event::Input(Input::Focus(false))]);
        assert_eq!(decode(b"\x1b[?1u"), [Event::KittyFlags(1)]);
        assert_eq!(decode(b"\x1b[?0u"), [Event::KittyFlags(0)]);
        assert_eq!(decode(b"\x1b[?62;22c"), [Event::DeviceAttributes]);
        for reply in [
            "\x1b[>41;354;0c",
            "\x1b[?1;2$y",
            "\x1b[4;1$y",
            "\x1b[24;80R",
            "\x1b[1;80R",
            "\x1b[0n",
            "\x1b[8;24;80t",
            "\x1b[?997;1n",
            "\x1b]11;rgb:0000/0000/0000\x1b\\",
            "\x1b]11;rgb:ffff/ffff/ffff\x07",
            "\x1bP>|kitty(0.35)\x1b\\",
            "\x1bP1+r544e=78\x1b\\",
            "\x1bP1$r0m\x1b\\",
            "\x1b_Gi=31;OK\x1b\\",
        ] {
            check(format!("a{reply}b"), "a ? b");
        }
    }

    #[test]
    fn mouse() {
        use MouseAction::*;
        check_mouse(b"\x1b[<0;5;10M", Press(0), 9, 4, 0);
        check_mouse(b"\x1b[<2;5;10m", Release(2), 9, 4, 0);
        check_mouse(b"\x1b[<33;5;10M", Drag(1), 9, 4, 0);
        check_mouse(b"\x1b[<35;5;10M", Move, 9, 4, 0);
        check_mouse(b"\x1b[<64;1;1M", WheelUp, 0, 0, 0);
        check_mouse(b"\x1b[<65;1;1M", WheelDown, 0, 0, 0);
        check_mouse(b"\x1b[<66;1;1M", WheelLeft, 0, 0, 0);
        check_mouse(b"\x1b[<67;1;1M", WheelRight, 0, 0, 0);
        check_mouse(b"\x1b[<128;1000;999M", Press(8), 998, 999, 0);
        check_mouse(b"\x1b[<28;1;1M", Press(0), 0, 0, 7);
        check_mouse(b"\x1b[32;5;10M", Press(0), 9, 4, 0);
        check_mouse(b"\x1b[64;500;999M", Drag(0), 998, 499, 0);
        check_mouse(b"\x1b[35;5;10M", Release(0), 9, 4, 0);
        check_mouse(b"\x1b[97;1;1M", WheelDown, 0, 0, 0);
        check_mouse(b"\x1b[M !!", Press(0), 0, 0, 0);
        check_mouse(b"\x1b[M@\xff\x21", Drag(0), 0, 222, 0);
        check_mouse(b"\x1b[Ma\x22\x23", WheelDown, 2, 1, 0);
        for unknown in [
            "<0;0;1M",
            "<0;1;0M",
            "<3;1;1M",
            "<0;1M",
            "<M",
            "<999;1;1M",
            "<64;1;1m",
            "31;1;1M",
            "32;1M",
            "32;0;1M",
        ] {
            check(format!("\x1b[{unknown}"), "?");
        }
        check("\x1b[M\x01!!", "?");
    }

    #[test]
    fn an_x10_release_is_of_the_button_that_was_pressed() {
        let events = decode(b"\x1b[M\x22!!\x1b[M#!!");
        let Some(Event::Input(Input::Mouse(mouse))) = events.last() else {
            panic!("{events:?}");
        };
        assert_eq!(mouse.action, MouseAction::Release(2));
    }

    #[test]
    fn incomplete_and_odd_sequences_are_given_up() {
        check("\x1b[1;", "?");
        check("\x1b[1;\x1b[A", "? Up");
        check("\x1b[1;\x1d", "? C-]");
        check("\x1b]0;title\x1d", "? C-]");
        check("\x1b]0;title\x1b[A", "? Up");
        check("\x1bP1;2", "?");
        check("\x1b[M!", "?");
        check(b"\xff\xc3(\xe6\xbc", "? ? ( ?");
        check(b"\xf4\x90\x80\x80", "? ? ? ?");
        check("\u{9b}A", "? A");
        check(format!("\x1b[{}ma", "1;".repeat(SEQUENCE_LIMIT)), "? a");
        check(format!("\x1bO{}Aa", "1".repeat(SEQUENCE_LIMIT * 2)), "? a");
        check(format!("\x1b]0;{}\x1b\\a", "x".repeat(1000)), "? a");
    }

    #[test]
    fn a_sequence_without_end_keeps_no_memory() {
        let mut decoder = Decoder::default();
        let mut events = Vec::new();
        for introducer in ["\x1b[", "\x1b]0;", "\x1bO1"] {
            decoder.feed(Instant::now(), introducer.as_bytes(), &mut events);
            for _ in 0..100 {
                decoder.feed(Instant::now(), &[b'0'; 4096], &mut events);
                events.clear();
            }
            assert!(decoder.sequence.capacity() <= 2 * SEQUENCE_LIMIT);
            flush(&mut decoder, &mut events);
        }
    }

    /// Bytes in which the beginnings and ends of sequences are frequent.
    fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            any::<u8>().prop_map(|byte| vec![byte]),
            proptest::sample::select(vec![
                "\x1b",
                "[",
                "O",
                "]",
                "P",
                "M",
                "<",
                "?",
                ";",
                ":",
                "~",
                "$",
                "u",
                "c",
                "A",
                "1",
                "27",
                "200",
                "201",
                "\x1b[200~",
                "\x1b[201~",
                "\x1b\\",
                "\x07",
                "é",
                "\x1d",
                "\x1b[M",
            ])
            .prop_map(|text| text.as_bytes().to_vec()),
        ];
        proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn any_split_gives_the_same_events(bytes in any_bytes(), chunk in 1..6usize) {
            let whole = decode(&bytes);
            let mut decoder = Decoder::default();
            let mut events = Vec::new();
            for chunk in bytes.chunks(chunk) {
                decoder.feed(Instant::now(), chunk, &mut events);
            }
            flush(&mut decoder, &mut events);
            prop_assert_eq!(events, whole);
        }

        #[test]
        fn after_any_bytes_and_a_pause_keys_work(bytes in any_bytes()) {
            let mut decoder = Decoder::default();
            let mut events = Vec::new();
            decoder.feed(Instant::now(), &bytes, &mut events);
            flush(&mut decoder, &mut events);
            events.clear();
            decoder.feed(Instant::now(), b"\x1d", &mut events);
            prop_assert_eq!(events, keys("C-]"));
        }
    }
}
