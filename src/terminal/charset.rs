//! Character sets: which of the four designated sets letters are drawn from.
//!
//! Owns designation (G0 to G3), locking shifts, single shifts and the two sets that differ from
//! ASCII. It knows the bytes after the ESC, not the stream that they are cut from.

/// DEC's line drawing set, for the bytes 0x5f to 0x7e.
const LINE_DRAWING: [char; 32] = [
    ' ', '◆', '▒', '␉', '␌', '␍', '␊', '°', '±', '␤', '␋', '┘', '┐', '┌', '└', '┼', '⎺', '⎻', '─',
    '⎼', '⎽', '├', '┤', '┴', '┬', '│', '≤', '≥', 'π', '≠', '£', '·',
];

/// A set of characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Charset {
    #[default]
    Ascii,
    /// ASCII with a pound sign for `#`.
    British,
    /// DEC's line drawing.
    Graphics,
}

impl Charset {
    /// Returns the set with this final byte; unknown ones, and those of 96 characters, are read as
    /// ASCII.
    fn designated(last: u8) -> Charset {
        match last {
            b'A' => Charset::British,
            // 1 and 2 are the alternate character ROM, which held the same.
            b'0' | b'2' => Charset::Graphics,
            _ => Charset::Ascii,
        }
    }

    fn map(self, character: char) -> char {
        match (self, character) {
            (Charset::British, '#') => '£',
            (Charset::Graphics, '_'..='~') => LINE_DRAWING[character as usize - 0x5f],
            _ => character,
        }
    }
}

/// The designated sets, and which of them is in use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Charsets {
    /// G0 to G3.
    sets: [Charset; 4],
    /// The set in use until another shift.
    locked: u8,
    /// The set in use for the next character only.
    single: Option<u8>,
}

impl Charsets {
    /// Obeys an escape sequence, given without its ESC; returns whether it is one of character sets.
    pub fn escape(&mut self, bytes: &[u8]) -> bool {
        match bytes {
            [first @ b'('..=b'+', last] => {
                self.sets[usize::from(first - b'(')] = Charset::designated(*last);
            }
            [first @ b'-'..=b'/', _] => {
                self.sets[usize::from(first - b'-') + 1] = Charset::Ascii;
            }
            b"n" => self.lock(2),
            b"o" => self.lock(3),
            b"N" => self.single = Some(2),
            b"O" => self.single = Some(3),
            _ => return false,
        }
        true
    }

    /// Uses a set until another shift.
    pub fn lock(&mut self, set: u8) {
        self.locked = set & 3;
    }

    /// Returns whether characters may be drawn as others now.
    pub fn draws(self) -> bool {
        self.single.is_some() || self.sets[usize::from(self.locked)] != Charset::Ascii
    }

    /// Returns the number of the set in use, and its name.
    pub fn in_use(&self) -> (u8, &'static str) {
        let set = self.single.unwrap_or(self.locked);
        let name = match self.sets[usize::from(set)] {
            Charset::Ascii => "ASCII",
            Charset::British => "British",
            Charset::Graphics => "line drawing",
        };
        (set, name)
    }

    /// Returns what the next character is drawn as.
    pub fn map(&mut self, character: char) -> char {
        let set = self.single.take().unwrap_or(self.locked);
        self.sets[usize::from(set)].map(character)
    }
}
