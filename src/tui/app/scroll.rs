//! SCROLL: the focused pane's history, asked from the server row by row.
//!
//! The view hangs on an anchor in the text, so output goes on underneath without moving it. One
//! request is under way; what is scrolled meanwhile is added up.

use std::collections::VecDeque;

use super::{
    App, Mode, Purpose, Seek,
    drag::Drag,
    select::Move,
    selection::{Selected, Selection},
};
use crate::{
    keys::{Key, KeyCode},
    protocol::Request,
    screen::{Anchor, HistoryView},
    tui::{
        Outcome,
        keymap::{self, ScrollAction},
        view,
    },
};

/// Farther than any history reaches, and far from overflow.
pub(super) const FAR: i64 = 1 << 40;

/// Rows that one step of the wheel moves.
pub const WHEEL_ROWS: i64 = 3;

/// The mode that SCROLL returns to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Keys of its own move through the text.
    Watch,
    /// Only keys that type nothing move; any other returns and goes to the child.
    Interact,
}

/// One visit to SCROLL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scroll {
    /// The mode to return to.
    pub origin: Origin,
    /// What the server showed last; `None` until its first answer.
    pub view: Option<HistoryView>,
    /// What is searched for.
    pub seek: Seek,
    /// The cursor and what is selected.
    pub selection: Option<Selection>,
    /// The line of the prompt that was jumped to last.
    pub prompt: Option<u64>,
    pub(super) visit: u64,
    pub(super) top: Option<Anchor>,
    pub(super) waiting: bool,
    /// How many rows of the live screen were above its tile when the view was asked for.
    crop: u16,
    /// The view must be asked for again, even at the same place.
    pub(super) stale: bool,
    /// The rows have other widths: the cursor must be looked for.
    pub(super) rewrapped: bool,
    pub(super) moves: VecDeque<Move>,
    /// It has begun with the mouse, and ends with its copying.
    pub(super) by_mouse: bool,
    pub(super) drag: Option<Drag>,
    by: i64,
    leaves_at_end: bool,
}

impl Scroll {
    /// Returns whether the view is somewhere above the live screen.
    pub fn shows_history(&self) -> bool {
        self.history().is_some()
    }

    /// Returns the view when it is somewhere above the live screen, or shows matches, a prompt or a
    /// cursor, which stand still until something moves.
    pub fn history(&self) -> Option<&HistoryView> {
        let still = self.selection.is_some() || self.prompt.is_some();
        let shown = |view: &&HistoryView| still || view.top.is_some() || !view.marks.is_empty();
        self.view.as_ref().filter(shown)
    }
}

impl Scroll {
    /// Takes the view that was waited for.
    pub(super) fn show(&mut self, view: HistoryView) {
        self.waiting = false;
        self.top = view.top;
        self.view = Some(view);
        self.pin();
    }

    /// Returns what is selected.
    pub fn selected(&self) -> Option<Selected> {
        self.selection.and_then(|selection| selection.selected)
    }
}

impl App {
    pub(super) fn begin_scroll(&mut self, origin: Origin, by: i64) {
        if self.focus.is_none() {
            return;
        }
        self.scrolls += 1;
        self.mode = Mode::Scroll(Box::new(Scroll {
            origin,
            view: None,
            seek: Seek::default(),
            selection: None,
            prompt: None,
            visit: self.scrolls,
            top: None,
            waiting: false,
            crop: 0,
            stale: false,
            rewrapped: false,
            moves: VecDeque::new(),
            by_mouse: false,
            drag: None,
            by: 0,
            leaves_at_end: false,
        }));
        self.scroll_by(by);
        self.damage_all();
    }

    /// Returns to the mode before.
    pub(super) fn end_scroll(&mut self) {
        if let Mode::Scroll(scroll) = &self.mode {
            self.mode = match scroll.origin {
                Origin::Watch => Mode::Watch,
                Origin::Interact => Mode::Interact,
            };
            self.damage_all();
        }
    }

