//! Tables of what single sequences do that vt100 does not do by itself.

use super::*;
use crate::{screen::CursorShape, terminal::marks::ShellMark};

const BLUE: Style = Style {
    foreground: Color::Default,
    background: Color::Indexed(4),
    attributes: Attributes(0),
};

/// Feeds `input` to a screen of 4 columns and 3 rows, whose rows are `a`, `b` and `c`, with a blue
/// background, underlined; returns its rows with `.` for a blank cell and `#` for a blue one.
fn colored_rows(input: &str) -> Vec<String> {
    let mut emulator = emulator(4, 3);
    feed(&mut emulator, "a\r\nb\r\nc\x1b[44;4m");
    feed(&mut emulator, input);
    emulator.screen().rows.iter().map(pictured).collect()
}

fn pictured(row: &Row) -> String {
    let mut cells = ['.'; 4];
    for Run(col, text, style) in &row.runs {
        for (character, cell) in text.chars().zip(&mut cells[usize::from(*col)..]) {
            *cell = match character {
                ' ' if *style == BLUE => '#',
                ' ' if *style == Style::default() => '.',
                // What is erased is never underlined.
                ' ' => '?',
                other => other,
            };
        }
    }
    cells.iter().collect()
}

#[test]
fn new_cells_take_the_background() {
    for (input, rows) in [
        ("\n", ["b...", "c...", "####"]),
        ("\x1bD", ["b...", "c...", "####"]),
        ("\x1bE", ["b...", "c...", "####"]),
        ("\x0b", ["b...", "c...", "####"]),
        ("\n\n", ["c...", "####", "####"]),
        ("\x1b[A\n", ["a...", "b...", "c..."]),
        ("\x1b[H\x1bM", ["####", "a...", "b..."]),
        ("\x1b[2;2H\x1bM", ["a...", "b...", "c..."]),
        ("\x1b[2S", ["c...", "####", "####"]),
        ("\x1b[9S", ["####", "####", "####"]),
        ("\x1b[T", ["####", "a...", "b..."]),
        ("\x1b[2;1H\x1b[L", ["a...", "####", "b..."]),
        ("\x1b[2;1H\x1b[9L", ["a...", "####", "####"]),
        ("\x1b[H\x1b[M", ["b...", "c...", "####"]),
        ("\x1b[2;1H\x1b[2M", ["a...", "####", "####"]),
        ("\x1b[H\x1b[P", ["...#", "b...", "c..."]),
        ("\x1b[H\x1b[9P", ["####", "b...", "c..."]),
        ("\x1b[H\x1b[2@", ["##a.", "b...", "c..."]),
        ("\x1b[H\x1b[J", ["####", "####", "####"]),
        ("\x1b[?40h\x1b[?3h", ["####", "####", "####"]),
        ("\x1b[?1049h", ["####", "####", "####"]),
        // Margins.
        ("\x1b[1;2r\x1b[2;1H\n", ["b...", "####", "c..."]),
        ("\x1b[2;3r\x1b[2;1H\x1bM", ["a...", "####", "b..."]),
        ("\x1b[2;3r\x1b[S", ["a...", "c...", "####"]),
        ("\x1b[1;2r\x1b[3;1H\n", ["a...", "b...", "c..."]),
        ("\x1b[1;2r\x1b[3;1H\x1b[L", ["a...", "b...", "c..."]),
        ("\x1b[1;2r\x1b[?6h\x1b[2;1H\nx", ["b...", "x###", "c..."]),
        // Automatic wrap.
        ("\rwxyz1", ["b...", "wxyz", "1###"]),
        ("\rwxyz12345", ["wxyz", "1234", "5###"]),
        ("\r漢字x", ["b...", "漢字..", "x###"]),
        ("\rx\x1b[5b", ["b...", "xxxx", "xx##"]),
        ("\x1b[4h\rwxyz1", ["b...", "wxyz", "1###"]),
        ("\x1b[?7l\rwxyz1", ["a...", "b...", "wxy1"]),
        // No background, no difference.
        ("\x1b[49m\n", ["b...", "c...", "...."]),
        ("\x1b[0;7m\n", ["b...", "c...", "...."]),
        ("\x1b[m\x1b[?1049h", ["....", "....", "...."]),
    ] {
        assert_eq!(colored_rows(input), rows, "{input:?}");
    }
}

