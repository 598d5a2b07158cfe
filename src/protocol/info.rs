//! What the listings show: rows of `ls`, `ps` and the pane list, results of `expect` and `screen`.
//!
//! The serialised forms are the command line's JSON: fields may be added, never renamed.

use std::{collections::BTreeMap, path::PathBuf};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::PaneId;
use crate::{
    expect::{AutoAnswer, View},
    geometry::Size,
    screen::{CursorShape, Row, Screen},
    session::Layout,
};

/// A session, as `ls --json` prints it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SessionInfo {
    /// Its name.
    pub session: String,
    /// The server's process id.
    pub pid: u32,
    /// How many panes it has.
    pub panes: usize,
    /// How many asks wait for a person.
    pub asks: usize,
    /// How many clients show it.
    pub attached: usize,
    /// The config file it was started from.
    pub config: Option<PathBuf>,
    /// The folder it belongs to, canonical.
    pub folder: PathBuf,
    /// How an interface arranges panes at its start.
    pub layout: Layout,
    /// Whether rules answer.
    pub auto_answer: AutoAnswer,
    /// When the server started.
    pub started: Timestamp,
}

/// Where a pane's child is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PaneState {
    /// About to be started, or waiting to be restarted by its policy.
    Starting,
    /// The child runs.
    Running,
    /// The child was asked to end.
    Stopping,
    /// The child has ended and its output is complete, or it could not start, or it was not to be
    /// started yet (`autostart = false`).
    Ended,
}

/// How a child ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ExitInfo {
    /// It exited with this status.
    Code(i32),
    /// This signal ended it, such as `SIGKILL`.
    Signal(String),
}

/// What a pane wants from a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Attention {
    /// Output flows, or it is a moment since.
    Working,
    /// Nothing has come for 5 s, and nobody seems to be asked.
    Quiet,
    /// A shell, REPL or editor at rest.
    Ready,
    /// Someone must type a line.
    Waiting,
    /// Someone must type a password.
    Password,
    /// A rule asks a person.
    Asking,
    /// The foreground program is stopped (Ctrl-Z).
    Stopped,
    /// The child exited with 0.
    Done,
    /// The child exited otherwise, by a signal, or could not start.
    Failed,
    /// The link of a remote program is gone.
    Lost,
}

impl Attention {
    /// Every attention, in the order of their definition.
    pub const ALL: [Attention; 10] = [
        Attention::Working,
        Attention::Quiet,
        Attention::Ready,
        Attention::Waiting,
        Attention::Password,
        Attention::Asking,
        Attention::Stopped,
        Attention::Done,
        Attention::Failed,
        Attention::Lost,
    ];

    /// Returns the word that stands for it.
    pub fn word(self) -> &'static str {
        match self {
            Attention::Working => "working",
            Attention::Quiet => "quiet",
            Attention::Ready => "ready",
            Attention::Waiting => "waiting",
            Attention::Password => "password",
            Attention::Asking => "asking",
            Attention::Stopped => "stopped",
            Attention::Done => "done",
            Attention::Failed => "failed",
            Attention::Lost => "lost",
        }
    }

    /// Returns whether a person must act for the pane to go on, or should look at a failure.
    pub fn needs_person(self) -> bool {
        matches!(
            self,
            Attention::Waiting
                | Attention::Password
                | Attention::Asking
                | Attention::Failed
                | Attention::Lost
        )
    }
}