    pub(super) fn scroll_key(&mut self, key: Key) {
        let escape = self.keymap.escape();
        let Mode::Scroll(scroll) = &mut self.mode else {
            return;
        };
        if scroll.seek.typing.is_some() {
            return self.seek_key(key);
        }
        scroll.by_mouse = false;
        let action = self.keymap.scroll(key);
        if scroll.origin == Origin::Interact {
            match (key.code, action) {
                _ if key == escape => {
                    self.end_scroll();
                    self.leave_interact();
                }
                (KeyCode::Escape, _) => {
                    if !self.drop_selected() {
                        self.end_scroll();
                    }
                }
                (KeyCode::PageUp | KeyCode::PageDown, Some(action)) => {
                    scroll.leaves_at_end = action == ScrollAction::PageDown;
                    self.scroll_act(action);
                }
                _ => {
                    self.end_scroll();
                    self.interact_key(key);
                }
            }
            return;
        }
        match action {
            Some(ScrollAction::Leave)
                if key.code == KeyCode::Escape
                    && (scroll.selected().is_some() || scroll.will_select()) =>
            {
                self.drop_selected();
            }
            None if scroll.selected().is_some() => {
                let key = keymap::label(key);
                self.say(format!("{key} does nothing here; what is selected stays"));
            }
            Some(ScrollAction::Leave) | None => {
                self.end_scroll();
                if key == escape && self.options.only.is_some() {
                    self.leave(Outcome::LeftPane);
                }
            }
            Some(action) => {
                scroll.leaves_at_end = false;
                self.scroll_act(action);
            }
        }
    }

    fn scroll_act(&mut self, action: ScrollAction) {
        if self.cursor_act(action) {
            return;
        }
        let page = self.scroll_page();
        self.scroll_by(match action {
            ScrollAction::LineUp => -1,
            ScrollAction::LineDown => 1,
            ScrollAction::HalfUp => -(page / 2).max(1),
            ScrollAction::HalfDown => (page / 2).max(1),
            ScrollAction::PageUp => -page,
            ScrollAction::PageDown => page,
            ScrollAction::Top => -FAR,
            ScrollAction::Bottom => FAR,
            ScrollAction::SearchDown => return self.begin_seek(false),
            ScrollAction::SearchUp => return self.begin_seek(true),
            ScrollAction::NextMatch => return self.step_to_match(1),
            ScrollAction::PreviousMatch => return self.step_to_match(-1),
            ScrollAction::Leave => return self.end_scroll(),
            // They have been done.
            _ => return,
        });
    }

    /// Moves the view; at the end of a turn of the wheel downwards SCROLL ends by itself.
    pub(super) fn scroll_wheel(&mut self, by: i64) {
        if let Mode::Scroll(scroll) = &mut self.mode {
            scroll.leaves_at_end = by > 0 && scroll.selection.is_none();
            self.scroll_by(by);
        }
    }

    pub(super) fn scroll_by(&mut self, by: i64) {
        if let Mode::Scroll(scroll) = &mut self.mode {
            scroll.by = (scroll.by + by).clamp(-2 * FAR, 2 * FAR);
            // The prompt that is meant next is that beside what is shown.
            scroll.prompt = None;
            self.ask_history();
        }
    }

    /// Asks for the same place again, since the tile has another size.
    pub(super) fn rescroll(&mut self) {
        if let Mode::Scroll(scroll) = &mut self.mode
            && scroll.view.is_some()
        {
            scroll.stale = true;
            scroll.rewrapped = true;
            self.ask_history();
        }
    }

    /// Returns how far one page is: a screen but for one row.
    pub(super) fn scroll_page(&self) -> i64 {
        i64::from(self.scroll_rows()).saturating_sub(1).max(1)
    }

    /// Returns how many rows the view has.
    pub(super) fn scroll_rows(&self) -> u16 {
        let tile = self.focus.and_then(|focus| self.arrangement.tile(focus));
        tile.map_or(1, |tile| tile.size().rows)
    }

    /// Returns how many rows of the focused pane's screen are above what its tile shows of it.
    fn crop(&self) -> u16 {
        let height = self.scroll_rows();
        self.focused()
            .map_or(0, |pane| view::first_row(&pane.screen, height))
    }

    pub(super) fn ask_history(&mut self) {
        let (height, crop) = (self.scroll_rows(), self.crop());
        let (Mode::Scroll(scroll), Some(pane)) = (&mut self.mode, self.focus) else {
            return;
        };
        if scroll.waiting {
            return;
        }
        scroll.waiting = true;
        scroll.stale = false;
        scroll.crop = crop;
        let by = std::mem::take(&mut scroll.by);
        let (top, visit) = (scroll.top, scroll.visit);
        let request = Request::History {
            pane,
            top,
            by,
            rows: height.saturating_add(crop),
            pattern: scroll.seek.marked(),
        };
        self.request(request, Purpose::History(visit));
    }

