//! The hub of a server: the session's core, the ways to its panes, and what waits for them.
//!
//! One task owns the core. Connections read the directory of panes from a watch, and send here
//! what spans panes; what becomes of that is in `requests`.

mod duplicate;
mod notices;
mod reload;
mod rename;
mod requests;
mod start;

pub(super) use reload::Reloading;

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use futures_util::{FutureExt, future::BoxFuture};
use jiff::Timestamp;
use tokio::{
    net::UnixStream,
    sync::{Mutex, mpsc, oneshot, watch},
};

use reload::Configured;
use start::{Start, outcomes};

use super::{
    ServerError, connection,
    directory::Directory,
    notify::Notifying,
    several::{ask, join_infos},
};
use crate::{
    expect::AutoAnswer,
    pane::{
        AskpassPlace, ClientId, Outside, PaneEvent, PaneHandle, PaneRequest, PaneSpec, ReplyTo,
        Report, Secrets, prepare,
    },
    protocol::{Failure, PaneId, PaneState, Reply, Request, Started},
    session::{OnFinished, Session, SessionSpec},
};

/// Reports of panes that may wait for the hub.
const REPORTS: usize = 256;

/// Messages of connections that may wait for the hub.
const MESSAGES: usize = 256;

/// Finished lines that may wait for the client that prints them.
const LINES: usize = 4096;

/// What a connection tells the hub.
#[derive(Debug)]
pub enum Message {
    /// A request that spans panes.
    Request {
        /// Whose.
        client: ClientId,
        /// What.
        request: Request,
        /// Whom to answer.
        reply: ReplyTo,
    },
    /// A client has gone.
    Gone(ClientId),
    /// How far a config that is read anew has come.
    Config(Reloading),
    /// End the session: stop every pane, then say that it is down.
    Close,
}

/// The receiving end of the lines that a headless session prints.
pub type Lines = Arc<Mutex<(mpsc::Receiver<(String, String)>, u64)>>;

/// What a connection needs of its server.
#[derive(Clone, Debug)]
pub struct Ways {
    /// To the hub.
    pub hub: mpsc::Sender<Message>,
    /// The panes.
    pub directory: watch::Receiver<Arc<Directory>>,
    /// Finished lines, in a headless session, with the number taken so far.
    pub lines: Option<Lines>,
    /// How far the session's end has come.
    pub phase: watch::Receiver<Phase>,
    /// The secrets that no reply may tell.
    pub secrets: Secrets,
}

/// The server's side of the hub.
#[derive(Clone, Debug)]
pub struct Hub {
    ways: Ways,
    clients: Arc<AtomicU64>,
    peers: connection::Peers,
}

/// How far a session's end has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// It goes on.
    Open,
    /// Its children are asked to end.
    Closing,
    /// All have ended, and every reply is on its way.
    Down,
}

impl Hub {
    /// Checks the session's panes, starts them and the hub's task, and returns how the starts
    /// went. When one pane is wrong, none is started.
    pub async fn start(
        spec: SessionSpec,
        askpass: Option<AskpassPlace>,
    ) -> Result<(Hub, Vec<Started>), ServerError> {
        let (hub_tx, messages) = mpsc::channel(MESSAGES);
        let (reports_tx, reports) = mpsc::channel(REPORTS);
        let (directory_tx, directory) = watch::channel(Arc::new(Directory::default()));
        let (phase_tx, phase) = watch::channel(Phase::Open);
        let (lines_tx, lines) = match spec.headless {
            true => {
                let (lines_tx, lines) = mpsc::channel(LINES);
                (Some(lines_tx), Some(Arc::new(Mutex::new((lines, 0)))))
            }
            false => (None, None),
        };
        let outside = Outside {
            session: spec.name.clone(),
            reports: reports_tx,
            lines: lines_tx,
            secrets: Secrets::default(),
            askpass,
        };
        let secrets = outside.secrets.clone();
        let panes = spec.panes.clone();
        let mode = spec.auto_answer;
        let notifying = Notifying::new(&spec.name, &spec.notify);
        let mut task = Task {
            session: Session::new(spec, Timestamp::now()),
            outside,
            handles: BTreeMap::new(),
            specs: BTreeMap::new(),
            deliveries: deliveries(),
            directory: directory_tx,
            phase: phase_tx,
            event_waiters: Vec::new(),
            end_waiters: Vec::new(),
            was_attached: false,
            config: None,
            notifying,
        };
        let starts = task.add(panes, false, mode)?;
        let ids = starts.iter().map(|start| (start.name.clone(), start.id));
        task.config = Configured::of(task.session.spec(), ids, hub_tx.clone());
        task.publish();
        let started = outcomes(starts).await;
        tokio::spawn(task.run(messages, reports));
        let ways = Ways {
            hub: hub_tx,
            directory,
            lines,
            phase,
            secrets,
        };
        let hub = Hub {
            ways,
            clients: Arc::new(AtomicU64::new(1)),
            peers: connection::Peers::default(),
        };
        Ok((hub, started))
    }

