//! The files by which sessions are found: the folder of sockets, a session's socket, lock and log.
//!
//! Owns their places and the checks that keep other users out of them (the folder is private,
//! nothing is followed through a symlink). It neither binds nor connects a socket.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io,
    os::unix::{
        ffi::OsStrExt,
        fs::{DirBuilderExt, FileTypeExt, MetadataExt, OpenOptionsExt},
    },
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use etcetera::base_strategy::{BaseStrategy, Xdg};
use nix::{fcntl::OFlag, unistd::geteuid};

use crate::session::is_session_name;

/// How long [`Folder::lock`] waits for another process: as long as a start may take.
pub const LOCK_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a waiting [`Folder::lock`] sleeps between two tries.
const LOCK_RETRY: Duration = Duration::from_millis(10);

/// The longest path of a Unix socket in bytes: `sun_path` without its NUL (unix(7)).
const SOCKET_PATH_LIMIT: usize = 107;

/// The folder that holds the sockets and locks of one user's sessions. It is private: a value of
/// this type exists only for a folder that has passed the checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    path: PathBuf,
}

/// Why a folder cannot hold sockets.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// It could not be made or looked at.
    #[error("cannot use the folder of sockets {}; set MUXPECT_RUNTIME_DIR to a folder of your own", path.display())]
    Io {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is a symbolic link.
    #[error("the folder of sockets {} is a symbolic link; remove it, or set MUXPECT_RUNTIME_DIR to a folder of your own", .0.display())]
    Symlink(PathBuf),
    /// It is something else than a folder.
    #[error("the folder of sockets {} is not a folder; remove it, or set MUXPECT_RUNTIME_DIR to a folder of your own", .0.display())]
    NotAFolder(PathBuf),
    /// Another user owns it.
    #[error("the folder of sockets {} belongs to user {owner}, not to you; set MUXPECT_RUNTIME_DIR to a folder of your own", path.display())]
    Owner {
        /// The folder.
        path: PathBuf,
        /// Its owner's user id.
        owner: u32,
    },
    /// Others than its owner may use it.
    #[error("the folder of sockets {} is open to other users (mode {mode:03o}); run 'chmod 700 {}'", path.display(), path.display())]
    Mode {
        /// The folder.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// A socket's path in it would be longer than the system allows.
    #[error("the socket path {} has {} bytes, and the system allows {SOCKET_PATH_LIMIT}; set MUXPECT_RUNTIME_DIR to a shorter path, or use a shorter session name", .0.display(), .0.as_os_str().len())]
    TooLong(PathBuf),
}

/// Why a session's lock cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// The socket that it guards cannot exist.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The lock file could not be used.
    #[error("cannot use the lock file {}", path.display())]
    Io {
        /// The lock file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process held it all the time.
    #[error("another process has held the lock file {} for {} s; try again, or end that process", .0.display(), LOCK_TIMEOUT.as_secs())]
    Held(PathBuf),
}

/// A session's start-up lock; it ends when dropped, or with the process.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Folder {
    /// Opens `$MUXPECT_RUNTIME_DIR`, else `/tmp/muxpect-UID`, and makes it if it is missing.
    /// (`$XDG_RUNTIME_DIR` would not do: it is deleted at the last logout.)
    pub fn open() -> Result<Folder, FolderError> {
        match std::env::var_os("MUXPECT_RUNTIME_DIR") {
            Some(path) if !path.is_empty() => Folder::at(Path::new(&path)),
            _ => Folder::at(Path::new(&format!("/tmp/muxpect-{}", geteuid()))),
        }
    }

    /// Opens the folder at `path`, and makes it with mode 0700 if it is missing.
    pub fn at(path: &Path) -> Result<Folder, FolderError> {
        let failed = |source| FolderError::Io {
            path: path.to_owned(),
            source,
        };
        // Taken apart and joined again, the path loses a trailing slash, through which lstat
        // would follow a symlink.
        let path: PathBuf = std::path::absolute(path)
            .map_err(failed)?
            .components()
            .collect();
        let failed = |source| FolderError::Io {
            path: path.clone(),
            source,
        };
        let metadata = match fs::symlink_metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                DirBuilder::new()
                    .recursive(true)
                    .mode(0o700)
                    .create(&path)
                    .map_err(failed)?;
                fs::symlink_metadata(&path)
            }
            found => found,
        }
        .map_err(failed)?;
        if metadata.is_symlink() {
            return Err(FolderError::Symlink(path));
        }
        if !metadata.is_dir() {
            return Err(FolderError::NotAFolder(path));
        }
        if metadata.uid() != geteuid().as_raw() {
            let owner = metadata.uid();
            return Err(FolderError::Owner { path, owner });
        }
        let mode = metadata.mode() & 0o7777;
        if mode & 0o077 != 0 {
            return Err(FolderError::Mode { path, mode });
        }
        Ok(Folder { path })
    }

    /// Returns the folder's path, absolute.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the path of a session's socket. Whether the system allows one that long is told by
    /// [`Folder::check_socket`].
    pub fn socket(&self, session: &str) -> PathBuf {
        self.path.join(format!("{session}.sock"))
    }

    /// Checks that a socket for `session` can be bound here.
    pub fn check_socket(&self, session: &str) -> Result<(), FolderError> {
        let socket = self.socket(session);
        match socket.as_os_str().as_bytes().len() {
            0..=SOCKET_PATH_LIMIT => Ok(()),
            _ => Err(FolderError::TooLong(socket)),
        }
    }

    /// Takes a session's start-up lock; waits up to [`LOCK_TIMEOUT`] for one who holds it. The
    /// lock file stays: removing it would let two processes hold two files of one name.
    pub async fn lock(&self, session: &str) -> Result<Lock, LockError> {
        self.check_socket(session)?;
        let path = self.path.join(format!("{session}.lock"));
        let failed = |source| LockError::Io {
            path: path.clone(),
            source,
        };
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .custom_flags(OFlag::O_NOFOLLOW.bits())
            .open(&path)
            .map_err(failed)?;
        let deadline = Instant::now() + LOCK_TIMEOUT;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Lock { _file: file }),
                Err(TryLockError::Error(source)) => return Err(failed(source)),
                Err(TryLockError::WouldBlock) if Instant::now() >= deadline => {
                    return Err(LockError::Held(path));
                }
                Err(TryLockError::WouldBlock) => tokio::time::sleep(LOCK_RETRY).await,
            }
        }
    }

    /// Returns the names that have a socket, sorted; whether a server listens at each is not
    /// known by that.
    pub fn sessions(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(&self.path) else {
            return Vec::new();
        };
        let mut names: Vec<String> = entries
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_socket()))
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter_map(|name| name.strip_suffix(".sock").map(str::to_owned))
            .filter(|name| is_session_name(name))
            .collect();
        names.sort_unstable();
        names
    }
}

