//! How a person changes the shares: lines that can be dragged, and tiles that grow and shrink.

use ratatui::layout::{Position, Rect};

use super::{Arrangement, Shares, TILE_MIN_HEIGHT, TILE_MIN_WIDTH, shares::nudge};
use crate::{protocol::PaneId, session::Layout};

/// Columns that a tile grows at once.
const WIDER: i32 = 4;

/// Rows that a tile grows at once.
const HIGHER: i32 = 2;

/// A line between two parts of the interface, which can be moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// Between the list and the tiles.
    List,
    /// Between this column of tiles, counted from 0, and the next.
    Column(usize),
    /// Between this pane's tile and the one below.
    Below(PaneId),
}

impl Arrangement {
    /// Returns the movable line at a cell.
    pub fn edge_at(&self, cell: Position) -> Option<Edge> {
        if self.tiles.iter().any(|tile| tile.inner.contains(cell)) {
            return None;
        }
        let beside = |area: Rect| {
            let rows = area.top()..area.bottom();
            rows.contains(&cell.y) && (cell.x + 1 == area.right() || cell.x == area.right())
        };
        if self.list.is_some_and(beside) {
            return Some(Edge::List);
        }
        for (index, column) in self.columns.iter().enumerate() {
            let areas = self.areas(column);
            let is_last = index + 1 == self.columns.len();
            if !is_last && areas.iter().any(|area| beside(*area)) {
                return Some(Edge::Column(index));
            }
            let below = areas.iter().skip(1).zip(column);
            for (area, above) in below {
                if cell.y == area.y && (area.left()..area.right()).contains(&cell.x) {
                    return Some(Edge::Below(*above));
                }
            }
        }
        None
    }

    /// Moves a line of the tiles to a cell, as far as there is room; returns whether it moves.
    pub fn move_edge(&self, edge: Edge, to: Position, shares: &mut Shares) -> bool {
        match edge {
            Edge::List => false,
            Edge::Column(index) => {
                let mut widths = self.widths();
                let (Some(column), true) = (self.columns.get(index), index + 1 < widths.len())
                else {
                    return false;
                };
                let start = self.areas(column).first().map_or(0, |area| area.x);
                let wanted = (to.x + 1).saturating_sub(start);
                let moves = divide(&mut widths[index..index + 2], wanted, TILE_MIN_WIDTH);
                shares.set_widths(self.layout, &self.columns, &widths);
                moves
            }
            Edge::Below(pane) => {
                let Some((column, index)) = self.place_of(pane) else {
                    return false;
                };
                let column = &self.columns[column];
                let mut heights = self.heights(column);
                if index + 1 >= heights.len() {
                    return false;
                }
                let wanted = to.y.saturating_sub(self.areas(column)[index].y);
                let moves = divide(&mut heights[index..index + 2], wanted, TILE_MIN_HEIGHT);
                shares.set_heights(column, &heights);
                moves
            }
        }
    }

    /// Grows the tile of `pane`, or with `by` -1 shrinks it; in [`Layout::Main`] the large tile
    /// instead. Returns whether anything changes.
    pub fn grow(&self, pane: PaneId, by: i32, shares: &mut Shares) -> bool {
        let Some((column, index)) = self.place_of(pane) else {
            return false;
        };
        let is_main = self.layout == Layout::Main;
        let mut widths = self.widths();
        let place = if is_main { 0 } else { column };
        let wider = nudge(&mut widths, place, by * WIDER, TILE_MIN_WIDTH);
        if wider {
            shares.set_widths(self.layout, &self.columns, &widths);
        }
        if is_main {
            return wider;
        }
        let column = &self.columns[column];
        let mut heights = self.heights(column);
        let higher = nudge(&mut heights, index, by * HIGHER, TILE_MIN_HEIGHT);
        if higher {
            shares.set_heights(column, &heights);
        }
        wider || higher
    }

    /// Returns the column of `pane`, and its place in it.
    fn place_of(&self, pane: PaneId) -> Option<(usize, usize)> {
        self.columns.iter().enumerate().find_map(|(index, column)| {
            let place = column.iter().position(|other| *other == pane)?;
            Some((index, place))
        })
    }

    fn areas(&self, column: &[PaneId]) -> Vec<Rect> {
        let tiles = column.iter().filter_map(|pane| self.tile(*pane));
        tiles.map(|tile| tile.area).collect()
    }

    fn widths(&self) -> Vec<u16> {
        let first = |column: &Vec<PaneId>| self.areas(column).first().map_or(0, |area| area.width);
        self.columns.iter().map(first).collect()
    }

    fn heights(&self, column: &[PaneId]) -> Vec<u16> {
        self.areas(column).iter().map(|area| area.height).collect()
    }
}

