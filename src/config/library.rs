//! The rulesets that come with the program: `rules = ["NAME"]` of a pane may name one.
//!
//! Each is a file of `assets/rulesets/`, a config of rulesets alone, called after it: `NAME` or
//! `NAME-…`. A ruleset of the user's own file that has such a name takes its place. A rule may
//! name any secret; where the user's file has none of that name, a person is asked for it.

use std::{collections::BTreeMap, path::Path};

use toml::de::DeTable;

use super::{
    ConfigErrors, Ruleset,
    error::Problems,
    rule::{Scope, read_rulesets},
    schema,
    section::Section,
};

/// The files by name.
const LIBRARY: &[(&str, &str)] = &[
    ("agents", include_str!("../../assets/rulesets/agents.toml")),
    ("apt", include_str!("../../assets/rulesets/apt.toml")),
    ("dialog", include_str!("../../assets/rulesets/dialog.toml")),
    ("dnf", include_str!("../../assets/rulesets/dnf.toml")),
    ("dpkg", include_str!("../../assets/rulesets/dpkg.toml")),
    ("gdb", include_str!("../../assets/rulesets/gdb.toml")),
    ("git", include_str!("../../assets/rulesets/git.toml")),
    ("mysql", include_str!("../../assets/rulesets/mysql.toml")),
    ("npm", include_str!("../../assets/rulesets/npm.toml")),
    ("pacman", include_str!("../../assets/rulesets/pacman.toml")),
    ("pagers", include_str!("../../assets/rulesets/pagers.toml")),
    ("passwd", include_str!("../../assets/rulesets/passwd.toml")),
    ("psql", include_str!("../../assets/rulesets/psql.toml")),
    ("python", include_str!("../../assets/rulesets/python.toml")),
    (
        "questions",
        include_str!("../../assets/rulesets/questions.toml"),
    ),
    (
        "sqlite3",
        include_str!("../../assets/rulesets/sqlite3.toml"),
    ),
    ("ssh", include_str!("../../assets/rulesets/ssh.toml")),
    (
        "ssh-keygen",
        include_str!("../../assets/rulesets/ssh-keygen.toml"),
    ),
    ("sudo", include_str!("../../assets/rulesets/sudo.toml")),
];

/// Returns the names of the files, in the order of the alphabet.
pub fn library_names() -> impl Iterator<Item = &'static str> {
    LIBRARY.iter().map(|(name, _)| *name)
}

/// Returns the rulesets of a file of the library; nothing if there is no such file.
pub fn library_rulesets(name: &str) -> Option<Vec<Ruleset>> {
    let (name, text) = LIBRARY.iter().find(|(file, _)| *file == name)?;
    let rulesets = read_file(name, text);
    Some(
        rulesets.unwrap_or_else(|errors| {
            unreachable!("a test reads every file of the library: {errors}")
        }),
    )
}

fn read_file(name: &str, text: &str) -> Result<Vec<Ruleset>, ConfigErrors> {
    let mut problems = Problems::default();
    let (table, faults) = DeTable::parse_recoverable(text);
    for fault in faults {
        problems.add(fault.span().unwrap_or_default(), fault.message());
    }
    let top = Section::open(table.get_ref(), 0..0, &schema::LIBRARY, &mut problems);
    let scope = Scope {
        vars: &BTreeMap::new(),
        secrets: None,
        allow_run: false,
    };
    let read = read_rulesets(top.get("ruleset"), None, &scope, &mut problems);
    let is_own = |ruleset: &str| {
        let rest = ruleset.strip_prefix(name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    for ruleset in read.rulesets.iter().filter(|set| !is_own(&set.name)) {
        let message = format!("'{}' must be called '{name}' or '{name}-…'", ruleset.name);
        problems.add(0..0, message);
    }
    for armed in read.armed {
        problems.add(armed.place, "the library knows no panes");
    }
    let path = format!("assets/rulesets/{name}.toml");
    match problems.into_errors(text, Path::new(&path)) {
        None => Ok(read.rulesets),
        Some(errors) => Err(errors),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_in_the_table_and_can_be_read() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/rulesets");
        let files = std::fs::read_dir(folder).expect("the library is in the repository");
        let mut names: Vec<String> = files
            .map(|file| {
                let name = file.expect("the folder is readable").file_name();
                let name = name.into_string().expect("names are UTF-8");
                name.trim_end_matches(".toml").to_owned()
            })
            .collect();
        names.sort();
        assert_eq!(library_names().collect::<Vec<_>>(), names);
        for (name, text) in LIBRARY {
            match read_file(name, text) {
                Ok(rulesets) => assert!(!rulesets.is_empty(), "{name} has no ruleset"),
                Err(errors) => panic!("{}", errors.render(false)),
            }
        }
        assert_eq!(library_rulesets("nobody"), None);
    }

    #[test]
    fn files_that_could_not_stand_in_any_config_are_refused() {
        let check = |rule: &str, expected: &str| {
            let text = format!("version = 1\n[[ruleset]]\nname = \"x\"\nrule = [{rule}]\n");
            let found = read_file("x", &text).map_err(|errors| errors.to_string());
            match found {
                Ok(_) => assert_eq!(expected, ""),
                Err(message) => assert!(message.contains(expected), "{message}"),
            }
        };
        check("{ match = \"a\", secret = \"any\" }", "");
        check("{ match = \"a\", do = [\"arm:b\"] }", "knows no panes");
        check("{ match = \"a\", do = [\"run:b\"] }", "allow_run");
        check("{ match = \"a\", send = \"{var.b}\" }", "[vars]");
        let errors = read_file("y", "version = 1\nruleset = [{ name = \"x\" }]").unwrap_err();
        assert!(
            errors.to_string().contains("must be called 'y'"),
            "{errors}"
        );
        let errors = read_file("y", "version = 1\npane = []").unwrap_err();
        assert!(
            errors.to_string().contains("unknown key 'pane'"),
            "{errors}"
        );
    }
}
