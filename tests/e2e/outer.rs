//! The outer terminal of a test: a pty whose other end an emulator draws.

use std::{
    fs::File,
    io::{Read, Write},
    os::fd::OwnedFd,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Condvar, Mutex},
    time::{Duration, Instant},
};

use nix::{
    pty::{Winsize, openpty},
    sys::termios::{LocalFlags, tcgetattr},
};

use crate::sandbox::PATIENCE;

/// What stands for U+FFFD, which the emulator does not draw.
pub const REPLACEMENT: &str = "\u{25a1}";

/// A program in an emulated terminal.
pub struct Outer {
    pub child: Child,
    master: File,
    slave: OwnedFd,
    seen: Arc<(Mutex<Seen>, Condvar)>,
}

struct Seen {
    parser: vt100::Parser<Replies>,
    raw: Vec<u8>,
    closed: bool,
    /// How many bytes are read at once, and how long nothing is read then.
    pace: (usize, Duration),
}

/// What a terminal answers, as far as a program waits for it.
#[derive(Default)]
struct Replies(Vec<u8>);

impl vt100::Callbacks for Replies {
    fn unhandled_csi(
        &mut self,
        _: &mut vt100::Screen,
        first: Option<u8>,
        _: Option<u8>,
        _: &[&[u16]],
        last: char,
    ) {
        match (first, last) {
            (None, 'c') => self.0.extend(b"\x1b[?62;22c"),
            (Some(b'?'), 'u') => self.0.extend(b"\x1b[?0u"),
            _ => {}
        }
    }
}

impl Outer {
    /// Starts a command in a terminal of this size. The command must make the tty its own, as
    /// `setsid -c` does.
    pub fn start(mut command: Command, rows: u16, cols: u16) -> Outer {
        let pty = openpty(&winsize(rows, cols), None).unwrap();
        let end = || Stdio::from(pty.slave.try_clone().unwrap());
        let child = command
            .stdin(end())
            .stdout(end())
            .stderr(end())
            .spawn()
            .unwrap();
        let master = File::from(pty.master);
        let parser = vt100::Parser::new_with_callbacks(
            rows.try_into().unwrap(),
            cols.try_into().unwrap(),
            0,
            Replies::default(),
        );
        let seen = Seen {
            parser,
            raw: Vec::new(),
            closed: false,
            pace: (65536, Duration::ZERO),
        };
        let seen = Arc::new((Mutex::new(seen), Condvar::new()));
        let (mut reader, theirs) = (master.try_clone().unwrap(), seen.clone());
        std::thread::spawn(move || {
            let mut buffer = [0; 65536];
            let mut unfinished = Vec::new();
            loop {
                let (most, pause) = theirs.0.lock().unwrap().pace;
                std::thread::sleep(pause);
                let count = reader.read(&mut buffer[..most]).unwrap_or(0);
                let mut seen = theirs.0.lock().unwrap();
                if count == 0 {
                    seen.closed = true;
                } else {
                    seen.raw.extend(&buffer[..count]);
                    unfinished.extend(&buffer[..count]);
                    let whole = whole_characters(&mut unfinished);
                    seen.parser.process(whole.as_bytes());
                    let replies = std::mem::take(&mut seen.parser.callbacks_mut().0);
                    // A program that has gone needs no answer.
                    let _ = reader.write_all(&replies);
                }
                theirs.1.notify_all();
                if count == 0 {
                    return;
                }
            }
        });
        Outer {
            child,
            master,
            slave: pty.slave,
            seen,
        }
    }

