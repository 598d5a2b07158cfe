//! The `stream` view: the text since the last match, where it may be evaluated, and where a rule
//! matches in it.
//!
//! Text is evaluated at *boundaries*: behind every LF, and every [`LINE_LIMIT`] bytes of a line
//! without one. Between boundaries it is evaluated only when the driver says that output is
//! still. Each boundary looks at the text that came since the one before it, plus as much before
//! that as a match may begin in, so the work is linear in the output. It decides nothing about
//! limits, and knows rules only by their patterns.

use std::collections::VecDeque;

use super::{
    View,
    analysis::Reach,
    echo::Mask,
    pattern::Sieve,
    rule::{Hit, Rule},
    strip::Stripper,
};

/// A line of so many bytes is evaluated although no LF has come, so that memory stays bounded.
const LINE_LIMIT: usize = 64 << 10;
/// Consumed text is given back once there is this much of it, in bytes.
const SLACK: usize = 64 << 10;
/// Text kept before the oldest window, in bytes, so that `^` and `\b` see that it goes on there.
const CONTEXT: usize = 8;

/// The stream of one pane. Positions count bytes of text since the start of the child.
#[derive(Debug)]
pub(super) struct Stream {
    rules: Vec<Watcher>,
    near: Group,
    far: Group,
    stripper: Stripper,
    mask: Mask,
    /// The text of one read before the mask, kept to reuse its memory.
    fresh: String,
    text: String,
    /// Position of the first byte of `text`.
    base: u64,
    /// Everything before this has been consumed.
    cursor: u64,
    /// The last boundary that has been evaluated.
    evaluated: u64,
    /// Boundaries that have not been evaluated.
    boundaries: VecDeque<u64>,
    /// The last boundary there is.
    marked: u64,
    /// Up to where boundaries have been looked for.
    scanned: u64,
    /// The largest window of a rule.
    window: usize,
    /// How many bytes of text the sieves and rules have been given.
    #[cfg(test)]
    work: std::cell::Cell<u64>,
}

/// A rule that watches the stream.
#[derive(Clone, Copy, Debug)]
struct Watcher {
    /// Its index among the pane's rules.
    rule: usize,
    reach: Reach,
    window: usize,
}

/// Rules that are sieved together, because their matches begin about equally far back.
#[derive(Debug)]
struct Group {
    /// Indexes into `Stream::rules`.
    watchers: Vec<usize>,
    /// For each pattern of the sieve, an index into `Stream::rules`.
    owners: Vec<usize>,
    sieve: Option<Sieve>,
    /// The farthest of the rules' reaches.
    reach: Reach,
    /// The largest of the rules' windows.
    window: usize,
}

/// From where on a rule takes part in a search.
#[derive(Clone, Copy, Debug)]
pub(super) enum From {
    /// From where a match that ends in new text may begin.
    Reach,
    /// From this position on, if its window goes back so far.
    Position(u64),
}

/// A match in the stream.
#[derive(Clone, Debug)]
pub(super) struct StreamHit {
    /// The rule's index among the pane's rules.
    pub(super) rule: usize,
    /// Where it matched, in the text that [`Stream::seen`] returns.
    pub(super) hit: Hit,
    /// The position where the match begins.
    pub(super) start: u64,
    /// The position where it ends.
    pub(super) end: u64,
}

impl Stream {
    /// Returns the stream that `rules` watch; `None` when none does.
    pub(super) fn new(rules: &[Rule]) -> Option<Stream> {
        let watchers: Vec<Watcher> = (0..)
            .zip(rules)
            .filter(|(_, rule)| rule.view() == Some(View::Stream))
            .map(|(index, rule)| Watcher {
                rule: index,
                reach: reach(rule),
                window: rule.spec.window,
            })
            .collect();
        let window = watchers.iter().map(|watcher| watcher.window).max()?;
        let group = |far: bool| {
            let members: Vec<usize> = (0..watchers.len())
                .filter(|&index| (watchers[index].reach == Reach::Window) == far)
                .collect();
            let patterns = |index: &usize| rules[watchers[*index].rule].patterns.iter();
            Group {
                owners: members
                    .iter()
                    .flat_map(|index| patterns(index).map(|_| *index))
                    .collect(),
                sieve: Sieve::build(members.iter().flat_map(patterns)),
                reach: members
                    .iter()
                    .map(|&index| watchers[index].reach)
                    .fold(Reach::Lines(0), Reach::max),
                window: members
                    .iter()
                    .map(|&index| watchers[index].window)
                    .max()
                    .unwrap_or(0),
                watchers: members,
            }
        };
        Some(Stream {
            near: group(false),
            far: group(true),
            rules: watchers,
            stripper: Stripper::default(),
            mask: Mask::default(),
            fresh: String::new(),
            text: String::new(),
            base: 0,
            cursor: 0,
            evaluated: 0,
            boundaries: VecDeque::new(),
            marked: 0,
            scanned: 0,
            window,
            #[cfg(test)]
            work: std::cell::Cell::default(),
        })
    }

