//! What a person tells and asks the rules: armed or not, answering or not, and why.

use super::{App, Dialog, Mode, Purpose};
use crate::{
    expect::AutoAnswer,
    keys::Key,
    protocol::{PaneId, Request, WhyInfo},
    tui::keymap::Action,
};

/// Why each rule of a pane acts or does not, as it was when a person asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    /// The pane.
    pub pane: PaneId,
    /// Its rules.
    pub rules: Vec<WhyInfo>,
    /// The first line that is shown.
    pub top: usize,
}

impl App {
    /// Arms the focused pane, or disarms it.
    pub(super) fn arm(&mut self) {
        let on = self
            .focused()
            .is_some_and(|pane| !pane.summary.armed || pane.summary.disarmed.is_some());
        let verb = if on { "arm" } else { "disarm" };
        self.order(verb, |panes| Request::Arm { panes, on });
    }

    /// Goes from answering to suggesting to neither.
    pub(super) fn next_auto_answer(&mut self) {
        if self.options.read_only {
            self.refuse_read_only();
            return;
        }
        let next = match self.auto_answer {
            AutoAnswer::On => AutoAnswer::Suggest,
            AutoAnswer::Suggest => AutoAnswer::Off,
            AutoAnswer::Off => AutoAnswer::On,
        };
        self.command(Request::AutoAnswer(next));
    }

    pub(super) fn ask_why(&mut self) {
        match self.focus {
            Some(id) => {
                let pane = Some(id.to_string());
                self.request(Request::Why { pane }, Purpose::Why(id));
            }
            None => self.say("there is no pane to ask about"),
        }
    }

    /// Shows what the server said, unless the person has turned to something else meanwhile.
    pub(super) fn tell_why(&mut self, pane: PaneId, rules: Vec<WhyInfo>) {
        let Some(name) = self.pane(pane).map(|pane| pane.name().to_owned()) else {
            return;
        };
        if self.mode != Mode::Watch || self.dialog.is_some() || self.focus != Some(pane) {
            return;
        }
        if rules.is_empty() {
            self.say(format!("{name} has no rules"));
        } else {
            let top = 0;
            self.ask(Dialog::Why(Why { pane, rules, top }));
        }
    }

    pub(super) fn why_key(&mut self, why: Why, key: Key) {
        if self.keymap.watch(key) == Some(Action::Why) {
            return;
        }
        let last = crate::tui::view::why_last(self.size, &why.rules);
        self.dialog = self.page_key(why.top, key).map(|top| {
            let top = top.min(last);
            Dialog::Why(Why { top, ..why })
        });
    }
}
