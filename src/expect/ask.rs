//! Asks: prompts that rules hand to a person.
//!
//! Owns how long an ask lives. One that stands on a prompt ends with the prompt; one of a finished
//! line or an event, with the next send or the child's end.

use std::time::Instant;

use super::{
    Answer, Look,
    decision::{Action, Decision, Outcome, Reason, Withheld},
    engine::Engine,
    occasion::{Occasion, Place},
    pending::Stage,
    rule::Rule,
};

/// How many asks wait in one pane.
const ASK_LIMIT: usize = 16;

/// The number of an ask, unique within its pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AskId(pub u64);

/// A prompt that waits for a person. It is gone as soon as its prompt is: when anything was sent,
/// the cursor has left its line, the screen was erased, or the child has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Its number.
    pub id: AskId,
    /// The rule that asks, `RULESET/RULE`.
    pub rule: String,
    /// The end of the text it asks about, at most [`super::PROMPT_LIMIT`] bytes.
    pub prompt: String,
    /// Why a person is asked, as one phrase.
    pub reason: String,
    /// What the rule would answer, as a person reads it: a text without its newline, key names,
    /// `***` for a secret.
    pub suggestion: Option<String>,
}

/// Why an ask cannot be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AskGone {
    /// It was answered or dismissed, or its prompt has gone.
    #[error("its prompt has gone")]
    Gone,
    /// It has no suggestion to accept.
    #[error("it has no suggestion")]
    NoSuggestion,
}

/// The asks of one pane.
#[derive(Debug, Default)]
pub(super) struct Asks {
    asks: Vec<Ask>,
    /// What is known of each besides.
    details: Vec<Detail>,
    last: u64,
}

/// What is known of an ask besides what a person sees.
#[derive(Clone, Debug)]
struct Detail {
    occasion: Occasion,
    /// What was decided before it does not answer it.
    serial: u64,
    reason: Reason,
    /// What accepting it does; a secret is not among it.
    actions: Vec<Action>,
}

impl Asks {
    /// Ends the asks for which `over` holds, and returns their occasions.
    fn end(&mut self, mut over: impl FnMut(&mut Detail) -> bool) -> Vec<Occasion> {
        let mut ended = Vec::new();
        for index in (0..self.asks.len()).rev() {
            if over(&mut self.details[index]) {
                ended.push(self.remove(index).occasion);
            }
        }
        ended
    }

    fn remove(&mut self, index: usize) -> Detail {
        self.asks.remove(index);
        self.details.remove(index)
    }

    fn index(&self, id: AskId) -> Result<usize, AskGone> {
        let found = self.asks.iter().position(|ask| ask.id == id);
        found.ok_or(AskGone::Gone)
    }

    fn push(&mut self, rule: &Rule, detail: Detail, suggestion: Option<String>) -> AskId {
        if self.asks.len() == ASK_LIMIT {
            let loose = |detail: &Detail| !detail.occasion.is_shown();
            self.remove(self.details.iter().position(loose).unwrap_or(0));
        }
        self.last += 1;
        let id = AskId(self.last);
        self.asks.push(Ask {
            id,
            rule: rule.full_name(),
            prompt: detail.occasion.text.clone(),
            reason: detail.reason.to_string(),
            suggestion,
        });
        self.details.push(detail);
        id
    }

    /// Has each ask go on for the rule that `place` gives for its own.
    pub(super) fn renumber(&mut self, place: impl Fn(usize) -> Option<usize>) {
        for detail in &mut self.details {
            if let Some(rule) = place(detail.occasion.rule) {
                detail.occasion.rule = rule;
            }
        }
    }

    /// Returns whether an ask stands on this line's prompt.
    pub(super) fn is_about(&self, line: u64) -> bool {
        let about =
            |detail: &Detail| matches!(detail.occasion.place, Place::Prompt(l) if l == line);
        self.details.iter().any(about)
    }
}

impl Engine {
    /// Returns the asks that wait for a person, oldest first.
    pub fn asks(&self) -> &[Ask] {
        &self.asks.asks
    }

    /// Returns what ends an answer of a person to an ask (the rule's `newline`), if its prompt is
    /// still there. The ask is over once the answer is reported by [`Engine::sent`].
    pub fn answerable(&self, id: AskId, look: &Look) -> Result<&str, AskGone> {
        let detail = &self.asks.details[self.asks.index(id)?];
        if !self.is_there(&detail.occasion, look) {
            return Err(AskGone::Gone);
        }
        Ok(&self.rules[detail.occasion.rule].spec.newline)
    }

    /// Returns whether an ask is that of a rule that answers with a secret.
    pub fn wants_secret(&self, id: AskId) -> bool {
        let index = self.asks.index(id).ok();
        let rule = index.map(|index| self.asks.details[index].occasion.rule);
        rule.is_some_and(|rule| self.rules[rule].secret().is_some())
    }

    /// Lets the rule answer as it suggested, whatever else would hold it back; a secret goes
    /// through the gate all the same. [`Look::holder`] is looked at.
    pub fn accept(
        &mut self,
        now: Instant,
        id: AskId,
        look: &Look,
    ) -> Result<Vec<Decision>, AskGone> {
        self.answerable(id, look)?;
        let index = self.asks.index(id)?;
        if self.asks.asks[index].suggestion.is_none() {
            return Err(AskGone::NoSuggestion);
        }
        let Detail {
            mut occasion,
            actions,
            ..
        } = self.asks.remove(index);
        occasion.reason = Reason::Accepted;
        let mut decisions = Vec::new();
        let rule = &self.rules[occasion.rule];
        if rule.secret().is_some() {
            self.pend_for_person(now, occasion);
            self.settle(now, look, &mut decisions);
        } else {
            // A rule that asks has counted as it asked.
            if !rule.asks() {
                self.count(now, occasion.rule);
            }
            self.underway.clear();
            self.carry_out(now, &occasion, actions, &mut decisions);
        }
        Ok(decisions)
    }

