//! One waiting `expect` in the output itself: patterns looked for from a read position on, as
//! pexpect does it.
//!
//! The text is the output without escape sequences, CRLF as LF, or as it came; the echo of what
//! was sent is included. Each read is searched as it comes. What is rendered is not its matter.

use super::{
    Awaited, Found, View,
    source::Source,
    transcript::{TRANSCRIPT_LIMIT, Transcript},
};

/// Patterns that are looked for in a [`Transcript`].
#[derive(Clone, Debug)]
pub struct Search {
    awaited: Awaited,
    source: Source,
    /// The text since the read position, at most [`TRANSCRIPT_LIMIT`] bytes.
    text: String,
    /// Text has been cut off at the front, so that it no longer begins at the read position.
    cut: bool,
    /// How much of `text` has been searched.
    searched: usize,
    /// The offset up to which the transcript has been read.
    position: u64,
    /// The offset behind the read in which `text` grew last.
    text_offset: u64,
    lost: u64,
}

impl Search {
    /// Returns a search of the text of `view` from the offset `from` on; `None` for a view that is
    /// rendered. [`Search::advance`] then looks into what is there already.
    pub fn new(
        awaited: &Awaited,
        view: View,
        from: u64,
        transcript: &Transcript,
    ) -> Option<Search> {
        let mut source = Source::new(view)?;
        let position = from.max(transcript.start());
        // The read position may lie within an escape sequence or a character.
        let mut passed = String::new();
        for piece in transcript.bytes(transcript.start(), position) {
            source.push(piece, &mut passed);
        }
        source.forget_carriage_return();
        Some(Search {
            awaited: awaited.clone(),
            source,
            text: String::new(),
            cut: position > from,
            searched: 0,
            position,
            text_offset: position,
            lost: position - from,
        })
    }

    /// Looks into what has come since the last call; to be called after each push.
    pub fn advance(&mut self, transcript: &Transcript) -> Option<Found> {
        let missed = transcript.start().saturating_sub(self.position);
        self.lost += missed;
        self.cut |= missed > 0;
        self.position += missed;
        let before = self.source.clone();
        let from = self.position;
        let known = self.text.len();
        for piece in transcript.bytes(from, transcript.offset()) {
            self.source.push(piece, &mut self.text);
        }
        self.position = transcript.offset().max(from);
        let found = self.search().map(|(mut found, end)| {
            found.end_offset = match end.checked_sub(known) {
                Some(length) if length > 0 => raw_offset(before, length, from, transcript),
                _ => self.text_offset,
            };
            found
        });
        if self.text.len() > known {
            self.text_offset = self.position;
        }
        self.trim();
        found
    }

    /// Looks once more when the output is complete: what was held back, such as a last CR, is
    /// text then.
    pub fn finish(&mut self) -> Option<Found> {
        self.source.finish(&mut self.text);
        let position = self.position;
        self.search().map(|(mut found, _)| {
            found.end_offset = position;
            found
        })
    }

    /// Returns all text since the read position, at most the last 256 KiB: `before` when nothing
    /// was found.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns how many bytes of output fell out of the transcript before they could be read.
    pub fn lost(&self) -> u64 {
        self.lost
    }

    /// Returns the first match, and where in the text it ends.
    fn search(&mut self) -> Option<(Found, usize)> {
        // In a text that was cut, `^` must not match at the cut.
        let floor = match self.text.chars().next() {
            Some(first) if self.cut => first.len_utf8(),
            _ => 0,
        };
        let searched = &self.text[..self.searched];
        let found = self.awaited.find_from(&self.text, |pattern| {
            pattern.reach().start(searched).max(floor)
        });
        self.searched = self.text.len();
        let (mut found, range) = found?;
        found.lost = self.lost;
        Some((found, range.end))
    }

    /// Drops the oldest text beyond the limit.
    fn trim(&mut self) {
        let excess = self.text.len().saturating_sub(TRANSCRIPT_LIMIT);
        if excess > 0 {
            let cut = self.text.ceil_char_boundary(excess);
            self.text.drain(..cut);
            self.searched = self.searched.saturating_sub(cut);
            self.cut = true;
        }
    }
}

