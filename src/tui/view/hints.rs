//! What the status bar says after the mode: why the focused pane needs a person, and the keys
//! that are most useful now.

use ratatui::{layout::Rect, style::Style};

use super::{ask, chrome::mode_badge, entry};
use crate::{
    keys::{Key, KeyCode},
    protocol::Attention,
    tui::{
        app::{App, Ask, Dialog, Inspect, Mode, Origin, Prefixed, Scroll, Section},
        keymap::{self, Action, InboxAction, InspectAction, ScrollAction},
        widget::{columns, one_line},
    },
};

/// Blank columns between hints.
const HINT_GAP: u16 = 2;

/// Returns the key that a click on this column of the status bar stands for.
pub fn key_at(app: &App, area: Rect, column: u16) -> Option<Key> {
    let start = area.x + columns(&mode_badge(app).1) + 3;
    if app.notice.is_some() {
        return None;
    }
    placed_hints(app, start, area.right())
        .into_iter()
        .find(|(x, hint)| (*x..*x + hint.width()).contains(&column))
        .and_then(|(_, hint)| hint.key)
}

/// What the bar says of the focused pane before the hints.
pub struct Standing {
    /// One line.
    pub text: String,
    /// How it is drawn.
    pub style: Style,
}

/// Returns the line that is being typed, in as many columns as the hints leave it, and the column of
/// the cursor.
pub fn pattern(app: &App, start: u16, end: u16) -> Option<(String, u16)> {
    let (sign, line) = match (&app.mode, app.entry()) {
        (_, Some(entry)) => entry::line_of(entry),
        (Mode::Scroll(scroll), None) => match scroll.seek.typing.as_ref()? {
            (line, true) => ("?", line),
            (line, false) => ("/", line),
        },
        (Mode::Inspect(visit), None) => ("/", visit.timeline.typing.as_ref()?),
        _ => return None,
    };
    let kept: u16 = hints_of(app)
        .iter()
        .map(|hint| hint.width() + HINT_GAP)
        .sum();
    let room = end.saturating_sub(start);
    let before = columns(sign);
    let (shown, cursor) = line.shown(room.saturating_sub(kept + before).max(room / 2));
    Some((format!("{sign}{shown}"), cursor + before))
}

/// Returns what the bar says in WATCH: what is wrong with the config, else of the focused pane, why a
/// rule has disarmed it, or what it asks when its tile has no line for that. It leaves room for the first and the last hint.
pub fn standing(app: &App, start: u16, end: u16) -> Option<Standing> {
    if app.mode != Mode::Watch || app.dialog.is_some() {
        return None;
    }
    let hints = hints_of(app);
    let ends = [hints.first(), hints.last()];
    let kept: u16 = ends
        .into_iter()
        .flatten()
        .map(|hint| hint.width() + HINT_GAP)
        .sum();
    let room = end.saturating_sub(start).saturating_sub(kept);
    let (text, style) = match &app.config_error {
        Some(error) if columns(error) > room => (without_folder(error), app.theme.notice),
        Some(error) => (error.clone(), app.theme.notice),
        None => of_pane(app, room)?,
    };
    let text = one_line(&text, room);
    (columns(&text) > 3).then_some(Standing { text, style })
}

/// Returns an error that begins with the place in a file, without that file's folder: what is wrong matters more.
fn without_folder(error: &str) -> String {
    let (place, rest) = error.split_once(": ").unwrap_or((error, ""));
    match place.rsplit_once('/') {
        Some((_, file)) => format!("{file}: {rest}"),
        None => error.to_owned(),
    }
}

/// Returns what the bar says of the focused pane, in so many columns.
fn of_pane(app: &App, room: u16) -> Option<(String, Style)> {
    let pane = app.focused()?;
    if let Some(reason) = &pane.summary.disarmed {
        return Some((format!("disarmed: {reason}"), app.theme.notice));
    }
    let ask = app.ask_of(pane).filter(|_| !ask::has_border(app, pane))?;
    let style = app.theme.attention(Attention::Asking);
    Some((ask::words(ask, room), style))
}

