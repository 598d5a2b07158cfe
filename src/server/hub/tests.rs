//! The hub with panes that are played by hand: reports in, requests to panes and replies out.

use tokio::sync::mpsc::UnboundedReceiver;

use super::*;
use crate::{
    client::{Connection, ConnectionError},
    expect::{Ask, AskId},
    geometry::Size,
    pane::Concealed,
    protocol::{AskAnswer, Attention, Envelope, FailureKind, PaneSummary},
    session::Layout,
};

mod notices;

const CLIENT: ClientId = ClientId(5);

fn spec() -> SessionSpec {
    SessionSpec {
        name: "s".to_owned(),
        config: None,
        reading: None,
        folder: "/".into(),
        layout: Layout::Tiles,
        on_finished: OnFinished::Keep,
        auto_answer: AutoAnswer::On,
        headless: false,
        notify: Default::default(),
        panes: Vec::new(),
    }
}

fn summary(id: PaneId, name: &str) -> PaneSummary {
    PaneSummary {
        id,
        name: name.to_owned(),
        state: PaneState::Running,
        attention: Attention::Working,
        since: Timestamp::UNIX_EPOCH,
        exit: None,
        error: None,
        command: Vec::new(),
        title: String::new(),
        foreground: None,
        armed: true,
        disarmed: None,
        fired: 0,
        bells: 0,
        printed: None,
        size: Size::DEFAULT,
        recording: false,
        unwritten: false,
        stale: false,
        started: None,
        ended: None,
    }
}

/// Returns a hub with running panes of these names, and what comes to each of them.
pub(super) fn hub(names: &[&str]) -> (Task, Vec<mpsc::Receiver<PaneRequest>>) {
    let mut task = Task {
        session: Session::new(spec(), Timestamp::UNIX_EPOCH),
        outside: Outside {
            secrets: Secrets::default(),
            askpass: None,
            session: "s".to_owned(),
            reports: mpsc::channel(1).0,
            lines: None,
        },
        handles: BTreeMap::new(),
        specs: BTreeMap::new(),
        deliveries: deliveries(),
        directory: watch::channel(Arc::default()).0,
        phase: watch::channel(Phase::Open).0,
        event_waiters: Vec::new(),
        end_waiters: Vec::new(),
        was_attached: false,
        config: None,
        notifying: Notifying::new("s", &spec().notify),
    };
    let mut played = Vec::new();
    for (id, name) in task.session.admit(names, false).unwrap() {
        let (handle, requests) = PaneHandle::played();
        task.handles.insert(id, handle);
        task.session
            .update(summary(id, &name), Timestamp::UNIX_EPOCH);
        played.push(requests);
    }
    task.publish();
    (task, played)
}

/// Puts a request to the hub; its reply comes by what is returned.
pub(super) fn request(task: &mut Task, request: Request) -> UnboundedReceiver<Envelope<Reply>> {
    let (tx, replies) = mpsc::unbounded_channel();
    task.take_request(CLIENT, request, ReplyTo::new(1, tx));
    replies
}

pub(super) async fn reply(mut replies: UnboundedReceiver<Envelope<Reply>>) -> Reply {
    replies.recv().await.expect("each request is answered").body
}

/// Has a pane report that it asks, under this number of its own.
fn asks(task: &mut Task, pane: u32, ask: u64) {
    let ask = Ask {
        id: AskId(ask),
        rule: "set/rule".to_owned(),
        prompt: "Go on? ".to_owned(),
        reason: "the rule asks".to_owned(),
        suggestion: None,
    };
    task.take_report(PaneId(pane), Report::Asks(vec![ask]));
    task.publish();
}

