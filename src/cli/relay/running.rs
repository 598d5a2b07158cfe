//! The loop of a relay: what it waits for, and what it does then.
//!
//! Nothing here blocks: output that is not printed yet and input that is not written yet are kept, both
//! bounded, and no more is read meanwhile. Every source of events is visible in one `select!`.

use std::{
    io,
    process::ExitStatus,
    time::{Duration, Instant},
};

use nix::sys::signal::Signal as Number;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::Child,
};

use super::{
    super::status::Status,
    Event, RelayError, RelayOptions, Relayed, Tty,
    ending::{Ending, Step},
    escape::Escape,
    outer::{Outer, Output},
    signals::{Signal, Signals},
    tty::{EndOfInput, Looks},
};
use crate::{
    geometry::Size,
    pty::{self, Pty, Read, SpawnOptions},
};

/// How much output is taken at once at most, in bytes.
const OUTPUT_BYTES: usize = 64 * 1024;

/// How often everything readable is read between a child's exit and the news of it: more than a
/// pty holds, and an end for a grandchild that floods.
const LAST_TURNS: usize = 16;

/// How much input is taken at once at most, in bytes.
const INPUT_BYTES: usize = 4096;

/// How much input waits for a child that does not read, in bytes; more stays where it comes from.
const INPUT_LIMIT: usize = 64 * 1024;

/// How long output is waited for after the child's exit, while somebody else holds its tty.
const LINGER: Duration = Duration::from_secs(2);

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

