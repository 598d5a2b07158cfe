//! `--headless`: a session without an interface, its finished lines on standard output.
//!
//! The server is the usual one, in the background, so every other verb works meanwhile, `answer`
//! too: an ask is told on standard error. The session ends with its panes, or when this process is
//! told to end.

use std::io::{self, Write};

use nix::sys::signal::Signal;
use tokio::time::timeout;

use super::{
    failure::CliError,
    launch::{self, Claim, Naming},
    output::{print, printable, tell},
    panes::{SERVER_END_TIMEOUT, end},
    signals::Signals,
    status::Status,
    target::Session,
    wait::{ended, report_failures},
};
use crate::{
    client::Folder,
    protocol::{AskInfo, Reply, Request},
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
    let outcome = follow(&mut session, async || signals.next().await, print, show_ask);
    match outcome.await? {
        None => {
            let panes = ended(&mut session, Vec::new()).await?;
            report_failures(&session.name, &panes);
            end(&mut session).await?;
            Ok(Status::of_panes(&panes))
        }
        Some(Cause::Signal(signal)) => Ok(Status::of_signal(signal)),
        Some(Cause::Output(error)) => Err(error),
    }
}

/// Prints lines, and tells of each ask once, until all panes have ended. On a signal, or when the
/// lines cannot be printed, it ends the session and takes the lines that still come: programs would
/// wait for that. Another signal ends this wait.
async fn follow(
    session: &mut Session,
    mut signal: impl AsyncFnMut() -> Signal,
    mut print: impl FnMut(&str) -> Result<(), CliError>,
    mut show_ask: impl FnMut(&str),
) -> Result<Option<Cause>, CliError> {
    let mut cause = None;
    let mut awaited = session.send(Request::Lines { from: 0 }).await?;
    let mut awaited_summary = Some(session.send(Request::Summary { since: 0 }).await?);
    let mut last_ask = 0;
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
        if awaited_summary == Some(envelope.id)
            && let Reply::Summary(summary) = envelope.body
        {
            for ask in summary.asks.iter().filter(|ask| ask.id > last_ask) {
                show_ask(&ask_line(&session.name, ask));
            }
            let newest = summary.asks.last().map_or(0, |ask| ask.id);
            last_ask = last_ask.max(newest);
            let since = summary.generation;
            // If the session has gone, its last lines are still to be read.
            awaited_summary = session.send(Request::Summary { since }).await.ok();
            continue;
        }
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

/// Returns the line that tells of an ask, in the form of the lines around it.
fn ask_line(session: &str, ask: &AskInfo) -> String {
    let prompt = ask.prompt.trim_end().lines().next_back();
    format!(
        "{} | asks {1}: {2} ({3}); answer with 'muxpect -s {session} answer {1} TEXT'\n",
        ask.pane,
        ask.id,
        printable(prompt.unwrap_or_default()),
        printable(&ask.reason),
    )
}

/// Shows a line on standard error: standard output is the programs' alone.
fn show_ask(line: &str) {
    // Nobody may be there to read it; `asks` lists it all the same.
    let _ = io::stderr().write_all(line.as_bytes());
}

fn text(lines: &[(String, String)]) -> String {
    lines
        .iter()
        .map(|(pane, line)| format!("{pane} | {}\n", printable(line)))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use futures_util::{SinkExt, StreamExt};
    use tokio::{net::UnixStream, sync::Notify};
    use tokio_util::codec::Framed;

    use super::*;
    use crate::{
        cli::table::tests::ask,
        client::Connection,
        expect::AutoAnswer,
        protocol::{Codec, Envelope, Hello, Summary},
    };

    fn lines(texts: &[&str], next: u64) -> Reply {
        let line = |text: &&str| ("db1".to_owned(), text.to_string());
        Reply::Lines {
            lines: texts.iter().map(line).collect(),
            next,
            lost: 0,
        }
    }

    /// Returns the pane list of a generation, with as many asks.
    fn summary(generation: u64) -> Reply {
        Reply::Summary(Summary {
            generation,
            panes: Vec::new(),
            asks: (1..=generation).map(|id| ask(id, "db1")).collect(),
            auto_answer: AutoAnswer::On,
            focus: None,
            config: None,
            notices: Vec::new(),
        })
    }

    /// Returns a session whose server gives `replies` to requests for lines, in turn, and holds
    /// further ones back until it is told to go down. Its pane list is told twice: with one ask,
    /// then with another beside it.
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
                    Request::Summary { since: 2 } => continue,
                    Request::Summary { since } => (id, summary(since + 1)),
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
    fn an_ask_is_told_with_the_way_to_answer_it() {
        let asked = AskInfo {
            prompt: "\u{1b}[2JThe host is new.\nContinue (yes/no)? ".to_owned(),
            ..ask(3, "db1")
        };
        assert_eq!(
            ask_line("work", &asked),
            "db1 | asks 3: Continue (yes/no)? (the rule asks); answer with 'muxpect -s work answer 3 TEXT'\n"
        );
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
        let mut told = Vec::new();
        let cause = follow(
            &mut session,
            async || pending().await,
            |text| {
                printed.push_str(text);
                Ok(())
            },
            |line| told.push(line.to_owned()),
        )
        .await
        .unwrap();
        assert!(cause.is_none());
        let each_once = ["db1 | asks 1: Go on?", "db1 | asks 2: Go on?"];
        assert_eq!(told.len(), each_once.len(), "{told:?}");
        for (line, expected) in told.iter().zip(each_once) {
            assert!(line.starts_with(expected), "{line}");
        }
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
        let cause = follow(
            &mut session,
            signal,
            |text| {
                if printed.is_empty() {
                    has_printed.notify_one();
                }
                printed.push_str(text);
                Ok(())
            },
            |_| {},
        )
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
        let cause = follow(&mut session, async || Signal::SIGINT, |_| Ok(()), |_| {}).await;
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
            |_| {},
        )
        .await
        .unwrap();
        assert!(matches!(cause, Some(Cause::Output(CliError::OutputClosed))));
    }
}
