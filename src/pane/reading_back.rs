//! What a client reads back of a pane besides views: the text of lines, and where prompts are.
//!
//! Owns the bounds of one piece of text and its masking: a secret that begins before the range or goes
//! on after it is masked too.

use std::{borrow::Cow, ops::Range};

use super::mask::masked_history;
use crate::{
    protocol::{Failure, FailureKind, Found, Reply, TextPiece},
    record::Redactor,
    screen::{Anchor, Place, cells},
    terminal::Emulator,
};

/// Bytes of text after which a piece ends. With a line of the longest kind and every byte written as
/// two it stays far below a protocol frame.
const PIECE: usize = 1024 * 1024;

/// Where the next prompt is looked for.
#[derive(Clone, Copy, Debug)]
pub struct PromptJump {
    /// The logical line to begin after or, `backwards`, before; `None` for the cursor's.
    pub from: Option<u64>,
    /// Up, into the past.
    pub backwards: bool,
    /// How many rows are shown.
    pub rows: u16,
}

/// Finds the next prompt that a shell has marked.
pub(super) fn find_prompt(
    redactor: &Redactor,
    emulator: &mut Emulator,
    PromptJump {
        from,
        backwards,
        rows,
    }: PromptJump,
) -> Reply {
    let from = from.unwrap_or_else(|| emulator.cursor_line());
    let mut prompts = emulator.marked_prompts().map(|prompt| prompt.line);
    let (found, any) = if backwards {
        let mut prompts = prompts.rev().peekable();
        let any = prompts.peek().is_some();
        (prompts.find(|line| *line < from), any)
    } else {
        let first = prompts.next();
        let found = first.into_iter().chain(prompts).find(|line| *line > from);
        (found, first.is_some())
    };
    if !any {
        return Reply::Failed(Failure {
            kind: FailureKind::Failed,
            message: "no prompt is marked here: the shell does not send OSC 133".to_owned(),
        });
    }
    Reply::Found(found.map(|line| Found {
        place: Place { line, column: 0 },
        wrapped: false,
        view: masked_history(redactor, emulator, (Some(Anchor { line, row: 0 }), 0, rows)),
    }))
}

/// Returns the text between two places, wraps joined, without trailing blanks, secrets masked.
pub(super) fn text(
    redactor: &Redactor,
    emulator: &mut Emulator,
    from: Place,
    to: Place,
) -> TextPiece {
    let end = to.line.saturating_add(1).min(emulator.end_of_lines());
    let lines = emulator.lines(from.line..end, PIECE);
    let Some((first, next)) = lines.first().map(|(first, _)| {
        let next = first + lines.len() as u64;
        (*first, next)
    }) else {
        return TextPiece {
            first: from.line,
            text: String::new(),
            next: None,
        };
    };
    let texts = veiled(redactor, emulator, first, &lines);
    let text: Vec<&str> = (first..)
        .zip(&texts)
        .map(|(line, text)| {
            let start = if line == from.line { from.column } else { 0 };
            let end = if line == to.line { to.column } else { u32::MAX };
            columns(text, start..end).trim_end_matches(' ')
        })
        .collect();
    TextPiece {
        first,
        text: text.join("\n"),
        next: (next < end).then_some(next),
    }
}

/// Returns the texts of lines with secrets masked, with regard to the lines around them.
fn veiled(
    redactor: &Redactor,
    emulator: &mut Emulator,
    first: u64,
    lines: &[(u64, String)],
) -> Vec<String> {
    let own = |lines: &[(u64, String)]| lines.iter().map(|(_, text)| text.clone()).collect();
    if redactor.is_empty() {
        return own(lines);
    }
    // A secret goes on over no more lines than rows.
    let around = redactor.rows_within(emulator.size().cols) as u64;
    let next = first + lines.len() as u64;
    let before = emulator.lines(first.saturating_sub(around)..first, usize::MAX);
    let after = emulator.lines(next..next.saturating_add(around), usize::MAX);
    let all = before.iter().chain(lines).chain(&after);
    let all: Vec<&str> = all.map(|(_, text)| text.as_str()).collect();
    match redactor.text(&all.join("\n")) {
        Cow::Borrowed(_) => own(lines),
        // Line ends stay, within a secret too.
        Cow::Owned(masked) => {
            let masked = masked.split('\n').skip(before.len()).take(lines.len());
            masked.map(str::to_owned).collect()
        }
    }
}

