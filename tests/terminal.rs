//! The terminal emulation against a second opinion.
//!
//! Holds tables of sequences, random output and recordings of real programs, each shown by
//! muxpect's emulator and by alacritty_terminal.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a failure here is the test's failure"
)]

#[path = "replay/cast.rs"]
mod cast;

mod terminal {
    mod property;
    mod recordings;
    mod second;
    mod seen;
    mod table;
}
