//! `SSH_ASKPASS`: how a pane's ssh asks for its secret by a program instead of on the tty.
//!
//! Owns what the child is given (the helper's path, a token), and which question the secret
//! answers: the first one for a password or a passphrase, asked by an ssh that the pane's child is
//! or has started. Every other question is a person's. It neither fetches the secret nor speaks the
//! protocol.

use std::{
    fs, io,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use secrecy::ExposeSecret;

use super::secret::Concealed;

/// The helper's file name, by which the executable knows that it is asked.
pub const HELPER: &str = "muxpect-askpass";

/// The variables by which the helper finds the session and shows whose it is.
pub const TOKEN_VARIABLE: &str = "MUXPECT_ASKPASS_TOKEN";
/// See [`TOKEN_VARIABLE`].
pub const SOCKET_VARIABLE: &str = "MUXPECT_ASKPASS_SOCKET";

/// How far up a process's parents are looked at.
const GENERATIONS: usize = 64;

/// Where the helper of a session is, and the socket that it asks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskpassPlace {
    helper: PathBuf,
    socket: PathBuf,
}

impl AskpassPlace {
    /// Puts the helper, a symbolic link to the running executable, into `folder`, which must be
    /// nobody else's to write. One that is there is replaced, in one step, if it leads elsewhere.
    pub fn make(folder: &Path, socket: PathBuf) -> io::Result<AskpassPlace> {
        let executable = std::env::current_exe()?;
        let helper = folder.join(HELPER);
        if fs::read_link(&helper).is_ok_and(|target| target == executable) {
            return Ok(AskpassPlace { helper, socket });
        }
        let new = folder.join(format!("{HELPER}.{}", std::process::id()));
        // One that an earlier process of this number has left.
        let _ = fs::remove_file(&new);
        symlink(&executable, &new)?;
        fs::rename(&new, &helper)?;
        Ok(AskpassPlace { helper, socket })
    }
}

/// The right of one child to its pane's secret.
#[derive(Debug)]
pub struct Askpass {
    token: Concealed,
    used: bool,
}

/// Who asks, as far as the system tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// The system does not tell.
    Unknown,
    /// The pane's child, or a program that it has started.
    Own,
    /// An ssh that another ssh of the pane has started: that for a jump host.
    JumpHost,
    /// A process that does not descend from the pane's child.
    Stranger,
}

/// What becomes of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskpassAnswer {
    /// The secret answers it.
    Secret,
    /// A person is asked, for this reason.
    AskPerson(&'static str),
}

impl Askpass {
    /// Returns the right of a child that is about to start, with a new random token.
    pub fn new() -> io::Result<Askpass> {
        use io::Read;

        let mut random = [0; 16];
        fs::File::open("/dev/urandom")?.read_exact(&mut random)?;
        let hex = random.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Askpass {
            token: Concealed::new(hex),
            used: false,
        })
    }

    /// Returns the variables that the child gets.
    pub fn environment(&self, place: &AskpassPlace) -> [(&'static str, String); 4] {
        [
            ("SSH_ASKPASS", place.helper.display().to_string()),
            ("SSH_ASKPASS_REQUIRE", "force".to_owned()),
            (
                TOKEN_VARIABLE,
                self.token.expose().expose_secret().to_owned(),
            ),
            (SOCKET_VARIABLE, place.socket.display().to_string()),
        ]
    }

    /// Returns whether `token` is this child's. It takes as long whether the beginning is right or
    /// not.
    pub fn is(&self, token: &Concealed) -> bool {
        let ours = self.token.expose().expose_secret().as_bytes();
        let theirs = token.expose().expose_secret().as_bytes();
        let differences = ours.iter().zip(theirs).fold(0, |all, (a, b)| all | (a ^ b));
        ours.len() == theirs.len() && differences == 0
    }

    /// Decides on a question. The secret answers one question of a child, and no more.
    pub fn answer(&mut self, prompt: &str, asker: Asker) -> AskpassAnswer {
        let answer = askpass_answer(prompt, self.used, asker);
        self.used |= answer == AskpassAnswer::Secret;
        answer
    }
}

