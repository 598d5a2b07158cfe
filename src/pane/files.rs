//! What a pane's output goes to: its log, its recording, the lines that a headless session prints,
//! and what the files could not take. Secrets are masked before anything goes there.

use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use super::{
    recording::{Note, Recording},
    secrets::Secrets,
};
use crate::{
    expect::Exit,
    geometry::Size,
    record::{About, PlainLog, RedactedBytes, Redactor, Sight, Sink},
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
    /// What is typed, for the recording: secrets are masked in it as in the output.
    typed: RedactedBytes<()>,
    kept: Kept,
    /// How many bytes the recording has lost, as far as that was told.
    told: u64,
    look_due: Option<Instant>,
    settle_due: Option<Instant>,
}

/// Where output goes once its secrets are masked.
#[derive(Debug)]
struct Kept {
    /// Makes the lines of the log and of `lines`; `None` when nobody wants any.
    plain: Option<PlainLog>,
    log: Option<Log>,
    recording: Option<Recording>,
    /// What is recorded besides, and waits for output that is held back.
    notes: VecDeque<Note>,
    /// Finished lines that wait to be taken; `None` when nobody prints them.
    lines: Option<Vec<String>>,
}

/// A log that is being written.
#[derive(Debug)]
pub struct Log {
    /// Its file.
    pub path: PathBuf,
    /// The way there.
    pub sink: Sink,
    /// How many bytes it has lost, as far as that was told.
    pub told: u64,
}

/// What comes in order with the output.
#[derive(Clone, Copy, Debug)]
enum Piece {
    Output(Instant),
    Resized(Instant, Size),
    /// The next of [`Kept::notes`].
    Note(Instant),
}

/// A file to be closed.
#[derive(Debug)]
pub enum Closing {
    /// A log.
    Log(Sink),
    /// A recording.
    Recording(Box<Recording>),
}

impl Closing {
    /// Writes what is queued, which may wait for a slow disk, and closes it.
    pub fn close(self) {
        match self {
            Closing::Log(sink) => drop(sink.close()),
            Closing::Recording(recording) => recording.close(),
        }
    }
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
    /// Returns the files that output goes to. With `printed`, finished lines are kept for
    /// [`Files::lines`].
    pub fn new(
        log: Option<Log>,
        recording: Option<Recording>,
        printed: bool,
        secrets: Secrets,
    ) -> Files {
        Files {
            secrets,
            held: RedactedBytes::default(),
            typed: RedactedBytes::default(),
            kept: Kept {
                plain: (log.is_some() || printed).then(PlainLog::default),
                log,
                recording,
                notes: VecDeque::new(),
                lines: printed.then(Vec::new),
            },
            told: 0,
            look_due: None,
            settle_due: None,
        }
    }

    /// Notes a start of the child; the recording begins with the first.
    pub fn started(&mut self, now: Instant, size: Size, command: &[String], term: &str) {
        match &mut self.kept.recording {
            None => {}
            Some(recording) if recording.has_begun() => {
                recording.forget_sight();
                self.mark(now, "restarted");
            }
            Some(_) => self.begin(now, size, command, term),
        }
    }

    /// Begins a recording now, in the place of one that there may be, with what the screen shows, as
    /// output. Returns what is to be closed.
    pub fn record(
        &mut self,
        recording: Recording,
        now: Instant,
        size: Size,
        (command, term): (&[String], &str),
        screen: &str,
    ) -> Option<Closing> {
        let closed = self.stop_recording();
        self.kept.recording = Some(recording);
        self.begin(now, size, command, term);
        if let Some(recording) = &mut self.kept.recording {
            recording.output(now, screen.as_bytes());
        }
        self.written(now);
        closed
    }

    /// Ends the recording, if there is one. Returns what is to be closed.
    pub fn stop_recording(&mut self) -> Option<Closing> {
        self.told = 0;
        let recording = self.kept.recording.take();
        recording.map(|recording| Closing::Recording(Box::new(recording)))
    }

    fn begin(&mut self, now: Instant, size: Size, command: &[String], term: &str) {
        let command = command.join(" ");
        let command = self.secrets.redactor().text(&command).into_owned();
        if let Some(recording) = &mut self.kept.recording {
            let about = About {
                size,
                command: &command,
                term,
            };
            recording.begin(now, &about);
        }
    }

    /// Takes output as it came.
    pub fn output(&mut self, now: Instant, bytes: &[u8]) {
        self.push(now, Piece::Output(now), bytes);
        self.settle_due = self.held.line_is_held().then(|| now + PAUSE);
    }

