//! `--headless`: a session without an interface, its finished lines on standard output.
//!
//! The server is the usual one, in the background, so every other verb works meanwhile; the
//! session ends with its panes, or when this process is told to.

use nix::sys::signal::Signal;
use tokio::signal::unix::{self, SignalKind};

use super::{
    failure::CliError,
    launch::{self, Claim, Naming},
    output::{print, printable},
    panes::end,
    status::Status,
    target::Session,
    wait::{ended, report_not_started},
};
use crate::{
    client::Folder,
    protocol::{Reply, Request},
    session::SessionSpec,
};

/// Signals that stop all programs and then this process.
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
    let mut session = match launch::claim(folder, spec, naming).await? {
        Claim::Started(session, _) => session,
        Claim::Running(session) => return Err(launch::already_running(&session.name)),
    };
    let mut from = 0;
    let signal = tokio::select! {
        result = follow(&mut session, &mut from) => {
            // Ended in any case: who closed standard output has ended the session.
            let ended = end(&mut session).await;
            let status = result?;
            ended?;
            return Ok(status);
        }
        signal = signals.next() => signal,
    };
    // The lines of the programs' ends are still printed. Another signal ends the wait for them.
    tokio::select! {
        result = stop(&mut session, &mut from) => result?,
        _ = signals.next() => {}
    }
    Ok(Status::of_signal(signal))
}

/// Prints lines from number `from` on until all panes have ended; returns the status of their
/// programs.
async fn follow(session: &mut Session, from: &mut u64) -> Result<Status, CliError> {
    loop {
        let request = Request::Lines { from: *from };
        let Reply::Lines { lines, next, lost } = session.request(request).await? else {
            return Err(session.unexpected());
        };
        if lost > 0 {
            eprintln!("muxpect: {lost} lines came faster than they could be printed, and are lost");
        }
        if lines.is_empty() {
            break;
        }
        print(&text(&lines))?;
        *from = next;
    }
    let panes = ended(session, Vec::new()).await?;
    report_not_started(&session.name, &panes);
    Ok(Status::of_panes(&panes))
}

/// Asks all programs to end, prints what they still say, and ends the session.
async fn stop(session: &mut Session, from: &mut u64) -> Result<(), CliError> {
    let panes = session.panes().await?;
    let panes = panes.into_iter().map(|pane| pane.name).collect();
    let asked = session.connection.send(Request::Stop { panes }).await;
    asked.map_err(|source| session.error(source))?;
    let followed = follow(session, from).await;
    end(session).await?;
    followed.map(drop)
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
    use super::*;

    #[test]
    fn lines_bear_their_panes_and_no_escapes() {
        let line = |pane: &str, text: &str| (pane.to_owned(), text.to_owned());
        let lines = [line("db1", "ready\u{1b}[0m"), line("build", "")];
        assert_eq!(text(&lines), "db1 | ready[0m\nbuild | \n");
    }
}
