//! The keymap in force: the default tables with the changes of configs.
//!
//! A key that a config binds is taken from whatever had it before: a default, or the config of the
//! user, which that of the session overrides. What the tables say of the key that leaves INTERACT
//! is true of the one in force.

use std::borrow::Cow;

use super::keymap::{
    Action, Binding, ESCAPE, Group, INBOX, InboxAction, SCROLL, ScrollAction, WATCH, label,
};
use crate::{
    config::{Bindings, KeysSpec},
    keys::Key,
};

/// How many keys of one action the help shows.
const HELP_LABELS: usize = 2;

/// What each key does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keymap {
    escape: Key,
    prefix: Option<Key>,
    watch: Bound<Action>,
    scroll: Bound<ScrollAction>,
    inbox: Bound<InboxAction>,
}

impl Default for Keymap {
    fn default() -> Keymap {
        Keymap::new([])
    }
}

impl Keymap {
    /// Returns the default keymap with what `specs` change, the last one strongest.
    pub fn new<'s>(specs: impl IntoIterator<Item = &'s KeysSpec>) -> Keymap {
        let specs: Vec<&KeysSpec> = specs.into_iter().collect();
        let escape = specs.iter().rev().find_map(|spec| spec.escape);
        let escape = escape.unwrap_or(ESCAPE);
        let prefix = specs.iter().rev().find_map(|spec| spec.prefix).flatten();
        let mut keymap = Keymap {
            escape,
            prefix: prefix.filter(|prefix| *prefix != escape),
            watch: Bound::of(WATCH, escape),
            scroll: Bound::of(&[SCROLL], escape),
            inbox: Bound::of(&[INBOX], escape),
        };
        for spec in specs {
            keymap.watch.bind(&spec.watch);
            keymap.scroll.bind(&spec.scroll);
            keymap.inbox.bind(&spec.inbox);
        }
        keymap
    }

    /// Returns the key that leaves INTERACT.
    pub fn escape(&self) -> Key {
        self.escape
    }

    /// Returns the key after which INTERACT takes a key of WATCH.
    pub fn prefix(&self) -> Option<Key> {
        self.prefix
    }

    /// Returns what `key` does in WATCH.
    pub fn watch(&self, key: Key) -> Option<Action> {
        self.watch.action(key)
    }

    /// Returns what `key` does in SCROLL.
    pub fn scroll(&self, key: Key) -> Option<ScrollAction> {
        self.scroll.action(key)
    }

    /// Returns what `key` does in INBOX.
    pub fn inbox(&self, key: Key) -> Option<InboxAction> {
        self.inbox.action(key)
    }

    /// Returns the key that hints show for `action`.
    pub fn first_key(&self, action: Action) -> Option<Key> {
        self.watch.keys(action).first().copied()
    }

    /// Returns the key that hints show for `action` of SCROLL.
    pub fn scroll_key(&self, action: ScrollAction) -> Option<Key> {
        self.scroll.keys(action).first().copied()
    }

    /// Returns the key that hints show for `action` of INBOX.
    pub fn inbox_key(&self, action: InboxAction) -> Option<Key> {
        self.inbox.keys(action).first().copied()
    }

    /// Returns the key that hints show for `action` as it is written for a person; where it has
    /// none, how it is found in the palette.
    pub fn hint(&self, action: Action) -> String {
        let in_palette = || {
            let row = rows(WATCH).find(|row| row.action == action);
            let palette = self.first_key(Action::Palette).map(label);
            let name = row.map(|row| row.name.to_owned());
            let words: Vec<String> = palette.into_iter().chain(name).collect();
            words.join(" ")
        };
        self.first_key(action).map_or_else(in_palette, label)
    }

    /// Returns the keys of INBOX for `action` as they are written for a person.
    pub fn inbox_hint(&self, action: InboxAction) -> String {
        self.inbox_key(action).map_or_else(String::new, label)
    }

    /// Returns the description of an action of a table, with the key that leaves INTERACT.
    pub fn describe(&self, description: &'static str) -> Cow<'static, str> {
        let default = label(ESCAPE);
        match self.escape != ESCAPE && description.contains(&default) {
            true => description.replace(&default, &label(self.escape)).into(),
            false => description.into(),
        }
    }

    /// Returns the help, made from the tables; an action without a key is left out.
    pub fn help(&self) -> Vec<HelpLine> {
        let mut lines = Vec::new();
        for group in WATCH {
            self.add_help(group, &self.watch, &mut lines);
        }
        self.add_help(&INBOX, &self.inbox, &mut lines);
        self.add_help(&SCROLL, &self.scroll, &mut lines);
        lines
    }

    fn add_help<A: Copy + PartialEq>(
        &self,
        group: &Group<A>,
        bound: &Bound<A>,
        lines: &mut Vec<HelpLine>,
    ) {
        let folds = group
            .bindings
            .iter()
            .filter(|row| is_number(row.name))
            .all(|row| bound.keys(row.action) == row.keys);
        let mut help = Vec::new();
        for row in group.bindings {
            let keys = bound.keys(row.action);
            let (keys, text) = match is_number(row.name) {
                true if folds && row.name != "focus-1" => continue,
                true if folds => ("1-9".to_owned(), "pane of that number".into()),
                _ if keys.is_empty() => continue,
                _ => (labels(keys), self.describe(row.description)),
            };
            help.push(HelpLine { keys, text });
        }
        if help.is_empty() {
            return;
        }
        let heading = |text| HelpLine {
            keys: String::new(),
            text,
        };
        if !lines.is_empty() {
            lines.push(heading("".into()));
        }
        lines.push(heading(group.title.into()));
        lines.append(&mut help);
    }
}