#[test]
fn what_leaves_the_screen_keeps_its_looks() {
    let mut emulator = emulator(4, 2);
    feed(&mut emulator, "ab\r\ncd\x1b[44m\r\nx\r\n\r\n\x1b[m");
    let history: Vec<String> = emulator.history_tail(9).iter().map(pictured).collect();
    assert_eq!(history, ["ab..", "cd..", "x###"]);
    // A line that wraps goes on as one line.
    let mut emulator = super::emulator(4, 2);
    feed(&mut emulator, "\x1b[44mwxyz1234567\x1b[m");
    assert_eq!(emulator.prompt().text, "wxyz1234567");
    assert_eq!(emulator.cursor_line(), 0);
    emulator.resize(Size { rows: 4, cols: 4 });
    let rows: Vec<String> = emulator.screen().rows.iter().map(pictured).collect();
    assert_eq!(rows[..3], ["wxyz", "1234", "567#"]);
}

#[test]
fn a_pending_wrap_outlives_coloring() {
    let mut emulator = emulator(4, 2);
    feed(&mut emulator, "\x1b[44mwxyz\x1b[S");
    assert_eq!(emulator.grid().cursor().col, 4);
    assert_eq!(emulator.grid().style(), BLUE);
}

#[test]
fn a_saved_wrap_is_pending_again_whatever_stands_there() {
    check("abcdefghij\x1b7\x1b[2J\x1b[H\x1b8x", &["", "x"], (1, 1));
    check(
        "abcdefghij\x1b7\x1b[2J\x1b[H\x1b8\x1b[Dx",
        &["        x"],
        (0, 9),
    );
    check(
        "ab\x1b[?1049h\x1b7\x1b[?1049l\x1b[4;1Hc\x1b[?1049h\x1b8x",
        &["  x"],
        (0, 3),
    );
    let mut emulator = emulator(4, 2);
    feed(&mut emulator, "wxyz\x1b7\x1b[44m\x1b[2K\x1b[0;4m\x1b8");
    assert_eq!(pictured(&emulator.screen().rows[0]), "####");
    assert_eq!(emulator.grid().style(), Style::default());
}

#[test]
fn margins_belong_to_both_screens() {
    check(
        "\x1b[2;3r\x1b[?1049h\x1b[3;1Ha\nb",
        &["", "a", " b"],
        (2, 2),
    );
    check(
        "\x1b[?1047h\x1b[2;3r\x1b[?1047l\x1b[3;1Ha\nb",
        &["", "a", " b"],
        (2, 2),
    );
    check("\x1b[2;3r\x1b[?6h\x1b[?1047h\x1b[Hx", &["", "x"], (1, 1));
    check(
        "\x1b[?1047h\x1b[2;3r\x1b[r\x1b[?1047l\x1b[4;1Ha\nb",
        &["", "", "a", " b"],
        (3, 2),
    );
}

#[test]
fn screens_title_is_no_text() {
    check("a\x1bktitle\x1b\\b", &["ab"], (0, 2));
}

#[test]
fn scrolling_down_has_two_forms() {
    check("a\x1b[^", &["", "a"], (0, 1));
}

#[test]
fn a_tab_leaves_a_pending_wrap() {
    check("abcdefghij\tx", &["abcdefghij", "x"], (1, 1));
    check("\x1b[3gabcdefghij\tx", &["abcdefghij", "x"], (1, 1));
}

#[test]
fn inserting_amid_a_wide_character_leaves_no_half() {
    check("漢b\x1b[2G\x1b[@x", &[" x b"], (0, 2));
}

