//! Explanations: what has become of each rule, and what would become of it now.

use std::{cmp::Reverse, time::Instant};

use super::{
    AutoAnswer, Explanation, Look, Standing, View,
    decision::{Outcome, Reason, bounded},
    engine::Engine,
    firing::{Act, Checked, Verdict},
    occasion::{Occasion, Place},
    showing::Showing,
    stream::StreamHit,
};

/// What a rule sees now.
#[derive(Debug)]
struct Found {
    occasion: Occasion,
    /// Where its match starts in the text of its view, in bytes.
    start: usize,
}

impl Engine {
    /// Returns each rule with what has become of it so far, in file order.
    pub fn standing(&self) -> Vec<Standing<'_>> {
        let rules = self.rules.iter().enumerate();
        let standing = rules.map(|(index, rule)| Standing {
            spec: &rule.spec,
            state: self.states.state(index),
            active: self.states.is_active(&self.rules, index),
            fired: self.histories[index].count,
            spent: rule
                .spec
                .max
                .is_some_and(|max| self.histories[index].count >= max),
            last: self.last[index].clone(),
            found: self.last[index].as_ref().and_then(|last| {
                let hit = rule.find(&last.text, 0)?;
                Some(hit.range)
            }),
        });
        standing.collect()
    }

    /// Explains for each rule, in file order, what would become of it now, were output still.
    /// Nothing acts by it. [`Look::holder`] is looked at.
    pub fn why(&mut self, now: Instant, look: &Look) -> Vec<Explanation> {
        let (mut explanations, found): (Vec<Explanation>, Vec<Option<Found>>) =
            (0..self.rules.len())
                .map(|index| self.explain(now, look, index))
                .unzip();
        for one in found.iter().flatten() {
            let explanation = &mut explanations[one.occasion.rule];
            let would_act = matches!(explanation.outcome, Outcome::Fired | Outcome::Asked);
            if would_act && let Some(holder) = self.holder_of(look, one, &found) {
                explanation.outcome = Outcome::Held;
                explanation.reason = Reason::HeldBy(self.rules[holder].spec.name.clone());
            }
        }
        explanations
    }

    /// Returns the rule that keeps another from acting, being of higher rank.
    fn holder_of(&self, look: &Look, held: &Found, found: &[Option<Found>]) -> Option<usize> {
        let view = |one: &Found| self.rules[one.occasion.rule].view();
        let is_above = |one: &&Found| match view(one) == view(held) {
            true => self.order(one) < self.order(held),
            false => self.rank(one.occasion.rule) < self.rank(held.occasion.rule),
        };
        let holds = |one: &&Found| {
            let is_prompt = matches!(one.occasion.place, Place::Prompt(_));
            self.holds(look, &one.occasion) && !(is_prompt && look.alternate)
        };
        if matches!(held.occasion.place, Place::Line(_)) {
            return None;
        }
        let holders = found.iter().flatten().filter(is_above).filter(holds);
        let holders = holders.map(|one| one.occasion.rule);
        holders.min_by_key(|rule| self.rank(*rule))
    }

    /// Returns the order of a match among those of its view.
    fn order(&self, one: &Found) -> (Reverse<i32>, usize, usize) {
        let rule = one.occasion.rule;
        (Reverse(self.rules[rule].spec.priority), one.start, rule)
    }

    /// Returns a rule's explanation, and what it sees if it matches.
    fn explain(&mut self, now: Instant, look: &Look, index: usize) -> (Explanation, Option<Found>) {
        let explanation = |engine: &Engine, outcome, reason, text: &str| Explanation {
            rule: engine.rules[index].full_name(),
            outcome,
            reason,
            text: bounded(text),
        };
        let rule = &self.rules[index];
        let (text, found) = match rule.view() {
            None => (String::new(), None),
            Some(View::Prompt) => {
                let place = Place::Prompt(look.line);
                let hit = rule.find(look.prompt, 0);
                let found = hit.map(|hit| Found {
                    occasion: Occasion::of_match(index, rule, look.prompt, &hit, place),
                    start: hit.range.start,
                });
                (look.prompt.to_owned(), found)
            }
            Some(View::Screen) => self.screen_now(look, index),
            Some(View::Line) => {
                let text = &self.lines.text;
                let place = Place::Line(self.lines.last.unwrap_or_default());
                let hit = rule.find(text, 0);
                let mut found = hit.map(|hit| Found {
                    occasion: Occasion::of_match(index, rule, text, &hit, place),
                    start: hit.range.start,
                });
                if let Some(found) = &mut found
                    && rule.looks_around()
                {
                    let around = self.lines.around(rule.spec.region, self.mark);
                    found.occasion.around = Some(around);
                }
                (text.clone(), found)
            }
            Some(view @ (View::Stream | View::Raw)) => self.stream_now(view, index),
        };
        let Some(found) = found else {
            let reason = self.resting_reason(index);
            let explanation = match (reason, self.last[index].clone()) {
                (Some(reason), _) => explanation(self, Outcome::Held, reason, &text),
                // What flows by has gone by now; what became of it is all that can be told.
                (None, Some(last)) if !rule.is_shown() => last,
                (None, _) if rule.view().is_none() => {
                    explanation(self, Outcome::Held, Reason::NoEvent, &text)
                }
                (None, _) => explanation(self, Outcome::Held, Reason::NoMatch, &text),
            };
            return (explanation, None);
        };
        let occasion = &found.occasion;
        let spent = match &occasion.place {
            Place::Prompt(line) if self.reserved_by(*line).is_some() => Some(Reason::Pending),
            Place::Prompt(line) if self.asks.is_about(*line) => Some(Reason::Asked),
            Place::Prompt(line) if self.occurrence.is_spent(*line) => Some(Reason::Answered),
            Place::Prompt(_) if look.alternate => Some(Reason::Alternate),
            Place::Screen(shape) if self.showing.is_spent(index, shape) => Some(Reason::Answered),
            _ => None,
        };
        let verdict = match spent {
            Some(reason) => Verdict::Hold(reason),
            None => self.verdict(now, look, occasion, Checked::FoundAndSeen),
        };
        let (outcome, reason) = match verdict {
            Verdict::Act(Act::Fire | Act::Wait(_)) => (Outcome::Fired, occasion.reason.clone()),
            Verdict::Act(Act::Ask(reason)) => (Outcome::Asked, reason),
            Verdict::Hold(reason) | Verdict::Wait(_, reason) => (Outcome::Held, reason),
            Verdict::Spent(reason) => (Outcome::Spent, reason),
            Verdict::Trip(reason) => (Outcome::Tripped, reason),
        };
        let explanation = explanation(self, outcome, reason, &occasion.text);
        (explanation, Some(found))
    }

    /// Returns why a rule would not act whatever came.
    fn resting_reason(&self, index: usize) -> Option<Reason> {
        let for_end = self.rules[index].is_for_end();
        if !self.armed {
            Some(Reason::Disarmed)
        } else if self.auto_answer == AutoAnswer::Off && !for_end {
            Some(Reason::Resting)
        } else if self.interacting && !for_end {
            Some(Reason::Interacting)
        } else if !self.states.is_active(&self.rules, index) {
            Some(Reason::State(self.states.state(index).to_owned()))
        } else {
            None
        }
    }

    fn screen_now(&self, look: &Look, index: usize) -> (String, Option<Found>) {
        let rule = &self.rules[index];
        let (excerpt, shapes) = Showing::matches(rule, look, self.mark);
        let fresh = shapes
            .iter()
            .position(|(_, shape)| !self.showing.is_spent(index, shape));
        let first = shapes.into_iter().nth(fresh.unwrap_or(0));
        let found = first.map(|(hit, shape)| {
            let shown = bounded(&shape.text);
            let place = Place::Screen(shape);
            let occasion = Occasion::of_match(index, rule, &excerpt.text, &hit, place);
            Found {
                occasion: Occasion {
                    text: shown,
                    ..occasion
                },
                start: hit.range.start,
            }
        });
        (excerpt.text, found)
    }

    /// Returns what a rule sees in the text of its stream that has not been consumed.
    fn stream_now(&self, view: View, index: usize) -> (String, Option<Found>) {
        let stream = self.streams.iter().position(|stream| stream.view() == view);
        let Some(stream) = stream else {
            return (String::new(), None);
        };
        let end = self.streams[stream].end();
        let seen = self.streams[stream].seen(end);
        let found = self.rules[index].find(seen, 0).map(|hit| StreamHit {
            rule: index,
            start: end - (seen.len() - hit.range.start) as u64,
            end: end - (seen.len() - hit.range.end) as u64,
            hit,
        });
        let found = found.map(|found| Found {
            occasion: self.stream_occasion(stream, end, &found),
            start: found.hit.range.start,
        });
        (bounded(seen), found)
    }
}
