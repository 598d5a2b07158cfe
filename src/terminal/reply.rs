//! Answers to a program's queries.
//!
//! Owns the whole grammar of what the terminal ever types back: fixed forms with numbers in
//! them. Nothing that a program or a person wrote is ever part of an answer.

use super::{Emulator, TerminalEvent, collect::Csi};

/// What OSC 10 and OSC 11 answer: light grey on black.
const FOREGROUND: &str = "cccc/cccc/cccc";
const BACKGROUND: &str = "0000/0000/0000";

impl Emulator {
    fn reply(&mut self, text: String) {
        self.pending.push(TerminalEvent::Reply(text.into_bytes()));
    }

    /// Answers a control sequence if it is a query.
    pub(super) fn answer(&mut self, csi: Csi<'_>) {
        let first = csi.number(0);
        match (csi.private, csi.intermediates, csi.last) {
            // DA1: VT220 with colour.
            (0, b"", b'c') if first == 0 => self.reply("\x1b[?62;22c".to_owned()),
            // DA2: VT220, no firmware.
            (b'>', b"", b'c') if first == 0 => self.reply("\x1b[>1;10;0c".to_owned()),
            (0, b"", b'n') if first == 5 => self.reply("\x1b[0n".to_owned()),
            (0, b"", b'n') if first == 6 => {
                let grid = self.grid();
                let cursor = grid.cursor();
                let top = if grid.origin { *grid.region.start() } else { 0 };
                let row = cursor.row.saturating_sub(top) + 1;
                let col = cursor.col.min(self.size.cols - 1) + 1;
                self.reply(format!("\x1b[{row};{col}R"));
            }
            (b'?', b"$", b'p') => {
                let state = match first {
                    6 => Some(self.grid().origin),
                    47 | 1047 | 1049 => Some(self.alternate()),
                    _ => self.modes.private(first),
                };
                let state = state.map_or(0, |on| if on { 1 } else { 2 });
                self.reply(format!("\x1b[?{first};{state}$y"));
            }
            (0, b"$", b'p') => {
                let state = match first {
                    4 => 2 - u8::from(self.modes.insert),
                    20 => 2 - u8::from(self.modes.newline),
                    _ => 0,
                };
                self.reply(format!("\x1b[{first};{state}$y"));
            }
            (b'>', b"", b'q') if first == 0 => {
                let version = env!("CARGO_PKG_VERSION");
                self.reply(format!("\x1bP>|muxpect({version})\x1b\\"));
            }
            (b'?', b"", b'u') => {
                let flags = self.input_modes().kitty;
                self.reply(format!("\x1b[?{flags}u"));
            }
            (0, b"", b't') if first == 18 => {
                let size = self.size;
                self.reply(format!("\x1b[8;{};{}t", size.rows, size.cols));
            }
            _ => {}
        }
    }

    /// Answers OSC 10 and 11; a list asks for the colours that follow.
    pub(super) fn answer_colors(&mut self, number: &[u8], text: &[u8], bell: bool) {
        let end = if bell { "\x07" } else { "\x1b\\" };
        let colors = [("10", FOREGROUND), ("11", BACKGROUND)];
        let from = usize::from(number == b"11");
        let asked = text.split(|byte| *byte == b';');
        for (asked, (number, color)) in asked.zip(&colors[from..]) {
            if asked == b"?" {
                self.reply(format!("\x1b]{number};rgb:{color}{end}"));
            }
        }
    }
}
