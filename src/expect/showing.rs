//! What `screen` rules see: their matches on the screen, and which of them have been dealt with.
//!
//! A full-screen program draws in place, so the line of its cursor tells nothing. A match is known
//! by its *shape* instead: the text from the start of its line to its end, and the line it stands
//! on. What has been acted on, or stood there when something was sent, is spent until an
//! evaluation no longer finds that shape: a dialog that stays drawn for a moment behind its
//! answer, echo included, is not answered twice; a question with another text in the same place
//! is new. A shape that is found on another line instead was only moved, unless its old line has
//! scrolled away or still shows it; on the alternate screen the line does not count at all.

use super::{
    Look, View,
    pattern::Sieve,
    region::{self, Excerpt, Mark},
    rule::{Hit, Rule},
};

/// How many matches of a rule are told apart on one screen.
const SHAPE_LIMIT: usize = 32;

/// A match on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// The line it begins on.
    pub(super) first: u64,
    /// The line it ends on.
    pub(super) last: u64,
    /// The text from the start of its first line to its end.
    pub(super) text: String,
}

impl Shape {
    /// Returns whether its lines still show its text.
    fn stands_in(&self, look: &Look) -> bool {
        let Some(screen) = look.screen else {
            return false;
        };
        let lines = (screen.first..).zip(&screen.lines);
        let shown = lines.filter(|(line, _)| (self.first..=self.last).contains(line));
        let shown: Vec<&str> = shown.map(|(_, text)| text.as_str()).collect();
        shown.join("\n").starts_with(&self.text)
    }
}

/// The screen rules of a pane.
#[derive(Debug)]
pub(super) struct Showing {
    watchers: Vec<Watcher>,
    sieve: Option<Sieve>,
    /// For each pattern of the sieve, an index into `watchers`.
    owners: Vec<usize>,
    /// What rules that are there no longer have dealt with, as long as it stands.
    before: Vec<Shape>,
}

/// A rule that watches the screen.
#[derive(Debug)]
struct Watcher {
    rule: usize,
    spent: Vec<Shape>,
    /// What it saw last.
    standing: Vec<Shape>,
}

impl Watcher {
    /// Forgets what was spent and no longer stands. What stands accounts for one of them each, and
    /// first for the one that has not moved.
    fn review(&mut self, look: &Look) {
        let mut standing = self.standing.clone();
        let mut moved = Vec::new();
        let mut spent = Vec::new();
        for old in self.spent.drain(..) {
            match standing.iter().position(|shape| *shape == old) {
                Some(index) => spent.push(standing.swap_remove(index)),
                None => moved.push(old),
            }
        }
        for old in moved {
            let now = standing.iter().position(|shape| is_same(&old, shape, look));
            spent.extend(now.map(|index| standing.remove(index)));
        }
        self.spent = spent;
    }
}

/// What a rule sees.
#[derive(Debug)]
pub(super) struct Sighting {
    /// The rule's index among the pane's rules.
    pub(super) rule: usize,
    /// The first match that is not spent; else the first.
    pub(super) hit: Hit,
    pub(super) shape: Shape,
    /// It has been dealt with.
    pub(super) spent: bool,
    /// The region looked at.
    pub(super) excerpt: Excerpt,
}

impl Showing {
    /// Returns what the screen rules among `rules` see: nothing yet.
    pub(super) fn new(rules: &[Rule]) -> Showing {
        let watching = |rule: &Rule| rule.view() == Some(View::Screen);
        let watchers: Vec<Watcher> = (0..)
            .zip(rules)
            .filter(|(_, rule)| watching(rule))
            .map(|(rule, _)| Watcher {
                rule,
                spent: Vec::new(),
                standing: Vec::new(),
            })
            .collect();
        let patterns = |watcher: &Watcher| rules[watcher.rule].patterns.iter();
        Showing {
            sieve: Sieve::build(watchers.iter().flat_map(patterns)),
            owners: (0..)
                .zip(&watchers)
                .flat_map(|(index, watcher)| patterns(watcher).map(move |_| index))
                .collect(),
            watchers,
            before: Vec::new(),
        }
    }

