//! The master side of a pty: reading, writing, resizing, and the tty's settings.

use std::{
    io,
    os::fd::{AsFd, AsRawFd, OwnedFd},
};

use nix::{
    errno::Errno,
    libc,
    poll::{PollFd, PollFlags, PollTimeout, poll},
    pty::Winsize,
    sys::termios::{self, LocalFlags, SpecialCharacterIndices},
};

use super::{drain::Drain, readiness::Watched};
use crate::geometry::Size;

/// The tty settings that tell who is asked for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TtyState {
    /// ECHO: what is typed is shown by the kernel.
    pub echo: bool,
    /// ICANON: the kernel collects lines.
    pub canonical: bool,
    /// VEOF: the character that ends input, usually Ctrl-D; `None` when disabled.
    pub end_of_file: Option<u8>,
}

/// What a read brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// This many bytes.
    Bytes(usize),
    /// Nothing now.
    Empty,
    /// Nothing ever again: nobody holds the slave side (EIO on Linux, 0 elsewhere).
    End,
}

/// The master side of a pty.
#[derive(Debug)]
pub struct Pty {
    master: Watched,
}

impl Pty {
    /// Takes a master descriptor that is already non-blocking.
    pub(super) fn new(master: OwnedFd) -> io::Result<Pty> {
        Ok(Pty {
            master: Watched::new(master)?,
        })
    }

    /// Waits until there may be something to read.
    pub async fn readable(&self) -> io::Result<()> {
        self.master.readable().await
    }

    /// Waits until something may be written.
    pub async fn writable(&self) -> io::Result<()> {
        self.master.writable().await
    }

    /// Has a thread of its own read a flood. Nothing else reads the pty until the flood has ended and
    /// [`Pty::resume`] was called.
    pub fn drain(&mut self) -> io::Result<Drain> {
        let drain = Drain::start(self.master.pause());
        if drain.is_err() {
            self.master.resume()?;
        }
        drain
    }

    /// Watches the pty again after a flood.
    pub fn resume(&mut self) -> io::Result<()> {
        self.master.resume()
    }

    /// Reads what there is, without waiting. Linux gives at most 4,095 bytes at once.
    pub fn read(&self, buffer: &mut [u8]) -> io::Result<Read> {
        read(self.master.read(buffer))
    }

    /// Reads what there is even if the runtime has not yet heard of it: what a child that has ended
    /// has left.
    pub fn read_rest(&self, buffer: &mut [u8]) -> io::Result<Read> {
        read(self.master.read_unheard(buffer))
    }

    /// Writes what fits, without waiting, and returns how much that was.
    pub fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        match self.master.write(bytes) {
            // Without anybody at the other end there will never be room, and waiting for it ends at once.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock && !self.is_hung_up() => Ok(0),
            other => other,
        }
    }

    /// Returns whether nobody holds the other end any more.
    fn is_hung_up(&self) -> bool {
        let mut master = [PollFd::new(self.master.as_fd(), PollFlags::empty())];
        poll(&mut master, PollTimeout::ZERO).is_ok()
            && master[0]
                .revents()
                .is_some_and(|events| events.contains(PollFlags::POLLHUP))
    }

    /// Sets the window size; the kernel tells the foreground group by SIGWINCH.
    pub fn resize(&self, size: Size) -> io::Result<()> {
        let winsize = winsize(size);
        // SAFETY: TIOCSWINSZ reads one `winsize` from the pointer, which outlives the call, and
        // the descriptor is open as long as `self`.
        let result = unsafe {
            libc::ioctl(
                self.master.as_fd().as_raw_fd(),
                libc::TIOCSWINSZ,
                &raw const winsize,
            )
        };
        Errno::result(result)?;
        Ok(())
    }

    /// Returns the tty's settings; the master sees those of the slave.
    pub fn state(&self) -> io::Result<TtyState> {
        let settings = termios::tcgetattr(&self.master)?;
        let end_of_file = settings.control_chars[SpecialCharacterIndices::VEOF as usize];
        Ok(TtyState {
            echo: settings.local_flags.contains(LocalFlags::ECHO),
            canonical: settings.local_flags.contains(LocalFlags::ICANON),
            end_of_file: (end_of_file != libc::_POSIX_VDISABLE).then_some(end_of_file),
        })
    }

    /// Returns the tty's foreground process group.
    pub fn foreground_group(&self) -> Option<i32> {
        let group = nix::unistd::tcgetpgrp(self.master.as_fd()).ok()?;
        (group.as_raw() > 0).then_some(group.as_raw())
    }

    /// Returns whether output waits to be read. Unlike FIONREAD, `poll` also moves on what the
    /// slave side has just written, so that nothing written before this call is missed.
    pub fn has_input(&self) -> bool {
        let mut master = [PollFd::new(self.master.as_fd(), PollFlags::POLLIN)];
        poll(&mut master, PollTimeout::ZERO).is_ok()
            && master[0]
                .revents()
                .is_some_and(|events| events.contains(PollFlags::POLLIN))
    }

    /// Returns N of the slave's name `/dev/pts/N`; `None` where slaves have no such names.
    #[cfg(target_os = "linux")]
    pub(super) fn slave_index(&self) -> Option<u32> {
        let mut index: libc::c_uint = 0;
        // SAFETY: TIOCGPTN writes one `unsigned int` to the pointer, which outlives the call, and
        // the descriptor is open as long as `self`.
        let result = unsafe {
            libc::ioctl(
                self.master.as_fd().as_raw_fd(),
                libc::TIOCGPTN,
                &raw mut index,
            )
        };
        (result == 0).then_some(index)
    }

    /// Returns N of the slave's name `/dev/pts/N`; `None` where slaves have no such names.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn slave_index(&self) -> Option<u32> {
        None
    }
}

/// Returns the kernel's form of a size.
pub(super) fn winsize(size: Size) -> Winsize {
    Winsize {
        ws_row: size.rows,
        ws_col: size.cols,
        ws_xpixel: 0,
        ws_ypixel: 0,
    }
}

fn read(result: io::Result<usize>) -> io::Result<Read> {
    match result {
        Ok(0) => Ok(Read::End),
        Ok(count) => Ok(Read::Bytes(count)),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(Read::Empty),
        // Linux says EIO once no process holds the slave.
        Err(error) if error.raw_os_error() == Some(Errno::EIO as i32) => Ok(Read::End),
        Err(error) => Err(error),
    }
}
