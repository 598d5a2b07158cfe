//! What can be known of a pattern from its text: how many line ends a match may hold, and a form
//! of it without the assertions that depend on where the text ends.
//!
//! Both serve speed alone, so both err on the safe side: a pattern that is not understood is said
//! to reach as far as its window. The matching itself is always the `regex` crate's.

use std::{iter::Peekable, str::Chars};

/// How far back from new text a match that ends in it may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reach {
    /// A match takes in LFs of at most this many runs of white space.
    Lines(usize),
    /// As far as the window.
    Window,
}

impl Reach {
    /// Returns where in `text` a match may begin that goes on behind it: behind the runs of white
    /// space with LFs that are too many for it.
    pub(super) fn start(self, text: &str) -> usize {
        let Reach::Lines(count) = self else { return 0 };
        let mut rest = text;
        for _ in 0..count {
            match memchr::memrchr(b'\n', rest.as_bytes()) {
                Some(line_end) => rest = rest[..line_end].trim_end(),
                None => return 0,
            }
        }
        memchr::memrchr(b'\n', rest.as_bytes()).map_or(0, |line_end| line_end + 1)
    }
}

/// What [`analyse`] finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Analysis {
    /// How far back a match may begin.
    pub(super) reach: Reach,
    /// The pattern without `$`, `\b` and the like: it matches somewhere in a text whenever the
    /// pattern matches in a part of that text. `None` when that cannot be said.
    pub(super) relaxed: Option<String>,
}

/// What an atom may match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Atom {
    /// Never LF.
    InLine,
    /// White space only, LF included.
    Space,
    /// LF and other characters.
    Any,
}

/// Analyses a pattern that the `regex` crate has accepted.
pub(super) fn analyse(pattern: &str) -> Analysis {
    let mut characters = pattern.chars().peekable();
    let mut relaxed = String::with_capacity(pattern.len());
    let mut line_ends = 0;
    let mut far = false;
    while let Some(character) = characters.next() {
        let atom = match character {
            '\\' => escape(&mut characters, &mut relaxed),
            '[' => class(&mut characters, &mut relaxed),
            '$' => {
                relaxed.push_str("(?:)");
                Atom::InLine
            }
            '(' => {
                relaxed.push('(');
                let flags = flags(&mut characters, &mut relaxed);
                if flags.contains('x') {
                    // Free spacing has comments, in which brackets need not balance.
                    return Analysis {
                        reach: Reach::Window,
                        relaxed: None,
                    };
                }
                far |= flags.contains('s');
                Atom::InLine
            }
            ')' => {
                relaxed.push(')');
                // A repeated group repeats the line ends in it.
                far |= line_ends > 0 && is_repeated(&characters);
                Atom::InLine
            }
            '\n' => {
                relaxed.push('\n');
                Atom::Space
            }
            other => {
                relaxed.push(other);
                Atom::InLine
            }
        };
        if atom != Atom::InLine {
            line_ends += 1;
            far |= atom == Atom::Any && is_repeated(&characters);
        }
    }
    Analysis {
        reach: if far {
            Reach::Window
        } else {
            Reach::Lines(line_ends)
        },
        relaxed: Some(relaxed),
    }
}

/// Returns whether what was read last is followed by `*`, `+` or `{…}`; `a?+` repeats `a` too.
fn is_repeated(characters: &Peekable<Chars>) -> bool {
    let next = characters.clone().find(|&character| character != '?');
    matches!(next, Some('*' | '+' | '{'))
}

/// Reads what follows a backslash outside of a class.
fn escape(characters: &mut Peekable<Chars>, relaxed: &mut String) -> Atom {
    let Some(kind) = characters.next() else {
        return Atom::InLine;
    };
    match kind {
        'b' | 'B' | 'z' | '<' | '>' => {
            // `\b{start}` and its like are one assertion.
            let mut ahead = characters.clone();
            if kind == 'b'
                && ahead.next() == Some('{')
                && ahead.next().is_some_and(char::is_alphabetic)
            {
                characters.by_ref().find(|&c| c == '}');
            }
            relaxed.push_str("(?:)");
            return Atom::InLine;
        }
        _ => relaxed.extend(['\\', kind]),
    }
    match kind {
        'n' | 's' => Atom::Space,
        'W' | 'D' => Atom::Any,
        'p' | 'P' | 'x' | 'u' | 'U' => {
            copy_argument(kind, characters, relaxed);
            Atom::Any
        }
        _ => Atom::InLine,
    }
}

/// Copies `{…}`, or as many characters as `\p`, `\x`, `\u` and `\U` take without braces.
fn copy_argument(kind: char, characters: &mut Peekable<Chars>, relaxed: &mut String) {
    if characters.peek() == Some(&'{') {
        for character in characters.by_ref() {
            relaxed.push(character);
            if character == '}' {
                break;
            }
        }
        return;
    }
    let length = match kind {
        'x' => 2,
        'u' => 4,
        'U' => 8,
        _ => 1,
    };
    relaxed.extend(characters.by_ref().take(length));
}