    /// Goes on where other rules were; `origin` gives the place that a rule had among them. What
    /// they have dealt with stays so for all.
    pub(super) fn take_over(&mut self, mut old: Showing, origin: impl Fn(usize) -> Option<usize>) {
        for watcher in &mut self.watchers {
            let same = |old: &Watcher| origin(watcher.rule) == Some(old.rule);
            if let Some(index) = old.watchers.iter().position(same) {
                let old = old.watchers.swap_remove(index);
                watcher.spent = old.spent;
                watcher.standing = old.standing;
            }
        }
        let left = old.watchers.into_iter().flat_map(|watcher| watcher.spent);
        self.before = old.before.into_iter().chain(left).collect();
        let excess = self.before.len().saturating_sub(SHAPE_LIMIT);
        self.before.drain(..excess);
    }

    /// Has the rules for which `is_new` holds take as dealt with what they see down to the line where
    /// something was sent before they came. On the alternate screen lines do not count: there it is
    /// all that they see while something stands that others have dealt with, for it may be the rest
    /// of that dialog.
    pub(super) fn spend_for(
        &mut self,
        is_new: impl Fn(usize) -> bool,
        look: &Look,
        mark: Option<Mark>,
    ) {
        let dealt = !self.before.is_empty() || self.watchers.iter().any(|w| !w.spent.is_empty());
        let is_old = |shape: &&Shape| match look.alternate {
            true => dealt,
            false => mark.is_some_and(|mark| shape.first <= mark.line),
        };
        for watcher in self.watchers.iter_mut().filter(|w| is_new(w.rule)) {
            let old = watcher.standing.iter().filter(is_old);
            watcher.spent.extend(old.cloned());
        }
    }

    /// Returns whether no rule watches the screen.
    pub(super) fn is_idle(&self) -> bool {
        self.watchers.is_empty()
    }

    /// Returns the rules that watch the screen.
    pub(super) fn rules(&self) -> Vec<usize> {
        self.watchers.iter().map(|watcher| watcher.rule).collect()
    }

    /// Forgets everything: the screen was erased.
    pub(super) fn forget(&mut self) {
        for watcher in &mut self.watchers {
            watcher.spent.clear();
            watcher.standing.clear();
        }
        self.before.clear();
    }

    /// Says that a rule deals with a shape.
    pub(super) fn spend(&mut self, rule: usize, shape: &Shape) {
        if let Some(watcher) = self.watchers.iter_mut().find(|w| w.rule == rule) {
            watcher.spent.push(shape.clone());
        }
    }

    /// Says that a rule has not dealt with a shape after all.
    pub(super) fn pardon(&mut self, rule: usize, shape: &Shape) {
        if let Some(watcher) = self.watchers.iter_mut().find(|w| w.rule == rule) {
            watcher.spent.retain(|spent| spent.text != shape.text);
        }
    }

    /// Says that something was sent: what was seen last is spent for all rules.
    pub(super) fn spend_standing(&mut self) {
        for watcher in &mut self.watchers {
            for shape in &watcher.standing {
                if !watcher.spent.contains(shape) {
                    watcher.spent.push(shape.clone());
                }
            }
        }
    }

    /// Returns whether a rule still sees a shape.
    pub(super) fn stands(&self, rule: usize, shape: &Shape) -> bool {
        let watcher = self.watchers.iter().find(|w| w.rule == rule);
        watcher.is_some_and(|w| w.standing.iter().any(|s| s.text == shape.text))
    }

    /// Returns whether a rule has dealt with a shape.
    pub(super) fn is_spent(&self, rule: usize, shape: &Shape) -> bool {
        let watcher = self.watchers.iter().find(|w| w.rule == rule);
        watcher.is_some_and(|w| w.spent.iter().any(|spent| spent.text == shape.text))
    }

    /// Returns whether the screen shows a match of `rule` with this shape.
    pub(super) fn shows(rule: &Rule, shape: &Shape, look: &Look, mark: Option<Mark>) -> bool {
        let seen = Showing::matches(rule, look, mark).1;
        seen.iter().any(|(_, other)| is_same(shape, other, look))
    }