#[tokio::test]
async fn an_answer_goes_to_the_pane_that_asks() {
    let (mut task, mut panes) = hub(&["a", "b"]);
    asks(&mut task, 1, 9);
    asks(&mut task, 2, 9);
    let answer = AskAnswer::Text(Concealed::new("yes".to_owned()));
    let given = Request::Answer {
        ask: 2,
        answer: answer.clone(),
    };
    let replies = request(&mut task, given.clone());
    match panes[1].recv().await {
        Some(PaneRequest::Answer {
            client,
            ask,
            answer: taken,
            reply,
        }) => {
            assert_eq!((client, ask, taken), (CLIENT, AskId(9), answer));
            reply.reply(Reply::Done);
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(reply(replies).await, Reply::Done);
    assert!(panes[0].try_recv().is_err());
    // What the pane refuses is told with the number that the person knows.
    let replies = request(&mut task, given);
    match panes[1].recv().await {
        Some(PaneRequest::Answer { reply, .. }) => {
            reply.fail(FailureKind::Failed, "its prompt has gone");
        }
        other => panic!("{other:?}"),
    }
    let gone = Reply::Failed(Failure {
        kind: FailureKind::Failed,
        message: "ask 2: its prompt has gone".to_owned(),
    });
    assert_eq!(reply(replies).await, gone);
}

#[tokio::test]
async fn an_ask_that_has_gone_is_not_answered() {
    let (mut task, _panes) = hub(&["a"]);
    asks(&mut task, 1, 1);
    task.take_report(PaneId(1), Report::Asks(Vec::new()));
    let answer = AskAnswer::Dismiss;
    let replies = request(&mut task, Request::Answer { ask: 1, answer });
    match reply(replies).await {
        Reply::Failed(failure) => {
            assert_eq!(failure.kind, FailureKind::Failed);
            assert!(failure.message.starts_with("ask 1 has gone: "));
        }
        other => panic!("{other:?}"),
    }
    let replies = request(&mut task, Request::Asks);
    assert_eq!(reply(replies).await, Reply::Asks(Vec::new()));
}

#[tokio::test]
async fn what_clients_show_is_published_when_it_changes() {
    let (mut task, _panes) = hub(&["a"]);
    let directory = task.directory.subscribe();
    let check = |task: &mut Task, change: fn(&mut Task)| {
        let before = directory.borrow().generation;
        change(task);
        task.publish();
        let now = directory.borrow();
        assert!(now.generation > before);
        match now.summary(0) {
            Reply::Summary(summary) => summary,
            other => panic!("{other:?}"),
        }
    };
    let shown = check(&mut task, |task| asks(task, 1, 1));
    assert_eq!((shown.asks.len(), shown.asks[0].id), (1, 1));
    let shown = check(&mut task, |task| {
        task.take_report(PaneId(1), Report::Focus);
    });
    assert_eq!(shown.focus, Some((PaneId(1), 1)));
    let shown = check(&mut task, |task| {
        drop(request(task, Request::AutoAnswer(AutoAnswer::Off)));
    });
    assert_eq!(shown.auto_answer, AutoAnswer::Off);
}

#[tokio::test]
async fn modes_come_in_order_even_to_a_swamped_pane() {
    let (mut task, mut panes) = hub(&["a"]);
    let modes = [AutoAnswer::Off, AutoAnswer::Suggest, AutoAnswer::On];
    // More than a pane's queue holds.
    let told: Vec<AutoAnswer> = modes.into_iter().cycle().take(300).collect();
    let set = |mode: &AutoAnswer| request(&mut task, Request::AutoAnswer(*mode));
    let replies: Vec<_> = told.iter().map(set).collect();
    for mode in told {
        match panes[0].recv().await {
            Some(PaneRequest::AutoAnswer(taken)) => assert_eq!(taken, mode),
            other => panic!("{other:?}"),
        }
    }
    for replies in replies {
        assert_eq!(reply(replies).await, Reply::Done);
    }
}

#[tokio::test]
async fn panes_are_armed_by_people_and_by_rules() {
    let (mut task, mut panes) = hub(&["a", "b"]);
    let arm = |panes: &[&str], on| Request::Arm {
        panes: panes.iter().map(|&pane| pane.to_owned()).collect(),
        on,
    };
    let which = reply(request(&mut task, arm(&[], true))).await;
    assert!(matches!(which, Reply::Failed(failure) if failure.kind == FailureKind::Usage));
    let replies = request(&mut task, arm(&["b", "1"], false));
    for pane in &mut panes {
        match pane.recv().await {
            Some(PaneRequest::Arm { on, reply, .. }) => {
                assert!(!on);
                reply.reply(Reply::Done);
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(reply(replies).await, Reply::Done);

    let by_rule = |pane: &str| Report::Arm {
        pane: pane.to_owned(),
        rule: "set/rule".to_owned(),
    };
    task.take_report(PaneId(1), by_rule("b"));
    match panes[1].recv().await {
        Some(PaneRequest::Arm { on, reason, .. }) => {
            assert_eq!((on, reason.as_str()), (true, "rule 'set/rule' says so"));
        }
        other => panic!("{other:?}"),
    }
    task.take_report(PaneId(1), by_rule("c"));
    let (events, _) = task.session.events(0);
    let event = events.last().unwrap();
    assert_eq!(
        (&event["event"], &event["pane"]),
        (&"notified".into(), &"a".into())
    );
    let expected = "rule 'set/rule' arms no pane: there is no pane 'c'; the session has a, b";
    assert_eq!(event["text"], expected);
}

#[tokio::test]
async fn an_askpass_is_answered_by_the_pane_that_knows_the_token() {
    let ways = |task: &Task| Ways {
        secrets: Secrets::default(),
        hub: mpsc::channel(1).0,
        directory: task.directory.subscribe(),
        lines: None,
        phase: task.phase.subscribe(),
    };
    let (task, mut panes) = hub(&["a", "b", "c"]);
    let (ours, theirs) = UnixStream::pair().unwrap();
    let peers = connection::Peers::default();
    connection::spawn(theirs, CLIENT, ways(&task), &peers);
    let mut connection = Connection::over(ours).await.unwrap();
    let asked = Request::Askpass {
        token: Concealed::new("token".to_owned()),
        prompt: "Password: ".to_owned(),
    };
    let said = Concealed::new("secret".to_owned());
    let ask = async |connection: &mut Connection| connection.request(asked.clone()).await;
    let play = async |panes: &mut [mpsc::Receiver<PaneRequest>], answers: [Reply; 3]| {
        for (pane, answer) in panes.iter_mut().zip(answers) {
            match pane.recv().await {
                Some(PaneRequest::Askpass { prompt, reply, .. }) => {
                    assert_eq!(prompt, "Password: ");
                    reply.reply(answer);
                }
                other => panic!("{other:?}"),
            }
        }
    };
    let failed = |kind, message: &str| {
        let message = message.to_owned();
        Reply::Failed(Failure { kind, message })
    };
    let unknown = failed(FailureKind::Usage, "unknown token");
    let ended = failed(FailureKind::Ended, "the pane has gone");

    let answers = [unknown.clone(), Reply::Passed(said.clone()), ended.clone()];
    let (passed, ()) = tokio::join!(ask(&mut connection), play(&mut panes, answers));
    assert_eq!(passed.unwrap(), Reply::Passed(said));

    let dismissed = failed(FailureKind::Failed, "dismissed");
    let answers = [unknown.clone(), ended.clone(), dismissed];
    let (refused, ()) = tokio::join!(ask(&mut connection), play(&mut panes, answers));
    assert_eq!(refused.unwrap_err().to_string(), "dismissed");

    let answers = [unknown.clone(), unknown, ended];
    let (refused, ()) = tokio::join!(ask(&mut connection), play(&mut panes, answers));
    let sentence = refused.unwrap_err().to_string();
    assert!(
        sentence.starts_with("no pane has given out this token"),
        "{sentence}"
    );

    // Who asks may go away; nobody is asked any longer then.
    connection.send(asked.clone()).await.unwrap();
    let Some(PaneRequest::Askpass { reply, .. }) = panes[0].recv().await else {
        panic!("the request comes");
    };
    drop(connection);
    reply.abandoned().await;
}

#[tokio::test]
async fn a_read_only_client_looks_at_asks_and_changes_nothing() {
    let (hub, _) = Hub::start(spec(), None).await.unwrap();
    let (ours, theirs) = UnixStream::pair().unwrap();
    hub.connect(theirs);
    let mut connection = Connection::over(ours).await.unwrap();
    let attach = Request::Attach { read_only: true };
    connection.request(attach).await.unwrap();
    let asks = connection.request(Request::Asks).await.unwrap();
    assert_eq!(asks, Reply::Asks(Vec::new()));
    let rules = connection.request(Request::Rules { pane: None }).await;
    assert_eq!(rules.unwrap(), Reply::Rules(Vec::new()));
    for change in [
        Request::Answer {
            ask: 1,
            answer: AskAnswer::Suggestion,
        },
        Request::Arm {
            panes: Vec::new(),
            on: true,
        },
        Request::AutoAnswer(AutoAnswer::Off),
        Request::Rename {
            pane: "a".to_owned(),
            name: "b".to_owned(),
        },
        Request::Duplicate {
            pane: "a".to_owned(),
        },
    ] {
        match connection.request(change.clone()).await {
            Err(ConnectionError::Failed(failure)) => {
                assert!(
                    failure.message.contains("read-only"),
                    "{change:?}: {failure}"
                );
            }
            other => panic!("{change:?}: {other:?}"),
        }
    }
}
