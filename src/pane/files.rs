//! What a pane's output goes to: its log, its recording, the lines that a headless session prints,
//! and what the files could not take. Secrets are masked before anything goes there.

use std::{
    collections::VecDeque,
    path::Path,
    time::{Duration, Instant},
};

use jiff::Timestamp;

use super::{secrets::Secrets, spec::LogSpec};
use crate::{
    geometry::Size,
    record::{Cast, PlainLog, RedactedBytes, Redactor, Sink},
};

/// How long after output it is looked whether the files could take it.
const LOOK: Duration = Duration::from_secs(1);

/// How long a finished line that may be the beginning of a secret waits for more output.
const PAUSE: Duration = Duration::from_millis(100);

/// A pane's files, as far as it has any, and the lines that somebody prints.
#[derive(Debug)]
pub struct Files {
    secrets: Secrets,
    held: RedactedBytes<Piece>,
    kept: Kept,
    /// How many bytes the log and the recording have lost, as far as that was told.
    told: [u64; 2],
    look_due: Option<Instant>,
    settle_due: Option<Instant>,
}

/// Where output goes once its secrets are masked.
#[derive(Debug)]
struct Kept {
    /// Makes the lines of the log and of `lines`; `None` when nobody wants any.
    plain: Option<PlainLog>,
    log: Option<Sink>,
    recording: Option<Sink>,
    cast: Option<Cast>,
    /// Marks for the recording that wait for output that is held back.
    marks: VecDeque<String>,
    /// Finished lines that wait to be taken; `None` when nobody prints them.
    lines: Option<Vec<String>>,
}

/// What comes in order with the output.
#[derive(Clone, Copy, Debug)]
enum Piece {
    Output(Instant),
    Resized(Instant, Size),
    /// The next of [`Kept::marks`].
    Mark(Instant),
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
    /// Returns the files that are written through these sinks. With `printed`, finished lines are
    /// kept for [`Files::lines`].
    pub fn new(
        log: Option<Sink>,
        recording: Option<Sink>,
        printed: bool,
        secrets: Secrets,
    ) -> Files {
        Files {
            secrets,
            held: RedactedBytes::default(),
            kept: Kept {
                plain: (log.is_some() || printed).then(PlainLog::default),
                log,
                recording,
                cast: None,
                marks: VecDeque::new(),
                lines: printed.then(Vec::new),
            },
            told: [0; 2],
            look_due: None,
            settle_due: None,
        }
    }

    /// Notes a start of the child; the recording begins with the first.
    pub fn started(&mut self, now: Instant, size: Size, command: &[String], term: &str) {
        if self.kept.cast.is_some() {
            return self.mark(now, "restarted");
        }
        let command = self
            .secrets
            .redactor()
            .text(&command.join(" "))
            .into_owned();
        if let Some(sink) = &mut self.kept.recording {
            let mut line = Vec::new();
            let second = Timestamp::now().as_second();
            self.kept.cast = Some(Cast::begin(now, second, size, &command, term, &mut line));
            sink.write(&line);
        }
    }

    /// Takes output as it came.
    pub fn output(&mut self, now: Instant, bytes: &[u8]) {
        self.push(now, Piece::Output(now), bytes);
        self.settle_due = self.held.line_is_held().then(|| now + PAUSE);
    }

    /// Takes the end of the output: what is held back, and an unfinished line.
    pub fn finish(&mut self, now: Instant) {
        let redactor = self.secrets.redactor();
        let kept = &mut self.kept;
        self.held
            .finish(|piece, bytes| kept.take(redactor, piece, bytes));
        kept.finish(redactor);
        self.settle_due = None;
        self.written(now);
    }

    /// Takes a new size.
    pub fn resized(&mut self, now: Instant, size: Size) {
        self.push(now, Piece::Resized(now, size), &[]);
    }

    /// Takes something that happened, in a word or two.
    pub fn mark(&mut self, now: Instant, text: &str) {
        let text = self.secrets.redactor().text(text).into_owned();
        if self.kept.recording.is_some() {
            self.kept.marks.push_back(text);
            self.push(now, Piece::Mark(now), &[]);
        }
    }

    /// Takes what a rule has to say: a line of the log, a mark of the recording.
    pub fn note(&mut self, now: Instant, text: &str) {
        self.mark(now, text);
        let redactor = self.secrets.redactor();
        self.kept.finish(redactor);
        let mut line = Vec::new();
        // As output, it loses its control characters.
        let mut plain = PlainLog::default();
        plain.feed(text.as_bytes(), &mut line);
        plain.finish(&mut line);
        self.kept.text(redactor, &line);
    }

