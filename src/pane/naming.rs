//! Names that are made, not given: a program's, as the name of its pane.

/// How long a name may be that is made here: names go up to 64 characters, and a number such as
/// `-2` may follow.
pub const NAME_LIMIT: usize = 56;

/// Returns a pane's name for a program, from its last component.
pub fn program_name(program: &str) -> String {
    let last = program.rsplit('/').find(|part| !part.is_empty());
    match slug(last.unwrap_or_default()) {
        Some(name) if name.bytes().all(|c| c.is_ascii_digit()) => format!("pane-{name}"),
        Some(name) => name,
        None => "pane".to_owned(),
    }
}

/// Returns the text as a name: with `-` for every run of characters that names do not have; `None`
/// when nothing is left.
pub fn slug(text: &str) -> Option<String> {
    let mut slug = String::new();
    for c in text.chars() {
        match c {
            'A'..='Z' | 'a'..='z' | '0'..='9' | '.' | '_' | '-' => slug.push(c),
            _ if slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
    }
    let slug = slug.trim_start_matches(['.', '-']).trim_end_matches('-');
    let slug: String = slug.chars().take(NAME_LIMIT).collect();
    (!slug.is_empty()).then_some(slug)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pane::is_pane_name;

    #[test]
    fn panes_are_named_after_programs() {
        let check = |program: &str, expected: &str| {
            let name = program_name(program);
            assert_eq!(name, expected);
            assert!(is_pane_name(&name), "{name}");
        };
        check("ssh", "ssh");
        check("/usr/bin/python3.12", "python3.12");
        check("./run me.sh", "run-me.sh");
        check("-bash", "bash");
        check("2048", "pane-2048");
        check("[", "pane");
        check("", "pane");
        check("/", "pane");
    }
}
