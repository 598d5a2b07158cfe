//! The text log: a pane's output as the lines that a reader expects in a file.
//!
//! Escape sequences are gone; what a line's own movements, erasures and overwriting left is the
//! line, so that a progress bar is its last state. A movement to another row ends the line, since a
//! log has no rows. No control but TAB and no bidirectional override is let through.

use super::line::Line;

/// The most bytes of an OSC, DCS, SOS, PM or APC string that are skipped: one without an end must
/// not hide all the text after it.
const STRING_LIMIT: usize = 4 * 1024 * 1024;

/// The most bytes of a control sequence's parameters that are kept; a longer one does nothing.
const PARAMETERS_LIMIT: usize = 32;

/// Makes text lines of a pane's output. Any split of the output gives the same bytes.
#[derive(Debug, Default)]
pub struct PlainLog {
    line: Line,
    state: State,
    parameters: Vec<u8>,
    /// The first bytes of a character whose rest has not come.
    character: [u8; 4],
    length: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Ground,
    /// After ESC.
    Escape,
    /// After ESC and an intermediate byte, such as the `(` of a charset.
    Intermediate,
    /// After CSI.
    Control,
    /// Inside a string of which `length` bytes have come; BEL ends an OSC.
    String { osc: bool, length: usize },
}

impl PlainLog {
    /// Takes output and appends the text of lines that are complete, each with LF, to `out`; also
    /// the beginning of a line that is longer than 8,192 characters.
    pub fn feed(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let mut rest = bytes;
        while let Some((byte, tail)) = rest.split_first() {
            if self.state == State::Ground && self.length == 0 {
                let taken = self.plain(rest, out);
                if taken > 0 {
                    rest = &rest[taken..];
                    continue;
                }
            }
            self.byte(*byte, out);
            rest = tail;
        }
    }

