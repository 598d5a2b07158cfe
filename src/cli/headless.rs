//! `--headless`: a session without an interface, its finished lines on standard output.
//!
//! The server is the usual one, in the background, so every other verb works meanwhile; the
//! session ends with its panes, or when this process is told to end.

use nix::sys::signal::Signal;
use tokio::{
    signal::unix::{self, SignalKind},
    time::timeout,
};

use super::{
    failure::CliError,
    launch::{self, Claim, Naming},
    output::{print, printable, tell},
    panes::{SERVER_END_TIMEOUT, end},
    status::Status,
    target::Session,
    wait::{ended, report_not_started},
};
use crate::{
    client::Folder,
    protocol::{Reply, Request},
    session::{OnFinished, SessionSpec},
};

/// Why a session is ended before its panes have.
#[derive(Debug)]
enum Cause {
    /// This process was told to end.
    Signal(Signal),
    /// The lines cannot be printed.
    Output(CliError),
}

/// The signals that stop all programs and then this process.
struct Signals {
    interrupt: unix::Signal,
    terminate: unix::Signal,
    hang_up: unix::Signal,
}

/// Runs the session that `spec` describes until all its panes have ended.
pub async fn run(
    folder: &Folder,
    mut spec: SessionSpec,
    naming: Naming,
) -> Result<Status, CliError> {
    // Before the session is there, so that no signal leaves it behind.
    let mut signals = Signals::new().map_err(CliError::Runtime)?;
    spec.headless = true;
    // Its programs' statuses are still asked for when all have ended.
    spec.on_finished = OnFinished::Keep;
    let mut session = match launch::claim(folder, spec, naming, None).await? {
        Claim::Started(session, _) => session,
        Claim::Running(session) => return Err(launch::already_running(&session.name)),
    };
    match follow(&mut session, async || signals.next().await, print).await? {
        None => {
            let panes = ended(&mut session, Vec::new()).await?;
            report_not_started(&session.name, &panes);
            end(&mut session).await?;
            Ok(Status::of_panes(&panes))
        }
        Some(Cause::Signal(signal)) => Ok(Status::of_signal(signal)),
        Some(Cause::Output(error)) => Err(error),
    }
}

/// Prints lines until all panes have ended. On a signal, or when the lines cannot be printed, it
/// ends the session and takes the lines that still come: programs would wait for that. Another
/// signal ends this wait.
async fn follow(
    session: &mut Session,
    mut signal: impl AsyncFnMut() -> Signal,
    mut print: impl FnMut(&str) -> Result<(), CliError>,
) -> Result<Option<Cause>, CliError> {
    let mut cause = None;
    let mut awaited = session.send(Request::Lines { from: 0 }).await?;
    loop {
        let envelope = tokio::select! {
            envelope = session.connection.next() => envelope,
            signal = signal() => {
                if cause.is_some() {
                    return Ok(cause);
                }
                cause = Some(Cause::Signal(signal));
                session.send(Request::Down).await?;
                continue;
            }
        };
        let envelope = match envelope {
            Err(error) if cause.is_some() && error.is_hang_up() => return Ok(cause),
            envelope => envelope.map_err(|source| session.error(source))?,
        };
        if envelope.id != awaited {
            continue;
        }
        let (lines, next, lost) = match envelope.body {
            Reply::Lines { lines, next, lost } => (lines, next, lost),
            Reply::Failed(failure) => return Err(session.error(failure.into())),
            _ => return Err(session.unexpected()),
        };
        if lost > 0 {
            tell(&format!(
                "{lost} lines came faster than they could be printed, and are lost"
            ));
        }
        if lines.is_empty() {
            break;
        }
        if let (false, Err(error)) = (
            matches!(cause, Some(Cause::Output(_))),
            print(&text(&lines)),
        ) {
            let told = cause.is_some();
            cause = Some(Cause::Output(error));
            if !told {
                session.send(Request::Down).await?;
            }
        }
        awaited = session.send(Request::Lines { from: next }).await?;
    }
    if cause.is_some() {
        // A server that is slower than this ends by itself all the same.
        let _ = timeout(SERVER_END_TIMEOUT, session.closed()).await;
    }
    Ok(cause)
}

fn text(lines: &[(String, String)]) -> String {
    lines
        .iter()
        .map(|(pane, line)| format!("{pane} | {}\n", printable(line)))
        .collect()
}