    /// Serves a client in a task of its own.
    pub fn connect(&self, stream: UnixStream) {
        let client = ClientId(self.clients.fetch_add(1, Ordering::Relaxed));
        connection::spawn(stream, client, self.ways.clone(), &self.peers);
    }

    /// Asks the hub to end the session.
    pub fn close(&self) {
        let hub = self.ways.hub.clone();
        tokio::spawn(async move { hub.send(Message::Close).await });
    }

    /// Waits until the session is about to end.
    pub async fn is_closing(&mut self) {
        // The task that held the phase has gone: the session is down.
        let _ = self
            .ways
            .phase
            .wait_for(|phase| *phase >= Phase::Closing)
            .await;
    }

    /// Waits until every child has ended and every reply is on its way.
    pub async fn is_down(&mut self) {
        let _ = self
            .ways
            .phase
            .wait_for(|phase| *phase >= Phase::Down)
            .await;
        self.peers.drained().await;
    }
}

struct Task {
    session: Session,
    outside: Outside,
    handles: BTreeMap<PaneId, PaneHandle>,
    /// What each pane was made from.
    specs: BTreeMap<PaneId, PaneSpec>,
    /// What panes are told beside requests of clients, in order.
    deliveries: mpsc::UnboundedSender<BoxFuture<'static, ()>>,
    directory: watch::Sender<Arc<Directory>>,
    phase: watch::Sender<Phase>,
    /// `events --follow`: from which number, and whom to answer.
    event_waiters: Vec<(u64, ReplyTo)>,
    /// `wait`: for which panes, and whom to answer.
    end_waiters: Vec<(Vec<PaneId>, ReplyTo)>,
    was_attached: bool,
    /// The config that the session was started from.
    config: Option<Configured>,
    /// What tells notices by a command.
    notifying: Notifying,
}

impl Task {
    async fn run(
        mut self,
        mut messages: mpsc::Receiver<Message>,
        mut reports: mpsc::Receiver<(PaneId, Report)>,
    ) {
        loop {
            tokio::select! {
                // What a pane has reported is known before anyone acts on it.
                biased;
                report = reports.recv() => {
                    let (id, report) = report.expect("the hub itself holds a sender");
                    self.take_report(id, report);
                    while let Ok((id, report)) = reports.try_recv() {
                        self.take_report(id, report);
                    }
                    self.tell_notices(Instant::now());
                    self.tell();
                }
                message = messages.recv() => match message {
                    Some(Message::Request { client, request, reply }) => {
                        self.take_request(client, request, reply);
                        self.tell_notices(Instant::now());
                        self.tell();
                    }
                    Some(Message::Gone(client)) => self.attach(client, false),
                    Some(Message::Config(reloading)) => {
                        self.go_on_reloading(reloading);
                        self.tell();
                    }
                    Some(Message::Close) => self.close(None),
                    None => return,
                },
                failure = self.notifying.next(), if self.notifying.is_busy() => {
                    self.notice_failed(failure);
                    self.answer_waiters();
                }
                () = notices::time_of(self.session.notice_due(Instant::now())) => {
                    self.tell_notices(Instant::now());
                    self.publish();
                    self.answer_waiters();
                }
                () = self.directory.closed() => return,
            }
        }
    }

    /// Checks and launches panes: all or none.
    fn add(
        &mut self,
        mut specs: Vec<PaneSpec>,
        rename: bool,
        auto_answer: AutoAnswer,
    ) -> Result<Vec<Start>, Failure> {
        let wanted: Vec<&str> = specs.iter().map(|spec| spec.name.as_str()).collect();
        let admitted = self.session.admit(&wanted, rename)?;
        let (mut prepared, mut made) = (Vec::new(), Vec::new());
        for (spec, (id, name)) in specs.drain(..).zip(&admitted) {
            let spec = PaneSpec {
                name: name.clone(),
                auto_answer,
                ..spec
            };
            prepared.push(prepare(*id, spec.clone(), self.outside.clone())?);
            made.push(spec);
        }
        let mut starts = Vec::new();
        for ((prepared, spec), (id, name)) in prepared.into_iter().zip(made).zip(admitted) {
            self.specs.insert(id, spec);
            self.session.update(prepared.summary(), Timestamp::now());
            let (tx, error) = oneshot::channel();
            let handle = prepared.launch(move |error| {
                // Whoever asked may have gone.
                let _ = tx.send(error);
            });
            self.handles.insert(id, handle);
            starts.push(Start { id, name, error });
        }
        Ok(starts)
    }

