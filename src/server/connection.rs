//! One client's connection: hello, its requests to hub and panes, its replies back.
//!
//! It holds at most one reply for each request under way and stops reading while the client does
//! not read, so a client that is slow or stopped costs a bounded amount and delays nobody.

use std::{sync::Arc, time::Duration};

use futures_util::{SinkExt, StreamExt};
use tokio::{
    net::UnixStream,
    sync::{Semaphore, mpsc},
    time::timeout,
};
use tokio_util::codec::Framed;

use super::{
    directory::Directory,
    hub::{Lines, Message, Phase, Ways},
    several,
};
use crate::{
    client::HELLO_TIMEOUT,
    pane::{ClientId, PaneHandle, PaneRequest, PromptJump, ReplyTo, SearchSpec, mask},
    protocol::{
        Codec, CodecError, Envelope, FailureKind, Hello, PROTOCOL_VERSION, PaneId, PaneState,
        Reply, Request, Target, UNANSWERED,
    },
    pty::Watched,
    session::Session,
};

/// How many clients a server serves at once.
const PEERS: usize = 64;

/// How many requests of one client may be under way.
const UNDER_WAY: usize = 1024;

/// How many lines one reply carries.
const LINES_AT_ONCE: usize = 1024;

/// How long the last replies of an ending server may take.
const LAST_REPLIES: Duration = Duration::from_secs(1);

/// The places that a server has for clients.
#[derive(Clone, Debug)]
pub struct Peers(Arc<Semaphore>);

impl Default for Peers {
    fn default() -> Peers {
        Peers(Arc::new(Semaphore::new(PEERS)))
    }
}

impl Peers {
    /// Waits until no client is served any more, within a bound.
    pub async fn drained(&self) {
        let all = u32::try_from(PEERS).expect("a small number");
        // Whoever does not take its last reply in time has none.
        let _ = timeout(LAST_REPLIES, self.0.acquire_many(all)).await;
    }
}

/// Serves a client in a task of its own. Other users, strangers and those too many are hung up on.
pub fn spawn(stream: UnixStream, client: ClientId, ways: Ways, peers: &Peers) {
    let ours = nix::unistd::geteuid().as_raw();
    match stream.peer_cred() {
        Ok(peer) if peer.uid() == ours => {}
        Ok(peer) => return tracing::warn!(uid = peer.uid(), "another user was refused"),
        Err(error) => return tracing::warn!(%error, "a client without a user was refused"),
    }
    let Ok(place) = peers.0.clone().try_acquire_owned() else {
        return tracing::warn!("a client was refused: {PEERS} are connected");
    };
    tokio::spawn(async move {
        if let Err(error) = serve(stream, client, &ways).await {
            tracing::debug!(client = client.0, %error, "a client's connection ended");
        }
        let directory = ways.directory.borrow().clone();
        for handle in directory.handles.values() {
            handle.request(PaneRequest::Gone { client }).await;
        }
        // A hub that has gone needs no news.
        let _ = ways.hub.send(Message::Gone(client)).await;
        drop(place);
    });
}

async fn serve(stream: UnixStream, client: ClientId, ways: &Ways) -> Result<(), CodecError> {
    let peer = stream.peer_cred().ok().and_then(|peer| peer.pid());
    let peer = peer.and_then(|pid| u32::try_from(pid).ok());
    let stream = Watched::new(stream.into_std()?.into())?;
    let mut framed = Framed::new(stream, Codec::<Hello>::default());
    framed.send(&Hello::ours()).await?;
    match timeout(HELLO_TIMEOUT, framed.next()).await {
        Ok(Some(Ok(hello))) if hello.program == "muxpect" && hello.protocol == PROTOCOL_VERSION => {
        }
        _ => return Ok(()),
    }
    let mut framed = framed.map_codec(|_| Codec::<Envelope<Request>>::default());
    let (tx, mut replies) = mpsc::unbounded_channel();
    let mut client = Client {
        id: client,
        ways,
        replies: tx,
        read_only: false,
        peer,
    };
    let mut under_way = 0;
    let mut phase = ways.phase.clone();
    let mut secrets = ways.secrets.clone();
    loop {
        tokio::select! {
            biased;
            reply = replies.recv() => {
                let reply = reply.expect("the client holds a sender");
                let mut next = Some(reply);
                while let Some(mut reply) = next {
                    mask(secrets.redactor(), &mut reply.body);
                    under_way -= usize::from(reply.id != UNANSWERED);
                    framed.feed(&reply).await?;
                    next = replies.try_recv().ok();
                }
                SinkExt::<&Envelope<Reply>>::flush(&mut framed).await?;
            }
            request = framed.next(), if under_way < UNDER_WAY => match request {
                Some(Ok(Envelope { id, body })) => {
                    under_way += usize::from(id != UNANSWERED);
                    client.take(id, body).await;
                }
                Some(Err(error)) => return Err(error),
                None => return Ok(()),
            },
            () = async { drop(phase.wait_for(|phase| *phase == Phase::Down).await) } => {
                // The reply to whoever ended the session is among the last ones.
                while let Ok(mut reply) = replies.try_recv() {
                    mask(secrets.redactor(), &mut reply.body);
                    framed.feed(&reply).await?;
                }
                return SinkExt::<&Envelope<Reply>>::flush(&mut framed).await;
            }
        }
    }
}

