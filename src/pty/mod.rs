//! Pseudo-terminals: opening one, starting a child on it, bytes in and out, what the kernel knows
//! of the tty, the outer terminal's settings, and waiting for descriptors.
//!
//! The only room with `unsafe` code. Owns file descriptors, never their content: what is read is
//! handed on as bytes, what is written comes as bytes. Everything is non-blocking.

#![allow(unsafe_code)]

mod drain;
mod harden;
mod holder;
mod outer;
mod process;
mod readiness;
mod sleep;
mod spawn;
mod tty;

pub use drain::{BATCH, Drain};
pub use harden::{harden, private};
pub use holder::{Holder, Program, Reader};
pub use outer::{OuterTty, TtySettings};
pub use process::{has_stopped, signal_session};
pub use readiness::Watched;
pub use spawn::{InitialSettings, SpawnError, SpawnOptions, spawn};
pub use tty::{Pty, Read, TtyState};
