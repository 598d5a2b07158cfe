//! Selecting with the mouse: a drag selects characters, a double click words, a triple click lines;
//! the button's release copies.
//!
//! Where nothing is scrolled yet, SCROLL begins with the drag and ends with the copying. What else the
//! mouse does is in `mouse`.

use std::time::{Duration, Instant};

use super::{
    App, Mode, Origin,
    mouse::DOUBLE_CLICK,
    selection::{Selected, Selection, Unit},
};
use crate::{geometry::Position, protocol::PaneId};

/// How long the mouse must stay beyond an edge of the tile for the next row.
const DRAG_SCROLLS: Duration = Duration::from_millis(50);

/// A button that was pressed on a pane's content.
#[derive(Clone, Copy, Debug)]
pub(super) struct Press {
    pane: PaneId,
    at: Position,
    when: Instant,
    count: u8,
}

/// A selection that the mouse is making.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Drag {
    from: Position,
    /// The cell that the mouse is at, moved into the tile.
    to: Position,
    /// How far above the tile the mouse is, or below it.
    beyond: i64,
    /// When to scroll because of that.
    due: Option<Instant>,
    unit: Unit,
    anchored: bool,
    released: bool,
}

impl App {
    /// Notes a press on a pane's content; the second and the third in place select.
    pub(super) fn pressed(&mut self, pane: PaneId, at: Position) {
        let now = self.now.instant;
        let again = self.press.filter(|before| {
            let soon = now.saturating_duration_since(before.when) < DOUBLE_CLICK;
            before.pane == pane && before.at == at && soon
        });
        let count = again.map_or(1, |before| before.count % 3 + 1);
        self.press = Some(Press {
            pane,
            at,
            when: now,
            count,
        });
        let unit = match count {
            2 => Unit::Word,
            3 => Unit::Line,
            _ => {
                self.place_cursor(at);
                return;
            }
        };
        if matches!(self.mode, Mode::Scroll(_) | Mode::Interact) {
            self.begin_drag(at, unit);
        }
    }

    /// Forgets a press that has meant something else.
    pub(super) fn forget_press(&mut self) {
        self.press = None;
    }

    /// Takes a movement with the button held down; `at` may be beyond the tile.
    pub(super) fn dragged(&mut self, at: Position, beyond: i64) {
        let Some(press) = self.press.filter(|press| Some(press.pane) == self.focus) else {
            return;
        };
        let begun = matches!(&self.mode, Mode::Scroll(scroll) if scroll.drag.is_some());
        if !begun && (at != press.at || beyond != 0) {
            self.begin_drag(press.at, Unit::Character);
        }
        let now = self.now.instant;
        let Mode::Scroll(scroll) = &mut self.mode else {
            return;
        };
        let Some(drag) = scroll.drag.as_mut().filter(|drag| !drag.released) else {
            return;
        };
        let began = drag.beyond == 0 && beyond != 0;
        drag.to = at;
        drag.beyond = beyond;
        drag.due = match drag.due {
            _ if beyond == 0 => None,
            None => Some(now + DRAG_SCROLLS),
            due => due,
        };
        if began {
            self.scroll_by(beyond.signum());
        }
        self.drag_on();
    }

    /// Takes the release of the button: what is selected is copied.
    pub(super) fn released(&mut self) {
        if let Mode::Scroll(scroll) = &mut self.mode
            && let Some(drag) = &mut scroll.drag
        {
            drag.released = true;
            drag.due = None;
            self.drag_on();
        }
    }

    fn begin_drag(&mut self, from: Position, unit: Unit) {
        let origin = match self.mode {
            Mode::Scroll(_) => None,
            Mode::Interact => Some(Origin::Interact),
            Mode::Watch => Some(Origin::Watch),
            Mode::Inbox(_) | Mode::Inspect(_) => return,
        };
        if let Some(origin) = origin {
            self.begin_scroll(origin, 0);
        }
        let Mode::Scroll(scroll) = &mut self.mode else {
            return;
        };
        scroll.by_mouse |= origin.is_some();
        // The live screen has gone on since it was last asked for.
        scroll.stale |= origin.is_none() && scroll.history().is_none();
        scroll.moves.clear();
        scroll.drag = Some(Drag {
            from,
            to: from,
            beyond: 0,
            due: None,
            unit,
            anchored: false,
            released: false,
        });
        self.on_view();
    }

    /// Brings the selection to where the mouse is, once the view is there.
    pub(super) fn drag_on(&mut self) {
        let Mode::Scroll(scroll) = &mut self.mode else {
            return;
        };
        let (Some(view), Some(drag)) = (&scroll.view, &mut scroll.drag) else {
            return;
        };
        if scroll.stale || scroll.waiting && !drag.anchored {
            return;
        }
        if !drag.anchored {
            drag.anchored = true;
            scroll.selection =
                view.place_at(drag.from.row, drag.from.col)
                    .map(|cursor| Selection {
                        cursor,
                        selected: Some(Selected {
                            anchor: view.around(cursor, drag.unit),
                            head: view.around(cursor, drag.unit),
                            unit: drag.unit,
                        }),
                    });
        }
        let place = view.place_at(drag.to.row, drag.to.col);
        if let (Some(place), Some(selection)) = (place, &mut scroll.selection) {
            selection.go(place, view);
        }
        let released = drag.released;
        scroll.pin();
        if released {
            scroll.drag = None;
            let leave = scroll.by_mouse;
            self.copy(leave);
        }
        self.damage_all();
    }

    /// Puts a cursor that is shown where somebody has clicked, with nothing selected.
    fn place_cursor(&mut self, at: Position) {
        self.drop_selected();
        if let Mode::Scroll(scroll) = &mut self.mode
            && let (Some(view), Some(selection)) = (&scroll.view, &mut scroll.selection)
            && let Some(place) = view.place_at(at.row, at.col)
        {
            selection.go(place, view);
        }
    }

    /// Returns when the view moves on because the mouse is beyond the tile.
    pub(super) fn drag_deadline(&self) -> Option<Instant> {
        match &self.mode {
            Mode::Scroll(scroll) => scroll.drag.and_then(|drag| drag.due),
            _ => None,
        }
    }

    /// Moves the view on when that is due.
    pub(super) fn drag_tick(&mut self) {
        let now = self.now.instant;
        let Mode::Scroll(scroll) = &mut self.mode else {
            return;
        };
        if let Some(drag) = &mut scroll.drag
            && drag.due.is_some_and(|due| due <= now)
        {
            drag.due = Some(now + DRAG_SCROLLS);
            let by = drag.beyond;
            // A server that is slow to answer is not asked for more.
            if !scroll.waiting {
                self.scroll_by(by);
            }
        }
    }
}
