//! Reaching a session's server, and starting one where none is.
//!
//! Owns the race of many starters (one starts, the others connect) and the new process's first
//! words. What the server does with its specification is the server's matter.

use std::{io, path::PathBuf, process::Stdio, time::Duration};

use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::UnixStream,
    process::{Child, Command},
    time::{Instant, sleep, timeout_at},
};

use super::{
    connection::{Connection, ConnectionError},
    sockets::{Folder, Lock, LockError, log_path},
};
use crate::{protocol::Started, pty, session::SessionSpec};

/// How long a new server may take until it listens and its panes are started.
pub const START_TIMEOUT: Duration = Duration::from_secs(10);

/// How long to wait before looking again at a server that is just ending.
const ENDING_RETRY: Duration = Duration::from_millis(10);

/// The longest first line of a new server, in bytes: a session of 1,000 panes fits.
const READY_LINE_LIMIT: u64 = 1024 * 1024;

/// The one line of JSON that a new server prints on its standard output:
/// `{"ready": true, "started": […]}` once it listens and its panes are started, or
/// `{"ready": false, "error": "…"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadyLine {
    /// Whether it listens.
    pub ready: bool,
    /// The panes it started.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub started: Vec<Started>,
    /// Why it cannot serve: one sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// How [`start`] came by its server.
#[derive(Debug, PartialEq, Eq)]
pub enum Startup {
    /// It was started, with these panes.
    Started(Vec<Started>),
    /// It was there already; the specification was not used.
    AlreadyRunning,
}

/// Who may have a session's name.
#[derive(Debug)]
pub enum Reservation {
    /// Whoever holds this lock: no server listens.
    Free(Lock),
    /// The server at the other end of this.
    Taken(Connection),
}

/// Why no server could be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The start-up lock could not be had.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// What listens at the socket cannot be used.
    #[error("session '{session}' cannot be used")]
    Connection {
        /// The session.
        session: String,
        /// What is wrong.
        source: ConnectionError,
    },
    /// Something else than a socket has its place.
    #[error("{} is not a socket; remove it", .0.display())]
    NotASocket(PathBuf),
    /// The process could not be run or spoken to.
    #[error("the server of session '{session}' cannot be started")]
    Io {
        /// The session.
        session: String,
        /// What the system said.
        source: io::Error,
    },
    /// The server says that it cannot serve.
    #[error("session '{session}' cannot be started: {reason}")]
    Refused {
        /// The session.
        session: String,
        /// The server's sentence.
        reason: String,
    },
    /// The server died.
    #[error(
        "the server of session '{session}' ended before it was ready; {}",
        see_log(session)
    )]
    Died {
        /// The session.
        session: String,
    },
    /// The server took too long, and was ended.
    #[error("the server of session '{session}' was not ready within {} s and was ended; {}", START_TIMEOUT.as_secs(), see_log(session))]
    Slow {
        /// The session.
        session: String,
    },
}

