//! The user's own config: keys and colours for every session, and rulesets that every session may
//! use by name.
//!
//! Its rulesets are read like those of the library: a rule may name any secret, which a person is
//! asked for where the session's config does not describe it, and there are no variables.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::{
    Config, ConfigErrors, Environment, InterfaceSpec, Ruleset,
    error::Problems,
    pane::rules_named,
    read_text,
    rule::{Scope, read_rulesets},
    schema,
    secret::Secrets,
    section::Section,
    session::is_this_version,
    value::shown,
};

/// The user's own config, in which everything has been checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserConfig {
    /// Keys and colours.
    pub interface: InterfaceSpec,
    /// Rulesets for all sessions, in file order.
    pub rulesets: Vec<Ruleset>,
}

/// Returns where the user's own config is, whether or not there is one:
/// `$XDG_CONFIG_HOME/muxpect/config.toml`, where that folder is `~/.config` if the variable is not
/// set or not absolute (XDG Base Directory Specification).
pub fn user_config_path(environment: &Environment) -> Option<PathBuf> {
    let variable = environment.variables.get("XDG_CONFIG_HOME");
    let folder = variable
        .map(PathBuf::from)
        .filter(|path| path.is_absolute());
    let folder = folder.or_else(|| Some(environment.home.as_ref()?.join(".config")))?;
    Some(folder.join("muxpect/config.toml"))
}

/// Reads the user's own config. `path` is only how messages name it.
///
/// # Errors
///
/// Everything that is wrong, in the order of the file.
pub fn parse_user(
    text: &str,
    path: &Path,
    environment: &Environment,
) -> Result<UserConfig, ConfigErrors> {
    read_text(text, path, |table, problems| {
        let mut unknown = Problems::default();
        let top = Section::open(table, 0..0, &schema::USER, &mut unknown);
        if !is_this_version(&top, problems) {
            return UserConfig::default();
        }
        for key in table.keys() {
            let name = key.get_ref().as_ref();
            if schema::USER.keys.contains(&name) {
                continue;
            }
            let is_sessions =
                schema::TOP.keys.contains(&name) && !schema::USER.later.contains(&name);
            let message = match is_sessions {
                true => format!(
                    "{} is for one session; move it to a muxpect.toml",
                    shown(name)
                ),
                false => schema::USER.unknown(name),
            };
            problems.add(key.span(), message);
        }
        let scope = Scope {
            vars: &BTreeMap::new(),
            secrets: None,
            allow_run: false,
        };
        UserConfig {
            interface: InterfaceSpec::read(&top, environment, problems),
            rulesets: read_rulesets(top.get("ruleset"), None, &scope, problems).rulesets,
        }
    })
}

/// Returns a config of one ruleset, found by its name among `shared` and in the library; nothing if
/// there is none of that name.
pub(super) fn ruleset_named(name: &str, shared: &[Ruleset]) -> Option<Config> {
    let rules = rules_named(name, shared);
    if rules.is_empty() {
        return None;
    }
    let mut secrets = Secrets::default();
    secrets.ask_for_missing(&rules);
    let name = name.to_owned();
    Some(Config {
        secrets: secrets.specs,
        rulesets: vec![Ruleset { name, rules }],
        ..Config::default()
    })
}
