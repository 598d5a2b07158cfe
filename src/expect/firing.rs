//! Firing: whether a rule that matches may act, and what it does then.
//!
//! Owns the order of the conditions: armed, nobody interacting, then the rule's limits. Here
//! alone rules are counted as fired and the pane is disarmed by a rule.

use std::time::Instant;

use super::{
    decision::{Action, Decision, Outcome, Reason, bounded},
    engine::{Engine, Look},
    limits::Permit,
    rule::{Hit, Rule},
    stream::StreamHit,
    template::Captured,
};

/// How many sends of stream rules are remembered until they are reported as sent.
const AWAITED_LIMIT: usize = 64;

/// Whether a rule may act.
pub(super) enum Verdict {
    Fire,
    Hold(Reason),
    Wait(Instant, Reason),
    Spent(Reason),
    Trip(Reason),
}

impl Engine {
    /// Returns whether a rule that matches may act.
    pub(super) fn verdict(&mut self, now: Instant, index: usize) -> Verdict {
        let rule = &self.rules[index];
        if !self.armed {
            return Verdict::Hold(Reason::Disarmed);
        }
        if self.interacting && !rule.is_for_end() {
            return Verdict::Hold(Reason::Interacting);
        }
        match self.histories[index].permit(&rule.spec, now) {
            Permit::Granted => Verdict::Fire,
            Permit::Spent(max) => Verdict::Spent(Reason::Max(max)),
            Permit::Later(at) => {
                Verdict::Wait(at, Reason::Cooldown(at.saturating_duration_since(now)))
            }
            Permit::Tripped(count) => Verdict::Trip(Reason::PerMinute(count)),
        }
    }

    /// Does what follows when a rule that matches may not act; says so if that is news.
    pub(super) fn hold(
        &mut self,
        index: usize,
        verdict: Verdict,
        text: &str,
        news: bool,
        decisions: &mut Vec<Decision>,
    ) {
        let (outcome, reason) = match verdict {
            Verdict::Fire => return,
            Verdict::Hold(reason) => (Outcome::Held, reason),
            Verdict::Wait(at, reason) => {
                self.recheck = Some(self.recheck.map_or(at, |other| other.min(at)));
                (Outcome::Held, reason)
            }
            Verdict::Spent(reason) => (Outcome::Spent, reason),
            Verdict::Trip(reason) => {
                self.armed = false;
                (Outcome::Tripped, reason)
            }
        };
        if news || outcome == Outcome::Tripped {
            let actions = match outcome {
                Outcome::Tripped => vec![Action::Disarm],
                _ => Vec::new(),
            };
            decisions.push(self.decision(index, outcome, reason, text, actions));
        }
    }

    /// Lets a stream rule act, and consumes what it matched.
    pub(super) fn fire_stream(
        &mut self,
        now: Instant,
        end: Option<u64>,
        found: &StreamHit,
        decisions: &mut Vec<Decision>,
    ) {
        let Some(stream) = &mut self.stream else {
            return;
        };
        let seen = stream.seen(end.unwrap_or(stream.end()));
        let rule = &self.rules[found.rule];
        let captured = rule.captured(seen, &found.hit);
        let text = shown(seen, &found.hit);
        let reason = matched(rule, &found.hit);
        let sends = rule.sends();
        stream.consume(found.end);
        self.waiting[found.rule] = None;
        self.fire(now, found.rule, reason, &text, &captured, decisions);
        if sends && self.awaited.len() < AWAITED_LIMIT {
            let bytes = decisions.iter().next_back().and_then(|decision| {
                decision.actions.iter().find_map(|action| match action {
                    Action::Send(text) => Some(text.clone().into_bytes()),
                    _ => None,
                })
            });
            self.awaited.push(bytes);
        }
    }

    /// Lets a prompt rule act, and spends the prompt. An answer spends the unfinished line of the
    /// stream as well, which is the same prompt.
    pub(super) fn fire_prompt(
        &mut self,
        now: Instant,
        look: &Look,
        index: usize,
        hit: &Hit,
        decisions: &mut Vec<Decision>,
    ) {
        self.fire_match(now, index, look.prompt, hit, decisions);
        self.occurrence.spend(look.line);
        if self.rules[index].sends() {
            self.occurrence.answer(look.line);
            if let Some(stream) = &mut self.stream {
                stream.consume_all();
            }
        }
    }

    /// Lets a rule act that matched in `text`.
    pub(super) fn fire_match(
        &mut self,
        now: Instant,
        index: usize,
        text: &str,
        hit: &Hit,
        decisions: &mut Vec<Decision>,
    ) {
        let captured = self.rules[index].captured(text, hit);
        let reason = matched(&self.rules[index], hit);
        self.fire(now, index, reason, text, &captured, decisions);
    }

    pub(super) fn fire(
        &mut self,
        now: Instant,
        index: usize,
        reason: Reason,
        text: &str,
        captured: &Captured,
        decisions: &mut Vec<Decision>,
    ) {
        let count = self.histories[index].count;
        let actions = self.rules[index].actions(count, &self.context, captured, self.exit.as_ref());
        self.histories[index].fired(now);
        self.fired += 1;
        self.told[index] = false;
        self.armed &= !actions.contains(&Action::Disarm);
        decisions.push(self.decision(index, Outcome::Fired, reason, text, actions));
    }

    fn decision(
        &self,
        index: usize,
        outcome: Outcome,
        reason: Reason,
        text: &str,
        actions: Vec<Action>,
    ) -> Decision {
        let spec = &self.rules[index].spec;
        Decision {
            ruleset: spec.ruleset.clone(),
            rule: spec.name.clone(),
            outcome,
            reason,
            prompt: bounded(text),
            actions,
        }
    }
}

/// Returns the reason of a rule that matched.
fn matched(rule: &Rule, hit: &Hit) -> Reason {
    Reason::Matched(rule.patterns[hit.pattern].text().to_owned())
}

/// Returns what a decision shows of the stream: the lines of the match up to its end.
pub(super) fn shown(seen: &str, hit: &Hit) -> String {
    let line = memchr::memrchr(b'\n', &seen.as_bytes()[..hit.range.start]);
    let start = line.map_or(0, |line_end| line_end + 1);
    bounded(seen[start..hit.range.end].trim_end_matches('\n'))
}
