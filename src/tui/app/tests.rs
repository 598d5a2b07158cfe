//! The state of the interface, message by message: focus, commands, panes, sizes, pastes, notices.

mod asks;
mod mouse;
mod scrolling;

use std::time::Duration;

use super::*;
use crate::{
    expect::AutoAnswer,
    geometry::Position,
    keys::{Key, KeyCode, Modifiers, Mouse, MouseAction},
    pane::Concealed,
    protocol::{
        AskAnswer, AskInfo, Attention, Failure, FailureKind, Found, PaneSummary, Reply, WhyInfo,
    },
    screen::{Anchor, HistoryView, Mark, Place, Row, ScreenModes},
    tui::fixture::{Rig, ask, ended, key, options, pane, screen, with},
};

const ONE: PaneId = PaneId(1);
const TWO: PaneId = PaneId(2);

fn three() -> Rig {
    Rig::with_panes(vec![
        pane(1, "db1"),
        with(pane(2, "build"), Attention::Asking),
        pane(3, "logs"),
    ])
}

fn typed(pane: u32, text: &str) -> Request {
    Request::Input {
        pane: PaneId(pane),
        input: text.chars().map(|c| Input::Key(key(c))).collect(),
    }
}

fn interacts(pane: u32, on: bool) -> Request {
    let pane = PaneId(pane);
    Request::Interact { pane, on }
}

/// Types `text` into three panes, with keys going to `focus` when `interact` holds.
fn check(text: &str, requests: &[Request], mode: &Mode, focus: u32) {
    let mut rig = three();
    rig.types(text);
    assert_eq!(rig.requests(), requests, "{text:?}");
    assert_eq!(rig.app.mode, *mode, "{text:?}");
    assert_eq!(rig.app.focus, Some(PaneId(focus)), "{text:?}");
}

#[test]
fn case_24_keys_of_one_read_are_split_at_the_escape() {
    let (watch, interact) = (&Mode::Watch, &Mode::Interact);
    check("\r", &[interacts(1, true)], interact, 1);
    check(
        "\rls\r",
        &[interacts(1, true), typed(1, "ls\r")],
        interact,
        1,
    );
    check(
        "\rab\u{1d}jx",
        &[interacts(1, true), typed(1, "ab"), interacts(1, false)],
        watch,
        2,
    );
    check(
        "\r\u{1d}d",
        &[interacts(1, true), interacts(1, false), Request::Detach],
        watch,
        1,
    );
    check(
        "\u{1d}\u{1d}",
        &[typed(1, "\u{1d}"), typed(1, "\u{1d}")],
        watch,
        1,
    );
    check(
        "\ra\u{1d}\u{1d}\rb",
        &[
            interacts(1, true),
            typed(1, "a"),
            interacts(1, false),
            typed(1, "\u{1d}"),
            interacts(1, true),
            typed(1, "b"),
        ],
        interact,
        1,
    );
}

#[test]
fn the_focus_moves() {
    let watch = &Mode::Watch;
    for (keys, focus) in [
        ("j", 2),
        ("jjjj", 3),
        ("jk", 1),
        ("k", 1),
        ("3", 3),
        ("9", 1),
        ("3\t", 1),
        ("3\t\t", 3),
        ("n", 2),
        ("nn", 2),
        ("jjN", 2),
        ("l", 2),
    ] {
        check(keys, &[], watch, focus);
    }
}

#[test]
fn tiles_lie_beside_each_other() {
    let mut rig = Rig::new(options(), 200, 60);
    rig.panes((1..=4).map(|id| pane(id, "p")).collect());
    for (keys, focus) in [("l", 2), ("l", 2), ("h", 1), ("3l", 4), ("h", 3)] {
        rig.types(keys);
        assert_eq!(rig.app.focus, Some(PaneId(focus)), "{keys}");
    }
}

