//! How the room of a layout is shared out: what a person has changed, and sizes in cells from it.
//!
//! A share is the size that a tile or a column had when it was changed last; it counts in proportion
//! to those beside it. What nobody has changed gets an equal share.

use std::collections::BTreeMap;

use super::{TILE_MIN_HEIGHT, TILE_MIN_WIDTH};
use crate::{protocol::PaneId, session::Layout};

/// The shares of the two columns of [`Layout::Main`] that nobody has changed.
const MAIN: [u16; 2] = [3, 2];

/// The shares of a layout that nobody has changed.
pub static EQUAL: Shares = Shares {
    widths: BTreeMap::new(),
    heights: BTreeMap::new(),
};

/// The shares of one layout.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shares {
    widths: BTreeMap<Slot, u16>,
    heights: BTreeMap<PaneId, u16>,
}

/// Whose width a share is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Slot {
    /// The column at this place, whoever is in it.
    Place(usize),
    /// The column of this pane.
    Pane(PaneId),
}

impl Shares {
    /// Returns the widths of columns that have `total` cells together.
    pub(super) fn widths(&self, layout: Layout, columns: &[Vec<PaneId>], total: u16) -> Vec<u16> {
        let slots = columns.iter().enumerate();
        let slots = slots.map(|(place, column)| slot(layout, place, column));
        let shares: Vec<Option<u16>> = slots.map(|slot| self.widths.get(&slot).copied()).collect();
        if layout == Layout::Main && columns.len() == MAIN.len() && shares.contains(&None) {
            return apportion(total, &MAIN, TILE_MIN_WIDTH);
        }
        apportion(total, &filled(&shares), TILE_MIN_WIDTH)
    }

    /// Returns the heights of the tiles of a column of `total` cells.
    pub(super) fn heights(&self, column: &[PaneId], total: u16) -> Vec<u16> {
        let shares = column.iter().map(|pane| self.heights.get(pane).copied());
        apportion(total, &filled(&shares.collect::<Vec<_>>()), TILE_MIN_HEIGHT)
    }

    /// Takes the present widths of columns as their shares.
    pub(super) fn set_widths(&mut self, layout: Layout, columns: &[Vec<PaneId>], widths: &[u16]) {
        for (place, (column, width)) in columns.iter().zip(widths).enumerate() {
            self.widths.insert(slot(layout, place, column), *width);
        }
    }

    /// Takes the present heights of a column's tiles as their shares.
    pub(super) fn set_heights(&mut self, column: &[PaneId], heights: &[u16]) {
        self.heights
            .extend(column.iter().copied().zip(heights.iter().copied()));
    }

    /// Forgets the shares of panes that are gone.
    pub fn retain(&mut self, is_there: impl Fn(PaneId) -> bool) {
        self.heights.retain(|pane, _| is_there(*pane));
        self.widths.retain(|slot, _| match slot {
            Slot::Place(_) => true,
            Slot::Pane(pane) => is_there(*pane),
        });
    }
}

/// Returns whose share the width of a column is: where each pane has one, it goes with its pane.
fn slot(layout: Layout, place: usize, column: &[PaneId]) -> Slot {
    match (layout, column) {
        (Layout::Columns, [pane]) => Slot::Pane(*pane),
        _ => Slot::Place(place),
    }
}

/// Gives those without a share the mean of the others'.
fn filled(shares: &[Option<u16>]) -> Vec<u16> {
    let known: Vec<u32> = shares
        .iter()
        .flatten()
        .map(|share| u32::from(*share))
        .collect();
    let count = u32::try_from(known.len()).unwrap_or(u32::MAX);
    let mean = known.iter().sum::<u32>().checked_div(count).unwrap_or(1);
    let mean = u16::try_from(mean).unwrap_or(u16::MAX).max(1);
    let filled = shares.iter().map(|share| share.unwrap_or(mean).max(1));
    filled.collect()
}

