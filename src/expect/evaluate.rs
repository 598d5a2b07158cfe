//! Evaluation: which of the rules that match acts.
//!
//! The engine's events end here. A rule that matches but may not act is passed over for the next
//! one, and says why once. Whether it may, and what it does, is `firing`'s.

use std::time::{Duration, Instant};

use super::{
    View,
    decision::{Decision, Reason},
    engine::{Engine, Look},
    firing::{Verdict, shown},
    rule::Hit,
    stream::{From, StreamHit},
    template::Captured,
};

/// Which stream rules take part in an evaluation.
#[derive(Clone, Copy, Debug)]
pub(super) enum Due {
    /// All.
    All,
    /// Those whose `stable` is at most this.
    Still(Duration),
    /// Those whose cooldown is over that held a match back.
    Waiting,
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
        if let Some(stream) = &self.stream {
            let evaluated = stream.evaluated();
            self.stream_text(now, Some(evaluated), Due::Waiting, decisions);
        }
        loop {
            let stream = self.best_stream(now, None, Due::Still(still), decisions);
            let prompt = self.best_prompt(now, look, still, decisions);
            let rank = |rule: usize| (-i64::from(self.rules[rule].spec.priority), rule);
            match (stream, prompt) {
                (Some(stream), Some((rule, hit))) if rank(rule) < rank(stream.rule) => {
                    self.fire_prompt(now, look, rule, &hit, decisions);
                }
                (Some(stream), _) => {
                    self.fire_stream(now, None, &stream, decisions);
                    if self.rules[stream.rule].sends() && !look.prompt.is_empty() {
                        self.occurrence.answer(look.line);
                    }
                }
                (None, Some((rule, hit))) => self.fire_prompt(now, look, rule, &hit, decisions),
                (None, None) => break,
            }
        }
    }

    /// Returns the prompt rule that acts on what is shown.
    fn best_prompt(
        &mut self,
        now: Instant,
        look: &Look,
        still: Duration,
        decisions: &mut Vec<Decision>,
    ) -> Option<(usize, Hit)> {
        let mut hits = Vec::new();
        let mut matched = false;
        // A rule that is not due yet still tells whether the occurrence is there.
        let known = self.occurrence.is_known(look.line);
        for (index, rule) in self.rules.iter().enumerate() {
            let due = rule.spec.stable <= still;
            if rule.view() == Some(View::Prompt)
                && (due || known)
                && let Some(hit) = rule.find(look.prompt, 0)
            {
                matched = true;
                if due {
                    hits.push((index, hit));
                }
            }
        }
        if !matched {
            self.occurrence.unmatched();
        }
        self.sort_hits(&mut hits);
        for (index, hit) in hits {
            let verdict = if self.occurrence.is_spent(look.line) {
                Verdict::Hold(Reason::Answered)
            } else if look.alternate {
                Verdict::Hold(Reason::Alternate)
            } else {
                self.verdict(now, index)
            };
            match verdict {
                Verdict::Fire => return Some((index, hit)),
                verdict => {
                    let news = self.occurrence.note(index);
                    self.hold(index, verdict, look.prompt, news, decisions);
                }
            }
        }
        None
    }

    /// Evaluates the boundaries of the stream that have come.
    pub(super) fn stream_lines(&mut self, now: Instant, decisions: &mut Vec<Decision>) {
        loop {
            let paused = self.paused();
            let Some(stream) = &mut self.stream else {
                return;
            };
            if paused {
                stream.pass_over();
                return;
            }
            let Some(boundary) = stream.next_boundary() else {
                return;
            };
            self.stream_text(now, Some(boundary), Due::All, decisions);
            if let Some(stream) = &mut self.stream {
                stream.pass(boundary);
            }
        }
    }

    /// Evaluates the stream up to `end`, or all of it, until no rule acts any more.
    pub(super) fn stream_text(
        &mut self,
        now: Instant,
        end: Option<u64>,
        due: Due,
        decisions: &mut Vec<Decision>,
    ) {
        while let Some(hit) = self.best_stream(now, end, due, decisions) {
            self.fire_stream(now, end, &hit, decisions);
        }
    }

    /// Returns the stream rule that acts in the text up to `end`, or in all of it.
    fn best_stream(
        &mut self,
        now: Instant,
        end: Option<u64>,
        due: Due,
        decisions: &mut Vec<Decision>,
    ) -> Option<StreamHit> {
        loop {
            if self.paused() {
                return None;
            }
            let stream = self.stream.as_ref()?;
            let end = end.unwrap_or(stream.end());
            let found = stream.find(&self.rules, end, |index| {
                let spec = &self.rules[index].spec;
                let ready = self.histories[index].ready_at(spec);
                match (self.waiting[index], due) {
                    _ if self.done[index] => None,
                    (Some(_), _) if ready.is_some_and(|at| now < at) => None,
                    (None, Due::Waiting) => None,
                    (_, Due::Still(still)) if spec.stable > still => None,
                    (Some(position), _) => Some(From::Position(position)),
                    (None, _) => Some(From::Reach),
                }
            });
            let Some(found) = found else {
                if matches!(due, Due::Waiting) {
                    self.forget_waiting(now);
                }
                return None;
            };
            let text = shown(stream.seen(end), &found.hit);
            match self.verdict(now, found.rule) {
                Verdict::Fire => return Some(found),
                verdict => {
                    match verdict {
                        Verdict::Wait(..) => self.waiting[found.rule] = Some(found.start),
                        Verdict::Spent(_) => self.done[found.rule] = true,
                        _ => {}
                    }
                    let news = !std::mem::replace(&mut self.told[found.rule], true);
                    self.hold(found.rule, verdict, &text, news, decisions);
                }
            }
        }
    }

    /// Ends the waiting of stream rules whose cooldown is over.
    fn forget_waiting(&mut self, now: Instant) {
        for (index, waiting) in self.waiting.iter_mut().enumerate() {
            let ready = self.histories[index].ready_at(&self.rules[index].spec);
            if ready.is_none_or(|at| at <= now) {
                *waiting = None;
            }
        }
    }

    /// Evaluates a line that LF has left.
    pub(super) fn line_finished(
        &mut self,
        now: Instant,
        number: u64,
        text: &str,
        decisions: &mut Vec<Decision>,
    ) {
        self.lines.last = Some(number);
        let answered = self.occurrence.finish_line(number);
        if !answered && self.lines.early != Some(number) {
            self.watch_line(now, text, decisions);
        }
    }

    /// Lets the line rules see a finished line. One that is held back has missed it.
    pub(super) fn watch_line(&mut self, now: Instant, text: &str, decisions: &mut Vec<Decision>) {
        if self.paused() {
            return;
        }
        let sieve = self.lines.sieve.as_ref();
        if self.lines.rules.is_empty() || sieve.is_some_and(|sieve| !sieve.passes(text, 0)) {
            return;
        }
        let mut hits: Vec<(usize, Hit)> = self
            .lines
            .rules
            .iter()
            .filter(|&&index| !self.done[index])
            .filter_map(|&index| Some((index, self.rules[index].find(text, 0)?)))
            .collect();
        self.sort_hits(&mut hits);
        for (index, hit) in hits {
            match self.verdict(now, index) {
                Verdict::Fire => {
                    self.fire_match(now, index, text, &hit, decisions);
                    return;
                }
                verdict => {
                    self.done[index] |= matches!(verdict, Verdict::Spent(_));
                    let news = !std::mem::replace(&mut self.told[index], true);
                    self.hold(index, verdict, text, news, decisions);
                }
            }
        }
    }

    /// Lets a rule act on its event, and returns whether it does.
    pub(super) fn event(
        &mut self,
        now: Instant,
        index: usize,
        reason: Reason,
        decisions: &mut Vec<Decision>,
    ) -> bool {
        match self.verdict(now, index) {
            Verdict::Fire => {
                self.done[index] = true;
                self.fire(now, index, reason, "", &Captured::default(), decisions);
                true
            }
            verdict => {
                self.done[index] |= matches!(verdict, Verdict::Spent(_));
                let news = !std::mem::replace(&mut self.told[index], true);
                self.hold(index, verdict, "", news, decisions);
                false
            }
        }
    }

    /// Orders what matches by who wins: priority, then earliest start, then place in the file.
    fn sort_hits(&self, hits: &mut [(usize, Hit)]) {
        hits.sort_by_key(|(index, hit)| {
            let priority = self.rules[*index].spec.priority;
            (std::cmp::Reverse(priority), hit.range.start, *index)
        });
    }
}