/// A key and what it does now.
#[derive(Clone)]
pub struct Hint {
    key: Option<Key>,
    /// The key as it is written for a person.
    pub label: String,
    /// What it does.
    pub text: String,
}

impl Hint {
    pub(super) fn of(key: Key, text: &str) -> Hint {
        Hint {
            label: keymap::label(key),
            key: Some(key),
            text: text.to_owned(),
        }
    }

    /// Returns a hint that no single key stands for.
    fn words(label: &str, text: &str) -> Hint {
        Hint {
            key: None,
            label: label.to_owned(),
            text: text.to_owned(),
        }
    }

    fn width(&self) -> u16 {
        columns(&self.label) + u16::from(!self.label.is_empty()) + columns(&self.text)
    }
}

/// Returns the hints of this moment; the last one stays however narrow the bar is.
fn hints_of(app: &App) -> Vec<Hint> {
    let keys = &app.keymap;
    let bound = |action, text: &str| keys.first_key(action).map(|key| Hint::of(key, text));
    if let Some(question) = app.question() {
        let choice = |(key, text): (char, String)| Hint::of(Key::plain(KeyCode::Char(key)), &text);
        return question.choices.into_iter().map(choice).collect();
    }
    let escape = Key::plain(KeyCode::Escape);
    match (&app.dialog, &app.mode) {
        (Some(Dialog::Palette(_)), _) => vec![
            Hint::of(Key::plain(KeyCode::Enter), "do it"),
            Hint::words("↑ ↓", "select"),
            Hint::of(escape, "close"),
        ],
        (Some(Dialog::Entry(entry)), _) => entry::hints(entry),
        (Some(_), _) => vec![Hint::words("j k", "move"), Hint::of(escape, "close")],
        (None, Mode::Watch) => {
            let mut hints = Vec::new();
            let focused = app.focused();
            let disarmed = focused.is_some_and(|pane| !pane.summary.armed);
            let arm = bound(Action::Arm, if disarmed { "arm" } else { "disarm" });
            let inbox = bound(Action::Inbox, &format!("inbox ({})", app.asks.len()));
            let own_ask = focused.is_some_and(|pane| app.ask_of(pane).is_some());
            let tripped = focused.is_some_and(|pane| pane.summary.disarmed.is_some());
            // What the bar says of the pane stands beside the key that answers it.
            if tripped && !app.options.read_only {
                hints.push(arm.clone());
            }
            if own_ask {
                hints.push(inbox.clone());
            }
            match focused {
                Some(pane) if pane.has_ended() => {
                    hints.push(bound(Action::Interact, "restart or remove"));
                }
                Some(_) if !app.options.read_only => {
                    hints.push(bound(Action::Interact, "interact"));
                }
                _ => {}
            }
            if !app.listing.filter.is_empty() {
                hints.push(Some(Hint::of(escape, "all panes")));
            }
            let marked = app.marked().len();
            if marked > 0 && !app.options.read_only {
                let marked = format!("type into {marked} marked");
                hints.push(bound(Action::Broadcast, &marked));
            }
            if !app.asks.is_empty() && !own_ask {
                hints.push(inbox);
            }
            if app.needing() > 0 {
                hints.push(bound(Action::NextNeeding, "next that needs you"));
            }
            if app.focus.is_some() {
                let zoom = if app.zoomed { "zoom out" } else { "zoom" };
                hints.push(bound(Action::Zoom, zoom));
                hints.push(bound(Action::NextLayout, "layout"));
            }
            hints.push(bound(Action::Palette, "palette"));
            if app.focus.is_some() {
                hints.push(bound(Action::Scroll, "scroll"));
            }
            if focused.is_some() && !tripped && !app.options.read_only {
                hints.push(arm);
            }
            if focused.is_some() {
                hints.push(bound(Action::Why, "why"));
            }
            if !app.options.read_only {
                hints.push(bound(Action::AutoAnswer, "answers"));
                hints.push(bound(Action::Add, "add"));
            }
            if !app.options.single_process {
                hints.push(bound(Action::Detach, "detach"));
            }
            hints.push(bound(Action::Quit, "quit"));
            hints.push(bound(Action::Help, "help"));
            hints.into_iter().flatten().collect()
        }
        (None, Mode::Interact) => {
            let names = entry::recipients(app);
            let prefix = keys.prefix().filter(|_| app.options.only.is_none());
            if let Some(prefix) = prefix.filter(|_| app.prefixed == Prefixed::Pressed) {
                return vec![
                    Hint::words("", "now a WATCH key"),
                    Hint::of(prefix, &format!("goes to {names}")),
                    Hint::of(escape, "never mind"),
                ];
            }
            let mut hints = vec![Hint::words("", &format!("keys go to {names}"))];
            hints.extend(prefix.map(|prefix| Hint::of(prefix, "then a WATCH key")));
            hints.push(Hint::words("", "rules pause"));
            hints.push(Hint::of(keys.escape(), "leaves"));
            hints
        }
        (None, Mode::Inbox(inbox)) => match &inbox.answering {
            Some(answering) => {
                let mut hints = Vec::new();
                if !answering.asks.is_empty() {
                    hints.push(Hint::of(Key::plain(KeyCode::Enter), "send"));
                    hints.push(Hint::of(Key::plain(KeyCode::Tab), "as suggested"));
                }
                hints.push(Hint::of(escape, "back"));
                hints
            }
            None => {
                let bound =
                    |action, text: &str| keys.inbox_key(action).map(|key| Hint::of(key, text));
                let mut hints = Vec::new();
                let selected = |ask: &&Ask| inbox.selected == Some(ask.info.id);
                let selected = app.asks.iter().find(selected);
                if let Some(ask) = selected.filter(|_| !app.options.read_only) {
                    hints.push(bound(InboxAction::Answer, "answer"));
                    if ask.info.suggestion.is_some() {
                        hints.push(bound(InboxAction::Accept, "as suggested"));
                    }
                    hints.push(bound(InboxAction::AnswerAlike, "all alike"));
                    hints.push(bound(InboxAction::Dismiss, "dismiss"));
                }
                if selected.is_some() {
                    hints.push(bound(InboxAction::GoTo, "go to pane"));
                } else if !app.asks.is_empty() {
                    hints.push(bound(InboxAction::Next, "next ask"));
                }
                hints.push(bound(InboxAction::Leave, "back"));
                hints.into_iter().flatten().collect()
            }
        },
        (None, Mode::Inspect(visit)) => inspect_hints(app, visit),
        (None, Mode::Scroll(scroll)) if scroll.origin == Origin::Interact => vec![
            Hint::words("PageUp PageDown", "move"),
            Hint::words("", "typing returns to the program"),
            Hint::of(escape, "back"),
        ],
        (None, Mode::Scroll(scroll)) if scroll.seek.typing.is_some() => vec![
            Hint::of(Key::plain(KeyCode::Enter), "search"),
            Hint::of(escape, "back"),
        ],
        (None, Mode::Scroll(scroll)) => scroll_hints(app, scroll),
    }
}

