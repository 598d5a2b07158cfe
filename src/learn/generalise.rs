//! From one prompt to a pattern for its like: what is sure to change becomes a named capture, all
//! else stays as it reads.

use std::{collections::BTreeMap, sync::LazyLock};

use regex::Regex;

/// What changes from one run to the next, most telling first: the name of its capture, what it looks
/// like, and the pattern that takes its place. Of several that begin at the same place the first wins.
const CHANGING: [(&str, &str, &str); 10] = [
    ("url", r"[a-z]+://[^\s'\x22()<>,]+", r"\S+"),
    ("fingerprint", r"SHA256:[A-Za-z0-9+/=]+", r"SHA256:\S+"),
    (
        "login",
        r"[A-Za-z0-9_][A-Za-z0-9_.-]*@[A-Za-z0-9][A-Za-z0-9.-]*[A-Za-z0-9]|[A-Za-z0-9_]+@[A-Za-z0-9]",
        r"[\w.-]+@[\w.-]+",
    ),
    (
        "path",
        r"~?(?:/[A-Za-z0-9_.@%+~-]+)+/?|~/",
        r#"[^\s'"(),]+"#,
    ),
    (
        "date",
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    ),
    ("time", r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?", r"[0-9:]+"),
    ("version", r"[0-9]+(?:\.[0-9]+)+", r"[0-9.]+"),
    ("hex", r"0x[0-9A-Fa-f]+|[0-9A-Fa-f]{7,}", r"[0-9A-Fa-fx]+"),
    ("number", r"[0-9]+", r"[0-9]+"),
    // A directory's name that a shell shows alone.
    ("place", r"~", r"\S+"),
];

/// How much of the end of a long prompt is taken, in characters.
const PROMPT_LENGTH: usize = 160;

static FOUND: LazyLock<Regex> = LazyLock::new(|| {
    let parts: Vec<String> = CHANGING
        .iter()
        .map(|(name, looks, _)| format!("(?P<{name}>{looks})"))
        .collect();
    Regex::new(&parts.join("|")).expect("the table is made of patterns")
});

/// A prompt made general.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct General {
    /// The pattern, anchored at its end, and at its beginning unless the prompt is long.
    pub pattern: String,
    /// What was captured, by name, in the order of the prompt.
    pub captures: Vec<(String, String)>,
}

/// Returns the pattern for a prompt and its like.
pub fn generalise(prompt: &str) -> General {
    let skipped = prompt.chars().count().saturating_sub(PROMPT_LENGTH);
    let prompt: &str = match prompt.char_indices().nth(skipped) {
        Some((start, _)) => &prompt[start..],
        None => prompt,
    };
    let mut general = General {
        pattern: if skipped == 0 { "^" } else { "" }.to_owned(),
        captures: Vec::new(),
    };
    let mut used = BTreeMap::new();
    let mut literal = 0;
    let mut from = 0;
    while let Some(captures) = FOUND.captures_at(prompt, from) {
        let found = CHANGING
            .iter()
            .find_map(|(name, _, form)| Some((*name, captures.name(name)?, *form)));
        let Some((name, found, general_form)) = found else {
            break;
        };
        if !changes(prompt, name, &found) {
            let first = found.as_str().chars().next().map_or(1, char::len_utf8);
            from = found.start() + first;
            continue;
        }
        from = found.end();
        let count = used.entry(name).or_insert(0);
        *count += 1;
        let name = match *count {
            1 => name.to_owned(),
            count => format!("{name}{count}"),
        };
        general.pattern += &escaped(&prompt[literal..found.start()]);
        general.pattern += &format!("(?P<{name}>{general_form})");
        general.captures.push((name, found.as_str().to_owned()));
        literal = found.end();
    }
    general.pattern += &escaped(&prompt[literal..]);
    general.pattern += "$";
    general
}

/// Returns a pattern for the text itself, without escapes that only other settings of patterns need.
fn escaped(text: &str) -> String {
    let mut pattern = regex::escape(text);
    for needless in ["-", "#", "&", "~"] {
        pattern = pattern.replace(&format!("\\{needless}"), needless);
    }
    pattern
}