    /// Ends an ask without an answer; its prompt is not asked about again.
    pub fn dismiss(&mut self, id: AskId) -> Result<(), AskGone> {
        self.asks.remove(self.asks.index(id)?);
        Ok(())
    }

    /// Hands an occasion to a person.
    pub(super) fn ask(
        &mut self,
        now: Instant,
        occasion: Occasion,
        reason: Reason,
        decisions: &mut Vec<Decision>,
    ) {
        let index = occasion.rule;
        self.spend(&occasion);
        let rule = &self.rules[index];
        let filling = self.filling(&occasion.captured);
        let answer = rule.answer(self.histories[index].count, filling);
        let suggestion = match &answer {
            Some(answer) => Some(suggestion(answer, &rule.spec.newline)),
            // What only a person knows cannot be suggested.
            None if matches!(reason, Reason::Withheld(Withheld::Personal(_))) => None,
            None => matches!(rule.spec.answer, Answer::Secret(_)).then(|| "***".to_owned()),
        };
        let deeds = rule.deeds(filling);
        // Who asks by himself calls the person, too; else the deeds belong to the answer.
        let (now_done, later): (Vec<Action>, Vec<Action>) = if reason == Reason::Asks {
            (deeds, Vec::new())
        } else {
            (Vec::new(), deeds)
        };
        self.serial += 1;
        let rule = &self.rules[index];
        let detail = Detail {
            serial: self.serial,
            occasion: occasion.clone(),
            reason: reason.clone(),
            actions: answer.into_iter().chain(later).collect(),
        };
        let id = self.asks.push(rule, detail, suggestion);
        if reason == Reason::Asks {
            self.count(now, index);
        }
        if now_done.contains(&Action::Disarm) {
            self.disarm(index, &reason);
        }
        let actions = std::iter::once(Action::Ask(id)).chain(now_done).collect();
        decisions.push(self.decision(&occasion, Outcome::Asked, reason, actions));
    }

    /// Ends the asks that were made before what was sent was decided. Where it went to a prompt
    /// that a rule waited for, the exchange goes on as if the rule had answered.
    pub(super) fn answer_asks(&mut self, now: Instant, serial: u64) {
        for occasion in self.asks.end(|detail| detail.serial <= serial) {
            if matches!(occasion.place, Place::Prompt(_) | Place::Screen(_)) {
                self.go(now, occasion.rule);
            }
        }
    }

    /// Ends every ask, because the child has ended.
    pub(super) fn end_asks(&mut self) {
        self.asks.end(|_| true);
    }

    /// Ends the asks that go with what is shown, because the screen was erased.
    pub(super) fn erase_asks(&mut self) {
        self.asks.end(|detail| detail.occasion.is_shown());
    }

    /// Ends the asks that were made because rules only suggested: they answer again. Their
    /// prompts count as new. What has flowed by is not found again, so its asks stay.
    pub(super) fn withdraw_suggestions(&mut self) {
        let is_found_again = |place: &Place| matches!(place, Place::Prompt(_) | Place::Screen(_));
        let withdrawn = self.asks.end(|detail| {
            detail.reason == Reason::Suggest && is_found_again(&detail.occasion.place)
        });
        for occasion in withdrawn {
            match &occasion.place {
                Place::Screen(shape) => self.showing.pardon(occasion.rule, shape),
                _ => self.occurrence.forget(),
            }
        }
    }

    /// Ends the asks of rules that are given up. Their prompts count as new: nobody has answered them.
    pub(super) fn end_given_up_asks(&mut self, is_given_up: impl Fn(usize) -> bool) {
        let ended = self.asks.end(|detail| is_given_up(detail.occasion.rule));
        for occasion in ended {
            match &occasion.place {
                Place::Screen(shape) => self.showing.pardon(occasion.rule, shape),
                Place::Prompt(line) => self.occurrence.pardon(*line),
                Place::Line(_) | Place::Stream { .. } | Place::Event => {}
            }
        }
    }

    /// Ends the asks whose prompt an evaluation no longer finds.
    pub(super) fn review_asks(&mut self, look: &Look) {
        if self.asks.asks.is_empty() {
            return;
        }
        let (rules, showing) = (&self.rules, &self.showing);
        self.asks.end(|detail| {
            let rule = detail.occasion.rule;
            match &mut detail.occasion.place {
                Place::Prompt(line) => {
                    *line != look.line || rules[rule].find(look.prompt, 0).is_none()
                }
                Place::Screen(shape) => !showing.stands(rule, shape),
                Place::Stream { line, .. } => *line.get_or_insert(look.line) != look.line,
                Place::Line(_) | Place::Event => false,
            }
        });
    }
}

/// Returns an answer as a person reads it.
fn suggestion(answer: &Action, newline: &str) -> String {
    match answer {
        Action::Send(text) => text.strip_suffix(newline).unwrap_or(text).to_owned(),
        Action::Keys(keys) => {
            let names: Vec<String> = keys.iter().map(ToString::to_string).collect();
            names.join(" ")
        }
        Action::Signal(number) => format!("signal {number}"),
        _ => "EOF".to_owned(),
    }
}

impl Engine {
    fn pend_for_person(&mut self, now: Instant, occasion: Occasion) {
        self.pend(now, occasion, Stage::Gate { good: None });
        if let Some(pending) = self.pendings.last_mut() {
            pending.person = true;
        }
    }
}
