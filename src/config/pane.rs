//! `[[pane]]` and `[defaults.pane]`: a pane's own key wins over the default; `env` is joined.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    time::Duration,
};

use crate::{
    expect::{PatternKind, RuleSpec},
    geometry::Size,
    pane::{LogSpec, PaneSpec, RecordSpec, RestartPolicy, StopStep, is_pane_name},
};

use super::{
    Environment, Ruleset,
    check::check_pattern,
    entry::{Entry, Placed, without_nul},
    error::Problems,
    files::{Written, named, read_log, read_record},
    library::{library_names, library_rulesets},
    schema::{self, nearest},
    secret::Secrets,
    section::Section,
    session::read_path,
    stop::read_stop,
    value::{self, shown},
};

/// The largest `scrollback`, in lines: at 80 columns about 200 MiB.
pub const MAX_SCROLLBACK: usize = 1_000_000;

/// The words of `restart`.
pub(super) const RESTART: [(&str, RestartPolicy); 3] = [
    ("never", RestartPolicy::Never),
    ("on-failure", RestartPolicy::OnFailure),
    ("always", RestartPolicy::Always),
];

/// Variables that every pane is given, so that `env` cannot set them.
const OWN_VARIABLES: &[&str] = &["MUXPECT_SESSION", "MUXPECT_PANE"];

/// What a pane is read against, besides its own table.
pub(super) struct Surroundings<'s> {
    pub(super) environment: &'s Environment,
    pub(super) rulesets: &'s [Ruleset],
    pub(super) secrets: &'s Secrets,
    pub(super) vars: &'s BTreeMap<String, String>,
    /// `[session] logs`, as the log of any pane.
    pub(super) logs: Option<&'s Placed<LogSpec>>,
    /// `[session] record`, as the recording of any pane.
    pub(super) record: Option<&'s Placed<RecordSpec>>,
}

/// Returns a pane's name after its program: `program`, or `program-2` and so on when that is
/// taken. Characters that a name cannot have become `-`.
pub(super) fn pane_name(program: &str, taken: impl Fn(&str) -> bool) -> String {
    /// Leaves room for a number within the 64 characters of a name.
    const LONGEST: usize = 56;

    let file = program.trim_end_matches('/').rsplit('/').next();
    let base: String = file
        .unwrap_or_default()
        .chars()
        .map(|c| match c {
            'A'..='Z' | 'a'..='z' | '0'..='9' | '.' | '_' | '-' => c,
            _ => '-',
        })
        .take(LONGEST)
        .collect();
    let base = match base {
        base if is_pane_name(&base) => base,
        base if base.is_empty() => "pane".to_owned(),
        digits => format!("pane-{digits}"),
    };
    if !taken(&base) {
        return base;
    }
    (2_u64..)
        .map(|number| format!("{base}-{number}"))
        .find(|name| !taken(name))
        .expect("names are finite, numbers are not")
}

/// Reads every pane.
pub(super) fn read_panes(
    entry: Option<Entry<'_>>,
    defaults: &PaneOptions,
    surroundings: &Surroundings<'_>,
    problems: &mut Problems,
) -> Vec<PaneSpec> {
    let sections = entry.map(|entry| entry.sections(&schema::PANE, problems));
    let sections = sections.unwrap_or_default();
    let mut names = BTreeSet::new();
    let given: Vec<_> = sections
        .iter()
        .map(|section| read_name(section, &mut names, problems))
        .collect();
    let mut written = Written::default();
    let mut panes = Vec::new();
    for (section, name) in sections.iter().zip(given) {
        let command = read_command(section, surroundings.environment, problems);
        let own = PaneOptions::read(section, surroundings, problems);
        let Some((program, command)) = command else {
            continue;
        };
        let name = name.unwrap_or_else(|| pane_name(&program, |name| names.contains(name)));
        names.insert(name.clone());
        let mut options = own.over(defaults);
        options.log = options.log.or_else(|| surroundings.logs.cloned());
        options.record = options.record.or_else(|| surroundings.record.cloned());
        let places = [
            options.log.as_ref().map(|log| log.place.clone()),
            options.record.as_ref().map(|record| record.place.clone()),
        ];
        let pane = options.pane(name, (&program, command), surroundings);
        written.add(&pane, places, problems);
        panes.push(pane);
    }
    panes
}

/// The keys of a pane that may have defaults.
#[derive(Clone, Default)]
pub(super) struct PaneOptions {
    cwd: Option<PathBuf>,
    env: BTreeMap<String, String>,
    rules: Option<Vec<String>>,
    armed: Option<bool>,
    autostart: Option<bool>,
    restart: Option<RestartPolicy>,
    stop: Option<Vec<StopStep>>,
    log: Option<Placed<LogSpec>>,
    record: Option<Placed<RecordSpec>>,
    term: Option<String>,
    scrollback: Option<usize>,
    linger: Option<Duration>,
    size: Option<Size>,
    idle: Option<String>,
    askpass: Option<String>,
}

