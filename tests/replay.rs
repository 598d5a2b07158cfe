//! Recordings of real programs, replayed through the emulator.
//!
//! Each `tests/recordings/NAME.cast` (asciicast v2) has its final state in `NAME.screen`. However
//! the bytes are split, and whatever resize happens and is undone on the way, the text is the
//! same. `MUXPECT_BLESS=1` writes the `.screen` files; look at them before you keep them.

mod replay {
    pub mod cast;
}

use std::{
    fmt::Write,
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::PathBuf,
    time::Duration,
};

use muxpect::{
    geometry::Size,
    terminal::{Emulator, TerminalEvent},
};
use replay::cast::{Cast, Step};

const SCROLLBACK: usize = 1000;

fn recordings() -> Vec<(String, Cast)> {
    let named = |(path, cast): (PathBuf, Cast)| {
        let name = path.with_extension("").display().to_string();
        (name, cast)
    };
    Cast::all("").into_iter().map(named).collect()
}

/// Replays a recording; `feed` decides how the bytes of each output event are fed.
fn replay(
    cast: &Cast,
    mut feed: impl FnMut(&mut Emulator, &[u8], &mut Vec<TerminalEvent>),
) -> (Emulator, Vec<TerminalEvent>) {
    let mut emulator = Emulator::new(cast.size, SCROLLBACK);
    emulator.report_lines(true);
    let mut events = Vec::new();
    for (_, step) in &cast.steps {
        match step {
            Step::Output(text) => feed(&mut emulator, text.as_bytes(), &mut events),
            Step::Resize(size) => emulator.resize(*size),
            Step::Mark(_) => {}
        }
    }
    emulator.finish(&mut events);
    (emulator, events)
}

fn whole(emulator: &mut Emulator, bytes: &[u8], events: &mut Vec<TerminalEvent>) {
    emulator.feed(bytes, events);
}

/// Writes all that is to be seen at the end, and the lines that were finished on the way.
fn describe(emulator: &mut Emulator, events: &[TerminalEvent]) -> String {
    let prompt = emulator.prompt();
    let history = emulator.history_tail(SCROLLBACK);
    let screen = emulator.screen();
    let cursor = screen.cursor.position;
    let mut text = format!(
        "{} cursor {},{} line {} alternate {} title {:?}\nprompt {:?}\n",
        screen.size,
        cursor.row,
        cursor.col,
        prompt.line,
        screen.modes.alternate,
        screen.title,
        prompt.text
    );
    let rows = [("history", &history), ("screen", &screen.rows)];
    for (name, rows) in rows {
        writeln!(text, "--- {name}").unwrap();
        for row in rows {
            let mark = if row.wrapped { ">" } else { "|" };
            writeln!(text, "|{}{mark}", row.text()).unwrap();
        }
    }
    text.push_str("--- events\n");
    for event in events {
        match event {
            TerminalEvent::Line { number, text: line } => writeln!(text, "{number} {line:?}"),
            TerminalEvent::Reply(bytes) => writeln!(text, "reply {}", bytes.escape_ascii()),
            other => writeln!(text, "{other:?}"),
        }
        .unwrap();
    }
    text
}

/// The text of history and screen by logical lines.
fn all_text(emulator: &mut Emulator) -> String {
    let mut rows = emulator.history_tail(SCROLLBACK);
    rows.extend(emulator.screen().rows.clone());
    let mut text = String::new();
    for row in rows {
        text.push_str(&row.text());
        if !row.wrapped {
            text.truncate(text.trim_end_matches(' ').len());
            text.push('\n');
        }
    }
    text.truncate(text.trim_end().len());
    text
}

#[test]
fn recordings_end_as_they_should() {
    let bless = std::env::var_os("MUXPECT_BLESS").is_some();
    for (name, cast) in recordings() {
        let (mut emulator, events) = replay(&cast, whole);
        let got = describe(&mut emulator, &events);
        let golden = PathBuf::from(format!("{name}.screen"));
        if bless {
            fs::write(golden, got).unwrap();
        } else {
            let expected = fs::read_to_string(&golden).unwrap();
            assert!(got == expected, "{name}: expected\n{expected}\ngot\n{got}");
        }
    }
}

