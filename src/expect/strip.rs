//! Output bytes to plain text: escape sequences and controls taken out, CRLF as LF, UTF-8 mended.
//!
//! Owns the state between reads, so that any split of the input gives the same text. It renders
//! nothing: cursor movement is dropped, not obeyed; that is the emulator's work.

use super::characters::Characters;

/// The incremental stripper. Of C0 it keeps LF, TAB and a CR that no LF follows.
#[derive(Clone, Debug, Default)]
pub(super) struct Stripper {
    state: State,
    /// A CR has come and the byte that decides its fate has not.
    carriage_return: bool,
    characters: Characters,
}

/// Where in an escape sequence the stripper is (ECMA-48; the states of Williams' DEC parser that
/// matter when everything but text is dropped).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Ground,
    Escape,
    /// After an intermediate byte, such as of `ESC ( B`.
    Intermediate,
    Csi,
    /// In OSC, which BEL ends too.
    Osc,
    OscEscape,
    /// In DCS, SOS, PM or APC, which only ST ends.
    Text,
    TextEscape,
}

const BEL: u8 = 0x07;
const CAN: u8 = 0x18;
const SUB: u8 = 0x1a;
const ESC: u8 = 0x1b;
const DEL: u8 = 0x7f;

impl Stripper {
    /// Appends the text of `bytes` to `text`.
    pub(super) fn push(&mut self, mut bytes: &[u8], text: &mut String) {
        while let Some(&first) = bytes.first() {
            if self.state == State::Ground {
                let plain = bytes
                    .iter()
                    .position(|&byte| !is_plain(byte))
                    .unwrap_or(bytes.len());
                if plain > 0 {
                    self.plain(&bytes[..plain], text);
                    bytes = &bytes[plain..];
                    continue;
                }
            }
            // A byte ≥ 0x80 inside a sequence is text that the sequence does not own.
            if first >= 0x80
                && matches!(self.state, State::Escape | State::Intermediate | State::Csi)
            {
                self.state = State::Ground;
                continue;
            }
            self.state = self.step(first, text);
            bytes = &bytes[1..];
        }
    }

    /// Appends what was held back: no more bytes come.
    pub(super) fn finish(&mut self, text: &mut String) {
        self.characters.break_off(text);
        if std::mem::take(&mut self.carriage_return) {
            text.push('\r');
        }
    }

    /// Forgets a CR that was held back, for a reader that begins after it.
    pub(super) fn forget_carriage_return(&mut self) {
        self.carriage_return = false;
    }

    /// Takes one byte that is not plain text in the present state.
    fn step(&mut self, byte: u8, text: &mut String) -> State {
        match (self.state, byte) {
            (State::Osc, BEL) | (_, CAN | SUB) => State::Ground,
            (State::Osc, ESC) => State::OscEscape,
            (State::Text, ESC) => State::TextEscape,
            (State::Osc | State::Text, _) => self.state,
            (State::OscEscape | State::TextEscape, b'\\') => State::Ground,
            (_, ESC) => {
                self.characters.break_off(text);
                State::Escape
            }
            (State::OscEscape | State::TextEscape, _) => {
                // ESC ended the string and began a sequence of its own.
                self.state = State::Escape;
                if byte >= 0x80 {
                    self.plain(&[byte], text);
                    State::Ground
                } else {
                    self.step(byte, text)
                }
            }
            (state, ..0x20) => {
                self.control(byte, text);
                state
            }
            (state, DEL) => {
                self.characters.break_off(text);
                state
            }
            (State::Escape, b'[') => State::Csi,
            (State::Escape, b']') => State::Osc,
            (State::Escape, b'P' | b'X' | b'^' | b'_') => State::Text,
            (State::Escape | State::Intermediate, 0x20..=0x2f) => State::Intermediate,
            (State::Csi, 0x20..=0x3f) => State::Csi,
            _ => State::Ground,
        }
    }

    /// Takes a control that terminals obey even inside a sequence.
    fn control(&mut self, byte: u8, text: &mut String) {
        match byte {
            b'\r' => {
                self.characters.break_off(text);
                if self.carriage_return {
                    text.push('\r');
                }
                self.carriage_return = true;
            }
            b'\n' | b'\t' => self.plain(&[byte], text),
            _ => self.characters.break_off(text),
        }
    }

