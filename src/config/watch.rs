//! Tells when a config file has changed, or come, or gone; reading it is `load`'s matter.
//!
//! Folders are watched, not files: editors put a new file in the place of the old one. Of a folder
//! that is not there, the nearest one above it is watched. The watch is a thread that sleeps in the
//! system's own notification; an idle program is woken by nothing.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    time::Duration,
};

use notify::{
    Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher,
    event::{AccessKind, AccessMode},
};
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

/// How long files must have been left alone: an editor writes in several steps.
const SETTLE: Duration = Duration::from_millis(50);

/// How long they may be written to without a pause until that is told all the same.
const LONGEST: Duration = Duration::from_millis(500);

/// Files that are watched.
#[derive(Debug)]
pub struct WatchedFiles {
    files: Vec<PathBuf>,
    /// Ends the watching when it is dropped.
    _watcher: Option<RecommendedWatcher>,
    changes: watch::Receiver<()>,
    /// When the changes that have come are told, and the latest moment for that.
    due: Option<(Instant, Instant)>,
    is_complete: bool,
}

impl WatchedFiles {
    /// Watches these files. Where the system refuses that, their changes are not told.
    pub fn watch(files: &[PathBuf]) -> WatchedFiles {
        let (teller, changes) = watch::channel(());
        // Of a symlink, the file that it leads to changes too.
        let targets = files.iter().filter_map(|file| file.canonicalize().ok());
        let targets: BTreeSet<PathBuf> = targets.chain(files.iter().cloned()).collect();
        let parents = targets.iter().filter_map(|target| target.parent());
        let folders: BTreeSet<&Path> = parents.clone().filter_map(existing).collect();
        let is_complete = parents.clone().all(|parent| parent.is_dir());
        let tell = {
            let targets = targets.clone();
            move |event: notify::Result<Event>| {
                if event.is_ok_and(|event| concerns(&event, &targets)) {
                    teller.send_replace(());
                }
            }
        };
        let watcher = match files.is_empty() {
            true => None,
            false => notify::recommended_watcher(tell)
                .inspect_err(|error| tracing::error!(%error, "changes of the config are not seen"))
                .ok(),
        };
        let watcher = watcher.map(|mut watcher| {
            for folder in folders {
                if let Err(error) = watcher.watch(folder, RecursiveMode::NonRecursive) {
                    let folder = folder.display();
                    tracing::error!(%folder, %error, "changes of the config are not seen");
                }
            }
            watcher
        });
        WatchedFiles {
            files: files.to_vec(),
            _watcher: watcher,
            changes,
            due: None,
            is_complete,
        }
    }

    /// Returns whether these are the files that are watched, each in its own folder.
    pub fn are(&self, files: &[PathBuf]) -> bool {
        self.is_complete && self.files == files
    }

    /// Waits until something has changed and come to rest. Cancel safe.
    pub async fn changed(&mut self) {
        loop {
            let told = async {
                if self.changes.changed().await.is_err() {
                    // Nothing is watched.
                    std::future::pending::<()>().await;
                }
            };
            match self.due {
                None => told.await,
                Some((due, latest)) => tokio::select! {
                    () = sleep_until(due.min(latest)) => {
                        self.due = None;
                        return;
                    }
                    () = told => {}
                },
            }
            self.mark_changed();
        }
    }

    /// Has a change told that nobody may have seen: one from before the watch was there.
    pub fn mark_changed(&mut self) {
        let now = Instant::now();
        let latest = self.due.map_or(now + LONGEST, |(_, latest)| latest);
        self.due = Some((now + SETTLE, latest));
    }

    /// Forgets the changes so far: somebody reads the files now.
    pub fn forget(&mut self) {
        self.changes.mark_unchanged();
        self.due = None;
    }

    /// Returns whether something has changed that is yet to be told.
    pub fn has_changed(&self) -> bool {
        self.due.is_some() || self.changes.has_changed().unwrap_or(false)
    }
}

/// Returns the folder, or the nearest one above it that is there.
fn existing(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|folder| folder.is_dir())
}

/// Returns whether the event may mean other contents of a target. Reading one is an event too.
fn concerns(event: &Event, targets: &BTreeSet<PathBuf>) -> bool {
    let is_reading = match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => false,
        EventKind::Access(_) => true,
        _ => false,
    };
    let leads_to = |path: &PathBuf| targets.iter().any(|target| target.starts_with(path));
    // Without a path, events were lost.
    !is_reading && (event.paths.is_empty() || event.paths.iter().any(leads_to))
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::symlink};

    use super::*;

    /// Far longer than any change needs to be told.
    const PATIENCE: Duration = Duration::from_secs(20);

    async fn tells(files: &mut WatchedFiles, what: &str) {
        let told = tokio::time::timeout(PATIENCE, files.changed()).await;
        assert!(told.is_ok(), "{what}");
    }

    #[tokio::test]
    async fn every_way_to_change_a_file_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.toml");
        fs::write(&file, "1").unwrap();
        let mut files = WatchedFiles::watch(std::slice::from_ref(&file));
        assert!(files.are(std::slice::from_ref(&file)));
        fs::write(&file, "2").unwrap();
        tells(&mut files, "written").await;
        fs::write(folder.path().join("new"), "3").unwrap();
        fs::rename(folder.path().join("new"), &file).unwrap();
        tells(&mut files, "replaced").await;
        fs::remove_file(&file).unwrap();
        tells(&mut files, "removed").await;
        fs::write(&file, "4").unwrap();
        tells(&mut files, "made").await;
    }

    #[tokio::test]
    async fn a_folder_that_comes_later_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("later/still/a.toml");
        let mut files = WatchedFiles::watch(std::slice::from_ref(&file));
        assert!(!files.are(std::slice::from_ref(&file)), "watched from afar");
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        tells(&mut files, "made").await;
        assert!(WatchedFiles::watch(std::slice::from_ref(&file)).are(&[file]));
    }

    #[tokio::test]
    async fn the_file_behind_a_symlink_is_watched() {
        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (link, file) = (folder.path().join("a.toml"), other.path().join("b.toml"));
        fs::write(&file, "1").unwrap();
        symlink(&file, &link).unwrap();
        let mut files = WatchedFiles::watch(&[link]);
        fs::write(&file, "2").unwrap();
        tells(&mut files, "written").await;
    }

    #[tokio::test]
    async fn reading_and_other_files_are_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.toml");
        fs::write(&file, "1").unwrap();
        let mut files = WatchedFiles::watch(std::slice::from_ref(&file));
        fs::read(&file).unwrap();
        fs::write(folder.path().join("other"), "1").unwrap();
        // The events come in order: after this one, none of those before is on its way.
        fs::write(&file, "2").unwrap();
        tells(&mut files, "written").await;
        fs::read(&file).unwrap();
        let quiet = tokio::time::timeout(SETTLE * 4, files.changed()).await;
        assert!(quiet.is_err(), "reading is no change");
    }
}
