//! Marks and broadcasts, message by message.

use super::*;
use crate::{
    keys::{Key, Modifiers, Mouse, MouseAction},
    protocol::{Attention, PaneSummary},
    tui::{
        app::{Dialog, Msg},
        fixture::{Rig, ended, pane, with},
    },
};

fn three() -> Vec<PaneSummary> {
    let db1 = with(pane(1, "db1"), Attention::Ready);
    vec![db1, pane(2, "db2"), pane(3, "logs")]
}

/// Three panes, of which the first two are marked.
fn marked() -> Rig {
    let mut rig = Rig::with_panes(three());
    rig.types("mjm");
    assert_eq!(rig.requests(), []);
    assert_eq!(rig.app.marked().len(), 2);
    rig
}

fn interacts(pane: u32, on: bool) -> Request {
    let pane = PaneId(pane);
    Request::Interact { pane, on }
}

fn gets(pane: u32, input: Vec<Input>) -> Request {
    let pane = PaneId(pane);
    Request::Input { pane, input }
}

fn keys(text: &str) -> Vec<Input> {
    let key = |c| Input::Key(crate::tui::fixture::key(c));
    text.chars().map(key).collect()
}

#[test]
fn what_is_typed_goes_to_each_marked_pane() {
    let mut rig = marked();
    rig.types("B");
    assert_eq!(rig.requests(), [interacts(2, true), interacts(1, true)]);
    assert_eq!(
        (&rig.app.mode, rig.app.focus),
        (&Mode::Interact, Some(PaneId(2)))
    );
    rig.types("ls\r");
    assert_eq!(
        rig.requests(),
        [gets(1, keys("ls\r")), gets(2, keys("ls\r"))]
    );
    // What was typed before the escape is theirs, what follows it is not.
    rig.types("x\u{1d}j");
    let expected = [
        gets(1, keys("x")),
        gets(2, keys("x")),
        interacts(2, false),
        interacts(1, false),
    ];
    assert_eq!(rig.requests(), expected);
    assert_eq!(
        (&rig.app.mode, rig.app.focus),
        (&Mode::Watch, Some(PaneId(3)))
    );
    assert!(rig.app.audience().is_empty());
    // The marks stay; plain INTERACT is with one pane again.
    assert_eq!(rig.app.marked().len(), 2);
    rig.types("1\rx");
    assert_eq!(rig.requests(), [interacts(1, true), gets(1, keys("x"))]);
}

#[test]
fn nothing_is_typed_into_a_pane_that_is_not_marked() {
    let mut rig = marked();
    rig.types("3B");
    assert_eq!(rig.app.focus, Some(PaneId(1)));
    rig.types("x");
    let requests = rig.requests();
    assert!(!requests.contains(&gets(3, keys("x"))), "{requests:?}");
    assert_eq!(requests.len(), 4);
}

#[test]
fn pastes_go_to_all_and_the_mouse_to_one() {
    let mut rig = marked();
    let mut screen = crate::tui::fixture::screen(crate::geometry::Size::DEFAULT, &[]);
    screen.modes.bracketed_paste = true;
    rig.shows_screen(PaneId(2), &screen);
    rig.types("B");
    rig.requests();
    let paste = |text: &str| Input::Paste(text.to_owned());
    rig.send(Msg::Input(vec![paste("one")]));
    assert_eq!(
        rig.requests(),
        [gets(1, vec![paste("one")]), gets(2, vec![paste("one")])]
    );
    // One of them takes each line as typed, so it is asked.
    rig.send(Msg::Input(vec![paste("a\nb")]));
    assert_eq!(rig.app.dialog, Some(Dialog::Paste("a\nb".to_owned())));
    rig.types("y");
    assert_eq!(rig.requests().len(), 2);

    screen.modes.mouse = true;
    rig.shows_screen(PaneId(2), &screen);
    let inner = rig.app.arrangement.tile(PaneId(2)).unwrap().inner;
    let position = crate::geometry::Position {
        row: inner.y,
        col: inner.x,
    };
    let mouse = |position| Mouse {
        action: MouseAction::Press(0),
        position,
        modifiers: Modifiers::NONE,
    };
    rig.send(Msg::Input(vec![Input::Mouse(mouse(position))]));
    let inside = Input::Mouse(mouse(crate::geometry::Position::default()));
    assert_eq!(rig.requests(), [gets(2, vec![inside])]);
}

