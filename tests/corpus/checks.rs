//! What must hold for any input: the checks that the fuzz targets run on what the fuzzer makes up,
//! and `tests/corpus.rs` on what is kept of it.
//!
//! Each check reads how to use its input (sizes, cuts, modes) from the input's first bytes, so that
//! the fuzzer can vary that too, and panics when something does not hold. It names no file and
//! keeps nothing.

use std::time::Instant;

use muxpect::{
    geometry::{Position, Size},
    keys::{
        self, Decoder, Event, Input, InputModes, Key, KeyCode, Modifiers, Mouse, MouseAction,
        MouseEncoding, MouseMode,
    },
    screen::{Anchor, Row, Run, Screen, cells},
    terminal::{Emulator, Prompt, TerminalEvent},
};
use regex::bytes::Regex;

/// Everything that the terminal may type back to a program. Numbers are the only parts that vary.
const REPLIES: &str = concat!(
    r"(?s-u)^(\x1b\[\?62;22c|\x1b\[>1;10;0c|\x1b\[0n|\x1b\[\??\d+;\d+R|\x1b\[\??\d+;[0124]\$y",
    r"|\x1bP>\|muxpect\([\d.]+\)\x1b\\|\x1b\[\?[01]u|\x1b\[[89];\d+;\d+t",
    r"|\x1bP!\|00000000\x1b\\|\x1b\[[23];1;1;128;128;1;0x|\x1b\[\?997;1n|\x1b\[>4;[012]m",
    r"|\x1bP1\$r0(;[\d:]+)*m\x1b\\|\x1bP1\$r\d+;\d+r\x1b\\|\x1bP1\$r[0-6] q\x1b\\",
    r"|\x1bP0\$r\x1b\\|\x1bP0\+r\x1b\\|\x1bP1\+r[0-9A-F]+=[0-9A-F]+\x1b\\",
    r"|\x1b\](1[012]|4;\d{1,3});rgb:[0-9a-f]{4}/[0-9a-f]{4}/[0-9a-f]{4}(\x07|\x1b\\))$"
);

/// What the emulator writes on the screen after a failure that it caught. Under the fuzzer such a
/// failure ends the process at once.
const FAILURE: &str = "[muxpect: the terminal emulation failed here";

/// Returns whether an input writes [`FAILURE`] itself, as the fuzzer learns to.
fn spells_failure(data: &[u8]) -> bool {
    data.windows(9).any(|bytes| bytes == b"emulation")
}

/// The most bytes of output that a check makes of its input by repeating it.
const OUTPUT_LIMIT: usize = 16 * 1024;

const PASTE_BEGIN: &[u8] = b"\x1b[200~";
const PASTE_END: &[u8] = b"\x1b[201~";

/// The bytes of an input, read from the front; zeros follow its end.
struct Source<'a>(&'a [u8]);

impl<'a> Source<'a> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn byte(&mut self) -> u8 {
        match self.0.split_first() {
            Some((first, rest)) => {
                self.0 = rest;
                *first
            }
            None => 0,
        }
    }

    /// Takes at most `length` bytes.
    fn take(&mut self, length: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        taken
    }

    /// Reads a side of a screen: mostly small, where wraps and edges are near.
    fn side(&mut self) -> u16 {
        match self.byte() {
            small @ 0..240 => 1 + u16::from(small % 40),
            240..246 => 80,
            246..250 => 132,
            250..254 => 256,
            254.. => Size::LIMIT,
        }
    }

    /// Reads a size. Only one side is large: every full redraw of a million cells takes its time.
    fn size(&mut self) -> Size {
        let (rows, cols) = (self.side(), self.side());
        Size {
            rows: if cols > 80 { rows.min(40) } else { rows },
            cols,
        }
    }

    /// Reads the lengths of the chunks in which a stream is cut, to be used in turn.
    fn chunks(&mut self) -> [usize; 4] {
        [(); 4].map(|()| match self.byte() {
            long @ 224.. => 64 * usize::from(long - 223),
            short => 1 + usize::from(short),
        })
    }
}

/// Returns `bytes` cut in pieces of the given lengths, which are used in turn.
fn cut(mut bytes: &[u8], lengths: [usize; 4]) -> impl Iterator<Item = &[u8]> {
    let mut lengths = lengths.into_iter().cycle();
    std::iter::from_fn(move || {
        let length = lengths.next()?.min(bytes.len());
        let (piece, rest) = bytes.split_at(length);
        bytes = rest;
        (!piece.is_empty()).then_some(piece)
    })
}

/// Everything that can be seen of an emulator, however its output was cut.
#[derive(Debug, PartialEq)]
struct Seen {
    screen: Screen,
    history: Vec<Row>,
    lines: usize,
    prompt: Prompt,
    modes: InputModes,
    title: String,
}

