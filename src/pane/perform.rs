//! What rules decided, carried out by the core: answers into the outbox, everything else as
//! effects. Owns secrets on their way to the pty, and what people say to asks.

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::{
    core::{Core, Moment},
    effect::Effect,
    event::PaneEvent,
    exit::signal_name,
    outbox::OUTBOX,
    typing::{HIDDEN, concealed, is_blind, key_names},
};
use crate::{
    expect::{self, Action, AskGone, AskId, Decision, SecretId, Withheld},
    keys,
    protocol::{AskAnswer, Failure, FailureKind, Happened},
    terminal::Prompt,
};

/// Why a secret is not typed behind other input.
const UNREAD: &str = "the program does not read what was typed before";

/// A prompt that a secret is meant for: another one as soon as anything is typed, even if it looks
/// the same.
#[derive(Debug, PartialEq, Eq)]
pub struct Aim {
    prompt: Prompt,
    turn: u64,
}

impl Core {
    /// Carries out what rules decided, in order.
    pub(super) fn perform(&mut self, moment: Moment, decisions: Vec<Decision>) {
        for decision in decisions {
            let rule = format!("{}/{}", decision.ruleset, decision.rule);
            let reason = decision.reason.to_string();
            let what = Happened::Decision {
                rule: rule.clone(),
                outcome: decision.outcome.to_string(),
                reason: reason.clone(),
                prompt: decision.prompt.clone(),
            };
            self.trace.note(moment.now, what);
            self.event(PaneEvent::Decision {
                rule: rule.clone(),
                outcome: decision.outcome.to_string(),
                reason: reason.clone(),
                prompt: decision.prompt,
            });
            for action in decision.actions {
                self.act(moment, &rule, &reason, action);
            }
        }
    }

    fn act(&mut self, moment: Moment, rule: &str, reason: &str, action: Action) {
        let sent = match action {
            Action::Send(text) => self.answer_with(moment, rule, text.clone().into_bytes(), &text),
            Action::Keys(keys) => {
                let modes = self.emulator.input_modes();
                let mut bytes = Vec::new();
                for key in &keys {
                    keys::encode_key(*key, &modes, &mut bytes);
                }
                self.answer_with(moment, rule, bytes, &key_names(&keys))
            }
            Action::Eof => {
                let bytes = self.end_of_file(moment);
                self.answer_with(moment, rule, bytes, "EOF")
            }
            Action::Signal(number) => {
                self.effects.push(Effect::Signal(number));
                self.watch.sent(moment.now);
                let name = signal_name(number);
                self.trace
                    .tell(moment.now, format!("{name} was sent by {rule}"));
                Ok(name)
            }
            Action::Secret { id, name } => {
                let rule = rule.to_owned();
                return self.effects.push(Effect::Fetch { id, name, rule });
            }
            // What the engine asks is told with all its asks.
            Action::Ask(_) => return,
            Action::Notify(text) => return self.event(PaneEvent::Notified { text }),
            Action::Log(text) => return self.effects.push(Effect::Log(text)),
            Action::Focus => return self.effects.push(Effect::Focus),
            Action::Arm(pane) => {
                let rule = rule.to_owned();
                return self.effects.push(Effect::Arm { pane, rule });
            }
            Action::Disarm => {
                let reason = reason.to_owned();
                return self.event(PaneEvent::Disarmed { reason });
            }
            Action::Restart => return self.effects.push(Effect::Restart),
            Action::Terminate => return self.effects.push(Effect::Terminate),
            Action::Run(command) => {
                let rule = rule.to_owned();
                return self.effects.push(Effect::Run { command, rule });
            }
        };
        if let Err(failure) = &sent {
            let what = Happened::Decision {
                rule: rule.to_owned(),
                outcome: "refused".to_owned(),
                reason: failure.message.clone(),
                prompt: String::new(),
            };
            self.trace.note(moment.now, what);
        }
        self.event(match sent {
            Ok(text) => answered(rule, text),
            Err(failure) => PaneEvent::Decision {
                rule: rule.to_owned(),
                outcome: "refused".to_owned(),
                reason: failure.message,
                prompt: String::new(),
            },
        });
    }

    /// Returns whether what a person types as an answer to an ask is nobody else's to read.
    pub fn conceals(&self, moment: Moment, ask: AskId) -> bool {
        is_blind(moment) || self.engine.wants_secret(ask)
    }

    /// Takes what a person says to an ask; returns the text of it for the events, if anything was
    /// typed.
    pub fn answer(
        &mut self,
        moment: Moment,
        ask: AskId,
        answer: &AskAnswer,
    ) -> Result<Option<String>, Failure> {
        let seen = self.seen(moment);
        match answer {
            AskAnswer::Text(text) => {
                let end = self.engine.answerable(ask, &seen.look()).map_err(gone)?;
                let end = end.to_owned();
                let conceals = self.conceals(moment, ask);
                let text = text.expose().expose_secret().replace('\n', "\r");
                let bytes = Zeroizing::new((text.clone() + &end).into_bytes());
                self.write_as(moment, &bytes, OUTBOX, conceals)?;
                let hidden = conceals || !moment.echo();
                let kept = if hidden { HIDDEN } else { &bytes };
                self.trace.input(moment.now, "answer", kept);
                Ok(Some(if conceals { "***".to_owned() } else { text }))
            }
            AskAnswer::Suggestion => {
                let decisions = self.engine.accept(moment.now, ask, &seen.look());
                self.perform(moment, decisions.map_err(gone)?);
                Ok(None)
            }
            AskAnswer::Dismiss => {
                self.engine.dismiss(ask).map_err(gone)?;
                Ok(None)
            }
        }
    }

