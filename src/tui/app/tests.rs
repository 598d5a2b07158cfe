//! The state of the interface, message by message.

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
    let read_only = Options {
        read_only: true,
        ..options()
    };
    let mut rig = Rig::new(read_only, 80, 24);
    rig.panes(vec![pane(1, "a"), ended(pane(2, "b"), 0)]);
    rig.effects.clear();
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

fn view(above: u64, below: u64, top: Option<u64>) -> Reply {
    let row = |text: String| Row {
        runs: vec![crate::screen::Run(0, text, crate::screen::Style::default())],
        wrapped: false,
    };
    Reply::History(HistoryView {
        top: top.map(|line| Anchor { line, row: 0 }),
        above,
        below,
        rows: (above..above + 3)
            .map(|line| row(format!("line {line}")))
            .collect(),
        starts: Vec::new(),
        marks: Vec::new(),
    })
}

fn history_requests(rig: &mut Rig) -> Vec<(Option<u64>, i64)> {
    rig.requests()
        .into_iter()
        .filter_map(|request| match request {
            Request::History { top, by, .. } => Some((top.map(|top| top.line), by)),
            _ => None,
        })
        .collect()
}

#[test]
fn scrolling_asks_from_an_anchor_and_adds_up() {
    let mut rig = three();
    rig.types("[");
    assert_eq!(history_requests(&mut rig), [(None, 0)]);
    rig.types("kkk");
    assert_eq!(history_requests(&mut rig), [], "one request is under way");
    rig.send(Msg::Reply(Purpose::History(1), view(50, 0, None)));
    assert_eq!(history_requests(&mut rig), [(None, -3)]);
    rig.send(Msg::Reply(Purpose::History(1), view(47, 3, Some(147))));
    assert_eq!(history_requests(&mut rig), []);
    assert!(rig.text().contains("line 47"));
    rig.shows(1, &["fresh output"]);
    assert!(!rig.text().contains("fresh output"));
    rig.types("j");
    assert_eq!(history_requests(&mut rig), [(Some(147), 1)]);
    rig.types("q");
    assert_eq!(rig.app.mode, Mode::Watch);
    assert!(rig.text().contains("fresh output"));
    rig.types("[");
    rig.send(Msg::Reply(Purpose::History(1), view(1, 2, Some(9))));
    assert!(
        !rig.text().contains("line 1"),
        "an answer to an earlier visit"
    );
}

fn searches(rig: &mut Rig) -> Vec<(String, bool, Option<u64>, Option<u64>)> {
    rig.requests()
        .into_iter()
        .filter_map(|request| match request {
            Request::Search {
                pattern,
                backwards,
                from,
                top,
                ..
            } => {
                let line = top.map(|top| top.line);
                Some((pattern, backwards, from.map(|from| from.line), line))
            }
            _ => None,
        })
        .collect()
}

/// A match in line `line`, in the view that begins with it.
fn found(line: u64, wrapped: bool) -> Reply {
    let Reply::History(mut view) = view(line, 3, Some(line)) else {
        unreachable!();
    };
    let place = Place { line, column: 1 };
    view.marks = vec![Mark {
        row: 0,
        start: 1,
        end: 3,
        place,
    }];
    Reply::Found(Some(Found {
        place,
        wrapped,
        view,
    }))
}

const fn search(search: u64) -> Purpose {
    Purpose::Search { visit: 1, search }
}

