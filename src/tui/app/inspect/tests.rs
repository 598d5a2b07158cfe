//! INSPECT as it answers keys, the mouse and the server.

use std::time::Duration;

use crate::{
    geometry::Position,
    keys::{Input, Key, Modifiers, Mouse, MouseAction},
    protocol::{Attention, PaneId, Reply, Request},
    tui::{
        app::{Effect, Inspect, Mode, Msg, Purpose, Section},
        fixture::{Rig, inspection, output, pane, with},
    },
};

fn rig() -> Rig {
    let mut rig = Rig::with_panes(vec![
        with(pane(1, "db1"), Attention::Waiting),
        pane(2, "web"),
    ]);
    rig.types("I");
    rig
}

fn visit(rig: &Rig) -> &Inspect {
    match &rig.app.mode {
        Mode::Inspect(visit) => visit,
        other => panic!("{other:?}"),
    }
}

/// Answers the last look with what the fixture has seen.
fn seen(rig: &mut Rig, entries: Vec<crate::protocol::Entry>) {
    let number = visit(rig).number();
    let reply = Reply::Inspection(Box::new(inspection(entries)));
    rig.send(Msg::Reply(Purpose::Inspect(number), reply));
}

fn look(since: u64) -> Request {
    Request::Inspect {
        pane: PaneId(1),
        since,
    }
}

#[test]
fn the_pane_is_looked_at_while_it_is_inspected_and_not_paused() {
    let mut rig = rig();
    assert_eq!(rig.requests(), [look(0)]);
    assert_eq!(rig.app.inspect_due(), None, "never two looks at once");
    seen(&mut rig, vec![output(1, "a"), output(2, "b")]);
    assert_eq!(rig.requests(), []);
    rig.pass(Duration::from_millis(250));
    rig.send(Msg::Tick);
    assert_eq!(rig.requests(), [look(3)]);
    // What was under way when it was paused is not taken, and asked for again.
    rig.types("p");
    seen(&mut rig, vec![output(3, "c")]);
    assert_eq!(visit(&rig).timeline.count(), 2);
    assert_eq!(rig.app.inspect_due(), None);
    rig.types("p");
    assert_eq!(rig.requests(), [look(3)]);
    rig.types("q");
    assert_eq!((&rig.app.mode, rig.app.inspect_due()), (&Mode::Watch, None));
}

#[test]
fn what_is_covered_is_not_drawn() {
    let mut rig = rig();
    seen(&mut rig, vec![output(1, "a")]);
    rig.app.take_damage();
    rig.shows(1, &["x"]);
    rig.shows(2, &["y"]);
    // A look that has seen nothing new changes nothing either.
    seen(&mut rig, Vec::new());
    assert!(!rig.app.is_damaged());
    seen(&mut rig, vec![output(2, "b")]);
    assert!(rig.app.is_damaged());
}

#[test]
fn a_pane_that_goes_takes_the_visit_along() {
    let mut rig = rig();
    rig.panes(vec![pane(2, "web")]);
    assert_eq!(rig.app.mode, Mode::Watch);
}

#[test]
fn sections_and_entries_are_gone_through_by_keys() {
    let mut rig = rig();
    seen(
        &mut rig,
        (1..=30).map(|number| output(number, "x")).collect(),
    );
    rig.types("kk");
    assert_eq!(visit(&rig).timeline.selected, Some(28));
    rig.types("g");
    assert_eq!(visit(&rig).timeline.selected, Some(1));
    rig.types("G");
    assert_eq!(visit(&rig).timeline.selected, None);
    rig.types("\r");
    assert_eq!(
        (visit(&rig).full, visit(&rig).timeline.selected),
        (Some(0), Some(30))
    );
    rig.types("\u{1b}");
    assert_eq!(visit(&rig).full, None);
    for section in [
        Section::Tty,
        Section::Rules,
        Section::Modes,
        Section::Timeline,
    ] {
        rig.types("\t");
        assert_eq!(visit(&rig).section, section);
    }
}

#[test]
fn a_key_without_a_use_tells_where_the_keys_are_shown() {
    let mut rig = rig();
    rig.types("?");
    assert_eq!(
        rig.app.notice.as_deref(),
        Some("? does nothing here; Esc and then ? shows the keys")
    );
    assert!(rig.app.notice_due.is_some(), "it gives way by itself");
}

#[test]
fn a_filter_is_typed_kept_and_dropped() {
    let mut rig = rig();
    seen(&mut rig, vec![output(1, "Password: "), output(2, "done")]);
    rig.types("/pass");
    assert_eq!(visit(&rig).timeline.shown_count(), 1);
    rig.types("\r");
    rig.types("o");
    assert_eq!(visit(&rig).timeline.shown_count(), 0);
    rig.types("o/\u{1b}");
    assert_eq!(visit(&rig).timeline.shown_count(), 2);
    // One that is kept goes before INSPECT does.
    rig.types("/pass\r\u{1b}");
    assert_eq!(visit(&rig).timeline.shown_count(), 2);
    rig.types("/");
    rig.send(Msg::Input(vec![Input::Paste("done\n".to_owned())]));
    assert_eq!(visit(&rig).timeline.shown_count(), 1);
}

