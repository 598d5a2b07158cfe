//! SCROLL: anchors, search, and the ways back.

use super::*;

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
