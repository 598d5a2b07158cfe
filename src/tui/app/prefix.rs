//! INTERACT: every key is the child's, but for the one that leaves and, where a config sets one, the
//! prefix, after which one key is WATCH's, as tmux's users are used to.
//!
//! What a prefixed key does may open something: a question, SCROLL, the inbox. The keys go back to a
//! child once that is closed.

use super::{App, Mode, Pane, Purpose};
use crate::{
    keys::{Input, Key, KeyCode},
    protocol::{PaneId, Request},
    tui::keymap::{Action, label},
};

/// How far a person is with a prefixed key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Prefixed {
    /// There is none.
    #[default]
    No,
    /// The prefix was pressed; the next key is WATCH's.
    Pressed,
    /// The key was pressed; the keys go back to a child when WATCH has nothing open.
    Returns,
}

impl App {
    pub(super) fn interact_key(&mut self, key: Key) {
        if self.prefixed == Prefixed::Pressed {
            self.prefixed = Prefixed::No;
            self.prefixed_key(key);
            self.damage_all();
        } else if key == self.keymap.escape() {
            self.leave_interact();
        } else if self.keymap.prefix() == Some(key) && self.options.only.is_none() {
            self.prefixed = Prefixed::Pressed;
            self.damage_all();
        } else {
            self.type_in(Input::Key(key));
        }
    }

    fn prefixed_key(&mut self, key: Key) {
        if self.keymap.prefix() == Some(key) {
            self.type_in(Input::Key(key));
            return;
        }
        let (Some(action), Some(pane)) = (self.keymap.watch(key), self.focus) else {
            if key.code != KeyCode::Escape {
                self.say(format!("{} is no key of WATCH", label(key)));
            }
            return;
        };
        self.flush_typed();
        // To the server the keys stay the child's, unless something else gets them.
        self.mode = Mode::Watch;
        self.act(action);
        let stays = self.focus == Some(pane) && self.is_idle() && action != Action::Why;
        if self.mode == Mode::Interact {
            return;
        }
        if stays {
            self.mode = Mode::Interact;
            return;
        }
        self.release_pane(pane);
        // The reasons of rules come later, and open their page in WATCH alone.
        if action != Action::Why {
            self.prefixed = Prefixed::Returns;
            self.return_keys();
        }
    }

    /// Gives the keys back to the focused pane's child when what a prefixed key opened is closed.
    pub(super) fn return_keys(&mut self) {
        if self.prefixed != Prefixed::Returns || !self.is_idle() {
            return;
        }
        self.prefixed = Prefixed::No;
        if self.focused().is_some_and(Pane::runs) {
            self.interact();
        }
    }

    /// Returns whether WATCH gets the keys, with nothing open and no end in sight.
    pub(super) fn is_idle(&self) -> bool {
        let ends = self.leaving.is_some() || self.ending;
        self.mode == Mode::Watch && self.dialog.is_none() && !ends
    }

    fn release_pane(&mut self, pane: PaneId) {
        self.request(Request::Interact { pane, on: false }, Purpose::Quiet);
    }
}