#[test]
fn commands_go_to_the_focused_pane() {
    let two = || vec!["2".to_owned()];
    let watch = &Mode::Watch;
    check("2r", &[Request::Restart { panes: two() }], watch, 2);
    check("2s", &[Request::Stop { panes: two() }], watch, 2);
    check("2x", &[], watch, 2);
    check("2xy", &[Request::Kill { panes: two() }], watch, 2);
    check("2xcy", &[], watch, 2);
    check("2x\u{1d}", &[], watch, 2);
    check("2D", &[], watch, 2);
    check("qk", &[Request::Down], watch, 1);
    check("qd", &[Request::Detach], watch, 1);
    check("qzcj", &[], watch, 2);
    check("d", &[Request::Detach], watch, 1);
}

#[test]
fn an_ended_pane_offers_restart_and_remove() {
    let rig = || Rig::with_panes(vec![ended(pane(1, "lint"), 1)]);
    for (keys, request) in [
        (
            "\rr",
            Some(Request::Restart {
                panes: vec!["1".to_owned()],
            }),
        ),
        (
            "\rD",
            Some(Request::Remove {
                panes: vec!["1".to_owned()],
            }),
        ),
        (
            "D",
            Some(Request::Remove {
                panes: vec!["1".to_owned()],
            }),
        ),
        ("\rc", None),
        ("x", None),
        ("s", None),
    ] {
        let mut rig = rig();
        rig.types(keys);
        assert_eq!(rig.requests(), Vec::from_iter(request), "{keys:?}");
        assert_eq!(rig.app.dialog, None, "{keys:?}");
    }
}

#[test]
fn a_question_closes_when_it_is_answered_elsewhere() {
    let mut rig = three();
    rig.types("x");
    rig.panes(vec![ended(pane(1, "db1"), 0), pane(2, "build")]);
    assert_eq!(rig.app.dialog, None);
    rig.types("\r");
    assert_eq!(rig.app.dialog, Some(Dialog::Ended(ONE)));
    rig.panes(vec![pane(1, "db1"), pane(2, "build")]);
    assert_eq!(rig.app.dialog, None);
}

#[test]
fn leaving_waits_for_the_server_but_not_for_long() {
    let mut rig = three();
    rig.types("dxy");
    assert_eq!(rig.requests(), [Request::Detach]);
    rig.send(Msg::Reply(Purpose::Detach, Reply::Done));
    assert_eq!(rig.effects, [Effect::Quit(Outcome::Detached)]);

    let mut rig = three();
    rig.types("d");
    rig.effects.clear();
    assert!(rig.app.next_deadline().is_some());
    rig.pass(DETACH_TIMEOUT);
    rig.send(Msg::Tick);
    assert_eq!(rig.effects, [Effect::Quit(Outcome::Detached)]);
}

#[test]
fn the_end_of_the_server_is_what_was_asked_for_or_not() {
    let check = |keys: &str, outcome| {
        let mut rig = three();
        rig.types(keys);
        rig.effects.clear();
        rig.send(Msg::Closed);
        assert_eq!(rig.effects, [Effect::Quit(outcome)], "{keys:?}");
    };
    check("", Outcome::ServerGone);
    check("\rls", Outcome::ServerGone);
    check("qk", Outcome::Ended);
    check("d", Outcome::Detached);
}

#[test]
fn case_25_a_child_that_ends_gives_the_keys_back() {
    let mut rig = three();
    rig.types("\rexit\r");
    rig.effects.clear();
    rig.panes(vec![ended(pane(1, "db1"), 3), pane(2, "build")]);
    assert_eq!(rig.requests(), [interacts(1, false)]);
    assert_eq!(rig.app.mode, Mode::Watch);
    assert_eq!(rig.app.focus, Some(ONE));
    let notice = rig.app.notice.clone().unwrap_or_default();
    assert!(
        notice.contains("db1") && notice.contains("exit 3"),
        "{notice}"
    );
}

