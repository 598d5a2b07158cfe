//! The task of one pane: the core joined to a pty, a child, a log and the clients' requests.
//!
//! Every source of events is visible in one `select!`. The task reads for a bounded amount before
//! it looks at anything else, so that a flood delays no request, and writes without waiting.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use nix::sys::signal::Signal;
use tokio::{process::Child, sync::mpsc};

use super::{
    activity::Activity,
    asked::Questions,
    askpass::Askpass,
    backlog::Backlog,
    core::{Core, Moment},
    deeds::{Deeds, Errand},
    effect::Effect,
    event::PaneEvent,
    files::{Files, Loss},
    inflow::Inflow,
    life::{Backoff, Stop},
    mask::{Masked, mask_event},
    renewal::Launch,
    reply::ReplyTo,
    request::{Outside, PaneHandle, PaneRequest, REQUESTS, Report},
    spec::PaneSpec,
    viewers::Viewers,
};
use crate::{
    expect::{AskId, Exit},
    protocol::{Attention, Failure, PaneId, PaneState, PaneSummary, Reply},
    pty::{self, Drain, Holder, Pty},
};

/// The shortest time between two summaries that differ only in what a flood can change, and
/// between two events of a bell or a title, or of two notices.
pub(super) const CALM: Duration = Duration::from_millis(100);

/// Lines of output that are read on while nobody takes the ones before.
const LINES_AHEAD: usize = 1024;

/// Lines that are handed over at once; less than their channel holds.
const LINES_AT_ONCE: usize = 256;

#[derive(Debug)]
pub(super) struct Task {
    pub(super) id: PaneId,
    pub(super) spec: PaneSpec,
    pub(super) outside: Outside,
    pub(super) requests: mpsc::Receiver<PaneRequest>,
    pub(super) core: Core,
    pub(super) pty: Option<Pty>,
    /// The pty after its child has closed the tty and gone on: without it the child would be hung up.
    pub(super) left: Option<Pty>,
    /// What reads the pty during a flood.
    pub(super) drain: Option<Drain>,
    pub(super) child: Option<Child>,
    /// The process id of the child, and so the id of the tty's session.
    pub(super) leader: Option<u32>,
    pub(super) exit: Option<Exit>,
    pub(super) error: Option<String>,
    /// What the present child was started with, and which files are open, where the spec says
    /// otherwise by now.
    pub(super) launched: Option<Launch>,
    /// Why the pane was made to fail while its child ran.
    pub(super) failure: Option<String>,
    pub(super) started: Option<Timestamp>,
    pub(super) started_at: Instant,
    pub(super) ended: Option<Timestamp>,
    pub(super) linger_until: Option<Instant>,
    pub(super) stop: Option<Stop>,
    pub(super) restart_at: Option<Instant>,
    /// Who waits for the new child once the present one has ended.
    pub(super) restart_wanted: Vec<ReplyTo>,
    /// Who is to be told that the new child has started, or could not.
    pub(super) start_awaited: Vec<ReplyTo>,
    /// What is to be told once the session knows of it.
    pub(super) late_replies: Vec<(ReplyTo, Result<(), Failure>)>,
    /// Who waits for the pane's end.
    pub(super) end_awaited: Vec<ReplyTo>,
    pub(super) backoff: Backoff,
    pub(super) viewers: Viewers<ReplyTo>,
    pub(super) expecting: Option<ReplyTo>,
    pub(super) files: Files,
    /// How many of the core's effects have been noted in the recording.
    pub(super) noted: usize,
    /// The asks that have been noted there.
    pub(super) asks_noted: Vec<AskId>,
    pub(super) masked: Masked,
    /// The right of the present child to the pane's secret.
    pub(super) askpass: Option<Askpass>,
    pub(super) questions: Questions,
    pub(super) published: Option<PaneSummary>,
    pub(super) published_at: Option<Instant>,
    /// Whether the session knows that a person interacts.
    pub(super) told_interacted: bool,
    pub(super) activity: Activity,
    pub(super) noisy_at: Option<Instant>,
    pub(super) noticed_at: Option<Instant>,
    /// The attention, and since when it is so.
    pub(super) since: (Attention, Timestamp),
    pub(super) inflow: Inflow,
    /// What was read and is yet to be taken in.
    pub(super) backlog: Backlog,
    /// What is done for rules, askpass and `send --secret` outside the task.
    pub(super) deeds: Deeds,
}

