//! Playing a recording: which scene is due when, and what the keys of a player do to that.
//!
//! A player holds no clock: moments come in, and it says when it wants to be asked again. Times are
//! the recording's own, also where a silence is cut, so what a player shows is what a look at that
//! time shows.

use std::{
    io::{BufRead, Seek},
    time::{Duration, Instant},
};

use super::{
    scene::{Mark, Scene},
    seek::{Goal, Replay},
};
use crate::geometry::Size;

/// The slowest and the fastest speed.
pub const SPEEDS: std::ops::RangeInclusive<f64> = 0.25..=16.0;

/// How much work is done before the player can be asked something else, in bytes of plain output.
const WORK: usize = 1024 * 1024;

/// How often the time that is shown advances.
const TICK: Duration = Duration::from_millis(100);

/// How far a player that cannot keep up may be behind before it gives up catching up.
const LAG: Duration = Duration::from_millis(500);

/// How long after a mark the key for the mark before goes to one earlier still.
const GRACE: Duration = Duration::from_secs(1);

/// What a person wants of a player.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Pauses or goes on; at the end, begins again.
    Pause,
    /// Goes one event on, and pauses.
    NextEvent,
    /// Goes one event back, and pauses.
    PreviousEvent,
    /// Goes so many seconds on.
    Forward(u64),
    /// Goes so many seconds back.
    Back(u64),
    /// Goes to the next mark.
    NextMark,
    /// Goes to the mark before.
    PreviousMark,
    /// Twice the speed.
    Faster,
    /// Half the speed.
    Slower,
    /// Goes to so many tenths of the length.
    Tenth(u32),
    /// Goes to the end.
    End,
}

/// What a player is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Playing {
    /// It plays.
    On,
    /// It waits for a command.
    Paused,
    /// It is on the way to somewhere; `offset` bytes of the recording have been read.
    Seeking {
        /// How many.
        offset: u64,
    },
    /// It is at the end.
    Ended,
}

/// What a player shows besides the scene.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    /// What it is doing.
    pub playing: Playing,
    /// The time.
    pub at: Duration,
    /// The recording's length, once it is known.
    pub length: Option<Duration>,
    /// How many times as fast as it was recorded.
    pub speed: f64,
    /// The size of the recorded terminal.
    pub size: Size,
    /// The last mark.
    pub mark: Option<Mark>,
    /// What is wrong with the recording, as far as that is known.
    pub fault: Option<String>,
}

/// A recording that is played.
#[derive(Debug)]
pub struct Player<R> {
    replay: Replay<R>,
    speed: f64,
    idle_limit: Duration,
    paused: bool,
    /// Where the player is on its way to.
    goal: Option<Goal>,
    /// The moment at which the recording was at the time beside it.
    since: Instant,
    at: Duration,
}

impl<R: BufRead + Seek> Player<R> {
    /// Returns a player that begins to play at `now`. Silences are cut to `idle_limit`.
    pub fn new(mut replay: Replay<R>, speed: f64, idle_limit: Duration, now: Instant) -> Player<R> {
        replay.look_for_length();
        Player {
            replay,
            speed,
            idle_limit,
            paused: false,
            goal: None,
            since: now,
            at: Duration::ZERO,
        }
    }

    /// Returns the scene to show.
    pub fn scene(&mut self) -> &mut Scene {
        self.replay.scene_mut()
    }

    /// Returns the recording as far as it was read.
    pub fn replay(&self) -> &Replay<R> {
        &self.replay
    }

    /// Does what a person wants.
    pub fn command(&mut self, command: Command, now: Instant) {
        let at = self.time(now);
        let number = self.replay.scene().number();
        match command {
            Command::Pause if self.playing() == Playing::Ended => {
                self.paused = false;
                self.go(Goal::Number(0), now);
            }
            Command::Pause => {
                self.stand(at, now);
                self.paused = !self.paused;
            }
            Command::NextEvent => {
                self.paused = true;
                self.go(Goal::Number(number + 1), now);
            }
            Command::PreviousEvent => {
                self.paused = true;
                // What is shown in part is taken back first.
                let back = number - u64::from(number > 0 && !self.replay.is_amid_event());
                self.go(Goal::Number(back), now);
            }
            Command::Forward(seconds) => {
                let time = at.saturating_add(Duration::from_secs(seconds));
                self.go(Goal::Time(time), now);
            }
            Command::Back(seconds) => {
                let time = at.saturating_sub(Duration::from_secs(seconds));
                self.go(Goal::Time(time), now);
            }
            Command::NextMark => self.go(Goal::MarkBehind(number), now),
            Command::PreviousMark => {
                let number = self.previous_mark(at);
                self.go(Goal::Number(number), now);
            }
            Command::Faster => self.set_speed(self.speed * 2.0, at, now),
            Command::Slower => self.set_speed(self.speed / 2.0, at, now),
            Command::Tenth(0) => self.go(Goal::Time(Duration::ZERO), now),
            Command::Tenth(tenth) => {
                if let Some(length) = self.replay.length() {
                    self.go(Goal::Time(length / 10 * tenth), now);
                }
            }
            Command::End => self.go(Goal::End, now),
        }
    }

