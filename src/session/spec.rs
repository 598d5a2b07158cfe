//! What a session is made from, as the process that starts a server hands it over.

use std::path::PathBuf;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::NotifySpec;
use crate::{
    expect::AutoAnswer,
    pane::{PaneSpec, SecretSource},
};

/// How an interface arranges panes at its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// All panes side by side.
    #[default]
    Tiles,
    /// The focused pane alone.
    Single,
}

/// What a session does when all its panes have ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnFinished {
    /// It stays until `down`.
    #[default]
    Keep,
    /// The server ends as soon as no client is attached.
    Exit,
}

/// Everything a session is made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionSpec {
    /// Its name.
    pub name: String,
    /// The config file, canonical.
    pub config: Option<PathBuf>,
    /// The folder it belongs to, canonical.
    pub folder: PathBuf,
    /// How an interface arranges panes at its start.
    pub layout: Layout,
    /// What happens when all panes have ended.
    pub on_finished: OnFinished,
    /// Whether rules answer at first.
    #[serde(default)]
    pub auto_answer: AutoAnswer,
    /// Finished lines of output are handed to the client that asks for them, and output waits
    /// until they are taken.
    #[serde(default)]
    pub headless: bool,
    /// Who is told when a pane needs somebody.
    #[serde(default)]
    pub notify: NotifySpec,
    /// Its first panes.
    pub panes: Vec<PaneSpec>,
}

impl SessionSpec {
    /// Returns the secrets that it carries as text, those of its first panes.
    pub fn secrets(&self) -> impl Iterator<Item = &SecretString> {
        let described = self.panes.iter().flat_map(|pane| pane.secrets.values());
        described.filter_map(|secret| match &secret.source {
            SecretSource::Value(text) => Some(text.expose()),
            _ => None,
        })
    }
}

/// Returns whether `name` may name a session: `[A-Za-z0-9._-]{1,64}`, not beginning with a dot or
/// a dash (it becomes a file name and an argument).
pub fn is_session_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|c| c.is_ascii_alphanumeric() || b"._-".contains(&c))
        && !name.starts_with(['.', '-'])
}
