//! The interface's state and what changes it: a message in, effects out.
//!
//! Pure: it holds no socket, terminal or clock. Replies come back with the [`Purpose`] that
//! their request was sent for. What keys do is in the submodules; what it all looks like is
//! drawn elsewhere from the state here.

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
mod mouse;
mod news;
mod notices;
mod palette;
mod pane;
mod prefer;
mod prefix;
mod record;
mod room;
mod rules;
mod scroll;
mod seek;
mod select;
mod selection;
mod show;

use std::time::{Duration, Instant};

use jiff::Timestamp;

pub use command::{Dialog, Question};
pub use copy::{Editing, MAX_COPY};
pub use editor::LineEditor;
pub use entry::{Entry, What};
pub use inbox::{Answering, Ask, Inbox};
pub use inspect::{Draft, Field, Inspect, Item, Kind, Section, Timeline};
pub use palette::{Choice, Palette};
pub use pane::{Pane, STATUS_WIDTH};
pub use prefix::Prefixed;
pub use rules::Why;
pub use scroll::{Origin, Scroll};
pub use seek::Seek;
pub(in crate::tui) use show::{columns_of_number, natural_list_width};

use self::{listing::Listing, room::Room};
use super::{
    Options, Outcome, bindings::Keymap, layout::Arrangement, preferences::Reading, theme::Theme,
};
use crate::{
    expect::AutoAnswer,
    geometry::Size,
    keys::Input,
    protocol::{FailureKind, PaneId, Reply, Request},
    screen::Place,
    session::Layout,
};

/// How long a server may take to acknowledge that this client detaches.
const DETACH_TIMEOUT: Duration = Duration::from_millis(500);

/// How long news that nobody needs to have read stand in place of the hints.
const NOTICE_TIME: Duration = Duration::from_secs(4);

/// More damaged rows than this count as everything damaged.
const MAX_DAMAGED_ROWS: usize = 4 * Size::LIMIT as usize;

/// The present moment, on both clocks.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// For intervals.
    pub instant: Instant,
    /// For the times that the server reports.
    pub wall: Timestamp,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum Msg {
    /// A person did these things, in this order.
    Input(Vec<Input>),
    /// The server answered.
    Reply(Purpose, Reply),
    /// The terminal has this size.
    Resized(Size),
    /// Keys and colours were read from configs.
    Preferences(Box<Reading>),
    /// The editor could not be run, or has failed.
    EditorFailed(String),
    /// A rule was written into this file, or why not.
    RulesSaved(Result<String, String>),
    /// [`App::next_deadline`] has come.
    Tick,
    /// The connection has ended.
    Closed,
}

/// What a request was sent for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The pane list.
    Summary,
    /// A pane's screen.
    Update(PaneId),
    /// Rows of history, for this visit to SCROLL.
    History(u64),
    /// A match, for this visit to SCROLL and this search.
    Search {
        /// The visit.
        visit: u64,
        /// The search.
        search: u64,
    },
    /// A prompt, for this visit to SCROLL.
    Prompt {
        /// The visit.
        visit: u64,
        /// Up, into the past.
        backwards: bool,
    },
    /// What was selected in this visit to SCROLL, to be copied.
    Copy {
        /// The visit.
        visit: u64,
        /// SCROLL ends then.
        leave: bool,
        /// The first place that was selected, and the one after the last.
        range: (Place, Place),
    },
    /// A piece of a pane's history, for this wish to edit it.
    Edit(u64),
    /// A person's command; its failure is shown.
    Command,
    /// A person's answer to an ask; its failure is shown even when the pane has ended.
    Answer,
    /// Why each rule of this pane acts or does not.
    Why(PaneId),
    /// What has happened in a pane, for this visit to INSPECT.
    Inspect(u64),
    /// A prompt of the past, for this visit to INSPECT.
    PromptAt(u64),
    /// A pane that a person starts.
    Started,
    /// The beginning or the end of this pane's recording.
    Record {
        /// The pane.
        pane: PaneId,
        /// It begins.
        on: bool,
    },
    /// Something that may fail unseen.
    Quiet,
    /// The end of the session.
    Down,
    /// The end of this client.
    Detach,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Send this.
    Request(Request, Purpose),
    /// Ring the terminal's bell.
    Bell,
    /// Have the terminal notify the person of this.
    Notify(String),
    /// Set the terminal's title.
    Title(String),
    /// Draw every cell again, whatever the terminal is believed to show.
    Redraw,
    /// Give this text to the terminal's clipboard.
    Copy(String),
    /// Open this text in the person's editor; [`Msg::EditorFailed`] tells if that fails.
    Edit(Editing),
    /// Write this text into a new file of rules; [`Msg::RulesSaved`] tells how that went.
    SaveRules {
        /// The file is called after this.
        name: String,
        /// The text.
        text: String,
    },
    /// Stop this process until it is continued.
    Suspend,
    /// End the interface.
    Quit(Outcome),
}

