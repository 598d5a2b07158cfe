//! Draws the palette: the line that is typed, and below it the entries that match.

use ratatui::{buffer::Buffer, layout::Rect};

use super::{horizontal, mark_cell, overlay, put};
use crate::{
    geometry::Position,
    tui::{
        app::{App, Choice, Palette},
        widget::{columns, one_line},
    },
};

/// The most columns of the box, lines included: what is far from its key is hard to read.
const MAX_WIDTH: u16 = 64;

/// The most rows of entries: more are searched, not looked through.
const MAX_ROWS: u16 = 24;

/// Rows above the entries: the line that is typed, and one across.
const HEAD_ROWS: u16 = 2;

/// Rows of the terminal that the box leaves free, with its own lines.
const MARGIN_ROWS: u16 = 5;

/// The most columns of a name.
const NAME_COLUMNS: u16 = 22;

/// Returns how many entries are shown at once.
pub fn rows(app: &App) -> u16 {
    let room = app.size.rows.saturating_sub(HEAD_ROWS + MARGIN_ROWS);
    let all = u16::try_from(app.palette_size()).unwrap_or(u16::MAX);
    all.min(MAX_ROWS).min(room).max(1)
}

/// Returns the place among the matching entries of the one that is drawn there.
pub fn entry_at(app: &App, palette: &Palette, position: Position) -> Option<usize> {
    let inner = overlay::inside(area(app));
    let line = position.row.checked_sub(inner.y + HEAD_ROWS)?;
    let inside =
        position.row < inner.bottom() && (inner.left()..inner.right()).contains(&position.col);
    let count = app.palette_entries(palette).len();
    let place = top(app, palette, count) + usize::from(line);
    (inside && place < count).then_some(place)
}

/// Draws the palette over the panes.
pub fn draw(app: &App, palette: &Palette, buffer: &mut Buffer) {
    let theme = &app.theme;
    let area = area(app);
    let inner = overlay::boxed(theme, "Palette", area, buffer);
    let entries = app.palette_entries(palette);
    let end = inner.right().saturating_sub(1);
    let count = format!(" {} of {} ", entries.len(), app.palette_size());
    if columns(&count) + 12 < area.width {
        let x = area.right() - 1 - columns(&count);
        put(buffer, x, area.y, area.right() - 1, &count, theme.faint);
    }
    let start = put(buffer, inner.x + 1, inner.y, end, "> ", theme.key);
    let (query, cursor) = palette.query.shown(end.saturating_sub(start));
    put(buffer, start, inner.y, end, &query, theme.text);
    mark_cell(start + cursor, inner.y, end, buffer);
    if inner != area {
        let across = ["├", "─", "┤"];
        horizontal(area, inner.y + 1, across, theme.border_focused, buffer);
    }
    let list = Rect {
        y: inner.y + HEAD_ROWS,
        height: inner.height.saturating_sub(HEAD_ROWS),
        ..inner
    };
    if entries.is_empty() && list.height > 0 {
        let nothing = "Nothing matches; Backspace takes a letter back.";
        put(buffer, list.x + 1, list.y, end, nothing, theme.faint);
    }
    let selected = palette.selected.min(entries.len().saturating_sub(1));
    let first = top(app, palette, entries.len());
    let shown = entries.iter().enumerate().skip(first);
    for (y, (place, entry)) in (list.top()..list.bottom()).zip(shown) {
        let row = Rect {
            y,
            height: 1,
            ..list
        };
        one(app, entry, place == selected, row, buffer);
    }
}

/// Draws an entry: name, description, and at the right its key.
fn one(app: &App, entry: &Choice, selected: bool, area: Rect, buffer: &mut Buffer) {
    let theme = &app.theme;
    let end = area.right().saturating_sub(1);
    let y = area.y;
    if selected {
        put(buffer, area.x, y, end, "▌", theme.border_focused);
    }
    let key_at = end.saturating_sub(columns(&entry.key));
    let name_at = area.x + 1;
    let names = NAME_COLUMNS.min(area.width / 2);
    let name = one_line(&entry.name, names);
    let style = if selected { theme.selected } else { theme.text };
    put(buffer, name_at, y, end, &name, style);
    let text_at = name_at + names + 1;
    let room = key_at.saturating_sub(text_at + 1);
    let text = one_line(&entry.description, room);
    put(buffer, text_at, y, end, &text, theme.faint);
    put(buffer, key_at, y, end, &entry.key, theme.key);
    // Letters that were searched for stand out, where all before them is as wide as it is long.
    let name_length = u32::try_from(entry.name.chars().count()).unwrap_or(u32::MAX);
    for place in &entry.matched {
        let (text, start, place) = match place.checked_sub(name_length + 1) {
            Some(place) => (&text, text_at, place),
            None => (&name, name_at, *place),
        };
        let place = usize::try_from(place).unwrap_or(usize::MAX);
        let Some((at, letter)) = text.char_indices().nth(place) else {
            continue;
        };
        let x = start + columns(&text[..at]);
        put(
            buffer,
            x,
            y,
            end,
            letter.encode_utf8(&mut [0; 4]),
            theme.key,
        );
    }
}

