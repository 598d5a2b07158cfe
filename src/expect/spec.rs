//! A rule as it is written: plain values, defaults included, not yet checked or compiled.

use std::{collections::BTreeMap, time::Duration};

use schemars::JsonSchema;
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
    /// `*` is any text within a line, `?` any character, `[ab]` and `[!ab]` one of a set.
    Glob,
}

/// What a pattern is matched against; see `docs/architecture.md`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum View {
    /// The logical line under the cursor, from column 0 to the cursor.
    #[default]
    Prompt,
    /// Each finished logical line.
    Line,
    /// The rendered screen, or a [`Region`] of it: its logical lines, trailing blanks trimmed,
    /// joined by LF.
    Screen,
    /// Text without escape sequences, since the last match.
    Stream,
    /// The bytes as they came, escape sequences included, since the last match.
    Raw,
}

/// Which part of what is shown a `screen` pattern, a `context` or a `not` looks at. Blank lines below
/// all text are no part of any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Region {
    /// All of it.
    #[default]
    All,
    /// The last so many lines, at least 1.
    Bottom(u16),
    /// What was shown since something was sent last; all of it if nothing was.
    SinceSend,
}

/// What becomes of a match when another condition of its rule fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Otherwise {
    /// Nothing: lower rules may act.
    #[default]
    Ignore,
    /// A person is asked.
    Ask,
}

/// What a rule wants of the tty's ECHO.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EchoWanted {
    /// Nothing.
    #[default]
    Any,
    /// ECHO must be off.
    Off,
    /// ECHO must be on.
    On,
}

/// Whether rules answer, in all panes of a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AutoAnswer {
    /// They do.
    #[default]
    On,
    /// Every answer becomes an ask with the answer as its suggestion.
    Suggest,
    /// No rule acts, but for those on the child's end.
    Off,
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
    /// This much time has passed since the state of the ruleset was entered: since the start of
    /// the child, or the last `goto`.
    Timeout(Duration),
    /// The bell rang.
    Bell,
    /// The child was started.
    Start,
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
    /// One text of several, chosen by what matched, and the rule's `newline`.
    Sequence(Sequence),
    /// The secret of this name and the rule's `newline`, if the gate lets it pass.
    Secret(String),
    /// The tty's end-of-file character.
    Eof,
    /// This signal for the foreground process group.
    Signal(i32),
}

/// Answers by the text of a template.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sequence {
    /// The template whose text chooses, such as `{1}`.
    pub by: String,
    /// Answers (templates) by that text, compared as it stands but for blanks around it.
    pub answers: BTreeMap<String, String>,
    /// The answer (a template) to any other text; without it, another text is a condition that
    /// fails.
    pub default: Option<String>,
}

/// What a rule does besides answering.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Deed {
    /// Says this text in the events. Filled in as an answer is.
    Notify(String),
    /// Asks a person, instead of answering by itself.
    Ask,
    /// Has the interface focus the pane.
    Focus,
    /// Puts this text into the pane's log and recording. Filled in as an answer is.
    Log(String),
    /// Arms the pane of this name.
    Arm(String),
    /// Disarms the pane.
    Disarm,
    /// Restarts the child.
    Restart,
    /// Stops the child.
    Terminate,
    /// Runs this command, not through a shell. Each argument is filled in as an answer is.
    Run(Vec<String>),
}

/// A rule as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleSpec {
    /// The ruleset it stands in. Rules of one ruleset share a state.
    pub ruleset: String,
    /// The ruleset's first state; empty when it has none.
    pub start: String,
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
    /// Which part of the screen it looks at: its patterns with the `screen` view, its `context`
    /// and `not` with every view.
    pub region: Region,
    /// How much text the `stream` and `raw` views keep for it, in bytes.
    pub window: usize,
    /// How long output must have been still.
    pub stable: Duration,
    /// Rules of higher priority win.
    pub priority: i32,
    /// The states of its ruleset in which it looks; none for all of them.
    pub states: Vec<String>,
    /// A pattern that must match in the region, read as `kind` says.
    pub context: Option<String>,
    /// A pattern that must not match in the region, read as `kind` says.
    pub not: Option<String>,
    /// Texts that captures must equal: by group number or name, a template.
    pub equals: BTreeMap<String, String>,
    /// What becomes of a match when a condition fails.
    pub otherwise: Otherwise,
    /// What the tty's ECHO must be.
    pub echo: EchoWanted,
    /// Programs one of which must be reading the tty or lead its foreground; none for any. For a
    /// secret they replace the default list.
    pub foreground: Vec<String>,
    /// What it sends.
    pub answer: Answer,
    /// What it does then.
    pub deeds: Vec<Deed>,
    /// The state that its ruleset enters when it has fired.
    pub goto: Option<String>,
    /// While it matches, no rule of lower rank acts.
    pub hold: bool,
    /// How long it waits before it answers; its conditions are checked again then.
    pub delay: Duration,
    /// Its answer is only suggested to a person.
    pub confirm: bool,
    /// What ends a sent text.
    pub newline: String,
    /// How often it may fire in the life of a child; `once` is 1, and so is the default of a rule
    /// with a secret.
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
            start: String::new(),
            name: String::new(),
            trigger: Trigger::Match(Vec::new()),
            kind: PatternKind::default(),
            nocase: false,
            view: View::default(),
            region: Region::default(),
            window: 64 * 1024,
            stable: Duration::from_millis(30),
            priority: 0,
            states: Vec::new(),
            context: None,
            not: None,
            equals: BTreeMap::new(),
            otherwise: Otherwise::default(),
            echo: EchoWanted::default(),
            foreground: Vec::new(),
            answer: Answer::None,
            deeds: Vec::new(),
            goto: None,
            hold: false,
            delay: Duration::ZERO,
            confirm: false,
            newline: "\r".to_owned(),
            max: None,
            cooldown: Duration::ZERO,
            per_minute: 30,
        }
    }
}
