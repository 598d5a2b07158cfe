//! Tells when a file has changed, or come, or gone.
//!
//! Folders are watched, not files: editors put a new file in the place of the old one. Of a folder
//! that is not there, the nearest one above it is watched.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use notify::{
    Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher,
    event::{AccessKind, AccessMode},
};
use tokio::sync::Notify;

/// How long files must have been left alone: an editor writes in several steps.
const SETTLE: Duration = Duration::from_millis(30);

/// Files that are watched.
pub struct Files {
    files: Vec<PathBuf>,
    /// Ends the watching when it is dropped.
    _watcher: Option<RecommendedWatcher>,
    changed: Arc<Notify>,
    settled: Option<Instant>,
    is_complete: bool,
}

impl Files {
    /// Watches these files. Where the system refuses that, their changes are not told.
    pub fn watch(files: &[PathBuf]) -> Files {
        let changed = Arc::new(Notify::new());
        // Of a symlink, the file that it leads to changes too.
        let targets = files.iter().filter_map(|file| file.canonicalize().ok());
        let targets: BTreeSet<PathBuf> = targets.chain(files.iter().cloned()).collect();
        let parents = targets.iter().filter_map(|target| target.parent());
        let folders: BTreeSet<&Path> = parents.clone().filter_map(existing).collect();
        let is_complete = parents.clone().all(|parent| parent.is_dir());
        let teller = changed.clone();
        let tell = {
            let targets = targets.clone();
            move |event: notify::Result<Event>| {
                if event.is_ok_and(|event| concerns(&event, &targets)) {
                    teller.notify_one();
                }
            }
        };
        let watcher = match files.is_empty() {
            true => None,
            false => notify::recommended_watcher(tell).ok(),
        };
        let watcher = watcher.map(|mut watcher| {
            for folder in folders {
                // A folder that cannot be read cannot be watched, and its files not be read.
                let _ = watcher.watch(folder, RecursiveMode::NonRecursive);
            }
            watcher
        });
        Files {
            files: files.to_vec(),
            _watcher: watcher,
            changed,
            settled: None,
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
            match self.settled {
                None => self.changed.notified().await,
                Some(settled) => {
                    let rest = tokio::time::sleep_until(settled.into());
                    tokio::select! {
                        () = rest => {
                            self.settled = None;
                            return;
                        }
                        () = self.changed.notified() => {}
                    }
                }
            }
            self.settled = Some(Instant::now() + SETTLE);
        }
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
    !is_reading && event.paths.iter().any(leads_to)
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::symlink};

    use super::*;

    /// Far longer than any change needs to be told.
    const PATIENCE: Duration = Duration::from_secs(20);

    async fn tells(files: &mut Files, what: &str) {
        let told = tokio::time::timeout(PATIENCE, files.changed()).await;
        assert!(told.is_ok(), "{what}");
    }

    #[tokio::test]
    async fn every_way_to_change_a_file_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.toml");
        fs::write(&file, "1").unwrap();
        let mut files = Files::watch(std::slice::from_ref(&file));
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
        let mut files = Files::watch(std::slice::from_ref(&file));
        assert!(!files.are(std::slice::from_ref(&file)), "watched from afar");
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        tells(&mut files, "made").await;
        assert!(Files::watch(std::slice::from_ref(&file)).are(&[file]));
    }

    #[tokio::test]
    async fn the_file_behind_a_symlink_is_watched() {
        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (link, file) = (folder.path().join("a.toml"), other.path().join("b.toml"));
        fs::write(&file, "1").unwrap();
        symlink(&file, &link).unwrap();
        let mut files = Files::watch(&[link]);
        fs::write(&file, "2").unwrap();
        tells(&mut files, "written").await;
    }

    #[tokio::test]
    async fn reading_and_other_files_are_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.toml");
        fs::write(&file, "1").unwrap();
        let mut files = Files::watch(std::slice::from_ref(&file));
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