impl PaneOptions {
    /// Reads the keys that a table has.
    pub(super) fn read(
        section: &Section<'_>,
        surroundings: &Surroundings<'_>,
        problems: &mut Problems,
    ) -> PaneOptions {
        let entry = |key| section.get(key);
        let environment = surroundings.environment;
        let secrets = surroundings.secrets;
        PaneOptions {
            cwd: entry("cwd").and_then(|entry| read_path(entry, environment, problems)),
            env: entry("env")
                .map(|entry| read_variables(entry, secrets, problems))
                .unwrap_or_default(),
            rules: entry("rules")
                .and_then(|entry| read_ruleset_names(entry, surroundings.rulesets, problems)),
            armed: entry("armed").and_then(|entry| entry.boolean(problems)),
            autostart: entry("autostart").and_then(|entry| entry.boolean(problems)),
            restart: entry("restart").and_then(|entry| entry.choice(&RESTART, &[], problems)),
            stop: entry("stop").and_then(|entry| read_stop(entry, problems)),
            log: entry("log").and_then(|entry| read_log(entry, environment, problems)),
            record: entry("record").and_then(|entry| read_record(entry, environment, problems)),
            term: entry("term").and_then(|entry| entry.parsed(problems, read_term)),
            scrollback: entry("scrollback")
                .and_then(|entry| entry.number(0..=MAX_SCROLLBACK, problems)),
            linger: entry("linger").and_then(|entry| entry.duration(problems)),
            size: entry("size").and_then(|entry| {
                entry.parsed(problems, |text| {
                    text.parse::<Size>().map_err(|error| error.to_string())
                })
            }),
            idle: entry("idle").and_then(|entry| entry.parsed(problems, read_idle)),
            askpass: entry("askpass").and_then(|entry| {
                entry.parsed(problems, |name| {
                    secrets.refuse_unknown(name).map(|()| name.to_owned())
                })
            }),
        }
    }

    /// Returns these options, and those of `base` where there are none.
    fn over(self, base: &PaneOptions) -> PaneOptions {
        let base = base.clone();
        let mut env = base.env;
        env.extend(self.env);
        PaneOptions {
            cwd: self.cwd.or(base.cwd),
            env,
            rules: self.rules.or(base.rules),
            armed: self.armed.or(base.armed),
            autostart: self.autostart.or(base.autostart),
            restart: self.restart.or(base.restart),
            stop: self.stop.or(base.stop),
            log: self.log.or(base.log),
            record: self.record.or(base.record),
            term: self.term.or(base.term),
            scrollback: self.scrollback.or(base.scrollback),
            linger: self.linger.or(base.linger),
            size: self.size.or(base.size),
            idle: self.idle.or(base.idle),
            askpass: self.askpass.or(base.askpass),
        }
    }

    /// Returns the pane with these options that runs a command, which is called `program`.
    fn pane(
        self,
        name: String,
        (program, command): (&str, Vec<String>),
        surroundings: &Surroundings<'_>,
    ) -> PaneSpec {
        let environment = surroundings.environment;
        let mut variables = environment.variables.clone();
        variables.extend(self.env);
        let cwd = self.cwd.unwrap_or_else(|| environment.cwd.clone());
        let default = PaneSpec::new(name, command, cwd, variables);
        let ruleset_names = self.rules.unwrap_or_default();
        let rules = ruleset_names
            .iter()
            .flat_map(|name| rules_named(name, surroundings.rulesets));
        let file = |file| named(file, &default.name, program);
        let log = self.log.map(|log| file(log.value));
        let record = self.record.map(|record| RecordSpec {
            file: file(record.value.file),
            ..record.value
        });
        PaneSpec {
            rules: rules.collect(),
            vars: surroundings.vars.clone(),
            armed: self.armed.unwrap_or(default.armed),
            autostart: self.autostart.unwrap_or(default.autostart),
            restart: self.restart.unwrap_or(default.restart),
            stop: self.stop.unwrap_or(default.stop),
            log,
            record,
            term: self.term,
            scrollback: self.scrollback.unwrap_or(default.scrollback),
            linger: self.linger.unwrap_or(default.linger),
            size: self.size,
            idle: self.idle,
            askpass: self.askpass,
            ..default
        }
    }
}

/// Returns the rules that `name` stands for: those of the file's own ruleset, else those of the
/// library, in which a ruleset of the file takes the place of one of the same name.
pub(super) fn rules_named(name: &str, own: &[Ruleset]) -> Vec<RuleSpec> {
    let own_named = |name: &str| own.iter().find(|ruleset| ruleset.name == name);
    if let Some(ruleset) = own_named(name) {
        return ruleset.rules.clone();
    }
    let rulesets = library_rulesets(name).unwrap_or_default().into_iter();
    rulesets
        .flat_map(|ruleset| match own_named(&ruleset.name) {
            Some(own) => own.rules.clone(),
            None => ruleset.rules,
        })
        .collect()
}

