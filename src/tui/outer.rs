//! The outer terminal: taken over at the start, given back on every way out.
//!
//! Reads and writes never block: what the terminal does not take at once is kept, and the next
//! frame waits for it. The terminal's own state is restored when [`Outer`] is dropped and by a
//! panic hook. What is drawn is decided elsewhere.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    os::{
        fd::{AsFd, OwnedFd},
        unix::fs::OpenOptionsExt,
    },
    path::{Path, PathBuf},
    sync::{Mutex, Once},
    thread::ThreadId,
    time::{Duration, Instant},
};

use nix::{
    fcntl::OFlag,
    libc,
    poll::{PollFd, PollFlags, PollTimeout, poll},
    sys::termios::{FlushArg, SetArg, Termios, cfmakeraw, tcflush, tcgetattr, tcsetattr},
};

use super::{clipboard, view::CursorPlace, widget};
use crate::{
    geometry::Size,
    keys::{Decoder, Event},
    pty::Watched,
};

/// How many bytes one read takes; a longer paste comes in pieces.
pub const READ_BYTES: usize = 64 * 1024;

/// How many bytes a terminal that does not read may leave before bells and titles are dropped.
const MAX_UNWRITTEN: usize = 1 << 20;

/// How often, for 50 ms each, restoring waits for a terminal that does not read.
const RESTORE_PATIENCE: u32 = 6;

/// How long restoring waits for the answers to [`ENTER`]'s questions, which a shell would show as
/// typed. A slow line's are seldom later; who never answers is waited for only if it was asked
/// less than [`ANSWERS_DUE`] ago.
const ANSWER_PATIENCE: Duration = Duration::from_millis(500);

/// How long after a question its answer may still come.
const ANSWERS_DUE: Duration = Duration::from_secs(5);

/// Saves the title on the terminal's own stack.
const SAVE_TITLE: &[u8] = b"\x1b[22;2t";

/// The alternate screen; bracketed paste, focus and mouse reports (presses,
/// drags, SGR); no cursor; asks for the kitty keyboard flags, then for the device attributes (DA1),
/// which every terminal answers: after that no answer is due.
const ENTER: &[u8] =
    b"\x1b[?1049h\x1b[?2004h\x1b[?1004h\x1b[?1000h\x1b[?1002h\x1b[?1006h\x1b[?25l\x1b[?u\x1b[c";

/// Undoes [`SAVE_TITLE`] and [`ENTER`], and whatever a frame that was cut off may have begun.
const LEAVE: &[u8] = b"\x1b[?2026l\x1b[?1006l\x1b[?1002l\x1b[?1000l\x1b[?1004l\x1b[?2004l\x1b[0 q\x1b[0m\x1b[?25h\x1b[?1049l\x1b[23;2t";

/// Pushes kitty's flag 1: keys that would be ambiguous get sequences of their own.
const PUSH_KITTY: &[u8] = b"\x1b[>1u";

/// Takes back [`PUSH_KITTY`].
const POP_KITTY: &[u8] = b"\x1b[<u";

