//! What is done with text of history: a selection is copied, all of it is opened in an editor.
//!
//! Owns what is asked of the server and how much is copied. Text comes without secrets. The bytes that the
//! terminal gets, and the editor itself, are elsewhere.

use std::ops::Range;

use super::{App, Effect, Mode, Purpose, Scroll};
use crate::{
    protocol::{PaneId, Request, TextPiece},
    screen::Place,
};

/// The most bytes of text that are copied: terminals refuse longer ones, some of them silently, and a
/// slow line would be busy with one for a minute.
pub const MAX_COPY: usize = 100 * 1024;

/// A pane's history on its way into an editor.
#[derive(Debug)]
pub(super) struct Gathering {
    number: u64,
    pane: PaneId,
    /// The line that the editor shows.
    line: u64,
    first: Option<u64>,
    text: String,
}

/// A text to be opened in an editor.
#[derive(Clone, PartialEq, Eq)]
pub struct Editing {
    /// The pane's name.
    pub name: String,
    /// All of its history and screen.
    pub text: String,
    /// The line to begin at, from 1.
    pub line: u64,
}

impl std::fmt::Debug for Editing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Editing")
            .field("name", &self.name)
            .field("line", &self.line)
            .finish_non_exhaustive()
    }
}

impl App {
    /// Copies what is selected; afterwards SCROLL ends if `leave` holds.
    pub(super) fn copy(&mut self, leave: bool) {
        let (Mode::Scroll(scroll), Some(pane)) = (&self.mode, self.focus) else {
            return;
        };
        let Some(range) = scroll.selection.and_then(|selection| selection.range()) else {
            if leave {
                self.end_scroll();
            } else {
                self.say("nothing is selected; v selects characters, V lines");
            }
            return;
        };
        let visit = scroll.visit;
        let (from, to) = (range.start, range.end);
        let request = Request::Text { pane, from, to };
        let range = (from, to);
        let purpose = Purpose::Copy {
            visit,
            leave,
            range,
        };
        self.request(request, purpose);
    }

    /// Takes the text of what was selected.
    pub(super) fn copied(
        &mut self,
        visit: u64,
        leave: bool,
        range: Range<Place>,
        piece: TextPiece,
    ) {
        if piece.next.is_some() || piece.text.len() > MAX_COPY {
            let most = MAX_COPY / 1024;
            self.say(format!(
                "the selection is larger than {most} KB: nothing was copied"
            ));
            return;
        }
        if piece.text.trim().is_empty() {
            self.say("the selection is blank: nothing was copied");
        } else {
            self.say_briefly(amount(&piece.text));
            self.effects.push(Effect::Copy(piece.text));
        }
        // Something else may be selected meanwhile, or be about to be: a third click begins another drag.
        let here = |scroll: &Scroll| {
            let selection = scroll.selection.and_then(|selection| selection.range());
            scroll.visit == visit
                && scroll.drag.is_none()
                && !scroll.will_select()
                && selection.is_none_or(|selected| selected == range)
        };
        if !matches!(&self.mode, Mode::Scroll(scroll) if here(scroll)) {
            return;
        }
        if leave {
            self.end_scroll();
        } else {
            self.drop_selected();
        }
    }

    /// Begins to open all of the focused pane's history in an editor.
    pub(super) fn edit_history(&mut self) {
        let (Mode::Scroll(scroll), Some(pane)) = (&self.mode, self.focus) else {
            return;
        };
        self.scrolls += 1;
        self.gathering = Some(Gathering {
            number: self.scrolls,
            pane,
            line: scroll.line_shown().unwrap_or(u64::MAX),
            first: None,
            text: String::new(),
        });
        self.gather(0);
    }

    fn gather(&mut self, line: u64) {
        let Some(gathering) = &self.gathering else {
            return;
        };
        let request = Request::Text {
            pane: gathering.pane,
            from: Place { line, column: 0 },
            to: Place {
                line: u64::MAX,
                column: u32::MAX,
            },
        };
        let purpose = Purpose::Edit(gathering.number);
        self.request(request, purpose);
    }

    pub(super) fn gathered(&mut self, number: u64, piece: TextPiece) {
        let Some(gathering) = &mut self.gathering else {
            return;
        };
        if gathering.number != number {
            return;
        }
        gathering.first.get_or_insert(piece.first);
        gathering.text.push_str(&piece.text);
        gathering.text.push('\n');
        if let Some(next) = piece.next {
            return self.gather(next);
        }
        let Some(Gathering {
            pane,
            line,
            first,
            mut text,
            ..
        }) = self.gathering.take()
        else {
            return;
        };
        text.truncate(text.trim_end_matches('\n').len());
        text.push('\n');
        let lines = memchr::memchr_iter(b'\n', text.as_bytes()).count() as u64;
        let line = line.saturating_sub(first.unwrap_or(0)).saturating_add(1);
        let name = self.pane(pane).map_or("", |pane| pane.name()).to_owned();
        self.effects.push(Effect::Edit(Editing {
            name,
            text,
            line: line.min(lines),
        }));
    }

    /// Gives up to open history, since the server does not give it.
    pub(super) fn gathering_failed(&mut self, number: u64, message: String) {
        if matches!(&self.gathering, Some(gathering) if gathering.number == number) {
            self.gathering = None;
            self.say(message);
        }
    }
}

impl Scroll {
    /// Returns the line to look at: the cursor's, else the first one shown above the live screen.
    fn line_shown(&self) -> Option<u64> {
        let cursor = self.selection.map(|selection| selection.cursor.line);
        let view = self.history();
        let top = view.and_then(|view| view.starts.first());
        cursor.or(top.map(|start| start.line))
    }
}

/// Says how much was copied.
fn amount(text: &str) -> String {
    let lines = text.split('\n').count();
    let characters = text.chars().count();
    match (lines, characters) {
        (1, 1) => "copied 1 character".to_owned(),
        (1, characters) => format!("copied {characters} characters"),
        (lines, _) => format!("copied {lines} lines"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_in_lines_or_characters() {
        for (text, said) in [
            ("x", "copied 1 character"),
            ("äb c", "copied 4 characters"),
            ("a\n\nb", "copied 3 lines"),
        ] {
            assert_eq!(amount(text), said);
        }
    }
}
