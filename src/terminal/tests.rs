//! Tests of the emulator as a whole: tables of what sequences do, and properties.

mod search;
mod sequences;

use proptest::prelude::*;

use super::{flood::FLOOD_LEAST, *};
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
fn finished_lines_are_reported() {
    check_lines("a\r\nb\r\n", &[(0, "a"), (1, "b")]);
    check_lines("a  \r\n\r\nb", &[(0, "a"), (1, ""), (2, "b")]);
    check_lines(
        "a\nb\nc\nd\ne\nf",
        &[
            (0, "a"),
            (1, " b"),
            (2, "  c"),
            (3, "   d"),
            (4, "    e"),
            (5, "     f"),
        ],
    );
    check_lines("abcdefghijklm\r\nx\r\n", &[(0, "abcdefghijklm"), (1, "x")]);
    check_lines(
        "10%\r20%\r\x1b[K100%\r\ndone\n",
        &[(0, "100%"), (1, "done")],
    );
    check_lines("\x1b[?1049ha\r\nb\r\n\x1b[?1049lc\n", &[(0, "c")]);
    check_lines("\x1b[31mred\x1b[m\x1bEx", &[(0, "red"), (1, "x")]);
    let long = "0123456789".repeat(6);
    check_lines(&format!("{long}\r\nnext"), &[(0, &long), (1, "next")]);
}

#[test]
fn lines_are_numbered_from_the_first() {
    let mut emulator = emulator(10, 4);
    assert_eq!(emulator.cursor_line(), 0);
    feed(&mut emulator, "a\r\nb\r\n");
    assert_eq!(emulator.cursor_line(), 2);
    feed(&mut emulator, "c\r\nd\r\ne\r\nf");
    assert_eq!(emulator.cursor_line(), 5);
    // A line that is partly in history has the number it will have.
    feed(&mut emulator, format!("\r\n{}", "x".repeat(65)));
    assert_eq!(emulator.cursor_line(), 6);
    assert_eq!(emulator.prompt().text, "x".repeat(65));
    feed(&mut emulator, "\r\ny");
    assert_eq!(emulator.cursor_line(), 7);
    // Clearing the screen renumbers nothing.
    let mut emulator = super::Emulator::new(Size { rows: 4, cols: 10 }, 1000);
    feed(&mut emulator, "a\r\nb\r\nc\r\nd\r\ne\x1b[H\x1b[2J");
    assert_eq!(emulator.cursor_line(), 1);
}

#[test]
fn endless_lines_are_cut() {
    let mut emulator = emulator(100, 4);
    emulator.report_lines(true);
    let mut lines = Vec::new();
    for _ in 0..3 {
        lines.extend(feed(&mut emulator, "x".repeat(70_000)));
    }
    assert_eq!(emulator.history_lines(), 3 + 1);
    assert_eq!(lines.len(), 3);
    assert!(matches!(&lines[2], TerminalEvent::Line { number: 2, text } if text.len() == 65_600));
    assert_eq!(emulator.cursor_line(), 3);
}

#[test]
fn history_is_bounded() {
    let mut emulator = Emulator::new(Size { rows: 4, cols: 10 }, 5);
    for line in 0..100 {
        feed(&mut emulator, format!("{line}\r\n"));
    }
    assert_eq!(emulator.history_lines(), 5);
    assert_eq!(emulator.cursor_line(), 100);
    let tail: Vec<String> = emulator.history_tail(9).iter().map(Row::text).collect();
    assert_eq!(tail, ["92", "93", "94", "95", "96"]);
    let mut none = Emulator::new(Size { rows: 4, cols: 10 }, 0);
    feed(&mut none, "1\r\n2\r\n3\r\n4\r\n5\r\n");
    assert_eq!((none.history_lines(), none.cursor_line()), (0, 5));
    feed(&mut emulator, "\x1b[3J");
    assert_eq!((emulator.history_lines(), emulator.cursor_line()), (0, 100));
}

