//! Evaluation: which of the rules that match acts.
//!
//! The engine's events end here. A rule that matches but may not act is passed over for the next
//! one, and says why once. Whether it may, and what it does, is `firing`'s.

use std::{
    cmp::Reverse,
    time::{Duration, Instant},
};

use super::{
    Look, View,
    decision::{Decision, Reason, bounded},
    engine::Engine,
    firing::{Act, Checked, Verdict},
    occasion::{Occasion, Place},
    region,
    rule::Hit,
    stream::{From, StreamHit},
};

/// How many matches of a stream rule whose conditions fail are passed over in one evaluation, for
/// a later one of them.
const PASSED_LIMIT: usize = 64;

/// Which stream rules take part in an evaluation.
#[derive(Clone, Copy, Debug)]
pub(super) enum Due {
    /// All.
    All,
    /// Those whose `stable` is at most this.
    Still(Duration),
    /// Those that wait: their cooldown held a match back, or their state has just been entered.
    Waiting,
}

/// What an evaluation of one view comes to.
#[derive(Debug, Default)]
struct Best {
    /// The rule that acts.
    choice: Option<Choice>,
    /// A rule of higher rank than that, or of any, which holds.
    holder: Option<usize>,
}

/// A rule that acts.
#[derive(Debug)]
pub(super) struct Choice {
    occasion: Occasion,
    act: Act,
    /// The stream it matched in, and up to where it consumes it.
    consumes: Option<(usize, u64)>,
}

impl Engine {
    /// Evaluates what is shown when output has been still for `still`.
    pub(super) fn evaluate(
        &mut self,
        now: Instant,
        look: &Look,
        still: Duration,
        decisions: &mut Vec<Decision>,
    ) {
        self.occurrence.visit(look.line);
        self.review_pending(look);
        for index in 0..self.streams.len() {
            let evaluated = self.streams[index].evaluated();
            self.stream_text(now, look, index, Some(evaluated), Due::Waiting, decisions);
        }
        loop {
            let prompt = self.best_prompt(now, look, still, decisions);
            let screen = self.best_screen(now, look, still, decisions);
            let mut bests = vec![prompt, screen];
            for index in 0..self.streams.len() {
                bests.push(self.best_stream(now, look, index, None, Due::Still(still), decisions));
            }
            let holder = bests.iter().filter_map(|best| best.holder);
            let holder = holder.min_by_key(|rule| self.rank(*rule));
            let choices = bests.into_iter().filter_map(|best| best.choice);
            let Some(choice) = choices.min_by_key(|choice| self.rank(choice.occasion.rule)) else {
                break;
            };
            if let Some(holder) = holder
                && self.rank(holder) < self.rank(choice.occasion.rule)
            {
                self.held_by(holder, &choice.occasion, decisions);
                break;
            }
            let answers_stream =
                choice.consumes.is_some() && self.rules[choice.occasion.rule].sends();
            let fires = matches!(choice.act, Act::Fire);
            self.take(now, look, choice, decisions);
            if answers_stream && fires && !look.prompt.is_empty() {
                self.occurrence.answer(look.line);
            }
        }
        self.review_asks(look);
    }

    /// Returns the order of a rule among those of other views.
    pub(super) fn rank(&self, rule: usize) -> (Reverse<i32>, usize) {
        (Reverse(self.rules[rule].spec.priority), rule)
    }

    /// Says that a rule is kept from acting by another that holds.
    fn held_by(&mut self, holder: usize, occasion: &Occasion, decisions: &mut Vec<Decision>) {
        let reason = Reason::HeldBy(self.rules[holder].spec.name.clone());
        let news = !std::mem::replace(&mut self.told[occasion.rule], true);
        self.hold(occasion, Verdict::Hold(reason), news, decisions);
    }

    /// Makes an occasion on which a rule acts the choice; gives back any other, noting whether its rule
    /// holds.
    fn choose(
        &self,
        look: &Look,
        occasion: Occasion,
        verdict: Verdict,
        may_hold: bool,
        best: &mut Best,
    ) -> Option<(Occasion, Verdict)> {
        match verdict {
            Verdict::Act(act) if !self.rules[occasion.rule].only_holds() => {
                best.choice = Some(Choice {
                    occasion,
                    act,
                    consumes: None,
                });
                None
            }
            verdict => {
                if may_hold && self.holds(look, &occasion) {
                    best.holder = Some(occasion.rule);
                }
                Some((occasion, verdict))
            }
        }
    }

