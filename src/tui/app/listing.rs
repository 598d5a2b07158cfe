//! Which panes the list shows, and in which order: a filter, and a sort by attention.
//!
//! The focused pane is always among them, so whatever leads to a pane shows it. The tiles are those of
//! the listed panes, by number; while a filter is typed they stay, so that no child is resized at each
//! letter. While a child gets the keys nothing moves at all.

use super::{App, Mode, Origin, Pane, What};
use crate::protocol::{Attention, PaneId};

/// Every attention, most urgent first.
const URGENCY: [Attention; 10] = [
    Attention::Password,
    Attention::Asking,
    Attention::Waiting,
    Attention::Failed,
    Attention::Lost,
    Attention::Stopped,
    Attention::Ready,
    Attention::Quiet,
    Attention::Working,
    Attention::Done,
];

/// What a person wants of the list.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// Words that a listed pane must have in its name, command or status; empty for every pane.
    pub filter: String,
    /// The most urgent pane is first.
    pub by_attention: bool,
    panes: Vec<PaneId>,
    tiled: Vec<PaneId>,
}

impl App {
    /// Returns the panes of the list in its order.
    pub fn listed(&self) -> impl Iterator<Item = &Pane> {
        let listed = self.listing.panes.iter();
        listed.filter_map(|id| self.pane(*id))
    }

    /// Returns how many panes the list has.
    pub fn listed_count(&self) -> usize {
        self.listing.panes.len()
    }

    /// Returns how many panes have tiles, shown or on another page.
    pub fn tiled_count(&self) -> usize {
        self.listing.tiled.len()
    }

    /// Returns the focused pane's place in the list.
    pub fn listed_place(&self) -> usize {
        let mut listed = self.listing.panes.iter();
        let place = listed.position(|pane| Some(*pane) == self.focus);
        place.unwrap_or(0)
    }

    /// Returns how many panes the filter lets through.
    pub fn matching(&self) -> usize {
        self.panes.iter().filter(|pane| self.matches(pane)).count()
    }

    /// Shows only panes with these words; the first of them gets the focus unless it is on one.
    pub(super) fn filter_by(&mut self, filter: &str) {
        filter.clone_into(&mut self.listing.filter);
        self.relist();
        self.damage_all();
        if self.focused().is_some_and(|pane| self.matches(pane)) {
            return;
        }
        let first = self.listed().find(|pane| self.matches(pane)).map(Pane::id);
        if let Some(first) = first {
            self.focus_on(first);
        }
    }

    pub(super) fn sort(&mut self) {
        self.listing.by_attention = !self.listing.by_attention;
        if self.arrangement.list.is_none() {
            self.say(match self.listing.by_attention {
                true => "the list is sorted by attention",
                false => "the list is sorted by number",
            });
        }
        self.damage_all();
    }

    /// Brings the list up to the panes; returns whether it differs.
    pub(super) fn relist(&mut self) -> bool {
        let panes = match self.is_inside() {
            true => self.same_list(),
            false => self.new_list(),
        };
        let differs = panes != self.listing.panes;
        self.listing.panes = panes;
        differs
    }

    /// Returns the panes that have tiles, by number.
    pub(super) fn tiled(&mut self) -> Vec<PaneId> {
        let typing = self.entry().is_some_and(|entry| entry.what == What::Filter);
        let mut tiled = match typing {
            true => std::mem::take(&mut self.listing.tiled),
            false => self.listing.panes.clone(),
        };
        tiled.retain(|pane| self.pane(*pane).is_some());
        tiled.extend(self.focus.filter(|focus| !tiled.contains(focus)));
        tiled.sort();
        self.listing.tiled.clone_from(&tiled);
        tiled
    }

    fn new_list(&self) -> Vec<PaneId> {
        let shown = |pane: &&Pane| Some(pane.id()) == self.focus || self.matches(pane);
        let mut panes: Vec<&Pane> = self.panes.iter().filter(shown).collect();
        if self.listing.by_attention {
            panes.sort_by_key(|pane| self.urgency(pane));
        }
        panes.into_iter().map(Pane::id).collect()
    }

    /// Returns the list as it is, without panes that have gone, and with new ones at its end.
    fn same_list(&self) -> Vec<PaneId> {
        let known = self.listing.panes.iter().copied();
        let known = known.filter(|pane| self.pane(*pane).is_some());
        let is_new = |pane: &&Pane| {
            let id = pane.id();
            !self.listing.panes.contains(&id) && (self.matches(pane) || Some(id) == self.focus)
        };
        let new = self.panes.iter().filter(is_new).map(Pane::id);
        known.chain(new).collect()
    }

    /// Returns whether a child gets the keys, or does so again after a look at its past.
    fn is_inside(&self) -> bool {
        match &self.mode {
            Mode::Interact => true,
            Mode::Scroll(scroll) => scroll.origin == Origin::Interact,
            Mode::Watch | Mode::Inbox(_) | Mode::Inspect(_) => false,
        }
    }

    /// Returns whether every word of the filter is somewhere in what the pane is known by.
    fn matches(&self, pane: &Pane) -> bool {
        if self.listing.filter.is_empty() {
            return true;
        }
        let known_by = [
            pane.name().to_owned(),
            pane.summary.command.join(" "),
            pane.status(self.now.instant).word,
            self.attention_of(pane).word().to_owned(),
        ];
        let known_by = known_by.join("\n").to_lowercase();
        let filter = self.listing.filter.to_lowercase();
        filter
            .split_whitespace()
            .all(|word| known_by.contains(word))
    }

    fn urgency(&self, pane: &Pane) -> usize {
        let attention = self.attention_of(pane);
        let mut order = URGENCY.iter();
        order
            .position(|other| *other == attention)
            .unwrap_or(URGENCY.len())
    }

    /// Returns what the pane wants, an ask of its rules included.
    fn attention_of(&self, pane: &Pane) -> Attention {
        match self.ask_of(pane) {
            Some(_) if pane.summary.attention != Attention::Password => Attention::Asking,
            _ => pane.summary.attention,
        }
    }
}

#[cfg(test)]
mod tests;
