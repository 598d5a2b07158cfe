//! Raw output of a child on its way to a file, with its secrets masked.
//!
//! What may be the beginning of a secret is held back until it is known; its pieces keep their
//! tags, such as the time at which they came, and their order.

use std::collections::VecDeque;

use zeroize::Zeroizing;

use super::{Redactor, mask, scan::Scanner};

/// Masks secrets in bytes that come in pieces: across pieces, with escape sequences or line ends
/// between their characters. Any split of the bytes gives the same, with [`RedactedBytes::settle`]
/// never called. It holds at most 64 KiB back.
#[derive(Debug)]
pub struct RedactedBytes<T> {
    /// By which what is held was searched.
    redactor: Redactor,
    scanner: Scanner,
    held: Zeroizing<Vec<u8>>,
    /// Which of the bytes in `held` belong to a secret.
    masked: Vec<bool>,
    /// The position of the first byte in `held`.
    base: u64,
    /// The ends of the pieces in `held`, with their tags.
    pieces: VecDeque<(u64, T)>,
}

impl<T> Default for RedactedBytes<T> {
    fn default() -> RedactedBytes<T> {
        RedactedBytes {
            redactor: Redactor::default(),
            scanner: Scanner::default(),
            held: Zeroizing::default(),
            masked: Vec::new(),
            base: 0,
            pieces: VecDeque::new(),
        }
    }
}

impl<T: Copy> RedactedBytes<T> {
    /// Takes a piece, and hands out what is known, in order, each piece with its tag. A piece
    /// may be handed out in parts; an empty one comes out, as such, when all before it has.
    pub fn push(
        &mut self,
        redactor: &Redactor,
        tag: T,
        bytes: &[u8],
        release: impl FnMut(T, &[u8]),
    ) {
        if !self.redactor.is(redactor) {
            self.change(redactor);
        }
        self.take(tag, bytes, release);
    }

    /// Hands out everything: nothing more comes.
    pub fn finish(&mut self, release: impl FnMut(T, &[u8])) {
        let end = self.scanner.position();
        self.release(end, release);
        self.scanner = Scanner::default();
        self.base = 0;
    }

    /// Returns whether what is held back ends with a line, so that [`RedactedBytes::settle`] would
    /// hand it out.
    pub fn line_is_held(&self) -> bool {
        self.held.last() == Some(&b'\n')
    }

    /// Hands out what is held back if it ends with a line: for when no more has come for a while,
    /// as a program that prints a secret over several lines does not pause between them.
    pub fn settle(&mut self, release: impl FnMut(T, &[u8])) {
        if self.line_is_held() {
            let end = self.scanner.position();
            self.release(end, release);
        }
    }

    fn take(&mut self, tag: T, bytes: &[u8], mut release: impl FnMut(T, &[u8])) {
        if self.redactor.is_empty() && self.pieces.is_empty() {
            return release(tag, bytes);
        }
        let automaton = self.redactor.automaton();
        let skipped = match self.pieces.is_empty() {
            true => self.scanner.skip(automaton, bytes),
            false => 0,
        };
        if skipped == bytes.len() && self.pieces.is_empty() {
            // Most output goes this way, uncopied.
            self.base = self.scanner.position();
            return release(tag, bytes);
        }
        self.held.extend_from_slice(bytes);
        self.masked.resize(self.held.len(), false);
        let (base, masked) = (self.base, &mut self.masked);
        self.scanner.feed(automaton, &bytes[skipped..], |at| {
            // What has been handed out after a pause is gone.
            if let Some(at) = at.checked_sub(base) {
                masked[usize::try_from(at).expect("held bytes are few")] = true;
            }
        });
        let end = self.scanner.position();
        self.pieces.push_back((end, tag));
        self.release(self.scanner.hold(self.base).unwrap_or(end), release);
    }

    /// Searches what is held anew.
    fn change(&mut self, redactor: &Redactor) {
        self.redactor = redactor.clone();
        self.scanner.rewind(self.base);
        let (base, masked) = (self.base, &mut self.masked);
        self.scanner
            .feed(self.redactor.automaton(), &self.held, |at| {
                masked[usize::try_from(at - base).expect("held bytes are few")] = true;
            });
    }

