//! What the inspector is told of a pane: what has happened, and how tty, rules and terminal stand.
//!
//! Plain values. Bytes travel as base64, since they may be anything.

use serde::{Deserialize, Serialize};

use super::{RuleInfo, WhyInfo};

/// A pane, looked into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inspection {
    /// What has happened since, oldest first; of what was known already, what may have changed.
    pub entries: Vec<Entry>,
    /// What to ask with next: the number of the first entry that may still change.
    pub next: u64,
    /// The time of the look, in microseconds since the pane's beginning.
    pub now: u64,
    /// Bytes of output so far.
    pub offset: u64,
    /// The text before the cursor.
    pub prompt: String,
    /// The tty.
    pub tty: TtyInfo,
    /// The rules, in file order.
    pub rules: Vec<InspectedRule>,
    /// Whether the rules act.
    pub armed: bool,
    /// The modes of its terminal.
    pub modes: Vec<ModeInfo>,
}

/// One thing that has happened in a pane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its number in the pane's trace; never reused.
    pub number: u64,
    /// When, in microseconds since the pane's beginning.
    pub at: u64,
    /// What.
    pub what: Happened,
}

/// What has happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Happened {
    /// The child printed.
    Output {
        /// The offset of the first byte.
        offset: u64,
        /// The offset after the last byte; a mask may have fewer bytes than what it hides.
        end: u64,
        /// The bytes, secrets masked.
        #[serde(with = "bytes")]
        bytes: Vec<u8>,
    },
    /// The child was typed to.
    Input {
        /// Who by.
        from: String,
        /// The bytes, or `***` for what is nobody's to read.
        #[serde(with = "bytes")]
        bytes: Vec<u8>,
        /// How many bytes followed that are not kept.
        more: u64,
    },
    /// A rule fired or was held back.
    Decision {
        /// `RULESET/RULE`.
        rule: String,
        /// What came of it.
        outcome: String,
        /// Why.
        reason: String,
        /// The end of the text that was looked at.
        prompt: String,
    },
    /// Something happened to the child or its terminal.
    Told {
        /// What, in a few words.
        text: String,
    },
}

impl Happened {
    /// Returns how many bytes of text it holds.
    pub fn text_bytes(&self) -> usize {
        match self {
            Happened::Output { bytes, .. } => bytes.len(),
            Happened::Input { from, bytes, .. } => from.len() + bytes.len(),
            Happened::Decision {
                rule,
                outcome,
                reason,
                prompt,
            } => rule.len() + outcome.len() + reason.len() + prompt.len(),
            Happened::Told { text } => text.len(),
        }
    }
}

/// A pane's tty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TtyInfo {
    /// Whether it echoes; `None` when there is no tty.
    pub echo: Option<bool>,
    /// Whether it reads lines (ICANON).
    pub canonical: Option<bool>,
    /// Its end-of-file character.
    pub end_of_file: Option<u8>,
    /// What the pane wants from a person.
    pub attention: String,
    /// What that was seen by.
    pub evidence: String,
    /// Who reads, in words.
    pub reader: String,
    /// The foreground process group.
    pub group: Option<i32>,
    /// The processes, parents before their children.
    pub processes: Vec<ProcessInfo>,
}

/// A process at a tty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessInfo {
    /// Its process id.
    pub pid: i32,
    /// That of its parent.
    pub parent: i32,
    /// How far below the child it stands.
    pub depth: u16,
    /// Its name.
    pub name: String,
    /// It is of the foreground process group.
    pub foreground: bool,
    /// What it does or waits for.
    pub does: String,
}

/// A rule, with what would become of it now and its last match.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InspectedRule {
    /// Its standing; its `last` tells the last thing that became of it.
    pub info: RuleInfo,
    /// What would become of it now, were output still.
    pub now: Option<WhyInfo>,
    /// The last text that it matched in, if its pattern is still found there.
    pub found: Option<FoundText>,
}

/// A match in its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundText {
    /// What stands before it.
    pub before: String,
    /// The match.
    #[serde(rename = "match")]
    pub matched: String,
    /// What stands after it.
    pub after: String,
}

/// A mode of a terminal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModeInfo {
    /// What it is, with the number that sets it.
    pub name: String,
    /// How it stands.
    pub value: String,
    /// It stands as at the start of a program.
    pub usual: bool,
}

/// Bytes as base64.
mod bytes {
    use base64::{Engine, prelude::BASE64_STANDARD};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64_STANDARD.encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        BASE64_STANDARD.decode(text).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_survive_whatever_they_are() {
        let entry = Entry {
            number: 7,
            at: 1,
            what: Happened::Output {
                offset: 3,
                end: 259,
                bytes: (0..=255).collect(),
            },
        };
        let text = serde_json::to_string(&entry).unwrap();
        assert_eq!(serde_json::from_str::<Entry>(&text).unwrap(), entry);
        let bad = text.replace("AAEC", "####");
        assert!(serde_json::from_str::<Entry>(&bad).is_err());
    }
}