#[test]
fn a_search_goes_from_match_to_match() {
    let mut rig = three();
    let wanted = |pattern: &str, up, from, top| (pattern.to_owned(), up, from, top);
    rig.types("[");
    rig.send(Msg::Reply(Purpose::History(1), view(50, 0, None)));
    rig.types("?qn");
    assert_eq!(rig.requests().len(), 1, "keys are the pattern's now");
    rig.types("\r");
    assert_eq!(searches(&mut rig), [wanted("qn", true, None, None)]);
    rig.send(Msg::Reply(search(2), found(40, false)));
    assert!(rig.text().contains("line 40"));
    rig.types("nnN");
    let first = wanted("qn", true, Some(40), Some(40));
    assert_eq!(searches(&mut rig), [first], "one request is under way");
    rig.send(Msg::Reply(search(2), found(30, false)));
    assert_eq!(
        searches(&mut rig),
        [],
        "the other two are one there and back"
    );
    rig.types("N");
    assert_eq!(
        searches(&mut rig),
        [wanted("qn", false, Some(30), Some(30))]
    );
    rig.send(Msg::Reply(search(2), found(40, true)));
    assert_eq!(
        rig.app.notice.as_deref(),
        Some("the search went on from the other end")
    );
    // Rows that are scrolled to are marked too.
    rig.types("k");
    let marked = |request: Request| match request {
        Request::History { pattern, .. } => pattern,
        _ => None,
    };
    assert_eq!(
        rig.requests().into_iter().find_map(marked).as_deref(),
        Some("qn")
    );
    rig.send(Msg::Reply(Purpose::History(1), view(39, 4, Some(39))));
    rig.types("/\r");
    assert_eq!(searches(&mut rig), [wanted("qn", false, None, Some(39))]);
    rig.send(Msg::Reply(search(2), found(40, false)));
    assert!(!rig.text().contains("line 42"), "an earlier search");
}

#[test]
fn what_cannot_be_found_is_said() {
    let mut rig = three();
    rig.types("[n");
    assert!(rig.app.notice.as_deref().unwrap().contains("/ and ? begin"));
    rig.send(Msg::Reply(Purpose::History(1), view(50, 0, None)));
    rig.types("/nowhere\r");
    rig.send(Msg::Reply(search(2), Reply::Found(None)));
    assert_eq!(rig.app.notice.as_deref(), Some("nothing matches 'nowhere'"));
    rig.effects.clear();
    rig.types("n");
    let again = ("nowhere".to_owned(), false, None, None);
    assert_eq!(searches(&mut rig), [again], "what came since may match");
    rig.send(Msg::Reply(search(2), Reply::Found(None)));
    rig.types("/(\r");
    let failure = Failure {
        kind: FailureKind::Failed,
        message: "'(' does not compile".to_owned(),
    };
    rig.send(Msg::Reply(search(3), Reply::Failed(failure)));
    assert_eq!(rig.app.notice.as_deref(), Some("'(' does not compile"));
    rig.effects.clear();
    rig.types("k");
    assert_eq!(history_requests(&mut rig), [(None, -1)]);
}

#[test]
fn leaving_the_pattern_returns_to_the_view() {
    let mut rig = three();
    rig.types("[");
    rig.send(Msg::Reply(Purpose::History(1), view(47, 3, Some(147))));
    for leaves in ["/ab\u{1b}", "/ab\u{1d}", "?\r"] {
        rig.types(leaves);
        assert!(matches!(&rig.app.mode, Mode::Scroll(scroll) if scroll.seek.typing.is_none()));
        assert_eq!(searches(&mut rig), [], "{leaves:?}");
    }
    rig.keys(&[key('/'), Key::plain(KeyCode::Backspace)]);
    assert!(matches!(&rig.app.mode, Mode::Scroll(scroll) if scroll.seek.typing.is_none()));
    rig.types("/");
    rig.send(Msg::Input(vec![Input::Paste("two words\n".to_owned())]));
    rig.types("\r");
    assert_eq!(
        searches(&mut rig),
        [("two words".to_owned(), false, None, Some(147))]
    );
}

#[test]
fn history_is_asked_again_when_the_tile_changes() {
    let mut rig = three();
    rig.types("z[");
    rig.send(Msg::Reply(Purpose::History(1), view(47, 3, Some(147))));
    rig.effects.clear();
    rig.send(Msg::Resized(Size { rows: 40, cols: 80 }));
    let top = Some(Anchor { line: 147, row: 0 });
    let request = Request::History {
        pane: ONE,
        top,
        by: 0,
        rows: 38,
        pattern: None,
    };
    assert_eq!(rig.requests(), [request]);
}

