//! `record`: a command in this terminal, recorded, as by script(1).
//!
//! Owns under which name it is recorded, and what is said of it. What is recorded is the matter of
//! `recorder`, the way of the bytes the relay's, the files are the room `record`'s; there is no
//! session, no pane and no server.

use std::path::PathBuf;

use super::{
    arguments::Record,
    failure::CliError,
    output::tell,
    place,
    recorder::{Inputs, Recorder},
    relay::{RelayError, RelayOptions, relay},
    status::Status,
};
use crate::record::{
    Format, Lost, OpenError, OpenMode, Recording, RecordingError, slug, timing_path,
};

/// Runs a command in this terminal, records it, and exits as it did.
pub async fn record(arguments: &Record) -> Result<Status, CliError> {
    let environment = place::environment()?;
    let command = match arguments.command.as_slice() {
        [] => vec![environment.shell.clone()],
        command => command.to_vec(),
    };
    let (format, mode) = (format(arguments), mode(arguments));
    let path = match &arguments.file {
        Some(file) => file.clone(),
        None => default_name(&command, format),
    };
    let recording = Recording::open(&path, format, mode).map_err(refusal)?;
    if recording.was_torn() {
        tell(&format!(
            "the last line of '{}' was torn and has been cut off; everything before it is kept",
            path.display()
        ));
    }
    let words = command.iter().map(String::as_str);
    let words = shlex::try_join(words).unwrap_or_else(|_| command.join(" "));
    let term = environment.variables.get("TERM");
    let inputs = match arguments.input {
        true => Inputs::Kept,
        false => Inputs::LeftOut,
    };
    let term = term.map_or("", String::as_str);
    let mut recorder = Recorder::new(recording, &words, term, inputs);
    if !arguments.quiet {
        tell(&format!("recording into '{}'", path.display()));
    }
    let options = RelayOptions {
        command: &command,
        cwd: &environment.cwd,
        environment: &environment.variables,
        escape: arguments.escape,
    };
    let relayed = relay(&options, |now, event| recorder.take(now, event)).await;
    let relayed = match relayed {
        Ok(relayed) => relayed,
        Err(error) => {
            drop(recorder);
            if mode == OpenMode::Refuse {
                // Nothing is in the files that were made just now. One that cannot be removed stays.
                let _ = std::fs::remove_file(&path);
                if format == Format::Typescript {
                    let _ = std::fs::remove_file(timing_path(&path));
                }
            }
            return not_relayed(error);
        }
    };
    if let Some(Lost { bytes, error }) = recorder.close() {
        let why = error.map(|error| format!(": {error}")).unwrap_or_default();
        tell(&format!("{bytes} bytes of the recording are lost{why}"));
    }
    if relayed.unprinted > 0 {
        tell(&format!(
            "{} bytes could not be written to standard output; the recording has them",
            relayed.unprinted
        ));
    }
    if !arguments.quiet {
        tell(&format!("recorded '{}'", path.display()));
    }
    Ok(relayed.status)
}

fn format(arguments: &Record) -> Format {
    match arguments.typescript {
        true => Format::Typescript,
        false => Format::Asciicast,
    }
}

fn mode(arguments: &Record) -> OpenMode {
    match (arguments.append, arguments.force) {
        (true, _) => OpenMode::Append,
        (_, true) => OpenMode::Truncate,
        _ => OpenMode::Refuse,
    }
}

/// Returns a file name made from the command's.
pub(super) fn default_name(command: &[String], format: Format) -> PathBuf {
    let program = command.first().map(PathBuf::from).unwrap_or_default();
    let name = program.file_name().unwrap_or_default().to_string_lossy();
    let ending = match format {
        Format::Asciicast => "cast",
        Format::Typescript => "typescript",
    };
    PathBuf::from(format!("{}.{ending}", slug(&name)))
}

pub(super) fn refusal(error: RecordingError) -> CliError {
    match error {
        RecordingError::Open(OpenError::Exists(path)) if path.is_dir() => CliError::Failed(
            format!("'{}' is a folder; name a file in it", path.display()),
        ),
        RecordingError::Open(OpenError::Exists(path)) => CliError::Failed(format!(
            "'{}' exists; append to it with -a, overwrite it with --force, or name another file",
            path.display()
        )),
        other => CliError::Failed(other.to_string()),
    }
}

/// Returns how a command that could not be run ends this process.
pub(super) fn not_relayed(error: RelayError) -> Result<Status, CliError> {
    match error {
        RelayError::Spawn(error) => {
            tell(&error.to_string());
            Ok(Status::NOT_STARTED)
        }
        RelayError::Terminal(error) => Err(CliError::Failed(format!(
            "the terminal cannot be used: {error}; run this in another one"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_is_named_after_its_command() {
        let check = |command: &str, format, expected: &str| {
            let command = [command.to_owned(), "-x".to_owned()];
            assert_eq!(default_name(&command, format), PathBuf::from(expected));
        };
        check("ls", Format::Asciicast, "ls.cast");
        check("/usr/bin/make", Format::Typescript, "make.typescript");
        check("./a b.sh", Format::Asciicast, "a-b.sh.cast");
        check("..", Format::Asciicast, "_.cast");
    }
}
