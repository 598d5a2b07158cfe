//! Starting a child as the leader of a new session on a new pty.

use std::{
    collections::BTreeMap,
    io,
    os::fd::{AsFd, OwnedFd},
    path::{Path, PathBuf},
    process::Stdio,
};

use nix::{
    errno::Errno,
    fcntl::{FcntlArg, FdFlag, OFlag, fcntl},
    libc,
    pty::openpty,
    sys::termios::{self, InputFlags, LocalFlags, SetArg},
};
use tokio::process::{Child, Command};

use super::{
    Pty, TtySettings,
    harden::{close_descriptors, core_limit, restore_core_limit},
    tty::winsize,
};
use crate::geometry::Size;

/// What to start and where.
#[derive(Clone, Debug)]
pub struct SpawnOptions<'a> {
    /// The command as an argument vector; the program is looked up in the child's `PATH`.
    pub command: &'a [String],
    /// The folder it starts in.
    pub cwd: &'a Path,
    /// Its whole environment.
    pub environment: &'a BTreeMap<String, String>,
    /// The window size it sees from its first moment on.
    pub size: Size,
    /// The tty's settings in its first moment.
    pub settings: InitialSettings,
}

/// The settings of a new tty.
#[derive(Clone, Debug, Default)]
pub enum InitialSettings {
    /// The system's, with UTF-8.
    #[default]
    System,
    /// The system's, with UTF-8 and without echo: for a child whose input nobody types.
    WithoutEcho,
    /// Those of another tty.
    Of(TtySettings),
}

/// Why a child could not be started.
#[derive(Debug, thiserror::Error)]
pub enum SpawnError {
    /// The command has no word.
    #[error("the command is empty; name a program")]
    NoProgram,
    /// The folder does not exist or cannot be entered.
    #[error("cannot enter the folder '{}': {reason}; correct 'cwd'", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// The system's reason.
        reason: String,
    },
    /// The system has no pty to give.
    #[error("cannot open a pseudo-terminal: {0}; end some panes and start this one again")]
    Pty(io::Error),
    /// The program cannot be run.
    #[error("cannot run '{program}': {reason}")]
    Program {
        /// The program as it was named.
        program: String,
        /// The system's reason, with the next step where one is known.
        reason: String,
    },
}

/// Starts a child on a new pty. Its fds 0 to 2 are the tty; it gets default signal actions, an
/// empty signal mask, the core limit that this process was started with and no other descriptor.
pub fn spawn(options: &SpawnOptions) -> Result<(Pty, Child), SpawnError> {
    let (program, arguments) = options.command.split_first().ok_or(SpawnError::NoProgram)?;
    let folder_error = |reason: String| SpawnError::Folder {
        path: options.cwd.to_owned(),
        reason,
    };
    match std::fs::metadata(options.cwd) {
        Ok(metadata) if metadata.is_dir() => {}
        Ok(_) => return Err(folder_error("it is not a folder".to_owned())),
        Err(error) => return Err(folder_error(reason(&error))),
    }

    let (master, slave) = open(options.size, &options.settings).map_err(SpawnError::Pty)?;
    let copy = || slave.try_clone().map(Stdio::from).map_err(SpawnError::Pty);
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(options.cwd)
        .env_clear()
        .envs(options.environment)
        .stdin(copy()?)
        .stdout(copy()?)
        .stderr(copy()?);
    let limit = core_limit();
    // SAFETY: `become_session_leader` and `restore_core_limit` make only async-signal-safe calls and
    // allocate nothing, as is required between fork and exec in a process with threads.
    unsafe {
        command.pre_exec(move || {
            restore_core_limit(limit);
            become_session_leader()
        });
    }
    let child = command.spawn().map_err(|error| SpawnError::Program {
        program: program.clone(),
        reason: match error.kind() {
            io::ErrorKind::NotFound if program.contains('/') => {
                "there is no such file, or its interpreter is missing".to_owned()
            }
            io::ErrorKind::NotFound => {
                "no such program in PATH; check its name or install it".to_owned()
            }
            io::ErrorKind::PermissionDenied => "it is not executable".to_owned(),
            _ => reason(&error),
        },
    })?;
    let pty = Pty::new(master).map_err(SpawnError::Pty)?;
    Ok((pty, child))
}

/// Opens a pty; both ends are close-on-exec, the master is non-blocking.
fn open(size: Size, initial: &InitialSettings) -> io::Result<(OwnedFd, OwnedFd)> {
    let pty = openpty(&winsize(size), None)?;
    for fd in [&pty.master, &pty.slave] {
        fcntl(fd, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC))?;
    }
    let flags = OFlag::from_bits_truncate(fcntl(&pty.master, FcntlArg::F_GETFL)?);
    fcntl(&pty.master, FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK))?;
    // IUTF8 lets the kernel's line editing erase whole characters.
    let mut settings = termios::tcgetattr(pty.slave.as_fd())?;
    settings.input_flags.insert(InputFlags::IUTF8);
    match initial {
        InitialSettings::System => {}
        InitialSettings::WithoutEcho => settings.local_flags.remove(LocalFlags::ECHO),
        InitialSettings::Of(TtySettings(other)) => settings = other.clone(),
    }
    termios::tcsetattr(pty.slave.as_fd(), SetArg::TCSANOW, &settings)?;
    Ok((pty.master, pty.slave))
}

/// Runs in the child between fork and exec: a new session with fd 0 as its controlling tty,
/// default signals, no inherited descriptors.
fn become_session_leader() -> io::Result<()> {
    nix::unistd::setsid()?;
    // SAFETY: plain system calls on valid arguments, all async-signal-safe; none keeps a pointer.
    unsafe {
        Errno::result(libc::ioctl(0, libc::TIOCSCTTY as _, 0))?;
        // Signals that the server ignores would stay ignored across exec.
        for signal in 1..32 {
            libc::signal(signal, libc::SIG_DFL);
        }
        let mut none: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&mut none);
        libc::sigprocmask(libc::SIG_SETMASK, &none, std::ptr::null_mut());
    }
    close_descriptors();
    Ok(())
}

/// Returns the system's words for an error, without its number.
fn reason(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(number) => Errno::from_raw(number).desc().to_lowercase(),
        None => error.to_string(),
    }
}
