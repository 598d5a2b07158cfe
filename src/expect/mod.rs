//! The rule engine: what a pane's output is matched against, which rule acts, and why.
//!
//! Owns the views (`prompt`, `line`, `stream`), the compiled rules, the state that makes one
//! occurrence of a prompt fire once, and the matching of the `expect` verb. It is pure: bytes,
//! values and an `Instant` in, decisions out. It knows no emulator, pty, clock or config, and it
//! performs nothing: whoever drives it sends what a [`Decision`] says and reports it with
//! [`Engine::sent`].

mod analysis;
#[cfg(test)]
mod cases;
mod decision;
mod echo;
mod engine;
mod evaluate;
mod firing;
mod limits;
mod occurrence;
mod pattern;
mod rule;
mod search;
mod spec;
mod stream;
mod strip;
mod template;
mod transcript;

pub use decision::{Action, Decision, Exit, Outcome, PROMPT_LIMIT, Reason};
pub use engine::{Engine, Look, Output};
pub use rule::{Rule, RuleError, WINDOW_LIMIT};
pub use search::{Found, Search, SearchError};
pub use spec::{Answer, Deed, PatternKind, RuleSpec, Trigger, View, WhenExit};
pub use template::Context;
pub use transcript::{TRANSCRIPT_LIMIT, Transcript};
