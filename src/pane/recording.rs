//! A pane's recording while it is written: which file it is in, and what of what happens goes into it.
//!
//! What comes here is in order and its secrets are masked: both are the matter of `files`. Formats
//! and files are those of `record`.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use super::{
    exit::{exit_word, shell_status},
    typing::HIDDEN,
};
use crate::{
    expect::Exit,
    geometry::Size,
    record::{self, About, Sight},
};

/// How long the disk is waited for. A write takes microseconds where the system's cache takes it.
const PATIENCE: Duration = Duration::from_millis(20);

/// What is recorded besides output and sizes.
#[derive(Clone, Debug)]
pub enum Note {
    /// Something that happened, in words.
    Mark(String),
    /// How the child ended.
    Exit(Exit),
    /// What was seen of the tty.
    Sight(Sight),
    /// What was typed.
    Input(Vec<u8>),
}

/// A recording that is being written.
#[derive(Debug)]
pub struct Recording {
    path: PathBuf,
    kept: record::Recording,
    input: bool,
    /// When it began; `None` before the first start of the child.
    begun: Option<Instant>,
    /// What was seen of the tty last.
    seen: Option<Sight>,
    /// There was output since.
    stale: bool,
    /// A line is being typed that the tty does not show.
    blind_line: bool,
    /// The disk has been too slow to be waited for.
    slow: bool,
}

impl Recording {
    /// Returns the recording `kept` in the file `path`; with `input`, of what is typed too.
    pub fn new(path: PathBuf, kept: record::Recording, input: bool) -> Recording {
        Recording {
            path,
            kept,
            input,
            begun: None,
            seen: None,
            stale: false,
            blind_line: false,
            slow: false,
        }
    }

    /// Returns its file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns whether what is typed is recorded.
    pub fn wants_input(&self) -> bool {
        self.input
    }

    /// Returns whether it has begun.
    pub fn has_begun(&self) -> bool {
        self.begun.is_some()
    }

    /// Writes its beginning, or goes on with what there is.
    pub fn begin(&mut self, now: Instant, about: &About<'_>) {
        self.kept.begin(now, about);
        self.begun = Some(now);
    }

    /// Takes output.
    pub fn output(&mut self, at: Instant, bytes: &[u8]) {
        if self.covers(at) {
            self.kept.output(at, bytes);
            self.stale = true;
        }
    }

    /// Takes a new size.
    pub fn resized(&mut self, at: Instant, size: Size) {
        if self.covers(at) {
            self.kept.resize(at, size);
        }
    }

    /// Takes something else.
    pub fn note(&mut self, at: Instant, note: &Note) {
        if !self.covers(at) {
            return;
        }
        match note {
            Note::Mark(text) => self.kept.note(at, text),
            Note::Exit(exit) => {
                self.kept.exit(at, shell_status(exit));
                self.kept.mark(at, &exit_word(exit));
            }
            Note::Sight(sight) => self.kept.sight(at, sight),
            Note::Input(bytes) => self.kept.input(at, bytes),
        }
    }

    /// Returns whether what happened then is its matter: what is held back may be older.
    fn covers(&self, at: Instant) -> bool {
        self.begun.is_some_and(|begun| at >= begun)
    }

    /// Returns whether a sight is to be recorded: it differs from the last, or is the first one since
    /// output; a replay must know that who reads was looked at again, since rules act on that. Where
    /// nobody has `looked` at the programs, only the tty's settings count.
    pub fn is_new(&mut self, sight: &Sight, looked: bool) -> bool {
        let stale = looked && std::mem::take(&mut self.stale);
        let same = match &self.seen {
            Some(seen) if looked => seen == sight && !stale,
            Some(seen) => (seen.echo, seen.canonical) == (sight.echo, sight.canonical),
            None => false,
        };
        if !same {
            self.seen = Some(sight.clone());
        }
        !same
    }

    /// Forgets what was seen of the tty: the next child has another.
    pub fn forget_sight(&mut self) {
        self.seen = None;
    }

    /// Returns what of typed bytes may be recorded. While the tty takes a line without showing it,
    /// that is one `***` for the line: neither what was typed nor how much.
    pub fn shown<'b>(&mut self, bytes: &'b [u8], blind: bool) -> &'b [u8] {
        if !blind {
            self.blind_line = false;
            return bytes;
        }
        let begins = !self.blind_line;
        self.blind_line = !matches!(bytes.last(), Some(b'\r' | b'\n'));
        if begins { HIDDEN } else { b"" }
    }

    /// Waits until its files have all that it was given. A disk that is too slow for that is not waited
    /// for again until it has caught up.
    pub async fn catch_up(&mut self) {
        self.slow &= !self.kept.is_caught_up();
        if !self.slow {
            let waited = tokio::time::timeout(PATIENCE, self.kept.caught_up()).await;
            self.slow = waited.is_err();
        }
    }

    /// Returns how many bytes its files have lost.
    pub fn lost(&self) -> u64 {
        self.kept.lost()
    }

    /// Returns why a file cannot be written now, if so.
    pub fn error(&self) -> Option<String> {
        self.kept.error()
    }

    /// Writes what is queued, which may wait for a slow disk, and closes the files.
    pub fn close(self) {
        self.kept.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Format, OpenMode};

    fn recording(folder: &tempfile::TempDir) -> Recording {
        let path = folder.path().join("cast");
        let kept = record::Recording::open(&path, Format::Asciicast, OpenMode::Refuse).unwrap();
        Recording::new(path, kept, true)
    }

    #[test]
    fn a_line_that_is_typed_blindly_is_told_once() {
        let folder = tempfile::tempdir().unwrap();
        let mut recording = recording(&folder);
        let mut shown = |typed: &'static str, blind| {
            String::from_utf8(recording.shown(typed.as_bytes(), blind).to_vec()).unwrap()
        };
        assert_eq!(shown("ls\r", false), "ls\r");
        let line = ["s", "e", "cret", "\r", "again\r"].map(|typed| shown(typed, true));
        assert_eq!(line, ["***", "", "", "", "***"]);
        assert_eq!(
            (shown("x", true), shown("y", false)),
            ("***".into(), "y".into())
        );
        assert_eq!(shown("z", true), "***");
    }

    #[test]
    fn a_sight_is_recorded_when_it_differs_or_output_came() {
        let folder = tempfile::tempdir().unwrap();
        let mut recording = recording(&folder);
        let sight = |echo, seen: bool| Sight {
            echo,
            canonical: true,
            holder: seen.then_some(record::SeenHolder {
                reader: record::SeenReader::Nobody,
                leader: None,
                readers: Vec::new(),
            }),
        };
        let mut is_new = |echo, looked| recording.is_new(&sight(echo, looked), looked);
        assert!(is_new(true, true));
        assert!(!is_new(true, true));
        // Nobody looked at the programs: what was seen of them stands.
        assert!(!is_new(true, false));
        assert!(is_new(false, false));
        assert!(is_new(false, true));
        recording.forget_sight();
        assert!(recording.is_new(&sight(false, false), false));
        assert!(recording.is_new(&sight(false, true), true));
        recording.stale = true;
        let mut is_new = |looked| recording.is_new(&sight(false, looked), looked);
        assert_eq!(
            [is_new(false), is_new(true), is_new(true)],
            [false, true, false]
        );
    }
}
