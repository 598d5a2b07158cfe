//! The outer side of a relay: what this process's standard input and output lead to.
//!
//! A terminal is opened anew, so that not to block stays this process's own matter, and nothing that is
//! typed after the end is swallowed. Everything else (pipes, files) is read and written as it is.

use std::io;

use tokio::io::{AsyncRead, AsyncWrite};

use crate::{
    geometry::Size,
    pty::{InitialSettings, OuterTty},
};

/// Where bytes come from.
pub type Input = Box<dyn AsyncRead + Send + Unpin>;

/// Where bytes go to.
pub type Output = Box<dyn AsyncWrite + Send + Unpin>;

/// Standard input and output.
pub struct Outer {
    pub input: Input,
    pub output: Output,
    typed: Option<OuterTty>,
    shown: Option<OuterTty>,
}

impl Outer {
    pub fn open() -> io::Result<Outer> {
        let typed = OuterTty::of(io::stdin())?;
        let shown = OuterTty::of(io::stdout())?;
        Ok(Outer {
            input: match &typed {
                Some(tty) => Box::new(tty.watched()?),
                None => Box::new(tokio::io::stdin()),
            },
            output: match &shown {
                Some(tty) => Box::new(tty.watched()?),
                None => Box::new(tokio::io::stdout()),
            },
            typed,
            shown,
        })
    }

    /// Returns whether input is typed at a terminal.
    pub fn is_typed(&self) -> bool {
        self.typed.is_some()
    }

    /// Returns the size of the terminal; 80x24 when there is none or it does not know.
    pub fn size(&self) -> Size {
        let mut terminals = self.shown.iter().chain(&self.typed);
        terminals.find_map(OuterTty::size).unwrap_or(Size::DEFAULT)
    }

    /// Returns how a child's tty begins: like this terminal, whose erase key and so on a person is used
    /// to; without a terminal, without echo, or input would come back as output.
    pub fn settings(&self) -> InitialSettings {
        match &self.typed {
            Some(tty) => InitialSettings::Of(tty.settings()),
            None => InitialSettings::WithoutEcho,
        }
    }

    /// Has every key come here as it is typed.
    pub fn make_raw(&mut self) -> io::Result<()> {
        self.typed.as_mut().map_or(Ok(()), OuterTty::make_raw)
    }

    /// Does so again after a stop.
    pub fn retake(&mut self) -> io::Result<()> {
        self.typed.as_mut().map_or(Ok(()), OuterTty::retake)
    }

    /// Gives the terminal its settings back. Dropped, it does so by itself.
    pub fn restore(&mut self) {
        if let Some(tty) = &mut self.typed {
            tty.restore();
        }
    }
}