/// Returns the path of a server's own log, `$XDG_STATE_HOME/muxpect/SESSION.log`, by default below
/// `~/.local/state`; `None` for a user without a home.
pub fn log_path(session: &str) -> Option<PathBuf> {
    let folder = Xdg::new().ok()?.state_dir()?.join("muxpect");
    Some(folder.join(format!("{session}.log")))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn temporary() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    /// Checks that a folder at `path` is refused by a sentence that names it and says `what`.
    fn check_refused(path: &Path, what: &str) {
        let message = Folder::at(path).unwrap_err().to_string();
        assert!(message.contains(what), "{message}");
        assert!(message.contains(path.to_str().unwrap()), "{message}");
        assert!(message.contains("; "), "a next step: {message}");
    }

    #[test]
    fn a_missing_folder_is_made_private() {
        let parent = temporary();
        let path = parent.path().join("a/b");
        let folder = Folder::at(&path).unwrap();
        assert_eq!(folder.path(), path);
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o700);
        assert_eq!(Folder::at(&path).unwrap(), folder, "and found again");
    }

    #[test]
    fn a_folder_that_is_not_private_is_refused() {
        let parent = temporary();
        let real = parent.path().join("real");
        Folder::at(&real).unwrap();

        let link = parent.path().join("link");
        symlink(&real, &link).unwrap();
        check_refused(&link, "symbolic link");
        let message = Folder::at(&link.join("")).unwrap_err().to_string();
        assert!(message.contains("symbolic link"), "{message}");

        let file = parent.path().join("file");
        fs::write(&file, "").unwrap();
        check_refused(&file, "not a folder");

        for mode in [0o710, 0o701, 0o750, 0o770, 0o777, 0o1777] {
            fs::set_permissions(&real, fs::Permissions::from_mode(mode)).unwrap();
            check_refused(&real, &format!("mode {mode:03o}"));
        }
        fs::set_permissions(&real, fs::Permissions::from_mode(0o700)).unwrap();
        assert!(Folder::at(&real).is_ok());
    }

    #[test]
    fn another_users_folder_is_refused() {
        // Of two folders that every system has, one at least is another user's.
        let owned_by_others = ["/", "/proc/1"]
            .map(Path::new)
            .into_iter()
            .find(|path| fs::metadata(path).is_ok_and(|m| m.uid() != geteuid().as_raw()));
        match owned_by_others {
            Some(path) => check_refused(path, "belongs to user"),
            None => {
                let parent = temporary();
                let path = parent.path().join("foreign");
                Folder::at(&path).unwrap();
                std::os::unix::fs::chown(&path, Some(1), None).unwrap();
                check_refused(&path, "belongs to user 1");
            }
        }
    }

    #[test]
    fn a_socket_path_that_is_too_long_is_refused() {
        let parent = temporary();
        let folder = Folder::at(&parent.path().join("sockets")).unwrap();
        let fixed = folder.socket("").as_os_str().len();
        let longest = "x".repeat(SOCKET_PATH_LIMIT - fixed);
        assert!(folder.check_socket(&longest).is_ok());
        assert!(std::os::unix::net::UnixListener::bind(folder.socket(&longest)).is_ok());
        let error = folder.check_socket(&format!("{longest}x")).unwrap_err();
        assert!(error.to_string().contains("has 108 bytes"), "{error}");
    }

    #[test]
    fn sessions_are_the_names_of_sockets() {
        let parent = temporary();
        let folder = Folder::at(&parent.path().join("sockets")).unwrap();
        assert_eq!(folder.sessions(), Vec::<String>::new());
        for name in ["work", "api-2"] {
            std::os::unix::net::UnixListener::bind(folder.socket(name)).unwrap();
        }
        fs::write(folder.socket("plain-file"), "").unwrap();
        fs::write(folder.path().join("work.lock"), "").unwrap();
        assert_eq!(folder.sessions(), ["api-2", "work"]);
    }

    #[tokio::test]
    async fn a_lock_is_held_by_one_and_ends_with_it() {
        let parent = temporary();
        let folder = Folder::at(&parent.path().join("sockets")).unwrap();
        let first = folder.lock("work").await.unwrap();
        folder.lock("other").await.unwrap();
        let mut second = Box::pin(folder.lock("work"));
        assert!(futures_util::poll!(&mut second).is_pending());
        drop(first);
        second.await.unwrap();
    }

    #[tokio::test]
    async fn a_lock_does_not_follow_a_symlink() {
        let parent = temporary();
        let folder = Folder::at(&parent.path().join("sockets")).unwrap();
        let target = parent.path().join("target");
        symlink(&target, folder.path().join("work.lock")).unwrap();
        assert!(matches!(
            folder.lock("work").await,
            Err(LockError::Io { .. })
        ));
        assert!(!target.exists());
    }
}
