//! PALETTE: every action of WATCH and every pane, found by some letters of its name or description.
//!
//! Entries come from the table of WATCH, so no action can be missing. What is chosen is done as its
//! key would do it.

use std::borrow::Cow;

use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{AtomKind, CaseMatching, Normalization, Pattern},
};

use super::{App, Dialog, LineEditor, Pane};
use crate::{
    keys::{Key, KeyCode, Modifiers, Mouse, MouseAction},
    protocol::PaneId,
    tui::{
        bindings::is_number,
        keymap::{self, Action, WATCH},
        view,
    },
};

/// The most bytes of a name or a description that are searched.
const MAX_SEARCHED: usize = 512;

/// A palette that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Palette {
    /// What is searched for.
    pub query: LineEditor,
    /// The place of the selected entry among those that match.
    pub selected: usize,
}

/// What an entry stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// An action of WATCH.
    Action(Action),
    /// The focus on this pane.
    Pane(PaneId),
}

/// One line to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What it stands for.
    pub target: Target,
    /// Its name.
    pub name: String,
    /// What it does.
    pub description: Cow<'static, str>,
    /// Its keys, as they are written for a person.
    pub key: String,
    /// Which characters of name, a blank and description were searched for.
    pub matched: Vec<u32>,
}

impl Palette {
    /// Returns a palette in which nothing has been typed.
    pub fn new() -> Palette {
        Palette {
            query: LineEditor::new(false),
            selected: 0,
        }
    }
}

impl App {
    /// Returns how many entries there are when nothing is searched for.
    pub fn palette_size(&self) -> usize {
        self.entries().count()
    }

    /// Returns the entries that match, the best first; all in the order of the table when nothing is
    /// searched for.
    pub fn palette_entries(&self, palette: &Palette) -> Vec<Choice> {
        let query = palette.query.text();
        if query.trim().is_empty() {
            return self.entries().collect();
        }
        let pattern = Pattern::new(
            query,
            CaseMatching::Ignore,
            Normalization::Smart,
            AtomKind::Fuzzy,
        );
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut buffer = Vec::new();
        let mut found: Vec<(u32, Choice)> = Vec::new();
        for mut entry in self.entries() {
            let mut score = |text: &str, matched: &mut Vec<u32>| {
                let text = &text[..text.floor_char_boundary(MAX_SEARCHED)];
                let text = Utf32Str::new(text, &mut buffer);
                pattern.indices(text, &mut matcher, matched)
            };
            let whole = format!("{} {}", entry.name, entry.description);
            let (mut in_name, mut in_whole) = (Vec::new(), Vec::new());
            let by_name = score(&entry.name, &mut in_name);
            let Some(by_all) = score(&whole, &mut in_whole) else {
                continue;
            };
            // A name is what one looks for; the description helps those who do not know it.
            entry.matched = if by_name.is_some() { in_name } else { in_whole };
            let by_name = by_name.map_or(0, |score| 2 * (score + 1));
            found.push((by_all.saturating_add(by_name), entry));
        }
        found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        found.into_iter().map(|(_, entry)| entry).collect()
    }

    fn entries(&self) -> impl Iterator<Item = Choice> {
        let rows = WATCH.iter().flat_map(|group| group.bindings);
        // The panes below stand for their numbers, and the palette is open.
        let rows = rows.filter(|row| !is_number(row.name) && row.action != Action::Palette);
        let actions = rows.map(|row| Choice {
            target: Target::Action(row.action),
            name: row.name.to_owned(),
            description: self.keymap.describe(row.description),
            key: self.key_of(row.action),
            matched: Vec::new(),
        });
        let panes = self.panes.iter().map(|pane| Choice {
            target: Target::Pane(pane.id()),
            name: format!("focus {}", pane.name()),
            description: format!("pane {}, {}", pane.id(), self.word_of(pane)).into(),
            key: u8::try_from(pane.id().0).map_or_else(
                |_| String::new(),
                |number| self.key_of(Action::FocusNumber(number)),
            ),
            matched: Vec::new(),
        });
        actions.chain(panes)
    }

    fn key_of(&self, action: Action) -> String {
        let key = self.keymap.first_key(action);
        key.map_or_else(String::new, keymap::label)
    }