    /// Appends what there is of an unfinished line, with LF.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        self.give_up_character(out);
        self.state = State::Ground;
        if !self.line.is_empty() {
            self.end_line(out);
        }
    }

    /// Takes printable ASCII, which most output is, from the beginning of `bytes`, and returns how
    /// many bytes it took: at the beginning of a line whole lines, else what goes to its end.
    fn plain(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> usize {
        if self.line.is_empty() {
            let taken = plain_lines(bytes, out);
            if taken > 0 {
                return taken;
            }
        }
        let text = bytes
            .iter()
            .position(|byte| !matches!(byte, b' '..=b'~'))
            .unwrap_or(bytes.len());
        let taken = self.line.append(&bytes[..text]);
        self.hand_out(out);
        taken
    }

    fn byte(&mut self, byte: u8, out: &mut Vec<u8>) {
        match (self.state, byte) {
            // CAN and SUB end any sequence, ESC begins another.
            (_, 0x18 | 0x1a) => {
                self.give_up_character(out);
                self.state = State::Ground;
            }
            (_, 0x1b) => {
                self.give_up_character(out);
                self.state = State::Escape;
            }
            (State::String { osc: true, .. }, 0x07) => self.state = State::Ground,
            (State::String { osc, length }, _) => {
                self.state = match length + 1 {
                    STRING_LIMIT => State::Ground,
                    length => State::String { osc, length },
                };
            }
            (_, 0x00..0x20) => {
                self.give_up_character(out);
                self.control(byte, out);
            }
            (State::Ground, _) => self.text(byte, out),
            (State::Escape, b'[') => {
                self.parameters.clear();
                self.state = State::Control;
            }
            (State::Escape, b']' | b'P' | b'X' | b'^' | b'_') => {
                self.state = State::String {
                    osc: byte == b']',
                    length: 0,
                };
            }
            (State::Escape | State::Intermediate, 0x20..0x30) => self.state = State::Intermediate,
            (State::Escape, 0x30..0x7f) => {
                self.state = State::Ground;
                match byte {
                    b'E' | b'D' => self.end_line(out),
                    b'M' | b'c' => self.leave_line(out),
                    _ => {}
                }
            }
            (State::Intermediate, 0x30..0x7f) => self.state = State::Ground,
            (State::Control, 0x20..0x40) => {
                // One byte over the limit is kept, by which an over-long sequence is known.
                if self.parameters.len() <= PARAMETERS_LIMIT {
                    self.parameters.push(byte);
                }
            }
            (State::Control, 0x40..0x7f) => {
                self.state = State::Ground;
                self.control_sequence(byte, out);
            }
            (_, 0x7f) => {}
            // A byte that is no ASCII ends the sequence it came in.
            (_, 0x80..) => {
                self.state = State::Ground;
                self.text(byte, out);
            }
        }
    }

    /// Takes a byte of a character.
    fn text(&mut self, byte: u8, out: &mut Vec<u8>) {
        if self.length == 0 {
            match byte {
                0x20..0x7f => self.write(char::from(byte), out),
                0x7f => {}
                0xc2..=0xf4 => {
                    self.character[0] = byte;
                    self.length = 1;
                }
                _ => self.write(char::REPLACEMENT_CHARACTER, out),
            }
            return;
        }
        self.character[self.length] = byte;
        self.length += 1;
        let character = self.character;
        match std::str::from_utf8(&character[..self.length]) {
            Ok(text) => {
                self.length = 0;
                for character in text.chars() {
                    self.write(character, out);
                }
            }
            Err(error) if error.error_len().is_none() => {}
            Err(_) => {
                // The bytes before are one broken character; this one begins anew.
                self.length = 0;
                self.write(char::REPLACEMENT_CHARACTER, out);
                self.text(byte, out);
            }
        }
    }

    fn give_up_character(&mut self, out: &mut Vec<u8>) {
        if self.length > 0 {
            self.length = 0;
            self.write(char::REPLACEMENT_CHARACTER, out);
        }
    }

    fn write(&mut self, character: char, out: &mut Vec<u8>) {
        match character {
            // C1 controls; directional marks, embeddings, overrides and isolates.
            '\u{80}'..='\u{9f}'
            | '\u{61c}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' => {}
            // Viewers end a line at these.
            '\u{2028}' | '\u{2029}' => self.line.write(' '),
            _ => self.line.write(character),
        }
        self.hand_out(out);
    }

    /// Takes a C0 control other than CAN, SUB and ESC.
    fn control(&mut self, byte: u8, out: &mut Vec<u8>) {
        match byte {
            // LF, VT and FF.
            0x0a..=0x0c => self.end_line(out),
            b'\r' => self.line.move_to(0),
            b'\t' => self.line.tab(),
            0x08 => self.line.back(1),
            _ => {}
        }
        self.hand_out(out);
    }

    /// Takes a complete control sequence.
    fn control_sequence(&mut self, last: u8, out: &mut Vec<u8>) {
        let is_number = |byte: &u8| byte.is_ascii_digit() || *byte == b';';
        if self.parameters.len() > PARAMETERS_LIMIT || !self.parameters.iter().all(is_number) {
            return;
        }
        let first = self
            .parameters
            .split(|byte| *byte == b';')
            .next()
            .unwrap_or_default()
            .iter()
            .fold(0_usize, |number, digit| {
                number
                    .saturating_mul(10)
                    .saturating_add(usize::from(digit - b'0'))
            });
        let count = first.max(1);
        match last {
            b'@' => self.line.insert(count),
            b'C' | b'a' => self.line.forward(count),
            b'D' => self.line.back(count),
            b'G' | b'`' => self.line.move_to(count - 1),
            b'P' => self.line.delete(count),
            b'X' => self.line.erase(count),
            b'K' if first == 0 => self.line.erase_right(),
            b'K' if first == 1 => self.line.erase_left(),
            b'K' if first == 2 => self.line.erase_all(),
            b'J' if first == 0 => self.line.erase_right(),
            // Movements to another row.
            b'A' | b'B' | b'E' | b'F' | b'H' | b'd' | b'e' | b'f' => self.leave_line(out),
            _ => {}
        }
        self.hand_out(out);
    }

    fn end_line(&mut self, out: &mut Vec<u8>) {
        self.line.take(out);
        out.push(b'\n');
    }

    /// Ends the line if there is anything in it.
    fn leave_line(&mut self, out: &mut Vec<u8>) {
        if !self.line.is_empty() {
            self.end_line(out);
        }
    }

    fn hand_out(&mut self, out: &mut Vec<u8>) {
        if self.line.is_full() {
            self.line.take_piece(out);
        }
    }
}

