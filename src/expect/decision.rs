//! What the engine decides, and why: plain values with one short text form each.

use std::{fmt, time::Duration};

use crate::keys::Key;

/// How a child ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exit {
    /// It exited with this status.
    Code(i32),
    /// This signal ended it, such as `SIGKILL`.
    Signal(String),
}

impl fmt::Display for Exit {
    /// Writes the status, or the signal's name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Exit::Code(code) => code.fmt(f),
            Exit::Signal(name) => name.fmt(f),
        }
    }
}

/// What became of a rule that matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It acts.
    Fired,
    /// It would act, but for the reason given.
    Held,
    /// It has acted as often as it may.
    Spent,
    /// It acted too often within a minute: the pane is disarmed now.
    Tripped,
}

impl fmt::Display for Outcome {
    /// Writes one word.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Outcome::Fired => "fired",
            Outcome::Held => "held",
            Outcome::Spent => "spent",
            Outcome::Tripped => "tripped",
        })
    }
}

/// Why a rule acts or does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// This pattern matched.
    Matched(String),
    /// The child exited.
    Exited(Exit),
    /// The pane's output is complete.
    Eof,
    /// There has been no output for this long.
    Idle(Duration),
    /// This much time has passed since the start.
    Timeout(Duration),
    /// The pane is disarmed.
    Disarmed,
    /// A person interacts with the pane.
    Interacting,
    /// The alternate screen is shown, where prompt rules do not run.
    Alternate,
    /// This occurrence of the prompt has been answered, or a rule has fired for it.
    Answered,
    /// The rule has fired this often, which is its `max`.
    Max(u32),
    /// The rule's cooldown has this much time left.
    Cooldown(Duration),
    /// The rule has fired this often within a minute, which is its `per_minute`.
    PerMinute(u32),
}

impl fmt::Display for Reason {
    /// Writes one phrase.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Matched(pattern) => write!(f, "'{pattern}' matched"),
            Reason::Exited(Exit::Code(code)) => write!(f, "the child exited with {code}"),
            Reason::Exited(Exit::Signal(name)) => write!(f, "{name} ended the child"),
            Reason::Eof => f.write_str("the output is complete"),
            Reason::Idle(after) => write!(f, "no output for {after:?}"),
            Reason::Timeout(after) => write!(f, "{after:?} since the start"),
            Reason::Disarmed => f.write_str("the pane is disarmed"),
            Reason::Interacting => f.write_str("a person interacts with the pane"),
            Reason::Alternate => f.write_str("the alternate screen is shown"),
            Reason::Answered => f.write_str("this prompt has been answered already"),
            Reason::Max(max) => write!(f, "it has fired {max} of {max} times"),
            Reason::Cooldown(left) => write!(f, "its cooldown has {left:?} left"),
            Reason::PerMinute(count) => {
                write!(
                    f,
                    "it fired {count} times within a minute; the pane is disarmed"
                )
            }
        }
    }
}

/// Something that a decision asks to be done, in the order given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// This text goes to the child, its newline included.
    Send(String),
    /// These keys go to the child, encoded for its modes.
    Keys(Vec<Key>),
    /// The tty's end-of-file character goes to the child.
    Eof,
    /// This signal goes to the foreground process group.
    Signal(i32),
    /// This text goes to the events.
    Notify(String),
    /// The pane is shown as disarmed; the engine has disarmed itself.
    Disarm,
}

/// A decision about one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The ruleset of the rule.
    pub ruleset: String,
    /// The rule's name.
    pub rule: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Why.
    pub reason: Reason,
    /// The end of the text looked at, at most [`PROMPT_LIMIT`] bytes; empty for events.
    pub prompt: String,
    /// What is to be done.
    pub actions: Vec<Action>,
}

/// How much of the text looked at a decision carries, in bytes: more than a screen line, less
/// than what would flood the events.
pub const PROMPT_LIMIT: usize = 1024;

/// Returns the end of `text` that fits into a decision.
pub(super) fn bounded(text: &str) -> String {
    text[text.ceil_char_boundary(text.len().saturating_sub(PROMPT_LIMIT))..].to_owned()
}
