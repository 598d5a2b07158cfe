//! Opens the file of a log so that nobody can direct it elsewhere, and makes file names.
//!
//! A log's path may lie in a folder that others can write to, such as /tmp: a symbolic or hard
//! link planted there would let a pane's output overwrite another file of ours.

use std::{
    fs::{File, OpenOptions},
    io,
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use nix::{errno::Errno, fcntl::OFlag, unistd::geteuid};

/// What becomes of a file that exists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OpenMode {
    /// It is an error.
    #[default]
    Refuse,
    /// Writing goes on at its end.
    Append,
    /// It is emptied.
    Truncate,
}

/// Why a file cannot be written to.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It exists, and may not.
    #[error("'{}' exists; remove it, or choose the mode append or truncate", .0.display())]
    Exists(PathBuf),
    /// Its last component is a symbolic link.
    #[error("'{}' is a symbolic link; name the file that it leads to", .0.display())]
    Link(PathBuf),
    /// It is a folder, device, pipe or socket.
    #[error("'{}' is not a regular file; choose another path", .0.display())]
    NotRegular(PathBuf),
    /// It belongs to another user.
    #[error("'{}' belongs to another user; choose another path", .0.display())]
    NotOurs(PathBuf),
    /// It has further names, so that writing to it may change a file elsewhere.
    #[error("'{}' is hard-linked elsewhere; remove it or choose another path", .0.display())]
    HardLinked(PathBuf),
    /// The system refused it.
    #[error("'{}' cannot be opened ({source}); check that its folder exists and is writable", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// The most bytes of a file name made by [`slug`].
const SLUG_LIMIT: usize = 64;

/// Returns a file name made of the letters, digits, `.`, `_` and `-` of `name`, 1 to 64 bytes: it
/// is no hidden file, no option and has no folder. Different names may give the same file name.
pub fn slug(name: &str) -> String {
    let mut slug: String = name
        .chars()
        .take(SLUG_LIMIT)
        .map(|character| match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '_' | '-' => character,
            _ => '-',
        })
        .collect();
    if slug.starts_with(['.', '-']) {
        slug.replace_range(..1, "_");
    }
    if slug.is_empty() {
        slug.push('_');
    }
    slug
}

