//! How the output becomes the text of a view: `stream` without escape sequences, `raw` as it came.
//!
//! Owns the choice, nothing else: the stripping is `strip`'s, the characters are `characters`'.

use super::{View, characters::Characters, strip::Stripper};

/// The incremental source of the text of one view.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// Without escape sequences, CRLF as LF.
    Stripped(Stripper),
    /// As it came, read as UTF-8.
    Raw(Characters),
}

impl Source {
    /// Returns the source of `view`; `None` for a view that is rendered.
    pub(super) fn new(view: View) -> Option<Source> {
        match view {
            View::Stream => Some(Source::Stripped(Stripper::default())),
            View::Raw => Some(Source::Raw(Characters::default())),
            View::Prompt | View::Line | View::Screen => None,
        }
    }

    /// Forgets what came before, for another child.
    pub(super) fn restart(&mut self) {
        *self = match self {
            Source::Stripped(_) => Source::Stripped(Stripper::default()),
            Source::Raw(_) => Source::Raw(Characters::default()),
        };
    }

    /// Appends the text of `bytes` to `text`.
    pub(super) fn push(&mut self, bytes: &[u8], text: &mut String) {
        match self {
            Source::Stripped(stripper) => stripper.push(bytes, text),
            Source::Raw(characters) => characters.push(bytes, |part| text.push_str(part)),
        }
    }

    /// Forgets a CR that was held back, for a reader that begins after it.
    pub(super) fn forget_carriage_return(&mut self) {
        if let Source::Stripped(stripper) = self {
            stripper.forget_carriage_return();
        }
    }

    /// Appends what was held back: no more bytes come.
    pub(super) fn finish(&mut self, text: &mut String) {
        match self {
            Source::Stripped(stripper) => stripper.finish(text),
            Source::Raw(characters) => characters.break_off(text),
        }
    }
}
