//! Reading a flood: a thread that empties a pty while its pane works on what came before.
//!
//! Linux moves a tty's output in a kernel thread, and a read of a pty that has just been emptied sleeps
//! until that thread has run, non-blocking or not. In a flood that would stop a thread of the runtime,
//! and with it other panes, for milliseconds; and each switch between processors costs more than the
//! reading. So a flood is read by a thread of its own that stays on the processor of whoever writes.
//! It ends when the flood does; what the bytes mean is not its matter.

use std::{
    io,
    os::fd::{AsFd, AsRawFd, OwnedFd},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc,
    },
    time::{Duration, Instant},
};

use nix::{
    errno::Errno,
    libc,
    poll::{PollFd, PollFlags, PollTimeout, poll},
};

use super::process;

/// How much is handed over at once at most, in bytes: 0.3 to 4 ms of work for a pane.
pub const BATCH: usize = 64 * 1024;

/// How many batches there are: one that is filled, one that is worked on.
const BATCHES: usize = 2;

/// How long a batch is filled at most: far shorter than a frame.
const HOLD: Duration = Duration::from_millis(1);

/// A silence that ends a flood, in milliseconds. Shorter than the pause after which programs are looked at.
const SILENCE: u8 = 2;

/// How much a pty holds for its reader, in bytes; Linux keeps one place free.
const PTY_HOLDS: usize = 4095;

/// After this many bytes, it is seen anew on which processor the writer is.
const FOLLOWED: usize = 1024 * 1024;

/// How many floods are read now.
static FLOODS: AtomicUsize = AtomicUsize::new(0);

/// A pty that is read by a thread of its own. Dropped, it ends the thread.
#[derive(Debug)]
pub struct Drain {
    full: tokio::sync::mpsc::Receiver<Vec<u8>>,
    empty: mpsc::Sender<Vec<u8>>,
    stopped: Arc<AtomicBool>,
}

impl Drain {
    /// Begins to read `master`, which must be non-blocking and not be read by anybody else.
    pub(super) fn start(master: Arc<OwnedFd>) -> io::Result<Drain> {
        let (full_tx, full) = tokio::sync::mpsc::channel(BATCHES);
        let (empty, empty_rx) = mpsc::channel();
        for _ in 0..BATCHES {
            // Allocated here, or the thread would get an arena of memory for itself. The other end is at hand.
            let _ = empty.send(Vec::with_capacity(BATCH));
        }
        let stopped = Arc::new(AtomicBool::new(false));
        let reader = Reader {
            master,
            stopped: stopped.clone(),
            nap: Nap::default(),
            follow_in: 0,
            home: Processors::ours(),
        };
        std::thread::Builder::new()
            .name("flood".to_owned())
            .spawn(move || reader.run(&empty_rx, &full_tx))?;
        Ok(Drain {
            full,
            empty,
            stopped,
        })
    }

    /// Returns the next bytes; `None` once the flood has ended and all of it was returned. Cancel safe.
    pub async fn next(&mut self) -> Option<Vec<u8>> {
        self.full.recv().await
    }

    /// Gives back what [`Drain::next`] returned. Nothing more is read until that is done.
    pub fn give_back(&self, batch: Vec<u8>) {
        // A thread that has ended needs none.
        let _ = self.empty.send(batch);
    }

    /// Has the flood end within a few milliseconds; [`Drain::next`] returns what was read until then.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }
}

impl Drop for Drain {
    fn drop(&mut self) {
        self.stop();
    }
}

/// What the thread has.
struct Reader {
    master: Arc<OwnedFd>,
    stopped: Arc<AtomicBool>,
    nap: Nap,
    /// Bytes until the writer's processor is seen anew.
    follow_in: usize,
    /// Where the thread may run at all.
    home: Processors,
}

impl Reader {
    fn run(mut self, empty: &mpsc::Receiver<Vec<u8>>, full: &tokio::sync::mpsc::Sender<Vec<u8>>) {
        sleep_exactly();
        FLOODS.fetch_add(1, Ordering::Relaxed);
        self.take_turns(empty, full);
        FLOODS.fetch_sub(1, Ordering::Relaxed);
    }

