//! What a config that was read anew has changed, in words and as an event.

use std::path::Path;

use super::event::{ConfigChanges, SessionEvent};
use crate::protocol::Started;

/// What a config that was read anew has changed.
#[derive(Clone, Debug, Default)]
pub struct ConfigApplied {
    /// Panes that were started, or could not be.
    pub started: Vec<Started>,
    /// Names of panes that were changed.
    pub changed: Vec<String>,
    /// Names of panes that need a restart, since this reading or an earlier one.
    pub restart: Vec<String>,
    /// Names of panes that stay without being named any more.
    pub unnamed: Vec<String>,
}

impl ConfigApplied {
    /// Returns what it comes to, in a few words.
    pub(super) fn words(&self) -> String {
        let is_changed = |name: &&String| !self.restart.contains(name);
        let failed = self.started.iter().filter(|pane| pane.error.is_some());
        let failed = failed.count();
        let parts = [
            (self.started.len() - failed, "started", "started"),
            (failed, "could not start", "could not start"),
            (
                self.changed.iter().filter(is_changed).count(),
                "changed",
                "changed",
            ),
            (self.restart.len(), "needs a restart", "need a restart"),
            (self.unnamed.len(), "no longer named", "no longer named"),
        ];
        let parts: Vec<String> = parts
            .into_iter()
            .filter_map(|(count, one, many)| match count {
                0 => None,
                1 => Some(format!("1 pane {one}")),
                count => Some(format!("{count} panes {many}")),
            })
            .collect();
        match parts.is_empty() {
            true => "no pane changed".to_owned(),
            false => parts.join(", "),
        }
    }

    /// Returns the event that tells of it.
    pub(super) fn event(&self, path: &Path) -> SessionEvent {
        let changes = ConfigChanges {
            started: self.started.iter().map(|pane| pane.name.clone()).collect(),
            changed: self.changed.clone(),
            restart: self.restart.clone(),
            unnamed: self.unnamed.clone(),
        };
        SessionEvent::Config {
            file: path.to_owned(),
            error: None,
            changes: Some(changes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::PaneId;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    fn started(error: Option<&str>) -> Started {
        Started {
            id: PaneId(1),
            name: "new".to_owned(),
            error: error.map(str::to_owned),
        }
    }

    #[test]
    fn words_count_what_matters() {
        let check = |applied: ConfigApplied, expected: &str| assert_eq!(applied.words(), expected);
        check(ConfigApplied::default(), "no pane changed");
        check(
            ConfigApplied {
                changed: names(&["a", "b", "c"]),
                restart: names(&["c", "d"]),
                ..ConfigApplied::default()
            },
            "2 panes changed, 2 panes need a restart",
        );
        check(
            ConfigApplied {
                started: vec![started(None), started(None), started(Some("no such file"))],
                unnamed: names(&["z"]),
                ..ConfigApplied::default()
            },
            "2 panes started, 1 pane could not start, 1 pane no longer named",
        );
        check(
            ConfigApplied {
                changed: names(&["a"]),
                restart: names(&["a"]),
                ..ConfigApplied::default()
            },
            "1 pane needs a restart",
        );
    }
}
