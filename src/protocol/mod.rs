//! What server and client say to each other: requests, replies and the line codec that carries them.
//!
//! Plain values only. A connection begins with a [`Hello`] from each side; then the client sends
//! [`Envelope`]s of [`Request`], and the server answers each with one of [`Reply`] that bears the same id, in
//! any order. A request that waits (for output, for a change, for an end) holds its answer back,
//! so the server never sends what was not asked for and keeps no queue for a slow client.

mod codec;
mod info;
mod inspect;

pub use codec::{Codec, CodecError, MAX_FRAME};
pub use info::{
    AskInfo, Attention, ConfigNews, CursorInfo, ExitInfo, ExpectEvent, ExpectInfo, Notice,
    PaneInfo, PaneState, PaneSummary, RuleInfo, ScreenInfo, SessionInfo, WhyInfo,
};
pub use inspect::{
    Entry, FoundText, Happened, InspectedRule, Inspection, ModeInfo, ProcessInfo, TtyInfo,
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{path::PathBuf, time::Duration};

use crate::{
    expect::{AutoAnswer, View},
    geometry::Size,
    keys::{Input, Key},
    pane::{Concealed, PaneSpec},
    screen::{Anchor, HistoryView, Place, Row, ScreenDelta},
};

/// The version of everything in this module; peers of different versions do not talk.
pub const PROTOCOL_VERSION: u32 = 4;

/// The first line each side sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// Always `muxpect`.
    pub program: String,
    /// [`PROTOCOL_VERSION`] of the sender.
    pub protocol: u32,
    /// The crate version of the sender.
    pub version: String,
    /// The sender's process id.
    pub pid: u32,
}

impl Hello {
    /// Returns this process's own hello.
    pub fn ours() -> Hello {
        Hello {
            program: "muxpect".to_owned(),
            protocol: PROTOCOL_VERSION,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pid: std::process::id(),
        }
    }
}

/// A pane's number within its session: 1, 2, … and never reused.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct PaneId(pub u32);

impl std::fmt::Display for PaneId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// The id of requests whose success is not answered: only a failure is. Typed input uses it, so
/// that an echo costs no second message.
pub const UNANSWERED: u64 = 0;

/// A request or a reply with the number that joins them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Envelope<T> {
    /// Chosen by the client, unique among its requests under way, or [`UNANSWERED`].
    pub id: u64,
    /// What is said.
    pub body: T,
}

