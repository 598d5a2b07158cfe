//! The signals that a relay acts on.

use nix::sys::signal::Signal as Number;
use tokio::signal::unix::{Signal as Stream, SignalKind, signal};

/// What a signal wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// The relay is to end.
    End(Number),
    /// It is to stop, as by Ctrl-Z.
    Stop,
    /// It goes on after a stop.
    Continue,
    /// The outer terminal has another size.
    Resize,
    /// A child has ended, stopped or gone on.
    Child,
}

/// The signals from now on: none of them acts by itself any more.
pub struct Signals {
    hang_up: Stream,
    interrupt: Stream,
    quit: Stream,
    terminate: Stream,
    stop: Stream,
    go_on: Stream,
    resize: Stream,
    child: Stream,
}

impl Signals {
    pub fn new() -> std::io::Result<Signals> {
        Ok(Signals {
            hang_up: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
            terminate: signal(SignalKind::terminate())?,
            stop: signal(SignalKind::from_raw(Number::SIGTSTP as i32))?,
            go_on: signal(SignalKind::from_raw(Number::SIGCONT as i32))?,
            resize: signal(SignalKind::window_change())?,
            child: signal(SignalKind::child())?,
        })
    }

    /// Waits for the next one. Cancel safe.
    pub async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.hang_up.recv() => Signal::End(Number::SIGHUP),
            _ = self.interrupt.recv() => Signal::End(Number::SIGINT),
            _ = self.quit.recv() => Signal::End(Number::SIGQUIT),
            _ = self.terminate.recv() => Signal::End(Number::SIGTERM),
            _ = self.stop.recv() => Signal::Stop,
            _ = self.go_on.recv() => Signal::Continue,
            _ = self.resize.recv() => Signal::Resize,
            _ = self.child.recv() => Signal::Child,
        }
    }
}
