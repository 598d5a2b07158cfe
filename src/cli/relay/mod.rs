//! The relay: a command on a pty of its own, as a child of this process, joined to this terminal.
//!
//! What the child prints passes through unfiltered, byte for byte, and what is typed goes to the child;
//! size and stops are followed as by script(1). It keeps the way of bytes and nothing else: what is
//! made of them is up to the observer, who hears of everything in its order.

mod outer;
mod signals;
mod tty;

pub use tty::Tty;

use std::{
    collections::BTreeMap,
    io,
    path::Path,
    process::ExitStatus,
    time::{Duration, Instant},
};

use nix::sys::signal::Signal as Number;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::Child,
};

use self::{
    outer::{Outer, Output},
    signals::{Signal, Signals},
    tty::{EndOfInput, Looks},
};
use super::status::Status;
use crate::{
    geometry::Size,
    keys::{InputModes, Key, encode_key},
    pty::{self, Pty, Read, SpawnError, SpawnOptions},
};

/// How much output is taken at once at most, in bytes.
const OUTPUT_BYTES: usize = 64 * 1024;

/// How much input is taken at once at most, in bytes.
const INPUT_BYTES: usize = 4096;

/// How much input waits for a child that does not read, in bytes; more stays where it comes from.
const INPUT_LIMIT: usize = 64 * 1024;

/// How long output is waited for after the child's exit, while somebody else holds its tty.
const LINGER: Duration = Duration::from_secs(2);

/// How long a child has between the steps of its end when this process is to end: the signal, a
/// hang-up, the closing of its terminal.
const PATIENCE: Duration = Duration::from_secs(1);

/// What is relayed.
#[derive(Clone, Debug)]
pub struct RelayOptions<'a> {
    /// The command as an argument vector.
    pub command: &'a [String],
    /// The folder it starts in.
    pub cwd: &'a Path,
    /// Its whole environment.
    pub environment: &'a BTreeMap<String, String>,
    /// A key that ends the relay where input is typed, and that the child does not get.
    pub escape: Option<Key>,
}

