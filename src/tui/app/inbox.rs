//! INBOX: every ask over all panes, answered in one place.
//!
//! The list changes while a person looks at it. So what is selected and what is being answered is
//! known by number, never by place: when an ask vanishes, nothing is selected until a person selects
//! again, and what is typed for it goes nowhere.

use std::time::Instant;

use super::{App, LineEditor, Mode, Now, Pane, Purpose, pane};
use crate::{
    keys::{Key, KeyCode},
    pane::Concealed,
    protocol::{AskAnswer, AskInfo, Attention, Request},
    tui::keymap::InboxAction,
};

/// What stands for a secret in a suggestion.
const SECRET: &str = "***";

/// Words of prompts whose answers are not for other eyes, in lower case.
const SECRET_WORDS: [&str; 4] = ["password", "passphrase", "passcode", "pin:"];

/// An ask, and since when it waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// What the server says of it.
    pub info: AskInfo,
    since: Instant,
}

impl Ask {
    /// Returns how long it has waited, by the minute.
    pub fn age(&self, now: Instant) -> String {
        match now.saturating_duration_since(self.since).as_secs() {
            0..60 => "now".to_owned(),
            seconds => pane::long_duration(seconds),
        }
    }

    /// Returns when [`Ask::age`] reads differently.
    pub(super) fn next_change(&self, now: Instant) -> Option<Instant> {
        pane::next_unit(self.since, now)
    }
}

/// A visit to INBOX.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inbox {
    /// The number of the selected ask.
    pub selected: Option<u64>,
    /// The answer that is being typed.
    pub answering: Option<Answering>,
    /// Where in the list the selection was last.
    place: usize,
    /// The numbers of the asks that were answered or dismissed here.
    settled: Vec<u64>,
}

/// An answer that is being typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answering {
    /// The numbers of the asks it is for, fixed when the typing began; none once all have gone.
    pub asks: Vec<u64>,
    /// The pane of the first.
    pub pane: String,
    /// The prompt.
    pub prompt: String,
    /// What is typed.
    pub line: LineEditor,
}

impl App {
    /// Returns the pane's oldest ask.
    pub fn ask_of(&self, pane: &Pane) -> Option<&Ask> {
        self.asks
            .iter()
            .find(|ask| ask.info.pane == pane.summary.name)
    }

    /// Returns the place of the selected ask in the list, or where it was.
    pub fn inbox_place(&self, inbox: &Inbox) -> usize {
        let place = inbox.selected.and_then(|id| self.place_of_ask(id));
        place.unwrap_or(inbox.place)
    }

    /// Takes the asks of a newer list.
    pub(super) fn renew_asks(&mut self, asks: Vec<AskInfo>) {
        let same = asks.len() == self.asks.len()
            && asks
                .iter()
                .zip(&self.asks)
                .all(|(new, old)| *new == old.info);
        if same {
            return;
        }
        let now = self.now;
        let old = std::mem::take(&mut self.asks);
        let renewed = |info: AskInfo| {
            let known = old.iter().find(|ask| ask.info.id == info.id);
            Ask {
                since: known.map_or_else(|| since(&info, now), |ask| ask.since),
                info,
            }
        };
        self.asks = asks.into_iter().map(renewed).collect();
        self.damage_all();
        if self.asks.is_empty() && self.has_settled(&old) {
            self.mode = Mode::Watch;
            return;
        }
        let there = |id: &u64| self.asks.iter().any(|ask| ask.info.id == *id);
        let Mode::Inbox(inbox) = &mut self.mode else {
            return;
        };
        if let Some(selected) = inbox.selected {
            let place = old.iter().position(|ask| ask.info.id == selected);
            inbox.place = place.unwrap_or(inbox.place);
        }
        inbox.selected = inbox.selected.filter(there);
        if let Some(answering) = &mut inbox.answering {
            answering.asks.retain(there);
            if answering.asks.is_empty() {
                answering.line = LineEditor::new(true);
            }
        }
    }

