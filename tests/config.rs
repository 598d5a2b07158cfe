//! The config file as a person meets it: every invalid file in `tests/config/` with its exact
//! error text, and the example file against the tables of keys.
//!
//! After a wanted change of a text, `MUXPECT_BLESS=1 cargo test --test config` writes the
//! expected texts anew; read the difference before it is committed.

use std::{
    collections::BTreeSet,
    env, fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use muxpect::{
    config::{self, Config, ConfigErrors, Environment, TABLES, Table},
    expect::{Answer, Trigger},
};
use proptest::{prelude::*, sample::Index};
use regex::{Regex, RegexBuilder};

/// Values of variables that no message may repeat.
const SECRET: &str = "xyzzy-plugh";
const SHORT: &str = "77731";

fn environment(folder: &Path) -> Environment {
    Environment {
        cwd: folder.to_owned(),
        folder: folder.to_owned(),
        home: None,
        variables: [
            ("LANG", "C.UTF-8"),
            ("PIN", SHORT),
            ("ROOT_TOKEN", SECRET),
            ("DOOR_PASSWORD", SECRET),
            ("TWO_LINES", "first line\nsecond line"),
        ]
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .into(),
        shell: "/bin/sh".to_owned(),
    }
}

fn parse(text: &str) -> Result<Config, ConfigErrors> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    config::parse(text, Path::new("muxpect.toml"), &environment(root))
}

fn example() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config.example.toml");
    fs::read_to_string(path).expect("the example is in the repository")
}

/// Returns the files of `tests/config/` that end in `.EXTENSION`, without it.
fn cases(extension: &str) -> BTreeSet<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/config");
    fs::read_dir(folder)
        .expect("the cases are in the repository")
        .map(|entry| entry.expect("the folder is readable").path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .map(|path| path.with_extension(""))
        .collect()
}

