//! Keeps up with what is shown: geometry, the panes' sizes, and the requests for updates.

use super::{App, Pane, Purpose, STATUS_WIDTH};
use crate::{
    protocol::{PaneId, Request},
    tui::layout::{self, EQUAL, Tile, Wishes},
};

impl App {
    /// Brings geometry, the panes' sizes and the requests for updates up to the state.
    pub(super) fn synchronize(&mut self) {
        self.renew_arrangement();
        if !self.known || self.leaving.is_some() {
            return;
        }
        let wall = self.now.wall;
        let tiles = std::mem::take(&mut self.arrangement.tiles);
        for tile in &tiles {
            let size = tile.size();
            let read_only = self.options.read_only;
            let Some(pane) = self.pane_mut(tile.pane) else {
                continue;
            };
            pane.see(wall);
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

    /// Brings the geometry up to the state; what goes by it between two keys of one read needs that.
    pub(super) fn renew_arrangement(&mut self) {
        if self.relayout && self.known {
            self.relayout = false;
            self.rearrange();
        }
    }

    fn rearrange(&mut self) {
        self.relist();
        let ids: Vec<PaneId> = self.panes.iter().map(Pane::id).collect();
        let tiled = self.tiled();
        if let Some(shares) = self.room.shares.get_mut(&self.layout) {
            shares.retain(|pane| ids.contains(&pane));
        }
        let shares = self.room.shares.get(&self.layout);
        let wishes = Wishes {
            chrome: self.options.only.is_none(),
            list: self.list.then(|| self.list_width()),
            layout: self.layout,
            zoomed: self.zoomed,
            main: self.room.main,
            shares: shares.unwrap_or(&EQUAL),
        };
        let rows = self.scroll_rows();
        self.arrangement = layout::arrange(self.size, &tiled, self.focus, wishes);
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

    /// Returns how wide the list is: as a person wants it, or as its longest name needs, up to a fifth of
    /// the terminal.
    fn list_width(&self) -> u16 {
        if let Some(width) = self.room.list {
            let (least, most) = self.list_limits();
            return width.clamp(least, most);
        }
        let longest = self.panes.iter().map(Pane::name_width).max().unwrap_or(0);
        natural_list_width(longest, self.number_width(), self.size.cols)
    }

    /// Returns the least and the greatest width of the list.
    pub(super) fn list_limits(&self) -> (u16, u16) {
        // Two columns of a name.
        let least = self.number_width() + STATUS_WIDTH + 8;
        (least, (self.size.cols / 2).max(least))
    }

    /// Returns how many columns the panes' numbers need.
    pub(in crate::tui) fn number_width(&self) -> u16 {
        columns_of_number(self.panes.last().map_or(1, |pane| pane.id().0))
    }
}

/// Returns how wide the list is as long as nobody has changed that, on a terminal of `cols` columns.
pub(in crate::tui) fn natural_list_width(longest_name: u16, numbers: u16, cols: u16) -> u16 {
    longest_name.clamp(6, (cols / 5).max(6)) + numbers + STATUS_WIDTH + 6
}

/// Returns how many columns a number takes.
pub(in crate::tui) fn columns_of_number(number: u32) -> u16 {
    u16::try_from(number.checked_ilog10().unwrap_or(0)).unwrap_or(0) + 1
}
