//! `completions`: what a shell needs to complete command lines, made from the words of the command
//! line themselves.

use clap::CommandFactory;

use super::{
    arguments::{Arguments, Completions},
    failure::CliError,
    output::print,
    status::Status,
};

/// Prints the completions for a shell.
pub fn completions(arguments: &Completions) -> Result<Status, CliError> {
    let mut text = Vec::new();
    let mut command = Arguments::command();
    clap_complete::generate(arguments.shell, &mut command, "muxpect", &mut text);
    print(&String::from_utf8_lossy(&text))?;
    Ok(Status::DONE)
}
