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
        // The reasons of rules come later, and open their page in WATCH alone.
        let returns = action != Action::Why;
        if self.mode == Mode::Interact {
            return;
        }
        if returns && self.focus == Some(pane) && self.is_idle() {
            self.mode = Mode::Interact;
            return;
        }
        self.release_pane(pane);
        if returns {
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

    /// Tells the server that the pane's rules may go on.
    pub(super) fn release_pane(&mut self, pane: PaneId) {
        self.request(Request::Interact { pane, on: false }, Purpose::Quiet);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::KeysSpec,
        tui::{
            app::Dialog,
            bindings::Keymap,
            fixture::{Rig, ended, options, pane},
        },
    };

    const PREFIX: Key = Key::control('b');

    /// An interface with a prefix, interacting with pane 1.
    fn rig() -> Rig {
        let mut rig = Rig::with_panes(vec![pane(1, "db1"), pane(2, "build")]);
        rig.app.keymap = Keymap::new([&KeysSpec {
            prefix: Some(Some(PREFIX)),
            ..KeysSpec::default()
        }]);
        rig.types("\r");
        rig.requests();
        rig
    }

    fn prefixed(rig: &mut Rig, character: char) {
        rig.keys(&[PREFIX, Key::plain(KeyCode::Char(character))]);
    }

    fn interact(pane: u32, on: bool) -> Request {
        let pane = PaneId(pane);
        Request::Interact { pane, on }
    }

    fn input(keys: &[Key]) -> Request {
        Request::Input {
            pane: PaneId(1),
            input: keys.iter().map(|key| Input::Key(*key)).collect(),
        }
    }

    #[test]
    fn a_prefixed_key_is_one_of_watch() {
        let mut rig = rig();
        prefixed(&mut rig, 'z');
        assert!(rig.app.zoomed && rig.app.mode == Mode::Interact);
        assert_eq!(rig.requests(), [], "the rules of the pane pause on");
        rig.types("z");
        assert_eq!(rig.requests(), [input(&[Key::plain(KeyCode::Char('z'))])]);
    }

    #[test]
    fn what_was_typed_before_goes_to_the_pane_that_had_the_keys() {
        let mut rig = rig();
        let letter = Key::plain(KeyCode::Char('a'));
        rig.keys(&[letter, PREFIX, Key::plain(KeyCode::Char('j')), letter]);
        let typed = Request::Input {
            pane: PaneId(2),
            input: vec![Input::Key(letter)],
        };
        let expected = [
            input(&[letter]),
            interact(1, false),
            interact(2, true),
            typed,
        ];
        assert_eq!(rig.requests(), expected);
        assert_eq!(rig.app.mode, Mode::Interact);
    }

    #[test]
    fn twice_it_is_the_childs() {
        let mut rig = rig();
        rig.keys(&[PREFIX, PREFIX]);
        assert_eq!(rig.requests(), [input(&[PREFIX])]);
        rig.keys(&[PREFIX, Key::plain(KeyCode::Escape)]);
        assert_eq!((rig.requests(), rig.app.notice.as_ref()), (vec![], None));
        prefixed(&mut rig, 'Q');
        assert_eq!(rig.app.notice.as_deref(), Some("Q is no key of WATCH"));
        assert_eq!((rig.requests(), &rig.app.mode), (vec![], &Mode::Interact));
    }

    #[test]
    fn the_keys_go_back_when_what_was_opened_is_closed() {
        let mut rig = rig();
        for (opens, closes) in [
            ("q", "c"),
            ("?", "\u{1b}"),
            ("i", "\u{1b}"),
            ("[", "q"),
            (":", "\u{1b}"),
        ] {
            prefixed(&mut rig, opens.chars().next().unwrap());
            assert_ne!(
                (&rig.app.mode, rig.app.dialog.is_some()),
                (&Mode::Interact, false)
            );
            assert!(rig.requests().contains(&interact(1, false)), "{opens}");
            rig.types(closes);
            assert_eq!(rig.app.mode, Mode::Interact, "{opens}");
            assert_eq!(rig.requests(), [interact(1, true)], "{opens}");
        }
        prefixed(&mut rig, ':');
        rig.types("zoom\r");
        assert!(rig.app.zoomed && rig.app.mode == Mode::Interact);
    }

    #[test]
    fn reasons_of_rules_are_read_in_watch() {
        let mut rig = rig();
        prefixed(&mut rig, 'w');
        assert_eq!(rig.app.mode, Mode::Watch);
        assert!(rig.requests().contains(&interact(1, false)));
        rig.types("j");
        assert_eq!(rig.app.mode, Mode::Watch, "nothing gives the keys back");
    }

    #[test]
    fn an_ended_pane_gets_no_keys() {
        let mut rig = rig();
        rig.panes(vec![pane(1, "db1"), ended(pane(2, "build"), 0)]);
        prefixed(&mut rig, 'j');
        assert_eq!(rig.app.mode, Mode::Watch);
        assert!(rig.app.dialog.is_none());
        let mut rig = self::rig();
        prefixed(&mut rig, 'x');
        assert!(matches!(rig.app.dialog, Some(Dialog::Kill(PaneId(1)))));
    }

    #[test]
    fn a_prefix_is_forgotten_with_its_visit() {
        let mut rig = rig();
        rig.keys(&[PREFIX]);
        rig.app.focus_on(PaneId(2));
        rig.types("\rz");
        assert!(!rig.app.zoomed, "it is the child's");
    }

    #[test]
    fn a_pane_alone_has_no_watch() {
        let only = Some("db1".to_owned());
        let mut rig = Rig::new(crate::tui::Options { only, ..options() }, 80, 24);
        rig.panes(vec![pane(1, "db1")]);
        rig.app.keymap = self::rig().app.keymap;
        rig.requests();
        rig.keys(&[PREFIX]);
        assert_eq!(rig.requests(), [input(&[PREFIX])]);
    }
}
