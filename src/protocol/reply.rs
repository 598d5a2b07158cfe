//! What the server answers, a failure included.
//!
//! What a reply tells of panes, asks and rules is in `info`, of an inspected pane in `inspect`.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    AskInfo, ConfigNews, ExpectInfo, Inspection, Notice, PaneId, PaneInfo, PaneSummary, RuleInfo,
    ScreenInfo, SessionInfo, WhyInfo,
};
use crate::{
    expect::AutoAnswer,
    pane::Concealed,
    screen::{HistoryView, Place, Row, ScreenDelta},
};

/// What the server answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// It is done.
    Done,
    /// The session.
    Session(SessionInfo),
    /// Panes in full.
    Panes(Vec<PaneInfo>),
    /// The pane list.
    Summary(Summary),
    /// The connection shows the session.
    Attached(SessionInfo),
    /// Panes that were started.
    Started(Vec<Started>),
    /// What changed on a pane's screen.
    Screen(ScreenDelta),
    /// Rows of history.
    History(HistoryView),
    /// A match or a prompt, or none.
    Found(Option<Found>),
    /// Text, at most about 1 MiB of it.
    Text(TextPiece),
    /// How an `expect` ended.
    Expect(ExpectInfo),
    /// A screen with the rows of history before it, styles included.
    ScreenInfo {
        /// The screen as `screen --format json` prints it.
        info: ScreenInfo,
        /// The same rows with their styles, history first.
        rows: Vec<Row>,
    },
    /// Asks, oldest first.
    Asks(Vec<AskInfo>),
    /// Rules, in the order of panes and config.
    Rules(Vec<RuleInfo>),
    /// Why each rule of a pane acts or does not.
    Why(Vec<WhyInfo>),
    /// What has happened in a pane, and how it stands.
    Inspection(Box<Inspection>),
    /// The text that stood before the cursor.
    Prompt(String),
    /// What ssh is to be told.
    Passed(Concealed),
    /// The file of a recording that goes on now, or has ended; `None` when there was none to end.
    Recording(Option<PathBuf>),
    /// Events, and the number of the next one.
    Events {
        /// The events, oldest first, as `events` prints them.
        events: Vec<Value>,
        /// What to ask for next.
        next: u64,
    },
    /// Finished lines; none when all panes have ended.
    Lines {
        /// Pane name and text, escapes removed, oldest first.
        lines: Vec<(String, String)>,
        /// What to ask for next.
        next: u64,
        /// How many lines had been dropped before they could be asked for.
        lost: u64,
    },
    /// The request could not be done.
    Failed(Failure),
}

/// A pane that was started, or was not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Started {
    /// Its id.
    pub id: PaneId,
    /// Its name.
    pub name: String,
    /// Why its program could not start.
    pub error: Option<String>,
}

/// What a search has found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// Where the match begins.
    pub place: Place,
    /// Whether the search had to go on from the other end.
    pub wrapped: bool,
    /// The view that was shown if the match is in it, else one around the match; with all matches
    /// marked.
    pub view: HistoryView,
}

/// The text of logical lines, without their trailing blanks, with LF between them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextPiece {
    /// The number of the first line.
    pub first: u64,
    /// The text.
    pub text: String,
    /// The line to go on with, where that is not all that was asked for.
    pub next: Option<u64>,
}

/// The pane list at one generation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Grows with each change.
    pub generation: u64,
    /// The panes, by id.
    pub panes: Vec<PaneSummary>,
    /// The asks that wait for a person, oldest first.
    pub asks: Vec<AskInfo>,
    /// Whether rules answer.
    pub auto_answer: AutoAnswer,
    /// The pane that a rule wants focused, and a number that grows with each such wish.
    pub focus: Option<(PaneId, u64)>,
    /// What the last reading of the config came to; `None` while it was not read anew.
    pub config: Option<ConfigNews>,
    /// What the terminal is to be told, oldest first: no more than the last few since the generation
    /// that was asked with.
    #[serde(default)]
    pub notices: Vec<Notice>,
}

/// Why a request was not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// Which kind, for the exit code.
    pub kind: FailureKind,
    /// One sentence that names the thing and the next step.
    pub message: String,
}

/// Kinds of failure, each with an exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// Exit code 1.
    Failed,
    /// Exit code 2: the request itself is wrong (no such pane, a name taken, a bad pattern).
    Usage,
    /// Exit code 4: the pane had ended.
    Ended,
}
