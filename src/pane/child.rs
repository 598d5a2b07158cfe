//! The child of a pane's task: its start, the steps of its stop, its end and its next start.

use std::{collections::BTreeMap, process::Stdio, time::Instant};

use jiff::Timestamp;
use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};

use super::{
    askpass::Askpass,
    event::PaneEvent,
    exit::exit_of,
    life::{Backoff, Stop},
    reply::ReplyTo,
    report::exit_info,
    spec::{PaneSpec, StopStep},
    task::Task,
};
use crate::{
    expect::Exit,
    protocol::{Reply, SendWhat, Started},
    pty::{self, InitialSettings, Pty, Read, SpawnOptions},
};

/// How often everything readable is read between a child's exit and the news of it: more than a
/// pty holds, and an end for a grandchild that floods.
const LAST_TURNS: usize = 16;

impl Task {
    /// Starts the child.
    pub(super) fn start(&mut self) {
        self.restart_at = None;
        self.note_happened();
        let again = self.started.is_some() || self.error.is_some();
        if again {
            self.core.restart(Instant::now());
            self.report_later(PaneEvent::Restarted);
        }
        (
            self.exit,
            self.error,
            self.failure,
            self.ended,
            self.stop,
            self.linger_until,
        ) = Default::default();
        self.started = Some(Timestamp::now());
        self.started_at = Instant::now();
        if let Err(failure) = self.reopen_files() {
            return self.could_not_start(failure.message);
        }
        let mut environment = child_environment(&self.spec, &self.outside.session);
        self.askpass = None;
        if let (Some(_), Some(place)) = (&self.spec.askpass, &self.outside.askpass) {
            match Askpass::new() {
                Ok(askpass) => {
                    let variables = askpass.environment(place);
                    let variables = variables.map(|(name, value)| (name.to_owned(), value));
                    environment.extend(variables);
                    self.askpass = Some(askpass);
                }
                Err(error) => tracing::error!(pane = %self.spec.name, %error, "no token"),
            }
        }
        let (size, term) = (self.core.emulator().size(), &environment["TERM"]);
        self.core.emulator.described_as(term);
        self.files
            .started(self.started_at, size, &self.spec.command, term);
        self.core.tell_typed(self.files.want_input());
        let spawned = pty::spawn(&SpawnOptions {
            command: &self.spec.command,
            cwd: &self.spec.cwd,
            environment: &environment,
            size,
            settings: InitialSettings::System,
        });
        match spawned {
            Ok((pty, child)) => {
                self.leader = child.id();
                self.pty = Some(pty);
                self.child = Some(child);
            }
            Err(error) => return self.could_not_start(error.to_string()),
        }
        self.report_later(PaneEvent::Started {
            pid: self.leader,
            error: None,
        });
        let moment = self.moment();
        self.core.started(moment, self.leader);
    }

    fn could_not_start(&mut self, error: String) {
        let text = format!("could not start: {error}");
        self.core.trace.tell(Instant::now(), text);
        self.error = Some(error.clone());
        self.ended = Some(Timestamp::now());
        self.plan_restart();
        self.report_later(PaneEvent::Started {
            pid: None,
            error: Some(error),
        });
    }

    pub(super) fn answer_start(&self, reply: ReplyTo) {
        reply.reply(Reply::Started(vec![Started {
            id: self.id,
            name: self.spec.name.clone(),
            error: self.error.clone(),
        }]));
    }

    pub(super) fn begin_stop(&mut self, kill: bool) {
        let now = Instant::now();
        if kill {
            self.stop = Some(Stop::at_once(now));
        } else if self.stop.is_none() {
            self.stop = Some(Stop::gently(now, &self.spec.stop));
        }
    }

    pub(super) fn stop_step(&mut self, step: StopStep) {
        match step {
            StopStep::Signal(number) => {
                if let (Some(leader), Ok(signal)) = (self.leader, Signal::try_from(number)) {
                    pty::signal_session(leader, signal);
                }
            }
            StopStep::Keys(keys) => {
                // A full outbox is no reason to wait: the next step is harder.
                let moment = self.moment();
                let _ = self.core.send(moment, &SendWhat::Keys(keys));
            }
            StopStep::Run(command) => {
                if let Err(error) = self.start_beside(&command) {
                    let program = command.first().map_or("", String::as_str);
                    self.report_later(PaneEvent::Notified {
                        text: format!("the stop command '{program}' cannot be run: {error}"),
                    });
                }
            }
            StopStep::Pause(_) => {}
        }
    }

    /// Starts a command beside the child: not through a shell, in the pane's folder and environment,
    /// with nothing to read and nobody to print to.
    pub(super) fn start_beside(&self, command: &[String]) -> std::io::Result<()> {
        let Some((program, arguments)) = command.split_first() else {
            return Ok(());
        };
        tokio::process::Command::new(program)
            .args(arguments)
            .current_dir(&self.spec.cwd)
            .env_clear()
            .envs(child_environment(&self.spec, &self.outside.session))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        Ok(())
    }

