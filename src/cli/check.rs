//! `check`: whether a config file is right.

use super::{
    arguments::Check, failure::CliError, launch::check_config, output::print, status::Status,
};

/// Checks a config file.
pub fn check(arguments: &Check) -> Result<Status, CliError> {
    let (path, panes) = check_config(arguments.config.as_deref())?;
    let panes = match panes {
        1 => "1 pane".to_owned(),
        several => format!("{several} panes"),
    };
    print(&format!("{}: ok, {panes}\n", path.display()))?;
    Ok(Status::DONE)
}
