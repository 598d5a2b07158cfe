//! One pattern, compiled: the only place where the `regex` crate's builder is used.

use std::ops::Range;

use regex::{Captures, Regex, RegexBuilder, RegexSet, RegexSetBuilder};

use super::{
    PatternKind,
    analysis::{Analysis, Reach, analyse},
};

/// The largest compiled form of a pattern, in bytes; beyond it a pattern is a mistake such as
/// `\w{5000}`, and would cost its memory in every pane.
const PATTERN_SIZE_LIMIT: usize = 2 << 20;
/// The largest compiled form of all patterns of a view together, in bytes. Without it the
/// patterns are searched one by one.
const SET_SIZE_LIMIT: usize = 64 << 20;
/// Memory for the automaton of all patterns of a view, in bytes; the default of 2 MiB makes it
/// start anew too often with hundreds of patterns.
const SET_CACHE_LIMIT: usize = 16 << 20;

/// Why a pattern cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum PatternError {
    /// It is no regular expression.
    #[error("does not compile ({0})")]
    Syntax(String),
    /// Its compiled form is too large.
    #[error("compiles to more than {} KiB; make its repetitions smaller", PATTERN_SIZE_LIMIT >> 10)]
    TooLarge,
    /// It matches the empty string, so it would match everywhere.
    #[error("matches the empty string; make it match at least one character")]
    MatchesEmpty,
}

impl PatternError {
    /// Returns the error with the next step, where `exact` is how a pattern is said to be a text.
    pub(super) fn with_advice(&self, exact: &str) -> String {
        match self {
            PatternError::Syntax(_) => format!("{self}; {exact} takes a text as it stands"),
            PatternError::TooLarge | PatternError::MatchesEmpty => self.to_string(),
        }
    }
}

/// A compiled pattern.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    text: String,
    regex: Regex,
    nocase: bool,
    analysis: Analysis,
}

impl Pattern {
    /// Compiles `text`, which is read as `kind`.
    pub(super) fn compile(
        text: &str,
        kind: PatternKind,
        nocase: bool,
    ) -> Result<Pattern, PatternError> {
        let source = match kind {
            PatternKind::Regex => text.to_owned(),
            PatternKind::Exact => regex::escape(text),
        };
        let regex = RegexBuilder::new(&source)
            .case_insensitive(nocase)
            .size_limit(PATTERN_SIZE_LIMIT)
            .build()
            .map_err(|error| match error {
                regex::Error::CompiledTooBig(_) => PatternError::TooLarge,
                other => PatternError::Syntax(reason(&other.to_string())),
            })?;
        if regex.is_match("") {
            return Err(PatternError::MatchesEmpty);
        }
        Ok(Pattern {
            text: text.to_owned(),
            analysis: analyse(&source),
            regex,
            nocase,
        })
    }

    /// Returns the pattern as written.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Returns how far back from new text a match may begin.
    pub(super) fn reach(&self) -> Reach {
        self.analysis.reach
    }

    /// Returns the first match that is not empty and begins at `from` or later. Assertions see
    /// the text before `from`. A pattern such as `\b` matches only emptily, and never counts.
    pub(super) fn find(&self, text: &str, from: usize) -> Option<Range<usize>> {
        let mut at = from;
        loop {
            let found = self.regex.find_at(text, at)?;
            if !found.is_empty() {
                return Some(found.range());
            }
            at = found.end() + text[found.end()..].chars().next()?.len_utf8();
        }
    }

    /// Returns the groups of the match that begins at `start`.
    pub(super) fn captures<'t>(&self, text: &'t str, start: usize) -> Option<Captures<'t>> {
        self.regex.captures_at(text, start)
    }

    /// Returns the names of its groups.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.regex.capture_names().flatten()
    }

    /// Returns how many groups it has, group 0 included.
    pub(super) fn group_count(&self) -> usize {
        self.regex.captures_len()
    }
}

/// Many patterns in one automaton, to know at the cost of one search which can match at all.
#[derive(Clone, Debug)]
pub(super) enum Sieve {
    /// A pattern alone: unlike a set, it is found by its literals where it has some.
    One(Box<Regex>),
    /// Several, or none.
    Many(RegexSet),
}