/// Returns the cells of a text that begin within these columns.
fn columns(text: &str, range: Range<u32>) -> &str {
    let mut column = 0;
    let (mut start, mut end) = (text.len(), text.len());
    for (bytes, width) in cells(text) {
        if column >= range.start {
            start = start.min(bytes.start);
        }
        if column >= range.end {
            end = bytes.start;
            break;
        }
        column += u32::from(width);
    }
    &text[start.min(end)..end]
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;
    use crate::geometry::Size;

    fn emulator(text: &str) -> Emulator {
        let mut emulator = Emulator::new(Size { rows: 3, cols: 10 }, 100_000);
        emulator.feed(text.as_bytes(), &mut Vec::new());
        emulator
    }

    fn place((line, column): (u64, u32)) -> Place {
        Place { line, column }
    }

    #[track_caller]
    fn check(input: &str, from: (u64, u32), to: (u64, u32), expected: &str) {
        let mut redactor = Redactor::default();
        redactor.add(&SecretString::from("hunter2")).unwrap();
        let mut emulator = emulator(input);
        let piece = text(&redactor, &mut emulator, place(from), place(to));
        assert_eq!(piece.text, expected);
        assert_eq!((piece.first, piece.next), (from.0, None));
        // The width moves nothing.
        emulator.resize(Size { rows: 4, cols: 7 });
        let piece = text(&redactor, &mut emulator, place(from), place(to));
        assert_eq!(piece.text, expected, "at another width");
    }

    #[test]
    fn a_range_is_the_same_text_in_history_and_on_the_screen() {
        let input = "one\r\ntwo  \r\n\r\nabcdefghijklmnopqrst uvw\r\nx\r\ny";
        check(input, (0, 0), (0, 3), "one");
        check(input, (0, 1), (1, 2), "ne\ntw");
        check(input, (1, 0), (3, 12), "two\n\nabcdefghijkl");
        check(input, (3, 8), (3, 12), "ijkl");
        check(input, (3, 18), (5, 90), "st uvw\nx\ny");
        check(
            input,
            (0, 0),
            (9, 0),
            "one\ntwo\n\nabcdefghijklmnopqrst uvw\nx\ny",
        );
        check(input, (2, 3), (2, 9), "");
    }

    #[test]
    fn wide_and_marked_characters_are_taken_whole() {
        let input = "a日本e\u{301}x\r\nb\r\nc\r\nd";
        check(input, (0, 1), (0, 3), "日");
        check(input, (0, 3), (0, 6), "本e\u{301}");
        check(input, (0, 6), (0, 7), "x");
    }

    #[test]
    fn a_secret_that_is_cut_by_the_range_is_masked() {
        let input = "is hunter2 ok\r\nmy hunter2\r\nhun\r\nter2 z";
        check(input, (0, 5), (0, 8), "***");
        check(input, (0, 2), (0, 13), " ******* ok");
        check(input, (1, 0), (1, 5), "my **");
        check(input, (3, 0), (3, 6), "**** z");
    }

    #[test]
    fn a_long_text_comes_in_pieces() {
        let line = "x".repeat(63) + "\r\n";
        let mut emulator = emulator(&line.repeat(20_000));
        let redactor = Redactor::default();
        let (mut from, mut pieces) = (place((0, 0)), Vec::new());
        loop {
            let piece = text(&redactor, &mut emulator, from, place((u64::MAX, 0)));
            assert!(piece.text.len() <= PIECE + 64);
            pieces.push(piece.text);
            match piece.next {
                Some(next) => from = place((next, 0)),
                None => break,
            }
        }
        assert_eq!(pieces.len(), 2);
        let all = pieces.join("\n");
        assert_eq!(
            all.trim_end(),
            line.repeat(20_000).replace('\r', "").trim_end()
        );
    }

    #[test]
    fn lines_that_are_no_longer_kept_are_left_out() {
        let mut emulator = Emulator::new(Size { rows: 2, cols: 10 }, 2);
        emulator.feed(b"a\r\nb\r\nc\r\nd\r\ne", &mut Vec::new());
        let redactor = Redactor::default();
        let piece = text(&redactor, &mut emulator, place((0, 5)), place((9, 0)));
        assert_eq!((piece.first, piece.text.as_str()), (1, "b\nc\nd\ne"));
    }

    #[test]
    fn the_alternate_screen_stands_after_history() {
        let mut emulator = emulator("a\r\nbcdefghijklmnopqrstuvwxyz01234567\x1b[?1049h\x1b[Halt");
        let redactor = Redactor::default();
        let view = emulator.history(None, 0, 3);
        let from = view.starts[0].place();
        let piece = text(&redactor, &mut emulator, from, Place { column: 9, ..from });
        assert_eq!(piece.text, "alt");
        let above = emulator.history(None, -1, 3).starts[0];
        assert_eq!((above.line, above.row, above.column), (1, 0, 0));
    }

    #[test]
    fn prompts_are_found_from_one_to_the_next() {
        let mut emulator = emulator("");
        let redactor = Redactor::default();
        let jump = |emulator: &mut Emulator, from, backwards| {
            let jump = PromptJump {
                from,
                backwards,
                rows: 3,
            };
            match find_prompt(&redactor, emulator, jump) {
                Reply::Found(found) => Ok(found.map(|found| {
                    let starts = &found.view.starts;
                    assert!(starts.iter().any(|start| start.place() == found.place));
                    found.place.line
                })),
                Reply::Failed(failure) => Err(failure.message),
                other => panic!("{other:?}"),
            }
        };
        let none = jump(&mut emulator, None, true).unwrap_err();
        assert!(none.contains("OSC 133"), "{none}");
        for _ in 0..3 {
            emulator.feed(b"\x1b]133;A\x07$ x\r\nout\r\nout\r\n", &mut Vec::new());
        }
        emulator.feed(b"\x1b]133;A\x07$ ", &mut Vec::new());
        assert_eq!(jump(&mut emulator, None, true), Ok(Some(6)));
        assert_eq!(jump(&mut emulator, Some(6), true), Ok(Some(3)));
        assert_eq!(jump(&mut emulator, Some(0), true), Ok(None));
        assert_eq!(jump(&mut emulator, Some(3), false), Ok(Some(6)));
        assert_eq!(jump(&mut emulator, None, false), Ok(None));
    }
}
