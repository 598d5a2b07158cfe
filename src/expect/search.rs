//! One waiting `expect`: patterns looked for in the output from a read position on, as pexpect
//! does it.
//!
//! The text is the output without escape sequences, CRLF as LF, the echo of what was sent
//! included. Each read is searched as it comes; of several patterns the one that begins first
//! wins, then the one that stands first.

use std::collections::BTreeMap;

use super::{
    PatternKind,
    analysis::Reach,
    pattern::Pattern,
    stream::reach_back,
    strip::Stripper,
    transcript::{TRANSCRIPT_LIMIT, Transcript},
};

/// A pattern that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("pattern '{pattern}' {message}")]
pub struct SearchError {
    /// Which of the patterns, from 0.
    pub index: usize,
    /// The pattern.
    pub pattern: String,
    /// What is wrong with it and what to do about it, to follow its name.
    pub message: String,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Which of the patterns, from 0.
    pub index: usize,
    /// The pattern as given.
    pub pattern: String,
    /// The matched text.
    pub matched: String,
    /// The groups from group 1 on; `None` for those that took no part.
    pub groups: Vec<Option<String>>,
    /// The named groups.
    pub named: BTreeMap<String, Option<String>>,
    /// The text between the read position and the match, at most the last 256 KiB.
    pub before: String,
    /// The offset in the raw output behind the match: the next read position.
    pub end_offset: u64,
    /// How many bytes of output fell out of the transcript before they could be read.
    pub lost: u64,
}

/// Patterns that are looked for in a [`Transcript`].
#[derive(Clone, Debug)]
pub struct Search {
    patterns: Vec<Pattern>,
    stripper: Stripper,
    /// The text since the read position, at most [`TRANSCRIPT_LIMIT`] bytes.
    text: String,
    /// Text has been cut off at the front, so that it no longer begins at the read position.
    cut: bool,
    /// How much of `text` has been searched.
    searched: usize,
    /// The offset up to which the transcript has been read.
    position: u64,
    /// The offset behind the byte that the last character of `text` came from.
    text_offset: u64,
    lost: u64,
}

impl Search {
    /// Returns a search for `patterns`, texts if `exact`, else regular expressions, from the
    /// offset `from` on. [`Search::advance`] then looks into what is there already.
    ///
    /// # Errors
    ///
    /// A pattern does not compile, is too large, or matches the empty string.
    pub fn new(
        patterns: &[String],
        exact: bool,
        from: u64,
        transcript: &Transcript,
    ) -> Result<Search, SearchError> {
        let kind = if exact {
            PatternKind::Exact
        } else {
            PatternKind::Regex
        };
        let patterns = patterns
            .iter()
            .enumerate()
            .map(|(index, text)| {
                Pattern::compile(text, kind, false).map_err(|error| SearchError {
                    index,
                    pattern: text.clone(),
                    message: error.to_string(),
                })
            })
            .collect::<Result<_, _>>()?;
        let position = from.max(transcript.start());
        // The read position may lie within an escape sequence or a character.
        let mut stripper = Stripper::default();
        let mut passed = String::new();
        for piece in transcript.bytes(transcript.start(), position) {
            stripper.push(piece, &mut passed);
        }
        stripper.forget_carriage_return();
        Ok(Search {
            patterns,
            stripper,
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
        let before = self.stripper.clone();
        let from = self.position;
        let known = self.text.len();
        for piece in transcript.bytes(from, transcript.offset()) {
            self.stripper.push(piece, &mut self.text);
        }
        self.position = transcript.offset().max(from);
        let found = self.search();
        let found = found.map(|(mut found, end)| {
            found.end_offset = if end <= known {
                self.text_offset
            } else {
                raw_offset(before, end - known, from, transcript)
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
        self.stripper.finish(&mut self.text);
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
        let mut best = None;
        for (index, pattern) in self.patterns.iter().enumerate() {
            let from = match pattern.reach() {
                Reach::Window => 0,
                Reach::Lines(count) => reach_back(&self.text[..self.searched], count),
            };
            if let Some(range) = pattern.find(&self.text, from.max(floor))
                && best
                    .as_ref()
                    .is_none_or(|(_, b): &(usize, std::ops::Range<usize>)| range.start < b.start)
            {
                best = Some((index, range));
            }
        }
        self.searched = self.text.len();
        let (index, range) = best?;
        let pattern = &self.patterns[index];
        let captures = pattern.captures(&self.text, range.start)?;
        let owned = |group: Option<regex::Match>| group.map(|m| m.as_str().to_owned());
        let found = Found {
            index,
            pattern: pattern.text().to_owned(),
            matched: self.text[range.clone()].to_owned(),
            groups: captures.iter().skip(1).map(owned).collect(),
            named: pattern
                .names()
                .map(|name| (name.to_owned(), owned(captures.name(name))))
                .collect(),
            before: self.text[..range.start].to_owned(),
            end_offset: 0,
            lost: self.lost,
        };
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
fn raw_offset(mut stripper: Stripper, length: usize, from: u64, transcript: &Transcript) -> u64 {
    let mut text = String::new();
    let mut offset = from;
    for byte in transcript.bytes(from, transcript.offset()).concat() {
        stripper.push(&[byte], &mut text);
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
