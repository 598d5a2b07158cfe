//! A recording and its files: an asciicast, or a typescript with its timing file.
//!
//! The effect around [`Cast`] and [`Typescript`]: opens the files safely, goes on with those that
//! exist, reads the wall clock once at the beginning and once at the end, and writes through
//! [`Sink`]s, so that no disk holds up who records. What is to be masked is masked before it comes
//! here. A typescript has no place for anything but output, and lets the rest pass.

use std::{
    ffi::OsString,
    fs::File,
    io::BufReader,
    path::{Path, PathBuf},
    time::Instant,
};

use jiff::{Timestamp, Zoned};

use super::{
    Gaps, OpenError, OpenMode, Sight, Sink,
    cast::{Cast, CastEnd, ResumeError},
    open::open,
    typescript::{Start, Typescript, TypescriptEnd, TypescriptError},
};
use crate::geometry::Size;

/// What a recording is written as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// One file of timed events (asciicast v2).
    #[default]
    Asciicast,
    /// The raw output, with script(1)'s timing in a file beside it, `FILE.timing`.
    Typescript,
}

/// What is recorded.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The size of its terminal.
    pub size: Size,
    /// The command.
    pub command: &'a str,
    /// Its `TERM`.
    pub term: &'a str,
}

/// Why a recording cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// A file cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It exists, and is no recording that can be gone on with.
    #[error("'{}' cannot be appended to: {source}; record into another file", .path.display())]
    Cast {
        /// The file.
        path: PathBuf,
        /// Why.
        source: ResumeError,
    },
    /// It exists, and is no typescript that can be gone on with.
    #[error("'{}' cannot be appended to: {source}; record into another file", .path.display())]
    Typescript {
        /// The file.
        path: PathBuf,
        /// Why.
        source: TypescriptError,
    },
}

/// What a recording misses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// How many bytes of its files.
    pub bytes: u64,
    /// Why the last write failed, in a sentence that names the file; `None` since writing works.
    pub error: Option<String>,
}

/// A recording that is being written.
#[derive(Debug)]
pub struct Recording {
    kept: Kept,
    torn: bool,
}

#[derive(Debug)]
enum Kept {
    Cast {
        sink: Sink,
        before: Option<CastEnd>,
        /// `None` until it begins.
        cast: Option<Cast>,
    },
    Typescript {
        script: Sink,
        timing: Sink,
        before: Option<TypescriptEnd>,
        /// `None` until it begins.
        typescript: Option<Typescript>,
        status: Option<i32>,
    },
}

/// Returns the name of the timing file beside a typescript.
pub fn timing_path(script: &Path) -> PathBuf {
    let mut name = OsString::from(script);
    name.push(".timing");
    PathBuf::from(name)
}

impl Recording {
    /// Opens the files and writes nothing yet, but for a torn line at the end, which is cut off when
    /// the mode is to append.
    pub fn open(path: &Path, format: Format, mode: OpenMode) -> Result<Recording, RecordingError> {
        match format {
            Format::Asciicast => Recording::open_cast(path, mode),
            Format::Typescript => Recording::open_typescript(path, mode),
        }
    }

    fn open_cast(path: &Path, mode: OpenMode) -> Result<Recording, RecordingError> {
        let file = open(path, mode)?;
        let mut before = None;
        if length(&file, path)? > 0 {
            let fault = |source| RecordingError::Cast {
                path: path.to_owned(),
                source,
            };
            let end = CastEnd::read(BufReader::new(&file)).map_err(fault)?;
            cut(&file, path, end.length)?;
            before = Some(end);
        }
        let sink = Sink::of(file, path, Gaps::WholeLines)?;
        Ok(Recording {
            torn: before.as_ref().is_some_and(|end| end.torn),
            kept: Kept::Cast {
                sink,
                before,
                cast: None,
            },
        })
    }

    fn open_typescript(path: &Path, mode: OpenMode) -> Result<Recording, RecordingError> {
        let beside = timing_path(path);
        // The second one first: a refusal then leaves no empty typescript behind.
        let timing = open(&beside, mode)?;
        let script = match open(path, mode) {
            Ok(script) => script,
            Err(error) => {
                if mode == OpenMode::Refuse {
                    // It was made just now. If it cannot be removed, it stays, and is empty.
                    let _ = std::fs::remove_file(&beside);
                }
                return Err(error.into());
            }
        };
        let mut before = None;
        let held = length(&script, path)?;
        if held > 0 || length(&timing, &beside)? > 0 {
            let fault = |source| RecordingError::Typescript {
                path: path.to_owned(),
                source,
            };
            let (script, timing) = (BufReader::new(&script), BufReader::new(&timing));
            let end = TypescriptEnd::read(script, held, timing).map_err(fault)?;
            before = Some(end);
        }
        if let Some(end) = &before {
            cut(&timing, &beside, end.timing_length)?;
        }
        Ok(Recording {
            torn: before.as_ref().is_some_and(|end| end.torn),
            kept: Kept::Typescript {
                script: Sink::of(script, path, Gaps::Silent)?,
                timing: Sink::of(timing, &beside, Gaps::WholeLines)?,
                before,
                typescript: None,
                status: None,
            },
        })
    }

