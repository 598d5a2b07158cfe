//! The relay: a command on a pty of its own, as a child of this process, joined to this terminal.
//!
//! What the child prints passes through unfiltered, byte for byte, and what is typed goes to the child;
//! size and stops are followed as by script(1). It keeps the way of bytes and nothing else: what is
//! made of them is up to the observer, who hears of everything in its order.

mod ending;
mod escape;
mod outer;
mod running;
mod signals;
mod tty;

pub use tty::Tty;

use std::{collections::BTreeMap, io, path::Path, process::ExitStatus, time::Instant};

use self::{running::Running, signals::Signals};
use super::status::Status;
use crate::{geometry::Size, keys::Key, pty::SpawnError};

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
    /// There has been no output for a while, or somebody types: a moment to look at the tty. Comes up to
    /// five times in one silence.
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
    let mut relay = Running::start(options, observe)?;
    while !relay.is_done() {
        relay.step(&mut signals).await;
    }
    Ok(relay.outcome())
}
