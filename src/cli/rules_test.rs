//! `rules test`: a recording replayed through a pane's rules, what they would do printed a line each,
//! and compared with a golden file.
//!
//! Owns whose rules are tested and the form of the lines, which are the same on every machine. The
//! replay is the pane's (`pane::Rehearsal`).

use std::{
    fs::{self, File},
    io::{self, BufReader},
    path::Path,
};

use similar::TextDiff;

use super::{
    arguments::RulesTest,
    failure::CliError,
    launch,
    output::{json_line, print, printable, tell},
    status::Status,
};
use crate::{
    expect::{Answer, EchoWanted, RuleSpec},
    pane::{PaneSpec, Rehearsal, Told},
    record::{Header, Reader},
    screen::is_bidirectional_control,
};

/// The session of panes whose config names none: the folder's name is another one elsewhere.
const SESSION: &str = "main";

/// Prints what the rules of a pane would do in a recording.
pub fn test(arguments: &RulesTest) -> Result<Status, CliError> {
    let path = &arguments.cast;
    let mut reader = open(path)?;
    let (pane, session) = chosen(arguments, reader.header())?;
    let asks_for_tty = pane.rules.iter().any(depends_on_tty);
    if pane.rules.is_empty() {
        tell(&format!("pane '{}' has no rules", pane.name));
    }
    let replayed = replay(&mut reader, pane, &session)?;

    let mut text = String::new();
    for told in &replayed.told {
        text += &match arguments.json {
            true => json_line(told)?,
            false => line(told),
        };
    }
    let agreed = match &arguments.golden {
        None => {
            print(&text)?;
            true
        }
        Some(golden) if arguments.bless && replayed.fault.is_none() => {
            write(golden, &text)?;
            tell(&format!(
                "wrote '{}': {} decisions",
                golden.display(),
                replayed.told.len()
            ));
            true
        }
        Some(golden) => compare(golden, &text)?,
    };
    if asks_for_tty && !replayed.sighted {
        tell(&format!(
            "'{}' does not tell of its tty, as recordings of other programs: whether it echoed and who read it counted as unknown, and no secret passed",
            path.display()
        ));
    }
    if reader.is_torn() {
        tell(&format!(
            "'{}' ends in the middle of an event; everything before it was replayed",
            path.display()
        ));
    }
    match replayed.fault {
        Some(fault) => Err(unreadable(path, &fault)),
        None if agreed => Ok(Status::DONE),
        None => Ok(Status::FAILED),
    }
}

/// A recording that was replayed.
pub struct Replayed {
    /// What was decided.
    pub told: Vec<Told>,
    /// The recording told something of its tty.
    pub sighted: bool,
    /// Why it could not be read to its end.
    pub fault: Option<String>,
}

/// Opens a recording.
pub fn open(path: &Path) -> Result<Reader<BufReader<File>>, CliError> {
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    Reader::new(BufReader::new(file)).map_err(|error| unreadable(path, &error))
}

/// Replays a recording through the rules of a pane, as far as it can be read.
pub fn replay(
    reader: &mut Reader<impl io::BufRead>,
    pane: PaneSpec,
    session: &str,
) -> Result<Replayed, CliError> {
    let rehearsal = Rehearsal::new(pane, session, reader.header().size);
    let mut rehearsal = rehearsal.map_err(|failure| CliError::Failed(failure.message))?;
    let mut told = Vec::new();
    let fault = loop {
        match reader.next_event() {
            Ok(Some(event)) => told.extend(rehearsal.take(&event)),
            Ok(None) => break None,
            Err(error) => break Some(error.to_string()),
        }
    };
    let sighted = rehearsal.is_sighted();
    // Of what comes after a fault nothing is known, not even that nothing came.
    if fault.is_none() {
        told.extend(rehearsal.finish());
    }
    Ok(Replayed {
        told,
        sighted,
        fault,
    })
}

/// Returns the pane whose rules are to be tested, and the name of its session.
fn chosen(arguments: &RulesTest, header: &Header) -> Result<(PaneSpec, String), CliError> {
    if let Some(rules) = &arguments.rules {
        let mut panes = launch::command_panes(&[vec!["test".to_owned()]], None)?;
        launch::watch(&mut panes, rules)?;
        return Ok((panes.remove(0), SESSION.to_owned()));
    }
    if arguments.config.is_none() && !launch::has_config() {
        return Err(CliError::Failed(
            "there is no muxpect.toml here to take rules from; name a file of rules with --rules FILE, or a config with -c FILE"
                .to_owned(),
        ));
    }
    let (path, config) = launch::read_config(arguments.config.as_deref())?;
    let session = config.name.unwrap_or_else(|| SESSION.to_owned());
    let index = choose(&config.panes, arguments.pane.as_deref(), header).map_err(|why| {
        let names: Vec<&str> = config.panes.iter().map(|pane| &*pane.name).collect();
        let path = path.display();
        CliError::Usage(match names.is_empty() {
            true => format!("'{path}' has no panes; name its rulesets by --rules {path}"),
            false => format!("{why}; choose one of {} with --pane", names.join(", ")),
        })
    })?;
    let mut panes = config.panes;
    Ok((panes.swap_remove(index), session))
}

