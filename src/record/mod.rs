//! What is kept of a pane's output: the text log, the recording, the files they are written to, and
//! the redactor that stands before them and before all else that leaves a session.
//!
//! `PlainLog`, `Cast`, `Typescript` and the redactor are pure: output in, lines out. `Sink` is the
//! effect: a file that is opened safely and written by a thread of its own, so that no disk, slow or
//! full, holds up a pane; `Recording` is a recording in either format with its files. Which pane is
//! logged where is decided by the pane.

mod cast;
mod line;
mod open;
mod plain;
mod read;
mod recording;
mod redact;
mod sight;
mod sink;
mod typescript;

pub use cast::{Cast, CastEnd, ResumeError};
pub use open::{OpenError, OpenMode, slug};
pub use plain::PlainLog;
pub use read::{CastEvent, Header, ReadError, Reader, What};
pub use recording::{About, Format, Lost, Recording, RecordingError, timing_path};
pub use redact::{RedactedBytes, Redactor, Unfit, check};
pub use sight::{SeenHolder, SeenProgram, SeenReader, Sight};
pub use sink::{Gaps, Sink};
pub use typescript::TypescriptError;
