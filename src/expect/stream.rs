//! The `stream` and `raw` views: the text since the last match, where it may be evaluated, and
//! where a rule matches in it. They differ in how bytes become text, and in nothing else.
//!
//! Text is evaluated at *boundaries*: behind every LF, and every [`LINE_LIMIT`] bytes of a line
//! without one. Between boundaries it is evaluated only when the driver says that output is
//! still. Each boundary looks at the text that came since the one before it, plus as much before
//! that as a match may begin in; where that is a whole window, an automaton that goes on from
//! boundary to boundary rules most of them out. So the work is linear in the output. It decides
//! nothing about limits, and knows rules only by their patterns.

use std::collections::VecDeque;

use super::{
    View,
    analysis::Reach,
    echo::Mask,
    pattern::{Scan, Sieve},
    rule::{Hit, Rule},
    source::Source,
};

/// A line of so many bytes is evaluated although no LF has come, so that memory stays bounded.
const LINE_LIMIT: usize = 64 << 10;
/// Text that no window reaches is given back once there is this much of it, in bytes.
const SLACK: usize = 64 << 10;
/// Text kept before the oldest window, in bytes, so that `^` and `\b` see that it goes on there.
const CONTEXT: usize = 8;

/// The stream of one pane. Positions count bytes of text since the start of the child.
#[derive(Debug)]
pub(super) struct Stream {
    view: View,
    /// A rule looks at the text around its match, so consumed text is kept for its window.
    keeps: bool,
    rules: Vec<Watcher>,
    near: Group,
    far: Group,
    far_scan: Option<FarScan>,
    source: Source,
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

/// How far the far group has been looked for. Windows are large and boundaries many, so the text
/// is not searched anew at each: the scan goes on from where it was.
#[derive(Debug)]
struct FarScan {
    scan: Scan,
    /// The cursor from which on the scan has read.
    from: u64,
    /// Up to where it has read.
    read: u64,
    /// Where something that may be a match ended last.
    ended: Option<u64>,
}

impl FarScan {
    /// Begins anew at the cursor, where `^` matches.
    fn restart(&mut self, cursor: u64) {
        self.scan.restart();
        self.from = cursor;
        self.read = cursor;
        self.ended = None;
    }
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
    /// Returns the stream of `view` that `rules` watch; `None` when none does.
    pub(super) fn new(rules: &[Rule], view: View) -> Option<Stream> {
        let source = Source::new(view)?;
        let watchers: Vec<Watcher> = (0..)
            .zip(rules)
            .filter(|(_, rule)| rule.view() == Some(view))
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
        let (near, far) = (group(false), group(true));
        let far_patterns = far
            .watchers
            .iter()
            .flat_map(|&index| rules[watchers[index].rule].patterns.iter());
        let scan = Scan::build(far_patterns).filter(|_| !far.watchers.is_empty());
        Some(Stream {
            view,
            keeps: watchers
                .iter()
                .any(|watcher| rules[watcher.rule].looks_around()),
            near,
            far,
            far_scan: scan.map(|scan| FarScan {
                scan,
                from: 0,
                read: 0,
                ended: None,
            }),
            rules: watchers,
            source,
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
        self.source.restart();
        self.mask = Mask::default();
        if let Some(far) = &mut self.far_scan {
            far.restart(0);
        }
        self.text.clear();
        self.base = 0;
        self.cursor = 0;
        self.evaluated = 0;
        self.boundaries.clear();
        self.marked = 0;
        self.scanned = 0;
    }

    /// Goes on where the stream of other rules was: what they have consumed stays so.
    pub(super) fn take_over(&mut self, old: Stream) {
        self.source = old.source;
        self.mask = old.mask;
        self.text = old.text;
        self.base = old.base;
        self.cursor = old.cursor;
        self.evaluated = old.evaluated;
        self.boundaries = old.boundaries;
        self.marked = old.marked;
        self.scanned = old.scanned;
        if let Some(far) = &mut self.far_scan {
            far.restart(self.cursor);
            // What is before has been given back.
            far.read = far.read.max(self.base);
        }
    }

    /// Takes the bytes of one read.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        if self.mask.is_idle() {
            self.source.push(bytes, &mut self.text);
        } else {
            self.fresh.clear();
            self.source.push(bytes, &mut self.fresh);
            self.mask.push(&self.fresh, &mut self.text);
        }
        self.mark_boundaries();
    }