    /// Shows what is due at `now`, or works on towards where it is to go.
    pub fn tick(&mut self, now: Instant) {
        let mut budget = WORK;
        if let Some(goal) = self.goal {
            if self.replay.work(goal, &mut budget) {
                self.goal = None;
                let at = self.replay.scene().at();
                let at = match goal {
                    Goal::Time(time) if self.replay.next_at().is_some() => time,
                    _ => at,
                };
                self.stand(at, now);
            }
            return;
        }
        if self.paused {
            return;
        }
        while budget > 0
            && let Some(due) = self.due()
            && due <= now
        {
            let Some(at) = self.replay.next_at() else {
                break;
            };
            if self.replay.step(&mut budget) {
                self.at = self.at.max(at);
                self.since = due;
            }
        }
        if now.saturating_duration_since(self.since) > LAG
            && self.due().is_some_and(|due| due <= now)
        {
            self.since = now;
        }
    }

    /// Returns when to call [`Player::tick`] next; `None` while nothing is to come.
    pub fn next_deadline(&mut self, now: Instant) -> Option<Instant> {
        if self.goal.is_some() {
            return Some(now);
        }
        match self.paused {
            true => None,
            false => self.due().map(|due| due.min(now + TICK)),
        }
    }

    /// Returns what is shown besides the scene.
    pub fn status(&mut self, now: Instant) -> Status {
        let fault = self.replay.fault().map(ToString::to_string);
        Status {
            playing: self.playing(),
            at: self.time(now),
            length: self.replay.length(),
            speed: self.speed,
            size: self.replay.scene().size(),
            mark: self.replay.scene().mark().cloned(),
            fault,
        }
    }

    fn playing(&mut self) -> Playing {
        let offset = self.replay.offset();
        match self.goal {
            Some(_) => Playing::Seeking { offset },
            None if self.replay.next_at().is_none() => Playing::Ended,
            None if self.paused => Playing::Paused,
            None => Playing::On,
        }
    }

    /// Returns the recording's time at a moment.
    fn time(&mut self, now: Instant) -> Duration {
        match self.goal {
            Some(Goal::Time(time)) => return time,
            Some(_) => return self.replay.scene().at(),
            None => {}
        }
        let Some(next) = self.replay.next_at() else {
            return self.replay.scene().at();
        };
        if self.paused {
            return self.at;
        }
        let passed = now.saturating_duration_since(self.since);
        let passed = passed.mul_f64(self.speed);
        let silence = next.saturating_sub(self.at).min(self.idle_limit);
        self.at + passed.min(silence)
    }

    /// Returns when the next event is due.
    fn due(&mut self) -> Option<Instant> {
        let next = self.replay.next_at()?;
        let silence = next.saturating_sub(self.at).min(self.idle_limit);
        // What is longer than the clock goes is never due.
        let wait = Duration::try_from_secs_f64(silence.as_secs_f64() / self.speed).ok()?;
        self.since.checked_add(wait)
    }

    /// Notes that the recording is at this time now.
    fn stand(&mut self, at: Duration, now: Instant) {
        self.at = at;
        self.since = now;
    }

    fn go(&mut self, goal: Goal, now: Instant) {
        let at = self.time(now);
        self.stand(at, now);
        self.replay.aim(goal);
        self.goal = Some(goal);
    }

    fn set_speed(&mut self, speed: f64, at: Duration, now: Instant) {
        if self.goal.is_none() {
            self.stand(at, now);
        }
        self.speed = speed.clamp(*SPEEDS.start(), *SPEEDS.end());
    }

