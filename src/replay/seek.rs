//! Finding the scene of any time of a recording, in bounded pieces of work.
//!
//! Owns how far the recording is read, and from where a goal is best reached: from here, or from a
//! checkpoint. One event is read ahead, so that it is known when something happens next.

use std::{
    io::{BufRead, Seek},
    time::Duration,
};

use super::{
    checkpoints::Checkpoints,
    scene::Scene,
    tape::{Step, Tape, TapePlace},
};
use crate::record::ReadError;

/// The most bytes of output that are shown at once.
const PIECE: usize = 64 * 1024;

/// What an event costs besides its bytes: it has to be read.
const EVENT_COST: usize = 128;

/// What a change of size costs, in bytes of plain output; so does a piece of output that fills or
/// clears large parts of the screen, where the terminal stops by itself.
const COSTLY: usize = 256 * 1024;

/// Which moment is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// That behind so many events.
    Number(u64),
    /// That behind all events up to this time.
    Time(Duration),
    /// That of the first mark behind so many events; the end without one.
    MarkBehind(u64),
    /// The end.
    End,
}

impl Goal {
    /// Returns whether the goal can be reached by going on from a scene.
    pub(super) fn is_ahead_of(self, scene: &Scene) -> bool {
        match self {
            Goal::Number(number) | Goal::MarkBehind(number) => scene.number() <= number,
            Goal::Time(time) => scene.at() <= time,
            Goal::End => true,
        }
    }
}

/// An event that was read and is not wholly shown.
#[derive(Debug)]
struct Ahead {
    at: Duration,
    step: Step,
    /// Bytes of its output that are shown.
    shown: usize,
}

/// A recording and the scene that it is at.
#[derive(Debug)]
pub struct Replay<R> {
    tape: Tape<R>,
    scene: Scene,
    checkpoints: Checkpoints,
    ahead: Option<Ahead>,
    ended: bool,
    fault: Option<ReadError>,
    length: Option<Duration>,
}

impl<R: BufRead + Seek> Replay<R> {
    /// Returns the moment before the first event.
    pub fn new(tape: Tape<R>) -> Replay<R> {
        let mut scene = Scene::new(tape.size());
        if let Some(term) = tape.term() {
            scene.emulator().described_as(term);
        }
        let place: TapePlace = tape.place();
        Replay {
            checkpoints: Checkpoints::new(&mut scene, place),
            tape,
            scene,
            ahead: None,
            ended: false,
            fault: None,
            length: None,
        }
    }

    /// Looks at the recording's end for its length, if that has it. It counts until the end has been
    /// reached.
    pub fn look_for_length(&mut self) {
        // What cannot be read is told when it is come to.
        self.length = self.tape.last_time().ok().flatten();
    }

    /// Returns the scene that is shown.
    pub fn scene(&self) -> &Scene {
        &self.scene
    }

    /// Returns the scene that is shown, to look at its terminal.
    pub fn scene_mut(&mut self) -> &mut Scene {
        &mut self.scene
    }

    /// Returns the time of the next event; `None` at the end.
    pub fn next_at(&mut self) -> Option<Duration> {
        self.read_ahead();
        self.ahead.as_ref().map(|ahead| ahead.at)
    }

    /// Returns whether an event is shown in part.
    pub fn is_amid_event(&self) -> bool {
        self.ahead.as_ref().is_some_and(|ahead| ahead.shown > 0)
    }

    /// Returns the length, once it is known.
    pub fn length(&self) -> Option<Duration> {
        self.length
    }

    /// Returns how many bytes have been read of what tells how far that is.
    pub fn offset(&self) -> u64 {
        self.tape.place().offset()
    }

    /// Returns why the recording ended earlier than it should.
    pub fn fault(&self) -> Option<&ReadError> {
        self.fault.as_ref()
    }

    /// Returns whether the recording was found to end in the middle of an event.
    pub fn is_torn(&self) -> bool {
        self.ended && self.tape.is_torn()
    }

    /// Goes to where a goal is best reached from; [`Replay::work`] reaches it.
    pub fn aim(&mut self, goal: Goal) {
        let from_here = goal.is_ahead_of(&self.scene) && !self.is_beyond(goal);
        let number = from_here.then(|| self.scene.number());
        let Some((scene, place)) = self.checkpoints.before(goal, number) else {
            return;
        };
        match self.tape.return_to(place) {
            Ok(()) => {
                self.scene = scene;
                self.ahead = None;
                self.ended = false;
            }
            Err(error) => self.fault = Some(error.into()),
        }
    }

