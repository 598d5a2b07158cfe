//! `record`: a command in this terminal, recorded, as by script(1).
//!
//! Owns what is recorded and under which name. The way of the bytes is the relay's, the files are
//! `record`'s; there is no session, no pane and no server.

use std::{path::PathBuf, time::Instant};

use super::{
    arguments::Record,
    failure::CliError,
    output::tell,
    place,
    relay::{Event, RelayError, RelayOptions, Tty, relay},
    status::Status,
};
use crate::{
    pane::{exit_of, exit_word},
    record::{
        About, Format, Lost, OpenError, OpenMode, Recording, RecordingError, Sight, slug,
        timing_path,
    },
};

/// What is recorded in place of input that the terminal does not show.
const MASK: &[u8] = b"***";

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
    let mut recorder = Recorder {
        recording,
        command: &words,
        term: term.map_or("", String::as_str),
        input: arguments.input.then(Typed::default),
        seen: None,
    };
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
    if let Some(Lost { bytes, error }) = recorder.recording.close() {
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

/// What becomes of a relay's events.
struct Recorder<'a> {
    recording: Recording,
    command: &'a str,
    term: &'a str,
    /// `None` when input is not recorded.
    input: Option<Typed>,
    /// The sight that was recorded last, if there was no output since.
    seen: Option<Sight>,
}

impl Recorder<'_> {
    fn take(&mut self, now: Instant, event: Event) {
        let recording = &mut self.recording;
        match event {
            Event::Started(size) => recording.begin(
                now,
                &About {
                    size,
                    command: self.command,
                    term: self.term,
                },
            ),
            Event::Output(bytes) => {
                recording.output(now, bytes);
                // The next look is recorded even if it sees the same: rules act on that somebody looked.
                self.seen = None;
            }
            Event::Input(bytes, tty) => {
                if let Some(typed) = &mut self.input {
                    typed.take(bytes, is_hidden(&tty), |bytes| recording.input(now, bytes));
                }
            }
            Event::Still(tty) => {
                if let Some(sight) = tty
                    .sight()
                    .filter(|sight| self.seen.as_ref() != Some(sight))
                {
                    recording.sight(now, &sight);
                    self.seen = Some(sight);
                }
            }
            Event::Resized(size) => recording.resize(now, size),
            Event::Exited(exit) => {
                recording.mark(now, &exit_word(&exit_of(exit)));
                recording.exit(now, i32::from(Status::of_exit(exit).0));
            }
        }
    }
}

/// Returns whether what is typed now is a secret: the terminal reads a line that it does not show. One
/// whose settings cannot be had counts as such.
pub(super) fn is_hidden(tty: &Tty) -> bool {
    tty.state().is_none_or(|tty| !tty.echo && tty.canonical)
}

/// Input on its way to the recording.
#[derive(Debug, Default)]
pub(super) struct Typed {
    /// A hidden line has begun, for which the mask was written.
    masked: bool,
}

impl Typed {
    /// Hands out input, or in place of a hidden line, however it is typed, one mask and the line's end.
    pub(super) fn take(&mut self, bytes: &[u8], hidden: bool, mut release: impl FnMut(&[u8])) {
        if !hidden {
            self.masked = false;
            return release(bytes);
        }
        if !self.masked {
            release(MASK);
        }
        // What follows within the same bytes was typed blindly, too.
        self.masked = !matches!(bytes.last(), Some(b'\r' | b'\n'));
        if !self.masked {
            release(b"\r");
        }
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

    #[test]
    fn a_hidden_line_is_one_mask_however_it_is_typed() {
        let mut typed = Typed::default();
        let mut recorded = Vec::new();
        for (bytes, hidden) in [
            (&b"roo"[..], false),
            (b"t\r", false),
            (b"hun", true),
            (b"t", true),
            (b"er2\r", true),
            (b"again\rls\r", true),
            (b"half", true),
            (b"ls\r", false),
        ] {
            typed.take(bytes, hidden, |bytes| recorded.extend_from_slice(bytes));
        }
        let recorded = String::from_utf8(recorded).unwrap();
        assert_eq!(recorded, "root\r***\r***\r***ls\r");
    }
}
