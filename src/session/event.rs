//! What happens in a session, as `events` prints it.
//!
//! Owns the whole of a line, and the events that are the session's own; those of a pane are the
//! pane's. The JSON Schema of a line is made from these types, and `docs/events.md` explains them.

use std::path::PathBuf;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{expect::AutoAnswer, pane::PaneEvent};

/// A line of `events`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Event {
    /// When it happened.
    pub time: Timestamp,
    /// The session's name.
    pub session: String,
    /// The pane's name; null where it is no pane's.
    pub pane: Option<String>,
    /// What happened.
    #[serde(flatten)]
    pub what: Happening,
}

/// What happened, with its name under `event` and its fields beside that.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Happening {
    /// In a pane.
    Pane(PaneEvent),
    /// In the session.
    Session(SessionEvent),
}

impl From<PaneEvent> for Happening {
    fn from(event: PaneEvent) -> Happening {
        Happening::Pane(event)
    }
}

impl From<SessionEvent> for Happening {
    fn from(event: SessionEvent) -> Happening {
        Happening::Session(event)
    }
}

/// Something that happened in a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum SessionEvent {
    /// The pane was given another name, the one that `pane` has.
    Renamed {
        /// The name it had.
        from: String,
    },
    /// A rule asks a person.
    Asked {
        /// The ask's number in the session, never reused.
        ask: u64,
        /// The rule that asks, `RULESET/RULE`.
        rule: String,
        /// The end of the text it asks about.
        prompt: String,
        /// Why a person is asked.
        reason: String,
        /// What the rule would answer, `***` for a secret; null if nothing.
        suggestion: Option<String>,
    },
    /// An ask waits no longer: it was answered, dismissed, or its prompt has gone.
    Settled {
        /// The ask's number.
        ask: u64,
    },
    /// Somebody said whether rules answer, in all panes.
    #[serde(rename = "auto_answer")]
    AutoAnswer {
        /// Whether they do.
        mode: AutoAnswer,
    },
    /// The config was read anew.
    Config {
        /// The file.
        file: PathBuf,
        /// What is wrong with it and where: then nothing was changed; else null.
        error: Option<String>,
        /// What was changed, if it was applied.
        #[serde(flatten)]
        changes: Option<ConfigChanges>,
    },
    /// A client begins to show the session.
    Attached {
        /// Its number in the session, never reused.
        client: u64,
    },
    /// A client shows the session no longer.
    Detached {
        /// Its number.
        client: u64,
    },
    /// A notice could not be told by the config's command.
    NotifyFailed {
        /// Why.
        error: String,
    },
}

/// What a config that was read anew has changed, by names of panes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ConfigChanges {
    /// Panes that were started, or could not be.
    pub started: Vec<String>,
    /// Panes that were changed.
    pub changed: Vec<String>,
    /// Panes that need a restart, since this reading or an earlier one.
    pub restart: Vec<String>,
    /// Panes that stay without being named any more.
    pub unnamed: Vec<String>,
}
