//! What a pane's task does when somebody wants something of it: each request, answered.

use std::time::Instant;

use super::{
    event::PaneEvent, mask::masked_history, reading_back, reply::ReplyTo, request::PaneRequest,
    searching, task::Task, viewers::ClientId,
};
use crate::{
    geometry::Size,
    keys::Input,
    protocol::{ExpectRequest, Failure, FailureKind, PaneState, Reply, SendWhat},
};

impl Task {
    pub(super) fn take(&mut self, request: PaneRequest) {
        match request {
            PaneRequest::Update {
                client,
                since,
                reply,
            } => {
                if let Some(replaced) = self.viewers.ask(client, since, reply) {
                    replaced.reply(Reply::Done);
                }
            }
            PaneRequest::History {
                top,
                by,
                rows,
                pattern,
                reply,
            } => {
                let redactor = self.outside.secrets.redactor();
                let place = (top, by, rows);
                let emulator = self.core.emulator_mut();
                reply.reply(match pattern {
                    Some(pattern) => searching::marked_history(redactor, emulator, place, &pattern),
                    None => Reply::History(masked_history(redactor, emulator, place)),
                });
            }
            PaneRequest::Search { search, reply } => {
                let redactor = self.outside.secrets.redactor();
                reply.reply(searching::find(redactor, self.core.emulator_mut(), &search));
            }
            PaneRequest::Prompt { jump, reply } => {
                let redactor = self.outside.secrets.redactor();
                let emulator = self.core.emulator_mut();
                reply.reply(reading_back::find_prompt(redactor, emulator, jump));
            }
            PaneRequest::Text { from, to, reply } => {
                let redactor = self.outside.secrets.redactor();
                let emulator = self.core.emulator_mut();
                let text = reading_back::text(redactor, emulator, from, to);
                reply.reply(Reply::Text(text));
            }
            PaneRequest::Input {
                client,
                input,
                reply,
            } => {
                // A window that loses the focus is nobody's typing: the size stays as it is.
                let typed = input.iter().any(|event| !matches!(event, Input::Focus(_)));
                let result = self.running().and_then(|()| {
                    if typed && let Some(size) = self.viewers.typed(client) {
                        self.resize(size);
                    }
                    let moment = self.moment();
                    self.core.input(moment, &input)
                });
                self.flush_outbox();
                reply.done(result);
            }
            PaneRequest::Interact { client, on, reply } => {
                let interacting = self.viewers.interact(client, on);
                self.core.interact(Instant::now(), interacting);
                reply.reply(Reply::Done);
            }
            PaneRequest::Resize {
                client,
                size,
                reply,
            } => {
                if let Some(size) = self.viewers.tile(client, size.clamped()) {
                    self.resize(size);
                }
                reply.reply(Reply::Done);
            }
            PaneRequest::Send {
                client,
                what,
                reply,
            } => {
                if let SendWhat::Secret(name) = &what {
                    return self.send_secret(client, name, reply);
                }
                let result = self.running().and_then(|()| self.send(client, &what));
                reply.done(result);
            }
            PaneRequest::Expect { request, reply } => self.expect(&request, reply),
            PaneRequest::Info { reply } => {
                // Who asks is told what is so now, not what the last look has found.
                if self.state() != PaneState::Ended {
                    let at = self.look_at_tty();
                    self.judge_attention(at);
                }
                reply.reply(Reply::Panes(vec![self.info()]));
            }
            PaneRequest::Screen { history, reply } => reply.reply(self.screen(history)),
            PaneRequest::Start { reply } => self.restart(reply),
            PaneRequest::Stop { kill, reply } => {
                self.restart_at = None;
                for superseded in self.restart_wanted.drain(..) {
                    superseded.fail(
                        FailureKind::Failed,
                        "the restart was given up: the pane was stopped meanwhile",
                    );
                }
                if self.pty.is_some() || self.child.is_some() {
                    self.end_awaited.push(reply);
                    self.begin_stop(kill);
                } else {
                    reply.reply(Reply::Done);
                }
            }
            PaneRequest::Answer {
                client,
                ask,
                answer,
                reply,
            } => {
                let result = self
                    .running()
                    .and_then(|()| self.answer(client, ask, &answer));
                self.late_replies.push((reply, result));
            }
            PaneRequest::Rules { reply } => reply.reply(Reply::Rules(self.rules())),
            PaneRequest::Why { reply } => {
                let why = self.why();
                reply.reply(Reply::Why(why));
            }
            PaneRequest::Inspect { since, reply } => {
                let inspection = self.inspect(since);
                reply.reply(Reply::Inspection(Box::new(inspection)));
            }
            PaneRequest::PromptAt { offset, reply } => {
                let prompt = self.core.prompt_at(offset);
                reply.reply(Reply::Prompt(prompt));
            }
            PaneRequest::Rename { name, reply } => {
                self.core.rename(&name);
                self.spec.name = name;
                reply.reply(Reply::Done);
            }
            PaneRequest::Arm { on, reason, reply } => {
                self.core.arm(Instant::now(), on, reason);
                reply.reply(Reply::Done);
            }
            PaneRequest::Renew { renewal, reply } => {
                self.renew(*renewal);
                self.late_replies.push((reply, Ok(())));
            }
            PaneRequest::Record { on, reply } => {
                let recorded = self.record(on);
                reply.reply(recorded.map_or_else(Reply::Failed, Reply::Recording));
            }
            PaneRequest::AutoAnswer(mode) => self.core.set_auto_answer(Instant::now(), mode),
            PaneRequest::Askpass {
                token,
                prompt,
                peer,
                reply,
            } => self.asked(&token, &prompt, peer, reply),
            PaneRequest::Gone { client } => {
                self.viewers.gone(client);
                self.core
                    .interact(Instant::now(), self.viewers.interacting());
            }
        }
    }

