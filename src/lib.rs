//! muxpect: multiplexer and expect. A session manager in the terminal: several interactive programs,
//! each in a pane on its own pty; rules answer their prompts; a person steps in and out.
//!
//! The map of the house. Rooms that decide hold no descriptor, clock, environment or lock:
//! [`geometry`], [`keys`], [`screen`], [`terminal`], [`replay`], [`expect`], [`learn`], [`session`],
//! [`protocol`] and [`config`] take values and return values. The shell around them does the I/O: [`pty`],
//! [`record`], the task in [`pane`], [`server`], [`client`], [`tui`] and [`cli`].
//!
//! Invariants: imports run one way (`tests/architecture.rs` says which); everything drawn comes from
//! cells; nothing a program prints is typed back; every buffer is bounded by a named constant.
//!
//! Emulator, history, engine and protocol share four numbers: *line*, the absolute number of a
//! logical line; *offset*, raw output bytes read; *generation*, which grows with each change of a
//! pane; and the *occurrence* of a prompt. `docs/architecture.md` defines them.

pub mod cli;
pub mod client;
pub mod config;
pub mod expect;
pub mod geometry;
pub mod keys;
pub mod learn;
pub mod pane;
pub mod protocol;
pub mod pty;
pub mod record;
pub mod replay;
pub mod screen;
pub mod server;
pub mod session;
pub mod terminal;
pub mod tui;