    /// Returns whether a person has settled all of these here. Then nothing is left to do in the list, and its
    /// keys are WATCH's again; had one of them gone by itself, the next key might still be meant for it.
    fn has_settled(&self, asks: &[Ask]) -> bool {
        let Mode::Inbox(inbox) = &self.mode else {
            return false;
        };
        let settled = |ask: &Ask| inbox.settled.contains(&ask.info.id);
        inbox.answering.is_none() && !asks.is_empty() && asks.iter().all(settled)
    }

    /// Opens the list, with the focused pane's ask selected, or else the oldest.
    pub(super) fn open_inbox(&mut self) {
        let own = self.focused().and_then(|pane| self.ask_of(pane));
        let selected = own.or(self.asks.first()).map(|ask| ask.info.id);
        self.mode = Mode::Inbox(Inbox {
            selected,
            ..Inbox::default()
        });
        self.damage_all();
    }

    pub(super) fn inbox_key(&mut self, key: Key) {
        self.damage_all();
        if matches!(&self.mode, Mode::Inbox(inbox) if inbox.answering.is_some()) {
            self.answer_key(key);
            return;
        }
        let Some(action) = self.keymap.inbox(key) else {
            return;
        };
        match action {
            InboxAction::Next => self.select(1),
            InboxAction::Previous => self.select(-1),
            InboxAction::Leave => self.mode = Mode::Watch,
            InboxAction::GoTo => {
                let pane = self.selected_ask().map(|ask| ask.pane.clone());
                let pane = pane.and_then(|name| self.pane_named(&name)).map(Pane::id);
                match pane {
                    Some(pane) => {
                        self.mode = Mode::Watch;
                        self.focus_on(pane);
                    }
                    None => self.say_unselected(),
                }
            }
            _ if self.options.read_only => self.refuse_read_only(),
            _ => match self.selected_ask().cloned() {
                Some(ask) => self.act_on(&ask, action),
                None => self.say_unselected(),
            },
        }
    }

    /// Pastes into the answer that is being typed.
    pub(super) fn paste_answer(&mut self, text: &str) {
        self.damage_all();
        // What is copied from a terminal often ends with its line.
        let text = text.trim_end_matches(['\r', '\n']);
        let Mode::Inbox(Inbox {
            answering: Some(Answering { asks, line, .. }),
            ..
        }) = &mut self.mode
        else {
            let enter = self.keymap.inbox_hint(InboxAction::Answer);
            self.say(format!("{enter} first, then paste: nothing was pasted"));
            return;
        };
        if !asks.is_empty() && !line.insert(text) {
            self.say("an answer is one line of at most 4095 bytes: nothing was pasted");
        }
    }

    fn act_on(&mut self, ask: &AskInfo, action: InboxAction) {
        match action {
            InboxAction::Accept if ask.suggestion.is_none() => {
                let enter = self.keymap.inbox_hint(InboxAction::Answer);
                self.say(format!(
                    "{}'s ask has no suggestion; {enter} answers it",
                    ask.pane
                ));
            }
            InboxAction::Accept => self.answer(ask.id, AskAnswer::Suggestion),
            InboxAction::Dismiss => self.answer(ask.id, AskAnswer::Dismiss),
            InboxAction::Answer => self.begin_answer(ask, vec![ask.id]),
            InboxAction::AnswerAlike => {
                let alike = |other: &&super::Ask| other.info.prompt == ask.prompt;
                let asks = self.asks.iter().filter(alike).map(|ask| ask.info.id);
                let asks = asks.collect();
                self.begin_answer(ask, asks);
            }
            InboxAction::Next | InboxAction::Previous | InboxAction::GoTo | InboxAction::Leave => {}
        }
    }

