//! What becomes of a relay's events: a recording, with or without what was typed.

use std::time::Instant;

use super::{
    relay::{Event, Tty},
    status::Status,
};
use crate::{
    pane::{exit_of, exit_word},
    record::{About, Lost, Recording, Sight},
};

/// What is recorded in place of input that the terminal does not show.
const MASK: &[u8] = b"***";

/// What becomes of what is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inputs {
    /// It is not recorded.
    LeftOut,
    /// It is recorded.
    Kept,
    /// It is recorded, and before it how the tty stands then.
    KeptWithSights,
}

/// A recording of what is relayed.
pub struct Recorder<'a> {
    recording: Recording,
    command: &'a str,
    term: &'a str,
    inputs: Inputs,
    typed: Typed,
    /// The sight that was recorded last, if there was no output since.
    seen: Option<Sight>,
}

impl<'a> Recorder<'a> {
    /// Returns what records a command, run with this `TERM`.
    pub fn new(
        recording: Recording,
        command: &'a str,
        term: &'a str,
        inputs: Inputs,
    ) -> Recorder<'a> {
        Recorder {
            recording,
            command,
            term,
            inputs,
            typed: Typed::default(),
            seen: None,
        }
    }

    /// Takes what happened.
    pub fn take(&mut self, now: Instant, event: Event) {
        match event {
            Event::Started(size) => self.recording.begin(
                now,
                &About {
                    size,
                    command: self.command,
                    term: self.term,
                },
            ),
            Event::Output(bytes) => {
                self.recording.output(now, bytes);
                // The next look is recorded even if it sees the same: rules act on that somebody looked.
                self.seen = None;
            }
            Event::Input(bytes, tty) => self.input(now, bytes, &tty),
            Event::Still(tty) => self.look(now, &tty),
            Event::Resized(size) => self.recording.resize(now, size),
            Event::Exited(exit) => {
                self.recording.mark(now, &exit_word(&exit_of(exit)));
                self.recording.exit(now, i32::from(Status::of_exit(exit).0));
            }
        }
    }

    /// Writes what is queued, and returns what was lost.
    pub fn close(self) -> Option<Lost> {
        self.recording.close()
    }

    fn input(&mut self, now: Instant, bytes: &[u8], tty: &Tty) {
        match self.inputs {
            Inputs::LeftOut => return,
            Inputs::Kept => {}
            Inputs::KeptWithSights => self.look(now, tty),
        }
        let recording = &mut self.recording;
        self.typed
            .take(bytes, is_hidden(tty), |bytes| recording.input(now, bytes));
    }

    fn look(&mut self, now: Instant, tty: &Tty) {
        let sight = tty.sight();
        if let Some(sight) = sight.filter(|sight| self.seen.as_ref() != Some(sight)) {
            self.recording.sight(now, &sight);
            self.seen = Some(sight);
        }
    }
}

/// Returns whether what is typed now is a secret: the terminal reads a line that it does not show. One
/// whose settings cannot be had counts as such.
fn is_hidden(tty: &Tty) -> bool {
    tty.state().is_none_or(|tty| !tty.echo && tty.canonical)
}

/// Input on its way to the recording.
#[derive(Debug, Default)]
struct Typed {
    /// A hidden line has begun, for which the mask was written.
    masked: bool,
}

impl Typed {
    /// Hands out input, or in place of a hidden line, however it is typed, one mask and the line's end.
    fn take(&mut self, bytes: &[u8], hidden: bool, mut release: impl FnMut(&[u8])) {
        if !hidden {
            self.masked = false;
            return release(bytes);
        }
        if !self.masked {
            release(MASK);
        }
        // What follows within the same bytes was typed blindly, too.
        self.masked = !matches!(bytes.last(), Some(b'\r' | b'\n'));
        if !self.masked {
            release(b"\r");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hidden_line_is_one_mask_however_it_is_typed() {
        let mut typed = Typed::default();
        let mut recorded = Vec::new();
        for (bytes, hidden) in [
            (&b"roo"[..], false),
            (b"t\r", false),
            (b"hun", true),
            (b"t", true),
            (b"er2\r", true),
            (b"again\rls\r", true),
            (b"half", true),
            (b"ls\r", false),
        ] {
            typed.take(bytes, hidden, |bytes| recorded.extend_from_slice(bytes));
        }
        let recorded = String::from_utf8(recorded).unwrap();
        assert_eq!(recorded, "root\r***\r***\r***ls\r");
    }
}