#[test]
fn character_sets() {
    check("\x1b)0a\x0eq\x0fq", &["a─q"], (0, 3));
    check("\x1b*0\x1bnqq\x0fq", &["──q"], (0, 3));
    check("\x1b+0\x1boq\x0fq", &["─q"], (0, 2));
    check("\x1b*0\x1bNqq", &["─q"], (0, 2));
    check("\x1b+0\x1bOqq", &["─q"], (0, 2));
    check("\x1b+0\x1bOéq", &["éq"], (0, 2));
    check("\x1b*0\x1bN\r\nqq", &["", "─q"], (1, 2));
    check("\x1b(A#q\x1b(B#", &["£q#"], (0, 3));
    check("\x1b(2q\x1b(1q", &["─q"], (0, 2));
    check("\x1b(0q\x1b(Kq", &["─q"], (0, 2));
    check("\x1b)0\x0e\x1b7\x0f\x1b)B\x1b8q", &["─"], (0, 1));
    check("\x1b*0\x1bN\x1b7q\x1b8q", &["─"], (0, 1));
    check("\x1b(0\x1b[!pq", &["q"], (0, 1));
    check("\x1b)0\x0e\x1bcq", &["q"], (0, 1));
    check("\x1b(0`~_\x7f", &["◆·"], (0, 3));
}

#[test]
fn controls_in_the_second_half_are_neither_drawn_nor_obeyed() {
    check("a\u{85}b\u{9b}2Jc\u{90}x\u{9c}", &["ab2Jcx"], (0, 6));
    check("\x1b[4ha\u{84}b\u{9b}c\x7f", &["abc"], (0, 3));
    check("\x1b(0q\u{9b}q", &["──"], (0, 2));
    // As bytes they are broken UTF-8.
    let mut emulator = emulator(10, 4);
    feed(&mut emulator, b"a\x9b2Jb");
    assert_eq!(emulator.screen().text().trim_end(), "a\u{fffd}2Jb");
}

#[test]
fn columns_are_not_changed_but_the_screen_is_cleared() {
    for set in ["h", "l"] {
        let input = format!("\x1b[?40ha\r\nb\x1b[2;3r\x1b[3;3H\x1b[?3{set}x\x1b[4;1Hy\nz");
        check(&input, &["", "", "y", " z"], (3, 2));
    }
    let mut emulator = emulator(10, 4);
    let events = feed(&mut emulator, "a\x1b[?40h\x1b[?3h");
    assert_eq!(events, [TerminalEvent::Erased]);
    // `tput init` sends it and does not mean to clear the screen.
    check("ab\x1b[?3h\x1b[?3;4lc", &["abc"], (0, 3));
}

#[test]
fn rows_are_counted_from_the_margin_in_origin_mode() {
    check("\x1b[2;3r\x1b[?6h\x1b[2dx", &["", "", "x"], (2, 1));
    check("\x1b[2;3r\x1b[?6h\x1b[9dx", &["", "", "x"], (2, 1));
    check("\x1b[2;3r\x1b[4dx", &["", "", "", "x"], (3, 1));
    check("\x1b[65535dx", &["", "", "", "x"], (3, 1));
}

#[test]
fn repeating_obeys_the_modes() {
    check("x\x1b[3b", &["xxxx"], (0, 4));
    check("x\x1b[12b", &["xxxxxxxxxx", "xxx"], (1, 3));
    check("\x1b[?7lx\x1b[99b", &["xxxxxxxxxx"], (0, 9));
    check("ab\x1b[4h\rx\x1b[2b", &["xxxab"], (0, 3));
    check("\x1b[3bx", &["x"], (0, 1));
}

#[test]
fn tab_stops_come_back() {
    check("\x1b[3g\x1b[?5W\tx", &["        x"], (0, 9));
}