    /// Hands out what stands before the position `end`.
    fn release(&mut self, end: u64, mut release: impl FnMut(T, &[u8])) {
        let mut start = 0;
        while let Some((border, tag)) = self.pieces.front().copied() {
            let stop = usize::try_from(border.min(end) - self.base).expect("held bytes are few");
            let whole = border <= end;
            if whole || stop > start {
                if self.masked[start..stop].contains(&true) {
                    release(tag, &mask(&self.held, &self.masked, start..stop));
                } else {
                    release(tag, &self.held[start..stop]);
                }
            }
            start = stop;
            if !whole {
                break;
            }
            self.pieces.pop_front();
        }
        self.held.drain(..start);
        self.masked.drain(..start);
        self.base += start as u64;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::tests::redactor, *};

    /// Returns what comes out of `pieces`, at their ends and in all.
    fn redact(redactor: &Redactor, pieces: &[&[u8]]) -> (Vec<String>, String) {
        let mut bytes = RedactedBytes::default();
        let mut out = Vec::new();
        let mut steps = Vec::new();
        for piece in pieces {
            let before = out.len();
            bytes.push(redactor, (), piece, |(), bytes| {
                out.extend_from_slice(bytes)
            });
            steps.push(String::from_utf8_lossy(&out[before..]).into_owned());
        }
        bytes.finish(|(), bytes| out.extend_from_slice(bytes));
        (steps, String::from_utf8_lossy(&out).into_owned())
    }

    #[track_caller]
    fn check(input: &str, expected: &str) {
        let redactor = redactor(&["hunter2", "correct horse"]);
        let input = input.as_bytes();
        assert_eq!(redact(&redactor, &[input]).1, expected, "whole");
        let bytes: Vec<&[u8]> = input.chunks(1).collect();
        assert_eq!(redact(&redactor, &bytes).1, expected, "byte by byte");
    }

    #[test]
    fn secrets_are_masked_and_nothing_else() {
        check("a hunter2 b\r\n", "a ******* b\r\n");
        check("hunter hunter\r\n", "hunter hunter\r\n");
        check("hunthunter2hunter2", "hunt**************");
        check("huntér2 \u{1b}[1m", "huntér2 \u{1b}[1m");
    }

    #[test]
    fn sequences_between_characters_are_kept() {
        check("hun\x1b[1;31mter\x1b[0m2x", "***\x1b[1;31m***\x1b[0m*x");
        check(
            "hun\x1b]0;title\x07ter\x1b(B2",
            "***\x1b]0;title\x07***\x1b(B*",
        );
        check("\x1b[hunter2", "\x1b[*******");
        check("hunter\x1b[2m2", "******\x1b[2m*");
    }

    #[test]
    fn a_secret_within_a_string_is_found() {
        check(
            "\x1b]0;ssh hunter2\x07hunter\x1b]2;x\x1b\\2",
            "\x1b]0;ssh *******\x07******\x1b]2;x\x1b\\*",
        );
        check("\x1bPhunter2\x1b\\", "\x1bP*******\x1b\\");
    }

    #[test]
    fn wraps_are_seen_through() {
        check("hunt\r\ner2", "****\r\n***");
        check("hunt \rer2", "**** \r***");
        check("correct horse", "*************");
        check("correct \r\nhorse", "********\r\n*****");
        check("correct \r horse", "******* \r******");
        check("correct  \rhorse", "******** \r*****");
        check("hunt er2", "hunt er2");
    }

    #[test]
    fn other_forms_are_masked() {
        check("http://u:correct%20horse@h", "http://u:***************@h");
        // `printf user:hunter2 | base64`
        check("Basic dXNlcjpodW50ZXIy.", "Basic dXNlcjp*********.");
    }

    #[test]
    fn only_what_may_begin_a_secret_is_held_back() {
        let redactor = redactor(&["hunter2"]);
        let (steps, all) = redact(
            &redactor,
            &[b"a hun", b"dred\x1b[", b"1mhu", b"nter", b"2."],
        );
        assert_eq!(steps, ["a ", "hundred\x1b[", "1m", "", "*******."]);
        assert_eq!(all, "a hundred\x1b[1m*******.");
    }

    #[test]
    fn pieces_keep_their_tags_and_order() {
        let redactor = redactor(&["hunter2"]);
        let mut bytes = RedactedBytes::default();
        let mut out = Vec::new();
        let mut push = |tag, piece: &str| {
            let release =
                |tag, bytes: &[u8]| out.push((tag, String::from_utf8_lossy(bytes).into_owned()));
            bytes.push(&redactor, tag, piece.as_bytes(), release);
        };
        push(1, "a hun");
        push(2, "ter");
        push(3, "");
        push(4, "2 b");
        let expected = [(1, "a "), (1, "***"), (2, "***"), (3, ""), (4, "* b")];
        assert_eq!(out, expected.map(|(tag, text)| (tag, text.to_owned())));
    }

