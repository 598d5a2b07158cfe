//! The interface's state and what changes it: a message in, effects out.
//!
//! Pure: it holds no socket, terminal or clock. Replies come back with the [`Purpose`] that
//! their request was sent for. What keys do is in the submodules; what it all looks like is
//! drawn elsewhere from the state here.

mod command;
mod input;
mod mouse;
mod pane;
mod scroll;

use std::time::{Duration, Instant};

use jiff::Timestamp;

pub use command::{Dialog, Question};
pub use pane::{Pane, STATUS_WIDTH};
pub use scroll::{Origin, Scroll};

use super::{
    Options, Outcome,
    layout::{self, Arrangement, Wishes},
    theme::Theme,
};
use crate::{
    geometry::Size,
    keys::Input,
    protocol::{FailureKind, PaneId, PaneState, Reply, Request, Summary},
    session::Layout,
};

/// How long a server may take to acknowledge that this client detaches.
const DETACH_TIMEOUT: Duration = Duration::from_millis(500);

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
    /// A person's command; its failure is shown.
    Command,
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
    /// Set the terminal's title.
    Title(String),
    /// Draw every cell again, whatever the terminal is believed to show.
    Redraw,
    /// Stop this process until it is continued.
    Suspend,
    /// End the interface.
    Quit(Outcome),
}

/// What must be drawn again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Damage {
    /// These rows of these panes' screens.
    Rows(Vec<(PaneId, u16)>),
    /// Everything.
    All,
}

/// Who gets the keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The interface.
    Watch,
    /// The focused pane's child.
    Interact,
    /// The view of the focused pane's history.
    Scroll(Scroll),
}

/// The interface's state.
#[derive(Debug)]
pub struct App {
    pub(super) options: Options,
    pub(super) theme: Theme,
    pub(super) now: Now,
    pub(super) size: Size,
    pub(super) panes: Vec<Pane>,
    pub(super) focus: Option<PaneId>,
    pub(super) mode: Mode,
    pub(super) dialog: Option<Dialog>,
    pub(super) notice: Option<String>,
    pub(super) layout: Layout,
    pub(super) zoomed: bool,
    pub(super) arrangement: Arrangement,
    list: bool,
    known: bool,
    last: Option<PaneId>,
    title: String,
    typed: Vec<Input>,
    effects: Vec<Effect>,
    damage: Damage,
    relayout: bool,
    leaving: Option<(Instant, Outcome)>,
    ending: bool,
    scrolls: u64,
    click: Option<(PaneId, Instant)>,
    dragging: bool,
}