/// Connects to a session's server; `None` when none listens.
pub async fn connect(
    folder: &Folder,
    session: &str,
) -> Result<Option<Connection>, ConnectionError> {
    match UnixStream::connect(folder.socket(session)).await {
        Ok(stream) => Connection::over(stream).await.map(Some),
        Err(error) if is_absence(&error) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Returns the sessions whose servers listen, by name, each with a stream on which nothing has
/// been said.
pub async fn running(folder: &Folder) -> Vec<(String, UnixStream)> {
    let mut running = Vec::new();
    for session in folder.sessions() {
        if let Ok(stream) = UnixStream::connect(folder.socket(&session)).await {
            running.push((session, stream));
        }
    }
    running
}

/// Connects to the server of the session that `spec` names, and starts it if none listens. Of
/// many processes that do this at once, one starts the server.
pub async fn start(
    folder: &Folder,
    spec: &SessionSpec,
) -> Result<(Connection, Startup), StartError> {
    let failed = |source| StartError::Io {
        session: spec.name.clone(),
        source,
    };
    let mut command = Command::new(std::env::current_exe().map_err(failed)?);
    command.arg("server");
    // The specification brings the secrets; no environment is to show them. Those that a config names
    // later are in one that only root can read.
    for (name, value) in std::env::vars_os() {
        let value = value.as_encoded_bytes();
        let tells = |secret: &[u8]| memchr::memmem::find(value, secret).is_some();
        if spec
            .secrets()
            .any(|secret| tells(secret.expose_secret().as_bytes()))
        {
            command.env_remove(name);
        }
    }
    pty::private(&mut command);
    start_by(command, folder, spec).await
}

/// Takes a session's start-up lock and removes the socket of a server that has died, so that a
/// server can be started while the lock is held; or connects to the server that listens.
pub async fn reserve(folder: &Folder, session: &str) -> Result<Reservation, StartError> {
    let lock = folder.lock(session).await?;
    let deadline = Instant::now() + START_TIMEOUT;
    match connect_or_see_end(folder, session, deadline).await? {
        Some(connection) => Ok(Reservation::Taken(connection)),
        None => remove_stale(folder, session).map(|()| Reservation::Free(lock)),
    }
}

/// Does what [`start`] does with `command` as the server.
async fn start_by(
    command: Command,
    folder: &Folder,
    spec: &SessionSpec,
) -> Result<(Connection, Startup), StartError> {
    let deadline = Instant::now() + START_TIMEOUT;
    let _lock = match reserve(folder, &spec.name).await? {
        Reservation::Free(lock) => lock,
        Reservation::Taken(connection) => return Ok((connection, Startup::AlreadyRunning)),
    };
    let started = spawn(command, spec, deadline).await?;
    match connect_or_see_end(folder, &spec.name, deadline).await? {
        Some(connection) => Ok((connection, Startup::Started(started))),
        None => Err(StartError::Died {
            session: spec.name.clone(),
        }),
    }
}

/// Connects; a server that hangs up at once is ending, so it looks again until that has ended.
async fn connect_or_see_end(
    folder: &Folder,
    session: &str,
    deadline: Instant,
) -> Result<Option<Connection>, StartError> {
    loop {
        match connect(folder, session).await {
            Ok(connection) => return Ok(connection),
            Err(error) if error.is_hang_up() && Instant::now() < deadline => {
                sleep(ENDING_RETRY).await;
            }
            Err(source) => {
                return Err(StartError::Connection {
                    session: session.to_owned(),
                    source,
                });
            }
        }
    }
}

/// Removes the socket of a server that has died.
fn remove_stale(folder: &Folder, session: &str) -> Result<(), StartError> {
    use std::os::unix::fs::FileTypeExt;

    let socket = folder.socket(session);
    let removed = match std::fs::symlink_metadata(&socket) {
        Ok(found) if found.file_type().is_socket() => std::fs::remove_file(&socket),
        Ok(_) => return Err(StartError::NotASocket(socket)),
        Err(error) => Err(error),
    };
    match removed {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(StartError::Io {
            session: session.to_owned(),
            source,
        }),
        _ => Ok(()),
    }
}

/// Runs the server, hands it its specification and waits for its first line.
async fn spawn(
    mut command: Command,
    spec: &SessionSpec,
    deadline: Instant,
) -> Result<Vec<Started>, StartError> {
    let failed = |source| StartError::Io {
        session: spec.name.clone(),
        source,
    };
    let mut server = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed)?;
    let line = match timeout_at(deadline, converse(&mut server, spec)).await {
        Ok(line) => line.map_err(failed)?,
        Err(_) => {
            server.start_kill().map_err(failed)?;
            return Err(StartError::Slow {
                session: spec.name.clone(),
            });
        }
    };
    match serde_json::from_str(&line) {
        Ok(ReadyLine {
            ready: true,
            started,
            ..
        }) => Ok(started),
        Ok(ReadyLine {
            error: Some(reason),
            ..
        }) => Err(StartError::Refused {
            session: spec.name.clone(),
            reason,
        }),
        _ => Err(StartError::Died {
            session: spec.name.clone(),
        }),
    }
}

/// Writes the specification to the server and returns its first line; empty when it died.
async fn converse(server: &mut Child, spec: &SessionSpec) -> io::Result<String> {
    let specification = serde_json::to_vec(spec)?;
    if let Some(mut stdin) = server.stdin.take() {
        match stdin.write_all(&specification).await {
            // It may say why it did not read on.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
            written => written?,
        }
    }
    let mut line = String::new();
    if let Some(stdout) = server.stdout.take() {
        BufReader::new(stdout.take(READY_LINE_LIMIT))
            .read_line(&mut line)
            .await?;
    }
    Ok(line)
}

/// Returns whether the error of a connect says that no server listens.
fn is_absence(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
    )
}