#[test]
fn invalid_files_give_their_exact_errors() {
    let bless = env::var_os("MUXPECT_BLESS").is_some();
    let mut differences = Vec::new();
    let cases_given = cases("toml");
    assert!(cases_given.len() >= 30, "only {} cases", cases_given.len());
    for case in &cases_given {
        let text = fs::read_to_string(case.with_extension("toml")).expect("the case is UTF-8");
        let found = match parse(&text) {
            Ok(_) => panic!("{} is valid", case.display()),
            Err(errors) => errors.render(false),
        };
        for secret in [SECRET, SHORT, "second line"] {
            assert!(!found.contains(secret), "{}", case.display());
        }
        let file = case.with_extension("txt");
        if bless {
            fs::write(&file, &found).expect("the folder is writable");
        }
        let expected = fs::read_to_string(&file).unwrap_or_default();
        if found != expected {
            differences.push(format!(
                "{}\n--- expected\n{expected}--- found\n{found}",
                file.display()
            ));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert_eq!(cases("txt"), cases_given, "texts without a file");
}

#[test]
fn example_is_valid() {
    let config = parse(&example()).unwrap_or_else(|errors| panic!("{}", errors.render(false)));
    assert!(config.panes.len() >= 5);
    let answered = config.panes.iter().any(|pane| {
        let mut rules = pane.rules.iter();
        rules.any(|rule| matches!(rule.answer, Answer::Send(_)))
    });
    assert!(answered, "no pane is answered by a rule");
}

#[test]
fn example_names_only_files_that_exist() {
    let config = parse(&example()).expect("the example is valid");
    for pane in &config.panes {
        for argument in pane.command.iter().filter(|text| text.ends_with(".sh")) {
            assert!(
                pane.cwd.join(argument).is_file(),
                "{argument} of {}",
                pane.name
            );
        }
    }
}

/// Runs the installer again and again with one answer more, until it is satisfied: each prompt
/// must be matched by one rule of its pane. What a terminal adds to this is tested elsewhere.
#[test]
fn example_rules_answer_every_prompt_of_the_installer() {
    let config = parse(&example()).expect("the example is valid");
    let pane = config.panes.iter().find(|pane| pane.name == "install");
    let pane = pane.expect("the example has an installer");
    let tools = tempfile::tempdir().expect("a temporary folder can be made");
    let sleep = tools.path().join("sleep");
    fs::write(&sleep, "#!/bin/sh\n").expect("the folder is writable");
    fs::set_permissions(&sleep, fs::Permissions::from_mode(0o700)).expect("the file is ours");
    let path = format!("{}:/usr/bin:/bin", tools.path().display());
    let colors = Regex::new("\x1b\\[[0-9;]*m").expect("it is a pattern");

    let mut answers = String::new();
    for asked in 0..10 {
        let input = tools.path().join("input");
        fs::write(&input, &answers).expect("the folder is writable");
        let run = Command::new(&pane.command[0])
            .args(&pane.command[1..])
            .current_dir(&pane.cwd)
            .env("PATH", &path)
            .stdin(fs::File::open(&input).expect("it was just written"))
            .output()
            .expect("there is a shell");
        if run.status.success() {
            assert_eq!(asked, 3, "questions");
            return;
        }
        let output = String::from_utf8(run.stdout).expect("the installer prints UTF-8");
        let prompt = colors.replace_all(&output, "");
        let matching = pane.rules.iter().filter(|rule| {
            let Trigger::Match(patterns) = &rule.trigger else {
                return false;
            };
            patterns.iter().any(|pattern| {
                RegexBuilder::new(pattern)
                    .case_insensitive(rule.nocase)
                    .build()
                    .is_ok_and(|pattern| pattern.is_match(&prompt))
            })
        });
        match matching.map(|rule| &rule.answer).collect::<Vec<_>>()[..] {
            [Answer::Send(texts)] => answers.push_str(&format!("{}\n", texts[0])),
            ref other => panic!("{} rules answer {prompt:?}", other.len()),
        }
    }
    panic!("the installer is never satisfied");
}

#[test]
fn example_shows_every_key() {
    let keys = keys_of(&example());
    let mut missing = Vec::new();
    for table in TABLES {
        for key in table.keys {
            let shown = |title| keys.contains(&(title, key.to_string()));
            if !places(table).into_iter().any(shown) {
                missing.push(format!("{key} in {}", table.title));
            }
        }
    }
    assert!(
        missing.is_empty(),
        "the example lacks {}",
        missing.join(", ")
    );
}

#[test]
fn example_shows_no_unknown_key() {
    for (title, key) in keys_of(&example()) {
        let table = table(title);
        let own_names = matches!(title, "[vars]");
        assert!(
            own_names || table.is_some_and(|table| table.keys.contains(&key.as_str())),
            "{key} in {title}"
        );
    }
}

/// Returns the titles of the tables in which a key of `table` is shown: where a key has the same
/// meaning in several, it is shown in one.
fn places(table: &Table) -> Vec<&'static str> {
    match table.title {
        "[[pane]]" | "[defaults.pane]" => vec!["[[pane]]", "[defaults.pane]"],
        "[[ruleset.rule]]" | "[[ruleset]]" | "[defaults.rule]" => {
            vec!["[[ruleset.rule]]", "[[ruleset]]", "[defaults.rule]"]
        }
        own => vec![own],
    }
}

/// The commented-out settings must work too, each by itself: a reader will uncomment them.
#[test]
fn every_commented_setting_is_valid_when_uncommented() {
    let text = example();
    let lines: Vec<_> = text.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        let Some(setting) = commented_setting(line) else {
            continue;
        };
        let (key, _) = setting.split_once('=').expect("a setting has a =");
        let key = key.trim();
        let mut changed: Vec<String> = lines.iter().map(|line| line.to_string()).collect();
        // The setting takes the place of those that it contradicts, within its table.
        let rivals: &[&str] = match key {
            "cmd" | "shell" => &["cmd", "shell"],
            "send" | "keys" | "eof" | "signal" => &["send", "keys", "eof", "signal", "newline"],
            "once" | "max" => &["once", "max"],
            "ask" | "file" | "env" => &["ask", "file", "env"],
            other => &[other],
        };
        let is_header = |line: &str| line.starts_with('[');
        let start = (0..index)
            .rev()
            .find(|at| is_header(lines[*at]))
            .unwrap_or(0);
        let end = (index..lines.len()).find(|at| is_header(lines[*at]));
        for at in start..end.unwrap_or(lines.len()) {
            let is_rival = lines[at]
                .split_once('=')
                .is_some_and(|(key, _)| rivals.contains(&key.trim()));
            if is_rival {
                changed[at] = format!("# {}", lines[at]);
            }
        }
        changed[index] = setting.to_owned();
        if let Err(errors) = parse(&changed.join("\n")) {
            panic!("{setting}\n{}", errors.render(false));
        }
    }
}

/// Returns `KEY = VALUE` of a line `# KEY = VALUE`; prose has no such form.
fn commented_setting(line: &str) -> Option<&str> {
    let setting = line.strip_prefix("# ")?;
    let (key, value) = setting.split_once(" = ")?;
    let is_key = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_.-".contains(c);
    (!key.is_empty() && key.chars().all(is_key) && !value.is_empty()).then_some(setting)
}

