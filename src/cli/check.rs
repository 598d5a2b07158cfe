//! `check`: whether a config file is right, with every fault in its place.

use std::io::{self, IsTerminal, Write};

use super::{
    arguments::Check, failure::CliError, launch::read_config, output::print, status::Status,
};
use crate::config::LoadError;

/// Checks a config file.
pub fn check(arguments: &Check) -> Result<Status, CliError> {
    let (path, config) = match read_config(arguments.config.as_deref()) {
        Err(CliError::Config(LoadError::Invalid(errors))) => {
            let color = io::stderr().is_terminal()
                && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
            // Nobody may be there to read it.
            let _ = io::stderr().write_all(errors.render(color).as_bytes());
            return Ok(Status::FAILED);
        }
        read => read?,
    };
    let panes = match config.panes.len() {
        1 => "1 pane".to_owned(),
        count => format!("{count} panes"),
    };
    print(&format!("{}: ok, {panes}\n", path.display()))?;
    Ok(Status::DONE)
}
