//! The actions of WATCH and the questions some of them ask first.

use super::{App, Effect, Entry, Mode, Origin, Palette, Purpose, Why, entry::What, pane::Pane};
use crate::{
    keys::{Input, Key, KeyCode, Modifiers},
    protocol::{PaneId, PaneState, Request},
    tui::{Outcome, keymap::Action},
};

/// A question or a page over the panes that takes the next key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dialog {
    /// What happens to the session.
    Quit,
    /// Whether to kill a pane's program.
    Kill(PaneId),
    /// What to do with an ended pane.
    Ended(PaneId),
    /// Whether to paste several lines.
    Paste(String),
    /// Every action to choose from.
    Palette(Palette),
    /// A line to type.
    Entry(Entry),
    /// Every key, from this line on.
    Help(usize),
    /// Why each rule of a pane acts or does not.
    Why(Why),
}

/// What a dialog says: a heading, lines of text, and keys with what they do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The heading.
    pub title: String,
    /// The text.
    pub lines: Vec<String>,
    /// The choices.
    pub choices: Vec<(char, String)>,
}

impl App {
    pub(super) fn act(&mut self, action: Action) {
        match action {
            Action::FocusNext => self.step(1),
            Action::FocusPrevious => self.step(-1),
            Action::FocusLeft => self.focus_beside(-1),
            Action::FocusRight => self.focus_beside(1),
            Action::FocusLast => {
                if let Some(last) = self.last {
                    self.focus_on(last);
                }
            }
            Action::FocusNumber(number) => match self.pane(PaneId(number.into())) {
                Some(_) => self.focus_on(PaneId(number.into())),
                None => self.say(format!("there is no pane {number}")),
            },
            Action::NextNeeding => self.focus_needing(false),
            Action::PreviousNeeding => self.focus_needing(true),
            Action::Interact => match self.focused() {
                Some(pane) if pane.summary.state == PaneState::Starting => {
                    let restart = self.keymap.hint(Action::Restart);
                    let notice = format!("{} has not started; {restart} starts it", pane.name());
                    self.say(notice);
                }
                _ => self.interact(),
            },
            Action::SendEscape => self.send_escape(),
            Action::Zoom => {
                self.zoomed = !self.zoomed;
                self.damage_all();
            }
            Action::NextLayout if self.zoomed => self.act(Action::Zoom),
            Action::NextLayout => self.next_layout(),
            Action::Grow => self.grow(1),
            Action::Shrink => self.grow(-1),
            Action::Equalize => self.equalize(),
            Action::FocusAbove => self.focus_stacked(-1),
            Action::FocusBelow => self.focus_stacked(1),
            Action::Filter => {
                let filter = self.listing.filter.clone();
                self.begin_entry(What::Filter, &filter);
            }
            Action::Sort => self.sort(),
            Action::Add => self.add(),
            Action::Duplicate => self.duplicate(),
            Action::Rename => self.rename(),
            Action::Mark => self.mark(),
            Action::Broadcast => self.begin_broadcast(),
            Action::ToggleList => {
                self.list = !self.list;
                self.damage_all();
            }
            Action::Scroll => self.begin_scroll(Origin::Watch, 0),
            Action::ScrollPageUp => self.begin_scroll(Origin::Watch, -self.scroll_page()),
            Action::Restart => {
                self.order("restart", |panes| Request::Restart { panes });
            }
            Action::Stop => self.stop(),
            Action::Kill => self.ask_kill(),
            Action::Remove => self.remove(),
            Action::Inbox => self.open_inbox(),
            Action::Arm => self.arm(),
            Action::AutoAnswer => self.next_auto_answer(),
            Action::Why => self.ask_why(),
            Action::Inspect => self.begin_inspect(),
            Action::Record => self.record(),
            Action::Palette => self.ask(Dialog::Palette(Palette::new())),
            Action::Help => self.ask(Dialog::Help(0)),
            Action::Reload => self.reload(),
            Action::Redraw => {
                self.effects.push(Effect::Redraw);
                self.damage_all();
            }
            Action::Suspend if self.options.single_process => {
                self.say(
                    "the session runs inside this program: to suspend it would stop all panes",
                );
            }
            Action::Suspend => self.effects.push(Effect::Suspend),
            Action::Detach if self.options.single_process => {
                self.say("the session runs inside this program: it cannot be left running");
            }
            Action::Detach => self.leave(Outcome::Detached),
            Action::Quit if self.options.read_only => self.leave(Outcome::Detached),
            Action::Quit => self.ask(Dialog::Quit),
        }
    }

