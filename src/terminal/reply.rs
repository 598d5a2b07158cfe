//! Answers to a program's queries.
//!
//! Owns the whole grammar of what the terminal ever types back: fixed forms with numbers in
//! them. Nothing that a program or a person wrote is ever part of an answer. How much one query
//! can make it type is bounded.

use super::{Emulator, TerminalEvent, collect::Csi, sgr};

/// What OSC 10, 11 and 12 answer: light grey on black, and a cursor of light grey.
const COLORS: [(u8, &str); 3] = [
    (10, "cccc/cccc/cccc"),
    (11, "0000/0000/0000"),
    (12, "cccc/cccc/cccc"),
];

/// The first 16 colours, as xterm has them.
const PALETTE: [[u8; 3]; 16] = [
    [0x00, 0x00, 0x00],
    [0xcd, 0x00, 0x00],
    [0x00, 0xcd, 0x00],
    [0xcd, 0xcd, 0x00],
    [0x00, 0x00, 0xee],
    [0xcd, 0x00, 0xcd],
    [0x00, 0xcd, 0xcd],
    [0xe5, 0xe5, 0xe5],
    [0x7f, 0x7f, 0x7f],
    [0xff, 0x00, 0x00],
    [0x00, 0xff, 0x00],
    [0xff, 0xff, 0x00],
    [0x5c, 0x5c, 0xff],
    [0xff, 0x00, 0xff],
    [0x00, 0xff, 0xff],
    [0xff, 0xff, 0xff],
];

/// Colours that one OSC 4 may ask for: all there are.
const MOST_COLORS: usize = 256;

/// Terminfo capabilities (XTGETTCAP) that are the same under every name that a pane's terminal may
/// go by: the name in hexadecimal digits and the answer to it. They are 256 colours by `Co` and
/// `colors`, and `RGB` of 8 bits each.
const CAPABILITIES: [(&str, &str); 3] = [
    ("436F", "436F=323536"),
    ("636F6C6F7273", "636F6C6F7273=323536"),
    ("524742", "524742=382F382F38"),
];

/// Capabilities that one request may ask for; further ones are ignored.
const MOST_CAPABILITIES: usize = 16;

/// What DECRQM says of a mode.
const UNKNOWN: u8 = 0;
const SET: u8 = 1;
const RESET: u8 = 2;
const ALWAYS_RESET: u8 = 4;

