//! A child's tty at one moment, looked at as far as somebody asks; and when to look.

use std::time::{Duration, Instant};

use crate::{
    pane::sight,
    pty::{Holder, Pty, Reader, TtyState},
    record::Sight,
};

/// After how much silence the tty is looked at, and looked at again: who prints a prompt reads soon
/// after, and a few take their time.
const LOOKS: [Duration; 5] = [
    Duration::from_millis(30),
    Duration::from_millis(100),
    Duration::from_millis(300),
    Duration::from_secs(1),
    Duration::from_secs(3),
];

/// A child's tty now. Each method looks anew.
#[derive(Debug)]
pub struct Tty<'a> {
    pub(super) pty: &'a Pty,
    pub(super) child: Option<u32>,
}

impl Tty<'_> {
    /// Returns its settings.
    pub fn state(&self) -> Option<TtyState> {
        self.pty.state().ok()
    }

    /// Returns the programs at it; `None` when nobody is there, or what they have printed has not all
    /// been taken: then they have gone on since.
    pub fn holder(&self) -> Option<Holder> {
        // In this order, or what is printed in between would not be noticed.
        let holder = self.pty.holder(self.child);
        holder.filter(|_| !self.pty.has_input())
    }

    /// Returns all of that in the words of recordings.
    pub fn sight(&self) -> Option<Sight> {
        let holder = self.holder();
        Some(sight(self.state()?, holder.as_ref(), self.child))
    }
}

/// When a tty is to be looked at: a few times after the last output.
#[derive(Debug)]
pub struct Looks {
    quiet_since: Instant,
    done: usize,
}

impl Looks {
    pub fn new(now: Instant) -> Looks {
        Looks {
            quiet_since: now,
            done: 0,
        }
    }

    /// Takes note of output.
    pub fn disturb(&mut self, now: Instant) {
        *self = Looks::new(now);
    }

    pub fn due(&self) -> Option<Instant> {
        Some(self.quiet_since + *LOOKS.get(self.done)?)
    }

    /// Returns whether it was not yet looked since the last output.
    pub fn is_first(&self) -> bool {
        self.done == 0
    }

    /// Takes note that it was looked.
    pub fn looked(&mut self) {
        self.done += 1;
    }
}

/// When the tty's end-of-file character is to be typed for input that has ended.
///
/// Not at once: a program that then leaves line mode would find it as a NUL, and one that has not begun
/// to read may drop what was typed ahead. So it is typed when somebody is seen reading. As input that
/// has ended stays so, every later read in line mode gets its own.
#[derive(Debug)]
pub struct EndOfInput {
    next: Instant,
    pause: Duration,
    typed: bool,
}

impl EndOfInput {
    const SHORTEST: Duration = LOOKS[0];
    const LONGEST: Duration = Duration::from_secs(2);

    pub fn new(now: Instant) -> EndOfInput {
        EndOfInput {
            next: now + EndOfInput::SHORTEST,
            pause: EndOfInput::SHORTEST,
            typed: false,
        }
    }

    pub fn due(&self) -> Instant {
        self.next
    }

    /// Takes note of output: whoever printed may read next.
    pub fn disturb(&mut self, now: Instant) {
        *self = EndOfInput {
            typed: self.typed,
            ..EndOfInput::new(now)
        };
    }

    /// Returns the character to type now, if it is time for it.
    pub fn look(&mut self, now: Instant, tty: &Tty) -> Option<u8> {
        let state = tty.state()?;
        let wanted = tty.holder().is_some_and(|holder| match holder.reader {
            Reader::Reads { .. } if state.canonical => true,
            Reader::Reads { .. } | Reader::Polls { .. } | Reader::Unknown(_) => !self.typed,
            Reader::Nobody => false,
        });
        self.pause = match wanted {
            true => EndOfInput::SHORTEST,
            false => (2 * self.pause).min(EndOfInput::LONGEST),
        };
        self.next = now + self.pause;
        self.typed |= wanted;
        state.end_of_file.filter(|_| wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quiet_tty_is_looked_at_a_few_times() {
        let now = Instant::now();
        let mut looks = Looks::new(now);
        for pause in LOOKS {
            assert_eq!(looks.due(), Some(now + pause));
            looks.looked();
        }
        assert_eq!(looks.due(), None);
        looks.disturb(now + Duration::from_secs(9));
        assert_eq!(looks.due(), Some(now + Duration::from_secs(9) + LOOKS[0]));
    }
}