/// Returns the offset behind the byte at which the text read from `from` on has `length` bytes.
fn raw_offset(mut source: Source, length: usize, from: u64, transcript: &Transcript) -> u64 {
    let mut text = String::new();
    let mut offset = from;
    for byte in transcript.bytes(from, transcript.offset()).concat() {
        source.push(&[byte], &mut text);
        if text.len() > length {
            // What was held back came out with this byte, which itself comes after the match.
            return offset;
        }
        offset += 1;
        if text.len() == length {
            break;
        }
    }
    offset
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use std::collections::BTreeMap;

    use super::*;
    use crate::expect::strip::Stripper;

    fn strings(patterns: &[&str]) -> Vec<String> {
        patterns.iter().map(ToString::to_string).collect()
    }

    fn search(patterns: &[&str], from: u64, transcript: &Transcript) -> Search {
        let awaited = Awaited::new(&strings(patterns), false).unwrap();
        Search::new(&awaited, View::Stream, from, transcript).unwrap()
    }

    /// Looks for `patterns` in `output`, which comes in two reads, at every split.
    fn check(patterns: &[&str], output: &[u8], expected: Option<(usize, &str, &str, u64)>) {
        for split in 0..=output.len() {
            let mut transcript = Transcript::new();
            let mut search = search(patterns, 0, &transcript);
            let mut found = None;
            for part in [&output[..split], &output[split..]] {
                transcript.push(part);
                found = found.or_else(|| search.advance(&transcript));
            }
            let found = found.or_else(|| search.finish());
            let found = found
                .as_ref()
                .map(|f| (f.index, f.matched.as_str(), f.before.as_str(), f.end_offset));
            assert_eq!(found, expected, "split at {split}");
        }
    }

    #[test]
    fn offsets_are_those_of_the_raw_output() {
        check(&["b"], b"\x1b[1ma\x1b[mbc", Some((0, "b", "a", 9)));
        check(&["a\nb"], b"x\r\na\r\nbc", Some((0, "a\nb", "x\n", 7)));
        check(&["é"], "aéb".as_bytes(), Some((0, "é", "a", 3)));
        check(&["\u{fffd}"], b"a\xe2\x82b", Some((0, "\u{fffd}", "a", 3)));
        check(&["a\r"], b"a\rb", Some((0, "a\r", "", 2)));
        check(&["a\r"], b"a\r", Some((0, "a\r", "", 2)));
        check(&["no"], b"abc", None);
    }

    #[test]
    fn raw_is_what_came() {
        let output = b"a\x1b[1mb\xff\r\n\xc3\xa9";
        for split in 0..=output.len() {
            let mut transcript = Transcript::new();
            let awaited = Awaited::new(&strings(&[r"\x1b\[1mb.\r\n", "\u{e9}"]), false).unwrap();
            let mut found = Vec::new();
            let mut position = 0;
            let mut search = Search::new(&awaited, View::Raw, position, &transcript).unwrap();
            for part in [&output[..split], &output[split..]] {
                transcript.push(part);
                while let Some(next) = search.advance(&transcript) {
                    position = next.end_offset;
                    found.push((next.matched, next.before, position));
                    search = Search::new(&awaited, View::Raw, position, &transcript).unwrap();
                }
            }
            let expected = [("\x1b[1mb\u{fffd}\r\n", "a", 9), ("\u{e9}", "", 11)];
            let expected = expected.map(|(text, before, end)| (text.into(), before.into(), end));
            assert_eq!(found, expected, "split at {split}");
        }
    }

    #[test]
    fn the_first_start_wins_then_the_first_pattern() {
        let mut transcript = Transcript::new();
        transcript.push(b"late early foobar");
        let next = |patterns: &[&str], from| {
            let found = search(patterns, from, &transcript)
                .advance(&transcript)
                .unwrap();
            (found.matched, found.end_offset)
        };
        assert_eq!(next(&["early", "late"], 0), ("late".to_owned(), 4));
        assert_eq!(next(&["early", "late"], 4), ("early".to_owned(), 10));
        assert_eq!(next(&["bar", "foo", "foobar"], 0), ("foo".to_owned(), 14));
        assert_eq!(next(&["^ e"], 4), (" e".to_owned(), 6));
    }

    #[test]
    fn groups_are_reported() {
        let mut transcript = Transcript::new();
        transcript.push(b"port 80 ");
        let mut search = search(&[r"(x)?port (?<port>\d+) (y)?"], 0, &transcript);
        let found = search.advance(&transcript).unwrap();
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(found.groups, [None, some("80"), None]);
        assert_eq!(
            found.named,
            BTreeMap::from([("port".to_owned(), some("80"))])
        );
    }

    #[test]
    fn exact_patterns_are_texts() {
        let mut transcript = Transcript::new();
        transcript.push(b"ok [y/N]? ");
        let awaited = Awaited::new(&strings(&["[y/N]?"]), true).unwrap();
        let mut search = Search::new(&awaited, View::Stream, 0, &transcript).unwrap();
        assert_eq!(search.advance(&transcript).unwrap().matched, "[y/N]?");
    }

    #[test]
    fn unusable_patterns_are_named() {
        let check = |patterns: &[&str], expected: &str| {
            let error = Awaited::new(&strings(patterns), false).unwrap_err();
            assert_eq!(error.to_string(), expected);
            assert_eq!(error.index, patterns.len() - 1);
        };
        check(
            &["a", "x*"],
            "pattern 'x*' matches the empty string; make it match at least one character",
        );
        check(
            &["["],
            "pattern '[' does not compile (unclosed character class); `--exact` takes a text as it stands",
        );
        check(
            &[r"(a)\1"],
            r"pattern '(a)\1' does not compile (backreferences are not supported); match the text around it, too",
        );
    }

    #[test]
    fn a_read_position_may_lie_within_a_sequence() {
        let mut transcript = Transcript::new();
        transcript.push(b"a\x1b[1");
        let mut now = search(&["."], 4, &transcript);
        assert_eq!(now.advance(&transcript), None);
        transcript.push(b"mb");
        assert_eq!(now.advance(&transcript).unwrap().matched, "b");
        // Behind a CR, the LF of a CRLF is still to come.
        transcript.push(b"\r");
        let mut now = search(&["(?s)."], transcript.offset(), &transcript);
        transcript.push(b"\nc");
        assert_eq!(now.advance(&transcript).unwrap().matched, "\n");
    }

    #[test]
    fn what_fell_out_is_counted() {
        let mut transcript = Transcript::new();
        transcript.push(b"early");
        let mut waiting = search(&["end"], 5, &transcript);
        transcript.push(&vec![b'x'; TRANSCRIPT_LIMIT + 10]);
        let mut late = search(&["x{5}", "early"], 0, &transcript);
        let found = late.advance(&transcript).unwrap();
        assert_eq!((found.index, found.lost), (0, 15));
        assert_eq!(waiting.advance(&transcript), None);
        assert_eq!(waiting.lost(), 10);
        transcript.push(b"end");
        let found = waiting.advance(&transcript).unwrap();
        assert_eq!(found.lost, 10);
        assert_eq!(found.end_offset, transcript.offset());
        assert!(found.before.len() <= TRANSCRIPT_LIMIT);
    }

    #[test]
    fn text_is_bounded() {
        let mut transcript = Transcript::new();
        let mut search = search(&["^x", "NEEDLE"], 0, &transcript);
        transcript.push(b"y");
        for _ in 0..200 {
            assert_eq!(search.advance(&transcript), None);
            transcript.push(&[b'x'; 4096]);
        }
        search.advance(&transcript);
        assert!(search.text().len() <= TRANSCRIPT_LIMIT);
        assert_eq!(search.lost(), 0);
    }

    fn piece() -> impl Strategy<Value = &'static [u8]> {
        prop::sample::select(vec![
            b"a".as_slice(),
            b"b",
            b"ok? ",
            b"\r\n",
            b"\n",
            b"\r",
            b"\x1b[1m",
            b"\xc3\xa9",
            b"\xff",
            b" ",
        ])
    }

    proptest! {
        // Each case compiles its patterns many times.
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn reads_are_searched_as_if_from_the_read_position(
            reads in prop::collection::vec(prop::collection::vec(piece(), 1..6), 1..20),
        ) {
            let patterns = [r"a\s+b$", "ok. \n+a", "\u{e9}b", r"(?s)b.*\?.*a$", r"ba\b"];
            let mut transcript = Transcript::new();
            let mut waiting = search(&patterns, 0, &transcript);
            let mut raw: Vec<u8> = Vec::new();
            let mut cursor = 0;
            for read in reads {
                let read = read.concat();
                raw.extend(&read);
                transcript.push(&read);
                let found = waiting.advance(&transcript);
                // The same without thrift: all text since the read position.
                let mut text = String::new();
                Stripper::default().push(&raw[cursor..], &mut text);
                let naive = patterns
                    .iter()
                    .enumerate()
                    .filter_map(|(index, pattern)| {
                        let found = regex::Regex::new(pattern).unwrap().find(&text)?.range();
                        Some((found.start, index, found))
                    })
                    .min_by_key(|(start, index, _)| (*start, *index));
                prop_assert_eq!(
                    found.as_ref().map(|f| (f.index, f.matched.as_str(), f.before.as_str())),
                    naive.as_ref().map(|(_, index, r)| (*index, &text[r.clone()], &text[..r.start]))
                );
                if let (Some(found), Some((_, _, range))) = (found, naive) {
                    cursor = usize::try_from(found.end_offset).unwrap();
                    // The rest of the output reads as the rest of the text.
                    let mut rest = String::new();
                    Stripper::default().push(&raw[cursor..], &mut rest);
                    prop_assert_eq!(&rest, &text[range.end..]);
                    waiting = search(&patterns, found.end_offset, &transcript);
                }
            }
        }
    }
}
