//! Random output looks the same on both emulators.
//!
//! Owns the generator. It leaves out what the tables name as known differences: its sequences
//! are those that programs send all the time, in orders that nobody has thought of.

use muxpect::{geometry::Size, terminal::Emulator};
use proptest::prelude::*;

use super::{second::Second, seen::Seen};

const SIZE: Size = Size { rows: 6, cols: 14 };

/// Text, and line breaks. A line feed is sent with its CR: alone it may come at a pending wrap.
fn text(wide: bool) -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "[a-z ]{1,20}",
        2 => "[äßж→─é]{1,6}",
        if wide { 4 } else { 0 } => "[日本語]{1,4}",
        1 => "[a-z]\u{301}",
        4 => Just("\r\n".to_owned()),
        1 => Just("\r".to_owned()),
        1 => Just("\x08".to_owned()),
        1 => Just("\x1b(0lqk\x1b(B".to_owned()),
        1 => ("[a-z]", 0u16..20).prop_map(|(letter, count)| format!("{letter}\x1b[{count}b")),
    ]
}

/// SGR. Bold and dim are not mixed (vt100 holds one of them), nor is SGR 21 used.
fn style() -> impl Strategy<Value = String> {
    let number = prop_oneof![
        Just("0".to_owned()),
        Just("1".to_owned()),
        Just("3".to_owned()),
        Just("4".to_owned()),
        Just("4:3".to_owned()),
        Just("7".to_owned()),
        (22u8..28).prop_map(|number| number.to_string()),
        (30u8..38).prop_map(|number| number.to_string()),
        (39u8..48).prop_map(|number| number.to_string()),
        Just("49".to_owned()),
        (90u8..98).prop_map(|number| number.to_string()),
        (100u8..108).prop_map(|number| number.to_string()),
        any::<u8>().prop_map(|index| format!("38;5;{index}")),
        any::<u8>().prop_map(|index| format!("48;5;{index}")),
        any::<[u8; 3]>().prop_map(|[r, g, b]| format!("38;2;{r};{g};{b}")),
        any::<[u8; 3]>().prop_map(|[r, g, b]| format!("48:2::{r}:{g}:{b}")),
        any::<u8>().prop_map(|index| format!("58;5;{index}")),
    ]
    .prop_filter("38 alone takes what follows", |number| number != "38");
    proptest::collection::vec(number, 0..4)
        .prop_map(|numbers| format!("\x1b[{}m", numbers.join(";")))
}

/// Movements. CUU and its kin come without margins, at which they stop in muxpect
/// and xterm alone. The cursor is saved without
/// a pending wrap, which muxpect cannot restore where the row has been erased since.
fn movement() -> impl Strategy<Value = String> {
    let anywhere = (0u16..9, 0u16..18);
    prop_oneof![
        6 => anywhere.prop_map(|(row, col)| format!("\x1b[{row};{col}H")),
        1 => (0u16..18).prop_map(|count| format!("\x1b[{count}C")),
        1 => (0u16..18).prop_map(|count| format!("\x1b[{count}D")),
        1 => (0u16..18).prop_map(|col| format!("\x1b[{col}G")),
        1 => (0u16..9).prop_map(|row| format!("\x1b[{row}d")),
        1 => place().prop_map(|place| format!("{place}\x1b7")),
        1 => Just("\x1b8".to_owned()),
        1 => Just("\x1bE".to_owned()),
        1 => (place(), 0u16..9, "[ABEF]").prop_map(|(place, count, last)| {
            format!("\x1b[r{place}\x1b[{count}{last}")
        }),
    ]
}