/// What must be drawn again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Damage {
    /// Everything.
    pub all: bool,
    /// What stands around the panes.
    pub chrome: bool,
    /// These rows of these panes' screens.
    pub rows: Vec<(PaneId, u16)>,
}

impl Damage {
    /// Everything is damaged.
    pub const ALL: Damage = Damage {
        all: true,
        chrome: true,
        rows: Vec::new(),
    };
}

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

    fn reply(&mut self, purpose: Purpose, reply: Reply) {
        match (purpose, reply) {
            (Purpose::Summary, Reply::Summary(summary)) => self.summary(summary),
            (Purpose::Update(id), Reply::Screen(delta)) => self.screen(id, delta),
            (Purpose::Update(id), _) => {
                if let Some(pane) = self.pane_mut(id) {
                    pane.refuse();
                }
            }
            (Purpose::History(visit), Reply::History(view)) => self.history(visit, view),
            (Purpose::Search { visit, search }, Reply::Found(found)) => {
                self.found(visit, search, found);
            }
            (Purpose::Search { visit, search }, Reply::Failed(failure)) => {
                self.search_failed(visit, search, failure.message);
            }
            (Purpose::Prompt { visit, backwards }, Reply::Found(found)) => {
                self.prompt_found(visit, backwards, found);
            }
            (Purpose::Prompt { visit, .. }, Reply::Failed(failure)) => {
                self.prompt_failed(visit, failure.message);
            }
            (
                Purpose::Copy {
                    visit,
                    leave,
                    range: (from, to),
                },
                Reply::Text(piece),
            ) => self.copied(visit, leave, from..to, piece),
            (Purpose::Edit(number), Reply::Text(piece)) => self.gathered(number, piece),
            (Purpose::Edit(number), Reply::Failed(failure)) => {
                self.gathering_failed(number, failure.message);
            }
            (Purpose::Detach, _) => {
                if let Some((_, outcome)) = self.leaving.take() {
                    self.quit(outcome);
                }
            }
            (Purpose::Started, Reply::Started(started)) => self.started(started),
            (Purpose::Why(pane), Reply::Why(rules)) => self.tell_why(pane, rules),
            (Purpose::Inspect(visit), Reply::Inspection(seen)) => self.inspected(visit, *seen),
            (Purpose::Inspect(visit), Reply::Failed(failure)) => {
                self.inspect_failed(visit, failure.message);
            }
            (Purpose::PromptAt(visit), Reply::Prompt(prompt)) => self.prompt_told(visit, &prompt),
            (Purpose::Record { pane, on }, Reply::Recording(file)) => {
                self.tell_recording(pane, on, file.as_deref());
            }
            (Purpose::Down, Reply::Failed(failure)) => {
                self.ending = false;
                self.say(failure.message);
            }
            (Purpose::Down, _) => self.quit(Outcome::Ended),
            (Purpose::History(visit), Reply::Failed(failure)) => {
                self.history_failed(visit);
                self.say(failure.message);
            }
            // The pane's end is told by the list, better than by a key that came too late.
            (Purpose::Quiet, _) => {}
            (Purpose::Command, Reply::Failed(failure)) if failure.kind == FailureKind::Ended => {}
            (_, Reply::Failed(failure)) => self.say(failure.message),
            _ => {}
        }
    }

    fn screen(&mut self, id: PaneId, delta: crate::screen::ScreenDelta) {
        let shown = self.arrangement.tile(id).is_some();
        let scrolled = self.focus == Some(id)
            && matches!(&self.mode, Mode::Scroll(scroll) if scroll.shows_history());
        let Some(pane) = self.pane_mut(id) else {
            return;
        };
        let before = pane.drawn_size();
        let rows = pane.apply(delta);
        let resized = before.is_some_and(|before| before != pane.screen.size);
        if resized && self.focus == Some(id) {
            // Its history has other rows now.
            self.rescroll();
        }
        // INSPECT lies over all panes.
        if !shown || matches!(self.mode, Mode::Inspect(_)) {
            return;
        }
        match rows {
            None => self.damage_all(),
            Some(_) if scrolled => {}
            Some(rows) => {
                if !self.damage.all {
                    let rows = rows.into_iter().map(|row| (id, row));
                    self.damage.rows.extend(rows);
                }
                // A terminal that does not read leaves damage undrawn.
                if self.damage.rows.len() > MAX_DAMAGED_ROWS {
                    self.damage = Damage::ALL;
                }
            }
        }
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
