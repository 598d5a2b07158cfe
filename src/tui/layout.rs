//! Where everything is drawn: header, list, tiles and status bar as rectangles of the terminal.
//!
//! Pure geometry. A *tile* is the place of one pane with its lines around it. Every layout is a row of
//! columns of tiles, and tiles of one column share the line between them. Panes that find no room on
//! one page of tiles are on the next; the page with the focused pane is shown.

mod resize;
mod shares;

use ratatui::layout::Rect;

pub use resize::Edge;
pub use shares::{EQUAL, Shares};

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
pub struct Wishes<'a> {
    /// Header, list, bar and lines are drawn at all.
    pub chrome: bool,
    /// The list is wanted, this many columns wide, lines included.
    pub list: Option<u16>,
    /// How the tiles are laid out.
    pub layout: Layout,
    /// The focused pane takes everything but the status bar.
    pub zoomed: bool,
    /// The pane that is the large one of [`Layout::Main`]; else the first one is.
    pub main: Option<PaneId>,
    /// How the room is shared out.
    pub shares: &'a Shares,
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
    /// The place of the first pane on this page of tiles among all that have pages.
    pub first: usize,
    /// How the tiles are laid out.
    pub layout: Layout,
    /// The panes of the tiles, column by column.
    pub columns: Vec<Vec<PaneId>>,
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
    let mut arrangement = Arrangement {
        layout: wishes.layout,
        ..Arrangement::default()
    };
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
    } else {
        let page = page(body, panes, focused, &wishes);
        arrangement.first = page.first;
        arrangement.tiles = tiles(body, &page.columns, &wishes);
        let place = |tile: &Tile| panes.iter().position(|pane| *pane == tile.pane);
        arrangement.tiles.sort_by_key(place);
        arrangement.columns = page.columns;
    }
    arrangement
}

/// What is shown at once.
struct Page {
    first: usize,
    columns: Vec<Vec<PaneId>>,
}

/// Returns the page with the focused pane, which is the one at `focused`.
fn page(body: Rect, panes: &[PaneId], focused: usize, wishes: &Wishes) -> Page {
    let across = usize::from(body.width / TILE_MIN_WIDTH);
    let down = usize::from(body.height / TILE_MIN_HEIGHT);
    let cut = |panes: &[PaneId], focused: usize, capacity: usize| {
        let capacity = capacity.max(1);
        let first = focused / capacity * capacity;
        let last = panes.len().min(first + capacity);
        (first, panes[first..last].to_vec())
    };
    let each_alone = |panes: Vec<PaneId>| panes.into_iter().map(|pane| vec![pane]).collect();
    let (first, columns) = match wishes.layout {
        Layout::Main if across >= 2 && down >= 1 && panes.len() >= 2 => {
            let is_main = |pane: &&PaneId| Some(**pane) == wishes.main;
            let main = *panes.iter().find(is_main).unwrap_or(&panes[0]);
            let others: Vec<PaneId> = panes.iter().copied().filter(|pane| *pane != main).collect();
            let focused = others.iter().position(|pane| *pane == panes[focused]);
            let (first, stack) = cut(&others, focused.unwrap_or(0), down);
            (first, vec![vec![main], stack])
        }
        Layout::Main | Layout::Single => (0, vec![vec![panes[focused]]]),
        Layout::Columns => {
            let (first, page) = cut(panes, focused, across * down.min(1));
            (first, each_alone(page))
        }
        Layout::Rows => {
            let (first, page) = cut(panes, focused, across.min(1) * down);
            (first, vec![page])
        }
        Layout::Tiles => {
            let (first, page) = cut(panes, focused, across * down);
            let mut columns = vec![Vec::new(); columns_for(body, page.len())];
            let count = columns.len();
            for (index, pane) in page.into_iter().enumerate() {
                columns[index % count].push(pane);
            }
            (first, columns)
        }
    };
    Page { first, columns }
}

