//! Random output, sizes and logs for properties, and all that can be seen of an emulator.

use proptest::prelude::*;

use super::*;

/// Pieces of output: text of all kinds, controls, sequences, rubbish.
pub(super) fn output() -> impl Strategy<Value = Vec<u8>> {
    let number = prop_oneof![3 => 0u16..12, 1 => 0u16..2000];
    let csi = (
        prop_oneof![Just(""), Just("?"), Just(">"), Just("<"), Just("=")],
        proptest::collection::vec(number, 0..4),
        prop_oneof![4 => Just(""), 1 => Just(" "), 1 => Just("!"), 1 => Just("$")],
        0x40u8..0x7f,
    )
        .prop_map(|(private, numbers, intermediate, last)| {
            let numbers: Vec<String> = numbers.iter().map(u16::to_string).collect();
            let mut bytes =
                format!("\x1b[{private}{}{intermediate}", numbers.join(";")).into_bytes();
            bytes.push(last);
            bytes
        });
    let mode = prop_oneof![
        Just("4"),
        Just("20"),
        Just("?1"),
        Just("?3"),
        Just("?6"),
        Just("?7"),
        Just("?25"),
        Just("?47"),
        Just("?1047"),
        Just("?1048"),
        Just("?1049"),
        Just("?2004"),
    ];
    let mode = (mode, prop_oneof![Just('h'), Just('l')])
        .prop_map(|(mode, set)| format!("\x1b[{mode}{set}").into_bytes());
    let fixed = prop_oneof![
        Just("\r\n"),
        Just("\n"),
        Just("\r"),
        Just("\x08"),
        Just("\t"),
        Just("\x07"),
        Just("\x0e"),
        Just("\x0f"),
        Just("\x1b(0"),
        Just("\x1b(B"),
        Just("\x1b)0"),
        Just("\x1b7"),
        Just("\x1b8"),
        Just("\x1bD"),
        Just("\x1bE"),
        Just("\x1bM"),
        Just("\x1bH"),
        Just("\x1bc"),
        Just("\x1b#8"),
        Just("\x1b[H\x1b[2J"),
        Just("\x1b[K"),
        Just("\x1b[6n"),
        Just("\x1b]2;a;b\x07"),
        Just("\x1b]2;é\x1b\\"),
        Just("\x1bPq#0\x1b\\"),
        Just("\x1b["),
        Just("\x1b"),
        Just("\x18"),
        Just("\x1b[31m"),
        Just("\x1b[44;1m"),
        Just("\x1b[48;5;200m"),
        Just("\x1b[49m"),
        Just("\x1b*0"),
        Just("\x1bn"),
        Just("\x1bN"),
        Just("\x1b(A"),
        Just("\x1b]133;A\x07"),
        Just("\x1b]133;D;1\x07"),
        Just("\x1b]7;file:///tmp\x07"),
        Just("\x1b]9;done\x07"),
        Just("\x1b[22t"),
        Just("\x1b[23t"),
        Just("\x1b[0m"),
        Just("\x1b[7m"),
        Just("\x1b[4:3m"),
    ];
    let text = prop_oneof![
        4 => "[a-z ]{1,24}",
        1 => "[a-zé漢字─│\u{301}\u{fe0f}❤👍\u{200d}\u{fffd}]{1,12}",
    ];
    let piece = prop_oneof![
        4 => text.prop_map(String::into_bytes),
        4 => fixed.prop_map(|text| text.as_bytes().to_vec()),
        3 => csi,
        1 => mode,
        1 => proptest::collection::vec(any::<u8>(), 1..6),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// Queries of all kinds, well formed and not, between styles and modes that they ask about.
pub(super) fn queries() -> impl Strategy<Value = Vec<u8>> {
    let text = || "[ -~é\u{9b}\u{202e}]{0,8}";
    let asked = prop_oneof![
        Just("$qm"),
        Just("$qr"),
        Just("$q q"),
        Just("$q\"p"),
        Just("+q544e"),
        Just("+q436F"),
        Just("+q524742;436f"),
        Just("+q"),
        Just("$q"),
        Just(">q"),
    ];
    let end = prop_oneof![3 => Just("\x1b\\"), 1 => Just("\x07"), 1 => Just("\x18"), 1 => Just("")];
    let dcs = (asked, text(), end.clone(), any::<bool>()).prop_map(|(asked, text, end, whole)| {
        format!("\x1bP{asked}{}{end}", if whole { "" } else { &text })
    });
    let osc = (0u16..20, "([0-9]{1,4};)?", "[?a-z;]{0,6}", text(), end).prop_map(
        |(number, index, wish, text, end)| format!("\x1b]{number};{index}{wish}{text}{end}"),
    );
    let osc = prop_oneof![
        3 => osc,
        1 => (0u16..300).prop_map(|index| format!("\x1b]4;{index};?\x07")),
    ];
    let csi = prop_oneof![
        Just("\x1b[c"),
        Just("\x1b[>c"),
        Just("\x1b[=c"),
        Just("\x1b[6n"),
        Just("\x1b[?6n"),
        Just("\x1b[?996n"),
        Just("\x1b[?4m"),
        Just("\x1b[>4;1m"),
        Just("\x1b[18t"),
        Just("\x1b[19t"),
        Just("\x1b[21t"),
        Just("\x1b[?2026h"),
        Just("\x1b[?2026$p"),
        Just("\x1b[2;4r"),
        Just("\x1b[5 q"),
        Just("\x1b[1;38;5;77;48;2;1;2;3m"),
        Just("\x1b[91;100m"),
        Just("\x1b[4:3;7m"),
        Just("\x1b]2;evil\x07"),
    ];
    let mode = (any::<bool>(), 0u16..2050)
        .prop_map(|(private, mode)| format!("\x1b[{}{mode}$p", if private { "?" } else { "" }));
    let piece = prop_oneof![dcs, osc, csi.prop_map(str::to_owned), mode];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat().into_bytes())
}

/// Ordinary output: lines and styles, no cursor movement.
pub(super) fn log() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-z ]{1,30}",
        1 => "[a-zé漢字👍]{1,12}",
        3 => Just("\r\n".to_owned()),
        1 => Just("\x1b[31m".to_owned()),
        1 => Just("\x1b[44;1m".to_owned()),
        1 => Just("\x1b[m".to_owned()),
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// A line as floods have them, now and then one that ends the flood.
pub(super) fn flood_line() -> impl Strategy<Value = Vec<u8>> {
    let text = prop_oneof![
        6 => "[a-z ]{0,30}",
        1 => "[a-z ]{0,100}",
        1 => "[a-z 漢]{0,60}",
        1 => "[a-z]{0,9}(\x1b\\[(31|1|4|)m\x1b\\[K[a-z]{0,9}\x1b\\[m\x1b\\[K ?){1,3}",
        2 => "[a-z ]{0,9}(\t{1,2}[a-z ]{0,9}){1,3}",
        2 => "[a-z]{0,4} (\x1b\\[(31|44|7|0|1|)m[a-zé─ ]{0,9} ?){1,3}",
        2 => "[a-z 漢👍]{0,8}",
        1 => "(\x1b\\[(31|44|7|0|1|)m)?[a-zé漢字\u{301}\u{fe0f}\u{17d8}\u{fffd} \t]{0,12}",
        1 => "([a-z]\u{301}|漢\u{308}?| ){0,9}(\x1b\\[(44|)m)?( |é|a\u{327}|\u{301})?",
        2 => "[a-z]{0,9}(\x1b\\[(42|48;5;9|0;45|31)m[a-z ]{0,30}\x1b\\[(0|49|1;49|)m){1,2}[a-z]{0,3}",
        1 => "[a-z]{0,9}(\x1b\\[(44|1|)m[a-z ]{0,30}\x1b\\[m(\x1b\\[K)?[a-z漢]{0,9}){1,3}",
    ];
    let end = prop_oneof![60 => Just("\r\n"), 1 => Just("\n"), 1 => Just("\t漢\r\n"), 4 => Just("\r\r\n")];
    (text, end).prop_map(|(text, end)| (text + end).into_bytes())
}

