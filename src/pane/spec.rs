//! What a pane is made from: its command and options as plain values, checked by whoever made them.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};

use super::secret::{SecretSource, SecretSpec};
use crate::{
    expect::{AutoAnswer, RuleSpec, Withheld},
    geometry::Size,
    keys::Key,
    record::{Format, timing_path},
};

/// When a child that has ended is started again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RestartPolicy {
    /// Only by command.
    #[default]
    Never,
    /// When it exited with another status than 0 or by a signal.
    OnFailure,
    /// Whenever it has ended.
    Always,
}

/// One step on the way to end a child.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StopStep {
    /// A signal, by number, to every process group of the pane's tty session.
    Signal(i32),
    /// Time in which the child may end.
    Pause(Duration),
    /// Keys typed into the pane.
    Keys(Vec<Key>),
    /// A command to run, with the pane's cwd and environment.
    Run(Vec<String>),
}

/// What becomes of a log file that exists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogMode {
    /// It is an error.
    #[default]
    Refuse,
    /// The log goes on at its end.
    Append,
    /// It is emptied.
    Truncate,
}

/// A file that a pane's output goes to: its plain-text log, or its recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogSpec {
    /// The file, absolute. What `{session}`, `{pane}`, `{command}`, `{date}` and `{time}` in it
    /// become is known when it is opened.
    pub path: PathBuf,
    /// What becomes of it when it exists at the first start.
    pub mode: LogMode,
    /// Folders that are missing are made: its name is made, too, so that none can be misspelt.
    pub make_folders: bool,
}

/// How a recording is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RecordFormat {
    /// asciicast v2.
    #[default]
    Asciicast,
    /// The output's bytes as script(1) keeps them, with their times in `FILE.timing`.
    Typescript,
}

impl From<RecordFormat> for Format {
    fn from(format: RecordFormat) -> Format {
        match format {
            RecordFormat::Asciicast => Format::Asciicast,
            RecordFormat::Typescript => Format::Typescript,
        }
    }
}

/// A pane's recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordSpec {
    /// The file.
    pub file: LogSpec,
    /// What is typed is recorded, too.
    pub input: bool,
    /// How it is written.
    pub format: RecordFormat,
}

impl RecordSpec {
    /// The name of a recording for which there is none: another one for each pane and each start.
    pub const NAME: &str = "{pane}-{date}-{time}.cast";

    /// Returns every file that is written.
    pub fn files(&self) -> Vec<PathBuf> {
        let path = &self.file.path;
        match self.format {
            RecordFormat::Asciicast => vec![path.clone()],
            RecordFormat::Typescript => vec![path.clone(), timing_path(path)],
        }
    }
}

/// Everything a pane is made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaneSpec {
    /// `[A-Za-z0-9._-]{1,64}`, not all digits.
    pub name: String,
    /// The command as an argument vector, at least the program.
    pub command: Vec<String>,
    /// The folder it runs in, absolute.
    pub cwd: PathBuf,
    /// Its whole environment, before the variables every pane gets (`TERM` and the like).
    pub environment: BTreeMap<String, String>,
    /// The rules that watch it, in file order.
    pub rules: Vec<RuleSpec>,
    /// Values for `{var.NAME}` in the rules' templates.
    pub vars: BTreeMap<String, String>,
    /// The secrets that its rules, its askpass and `send --secret` may use, by name.
    pub secrets: BTreeMap<String, SecretSpec>,
    /// The secret that answers ssh's question for a password, asked through `SSH_ASKPASS`.
    pub askpass: Option<String>,
    /// Whether the rules act from the start.
    pub armed: bool,
    /// Whether rules answer at all, in every pane of the session.
    pub auto_answer: AutoAnswer,
    /// Whether rules may run commands.
    pub allow_run: bool,
    /// How long an ask may wait before the pane fails; for sessions that nobody watches.
    pub ask_timeout: Option<Duration>,
    /// A regular expression for the line before the cursor with which its program is at rest; `None` for
    /// the default, a shell's prompt.
    pub idle: Option<String>,
    /// Whether it starts with the session.
    pub autostart: bool,
    /// When its child is started again.
    pub restart: RestartPolicy,
    /// How its child is asked to end; SIGKILL follows.
    pub stop: Vec<StopStep>,
    /// Its plain-text log.
    pub log: Option<LogSpec>,
    /// Its recording.
    pub record: Option<RecordSpec>,
    /// `TERM` for the child; `None` for the default.
    pub term: Option<String>,
    /// How many lines of history are kept.
    pub scrollback: usize,
    /// How long reading goes on after the exit while something still holds the tty.
    pub linger: Duration,
    /// A pinned size.
    pub size: Option<Size>,
    /// The size that it begins with if none is pinned: that of the tile it is about to have.
    pub first_size: Option<Size>,
}

impl PaneSpec {
    /// Returns where the secret of this name is fetched, or why a person must be asked.
    pub(super) fn fetchable(&self, name: &str) -> Result<&SecretSpec, Withheld> {
        match self.secrets.get(name) {
            Some(secret) if secret.source == SecretSource::Person => {
                Err(Withheld::Personal(name.to_owned()))
            }
            Some(secret) => Ok(secret),
            None => Err(Withheld::Failed(format!(
                "there is no secret '{name}'; add [secrets.{name}] to the config"
            ))),
        }
    }

    /// Returns a pane that runs `command` in `cwd` with every option at its default.
    pub fn new(
        name: String,
        command: Vec<String>,
        cwd: PathBuf,
        environment: BTreeMap<String, String>,
    ) -> PaneSpec {
        PaneSpec {
            name,
            command,
            cwd,
            environment,
            rules: Vec::new(),
            vars: BTreeMap::new(),
            secrets: BTreeMap::new(),
            askpass: None,
            armed: true,
            auto_answer: AutoAnswer::On,
            allow_run: false,
            ask_timeout: None,
            idle: None,
            autostart: true,
            restart: RestartPolicy::Never,
            stop: default_stop(),
            log: None,
            record: None,
            term: None,
            scrollback: 10_000,
            linger: Duration::from_secs(2),
            size: None,
            first_size: None,
        }
    }
}

/// Returns the steps that end a child unless the config says otherwise: HUP, CONT, INT and TERM,
/// 2 s apart. HUP and CONT belong together: a stopped process takes HUP only once it continues.
pub fn default_stop() -> Vec<StopStep> {
    use nix::sys::signal::Signal::{SIGCONT, SIGHUP, SIGINT, SIGTERM};

    let pause = StopStep::Pause(Duration::from_secs(2));
    vec![
        StopStep::Signal(SIGHUP as i32),
        StopStep::Signal(SIGCONT as i32),
        pause.clone(),
        StopStep::Signal(SIGINT as i32),
        pause.clone(),
        StopStep::Signal(SIGTERM as i32),
        pause,
    ]
}

/// Returns whether `name` may name a pane: `[A-Za-z0-9._-]{1,64}`, not all digits (those are ids).
pub fn is_pane_name(name: &str) -> bool {
    let allowed = |c: u8| c.is_ascii_alphanumeric() || b"._-".contains(&c);
    (1..=64).contains(&name.len())
        && name.bytes().all(allowed)
        && !name.bytes().all(|c| c.is_ascii_digit())
}
