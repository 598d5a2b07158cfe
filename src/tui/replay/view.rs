//! Draws a player: the recorded screen, the status line, the help.
//!
//! Pure: the same player gives the same cells. The screen is drawn from its cells, and what was
//! recorded in words passes `one_line`: nothing of a recording reaches the terminal as it is.

use std::time::Duration;

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use super::keys::HELP;
use crate::{
    replay::{Playing, Status},
    screen::Screen,
    tui::{
        theme::{Badge, Theme},
        view::{CursorPlace, boxed, first_row},
        widget::{columns, draw_row, one_line, put},
    },
};

/// The most columns of a mark's text.
const MARK_COLUMNS: u16 = 60;

/// Columns that the keys of the help take.
const HELP_KEYS: u16 = 12;

/// What is shown of a recording.
#[derive(Debug)]
pub struct Shown<'a> {
    /// The recording's name.
    pub name: &'a str,
    /// The recorded screen.
    pub screen: &'a Screen,
    /// What the status line says.
    pub status: &'a Status,
    /// How many bytes the recording has.
    pub bytes: u64,
    /// The status line is shown.
    pub bar: bool,
    /// The help is shown.
    pub help: bool,
}

/// Draws everything, and returns where the terminal's cursor belongs.
pub fn draw(shown: &Shown<'_>, theme: &Theme, buffer: &mut Buffer) -> Option<CursorPlace> {
    buffer.reset();
    let all = *buffer.area();
    let bar = shown.bar && all.height > 1;
    let body = Rect {
        height: all.height - u16::from(bar),
        ..all
    };
    let size = shown.screen.size;
    // A screen with room around it has a frame, which tells where it ends.
    let framed = size.rows + 2 <= body.height && size.cols + 2 <= body.width;
    let inner = match framed {
        true => {
            let area = Rect::new(body.x, body.y, size.cols + 2, size.rows + 2);
            boxed(
                theme,
                &one_line(shown.name, size.cols.saturating_sub(4)),
                area,
                buffer,
            )
        }
        false => Rect {
            width: body.width.min(size.cols),
            height: body.height.min(size.rows),
            ..body
        },
    };
    let first = first_row(shown.screen, inner.height);
    let rows = shown.screen.rows.iter().skip(usize::from(first));
    for (row, y) in rows.zip(inner.top()..inner.bottom()) {
        let line = Rect {
            y,
            height: 1,
            ..inner
        };
        draw_row(row, line, theme.depth, buffer);
    }
    if bar {
        let cropped = size.rows > body.height || size.cols > body.width;
        let line = Rect {
            y: body.bottom(),
            height: 1,
            ..all
        };
        draw_bar(shown, cropped, theme, line, buffer);
    }
    if shown.help {
        draw_help(theme, body, buffer);
        return None;
    }
    let cursor = shown.screen.cursor;
    let row = cursor.position.row.checked_sub(first)?;
    let is_seen = cursor.visible && row < inner.height && cursor.position.col < inner.width;
    is_seen.then(|| CursorPlace {
        x: inner.x + cursor.position.col,
        y: inner.y + row,
        shape: cursor.shape,
    })
}

/// Draws the status line. What there is no room for is left out, from its end.
fn draw_bar(shown: &Shown<'_>, cropped: bool, theme: &Theme, line: Rect, buffer: &mut Buffer) {
    let status = shown.status;
    let (word, badge) = match status.playing {
        Playing::On => (" PLAY ".to_owned(), Badge::Interact),
        Playing::Paused => (" PAUSED ".to_owned(), Badge::Scroll),
        Playing::Seeking { offset } => {
            let percent = offset.saturating_mul(100) / shown.bytes.max(1);
            (format!(" SEEK {:>2} % ", percent.min(99)), Badge::Dialog)
        }
        Playing::Ended => (" END ".to_owned(), Badge::Watch),
    };
    let end = line.right();
    let mut x = put(buffer, line.x, line.y, end, &word, theme.badge(badge));
    let length = status.length.map_or("?".to_owned(), time);
    let mut part = |text: &str, style: Style| {
        if x + 2 + columns(text) <= end {
            x = put(buffer, x + 2, line.y, end, text, style);
            return true;
        }
        false
    };
    part(&format!("{} / {length}", time(status.at)), theme.strong);
    part(&format!("{}x", status.speed), theme.text);
    let size = status.size.to_string();
    match cropped {
        true => part(&format!("{size} cropped"), theme.notice),
        false => part(&size, theme.faint),
    };
    if let Some(fault) = &status.fault {
        let fault = one_line(fault, end.saturating_sub(x + 2));
        put(buffer, x + 2, line.y, end, &fault, theme.notice);
        return;
    }
    let hint = "? help  q quit";
    let hint_x = end.saturating_sub(columns(hint) + 1);
    if let Some(mark) = &status.mark {
        let room = hint_x.saturating_sub(x + 6).min(MARK_COLUMNS);
        let text = one_line(&mark.text, room);
        if !text.is_empty() {
            x = put(buffer, x + 2, line.y, end, "⚑ ", theme.key);
            x = put(buffer, x, line.y, end, &text, theme.text);
        }
    }
    if x + 2 <= hint_x {
        put(buffer, hint_x, line.y, end, hint, theme.faint);
    }
}

