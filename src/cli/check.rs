//! `check`: whether a config file is right, with every fault in its place; the user's own config
//! and the theme that the two name are looked at too.

use std::{
    io::{self, IsTerminal, Write},
    path::Path,
};

use super::{
    arguments::Check,
    failure::CliError,
    launch::{has_config, read_config},
    output::print,
    place,
    status::Status,
};
use crate::config::{InterfaceSpec, LoadError, ThemeName, load_theme, load_user, user_config_path};

/// Checks the user's own config, if there is one, and the named config file or the current
/// folder's.
pub fn check(arguments: &Check) -> Result<Status, CliError> {
    match check_all(arguments.config.as_deref()) {
        Err(CliError::Config(LoadError::Invalid(errors))) => {
            let color = io::stderr().is_terminal()
                && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
            // Nobody may be there to read it.
            let _ = io::stderr().write_all(errors.render(color).as_bytes());
            Ok(Status::FAILED)
        }
        checked => checked.map(|()| Status::DONE),
    }
}

fn check_all(config: Option<&Path>) -> Result<(), CliError> {
    let environment = place::environment()?;
    if let Some(user) = load_user(&environment)?
        && let Some(path) = user_config_path(&environment)
    {
        check_theme(&user.interface)?;
        let rulesets = counted(user.rulesets.len(), "ruleset");
        print(&format!("{}: ok, {rulesets}\n", path.display()))?;
        let is_that_one = |config: &Path| config.canonicalize().ok() == path.canonicalize().ok();
        if config.map_or(!has_config(), is_that_one) {
            return Ok(());
        }
    }
    let (path, config) = read_config(config)?;
    check_theme(&config.interface)?;
    let panes = counted(config.panes.len(), "pane");
    print(&format!("{}: ok, {panes}\n", path.display()))
}

/// Checks the file of a theme, where one is named.
fn check_theme(interface: &InterfaceSpec) -> Result<(), CliError> {
    if let Some(ThemeName::File(path)) = &interface.theme.name {
        load_theme(path)?;
    }
    Ok(())
}

fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}
