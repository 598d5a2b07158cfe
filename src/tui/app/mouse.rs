//! The mouse: clicks focus, a double click interacts, the wheel scrolls, a drag selects (`drag`) or moves
//! the lines between tiles, and a click on a hint of the status bar is its key; but a child that gets the
//! keys and asked for the mouse gets that too, as long as it is over its tile.

use std::time::Duration;

use ratatui::layout::{Position as Cell, Rect};

use super::{App, Dialog, Mode, Origin, scroll::WHEEL_ROWS};
use crate::{
    geometry::Position,
    keys::{Input, Key, KeyCode, Modifiers, Mouse, MouseAction},
    protocol::PaneId,
    tui::view,
};

/// The longest time between the clicks of a double click.
pub(super) const DOUBLE_CLICK: Duration = Duration::from_millis(400);

impl App {
    pub(super) fn mouse(&mut self, mouse: Mouse) {
        if mouse.action == MouseAction::Press(0)
            && let Some(bar) = self.arrangement.bar
            && bar.y == mouse.position.row
        {
            if let Some(key) = view::key_at(self, bar, mouse.position.col) {
                self.key(key);
            }
            return;
        }
        if self.palette_mouse(mouse) || self.page_mouse(mouse) {
            return;
        }
        if matches!(self.mode, Mode::Inspect(_)) {
            return self.inspect_mouse(mouse);
        }
        if self.forward(mouse) || self.drag_edge(mouse) {
            return;
        }
        match mouse.action {
            // With Shift held down the mouse is the outer terminal's.
            _ if mouse.modifiers.contains(Modifiers::SHIFT) => {}
            MouseAction::Drag(0) => self.drag_over(mouse.position),
            MouseAction::Release(0) => self.released(),
            _ => {}
        }
        let Some(pane) = self.pane_at(mouse.position) else {
            return;
        };
        match mouse.action {
            MouseAction::Press(0) => {
                self.clicked(pane);
                self.press_on(pane, mouse);
            }
            MouseAction::WheelUp => self.wheel(pane, -WHEEL_ROWS),
            MouseAction::WheelDown => self.wheel(pane, WHEEL_ROWS),
            _ => {}
        }
    }

    /// Gives the event to what lies over the panes: the wheel moves in pages and in the inbox, a click on a
    /// choice is its key. Returns whether there is such.
    fn page_mouse(&mut self, mouse: Mouse) -> bool {
        let in_inbox = self.dialog.is_none() && matches!(self.mode, Mode::Inbox(_));
        let in_page = matches!(self.dialog, Some(Dialog::Help(_) | Dialog::Why(_)));
        match mouse.action {
            MouseAction::WheelUp if in_inbox => self.select(-1),
            MouseAction::WheelDown if in_inbox => self.select(1),
            MouseAction::WheelUp if in_page => self.key(Key::plain(KeyCode::Up)),
            MouseAction::WheelDown if in_page => self.key(Key::plain(KeyCode::Down)),
            MouseAction::Press(0) => {
                let choice = self.question().and_then(|question| {
                    let all = Rect::new(0, 0, self.size.cols, self.size.rows);
                    view::choice_at(&question, all, mouse.position)
                });
                if let Some(choice) = choice {
                    self.key(Key::plain(KeyCode::Char(choice)));
                    return true;
                }
            }
            _ => {}
        }
        in_inbox || self.dialog.is_some()
    }

    pub(super) fn clicked(&mut self, pane: PaneId) {
        let now = self.now.instant;
        let double = self.click.is_some_and(|(before, then)| {
            before == pane && now.saturating_duration_since(then) < DOUBLE_CLICK
        });
        self.click = Some((pane, now));
        self.focus_on(pane);
        if double && self.mode == Mode::Watch {
            self.click = None;
            self.interact();
            self.forget_press();
        }
    }

