//! What has happened in a pane, as far as it was told: bounded, filtered, with one entry selected.

use std::collections::VecDeque;

use super::super::LineEditor;
use crate::{
    protocol::{Entry, Happened},
    tui::escapes::spelled,
};

/// The most entries that are kept, and the most bytes of text in them: some minutes of a
/// program that talks, or the last second of a flood.
const ENTRIES: usize = 8192;
const BYTES: usize = 2 << 20;

/// How much of an entry is searched, in bytes.
const SEARCHED: usize = 4096;

/// What kind an entry is of, as it is shown and left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The child printed.
    Output,
    /// The child was typed to.
    Input,
    /// A rule's decision.
    Decision,
    /// The child's life, sizes, arming.
    Told,
}

impl Kind {
    fn of(what: &Happened) -> Kind {
        match what {
            Happened::Output { .. } => Kind::Output,
            Happened::Input { .. } => Kind::Input,
            Happened::Decision { .. } => Kind::Decision,
            Happened::Told { .. } => Kind::Told,
        }
    }

    /// Returns its word.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Output => "out",
            Kind::Input => "in",
            Kind::Decision => "rule",
            Kind::Told => "pane",
        }
    }
}

/// An entry, and what is searched of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The entry.
    pub entry: Entry,
    /// Entries before it were not told: they had been dropped.
    pub gap: bool,
    /// Its text in lower case.
    searched: String,
}

impl Item {
    /// Returns its kind.
    pub fn kind(&self) -> Kind {
        Kind::of(&self.entry.what)
    }

    /// Returns it as text, to be copied.
    pub fn text(&self) -> String {
        match &self.entry.what {
            Happened::Output { bytes, .. } => spelled(bytes, usize::MAX),
            Happened::Input { from, bytes, .. } => {
                format!("{from}: {}", spelled(bytes, usize::MAX))
            }
            Happened::Decision {
                rule,
                outcome,
                reason,
                prompt,
            } => match prompt.is_empty() {
                true => format!("{rule} {outcome}: {reason}"),
                false => format!("{rule} {outcome}: {reason}; looked at {prompt:?}"),
            },
            Happened::Told { text } => text.clone(),
        }
    }
}

/// The entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    items: VecDeque<Item>,
    bytes: usize,
    /// The number of the selected entry; `None` follows the newest.
    pub selected: Option<u64>,
    /// What shown entries must hold.
    pub filter: String,
    /// The filter that is being typed.
    pub typing: Option<LineEditor>,
    /// Kinds that are left out.
    hidden: Vec<Kind>,
    /// The places of the entries that are shown.
    shown: Vec<usize>,
}

impl Timeline {
    /// Returns how many entries there are.
    pub fn count(&self) -> usize {
        self.items.len()
    }

    /// Returns how many of them are shown.
    pub fn shown_count(&self) -> usize {
        self.shown.len()
    }

    /// Returns the entries that are shown, from the given one of them on.
    pub fn shown(&self, from: usize) -> impl Iterator<Item = &Item> {
        let places = self.shown.get(from..).unwrap_or_default();
        places.iter().filter_map(|place| self.items.get(*place))
    }

    /// Returns the selected entry.
    pub fn current(&self) -> Option<&Item> {
        self.shown(self.place()).next()
    }

    /// Returns the place of the selected entry among those shown: the nearest after it, if it is not
    /// shown itself.
    pub fn place(&self) -> usize {
        let last = self.shown.len().saturating_sub(1);
        let Some(selected) = self.selected else {
            return last;
        };
        let number = |place: &usize| self.items.get(*place).map(|item| item.entry.number);
        let before = |place: &usize| number(place).is_some_and(|number| number < selected);
        self.shown.partition_point(before).min(last)
    }

    /// Returns whether a kind is shown.
    pub fn shows(&self, kind: Kind) -> bool {
        !self.hidden.contains(&kind)
    }

    /// Shows a kind, or leaves it out.
    pub fn toggle(&mut self, kind: Kind) {
        match self.hidden.iter().position(|hidden| *hidden == kind) {
            Some(place) => drop(self.hidden.remove(place)),
            None => self.hidden.push(kind),
        }
        self.sift();
    }

    /// Shows only entries that hold this text.
    pub fn filter_by(&mut self, filter: &str) {
        filter.clone_into(&mut self.filter);
        self.sift();
    }

    /// Selects the shown entry at this place; the last one follows what comes.
    pub fn select(&mut self, place: usize) {
        let item = match place + 1 < self.shown.len() {
            true => self.shown(place).next(),
            false => None,
        };
        self.selected = item.map(|item| item.entry.number);
    }

    /// Holds on to the entry that is selected, instead of following the newest.
    pub fn hold(&mut self) {
        let current = self.current().map(|item| item.entry.number);
        self.selected = self.selected.or(current);
    }

    /// Selects the last decision on a rule; returns whether there is one.
    pub fn select_decision(&mut self, name: &str) -> bool {
        let is_it = |item: &&Item| matches!(&item.entry.what, Happened::Decision { rule, .. } if rule == name);
        let Some(number) = self
            .items
            .iter()
            .rev()
            .find(is_it)
            .map(|item| item.entry.number)
        else {
            return false;
        };
        self.hidden.retain(|hidden| *hidden != Kind::Decision);
        self.filter.clear();
        self.sift();
        self.selected = Some(number);
        true
    }

