//! One pane: what it is made from, its pure core, and the task that joins the core to a pty.
//!
//! The task owns the pty, the child and the log; whoever wants something of a pane sends it a
//! [`PaneRequest`]. The core decides, the task performs. What spans panes is the session's matter.

mod activity;
mod asked;
mod askpass;
mod attention;
mod backlog;
#[cfg(test)]
mod cases;
mod child;
mod core;
mod deeds;
mod effect;
mod event;
mod exit;
mod expecting;
mod files;
mod inflow;
mod inspecting;
mod life;
mod mask;
mod naming;
mod noting;
mod opening;
mod outbox;
mod perform;
mod prepare;
mod reading;
mod reading_back;
mod recording;
mod rehearsal;
mod rendered;
mod renewal;
mod reply;
mod report;
mod request;
mod searching;
mod secret;
mod secrets;
mod seen;
mod serve;
mod sight;
mod spec;
mod task;
#[cfg(test)]
mod told;
mod trace;
mod typing;
mod viewers;

pub use askpass::{AskpassPlace, HELPER, SOCKET_VARIABLE, TOKEN_VARIABLE};
pub use core::{Core, CoreOptions, Moment};
pub use effect::Effect;
pub use event::PaneEvent;
pub use exit::{exit_of, exit_word};
pub use mask::mask;
pub use naming::{NAME_LIMIT, program_name, slug};
pub use prepare::{Prepared, prepare};
pub use reading_back::PromptJump;
pub use rehearsal::{Rehearsal, Told};
pub use renewal::Renewal;
pub use reply::ReplyTo;
pub use request::{Outside, PaneHandle, PaneRequest, Report};
pub use searching::SearchSpec;
pub use secret::{Concealed, SecretSource, SecretSpec};
pub use secrets::Secrets;
pub use sight::sight;
pub use spec::{
    LogMode, LogSpec, PaneSpec, RecordFormat, RecordSpec, RestartPolicy, StopStep, default_stop,
    is_pane_name,
};

pub use viewers::ClientId;
