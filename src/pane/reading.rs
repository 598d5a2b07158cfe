//! How a pane's task reads: turn by turn, beside a flood, and at the end.
//!
//! Owns the order of what is read, taken in, shown and recorded. No turn is long, whatever the output
//! is: between two parts everybody else has theirs, and a person's request is heard.

use std::time::{Duration, Instant};

use super::task::Task;
use crate::pty::Read;

/// How long a pane works on its output before it looks at anything else.
const TURN: Duration = Duration::from_millis(2);

impl Task {
    /// Reads what there is, up to a bound, and takes it in.
    pub(super) async fn read_turn(&mut self) {
        let Some(pty) = &self.pty else {
            return;
        };
        let state = self.inflow.read(Instant::now(), pty);
        self.backlog.put(self.inflow.take());
        let child = self.started_at;
        self.work_through().await;
        self.inflow.give_back(self.backlog.take_memory());
        if self.started_at != child {
            return;
        }
        if state == Read::End {
            return self.pty_ended();
        }
        if self.inflow.is_flood() {
            self.begin_flood();
        }
        if let Read::Bytes(_) = state {
            // There may be more, but others have waited long enough.
            tokio::task::yield_now().await;
        }
    }

    /// Takes in what has been read, however long it takes.
    pub(super) fn digest(&mut self) {
        self.backlog.put(self.inflow.take());
        while !self.backlog.is_empty() {
            self.work();
        }
        self.inflow.give_back(self.backlog.take_memory());
    }

    /// Takes in what is at hand; what takes long is done in turns with everything else.
    async fn work_through(&mut self) {
        self.work();
        while !self.backlog.is_empty() {
            tokio::task::yield_now().await;
            self.settle().await;
            while let Ok(request) = self.requests.try_recv() {
                self.take(request);
            }
            self.work();
        }
    }

    /// Takes in what is at hand for as long as a turn may last.
    fn work(&mut self) {
        let begun = Instant::now();
        let mut backlog = std::mem::take(&mut self.backlog);
        while !backlog.is_empty() && begun.elapsed() < TURN {
            let taken = self.take_in(backlog.rest());
            backlog.took(taken);
        }
        self.backlog = backlog;
    }

    /// Takes in output until that has cost enough, and returns how much that was. Where one synchronized
    /// frame ends and the next begins in it, the whole one is shown in between to who waits for it.
    fn take_in(&mut self, bytes: &[u8]) -> usize {
        self.note_happened();
        let moment = self.moment();
        let frame = self
            .viewers
            .waits_for_frame(moment.now)
            .then(|| end_of_frame(bytes))
            .flatten();
        let taken = self
            .core
            .output_some(moment, &bytes[..frame.unwrap_or(bytes.len())]);
        let unfinished = self.core.emulator().unfinished_frame();
        self.viewers.hold(moment.now, unfinished);
        if frame == Some(taken) {
            self.serve_updates(moment.now);
        }
        self.files.output(moment.now, &bytes[..taken]);
        // What rules decided on it stands behind it.
        self.note_happened();
        taken
    }

    /// Has a flood be read beside this task.
    fn begin_flood(&mut self) {
        self.inflow.end();
        if let Some(pty) = &mut self.pty {
            match pty.drain() {
                Ok(drain) => self.drain = Some(drain),
                Err(error) => tracing::warn!(%error, "a flood is read slowly"),
            }
        }
    }

    /// Takes in a part of a flood, or its end.
    pub(super) async fn flood_turn(&mut self, batch: Option<Vec<u8>>) {
        let Some(batch) = batch else {
            self.drain = None;
            if let Some(pty) = &mut self.pty
                && let Err(error) = pty.resume()
            {
                tracing::warn!(%error, "a pty cannot be watched any more");
                self.pty_ended();
            }
            return;
        };
        self.backlog.put(batch);
        self.work_through().await;
        let batch = self.backlog.take_memory();
        if let Some(drain) = &self.drain {
            drain.give_back(batch);
        }
        // The rest of it waits until the others have had their turn.
        tokio::task::yield_now().await;
    }

    /// Takes in what has been read of a flood, and has no more of it be read beside this task.
    pub(super) async fn end_flood(&mut self) {
        while let Some(drain) = &mut self.drain {
            drain.stop();
            let batch = drain.next().await;
            self.flood_turn(batch).await;
        }
    }
}

/// Returns where a synchronized frame ends in output that goes on after it.
fn end_of_frame(bytes: &[u8]) -> Option<usize> {
    const END: &[u8] = b"\x1b[?2026l";
    let end = memchr::memmem::find(bytes, END)? + END.len();
    (end < bytes.len()).then_some(end)
}