/// The programs at a tty, as they were just seen.
#[derive(Debug)]
pub(super) struct AtTty {
    /// Who they are.
    pub(super) holder: Option<Holder>,
    /// All output from before has been taken in.
    pub(super) drained: bool,
}

/// What the task waits for.
enum Event {
    /// A request; `None` when every handle is gone.
    Request(Option<Box<PaneRequest>>),
    ChildEnded(std::io::Result<std::process::ExitStatus>),
    Writable,
    Readable,
    /// A part of a flood; `None` at its end.
    Flood(Option<Vec<u8>>),
    PtyFailed,
    /// Something done outside the task has come to an end.
    Errand(Errand),
    LinesTaken,
    /// Nobody prints lines any more.
    LinesUnwanted,
    Time,
}

impl Task {
    /// Returns the task of a pane that has not started, and the way to it.
    pub(super) fn new(
        id: PaneId,
        spec: PaneSpec,
        outside: Outside,
        core: Core,
        files: Files,
        now: Instant,
    ) -> (Task, PaneHandle) {
        let (requests_tx, requests) = mpsc::channel(REQUESTS);
        let task = Task {
            id,
            core,
            pty: None,
            left: None,
            drain: None,
            child: None,
            leader: None,
            exit: None,
            error: None,
            launched: None,
            failure: None,
            started: None,
            started_at: now,
            ended: None,
            linger_until: None,
            stop: None,
            restart_at: None,
            restart_wanted: Vec::new(),
            start_awaited: Vec::new(),
            late_replies: Vec::new(),
            end_awaited: Vec::new(),
            backoff: Backoff::default(),
            viewers: Viewers::default(),
            expecting: None,
            files,
            noted: 0,
            asks_noted: Vec::new(),
            masked: Masked::default(),
            askpass: None,
            questions: Questions::default(),
            published: None,
            published_at: None,
            told_interacted: false,
            activity: Activity::default(),
            noisy_at: None,
            noticed_at: None,
            since: (Attention::Working, Timestamp::now()),
            inflow: Inflow::new(now),
            backlog: Backlog::default(),
            deeds: Deeds::default(),
            spec,
            outside,
            requests,
        };
        (task, PaneHandle(requests_tx))
    }

    /// Works until every handle is gone.
    pub(super) async fn run(mut self) {
        loop {
            self.settle().await;
            match self.next_event().await {
                Event::Request(Some(request)) => self.take(*request),
                Event::Request(None) => return self.abandon().await,
                Event::ChildEnded(status) => {
                    self.end_flood().await;
                    self.child_ended(status);
                }
                Event::Readable => self.read_turn().await,
                Event::Flood(batch) => self.flood_turn(batch).await,
                // The outbox is flushed, and deadlines are met, before the next event.
                Event::Writable | Event::LinesTaken | Event::Time => {}
                Event::PtyFailed => self.pty_ended(),
                Event::Errand(errand) => self.take_errand(errand),
                Event::LinesUnwanted => {
                    self.files.forget_lines();
                    self.outside.lines = None;
                }
            }
        }
    }

