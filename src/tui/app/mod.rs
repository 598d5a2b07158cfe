//! The interface's state and what changes it: a message in, effects out.
//!
//! Pure: it holds no socket, terminal or clock. Messages and effects are in `message`; what keys
//! and replies do is in the other submodules; what it all looks like is drawn elsewhere from the
//! state here.

mod broadcast;
mod command;
mod config;
mod copy;
mod drag;
mod editor;
mod entry;
mod inbox;
mod input;
mod inspect;
mod jobs;
mod listing;
mod message;
mod mouse;
mod news;
mod notices;
mod palette;
mod pane;
mod prefer;
mod prefix;
mod record;
mod replies;
mod room;
mod rules;
mod scroll;
mod seek;
mod select;
mod selection;
mod show;

use std::time::{Duration, Instant};

pub use command::{Dialog, Question};
pub use copy::{Editing, MAX_COPY};
pub use editor::LineEditor;
pub use entry::{Entry, What};
pub use inbox::{Answering, Ask, Inbox};
pub use inspect::{Draft, Field, Inspect, Item, Kind, Section, Timeline};
pub use message::{Damage, Effect, Msg, Now, Purpose};
pub use palette::{Choice, Palette};
pub use pane::{Pane, STATUS_WIDTH};
pub use prefix::Prefixed;
pub use rules::Why;
pub use scroll::{Origin, Scroll};
pub use seek::Seek;
pub(in crate::tui) use show::{columns_of_number, natural_list_width};

use self::{listing::Listing, room::Room};
use super::{Options, Outcome, bindings::Keymap, layout::Arrangement, theme::Theme};
use crate::{
    expect::AutoAnswer,
    geometry::Size,
    keys::Input,
    protocol::{PaneId, Request},
    session::Layout,
};

/// How long a server may take to acknowledge that this client detaches.
const DETACH_TIMEOUT: Duration = Duration::from_millis(500);

/// How long news that nobody needs to have read stand in place of the hints.
const NOTICE_TIME: Duration = Duration::from_secs(4);

/// Who gets the keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The interface.
    Watch,
    /// The focused pane's child.
    Interact,
    /// The view of the focused pane's history.
    Scroll(Box<Scroll>),
    /// The list of asks.
    Inbox(Inbox),
    /// A look into the focused pane.
    Inspect(Box<Inspect>),
}

/// The interface's state.
#[derive(Debug)]
pub struct App {
    pub(super) options: Options,
    pub(super) theme: Theme,
    pub(super) keymap: Keymap,
    pub(super) now: Now,
    pub(super) size: Size,
    pub(super) panes: Vec<Pane>,
    pub(super) asks: Vec<Ask>,
    pub(super) auto_answer: AutoAnswer,
    pub(super) focus: Option<PaneId>,
    pub(super) mode: Mode,
    pub(super) dialog: Option<Dialog>,
    pub(super) notice: Option<String>,
    /// When the notice gives way to the hints by itself.
    notice_due: Option<Instant>,
    pub(super) prefixed: Prefixed,
    pub(super) layout: Layout,
    pub(super) zoomed: bool,
    pub(super) arrangement: Arrangement,
    pub(super) listing: Listing,
    room: Room,
    /// The panes that get what is typed beside the focused one.
    broadcast: Vec<PaneId>,
    /// A pane that was started from here, until the list has it.
    awaited: Option<PaneId>,
    list: bool,
    known: bool,
    last: Option<PaneId>,
    focus_wish: u64,
    config_number: u64,
    /// What is wrong with the config, until it is mended.
    pub(super) config_error: Option<String>,
    title: String,
    typed: Vec<Input>,
    effects: Vec<Effect>,
    damage: Damage,
    relayout: bool,
    leaving: Option<(Instant, Outcome)>,
    ending: bool,
    scrolls: u64,
    click: Option<(PaneId, Instant)>,
    press: Option<drag::Press>,
    gathering: Option<copy::Gathering>,
    dragging: bool,
    /// What was wrong with configs when they were read last.
    complaint: Option<String>,
}

impl App {
    /// Returns the state before anything is known of the session.
    pub fn new(options: Options, theme: Theme, size: Size, now: Now) -> App {
        App {
            layout: options.layout,
            options,
            theme,
            keymap: Keymap::default(),
            now,
            size,
            panes: Vec::new(),
            asks: Vec::new(),
            auto_answer: AutoAnswer::default(),
            focus: None,
            mode: Mode::Watch,
            dialog: None,
            notice: None,
            notice_due: None,
            prefixed: Prefixed::No,
            zoomed: false,
            arrangement: Arrangement::default(),
            listing: Listing::default(),
            room: Room::default(),
            broadcast: Vec::new(),
            awaited: None,
            list: true,
            known: false,
            last: None,
            focus_wish: 0,
            config_number: 0,
            config_error: None,
            title: String::new(),
            typed: Vec::new(),
            effects: Vec::new(),
            damage: Damage::default(),
            relayout: true,
            leaving: None,
            ending: false,
            scrolls: 0,
            click: None,
            press: None,
            gathering: None,
            dragging: false,
            complaint: None,
        }
    }

    /// Returns whether the session's panes are known, and so who gets the keys.
    pub fn is_known(&self) -> bool {
        self.known
    }

