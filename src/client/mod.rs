//! The client's side of a session: the files by which its server is found, its start, its connection.

mod connection;
mod sockets;
mod start;

pub use connection::{Connection, ConnectionError, HELLO_TIMEOUT};
pub use sockets::{Folder, FolderError, LOCK_TIMEOUT, Lock, LockError, log_path};
pub use start::{
    ReadyLine, Reservation, START_TIMEOUT, StartError, Startup, connect, reserve, running, start,
};
