//! The top of the config: version, `[session]`, `[vars]`, and the order of reading.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    time::Duration,
};

use toml::de::DeTable;

use crate::{
    expect::AutoAnswer,
    pane::{LogSpec, PaneSpec, RecordSpec},
    session::{Layout, OnFinished, is_session_name},
};

use super::{
    Config, Environment, InterfaceSpec, Ruleset,
    entry::{Entry, Placed},
    error::Problems,
    files::{read_logs, read_records},
    notify,
    pane::{self, PaneOptions},
    rule::{Scope, read_rulesets},
    schema::{self, nearest},
    secret::Secrets,
    section::Section,
    value::{self, shown},
};

/// The version of the config's form that this program reads.
pub(super) const VERSION: i64 = 1;

/// The words of `on_finished`.
pub(super) const ON_FINISHED: [(&str, OnFinished); 2] =
    [("keep", OnFinished::Keep), ("exit", OnFinished::Exit)];

/// The words of `auto_answer`.
pub(super) const AUTO_ANSWER: [(&str, AutoAnswer); 3] = [
    ("on", AutoAnswer::On),
    ("suggest", AutoAnswer::Suggest),
    ("off", AutoAnswer::Off),
];

/// Reads a whole file. Of another version nothing is read but the version. Panes may use the
/// rulesets `shared` as if they were the file's, whose own of the same name win.
pub(super) fn read(
    table: &DeTable<'_>,
    environment: &Environment,
    shared: &[Ruleset],
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
    let mut secrets = top
        .get("secrets")
        .map(|entry| Secrets::read(entry, environment, problems))
        .unwrap_or_default();
    let notify = notify::read(top.get("notify"), environment, &secrets, problems);
    let scope = Scope {
        vars: &vars,
        secrets: Some(&secrets),
        allow_run: session.allow_run,
    };
    let rules = read_rulesets(top.get("ruleset"), rule_defaults.as_ref(), &scope, problems);

    let usable = with_shared(&rules.rulesets, shared);
    let surroundings = pane::Surroundings {
        environment,
        rulesets: &usable,
        secrets: &secrets,
        vars: &vars,
        logs: session.logs.as_ref(),
        record: session.record.as_ref(),
    };
    let pane_defaults = default_of("pane")
        .and_then(|entry| entry.section(&schema::DEFAULTS_PANE, problems))
        .map(|section| PaneOptions::read(&section, &surroundings, problems))
        .unwrap_or_default();
    let mut panes = pane::read_panes(top.get("pane"), &pane_defaults, &surroundings, problems);
    refuse_unknown_panes(&rules.armed, &panes, &top, problems);

    let used = panes.iter().flat_map(|pane| &pane.rules);
    secrets.ask_for_missing(used);
    for pane in &mut panes {
        pane.secrets.clone_from(&secrets.specs);
        pane.environment
            .retain(|variable, _| !secrets.variables.contains(variable));
        pane.auto_answer = session.auto_answer;
        pane.allow_run = session.allow_run;
        pane.ask_timeout = session.ask_timeout;
    }
    Config {
        name: session.name,
        layout: session.layout,
        on_finished: session.on_finished,
        auto_answer: session.auto_answer,
        allow_run: session.allow_run,
        ask_timeout: session.ask_timeout,
        secrets: secrets.specs,
        secret_variables: secrets.variables,
        panes,
        rulesets: rules.rulesets,
        interface: InterfaceSpec::read(&top, environment, problems),
        vars,
        notify,
    }
}

/// Returns the file's own rulesets and those of `shared` that none of them has the name of.
fn with_shared(own: &[Ruleset], shared: &[Ruleset]) -> Vec<Ruleset> {
    let is_own = |name: &str| own.iter().any(|ruleset| ruleset.name == name);
    let shared = shared.iter().filter(|ruleset| !is_own(&ruleset.name));
    own.iter().chain(shared).cloned().collect()
}

/// Reports panes that rules arm and that there are not. A file without panes holds rules for
/// panes of its user's choice, whose names it cannot know.
fn refuse_unknown_panes(
    armed: &[Placed<String>],
    panes: &[PaneSpec],
    top: &Section<'_>,
    problems: &mut Problems,
) {
    if top.get("pane").is_none() {
        return;
    }
    let names: BTreeSet<&str> = panes.iter().map(|pane| pane.name.as_str()).collect();
    for Placed { value, place } in armed {
        if !names.contains(value.as_str()) {
            let hint = match nearest(value, names.iter().map(|name| (*name, *name))) {
                Some(near) => format!("did you mean '{near}'?"),
                None => format!("add a [[pane]] with name = \"{value}\""),
            };
            problems.add(
                place.clone(),
                format!("there is no pane {}; {hint}", shown(value)),
            );
        }
    }
}

#[derive(Default)]
struct SessionOptions {
    name: Option<String>,
    layout: Layout,
    on_finished: OnFinished,
    logs: Option<Placed<LogSpec>>,
    record: Option<Placed<RecordSpec>>,
    auto_answer: AutoAnswer,
    allow_run: bool,
    ask_timeout: Option<Duration>,
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
        let layout = section
            .get("layout")
            .and_then(|entry| entry.choice(&Layout::ALL, &[], problems));
        let on_finished = section
            .get("on_finished")
            .and_then(|entry| entry.choice(&ON_FINISHED, &[], problems));
        let logs = section
            .get("logs")
            .and_then(|entry| read_logs(entry, environment, problems));
        let record = section
            .get("record")
            .and_then(|entry| read_records(entry, environment, problems));
        let auto_answer = section
            .get("auto_answer")
            .and_then(|entry| entry.choice(&AUTO_ANSWER, &[], problems));
        let allow_run = section
            .get("allow_run")
            .and_then(|entry| entry.boolean(problems));
        let ask_timeout = section
            .get("ask_timeout")
            .and_then(|entry| entry.wait(problems));
        SessionOptions {
            name,
            layout: layout.unwrap_or_default(),
            on_finished: on_finished.unwrap_or_default(),
            logs,
            record,
            auto_answer: auto_answer.unwrap_or_default(),
            allow_run: allow_run.unwrap_or_default(),
            ask_timeout,
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

/// Reads the version, and returns whether the rest can be read too.
pub(super) fn is_this_version(top: &Section<'_>, problems: &mut Problems) -> bool {
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