fn read_name(
    section: &Section<'_>,
    names: &mut BTreeSet<String>,
    problems: &mut Problems,
) -> Option<String> {
    section.get("name")?.parsed(problems, |name| {
        if !is_pane_name(name) {
            return Err(format!(
                "{} cannot name a pane; use 1 to 64 letters, digits, '.', '_' or '-', not digits alone",
                shown(name)
            ));
        }
        if !names.insert(name.to_owned()) {
            return Err(format!("another pane is named {} already; choose another name", shown(name)));
        }
        Ok(name.to_owned())
    })
}

/// Reads `cmd` or `shell`, as the program that the pane is named after and the whole command.
fn read_command(
    section: &Section<'_>,
    environment: &Environment,
    problems: &mut Problems,
) -> Option<(String, Vec<String>)> {
    let entries = section.present(&["cmd", "shell"]);
    if let [_, second] = entries[..] {
        problems.add(
            second.place(),
            "a pane has 'cmd' or 'shell', not both; remove one",
        );
        return None;
    }
    let Some(entry) = entries.first() else {
        section.lacks(
            problems,
            "this pane runs nothing; add cmd = [\"program\", \"argument\"] or shell = \"command line\"",
        );
        return None;
    };
    if entry.key() == "cmd" {
        let command = entry.argv(problems)?;
        return Some((command.first()?.clone(), command));
    }
    let line = entry.system_string(problems)?;
    let Some(word) = line.split_whitespace().next() else {
        entry.refuse(problems, "'shell' names no command");
        return None;
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/+".contains(c);
    let program = if word.chars().all(plain) {
        word
    } else {
        "shell"
    };
    let command = vec![environment.shell.clone(), "-c".to_owned(), line.to_owned()];
    Some((program.to_owned(), command))
}

fn read_variables(
    entry: Entry<'_>,
    secrets: &Secrets,
    problems: &mut Problems,
) -> BTreeMap<String, String> {
    let mut variables = BTreeMap::new();
    for (name, text) in entry.string_table(problems).unwrap_or_default() {
        let refusal = match name.value {
            "TERM" => Some("TERM is set with 'term'; write term = \"…\"".to_owned()),
            own if OWN_VARIABLES.contains(&own) => {
                Some(format!("{own} is set by muxpect itself; remove it"))
            }
            secret if secrets.variables.contains(secret) => Some(format!(
                "{} holds a secret, so it is kept out of every environment; remove it here, or name another variable in [secrets]",
                value::visible(secret)
            )),
            other if other.is_empty() || other.contains(['=', '\0']) => Some(format!(
                "{} cannot name a variable; it must not be empty or contain '='",
                shown(other)
            )),
            _ => None,
        };
        if let Some(message) = refusal {
            problems.add(name.place, message);
        } else if without_nul(text.value, text.place, problems) {
            variables.insert(name.value.to_owned(), text.value.to_owned());
        }
    }
    variables
}

fn read_ruleset_names(
    entry: Entry<'_>,
    rulesets: &[Ruleset],
    problems: &mut Problems,
) -> Option<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    for Placed { value, place } in entry.strings(problems)? {
        if let Some(message) = refuse_ruleset(value, &names, rulesets) {
            problems.add(place, message);
        } else {
            names.push(value.to_owned());
        }
    }
    Some(names)
}

fn refuse_ruleset(name: &str, listed: &[String], rulesets: &[Ruleset]) -> Option<String> {
    if listed.iter().any(|other| other == name) {
        return Some(format!(
            "the ruleset {} is listed twice; remove one",
            shown(name)
        ));
    }
    let own = rulesets.iter().map(|ruleset| ruleset.name.as_str());
    let library = library_names().map(|name: &str| name);
    let known: Vec<&str> = own.chain(library).collect();
    if known.contains(&name) {
        return None;
    }
    let hint = match nearest(name, known.into_iter().map(|known| (known, known))) {
        Some(near) => format!("did you mean '{near}'?"),
        None => format!("add a [[ruleset]] with name = \"{}\"", value::visible(name)),
    };
    Some(format!("there is no ruleset {}; {hint}", shown(name)))
}

fn read_idle(text: &str) -> Result<String, String> {
    let checked = check_pattern(text, PatternKind::Regex, false);
    checked.map(|()| text.to_owned()).map_err(|message| {
        match message.split_once("; `kind") {
            // Here patterns are of one kind.
            Some((fault, _)) => {
                format!("{fault}; put a backslash before a character that stands for itself")
            }
            None => message,
        }
    })
}

fn read_term(text: &str) -> Result<String, String> {
    let sound = !text.is_empty() && text.bytes().all(|c| c.is_ascii_graphic() && c != b'/');
    sound.then(|| text.to_owned()).ok_or_else(|| {
        format!(
            "{} is not the name of a terminal; write one such as \"xterm-256color\"",
            shown(text)
        )
    })
}
