//! Who is told what, when panes change their minds.

use std::time::Duration;

use super::*;
use crate::protocol::Notice;

/// Has a pane report an attention.
fn wants(task: &mut Task, pane: u32, attention: Attention) {
    let id = PaneId(pane);
    let name = task.session.panes()[&id].name.clone();
    let summary = PaneSummary {
        attention,
        ..summary(id, &name)
    };
    task.take_report(id, Report::Summary(summary));
    task.tell_notices(Instant::now());
    // Later, it still holds.
    task.tell_notices(Instant::now() + Duration::from_secs(1));
    task.publish();
}

/// Returns what a terminal that knows generation `since` is told.
fn told(task: &Task, since: u64) -> Vec<String> {
    let now = task.directory.borrow();
    let Reply::Summary(summary) = now.summary(since) else {
        unreachable!();
    };
    let notices = summary.notices.into_iter();
    notices
        .map(|Notice { name, text, .. }| format!("{name} {text}"))
        .collect()
}

#[tokio::test]
async fn terminals_are_told_what_came_since_they_asked() {
    let (mut task, _panes) = hub(&["a", "b", "c"]);
    let start = task.directory.borrow().generation;
    wants(&mut task, 1, Attention::Password);
    let later = task.directory.borrow().generation;
    wants(&mut task, 2, Attention::Ready);
    asks(&mut task, 3, 1);
    task.tell_notices(Instant::now());
    task.publish();
    assert_eq!(
        told(&task, start),
        ["a wants a password", "c asks: Go on? "].map(str::trim_end)
    );
    assert_eq!(told(&task, later), ["c asks: Go on?"]);
    assert!(told(&task, 0).is_empty(), "who has just come");
    assert!(told(&task, task.directory.borrow().generation).is_empty());
}

#[tokio::test]
async fn what_rules_and_programs_say_is_told_without_secrets() {
    let (mut task, _panes) = hub(&["a"]);
    let start = task.directory.borrow().generation;
    task.outside.secrets.add(&"hunter2".into()).unwrap();
    let text = "it is hun\x1bter2".to_owned();
    task.take_report(PaneId(1), Report::Event(PaneEvent::Notified { text }));
    task.tell_notices(Instant::now());
    task.publish();
    assert_eq!(told(&task, start), ["a it is *******"]);
}

#[tokio::test]
async fn what_need_not_be_told_changes_nothing() {
    let (mut task, _panes) = hub(&["a"]);
    task.session = Session::new(
        SessionSpec {
            notify: crate::session::NotifySpec {
                on: vec![Attention::Done],
                terminal: false,
                ..Default::default()
            },
            ..spec()
        },
        Timestamp::UNIX_EPOCH,
    );
    task.session.admit(&["a"], false).unwrap();
    task.session
        .update(summary(PaneId(1), "a"), Timestamp::UNIX_EPOCH);
    wants(&mut task, 1, Attention::Waiting);
    assert_eq!(task.session.notice_due(Instant::now()), None);
    let generation = task.session.generation();
    wants(&mut task, 1, Attention::Done);
    assert_eq!(
        task.session.generation(),
        generation + 1,
        "of the pane list alone"
    );
    assert!(told(&task, 1).is_empty());
}

#[tokio::test]
async fn the_command_is_not_run_for_a_pane_that_somebody_is_in() {
    let (mut task, _panes) = hub(&["a", "b"]);
    let start = Instant::now();
    let mut told = |on: bool, minute: u64| -> Vec<String> {
        task.take_report(PaneId(1), Report::Interacted(on));
        for pane in 1..=2 {
            let text = format!("from {pane}");
            task.take_report(PaneId(pane), Report::Event(PaneEvent::Notified { text }));
        }
        let now = start + Duration::from_secs(60 * minute);
        let notices = task.session.take_notices(now, str::to_owned);
        notices.into_iter().map(|notice| notice.text).collect()
    };
    assert_eq!(told(false, 1), ["from 1", "from 2"]);
    assert_eq!(told(true, 2), ["from 2"]);
    assert_eq!(told(false, 3), ["from 1", "from 2"]);
}
