//! The signals that concern a terminal program, as values.

use std::io;

use nix::sys::signal::Signal as Number;
use tokio::signal::unix::{Signal as Stream, SignalKind, signal};

/// A signal that came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// The terminal has gone (HUP).
    Hangup,
    /// This process shall end; the number says by which signal (TERM, INT, QUIT).
    End(i32),
    /// This process shall stop (TSTP).
    Stop,
    /// This process goes on (CONT).
    Continue,
    /// The terminal has another size (WINCH).
    Resize,
}

/// The streams of all of them.
#[derive(Debug)]
pub struct Signals {
    hangup: Stream,
    terminate: Stream,
    interrupt: Stream,
    quit: Stream,
    stop: Stream,
    go_on: Stream,
    resize: Stream,
}

impl Signals {
    /// Begins to catch them; from now on none of them acts by itself.
    pub fn catch() -> io::Result<Signals> {
        Ok(Signals {
            hangup: signal(SignalKind::hangup())?,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
            stop: signal(SignalKind::from_raw(Number::SIGTSTP as i32))?,
            go_on: signal(SignalKind::from_raw(Number::SIGCONT as i32))?,
            resize: signal(SignalKind::window_change())?,
        })
    }

    /// Waits for the next one. Cancel safe.
    pub async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.hangup.recv() => Signal::Hangup,
            _ = self.terminate.recv() => Signal::End(Number::SIGTERM as i32),
            _ = self.interrupt.recv() => Signal::End(Number::SIGINT as i32),
            _ = self.quit.recv() => Signal::End(Number::SIGQUIT as i32),
            _ = self.stop.recv() => Signal::Stop,
            _ = self.go_on.recv() => Signal::Continue,
            _ = self.resize.recv() => Signal::Resize,
        }
    }
}
