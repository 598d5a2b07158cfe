//! The life of a child as rules see it: its start, its last words, its exit, the end of its output.

use std::time::{Duration, Instant};

use super::{
    Look, Trigger, WhenExit,
    decision::{Decision, Exit, Reason},
    engine::Engine,
    firing::Checked,
    occurrence::Occurrence,
    stream::Stream,
};

/// How far the child has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    Running,
    Exited,
    Over,
}

impl Engine {
    /// Takes the start of the child: rules on `start` act.
    pub fn started(&mut self, now: Instant, look: &Look) -> Vec<Decision> {
        let mut decisions = Vec::new();
        let wanted = |_, trigger: &Trigger| *trigger == Trigger::Start;
        self.events(
            now,
            look,
            wanted,
            (Reason::Started, Checked::Found),
            &mut decisions,
        );
        decisions
    }

    /// Evaluates at once what waits for stillness or LF: called when the child has ended and its
    /// output has been read, before [`Engine::exited`], so that its last words come first.
    pub fn drained(&mut self, now: Instant, look: &Look) -> Vec<Decision> {
        let mut decisions = Vec::new();
        if self.life != Life::Over {
            self.unfinished(now, look, &mut decisions);
        }
        decisions
    }

    /// Takes the child's end.
    pub fn exited(&mut self, now: Instant, exit: Exit, look: &Look) -> Vec<Decision> {
        let mut decisions = Vec::new();
        if self.life == Life::Running {
            self.life = Life::Exited;
        }
        self.exit = Some(exit.clone());
        self.end_asks();
        self.end_pending(&exit);
        self.settle(now, look, &mut decisions);
        let wanted = |_, trigger: &Trigger| match (trigger, &exit) {
            (Trigger::Exit(WhenExit::Any), _) => true,
            (Trigger::Exit(WhenExit::Zero), exit) => *exit == Exit::Code(0),
            (Trigger::Exit(WhenExit::Nonzero), exit) => *exit != Exit::Code(0),
            (Trigger::Exit(WhenExit::Code(code)), exit) => *exit == Exit::Code(*code),
            _ => false,
        };
        let event = (Reason::Exited(exit.clone()), Checked::FoundAndSeen);
        self.events(now, look, wanted, event, &mut decisions);
        decisions
    }

    /// Takes the end of the output: what is pending is evaluated first, then the rules on `eof`.
    pub fn eof(&mut self, now: Instant, look: &Look) -> Vec<Decision> {
        let mut decisions = Vec::new();
        if self.life == Life::Over {
            return decisions;
        }
        self.streams.iter_mut().for_each(Stream::finish);
        self.unfinished(now, look, &mut decisions);
        self.erase_asks();
        let event = (Reason::Eof, Checked::FoundAndSeen);
        let wanted = |_, trigger: &Trigger| *trigger == Trigger::Eof;
        self.events(now, look, wanted, event, &mut decisions);
        self.life = Life::Over;
        decisions
    }

    /// Evaluates the unfinished line as if it were finished, and everything as if it were still.
    fn unfinished(&mut self, now: Instant, look: &Look, decisions: &mut Vec<Decision>) {
        let last = look.prompt.trim_end_matches(' ');
        let seen = self.lines.last.is_some_and(|line| line >= look.line);
        if !seen && !last.is_empty() && !self.occurrence.is_answered(look.line) {
            self.lines.last = Some(look.line);
            self.lines.early = Some(look.line);
            self.lines.remember(look.line, last);
            self.watch_line(now, look, look.line, last, decisions);
        }
        self.stream_lines(now, look, decisions);
        self.evaluate(now, look, Duration::MAX, decisions);
    }

    /// Begins anew with another child. The count of [`Engine::fired`], whether the pane is armed
    /// and whether a person interacts stay.
    pub fn restart(&mut self, now: Instant) {
        for history in &mut self.histories {
            history.restart();
        }
        self.states.restart(now);
        self.waiting.fill(None);
        self.done.fill(false);
        self.told.fill(false);
        self.last.fill(None);
        self.life = Life::Running;
        self.output = now;
        self.stillness.stop();
        self.occurrence = Occurrence::default();
        self.lines.restart();
        self.showing.forget();
        self.streams.iter_mut().for_each(Stream::restart);
        self.sent_at.fill(0);
        self.mark = None;
        self.recheck = None;
        self.awaited.clear();
        self.pendings.clear();
        self.underway.clear();
        self.end_asks();
        self.streak = None;
        self.exit = None;
    }
}
