//! One pane: what it is made from, its pure core, and the task that joins the core to a pty.
//!
//! The task owns the pty, the child and the log; whoever wants something of a pane sends it a
//! [`PaneRequest`]. The core decides, the task performs. What spans panes is the session's matter.

mod attention;
mod child;
mod core;
mod event;
mod expecting;
mod files;
mod inflow;
mod life;
mod outbox;
mod prepare;
mod reply;
mod report;
mod request;
mod spec;
mod task;
mod viewers;

pub use event::PaneEvent;
pub use prepare::{Prepared, prepare};
pub use reply::ReplyTo;
pub use request::{Outside, PaneHandle, PaneRequest, Report};
pub use spec::{LogMode, LogSpec, PaneSpec, RestartPolicy, StopStep, default_stop, is_pane_name};

pub use viewers::ClientId;