    fn take_report(&mut self, id: PaneId, report: Report) {
        // A pane may report once more after it was removed.
        if !self.handles.contains_key(&id) {
            return;
        }
        let now = Timestamp::now();
        match report {
            Report::Summary(summary) => self.session.update(summary, now),
            Report::Asks(asks) => self.session.take_asks(id, asks, now),
            Report::Interacted(on) => self.session.interacted(id, on),
            Report::Focus => self.session.focus(id),
            Report::Arm { pane, rule } => self.arm_for_rule(id, &pane, &rule),
            Report::Event(event) => self.session.record_pane(now, id, &event),
        }
    }

    /// Arms the pane called `wanted` because a rule of pane `id` says so.
    fn arm_for_rule(&mut self, id: PaneId, wanted: &str, rule: &str) {
        match Session::find(self.session.panes(), Some(wanted)) {
            Ok(target) => {
                let arm = PaneRequest::Arm {
                    on: true,
                    reason: format!("rule '{rule}' says so"),
                    reply: ReplyTo::nobody(),
                };
                if let Some(handle) = self.handles.get(&target).cloned() {
                    self.deliver(async move { handle.request(arm).await });
                }
            }
            Err(failure) => {
                let text = format!("rule '{rule}' arms no pane: {}", failure.message);
                let event = PaneEvent::Notified { text };
                self.session.record_pane(Timestamp::now(), id, &event);
            }
        }
    }

    fn deliver(&self, delivery: impl Future<Output = ()> + Send + 'static) {
        // The task that delivers ends after this one.
        let _ = self.deliveries.send(delivery.boxed());
    }

    fn attach(&mut self, client: ClientId, on: bool) {
        self.session.attach(client, on, Timestamp::now());
        self.was_attached |= on;
        self.answer_waiters();
    }

    /// Ends the session: panes first, then the server.
    fn close(&mut self, reply: Option<ReplyTo>) {
        self.phase.send_if_modified(|phase| {
            let open = *phase == Phase::Open;
            *phase = (*phase).max(Phase::Closing);
            open
        });
        let phase = self.phase.clone();
        let handles: Vec<PaneHandle> = self.handles.values().cloned().collect();
        tokio::spawn(async move {
            ask(handles, |reply| PaneRequest::Stop { kill: false, reply }).await;
            if let Some(reply) = reply {
                reply.reply(Reply::Done);
            }
            phase.send_replace(Phase::Down);
        });
    }

    /// Tells everybody what is new.
    fn tell(&mut self) {
        self.publish();
        self.answer_waiters();
    }

    fn publish(&mut self) {
        let generation = self.session.generation();
        if self.directory.borrow().generation == generation {
            return;
        }
        self.directory.send_replace(Arc::new(Directory {
            generation,
            summaries: self.session.panes().clone(),
            asks: self.session.asks(),
            auto_answer: self.session.auto_answer(),
            focus: self.session.focused(),
            config: self.session.config_news().cloned(),
            notices: self.session.notices(),
            handles: self.handles.clone(),
        }));
    }

    fn answer_waiters(&mut self) {
        let next = self.session.next_event();
        for (from, reply) in std::mem::take(&mut self.event_waiters) {
            if from < next {
                self.answer_events(from, reply);
            } else {
                self.event_waiters.push((from, reply));
            }
        }
        for (ids, reply) in std::mem::take(&mut self.end_waiters) {
            let panes = self.session.panes();
            let over = |id| {
                panes
                    .get(id)
                    .is_none_or(|pane| pane.state == PaneState::Ended)
            };
            if ids.iter().all(over) {
                self.ask_all(ids, reply, join_infos, |reply| PaneRequest::Info { reply });
            } else if !reply.is_abandoned() {
                self.end_waiters.push((ids, reply));
            }
        }
        if self.session.spec().on_finished == OnFinished::Exit
            && self.session.is_finished()
            && self.was_attached
            && !self.session.is_attached()
            && *self.phase.borrow() == Phase::Open
        {
            self.close(None);
        }
    }

    fn answer_events(&self, from: u64, reply: ReplyTo) {
        let (events, next) = self.session.events(from);
        reply.reply(Reply::Events { events, next });
    }
}

/// Makes deliveries to panes one after the other, in a task of its own: a pane that is swamped may
/// itself wait for the hub, and what comes later must not overtake. Each is owed to a request
/// under way or to a rule that fired, which bounds them.
fn deliveries() -> mpsc::UnboundedSender<BoxFuture<'static, ()>> {
    let (tx, mut deliveries) = mpsc::unbounded_channel::<BoxFuture<'static, ()>>();
    tokio::spawn(async move {
        while let Some(delivery) = deliveries.recv().await {
            delivery.await;
        }
    });
    tx
}

#[cfg(test)]
mod tests;