/// What a client asks. PANE is a pane's name or id as a person writes it; where it is an
/// `Option`, `None` means the session's only pane.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Request {
    /// The session's own row of `ls` -> [`Reply::Session`].
    Session,
    /// Every pane in full, as `ps` prints it -> [`Reply::Panes`].
    Panes,
    /// The pane list, once it is newer than generation `since` -> [`Reply::Summary`].
    Summary {
        /// The generation the client has; 0 for none.
        since: u64,
    },
    /// This connection now shows the session -> [`Reply::Attached`].
    Attach {
        /// Input, resizing and commands from this connection are refused.
        read_only: bool,
    },
    /// This connection shows the session no longer -> [`Reply::Done`].
    Detach,
    /// Starts further panes -> [`Reply::Started`].
    Run {
        /// The panes; a name that is taken is an error unless `rename` holds.
        panes: Vec<PaneSpec>,
        /// A taken name gets `-2`, `-3`, … appended.
        rename: bool,
    },
    /// The pane's screen, once its generation differs from `since` -> [`Reply::Screen`]. At most
    /// one is under way for each pane and connection; a second one replaces the first, which
    /// is answered with [`Reply::Done`].
    Update {
        /// The pane.
        pane: PaneId,
        /// The generation the client has; `None` asks for the whole screen at once.
        since: Option<u64>,
    },
    /// Rows of the pane's history and screen -> [`Reply::History`].
    History {
        /// The pane.
        pane: PaneId,
        /// The first row shown so far; `None` for the live screen.
        top: Option<Anchor>,
        /// How many rows to move from there: negative is up, into the past.
        by: i64,
        /// How many rows to return.
        rows: u16,
        /// What to mark in them, as [`Request::Search`] reads it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pattern: Option<String>,
    },
    /// The next match in the pane's history and screen, going on from the other end ->
    /// [`Reply::Found`].
    Search {
        /// The pane.
        pane: PaneId,
        /// A regular expression for single lines, wraps joined; in any case unless it has a capital.
        pattern: String,
        /// Up, into the past.
        backwards: bool,
        /// Where the match before begins; `None` begins at the edge of the view that the search goes
        /// away from.
        from: Option<Place>,
        /// The first row shown so far; `None` for the live screen.
        top: Option<Anchor>,
        /// How many rows are shown.
        rows: u16,
    },
    /// The next prompt that a shell has marked (OSC 133) -> [`Reply::Found`].
    Prompt {
        /// The pane.
        pane: PaneId,
        /// The logical line to begin after or, `backwards`, before; `None` for the cursor's.
        from: Option<u64>,
        /// Up, into the past.
        backwards: bool,
        /// How many rows are shown.
        rows: u16,
    },
    /// The text of logical lines of the pane's history and screen -> [`Reply::Text`].
    Text {
        /// The pane.
        pane: PaneId,
        /// The first place.
        from: Place,
        /// The place after the last one.
        to: Place,
    },
    /// What a person typed into the pane, in order -> [`Reply::Done`].
    Input {
        /// The pane.
        pane: PaneId,
        /// Keys, pastes, mouse and focus; encoded for the child's modes.
        input: Vec<Input>,
    },
    /// Starts or ends this connection's interacting with the pane (rules pause) -> [`Reply::Done`].
    Interact {
        /// The pane.
        pane: PaneId,
        /// Start or end.
        on: bool,
    },
    /// The tile of this client has this size -> [`Reply::Done`].
    Resize {
        /// The pane.
        pane: PaneId,
        /// Rows and columns inside the tile's border.
        size: Size,
    },
    /// Text, keys, EOF or a signal for panes -> [`Reply::Done`] once queued.
    Send {
        /// The pane, or every running pane.
        target: Target,
        /// What to send.
        what: SendWhat,
    },
    /// Waits for a pattern in the pane's output -> [`Reply::Expect`].
    Expect(ExpectRequest),
    /// Waits until these panes (all when empty) have ended -> [`Reply::Panes`] with them.
    Wait {
        /// Names or ids.
        panes: Vec<String>,
    },
    /// The visible text, and rows of history before it -> [`Reply::ScreenInfo`].
    Screen {
        /// The pane.
        pane: Option<String>,
        /// How many rows of history come first.
        history: u32,
    },
    /// Starts the panes' programs again, ending those that run -> [`Reply::Started`].
    Restart {
        /// Names or ids.
        panes: Vec<String>,
    },
    /// Ends the panes' programs by their `stop` steps; answered when they have ended ->
    /// [`Reply::Done`].
    Stop {
        /// Names or ids.
        panes: Vec<String>,
    },
    /// Ends the panes' programs by SIGKILL; answered when they have ended -> [`Reply::Done`].
    Kill {
        /// Names or ids.
        panes: Vec<String>,
    },
    /// Takes ended panes out of the session -> [`Reply::Done`].
    Remove {
        /// Names or ids.
        panes: Vec<String>,
    },
    /// Gives a pane another name; its files keep theirs -> [`Reply::Done`].
    Rename {
        /// Name or id.
        pane: String,
        /// The new name.
        name: String,
    },
    /// Starts a further pane as the given one was started, called `NAME-2` or so, with files of
    /// its own -> [`Reply::Started`].
    Duplicate {
        /// Name or id.
        pane: String,
    },
    /// The asks that wait for a person, oldest first -> [`Reply::Asks`].
    Asks,
    /// Answers an ask -> [`Reply::Done`], or a failure when its prompt has gone.
    Answer {
        /// Its number in the session.
        ask: u64,
        /// How.
        answer: AskAnswer,
    },
    /// The rules of a pane, or of all, with their standing -> [`Reply::Rules`].
    Rules {
        /// Name or id.
        pane: Option<String>,
    },
    /// Why each rule of a pane acts or does not on the present prompt -> [`Reply::Why`].
    Why {
        /// Name or id.
        pane: Option<String>,
    },
    /// What has happened in a pane, and how it stands -> [`Reply::Inspection`] at once.
    Inspect {
        /// The pane.
        pane: PaneId,
        /// The first entry wanted: [`Inspection::next`] of the answer before, or 0.
        since: u64,
    },
    /// The prompt that stood before the cursor at an offset of the pane's output that is still kept
    /// -> [`Reply::Prompt`].
    PromptAt {
        /// The pane.
        pane: PaneId,
        /// The offset.
        offset: u64,
    },
    /// Arms or disarms panes -> [`Reply::Done`].
    Arm {
        /// Names or ids.
        panes: Vec<String>,
        /// Arms.
        on: bool,
    },
    /// Says whether rules answer, in all panes -> [`Reply::Done`].
    AutoAnswer(AutoAnswer),
    /// Begins a recording of the pane, in a file of its own, or ends the one that goes on ->
    /// [`Reply::Recording`].
    Record {
        /// The pane.
        pane: PaneId,
        /// Begins.
        on: bool,
    },
    /// `SSH_ASKPASS` asks for what ssh wants -> [`Reply::Passed`], which may wait for a person.
    Askpass {
        /// The one-use token that the pane's child was given.
        token: Concealed,
        /// What ssh asks.
        prompt: String,
    },
    /// Reads the session's config anew and applies it -> [`Reply::Done`] once that is done, or a
    /// failure that says what is wrong where; then everything stays as it was.
    Reload,
    /// Stops every pane and then the server -> [`Reply::Done`] when all children have ended.
    Down,
    /// Events from number `from` on, none when there are no more -> [`Reply::Events`]; with
    /// `follow`, once there is one.
    Events {
        /// The first event wanted, counted from 0.
        from: u64,
        /// Wait for one when there is none yet.
        follow: bool,
    },
    /// Finished lines of all panes from number `from` on, in the order in which they were
    /// finished -> [`Reply::Lines`] once there is one, or, without any, once all panes have
    /// ended. Only for sessions that were started with `headless`.
    Lines {
        /// The first line wanted, counted from 0.
        from: u64,
    },
}