    /// Goes on towards a goal that was aimed at, for as much work as reading and showing `budget`
    /// bytes is, which is counted off. Returns whether it is reached.
    pub fn work(&mut self, goal: Goal, budget: &mut usize) -> bool {
        loop {
            if self.is_at(goal) {
                return true;
            }
            if *budget == 0 {
                return false;
            }
            self.step(budget);
        }
    }

    /// Shows the next event, or some of it if that is much. Returns whether it is shown as a whole.
    pub fn step(&mut self, budget: &mut usize) -> bool {
        self.read_ahead();
        let Some(ahead) = &mut self.ahead else {
            return true;
        };
        let mut cost = EVENT_COST;
        match &mut ahead.step {
            Step::Output(output) => {
                let end = output.len().min(ahead.shown + PIECE);
                let taken = self.scene.show_some(&output[ahead.shown..end]);
                ahead.shown += taken;
                cost += taken;
                if ahead.shown < end {
                    cost += COSTLY;
                }
                if ahead.shown < output.len() {
                    *budget = budget.saturating_sub(cost);
                    return false;
                }
            }
            Step::Resize(size) => {
                self.scene.resize(*size);
                cost += COSTLY;
            }
            Step::Mark(text) => self.scene.pass(ahead.at, std::mem::take(text)),
            Step::Unseen => {}
        }
        if ahead.step != Step::Unseen {
            self.scene.take(ahead.at);
        }
        self.ahead = None;
        *budget = budget.saturating_sub(cost);
        self.checkpoints.pass(&mut self.scene, self.tape.place());
        true
    }

    /// Returns whether a goal is reached. An event that is shown in part was wanted.
    fn is_at(&mut self, goal: Goal) -> bool {
        let Some(next) = self.next_at() else {
            return true;
        };
        !self.is_amid_event()
            && match goal {
                Goal::Number(number) => self.scene.number() >= number,
                Goal::Time(time) => next > time,
                Goal::MarkBehind(number) => {
                    let mark = self.scene.mark();
                    mark.is_some_and(|mark| mark.number > number)
                }
                Goal::End => false,
            }
    }

    /// Returns whether an event is shown in part that a goal does not have.
    fn is_beyond(&self, goal: Goal) -> bool {
        let begun = self.ahead.as_ref().filter(|ahead| ahead.shown > 0);
        begun.is_some_and(|ahead| match goal {
            Goal::Number(number) => self.scene.number() >= number,
            Goal::Time(time) => ahead.at > time,
            Goal::MarkBehind(_) | Goal::End => false,
        })
    }

