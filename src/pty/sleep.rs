//! What a thread sleeps in, and whether that is a wait for a tty: read from `/proc`, without the
//! program's help.
//!
//! The call and its arguments are in `syscall`, the descriptors behind them in `fd` and `fdinfo`, and
//! sets of descriptors in the program's own memory. All of it may change while it is read; what
//! makes no sense then counts as no wait.

use std::{
    fs::{self, File},
    io::{self, ErrorKind},
    os::unix::fs::FileExt,
    path::Path,
};

use super::process::read_brief;

/// How many entries of a set of descriptors are looked at; programs wait for a handful.
const DESCRIPTORS: usize = 1024;

/// How many bytes of a `select` set are read: 65,536 descriptors.
const SELECT_SET: usize = 8 * 1024;

/// Addresses below this are all that a 32-bit program has.
const ADDRESSES_32_BIT: u64 = 1 << 32;

/// `POLLIN | POLLRDNORM`, for poll and epoll alike.
const READABLE: u64 = 0x1 | 0x40;

/// The slave side of a pty, as programs hold it.
pub(super) struct Slave {
    path: String,
    /// Its device number as `/proc/PID/stat` writes it.
    pub device: i64,
}

impl Slave {
    /// Returns the slave of the pty with this index.
    pub fn new(index: u32) -> Slave {
        // UNIX98_PTY_SLAVE_MAJOR, and the kernel's new_encode_dev: the low byte of the minor
        // number, the major number, the rest of the minor number.
        const MAJOR: i64 = 136;
        let index_bits = i64::from(index);
        Slave {
            path: format!("/dev/pts/{index}"),
            device: (index_bits & 0xff) | MAJOR << 8 | (index_bits & !0xff) << 12,
        }
    }
}