/// Returns the keys that a file shows, live or in comments, each with the title of its table.
fn keys_of(text: &str) -> BTreeSet<(&'static str, String)> {
    let mut keys = BTreeSet::new();
    // A placeholder has braces of its own, which are no table's.
    let placeholders = Regex::new(r"\{[a-z]+\}").expect("it is a pattern");
    let mut title = "the top level";
    for line in text.lines() {
        let line = commented_setting(line).unwrap_or(line);
        if line.starts_with('[') {
            title = [
                "[session]",
                "[defaults.pane]",
                "[defaults.rule]",
                "[vars]",
                "[secrets.NAME]",
                "[notify]",
                "[[pane]]",
                "[[ruleset]]",
                "[[ruleset.rule]]",
                "[keys]",
                "[keys.watch]",
                "[keys.scroll]",
                "[keys.inbox]",
                "[keys.inspect]",
                "[theme]",
            ]
            .into_iter()
            .find(|title| {
                let user_named = title.strip_suffix("NAME]");
                line == *title || user_named.is_some_and(|start| line.starts_with(start))
            })
            .unwrap_or_else(|| panic!("the table {line}"));
            // A header shows the keys that lead to it.
            match title {
                "[vars]" => keys.insert(("the top level", "vars".to_owned())),
                "[secrets.NAME]" => keys.insert(("the top level", "secrets".to_owned())),
                "[keys]" => keys.insert(("the top level", "keys".to_owned())),
                "[keys.watch]" => keys.insert(("[keys]", "watch".to_owned())),
                "[keys.scroll]" => keys.insert(("[keys]", "scroll".to_owned())),
                "[keys.inbox]" => keys.insert(("[keys]", "inbox".to_owned())),
                "[keys.inspect]" => keys.insert(("[keys]", "inspect".to_owned())),
                "[theme]" => keys.insert(("the top level", "theme".to_owned())),
                "[notify]" => keys.insert(("the top level", "notify".to_owned())),
                "[session]" => keys.insert(("the top level", "session".to_owned())),
                "[[pane]]" => keys.insert(("the top level", "pane".to_owned())),
                "[[ruleset]]" => keys.insert(("the top level", "ruleset".to_owned())),
                "[[ruleset.rule]]" => keys.insert(("[[ruleset]]", "rule".to_owned())),
                "[defaults.pane]" => keys.insert(("[defaults]", "pane".to_owned())),
                _ => keys.insert(("[defaults]", "rule".to_owned())),
            };
            if title.starts_with("[defaults") {
                keys.insert(("the top level", "defaults".to_owned()));
            }
        } else if let Some((key, value)) = line.split_once(" = ")
            && !key.starts_with(['#', ' '])
        {
            let (key, inner) = key.split_once('.').unwrap_or((key, ""));
            keys.insert((title, key.to_owned()));
            let inner_title = match key {
                "log" => Some("'log'"),
                "record" => Some("'record'"),
                "stop" => Some("'stop'"),
                _ => None,
            };
            let value = placeholders.replace_all(value, "");
            if let Some(inner_title) = inner_title {
                if !inner.is_empty() {
                    keys.insert((inner_title, inner.to_owned()));
                }
                for brace in value.split('{').skip(1) {
                    let inside = brace.split('}').next().unwrap_or_default();
                    for pair in inside.split(", ") {
                        if let Some((key, _)) = pair.split_once('=') {
                            keys.insert((inner_title, key.trim().to_owned()));
                        }
                    }
                }
            }
        }
    }
    keys
}

fn table(title: &str) -> Option<&'static Table> {
    TABLES.iter().copied().find(|table| table.title == title)
}

proptest! {
    /// Whatever stands in the file, reading it ends with a config or with errors that can be
    /// drawn: here the example with a piece of it cut out, and another piece in its place.
    #[test]
    fn damaged_files_are_read_without_a_panic(
        at in any::<Index>(), length in 0_usize..40,
        from in any::<Index>(), copied in 0_usize..40,
    ) {
        let text: Vec<char> = example().chars().collect();
        let piece = |start: usize, length: usize| start..(start + length).min(text.len());
        let cut = piece(at.index(text.len()), length);
        let copied = piece(from.index(text.len()), copied);
        let damaged: String = [&text[..cut.start], &text[copied], &text[cut.end..]]
            .concat()
            .into_iter()
            .collect();
        if let Err(errors) = parse(&damaged) {
            prop_assert!(errors.render(false).starts_with("muxpect.toml:"));
            prop_assert!(!errors.to_string().contains('\n'));
        }
    }
}
