//! Moving the cursor: CUP and its kin, tabs, margins and origin mode.

use super::{Case, case, check};

/// alacritty_terminal moves through the margins of DECSTBM.
const MARGINS: &str = "cursor movements do not stop at margins";

/// Its origin mode adds the top margin to movements that are not absolute too.
const ORIGIN: &str = "origin mode moves the cursor down with each movement";

/// It marks the row that it leaves by a wrap, even if that row is blank.
const MARK: &str = "a blank row is marked as going on";

pub const CASES: &[Case] = &[
    case("CUP", "\x1b[3;5HX", &["", "", "    X"], (2, 5)),
    case("CUP without parameters", "ab\x1b[HX", &["Xb"], (0, 1)),
    case("CUP with zeros", "ab\x1b[0;0HX", &["Xb"], (0, 1)),
    case("CUP with a row alone", "ab\x1b[2HX", &["ab", "X"], (1, 1)),
    case("CUP with a column alone", "ab\x1b[;2HX", &["aX"], (0, 2)),
    case(
        "CUP beyond the screen",
        "\x1b[99;99HX",
        &["", "", "", "", "           X"],
        (4, 11),
    ),
    case("HVP", "\x1b[2;3fX", &["", "  X"], (1, 3)),
    case("CUU", "\x1b[4;4H\x1b[2AX", &["", "   X"], (1, 4)),
    case(
        "CUU without a parameter",
        "\x1b[4;4H\x1b[AX",
        &["", "", "   X"],
        (2, 4),
    ),
    case(
        "CUU with zero",
        "\x1b[4;4H\x1b[0AX",
        &["", "", "   X"],
        (2, 4),
    ),
    case("CUU at the top", "\x1b[2;4H\x1b[9AX", &["   X"], (0, 4)),
    case(
        "CUU at the top margin",
        "\x1b[2;4r\x1b[3;1H\x1b[9AX",
        &["", "X"],
        (1, 1),
    )
    .differs(MARGINS),
    case(
        "CUU above the margins",
        "\x1b[3;4r\x1b[2;1H\x1b[9AX",
        &["X"],
        (0, 1),
    ),
    case("CUD", "ab\x1b[2BX", &["ab", "", "  X"], (2, 3)),
    case(
        "CUD at the bottom",
        "ab\x1b[9BX",
        &["ab", "", "", "", "  X"],
        (4, 3),
    ),
    case(
        "CUD at the bottom margin",
        "\x1b[2;4r\x1b[3;1H\x1b[9BX",
        &["", "", "", "X"],
        (3, 1),
    )
    .differs(MARGINS),
    case(
        "CUD below the margins",
        "\x1b[2;3r\x1b[4;1H\x1b[9BX",
        &["", "", "", "", "X"],
        (4, 1),
    ),
    case("CUF", "a\x1b[3CX", &["a   X"], (0, 5)),
    case("CUF at the edge", "a\x1b[99CX", &["a          X"], (0, 11)),
    case("CUB", "abcd\x1b[2DX", &["abXd"], (0, 3)),
    case("CUB at the edge", "abcd\x1b[9DX", &["Xbcd"], (0, 1)),
    case("CNL", "ab\x1b[2EX", &["ab", "", "X"], (2, 1)),
    case("CPL", "\x1b[4;4H\x1b[2FX", &["", "X"], (1, 1)),
    case("CHA", "abcd\x1b[2GX", &["aXcd"], (0, 2)),
    case("HPA", "abcd\x1b[2`X", &["aXcd"], (0, 2)),
    case("HPR", "a\x1b[3aX", &["a   X"], (0, 5)),
    case("VPA", "ab\x1b[3dX", &["ab", "", "  X"], (2, 3)),
    case("VPR", "ab\x1b[2eX", &["ab", "", "  X"], (2, 3)),
    case(
        "VPR at the bottom",
        "ab\x1b[9eX",
        &["ab", "", "", "", "  X"],
        (4, 3),
    ),
    case("CR", "abcd\rX", &["Xbcd"], (0, 1)),
    case("BS", "abcd\x08X", &["abcX"], (0, 4)),
    case("BS at the edge", "a\x08\x08\x08X", &["X"], (0, 1)),
    case("LF", "ab\nX", &["ab", "  X"], (1, 3)),
    case("VT", "ab\x0bX", &["ab", "  X"], (1, 3)),
    case("FF", "ab\x0cX", &["ab", "  X"], (1, 3)),
    case("IND", "ab\x1bDX", &["ab", "  X"], (1, 3)),
    case("NEL", "ab\x1bEX", &["ab", "X"], (1, 1)),
    case("RI", "ab\r\ncd\x1bMX", &["abX", "cd"], (0, 3)),
    // A full row: the cursor stays on its last cell until the next character comes.
    case("a pending wrap", "abcdefghijkl", &["abcdefghijkl"], (0, 11)),
    case("a wrap", "abcdefghijklX", &["abcdefghijkl»", "X"], (1, 1)),
    case(
        "CR at a pending wrap",
        "abcdefghijkl\rX",
        &["Xbcdefghijkl"],
        (0, 1),
    ),
    case(
        "CR LF at a pending wrap",
        "abcdefghijkl\r\nX",
        &["abcdefghijkl", "X"],
        (1, 1),
    ),
    case(
        "BS at a pending wrap",
        "abcdefghijkl\x08X",
        &["abcdefghijXl"],
        (0, 11),
    ),
    case(
        "CUB at a pending wrap",
        "abcdefghijkl\x1b[DX",
        &["abcdefghijXl"],
        (0, 11),
    ),
    case(
        "CUF at a pending wrap",
        "abcdefghijkl\x1b[CX",
        &["abcdefghijkX"],
        (0, 11),
    ),
    case(
        "CUU at a pending wrap",
        "\r\nabcdefghijkl\x1b[AX",
        &["           X", "abcdefghijkl"],
        (0, 11),
    ),
    case(
        "CUD at a pending wrap",
        "abcdefghijkl\x1b[BX",
        &["abcdefghijkl", "           X"],
        (1, 11),
    ),
    case(
        "VPA at a pending wrap",
        "abcdefghijkl\x1b[2dX",
        &["abcdefghijkl", "           X"],
        (1, 11),
    ),
    case(
        "VPR at a pending wrap",
        "abcdefghijkl\x1b[eX",
        &["abcdefghijkl", "           X"],
        (1, 11),
    ),
    case(
        "CHA at a pending wrap",
        "abcdefghijkl\x1b[12GX",
        &["abcdefghijkX"],
        (0, 11),
    ),
    // As in tmux, whose TERM programs see; in xterm a line feed ends the wrap.
    case(
        "LF at a pending wrap",
        "abcdefghijkl\nX",
        &["abcdefghijkl", "", "X"],
        (2, 1),
    )
    .differs(MARK),
    case(
        "IND at a pending wrap",
        "abcdefghijkl\x1bDX",
        &["abcdefghijkl", "", "X"],
        (2, 1),
    )
    .differs(MARK),
    case(
        "NEL at a pending wrap",
        "abcdefghijkl\x1bEX",
        &["abcdefghijkl", "X"],
        (1, 1),
    ),
    case(
        "RI at a pending wrap",
        "\r\nabcdefghijkl\x1bMX",
        &["           X", "abcdefghijkl"],
        (0, 11),
    )
    .differs("RI keeps a pending wrap"),
    case(
        "SGR at a pending wrap",
        "abcdefghijkl\x1b[mX",
        &["abcdefghijkl»", "X"],
        (1, 1),
    ),
    // Tabs.
    case("HT", "a\tX", &["a       X"], (0, 9)),
    case("HT on a stop", "abcdefgh\tX", &["abcdefgh   X"], (0, 11)),
    case(
        "HT at the edge",
        "abcdefghijk\t\tX",
        &["abcdefghijkX"],
        (0, 11),
    ),
    case(
        "HT draws nothing",
        "abcdefghijkl\r\tX",
        &["abcdefghXjkl"],
        (0, 9),
    ),
    case(
        "HT at a pending wrap",
        "abcdefghijkl\tX",
        &["abcdefghijkl»", "X"],
        (1, 1),
    ),
    case("CHT", "\x1b[2IX", &["           X"], (0, 11)),
    case(
        "CHT without a parameter",
        "a\x1b[IX",
        &["a       X"],
        (0, 9),
    ),
    case("CBT", "\x1b[12G\x1b[ZX", &["        X"], (0, 9)),
    case("CBT twice", "\x1b[12G\x1b[2ZX", &["X"], (0, 1)),
    case("CBT at the edge", "ab\x1b[9ZX", &["Xb"], (0, 1)),
    case(
        "CBT at a pending wrap",
        "abcdefghijkl\x1b[ZX",
        &["abcdefghXjkl"],
        (0, 9),
    )
    .differs("CBT keeps a pending wrap"),
    case("CBT without stops", "ab\x1b[3g\x1b[ZX", &["Xb"], (0, 1))
        .differs("CBT stays where no stop is left"),
    case("HTS", "\x1b[4G\x1bH\r\tX", &["   X"], (0, 4)),
    case(
        "HTS on the last column",
        "\x1b[12G\x1bH\r\t\tX",
        &["           X"],
        (0, 11),
    ),
    case("TBC here", "\x1b[9G\x1b[g\r\tX", &["           X"], (0, 11)),
    case(
        "TBC everywhere",
        "\x1b[4G\x1bH\x1b[3g\r\tX",
        &["           X"],
        (0, 11),
    ),
    case(
        "TBC elsewhere",
        "\x1b[5G\x1b[g\r\tX",
        &["        X"],
        (0, 9),
    ),
    case(
        "CBT over own stops",
        "\x1b[4G\x1bH\x1b[8G\x1b[ZX",
        &["   X"],
        (0, 4),
    ),
    case(
        "CHT over own stops",
        "\x1b[4G\x1bH\r\x1b[2IX",
        &["        X"],
        (0, 9),
    ),
    case("DECST8C", "\x1b[3g\x1b[?5W\r\tX", &["        X"], (0, 9)).differs("DECST8C is not known"),
    // Margins and origin mode.
    case("DECSTBM homes", "ab\x1b[2;4rX", &["Xb"], (0, 1)),
    case("DECSTBM of one row", "ab\x1b[3;3rX", &["abX"], (0, 3)),
    case("DECSTBM upside down", "ab\x1b[4;2rX", &["abX"], (0, 3)),
    case(
        "DECSTBM beyond the screen",
        "a\r\nb\x1b[2;99r\x1b[5;1H\nX",
        &["a", "", "", "", "X"],
        (4, 1),
    ),
    case(
        "DECSTBM reset",
        "a\x1b[2;4r\x1b[r\x1b[5;1H\nX",
        &["", "", "", "", "X"],
        (4, 1),
    ),
    case("DECOM homes", "ab\x1b[2;4r\x1b[?6hX", &["ab", "X"], (1, 1)),
    case(
        "DECOM and CUP",
        "\x1b[2;4r\x1b[?6h\x1b[2;3HX",
        &["", "", "  X"],
        (2, 3),
    ),
    case(
        "DECOM and CUP beyond the margin",
        "\x1b[2;4r\x1b[?6h\x1b[9;3HX",
        &["", "", "", "  X"],
        (3, 3),
    ),
    case(
        "DECOM and VPA",
        "\x1b[2;4r\x1b[?6h\x1b[2dX",
        &["", "", "X"],
        (2, 1),
    ),
    case(
        "DECOM and CHA",
        "\x1b[2;4r\x1b[?6h\x1b[2;3H\x1b[1GX",
        &["", "", "X"],
        (2, 1),
    )
    .differs(ORIGIN),
    case(
        "DECOM and CUU",
        "\x1b[2;4r\x1b[?6h\x1b[3;1H\x1b[AX",
        &["", "", "X"],
        (2, 1),
    )
    .differs(ORIGIN),
    case(
        "DECOM and CUD",
        "\x1b[2;4r\x1b[?6h\x1b[BX",
        &["", "", "X"],
        (2, 1),
    )
    .differs(ORIGIN),
    case(
        "DECOM and DECSTBM",
        "\x1b[?6h\x1b[2;4rX",
        &["", "X"],
        (1, 1),
    ),
    case(
        "DECOM off",
        "\x1b[2;4r\x1b[?6h\x1b[3;3H\x1b[?6lX",
        &["X"],
        (0, 1),
    )
    .differs("leaving origin mode does not home"),
];

#[test]
fn cursor_movements() {
    check(CASES);
}
