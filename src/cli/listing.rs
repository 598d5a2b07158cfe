//! `ls` and `ps`: what is running.

use futures_util::future::join_all;
use jiff::Timestamp;

use super::{
    arguments::Listing,
    asks::waiting,
    failure::CliError,
    output::{print, print_json, tell},
    status::Status,
    table,
    target::Session,
};
use crate::{
    client::{Connection, ConnectionError, Folder, running},
    protocol::{Reply, Request, SessionInfo},
};

/// Lists sessions: the named one, else all. One that cannot be asked is told on standard error
/// and does not keep the others from being listed.
pub async fn ls(arguments: &Listing, named: Option<&str>) -> Result<Status, CliError> {
    let (sessions, status) = match named {
        Some(_) => (
            vec![Session::open(named).await?.info().await?],
            Status::DONE,
        ),
        None => all_sessions(&Folder::open()?).await,
    };
    match (arguments.json, sessions.is_empty()) {
        (true, _) => print_json(&sessions)?,
        (false, true) if status == Status::DONE => {
            tell(&CliError::NoSession.to_string());
        }
        (false, true) => {}
        (false, false) => print(&table::sessions(&sessions, Timestamp::now()))?,
    }
    Ok(status)
}

/// Lists panes.
pub async fn ps(arguments: &Listing, named: Option<&str>) -> Result<Status, CliError> {
    let mut session = Session::open(named).await?;
    let panes = session.panes().await?;
    match (arguments.json, panes.is_empty()) {
        (true, _) => print_json(&panes)?,
        (false, true) => tell(&format!(
            "session '{0}' has no pane; start one with 'muxpect run -s {0} -- CMD'",
            session.name
        )),
        (false, false) => {
            let asks = waiting(&mut session).await?;
            print(&table::panes(&panes, &asks))?;
        }
    }
    Ok(Status::DONE)
}

async fn all_sessions(folder: &Folder) -> (Vec<SessionInfo>, Status) {
    let asked = running(folder)
        .await
        .into_iter()
        .map(async |(name, stream)| {
            let answer = match Connection::over(stream).await {
                Ok(mut connection) => connection.request(Request::Session).await,
                Err(error) => Err(error),
            };
            (name, answer)
        });
    let mut sessions = Vec::new();
    let mut status = Status::DONE;
    for (session, answer) in join_all(asked).await {
        match answer {
            Ok(Reply::Session(info)) => sessions.push(info),
            // It is just ending.
            Err(error) if error.is_hang_up() => {}
            answer => {
                status = Status::FAILED;
                let source = answer.err().unwrap_or(ConnectionError::NoHello);
                let error = CliError::Connection { session, source };
                tell(&error.sentence().unwrap_or_default());
            }
        }
    }
    (sessions, status)
}