#[test]
fn typing_returns_from_history_to_the_program() {
    let wheel = |action| {
        let position = Position { row: 3, col: 40 };
        let modifiers = Modifiers::NONE;
        Msg::Input(vec![Input::Mouse(Mouse {
            action,
            position,
            modifiers,
        })])
    };
    let mut rig = three();
    rig.types("\r");
    rig.effects.clear();
    rig.send(wheel(MouseAction::WheelUp));
    assert_eq!(history_requests(&mut rig), [(None, -3)]);
    assert!(matches!(rig.app.mode, Mode::Scroll(_)));
    rig.types("jq");
    assert_eq!(rig.requests(), [typed(1, "jq")]);
    assert_eq!(rig.app.mode, Mode::Interact);

    rig.send(wheel(MouseAction::WheelUp));
    rig.send(Msg::Reply(Purpose::History(2), view(47, 3, Some(147))));
    rig.send(wheel(MouseAction::WheelDown));
    rig.send(Msg::Reply(Purpose::History(2), view(50, 0, None)));
    assert_eq!(rig.app.mode, Mode::Interact, "the end was reached");

    rig.send(wheel(MouseAction::WheelUp));
    rig.effects.clear();
    rig.types("\u{1d}j");
    assert_eq!(rig.requests(), [interacts(1, false)]);
    assert_eq!(rig.app.focus, Some(TWO));
}

#[test]
fn the_mouse_focuses_enters_and_is_passed_on() {
    let at = |action, row, col| {
        let position = Position { row, col };
        let modifiers = Modifiers::NONE;
        Input::Mouse(Mouse {
            action,
            position,
            modifiers,
        })
    };
    let press = |row, col| Msg::Input(vec![at(MouseAction::Press(0), row, col)]);
    let mut rig = three();
    rig.send(press(3, 5));
    assert_eq!(rig.app.focus, Some(TWO), "a line of the list");
    let tile = *rig
        .app
        .arrangement
        .tile(PaneId(3))
        .expect("three tiles are shown");
    let (row, col) = (tile.inner.y + 2, tile.inner.x + 4);
    rig.send(press(row, col));
    assert_eq!(rig.app.focus, Some(PaneId(3)), "a tile");
    assert_eq!(rig.app.mode, Mode::Watch);
    rig.pass(Duration::from_secs(1));
    rig.send(press(row, col));
    assert_eq!(rig.app.mode, Mode::Watch, "two slow clicks");
    rig.send(press(row, col));
    assert_eq!(rig.app.mode, Mode::Interact);

    let mut shown = screen(tile.size(), &["x"]);
    shown.modes.mouse = true;
    rig.shows_screen(PaneId(3), &shown);
    rig.effects.clear();
    let here = [
        at(MouseAction::Press(0), row, col),
        at(MouseAction::Drag(0), 0, 0),
        at(MouseAction::Release(0), 0, 0),
        at(MouseAction::WheelUp, row, col),
    ];
    rig.send(Msg::Input(here.to_vec()));
    let input = vec![
        at(MouseAction::Press(0), 2, 4),
        at(MouseAction::Drag(0), 0, 0),
        at(MouseAction::Release(0), 0, 0),
        at(MouseAction::WheelUp, 2, 4),
    ];
    let pane = PaneId(3);
    assert_eq!(rig.requests(), [Request::Input { pane, input }]);
    rig.send(press(1, 0));
    assert_eq!(rig.app.mode, Mode::Interact, "a line of the list's border");
    rig.send(press(3, 5));
    assert_eq!((&rig.app.mode, rig.app.focus), (&Mode::Watch, Some(TWO)));
}

#[test]
fn a_click_on_a_hint_is_its_key() {
    let mut rig = three();
    let click = |rig: &mut Rig, hint: &str| {
        let text = rig.text();
        let bar = text.lines().last().expect("there is a bar");
        let before = bar.split(hint).next().expect("the hint is there");
        let position = Position {
            row: 23,
            col: u16::try_from(before.chars().count()).unwrap(),
        };
        let action = MouseAction::Press(0);
        let modifiers = Modifiers::NONE;
        let mouse = Mouse {
            action,
            position,
            modifiers,
        };
        rig.send(Msg::Input(vec![Input::Mouse(mouse)]));
    };
    click(&mut rig, "Enter interact");
    assert_eq!(rig.app.mode, Mode::Interact);
    click(&mut rig, "Ctrl-] leaves");
    assert_eq!(rig.app.mode, Mode::Watch);
    rig.types("q");
    rig.requests();
    click(&mut rig, "d detach");
    assert_eq!(rig.requests(), [Request::Detach]);
}

