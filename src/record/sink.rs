//! A file that is written by a thread of its own, behind a bounded queue.
//!
//! A disk that is slow or full costs bytes of the log, counted and marked in it, and never holds
//! up who writes. The thread exists while the sink is open, and sleeps while nothing is queued.

use std::{
    collections::VecDeque,
    fs::File,
    io::{self, Write},
    path::Path,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use nix::sys::signal::{SigSet, Signal};
use tokio::sync::Notify;

use super::open::{OpenError, OpenMode, open};

/// The most bytes that wait to be written, with those of the write in progress.
const QUEUE_LIMIT: usize = 4 * 1024 * 1024;

/// How far the queue must drain, once it was full, before bytes are taken again: one long gap
/// in place of many short ones.
const RESUME_LIMIT: usize = QUEUE_LIMIT / 2;

/// The most bytes of one write.
const CHUNK_LIMIT: usize = 64 * 1024;

/// How long closing waits for the queue to be written.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// A file that takes bytes without ever blocking the writer.
///
/// Dropping it closes it, which can take 2 s if the disk is stuck; what is then still queued is
/// lost.
#[derive(Debug)]
pub struct Sink {
    gaps: Gaps,
    shared: Arc<Shared>,
    thread: Option<thread::JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
    /// Tells that nothing is queued.
    emptied: Notify,
}

#[derive(Debug, Default)]
struct Queue {
    entries: VecDeque<Entry>,
    /// Bytes in `entries` and in the write in progress.
    bytes: usize,
    /// Bytes that were dropped or could not be written.
    lost: u64,
    error: Option<String>,
    phase: Phase,
    /// Whether the queue was full and has not yet drained.
    overflowing: bool,
}

#[derive(Debug)]
enum Entry {
    Bytes(Vec<u8>),
    /// So many bytes were dropped here.
    Gap(u64),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Open,
    /// The thread writes what is queued, then ends.
    Closing,
    /// The thread ends after the write in progress.
    Abandoned,
    /// The thread has ended.
    Ended,
}

/// What is written where bytes were lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Gaps {
    /// A line that counts them.
    #[default]
    Marked,
    /// Nothing: the file's format has no such line, and whoever writes it tells of them.
    Silent,
    /// Nothing, nor a part of a line: for a format whose every line is read. What is written at once
    /// must be whole lines.
    WholeLines,
}

/// What a sink writes to.
trait Medium: Write + Send + 'static {
    /// Removes this many bytes from the end.
    fn cut(&mut self, bytes: u64) -> io::Result<()>;
}

impl Medium for File {
    fn cut(&mut self, bytes: u64) -> io::Result<()> {
        let length = self.metadata()?.len();
        self.set_len(length.saturating_sub(bytes))
    }
}

impl Sink {
    /// Opens the file `path` and starts its thread. Only a regular file of ours with one name is
    /// accepted; it is created with mode 0600.
    pub fn open(path: &Path, mode: OpenMode, gaps: Gaps) -> Result<Sink, OpenError> {
        Sink::of(open(path, mode)?, path, gaps)
    }

    /// Starts the thread of a file that is open for writing at its end, called `path` in errors.
    pub(super) fn of(file: File, path: &Path, gaps: Gaps) -> Result<Sink, OpenError> {
        let name = path.display().to_string();
        Sink::start(file, name, gaps).map_err(|source| OpenError::Io {
            path: path.to_owned(),
            source,
        })
    }

    /// Queues `bytes`, or drops and counts them when the queue is full.
    pub fn write(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let mut queue = self.shared.lock();
        match self.gaps {
            Gaps::WholeLines => queue.push_whole(bytes),
            Gaps::Marked | Gaps::Silent => {
                for chunk in bytes.chunks(CHUNK_LIMIT) {
                    queue.push(chunk);
                }
            }
        }
        drop(queue);
        self.shared.changed.notify_all();
    }

    /// Returns whether nothing waits to be written.
    pub(super) fn is_caught_up(&self) -> bool {
        self.shared.lock().bytes == 0
    }

    /// Waits until nothing waits to be written, however slow the disk is. Cancel safe.
    pub(super) async fn caught_up(&self) {
        loop {
            let mut emptied = std::pin::pin!(self.shared.emptied.notified());
            emptied.as_mut().enable();
            if self.is_caught_up() {
                return;
            }
            emptied.await;
        }
    }

    /// Returns how many bytes have been dropped or could not be written.
    pub fn lost(&self) -> u64 {
        self.shared.lock().lost
    }

