//! What is answered to queries. The answers never move the cursor.

use super::{Case, case, check};

/// Terminals say who they are.
const IDENTITY: &str = "it is another terminal";

/// Queries that the second opinion does not answer itself.
const SILENT: &str = "it does not answer";

pub const CASES: &[Case] = &[
    case("DSR", "a\x1b[5nb", &["ab"], (0, 2)).replies("\x1b[0n"),
    case("CPR", "a\x1b[2;3H\x1b[6n", &["a"], (1, 2)).replies("\x1b[2;3R"),
    case(
        "CPR at a pending wrap",
        "abcdefghijkl\x1b[6n",
        &["abcdefghijkl"],
        (0, 11),
    )
    .replies("\x1b[1;12R"),
    case(
        "CPR in origin mode",
        "\x1b[2;4r\x1b[?6h\x1b[2;3H\x1b[6n",
        &[],
        (2, 2),
    )
    .replies("\x1b[2;3R")
    .differs("CPR in origin mode counts from the top"),
    case("unknown reports", "a\x1b[4nb\x1b[999n", &["ab"], (0, 2)),
    case("DA1", "\x1b[c", &[], (0, 0))
        .replies("\x1b[?62;22c")
        .differs(IDENTITY),
    case("DA1 with zero", "\x1b[0c", &[], (0, 0))
        .replies("\x1b[?62;22c")
        .differs(IDENTITY),
    case("DA2", "\x1b[>c", &[], (0, 0))
        .replies("\x1b[>1;10;0c")
        .differs(IDENTITY),
    case("an unknown DA1", "\x1b[1ca", &["a"], (0, 1)),
    case("XTVERSION", "\x1b[>q", &[], (0, 0))
        .replies(concat!(
            "\x1bP>|muxpect(",
            env!("CARGO_PKG_VERSION"),
            ")\x1b\\"
        ))
        .differs(IDENTITY),
    case(
        "DECRQM of DECAWM",
        "\x1b[?7$p\x1b[?7l\x1b[?7$p",
        &[],
        (0, 0),
    )
    .replies("\x1b[?7;1$y\x1b[?7;2$y"),
    case(
        "DECRQM of DECCKM",
        "\x1b[?1$p\x1b[?1h\x1b[?1$p",
        &[],
        (0, 0),
    )
    .replies("\x1b[?1;2$y\x1b[?1;1$y"),
    case("DECRQM of DECOM", "\x1b[?6$p\x1b[?6h\x1b[?6$p", &[], (0, 0))
        .replies("\x1b[?6;2$y\x1b[?6;1$y"),
    case(
        "DECRQM of DECTCEM",
        "\x1b[?25$p\x1b[?25l\x1b[?25$p\x1b[?25h",
        &[],
        (0, 0),
    )
    .replies("\x1b[?25;1$y\x1b[?25;2$y"),
    case(
        "DECRQM of the alternate screen",
        "\x1b[?1049$p\x1b[?1049h\x1b[?1049$p",
        &[],
        (0, 0),
    )
    .replies("\x1b[?1049;2$y\x1b[?1049;1$y"),
    case(
        "DECRQM of bracketed paste",
        "\x1b[?2004$p\x1b[?2004h\x1b[?2004$p",
        &[],
        (0, 0),
    )
    .replies("\x1b[?2004;2$y\x1b[?2004;1$y"),
    case(
        "DECRQM of focus",
        "\x1b[?1004$p\x1b[?1004h\x1b[?1004$p",
        &[],
        (0, 0),
    )
    .replies("\x1b[?1004;2$y\x1b[?1004;1$y"),
    case(
        "DECRQM of the mouse",
        "\x1b[?1000h\x1b[?1002h\x1b[?1000$p\x1b[?1002$p\x1b[?1003$p",
        &[],
        (0, 0),
    )
    .replies("\x1b[?1000;2$y\x1b[?1002;1$y\x1b[?1003;2$y"),
    case(
        "DECRQM of the mouse's encoding",
        "\x1b[?1006h\x1b[?1006$p\x1b[?1005$p",
        &[],
        (0, 0),
    )
    .replies("\x1b[?1006;1$y\x1b[?1005;2$y"),
    case(
        "DECRQM of synchronized updates",
        "\x1b[?2026$p",
        &[],
        (0, 0),
    )
    .replies("\x1b[?2026;2$y"),
    case(
        "DECRQM of alternate scroll",
        "\x1b[?1007$p\x1b[?1007l\x1b[?1007$p",
        &[],
        (0, 0),
    )
    .replies("\x1b[?1007;1$y\x1b[?1007;2$y"),
    case(
        "DECRQM of IRM and LNM",
        "\x1b[4$p\x1b[4h\x1b[4$p\x1b[20$p\x1b[20h\x1b[20$p",
        &[],
        (0, 0),
    )
    .replies("\x1b[4;2$y\x1b[4;1$y\x1b[20;2$y\x1b[20;1$y"),
    case(
        "DECRQM of unknown modes",
        "\x1b[?9999$p\x1b[999$p",
        &[],
        (0, 0),
    )
    .replies("\x1b[?9999;0$y\x1b[999;0$y"),
    case("kitty's flags, none", "\x1b[?u", &[], (0, 0)).replies("\x1b[?0u"),
    case(
        "kitty's flags, pushed and popped",
        "\x1b[>1u\x1b[?u\x1b[<u\x1b[?u",
        &[],
        (0, 0),
    )
    .replies("\x1b[?1u\x1b[?0u"),
    case(
        "kitty's flags, set",
        "\x1b[=1u\x1b[?u\x1b[=1;3u\x1b[?u",
        &[],
        (0, 0),
    )
    .replies("\x1b[?1u\x1b[?0u")
    .differs("flags that were not pushed are not told"),
    case(
        "kitty's flags of each screen",
        "\x1b[>1u\x1b[?1049h\x1b[?u\x1b[?1049l\x1b[?u",
        &[],
        (0, 0),
    )
    .replies("\x1b[?0u\x1b[?1u"),
    case("the size in characters", "\x1b[18t", &[], (0, 0)).replies("\x1b[8;5;12t"),
    case("kitty's other flags", "\x1b[>31u\x1b[?u", &[], (0, 0))
        .replies("\x1b[?1u")
        .differs("it has all flags"),
    // What the second opinion leaves to its window, or does not answer.
    case("DA3", "\x1b[=c", &[], (0, 0))
        .replies("\x1bP!|00000000\x1b\\")
        .differs(SILENT),
    case("DECXCPR", "\x1b[2;3H\x1b[?6n", &[], (1, 2))
        .replies("\x1b[?2;3R")
        .differs(SILENT),
    case("the colour scheme", "\x1b[?996n", &[], (0, 0))
        .replies("\x1b[?997;1n")
        .differs(SILENT),
    case(
        "modifyOtherKeys is asked for",
        "\x1b[?4m\x1b[>4;2m\x1b[?4m",
        &[],
        (0, 0),
    )
    .replies("\x1b[>4;0m\x1b[>4;2m")
    .differs(SILENT),
    case("the size of the screen", "\x1b[19t", &[], (0, 0))
        .replies("\x1b[9;5;12t")
        .differs(SILENT),
    case("OSC 10", "\x1b]10;?\x07", &[], (0, 0))
        .replies("\x1b]10;rgb:cccc/cccc/cccc\x07")
        .differs(SILENT),
    case("OSC 11", "\x1b]11;?\x1b\\", &[], (0, 0))
        .replies("\x1b]11;rgb:0000/0000/0000\x1b\\")
        .differs(SILENT),
    case("OSC 10 and 11 at once", "\x1b]10;?;?\x07", &[], (0, 0))
        .replies("\x1b]10;rgb:cccc/cccc/cccc\x07\x1b]11;rgb:0000/0000/0000\x07")
        .differs(SILENT),
    case("OSC 4", "\x1b]4;1;?;231;?\x07", &[], (0, 0))
        .replies("\x1b]4;1;rgb:cdcd/0000/0000\x07\x1b]4;231;rgb:ffff/ffff/ffff\x07")
        .differs(SILENT),
    case("DECRQSS of SGR", "\x1b[1;31m\x1bP$qm\x1b\\", &[], (0, 0))
        .replies("\x1bP1$r0;1;31m\x1b\\")
        .differs(SILENT),
    case("DECRQSS of margins", "\x1b[2;4r\x1bP$qr\x1b\\", &[], (0, 0))
        .replies("\x1bP1$r2;4r\x1b\\")
        .differs(SILENT),
    case(
        "DECRQSS of the cursor's form",
        "\x1b[4 q\x1bP$q q\x1b\\",
        &[],
        (0, 0),
    )
    .replies("\x1bP1$r4 q\x1b\\")
    .differs(SILENT),
    case("DECRQSS of something else", "\x1bP$q\"q\x1b\\", &[], (0, 0))
        .replies("\x1bP0$r\x1b\\")
        .differs(SILENT),
    case("XTGETTCAP", "\x1bP+q436f\x1b\\", &[], (0, 0))
        .replies("\x1bP1+r436F=323536\x1b\\")
        .differs(SILENT),
    case(
        "XTGETTCAP of something else",
        "\x1bP+q544e\x1b\\",
        &[],
        (0, 0),
    )
    .replies("\x1bP0+r\x1b\\")
    .differs(SILENT),
    case("queries cut by others", "\x1b[6\x1b[5n", &[], (0, 0)).replies("\x1b[0n"),
    case(
        "queries in strings",
        "\x1b]2;\x1b[5n\x1b_\x1b[6n",
        &[],
        (0, 0),
    )
    .replies("\x1b[0n\x1b[1;1R"),
];

#[test]
fn replies() {
    check(CASES);
}
