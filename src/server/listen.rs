//! The socket of a session: bound privately, bound anew on demand, and never another server's.

use std::{
    fs, io,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::PathBuf,
    time::Duration,
};

use nix::sys::stat::{Mode, umask};
use tokio::net::{UnixListener, UnixStream};

use super::ServerError;
use crate::client::Folder;

/// The pause after an accept that failed because descriptors or memory are short, so that the
/// failure does not keep a core busy.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A bound socket.
#[derive(Debug)]
pub struct Listener {
    folder: Folder,
    session: String,
    listener: UnixListener,
    /// The socket file's inode, by which it is known from another server's.
    inode: u64,
}

impl Listener {
    /// Binds the session's socket; the file must not exist. It is to be called before anything
    /// else runs in the process, since it changes the umask for a moment.
    pub fn bind(folder: Folder, session: &str) -> Result<Listener, ServerError> {
        folder.check_socket(session)?;
        let path = folder.socket(session);
        let previous = umask(Mode::from_bits_truncate(0o077));
        let bound = bind(&path);
        umask(previous);
        let (listener, inode) = bound.map_err(|source| ServerError::Bind { path, source })?;
        Ok(Listener {
            folder,
            session: session.to_owned(),
            listener,
            inode,
        })
    }

    /// Binds the socket anew, after its file or folder was deleted.
    pub fn rebind(&mut self) -> Result<(), ServerError> {
        let folder = Folder::at(self.folder.path())?;
        let path = folder.socket(&self.session);
        if self.is_ours() {
            // It would be in the way of the new one.
            let _ = fs::remove_file(&path);
        }
        let bound = bind(&path);
        let (listener, inode) = bound.map_err(|source| ServerError::Bind { path, source })?;
        (self.listener, self.inode) = (listener, inode);
        Ok(())
    }

    /// Waits for the next client of this user. Cancel safe.
    pub async fn accept(&self) -> UnixStream {
        loop {
            match self.listener.accept().await {
                Ok((stream, _)) => return stream,
                Err(error) => {
                    tracing::warn!(%error, "a client cannot be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    /// Removes the socket's file under the start-up lock, so that a new server of the same name
    /// can be started while this one ends.
    pub async fn close(&mut self) {
        let lock = self.folder.lock(&self.session).await;
        if self.is_ours() {
            // Gone already is as good.
            let _ = fs::remove_file(self.folder.socket(&self.session));
        }
        drop(lock);
    }

    fn is_ours(&self) -> bool {
        fs::symlink_metadata(self.folder.socket(&self.session))
            .is_ok_and(|found| found.ino() == self.inode)
    }
}

fn bind(path: &PathBuf) -> io::Result<(UnixListener, u64)> {
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    let inode = fs::symlink_metadata(path)?.ino();
    Ok((listener, inode))
}
