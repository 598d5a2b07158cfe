//! Marks, and INTERACT with all marked panes at once.
//!
//! The focused pane is one of them: its cursor is the terminal's, and the mouse is its alone. What is
//! typed goes to each as if it had been typed there; their rules pause meanwhile.

use super::{App, Effect, Mode, Pane, Purpose};
use crate::{
    keys::Input,
    protocol::{PaneId, Request},
    tui::keymap::Action,
};

impl App {
    /// Marks the focused pane, or takes its mark away.
    pub(super) fn mark(&mut self) {
        let focus = self.focus;
        if let Some(pane) = focus.and_then(|focus| self.pane_mut(focus)) {
            pane.marked = !pane.marked;
            self.damage_all();
        }
    }

    /// Returns the marked panes whose children run.
    pub fn marked(&self) -> Vec<PaneId> {
        let marked = self.panes.iter().filter(|pane| pane.marked && pane.runs());
        marked.map(Pane::id).collect()
    }

    /// Returns the panes that get what is typed, when those are not just the focused one.
    pub fn audience(&self) -> Vec<&Pane> {
        if self.broadcast.is_empty() {
            return Vec::new();
        }
        let panes = self.panes.iter();
        panes.filter(|pane| self.hears(pane.id())).collect()
    }

    /// Returns whether what is typed goes to this pane among others.
    pub fn hears(&self, pane: PaneId) -> bool {
        !self.broadcast.is_empty() && (self.focus == Some(pane) || self.broadcast.contains(&pane))
    }

    /// Gives the keys to the children of all marked panes. The focus goes to the first unless it is
    /// on one of them: nothing is typed into a pane that is not marked.
    pub(super) fn begin_broadcast(&mut self) {
        if self.options.read_only {
            self.refuse_read_only();
            return;
        }
        let marked = self.marked();
        let Some(first) = marked.first() else {
            let mark = self.keymap.hint(Action::Mark);
            let broadcast = self.keymap.hint(Action::Broadcast);
            self.say(match self.panes.iter().any(|pane| pane.marked) {
                false => format!(
                    "no pane is marked; {mark} marks one, then {broadcast} types into all marked"
                ),
                true => format!("no marked pane is running; {mark} marks another one"),
            });
            return;
        };
        let lead = self.focus.filter(|focus| marked.contains(focus));
        let lead = lead.unwrap_or(*first);
        self.focus_on(lead);
        self.interact();
        for pane in marked.into_iter().filter(|pane| *pane != lead) {
            self.request(Request::Interact { pane, on: true }, Purpose::Quiet);
            self.broadcast.push(pane);
        }
    }

    /// Sends what was typed to the panes beside the focused one.
    pub(super) fn type_to_others(&mut self, input: &[Input]) {
        let is_meant = |input: &&Input| !matches!(input, Input::Mouse(_));
        let input: Vec<Input> = input.iter().filter(is_meant).cloned().collect();
        if input.is_empty() {
            return;
        }
        for pane in &self.broadcast {
            let request = Request::Input {
                pane: *pane,
                input: input.clone(),
            };
            self.effects
                .push(Effect::Request(request, Purpose::Command));
        }
    }

    /// Tells the server that the rules of the panes beside the focused one may go on.
    pub(super) fn release_others(&mut self) {
        for pane in std::mem::take(&mut self.broadcast) {
            self.request(Request::Interact { pane, on: false }, Purpose::Quiet);
        }
    }

    /// Leaves out panes whose children have ended; if the focused one's has, another one leads.
    pub(super) fn follow_audience(&mut self) {
        let runs = |app: &App, id: PaneId| app.pane(id).is_some_and(Pane::runs);
        let others = std::mem::take(&mut self.broadcast);
        let (mut on, off): (Vec<PaneId>, Vec<PaneId>) =
            others.into_iter().partition(|pane| runs(self, *pane));
        for pane in off {
            self.drop_out(pane);
        }
        if let Some(lead) = self.focus
            && !on.is_empty()
            && !runs(self, lead)
        {
            self.drop_out(lead);
            self.last = Some(lead).filter(|lead| self.pane(*lead).is_some());
            self.focus = Some(on.remove(0));
            self.mode = Mode::Interact;
            self.damage_all();
        }
        self.broadcast = on;
    }

    fn drop_out(&mut self, pane: PaneId) {
        self.request(Request::Interact { pane, on: false }, Purpose::Quiet);
        if let Some(pane) = self.pane(pane) {
            let word = pane.status(self.now.instant).word;
            let said = format!("{} has ended: {word}; it gets no more keys", pane.name());
            self.say(said);
        }
    }
}

#[cfg(test)]
mod tests;