/// What an observer hears of, in the order in which it happens.
#[derive(Debug)]
pub enum Event<'a> {
    /// The child has started, in a terminal of this size.
    Started(Size),
    /// The child has printed this.
    Output(&'a [u8]),
    /// This is about to be written to the child: what a person typed, or input that this process was
    /// given. The tty is as it is before that.
    Input(&'a [u8], Tty<'a>),
    /// There has been no output for a while: a moment to look at the tty. Comes up to five times in one
    /// silence.
    Still(Tty<'a>),
    /// The terminal has a new size.
    Resized(Size),
    /// The child has exited; output may follow.
    Exited(ExitStatus),
}

/// How a relay ended.
#[derive(Clone, Copy, Debug)]
pub struct Relayed {
    /// What the child exited with, as shells say it. If it lives on after this process was told to end:
    /// the status of that signal.
    pub status: Status,
    /// How many bytes of output this process could not print.
    pub unprinted: u64,
}

/// Why nothing was relayed.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// The child could not be started.
    #[error(transparent)]
    Spawn(#[from] SpawnError),
    /// This process's terminal cannot be used.
    #[error("the terminal cannot be used")]
    Terminal(#[source] io::Error),
}

/// Runs a command until it has exited and all its output was printed. `observe` must not block.
///
/// The terminal is raw meanwhile, and restored on every way out. SIGHUP, SIGINT, SIGQUIT and SIGTERM
/// end the child's session, at the latest by closing its terminal; so does the outer terminal's end.
pub async fn relay(
    options: &RelayOptions<'_>,
    observe: impl FnMut(Instant, Event),
) -> Result<Relayed, RelayError> {
    let mut signals = Signals::new().map_err(RelayError::Terminal)?;
    let mut relay = Relay::start(options, observe)?;
    while !relay.is_done() {
        match relay.next_event(&mut signals).await {
            Happened::Signal(signal) => relay.signal(signal),
            Happened::ChildEnded(status) => relay.child_ended(status),
            Happened::Typed(result) => relay.typed(result),
            Happened::Printed(result) => relay.printed(result),
            Happened::Flushed(result) => relay.flushed(result),
            Happened::Readable => relay.read(),
            Happened::Writable => relay.write(),
            Happened::Time => {}
        }
        relay.settle(Instant::now());
    }
    Ok(relay.outcome())
}

/// What the relay waits for.
enum Happened {
    Signal(Signal),
    ChildEnded(io::Result<ExitStatus>),
    /// So many bytes of input are in the buffer; 0 at its end.
    Typed(io::Result<usize>),
    /// So many bytes of output were printed.
    Printed(io::Result<usize>),
    Flushed(io::Result<()>),
    Readable,
    Writable,
    Time,
}

/// The end of the child on this process's behalf.
#[derive(Debug)]
struct Ending {
    signal: Number,
    /// When the next step is due, and how many there have been.
    due: Instant,
    steps: u8,
}

struct Relay<F> {
    observe: F,
    outer: Outer,
    size: Size,
    /// What the escape key sends, in each mode that a child may have set.
    escape: Vec<Vec<u8>>,
    /// `None` once nobody holds the child's end, or that was closed.
    pty: Option<Pty>,
    /// `None` once it has exited.
    child: Option<Child>,
    pid: Option<u32>,
    exit: Option<ExitStatus>,
    /// The child was stopped, and goes on when this process does.
    child_stopped: bool,
    buffer: Vec<u8>,
    /// Output that is yet to be printed.
    unprinted: Vec<u8>,
    /// What was printed is yet to be flushed.
    unflushed: bool,
    /// How many bytes could not be printed.
    lost: u64,
    typed: Vec<u8>,
    /// Input that is yet to be written.
    unwritten: Vec<u8>,
    input_open: bool,
    end_of_input: Option<EndOfInput>,
    looks: Looks,
    /// When output that does not come is given up, after the exit.
    linger_until: Option<Instant>,
    ending: Option<Ending>,
}

impl<F: FnMut(Instant, Event)> Relay<F> {
    fn start(options: &RelayOptions, mut observe: F) -> Result<Relay<F>, RelayError> {
        let mut outer = Outer::open().map_err(RelayError::Terminal)?;
        let size = outer.size();
        let (pty, child) = pty::spawn(&SpawnOptions {
            command: options.command,
            cwd: options.cwd,
            environment: options.environment,
            size,
            settings: outer.settings(),
        })?;
        let now = Instant::now();
        observe(now, Event::Started(size));
        outer.make_raw().map_err(RelayError::Terminal)?;
        let escape = options.escape.filter(|_| outer.is_typed());
        Ok(Relay {
            observe,
            outer,
            size,
            escape: escape.map(encodings).unwrap_or_default(),
            pid: child.id(),
            pty: Some(pty),
            child: Some(child),
            exit: None,
            child_stopped: false,
            buffer: vec![0; OUTPUT_BYTES],
            unprinted: Vec::new(),
            unflushed: false,
            lost: 0,
            typed: vec![0; INPUT_BYTES],
            unwritten: Vec::new(),
            input_open: true,
            end_of_input: None,
            looks: Looks::new(now),
            linger_until: None,
            ending: None,
        })
    }

    /// Returns whether nothing more is to be done: the child has exited, or was given up, and its
    /// output is printed.
    fn is_done(&self) -> bool {
        let given_up = self.ending.as_ref().is_some_and(|ending| ending.steps > 2);
        let printed = self.unprinted.is_empty() && !self.unflushed;
        given_up || (self.child.is_none() && self.pty.is_none() && printed)
    }

    fn outcome(mut self) -> Relayed {
        self.outer.restore();
        let told = self.ending.map(|ending| Status::of_signal(ending.signal));
        Relayed {
            status: self
                .exit
                .map_or(told, |exit| Some(Status::of_exit(exit)))
                .unwrap_or(Status::FAILED),
            unprinted: self.lost + self.unprinted.len() as u64,
        }
    }

    async fn next_event(&mut self, signals: &mut Signals) -> Happened {
        let deadline = self.next_deadline();
        let timer = async {
            match deadline {
                Some(at) => tokio::time::sleep_until(at.into()).await,
                None => std::future::pending().await,
            }
        };
        let Relay {
            outer,
            pty,
            child,
            unprinted,
            unflushed,
            typed,
            unwritten,
            input_open,
            ..
        } = self;
        let pty = pty.as_ref();
        tokio::select! {
            biased;
            signal = signals.next() => Happened::Signal(signal),
            status = async { child.as_mut().expect("guarded").wait().await },
                if child.is_some() => Happened::ChildEnded(status),
            // A flood of output must not hold up an interrupt.
            result = outer.input.read(typed),
                if *input_open && pty.is_some() && unwritten.len() < INPUT_LIMIT =>
                Happened::Typed(result),
            // What fails shows at the write or the read.
            _ = async { pty.expect("guarded").writable().await },
                if pty.is_some() && !unwritten.is_empty() => Happened::Writable,
            happened = print(&mut outer.output, unprinted),
                if !unprinted.is_empty() || *unflushed => happened,
            // A terminal that does not take output holds up the child, as it would without a relay.
            _ = async { pty.expect("guarded").readable().await },
                if pty.is_some() && unprinted.is_empty() => Happened::Readable,
            () = timer => Happened::Time,
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        let looks = self.looks.due().filter(|_| self.is_live());
        let end_of_input = self.end_of_input.as_ref().filter(|_| self.is_live());
        [
            looks,
            end_of_input.map(EndOfInput::due),
            self.linger_until,
            self.ending.as_ref().map(|ending| ending.due),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Returns whether the child can be looked at and typed to.
    fn is_live(&self) -> bool {
        self.pty.is_some() && self.child.is_some()
    }

    /// Does what is due.
    fn settle(&mut self, now: Instant) {
        if let Some(pty) = self.pty.as_ref().filter(|_| self.child.is_some()) {
            let tty = || Tty {
                pty,
                child: self.pid,
            };
            if self.looks.due().is_some_and(|at| at <= now) {
                self.looks.looked();
                (self.observe)(now, Event::Still(tty()));
            }
            if let Some(end) = &mut self.end_of_input
                && end.due() <= now
                && self.unwritten.is_empty()
                && let Some(character) = end.look(now, &tty())
            {
                (self.observe)(now, Event::Input(&[character], tty()));
                self.unwritten.push(character);
                self.write();
            }
        }
        if self.linger_until.is_some_and(|at| at <= now) {
            // Somebody who waits for this process to print has not been waited for yet.
            if self.unprinted.is_empty() {
                (self.pty, self.linger_until) = (None, None);
            } else {
                self.linger_until = Some(now + LINGER);
            }
        }
        self.step_ending(now);
    }

    fn signal(&mut self, signal: Signal) {
        match signal {
            Signal::End(number) => self.end(number),
            Signal::Stop => self.stop(),
            Signal::Continue => {
                // A terminal that has gone says so when it is read.
                let _ = self.outer.retake();
                if std::mem::take(&mut self.child_stopped) {
                    self.signal_child(Number::SIGCONT);
                }
                self.resize();
            }
            Signal::Resize => self.resize(),
            Signal::Child => {
                if self.pid.is_some_and(pty::has_stopped) && self.ending.is_none() {
                    // As when a shell suspends itself: whoever started this process gets the terminal.
                    self.child_stopped = true;
                    self.stop();
                }
            }
        }
    }

    /// Gives the terminal back and stops; CONT takes it again.
    fn stop(&mut self) {
        self.outer.restore();
        // Raising a signal in the own process fails for no reason that could be told here.
        let _ = nix::sys::signal::raise(Number::SIGSTOP);
    }

    fn resize(&mut self) {
        let size = self.outer.size();
        if let Some(pty) = self.pty.as_ref().filter(|_| size != self.size) {
            self.size = size;
            // Only a closed one refuses.
            let _ = pty.resize(size);
            (self.observe)(Instant::now(), Event::Resized(size));
        }
    }

    /// Begins to end the child, unless that has begun.
    fn end(&mut self, signal: Number) {
        if self.ending.is_none() {
            self.ending = Some(Ending {
                signal,
                due: Instant::now(),
                steps: 0,
            });
        }
    }

    fn step_ending(&mut self, now: Instant) {
        let Some(ending) = self.ending.as_mut().filter(|ending| ending.due <= now) else {
            return;
        };
        let signal = match ending.steps {
            0 => Some(ending.signal),
            1 => Some(Number::SIGHUP),
            _ => None,
        };
        ending.due = now + PATIENCE;
        ending.steps += 1;
        match signal {
            Some(signal) => {
                self.signal_child(signal);
                // A stopped program acts on nothing else.
                self.signal_child(Number::SIGCONT);
            }
            // The kernel hangs up on whoever is left.
            None => self.pty = None,
        }
    }

    fn signal_child(&self, signal: Number) {
        if let Some(pid) = self.pid {
            pty::signal_session(pid, signal);
        }
    }

    fn child_ended(&mut self, status: io::Result<ExitStatus>) {
        self.child = None;
        self.exit = status.ok();
        self.linger_until = Some(Instant::now() + LINGER);
        if let Some(exit) = self.exit {
            (self.observe)(Instant::now(), Event::Exited(exit));
        }
    }

    /// Takes input that is in the buffer.
    fn typed(&mut self, result: io::Result<usize>) {
        let count = match result {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
            Err(_) => 0,
        };
        if count == 0 {
            self.input_open = false;
            match self.outer.is_typed() {
                true => self.end(Number::SIGHUP),
                false => self.end_of_input = Some(EndOfInput::new(Instant::now())),
            }
            return;
        }
        let chunk = &self.typed[..count];
        let escape = self.escape.iter();
        let escaped = escape.filter_map(|key| find(chunk, key)).min();
        let bytes = &chunk[..escaped.unwrap_or(count)];
        if let Some(pty) = self.pty.as_ref().filter(|_| !bytes.is_empty()) {
            let child = self.pid;
            (self.observe)(Instant::now(), Event::Input(bytes, Tty { pty, child }));
            self.unwritten.extend_from_slice(bytes);
            self.write();
        }
        if escaped.is_some() {
            self.input_open = false;
            self.end(Number::SIGHUP);
        }
    }

    /// Writes input as far as the child takes it.
    fn write(&mut self) {
        if let Some(pty) = &self.pty {
            match pty.write(&self.unwritten) {
                Ok(count) => drop(self.unwritten.drain(..count)),
                // The other end has gone; the reading will say so.
                Err(_) => self.unwritten.clear(),
            }
        }
    }

    /// Takes output, and prints it next.
    fn read(&mut self) {
        let Some(pty) = &self.pty else {
            return;
        };
        let mut held = 0;
        while held < OUTPUT_BYTES {
            match pty.read(&mut self.buffer[held..]) {
                Ok(Read::Bytes(count)) => held += count,
                Ok(Read::Empty) => break,
                Ok(Read::End) | Err(_) => {
                    (self.pty, self.linger_until) = (None, None);
                    break;
                }
            }
        }
        if held == 0 {
            return;
        }
        let now = Instant::now();
        self.looks.disturb(now);
        if let Some(end) = &mut self.end_of_input {
            end.disturb(now);
        }
        self.unprinted.extend_from_slice(&self.buffer[..held]);
        (self.observe)(now, Event::Output(&self.buffer[..held]));
    }

    fn printed(&mut self, result: io::Result<usize>) {
        match result {
            Ok(count @ 1..) => {
                drop(self.unprinted.drain(..count));
                self.unflushed = true;
            }
            Ok(0) => self.unprintable(&io::ErrorKind::WriteZero.into()),
            Err(error) => self.unprintable(&error),
        }
    }

    fn flushed(&mut self, result: io::Result<()>) {
        self.unflushed = false;
        if let Err(error) = result {
            self.unprintable(&error);
        }
    }

    /// Gives up what cannot be printed. A full disk is no reason to end a child, a reader that has gone
    /// is, as when a terminal is closed.
    fn unprintable(&mut self, error: &io::Error) {
        match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted => return,
            io::ErrorKind::StorageFull | io::ErrorKind::FileTooLarge => {}
            _ => self.end(Number::SIGHUP),
        }
        self.lost += self.unprinted.len() as u64;
        self.unprinted.clear();
    }
}

/// Prints what there is, or has what was printed go out. Cancel safe.
async fn print(output: &mut Output, bytes: &[u8]) -> Happened {
    match bytes {
        [] => Happened::Flushed(output.flush().await),
        bytes => Happened::Printed(output.write(bytes).await),
    }
}

/// Returns what a terminal may send for a key: as it begins, and in the modes that a child can set.
fn encodings(key: Key) -> Vec<Vec<u8>> {
    let modes = InputModes::default();
    let all = [
        modes,
        InputModes {
            modify_other_keys: 2,
            ..modes
        },
        InputModes { kitty: 1, ..modes },
        InputModes {
            application_cursor: true,
            application_keypad: true,
            ..modes
        },
    ];
    let mut encodings: Vec<Vec<u8>> = Vec::new();
    for modes in all {
        let mut bytes = Vec::new();
        encode_key(key, &modes, &mut bytes);
        if !bytes.is_empty() && !encodings.contains(&bytes) {
            encodings.push(bytes);
        }
    }
    encodings
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_key_is_known_in_every_mode() {
        let key: Key = "C-]".parse().unwrap();
        let expected: [&[u8]; 3] = [b"\x1d", b"\x1b[27;5;93~", b"\x1b[93;5u"];
        assert_eq!(encodings(key), expected);
    }
}
