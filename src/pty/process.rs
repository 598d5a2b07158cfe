//! Processes as `/proc` shows them: their state and groups, and signals to a whole session.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};

/// Where the kernel shows its processes.
pub(super) const PROC: &str = "/proc";

/// What `/proc/PID/stat` tells of a process.
pub(super) struct Stat {
    /// The kernel's name for it, at most 15 bytes: the file it was started from, unless it has
    /// given itself another.
    pub name: String,
    /// One letter: `T` is stopped, `Z` and `X` have ended.
    pub state: char,
    /// Its process group.
    pub group: i32,
    /// Its session.
    pub session: i32,
    /// The device number of its controlling tty; 0 for none.
    pub tty: i64,
}

/// Reads `PID/stat` below `proc` (proc_pid_stat(5)). The name stands in parentheses and may
/// itself hold any character, so the last parenthesis ends it.
pub(super) fn read_stat(proc: &Path, pid: i32) -> Option<Stat> {
    let text = read_brief(&proc.join(format!("{pid}/stat"))).ok()?;
    let text = String::from_utf8_lossy(&text);
    let (head, tail) = text.rsplit_once(") ")?;
    let (_, name) = head.split_once(" (")?;
    let mut fields = tail.split(' ');
    let state = fields.next()?.chars().next()?;
    let _parent = fields.next()?;
    let group = fields.next()?.parse().ok()?;
    let session = fields.next()?.parse().ok()?;
    let tty = fields.next()?.parse().ok()?;
    Some(Stat {
        name: name.to_owned(),
        state,
        group,
        session,
        tty,
    })
}

/// Returns the processor that a process ran on last.
pub(super) fn processor(pid: i32) -> Option<usize> {
    /// The processor's place among the fields after the name (proc_pid_stat(5) counts from 1).
    const PROCESSOR: usize = 39 - 3;

    let text = read_brief(&Path::new(PROC).join(format!("{pid}/stat"))).ok()?;
    let text = String::from_utf8_lossy(&text);
    let (_, tail) = text.rsplit_once(") ")?;
    tail.split(' ').nth(PROCESSOR)?.parse().ok()
}

/// Reads a file of `/proc`, which is short as a rule and says that it is empty: by two calls, where
/// the standard library takes ten.
pub(super) fn read_brief(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let mut part = [0; 4096];
    let mut text = Vec::new();
    loop {
        match file.read(&mut part) {
            Ok(0) => return Ok(text),
            Ok(count) => text.extend_from_slice(&part[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Returns the ids in a folder of `/proc`: of all processes, or of the threads of one. Empty when it
/// cannot be read.
pub(super) fn ids(folder: &Path) -> impl Iterator<Item = i32> {
    fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
}

/// Returns whether this process's child `pid` has been stopped since that was asked last. Its exit is
/// left for others to wait for.
#[cfg(target_os = "linux")]
pub fn has_stopped(pid: u32) -> bool {
    use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};

    let Ok(pid) = i32::try_from(pid) else {
        return false;
    };
    let stopped = WaitPidFlag::WSTOPPED | WaitPidFlag::WNOHANG;
    let status = waitid(Id::Pid(Pid::from_raw(pid)), stopped);
    matches!(status, Ok(WaitStatus::Stopped(..)))
}

/// Returns whether this process's child `pid` has been stopped; it is not known here.
#[cfg(not(target_os = "linux"))]
pub fn has_stopped(_: u32) -> bool {
    false
}

/// Sends `signal` to every process group of the session that `leader` began, and returns how many
/// groups there were. Groups are found in `/proc`; where that is not to be had, the leader's
/// own group gets it.
pub fn signal_session(leader: u32, signal: Signal) -> usize {
    let leader = i32::try_from(leader).expect("process ids fit i32");
    let proc = Path::new(PROC);
    let mut groups: BTreeSet<i32> = ids(proc)
        .filter_map(|pid| read_stat(proc, pid))
        .filter(|stat| stat.session == leader)
        .map(|stat| stat.group)
        .collect();
    if cfg!(not(target_os = "linux")) {
        groups.insert(leader);
    }
    let reached = |group: &i32| killpg(Pid::from_raw(*group), signal).is_ok();
    groups.iter().filter(|group| reached(group)).count()
}
