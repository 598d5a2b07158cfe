//! `replay`: plays a recording, or prints what it shows at one time.

use std::{
    ffi::OsString,
    fs::File,
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
    time::Instant,
};

use nix::sys::signal::Signal;
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    arguments::{Moment, Replay as Arguments, ScreenFormat},
    failure::CliError,
    output::{print_json, tell},
    place,
    screen::print_screen,
    show::need_terminal,
    status::Status,
};
use crate::{
    protocol::ScreenInfo,
    record::{ReadError, Reader, TypescriptReader},
    replay::{Goal, Player, Replay, Tape},
    tui::{self, Ending},
};

/// How much is read between two looks at whether the moment is reached; any number would do.
const WORK: usize = 64 * 1024 * 1024;

/// The screen at a moment, as `replay --at TIME --format json` prints it.
#[derive(Serialize, JsonSchema)]
pub struct ReplayedScreen {
    /// The time that is shown, in seconds from the recording's beginning as `--at` takes it; where
    /// that is beyond the end, the time of the end.
    time: f64,
    /// The screen.
    #[serde(flatten)]
    screen: ScreenInfo,
}

/// Plays a recording or prints its screen.
pub async fn replay(arguments: &Arguments) -> Result<Status, CliError> {
    if arguments.at.is_none() {
        need_terminal(
            "replay",
            "print the screen of one time with 'muxpect replay FILE --at TIME'",
        )?;
    }
    let file = &arguments.file;
    let tape = open(file, arguments.timing.as_deref())?;
    match arguments.at {
        Some(at) => {
            let mut replay = Replay::new(tape);
            print_at(&mut replay, at, arguments.format)?;
            Ok(conclude(file, &replay))
        }
        None => play(arguments, tape).await,
    }
}

async fn play(arguments: &Arguments, tape: Tape<BufReader<File>>) -> Result<Status, CliError> {
    let file = &arguments.file;
    let metadata = file.metadata().map_err(|error| cannot_read(file, &error))?;
    if !metadata.is_file() {
        return Err(CliError::Usage(format!(
            "{} is no plain file, so its time cannot be gone through; save it to one first",
            file.display()
        )));
    }
    let (speed, limit) = (arguments.speed, arguments.idle_limit);
    let player = Player::new(Replay::new(tape), speed, limit, Instant::now());
    let name = file.file_name().unwrap_or(file.as_os_str());
    let name = name.to_string_lossy().into_owned();
    let environment = place::environment()?;
    let (player, ending) = tui::play(player, name, metadata.len(), environment).await?;
    match ending {
        Ending::Left => Ok(conclude(file, player.replay())),
        Ending::TerminalGone => Err(CliError::Failed(
            "the terminal has gone; play the recording again in another one".to_owned(),
        )),
        Ending::Signal(number) => {
            Ok(Signal::try_from(number).map_or(Status::FAILED, Status::of_signal))
        }
    }
}

fn print_at(
    replay: &mut Replay<BufReader<File>>,
    at: Moment,
    format: ScreenFormat,
) -> Result<(), CliError> {
    let goal = match at {
        Moment::Time(time) => Goal::Time(time),
        Moment::End => Goal::End,
    };
    while !replay.work(goal, &mut { WORK }) {}
    let time = match at {
        Moment::Time(time) if replay.next_at().is_some() => time,
        _ => replay.scene().at(),
    };
    let screen = replay.scene_mut().emulator().screen();
    let info = ScreenInfo::of(screen, &screen.rows);
    match format {
        ScreenFormat::Json => print_json(&ReplayedScreen {
            time: time.as_secs_f64(),
            screen: info,
        }),
        format => print_screen(format, &info, &screen.rows),
    }
}

/// Tells what was wrong with a recording, and returns the status that says so: a torn end is what a
/// killed writer leaves.
fn conclude(file: &Path, replay: &Replay<BufReader<File>>) -> Status {
    if let Some(fault) = replay.fault() {
        tell(&refusal(file, fault));
        return Status::FAILED;
    }
    if replay.is_torn() {
        tell(&format!(
            "recording {} ends in the middle of an event, as a killed writer leaves it; all before that is shown",
            file.display()
        ));
    }
    Status::DONE
}

/// Opens a recording. It is a typescript where a timing is given, or where it does not begin as an
/// asciicast does and a file NAME.timing stands beside it.
fn open(file: &Path, timing: Option<&Path>) -> Result<Tape<BufReader<File>>, CliError> {
    let mut recording = open_file(file)?;
    let begun = recording.fill_buf();
    let begins = begun.map_err(|error| cannot_read(file, &error))?.first();
    let beside = timing_beside(file);
    let timing = match timing {
        Some(timing) => Some(timing),
        None if begins != Some(&b'{') && beside.exists() => Some(beside.as_path()),
        None => None,
    };
    let tape = match timing {
        Some(timing) => TypescriptReader::new(recording, open_file(timing)?).map(Tape::Typescript),
        None => Reader::new(recording).map(Tape::Cast),
    };
    tape.map_err(|error| CliError::Failed(refusal(file, &error)))
}

fn open_file(path: &Path) -> Result<BufReader<File>, CliError> {
    if path.is_dir() {
        return Err(CliError::Failed(format!(
            "{} is a folder, not a recording; name a file in it",
            path.display()
        )));
    }
    let file = File::open(path).map_err(|error| cannot_read(path, &error))?;
    Ok(BufReader::with_capacity(256 * 1024, file))
}

fn cannot_read(path: &Path, error: &io::Error) -> CliError {
    CliError::Failed(format!(
        "recording {} cannot be read: {error}; check the path",
        path.display()
    ))
}

fn refusal(file: &Path, error: &ReadError) -> String {
    let file = file.display();
    match error {
        ReadError::Version(_) => format!("recording {file} cannot be read: {error}"),
        _ => format!("recording {file} is broken: {error}"),
    }
}

fn timing_beside(file: &Path) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(".timing");
    name.into()
}