#[test]
fn the_wheel_becomes_arrows_on_the_alternate_screen() {
    let mut rig = three();
    let mut shown = screen(Size::DEFAULT, &["vim"]);
    shown.modes.alternate = true;
    rig.shows_screen(ONE, &shown);
    rig.types("\r");
    rig.effects.clear();
    let wheel = Mouse {
        action: MouseAction::WheelDown,
        position: Position { row: 3, col: 40 },
        modifiers: Modifiers::NONE,
    };
    rig.send(Msg::Input(vec![Input::Mouse(wheel)]));
    let down = Input::Key(Key::plain(KeyCode::Down));
    let input = vec![down.clone(), down.clone(), down];
    assert_eq!(rig.requests(), [Request::Input { pane: ONE, input }]);
    // Not if the program has said that it does not want that.
    shown.modes.alternate_scroll = false;
    rig.shows_screen(ONE, &shown);
    rig.effects.clear();
    rig.send(Msg::Input(vec![Input::Mouse(wheel)]));
    assert_eq!(rig.requests(), []);
    assert_eq!(rig.app.mode, Mode::Interact);
}

#[test]
fn focus_reports_are_the_childs_while_it_has_the_keys() {
    let mut rig = three();
    rig.send(Msg::Input(vec![Input::Focus(false)]));
    assert_eq!(rig.requests(), []);
    rig.types("\r");
    rig.effects.clear();
    rig.send(Msg::Input(vec![Input::Focus(true)]));
    let input = vec![Input::Focus(true)];
    assert_eq!(rig.requests(), [Request::Input { pane: ONE, input }]);
}

#[test]
fn an_echo_damages_its_row_alone() {
    let mut rig = three();
    rig.shows(1, &["$ "]);
    rig.shows(1, &["$ "]);
    rig.types("\r");
    rig.app.take_damage();
    let mut next = rig.app.pane(ONE).expect("pane 1 is there").screen.clone();
    let before = next.clone();
    next.rows[0].runs[0].1.push('a');
    next.cursor.position.col += 1;
    next.generation += 1;
    let delta = next.delta_from(&before);
    rig.send(Msg::Reply(Purpose::Update(ONE), Reply::Screen(delta)));
    let Damage {
        all: false,
        chrome: false,
        rows,
    } = rig.app.take_damage()
    else {
        panic!("more than rows is damaged");
    };
    assert!(
        !rows.is_empty() && rows.iter().all(|row| *row == (ONE, 0)),
        "{rows:?}"
    );
}

/// Three panes of which two ask the same, and one something else.
fn asking() -> Rig {
    let mut rig = three();
    rig.asks = vec![
        ask(11, "db1", "Continue? [y/N] ", Some("y")),
        ask(12, "build", "Overwrite? ", None),
        ask(13, "logs", "Continue? [y/N] ", Some("y")),
    ];
    renew(&mut rig);
    rig.effects.clear();
    rig
}

/// Sends the list again, with the rig's asks.
fn renew(rig: &mut Rig) {
    rig.panes(vec![
        pane(1, "db1"),
        with(pane(2, "build"), Attention::Asking),
        pane(3, "logs"),
    ]);
}

fn answers(ask: u64, text: &str) -> Request {
    let answer = AskAnswer::Text(Concealed::new(text.to_owned()));
    Request::Answer { ask, answer }
}

fn settles(ask: u64, answer: AskAnswer) -> Request {
    Request::Answer { ask, answer }
}

fn inbox(rig: &Rig) -> &Inbox {
    match &rig.app.mode {
        Mode::Inbox(inbox) => inbox,
        mode => panic!("the inbox is closed: {mode:?}"),
    }
}