    /// Returns how many events there were with the mark before; while playing, that is not the one
    /// that has just been passed, or nobody would get further back.
    fn previous_mark(&mut self, at: Duration) -> u64 {
        let paused = self.paused;
        let scene = self.replay.scene();
        let Some(mark) = scene.mark() else {
            return 0;
        };
        let just_passed = match paused {
            true => scene.number() == mark.number,
            false => at.saturating_sub(mark.at) < GRACE,
        };
        match just_passed {
            true => mark.before.unwrap_or(0),
            false => mark.number,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::{record::Reader, replay::Tape};

    /// A player, and the moment that it is at.
    struct Rig {
        player: Player<Cursor<String>>,
        now: Instant,
    }

    impl Rig {
        fn new(events: &str) -> Rig {
            let text = format!("{{\"version\":2,\"width\":20,\"height\":3}}\n{events}");
            let tape = Tape::Cast(Reader::new(Cursor::new(text)).unwrap());
            let now = Instant::now();
            let limit = Duration::from_secs(2);
            Rig {
                player: Player::new(Replay::new(tape), 1.0, limit, now),
                now,
            }
        }

        /// Lets time pass, and does what is due on the way.
        fn pass(&mut self, milliseconds: u64) {
            let end = self.now + Duration::from_millis(milliseconds);
            self.settle();
            while let Some(due) = self.player.next_deadline(self.now)
                && due <= end
            {
                self.now = self.now.max(due);
                self.player.tick(self.now);
            }
            self.now = end;
        }

        /// Comes to where the player is going.
        fn settle(&mut self) {
            while let Playing::Seeking { .. } = self.player.status(self.now).playing {
                self.player.tick(self.now);
            }
        }

        fn does(&mut self, command: Command) {
            self.player.command(command, self.now);
            self.settle();
        }

        fn check(&mut self, milliseconds: u64, shown: &str, playing: Playing) {
            let status = self.player.status(self.now);
            let text = self.player.scene().emulator().screen().text();
            assert_eq!(text.trim_end(), shown);
            assert_eq!(status.at, Duration::from_millis(milliseconds), "{shown}");
            assert_eq!(status.playing, playing, "{shown}");
        }
    }

    const EVENTS: &str = "[1,\"o\",\"a\"]\n[2,\"o\",\"b\"]\n[2.5,\"m\",\"one\"]\n[3,\"o\",\"c\"]\n[10,\"o\",\"d\"]\n[10,\"m\",\"two\"]\n[11,\"o\",\"e\"]\n";

    #[test]
    fn events_come_when_they_are_due_and_silences_are_cut() {
        let mut rig = Rig::new(EVENTS);
        rig.check(0, "", Playing::On);
        rig.pass(900);
        rig.check(900, "", Playing::On);
        rig.pass(100);
        rig.check(1000, "a", Playing::On);
        rig.pass(2000);
        rig.check(3000, "abc", Playing::On);
        rig.pass(1900);
        rig.check(4900, "abc", Playing::On);
        // 7 s were silent, 2 s of which are shown.
        rig.pass(100);
        rig.check(10_000, "abcd", Playing::On);
        rig.pass(1000);
        rig.check(11_000, "abcde", Playing::Ended);
        assert_eq!(rig.player.next_deadline(rig.now), None);
        rig.does(Command::Pause);
        rig.check(0, "", Playing::On);
        rig.pass(1000);
        rig.check(1000, "a", Playing::On);
    }

    #[test]
    fn the_length_is_known_from_the_start() {
        let mut rig = Rig::new(EVENTS);
        let status = rig.player.status(rig.now);
        assert_eq!(status.length, Some(Duration::from_secs(11)));
    }

    #[test]
    fn a_pause_stands_still() {
        let mut rig = Rig::new(EVENTS);
        rig.pass(1500);
        rig.does(Command::Pause);
        assert_eq!(rig.player.next_deadline(rig.now), None);
        rig.pass(60_000);
        rig.check(1500, "a", Playing::Paused);
        rig.does(Command::Pause);
        rig.pass(400);
        rig.check(1900, "a", Playing::On);
        rig.pass(100);
        rig.check(2000, "ab", Playing::On);
    }

    #[test]
    fn speed_changes_how_fast_time_passes() {
        let mut rig = Rig::new(EVENTS);
        rig.pass(500);
        rig.does(Command::Faster);
        rig.pass(250);
        rig.check(1000, "a", Playing::On);
        for _ in 0..10 {
            rig.does(Command::Slower);
        }
        assert_eq!(rig.player.status(rig.now).speed, 0.25);
        rig.pass(2000);
        rig.check(1500, "a", Playing::On);
        for _ in 0..10 {
            rig.does(Command::Faster);
        }
        assert_eq!(rig.player.status(rig.now).speed, 16.0);
    }

    #[test]
    fn single_events_go_both_ways() {
        let mut rig = Rig::new(EVENTS);
        rig.does(Command::NextEvent);
        rig.check(1000, "a", Playing::Paused);
        rig.does(Command::NextEvent);
        rig.check(2000, "ab", Playing::Paused);
        rig.does(Command::PreviousEvent);
        rig.check(1000, "a", Playing::Paused);
        rig.does(Command::PreviousEvent);
        rig.does(Command::PreviousEvent);
        rig.check(0, "", Playing::Paused);
        rig.does(Command::End);
        rig.check(11_000, "abcde", Playing::Ended);
        rig.does(Command::NextEvent);
        rig.check(11_000, "abcde", Playing::Ended);
        rig.does(Command::PreviousEvent);
        rig.check(10_000, "abcd", Playing::Paused);
    }

    #[test]
    fn seeking_goes_to_times() {
        let mut rig = Rig::new(EVENTS);
        rig.does(Command::Forward(5));
        rig.check(5000, "abc", Playing::On);
        // From here on the silence is cut anew.
        rig.pass(2000);
        rig.check(10_000, "abcd", Playing::On);
        rig.does(Command::Back(8));
        rig.check(2000, "ab", Playing::On);
        rig.does(Command::Back(5));
        rig.check(0, "", Playing::On);
        rig.does(Command::Tenth(5));
        rig.check(5500, "abc", Playing::On);
        rig.does(Command::Forward(60));
        rig.check(11_000, "abcde", Playing::Ended);
        rig.does(Command::Tenth(0));
        rig.check(0, "", Playing::On);
    }

    #[test]
    fn seeking_adds_up_while_it_is_under_way() {
        let mut rig = Rig::new(EVENTS);
        for _ in 0..2 {
            rig.player.command(Command::Forward(5), rig.now);
        }
        rig.settle();
        rig.check(10_000, "abcd", Playing::On);
    }

    #[test]
    fn marks_are_gone_to_both_ways() {
        let mut rig = Rig::new(EVENTS);
        rig.does(Command::NextMark);
        rig.check(2500, "ab", Playing::On);
        rig.does(Command::NextMark);
        rig.check(10_000, "abcd", Playing::On);
        // It has just been passed.
        rig.does(Command::PreviousMark);
        rig.check(2500, "ab", Playing::On);
        rig.pass(1500);
        rig.does(Command::PreviousMark);
        rig.check(2500, "ab", Playing::On);
        rig.does(Command::PreviousMark);
        rig.check(0, "", Playing::On);
        rig.does(Command::Pause);
        rig.does(Command::NextMark);
        rig.does(Command::NextEvent);
        rig.does(Command::PreviousMark);
        rig.check(2500, "ab", Playing::Paused);
        assert_eq!(rig.player.status(rig.now).mark.unwrap().text, "one");
        rig.does(Command::NextMark);
        rig.does(Command::NextMark);
        rig.check(11_000, "abcde", Playing::Ended);
    }

    #[test]
    fn a_player_that_was_held_up_does_not_race() {
        let events: String = (0..100)
            .map(|n| format!("[{n},\"o\",\"{n} \"]\n"))
            .collect();
        let mut rig = Rig::new(&events);
        rig.pass(500);
        // The process was stopped for a minute.
        rig.now += Duration::from_secs(60);
        rig.player.tick(rig.now);
        let at = rig.player.status(rig.now).at;
        assert!(at <= Duration::from_secs(61), "{at:?}");
    }

    #[test]
    fn a_fault_is_told_once_it_is_come_to() {
        let mut rig = Rig::new("[1,\"o\",\"a\"]\nx\n");
        assert_eq!(rig.player.status(rig.now).fault, None);
        rig.pass(1000);
        rig.check(1000, "a", Playing::Ended);
        let fault = rig.player.status(rig.now).fault.unwrap();
        assert!(fault.starts_with("line 3 is no event"), "{fault}");
    }

    #[test]
    fn no_speed_or_limit_stops_the_clock() {
        let huge = "[1,\"o\",\"a\"]\n[1e18,\"o\",\"b\"]\n";
        let mut rig = Rig::new(huge);
        rig.pass(3000);
        assert_eq!(rig.player.status(rig.now).playing, Playing::Ended);
    }
}
