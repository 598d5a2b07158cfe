//! The rule engine: what a pane's output is matched against, which rule acts, and why.
//!
//! Owns the views (`prompt`, `line`, `screen`, `stream`, `raw`), the compiled rules, the state that
//! makes one occurrence of a prompt fire once, the gate of secrets, what is handed to a person, and
//! the matching of the `expect` verb. It is pure: bytes,
//! values and an `Instant` in, decisions out. It knows no emulator, pty, clock or config, and it
//! performs nothing: whoever drives it sends what a [`Decision`] says and reports it with
//! [`Engine::sent`].

mod analysis;
mod ask;
mod awaited;
#[cfg(test)]
mod cases;
mod characters;
mod check;
mod conditions;
mod decision;
mod echo;
mod engine;
mod evaluate;
mod explain;
mod firing;
mod gate;
mod life;
mod limits;
mod lines;
mod look;
mod occasion;
mod occurrence;
mod pattern;
mod pending;
mod region;
mod reload;
mod rule;
mod search;
mod showing;
mod source;
mod spec;
mod states;
mod stream;
mod strip;
mod template;
mod time;
mod transcript;
mod watch;

pub use ask::{Ask, AskGone, AskId};
pub use awaited::{Awaited, Found, SearchError};
pub use check::WINDOW_LIMIT;
pub use decision::{
    Action, Decision, Exit, Explanation, Outcome, PROMPT_LIMIT, Reason, SecretId, Withheld,
};
pub use engine::{Engine, Output, Standing};
pub use gate::{GateReason, gate};
pub use look::{Holder, Look, Program, Reader, ScreenText};
pub use pattern::sought;
pub use rule::{Rule, RuleError};
pub use search::Search;
pub use spec::{
    Answer, AutoAnswer, Deed, EchoWanted, Otherwise, PatternKind, Region, RuleSpec, Sequence,
    Trigger, View, WhenExit,
};
pub use template::{Context, is_control};
pub use transcript::{TRANSCRIPT_LIMIT, Transcript};