    pub(super) fn history(&mut self, visit: u64, view: HistoryView) {
        let height = self.scroll_rows();
        let Mode::Scroll(scroll) = &mut self.mode else {
            return;
        };
        if scroll.visit != visit {
            return;
        }
        let view = cropped(view, scroll.crop, height);
        scroll.show(view);
        let ends = scroll.top.is_none() && scroll.leaves_at_end && scroll.by >= 0;
        if ends {
            self.end_scroll();
        } else {
            self.keep_cursor();
            self.ask_on();
        }
        self.damage_all();
    }

    /// Asks for what was wanted while another request was under way.
    pub(super) fn ask_on(&mut self) {
        self.ask_match();
        self.on_view();
        if matches!(&self.mode, Mode::Scroll(scroll) if scroll.by != 0) {
            self.ask_history();
        }
    }

    pub(super) fn history_failed(&mut self, visit: u64) {
        if matches!(&self.mode, Mode::Scroll(scroll) if scroll.visit == visit) {
            self.end_scroll();
        }
    }
}

/// Returns what a tile of so many rows shows of a view: at the live screen, of which it shows the rows around
/// the cursor, the first `crop` rows are above it.
fn cropped(mut view: HistoryView, crop: u16, height: u16) -> HistoryView {
    let first = match view.top {
        None => crop,
        Some(_) => 0,
    };
    let above = usize::from(first).min(view.rows.len());
    view.rows.drain(..above);
    view.rows.truncate(height.into());
    let above = usize::from(first).min(view.starts.len());
    view.starts.drain(..above);
    view.starts.truncate(height.into());
    view.marks.retain_mut(|mark| {
        let row = mark.row.checked_sub(first).filter(|row| *row < height);
        mark.row = row.unwrap_or(mark.row);
        row.is_some()
    });
    view
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        geometry::{Position, Size},
        keys::{Input, Modifiers, Mouse, MouseAction},
        protocol::{PaneId, Reply},
        screen::{Place, RowStart},
        tui::{
            app::Msg,
            fixture::{Rig, pane, screen},
        },
    };

    #[test]
    fn a_drag_on_a_cropped_pane_selects_what_is_under_the_mouse() {
        let mut rig = Rig::with_panes(vec![pane(1, "p")]);
        let lines: Vec<String> = (0..50).map(|line| format!("line {line}")).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let size = Size { rows: 50, cols: 60 };
        let shown = screen(size, &lines);
        rig.shows_screen(PaneId(1), &shown);
        let inner = rig.app.arrangement.tile(PaneId(1)).unwrap().inner;
        let first = 50 - inner.height;
        rig.effects.clear();
        for (action, row) in [(MouseAction::Press(0), 2), (MouseAction::Drag(0), 4)] {
            let position = Position {
                row: inner.y + row,
                col: inner.x,
            };
            let modifiers = Modifiers::NONE;
            let mouse = Mouse {
                action,
                position,
                modifiers,
            };
            rig.send(Msg::Input(vec![Input::Mouse(mouse)]));
        }
        let asked = rig.requests();
        let Some(Request::History {
            top: None,
            by: 0,
            rows,
            ..
        }) = asked.first()
        else {
            panic!("{asked:?}");
        };
        assert_eq!(*rows, 50, "all that may be above what is shown");
        let start = |line| RowStart {
            line,
            row: 0,
            column: 0,
        };
        let view = HistoryView {
            top: None,
            above: 7,
            below: 0,
            rows: shown.rows.clone(),
            starts: (0..50).map(start).collect(),
            marks: Vec::new(),
        };
        rig.send(Msg::Reply(Purpose::History(1), Reply::History(view)));
        let Mode::Scroll(scroll) = &rig.app.mode else {
            panic!("{:?}", rig.app.mode);
        };
        let selected = scroll.selected().unwrap();
        let line = |row: u16| Place {
            line: u64::from(first + row),
            column: 0,
        };
        assert_eq!(selected.anchor.0, line(2));
        assert_eq!(scroll.selection.unwrap().cursor, line(4));
        assert!(
            rig.text().contains(&format!("line {first} ")),
            "{}",
            rig.text()
        );
    }
}
