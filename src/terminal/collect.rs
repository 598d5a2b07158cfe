//! Escape sequences, cut out of the stream byte by byte.
//!
//! Owns the states of an unfinished sequence across reads and the bounds of what is held. A
//! sequence that grows beyond its bound is swallowed whole, and what follows it is intact. What a
//! sequence does is not decided here.

/// Bytes of parameters that a control sequence may have; longer ones are swallowed.
const CSI_LIMIT: usize = 256;

/// Bytes that an operating system command or a device control string may have; longer ones are
/// swallowed. Far above any title, hyperlink or query.
const STRING_LIMIT: usize = 4096;

/// What a byte completed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing yet, or something that is dropped.
    More,
    /// A control character inside a sequence acts at once.
    Control(u8),
    /// ESC, intermediates and a final byte: those after the ESC are held.
    Escape,
    /// A control sequence: what came after `ESC [` is held.
    Csi,
    /// An operating system command: what came after `ESC ]` is held.
    Osc {
        /// It ended with BEL, else with ESC.
        bell: bool,
    },
    /// A device control string: what came after `ESC P` is held.
    Dcs,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Ground,
    Escape,
    Csi,
    Osc,
    Dcs,
    /// APC, PM, SOS or screen's title (`ESC k`): swallowed.
    Swallow,
}

/// The sequence under way.
#[derive(Clone, Debug, Default)]
pub(super) struct Collector {
    phase: Phase,
    bytes: Vec<u8>,
    overlong: bool,
}

impl Collector {
    /// Returns whether no sequence is under way.
    pub fn is_ground(&self) -> bool {
        self.phase == Phase::Ground
    }

    /// Takes out the bytes of the sequence that was just completed.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }

    /// Gives memory back for the next sequence.
    pub fn give_back(&mut self, mut bytes: Vec<u8>) {
        if self.bytes.is_empty() {
            bytes.clear();
            self.bytes = bytes;
        }
    }

    /// Begins a sequence: an ESC was read.
    pub fn begin(&mut self) {
        self.enter(Phase::Escape);
    }

    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.bytes.clear();
        self.overlong = false;
    }

    fn hold(&mut self, byte: u8, limit: usize) {
        if self.bytes.len() < limit {
            self.bytes.push(byte);
        } else {
            self.overlong = true;
        }
    }

    /// Ends the sequence; an over-long one is dropped.
    fn end(&mut self, step: Step) -> Step {
        self.phase = Phase::Ground;
        if self.overlong { Step::More } else { step }
    }

    /// Takes the next byte. Must not be called on ground.
    pub fn push(&mut self, byte: u8) -> Step {
        match (self.phase, byte) {
            // CAN and SUB abort anything.
            (_, 0x18 | 0x1a) => {
                self.phase = Phase::Ground;
                Step::More
            }
            (Phase::Osc | Phase::Dcs, 0x1b) => {
                let step = self.end(match self.phase {
                    Phase::Osc => Step::Osc { bell: false },
                    _ => Step::Dcs,
                });
                if self.overlong {
                    self.bytes.clear();
                }
                // What ended it is the first half of ST, or begins another sequence; the text is
                // still to be taken.
                self.phase = Phase::Escape;
                self.overlong = false;
                step
            }
            (_, 0x1b) => {
                self.begin();
                Step::More
            }
            (Phase::Osc, 0x07) => self.end(Step::Osc { bell: true }),
            (Phase::Osc | Phase::Dcs, 0x00..=0x1f) => Step::More,
            (Phase::Osc | Phase::Dcs, _) => {
                self.hold(byte, STRING_LIMIT);
                Step::More
            }
            (Phase::Swallow | Phase::Ground, _) => Step::More,
            (Phase::Escape | Phase::Csi, 0x00..=0x1f) => Step::Control(byte),
            (Phase::Escape, b'[') if self.bytes.is_empty() => {
                self.enter(Phase::Csi);
                Step::More
            }
            (Phase::Escape, b']') if self.bytes.is_empty() => {
                self.enter(Phase::Osc);
                Step::More
            }
            (Phase::Escape, b'P') if self.bytes.is_empty() => {
                self.enter(Phase::Dcs);
                Step::More
            }
            (Phase::Escape, b'X' | b'^' | b'_' | b'k') if self.bytes.is_empty() => {
                self.enter(Phase::Swallow);
                Step::More
            }
            (Phase::Escape, 0x20..=0x2f) => {
                self.hold(byte, CSI_LIMIT);
                Step::More
            }
            (Phase::Escape, 0x30..=0x7e) => {
                self.hold(byte, CSI_LIMIT);
                self.end(Step::Escape)
            }
            (Phase::Csi, 0x20..=0x3f) => {
                self.hold(byte, CSI_LIMIT);
                Step::More
            }
            (Phase::Csi, 0x40..=0x7e) => {
                self.hold(byte, CSI_LIMIT);
                self.end(Step::Csi)
            }
            (Phase::Escape | Phase::Csi, 0x7f..) => Step::More,
        }
    }
}

/// A control sequence taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Csi<'a> {
    /// One of `<=>?` before the parameters, else 0.
    pub private: u8,
    /// The parameters as written.
    pub parameters: &'a [u8],
    /// Bytes between parameters and final byte.
    pub intermediates: &'a [u8],
    /// The final byte.
    pub last: u8,
}

impl<'a> Csi<'a> {
    /// Takes apart what came after `ESC [`; none if it is not well formed.
    pub fn parse(bytes: &'a [u8]) -> Option<Csi<'a>> {
        let (&last, body) = bytes.split_last()?;
        let (private, body) = match body.split_first() {
            Some((&first @ b'<'..=b'?', rest)) => (first, rest),
            _ => (0, body),
        };
        let end = body
            .iter()
            .position(|byte| matches!(byte, 0x20..=0x2f))
            .unwrap_or(body.len());
        let (parameters, intermediates) = body.split_at(end);
        let well_formed = parameters
            .iter()
            .all(|byte| matches!(byte, b'0'..=b'9' | b':' | b';'))
            && intermediates.iter().all(|byte| matches!(byte, 0x20..=0x2f));
        well_formed.then_some(Csi {
            private,
            parameters,
            intermediates,
            last,
        })
    }

    /// Returns the numbers; absent ones are 0, sub-parameters are left out.
    pub fn numbers(self) -> impl Iterator<Item = u16> + 'a {
        self.parameters.split(|byte| *byte == b';').map(|group| {
            group
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .fold(0u16, |value, digit| {
                    value
                        .saturating_mul(10)
                        .saturating_add(u16::from(digit - b'0'))
                })
        })
    }

    /// Returns a number by its place; an absent one is 0.
    pub fn number(self, index: usize) -> u16 {
        self.numbers().nth(index).unwrap_or(0)
    }

    /// Returns a count by its place: at least 1.
    pub fn count(self, index: usize) -> u16 {
        self.number(index).max(1)
    }
}
