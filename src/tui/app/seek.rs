//! Search while scrolling: the line that is typed, the pattern in force, and the way from match to
//! match.
//!
//! The server searches and marks; here is only what is asked of it. It shares SCROLL's one request
//! under way: matches skipped over meanwhile are added up.

use super::{App, LineEditor, Mode, Purpose};
use crate::{
    keys::{Key, KeyCode},
    protocol::{Found, Request},
    screen::Place,
};

/// What a visit to SCROLL searches for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seek {
    /// The pattern that is being typed, and whether it will be searched upwards.
    pub typing: Option<(LineEditor, bool)>,
    /// The search in force.
    pub sought: Option<Sought>,
}

/// A search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sought {
    /// The match that was shown last.
    pub found: Option<Place>,
    number: u64,
    pattern: String,
    backwards: bool,
    /// Matches still to go, against the direction of the search if negative.
    steps: i64,
}

impl Seek {
    /// Returns the pattern whose matches are marked, once it is known to be one.
    pub(super) fn marked(&self) -> Option<String> {
        let sought = self.sought.as_ref()?;
        sought.found.is_some().then(|| sought.pattern.clone())
    }
}

impl App {
    /// Begins to type a pattern.
    pub(super) fn begin_seek(&mut self, backwards: bool) {
        if let Mode::Scroll(scroll) = &mut self.mode {
            scroll.seek.typing = Some((LineEditor::new(false), backwards));
            self.damage_all();
        }
    }

    /// Takes a key while a pattern is being typed.
    pub(super) fn seek_key(&mut self, key: Key) {
        self.damage_all();
        let escape = self.keymap.escape();
        let Mode::Scroll(scroll) = &mut self.mode else {
            return;
        };
        let Some((line, backwards)) = &mut scroll.seek.typing else {
            return;
        };
        match key.code {
            KeyCode::Escape => scroll.seek.typing = None,
            _ if key == escape => scroll.seek.typing = None,
            KeyCode::Backspace if line.text().is_empty() => scroll.seek.typing = None,
            KeyCode::Enter | KeyCode::Keypad('\r') => {
                let (pattern, backwards) = (line.text().to_owned(), *backwards);
                scroll.seek.typing = None;
                self.seek(pattern, backwards);
            }
            _ => line.key(key),
        }
    }

    /// Pastes into the pattern that is being typed; returns whether one is.
    pub(super) fn paste_pattern(&mut self, text: &str) -> bool {
        let Mode::Scroll(scroll) = &mut self.mode else {
            return false;
        };
        let Some((line, _)) = &mut scroll.seek.typing else {
            return false;
        };
        // What is copied from a terminal often ends with its line.
        if !line.insert(text.trim_end_matches(['\r', '\n'])) {
            self.say("a pattern is one line of at most 4095 bytes: nothing was pasted");
        }
        self.damage_all();
        true
    }

    /// Searches for a pattern from the view on; for the last one again if it is empty.
    fn seek(&mut self, pattern: String, backwards: bool) {
        self.scrolls += 1;
        let Mode::Scroll(scroll) = &mut self.mode else {
            return;
        };
        let last = scroll.seek.sought.take();
        let pattern = match last {
            Some(last) if pattern.is_empty() => last.pattern,
            _ => pattern,
        };
        if pattern.is_empty() {
            return;
        }
        scroll.seek.sought = Some(Sought {
            found: None,
            number: self.scrolls,
            pattern,
            backwards,
            steps: 1,
        });
        self.ask_match();
    }

    /// Goes to the next match in the direction of the search, or to the one before.
    pub(super) fn step_to_match(&mut self, by: i64) {
        let Mode::Scroll(scroll) = &mut self.mode else {
            return;
        };
        match &mut scroll.seek.sought {
            Some(sought) => {
                sought.steps += by;
                self.ask_match();
            }
            None => self.say("nothing has been searched for; / and ? begin a search"),
        }
    }

    /// Asks for the next match, if one is wanted and nothing is under way.
    pub(super) fn ask_match(&mut self) {
        let rows = self.scroll_rows();
        let (Mode::Scroll(scroll), Some(pane)) = (&mut self.mode, self.focus) else {
            return;
        };
        let cursor = scroll.selection.map(|selection| selection.cursor);
        let Some(sought) = &mut scroll.seek.sought else {
            return;
        };
        if scroll.waiting || sought.steps == 0 {
            return;
        }
        scroll.waiting = true;
        let forth = sought.steps > 0;
        sought.steps -= sought.steps.signum();
        let request = Request::Search {
            pane,
            pattern: sought.pattern.clone(),
            backwards: sought.backwards == forth,
            from: cursor.or(sought.found),
            top: scroll.top,
            rows,
        };
        let purpose = Purpose::Search {
            visit: scroll.visit,
            search: sought.number,
        };
        self.request(request, purpose);
    }

    pub(super) fn found(&mut self, visit: u64, search: u64, found: Option<Found>) {
        let Mode::Scroll(scroll) = &mut self.mode else {
            return;
        };
        if scroll.visit != visit {
            return;
        }
        scroll.waiting = false;
        if let Some(sought) = &mut scroll.seek.sought
            && sought.number == search
        {
            match found {
                Some(found) => {
                    sought.found = Some(found.place);
                    if let Some(selection) = &mut scroll.selection {
                        selection.go(found.place, &found.view);
                    }
                    scroll.show(found.view);
                    if found.wrapped {
                        self.say("the search went on from the other end");
                    }
                }
                None => {
                    // What comes later may match: the pattern stays the last one.
                    sought.found = None;
                    sought.steps = 0;
                    let notice = format!("nothing matches '{}'", sought.pattern);
                    self.say(notice);
                }
            }
        }
        self.ask_on();
        self.damage_all();
    }

    pub(super) fn search_failed(&mut self, visit: u64, search: u64, message: String) {
        let Mode::Scroll(scroll) = &mut self.mode else {
            return;
        };
        if scroll.visit != visit {
            return;
        }
        scroll.waiting = false;
        if matches!(&scroll.seek.sought, Some(sought) if sought.number == search) {
            scroll.seek.sought = None;
            self.say(message);
        }
        self.ask_on();
    }
}
