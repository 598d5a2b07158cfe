//! `[keys]`: what each key of the interface does, where it differs from the default.
//!
//! Owns the forms and what contradicts itself within one file. What the actions do, their default
//! keys, and what becomes of a key that two files bind is the interface's.

use std::collections::BTreeMap;

use crate::keys::{Key, KeyCode, Modifiers};

use super::{
    entry::Entry,
    error::Problems,
    schema::{self, Table},
    section::Section,
    value::shown,
};

/// The key that leaves INTERACT unless a config says otherwise (pexpect's escape character).
pub const DEFAULT_ESCAPE: Key = Key::control(']');

/// Actions of one mode by name, each with all of its keys.
pub type Bindings = BTreeMap<&'static str, Vec<Key>>;

/// What a file says of keys; the rest is as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeysSpec {
    /// The key that leaves INTERACT.
    pub escape: Option<Key>,
    /// The key after which INTERACT takes a key of WATCH; `Some(None)` for none at all.
    pub prefix: Option<Option<Key>>,
    /// The keys of WATCH.
    pub watch: Bindings,
    /// The keys of SCROLL.
    pub scroll: Bindings,
    /// The keys of INBOX.
    pub inbox: Bindings,
    /// The keys of INSPECT.
    pub inspect: Bindings,
}

impl KeysSpec {
    /// Reads the table.
    pub(super) fn read(section: &Section<'_>, problems: &mut Problems) -> KeysSpec {
        let escape = section
            .get("escape")
            .and_then(|entry| entry.parsed(problems, key_kept_from_programs));
        let prefix = section.get("prefix").and_then(|entry| {
            entry.parsed(problems, |text| match text {
                "" => Ok(None),
                text => key_kept_from_programs(text).map(Some),
            })
        });
        if let (Some(Some(prefix)), Some(entry)) = (prefix, section.get("prefix"))
            && prefix == escape.unwrap_or(DEFAULT_ESCAPE)
        {
            let message = format!("'{prefix}' leaves INTERACT already; choose another prefix");
            entry.refuse(problems, message);
        }
        let mut bindings = |key, schema| {
            let section = section.get(key)?.section(schema, problems)?;
            Some(read_bindings(&section, schema, problems))
        };
        KeysSpec {
            escape,
            prefix,
            watch: bindings("watch", &schema::KEYS_WATCH).unwrap_or_default(),
            scroll: bindings("scroll", &schema::KEYS_SCROLL).unwrap_or_default(),
            inbox: bindings("inbox", &schema::KEYS_INBOX).unwrap_or_default(),
            inspect: bindings("inspect", &schema::KEYS_INSPECT).unwrap_or_default(),
        }
    }
}

fn read_bindings(
    section: &Section<'_>,
    schema: &'static Table,
    problems: &mut Problems,
) -> Bindings {
    let mut bound: BTreeMap<Key, &str> = BTreeMap::new();
    let mut bindings = Bindings::new();
    for entry in section.present(schema.keys) {
        let mut keys = Vec::new();
        for (text, key) in read_keys(entry, problems) {
            match bound.insert(key, entry.key()) {
                Some(other) => text.refuse(
                    problems,
                    format!("'{key}' is bound to '{other}' already; keep one of the two"),
                ),
                None => keys.push(key),
            }
        }
        let action = schema.keys.iter().find(|action| **action == entry.key());
        bindings.extend(action.map(|action| (*action, keys)));
    }
    bindings
}

/// Reads a list of keys, or one, each with its entry.
fn read_keys<'t>(entry: Entry<'t>, problems: &mut Problems) -> Vec<(Entry<'t>, Key)> {
    if entry.string_or_strings(problems).is_none() {
        return Vec::new();
    }
    let key = |element: Entry<'t>| {
        let parse = |text: &str| text.parse::<Key>().map_err(|error| error.to_string());
        Some((element, element.parsed(problems, parse)?))
    };
    entry.elements().into_iter().filter_map(key).collect()
}

/// Reads a key that no program will get any more as it is typed.
fn key_kept_from_programs(text: &str) -> Result<Key, String> {
    let key: Key = text.parse().map_err(|error| format!("{error}"))?;
    let is_typed = matches!(
        key.code,
        KeyCode::Char(_) | KeyCode::Keypad(_) | KeyCode::Enter | KeyCode::Tab | KeyCode::Backspace
    );
    if is_typed && key.modifiers.without(Modifiers::SHIFT) == Modifiers::NONE {
        return Err(format!(
            "{} is a key that programs need; choose one with C- or M-, or a function key",
            shown(text)
        ));
    }
    Ok(key)
}
