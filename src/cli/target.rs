//! Which session and which pane a verb means, and the talk with that session's server.
//!
//! Owns the rules: the named session, else the only running one; a pane by name or id, or
//! nothing where the session has one pane.

use std::time::Duration;

use super::failure::CliError;
use crate::{
    client::{Connection, ConnectionError, Folder, connect, running},
    protocol::{PaneInfo, Reply, Request, SessionInfo},
};

/// The session of `run` when none is named and not exactly one is running.
const RUN_SESSION: &str = "main";

/// How often it is looked whether a server's process has ended.
const SERVER_LOOK: Duration = Duration::from_millis(2);

/// A running session, connected to.
#[derive(Debug)]
pub struct Session {
    /// Its name.
    pub name: String,
    /// The folder of its socket.
    pub folder: Folder,
    /// The connection to its server.
    pub connection: Connection,
}

impl Session {
    /// Connects to the session of this name, or to the only running one.
    pub async fn open(named: Option<&str>) -> Result<Session, CliError> {
        Session::open_in(Folder::open()?, named).await
    }

    async fn open_in(folder: Folder, named: Option<&str>) -> Result<Session, CliError> {
        if let Some(name) = named {
            return Session::find(&folder, name)
                .await?
                .ok_or_else(|| CliError::UnknownSession(name.to_owned()));
        }
        let mut running = running(&folder).await;
        let names: Vec<String> = running.iter().map(|(name, _)| name.clone()).collect();
        let (name, stream) = running.swap_remove(only(&names)?);
        match Connection::over(stream).await {
            Ok(connection) => Ok(Session {
                name,
                folder,
                connection,
            }),
            Err(error) if error.is_hang_up() => Err(CliError::HungUp(name)),
            Err(source) => Err(CliError::Connection {
                session: name,
                source,
            }),
        }
    }

    /// Connects to the session of this name; `None` when it is not running.
    pub async fn find(folder: &Folder, name: &str) -> Result<Option<Session>, CliError> {
        folder.check_socket(name)?;
        match connect(folder, name).await {
            Ok(found) => Ok(found.map(|connection| Session {
                name: name.to_owned(),
                folder: folder.clone(),
                connection,
            })),
            // It has ended since.
            Err(error) if error.is_hang_up() && !folder.socket(name).exists() => Ok(None),
            Err(error) if error.is_hang_up() => Err(CliError::HungUp(name.to_owned())),
            Err(source) => Err(CliError::Connection {
                session: name.to_owned(),
                source,
            }),
        }
    }

    /// Asks the server and waits for its reply.
    pub async fn request(&mut self, request: Request) -> Result<Reply, CliError> {
        let reply = self.connection.request(request).await;
        reply.map_err(|source| self.error(source))
    }

    /// Asks the server; returns the id that its reply will bear.
    pub async fn send(&mut self, request: Request) -> Result<u64, CliError> {
        let sent = self.connection.send(request).await;
        sent.map_err(|source| self.error(source))
    }

    /// Returns the session's row of `ls`.
    pub async fn info(&mut self) -> Result<SessionInfo, CliError> {
        match self.request(Request::Session).await? {
            Reply::Session(info) => Ok(info),
            _ => Err(self.unexpected()),
        }
    }

    /// Returns all panes.
    pub async fn panes(&mut self) -> Result<Vec<PaneInfo>, CliError> {
        match self.request(Request::Panes).await? {
            Reply::Panes(panes) => Ok(panes),
            _ => Err(self.unexpected()),
        }
    }

    /// Returns the name of the pane that is named, or of the only one.
    pub async fn pane(&mut self, named: Option<&str>) -> Result<String, CliError> {
        let panes = self.panes().await?;
        pick(&self.name, &panes, named).map(|pane| pane.name.clone())
    }

    /// Waits until the server has ended the connection and its process, which writes out and closes files
    /// until then; replies that come meanwhile are dropped.
    pub async fn closed(&mut self) {
        while self.connection.next().await.is_ok() {}
        while self.connection.server_runs() {
            tokio::time::sleep(SERVER_LOOK).await;
        }
    }

    /// Names the session in an error of its connection. A server that ends in order removes its
    /// socket, by which its end is told from a crash.
    pub fn error(&self, source: ConnectionError) -> CliError {
        let session = self.name.clone();
        match source.is_hang_up() && !self.folder.socket(&session).exists() {
            true => CliError::SessionEnded(session),
            false => CliError::Connection { session, source },
        }
    }

    /// Returns the error for a reply of another kind than the request's.
    pub fn unexpected(&self) -> CliError {
        CliError::Failed(format!(
            "the server of session '{}' gave an answer to another question; end it with 'muxpect down {}'",
            self.name, self.name
        ))
    }
}

/// Returns the session that `run` adds to or starts when none is named.
pub fn session_of_run(running: &[String]) -> &str {
    match running {
        [only] => only,
        _ => RUN_SESSION,
    }
}

/// Joins a session named as an argument and one named by `-s`.
pub fn either<'a>(
    argument: Option<&'a str>,
    flag: Option<&'a str>,
) -> Result<Option<&'a str>, CliError> {
    match (argument, flag) {
        (Some(argument), Some(flag)) if argument != flag => Err(CliError::Usage(format!(
            "two sessions are named, '{argument}' and '{flag}'; name one"
        ))),
        _ => Ok(argument.or(flag)),
    }
}

/// Returns the index of the only running session.
fn only(running: &[String]) -> Result<usize, CliError> {
    match running {
        [] => Err(CliError::NoSession),
        [_] => Ok(0),
        several => Err(CliError::SeveralSessions(several.to_vec())),
    }
}

