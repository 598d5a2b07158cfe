//! Selecting in SCROLL: what its keys do with a cursor, and the prompts that are jumped to.
//!
//! Movements wait for the view: each is done once the rows that it needs are there. What a place is,
//! and where a movement leads, is in `selection`; what is done with what is selected, in `copy`.

use super::{
    App, Mode, Purpose, Scroll,
    scroll::FAR,
    selection::{Motion, Selection, Step, Unit},
};
use crate::{
    protocol::{Found, Request},
    screen::Place,
    tui::keymap::ScrollAction,
};

/// Movements that may wait for a view; more are dropped, as from a key that is held down.
const MOST_MOVES: usize = 64;

/// Something to do, with the cursor or not, once the view is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Move {
    /// Shows it.
    Begin,
    /// Begins or ends to select.
    Select(Unit),
    /// Moves it; the number says how many rows were above the view that it has been tried in.
    Go(Motion, Option<u64>),
    /// Puts it at the other end of what is selected.
    Swap,
    /// Drops what is selected.
    Drop,
    /// Goes to the next prompt, or to the one before.
    Prompt { backwards: bool },
    /// Copies what is selected; SCROLL ends then if this holds.
    Copy(bool),
    /// Opens all of the pane's history in an editor.
    Edit,
    /// Moves the view by this many rows, and the cursor with it.
    Page(i64),
    /// Puts it on this row and column of a view that has been moved, or, where the view could not be,
    /// on its edge.
    Land {
        row: u16,
        column: u16,
        above: u64,
        by: i64,
    },
}

impl App {
    /// Does what a key means to the cursor, or to what is selected; returns whether it means anything.
    pub(super) fn cursor_act(&mut self, action: ScrollAction) -> bool {
        let page = self.scroll_page();
        let Mode::Scroll(scroll) = &mut self.mode else {
            return false;
        };
        let shown = scroll.selection.is_some() || scroll.moves.contains(&Move::Begin);
        let go = |motion| Move::Go(motion, None);
        let wanted = match action {
            ScrollAction::Select => Move::Select(Unit::Character),
            ScrollAction::SelectLines => Move::Select(Unit::Line),
            ScrollAction::Left => go(Motion::Left),
            ScrollAction::Right => go(Motion::Right),
            ScrollAction::WordForward => go(Motion::WordForward),
            ScrollAction::WordBack => go(Motion::WordBack),
            ScrollAction::WordEnd if shown => go(Motion::WordEnd),
            ScrollAction::WordEnd | ScrollAction::Edit => Move::Edit,
            ScrollAction::LineStart => go(Motion::LineStart),
            ScrollAction::LineEnd => go(Motion::LineEnd),
            ScrollAction::PreviousPrompt => Move::Prompt { backwards: true },
            ScrollAction::NextPrompt => Move::Prompt { backwards: false },
            ScrollAction::Copy => Move::Copy(false),
            ScrollAction::CopyAndLeave if !shown && scroll.moves.is_empty() => {
                self.end_scroll();
                return true;
            }
            ScrollAction::CopyAndLeave => Move::Copy(true),
            ScrollAction::SwapEnds => Move::Swap,
            _ if !shown => return false,
            ScrollAction::LineUp => go(Motion::Rows(-1)),
            ScrollAction::LineDown => go(Motion::Rows(1)),
            ScrollAction::HalfUp => Move::Page(-(page / 2).max(1)),
            ScrollAction::HalfDown => Move::Page((page / 2).max(1)),
            ScrollAction::PageUp => Move::Page(-page),
            ScrollAction::PageDown => Move::Page(page),
            ScrollAction::Top => Move::Page(-FAR),
            ScrollAction::Bottom => Move::Page(FAR),
            ScrollAction::SearchDown
            | ScrollAction::SearchUp
            | ScrollAction::NextMatch
            | ScrollAction::PreviousMatch
            | ScrollAction::Leave => return false,
        };
        let moves = !matches!(
            wanted,
            Move::Prompt { .. } | Move::Copy(_) | Move::Swap | Move::Edit
        );
        if moves && !shown {
            scroll.moves.push_back(Move::Begin);
            scroll.stale = true;
        }
        if scroll.moves.len() < MOST_MOVES {
            scroll.moves.push_back(wanted);
        }
        self.on_view();
        true
    }