    async fn next_event(&mut self) -> Event {
        let deadline = self.next_deadline();
        let timer = async {
            match deadline {
                Some(at) => tokio::time::sleep_until(at.into()).await,
                None => std::future::pending().await,
            }
        };
        let Task {
            spec,
            pty,
            drain,
            child,
            core,
            files,
            outside,
            requests,
            deeds,
            questions,
            ..
        } = self;
        let mut none = Vec::new();
        let lines = files.lines().unwrap_or(&mut none);
        let (pty, to_read) = (pty.as_ref(), lines.len() < LINES_AHEAD);
        let to_write = !core.outbox().is_empty();
        let count = lines.len().min(LINES_AT_ONCE);
        tokio::select! {
            biased;
            request = requests.recv() => Event::Request(request.map(Box::new)),
            status = async { child.as_mut().expect("guarded").wait().await },
                if child.is_some() => Event::ChildEnded(status),
            result = async { pty.expect("guarded").writable().await },
                if pty.is_some() && to_write =>
            {
                result.map_or(Event::PtyFailed, |()| Event::Writable)
            }
            result = async { pty.expect("guarded").readable().await },
                if pty.is_some() && to_read && drain.is_none() =>
            {
                result.map_or(Event::PtyFailed, |()| Event::Readable)
            }
            errand = deeds.next(), if deeds.is_busy() => Event::Errand(errand),
            // A question that nobody asks any longer is no ask.
            () = questions.abandoned() => Event::Time,
            // After what is seldom: a flood has hardly ever nothing to take in.
            batch = async { drain.as_mut().expect("guarded").next().await },
                if drain.is_some() && to_read => Event::Flood(batch),
            permits = async { outside.lines.as_ref().expect("guarded").reserve_many(count).await },
                if outside.lines.is_some() && count > 0 => match permits
            {
                Ok(permits) => {
                    for (permit, line) in permits.zip(lines.drain(..count)) {
                        permit.send((spec.name.clone(), line));
                    }
                    Event::LinesTaken
                }
                Err(_) => Event::LinesUnwanted,
            },
            () = timer => Event::Time,
        }
    }

    /// Does whatever is due, until the task may sleep.
    pub(super) async fn settle(&mut self) {
        let now = Instant::now();
        if self.core_due().is_some_and(|at| at <= now) {
            self.tick(now);
        }
        self.look_after_deeds(now);
        while let Some(step) = self.stop.as_mut().and_then(|stop| stop.next_step(now)) {
            self.stop_step(step);
        }
        if self.linger_until.is_some_and(|at| at <= now) {
            self.finish();
        }
        if self.restart_at.is_some_and(|at| at <= now) {
            self.start();
        }
        if self.files.look_due().is_some_and(|at| at <= now) {
            // Not at `now`: something may have been noted since.
            for Loss { what, bytes } in self.files.look(Instant::now()) {
                self.report_later(PaneEvent::Lost { what, bytes });
            }
        }
        self.flush_outbox();
        self.files.catch_up().await;
        self.perform_effects().await;
        self.tell_asks(now).await;
        self.serve_updates(now);
        self.publish(now).await;
        // Only now: who is told acts on what the session knows.
        for (reply, result) in std::mem::take(&mut self.late_replies) {
            reply.done(result);
        }
        for reply in std::mem::take(&mut self.start_awaited) {
            self.answer_start(reply);
        }
        if self.ended.is_some() {
            for reply in self.end_awaited.drain(..) {
                reply.reply(Reply::Done);
            }
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        [
            self.core_due(),
            self.stop.as_ref().and_then(Stop::due),
            self.linger_until,
            self.restart_at,
            self.files.look_due(),
            self.viewers.next_due(self.core.emulator().generation()),
            self.publish_due(),
            self.deeds_due(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    fn core_due(&self) -> Option<Instant> {
        match self.state() {
            PaneState::Ended => self.core.rules_deadline(),
            _ => self.core.next_deadline(),
        }
    }

    /// Returns this moment, without a look at the programs.
    pub(super) fn moment(&mut self) -> Moment<'static> {
        let moment = self.glance();
        self.note_sight(moment, false);
        moment
    }

    fn glance(&self) -> Moment<'static> {
        Moment {
            now: Instant::now(),
            tty: self.pty.as_ref().and_then(|pty| pty.state().ok()),
            holder: None,
        }
    }

    /// Looks at the programs at the tty.
    pub(super) fn look_at_tty(&mut self) -> AtTty {
        let holder = self.pty.as_ref().and_then(|pty| pty.holder(self.leader));
        AtTty {
            holder,
            // Only after that: what a program writes before it reads is then known to be there.
            drained: self.backlog.is_empty()
                && self.drain.is_none()
                && !self.pty.as_ref().is_some_and(Pty::has_input),
        }
    }

    /// Returns this moment, with who was just seen at the tty. If output has come since, whoever
    /// wrote it has gone on, and nobody counts as seen.
    pub(super) fn moment_with<'t>(&mut self, at: &'t AtTty) -> Moment<'t> {
        let moment = Moment {
            holder: at.holder.as_ref().filter(|_| at.drained),
            ..self.glance()
        };
        self.note_sight(moment, true);
        moment
    }

