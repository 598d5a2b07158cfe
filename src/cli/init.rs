//! `init`: a `muxpect.toml` to begin with.

use std::{
    fs::OpenOptions,
    io::{self, Write},
};

use super::{failure::CliError, output::print, place::CONFIG_FILE, status::Status};

/// The file: small, of sh alone, and about the three uses of the program.
const STARTER: &str = include_str!("../../assets/starter.toml");

/// Writes the file, unless there is one.
pub fn init() -> Result<Status, CliError> {
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(CONFIG_FILE);
    let written = file.and_then(|mut file| file.write_all(STARTER.as_bytes()));
    written.map_err(|error| {
        CliError::Failed(match error.kind() {
            io::ErrorKind::AlreadyExists => format!(
                "{CONFIG_FILE} is there already and stays as it is; edit it, or move it away first"
            ),
            _ => format!("{CONFIG_FILE} cannot be written here: {error}; go to another folder"),
        })
    })?;
    print(&format!(
        "wrote {CONFIG_FILE}; edit it, look at it with 'muxpect check', and start it with 'muxpect'\n"
    ))?;
    Ok(Status::DONE)
}
