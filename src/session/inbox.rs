//! The inbox: the asks of all panes, numbered for the session.
//!
//! Panes report the asks that wait there as state; the inbox gives each a number and keeps it
//! until its pane reports it no longer. Whether an ask can be answered is its pane's matter.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{
    expect::{Ask, AskId, PROMPT_LIMIT},
    protocol::{AskInfo, Failure, FailureKind, PaneId},
};

/// How many asks of one pane the inbox keeps: more than a person can tell apart. As older ones
/// settle, the pane reports again, and younger ones follow.
const ASKS_OF_A_PANE: usize = 16;

/// The asks that wait for a person.
#[derive(Debug, Default)]
pub struct Inbox {
    waiting: BTreeMap<u64, Waiting>,
    /// The number given last.
    last: u64,
}

/// What a pane's report has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// This ask is new.
    Asked(AskInfo),
    /// The ask of this number reads otherwise.
    Changed(u64),
    /// The ask of this number waits no longer.
    Settled(u64),
}

#[derive(Debug)]
struct Waiting {
    pane: PaneId,
    ask: AskId,
    info: AskInfo,
}

impl Inbox {
    /// Notes that a pane is called otherwise.
    pub fn rename(&mut self, pane: PaneId, name: &str) {
        for waiting in self.waiting.values_mut() {
            if waiting.pane == pane {
                name.clone_into(&mut waiting.info.pane);
            }
        }
    }

    /// Takes the asks that wait in a pane now, oldest first, and returns what is new by that.
    pub fn take(
        &mut self,
        pane: PaneId,
        name: &str,
        mut asks: Vec<Ask>,
        now: Timestamp,
    ) -> Vec<News> {
        asks.truncate(ASKS_OF_A_PANE);
        let is_present = |waiting: &Waiting| asks.iter().any(|ask| ask.id == waiting.ask);
        let mut news: Vec<News> = self
            .waiting
            .extract_if(.., |_, waiting| {
                waiting.pane == pane && !is_present(waiting)
            })
            .map(|(number, _)| News::Settled(number))
            .collect();
        for ask in asks {
            let known = self
                .waiting
                .iter_mut()
                .find(|(_, waiting)| waiting.pane == pane && waiting.ask == ask.id);
            match known {
                Some((number, waiting)) => {
                    let info = info(*number, name, ask, waiting.info.since);
                    if info != waiting.info {
                        waiting.info = info;
                        news.push(News::Changed(*number));
                    }
                }
                None => {
                    self.last += 1;
                    let (number, id) = (self.last, ask.id);
                    let info = info(number, name, ask, now);
                    news.push(News::Asked(info.clone()));
                    let ask = id;
                    self.waiting.insert(number, Waiting { pane, ask, info });
                }
            }
        }
        news
    }

    /// Returns the asks, oldest first.
    pub fn asks(&self) -> impl ExactSizeIterator<Item = &AskInfo> {
        self.waiting.values().map(|waiting| &waiting.info)
    }

    /// Returns how many asks wait in a pane.
    pub fn of(&self, pane: PaneId) -> usize {
        let waiting = self.waiting.values();
        waiting.filter(|waiting| waiting.pane == pane).count()
    }

    /// Returns the pane of an ask and the ask's number in it.
    pub fn find(&self, number: u64) -> Result<(PaneId, AskId), Failure> {
        let refused = |what: String| Failure {
            kind: FailureKind::Failed,
            message: format!("{what}; 'muxpect asks' lists those that wait"),
        };
        match self.waiting.get(&number) {
            Some(waiting) => Ok((waiting.pane, waiting.ask)),
            None if (1..=self.last).contains(&number) => Err(refused(format!(
                "ask {number} has gone: it was answered or dismissed, or its prompt has left"
            ))),
            None => Err(refused(format!("there is no ask {number}"))),
        }
    }
}

/// Returns an ask as clients see it. Its texts are bounded: what a rule captures may be as long as
/// its window, and every client's pane list carries all asks.
fn info(id: u64, pane: &str, ask: Ask, since: Timestamp) -> AskInfo {
    AskInfo {
        id,
        pane: pane.to_owned(),
        rule: ask.rule,
        prompt: ask.prompt,
        reason: bounded(ask.reason),
        suggestion: ask.suggestion.map(bounded),
        since,
    }
}

fn bounded(mut text: String) -> String {
    shorten(&mut text);
    text
}