fn seen(emulator: &mut Emulator) -> Seen {
    Seen {
        screen: Screen {
            generation: 0,
            ..emulator.screen().clone()
        },
        history: emulator.history_tail(usize::MAX),
        lines: emulator.history_lines(),
        prompt: emulator.prompt(),
        modes: emulator.input_modes(),
        title: emulator.title().to_owned(),
    }
}

/// Checks what always holds of a screen.
fn check_screen(emulator: &mut Emulator) {
    let size = emulator.size();
    let screen = emulator.screen();
    assert_eq!(screen.size, size);
    assert_eq!(screen.rows.len(), usize::from(size.rows));
    let Position { row, col } = screen.cursor.position;
    assert!(row < size.rows && col < size.cols, "{row} {col} in {size}");
    for row in &screen.rows {
        check_row(row, size.cols);
    }
    assert!(
        !screen.text().contains(FAILURE),
        "the emulation failed:\n{}",
        screen.text()
    );
}

/// Checks that a row's runs follow one another within the width and hold no control.
fn check_row(row: &Row, cols: u16) {
    let mut end = 0;
    for Run(start, text, _) in &row.runs {
        assert!(*start >= end, "runs overlap: {row:?}");
        let width: u16 = cells(text).map(|(_, width)| width).sum();
        end = start + width;
        assert!(end <= cols, "wider than {cols}: {row:?}");
        assert!(!text.contains(char::is_control), "{row:?}");
    }
}

fn check_replies(events: &[TerminalEvent]) {
    thread_local! {
        static GRAMMAR: Regex = Regex::new(REPLIES).expect("the grammar is valid");
    }
    for event in events {
        if let TerminalEvent::Reply(reply) = event {
            let known = GRAMMAR.with(|grammar| grammar.is_match(reply));
            assert!(known, "typed back: {}", reply.escape_ascii());
        }
    }
}

/// Checks that output means the same however it is cut into reads, and that the terminal can be
/// used after it, whatever it was.
pub fn feed(data: &[u8]) {
    if spells_failure(data) {
        return;
    }
    let mut source = Source(data);
    let size = source.size();
    let options = source.byte();
    let lengths = source.chunks();
    let report = options & 1 != 0;
    // A repetition turns lines into a flood, which goes another way.
    let times = 1 + usize::from(options >> 1) % 16;
    let output = source
        .0
        .repeat(times.min(OUTPUT_LIMIT / source.0.len().max(1)).max(1));

    let mut whole = Emulator::new(size, 50);
    let mut split = Emulator::new(size, 50);
    whole.report_lines(report);
    split.report_lines(report);
    let (mut expected, mut events) = (Vec::new(), Vec::new());
    whole.feed(&output, &mut expected);
    for piece in cut(&output, lengths) {
        split.feed(piece, &mut events);
    }
    assert_eq!(events, expected);
    check_screen(&mut whole);
    check_replies(&events);
    assert_eq!(seen(&mut split), seen(&mut whole));
    assert!(whole.history_lines() <= 51);

    split.finish(&mut events);
    whole.finish(&mut expected);
    assert_eq!(events, expected);
    whole.feed(b"\x18\x1bcintact", &mut expected);
    check_screen(&mut whole);
    if size.cols >= 6 {
        assert_eq!(whole.screen().text().trim_end(), "intact");
        assert_eq!(whole.prompt().text, "intact");
    }
}

/// Checks an emulator through a life of output, resizes, restarts and looks at it, and that a client
/// that gets deltas has the same screen.
pub fn resize(data: &[u8]) {
    if spells_failure(data) {
        return;
    }
    let mut source = Source(data);
    let mut emulator = Emulator::new(source.size(), 100);
    emulator.report_lines(source.byte() & 1 != 0);
    let mut client = Screen::blank(emulator.size());
    let mut since = None;
    let mut events = Vec::new();
    while !source.is_empty() {
        let (first, _) = emulator.visible_lines();
        let line = emulator.cursor_line();
        match source.byte() % 16 {
            0..8 => {
                let length = usize::from(source.byte());
                let hidden = emulator.alternate();
                emulator.feed(source.take(length), &mut events);
                // A main screen that was hidden follows the size when it is shown again.
                assert!(
                    hidden || emulator.visible_lines().0 >= first,
                    "a number is used again"
                );
            }
            8 => {
                // A flood of one line.
                let line = source.take(40);
                emulator.feed(&[line, b"\r\n"].concat().repeat(40), &mut events);
            }
            9..12 => check_resize(&mut emulator, source.size()),
            12 => check_visit(&mut emulator, source.size(), &mut events),
            13 => {
                let shown = emulator.alternate();
                emulator.restart();
                assert!(!emulator.alternate());
                // The alternate screen's lines have the numbers of those that it hides.
                assert!(shown || emulator.cursor_line() >= line);
            }
            14 => emulator.finish(&mut events),
            _ => {
                let anchor = Anchor {
                    line: u64::from(source.byte()),
                    row: u32::from(source.byte()),
                };
                let top = (anchor.row != 0).then_some(anchor);
                let by = i64::from(source.byte().cast_signed());
                let rows = source.side();
                let view = emulator.history(top, by, rows);
                assert!(view.rows.len() <= usize::from(rows));
                for row in &view.rows {
                    check_row(row, emulator.size().cols);
                }
            }
        }
        check_screen(&mut emulator);
        check_replies(&events);
        events.clear();
        client.apply(emulator.delta(since));
        since = Some(client.generation);
        assert_eq!(&client, emulator.screen());
        assert!(emulator.history_lines() <= 101);
    }
}