/// One line of the help: keys and what they do; without keys, a heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelpLine {
    /// The keys.
    pub keys: String,
    /// What they do, or the heading.
    pub text: Cow<'static, str>,
}

/// The actions of one mode in the order of their table, each with its keys.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Bound<A> {
    rows: Vec<(A, &'static str, Vec<Key>)>,
}

impl<A: Copy + PartialEq> Bound<A> {
    fn of(groups: &[Group<A>], escape: Key) -> Bound<A> {
        let key = |key: &Key| if *key == ESCAPE { escape } else { *key };
        let mut bound = Bound {
            rows: rows(groups)
                .map(|row| (row.action, row.name, Vec::new()))
                .collect(),
        };
        // Another key that leaves INTERACT does what that one did, and nothing else.
        for row in rows(groups).filter(|row| row.keys.contains(&ESCAPE)) {
            bound.give(row.name, row.keys.iter().map(key));
        }
        for row in rows(groups).filter(|row| !row.keys.contains(&ESCAPE)) {
            let free = row.keys.iter().filter(|key| **key != escape);
            bound.give(row.name, free.copied());
        }
        bound
    }

    /// Takes the keys that a config gives to actions from all others.
    fn bind(&mut self, bindings: &Bindings) {
        for (_, name, keys) in &mut self.rows {
            let taken = |key: &Key| bindings.values().any(|bound| bound.contains(key));
            match bindings.get(name) {
                Some(bound) => keys.clone_from(bound),
                None => keys.retain(|key| !taken(key)),
            }
        }
    }

    fn give(&mut self, name: &str, keys: impl Iterator<Item = Key>) {
        if let Some((_, _, bound)) = self.rows.iter_mut().find(|(_, row, _)| *row == name) {
            bound.extend(keys);
        }
    }

    fn action(&self, key: Key) -> Option<A> {
        let row = self.rows.iter().find(|(_, _, keys)| keys.contains(&key));
        row.map(|(action, _, _)| *action)
    }

    fn keys(&self, action: A) -> &[Key] {
        let row = self.rows.iter().find(|(row, _, _)| *row == action);
        row.map_or(&[], |(_, _, keys)| keys)
    }
}

fn rows<A>(groups: &[Group<A>]) -> impl Iterator<Item = &'static Binding<A>> {
    groups.iter().flat_map(|group| group.bindings)
}

/// Returns whether an action of this name focuses the pane of a number: the help has one line for
/// all of them.
pub fn is_number(name: &str) -> bool {
    let number = name.strip_prefix("focus-");
    number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

fn labels(keys: &[Key]) -> String {
    let labels = keys.iter().take(HELP_LABELS).map(|key| label(*key));
    labels.collect::<Vec<String>>().join(" ")
}
