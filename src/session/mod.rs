//! A session: a named set of panes owned by one server process; outlives its clients.
//!
//! Values and decisions only. The process that performs them is the server's matter.

mod applied;
mod core;
mod event;
mod inbox;
mod notify;
mod spec;

pub use applied::ConfigApplied;
pub use core::Session;
pub use event::{ConfigChanges, Event, Happening, SessionEvent};
pub use notify::{ATTENTIONS, BURST, MOST_NOTICES, NotifyCommand, NotifySpec, PLACEHOLDERS};
pub use spec::{Environment, Layout, OnFinished, Reading, SessionSpec, is_session_name, pin};