/// Changes the size, and checks that lines keep their numbers and, where they fit, their text up to
/// the cursor. What stands below it may be cut off, as terminals do.
fn check_resize(emulator: &mut Emulator, size: Size) {
    let line = emulator.cursor_line();
    let before = (emulator.size(), text_to_cursor(emulator));
    emulator.resize(size);
    assert_eq!(emulator.size(), size.clamped());
    if emulator.alternate() {
        return;
    }
    assert_eq!(emulator.cursor_line(), line, "another line's number");
    if is_roomy(before.0) && is_roomy(size) && emulator.history_lines() < 100 {
        assert_eq!(text_to_cursor(emulator), before.1, "{} to {size}", before.0);
    }
}

/// Enters the alternate screen, changes the size there and back, and leaves; checks that the main
/// screen is as it was.
fn check_visit(emulator: &mut Emulator, size: Size, events: &mut Vec<TerminalEvent>) {
    emulator.feed(b"\x18", events);
    if emulator.alternate() {
        return;
    }
    let before = (emulator.size(), all_text(emulator));
    emulator.feed(b"\x1b[?1049h", events);
    assert!(emulator.alternate());
    emulator.resize(size);
    emulator.feed(b"a\r\nb\x1b[2J", events);
    emulator.resize(before.0);
    emulator.feed(b"\x1b[?1049l", events);
    assert!(!emulator.alternate());
    assert_eq!(all_text(emulator), before.1);
}

/// Returns whether vt100 can note a wrap and draw any character in this size.
fn is_roomy(size: Size) -> bool {
    size.rows > 1 && size.cols > 1
}

/// Returns the lines of history and main screen above the cursor's, and that one to the cursor,
/// without trailing blanks.
fn text_to_cursor(emulator: &mut Emulator) -> String {
    let (first, visible) = emulator.visible_lines();
    let above = emulator.cursor_line().saturating_sub(first) as usize;
    let history = emulator.history_tail(usize::MAX);
    let mut text = String::new();
    for row in history {
        text.push_str(&row.text());
        if !row.wrapped {
            text.truncate(text.trim_end_matches(' ').len());
            text.push('\n');
        }
    }
    // A line that began in history is the first visible one as well.
    text.truncate(text.rfind('\n').map_or(0, |end| end + 1));
    for line in visible.iter().take(above) {
        text.push_str(line.trim_end_matches(' '));
        text.push('\n');
    }
    text + emulator.prompt().text.trim_end_matches(' ')
}

