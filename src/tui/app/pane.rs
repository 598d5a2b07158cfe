//! One pane as the interface knows it: its line of the list, its screen, and what the server
//! has been asked and told about it.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::{
    super::{theme, widget},
    Now,
};
use crate::{
    geometry::Size,
    protocol::{Attention, ExitInfo, PaneId, PaneState, PaneSummary},
    screen::{Screen, ScreenDelta},
};

/// Columns of a status word with its glyph: `● quiet 59m`.
pub const STATUS_WIDTH: u16 = 11;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// A pane's state in a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// What decides the colour.
    pub attention: Attention,
    /// One column that says the same as the colour.
    pub glyph: &'static str,
    /// The word.
    pub word: String,
}

/// A pane.
#[derive(Clone, Debug)]
pub struct Pane {
    /// Its line of the list.
    pub summary: PaneSummary,
    /// Its screen, as far as it was sent.
    pub screen: Screen,
    /// How many bells had rung when it was last shown.
    pub seen_bells: u64,
    /// It is one of those that a broadcast is for.
    pub marked: bool,
    /// The size of its tile when it was last shown; the server was told it, unless this client
    /// is read-only.
    pub told_size: Option<Size>,
    since: Instant,
    /// When it was last shown.
    seen: Timestamp,
    drawn: bool,
    settled: bool,
    asked: Asked,
}

/// What a newer line of the list changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewed {
    /// Nothing that is shown.
    Unseen,
    /// Words around the panes.
    Words,
    /// What is shown of the pane itself, or how much room its name needs.
    Pane,
}

/// Where the request for an update is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    No,
    UnderWay,
    Refused,
}

impl Pane {
    /// Returns a pane that has just become known.
    pub fn new(summary: PaneSummary, now: Now) -> Pane {
        Pane {
            since: instant_of(summary.since, now),
            screen: Screen::blank(summary.size.clamped()),
            seen_bells: summary.bells,
            marked: false,
            seen: now.wall,
            told_size: None,
            drawn: false,
            settled: false,
            asked: Asked::No,
            summary,
        }
    }

    /// Returns its id.
    pub fn id(&self) -> PaneId {
        self.summary.id
    }

    /// Returns its name.
    pub fn name(&self) -> &str {
        &self.summary.name
    }

    /// Returns how many columns its name takes.
    pub fn name_width(&self) -> u16 {
        widget::columns(&self.summary.name)
    }

    /// Returns whether its child has ended, or could not start.
    pub fn has_ended(&self) -> bool {
        self.summary.state == PaneState::Ended
    }

    /// Returns whether it has a child that lives.
    pub fn runs(&self) -> bool {
        matches!(self.summary.state, PaneState::Running | PaneState::Stopping)
    }

    /// Returns whether it rang while it was not shown.
    pub fn has_rung(&self) -> bool {
        self.summary.bells > self.seen_bells
    }

    /// Returns whether it printed while it was not shown.
    pub fn has_printed(&self) -> bool {
        self.summary.printed.is_some_and(|at| at > self.seen)
    }

    /// Notes that it is shown.
    pub fn see(&mut self, now: Timestamp) {
        self.seen_bells = self.summary.bells;
        self.seen = now;
    }

    /// Returns the size of its screen, once that has been sent.
    pub fn drawn_size(&self) -> Option<Size> {
        self.drawn.then_some(self.screen.size)
    }

    /// Returns whether its screen has been sent since the server was last told a size.
    pub fn is_settled(&self) -> bool {
        self.settled
    }

    /// Returns its state in a word.
    pub fn status(&self, now: Instant) -> Status {
        let attention = self.summary.attention;
        let word = match (self.summary.state, &self.summary.exit) {
            (PaneState::Ended, Some(ExitInfo::Code(code))) => format!("exit {code}"),
            (PaneState::Ended, Some(ExitInfo::Signal(signal))) => signal.clone(),
            (PaneState::Ended, None) if self.summary.error.is_none() => "off".to_owned(),
            (PaneState::Ended, None) => "no start".to_owned(),
            (PaneState::Starting, _) => "starting".to_owned(),
            (PaneState::Stopping, _) => "stopping".to_owned(),
            (PaneState::Running, _) if attention == Attention::Quiet => {
                let quiet = now.saturating_duration_since(self.since).as_secs();
                match quiet / MINUTE {
                    0 => "quiet".to_owned(),
                    _ => format!("quiet {}", long_duration(quiet)),
                }
            }
            (PaneState::Running, _) => attention.word().to_owned(),
        };
        Status {
            attention,
            glyph: theme::glyph(attention),
            word,
        }
    }

