//! The config file of a session: watched, and read anew when it has changed or somebody asks.
//!
//! What is read goes to the hub, one reading after the other; what it changes is the hub's matter.

use std::{
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use notify::{
    Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher,
    event::{AccessKind, AccessMode},
};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{Instant, timeout_at},
};

use super::hub::{Message, Reloading};
use crate::{
    config::{self, Config, LoadError},
    pane::ReplyTo,
    protocol::FailureKind,
    session::Reading,
};

/// How long a file must be left alone before it is read: editors write it in several steps.
const QUIET: Duration = Duration::from_millis(50);

/// How long it may be written to without a pause until it is read all the same.
const LONGEST: Duration = Duration::from_millis(500);

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
    let (touched, mut touches) = watch::channel(());
    let mut _watcher = watcher(&path, touched.clone()).await;
    touches.mark_changed();
    loop {
        let mut replies = Vec::new();
        tokio::select! {
            biased;
            ask = asks.recv() => match ask {
                Some(reply) => replies.push(reply),
                None => return,
            },
            _ = touches.changed() => until_quiet(&mut touches).await,
        }
        while let Ok(reply) = asks.try_recv() {
            replies.push(reply);
        }
        if !replies.is_empty() {
            // The folder may be another one by now, which nothing has told.
            _watcher = watcher(&path, touched.clone()).await;
        }
        // What changes from now on is read once more.
        touches.mark_unchanged();
        let result = load(&path, &reading).await;
        // A file that has gone says nothing, or an editor is about to put another in its place; one
        // that is being written is read again.
        let is_amid = match &result {
            Err(LoadError::NotFound { .. }) => true,
            Err(_) => touches.has_changed().unwrap_or(false),
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

/// Waits until the file has been left alone for a moment.
async fn until_quiet(touches: &mut watch::Receiver<()>) {
    let deadline = Instant::now() + LONGEST;
    let quiet = || (Instant::now() + QUIET).min(deadline);
    while Instant::now() < deadline && timeout_at(quiet(), touches.changed()).await.is_ok() {}
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

/// Watches the file's folder and tells of each change of the file. The folder, since a file that is
/// replaced is another one. Without a watch the file is read when somebody asks.
async fn watcher(path: &Path, touched: watch::Sender<()>) -> Option<RecommendedWatcher> {
    let (folder, file) = (path.parent()?.to_owned(), path.file_name()?.to_owned());
    let watch = move || -> notify::Result<RecommendedWatcher> {
        let whole = folder.clone();
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            if event.is_ok_and(|event| concerns(&event, &whole, &file)) {
                touched.send_replace(());
            }
        })?;
        watcher.watch(&folder, RecursiveMode::NonRecursive)?;
        Ok(watcher)
    };
    match tokio::task::spawn_blocking(watch).await {
        Ok(Ok(watcher)) => Some(watcher),
        Ok(Err(error)) => {
            tracing::error!(path = %path.display(), %error, "changes of the config are not seen");
            None
        }
        Err(_) => None,
    }
}

/// Returns whether something was done to the file, or to its folder as a whole. That it was opened,
/// as for reading, is nothing.
fn concerns(event: &Event, folder: &Path, file: &OsString) -> bool {
    let changes = match event.kind {
        EventKind::Access(kind) => kind == AccessKind::Close(AccessMode::Write),
        _ => true,
    };
    // Without a path, events were lost.
    let names = |path: &PathBuf| path.file_name() == Some(file) || path == folder;
    changes && (event.paths.is_empty() || event.paths.iter().any(names))
}

/// Returns a message with the file's name in place of its path: there is but one.
fn in_short(message: &str, path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    message.replace(&path.display().to_string(), &name)
}

#[cfg(test)]
mod tests {
    use notify::event::{CreateKind, ModifyKind, RemoveKind, RenameMode};

    use super::*;

    #[test]
    fn only_changes_of_the_file_concern_it() {
        let (folder, file) = (Path::new("/srv/a"), OsString::from("muxpect.toml"));
        let check = |kind: EventKind, path: &str, expected: bool| {
            let event = Event::new(kind).add_path(path.into());
            assert_eq!(concerns(&event, folder, &file), expected, "{event:?}");
        };
        let config = "/srv/a/muxpect.toml";
        check(EventKind::Create(CreateKind::File), config, true);
        check(EventKind::Modify(ModifyKind::Any), config, true);
        check(
            EventKind::Modify(ModifyKind::Name(RenameMode::To)),
            config,
            true,
        );
        check(EventKind::Remove(RemoveKind::File), config, true);
        check(EventKind::Remove(RemoveKind::Folder), "/srv/a", true);
        let close = |mode| EventKind::Access(AccessKind::Close(mode));
        check(close(AccessMode::Write), config, true);
        check(close(AccessMode::Read), config, false);
        let open = EventKind::Access(AccessKind::Open(AccessMode::Any));
        check(open, config, false);
        let other = "/srv/a/.muxpect.toml.swp";
        check(EventKind::Create(CreateKind::File), other, false);
        assert!(concerns(&Event::new(EventKind::Other), folder, &file));
    }

    #[test]
    fn messages_name_the_file_and_not_its_folder() {
        let path = Path::new("/srv/a/muxpect.toml");
        let message = in_short("/srv/a/muxpect.toml:3:7: no such key", path);
        assert_eq!(message, "muxpect.toml:3:7: no such key");
    }
}