    /// Takes bytes of text: printable ASCII, LF, TAB and bytes of UTF-8.
    fn plain(&mut self, bytes: &[u8], text: &mut String) {
        if std::mem::take(&mut self.carriage_return) && bytes[0] != b'\n' {
            text.push('\r');
        }
        self.characters
            .push(bytes, |part| push_printable(part, text));
    }
}

/// Returns whether `byte` is text outside of sequences.
fn is_plain(byte: u8) -> bool {
    byte >= 0x20 && byte != DEL || byte == b'\n' || byte == b'\t'
}

/// Appends `part` without the C1 controls (U+0080 to U+009F, `C2 80` to `C2 9F`).
fn push_printable(part: &str, text: &mut String) {
    if memchr::memchr(0xc2, part.as_bytes()).is_none() {
        text.push_str(part);
    } else {
        text.extend(part.chars().filter(|c| !('\u{80}'..='\u{9f}').contains(c)));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(input: &[u8], expected: &str) {
        for split in 0..=input.len() {
            let (mut stripper, mut text) = (Stripper::default(), String::new());
            stripper.push(&input[..split], &mut text);
            stripper.push(&input[split..], &mut text);
            stripper.finish(&mut text);
            assert_eq!(text, expected, "split at {split}");
        }
        let (mut stripper, mut text) = (Stripper::default(), String::new());
        for byte in input {
            stripper.push(&[*byte], &mut text);
        }
        stripper.finish(&mut text);
        assert_eq!(text, expected, "byte by byte");
    }

    #[test]
    fn sequences_are_dropped() {
        check(b"\x1b[1;32mPass\x1b[0mword: ", "Password: ");
        check(b"a\x1b]0;title\x07b\x1b]8;;x\x1b\\c", "abc");
        check(b"a\x1bPq#0;\x07 still\x1b\\b", "ab");
        check(b"\x1b(B\x1b)0\x1b%Ga\x1b7\x1b=b", "ab");
        check(b"\x1b[?1049hx\x1b[38:2::1:2:3my\x1b[ qz", "xyz");
        check(b"a\x1b_apc\x1b\\b\x1b^pm\x1b\\c\x1bXsos\x1b\\d", "abcd");
    }

    #[test]
    fn broken_sequences_end_where_terminals_end_them() {
        check(b"\x1b[1\x18a\x1b]0;t\x1ab", "ab");
        check(b"\x1b[1\x1b[2Ka", "a");
        check(b"\x1b]0;t\x1b[31ma", "a");
        check("\x1b[1é".as_bytes(), "é");
        check("\x1b]t\x1bé".as_bytes(), "é");
        check(b"a\x1b[1\n2Kb", "a\nb");
    }

    #[test]
    fn line_ends_become_lf_and_lone_carriage_returns_stay() {
        check(b"a\r\nb\rc\r", "a\nb\rc\r");
        check(b"a\r\x1b[K\nb", "a\nb");
        check(b"a\r\r\n", "a\r\n");
        check(b"a\tb\x07\x08\x00c\x7f", "a\tbc");
    }

    #[test]
    fn utf8_is_mended() {
        check("é€𝄞".as_bytes(), "é€𝄞");
        check(b"a\xffb", "a\u{fffd}b");
        check(b"\xe2\x82x\xe2\x82", "\u{fffd}x\u{fffd}");
        check(b"\xe2\x1b[m\x82\xac", "\u{fffd}\u{fffd}\u{fffd}");
        check(b"\xf0\x9d\xe2\x82\xac", "\u{fffd}€");
        check("a\u{9b}b\u{a0}c".as_bytes(), "ab\u{a0}c");
        check(b"\r\xe2\x82\xac", "\r€");
    }

    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        let telling = b"a\x1b[]P\\;1m\x07\x18\r\n\x7f\xc2\x9b\xe2\x82\xac\xf0\xff".to_vec();
        let byte = prop_oneof![prop::sample::select(telling), any::<u8>()];
        prop::collection::vec(byte, 0..60)
    }

    proptest! {
        #[test]
        fn any_split_gives_the_same_text(input in bytes(), split in 0usize..60) {
            let mut whole = String::new();
            Stripper::default().push(&input, &mut whole);
            let (mut stripper, mut text) = (Stripper::default(), String::new());
            let (first, second) = input.split_at(split.min(input.len()));
            stripper.push(first, &mut text);
            stripper.push(second, &mut text);
            prop_assert_eq!(&text, &whole);
            let allowed = |c: char| !c.is_control() || "\n\r\t".contains(c);
            prop_assert!(text.chars().all(allowed));
        }
    }
}