    /// Returns whether a rule that matches but does not act keeps lower ones from acting.
    pub(super) fn holds(&self, look: &Look, occasion: &Occasion) -> bool {
        self.rules[occasion.rule].spec.hold
            && !self.paused()
            && self.states.is_active(&self.rules, occasion.rule)
            && self.check_seen(look, occasion).is_ok()
            && self.check_foreground(look, occasion.rule).is_ok()
    }

    /// Lets the chosen rule act, and consumes what it matched.
    fn take(&mut self, now: Instant, look: &Look, choice: Choice, decisions: &mut Vec<Decision>) {
        if let Some((stream, end)) = choice.consumes {
            self.streams[stream].consume(end);
            self.waiting[choice.occasion.rule] = None;
        }
        self.act(now, look, choice.occasion, choice.act, decisions);
    }

    /// Returns the prompt rule that acts on what is shown.
    fn best_prompt(
        &mut self,
        now: Instant,
        look: &Look,
        still: Duration,
        decisions: &mut Vec<Decision>,
    ) -> Best {
        // A rule that is not due yet still tells whether the occurrence is there.
        let known = self.occurrence.is_known(look.line);
        let mut hits = Vec::new();
        let mut matched = false;
        for &index in self.prompts.candidates(look.prompt).iter() {
            let rule = &self.rules[index];
            let due = rule.spec.stable <= still;
            if (due || known)
                && let Some(hit) = rule.find(look.prompt, 0)
            {
                matched = true;
                if due {
                    hits.push((index, hit));
                }
            }
        }
        if !matched {
            self.occurrence.unmatched(look.prompt);
        }
        self.sort_hits(&mut hits);
        let reserved = self.reserved_by(look.line);
        let mut best = Best::default();
        for (index, hit) in hits {
            let place = Place::Prompt(look.line);
            let rule = &self.rules[index];
            let occasion = Occasion::of_match(index, rule, look.prompt, &hit, place);
            if let Some(holder) = best.holder {
                let reason = Reason::HeldBy(self.rules[holder].spec.name.clone());
                let news = self.occurrence.note(index);
                self.hold(&occasion, Verdict::Hold(reason), news, decisions);
                continue;
            }
            let verdict = if rule.only_holds() {
                Verdict::Act(Act::Fire)
            } else if let Some(other) = reserved {
                if other == index {
                    continue;
                }
                Verdict::Hold(Reason::Pending)
            } else if self.asks.is_about(look.line) {
                Verdict::Hold(Reason::Asked)
            } else if self.occurrence.is_spent(look.line) {
                Verdict::Hold(Reason::Answered)
            } else if look.alternate {
                Verdict::Hold(Reason::Alternate)
            } else {
                self.verdict(now, look, &occasion, Checked::FoundAndSeen)
            };
            let may_hold = !look.alternate;
            let Some((occasion, verdict)) =
                self.choose(look, occasion, verdict, may_hold, &mut best)
            else {
                break;
            };
            let news = self.occurrence.note(index);
            self.hold(&occasion, verdict, news, decisions);
        }
        best
    }

    /// Returns the screen rule that acts on what is shown.
    fn best_screen(
        &mut self,
        now: Instant,
        look: &Look,
        still: Duration,
        decisions: &mut Vec<Decision>,
    ) -> Best {
        let mut best = Best::default();
        if self.showing.is_idle() {
            return best;
        }
        let mut sightings = self.showing.observe(&self.rules, look, self.mark);
        let seen: Vec<usize> = sightings.iter().map(|sighting| sighting.rule).collect();
        for index in self.showing.rules() {
            if !seen.contains(&index) {
                self.told[index] = false;
            }
        }
        sightings.retain(|sighting| self.rules[sighting.rule].spec.stable <= still);
        sightings.sort_by_key(|sighting| {
            (
                Reverse(self.rules[sighting.rule].spec.priority),
                sighting.hit.range.start,
                sighting.rule,
            )
        });
        for sighting in sightings {
            let index = sighting.rule;
            let rule = &self.rules[index];
            let text = &sighting.excerpt.text[..sighting.hit.range.end];
            let shape = sighting.shape.clone();
            let place = Place::Screen(shape);
            let mut occasion = Occasion::of_match(index, rule, text, &sighting.hit, place);
            occasion.text = bounded(&sighting.shape.text);
            if let Some(holder) = best.holder {
                self.held_by(holder, &occasion, decisions);
                continue;
            }
            let verdict = if rule.only_holds() {
                Verdict::Act(Act::Fire)
            } else if sighting.spent {
                Verdict::Hold(Reason::Answered)
            } else {
                self.verdict(now, look, &occasion, Checked::FoundAndSeen)
            };
            let Some((occasion, verdict)) = self.choose(look, occasion, verdict, true, &mut best)
            else {
                break;
            };
            // That it stands behind its answer for a moment is no news.
            let news = !sighting.spent && !std::mem::replace(&mut self.told[index], true);
            self.hold(&occasion, verdict, news, decisions);
        }
        best
    }

