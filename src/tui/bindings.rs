//! The keymap in force: the default tables with the changes of configs.
//!
//! A key that a config binds is taken from whatever had it before: a default, or the config of the
//! user, which that of the session overrides. What the tables say of the key that leaves INTERACT
//! is true of the one in force.

use std::borrow::Cow;

use super::keymap::{
    Action, Binding, ESCAPE, Group, INBOX, INSPECT, InboxAction, InspectAction, SCROLL,
    ScrollAction, WATCH, label,
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
    inspect: Bound<InspectAction>,
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
            inspect: Bound::of(&[INSPECT], escape),
        };
        for spec in specs {
            keymap.watch.bind(&spec.watch);
            keymap.scroll.bind(&spec.scroll);
            keymap.inbox.bind(&spec.inbox);
            keymap.inspect.bind(&spec.inspect);
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

    /// Returns what `key` does in INSPECT.
    pub fn inspect(&self, key: Key) -> Option<InspectAction> {
        self.inspect.action(key)
    }

    /// Returns the key that hints show for `action` of INSPECT.
    pub fn inspect_key(&self, action: InspectAction) -> Option<Key> {
        self.inspect.keys(action).first().copied()
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
        self.add_help(&INSPECT, &self.inspect, &mut lines);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{KEYS_INBOX, KEYS_INSPECT, KEYS_SCROLL, KEYS_WATCH, Table};

    fn key(name: &str) -> Key {
        name.parse().expect("it is a key")
    }

    fn keys(names: &[&str]) -> Vec<Key> {
        names.iter().map(|name| key(name)).collect()
    }

    fn watch(bindings: &[(&'static str, &[&str])]) -> KeysSpec {
        KeysSpec {
            watch: bindings
                .iter()
                .map(|(name, names)| (*name, keys(names)))
                .collect(),
            ..KeysSpec::default()
        }
    }

    /// How an action stands in `config.example.toml`.
    fn setting<A>(row: &Binding<A>) -> String {
        let quoted: Vec<String> = row.keys.iter().map(|key| format!("\"{key}\"")).collect();
        match &quoted[..] {
            [only] => format!("# {} = {only}", row.name),
            several => format!("# {} = [{}]", row.name, several.join(", ")),
        }
    }

    #[test]
    fn configs_and_the_example_know_every_action() {
        fn check<A>(groups: &[Group<A>], table: &Table) {
            let example = concat!(env!("CARGO_MANIFEST_DIR"), "/config.example.toml");
            let example = std::fs::read_to_string(example).expect("it is in the repository");
            let section = format!("\n{}\n", table.title);
            let (_, section) = example.split_once(&section).expect("it has the table");
            let section = section.split("\n[").next().unwrap_or_default();
            let lines: Vec<&str> = section.lines().collect();
            for row in rows(groups) {
                let (name, setting) = (row.name, setting(row));
                let known = table.keys.contains(&name);
                assert!(known, "add {name} to {} in src/config/schema/", table.title);
                assert!(
                    lines.contains(&setting.as_str()),
                    "add to the example: {setting}"
                );
            }
            assert_eq!(rows(groups).count(), table.keys.len(), "{}", table.title);
        }
        check(WATCH, &KEYS_WATCH);
        check(&[SCROLL], &KEYS_SCROLL);
        check(&[INBOX], &KEYS_INBOX);
        check(&[INSPECT], &KEYS_INSPECT);
    }

    #[test]
    fn without_changes_keys_do_what_the_tables_say() {
        let keymap = Keymap::default();
        for row in rows(WATCH) {
            for key in row.keys {
                assert_eq!(keymap.watch(*key), Some(row.action), "{}", row.name);
            }
            assert_eq!(keymap.first_key(row.action), row.keys.first().copied());
        }
        assert_eq!(keymap.scroll(key("q")), Some(ScrollAction::Leave));
        assert_eq!(keymap.inbox(key("i")), Some(InboxAction::Leave));
        assert_eq!(keymap.watch(key("Q")), None);
        assert_eq!((keymap.escape(), keymap.prefix()), (ESCAPE, None));
        assert_eq!(keymap.hint(Action::Interact), "Enter");
    }

    #[test]
    fn a_bound_key_is_taken_from_what_had_it() {
        let own = watch(&[("zoom", &["j", "M-z"]), ("kill", &[])]);
        let keymap = Keymap::new([&own]);
        assert_eq!(keymap.watch(key("j")), Some(Action::Zoom));
        assert_eq!(keymap.watch(key("M-z")), Some(Action::Zoom));
        assert_eq!(keymap.watch(key("z")), None);
        assert_eq!(keymap.watch(key("x")), None);
        assert_eq!(keymap.watch(key("Down")), Some(Action::FocusNext));
        assert_eq!(keymap.hint(Action::FocusNext), "↓");
        assert_eq!(keymap.hint(Action::Kill), ": kill", "by the palette");
        let session = watch(&[("quit", &["j"])]);
        let keymap = Keymap::new([&own, &session]);
        assert_eq!(keymap.watch(key("j")), Some(Action::Quit));
        assert_eq!(keymap.watch(key("M-z")), Some(Action::Zoom));
        let unbound = watch(&[("kill", &[]), ("palette", &[])]);
        assert_eq!(Keymap::new([&unbound]).hint(Action::Kill), "kill");
    }

    #[test]
    fn another_escape_key_takes_the_place_of_the_old_one() {
        let spec = KeysSpec {
            escape: Some(key("C-l")),
            prefix: Some(Some(key("C-l"))),
            ..KeysSpec::default()
        };
        let keymap = Keymap::new([&spec]);
        assert_eq!(keymap.escape(), key("C-l"));
        assert_eq!(keymap.prefix(), None, "two files may say the same of both");
        assert_eq!(keymap.watch(key("C-l")), Some(Action::SendEscape));
        assert_eq!(keymap.first_key(Action::Redraw), None);
        assert_eq!(keymap.watch(ESCAPE), None);
        assert_eq!(keymap.scroll(key("C-l")), Some(ScrollAction::Leave));
        assert_eq!(keymap.scroll(ESCAPE), None);
        let help = keymap.help();
        let told = |text: &str| help.iter().any(|line| line.text.contains(text));
        assert!(told("interact; Ctrl-l leaves") && !told("Ctrl-]"));
    }

    #[test]
    fn the_help_shows_the_keys_in_force() {
        let line = |keymap: &Keymap, text: &str| {
            let help = keymap.help();
            let line = help.into_iter().find(|line| line.text == text);
            line.map(|line| line.keys)
        };
        let default = Keymap::default();
        for row in rows(WATCH).filter(|row| !is_number(row.name)) {
            assert!(line(&default, row.description).is_some(), "{}", row.name);
        }
        for description in [
            SCROLL.bindings[0].description,
            INBOX.bindings[0].description,
        ] {
            assert!(line(&default, description).is_some(), "{description}");
        }
        assert_eq!(
            line(&default, "pane of that number").as_deref(),
            Some("1-9")
        );
        let spec = watch(&[
            ("zoom", &["M-z", "F5"]),
            ("kill", &[]),
            ("focus-1", &["F1"]),
        ]);
        let keymap = Keymap::new([&spec]);
        assert_eq!(line(&keymap, "zoom").as_deref(), Some("Alt-z F5"));
        assert_eq!(line(&keymap, "kill"), None);
        assert_eq!(line(&keymap, "pane of that number"), None);
        assert_eq!(line(&keymap, "pane 1").as_deref(), Some("F1"));
        assert_eq!(line(&keymap, "pane 2").as_deref(), Some("2"));
    }
}
