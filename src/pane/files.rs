//! The files that a pane's output goes to: its log, its recording, and what they could not take.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use jiff::Timestamp;

use super::spec::PaneSpec;
use crate::{
    geometry::Size,
    record::{Cast, Sink},
};

/// How long after output it is looked whether the files could take it.
const LOOK: Duration = Duration::from_secs(1);

/// A pane's files, as far as it has any.
#[derive(Debug)]
pub struct Files {
    log: Option<Sink>,
    recording: Option<Sink>,
    cast: Option<Cast>,
    /// How many bytes the log and the recording have lost, as far as that was told.
    told: [u64; 2],
    look_due: Option<Instant>,
}

/// Bytes that a file has lost.
#[derive(Debug, PartialEq, Eq)]
pub struct Loss {
    /// Which file, in words.
    pub what: String,
    /// How many.
    pub bytes: u64,
}

impl Files {
    /// Returns the files that are written through these sinks.
    pub fn new(log: Option<Sink>, recording: Option<Sink>) -> Files {
        Files {
            log,
            recording,
            cast: None,
            told: [0; 2],
            look_due: None,
        }
    }

    /// Returns whether there is a log.
    pub fn has_log(&self) -> bool {
        self.log.is_some()
    }

    /// Notes a start of the child; the recording begins with the first.
    pub fn started(&mut self, now: Instant, size: Size, command: &[String], term: &str) {
        if self.cast.is_some() {
            return self.mark(now, "restarted");
        }
        if let Some(sink) = &mut self.recording {
            let mut line = Vec::new();
            let second = Timestamp::now().as_second();
            self.cast = Some(Cast::begin(
                now,
                second,
                size,
                &command.join(" "),
                term,
                &mut line,
            ));
            sink.write(&line);
        }
    }

    /// Takes output as it came.
    pub fn output(&mut self, now: Instant, bytes: &[u8]) {
        self.record(now, |cast, lines| cast.output(now, bytes, lines));
    }

    /// Takes finished lines of plain text.
    pub fn text(&mut self, now: Instant, text: &[u8]) {
        if let Some(log) = &mut self.log {
            log.write(text);
            self.look_due.get_or_insert(now + LOOK);
        }
    }

    /// Takes a new size.
    pub fn resized(&mut self, now: Instant, size: Size) {
        self.record(now, |cast, lines| cast.resize(now, size, lines));
    }

    /// Takes something that happened, in a word or two.
    pub fn mark(&mut self, now: Instant, text: &str) {
        self.record(now, |cast, lines| cast.mark(now, text, lines));
    }

    /// Returns when [`Files::take_losses`] is due.
    pub fn look_due(&self) -> Option<Instant> {
        self.look_due
    }

    /// Returns what has been lost since it was told last. The recording tells of its own losses.
    pub fn take_losses(&mut self, now: Instant, spec: &PaneSpec) -> Vec<Loss> {
        self.look_due = None;
        let files = [(&self.log, &spec.log), (&self.recording, &spec.record)];
        let mut losses = Vec::new();
        for ((told, (sink, file)), kind) in
            self.told.iter_mut().zip(files).zip(["log", "recording"])
        {
            if let (Some(sink), Some(file)) = (sink, file)
                && sink.lost() > *told
            {
                losses.push(loss(kind, &file.path, sink.lost() - *told));
                *told = sink.lost();
            }
        }
        if let Some(loss) = losses
            .iter()
            .find(|loss| loss.what.starts_with("recording"))
        {
            let text = format!("{} bytes lost", loss.bytes);
            self.mark(now, &text);
        }
        losses
    }

    /// Returns why a file cannot be written now, if so.
    pub fn error(&self) -> Option<String> {
        let mut sinks = self.log.iter().chain(&self.recording);
        sinks.find_map(Sink::error)
    }

    /// Writes what is queued, which may wait for a slow disk, and closes the files.
    pub fn close(self) {
        for sink in self.log.into_iter().chain(self.recording) {
            sink.close();
        }
    }

    fn record(&mut self, now: Instant, write: impl FnOnce(&mut Cast, &mut Vec<u8>)) {
        if let (Some(cast), Some(sink)) = (&mut self.cast, &mut self.recording) {
            let mut lines = Vec::new();
            write(cast, &mut lines);
            sink.write(&lines);
            self.look_due.get_or_insert(now + LOOK);
        }
    }
}

fn loss(kind: &str, path: &Path, bytes: u64) -> Loss {
    Loss {
        what: format!("{kind} {}", path.display()),
        bytes,
    }
}