/// Appends the whole lines at the beginning of `bytes` that are printable ASCII and TAB, and
/// returns how many bytes they are; they need no cells.
fn plain_lines(bytes: &[u8], out: &mut Vec<u8>) -> usize {
    let mut done = 0;
    for end in memchr::memchr_iter(b'\n', bytes) {
        let line = &bytes[done..end];
        let text = line.strip_suffix(b"\r").unwrap_or(line);
        if !text.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\t')) {
            break;
        }
        out.extend_from_slice(text);
        out.push(b'\n');
        done = end + 1;
    }
    done
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::line::LINE_LIMIT, *};

    fn log(bytes: &[u8]) -> String {
        let mut log = PlainLog::default();
        let mut out = Vec::new();
        log.feed(bytes, &mut out);
        log.finish(&mut out);
        String::from_utf8(out).expect("UTF-8")
    }

    #[track_caller]
    fn check(output: impl AsRef<[u8]>, expected: &str) {
        let output = output.as_ref();
        assert_eq!(log(output), expected, "{}", output.escape_ascii());
    }

    #[test]
    fn lines() {
        check("", "");
        check("a\nb\r\nc\r\r\n\nd", "a\nb\nc\n\nd\n");
        check("a\tb\n\tc\n", "a\tb\n\tc\n");
        check("é漢🦀 e\u{301}\n", "é漢🦀 e\u{301}\n");
        check("a  \n", "a  \n");
        check("a\x0bb\x0cc", "a\nb\nc\n");
    }

    #[test]
    fn a_progress_bar_leaves_its_last_state() {
        check("  1%\r 50%\r100%\ndone\n", "100%\ndone\n");
        check("downloading\rdone\x1b[K\n", "done\n");
        check("downloading\r           \rdone\n", "done\n");
        check("long text\rshort\n", "shorttext\n");
        check("50%\r\x1b[2K100%", "100%\n");
        check("\r\x1b[Ka\r\x1b[Kb", "b\n");
        check("漢字\rab\n", "ab字\n");
        check("漢字\ra\n", "a 字\n");
        check("ab\r漢\n", "漢\n");
        check("abc\r漢\n", "漢c\n");
    }

    #[test]
    fn editing_within_a_line() {
        check("abc\x08\x08X\n", "aXc\n");
        check("abc\x08 \x08\n", "ab\n");
        check("\x08\x08a", "a\n");
        check("abc\x1b[2DX\x1b[CY", "aXcY\n");
        check("ac\x1b[D\x1b[@b", "abc\n");
        check("abbc\x1b[2D\x1b[P", "abc\n");
        check("abc\x1b[3G\x1b[1K", "\n");
        check("abcd\x1b[2G\x1b[2XX", "aX d\n");
        check("a\x1b[5Gb\x1b[2CC", "a   b  C\n");
        check("abc\r\tx", "abc     x\n");
        check("e\u{301}x\x08\x08o", "ox\n");
        check("ae\u{301}\r\x1b[CX", "aX\n");
        check("漢\x08x", " x\n");
        check("漢字\x1b[3G\x1b[K", "漢\n");
        check("漢字\x1b[2G\x1b[K", "\n");
        check("漢字\r\x1b[P", " 字\n");
    }

    #[test]
    fn sequences_are_gone() {
        check("\x1b[1;31mred\x1b[0m\n", "red\n");
        check("\x1b[38:2::1:2:3mx\x1b[?25l\x1b[>4;2m\x1b[=1u\n", "x\n");
        check(
            "\x1b]0;title\x07a\x1b]8;;http://x\x1b\\b\x1b]8;;\x1b\\\n",
            "ab\n",
        );
        check(
            "\x1bP1;2|abc\x07def\x1b\\x\x1b_G\x1b\\y\x1b^p\x1b\\z\x1bXs\x1b\\",
            "xyz\n",
        );
        check("\x1b(0a\x1b)Bb\x1b=c\x1b7d\x1b8\x1b#8e", "abcde\n");
        check("a\x1b[31\x18b\x1b]0;x\x1ac", "abc\n");
        check("a\x1b[3\rmb", "b\n");
        check("a\x1b", "a\n");
        check("a\x1b[3", "a\n");
        check(format!("\x1b[{}Ka\n", "1;".repeat(100)), "a\n");
    }

    #[test]
    fn a_movement_to_another_row_ends_the_line() {
        check("a\x1b[2;5Hb\x1b[Ac\x1b[Bd", "a\nb\nc\nd\n");
        check("\x1b[H\x1b[2Ja\x1bMb\x1bEc", "a\nb\nc\n");
    }

    #[test]
    fn no_control_is_left() {
        check("a\0\x01\x07\x0e\x0f\x7fb\n", "ab\n");
        check("a\u{85}\u{9b}31mb\n", "a31mb\n");
        check("a\u{202e}b\u{2066}c\u{200f}d\u{61c}e\n", "abcde\n");
        check("a\u{2028}b\n", "a b\n");
        check(
            b"\xff\xc3(\xe6\xbcx\xf0\x9f\n",
            "\u{fffd}\u{fffd}(\u{fffd}x\u{fffd}\n",
        );
        check(
            b"\xf4\x90\x80\x80\xed\xa0\x80",
            "\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\n",
        );
        check(b"a\xe6", "a\u{fffd}\n");
        check(b"\x1b[3\xc3\xa9", "é\n");
    }

    #[test]
    fn a_long_line_is_whole_and_takes_little_memory() {
        let text = "0123456789é".repeat(20_000);
        let mut log = PlainLog::default();
        let mut out = Vec::new();
        log.feed(text.as_bytes(), &mut out);
        assert!(out.len() + 2 * LINE_LIMIT > text.len());
        log.feed(b"\rb\n", &mut out);
        let out = String::from_utf8(out).expect("UTF-8");
        assert_eq!(out.lines().count(), 1);
        assert_eq!(out.chars().count(), text.chars().count() + 1);
        // What has been handed out is fixed; only the last piece is written over.
        let pieces = text.chars().count() / LINE_LIMIT * LINE_LIMIT;
        let last: String = text.chars().skip(pieces + 1).collect();
        assert!(out.ends_with(&format!("b{last}\n")));
    }

    #[test]
    fn a_string_without_end_hides_a_bounded_part() {
        let bytes = format!("\x1b]0;{}\nb\n", "x".repeat(STRING_LIMIT));
        assert_eq!(log(bytes.as_bytes()).lines().last(), Some("b"));
    }

    #[test]
    fn memory_is_bounded_whatever_comes() {
        let mut log = PlainLog::default();
        let mut out = Vec::new();
        for piece in [
            "\x1b[999999999C",
            "\x1b[9999999@",
            "e\u{301}\u{301}\r",
            "\u{301}",
            "漢\x1b[D",
            "\x1b[1;",
        ] {
            for _ in 0..5_000 {
                log.feed(piece.as_bytes(), &mut out);
                out.clear();
            }
        }
        log.finish(&mut out);
        assert!(out.len() <= 4 * (LINE_LIMIT + 2));
        assert!(log.parameters.capacity() <= 4 * PARAMETERS_LIMIT);
    }

    /// Output in which controls and beginnings of sequences are frequent.
    fn any_output() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            any::<u8>().prop_map(|byte| vec![byte]),
            "[ -~\t]{0,10}\r?\n".prop_map(String::into_bytes),
            proptest::sample::select(vec![
                "\x1b", "\x1b[", "\x1b]", "\x1bP", "\x07", "\x1b\\", "\r", "\n", "\x08", "\t", "é",
                "漢", "\u{301}", "\u{202e}", "\u{9b}", "5", ";", "A", "C", "D", "G", "K", "P", "X",
                "@", "J", "\x1b[2K", "\x1b[1K", "\x1b[5G", "abc", " ",
            ])
            .prop_map(|text| text.as_bytes().to_vec()),
        ];
        proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn any_split_gives_the_same_bytes(output in any_output(), chunk in 1..8usize) {
            let mut log = PlainLog::default();
            let mut out = Vec::new();
            for chunk in output.chunks(chunk) {
                log.feed(chunk, &mut out);
            }
            log.finish(&mut out);
            prop_assert_eq!(String::from_utf8(out).expect("UTF-8"), self::log(&output));
        }

        #[test]
        fn only_text_comes_out(output in any_output()) {
            for character in log(&output).chars() {
                prop_assert!(matches!(character, '\n' | '\t') || !character.is_control());
                let overrides = '\u{202a}'..='\u{202e}';
                prop_assert!(!overrides.contains(&character));
            }
        }
    }
}