#[test]
fn panes_come_and_go() {
    let mut rig = three();
    rig.types("2");
    rig.panes(vec![pane(1, "db1"), pane(3, "logs"), pane(4, "new")]);
    assert_eq!(rig.app.focus, Some(PaneId(3)));
    let asked = |effect: &Effect| {
        matches!(
            effect,
            Effect::Request(
                Request::Update {
                    pane: PaneId(4),
                    since: None
                },
                _
            )
        )
    };
    assert!(rig.effects.iter().any(asked));
    rig.panes(vec![]);
    assert_eq!(rig.app.focus, None);
    rig.types("\rjknNzrsxD[ b");
    rig.panes(vec![pane(5, "again")]);
    assert_eq!(rig.app.focus, Some(PaneId(5)));
}

#[test]
fn one_update_is_under_way_for_each_shown_pane() {
    let updates = |rig: &mut Rig| -> Vec<(u32, Option<u64>)> {
        std::mem::take(&mut rig.effects)
            .into_iter()
            .filter_map(|effect| match effect {
                Effect::Request(Request::Update { pane, since }, _) => Some((pane.0, since)),
                _ => None,
            })
            .collect()
    };
    let mut rig = Rig::new(options(), 80, 24);
    rig.panes(vec![pane(1, "a"), pane(2, "b")]);
    assert_eq!(updates(&mut rig), [(1, None), (2, None)]);
    rig.types("j");
    assert_eq!(updates(&mut rig), []);
    rig.shows(1, &["x"]);
    assert_eq!(updates(&mut rig), [(1, Some(1))]);
    rig.types("z");
    rig.shows(1, &["y"]);
    assert_eq!(updates(&mut rig), [], "pane 1 is not shown any more");
    rig.types("z");
    assert_eq!(updates(&mut rig), [(1, Some(2))]);
    let failure = Failure {
        kind: FailureKind::Failed,
        message: "no".to_owned(),
    };
    rig.send(Msg::Reply(Purpose::Update(ONE), Reply::Failed(failure)));
    rig.types("j");
    assert_eq!(
        updates(&mut rig),
        [],
        "what was refused is not asked at once"
    );
    rig.panes(vec![pane(1, "a"), pane(2, "b")]);
    assert_eq!(updates(&mut rig), [(1, Some(2))]);
}

#[test]
fn the_server_is_told_the_size_of_each_tile() {
    let sizes = |rig: &mut Rig| -> Vec<(u32, String)> {
        std::mem::take(&mut rig.effects)
            .into_iter()
            .filter_map(|effect| match effect {
                Effect::Request(Request::Resize { pane, size }, _) => {
                    Some((pane.0, size.to_string()))
                }
                _ => None,
            })
            .collect()
    };
    let owned = |sizes: &[(u32, &str)]| -> Vec<(u32, String)> {
        sizes
            .iter()
            .map(|(id, size)| (*id, (*size).to_owned()))
            .collect()
    };
    let mut rig = Rig::new(options(), 80, 24);
    rig.panes(vec![pane(1, "a"), pane(2, "b")]);
    assert_eq!(sizes(&mut rig), owned(&[(1, "54x10"), (2, "54x9")]));
    rig.types("z");
    assert_eq!(sizes(&mut rig), owned(&[(1, "80x22")]));
    rig.types("j");
    assert_eq!(sizes(&mut rig), owned(&[(2, "80x22")]));
    rig.send(Msg::Resized(Size { rows: 12, cols: 40 }));
    assert_eq!(sizes(&mut rig), owned(&[(2, "40x10")]));

    let single = Options {
        layout: Layout::Single,
        ..options()
    };
    let mut rig = Rig::new(single.clone(), 80, 24);
    rig.panes(vec![pane(1, "a"), pane(2, "b")]);
    let mut told = sizes(&mut rig);
    told.sort();
    assert_eq!(told, owned(&[(1, "54x20"), (2, "54x20")]));

    let mut rig = Rig::new(
        Options {
            read_only: true,
            ..single
        },
        80,
        24,
    );
    rig.panes(vec![pane(1, "a"), pane(2, "b")]);
    assert_eq!(sizes(&mut rig), []);
}

