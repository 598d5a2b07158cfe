//! How the terminal's modes stand, in words, for a person who looks into a pane.
//!
//! Owns the words; what the modes do is in `modes`, `grid` and `charset`.

use super::{Emulator, charset::Charsets, modes::Modes};
use crate::{
    keys::{MouseEncoding, MouseMode},
    screen::CursorShape,
};

/// A mode, and how it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModeState {
    /// What it is, with the number that sets it.
    pub name: &'static str,
    /// How it stands.
    pub value: String,
    /// It stands as at the start of a program.
    pub usual: bool,
}

impl Emulator {
    /// Returns how the modes stand, those of input first.
    pub fn modes(&self) -> Vec<ModeState> {
        let (modes, usual, grid) = (&self.modes, Modes::default(), self.grid());
        let mut states = Vec::new();
        let mut state = |name, value: String, usual: bool| {
            states.push(ModeState { name, value, usual });
        };
        let on = |on: bool| if on { "on" } else { "off" }.to_owned();
        let keys = |on: bool| if on { "application" } else { "normal" }.to_owned();
        for (name, is) in [
            ("cursor keys (?1)", modes.application_cursor),
            ("keypad (ESC =)", modes.application_keypad),
        ] {
            state(name, keys(is), !is);
        }
        let flags = grid.kitty.last().copied().unwrap_or(0);
        let other = modes.modify_other_keys;
        state("kitty keyboard flags", flags.to_string(), flags == 0);
        state("modifyOtherKeys", other.to_string(), other == 0);
        let mouse = match modes.mouse {
            MouseMode::Off => "off",
            MouseMode::Press => "presses (?9)",
            MouseMode::PressRelease => "presses, releases (?1000)",
            MouseMode::Drag => "and drags (?1002)",
            MouseMode::Motion => "and all motion (?1003)",
        };
        state("mouse", mouse.to_owned(), modes.mouse == usual.mouse);
        let encoding = match modes.mouse_encoding {
            MouseEncoding::X10 => "X10",
            MouseEncoding::Utf8 => "UTF-8 (?1005)",
            MouseEncoding::Sgr => "SGR (?1006)",
            MouseEncoding::Urxvt => "urxvt (?1015)",
        };
        let is_usual = modes.mouse_encoding == usual.mouse_encoding;
        state("mouse encoding", encoding.to_owned(), is_usual);
        let alternate = self.alternate();
        state("alternate screen (?1049)", on(alternate), !alternate);
        for (name, is, usual) in [
            (
                "bracketed paste (?2004)",
                modes.bracketed_paste,
                usual.bracketed_paste,
            ),
            ("focus reports (?1004)", modes.focus, usual.focus),
            (
                "synchronized output (?2026)",
                modes.synchronized,
                usual.synchronized,
            ),
            (
                "wheel as arrows (?1007)",
                modes.alternate_scroll,
                usual.alternate_scroll,
            ),
            ("autowrap (?7)", modes.autowrap, usual.autowrap),
            ("origin (?6)", grid.origin, false),
            ("insert (4)", modes.insert, usual.insert),
            ("newline (20)", modes.newline, usual.newline),
            (
                "reverse video (?5)",
                modes.reverse_video,
                usual.reverse_video,
            ),
            (
                "colour scheme reports (?2031)",
                modes.color_scheme_reports,
                usual.color_scheme_reports,
            ),
            ("cursor shown (?25)", !modes.cursor_hidden, true),
        ] {
            state(name, on(is), is == usual);
        }
        let shape = match modes.cursor_shape {
            CursorShape::Default => "the terminal's own",
            CursorShape::BlinkingBlock => "blinking block",
            CursorShape::Block => "block",
            CursorShape::BlinkingUnderline => "blinking underline",
            CursorShape::Underline => "underline",
            CursorShape::BlinkingBar => "blinking bar",
            CursorShape::Bar => "bar",
        };
        let is_usual = modes.cursor_shape == usual.cursor_shape;
        state("cursor shape", shape.to_owned(), is_usual);
        let cursor = grid.cursor();
        let place = format!("row {}, column {}", cursor.row + 1, cursor.col + 1);
        state("cursor", place, true);
        let (first, last) = (grid.region.start() + 1, grid.region.end() + 1);
        let margins = format!("rows {first} to {last}");
        state("margins", margins, grid.full_region());
        let (set, name) = self.charsets.in_use();
        let is_usual = self.charsets == Charsets::default();
        state("character set", format!("G{set}, {name}"), is_usual);
        state("title", self.title.clone(), self.title.is_empty());
        states
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Size;

    #[test]
    fn what_a_program_sets_is_told() {
        let mut emulator = Emulator::new(Size::DEFAULT, 10);
        let usual = |emulator: &Emulator| emulator.modes().iter().all(|mode| mode.usual);
        assert!(usual(&emulator));
        emulator.feed(
            b"\x1b[?1h\x1b=\x1b[?1003;1006h\x1b[?1049h\x1b[?2004h\x1b[?7l\x1b[3;9r\x1b[?6h\x1b(0\
                \x1b[5 q\x1b]2;top\x07\x1b[>1u\x1b[4h\x1b[?25l",
            &mut Vec::new(),
        );
        let modes = emulator.modes();
        let told: Vec<String> = modes
            .iter()
            .filter(|mode| !mode.usual)
            .map(|mode| format!("{}: {}", mode.name, mode.value))
            .collect();
        assert_eq!(
            told,
            [
                "cursor keys (?1): application",
                "keypad (ESC =): application",
                "kitty keyboard flags: 1",
                "mouse: and all motion (?1003)",
                "mouse encoding: SGR (?1006)",
                "alternate screen (?1049): on",
                "bracketed paste (?2004): on",
                "autowrap (?7): off",
                "origin (?6): on",
                "insert (4): on",
                "cursor shown (?25): off",
                "cursor shape: blinking bar",
                "margins: rows 3 to 9",
                "character set: G0, line drawing",
                "title: top",
            ]
        );
        emulator.feed(b"\x1bc", &mut Vec::new());
        let left = emulator.modes();
        let left: Vec<&str> = left
            .iter()
            .filter(|mode| !mode.usual && mode.name != "title")
            .map(|mode| mode.name)
            .collect();
        assert!(left.is_empty(), "{left:?}");
    }
}
