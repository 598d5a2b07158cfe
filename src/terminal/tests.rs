//! Tests of the emulator as a whole: tables of what sequences do.

mod lines;
mod properties;
mod random;
mod resizes;
mod search;
mod sequences;

use self::random::seen;
use super::*;
use crate::{
    keys::{MouseEncoding, MouseMode},
    screen::{Anchor, Attributes, Color, HistoryView, Run, Style},
};

fn emulator(cols: u16, rows: u16) -> Emulator {
    Emulator::new(Size { rows, cols }, 1000)
}

fn feed(emulator: &mut Emulator, bytes: impl AsRef<[u8]>) -> Vec<TerminalEvent> {
    let mut events = Vec::new();
    emulator.feed(bytes.as_ref(), &mut events);
    events
}

/// Feeds `input` to a screen of 10 columns and 4 rows and compares its rows (trailing blank ones
/// left out) and the cursor.
#[track_caller]
fn check(input: &str, rows: &[&str], cursor: (u16, u16)) {
    check_at(10, 4, input, rows, cursor);
}

#[track_caller]
fn check_at(cols: u16, height: u16, input: &str, rows: &[&str], cursor: (u16, u16)) {
    let mut emulator = emulator(cols, height);
    feed(&mut emulator, input);
    let text = emulator.screen().text();
    assert_eq!(
        text.trim_end_matches('\n').split('\n').collect::<Vec<_>>(),
        rows,
        "{input:?}"
    );
    let position = emulator.screen().cursor.position;
    assert_eq!((position.row, position.col), cursor, "{input:?}");
}

#[track_caller]
fn check_replies(input: &str, replies: &[&str]) {
    let mut emulator = emulator(10, 4);
    let got: Vec<String> = feed(&mut emulator, input)
        .into_iter()
        .filter_map(|event| match event {
            TerminalEvent::Reply(bytes) => Some(String::from_utf8(bytes).unwrap()),
            _ => None,
        })
        .collect();
    assert_eq!(got, replies, "{input:?}");
}

#[track_caller]
fn check_lines(input: &str, lines: &[(u64, &str)]) {
    let mut emulator = emulator(10, 4);
    emulator.report_lines(true);
    let mut events = feed(&mut emulator, input);
    emulator.finish(&mut events);
    let got: Vec<(u64, String)> = events
        .into_iter()
        .filter_map(|event| match event {
            TerminalEvent::Line { number, text } => Some((number, text)),
            _ => None,
        })
        .collect();
    let expected: Vec<(u64, String)> = lines
        .iter()
        .map(|(number, text)| (*number, (*text).to_owned()))
        .collect();
    assert_eq!(got, expected, "{input:?}");
}

#[test]
fn text_wraps_and_scrolls() {
    check("abc", &["abc"], (0, 3));
    check("abcdefghij", &["abcdefghij"], (0, 9));
    check("abcdefghijk", &["abcdefghij", "k"], (1, 1));
    check("a\r\nb\r\nc\r\nd\r\ne", &["b", "c", "d", "e"], (3, 1));
    check("ab\x08c", &["ac"], (0, 2));
    check("abcdefghij\x08X", &["abcdefghXj"], (0, 9));
    check("a\tb", &["a       b"], (0, 9));
    check("a\x0bb\x0cc", &["a", " b", "  c"], (2, 3));
}

#[test]
fn broken_utf8_takes_one_column_each() {
    let mut emulator = emulator(10, 4);
    feed(&mut emulator, b"a\xffb\xe2\x82c\xf0\x9f\x98");
    feed(&mut emulator, b"\x1b[0md");
    assert_eq!(
        emulator.screen().text().lines().next(),
        Some("a\u{fffd}b\u{fffd}c\u{fffd}d")
    );
    check("\u{fffd}x\u{10ffff}y", &["\u{fffd}x\u{fffd}y"], (0, 4));
}

