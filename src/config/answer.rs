//! What a rule does: `send`, `keys`, `eof` or `signal`, and `do`.

use crate::{
    expect::{Answer, Deed},
    keys::Key,
};

use super::{
    entry::Entry,
    error::Problems,
    section::Section,
    value::{self, shown},
};

/// The keys of which a rule has one at most.
pub(super) const ANSWERS: &[&str] = &["send", "keys", "eof", "signal"];

/// Reads what a rule, or every rule of a ruleset, answers.
pub(super) fn read_answer(section: &Section<'_>, problems: &mut Problems) -> Option<Answer> {
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

/// Reads what a rule does besides answering.
pub(super) fn read_deeds(entry: Entry<'_>, problems: &mut Problems) -> Option<Vec<Deed>> {
    let texts = entry.strings(problems)?;
    let mut deeds = Vec::new();
    for text in &texts {
        match read_deed(text.value) {
            Ok(deed) => deeds.push(deed),
            Err(message) => problems.add(text.place.clone(), message),
        }
    }
    (deeds.len() == texts.len()).then_some(deeds)
}

fn read_deed(text: &str) -> Result<Deed, String> {
    const LATER: &[&str] = &["ask", "focus", "log", "arm", "restart", "terminate", "run"];

    let (word, argument) = match text.split_once(':') {
        Some((word, argument)) => (word, Some(argument)),
        None => (text, None),
    };
    match (word, argument) {
        ("disarm", None) => Ok(Deed::Disarm),
        ("notify", Some(text)) if !text.is_empty() => Ok(Deed::Notify(text.to_owned())),
        ("notify", _) => Err("'notify' needs a text; write \"notify:TEXT\"".to_owned()),
        ("disarm", Some(_)) => Err("'disarm' is for this pane alone; write \"disarm\"".to_owned()),
        (later, _) if LATER.contains(&later) => Err(format!(
            "'{later}' in 'do' is not supported yet; write \"notify:TEXT\" or \"disarm\""
        )),
        _ => Err(format!(
            "{} is nothing that a rule can do; write \"notify:TEXT\" or \"disarm\"",
            shown(text)
        )),
    }
}
