//! A line that a person types in the status bar: a command, a name, what the list is filtered by.
//!
//! It takes the keys as a question does, but covers nothing. What is done with the line is in the
//! files of each kind.

use super::{App, Dialog, LineEditor};
use crate::{
    keys::{Key, KeyCode},
    protocol::PaneId,
};

/// A line that is being typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What for.
    pub what: What,
    /// What is typed so far.
    pub line: LineEditor,
}

/// What a line is typed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The command of a new pane.
    Command,
    /// Another name for this pane.
    Name(PaneId),
    /// What listed panes must have.
    Filter,
}

impl App {
    /// Returns the line that is being typed.
    pub fn entry(&self) -> Option<&Entry> {
        match &self.dialog {
            Some(Dialog::Entry(entry)) => Some(entry),
            _ => None,
        }
    }

    /// Begins to type a line, which is `text` at first.
    pub(super) fn begin_entry(&mut self, what: What, text: &str) {
        let mut line = LineEditor::new(false);
        line.insert(text);
        self.ask(Dialog::Entry(Entry { what, line }));
    }

    pub(super) fn entry_key(&mut self, mut entry: Entry, key: Key) {
        let empty = entry.line.text().is_empty();
        let leaves = key == self.keymap.escape()
            || key.code == KeyCode::Escape
            || key.code == KeyCode::Backspace && empty;
        match key.code {
            _ if leaves => {
                if entry.what == What::Filter {
                    self.filter_by("");
                }
            }
            KeyCode::Enter | KeyCode::Keypad('\r') => self.take_entry(entry),
            _ => {
                entry.line.key(key);
                self.keep_entry(entry);
            }
        }
    }

    /// Pastes into the line that is being typed; returns whether one is.
    pub(super) fn paste_entry(&mut self, text: &str) -> bool {
        let Some(mut entry) = self.entry().cloned() else {
            return false;
        };
        // What is copied from a terminal often ends with its line.
        if !entry.line.insert(text.trim_end_matches(['\r', '\n'])) {
            self.say("it is one line of at most 4095 bytes: nothing was pasted");
        }
        self.keep_entry(entry);
        true
    }

    /// Goes on with a line; a filter acts while it is typed.
    pub(super) fn keep_entry(&mut self, entry: Entry) {
        if entry.what == What::Filter {
            self.filter_by(entry.line.text());
        }
        self.ask(Dialog::Entry(entry));
    }

    fn take_entry(&mut self, entry: Entry) {
        match entry.what {
            What::Command => self.start_pane(entry),
            What::Name(pane) => self.rename_pane(pane, entry),
            What::Filter => {}
        }
    }
}
