//! Selecting, key by key and with the mouse, against a server that the test plays.

use super::*;
use crate::{
    geometry::Position,
    keys::{Input, Modifiers, Mouse, MouseAction},
    protocol::{PaneId, Reply, TextPiece},
    screen::{Anchor, HistoryView, Row, RowStart, Run, Style},
    tui::{
        app::{Effect, Msg},
        fixture::{Rig, pane},
    },
};

/// Lines of the pane: `line 0`, `line 1`, … of which the last three are on its screen.
const LINES: u64 = 40;

/// What the server shows from this line on; from the end without one.
fn view(top: Option<u64>, rows: u16) -> HistoryView {
    let live = LINES - 3;
    let first = top.unwrap_or(live).min(live);
    let shown = first..(first + u64::from(rows)).min(LINES);
    HistoryView {
        top: (first < live).then_some(Anchor {
            line: first,
            row: 0,
        }),
        above: first,
        below: live - first,
        rows: shown
            .clone()
            .map(|line| Row {
                runs: vec![Run(0, format!("line {line}"), Style::default())],
                wrapped: false,
            })
            .collect(),
        starts: shown
            .map(|line| RowStart {
                line,
                row: 0,
                column: 0,
            })
            .collect(),
        marks: Vec::new(),
    }
}

/// Answers requests for history and prompts until there are none, and returns the others.
fn serve(rig: &mut Rig) -> Vec<Effect> {
    let mut others = Vec::new();
    loop {
        let effects = std::mem::take(&mut rig.effects);
        if effects.is_empty() {
            return others;
        }
        for effect in effects {
            match effect {
                Effect::Request(Request::History { top, by, rows, .. }, purpose) => {
                    let from = top.map_or(LINES - 3, |top| top.line.min(LINES - 3));
                    let from = from.saturating_add_signed(by.max(-(LINES as i64)));
                    let reply = Reply::History(view(Some(from), rows));
                    rig.send(Msg::Reply(purpose, reply));
                }
                Effect::Request(Request::Update { .. } | Request::Resize { .. }, _) => {}
                other => others.push(other),
            }
        }
    }
}

fn rig() -> Rig {
    let mut rig = Rig::with_panes(vec![pane(1, "db1")]);
    rig.shows(1, &["line 37", "line 38", "line 39"]);
    rig.types("[");
    assert_eq!(serve(&mut rig), []);
    rig
}

/// Returns what is asked to be copied.
fn text_request(effects: &[Effect]) -> Option<([(u64, u32); 2], Purpose)> {
    effects.iter().find_map(|effect| match effect {
        Effect::Request(Request::Text { from, to, .. }, purpose) => {
            Some(([(from.line, from.column), (to.line, to.column)], *purpose))
        }
        _ => None,
    })
}

/// Types keys and checks which places are asked to be copied.
#[track_caller]
fn check(keys: &str, from: (u64, u32), to: (u64, u32)) {
    for at_once in [true, false] {
        let mut rig = rig();
        let mut others = Vec::new();
        if at_once {
            rig.types(keys);
            others = serve(&mut rig);
        } else {
            for key in keys.chars() {
                rig.types(&key.to_string());
                others.extend(serve(&mut rig));
            }
        }
        let ([start, end], _) = text_request(&others).expect("something is copied");
        assert_eq!((start, end), (from, to), "{keys:?}, at once: {at_once}");
    }
}

#[test]
fn movements_wait_for_the_view() {
    // The pane's cursor is after `line 39`.
    check("vy", (39, 7), (39, 8));
    check("vhhy", (39, 5), (39, 8));
    check("vby", (39, 5), (39, 8));
    check("Vkky", (37, 0), (39, u32::MAX));
    check("Vkkkkky", (34, 0), (39, u32::MAX));
    check("0vwwbbbey", (38, 6), (39, 1));
    check("Vgy", (0, 0), (39, u32::MAX));
    // Above the live screen the cursor begins in the last row.
    check("gvGy", (19, 0), (39, 1));
    check("hgvGy", (0, 0), (39, 1));
    check("0vkkkkojy", (35, 0), (39, 1));
    check("v\u{1b}0vly", (39, 0), (39, 2));
    check("0v$Vvy", (39, 0), (39, 7));
}

#[test]
fn what_is_selected_stays_while_output_goes_on() {
    let mut rig = rig();
    rig.types("V");
    assert_eq!(serve(&mut rig), []);
    rig.shows(1, &["line 70", "line 71", "line 72"]);
    assert!(rig.text().contains("line 38") && !rig.text().contains("line 71"));
    rig.types("k");
    rig.send(Msg::Input(Vec::new()));
    rig.types("n");
    rig.effects.clear();
    rig.send(Msg::Resized(crate::geometry::Size { rows: 30, cols: 90 }));
    let anchored = rig
        .requests()
        .into_iter()
        .find_map(|request| match request {
            Request::History { top, .. } => Some(top.map(|top| top.line)),
            _ => None,
        });
    assert_eq!(anchored, Some(Some(37)), "the view is held");
}