    pub(super) fn child_ended(&mut self, status: std::io::Result<std::process::ExitStatus>) {
        let exit = match status {
            Ok(status) => exit_of(status),
            Err(error) => {
                tracing::error!(pane = %self.spec.name, %error, "waiting for the child failed");
                Exit::Code(-1)
            }
        };
        self.child = None;
        self.pty = self.pty.take().or(self.left.take());
        // When wait returns, the child's last bytes may still be unread.
        let mut open = self.pty.is_some();
        for _ in 0..LAST_TURNS {
            let Some(pty) = &self.pty else {
                break;
            };
            let state = self.inflow.read_rest(Instant::now(), pty);
            self.digest();
            match state {
                Read::Bytes(_) => {}
                Read::Empty => break,
                Read::End => {
                    open = false;
                    break;
                }
            }
        }
        let moment = self.moment();
        self.core.drained(moment);
        self.note_happened();
        self.report_later(PaneEvent::Exited {
            exit: exit_info(&exit),
        });
        self.files.exited(Instant::now(), &exit);
        self.core.exited(moment, exit.clone());
        self.exit = Some(exit);
        if open {
            self.linger_until = Some(Instant::now() + self.spec.linger);
        } else {
            self.finish();
        }
    }

    /// Nobody holds the slave side any more.
    pub(super) fn pty_ended(&mut self) {
        if self.child.is_none() {
            self.finish();
        } else {
            // The exit is about to be known; a child that lives on without its tty ends the pane
            // only when it ends.
            (self.left, self.drain) = (self.pty.take(), None);
        }
    }

    /// The output is complete: the pane has ended.
    pub(super) fn finish(&mut self) {
        let moment = self.moment();
        self.linger_until = None;
        (self.pty, self.drain) = (None, None);
        if self.child.is_some() {
            return;
        }
        let stopped = self.stop.take().is_some();
        if stopped && let Some(leader) = self.leader {
            // Those of its session that have outlived it.
            pty::signal_session(leader, Signal::SIGKILL);
        }
        self.leader = None;
        // What is left of it comes too late, as what is still in the pty.
        drop(self.backlog.take_memory());
        self.inflow.end();
        self.note_happened();
        self.core.end(moment);
        self.note_happened();
        let now = Instant::now();
        self.files.mark(now, "eof");
        self.files.finish(now);
        self.questions.end();
        self.ended = Some(Timestamp::now());
        if !self.restart_wanted.is_empty() {
            for reply in self.end_awaited.drain(..) {
                reply.reply(Reply::Done);
            }
            self.backoff = Backoff::default();
            self.start();
            self.start_awaited.append(&mut self.restart_wanted);
        } else if !stopped {
            self.plan_restart();
        }
    }

    fn plan_restart(&mut self) {
        let lived = self.started_at.elapsed();
        let policy = self.spec.restart;
        if let Some(pause) = self.backoff.pause(policy, self.exit.as_ref(), lived) {
            self.restart_at = Some(Instant::now() + pause);
        }
    }

    pub(super) fn signal_foreground(&self, number: i32) {
        let group = self.pty.as_ref().and_then(Pty::foreground_group);
        if let (Some(group), Ok(signal)) = (group, Signal::try_from(number)) {
            // A group that has just ended needs no signal.
            let _ = killpg(Pid::from_raw(group), signal);
        }
    }
}

/// Returns the child's environment: the pane's own, and what tells of the terminal it is in.
pub(super) fn child_environment(spec: &PaneSpec, session: &str) -> BTreeMap<String, String> {
    let mut environment = spec.environment.clone();
    // These speak of the terminal that muxpect was started from.
    for stale in [
        "TMUX",
        "TMUX_PANE",
        "STY",
        "WINDOW",
        "LINES",
        "COLUMNS",
        "TERMCAP",
    ] {
        environment.remove(stale);
    }
    let term = spec
        .term
        .clone()
        .unwrap_or_else(|| default_term().to_owned());
    for (name, value) in [
        ("TERM", term.as_str()),
        ("COLORTERM", "truecolor"),
        ("MUXPECT_SESSION", session),
        ("MUXPECT_PANE", &spec.name),
    ] {
        environment.insert(name.to_owned(), value.to_owned());
    }
    environment
}

/// Returns the `TERM` that describes the emulator best: programs then expect neither BCE nor an
/// ASCII line drawing set. It falls back where the system does not know it.
fn default_term() -> &'static str {
    const FOLDERS: [&str; 4] = [
        "/usr/share/terminfo",
        "/lib/terminfo",
        "/etc/terminfo",
        "/usr/local/share/terminfo",
    ];
    const NAME: &str = "tmux-256color";
    static KNOWN: std::sync::OnceLock<bool> = std::sync::OnceLock::new();
    let known = KNOWN.get_or_init(|| {
        let entry = |folder: &&str| {
            ["t", "74"].iter().any(|letter| {
                std::path::Path::new(folder)
                    .join(letter)
                    .join(NAME)
                    .exists()
            })
        };
        FOLDERS.iter().any(entry)
    });
    if *known { NAME } else { "screen-256color" }
}
