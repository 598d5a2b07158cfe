//! What a session is made from, as the process that starts a server hands it over.

use std::{collections::BTreeMap, fmt, path::PathBuf};

use schemars::JsonSchema;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::NotifySpec;
use crate::{
    expect::AutoAnswer,
    geometry::Size,
    pane::{PaneSpec, SecretSource},
};

/// How an interface arranges panes at its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// All panes side by side.
    #[default]
    Tiles,
    /// The focused pane alone.
    Single,
    /// One column for each pane.
    Columns,
    /// One row for each pane.
    Rows,
    /// One large pane at the left, the others stacked at the right.
    Main,
}

impl Layout {
    /// Every layout with its word, in the order in which an interface goes through them.
    pub const ALL: [(&str, Layout); 5] = [
        ("tiles", Layout::Tiles),
        ("single", Layout::Single),
        ("columns", Layout::Columns),
        ("rows", Layout::Rows),
        ("main", Layout::Main),
    ];

    /// Returns the layout after this one, and its word.
    pub fn next(self) -> (&'static str, Layout) {
        let mut all = Layout::ALL.into_iter().cycle();
        all.find(|(_, layout)| *layout == self);
        all.next().expect("it goes on without end")
    }
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

/// What a config is read against, besides its own text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    /// The caller's folder, absolute: panes run here unless they say otherwise.
    pub cwd: PathBuf,
    /// The folder of the config, absolute: relative paths in it begin here. Whoever reads a file
    /// takes the file's own folder instead.
    pub folder: PathBuf,
    /// The person's home, for paths that begin with `~`.
    pub home: Option<PathBuf>,
    /// The variables that panes inherit, and those that hold secrets.
    pub variables: BTreeMap<String, String>,
    /// The shell for `shell` commands: `$SHELL`, or `/bin/sh`.
    pub shell: String,
}

impl fmt::Debug for Environment {
    /// Leaves out what the variables hold: it may be a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment")
            .field("cwd", &self.cwd)
            .field("folder", &self.folder)
            .field("home", &self.home)
            .field("variables", &self.variables.keys())
            .field("shell", &self.shell)
            .finish()
    }
}

/// What the config of a session was read with, so that it can be read again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// What it was read against.
    pub environment: Environment,
    /// The size that every pane is pinned to, whatever the config says.
    pub size: Option<Size>,
}

impl Reading {
    /// Pins the size of panes as the session was told to.
    pub fn pin(&self, panes: &mut [PaneSpec]) {
        pin(panes, self.size);
    }
}

/// Pins the size of panes, if one is given.
pub fn pin(panes: &mut [PaneSpec], size: Option<Size>) {
    for pane in panes {
        pane.size = size.or(pane.size);
    }
}

/// Everything a session is made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionSpec {
    /// Its name.
    pub name: String,
    /// The config file, canonical.
    pub config: Option<PathBuf>,
    /// What the config was read with.
    #[serde(default)]
    pub reading: Option<Reading>,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_given_size_pins_every_pane() {
        let pane = PaneSpec::new("cat".to_owned(), Vec::new(), "/".into(), BTreeMap::new());
        let mut panes = [pane];
        pin(&mut panes, None);
        assert_eq!(panes[0].size, None);
        let size = Size { rows: 5, cols: 40 };
        pin(&mut panes, Some(size));
        assert_eq!(panes[0].size, Some(size));
        pin(&mut panes, None);
        assert_eq!(panes[0].size, Some(size), "the config's own stays");
    }

    #[test]
    fn every_layout_has_its_turn_and_its_word() {
        let mut layout = Layout::default();
        for (_, expected) in Layout::ALL.into_iter().cycle().skip(1).take(5) {
            let (word, next) = layout.next();
            assert_eq!(next, expected);
            assert_eq!(serde_json::to_value(next).unwrap(), word);
            layout = next;
        }
        assert_eq!(layout, Layout::default());
    }
}
