//! The sizes that panes begin with when an interface is about to show them: those of their tiles.
//!
//! A program that starts in another size would draw itself twice, and one that hears of the change
//! before it is ready for that (mc) never draws itself right.

use super::{
    app::{columns_of_number, natural_list_width},
    layout::{Shares, Tile, Wishes, arrange},
    outer, widget,
};
use crate::{geometry::Size, protocol::PaneId, session::Layout};

/// Returns the sizes of new panes of these names in this terminal, the `focused` one first looked at.
/// Those that have no tile at first have the size of another one's.
pub fn first_sizes(names: &[&str], layout: Layout, focused: Option<&str>) -> Vec<Size> {
    sizes_in(outer::terminal_size(), names, layout, focused)
}

fn sizes_in(size: Size, names: &[&str], layout: Layout, focused: Option<&str>) -> Vec<Size> {
    let ids: Vec<PaneId> = (1..).take(names.len()).map(PaneId).collect();
    let focus = names.iter().position(|name| Some(*name) == focused);
    let longest = names.iter().map(|name| widget::columns(name)).max();
    let numbers = columns_of_number(u32::try_from(names.len()).unwrap_or(u32::MAX));
    let wishes = Wishes {
        chrome: true,
        list: Some(natural_list_width(longest.unwrap_or(0), numbers, size.cols)),
        layout,
        zoomed: false,
        main: None,
        shares: &Shares::default(),
    };
    let arrangement = arrange(size, &ids, focus.map(|place| ids[place]), wishes);
    let first = arrangement.tiles.first().map_or(size, Tile::size);
    let size_of = |id: &PaneId| arrangement.tile(*id).map_or(first, Tile::size);
    ids.iter().map(size_of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        protocol::Request,
        tui::{
            app::Effect,
            fixture::{Rig, options, pane},
        },
    };

    /// Checks that an interface that shows new panes resizes none of them.
    fn check(cols: u16, rows: u16, layout: Layout, names: &[&str]) {
        let mut options = options();
        options.layout = layout;
        let mut rig = Rig::new(options, cols, rows);
        rig.effects.clear();
        let summaries = (1..).zip(names).map(|(id, name)| pane(id, name));
        rig.panes(summaries.collect());
        let sizes = sizes_in(Size { rows, cols }, names, layout, None);
        let mut told = 0;
        for effect in &rig.effects {
            if let Effect::Request(Request::Resize { pane, size }, _) = effect {
                assert_eq!(
                    *size,
                    sizes[pane.0 as usize - 1],
                    "{pane:?} at {cols}x{rows}"
                );
                told += 1;
            }
        }
        assert_eq!(told, names.len(), "each pane is told its size");
    }

    #[test]
    fn panes_begin_as_they_are_shown() {
        let many: Vec<String> = (1..=12).map(|number| format!("job-{number}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        for names in [&["sh"][..], &["db1", "a-name-that-is-long", "x"], &many] {
            for (_, layout) in Layout::ALL {
                for (cols, rows) in [(80, 24), (200, 60), (20, 5)] {
                    check(cols, rows, layout, names);
                }
            }
        }
    }
}
