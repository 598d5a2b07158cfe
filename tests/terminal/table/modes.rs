//! Saved cursors, resets, the alternate screen and modes without a trace.

use super::{Case, case, check};

/// alacritty_terminal knows no other way to its alternate screen than ?1049.
const ALTERNATE: &str = "?47, ?1047 and ?1048 are not known";

/// It has no soft reset.
const DECSTR: &str = "DECSTR is not known";

pub const CASES: &[Case] = &[
    case(
        "DECSC and DECRC",
        "ab\x1b7\x1b[3;3Hc\x1b8X",
        &["abX", "", "  c"],
        (0, 3),
    ),
    case("DECRC twice", "ab\x1b7cd\x1b8e\x1b8X", &["abXd"], (0, 3)),
    case("DECRC without DECSC", "ab\x1b[2;2H\x1b8X", &["Xb"], (0, 1)),
    case(
        "DECRC of a style",
        "\x1b[1;31m\x1b7\x1b[0;4ma\x1b8b",
        &["{bold fg1}b"],
        (0, 1),
    ),
    case(
        "DECRC of a pending wrap",
        "abcdefghijkl\x1b7\x1b[2;2H\x1b8X",
        &["abcdefghijkl»", "X"],
        (1, 1),
    ),
    case(
        "DECRC of line drawing",
        "\x1b(0\x1b7\x1b(Bq\x1b8q",
        &["─"],
        (0, 1),
    ),
    case(
        "DECRC of a shift",
        "\x1b)0\x0e\x1b7\x0fa\x1b8q",
        &["─"],
        (0, 1),
    )
    .differs("the shift is not saved"),
    case(
        "DECRC of origin mode",
        "\x1b[2;4r\x1b[?6h\x1b7\x1b[?6l\x1b8\x1b[2;1HX",
        &["", "", "X"],
        (2, 1),
    )
    .differs("origin mode is not saved"),
    case(
        "CSI s and CSI u",
        "ab\x1b[s\x1b[3;3Hc\x1b[uX",
        &["abX", "", "  c"],
        (0, 3),
    ),
    case(
        "?1048",
        "ab\x1b[?1048h\x1b[3;3Hc\x1b[?1048lX",
        &["abX", "", "  c"],
        (0, 3),
    )
    .differs(ALTERNATE),
    case(
        "RIS",
        "ab\x1b[31;1m\x1b[2;3r\x1b[4h\x1b(0\x1bcX",
        &["X"],
        (0, 1),
    ),
    case("RIS of tabs", "\x1b[3g\x1bc\tX", &["        X"], (0, 9)),
    case(
        "RIS of origin mode",
        "\x1b[2;4r\x1b[?6h\x1bcX",
        &["X"],
        (0, 1),
    ),
    case(
        "RIS of wrapping",
        "\x1b[?7l\x1bcabcdefghijklX",
        &["abcdefghijkl»", "X"],
        (1, 1),
    ),
    case(
        "RIS on the alternate screen",
        "ab\x1b[?1049hcd\x1bcX",
        &["X"],
        (0, 1),
    ),
    case(
        "RIS of the saved cursor",
        "\x1b[3;3H\x1b7\x1bc\x1b[2;2H\x1b8X",
        &["X"],
        (0, 1),
    ),
    case("RIS shows the cursor", "\x1b[?25l\x1bcX", &["X"], (0, 1)),
    case("DECSTR of a style", "\x1b[31;1m\x1b[!pX", &["X"], (0, 1)).differs(DECSTR),
    case(
        "DECSTR of margins",
        "ab\x1b[2;3r\x1b[!p\x1b[5;1H\nX",
        &["", "", "", "", "X"],
        (4, 1),
    )
    .differs(DECSTR),
    case(
        "DECSTR of origin mode",
        "\x1b[2;4r\x1b[?6h\x1b[!p\x1b[1;1HX",
        &["X"],
        (0, 1),
    )
    .differs(DECSTR),
    case(
        "DECSTR of insertion",
        "ab\x1b[4h\x1b[!p\x1b[1GX",
        &["Xb"],
        (0, 1),
    )
    .differs(DECSTR),
    case("DECSTR of line drawing", "\x1b(0q\x1b[!pq", &["─q"], (0, 2)).differs(DECSTR),
    case(
        "DECSTR of the saved cursor",
        "\x1b[3;3H\x1b7\x1b[!p\x1b8X",
        &["X"],
        (0, 1),
    )
    .differs(DECSTR),
    case(
        "DECSTR leaves the screen",
        "ab\x1b[2;2Hc\x1b[!pX",
        &["ab", " cX"],
        (1, 3),
    ),
    case(
        "DECALN",
        "ab\x1b[8;5m\x1b#8",
        &[
            "EEEEEEEEEEEE",
            "EEEEEEEEEEEE",
            "EEEEEEEEEEEE",
            "EEEEEEEEEEEE",
            "EEEEEEEEEEEE",
        ],
        (0, 0),
    )
    .differs("DECALN does not home"),
    case(
        "DECALN of margins",
        "\x1b[2;3r\x1b[?6h\x1b#8\x1b[2J\x1b[3;1H\nX",
        &["", "", "", "X"],
        (3, 1),
    )
    .differs("DECALN keeps margins"),
    // The alternate screen.
    case("?1049", "ab\x1b[?1049hcd", &["  cd"], (0, 4)),
    case(
        "?1049 and back",
        "ab\x1b[?1049h\x1b[3;3Hcd\x1b[?1049lX",
        &["abX"],
        (0, 3),
    ),
    case(
        "?1049 twice",
        "ab\x1b[?1049h\x1b[Hcd\x1b[?1049hef",
        &["cdef"],
        (0, 4),
    ),
    case(
        "?1049 twice back",
        "ab\x1b[?1049h\x1b[?1049l\x1b[3;3H\x1b[?1049lX",
        &["ab", "", "  X"],
        (2, 3),
    ),
    case(
        "?1049 forgets its screen",
        "\x1b[?1049hab\x1b[?1049l\x1b[?1049hX",
        &["X"],
        (0, 1),
    ),
    case(
        "?1049 with a style",
        "\x1b[31mab\x1b[?1049hcd\x1b[1m\x1b[?1049lX",
        &["{fg1}abX"],
        (0, 3),
    ),
    case("?47", "ab\x1b[?47hcd", &["  cd"], (0, 4)).differs(ALTERNATE),
    case(
        "?47 and back",
        "ab\x1b[?47hcd\x1b[2;2H\x1b[?47lX",
        &["ab", " X"],
        (1, 2),
    )
    .differs(ALTERNATE),
    case("?1047", "ab\x1b[?1047hcd", &["  cd"], (0, 4)).differs(ALTERNATE),
    case(
        "?1047 and back",
        "ab\x1b[?1047hcd\x1b[2;2H\x1b[?1047lX",
        &["ab", " X"],
        (1, 2),
    )
    .differs(ALTERNATE),
    case(
        "margins of both screens",
        "\x1b[3;4r\x1b[?1049h\x1b[2;1Ha\x1b[1;1H\x1b[L",
        &["", "a"],
        (0, 0),
    ),
    case(
        "DECRC of a pending wrap in an erased row",
        "abcdefghijkl\x1b7\x1b[1;1H\x1b[L\x1b8X",
        &["            »", "Xbcdefghijkl"],
        (1, 1),
    )
    .limit("vt100 has a pending wrap behind a character alone"),
    case(
        "?3 without ?40",
        "ab\x1b[?3;4lcd\x1b[?3hef",
        &["abcdef"],
        (0, 6),
    )
    .differs("?40 is not known"),
    case(
        "?3 after ?40",
        "ab\x1b[2;3r\x1b[?40h\x1b[?3hcd\x1b[3;1H\nX",
        &["cd", "", "", "X"],
        (3, 1),
    ),
    case(
        "margins on the alternate screen",
        "a\r\nb\x1b[?1049h\x1b[2;3r\x1b[3;1Hc\r\nd",
        &["", "c", "d"],
        (2, 1),
    ),
    case(
        "a background at ?1049",
        "\x1b[44m\x1b[?1049h\x1b[1;2HX\x1b[mY\x1b[J",
        &["{bg4} X{}Y"],
        (0, 3),
    ),
    case(
        "the saved cursor of the alternate screen",
        "ab\x1b7\x1b[?1049h\x1b8X",
        &["X"],
        (0, 1),
    ),
    // Modes without a trace on the screen, several at once, and unknown ones.
    case("DECTCEM", "a\x1b[?25lb", &["ab"], (0, 2)),
    case("DECTCEM back", "a\x1b[?25l\x1b[?25hb", &["ab"], (0, 2)),
    case(
        "modes of input",
        "a\x1b[?1h\x1b=\x1b[?2004h\x1b[?1004h\x1b[?1000;1002;1003;1006hb\x1b>\x1b[?1l",
        &["ab"],
        (0, 2),
    ),
    case(
        "several modes",
        "\x1b[?7;25;1l\x1b[?25habcdefghijklm",
        &["abcdefghijkm"],
        (0, 11),
    ),
    case(
        "unknown modes",
        "a\x1b[?9999h\x1b[999h\x1b[?8452lb",
        &["ab"],
        (0, 2),
    ),
    case(
        "synchronized updates",
        "a\x1b[?2026hb\x1b[?2026lc",
        &["abc"],
        (0, 3),
    ),
    case(
        "kitty's flags",
        "a\x1b[>1ub\x1b[=1;1uc\x1b[<ud",
        &["abcd"],
        (0, 4),
    ),
    case("modifyOtherKeys", "a\x1b[>4;2mb\x1b[>4mc", &["abc"], (0, 3)),
    case("the cursor's form", "a\x1b[3 qb\x1b[ qc", &["abc"], (0, 3)),
    case(
        "saved modes",
        "a\x1b[?1;7;25sb\x1b[?1;7;25rc",
        &["abc"],
        (0, 3),
    ),
];

#[test]
fn modes() {
    check(CASES);
}
