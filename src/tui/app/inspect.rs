//! INSPECT: one pane, looked into: what has happened, its tty, its rules, its terminal's modes.
//!
//! Owns what is asked of the server and when: a few times a second while INSPECT is open and not
//! paused, and never two looks at once. What has happened is `timeline`'s, a rule that is made from
//! it `draft`'s.

mod draft;
mod keys;
mod timeline;

use std::time::{Duration, Instant};

pub use draft::{Draft, Field};
pub use timeline::{Item, Kind, Timeline};

use super::{App, Mode, Purpose};
use crate::protocol::{Inspection, PaneId, Request};

/// How often the pane is looked at: often enough to see a program start to wait.
const LOOK: Duration = Duration::from_millis(250);

/// A part of what is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// What has happened.
    Timeline,
    /// The tty's settings and programs.
    Tty,
    /// The rules.
    Rules,
    /// The terminal's modes.
    Modes,
}

impl Section {
    /// Every section, in the order in which Tab goes through them.
    pub const ALL: [Section; 4] = [
        Section::Timeline,
        Section::Tty,
        Section::Rules,
        Section::Modes,
    ];

    /// Returns its name.
    pub fn name(self) -> &'static str {
        match self {
            Section::Timeline => "timeline",
            Section::Tty => "tty",
            Section::Rules => "rules",
            Section::Modes => "modes",
        }
    }

    fn beside(self, by: usize) -> Section {
        Section::ALL[(self as usize + by) % Section::ALL.len()]
    }
}

/// A visit to INSPECT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspect {
    /// The pane.
    pub pane: PaneId,
    /// The part that keys move in.
    pub section: Section,
    /// What has happened.
    pub timeline: Timeline,
    /// How the pane stood at the last look; its entries are the timeline's.
    pub state: Option<Box<Inspection>>,
    /// Nothing is looked at.
    pub paused: bool,
    /// The first line that is shown of the selected entry, while that is shown in full.
    pub full: Option<usize>,
    /// The place of the selected rule.
    pub rule: usize,
    /// The first line that is shown of TTY and of MODES.
    pub tops: [usize; 2],
    /// The rule that is being made.
    pub draft: Option<Box<Draft>>,
    visit: u64,
    waiting: bool,
    /// When the next look is due.
    due: Instant,
    /// What to ask with.
    next: u64,
}

impl Inspect {
    /// Returns the number of the visit, for tests that answer for the server.
    #[cfg(test)]
    pub fn number(&self) -> u64 {
        self.visit
    }
}

impl App {
    /// Looks into the focused pane.
    pub(super) fn begin_inspect(&mut self) {
        let Some(pane) = self.focus else {
            self.say("there is no pane to inspect");
            return;
        };
        self.scrolls += 1;
        self.mode = Mode::Inspect(Box::new(Inspect {
            pane,
            section: Section::Timeline,
            timeline: Timeline::default(),
            state: None,
            paused: false,
            full: None,
            rule: 0,
            tops: [0; 2],
            draft: None,
            visit: self.scrolls,
            waiting: false,
            due: self.now.instant,
            next: 0,
        }));
        self.damage_all();
        self.inspect_on();
    }

    /// Returns when the next look is due.
    pub(super) fn inspect_due(&self) -> Option<Instant> {
        match &self.mode {
            Mode::Inspect(inspect) if !inspect.paused && !inspect.waiting => Some(inspect.due),
            _ => None,
        }
    }

    /// Asks for the next look if it is due.
    pub(super) fn inspect_on(&mut self) {
        if self.inspect_due().is_none_or(|due| due > self.now.instant) {
            return;
        }
        let Mode::Inspect(inspect) = &mut self.mode else {
            return;
        };
        inspect.waiting = true;
        let (pane, since) = (inspect.pane, inspect.next);
        let purpose = Purpose::Inspect(inspect.visit);
        self.request(Request::Inspect { pane, since }, purpose);
    }

    /// Takes what was seen.
    pub(super) fn inspected(&mut self, visit: u64, mut seen: Inspection) {
        let due = self.now.instant + LOOK;
        let Some(inspect) = self.inspecting(visit) else {
            return;
        };
        (inspect.waiting, inspect.due) = (false, due);
        if inspect.paused {
            // It was under way: it is looked at again when the pause is over.
            return;
        }
        let entries = std::mem::take(&mut seen.entries);
        inspect.next = seen.next;
        let news = inspect.timeline.take(entries);
        let same = inspect.state.as_deref().is_some_and(|state| {
            let timeless = Inspection {
                now: state.now,
                next: state.next,
                ..seen.clone()
            };
            timeless == *state
        });
        inspect.state = Some(Box::new(seen));
        if news || !same {
            self.damage_all();
        }
    }

    /// Ends the visit, since the pane has gone.
    pub(super) fn inspect_failed(&mut self, visit: u64, message: String) {
        if self.inspecting(visit).is_some() {
            self.mode = Mode::Watch;
            self.say(message);
        }
    }

    /// Takes a prompt of the past, to make a rule from it.
    pub(super) fn prompt_told(&mut self, visit: u64, prompt: &str) {
        let name = self.focused().map(|pane| pane.name().to_owned());
        let Some(inspect) = self.inspecting(visit) else {
            return;
        };
        match Draft::new(&name.unwrap_or_default(), prompt) {
            Some(draft) => inspect.draft = Some(Box::new(draft)),
            None => {
                self.say("no prompt stood there, or it is kept no longer: select another entry")
            }
        }
        self.damage_all();
    }

    /// Tells where a rule was written, or why it could not be.
    pub(super) fn rule_saved(&mut self, result: Result<String, String>) {
        match result {
            Ok(file) => {
                if let Mode::Inspect(inspect) = &mut self.mode {
                    inspect.draft = None;
                }
                self.say(format!(
                    "wrote {file} in the session's folder; 'run --rules' takes it"
                ));
            }
            Err(message) => self.say(message),
        }
    }

    /// Returns the visit, if it is that one.
    fn inspecting(&mut self, visit: u64) -> Option<&mut Inspect> {
        match &mut self.mode {
            Mode::Inspect(inspect) if inspect.visit == visit => Some(inspect),
            _ => None,
        }
    }

    fn end_inspect(&mut self) {
        self.mode = Mode::Watch;
        self.damage_all();
    }
}

#[cfg(test)]
mod tests;
