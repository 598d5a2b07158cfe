//! The waiting `expect` of a pane's core: what it looks at, its deadline, its end.

use std::{collections::BTreeMap, time::Instant};

use super::{
    core::{Core, Moment},
    effect::Effect,
    rendered::{FinishedLines, Shown, screen_text},
};
use crate::{
    expect::{Awaited, Found, Search, View},
    protocol::{
        ExpectEvent, ExpectFrom, ExpectInfo, ExpectRequest, Failure, FailureKind, SendWhat,
    },
};

/// An `expect` that waits.
#[derive(Debug)]
pub(super) struct Expecting {
    hunt: Hunt,
    eof_index: Option<usize>,
    timeout_index: Option<usize>,
    deadline: Instant,
}

/// What an `expect` looks at.
#[derive(Debug)]
enum Hunt {
    /// `stream` and `raw`: the output.
    Output(Box<Search>),
    /// `line`: finished lines.
    Lines(Box<FinishedLines>),
    /// `prompt` and `screen`: what is shown.
    Shown(View, Shown),
}

impl Expecting {
    /// Returns when it looks at what is shown, or gives up.
    pub(super) fn deadline(&self) -> Instant {
        let look = self.look_due();
        look.map_or(self.deadline, |at| at.min(self.deadline))
    }

    /// Returns when to look at what is shown; `None` while there is nothing new.
    fn look_due(&self) -> Option<Instant> {
        match &self.hunt {
            Hunt::Output(_) | Hunt::Lines(_) => None,
            Hunt::Shown(_, shown) => shown.due(),
        }
    }
}

impl Core {
    /// Begins an `expect`; its end comes as [`Effect::Expected`]. What it sends goes out once the
    /// wait has begun.
    pub fn expect(&mut self, moment: Moment, request: &ExpectRequest) -> Result<(), Failure> {
        let awaited = Awaited::new(&request.patterns, request.exact).map_err(|error| Failure {
            kind: FailureKind::Usage,
            message: error.to_string(),
        })?;
        let patterns = request.patterns.len();
        self.expecting = Some(Expecting {
            hunt: self.hunt(moment, awaited, request),
            eof_index: request.eof.then_some(patterns),
            timeout_index: request
                .timeout_ok
                .then_some(patterns + usize::from(request.eof)),
            deadline: moment.now + request.timeout,
        });
        if let Some(text) = &request.send
            && let Err(failure) = self.send(moment, &SendWhat::Text(text.clone()))
        {
            self.expecting = None;
            return Err(failure);
        }
        self.advance_expect(moment.now);
        self.look_expect(moment.now);
        Ok(())
    }

    fn hunt(&mut self, moment: Moment, awaited: Awaited, request: &ExpectRequest) -> Hunt {
        let offset = self.transcript.offset();
        let from = match request.from {
            ExpectFrom::Cursor => self.read_position,
            ExpectFrom::Now => offset,
            ExpectFrom::Start => self.transcript.start(),
            ExpectFrom::Offset(wanted) => wanted.min(offset),
        };
        // What is shown before the sending cannot be the answer to it.
        let shown_from = if request.send.is_some() { offset } else { from };
        let stirred = moment
            .now
            .checked_sub(self.stillness(moment.now))
            .unwrap_or(moment.now);
        let shown = |awaited| Shown::new(awaited, shown_from, offset, stirred);
        match request.view {
            view @ (View::Prompt | View::Screen) => Hunt::Shown(view, shown(awaited)),
            view => match Search::new(&awaited, view, from, &self.transcript) {
                Some(search) => Hunt::Output(Box::new(search)),
                None => Hunt::Lines(Box::new(FinishedLines::new(
                    awaited,
                    from,
                    &self.transcript,
                    self.emulator().size(),
                ))),
            },
        }
    }

    /// Ends a waiting `expect` because the pane has ended or will get no more output.
    pub fn end_expect(&mut self) {
        let Some(mut expecting) = self.expecting.take() else {
            return;
        };
        let found = match &mut expecting.hunt {
            Hunt::Output(search) => search.advance(&self.transcript).or_else(|| search.finish()),
            Hunt::Lines(lines) => lines.finish(&self.transcript),
            Hunt::Shown(view, shown) => self.look_at(*view, shown),
        };
        match found {
            Some(found) => self.found(found),
            None => self.give_up(&expecting, ExpectEvent::Eof),
        }
    }

