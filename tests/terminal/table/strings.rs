//! Strings (OSC, DCS, APC, PM, SOS) leave no trace on the screen, and broken or unknown sequences
//! eat nothing that is not theirs.

use muxpect::terminal::Emulator;

use super::{Case, SIZE, bytes, case, check};
use crate::terminal::second::Second;

pub const CASES: &[Case] = &[
    case("a title", "a\x1b]0;title\x07b", &["ab"], (0, 2)),
    case("a title with ST", "a\x1b]2;title\x1b\\b", &["ab"], (0, 2)),
    case(
        "a title with semicolons",
        "a\x1b]2;one; two; three\x07b",
        &["ab"],
        (0, 2),
    ),
    case("a title in UTF-8", "a\x1b]2;日本 é\x07b", &["ab"], (0, 2)),
    case(
        "a title with broken UTF-8",
        "a\x1b]2;\u{9c}\u{85}\x07b",
        &["ab"],
        (0, 2),
    ),
    case("an icon's name", "a\x1b]1;name\x07b", &["ab"], (0, 2)),
    case(
        "title stack",
        "a\x1b[22;0t\x1b]0;x\x07\x1b[23;0tb",
        &["ab"],
        (0, 2),
    ),
    // tmux and screen take this for a title, and programs send it under their TERM.
    case(
        "a title as screen has it",
        "a\x1bktitle\x1b\\b",
        &["ab"],
        (0, 2),
    )
    .differs("ESC k is not known"),
    case(
        "a folder",
        "a\x1b]7;file://box/home/user\x1b\\b",
        &["ab"],
        (0, 2),
    ),
    case(
        "a link",
        "a\x1b]8;;http://example.org/;x\x1b\\b\x1b]8;;\x1b\\c",
        &["abc"],
        (0, 3),
    ),
    case(
        "a link with an id",
        "a\x1b]8;id=1;http://example.org\x07b\x1b]8;;\x07",
        &["ab"],
        (0, 2),
    ),
    case("a notice", "a\x1b]9;done; really\x07b", &["ab"], (0, 2)),
    case("progress", "a\x1b]9;4;1;50\x1b\\b", &["ab"], (0, 2)),
    case(
        "prompt marks",
        "\x1b]133;A\x07$ \x1b]133;B\x07ls\x1b]133;C\x07\x1b]133;D;0\x07",
        &["$ ls"],
        (0, 4),
    ),
    case("the clipboard", "a\x1b]52;c;aGVsbG8=\x07b", &["ab"], (0, 2)),
    case(
        "colours",
        "a\x1b]4;1;rgb:11/22/33\x07\x1b]10;#ffffff\x07\x1b]104\x07\x1b]110\x07b",
        &["ab"],
        (0, 2),
    ),
    case(
        "other makers' strings",
        "a\x1b]1337;File=:AAAA\x07\x1b]777;notify;a;b\x07\x1b]633;A\x07b",
        &["ab"],
        (0, 2),
    ),
    case("an empty string", "a\x1b]\x07\x1b]\x1b\\b", &["ab"], (0, 2)),
    case(
        "a string without a number",
        "a\x1b]hello\x07b",
        &["ab"],
        (0, 2),
    ),
    case(
        "a string that CAN ends",
        "a\x1b]2;title\x18b",
        &["ab"],
        (0, 2),
    ),
    case(
        "a string that a sequence ends",
        "a\x1b]2;title\x1b[3Cb",
        &["a   b"],
        (0, 5),
    ),
    case("a string that is not over", "a\x1b]2;title", &["a"], (0, 1)),
    case("DCS", "a\x1bP1;2|17/17\x1b\\b", &["ab"], (0, 2)),
    case(
        "DCS of sixel",
        "a\x1bPq#0;2;0;0;0#0~~@@vv@@~~@@~~$\x1b\\b",
        &["ab"],
        (0, 2),
    ),
    case(
        "DCS as tmux passes on",
        "a\x1bPtmux;\x1b\x1b]0;x\x07\x1b\\b",
        &["ab"],
        (0, 2),
    ),
    case("DCS that CAN ends", "a\x1bPabc\x18b", &["ab"], (0, 2)),
    case("DCS that SUB ends", "a\x1bPabc\x1ab", &["ab"], (0, 2)),
    case("DCS that is not over", "a\x1bP$qm", &["a"], (0, 1)),
    case(
        "BEL does not end DCS",
        "a\x1bPzabc\x07def\x1b\\b",
        &["ab"],
        (0, 2),
    ),
    case(
        "DCS with line breaks",
        "a\x1bPzab\r\ncd\x1b\\b",
        &["ab"],
        (0, 2),
    ),
    case("APC", "a\x1b_Gi=1,a=q;AAAA\x1b\\b", &["ab"], (0, 2)),
    case("PM", "a\x1b^private\x1b\\b", &["ab"], (0, 2)),
    case("SOS", "a\x1bXstring\x1b\\b", &["ab"], (0, 2)),
    case("APC in UTF-8", "a\x1b_日本\x1b\\b", &["ab"], (0, 2)),
    case("APC that CAN ends", "a\x1b_abc\x18b", &["ab"], (0, 2)),
    case(
        "APC that a sequence ends",
        "a\x1b_abc\x1b[3Cb",
        &["a   b"],
        (0, 5),
    ),
    // Sequences that are broken or unknown.
    case("CAN in a sequence", "a\x1b[3\x18b", &["ab"], (0, 2)),
    case("SUB in a sequence", "a\x1b[3\x1ab", &["ab"], (0, 2)),
    case("ESC in a sequence", "a\x1b[3\x1b[2Cb", &["a  b"], (0, 4)),
    case("ESC after ESC", "a\x1b\x1b\x1b[2Cb", &["a  b"], (0, 4)),
    case("CAN after ESC", "a\x1b\x18[b", &["a[b"], (0, 3)),
    case(
        "CR LF in a sequence",
        "a\x1b[2\r\nCb",
        &["a", "  b"],
        (1, 3),
    ),
    case("BS in a sequence", "abc\x1b[1\x08DX", &["aXc"], (0, 2)),
    case("CR after ESC", "abc\x1b\r[2CX", &["abX"], (0, 3)),
    case("DEL in a sequence", "a\x1b[2\x7fCb", &["a  b"], (0, 4)),
    case("NUL in a sequence", "a\x1b[\x002\0Cb", &["a  b"], (0, 4)),
    case(
        "a number too large",
        "a\x1b[99999999999Cb",
        &["a          b"],
        (0, 11),
    ),
    case(
        "an unknown final",
        "a\x1b[5zb\x1b[1;2yc\x1b[~d",
        &["abcd"],
        (0, 4),
    ),
    case(
        "unknown private markers",
        "a\x1b[<1;2Mb\x1b[=5Cc\x1b[>1Jd\x1b[?5Ae",
        &["abcde"],
        (0, 5),
    ),
    case(
        "unknown intermediates",
        "a\x1b[2 @b\x1b[1$}c\x1b[1'}d\x1b[1\"qe",
        &["abcde"],
        (0, 5),
    ),
    case("a marker in the wrong place", "a\x1b[1?hb", &["ab"], (0, 2)),
    case(
        "unknown escapes",
        "a\x1b%Gb\x1b Fc\x1b#3d\x1bge\x1b|f\x1b}g\x1b~h",
        &["abcdefgh"],
        (0, 8),
    ),
    case(
        "unknown character sets",
        "a\x1b-Ab\x1b.Ac\x1b/Ad",
        &["abcd"],
        (0, 4),
    ),
    case("ST alone", "a\x1b\\b", &["ab"], (0, 2)),
    case("text in UTF-8 in a sequence", "a\x1b[éCb", &["a b"], (0, 3)),
    case("a sequence that is not over", "a\x1b[3", &["a"], (0, 1)),
    case("ESC that is not over", "a\x1b", &["a"], (0, 1)),
    bytes(
        "C1 bytes are no strings",
        b"a\x9d2;t\x07b",
        &["a\u{fffd}2;tb"],
        (0, 6),
    )
    .differs("C1 bytes are dropped"),
    case("DECSCA is unknown", "a\x1b[1\"qb\x1b[?Kc", &["abc"], (0, 3)),
];