    /// Looks a last time whether a fetched secret may be written now, and returns the bytes to
    /// write at once: they do not wait in the outbox. [`Core::released`] says that they were
    /// written.
    pub fn release(
        &mut self,
        moment: Moment,
        id: SecretId,
        secret: &SecretString,
    ) -> Option<Zeroizing<Vec<u8>>> {
        if !self.outbox.waiting().is_empty() {
            self.withhold(moment, id, Withheld::Failed(UNREAD.to_owned()));
            return None;
        }
        let seen = self.seen(moment);
        match self.engine.release(moment.now, id, &seen.look()) {
            Ok(end) => {
                let mut bytes = Zeroizing::new(Vec::new());
                bytes.extend_from_slice(secret.expose_secret().as_bytes());
                bytes.extend_from_slice(end.as_bytes());
                Some(bytes)
            }
            Err(decisions) => {
                self.perform(moment, decisions);
                None
            }
        }
    }

    /// Returns the prompt at which a secret may be typed for a person now, past the outbox, or why
    /// there is none.
    pub fn may_send_secret(&mut self, moment: Moment) -> Result<Aim, String> {
        if !self.outbox.waiting().is_empty() {
            return Err(UNREAD.to_owned());
        }
        let seen = self.glance(moment);
        let look = seen.look();
        expect::gate(look.echo, look.canonical, look.holder, &[])
            .map_err(|reason| reason.to_string())?;
        Ok(Aim {
            prompt: self.emulator.prompt(),
            turn: self.turn,
        })
    }

    /// Notes that a secret was written to the pty, past the outbox.
    pub fn released(&mut self, moment: Moment, bytes: &[u8]) {
        let seen = self.seen(moment);
        self.turn += 1;
        self.line_begun = false;
        self.watch.sent(moment.now);
        self.trace.input(moment.now, "secret", HIDDEN);
        self.engine
            .sent(moment.now, bytes, moment.echo(), &seen.look());
    }

    /// Takes the news that a secret cannot be had, or cannot be written.
    pub fn withhold(&mut self, moment: Moment, id: SecretId, why: Withheld) {
        let seen = self.seen(moment);
        let decisions = self.engine.withhold(moment.now, id, why, &seen.look());
        self.perform(moment, decisions);
    }

    fn event(&mut self, event: PaneEvent) {
        self.effects.push(Effect::Event(event));
    }

    fn answer_with(
        &mut self,
        moment: Moment,
        rule: &str,
        bytes: Vec<u8>,
        shown: &str,
    ) -> Result<String, Failure> {
        self.write(moment, &bytes, OUTBOX)?;
        let kept = if is_blind(moment) { HIDDEN } else { &bytes };
        self.trace.input(moment.now, rule, kept);
        Ok(concealed(
            moment,
            shown.trim_end_matches(['\r', '\n']).to_owned(),
        ))
    }
}

/// Returns the event of a rule's answer.
pub(super) fn answered(rule: &str, text: String) -> PaneEvent {
    PaneEvent::Answered {
        rule: Some(rule.to_owned()),
        client: None,
        text,
    }
}

pub(super) fn refused(message: String) -> Failure {
    Failure {
        kind: FailureKind::Failed,
        message,
    }
}

pub(super) fn gone(why: AskGone) -> Failure {
    refused(format!("{why}; 'muxpect asks' lists those that wait"))
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::{
        geometry::Size,
        pane::core::CoreOptions,
        protocol::SendWhat,
        pty::{Holder, Program, Reader, TtyState},
    };

    #[test]
    fn a_secret_is_not_sent_ahead_of_what_waits() {
        let now = Instant::now();
        let options = CoreOptions::bare(Size::DEFAULT);
        let mut core = Core::new(options, now);
        let program = Program {
            pid: 7,
            name: "ssh".to_owned(),
            genuine: true,
        };
        let holder = Holder {
            group: 7,
            leader: None,
            stopped: false,
            reader: Reader::Reads {
                program: program.clone(),
                call: "read",
            },
            readers: vec![program],
        };
        let tty = TtyState {
            echo: false,
            canonical: true,
            end_of_file: None,
        };
        let moment = Moment {
            now,
            tty: Some(tty),
            holder: Some(&holder),
        };
        core.output(moment, b"Password: ");
        let aim = core.may_send_secret(moment).unwrap();
        assert_eq!(core.may_send_secret(moment).as_ref(), Ok(&aim));
        core.send(moment, &SendWhat::Text("x".to_owned())).unwrap();
        assert_eq!(core.may_send_secret(moment), Err(UNREAD.to_owned()));
        core.written(1);
        // What was typed may have been its answer.
        assert_ne!(core.may_send_secret(moment).unwrap(), aim);
    }
}
