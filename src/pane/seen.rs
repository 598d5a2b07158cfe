//! What is to be seen of a pane at a moment, in the words of the rule engine.
//!
//! Owns the translation only; the core gathers it, the engine decides.

use super::core::Moment;
use crate::{
    expect::{self, Look, ScreenText},
    pty::{self, Holder},
    terminal::Prompt,
};

/// What is to be seen of a pane at a moment, as the engine looks at it.
pub struct Seen<'a> {
    pub prompt: Prompt,
    pub screen: Option<ScreenText>,
    pub alternate: bool,
    pub moment: Moment<'a>,
    pub readers: Vec<expect::Program<'a>>,
    pub child: Option<u32>,
}

impl Seen<'_> {
    /// Returns it as the engine takes it.
    pub fn look(&self) -> Look<'_> {
        let tty = self.moment.tty;
        Look {
            line: self.prompt.line,
            prompt: &self.prompt.text,
            screen: self.screen.as_ref(),
            alternate: self.alternate,
            echo: tty.map(|tty| tty.echo),
            canonical: tty.map(|tty| tty.canonical),
            holder: self.moment.holder.map(|holder| self.holder(holder)),
        }
    }

    fn holder<'h>(&'h self, holder: &'h Holder) -> expect::Holder<'h> {
        let program = |program| seen_program(program, self.child);
        expect::Holder {
            reader: match &holder.reader {
                pty::Reader::Unknown(_) => expect::Reader::Unknown,
                pty::Reader::Nobody => expect::Reader::Nobody,
                pty::Reader::Reads { program: by, .. } => expect::Reader::Reads(program(by)),
                pty::Reader::Polls { program: by, .. } => expect::Reader::Polls(program(by)),
            },
            leader: holder.leader.as_ref().map(program),
            readers: &self.readers,
        }
    }
}

/// Returns a program as the engine sees it.
pub fn seen_program(program: &pty::Program, child: Option<u32>) -> expect::Program<'_> {
    expect::Program {
        name: &program.name,
        own: u32::try_from(program.pid).ok() == child,
        genuine: program.genuine,
    }
}