    /// Types bytes.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.master.write_all(bytes.as_ref()).unwrap();
    }

    /// Reads no more than so many bytes after each pause from now on.
    pub fn slow_down(&self, bytes: usize, pause: Duration) {
        self.seen.0.lock().unwrap().pace = (bytes, pause);
    }

    /// Returns the visible text.
    pub fn text(&self) -> String {
        self.seen.0.lock().unwrap().parser.screen().contents()
    }

    /// Waits until the screen is as wanted.
    pub fn wait(&self, what: &str, wanted: impl Fn(&vt100::Screen) -> bool) {
        let start = Instant::now();
        let mut seen = self.seen.0.lock().unwrap();
        while !wanted(seen.parser.screen()) {
            let left = PATIENCE.checked_sub(start.elapsed());
            let text = || seen.parser.screen().contents();
            let left =
                left.unwrap_or_else(|| panic!("waited too long for {what}; seen:\n{}", text()));
            assert!(
                !seen.closed,
                "the program ended before {what}; seen:\n{}",
                text()
            );
            seen = self.seen.1.wait_timeout(seen, left).unwrap().0;
        }
    }

    /// Waits until a text is on the screen.
    pub fn wait_text(&self, text: &str) {
        self.wait(&format!("{text:?}"), |screen| {
            screen.contents().contains(text)
        });
    }

    /// Waits until a text is on the screen no more.
    pub fn wait_no_text(&self, text: &str) {
        self.wait(&format!("no {text:?}"), |screen| {
            !screen.contents().contains(text)
        });
    }

    /// Looks at the screen.
    pub fn look<T>(&self, look: impl FnOnce(&vt100::Screen) -> T) -> T {
        look(self.seen.0.lock().unwrap().parser.screen())
    }

    /// Returns everything that was written to the terminal.
    pub fn raw(&self) -> Vec<u8> {
        self.seen.0.lock().unwrap().raw.clone()
    }

    /// Returns the row and column of a tile's first cell of content, found by its title.
    pub fn tile(&self, title: &str) -> Option<(u16, u16)> {
        self.look(|screen| tile(screen, title))
    }

    /// Returns a tile's content as text, blanks at the ends of rows cut.
    pub fn tile_text(&self, title: &str, rows: u16, cols: u16) -> String {
        self.look(|screen| tile_text(screen, title, rows, cols))
    }

    /// Changes the terminal's size.
    pub fn resize(&mut self, rows: u16, cols: u16) {
        let size = (rows.try_into().unwrap(), cols.try_into().unwrap());
        self.seen
            .0
            .lock()
            .unwrap()
            .parser
            .screen_mut()
            .set_size(size.0, size.1);
        let mut stty = Command::new("stty");
        stty.args(["rows", &rows.to_string(), "cols", &cols.to_string()]);
        let done = stty
            .stdin(Stdio::from(self.slave.try_clone().unwrap()))
            .status()
            .unwrap();
        assert!(done.success());
    }

    /// Waits until the program has ended.
    pub fn wait_end(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(
                start.elapsed() < PATIENCE,
                "the program goes on; seen:\n{}",
                self.text()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Returns whether the terminal's line discipline is as a shell wants it.
    pub fn is_cooked(&self) -> bool {
        let flags = tcgetattr(&self.slave).unwrap().local_flags;
        flags.contains(LocalFlags::ECHO | LocalFlags::ICANON | LocalFlags::ISIG)
    }
}

impl Drop for Outer {
    fn drop(&mut self) {
        // Ended already is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Takes out all but a character that is cut at the end, which the emulator would lose.
fn whole_characters(bytes: &mut Vec<u8>) -> String {
    let cut = match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        _ => bytes.len(),
    };
    let rest = bytes.split_off(cut);
    let whole = std::mem::replace(bytes, rest);
    String::from_utf8_lossy(&whole).replace(char::REPLACEMENT_CHARACTER, REPLACEMENT)
}

/// Returns the row and column of a tile's first cell of content, found by its title.
pub fn tile(screen: &vt100::Screen, title: &str) -> Option<(u16, u16)> {
    let title = format!(" {title} ");
    let cols = screen.size().1.get();
    let rows = screen.size().0.get();
    (0..rows).find_map(|row| {
        (1..cols).find_map(|col| {
            let corner = screen.cell(row, col - 1)?.contents();
            let found = matches!(corner, "┌" | "├")
                && screen
                    .contents_between(row, col, row, cols)
                    .starts_with(&title);
            found.then_some((row + 1, col))
        })
    })
}

/// Returns a tile's content as text, blanks at the ends of rows cut; empty without the tile.
pub fn tile_text(screen: &vt100::Screen, title: &str, rows: u16, cols: u16) -> String {
    let Some((top, left)) = tile(screen, title) else {
        return String::new();
    };
    let line = |row| screen.contents_between(row, left, row, left + cols);
    let lines: Vec<String> = (top..top + rows)
        .map(|row| line(row).trim_end().to_owned())
        .collect();
    lines.join("\n")
}

fn winsize(rows: u16, cols: u16) -> Winsize {
    Winsize {
        ws_row: rows,
        ws_col: cols,
        ws_xpixel: 0,
        ws_ypixel: 0,
    }
}