/// Divides `total` in proportion to `shares`; earlier parts get the rest. No part is smaller than
/// `least` as long as there is room for that.
fn apportion(total: u16, shares: &[u16], least: u16) -> Vec<u16> {
    let all: u64 = shares.iter().map(|share| u64::from(*share)).sum();
    let mut before = 0;
    let mut parts: Vec<u16> = Vec::with_capacity(shares.len());
    let mut edge = 0;
    for share in shares {
        before += u64::from(*share);
        let end = (u64::from(total) * before).div_ceil(all.max(1));
        let end = u16::try_from(end).unwrap_or(total).min(total);
        parts.push(end - edge);
        edge = end;
    }
    if usize::from(total) >= usize::from(least) * parts.len() {
        for index in 0..parts.len() {
            let missing = least.saturating_sub(parts[index]);
            nudge(&mut parts, index, i32::from(missing), least);
        }
    }
    parts
}

/// Grows a part by `by` cells, or shrinks it, as far as no part becomes smaller than `least`. The
/// largest of the others gives a cell, the smallest takes one. Returns whether anything has changed.
pub(super) fn nudge(parts: &mut [u16], index: usize, by: i32, least: u16) -> bool {
    let mut changed = false;
    for _ in 0..by.unsigned_abs() {
        let others = (0..parts.len()).filter(|other| *other != index);
        let (from, to) = match by > 0 {
            true => (others.max_by_key(|other| parts[*other]), Some(index)),
            false => (Some(index), others.min_by_key(|other| parts[*other])),
        };
        let (Some(from), Some(to)) = (from, to) else {
            break;
        };
        if parts[from] <= least {
            break;
        }
        parts[from] -= 1;
        parts[to] += 1;
        changed = true;
    }
    changed
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn equal_shares_leave_the_rest_to_the_first() {
        assert_eq!(apportion(7, &[1, 1, 1], 1), [3, 2, 2]);
        assert_eq!(apportion(80, &[1], 20), [80]);
        assert!(apportion(10, &[], 1).is_empty());
    }

    #[test]
    fn shares_that_were_set_are_kept_as_they_are() {
        assert_eq!(apportion(100, &[61, 20, 19], 10), [61, 20, 19]);
        assert_eq!(apportion(50, &[61, 20, 19], 10), [30, 10, 10]);
        assert_eq!(filled(&[Some(60), None, Some(20)]), [60, 40, 20]);
        assert_eq!(filled(&[None, None]), [1, 1]);
    }

    #[test]
    fn a_part_grows_at_the_cost_of_the_largest() {
        let check = |mut parts: Vec<u16>, index, by, expected: &[u16]| {
            let before = parts.clone();
            let changed = nudge(&mut parts, index, by, 4);
            assert_eq!(parts, expected);
            assert_eq!(changed, before != expected);
        };
        check(vec![10, 10, 10], 1, 2, &[9, 12, 9]);
        check(vec![10, 6, 4], 2, 9, &[4, 4, 12]);
        check(vec![10, 6, 4], 0, -3, &[7, 7, 6]);
        check(vec![4, 8], 0, -1, &[4, 8]);
        check(vec![9], 0, 2, &[9]);
        check(vec![9], 0, -2, &[9]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_the_least_is_kept(
            total in 0u16..300,
            shares in prop::collection::vec(1u16..400, 1..12),
            least in 1u16..21,
        ) {
            let parts = apportion(total, &shares, least);
            prop_assert_eq!(parts.iter().sum::<u16>(), total);
            if usize::from(total) >= usize::from(least) * parts.len() {
                prop_assert!(parts.iter().all(|part| *part >= least), "{:?}", parts);
            }
            // Taken as shares, sizes stay what they are.
            if parts.iter().all(|part| *part > 0) {
                prop_assert_eq!(apportion(total, &parts, least.min(1)), parts);
            }
        }
    }
}