    fn take_turns(
        &mut self,
        empty: &mpsc::Receiver<Vec<u8>>,
        full: &tokio::sync::mpsc::Sender<Vec<u8>>,
    ) {
        while let Ok(mut batch) = empty.recv() {
            let flows = self.fill(&mut batch);
            let sent = batch.is_empty() || full.blocking_send(batch).is_ok();
            if !flows || !sent {
                return;
            }
        }
    }

    /// Fills a batch, and returns whether the flood goes on. Any failure ends it: whoever reads next
    /// meets the same.
    fn fill(&mut self, batch: &mut Vec<u8>) -> bool {
        batch.resize(BATCH, 0);
        let mut held = 0;
        let mut since = Instant::now();
        let flows = loop {
            if self.stopped.load(Ordering::Relaxed) {
                break false;
            }
            if held == 0 {
                if !self.has_input() {
                    break false;
                }
                since = Instant::now();
            } else if held == BATCH || since.elapsed() >= HOLD {
                break true;
            } else if waiting(&self.master) == 0 {
                // A read would sleep until the kernel's thread has run, then again for each few bytes.
                self.nap.take();
            }
            match nix::unistd::read(&self.master, &mut batch[held..]) {
                Ok(0) => break false,
                Ok(count) => {
                    held += count;
                    self.nap.judge(count);
                    self.follow(count);
                }
                Err(Errno::EAGAIN | Errno::EINTR) => {}
                Err(_) => break false,
            }
        };
        batch.truncate(held);
        flows
    }

    /// Waits for output until the flood counts as ended.
    fn has_input(&self) -> bool {
        let mut master = [PollFd::new(self.master.as_fd(), PollFlags::POLLIN)];
        poll(&mut master, PollTimeout::from(SILENCE)).is_ok()
            && master[0]
                .revents()
                .is_some_and(|events| events.contains(PollFlags::POLLIN))
    }

    /// Moves to the processor of whoever writes, every now and then. Not beside other floods: those keep
    /// every processor busy, and those on the fuller one would fall behind.
    fn follow(&mut self, count: usize) {
        self.follow_in = self.follow_in.saturating_sub(count);
        if self.follow_in == 0 {
            self.follow_in = FOLLOWED;
            if FLOODS.load(Ordering::Relaxed) > 1 {
                return self.home.go();
            }
            let group = nix::unistd::tcgetpgrp(&self.master);
            let processor = group
                .ok()
                .and_then(|group| process::processor(group.as_raw()));
            if let Some(processor) = processor {
                Processors::one(processor).go();
            }
        }
    }
}

/// How long to wait while a program fills its pty: it must not fill up, and waking for each line costs
/// more than the line.
#[derive(Debug, Default)]
struct Nap {
    length: Duration,
}

impl Nap {
    const SHORTEST: Duration = Duration::from_micros(50);
    const LONGEST: Duration = Duration::from_micros(400);

    /// Sleeps.
    fn take(&self) {
        if !self.length.is_zero() {
            std::thread::sleep(self.length);
        }
    }

    /// Notes how much a read brought: next time it shall be between a quarter and all of what a pty
    /// holds.
    fn judge(&mut self, count: usize) {
        if count >= PTY_HOLDS {
            self.length /= 2;
            if self.length < Nap::SHORTEST {
                self.length = Duration::ZERO;
            }
        } else if count < PTY_HOLDS / 4 {
            self.length = (2 * self.length).clamp(Nap::SHORTEST, Nap::LONGEST);
        }
    }
}

/// Returns how many bytes can be read without any waiting.
fn waiting(master: &OwnedFd) -> usize {
    let mut count: libc::c_int = 0;
    // SAFETY: FIONREAD writes one `int` to the pointer, which outlives the call, and the descriptor is
    // open as long as `master`.
    let result = unsafe { libc::ioctl(master.as_raw_fd(), libc::FIONREAD, &raw mut count) };
    if result == 0 {
        usize::try_from(count).unwrap_or(0)
    } else {
        0
    }
}

/// Has this thread's naps end when they should, not up to 50 us later.
#[cfg(target_os = "linux")]
fn sleep_exactly() {
    // SAFETY: PR_SET_TIMERSLACK takes a number and touches no memory.
    unsafe { libc::prctl(libc::PR_SET_TIMERSLACK, 1_000 as libc::c_ulong) };
}

#[cfg(not(target_os = "linux"))]
fn sleep_exactly() {}

/// Processors that a thread may run on.
#[cfg(target_os = "linux")]
struct Processors(libc::cpu_set_t);

