//! Draws INSPECT over the panes: its sections beside each other where there is room, else one at a
//! time.
//!
//! Owns where the sections are, and so what a click means; what stands in them is in the
//! submodules.

mod draft;
mod line;
mod sections;
mod timeline;

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use self::line::Line;
use super::{overlay, put};
use crate::{
    geometry::Position,
    tui::{
        app::{App, Inspect, Kind, Mode, Section},
        widget::{columns, one_line},
    },
};

/// The least columns and rows at which all sections are shown.
const WIDE: u16 = 110;
const HIGH: u16 = 30;

/// What a click in INSPECT is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hit {
    /// A section, or its name.
    Section(Section),
    /// The entry at this place among those shown.
    Entry(usize),
    /// The rule at this place.
    Rule(usize),
}

impl Hit {
    /// Returns the section that it is in.
    pub fn section(self) -> Section {
        match self {
            Hit::Section(section) => section,
            Hit::Entry(_) => Section::Timeline,
            Hit::Rule(_) => Section::Rules,
        }
    }
}

/// Draws a visit to INSPECT.
pub fn draw(app: &App, visit: &Inspect, buffer: &mut Buffer) {
    let places = places(app, visit);
    let several = places.len() > 1;
    for (section, area) in &places {
        let theme = &app.theme;
        let focused = *section == visit.section;
        let border = match focused {
            true => theme.border_focused,
            false => theme.border,
        };
        let inner = overlay::framed(border, *area, buffer);
        let y = area.y;
        let end = area.right().saturating_sub(1);
        let mut after = area.x + 1;
        let tabs = tabs(visit, *area, several.then_some(*section));
        for (tab, x, text) in tabs {
            let style = match tab == visit.section {
                true => theme.strong,
                false => theme.text,
            };
            after = put(buffer, x, y, end, &text, style);
        }
        if *section == Section::Timeline || !several {
            let words = standing(app, visit);
            let room = end.saturating_sub(after + 2);
            let words = one_line(&words, room);
            if columns(&words) > 0 {
                let words = format!(" {words} ");
                let style = match visit.paused {
                    true => theme.notice,
                    false => theme.faint,
                };
                put(buffer, end - columns(&words), y, end, &words, style);
            }
        }
        match section {
            Section::Timeline => timeline::draw(app, visit, inner, focused, buffer),
            Section::Rules => sections::draw_rules(app, visit, inner, focused, buffer),
            Section::Tty | Section::Modes => {
                let lines = sections::lines(app, visit, *section, inner.width);
                let top = visit.tops[usize::from(*section == Section::Modes)];
                line::draw(&lines, top, inner, buffer);
            }
        }
    }
    if let Some(draft) = &visit.draft {
        draft::draw(app, draft, buffer);
    }
}

/// Returns what there is at a place of the terminal.
pub fn hit(app: &App, position: Position) -> Option<Hit> {
    let visit = visit(app)?;
    let cell = ratatui::layout::Position::new(position.col, position.row);
    let places = places(app, visit);
    let several = places.len() > 1;
    let (section, area) = places.into_iter().find(|(_, area)| area.contains(cell))?;
    if position.row == area.y && !several {
        let mut tabs = tabs(visit, area, None).into_iter();
        let tab = tabs.find(|(_, x, text)| (*x..*x + columns(text)).contains(&position.col));
        return tab.map(|(section, _, _)| Hit::Section(section));
    }
    let inner = overlay::inside(area);
    let place = match section {
        Section::Timeline => timeline::entry_at(visit, inner, position.row).map(Hit::Entry),
        Section::Rules => sections::rule_at(visit, inner, position.row).map(Hit::Rule),
        Section::Tty | Section::Modes => None,
    };
    Some(place.unwrap_or(Hit::Section(section)))
}

/// Returns how many rows a page of the present section has.
pub fn page(app: &App) -> usize {
    let Some(visit) = visit(app) else {
        return 1;
    };
    let inner = inner_of(app, visit, visit.section);
    let rows = match (visit.section, visit.full) {
        (Section::Timeline, None) => timeline::split(visit, inner).0.height,
        _ => inner.height,
    };
    usize::from(rows.saturating_sub(1)).max(1)
}

/// Returns the last line that an entry shown in full may begin with.
pub fn full_last(app: &App) -> usize {
    let Some(visit) = visit(app) else {
        return 0;
    };
    let inner = inner_of(app, visit, Section::Timeline);
    let lines = timeline::detail(app, visit, inner.width).len();
    lines.saturating_sub(usize::from(inner.height))
}

