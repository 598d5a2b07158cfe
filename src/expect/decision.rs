//! What the engine decides, and why: plain values with one short text form each.

use std::{fmt, time::Duration};

use super::{AskId, gate::GateReason};
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
    /// It hands the prompt to a person.
    Asked,
    /// It was about to act, but its prompt has gone.
    Cancelled,
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
            Outcome::Asked => "asked",
            Outcome::Cancelled => "cancelled",
            Outcome::Spent => "spent",
            Outcome::Tripped => "tripped",
        })
    }
}

/// Why a rule acts or does not, with what was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// This pattern matched.
    Matched(String),
    /// None of its patterns matches.
    NoMatch,
    /// The child was started.
    Started,
    /// The bell rang.
    Bell,
    /// The child exited.
    Exited(Exit),
    /// The pane's output is complete.
    Eof,
    /// There has been no output for this long.
    Idle(Duration),
    /// This much time has passed since the state was entered.
    Timeout(Duration),
    /// Its event has not come.
    NoEvent,
    /// A person accepted its suggestion.
    Accepted,
    /// The pane is disarmed.
    Disarmed,
    /// Rules rest in all panes.
    Resting,
    /// A person interacts with the pane.
    Interacting,
    /// Its ruleset is in this state, which is none of the rule's.
    State(String),
    /// The alternate screen is shown, where prompt rules do not run.
    Alternate,
    /// This occurrence of the prompt has been answered, or a rule has fired for it.
    Answered,
    /// This occurrence has been handed to a person.
    Asked,
    /// A rule is about to act on this occurrence.
    Pending,
    /// So many rules are about to act already.
    Crowded(usize),
    /// This rule, of higher rank, holds while it matches.
    HeldBy(String),
    /// Its `context` does not match in this text.
    Context {
        /// The pattern.
        pattern: String,
        /// The end of what it was looked for in.
        seen: String,
    },
    /// Its `not` matches.
    Not {
        /// The pattern.
        pattern: String,
        /// What it matched.
        seen: String,
    },
    /// A capture is not what `equals` wants.
    Equals {
        /// The group's number or name.
        capture: String,
        /// What it should be.
        wanted: String,
        /// What it is.
        seen: String,
    },
    /// The tty's ECHO is this and not what the rule wants; `None` when it cannot be known.
    Echo(Option<bool>),
    /// This program holds the tty, and it is none of the rule's; `None` when it cannot be known.
    Foreground(Option<String>),
    /// Its `sequence` has no answer for this text.
    NoAnswer(String),
    /// The gate does not let its secret pass.
    Gate(GateReason),
    /// Its secret has been sent as often as it may and is asked for again.
    AskedAgain(u32),
    /// Its secret cannot be had.
    Withheld(Withheld),
    /// Its prompt has gone.
    Gone,
    /// Something else was sent first.
    Overtaken,
    /// The screen was erased.
    Erased,
    /// The config was read anew and has the rule no longer, or another one in its place.
    Reloaded,
    /// The rule asks a person.
    Asks,
    /// The rule wants its answer confirmed by a person.
    Confirm,
    /// Rules only suggest, in all panes.
    Suggest,
    /// The rule has fired this often, which is its `max`.
    Max(u32),
    /// The rule's cooldown has this much time left.
    Cooldown(Duration),
    /// The rule has fired this often within a minute, which is its `per_minute`.
    PerMinute(u32),
    /// The rule has given the same answer to the same text this often, and nothing else came.
    Unchanged(u32),
}