fn notice(rig: &Rig) -> String {
    rig.app.notice.clone().unwrap_or_default()
}

#[test]
fn asks_are_answered_in_the_inbox() {
    let suggested = AskAnswer::Suggestion;
    for (keys, expected) in [
        ("i", vec![]),
        ("iy", vec![settles(11, suggested.clone())]),
        ("i\t", vec![settles(11, suggested.clone())]),
        ("ix", vec![settles(11, AskAnswer::Dismiss)]),
        ("ijx", vec![settles(12, AskAnswer::Dismiss)]),
        ("ijjjjkx", vec![settles(12, AskAnswer::Dismiss)]),
        ("ijy", vec![]),
        ("2ix", vec![settles(12, AskAnswer::Dismiss)]),
        ("i\ryes\r", vec![answers(11, "yes")]),
        ("i\r\r", vec![answers(11, "")]),
        ("i\ryes\u{1b}", vec![]),
        ("i\ryes\u{1d}", vec![]),
        ("i\r\t", vec![settles(11, suggested.clone())]),
        ("ij\r\t", vec![]),
        ("ian\r", vec![answers(11, "n"), answers(13, "n")]),
        (
            "ia\t",
            vec![
                settles(11, suggested.clone()),
                settles(13, suggested.clone()),
            ],
        ),
        ("ijano\r", vec![answers(12, "no")]),
    ] {
        let mut rig = asking();
        rig.types(keys);
        assert_eq!(rig.requests(), expected, "{keys:?}");
        inbox(&rig);
    }
}

#[test]
fn the_inbox_is_left_for_a_pane_or_for_nothing() {
    for (keys, focus) in [
        ("ig", 1),
        ("ijg", 2),
        ("ijj\u{1b}", 1),
        ("iq", 1),
        ("ii", 1),
    ] {
        let mut rig = asking();
        rig.types(keys);
        assert_eq!(rig.app.mode, Mode::Watch, "{keys:?}");
        assert_eq!(rig.app.focus, Some(PaneId(focus)), "{keys:?}");
        assert_eq!(rig.requests(), [], "{keys:?}");
    }
}

#[test]
fn a_vanished_ask_passes_its_selection_to_no_other() {
    let mut rig = asking();
    rig.types("ij");
    rig.asks.remove(1);
    renew(&mut rig);
    assert_eq!(inbox(&rig).selected, None);
    rig.effects.clear();
    rig.types("yx\rag");
    assert_eq!(rig.requests(), []);
    assert!(
        notice(&rig).contains("no ask is selected"),
        "{}",
        notice(&rig)
    );
    rig.types("jy");
    assert_eq!(rig.requests(), [settles(13, AskAnswer::Suggestion)]);

    let mut rig = asking();
    rig.types("ijj");
    rig.asks.remove(0);
    rig.asks.push(ask(14, "new", "More? ", None));
    renew(&mut rig);
    assert_eq!(inbox(&rig).selected, Some(13), "others came and went");
    rig.asks.clear();
    renew(&mut rig);
    rig.effects.clear();
    rig.types("jkyx\rag");
    assert_eq!(rig.requests(), []);
    assert!(notice(&rig).contains("no pane asks"), "{}", notice(&rig));
}

#[test]
fn what_is_typed_for_a_vanished_ask_goes_nowhere() {
    let mut rig = asking();
    rig.types("i\rqui");
    rig.asks.remove(0);
    renew(&mut rig);
    rig.effects.clear();
    rig.types("yxt\t");
    rig.send(Msg::Input(vec![Input::Paste("y".to_owned())]));
    assert!(rig.text().contains("its prompt has gone"), "{}", rig.text());
    rig.types("\r");
    assert_eq!(rig.requests(), []);
    assert_eq!(inbox(&rig).answering, None);
    rig.types("jy");
    assert_eq!(rig.requests(), []);
    rig.types("jy");
    assert_eq!(rig.requests(), [settles(13, AskAnswer::Suggestion)]);
}