struct Client<'a> {
    id: ClientId,
    ways: &'a Ways,
    replies: mpsc::UnboundedSender<Envelope<Reply>>,
    read_only: bool,
    /// The client's process, if the system tells.
    peer: Option<u32>,
}

impl Client<'_> {
    async fn take(&mut self, id: u64, request: Request) {
        let reply = ReplyTo::new(id, self.replies.clone());
        if self.read_only && changes(&request) {
            return reply.fail(
                FailureKind::Failed,
                "this client is read-only; attach without --read-only to change anything",
            );
        }
        if let Request::Attach { read_only } = &request {
            self.read_only = *read_only;
        }
        let client = self.id;
        match request {
            Request::Update { pane, since } => {
                self.to(
                    pane,
                    PaneRequest::Update {
                        client,
                        since,
                        reply,
                    },
                )
                .await;
            }
            Request::History {
                pane,
                top,
                by,
                rows,
                pattern,
            } => {
                self.to(
                    pane,
                    PaneRequest::History {
                        top,
                        by,
                        rows,
                        pattern,
                        reply,
                    },
                )
                .await;
            }
            Request::Prompt {
                pane,
                from,
                backwards,
                rows,
            } => {
                let jump = PromptJump {
                    from,
                    backwards,
                    rows,
                };
                self.to(pane, PaneRequest::Prompt { jump, reply }).await;
            }
            Request::Text { pane, from, to } => {
                self.to(pane, PaneRequest::Text { from, to, reply }).await;
            }
            Request::Search {
                pane,
                pattern,
                backwards,
                from,
                top,
                rows,
            } => {
                let search = SearchSpec {
                    pattern,
                    backwards,
                    from,
                    top,
                    rows,
                };
                self.to(pane, PaneRequest::Search { search, reply }).await;
            }
            Request::Input { pane, input } => {
                self.to(
                    pane,
                    PaneRequest::Input {
                        client,
                        input,
                        reply,
                    },
                )
                .await;
            }
            Request::Interact { pane, on } => {
                self.to(pane, PaneRequest::Interact { client, on, reply })
                    .await;
            }
            Request::Record { pane, on } => {
                self.to(pane, PaneRequest::Record { on, reply }).await;
            }
            Request::Resize { pane, size } => {
                self.to(
                    pane,
                    PaneRequest::Resize {
                        client,
                        size,
                        reply,
                    },
                )
                .await;
            }
            Request::Send {
                target: Target::Pane(pane),
                what,
            } => {
                if let Some((handle, reply)) = self.find(Some(&pane), reply) {
                    handle
                        .request(PaneRequest::Send {
                            client,
                            what,
                            reply,
                        })
                        .await;
                }
            }
            Request::Send {
                target: Target::All,
                what,
            } => {
                let directory = self.directory();
                let running = directory
                    .summaries
                    .values()
                    .filter(|pane| pane.state == PaneState::Running && pane.exit.is_none());
                let handles: Vec<PaneHandle> = running
                    .filter_map(|pane| directory.handles.get(&pane.id).cloned())
                    .collect();
                if handles.is_empty() {
                    return reply.fail(
                        FailureKind::Ended,
                        "no pane is running; 'muxpect ps' lists them",
                    );
                }
                tokio::spawn(async move {
                    let send = |reply| PaneRequest::Send {
                        client,
                        what: what.clone(),
                        reply,
                    };
                    reply.reply(several::join_done(several::ask(handles, send).await));
                });
            }
            Request::Expect(request) => {
                if let Some((handle, reply)) = self.find(request.pane.as_deref(), reply) {
                    handle.request(PaneRequest::Expect { request, reply }).await;
                }
            }
            Request::Screen { pane, history } => {
                if let Some((handle, reply)) = self.find(pane.as_deref(), reply) {
                    let history = history as usize;
                    handle.request(PaneRequest::Screen { history, reply }).await;
                }
            }
            Request::Rules { pane: Some(pane) } => {
                if let Some((handle, reply)) = self.find(Some(&pane), reply) {
                    handle.request(PaneRequest::Rules { reply }).await;
                }
            }
            Request::Rules { pane: None } => {
                let handles = self.directory().handles.values().cloned().collect();
                tokio::spawn(async move {
                    let rules = several::ask(handles, |reply| PaneRequest::Rules { reply }).await;
                    reply.reply(several::join_rules(rules));
                });
            }
            Request::Why { pane } => {
                if let Some((handle, reply)) = self.find(pane.as_deref(), reply) {
                    handle.request(PaneRequest::Why { reply }).await;
                }
            }
            Request::Inspect { pane, since } => {
                self.to(pane, PaneRequest::Inspect { since, reply }).await;
            }
            Request::PromptAt { pane, offset } => {
                self.to(pane, PaneRequest::PromptAt { offset, reply }).await;
            }
            Request::Askpass { token, prompt } => {
                let handles = self.directory().handles.values().cloned().collect();
                let peer = self.peer;
                tokio::spawn(async move {
                    let asking = several::ask(handles, |reply| PaneRequest::Askpass {
                        token: token.clone(),
                        prompt: prompt.clone(),
                        peer,
                        reply,
                    });
                    // The one pane that knows the token may wait for a person: no longer than ssh.
                    tokio::select! {
                        replies = asking => reply.reply(several::join_passed(replies)),
                        () = reply.abandoned() => {}
                    }
                });
            }
            Request::Panes => {
                let handles = self.directory().handles.values().cloned().collect();
                tokio::spawn(async move {
                    let infos = several::ask(handles, |reply| PaneRequest::Info { reply }).await;
                    reply.reply(several::join_infos(infos));
                });
            }
            Request::Summary { since } => {
                let mut directory = self.ways.directory.clone();
                tokio::spawn(async move {
                    tokio::select! {
                        newer = directory.wait_for(|now| now.generation > since) => {
                            if let Ok(now) = newer {
                                let summary = now.summary(since);
                                drop(now);
                                reply.reply(summary);
                            }
                        }
                        () = reply.abandoned() => {}
                    }
                });
            }
            Request::Lines { .. } => match &self.ways.lines {
                Some(lines) => {
                    let (lines, directory) = (lines.clone(), self.ways.directory.clone());
                    tokio::spawn(async move { reply.reply(next_lines(lines, directory).await) });
                }
                None => reply.fail(
                    FailureKind::Failed,
                    "the session was not started with --headless; use 'muxpect expect' or a log",
                ),
            },
            Request::Session
            | Request::Attach { .. }
            | Request::Detach
            | Request::Run { .. }
            | Request::Wait { .. }
            | Request::Restart { .. }
            | Request::Stop { .. }
            | Request::Kill { .. }
            | Request::Remove { .. }
            | Request::Reload
            | Request::Rename { .. }
            | Request::Duplicate { .. }
            | Request::Down
            | Request::Asks
            | Request::Answer { .. }
            | Request::Arm { .. }
            | Request::AutoAnswer(_)
            | Request::Events { .. } => {
                let message = Message::Request {
                    client,
                    request,
                    reply,
                };
                // The reply pays itself when the hub has gone.
                let _ = self.ways.hub.send(message).await;
            }
        }
    }

    fn directory(&self) -> Arc<Directory> {
        self.ways.directory.borrow().clone()
    }

    async fn to(&self, pane: PaneId, request: PaneRequest) {
        let handle = self.ways.directory.borrow().handles.get(&pane).cloned();
        if let Some(handle) = handle {
            handle.request(request).await;
        }
    }

    fn find(&self, pane: Option<&str>, reply: ReplyTo) -> Option<(PaneHandle, ReplyTo)> {
        let directory = self.directory();
        match Session::find(&directory.summaries, pane) {
            Ok(id) => directory
                .handles
                .get(&id)
                .cloned()
                .map(|handle| (handle, reply)),
            Err(failure) => {
                reply.reply(Reply::Failed(failure));
                None
            }
        }
    }
}