/// Decides what becomes of the question `prompt`; `used` says that the secret has answered one.
pub fn askpass_answer(prompt: &str, used: bool, asker: Asker) -> AskpassAnswer {
    let question = prompt.trim_end().to_lowercase();
    let wants_secret = match question.strip_suffix(':') {
        Some(question) => {
            question.ends_with("password")
                || question.starts_with("enter passphrase for ") && !question.contains('\n')
        }
        None => false,
    };
    if !wants_secret {
        AskpassAnswer::AskPerson("ssh asks for something else than a password")
    } else if asker == Asker::Stranger {
        AskpassAnswer::AskPerson("the program that asks was not started by the pane's child")
    } else if asker == Asker::JumpHost {
        AskpassAnswer::AskPerson("it is the ssh of a jump host that asks")
    } else if used {
        AskpassAnswer::AskPerson("the secret has been used: it was wrong, or another one is wanted")
    } else {
        AskpassAnswer::Secret
    }
}

/// Returns who the process `peer` is to the pane whose child is `child`, by the parents that the
/// kernel names. (A helper that waits for its answer keeps its number meanwhile.)
pub fn asker(peer: Option<u32>, child: u32) -> Asker {
    let (Some(peer), true) = (peer, Path::new("/proc/self/stat").exists()) else {
        return Asker::Unknown;
    };
    let mut process = peer;
    let mut links = 0;
    for _ in 0..GENERATIONS {
        let Some((name, parent)) = name_and_parent(process) else {
            return Asker::Stranger;
        };
        links += usize::from(name == "ssh" || runs_ssh(process));
        if process == child {
            return match links {
                0 | 1 => Asker::Own,
                _ => Asker::JumpHost,
            };
        }
        process = parent;
    }
    Asker::Stranger
}

/// Returns whether a process runs ssh, under whatever name that was started.
fn runs_ssh(process: u32) -> bool {
    let executable = fs::read_link(format!("/proc/{process}/exe")).unwrap_or_default();
    executable.file_name().is_some_and(|name| name == "ssh")
}

/// Reads a process's name and parent from `/proc/PID/stat` (proc_pid_stat(5)).
fn name_and_parent(process: u32) -> Option<(String, u32)> {
    let stat = fs::read(format!("/proc/{process}/stat")).ok()?;
    let stat = String::from_utf8_lossy(&stat);
    let (head, tail) = stat.rsplit_once(") ")?;
    let (_, name) = head.split_once(" (")?;
    let parent = tail.split(' ').nth(1)?.parse().ok()?;
    Some((name.to_owned(), parent))
}

#[cfg(test)]
mod tests {
    use std::{
        io::{BufRead, BufReader},
        process::{Command, Stdio},
    };

    use super::*;

    #[track_caller]
    fn check(prompt: &str, expected: bool) {
        let answer = askpass_answer(prompt, false, Asker::Own);
        assert_eq!(answer == AskpassAnswer::Secret, expected, "{prompt}");
        let again = askpass_answer(prompt, true, Asker::Own);
        assert_ne!(again, AskpassAnswer::Secret, "{prompt}");
    }

    #[test]
    fn the_secret_answers_passwords_and_passphrases() {
        check("me@db1's password: ", true);
        check("(me@db1) Password: ", true);
        check(
            "Enter passphrase for key '/home/me/.ssh/id_ed25519': ",
            true,
        );
        check("Enter passphrase for /home/me/.ssh/id_rsa: ", true);
    }

    #[test]
    fn other_questions_are_a_persons() {
        check(
            "The authenticity of host 'db1 (192.0.2.1)' can't be established.\nED25519 key \
             fingerprint is SHA256:abc.\nAre you sure you want to continue connecting \
             (yes/no/[fingerprint])? ",
            false,
        );
        check("Please type 'yes', 'no' or the fingerprint: ", false);
        check(
            "Allow use of key id_ed25519?\nKey fingerprint SHA256:abc.",
            false,
        );
        check("Confirm user presence for key ED25519-SK SHA256:abc", false);
        check("me@db1's password: \n(yes or no)", false);
        check("(me@db1) Verification code: ", false);
        check("(me@db1) Enter passphrase for key 'x': ", false);
        check("Bad passphrase, try again for id_rsa: ", false);
        check("Enter PIN for 'card': ", false);
        check("Username for 'https://example.org': ", false);
        check("", false);
    }