#[test]
fn an_answer_to_all_alike_is_for_those_that_were_there() {
    let mut rig = asking();
    rig.types("ia");
    rig.asks.remove(0);
    rig.asks.push(ask(14, "new", "Continue? [y/N] ", Some("y")));
    renew(&mut rig);
    rig.effects.clear();
    rig.types("n\r");
    assert_eq!(rig.requests(), [answers(13, "n")]);
}

#[test]
fn different_suggestions_are_not_accepted_at_once() {
    let mut rig = asking();
    rig.asks[2].suggestion = Some("n".to_owned());
    renew(&mut rig);
    rig.effects.clear();
    rig.types("ia\t");
    assert_eq!(rig.requests(), []);
    assert!(notice(&rig).contains("not the same"), "{}", notice(&rig));
}

#[test]
fn an_answer_may_be_pasted_but_is_one_line() {
    let paste =
        |rig: &mut Rig, text: &str| rig.send(Msg::Input(vec![Input::Paste(text.to_owned())]));
    let mut rig = asking();
    rig.types("i");
    paste(&mut rig, "ls");
    assert!(notice(&rig).contains("nothing was pasted"));
    rig.types("\r");
    paste(&mut rig, "a\nb");
    assert!(notice(&rig).contains("nothing was pasted"));
    paste(&mut rig, "main\n");
    rig.types("\r");
    assert_eq!(rig.requests(), [answers(11, "main")]);
}

#[test]
fn answers_to_secrets_are_hidden() {
    let hidden = |asked: AskInfo, attention| {
        let mut rig = asking();
        rig.asks = vec![asked];
        rig.panes(vec![with(pane(1, "db1"), attention)]);
        rig.effects.clear();
        rig.types("i\rgeheim");
        let hidden = !rig.text().contains("geheim");
        assert_eq!(hidden, rig.text().contains("••••••"));
        rig.types("\r");
        assert_eq!(rig.requests(), [answers(1, "geheim")]);
        hidden
    };
    assert!(hidden(
        ask(1, "db1", "Name: ", Some("***")),
        Attention::Asking
    ));
    assert!(hidden(ask(1, "db1", "Name: ", None), Attention::Password));
    assert!(hidden(
        ask(1, "db1", "Passphrase for k: ", None),
        Attention::Asking
    ));
    assert!(!hidden(ask(1, "db1", "Name: ", None), Attention::Asking));
}

#[test]
fn a_refused_answer_is_told() {
    let mut rig = asking();
    rig.types("iy");
    let failure = Failure {
        kind: FailureKind::Ended,
        message: "ask 11 has gone".to_owned(),
    };
    rig.send(Msg::Reply(Purpose::Answer, Reply::Failed(failure)));
    assert!(rig.text().contains("ask 11 has gone"));
}

#[test]
fn rules_are_armed_and_told_to_answer() {
    let arm = |on| Request::Arm {
        panes: vec!["2".to_owned()],
        on,
    };
    let watch = &Mode::Watch;
    check("2A", &[arm(false)], watch, 2);
    check("g", &[Request::AutoAnswer(AutoAnswer::Suggest)], watch, 1);
    let mut rig = three();
    let disarmed = PaneSummary {
        armed: false,
        disarmed: Some("per_minute".to_owned()),
        ..pane(2, "build")
    };
    rig.auto_answer = AutoAnswer::Suggest;
    rig.panes(vec![pane(1, "db1"), disarmed.clone()]);
    rig.effects.clear();
    rig.types("2Ag");
    let off = Request::AutoAnswer(AutoAnswer::Off);
    assert_eq!(rig.requests(), [arm(true), off]);
    rig.auto_answer = AutoAnswer::Off;
    rig.panes(vec![pane(1, "db1"), disarmed]);
    rig.effects.clear();
    rig.types("g");
    assert_eq!(rig.requests(), [Request::AutoAnswer(AutoAnswer::On)]);
}

#[test]
fn who_only_looks_answers_nothing() {
    let read_only = Options {
        read_only: true,
        ..options()
    };
    let mut rig = Rig::new(read_only, 80, 24);
    rig.asks = asking().asks;
    renew(&mut rig);
    rig.effects.clear();
    rig.types("Agiyxa\r");
    assert_eq!(rig.requests(), []);
    assert!(notice(&rig).contains("read-only"));
    assert_eq!(inbox(&rig).answering, None);
}

