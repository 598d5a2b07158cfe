//! What server and client say to each other: requests, replies and the line codec that carries them.
//!
//! Plain values only. A connection begins with a [`Hello`] from each side; then the client sends
//! [`Envelope`]s of [`Request`], and the server answers each with one of [`Reply`] that bears the same id, in
//! any order. A request that waits (for output, for a change, for an end) holds its answer back,
//! so the server never sends what was not asked for and keeps no queue for a slow client.

mod codec;
mod info;
mod inspect;
mod reply;
mod request;

pub use codec::{Codec, CodecError, MAX_FRAME};
pub use info::{
    AskInfo, Attention, ConfigNews, CursorInfo, ExitInfo, ExpectEvent, ExpectInfo, Notice,
    PaneInfo, PaneState, PaneSummary, RuleInfo, ScreenInfo, SessionInfo, WhyInfo,
};
pub use inspect::{
    Entry, FoundText, Happened, InspectedRule, Inspection, ModeInfo, ProcessInfo, TtyInfo,
};
pub use reply::{Failure, FailureKind, Found, Reply, Started, Summary, TextPiece};
pub use request::{AskAnswer, ExpectFrom, ExpectRequest, Request, SendWhat, Target};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The version of everything in this module; peers of different versions do not talk.
pub const PROTOCOL_VERSION: u32 = 4;

/// The first line each side sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// Always `muxpect`.
    pub program: String,
    /// [`PROTOCOL_VERSION`] of the sender.
    pub protocol: u32,
    /// The crate version of the sender.
    pub version: String,
    /// The sender's process id.
    pub pid: u32,
}

impl Hello {
    /// Returns this process's own hello.
    pub fn ours() -> Hello {
        Hello {
            program: "muxpect".to_owned(),
            protocol: PROTOCOL_VERSION,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pid: std::process::id(),
        }
    }
}

/// A pane's number within its session: 1, 2, … and never reused.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct PaneId(pub u32);

impl std::fmt::Display for PaneId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// The id of requests whose success is not answered: only a failure is. Typed input uses it, so
/// that an echo costs no second message.
pub const UNANSWERED: u64 = 0;

/// A request or a reply with the number that joins them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Envelope<T> {
    /// Chosen by the client, unique among its requests under way, or [`UNANSWERED`].
    pub id: u64,
    /// What is said.
    pub body: T,
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tokio_util::{
        bytes::BytesMut,
        codec::{Decoder, Encoder},
    };

    use super::*;
    use crate::{
        expect::{AutoAnswer, View},
        pane::Concealed,
    };

    /// Checks that a value comes out of the codec as it went in.
    fn check<T>(value: T)
    where
        T: Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
    {
        let mut codec = Codec::<T>::default();
        let mut wire = BytesMut::new();
        codec.encode(&value, &mut wire).unwrap();
        assert_eq!(codec.decode(&mut wire).unwrap(), Some(value));
    }

    fn ask() -> AskInfo {
        AskInfo {
            id: 3,
            pane: "db1".to_owned(),
            rule: "set/rule".to_owned(),
            prompt: "Go on? ".to_owned(),
            reason: "the rule asks".to_owned(),
            suggestion: None,
            since: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    fn why() -> WhyInfo {
        WhyInfo {
            rule: "set/rule".to_owned(),
            outcome: "held".to_owned(),
            reason: "the pane is disarmed".to_owned(),
            text: "Go on? ".to_owned(),
        }
    }

    #[test]
    fn requests_about_rules_survive_the_wire() {
        let text = || Concealed::new("a \"secret\"\u{1b}\n".to_owned());
        for answer in [
            AskAnswer::Text(text()),
            AskAnswer::Suggestion,
            AskAnswer::Dismiss,
        ] {
            check(Request::Answer { ask: 3, answer });
        }
        for mode in [AutoAnswer::On, AutoAnswer::Suggest, AutoAnswer::Off] {
            check(Request::AutoAnswer(mode));
        }
        for pane in [None, Some("db1".to_owned())] {
            check(Request::Rules { pane: pane.clone() });
            check(Request::Why { pane });
        }
        check(Request::Asks);
        check(Request::Arm {
            panes: vec!["db1".to_owned()],
            on: false,
        });
        check(Request::Askpass {
            token: text(),
            prompt: "Password: ".to_owned(),
        });
        check(Request::Send {
            target: Target::Pane("db1".to_owned()),
            what: SendWhat::Secret("db".to_owned()),
        });
    }

    #[test]
    fn replies_about_rules_survive_the_wire() {
        check(Reply::Asks(vec![ask()]));
        check(Reply::Why(vec![why()]));
        check(Reply::Passed(Concealed::new(String::new())));
        for (state, last) in [(None, None), (Some("login".to_owned()), Some(why()))] {
            check(Reply::Rules(vec![RuleInfo {
                pane: "db1".to_owned(),
                ruleset: "set".to_owned(),
                rule: "rule".to_owned(),
                patterns: vec!["Go on\\? $".to_owned()],
                event: None,
                view: View::Prompt,
                state,
                active: true,
                fired: 1,
                spent: false,
                last,
            }]));
        }
        for focus in [None, Some((PaneId(2), 7))] {
            check(Reply::Summary(Summary {
                generation: 9,
                panes: Vec::new(),
                asks: vec![ask()],
                auto_answer: AutoAnswer::Suggest,
                focus,
                config: focus.map(|_| ConfigNews {
                    number: 3,
                    text: "muxpect.toml:1:2: no such key".to_owned(),
                    failed: true,
                }),
                notices: vec![Notice {
                    pane: PaneId(2),
                    name: "db1".to_owned(),
                    text: "waits".to_owned(),
                }],
            }));
        }
    }

    #[test]
    fn an_ask_has_the_documented_fields() {
        let expected = json!({
            "id": 3, "pane": "db1", "rule": "set/rule", "prompt": "Go on? ",
            "reason": "the rule asks", "suggestion": null, "since": "1970-01-01T00:00:00Z",
        });
        assert_eq!(serde_json::to_value(ask()).unwrap(), expected);
    }

    #[test]
    fn an_answer_is_not_shown_in_what_is_logged() {
        let answer = AskAnswer::Text(Concealed::new("correct horse".to_owned()));
        let shown = format!("{:?}", Request::Answer { ask: 1, answer });
        assert!(shown.contains("***") && !shown.contains("horse"), "{shown}");
    }
}