/// Gives each column its width, and each tile its share of its column's height.
fn tiles(body: Rect, columns: &[Vec<PaneId>], wishes: &Wishes) -> Vec<Tile> {
    let widths = wishes.shares.widths(wishes.layout, columns, body.width);
    let mut tiles = Vec::new();
    let mut x = body.x;
    for (column, width) in columns.iter().zip(widths) {
        let heights = wishes.shares.heights(column, body.height);
        let mut y = body.y;
        for (row, (pane, height)) in column.iter().zip(heights).enumerate() {
            let area = Rect::new(x, y, width, height);
            let (frame, inner) = frame_of(area, row > 0, row + 1 == column.len());
            tiles.push(Tile {
                pane: *pane,
                area,
                inner,
                frame,
            });
            y += height;
        }
        x += width;
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
    use ratatui::layout::Position;

    use super::*;

    fn panes(count: u32) -> Vec<PaneId> {
        (1..=count).map(PaneId).collect()
    }

    fn wishes(layout: Layout) -> Wishes<'static> {
        Wishes {
            chrome: true,
            list: Some(24),
            layout,
            zoomed: false,
            main: None,
            shares: &EQUAL,
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

    fn names(arrangement: &Arrangement) -> Vec<Vec<u32>> {
        let column = |column: &Vec<PaneId>| column.iter().map(|pane| pane.0).collect();
        arrangement.columns.iter().map(column).collect()
    }

    #[test]
    fn each_layout_has_its_columns() {
        let check = |layout, size: &str, focus, expected: &[&[u32]]| {
            let size: Size = size.parse().unwrap();
            let arrangement = arrange(size, &panes(5), Some(PaneId(focus)), wishes(layout));
            assert_eq!(names(&arrangement), expected, "{layout:?} {size} {focus}");
        };
        check(Layout::Tiles, "200x60", 1, &[&[1, 3, 5], &[2, 4]]);
        check(Layout::Single, "200x60", 4, &[&[4]]);
        check(
            Layout::Columns,
            "200x60",
            1,
            &[&[1], &[2], &[3], &[4], &[5]],
        );
        check(Layout::Rows, "200x60", 1, &[&[1, 2, 3, 4, 5]]);
        check(Layout::Main, "200x60", 1, &[&[1], &[2, 3, 4, 5]]);
        // What finds no room is on the next page, and the large tile on each.
        check(Layout::Columns, "80x24", 1, &[&[1], &[2]]);
        check(Layout::Columns, "80x24", 3, &[&[3], &[4]]);
        check(Layout::Columns, "80x24", 5, &[&[5]]);
        check(Layout::Rows, "80x15", 5, &[&[4, 5]]);
        check(Layout::Main, "80x15", 1, &[&[1], &[2, 3, 4]]);
        check(Layout::Main, "80x15", 5, &[&[1], &[5]]);
        // Too narrow for two columns.
        check(Layout::Main, "30x24", 3, &[&[3]]);
    }

    #[test]
    fn the_large_tile_is_the_wanted_panes() {
        let size = Size { rows: 24, cols: 80 };
        let main = |main| {
            let wishes = Wishes {
                main,
                ..wishes(Layout::Main)
            };
            let arrangement = arrange(size, &panes(3), Some(PaneId(1)), wishes);
            let widths = [1, 2, 3].map(|pane| arrangement.tile(PaneId(pane)).unwrap().area.width);
            (names(&arrangement), widths)
        };
        assert_eq!(
            main(Some(PaneId(2))),
            (vec![vec![2], vec![1, 3]], [22, 34, 22])
        );
        assert_eq!(main(None), (vec![vec![1], vec![2, 3]], [34, 22, 22]));
        assert_eq!(main(Some(PaneId(9))).0, [vec![1], vec![2, 3]]);
    }

    /// What a person does to the sizes: lines dragged from cell to cell, tiles grown and shrunk.
    fn changed(size: Size, focus: PaneId, wishes: Wishes, doings: &[(u16, u16, i32)]) -> Shares {
        let mut shares = Shares::default();
        for (x, y, by) in doings {
            let present = Wishes {
                shares: &shares.clone(),
                ..wishes
            };
            let arrangement = arrange(size, &panes(12), Some(focus), present);
            let cell = |x: u16, y: u16| Position::new(x % size.cols, y % size.rows);
            match arrangement.edge_at(cell(*x, *y)) {
                Some(edge) => drop(arrangement.move_edge(edge, cell(*y, *x), &mut shares)),
                None => drop(arrangement.grow(focus, *by, &mut shares)),
            }
        }
        shares
    }

    proptest! {
        #[test]
        fn tiles_cover_the_body_without_overlap(
            cols in 1u16..260,
            rows in 1u16..90,
            count in 1u32..=40,
            focus in 1u32..=40,
            layout in prop::sample::select(Layout::ALL.map(|(_, layout)| layout).to_vec()),
            main in 1u32..=50,
            doings in prop::collection::vec((any::<u16>(), any::<u16>(), -9..9), 0..12),
        ) {
            let size = Size { rows, cols };
            let focus = PaneId(focus.min(count));
            let wishes = Wishes { main: Some(PaneId(main)), ..wishes(layout) };
            let shares = changed(size, focus, wishes, &doings);
            let wishes = Wishes { shares: &shares, ..wishes };
            let arrangement = arrange(size, &panes(count), Some(focus), wishes);
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
            let mut placed: Vec<PaneId> = arrangement.columns.concat();
            placed.sort();
            let mut shown: Vec<PaneId> = arrangement.tiles.iter().map(|tile| tile.pane).collect();
            prop_assert!(shown.is_sorted());
            shown.sort();
            prop_assert_eq!(placed, shown);
        }
    }
}