    fn word_of(&self, pane: &Pane) -> String {
        pane.status(self.now.instant).word
    }

    pub(super) fn palette_key(&mut self, mut palette: Palette, key: Key) {
        let last = self.palette_entries(&palette).len().saturating_sub(1);
        let page = usize::from(view::palette_rows(self)).max(1);
        let at = palette.selected.min(last);
        // The ends are joined: the last entry is one key from the first.
        let up = at.checked_sub(1).unwrap_or(last);
        let down = if at == last { 0 } else { at + 1 };
        let control = key.modifiers == Modifiers::CONTROL;
        palette.selected = match key.code {
            KeyCode::Escape => return,
            _ if key == self.keymap.escape() => return,
            KeyCode::Backspace if palette.query.text().is_empty() => return,
            KeyCode::Enter | KeyCode::Keypad('\r') => return self.choose(palette, at),
            KeyCode::Up => up,
            KeyCode::Char('p') if control => up,
            KeyCode::Down => down,
            KeyCode::Char('n') if control => down,
            KeyCode::PageUp => at.saturating_sub(page),
            KeyCode::PageDown => (at + page).min(last),
            _ => {
                let before = palette.query.text().len();
                palette.query.key(key);
                match palette.query.text().len() == before {
                    true => at,
                    false => 0,
                }
            }
        };
        self.dialog = Some(Dialog::Palette(palette));
    }

    /// Pastes into the palette's line, if that is what is open.
    pub(super) fn paste_query(&mut self, text: &str) {
        if let Some(Dialog::Palette(palette)) = &mut self.dialog {
            // What is copied from a terminal often ends with its line.
            palette.query.insert(text.trim_end_matches(['\r', '\n']));
            palette.selected = 0;
            self.damage_all();
        }
    }

    /// Takes the mouse while the palette is open: a click selects, another one on the selected entry
    /// does it, the wheel moves. Returns whether it is open.
    pub(super) fn palette_mouse(&mut self, mouse: Mouse) -> bool {
        let Some(Dialog::Palette(palette)) = &self.dialog else {
            return false;
        };
        let last = self.palette_entries(palette).len().saturating_sub(1);
        let at = palette.selected.min(last);
        let selected = match mouse.action {
            MouseAction::WheelUp => at.saturating_sub(1),
            MouseAction::WheelDown => (at + 1).min(last),
            MouseAction::Press(0) => match view::palette_entry_at(self, palette, mouse.position) {
                Some(place) if place == at => {
                    self.key(Key::plain(KeyCode::Enter));
                    return true;
                }
                Some(place) => place,
                None => return true,
            },
            _ => return true,
        };
        if let Some(Dialog::Palette(palette)) = &mut self.dialog {
            palette.selected = selected;
        }
        self.damage_all();
        true
    }

