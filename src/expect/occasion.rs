//! Occasions: what a rule has to act on, from its match or event to its firing.

use super::{
    decision::{Reason, bounded},
    rule::{Hit, Rule},
    showing::Shape,
    template::Captured,
};

/// Something that a rule may act on.
#[derive(Clone, Debug)]
pub(super) struct Occasion {
    /// The rule's index among the pane's rules.
    pub(super) rule: usize,
    /// The match or the event.
    pub(super) reason: Reason,
    /// What a decision shows of the text looked at; empty for events.
    pub(super) text: String,
    pub(super) captured: Captured,
    pub(super) place: Place,
    /// What `context` and `not` look at, where that is not the screen.
    pub(super) around: Option<String>,
}

/// Where a rule has found its occasion.
#[derive(Clone, Debug)]
pub(super) enum Place {
    /// On this logical line, up to the cursor.
    Prompt(u64),
    /// In this finished line.
    Line(u64),
    /// On the screen.
    Screen(Shape),
    /// In a stream.
    Stream {
        /// The line that the cursor was on when output was still first; `None` before that.
        line: Option<u64>,
        /// Nothing but blanks came before it since the last match.
        fresh: bool,
    },
    /// It came as an event.
    Event,
}

impl Occasion {
    /// Returns the occasion of a rule that matched in `text`.
    pub(super) fn of_match(
        index: usize,
        rule: &Rule,
        text: &str,
        hit: &Hit,
        place: Place,
    ) -> Occasion {
        Occasion {
            rule: index,
            reason: Reason::Matched(rule.patterns[hit.pattern].text().to_owned()),
            text: bounded(text),
            captured: rule.captured(text, hit),
            place,
            around: None,
        }
    }

    /// Returns the occasion of a rule whose event came.
    pub(super) fn of_event(index: usize, reason: Reason) -> Occasion {
        Occasion {
            rule: index,
            reason,
            text: String::new(),
            captured: Captured::default(),
            place: Place::Event,
            around: None,
        }
    }

    /// Returns whether it came as an event, which no send spends.
    pub(super) fn is_event(&self) -> bool {
        matches!(self.place, Place::Event)
    }

    /// Returns whether it goes with what is shown: when the screen is erased, it has gone.
    pub(super) fn is_shown(&self) -> bool {
        !matches!(self.place, Place::Event | Place::Line(_))
    }
}