    /// Returns the finished lines that wait to be printed; `None` when nobody prints them.
    pub fn lines(&mut self) -> Option<&mut Vec<String>> {
        self.kept.lines.as_mut()
    }

    /// Returns whether no finished line waits to be printed.
    pub fn lines_taken(&self) -> bool {
        self.kept.lines.as_ref().is_none_or(Vec::is_empty)
    }

    /// Keeps no more lines: nobody prints them any longer.
    pub fn forget_lines(&mut self) {
        self.kept.lines = None;
    }

    /// Returns when [`Files::look`] is due.
    pub fn look_due(&self) -> Option<Instant> {
        [self.look_due, self.settle_due].into_iter().flatten().min()
    }

    /// Writes elsewhere from now on, between two children: `None` leaves a file as it is. Returns what
    /// is to be closed.
    pub fn reopen(
        &mut self,
        log: Option<Option<Sink>>,
        recording: Option<Option<Sink>>,
    ) -> Vec<Sink> {
        let mut closed = Vec::new();
        if let Some(log) = log {
            closed.extend(std::mem::replace(&mut self.kept.log, log));
            self.told[0] = 0;
        }
        if let Some(recording) = recording {
            closed.extend(std::mem::replace(&mut self.kept.recording, recording));
            self.kept.cast = None;
            self.kept.marks.clear();
            self.told[1] = 0;
        }
        let plain = self.kept.log.is_some() || self.kept.lines.is_some();
        self.kept.plain = plain.then(PlainLog::default);
        closed
    }

    /// Does what is due, and returns what has been lost since it was told last; `files` are the log
    /// and the recording. The recording tells of its own losses.
    pub fn look(&mut self, now: Instant, files: &[Option<LogSpec>; 2]) -> Vec<Loss> {
        if self.settle_due.take_if(|at| *at <= now).is_some() {
            let redactor = self.secrets.redactor();
            let kept = &mut self.kept;
            self.held
                .settle(|piece, bytes| kept.take(redactor, piece, bytes));
        }
        if self.look_due.take_if(|at| *at <= now).is_none() {
            return Vec::new();
        }
        let files = [
            (&self.kept.log, &files[0]),
            (&self.kept.recording, &files[1]),
        ];
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
        let mut sinks = self.kept.log.iter().chain(&self.kept.recording);
        sinks.find_map(Sink::error)
    }

    /// Writes what is held back and queued, which may wait for a slow disk, and closes the files.
    pub fn close(mut self) {
        self.finish(Instant::now());
        for sink in self.kept.log.into_iter().chain(self.kept.recording) {
            sink.close();
        }
    }

    fn push(&mut self, now: Instant, piece: Piece, bytes: &[u8]) {
        if self.kept.plain.is_none() && self.kept.recording.is_none() {
            return;
        }
        let redactor = self.secrets.redactor();
        let kept = &mut self.kept;
        self.held.push(redactor, piece, bytes, |piece, bytes| {
            kept.take(redactor, piece, bytes);
        });
        self.written(now);
    }

    fn written(&mut self, now: Instant) {
        if self.kept.log.is_some() || self.kept.recording.is_some() {
            self.look_due.get_or_insert(now + LOOK);
        }
    }
}

impl Kept {
    fn take(&mut self, redactor: &Redactor, piece: Piece, bytes: &[u8]) {
        match piece {
            Piece::Output(at) => {
                self.record(|cast, lines| cast.output(at, bytes, lines));
                if let Some(plain) = &mut self.plain {
                    let mut text = Vec::new();
                    plain.feed(bytes, &mut text);
                    self.text(redactor, &text);
                }
            }
            Piece::Resized(at, size) => self.record(|cast, lines| cast.resize(at, size, lines)),
            Piece::Mark(at) => {
                let text = self.marks.pop_front().expect("each mark has its text");
                self.record(|cast, lines| cast.mark(at, &text, lines));
            }
        }
    }

    fn record(&mut self, write: impl FnOnce(&mut Cast, &mut Vec<u8>)) {
        if let (Some(cast), Some(sink)) = (&mut self.cast, &mut self.recording) {
            let mut lines = Vec::new();
            write(cast, &mut lines);
            sink.write(&lines);
        }
    }

    /// Ends the unfinished line.
    fn finish(&mut self, redactor: &Redactor) {
        if let Some(plain) = &mut self.plain {
            let mut text = Vec::new();
            plain.finish(&mut text);
            *plain = PlainLog::default();
            self.text(redactor, &text);
        }
    }