    /// Returns why the last write failed, in a sentence that names the file, or `None` since
    /// writing works.
    pub fn error(&self) -> Option<String> {
        self.shared.lock().error.clone()
    }

    /// Writes what is queued, for at most 2 s, and ends the thread. Returns how many bytes were
    /// lost in all.
    pub fn close(mut self) -> u64 {
        self.end();
        self.lost()
    }

    /// Does as [`Sink::close`] does, and can still be asked what became of it.
    pub(super) fn end(&mut self) {
        self.end_within(CLOSE_TIMEOUT);
    }

    /// Starts a thread that writes to `file`, called `name` in errors.
    fn start(file: impl Medium, name: String, gaps: Gaps) -> io::Result<Sink> {
        let shared = Arc::new(Shared::default());
        let mut writer = Writer {
            file,
            name,
            shared: Arc::clone(&shared),
            gap: 0,
            gaps,
            unfinished: 0,
            skipping: false,
        };
        let thread = thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || writer.run())?;
        Ok(Sink {
            gaps,
            shared,
            thread: Some(thread),
        })
    }

    /// Waits for the thread to write what is queued, for at most `patience`.
    fn end_within(&mut self, patience: Duration) {
        let Some(thread) = self.thread.take() else {
            return;
        };
        let mut queue = self.shared.lock();
        if queue.phase == Phase::Open {
            queue.phase = Phase::Closing;
        }
        self.shared.changed.notify_all();
        let (mut queue, _) = self
            .shared
            .changed
            .wait_timeout_while(queue, patience, |queue| queue.phase != Phase::Ended)
            .unwrap_or_else(PoisonError::into_inner);
        if queue.phase == Phase::Ended {
            drop(queue);
            // The thread has left its loop; nothing of it can block any more.
            let _ = thread.join();
        } else {
            // It is stuck in a write and ends, by itself, when that returns.
            queue.phase = Phase::Abandoned;
            queue.lost += queue.bytes as u64;
            queue.bytes = 0;
            queue.entries.clear();
        }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.end();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    /// Takes a chunk, or drops it if there is no room.
    fn push(&mut self, chunk: &[u8]) {
        if self.has_room(chunk.len()) {
            self.append(chunk);
        }
    }

    /// Takes all of `bytes` or drops all of them.
    fn push_whole(&mut self, bytes: &[u8]) {
        if self.has_room(bytes.len()) {
            for chunk in bytes.chunks(CHUNK_LIMIT) {
                self.append(chunk);
            }
        }
    }

    /// Returns whether so many bytes are taken now; if not, they are counted as a gap.
    fn has_room(&mut self, length: usize) -> bool {
        let limit = if self.overflowing {
            RESUME_LIMIT
        } else {
            QUEUE_LIMIT
        };
        self.overflowing = self.bytes + length > limit;
        if self.overflowing {
            let count = length as u64;
            self.lost += count;
            match self.entries.back_mut() {
                Some(Entry::Gap(gap)) => *gap += count,
                _ => self.entries.push_back(Entry::Gap(count)),
            }
        }
        !self.overflowing
    }

    fn append(&mut self, chunk: &[u8]) {
        self.bytes += chunk.len();
        match self.entries.back_mut() {
            Some(Entry::Bytes(last)) if last.len() + chunk.len() <= CHUNK_LIMIT => {
                last.extend_from_slice(chunk);
            }
            _ => self.entries.push_back(Entry::Bytes(chunk.to_vec())),
        }
    }
}

/// What the thread holds.
struct Writer<W> {
    file: W,
    name: String,
    shared: Arc<Shared>,
    /// Bytes lost since the last that were written, for which no marker has been written.
    gap: u64,
    gaps: Gaps,
    /// How many bytes have been written since the last end of a line.
    unfinished: u64,
    /// The rest of a line whose beginning could not be written is to be dropped.
    skipping: bool,
}

impl<W: Medium> Writer<W> {
    fn run(&mut self) {
        // At the limit of a file's size the kernel also sends this, which by default kills. It goes
        // to the thread that writes; blocked, only the error is left.
        let mut signals = SigSet::empty();
        signals.add(Signal::SIGXFSZ);
        let _ = signals.thread_block();
        while let Some(entry) = self.next() {
            match entry {
                Entry::Gap(count) => {
                    self.gap += count;
                    // A failure shows with the next bytes, which then are lost too.
                    let _ = self.mark_gap();
                }
                Entry::Bytes(bytes) => {
                    let skipped = self.skip(&bytes);
                    let rest = &bytes[skipped..];
                    let written = self.mark_gap().and_then(|()| self.append(rest));
                    if written.is_err() {
                        self.drop_line(rest);
                    }
                    self.gap += self.account(bytes.len(), skipped, written);
                }
            }
        }
        // Nothing more comes, so that a gap at the end is marked now or never.
        let _ = self.mark_gap();
        self.shared.lock().phase = Phase::Ended;
        self.shared.changed.notify_all();
    }

