//! Pastes, both ways: finding the end of one that comes in, and writing one that cannot act.
//!
//! Owns the bracketed paste mode (`CSI ? 2004 h`): what is between its brackets is text and is
//! never interpreted.

use memchr::memmem;

use super::InputModes;

/// The most bytes of a paste that are kept; a longer paste is delivered in pieces of this size.
/// A piece must fit into a protocol frame, where JSON may write a byte as six.
const PIECE_LIMIT: usize = 2 * 1024 * 1024;

const BEGIN: &str = "\x1b[200~";
const END: &str = "\x1b[201~";

/// [`END`] with an 8-bit control.
const EIGHT_BIT_END: &str = "\u{9b}201~";

/// A paste that is coming in: the bytes so far, at most [`PIECE_LIMIT`] and the length of [`END`].
#[derive(Debug, Default)]
pub(super) struct PasteBuffer(Vec<u8>);

impl PasteBuffer {
    /// Takes as much of `bytes` as belongs to the paste, and returns a piece of it that is
    /// complete, the rest of `bytes`, and whether the paste has ended.
    pub(super) fn take<'a>(&mut self, bytes: &'a [u8]) -> (Option<String>, &'a [u8], bool) {
        let full = PIECE_LIMIT + END.len();
        let taken = bytes.len().min(full - self.0.len());
        let searched = self.0.len().saturating_sub(END.len() - 1);
        self.0.extend_from_slice(&bytes[..taken]);
        if let Some(found) = memmem::find(&self.0[searched..], END.as_bytes()) {
            let end = searched + found;
            // What follows the end is of `bytes`: without them the end had not been found.
            let after = self.0.len() - end - END.len();
            self.0.truncate(end);
            return (Some(self.finish()), &bytes[taken - after..], true);
        }
        if self.0.len() < full {
            return (None, &bytes[taken..], false);
        }
        let mut end = PIECE_LIMIT;
        // A piece ends between characters: a continuation byte belongs to the one before.
        while end > PIECE_LIMIT - 3 && self.0[end] & 0xc0 == 0x80 {
            end -= 1;
        }
        let remainder = self.0.split_off(end);
        let piece = self.finish();
        self.0 = remainder;
        (Some(piece), &bytes[taken..], false)
    }

    /// Returns what has come and forgets it.
    pub(super) fn finish(&mut self) -> String {
        String::from_utf8(std::mem::take(&mut self.0))
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
    }
}

/// Appends a paste of `text`. No control is left in it but TAB and line ends: without brackets each
/// would act as a key, and even between them the tty itself acts on some (Ctrl-C ends the program's
/// read, and what follows is no longer a paste to the next one). Of what could end the brackets
/// (the end marker, with ESC or C1) nothing is left. Without brackets line ends are CR, as Enter
/// sends it.
pub fn encode_paste(text: &str, modes: &InputModes, out: &mut Vec<u8>) {
    if modes.bracketed_paste {
        out.extend_from_slice(BEGIN.as_bytes());
        bracketed(text, out);
        out.extend_from_slice(END.as_bytes());
    } else {
        typed(text, out);
    }
}

fn bracketed(text: &str, out: &mut Vec<u8>) {
    let acts = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r');
    let mut rest = text;
    while let Some(at) = rest.find(acts) {
        out.extend_from_slice(&rest.as_bytes()[..at]);
        let mut tail = rest[at..].chars();
        tail.next();
        rest = rest[at..]
            .strip_prefix(END)
            .or(rest[at..].strip_prefix(EIGHT_BIT_END))
            .unwrap_or(tail.as_str());
    }
    out.extend_from_slice(rest.as_bytes());
}

