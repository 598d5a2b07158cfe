//! The secrets of a session at run time: what its panes must mask, and fetching one where it is
//! kept.
//!
//! A secret's text is held in memory that is zeroed, and is part of no error: what a failed command
//! printed may be the secret, or half of it.

use std::{
    collections::BTreeMap,
    fs::OpenOptions,
    io::{self, Read},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::Path,
    process::Stdio,
    time::Duration,
};

use nix::{
    fcntl::OFlag,
    sys::signal::{Signal, killpg},
    unistd::{Pid, geteuid},
};
use secrecy::{ExposeSecret, SecretString};
use tokio::{io::AsyncReadExt, process::Command, sync::watch, time::timeout};
use zeroize::Zeroizing;

use super::{
    exit::{exit_of, exit_word},
    secret::{SecretSource, SecretSpec},
};
use crate::{
    pty,
    record::{self, Redactor, Unfit},
};

/// The most bytes of a secret, with its line end.
const LENGTH_LIMIT: usize = 4 * 1024 + 2;

/// The secrets that the panes of a session have fetched. Clones share them.
#[derive(Clone, Debug)]
pub struct Secrets {
    known: watch::Sender<Redactor>,
    seen: watch::Receiver<Redactor>,
    redactor: Redactor,
}

impl Default for Secrets {
    fn default() -> Secrets {
        let (known, seen) = watch::channel(Redactor::default());
        Secrets {
            known,
            seen,
            redactor: Redactor::default(),
        }
    }
}

impl Secrets {
    /// Has every pane of the session mask `secret` in what it takes in from now on.
    pub fn add(&self, secret: &SecretString) -> Result<(), Unfit> {
        let mut result = Ok(false);
        self.known.send_if_modified(|redactor| {
            result = redactor.add(secret);
            result == Ok(true)
        });
        result.map(drop)
    }

    /// Returns what masks the secrets that are known now. While there is no new one, this takes no
    /// lock.
    pub fn redactor(&mut self) -> &Redactor {
        // Its sender is here: it cannot have gone.
        if self.seen.has_changed().unwrap_or(false) {
            self.redactor = self.seen.borrow_and_update().clone();
        }
        &self.redactor
    }
}

/// Returns the text of the secret `name`, fit to be kept secret, or a sentence that says why it
/// cannot be had and what to do. A command runs in `cwd` with `environment`, for at most as long as
/// `spec` says. [`SecretSource::Person`] is for the caller to ask.
pub async fn fetch(
    name: &str,
    spec: &SecretSpec,
    cwd: &Path,
    environment: &BTreeMap<String, String>,
) -> Result<SecretString, String> {
    let fetched = match &spec.source {
        SecretSource::Command(command) => {
            from_command(command, spec.timeout, cwd, environment).await
        }
        SecretSource::File(path) => {
            // A file on a network may be slow.
            let (path, patience) = (path.clone(), spec.timeout);
            let read = tokio::task::spawn_blocking(move || from_file(&path));
            match timeout(patience, read).await {
                Ok(read) => read.unwrap_or_else(|_| Err("its file cannot be read".to_owned())),
                Err(_) => Err(too_slow("its file was not read", patience)),
            }
        }
        SecretSource::Value(value) => Ok(value.expose().clone()),
        SecretSource::Person => Err("it has no source but a person; answer its ask".to_owned()),
    };
    let unfit = |unfit: Unfit| format!("{unfit}; store a longer secret, on one line");
    fetched
        .and_then(|secret| match record::check(secret.expose_secret()) {
            Ok(()) => Ok(secret),
            Err(error) => Err(unfit(error)),
        })
        .map_err(|reason| format!("the secret '{name}' cannot be had: {reason}"))
}