#[test]
fn an_entry_is_copied_as_it_is_spelled() {
    let mut rig = rig();
    seen(&mut rig, vec![output(1, "\u{1b}[1mGo? ")]);
    rig.effects.clear();
    rig.types("y");
    assert!(rig.effects.contains(&Effect::Copy("ESC[1mGo? ".to_owned())));
    rig.types("\ty");
    let copied = rig.effects.iter().rev().find_map(|effect| match effect {
        Effect::Copy(text) => Some(text.clone()),
        _ => None,
    });
    assert!(copied.unwrap().contains("ECHO on  ICANON on"));
}

#[test]
fn output_becomes_a_rule_of_the_prompt_after_it() {
    let mut rig = rig();
    seen(&mut rig, vec![output(1, "Go? "), output(2, "x")]);
    rig.requests();
    rig.types("km");
    let offset = 4;
    let pane = PaneId(1);
    assert_eq!(rig.requests(), [Request::PromptAt { pane, offset }]);
    let number = visit(&rig).number();
    let told = |rig: &mut Rig, prompt: &str| {
        let reply = Reply::Prompt(prompt.to_owned());
        rig.send(Msg::Reply(Purpose::PromptAt(number), reply));
    };
    told(&mut rig, "");
    assert!(visit(&rig).draft.is_none());
    told(&mut rig, "Go? ");
    rig.types("yes\t");
    rig.effects.clear();
    rig.keys(&[Key::control('y')]);
    rig.types("\r");
    let saved = rig.effects.iter().find_map(|effect| match effect {
        Effect::SaveRules { name, text } => Some((name.clone(), text.clone())),
        _ => None,
    });
    let (name, text) = saved.unwrap();
    assert_eq!(name, "db1");
    assert!(
        text.contains("match = '^Go\\? $'\nsend = 'yes'\n"),
        "{text}"
    );
    assert!(rig.effects.contains(&Effect::Copy(text)));
    rig.send(Msg::RulesSaved(Err("no room".to_owned())));
    assert!(visit(&rig).draft.is_some());
    rig.send(Msg::RulesSaved(Ok("db1.rules.toml".to_owned())));
    assert!(visit(&rig).draft.is_none());
    assert!(rig.app.notice.clone().unwrap().contains("db1.rules.toml"));
}

#[test]
fn a_pattern_that_is_none_is_not_written() {
    let mut rig = rig();
    seen(&mut rig, vec![output(1, "Go? ")]);
    rig.types("m");
    let number = visit(&rig).number();
    let reply = Reply::Prompt("Go? ".to_owned());
    rig.send(Msg::Reply(Purpose::PromptAt(number), reply));
    rig.effects.clear();
    rig.types("\t(\r");
    let saves = |effect: &Effect| matches!(effect, Effect::SaveRules { .. });
    assert!(!rig.effects.iter().any(saves));
    assert!(rig.app.notice.clone().unwrap().contains("unclosed group"));
}

#[test]
fn a_rule_leads_to_its_last_decision() {
    let mut rig = rig();
    let mut entries = vec![output(1, "Go? ")];
    entries.push(crate::tui::fixture::decision(2, "node/confirm", "Go? "));
    entries.push(output(3, "x"));
    seen(&mut rig, entries);
    rig.types("\t\t\r");
    let visit = visit(&rig);
    assert_eq!(
        (visit.section, visit.timeline.selected),
        (Section::Timeline, Some(2))
    );
    // A decision has its prompt with it.
    rig.requests();
    rig.types("m");
    assert_eq!(rig.requests(), []);
    let Mode::Inspect(visit) = &rig.app.mode else {
        panic!("it is open");
    };
    assert_eq!(visit.draft.as_ref().unwrap().pattern.text(), r"^Go\? $");
}

#[test]
fn the_mouse_selects_and_scrolls() {
    let mut rig = rig();
    seen(
        &mut rig,
        (1..=5).map(|number| output(number, "x")).collect(),
    );
    let mouse = |action, row, col| {
        Msg::Input(vec![Input::Mouse(Mouse {
            action,
            modifiers: Modifiers::NONE,
            position: Position { row, col },
        })])
    };
    rig.send(mouse(MouseAction::Press(0), 3, 20));
    assert_eq!(visit(&rig).timeline.selected, Some(2));
    rig.send(mouse(MouseAction::WheelDown, 3, 20));
    assert_eq!(visit(&rig).timeline.selected, None);
    rig.send(mouse(MouseAction::Press(0), 1, 12));
    assert_eq!(visit(&rig).section, Section::Tty);
}