#[test]
fn history_is_seen_through_windows() {
    let mut emulator = emulator(4, 3);
    feed(&mut emulator, "a\r\nbbbbbb\r\nc\r\nd\r\ne\r\nf");
    let mut view = |top: Option<(u64, u32)>, by, rows| {
        let top = top.map(|(line, row)| Anchor { line, row });
        let HistoryView {
            top,
            above,
            below,
            rows,
            ..
        } = emulator.history(top, by, rows);
        let top = top.map(|anchor| (anchor.line, anchor.row));
        let rows: Vec<String> = rows.iter().map(Row::text).collect();
        (top, above, below, rows.join("/"))
    };
    let seen = |top, above, below, rows: &str| (top, above, below, rows.to_owned());
    assert_eq!(view(None, 0, 3), seen(None, 4, 0, "d/e/f"));
    assert_eq!(view(None, -1, 3), seen(Some((2, 0)), 3, 1, "c/d/e"));
    assert_eq!(view(None, -2, 3), seen(Some((1, 1)), 2, 2, "bb/c/d"));
    assert_eq!(
        view(Some((1, 1)), -1, 2),
        seen(Some((1, 0)), 1, 3, "bbbb/bb")
    );
    assert_eq!(
        view(Some((1, 1)), -99, 2),
        seen(Some((0, 0)), 0, 4, "a/bbbb")
    );
    assert_eq!(view(Some((1, 9)), 2, 9), seen(None, 4, 0, "d/e/f"));
    assert_eq!(view(Some((99, 0)), i64::MAX, 1), seen(None, 4, 0, "d"));
    assert_eq!(
        view(Some((0, 0)), i64::MIN, 1),
        seen(Some((0, 0)), 0, 4, "a")
    );
}