/// Returns the place of the first entry that is shown, so that the selected one is in view.
fn top(app: &App, palette: &Palette, count: usize) -> usize {
    let rows = usize::from(rows(app));
    let selected = palette.selected.min(count.saturating_sub(1));
    selected
        .saturating_sub(rows / 2)
        .min(count.saturating_sub(rows))
}

/// Returns the place of the box, which is the same whatever matches.
fn area(app: &App) -> Rect {
    let width = app.size.cols.min(MAX_WIDTH);
    let screen = Rect::new(0, 0, app.size.cols, app.size.rows);
    overlay::middle(
        screen,
        width.saturating_sub(2),
        usize::from(rows(app) + HEAD_ROWS),
    )
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::{
        config::KeysSpec,
        protocol::Attention,
        tui::{
            bindings::Keymap,
            fixture::{Rig, ended, options, pane, with},
        },
    };

    fn rig(cols: u16, rows: u16, keys: &str) -> Rig {
        let mut rig = Rig::new(options(), cols, rows);
        rig.panes(vec![
            with(pane(1, "db1"), Attention::Password),
            pane(2, "build"),
            ended(pane(3, "lint"), 0),
        ]);
        rig.types(keys);
        rig
    }

    #[test]
    fn on_a_usual_terminal() {
        assert_snapshot!(rig(80, 24, ":").text(), @"
         deploy ─ 3 panes ─ 1 password ─ answers on                       muxpect 0.1.0
        ┌ panes ┌ Palette ─────────────────────────────────────────── 45 of 45 ┐orking ┐
        │▌1 db1 │ >                                                            │       │
        │ 2 buil├──────────────────────────────────────────────────────────────┤       │
        │ 3 lint│▌focus-next             next pane                           j │       │
        │       │ focus-previous         previous pane                       k │       │
        │       │ focus-left             tile to the left                    h │       │
        │       │ focus-right            tile to the right                   l │       │
        │       │ focus-above            tile above                          K │       │
        │       │ focus-below            tile below                          J │       │
        │       │ focus-last             last pane                         Tab │       │
        │       │ next-needing           next that needs you                 n │       │
        │       │ previous-needing       previous that needs you             N │       │
        │       │ interact               interact; Ctrl-] leaves         Enter │       │
        │       │ send-escape            send a literal Ctrl-]          Ctrl-] │       │
        │       │ zoom                   zoom                                z │       │
        │       │ next-layout            next layout                     Space │       │
        │       │ grow                   grow tile                           + │       │
        │       │ shrink                 shrink tile                         - │       │
        │       │ equalize               equal tiles again                   = │       │
        │       │ toggle-list            list on or off                      b │       │
        │       └──────────────────────────────────────────────────────────────┘       │
        └──────────────────────┘└──────────────────────────┘└──────────────────────────┘
         PALETTE  Enter do it  ↑ ↓ select  Esc close
        ");
    }

    #[test]
    fn the_box_keeps_its_place_whatever_matches() {
        let lines = |keys: &str| {
            let text = rig(80, 24, keys).text();
            let lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines
        };
        let all = lines(":");
        for keys in [":re", ":xyzzy"] {
            let some = lines(keys);
            assert_eq!(some[..1], all[..1]);
            assert_eq!(some[21..], all[21..]);
            assert_eq!(some[3], all[3], "{keys}");
        }
        assert!(lines(":res")[4].contains("▌restart "));
        assert!(lines(":xyzzy")[4].contains("Nothing matches"));
    }

    #[test]
    fn on_a_large_terminal() {
        assert_snapshot!(rig(200, 60, ":fo").text(), @"
         deploy ─ 3 panes ─ 1 password ─ answers on                                                                                                                                               muxpect 0.1.0
        ┌ panes ───────────────┐┌ 1 db1 ─────────────────────────────────────────────────────────────────── ◆ password ┐┌ 2 build ────────────────────────────────────────────────────────────────── ● working ┐
        │▌1 db1     ◆ password ││                                                                                      ││                                                                                      │
        │ 2 build   ● working  ││                                                                                      ││                                                                                      │
        │ 3 lint    ✓ exit 0   ││                                                                                      ││                                                                                      │
        │                      ││                                                                                      ││                                                                                      │
        │                      ││                                                                                      ││                                                                                      │
        │                      ││                                                                                      ││                                                                                      │
        │                      ││                                                                                      ││                                                                                      │
        │                      ││                                                                                      ││                                                                                      │
        │                      ││                                                                                      ││                                                                                      │
        │                      ││                                                                                      ││                                                                                      │
        │                      ││                                                                                      ││                                                                                      │
        │                      ││                                                                                      ││                                                                                      │
        │                      ││                                                                                      ││                                                                                      │
        │                      ││                                           ┌ Palette ─────────────────────────────────────────── 11 of 45 ┐                                                                   │
        │                      ││                                           │ > fo                                                         │                                                                   │
        │                      ││                                           ├──────────────────────────────────────────────────────────────┤                                                                   │
        │                      ││                                           │▌focus-next             next pane                           j │                                                                   │
        │                      ││                                           │ focus-previous         previous pane                       k │                                                                   │
        │                      ││                                           │ focus-left             tile to the left                    h │                                                                   │
        │                      ││                                           │ focus-right            tile to the right                   l │                                                                   │
        │                      ││                                           │ focus-above            tile above                          K │                                                                   │
        │                      ││                                           │ focus-below            tile below                          J │                                                                   │
        │                      ││                                           │ focus-last             last pane                         Tab │                                                                   │
        │                      ││                                           │ focus db1              pane 1, password                    1 │                                                                   │
        │                      ││                                           │ focus build            pane 2, working                     2 │                                                                   │
        │                      ││                                           │ focus lint             pane 3, exit 0                      3 │                                                                   │
        │                      ││                                           │ mark                   mark for broadcast                  m │                                                                   │
        │                      ││                                           │                                                              │                                                                   │
        │                      │├ 3 lint ───────────────────────────────────│                                                              │                                                                   │
        │                      ││                                           │                                                              │                                                                   │
        │                      ││                                           │                                                              │                                                                   │
        │                      ││                                           │                                                              │                                                                   │
        │                      ││                                           │                                                              │                                                                   │
        │                      ││                                           │                                                              │                                                                   │
        │                      ││                                           │                                                              │                                                                   │
        │                      ││                                           │                                                              │                                                                   │
        │                      ││                                           │                                                              │                                                                   │
        │                      ││                                           │                                                              │                                                                   │
        │                      ││                                           │                                                              │                                                                   │
        │                      ││                                           │                                                              │                                                                   │
        │                      ││                                           └──────────────────────────────────────────────────────────────┘                                                                   │
        │                      ││                                                                                      ││                                                                                      │
        │                      ││                                                                                      ││                                                                                      │
        │                      ││                                                                                      ││                                                                                      │
        │                      ││                                                                                      ││                                                                                      │
        │                      ││                                                                                      ││                                                                                      │
        │                      ││                                                                                      ││                                                                                      │
        │                      ││                                                                                      ││                                                                                      │
        │                      ││                                                                                      ││                                                                                      │
        │                      ││                                                                                      ││                                                                                      │
        │                      ││                                                                                      ││                                                                                      │
        │                      ││                                                                                      ││                                                                                      │
        │                      ││                                                                                      ││                                                                                      │
        │                      ││                                                                                      ││                                                                                      │
        │                      ││                                                                                      ││                                                                                      │
        │                      ││                                                                                      ││                                                                                      │
        └──────────────────────┘└──────────────────────────────────────────────────────────────────────────────────────┘└──────────────────────────────────────────────────────────────────────────────────────┘
         PALETTE  Enter do it  ↑ ↓ select  Esc close
        ");
    }

    #[test]
    fn on_a_small_terminal() {
        assert_snapshot!(rig(34, 9, ":zoom").text(), @"
         deploy ─ 3 panes ─ 1 password
        ┌ Palette ────────────── 1 of 45 ┐
        │ > zoom                         │
        ├────────────────────────────────┤
        │▌zoom             zoom        z │
        │                                │
        └────────────────────────────────┘
        └────────────────────────────────┘
         PALETTE  Enter do it  Esc close
        ");
        for (cols, rows) in [(1, 1), (3, 3), (8, 4), (20, 5)] {
            rig(cols, rows, ":zoom").text();
        }
    }

    #[test]
    fn letters_that_were_searched_for_stand_out() {
        let mut rig = rig(80, 24, ":zo");
        let buffer = rig.draw();
        let text = rig.text();
        let row = text
            .lines()
            .position(|line| line.contains("▌zoom"))
            .unwrap();
        let row = u16::try_from(row).unwrap();
        let column = (0..80)
            .find(|column| buffer[(*column, row)].symbol() == "z")
            .unwrap();
        let key = rig.app.theme.key;
        assert_eq!(buffer[(column, row)].style().fg, key.fg);
        assert_ne!(buffer[(column + 3, row)].style().fg, key.fg);
    }

    fn prefer(rig: &mut Rig) {
        let key = |name: &str| name.parse().unwrap();
        rig.app.keymap = Keymap::new([&KeysSpec {
            escape: Some(key("C-q")),
            prefix: Some(Some(key("C-b"))),
            watch: [("zoom", vec![key("M-z"), key("F5")]), ("kill", vec![])].into(),
            scroll: [("line-down", vec![key("e")]), ("leave", vec![key("Q")])].into(),
            ..KeysSpec::default()
        }]);
    }

    /// Returns the line of what is drawn that contains `text`.
    fn line(rig: &mut Rig, text: &str) -> String {
        let all = rig.text();
        let line = all.lines().find(|line| line.contains(text));
        line.unwrap_or_else(|| panic!("no {text} in\n{all}"))
            .trim()
            .to_owned()
    }

    #[test]
    fn changed_keys_are_shown_everywhere() {
        let mut rig = rig(120, 40, "");
        prefer(&mut rig);
        assert_snapshot!(line(&mut rig, "WATCH"), @"WATCH  Enter interact  n next that needs you  Alt-z zoom  Space layout  : palette  [ scroll  A disarm  w why  ? help");
        rig.types("\r");
        assert_snapshot!(line(&mut rig, "INTERACT"), @"INTERACT  keys go to db1  Ctrl-b then a WATCH key  rules pause  Ctrl-q leaves");
        rig.keys(&["C-b".parse().unwrap()]);
        assert_snapshot!(line(&mut rig, "INTERACT"), @"INTERACT  now a WATCH key  Ctrl-b goes to db1  Esc never mind");
        rig.keys(&["[".parse().unwrap()]);
        assert_snapshot!(line(&mut rig, "SCROLL"), @"SCROLL  e k line  PageUp PageDown page  / ? search  v V select  { } prompts  g G first, end  Q back");
    }

    #[test]
    fn the_help_shows_changed_keys() {
        let mut rig = rig(80, 24, "?");
        prefer(&mut rig);
        assert_snapshot!(rig.text(), @"
        ┌ Keys ────────────────────────────────────────────────────────────────────────┐
        │ Move                                    /             filter panes           │
        │  j ↓           next pane                o             sort by attention      │
        │  k ↑           previous pane            [             scroll back            │
        │  h ←           tile to the left         PageUp        scroll back a page     │
        │  l →           tile to the right                                             │
        │  K             tile above              Jobs                                  │
        │  J             tile below               a             add a pane             │
        │  Tab           last pane                C             another like this one  │
        │  1-9           pane of that number      e             rename                 │
        │  n             next that needs you      m             mark for broadcast     │
        │  N             previous that needs you  B             type into all marked   │
        │  Enter         interact; Ctrl-q leaves  r             restart                │
        │  Ctrl-q        send a literal Ctrl-q    s             stop                   │
        │                                         D             remove an ended pane   │
        │ View                                                                         │
        │  Alt-z F5      zoom                    Rules                                 │
        │  Space         next layout              i             inbox: what is asked   │
        │  +             grow tile                A             arm or disarm pane     │
        │  -             shrink tile              g             answers on/suggest/off │
        │  =             equal tiles again        w             why rules act or not   │
        │  b             list on or off                                                │
        └──────────────────────────────────────────────────────────────────────────────┘
         HELP  j k move  Esc close
        ");
    }
}