    /// Drops what is selected, but not the cursor; returns whether anything was, or will be.
    pub(super) fn drop_selected(&mut self) -> bool {
        let Mode::Scroll(scroll) = &mut self.mode else {
            return false;
        };
        if scroll.will_select() {
            scroll.moves.push_back(Move::Drop);
            return true;
        }
        let selected = scroll.selection.as_mut().map(|it| it.selected.take());
        self.damage_all();
        selected.flatten().is_some()
    }

    /// Does what has waited for the view, as far as it goes.
    pub(super) fn on_view(&mut self) {
        while self.do_move() {}
        self.drag_on();
        let Mode::Scroll(scroll) = &self.mode else {
            return;
        };
        if scroll.stale {
            self.ask_history();
        }
    }

    /// Does the next movement; returns whether it is done.
    fn do_move(&mut self) -> bool {
        let live = self.focused().map(|pane| pane.screen.cursor.position);
        let Mode::Scroll(scroll) = &mut self.mode else {
            return false;
        };
        if scroll.waiting || scroll.stale {
            return false;
        }
        let (Some(view), Some(next)) = (&scroll.view, scroll.moves.front().copied()) else {
            return false;
        };
        match next {
            Move::Prompt { backwards } => {
                scroll.moves.pop_front();
                self.ask_prompt(backwards);
                return false;
            }
            Move::Copy(leave) => {
                scroll.moves.pop_front();
                self.copy(leave);
                return true;
            }
            Move::Edit => {
                scroll.moves.pop_front();
                self.edit_history();
                return true;
            }
            _ => {}
        }
        let mut scrolls = 0;
        let mut shows = None;
        let mut after = None;
        match (next, &mut scroll.selection) {
            (Move::Begin, selection) => {
                let known = scroll.seek.sought.as_ref().and_then(|sought| sought.found);
                let prompt = scroll.prompt.map(|line| Place { line, column: 0 });
                let known = known.or(prompt).filter(|it| view.cell_of(*it).is_some());
                let (row, column) = match live {
                    Some(live) if view.top.is_none() => (live.row, live.col),
                    _ => (u16::MAX, 0),
                };
                let cursor = known.or_else(|| view.place_at(row, column));
                *selection = cursor.map(|cursor| Selection {
                    cursor,
                    selected: None,
                });
                scroll.pin();
            }
            // Nothing is selected, or there is no text at all.
            (_, None) | (Move::Prompt { .. } | Move::Copy(_) | Move::Edit, _) => {}
            (Move::Swap, Some(selection)) => {
                selection.swap();
                shows = Some(selection.cursor);
            }
            (Move::Drop, Some(selection)) => selection.selected = None,
            (Move::Select(unit), Some(selection)) => selection.toggle(unit, view),
            (Move::Go(motion, tried), Some(selection)) => {
                match view.step(selection.cursor, motion) {
                    Step::To(place) => selection.go(place, view),
                    Step::Beyond(_, place) if tried == Some(view.above) => {
                        selection.go(place, view);
                    }
                    Step::Beyond(by, place) => {
                        let row = view.cell_of(selection.cursor).map_or(0, |(row, _)| row);
                        // The cursor stays in the view.
                        if i64::from(row) < by || by < -i64::from(row) - 1 {
                            selection.go(place, view);
                        }
                        scrolls = by;
                        after = Some(Move::Go(motion, Some(view.above)));
                    }
                }
            }
            (Move::Page(by), Some(selection)) => {
                let (row, column) = view.cell_of(selection.cursor).unwrap_or_default();
                scrolls = by;
                after = Some(Move::Land {
                    row,
                    column,
                    above: view.above,
                    by,
                });
            }
            (
                Move::Land {
                    row,
                    column,
                    above,
                    by,
                },
                Some(selection),
            ) => {
                let last = view.rows.iter().rposition(|row| !row.runs.is_empty());
                let last = last.and_then(|last| u16::try_from(last).ok()).unwrap_or(0);
                let (row, column) = match by {
                    by if by <= -FAR => (0, 0),
                    by if by >= FAR => (last, 0),
                    _ if above != view.above => (row, column),
                    ..0 => (0, column),
                    _ => (last, column),
                };
                if let Some(place) = view.place_at(row, column) {
                    selection.go(place, view);
                }
            }
        }
        scroll.moves.pop_front();
        self.damage_all();
        if let Some(place) = shows {
            self.show_place(place);
        }
        match after {
            None => true,
            Some(after) => {
                if let Mode::Scroll(scroll) = &mut self.mode {
                    scroll.moves.push_front(after);
                }
                self.scroll_by(scrolls);
                // The view is asked for even where it already is at its end.
                false
            }
        }
    }