    /// Returns whether a file that is gone on with ended in the middle of a line, which was cut off.
    pub fn was_torn(&self) -> bool {
        self.torn
    }

    /// Begins, or goes on with what there is; an asciicast then gets a mark that says so. Nothing is
    /// recorded before.
    pub fn begin(&mut self, now: Instant, about: &About) {
        match &mut self.kept {
            Kept::Cast { sink, before, cast } => {
                let mut out = Vec::new();
                *cast = Some(match before.take() {
                    None => {
                        let second = Timestamp::now().as_second();
                        let About {
                            size,
                            command,
                            term,
                        } = *about;
                        Cast::begin(now, second, size, command, term, &mut out)
                    }
                    Some(end) => {
                        let mut cast = Cast::resume(&end, now, about.size, &mut out);
                        cast.mark(now, &format!("restarted: {}", about.command), &mut out);
                        cast
                    }
                });
                sink.write(&out);
            }
            Kept::Typescript {
                script,
                timing,
                before,
                typescript,
                ..
            } => {
                let start = Start {
                    time: &Zoned::now(),
                    size: about.size,
                    command: about.command,
                    term: about.term,
                };
                let (mut out, mut times) = (Vec::new(), Vec::new());
                *typescript = Some(match before.take() {
                    None => Typescript::begin(now, &start, &mut out),
                    Some(end) => Typescript::resume(&end, now, &start, &mut out, &mut times),
                });
                script.write(&out);
                timing.write(&times);
            }
        }
    }

    /// Takes output as it came.
    pub fn output(&mut self, now: Instant, bytes: &[u8]) {
        match &mut self.kept {
            Kept::Cast { .. } => self.event(|cast, out| cast.output(now, bytes, out)),
            Kept::Typescript {
                script,
                timing,
                typescript: Some(typescript),
                ..
            } => {
                let (mut out, mut times) = (Vec::new(), Vec::new());
                typescript.output(now, bytes, &mut out, &mut times);
                script.write(&out);
                timing.write(&times);
            }
            Kept::Typescript { .. } => {}
        }
    }

    /// Takes what was typed.
    pub fn input(&mut self, now: Instant, bytes: &[u8]) {
        self.event(|cast, out| cast.input(now, bytes, out));
    }

    /// Takes a new size.
    pub fn resize(&mut self, now: Instant, size: Size) {
        self.event(|cast, out| cast.resize(now, size, out));
    }

    /// Takes something that happened, in a word or two.
    pub fn mark(&mut self, now: Instant, text: &str) {
        self.event(|cast, out| cast.mark(now, text, out));
    }

    /// Takes something that happened in the midst of output.
    pub fn note(&mut self, now: Instant, text: &str) {
        self.event(|cast, out| cast.note(now, text, out));
    }

    /// Takes what was seen of the tty.
    pub fn sight(&mut self, now: Instant, sight: &Sight) {
        self.event(|cast, out| cast.sight(now, sight, out));
    }

    /// Takes the child's exit status: 128 and the signal's number if one ended it.
    pub fn exit(&mut self, now: Instant, code: i32) {
        self.event(|cast, out| cast.exit(now, code, out));
        if let Kept::Typescript { status, .. } = &mut self.kept {
            *status = Some(code);
        }
    }

    /// Returns whether all that it was given is in its files, or lost.
    pub fn is_caught_up(&self) -> bool {
        self.kept.sinks().all(Sink::is_caught_up)
    }

    /// Waits until that is so, however slow the disk is. Cancel safe.
    pub async fn caught_up(&self) {
        for sink in self.kept.sinks() {
            sink.caught_up().await;
        }
    }

    /// Returns how many bytes have been lost so far.
    pub fn lost(&self) -> u64 {
        self.kept.sinks().map(Sink::lost).sum()
    }

    /// Returns why the last write failed, in a sentence that names the file, or `None` since
    /// writing works.
    pub fn error(&self) -> Option<String> {
        self.kept.sinks().find_map(Sink::error)
    }

    /// Writes what is queued, which may wait up to 2 s a file for a slow disk, and closes the files.
    /// Returns what was lost in all; `None` when nothing was.
    pub fn close(mut self) -> Option<Lost> {
        if let Kept::Typescript {
            script,
            typescript: Some(typescript),
            status,
            ..
        } = &mut self.kept
        {
            let mut out = Vec::new();
            typescript.end(&Zoned::now(), *status, &mut out);
            script.write(&out);
        }
        match &mut self.kept {
            Kept::Cast { sink, .. } => sink.end(),
            Kept::Typescript { script, timing, .. } => {
                script.end();
                timing.end();
            }
        }
        let bytes = self.lost();
        (bytes > 0).then(|| Lost {
            bytes,
            error: self.error(),
        })
    }

