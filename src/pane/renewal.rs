//! Another spec for a pane whose child may run: what holds at once, and what a restart is needed for.
//!
//! Rules, their variables and secrets, and how the pane is stopped, restarted and watched hold at
//! once. What the child was started with stays as it is until the next start, as do the files that
//! its output goes to; until then the pane is *stale*.

use std::{collections::BTreeMap, path::PathBuf, time::Instant};

use regex::Regex;

use super::{
    core::{Core, Moment},
    noting::close,
    opening::{open_log, open_recording},
    prepare::{compiled, wrong},
    spec::{LogSpec, PaneSpec, RecordSpec, RestartPolicy},
    task::Task,
};
use crate::{
    expect::{self, Rule, ScreenText},
    protocol::Failure,
};

/// A spec that was checked, for a pane that there is.
#[derive(Debug)]
pub struct Renewal {
    spec: PaneSpec,
    rules: Vec<Rule>,
    idle: Option<Regex>,
    armed: Option<bool>,
}

impl Renewal {
    /// Checks a spec. `armed` arms or disarms the pane besides; `None` leaves that as it is.
    pub fn check(spec: PaneSpec, armed: Option<bool>) -> Result<Renewal, Failure> {
        let (rules, idle) = compiled(&spec)?;
        Ok(Renewal {
            spec,
            rules,
            idle,
            armed,
        })
    }
}

/// What of a spec holds from the start of a child to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Launch {
    pub(super) command: Vec<String>,
    cwd: PathBuf,
    environment: BTreeMap<String, String>,
    term: Option<String>,
    /// The child was given the right to ask for a secret.
    askpass: bool,
    log: Option<LogSpec>,
    record: Option<RecordSpec>,
}

impl Launch {
    fn of(spec: &PaneSpec) -> Launch {
        Launch {
            command: spec.command.clone(),
            cwd: spec.cwd.clone(),
            environment: spec.environment.clone(),
            term: spec.term.clone(),
            askpass: spec.askpass.is_some(),
            log: spec.log.clone(),
            record: spec.record.clone(),
        }
    }
}

impl Task {
    /// Takes another spec.
    pub(super) fn renew(&mut self, renewal: Renewal) {
        let Renewal {
            spec,
            rules,
            idle,
            armed,
        } = renewal;
        let launched = self.launched.take();
        let launched = launched.unwrap_or_else(|| Launch::of(&self.spec));
        let old = std::mem::replace(&mut self.spec, spec);
        self.launched = Some(launched).filter(|launched| *launched != Launch::of(&self.spec));

        let moment = self.moment();
        if (&old.rules, &old.vars) != (&self.spec.rules, &self.spec.vars) {
            let context = expect::Context {
                pane: self.spec.name.clone(),
                session: self.outside.session.clone(),
                vars: self.spec.vars.clone(),
            };
            self.core.renew_rules(moment, rules, context);
        }
        if old.idle != self.spec.idle {
            self.core.renew_idle(moment.now, idle);
        }
        self.core.emulator_mut().keep_lines(self.spec.scrollback);
        if let Some(on) = armed {
            self.core
                .arm(moment.now, on, "the config says so".to_owned());
        }
        if let Some(size) = self.spec.size {
            self.take_size(size.clamped());
        }
        if self.spec.restart == RestartPolicy::Never {
            self.restart_at = None;
        }
    }

    /// Returns whether the child was started with something else than the spec says now.
    pub(super) fn is_stale(&self) -> bool {
        self.launched.is_some() && self.started.is_some()
    }

    /// Returns the command of the present child.
    pub(super) fn command(&self) -> &[String] {
        let launched = self.launched.as_ref().filter(|_| self.started.is_some());
        launched.map_or(&self.spec.command, |launched| &launched.command)
    }

    /// Opens the files that the spec names now, before a start, where they are others than before.
    pub(super) fn reopen_files(&mut self) -> Result<(), Failure> {
        let Some(launched) = &self.launched else {
            return Ok(());
        };
        let (spec, session) = (&self.spec, &self.outside.session);
        let log = (launched.log != spec.log).then(|| open_log(spec, session));
        let log = log.transpose().map_err(|error| wrong(spec, error))?;
        let recording = (launched.record != spec.record).then(|| open_recording(spec, session));
        let recording = recording.transpose().map_err(|error| wrong(spec, error))?;
        self.launched = None;
        let closed = self.files.reopen(log, recording);
        close(closed);
        Ok(())
    }
}