    /// Evaluates the boundaries of the streams that have come.
    pub(super) fn stream_lines(
        &mut self,
        now: Instant,
        look: &Look,
        decisions: &mut Vec<Decision>,
    ) {
        for index in 0..self.streams.len() {
            loop {
                if self.paused() {
                    self.streams[index].pass_over();
                    break;
                }
                let Some(boundary) = self.streams[index].next_boundary() else {
                    break;
                };
                self.stream_text(now, look, index, Some(boundary), Due::All, decisions);
                self.streams[index].pass(boundary);
            }
        }
    }

    /// Evaluates a stream up to `end`, or all of it, until no rule acts any more.
    pub(super) fn stream_text(
        &mut self,
        now: Instant,
        look: &Look,
        index: usize,
        end: Option<u64>,
        due: Due,
        decisions: &mut Vec<Decision>,
    ) {
        while let Some(choice) = self
            .best_stream(now, look, index, end, due, decisions)
            .choice
        {
            self.take(now, look, choice, decisions);
        }
    }

    /// Returns the rule that acts in the text of a stream up to `end`, or in all of it.
    fn best_stream(
        &mut self,
        now: Instant,
        look: &Look,
        index: usize,
        end: Option<u64>,
        due: Due,
        decisions: &mut Vec<Decision>,
    ) -> Best {
        // For rules whose conditions failed: how often, and up to where they have been passed over.
        let mut passed: Vec<(usize, usize, u64)> = Vec::new();
        // Between reads nobody looks who holds the tty.
        let checked = match (due, end) {
            (Due::All, _) | (Due::Still(Duration::ZERO), _) => Checked::Found,
            _ => Checked::FoundAndSeen,
        };
        loop {
            if self.paused() {
                return Best::default();
            }
            let stream = &self.streams[index];
            let end = end.unwrap_or(stream.end());
            let found = stream.find(&self.rules, end, |rule| {
                let spec = &self.rules[rule].spec;
                let ready = self.histories[rule].ready_at(spec);
                let passed = passed.iter().find(|(other, ..)| *other == rule);
                match (self.waiting[rule], due) {
                    _ if self.done[rule] || !self.states.is_active(&self.rules, rule) => None,
                    (Some(_), _) if ready.is_some_and(|at| now < at) => None,
                    (None, Due::Waiting) => None,
                    (_, Due::Still(still)) if spec.stable > still => None,
                    (waiting, _) => match passed {
                        Some((_, count, _)) if *count >= PASSED_LIMIT => None,
                        Some((_, _, position)) => Some(From::Position(*position)),
                        None => Some(waiting.map_or(From::Reach, From::Position)),
                    },
                }
            });
            let Some(found) = found else {
                if !matches!(due, Due::Still(_)) {
                    self.forget_waiting(now, index);
                }
                return Best::default();
            };
            let occasion = self.stream_occasion(index, end, &found);
            match self.verdict(now, look, &occasion, checked) {
                Verdict::Act(act) if !self.rules[found.rule].only_holds() => {
                    return Best {
                        choice: Some(Choice {
                            occasion,
                            act,
                            consumes: Some((index, found.end)),
                        }),
                        holder: None,
                    };
                }
                verdict => {
                    let holds = self.holds(look, &occasion);
                    match verdict {
                        Verdict::Wait(..) => self.waiting[found.rule] = Some(found.start),
                        Verdict::Spent(_) => self.done[found.rule] = true,
                        _ => match passed.iter_mut().find(|(rule, ..)| *rule == found.rule) {
                            Some((_, count, position)) => {
                                *count += 1;
                                *position = found.end;
                            }
                            None => passed.push((found.rule, 1, found.end)),
                        },
                    }
                    let news = !std::mem::replace(&mut self.told[found.rule], true);
                    self.hold(&occasion, verdict, news, decisions);
                    if holds {
                        return Best {
                            choice: None,
                            holder: Some(found.rule),
                        };
                    }
                }
            }
        }
    }

    /// Returns the occasion of a match in a stream.
    pub(super) fn stream_occasion(&self, index: usize, end: u64, found: &StreamHit) -> Occasion {
        let stream = &self.streams[index];
        let seen = stream.seen(end);
        let rule = &self.rules[found.rule];
        let place = Place::Stream {
            line: None,
            // What is left of the line of the last match came with it.
            fresh: match seen[..found.hit.range.start].split_once('\n') {
                Some((_, since)) => since.trim().is_empty(),
                None => true,
            },
        };
        let mut occasion = Occasion::of_match(found.rule, rule, seen, &found.hit, place);
        occasion.text = shown(seen, &found.hit, rule.spec.view);
        if rule.looks_around() {
            let (text, start) = stream.around(found.end, rule.spec.window);
            let since = self.sent_at[index].saturating_sub(start);
            let since = usize::try_from(since).map_or(text.len(), |since| since.min(text.len()));
            occasion.around = Some(region::of_text(text, rule.spec.region, since).to_owned());
        }
        occasion
    }