impl fmt::Display for Reason {
    /// Writes one phrase.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Matched(pattern) => write!(f, "'{pattern}' matched"),
            Reason::NoMatch => f.write_str("no pattern of it matches"),
            Reason::Started => f.write_str("the child was started"),
            Reason::Bell => f.write_str("the bell rang"),
            Reason::Exited(Exit::Code(code)) => write!(f, "the child exited with {code}"),
            Reason::Exited(Exit::Signal(name)) => write!(f, "{name} ended the child"),
            Reason::Eof => f.write_str("the output is complete"),
            Reason::Idle(after) => write!(f, "no output for {after:?}"),
            Reason::Timeout(after) => write!(f, "its time of {after:?} is over"),
            Reason::NoEvent => f.write_str("its event has not come"),
            Reason::Accepted => f.write_str("a person accepted it"),
            Reason::Disarmed => f.write_str("the pane is disarmed"),
            Reason::Resting => f.write_str("rules rest in all panes"),
            Reason::Interacting => f.write_str("a person interacts with the pane"),
            Reason::State(state) => write!(f, "its ruleset is in state '{state}'"),
            Reason::Alternate => f.write_str("the alternate screen is shown"),
            Reason::Answered => f.write_str("this prompt has been answered already"),
            Reason::Asked => f.write_str("a person has been asked about this prompt"),
            Reason::Pending => f.write_str("a rule is about to act on this prompt"),
            Reason::Crowded(count) => write!(f, "{count} rules are about to act already"),
            Reason::HeldBy(rule) => write!(f, "rule '{rule}' holds while it matches"),
            Reason::Context { pattern, seen } => {
                write!(f, "its context '{pattern}' does not match in {seen:?}")
            }
            Reason::Not { pattern, seen } => write!(f, "its not '{pattern}' matches {seen:?}"),
            Reason::Equals {
                capture,
                wanted,
                seen,
            } => write!(f, "capture {capture} is {seen:?}, not {wanted:?}"),
            Reason::Echo(Some(true)) => f.write_str("the tty echoes"),
            Reason::Echo(Some(false)) => f.write_str("the tty does not echo"),
            Reason::Echo(None) => f.write_str("whether the tty echoes cannot be known"),
            Reason::Foreground(Some(name)) => write!(f, "'{name}' holds the tty"),
            Reason::Foreground(None) => f.write_str("who holds the tty cannot be known"),
            Reason::NoAnswer(text) => write!(f, "its sequence has no answer for {text:?}"),
            Reason::Gate(reason) => write!(f, "the secret was kept back: {reason}"),
            Reason::AskedAgain(count) => write!(
                f,
                "the secret was sent {count} of {count} times and is asked for again; it may be wrong"
            ),
            Reason::Withheld(why) => why.fmt(f),
            Reason::Gone => f.write_str("its prompt has gone"),
            Reason::Overtaken => f.write_str("something else was sent first"),
            Reason::Erased => f.write_str("the screen was erased"),
            Reason::Reloaded => f.write_str("the config was changed"),
            Reason::Asks => f.write_str("the rule asks a person"),
            Reason::Confirm => f.write_str("the rule wants its answer confirmed"),
            Reason::Suggest => f.write_str("rules only suggest"),
            Reason::Max(max) => write!(f, "it has fired {max} of {max} times"),
            Reason::Cooldown(left) => {
                let milliseconds = left.as_nanos().div_ceil(1_000_000);
                let left = Duration::from_millis(u64::try_from(milliseconds).unwrap_or(u64::MAX));
                write!(f, "its cooldown has {left:?} left")
            }
            Reason::PerMinute(count) => {
                write!(
                    f,
                    "it fired {count} times within a minute; the pane is disarmed"
                )
            }
            Reason::Unchanged(count) => write!(
                f,
                "it gave the same answer {count} times and nothing changed; the pane is disarmed"
            ),
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
    /// The secret of this name is wanted: the driver fetches it, then hands it over by
    /// [`super::Engine::release`] or says by [`super::Engine::withhold`] why it cannot.
    Secret {
        /// The number of this want.
        id: SecretId,
        /// The secret's name.
        name: String,
    },
    /// A person is asked; the ask is among [`super::Engine::asks`].
    Ask(AskId),
    /// The tty's end-of-file character goes to the child.
    Eof,
    /// This signal goes to the foreground process group.
    Signal(i32),
    /// This text goes to the events.
    Notify(String),
    /// The interface focuses the pane.
    Focus,
    /// This text goes to the pane's log and recording.
    Log(String),
    /// The pane of this name is armed.
    Arm(String),
    /// The pane is shown as disarmed; the engine has disarmed itself.
    Disarm,
    /// The child is restarted.
    Restart,
    /// The child is stopped.
    Terminate,
    /// This command is run, not through a shell.
    Run(Vec<String>),
}

/// The number of a wanted secret, unique within its pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SecretId(pub u64);

/// Why a wanted secret cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Withheld {
    /// It could not be fetched or written, for this reason; another time it may.
    #[error("{0}")]
    Failed(String),
    /// The secret of this name is a person's to type.
    #[error("the secret '{0}' is a person's to type")]
    Personal(String),
}

/// Why a rule acts or does not, for the present state of the pane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The rule, `RULESET/RULE`.
    pub rule: String,
    /// What would become of it.
    pub outcome: Outcome,
    /// The first condition that holds it back, or why it acts.
    pub reason: Reason,
    /// The end of the text that was looked at, at most [`PROMPT_LIMIT`] bytes.
    pub text: String,
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

/// How much of the text looked at a reason carries, in bytes.
const SEEN_LIMIT: usize = 200;

/// Returns the end of `text` that fits into a decision.
pub(super) fn bounded(text: &str) -> String {
    end_of(text, PROMPT_LIMIT).to_owned()
}

/// Returns the end of `text` that fits into a reason, without the empty lines at the end of a
/// screen.
pub(super) fn bounded_reason(text: &str) -> String {
    end_of(text.trim_end_matches('\n'), SEEN_LIMIT).to_owned()
}

fn end_of(text: &str, limit: usize) -> &str {
    &text[text.ceil_char_boundary(text.len().saturating_sub(limit))..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cooldown_is_told_in_milliseconds() {
        let told = |left| Reason::Cooldown(left).to_string();
        let left = Duration::from_nanos(794_642_787);
        assert_eq!(told(left), "its cooldown has 795ms left");
        assert_eq!(told(Duration::from_nanos(1)), "its cooldown has 1ms left");
        assert_eq!(told(Duration::from_secs(90)), "its cooldown has 90s left");
    }

    #[test]
    fn empty_lines_below_leave_room_for_the_text_in_a_reason() {
        let screen = format!("Continue?{}", "\n".repeat(SEEN_LIMIT));
        assert_eq!(bounded_reason(&screen), "Continue?");
    }
}
