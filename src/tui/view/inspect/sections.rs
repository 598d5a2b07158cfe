//! Draws the sections of INSPECT beside the timeline: the tty, the rules, the terminal's modes.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use super::{
    line::{self, Line, cut},
    mark,
};
use crate::{
    protocol::{Attention, InspectedRule, Inspection, WhyInfo},
    tui::{
        app::{App, Inspect, Section},
        theme::Theme,
        widget::{columns, wrapped},
    },
};

/// The most columns of a rule's name in the list.
const NAME_COLUMNS: u16 = 28;

/// Columns of a mode's name.
const MODE_COLUMNS: usize = 30;

/// Columns of a label.
const LABEL_COLUMNS: usize = 11;

/// Returns the lines of a section.
pub fn lines(app: &App, visit: &Inspect, section: Section, width: u16) -> Vec<Line> {
    let Some(state) = visit.state.as_deref() else {
        return vec![Line::of("Looking …", app.theme.faint)];
    };
    match section {
        Section::Timeline => Vec::new(),
        Section::Tty => tty(&app.theme, state, width),
        Section::Modes => modes(&app.theme, state),
        Section::Rules => {
            let rules = state.rules.iter();
            rules
                .flat_map(|rule| {
                    let mut lines = vec![row(&app.theme, rule, NAME_COLUMNS)];
                    lines.extend(detail(&app.theme, rule, width));
                    lines
                })
                .collect()
        }
    }
}

fn label(theme: &Theme, text: &str) -> Line {
    Line::of(format!("{text:<LABEL_COLUMNS$}"), theme.faint)
}

/// Adds a labelled text to `lines`, on as many lines as it needs.
fn labelled(
    theme: &Theme,
    name: &str,
    text: &str,
    style: Style,
    width: u16,
    lines: &mut Vec<Line>,
) {
    let label_columns = u16::try_from(LABEL_COLUMNS).unwrap_or(0);
    let room = width.saturating_sub(label_columns + 2).max(1);
    for (index, text) in wrapped(text, room).into_iter().enumerate() {
        let name = if index == 0 { name } else { "" };
        lines.push(label(theme, name).and(text, style));
    }
}

fn tty(theme: &Theme, state: &Inspection, width: u16) -> Vec<Line> {
    let tty = &state.tty;
    let mut lines = Vec::new();
    let on = |on: bool| if on { "on" } else { "off" };
    match (tty.echo, tty.canonical) {
        (Some(echo), Some(canonical)) => {
            let mut line = label(theme, "settings")
                .and("ECHO ", theme.faint)
                .and(on(echo), theme.strong)
                .and("  ICANON ", theme.faint)
                .and(on(canonical), theme.strong);
            if let Some(byte) = tty.end_of_file {
                let name = match byte {
                    0..0x20 => format!("^{}", char::from(byte + 0x40)),
                    byte => format!("0x{byte:02x}"),
                };
                line = line.and("  EOF ", theme.faint).and(name, theme.text);
            }
            lines.push(line);
        }
        _ => lines.push(Line::of(
            "The program has ended: there is no tty.",
            theme.faint,
        )),
    }
    let wants = format!("{}: {}", tty.attention, tty.evidence);
    labelled(theme, "attention", &wants, theme.text, width, &mut lines);
    if !tty.reader.is_empty() {
        labelled(
            theme,
            "reader",
            &tty.reader,
            theme.strong,
            width,
            &mut lines,
        );
    }
    let prompt = match state.prompt.is_empty() {
        true => "nothing before the cursor".to_owned(),
        false => format!("{:?}", state.prompt),
    };
    let room = width.saturating_sub(u16::try_from(LABEL_COLUMNS).unwrap_or(0) + 2);
    for (index, text) in cut(&prompt, room).into_iter().enumerate() {
        let name = if index == 0 { "prompt" } else { "" };
        lines.push(label(theme, name).and(text, theme.text));
    }
    lines.push(label(theme, "output").and(format!("{} bytes", state.offset), theme.text));
    if tty.processes.is_empty() {
        return lines;
    }
    lines.push(Line::default());
    lines.push(Line::of(
        format!(
            "{:>8} {:>8}  {}",
            "PID", "PARENT", "PROGRAM (+ in the foreground)"
        ),
        theme.faint,
    ));
    for process in &tty.processes {
        let indent = "  ".repeat(process.depth.min(16).into());
        let sign = if process.foreground { "+" } else { " " };
        let name = if process.foreground {
            theme.strong
        } else {
            theme.text
        };
        lines.push(
            Line::of(
                format!("{:>8} {:>8} ", process.pid, process.parent),
                theme.faint,
            )
            .and(sign, theme.key)
            .and(format!("{indent}{} ", process.name), name)
            .and(&process.does, theme.text),
        );
    }
    lines
}

fn modes(theme: &Theme, state: &Inspection) -> Vec<Line> {
    // What a program has changed is what one looks for.
    let (usual, changed): (Vec<_>, Vec<_>) = state.modes.iter().partition(|mode| mode.usual);
    changed
        .into_iter()
        .chain(usual)
        .map(|mode| {
            let (sign, style) = match mode.usual {
                true => (" ", theme.text),
                false => ("*", theme.strong),
            };
            Line::of(sign, theme.key)
                .and(format!(" {:<MODE_COLUMNS$} ", mode.name), theme.faint)
                .and(&mode.value, style)
        })
        .collect()
}