#[test]
fn wide_characters_keep_the_logical_line() {
    check_at(5, 4, "漢字漢字", &["漢字", "漢字"], (1, 4));
    let mut emulator = emulator(5, 4);
    feed(&mut emulator, "漢字漢字");
    assert_eq!(emulator.prompt().text, "漢字漢字");
    assert_eq!(emulator.cursor_line(), 0);
    // An emoji form in the last column has no room to widen.
    check_at(4, 2, "abc❤\u{fe0f}d", &["abc❤", "d"], (1, 1));
    check_at(4, 2, "a❤\u{fe0f}d", &["a❤\u{fe0f}d"], (0, 3));
    check_at(1, 2, "漢a", &["a"], (0, 0));
}

#[test]
fn runs_end_after_cells_of_unexpected_width() {
    let mut emulator = emulator(10, 2);
    feed(&mut emulator, "a❤\u{fe0f}d");
    assert_eq!(
        emulator.screen().rows[0].runs,
        [
            Run(0, "a❤\u{fe0f}".to_owned(), Style::default()),
            Run(3, "d".to_owned(), Style::default())
        ]
    );
}

#[test]
fn line_drawing() {
    check("\x1b(0lqk\x1b(Bq", &["┌─┐q"], (0, 4));
    check("\x1b)0a\x0eqx\x0fq", &["a─│q"], (0, 4));
    check("\x1b(0q\x1b7\x1b(Bq\x1b8x", &["─│"], (0, 2));
}

#[test]
fn cursor_movement() {
    check("\x1b[2;3Hx", &["", "  x"], (1, 3));
    check("ab\x1b[sc\x1b[ud", &["abd"], (0, 3));
    check("ab\x1b7\x1b[4;4H\x1b8d", &["abd"], (0, 3));
    check("ab\x1bDc", &["ab", "  c"], (1, 3));
    check("ab\x1bEc", &["ab", "c"], (1, 1));
    check("a\x1b[3ab", &["a   b"], (0, 5));
    check("a\x1b[2eb", &["a", "", " b"], (2, 2));
    check("\x1b[2Ix", &["         x"], (0, 9));
    check("abc\x1b[Zx", &["xbc"], (0, 1));
    check("\x1b[3g\x1b[4G\x1bH\r\tx", &["   x"], (0, 4));
    check("\x1b[4G\x1bH\r\tx\ty", &["   x    y"], (0, 9));
    check("abcdefghij\x1b[Dx", &["abcdefghxj"], (0, 9));
    check("abcdefghij\x1b[B\x1b[Ax", &["abcdefghix"], (0, 9));
    check("abcdefghij\x1b7\x1b[H\x1b8x", &["abcdefghij", "x"], (1, 1));
}

#[test]
fn regions() {
    check("\x1b[2;3rx", &["x"], (0, 1));
    check("\x1b[2;2rx\x1b[3;1Hy", &["x", "", "y"], (2, 1));
    check(
        "a\r\nb\r\nc\r\nd\x1b[2;3r\x1b[3;1H\n",
        &["a", "c", "", "d"],
        (2, 0),
    );
    check("a\r\nb\x1b[3;4r\x1b[1;1H\x1bM", &["a", "b"], (0, 0));
    check("\x1b[2;3r\x1b[?6hx", &["", "x"], (1, 1));
    let mut emulator = emulator(10, 4);
    feed(&mut emulator, "a\r\nb\r\nc\x1b[2;3r\x1b[3;1H\n\n\n");
    assert_eq!(emulator.history_lines(), 0);
    feed(&mut emulator, "\x1b[1;2r\x1b[2;1H\n");
    assert_eq!(emulator.history_lines(), 1);
}

#[test]
fn modes() {
    check("abc\x1b[4h\rx", &["xabc"], (0, 1));
    check("abcdefghij\x1b[4h\rx", &["xabcdefghi"], (0, 1));
    check("\x1b[?7labcdefghijklm", &["abcdefghim"], (0, 9));
    check("\x1b[20ha\nb", &["a", "b"], (1, 1));
    check("\x1b#8\x1b[2J\x1b[1;1Hx", &["x"], (0, 1));
    check("x\x1b#8", &["EEEEEEEEEE"; 4], (0, 0));
    check(
        "\x1b[4h\x1b[?7l\x1b[!pabcdefghijk\rx",
        &["abcdefghij", "x"],
        (1, 1),
    );
}

