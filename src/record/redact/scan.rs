//! Finding secrets in output: past escape sequences, line ends and the marks of line editors.
//!
//! The bytes are read in three ways at once: as they stand, which finds what a title holds; as
//! what shows, without escape sequences, CR, LF and other controls but BS, TAB, VT and FF; and that
//! without the blank that line editors write before the CR of a wrap.

use std::collections::VecDeque;

use super::automaton::{Automaton, ROOT, State};

/// The most bytes between the beginning of a secret and its end, with everything between its
/// characters: what may be held back.
pub(super) const REACH: u64 = 64 * 1024;

/// Takes bytes one after another and tells which belong to a secret.
#[derive(Debug, Default)]
pub(super) struct Scanner {
    sequence: Sequence,
    /// Sees every byte.
    raw: Run,
    /// Sees every character.
    text: Run,
    /// Sees every character but a blank at a line end.
    joined: Run,
    /// A blank that may stand at a line end; not yet seen by `joined`.
    blank: Option<u64>,
    position: u64,
}

/// What the bytes are within.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Sequence {
    #[default]
    Ground,
    /// After ESC.
    Escape,
    /// After ESC and an intermediate byte.
    Intermediate,
    /// After CSI.
    Control,
    /// Within OSC, DCS, SOS, PM or APC; BEL ends an OSC.
    String { osc: bool },
}

/// One reading of the bytes.
#[derive(Debug, Default)]
struct Run {
    state: State,
    /// Where the bytes are that have led to `state`.
    trail: VecDeque<u64>,
}

impl Scanner {
    /// Takes `bytes` and tells `found` the position of each byte that belongs to a secret; the
    /// first byte ever has position 0. A position may be told more than once.
    pub(super) fn feed(&mut self, automaton: &Automaton, bytes: &[u8], mut found: impl FnMut(u64)) {
        let mut rest = bytes;
        loop {
            rest = &rest[self.skip(automaton, rest)..];
            let Some((byte, tail)) = rest.split_first() else {
                return;
            };
            self.byte(automaton, *byte, &mut found);
            rest = tail;
        }
    }

    /// Takes the beginning of `bytes` that concerns no secret, and returns its length.
    pub(super) fn skip(&mut self, automaton: &Automaton, bytes: &[u8]) -> usize {
        if self.sequence != Sequence::Ground || !self.is_idle() {
            return 0;
        }
        let concerns = |at: usize| {
            let byte = bytes[at];
            byte == 0x1b
                || automaton.begins(byte)
                    && bytes.get(at + 1).is_none_or(|next| {
                        // What may be no part of the text may stand between the two.
                        matches!(next, 0x00..=b' ' | 0x7f) || automaton.begins_with(byte, *next)
                    })
        };
        let count = (0..bytes.len()).find(|at| concerns(*at));
        let count = count.unwrap_or(bytes.len());
        self.position += count as u64;
        count
    }

    /// Returns the first position, from `from` on, that may yet turn out to belong to a secret.
    pub(super) fn hold(&self, from: u64) -> Option<u64> {
        [&self.raw, &self.text, &self.joined]
            .into_iter()
            .filter_map(|run| run.first(from))
            .min()
    }

    /// Returns how many bytes have been taken.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// Goes back to `position`, from which on something is held, to read on by another automaton.
    pub(super) fn rewind(&mut self, position: u64) {
        if position < self.position {
            // A guess that is wrong, until the next sequence, only within one.
            self.sequence = Sequence::Ground;
        }
        for run in [&mut self.raw, &mut self.text, &mut self.joined] {
            run.reset();
        }
        self.blank = None;
        self.position = position;
    }

    fn is_idle(&self) -> bool {
        [&self.raw, &self.text, &self.joined]
            .iter()
            .all(|run| run.state == ROOT)
    }

    fn byte(&mut self, automaton: &Automaton, byte: u8, found: &mut impl FnMut(u64)) {
        let at = self.position;
        self.position += 1;
        // Most bytes neither begin anything nor end what has begun.
        let concerns = !self.is_idle() || automaton.begins(byte);
        if concerns {
            self.raw.step(automaton, byte, at, found);
        }
        match (self.sequence, byte) {
            // CAN and SUB end any sequence, ESC begins another.
            (_, 0x18 | 0x1a) => self.sequence = Sequence::Ground,
            (_, 0x1b) => self.sequence = Sequence::Escape,
            (Sequence::String { osc: true }, 0x07) => self.sequence = Sequence::Ground,
            (Sequence::String { .. }, _) => {}
            (_, 0x08 | 0x09 | 0x0b | 0x0c) if concerns => self.text(automaton, byte, at, found),
            // The line goes on, for a secret, in the next one.
            (_, b'\r' | b'\n') => self.blank = None,
            (_, 0x00..0x20 | 0x7f) => {}
            (Sequence::Ground, _) if concerns => self.text(automaton, byte, at, found),
            (Sequence::Ground, _) => self.blank = None,
            (Sequence::Escape, b'[') => self.sequence = Sequence::Control,
            (Sequence::Escape, b']' | b'P' | b'X' | b'^' | b'_') => {
                self.sequence = Sequence::String { osc: byte == b']' };
            }
            (Sequence::Escape | Sequence::Intermediate, 0x20..0x30) => {
                self.sequence = Sequence::Intermediate;
            }
            (Sequence::Control, 0x20..0x40) => {}
            (Sequence::Escape | Sequence::Intermediate | Sequence::Control, 0x30..0x7f) => {
                self.sequence = Sequence::Ground;
            }
            // A byte that is no ASCII ends the sequence it came in.
            (_, 0x80..) => {
                self.sequence = Sequence::Ground;
                if concerns {
                    self.text(automaton, byte, at, found);
                }
            }
        }
        for run in [&mut self.raw, &mut self.text, &mut self.joined] {
            if run.trail.front().is_some_and(|first| at - first >= REACH) {
                run.reset();
            }
        }
    }

    fn text(&mut self, automaton: &Automaton, byte: u8, at: u64, found: &mut impl FnMut(u64)) {
        self.text.step(automaton, byte, at, found);
        if let Some(blank) = self.blank.take() {
            self.joined.step(automaton, b' ', blank, found);
        }
        if byte == b' ' {
            self.blank = Some(at);
        } else {
            self.joined.step(automaton, byte, at, found);
        }
    }
}

impl Run {
    fn step(&mut self, automaton: &Automaton, byte: u8, at: u64, found: &mut impl FnMut(u64)) {
        self.state = automaton.step(self.state, byte);
        self.trail.push_back(at);
        let stale = self.trail.len() - automaton.depth(self.state);
        self.trail.drain(..stale);
        let secret = automaton.longest(self.state);
        if secret > 0 {
            self.trail
                .iter()
                .rev()
                .take(secret)
                .for_each(|at| found(*at));
        }
    }

    fn first(&self, from: u64) -> Option<u64> {
        let index = self.trail.partition_point(|at| *at < from);
        self.trail.get(index).copied()
    }

    fn reset(&mut self) {
        self.state = ROOT;
        self.trail.clear();
    }
}
