//! A table of sequences: what each one shows, on muxpect's emulator and on the second opinion.
//!
//! What is expected is written from ECMA-48 and DEC's manuals as xterm carries them out. A row in
//! which alacritty_terminal (or muxpect, for want of something in vt100) is known to do otherwise
//! says why, and it must go on doing so: an excuse that has lost its reason is found. The rows
//! stand in the files below, by what they touch.

mod cursor;
mod edit;
mod modes;
mod replies;
mod scroll;
mod strings;
mod style;
mod text;

use muxpect::{
    geometry::{Position, Size},
    terminal::{Emulator, TerminalEvent},
};

use super::{second::Second, seen::Seen};

/// Small, so that edges are near; the tab stops of a row are at 0 and 8.
const SIZE: Size = Size { rows: 5, cols: 12 };

/// A row of the table.
#[derive(Clone, Copy)]
struct Case {
    name: &'static str,
    input: &'static [u8],
    /// In the notation of [`Seen::notation`].
    rows: &'static [&'static str],
    /// Row and column, from 0.
    cursor: (u16, u16),
    reply: &'static str,
    /// Why the second opinion shows or answers something else.
    differs: Option<&'static str>,
    /// Why muxpect does.
    limit: Option<&'static str>,
}

const fn case(
    name: &'static str,
    input: &'static str,
    rows: &'static [&'static str],
    cursor: (u16, u16),
) -> Case {
    bytes(name, input.as_bytes(), rows, cursor)
}

/// For input that is no text.
const fn bytes(
    name: &'static str,
    input: &'static [u8],
    rows: &'static [&'static str],
    cursor: (u16, u16),
) -> Case {
    Case {
        name,
        input,
        rows,
        cursor,
        reply: "",
        differs: None,
        limit: None,
    }
}

impl Case {
    const fn replies(self, reply: &'static str) -> Case {
        Case { reply, ..self }
    }

    const fn differs(self, reason: &'static str) -> Case {
        Case {
            differs: Some(reason),
            ..self
        }
    }

    const fn limit(self, reason: &'static str) -> Case {
        Case {
            limit: Some(reason),
            ..self
        }
    }

    fn expected(&self) -> Outcome {
        let (row, col) = self.cursor;
        Outcome {
            rows: self.rows.iter().map(|row| (*row).to_owned()).collect(),
            cursor: Position { row, col },
            reply: self.reply.to_owned(),
        }
    }
}

/// What is compared with a row of the table.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    rows: Vec<String>,
    cursor: Position,
    reply: String,
}

impl Outcome {
    fn new(seen: &Seen, reply: String) -> Outcome {
        Outcome {
            rows: seen.notation(),
            cursor: seen.cursor,
            reply,
        }
    }
}

/// Feeds muxpect's emulator piece by piece.
fn first<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Outcome, Seen) {
    let mut emulator = Emulator::new(SIZE, 100);
    let mut events = Vec::new();
    for piece in pieces {
        emulator.feed(piece, &mut events);
    }
    let replies = events.into_iter().filter_map(|event| match event {
        TerminalEvent::Reply(bytes) => Some(String::from_utf8(bytes).unwrap()),
        _ => None,
    });
    let reply = replies.collect();
    let seen = Seen::of(emulator.screen());
    (Outcome::new(&seen, reply), seen)
}

/// Feeds the second opinion piece by piece.
fn second<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Outcome, Seen) {
    let mut second = Second::new(SIZE);
    for piece in pieces {
        second.feed(piece);
    }
    let seen = second.seen();
    (Outcome::new(&seen, second.replies()), seen)
}

/// Says what is wrong with a row of the table, if anything is.
fn judge(case: &Case) -> Result<(), String> {
    let expected = case.expected();
    let (ours, seen) = first([case.input]);
    let (theirs, theirs_seen) = second([case.input]);
    match (case.limit, ours == expected) {
        (None, false) => {
            return Err(format!(
                "{ours:?} is not {expected:?}; the second opinion is {theirs:?}"
            ));
        }
        (Some(limit), true) => return Err(format!("muxpect is right, no more so: {limit}")),
        _ => {}
    }
    let cuts = (1..case.input.len()).map(|cut| case.input.split_at(cut));
    for (start, end) in cuts {
        let (split, _) = first([start, end]);
        if split != ours {
            return Err(format!("cut after {} bytes: {split:?}", start.len()));
        }
    }
    let (single, _) = first(case.input.chunks(1));
    if single != ours {
        return Err(format!("byte by byte: {single:?}"));
    }
    if second(case.input.chunks(1)).0 != theirs {
        return Err("the second opinion depends on how the input is cut".to_owned());
    }
    match (case.differs, theirs == expected) {
        (None, false) => Err(format!("the second opinion is {theirs:?}")),
        (Some(reason), true) => Err(format!("the second opinion agrees, no more so: {reason}")),
        (None, true) if case.limit.is_none() && theirs_seen != seen => {
            Err(format!("{seen:?} is not {theirs_seen:?}"))
        }
        _ => Ok(()),
    }
}

fn check(cases: &[Case]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|case| Some(format!("{}: {}", case.name, judge(case).err()?)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn names_are_unique() {
    let tables = [
        cursor::CASES,
        edit::CASES,
        modes::CASES,
        replies::CASES,
        scroll::CASES,
        strings::CASES,
        style::CASES,
        text::CASES,
    ];
    let mut names: Vec<&str> = tables.concat().iter().map(|case| case.name).collect();
    names.sort_unstable();
    let twice = names.windows(2).find(|pair| pair[0] == pair[1]);
    assert_eq!(twice, None);
}