/// Opens `path` for writing at its end, with mode 0600 if it is created. Only a regular file of
/// ours with a single name is accepted, and it is not emptied before that is certain.
pub(super) fn open(path: &Path, mode: OpenMode) -> Result<File, OpenError> {
    // Without O_NONBLOCK a pipe without a reader would hold up the opening.
    let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    let mut options = OpenOptions::new();
    // What is appended to may have to be read first.
    options.append(true).read(mode == OpenMode::Append);
    options.mode(0o600).custom_flags(flags.bits());
    match mode {
        OpenMode::Refuse => options.create_new(true),
        OpenMode::Append | OpenMode::Truncate => options.create(true),
    };
    let failed = |source: io::Error| {
        let path = path.to_owned();
        match source.raw_os_error().map(Errno::from_raw) {
            Some(Errno::EEXIST) => OpenError::Exists(path),
            Some(Errno::ELOOP) => OpenError::Link(path),
            Some(Errno::EISDIR | Errno::ENXIO) => OpenError::NotRegular(path),
            _ => OpenError::Io { path, source },
        }
    };
    let file = options.open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err(OpenError::NotRegular(path.to_owned()));
    }
    if metadata.uid() != geteuid().as_raw() {
        return Err(OpenError::NotOurs(path.to_owned()));
    }
    if metadata.nlink() != 1 {
        return Err(OpenError::HardLinked(path.to_owned()));
    }
    if mode == OpenMode::Truncate {
        file.set_len(0).map_err(failed)?;
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Write, os::unix::fs::symlink};

    use nix::{
        sys::stat::Mode,
        unistd::{Uid, chown, mkfifo},
    };

    use super::*;

    const MODES: [OpenMode; 3] = [OpenMode::Refuse, OpenMode::Append, OpenMode::Truncate];

    #[track_caller]
    fn check_refused(path: &Path, mode: OpenMode, expected: &str) {
        let error = open(path, mode).expect_err("an error").to_string();
        assert_eq!(error, expected.replace('@', &path.display().to_string()));
    }

    #[test]
    fn a_new_file_is_ours_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        for (index, mode) in MODES.into_iter().enumerate() {
            let path = folder.path().join(index.to_string());
            let file = open(&path, mode).expect("opens");
            assert_eq!(file.metadata().expect("exists").mode() & 0o7777, 0o600);
        }
    }

    #[test]
    fn an_existing_file_is_refused_kept_or_emptied() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log");
        fs::write(&path, "old").expect("writes");
        check_refused(
            &path,
            OpenMode::Refuse,
            "'@' exists; remove it, or choose the mode append or truncate",
        );
        let add = |mode| {
            let mut file = open(&path, mode).expect("opens");
            file.write_all(b"new").expect("writes");
            fs::read_to_string(&path).expect("reads")
        };
        assert_eq!(add(OpenMode::Append), "oldnew");
        assert_eq!(add(OpenMode::Truncate), "new");
    }

    #[test]
    fn a_planted_symbolic_link_is_not_followed() {
        let folder = tempfile::tempdir().expect("a folder");
        let (victim, path) = (folder.path().join("victim"), folder.path().join("log"));
        fs::write(&victim, "precious").expect("writes");
        symlink(&victim, &path).expect("links");
        for mode in [OpenMode::Append, OpenMode::Truncate] {
            check_refused(
                &path,
                mode,
                "'@' is a symbolic link; name the file that it leads to",
            );
        }
        assert!(open(&path, OpenMode::Refuse).is_err());
        assert_eq!(fs::read_to_string(&victim).expect("reads"), "precious");
        let dangling = folder.path().join("dangling");
        symlink(folder.path().join("nothing"), &dangling).expect("links");
        for mode in MODES {
            assert!(open(&dangling, mode).is_err());
        }
        assert!(!folder.path().join("nothing").exists());
    }

    #[test]
    fn a_planted_hard_link_is_not_touched() {
        let folder = tempfile::tempdir().expect("a folder");
        let (victim, path) = (folder.path().join("victim"), folder.path().join("log"));
        fs::write(&victim, "precious").expect("writes");
        fs::hard_link(&victim, &path).expect("links");
        for mode in [OpenMode::Append, OpenMode::Truncate] {
            check_refused(
                &path,
                mode,
                "'@' is hard-linked elsewhere; remove it or choose another path",
            );
        }
        assert_eq!(fs::read_to_string(&victim).expect("reads"), "precious");
    }

    #[test]
    fn what_is_no_regular_file_is_refused_at_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let pipe = folder.path().join("pipe");
        mkfifo(&pipe, Mode::S_IRWXU).expect("a pipe");
        let refusal = "'@' is not a regular file; choose another path";
        for path in [folder.path(), &pipe, Path::new("/dev/null")] {
            check_refused(path, OpenMode::Append, refusal);
        }
        let _reader = OpenOptions::new()
            .read(true)
            .custom_flags(OFlag::O_NONBLOCK.bits())
            .open(&pipe)
            .expect("opens");
        check_refused(&pipe, OpenMode::Append, refusal);
    }

    #[test]
    fn a_file_of_another_user_is_refused() {
        // Only root can make one.
        if geteuid().is_root() {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("log");
            fs::write(&path, "theirs").expect("writes");
            chown(&path, Some(Uid::from_raw(1)), None).expect("changes");
            check_refused(
                &path,
                OpenMode::Truncate,
                "'@' belongs to another user; choose another path",
            );
            assert_eq!(fs::read_to_string(&path).expect("reads"), "theirs");
        }
    }

    #[test]
    fn a_missing_folder_is_named() {
        check_refused(
            Path::new("/nonexistent/log"),
            OpenMode::Append,
            "'@' cannot be opened (No such file or directory (os error 2)); check that its folder \
             exists and is writable",
        );
    }

    #[test]
    fn slugs_are_plain_file_names() {
        for (name, expected) in [
            ("web", "web"),
            ("a.b_c-D9", "a.b_c-D9"),
            ("", "_"),
            (".", "_"),
            ("..", "_."),
            ("../../etc/passwd", "_.-..-etc-passwd"),
            ("-rf", "_rf"),
            ("a b\n\u{1b}é/", "a-b----"),
        ] {
            assert_eq!(slug(name), expected, "{name:?}");
        }
        assert_eq!(slug(&"é".repeat(1000)).len(), 64);
    }
}