/// A relay that runs.
pub struct Running<F> {
    observe: F,
    outer: Outer,
    size: Size,
    escape: Option<Escape>,
    /// `None` once the child has exited and its output ended, or the pty was closed.
    pty: Option<Pty>,
    /// Nobody holds the child's end, though the child lives: closing the pty would hang up on it.
    deserted: bool,
    /// `None` once it has exited.
    child: Option<Child>,
    pid: Option<u32>,
    exit: Option<ExitStatus>,
    /// The child was stopped: this process is to stop, too, once all output is printed.
    stop_wanted: bool,
    /// It goes on when this process does.
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

impl<F: FnMut(Instant, Event)> Running<F> {
    /// Starts the child and takes over the terminal.
    pub fn start(options: &RelayOptions, mut observe: F) -> Result<Running<F>, RelayError> {
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
        Ok(Running {
            observe,
            outer,
            size,
            escape: escape.map(Escape::new),
            pid: child.id(),
            pty: Some(pty),
            deserted: false,
            child: Some(child),
            exit: None,
            stop_wanted: false,
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
    pub fn is_done(&self) -> bool {
        let given_up = self.ending.as_ref().is_some_and(Ending::is_over);
        given_up || (self.child.is_none() && self.pty.is_none() && self.is_printed())
    }

    fn is_printed(&self) -> bool {
        self.unprinted.is_empty() && !self.unflushed
    }

    /// Gives the terminal back and returns how it ended.
    pub fn outcome(mut self) -> Relayed {
        self.outer.restore();
        let told = self.ending.map(|ending| Status::of_signal(ending.signal()));
        Relayed {
            status: self
                .exit
                .map_or(told, |exit| Some(Status::of_exit(exit)))
                .unwrap_or(Status::FAILED),
            unprinted: self.lost + self.unprinted.len() as u64,
        }
    }

    /// Waits for something to happen, and deals with it.
    pub async fn step(&mut self, signals: &mut Signals) {
        match self.next_event(signals).await {
            Happened::Signal(signal) => self.signal(signal),
            Happened::ChildEnded(status) => self.child_ended(status),
            Happened::Typed(result) => self.typed(result),
            Happened::Printed(result) => self.printed(result),
            Happened::Flushed(result) => self.flushed(result),
            Happened::Readable => {
                self.take_output(Pty::read);
            }
            Happened::Writable => self.write(),
            Happened::Time => {}
        }
        self.settle(Instant::now());
    }

    async fn next_event(&mut self, signals: &mut Signals) -> Happened {
        let deadline = self.next_deadline();
        let timer = async {
            match deadline {
                Some(at) => tokio::time::sleep_until(at.into()).await,
                None => std::future::pending().await,
            }
        };
        let Running {
            outer,
            pty,
            deserted,
            child,
            unprinted,
            unflushed,
            typed,
            unwritten,
            input_open,
            ..
        } = self;
        let pty = pty.as_ref().filter(|_| !*deserted);
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
            self.ending.as_ref().and_then(Ending::due),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Returns whether the child can be looked at and typed to.
    fn is_live(&self) -> bool {
        self.pty.is_some() && !self.deserted && self.child.is_some()
    }

    /// Does what is due.
    fn settle(&mut self, now: Instant) {
        if let Some(pty) = self.pty.as_ref().filter(|_| self.is_live()) {
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
        if self.deserted && self.is_printed() {
            // A child that lives on without its terminal can be interrupted at this one.
            self.outer.restore();
        }
        let has_output = self.pty.as_ref().is_some_and(Pty::has_input);
        if self.stop_wanted && self.is_printed() && !has_output {
            self.stop();
        }
        self.step_ending(now);
    }

    fn signal(&mut self, signal: Signal) {
        match signal {
            Signal::End(number) => self.end(number),
            Signal::Stop => self.stop(),
            Signal::Continue => {
                if !self.deserted {
                    // A terminal that has gone says so when it is read.
                    let _ = self.outer.retake();
                }
                if std::mem::take(&mut self.child_stopped) {
                    self.signal_child(Number::SIGCONT);
                }
                self.resize();
            }
            Signal::Resize => self.resize(),
            Signal::Child => {
                if self.pid.is_some_and(pty::has_stopped) && self.ending.is_none() {
                    // As when a shell suspends itself: whoever started this process gets the terminal.
                    (self.stop_wanted, self.child_stopped) = (true, true);
                }
            }
        }
    }

    /// Gives the terminal back and stops; CONT takes it again.
    fn stop(&mut self) {
        self.stop_wanted = false;
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
        self.ending
            .get_or_insert_with(|| Ending::new(signal, Instant::now()));
    }

    fn step_ending(&mut self, now: Instant) {
        match self.ending.as_mut().and_then(|ending| ending.step(now)) {
            Some(Step::Signal(signal)) => {
                self.signal_child(signal);
                // A stopped program acts on nothing else.
                self.signal_child(Number::SIGCONT);
            }
            // The kernel hangs up on whoever is left.
            Some(Step::Close) => self.pty = None,
            None => {}
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
        self.deserted = false;
        // When wait returns, the child's last bytes may still be unread.
        for _ in 0..LAST_TURNS {
            if !self.take_output(Pty::read_rest) {
                break;
            }
        }
        self.linger_until = self.pty.as_ref().map(|_| Instant::now() + LINGER);
        if let Some(exit) = self.exit {
            (self.observe)(Instant::now(), Event::Exited(exit));
        }
    }

    /// Takes input that is in the buffer.
    fn typed(&mut self, result: io::Result<usize>) {
        // The signal may come later than what is typed after a change of size.
        self.resize();
        // A terminal that has gone is an error.
        let count = result.unwrap_or(0);
        if count == 0 {
            self.input_open = false;
            match self.outer.is_typed() {
                true => self.end(Number::SIGHUP),
                false => self.end_of_input = Some(EndOfInput::new(Instant::now())),
            }
            return;
        }
        let chunk = &self.typed[..count];
        let escaped = self.escape.as_ref().and_then(|key| key.find(chunk));
        let bytes = &chunk[..escaped.unwrap_or(count)];
        if let Some(pty) = self.pty.as_ref().filter(|_| !bytes.is_empty()) {
            let (now, child) = (Instant::now(), self.pid);
            if self.looks.is_first() {
                // Whoever answers sooner than that answers what is there.
                self.looks.looked();
                (self.observe)(now, Event::Still(Tty { pty, child }));
            }
            (self.observe)(now, Event::Input(bytes, Tty { pty, child }));
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
                Ok(count) => {
                    self.unwritten.drain(..count);
                }
                // The other end has gone; the reading will say so.
                Err(_) => self.unwritten.clear(),
            }
        }
    }

    /// Takes output, to be printed next, and returns whether there may be more.
    fn take_output(&mut self, read: fn(&Pty, &mut [u8]) -> io::Result<Read>) -> bool {
        let mut held = 0;
        while held < OUTPUT_BYTES
            && let Some(pty) = &self.pty
        {
            match read(pty, &mut self.buffer[held..]) {
                Ok(Read::Bytes(count)) => held += count,
                Ok(Read::Empty) => break,
                Ok(Read::End) | Err(_) if self.child.is_some() => {
                    self.deserted = true;
                    break;
                }
                Ok(Read::End) | Err(_) => (self.pty, self.linger_until) = (None, None),
            }
        }
        if held == 0 {
            return false;
        }
        let now = Instant::now();
        self.looks.disturb(now);
        if let Some(end) = &mut self.end_of_input {
            end.disturb(now);
        }
        self.unprinted.extend_from_slice(&self.buffer[..held]);
        (self.observe)(now, Event::Output(&self.buffer[..held]));
        held == OUTPUT_BYTES
    }

    fn printed(&mut self, result: io::Result<usize>) {
        match result {
            Ok(count @ 1..) => {
                self.unprinted.drain(..count);
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
