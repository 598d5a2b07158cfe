//! What keys, pastes and the mouse do in INSPECT.

use super::{App, Draft, Inspect, Kind, Mode, Purpose, Section};
use crate::{
    keys::{Key, KeyCode, Modifiers, Mouse, MouseAction},
    protocol::{Happened, Request},
    tui::{
        app::{Effect, LineEditor, MAX_COPY},
        keymap::{self, Action, InspectAction},
        view::{self, InspectHit},
    },
};

/// How far the wheel moves.
const WHEEL_ROWS: isize = 3;

impl App {
    pub(in crate::tui::app) fn inspect_key(&mut self, key: Key) {
        self.damage_all();
        let Mode::Inspect(inspect) = &mut self.mode else {
            return;
        };
        if inspect.draft.is_some() {
            return self.draft_key(key);
        }
        if inspect.timeline.typing.is_some() {
            return self.filter_key(key);
        }
        match self.keymap.inspect(key) {
            Some(action) => self.inspect_act(action),
            None => {
                let leave = self.keymap.inspect_key(InspectAction::Leave);
                self.say_briefly(format!(
                    "{} does nothing here; {} and then {} shows the keys",
                    keymap::label(key),
                    leave.map_or_else(|| "back".to_owned(), keymap::label),
                    self.keymap.hint(Action::Help)
                ));
            }
        }
    }

    /// Pastes into the line that is being typed.
    pub(in crate::tui::app) fn paste_inspect(&mut self, text: &str) {
        self.damage_all();
        let text = text.trim_end_matches(['\r', '\n']);
        let Mode::Inspect(inspect) = &mut self.mode else {
            return;
        };
        let pasted = match (&mut inspect.draft, &mut inspect.timeline.typing) {
            (Some(draft), _) => draft.paste(text),
            (None, Some(line)) => {
                let pasted = line.insert(text);
                let filter = line.text().to_owned();
                inspect.timeline.filter_by(&filter);
                pasted
            }
            (None, None) => return self.say("nothing is typed here: nothing was pasted"),
        };
        if !pasted {
            self.say("it is one line of at most 4095 bytes: nothing was pasted");
        }
    }

    /// Takes what the mouse does over INSPECT.
    pub(in crate::tui::app) fn inspect_mouse(&mut self, mouse: Mouse) {
        if mouse.modifiers.contains(Modifiers::SHIFT) {
            return;
        }
        let hit = view::inspect_hit(self, mouse.position);
        let Mode::Inspect(inspect) = &mut self.mode else {
            return;
        };
        if inspect.draft.is_some() {
            return;
        }
        match mouse.action {
            MouseAction::WheelUp | MouseAction::WheelDown => {
                if let Some(hit) = hit {
                    inspect.section = hit.section();
                }
                let up = mouse.action == MouseAction::WheelUp;
                self.inspect_move(if up { -WHEEL_ROWS } else { WHEEL_ROWS });
            }
            MouseAction::Press(0) => match hit {
                Some(InspectHit::Section(section)) => inspect.section = section,
                Some(InspectHit::Entry(place)) => {
                    inspect.section = Section::Timeline;
                    inspect.timeline.select(place);
                }
                Some(InspectHit::Rule(place)) => {
                    inspect.section = Section::Rules;
                    inspect.rule = place;
                }
                None => return,
            },
            _ => return,
        }
        self.damage_all();
    }

    fn inspect_act(&mut self, action: InspectAction) {
        let page = isize::try_from(view::inspect_page(self))
            .unwrap_or(1)
            .max(1);
        let Mode::Inspect(inspect) = &mut self.mode else {
            return;
        };
        match action {
            InspectAction::Next => self.inspect_move(1),
            InspectAction::Previous => self.inspect_move(-1),
            InspectAction::PageDown => self.inspect_move(page),
            InspectAction::PageUp => self.inspect_move(-page),
            InspectAction::Top => self.inspect_move(isize::MIN),
            InspectAction::Bottom => self.inspect_move(isize::MAX),
            InspectAction::NextSection | InspectAction::PreviousSection => {
                let by = match action {
                    InspectAction::NextSection => 1,
                    _ => Section::ALL.len() - 1,
                };
                inspect.section = inspect.section.beside(by);
                inspect.full = None;
            }
            InspectAction::Open => self.inspect_open(),
            InspectAction::Pause => {
                inspect.paused = !inspect.paused;
                inspect.due = self.now.instant;
                if inspect.paused {
                    inspect.timeline.hold();
                }
                self.inspect_on();
            }
            InspectAction::Filter => {
                let mut line = LineEditor::new(false);
                line.insert(&inspect.timeline.filter);
                inspect.timeline.typing = Some(line);
                inspect.section = Section::Timeline;
            }
            InspectAction::Output => inspect.timeline.toggle(Kind::Output),
            InspectAction::Input => inspect.timeline.toggle(Kind::Input),
            InspectAction::Decisions => inspect.timeline.toggle(Kind::Decision),
            InspectAction::Copy => self.inspect_copy(),
            InspectAction::MakeRule => self.begin_draft(),
            InspectAction::Leave if inspect.full.is_some() => inspect.full = None,
            InspectAction::Leave if !inspect.timeline.filter.is_empty() => {
                inspect.timeline.filter_by("");
            }
            InspectAction::Leave => self.end_inspect(),
        }
    }

