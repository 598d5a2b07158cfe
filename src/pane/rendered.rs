//! What a waiting `expect` sees of the rendered views: `line`, `prompt` and `screen`.
//!
//! Owns when they are looked at and how far they have been read. What is sent, and what becomes of
//! a match, is not its matter.

use std::time::{Duration, Instant};

use crate::{
    expect::{Awaited, Found, TRANSCRIPT_LIMIT, Transcript},
    geometry::Size,
    terminal::{Emulator, TerminalEvent},
};

/// How long output must have been still before the prompt or the screen is looked at: as the
/// default `stable` of a rule.
const STABLE: Duration = Duration::from_millis(30);

/// History for a line that is longer than the screen.
const SCROLLBACK: usize = 8;

/// The search of the finished lines, rendered by an emulator of its own, so that each has its
/// offset: that behind its LF.
#[derive(Debug)]
pub(super) struct FinishedLines {
    awaited: Awaited,
    emulator: Emulator,
    events: Vec<TerminalEvent>,
    /// Lines that were finished up to here are not looked at.
    from: u64,
    /// The offset behind the last LF: up to there the emulator has been fed.
    fed: u64,
    /// The offset up to which an LF has been looked for.
    scanned: u64,
    /// The beginning of the present line fell out of the transcript: it cannot match.
    torn: bool,
    /// The lines since the read position that did not match, each with its LF.
    passed: String,
    lost: u64,
}

impl FinishedLines {
    /// Returns a search of the lines that are finished behind the offset `from`, on a terminal of
    /// this size.
    pub(super) fn new(awaited: Awaited, from: u64, transcript: &Transcript, size: Size) -> Self {
        let mut emulator = Emulator::new(size, SCROLLBACK);
        emulator.report_lines(true);
        let start = transcript.start();
        FinishedLines {
            awaited,
            emulator,
            events: Vec::new(),
            from,
            fed: start,
            scanned: start,
            torn: start > 0,
            passed: String::new(),
            lost: start.saturating_sub(from),
        }
    }

    /// Looks at the lines that have been finished since the last call.
    pub(super) fn advance(&mut self, transcript: &Transcript) -> Option<Found> {
        let start = transcript.start();
        if start > self.fed {
            self.lost += start.saturating_sub(self.fed.max(self.from));
            self.fed = start;
            self.scanned = self.scanned.max(start);
            self.torn = true;
        }
        while let Some(end) = transcript.behind_line_feed(self.scanned) {
            self.scanned = end;
            let found = self.take(transcript, end, false);
            if found.is_some() {
                return found;
            }
        }
        self.scanned = transcript.offset();
        None
    }

    /// Looks at the last line, which the end of the output has finished.
    pub(super) fn finish(&mut self, transcript: &Transcript) -> Option<Found> {
        self.advance(transcript)
            .or_else(|| self.take(transcript, transcript.offset(), true))
    }

    /// Feeds the emulator up to the offset `end`, and looks at the lines that this finishes.
    fn take(&mut self, transcript: &Transcript, end: u64, last: bool) -> Option<Found> {
        for piece in transcript.bytes(self.fed, end) {
            self.emulator.feed(piece, &mut self.events);
        }
        if last {
            self.emulator.finish(&mut self.events);
        }
        self.fed = end;
        let unread = end > self.from && !std::mem::take(&mut self.torn);
        let mut best = None;
        for event in self.events.drain(..) {
            let TerminalEvent::Line { text, .. } = event else {
                continue;
            };
            if unread && best.is_none() {
                best = self.awaited.find(&text);
                self.passed.push_str(match &best {
                    Some(found) => &found.before,
                    None => &text,
                });
                if best.is_none() {
                    self.passed.push('\n');
                }
            }
        }
        let excess = self.passed.len().saturating_sub(TRANSCRIPT_LIMIT);
        if excess > 0 {
            self.passed.drain(..self.passed.ceil_char_boundary(excess));
        }
        best.map(|found| Found {
            before: std::mem::take(&mut self.passed),
            end_offset: end,
            lost: self.lost,
            ..found
        })
    }

    /// Returns the lines since the read position that did not match, at most the last 256 KiB.
    pub(super) fn passed(&self) -> &str {
        &self.passed
    }

    /// Returns how many bytes of output fell out of the transcript before they could be read.
    pub(super) fn lost(&self) -> u64 {
        self.lost
    }
}

/// The search of what is shown: the prompt or the screen, whenever output has been still for
/// [`STABLE`]. The same state is looked at once, and only if output came behind the read position.
#[derive(Debug)]
pub(super) struct Shown {
    awaited: Awaited,
    /// What has come up to this offset has been looked at, or is not to be.
    looked: u64,
    /// The offset of the output now.
    offset: u64,
    /// When output came last.
    stirred: Instant,
}

impl Shown {
    /// Returns a search of what is shown once there is output behind the offset `from`; there are
    /// `offset` bytes of it now, the last of which came at `stirred`.
    pub(super) fn new(awaited: Awaited, from: u64, offset: u64, stirred: Instant) -> Shown {
        Shown {
            awaited,
            looked: from,
            offset,
            stirred,
        }
    }

    /// Notes that output came, `offset` bytes by now.
    pub(super) fn stir(&mut self, now: Instant, offset: u64) {
        if offset > self.offset {
            self.offset = offset;
            self.stirred = now;
        }
    }

    /// Returns when to look; `None` while there is nothing new.
    pub(super) fn due(&self) -> Option<Instant> {
        (self.offset > self.looked).then(|| self.stirred + STABLE)
    }

    /// Looks at what is shown now.
    pub(super) fn look(&mut self, text: &str) -> Option<Found> {
        self.looked = self.offset;
        self.awaited.find(text).map(|found| Found {
            end_offset: self.offset,
            ..found
        })
    }
}

/// Returns the logical lines of the visible screen, wraps joined, trailing blanks trimmed, joined
/// by LF.
pub(super) fn screen_text(emulator: &mut Emulator) -> String {
    let rows = &emulator.screen().rows;
    let mut text = String::new();
    for (index, row) in rows.iter().enumerate() {
        text.push_str(&row.text());
        if !row.wrapped && index + 1 < rows.len() {
            text.push('\n');
        }
    }
    text
}