    /// Takes the end of the output: what is held back, and an unfinished line.
    pub fn finish(&mut self, now: Instant) {
        self.finish_typed(now);
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

    /// Returns whether what happens is recorded.
    pub fn are_recording(&self) -> bool {
        self.kept.recording.is_some()
    }

    /// Returns whether what is typed is recorded.
    pub fn want_input(&self) -> bool {
        let recording = self.kept.recording.as_ref();
        recording.is_some_and(Recording::wants_input)
    }

    /// Takes something that happened, in a word or two.
    pub fn mark(&mut self, now: Instant, text: &str) {
        if self.are_recording() {
            let text = self.secrets.redactor().text(text).into_owned();
            self.push_note(now, Note::Mark(text));
        }
    }

    /// Takes the end of the child.
    pub fn exited(&mut self, now: Instant, exit: &Exit) {
        if self.are_recording() {
            self.push_note(now, Note::Exit(exit.clone()));
        }
    }

    /// Takes what was seen of the tty, where it differs from what was seen last; `looked` says that
    /// the programs were looked at, too.
    pub fn saw(&mut self, now: Instant, mut sight: Sight, looked: bool) {
        let Some(recording) = &mut self.kept.recording else {
            return;
        };
        if !recording.is_new(&sight, looked) {
            return;
        }
        let redactor = self.secrets.redactor();
        for program in sight.programs_mut() {
            program.name = redactor.text(&program.name).into_owned();
        }
        self.push_note(now, Note::Sight(sight));
    }

    /// Takes what was typed into the pane; `blind` says that the tty takes lines without showing
    /// them.
    pub fn typed(&mut self, now: Instant, bytes: &[u8], blind: bool) {
        let Some(recording) = self.kept.recording.as_mut() else {
            return;
        };
        if !recording.wants_input() {
            return;
        }
        let shown = recording.shown(bytes, blind);
        if shown.is_empty() {
            return;
        }
        let mut pieces = Vec::new();
        let redactor = self.secrets.redactor();
        self.typed.push(redactor, (), shown, |(), bytes| {
            pieces.push(bytes.to_vec());
        });
        for bytes in pieces {
            self.push_note(now, Note::Input(bytes));
        }
    }

    fn finish_typed(&mut self, now: Instant) {
        let mut pieces = Vec::new();
        self.typed.finish(|(), bytes| pieces.push(bytes.to_vec()));
        if self.want_input() {
            for bytes in pieces {
                self.push_note(now, Note::Input(bytes));
            }
        }
    }

    fn push_note(&mut self, now: Instant, note: Note) {
        self.kept.notes.push_back(note);
        self.push(now, Piece::Note(now), &[]);
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

    /// Returns where the log and the recording are.
    pub fn paths(&self) -> [Option<&Path>; 2] {
        let log = self.kept.log.as_ref().map(|log| &*log.path);
        [log, self.kept.recording.as_ref().map(Recording::path)]
    }

    /// Waits until the recording has what it was given, unless the disk is slow: a killed server then
    /// loses nothing of what anybody has heard of.
    pub async fn catch_up(&mut self) {
        if let Some(recording) = &mut self.kept.recording {
            recording.catch_up().await;
        }
    }

    /// Returns when [`Files::look`] is due.
    pub fn look_due(&self) -> Option<Instant> {
        [self.look_due, self.settle_due].into_iter().flatten().min()
    }

    /// Writes elsewhere from now on, between two children: `None` leaves a file as it is. Returns what
    /// is to be closed.
    pub fn reopen(
        &mut self,
        log: Option<Option<Log>>,
        recording: Option<Option<Recording>>,
    ) -> Vec<Closing> {
        let mut closed = Vec::new();
        if let Some(log) = log {
            let old = std::mem::replace(&mut self.kept.log, log);
            closed.extend(old.map(|log| Closing::Log(log.sink)));
        }
        if let Some(recording) = recording {
            closed.extend(self.stop_recording());
            self.kept.recording = recording;
        }
        let plain = self.kept.log.is_some() || self.kept.lines.is_some();
        self.kept.plain = plain.then(PlainLog::default);
        closed
    }

    /// Does what is due, and returns what has been lost since it was told last. The recording tells of
    /// its own losses.
    pub fn look(&mut self, now: Instant) -> Vec<Loss> {
        if self.settle_due.take_if(|at| *at <= now).is_some() {
            let redactor = self.secrets.redactor();
            let kept = &mut self.kept;
            self.held
                .settle(|piece, bytes| kept.take(redactor, piece, bytes));
        }
        if self.look_due.take_if(|at| *at <= now).is_none() {
            return Vec::new();
        }
        let mut losses = Vec::new();
        if let Some(log) = &mut self.kept.log {
            losses.extend(loss("log", &log.path, log.sink.lost(), &mut log.told));
        }
        if let Some(recording) = &self.kept.recording {
            let lost = loss(
                "recording",
                recording.path(),
                recording.lost(),
                &mut self.told,
            );
            if let Some(Loss { bytes, .. }) = &lost {
                let text = format!("{bytes} bytes lost");
                self.mark(now, &text);
            }
            losses.extend(lost);
        }
        losses
    }

    /// Returns why a file cannot be written now, if so.
    pub fn error(&self) -> Option<String> {
        let log = self.kept.log.as_ref().and_then(|log| log.sink.error());
        log.or_else(|| self.kept.recording.as_ref()?.error())
    }

    /// Writes what is held back and queued, which may wait for a slow disk, and closes the files.
    pub fn close(self) {
        drop(self);
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

/// However a pane ends, its files are whole.
impl Drop for Files {
    fn drop(&mut self) {
        self.finish(Instant::now());
        let log = self.kept.log.take().map(|log| Closing::Log(log.sink));
        for file in log.into_iter().chain(self.stop_recording()) {
            file.close();
        }
    }
}

impl Kept {
    fn take(&mut self, redactor: &Redactor, piece: Piece, bytes: &[u8]) {
        match piece {
            Piece::Output(at) => {
                if let Some(recording) = &mut self.recording {
                    recording.output(at, bytes);
                }
                if let Some(plain) = &mut self.plain {
                    let mut text = Vec::new();
                    plain.feed(bytes, &mut text);
                    self.text(redactor, &text);
                }
            }
            Piece::Resized(at, size) => {
                if let Some(recording) = &mut self.recording {
                    recording.resized(at, size);
                }
            }
            Piece::Note(at) => {
                let note = self.notes.pop_front().expect("each note is there");
                if let Some(recording) = &mut self.recording {
                    recording.note(at, &note);
                }
            }
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
            log.sink.write(text.as_bytes());
        }
        if let Some(lines) = &mut self.lines {
            lines.extend(text.lines().map(str::to_owned));
        }
    }
}

/// Returns what a file has lost since it was told last.
fn loss(kind: &str, path: &Path, lost: u64, told: &mut u64) -> Option<Loss> {
    let bytes = lost.checked_sub(*told).filter(|bytes| *bytes > 0)?;
    *told = lost;
    Some(Loss {
        what: format!("{kind} {}", path.display()),
        bytes,
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use secrecy::SecretString;
    use serde_json::Value;

    use super::*;
    use crate::record::{self, Format, Gaps, OpenMode};

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
            let sink = Sink::open(&path, OpenMode::Refuse, Gaps::Silent).unwrap();
            (path, sink)
        };
        let (path, sink) = open("log");
        let log = Log {
            path,
            sink,
            told: 0,
        };
        let path = folder.path().join("cast");
        let kept = record::Recording::open(&path, Format::Asciicast, OpenMode::Refuse).unwrap();
        let recording = Recording::new(path, kept, true);
        let secrets = Secrets::default();
        secrets.add(&SecretString::from("hunter2")).unwrap();
        let mut files = Files::new(Some(log), Some(recording), true, secrets);
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
        pane.files.look(due);
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
    fn what_is_typed_shows_no_secret() {
        let mut pane = pane();
        let now = pane.begun;
        for typed in ["a", "hun", "ter2", "\r"] {
            pane.files.typed(now, typed.as_bytes(), false);
        }
        for typed in ["x", "yz\r", "hunter2\r"] {
            pane.files.typed(now, typed.as_bytes(), true);
        }
        let (_, _, cast) = pane.close();
        let typed = cast[1..].iter().map(|event| event[2].as_str().unwrap());
        assert_eq!(
            typed.collect::<Vec<_>>(),
            ["a", "***", "****", "\r", "***", "***"]
        );
        assert!(cast[1..].iter().all(|event| event[1] == "i"));
    }

    #[test]
    fn a_recording_begun_later_has_nothing_from_before() {
        let mut pane = pane();
        pane.output(1, "before hun");
        assert!(pane.files.stop_recording().is_some());
        let path = pane.folder.path().join("second");
        let kept = record::Recording::open(&path, Format::Asciicast, OpenMode::Refuse).unwrap();
        let recording = Recording::new(path.clone(), kept, false);
        let now = pane.begun + Duration::from_secs(2);
        let command = (&["sh".to_owned()][..], "xterm");
        pane.files.record(recording, now, SIZE, command, "screen");
        pane.output(3, "ter2 after");
        let Pane { folder, files, .. } = pane;
        files.close();
        let text = fs::read_to_string(path).unwrap();
        drop(folder);
        let events: Vec<&str> = text.lines().skip(1).collect();
        assert_eq!(
            events,
            [r#"[0.0,"o","screen"]"#, r#"[1.0,"o","**** after"]"#]
        );
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