fn typed(text: &str, out: &mut Vec<u8>) {
    let mut previous = '\0';
    for character in text.chars() {
        match character {
            '\n' if previous == '\r' => {}
            '\n' | '\r' => out.push(b'\r'),
            '\t' => out.push(b'\t'),
            _ if character.is_control() => {}
            _ => out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
        previous = character;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(text: &str, bracketed_paste: bool) -> String {
        let modes = InputModes {
            bracketed_paste,
            ..InputModes::default()
        };
        let mut out = Vec::new();
        encode_paste(text, &modes, &mut out);
        String::from_utf8(out).expect("UTF-8")
    }

    #[track_caller]
    fn check(text: &str, typed: &str, inside_brackets: &str) {
        assert_eq!(encoded(text, false), typed, "{text:?}");
        let expected = format!("{BEGIN}{inside_brackets}{END}");
        assert_eq!(encoded(text, true), expected, "{text:?}");
    }

    #[test]
    fn line_ends_and_controls() {
        check("", "", "");
        check("a\nb\r\nc\rd\te", "a\rb\rc\rd\te", "a\nb\r\nc\rd\te");
        check("\n\n\r\r", "\r\r\r\r", "\n\n\r\r");
        check("x\x1d\x03\x7fé漢", "xé漢", "xé漢");
        check("\x1b[A\u{9b}B\u{85}C", "[ABC", "[ABC");
    }

    #[test]
    fn a_paste_cannot_break_out() {
        check("a\x1b[201~b\r", "a[201~b\r", "ab\r");
        check("a\u{9b}201~b", "a201~b", "ab");
        check("\x1b\x1b[201~[201~x", "[201~[201~x", "[201~x");
        check("\x1b[20\x1b[201~1~x", "[20[201~1~x", "[201~x");
        check("\x1b\u{9b}201~[201~x", "201~[201~x", "[201~x");
        check("\u{90}x\x1b\\\x1b", "x\\", "x\\");
    }

    /// What might end the brackets early, or act in them: text and what is left of it. kitty,
    /// foot, VTE and xterm leave such controls out too, each a little differently.
    #[test]
    fn nothing_in_a_paste_acts() {
        for (text, inside) in [
            ("\x1b[201~", ""),
            ("\x1b[201", "[201"),
            ("\x1b[\x1b[201~201~", "[201~"),
            ("\x1b\x1b[201~", ""),
            ("\x1b[20\x1b[201~1~", "[201~"),
            ("\x1b[2\x000\x001~", "[201~"),
            ("\x1b\0[201~", "[201~"),
            ("\u{9b}201~", ""),
            ("\u{9b}\u{9b}201~201~", "201~"),
            ("\u{9b}20\u{9b}201~1~", "201~"),
            ("\x1b\u{9b}201~[201~", "[201~"),
            ("\u{9b}\x1b[201~201~", "201~"),
            ("\x1b[200~\x1b[201~", "[200~"),
            ("\x1b[0201~\x1b[201;1~", "[0201~[201;1~"),
            ("\x1bP\x1b\\\x1b]0;x\x07", "P\\]0;x"),
            ("\u{90}x\u{9c}\u{84}\u{85}", "x"),
            ("a\x03b\x04c\x1ad\x1ce", "abcde"),
            ("a\x11b\x13c\x15d\x16e\x17f", "abcdef"),
            ("a\0b\x07c\x08d\x0be\x0cf\x0eg\x0fh\x7fi", "abcdefghi"),
            ("a\tb\nc\rd\r\ne", "a\tb\nc\rd\r\ne"),
        ] {
            assert_eq!(
                encoded(text, true),
                format!("{BEGIN}{inside}{END}"),
                "{text:?}"
            );
        }
        // A byte that is no UTF-8, such as an 8-bit CSI, comes in as U+FFFD.
        let mut buffer = PasteBuffer::default();
        let (piece, _, _) = buffer.take(b"a\x9b201~b\x1b[201~");
        let text = piece.expect("it has ended");
        assert_eq!(encoded(&text, true), format!("{BEGIN}a\u{fffd}201~b{END}"));
    }

    proptest::proptest! {
        /// Whatever the text, the one end marker is at the end, and nothing else could act.
        #[test]
        fn a_paste_ends_once(text in "([a-z\\[\\]~;012é漢\\x1b\\x00-\\x1f\\x7f\u{80}-\u{9f}]|\\x1b\\[201~|\u{9b}201~|\\x1b\\[200~){0,40}") {
            let out = encoded(&text, true);
            let inside = out.strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(END));
            let inside = inside.expect("it has its brackets");
            proptest::prop_assert!(!inside.contains(|c: char| c.is_control() && !"\t\n\r".contains(c)));
            proptest::prop_assert_eq!(out.matches(END).count(), 1);
            let typed = encoded(&text, false);
            proptest::prop_assert!(!typed.contains(|c: char| c.is_control() && !"\t\r".contains(c)));
        }
    }

    #[test]
    fn a_long_paste_comes_in_pieces_of_whole_characters() {
        let text = format!("a{}", "é".repeat(PIECE_LIMIT / 2 + 100));
        let bytes = format!("{text}{END}z");
        for chunk in [65_521, usize::MAX] {
            let mut buffer = PasteBuffer::default();
            let mut pieces = Vec::new();
            let mut after = Vec::new();
            for chunk in bytes.as_bytes().chunks(chunk) {
                let mut rest = chunk;
                while !rest.is_empty() && after.is_empty() {
                    let (piece, tail, ended) = buffer.take(rest);
                    pieces.extend(piece);
                    rest = tail;
                    if ended {
                        after = tail.to_vec();
                    }
                }
            }
            assert_eq!(after, b"z");
            assert_eq!(pieces.len(), 2);
            assert_eq!(pieces[0].len(), PIECE_LIMIT - 1);
            assert!(pieces.concat() == text);
        }
    }
}
