//! What a pane's task puts into the recording besides output: what rules decided, what was asked,
//! answered and typed, what was seen of the tty; and the recording that a person begins or ends.
//!
//! Everything is noted behind the output that it came of and before what comes after. Order and
//! secrets are the matter of `files`.

use std::{path::PathBuf, time::Instant};

use super::{
    child::child_environment, core::Moment, effect::Effect, event::PaneEvent, files::Closing,
    mask::masked_tail, opening::open_new_recording, prepare::wrong, sight::sight, task::Task,
};
use crate::{protocol::Failure, screen::draw};

impl Task {
    /// Notes what has happened in the core since this was called last.
    pub(super) fn note_happened(&mut self) {
        if self.files.are_recording() {
            let now = Instant::now();
            for effect in self.core.effects().iter().skip(self.noted) {
                match effect {
                    Effect::Event(event) => {
                        if let Some(text) = mark(event) {
                            self.files.mark(now, &text);
                        }
                    }
                    Effect::Typed { bytes, blind } => self.files.typed(now, &bytes.0, *blind),
                    _ => {}
                }
            }
            self.note_asks(now);
        }
        self.noted = self.core.effects().len();
    }

    fn note_asks(&mut self, now: Instant) {
        let asks = || self.core.asks().iter().chain(self.questions.asks());
        self.asks_noted
            .retain(|noted| asks().any(|ask| ask.id == *noted));
        for ask in asks() {
            if !self.asks_noted.contains(&ask.id) {
                self.asks_noted.push(ask.id);
                let prompt = ask.prompt.trim_end();
                let text = format!("asked by {}: {prompt} ({})", ask.rule, ask.reason);
                self.files.mark(now, &text);
            }
        }
    }

    /// Notes what was seen of the tty; `looked` says that the programs were looked at, too.
    pub(super) fn note_sight(&mut self, moment: Moment<'_>, looked: bool) {
        if self.files.are_recording()
            && let Some(tty) = moment.tty
        {
            let sight = sight(tty, moment.holder, self.leader);
            self.files.saw(moment.now, sight, looked);
        }
    }

    /// Begins a recording, which replaces none that there is, or ends the one that goes on. Returns
    /// its file.
    pub(super) fn record(&mut self, on: bool) -> Result<Option<PathBuf>, Failure> {
        self.note_happened();
        let [_, recording] = self.files.paths();
        let path = recording.map(ToOwned::to_owned);
        if on == path.is_some() {
            return Ok(path);
        }
        if !on {
            close(self.files.stop_recording());
            self.core.tell_typed(false);
            return Ok(path);
        }
        let opened = open_new_recording(&self.spec, &self.outside.session);
        let recording = opened.map_err(|error| wrong(&self.spec, error))?;
        let path = recording.path().to_owned();
        let environment = child_environment(&self.spec, &self.outside.session);
        let redactor = self.outside.secrets.redactor();
        let rows = masked_tail(redactor, self.core.emulator_mut(), 0);
        let screen = draw(&rows, self.core.emulator_mut().screen());
        let size = self.core.emulator().size();
        let command = self.command().to_vec();
        close(self.files.record(
            recording,
            Instant::now(),
            size,
            (&command, &environment["TERM"]),
            &screen,
        ));
        self.core.tell_typed(self.files.want_input());
        // What is seen of the tty comes first in it.
        let at = self.look_at_tty();
        self.moment_with(&at);
        Ok(Some(path))
    }
}

/// Closes files. Writing out may wait for a slow disk, for which nobody else is to wait.
pub(super) fn close(files: impl IntoIterator<Item = Closing>) {
    for file in files {
        tokio::task::spawn_blocking(move || file.close());
    }
}

/// Returns what a recording says of an event, if anything.
fn mark(event: &PaneEvent) -> Option<String> {
    Some(match event {
        PaneEvent::Decision {
            rule,
            outcome,
            reason,
            ..
        } => format!("rule {rule} {outcome}: {reason}"),
        PaneEvent::Answered {
            rule: Some(rule),
            text,
            ..
        } => format!("answered by rule {rule}: {text}"),
        PaneEvent::Answered {
            client: Some(client),
            text,
            ..
        } => format!("answered by client {client}: {text}"),
        PaneEvent::Armed => "armed".to_owned(),
        PaneEvent::Disarmed { reason } => format!("disarmed: {reason}"),
        PaneEvent::Started {
            error: Some(error), ..
        } => format!("could not start: {error}"),
        _ => return None,
    })
}