    /// Starts the child, after ending the one that runs.
    pub(super) fn restart(&mut self, reply: ReplyTo) {
        if self.pty.is_some() || self.child.is_some() {
            self.restart_wanted.push(reply);
            self.begin_stop(false);
        } else {
            self.start();
            self.start_awaited.push(reply);
        }
    }

    pub(super) fn running(&self) -> Result<(), Failure> {
        if self.pty.is_some() && self.exit.is_none() {
            return Ok(());
        }
        Err(Failure {
            kind: FailureKind::Ended,
            message: format!(
                "pane '{}' is not running; start it with 'muxpect restart {}'",
                self.spec.name, self.spec.name
            ),
        })
    }

    fn send(&mut self, client: ClientId, what: &SendWhat) -> Result<(), Failure> {
        let moment = self.moment();
        let text = self.core.send(moment, what).map_err(|failure| Failure {
            message: format!("pane '{}': {}", self.spec.name, failure.message),
            ..failure
        })?;
        self.typed_by(client, text);
        Ok(())
    }

    /// Sends on what a client had typed, and tells of it.
    pub(super) fn typed_by(&mut self, client: ClientId, text: String) {
        self.flush_outbox();
        self.viewers_echo(client);
        self.report_later(PaneEvent::Answered {
            rule: None,
            client: Some(client.0),
            text,
        });
    }

    /// Input by `send` is echoed without delay as typed input is, if that client looks at all.
    fn viewers_echo(&mut self, client: ClientId) {
        if let Some(size) = self.viewers.typed(client) {
            self.resize(size);
        }
    }

    fn expect(&mut self, request: &ExpectRequest, reply: ReplyTo) {
        if self.expecting.as_ref().is_some_and(ReplyTo::is_abandoned) {
            self.core.forget_expect();
            self.expecting = None;
        }
        if self.core.is_expecting() {
            return reply.fail(
                FailureKind::Failed,
                format!(
                    "another 'expect' already waits on pane '{}'; wait for it or end it",
                    self.spec.name
                ),
            );
        }
        if request.send.is_some()
            && let Err(failure) = self.running()
        {
            return reply.reply(Reply::Failed(failure));
        }
        let moment = self.moment();
        match self.core.expect(moment, request) {
            Ok(()) => {
                self.expecting = Some(reply);
                if self.pty.is_none() {
                    self.core.end_expect();
                }
            }
            Err(failure) => reply.reply(Reply::Failed(failure)),
        }
        self.flush_outbox();
    }

    fn resize(&mut self, size: Size) {
        if self.spec.size.is_none() {
            self.take_size(size);
        }
    }

    pub(super) fn take_size(&mut self, size: Size) {
        if size == self.core.emulator().size() {
            return;
        }
        let now = Instant::now();
        self.core.resize(size);
        self.core.trace.tell(now, format!("resized to {size}"));
        self.activity.resized(now);
        self.files.resized(now, size);
        if let Some(pty) = &self.pty {
            // A pty whose slave has gone cannot be resized, and need not be.
            let _ = pty.resize(size);
        }
    }
}
