//! Reading the config file from the disk: the one place of this room that does I/O.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use super::{
    Config, ConfigErrors, Environment, InterfaceSpec, Styles, UserConfig, parse_beside,
    parse_interface, parse_theme, parse_user, user::ruleset_named, user_config_path,
};

/// The largest config file that is read, in bytes; a written config is a few thousand.
pub const MAX_CONFIG_BYTES: u64 = 1024 * 1024;

/// Why a config could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// There is no such file.
    #[error("there is no config file {}; name one with -c, or write one with 'muxpect init'", .path.display())]
    NotFound {
        /// The file as it was named.
        path: PathBuf,
    },
    /// There is no such file of a theme.
    #[error("there is no theme file {}; check the 'name' in [theme]", .path.display())]
    NoTheme {
        /// The file as it was named.
        path: PathBuf,
    },
    /// The system refused to read it.
    #[error("cannot read the config file {}: {source}; check the path and its permissions", .path.display())]
    Unreadable {
        /// The file as it was named.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// It is larger than [`MAX_CONFIG_BYTES`].
    #[error("the config file {} is larger than 1 MiB; is it the right file?", .path.display())]
    TooLarge {
        /// The file as it was named.
        path: PathBuf,
    },
    /// It is not UTF-8.
    #[error("the config file {} is not UTF-8 in line {line}; save it as UTF-8", .path.display())]
    NotUtf8 {
        /// The file as it was named.
        path: PathBuf,
        /// The first line that is not, from 1.
        line: usize,
    },
    /// Its contents are wrong.
    #[error(transparent)]
    Invalid(#[from] ConfigErrors),
}

/// Reads and checks a config file, whose panes may use the rulesets of the user's own config.
/// Relative paths in it begin in its own folder, whatever `environment.folder` is.
///
/// # Errors
///
/// When one of the two cannot be read, is larger than [`MAX_CONFIG_BYTES`], is not UTF-8, or is
/// wrong. The user's own config may be missing.
pub fn load(path: &Path, environment: &Environment) -> Result<Config, LoadError> {
    let text = read(path)?;
    let user = load_user(environment);
    let shared = user.as_ref().ok().cloned().flatten().unwrap_or_default();
    let environment = beside(path, environment)?;
    let config = parse_beside(&text, path, &environment, &shared.rulesets);
    // Without the user's rulesets one that is there would be called missing.
    user?;
    Ok(config?)
}

/// Reads and checks the user's own config; nothing if there is none.
///
/// # Errors
///
/// As for [`load()`].
pub fn load_user(environment: &Environment) -> Result<Option<UserConfig>, LoadError> {
    let Some(path) = user_config_path(environment) else {
        return Ok(None);
    };
    match read(&path) {
        Err(LoadError::NotFound { .. }) => Ok(None),
        text => {
            let environment = beside(&path, environment)?;
            Ok(Some(parse_user(&text?, &path, &environment)?))
        }
    }
}

/// Reads what the config of a session says of the interface, and nothing else of it.
///
/// # Errors
///
/// As for [`load()`].
pub fn load_interface(path: &Path, environment: &Environment) -> Result<InterfaceSpec, LoadError> {
    let text = read(path)?;
    Ok(parse_interface(&text, path, &beside(path, environment)?)?)
}

/// Reads a file of a theme.
///
/// # Errors
///
/// As for [`load()`].
pub fn load_theme(path: &Path) -> Result<Styles, LoadError> {
    let text = match read(path) {
        Err(LoadError::NotFound { path }) => return Err(LoadError::NoTheme { path }),
        text => text?,
    };
    Ok(parse_theme(&text, path)?)
}

/// Returns a config of one ruleset of the user's own config or of the library, found by its name;
/// nothing if neither has it.
///
/// # Errors
///
/// As for [`load_user`].
pub fn load_ruleset(name: &str, environment: &Environment) -> Result<Option<Config>, LoadError> {
    let user = load_user(environment)?.unwrap_or_default();
    Ok(ruleset_named(name, &user.rulesets))
}

/// Returns the environment for a file, whose relative paths begin in its own folder.
fn beside(path: &Path, environment: &Environment) -> Result<Environment, LoadError> {
    let mut environment = environment.clone();
    if let Some(folder) = absolute(path)?.parent() {
        environment.folder = folder.to_owned();
    }
    Ok(environment)
}

fn absolute(path: &Path) -> Result<PathBuf, LoadError> {
    std::path::absolute(path).map_err(|source| LoadError::Unreadable {
        path: path.into(),
        source,
    })
}

fn read(path: &Path) -> Result<String, LoadError> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_CONFIG_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => LoadError::NotFound { path: path.into() },
            _ => LoadError::Unreadable {
                path: path.into(),
                source,
            },
        })?;
    if bytes.len() as u64 > MAX_CONFIG_BYTES {
        return Err(LoadError::TooLarge { path: path.into() });
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        LoadError::NotUtf8 {
            path: path.into(),
            line: valid.iter().filter(|byte| **byte == b'\n').count() + 1,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment() -> Environment {
        Environment {
            cwd: "/elsewhere".into(),
            folder: "/ignored".into(),
            home: None,
            variables: Default::default(),
            shell: "/bin/sh".to_owned(),
        }
    }

    #[test]
    fn files_that_cannot_be_loaded() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let environment = environment();
        let path = folder.path().join("muxpect.toml");
        let check = |contents: Option<&[u8]>, expected: &str| {
            if let Some(contents) = contents {
                std::fs::write(&path, contents).expect("the folder is writable");
            }
            let error = load(&path, &environment).expect_err("the file is bad");
            let message = error
                .to_string()
                .replace(&path.display().to_string(), "FILE");
            assert_eq!(message, expected);
        };
        check(
            None,
            "there is no config file FILE; name one with -c, or write one with 'muxpect init'",
        );
        check(
            Some(b"version = 1\n# \xff\n"),
            "the config file FILE is not UTF-8 in line 2; save it as UTF-8",
        );
        check(
            Some(&vec![b'#'; MAX_CONFIG_BYTES as usize + 1]),
            "the config file FILE is larger than 1 MiB; is it the right file?",
        );
        check(
            Some(b"version = 2\n"),
            "FILE:1:11: version 2 is not supported; write version = 1",
        );

        let error = load(folder.path(), &environment).expect_err("a folder is no file");
        assert!(matches!(error, LoadError::Unreadable { .. }), "{error}");
    }

    #[test]
    fn relative_paths_begin_in_the_folder_of_the_file() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let path = folder.path().join("muxpect.toml");
        let text = "version = 1\n[[pane]]\ncmd = [\"sh\"]\nlog = \"sh.log\"\n";
        std::fs::write(&path, text).expect("the folder is writable");
        let config = load(&path, &environment()).expect("the file is good");
        let pane = &config.panes[0];
        let log = pane.log.as_ref().expect("the pane has a log");
        assert_eq!(pane.cwd, Path::new("/elsewhere"));
        assert_eq!(log.path, folder.path().join("sh.log"));
    }
}
