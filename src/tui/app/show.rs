//! Keeps up with what is shown: geometry, the panes' sizes, and the requests for updates.

use super::{App, Pane, Purpose, STATUS_WIDTH};
use crate::{
    protocol::{PaneId, Request},
    tui::layout::{self, Tile, Wishes},
};

impl App {
    /// Brings geometry, the panes' sizes and the requests for updates up to the state.
    pub(super) fn synchronize(&mut self) {
        if self.relayout && self.known {
            self.relayout = false;
            self.rearrange();
        }
        if !self.known || self.leaving.is_some() {
            return;
        }
        let tiles = std::mem::take(&mut self.arrangement.tiles);
        for tile in &tiles {
            let size = tile.size();
            let read_only = self.options.read_only;
            let Some(pane) = self.pane_mut(tile.pane) else {
                continue;
            };
            pane.seen_bells = pane.summary.bells;
            let resize = pane.tell_size(size) && !read_only;
            let update = pane.ask_update();
            if resize {
                let request = Request::Resize {
                    pane: tile.pane,
                    size,
                };
                self.request(request, Purpose::Quiet);
            }
            if let Some(since) = update {
                let request = Request::Update {
                    pane: tile.pane,
                    since,
                };
                self.request(request, Purpose::Update(tile.pane));
            }
        }
        self.arrangement.tiles = tiles;
    }

    fn rearrange(&mut self) {
        let ids: Vec<PaneId> = self.panes.iter().map(Pane::id).collect();
        let wishes = Wishes {
            chrome: self.options.only.is_none(),
            list: self.list.then(|| self.list_width()),
            layout: self.layout,
            zoomed: self.zoomed,
        };
        let rows = self.scroll_rows();
        self.arrangement = layout::arrange(self.size, &ids, self.focus, wishes);
        if self.scroll_rows() != rows {
            self.rescroll();
        }
        if self.options.read_only || self.options.only.is_some() {
            return;
        }
        // Another pane's tile is as large as this one would be, or nearly so.
        let Some(size) = self.arrangement.tiles.first().map(Tile::size) else {
            return;
        };
        for id in ids {
            let shown = self.arrangement.tile(id).is_some();
            let unsized_pane = |pane: &mut Pane| pane.told_size.is_none() && pane.tell_size(size);
            if !shown && self.pane_mut(id).is_some_and(unsized_pane) {
                let request = Request::Resize { pane: id, size };
                self.request(request, Purpose::Quiet);
            }
        }
    }

    /// Returns how wide the list is: as its longest name needs, up to a fifth of the terminal.
    fn list_width(&self) -> u16 {
        let longest = self.panes.iter().map(Pane::name_width).max().unwrap_or(0);
        longest.clamp(6, (self.size.cols / 5).max(6)) + self.number_width() + STATUS_WIDTH + 6
    }

    /// Returns how many columns the panes' numbers need.
    pub(in crate::tui) fn number_width(&self) -> u16 {
        let largest = self.panes.last().map_or(1, |pane| pane.id().0);
        u16::try_from(largest.checked_ilog10().unwrap_or(0)).unwrap_or(0) + 1
    }
}
