//! One connection to a session's server: hello, requests, replies.
//!
//! Owns the socket; keeps no task and no queue of its own. A command asks and waits with
//! [`Connection::request`]; the interface sends many requests and takes replies as they come.

use futures_util::{SinkExt, StreamExt};
use nix::{sys::signal::kill, unistd::Pid};
use tokio::{net::UnixStream, time::timeout};
use tokio_util::codec::Framed;

use crate::{
    protocol::{
        Codec, CodecError, Envelope, Failure, Hello, PROTOCOL_VERSION, Reply, Request, UNANSWERED,
    },
    pty::Watched,
};

/// How long either side waits for the other's hello.
pub const HELLO_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(2);

/// Why a connection cannot be had or used any more.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    /// The socket could not be used.
    #[error("the server's socket cannot be used")]
    Io(#[from] std::io::Error),
    /// What arrived is not a server's message.
    #[error("the server's message cannot be read")]
    Codec(#[from] CodecError),
    /// The server ended the connection.
    #[error("the server has gone")]
    Closed,
    /// Nothing like a hello came in time.
    #[error("what answers at the socket is not a muxpect server")]
    NoHello,
    /// The server speaks another version.
    #[error(
        "the server is muxpect {version} and speaks protocol {protocol}, this is {} and speaks {PROTOCOL_VERSION}; use the same version, or end the server (process {pid})",
        env!("CARGO_PKG_VERSION")
    )]
    Version {
        /// The server's crate version.
        version: String,
        /// The server's protocol.
        protocol: u32,
        /// The server's process.
        pid: u32,
    },
    /// The other end belongs to another user.
    #[error("the server's socket belongs to user {0}, not to you")]
    Peer(u32),
    /// The server could not do what was asked.
    #[error(transparent)]
    Failed(#[from] Failure),
}

impl ConnectionError {
    /// Returns whether the other end hung up, as a server does that ends or was killed.
    pub fn is_hang_up(&self) -> bool {
        use std::io::ErrorKind::{BrokenPipe, ConnectionReset};

        match self {
            ConnectionError::Closed => true,
            ConnectionError::Io(error) | ConnectionError::Codec(CodecError::Io(error)) => {
                matches!(error.kind(), BrokenPipe | ConnectionReset)
            }
            _ => false,
        }
    }
}

/// A connection to a session's server.
#[derive(Debug)]
pub struct Connection {
    framed: Framed<Watched, Codec<Envelope<Reply>>>,
    next_id: u64,
    /// The server's process.
    server: u32,
}

impl Connection {
    /// Says hello over `stream` and checks that the server is ours and of our version.
    pub async fn over(stream: UnixStream) -> Result<Connection, ConnectionError> {
        let peer = stream.peer_cred()?.uid();
        if peer != nix::unistd::geteuid().as_raw() {
            return Err(ConnectionError::Peer(peer));
        }
        let stream = Watched::new(stream.into_std()?.into())?;
        let mut framed = Framed::new(stream, Codec::<Hello>::default());
        framed.send(&Hello::ours()).await?;
        let hello = match timeout(HELLO_TIMEOUT, framed.next()).await {
            Ok(Some(Ok(hello))) if hello.program == "muxpect" => hello,
            Ok(None) => return Err(ConnectionError::Closed),
            _ => return Err(ConnectionError::NoHello),
        };
        if hello.protocol != PROTOCOL_VERSION {
            return Err(ConnectionError::Version {
                version: hello.version,
                protocol: hello.protocol,
                pid: hello.pid,
            });
        }
        Ok(Connection {
            framed: framed.map_codec(|_| Codec::default()),
            next_id: 1,
            server: hello.pid,
        })
    }

    /// Returns whether the server's process is still there; one within this process counts as gone.
    pub fn server_runs(&self) -> bool {
        let pid = match i32::try_from(self.server) {
            Ok(pid) if pid > 0 && self.server != std::process::id() => pid,
            _ => return false,
        };
        // A process that has ended keeps its number until its parent asks after it.
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let has_ended = |(_, state): (&str, &str)| state.starts_with('Z');
        kill(Pid::from_raw(pid), None).is_ok() && !stat.rsplit_once(") ").is_some_and(has_ended)
    }

    /// Sends a request and returns the id that its reply will bear.
    pub async fn send(&mut self, body: Request) -> Result<u64, ConnectionError> {
        let id = self.next_id;
        self.next_id += 1;
        self.framed.send(&Envelope { id, body }).await?;
        Ok(id)
    }

    /// Sends a request whose success is not answered: only a failure comes back, under the id
    /// [`UNANSWERED`].
    pub async fn tell(&mut self, body: Request) -> Result<(), ConnectionError> {
        let id = UNANSWERED;
        Ok(self.framed.send(&Envelope { id, body }).await?)
    }

    /// Returns the next reply. Cancel safe: a reply is never lost when the future is dropped.
    pub async fn next(&mut self) -> Result<Envelope<Reply>, ConnectionError> {
        match self.framed.next().await {
            Some(envelope) => Ok(envelope?),
            None => Err(ConnectionError::Closed),
        }
    }

    /// Sends a request and waits for its reply; a failure becomes [`ConnectionError::Failed`].
    /// Replies to other requests that come meanwhile are dropped.
    pub async fn request(&mut self, body: Request) -> Result<Reply, ConnectionError> {
        let id = self.send(body).await?;
        loop {
            let envelope = self.next().await?;
            if envelope.id == id {
                return match envelope.body {
                    Reply::Failed(failure) => Err(failure.into()),
                    reply => Ok(reply),
                };
            }
        }
    }
}
