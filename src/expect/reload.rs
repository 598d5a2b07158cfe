//! Other rules for a pane whose child runs: what the old ones have done holds for the new ones.
//!
//! A rule is the same one while its ruleset, its name and its definition are. What was answered stays
//! answered whatever the rules are, so that no standing prompt is answered twice; what still waits
//! for an answer is looked at afresh.

use std::time::Instant;

use super::{
    Context, Decision, Look, Trigger, engine::Engine, life::Life, rule::Rule, stream::Stream,
};

/// Which of the new rules is which of the old ones.
struct Places {
    /// For each new rule, the same one's place among the old ones.
    old: Vec<Option<usize>>,
    /// For each old rule, its place among the new ones.
    new: Vec<Option<usize>>,
}

impl Places {
    fn between(old: &[Rule], new: &[Rule]) -> Places {
        let mut places = Places {
            old: vec![None; new.len()],
            new: vec![None; old.len()],
        };
        for (index, rule) in new.iter().enumerate() {
            let same = |&at: &usize| places.new[at].is_none() && old[at].spec == rule.spec;
            if let Some(at) = (0..old.len()).find(same) {
                places.old[index] = Some(at);
                places.new[at] = Some(index);
            }
        }
        places
    }
}

impl Engine {
    /// Takes other rules, and names and values for their templates. Rules that stay the same keep
    /// their counts, rulesets their state as far as it is still there; what is pending or asked for
    /// other rules is given up. The present prompt is then evaluated with the new rules, unless it
    /// was dealt with. [`Look::screen`] is looked at.
    pub fn reload(
        &mut self,
        now: Instant,
        rules: Vec<Rule>,
        context: Context,
        look: &Look,
    ) -> Vec<Decision> {
        let mut decisions = Vec::new();
        let places = Places::between(&self.rules, &rules);
        let is_given_up = |rule: usize| places.new[rule].is_none();
        self.cancel_given_up(is_given_up, &mut decisions);
        self.end_given_up_asks(is_given_up);
        // What has gone from the screen meanwhile is not spent any more.
        self.showing.observe(&self.rules, look, self.mark);

        let new = Engine::new(rules, context, self.armed, now);
        let old = std::mem::replace(self, new);
        self.disarmed_by = old.disarmed_by;
        self.auto_answer = old.auto_answer;
        self.interacting = old.interacting;
        self.fired = old.fired;
        self.life = old.life;
        // Without rules nobody has followed the output.
        if !old.rules.is_empty() {
            self.output = old.output;
        }
        self.mark = old.mark;
        self.serial = old.serial;
        self.secrets = old.secrets;
        self.exit = old.exit;
        self.awaited = old.awaited;
        self.underway = old.underway;
        self.pendings = old.pendings;
        for pending in &mut self.pendings {
            pending.renumber(|rule| places.new[rule]);
        }
        self.asks = old.asks;
        self.asks.renumber(|rule| places.new[rule]);
        self.streak = old
            .streak
            .and_then(|streak| streak.renumbered(|rule| places.new[rule]));
        self.states.take_over(old.states, &self.rules);
        self.lines.take_over(old.lines);
        self.occurrence = old.occurrence;
        self.occurrence.hand_over(look.line, look.prompt);
        self.showing.take_over(old.showing, |rule| places.old[rule]);
        self.showing.observe(&self.rules, look, self.mark);
        let is_new = |rule: usize| places.old[rule].is_none();
        self.showing.spend_for(is_new, look, self.mark);
        for (old, sent_at) in old.streams.into_iter().zip(old.sent_at) {
            let mut streams = self.streams.iter_mut().zip(&mut self.sent_at);
            if let Some((stream, at)) = streams.find(|(stream, _)| stream.view() == old.view()) {
                stream.take_over(old);
                *at = sent_at;
            }
        }
        // What is left of a line that was answered is no question for another rule.
        if self.occurrence.is_answered(look.line) && (0..self.rules.len()).any(is_new) {
            self.streams.iter_mut().for_each(Stream::consume_all);
        }
        for index in 0..self.rules.len() {
            match places.old[index] {
                Some(at) => {
                    self.histories[index] = old.histories[at].clone();
                    self.waiting[index] = old.waiting[at];
                    self.done[index] = old.done[at];
                    self.last[index].clone_from(&old.last[at]);
                }
                None => {
                    let rule = &self.rules[index];
                    if let Some(at) = secret_before(&old.rules, rule) {
                        self.histories[index] = old.histories[at].clone();
                    }
                    self.done[index] = old
                        .rules
                        .iter()
                        .zip(&old.done)
                        .any(|(old, done)| *done && is_same_clock(old, rule));
                }
            }
        }
        if self.life != Life::Over && !self.rules.is_empty() {
            self.look_afresh(now);
            // Streams may have no stillness to wait for.
            self.recheck_at(now);
        }
        decisions
    }
}

/// Returns the rule that sent the same secret in the same ruleset: however it is written now, its
/// secret is not to be sent more often than once for that.
fn secret_before(old: &[Rule], rule: &Rule) -> Option<usize> {
    let secret = rule.secret()?;
    old.iter()
        .position(|old| old.secret() == Some(secret) && old.spec.ruleset == rule.spec.ruleset)
}

/// Returns whether two rules of one name wait for the same silence, or for the same state's time.
fn is_same_clock(old: &Rule, new: &Rule) -> bool {
    let of_one_kind = matches!(
        (&old.spec.trigger, &new.spec.trigger),
        (Trigger::Idle(_), Trigger::Idle(_)) | (Trigger::Timeout(_), Trigger::Timeout(_))
    );
    of_one_kind && old.full_name() == new.full_name()
}
