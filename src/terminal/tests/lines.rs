//! Logical lines: reported, numbered, cut, kept in history, and the prompt.

use super::*;

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
