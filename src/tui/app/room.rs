//! The room of the panes: which layout, how it is shared out, and the way from tile to tile.

use std::collections::HashMap;

use ratatui::layout::{Position as Cell, Rect};

use super::{App, Mode};
use crate::{
    keys::{Mouse, MouseAction},
    protocol::PaneId,
    session::Layout,
    tui::layout::{Edge, Shares},
};

/// What a person wants of the room.
#[derive(Clone, Debug, Default)]
pub struct Room {
    /// The pane that is the large one of [`Layout::Main`].
    pub(super) main: Option<PaneId>,
    /// How each layout is shared out.
    pub(super) shares: HashMap<Layout, Shares>,
    /// How wide the list is; as its names need if not given.
    pub(super) list: Option<u16>,
    drag: Option<Drag>,
}

/// A line that the mouse holds.
#[derive(Clone, Copy, Debug)]
struct Drag {
    edge: Edge,
    moved: bool,
}

impl App {
    /// Goes to the next layout. The focused pane becomes the large one of [`Layout::Main`].
    pub(super) fn next_layout(&mut self) {
        let (word, layout) = self.layout.next();
        self.layout = layout;
        if layout == Layout::Main {
            self.room.main = self.focus;
        }
        self.say(format!("layout: {word}"));
    }

    /// Grows the focused tile, or with `by` -1 shrinks it.
    pub(super) fn grow(&mut self, by: i32) {
        self.renew_arrangement();
        let Some(pane) = self.focus else {
            return;
        };
        if self.arrangement.tiles.len() < 2 {
            self.say("one tile has all the room; there is nothing to share out");
            return;
        }
        let shares = self.room.shares.entry(self.layout).or_default();
        match self.arrangement.grow(pane, by, shares) {
            true => self.damage_all(),
            false if by > 0 => self.say("there is no room to grow"),
            false => self.say("it cannot be smaller"),
        }
    }

    /// Shares the room out equally again.
    pub(super) fn equalize(&mut self) {
        self.room.shares.remove(&self.layout);
        self.room.list = None;
        self.damage_all();
    }

    /// Moves the line between two parts that the mouse holds; returns whether the event is about one.
    /// While a child gets the keys a click on a line counts only when it is over, so that a line can
    /// be moved without leaving.
    pub(super) fn drag_edge(&mut self, mouse: Mouse) -> bool {
        let cell = Cell::new(mouse.position.col, mouse.position.row);
        match mouse.action {
            MouseAction::Press(0) => {
                let edge = self.arrangement.edge_at(cell);
                self.room.drag = edge.map(|edge| Drag { edge, moved: false });
                edge.is_some() && self.mode != Mode::Watch
            }
            MouseAction::Drag(0) => {
                let Some(drag) = &mut self.room.drag else {
                    return false;
                };
                drag.moved = true;
                let edge = drag.edge;
                self.move_edge(edge, cell);
                true
            }
            MouseAction::Release(0) => {
                let Some(drag) = self.room.drag.take() else {
                    return false;
                };
                if !drag.moved
                    && self.mode != Mode::Watch
                    && let Some(pane) = self.pane_at(mouse.position)
                {
                    self.clicked(pane);
                }
                true
            }
            _ => false,
        }
    }

    fn move_edge(&mut self, edge: Edge, to: Cell) {
        let moves = match (edge, self.arrangement.list) {
            (Edge::List, Some(list)) => {
                let (least, most) = self.list_limits();
                let width = (to.x + 1).saturating_sub(list.x).clamp(least, most);
                self.room.list.replace(width) != Some(width)
            }
            (Edge::List, None) => false,
            (edge, _) => {
                let shares = self.room.shares.entry(self.layout).or_default();
                self.arrangement.move_edge(edge, to, shares)
            }
        };
        if moves {
            self.damage_all();
        }
    }

    /// Focuses the tile above the focused one, or with `by` 1 the one below, whose middle is nearest.
    pub(super) fn focus_stacked(&mut self, by: i32) {
        self.renew_arrangement();
        let Some(here) = self.focus.and_then(|focus| self.arrangement.tile(focus)) else {
            return;
        };
        let middle = |area: Rect| i32::from(area.x) * 2 + i32::from(area.width);
        let stacked = |area: Rect| match by {
            1 => area.y == here.area.bottom(),
            _ => area.bottom() == here.area.y,
        };
        let tiles = self.arrangement.tiles.iter();
        let target = tiles
            .filter(|tile| stacked(tile.area))
            .min_by_key(|tile| (middle(tile.area) - middle(here.area)).abs())
            .map(|tile| tile.pane);
        if let Some(target) = target {
            self.focus_on(target);
        }
    }
}

#[cfg(test)]
mod tests;
