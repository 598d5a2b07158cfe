//! What goes into the interface's state and what comes out of it: messages, effects, damage.
//!
//! Values only. Replies come back with the [`Purpose`] that their request was sent for.

use std::time::Instant;

use jiff::Timestamp;

use super::{
    super::{Outcome, preferences::Reading},
    Editing,
};
use crate::{
    geometry::Size,
    keys::Input,
    protocol::{PaneId, Reply, Request},
    screen::Place,
};

/// The present moment, on both clocks.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// For intervals.
    pub instant: Instant,
    /// For the times that the server reports.
    pub wall: Timestamp,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum Msg {
    /// A person did these things, in this order.
    Input(Vec<Input>),
    /// The server answered.
    Reply(Purpose, Reply),
    /// The terminal has this size.
    Resized(Size),
    /// Keys and colours were read from configs.
    Preferences(Box<Reading>),
    /// The editor could not be run, or has failed.
    EditorFailed(String),
    /// A rule was written into this file, or why not.
    RulesSaved(Result<String, String>),
    /// [`App::next_deadline`](super::App::next_deadline) has come.
    Tick,
    /// The connection has ended.
    Closed,
}

/// What a request was sent for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The pane list.
    Summary,
    /// A pane's screen.
    Update(PaneId),
    /// Rows of history, for this visit to SCROLL.
    History(u64),
    /// A match, for this visit to SCROLL and this search.
    Search {
        /// The visit.
        visit: u64,
        /// The search.
        search: u64,
    },
    /// A prompt, for this visit to SCROLL.
    Prompt {
        /// The visit.
        visit: u64,
        /// Up, into the past.
        backwards: bool,
    },
    /// What was selected in this visit to SCROLL, to be copied.
    Copy {
        /// The visit.
        visit: u64,
        /// SCROLL ends then.
        leave: bool,
        /// The first place that was selected, and the one after the last.
        range: (Place, Place),
    },
    /// A piece of a pane's history, for this wish to edit it.
    Edit(u64),
    /// A person's command; its failure is shown.
    Command,
    /// A person's answer to an ask; its failure is shown even when the pane has ended.
    Answer,
    /// Why each rule of this pane acts or does not.
    Why(PaneId),
    /// What has happened in a pane, for this visit to INSPECT.
    Inspect(u64),
    /// A prompt of the past, for this visit to INSPECT.
    PromptAt(u64),
    /// A pane that a person starts.
    Started,
    /// The beginning or the end of this pane's recording.
    Record {
        /// The pane.
        pane: PaneId,
        /// It begins.
        on: bool,
    },
    /// Something that may fail unseen.
    Quiet,
    /// The end of the session.
    Down,
    /// The end of this client.
    Detach,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Send this.
    Request(Request, Purpose),
    /// Ring the terminal's bell.
    Bell,
    /// Have the terminal notify the person of this.
    Notify(String),
    /// Set the terminal's title.
    Title(String),
    /// Draw every cell again, whatever the terminal is believed to show.
    Redraw,
    /// Give this text to the terminal's clipboard.
    Copy(String),
    /// Open this text in the person's editor; [`Msg::EditorFailed`] tells if that fails.
    Edit(Editing),
    /// Write this text into a new file of rules; [`Msg::RulesSaved`] tells how that went.
    SaveRules {
        /// The file is called after this.
        name: String,
        /// The text.
        text: String,
    },
    /// Stop this process until it is continued.
    Suspend,
    /// End the interface.
    Quit(Outcome),
}

/// What must be drawn again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Damage {
    /// Everything.
    pub all: bool,
    /// What stands around the panes.
    pub chrome: bool,
    /// These rows of these panes' screens.
    pub rows: Vec<(PaneId, u16)>,
}

impl Damage {
    /// Everything is damaged.
    pub const ALL: Damage = Damage {
        all: true,
        chrome: true,
        rows: Vec::new(),
    };
}
