//! What is wanted of a pane, what it tells, and the way to its task.

use tokio::sync::mpsc;

use super::{
    askpass::AskpassPlace, event::PaneEvent, reading_back::PromptJump, renewal::Renewal,
    reply::ReplyTo, searching::SearchSpec, secret::Concealed, secrets::Secrets, viewers::ClientId,
};

use crate::{
    expect::{Ask, AskId, AutoAnswer},
    geometry::Size,
    keys::Input,
    protocol::{AskAnswer, ExpectRequest, PaneId, PaneSummary, SendWhat},
    screen::{Anchor, Place},
};

/// Requests that may wait for a pane's task.
pub(super) const REQUESTS: usize = 256;

/// What a client or the session wants of a pane.
#[derive(Debug)]
pub enum PaneRequest {
    /// Its screen, once newer.
    Update {
        /// Who asks.
        client: ClientId,
        /// The generation the client has.
        since: Option<u64>,
        /// Whom to answer.
        reply: ReplyTo,
    },
    /// Rows of its history.
    History {
        /// The first row shown so far.
        top: Option<Anchor>,
        /// How many rows to move.
        by: i64,
        /// How many rows to return.
        rows: u16,
        /// What to mark in them.
        pattern: Option<String>,
        /// Whom to answer.
        reply: ReplyTo,
    },
    /// The next match in its history and screen.
    Search {
        /// What is searched for.
        search: SearchSpec,
        /// Whom to answer.
        reply: ReplyTo,
    },
    /// The next prompt that a shell has marked.
    Prompt {
        /// Where it is looked for.
        jump: PromptJump,
        /// Whom to answer.
        reply: ReplyTo,
    },
    /// The text of its logical lines.
    Text {
        /// The first place.
        from: Place,
        /// The place after the last one.
        to: Place,
        /// Whom to answer.
        reply: ReplyTo,
    },
    /// What a person typed.
    Input {
        /// Who typed.
        client: ClientId,
        /// What.
        input: Vec<Input>,
        /// Whom to answer.
        reply: ReplyTo,
    },
    /// A person begins or ends to interact.
    Interact {
        /// Who.
        client: ClientId,
        /// Begins.
        on: bool,
        /// Whom to answer.
        reply: ReplyTo,
    },
    /// A client's tile has this size.
    Resize {
        /// Whose.
        client: ClientId,
        /// Which.
        size: Size,
        /// Whom to answer.
        reply: ReplyTo,
    },
    /// Text, keys, EOF or a signal.
    Send {
        /// Who sends.
        client: ClientId,
        /// What.
        what: SendWhat,
        /// Whom to answer.
        reply: ReplyTo,
    },
    /// A wait for a pattern.
    Expect {
        /// What for.
        request: ExpectRequest,
        /// Whom to answer.
        reply: ReplyTo,
    },
    /// Everything `ps` prints.
    Info {
        /// Whom to answer, with one pane.
        reply: ReplyTo,
    },
    /// The visible text.
    Screen {
        /// Rows of history before it.
        history: usize,
        /// Whom to answer.
        reply: ReplyTo,
    },
    /// Start the child (again), ending the one that runs.
    Start {
        /// Whom to answer once it has started, or could not.
        reply: ReplyTo,
    },
    /// End the child.
    Stop {
        /// By SIGKILL.
        kill: bool,
        /// Whom to answer once the pane has ended.
        reply: ReplyTo,
    },
    /// A person answers an ask.
    Answer {
        /// Who.
        client: ClientId,
        /// The ask's number in this pane.
        ask: AskId,
        /// How.
        answer: AskAnswer,
        /// Whom to answer.
        reply: ReplyTo,
    },
    /// Its rules and their standing.
    Rules {
        /// Whom to answer.
        reply: ReplyTo,
    },
    /// Why its rules act or do not now.
    Why {
        /// Whom to answer.
        reply: ReplyTo,
    },
    /// What has happened in it, and how it stands.
    Inspect {
        /// The first entry wanted.
        since: u64,
        /// Whom to answer.
        reply: ReplyTo,
    },
    /// The prompt at an offset of its output.
    PromptAt {
        /// The offset.
        offset: u64,
        /// Whom to answer.
        reply: ReplyTo,
    },
    /// It is called otherwise from now on.
    Rename {
        /// The new name, which the session has checked.
        name: String,
        /// Whom to answer.
        reply: ReplyTo,
    },
    /// Arm or disarm its rules.
    Arm {
        /// Arm.
        on: bool,
        /// Why, for the events.
        reason: String,
        /// Whom to answer.
        reply: ReplyTo,
    },
    /// Another spec.
    Renew {
        /// What there is to be.
        renewal: Box<Renewal>,
        /// Whom to answer, once the session knows what has become of the pane.
        reply: ReplyTo,
    },
    /// Begin or end its recording.
    Record {
        /// Begin.
        on: bool,
        /// Whom to answer.
        reply: ReplyTo,
    },
    /// Rules answer, suggest or rest, in all panes.
    AutoAnswer(AutoAnswer),
    /// `SSH_ASKPASS` asks. A pane whose token it is not passes the debt back.
    Askpass {
        /// The token of the child that asks.
        token: Concealed,
        /// What ssh asks.
        prompt: String,
        /// The process that asks, if the system tells.
        peer: Option<u32>,
        /// Whom to answer.
        reply: ReplyTo,
    },
    /// A client has gone or shows the session no longer.
    Gone {
        /// Which.
        client: ClientId,
    },
}

/// What a pane tells its session.
#[derive(Debug)]
pub enum Report {
    /// What the pane list shows has changed.
    Summary(PaneSummary),
    /// Something happened.
    Event(PaneEvent),
    /// The asks that wait for a person now, oldest first.
    Asks(Vec<Ask>),
    /// A person gives the pane the keys, or does so no longer.
    Interacted(bool),
    /// A rule wants the pane focused.
    Focus,
    /// A rule wants the pane of this name armed.
    Arm {
        /// The pane's name.
        pane: String,
        /// The rule that wants it.
        rule: String,
    },
}

/// Where a pane's task finds the world around it.
#[derive(Clone, Debug)]
pub struct Outside {
    /// The session's name.
    pub session: String,
    /// Where reports go.
    pub reports: mpsc::Sender<(PaneId, Report)>,
    /// Where finished lines of output go, with the pane's name, when somebody prints them. Reading stops
    /// while nobody takes them.
    pub lines: Option<mpsc::Sender<(String, String)>>,
    /// The secrets that are masked in all that leaves the session.
    pub secrets: Secrets,
    /// What ssh asks by; `None` if it could not be made.
    pub askpass: Option<AskpassPlace>,
}

/// The way to a pane's task. The task ends the child and itself when every handle is gone.
#[derive(Clone, Debug)]
pub struct PaneHandle(pub(super) mpsc::Sender<PaneRequest>);

impl PaneHandle {
    /// Hands a request over; when the pane has gone or is swamped, the request's reply says so.
    pub async fn request(&self, request: PaneRequest) {
        // The request comes back in the error and pays its reply as it is dropped.
        let _ = self.0.send(request).await;
    }
}

#[cfg(test)]
impl PaneHandle {
    /// Returns the way to a pane that a test plays, and what comes by it.
    pub fn played() -> (PaneHandle, mpsc::Receiver<PaneRequest>) {
        let (requests, played) = mpsc::channel(REQUESTS);
        (PaneHandle(requests), played)
    }
}
