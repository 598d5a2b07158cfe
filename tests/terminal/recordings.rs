//! Recordings of real programs: both emulators show the same all the way.
//!
//! Each `tests/recordings/programs/NAME.cast` has the screen that it ends with in `NAME.screen`,
//! in the notation of [`Seen::notation`]; `MUXPECT_BLESS=1` writes these files. Look at them
//! before you keep them. `make.py` there made the recordings.

use std::{fmt::Write, fs, path::PathBuf};

use muxpect::{geometry::Size, terminal::Emulator};

use super::{second::Second, seen::Seen};
use crate::cast::{Cast, Step};

/// At how many moments the screens are compared, at the least.
const MOMENTS: usize = 60;

/// Recordings in which alacritty_terminal is known to end otherwise, and why.
const DIFFERENT: &[(&str, &str)] = &[
    (
        "vttest-characters",
        "it has neither the British set nor the alternate ones",
    ),
    (
        "reset-xterm",
        "it clears the screen for mode 3 without mode 40",
    ),
    ("vttest-screen", "it does not home when origin mode ends"),
];

struct Recording {
    name: String,
    path: PathBuf,
    cast: Cast,
}

fn recordings() -> Vec<Recording> {
    let named = |(path, cast): (PathBuf, Cast)| Recording {
        name: path.file_stem().unwrap().to_str().unwrap().to_owned(),
        path,
        cast,
    };
    Cast::all("programs").into_iter().map(named).collect()
}

/// Both emulators, with the same behind them.
struct Pair {
    first: Emulator,
    second: Second,
    /// The main screen was resized: alacritty_terminal sends rows that its wrapping has added
    /// into history, even where there is room, so the rows stand elsewhere until another screen.
    apart: bool,
}

impl Pair {
    fn new(size: Size) -> Pair {
        Pair {
            first: Emulator::new(size, 1000),
            second: Second::new(size),
            apart: false,
        }
    }

    fn feed(&mut self, bytes: &[u8]) {
        self.first.feed(bytes, &mut Vec::new());
        self.second.feed(bytes);
    }

    fn resize(&mut self, size: Size) {
        self.first.resize(size);
        self.second.resize(size);
        self.apart |= !self.first.alternate();
    }

    /// Says where the two differ.
    fn difference(&mut self) -> Option<String> {
        self.apart &= !self.first.alternate();
        if self.apart {
            return None;
        }
        let ours = Seen::of(self.first.screen()).without_wraps();
        let theirs = self.second.seen().without_wraps();
        if ours == theirs {
            return None;
        }
        let mut text = String::new();
        let rows = ours.lines.iter().zip(&theirs.lines).enumerate();
        for (row, _) in rows.filter(|(_, (ours, theirs))| ours != theirs) {
            let [ours, theirs] = [&ours, &theirs].map(|seen| seen.row_notation(row));
            writeln!(text, "row {row}\n  ours   {ours}\n  second {theirs}").unwrap();
        }
        for seen in [&ours, &theirs] {
            writeln!(
                text,
                "{:?} {} {}",
                seen.cursor, seen.cursor_visible, seen.alternate
            )
            .unwrap();
        }
        Some(text)
    }
}

#[test]
fn recordings_show_the_same_on_both() {
    let mut wrong = Vec::new();
    for Recording { name, cast, .. } in recordings() {
        let excuse = DIFFERENT.iter().find(|(different, _)| *different == name);
        match (first_difference(&cast), excuse) {
            (None, None) | (Some(_), Some(_)) => {}
            (Some(difference), None) => wrong.push(format!("{name}: {difference}")),
            (None, Some((_, reason))) => wrong.push(format!("{name}: no more so: {reason}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Replays a recording on both and says where they differ first.
fn first_difference(cast: &Cast) -> Option<String> {
    let every = (cast.steps.len() / MOMENTS).max(1);
    let mut pair = Pair::new(cast.size);
    for (index, (_, step)) in cast.steps.iter().enumerate() {
        match step {
            Step::Output(text) => pair.feed(text.as_bytes()),
            Step::Resize(size) => pair.resize(*size),
            Step::Mark(_) => {}
        }
        let looks = index % every == 0 || index + 1 == cast.steps.len();
        if let Some(difference) = looks.then(|| pair.difference()).flatten() {
            return Some(format!("step {index}\n{difference}"));
        }
    }
    None
}

#[test]
fn recordings_end_with_their_screens() {
    let bless = std::env::var_os("MUXPECT_BLESS").is_some();
    for Recording { name, path, cast } in recordings() {
        let [whole, single] = [usize::MAX, 1].map(|most| {
            let mut emulator = Emulator::new(cast.size, 1000);
            for (_, step) in &cast.steps {
                match step {
                    Step::Output(text) => {
                        for piece in text.as_bytes().chunks(most) {
                            emulator.feed(piece, &mut Vec::new());
                        }
                    }
                    Step::Resize(size) => emulator.resize(*size),
                    Step::Mark(_) => {}
                }
            }
            describe(&mut emulator)
        });
        assert_eq!(single, whole, "{name} byte by byte");
        let golden = path.with_extension("screen");
        if bless {
            fs::write(golden, whole).unwrap();
        } else {
            let expected = fs::read_to_string(golden).unwrap();
            assert!(
                whole == expected,
                "{name}: expected\n{expected}\ngot\n{whole}"
            );
        }
    }
}

fn describe(emulator: &mut Emulator) -> String {
    let screen = emulator.screen();
    let seen = Seen::of(screen);
    let mut text = format!(
        "{} cursor {},{} visible {} alternate {} title {:?}\n",
        screen.size,
        seen.cursor.row,
        seen.cursor.col,
        seen.cursor_visible,
        seen.alternate,
        screen.title,
    );
    for row in screen.text().trim_end().lines() {
        writeln!(text, "|{row}").unwrap();
    }
    text.push_str("--- with styles\n");
    for row in seen.notation() {
        writeln!(text, "|{row}").unwrap();
    }
    text
}