/// Returns which pane is meant: the named one, else the one that runs what was recorded, else the only
/// one with rules.
fn choose(panes: &[PaneSpec], name: Option<&str>, header: &Header) -> Result<usize, String> {
    let only = |wanted: &dyn Fn(&PaneSpec) -> bool| {
        let mut found = (0..panes.len()).filter(|&index| wanted(&panes[index]));
        found.next().filter(|_| found.next().is_none())
    };
    if let Some(name) = name {
        let found = only(&|pane| pane.name == name);
        return found.ok_or_else(|| format!("there is no pane '{name}'"));
    }
    let recorded = header.command.as_deref();
    only(&|pane| recorded.is_some_and(|recorded| is_command(pane, recorded)))
        .or_else(|| only(&|pane| !pane.rules.is_empty()))
        .ok_or_else(|| "several panes have rules, and none alone runs what was recorded".to_owned())
}

/// Returns whether a pane runs a command, written as recordings of panes or of `record` have it.
fn is_command(pane: &PaneSpec, recorded: &str) -> bool {
    let words = pane.command.iter().map(String::as_str);
    pane.command.join(" ") == recorded
        || shlex::try_join(words).is_ok_and(|quoted| quoted == recorded)
}

/// Returns whether what a rule does depends on more than text and time.
fn depends_on_tty(rule: &RuleSpec) -> bool {
    rule.echo != EchoWanted::Any
        || !rule.foreground.is_empty()
        || matches!(rule.answer, Answer::Secret(_))
}

/// Returns a decision as a line: `TIME  RULESET/RULE  OUTCOME  answer "…"  prompt "…"  (reason)`.
pub fn line(told: &Told) -> String {
    let mut line = format!(
        "{:>5}.{:03}  {}  {}",
        told.at_ms / 1000,
        told.at_ms % 1000,
        told.rule,
        told.outcome
    );
    let answers = told.answer.iter().map(|text| ("answer", text));
    let suggestions = told.suggestion.iter().map(|text| ("suggests", text));
    let deeds = told.deeds.iter().map(|text| ("do", text));
    let prompt = std::iter::once(("prompt", &told.prompt)).filter(|(_, text)| !text.is_empty());
    for (word, text) in answers.chain(suggestions).chain(deeds).chain(prompt) {
        line += &format!("  {word} {}", quoted(text));
    }
    line += &format!("  ({})\n", escaped(&told.reason, false));
    line
}

/// Returns text in quotes, with everything escaped that a terminal could act on.
fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text, true))
}

fn escaped(text: &str, quotes: bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '\\' if quotes => escaped.extend(['\\', c]),
            c if c.is_control() || is_bidirectional_control(c) => {
                escaped.extend(c.escape_default())
            }
            c => escaped.push(c),
        }
    }
    escaped
}

/// Compares what is printed with a golden file, and prints the difference.
fn compare(golden: &Path, text: &str) -> Result<bool, CliError> {
    let wanted = fs::read_to_string(golden).map_err(|error| {
        CliError::Failed(format!(
            "'{}' cannot be read: {error}; write it with --bless",
            golden.display()
        ))
    })?;
    if wanted == text {
        return Ok(true);
    }
    let name = golden.display().to_string();
    let difference = TextDiff::from_lines(wanted.as_str(), text)
        .unified_diff()
        .header(&name, "what the rules do now")
        .to_string();
    print(&printable(&difference))?;
    tell(&format!(
        "the rules do not do what '{name}' says; if they are right, write it anew with --bless"
    ));
    Ok(false)
}

fn write(golden: &Path, text: &str) -> Result<(), CliError> {
    fs::write(golden, text).map_err(|error| {
        CliError::Failed(format!(
            "'{}' cannot be written: {error}; name another file",
            golden.display()
        ))
    })
}

pub fn unreadable(path: &Path, error: &dyn std::fmt::Display) -> CliError {
    CliError::Failed(format!(
        "the recording '{}' cannot be read: {error}",
        path.display()
    ))
}