    fn begin_answer(&mut self, ask: &AskInfo, asks: Vec<u64>) {
        let hidden = self.asks_of(&asks).any(|ask| self.is_secret(ask));
        if let Mode::Inbox(inbox) = &mut self.mode {
            inbox.answering = Some(Answering {
                asks,
                pane: ask.pane.clone(),
                prompt: ask.prompt.clone(),
                line: LineEditor::new(hidden),
            });
        }
    }

    fn answer_key(&mut self, key: Key) {
        let escape = self.keymap.escape();
        let Mode::Inbox(inbox) = &mut self.mode else {
            return;
        };
        let Some(answering) = &mut inbox.answering else {
            return;
        };
        let sends = matches!(key.code, KeyCode::Enter | KeyCode::Keypad('\r'));
        match key.code {
            _ if key == escape || key.code == KeyCode::Escape => inbox.answering = None,
            // The end of what was typed for an ask that has gone is none of another one's keys.
            _ if answering.asks.is_empty() => {
                if sends {
                    inbox.answering = None;
                }
            }
            KeyCode::Tab => {
                let asks = answering.asks.clone();
                self.accept(&asks);
            }
            _ if sends => {
                let asks = std::mem::take(&mut answering.asks);
                let text = Concealed::new(answering.line.text().to_owned());
                inbox.answering = None;
                for ask in asks {
                    self.answer(ask, AskAnswer::Text(text.clone()));
                }
            }
            _ => answering.line.key(key),
        }
    }

    /// Answers these asks as suggested, if one thing is suggested for all of them.
    fn accept(&mut self, asks: &[u64]) {
        let suggestions = self.asks_of(asks).map(|ask| ask.suggestion.as_ref());
        let (mut all_have, mut all_same, mut first) = (true, true, None);
        for suggestion in suggestions {
            all_have &= suggestion.is_some();
            all_same &= *first.get_or_insert(suggestion) == suggestion;
        }
        if !all_have {
            self.say("there is no suggestion; type an answer");
        } else if !all_same {
            self.say("not the same is suggested for all of them; type an answer");
        } else {
            for ask in asks {
                self.answer(*ask, AskAnswer::Suggestion);
            }
            if let Mode::Inbox(inbox) = &mut self.mode {
                inbox.answering = None;
            }
        }
    }

    fn answer(&mut self, ask: u64, answer: AskAnswer) {
        if let Mode::Inbox(inbox) = &mut self.mode {
            inbox.settled.push(ask);
        }
        self.request(Request::Answer { ask, answer }, Purpose::Answer);
    }

    /// Moves the selection, unless an answer is being typed.
    pub(super) fn select(&mut self, by: isize) {
        if matches!(&self.mode, Mode::Inbox(inbox) if inbox.answering.is_some()) {
            return;
        }
        self.damage_all();
        let last = self.asks.len().saturating_sub(1);
        let Mode::Inbox(inbox) = &self.mode else {
            return;
        };
        let place = match inbox.selected.and_then(|id| self.place_of_ask(id)) {
            Some(place) => place.saturating_add_signed(by),
            // What follows a vanished ask has moved to its place.
            None if by > 0 => inbox.place,
            None => inbox.place.saturating_sub(1),
        };
        let place = place.min(last);
        let selected = self.asks.get(place).map(|ask| ask.info.id);
        if let Mode::Inbox(inbox) = &mut self.mode {
            inbox.selected = selected;
            inbox.place = place;
        }
    }

    fn selected_ask(&self) -> Option<&AskInfo> {
        let Mode::Inbox(inbox) = &self.mode else {
            return None;
        };
        let place = self.place_of_ask(inbox.selected?)?;
        self.asks.get(place).map(|ask| &ask.info)
    }

    fn say_unselected(&mut self) {
        self.say(match self.asks.is_empty() {
            true => "no pane asks".to_owned(),
            false => format!(
                "no ask is selected; {} and {} select one",
                self.keymap.inbox_hint(InboxAction::Next),
                self.keymap.inbox_hint(InboxAction::Previous)
            ),
        });
    }