#[test]
fn copying_says_how_much_and_drops_the_selection() {
    let mut rig = rig();
    rig.types("Vky");
    let (_, purpose) = text_request(&serve(&mut rig)).unwrap();
    let piece = |text: String, next| {
        Reply::Text(TextPiece {
            first: 38,
            text,
            next,
        })
    };
    for large in [
        piece("x".repeat(100 * 1024 + 1), None),
        piece("x".to_owned(), Some(39)),
    ] {
        rig.send(Msg::Reply(purpose, large));
        let said = rig.app.notice.take().unwrap();
        assert!(said.contains("larger than 100 KB"), "{said}");
        assert!(matches!(&rig.app.mode, Mode::Scroll(scroll) if scroll.selected().is_some()));
        assert_eq!(serve(&mut rig), []);
    }
    rig.send(Msg::Reply(
        purpose,
        piece("line 38\nline 39".to_owned(), None),
    ));
    assert_eq!(
        serve(&mut rig),
        [Effect::Copy("line 38\nline 39".to_owned())]
    );
    assert_eq!(rig.app.notice.as_deref(), Some("copied 2 lines"));
    assert!(matches!(&rig.app.mode, Mode::Scroll(scroll) if scroll.selected().is_none()));
    rig.types("y");
    assert_eq!(serve(&mut rig), []);
    assert!(
        rig.app
            .notice
            .as_deref()
            .unwrap()
            .starts_with("nothing is selected")
    );
}

#[test]
fn what_is_selected_before_the_copy_comes_stays() {
    for key in ["y", "\r"] {
        let mut rig = rig();
        rig.types(&format!("Vk{key}"));
        let (_, purpose) = text_request(&serve(&mut rig)).unwrap();
        rig.types("\u{1b}v");
        serve(&mut rig);
        rig.send(Msg::Reply(
            purpose,
            Reply::Text(TextPiece {
                first: 38,
                text: "line 38".to_owned(),
                next: None,
            }),
        ));
        assert_eq!(serve(&mut rig), [Effect::Copy("line 38".to_owned())]);
        assert!(rig.app.notice_due.is_some(), "it gives way by itself");
        assert!(matches!(&rig.app.mode, Mode::Scroll(scroll) if scroll.selected().is_some()));
    }
}

#[test]
fn escape_drops_what_is_selected_before_it_leaves() {
    let mut rig = rig();
    rig.types("vk");
    serve(&mut rig);
    rig.types("\u{1b}");
    assert!(matches!(&rig.app.mode, Mode::Scroll(scroll) if scroll.selected().is_none()));
    rig.types("V!");
    serve(&mut rig);
    assert!(matches!(&rig.app.mode, Mode::Scroll(scroll) if scroll.selected().is_some()));
    rig.types("\u{1b}\u{1b}");
    assert_eq!(rig.app.mode, Mode::Watch);
}

fn mouse(rig: &mut Rig, action: MouseAction, row: u16, col: u16) {
    let inner = rig.app.arrangement.tile(PaneId(1)).unwrap().inner;
    rig.send(Msg::Input(vec![Input::Mouse(Mouse {
        action,
        position: Position {
            row: inner.y + row,
            col: inner.x + col,
        },
        modifiers: Modifiers::NONE,
    })]));
}

#[test]
fn a_drag_that_is_over_before_the_view_comes_copies_all_the_same() {
    let mut rig = Rig::with_panes(vec![pane(1, "db1")]);
    rig.shows(1, &["line 37", "line 38", "line 39"]);
    mouse(&mut rig, MouseAction::Press(0), 0, 5);
    assert_eq!(rig.app.mode, Mode::Watch, "a click is no drag");
    mouse(&mut rig, MouseAction::Drag(0), 1, 3);
    mouse(&mut rig, MouseAction::Release(0), 1, 3);
    let ([from, to], purpose) = text_request(&serve(&mut rig)).unwrap();
    assert_eq!((from, to), ((37, 5), (38, 4)));
    let reply = Reply::Text(TextPiece {
        first: 37,
        text: "37\nline".to_owned(),
        next: None,
    });
    rig.send(Msg::Reply(purpose, reply));
    assert_eq!(serve(&mut rig), [Effect::Copy("37\nline".to_owned())]);
    assert_eq!(rig.app.mode, Mode::Watch);
}

/// Returns the rows and columns of the pane that are drawn inverse.
fn inverse(rig: &mut Rig) -> Vec<(u16, u16)> {
    let buffer = rig.draw();
    let inner = rig.app.arrangement.tile(PaneId(1)).unwrap().inner;
    let cells = (0..inner.height).flat_map(|row| (0..inner.width).map(move |col| (row, col)));
    let is_inverse = |(row, col): &(u16, u16)| {
        let cell = buffer.cell((inner.x + col, inner.y + row)).unwrap();
        cell.modifier.contains(ratatui::style::Modifier::REVERSED)
    };
    cells.filter(is_inverse).collect()
}

#[test]
fn a_selection_is_drawn_across_wraps_and_wide_characters() {
    let mut rig = rig();
    rig.types("v");
    let mut shown = view(None, 3);
    shown.rows[0] = Row {
        runs: vec![Run(0, "ab日".to_owned(), Style::default())],
        wrapped: true,
    };
    shown.starts[1] = RowStart {
        line: 37,
        row: 1,
        column: 4,
    };
    let purpose = rig.effects.drain(..).find_map(|effect| match effect {
        Effect::Request(Request::History { .. }, purpose) => Some(purpose),
        _ => None,
    });
    rig.send(Msg::Reply(purpose.unwrap(), Reply::History(shown)));
    let Mode::Scroll(scroll) = &mut rig.app.mode else {
        unreachable!();
    };
    let shown = scroll.view.clone().unwrap();
    let selection = scroll.selection.as_mut().unwrap();
    *selection = Selection {
        cursor: shown.place_at(0, 1).unwrap(),
        selected: None,
    };
    selection.toggle(Unit::Character, &shown);
    selection.go(shown.place_at(1, 1).unwrap(), &shown);
    let drawn = inverse(&mut rig);
    assert_eq!(drawn, [(0, 1), (0, 2), (0, 3), (1, 0), (1, 1)]);
}
