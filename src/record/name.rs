//! Names of files that are made from templates: `logs/{session}/{pane}-{date}.cast`.
//!
//! Pure: texts in, texts out; which values there are, and the time, is whoever's opens the file.
//! What a placeholder becomes is a file name of its own ([`slug`]), so that no value leads out of
//! the folder that the template names.

use std::path::{Path, PathBuf};

use super::slug;

/// The placeholders, as they are written between braces.
pub const PLACEHOLDERS: [&str; 5] = ["session", "pane", "command", "date", "time"];

/// Returns the first `{…}` of a template that is no placeholder. A brace without its other stands
/// for itself.
pub fn unknown_placeholder(template: &str) -> Option<&str> {
    placeholders(template).find(|name| !PLACEHOLDERS.contains(name))
}

/// Returns whether a template has this placeholder.
pub fn has_placeholder(template: &str, name: &str) -> bool {
    placeholders(template).any(|found| found == name)
}

/// Returns a path with values in the place of its placeholders: those of `values`, as pairs of
/// placeholder and value. Other placeholders stay.
pub fn fill(template: &Path, values: &[(&str, &str)]) -> PathBuf {
    let Some(text) = template.to_str() else {
        return template.to_owned();
    };
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, name, after)) = split(rest) {
        filled.push_str(before);
        match values.iter().find(|(placeholder, _)| *placeholder == name) {
            Some((_, value)) => filled.push_str(&slug(value)),
            None => {
                filled.push('{');
                filled.push_str(name);
                filled.push('}');
            }
        }
        rest = after;
    }
    filled.push_str(rest);
    filled.into()
}

/// Returns `FILE-NUMBER.EXTENSION` for `FILE.EXTENSION`.
pub fn with_number(path: &Path, number: u32) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{number}"));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

fn placeholders(template: &str) -> impl Iterator<Item = &str> {
    let mut rest = template;
    std::iter::from_fn(move || {
        let (_, name, after) = split(rest)?;
        rest = after;
        Some(name)
    })
}

/// Cuts a text at its first pair of braces: what is before it, in it and after it.
fn split(text: &str) -> Option<(&str, &str, &str)> {
    let close = text.find('}')?;
    match text[..close].rfind('{') {
        Some(open) => Some((&text[..open], &text[open + 1..close], &text[close + 1..])),
        None => {
            let (before, name, after) = split(&text[close + 1..])?;
            let before = &text[..close + 1 + before.len()];
            Some((before, name, after))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(template: &str, expected: &str) {
        let values = [
            ("session", "prod"),
            ("pane", ".."),
            ("command", "../../etc/x y"),
        ];
        assert_eq!(fill(Path::new(template), &values), Path::new(expected));
    }

    #[test]
    fn placeholders_become_file_names() {
        check("/a/{session}.cast", "/a/prod.cast");
        check("/a/{session}-{session}", "/a/prod-prod");
        check("/a/{pane}/b", "/a/_./b");
        check("/a/{command}", "/a/_.-..-etc-x-y");
        check("/a/{date}-{session}", "/a/{date}-prod");
        check("/a", "/a");
    }

    #[test]
    fn a_brace_alone_stands_for_itself() {
        check("/}a{/{session}", "/}a{/prod");
        check("/{{session}}", "/{prod}");
        check("/{", "/{");
        check("/}", "/}");
        assert_eq!(unknown_placeholder("{}a{"), Some(""));
        assert_eq!(unknown_placeholder("}{session}{"), None);
    }

    #[test]
    fn unknown_placeholders_are_found() {
        assert_eq!(unknown_placeholder("/a/{pane}/{host}.cast"), Some("host"));
        assert_eq!(unknown_placeholder("/a/{Pane}"), Some("Pane"));
        assert!(PLACEHOLDERS.iter().all(|name| {
            let template = format!("x{{{name}}}");
            unknown_placeholder(&template).is_none() && has_placeholder(&template, name)
        }));
    }

    #[test]
    fn numbers_stand_before_the_extension() {
        let check = |path: &str, expected: &str| {
            assert_eq!(with_number(Path::new(path), 2), Path::new(expected));
        };
        check("/a/db.cast", "/a/db-2.cast");
        check("/a.b/db", "/a.b/db-2");
    }
}