impl Core {
    /// Has other rules look from now on, also at what stands there unanswered.
    fn renew_rules(&mut self, moment: Moment, rules: Vec<Rule>, context: expect::Context) {
        let (first, lines) = self.emulator.visible_lines();
        let mut seen = self.glance(moment);
        seen.screen = Some(ScreenText { first, lines });
        self.ruled = !rules.is_empty();
        let decisions = self.engine.reload(moment.now, rules, context, &seen.look());
        self.emulator.report_lines(self.engine.needs_lines());
        self.perform(moment, decisions);
    }

    fn renew_idle(&mut self, now: Instant, idle: Option<Regex>) {
        self.idle = idle;
        self.watch.begin_looks(now);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        expect::{Answer, Context, RuleSpec, Trigger},
        geometry::Size,
        pane::core::CoreOptions,
        protocol::SendWhat,
        pty::TtyState,
    };

    const TTY: TtyState = TtyState {
        echo: true,
        canonical: true,
        end_of_file: Some(4),
    };

    fn moment(now: Instant) -> Moment<'static> {
        Moment {
            now,
            tty: Some(TTY),
            holder: None,
        }
    }

    /// Returns a core without rules that has printed this.
    fn core(now: Instant, output: &[u8]) -> Core {
        let options = CoreOptions::bare(Size { rows: 6, cols: 40 });
        let mut core = Core::new(options, now);
        core.output(moment(now), output);
        core
    }

    /// Has a rule come that answers `ok? ` with `yes`, and returns what it types within a second.
    fn renewed(core: &mut Core, now: Instant) -> String {
        let spec = RuleSpec {
            name: "ok".to_owned(),
            trigger: Trigger::Match(vec!["ok\\? $".to_owned()]),
            answer: Answer::Send(vec!["yes".to_owned()]),
            ..RuleSpec::default()
        };
        let rule = Rule::compile(&spec, &BTreeMap::new()).unwrap();
        let waiting = core.outbox().len();
        core.written(waiting);
        core.renew_rules(moment(now), vec![rule], Context::default());
        core.tick(moment(now + Duration::from_secs(1)));
        String::from_utf8(core.outbox().to_vec()).unwrap()
    }

    #[test]
    fn a_prompt_that_stands_is_seen_by_the_first_rules() {
        let now = Instant::now();
        assert_eq!(renewed(&mut core(now, b"ok? "), now), "yes\r");
        assert_eq!(renewed(&mut core(now, b"ok? no\r\n"), now), "");
    }

    #[test]
    fn what_was_typed_before_there_were_rules_counts() {
        let now = Instant::now();
        let mut core = core(now, b"ok? ");
        let typed = SendWhat::Text("y\r".to_owned());
        core.send(moment(now), &typed).unwrap();
        assert_eq!(renewed(&mut core, now), "");
        // The next prompt is another.
        let later = now + Duration::from_secs(2);
        core.output(moment(later), b"y\r\nok? ");
        core.tick(moment(later + Duration::from_secs(1)));
        assert_eq!(core.outbox(), b"yes\r");
    }

    #[test]
    fn less_history_is_kept_at_once() {
        let now = Instant::now();
        let mut core = core(now, "line\r\n".repeat(50).as_bytes());
        assert_eq!(core.emulator_mut().history_tail(100).len(), 45);
        core.emulator_mut().keep_lines(10);
        assert_eq!(core.emulator_mut().history_tail(100).len(), 10);
    }

    #[test]
    fn what_a_child_was_started_with_is_all_that_needs_a_restart() {
        let spec = PaneSpec::new(
            "p".to_owned(),
            vec!["sh".to_owned()],
            "/".into(),
            BTreeMap::new(),
        );
        let check = |change: fn(&mut PaneSpec), needed: bool| {
            let mut new = spec.clone();
            change(&mut new);
            assert_ne!(new, spec);
            assert_eq!(Launch::of(&new) != Launch::of(&spec), needed, "{new:?}");
        };
        check(|spec| spec.command.push("-i".to_owned()), true);
        check(|spec| spec.cwd = "/srv".into(), true);
        check(|spec| spec.term = Some("vt100".to_owned()), true);
        check(|spec| spec.askpass = Some("pw".to_owned()), true);
        check(
            |spec| drop(spec.environment.insert("A".to_owned(), "1".to_owned())),
            true,
        );
        check(|spec| spec.armed = false, false);
        check(|spec| spec.restart = RestartPolicy::Always, false);
        check(|spec| spec.stop.clear(), false);
        check(|spec| spec.linger = Duration::ZERO, false);
        check(|spec| spec.scrollback = 1, false);
        check(|spec| spec.size = Some(Size { rows: 5, cols: 9 }), false);
        check(|spec| spec.idle = Some("x".to_owned()), false);
        check(
            |spec| drop(spec.vars.insert("a".to_owned(), "1".to_owned())),
            false,
        );
    }
}
