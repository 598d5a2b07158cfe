//! The waiting `expect` of a pane's core: its search, its deadline, its end.

use std::{collections::BTreeMap, time::Instant};

use super::core::{Core, Effect, Moment};
use crate::{
    expect::{Found, Search},
    protocol::{
        ExpectEvent, ExpectFrom, ExpectInfo, ExpectRequest, Failure, FailureKind, SendWhat,
    },
};

/// An `expect` that waits.
#[derive(Debug)]
pub(super) struct Expecting {
    search: Search,
    eof_index: Option<usize>,
    timeout_index: Option<usize>,
    deadline: Instant,
}

impl Expecting {
    /// Returns when it gives up.
    pub(super) fn deadline(&self) -> Instant {
        self.deadline
    }
}

impl Core {
    /// Begins an `expect`; its end comes as [`Effect::Expected`].
    pub fn expect(&mut self, moment: Moment, request: &ExpectRequest) -> Result<(), Failure> {
        let position = match request.from {
            ExpectFrom::Cursor => self.read_position,
            ExpectFrom::Now => self.transcript.offset(),
            ExpectFrom::Start => self.transcript.start(),
            ExpectFrom::Offset(offset) => offset.min(self.transcript.offset()),
        };
        let search = Search::new(&request.patterns, request.exact, position, &self.transcript)
            .map_err(|error| Failure {
                kind: FailureKind::Usage,
                message: error.to_string(),
            })?;
        let patterns = request.patterns.len();
        self.expecting = Some(Expecting {
            search,
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
        self.advance_expect();
        Ok(())
    }

    /// Ends a waiting `expect` because the pane has ended or will get no more output.
    pub fn end_expect(&mut self) {
        self.advance_expect();
        let Some(mut expecting) = self.expecting.take() else {
            return;
        };
        match expecting.search.finish() {
            Some(found) => self.found(found),
            None => {
                let index = expecting.eof_index;
                self.give_up_expect(&expecting.search, ExpectEvent::Eof, index);
            }
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
    pub(super) fn advance_expect(&mut self) {
        if let Some(expecting) = &mut self.expecting
            && let Some(found) = expecting.search.advance(&self.transcript)
        {
            self.found(found);
        }
    }

    fn found(&mut self, found: Found) {
        self.expecting = None;
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

    fn give_up_expect(&mut self, search: &Search, event: ExpectEvent, index: Option<usize>) {
        self.effects.push(Effect::Expected(ExpectInfo {
            index,
            pattern: None,
            event,
            matched: None,
            groups: Vec::new(),
            named: BTreeMap::new(),
            before: search.text().to_owned(),
            offset: self.read_position,
            lost: search.lost(),
        }));
    }

    /// Gives up when the time is over.
    pub(super) fn tick_expect(&mut self, now: Instant) {
        if let Some(expecting) = self
            .expecting
            .take_if(|expecting| expecting.deadline <= now)
        {
            let index = expecting.timeout_index;
            self.give_up_expect(&expecting.search, ExpectEvent::Timeout, index);
        }
    }
}
