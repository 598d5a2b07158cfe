//! What a rule does: its one answer, and `do`.

use std::collections::BTreeMap;

use crate::{
    expect::{Answer, Deed, Sequence},
    keys::Key,
    pane::is_pane_name,
};

use super::{
    entry::{Entry, Placed, without_nul},
    error::Problems,
    rule::Scope,
    schema::nearest,
    section::Section,
    value::{self, shown},
};

/// The keys of which a rule has one at most.
pub(super) const ANSWERS: &[&str] = &["send", "keys", "sequence", "secret", "eof", "signal"];

/// The keys of `sequence` that are no answers.
const OF_SEQUENCE: &[&str] = &["by", "default"];

/// The words of `do`, with what they are called in full.
const DEEDS: &[(&str, &str)] = &[
    ("ask", "ask"),
    ("notify", "notify:TEXT"),
    ("focus", "focus"),
    ("log", "log:TEXT"),
    ("arm", "arm:PANE"),
    ("disarm", "disarm"),
    ("restart", "restart"),
    ("terminate", "terminate"),
    ("run", "run:COMMAND"),
];

/// Reads what a rule, or every rule of a ruleset, answers.
pub(super) fn read_answer(
    section: &Section<'_>,
    scope: &Scope<'_>,
    problems: &mut Problems,
) -> Option<Answer> {
    let entries = section.present(ANSWERS);
    let entry = entries.first()?;
    for other in &entries[1..] {
        let message = format!(
            "there can be one answer, and '{}' is there already; remove '{}'",
            entry.key(),
            other.key()
        );
        problems.add(other.place(), message);
    }
    match entry.key() {
        "send" => {
            let texts = entry.string_or_strings(problems)?;
            if texts.is_empty() {
                entry.refuse(
                    problems,
                    "'send' needs at least one text; \"\" sends Enter alone",
                );
            }
            let texts = texts.iter().map(|text| text.value.to_owned());
            Some(Answer::Send(texts.collect()))
        }
        "keys" => read_keys(*entry, problems).map(Answer::Keys),
        "sequence" => read_sequence(*entry, problems).map(Answer::Sequence),
        "secret" => {
            let name = entry.parsed(problems, |name| scope.secret(name))?;
            Some(Answer::Secret(name))
        }
        "eof" => match entry.boolean(problems)? {
            true => Some(Answer::Eof),
            false => {
                entry.refuse(problems, "'eof' is true or absent; remove it");
                None
            }
        },
        _ => entry.parsed(problems, value::signal).map(Answer::Signal),
    }
}

/// Reads a list of key names, at least one.
pub(super) fn read_keys(entry: Entry<'_>, problems: &mut Problems) -> Option<Vec<Key>> {
    let names = entry.strings(problems)?;
    if names.is_empty() {
        entry.refuse(problems, "'keys' needs at least one key, such as \"Enter\"");
    }
    let mut keys = Vec::new();
    for name in &names {
        match name.value.parse() {
            Ok(key) => keys.push(key),
            Err(_) => problems.add(
                name.place.clone(),
                format!(
                    "{} is not a key; write a name such as \"a\", \"C-c\", \"Enter\" or \"Up\"",
                    shown(name.value)
                ),
            ),
        }
    }
    (keys.len() == names.len()).then_some(keys)
}

/// Reads answers of which a text that matched chooses one.
fn read_sequence(entry: Entry<'_>, problems: &mut Problems) -> Option<Sequence> {
    let mut answers = BTreeMap::new();
    let count = problems.count();
    for (name, text) in entry.string_table(problems)? {
        if OF_SEQUENCE.contains(&name.value) {
            continue;
        }
        // What is compared has no blanks around it.
        let trimmed = name.value.trim().to_owned();
        if answers.insert(trimmed, text.value.to_owned()).is_some() {
            let message = format!(
                "{} is there already, but for blanks; keep one of the two",
                shown(name.value)
            );
            problems.add(name.place, message);
        }
    }
    if problems.count() > count {
        return None;
    }
    if answers.is_empty() {
        entry.refuse(
            problems,
            "'sequence' needs at least one answer, such as { by = \"{1}\", NAME = \"answer\" }",
        );
        return None;
    }
    let Some(by) = entry.member("by") else {
        let message = "'sequence' needs 'by', which chooses the answer, such as by = \"{1}\"";
        entry.refuse(problems, message);
        return None;
    };
    let text = by.as_str()?;
    if !has_names(text) {
        let message = format!(
            "'by' is always {}; name a group of the pattern, such as by = \"{{1}}\"",
            shown(text)
        );
        by.refuse(problems, message);
        return None;
    }
    let default = entry.member("default").and_then(|entry| entry.as_str());
    Some(Sequence {
        by: text.to_owned(),
        answers,
        default: default.map(str::to_owned),
    })
}