impl Signals {
    fn new() -> std::io::Result<Signals> {
        Ok(Signals {
            interrupt: unix::signal(SignalKind::interrupt())?,
            terminate: unix::signal(SignalKind::terminate())?,
            hang_up: unix::signal(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::SIGINT,
            _ = self.terminate.recv() => Signal::SIGTERM,
            _ = self.hang_up.recv() => Signal::SIGHUP,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use futures_util::{SinkExt, StreamExt};
    use tokio::{net::UnixStream, sync::Notify};
    use tokio_util::codec::Framed;

    use super::*;
    use crate::{
        client::Connection,
        protocol::{Codec, Envelope, Hello},
    };

    fn lines(texts: &[&str], next: u64) -> Reply {
        let line = |text: &&str| ("db1".to_owned(), text.to_string());
        Reply::Lines {
            lines: texts.iter().map(line).collect(),
            next,
            lost: 0,
        }
    }

    /// Returns a session whose server gives `replies` to requests for lines, in turn, and holds
    /// further ones back until it is told to go down.
    async fn session(parent: &tempfile::TempDir, mut replies: Vec<Reply>) -> Session {
        let (ours, theirs) = UnixStream::pair().unwrap();
        tokio::spawn(async move {
            let mut framed = Framed::new(theirs, Codec::<Hello>::default());
            framed.send(&Hello::ours()).await.unwrap();
            framed.next().await.unwrap().unwrap();
            let mut framed = framed.map_codec(|_| Codec::<Envelope<Request>>::default());
            let mut held = None;
            let mut from = 0;
            while let Some(Ok(Envelope { id, body })) = framed.next().await {
                let (id, body) = match body {
                    Request::Lines { from: asked } if replies.is_empty() => {
                        assert_eq!(asked, from);
                        held = Some(id);
                        continue;
                    }
                    Request::Lines { from: asked } => {
                        assert_eq!(asked, from);
                        (id, replies.remove(0))
                    }
                    Request::Down => {
                        let body = Reply::Done;
                        framed.send(&Envelope { id, body }).await.unwrap();
                        replies = vec![lines(&[], from + 1)];
                        match held.take() {
                            Some(id) => (id, lines(&["bye"], from + 1)),
                            None => continue,
                        }
                    }
                    other => panic!("{other:?}"),
                };
                if let Reply::Lines { next, .. } = &body {
                    from = *next;
                }
                let is_last = matches!(&body, Reply::Lines { lines, .. } if lines.is_empty());
                framed.send(&Envelope { id, body }).await.unwrap();
                if is_last {
                    return;
                }
            }
        });
        Session {
            name: "work".to_owned(),
            folder: Folder::at(&parent.path().join("sockets")).unwrap(),
            connection: Connection::over(ours).await.unwrap(),
        }
    }

    #[test]
    fn lines_bear_their_panes_and_no_escapes() {
        let line = |pane: &str, text: &str| (pane.to_owned(), text.to_owned());
        let lines = [line("db1", "ready\u{1b}[0m"), line("build", "")];
        assert_eq!(text(&lines), "db1 | ready[0m\nbuild | \n");
    }

    #[tokio::test]
    async fn lines_are_printed_until_there_are_no_more() {
        let parent = tempfile::tempdir().unwrap();
        let replies = vec![lines(&["a", "b"], 2), lines(&["c"], 3), lines(&[], 3)];
        let mut session = session(&parent, replies).await;
        let mut printed = String::new();
        let cause = follow(
            &mut session,
            async || pending().await,
            |text| {
                printed.push_str(text);
                Ok(())
            },
        )
        .await
        .unwrap();
        assert!(cause.is_none());
        assert_eq!(printed, "db1 | a\ndb1 | b\ndb1 | c\n");
    }

    #[tokio::test]
    async fn a_signal_ends_the_session_and_the_last_lines_are_printed() {
        let parent = tempfile::tempdir().unwrap();
        let mut session = session(&parent, vec![lines(&["a"], 1)]).await;
        let mut printed = String::new();
        let has_printed = Notify::new();
        let signal = async || {
            has_printed.notified().await;
            Signal::SIGTERM
        };
        let cause = follow(&mut session, signal, |text| {
            if printed.is_empty() {
                has_printed.notify_one();
            }
            printed.push_str(text);
            Ok(())
        })
        .await
        .unwrap();
        assert!(matches!(cause, Some(Cause::Signal(Signal::SIGTERM))));
        assert_eq!(printed, "db1 | a\ndb1 | bye\n");
    }

    #[tokio::test]
    async fn a_second_signal_ends_the_wait() {
        let parent = tempfile::tempdir().unwrap();
        // It never says that the panes have ended.
        let (ours, theirs) = UnixStream::pair().unwrap();
        tokio::spawn(async move {
            let mut framed = Framed::new(theirs, Codec::<Hello>::default());
            framed.send(&Hello::ours()).await.unwrap();
            while framed.next().await.is_some() {}
            pending::<()>().await;
        });
        let mut session = Session {
            name: "work".to_owned(),
            folder: Folder::at(&parent.path().join("sockets")).unwrap(),
            connection: Connection::over(ours).await.unwrap(),
        };
        let cause = follow(&mut session, async || Signal::SIGINT, |_| Ok(())).await;
        assert!(matches!(cause, Ok(Some(Cause::Signal(Signal::SIGINT)))));
    }

    #[tokio::test]
    async fn a_closed_output_ends_the_session() {
        let parent = tempfile::tempdir().unwrap();
        let mut session = session(&parent, vec![lines(&["a"], 1)]).await;
        let cause = follow(
            &mut session,
            async || pending().await,
            |_| Err(CliError::OutputClosed),
        )
        .await
        .unwrap();
        assert!(matches!(cause, Some(Cause::Output(CliError::OutputClosed))));
    }
}