    fn place_of_ask(&self, id: u64) -> Option<usize> {
        self.asks.iter().position(|ask| ask.info.id == id)
    }

    fn asks_of(&self, ids: &[u64]) -> impl Iterator<Item = &AskInfo> {
        let among = |ask: &&AskInfo| ids.contains(&ask.id);
        self.asks.iter().map(|ask| &ask.info).filter(among)
    }

    fn pane_named(&self, name: &str) -> Option<&Pane> {
        self.panes.iter().find(|pane| pane.summary.name == name)
    }

    /// Returns whether what is typed for the ask is not for other eyes.
    fn is_secret(&self, ask: &AskInfo) -> bool {
        let pane = self.pane_named(&ask.pane);
        ask.suggestion.as_deref() == Some(SECRET)
            || pane.is_some_and(|pane| pane.summary.attention == Attention::Password)
            || wants_secret(&ask.prompt)
    }
}

/// Returns whether a prompt is one for a password or the like, by its words.
pub(super) fn wants_secret(prompt: &str) -> bool {
    let prompt = prompt.to_lowercase();
    SECRET_WORDS.iter().any(|word| prompt.contains(word))
}

fn since(info: &AskInfo, now: Now) -> Instant {
    pane::instant_of(info.since, now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        geometry::Position,
        keys::{Input, Modifiers, Mouse, MouseAction},
        tui::{
            app::Msg,
            fixture::{Rig, ask, pane, with},
        },
    };

    /// One pane of which these questions are asked.
    fn renew(rig: &mut Rig, asks: &[u64]) {
        rig.asks = asks
            .iter()
            .map(|id| ask(*id, "db1", "Continue? ", Some("y")))
            .collect();
        rig.panes(vec![with(pane(1, "db1"), Attention::Asking)]);
    }

    #[test]
    fn the_list_closes_when_all_of_it_is_settled_here() {
        let mut rig = Rig::with_panes(Vec::new());
        renew(&mut rig, &[1, 2]);
        rig.types("iy");
        renew(&mut rig, &[2]);
        assert!(matches!(rig.app.mode, Mode::Inbox(_)), "another one waits");
        rig.types("jx");
        renew(&mut rig, &[]);
        assert_eq!(rig.app.mode, Mode::Watch);
    }

    #[test]
    fn the_list_stays_when_the_last_ask_goes_by_itself() {
        let mut rig = Rig::with_panes(Vec::new());
        renew(&mut rig, &[1, 2]);
        rig.types("iy");
        // The second one goes with it: a key that is meant for that must do nothing else.
        renew(&mut rig, &[]);
        assert!(matches!(rig.app.mode, Mode::Inbox(_)));
        rig.types("x");
        assert!(rig.app.dialog.is_none());
    }

    #[test]
    fn the_wheel_selects_but_not_under_what_is_typed() {
        let mut rig = Rig::with_panes(Vec::new());
        renew(&mut rig, &[1, 2, 3]);
        let wheel = |rig: &mut Rig, action| {
            let (position, modifiers) = (Position::default(), Modifiers::NONE);
            let mouse = Mouse {
                action,
                position,
                modifiers,
            };
            rig.send(Msg::Input(vec![Input::Mouse(mouse)]));
            match &rig.app.mode {
                Mode::Inbox(inbox) => inbox.selected,
                _ => None,
            }
        };
        rig.types("i");
        assert_eq!(wheel(&mut rig, MouseAction::WheelDown), Some(2));
        assert_eq!(wheel(&mut rig, MouseAction::WheelDown), Some(3));
        assert_eq!(wheel(&mut rig, MouseAction::WheelUp), Some(2));
        rig.types("\rno");
        assert_eq!(wheel(&mut rig, MouseAction::WheelUp), Some(2));
    }
}