async fn from_command(
    command: &[String],
    patience: Duration,
    cwd: &Path,
    environment: &BTreeMap<String, String>,
) -> Result<SecretString, String> {
    let Some((program, arguments)) = command.split_first() else {
        return Err("its command is empty; name a program".to_owned());
    };
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(cwd)
        .env_clear()
        .envs(environment)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .kill_on_drop(true);
    pty::private(&mut command);
    let mut child = command
        .spawn()
        .map_err(|error| format!("'{program}' cannot be run ({error}); correct its command"))?;
    // Whatever the command has started ends with it when it is given up.
    let mut group = Group(child.id());
    let converse = async {
        let text = match child.stdout.take() {
            Some(stdout) => read(stdout).await?,
            None => Zeroizing::default(),
        };
        // A program that has said too much may wait for its reader.
        let status = match text.len() {
            LENGTH_LIMIT.. => None,
            _ => Some(child.wait().await?),
        };
        if status.is_some() {
            // Its number may soon be another's.
            group.0 = None;
        }
        Ok::<_, io::Error>((text, status))
    };
    match timeout(patience, converse).await {
        Err(_) => Err(too_slow(&format!("'{program}' did not end"), patience)),
        Ok(Err(error)) => Err(format!(
            "'{program}' cannot be read from ({error}); run it by hand"
        )),
        Ok(Ok((_, Some(status)))) if !status.success() => Err(format!(
            "'{program}' failed ({}); run it by hand to see why",
            exit_word(&exit_of(status))
        )),
        Ok(Ok((text, _))) => one_line(&text).map_err(|fault| {
            format!(
                "'{program}' printed {fault}; let it print the secret on one line, and nothing else"
            )
        }),
    }
}

fn from_file(path: &Path) -> Result<SecretString, String> {
    let shown = path.display();
    let file = OpenOptions::new()
        .read(true)
        // Without O_NONBLOCK, a pipe in its place would be waited for.
        .custom_flags((OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_NOCTTY).bits())
        .open(path)
        .map_err(|error| match error.raw_os_error() {
            Some(number) if number == nix::errno::Errno::ELOOP as i32 => {
                format!("{shown} is a symbolic link; name the file that it leads to")
            }
            _ => format!("{shown} cannot be opened ({error}); check its path and mode"),
        })?;
    let unreadable = |error: io::Error| format!("{shown} cannot be read ({error}); check it");
    let metadata = file.metadata().map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(format!("{shown} is not a regular file; name one"));
    }
    if metadata.uid() != geteuid().as_raw() {
        return Err(format!(
            "{shown} belongs to another user; keep the secret in a file of your own"
        ));
    }
    if metadata.mode() & 0o077 != 0 {
        return Err(format!(
            "{shown} is open to other users (mode {:03o}); run 'chmod 600 {shown}'",
            metadata.mode() & 0o7777
        ));
    }
    let mut text = Zeroizing::new(Vec::with_capacity(LENGTH_LIMIT));
    let limit = u64::try_from(LENGTH_LIMIT).expect("a small number");
    file.take(limit)
        .read_to_end(&mut text)
        .map_err(unreadable)?;
    one_line(&text)
        .map_err(|fault| format!("{shown} holds {fault}; put the secret on its only line"))
}

/// Reads to the end, or as much as a secret may have.
async fn read(mut from: impl tokio::io::AsyncRead + Unpin) -> io::Result<Zeroizing<Vec<u8>>> {
    // Never grown, so that no copy is left behind.
    let mut text = Zeroizing::new(vec![0; LENGTH_LIMIT]);
    let mut length = 0;
    while length < text.len() {
        match from.read(&mut text[length..]).await? {
            0 => break,
            count => length += count,
        }
    }
    text.truncate(length);
    Ok(text)
}

/// Returns the only line of `text` without its end, or what is wrong, in words that tell nothing of
/// it.
fn one_line(text: &[u8]) -> Result<SecretString, &'static str> {
    if text.len() >= LENGTH_LIMIT {
        return Err("more than 4 KiB");
    }
    let Ok(text) = std::str::from_utf8(text) else {
        return Err("what is not UTF-8");
    };
    let line = text.strip_suffix('\n').unwrap_or(text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.is_empty() {
        Err("nothing")
    } else if line.contains(['\n', '\r']) {
        Err("more than one line")
    } else {
        Ok(SecretString::from(line))
    }
}