    /// Waits for the next entry; `None` when the thread is to end.
    fn next(&self) -> Option<Entry> {
        let mut queue = self
            .shared
            .changed
            .wait_while(self.shared.lock(), |queue| {
                queue.entries.is_empty() && queue.phase == Phase::Open
            })
            .unwrap_or_else(PoisonError::into_inner);
        match queue.phase {
            Phase::Abandoned => None,
            _ => queue.entries.pop_front(),
        }
    }

    /// Notes the outcome of writing `length` bytes after the first `skipped` ones were dropped, and
    /// returns how many of them were lost.
    fn account(&self, length: usize, skipped: usize, written: Result<(), Failure>) -> u64 {
        let mut queue = self.shared.lock();
        if queue.phase == Phase::Abandoned {
            return 0;
        }
        queue.bytes -= length;
        let mut lost = skipped as u64;
        match written {
            Ok(()) if skipped == length => {}
            Ok(()) => queue.error = None,
            Err(Failure { written, error }) => {
                lost += (length - skipped - written) as u64;
                let told = match self.gaps {
                    Gaps::Marked => "counted and marked in it once it can be",
                    Gaps::Silent | Gaps::WholeLines => "counted",
                };
                queue.error = Some(format!(
                    "'{}' cannot be written ({error}); what it misses is {told}",
                    self.name
                ));
            }
        }
        queue.lost += lost;
        if queue.bytes == 0 {
            self.shared.emptied.notify_waiters();
        }
        lost
    }

    /// Returns how many of `bytes` belong to a line whose beginning is not there.
    fn skip(&mut self, bytes: &[u8]) -> usize {
        if !self.skipping {
            return 0;
        }
        let end = bytes.iter().position(|byte| *byte == b'\n');
        self.skipping = end.is_none();
        end.map_or(bytes.len(), |end| end + 1)
    }

    /// Takes back what was written of a line whose rest could not be. `bytes` is what failed.
    fn drop_line(&mut self, bytes: &[u8]) {
        if self.gaps == Gaps::WholeLines {
            self.skipping = bytes.last() != Some(&b'\n');
            // A part that cannot be taken back stays; a reader tells of it.
            if self.unfinished > 0 && self.file.cut(self.unfinished).is_ok() {
                self.shared.lock().lost += self.unfinished;
                self.unfinished = 0;
            }
        }
    }

    /// Writes the marker of a gap, if there is one, as a line of its own.
    fn mark_gap(&mut self) -> Result<(), Failure> {
        if self.gap == 0 || self.gaps != Gaps::Marked {
            return Ok(());
        }
        let begin = if self.unfinished == 0 { "" } else { "\n" };
        let marker = format!("{begin}[muxpect: {} bytes lost]\n", self.gap);
        // None of the bytes to be written is written when this fails.
        self.append(marker.as_bytes()).map_err(|failure| Failure {
            written: 0,
            ..failure
        })?;
        self.gap = 0;
        Ok(())
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let mut written = 0;
        while written < bytes.len() {
            let error = match self.file.write(&bytes[written..]) {
                Ok(0) => io::ErrorKind::WriteZero.into(),
                Ok(count) => {
                    written += count;
                    let part = &bytes[written - count..written];
                    self.unfinished = match part.iter().rposition(|byte| *byte == b'\n') {
                        Some(end) => (part.len() - end - 1) as u64,
                        None => self.unfinished + part.len() as u64,
                    };
                    continue;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => error,
            };
            return Err(Failure { written, error });
        }
        Ok(())
    }
}

/// A write that failed after so many bytes.
struct Failure {
    written: usize,
    error: io::Error,
}

#[cfg(test)]
mod tests {
    use std::{
        fs::{self, OpenOptions},
        sync::mpsc,
    };

    use super::*;

    /// A file whose every write reports itself, waits for leave, and does as it is told.
    struct Controlled {
        attempts: mpsc::Sender<()>,
        leave: mpsc::Receiver<io::Result<usize>>,
        written: Arc<Mutex<Vec<u8>>>,
    }

    struct Control {
        attempts: mpsc::Receiver<()>,
        leave: mpsc::Sender<io::Result<usize>>,
        written: Arc<Mutex<Vec<u8>>>,
    }