#[test]
fn panes_that_end_drop_out() {
    let mut rig = marked();
    rig.types("3mB");
    assert_eq!(rig.app.focus, Some(PaneId(3)));
    rig.requests();
    let mut panes = three();
    panes[0] = ended(panes[0].clone(), 1);
    rig.panes(panes.clone());
    assert_eq!(rig.requests(), [interacts(1, false)]);
    let notice = rig.app.notice.clone().unwrap();
    assert_eq!(notice, "db1 has ended: exit 1; it gets no more keys");
    // Of the focused one's place another one takes the lead, whatever was looked at.
    rig.keys(&[Key::plain(crate::keys::KeyCode::PageUp)]);
    rig.requests();
    panes[2] = ended(panes[2].clone(), 0);
    rig.panes(panes.clone());
    assert_eq!(rig.requests(), [interacts(3, false)]);
    assert_eq!(
        (&rig.app.mode, rig.app.focus),
        (&Mode::Interact, Some(PaneId(2)))
    );
    rig.types("x");
    assert_eq!(rig.requests(), [gets(2, keys("x"))]);
    panes[1] = ended(panes[1].clone(), 0);
    rig.panes(panes);
    assert_eq!(rig.requests(), [interacts(2, false)]);
    assert_eq!(rig.app.mode, Mode::Watch);
}

#[test]
fn panes_that_are_removed_drop_out() {
    let mut rig = marked();
    rig.types("B");
    rig.requests();
    rig.panes(vec![three().remove(0), pane(3, "logs")]);
    assert_eq!(
        (&rig.app.mode, rig.app.focus),
        (&Mode::Interact, Some(PaneId(1)))
    );
    rig.types("x");
    assert!(rig.requests().contains(&gets(1, keys("x"))));
}

#[test]
fn all_end_at_once() {
    let mut rig = marked();
    rig.types("B");
    rig.requests();
    let all = three().into_iter().map(|pane| ended(pane, 0)).collect();
    rig.panes(all);
    assert_eq!(rig.requests(), [interacts(1, false), interacts(2, false)]);
    assert_eq!(rig.app.mode, Mode::Watch);
}

#[test]
fn leaving_for_another_pane_releases_all() {
    let mut rig = marked();
    rig.types("B");
    rig.requests();
    let tile = rig.app.arrangement.tile(PaneId(3)).unwrap().inner;
    let mouse = Mouse {
        action: MouseAction::Press(0),
        position: crate::geometry::Position {
            row: tile.y,
            col: tile.x,
        },
        modifiers: Modifiers::NONE,
    };
    rig.send(Msg::Input(vec![Input::Mouse(mouse)]));
    assert_eq!(rig.requests(), [interacts(2, false), interacts(1, false)]);
    assert_eq!(
        (&rig.app.mode, rig.app.focus),
        (&Mode::Watch, Some(PaneId(3)))
    );
}

#[test]
fn a_broadcast_without_panes_says_how_to_mark() {
    let notice = |rig: &mut Rig, keys: &str| {
        rig.types(keys);
        assert_eq!(rig.requests(), [], "{keys}");
        rig.app.notice.clone().unwrap()
    };
    let mut rig = Rig::with_panes(three());
    let expected = "no pane is marked; m marks one, then B types into all marked";
    assert_eq!(notice(&mut rig, "B"), expected);
    let mut rig = Rig::with_panes(vec![ended(pane(1, "a"), 0), pane(2, "b")]);
    let expected = "no marked pane is running; m marks another one";
    assert_eq!(notice(&mut rig, "mB"), expected);
    rig.types("m");
    assert_eq!(rig.app.panes.iter().filter(|pane| pane.marked).count(), 0);
    let mut rig = Rig::read_only(three());
    assert!(notice(&mut rig, "mB").starts_with("attached read-only"));
}