    /// Takes entries in order, some of which may be known by an earlier form; returns whether any is
    /// news.
    pub fn take(&mut self, entries: Vec<Entry>) -> bool {
        let mut news = false;
        for entry in entries {
            let searched = searched(&entry);
            let place = self
                .items
                .partition_point(|item| item.entry.number < entry.number);
            let known = self.items.get(place);
            match known.filter(|item| item.entry.number == entry.number) {
                Some(item) if item.entry == entry => continue,
                Some(item) => {
                    let gap = item.gap;
                    self.bytes -= item.entry.what.text_bytes();
                    self.bytes += entry.what.text_bytes();
                    self.items[place] = Item {
                        entry,
                        gap,
                        searched,
                    };
                }
                // What comes before all that is known was dropped here.
                None if place < self.items.len() => continue,
                None => {
                    let before = self.items.back().map_or(0, |item| item.entry.number);
                    self.bytes += entry.what.text_bytes();
                    self.items.push_back(Item {
                        gap: entry.number != before + 1,
                        entry,
                        searched,
                    });
                }
            }
            news = true;
        }
        while self.items.len() > ENTRIES || self.bytes > BYTES {
            let Some(oldest) = self.items.pop_front() else {
                break;
            };
            self.bytes -= oldest.entry.what.text_bytes();
            if let Some(next) = self.items.front_mut() {
                next.gap = true;
            }
        }
        if news {
            self.sift();
        }
        news
    }

    /// Finds anew which entries are shown.
    fn sift(&mut self) {
        let filter = self.filter.to_lowercase();
        let is_shown = |item: &Item| self.shows(item.kind()) && item.searched.contains(&filter);
        let shown = self.items.iter().enumerate();
        self.shown = shown
            .filter(|(_, item)| is_shown(item))
            .map(|(place, _)| place)
            .collect();
    }
}

fn searched(entry: &Entry) -> String {
    let text = match &entry.what {
        Happened::Output { bytes, .. } => spelled(bytes, SEARCHED),
        Happened::Input { from, bytes, .. } => format!("{from} {}", spelled(bytes, SEARCHED)),
        Happened::Decision {
            rule,
            outcome,
            reason,
            prompt,
        } => format!("{rule} {outcome} {reason} {prompt}"),
        Happened::Told { text } => text.clone(),
    };
    text.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(number: u64, text: &str) -> Entry {
        Entry {
            number,
            at: number * 1000,
            what: Happened::Output {
                offset: 0,
                end: text.len() as u64,
                bytes: text.as_bytes().to_vec(),
            },
        }
    }

    fn told(number: u64, text: &str) -> Entry {
        Entry {
            what: Happened::Told {
                text: text.to_owned(),
            },
            ..output(number, "")
        }
    }

    fn numbers(timeline: &Timeline) -> Vec<u64> {
        timeline.shown(0).map(|item| item.entry.number).collect()
    }

    #[test]
    fn entries_that_have_grown_replace_their_earlier_form() {
        let mut timeline = Timeline::default();
        assert!(timeline.take(vec![output(1, "a"), told(2, "x")]));
        assert!(!timeline.take(vec![told(2, "x")]));
        assert!(timeline.take(vec![output(1, "ab"), output(4, "c")]));
        assert_eq!(numbers(&timeline), [1, 2, 4]);
        let gaps: Vec<bool> = timeline.shown(0).map(|item| item.gap).collect();
        assert_eq!(gaps, [false, false, true]);
        assert_eq!(timeline.bytes, 4);
    }

    #[test]
    fn the_selection_stays_on_its_entry() {
        let mut timeline = Timeline::default();
        timeline.take((1..=5).map(|number| output(number, "x")).collect());
        assert_eq!(timeline.place(), 4);
        timeline.select(2);
        timeline.take(vec![output(6, "y")]);
        assert_eq!((timeline.selected, timeline.place()), (Some(3), 2));
        // Where it is left out, the next one is.
        timeline.filter_by("Y");
        assert_eq!((numbers(&timeline), timeline.place()), (vec![6], 0));
        timeline.filter_by("");
        timeline.select(5);
        timeline.take(vec![output(7, "z")]);
        assert_eq!((timeline.selected, timeline.place()), (None, 6));
        timeline.hold();
        assert_eq!(timeline.selected, Some(7));
    }

    #[test]
    fn kinds_are_left_out_and_text_is_found_in_escapes() {
        let mut timeline = Timeline::default();
        timeline.take(vec![
            output(1, "\u{1b}[2Ja"),
            told(2, "resized"),
            output(3, "b"),
        ]);
        timeline.toggle(Kind::Output);
        assert_eq!(numbers(&timeline), [2]);
        timeline.toggle(Kind::Output);
        timeline.filter_by("esc[2j");
        assert_eq!(numbers(&timeline), [1]);
        assert!(!timeline.select_decision("a/b"));
    }

    #[test]
    fn it_is_bounded() {
        let mut timeline = Timeline::default();
        for round in 0..100 {
            let text = "x".repeat(4096);
            let first = round * 64 + 1;
            timeline.take(
                (first..first + 64)
                    .map(|number| output(number, &text))
                    .collect(),
            );
        }
        assert!(timeline.bytes <= BYTES);
        assert!(timeline.shown(0).next().unwrap().gap);
        let mut timeline = Timeline::default();
        timeline.take((1..20_000).map(|number| told(number, "")).collect());
        assert_eq!(timeline.count(), ENTRIES);
    }
}
