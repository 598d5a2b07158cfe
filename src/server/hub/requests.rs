//! What clients ask of the whole session: what the core does itself, and what several panes are asked.
//!
//! The directory, and what waits for events and ends, are the hub's own matter.

use jiff::Timestamp;

use super::{
    super::several::{ask, join_done, join_started},
    Task,
    start::outcomes,
};
use crate::{
    expect::AutoAnswer,
    pane::{ClientId, PaneHandle, PaneRequest, PaneSpec, ReplyTo},
    protocol::{AskAnswer, Failure, FailureKind, PaneId, Reply, Request},
    session::Session,
};

/// What an empty list of panes means.
#[derive(Clone, Copy)]
enum EmptyMeans {
    All,
    Only,
}

impl Task {
    /// Does what a client asks of the whole session, or says who does.
    pub(super) fn take_request(&mut self, client: ClientId, request: Request, reply: ReplyTo) {
        match request {
            Request::Session => reply.reply(Reply::Session(self.session.info())),
            Request::Attach { .. } => {
                self.attach(client, true);
                reply.reply(Reply::Attached(self.session.info()));
            }
            Request::Detach => {
                self.attach(client, false);
                reply.reply(Reply::Done);
            }
            Request::Run { panes, rename } => self.run_more(panes, rename, reply),
            Request::Duplicate { pane } => self.duplicate(&pane, reply),
            Request::Rename { pane, name } => self.rename(&pane, &name, reply),
            Request::Remove { panes } => reply.done(self.remove(&panes)),
            Request::Wait { panes } => match self.find_all(&panes, EmptyMeans::All) {
                Ok(ids) => self.end_waiters.push((ids, reply)),
                Err(failure) => reply.reply(Reply::Failed(failure)),
            },
            Request::Restart { panes } => match self.find_all(&panes, EmptyMeans::Only) {
                Ok(ids) => self.ask_all(ids, reply, join_started, |reply| PaneRequest::Start {
                    reply,
                }),
                Err(failure) => reply.reply(Reply::Failed(failure)),
            },
            Request::Stop { panes } => self.stop(&panes, false, reply),
            Request::Kill { panes } => self.stop(&panes, true, reply),
            Request::Asks => reply.reply(Reply::Asks(self.session.asks())),
            Request::Answer { ask, answer } => self.answer(client, ask, answer, reply),
            Request::Arm { panes, on } => self.arm(client, &panes, on, reply),
            Request::AutoAnswer(mode) => self.set_auto_answer(mode, reply),
            Request::Reload => self.reload(reply),
            Request::Down => self.close(Some(reply)),
            Request::Events { from, follow } => {
                if follow && from >= self.session.next_event() {
                    self.event_waiters
                        .retain(|(_, reply)| !reply.is_abandoned());
                    self.event_waiters.push((from, reply));
                } else {
                    self.answer_events(from, reply);
                }
            }
            other => reply.fail(
                FailureKind::Failed,
                format!("the server cannot do '{other:?}' for the whole session"),
            ),
        }
    }

    /// Adds panes, and answers once each has started, or could not.
    pub(super) fn run_more(&mut self, panes: Vec<PaneSpec>, rename: bool, reply: ReplyTo) {
        match self.add(panes, rename, self.session.auto_answer()) {
            Ok(starts) => drop(tokio::spawn(async move {
                reply.reply(Reply::Started(outcomes(starts).await));
            })),
            Err(failure) => reply.reply(Reply::Failed(failure)),
        }
    }

    fn remove(&mut self, panes: &[String]) -> Result<(), Failure> {
        for id in self.find_all(panes, EmptyMeans::Only)? {
            self.session.remove(id, Timestamp::now())?;
            self.handles.remove(&id);
            self.specs.remove(&id);
        }
        Ok(())
    }

    /// Hands a person's answer to the pane that asks.
    fn answer(&self, client: ClientId, number: u64, answer: AskAnswer, reply: ReplyTo) {
        let (pane, ask) = match self.session.find_ask(number) {
            Ok(found) => found,
            Err(failure) => return reply.reply(Reply::Failed(failure)),
        };
        let name_ask = move |replies| match join_done(replies) {
            Reply::Failed(failure) => Reply::Failed(Failure {
                message: format!("ask {number}: {}", failure.message),
                ..failure
            }),
            done => done,
        };
        self.ask_all(vec![pane], reply, name_ask, move |reply| {
            PaneRequest::Answer {
                client,
                ask,
                answer: answer.clone(),
                reply,
            }
        });
    }

    fn arm(&self, client: ClientId, panes: &[String], on: bool, reply: ReplyTo) {
        match self.find_all(panes, EmptyMeans::Only) {
            Ok(ids) => self.ask_all(ids, reply, join_done, move |reply| PaneRequest::Arm {
                on,
                reason: format!("client {} says so", client.0),
                reply,
            }),
            Err(failure) => reply.reply(Reply::Failed(failure)),
        }
    }

    /// Tells all panes whether rules answer; whoever asked for it hears when they are told.
    pub(super) fn set_auto_answer(&mut self, mode: AutoAnswer, reply: ReplyTo) {
        self.session.set_auto_answer(mode, Timestamp::now());
        let handles: Vec<PaneHandle> = self.handles.values().cloned().collect();
        self.deliver(async move {
            for handle in handles {
                handle.request(PaneRequest::AutoAnswer(mode)).await;
            }
            reply.reply(Reply::Done);
        });
    }

    fn stop(&mut self, panes: &[String], kill: bool, reply: ReplyTo) {
        match self.find_all(panes, EmptyMeans::Only) {
            Ok(ids) => {
                self.ask_all(ids, reply, join_done, move |reply| PaneRequest::Stop {
                    kill,
                    reply,
                });
            }
            Err(failure) => reply.reply(Reply::Failed(failure)),
        }
    }

    /// Puts one request to several panes and joins their replies into one.
    pub(super) fn ask_all(
        &self,
        ids: Vec<PaneId>,
        reply: ReplyTo,
        join: impl FnOnce(Vec<Reply>) -> Reply + Send + 'static,
        request: impl Fn(ReplyTo) -> PaneRequest + Send + 'static,
    ) {
        let handles = ids
            .iter()
            .filter_map(|id| self.handles.get(id).cloned())
            .collect();
        tokio::spawn(async move {
            let replies = ask(handles, request).await;
            reply.reply(join(replies));
        });
    }

    fn find_all(&self, panes: &[String], empty: EmptyMeans) -> Result<Vec<PaneId>, Failure> {
        let all = self.session.panes();
        match (panes.is_empty(), empty) {
            (true, EmptyMeans::All) => Ok(all.keys().copied().collect()),
            (true, EmptyMeans::Only) => Ok(vec![Session::find(all, None)?]),
            (false, _) => panes
                .iter()
                .map(|pane| Session::find(all, Some(pane)))
                .collect(),
        }
    }
}