#[test]
fn settings_and_capabilities_are_answered() {
    let setting = |value: &str| format!("\x1bP1$r{value}\x1b\\");
    let check = |input: &str, value: &str| check_replies(input, &[&setting(value)]);
    check("\x1bP$qm\x1b\\", "0m");
    check("\x1b[1;4:3;31m\x1bP$qm\x1b\\", "0;1;4;31m");
    check("\x1b[95;103m\x1bP$qm\x1b\\", "0;95;103m");
    check("\x1b[38;5;77m\x1bP$qm\x1b\\", "0;38:5:77m");
    check("\x1b[48;2;1;2;3m\x1bP$qm\x1b\\", "0;48:2::1:2:3m");
    check("\x1bP$qr\x1b\\", "1;4r");
    check("\x1b[2;3r\x1bP$qr\x1b\\", "2;3r");
    check("\x1bP$q q\x1b\\", "0 q");
    check("\x1b[5 q\x1bP$q q\x1b\\", "5 q");
    check("\x1b[2 q\x1b[?12h\x1bP$q q\x1b\\", "1 q");
    check("\x1b[5 q\x1b[!p\x1bP$q q\x1b\\", "0 q");
    for unknown in ["\x1bP$q\"p\x1b\\", "\x1bP$q\x1b\\", "\x1bP$qx\x1b\\"] {
        check_replies(unknown, &["\x1bP0$r\x1b\\"]);
    }
    check_replies("\x1bP+q436F\x1b\\", &["\x1bP1+r436F=323536\x1b\\"]);
    check_replies(
        "\x1bP+q524742;544e;436f\x1b\\",
        &[
            "\x1bP1+r524742=382F382F38\x1b\\",
            "\x1bP0+r\x1b\\",
            "\x1bP1+r436F=323536\x1b\\",
        ],
    );
    check_replies("\x1bP+q\x1b\\\x1b[c", &["\x1bP0+r\x1b\\", "\x1b[?62;22c"]);
    // Many names cost no more than a few.
    let many = format!("\x1bP+q{}\x1b\\", "4;".repeat(1000));
    check_replies(&many, &["\x1bP0+r\x1b\\"; 16]);
    // Neither aborted ones nor other strings are queries.
    check_replies(
        "\x1bP$qm\x18\x1b^$qm\x1b\\\x1bX$qm\x1b\\\x1b_$qm\x1b\\",
        &[],
    );
}

#[test]
fn colors_are_those_of_xterm() {
    for (index, color) in [
        (0, "0000/0000/0000"),
        (1, "cdcd/0000/0000"),
        (12, "5c5c/5c5c/ffff"),
        (16, "0000/0000/0000"),
        (17, "0000/0000/5f5f"),
        (110, "8787/afaf/d7d7"),
        (231, "ffff/ffff/ffff"),
        (232, "0808/0808/0808"),
        (255, "eeee/eeee/eeee"),
    ] {
        let answer = format!("\x1b]4;{index};rgb:{color}\x07");
        check_replies(&format!("\x1b]4;{index};?\x07"), &[&answer]);
    }
    check_replies(
        "\x1b]4;256;?;x;?;-1;?;1;red;7;?;0\x1b\\",
        &["\x1b]4;7;rgb:e5e5/e5e5/e5e5\x1b\\"],
    );
    check_replies(
        "\x1b]10;?;?;?;?\x07\x1b]12;?\x07\x1b]12;red\x07",
        &[
            "\x1b]10;rgb:cccc/cccc/cccc\x07",
            "\x1b]11;rgb:0000/0000/0000\x07",
            "\x1b]12;rgb:cccc/cccc/cccc\x07",
            "\x1b]12;rgb:cccc/cccc/cccc\x07",
        ],
    );
}

