//! What was seen of a tty at one moment, as recordings keep it: an event `t` whose data is this
//! value as JSON. Players of asciicast pass over codes that they do not know; a replay through the
//! rule engine needs it, since no output tells whether a tty echoes or who reads it.

use serde::{Deserialize, Serialize};

/// A tty's settings and the programs at it, at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sight {
    /// It echoes.
    pub echo: bool,
    /// It reads lines.
    pub canonical: bool,
    /// The programs at it; `None` when nobody looked, or what they wrote had not all been taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<SeenHolder>,
}

impl Sight {
    /// Returns every program in it.
    pub fn programs_mut(&mut self) -> impl Iterator<Item = &mut SeenProgram> {
        self.holder.iter_mut().flat_map(|holder| {
            let reader = match &mut holder.reader {
                SeenReader::Reads(program) | SeenReader::Polls(program) => Some(program),
                SeenReader::Unknown | SeenReader::Nobody => None,
            };
            let others = holder.leader.iter_mut().chain(&mut holder.readers);
            reader.into_iter().chain(others)
        })
    }
}

/// The programs at a tty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenHolder {
    /// What is known of who reads.
    pub reader: SeenReader,
    /// The leader of the foreground process group, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leader: Option<SeenProgram>,
    /// All that what is typed may go to; empty where they are not all known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub readers: Vec<SeenProgram>,
}

/// Who is seen reading a tty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SeenReader {
    /// It cannot be seen.
    Unknown,
    /// Nobody.
    Nobody,
    /// This program sleeps in a read of the tty.
    Reads(SeenProgram),
    /// This program waits for the tty among other things.
    Polls(SeenProgram),
}

/// A program at a tty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenProgram {
    /// Its name.
    pub name: String,
    /// It is the pane's own child.
    #[serde(default)]
    pub own: bool,
    /// Nobody but root can have given this name to something else.
    #[serde(default)]
    pub genuine: bool,
}