/// A pane in full, as `ps --json` prints it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PaneInfo {
    /// Its id.
    pub id: PaneId,
    /// Its name.
    pub name: String,
    /// Where its child is in its life.
    pub state: PaneState,
    /// What it wants from a person.
    pub attention: Attention,
    /// What that was seen by.
    pub evidence: String,
    /// The child's process id, while it lives.
    pub pid: Option<u32>,
    /// How the child ended.
    pub exit: Option<ExitInfo>,
    /// Why the program could not start, or what else went wrong.
    pub error: Option<String>,
    /// The command as an argument vector.
    pub command: Vec<String>,
    /// The title the child set.
    pub title: String,
    /// Rows of its screen.
    pub rows: u16,
    /// Columns of its screen.
    pub cols: u16,
    /// The text of the logical line under the cursor, up to the cursor.
    pub prompt: String,
    /// The name of the foreground process group's leader.
    pub foreground: Option<String>,
    /// The working directory that the program has told (OSC 7).
    pub directory: Option<String>,
    /// Whether the tty echoes.
    pub echo: Option<bool>,
    /// Whether the tty reads lines.
    pub canonical: Option<bool>,
    /// Whether its rules act.
    pub armed: bool,
    /// Why a rule has disarmed it, while it is disarmed by one.
    pub disarmed: Option<String>,
    /// How often its rules have fired.
    pub fired: u64,
    /// Bytes of output read since its first start.
    pub offset: u64,
    /// When its child was started last.
    pub started: Option<Timestamp>,
    /// How long it has been since the last output, in ms.
    pub quiet_ms: u64,
    /// The config says otherwise by now than what its child was started with: a restart is needed.
    pub stale: bool,
    /// The file its text goes to.
    pub log: Option<PathBuf>,
    /// The file its recording goes to.
    pub recording: Option<PathBuf>,
}

/// What the pane list shows of a pane; changes only when one of these does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PaneSummary {
    /// Its id.
    pub id: PaneId,
    /// Its name.
    pub name: String,
    /// Where its child is in its life.
    pub state: PaneState,
    /// What it wants from a person.
    pub attention: Attention,
    /// When `attention` became so.
    pub since: Timestamp,
    /// How the child ended.
    pub exit: Option<ExitInfo>,
    /// Why the program could not start, or what else went wrong.
    pub error: Option<String>,
    /// The command as an argument vector.
    pub command: Vec<String>,
    /// The title the child set.
    pub title: String,
    /// The name of the foreground process group's leader.
    pub foreground: Option<String>,
    /// Whether its rules act.
    pub armed: bool,
    /// Why a rule has disarmed it, while it is disarmed by one.
    pub disarmed: Option<String>,
    /// How often its rules have fired.
    pub fired: u64,
    /// How often it rang the bell.
    pub bells: u64,
    /// When it printed last, as far as that has been told: a moment after it fell still.
    pub printed: Option<Timestamp>,
    /// Its size, and whether that is pinned.
    pub size: Size,
    /// It is being recorded.
    #[serde(default)]
    pub recording: bool,
    /// Its log or its recording cannot be written now.
    #[serde(default)]
    pub unwritten: bool,
    /// The config says otherwise by now than what its child was started with.
    pub stale: bool,
    /// When its child was started last.
    pub started: Option<Timestamp>,
    /// When its child ended.
    pub ended: Option<Timestamp>,
}

/// An ask, as `asks --json` prints it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AskInfo {
    /// Its number in the session, never reused.
    pub id: u64,
    /// The pane's name.
    pub pane: String,
    /// The rule that asks, `RULESET/RULE`.
    pub rule: String,
    /// The end of the text it asks about.
    pub prompt: String,
    /// Why a person is asked.
    pub reason: String,
    /// What the rule would answer; `***` for a secret.
    pub suggestion: Option<String>,
    /// Since when it waits.
    pub since: Timestamp,
}

impl AskInfo {
    /// Returns the prompt on one line, as a list shows it: what stands in several lines, perhaps in
    /// a frame, with one blank for each stretch of blanks, line ends and frame.
    pub fn question(&self) -> String {
        if !self.prompt.contains('\n') {
            return self.prompt.clone();
        }
        let is_frame = |c: char| c.is_whitespace() || ('\u{2500}'..='\u{259f}').contains(&c);
        let words: Vec<&str> = self
            .prompt
            .split(is_frame)
            .filter(|word| !word.is_empty())
            .collect();
        words.join(" ")
    }
}

/// What became of a config that was read anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigNews {
    /// Grows with each reading that is news.
    pub number: u64,
    /// One sentence: what was applied, or what is wrong and where.
    pub text: String,
    /// It was not applied: what the config said before holds still.
    pub failed: bool,
}