#[test]
fn recordings_split_at_every_byte_end_the_same() {
    for (name, cast) in recordings() {
        let (mut emulator, events) = replay(&cast, whole);
        let expected = describe(&mut emulator, &events);
        let (mut emulator, events) = replay(&cast, |emulator, bytes, events| {
            for byte in bytes {
                emulator.feed(&[*byte], events);
            }
        });
        assert_eq!(describe(&mut emulator, &events), expected, "{name}");
        // Also in one piece between resizes, as a busy reader would get it.
        let mut joined: Vec<(Duration, Step)> = Vec::new();
        for step in &cast.steps {
            match (joined.last_mut(), step) {
                (Some((_, Step::Output(before))), (_, Step::Output(text))) => before.push_str(text),
                _ => joined.push(step.clone()),
            }
        }
        let joined = Cast {
            size: cast.size,
            steps: joined,
        };
        let (mut emulator, events) = replay(&joined, whole);
        assert_eq!(describe(&mut emulator, &events), expected, "{name}");
    }
}

#[test]
fn a_resize_that_is_undone_keeps_text_and_numbers() {
    for (name, cast) in recordings() {
        let size = cast.size;
        let narrow = Size {
            cols: size.cols / 2,
            rows: size.rows + 3,
        };
        let wide = Size {
            cols: size.cols * 2,
            rows: size.rows + 1,
        };
        for (at, (_, step)) in cast.steps.iter().enumerate() {
            if !matches!(step, Step::Output(_)) {
                continue;
            }
            let before = Cast {
                size,
                steps: cast.steps[..=at].to_vec(),
            };
            let (mut emulator, _) = replay(&before, whole);
            // A program on the alternate screen draws it again itself.
            if emulator.alternate() {
                continue;
            }
            let (text, prompt) = (all_text(&mut emulator), emulator.prompt());
            let present = emulator.size();
            for other in [narrow, present, wide, present] {
                emulator.resize(other);
                assert_eq!(all_text(&mut emulator), text, "{name} step {at} {other}");
                assert_eq!(emulator.prompt(), prompt, "{name} step {at} {other}");
            }
        }
    }
}

#[test]
fn resizes_between_all_events_leave_what_was_printed() {
    for (name, cast) in recordings() {
        let other = Size {
            cols: cast.size.cols + 7,
            rows: cast.size.rows + 2,
        };
        let (mut straight, _) = replay(&cast, whole);
        let (mut resized, _) = replay(&cast, |emulator, bytes, events| {
            let size = emulator.size();
            if !emulator.alternate() {
                emulator.resize(other);
                emulator.resize(size);
            }
            emulator.feed(bytes, events);
        });
        assert_eq!(all_text(&mut resized), all_text(&mut straight), "{name}");
        assert_eq!(resized.prompt(), straight.prompt(), "{name}");
    }
}

/// Numbers from a fixed sequence, so that a failure can be repeated.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) as usize % limit
    }
}

/// Debug builds are some twenty times slower, so they read a small part.
const LOG_BYTES: usize = if cfg!(debug_assertions) {
    2_000_000
} else {
    50_000_000
};

#[test]
fn a_long_log_is_the_same_however_it_is_split() {
    let mut numbers = Numbers(7);
    let mut log = String::new();
    let mut lines = 0u64;
    while log.len() < LOG_BYTES {
        let width = numbers.below(140);
        match numbers.below(400) {
            0..50 => write!(log, "\x1b[3{}mwarning\x1b[0m: ", numbers.below(8)).unwrap(),
            50..100 => log.push_str("ünïcode — "),
            100 => log.push_str("漢字 "),
            101 => log.push('\t'),
            _ => {}
        }
        write!(
            log,
            "{lines:>8} {:.width$}\r\n",
            "compiling a crate ".repeat(8)
        )
        .unwrap();
        lines += 1;
    }
    let size = Size { rows: 24, cols: 80 };
    let mut states = Vec::new();
    // The short way for floods begins with larger reads than the first kind.
    for most in [400, 4_096, 65_536] {
        let mut emulator = Emulator::new(size, SCROLLBACK);
        emulator.report_lines(true);
        let mut told = DefaultHasher::new();
        let mut events = Vec::new();
        let mut rest = log.as_bytes();
        while !rest.is_empty() {
            let (chunk, after) = rest.split_at(rest.len().min(1 + numbers.below(most)));
            emulator.feed(chunk, &mut events);
            for event in events.drain(..) {
                if let TerminalEvent::Line { number, text } = event {
                    (number, text).hash(&mut told);
                }
            }
            rest = after;
        }
        assert_eq!(emulator.cursor_line(), lines);
        assert!(emulator.history_lines() <= SCROLLBACK + 1);
        states.push((describe(&mut emulator, &events), told.finish()));
    }
    assert!(states[0] == states[1]);
    assert!(states[0] == states[2]);
}