    fn read_ahead(&mut self) {
        if self.ahead.is_some() || self.ended {
            return;
        }
        match self.tape.next_step() {
            Ok(Some((at, step))) => {
                self.ahead = Some(Ahead { at, step, shown: 0 });
                return;
            }
            Ok(None) => {}
            Err(error) => self.fault = Some(error),
        }
        self.ended = true;
        self.length = Some(self.scene.at());
        self.scene.finish();
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::{geometry::Size, record::Reader};

    /// A recording of `events`, each one line of JSON.
    fn replay(events: &str) -> Replay<Cursor<String>> {
        let text = format!("{{\"version\":2,\"width\":20,\"height\":3}}\n{events}");
        Replay::new(Tape::Cast(Reader::new(Cursor::new(text)).unwrap()))
    }

    /// Lines of output `0`, `1`, … a second apart, with a mark behind each tenth.
    fn counting(to: usize, line: &str) -> String {
        let event = |n: usize| {
            let mark = match n % 10 {
                9 => format!("[{n},\"m\",\"mark {n}\"]\n"),
                _ => String::new(),
            };
            format!("[{n},\"o\",\"\\r\\n{n} {line}\"]\n{mark}")
        };
        (0..to).map(event).collect()
    }

    fn go(replay: &mut Replay<Cursor<String>>, goal: Goal) -> String {
        replay.aim(goal);
        while !replay.work(goal, &mut 1) {}
        replay.scene_mut().emulator().screen().text()
    }

    /// What a fresh recording shows there: nothing has been passed before.
    fn fresh(events: &str, goal: Goal) -> String {
        go(&mut replay(events), goal)
    }

    #[test]
    fn a_time_shows_all_events_up_to_it() {
        let events = "[1,\"o\",\"a\"]\n[2,\"o\",\"b\"]\n[2,\"o\",\"c\"]\n[3.5,\"r\",\"5x2\"]\n";
        let mut replay = replay(events);
        let mut check = |milliseconds, expected: &str, size: &str| {
            let goal = Goal::Time(Duration::from_millis(milliseconds));
            let text = go(&mut replay, goal);
            assert_eq!(text.trim_end(), expected, "{milliseconds}");
            assert_eq!(replay.scene().size().to_string(), size);
        };
        check(0, "", "20x3");
        check(999, "", "20x3");
        check(1000, "a", "20x3");
        check(2000, "abc", "20x3");
        check(9000, "abc", "5x2");
        check(1999, "a", "20x3");
        assert_eq!(replay.length(), Some(Duration::from_millis(3500)));
    }

    #[test]
    fn every_moment_is_the_same_from_wherever_it_is_reached() {
        let events = counting(300, &"x".repeat(8_000));
        let mut replay = replay(&events);
        go(&mut replay, Goal::End);
        let mut number = 7;
        for _ in 0..8 {
            number = number * 31 % 330;
            let goal = Goal::Number(number);
            let text = go(&mut replay, goal);
            assert_eq!(replay.scene().number(), number);
            assert_eq!(text, fresh(&events, goal), "{number}");
        }
    }

    #[test]
    fn an_event_that_is_shown_in_part_can_be_taken_back() {
        let long = "y".repeat(300_000);
        let events = format!("[1,\"o\",\"first\"]\n[2,\"o\",\"{long}\"]\n[3,\"m\",\"x\"]\n");
        let mut replay = replay(&events);
        replay.aim(Goal::End);
        while !replay.is_amid_event() {
            assert!(!replay.work(Goal::End, &mut 1));
        }
        assert_eq!(go(&mut replay, Goal::Number(1)).trim_end(), "first");
        replay.aim(Goal::End);
        while !replay.is_amid_event() {
            replay.work(Goal::End, &mut 1);
        }
        // Gone on with, not begun anew.
        assert_eq!(
            go(&mut replay, Goal::Number(2)),
            fresh(&events, Goal::Number(2))
        );
    }

    #[test]
    fn marks_are_found_one_after_the_other() {
        let mut replay = replay(&counting(30, ""));
        for expected in ["mark 9", "mark 19", "mark 29", "mark 29"] {
            let goal = Goal::MarkBehind(replay.scene().number());
            go(&mut replay, goal);
            assert_eq!(replay.scene().mark().unwrap().text, expected);
        }
        let mark = replay.scene().mark().unwrap();
        assert_eq!((mark.number, mark.before), (33, Some(22)));
        go(&mut replay, Goal::Number(22));
        assert_eq!(replay.scene().mark().unwrap().text, "mark 19");
        assert_eq!(replay.scene().mark().unwrap().before, Some(11));
    }

    #[test]
    fn what_cannot_be_read_ends_the_recording() {
        let mut replay = replay("[1,\"o\",\"a\"]\nx\n[2,\"o\",\"b\"]\n");
        assert_eq!(go(&mut replay, Goal::End).trim_end(), "a");
        let fault = replay.fault().unwrap().to_string();
        assert!(fault.starts_with("line 3 is no event"), "{fault}");
        assert!(!replay.is_torn());
        assert_eq!(go(&mut replay, Goal::Time(Duration::ZERO)).trim_end(), "");
        assert_eq!(go(&mut replay, Goal::End).trim_end(), "a");
    }

    #[test]
    fn a_torn_tail_is_no_fault() {
        let mut replay = replay("[1,\"o\",\"a\"]\n[2,\"o\",\"b");
        assert_eq!(go(&mut replay, Goal::End).trim_end(), "a");
        assert!(replay.is_torn() && replay.fault().is_none());
    }

    #[test]
    fn typed_input_is_passed_over() {
        let mut replay =
            replay("[1,\"i\",\"k\"]\n[2,\"o\",\"a\"]\n[3,\"t\",\"{}\"]\n[4,\"i\",\"k\"]\n");
        assert_eq!(go(&mut replay, Goal::Number(1)).trim_end(), "a");
        assert_eq!(replay.scene().at(), Duration::from_secs(2));
        go(&mut replay, Goal::End);
        assert_eq!(replay.scene().number(), 1);
    }

    #[test]
    fn costly_output_is_shown_in_pieces() {
        let costly = "\\u001b[2J\\u001b[999@".repeat(20_000);
        let text =
            format!("{{\"version\":2,\"width\":1000,\"height\":1000}}\n[1,\"o\",\"{costly}\"]\n");
        let tape = Tape::Cast(Reader::new(Cursor::new(text)).unwrap());
        let mut replay = Replay::new(tape);
        assert!(!replay.work(Goal::End, &mut 1));
        assert!(replay.is_amid_event());
        let Some(Ahead { shown, .. }) = &replay.ahead else {
            panic!()
        };
        assert!(*shown < 1000, "{shown}");
        assert_eq!(
            replay.scene().size(),
            Size {
                rows: 1000,
                cols: 1000
            }
        );
    }
}