    #[test]
    fn only_the_panes_own_ssh_is_answered() {
        let prompt = "me@db1's password: ";
        let answer = |asker| askpass_answer(prompt, false, asker);
        assert_eq!(answer(Asker::Unknown), AskpassAnswer::Secret);
        for asker in [Asker::JumpHost, Asker::Stranger] {
            assert!(matches!(answer(asker), AskpassAnswer::AskPerson(_)));
        }
    }

    #[test]
    fn a_token_is_new_each_time_and_good_once() {
        let (mut one, other) = (Askpass::new().unwrap(), Askpass::new().unwrap());
        let token = one.token.clone();
        assert!(one.is(&token) && !other.is(&token));
        let hex = token.expose().expose_secret();
        assert_eq!(hex.len(), 32);
        assert!(!one.is(&Concealed::new(hex[..31].to_owned())));
        assert!(!one.is(&Concealed::new(String::new())));
        let prompt = "me@db1's password: ";
        assert!(matches!(
            one.answer("yes?", Asker::Own),
            AskpassAnswer::AskPerson(_)
        ));
        assert_eq!(one.answer(prompt, Asker::Own), AskpassAnswer::Secret);
        assert!(matches!(
            one.answer(prompt, Asker::Own),
            AskpassAnswer::AskPerson(_)
        ));
    }

    #[test]
    fn the_helper_is_a_link_to_the_executable() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("work.sock");
        let helper = folder.path().join(HELPER);
        symlink("/nonexistent/older", &helper).unwrap();
        let place = AskpassPlace::make(folder.path(), socket.clone()).unwrap();
        let executable = std::env::current_exe().unwrap();
        assert_eq!(fs::read_link(&helper).unwrap(), executable);
        assert_eq!(AskpassPlace::make(folder.path(), socket).unwrap(), place);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        let environment = Askpass::new().unwrap().environment(&place);
        assert_eq!(environment[0].1, helper.display().to_string());
    }

    /// Runs `script` in sh, which prints a process, and returns who that is to the shell.
    fn asker_of(script: &str) -> Asker {
        let mut shell = Command::new("sh")
            .args(["-c", script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut peer = String::new();
        let mut output = BufReader::new(shell.stdout.take().unwrap());
        output.read_line(&mut peer).unwrap();
        let asker = asker(peer.trim().parse().ok(), shell.id());
        // Its processes end with their input.
        drop(shell.stdin.take());
        shell.wait().unwrap();
        asker
    }

    #[test]
    fn descent_is_seen() {
        assert_eq!(asker(None, 1), Asker::Unknown);
        if cfg!(target_os = "linux") {
            assert_eq!(asker_of("echo $$; cat"), Asker::Own);
            assert_eq!(asker_of("sh -c 'echo $$; cat; :'; :"), Asker::Own);
            assert_eq!(asker_of("echo $PPID; cat"), Asker::Stranger);
            let folder = tempfile::tempdir().unwrap();
            let ssh = folder.path().join("ssh");
            fs::copy("/bin/sh", &ssh).unwrap();
            let ssh = ssh.display();
            let nested = format!("{ssh} -c '{ssh} -c \"echo \\$\\$; cat; :\"; :'; :");
            assert_eq!(asker_of(&nested), Asker::JumpHost);
            let slogin = folder.path().join("slogin");
            symlink("ssh", &slogin).unwrap();
            let slogin = slogin.display();
            let nested = format!("{slogin} -c '{slogin} -c \"echo \\$\\$; cat; :\"; :'; :");
            assert_eq!(asker_of(&nested), Asker::JumpHost);
            let one = format!("{ssh} -c 'sh -c \"echo \\$\\$; cat; :\"; :'; :");
            assert_eq!(asker_of(&one), Asker::Own);
        }
    }
}