    /// Forgets a waiting `expect` that nobody waits for any more.
    pub fn forget_expect(&mut self) {
        self.expecting = None;
    }

    /// Returns whether an `expect` waits.
    pub fn is_expecting(&self) -> bool {
        self.expecting.is_some()
    }

    /// Looks at what has come.
    pub(super) fn advance_expect(&mut self, now: Instant) {
        let Some(expecting) = &mut self.expecting else {
            return;
        };
        let found = match &mut expecting.hunt {
            Hunt::Output(search) => search.advance(&self.transcript),
            Hunt::Lines(lines) => lines.advance(&self.transcript),
            Hunt::Shown(_, shown) => {
                shown.stir(now, self.transcript.offset());
                None
            }
        };
        if let Some(found) = found {
            self.expecting = None;
            self.found(found);
        }
    }

    /// Looks at what is shown if it is time to.
    fn look_expect(&mut self, now: Instant) {
        let Some(mut expecting) = self
            .expecting
            .take_if(|expecting| expecting.look_due().is_some_and(|at| at <= now))
        else {
            return;
        };
        let found = match &mut expecting.hunt {
            Hunt::Output(_) | Hunt::Lines(_) => None,
            Hunt::Shown(view, shown) => self.look_at(*view, shown),
        };
        match found {
            Some(found) => self.found(found),
            None => self.expecting = Some(expecting),
        }
    }

    /// Looks at what is shown, if there is anything new.
    fn look_at(&mut self, view: View, shown: &mut Shown) -> Option<Found> {
        shown.due()?;
        shown.look(&self.shown(view))
    }

    /// Returns the text that is shown now.
    fn shown(&mut self, view: View) -> String {
        match view {
            View::Screen => screen_text(self.emulator_mut()),
            _ => self.emulator_mut().prompt().text,
        }
    }

    fn found(&mut self, found: Found) {
        self.read_position = found.end_offset;
        self.effects.push(Effect::Expected(ExpectInfo {
            index: Some(found.index),
            pattern: Some(found.pattern),
            event: ExpectEvent::Match,
            matched: Some(found.matched),
            groups: found.groups,
            named: found.named,
            before: found.before,
            offset: found.end_offset,
            lost: found.lost,
        }));
    }

    fn give_up(&mut self, expecting: &Expecting, event: ExpectEvent) {
        let (before, lost) = match &expecting.hunt {
            Hunt::Output(search) => (search.text().to_owned(), search.lost()),
            Hunt::Lines(lines) => (lines.passed().to_owned(), lines.lost()),
            Hunt::Shown(view, _) => (self.shown(*view), 0),
        };
        let index = match event {
            ExpectEvent::Eof => expecting.eof_index,
            _ => expecting.timeout_index,
        };
        self.effects.push(Effect::Expected(ExpectInfo {
            index,
            pattern: None,
            event,
            matched: None,
            groups: Vec::new(),
            named: BTreeMap::new(),
            before,
            offset: self.read_position,
            lost,
        }));
    }