#[test]
fn further_queries_are_answered() {
    check_replies("\x1b[=c\x1b[=0c\x1b[=1c", &["\x1bP!|00000000\x1b\\"; 2]);
    check_replies("ab\x1b[?6n\x1b[?5n", &["\x1b[?1;3R"]);
    check_replies("\x1b[?996n", &["\x1b[?997;1n"]);
    check_replies("\x1b[14t\x1b[16t\x1b[19t\x1b[20t", &["\x1b[9;4;10t"]);
    check_replies(
        "\x1b[?4m\x1b[>4;2m\x1b[?4m\x1b[>4m\x1b[?4m\x1b[>4;1m\x1b[>m\x1b[?4m\x1b[>4;1m\x1b[>4n\x1b[?4m",
        &["0", "2", "0", "0", "0"]
            .map(|level| format!("\x1b[>4;{level}m"))
            .each_ref()
            .map(String::as_str),
    );
    check_replies("\x1b[?1m", &[]);
}

#[test]
fn modes_are_told() {
    for (mode, at_first, after) in [
        ("?1", 2, 1),
        ("?3", 4, 4),
        ("?5", 2, 1),
        ("?6", 2, 1),
        ("?7", 1, 1),
        ("?12", 2, 1),
        ("?25", 1, 1),
        ("?45", 4, 4),
        ("?66", 2, 1),
        ("?1000", 2, 1),
        ("?1004", 2, 1),
        ("?1006", 2, 1),
        ("?1007", 1, 1),
        ("?1049", 2, 1),
        ("?2004", 2, 1),
        ("?2026", 2, 1),
        ("?2031", 2, 1),
        ("?69", 0, 0),
        ("4", 2, 1),
        ("20", 2, 1),
        ("2", 0, 0),
    ] {
        let answer = |state| format!("\x1b[{mode};{state}$y");
        check_replies(
            &format!("\x1b[1 q\x1b[2 q\x1b[{mode}$p\x1b[{mode}h\x1b[{mode}$p"),
            &[&answer(at_first), &answer(after)],
        );
        let again = if at_first == 1 { 2 } else { at_first };
        check_replies(
            &format!("\x1b[2 q\x1b[{mode}h\x1b[{mode}l\x1b[{mode}$p\x1bc\x1b[{mode}$p"),
            &[
                &answer(again),
                &answer(if mode == "?12" { 2 } else { at_first }),
            ],
        );
    }
}

#[test]
fn frames_and_wheels_are_tracked() {
    let mut emulator = emulator(10, 4);
    assert!(emulator.unfinished_frame().is_none() && emulator.screen().modes.alternate_scroll);
    feed(&mut emulator, "\x1b[?2026h\x1b[?1007l");
    assert!(emulator.unfinished_frame().is_some() && !emulator.screen().modes.alternate_scroll);
    feed(&mut emulator, "\x1b[?2026l\x1b[?1007h");
    assert!(emulator.unfinished_frame().is_none() && emulator.screen().modes.alternate_scroll);
    feed(&mut emulator, "\x1b[?2026h\x1b[?1007l");
    emulator.restart();
    assert!(emulator.unfinished_frame().is_none() && emulator.screen().modes.alternate_scroll);
}

#[test]
fn a_soft_reset_leaves_what_it_should() {
    let mut emulator = emulator(10, 4);
    feed(
        &mut emulator,
        "\x1b[?1;25l\x1b[?2004;1000h\x1b[>4;2m\x1b[5 q\x1b=\x1b[!p",
    );
    let modes = emulator.input_modes();
    assert!(modes.bracketed_paste && modes.mouse == MouseMode::PressRelease);
    assert!(!modes.application_keypad && modes.modify_other_keys == 0);
    let cursor = emulator.screen().cursor;
    assert!(cursor.visible && cursor.shape == CursorShape::Default);
}