#[test]
fn alternate_screen() {
    check("ab\x1b[?1049h\x1b[Hxyz\x1b[?1049lc", &["abc"], (0, 3));
    check("ab\x1b[?1047hxyz", &["  xyz"], (0, 5));
    check("ab\x1b[?1047hxyz\x1b[?1047lc", &["ab   c"], (0, 6));
    check("ab\x1b[?1048h\x1b[4;4H\x1b[?1048lc", &["abc"], (0, 3));
    let mut emulator = emulator(10, 4);
    let events = feed(
        &mut emulator,
        "\x1b[?1049h\x1b[?1049h\x1b[?1049l\x1b[?1049l",
    );
    assert_eq!(events, [TerminalEvent::Erased, TerminalEvent::Erased]);
    feed(&mut emulator, "\x1b[?1049h\n\n\n\n\n\n");
    assert_eq!(emulator.history_lines(), 0);
}

#[test]
fn styles() {
    let styled = |foreground, attributes| Style {
        foreground,
        background: Color::Default,
        attributes: Attributes(attributes),
    };
    let red = Color::Indexed(1);
    for (input, style) in [
        ("\x1b[31mx", styled(red, 0)),
        ("\x1b[4:3mx", styled(Color::Default, 8)),
        ("\x1b[4:3m\x1b[4:0mx", styled(Color::Default, 0)),
        ("\x1b[58:2::1:2:3;31mx", styled(red, 0)),
        ("\x1b[58;2;1;2;3;31mx", styled(red, 0)),
        ("\x1b[58;5;4;31mx", styled(red, 0)),
        ("\x1b[38:2::1:2:3mx", styled(Color::Rgb(1, 2, 3), 0)),
        ("\x1b[38:2:1:2:3mx", styled(Color::Rgb(1, 2, 3), 0)),
        ("\x1b[38;2;1;2;3mx", styled(Color::Rgb(1, 2, 3), 0)),
        ("\x1b[38:5:200mx", styled(Color::Indexed(200), 0)),
        ("\x1b[21mx", styled(Color::Default, 8)),
        ("\x1b[1;31m\x1b[5;9mx", styled(red, 1)),
        ("\x1b[1;31m\x1b[mx", styled(Color::Default, 0)),
        ("\x1b[1m\x1b[?1049hx", styled(Color::Default, 1)),
    ] {
        let mut emulator = emulator(10, 4);
        feed(&mut emulator, input);
        assert_eq!(
            emulator.screen().rows[0].runs,
            [Run(0, "x".to_owned(), style)],
            "{input:?}"
        );
    }
}

#[test]
fn erased_cells_show_only_their_background() {
    let mut emulator = emulator(4, 2);
    feed(&mut emulator, "\x1b[7;4;44m\x1b[K\x1b[mab");
    let blue = Style {
        background: Color::Indexed(4),
        ..Style::default()
    };
    assert_eq!(
        emulator.screen().rows[0].runs,
        [
            Run(0, "ab".to_owned(), Style::default()),
            Run(2, "  ".to_owned(), blue)
        ]
    );
    // Text of the very style that the row was erased with changes nothing of the rest.
    feed(&mut emulator, "\x1b[2;1H\x1b[44m\x1b[Kcd\x1b[m");
    assert_eq!(
        emulator.screen().rows[1].runs,
        [Run(0, "cd".to_owned(), blue), Run(2, "  ".to_owned(), blue)]
    );
    feed(&mut emulator, "\x1b[7m\x1b[2;1H\x1b[K\n\n\n");
    assert_eq!(emulator.history_tail(2)[1].runs, []);
}