#[cfg(target_os = "linux")]
impl Processors {
    fn none() -> Processors {
        // SAFETY: a `cpu_set_t` is plain bits, of which all zero is the empty set.
        Processors(unsafe { std::mem::zeroed() })
    }

    /// Returns those of this thread.
    fn ours() -> Processors {
        let mut ours = Processors::none();
        // SAFETY: the kernel writes at most the size given to the set, which outlives the call.
        unsafe {
            libc::sched_getaffinity(0, size_of::<libc::cpu_set_t>(), &raw mut ours.0);
        }
        ours
    }

    fn one(processor: usize) -> Processors {
        let mut one = Processors::none();
        if processor < libc::CPU_SETSIZE as usize {
            // SAFETY: the number is within the set.
            unsafe { libc::CPU_SET(processor, &mut one.0) };
        }
        one
    }

    /// Has this thread run on these; it stays where it is if it must not.
    fn go(&self) {
        // SAFETY: the kernel reads the set, which outlives the call.
        unsafe {
            libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), &raw const self.0);
        }
    }
}

#[cfg(not(target_os = "linux"))]
struct Processors;

#[cfg(not(target_os = "linux"))]
impl Processors {
    fn ours() -> Processors {
        Processors
    }

    fn one(_: usize) -> Processors {
        Processors
    }

    fn go(&self) {}
}

#[cfg(test)]
mod tests {
    use std::{fs::File, io::Write};

    use nix::{
        fcntl::{FcntlArg, OFlag, fcntl},
        pty::openpty,
    };

    use super::*;
    use crate::pty::{Pty, Read};

    /// Returns a pty and the end that programs write to.
    fn pair() -> (Pty, File) {
        let pair = openpty(None, None).unwrap();
        fcntl(&pair.master, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).unwrap();
        (Pty::new(pair.master).unwrap(), File::from(pair.slave))
    }

    #[tokio::test]
    async fn every_byte_of_floods_and_pauses_comes_once_and_in_order() {
        let (mut pty, mut slave) = pair();
        let lines: Vec<String> = (0..200_000)
            .map(|line| format!("line {line}\r\n"))
            .collect();
        let expected = lines.concat();
        let writing = std::thread::spawn(move || {
            for line in lines.chunks(1000) {
                slave
                    .write_all(line.concat().replace('\r', "").as_bytes())
                    .unwrap();
            }
        });
        let mut all = Vec::new();
        let mut bytes = [0; 4096];
        loop {
            pty.readable().await.unwrap();
            match pty.read(&mut bytes).unwrap() {
                Read::Bytes(count) => all.extend_from_slice(&bytes[..count]),
                Read::Empty => continue,
                Read::End => break,
            }
            let mut drain = pty.drain().unwrap();
            while let Some(batch) = drain.next().await {
                assert!(!batch.is_empty() && batch.len() <= BATCH);
                all.extend_from_slice(&batch);
                drain.give_back(batch);
            }
            pty.resume().unwrap();
        }
        writing.join().unwrap();
        assert!(all == expected.as_bytes(), "{} bytes", all.len());
    }

    #[tokio::test]
    async fn a_flood_without_end_can_be_stopped() {
        let (mut pty, mut slave) = pair();
        let writing = std::thread::spawn(move || while slave.write_all(b"y\n").is_ok() {});
        // Silence would end it.
        pty.readable().await.unwrap();
        let mut drain = pty.drain().unwrap();
        let batch = drain.next().await.unwrap();
        drain.stop();
        drain.give_back(batch);
        while let Some(batch) = drain.next().await {
            drain.give_back(batch);
        }
        drop((drain, pty));
        writing.join().unwrap();
    }

    #[test]
    fn naps_follow_the_flow() {
        let mut nap = Nap::default();
        nap.judge(PTY_HOLDS);
        assert_eq!(
            nap.length,
            Duration::ZERO,
            "a fast flow is never slept through"
        );
        for _ in 0..10 {
            nap.judge(2);
        }
        assert_eq!(nap.length, Nap::LONGEST);
        nap.judge(PTY_HOLDS / 2);
        assert_eq!(nap.length, Nap::LONGEST, "as it should be");
        for _ in 0..10 {
            nap.judge(PTY_HOLDS);
        }
        assert_eq!(nap.length, Duration::ZERO);
    }
}
