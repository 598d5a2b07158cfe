//! What a core has the shell around it do.

use zeroize::Zeroizing;

#[cfg(doc)]
use super::core::Core;
use super::event::PaneEvent;
use crate::{expect::SecretId, protocol::ExpectInfo};

/// What the shell around a core must do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Send this signal to the foreground process group.
    Signal(i32),
    /// Tell the session.
    Event(PaneEvent),
    /// Tell the session what the program has to say to a person, unless it has just said something.
    Notice(String),
    /// Fetch the secret of this name, then hand it over by [`Core::release`] or
    /// [`Core::withhold`].
    Fetch {
        /// The number of the want.
        id: SecretId,
        /// The secret's name.
        name: String,
        /// The rule that wants it.
        rule: String,
    },
    /// Put this text into the log and the recording.
    Log(String),
    /// Have the interface focus the pane.
    Focus,
    /// Have the pane of this name armed.
    Arm {
        /// The pane's name.
        pane: String,
        /// The rule that wants it.
        rule: String,
    },
    /// Restart the child.
    Restart,
    /// Stop the child.
    Terminate,
    /// Run this command.
    Run {
        /// The argument vector.
        command: Vec<String>,
        /// The rule that wants it.
        rule: String,
    },
    /// The waiting `expect` is over.
    Expected(ExpectInfo),
    /// This was typed into the pane; only where somebody wants it ([`Core::tell_typed`]).
    Typed {
        /// What.
        bytes: Typed,
        /// Nobody else is to read it.
        blind: bool,
    },
}

/// Bytes that were typed. They are shown nowhere by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Typed(pub Zeroizing<Vec<u8>>);

impl std::fmt::Debug for Typed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}
