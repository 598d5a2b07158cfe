//! A new file of rules beside the session's config: written whole, never over another file.

use std::{
    fs::OpenOptions,
    io::{self, ErrorKind, Write},
    path::Path,
};

/// How many names are tried.
const NAMES: u32 = 100;

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// The folder or the disk does not take it.
    #[error("the rule cannot be written to {path}: {source}; copy it instead")]
    Write {
        /// The file.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// All names are taken.
    #[error("{NAMES} files are called {name}.rules.toml or so already; move some away")]
    Taken {
        /// What the file was to be called after.
        name: String,
    },
}

/// Writes `text` into `NAME.rules.toml` in the folder, or `NAME-2.rules.toml` and so on, and returns
/// which of them.
pub fn save(folder: &Path, name: &str, text: &str) -> Result<String, SaveError> {
    for number in 1..=NAMES {
        let file = match number {
            1 => format!("{name}.rules.toml"),
            number => format!("{name}-{number}.rules.toml"),
        };
        let path = folder.join(&file);
        let shown = path.display().to_string();
        let failed = |source| SaveError::Write {
            path: shown.clone(),
            source,
        };
        let mut opened = match OpenOptions::new().write(true).create_new(true).open(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
            opened => opened.map_err(failed)?,
        };
        let written = opened.write_all(text.as_bytes());
        if written.is_err() {
            // Half a file is worse than none.
            let _ = std::fs::remove_file(&path);
        }
        written.map_err(failed)?;
        return Ok(file);
    }
    Err(SaveError::Taken {
        name: name.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn no_file_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let save = |text| save(folder.path(), "db1", text).unwrap();
        let first = save("one");
        assert_eq!(first, "db1.rules.toml");
        let second = save("two");
        assert_eq!(second, "db1-2.rules.toml");
        let read = |name| fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(
            (read(first).as_str(), read(second).as_str()),
            ("one", "two")
        );
    }

    #[test]
    fn a_folder_that_takes_none_is_named() {
        let error = save(Path::new("/nonexistent"), "p", "")
            .unwrap_err()
            .to_string();
        assert!(error.contains("/nonexistent/p.rules.toml"), "{error}");
        assert!(error.ends_with("copy it instead"), "{error}");
    }
}