    /// Ends the waiting of the rules of a stream whose cooldown is over.
    fn forget_waiting(&mut self, now: Instant, index: usize) {
        let view = self.streams[index].view();
        for (index, waiting) in self.waiting.iter_mut().enumerate() {
            let ready = self.histories[index].ready_at(&self.rules[index].spec);
            if self.rules[index].view() == Some(view) && ready.is_none_or(|at| at <= now) {
                *waiting = None;
            }
        }
    }

    /// Evaluates a line that LF has left.
    pub(super) fn line_finished(
        &mut self,
        now: Instant,
        look: &Look,
        number: u64,
        text: &str,
        decisions: &mut Vec<Decision>,
    ) {
        self.lines.last = Some(number);
        let answered = self.occurrence.finish_line(number);
        if self.lines.early != Some(number) {
            self.lines.remember(number, text);
            if !answered {
                self.watch_line(now, look, number, text, decisions);
            }
        }
    }

    /// Lets the line rules see a finished line. One that is held back has missed it.
    pub(super) fn watch_line(
        &mut self,
        now: Instant,
        look: &Look,
        number: u64,
        text: &str,
        decisions: &mut Vec<Decision>,
    ) {
        if self.paused() || self.lines.watch.is_idle() {
            return;
        }
        let mut hits: Vec<(usize, Hit)> = self
            .lines
            .watch
            .candidates(text)
            .iter()
            .copied()
            .filter(|&index| !self.done[index] && self.states.is_active(&self.rules, index))
            .filter_map(|index| Some((index, self.rules[index].find(text, 0)?)))
            .collect();
        self.sort_hits(&mut hits);
        for (index, hit) in hits {
            let rule = &self.rules[index];
            let mut occasion = Occasion::of_match(index, rule, text, &hit, Place::Line(number));
            if rule.looks_around() {
                occasion.around = Some(self.lines.around(rule.spec.region, self.mark));
            }
            match self.verdict(now, look, &occasion, Checked::Found) {
                Verdict::Act(act) => {
                    self.act(now, look, occasion, act, decisions);
                    return;
                }
                verdict => {
                    self.done[index] |= matches!(verdict, Verdict::Spent(_));
                    let news = !std::mem::replace(&mut self.told[index], true);
                    self.hold(&occasion, verdict, news, decisions);
                }
            }
        }
    }

    /// Lets a rule act on its event, and returns whether it does.
    pub(super) fn event(
        &mut self,
        now: Instant,
        look: &Look,
        (index, reason, checked): (usize, Reason, Checked),
        decisions: &mut Vec<Decision>,
    ) -> bool {
        let occasion = Occasion::of_event(index, reason);
        match self.verdict(now, look, &occasion, checked) {
            Verdict::Act(act) => {
                self.done[index] = true;
                self.act(now, look, occasion, act, decisions);
                true
            }
            verdict => {
                // Its event does not come again by waiting; only a cooldown ends by it.
                self.done[index] |= !matches!(verdict, Verdict::Wait(..) | Verdict::Trip(_));
                let news = !std::mem::replace(&mut self.told[index], true);
                self.hold(&occasion, verdict, news, decisions);
                false
            }
        }
    }

    /// Orders what matches by who wins: priority, then earliest start, then place in the file.
    fn sort_hits(&self, hits: &mut [(usize, Hit)]) {
        hits.sort_by_key(|(index, hit)| {
            let priority = self.rules[*index].spec.priority;
            (Reverse(priority), hit.range.start, *index)
        });
    }
}

/// Returns what a decision shows of a stream: the lines of the match up to its end, and of the raw
/// one no control characters.
pub(super) fn shown(seen: &str, hit: &Hit, view: View) -> String {
    let line = memchr::memrchr(b'\n', &seen.as_bytes()[..hit.range.start]);
    let start = line.map_or(0, |line_end| line_end + 1);
    let text = seen[start..hit.range.end].trim_end_matches('\n');
    if view != View::Raw {
        return bounded(text);
    }
    let mut printable = String::new();
    for character in text.chars() {
        if character.is_control() && character != '\n' {
            printable.extend(character.escape_default());
        } else {
            printable.push(character);
        }
    }
    bounded(&printable)
}