/// Which panes a `send` is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// One, by name or id.
    Pane(String),
    /// Every running pane.
    All,
}

/// What a `send` writes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SendWhat {
    /// Text as it is, but LF becomes CR; Enter already included where wanted.
    Text(String),
    /// Text as a paste: bracketed when the child asked for it.
    Paste(String),
    /// Keys, encoded for the child's modes.
    Keys(Vec<Key>),
    /// The tty's end-of-file character.
    Eof,
    /// A signal for the foreground process group, by number.
    Signal(i32),
    /// The secret of this name and Enter, if the tty shows a true password prompt.
    Secret(String),
}

/// How a person answers an ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AskAnswer {
    /// With this text, without its Enter.
    Text(Concealed),
    /// As the rule suggested.
    Suggestion,
    /// Not at all.
    Dismiss,
}

/// From where an `expect` reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExpectFrom {
    /// The pane's read cursor: the end of the last match.
    #[default]
    Cursor,
    /// What comes from now on.
    Now,
    /// The pane's first output that is still kept.
    Start,
    /// This offset.
    Offset(u64),
}

/// An `expect`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpectRequest {
    /// The pane.
    pub pane: Option<String>,
    /// Patterns, in the order of their indices.
    pub patterns: Vec<String>,
    /// The patterns are plain texts, not regular expressions.
    pub exact: bool,
    /// What they are matched against.
    pub view: View,
    /// The pane's end is one of the awaited outcomes (index after the patterns).
    pub eof: bool,
    /// A timeout is one of the awaited outcomes (index after those).
    pub timeout_ok: bool,
    /// How long to wait.
    pub timeout: Duration,
    /// From where to read.
    pub from: ExpectFrom,
    /// Text to send once the read position is set, Enter included.
    pub send: Option<String>,
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

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tokio_util::{
        bytes::BytesMut,
        codec::{Decoder, Encoder},
    };

    use super::*;

    /// Checks that a value comes out of the codec as it went in.
    fn check<T>(value: T)
    where
        T: Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
    {
        let mut codec = Codec::<T>::default();
        let mut wire = BytesMut::new();
        codec.encode(&value, &mut wire).unwrap();
        assert_eq!(codec.decode(&mut wire).unwrap(), Some(value));
    }

    fn ask() -> AskInfo {
        AskInfo {
            id: 3,
            pane: "db1".to_owned(),
            rule: "set/rule".to_owned(),
            prompt: "Go on? ".to_owned(),
            reason: "the rule asks".to_owned(),
            suggestion: None,
            since: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    fn why() -> WhyInfo {
        WhyInfo {
            rule: "set/rule".to_owned(),
            outcome: "held".to_owned(),
            reason: "the pane is disarmed".to_owned(),
            text: "Go on? ".to_owned(),
        }
    }

    #[test]
    fn requests_about_rules_survive_the_wire() {
        let text = || Concealed::new("a \"secret\"\u{1b}\n".to_owned());
        for answer in [
            AskAnswer::Text(text()),
            AskAnswer::Suggestion,
            AskAnswer::Dismiss,
        ] {
            check(Request::Answer { ask: 3, answer });
        }
        for mode in [AutoAnswer::On, AutoAnswer::Suggest, AutoAnswer::Off] {
            check(Request::AutoAnswer(mode));
        }
        for pane in [None, Some("db1".to_owned())] {
            check(Request::Rules { pane: pane.clone() });
            check(Request::Why { pane });
        }
        check(Request::Asks);
        check(Request::Arm {
            panes: vec!["db1".to_owned()],
            on: false,
        });
        check(Request::Askpass {
            token: text(),
            prompt: "Password: ".to_owned(),
        });
        check(Request::Send {
            target: Target::Pane("db1".to_owned()),
            what: SendWhat::Secret("db".to_owned()),
        });
    }

    #[test]
    fn replies_about_rules_survive_the_wire() {
        check(Reply::Asks(vec![ask()]));
        check(Reply::Why(vec![why()]));
        check(Reply::Passed(Concealed::new(String::new())));
        for (state, last) in [(None, None), (Some("login".to_owned()), Some(why()))] {
            check(Reply::Rules(vec![RuleInfo {
                pane: "db1".to_owned(),
                ruleset: "set".to_owned(),
                rule: "rule".to_owned(),
                patterns: vec!["Go on\\? $".to_owned()],
                event: None,
                view: View::Prompt,
                state,
                active: true,
                fired: 1,
                spent: false,
                last,
            }]));
        }
        for focus in [None, Some((PaneId(2), 7))] {
            check(Reply::Summary(Summary {
                generation: 9,
                panes: Vec::new(),
                asks: vec![ask()],
                auto_answer: AutoAnswer::Suggest,
                focus,
                config: focus.map(|_| ConfigNews {
                    number: 3,
                    text: "muxpect.toml:1:2: no such key".to_owned(),
                    failed: true,
                }),
                notices: vec![Notice {
                    pane: PaneId(2),
                    name: "db1".to_owned(),
                    text: "waits".to_owned(),
                }],
            }));
        }
    }

    #[test]
    fn an_ask_has_the_documented_fields() {
        let expected = json!({
            "id": 3, "pane": "db1", "rule": "set/rule", "prompt": "Go on? ",
            "reason": "the rule asks", "suggestion": null, "since": "1970-01-01T00:00:00Z",
        });
        assert_eq!(serde_json::to_value(ask()).unwrap(), expected);
    }

    #[test]
    fn an_answer_is_not_shown_in_what_is_logged() {
        let answer = AskAnswer::Text(Concealed::new("correct horse".to_owned()));
        let shown = format!("{:?}", Request::Answer { ask: 1, answer });
        assert!(shown.contains("***") && !shown.contains("horse"), "{shown}");
    }
}