/// Returns how many rows the list of rules has.
fn list_rows(visit: &Inspect, inner: Rect) -> u16 {
    let rules = visit.state.as_ref().map_or(0, |state| state.rules.len());
    let rules = u16::try_from(rules).unwrap_or(u16::MAX);
    rules.min((inner.height / 2).max(1))
}

/// Returns the place of the first rule that is listed.
fn list_top(visit: &Inspect, rows: u16) -> usize {
    let rules = visit.state.as_ref().map_or(0, |state| state.rules.len());
    let spare = rules.saturating_sub(rows.into());
    let place = visit.rule.min(rules.saturating_sub(1));
    place.saturating_sub(usize::from(rows / 2)).min(spare)
}

/// Returns the place of the rule in this row.
pub fn rule_at(visit: &Inspect, inner: Rect, row: u16) -> Option<usize> {
    let rows = list_rows(visit, inner);
    let line = row.checked_sub(inner.y).filter(|line| *line < rows)?;
    Some(list_top(visit, rows) + usize::from(line))
}

/// Draws the rules: a list, and below it the selected one.
pub fn draw_rules(app: &App, visit: &Inspect, inner: Rect, focused: bool, buffer: &mut Buffer) {
    let theme = &app.theme;
    let rules = match visit.state.as_deref() {
        None => return line::draw(&[Line::of("Looking …", theme.faint)], 0, inner, buffer),
        Some(state) if state.rules.is_empty() => {
            let lines = [
                Line::of("The pane has no rules.", theme.text),
                Line::of("An entry of the timeline can become one.", theme.faint),
            ];
            return line::draw(&lines, 0, inner, buffer);
        }
        Some(state) => &state.rules,
    };
    let rows = list_rows(visit, inner);
    let first = list_top(visit, rows);
    let selected = visit.rule.min(rules.len() - 1);
    let names = rules.iter().map(|rule| columns(&name_of(rule))).max();
    let names = names.unwrap_or(0).min(NAME_COLUMNS);
    let listed = rules.iter().enumerate().skip(first);
    for (y, (place, rule)) in (inner.y..inner.y + rows.min(inner.height)).zip(listed) {
        let x = mark(app, place == selected, focused, inner.x, y, buffer);
        row(theme, rule, names).draw(x, y, inner.right(), buffer);
    }
    let below = Rect {
        y: inner.y + rows,
        height: inner.height.saturating_sub(rows),
        ..inner
    };
    if below.height < 2 {
        return;
    }
    let rest = line::rule(below, theme.border, buffer);
    let lines = detail(theme, &rules[selected], rest.width);
    line::draw(
        &lines[..lines.len().min(rest.height.into())],
        0,
        rest,
        buffer,
    );
}

fn name_of(rule: &InspectedRule) -> String {
    format!("{}/{}", rule.info.ruleset, rule.info.rule)
}

/// Returns a rule on one line: what would become of it now, and why.
fn row(theme: &Theme, rule: &InspectedRule, names: u16) -> Line {
    let (glyph, style) = match rule.now.as_ref().map(|now| now.outcome.as_str()) {
        Some("fired") => ("✓", theme.attention(Attention::Done)),
        Some("asked") => ("?", theme.attention(Attention::Asking)),
        Some("tripped") => ("✗", theme.attention(Attention::Failed)),
        _ => ("·", theme.faint),
    };
    let name = crate::tui::widget::one_line(&name_of(rule), names);
    let fill = " ".repeat(names.saturating_sub(columns(&name)).into());
    let fired = format!(" {:>3}× ", rule.info.fired);
    let reason = rule.now.as_ref().map_or("", |now| now.reason.as_str());
    Line::of(glyph, style)
        .and(format!(" {name}{fill}"), theme.strong)
        .and(fired, theme.faint)
        .and(reason, theme.text)
}

fn detail(theme: &Theme, rule: &InspectedRule, width: u16) -> Vec<Line> {
    let info = &rule.info;
    let mut lines = Vec::new();
    let mut add =
        |name: &str, text: &str, style| labelled(theme, name, text, style, width, &mut lines);
    for pattern in &info.patterns {
        add("match", pattern, theme.text);
    }
    if let Some(event) = &info.event {
        add("event", event, theme.text);
    }
    let view = serde_json::to_value(info.view).unwrap_or_default();
    let mut stands = format!("view {}", view.as_str().unwrap_or_default());
    if let Some(state) = &info.state {
        stands.push_str(&format!(", state {state}"));
    }
    if !info.active {
        stands.push_str(", not looking in that state");
    }
    if info.spent {
        stands.push_str(", spent");
    }
    add("stands", &stands, theme.text);
    let told = |why: &WhyInfo| format!("{}: {}", why.outcome, why.reason);
    if let Some(now) = &rule.now {
        add("now", &told(now), theme.strong);
    }
    if let Some(last) = &info.last {
        add("last", &told(last), theme.text);
    }
    if let Some(found) = &rule.found {
        for (name, text, style) in [
            ("before", &found.before, theme.faint),
            ("matched", &found.matched, theme.strong),
            ("after", &found.after, theme.faint),
        ] {
            add(name, &format!("{text:?}"), style);
        }
    }
    lines
}