/// Returns the last lines that TTY and MODES may begin with.
pub fn last_tops(app: &App) -> [usize; 2] {
    let Some(visit) = visit(app) else {
        return [0; 2];
    };
    [Section::Tty, Section::Modes].map(|section| {
        let inner = inner_of(app, visit, section);
        let lines = sections::lines(app, visit, section, inner.width).len();
        lines.saturating_sub(usize::from(inner.height))
    })
}

/// Returns the present section as text, to be copied.
pub fn section_text(app: &App) -> Option<String> {
    let visit = visit(app)?;
    // Nothing is cut for want of room.
    let lines = sections::lines(app, visit, visit.section, u16::MAX);
    let lines: Vec<String> = lines.iter().map(Line::text).collect();
    Some(lines.join("\n"))
}

fn visit(app: &App) -> Option<&Inspect> {
    match &app.mode {
        Mode::Inspect(visit) => Some(visit),
        _ => None,
    }
}

/// Returns the sections that are shown, each with its box.
fn places(app: &App, visit: &Inspect) -> Vec<(Section, Rect)> {
    let top = app.arrangement.header.map_or(0, |header| header.bottom());
    let bottom = app.arrangement.bar.map_or(app.size.rows, |bar| bar.y);
    let area = Rect::new(0, top, app.size.cols, bottom.saturating_sub(top));
    if area.width < WIDE || area.height < HIGH {
        return vec![(visit.section, area)];
    }
    let left = area.width * 3 / 5;
    let mut places = vec![(
        Section::Timeline,
        Rect {
            width: left,
            ..area
        },
    )];
    let heights = [area.height * 3 / 10, area.height * 2 / 5];
    let heights = [
        heights[0],
        heights[1],
        area.height - heights[0] - heights[1],
    ];
    let mut y = area.y;
    for (section, height) in Section::ALL.into_iter().skip(1).zip(heights) {
        let place = Rect {
            x: area.x + left,
            y,
            width: area.width - left,
            height,
        };
        places.push((section, place));
        y += height;
    }
    places
}

/// Returns the inside of a section's box; of the only box, if that shows another one.
fn inner_of(app: &App, visit: &Inspect, section: Section) -> Rect {
    let places = places(app, visit);
    let own = places.iter().find(|(shown, _)| *shown == section);
    let area = own.or(places.first()).map_or(Rect::ZERO, |(_, area)| *area);
    overlay::inside(area)
}

/// Returns the names at the top of a box with their columns: its own, or those of all sections. The
/// one that keys move in stands in brackets.
fn tabs(visit: &Inspect, area: Rect, only: Option<Section>) -> Vec<(Section, u16, String)> {
    let mut x = area.x + 1;
    let shown = Section::ALL
        .into_iter()
        .filter(|section| only.is_none_or(|only| only == *section));
    shown
        .map(|section| {
            let text = match section == visit.section {
                true => format!("[{}]", section.name()),
                false => format!(" {} ", section.name()),
            };
            let place = (section, x, text);
            x += columns(&place.2);
            place
        })
        .collect()
}

/// Says which pane it is, and what of its entries is shown.
fn standing(app: &App, visit: &Inspect) -> String {
    let mut words = vec![
        app.pane(visit.pane)
            .map_or("", |pane| pane.name())
            .to_owned(),
    ];
    if visit.paused {
        words.push("paused".to_owned());
    }
    let timeline = &visit.timeline;
    for kind in [Kind::Output, Kind::Input, Kind::Decision] {
        if !timeline.shows(kind) {
            words.push(format!("no {}", kind.word()));
        }
    }
    if !timeline.filter.is_empty() {
        words.push(format!("/{}", timeline.filter));
    }
    let (shown, all) = (timeline.shown_count(), timeline.count());
    words.push(match shown == all {
        true => all.to_string(),
        false => format!("{shown} of {all}"),
    });
    words.join(" · ")
}

/// Draws the mark of the selected row of a list.
fn mark(app: &App, selected: bool, focused: bool, x: u16, y: u16, buffer: &mut Buffer) -> u16 {
    let style: Style = match focused {
        true => app.theme.border_focused,
        false => app.theme.faint,
    };
    let mark = if selected { "▌" } else { " " };
    put(buffer, x, y, x + 1, mark, style)
}

#[cfg(test)]
pub mod tests;
