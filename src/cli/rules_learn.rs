//! `rules learn`: a command run by hand once, recorded, and made a ruleset of.
//!
//! Owns the recording, the files, and the proof that the rules do in the recording what was done by
//! hand. What is learned from it is `learn`'s.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::Value;
use tempfile::NamedTempFile;

use super::{
    arguments::RulesLearn,
    failure::CliError,
    launch,
    output::{print, tell},
    place,
    record::{default_name, not_relayed, refusal},
    recorder::{Inputs, Recorder},
    relay::{RelayOptions, relay},
    rules_test::{open, replay, unreadable},
    status::Status,
};
use crate::{
    config,
    learn::{self, About, Exchange, Learned, Learner},
    pane::{self, Told},
    record::{Format, Lost, OpenMode, Recording},
};

/// How much sooner than a person's answer a rule's may come and be told as later, by rounding.
const ROUNDING: Duration = Duration::from_millis(1);

/// Learns rules from what is typed to a command, or was typed in a recording.
pub async fn learn(arguments: &RulesLearn) -> Result<Status, CliError> {
    if let Some(output) = arguments.output.as_deref().filter(|output| output.exists()) {
        return Err(exists(output));
    }
    let path = match (&arguments.cast, &arguments.output) {
        (Some(cast), _) => cast.clone(),
        (None, Some(output)) => output.with_extension("cast"),
        (None, None) => default_name(&arguments.command, Format::Asciicast),
    };
    let mut status = Status::DONE;
    if !arguments.command.is_empty() {
        tell(&format!(
            "recording what you type into '{}', but for what is not shown",
            path.display()
        ));
        status = record(&path, &arguments.command).await?;
        if !path.exists() {
            return Ok(status);
        }
    }
    let (known, learned) = study(&path, &arguments.command)?;
    if !learned.has_input {
        return Err(CliError::Failed(format!(
            "'{}' has no input to learn from; record with 'muxpect record --input', or give a command to run",
            path.display()
        )));
    }
    if !arguments.command.is_empty() {
        conceal(&path, &learned)?;
    }
    let text = learn::ruleset(
        &About {
            name: ruleset_name(arguments.output.as_deref()).unwrap_or(&known.program),
            command: &known.command,
            recording: &path.display().to_string(),
        },
        &learned,
    );
    match &arguments.output {
        Some(output) => write_new(output, &text)?,
        None => print(&text)?,
    }
    report(&path, &text, &learned, arguments.output.as_deref())?;
    Ok(status)
}

/// What is known of a recording's command.
struct Known {
    program: String,
    command: String,
}

/// Returns a ruleset's name after its file.
fn ruleset_name(output: Option<&Path>) -> Option<&str> {
    let name = output?.file_stem()?.to_str()?;
    pane::is_pane_name(name).then_some(name)
}

/// Learns from a recording, as far as it can be read.
fn study(path: &Path, command: &[String]) -> Result<(Known, Learned), CliError> {
    let mut reader = open(path)?;
    let recorded = reader.header().command.clone().unwrap_or_default();
    let program = match command.first() {
        Some(program) => program.clone(),
        None => recorded.split(' ').next().unwrap_or_default().to_owned(),
    };
    let mut learner = Learner::new(reader.header().size);
    loop {
        match reader.next_event() {
            Ok(Some(event)) => learner.take(&event),
            Ok(None) => break,
            Err(error) => {
                tell(&unreadable(path, &error).to_string());
                break;
            }
        }
    }
    let known = Known {
        program: pane::program_name(&program),
        command: recorded,
    };
    Ok((known, learner.finish()))
}

/// Says what the rules do in the recording that they come from.
fn report(
    path: &Path,
    text: &str,
    learned: &Learned,
    output: Option<&Path>,
) -> Result<(), CliError> {
    let environment = place::environment()?;
    let file = output.unwrap_or(Path::new("learned.toml"));
    let config = config::parse(text, file, &environment)
        .map_err(|errors| CliError::Config(config::LoadError::Invalid(errors)))?;
    let mut pane = launch::command_panes(&[vec!["test".to_owned()]], None)?.remove(0);
    pane.rules = config.rules();
    let mut reader = open(path)?;
    let replayed = replay(&mut reader, pane, "main")?;
    let same = agreeing(&learned.exchanges, &replayed.told);
    let rules = config.rules().len();
    let left_out = match learned.skipped.len() {
        0 => "",
        _ => "; what is left out stands at the end",
    };
    tell(&format!(
        "learned {rules} rules; in '{}' they do what you did at {same} of {} prompts{left_out}",
        path.display(),
        learned.exchanges.len()
    ));
    Ok(())
}

