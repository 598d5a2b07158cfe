//! Where everything is drawn: header, list, tiles and status bar as rectangles of the terminal.
//!
//! Pure geometry. A *tile* is the place of one pane with its lines around it; tiles of one
//! column share the line between them. Panes that find no room on one page of tiles are on the
//! next; the page with the focused pane is shown.

use ratatui::layout::Rect;

use crate::{geometry::Size, protocol::PaneId, session::Layout};

/// The narrowest terminal that shows the pane list.
pub const LIST_MIN_WIDTH: u16 = 60;

/// The lowest terminal that shows the pane list.
const LIST_MIN_HEIGHT: u16 = 6;

/// The lowest terminal that shows the header line.
const HEADER_MIN_HEIGHT: u16 = 8;

/// The lowest terminal that shows the status bar.
const BAR_MIN_HEIGHT: u16 = 3;

/// The narrowest tile among several, lines included.
pub const TILE_MIN_WIDTH: u16 = 20;

/// The lowest tile among several, lines included.
pub const TILE_MIN_HEIGHT: u16 = 4;

/// Columns for one row of a tile's content that looks right: 80x24.
const ASPECT: f32 = 80.0 / 24.0;

/// What surrounds a pane's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame {
    /// Nothing.
    Bare,
    /// One line above, with the title.
    Title,
    /// Lines on all sides; the lower one may be the next tile's upper one.
    Box {
        /// A tile of the same column ends at this one's upper line.
        joined: bool,
        /// The lower line is this tile's own.
        closed: bool,
    },
}

/// One pane's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tile {
    /// The pane.
    pub pane: PaneId,
    /// The whole tile.
    pub area: Rect,
    /// The pane's content.
    pub inner: Rect,
    /// What surrounds it.
    pub frame: Frame,
}

impl Tile {
    /// Returns the size that the pane should have, at least 1x1.
    pub fn size(&self) -> Size {
        size_of(self.inner)
    }
}

/// What decides an arrangement.
#[derive(Clone, Copy, Debug)]
pub struct Wishes {
    /// Header, list, bar and lines are drawn at all.
    pub chrome: bool,
    /// The list is wanted, this many columns wide, lines included.
    pub list: Option<u16>,
    /// How the tiles are laid out.
    pub layout: Layout,
    /// The focused pane takes everything but the status bar.
    pub zoomed: bool,
}

/// Where everything is drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrangement {
    /// The header line.
    pub header: Option<Rect>,
    /// The pane list with its lines.
    pub list: Option<Rect>,
    /// The status bar.
    pub bar: Option<Rect>,
    /// The space of all tiles.
    pub body: Rect,
    /// The tiles that are shown.
    pub tiles: Vec<Tile>,
    /// The place in the pane list of the first pane on this page of tiles.
    pub first: usize,
}

impl Arrangement {
    /// Returns the tile of `pane`, if it is shown.
    pub fn tile(&self, pane: PaneId) -> Option<&Tile> {
        self.tiles.iter().find(|tile| tile.pane == pane)
    }
}

/// Divides a terminal of `size` among `panes`.
pub fn arrange(size: Size, panes: &[PaneId], focus: Option<PaneId>, wishes: Wishes) -> Arrangement {
    let mut body = Rect::new(0, 0, size.cols, size.rows);
    let mut arrangement = Arrangement::default();
    let focused = focus
        .and_then(|focus| panes.iter().position(|pane| *pane == focus))
        .unwrap_or(0);
    if wishes.chrome {
        if size.rows >= BAR_MIN_HEIGHT {
            body.height -= 1;
            arrangement.bar = Some(Rect::new(0, body.bottom(), size.cols, 1));
        }
        if size.rows >= HEADER_MIN_HEIGHT && !wishes.zoomed {
            arrangement.header = Some(Rect::new(0, 0, size.cols, 1));
            body.y += 1;
            body.height -= 1;
        }
        let room = size.cols >= LIST_MIN_WIDTH && size.rows >= LIST_MIN_HEIGHT;
        if let Some(width) = wishes.list
            && room
            && !wishes.zoomed
            && !panes.is_empty()
        {
            let width = width.min(size.cols / 2);
            arrangement.list = Some(Rect { width, ..body });
            body.x += width;
            body.width -= width;
        }
    }
    arrangement.body = body;
    let Some(pane) = panes.get(focused) else {
        return arrangement;
    };
    let alone = |frame, inner| Tile {
        pane: *pane,
        area: body,
        inner,
        frame,
    };
    if !wishes.chrome {
        arrangement.tiles.push(alone(Frame::Bare, body));
    } else if wishes.zoomed {
        let (frame, inner) = title_of(body);
        arrangement.tiles.push(alone(frame, inner));
    } else if wishes.layout == Layout::Single {
        let (frame, inner) = frame_of(body, false, true);
        arrangement.tiles.push(alone(frame, inner));
    } else {
        let page = capacity(body);
        arrangement.first = focused / page * page;
        let last = panes.len().min(arrangement.first + page);
        arrangement.tiles = tiles(body, &panes[arrangement.first..last]);
    }
    arrangement
}

/// Returns how many tiles of the least size fit, at least 1.
fn capacity(body: Rect) -> usize {
    let fitting = (body.width / TILE_MIN_WIDTH) * (body.height / TILE_MIN_HEIGHT);
    usize::from(fitting.max(1))
}

/// Lays `panes` out row by row; each column divides its height among its own panes.
fn tiles(body: Rect, panes: &[PaneId]) -> Vec<Tile> {
    let columns = columns_for(body, panes.len());
    let mut tiles = Vec::with_capacity(panes.len());
    for (index, pane) in panes.iter().enumerate() {
        let (column, row) = (index % columns, index / columns);
        let rows = (panes.len() - column).div_ceil(columns);
        let (x, width) = share(body.x, body.width, column, columns);
        let (y, height) = share(body.y, body.height, row, rows);
        let area = Rect::new(x, y, width, height);
        let (frame, inner) = frame_of(area, row > 0, row + 1 == rows);
        tiles.push(Tile {
            pane: *pane,
            area,
            inner,
            frame,
        });
    }
    tiles
}