fn why(count: usize) -> Reply {
    let rule = |number| WhyInfo {
        rule: format!("node/rule-{number}"),
        outcome: "held".to_owned(),
        reason: format!("reason {number}"),
        text: "Is this OK? ".to_owned(),
    };
    Reply::Why((1..=count).map(rule).collect())
}

#[test]
fn why_is_a_page_that_scrolls() {
    let mut rig = three();
    rig.types("w");
    let pane = Some("1".to_owned());
    assert_eq!(rig.requests(), [Request::Why { pane }]);
    rig.send(Msg::Reply(Purpose::Why(ONE), why(20)));
    assert!(rig.text().contains("reason 1 "), "{}", rig.text());
    rig.types("jjjj");
    assert!(!rig.text().contains("rule-1:"), "{}", rig.text());
    rig.keys(&[Key::plain(KeyCode::PageDown); 9]);
    assert!(rig.text().contains("reason 20"), "{}", rig.text());
    rig.types("k");
    assert!(!rig.text().contains("rule-13:"), "{}", rig.text());
    rig.types("g");
    assert!(rig.text().contains("reason 1 "), "{}", rig.text());
    rig.types("G");
    assert!(rig.text().contains("reason 20"), "{}", rig.text());
    rig.types("\u{1b}");
    assert_eq!(rig.app.dialog, None);

    for keys in ["\r", "j", "q", "i"] {
        let mut rig = three();
        rig.types(keys);
        let before = rig.app.dialog.clone();
        rig.send(Msg::Reply(Purpose::Why(ONE), why(1)));
        assert_eq!(rig.app.dialog, before, "{keys:?}");
    }
    rig.send(Msg::Reply(Purpose::Why(ONE), why(0)));
    assert!(notice(&rig).contains("db1 has no rules"));
}

#[test]
fn a_rule_may_want_the_focus() {
    let check = |keys: &str, focus: u32| {
        let mut rig = asking();
        rig.focus = Some((PaneId(2), 1));
        renew(&mut rig);
        assert_eq!(rig.app.focus, Some(TWO));
        rig.types("3");
        renew(&mut rig);
        assert_eq!(rig.app.focus, Some(PaneId(3)), "the wish is old");
        rig.types(keys);
        rig.focus = Some((PaneId(1), 2));
        renew(&mut rig);
        assert_eq!(rig.app.focus, Some(PaneId(focus)), "{keys:?}");
        rig.types("\u{1d}\u{1b}");
        renew(&mut rig);
        assert_eq!(rig.app.focus, Some(PaneId(focus)), "{keys:?}");
    };
    check("", 1);
    for keys in ["\r", "q", "?", "i\ra", "["] {
        check(keys, 3);
    }
    let mut rig = Rig::new(options(), 80, 24);
    rig.focus = Some((PaneId(2), 7));
    renew(&mut rig);
    assert_eq!(
        rig.app.focus,
        Some(ONE),
        "the wish is older than the client"
    );
}

#[test]
fn panes_with_asks_need_a_person() {
    let mut rig = three();
    rig.asks = vec![ask(5, "logs", "More? ", None)];
    renew(&mut rig);
    assert_eq!(rig.app.needing(), 2);
    rig.types("nn");
    assert_eq!(rig.app.focus, Some(PaneId(3)));
}

#[test]
fn ages_advance_by_the_minute_while_they_are_seen() {
    let mut rig = asking();
    assert_eq!(rig.app.next_deadline(), None);
    rig.pass(Duration::from_secs(130));
    rig.types("i");
    assert!(rig.text().contains("2m"), "{}", rig.text());
    let due = rig.now.instant + Duration::from_secs(50);
    assert_eq!(rig.app.next_deadline(), Some(due));
    rig.app.take_damage();
    rig.pass(Duration::from_secs(50));
    rig.send(Msg::Tick);
    assert!(rig.app.is_damaged());
    assert!(rig.text().contains("3m"), "{}", rig.text());
}