#[test]
fn keyboard_flags_are_stacked() {
    let flags = |input: &str| {
        let mut emulator = emulator(10, 4);
        feed(&mut emulator, input);
        emulator.input_modes().kitty
    };
    assert_eq!(flags("\x1b[>1u\x1b[>0u"), 0);
    assert_eq!(flags("\x1b[>1u\x1b[>0u\x1b[<u"), 1);
    assert_eq!(flags("\x1b[>1u\x1b[>0u\x1b[<2u"), 0);
    assert_eq!(flags("\x1b[=1u\x1b[<9u"), 0);
    assert_eq!(flags("\x1b[=1;2u\x1b[=31;3u"), 0);
    assert_eq!(flags("\x1b[=1u\x1b[=0;2u"), 1);
    // The oldest give way, and what is left can be popped.
    assert_eq!(
        flags(&format!("\x1b[>1u{}", "\x1b[>0u\x1b[>1u".repeat(100))),
        1
    );
    assert_eq!(
        flags(&format!("\x1b[>1u{}\x1b[<99u", "\x1b[>1u".repeat(100))),
        0
    );
    // Each screen has its own.
    assert_eq!(flags("\x1b[>1u\x1b[?1049h\x1b[>0u\x1b[<u\x1b[?1049l"), 1);
    assert_eq!(flags("\x1b[?1049h\x1b[>1u\x1b[?1049l"), 0);
    assert_eq!(flags("\x1b[>1u\x1bc"), 0);
}

#[test]
fn titles_are_stacked() {
    let title = |input: &str| {
        let mut emulator = emulator(10, 4);
        feed(&mut emulator, input);
        emulator.title().to_owned()
    };
    assert_eq!(title("\x1b]2;a\x07\x1b[22t\x1b]2;b\x07\x1b[23t"), "a");
    assert_eq!(title("\x1b]2;a\x07\x1b[22;0;0t\x1b]2;b\x07\x1b[23;2t"), "a");
    assert_eq!(title("\x1b]2;a\x07\x1b[22;1t\x1b]2;b\x07\x1b[23t"), "b");
    assert_eq!(title("\x1b]2;a\x07\x1b[23t"), "a");
    let deep = format!("{}\x1b]2;b\x07", "\x1b]2;a\x07\x1b[22t".repeat(1000));
    assert_eq!(title(&format!("{deep}{}", "\x1b[23t".repeat(10))), "a");
    let mut emulator = emulator(10, 4);
    feed(&mut emulator, deep);
    assert_eq!(emulator.titles.len(), 10);
}

#[test]
fn directories_are_paths_of_file_urls() {
    for (input, directory) in [
        ("file:///home/me", Some("/home/me")),
        ("file://host.example/home/a%20b", Some("/home/a b")),
        ("file:///caf%C3%A9;x", Some("/café;x")),
        ("file:///a%1b%0a%e2%80%aeb", Some("/ab")),
        ("file:///100%", Some("/100%")),
        ("file:///a%+1b%zz", Some("/a%+1b%zz")),
        ("file://host", None),
        ("kitty-shell-cwd://host/home", None),
        ("/home/me", None),
    ] {
        let mut emulator = emulator(10, 4);
        let events = feed(&mut emulator, format!("\x1b]7;{input}\x1b\\"));
        assert_eq!(emulator.directory(), directory, "{input:?}");
        assert_eq!(events, []);
        emulator.restart();
        assert_eq!(emulator.directory(), None);
    }
}

#[test]
fn notices_are_no_progress_reports() {
    let notice = |text: &str| vec![TerminalEvent::Notice(text.to_owned())];
    for (input, events) in [
        ("9;build done; 3 warnings", notice("build done; 3 warnings")),
        ("9;a\u{9b}\u{202e}b", notice("ab")),
        ("9;4;1;50", vec![]),
        ("9;9;/home", vec![]),
        ("9;12", vec![]),
        ("9;", vec![]),
        ("9;4 tests failed", notice("4 tests failed")),
        ("777;notify;a;b", vec![]),
        ("52;c;YQ==", vec![]),
        ("8;;https://example.org", vec![]),
    ] {
        let mut emulator = emulator(10, 4);
        assert_eq!(
            feed(&mut emulator, format!("\x1b]{input}\x07")),
            events,
            "{input:?}"
        );
    }
    check(
        "\x1b]8;id=1;https://example.org\x1b\\link\x1b]8;;\x07.",
        &["link."],
        (0, 5),
    );
}