    /// Takes the end of the output.
    pub(super) fn finish(&mut self) {
        self.fresh.clear();
        self.source.finish(&mut self.fresh);
        self.mask.push(&self.fresh, &mut self.text);
        self.mask.finish(&mut self.text);
        self.mark_boundaries();
    }

    /// Masks the echo of `bytes` when it comes; `raw` sees it.
    pub(super) fn expect_echo(&mut self, bytes: &[u8], canonical: Option<bool>) {
        if matches!(self.source, Source::Stripped(_)) {
            self.mask.expect(bytes, canonical);
        }
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
        // What the sieves pass in a text they pass in a longer one, so the first can be bisected.
        let near = match self.boundaries.back() {
            Some(&last) if self.passes(&self.near, last) => self
                .boundaries
                .partition_point(|&boundary| !self.passes(&self.near, boundary)),
            _ => self.boundaries.len(),
        };
        let until = self
            .boundaries
            .get(near)
            .or(self.boundaries.back())
            .copied();
        let first = until
            .and_then(|until| self.far_match(until))
            .map_or(near, |end| {
                self.boundaries.partition_point(|&boundary| boundary < end)
            })
            .min(near);
        let passed = self.boundaries.drain(..first).next_back();
        self.evaluated = passed.unwrap_or(self.evaluated);
        let next = self.boundaries.pop_front();
        if next.is_none() {
            // The unfinished line is read on as well: rules that do not wait for its LF then know
            // whether their windows need to be searched.
            self.far_match(self.end());
            self.trim();
        }
        next
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

    /// Returns its view.
    pub(super) fn view(&self) -> View {
        self.view
    }

    /// Returns the last `size` bytes of text up to `end`, consumed or not, and where they begin. It
    /// does not depend on how the output was split into reads. Only for rules that look around
    /// their match: the text is kept for them.
    pub(super) fn around(&self, end: u64, size: usize) -> (&str, u64) {
        let end = self.index(end);
        let start = end.saturating_sub(size.min(self.window));
        let start = self.text.ceil_char_boundary(start);
        (&self.text[start..end], self.base + start as u64)
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
        let candidates = self.candidates(end);
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

    /// Returns which rules may match in the text up to `end`, as sorted indexes into `self.rules`.
    fn candidates(&self, end: u64) -> Vec<usize> {
        let text = self.seen(end);
        let mut candidates = Vec::new();
        let far = (!self.far_is_ruled_out(end)).then_some(&self.far);
        for group in std::iter::once(&self.near).chain(far) {
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

    /// Returns whether a rule of a group may match at `boundary` or at one before it.
    fn passes(&self, group: &Group, boundary: u64) -> bool {
        if group.watchers.is_empty() {
            return false;
        }
        let text = self.seen(boundary);
        let from = self.group_start(group).min(text.len());
        self.count_work(text, from);
        group
            .sieve
            .as_ref()
            .is_none_or(|sieve| sieve.passes(text, from))
    }

    /// Returns where the first match of the far group may end that was not there at the last
    /// boundary, if it does so up to `boundary`.
    fn far_match(&mut self, boundary: u64) -> Option<u64> {
        let Some(mut far) = self.far_scan.take() else {
            return self.passes(&self.far, boundary).then_some(self.evaluated);
        };
        if far.from != self.cursor {
            far.restart(self.cursor);
        }
        // What follows the end of a match decides on `\b`: at the next boundary it counts again.
        let known = |far: &FarScan| far.ended.filter(|ended| *ended >= self.evaluated);
        while known(&far).is_none() && far.read < boundary {
            let text = &self.text.as_bytes()[self.index(far.read)..self.index(boundary)];
            let read = far.scan.advance(text);
            far.read += read.unwrap_or(text.len()) as u64;
            self.count_read(read.unwrap_or(text.len()));
            if read.is_some() {
                far.ended = Some(far.read - 1);
            } else if far.scan.passes() {
                far.ended = Some(far.read);
            }
        }
        let ended = known(&far);
        self.far_scan = Some(far);
        ended
    }

    /// Returns whether it is known that no rule of the far group matches anew in the text up to
    /// `end`.
    fn far_is_ruled_out(&self, end: u64) -> bool {
        self.far_scan.as_ref().is_some_and(|far| {
            far.from == self.cursor
                && far.read >= end
                && far.ended.is_none_or(|ended| ended < self.evaluated)
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

    /// Gives back text that no window reaches.
    fn trim(&mut self) {
        let window = self
            .evaluated
            .saturating_sub((self.window + CONTEXT) as u64);
        let first = if self.keeps {
            window.min(self.cursor.saturating_sub(self.window as u64))
        } else {
            window
        };
        let keep = self.text.floor_char_boundary(self.index(first));
        if keep >= SLACK {
            self.text.drain(..keep);
            self.base += keep as u64;
        }
    }
}

#[cfg(test)]
impl Stream {
    fn count_work(&self, text: &str, from: usize) {
        self.count_read(text.len() - from);
    }

    fn count_read(&self, length: usize) {
        self.work.set(self.work.get() + length as u64);
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

    fn count_read(&self, _length: usize) {}
}

/// Returns the farthest reach of a rule's patterns.
fn reach(rule: &Rule) -> Reach {
    rule.patterns
        .iter()
        .map(|pattern| pattern.reach())
        .fold(Reach::Lines(0), Reach::max)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::expect::{Answer, RuleSpec, Trigger};

    fn rules(view: View, pattern: &str, window: usize) -> Vec<Rule> {
        let spec = RuleSpec {
            trigger: Trigger::Match(vec![pattern.to_owned()]),
            answer: Answer::Send(vec!["y".to_owned()]),
            view,
            window,
            ..RuleSpec::default()
        };
        vec![Rule::compile(&spec, &BTreeMap::new()).unwrap()]
    }

    /// Evaluates every boundary as the engine does, and returns each match with where it ends.
    fn matches(stream: &mut Stream, rules: &[Rule]) -> Vec<(String, u64)> {
        let mut matches = Vec::new();
        while let Some(boundary) = stream.next_boundary() {
            while let Some(hit) = stream.find(rules, boundary, |_| Some(From::Reach)) {
                matches.push((
                    stream.seen(boundary)[hit.hit.range.clone()].to_owned(),
                    hit.end,
                ));
                stream.consume(hit.end);
            }
            stream.pass(boundary);
        }
        matches
    }

    #[test]
    fn a_stream_is_made_for_its_own_view_alone() {
        let stream = rules(View::Stream, "a", 8);
        assert!(Stream::new(&stream, View::Stream).is_some());
        assert!(Stream::new(&stream, View::Raw).is_none());
        let prompt = rules(View::Prompt, "a", 8);
        assert!(Stream::new(&prompt, View::Prompt).is_none());
    }

    #[test]
    fn raw_is_what_came() {
        let output = b"\x1b[1ma\r\n\xffb\xc3\xa9\x1b[m\r\na\xe2\x82";
        let rules = rules(View::Raw, r"\x1b\[1ma\r\n|\x{fffd}bé\x1b\[m", 64);
        for split in 0..=output.len() {
            let mut stream = Stream::new(&rules, View::Raw).unwrap();
            stream.expect_echo(b"a", Some(true));
            let mut found = Vec::new();
            for part in [&output[..split], &output[split..]] {
                stream.push(part);
                found.extend(matches(&mut stream, &rules));
            }
            stream.finish();
            let expected = [("\x1b[1ma\r\n", 7), ("\u{fffd}bé\x1b[m", 16)];
            let expected = expected.map(|(text, end)| (text.to_owned(), end));
            assert_eq!(found, expected, "split at {split}");
            assert_eq!(stream.seen(stream.end()), "\r\na\u{fffd}");
        }
    }

    #[test]
    fn windows_hold_what_was_consumed_too() {
        let rules = rules(View::Stream, "b+", 10);
        let output = "aé\r\nbbb\r\ncc\r\n".as_bytes();
        for split in 0..=output.len() {
            let mut stream = Stream::new(&rules, View::Stream).unwrap();
            for part in [&output[..split], &output[split..]] {
                stream.push(part);
                for (text, end) in matches(&mut stream, &rules) {
                    assert_eq!((text.as_str(), end), ("bbb", 7));
                }
            }
            assert_eq!(stream.around(7, 100).0, "aé\nbbb");
            assert_eq!(stream.around(7, 5).0, "\nbbb", "no half character");
            assert_eq!(stream.around(11, 3).0, "cc\n");
            assert_eq!(stream.around(11, 100).0, "é\nbbb\ncc\n");
        }
    }

    #[test]
    fn windows_outlast_what_is_given_back() {
        let rules = rules(View::Stream, "needle", 1000);
        let line = "x".repeat(99) + "\n";
        for read in [100, 4096, 70_001] {
            let mut stream = Stream::new(&rules, View::Stream).unwrap();
            for part in line.repeat(5000).as_bytes().chunks(read) {
                stream.push(part);
                assert!(matches(&mut stream, &rules).is_empty());
                assert!(stream.kept() < 4 * SLACK + 2 * read, "{}", stream.kept());
            }
            assert_eq!(stream.around(stream.end(), 1000).0, line.repeat(10));
        }
    }

    #[test]
    fn far_patterns_cost_no_window_for_each_line() {
        let rules = rules(View::Stream, r"BEGIN[^x]*: END$", 64 << 10);
        let mut stream = Stream::new(&rules, View::Stream).unwrap();
        let log = "BEGIN to build\r\nsome file: done\r\n".repeat(20_000);
        for read in log.as_bytes().chunks(40) {
            stream.push(read);
            assert!(matches(&mut stream, &rules).is_empty());
        }
        assert!(stream.work() < 2 * log.len() as u64, "{}", stream.work());
    }

    fn piece() -> impl Strategy<Value = &'static str> {
        prop::sample::select(vec!["a", "b", "x", " ", "\r\n", "\n", "é", "a: ", "\x1b[m"])
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn what_is_ruled_out_does_not_match(
            reads in prop::collection::vec(prop::collection::vec(piece(), 1..9), 1..20),
            window in 1usize..30,
        ) {
            let patterns = [r"a[^x]*b$", r"(?s)^b.*\n\b", r"(?s)a.b\B", "ab", r"b\s*$", "(?m)^x[^a]b"];
            let rules: Vec<Rule> = patterns
                .iter()
                .flat_map(|pattern| rules(View::Stream, pattern, window))
                .collect();
            let mut thrifty = Stream::new(&rules, View::Stream).unwrap();
            prop_assert!(thrifty.far_scan.is_some());
            let mut naive = Stream::new(&rules, View::Stream).unwrap();
            naive.far_scan = None;
            naive.near.sieve = None;
            naive.far.sieve = None;
            for read in reads {
                let read = read.concat();
                thrifty.push(read.as_bytes());
                naive.push(read.as_bytes());
                prop_assert_eq!(matches(&mut thrifty, &rules), matches(&mut naive, &rules));
            }
        }
    }
}