    fn choose(&mut self, palette: Palette, place: usize) {
        let entries = self.palette_entries(&palette);
        match entries.get(place).map(|entry| entry.target) {
            Some(Target::Action(action)) => self.act(action),
            Some(Target::Pane(pane)) => self.focus_on(pane),
            // Nothing matches: there is nothing to do yet.
            None => self.dialog = Some(Dialog::Palette(palette)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        geometry::Position,
        keys::Input,
        protocol::Request,
        tui::{
            app::{Mode, Msg},
            fixture::{Rig, ended, pane},
        },
    };

    fn rig() -> Rig {
        Rig::with_panes(vec![
            pane(1, "db1"),
            pane(2, "build"),
            ended(pane(3, "npm"), 0),
        ])
    }

    fn names(rig: &Rig) -> Vec<String> {
        let Some(Dialog::Palette(palette)) = &rig.app.dialog else {
            return Vec::new();
        };
        let entries = rig.app.palette_entries(palette).into_iter();
        entries.map(|entry| entry.name).collect()
    }

    #[test]
    fn every_action_of_watch_is_there_and_every_pane() {
        let mut rig = rig();
        rig.types(":");
        let names = names(&rig);
        for row in WATCH.iter().flat_map(|group| group.bindings) {
            let left_out = is_number(row.name) || row.action == Action::Palette;
            assert_ne!(
                names.iter().any(|name| name == row.name),
                left_out,
                "{}",
                row.name
            );
        }
        for name in ["focus db1", "focus build", "focus npm"] {
            assert!(names.iter().any(|other| other == name), "{name}");
        }
    }

    #[test]
    fn some_letters_find_names_and_descriptions() {
        let check = |query: &str, first: &str| {
            let mut rig = rig();
            rig.types(":");
            rig.types(query);
            assert_eq!(
                names(&rig).first().map(String::as_str),
                Some(first),
                "{query}"
            );
        };
        check("zo", "zoom");
        check("ZO", "zoom");
        check("nl", "next-layout");
        check("qu", "quit");
        check("fo bu", "focus build");
        check("npm", "focus npm");
        check("runs on", "detach");
        check("exit 0", "focus npm");
        let mut rig = rig();
        rig.types(":xyzzy");
        assert!(names(&rig).is_empty());
        rig.types("\r");
        assert!(rig.app.dialog.is_some(), "there is nothing to do");
    }

    #[test]
    fn what_is_chosen_is_done() {
        let mut rig = rig();
        rig.types(":zoom\r");
        assert!(rig.app.zoomed && rig.app.dialog.is_none());
        rig.types(":focus npm\r");
        assert_eq!(rig.app.focus, Some(PaneId(3)));
        rig.requests();
        rig.types(":restart\r");
        let panes = vec!["3".to_owned()];
        assert_eq!(rig.requests(), [Request::Restart { panes }]);
        rig.types(":help\r");
        assert!(matches!(rig.app.dialog, Some(Dialog::Help(0))));
    }

    #[test]
    fn the_selection_moves_and_letters_bring_it_back() {
        let mut rig = rig();
        let selected = |rig: &Rig| match &rig.app.dialog {
            Some(Dialog::Palette(palette)) => palette.selected,
            _ => panic!("the palette is open"),
        };
        rig.types(":");
        let down = Key::plain(KeyCode::Down);
        rig.keys(&[down, Key::control('n'), down]);
        assert_eq!(selected(&rig), 3);
        rig.keys(&[Key::plain(KeyCode::Up), Key::control('p')]);
        assert_eq!(selected(&rig), 1);
        rig.types("o");
        assert_eq!(selected(&rig), 0);
        let last = names(&rig).len() - 1;
        rig.keys(&[Key::plain(KeyCode::Up)]);
        assert_eq!(selected(&rig), last);
        rig.keys(&[down]);
        assert_eq!(selected(&rig), 0);
        rig.keys(&[Key::plain(KeyCode::PageDown); 9]);
        assert_eq!(selected(&rig), last);
        rig.send(Msg::Input(vec![Input::Paste("zoom\n".to_owned())]));
        assert_eq!((selected(&rig), names(&rig)), (0, vec!["zoom".to_owned()]));
    }

    #[test]
    fn it_closes_without_doing_anything() {
        for keys in ["\u{1b}", "\u{1d}", "ab\u{1b}"] {
            let mut rig = rig();
            rig.types(":");
            rig.types(keys);
            assert!(rig.app.dialog.is_none() && rig.app.mode == Mode::Watch);
            assert_eq!(rig.requests(), []);
        }
        let mut rig = rig();
        rig.types(":");
        rig.keys(&[Key::plain(KeyCode::Backspace)]);
        assert!(rig.app.dialog.is_none());
    }

    #[test]
    fn a_click_selects_and_another_one_does_it() {
        let mut rig = rig();
        rig.types(":");
        let text = rig.text();
        let row = text.lines().position(|line| line.contains(" focus-left "));
        let position = Position {
            row: u16::try_from(row.unwrap()).unwrap(),
            col: 20,
        };
        let click = |action| {
            Msg::Input(vec![Input::Mouse(Mouse {
                action,
                position,
                modifiers: Modifiers::NONE,
            })])
        };
        rig.send(click(MouseAction::Press(0)));
        assert!(matches!(&rig.app.dialog, Some(Dialog::Palette(palette)) if palette.selected == 2));
        rig.send(click(MouseAction::WheelDown));
        assert!(matches!(&rig.app.dialog, Some(Dialog::Palette(palette)) if palette.selected == 3));
        rig.send(click(MouseAction::WheelUp));
        rig.send(click(MouseAction::Press(0)));
        assert!(rig.app.dialog.is_none(), "it was done");
    }
}