    /// Returns when its status reads differently by the passing of time alone.
    pub fn next_change(&self, now: Instant) -> Option<Instant> {
        let counted =
            self.summary.state == PaneState::Running && self.summary.attention == Attention::Quiet;
        if !counted {
            return None;
        }
        next_unit(self.since, now)
    }

    /// Returns how long the child ran, such as `3 s`, once it has ended.
    pub fn ran(&self) -> Option<String> {
        let (started, ended) = (self.summary.started?, self.summary.ended?);
        let ran = ended.duration_since(started).unsigned_abs();
        Some(match ran.as_secs() {
            0 => format!("{} ms", ran.as_millis()),
            seconds @ 1..MINUTE => format!("{seconds} s"),
            seconds => long_duration(seconds),
        })
    }

    /// Takes a newer line of the list, and returns what is to be seen of it.
    pub fn renew(&mut self, summary: PaneSummary, now: Now) -> Renewed {
        if summary.since != self.summary.since || summary.attention != self.summary.attention {
            self.since = instant_of(summary.since, now);
        }
        if self.asked == Asked::Refused {
            self.asked = Asked::No;
        }
        let had_printed = self.has_printed();
        let old = std::mem::replace(&mut self.summary, summary);
        let new = &self.summary;
        if old.name != new.name || old.state != new.state {
            return Renewed::Pane;
        }
        // What the list carries besides is shown nowhere.
        let unseen_renewed = PaneSummary {
            command: new.command.clone(),
            title: new.title.clone(),
            fired: new.fired,
            size: new.size,
            printed: new.printed,
            ..old
        };
        match unseen_renewed == *new && had_printed == self.has_printed() {
            true => Renewed::Unseen,
            false => Renewed::Words,
        }
    }

    /// Takes what changed on its screen and returns the rows to draw again, or `None` when more
    /// than rows has changed.
    pub fn apply(&mut self, delta: ScreenDelta) -> Option<Vec<u16>> {
        self.asked = Asked::No;
        // A cropped screen may be shown from another row on, which moves all of them.
        let same = self.settled
            && self.told_size == Some(delta.size)
            && delta.partial
            && delta.size == self.screen.size
            && delta.title == self.screen.title
            && delta.modes == self.screen.modes;
        self.drawn = true;
        self.settled = true;
        let before = self.screen.cursor;
        let mut rows: Vec<u16> = delta.rows.iter().map(|(row, _)| *row).collect();
        self.screen.apply(delta);
        let after = self.screen.cursor;
        if before != after {
            rows.extend([before.position.row, after.position.row]);
        }
        same.then_some(rows)
    }

    /// Notes that the server would not send its screen: it is asked again when the list changes.
    pub fn refuse(&mut self) {
        self.asked = Asked::Refused;
    }

    /// Returns the generation to ask an update from, when there is one to ask.
    pub fn ask_update(&mut self) -> Option<Option<u64>> {
        if self.asked != Asked::No {
            return None;
        }
        self.asked = Asked::UnderWay;
        Some(self.drawn.then_some(self.screen.generation))
    }

    /// Notes the size of its tile, and returns whether the server must be told.
    pub fn tell_size(&mut self, size: Size) -> bool {
        let news = self.told_size != Some(size);
        self.told_size = Some(size);
        self.settled &= !news;
        news
    }
}

/// Returns the moment `since` on the clock that does not jump.
pub(super) fn instant_of(since: Timestamp, now: Now) -> Instant {
    let age = now.wall.duration_since(since);
    let age = Duration::try_from(age).unwrap_or_default();
    now.instant.checked_sub(age).unwrap_or(now.instant)
}

/// Returns when the time since `since` reads differently.
pub(super) fn next_unit(since: Instant, now: Instant) -> Option<Instant> {
    let age = now.saturating_duration_since(since).as_secs();
    let unit = match age {
        0..HOUR => MINUTE,
        HOUR..DAY => HOUR,
        DAY.. => DAY,
    };
    since.checked_add(Duration::from_secs((age / unit + 1) * unit))
}

/// Returns a duration of a minute or more in its largest unit.
pub(super) fn long_duration(seconds: u64) -> String {
    match seconds {
        0..HOUR => format!("{}m", seconds / MINUTE),
        HOUR..DAY => format!("{}h", seconds / HOUR),
        DAY.. => format!("{}d", seconds / DAY),
    }
}
