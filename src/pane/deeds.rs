//! What a pane's task does for its rules, besides typing: secrets are fetched, commands run, asks
//! watched for their time; and what people say to asks.
//!
//! Whatever waits (a command that prints a secret) runs beside the task and comes back as an
//! [`Errand`].

use std::{
    collections::{BTreeMap, VecDeque},
    time::{Duration, Instant},
};

use secrecy::{ExposeSecret, SecretString};
use tokio::task::JoinSet;
use zeroize::Zeroizing;

use super::{
    asked::Questions,
    child::child_environment,
    event::PaneEvent,
    mask::mask_own_ask,
    perform::{Aim, answered, gone, refused},
    reply::ReplyTo,
    report::why_info,
    request::Report,
    secrets::fetch,
    task::Task,
    viewers::ClientId,
};
use crate::{
    expect::{Ask, AskId, SecretId, Trigger, Withheld},
    protocol::{AskAnswer, Failure, FailureKind, Reply, RuleInfo, WhyInfo},
};

/// Between the two looks at the tty before a person's `send --secret` is written.
const SECOND_LOOK: Duration = Duration::from_millis(20);

/// Errands under way, and when asks were first seen.
#[derive(Debug, Default)]
pub(super) struct Deeds {
    errands: JoinSet<Errand>,
    asked: BTreeMap<AskId, Instant>,
    /// The asks as the session knows them.
    told: Vec<Ask>,
    /// Secrets that were fetched for a client and wait for the second look.
    looking: VecDeque<Sending>,
}

/// Something done outside the task that has come to an end.
#[derive(Debug)]
pub(super) enum Errand {
    /// A rule's secret was fetched, or why not.
    Secret {
        id: SecretId,
        rule: String,
        fetched: Result<SecretString, String>,
    },
    /// A secret that a client wants sent was fetched, or why not.
    Send {
        sender: Sender,
        fetched: Result<SecretString, String>,
    },
    /// The pane's secret was fetched for its ssh, or why not.
    Pass {
        fetched: Result<SecretString, String>,
        reply: ReplyTo,
    },
    /// The task behind an errand has failed.
    Failed,
}

/// A client that wants a secret sent, and to which prompt.
#[derive(Debug)]
pub(super) struct Sender {
    client: ClientId,
    reply: ReplyTo,
    aim: Aim,
}

/// A secret on its way into the pty for a client.
#[derive(Debug)]
struct Sending {
    sender: Sender,
    secret: SecretString,
    look_at: Instant,
}

impl Deeds {
    /// Returns whether an errand is under way.
    pub(super) fn is_busy(&self) -> bool {
        !self.errands.is_empty()
    }

    /// Waits for the next errand to end; to be called while there is one.
    pub(super) async fn next(&mut self) -> Errand {
        match self.errands.join_next().await {
            Some(Ok(errand)) => errand,
            Some(Err(_)) | None => Errand::Failed,
        }
    }

    /// Notes which asks there are now.
    fn note_asks(&mut self, now: Instant, asks: &[Ask]) {
        self.asked
            .retain(|id, _| asks.iter().any(|ask| ask.id == *id));
        for ask in asks {
            self.asked.entry(ask.id).or_insert(now);
        }
    }
}

impl Task {
    pub(super) fn take_errand(&mut self, errand: Errand) {
        match errand {
            Errand::Secret { id, rule, fetched } => self.take_secret(id, &rule, fetched),
            Errand::Send {
                sender,
                fetched: Ok(secret),
            } => self.look_before_send(sender, secret),
            Errand::Send {
                sender,
                fetched: Err(why),
            } => sender.reply.fail(
                FailureKind::Failed,
                format!("pane '{}': {why}", self.spec.name),
            ),
            Errand::Pass { fetched, reply } => match fetched {
                Ok(secret) => {
                    reply.reply(Reply::Passed(secret.into()));
                    self.report_later(answered("askpass", "***".to_owned()));
                }
                Err(why) => reply.fail(FailureKind::Failed, why),
            },
            Errand::Failed => {}
        }
    }

    /// Fetches a secret that a rule wants.
    pub(super) fn fetch_for_rule(&mut self, id: SecretId, name: &str, rule: String) {
        match self.fetching(name) {
            Ok(fetching) => {
                self.deeds.errands.spawn(async move {
                    Errand::Secret {
                        id,
                        rule,
                        fetched: fetching.await,
                    }
                });
            }
            Err(why) => {
                let moment = self.moment();
                self.core.withhold(moment, id, why);
            }
        }
    }

    /// Fetches the pane's secret for its ssh, which asks for it.
    pub(super) fn pass_secret(&mut self, name: &str, reply: ReplyTo) {
        match self.fetching(name) {
            Ok(fetching) => {
                self.deeds.errands.spawn(async move {
                    Errand::Pass {
                        fetched: fetching.await,
                        reply,
                    }
                });
            }
            Err(why) => reply.fail(FailureKind::Failed, why.to_string()),
        }
    }

