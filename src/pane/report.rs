//! What a pane's task tells: its row in the list when that changes, its row of `ps`, its screen.

use std::{path::Path, time::Instant};

use jiff::Timestamp;

use super::{
    activity::Output,
    event::PaneEvent,
    mask::masked_tail,
    request::Report,
    task::{AtTty, CALM, Task},
};
use crate::{
    expect::{Exit, Explanation},
    protocol::{Attention, ExitInfo, PaneInfo, PaneState, PaneSummary, Reply, ScreenInfo, WhyInfo},
};

impl Task {
    pub(super) fn judge_attention(&mut self, at: AtTty) {
        let before = self.attention();
        let moment = self.moment();
        self.core.judge_attention(moment, at.holder, at.drained);
        let after = self.attention();
        if before != after {
            self.report_later(PaneEvent::Attention {
                from: before,
                to: after,
                evidence: self.evidence().to_owned(),
            });
        }
    }

    pub(super) fn state(&self) -> PaneState {
        if self.restart_at.is_some() || (self.started.is_none() && self.spec.autostart) {
            PaneState::Starting
        } else if self.started.is_none() {
            // It waits for nothing but a command, as one that has ended.
            PaneState::Ended
        } else if self.ended.is_some() && self.files.lines_taken() {
            PaneState::Ended
        } else if self.stop.is_some() {
            PaneState::Stopping
        } else {
            PaneState::Running
        }
    }

    pub(super) fn attention(&self) -> Attention {
        let failure = self.failure.as_ref().filter(|_| self.exit.is_some());
        match (&self.exit, self.error.as_ref().or(failure)) {
            (Some(Exit::Code(0)), None) => Attention::Done,
            (None, None) if self.started.is_none() => Attention::Quiet,
            (None, None) if self.is_asking() => Attention::Asking,
            (None, None) => self.core.attention().0,
            _ => Attention::Failed,
        }
    }

    pub(super) fn evidence(&self) -> &str {
        match (&self.exit, &self.error) {
            (None, None) if self.started.is_none() => "not started",
            (None, None) if self.is_asking() => "a rule asks",
            (None, None) => self.core.attention().1,
            (None, Some(_)) => "the program could not start",
            (Some(_), _) => "the program has ended",
        }
    }

    pub(super) fn summary(&self) -> PaneSummary {
        PaneSummary {
            id: self.id,
            name: self.spec.name.clone(),
            state: self.state(),
            attention: self.attention(),
            since: self.since.1,
            exit: self.exit.as_ref().map(exit_info),
            error: self.error.clone().or_else(|| self.failure.clone()),
            command: self.command().to_vec(),
            title: self.core.emulator().title().to_owned(),
            foreground: self.core.foreground().map(str::to_owned),
            armed: self.core.armed(),
            disarmed: self.core.disarmed_by(),
            fired: self.core.fired(),
            bells: self.core.bells(),
            printed: self.activity.printed(),
            size: self.core.emulator().size(),
            recording: self.files.are_recording(),
            unwritten: self.files.error().is_some(),
            stale: self.is_stale(),
            started: self.started,
            ended: self.ended,
        }
    }

    /// Returns whether what the list shows has changed: not at all, in what matters at once, or
    /// only in what a flood can change.
    fn changed(&self) -> Changed {
        let Some(old) = &self.published else {
            return Changed::AtOnce;
        };
        if old.state != self.state()
            || old.attention != self.attention()
            || old.started != self.started
            || old.ended != self.ended
            || old.exit.is_some() != self.exit.is_some()
            || old.size != self.core.emulator().size()
            || old.armed != self.core.armed()
            || old.recording != self.files.are_recording()
            || old.unwritten != self.files.error().is_some()
            || old.stale != self.is_stale()
        {
            Changed::AtOnce
        } else if old.title != self.core.emulator().title()
            || old.bells != self.core.bells()
            || old.fired != self.core.fired()
            || old.foreground.as_deref() != self.core.foreground()
        {
            Changed::Soon
        } else {
            Changed::No
        }
    }

