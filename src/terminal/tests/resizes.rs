//! Restarts and resizes, and what an echo touches.

use super::*;

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