/// Returns whether what was found stands for itself, and is no part of a word such as `utf8` or `Y/n`.
fn changes(prompt: &str, name: &str, found: &regex::Match) -> bool {
    let in_word = |c: char| c.is_alphanumeric() || c == '_';
    let before = prompt[..found.start()].chars().next_back();
    let after = prompt[found.end()..].chars().next();
    let text = found.as_str();
    match name {
        "path" => !before.is_some_and(|c| in_word(c) || matches!(c, ']' | ')' | '.')),
        // Words of letters a to f are words.
        "hex" if !text.starts_with("0x") && !text.contains(|c: char| c.is_ascii_digit()) => false,
        _ => !before.is_some_and(in_word) && !after.is_some_and(in_word),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(prompt: &str, pattern: &str) {
        let general = generalise(prompt);
        assert_eq!(general.pattern, pattern);
        let regex = Regex::new(pattern).unwrap();
        assert!(regex.is_match(prompt), "{prompt}: {pattern}");
        let captured = regex.captures(prompt).unwrap();
        for (name, text) in &general.captures {
            assert_eq!(&captured[name.as_str()], text, "{prompt}: {pattern}");
        }
    }

    #[test]
    fn words_stay_as_they_are() {
        check("Name: ", "^Name: $");
        check("Continue? [Y/n] ", r"^Continue\? \[Y/n\] $");
        check("(yes/no)? ", r"^\(yes/no\)\? $");
        check("package name: (demo) ", r"^package name: \(demo\) $");
        check("utf8 or md5sum? ", r"^utf8 or md5sum\? $");
        check("facade or decade: ", "^facade or decade: $");
        check(">>> ", "^>>> $");
        check("a-b #1& ~x\\- ", r"^a-b #(?P<number>[0-9]+)& ~x\\- $");
        check("パスワード: ", "^パスワード: $");
    }

    #[test]
    fn what_changes_becomes_a_capture() {
        let number = "(?P<number>[0-9]+)";
        check("Row 12: ", &format!("^Row {number}: $"));
        check("Use 4096 bits? ", &format!(r"^Use {number} bits\? $"));
        check("[1/3] ", &format!(r"^\[{number}/(?P<number2>[0-9]+)\] $"));
        check("version: (1.0.0) ", r"^version: \((?P<version>[0-9.]+)\) $");
        check(
            "ada@web-1.example.org's password: ",
            r"^(?P<login>[\w.-]+@[\w.-]+)'s password: $",
        );
        check(
            "Enter file (/home/ada/.ssh/id_ed25519): ",
            r#"^Enter file \((?P<path>[^\s'"(),]+)\): $"#,
        );
        check(
            "/etc/hosts already exists.",
            r#"^(?P<path>[^\s'"(),]+) already exists\.$"#,
        );
        check("Save as ~/notes? ", r#"^Save as (?P<path>[^\s'"(),]+)\? $"#);
        check(
            "2026-11-28 14:05:09 > ",
            r"^(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2}) (?P<time>[0-9:]+) > $",
        );
        check(
            "drop 3fa9c01 (y/n) ",
            r"^drop (?P<hex>[0-9A-Fa-fx]+) \(y/n\) $",
        );
        check("at 0x7ffe12: ", "^at (?P<hex>[0-9A-Fa-fx]+): $");
        check(
            "Trust SHA256:+Nsd1oJF4Z/v8? ",
            r"^Trust (?P<fingerprint>SHA256:\S+)\? $",
        );
        check(
            "Clone https://example.org/a.git? ",
            r"^Clone (?P<url>\S+) $",
        );
        check(
            "ada@host:~$ ",
            r"^(?P<login>[\w.-]+@[\w.-]+):(?P<place>\S+)\$ $",
        );
    }

    #[test]
    fn of_a_long_prompt_the_end_counts() {
        let long = "x ".repeat(200) + "go on? ";
        let general = generalise(&long);
        assert!(!general.pattern.starts_with('^'));
        assert!(general.pattern.len() < 2 * PROMPT_LENGTH);
        assert!(Regex::new(&general.pattern).unwrap().is_match(&long));
    }

    proptest! {
        #[test]
        fn a_pattern_matches_its_own_prompt(
            prompt in r#"([a-zA-Z]{0,4}|[0-9]{1,5}|[ :/.@~$#()\[\]{}?*+^|'"\\-]|日|é){0,14}"#,
        ) {
            let general = generalise(&prompt);
            let regex = Regex::new(&general.pattern).unwrap();
            prop_assert!(regex.is_match(&prompt), "{}", general.pattern);
            let names: Vec<_> = general.captures.iter().map(|(name, _)| name).collect();
            for name in names {
                prop_assert!(regex.captures(&prompt).unwrap().name(name).is_some());
            }
        }
    }
}