/// What a person who may be looking elsewhere is told of a pane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The pane.
    pub pane: PaneId,
    /// Its name.
    pub name: String,
    /// What: plain, on one line, without secrets, bounded.
    pub text: String,
}

/// A rule of a pane, as `rules list --json` prints it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RuleInfo {
    /// The pane's name.
    pub pane: String,
    /// Its ruleset.
    pub ruleset: String,
    /// Its name.
    pub rule: String,
    /// Its patterns; none for an event.
    pub patterns: Vec<String>,
    /// Its event, if it has one instead of patterns: exit, eof, idle, timeout, bell or start.
    pub event: Option<String>,
    /// What its patterns are matched against.
    pub view: View,
    /// The state its ruleset is in; null when it has none.
    pub state: Option<String>,
    /// Its ruleset is in one of the rule's states.
    pub active: bool,
    /// How often it has fired in the life of this child.
    pub fired: u32,
    /// It will not fire again in the life of this child.
    pub spent: bool,
    /// The last thing that became of it.
    pub last: Option<WhyInfo>,
}

/// Why a rule acts or does not, as `rules why --json` prints it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WhyInfo {
    /// The rule, `RULESET/RULE`.
    pub rule: String,
    /// What becomes of it, in the words of the `decision` event.
    pub outcome: String,
    /// The first condition that holds it back, or why it acts.
    pub reason: String,
    /// The end of the text that was looked at.
    pub text: String,
}

/// How an `expect` ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ExpectEvent {
    /// A pattern matched.
    Match,
    /// The pane ended first.
    Eof,
    /// The time was over first.
    Timeout,
}

/// The result of an `expect`, as `expect --json` prints it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ExpectInfo {
    /// The place of what came in the list of awaited outcomes; null when it was not awaited.
    pub index: Option<usize>,
    /// The pattern that matched.
    pub pattern: Option<String>,
    /// What came.
    pub event: ExpectEvent,
    /// The matched text.
    #[serde(rename = "match")]
    pub matched: Option<String>,
    /// Capture groups from group 1.
    pub groups: Vec<Option<String>>,
    /// Named capture groups.
    pub named: BTreeMap<String, Option<String>>,
    /// The text between the read position and the match (or all of it).
    pub before: String,
    /// The offset of the end of the match: where the next `expect` reads from.
    pub offset: u64,
    /// How many bytes had fallen out of what is kept before they could be read.
    pub lost: u64,
}

/// A screen as `screen --format json` prints it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScreenInfo {
    /// Rows of the screen.
    pub rows: u16,
    /// Columns of the screen.
    pub cols: u16,
    /// The cursor.
    pub cursor: CursorInfo,
    /// Whether the alternate screen is shown.
    pub alternate: bool,
    /// The title the child set.
    pub title: String,
    /// The text of each row, history first, trailing blanks cut.
    pub lines: Vec<String>,
}

impl ScreenInfo {
    /// Returns what a screen shows; `rows` are its rows, and perhaps some of history before them.
    pub fn of(screen: &Screen, rows: &[Row]) -> ScreenInfo {
        let text = |row: &Row| row.text().trim_end_matches(' ').to_owned();
        ScreenInfo {
            rows: screen.size.rows,
            cols: screen.size.cols,
            cursor: CursorInfo {
                row: screen.cursor.position.row,
                col: screen.cursor.position.col,
                visible: screen.cursor.visible,
                shape: screen.cursor.shape,
            },
            alternate: screen.modes.alternate,
            title: screen.title.clone(),
            lines: rows.iter().map(text).collect(),
        }
    }
}

/// The cursor of a [`ScreenInfo`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CursorInfo {
    /// Row on the screen, 0-based.
    pub row: u16,
    /// Column, 0-based.
    pub col: u16,
    /// Whether the program shows it.
    pub visible: bool,
    /// Its form.
    pub shape: CursorShape,
}
