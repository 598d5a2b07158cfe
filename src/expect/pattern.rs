//! Patterns, compiled: one alone, and many in one automaton. The only place where regular
//! expressions are built.

use std::ops::Range;

use regex::{Captures, Regex, RegexBuilder, RegexSet, RegexSetBuilder};
use regex_automata::{
    Input, MatchKind,
    hybrid::{
        LazyStateID,
        dfa::{Cache, DFA},
    },
    meta,
    nfa::thompson::{self, WhichCaptures},
    util::start,
};

use super::{
    PatternKind,
    analysis::{Analysis, Reach, analyse},
};

/// The largest compiled form of a pattern, in bytes; beyond it a pattern is a mistake such as
/// `\w{5000}`, and would cost its memory in every pane.
const PATTERN_SIZE_LIMIT: usize = 2 << 20;
/// The most bytes of a pattern that a person searches for.
const SOUGHT_LIMIT: usize = 4096;
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
    /// Returns the error with the next step, where `exact` is how a pattern is said to be a text,
    /// and `instead` what to do without look-around and back-references.
    pub(super) fn with_advice(&self, exact: &str, instead: &str) -> String {
        match self {
            PatternError::Syntax(reason) if reason.ends_with("not supported") => {
                format!("{self}; {instead}")
            }
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
            PatternKind::Glob => glob(text),
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

/// Compiles what a person searches a pane's text for: a regular expression, in any case unless it
/// has a capital.
pub fn sought(text: &str) -> Result<Regex, String> {
    if text.len() > SOUGHT_LIMIT {
        return Err(format!("is longer than {SOUGHT_LIMIT} bytes"));
    }
    let mut escaped = false;
    let has_capital = text.chars().any(|character| {
        // `\S` and the like are no capitals.
        let counts = character.is_uppercase() && !escaped;
        escaped = character == '\\' && !escaped;
        counts
    });
    Pattern::compile(text, PatternKind::Regex, !has_capital)
        .map(|pattern| pattern.regex)
        .map_err(|error| error.to_string())
}

/// Returns the regular expression of a glob, read as fnmatch(3) does: `*` is any text within a line, `?` any
/// character of it, `[…]` one of a set, `[!…]` one of a line that is not in the set; a backslash
/// takes the next character as it stands.
fn glob(text: &str) -> String {
    let mut source = String::new();
    let mut rest = text.chars();
    while let Some(next) = rest.next() {
        match next {
            '*' => source.push_str(".*"),
            '?' => source.push('.'),
            '[' => match glob_set(rest.as_str()) {
                Some((set, behind)) => {
                    source.push_str(&set);
                    rest = behind.chars();
                }
                None => source.push_str(r"\["),
            },
            '\\' => push_literal(rest.next().unwrap_or('\\'), &mut source),
            other => push_literal(other, &mut source),
        }
    }
    source
}

/// Reads a set behind its `[`: returns its regular expression and the text behind it. `None` when
/// it is not closed, and `[` stands for itself. `]` stands for itself where the set begins.
fn glob_set(text: &str) -> Option<(String, &str)> {
    let (mut source, members) = match text.strip_prefix(['!', '^']) {
        Some(members) => (r"[^\n".to_owned(), members),
        None => ("[".to_owned(), text),
    };
    let mut rest = members.chars();
    loop {
        let at_start = rest.as_str().len() == members.len();
        match rest.next()? {
            ']' if !at_start => break,
            '\\' => push_literal(rest.next()?, &mut source),
            member => push_literal(member, &mut source),
        }
        // `-` between two members is a range; at an end of the set it is a member.
        let mut ahead = rest.clone();
        if ahead.next() == Some('-') && ahead.next().is_some_and(|last| last != ']') {
            source.push('-');
            rest.next();
            match rest.next()? {
                '\\' => push_literal(rest.next()?, &mut source),
                last => push_literal(last, &mut source),
            }
        }
    }
    source.push(']');
    Some((source, rest.as_str()))
}

/// Appends what matches `character` alone, within a set or without.
fn push_literal(character: char, source: &mut String) {
    source.push_str(&regex::escape(character.encode_utf8(&mut [0; 4])));
}

/// Many patterns in one automaton, to know at the cost of one search which can match at all.
#[derive(Clone, Debug)]
pub(super) struct Sieve {
    /// All patterns as alternatives. It needs no more than to know whether one matches, so that it
    /// may skip to the literals that they begin with, which a set never does.
    any: meta::Regex,
    /// All patterns, to know which; `None` when there is but one.
    each: Option<RegexSet>,
}

impl Sieve {
    /// Builds a sieve. `None` when a pattern has no form that can be sieved, or when the
    /// automaton would be too large; then each pattern must be searched for.
    pub(super) fn build<'p>(patterns: impl Iterator<Item = &'p Pattern>) -> Option<Sieve> {
        let sources = relaxed(patterns)?;
        let config = meta::Config::new()
            .nfa_size_limit(Some(SET_SIZE_LIMIT))
            .hybrid_cache_capacity(SET_CACHE_LIMIT)
            .which_captures(WhichCaptures::None);
        let any = meta::Builder::new().configure(config).build_many(&sources);
        let each = match sources.len() {
            1 => None,
            _ => Some(
                RegexSetBuilder::new(sources)
                    .size_limit(SET_SIZE_LIMIT)
                    .dfa_size_limit(SET_CACHE_LIMIT)
                    .build()
                    .ok()?,
            ),
        };
        Some(Sieve {
            any: any.ok()?,
            each,
        })
    }

    /// Returns whether a pattern may match in `text`, or in a part of it, from `from` on.
    pub(super) fn passes(&self, text: &str, from: usize) -> bool {
        self.any.is_match(Input::new(text).range(from..))
    }

    /// Returns which patterns may match, by their place in the order the sieve was built in.
    pub(super) fn which(&self, text: &str, from: usize) -> Vec<usize> {
        match &self.each {
            _ if !self.passes(text, from) => Vec::new(),
            Some(set) => set.matches_at(text, from).into_iter().collect(),
            None => vec![0],
        }
    }
}

/// Many patterns looked for in text that comes in pieces: the automaton stays where it is between
/// them, so that each byte is read once however far back a match begins.
#[derive(Debug)]
pub(super) struct Scan {
    automaton: DFA,
    /// The states that have been needed so far, at most [`SET_CACHE_LIMIT`] bytes of them.
    cache: Cache,
    state: LazyStateID,
}

impl Scan {
    /// Builds a scan, which is at the start of a text; `None` as with [`Sieve::build`].
    pub(super) fn build<'p>(patterns: impl Iterator<Item = &'p Pattern>) -> Option<Scan> {
        let config = DFA::config()
            .match_kind(MatchKind::All)
            .cache_capacity(SET_CACHE_LIMIT)
            .skip_cache_capacity_check(true);
        let automaton = DFA::builder()
            .configure(config)
            .thompson(
                thompson::Config::new()
                    .which_captures(WhichCaptures::None)
                    .nfa_size_limit(Some(SET_SIZE_LIMIT)),
            )
            .build_many(&relaxed(patterns)?)
            .ok()?;
        let mut cache = automaton.create_cache();
        let state = automaton
            .start_state(&mut cache, &start::Config::new())
            .ok()?;
        Some(Scan {
            automaton,
            cache,
            state,
        })
    }

    /// Begins anew, at the start of a text.
    pub(super) fn restart(&mut self) {
        // It was found when the scan was built, and is found again.
        if let Ok(state) = self
            .automaton
            .start_state(&mut self.cache, &start::Config::new())
        {
            self.state = state;
        }
    }

    /// Reads `bytes`, which follow those read before, up to where a pattern may have matched:
    /// returns how many bytes were read, the last of which follows the match. `None` when all are
    /// read without one.
    pub(super) fn advance(&mut self, bytes: &[u8]) -> Option<usize> {
        for (index, &byte) in bytes.iter().enumerate() {
            // Without a limit on how often the cache is cleared this does not fail; if it did,
            // nothing could be ruled out.
            let next = self.automaton.next_state(&mut self.cache, self.state, byte);
            let Ok(next) = next else {
                return Some(index + 1);
            };
            self.state = next;
            if next.is_tagged() && next.is_match() {
                return Some(index + 1);
            }
        }
        None
    }

    /// Returns whether a pattern may match in a text that ends where it has been read to.
    pub(super) fn passes(&mut self) -> bool {
        let end = self.automaton.next_eoi_state(&mut self.cache, self.state);
        end.is_ok_and(|state| state.is_match())
    }
}

