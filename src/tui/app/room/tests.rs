//! The room of the panes: layouts, sizes, and the way from tile to tile.

use super::*;
use crate::{
    geometry::Position,
    keys::{Input, Key, KeyCode, Modifiers},
    protocol::Request,
    tui::{
        Options,
        app::{Effect, Msg},
        fixture::{Rig, options, pane},
    },
};

fn four(layout: Layout) -> Rig {
    let options = Options {
        layout,
        ..options()
    };
    let mut rig = Rig::new(options, 100, 42);
    rig.panes((1..=4).map(|id| pane(id, "p")).collect());
    rig.effects.clear();
    rig
}

fn widths(rig: &Rig) -> Vec<u16> {
    let tiles = rig.app.arrangement.tiles.iter();
    tiles.map(|tile| tile.area.width).collect()
}

fn heights(rig: &Rig) -> Vec<u16> {
    let tiles = rig.app.arrangement.tiles.iter();
    tiles.map(|tile| tile.area.height).collect()
}

fn mouse(rig: &mut Rig, action: MouseAction, col: u16, row: u16) {
    let mouse = Mouse {
        action,
        position: Position { row, col },
        modifiers: Modifiers::NONE,
    };
    rig.send(Msg::Input(vec![Input::Mouse(mouse)]));
}

/// Drags from one cell to another.
fn drag(rig: &mut Rig, from: (u16, u16), to: (u16, u16)) {
    mouse(rig, MouseAction::Press(0), from.0, from.1);
    mouse(rig, MouseAction::Drag(0), to.0, to.1);
    mouse(rig, MouseAction::Release(0), to.0, to.1);
}

#[test]
fn every_layout_has_its_turn() {
    let mut rig = four(Layout::Tiles);
    rig.types("3");
    for (word, tiles) in [
        ("single", 1),
        ("columns", 3),
        ("rows", 4),
        ("main", 4),
        ("tiles", 4),
    ] {
        rig.types(" ");
        let notice = rig.app.notice.clone().unwrap();
        assert_eq!(notice, format!("layout: {word}"));
        assert_eq!(rig.app.arrangement.tiles.len(), tiles, "{word}");
        assert!(rig.app.arrangement.tile(PaneId(3)).is_some(), "{word}");
    }
}

#[test]
fn the_pane_that_was_looked_at_becomes_the_large_one() {
    let mut rig = four(Layout::Rows);
    rig.types("3 ");
    assert_eq!(widths(&rig), [30, 30, 46, 30]);
    // Moving on leaves it large.
    rig.types("1");
    assert_eq!(widths(&rig), [30, 30, 46, 30]);
    rig.panes([1, 2, 4].map(|id| pane(id, "p")).to_vec());
    assert_eq!(widths(&rig), [46, 30, 30]);
}

#[test]
fn keys_share_the_room_out_and_share_it_equally_again() {
    let mut rig = four(Layout::Rows);
    let equal = heights(&rig);
    rig.types("2++");
    assert_eq!(heights(&rig), [9, 14, 9, 8]);
    rig.types("=");
    assert_eq!(heights(&rig), equal);
    // Each layout has its own sizes.
    rig.types("+  ");
    assert_eq!(heights(&rig), [20, 20, 20, 20]);
    rig.types("   ");
    assert_eq!(heights(&rig), [10, 12, 9, 9]);
    let mut rig = four(Layout::Single);
    rig.types("+");
    assert!(
        rig.app
            .notice
            .clone()
            .unwrap()
            .starts_with("one tile has all the room")
    );
    let mut rig = four(Layout::Rows);
    rig.types("-----");
    assert_eq!(rig.app.notice.as_deref(), Some("it cannot be smaller"));
    rig.types("++++++++++++++++++");
    assert_eq!(rig.app.notice.as_deref(), Some("there is no room to grow"));
}

#[test]
fn a_dragged_line_resizes_both_sides() {
    let mut rig = four(Layout::Tiles);
    assert_eq!(widths(&rig), [38; 4]);
    let line = rig.app.arrangement.tiles[1].area.x;
    drag(&mut rig, (line - 1, 9), (line + 9, 9));
    assert_eq!(widths(&rig), [48, 28, 48, 28]);
    let resized = |effect: &Effect| matches!(effect, Effect::Request(Request::Resize { .. }, _));
    assert_eq!(
        rig.effects.iter().filter(|effect| resized(effect)).count(),
        4
    );
    let line = rig.app.arrangement.tiles[2].area.y;
    drag(&mut rig, (40, line), (40, line - 5));
    assert_eq!(heights(&rig), [15, 20, 25, 20]);
    // What is dragged without a line in hand moves nothing.
    drag(&mut rig, (40, 9), (60, 20));
    assert_eq!(heights(&rig), [15, 20, 25, 20]);
}

#[test]
fn the_list_is_dragged_within_its_limits() {
    let mut rig = four(Layout::Tiles);
    let list = |rig: &Rig| rig.app.arrangement.list.unwrap().width;
    let usual = list(&rig);
    for (to, expected) in [(34, 35), (2, 20), (99, 50)] {
        let line = list(&rig) - 1;
        drag(&mut rig, (line, 9), (to, 9));
        assert_eq!(list(&rig), expected);
    }
    rig.types("=");
    assert_eq!(list(&rig), usual);
}

#[test]
fn a_line_moves_while_a_child_gets_the_keys() {
    let mut rig = four(Layout::Tiles);
    rig.types("\r");
    let line = rig.app.arrangement.tiles[2].area.y;
    drag(&mut rig, (40, line), (40, line - 5));
    assert_eq!(heights(&rig), [15, 20, 25, 20]);
    assert_eq!(rig.app.mode, Mode::Interact);
    // A click there is one on the tile that the line belongs to.
    let line = rig.app.arrangement.tiles[2].area.y;
    mouse(&mut rig, MouseAction::Press(0), 40, line);
    assert_eq!(rig.app.focus, Some(PaneId(1)));
    mouse(&mut rig, MouseAction::Release(0), 40, line);
    assert_eq!(
        (&rig.app.mode, rig.app.focus),
        (&Mode::Watch, Some(PaneId(3)))
    );
}

#[test]
fn keys_lead_from_tile_to_tile() {
    let mut rig = four(Layout::Tiles);
    for (key, focus) in [('J', 3), ('J', 3), ('l', 4), ('K', 2), ('K', 2), ('h', 1)] {
        rig.keys(&[Key::plain(KeyCode::Char(key))]);
        assert_eq!(rig.app.focus, Some(PaneId(focus)), "{key}");
    }
    let mut rig = four(Layout::Main);
    for (key, focus) in [('l', 3), ('J', 4), ('K', 3), ('K', 2), ('h', 1)] {
        rig.keys(&[Key::plain(KeyCode::Char(key))]);
        assert_eq!(rig.app.focus, Some(PaneId(focus)), "{key}");
    }
}
