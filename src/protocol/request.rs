//! What a client asks, and with what.
//!
//! Values only: what becomes of a request is the server's matter, and what is answered stands in
//! `reply`.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::PaneId;
#[cfg(doc)]
use super::{Inspection, Reply};
use crate::{
    expect::{AutoAnswer, View},
    geometry::Size,
    keys::{Input, Key},
    pane::{Concealed, PaneSpec},
    screen::{Anchor, Place},
};

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