/// Returns the pane with this name or id, or the only one.
fn pick<'a>(
    session: &str,
    panes: &'a [PaneInfo],
    named: Option<&str>,
) -> Result<&'a PaneInfo, CliError> {
    let names = || {
        let names: Vec<&str> = panes.iter().map(|pane| pane.name.as_str()).collect();
        names.join(", ")
    };
    match (named, panes) {
        (_, []) => Err(CliError::Failed(format!(
            "session '{session}' has no pane; start one with 'muxpect run -s {session} -- CMD'"
        ))),
        (None, [pane]) => Ok(pane),
        (None, _) => Err(CliError::Usage(format!(
            "session '{session}' has several panes; name one of {}",
            names()
        ))),
        (Some(named), _) => panes
            .iter()
            .find(|pane| pane.name == named || pane.id.to_string() == named)
            .ok_or_else(|| {
                CliError::Usage(format!(
                    "session '{session}' has no pane '{named}'; name one of {}",
                    names()
                ))
            }),
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{SinkExt, StreamExt};
    use tokio::net::UnixListener;
    use tokio_util::codec::Framed;

    use super::*;
    use crate::{
        cli::{status::Status, table::tests::pane},
        protocol::{Codec, Envelope, Hello},
    };

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn without_a_name_the_only_session_is_meant() {
        assert_eq!(only(&names(&["work"])).unwrap(), 0);
        let none = only(&[]).unwrap_err();
        assert_eq!(none.status(), Status::FAILED);
        assert!(none.sentence().unwrap().contains("muxpect up"));
        let several = only(&names(&["api", "work"])).unwrap_err();
        assert_eq!(several.status(), Status::USAGE);
        assert!(several.sentence().unwrap().contains("api, work"));
    }

    #[test]
    fn run_uses_the_only_session_else_main() {
        let check = |running: &[&str], expected| {
            assert_eq!(session_of_run(&names(running)), expected);
        };
        check(&[], "main");
        check(&["work"], "work");
        check(&["api", "work"], "main");
        check(&["api", "main"], "main");
    }

    #[test]
    fn two_names_of_a_session_must_agree() {
        assert_eq!(either(None, None).unwrap(), None);
        assert_eq!(either(Some("a"), None).unwrap(), Some("a"));
        assert_eq!(either(None, Some("a")).unwrap(), Some("a"));
        assert_eq!(either(Some("a"), Some("a")).unwrap(), Some("a"));
        assert_eq!(
            either(Some("a"), Some("b")).unwrap_err().status(),
            Status::USAGE
        );
    }

    #[test]
    fn a_pane_is_named_by_name_or_id_or_is_the_only_one() {
        let two = [pane(1, "db1"), pane(12, "build")];
        let picked = |panes: &[PaneInfo], named| pick("work", panes, named).map(|pane| pane.id.0);
        assert_eq!(picked(&two, Some("build")).unwrap(), 12);
        assert_eq!(picked(&two, Some("12")).unwrap(), 12);
        assert_eq!(picked(&two[..1], None).unwrap(), 1);
        for (panes, named, status) in [
            (&two[..], None, Status::USAGE),
            (&two[..], Some("2"), Status::USAGE),
            (&two[..], Some("DB1"), Status::USAGE),
            (&[], None, Status::FAILED),
        ] {
            assert_eq!(picked(panes, named).unwrap_err().status(), status);
        }
        let error = picked(&two, Some("x")).unwrap_err().sentence().unwrap();
        assert_eq!(
            error,
            "session 'work' has no pane 'x'; name one of db1, build"
        );
    }

    /// Answers the first request of each connection to a session's socket with `reply`.
    fn serve(folder: &Folder, session: &str, reply: Reply) {
        let listener = UnixListener::bind(folder.socket(session)).unwrap();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let mut framed = Framed::new(stream, Codec::<Hello>::default());
                framed.send(&Hello::ours()).await.unwrap();
                let Some(Ok(_)) = framed.next().await else {
                    continue;
                };
                let mut framed = framed.map_codec(|_| Codec::<Envelope<Request>>::default());
                if let Some(Ok(Envelope { id, .. })) = framed.next().await {
                    let body = reply.clone();
                    framed.send(&Envelope { id, body }).await.unwrap();
                }
            }
        });
    }

    #[tokio::test]
    async fn a_session_is_found_by_its_socket() {
        let parent = tempfile::tempdir().unwrap();
        let folder = Folder::at(&parent.path().join("sockets")).unwrap();
        let open = |named| Session::open_in(folder.clone(), named);
        assert!(matches!(open(None).await, Err(CliError::NoSession)));
        serve(&folder, "work", Reply::Panes(vec![pane(1, "db1")]));
        let mut session = open(None).await.unwrap();
        assert_eq!(session.name, "work");
        assert_eq!(session.pane(None).await.unwrap(), "db1");
        session.closed().await;
        let crashed = session.panes().await.unwrap_err();
        assert!(matches!(crashed, CliError::Connection { .. }), "{crashed}");
        std::fs::remove_file(folder.socket("work")).unwrap();
        let ended = session.panes().await.unwrap_err();
        assert!(matches!(ended, CliError::SessionEnded(_)), "{ended}");
        serve(&folder, "work", Reply::Done);

        serve(&folder, "api", Reply::Done);
        let error = open(None).await.unwrap_err();
        assert!(matches!(error, CliError::SeveralSessions(_)), "{error}");
        let error = open(Some("nope")).await.unwrap_err();
        assert!(matches!(error, CliError::UnknownSession(_)), "{error}");
        let mut session = open(Some("api")).await.unwrap();
        let error = session.panes().await.unwrap_err();
        assert!(error.to_string().contains("another question"), "{error}");
    }
}