/// Returns whether a template has anything to fill in.
fn has_names(template: &str) -> bool {
    template.replace("{{", "").contains('{')
}

/// Reads what a rule does besides answering.
pub(super) fn read_deeds(
    entry: Entry<'_>,
    scope: &Scope<'_>,
    problems: &mut Problems,
) -> Option<Vec<Placed<Deed>>> {
    let texts = entry.strings(problems)?;
    let mut deeds: Vec<Placed<Deed>> = Vec::new();
    let mut sound = true;
    for Placed { value: text, place } in texts {
        if !without_nul(text, place.clone(), problems) {
            sound = false;
            continue;
        }
        match read_deed(text, scope) {
            Ok(value) => deeds.push(Placed { value, place }),
            Err(message) => {
                sound = false;
                problems.add(place, message);
            }
        }
    }
    let ends = |deed: &&Placed<Deed>| matches!(deed.value, Deed::Restart | Deed::Terminate);
    let mut ends = deeds.iter().filter(ends);
    if let (Some(first), Some(second)) = (ends.next(), ends.next()) {
        let message = if first.value == second.value {
            "this is there already; remove it"
        } else {
            "a child is restarted or terminated, not both; remove one"
        };
        problems.add(second.place.clone(), message);
    }
    sound.then_some(deeds)
}

fn read_deed(text: &str, scope: &Scope<'_>) -> Result<Deed, String> {
    let (word, argument) = match text.split_once(':') {
        Some((word, argument)) => (word, Some(argument)),
        None => (text, None),
    };
    let argument = argument.filter(|argument| !argument.trim().is_empty());
    match (word, argument) {
        ("notify", Some(text)) => Ok(Deed::Notify(text.to_owned())),
        ("notify" | "log", None) => Err(format!("'{word}' needs a text; write \"{word}:TEXT\"")),
        ("log", Some(text)) => Ok(Deed::Log(text.to_owned())),
        ("arm", Some(pane)) if is_pane_name(pane) => Ok(Deed::Arm(pane.to_owned())),
        ("arm", Some(pane)) => Err(format!(
            "{} cannot name a pane; write \"arm:PANE\"",
            shown(pane)
        )),
        ("arm", None) => Err("'arm' needs the name of a pane; write \"arm:PANE\"".to_owned()),
        ("run", argument) => read_run(argument, scope),
        ("ask" | "focus" | "disarm" | "restart" | "terminate", _) if text != word => {
            Err(format!("'{word}' is for this pane alone; write \"{word}\""))
        }
        ("ask", _) => Ok(Deed::Ask),
        ("focus", _) => Ok(Deed::Focus),
        ("disarm", _) => Ok(Deed::Disarm),
        ("restart", _) => Ok(Deed::Restart),
        ("terminate", _) => Ok(Deed::Terminate),
        (other, _) => {
            let hint = match nearest(other, DEEDS.iter().copied()) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => {
                    let words: Vec<_> = DEEDS.iter().map(|(_, full)| *full).collect();
                    format!("it knows {}", words.join(", "))
                }
            };
            Err(format!(
                "{} is nothing that a rule can do; {hint}",
                shown(text)
            ))
        }
    }
}

/// Reads a command: split into words as a shell does, but run without one.
fn read_run(command: Option<&str>, scope: &Scope<'_>) -> Result<Deed, String> {
    let Some(command) = command else {
        return Err("'run' needs a command; write \"run:PROGRAM ARGUMENT\"".to_owned());
    };
    if !scope.allow_run {
        return Err(
            "rules may run commands only if the session allows it; add allow_run = true to [session]"
                .to_owned(),
        );
    }
    let words = shlex::split(command).ok_or_else(|| {
        format!(
            "{} has a quote that is not closed; close it, or put a backslash before it",
            shown(command)
        )
    })?;
    match words.first() {
        None => Err("'run' names no program; write \"run:PROGRAM ARGUMENT\"".to_owned()),
        Some(program) if program.is_empty() => {
            Err("'run' names no program; write \"run:PROGRAM ARGUMENT\"".to_owned())
        }
        // Else the output of a child could choose what is run.
        Some(program) if has_names(program) => Err(format!(
            "{} cannot be the program of 'run', which is fixed; only its arguments may hold {{names}}",
            shown(program)
        )),
        Some(_) => Ok(Deed::Run(words)),
    }
}
