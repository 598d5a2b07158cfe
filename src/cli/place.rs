//! Where a command is run: the caller's folder, environment and shell, and names taken from them.

use std::{
    collections::BTreeMap,
    io::{self, IsTerminal},
    path::{Path, PathBuf},
};

use super::failure::CliError;
use crate::{
    config,
    pane::{NAME_LIMIT, slug},
};

/// The config file of a folder.
pub const CONFIG_FILE: &str = "muxpect.toml";

/// The shell of a user who has named none.
const DEFAULT_SHELL: &str = "/bin/sh";

/// Returns the caller's folder, home, environment and shell. Variables that are not UTF-8 are
/// left out: they cannot be written in a config, nor sent to a server.
pub fn environment() -> Result<config::Environment, CliError> {
    let cwd = std::env::current_dir().map_err(|error| {
        CliError::Failed(format!(
            "the current folder cannot be used: {error}; change to another one"
        ))
    })?;
    let variables: BTreeMap<String, String> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let shell = variables.get("SHELL").filter(|shell| !shell.is_empty());
    Ok(config::Environment {
        shell: shell.cloned().unwrap_or_else(|| DEFAULT_SHELL.to_owned()),
        home: etcetera::home_dir().ok(),
        folder: cwd.clone(),
        cwd,
        variables,
    })
}

/// Returns `path` with every symlink resolved.
pub fn canonical(path: &Path) -> Result<PathBuf, CliError> {
    path.canonicalize().map_err(|error| {
        CliError::Failed(format!(
            "{} cannot be used: {error}; check the path",
            path.display()
        ))
    })
}

/// Returns whether this process can show an interface.
pub fn has_terminal() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// Refuses to show a session in one of its own panes: it would draw itself without end.
pub fn refuse_own_session(session: &str) -> Result<(), CliError> {
    match std::env::var_os("MUXPECT_SESSION") {
        Some(own) if own == session => Err(CliError::Failed(format!(
            "this terminal is a pane of session '{session}', which cannot be shown inside itself; attach from another terminal, or use -d"
        ))),
        _ => Ok(()),
    }
}

/// Returns a session's name for a folder, from its last component.
pub fn folder_name(folder: &Path) -> String {
    let name = folder.file_name().unwrap_or_default();
    slug(&name.to_string_lossy()).unwrap_or_else(|| "main".to_owned())
}

/// Returns `base`, `base-2`, `base-3` and so on, each still a name.
pub fn numbered(base: &str) -> impl Iterator<Item = String> + use<> {
    let stem: String = base.chars().take(NAME_LIMIT).collect();
    let further = (2..1_000_000).map(move |number| format!("{stem}-{number}"));
    std::iter::once(base.to_owned()).chain(further)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::is_session_name;

    #[test]
    fn sessions_are_named_after_folders() {
        let check = |folder: &str, expected: &str| {
            let name = folder_name(Path::new(folder));
            assert_eq!(name, expected);
            assert!(is_session_name(&name), "{name}");
        };
        check("/home/me/api", "api");
        check("/home/me/My Project (2)", "My-Project-2");
        check("/home/me/.config", "config");
        check("/home/me/日本", "main");
        check("/", "main");
        check(&format!("/{}", "x".repeat(200)), &"x".repeat(56));
    }

    #[test]
    fn numbered_names_stay_names() {
        let names: Vec<String> = numbered("db").take(3).collect();
        assert_eq!(names, ["db", "db-2", "db-3"]);
        let long = "x".repeat(64);
        assert!(
            numbered(&long)
                .take(1_000)
                .all(|name| is_session_name(&name))
        );
    }
}