pub(super) fn size() -> impl Strategy<Value = Size> {
    (1u16..12, 1u16..24).prop_map(|(rows, cols)| Size { rows, cols })
}

/// A size in which vt100 can note a wrap and draw any character.
pub(super) fn roomy_size() -> impl Strategy<Value = Size> {
    (2u16..12, 2u16..24).prop_map(|(rows, cols)| Size { rows, cols })
}

/// Everything that can be seen of an emulator.
#[derive(Debug, PartialEq)]
pub(super) struct Seen {
    screen: Screen,
    history: Vec<Row>,
    lines: usize,
    prompt: Prompt,
    modes: InputModes,
    marks: Vec<MarkedPrompt>,
}

pub(super) fn seen(emulator: &mut Emulator) -> Seen {
    Seen {
        screen: Screen {
            generation: 0,
            ..emulator.screen().clone()
        },
        history: emulator.history_tail(usize::MAX),
        lines: emulator.history_lines(),
        prompt: emulator.prompt(),
        modes: emulator.input_modes(),
        marks: emulator.marked_prompts().collect(),
    }
}

pub(super) fn no_failure(emulator: &mut Emulator) -> Result<(), TestCaseError> {
    prop_assert!(!emulator.screen().text().contains("[muxpect"));
    Ok(())
}

/// The text of history and screen, by logical lines, without trailing blank ones.
pub(super) fn all_text(emulator: &mut Emulator) -> String {
    let mut rows = emulator.history_tail(usize::MAX);
    rows.extend(emulator.screen().rows.clone());
    let mut text = String::new();
    for row in rows {
        text.push_str(&row.text());
        if !row.wrapped {
            text.truncate(text.trim_end_matches(' ').len());
            text.push('\n');
        }
    }
    text.truncate(text.trim_end().len());
    text
}