    /// Returns what the open dialog asks; the pages and the palette are no question.
    pub fn question(&self) -> Option<Question> {
        let name = |id: &PaneId| {
            self.pane(*id)
                .map_or_else(|| id.to_string(), |pane| pane.name().to_owned())
        };
        let choices = |choices: &[(char, &str)]| -> Vec<(char, String)> {
            let owned = |(key, text): &(char, &str)| (*key, (*text).to_owned());
            choices.iter().map(owned).collect()
        };
        Some(match self.dialog.as_ref()? {
            Dialog::Palette(_) | Dialog::Help(_) | Dialog::Why(_) | Dialog::Entry(_) => {
                return None;
            }
            Dialog::Quit => {
                let running = match self.running() {
                    0 => "No program runs any more.".to_owned(),
                    1 => "1 program is running.".to_owned(),
                    running => format!("{running} programs are running."),
                };
                let mut answers = choices(&[('k', "end everything"), ('c', "cancel")]);
                if !self.options.single_process {
                    answers.insert(0, ('d', "detach, leave the session as it is".to_owned()));
                }
                Question {
                    title: format!("Quit {}?", self.options.session),
                    lines: vec![running],
                    choices: answers,
                }
            }
            Dialog::Kill(id) => Question {
                title: format!("Kill {}?", name(id)),
                lines: vec!["Its program is running and gets no chance to clean up.".to_owned()],
                choices: choices(&[('y', "kill it"), ('c', "cancel")]),
            },
            Dialog::Ended(id) => {
                let status = self
                    .pane(*id)
                    .map(|pane| pane.status(self.now.instant).word);
                let error = self.pane(*id).and_then(|pane| pane.summary.error.clone());
                let mut lines = vec![format!("It has ended: {}.", status.unwrap_or_default())];
                lines.extend(error);
                Question {
                    title: name(id),
                    lines,
                    choices: choices(&[
                        ('r', "start it again"),
                        ('D', "remove the pane"),
                        ('c', "cancel"),
                    ]),
                }
            }
            Dialog::Paste(text) => {
                let lines = text.split_inclusive(['\n', '\r']).count();
                let first = text.lines().next().unwrap_or_default();
                let into = match self.audience().len() {
                    0 => String::new(),
                    count => format!(" into {count} panes"),
                };
                Question {
                    title: format!("Paste {lines} lines{into}?"),
                    lines: vec![
                        "The program takes each line as if it were typed.".to_owned(),
                        first.chars().take(60).collect(),
                    ],
                    choices: choices(&[('y', "paste"), ('c', "cancel")]),
                }
            }
        })
    }

    pub(super) fn dialog_key(&mut self, dialog: Dialog, key: Key) {
        let cancels = key == self.keymap.escape() || matches!(key.code, KeyCode::Escape);
        let character = match key {
            Key {
                code: KeyCode::Char(character),
                modifiers: Modifiers::NONE,
            } => Some(character),
            _ => None,
        };
        match (dialog, character) {
            (Dialog::Palette(palette), _) => self.palette_key(palette, key),
            (Dialog::Help(top), _) => self.help_key(top, key),
            (Dialog::Why(why), _) => self.why_key(why, key),
            (Dialog::Entry(entry), _) => self.entry_key(entry, key),
            (_, _) if cancels => {}
            (_, Some('c' | 'n')) => {}
            (Dialog::Quit, Some('d')) if !self.options.single_process => {
                self.leave(Outcome::Detached);
            }
            (Dialog::Quit, Some('k')) => {
                self.ending = true;
                self.request(Request::Down, Purpose::Down);
                self.say("ending the programs and the session …");
            }
            (Dialog::Kill(id), Some('y')) => {
                let panes = vec![id.to_string()];
                self.command(Request::Kill { panes });
            }
            (Dialog::Ended(id), Some('r')) => {
                let panes = vec![id.to_string()];
                self.command(Request::Restart { panes });
            }
            (Dialog::Ended(id), Some('D')) => {
                let panes = vec![id.to_string()];
                self.command(Request::Remove { panes });
            }
            (Dialog::Paste(text), Some('y')) => self.type_in(Input::Paste(text)),
            // Any other key leaves the question open: it may have been meant for the program.
            (dialog, _) => self.dialog = Some(dialog),
        }
    }

    fn help_key(&mut self, top: usize, key: Key) {
        let last = self.keymap.help().len().saturating_sub(1);
        self.dialog = self
            .page_key(top, key)
            .map(|top| Dialog::Help(top.min(last)));
    }

