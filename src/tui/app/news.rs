//! What a newer pane list means: panes come and go, children end, bells ring.

use super::{App, Dialog, Effect, Entry, Mode, Origin, Pane, Purpose, What, pane::Renewed};
use crate::{
    protocol::{PaneId, Request, Summary},
    tui::Outcome,
};

impl App {
    pub(super) fn summary(&mut self, summary: Summary) {
        let first = !self.known;
        self.known = true;
        let mut changes = first || summary.panes.len() != self.panes.len();
        let generation = summary.generation;
        let mut old = std::mem::take(&mut self.panes);
        let index = self.place(&old);
        let mut rang = false;
        let (asks, auto_answer) = (summary.asks, summary.auto_answer);
        let notices = summary.notices;
        let wish = summary.focus;
        let config = summary.config;
        for summary in summary.panes {
            let known = old.iter().position(|pane| pane.id() == summary.id);
            let pane = match known {
                Some(known) => {
                    let mut pane = old.swap_remove(known);
                    rang |= summary.bells > pane.summary.bells;
                    match pane.renew(summary, self.now) {
                        Renewed::Unseen => {}
                        Renewed::Words => self.damage.chrome = true,
                        Renewed::Pane => changes = true,
                    }
                    pane
                }
                None => {
                    changes = true;
                    Pane::new(summary, self.now)
                }
            };
            self.panes.push(pane);
        }
        self.panes.sort_by_key(Pane::id);
        self.renew_asks(asks);
        if self.auto_answer != auto_answer {
            self.auto_answer = auto_answer;
            self.damage.chrome = true;
        }
        rang |= self.notices(notices);
        if rang {
            self.effects.push(Effect::Bell);
        }
        if self.last.is_some_and(|last| self.pane(last).is_none()) {
            self.last = None;
        }
        self.follow_audience();
        if first {
            self.begin();
            self.room.main = self.focus;
        } else if self.focused().is_none() {
            if !matches!(self.mode, Mode::Watch | Mode::Inbox(_)) {
                self.mode = Mode::Watch;
                self.dialog = None;
            }
            let last = self.panes.len().saturating_sub(1);
            self.focus = self.panes.get(index.min(last)).map(Pane::id);
        }
        self.follow_end();
        self.follow_wish(wish, first);
        self.renew_config(config, first);
        self.follow_awaited();
        changes |= self.relist();
        self.close_stale_question();
        self.retitle();
        if changes {
            self.damage_all();
        }
        self.request(Request::Summary { since: generation }, Purpose::Summary);
    }

    /// Returns the focused pane's place in the list.
    pub(super) fn place(&self, panes: &[Pane]) -> usize {
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
            Mode::Watch | Mode::Inbox(_) | Mode::Inspect(_) => {}
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

    /// Focuses the pane that a rule wants focused, unless a person is at something, or the wish
    /// is older than this interface.
    fn follow_wish(&mut self, wish: Option<(PaneId, u64)>, first: bool) {
        let Some((pane, number)) = wish else {
            return;
        };
        let news = number > self.focus_wish;
        self.focus_wish = self.focus_wish.max(number);
        let busy = self.mode != Mode::Watch || self.dialog.is_some() || self.leaving.is_some();
        let free = !first && !busy && self.options.only.is_none();
        if news && free && self.pane(pane).is_some() {
            self.focus_on(pane);
        }
    }

    /// Closes a question that a pane's end, restart or removal has answered.
    fn close_stale_question(&mut self) {
        let stale = match &self.dialog {
            Some(Dialog::Ended(id)) => !self.pane(*id).is_some_and(Pane::has_ended),
            Some(Dialog::Kill(id)) => self.pane(*id).is_none_or(Pane::has_ended),
            Some(Dialog::Why(why)) => self.pane(why.pane).is_none(),
            Some(Dialog::Entry(Entry {
                what: What::Name(id),
                ..
            })) => self.pane(*id).is_none(),
            _ => false,
        };
        if stale {
            self.dialog = None;
            self.damage_all();
        }
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
}