/// Returns the number of columns that makes tiles look most like an 80x24 terminal.
fn columns_for(body: Rect, count: usize) -> usize {
    let widest = usize::from((body.width / TILE_MIN_WIDTH).max(1));
    let highest = usize::from((body.height / TILE_MIN_HEIGHT).max(1));
    let strangeness = |columns: usize| {
        let rows = count.div_ceil(columns);
        let width = f32::from(body.width) / columns as f32;
        let height = f32::from(body.height) / rows as f32;
        (width / (height * ASPECT)).ln().abs()
    };
    (1..=widest.min(count.max(1)))
        .filter(|columns| count.div_ceil(*columns) <= highest)
        .min_by(|a, b| strangeness(*a).total_cmp(&strangeness(*b)))
        .unwrap_or(widest)
}

/// Returns where share `index` of `count` begins and how long it is; earlier ones get the rest.
fn share(start: u16, length: u16, index: usize, count: usize) -> (u16, u16) {
    let edge = |index: usize| {
        let edge = (usize::from(length) * index).div_ceil(count.max(1));
        u16::try_from(edge).unwrap_or(length).min(length)
    };
    (start + edge(index), edge(index + 1) - edge(index))
}

/// Returns the lines around `area` that it has room for, and what they leave.
fn frame_of(area: Rect, joined: bool, closed: bool) -> (Frame, Rect) {
    let lines = 1 + u16::from(closed);
    if area.width < 4 || area.height <= lines {
        return title_of(area);
    }
    let inner = Rect::new(area.x + 1, area.y + 1, area.width - 2, area.height - lines);
    (Frame::Box { joined, closed }, inner)
}

/// Returns a title line above `area`'s content when there is room for both.
fn title_of(area: Rect) -> (Frame, Rect) {
    if area.height < 2 || area.width < 4 {
        return (Frame::Bare, area);
    }
    let inner = Rect {
        y: area.y + 1,
        height: area.height - 1,
        ..area
    };
    (Frame::Title, inner)
}

fn size_of(inner: Rect) -> Size {
    Size {
        rows: inner.height,
        cols: inner.width,
    }
    .clamped()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn panes(count: u32) -> Vec<PaneId> {
        (1..=count).map(PaneId).collect()
    }

    fn wishes(layout: Layout) -> Wishes {
        Wishes {
            chrome: true,
            list: Some(24),
            layout,
            zoomed: false,
        }
    }

    #[test]
    fn parts_give_way_as_the_terminal_shrinks() {
        let check = |cols, rows, header, list, bar| {
            let size = Size { rows, cols };
            let arrangement = arrange(size, &panes(2), None, wishes(Layout::Tiles));
            let parts = (
                arrangement.header.is_some(),
                arrangement.list.is_some(),
                arrangement.bar.is_some(),
            );
            assert_eq!(parts, (header, list, bar), "{size}");
        };
        check(80, 24, true, true, true);
        check(59, 24, true, false, true);
        check(80, 7, false, true, true);
        check(80, 5, false, false, true);
        check(80, 2, false, false, false);
    }

    #[test]
    fn a_zoomed_pane_has_the_whole_width() {
        let size = Size { rows: 24, cols: 80 };
        let zoomed = Wishes {
            zoomed: true,
            ..wishes(Layout::Tiles)
        };
        let arrangement = arrange(size, &panes(5), Some(PaneId(3)), zoomed);
        assert_eq!(arrangement.tiles.len(), 1);
        assert_eq!(arrangement.tiles[0].pane, PaneId(3));
        assert_eq!(arrangement.tiles[0].size(), Size { rows: 22, cols: 80 });
        assert_eq!((arrangement.header, arrangement.list), (None, None));
    }

    #[test]
    fn without_chrome_a_pane_is_the_terminal() {
        let size = Size { rows: 24, cols: 80 };
        let bare = Wishes {
            chrome: false,
            ..wishes(Layout::Tiles)
        };
        let arrangement = arrange(size, &panes(3), Some(PaneId(2)), bare);
        assert_eq!(arrangement.tiles[0].inner, Rect::new(0, 0, 80, 24));
    }

    proptest! {
        #[test]
        fn tiles_cover_the_body_without_overlap(
            cols in 1u16..260,
            rows in 1u16..90,
            count in 1u32..=40,
            focus in 1u32..=40,
        ) {
            let size = Size { rows, cols };
            let focus = PaneId(focus.min(count));
            let arrangement =
                arrange(size, &panes(count), Some(focus), wishes(Layout::Tiles));
            let body = arrangement.body;
            let covered: u32 = arrangement.tiles.iter().map(|tile| tile.area.area()).sum();
            prop_assert_eq!(covered, body.area());
            for (index, tile) in arrangement.tiles.iter().enumerate() {
                prop_assert_eq!(tile.area.intersection(body), tile.area);
                prop_assert_eq!(tile.inner.intersection(tile.area), tile.inner);
                prop_assert!(!tile.inner.is_empty());
                for other in &arrangement.tiles[..index] {
                    prop_assert!(!tile.area.intersects(other.area));
                }
                if arrangement.tiles.len() > 1 {
                    prop_assert!(tile.area.width >= TILE_MIN_WIDTH);
                    prop_assert!(tile.area.height >= TILE_MIN_HEIGHT);
                }
            }
            prop_assert!(arrangement.tile(focus).is_some());
        }
    }
}