    /// Returns the line that a page that begins with line `top` begins with after `key`; `None`
    /// when it closes.
    pub(super) fn page_key(&self, top: usize, key: Key) -> Option<usize> {
        let page = usize::from(self.size.rows / 2).max(1);
        Some(match key.code {
            KeyCode::Char('j') | KeyCode::Down => top + 1,
            KeyCode::Char('k') | KeyCode::Up => top.saturating_sub(1),
            KeyCode::Char(' ') | KeyCode::PageDown => top + page,
            KeyCode::PageUp => top.saturating_sub(page),
            KeyCode::Char('g') | KeyCode::Home => 0,
            // The page ends before it.
            KeyCode::Char('G') | KeyCode::End => usize::MAX,
            _ => return None,
        })
    }

    pub(super) fn ask(&mut self, dialog: Dialog) {
        self.dialog = Some(dialog);
        self.damage_all();
    }

    /// Moves the focus to `pane`, out of whatever mode the old one was in.
    pub(super) fn focus_on(&mut self, pane: PaneId) {
        if self.focus == Some(pane) {
            return;
        }
        match &self.mode {
            Mode::Watch => {}
            Mode::Inbox(_) | Mode::Inspect(_) => self.mode = Mode::Watch,
            Mode::Interact => self.end_interact(),
            Mode::Scroll(scroll) => {
                if scroll.origin == Origin::Interact {
                    self.release();
                }
                self.mode = Mode::Watch;
            }
        }
        self.last = self.focus;
        self.focus = Some(pane);
        self.damage_all();
    }

    fn step(&mut self, by: isize) {
        let next = self.listed_place().checked_add_signed(by);
        let next = next.and_then(|next| self.listed().nth(next));
        if let Some(next) = next.map(Pane::id) {
            self.focus_on(next);
        }
    }

    /// Focuses the tile beside the focused one whose middle is nearest.
    fn focus_beside(&mut self, direction: i32) {
        let Some(here) = self.focus.and_then(|focus| self.arrangement.tile(focus)) else {
            return;
        };
        let middle = |area: ratatui::layout::Rect| i32::from(area.y) * 2 + i32::from(area.height);
        let beside = |area: ratatui::layout::Rect| match direction {
            1 => area.x == here.area.right(),
            _ => area.right() == here.area.x,
        };
        let target = self
            .arrangement
            .tiles
            .iter()
            .filter(|tile| beside(tile.area))
            .min_by_key(|tile| (middle(tile.area) - middle(here.area)).abs())
            .map(|tile| tile.pane);
        if let Some(target) = target {
            self.focus_on(target);
        }
    }

    fn focus_needing(&mut self, backwards: bool) {
        let count = self.panes.len();
        let place = self.place(&self.panes);
        let found = (1..=count)
            .map(|step| match backwards {
                false => (place + step) % count,
                true => (place + count - step) % count,
            })
            .map(|index| &self.panes[index])
            .find(|pane| self.needs(pane))
            .map(Pane::id);
        match found {
            Some(id) => self.focus_on(id),
            None => self.say("no pane needs you"),
        }
    }

    fn send_escape(&mut self) {
        if self.options.read_only {
            self.refuse_read_only();
        } else if self.focus.is_some() {
            self.type_in(Input::Key(self.keymap.escape()));
            self.flush_typed();
        }
    }

    fn ask_kill(&mut self) {
        let Some(pane) = self.focused() else {
            return;
        };
        let (id, runs) = (pane.id(), pane.summary.state != PaneState::Ended);
        if self.options.read_only {
            self.refuse_read_only();
        } else if runs {
            self.ask(Dialog::Kill(id));
        } else {
            self.say_ended();
        }
    }

    fn stop(&mut self) {
        if self.focused().is_some_and(Pane::has_ended) {
            self.say_ended();
        } else {
            self.order("stop", |panes| Request::Stop { panes });
        }
    }

    fn remove(&mut self) {
        match self.focused() {
            Some(pane) if pane.runs() => {
                let kill = self.keymap.hint(Action::Kill);
                self.say(format!("{} is running; {kill} kills it", pane.name()));
            }
            _ => self.order("remove", |panes| Request::Remove { panes }),
        }
    }

    fn say_ended(&mut self) {
        if let Some(pane) = self.focused() {
            let restart = self.keymap.hint(Action::Restart);
            self.say(format!("{} has ended; {restart} restarts it", pane.name()));
        }
    }

    /// Sends a command for the focused pane, or says why not.
    pub(super) fn order(&mut self, verb: &str, request: impl FnOnce(Vec<String>) -> Request) {
        let Some(pane) = self.focus else {
            self.say(format!("there is no pane to {verb}"));
            return;
        };
        if self.options.read_only {
            self.refuse_read_only();
            return;
        }
        self.command(request(vec![pane.to_string()]));
    }
}