/// Reads a class after its `[`.
fn class(characters: &mut Peekable<Chars>, relaxed: &mut String) -> Atom {
    let mut text = String::from("[");
    let negated = characters.next_if_eq(&'^').inspect(|c| text.push(*c));
    let mut depth = 1;
    let mut first = true;
    let mut nested = false;
    // Members that are LF or a set that holds it; members that are white space; all members.
    let (mut line_ends, mut spaces, mut members) = (0, 0, 0);
    let mut unsure = false;
    while depth > 0
        && let Some(character) = characters.next()
    {
        text.push(character);
        match character {
            ']' if !first => depth -= 1,
            '[' => {
                depth += 1;
                nested = true;
                // `]` directly after `[` or `[^` stands for itself.
                if let Some(caret) = characters.next_if_eq(&'^') {
                    text.push(caret);
                }
                if let Some(bracket) = characters.next_if_eq(&']') {
                    text.push(bracket);
                }
            }
            '\\' => {
                members += 1;
                let kind = characters.next().unwrap_or('\\');
                text.push(kind);
                match kind {
                    'n' | 's' => {
                        line_ends += 1;
                        spaces += 1;
                    }
                    'r' | 't' => spaces += 1,
                    'S' | 'd' | 'w' => {}
                    kind if kind.is_alphanumeric() => unsure = true,
                    _ => {}
                }
                unsure |= characters.peek() == Some(&'-');
            }
            '&' | '~' | '-' => {
                members += 1;
                // `&&`, `--` and `~~` take away.
                nested |= characters.peek() == Some(&character);
            }
            '\n' => {
                members += 1;
                line_ends += 1;
                spaces += 1;
            }
            other => {
                members += 1;
                spaces += usize::from(other.is_whitespace());
                unsure |= other < '\n' || other.is_control() && characters.peek() == Some(&'-');
            }
        }
        first = false;
    }
    relaxed.push_str(&text);
    match (negated, nested || unsure) {
        (_, true) => Atom::Any,
        (Some(_), false) if line_ends > 0 => Atom::InLine,
        (Some(_), false) => Atom::Any,
        (None, false) if line_ends == 0 => Atom::InLine,
        (None, false) if spaces == members => Atom::Space,
        (None, false) => Atom::Any,
    }
}

/// Reads what follows `(` up to the end of its flags or of its name, and returns the flags.
fn flags(characters: &mut Peekable<Chars>, relaxed: &mut String) -> String {
    let mut flags = String::new();
    if characters.next_if_eq(&'?').is_none() {
        return flags;
    }
    relaxed.push('?');
    let named = matches!(characters.peek(), Some('P' | '<'));
    for character in characters.by_ref() {
        relaxed.push(character);
        match character {
            '>' if named => return String::new(),
            ':' | ')' if !named => break,
            other => flags.push(other),
        }
    }
    flags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reach_counts_what_may_hold_line_ends() {
        let check = |pattern: &str, expected: Reach| {
            assert!(regex::Regex::new(pattern).is_ok(), "{pattern}");
            assert_eq!(analyse(pattern).reach, expected, "{pattern}");
        };
        check("NEEDLE", Reach::Lines(0));
        check(r"(?m)^\w+: .*$", Reach::Lines(0));
        check(r"Password:\s*$", Reach::Lines(1));
        check(r"a\r?\nb\n+c", Reach::Lines(2));
        check("a\nb", Reach::Lines(1));
        check(r"[^\n]*[\r\n]+[^\s]", Reach::Lines(1));
        check(r"[a-z\]]+[]$^]", Reach::Lines(0));
        check(r"\((\d+)\)* \[[yY]/n\]", Reach::Lines(0));
        check(r"(?P<name>a+)(?<other>b)\s", Reach::Lines(1));
        check("(?s)a.*b", Reach::Window);
        check("(?i:a)(?-s:.)", Reach::Window);
        check(r"[^x]*", Reach::Window);
        check(r"[^x]y", Reach::Lines(1));
        check(r"(a\n)+", Reach::Window);
        check(r"(a\n)?", Reach::Lines(1));
        check(r"(a\n)?+", Reach::Window);
        check(r"\W+", Reach::Window);
        check(r"\x0a*b", Reach::Window);
        check(r"[\t-\r]*", Reach::Window);
        check(r"[[:space:]]*", Reach::Window);
        check("(?x) a # [\n b", Reach::Window);
    }

    #[test]
    fn reach_goes_back_over_runs_of_white_space() {
        let check = |reach: Reach, text: &str, expected: &str| {
            assert_eq!(&text[reach.start(text)..], expected, "{reach:?}");
        };
        check(Reach::Lines(0), "a\nb\n", "");
        check(Reach::Lines(0), "a\nb", "b");
        check(Reach::Lines(1), "a\nb\n", "b\n");
        check(Reach::Lines(1), "a\nb\n\n \n", "b\n\n \n");
        check(Reach::Lines(2), "a\nb\nc", "a\nb\nc");
        check(Reach::Window, "a\nb\n", "a\nb\n");
    }

    #[test]
    fn relaxed_form_has_no_assertion_on_what_follows() {
        let check = |pattern: &str, expected: Option<&str>| {
            assert_eq!(analyse(pattern).relaxed.as_deref(), expected, "{pattern}");
            if let Some(relaxed) = expected {
                assert!(regex::Regex::new(relaxed).is_ok(), "{relaxed}");
            }
        };
        check(r"foo\s*$", Some(r"foo\s*(?:)"));
        check(r"\bfoo\b{end}\z", Some(r"(?:)foo(?:)(?:)"));
        check(r"\b{2}x", Some(r"(?:){2}x"));
        check(r"[$\]]\$\\$", Some(r"[$\]]\$\\(?:)"));
        check(
            r"(?m:^a$)|\pL$|\x{41}$",
            Some(r"(?m:^a(?:))|\pL(?:)|\x{41}(?:)"),
        );
        check("(?x)a$", None);
    }
}
