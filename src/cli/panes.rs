//! `restart`, `stop`, `kill`, `rm` and `down`: the life of panes and of their session.

use std::time::Duration;

use tokio::time::timeout;

use super::{
    arguments::{Down, Panes},
    failure::CliError,
    run::report_failed_starts,
    status::Status,
    target::{Session, either},
};
use crate::protocol::{Reply, Request};

/// How long `down` waits for the process of a server that has said that it is done.
pub const SERVER_END_TIMEOUT: Duration = Duration::from_secs(2);

/// Starts the programs of panes again.
pub async fn restart(arguments: &Panes, named: Option<&str>) -> Result<Status, CliError> {
    let (mut session, panes) = targets(arguments, named).await?;
    match session.request(Request::Restart { panes }).await? {
        Reply::Started(started) => Ok(report_failed_starts(&session.name, &started)),
        _ => Err(session.unexpected()),
    }
}

/// Asks the programs of panes to end, and waits until they have.
pub async fn stop(arguments: &Panes, named: Option<&str>) -> Result<Status, CliError> {
    let (mut session, panes) = targets(arguments, named).await?;
    done(&mut session, Request::Stop { panes }).await
}

/// Kills the programs of panes, and waits until they have ended.
pub async fn kill(arguments: &Panes, named: Option<&str>) -> Result<Status, CliError> {
    let (mut session, panes) = targets(arguments, named).await?;
    done(&mut session, Request::Kill { panes }).await
}

/// Takes ended panes out of their session.
pub async fn remove(arguments: &Panes, named: Option<&str>) -> Result<Status, CliError> {
    let (mut session, panes) = targets(arguments, named).await?;
    done(&mut session, Request::Remove { panes }).await
}

/// Stops all programs of a session and its server, and waits until it has gone.
pub async fn down(arguments: &Down, named: Option<&str>) -> Result<Status, CliError> {
    let named = either(arguments.name.as_deref(), named)?;
    let mut session = Session::open(named).await?;
    end(&mut session).await
}

/// Does what `down` does to a session that is connected to.
pub async fn end(session: &mut Session) -> Result<Status, CliError> {
    match session.request(Request::Down).await {
        // Another one may have asked first.
        Err(CliError::SessionEnded(_)) => {}
        Err(error) => return Err(error),
        // The next command must find either a server or none, not one that is ending.
        Ok(_) => drop(timeout(SERVER_END_TIMEOUT, session.closed()).await),
    }
    Ok(Status::DONE)
}

/// Returns the session and the panes that are meant: those named, else the only one.
pub async fn targets(
    arguments: &Panes,
    named: Option<&str>,
) -> Result<(Session, Vec<String>), CliError> {
    let mut session = Session::open(named).await?;
    let panes = match arguments.panes.is_empty() {
        true => vec![session.pane(None).await?],
        false => arguments.panes.clone(),
    };
    Ok((session, panes))
}

/// Puts a request to the session that is answered by its being done.
pub async fn done(session: &mut Session, request: Request) -> Result<Status, CliError> {
    match session.request(request).await? {
        Reply::Done => Ok(Status::DONE),
        _ => Err(session.unexpected()),
    }
}