    /// Returns the first requests of an interface that is attached.
    pub fn start(&mut self) -> Vec<Effect> {
        self.request(Request::Summary { since: 0 }, Purpose::Summary);
        std::mem::take(&mut self.effects)
    }

    /// Takes in what happened and returns what is to be done, in order.
    pub fn update(&mut self, msg: Msg, now: Now) -> Vec<Effect> {
        self.now = now;
        match msg {
            Msg::Input(inputs) => self.inputs(inputs),
            Msg::Reply(purpose, reply) => self.reply(purpose, reply),
            Msg::Resized(size) => {
                self.size = size;
                self.damage_all();
            }
            Msg::Preferences(reading) => self.prefer(*reading),
            Msg::EditorFailed(message) => self.say(message),
            Msg::RulesSaved(result) => self.rule_saved(result),
            Msg::Tick => self.tick(),
            Msg::Closed => self.closed(),
        }
        self.synchronize();
        std::mem::take(&mut self.effects)
    }

    /// Returns when [`Msg::Tick`] is due: when a shown duration advances, or patience ends.
    pub fn next_deadline(&self) -> Option<Instant> {
        let leaving = self.leaving.as_ref().map(|(deadline, _)| *deadline);
        let durations = self
            .panes
            .iter()
            .filter(|pane| {
                self.arrangement.list.is_some() || self.arrangement.tile(pane.id()).is_some()
            })
            .filter_map(|pane| pane.next_change(self.now.instant))
            .min();
        let ages = self
            .asks
            .iter()
            .filter_map(|ask| ask.next_change(self.now.instant));
        let ages = ages.filter(|_| matches!(self.mode, Mode::Inbox(_))).min();
        let due = [
            leaving,
            durations,
            ages,
            self.drag_deadline(),
            self.notice_due,
            self.inspect_due(),
        ];
        due.into_iter().flatten().min()
    }

    /// Returns whether something must be drawn again. Nothing is before the panes are known.
    pub fn is_damaged(&self) -> bool {
        self.known && self.damage != Damage::default()
    }

    /// Returns what must be drawn again, and takes it as drawn.
    pub fn take_damage(&mut self) -> Damage {
        std::mem::take(&mut self.damage)
    }

    /// Marks everything for drawing.
    pub fn damage_all(&mut self) {
        self.damage = Damage::ALL;
        self.relayout = true;
    }

    /// Returns the pane of this id.
    pub fn pane(&self, id: PaneId) -> Option<&Pane> {
        self.panes.iter().find(|pane| pane.id() == id)
    }

    /// Returns the focused pane.
    pub fn focused(&self) -> Option<&Pane> {
        self.focus.and_then(|focus| self.pane(focus))
    }

    /// Returns how many panes need a person.
    pub fn needing(&self) -> usize {
        self.panes.iter().filter(|pane| self.needs(pane)).count()
    }

    /// Returns whether the pane needs a person.
    fn needs(&self, pane: &Pane) -> bool {
        pane.summary.attention.needs_person() || self.ask_of(pane).is_some()
    }

    /// Returns whether something lies over the panes.
    pub fn is_covered(&self) -> bool {
        let question = self.dialog.is_some() && self.entry().is_none();
        question || matches!(self.mode, Mode::Inbox(_) | Mode::Inspect(_))
    }

    fn pane_mut(&mut self, id: PaneId) -> Option<&mut Pane> {
        self.panes.iter_mut().find(|pane| pane.id() == id)
    }

    fn request(&mut self, request: Request, purpose: Purpose) {
        self.flush_typed();
        self.effects.push(Effect::Request(request, purpose));
    }

    fn command(&mut self, request: Request) {
        self.request(request, Purpose::Command);
    }

    fn quit(&mut self, outcome: Outcome) {
        self.flush_typed();
        self.effects.push(Effect::Quit(outcome));
    }

    fn say(&mut self, notice: impl Into<String>) {
        self.notice = Some(notice.into());
        self.notice_due = None;
        self.damage_all();
    }

    /// Says what nobody needs to have read.
    fn say_briefly(&mut self, notice: impl Into<String>) {
        self.say(notice);
        self.notice_due = Some(self.now.instant + NOTICE_TIME);
    }

    /// Tells the server that this client goes, and ends when that is heard.
    fn leave(&mut self, outcome: Outcome) {
        if self.leaving.is_some() {
            return;
        }
        self.request(Request::Detach, Purpose::Detach);
        self.leaving = Some((self.now.instant + DETACH_TIMEOUT, outcome));
    }

    fn tick(&mut self) {
        match self.leaving.take() {
            Some((deadline, outcome)) if deadline <= self.now.instant => self.quit(outcome),
            leaving => {
                self.leaving = leaving;
                self.drag_tick();
                if self
                    .notice_due
                    .take_if(|due| *due <= self.now.instant)
                    .is_some()
                {
                    self.notice = None;
                }
                self.inspect_on();
                self.damage.chrome = true;
            }
        }
    }

    fn closed(&mut self) {
        let outcome = match self.leaving.take() {
            Some((_, outcome)) => outcome,
            None if self.ending => Outcome::Ended,
            None => Outcome::ServerGone,
        };
        self.typed.clear();
        self.quit(outcome);
    }

    /// Returns how many panes run a child.
    pub(super) fn running(&self) -> usize {
        self.panes.iter().filter(|pane| pane.runs()).count()
    }
}

#[cfg(test)]
mod tests;