/// Returns the text of history and screen by logical lines, without trailing blanks and blank
/// lines.
fn all_text(emulator: &mut Emulator) -> String {
    let mut rows = emulator.history_tail(usize::MAX);
    rows.extend(emulator.screen().rows.iter().cloned());
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

/// Checks that what a terminal sends means the same however it is cut into reads, that no input
/// takes the keyboard away, and that whatever was decoded can be encoded for a child in any modes
/// and is itself again when that is decoded.
pub fn keys(data: &[u8]) {
    let mut source = Source(data);
    let modes = input_modes(&mut source);
    let lengths = source.chunks();
    let input = source.0;

    let whole = decoded(std::iter::once(input));
    let split = decoded(cut(input, lengths));
    assert_eq!(split, whole);
    for event in &whole {
        if let Event::Input(input) = event {
            check_encoding(input, &modes);
        }
    }
    check_paste(&String::from_utf8_lossy(input), &modes);
}

/// Returns the events of `pieces` and of the pause after them, and checks that the keyboard works
/// then.
fn decoded<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Vec<Event> {
    let now = Instant::now();
    let mut decoder = Decoder::default();
    let mut events = Vec::new();
    for piece in pieces {
        decoder.feed(now, piece, &mut events);
    }
    if let Some(deadline) = decoder.next_deadline() {
        decoder.timeout(deadline, &mut events);
    }
    assert_eq!(
        decoder.next_deadline(),
        None,
        "something is still waited for"
    );
    let mut after = Vec::new();
    decoder.feed(now, b"\x1d", &mut after);
    assert_eq!(after, [Event::Input(Input::Key(Key::control(']')))]);
    events
}

fn input_modes(source: &mut Source<'_>) -> InputModes {
    let (flags, mouse) = (source.byte(), source.byte());
    let on = |bit: u8| flags & bit != 0;
    InputModes {
        application_cursor: on(1),
        numbered_home: mouse / 20 % 2 == 1,
        application_keypad: on(2),
        bracketed_paste: on(4),
        newline: on(8),
        focus: on(16),
        kitty: u8::from(on(32)),
        modify_other_keys: flags / 64 % 3,
        mouse: [
            MouseMode::Off,
            MouseMode::Press,
            MouseMode::PressRelease,
            MouseMode::Drag,
            MouseMode::Motion,
        ][usize::from(mouse % 5)],
        mouse_encoding: [
            MouseEncoding::X10,
            MouseEncoding::Utf8,
            MouseEncoding::Sgr,
            MouseEncoding::Urxvt,
        ][usize::from(mouse / 5 % 4)],
    }
}

fn encoded(input: &Input, modes: &InputModes) -> Vec<u8> {
    let mut out = Vec::new();
    keys::encode(input, modes, &mut out);
    out
}

fn check_encoding(input: &Input, modes: &InputModes) {
    let _ = encoded(input, modes);
    let kitty = InputModes {
        kitty: 1,
        focus: true,
        // LNM makes Enter two keys.
        newline: false,
        mouse: MouseMode::Motion,
        mouse_encoding: MouseEncoding::Sgr,
        ..*modes
    };
    let promised = match input {
        Input::Key(key) => {
            assert_eq!(
                key.to_string().parse(),
                Ok(*key),
                "the text form of {key:?}"
            );
            is_distinct(*key)
        }
        Input::Mouse(mouse) => is_sent(mouse),
        Input::Focus(_) => true,
        Input::Paste(text) => {
            check_paste(text, modes);
            false
        }
    };
    if promised {
        let again = decoded(std::iter::once(encoded(input, &kitty).as_slice()));
        assert_eq!(again, [Event::Input(input.clone())], "of {input:?}");
    }
}

/// Returns whether kitty's flag 1 gives `key` a form of its own: Shift with a character that has no
/// upper case is only that character, and a keypad's key that types is what it types.
fn is_distinct(key: Key) -> bool {
    let types = key.modifiers.without(Modifiers::SHIFT) == Modifiers::NONE;
    match key.code {
        KeyCode::Char(_) if types => key.modifiers == Modifiers::NONE,
        // These stand for other keys in `CSI u`.
        KeyCode::Char(character) => !('\u{e000}'..='\u{f8ff}').contains(&character),
        KeyCode::Keypad(character) => !types || character == '\r',
        _ => true,
    }
}

/// Returns whether a mouse report can be written: there are no numbers for some buttons.
fn is_sent(mouse: &Mouse) -> bool {
    match mouse.action {
        MouseAction::Press(button) | MouseAction::Release(button) | MouseAction::Drag(button) => {
            matches!(button, 0..3 | 8..12)
        }
        _ => true,
    }
}

/// Checks that a paste of `text` cannot act: nothing in it ends its brackets, and without brackets
/// it is characters, TAB and CR.
fn check_paste(text: &str, modes: &InputModes) {
    let paste = |bracketed_paste| {
        let modes = InputModes {
            bracketed_paste,
            ..*modes
        };
        encoded(&Input::Paste(text.to_owned()), &modes)
    };
    let bracketed = paste(true);
    let inside = bracketed
        .strip_prefix(PASTE_BEGIN)
        .and_then(|rest| rest.strip_suffix(PASTE_END))
        .expect("a paste has its brackets");
    let inside = std::str::from_utf8(inside).expect("a paste is UTF-8");
    assert!(!inside.contains(|c: char| c.is_control() && !"\t\n\r".contains(c)));
    let typed = String::from_utf8(paste(false)).expect("a paste is UTF-8");
    assert!(!typed.contains(|c: char| c.is_control() && !"\t\r".contains(c)));
    let again: String = decoded(std::iter::once(bracketed.as_slice()))
        .into_iter()
        .map(|event| match event {
            Event::Input(Input::Paste(text)) => text,
            other => panic!("{other:?} broke out of a paste"),
        })
        .collect();
    assert_eq!(again, inside);
}