/// Changes of parts of rows, at a place without a pending wrap. Counts stay within the row: beyond
/// it DCH of alacritty_terminal deletes to the left of the cursor. ED 1 is left out, which spares
/// its first row.
fn shift() -> impl Strategy<Value = String> {
    let change = prop_oneof![
        (0u16..3).prop_map(|count| format!("\x1b[{count}P")),
        (0u16..3).prop_map(|count| format!("\x1b[{count}@")),
        (0u16..3).prop_map(|count| format!("\x1b[{count}X")),
        Just("\x1b[K".to_owned()),
        Just("\x1b[1K".to_owned()),
        Just("\x1b[J".to_owned()),
        Just("\x1b[4hx\x1b[4l".to_owned()),
    ];
    (place(), change).prop_map(|(place, change)| format!("{place}{change}"))
}

/// Changes of whole rows, what moves them, and tabs, at a place without a pending wrap.
fn roll() -> impl Strategy<Value = String> {
    let change = prop_oneof![
        Just("\x1b[2K".to_owned()),
        Just("\x1b[2J".to_owned()),
        Just("\x1b[3J".to_owned()),
        (0u16..4).prop_map(|count| format!("\x1b[{count}L")),
        (0u16..4).prop_map(|count| format!("\x1b[{count}M")),
        (0u16..4).prop_map(|count| format!("\x1b[{count}S")),
        (0u16..4).prop_map(|count| format!("\x1b[{count}T")),
        Just("\x1bM".to_owned()),
        Just("\x1bD".to_owned()),
        Just("\t".to_owned()),
        (0u16..4).prop_map(|count| format!("\x1b[{count}I")),
        (0u16..4).prop_map(|count| format!("\x1b[{count}Z")),
        Just("\x1bH".to_owned()),
        // Where the first column is no stop, CBT of alacritty_terminal does not reach it.
        Just("\x1b[9G\x1b[g".to_owned()),
    ];
    (place(), change).prop_map(|(place, change)| format!("{place}{change}"))
}

fn place() -> impl Strategy<Value = String> {
    (1u16..7, 1u16..12).prop_map(|(row, col)| format!("\x1b[{row};{col}H"))
}

/// Modes and resets. A pending wrap is not carried to the other screen, since vt100 has none behind
/// a blank.
fn mode() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => (1u16..5, 1u16..4).prop_map(|(top, more)| format!("\x1b[{top};{}r", top + more)),
        2 => Just("\x1b[r".to_owned()),
        2 => Just("\r\x1b[?1049h".to_owned()),
        2 => Just("\x1b[?1049l".to_owned()),
        1 => Just("\x1b[?7lwithout wrapping\x1b[?7h\r".to_owned()),
        1 => Just("\x1b[?25l".to_owned()),
        1 => Just("\x1b[?25h".to_owned()),
        1 => Just("\x1bc".to_owned()),
        1 => Just("\x1b]0;title\x07".to_owned()),
    ]
}

/// Pieces of output, either with wide characters or with styles and changes of parts of rows:
/// alacritty_terminal leaves halves of wide characters there, and vt100 gives the half that is left
/// when the other is overwritten another style.
fn output() -> impl Strategy<Value = Vec<String>> {
    any::<bool>().prop_flat_map(|wide| {
        let piece = prop_oneof![
            6 => text(wide),
            if wide { 0 } else { 3 } => style(),
            4 => movement(),
            if wide { 0 } else { 4 } => shift(),
            3 => roll(),
            1 => mode(),
        ];
        proptest::collection::vec(piece, 0..40)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_output_looks_the_same(pieces in output()) {
        let mut first = Emulator::new(SIZE, 100);
        let mut second = Second::new(SIZE);
        for (index, piece) in pieces.iter().enumerate() {
            first.feed(piece.as_bytes(), &mut Vec::new());
            second.feed(piece.as_bytes());
            let ours = Seen::of(first.screen()).without_wraps();
            let theirs = second.seen().without_wraps();
            prop_assert!(
                ours == theirs,
                "after {:?}\nours   {:#?} {:?}\nsecond {:#?} {:?}",
                pieces[..=index].concat(),
                ours.notation(),
                ours.cursor,
                theirs.notation(),
                theirs.cursor
            );
        }
    }
}