#[test]
fn replies_are_fixed() {
    check_replies("\x1b[c", &["\x1b[?62;22c"]);
    check_replies("\x1b[>c", &["\x1b[>1;10;0c"]);
    check_replies("\x1b[5n\x1b[6n", &["\x1b[0n", "\x1b[1;1R"]);
    check_replies("abcdefghij\x1b[6n", &["\x1b[1;10R"]);
    check_replies("\x1b[2;3r\x1b[?6h\x1b[6n", &["\x1b[1;1R"]);
    check_replies(
        "\x1b[?25$p\x1b[?25l\x1b[?25$p",
        &["\x1b[?25;1$y", "\x1b[?25;2$y"],
    );
    check_replies("\x1b[?9999$p\x1b[4$p", &["\x1b[?9999;0$y", "\x1b[4;2$y"]);
    check_replies(
        "\x1b[?u\x1b[>5u\x1b[?u\x1b[<u\x1b[?u",
        &["\x1b[?0u", "\x1b[?1u", "\x1b[?0u"],
    );
    check_replies(
        "\x1b[=1u\x1b[?u\x1b[=1;3u\x1b[?u",
        &["\x1b[?1u", "\x1b[?0u"],
    );
    check_replies(
        "\x1b]10;?\x07\x1b]11;?\x1b\\",
        &[
            "\x1b]10;rgb:cccc/cccc/cccc\x07",
            "\x1b]11;rgb:0000/0000/0000\x1b\\",
        ],
    );
    check_replies("\x1b[18t\x1b[21t\x1b]2;evil\x07\x1b[21t", &["\x1b[8;4;10t"]);
    check_replies("\x05\x1b]52;c;?\x07", &[]);
    let version = format!("\x1bP>|muxpect({})\x1b\\", env!("CARGO_PKG_VERSION"));
    check_replies("\x1b[>q", &[&version]);
}

#[test]
fn titles_are_sanitised() {
    for (input, title) in [
        ("\x1b]0;a;b\x07", "a;b"),
        ("\x1b]2;x\x1b\\", "x"),
        ("\x1b]2;a\u{202e}b\u{9b}c\x07", "abc"),
        ("\x1b]2;caf\u{e9}\x07", "caf\u{e9}"),
        ("\x1b]1;icon\x07", ""),
        ("\x1b]2;x\x18", ""),
    ] {
        let mut emulator = emulator(10, 4);
        feed(&mut emulator, input);
        assert_eq!(emulator.title(), title, "{input:?}");
    }
    let mut emulator = emulator(10, 4);
    feed(&mut emulator, format!("\x1b]2;{}\x07", "é".repeat(300)));
    assert_eq!(emulator.title().len(), 256);
}

#[test]
fn overlong_sequences_leave_the_next_text_intact() {
    for sequence in [
        format!("\x1b]2;{}\x07", "x".repeat(100_000)),
        format!("\x1b]2;{}\x1b\\", "x".repeat(100_000)),
        format!("\x1bP{}\x1b\\", "x".repeat(100_000)),
        format!("\x1b_{}\x1b\\", "x".repeat(100_000)),
        format!("\x1b^{}\x1b\\", "x".repeat(100_000)),
        format!("\x1bX{}\x1b\\", "x".repeat(100_000)),
        format!("\x1b[{}H", "1;".repeat(100_000)),
        format!("\x1bP$q{}\x1b\\", "m".repeat(100_000)),
        "\x1bPq\x1b\\".to_owned(),
        "\x1b[1\x18".to_owned(),
    ] {
        let mut emulator = emulator(10, 4);
        let events = feed(&mut emulator, format!("a{sequence}b"));
        assert_eq!(events, []);
        assert_eq!(emulator.screen().text().trim_end(), "ab");
        assert_eq!(emulator.title(), "");
    }
}

