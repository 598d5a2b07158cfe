//! SGR in all its forms.

use super::{Case, case, check};

/// vt100 holds one of bold and dim, the last that was set.
const INTENSITY: &str = "bold and dim are not held together";

pub const CASES: &[Case] = &[
    case("bold", "\x1b[1ma\x1b[22mb", &["{bold}a{}b"], (0, 2)),
    case("dim", "\x1b[2ma\x1b[22mb", &["{dim}a{}b"], (0, 2)),
    case(
        "bold and dim",
        "\x1b[1;2ma\x1b[22mb",
        &["{bold dim}a{}b"],
        (0, 2),
    )
    .limit(INTENSITY),
    case("italic", "\x1b[3ma\x1b[23mb", &["{italic}a{}b"], (0, 2)),
    case(
        "underline",
        "\x1b[4ma\x1b[24mb",
        &["{underline}a{}b"],
        (0, 2),
    ),
    case("inverse", "\x1b[7ma\x1b[27mb", &["{inverse}a{}b"], (0, 2)),
    case(
        "blink, conceal, strike",
        "\x1b[5;6;8;9ma\x1b[25;28;29mb",
        &["ab"],
        (0, 2),
    ),
    case("SGR 21", "\x1b[21ma", &["{underline}a"], (0, 1)).differs("SGR 21 is not known"),
    case(
        "overline, frame",
        "\x1b[51;52;53ma\x1b[54;55mb",
        &["ab"],
        (0, 2),
    ),
    case(
        "all of them",
        "\x1b[1;2;3;4;7ma",
        &["{bold dim italic underline inverse}a"],
        (0, 1),
    )
    .limit(INTENSITY),
    case(
        "reset",
        "\x1b[1;3;4;7;31;44ma\x1b[0mb",
        &["{bold italic underline inverse fg1 bg4}a{}b"],
        (0, 2),
    ),
    case(
        "reset without a parameter",
        "\x1b[1ma\x1b[mb",
        &["{bold}a{}b"],
        (0, 2),
    ),
    case(
        "reset by an empty parameter",
        "\x1b[1ma\x1b[;31mb",
        &["{bold}a{fg1}b"],
        (0, 2),
    ),
    case(
        "an empty parameter at the end",
        "\x1b[31;ma",
        &["a"],
        (0, 1),
    ),
    case("leading zeros", "\x1b[01;031ma", &["{bold fg1}a"], (0, 1)),
    case(
        "an unknown number",
        "\x1b[1;73;108;31ma",
        &["{bold fg1}a"],
        (0, 1),
    ),
    // Underline styles are drawn as underlines.
    case(
        "underline 4:0",
        "\x1b[4ma\x1b[4:0mb",
        &["{underline}a{}b"],
        (0, 2),
    ),
    case(
        "underline 4:1",
        "\x1b[4:1ma\x1b[24mb",
        &["{underline}a{}b"],
        (0, 2),
    ),
    case(
        "underline 4:2",
        "\x1b[4:2ma\x1b[24mb",
        &["{underline}a{}b"],
        (0, 2),
    ),
    case(
        "underline 4:3",
        "\x1b[4:3ma\x1b[4:0mb",
        &["{underline}a{}b"],
        (0, 2),
    ),
    case(
        "underline 4:4",
        "\x1b[4:4ma\x1b[mb",
        &["{underline}a{}b"],
        (0, 2),
    ),
    case(
        "underline 4:5",
        "\x1b[4:5;31ma\x1b[24mb",
        &["{underline fg1}a{fg1}b"],
        (0, 2),
    ),
    case(
        "an underline's colour 58:2::",
        "\x1b[58:2::1:2:3;31ma",
        &["{fg1}a"],
        (0, 1),
    ),
    case(
        "an underline's colour 58:2:",
        "\x1b[58:2:1:2:3;31ma",
        &["{fg1}a"],
        (0, 1),
    ),
    case(
        "an underline's colour 58;2",
        "\x1b[58;2;1;2;3;31ma",
        &["{fg1}a"],
        (0, 1),
    ),
    case(
        "an underline's colour 58:5",
        "\x1b[58:5:4;31ma",
        &["{fg1}a"],
        (0, 1),
    ),
    case(
        "an underline's colour 58;5",
        "\x1b[58;5;4;31ma",
        &["{fg1}a"],
        (0, 1),
    ),
    case(
        "an underline's colour 59",
        "\x1b[4;58:5:4m\x1b[59;31ma",
        &["{underline fg1}a"],
        (0, 1),
    ),
    // Colours.
    case(
        "dark text",
        "\x1b[30ma\x1b[31mb\x1b[32mc\x1b[33md\x1b[34me\x1b[35mf\x1b[36mg\x1b[37mh\x1b[39mi",
        &["{fg0}a{fg1}b{fg2}c{fg3}d{fg4}e{fg5}f{fg6}g{fg7}h{}i"],
        (0, 9),
    ),
    case(
        "bright text",
        "\x1b[90ma\x1b[91mb\x1b[92mc\x1b[93md\x1b[94me\x1b[95mf\x1b[96mg\x1b[97mh\x1b[39mi",
        &["{fg8}a{fg9}b{fg10}c{fg11}d{fg12}e{fg13}f{fg14}g{fg15}h{}i"],
        (0, 9),
    ),
    case(
        "dark background",
        "\x1b[40ma\x1b[41mb\x1b[42mc\x1b[43md\x1b[44me\x1b[45mf\x1b[46mg\x1b[47mh\x1b[49mi",
        &["{bg0}a{bg1}b{bg2}c{bg3}d{bg4}e{bg5}f{bg6}g{bg7}h{}i"],
        (0, 9),
    ),
    case(
        "bright background",
        "\x1b[100ma\x1b[101mb\x1b[102mc\x1b[103md\x1b[104me\x1b[105mf\x1b[106mg\x1b[107mh\x1b[49mi",
        &["{bg8}a{bg9}b{bg10}c{bg11}d{bg12}e{bg13}f{bg14}g{bg15}h{}i"],
        (0, 9),
    ),
    case(
        "indexed 38;5",
        "\x1b[38;5;0ma\x1b[38;5;9mb\x1b[38;5;200mc\x1b[38;5;255md",
        &["{fg0}a{fg9}b{fg200}c{fg255}d"],
        (0, 4),
    ),
    case(
        "indexed 48;5",
        "\x1b[48;5;0ma\x1b[48;5;9mb\x1b[48;5;200mc",
        &["{bg0}a{bg9}b{bg200}c"],
        (0, 3),
    ),
    case(
        "indexed 38:5",
        "\x1b[38:5:200;1ma",
        &["{bold fg200}a"],
        (0, 1),
    ),
    case(
        "indexed 48:5",
        "\x1b[48:5:200;1ma",
        &["{bold bg200}a"],
        (0, 1),
    ),
    case(
        "direct 38;2",
        "\x1b[38;2;1;2;3;1ma",
        &["{bold fg#010203}a"],
        (0, 1),
    ),
    case(
        "direct 48;2",
        "\x1b[48;2;255;0;16;1ma",
        &["{bold bg#ff0010}a"],
        (0, 1),
    ),
    case(
        "direct 38:2::",
        "\x1b[38:2::1:2:3;1ma",
        &["{bold fg#010203}a"],
        (0, 1),
    ),
    case(
        "direct 48:2::",
        "\x1b[48:2::1:2:3;1ma",
        &["{bold bg#010203}a"],
        (0, 1),
    ),
    case(
        "direct 38:2 without a colour space",
        "\x1b[38:2:1:2:3;1ma",
        &["{bold fg#010203}a"],
        (0, 1),
    ),
    case(
        "direct 48:2 without a colour space",
        "\x1b[48:2:1:2:3;1ma",
        &["{bold bg#010203}a"],
        (0, 1),
    ),
    case(
        "direct 38:2 with a tolerance",
        "\x1b[38:2::1:2:3::0;1ma",
        &["{bold fg#010203}a"],
        (0, 1),
    ),
    case(
        "both grounds at once",
        "\x1b[38;5;3;48;2;1;2;3;4ma",
        &["{underline fg3 bg#010203}a"],
        (0, 1),
    ),
    case("a colour is cut off", "\x1b[1;38;5ma", &["{bold}a"], (0, 1)),
    case(
        "a direct colour is cut off",
        "\x1b[1;38;2;1;2ma",
        &["{bold}a"],
        (0, 1),
    ),
    case(
        "an index too large",
        "\x1b[1;38;5;256ma",
        &["{bold}a"],
        (0, 1),
    ),
    case(
        "inverse keeps the colours",
        "\x1b[31;44;7ma",
        &["{inverse fg1 bg4}a"],
        (0, 1),
    ),
    case(
        "bold keeps its colour",
        "\x1b[1;31ma",
        &["{bold fg1}a"],
        (0, 1),
    ),
    case(
        "many parameters",
        "\x1b[1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;31ma",
        &["{bold fg1}a"],
        (0, 1),
    ),
    case(
        "wide characters in a style",
        "\x1b[31m日\x1b[44m本",
        &["{fg1}日{fg1 bg4}本"],
        (0, 4),
    ),
    case(
        "a style goes over a wrap",
        "abcdefghijk\x1b[32mlm",
        &["abcdefghijk{fg2}l»", "{fg2}m"],
        (1, 1),
    ),
    case(
        "SGR with a private marker",
        "\x1b[?1m\x1b[>4;1ma",
        &["a"],
        (0, 1),
    ),
];

#[test]
fn styles() {
    check(CASES);
}