    impl Write for Controlled {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            // After the test has let go, every write succeeds.
            let _ = self.attempts.send(());
            let count = self
                .leave
                .recv()
                .unwrap_or(Ok(usize::MAX))?
                .min(bytes.len());
            self.written
                .lock()
                .expect("no panic")
                .extend_from_slice(&bytes[..count]);
            Ok(count)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Medium for Controlled {
        fn cut(&mut self, bytes: u64) -> io::Result<()> {
            let mut written = self.written.lock().expect("no panic");
            let rest = written.len() - bytes as usize;
            written.truncate(rest);
            Ok(())
        }
    }

    fn controlled() -> (Sink, Control) {
        controlled_with(Gaps::Marked)
    }

    fn controlled_with(gaps: Gaps) -> (Sink, Control) {
        let (attempts_tx, attempts) = mpsc::channel();
        let (leave, leave_rx) = mpsc::channel();
        let written = Arc::new(Mutex::new(Vec::new()));
        let file = Controlled {
            attempts: attempts_tx,
            leave: leave_rx,
            written: Arc::clone(&written),
        };
        let control = Control {
            attempts,
            leave,
            written,
        };
        (
            Sink::start(file, "x.log".to_owned(), gaps).expect("starts"),
            control,
        )
    }

    impl Control {
        /// Waits until a write is in progress.
        fn attempt(&self) {
            self.attempts.recv().expect("the thread lives");
        }

        fn answer(&self, outcome: io::Result<usize>) {
            self.leave.send(outcome).expect("the thread lives");
        }

        /// Lets everything be written, and returns it once the sink has closed.
        fn written(self, sink: Sink) -> (String, u64) {
            drop(self.leave);
            let lost = sink.close();
            let written = self.written.lock().expect("no panic").clone();
            (String::from_utf8(written).expect("UTF-8"), lost)
        }
    }

    fn full() -> io::Error {
        io::Error::from_raw_os_error(nix::errno::Errno::ENOSPC as i32)
    }

    #[test]
    fn everything_is_written_in_order() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log");
        let mut sink = Sink::open(&path, OpenMode::Refuse, Gaps::Marked).expect("opens");
        let mut expected = String::new();
        for number in 0..10_000 {
            let line = format!("line {number}\n");
            sink.write(line.as_bytes());
            expected.push_str(&line);
        }
        sink.write(b"");
        let large = "x".repeat(3 * CHUNK_LIMIT + 1);
        sink.write(large.as_bytes());
        expected.push_str(&large);
        assert_eq!(sink.close(), 0);
        assert!(fs::read_to_string(&path).expect("reads") == expected);
        drop({
            let mut sink = Sink::open(&path, OpenMode::Truncate, Gaps::Marked).expect("opens");
            sink.write(b"by drop");
            sink
        });
        assert_eq!(fs::read_to_string(&path).expect("reads"), "by drop");
    }

    #[test]
    fn a_stuck_disk_costs_bytes_and_never_blocks() {
        let (mut sink, control) = controlled();
        let line = [b"a".repeat(1023), b"\n".to_vec()].concat();
        sink.write(&line);
        control.attempt();
        let lines = QUEUE_LIMIT / line.len();
        // One line is being written, and counts: the queue takes the rest and drops ten.
        for _ in 0..lines + 9 {
            sink.write(&line);
        }
        assert_eq!(sink.lost(), 10 * 1024);
        assert_eq!(sink.shared.lock().bytes, QUEUE_LIMIT);
        // Short of being half empty it takes nothing more.
        control.answer(Ok(usize::MAX));
        control.attempt();
        sink.write(b"also lost");
        assert_eq!(sink.lost(), 10 * 1024 + 9);
        let (written, lost) = control.written(sink);
        assert_eq!(lost, 10 * 1024 + 9);
        let marker = "[muxpect: 10249 bytes lost]\n";
        assert_eq!(written.len(), QUEUE_LIMIT + marker.len());
        assert!(written.ends_with(&format!("a\n{marker}")));
    }