fn too_slow(what: &str, patience: Duration) -> String {
    format!("{what} within {patience:?}; give it more time by `timeout`, or make it faster")
}

/// A process group, whose leader has not been waited for, that ends with this value.
struct Group(Option<u32>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0.and_then(|group| i32::try_from(group).ok()) {
            // Nobody may be left.
            let _ = killpg(Pid::from_raw(group), Signal::SIGKILL);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        os::unix::fs::{PermissionsExt, symlink},
        path::PathBuf,
        time::Instant,
    };

    use super::{super::secret::Concealed, *};

    const CANARY: &str = "canary-7f3a";

    fn environment() -> BTreeMap<String, String> {
        BTreeMap::from([("PATH".to_owned(), "/usr/bin:/bin".to_owned())])
    }

    async fn get(source: SecretSource, timeout: Duration) -> Result<String, String> {
        let spec = SecretSpec { source, timeout };
        let fetched = fetch("db", &spec, Path::new("/"), &environment()).await;
        fetched.map(|secret| secret.expose_secret().to_owned())
    }

    async fn run(script: &str) -> Result<String, String> {
        let command = ["sh", "-c", script].map(str::to_owned).to_vec();
        get(SecretSource::Command(command), Duration::from_secs(60)).await
    }

    /// Checks that what was fetched is an error with this end, without the text of the secret.
    #[track_caller]
    fn check_error(fetched: Result<String, String>, expected: &str) {
        let error = fetched.unwrap_err();
        let reason = error.strip_prefix("the secret 'db' cannot be had: ");
        assert_eq!(reason, Some(expected));
        assert!(!error.contains("canary"), "{error}");
    }

    #[tokio::test]
    async fn a_command_prints_a_secret_on_one_line() {
        assert_eq!(run("echo canary-7f3a").await.unwrap(), CANARY);
        assert_eq!(run("printf 'canary-7f3a\\r\\n'").await.unwrap(), CANARY);
        assert_eq!(
            run("printf ' two words '; echo x >&2").await.unwrap(),
            " two words "
        );
        assert_eq!(
            run("cat; pwd -P | grep -qx / && echo canary-7f3a")
                .await
                .unwrap(),
            CANARY
        );
        let longest = "x".repeat(4096);
        assert_eq!(run(&format!("echo {longest}")).await.unwrap(), longest);
    }

    #[tokio::test]
    async fn a_command_without_a_secret_is_an_error_that_does_not_tell_it() {
        let print = "let it print the secret on one line, and nothing else";
        let cases = [
            ("true", format!("'sh' printed nothing; {print}")),
            ("echo", format!("'sh' printed nothing; {print}")),
            ("echo canary; echo 7f3a", format!("'sh' printed more than one line; {print}")),
            ("echo canary-7f3a; echo", format!("'sh' printed more than one line; {print}")),
            ("printf 'canary\\377'", format!("'sh' printed what is not UTF-8; {print}")),
            ("yes canary", format!("'sh' printed more than 4 KiB; {print}")),
            (
                "echo canary-7f3a; echo canary >&2; exit 3",
                "'sh' failed (exit 3); run it by hand to see why".to_owned(),
            ),
            (
                "echo canary-7f3a; kill -9 $$",
                "'sh' failed (SIGKILL); run it by hand to see why".to_owned(),
            ),
            (
                "echo canar",
                "it has fewer than 6 characters; store a longer secret, on one line".to_owned(),
            ),
            (
                "printf 'canary\\033[2J'",
                "it holds a line end or another control character; store a longer secret, on one line"
                    .to_owned(),
            ),
        ];
        for (script, expected) in cases {
            check_error(run(script).await, &expected);
        }
        let missing = SecretSource::Command(vec!["no-such-program".to_owned()]);
        check_error(
            get(missing, Duration::from_secs(60)).await,
            "'no-such-program' cannot be run (No such file or directory (os error 2)); correct its \
             command",
        );
    }

    #[tokio::test]
    async fn a_slow_command_is_ended_with_all_it_has_started() {
        let folder = tempfile::tempdir().unwrap();
        let pids = folder.path().join("pids");
        let script = format!(
            "sleep 1000 & echo $$ $! >{0}.new; mv {0}.new {0}; echo canary-7f3a; wait",
            pids.display()
        );
        let command = ["sh", "-c", &script].map(str::to_owned).to_vec();
        let begun = Instant::now();
        let fetched = get(SecretSource::Command(command), Duration::from_secs(1)).await;
        check_error(
            fetched,
            "'sh' did not end within 1s; give it more time by `timeout`, or make it faster",
        );
        assert!(begun.elapsed() < Duration::from_secs(60));
        let pids = fs::read_to_string(pids).unwrap();
        let lives = |pid: &str| {
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            stat.contains(") S ") || stat.contains(") R ")
        };
        // A signal that was sent takes its moment.
        while pids.split_whitespace().any(lives) {
            assert!(begun.elapsed() < Duration::from_secs(60));
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    #[tokio::test]
    async fn a_value_is_itself_and_a_person_is_asked() {
        let value = SecretSource::Value(Concealed::new(CANARY.to_owned()));
        assert_eq!(get(value, Duration::from_secs(1)).await.unwrap(), CANARY);
        check_error(
            get(SecretSource::Person, Duration::from_secs(1)).await,
            "it has no source but a person; answer its ask",
        );
    }

    /// Returns what a file with this text and mode gives; `@` stands for its path.
    async fn from(path: PathBuf) -> Result<String, String> {
        let shown = path.display().to_string();
        let fetched = get(SecretSource::File(path), Duration::from_secs(60)).await;
        fetched.map_err(|error| error.replace(&shown, "@"))
    }

    #[tokio::test]
    async fn a_file_must_be_ours_alone_and_hold_one_line() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str, mode| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            path
        };
        let good = write("good", "canary-7f3a\n", 0o600);
        assert_eq!(from(good.clone()).await.unwrap(), CANARY);
        for mode in [0o640, 0o604, 0o610, 0o601] {
            check_error(
                from(write("open", CANARY, mode)).await,
                &format!("@ is open to other users (mode {mode:03o}); run 'chmod 600 @'"),
            );
        }
        check_error(
            from(write("lines", "canary\n7f3a\n", 0o600)).await,
            "@ holds more than one line; put the secret on its only line",
        );
        check_error(
            from(write("empty", "\n", 0o600)).await,
            "@ holds nothing; put the secret on its only line",
        );
        check_error(
            from(write("long", &"canary".repeat(1000), 0o600)).await,
            "@ holds more than 4 KiB; put the secret on its only line",
        );
        let link = folder.path().join("link");
        symlink(&good, &link).unwrap();
        check_error(
            from(link).await,
            "@ is a symbolic link; name the file that it leads to",
        );
        let pipe = folder.path().join("pipe");
        nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
        check_error(from(pipe).await, "@ is not a regular file; name one");
        check_error(
            from(folder.path().to_owned()).await,
            "@ is not a regular file; name one",
        );
        check_error(
            from(folder.path().join("missing")).await,
            "@ cannot be opened (No such file or directory (os error 2)); check its path and mode",
        );
        if geteuid().is_root() {
            let theirs = write("theirs", CANARY, 0o600);
            std::os::unix::fs::chown(&theirs, Some(1), None).unwrap();
            check_error(
                from(theirs).await,
                "@ belongs to another user; keep the secret in a file of your own",
            );
        }
    }

    #[test]
    fn what_one_pane_adds_all_mask() {
        let secrets = Secrets::default();
        let mut other = secrets.clone();
        assert_eq!(other.redactor().text(CANARY), CANARY);
        secrets.add(&SecretString::from(CANARY)).unwrap();
        assert_eq!(other.redactor().text(CANARY), "***********");
        assert_eq!(secrets.clone().redactor().text(CANARY), "***********");
        assert_eq!(
            secrets.add(&SecretString::from("short")),
            Err(Unfit::TooShort)
        );
        assert!(!format!("{other:?}").contains(CANARY));
    }
}
