//! What a person's doings mean in each mode: keys, pastes, focus.
//!
//! In INTERACT everything is the child's but one key, or two; what was typed before it in the same
//! read is the child's too, and what follows it is not.

use super::{App, Dialog, Effect, Mode, Prefixed, Purpose};
use crate::{
    keys::{Input, Key, KeyCode},
    protocol::Request,
    tui::{
        Outcome,
        keymap::{self, Action},
    },
};

/// The most bytes of a paste that are kept while its question is open. They must fit into a
/// protocol frame, where JSON may write a byte as six.
const MAX_PASTE: usize = 2 * 1024 * 1024;

impl App {
    pub(super) fn inputs(&mut self, inputs: Vec<Input>) {
        for input in inputs {
            if self.leaving.is_some() {
                break;
            }
            match input {
                Input::Key(key) => self.key(key),
                Input::Paste(text) => self.paste(text),
                Input::Mouse(mouse) => self.mouse(mouse),
                Input::Focus(focus) => {
                    if self.mode == Mode::Interact {
                        self.type_in(Input::Focus(focus));
                    }
                }
            }
        }
        self.flush_typed();
    }

    pub(super) fn key(&mut self, key: Key) {
        if self.notice.take().is_some() {
            self.damage_all();
        }
        if self.is_idle() {
            self.prefixed = Prefixed::No;
        }
        if let Some(dialog) = self.dialog.take() {
            self.damage_all();
            self.dialog_key(dialog, key);
            self.return_keys();
            return;
        }
        match &self.mode {
            Mode::Watch => self.watch_key(key),
            Mode::Interact => self.interact_key(key),
            Mode::Scroll(_) => self.scroll_key(key),
            Mode::Inbox(_) => self.inbox_key(key),
            Mode::Inspect(_) => self.inspect_key(key),
        }
        self.return_keys();
    }

    fn watch_key(&mut self, key: Key) {
        if self.options.only.is_some() {
            // Only a client that may not type gets here; any of these keys takes it out.
            if key == self.keymap.escape() || matches!(key.code, KeyCode::Char('q' | 'd')) {
                self.leave(Outcome::LeftPane);
            }
            return;
        }
        match self.keymap.watch(key) {
            Some(action) => self.act(action),
            // Pressed out of habit, to get out of where one is not.
            None if key.code == KeyCode::Escape => self.filter_by(""),
            None => self.say(format!(
                "{} does nothing here; {} shows the keys",
                keymap::label(key),
                self.keymap.hint(Action::Help)
            )),
        }
    }

    fn paste(&mut self, text: String) {
        if let Some(Dialog::Paste(asked)) = &mut self.dialog {
            // A long paste comes in pieces, and the question is about all of them.
            asked.push_str(&text);
            if asked.len() > MAX_PASTE {
                self.dialog = None;
                self.say("the paste is too long: nothing was pasted");
            }
            self.damage_all();
            return;
        }
        if self.dialog.is_some() {
            if !self.paste_entry(&text) {
                self.paste_query(&text);
            }
            return;
        }
        if matches!(self.mode, Mode::Inbox(_)) {
            self.paste_answer(&text);
            return;
        }
        if matches!(self.mode, Mode::Inspect(_)) {
            self.paste_inspect(&text);
            return;
        }
        if self.paste_pattern(&text) {
            return;
        }
        if matches!(&self.mode, Mode::Scroll(scroll) if scroll.origin == super::Origin::Interact) {
            self.end_scroll();
        }
        if self.mode != Mode::Interact {
            let enter = self.keymap.hint(Action::Interact);
            self.say(format!("{enter} first, then paste: nothing was pasted"));
            return;
        }
        let lines = text.split_inclusive(['\n', '\r']).count();
        let all = self.audience();
        let bracketed = all
            .into_iter()
            .chain(self.focused())
            .all(|pane| pane.screen.modes.bracketed_paste);
        if lines > 1 && !bracketed {
            self.dialog = Some(Dialog::Paste(text));
            self.damage_all();
        } else {
            self.type_in(Input::Paste(text));
        }
    }

    /// Takes something for the focused pane's child; [`App::flush_typed`] sends it.
    pub(super) fn type_in(&mut self, input: Input) {
        self.typed.push(input);
    }

    /// Sends what was typed into the focused pane so far.
    pub(super) fn flush_typed(&mut self) {
        if self.typed.is_empty() {
            return;
        }
        let input = std::mem::take(&mut self.typed);
        self.type_to_others(&input);
        if let Some(pane) = self.focus {
            let request = Request::Input { pane, input };
            self.effects
                .push(Effect::Request(request, Purpose::Command));
        }
    }

    /// Gives the keys to the focused pane's child.
    pub(super) fn interact(&mut self) {
        let Some(pane) = self.focus else {
            return;
        };
        if self.options.read_only {
            self.refuse_read_only();
            return;
        }
        if self.focused().is_some_and(|pane| pane.has_ended()) {
            self.dialog = Some(Dialog::Ended(pane));
        } else if self.mode != Mode::Interact {
            self.mode = Mode::Interact;
            self.prefixed = Prefixed::No;
            self.request(Request::Interact { pane, on: true }, Purpose::Quiet);
        }
        self.damage_all();
    }

    /// Takes the keys back because a person wants it.
    pub(super) fn leave_interact(&mut self) {
        self.end_interact();
        if self.options.only.is_some() {
            self.leave(Outcome::LeftPane);
        }
    }

    /// Takes the keys back.
    pub(super) fn end_interact(&mut self) {
        self.release();
        self.mode = Mode::Watch;
        self.dragging = false;
        self.damage_all();
    }

    /// Tells the server that the focused pane's rules may go on.
    pub(super) fn release(&mut self) {
        if let Some(pane) = self.focus {
            self.release_pane(pane);
        }
        self.release_others();
    }

    pub(super) fn refuse_read_only(&mut self) {
        self.say("attached read-only: nothing can be typed or changed from here");
    }
}