impl App {
    /// Returns the state before anything is known of the session.
    pub fn new(options: Options, theme: Theme, size: Size, now: Now) -> App {
        App {
            layout: options.layout,
            options,
            theme,
            now,
            size,
            panes: Vec::new(),
            focus: None,
            mode: Mode::Watch,
            dialog: None,
            notice: None,
            zoomed: false,
            arrangement: Arrangement::default(),
            list: true,
            known: false,
            last: None,
            title: String::new(),
            typed: Vec::new(),
            effects: Vec::new(),
            damage: Damage::Rows(Vec::new()),
            relayout: true,
            leaving: None,
            ending: false,
            scrolls: 0,
            click: None,
            dragging: false,
        }
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
                self.rescroll();
            }
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
        leaving.into_iter().chain(durations).min()
    }

    /// Returns whether something must be drawn again. Nothing is before the panes are known.
    pub fn is_damaged(&self) -> bool {
        self.known && self.damage != Damage::Rows(Vec::new())
    }

    /// Returns what must be drawn again, and takes it as drawn.
    pub fn take_damage(&mut self) -> Damage {
        std::mem::replace(&mut self.damage, Damage::Rows(Vec::new()))
    }

    /// Marks everything for drawing.
    pub fn damage_all(&mut self) {
        self.damage = Damage::All;
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
        let needs = |pane: &&Pane| pane.summary.attention.needs_person();
        self.panes.iter().filter(needs).count()
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
        self.damage_all();
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
            (Purpose::Detach, _) => {
                if let Some((_, outcome)) = self.leaving.take() {
                    self.quit(outcome);
                }
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
        let rows = pane.apply(delta);
        if !shown {
            return;
        }
        match rows {
            None => self.damage_all(),
            Some(_) if scrolled => {}
            Some(rows) => {
                if let Damage::Rows(damaged) = &mut self.damage {
                    damaged.extend(rows.into_iter().map(|row| (id, row)));
                }
            }
        }
    }

    fn summary(&mut self, summary: Summary) {
        let first = !self.known;
        self.known = true;
        let generation = summary.generation;
        let mut old = std::mem::take(&mut self.panes);
        let index = self.place(&old);
        let mut rang = false;
        for summary in summary.panes {
            let known = old.iter().position(|pane| pane.id() == summary.id);
            let pane = match known {
                Some(known) => {
                    let mut pane = old.swap_remove(known);
                    rang |= summary.bells > pane.summary.bells;
                    pane.renew(summary, self.now);
                    pane
                }
                None => Pane::new(summary, self.now),
            };
            self.panes.push(pane);
        }
        self.panes.sort_by_key(Pane::id);
        if rang {
            self.effects.push(Effect::Bell);
        }
        if self.last.is_some_and(|last| self.pane(last).is_none()) {
            self.last = None;
        }
        if first {
            self.begin();
        } else if self.focused().is_none() {
            if self.mode != Mode::Watch {
                self.mode = Mode::Watch;
                self.dialog = None;
            }
            let last = self.panes.len().saturating_sub(1);
            self.focus = self.panes.get(index.min(last)).map(Pane::id);
        }
        self.follow_end();
        self.retitle();
        self.damage_all();
        self.request(Request::Summary { since: generation }, Purpose::Summary);
    }

    /// Returns the focused pane's place in the list.
    fn place(&self, panes: &[Pane]) -> usize {
        panes
            .iter()
            .position(|pane| Some(pane.id()) == self.focus)
            .unwrap_or(0)
    }

    /// Focuses and enters what the options ask for, once the panes are known.
    fn begin(&mut self) {
        self.focus = self.panes.first().map(Pane::id);
        let wanted = self.options.only.clone().or(self.options.interact.clone());
        let Some(wanted) = wanted else {
            return;
        };
        let found = self
            .panes
            .iter()
            .find(|pane| pane.summary.name == wanted || pane.id().to_string() == wanted);
        match found.map(Pane::id) {
            Some(id) => {
                self.focus = Some(id);
                if self.focused().is_some_and(Pane::has_ended) {
                    self.follow_only();
                } else {
                    self.interact();
                }
            }
            None if self.options.only.is_some() => self.quit(Outcome::NoPane(wanted)),
            None => self.say(format!("there is no pane '{wanted}' in this session")),
        }
    }

    /// Gives the keys back when the child that had them has ended.
    fn follow_end(&mut self) {
        let Some(pane) = self.focused() else {
            self.follow_only();
            return;
        };
        if !pane.has_ended() {
            return;
        }
        let said = format!(
            "{} has ended: {}",
            pane.name(),
            pane.status(self.now.instant).word
        );
        match &mut self.mode {
            Mode::Watch => {}
            Mode::Interact => {
                self.end_interact();
                self.dialog = None;
                self.say(said);
            }
            Mode::Scroll(scroll) if scroll.origin == Origin::Interact => {
                scroll.origin = Origin::Watch;
                self.release();
            }
            Mode::Scroll(_) => {}
        }
        self.follow_only();
    }

    /// Ends an interface that is one pane's alone when that pane has ended or gone.
    fn follow_only(&mut self) {
        if self.options.only.is_none() || self.leaving.is_some() {
            return;
        }
        match self.focused() {
            Some(pane) if pane.has_ended() => {
                let outcome = Outcome::PaneEnded {
                    name: pane.summary.name.clone(),
                    exit: pane.summary.exit.clone(),
                    error: pane.summary.error.clone(),
                };
                self.leave(outcome);
            }
            Some(_) => {}
            None => {
                let name = self.options.only.clone().unwrap_or_default();
                self.leave(Outcome::NoPane(name));
            }
        }
    }

    fn retitle(&mut self) {
        let mut title = format!("muxpect {}", self.options.session);
        match self.needing() {
            0 => {}
            1 => title.push_str(" (1 needs you)"),
            count => title.push_str(&format!(" ({count} need you)")),
        }
        if title != self.title {
            self.title.clone_from(&title);
            self.effects.push(Effect::Title(title));
        }
    }

    fn tick(&mut self) {
        match self.leaving.take() {
            Some((deadline, outcome)) if deadline <= self.now.instant => self.quit(outcome),
            leaving => {
                self.leaving = leaving;
                self.damage_all();
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

    /// Brings geometry, the panes' sizes and the requests for updates up to the state.
    fn synchronize(&mut self) {
        if self.relayout && self.known {
            self.relayout = false;
            self.rearrange();
        }
        if !self.known || self.leaving.is_some() {
            return;
        }
        let tiles = std::mem::take(&mut self.arrangement.tiles);
        for tile in &tiles {
            let size = tile.size();
            let read_only = self.options.read_only;
            let Some(pane) = self.pane_mut(tile.pane) else {
                continue;
            };
            pane.seen_bells = pane.summary.bells;
            let resize = !read_only && pane.tell_size(size);
            let update = pane.ask_update();
            if resize {
                let request = Request::Resize {
                    pane: tile.pane,
                    size,
                };
                self.request(request, Purpose::Quiet);
            }
            if let Some(since) = update {
                let request = Request::Update {
                    pane: tile.pane,
                    since,
                };
                self.request(request, Purpose::Update(tile.pane));
            }
        }
        self.arrangement.tiles = tiles;
    }

    fn rearrange(&mut self) {
        let ids: Vec<PaneId> = self.panes.iter().map(Pane::id).collect();
        let wishes = Wishes {
            chrome: self.options.only.is_none(),
            list: self.list.then(|| self.list_width()),
            layout: self.layout,
            zoomed: self.zoomed,
        };
        self.arrangement = layout::arrange(self.size, &ids, self.focus, wishes);
        if self.options.read_only || self.options.only.is_some() {
            return;
        }
        let alone = self.arrangement.size_alone();
        for id in ids {
            let shown = self.arrangement.tile(id).is_some();
            let unsized_pane = |pane: &mut Pane| pane.told_size.is_none() && pane.tell_size(alone);
            if !shown && self.pane_mut(id).is_some_and(unsized_pane) {
                let request = Request::Resize {
                    pane: id,
                    size: alone,
                };
                self.request(request, Purpose::Quiet);
            }
        }
    }

    /// Returns how wide the list is: as its longest name needs, up to a fifth of the terminal.
    fn list_width(&self) -> u16 {
        let longest = self.panes.iter().map(Pane::name_width).max().unwrap_or(0);
        longest.clamp(6, (self.size.cols / 5).max(6)) + self.number_width() + STATUS_WIDTH + 6
    }

    /// Returns how many columns the panes' numbers need.
    pub(super) fn number_width(&self) -> u16 {
        let largest = self.panes.last().map_or(1, |pane| pane.id().0);
        u16::try_from(largest.checked_ilog10().unwrap_or(0)).unwrap_or(0) + 1
    }

    /// Returns how many panes run a child.
    pub(super) fn running(&self) -> usize {
        let runs =
            |pane: &&Pane| matches!(pane.summary.state, PaneState::Running | PaneState::Stopping);
        self.panes.iter().filter(runs).count()
    }
}

#[cfg(test)]
mod tests;
