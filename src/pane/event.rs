//! What happens in a pane, as `events` prints it.

use schemars::JsonSchema;
use serde::Serialize;

use crate::protocol::{Attention, ExitInfo};

/// Something that happened in a pane. Serialised with its name under `event` and its fields
/// beside that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "lowercase")]
pub enum PaneEvent {
    /// The child was started, or could not be.
    Started {
        /// Its process id.
        pid: Option<u32>,
        /// Why it could not be started.
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<String>,
    },
    /// The child is about to be started again.
    Restarted,
    /// The child has ended; more output may follow.
    Exited {
        /// How.
        exit: ExitInfo,
    },
    /// The output is complete.
    Eof,
    /// What the pane wants from a person has changed.
    Attention {
        /// What it wanted.
        from: Attention,
        /// What it wants.
        to: Attention,
        /// What that was seen by.
        evidence: String,
    },
    /// A rule fired or was held back.
    Decision {
        /// `RULESET/RULE`.
        rule: String,
        /// What came of it.
        outcome: String,
        /// Why.
        reason: String,
        /// The text that was looked at.
        prompt: String,
    },
    /// Something was typed into the pane by a rule or by the `send` verb.
    Answered {
        /// `RULESET/RULE`.
        #[serde(skip_serializing_if = "Option::is_none")]
        rule: Option<String>,
        /// The connection that sent it.
        #[serde(skip_serializing_if = "Option::is_none")]
        client: Option<u64>,
        /// What was typed; `***` when the tty did not echo.
        text: String,
    },
    /// A rule has something to say to a person, or the program (OSC 9).
    Notified {
        /// What.
        text: String,
    },
    /// A command was run for a rule, or could not be.
    Ran {
        /// `RULESET/RULE`.
        rule: String,
        /// The argument vector.
        command: Vec<String>,
        /// Why it could not be run.
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<String>,
    },
    /// The rules act again.
    Armed,
    /// The rules act no longer.
    Disarmed {
        /// Why.
        reason: String,
    },
    /// The bell rang.
    Bell,
    /// The child set a title.
    Title {
        /// The title.
        title: String,
    },
    /// The pane has a new size.
    Resized {
        /// Rows.
        rows: u16,
        /// Columns.
        cols: u16,
    },
    /// Bytes were given up.
    Lost {
        /// Where.
        what: String,
        /// How many.
        bytes: u64,
    },
}
