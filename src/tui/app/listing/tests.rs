//! The list of panes: filter and order.

use super::*;
use crate::{
    protocol::PaneSummary,
    tui::fixture::{Rig, ask, ended, pane, with},
};

fn panes() -> Vec<PaneSummary> {
    let ssh = |id, name: &str| PaneSummary {
        command: vec!["ssh".to_owned(), format!("ops@{name}.example.org")],
        ..pane(id, name)
    };
    vec![
        ssh(1, "db1"),
        with(ssh(2, "db2"), Attention::Password),
        ended(pane(3, "build"), 1),
        with(pane(4, "logs"), Attention::Quiet),
        with(pane(5, "web"), Attention::Waiting),
    ]
}

fn listed(rig: &Rig) -> Vec<u32> {
    rig.app.listed().map(|pane| pane.id().0).collect()
}

fn tiled(rig: &Rig) -> Vec<u32> {
    let tiles = rig.app.arrangement.tiles.iter();
    tiles.map(|tile| tile.pane.0).collect()
}

#[test]
fn words_of_a_filter_are_found_in_name_command_and_status() {
    let check = |filter: &str, expected: &[u32], focus| {
        let mut rig = Rig::with_panes(panes());
        rig.types(&format!("/{filter}"));
        assert_eq!(listed(&rig), expected, "{filter:?}");
        assert_eq!(
            tiled(&rig),
            [1, 2, 3, 4, 5],
            "tiles wait for the end of typing"
        );
        rig.types("\r");
        assert_eq!(tiled(&rig), expected, "{filter:?}");
        assert_eq!(rig.app.focus, Some(PaneId(focus)), "{filter:?}");
    };
    check("", &[1, 2, 3, 4, 5], 1);
    check("DB", &[1, 2], 1);
    check("db2", &[2], 2);
    check("ops@", &[1, 2], 1);
    check("ssh pass", &[2], 2);
    check("exit 1", &[3], 3);
    check("failed", &[3], 3);
    check("quiet", &[4], 4);
    // The focused pane is always there.
    check("nothing like it", &[1], 1);
}

#[test]
fn a_filter_is_kept_or_cleared() {
    let mut rig = Rig::with_panes(panes());
    rig.types("/db\r");
    assert_eq!((rig.app.dialog.clone(), listed(&rig)), (None, vec![1, 2]));
    // Keys are keys again, and walk what is listed.
    rig.types("jjjj");
    assert_eq!(rig.app.focus, Some(PaneId(2)));
    // It is changed from what it is.
    rig.types("/1");
    assert_eq!(rig.app.listing.filter, "db1");
    rig.types("\u{1b}");
    assert_eq!((rig.app.dialog.clone(), listed(&rig).len()), (None, 5));
    for clearing in ["/web\r\u{1b}", "/w\u{1d}"] {
        rig.types(clearing);
        assert_eq!(listed(&rig).len(), 5, "{clearing:?}");
    }
}

#[test]
fn other_ways_to_a_pane_show_it_in_spite_of_the_filter() {
    let mut rig = Rig::with_panes(panes());
    rig.types("/logs\r");
    assert_eq!(listed(&rig), [4]);
    for (keys, focus, list) in [
        ("n", 5, vec![4, 5]),
        ("n", 2, vec![2, 4]),
        ("1", 1, vec![1, 4]),
        ("4", 4, vec![4]),
    ] {
        rig.types(keys);
        assert_eq!(
            (rig.app.focus, listed(&rig)),
            (Some(PaneId(focus)), list),
            "{keys}"
        );
        assert_eq!(tiled(&rig), listed(&rig));
    }
}

#[test]
fn the_most_urgent_come_first_and_equals_stay_in_order() {
    let mut rig = Rig::with_panes(panes());
    rig.asks = vec![ask(1, "logs", "Go on?", None)];
    rig.panes(panes());
    rig.types("o");
    assert_eq!(listed(&rig), [2, 4, 5, 3, 1]);
    assert_eq!(tiled(&rig), [1, 2, 3, 4, 5], "tiles keep their places");
    // What a person walks is the list that is seen.
    rig.types("kkkk");
    assert_eq!(rig.app.focus, Some(PaneId(2)));
    rig.types("j");
    assert_eq!(rig.app.focus, Some(PaneId(4)));
    rig.types("o");
    assert_eq!(listed(&rig), [1, 2, 3, 4, 5]);
}

#[test]
fn nothing_moves_while_a_child_gets_the_keys() {
    let mut rig = Rig::with_panes(panes());
    rig.types("o/ssh\r1\r");
    assert_eq!(rig.app.mode, Mode::Interact);
    assert_eq!(listed(&rig), [2, 1]);
    let mut changed = panes();
    changed[0].attention = Attention::Password;
    changed[1] = ended(changed[1].clone(), 0);
    changed[1].command = vec!["other".to_owned()];
    changed.push(PaneSummary {
        command: vec!["ssh".to_owned()],
        ..with(pane(6, "new"), Attention::Password)
    });
    rig.panes(changed.clone());
    assert_eq!(listed(&rig), [2, 1, 6]);
    changed.remove(1);
    rig.panes(changed);
    assert_eq!(listed(&rig), [1, 6]);
    rig.types("\u{1d}");
    assert_eq!(listed(&rig), [1, 6]);
}

#[test]
fn the_list_follows_what_panes_become() {
    let mut rig = Rig::with_panes(panes());
    rig.types("o/password\r");
    assert_eq!(listed(&rig), [2]);
    let mut changed = panes();
    changed[3].attention = Attention::Password;
    rig.panes(changed);
    assert_eq!((listed(&rig), tiled(&rig)), (vec![2, 4], vec![2, 4]));
}
