//! `[secrets.NAME]`: where a secret comes from. Its text is never in the file, nor in a message.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use crate::{
    expect::{Answer, RuleSpec},
    pane::{Concealed, SecretSource, SecretSpec},
};

use super::{
    Environment,
    entry::Entry,
    error::Problems,
    schema::{self, nearest},
    section::Section,
    session::read_path,
    value::{self, shown},
};

/// How many characters a secret has at least: a shorter one would be found, and masked, in
/// ordinary output.
const LEAST_CHARACTERS: usize = 6;

/// How long a command may take to print a secret, unless the config says otherwise.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// The keys of which a secret has exactly one.
const SOURCES: &[&str] = &["command", "file", "env", "ask"];

/// The secrets of a config.
#[derive(Debug, Default)]
pub(super) struct Secrets {
    /// Those that could be read.
    pub(super) specs: BTreeMap<String, SecretSpec>,
    /// The names of all of them.
    pub(super) names: BTreeSet<String>,
    /// The environment variables that hold one.
    pub(super) variables: BTreeSet<String>,
}

impl Secrets {
    /// Reads `[secrets]`.
    pub(super) fn read(
        entry: Entry<'_>,
        environment: &Environment,
        problems: &mut Problems,
    ) -> Secrets {
        let mut secrets = Secrets::default();
        for entry in entry.entries(problems) {
            let Some(section) = entry.section(&schema::SECRET, problems) else {
                continue;
            };
            let name = match value::name(entry.key()) {
                Ok(name) => name,
                Err(message) => {
                    problems.add(entry.place(), message);
                    continue;
                }
            };
            if let Some(spec) = secrets.secret(&section, environment, problems) {
                secrets.specs.insert(name.clone(), spec);
            }
            secrets.names.insert(name);
        }
        secrets
    }

    /// Says that there is no secret of this name, if so.
    pub(super) fn refuse_unknown(&self, name: &str) -> Result<(), String> {
        if self.names.contains(name) {
            return Ok(());
        }
        let known = self
            .names
            .iter()
            .map(|known| (known.as_str(), known.as_str()));
        let hint = match (nearest(name, known), value::name(name)) {
            (Some(near), _) => format!("did you mean '{near}'?"),
            (None, Ok(name)) => {
                format!("add [secrets.{name}] with 'command', 'file', 'env' or ask = true")
            }
            (None, Err(_)) => "write the name of one under [secrets]".to_owned(),
        };
        Err(format!("there is no secret {}; {hint}", shown(name)))
    }

    /// Has a person asked for the secrets of `rules` that the file does not describe: rules of
    /// the library name them, whoever uses them.
    pub(super) fn ask_for_missing<'r>(&mut self, rules: impl IntoIterator<Item = &'r RuleSpec>) {
        for rule in rules {
            if let Answer::Secret(name) = &rule.answer
                && !self.names.contains(name)
            {
                let person = SecretSpec {
                    source: SecretSource::Person,
                    timeout: DEFAULT_TIMEOUT,
                };
                self.specs.insert(name.clone(), person);
            }
        }
    }

    fn secret(
        &mut self,
        section: &Section<'_>,
        environment: &Environment,
        problems: &mut Problems,
    ) -> Option<SecretSpec> {
        let entries = section.present(SOURCES);
        let Some(entry) = entries.first() else {
            section.lacks(
                problems,
                "this secret comes from nowhere; add one of 'command', 'file', 'env' and ask = true",
            );
            return None;
        };
        for other in &entries[1..] {
            let message = format!(
                "a secret comes from one place, and '{}' is there already; remove '{}'",
                entry.key(),
                other.key()
            );
            problems.add(other.place(), message);
        }
        let timeout = section.get("timeout").and_then(|timeout| {
            if entry.key() != "command" {
                let message = "'timeout' is only for a secret with 'command'; remove it";
                problems.add(timeout.place(), message);
            }
            timeout.wait(problems)
        });
        let source = match entry.key() {
            "command" => SecretSource::Command(entry.argv(problems)?),
            "file" => SecretSource::File(read_path(*entry, environment, problems)?),
            "env" => SecretSource::Value(self.variable(*entry, environment, problems)?),
            _ => {
                if !entry.boolean(problems)? {
                    let message = "'ask' is true or absent; name another source or remove it";
                    entry.refuse(problems, message);
                    return None;
                }
                SecretSource::Person
            }
        };
        Some(SecretSpec {
            source,
            timeout: timeout.unwrap_or(DEFAULT_TIMEOUT),
        })
    }

    /// Takes the value of a variable, which is then kept out of every environment.
    fn variable(
        &mut self,
        entry: Entry<'_>,
        environment: &Environment,
        problems: &mut Problems,
    ) -> Option<Concealed> {
        let variable = entry.string(problems)?;
        if variable.is_empty() || variable.contains(['=', '\0']) {
            let message = format!(
                "{} cannot name a variable; it must not be empty or contain '='",
                shown(variable)
            );
            entry.refuse(problems, message);
            return None;
        }
        self.variables.insert(variable.to_owned());
        let shown = shown(variable);
        let message = match environment.variables.get(variable) {
            None => format!("the variable {shown} is not set; set it before muxpect is started"),
            Some(text) if text.chars().count() < LEAST_CHARACTERS => format!(
                "the variable {shown} has fewer than {LEAST_CHARACTERS} characters; a secret that short cannot be kept out of logs, so use a longer one or ask = true"
            ),
            Some(text) if text.contains(char::is_control) => format!(
                "the variable {shown} holds a control character; a secret is one line of text"
            ),
            Some(text) => return Some(Concealed::new(text.clone())),
        };
        entry.refuse(problems, message);
        None
    }
}