    fn event(&mut self, write: impl FnOnce(&mut Cast, &mut Vec<u8>)) {
        if let Kept::Cast {
            sink,
            cast: Some(cast),
            ..
        } = &mut self.kept
        {
            let mut out = Vec::new();
            write(cast, &mut out);
            sink.write(&out);
        }
    }
}

impl Kept {
    fn sinks(&self) -> impl Iterator<Item = &Sink> {
        let (first, second) = match self {
            Kept::Cast { sink, .. } => (sink, None),
            Kept::Typescript { script, timing, .. } => (script, Some(timing)),
        };
        std::iter::once(first).chain(second)
    }
}

fn length(file: &File, path: &Path) -> Result<u64, OpenError> {
    let metadata = file.metadata().map_err(|source| OpenError::Io {
        path: path.to_owned(),
        source,
    })?;
    Ok(metadata.len())
}

/// Cuts a file off after `length` bytes, if it has more.
fn cut(file: &File, path: &Path, to: u64) -> Result<(), OpenError> {
    if length(file, path)? > to {
        file.set_len(to).map_err(|source| OpenError::Io {
            path: path.to_owned(),
            source,
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::{fs, time::Duration};

    use super::*;

    const ABOUT: About = About {
        size: Size { rows: 24, cols: 80 },
        command: "make",
        term: "xterm",
    };

    /// Records one event of output a second after the beginning.
    fn record(path: &Path, format: Format, mode: OpenMode, output: &str) -> bool {
        let mut recording = Recording::open(path, format, mode).unwrap();
        let now = Instant::now();
        recording.begin(now, &ABOUT);
        recording.output(now + Duration::from_secs(1), output.as_bytes());
        recording.exit(now + Duration::from_secs(1), 0);
        let torn = recording.was_torn();
        assert_eq!((recording.lost(), recording.error()), (0, None));
        assert_eq!(recording.close(), None);
        torn
    }

    fn refusal(path: &Path, format: Format, mode: OpenMode) -> String {
        let error = Recording::open(path, format, mode).unwrap_err().to_string();
        error.replace(&path.display().to_string(), "@")
    }

    #[test]
    fn an_asciicast_is_refused_continued_or_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.cast");
        let read = || fs::read_to_string(&path).unwrap();
        record(&path, Format::Asciicast, OpenMode::Refuse, "one");
        let refused = refusal(&path, Format::Asciicast, OpenMode::Refuse);
        assert!(refused.starts_with("'@' exists"), "{refused}");
        let first = read();
        assert!(!record(&path, Format::Asciicast, OpenMode::Append, "two"));
        let added = "[1.0,\"m\",\"restarted: make\"]\n[2.0,\"o\",\"two\"]\n[2.0,\"x\",\"0\"]\n";
        assert_eq!(read(), format!("{first}{added}"));
        fs::write(&path, format!("{first}[3,\"o\",\"to")).unwrap();
        assert!(record(&path, Format::Asciicast, OpenMode::Append, "two"));
        assert_eq!(read(), format!("{first}{added}"));
        record(&path, Format::Asciicast, OpenMode::Truncate, "one");
        assert_eq!(read().lines().count(), first.lines().count());
    }

    #[test]
    fn what_is_no_recording_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes");
        fs::write(&path, "milk\n").unwrap();
        for format in [Format::Asciicast, Format::Typescript] {
            let refused = refusal(&path, format, OpenMode::Append);
            assert!(
                refused.starts_with("'@' cannot be appended to: "),
                "{refused}"
            );
            assert!(refused.ends_with("; record into another file"), "{refused}");
            assert_eq!(fs::read_to_string(&path).unwrap(), "milk\n");
        }
        // An empty file is nothing to lose.
        fs::write(&path, "").unwrap();
        record(&path, Format::Asciicast, OpenMode::Append, "one");
        assert!(
            fs::read_to_string(&path)
                .unwrap()
                .starts_with("{\"version\":2")
        );
    }

    #[test]
    fn a_typescript_is_refused_continued_or_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.typescript");
        let timing = timing_path(&path);
        let lines = || {
            let text = fs::read_to_string(&path).unwrap();
            text.lines()
                .filter(|line| !line.starts_with("Script"))
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        record(&path, Format::Typescript, OpenMode::Refuse, "one");
        assert_eq!(lines(), ["one"]);
        assert_eq!(fs::read_to_string(&timing).unwrap(), "1.000000 3\n");
        let refused = refusal(&path, Format::Typescript, OpenMode::Refuse);
        assert!(refused.starts_with("'@.timing' exists"), "{refused}");
        fs::remove_file(&timing).unwrap();
        let refused = refusal(&path, Format::Typescript, OpenMode::Refuse);
        assert!(refused.starts_with("'@' exists"), "{refused}");
        assert!(!timing.exists(), "a refusal leaves nothing behind");
        fs::write(&timing, "1.000000 3\n").unwrap();
        record(&path, Format::Typescript, OpenMode::Append, "two");
        assert_eq!(lines(), ["one", "two"]);
        record(&path, Format::Typescript, OpenMode::Truncate, "three");
        assert_eq!(lines(), ["three"]);
    }
}
