//! Asks and rules: the inbox, answers, why, what wants the focus, ages.

use super::*;

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