#[test]
fn prompts_are_what_stands_before_the_cursor() {
    for (input, line, text) in [
        ("$ ", 0, "$ "),
        ("a\r\nName: x\x1b[D", 1, "Name: "),
        ("0123456789ab", 0, "0123456789ab"),
        ("0123456789", 0, "0123456789"),
        ("v: 1 \x1b[1G\x1b[0Jv: (1) \x1b[8G", 0, "v: (1) "),
        ("abc\x1b[8G", 0, "abc    "),
        ("old\r\x1b[Knew", 0, "new"),
        ("\x1b[1;32mPass\x1b[0mword: ", 0, "Password: "),
        ("First? \r\nSecond? ", 1, "Second? "),
    ] {
        let mut emulator = emulator(10, 4);
        feed(&mut emulator, input);
        let prompt = Prompt {
            line,
            text: text.to_owned(),
        };
        assert_eq!(emulator.prompt(), prompt, "{input:?}");
    }
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

#[test]
fn restart_begins_a_fresh_line() {
    for (before, after, cursor) in [
        ("", "x", 0),
        ("a", "a\nx", 1),
        ("a\r\n", "a\nx", 1),
        ("a\r\nb\x1b[H", "a\nb\nx", 2),
        ("a\x1b[?1049hb", "a\nx", 1),
        (
            "\x1b[31;2r\x1b[1;2r\x1b[4;1Ha\x1b[?25l\x1b[7m",
            "\n\na\nx",
            4,
        ),
        ("\x1b]2;unfinished", "x", 0),
    ] {
        let mut emulator = emulator(10, 4);
        feed(&mut emulator, before);
        emulator.restart();
        feed(&mut emulator, "x");
        assert_eq!(emulator.screen().text().trim_end(), after, "{before:?}");
        assert_eq!(emulator.cursor_line(), cursor, "{before:?}");
        assert!(emulator.screen().cursor.visible);
    }
}

#[test]
fn an_echo_touches_one_row() {
    let mut emulator = emulator(80, 24);
    feed(&mut emulator, "$ ");
    let since = emulator.screen().generation;
    feed(&mut emulator, "l\x1b[K");
    assert_eq!(emulator.dirty, Dirty::Rows(0, 0));
    let delta = emulator.delta(Some(since));
    assert!(delta.partial);
    assert_eq!(delta.rows.len(), 1);
    assert_eq!(emulator.delta(Some(delta.generation)).rows, []);
    assert!(!emulator.delta(Some(99)).partial);
    assert!(!emulator.delta(None).partial);
    emulator.resize(Size { rows: 10, cols: 80 });
    assert!(!emulator.delta(Some(delta.generation)).partial);
}

#[test]
fn resizing_wraps_lines_anew() {
    let mut emulator = emulator(10, 4);
    feed(&mut emulator, "abcdefghijklm\r\n$ ls");
    emulator.resize(Size { rows: 4, cols: 5 });
    assert_eq!(emulator.screen().text(), "abcde\nfghij\nklm\n$ ls\n");
    assert_eq!(emulator.cursor_line(), 1);
    feed(&mut emulator, " -l");
    assert_eq!(emulator.prompt().text, "$ ls -l");
    assert_eq!(emulator.screen().text(), "fghij\nklm\n$ ls\n-l\n");
    emulator.resize(Size { rows: 4, cols: 20 });
    assert_eq!(emulator.screen().text(), "abcdefghijklm\n$ ls -l\n\n\n");
    assert_eq!(emulator.history_lines(), 0);
    assert_eq!(emulator.cursor_line(), 1);
}

#[test]
fn the_main_screen_survives_resizes_of_the_alternate() {
    let mut emulator = emulator(40, 4);
    feed(
        &mut emulator,
        format!("{}\r\n$ vim\x1b[?1049h", "m".repeat(40)),
    );
    emulator.resize(Size { rows: 3, cols: 12 });
    emulator.resize(Size { rows: 4, cols: 40 });
    feed(&mut emulator, "\x1b[?1049l!");
    assert_eq!(
        emulator.screen().text(),
        format!("{}\n$ vim!\n\n\n", "m".repeat(40))
    );
    feed(&mut emulator, "\x1b[?1049h");
    emulator.resize(Size { rows: 5, cols: 20 });
    feed(&mut emulator, "\x1b[?1049l?");
    assert_eq!(
        emulator.screen().text(),
        format!("{0}\n{0}\n$ vim!?\n\n\n", "m".repeat(20))
    );
}

#[test]
fn styles_survive_a_resize() {
    let mut emulator = emulator(10, 4);
    feed(&mut emulator, "\x1b[31mabc\x1b[44m\x1b[K\x1b[0;1m漢\x1b[4m");
    let before = emulator.screen().rows[0].clone();
    emulator.resize(Size { rows: 4, cols: 6 });
    emulator.resize(Size { rows: 4, cols: 10 });
    assert_eq!(emulator.screen().rows[0], before);
    feed(&mut emulator, "\r\nx");
    assert_eq!(
        emulator.screen().rows[1].runs[0].2.attributes,
        Attributes(9)
    );
}

/// Pieces of output: text of all kinds, controls, sequences, rubbish.
fn output() -> impl Strategy<Value = Vec<u8>> {
    let number = prop_oneof![3 => 0u16..12, 1 => 0u16..2000];
    let csi = (
        prop_oneof![Just(""), Just("?"), Just(">"), Just("<"), Just("=")],
        proptest::collection::vec(number, 0..4),
        prop_oneof![4 => Just(""), 1 => Just(" "), 1 => Just("!"), 1 => Just("$")],
        0x40u8..0x7f,
    )
        .prop_map(|(private, numbers, intermediate, last)| {
            let numbers: Vec<String> = numbers.iter().map(u16::to_string).collect();
            let mut bytes =
                format!("\x1b[{private}{}{intermediate}", numbers.join(";")).into_bytes();
            bytes.push(last);
            bytes
        });
    let mode = prop_oneof![
        Just("4"),
        Just("20"),
        Just("?1"),
        Just("?3"),
        Just("?6"),
        Just("?7"),
        Just("?25"),
        Just("?47"),
        Just("?1047"),
        Just("?1048"),
        Just("?1049"),
        Just("?2004"),
    ];
    let mode = (mode, prop_oneof![Just('h'), Just('l')])
        .prop_map(|(mode, set)| format!("\x1b[{mode}{set}").into_bytes());
    let fixed = prop_oneof![
        Just("\r\n"),
        Just("\n"),
        Just("\r"),
        Just("\x08"),
        Just("\t"),
        Just("\x07"),
        Just("\x0e"),
        Just("\x0f"),
        Just("\x1b(0"),
        Just("\x1b(B"),
        Just("\x1b)0"),
        Just("\x1b7"),
        Just("\x1b8"),
        Just("\x1bD"),
        Just("\x1bE"),
        Just("\x1bM"),
        Just("\x1bH"),
        Just("\x1bc"),
        Just("\x1b#8"),
        Just("\x1b[H\x1b[2J"),
        Just("\x1b[K"),
        Just("\x1b[6n"),
        Just("\x1b]2;a;b\x07"),
        Just("\x1b]2;é\x1b\\"),
        Just("\x1bPq#0\x1b\\"),
        Just("\x1b["),
        Just("\x1b"),
        Just("\x18"),
        Just("\x1b[31m"),
        Just("\x1b[44;1m"),
        Just("\x1b[48;5;200m"),
        Just("\x1b[49m"),
        Just("\x1b*0"),
        Just("\x1bn"),
        Just("\x1bN"),
        Just("\x1b(A"),
        Just("\x1b]133;A\x07"),
        Just("\x1b]133;D;1\x07"),
        Just("\x1b]7;file:///tmp\x07"),
        Just("\x1b]9;done\x07"),
        Just("\x1b[22t"),
        Just("\x1b[23t"),
        Just("\x1b[0m"),
        Just("\x1b[7m"),
        Just("\x1b[4:3m"),
    ];
    let text = prop_oneof![
        4 => "[a-z ]{1,24}",
        1 => "[a-zé漢字─│\u{301}\u{fe0f}❤👍\u{200d}\u{fffd}]{1,12}",
    ];
    let piece = prop_oneof![
        4 => text.prop_map(String::into_bytes),
        4 => fixed.prop_map(|text| text.as_bytes().to_vec()),
        3 => csi,
        1 => mode,
        1 => proptest::collection::vec(any::<u8>(), 1..6),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// Queries of all kinds, well formed and not, between styles and modes that they ask about.
fn queries() -> impl Strategy<Value = Vec<u8>> {
    let text = || "[ -~é\u{9b}\u{202e}]{0,8}";
    let asked = prop_oneof![
        Just("$qm"),
        Just("$qr"),
        Just("$q q"),
        Just("$q\"p"),
        Just("+q544e"),
        Just("+q436F"),
        Just("+q524742;436f"),
        Just("+q"),
        Just("$q"),
        Just(">q"),
    ];
    let end = prop_oneof![3 => Just("\x1b\\"), 1 => Just("\x07"), 1 => Just("\x18"), 1 => Just("")];
    let dcs = (asked, text(), end.clone(), any::<bool>()).prop_map(|(asked, text, end, whole)| {
        format!("\x1bP{asked}{}{end}", if whole { "" } else { &text })
    });
    let osc = (0u16..20, "([0-9]{1,4};)?", "[?a-z;]{0,6}", text(), end).prop_map(
        |(number, index, wish, text, end)| format!("\x1b]{number};{index}{wish}{text}{end}"),
    );
    let osc = prop_oneof![
        3 => osc,
        1 => (0u16..300).prop_map(|index| format!("\x1b]4;{index};?\x07")),
    ];
    let csi = prop_oneof![
        Just("\x1b[c"),
        Just("\x1b[>c"),
        Just("\x1b[=c"),
        Just("\x1b[6n"),
        Just("\x1b[?6n"),
        Just("\x1b[?996n"),
        Just("\x1b[?4m"),
        Just("\x1b[>4;1m"),
        Just("\x1b[18t"),
        Just("\x1b[19t"),
        Just("\x1b[21t"),
        Just("\x1b[?2026h"),
        Just("\x1b[?2026$p"),
        Just("\x1b[2;4r"),
        Just("\x1b[5 q"),
        Just("\x1b[1;38;5;77;48;2;1;2;3m"),
        Just("\x1b[91;100m"),
        Just("\x1b[4:3;7m"),
        Just("\x1b]2;evil\x07"),
    ];
    let mode = (any::<bool>(), 0u16..2050)
        .prop_map(|(private, mode)| format!("\x1b[{}{mode}$p", if private { "?" } else { "" }));
    let piece = prop_oneof![dcs, osc, csi.prop_map(str::to_owned), mode];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat().into_bytes())
}

/// Ordinary output: lines and styles, no cursor movement.
fn log() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-z ]{1,30}",
        1 => "[a-zé漢字👍]{1,12}",
        3 => Just("\r\n".to_owned()),
        1 => Just("\x1b[31m".to_owned()),
        1 => Just("\x1b[44;1m".to_owned()),
        1 => Just("\x1b[m".to_owned()),
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// A line as floods have them, now and then one that ends the flood.
fn flood_line() -> impl Strategy<Value = Vec<u8>> {
    let text = prop_oneof![
        6 => "[a-z ]{0,30}",
        1 => "[a-z ]{0,100}",
        1 => "[a-z 漢]{0,60}",
        1 => "[a-z]{0,9}(\x1b\\[(31|1|4|)m\x1b\\[K[a-z]{0,9}\x1b\\[m\x1b\\[K ?){1,3}",
        2 => "[a-z ]{0,9}(\t{1,2}[a-z ]{0,9}){1,3}",
        2 => "[a-z]{0,4} (\x1b\\[(31|44|7|0|1|)m[a-zé─ ]{0,9} ?){1,3}",
        2 => "[a-z 漢👍]{0,8}",
        1 => "(\x1b\\[(31|44|7|0|1|)m)?[a-zé漢字\u{301}\u{fe0f}\u{17d8}\u{fffd} \t]{0,12}",
        1 => "([a-z]\u{301}|漢\u{308}?| ){0,9}(\x1b\\[(44|)m)?( |é|a\u{327}|\u{301})?",
        2 => "[a-z]{0,9}(\x1b\\[(42|48;5;9|0;45|31)m[a-z ]{0,30}\x1b\\[(0|49|1;49|)m){1,2}[a-z]{0,3}",
        1 => "[a-z]{0,9}(\x1b\\[(44|1|)m[a-z ]{0,30}\x1b\\[m(\x1b\\[K)?[a-z漢]{0,9}){1,3}",
    ];
    let end = prop_oneof![60 => Just("\r\n"), 1 => Just("\n"), 1 => Just("\t漢\r\n"), 4 => Just("\r\r\n")];
    (text, end).prop_map(|(text, end)| (text + end).into_bytes())
}

fn size() -> impl Strategy<Value = Size> {
    (1u16..12, 1u16..24).prop_map(|(rows, cols)| Size { rows, cols })
}

/// A size in which vt100 can note a wrap and draw any character.
fn roomy_size() -> impl Strategy<Value = Size> {
    (2u16..12, 2u16..24).prop_map(|(rows, cols)| Size { rows, cols })
}

/// Everything that can be seen of an emulator.
#[derive(Debug, PartialEq)]
struct Seen {
    screen: Screen,
    history: Vec<Row>,
    lines: usize,
    prompt: Prompt,
    modes: InputModes,
    marks: Vec<MarkedPrompt>,
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
        marks: emulator.marked_prompts().collect(),
    }
}