#[test]
fn read_only_types_and_commands_nothing() {
    let mut rig = Rig::read_only(vec![pane(1, "a"), ended(pane(2, "b"), 0)]);
    for keys in ["\rls", "r", "s", "x", "2D", "2\r", "\u{1d}"] {
        rig.types(keys);
        assert_eq!(rig.requests(), [], "{keys:?}");
        assert_eq!((&rig.app.mode, &rig.app.dialog), (&Mode::Watch, &None));
    }
    assert!(rig.app.notice.is_some());
    rig.types("q");
    assert_eq!(rig.requests(), [Request::Detach]);
}

#[test]
fn a_session_of_this_process_cannot_be_detached_from() {
    let single = Options {
        single_process: true,
        ..options()
    };
    let mut rig = Rig::new(single, 80, 24);
    rig.panes(vec![pane(1, "a")]);
    rig.effects.clear();
    rig.types("dqd");
    assert_eq!(rig.requests(), []);
    rig.types("k");
    assert_eq!(rig.requests(), [Request::Down]);
}

#[test]
fn an_interface_may_begin_inside_a_pane() {
    let begin = |interact: &str| {
        let options = Options {
            interact: Some(interact.to_owned()),
            ..options()
        };
        let mut rig = Rig::new(options, 80, 24);
        rig.effects.clear();
        rig.panes(vec![pane(1, "a"), pane(2, "b")]);
        (rig.requests(), rig.app.focus, rig.app.notice.is_some())
    };
    assert_eq!(begin("b"), (vec![interacts(2, true)], Some(TWO), false));
    assert_eq!(begin("2"), (vec![interacts(2, true)], Some(TWO), false));
    assert_eq!(begin("c"), (vec![], Some(ONE), true));
}

#[test]
fn one_pane_alone_ends_with_its_escape_or_its_child() {
    let begin = |name: &str| {
        let options = Options {
            only: Some(name.to_owned()),
            ..options()
        };
        let mut rig = Rig::new(options, 80, 24);
        rig.effects.clear();
        rig.panes(vec![pane(1, "a"), pane(2, "b")]);
        rig
    };
    let mut rig = begin("b");
    assert_eq!(rig.requests(), [interacts(2, true)]);
    assert_eq!(
        rig.app.arrangement.tiles[0].size(),
        Size { rows: 24, cols: 80 }
    );
    rig.types("jq\u{1d}d");
    assert_eq!(
        rig.requests(),
        [typed(2, "jq"), interacts(2, false), Request::Detach]
    );
    rig.send(Msg::Reply(Purpose::Detach, Reply::Done));
    assert_eq!(rig.effects, [Effect::Quit(Outcome::LeftPane)]);

    let mut rig = begin("b");
    rig.effects.clear();
    rig.panes(vec![pane(1, "a"), ended(pane(2, "b"), 3)]);
    assert_eq!(rig.requests(), [interacts(2, false), Request::Detach]);
    rig.send(Msg::Reply(Purpose::Detach, Reply::Done));
    let outcome = Outcome::PaneEnded {
        name: "b".to_owned(),
        exit: Some(crate::protocol::ExitInfo::Code(3)),
        error: None,
    };
    assert_eq!(rig.effects, [Effect::Quit(outcome)]);

    let mut rig = begin("c");
    let quits = Effect::Quit(Outcome::NoPane("c".to_owned()));
    assert!(rig.effects.contains(&quits));
    rig.types("x");
}