/// Returns the forms of patterns that match wherever the patterns do; `None` when one has none.
fn relaxed<'p>(patterns: impl Iterator<Item = &'p Pattern>) -> Option<Vec<String>> {
    let relaxed = |pattern: &Pattern| {
        let relaxed = pattern.analysis.relaxed.as_ref()?;
        Some(if pattern.nocase {
            format!("(?i){relaxed}")
        } else {
            relaxed.clone()
        })
    };
    patterns.map(relaxed).collect()
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
    fn capitals_make_a_search_mind_the_case() {
        let check = |pattern: &str, text: &str, expected: bool| {
            let pattern = sought(pattern).unwrap();
            assert_eq!(pattern.is_match(text), expected, "{pattern} in {text}");
        };
        check("error", "an ERROR", true);
        check("Error", "an ERROR", false);
        check(r"\Sé", "É xÉ", true);
        check(r"\\A", r"\a", false);
        assert_eq!(
            sought("(a").map(|_| ()),
            Err("does not compile (unclosed group)".to_owned())
        );
        assert!(sought(&"x".repeat(SOUGHT_LIMIT + 1)).is_err());
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
    fn globs_match_as_in_a_shell_but_within_a_line() {
        let check = |glob: &str, text: &str, expected: Option<&str>| {
            let pattern = Pattern::compile(glob, PatternKind::Glob, false).unwrap();
            let found = pattern.find(text, 0).map(|range| &text[range]);
            assert_eq!(found, expected, "{glob} in {text:?}");
        };
        check("a*c", "xabbc\nc", Some("abbc"));
        check("a*c", "ab\nc", None);
        check("a?c", "a\nc aéc", Some("aéc"));
        check("*b", "a\naab", Some("aab"));
        check("b*", "ab--\na", Some("b--"));
        check("[ab]x", "cx bx", Some("bx"));
        check("[!ab]x", "ax\nx cx", Some("cx"));
        check("[^ab]x", "ax\nx cx", Some("cx"));
        check("[a-c]x", "dx -x cx", Some("cx"));
        check("[a-]x", "bx -x", Some("-x"));
        check("[-a]x", "bx -x", Some("-x"));
        check("[]a]x", "[x ]x", Some("]x"));
        check("[!]]x", "]x ax", Some("ax"));
        check("[[]x", "]x [x", Some("[x"));
        check(r"[\]^&~]x", "bx ]x", Some("]x"));
        check("[&&]x", "bx &x", Some("&x"));
        check("[a~~b]x", "cx ~x", Some("~x"));
        check("[+--]x", "*x ,x", Some(",x"));
        check("[[:x:]]", "a :]", Some(":]"));
        // What is no set stands for itself.
        check("[", "a[", Some("["));
        check("[]", "a[]", Some("[]"));
        check("[!]", "a[!]", Some("[!]"));
        check("[a", "a[a", Some("[a"));
        check("]", "a]", Some("]"));
        check("[[", "a[[", Some("[["));
        check(r"[a\", r"[a\", Some(r"[a\"));
        check(r"\*\?\[\", r"a*?[\", Some(r"*?[\"));
        check("(y/n)? ", "(y/n)? ", Some("(y/n)? "));
        check("$^.+|{}", "$^.+|{}", Some("$^.+|{}"));
    }

    #[test]
    fn unusable_globs_are_refused() {
        let check = |glob: &str, expected: &str| {
            let error = Pattern::compile(glob, PatternKind::Glob, false).unwrap_err();
            assert_eq!(error.to_string(), expected, "{glob}");
        };
        for empty in ["", "*", "**"] {
            check(
                empty,
                "matches the empty string; make it match at least one character",
            );
        }
        check(
            "[z-a]",
            "does not compile (invalid character class range, the start must be <= the end)",
        );
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
        assert!(Scan::build(spaced.iter()).is_none());
    }

    #[test]
    fn scan_stops_behind_each_match_however_the_text_is_split() {
        let patterns = [compile(r"a[^x]*b$").unwrap(), compile(r"^\Wq").unwrap()];
        let text = "-qé\na\n-q\nb..b";
        let ends = |parts: &[&[u8]]| {
            let mut scan = Scan::build(patterns.iter()).unwrap();
            scan.advance(b"garbage");
            scan.restart();
            let (mut ends, mut read) = (Vec::new(), 0);
            for part in parts {
                let mut rest = *part;
                while let Some(count) = scan.advance(rest) {
                    read += count;
                    rest = &rest[count..];
                    ends.push(read - 1);
                }
                read += rest.len();
            }
            (ends, scan.passes())
        };
        for split in 0..=text.len() {
            let (first, second) = text.as_bytes().split_at(split);
            let expected = (vec![2, 11], true);
            assert_eq!(ends(&[first, second]), expected, "split at {split}");
        }
    }
}
