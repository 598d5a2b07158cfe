//! `record` and `replay`.

use std::{path::PathBuf, time::Duration};

use clap::{ArgGroup, Args};

use super::ScreenFormat;
use crate::{cli::values, keys::Key};

/// Arguments of `record`.
#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("existing").args(["append", "force"]),
    override_usage = "muxpect record [OPTIONS] [FILE] [-- CMD]"
)]
pub struct Record {
    /// The recording; the command's name with .cast if omitted.
    pub file: Option<PathBuf>,
    /// The command with its arguments; your shell if omitted.
    #[arg(last = true, value_name = "CMD")]
    pub command: Vec<String>,
    /// Go on at the end of a recording that exists.
    #[arg(short = 'a', long)]
    pub append: bool,
    /// Overwrite a file that exists.
    #[arg(long)]
    pub force: bool,
    /// Record what is typed too. What the terminal does not show, as at a password prompt, becomes ***.
    #[arg(long, conflicts_with = "typescript")]
    pub input: bool,
    /// Write script's format: the raw output, and its timing into FILE.timing, for scriptreplay.
    #[arg(long)]
    pub typescript: bool,
    /// A key that hangs up on the command and ends the recording, such as C-]; none if omitted.
    #[arg(long, value_name = "KEY")]
    pub escape: Option<Key>,
    /// Do not say where the recording is.
    #[arg(short = 'q', long)]
    pub quiet: bool,
}

/// Arguments of `replay`.
#[derive(Debug, Args)]
pub struct Replay {
    /// The recording: an asciicast (version 2 or 3), or a typescript with its timing.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The timing of a typescript; FILE.timing if omitted.
    #[arg(long, value_name = "FILE")]
    pub timing: Option<PathBuf>,
    /// Print the screen at this time and end: seconds such as 12.5, 1m30s, 01:30, or end.
    #[arg(long, value_name = "TIME", value_parser = values::moment)]
    pub at: Option<Moment>,
    /// How to print it.
    #[arg(long, value_enum, default_value = "text", requires = "at")]
    pub format: ScreenFormat,
    /// How fast to play, from 0.25 to 16 times as fast as it was recorded.
    #[arg(long, value_name = "N", default_value = "1", value_parser = values::speed, conflicts_with = "at")]
    pub speed: f64,
    /// Cut silences to this time.
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = values::duration, conflicts_with = "at")]
    pub idle_limit: Duration,
}

/// A moment of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// That at this time from its beginning.
    Time(Duration),
    /// Its end.
    End,
}