    #[test]
    fn a_full_disk_is_told_and_the_gap_is_marked_when_it_has_room() {
        let (mut sink, control) = controlled();
        sink.write(b"kept ");
        control.attempt();
        control.answer(Ok(usize::MAX));
        sink.write(b"lost");
        control.attempt();
        control.answer(Err(full()));
        sink.write(b"gone");
        control.attempt();
        // The first failure has been noted before the second attempt.
        assert_eq!(sink.lost(), 4);
        let error = sink.error().expect("an error");
        assert_eq!(
            error,
            "'x.log' cannot be written (No space left on device (os error 28)); what it misses \
             is counted and marked in it once it can be"
        );
        control.answer(Err(full()));
        sink.write(b"new");
        control.attempt();
        assert_eq!(sink.lost(), 8);
        // The marker, then the text.
        control.answer(Ok(usize::MAX));
        control.attempt();
        control.answer(Ok(usize::MAX));
        sink.write(b"!");
        control.attempt();
        assert_eq!(sink.error(), None);
        let (written, lost) = control.written(sink);
        assert_eq!(written, "kept \n[muxpect: 8 bytes lost]\nnew!");
        assert_eq!(lost, 8);
    }

    #[test]
    fn a_partial_write_loses_only_the_rest() {
        let (mut sink, control) = controlled();
        sink.write(b"abcdef");
        control.attempt();
        control.answer(Ok(2));
        control.attempt();
        control.answer(Err(io::ErrorKind::Interrupted.into()));
        control.attempt();
        control.answer(Err(full()));
        let (written, lost) = control.written(sink);
        assert_eq!(written, "ab\n[muxpect: 4 bytes lost]\n");
        assert_eq!(lost, 4);
    }

    #[test]
    fn where_every_line_is_read_a_gap_leaves_no_part_of_one() {
        let (mut sink, control) = controlled_with(Gaps::WholeLines);
        sink.write(b"one\ntwo\n");
        control.attempt();
        // A line that is longer than a chunk, and what comes after it.
        let long = [b"long ".repeat(CHUNK_LIMIT / 4), b"\n".to_vec()].concat();
        sink.write(&long);
        sink.write(b"three\n");
        // The disk is full within the second line.
        control.answer(Ok(6));
        control.attempt();
        control.answer(Err(full()));
        control.attempt();
        control.answer(Ok(9));
        control.attempt();
        control.answer(Err(full()));
        let (written, lost) = control.written(sink);
        assert_eq!(written, "one\nthree\n");
        assert_eq!(lost, 4 + long.len() as u64);
    }

    #[test]
    fn what_finds_no_room_is_dropped_by_lines() {
        let (mut sink, control) = controlled_with(Gaps::WholeLines);
        sink.write(b"first\n");
        control.attempt();
        let long = [b"x".repeat(QUEUE_LIMIT), b"\n".to_vec()].concat();
        sink.write(&long);
        assert_eq!(sink.lost(), long.len() as u64);
        sink.write(b"last\n");
        let (written, lost) = control.written(sink);
        assert_eq!(
            (written.as_str(), lost),
            ("first\nlast\n", long.len() as u64)
        );
    }

    #[test]
    fn the_real_full_device_loses_everything() {
        let device = OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .expect("Linux has it");
        let mut sink = Sink::start(device, "/dev/full".to_owned(), Gaps::Marked).expect("starts");
        sink.write(b"text");
        assert_eq!(sink.close(), 4);
    }

    #[test]
    fn a_file_at_its_size_limit_is_an_error_and_no_signal() {
        use nix::sys::resource::{Resource, getrlimit, setrlimit};

        // A file with a hole, so that the limit concerns no other test.
        const LARGE: u64 = 1 << 30;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log");
        let file = File::create(&path).expect("creates");
        file.set_len(LARGE).expect("grows");
        let (soft, hard) = getrlimit(Resource::RLIMIT_FSIZE).expect("reads");
        setrlimit(Resource::RLIMIT_FSIZE, LARGE, hard).expect("lowers");
        let mut sink = Sink::open(&path, OpenMode::Append, Gaps::Marked).expect("opens");
        sink.write(b"text");
        let lost = sink.close();
        setrlimit(Resource::RLIMIT_FSIZE, soft, hard).expect("restores");
        assert_eq!(lost, 4);
    }

    #[test]
    fn closing_does_not_wait_for_ever() {
        let (mut sink, control) = controlled();
        sink.write(b"stuck");
        control.attempt();
        sink.write(b"queued");
        // The write is never answered while the sink closes.
        sink.end_within(Duration::ZERO);
        assert_eq!(sink.close(), 11);
        drop(control);
    }

    #[test]
    fn a_failed_write_to_a_file_opened_for_reading_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log");
        fs::write(&path, "").expect("writes");
        let file = File::open(&path).expect("opens");
        let mut sink = Sink::start(file, "log".to_owned(), Gaps::Marked).expect("starts");
        sink.write(b"12345");
        assert_eq!(sink.close(), 5);
    }
}
