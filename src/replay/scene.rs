//! All that is to be seen of a recording at one moment.

use std::time::Duration;

use crate::{
    geometry::Size,
    terminal::{Emulator, TerminalEvent},
};

/// Lines of history that are kept: a screen that grows takes no more of them back than it has rows.
const SCROLLBACK: usize = Size::LIMIT as usize;

/// The most bytes of a mark's text that are kept.
const MARK_BYTES: usize = 256;

/// A mark that has been passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// When it was made.
    pub at: Duration,
    /// What it says, cut to some length; what it holds is whatever was recorded.
    pub text: String,
    /// How many events there were with it.
    pub(super) number: u64,
    /// The same of the mark before it.
    pub(super) before: Option<u64>,
}

#[cfg(test)]
impl Mark {
    /// Returns a mark that is the first event, for tests.
    pub fn new(at: Duration, text: &str) -> Mark {
        Mark {
            at,
            text: text.to_owned(),
            number: 1,
            before: None,
        }
    }
}

/// A moment of a recording.
#[derive(Debug)]
pub struct Scene {
    emulator: Emulator,
    at: Duration,
    number: u64,
    mark: Option<Mark>,
    /// What the terminal says while it is fed, which nobody wants: no reply goes anywhere.
    unheard: Vec<TerminalEvent>,
}

impl Scene {
    /// Returns the moment before the first event.
    pub(super) fn new(size: Size) -> Scene {
        Scene {
            emulator: Emulator::new(size, SCROLLBACK),
            at: Duration::ZERO,
            number: 0,
            mark: None,
            unheard: Vec::new(),
        }
    }

    /// Returns the terminal.
    pub fn emulator(&mut self) -> &mut Emulator {
        &mut self.emulator
    }

    /// Returns the size of the terminal.
    pub fn size(&self) -> Size {
        self.emulator.size()
    }

    /// Returns the time of the last event.
    pub fn at(&self) -> Duration {
        self.at
    }

    /// Returns how many events there have been.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Returns the last mark.
    pub fn mark(&self) -> Option<&Mark> {
        self.mark.as_ref()
    }

    /// Shows some of the output, until that has cost enough, and returns how many bytes that were.
    pub(super) fn show_some(&mut self, output: &[u8]) -> usize {
        let taken = self.emulator.feed_some(output, &mut self.unheard);
        self.unheard.clear();
        taken
    }

    /// Takes a new size.
    pub(super) fn resize(&mut self, size: Size) {
        self.emulator.resize(size);
    }

    /// Takes a mark, which is the event that comes to its end next.
    pub(super) fn pass(&mut self, at: Duration, mut text: String) {
        text.truncate(text.floor_char_boundary(MARK_BYTES));
        text.shrink_to_fit();
        self.mark = Some(Mark {
            at,
            text,
            number: self.number + 1,
            before: self.mark.as_ref().map(|mark| mark.number),
        });
    }

    /// Notes that an event has been taken as a whole.
    pub(super) fn take(&mut self, at: Duration) {
        self.at = at;
        self.number += 1;
    }

    /// Takes the end of the recording: a character that was begun is shown as broken.
    pub(super) fn finish(&mut self) {
        self.emulator.finish(&mut self.unheard);
        self.unheard.clear();
    }

    /// Returns the same moment, which goes on by itself.
    pub(super) fn snapshot(&mut self) -> Scene {
        Scene {
            emulator: self.emulator.snapshot(),
            at: self.at,
            number: self.number,
            mark: self.mark.clone(),
            unheard: Vec::new(),
        }
    }

    /// Returns about how many bytes a snapshot takes.
    pub(super) fn footprint(&self) -> usize {
        self.emulator.footprint()
    }
}