/// Cuts a text that is longer than what is shown of a prompt.
pub fn shorten(text: &mut String) {
    if text.len() > PROMPT_LIMIT {
        text.truncate(text.floor_char_boundary(PROMPT_LIMIT));
        text.push('…');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn ask(id: u64) -> Ask {
        Ask {
            id: AskId(id),
            rule: "set/rule".to_owned(),
            prompt: format!("question {id}? "),
            reason: "the rule asks".to_owned(),
            suggestion: None,
        }
    }

    /// Takes a report of a pane and returns the numbers of what is new: asked, changed, settled.
    fn take(inbox: &mut Inbox, pane: u32, asks: Vec<Ask>) -> [Vec<u64>; 3] {
        let [mut asked, mut changed, mut settled] = [const { Vec::new() }; 3];
        for news in inbox.take(PaneId(pane), "p", asks, NOW) {
            match news {
                News::Asked(info) => asked.push(info.id),
                News::Changed(number) => changed.push(number),
                News::Settled(number) => settled.push(number),
            }
        }
        [asked, changed, settled]
    }

    #[test]
    fn numbers_span_panes_and_are_never_reused() {
        let mut inbox = Inbox::default();
        let check = |inbox: &mut Inbox, pane, asks: &[u64], expected: [&[u64]; 3]| {
            let asks = asks.iter().map(|id| ask(*id)).collect();
            assert_eq!(take(inbox, pane, asks), expected.map(<[u64]>::to_vec));
        };
        check(&mut inbox, 1, &[1], [&[1], &[], &[]]);
        check(&mut inbox, 2, &[1], [&[2], &[], &[]]);
        check(&mut inbox, 1, &[1, 2], [&[3], &[], &[]]);
        check(&mut inbox, 1, &[1, 2], [&[], &[], &[]]);
        check(&mut inbox, 1, &[3], [&[4], &[], &[1, 3]]);
        check(&mut inbox, 2, &[], [&[], &[], &[2]]);
        check(&mut inbox, 1, &[], [&[], &[], &[4]]);
        check(&mut inbox, 1, &[4], [&[5], &[], &[]]);
        assert_eq!(inbox.asks().len(), 1);
    }

    #[test]
    fn an_ask_keeps_its_number_and_age_when_it_reads_otherwise() {
        let mut inbox = Inbox::default();
        take(&mut inbox, 1, vec![ask(1)]);
        let other = Ask {
            suggestion: Some("yes".to_owned()),
            ..ask(1)
        };
        let later = Timestamp::from_second(100).unwrap();
        let news = inbox.take(PaneId(1), "p", vec![other], later);
        assert_eq!(news, [News::Changed(1)]);
        let info = inbox.asks().next().unwrap();
        assert_eq!((info.since, info.suggestion.as_deref()), (NOW, Some("yes")));
    }

    #[test]
    fn a_number_leads_to_its_pane_while_it_waits() {
        let mut inbox = Inbox::default();
        take(&mut inbox, 3, vec![ask(7), ask(8)]);
        assert_eq!(inbox.find(2), Ok((PaneId(3), AskId(8))));
        take(&mut inbox, 3, vec![ask(8)]);
        let message = |number| inbox.find(number).unwrap_err().message;
        assert_eq!(
            message(1),
            "ask 1 has gone: it was answered or dismissed, or its prompt has left; 'muxpect asks' lists those that wait"
        );
        let none = "there is no ask 3; 'muxpect asks' lists those that wait";
        assert_eq!(message(3), none);
        assert!(message(0).starts_with("there is no ask 0;"));
    }

    #[test]
    fn a_pane_that_asks_without_end_is_bounded() {
        let mut inbox = Inbox::default();
        let long = Ask {
            suggestion: Some("ü".repeat(PROMPT_LIMIT)),
            ..ask(0)
        };
        let many = std::iter::once(long).chain((1..100).map(ask));
        let [asked, ..] = take(&mut inbox, 1, many.collect());
        assert_eq!(asked.len(), ASKS_OF_A_PANE);
        let suggestion = inbox.asks().next().unwrap().suggestion.clone();
        assert!(suggestion.is_some_and(|text| text.ends_with("ü…") && text.len() < 1100));
        // Those that had no room follow when there is some.
        let [asked, _, settled] = take(&mut inbox, 1, (2..100).map(ask).collect());
        assert_eq!((asked, settled), (vec![17, 18], vec![1, 2]));
    }
}