#[test]
fn input_modes_are_tracked() {
    let mut emulator = emulator(10, 4);
    feed(
        &mut emulator,
        "\x1b[?1;1002;1006;1004;2004h\x1b=\x1b[20h\x1b[>4;2m\x1b[>1u",
    );
    let modes = emulator.input_modes();
    assert_eq!(
        modes,
        InputModes {
            application_cursor: true,
            numbered_home: false,
            application_keypad: true,
            bracketed_paste: true,
            newline: true,
            focus: true,
            mouse: MouseMode::Drag,
            mouse_encoding: MouseEncoding::Sgr,
            kitty: 1,
            modify_other_keys: 2,
        }
    );
    assert!(emulator.screen().modes.mouse);
    // Each screen has its own keyboard flags.
    feed(&mut emulator, "\x1b[?1049h");
    assert_eq!(emulator.input_modes().kitty, 0);
    emulator.restart();
    assert_eq!(emulator.input_modes(), InputModes::default());
    assert!(!emulator.alternate());
}

#[test]
fn home_and_end_are_those_of_the_terminfo() {
    let mut emulator = emulator(10, 4);
    for (term, numbered) in [
        ("tmux-256color", true),
        ("screen.xterm-256color", true),
        ("screen", true),
        ("xterm-256color", false),
    ] {
        emulator.described_as(term);
        feed(&mut emulator, "\x1bc");
        emulator.restart();
        assert_eq!(emulator.input_modes().numbered_home, numbered, "{term}");
    }
}

#[test]
fn mouse_modes_that_are_not_there_say_so() {
    check_replies(
        "\x1b[?1006h\x1b[?1015h\x1b[?1015$p\x1b[?1006$p\x1b[?1015l\x1b[?1015$p",
        &["\x1b[?1015;1$y", "\x1b[?1006;2$y", "\x1b[?1015;2$y"],
    );
    // Positions in pixels, and highlighting.
    check_replies(
        "\x1b[?1016h\x1b[?1016$p\x1b[?1001h\x1b[?1001$p",
        &["\x1b[?1016;0$y", "\x1b[?1001;0$y"],
    );
    let mut emulator = emulator(10, 4);
    feed(&mut emulator, "\x1b[?1002h\x1b[?1015h\x1b[?1016h");
    let modes = emulator.input_modes();
    assert_eq!(modes.mouse_encoding, MouseEncoding::Urxvt);
    assert_eq!(modes.mouse, MouseMode::Drag);
}

#[test]
fn extreme_sizes_are_drawn() {
    let mut emulator = emulator(1, 1);
    for (cols, rows) in [(1000, 1), (1, 1000), (0, 0), (u16::MAX, 300), (80, 24)] {
        feed(&mut emulator, "ab漢c\r\n\x1b[31md\x1b[7m\x1b[K");
        emulator.resize(Size { rows, cols });
        feed(
            &mut emulator,
            "\x1b[999;999Hx\x1b[2J\x1b[999L\x1b[999@\x1b[999b",
        );
        assert_eq!(emulator.screen().size, Size { rows, cols }.clamped());
    }
}

#[test]
fn costly_output_is_taken_in_parts() {
    let costly = [
        "\x1b#8",
        "\x1b[2J",
        "\x1b[44m\x1b[9J",
        "\x1b[9999S",
        "\x1b[9999L",
        "x\x1b[65535b",
        "\x1b[4hx\x1b[65535b",
        "\x1b[?1049h\x1b[?1049l",
        "\x1b[?47h\x1b[?47l",
        "\x1bc",
        "\x1b[?40h\x1b[?3h",
    ];
    for sequence in costly {
        let output = sequence.repeat(500) + "\x1bcé";
        let (mut events, mut expected) = (Vec::new(), Vec::new());
        let mut parts = Emulator::new(
            Size {
                rows: 40,
                cols: 120,
            },
            10,
        );
        let taken = parts.feed_some(output.as_bytes(), &mut events);
        assert!(taken < output.len() / 2, "{sequence:?}: {taken}");
        parts.feed(&output.as_bytes()[taken..], &mut events);
        let mut bytes = Emulator::new(
            Size {
                rows: 40,
                cols: 120,
            },
            10,
        );
        for byte in output.as_bytes() {
            bytes.feed(&[*byte], &mut expected);
        }
        assert_eq!(events, expected, "{sequence:?}");
        assert_eq!(seen(&mut parts), seen(&mut bytes), "{sequence:?}");
    }
    // What is not costly is taken whole.
    let mut emulator = emulator(120, 40);
    let text = "some words and \x1b[31mcolours\x1b[m\r\n\x1b[K".repeat(2000);
    assert_eq!(
        emulator.feed_some(text.as_bytes(), &mut Vec::new()),
        text.len()
    );
}

