//! A recording as a film: which screen it shows at which time, and how it is played.
//!
//! `Tape` reads events of either format and knows its places; `Scene` is all that is to be seen at
//! one moment; `Replay` finds the scene of any time, in pieces of work, with copies of scenes on the
//! way to go back to; `Player` adds the clock: speed, pauses, marks. All of it is pure but for the
//! reading: time is an argument, and nothing is drawn here. Memory is bounded whatever is recorded.

mod checkpoints;
mod player;
mod scene;
mod seek;
mod tape;

pub use player::{Command, Player, Playing, SPEEDS, Status};
pub use scene::{Mark, Scene};
pub use seek::{Goal, Replay};
pub use tape::{Step, Tape};