    /// Takes a press on a pane's content, which may begin to select there.
    fn press_on(&mut self, pane: PaneId, mouse: Mouse) {
        let tile = self.arrangement.tile(pane);
        let cell = Cell::new(mouse.position.col, mouse.position.row);
        let Some(tile) = tile.filter(|tile| tile.inner.contains(cell)) else {
            return self.forget_press();
        };
        // A double click has given the keys to the child.
        let entered = self.mode == Mode::Interact && self.click.is_none();
        if !mouse.modifiers.contains(Modifiers::SHIFT) && !entered {
            self.pressed(pane, within(tile.inner, mouse.position));
        }
    }

    fn drag_over(&mut self, position: Position) {
        let Some(tile) = self.focus.and_then(|focus| self.arrangement.tile(focus)) else {
            return;
        };
        let (row, inner) = (i64::from(position.row), tile.inner);
        let above = (row - i64::from(inner.y)).min(0);
        let below = (row - i64::from(inner.bottom()) + 1).max(0);
        let at = within(inner, position);
        self.dragged(at, above + below);
    }

    fn wheel(&mut self, pane: PaneId, by: i64) {
        if self.arrangement.tile(pane).is_none() {
            return;
        }
        if self.focus != Some(pane) {
            self.focus_on(pane);
        }
        let origin = match self.mode {
            Mode::Scroll(_) => return self.scroll_wheel(by),
            Mode::Interact => Origin::Interact,
            Mode::Watch => Origin::Watch,
            Mode::Inbox(_) | Mode::Inspect(_) => return,
        };
        let modes = self.focused().map(|pane| pane.screen.modes);
        if origin == Origin::Interact
            && let Some(modes) = modes.filter(|modes| modes.alternate)
        {
            // The alternate screen has no history: as terminals do, the wheel becomes arrow keys,
            // unless the program does not want them (DECRST 1007).
            if !modes.alternate_scroll {
                return;
            }
            let code = if by < 0 { KeyCode::Up } else { KeyCode::Down };
            for _ in 0..WHEEL_ROWS {
                self.type_in(Input::Key(Key::plain(code)));
            }
        } else if by < 0 {
            self.begin_scroll(origin, by);
        }
    }

    /// Gives the event to the child where it is its own; returns whether it was.
    fn forward(&mut self, mouse: Mouse) -> bool {
        let Some(pane) = self.focused() else {
            return false;
        };
        if self.mode != Mode::Interact || !pane.screen.modes.mouse {
            self.dragging = false;
            return false;
        }
        let Some(tile) = self.arrangement.tile(pane.id()) else {
            return false;
        };
        let inside = tile
            .inner
            .contains(Cell::new(mouse.position.col, mouse.position.row));
        let goes_on = matches!(mouse.action, MouseAction::Drag(_) | MouseAction::Release(_));
        if !(inside || self.dragging && goes_on) {
            return false;
        }
        let position = within(tile.inner, mouse.position);
        let position = Position {
            row: position.row + view::first_row(&pane.screen, tile.inner.height),
            col: position.col,
        };
        self.dragging = match mouse.action {
            MouseAction::Press(_) => true,
            MouseAction::Release(_) => false,
            _ => self.dragging,
        };
        self.type_in(Input::Mouse(Mouse { position, ..mouse }));
        true
    }

    /// Returns the pane whose tile or line of the list is at `position`.
    pub(super) fn pane_at(&self, position: Position) -> Option<PaneId> {
        let cell = Cell::new(position.col, position.row);
        if let Some(list) = self.arrangement.list
            && list.contains(cell)
        {
            let line = position.row.checked_sub(list.y + 1)?;
            let index = view::list_top(self, list) + usize::from(line);
            let inside = position.row + 1 < list.bottom();
            return self
                .listed()
                .nth(index)
                .filter(|_| inside)
                .map(super::Pane::id);
        }
        self.arrangement
            .tiles
            .iter()
            .find(|tile| tile.area.contains(cell))
            .map(|tile| tile.pane)
    }
}

/// Returns `position` relative to `area`, moved to its nearest cell.
fn within(area: Rect, position: Position) -> Position {
    let along =
        |at: u16, start: u16, length: u16| at.saturating_sub(start).min(length.saturating_sub(1));
    Position {
        row: along(position.row, area.y, area.height),
        col: along(position.col, area.x, area.width),
    }
}