    fn tick(&mut self, now: Instant) {
        if !self.core.needs_holder(now) {
            let moment = self.moment();
            return self.core.tick(moment);
        }
        let at = self.look_at_tty();
        let moment = self.moment_with(&at);
        self.core.tick(moment);
        if self.core.attention_due(now) && self.state() != PaneState::Ended {
            self.judge_attention(at);
        }
    }

    pub(super) fn report_later(&mut self, event: PaneEvent) {
        self.core.push_effect(Effect::Event(event));
    }

    pub(super) fn flush_outbox(&mut self) {
        while let Some(pty) = &self.pty
            && !self.core.outbox().is_empty()
        {
            match pty.write(self.core.outbox()) {
                Ok(0) => return,
                Ok(count) => self.core.written(count),
                // The slave side has gone; the read side will say so.
                Err(_) => {
                    let all = self.core.outbox().len();
                    self.core.written(all);
                }
            }
        }
    }

    async fn perform_effects(&mut self) {
        loop {
            self.note_happened();
            let effects = self.core.take_effects();
            self.noted = 0;
            if effects.is_empty() {
                return;
            }
            for effect in effects {
                match effect {
                    Effect::Signal(number) => self.signal_foreground(number),
                    Effect::Expected(info) => {
                        if let Some(reply) = self.expecting.take() {
                            reply.reply(Reply::Expect(info));
                        }
                    }
                    Effect::Fetch { id, name, rule } => self.fetch_for_rule(id, &name, rule),
                    // It is in the recording.
                    Effect::Typed { .. } => {}
                    Effect::Log(text) => self.files.note(Instant::now(), &text),
                    Effect::Focus => self.report(Report::Focus).await,
                    Effect::Arm { pane, rule } => self.report(Report::Arm { pane, rule }).await,
                    Effect::Restart => self.restart(ReplyTo::nobody()),
                    Effect::Terminate => self.begin_stop(false),
                    Effect::Run { command, rule } => self.run_command(command, &rule),
                    Effect::Event(event) => {
                        if !matches!(event, PaneEvent::Bell | PaneEvent::Title { .. })
                            || is_calm(&mut self.noisy_at)
                        {
                            self.report(Report::Event(event)).await;
                        }
                    }
                    // A bell often comes with it, which must not silence it.
                    Effect::Notice(text) => {
                        if is_calm(&mut self.noticed_at) {
                            self.report(Report::Event(PaneEvent::Notified { text }))
                                .await;
                        }
                    }
                }
            }
        }
    }

    pub(super) async fn report(&mut self, mut report: Report) {
        if let Report::Event(event) = &mut report {
            mask_event(self.outside.secrets.redactor(), event);
        }
        // The session outlives its panes; at the very end nobody listens any more.
        let _ = self.outside.reports.send((self.id, report)).await;
    }

    pub(super) fn serve_updates(&mut self, now: Instant) {
        let generation = self.core.emulator().generation();
        for (since, reply) in self.viewers.due(now, generation) {
            let redactor = self.outside.secrets.redactor();
            let emulator = self.core.emulator_mut();
            let delta = self.masked.delta(redactor, emulator, since);
            reply.reply(Reply::Screen(delta));
        }
    }

    /// The session has gone: end the child as the closing of its terminal would.
    async fn abandon(self) {
        if let Some(leader) = self.leader {
            pty::signal_session(leader, Signal::SIGHUP);
        }
        let files = self.files;
        // Writing out may wait for a slow disk.
        let _ = tokio::task::spawn_blocking(move || files.close()).await;
    }
}

/// Returns whether the last event of a kind that floods is long enough ago for another one, which is
/// then the last.
fn is_calm(last: &mut Option<Instant>) -> bool {
    let now = Instant::now();
    let calm = last.is_none_or(|at| now >= at + CALM);
    if calm {
        *last = Some(now);
    }
    calm
}