    /// Returns the region that a rule looks at, and its matches there.
    pub(super) fn matches(
        rule: &Rule,
        look: &Look,
        mark: Option<Mark>,
    ) -> (Excerpt, Vec<(Hit, Shape)>) {
        let excerpt = region::of_screen(look, rule.spec.region, mark);
        let shapes = shapes(rule, &excerpt);
        (excerpt, shapes)
    }

    /// Looks at the screen, forgets what has gone, and returns what each rule sees that sees
    /// anything.
    pub(super) fn observe(
        &mut self,
        rules: &[Rule],
        look: &Look,
        mark: Option<Mark>,
    ) -> Vec<Sighting> {
        if look.screen.is_none() || self.is_idle() {
            return Vec::new();
        }
        let candidates = self.candidates(look);
        let mut found = Vec::new();
        self.before.retain(|shape| shape.stands_in(look));
        let lines_of = |shape: &Shape| (shape.first, shape.last);
        let mut taken: Vec<(u64, u64)> = self.before.iter().map(lines_of).collect();
        for (index, watcher) in self.watchers.iter_mut().enumerate() {
            if candidates.as_ref().is_some_and(|c| !c.contains(&index)) {
                watcher.spent.clear();
                watcher.standing.clear();
                continue;
            }
            let rule = &rules[watcher.rule];
            let (excerpt, matches) = Showing::matches(rule, look, mark);
            watcher.standing = matches.iter().map(|(_, shape)| shape.clone()).collect();
            watcher.review(look);
            taken.extend(watcher.spent.iter().map(lines_of));
            found.push((watcher.rule, matches, excerpt));
        }
        // What one rule has dealt with is dealt with for all.
        let is_spent = |shape: &Shape| {
            let apart = |(first, last): &(u64, u64)| shape.last < *first || shape.first > *last;
            !taken.iter().all(apart)
        };
        let sighting = |(rule, matches, excerpt): (usize, Vec<(Hit, Shape)>, Excerpt)| {
            let fresh = matches.iter().position(|(_, shape)| !is_spent(shape));
            let (hit, shape) = matches.into_iter().nth(fresh.unwrap_or(0))?;
            Some(Sighting {
                rule,
                hit,
                shape,
                spent: fresh.is_none(),
                excerpt,
            })
        };
        found.into_iter().filter_map(sighting).collect()
    }

    /// Returns which watchers may see something; `None` when that is not known.
    fn candidates(&self, look: &Look) -> Option<Vec<usize>> {
        let sieve = self.sieve.as_ref().filter(|_| self.watchers.len() > 1)?;
        let all = region::of_screen(look, super::Region::All, None);
        let passed = sieve.which(&all.text, 0).into_iter();
        Some(passed.map(|pattern| self.owners[pattern]).collect())
    }
}

/// Returns the matches of a rule and their shapes.
fn shapes(rule: &Rule, excerpt: &Excerpt) -> Vec<(Hit, Shape)> {
    let text = excerpt.text.as_str();
    let mut found = Vec::new();
    let mut from = 0;
    while found.len() < SHAPE_LIMIT
        && let Some(hit) = rule.find(text, from)
    {
        from = hit.range.end;
        let line_ends = |part: &str| memchr::memchr_iter(b'\n', part.as_bytes()).count() as u64;
        let line = text[..hit.range.start].rfind('\n').map_or(0, |at| at + 1);
        let first = excerpt.first + line_ends(&text[..hit.range.start]);
        let shape = Shape {
            first,
            last: first + line_ends(&text[hit.range.clone()]),
            text: text[line..hit.range.end].to_owned(),
        };
        found.push((hit, shape));
    }
    found
}

/// Returns whether `new` is `old`, where it stood or moved.
fn is_same(old: &Shape, new: &Shape, look: &Look) -> bool {
    if old.text != new.text {
        return false;
    }
    if look.alternate || old.first == new.first {
        return true;
    }
    let Some(screen) = look.screen else {
        return false;
    };
    let beginning = old.text.split('\n').next().unwrap_or_default();
    let place = old.first.checked_sub(screen.first);
    let line = place.and_then(|place| screen.lines.get(usize::try_from(place).ok()?));
    line.is_some_and(|line| !line.contains(beginning))
}