impl Sieve {
    /// Builds a sieve. `None` when a pattern has no form that can be sieved, or when the
    /// automaton would be too large; then each pattern must be searched for.
    pub(super) fn build<'p>(patterns: impl Iterator<Item = &'p Pattern>) -> Option<Sieve> {
        let sources = patterns
            .map(|pattern| {
                let relaxed = pattern.analysis.relaxed.as_ref()?;
                Some(if pattern.nocase {
                    format!("(?i){relaxed}")
                } else {
                    relaxed.clone()
                })
            })
            .collect::<Option<Vec<String>>>()?;
        if let [source] = sources.as_slice() {
            let regex = RegexBuilder::new(source).size_limit(SET_SIZE_LIMIT).build();
            return Some(Sieve::One(Box::new(regex.ok()?)));
        }
        let set = RegexSetBuilder::new(sources)
            .size_limit(SET_SIZE_LIMIT)
            .dfa_size_limit(SET_CACHE_LIMIT)
            .build();
        set.ok().map(Sieve::Many)
    }

    /// Returns whether a pattern may match in `text`, or in a part of it, from `from` on.
    pub(super) fn passes(&self, text: &str, from: usize) -> bool {
        match self {
            Sieve::One(regex) => regex.is_match_at(text, from),
            Sieve::Many(set) => set.is_match_at(text, from),
        }
    }

    /// Returns which patterns may match, by their place in the order the sieve was built in.
    pub(super) fn which(&self, text: &str, from: usize) -> Vec<usize> {
        match self {
            Sieve::One(regex) if regex.is_match_at(text, from) => vec![0],
            Sieve::One(_) => Vec::new(),
            Sieve::Many(set) => set.matches_at(text, from).into_iter().collect(),
        }
    }
}

/// Returns the reason in an error of the `regex` crate, which shows the pattern over many lines.
fn reason(message: &str) -> String {
    let last = message.lines().last().unwrap_or(message).trim();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compile(text: &str) -> Result<Pattern, PatternError> {
        Pattern::compile(text, PatternKind::Regex, false)
    }

    #[test]
    fn unusable_patterns_are_refused_with_the_reason() {
        let check = |text: &str, expected: &str| {
            assert_eq!(compile(text).map(|_| ()).unwrap_err().to_string(), expected);
        };
        check("(foo", "does not compile (unclosed group)");
        check(
            "x*",
            "matches the empty string; make it match at least one character",
        );
        check(
            r"\w{5000}",
            "compiles to more than 2048 KiB; make its repetitions smaller",
        );
        assert_eq!(
            Pattern::compile("", PatternKind::Exact, false).map(|_| ()),
            Err(PatternError::MatchesEmpty)
        );
    }

    #[test]
    fn empty_matches_never_count() {
        assert_eq!(compile(r"\b").unwrap().find("ab cd", 0), None);
        assert_eq!(compile(r"\b|é").unwrap().find("aé", 0), Some(1..3));
        assert_eq!(compile("b").unwrap().find("ab", 0), Some(1..2));
    }

    #[test]
    fn exact_patterns_are_texts() {
        let pattern = Pattern::compile("[Y/n]", PatternKind::Exact, true).unwrap();
        assert_eq!(pattern.find("ok? [y/N]", 0), Some(4..9));
        assert_eq!(pattern.reach(), Reach::Lines(0));
    }

    #[test]
    fn sieve_passes_what_matches_in_a_part() {
        let patterns = [compile(r"foo\s*$").unwrap(), compile(r"\bbar\b").unwrap()];
        let sieve = Sieve::build(patterns.iter()).unwrap();
        assert!(sieve.passes("foo\nx\n", 0));
        assert!(!sieve.passes("foo\nx\n", 1));
        assert_eq!(sieve.which("xbarx foo", 0), [0, 1]);
        let spaced = [compile("(?x) a b").unwrap()];
        assert!(Sieve::build(spaced.iter()).is_none());
    }
}