fn see_log(session: &str) -> String {
    match log_path(session) {
        Some(path) => format!("its log is {}", path.display()),
        None => "it has no log, since HOME is not set".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use futures_util::{SinkExt, StreamExt};
    use tokio::net::UnixListener;
    use tokio_util::codec::Framed;

    use super::*;
    use crate::{
        protocol::{Codec, Hello},
        session::{Layout, OnFinished},
    };

    fn spec() -> SessionSpec {
        SessionSpec {
            auto_answer: crate::expect::AutoAnswer::On,
            name: "work".to_owned(),
            config: None,
            reading: None,
            folder: "/".into(),
            layout: Layout::Tiles,
            on_finished: OnFinished::Keep,
            headless: false,
            notify: Default::default(),
            panes: Vec::new(),
        }
    }

    /// Says hello to each client that comes to the session's socket.
    fn listen(folder: &Folder) {
        let listener = UnixListener::bind(folder.socket("work")).unwrap();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let mut framed = Framed::new(stream, Codec::<Hello>::default());
                framed.send(&Hello::ours()).await.unwrap();
                framed.next().await;
            }
        });
    }

    fn shell(script: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        command
    }

    async fn start_by_script(folder: &Path, script: &str) -> Result<Startup, StartError> {
        let folder = Folder::at(folder).unwrap();
        let started = start_by(shell(script), &folder, &spec()).await;
        started.map(|(_, startup)| startup)
    }

    #[tokio::test]
    async fn a_running_server_is_used() {
        let parent = tempfile::tempdir().unwrap();
        let folder = Folder::at(&parent.path().join("sockets")).unwrap();
        assert!(connect(&folder, "work").await.unwrap().is_none());
        listen(&folder);
        assert!(connect(&folder, "work").await.unwrap().is_some());
        let startup = start_by_script(&parent.path().join("sockets"), "exit 1")
            .await
            .unwrap();
        assert_eq!(startup, Startup::AlreadyRunning);
    }

    #[tokio::test]
    async fn stale_sockets_are_no_running_sessions() {
        let parent = tempfile::tempdir().unwrap();
        let folder = Folder::at(&parent.path().join("sockets")).unwrap();
        drop(std::os::unix::net::UnixListener::bind(folder.socket("stale")).unwrap());
        assert!(running(&folder).await.is_empty());
        listen(&folder);
        let running = running(&folder).await;
        let names: Vec<&str> = running.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["work"]);
    }

    #[tokio::test]
    async fn of_two_starters_one_starts_and_both_connect() {
        let parent = tempfile::tempdir().unwrap();
        let folder = Folder::at(&parent.path().join("sockets")).unwrap();
        let [asked, listens] = ["asked", "listens"].map(|name| parent.path().join(name));
        for path in [&asked, &listens] {
            nix::unistd::mkfifo(path, nix::sys::stat::Mode::S_IRWXU).unwrap();
        }
        let script = format!(
            r#"cat >/dev/null; echo >{}; read _ <{}; echo '{{"ready": true, "started": [{{"id": 1, "name": "db1"}}]}}'"#,
            asked.display(),
            listens.display()
        );
        // The test itself listens in the script's stead, once that runs.
        let serve = async {
            let asked = tokio::task::spawn_blocking(move || std::fs::read(asked));
            asked.await.unwrap().unwrap();
            listen(&folder);
            let ready = tokio::task::spawn_blocking(move || std::fs::write(listens, "\n"));
            ready.await.unwrap().unwrap();
        };
        let spec = spec();
        let (first, second, ()) = tokio::join!(
            start_by(shell(&script), &folder, &spec),
            start_by(shell("exit 1"), &folder, &spec),
            serve
        );
        let started = Started {
            id: crate::protocol::PaneId(1),
            name: "db1".to_owned(),
            error: None,
        };
        assert_eq!(first.unwrap().1, Startup::Started(vec![started]));
        assert_eq!(second.unwrap().1, Startup::AlreadyRunning);
    }

    #[tokio::test]
    async fn a_server_that_dies_or_refuses_is_told_from_one_that_is_slow() {
        let parent = tempfile::tempdir().unwrap();
        let cases = [
            ("exit 3", "ended before it was ready"),
            ("echo nonsense", "ended before it was ready"),
            (
                r#"cat >/dev/null; echo '{"ready": false, "error": "the disk is full"}'"#,
                "session 'work' cannot be started: the disk is full",
            ),
            (
                r#"exec <&-; echo '{"ready": true, "started": []}'"#,
                "ended before it was ready",
            ),
        ];
        for (script, expected) in cases {
            let error = start_by_script(&parent.path().join("sockets"), script)
                .await
                .unwrap_err();
            assert!(error.to_string().contains(expected), "{script}: {error}");
        }
    }

    #[tokio::test]
    async fn a_stale_socket_is_removed_and_nothing_else() {
        let parent = tempfile::tempdir().unwrap();
        let folder = Folder::at(&parent.path().join("sockets")).unwrap();
        drop(std::os::unix::net::UnixListener::bind(folder.socket("work")).unwrap());
        assert!(folder.socket("work").exists());
        assert!(connect(&folder, "work").await.unwrap().is_none());
        let error = start_by_script(&parent.path().join("sockets"), "exit 0")
            .await
            .unwrap_err();
        assert!(matches!(error, StartError::Died { .. }), "{error}");
        assert!(!folder.socket("work").exists());

        std::fs::write(folder.socket("work"), "mine").unwrap();
        let error = start_by_script(&parent.path().join("sockets"), "exit 0")
            .await
            .unwrap_err();
        assert!(matches!(error, StartError::NotASocket(_)), "{error}");
        assert!(folder.socket("work").exists());
    }

    #[tokio::test]
    async fn the_new_server_is_given_its_specification() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("given");
        let script = format!("cat >{}", path.display());
        start_by_script(&parent.path().join("sockets"), &script)
            .await
            .unwrap_err();
        let given: SessionSpec = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        assert_eq!(given, spec());
    }

    #[test]
    fn the_first_line_has_its_two_forms() {
        let ready = ReadyLine {
            ready: true,
            started: Vec::new(),
            error: None,
        };
        assert_eq!(serde_json::to_string(&ready).unwrap(), r#"{"ready":true}"#);
        let line = r#"{"ready": false, "error": "no"}"#;
        let refused: ReadyLine = serde_json::from_str(line).unwrap();
        assert_eq!(refused.error.as_deref(), Some("no"));
    }
}