    /// Brings the cursor back into a view that has another size.
    pub(super) fn keep_cursor(&mut self) {
        if let Mode::Scroll(scroll) = &mut self.mode
            && !scroll.stale
            && std::mem::take(&mut scroll.rewrapped)
            && let Some(Selection { cursor, .. }) = scroll.selection
        {
            self.show_place(cursor);
        }
    }

    /// Brings a place into the view if it is not there.
    pub(super) fn show_place(&mut self, place: Place) {
        let half = i64::from(self.scroll_rows() / 2);
        let columns = self.focus.and_then(|focus| self.arrangement.tile(focus));
        let columns = columns.map_or(1, |tile| tile.size().cols.max(1));
        self.damage_all();
        let Mode::Scroll(scroll) = &mut self.mode else {
            return;
        };
        let shown = |view: &crate::screen::HistoryView| view.cell_of(place).is_some();
        if scroll.view.as_ref().is_some_and(shown) {
            return;
        }
        scroll.top = Some(crate::screen::Anchor {
            line: place.line,
            row: place.column / u32::from(columns),
        });
        self.scroll_by(-half);
    }

    fn ask_prompt(&mut self, backwards: bool) {
        let rows = self.scroll_rows();
        let (Mode::Scroll(scroll), Some(pane)) = (&mut self.mode, self.focus) else {
            return;
        };
        scroll.waiting = true;
        let request = Request::Prompt {
            pane,
            from: scroll.prompt_before(),
            backwards,
            rows,
        };
        let visit = scroll.visit;
        self.request(request, Purpose::Prompt { visit, backwards });
    }

    pub(super) fn prompt_found(&mut self, visit: u64, backwards: bool, found: Option<Found>) {
        let Mode::Scroll(scroll) = &mut self.mode else {
            return;
        };
        if scroll.visit != visit {
            return;
        }
        scroll.waiting = false;
        match found {
            Some(found) => {
                scroll.prompt = Some(found.place.line);
                if let Some(selection) = &mut scroll.selection {
                    selection.go(found.place, &found.view);
                }
                scroll.show(found.view);
            }
            None => {
                scroll.moves.clear();
                self.say(match backwards {
                    true => "there is no prompt above",
                    false => "there is no prompt below",
                });
            }
        }
        self.damage_all();
        self.ask_on();
    }

    pub(super) fn prompt_failed(&mut self, visit: u64, message: String) {
        if let Mode::Scroll(scroll) = &mut self.mode
            && scroll.visit == visit
        {
            scroll.waiting = false;
            scroll.moves.clear();
            self.say(message);
            self.ask_on();
        }
    }
}

impl Scroll {
    /// Holds the view where it is, even at the live screen: what is selected must not run away.
    pub(super) fn pin(&mut self) {
        if self.selection.is_some()
            && self.top.is_none()
            && let Some(start) = self.view.as_ref().and_then(|view| view.starts.first())
        {
            self.top = Some(start.anchor());
        }
    }

    /// Returns whether something is going to be selected once the view is there.
    pub(super) fn will_select(&self) -> bool {
        let last = |it: &&Move| matches!(it, Move::Select(_) | Move::Drop);
        let last = self.moves.iter().rfind(last);
        matches!(last, Some(Move::Select(_)))
    }

    /// Returns the line from which the next prompt is looked for; `None` for that of the live cursor.
    fn prompt_before(&self) -> Option<u64> {
        let cursor = self.selection.map(|selection| selection.cursor.line);
        let shown = self.view.as_ref().filter(|view| view.top.is_some());
        let top = shown.and_then(|view| view.starts.first());
        cursor.or(self.prompt).or(top.map(|start| start.line))
    }
}

#[cfg(test)]
mod tests;