#[test]
fn a_panic_in_the_emulation_resets_this_terminal_alone() {
    let mut emulator = emulator(80, 4);
    feed(
        &mut emulator,
        "a\r\nb\r\nc\r\nd\r\n\x1b]133;A\x07$ \x1b[44m\x1b[?2004;2026h",
    );
    assert!(emulator.at_marked_prompt());
    feed(&mut emulator, "\x1b[?1049h");
    let before = emulator.generation();
    emulator.guarded(|_| panic!("as if vt100 had"));
    assert!(emulator.generation() > before);
    assert_eq!(emulator.pending, [TerminalEvent::Erased]);
    assert_eq!(emulator.history_lines(), 1);
    assert_eq!(emulator.input_modes(), InputModes::default());
    assert!(emulator.unfinished_frame().is_none());
    assert!(!emulator.at_marked_prompt());
    assert_eq!(emulator.marked_prompts().count(), 0);
    assert!(!emulator.colored);
    feed(&mut emulator, "on it goes");
    assert_eq!(
        emulator.screen().text(),
        format!("{RESET_NOTICE}\non it goes\n\n\n")
    );
}

#[test]
fn an_emulator_may_move_between_threads() {
    fn check<T: Send>(_: &T) {}
    check(&emulator(10, 4));
}

#[test]
fn floods_are_recognised() {
    for (line, taken) in [
        ("word\r\n", true),
        ("\x1b[31mred\x1b[m plain — ünïcode\r\n", true),
        ("\r\n", true),
        ("word\r\r\n", true),
        ("word\n", false),
        ("a\tb\r\n", true),
        ("a\t\tb\r\n", false),
        ("\x1b[7ma\tb\r\n", false),
        ("\x1b[7ma\x1b[m\r\na\tb\r\n", true),
        ("\x1b[31mx\x1b[m\ty\r\n", false),
        ("漢字\r\n", true),
        ("漢字漢字漢字\r\n", true),
        ("e\u{301}\r\n", true),
        (" \u{301}\r\n", false),
        ("\u{301}\r\n", false),
        ("e\u{301}\u{301}\r\n", false),
        ("❤\u{fe0f}\r\n", false),
        ("\x1b[4:3mx\r\n", false),
        ("\x1b[44mx\x1b[m\r\n", true),
        ("\x1b[44mx\r\n\x1b[m", false),
        ("\x1b[44m0123456789x\x1b[m\r\n", true),
        ("\x1b[44m0123456789x\x1b[m\x1b[K\r\n", true),
        ("\x1b[44m012345678漢\x1b[m\r\n", false),
        ("x\x1b[K\r\n", true),
        ("0123456789\x1b[K\r\n", false),
        ("x\x1b[1K\r\n", false),
        ("x\x1b[6n\r\n", false),
    ] {
        let mut emulator = emulator(10, 4);
        let lines = line.repeat(500);
        let look = emulator.flood(lines.as_bytes());
        assert_eq!(look.taken == lines.len(), taken, "{line:?}");
        assert_eq!(emulator.held.is_active(), taken, "{line:?}");
    }
    // What has begun waits only if nothing of it acts.
    for (begun, waits) in [
        ("word", true),
        ("\x1b", true),
        ("\x1b[3", true),
        ("\x1b[31mred\x1b[", true),
        ("a\tb", true),
        ("word\r", true),
        ("word\rx", false),
        ("\x1b[6n", false),
        ("\x1b]", false),
        ("\x07", false),
    ] {
        let mut emulator = emulator(10, 4);
        emulator.flood((String::from("word\r\n").repeat(500) + begun).as_bytes());
        assert_eq!(emulator.held.is_active(), waits, "{begun:?}");
    }
}