    /// Moves in the present section; a filter that is in force stays.
    fn inspect_move(&mut self, by: isize) {
        let last_full = view::inspect_full_last(self);
        let last_tops = view::inspect_last_tops(self);
        let Mode::Inspect(inspect) = &mut self.mode else {
            return;
        };
        let moved = |place: usize, last: usize| place.saturating_add_signed(by).min(last);
        match (inspect.section, inspect.full) {
            (Section::Timeline, Some(top)) => inspect.full = Some(moved(top, last_full)),
            (Section::Timeline, None) => {
                let last = inspect.timeline.shown_count().saturating_sub(1);
                let place = moved(inspect.timeline.place(), last);
                inspect.timeline.select(place);
            }
            (Section::Rules, _) => {
                let rules = inspect.state.as_ref().map_or(0, |state| state.rules.len());
                inspect.rule = moved(inspect.rule, rules.saturating_sub(1));
            }
            (Section::Tty, _) => inspect.tops[0] = moved(inspect.tops[0], last_tops[0]),
            (Section::Modes, _) => inspect.tops[1] = moved(inspect.tops[1], last_tops[1]),
        }
    }

    /// Shows the selected entry in full, or the last match of the selected rule in the timeline.
    fn inspect_open(&mut self) {
        let Mode::Inspect(inspect) = &mut self.mode else {
            return;
        };
        match inspect.section {
            Section::Timeline if inspect.full.is_some() => inspect.full = None,
            Section::Timeline if inspect.timeline.current().is_some() => {
                inspect.timeline.hold();
                inspect.full = Some(0);
            }
            Section::Rules => {
                let name = inspect.selected_rule();
                match name {
                    Some(name) if inspect.timeline.select_decision(&name) => {
                        inspect.section = Section::Timeline;
                        inspect.full = None;
                    }
                    Some(name) => self.say(format!("the timeline has no decision on {name}")),
                    None => {}
                }
            }
            Section::Timeline | Section::Tty | Section::Modes => {}
        }
    }

    fn inspect_copy(&mut self) {
        let Mode::Inspect(inspect) = &self.mode else {
            return;
        };
        let text = match inspect.section {
            Section::Timeline => inspect.timeline.current().map(super::Item::text),
            _ => view::inspect_section_text(self),
        };
        self.copy_text(text);
    }

    fn copy_text(&mut self, text: Option<String>) {
        match text.filter(|text| !text.trim().is_empty()) {
            None => self.say("there is nothing to copy"),
            Some(text) if text.len() > MAX_COPY => {
                self.say("it is larger than 100 KB: nothing was copied")
            }
            Some(text) => {
                let count = text.chars().count();
                self.say(format!("copied {count} characters"));
                self.effects.push(Effect::Copy(text));
            }
        }
    }

    /// Begins to make a rule from the selected entry: from what a rule looked at, or from the prompt
    /// that stood there after the output.
    fn begin_draft(&mut self) {
        let name = self.focused().map(|pane| pane.name().to_owned());
        let name = name.unwrap_or_default();
        let Mode::Inspect(inspect) = &mut self.mode else {
            return;
        };
        let entry = inspect.timeline.current().map(|item| item.entry.clone());
        let follows = inspect.timeline.selected.is_none();
        let offset = match entry.map(|entry| entry.what) {
            Some(Happened::Decision { prompt, .. }) => {
                let last = prompt.lines().next_back().unwrap_or_default();
                match Draft::new(&name, last) {
                    Some(draft) => inspect.draft = Some(Box::new(draft)),
                    None => self.say("the rule looked at no text: select another entry"),
                }
                return;
            }
            Some(Happened::Output { end, .. }) => end,
            // What stands there now.
            _ if follows => u64::MAX,
            _ => return self.say("select output or a decision: no prompt belongs to this entry"),
        };
        let (pane, visit) = (inspect.pane, inspect.visit);
        self.request(Request::PromptAt { pane, offset }, Purpose::PromptAt(visit));
    }

    fn draft_key(&mut self, key: Key) {
        let escape = self.keymap.escape();
        let Mode::Inspect(inspect) = &mut self.mode else {
            return;
        };
        let Some(draft) = &mut inspect.draft else {
            return;
        };
        match key.code {
            KeyCode::Escape => inspect.draft = None,
            _ if key == escape => inspect.draft = None,
            KeyCode::Char('y') if key.modifiers == Modifiers::CONTROL => {
                let file = draft.file();
                self.copy_text(Some(file));
            }
            KeyCode::Enter | KeyCode::Keypad('\r') => match draft.problem() {
                Some(problem) => self.say(problem),
                None => {
                    let effect = Effect::SaveRules {
                        name: draft.pane.clone(),
                        text: draft.file(),
                    };
                    self.effects.push(effect);
                }
            },
            _ => draft.key(key),
        }
    }

    fn filter_key(&mut self, key: Key) {
        let escape = self.keymap.escape();
        let Mode::Inspect(inspect) = &mut self.mode else {
            return;
        };
        let timeline = &mut inspect.timeline;
        let Some(line) = &mut timeline.typing else {
            return;
        };
        match key.code {
            _ if key == escape || key.code == KeyCode::Escape => {
                timeline.typing = None;
                timeline.filter_by("");
            }
            KeyCode::Enter | KeyCode::Keypad('\r') => timeline.typing = None,
            _ => {
                line.key(key);
                let filter = line.text().to_owned();
                timeline.filter_by(&filter);
            }
        }
    }
}

impl Inspect {
    /// Returns the full name of the selected rule.
    fn selected_rule(&self) -> Option<String> {
        let rules = &self.state.as_ref()?.rules;
        let rule = rules.get(self.rule.min(rules.len().saturating_sub(1)))?;
        Some(format!("{}/{}", rule.info.ruleset, rule.info.rule))
    }
}
