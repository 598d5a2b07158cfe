//! A rule as it is written: plain values, defaults included, not yet checked or compiled.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::keys::Key;

/// How patterns are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PatternKind {
    /// A regular expression of the `regex` crate.
    #[default]
    Regex,
    /// The text itself.
    Exact,
}

/// What a pattern is matched against; see `docs/architecture.md`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum View {
    /// The logical line under the cursor, from column 0 to the cursor.
    #[default]
    Prompt,
    /// Each finished logical line.
    Line,
    /// Text without escape sequences, since the last match.
    Stream,
}

/// Which exits an `exit` rule is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WhenExit {
    /// Every one.
    #[default]
    Any,
    /// Status 0.
    Zero,
    /// Any other status, and signals.
    Nonzero,
    /// This status.
    Code(i32),
}

/// What makes a rule look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Trigger {
    /// One of these patterns matches in the rule's view.
    Match(Vec<String>),
    /// The child exited.
    Exit(WhenExit),
    /// The pane's output is complete.
    Eof,
    /// There has been no output for this long.
    Idle(Duration),
    /// This much time has passed since the pane started.
    Timeout(Duration),
}

/// What a rule sends to the child.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// Nothing.
    #[default]
    None,
    /// A text and the rule's `newline`; of a list, each answer in turn, the last one repeated.
    /// `{0}`, `{1}`, `{name}`, `{var.x}`, `{pane}`, `{session}`, `{exit}` are filled in; `{{` is
    /// a brace.
    Send(Vec<String>),
    /// Keys in order, encoded for the child's modes.
    Keys(Vec<Key>),
    /// The tty's end-of-file character.
    Eof,
    /// This signal for the foreground process group.
    Signal(i32),
}

/// What a rule does besides answering.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Deed {
    /// Says this text in the events. Filled in as an answer is.
    Notify(String),
    /// Disarms the pane.
    Disarm,
}

/// A rule as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleSpec {
    /// The ruleset it stands in.
    pub ruleset: String,
    /// Its name, unique in the ruleset.
    pub name: String,
    /// What makes it look.
    pub trigger: Trigger,
    /// How its patterns are read.
    pub kind: PatternKind,
    /// Letters match in either case.
    pub nocase: bool,
    /// What its patterns are matched against.
    pub view: View,
    /// How much text the `stream` view keeps for it, in bytes.
    pub window: usize,
    /// How long output must have been still.
    pub stable: Duration,
    /// Rules of higher priority win.
    pub priority: i32,
    /// What it sends.
    pub answer: Answer,
    /// What it does then.
    pub deeds: Vec<Deed>,
    /// What ends a sent text.
    pub newline: String,
    /// How often it may fire in the life of a child; `once` is 1.
    pub max: Option<u32>,
    /// How long it waits after it has fired.
    pub cooldown: Duration,
    /// How often it may fire within a minute before the pane is disarmed.
    pub per_minute: u32,
}

impl Default for RuleSpec {
    /// Returns a rule of every default, without a name, a pattern or an action.
    fn default() -> RuleSpec {
        RuleSpec {
            ruleset: String::new(),
            name: String::new(),
            trigger: Trigger::Match(Vec::new()),
            kind: PatternKind::default(),
            nocase: false,
            view: View::default(),
            window: 64 * 1024,
            stable: Duration::from_millis(30),
            priority: 0,
            answer: Answer::None,
            deeds: Vec::new(),
            newline: "\r".to_owned(),
            max: None,
            cooldown: Duration::ZERO,
            per_minute: 30,
        }
    }
}
