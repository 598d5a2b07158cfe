//! Erasing, inserting and deleting in rows: ED, EL, ECH, ICH, DCH, with a background and with wide
//! characters.

use super::{Case, case, check};

/// In alacritty_terminal the cursor is on the last column then, but for EL. (In xterm too, where
/// erasing ends the wrap.)
const PENDING: &str = "the last character is erased";

pub const CASES: &[Case] = &[
    case(
        "ED below",
        "aaaa\r\nbbbb\r\ncccc\r\ndddd\x1b[2;3H\x1b[J",
        &["aaaa", "bb"],
        (1, 2),
    ),
    case(
        "ED above",
        "aaaa\r\nbbbb\r\ncccc\r\ndddd\x1b[3;2H\x1b[1J",
        &["", "", "  cc", "dddd"],
        (2, 1),
    ),
    case(
        "ED above in the second row",
        "aaaa\r\nbbbb\x1b[2;2H\x1b[1J",
        &["", "  bb"],
        (1, 1),
    )
    .differs("ED 1 in the second row leaves the first"),
    case("ED all", "aaaa\r\nbbbb\x1b[1;3H\x1b[2JX", &["  X"], (0, 3)),
    case(
        "ED of history",
        "aaaa\r\nbbbb\x1b[1;3H\x1b[3JX",
        &["aaXa", "bbbb"],
        (0, 3),
    ),
    case("ED of an unknown kind", "aaaa\x1b[7JX", &["aaaaX"], (0, 5)),
    case("EL right", "abcdef\x1b[3G\x1b[K", &["ab"], (0, 2)),
    case("EL left", "abcdef\x1b[3G\x1b[1K", &["   def"], (0, 2)),
    case("EL all", "abcdef\x1b[3G\x1b[2KX", &["  X"], (0, 3)),
    case(
        "EL of an unknown kind",
        "abcdef\x1b[3G\x1b[7KX",
        &["abXdef"],
        (0, 3),
    ),
    case(
        "EL left at a pending wrap",
        "abcdefghijkl\x1b[1K",
        &[],
        (0, 11),
    ),
    case(
        "EL all at a pending wrap",
        "abcdefghijkl\x1b[2K",
        &[],
        (0, 11),
    ),
    // At a pending wrap the cursor is past the last column, as in tmux, whose TERM programs see.
    case(
        "ED below at a pending wrap",
        "abcdefghijkl\x1b[JX",
        &["abcdefghijkl»", "X"],
        (1, 1),
    )
    .differs(PENDING),
    case(
        "EL right at a pending wrap",
        "abcdefghijkl\x1b[KX",
        &["abcdefghijkl»", "X"],
        (1, 1),
    ),
    case(
        "ECH at a pending wrap",
        "abcdefghijkl\x1b[XX",
        &["abcdefghijkl»", "X"],
        (1, 1),
    )
    .differs(PENDING),
    case(
        "ICH at a pending wrap",
        "abcdefghijkl\x1b[@X",
        &["abcdefghijkl»", "X"],
        (1, 1),
    )
    .differs(PENDING),
    case(
        "DCH at a pending wrap",
        "abcdefghijkl\x1b[PX",
        &["abcdefghijkl»", "X"],
        (1, 1),
    )
    .differs(PENDING),
    case(
        "EL ends a wrapped line",
        "abcdefghijklmn\x1b[1;3H\x1b[K",
        &["ab", "mn"],
        (0, 2),
    ),
    case("ECH", "abcdef\x1b[3G\x1b[2X", &["ab  ef"], (0, 2)),
    case(
        "ECH without a parameter",
        "abcdef\x1b[3G\x1b[X",
        &["ab def"],
        (0, 2),
    ),
    case(
        "ECH at the edge",
        "abcdefghijkl\x1b[11G\x1b[9X",
        &["abcdefghij"],
        (0, 10),
    ),
    case("ICH", "abcdef\x1b[3G\x1b[2@", &["ab  cdef"], (0, 2)),
    case(
        "ICH without a parameter",
        "abcdef\x1b[3G\x1b[@X",
        &["abXcdef"],
        (0, 3),
    ),
    case(
        "ICH over the edge",
        "abcdefghijkl\x1b[3G\x1b[2@",
        &["ab  cdefghij"],
        (0, 2),
    ),
    case(
        "ICH of more than the row",
        "abcdefghijkl\x1b[3G\x1b[99@",
        &["ab"],
        (0, 2),
    ),
    case("DCH", "abcdef\x1b[3G\x1b[2P", &["abef"], (0, 2)),
    case(
        "DCH without a parameter",
        "abcdef\x1b[3G\x1b[PX",
        &["abXef"],
        (0, 3),
    ),
    case(
        "DCH of a full row",
        "abcdefghijkl\x1b[3G\x1b[2P",
        &["abefghijkl"],
        (0, 2),
    ),
    case(
        "DCH of more than the row",
        "abcdefghijkl\x1b[3G\x1b[99P",
        &["ab"],
        (0, 2),
    )
    .differs("DCH beyond the row deletes the whole row"),
    // Erased cells have the background, and nothing else of the style (BCE).
    case(
        "BCE of ED below",
        "\r\nab\x1b[4;44m\x1b[J",
        &[
            "",
            "ab{bg4}          ",
            "{bg4}            ",
            "{bg4}            ",
            "{bg4}            ",
        ],
        (1, 2),
    ),
    case(
        "BCE of ED above",
        "\r\n\r\nab\x1b[44m\x1b[1J",
        &["{bg4}            ", "{bg4}            ", "{bg4}   "],
        (2, 2),
    ),
    case(
        "BCE of ED all",
        "ab\x1b[44m\x1b[2J",
        &[
            "{bg4}            ",
            "{bg4}            ",
            "{bg4}            ",
            "{bg4}            ",
            "{bg4}            ",
        ],
        (0, 2),
    ),
    case(
        "BCE of EL right",
        "ab\x1b[7;44m\x1b[K",
        &["ab{bg4}          "],
        (0, 2),
    ),
    case(
        "BCE of EL left",
        "abcd\x1b[44m\x1b[2G\x1b[1K",
        &["{bg4}  {}cd"],
        (0, 1),
    ),
    case(
        "BCE of EL all",
        "abcd\x1b[44m\x1b[2K",
        &["{bg4}            "],
        (0, 4),
    ),
    case(
        "BCE of ECH",
        "abcd\x1b[4;44m\x1b[2G\x1b[2X",
        &["a{bg4}  {}d"],
        (0, 1),
    ),
    case(
        "BCE of ICH",
        "abcd\x1b[7;44m\x1b[2G\x1b[2@",
        &["a{bg4}  {}bcd"],
        (0, 1),
    ),
    case(
        "BCE of DCH",
        "abcd\x1b[4;44m\x1b[2G\x1b[2P",
        &["ad        {bg4}  "],
        (0, 1),
    ),
    case(
        "erasing after inverse",
        "ab\x1b[7m\x1b[K\x1b[1;5HX",
        &["ab  {inverse}X"],
        (0, 5),
    ),
    case(
        "erasing after underline",
        "ab\x1b[4m\x1b[K\x1b[1;5HX",
        &["ab  {underline}X"],
        (0, 5),
    ),
    case(
        "blanks that were written are underlined",
        "ab\x1b[4m  \x1b[mX",
        &["ab{underline}  {}X"],
        (0, 5),
    ),
    case(
        "tabs draw no background",
        "\x1b[44ma\tb",
        &["{bg4}a{}       {bg4}b"],
        (0, 9),
    ),
    // Half of a wide character cannot stay.
    case("writing on the first half", "日本\rX", &["X 本"], (0, 1)),
    case(
        "writing on the second half",
        "日本\x1b[2GX",
        &[" X本"],
        (0, 2),
    ),
    case(
        "the second half keeps its style",
        "本\r\x1b[4ma",
        &["{underline}a"],
        (0, 1),
    )
    .limit("vt100 gives the half that is left the style of what is written"),
    case(
        "the first half keeps its style",
        "\x1b[44m本\x1b[m\x1b[2Ga",
        &["{bg4} {}a"],
        (0, 2),
    ),
    case(
        "a wide character on two halves",
        "日本\x1b[2G字",
        &[" 字"],
        (0, 3),
    ),
    case(
        "EL on the second half",
        "日本\x1b[4G\x1b[K",
        &["日"],
        (0, 3),
    )
    .differs("a half of a wide character stays"),
    case(
        "EL left on the first half",
        "日本\x1b[3G\x1b[1K",
        &[],
        (0, 2),
    ),
    case(
        "ECH on the first half",
        "日本\x1b[1G\x1b[X",
        &["  本"],
        (0, 0),
    ),
    case(
        "ECH on the second half",
        "日本\x1b[2G\x1b[X",
        &["  本"],
        (0, 1),
    )
    .differs("a half of a wide character stays"),
    case(
        "DCH of the first half",
        "日本\x1b[1G\x1b[P",
        &[" 本"],
        (0, 0),
    ),
    case(
        "ICH within a wide character",
        "日本\x1b[2G\x1b[@",
        &["   本"],
        (0, 1),
    )
    .differs("a half of a wide character stays"),
    case(
        "ICH pushes half over the edge",
        "abcdefghij日\x1b[1G\x1b[@",
        &[" abcdefghij"],
        (0, 0),
    )
    .differs("a half of a wide character stays"),
];

#[test]
fn erasing_and_inserting() {
    check(CASES);
}
