//! A pane's recording while it is written: its file, and what of what happens goes into it.
//!
//! What comes here is in order and its secrets are masked: both are the matter of `files`. The form
//! of the lines is that of `record`.

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use jiff::Timestamp;

use crate::{
    geometry::Size,
    record::{Cast, Sight, Sink},
};

/// What a recording says of itself at its beginning.
#[derive(Debug)]
pub struct Beginning<'a> {
    /// When it begins.
    pub now: Instant,
    /// The pane's size.
    pub size: Size,
    /// The command, secrets masked.
    pub command: &'a str,
    /// The command's `TERM`.
    pub term: &'a str,
}

/// What is recorded besides output and sizes.
#[derive(Clone, Debug)]
pub enum Note {
    /// Something that happened, in words.
    Mark(String),
    /// What was seen of the tty.
    Sight(Sight),
    /// What was typed.
    Input(String),
}

/// A recording that is being written.
#[derive(Debug)]
pub struct Recording {
    path: PathBuf,
    sink: Sink,
    cast: Option<Cast>,
    input: bool,
    /// When it began; `None` before the first start of the child.
    begun: Option<Instant>,
    /// What was seen of the tty last.
    seen: Option<Sight>,
    /// A line is being typed that the tty does not show.
    blind_line: bool,
}

impl Recording {
    /// Returns the recording in the file `path`, behind `sink`; with `input`, of what is typed too.
    pub fn new(path: PathBuf, sink: Sink, input: bool) -> Recording {
        Recording {
            path,
            sink,
            cast: None,
            input,
            begun: None,
            seen: None,
            blind_line: false,
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

    /// Writes its beginning.
    pub fn begin(&mut self, beginning: &Beginning<'_>) {
        let mut line = Vec::new();
        self.cast = Some(Cast::begin(
            beginning.now,
            Timestamp::now().as_second(),
            beginning.size,
            beginning.command,
            beginning.term,
            &mut line,
        ));
        self.sink.write(&line);
        self.begun = Some(beginning.now);
    }

    /// Takes output.
    pub fn output(&mut self, at: Instant, bytes: &[u8]) {
        self.write(at, |cast, lines| cast.output(at, bytes, lines));
    }

    /// Takes a new size.
    pub fn resized(&mut self, at: Instant, size: Size) {
        self.write(at, |cast, lines| cast.resize(at, size, lines));
    }

    /// Takes something else.
    pub fn note(&mut self, at: Instant, note: &Note) {
        self.write(at, |cast, lines| match note {
            Note::Mark(text) => cast.mark(at, text, lines),
            Note::Sight(sight) => cast.sight(at, sight, lines),
            Note::Input(text) => cast.input(at, text, lines),
        });
    }

    /// Returns whether a sight is to be recorded: it differs from the last. Where nobody has
    /// `looked` at the programs, only the tty's settings count.
    pub fn is_new(&mut self, sight: &Sight, looked: bool) -> bool {
        let same = match &self.seen {
            Some(seen) if looked => seen == sight,
            Some(seen) => (seen.echo, seen.canonical) == (sight.echo, sight.canonical),
            None => false,
        };
        if !same {
            self.seen = Some(sight.clone());
        }
        !same
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
        if begins { b"***" } else { b"" }
    }

    /// Returns how many bytes its file has lost.
    pub fn lost(&self) -> u64 {
        self.sink.lost()
    }

    /// Returns why its file cannot be written now, if so.
    pub fn error(&self) -> Option<String> {
        self.sink.error()
    }

    /// Returns what is to be closed.
    pub fn into_sinks(self) -> Vec<Sink> {
        vec![self.sink]
    }

    /// Writes lines, unless they are about what was before.
    fn write(&mut self, at: Instant, write: impl FnOnce(&mut Cast, &mut Vec<u8>)) {
        if let Some(cast) = &mut self.cast
            && self.begun.is_some_and(|begun| at >= begun)
        {
            let mut lines = Vec::new();
            write(cast, &mut lines);
            self.sink.write(&lines);
        }
    }
}
