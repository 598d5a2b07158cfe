//! Moving rows: line feeds at the edges, SU, SD, IL, DL, with margins and with a background.

use super::{Case, case, check};

pub const CASES: &[Case] = &[
    case(
        "LF at the bottom",
        "a\r\nb\r\nc\r\nd\r\ne\r\nf",
        &["b", "c", "d", "e", "f"],
        (4, 1),
    ),
    case(
        "a wrap at the bottom",
        "a\r\nb\r\nc\r\nd\r\nabcdefghijklX",
        &["b", "c", "d", "abcdefghijkl»", "X"],
        (4, 1),
    ),
    case(
        "LF at the bottom margin",
        "a\r\nb\r\nc\r\nd\r\ne\x1b[2;4r\x1b[4;1H\nX",
        &["a", "c", "d", "X", "e"],
        (3, 1),
    ),
    case(
        "LF below the margins",
        "a\r\nb\r\nc\r\nd\r\ne\x1b[2;3r\x1b[5;1H\nX",
        &["a", "b", "c", "d", "X"],
        (4, 1),
    ),
    case(
        "LF above the margins",
        "a\r\nb\r\nc\x1b[3;4r\x1b[1;1H\nX",
        &["a", "X", "c"],
        (1, 1),
    ),
    case(
        "a wrap at the bottom margin",
        "a\r\nb\r\nc\r\nd\r\ne\x1b[2;4r\x1b[4;1HabcdefghijklX",
        &["a", "c", "abcdefghijkl»", "X", "e"],
        (3, 1),
    ),
    case(
        "IND at the bottom margin",
        "a\r\nb\r\nc\r\nd\r\ne\x1b[2;4r\x1b[4;2H\x1bDX",
        &["a", "c", "d", " X", "e"],
        (3, 2),
    ),
    case(
        "NEL at the bottom margin",
        "a\r\nb\r\nc\r\nd\r\ne\x1b[2;4r\x1b[4;2H\x1bEX",
        &["a", "c", "d", "X", "e"],
        (3, 1),
    ),
    case(
        "RI at the top",
        "a\r\nb\r\nc\r\nd\r\ne\x1b[H\x1bMX",
        &["X", "a", "b", "c", "d"],
        (0, 1),
    ),
    case(
        "RI at the top margin",
        "a\r\nb\r\nc\r\nd\r\ne\x1b[2;4r\x1b[2;1H\x1bMX",
        &["a", "X", "b", "c", "e"],
        (1, 1),
    ),
    case(
        "RI above the margins",
        "a\r\nb\r\nc\x1b[2;4r\x1b[1;1H\x1bMX",
        &["X", "b", "c"],
        (0, 1),
    ),
    case(
        "SU",
        "a\r\nb\r\nc\r\nd\r\ne\x1b[2S",
        &["c", "d", "e"],
        (4, 1),
    ),
    case(
        "SU without a parameter",
        "a\r\nb\r\nc\r\nd\r\ne\x1b[S",
        &["b", "c", "d", "e"],
        (4, 1),
    ),
    case(
        "SU of more than all",
        "a\r\nb\r\nc\r\nd\r\ne\x1b[99SX",
        &["", "", "", "", " X"],
        (4, 2),
    ),
    case(
        "SU between margins",
        "a\r\nb\r\nc\r\nd\r\ne\x1b[2;4r\x1b[S",
        &["a", "c", "d", "", "e"],
        (0, 0),
    ),
    case(
        "SU keeps a pending wrap",
        "a\r\nabcdefghijkl\x1b[SX",
        &["abcdefghijkl", "", "X"],
        (2, 1),
    )
    .differs("a blank row is marked as going on"),
    case(
        "SD",
        "a\r\nb\r\nc\r\nd\r\ne\x1b[2T",
        &["", "", "a", "b", "c"],
        (4, 1),
    ),
    case(
        "SD of more than all",
        "a\r\nb\r\nc\r\nd\r\ne\x1b[99TX",
        &["", "", "", "", " X"],
        (4, 2),
    ),
    case(
        "SD between margins",
        "a\r\nb\r\nc\r\nd\r\ne\x1b[2;4r\x1b[T",
        &["a", "", "b", "c", "e"],
        (0, 0),
    ),
    case(
        "SD as ECMA-48 has it",
        "a\r\nb\x1b[^",
        &["", "a", "b"],
        (1, 1),
    )
    .differs("CSI ^ is not known"),
    case(
        "IL",
        "a\r\nb\r\nc\r\nd\r\ne\x1b[2;1H\x1b[2LX",
        &["a", "X", "", "b", "c"],
        (1, 1),
    ),
    case(
        "IL of more than all",
        "a\r\nb\r\nc\x1b[2;1H\x1b[99LX",
        &["a", "X"],
        (1, 1),
    ),
    case(
        "IL between margins",
        "a\r\nb\r\nc\r\nd\r\ne\x1b[2;4r\x1b[3;1H\x1b[LX",
        &["a", "b", "X", "c", "e"],
        (2, 1),
    ),
    case(
        "IL outside of the margins",
        "a\r\nb\r\nc\r\nd\r\ne\x1b[2;4r\x1b[1;1H\x1b[LX",
        &["X", "b", "c", "d", "e"],
        (0, 1),
    ),
    case(
        "DL",
        "a\r\nb\r\nc\r\nd\r\ne\x1b[2;1H\x1b[2MX",
        &["a", "X", "e"],
        (1, 1),
    ),
    case(
        "DL of more than all",
        "a\r\nb\r\nc\x1b[2;1H\x1b[99MX",
        &["a", "X"],
        (1, 1),
    ),
    case(
        "DL between margins",
        "a\r\nb\r\nc\r\nd\r\ne\x1b[2;4r\x1b[3;1H\x1b[MX",
        &["a", "b", "X", "", "e"],
        (2, 1),
    ),
    case(
        "DL outside of the margins",
        "a\r\nb\r\nc\r\nd\r\ne\x1b[2;4r\x1b[5;1H\x1b[MX",
        &["a", "b", "c", "d", "X"],
        (4, 1),
    ),
    // New rows have the background, and nothing else of the style (BCE).
    case(
        "BCE of LF",
        "a\x1b[5;1H\x1b[1;4;7;31;44m\n",
        &["", "", "", "", "{bg4}            "],
        (4, 0),
    ),
    case(
        "BCE of LF between margins",
        "a\x1b[2;4r\x1b[4;1H\x1b[44m\n",
        &["a", "", "", "{bg4}            "],
        (3, 0),
    ),
    case(
        "BCE of a wrap",
        "\x1b[5;1H\x1b[44mabcdefghijklX",
        &["", "", "", "{bg4}abcdefghijkl»", "{bg4}X           "],
        (4, 1),
    ),
    case(
        "BCE of RI",
        "a\x1b[H\x1b[44m\x1bM",
        &["{bg4}            ", "a"],
        (0, 0),
    ),
    case(
        "BCE of RI between margins",
        "a\r\nb\x1b[2;4r\x1b[2;1H\x1b[44m\x1bM",
        &["a", "{bg4}            ", "b"],
        (1, 0),
    ),
    case(
        "BCE of NEL",
        "\x1b[5;1H\x1b[44m\x1bE",
        &["", "", "", "", "{bg4}            "],
        (4, 0),
    ),
    case(
        "BCE of SU",
        "a\r\nb\x1b[44m\x1b[S",
        &["b", "", "", "", "{bg4}            "],
        (1, 1),
    ),
    case(
        "BCE of SD",
        "a\r\nb\x1b[44m\x1b[T",
        &["{bg4}            ", "a", "b"],
        (1, 1),
    ),
    case(
        "BCE of IL",
        "a\r\nb\x1b[44m\x1b[1;1H\x1b[L",
        &["{bg4}            ", "a", "b"],
        (0, 0),
    ),
    case(
        "BCE of IL between margins",
        "a\r\nb\r\nc\r\nd\x1b[1;3r\x1b[44m\x1b[2H\x1b[L",
        &["a", "{bg4}            ", "b", "d"],
        (1, 0),
    ),
    case(
        "BCE of DL",
        "a\r\nb\x1b[44m\x1b[1;1H\x1b[M",
        &["b", "", "", "", "{bg4}            "],
        (0, 0),
    ),
    case(
        "BCE of DL between margins",
        "a\r\nb\r\nc\r\nd\x1b[1;3r\x1b[44m\x1b[2H\x1b[M",
        &["a", "c", "{bg4}            ", "d"],
        (1, 0),
    ),
    case(
        "BCE with a direct colour",
        "\x1b[48;2;1;2;3m\x1b[S",
        &["", "", "", "", "{bg#010203}            "],
        (0, 0),
    ),
    case(
        "inverse is no background of new rows",
        "\x1b[5;1H\x1b[7m\n\x1b[mX",
        &["", "", "", "", "X"],
        (4, 1),
    ),
];

#[test]
fn scrolling() {
    check(CASES);
}