    pub(super) fn publish_due(&self) -> Option<Instant> {
        match self.changed() {
            Changed::Soon => self.published_at.map(|at| at + CALM),
            Changed::No => self.activity.due(&self.output()),
            Changed::AtOnce => None,
        }
    }

    /// Returns how far the output has come.
    fn output(&self) -> Output {
        let now = Instant::now();
        Output {
            offset: self.core.offset(),
            last: now.checked_sub(self.core.stillness(now)).unwrap_or(now),
        }
    }

    pub(super) async fn publish(&mut self, now: Instant) {
        let interacted = self.viewers.interacting();
        if self.told_interacted != interacted {
            self.told_interacted = interacted;
            self.report(Report::Interacted(interacted)).await;
        }
        let output = self.output();
        let changed = self.changed();
        let due = match changed {
            Changed::No => self.activity.due(&output).is_some_and(|at| at <= now),
            Changed::AtOnce => true,
            Changed::Soon => self.published_at.is_none_or(|at| at + CALM <= now),
        };
        if !due {
            return;
        }
        let printed = self.activity.tell(now, Timestamp::now(), &output);
        if changed == Changed::No && !printed {
            return;
        }
        if self.since.0 != self.attention() {
            self.since = (self.attention(), Timestamp::now());
        }
        let summary = self.summary();
        self.published = Some(summary.clone());
        self.published_at = Some(now);
        self.report(Report::Summary(summary)).await;
    }

    pub(super) fn info(&mut self) -> PaneInfo {
        let prompt = self.core.emulator_mut().prompt().text;
        let moment = self.moment();
        let size = self.core.emulator().size();
        let files = self.files.paths().map(|path| path.map(Path::to_owned));
        let [log, recording] = files;
        PaneInfo {
            id: self.id,
            name: self.spec.name.clone(),
            state: self.state(),
            attention: self.attention(),
            evidence: self.evidence().to_owned(),
            pid: self.leader.filter(|_| self.child.is_some()),
            exit: self.exit.as_ref().map(exit_info),
            error: [&self.error, &self.failure]
                .into_iter()
                .find_map(Clone::clone)
                .or_else(|| self.files.error()),
            command: self.command().to_vec(),
            title: self.core.emulator().title().to_owned(),
            rows: size.rows,
            cols: size.cols,
            prompt,
            foreground: self.core.foreground().map(str::to_owned),
            directory: self.core.emulator().directory().map(str::to_owned),
            echo: moment.tty.map(|tty| tty.echo),
            canonical: moment.tty.map(|tty| tty.canonical),
            armed: self.core.armed(),
            disarmed: self.core.disarmed_by(),
            fired: self.core.fired(),
            offset: self.core.offset(),
            started: self.started,
            quiet_ms: u64::try_from(self.core.stillness(moment.now).as_millis())
                .unwrap_or(u64::MAX),
            stale: self.is_stale(),
            log,
            recording,
        }
    }

    pub(super) fn screen(&mut self, history: usize) -> Reply {
        let redactor = self.outside.secrets.redactor();
        let rows = masked_tail(redactor, self.core.emulator_mut(), history);
        let screen = self.core.emulator_mut().screen();
        Reply::ScreenInfo {
            info: ScreenInfo::of(screen, &rows),
            rows,
        }
    }
}

pub(super) fn why_info(explanation: Explanation) -> WhyInfo {
    WhyInfo {
        rule: explanation.rule,
        outcome: explanation.outcome.to_string(),
        reason: explanation.reason.to_string(),
        text: explanation.text,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Changed {
    No,
    AtOnce,
    Soon,
}

pub(super) fn exit_info(exit: &Exit) -> ExitInfo {
    match exit {
        Exit::Code(code) => ExitInfo::Code(*code),
        Exit::Signal(name) => ExitInfo::Signal(name.clone()),
    }
}
