//! A rule that is made from a prompt: its pattern with numbers left open, its answer, and the file
//! that it becomes.
//!
//! Pure: where the file is written is decided elsewhere. What a person has not answered is asked.

use regex::RegexBuilder;

use super::super::{LineEditor, inbox::wants_secret};
use crate::keys::{Key, KeyCode};

/// The most characters of a prompt that a pattern is made from: what stands before its end tells
/// little.
const PROMPT_CHARACTERS: usize = 200;

/// The most bytes that a pattern may take when it is compiled.
const SIZE_LIMIT: usize = 1 << 20;

/// The most characters of a rule's name.
const NAME_CHARACTERS: usize = 24;

/// A line of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The pattern.
    Pattern,
    /// The answer.
    Answer,
}

/// A rule that is being made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The prompt that it is made from.
    pub prompt: String,
    /// Its pattern.
    pub pattern: LineEditor,
    /// What it answers; empty to ask.
    pub answer: LineEditor,
    /// The line that is being typed in.
    pub field: Field,
    /// The pane's name, and so the ruleset's.
    pub pane: String,
}

impl Draft {
    /// Returns a rule for a pane's prompt; `None` if there is nothing to match.
    pub fn new(pane: &str, prompt: &str) -> Option<Draft> {
        if prompt.trim().is_empty() {
            return None;
        }
        let mut pattern = LineEditor::new(false);
        pattern.insert(&generalized(prompt));
        Some(Draft {
            prompt: prompt.to_owned(),
            pattern,
            answer: LineEditor::new(false),
            field: Field::Answer,
            pane: pane.to_owned(),
        })
    }

    /// Returns why it cannot be written as it is.
    pub fn problem(&self) -> Option<String> {
        let pattern = self.pattern.text();
        match RegexBuilder::new(pattern).size_limit(SIZE_LIMIT).build() {
            Ok(regex) if regex.is_match("") => {
                Some("the pattern matches the empty text".to_owned())
            }
            Ok(regex) if !regex.is_match(&self.prompt) => {
                Some("the pattern does not match the prompt".to_owned())
            }
            Ok(_) if wants_secret(&self.prompt) && !self.answer.text().is_empty() => {
                Some("no password belongs into a file: leave the answer empty".to_owned())
            }
            Ok(_) => None,
            Err(error) => {
                let text = error.to_string();
                let last = text.lines().last().unwrap_or_default();
                let why = last.trim_start_matches("error: ");
                Some(format!("the pattern is none: {why}"))
            }
        }
    }

    /// Returns the file of rules that it becomes.
    pub fn file(&self) -> String {
        let answer = self.answer.text();
        let acts = match answer {
            "" => "do = [\"ask\"]".to_owned(),
            // An answer is a template, in which a brace that opens stands twice.
            answer => format!("send = {}", quoted(&answer.replace('{', "{{"))),
        };
        format!(
            "# From a prompt of pane {}: {}\nversion = 1\n\n[[ruleset]]\nname = {}\n\n\
                [[ruleset.rule]]\nname = {}\nmatch = {}\n{acts}\n",
            self.pane,
            comment(&self.prompt),
            quoted(&self.pane),
            quoted(&rule_name(&self.prompt)),
            quoted(self.pattern.text()),
        )
    }

    /// Does what a key means in the form, but for those that end it.
    pub fn key(&mut self, key: Key) {
        let other = match self.field {
            Field::Pattern => Field::Answer,
            Field::Answer => Field::Pattern,
        };
        match (key.code, self.field) {
            (KeyCode::Tab | KeyCode::Up | KeyCode::Down, _) => self.field = other,
            (_, Field::Pattern) => self.pattern.key(key),
            (_, Field::Answer) => self.answer.key(key),
        }
    }

    /// Pastes into the line that is being typed; returns whether that can be.
    pub fn paste(&mut self, text: &str) -> bool {
        match self.field {
            Field::Pattern => self.pattern.insert(text),
            Field::Answer => self.answer.insert(text),
        }
    }
}

/// Returns a pattern for a prompt: all of it as it is, but any numbers for its numbers.
fn generalized(prompt: &str) -> String {
    let skipped = prompt.chars().count().saturating_sub(PROMPT_CHARACTERS);
    let mut pattern = if skipped == 0 { "^" } else { "" }.to_owned();
    let mut in_number = false;
    for character in prompt.chars().skip(skipped) {
        let is_digit = character.is_ascii_digit();
        match character {
            _ if is_digit && in_number => {}
            _ if is_digit => pattern.push_str(r"\d+"),
            '\\' | '.' | '+' | '*' | '?' | '(' | ')' | '|' | '[' | ']' | '{' | '}' | '^' | '$' => {
                pattern.push('\\');
                pattern.push(character);
            }
            character if character.is_control() => pattern.push('.'),
            character => pattern.push(character),
        }
        in_number = is_digit;
    }
    pattern.push('$');
    pattern
}