    /// Begins anew, for another child.
    pub(super) fn restart(&mut self) {
        self.stripper = Stripper::default();
        self.mask = Mask::default();
        self.text.clear();
        self.base = 0;
        self.cursor = 0;
        self.evaluated = 0;
        self.boundaries.clear();
        self.marked = 0;
        self.scanned = 0;
    }

    /// Takes the bytes of one read.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        if self.mask.is_idle() {
            self.stripper.push(bytes, &mut self.text);
        } else {
            self.fresh.clear();
            self.stripper.push(bytes, &mut self.fresh);
            self.mask.push(&self.fresh, &mut self.text);
        }
        self.mark_boundaries();
    }

    /// Takes the end of the output.
    pub(super) fn finish(&mut self) {
        self.fresh.clear();
        self.stripper.finish(&mut self.fresh);
        self.mask.push(&self.fresh, &mut self.text);
        self.mask.finish(&mut self.text);
        self.mark_boundaries();
    }

    /// Masks the echo of `bytes` when it comes.
    pub(super) fn expect_echo(&mut self, bytes: &[u8], canonical: Option<bool>) {
        self.mask.expect(bytes, canonical);
    }

    /// Consumes everything before `position`.
    pub(super) fn consume(&mut self, position: u64) {
        self.cursor = self.cursor.max(position);
    }

    /// Consumes everything, the unfinished line included.
    pub(super) fn consume_all(&mut self) {
        self.cursor = self.end();
    }

    /// Passes over the finished lines without evaluating them; the unfinished line stays.
    pub(super) fn pass_over(&mut self) {
        self.boundaries.clear();
        self.evaluated = self.marked;
        self.cursor = self.cursor.max(self.evaluated);
        self.trim();
    }

    /// Returns the next boundary at which a rule may match, having passed over those where none
    /// can; `None` when the text up to the last boundary is done.
    pub(super) fn next_boundary(&mut self) -> Option<u64> {
        let Some(&last) = self.boundaries.back() else {
            self.trim();
            return None;
        };
        if !self.may_match(last) {
            self.boundaries.clear();
            self.pass(last);
            self.trim();
            return None;
        }
        // What the sieves pass in a text they pass in a longer one, so the first can be bisected.
        let first = self
            .boundaries
            .partition_point(|&boundary| !self.may_match(boundary));
        let passed = self.boundaries.drain(..first).next_back();
        self.evaluated = passed.unwrap_or(self.evaluated);
        self.boundaries.pop_front()
    }

    /// Marks `boundary` as evaluated.
    pub(super) fn pass(&mut self, boundary: u64) {
        self.evaluated = boundary;
    }

    /// Returns the last boundary that has been evaluated.
    pub(super) fn evaluated(&self) -> u64 {
        self.evaluated
    }

    /// Returns the position behind the last byte of text.
    pub(super) fn end(&self) -> u64 {
        self.base + self.text.len() as u64
    }

    /// Returns the text that is visible at `end`: what has not been consumed before it.
    pub(super) fn seen(&self, end: u64) -> &str {
        let cursor = self.index(self.cursor);
        &self.text[cursor..self.index(end).max(cursor)]
    }

    /// Returns the winner of the rules that match in the text up to `end`: the highest priority,
    /// then the earliest start, then the order in the file. `from` says for each rule whether it
    /// takes part, and from where on at the earliest.
    pub(super) fn find(
        &self,
        rules: &[Rule],
        end: u64,
        from: impl Fn(usize) -> Option<From>,
    ) -> Option<StreamHit> {
        let watchers = self.rules.iter().enumerate();
        let part: Vec<(usize, &Watcher, From)> = watchers
            .filter_map(|(index, watcher)| Some((index, watcher, from(watcher.rule)?)))
            .collect();
        if part.is_empty() {
            return None;
        }
        let text = self.seen(end);
        let cursor = self.index(self.cursor);
        let candidates = self.candidates(text);
        let mut best: Option<(i32, usize, Hit)> = None;
        for (index, watcher, from) in part {
            let start = match from {
                From::Reach if candidates.binary_search(&index).is_ok() => {
                    self.lower(watcher.reach, watcher.window)
                }
                From::Reach => continue,
                From::Position(position) => {
                    self.index(position).max(self.window_start(watcher.window))
                }
            };
            let rule = &rules[watcher.rule];
            let start = text.ceil_char_boundary(start.saturating_sub(cursor));
            self.count_work(text, start);
            if let Some(hit) = rule.find(text, start)
                && best.as_ref().is_none_or(|(priority, _, other)| {
                    (rule.spec.priority, other.range.start) > (*priority, hit.range.start)
                })
            {
                best = Some((rule.spec.priority, watcher.rule, hit));
            }
        }
        let origin = self.base + cursor as u64;
        best.map(|(_, rule, hit)| StreamHit {
            rule,
            start: origin + hit.range.start as u64,
            end: origin + hit.range.end as u64,
            hit,
        })
    }

    /// Returns which rules may match in `text`, as sorted indexes into `self.rules`.
    fn candidates(&self, text: &str) -> Vec<usize> {
        let mut candidates = Vec::new();
        for group in [&self.near, &self.far] {
            match &group.sieve {
                Some(sieve) if !group.watchers.is_empty() => {
                    let from = self.group_start(group).min(text.len());
                    self.count_work(text, from);
                    let passed = sieve.which(text, from);
                    candidates.extend(passed.into_iter().map(|pattern| group.owners[pattern]));
                }
                _ => candidates.extend(&group.watchers),
            }
        }
        candidates.sort_unstable();
        candidates.dedup();
        candidates
    }

    /// Returns whether some rule may match at `boundary` or at one before it.
    fn may_match(&self, boundary: u64) -> bool {
        let text = self.seen(boundary);
        [&self.near, &self.far].into_iter().any(|group| {
            !group.watchers.is_empty()
                && group
                    .sieve
                    .as_ref()
                    .is_none_or(|sieve| sieve.passes(text, self.group_start(group).min(text.len())))
        })
    }

    /// Returns where the first match of a group may begin, as an index into what is seen.
    fn group_start(&self, group: &Group) -> usize {
        self.lower(group.reach, group.window)
            .saturating_sub(self.index(self.cursor))
    }

    /// Returns where a match may begin that was not there at the last boundary, as an index into
    /// the kept text.
    fn lower(&self, reach: Reach, window: usize) -> usize {
        let evaluated = self.index(self.evaluated);
        let floor = self.window_start(window);
        floor + reach.start(&self.text[floor..evaluated])
    }

    /// Returns where a window begins: its size before the last boundary, as an index.
    fn window_start(&self, window: usize) -> usize {
        let evaluated = self.index(self.evaluated);
        self.text
            .ceil_char_boundary(evaluated.saturating_sub(window))
    }

    /// Returns the index of a position in the text; 0 for one that has been given back.
    fn index(&self, position: u64) -> usize {
        usize::try_from(position.saturating_sub(self.base))
            .unwrap_or(usize::MAX)
            .min(self.text.len())
    }

    /// Looks for boundaries in the text that came.
    fn mark_boundaries(&mut self) {
        loop {
            let from = self.index(self.scanned);
            let limit = self.index(self.marked + LINE_LIMIT as u64);
            let line_end = memchr::memchr(b'\n', &self.text.as_bytes()[from..limit]);
            let boundary = match line_end {
                Some(offset) => from + offset + 1,
                None if self.end() >= self.marked + LINE_LIMIT as u64 => {
                    self.text.floor_char_boundary(limit)
                }
                None => {
                    self.scanned = self.end();
                    return;
                }
            };
            self.marked = self.base + boundary as u64;
            self.scanned = self.marked;
            self.boundaries.push_back(self.marked);
        }
    }

    /// Gives back text that no match can begin in.
    fn trim(&mut self) {
        let window = self
            .evaluated
            .saturating_sub((self.window + CONTEXT) as u64);
        let keep = self
            .text
            .floor_char_boundary(self.index(self.cursor.max(window)));
        if keep >= SLACK {
            self.text.drain(..keep);
            self.base += keep as u64;
        }
    }
}

#[cfg(test)]
impl Stream {
    fn count_work(&self, text: &str, from: usize) {
        self.work.set(self.work.get() + (text.len() - from) as u64);
    }

    /// Returns how many bytes of text the sieves and rules have been given.
    pub(super) fn work(&self) -> u64 {
        self.work.get()
    }

    /// Returns how many bytes of text are kept.
    pub(super) fn kept(&self) -> usize {
        self.text.capacity() + self.fresh.capacity()
    }
}

#[cfg(not(test))]
impl Stream {
    fn count_work(&self, _text: &str, _from: usize) {}
}

/// Returns the farthest reach of a rule's patterns.
fn reach(rule: &Rule) -> Reach {
    rule.patterns
        .iter()
        .map(|pattern| pattern.reach())
        .fold(Reach::Lines(0), Reach::max)
}
