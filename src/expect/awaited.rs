//! The patterns of one `expect`: compiled, and which of them matches first.

use std::{collections::BTreeMap, ops::Range};

use super::{PatternKind, pattern::Pattern};

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
    /// The text before the match that was searched: in `stream`, `raw` and `line` from the read
    /// position on, at most the last 256 KiB; in `prompt` and `screen` what is shown before it.
    pub before: String,
    /// The next read position, an offset in the raw output: behind the match in `stream` and
    /// `raw`, behind the LF of its line in `line`, the end of the output in `prompt` and `screen`.
    pub end_offset: u64,
    /// How many bytes of output fell out of the transcript before they could be read.
    pub lost: u64,
}

/// The patterns of one `expect`. Of several that match, the one that begins first wins, then the
/// one that stands first.
#[derive(Clone, Debug)]
pub struct Awaited(Vec<Pattern>);

impl Awaited {
    /// Compiles `patterns`, texts if `exact`, else regular expressions.
    ///
    /// # Errors
    ///
    /// A pattern does not compile, is too large, or matches the empty string.
    pub fn new(patterns: &[String], exact: bool) -> Result<Awaited, SearchError> {
        let kind = if exact {
            PatternKind::Exact
        } else {
            PatternKind::Regex
        };
        let compile = |(index, text): (usize, &String)| {
            Pattern::compile(text, kind, false).map_err(|error| SearchError {
                index,
                pattern: text.clone(),
                message: error.with_advice("`--exact`", "match the text around it, too"),
            })
        };
        let compiled = patterns.iter().enumerate().map(compile);
        compiled.collect::<Result<_, _>>().map(Awaited)
    }

    /// Returns the first match in the whole of `text`, with an `end_offset` and a `lost` of 0.
    pub fn find(&self, text: &str) -> Option<Found> {
        self.find_from(text, |_| 0).map(|(found, _)| found)
    }

    /// Returns the first match that begins where `from` says for its pattern, or later, and where
    /// in `text` it is.
    pub(super) fn find_from(
        &self,
        text: &str,
        from: impl Fn(&Pattern) -> usize,
    ) -> Option<(Found, Range<usize>)> {
        let mut best: Option<(usize, Range<usize>)> = None;
        for (index, pattern) in self.0.iter().enumerate() {
            if let Some(range) = pattern.find(text, from(pattern))
                && best
                    .as_ref()
                    .is_none_or(|(_, other)| range.start < other.start)
            {
                best = Some((index, range));
            }
        }
        let (index, range) = best?;
        let pattern = &self.0[index];
        let captures = pattern.captures(text, range.start)?;
        let owned = |group: Option<regex::Match>| group.map(|m| m.as_str().to_owned());
        let found = Found {
            index,
            pattern: pattern.text().to_owned(),
            matched: text[range.clone()].to_owned(),
            groups: captures.iter().skip(1).map(owned).collect(),
            named: pattern
                .names()
                .map(|name| (name.to_owned(), owned(captures.name(name))))
                .collect(),
            before: text[..range.start].to_owned(),
            end_offset: 0,
            lost: 0,
        };
        Some((found, range))
    }
}
