//! The outer terminal, as a tty: opened anew, its size, raw mode, and its settings restored.
//!
//! What is written to it and read from it is its user's matter. The interface has a terminal of its
//! own in `tui`; this one is for programs whose output goes through as it is.

use std::{
    fs::{File, OpenOptions},
    io,
    os::{
        fd::{AsFd, AsRawFd},
        unix::fs::OpenOptionsExt,
    },
    path::Path,
};

use nix::{
    errno::Errno,
    fcntl::OFlag,
    libc,
    pty::Winsize,
    sys::termios::{SetArg, Termios, cfmakeraw, tcgetattr, tcsetattr},
    unistd::{getpgrp, isatty, tcgetpgrp, ttyname},
};

use super::Watched;
use crate::geometry::Size;

/// The settings of a tty, as they were read.
#[derive(Clone, Debug)]
pub struct TtySettings(pub(super) Termios);

/// A terminal of this process. Dropped, it has the settings that it had when it was opened, if it was
/// made raw meanwhile.
#[derive(Debug)]
pub struct OuterTty {
    file: File,
    settings: Termios,
    raw: bool,
}

impl OuterTty {
    /// Opens the terminal that `fd` leads to anew, so that not to block stays this process's own
    /// matter: by its name, or as the controlling one where another namespace's device has no name here.
    /// `None` where `fd` leads to no terminal.
    pub fn of(fd: impl AsFd) -> io::Result<Option<OuterTty>> {
        if !isatty(&fd).unwrap_or(false) {
            return Ok(None);
        }
        let named = ttyname(&fd).ok().and_then(|path| open(&path).ok());
        let file = match named {
            Some(file) => file,
            None => open(Path::new("/dev/tty"))?,
        };
        let settings = tcgetattr(&file)?;
        Ok(Some(OuterTty {
            file,
            settings,
            raw: false,
        }))
    }

    /// Returns a way to read from and write to it without blocking, within the current runtime.
    pub fn watched(&self) -> io::Result<Watched> {
        Watched::new(self.file.try_clone()?.into())
    }

    /// Returns the settings that it had when it was opened.
    pub fn settings(&self) -> TtySettings {
        TtySettings(self.settings.clone())
    }

    /// Returns its size; `None` when it does not know (a serial line says 0x0).
    pub fn size(&self) -> Option<Size> {
        let mut size = Winsize {
            ws_row: 0,
            ws_col: 0,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        // SAFETY: TIOCGWINSZ writes one `winsize` to the pointer, which outlives the call, and the
        // descriptor is open as long as `self`.
        let result = unsafe {
            libc::ioctl(
                self.file.as_fd().as_raw_fd(),
                libc::TIOCGWINSZ,
                &raw mut size,
            )
        };
        Errno::result(result).ok()?;
        let size = Size {
            rows: size.ws_row,
            cols: size.ws_col,
        };
        (size.rows > 0 && size.cols > 0).then(|| size.clamped())
    }

    /// Has every key go to this process as it is typed, and output to the screen as it is written.
    pub fn make_raw(&mut self) -> io::Result<()> {
        let mut raw = self.settings.clone();
        cfmakeraw(&mut raw);
        tcsetattr(&self.file, SetArg::TCSANOW, &raw)?;
        self.raw = true;
        Ok(())
    }

    /// Makes it raw again after this process was stopped; in the background it is left to whoever
    /// has it.
    pub fn retake(&mut self) -> io::Result<()> {
        match tcgetpgrp(&self.file) {
            Ok(group) if group == getpgrp() => self.make_raw(),
            _ => Ok(()),
        }
    }

    /// Gives it the settings back that it had, if it was made raw since.
    pub fn restore(&mut self) {
        if std::mem::take(&mut self.raw) {
            // A terminal that has gone cannot be restored, and need not be.
            let _ = tcsetattr(&self.file, SetArg::TCSANOW, &self.settings);
        }
    }
}

impl Drop for OuterTty {
    fn drop(&mut self) {
        self.restore();
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags((OFlag::O_NONBLOCK | OFlag::O_NOCTTY).bits())
        .open(path)
}

#[cfg(test)]
mod tests {
    use nix::{pty::openpty, sys::termios::LocalFlags};

    use super::*;

    fn is_cooked(tty: impl AsFd) -> bool {
        let flags = tcgetattr(tty).unwrap().local_flags;
        flags.contains(LocalFlags::ECHO | LocalFlags::ICANON | LocalFlags::ISIG)
    }

    #[test]
    fn a_terminal_is_restored_when_it_is_dropped_even_by_a_panic() {
        let pair = openpty(None, None).unwrap();
        let tty = OuterTty::of(&pair.slave).unwrap().unwrap();
        assert_eq!(tty.size(), None, "a new pty has none");
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let mut tty = tty;
            tty.make_raw().unwrap();
            assert!(!is_cooked(&pair.slave));
            std::panic::resume_unwind(Box::new(()));
        }));
        assert!(panicked.is_err() && is_cooked(&pair.slave));
    }

    #[test]
    fn what_others_changed_is_left_unless_it_was_made_raw() {
        let pair = openpty(None, None).unwrap();
        let tty = OuterTty::of(&pair.slave).unwrap().unwrap();
        let mut settings = tcgetattr(&pair.slave).unwrap();
        settings.local_flags.remove(LocalFlags::ECHO);
        tcsetattr(&pair.slave, SetArg::TCSANOW, &settings).unwrap();
        drop(tty);
        assert!(!is_cooked(&pair.slave));
    }

    #[test]
    fn a_file_is_no_terminal() {
        assert!(
            OuterTty::of(tempfile::tempfile().unwrap())
                .unwrap()
                .is_none()
        );
    }
}