#[test]
fn pastes_of_many_lines_ask_first() {
    let paste = |text: &str| Input::Paste(text.to_owned());
    let check = |text: &str, bracketed: bool, keys: &str, pasted: bool| {
        let mut rig = three();
        let mut shown = screen(Size::DEFAULT, &["$ "]);
        shown.modes = ScreenModes {
            bracketed_paste: bracketed,
            ..ScreenModes::default()
        };
        rig.shows_screen(ONE, &shown);
        rig.types("\r");
        rig.effects.clear();
        rig.send(Msg::Input(vec![paste(text)]));
        rig.types(keys);
        let input = Request::Input {
            pane: ONE,
            input: vec![paste(text)],
        };
        let expected = if pasted { vec![input] } else { vec![] };
        assert_eq!(rig.requests(), expected, "{text:?} {bracketed} {keys:?}");
        assert_eq!(rig.app.mode, Mode::Interact);
    };
    check("ls", false, "", true);
    check("ls\n", false, "", true);
    check("ls\nrm x\n", true, "", true);
    check("ls\nrm x\n", false, "", false);
    check("ls\nrm x\n", false, "y", true);
    check("ls\rrm x", false, "xqy", true);
    check("ls\nrm x\n", false, "c", false);
    check("ls\nrm x\n", false, "\u{1d}", false);

    let mut rig = three();
    rig.send(Msg::Input(vec![paste("ls")]));
    assert_eq!(rig.requests(), []);
    assert!(rig.app.notice.is_some());

    let mut rig = three();
    rig.types("\r");
    rig.effects.clear();
    rig.send(Msg::Input(vec![paste("a\nb")]));
    rig.send(Msg::Input(vec![paste("c\nd")]));
    rig.types("y");
    let input = vec![paste("a\nbc\nd")];
    assert_eq!(rig.requests(), [Request::Input { pane: ONE, input }]);
    let piece = "a\n".repeat(1 << 20);
    for _ in 0..2 {
        rig.send(Msg::Input(vec![paste(&piece)]));
    }
    assert_eq!(rig.requests(), []);
    assert_eq!(rig.app.dialog, None);
}

#[test]
fn failures_stay_until_the_next_key() {
    let mut rig = three();
    let failure = Failure {
        kind: FailureKind::Failed,
        message: "the pane's queue is full".to_owned(),
    };
    rig.send(Msg::Reply(Purpose::Command, Reply::Failed(failure)));
    assert!(rig.text().contains("the pane's queue is full"));
    rig.types("j");
    assert!(!rig.text().contains("the pane's queue is full"));
}

#[test]
fn title_and_bell_follow_the_panes() {
    let title = |count: &str| Effect::Title(format!("muxpect deploy{count}"));
    let mut rig = Rig::new(options(), 80, 24);
    rig.panes(vec![
        pane(1, "a"),
        PaneSummary {
            bells: 4,
            ..pane(2, "b")
        },
    ]);
    assert!(rig.effects.contains(&title("")));
    assert!(!rig.effects.contains(&Effect::Bell));
    rig.effects.clear();
    rig.panes(vec![
        with(pane(1, "a"), Attention::Password),
        PaneSummary {
            bells: 5,
            ..pane(2, "b")
        },
    ]);
    assert!(rig.effects.contains(&title(" (1 needs you)")));
    assert!(rig.effects.contains(&Effect::Bell));
    rig.effects.clear();
    rig.panes(vec![with(pane(1, "a"), Attention::Password), pane(2, "b")]);
    assert!(
        !rig.effects
            .iter()
            .any(|effect| matches!(effect, Effect::Title(_) | Effect::Bell))
    );
}

#[test]
fn time_passes_only_where_it_is_seen() {
    let mut rig = three();
    assert_eq!(rig.app.next_deadline(), None);
    let quiet = PaneSummary {
        since: rig.now.wall - Duration::from_secs(70),
        ..with(pane(2, "build"), Attention::Quiet)
    };
    rig.panes(vec![pane(1, "db1"), quiet.clone()]);
    assert!(rig.text().contains("quiet 1m"));
    let due = rig.app.next_deadline().expect("a duration is shown");
    assert_eq!(due, rig.now.instant + Duration::from_secs(50));
    rig.pass(Duration::from_secs(50));
    rig.send(Msg::Tick);
    assert!(rig.app.is_damaged());
    assert!(rig.text().contains("quiet 2m"));
    rig.types("z");
    assert_eq!(
        rig.app.next_deadline(),
        None,
        "neither list nor tile shows it"
    );
    rig.types("z");
    rig.panes(vec![pane(1, "db1"), ended(quiet, 0)]);
    assert_eq!(rig.app.next_deadline(), None);
}
