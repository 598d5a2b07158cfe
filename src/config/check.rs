//! Whether a rule can work: what its engine would refuse, found before anything starts.

use std::collections::BTreeMap;

use regex::RegexBuilder;

use crate::expect::{PatternKind, RuleSpec, Trigger};

/// The largest compiled size of one pattern, in bytes; the `regex` crate's own limit is 10 MiB,
/// which a config of many rules could multiply.
const PATTERN_SIZE_LIMIT: usize = 1024 * 1024;

/// What is wrong with a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RuleFault {
    /// The key it is about.
    pub(super) key: &'static str,
    /// Which element of the key's list, if it is a list.
    pub(super) index: Option<usize>,
    /// What is wrong and what to write.
    pub(super) message: String,
}

/// Returns everything that keeps a rule from working.
pub(super) fn check_rule(rule: &RuleSpec, _vars: &BTreeMap<String, String>) -> Vec<RuleFault> {
    let Trigger::Match(patterns) = &rule.trigger else {
        return Vec::new();
    };
    let mut faults = Vec::new();
    for (index, pattern) in patterns.iter().enumerate() {
        if let Err(message) = check_pattern(pattern, rule.kind, rule.nocase) {
            faults.push(RuleFault {
                key: "match",
                index: Some(index),
                message,
            });
        }
    }
    faults
}

fn check_pattern(pattern: &str, kind: PatternKind, nocase: bool) -> Result<(), String> {
    let pattern = match kind {
        PatternKind::Regex => pattern.to_owned(),
        PatternKind::Exact => regex::escape(pattern),
    };
    let regex = RegexBuilder::new(&pattern)
        .case_insensitive(nocase)
        .size_limit(PATTERN_SIZE_LIMIT)
        .build()
        .map_err(|error| format!("this pattern does not compile: {}", reason(&error)))?;
    // An empty match needs at most one character beside it (`\b`).
    let empty = ["", "a"]
        .into_iter()
        .filter_map(|text| regex.find(text))
        .any(|found| found.is_empty());
    if empty {
        return Err("this pattern matches the empty string, so it would match everywhere; make it match some text".to_owned());
    }
    Ok(())
}

/// Returns the last line of a regex error; the lines before it draw the pattern.
fn reason(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let check = |pattern: &str, kind: PatternKind, expected: Option<&str>| {
            let rule = RuleSpec {
                trigger: Trigger::Match(vec!["fine".to_owned(), pattern.to_owned()]),
                kind,
                ..RuleSpec::default()
            };
            let faults = check_rule(&rule, &BTreeMap::new());
            let expected: Vec<_> = expected
                .map(|message| RuleFault {
                    key: "match",
                    index: Some(1),
                    message: message.to_owned(),
                })
                .into_iter()
                .collect();
            assert_eq!(faults, expected, "{pattern}");
        };
        let empty = Some(
            "this pattern matches the empty string, so it would match everywhere; make it match some text",
        );
        check("name: $", PatternKind::Regex, None);
        check("x*", PatternKind::Regex, empty);
        check("^", PatternKind::Regex, empty);
        check(r"\b", PatternKind::Regex, empty);
        check("a|", PatternKind::Regex, empty);
        check("", PatternKind::Exact, empty);
        check("x*", PatternKind::Exact, None);
        check("(", PatternKind::Exact, None);
        check(
            "(foo",
            PatternKind::Regex,
            Some("this pattern does not compile: unclosed group"),
        );
        check(
            "(?:a{1000}){1000}",
            PatternKind::Regex,
            Some(
                "this pattern does not compile: Compiled regex exceeds size limit of 1048576 bytes.",
            ),
        );
    }
}
