//! A session: a named set of panes owned by one server process; outlives its clients.
//!
//! Values and decisions only. The process that performs them is the server's matter.

mod core;
mod inbox;
mod spec;

pub use core::Session;
pub use spec::{Layout, OnFinished, SessionSpec, is_session_name};
