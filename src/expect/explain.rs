//! Explanations: what has become of each rule, and what would become of it now.

use std::time::Instant;

use super::{
    AutoAnswer, Explanation, Look, Standing, View,
    decision::{Outcome, Reason, bounded},
    engine::Engine,
    firing::{Act, Checked, Verdict},
    occasion::{Occasion, Place},
    showing::Showing,
    stream::StreamHit,
};

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
        });
        standing.collect()
    }

    /// Explains for each rule, in file order, what would become of it now, were output still.
    /// Nothing acts by it. [`Look::holder`] is looked at.
    pub fn why(&mut self, now: Instant, look: &Look) -> Vec<Explanation> {
        (0..self.rules.len())
            .map(|index| self.explain(now, look, index))
            .collect()
    }

    fn explain(&mut self, now: Instant, look: &Look, index: usize) -> Explanation {
        let explanation = |engine: &Engine, outcome, reason, text: &str| Explanation {
            rule: engine.rules[index].full_name(),
            outcome,
            reason,
            text: bounded(text),
        };
        let rule = &self.rules[index];
        let (text, occasion) = match rule.view() {
            None => (String::new(), None),
            Some(View::Prompt) => {
                let place = Place::Prompt(look.line);
                let hit = rule.find(look.prompt, 0);
                let occasion =
                    hit.map(|hit| Occasion::of_match(index, rule, look.prompt, &hit, place));
                (look.prompt.to_owned(), occasion)
            }
            Some(View::Screen) => self.screen_occasion(look, index),
            Some(View::Line) => {
                let text = &self.lines.text;
                let place = Place::Line(self.lines.last.unwrap_or_default());
                let hit = rule.find(text, 0);
                let mut occasion =
                    hit.map(|hit| Occasion::of_match(index, rule, text, &hit, place));
                if let Some(occasion) = &mut occasion
                    && rule.looks_around()
                {
                    occasion.around = Some(self.lines.around(rule.spec.region, self.mark));
                }
                (text.clone(), occasion)
            }
            Some(view @ (View::Stream | View::Raw)) => self.stream_now(view, index),
        };
        let Some(occasion) = occasion else {
            let reason = self.resting_reason(index);
            return match (reason, self.last[index].clone()) {
                (Some(reason), _) => explanation(self, Outcome::Held, reason, &text),
                // What flows by has gone by now; what became of it is all that can be told.
                (None, Some(last)) if !rule.is_shown() => last,
                (None, _) if rule.view().is_none() => {
                    explanation(self, Outcome::Held, Reason::NoEvent, &text)
                }
                (None, _) => explanation(self, Outcome::Held, Reason::NoMatch, &text),
            };
        };
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
            None => self.verdict(now, look, &occasion, Checked::FoundAndSeen),
        };
        let (outcome, reason) = match verdict {
            Verdict::Act(Act::Fire | Act::Wait(_)) => (Outcome::Fired, occasion.reason),
            Verdict::Act(Act::Ask(reason)) => (Outcome::Asked, reason),
            Verdict::Hold(reason) | Verdict::Wait(_, reason) => (Outcome::Held, reason),
            Verdict::Spent(reason) => (Outcome::Spent, reason),
            Verdict::Trip(reason) => (Outcome::Tripped, reason),
        };
        explanation(self, outcome, reason, &occasion.text)
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

    fn screen_occasion(&self, look: &Look, index: usize) -> (String, Option<Occasion>) {
        let rule = &self.rules[index];
        let (excerpt, shapes) = Showing::matches(rule, look, self.mark);
        let fresh = shapes
            .iter()
            .position(|(_, shape)| !self.showing.is_spent(index, shape));
        let first = shapes.into_iter().nth(fresh.unwrap_or(0));
        let occasion = first.map(|(hit, shape)| {
            let shown = bounded(&shape.text);
            let place = Place::Screen(shape);
            let occasion = Occasion::of_match(index, rule, &excerpt.text, &hit, place);
            Occasion {
                text: shown,
                ..occasion
            }
        });
        (excerpt.text, occasion)
    }

    /// Returns what a rule sees in the text of its stream that has not been consumed.
    fn stream_now(&self, view: View, index: usize) -> (String, Option<Occasion>) {
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
        let occasion = found.map(|found| self.stream_occasion(stream, end, &found));
        (bounded(seen), occasion)
    }
}