    /// Looks at what is shown if it is time to, and gives up when the time is over.
    pub(super) fn tick_expect(&mut self, now: Instant) {
        self.look_expect(now);
        if let Some(expecting) = self
            .expecting
            .take_if(|expecting| expecting.deadline <= now)
        {
            self.give_up(&expecting, ExpectEvent::Timeout);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{expect::TRANSCRIPT_LIMIT, geometry::Size, pane::core::CoreOptions};

    const STABLE: Duration = Duration::from_millis(30);

    /// A core and its clock.
    struct Pane {
        core: Core,
        now: Instant,
    }

    impl Pane {
        fn new() -> Pane {
            let now = Instant::now();
            let options = CoreOptions::bare(Size { rows: 4, cols: 20 });
            Pane {
                core: Core::new(options, now),
                now,
            }
        }

        fn moment(&self) -> Moment<'static> {
            Moment {
                now: self.now,
                holder: None,
                tty: None,
            }
        }

        fn out(&mut self, bytes: impl AsRef<[u8]>) {
            let moment = self.moment();
            self.core.output(moment, bytes.as_ref());
        }

        /// Lets time pass, and meets the deadlines in it.
        fn wait(&mut self, time: Duration) {
            let until = self.now + time;
            while let Some(at) = self.core.expecting.as_ref().map(Expecting::deadline)
                && at <= until
            {
                self.now = self.now.max(at);
                self.core.tick_expect(self.now);
            }
            self.now = until;
        }

        fn ask(&mut self, view: View, from: ExpectFrom, patterns: &[&str]) {
            let request = ExpectRequest {
                view,
                from,
                ..request(patterns)
            };
            let moment = self.moment();
            self.core.expect(moment, &request).unwrap();
        }

        /// Returns how the `expect` ended, if it did.
        fn expected(&mut self) -> Option<ExpectInfo> {
            let effects = self.core.take_effects();
            effects.into_iter().find_map(|effect| match effect {
                Effect::Expected(info) => Some(info),
                _ => None,
            })
        }

        /// Returns what matched, what came before, and the offset.
        #[track_caller]
        fn matched(&mut self) -> (String, String, u64) {
            let info = self.expected().expect("the expect is over");
            assert_eq!(info.event, ExpectEvent::Match, "{info:?}");
            (info.matched.unwrap(), info.before, info.offset)
        }
    }

    fn request(patterns: &[&str]) -> ExpectRequest {
        ExpectRequest {
            pane: None,
            patterns: patterns.iter().map(ToString::to_string).collect(),
            exact: false,
            view: View::Stream,
            eof: false,
            timeout_ok: false,
            timeout: Duration::from_secs(10),
            from: ExpectFrom::Cursor,
            send: None,
        }
    }

    fn told(matched: &str, before: &str, offset: u64) -> (String, String, u64) {
        (matched.to_owned(), before.to_owned(), offset)
    }

    #[test]
    fn lines_are_seen_as_rendered_when_they_are_finished() {
        let output = b"\x1b[31mone\x1b[m\r\n 50%\r100%\r\nthe longest line of all 20\r\nlast";
        for split in 0..=output.len() {
            let mut pane = Pane::new();
            pane.ask(View::Line, ExpectFrom::Cursor, &["^100%$", "50%", "last"]);
            pane.out(&output[..split]);
            pane.out(&output[split..]);
            assert_eq!(
                pane.matched(),
                told("100%", "one\n", 24),
                "split at {split}"
            );
            // Behind the line that matched; a wrapped line is one.
            pane.ask(View::Line, ExpectFrom::Cursor, &["100%", "^the (.*)20$"]);
            let offset = 24 + 28;
            assert_eq!(pane.matched().2, offset, "split at {split}");
            // The end of the output finishes the last line.
            pane.ask(View::Line, ExpectFrom::Cursor, &["^last$"]);
            assert_eq!(pane.expected(), None);
            pane.core.end_expect();
            assert_eq!(pane.matched(), told("last", "", offset + 4));
            pane.ask(View::Line, ExpectFrom::Cursor, &["last"]);
            pane.core.end_expect();
            assert_eq!(pane.expected().unwrap().event, ExpectEvent::Eof);
        }
    }

    #[test]
    fn a_line_counts_if_it_is_finished_behind_the_read_position() {
        let mut pane = Pane::new();
        pane.out("one\r\ntwo ");
        pane.ask(View::Line, ExpectFrom::Now, &["one", "two"]);
        pane.out("words\r\n");
        assert_eq!(pane.matched(), told("two", "", 16));
        pane.ask(View::Line, ExpectFrom::Start, &["o"]);
        assert_eq!(pane.matched(), told("o", "", 5));
        pane.ask(View::Line, ExpectFrom::Offset(5), &["words"]);
        assert_eq!(pane.matched(), told("words", "two ", 16));
    }

    #[test]
    fn lines_that_fell_out_are_counted_and_torn_ones_do_not_match() {
        let mut pane = Pane::new();
        pane.out("first\r\nx");
        pane.out(vec![b'y'; TRANSCRIPT_LIMIT]);
        pane.out("\r\nwhole y\r\n");
        pane.ask(View::Line, ExpectFrom::Cursor, &["first", "y"]);
        let info = pane.expected().unwrap();
        assert_eq!(info.matched.as_deref(), Some("y"));
        assert_eq!(info.before, "whole ");
        assert_eq!(info.lost, info.offset - TRANSCRIPT_LIMIT as u64);
        // The same while it waits.
        pane.ask(View::Line, ExpectFrom::Cursor, &["^z"]);
        pane.out("begin");
        pane.out(vec![b'z'; TRANSCRIPT_LIMIT + 1]);
        pane.out("\r\n");
        assert_eq!(pane.expected(), None);
        pane.wait(Duration::from_secs(10));
        let info = pane.expected().unwrap();
        assert_eq!((info.event, info.lost), (ExpectEvent::Timeout, 8));
    }

    #[test]
    fn prompt_is_seen_once_output_is_still() {
        let mut pane = Pane::new();
        pane.ask(
            View::Prompt,
            ExpectFrom::Cursor,
            &["$ $", "(?<what>\\w+): $"],
        );
        // As a line editor draws: the whole line anew, then the cursor put back.
        pane.out("make\r\n\x1b[1G\x1b[0JNa");
        pane.wait(STABLE / 2);
        pane.out("me: (none)\x1b[7G");
        pane.wait(STABLE - Duration::from_millis(1));
        assert_eq!(pane.expected(), None);
        pane.wait(Duration::from_millis(1));
        let info = pane.expected().unwrap();
        assert_eq!(info.index, Some(1));
        assert_eq!(info.matched.as_deref(), Some("Name: "));
        assert_eq!(info.named["what"].as_deref(), Some("Name"));
        assert_eq!(info.offset, pane.core.offset());
        // It does not match again until something new has come.
        pane.ask(View::Prompt, ExpectFrom::Cursor, &["Name"]);
        pane.wait(Duration::from_secs(5));
        assert_eq!(pane.expected(), None);
        pane.out("\x1b[K");
        pane.wait(STABLE);
        assert_eq!(pane.matched().0, "Name");
        // What is shown already counts at once, if it is asked for.
        pane.wait(STABLE);
        pane.ask(View::Prompt, ExpectFrom::Start, &["me"]);
        assert_eq!(pane.matched().1, "Na");
    }

    #[test]
    fn a_wrapped_prompt_is_one_line() {
        let mut pane = Pane::new();
        pane.out("Really delete everything? [y/N] ");
        pane.wait(STABLE);
        pane.ask(View::Prompt, ExpectFrom::Cursor, &[r"^Really .* \[y/N\] $"]);
        assert_eq!(pane.matched().0, "Really delete everything? [y/N] ");
    }

    #[test]
    fn what_is_sent_is_not_answered_by_what_was_shown_before() {
        let mut pane = Pane::new();
        pane.out("$ ");
        pane.wait(STABLE);
        let request = ExpectRequest {
            view: View::Prompt,
            send: Some("ls\r".to_owned()),
            ..request(&[r"\$ $"])
        };
        let moment = pane.moment();
        pane.core.expect(moment, &request).unwrap();
        assert_eq!(pane.core.outbox(), b"ls\r");
        pane.wait(STABLE);
        assert_eq!(pane.expected(), None);
        pane.out("ls\r\nfile\r\n$ ");
        pane.wait(STABLE);
        assert_eq!(pane.matched(), told("$ ", "", 14));
    }

    #[test]
    fn screen_is_what_is_visible() {
        let mut pane = Pane::new();
        pane.out("gone\r\n1\r\n2\r\n\x1b[2J\x1b[H[ OK ]\x1b[2;3Hlong line that is wrapped");
        pane.wait(STABLE);
        pane.ask(
            View::Screen,
            ExpectFrom::Cursor,
            &["gone", r"(?s)OK.*wrapped\n"],
        );
        assert_eq!(
            pane.matched(),
            told("OK ]\n  long line that is wrapped\n", "[ ", 56)
        );
        pane.ask(View::Screen, ExpectFrom::Cursor, &["OK"]);
        pane.wait(Duration::from_secs(10));
        let info = pane.expected().unwrap();
        assert_eq!((info.event, info.offset), (ExpectEvent::Timeout, 56));
        assert!(info.before.starts_with("[ OK ]\n  long"), "{}", info.before);
    }

    #[test]
    fn the_end_of_the_output_is_looked_at_without_waiting() {
        for view in [
            View::Prompt,
            View::Screen,
            View::Line,
            View::Stream,
            View::Raw,
        ] {
            let mut pane = Pane::new();
            pane.ask(view, ExpectFrom::Cursor, &["bye"]);
            pane.out("bye");
            pane.core.end_expect();
            assert_eq!(pane.matched(), told("bye", "", 3), "{view:?}");
            pane.ask(view, ExpectFrom::Cursor, &["bye"]);
            pane.core.end_expect();
            assert_eq!(pane.expected().unwrap().event, ExpectEvent::Eof, "{view:?}");
        }
    }
}