    /// Returns what fetches a secret of the pane, or why a person must be asked.
    fn fetching(
        &self,
        name: &str,
    ) -> Result<impl Future<Output = Result<SecretString, String>> + Send + 'static, Withheld> {
        let spec = self.spec.fetchable(name)?.clone();
        let (name, cwd) = (name.to_owned(), self.spec.cwd.clone());
        let environment = child_environment(&self.spec, &self.outside.session);
        let known = self.outside.secrets.clone();
        Ok(async move {
            let secret = fetch(&name, &spec, &cwd, &environment).await?;
            // It is masked everywhere before anybody has it.
            known.add(&secret).map_err(|unfit| unfit.to_string())?;
            Ok(secret)
        })
    }

    fn take_secret(&mut self, id: SecretId, rule: &str, fetched: Result<SecretString, String>) {
        let at = self.look_at_tty();
        let moment = self.moment_with(&at);
        let secret = match fetched {
            Ok(secret) => secret,
            Err(why) => return self.core.withhold(moment, id, Withheld::Failed(why)),
        };
        let Some(bytes) = self.core.release(moment, id, &secret) else {
            return;
        };
        match self.write_at_once(&bytes) {
            Ok(()) => {
                self.core.released(moment, &bytes);
                self.report_later(answered(rule, "***".to_owned()));
            }
            Err(why) => self
                .core
                .withhold(moment, id, Withheld::Failed(why.to_owned())),
        }
    }

    /// Writes bytes past the outbox, which is empty.
    fn write_at_once(&self, bytes: &[u8]) -> Result<(), &'static str> {
        let Some(pty) = &self.pty else {
            return Err("the pane has ended");
        };
        match pty.write(bytes) {
            Ok(count) if count == bytes.len() => Ok(()),
            _ => Err("the tty did not take it whole"),
        }
    }

    /// Fetches a secret that a client wants sent, if there is a prompt for one.
    pub(super) fn send_secret(&mut self, client: ClientId, name: &str, reply: ReplyTo) {
        if let Err(failure) = self.running() {
            return reply.done(Err(failure));
        }
        let fetching = match self.fetching(name) {
            Ok(fetching) => fetching,
            Err(why) => {
                return reply.fail(
                    FailureKind::Usage,
                    format!("pane '{}': {why}", self.spec.name),
                );
            }
        };
        match self.may_send_secret() {
            Ok(aim) => {
                let sender = Sender { client, reply, aim };
                self.deeds.errands.spawn(async move {
                    Errand::Send {
                        sender,
                        fetched: fetching.await,
                    }
                });
            }
            Err(failure) => reply.done(Err(failure)),
        }
    }

    fn look_before_send(&mut self, sender: Sender, secret: SecretString) {
        match self.may_send_for(&sender) {
            Ok(()) => self.deeds.looking.push_back(Sending {
                sender,
                secret,
                look_at: Instant::now() + SECOND_LOOK,
            }),
            Err(failure) => sender.reply.done(Err(failure)),
        }
    }

    /// Looks whether the prompt that a client wanted a secret sent to is still there.
    fn may_send_for(&mut self, sender: &Sender) -> Result<(), Failure> {
        if self.may_send_secret()? == sender.aim {
            return Ok(());
        }
        Err(refused(format!(
            "pane '{}' shows another prompt than when the secret was to be sent, or that was answered meanwhile; look at it, then send the secret again",
            self.spec.name
        )))
    }

    /// Looks whether a secret may be typed for a client now, and at which prompt.
    fn may_send_secret(&mut self) -> Result<Aim, Failure> {
        self.running()?;
        self.flush_outbox();
        let at = self.look_at_tty();
        let moment = self.moment_with(&at);
        self.core.may_send_secret(moment).map_err(|why| {
            refused(format!(
                "pane '{}' shows no password prompt: {why}; send the secret when it does",
                self.spec.name
            ))
        })
    }

    /// Looks a second time, and types the secret.
    fn send_fetched(&mut self, sending: Sending) {
        let Sending { sender, secret, .. } = sending;
        if let Err(failure) = self.may_send_for(&sender) {
            return sender.reply.done(Err(failure));
        }
        let Sender { client, reply, .. } = sender;
        let moment = self.moment();
        let mut bytes = Zeroizing::new(secret.expose_secret().as_bytes().to_vec());
        bytes.push(b'\r');
        match self.write_at_once(&bytes) {
            Ok(()) => {
                self.core.released(moment, &bytes);
                self.typed_by(client, "***".to_owned());
                reply.reply(Reply::Done);
            }
            Err(why) => reply.done(Err(refused(format!("pane '{}': {why}", self.spec.name)))),
        }
    }

    /// Does what is due: the second look before a secret is sent, asks that have waited too long.
    pub(super) fn look_after_deeds(&mut self, now: Instant) {
        while let Some(sending) = self.deeds.looking.pop_front_if(|next| next.look_at <= now) {
            self.send_fetched(sending);
        }
        let Some(limit) = self.spec.ask_timeout else {
            return;
        };
        let overdue = self.deeds.asked.values().any(|since| *since + limit <= now);
        if overdue && self.failure.is_none() {
            self.failure = Some(format!(
                "nobody answered its ask within {limit:?}; 'muxpect events' shows the question"
            ));
            self.begin_stop(false);
        }
    }

    /// Returns when [`Task::look_after_deeds`] is due.
    pub(super) fn deeds_due(&self) -> Option<Instant> {
        let looking = self.deeds.looking.front().map(|next| next.look_at);
        let limit = self.spec.ask_timeout.filter(|_| self.failure.is_none());
        let asked = self.deeds.asked.values().min();
        let overdue = limit.zip(asked).map(|(limit, since)| *since + limit);
        looking.into_iter().chain(overdue).min()
    }

    /// Returns whether anything waits for a person.
    pub(super) fn is_asking(&self) -> bool {
        !self.core.asks().is_empty() || self.questions.asks().next().is_some()
    }

    /// Tells the session the asks, if they are others than it knows.
    pub(super) async fn tell_asks(&mut self, now: Instant) {
        let questions = self.questions.asks();
        let known = self.deeds.told.iter();
        if self.core.asks().iter().chain(questions).eq(known) {
            return;
        }
        let mut asks: Vec<Ask> = self
            .core
            .asks()
            .iter()
            .chain(self.questions.asks())
            .cloned()
            .collect();
        self.deeds.note_asks(now, &asks);
        self.deeds.told.clone_from(&asks);
        let redactor = self.outside.secrets.redactor();
        asks.iter_mut().for_each(|ask| mask_own_ask(redactor, ask));
        self.report(Report::Asks(asks)).await;
    }

    /// Takes what a person says to an ask.
    pub(super) fn answer(
        &mut self,
        client: ClientId,
        ask: AskId,
        answer: &AskAnswer,
    ) -> Result<(), Failure> {
        if Questions::is_one(ask) {
            if let AskAnswer::Text(text) = answer {
                // What ssh is told this way is mostly a password.
                let _ = self.outside.secrets.add(text.expose());
            }
            return self.questions.answer(ask, answer.clone()).map_err(gone);
        }
        let at = self.look_at_tty();
        let moment = self.moment_with(&at);
        if let AskAnswer::Text(text) = answer
            && self.core.conceals(moment, ask)
        {
            // What is typed blindly is a secret. One that cannot be masked is typed all the same.
            let _ = self.outside.secrets.add(text.expose());
        }
        match self.core.answer(moment, ask, answer)? {
            Some(text) => self.typed_by(client, text),
            None => self.flush_outbox(),
        }
        Ok(())
    }

    /// Returns its rules with their standing.
    pub(super) fn rules(&self) -> Vec<RuleInfo> {
        let pane = &self.spec.name;
        let standing = self.core.standing().into_iter();
        standing
            .map(|rule| {
                let (patterns, event) = match &rule.spec.trigger {
                    Trigger::Match(patterns) => (patterns.clone(), None),
                    Trigger::Exit(_) => (Vec::new(), Some("exit")),
                    Trigger::Eof => (Vec::new(), Some("eof")),
                    Trigger::Idle(_) => (Vec::new(), Some("idle")),
                    Trigger::Timeout(_) => (Vec::new(), Some("timeout")),
                    Trigger::Bell => (Vec::new(), Some("bell")),
                    Trigger::Start => (Vec::new(), Some("start")),
                };
                RuleInfo {
                    pane: pane.clone(),
                    ruleset: rule.spec.ruleset.clone(),
                    rule: rule.spec.name.clone(),
                    patterns,
                    event: event.map(str::to_owned),
                    view: rule.spec.view,
                    state: Some(rule.state.to_owned()).filter(|state| !state.is_empty()),
                    active: rule.active,
                    fired: rule.fired,
                    spent: rule.spent,
                    last: rule.last.map(why_info),
                }
            })
            .collect()
    }

    /// Returns why its rules act or do not now.
    pub(super) fn why(&mut self) -> Vec<WhyInfo> {
        let at = self.look_at_tty();
        let moment = self.moment_with(&at);
        self.core.why(moment).into_iter().map(why_info).collect()
    }

    /// Runs a command for a rule, not through a shell.
    pub(super) fn run_command(&mut self, command: Vec<String>, rule: &str) {
        let started = self.start_beside(&command);
        self.report_later(PaneEvent::Ran {
            rule: rule.to_owned(),
            error: started.err().map(|error| error.to_string()),
            command,
        });
    }
}