#[test]
fn shells_mark_their_prompts() {
    let mark = |text: &str| format!("\x1b]133;{text}\x07");
    let prompt = format!("{}$ {}", mark("A"), mark("B"));
    let mut emulator = emulator(10, 4);
    feed(&mut emulator, format!("hello\r\n{prompt}false"));
    assert!(emulator.at_marked_prompt());
    feed(&mut emulator, format!("\r\n{}", mark("C")));
    assert!(!emulator.at_marked_prompt());
    let long = "0123456789".repeat(5);
    feed(&mut emulator, format!("{long}\r\n{}{prompt}", mark("D;1")));
    let known = [
        MarkedPrompt {
            line: 1,
            status: Some(1),
        },
        MarkedPrompt {
            line: 3,
            status: None,
        },
    ];
    assert_eq!(emulator.marked_prompts().collect::<Vec<_>>(), known);
    for cols in [5, 80, 10] {
        emulator.resize(Size { rows: 4, cols });
        assert_eq!(emulator.marked_prompts().collect::<Vec<_>>(), known);
        assert!(emulator.at_marked_prompt(), "{cols}");
    }
    // A prompt that is drawn anew is the same one.
    feed(&mut emulator, format!("\r\x1b[J{prompt}"));
    assert_eq!(emulator.marked_prompts().collect::<Vec<_>>(), known);
    // What is no longer on its line does not count.
    feed(&mut emulator, "read x\r\nName: ");
    assert!(!emulator.at_marked_prompt());
    // A program on the alternate screen is no shell at rest.
    feed(&mut emulator, format!("\r\n{prompt}\x1b[?1049h"));
    assert!(!emulator.at_marked_prompt());
}

#[test]
fn marks_vanish_with_their_lines() {
    let prompt = "\x1b]133;A\x1b\\$ ";
    let lines = |emulator: &mut Emulator| {
        emulator
            .marked_prompts()
            .map(|mark| mark.line)
            .collect::<Vec<_>>()
    };
    let mut emulator = Emulator::new(Size { rows: 3, cols: 10 }, 4);
    for _ in 0..20 {
        feed(&mut emulator, format!("{prompt}\r\n"));
    }
    assert_eq!(lines(&mut emulator), [14, 15, 16, 17, 18, 19]);
    feed(&mut emulator, "\x1b[H\x1b[2J");
    assert_eq!(lines(&mut emulator), [14, 15, 16, 17]);
    feed(&mut emulator, format!("{prompt}\x1b[3J"));
    assert_eq!(lines(&mut emulator), [18]);
    feed(&mut emulator, "\x1bc");
    assert_eq!(lines(&mut emulator), Vec::<u64>::new());
    assert!(!emulator.at_marked_prompt());
    let mut emulator = Emulator::new(Size { rows: 3, cols: 10 }, 9000);
    feed(&mut emulator, format!("{prompt}\r\n").repeat(5000));
    assert_eq!(emulator.marked_prompts().count(), 1000);
}

#[test]
fn marks_are_read_with_their_parameters() {
    for (text, mark) in [
        ("A", Some(ShellMark::Prompt)),
        ("A;cl=m;aid=7", Some(ShellMark::Prompt)),
        ("B;x", Some(ShellMark::Command)),
        ("C;cmdline_url=ls", Some(ShellMark::Output)),
        ("D", Some(ShellMark::Ended(None))),
        ("D;0;aid=7", Some(ShellMark::Ended(Some(0)))),
        ("D;-1", Some(ShellMark::Ended(Some(-1)))),
        ("D;aid=7", Some(ShellMark::Ended(None))),
        ("D;99999999999", Some(ShellMark::Ended(None))),
        ("P;k=i", None),
        ("AB", None),
        ("", None),
    ] {
        assert_eq!(ShellMark::parse(text.as_bytes()), mark, "{text:?}");
    }
}
