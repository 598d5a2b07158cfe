//! Keeping what this process holds in memory out of core files and away from other processes of
//! the same user, and giving children the core limit that they would have had.

use std::{io, sync::OnceLock};

use nix::{
    libc,
    sys::resource::{Resource, getrlimit, setrlimit},
};
use tokio::process::Command;

/// The core limit that this process had before [`harden`]; unset in a process that has not done
/// that.
static CORE_LIMIT: OnceLock<libc::rlimit> = OnceLock::new();

/// Has the kernel write no core file of this process, and, on Linux, refuse other processes of the
/// same user its memory, its environment and its descriptors (PR_SET_DUMPABLE, see prctl(2)). For a
/// process that holds secrets. Programs that it starts by [`super::spawn()`] and [`private`] are as
/// before.
pub fn harden() -> io::Result<()> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_CORE)?;
    // A second call finds the limit of the first.
    CORE_LIMIT.get_or_init(|| libc::rlimit {
        rlim_cur: soft,
        rlim_max: hard,
    });
    // The hard limit stays: without privileges nobody could raise it for the children.
    setrlimit(Resource::RLIMIT_CORE, 0, hard)?;
    #[cfg(target_os = "linux")]
    nix::sys::prctl::set_dumpable(false)?;
    Ok(())
}

/// Has `command` start with the core limit that this process had, and with no descriptor but its
/// first three.
pub fn private(command: &mut Command) {
    let limit = core_limit();
    // SAFETY: both functions make only async-signal-safe calls and allocate nothing, as is
    // required between fork and exec in a process with threads.
    unsafe {
        command.pre_exec(move || {
            restore_core_limit(limit);
            close_descriptors();
            Ok(())
        });
    }
}

/// Returns the core limit that children are to have, if it is not this process's own.
pub(super) fn core_limit() -> Option<libc::rlimit> {
    CORE_LIMIT.get().copied()
}

/// Sets the core limit. Async-signal-safe.
pub(super) fn restore_core_limit(limit: Option<libc::rlimit>) {
    if let Some(limit) = limit {
        // SAFETY: setrlimit(2) reads one `rlimit` from the pointer, which outlives the call. It can
        // only fail for a hard limit that was lowered meanwhile; then the child has no core file.
        unsafe {
            libc::setrlimit(libc::RLIMIT_CORE, &raw const limit);
        }
    }
}

/// Has exec close every descriptor but the first three. Async-signal-safe.
pub(super) fn close_descriptors() {
    // Marks instead of closing: the descriptor by which a failed exec is reported lives on.
    // SAFETY: a plain system call on numbers.
    #[cfg(target_os = "linux")]
    unsafe {
        libc::syscall(
            libc::SYS_close_range,
            3u32,
            u32::MAX,
            libc::CLOSE_RANGE_CLOEXEC,
        );
    }
}
