//! The events of a recording, whatever its format, and the places between them.

use std::{
    io::{self, BufRead, Seek},
    time::Duration,
};

use crate::{
    geometry::Size,
    record::{Place, ReadError, Reader, TypescriptEvent, TypescriptPlace, TypescriptReader, What},
};

/// What an event does that has been read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The program printed this.
    Output(Vec<u8>),
    /// The terminal has a new size.
    Resize(Size),
    /// Something was noted in words, as they were recorded.
    Mark(String),
    /// Nothing that can be seen: something was typed, or the tty was looked at.
    Unseen,
}

/// A recording that is being read.
#[derive(Debug)]
pub enum Tape<R> {
    /// An asciicast.
    Cast(Reader<R>),
    /// A typescript with its timing.
    Typescript(TypescriptReader<R>),
}

/// A place between two events of a tape.
#[derive(Clone, Copy, Debug)]
pub enum TapePlace {
    /// In an asciicast.
    Cast(Place),
    /// In a typescript.
    Typescript(TypescriptPlace),
}

impl TapePlace {
    /// Returns how many bytes are before it.
    pub fn offset(self) -> u64 {
        match self {
            TapePlace::Cast(place) => place.offset,
            TapePlace::Typescript(place) => place.offset,
        }
    }
}

impl<R: BufRead + Seek> Tape<R> {
    /// Returns the size of the terminal at the beginning.
    pub fn size(&self) -> Size {
        match self {
            Tape::Cast(reader) => reader.header().size,
            Tape::Typescript(reader) => reader.size(),
        }
    }

    /// Returns what the program knew its terminal by.
    pub fn term(&self) -> Option<&str> {
        match self {
            Tape::Cast(reader) => reader.header().term.as_deref(),
            Tape::Typescript(_) => None,
        }
    }

    /// Returns whether the recording was found to end in the middle of an event.
    pub fn is_torn(&self) -> bool {
        match self {
            Tape::Cast(reader) => reader.is_torn(),
            Tape::Typescript(reader) => reader.is_torn(),
        }
    }

    /// Returns the place behind what was read last.
    pub fn place(&self) -> TapePlace {
        match self {
            Tape::Cast(reader) => TapePlace::Cast(reader.place()),
            Tape::Typescript(reader) => TapePlace::Typescript(reader.place()),
        }
    }

    /// Goes on reading from a place that this tape has been at.
    pub fn return_to(&mut self, place: TapePlace) -> io::Result<()> {
        match (self, place) {
            (Tape::Cast(reader), TapePlace::Cast(place)) => reader.return_to(place),
            (Tape::Typescript(reader), TapePlace::Typescript(place)) => reader.return_to(place),
            // A place is only ever given back to the tape that it is of.
            _ => Ok(()),
        }
    }

    /// Returns the time of the last event, where the recording's end tells it.
    pub fn last_time(&mut self) -> io::Result<Option<Duration>> {
        match self {
            Tape::Cast(reader) => reader.last_time(),
            Tape::Typescript(_) => Ok(None),
        }
    }

    /// Reads the next event, with its time from the beginning; `None` at the end.
    pub fn next_step(&mut self) -> Result<Option<(Duration, Step)>, ReadError> {
        match self {
            Tape::Cast(reader) => Ok(reader.next_event()?.map(|event| {
                let step = match event.what {
                    What::Output(text) => Step::Output(text.into_bytes()),
                    What::Resize(size) => Step::Resize(size),
                    What::Mark(text) => Step::Mark(text),
                    What::Exit(status) => Step::Mark(format!("exit {status}")),
                    What::Input(_) | What::Sight(_) => Step::Unseen,
                };
                (event.at, step)
            })),
            Tape::Typescript(reader) => Ok(reader.next_event()?.map(|(at, event)| {
                let step = match event {
                    TypescriptEvent::Output(output) => Step::Output(output),
                    TypescriptEvent::Resize(size) => Step::Resize(size),
                };
                (at, step)
            })),
        }
    }
}