fn draw_help(theme: &Theme, body: Rect, buffer: &mut Buffer) {
    let text = HELP.iter().map(|(_, text)| columns(text)).max();
    let width = (HELP_KEYS + text.unwrap_or(0) + 4).min(body.width);
    let height = (HELP.len() as u16 + 2).min(body.height);
    let area = Rect {
        x: body.x + (body.width - width) / 2,
        y: body.y + (body.height - height) / 2,
        width,
        height,
    };
    let inner = boxed(theme, "Keys", area, buffer);
    for ((keys, text), y) in HELP.iter().zip(inner.top()..inner.bottom()) {
        put(buffer, inner.x + 1, y, inner.right(), keys, theme.key);
        let x = inner.x + 1 + HELP_KEYS;
        put(buffer, x, y, inner.right(), text, theme.text);
    }
}

/// Returns a time as `M:SS.T`, with hours where there are some.
fn time(time: Duration) -> String {
    let tenths = time.as_millis() / 100;
    let (minutes, seconds) = (tenths / 600, tenths % 600);
    let seconds = format!("{:02}.{}", seconds / 10, seconds % 10);
    match minutes / 60 {
        0 => format!("{minutes}:{seconds}"),
        hours => format!("{hours}:{:02}:{seconds}", minutes % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        geometry::Size,
        replay::Mark,
        tui::{
            fixture::{screen, text},
            theme::ColorDepth,
        },
    };

    fn status(playing: Playing) -> Status {
        Status {
            playing,
            at: Duration::from_millis(12_540),
            length: Some(Duration::from_secs(3723)),
            speed: 0.5,
            size: Size { rows: 4, cols: 20 },
            mark: None,
            fault: None,
        }
    }

    /// Draws a recording of 20x4 in a terminal of this size.
    fn drawn(status: &Status, rows: u16, cols: u16, bar: bool, help: bool) -> String {
        let screen = screen(Size { rows: 4, cols: 20 }, &["one", "two", "three", "four"]);
        let mut buffer = Buffer::empty(Rect::new(0, 0, cols, rows));
        let shown = Shown {
            name: "a\u{1b}[31mb.cast",
            screen: &screen,
            status,
            bytes: 1000,
            bar,
            help,
        };
        draw(&shown, &Theme::colored(ColorDepth::Direct), &mut buffer);
        text(&buffer)
    }

    #[test]
    fn a_screen_with_room_has_a_frame() {
        insta::assert_snapshot!(drawn(&status(Playing::On), 8, 70, true, false), @r"
        ┌ a [31mb.cast ──────┐
        │one                 │
        │two                 │
        │three               │
        │four                │
        └────────────────────┘

         PLAY   0:12.5 / 1:02:03.0  0.5x  20x4                 ? help  q quit
        ");
    }

    #[test]
    fn a_larger_screen_is_cropped_at_its_cursor() {
        let status = status(Playing::Paused);
        insta::assert_snapshot!(drawn(&status, 4, 70, true, false), @r"
        two
        three
        four
         PAUSED   0:12.5 / 1:02:03.0  0.5x  20x4 cropped       ? help  q quit
        ");
        insta::assert_snapshot!(drawn(&status, 4, 70, false, false), @r"
        one
        two
        three
        four
        ");
        assert_eq!(drawn(&status, 1, 4, true, false), "four\n");
    }

    #[test]
    fn what_was_recorded_in_words_is_made_harmless() {
        let mut status = status(Playing::Seeking { offset: 421 });
        status.mark = Some(Mark::new(
            Duration::ZERO,
            "a\u{1b}]0;x\u{7}\r\n\u{202e}\u{9b}2Jb",
        ));
        let lines = drawn(&status, 6, 90, true, false);
        let bar = lines.lines().last().unwrap();
        assert!(bar.starts_with(" SEEK 42 %   0:12.5"), "{bar}");
        assert!(bar.contains("⚑ a ]0;x 2Jb "), "{bar}");
        assert!(!lines.contains(|c: char| c.is_control() && c != '\n'));
        status.fault = Some("line 3 is no event".to_owned());
        status.playing = Playing::Ended;
        let lines = drawn(&status, 6, 90, true, false);
        let bar = lines.lines().last().unwrap();
        assert!(bar.ends_with("20x4  line 3 is no event"), "{bar}");
    }

    #[test]
    fn the_status_line_gives_up_what_has_no_room() {
        let mut status = status(Playing::On);
        status.mark = Some(Mark::new(Duration::ZERO, &"mark ".repeat(50)));
        for cols in 1..120 {
            let lines = drawn(&status, 6, cols, true, false);
            assert!(lines.lines().all(|line| columns(line) <= cols));
        }
        let narrow = drawn(&status, 6, 34, true, false);
        let bar = narrow.lines().last().unwrap();
        assert_eq!(bar, " PLAY   0:12.5 / 1:02:03.0  0.5x");
    }

    #[test]
    fn the_help_lists_the_keys() {
        let help = drawn(&status(Playing::On), 24, 80, true, true);
        for (keys, text) in HELP {
            assert!(help.contains(keys) && help.contains(text), "{help}");
        }
        drawn(&status(Playing::On), 2, 3, true, true);
    }

    #[test]
    fn times_have_tenths() {
        let check = |ms, expected| assert_eq!(time(Duration::from_millis(ms)), expected);
        check(0, "0:00.0");
        check(61_950, "1:01.9");
        check(36_000_000, "10:00:00.0");
    }
}