/// Returns the hints of INSPECT, with the keys that do it now.
fn inspect_hints(app: &App, visit: &Inspect) -> Vec<Hint> {
    use InspectAction as Do;
    let enter = Key::plain(KeyCode::Enter);
    let escape = Key::plain(KeyCode::Escape);
    if visit.draft.is_some() {
        return vec![
            Hint::of(enter, "write the file"),
            Hint::of(Key::plain(KeyCode::Tab), "other line"),
            Hint::of(Key::control('y'), "copy"),
            Hint::of(escape, "back"),
        ];
    }
    if visit.timeline.typing.is_some() {
        return vec![Hint::of(enter, "keep"), Hint::of(escape, "all entries")];
    }
    let pause = if visit.paused { "go on" } else { "pause" };
    let useful: &[(Do, &str)] = match (visit.section, visit.full) {
        (Section::Timeline, Some(_)) => &[(Do::MakeRule, "make a rule"), (Do::Copy, "copy")],
        (Section::Timeline, None) => &[
            (Do::NextSection, "section"),
            (Do::Open, "in full"),
            (Do::Pause, pause),
            (Do::MakeRule, "make a rule"),
            (Do::Filter, "filter"),
            (Do::Output, "output"),
            (Do::Input, "input"),
            (Do::Decisions, "decisions"),
            (Do::Copy, "copy"),
        ],
        (Section::Rules, _) => &[
            (Do::NextSection, "section"),
            (Do::Open, "its last match"),
            (Do::Pause, pause),
            (Do::Copy, "copy"),
        ],
        (Section::Tty | Section::Modes, _) => &[
            (Do::NextSection, "section"),
            (Do::Pause, pause),
            (Do::Copy, "copy"),
        ],
    };
    let hint = |(action, text): &(Do, &str)| {
        let key = app.keymap.inspect_key(*action);
        key.map(|key| Hint::of(key, text))
    };
    let filtered = visit.full.is_none() && !visit.timeline.filter.is_empty();
    let back = (Do::Leave, if filtered { "all entries" } else { "back" });
    useful.iter().chain([&back]).filter_map(hint).collect()
}

