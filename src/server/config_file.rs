//! The config file of a session: watched, and read anew when it has changed or somebody asks.
//!
//! What is read goes to the hub, one reading after the other; what it changes is the hub's matter.

use std::{
    io,
    path::{Path, PathBuf},
};

use tokio::sync::{mpsc, oneshot};

use super::hub::{Message, Reloading};
use crate::{
    config::{self, Config, LoadError, WatchedFiles},
    pane::ReplyTo,
    protocol::FailureKind,
    session::Reading,
};

/// The config file as the hub knows it.
#[derive(Debug)]
pub struct ConfigFile {
    path: PathBuf,
    asks: mpsc::UnboundedSender<ReplyTo>,
    hub: mpsc::Sender<Message>,
}

/// A reading of the file.
#[derive(Debug)]
pub struct ConfigRead {
    /// What it says, or what is wrong with it and where.
    pub result: Result<Box<Config>, String>,
    /// Who asked for it.
    pub asked: Asked,
}

/// Who asked for a reading, and waits until all that it changes is done. The next reading waits for
/// this to be dropped.
#[derive(Debug)]
pub struct Asked {
    replies: Vec<ReplyTo>,
    _over: oneshot::Sender<()>,
}

impl Asked {
    /// Returns whether nobody did: the file has changed.
    pub fn by_nobody(&self) -> bool {
        self.replies.is_empty()
    }

    /// Says how it went.
    pub fn answer(self, result: Result<(), String>) {
        for reply in self.replies {
            match &result {
                Ok(()) => reply.done(Ok(())),
                Err(message) => reply.fail(FailureKind::Failed, message),
            }
        }
    }
}

impl ConfigFile {
    /// Watches the file, in a task that ends with this value. It is read once at first, since it may
    /// have changed since the session was described.
    pub fn watch(path: PathBuf, reading: Reading, hub: mpsc::Sender<Message>) -> ConfigFile {
        let (asks, asked) = mpsc::unbounded_channel();
        tokio::spawn(follow(path.clone(), reading, asked, hub.clone()));
        ConfigFile { path, asks, hub }
    }

    /// Returns its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the way to the hub.
    pub fn hub(&self) -> &mpsc::Sender<Message> {
        &self.hub
    }

    /// Has it read now.
    pub fn read(&self, reply: ReplyTo) {
        // The reply pays itself when nobody reads any more.
        let _ = self.asks.send(reply);
    }
}

/// Reads the file again and again, until nobody can ask for it any more.
async fn follow(
    path: PathBuf,
    reading: Reading,
    mut asks: mpsc::UnboundedReceiver<ReplyTo>,
    hub: mpsc::Sender<Message>,
) {
    let mut watched = watch(&path).await;
    watched.mark_changed();
    loop {
        let mut replies = Vec::new();
        tokio::select! {
            biased;
            ask = asks.recv() => match ask {
                Some(reply) => replies.push(reply),
                None => return,
            },
            () = watched.changed() => {}
        }
        while let Ok(reply) = asks.try_recv() {
            replies.push(reply);
        }
        if !replies.is_empty() {
            // The folder may be another one by now, which nothing has told.
            watched = watch(&path).await;
        }
        // What changes from now on is read once more.
        watched.forget();
        let result = load(&path, &reading).await;
        // A file that has gone says nothing, or an editor is about to put another in its place; one
        // that is being written is read again.
        let is_amid = match &result {
            Err(LoadError::NotFound { .. }) => true,
            Err(_) => watched.has_changed(),
            Ok(_) => false,
        };
        if replies.is_empty() && is_amid {
            continue;
        }
        let (over, is_over) = oneshot::channel();
        let read = ConfigRead {
            result: result
                .map(Box::new)
                .map_err(|error| in_short(&error.to_string(), &path)),
            asked: Asked {
                replies,
                _over: over,
            },
        };
        if hub
            .send(Message::Config(Reloading::Read(read)))
            .await
            .is_err()
        {
            return;
        }
        // Dropped is over, too.
        let _ = is_over.await;
    }
}

async fn load(path: &Path, reading: &Reading) -> Result<Config, LoadError> {
    let (path, reading) = (path.to_owned(), reading.clone());
    let load = move || {
        // A pipe in its place would be waited for.
        if std::fs::metadata(&path).is_ok_and(|found| !found.is_file()) {
            return Err(unreadable(&path, "it is not a regular file"));
        }
        let mut config = config::load(&path, &reading.environment)?;
        reading.pin(&mut config.panes);
        Ok(config)
    };
    tokio::task::spawn_blocking(load)
        .await
        .unwrap_or_else(|_| Err(unreadable(Path::new(""), "the reader has failed")))
}

fn unreadable(path: &Path, why: &str) -> LoadError {
    LoadError::Unreadable {
        path: path.to_owned(),
        source: io::Error::other(why),
    }
}

/// Watches the file; without a watch it is read when somebody asks.
async fn watch(path: &Path) -> WatchedFiles {
    let path = path.to_owned();
    let watch = move || WatchedFiles::watch(&[path]);
    let watched = tokio::task::spawn_blocking(watch).await;
    watched.unwrap_or_else(|_| WatchedFiles::watch(&[]))
}

/// Returns a message with the file's name in place of its path: there is but one.
fn in_short(message: &str, path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    message.replace(&path.display().to_string(), &name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_the_file_and_not_its_folder() {
        let path = Path::new("/srv/a/muxpect.toml");
        let message = in_short("/srv/a/muxpect.toml:3:7: no such key", path);
        assert_eq!(message, "muxpect.toml:3:7: no such key");
    }
}
