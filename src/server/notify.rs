//! The command of `[notify]`: run for each notice, beside everything else.
//!
//! What it is told, and when, the session decides. It gets an argument vector and no shell, nothing
//! to read and nobody to print to, and is killed with all that it has started when it takes too long.

use std::{
    collections::VecDeque,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};
use tokio::{process::Command, task::JoinSet, time::timeout};

use crate::{
    protocol::Notice,
    session::{MOST_NOTICES, NotifyCommand, NotifySpec},
};

/// How many commands run at once; further notices wait.
const AT_ONCE: usize = 4;

/// How many notices may wait: as many as a session tells within a minute.
const WAITING: usize = MOST_NOTICES;

/// How long a command may take.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// The notices that are being told by a command.
#[derive(Debug)]
pub struct Notifying {
    session: String,
    command: Option<NotifyCommand>,
    running: JoinSet<Result<(), String>>,
    waiting: VecDeque<Notice>,
    /// The last command failed, which was told.
    failing: bool,
}

impl Notifying {
    /// Returns what tells notices of this session.
    pub fn new(session: &str, spec: &NotifySpec) -> Notifying {
        Notifying {
            session: session.to_owned(),
            command: spec.command.clone(),
            running: JoinSet::new(),
            waiting: VecDeque::new(),
            failing: false,
        }
    }

    /// Takes another command; what is being told already goes on.
    pub fn renew(&mut self, spec: &NotifySpec) {
        self.command.clone_from(&spec.command);
        self.failing = false;
    }

    /// Has a notice told, after those before it. Returns a sentence that says why not, if that is news.
    pub fn tell(&mut self, notice: Notice) -> Option<String> {
        self.command.as_ref()?;
        if self.waiting.len() == WAITING {
            let why = format!("{WAITING} notices wait for it already");
            return self.ended(Err(why));
        }
        self.waiting.push_back(notice);
        self.start();
        None
    }

    /// Starts as many commands as may run.
    fn start(&mut self) {
        let Some(command) = &self.command else {
            return;
        };
        while self.running.len() < AT_ONCE
            && let Some(notice) = self.waiting.pop_front()
        {
            let arguments = command.arguments(&self.session, &notice);
            self.running
                .spawn(run(command.clone(), arguments, TIME_LIMIT));
        }
    }

    /// Returns whether a command runs.
    pub fn is_busy(&self) -> bool {
        !self.running.is_empty()
    }

    /// Waits until a command has ended; to be called while one runs. Returns a sentence that says what
    /// went wrong, if that is news. Cancel safe.
    pub async fn next(&mut self) -> Option<String> {
        let ended = self.running.join_next().await?;
        self.start();
        self.ended(ended.unwrap_or_else(|error| Err(error.to_string())))
    }

    /// Takes in how a command went. Of failures one after the other only the first is news.
    fn ended(&mut self, result: Result<(), String>) -> Option<String> {
        let was_failing = std::mem::replace(&mut self.failing, result.is_err());
        let why = result.err().filter(|_| !was_failing)?;
        // Its arguments may hold a token.
        let program = self.command.as_ref()?.argv.first()?;
        Some(format!(
            "the [notify] command '{program}' failed: {why}; run it by hand, or correct 'command'"
        ))
    }
}

async fn run(
    command: NotifyCommand,
    arguments: Vec<String>,
    limit: Duration,
) -> Result<(), String> {
    let program = command.argv.first().ok_or("it names no program")?;
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(&command.cwd)
        .env_clear()
        .envs(&command.environment)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("it cannot be run ({error})"))?;
    let group = child.id().and_then(|id| i32::try_from(id).ok());
    match timeout(limit, child.wait()).await {
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => Err(shown(status)),
        Ok(Err(error)) => Err(format!("it cannot be waited for ({error})")),
        Err(_) => {
            if let Some(group) = group {
                // Its leader has not been waited for, so the number is still its own.
                let _ = killpg(Pid::from_raw(group), Signal::SIGKILL);
            }
            Err(format!("it did not end within {limit:?}"))
        }
    }
}

fn shown(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;

    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit {code}"),
        (None, signal) => format!("signal {}", signal.unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::PaneId;

    /// Returns what tells notices by a command of the shell.
    fn notifying(line: &str) -> Notifying {
        let command = NotifyCommand {
            argv: ["sh", "-c", line, "sh", "{text}"]
                .map(str::to_owned)
                .to_vec(),
            cwd: "/".into(),
            environment: std::env::vars().collect(),
        };
        let spec = NotifySpec {
            command: Some(command),
            ..NotifySpec::default()
        };
        Notifying::new("s", &spec)
    }

    fn notice(text: &str) -> Notice {
        Notice {
            pane: PaneId(1),
            name: "p".to_owned(),
            text: text.to_owned(),
        }
    }

    #[tokio::test]
    async fn failures_one_after_the_other_are_told_once() {
        let mut notifying = notifying("exit $1");
        let mut told = Vec::new();
        for text in ["3", "4", "0", "5"] {
            assert_eq!(notifying.tell(notice(text)), None);
            told.extend(notifying.next().await);
        }
        let sentence = |code| {
            format!(
                "the [notify] command 'sh' failed: exit {code}; run it by hand, or correct 'command'"
            )
        };
        assert_eq!(told, [sentence(3), sentence(5)]);
    }

    #[tokio::test]
    async fn only_so_many_run_at_once_and_only_so_many_wait() {
        let mut notifying = notifying("sleep 60");
        for _ in 0..AT_ONCE + WAITING {
            assert_eq!(notifying.tell(notice("")), None);
        }
        assert_eq!(notifying.running.len(), AT_ONCE);
        let told = notifying.tell(notice("")).unwrap();
        assert!(told.contains("30 notices wait for it already"), "{told}");
        assert_eq!(notifying.tell(notice("")), None, "it was told");
        assert_eq!(notifying.waiting.len(), WAITING);
    }

    #[tokio::test]
    async fn what_waits_is_told_in_its_turn() {
        let mut notifying = notifying("exit $1");
        for _ in 0..AT_ONCE + 2 {
            assert_eq!(notifying.tell(notice("0")), None);
        }
        assert_eq!(notifying.tell(notice("7")), None);
        let mut told = Vec::new();
        while notifying.is_busy() {
            told.extend(notifying.next().await);
        }
        assert_eq!(told.len(), 1);
        assert!(told[0].contains("exit 7"), "{told:?}");
    }

    #[tokio::test]
    async fn a_command_that_takes_too_long_is_given_up() {
        let command = notifying("sleep 60").command.unwrap();
        let limit = Duration::from_millis(50);
        let result = run(command, vec!["-c".to_owned(), "sleep 60".to_owned()], limit).await;
        assert_eq!(result, Err("it did not end within 50ms".to_owned()));
    }

    #[tokio::test]
    async fn without_a_command_nothing_runs() {
        let mut notifying = Notifying::new("s", &NotifySpec::default());
        assert_eq!(notifying.tell(notice("x")), None);
        assert!(!notifying.is_busy());
    }
}