/// Returns at how many prompts rules did what was done by hand. What was not shown must be asked for.
fn agreeing(exchanges: &[Exchange], told: &[Told]) -> usize {
    let milliseconds = |at: Duration| u64::try_from(at.as_millis()).unwrap_or(u64::MAX);
    let mut since = 0;
    let mut count = 0;
    for exchange in exchanges {
        let until = milliseconds(exchange.at.saturating_add(ROUNDING));
        let wanted = exchange.answer();
        let mut meanwhile = told
            .iter()
            .filter(|told| (since..=until).contains(&told.at_ms));
        count += usize::from(meanwhile.any(|told| match &wanted {
            Some(answer) => told.outcome == "fired" && told.answer.as_ref() == Some(answer),
            None => told.outcome == "asked",
        }));
        since = milliseconds(exchange.at);
    }
    count
}

/// Runs a command in this terminal and records it with its input. Without a child there is no
/// recording.
async fn record(path: &Path, command: &[String]) -> Result<Status, CliError> {
    let environment = place::environment()?;
    let recording = Recording::open(path, Format::Asciicast, OpenMode::Refuse).map_err(refusal)?;
    let words = shlex::try_join(command.iter().map(String::as_str));
    let words = words.unwrap_or_else(|_| command.join(" "));
    let term = environment.variables.get("TERM");
    let term = term.map_or("", String::as_str);
    let mut recorder = Recorder::new(recording, &words, term, Inputs::KeptWithSights);
    let options = RelayOptions {
        command,
        cwd: &environment.cwd,
        environment: &environment.variables,
        escape: None,
    };
    let relayed = relay(&options, |now, event| recorder.take(now, event)).await;
    let lost = recorder.close();
    match (relayed, lost) {
        (Ok(_), Some(Lost { bytes, error })) => Err(CliError::Failed(format!(
            "{bytes} bytes of the recording '{}' are lost{}; nothing is learned from it",
            path.display(),
            error.map(|error| format!(": {error}")).unwrap_or_default()
        ))),
        (Ok(relayed), None) => Ok(relayed.status),
        (Err(error), _) => {
            // Nothing is in it. If it cannot be removed, it stays.
            let _ = fs::remove_file(path);
            not_relayed(error)
        }
    }
}

/// Takes out of a recording of ours what turned out not to have been shown, as where a program reads a
/// password key by key.
fn conceal(path: &Path, learned: &Learned) -> Result<(), CliError> {
    if learned.hidden.is_empty() {
        return Ok(());
    }
    let failed = |error: std::io::Error| {
        CliError::Failed(format!(
            "what was typed without being shown cannot be taken out of '{}': {error}; remove that file",
            path.display()
        ))
    };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut copy = NamedTempFile::new_in(folder).map_err(failed)?;
    let mut inputs = 0;
    for line in BufReader::new(File::open(path).map_err(failed)?).split(b'\n') {
        let mut line = line.map_err(failed)?;
        if let Ok(Value::Array(mut event)) = serde_json::from_slice::<Value>(&line)
            && let [_, Value::String(code), Value::String(text)] = event.as_mut_slice()
            && code == "i"
        {
            if learned.hidden.iter().any(|hidden| hidden.contains(&inputs)) {
                *text = text
                    .chars()
                    .map(|c| if c.is_control() { c } else { '*' })
                    .collect();
                line = Value::Array(event).to_string().into_bytes();
            }
            inputs += 1;
        }
        line.push(b'\n');
        copy.write_all(&line).map_err(failed)?;
    }
    copy.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

fn write_new(path: &PathBuf, text: &str) -> Result<(), CliError> {
    let file = File::create_new(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => exists(path),
            _ => CliError::Failed(format!(
                "'{}' cannot be written: {error}; name another file with -o",
                path.display()
            )),
        })
}

fn exists(path: &Path) -> CliError {
    CliError::Failed(format!(
        "'{}' exists; name another file with -o",
        path.display()
    ))
}