    /// Takes finished lines. Editing within a line can have made a secret that its bytes did not
    /// show.
    fn text(&mut self, redactor: &Redactor, text: &[u8]) {
        if text.is_empty() {
            return;
        }
        let text = String::from_utf8_lossy(text);
        let text = redactor.text(&text);
        if let Some(log) = &mut self.log {
            log.write(text.as_bytes());
        }
        if let Some(lines) = &mut self.lines {
            lines.extend(text.lines().map(str::to_owned));
        }
    }
}

fn loss(kind: &str, path: &Path, bytes: u64) -> Loss {
    Loss {
        what: format!("{kind} {}", path.display()),
        bytes,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use secrecy::SecretString;
    use serde_json::Value;

    use super::*;
    use crate::record::{Gaps, OpenMode};

    const SIZE: Size = Size { rows: 24, cols: 80 };

    struct Pane {
        folder: tempfile::TempDir,
        files: Files,
        begun: Instant,
    }

    fn pane() -> Pane {
        let folder = tempfile::tempdir().unwrap();
        let open = |name| {
            let path = folder.path().join(name);
            Some(Sink::open(&path, OpenMode::Refuse, Gaps::Silent).unwrap())
        };
        let secrets = Secrets::default();
        secrets.add(&SecretString::from("hunter2")).unwrap();
        let mut files = Files::new(open("log"), open("cast"), true, secrets);
        let begun = Instant::now();
        let command = ["sh".to_owned(), "hunter2".to_owned()];
        files.started(begun, SIZE, &command, "xterm");
        Pane {
            folder,
            files,
            begun,
        }
    }

    impl Pane {
        /// Takes output one second after the last.
        fn output(&mut self, second: u64, text: &str) {
            self.files
                .output(self.begun + Duration::from_secs(second), text.as_bytes());
        }

        /// Returns the lines so far, the log and the recording.
        fn close(mut self) -> (Vec<String>, String, Vec<Value>) {
            self.files.finish(self.begun);
            let lines = std::mem::take(self.files.lines().unwrap());
            self.files.close();
            let read = |name| fs::read_to_string(self.folder.path().join(name)).unwrap();
            let cast = read("cast");
            let cast = cast.lines().map(|line| serde_json::from_str(line).unwrap());
            (lines, read("log"), cast.collect())
        }
    }

    #[test]
    fn a_secret_is_in_no_file_and_the_recording_keeps_its_times() {
        let mut pane = pane();
        pane.output(1, "a hun");
        pane.output(2, "te\x1b[1mr");
        let moment = pane.begun + Duration::from_secs(3);
        pane.files.resized(moment, Size { rows: 5, cols: 20 });
        pane.output(4, "2 b\r\nhunX\x08ter2\r\n");
        let (lines, log, cast) = pane.close();
        assert_eq!(lines, ["a ******* b", "*******"]);
        assert_eq!(log, "a ******* b\n*******\n");
        assert_eq!(cast[0]["command"], "sh *******");
        let events: Vec<String> = cast[1..].iter().map(Value::to_string).collect();
        assert_eq!(
            events,
            [
                r#"[1.0,"o","a "]"#,
                r#"[1.0,"o","***"]"#,
                r#"[2.0,"o","**\u001b[1m*"]"#,
                r#"[3.0,"r","20x5"]"#,
                r#"[4.0,"o","* b\r\nhunX\bter2\r\n"]"#,
            ]
        );
    }

    #[test]
    fn a_line_that_may_begin_a_secret_is_printed_after_a_pause() {
        let mut pane = pane();
        pane.output(1, "the h\r\n");
        assert!(pane.files.lines().unwrap().is_empty());
        let due = pane.files.look_due().unwrap();
        pane.files.look(due, &[None, None]);
        assert_eq!(*pane.files.lines().unwrap(), ["the h"]);
        pane.output(2, "unter2\r\n");
        assert_eq!(pane.close().1, "the h\n******\n");
    }

    #[test]
    fn what_rules_say_is_a_line_and_a_mark() {
        let mut pane = pane();
        pane.output(1, "prompt> ");
        pane.files.note(pane.begun, "rule: hunter2\x1b[2J\nx");
        let (_, log, cast) = pane.close();
        assert_eq!(log, "prompt> \nrule: *******\nx\n");
        assert_eq!(cast[2][2], "rule: *******\u{1b}[2J\nx");
    }

    #[test]
    fn another_panes_secret_is_masked_from_then_on() {
        let mut pane = pane();
        let elsewhere = pane.files.secrets.clone();
        pane.output(1, "swordfish.\n");
        elsewhere.add(&SecretString::from("swordfish")).unwrap();
        pane.output(2, "swordfish.\n");
        assert_eq!(pane.close().1, "swordfish.\n*********.\n");
    }
}