    #[test]
    fn a_line_is_handed_out_after_a_pause() {
        let redactor = redactor(&["hunter2"]);
        let mut bytes = RedactedBytes::default();
        let mut out = Vec::new();
        bytes.push(&redactor, (), b"hunt", |(), bytes| {
            out.extend_from_slice(bytes)
        });
        assert!(!bytes.line_is_held(), "typed by hand");
        bytes.push(&redactor, (), b"\r\n", |(), bytes| {
            out.extend_from_slice(bytes)
        });
        assert!(out.is_empty() && bytes.line_is_held());
        bytes.settle(|(), bytes| out.extend_from_slice(bytes));
        bytes.push(&redactor, (), b"er2.", |(), bytes| {
            out.extend_from_slice(bytes)
        });
        assert_eq!(String::from_utf8_lossy(&out), "hunt\r\n***.");
    }

    #[test]
    fn a_secret_added_meanwhile_is_found_in_what_is_held() {
        let both = redactor(&["hunter2", "hunchback"]);
        let mut bytes = RedactedBytes::default();
        let mut out = Vec::new();
        let mut push = |redactor: &Redactor, piece: &[u8]| {
            bytes.push(redactor, (), piece, |(), bytes| {
                out.extend_from_slice(bytes)
            });
        };
        push(&redactor(&["hunter2"]), b"x hun");
        push(&both, b"chback ");
        push(&Redactor::default(), b"hunter2");
        assert_eq!(String::from_utf8_lossy(&out), "x ********* hunter2");
    }

    #[test]
    fn what_is_held_is_bounded() {
        let redactor = redactor(&["hunter2"]);
        let mut bytes = RedactedBytes::default();
        let mut count = 0;
        bytes.push(&redactor, (), b"hunt\x1b]0;", |(), bytes| {
            count += bytes.len()
        });
        for _ in 0..1000 {
            bytes.push(&redactor, (), &[b'x'; 1024], |(), bytes| {
                count += bytes.len()
            });
            assert!(bytes.held.len() <= 66 * 1024);
        }
        bytes.finish(|(), bytes| count += bytes.len());
        assert_eq!(count, 8 + 1000 * 1024);
    }

    /// Output in which parts of secrets, sequences and line ends are frequent.
    fn any_output() -> impl Strategy<Value = Vec<u8>> {
        let piece = proptest::sample::select(vec![
            "abab",
            "abc",
            "a",
            "b",
            "c",
            "é",
            "日",
            " ",
            "\r",
            "\n",
            "\r\n",
            "\x1b",
            "\x1b[",
            "1m",
            "\x1b]0;",
            "\x07",
            "\x1b\\",
            "\x1bP",
            "\x08",
            "\x18",
            "ababab",
            "cbabab日",
            "é ab",
        ]);
        let piece = prop_oneof![
            9 => piece.prop_map(|text| text.as_bytes().to_vec()),
            1 => any::<u8>().prop_map(|byte| vec![byte]),
        ];
        proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    const SECRETS: [&str; 3] = ["ababab", "cbabab日", "ab é ab"];

    proptest! {
        #[test]
        fn any_split_gives_the_same_and_no_secret_survives(output in any_output(), step in 1usize..9) {
            let redactor = redactor(&SECRETS);
            let (_, whole) = redact(&redactor, &[&output]);
            let pieces: Vec<&[u8]> = output.chunks(step).collect();
            prop_assert_eq!(&redact(&redactor, &pieces).1, &whole);
            for secret in SECRETS {
                prop_assert!(!whole.contains(secret), "{:?}", whole);
            }
        }

        #[test]
        fn output_without_secrets_is_unchanged(output in any_output(), step in 1usize..9) {
            let redactor = redactor(&["ababaþ", "þbabab", "é日日é日þ"]);
            let mut bytes = RedactedBytes::default();
            let mut out = Vec::new();
            for piece in output.chunks(step) {
                bytes.push(&redactor, (), piece, |(), bytes| out.extend_from_slice(bytes));
            }
            bytes.finish(|(), bytes| out.extend_from_slice(bytes));
            prop_assert_eq!(out, output);
        }
    }
}