#[test]
fn strings_and_broken_sequences() {
    check(CASES);
}

#[test]
fn titles() {
    let cases = [
        ("\x1b]0;title\x07", "title"),
        ("\x1b]2;title\x1b\\", "title"),
        ("\x1b]1;icon\x07", ""),
        ("\x1b]2;one;two; three\x07", "one;two; three"),
        ("\x1b]2;日本 é\x07", "日本 é"),
        ("\x1b]2;first\x07\x1b]2;second\x07", "second"),
        ("\x1b]2;whole\x07\x1b]2;not over", "whole"),
        (
            "\x1b]2;first\x07\x1b[22;0t\x1b]2;second\x07\x1b[23;0t",
            "first",
        ),
        (
            "\x1b]2;title\x07\x1b]7;file:///tmp\x07\x1b]8;;x\x07\x1b]133;A\x07",
            "title",
        ),
    ];
    for (input, title) in cases {
        for most in [usize::MAX, 1] {
            let mut first = Emulator::new(SIZE, 100);
            let mut second = Second::new(SIZE);
            for piece in input.as_bytes().chunks(most) {
                first.feed(piece, &mut Vec::new());
                second.feed(piece);
            }
            assert_eq!(
                (first.title(), &*second.title()),
                (title, title),
                "{input:?}"
            );
        }
    }
}