/// The terminal could not be used.
#[derive(Debug, thiserror::Error)]
pub enum OuterError {
    /// There is none.
    #[error("this needs a terminal, and standard input is none")]
    NoTerminal,
    /// It could not be opened.
    #[error("the terminal {path} cannot be opened")]
    Open {
        /// Its device.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It could not be put into raw mode.
    #[error("the terminal's modes cannot be set")]
    Modes(#[source] nix::Error),
    /// It could not be watched for input.
    #[error("the terminal cannot be watched")]
    Watch(#[source] io::Error),
}

/// What must be restored, shared with the panic hook.
#[derive(Debug)]
struct Taken {
    terminal: OwnedFd,
    modes: Termios,
    kitty: bool,
    /// When [`ENTER`] asked what has not been answered yet.
    asked: Option<Instant>,
    thread: ThreadId,
}

/// The terminal that this process has taken over, if any.
static TAKEN: Mutex<Option<Taken>> = Mutex::new(None);

/// The outer terminal.
#[derive(Debug)]
pub struct Outer {
    terminal: Watched,
    modes: libc::termios,
    unwritten: Vec<u8>,
    written: usize,
    cursor: Option<CursorPlace>,
    title: String,
}

/// Opens the terminal of this process: that of its standard input, else the controlling one.
/// It is opened anew, so that not to block stays this process's own matter.
pub fn open_terminal() -> Result<File, OuterError> {
    let stdin = nix::unistd::ttyname(io::stdin()).ok();
    let controlling = PathBuf::from("/dev/tty");
    for path in stdin.iter().chain([&controlling]) {
        match open(path) {
            Ok(file) => return Ok(file),
            // Another namespace's device has a name here that leads nowhere.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) if error.raw_os_error() == Some(nix::errno::Errno::ENXIO as i32) => {}
            Err(source) => {
                let path = path.clone();
                return Err(OuterError::Open { path, source });
            }
        }
    }
    Err(OuterError::NoTerminal)
}

fn open(path: &Path) -> io::Result<File> {
    let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags(flags.bits())
        .open(path)
}

/// Returns the size of the outer terminal; 80x24 when it does not know (a serial line says 0x0).
pub fn terminal_size() -> Size {
    match crossterm::terminal::window_size() {
        Ok(size) if size.rows > 0 && size.columns > 0 => Size {
            rows: size.rows,
            cols: size.columns,
        }
        .clamped(),
        _ => Size::DEFAULT,
    }
}

impl Outer {
    /// Takes over a terminal that was opened not to block.
    pub fn enter(terminal: File) -> Result<Outer, OuterError> {
        restore_on_panic();
        let modes = tcgetattr(&terminal).map_err(OuterError::Modes)?.into();
        let mut outer = Outer {
            terminal: Watched::new(terminal.into()).map_err(OuterError::Watch)?,
            modes,
            unwritten: Vec::new(),
            written: 0,
            cursor: None,
            title: String::new(),
        };
        outer.retake()?;
        Ok(outer)
    }

    /// Takes the terminal over again after [`Outer::give_back`], or after somebody else changed it.
    pub fn retake(&mut self) -> Result<(), OuterError> {
        let modes = Termios::from(self.modes);
        let mut raw = modes.clone();
        cfmakeraw(&mut raw);
        let file = self.terminal.as_fd();
        tcsetattr(file, SetArg::TCSANOW, &raw).map_err(OuterError::Modes)?;
        let taken = Taken {
            terminal: file
                .as_fd()
                .try_clone_to_owned()
                .map_err(OuterError::Watch)?,
            modes,
            kitty: false,
            asked: Some(Instant::now()),
            thread: std::thread::current().id(),
        };
        match lock().replace(taken) {
            None => self.unwritten.extend_from_slice(SAVE_TITLE),
            Some(before) if before.kitty => self.unwritten.extend_from_slice(POP_KITTY),
            Some(_) => {}
        }
        self.cursor = None;
        self.unwritten.extend_from_slice(ENTER);
        // Whoever had the terminal meanwhile has left a title of its own.
        if !self.title.is_empty() {
            self.command("2", &self.title.clone());
        }
        Ok(())
    }

    /// Restores the terminal to what it was.
    pub fn give_back(&mut self) {
        self.unwritten.clear();
        self.written = 0;
        if let Some(taken) = lock().take() {
            restore(&taken);
        }
    }

    /// Returns an end of it for another program: one that blocks.
    pub fn blocking_end(&self) -> io::Result<File> {
        let named = nix::unistd::ttyname(self.terminal.as_fd());
        OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(OFlag::O_NOCTTY.bits())
            .open(named.unwrap_or_else(|_| PathBuf::from("/dev/tty")))
    }

    /// Waits for input, reads what there is into `bytes` and returns how much that was. Cancel
    /// safe.
    ///
    /// # Errors
    /// When the terminal has gone.
    pub async fn read(&self, bytes: &mut [u8]) -> io::Result<usize> {
        loop {
            self.terminal.readable().await?;
            match self.terminal.read(bytes) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                result => return result,
            }
        }
    }

    /// Returns whether the terminal has taken all that was written.
    pub fn is_idle(&self) -> bool {
        self.unwritten.is_empty()
    }

    /// Writes a frame: `draw` appends its cells' bytes and returns whether there were any. The
    /// cursor is put where it belongs, and the terminal shows it all at once (mode 2026).
    pub fn frame(
        &mut self,
        cursor: Option<CursorPlace>,
        draw: impl FnOnce(&mut Vec<u8>) -> bool,
    ) -> io::Result<()> {
        let start = self.unwritten.len();
        self.unwritten.extend_from_slice(b"\x1b[?2026h");
        let cells = draw(&mut self.unwritten);
        let before = std::mem::replace(&mut self.cursor, cursor);
        if !cells && cursor == before {
            self.unwritten.truncate(start);
            return self.flush();
        }
        let out = &mut self.unwritten;
        match cursor {
            Some(CursorPlace { x, y, shape }) => {
                write!(out, "\x1b[{};{}H", y + 1, x + 1)?;
                if before.is_none_or(|before| before.shape != shape) {
                    write!(out, "\x1b[{} q", shape.number())?;
                }
                if before.is_none() {
                    out.extend_from_slice(b"\x1b[?25h");
                }
            }
            None if before.is_some() => out.extend_from_slice(b"\x1b[?25l"),
            None => {}
        }
        out.extend_from_slice(b"\x1b[?2026l");
        self.flush()
    }

    /// Rings the bell.
    pub fn bell(&mut self) {
        if self.unwritten.len() < MAX_UNWRITTEN {
            self.unwritten.push(7);
        }
    }

    /// Has the terminal notify the person (OSC 9).
    pub fn notify(&mut self, text: &str) {
        self.command("9", text);
    }

    /// Sets the title, also when the terminal is taken over again.
    pub fn title(&mut self, title: &str) {
        title.clone_into(&mut self.title);
        self.command("2", title);
    }

    /// Writes an operating system command; characters that are not for drawing are left out.
    fn command(&mut self, number: &str, text: &str) {
        if self.unwritten.len() >= MAX_UNWRITTEN {
            return;
        }
        let drawn = |c: &char| widget::columns(c.encode_utf8(&mut [0; 4])) > 0;
        let text: String = text.chars().filter(drawn).collect();
        let command = format!("\x1b]{number};{text}\x1b\\");
        self.unwritten.extend_from_slice(command.as_bytes());
    }

    /// Gives text to the terminal's clipboard (OSC 52).
    pub fn copy(&mut self, text: &str) {
        self.unwritten.extend(clipboard::sequence(text));
    }

    /// Asks for unambiguous keys, of a terminal that has answered that it knows how.
    pub fn push_kitty(&mut self) {
        if let Some(taken) = lock().as_mut()
            && !taken.kitty
        {
            taken.kitty = true;
            self.unwritten.extend_from_slice(PUSH_KITTY);
        }
    }

    /// Takes note that the terminal has answered all that it was asked.
    pub fn answered(&mut self) {
        if let Some(taken) = lock().as_mut() {
            taken.asked = None;
        }
    }

    /// Waits until the terminal takes bytes again. Cancel safe.
    pub async fn writable(&self) -> io::Result<()> {
        self.terminal.writable().await
    }

    /// Writes as much as the terminal takes now.
    pub fn flush(&mut self) -> io::Result<()> {
        while self.written < self.unwritten.len() {
            let rest = &self.unwritten[self.written..];
            match self.terminal.write(rest) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => self.written += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        self.unwritten.clear();
        self.written = 0;
        Ok(())
    }
}

impl Drop for Outer {
    fn drop(&mut self) {
        self.give_back();
    }
}

fn lock() -> std::sync::MutexGuard<'static, Option<Taken>> {
    TAKEN
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Brings the terminal back, without waiting long for one that does not read.
fn restore(taken: &Taken) {
    let mut bytes = Vec::with_capacity(LEAVE.len() + POP_KITTY.len());
    if taken.kitty {
        bytes.extend_from_slice(POP_KITTY);
    }
    bytes.extend_from_slice(LEAVE);
    let mut rest = bytes.as_slice();
    let mut patience = RESTORE_PATIENCE;
    while !rest.is_empty() && patience > 0 {
        match nix::unistd::write(&taken.terminal, rest) {
            Ok(count) => rest = &rest[count..],
            Err(nix::Error::EAGAIN) => {
                patience -= 1;
                let mut waiting = [PollFd::new(taken.terminal.as_fd(), PollFlags::POLLOUT)];
                // A failure shows at the next write.
                let _ = poll(&mut waiting, PollTimeout::from(50u8));
            }
            Err(nix::Error::EINTR) => {}
            Err(_) => break,
        }
    }
    if let Some(asked) = taken.asked
        && rest.is_empty()
        && asked.elapsed() < ANSWERS_DUE
    {
        drop_answers(&taken.terminal);
    }
    // Reports of the mouse still under way are not for the shell. A terminal that has gone
    // cannot be restored, and need not be.
    let _ = tcflush(&taken.terminal, FlushArg::TCIFLUSH);
    let _ = tcsetattr(&taken.terminal, SetArg::TCSANOW, &taken.modes);
}

/// Reads up to the answer that is the last one, and drops what it read.
fn drop_answers(terminal: &OwnedFd) {
    let deadline = Instant::now() + ANSWER_PATIENCE;
    let mut decoder = Decoder::default();
    let mut events = Vec::new();
    let mut bytes = [0; 1024];
    while !events.contains(&Event::DeviceAttributes) {
        let left = deadline.saturating_duration_since(Instant::now());
        let mut waiting = [PollFd::new(terminal.as_fd(), PollFlags::POLLIN)];
        let timeout = PollTimeout::try_from(left).unwrap_or(PollTimeout::ZERO);
        match poll(&mut waiting, timeout) {
            Err(nix::Error::EINTR) => continue,
            Ok(1..) => {}
            _ => return,
        }
        events.clear();
        match nix::unistd::read(terminal, &mut bytes) {
            Ok(count @ 1..) => decoder.feed(Instant::now(), &bytes[..count], &mut events),
            Err(nix::Error::EAGAIN | nix::Error::EINTR) => {}
            _ => return,
        }
    }
}

/// Restores the terminal before a panic of the interface is reported, so that it can be read.
fn restore_on_panic() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let report = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if let Ok(mut taken) = TAKEN.try_lock()
                && let Some(taken) =
                    taken.take_if(|taken| taken.thread == std::thread::current().id())
            {
                restore(&taken);
            }
            report(panic);
        }));
    });
}