fn no_failure(emulator: &mut Emulator) -> Result<(), TestCaseError> {
    prop_assert!(!emulator.screen().text().contains("[muxpect"));
    Ok(())
}

/// The text of history and screen, by logical lines, without trailing blank ones.
fn all_text(emulator: &mut Emulator) -> String {
    let mut rows = emulator.history_tail(usize::MAX);
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

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_split_gives_the_same(
        bytes in output(),
        size in size(),
        report in any::<bool>(),
        cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..6),
    ) {
        let mut whole = Emulator::new(size, 50);
        whole.report_lines(report);
        let mut expected = Vec::new();
        whole.feed(&bytes, &mut expected);
        no_failure(&mut whole)?;
        let mut split = Emulator::new(size, 50);
        split.report_lines(report);
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let mut events = Vec::new();
        for pair in cuts.windows(2) {
            split.feed(&bytes[pair[0]..pair[1]], &mut events);
        }
        prop_assert_eq!(&events, &expected);
        prop_assert_eq!(seen(&mut split), seen(&mut whole));
        let mut bytewise = Emulator::new(size, 50);
        bytewise.report_lines(report);
        let mut events = Vec::new();
        for byte in &bytes {
            bytewise.feed(&[*byte], &mut events);
            let _ = bytewise.delta(None);
        }
        whole.finish(&mut expected);
        bytewise.finish(&mut events);
        prop_assert_eq!(&events, &expected);
        prop_assert_eq!(seen(&mut bytewise), seen(&mut whole));
    }

    #[test]
    fn resizing_anywhere_breaks_nothing(
        parts in proptest::collection::vec((output(), size(), any::<u8>()), 1..5),
    ) {
        let mut emulator = Emulator::new(Size { rows: 5, cols: 12 }, 20);
        emulator.report_lines(true);
        for (bytes, size, cut) in parts {
            let cut = usize::from(cut).min(bytes.len());
            feed(&mut emulator, &bytes[..cut]);
            let line = emulator.cursor_line();
            emulator.resize(size);
            prop_assert_eq!(emulator.size(), size);
            if !emulator.alternate() {
                prop_assert_eq!(emulator.cursor_line(), line);
            }
            feed(&mut emulator, &bytes[cut..]);
            no_failure(&mut emulator)?;
            prop_assert!(emulator.history_lines() <= 21);
            let screen = emulator.screen();
            prop_assert_eq!(screen.rows.len(), usize::from(size.rows));
            prop_assert!(screen.cursor.position.row < size.rows);
            prop_assert!(screen.cursor.position.col < size.cols);
        }
        emulator.restart();
        no_failure(&mut emulator)?;
    }

    #[test]
    fn applied_deltas_are_the_screen(
        parts in proptest::collection::vec((output(), prop_oneof![4 => Just(None), 1 => size().prop_map(Some)]), 1..6),
    ) {
        let mut emulator = Emulator::new(Size { rows: 5, cols: 12 }, 20);
        let mut client = Screen::blank(emulator.size());
        let mut since = None;
        for (bytes, size) in parts {
            feed(&mut emulator, &bytes);
            if let Some(size) = size {
                emulator.resize(size);
            }
            client.apply(emulator.delta(since));
            since = Some(client.generation);
            prop_assert_eq!(&client, emulator.screen());
            // What was drawn lazily is what drawing everything gives.
            emulator.dirty = Dirty::All;
            emulator.shown.generation = u64::MAX;
            prop_assert_eq!(&Screen { generation: 0, ..client.clone() }, &Screen { generation: 0, ..emulator.screen().clone() });
        }
    }

    #[test]
    fn widening_gives_back_what_narrowing_wrapped(
        text in log(),
        size in roomy_size(),
        narrow in roomy_size(),
    ) {
        let mut emulator = Emulator::new(size, 1000);
        feed(&mut emulator, &text);
        let before = all_text(&mut emulator);
        let prompt = emulator.prompt();
        for other in [narrow, size, Size { rows: 30, cols: 100 }, size] {
            emulator.resize(other);
            prop_assert_eq!(&all_text(&mut emulator), &before);
            prop_assert_eq!(&emulator.prompt(), &prompt);
        }
        // The next character stands where it would have stood.
        let mut straight = Emulator::new(size, 1000);
        feed(&mut straight, &text);
        feed(&mut straight, "x\r\ny");
        feed(&mut emulator, "x\r\ny");
        prop_assert_eq!(all_text(&mut emulator), all_text(&mut straight));
        prop_assert_eq!(emulator.prompt(), straight.prompt());
    }

    #[test]
    fn no_resize_changes_a_logical_line(
        bytes in output(),
        size in roomy_size(),
        sizes in proptest::collection::vec(prop_oneof![3 => roomy_size(), 1 => Just(Size { rows: 40, cols: 90 })], 1..8),
    ) {
        let mut emulator = Emulator::new(size, 1000);
        feed(&mut emulator, &bytes);
        // What is below the cursor may have no room, so it goes to the end; a sequence may be open.
        feed(&mut emulator, "\x18\x1b[?1049l\x1b[?7h\x1b[4l\x1b[?6l\x1b[r\x1b[999;999H");
        let before = all_text(&mut emulator);
        let line = emulator.cursor_line();
        for size in sizes {
            emulator.resize(size);
            prop_assert_eq!(&all_text(&mut emulator), &before);
            prop_assert_eq!(emulator.cursor_line(), line);
        }
    }

    #[test]
    fn a_flood_is_the_same_by_the_long_way(
        before in output(),
        lines in proptest::collection::vec(flood_line(), 0..80),
        after in output(),
        size in size(),
        report in any::<bool>(),
    ) {
        let mut flooded = Emulator::new(size, 60);
        let mut slow = Emulator::new(size, 60);
        flooded.report_lines(report);
        slow.report_lines(report);
        let (mut events, mut expected) = (Vec::new(), Vec::new());
        let lines = lines.concat();
        flooded.feed(&before, &mut events);
        slow.feed(&before, &mut expected);
        let mut taken = 0;
        if flooded.collector.is_ground() && flooded.tail_len == 0 {
            flooded.guarded(|emulator| {
                taken = emulator.flood(&lines).taken;
            });
            events.append(&mut flooded.pending);
        }
        flooded.feed(&lines[taken..], &mut events);
        for chunk in lines.chunks(FLOOD_LEAST - 1) {
            slow.feed(chunk, &mut expected);
        }
        flooded.feed(&after, &mut events);
        slow.feed(&after, &mut expected);
        prop_assert_eq!(&events, &expected);
        prop_assert_eq!(seen(&mut flooded), seen(&mut slow));
    }

    #[test]
    fn floods_leave_the_same_after_every_read(
        lines in proptest::collection::vec(flood_line(), 40..200),
        size in size(),
        reads in proptest::collection::vec(1usize..4096, 1..6),
        limit in prop_oneof![Just(0usize), Just(7), Just(1000)],
        report in any::<bool>(),
        looks in any::<bool>(),
    ) {
        let mut flooded = Emulator::new(size, limit);
        let mut slow = Emulator::new(size, limit);
        slow.eagerness = Eagerness::none();
        let lines = lines.concat();
        let mut rest = lines.as_slice();
        let mut since = None;
        for read in reads.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (chunk, after) = rest.split_at(rest.len().min(*read));
            rest = after;
            let (mut events, mut expected) = (Vec::new(), Vec::new());
            for (emulator, events) in [(&mut flooded, &mut events), (&mut slow, &mut expected)] {
                emulator.report_lines(report);
                emulator.feed(chunk, events);
            }
            prop_assert_eq!(events, expected);
            prop_assert!(!slow.held.is_active());
            if looks {
                prop_assert_eq!(flooded.prompt(), slow.prompt());
                prop_assert_eq!(flooded.cursor_line(), slow.cursor_line());
                prop_assert_eq!(flooded.history.next(), slow.history.next());
                // Which rows are newer is the same too.
                let delta = flooded.delta(since);
                prop_assert_eq!(&delta, &slow.delta(since));
                since = Some(delta.generation);
            }
        }
        prop_assert_eq!(flooded.delta(None), slow.delta(None));
        prop_assert_eq!(&flooded.row_generations, &slow.row_generations);
        prop_assert_eq!(seen(&mut flooded), seen(&mut slow));
    }

    #[test]
    fn every_answer_is_of_the_fixed_grammar(bytes in prop_oneof![output(), queries()]) {
        let grammar = regex::bytes::Regex::new(concat!(
            r"(?s-u)^(\x1b\[\?62;22c|\x1b\[>1;10;0c|\x1b\[0n|\x1b\[\d+;\d+R|\x1b\[\??\d+;[0124]\$y",
            r"|\x1bP>\|muxpect\([\d.]+\)\x1b\\|\x1b\[\?[01]u|\x1b\[[89];\d+;\d+t",
            r"|\x1bP!\|00000000\x1b\\|\x1b\[[23];1;1;128;128;1;0x|\x1b\[\?\d+;\d+R|\x1b\[\?997;1n|\x1b\[>4;[012]m",
            r"|\x1bP1\$r0(;[\d:]+)*m\x1b\\|\x1bP1\$r\d+;\d+r\x1b\\|\x1bP1\$r[0-6] q\x1b\\",
            r"|\x1bP0\$r\x1b\\|\x1bP0\+r\x1b\\|\x1bP1\+r[0-9A-F]+=[0-9A-F]+\x1b\\",
            r"|\x1b\]4;\d{1,3};rgb:[0-9a-f]{4}/[0-9a-f]{4}/[0-9a-f]{4}(\x07|\x1b\\)",
            r"|\x1b\]1[012];rgb:[0c/]+(\x07|\x1b\\))$"
        )).unwrap();
        let mut emulator = Emulator::new(Size { rows: 5, cols: 12 }, 20);
        for event in feed(&mut emulator, &bytes) {
            if let TerminalEvent::Reply(reply) = event {
                prop_assert!(grammar.is_match(&reply), "{:?}", reply);
            }
        }
        for row in &emulator.screen().rows {
            prop_assert!(!row.text().contains(char::is_control));
        }
    }
}
