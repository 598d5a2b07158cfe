//! The top of the config: version, `[session]`, `[defaults]`, `[vars]`, and the order of reading.

use std::{collections::BTreeMap, path::PathBuf};

use toml::de::DeTable;

use crate::session::{Layout, OnFinished, is_session_name};

use super::{
    Config, Environment,
    entry::Entry,
    error::Problems,
    pane::{self, PaneOptions},
    rule, schema,
    section::Section,
    value::{self, shown},
};

/// The version of the config's form that this program reads.
const VERSION: i64 = 1;

/// Reads a whole file. Of another version nothing is read but the version.
pub(super) fn read(
    table: &DeTable<'_>,
    environment: &Environment,
    problems: &mut Problems,
) -> Config {
    let mut quiet = Problems::default();
    let top = Section::open(table, 0..0, &schema::TOP, &mut quiet);
    if !is_this_version(&top, problems) {
        return Config::default();
    }
    let top = Section::open(table, 0..0, &schema::TOP, problems);

    let session = top
        .get("session")
        .and_then(|entry| entry.section(&schema::SESSION, problems));
    let session = SessionOptions::read(session.as_ref(), environment, problems);
    let defaults = top
        .get("defaults")
        .and_then(|entry| entry.section(&schema::DEFAULTS, problems));
    let default_of = |key: &'static str| defaults.as_ref().and_then(|section| section.get(key));
    let vars = top
        .get("vars")
        .map(|entry| read_vars(entry, problems))
        .unwrap_or_default();

    let rule_defaults =
        default_of("rule").and_then(|entry| entry.section(&schema::DEFAULTS_RULE, problems));
    let rulesets = rule::read_rulesets(top.get("ruleset"), rule_defaults.as_ref(), &vars, problems);

    let pane_defaults = default_of("pane")
        .and_then(|entry| entry.section(&schema::DEFAULTS_PANE, problems))
        .map(|section| PaneOptions::read(&section, &rulesets, environment, problems))
        .unwrap_or_default();
    let panes = pane::read_panes(
        top.get("pane"),
        &pane_defaults,
        &pane::Surroundings {
            environment,
            rulesets: &rulesets,
            vars: &vars,
            logs: session.logs.as_deref(),
        },
        problems,
    );
    Config {
        name: session.name,
        layout: session.layout,
        on_finished: session.on_finished,
        panes,
        rulesets,
        vars,
    }
}

#[derive(Default)]
struct SessionOptions {
    name: Option<String>,
    layout: Layout,
    on_finished: OnFinished,
    logs: Option<PathBuf>,
}

impl SessionOptions {
    fn read(
        section: Option<&Section<'_>>,
        environment: &Environment,
        problems: &mut Problems,
    ) -> SessionOptions {
        let Some(section) = section else {
            return SessionOptions::default();
        };
        let name = section.get("name").and_then(|entry| {
            entry.parsed(problems, |name| {
                let message = || {
                    format!(
                        "{} cannot name a session; use 1 to 64 letters, digits, '.', '_' or '-', not beginning with '.' or '-'",
                        shown(name)
                    )
                };
                is_session_name(name)
                    .then(|| name.to_owned())
                    .ok_or_else(message)
            })
        });
        let layout = section.get("layout").and_then(|entry| {
            let words = [("tiles", Layout::Tiles), ("single", Layout::Single)];
            entry.choice(&words, &[], problems)
        });
        let on_finished = section.get("on_finished").and_then(|entry| {
            let words = [("keep", OnFinished::Keep), ("exit", OnFinished::Exit)];
            entry.choice(&words, &[], problems)
        });
        let logs = section
            .get("logs")
            .and_then(|entry| read_path(entry, environment, problems));
        SessionOptions {
            name,
            layout: layout.unwrap_or_default(),
            on_finished: on_finished.unwrap_or_default(),
            logs,
        }
    }
}

/// Reads a path and makes it absolute.
pub(super) fn read_path(
    entry: Entry<'_>,
    environment: &Environment,
    problems: &mut Problems,
) -> Option<PathBuf> {
    let text = entry.system_string(problems)?;
    match value::path(text, &environment.folder, environment.home.as_deref()) {
        Ok(path) => Some(path),
        Err(message) => {
            entry.refuse(problems, message);
            None
        }
    }
}

fn is_this_version(top: &Section<'_>, problems: &mut Problems) -> bool {
    let Some(entry) = top.get("version") else {
        problems.add(
            0..0,
            format!("'version' is missing; begin the file with version = {VERSION}"),
        );
        return true;
    };
    match entry.as_integer() {
        Some(VERSION) => true,
        Some(other) => {
            entry.refuse(
                problems,
                format!("version {other} is not supported; write version = {VERSION}"),
            );
            false
        }
        None => {
            entry.wrong_type(problems, &format!("the integer {VERSION}"));
            true
        }
    }
}

fn read_vars(entry: Entry<'_>, problems: &mut Problems) -> BTreeMap<String, String> {
    let mut vars = BTreeMap::new();
    for (name, text) in entry.string_table(problems).unwrap_or_default() {
        let allowed = |c: u8| c.is_ascii_alphanumeric() || c == b'_' || c == b'-';
        if name.value.is_empty() || !name.value.bytes().all(allowed) {
            problems.add(
                name.place,
                format!(
                    "{} cannot name a variable; use letters, digits, '_' and '-'",
                    shown(name.value)
                ),
            );
        } else {
            vars.insert(name.value.to_owned(), text.value.to_owned());
        }
    }
    vars
}