/// Returns the hints of SCROLL, with the keys that do it now.
fn scroll_hints(app: &App, scroll: &Scroll) -> Vec<Hint> {
    use ScrollAction as Do;
    let keys = &app.keymap;
    let several = |actions: &[Do], text: &str| {
        let labels = actions.iter().filter_map(|action| keys.scroll_key(*action));
        let labels: Vec<String> = labels.map(keymap::label).collect();
        (!labels.is_empty()).then(|| Hint::words(&labels.join(" "), text))
    };
    let one = |action: Do, text: &str| keys.scroll_key(action).map(|key| Hint::of(key, text));
    let cursor = || {
        let ways = [Do::Left, Do::LineDown, Do::LineUp, Do::Right];
        let words = [Do::WordForward, Do::WordBack, Do::WordEnd];
        let ends = [Do::LineStart, Do::LineEnd];
        several(&[&ways[..], &words, &ends].concat(), "move")
    };
    let line = || several(&[Do::LineDown, Do::LineUp], "line");
    let page = || several(&[Do::PageUp, Do::PageDown], "page");
    let search = || several(&[Do::SearchDown, Do::SearchUp], "search");
    let select = || several(&[Do::Select, Do::SelectLines], "select");
    let back = || one(Do::Leave, "back");
    let hints = if scroll.selected().is_some() {
        vec![
            one(Do::Copy, "copy"),
            cursor(),
            one(Do::SwapEnds, "other end"),
            Some(Hint::of(Key::plain(KeyCode::Escape), "drop")),
        ]
    } else if scroll.selection.is_some() {
        vec![cursor(), select(), back()]
    } else if scroll.seek.sought.is_some() {
        let matches = [Do::NextMatch, Do::PreviousMatch];
        vec![
            several(&matches, "next, previous match"),
            search(),
            line(),
            page(),
            back(),
        ]
    } else {
        vec![
            line(),
            page(),
            search(),
            select(),
            several(&[Do::PreviousPrompt, Do::NextPrompt], "prompts"),
            one(Do::WordEnd, "editor"),
            several(&[Do::Top, Do::Bottom], "first, end"),
            back(),
        ]
    };
    hints.into_iter().flatten().collect()
}

/// Returns as many hints as fit between the columns, each with its own; the last one always.
pub fn placed_hints(app: &App, start: u16, end: u16) -> Vec<(u16, Hint)> {
    let mut hints = hints_of(app);
    let Some(last) = hints.pop() else {
        return Vec::new();
    };
    let before = match standing(app, start, end) {
        Some(standing) => Some(columns(&standing.text)),
        None => pattern(app, start, end).map(|(text, cursor)| columns(&text).max(cursor + 1)),
    };
    let mut x = start + before.map_or(0, |columns| columns + HINT_GAP);
    let mut placed = Vec::with_capacity(hints.len() + 1);
    for hint in hints {
        let after = x + hint.width() + HINT_GAP;
        if after + last.width() > end {
            break;
        }
        placed.push((x, hint));
        x = after;
    }
    placed.push((x, last));
    placed
}