fn state_of(on: bool) -> u8 {
    if on { SET } else { RESET }
}

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
            // DA3: a unit of no site and no number.
            (b'=', b"", b'c') if first == 0 => self.reply("\x1bP!|00000000\x1b\\".to_owned()),
            (0, b"", b'n') if first == 5 => self.reply("\x1b[0n".to_owned()),
            (0 | b'?', b"", b'n') if first == 6 => {
                let grid = self.grid();
                let cursor = grid.cursor();
                let top = if grid.origin { *grid.region.start() } else { 0 };
                let row = cursor.row.saturating_sub(top) + 1;
                let col = cursor.col.min(self.size.cols - 1) + 1;
                let private = if csi.private == b'?' { "?" } else { "" };
                self.reply(format!("\x1b[{private}{row};{col}R"));
            }
            // The colours are those of OSC 10 and 11: a dark scheme.
            (b'?', b"", b'n') if first == 996 => self.reply("\x1b[?997;1n".to_owned()),
            (b'?', b"", b'm') if first == 4 => {
                let level = self.modes.modify_other_keys;
                self.reply(format!("\x1b[>4;{level}m"));
            }
            (b'?', b"$", b'p') => {
                let state = match first {
                    // The width is the pane's, and nothing wraps backwards.
                    3 | 45 => ALWAYS_RESET,
                    6 => state_of(self.grid().origin),
                    47 | 1047 | 1049 => state_of(self.alternate()),
                    _ => self.modes.private(first).map_or(UNKNOWN, state_of),
                };
                self.reply(format!("\x1b[?{first};{state}$y"));
            }
            (0, b"$", b'p') => {
                let state = match first {
                    4 => state_of(self.modes.insert),
                    20 => state_of(self.modes.newline),
                    _ => UNKNOWN,
                };
                self.reply(format!("\x1b[{first};{state}$y"));
            }
            // DECREQTPARM: no parity, eight bits, 38,400 baud both ways.
            (0, b"", b'x') if first <= 1 => {
                self.reply(format!("\x1b[{};1;1;128;128;1;0x", first + 2));
            }
            (b'>', b"", b'q') if first == 0 => {
                let version = env!("CARGO_PKG_VERSION");
                self.reply(format!("\x1bP>|muxpect({version})\x1b\\"));
            }
            (b'?', b"", b'u') => {
                let flags = self.input_modes().kitty;
                self.reply(format!("\x1b[?{flags}u"));
            }
            (0, b"", b't') => self.window_operation(csi),
            _ => {}
        }
    }

    /// XTWINOPS. Sizes in pixels are not known and not answered, titles are never told.
    fn window_operation(&mut self, csi: Csi<'_>) {
        let size = self.size;
        match csi.number(0) {
            18 => self.reply(format!("\x1b[8;{};{}t", size.rows, size.cols)),
            19 => self.reply(format!("\x1b[9;{};{}t", size.rows, size.cols)),
            // 1 is the icon's title alone.
            22 if csi.number(1) != 1 => self.push_title(),
            23 if csi.number(1) != 1 => self.pop_title(),
            _ => {}
        }
    }

    /// Answers a device control string if it is a query.
    pub(super) fn answer_request(&mut self, bytes: &[u8]) {
        if let Some(setting) = bytes.strip_prefix(b"$q") {
            self.answer_setting(setting);
        } else if let Some(names) = bytes.strip_prefix(b"+q") {
            let names = names.split(|byte| *byte == b';');
            for name in names.take(MOST_CAPABILITIES) {
                let known = CAPABILITIES
                    .iter()
                    .find(|(digits, _)| digits.as_bytes().eq_ignore_ascii_case(name));
                match known {
                    Some((_, answer)) => self.reply(format!("\x1bP1+r{answer}\x1b\\")),
                    None => self.reply("\x1bP0+r\x1b\\".to_owned()),
                }
            }
        }
    }

    /// DECRQSS.
    fn answer_setting(&mut self, setting: &[u8]) {
        let grid = self.grid();
        let value = match setting {
            b"m" => Some(sgr::report(grid.style())),
            b"r" => {
                let (top, bottom) = (grid.region.start() + 1, grid.region.end() + 1);
                Some(format!("{top};{bottom}r"))
            }
            b" q" => Some(format!("{} q", self.modes.cursor_shape.number())),
            _ => None,
        };
        self.reply(match value {
            Some(value) => format!("\x1bP1$r{value}\x1b\\"),
            None => "\x1bP0$r\x1b\\".to_owned(),
        });
    }

    /// Answers OSC 4: pairs of an index and what to do with it.
    pub(super) fn answer_palette(&mut self, text: &[u8], bell: bool) {
        let mut fields = text.split(|byte| *byte == b';');
        for _ in 0..MOST_COLORS {
            let (Some(index), Some(wish)) = (fields.next(), fields.next()) else {
                return;
            };
            let index = str::from_utf8(index)
                .ok()
                .and_then(|text| text.parse().ok());
            if let Some(index) = index.filter(|_| wish == b"?") {
                let [red, green, blue] = palette_color(index);
                self.reply_color(
                    &format!("4;{index}"),
                    &format!("{red:02x}{red:02x}/{green:02x}{green:02x}/{blue:02x}{blue:02x}"),
                    bell,
                );
            }
        }
    }

    fn reply_color(&mut self, number: &str, color: &str, bell: bool) {
        let end = if bell { "\x07" } else { "\x1b\\" };
        self.reply(format!("\x1b]{number};rgb:{color}{end}"));
    }

    /// Answers OSC 10 and those after it, from an index of [`COLORS`] on: a list asks for the
    /// colours that follow.
    pub(super) fn answer_colors(&mut self, from: usize, text: &[u8], bell: bool) {
        let asked = text.split(|byte| *byte == b';');
        for (asked, (number, color)) in asked.zip(&COLORS[from..]) {
            if asked == b"?" {
                self.reply_color(&number.to_string(), color, bell);
            }
        }
    }
}

/// Returns a colour of xterm's palette: 16 of its own, a cube of 6 steps, 24 greys.
fn palette_color(index: u8) -> [u8; 3] {
    let step = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
    match index {
        0..=15 => PALETTE[usize::from(index)],
        16..=231 => {
            let place = index - 16;
            [step(place / 36), step(place / 6 % 6), step(place % 6)]
        }
        232.. => [8 + 10 * (index - 232); 3],
    }
}