/// A wait for a tty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    /// A blocking read; the call's name.
    Read(&'static str),
    /// A wait for this descriptor among others; the call's name.
    Poll(&'static str),
}

/// Why it cannot be seen what a thread does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Blind(pub &'static str);

#[derive(Clone, Copy)]
enum Call {
    Read(&'static str),
    Poll(&'static str),
    Select(&'static str),
    Epoll(&'static str),
}

// 219 is `restart_syscall`, which continues a `poll` after the program was stopped and continued, with
// the arguments in their places; the others go on under their own numbers. Further calls that it
// continues have no array of descriptors as their first argument.
#[cfg(target_arch = "x86_64")]
const CALLS: &[(u64, Call)] = &[
    (0, Call::Read("read")),
    (7, Call::Poll("poll")),
    (19, Call::Read("readv")),
    (23, Call::Select("select")),
    (219, Call::Poll("poll")),
    (232, Call::Epoll("epoll_wait")),
    (270, Call::Select("pselect6")),
    (271, Call::Poll("ppoll")),
    (281, Call::Epoll("epoll_pwait")),
    (441, Call::Epoll("epoll_pwait2")),
];
#[cfg(target_arch = "aarch64")]
const CALLS: &[(u64, Call)] = &[
    (22, Call::Epoll("epoll_pwait")),
    (63, Call::Read("read")),
    (65, Call::Read("readv")),
    (72, Call::Select("pselect6")),
    (73, Call::Poll("ppoll")),
    (441, Call::Epoll("epoll_pwait2")),
];
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
const CALLS: &[(u64, Call)] = &[];

/// A process whose threads are looked at.
pub(super) struct Sleeper<'a> {
    /// `/proc/PID`.
    pub folder: &'a Path,
    pub slave: &'a Slave,
    /// The tty is the process's controlling tty, and so its `/dev/tty`.
    pub controlling: bool,
}

impl Sleeper<'_> {
    /// Returns the thread's wait for the tty; `None` when it does something else or has gone.
    pub fn wait(&self, thread: i32) -> Result<Option<Wait>, Blind> {
        if CALLS.is_empty() {
            return Err(Blind("system calls of this processor are not known"));
        }
        let folder = self.folder.join(format!("task/{thread}"));
        let text = match read_brief(&folder.join("syscall")) {
            Ok(text) => text,
            Err(error) => return gone_or_blind(&error, &folder),
        };
        let text = String::from_utf8_lossy(&text);
        // "running", or the number, six arguments, the stack pointer and the program counter
        // (proc_pid_syscall(5)). The number -1 is a sleep outside any call.
        let mut words = text.split_ascii_whitespace();
        let Some(number) = words.next().and_then(|word| word.parse::<u64>().ok()) else {
            return Ok(None);
        };
        let values: Vec<u64> = words.map_while(hexadecimal).collect();
        let &[first, second, _, _, _, _, stack, counter] = values.as_slice() else {
            return Ok(None);
        };
        if stack < ADDRESSES_32_BIT && counter < ADDRESSES_32_BIT {
            return Err(Blind("a 32-bit program is there"));
        }
        let Some((_, call)) = CALLS.iter().find(|(known, _)| *known == number) else {
            return Ok(None);
        };
        let (includes, wait) = match *call {
            Call::Read(name) => (self.is_tty(first), Wait::Read(name)),
            Call::Poll(name) => (self.poll_includes(first, second), Wait::Poll(name)),
            Call::Select(name) => (self.select_includes(first, second), Wait::Poll(name)),
            Call::Epoll(name) => (self.epoll_includes(first), Wait::Poll(name)),
        };
        match includes {
            Ok(true) => Ok(Some(wait)),
            Ok(false) => Ok(None),
            Err(error) => gone_or_blind(&error, &folder),
        }
    }

    /// Returns whether a descriptor of the process is the tty. Only its name is read: asking the file
    /// itself could hang on a dead network file system.
    fn is_tty(&self, fd: u64) -> io::Result<bool> {
        let target = fs::read_link(self.folder.join(format!("fd/{fd}")))?;
        Ok(target.as_os_str() == self.slave.path.as_str()
            || (self.controlling && target.as_os_str() == "/dev/tty"))
    }

    /// As [`Sleeper::is_tty`], for one descriptor of many: one that is not open is not the tty.
    fn holds_tty(&self, fd: u64) -> io::Result<bool> {
        match self.is_tty(fd) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            result => result,
        }
    }

    /// Looks through an array of `struct pollfd`: fd, events and revents in 4, 2 and 2 bytes.
    fn poll_includes(&self, array: u64, count: u64) -> io::Result<bool> {
        let count = usize::try_from(count)
            .unwrap_or(DESCRIPTORS)
            .min(DESCRIPTORS);
        for entry in self.memory(array, count * 8)?.chunks_exact(8) {
            let fd = i32::from_ne_bytes([entry[0], entry[1], entry[2], entry[3]]);
            let events = u16::from_ne_bytes([entry[4], entry[5]]);
            // A negative descriptor is an entry that the program has put aside.
            if let Ok(fd) = u64::try_from(fd)
                && u64::from(events) & READABLE != 0
                && self.holds_tty(fd)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Looks through the read set of a `select`: one bit for each descriptor.
    fn select_includes(&self, count: u64, set: u64) -> io::Result<bool> {
        if set == 0 {
            return Ok(false);
        }
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let bytes = self.memory(set, count.div_ceil(8).min(SELECT_SET))?;
        let bits = (0..count.min(bytes.len() * 8)).filter(|fd| bytes[fd / 8] >> (fd % 8) & 1 == 1);
        for fd in bits.take(DESCRIPTORS) {
            if self.holds_tty(fd as u64)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Looks through the lines `tfd: FD events: MASK …` of an epoll descriptor.
    fn epoll_includes(&self, epoll: u64) -> io::Result<bool> {
        let text = fs::read_to_string(self.folder.join(format!("fdinfo/{epoll}")))?;
        for line in text.lines().take(DESCRIPTORS) {
            let mut words = line.split_ascii_whitespace();
            let (Some("tfd:"), Some(fd), Some("events:"), Some(events)) =
                (words.next(), words.next(), words.next(), words.next())
            else {
                continue;
            };
            let readable = u64::from_str_radix(events, 16).is_ok_and(|mask| mask & READABLE != 0);
            if let Ok(fd) = fd.parse()
                && readable
                && self.holds_tty(fd)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Reads the process's memory; less than was asked for where it ends.
    fn memory(&self, address: u64, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        let count = File::open(self.folder.join("mem"))?.read_at(&mut bytes, address)?;
        bytes.truncate(count);
        Ok(bytes)
    }
}

/// Tells a thread that has gone or moved on from one that cannot be seen.
fn gone_or_blind(error: &io::Error, folder: &Path) -> Result<Option<Wait>, Blind> {
    // EIO: an address that is not (or no longer) the program's.
    const EIO: i32 = nix::libc::EIO;
    const ESRCH: i32 = nix::libc::ESRCH;
    match error.raw_os_error() {
        Some(EIO | ESRCH) => Ok(None),
        _ if error.kind() == ErrorKind::PermissionDenied => Err(Blind(
            "a program of another user, or one that hides, is there",
        )),
        _ if error.kind() == ErrorKind::NotFound
            && (!folder.join("stat").exists() || folder.join("syscall").exists()) =>
        {
            Ok(None)
        }
        _ => Err(Blind("the system does not show what programs wait for")),
    }
}

fn hexadecimal(word: &str) -> Option<u64> {
    u64::from_str_radix(word.strip_prefix("0x")?, 16).ok()
}

#[cfg(all(
    test,
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
mod tests {
    use nix::libc;

    use super::*;

    #[test]
    fn numbers_are_those_of_the_system() {
        let mut known = vec![
            (libc::SYS_read, "read"),
            (libc::SYS_readv, "readv"),
            (libc::SYS_pselect6, "pselect6"),
            (libc::SYS_ppoll, "ppoll"),
            (libc::SYS_epoll_pwait, "epoll_pwait"),
            (libc::SYS_epoll_pwait2, "epoll_pwait2"),
        ];
        #[cfg(target_arch = "x86_64")]
        known.extend([
            (libc::SYS_poll, "poll"),
            (libc::SYS_restart_syscall, "poll"),
            (libc::SYS_select, "select"),
            (libc::SYS_epoll_wait, "epoll_wait"),
        ]);
        known.sort_unstable();
        let listed: Vec<(i64, &str)> = CALLS
            .iter()
            .map(|(number, call)| {
                let (Call::Read(name) | Call::Poll(name) | Call::Select(name) | Call::Epoll(name)) =
                    *call;
                (i64::try_from(*number).unwrap(), name)
            })
            .collect();
        assert_eq!(listed, known);
    }
}