/// Returns whether a request does more than look.
fn changes(request: &Request) -> bool {
    match request {
        Request::Session
        | Request::Panes
        | Request::Summary { .. }
        | Request::Attach { .. }
        | Request::Detach
        | Request::Update { .. }
        | Request::History { .. }
        | Request::Search { .. }
        | Request::Prompt { .. }
        | Request::Text { .. }
        | Request::Wait { .. }
        | Request::Screen { .. }
        | Request::Asks
        | Request::Rules { .. }
        | Request::Why { .. }
        | Request::Inspect { .. }
        | Request::PromptAt { .. }
        | Request::Events { .. }
        | Request::Lines { .. } => false,
        Request::Run { .. }
        | Request::Input { .. }
        | Request::Interact { .. }
        | Request::Resize { .. }
        | Request::Send { .. }
        | Request::Expect(_)
        | Request::Restart { .. }
        | Request::Stop { .. }
        | Request::Kill { .. }
        | Request::Remove { .. }
        | Request::Rename { .. }
        | Request::Duplicate { .. }
        | Request::Answer { .. }
        | Request::Arm { .. }
        | Request::AutoAnswer(_)
        | Request::Record { .. }
        | Request::Askpass { .. }
        | Request::Reload
        | Request::Down => true,
    }
}

/// Waits for finished lines; returns none when all panes have ended and every line was taken.
async fn next_lines(
    lines: Lines,
    mut directory: tokio::sync::watch::Receiver<Arc<Directory>>,
) -> Reply {
    let mut lines = lines.lock().await;
    let (receiver, taken) = &mut *lines;
    let mut batch = Vec::new();
    let ended = directory.wait_for(|now| {
        now.summaries
            .values()
            .all(|pane| pane.state == PaneState::Ended)
    });
    tokio::select! {
        biased;
        _ = receiver.recv_many(&mut batch, LINES_AT_ONCE) => {}
        _ = ended => {}
    }
    *taken += batch.len() as u64;
    Reply::Lines {
        lines: batch,
        next: *taken,
        lost: 0,
    }
}