/// Divides what two parts have together so that the first is as wanted, if none becomes smaller than
/// `least`; returns whether that changes anything.
fn divide(parts: &mut [u16], wanted: u16, least: u16) -> bool {
    let [first, second] = parts else {
        return false;
    };
    let both = *first + *second;
    let most = both.saturating_sub(least);
    let wanted = wanted.max(least).min(most);
    let moves = wanted != *first;
    (*first, *second) = (wanted, both - wanted);
    moves
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        geometry::Size,
        tui::layout::{EQUAL, Wishes, arrange},
    };

    /// Four panes on 100x42 cells: a list of 20 columns, two header and bar lines, so tiles on 80x40.
    fn arrangement(layout: Layout, shares: &Shares) -> Arrangement {
        let wishes = Wishes {
            chrome: true,
            list: Some(20),
            layout,
            zoomed: false,
            main: None,
            shares,
        };
        let panes = [1, 2, 3, 4].map(PaneId);
        let size = Size {
            rows: 42,
            cols: 100,
        };
        arrange(size, &panes, Some(PaneId(1)), wishes)
    }

    fn sizes(arrangement: &Arrangement) -> Vec<(u16, u16)> {
        let tiles = arrangement.tiles.iter();
        tiles
            .map(|tile| (tile.area.width, tile.area.height))
            .collect()
    }

    #[test]
    fn lines_are_found_where_they_are_drawn() {
        let tiles = arrangement(Layout::Tiles, &EQUAL);
        assert_eq!(sizes(&tiles), [(40, 20); 4]);
        let check = |x, y, expected| {
            let edge = tiles.edge_at(Position::new(x, y));
            assert_eq!(edge, expected, "{x} {y}");
        };
        for x in [19, 20] {
            check(x, 10, Some(Edge::List));
        }
        for x in [59, 60] {
            check(x, 10, Some(Edge::Column(0)));
        }
        check(30, 21, Some(Edge::Below(PaneId(1))));
        check(80, 21, Some(Edge::Below(PaneId(2))));
        // The outer lines, the content, header, bar and list.
        for (x, y) in [
            (30, 1),
            (30, 40),
            (99, 10),
            (30, 10),
            (19, 0),
            (19, 41),
            (5, 10),
        ] {
            check(x, y, None);
        }
        let single = arrangement(Layout::Single, &EQUAL);
        assert_eq!(single.edge_at(Position::new(59, 21)), None);
    }

    #[test]
    fn a_line_that_is_dragged_takes_both_sides_along() {
        let check = |layout, edge, (x, y), moves, expected: &[(u16, u16)]| {
            let mut shares = Shares::default();
            let before = arrangement(layout, &shares);
            let to = Position::new(x, y);
            assert_eq!(before.move_edge(edge, to, &mut shares), moves, "{edge:?}");
            assert_eq!(
                sizes(&arrangement(layout, &shares)),
                expected,
                "{layout:?} {edge:?}"
            );
        };
        let (column, below) = (Edge::Column, |pane| Edge::Below(PaneId(pane)));
        check(
            Layout::Tiles,
            column(0),
            (69, 9),
            true,
            &[(50, 20), (30, 20), (50, 20), (30, 20)],
        );
        check(
            Layout::Tiles,
            below(1),
            (0, 25),
            true,
            &[(40, 24), (40, 20), (40, 16), (40, 20)],
        );
        check(
            Layout::Rows,
            below(2),
            (0, 12),
            true,
            &[(80, 10), (80, 4), (80, 16), (80, 10)],
        );
        check(
            Layout::Main,
            column(0),
            (0, 0),
            true,
            &[(20, 40), (60, 14), (60, 13), (60, 13)],
        );
        check(
            Layout::Main,
            below(3),
            (0, 30),
            true,
            &[(48, 40), (32, 14), (32, 15), (32, 11)],
        );
        check(Layout::Rows, below(4), (0, 9), false, &[(80, 10); 4]);
        check(Layout::Columns, column(0), (39, 0), false, &[(20, 40); 4]);
    }

    #[test]
    fn keys_grow_the_tile_or_the_large_one() {
        let check = |layout, pane, by: &[i32], expected: &[(u16, u16)]| {
            let mut shares = Shares::default();
            for by in by {
                arrangement(layout, &shares).grow(PaneId(pane), *by, &mut shares);
            }
            assert_eq!(
                sizes(&arrangement(layout, &shares)),
                expected,
                "{layout:?} {pane}"
            );
        };
        check(
            Layout::Tiles,
            1,
            &[1],
            &[(44, 22), (36, 20), (44, 18), (36, 20)],
        );
        check(
            Layout::Tiles,
            4,
            &[-1],
            &[(44, 20), (36, 22), (44, 20), (36, 18)],
        );
        check(
            Layout::Rows,
            2,
            &[1],
            &[(80, 10), (80, 12), (80, 9), (80, 9)],
        );
        check(
            Layout::Main,
            3,
            &[1, 1, -1],
            &[(52, 40), (28, 14), (28, 13), (28, 13)],
        );
        check(Layout::Single, 1, &[1], &[(80, 40)]);
    }

    #[test]
    fn what_stands_at_its_limit_stays() {
        let mut shares = Shares::default();
        let columns = arrangement(Layout::Columns, &shares);
        assert!(!columns.grow(PaneId(1), 1, &mut shares));
        assert_eq!(shares, Shares::default());
        assert!(!columns.grow(PaneId(9), 1, &mut shares));
    }
}
