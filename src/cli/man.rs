//! `man`: manual pages in roff, made from the help of the command line. A verb's page is called
//! `muxpect-VERB`.

use std::{fs, io, path::Path};

use clap::{Command, CommandFactory};

use super::{
    arguments::{Arguments, Man},
    failure::CliError,
    output::print,
    status::Status,
};

/// Prints a page, or writes all of them.
pub fn man(arguments: &Man) -> Result<Status, CliError> {
    let mut pages = Vec::new();
    collect(&command(), "muxpect", &mut pages);
    match &arguments.dir {
        Some(folder) => write_all(&pages, folder)?,
        None => {
            let name = ["muxpect"]
                .into_iter()
                .chain(arguments.verb.iter().map(String::as_str));
            let name = name.collect::<Vec<_>>().join("-");
            let page = pages.iter().find(|page| page.name == name);
            let page = page.ok_or_else(|| {
                CliError::Usage(format!(
                    "there is no verb '{}'; 'muxpect --help' lists the verbs",
                    arguments.verb.join(" ")
                ))
            })?;
            print(&page.text().map_err(CliError::Output)?)?;
        }
    }
    Ok(Status::DONE)
}

/// A page, of `name(1)`.
struct Page {
    name: String,
    command: Command,
}

impl Page {
    fn text(&self) -> io::Result<String> {
        let mut text = Vec::new();
        clap_mangen::Man::new(self.command.clone()).render(&mut text)?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }
}

/// Returns the words of the command line, each verb knowing its full name and what it takes from
/// muxpect itself.
fn command() -> Command {
    let mut command = Arguments::command().disable_help_subcommand(true);
    command.build();
    command
}

/// Adds the page of a command and of those below it that help shows.
fn collect(command: &Command, name: &str, pages: &mut Vec<Page>) {
    let name = name.to_owned();
    for verb in command.get_subcommands().filter(|verb| !verb.is_hide_set()) {
        collect(verb, &format!("{name}-{}", verb.get_name()), pages);
    }
    let command = command.clone();
    pages.push(Page { name, command });
}

fn write_all(pages: &[Page], folder: &Path) -> Result<(), CliError> {
    let failed = |what: &Path, error: io::Error| {
        CliError::Failed(format!(
            "{} cannot be written: {error}; choose another folder with --dir",
            what.display()
        ))
    };
    fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    for page in pages {
        let path = folder.join(format!("{}.1", page.name));
        let written = page.text().and_then(|text| fs::write(&path, text));
        written.map_err(|error| failed(&path, error))?;
    }
    print(&format!("{} pages in {}\n", pages.len(), folder.display()))
}
