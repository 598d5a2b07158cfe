//! What is kept of a pane's output: the text log, the recording, and the files they are written to.
//!
//! `PlainLog` and `Cast` are pure: output in, lines out. `Sink` is the effect: a file that is opened
//! safely and written by a thread of its own, so that no disk, slow or full, holds up a pane. Which
//! pane is logged where is decided by the pane.

mod cast;
mod line;
mod open;
mod plain;
mod sink;

pub use cast::Cast;
pub use open::{OpenError, OpenMode, slug};
pub use plain::PlainLog;
pub use sink::{Gaps, Sink};