/// Returns a name for a rule from the words of its prompt.
fn rule_name(prompt: &str) -> String {
    let mut name = String::new();
    for character in prompt.chars() {
        match character {
            character if character.is_ascii_alphanumeric() => {
                name.push(character.to_ascii_lowercase());
            }
            _ if name.ends_with('-') || name.is_empty() => {}
            _ if name.len() >= NAME_CHARACTERS => break,
            _ => name.push('-'),
        }
    }
    name.truncate(2 * NAME_CHARACTERS);
    match name.trim_end_matches('-') {
        "" => "prompt".to_owned(),
        name => name.to_owned(),
    }
}

/// Returns a text as a TOML string, without escapes where it can be.
fn quoted(text: &str) -> String {
    match text.contains('\'') || text.chars().any(char::is_control) {
        false => format!("'{text}'"),
        true => toml::Value::String(text.to_owned()).to_string(),
    }
}

/// Returns a text as it can stand in a comment.
fn comment(text: &str) -> String {
    let kept = text.chars().map(|character| match character.is_control() {
        true => ' ',
        false => character,
    });
    kept.collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(prompt: &str, pattern: &str, name: &str) {
        let draft = Draft::new("db1", prompt).unwrap();
        assert_eq!(draft.pattern.text(), pattern);
        assert_eq!(draft.problem(), None, "{pattern}");
        assert_eq!(rule_name(prompt), name);
    }

    #[test]
    fn a_prompt_becomes_a_pattern() {
        check("Continue? [y/N] ", r"^Continue\? \[y/N\] $", "continue-y-n");
        check(
            "version: (1.0.12) ",
            r"^version: \(\d+\.\d+\.\d+\) $",
            "version-1-0-12",
        );
        check("日本 > ", "^日本 > $", "prompt");
        check(
            "Overwrite the file ~/.ssh/config of the user ops now? ",
            r"^Overwrite the file ~/\.ssh/config of the user ops now\? $",
            "overwrite-the-file-ssh-config",
        );
        let long = "x".repeat(300);
        let draft = Draft::new("p", &long).unwrap();
        assert_eq!(draft.pattern.text(), format!("{}$", "x".repeat(200)));
        assert_eq!(Draft::new("p", "  "), None);
    }

    #[test]
    fn a_pattern_that_is_none_is_told() {
        let mut draft = Draft::new("p", "Go? ").unwrap();
        let mut told = |pattern: &str| {
            draft.pattern = LineEditor::new(false);
            draft.pattern.insert(pattern);
            draft.problem()
        };
        assert_eq!(told("^Go"), None);
        assert_eq!(
            told("Stop").as_deref(),
            Some("the pattern does not match the prompt")
        );
        assert_eq!(
            told("x*").as_deref(),
            Some("the pattern matches the empty text")
        );
        assert_eq!(
            told("(").as_deref(),
            Some("the pattern is none: unclosed group")
        );
    }

    #[test]
    fn a_password_is_not_written() {
        let mut draft = Draft::new("p", "Password for ops: ").unwrap();
        assert_eq!(draft.problem(), None);
        draft.answer.insert("x");
        assert!(draft.problem().unwrap().starts_with("no password"));
    }

    #[test]
    fn the_file_is_a_file_of_rules() {
        let file = |prompt: &str, answer: &str| {
            let mut draft = Draft::new("db1", prompt).unwrap();
            draft.answer.insert(answer);
            draft.file()
        };
        assert_eq!(
            file("Continue? [y/N] ", "y"),
            "# From a prompt of pane db1: Continue? [y/N]\nversion = 1\n\n[[ruleset]]\n\
                name = 'db1'\n\n[[ruleset.rule]]\nname = 'continue-y-n'\n\
                match = '^Continue\\? \\[y/N\\] $'\nsend = 'y'\n"
        );
        assert!(file("Go? ", "{so}").ends_with("send = '{{so}'\n"));
        for (prompt, answer) in [
            ("Continue? ", ""),
            ("It's \"it\"? ", "it's {so}"),
            ("a\\b\u{2028}c ", "\\"),
        ] {
            let text = file(prompt, answer);
            let table: toml::Table = text
                .parse()
                .unwrap_or_else(|error| panic!("{error}: {text}"));
            let rule = &table["ruleset"][0]["rule"][0];
            let pattern = rule["match"].as_str().unwrap();
            assert!(
                regex::Regex::new(pattern).unwrap().is_match(prompt),
                "{text}"
            );
            assert_eq!(rule.get("do").is_some(), answer.is_empty());
        }
    }
}
