//! Characters: wide and combining ones, broken UTF-8, line drawing, insertion, repetition.

use super::{Case, bytes, case, check};

/// alacritty_terminal knows two sets.
const SETS: &str = "only ASCII and line drawing are known";

/// alacritty_terminal takes bytes from 0x80 to 0x9f for controls, and drops them.
const C1: &str = "C1 bytes are dropped";

pub const CASES: &[Case] = &[
    case("NUL and DEL", "a\0b\x7fc", &["abc"], (0, 3)),
    case(
        "other C0",
        "a\x01\x02\x05\x06\x10\x11\x13\x14\x16\x17\x19\x1c\x1d\x1e\x1fb",
        &["ab"],
        (0, 2),
    ),
    case("BEL", "a\x07b", &["ab"], (0, 2)),
    // C1 characters in UTF-8 are no controls, as in tmux; xterm would take this one for CSI.
    case("C1 in UTF-8", "a\u{9b}5Cb", &["a5Cb"], (0, 4)),
    case("UTF-8", "äß→Ж", &["äß→Ж"], (0, 4)),
    case("wide characters", "日本X", &["日本X"], (0, 5)),
    case(
        "a wide character at the edge",
        "abcdefghij日",
        &["abcdefghij日"],
        (0, 11),
    ),
    case(
        "a wide character beyond the edge",
        "abcdefghijk日X",
        &["abcdefghijk »", "日X"],
        (1, 3),
    ),
    case(
        "a wide character at a pending wrap",
        "abcdefghijkl日",
        &["abcdefghijkl»", "日"],
        (1, 2),
    ),
    case(
        "a wide character at the bottom edge",
        "\x1b[5;12H日",
        &["", "", "", "            »", "日"],
        (4, 2),
    ),
    case("emoji", "😀X", &["😀X"], (0, 3)),
    case(
        "combining marks",
        "e\u{301}a\u{308}\u{323}X",
        &["e\u{301}a\u{308}\u{323}X"],
        (0, 3),
    ),
    case(
        "a combining mark on a wide character",
        "か\u{3099}X",
        &["か\u{3099}X"],
        (0, 3),
    ),
    case(
        "a combining mark at a pending wrap",
        "abcdefghijkl\u{301}X",
        &["abcdefghijkl\u{301}»", "X"],
        (1, 1),
    ),
    case("zero width space", "a\u{200b}b", &["a\u{200b}b"], (0, 2)),
    case(
        "a zero width joiner",
        "👩\u{200d}🚀X",
        &["👩\u{200d}🚀X"],
        (0, 5),
    ),
    case("emoji presentation", "❤\u{fe0f}X", &["❤\u{fe0f}X"], (0, 3))
        .differs("the selector does not widen its character"),
    case("text presentation", "❤\u{fe0e}X", &["❤\u{fe0e}X"], (0, 2)),
    case("a skin tone", "👍\u{1f3fd}X", &["👍\u{1f3fd}X"], (0, 5)),
    case("right to left text", "אבג", &["אבג"], (0, 3)),
    case("halfwidth and fullwidth", "ｱＡ", &["ｱＡ"], (0, 3)),
    case("a soft hyphen", "a\u{ad}b", &["a\u{ad}b"], (0, 2)),
    case("ambiguous width", "①“”…", &["①“”…"], (0, 4)),
    // Broken UTF-8: one U+FFFD for each part that cannot be continued.
    bytes(
        "a byte that begins nothing",
        b"a\xffb",
        &["a\u{fffd}b"],
        (0, 3),
    ),
    bytes(
        "a continuation without a start",
        b"a\x80\xbfb",
        &["a\u{fffd}\u{fffd}b"],
        (0, 4),
    )
    .differs(C1),
    bytes("two bytes cut", b"a\xc3b", &["a\u{fffd}b"], (0, 3)),
    bytes("three bytes cut", b"a\xe2\x82b", &["a\u{fffd}b"], (0, 3)),
    bytes("four bytes cut", b"a\xf0\x9f\x98b", &["a\u{fffd}b"], (0, 3)),
    bytes(
        "cut by another character",
        b"\xe2\x82\xc3\xa4b",
        &["\u{fffd}\u{e4}b"],
        (0, 3),
    ),
    bytes(
        "cut by a control",
        b"\xe2\x82\r\nb",
        &["\u{fffd}", "b"],
        (1, 1),
    ),
    bytes(
        "cut by a sequence",
        b"\xe2\x82\x1b[5Gb",
        &["\u{fffd}   b"],
        (0, 5),
    ),
    bytes(
        "an overlong form",
        b"a\xc0\xafb",
        &["a\u{fffd}\u{fffd}b"],
        (0, 4),
    ),
    bytes(
        "an overlong form of three",
        b"a\xe0\x80\xafb",
        &["a\u{fffd}\u{fffd}\u{fffd}b"],
        (0, 5),
    )
    .differs(C1),
    bytes(
        "a surrogate",
        b"a\xed\xa0\x80b",
        &["a\u{fffd}\u{fffd}\u{fffd}b"],
        (0, 5),
    )
    .differs(C1),
    bytes(
        "beyond Unicode",
        b"a\xf4\x90\x80\x80b",
        &["a\u{fffd}\u{fffd}\u{fffd}\u{fffd}b"],
        (0, 6),
    )
    .differs(C1),
    bytes("C1 as bytes", b"a\x9bb", &["a\u{fffd}b"], (0, 3)).differs(C1),
    bytes(
        "broken at a pending wrap",
        b"abcdefghijkl\xffX",
        &["abcdefghijkl»", "\u{fffd}X"],
        (1, 2),
    ),
    case(
        "the replacement character",
        "a\u{fffd}b",
        &["a\u{fffd}b"],
        (0, 3),
    ),
    // Line drawing.
    case(
        "line drawing in G0",
        "\x1b(0lqk\x1b(Blqk",
        &["┌─┐lqk"],
        (0, 6),
    ),
    case(
        "line drawing in G1",
        "\x1b)0\x0elqk\x0flqk",
        &["┌─┐lqk"],
        (0, 6),
    ),
    case(
        "line drawing in G0 and G1",
        "\x1b(B\x1b)0a\x0ea\x0f\x1b(0a\x1b(Ba",
        &["a▒▒a"],
        (0, 4),
    ),
    case("all lines", "\x1b(0jklmntuvwxq", &["┘┐┌└┼├┤┴┬│─"], (0, 11)),
    case("scan lines", "\x1b(0opqrs", &["⎺⎻─⎼⎽"], (0, 5)),
    case("signs", "\x1b(0`afgyz{|}~", &["◆▒°±≤≥π≠£·"], (0, 10)),
    case("names of controls", "\x1b(0bcdehi", &["␉␌␍␊␤␋"], (0, 6)),
    case("capitals are no lines", "\x1b(0LQK12", &["LQK12"], (0, 5)),
    case(
        "G1 waits for SO",
        "\x1b)0lqk\x0eq\x1b)Bq",
        &["lqk─q"],
        (0, 5),
    ),
    case(
        "other characters in line drawing",
        "\x1b(0qäq日q",
        &["─ä─日─"],
        (0, 6),
    ),
    case(
        "lines that wrap",
        "\x1b(0qqqqqqqqqqqqqq",
        &["────────────»", "──"],
        (1, 2),
    ),
    case(
        "G2 by a locking shift",
        "\x1b*0\x1bnq\x0fq",
        &["─q"],
        (0, 2),
    )
    .differs("LS2 is not known"),
    case(
        "G3 by a locking shift",
        "\x1b+0\x1boq\x0fq",
        &["─q"],
        (0, 2),
    )
    .differs("LS3 is not known"),
    case("G2 by a single shift", "\x1b*0\x1bNqq", &["─q"], (0, 2)).differs("SS2 is not known"),
    case("G3 by a single shift", "\x1b+0\x1bOqq", &["─q"], (0, 2)).differs("SS3 is not known"),
    case("the British set", "\x1b(A#a\x1b(B#", &["£a#"], (0, 3)).differs(SETS),
    case("the alternate sets", "\x1b(1a#\x1b(2q", &["a#─"], (0, 3)).differs(SETS),
    // Insertion, wrapping, repetition.
    case("IRM", "abc\x1b[1G\x1b[4hXY\x1b[4lZ", &["XYZbc"], (0, 3)),
    case(
        "IRM at the edge",
        "abcdefghijkl\x1b[11G\x1b[4hX",
        &["abcdefghijXk"],
        (0, 11),
    ),
    case(
        "IRM on the last column",
        "abcdefghijkl\x1b[12G\x1b[4hXY",
        &["abcdefghijkX»", "Y"],
        (1, 1),
    ),
    case(
        "IRM with a wide character",
        "abc\x1b[1G\x1b[4h日",
        &["日abc"],
        (0, 2),
    ),
    case(
        "IRM with a combining mark",
        "abc\x1b[1G\x1b[4he\u{301}",
        &["e\u{301}abc"],
        (0, 1),
    ),
    case(
        "IRM wraps",
        "abcdefghijkl\x1b[4hX",
        &["abcdefghijkl»", "X"],
        (1, 1),
    ),
    case(
        "IRM with line drawing",
        "abc\x1b[1G\x1b[4h\x1b(0qq",
        &["──abc"],
        (0, 2),
    ),
    case("LNM", "ab\x1b[20hc\nd", &["abc", "d"], (1, 1)).differs("LNM does nothing"),
    case(
        "LNM off",
        "ab\x1b[20h\x1b[20lc\nd",
        &["abc", "   d"],
        (1, 4),
    ),
    case(
        "DECAWM off",
        "\x1b[?7labcdefghijklmn",
        &["abcdefghijkn"],
        (0, 11),
    ),
    case(
        "DECAWM on again",
        "\x1b[?7labcdefghijklm\x1b[?7hno",
        &["abcdefghijkm»", "no"],
        (1, 2),
    ),
    case(
        "DECAWM off with IRM",
        "abcdefghijkl\x1b[?7l\x1b[4h\x1b[11GXY",
        &["abcdefghijXY"],
        (0, 11),
    ),
    case("REP", "ab\x1b[3b", &["abbbb"], (0, 5)),
    case("REP without a parameter", "ab\x1b[bX", &["abbX"], (0, 4)),
    case(
        "REP wraps",
        "abcdefghijk-\x1b[2b",
        &["abcdefghijk-»", "--"],
        (1, 2),
    ),
    case("REP of nothing", "\x1b[5bX", &["X"], (0, 1)),
    case(
        "REP of a wide character",
        "日\x1b[2bX",
        &["日日日X"],
        (0, 7),
    ),
    case("REP of a line", "\x1b(0q\x1b[3b\x1b(BX", &["────X"], (0, 5)),
    case(
        "REP with a style",
        "\x1b[31mab\x1b[2b",
        &["{fg1}abbb"],
        (0, 4),
    ),
];

#[test]
fn characters() {
    check(CASES);
}
