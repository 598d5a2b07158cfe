//! Exit statuses: muxpect's own, and those of panes' programs.

use std::{
    os::unix::process::ExitStatusExt,
    process::{ExitCode, ExitStatus},
    str::FromStr,
};

use nix::sys::signal::Signal;

use crate::protocol::{Attention, ExitInfo, PaneInfo};

/// What the process exits with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Status(pub u8);

impl Status {
    /// A program that could not start, as shells say it.
    pub const NOT_STARTED: Status = Status(127);
    /// It is done.
    pub const DONE: Status = Status(0);
    /// It failed.
    pub const FAILED: Status = Status(1);
    /// The command line was wrong.
    pub const USAGE: Status = Status(2);
    /// The time was over.
    pub const TIMED_OUT: Status = Status(3);
    /// The pane ended, or had ended.
    pub const ENDED: Status = Status(4);

    /// Returns the status of a process that this signal ended, as shells say it.
    pub fn of_signal(signal: Signal) -> Status {
        Status(128 + signal as u8)
    }

    /// Returns the status of a pane's program: its own, 128 and the signal's number, 127 when it
    /// could not start, 0 for one that was never meant to. A pane that failed although its program
    /// ended with 0 has failed: it was stopped because nobody answered its ask.
    pub fn of_pane(pane: &PaneInfo) -> Status {
        match &pane.exit {
            Some(ExitInfo::Code(0)) if pane.attention == Attention::Failed => Status::FAILED,
            Some(ExitInfo::Code(code)) => Status(u8::try_from(*code).unwrap_or(u8::MAX)),
            Some(ExitInfo::Signal(name)) => {
                Signal::from_str(name).map_or(Status(128), Status::of_signal)
            }
            None if pane.error.is_some() => Status::NOT_STARTED,
            None => Status::DONE,
        }
    }

    /// Returns the status of a child: its own, or 128 and the number of the signal that ended it.
    pub fn of_exit(exit: ExitStatus) -> Status {
        let status = exit.code().or_else(|| Some(128 + exit.signal()?));
        Status(
            status
                .and_then(|status| u8::try_from(status).ok())
                .unwrap_or(u8::MAX),
        )
    }

    /// Returns the highest status of several panes' programs.
    pub fn of_panes(panes: &[PaneInfo]) -> Status {
        panes
            .iter()
            .map(Status::of_pane)
            .max()
            .unwrap_or(Status::DONE)
    }
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> ExitCode {
        ExitCode::from(status.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::table::tests::pane;

    fn ended(exit: Option<ExitInfo>, error: Option<&str>) -> PaneInfo {
        PaneInfo {
            exit,
            error: error.map(str::to_owned),
            ..pane(1, "db1")
        }
    }

    #[test]
    fn a_pane_exits_as_a_shell_would_say() {
        let check = |exit, error, expected| {
            assert_eq!(Status::of_pane(&ended(exit, error)), Status(expected));
        };
        check(Some(ExitInfo::Code(0)), None, 0);
        check(Some(ExitInfo::Code(3)), None, 3);
        check(Some(ExitInfo::Code(255)), None, 255);
        check(Some(ExitInfo::Signal("SIGKILL".into())), None, 137);
        check(Some(ExitInfo::Signal("SIGTERM".into())), None, 143);
        check(Some(ExitInfo::Signal("SIGRTMIN+1".into())), None, 128);
        check(None, Some("no such file"), 127);
        check(None, None, 0);
    }

    #[test]
    fn a_program_that_ends_well_does_not_hide_that_its_pane_failed() {
        let stopped = |code| PaneInfo {
            attention: Attention::Failed,
            ..ended(Some(ExitInfo::Code(code)), Some("an ask was not answered"))
        };
        assert_eq!(Status::of_pane(&stopped(0)), Status::FAILED);
        assert_eq!(Status::of_pane(&stopped(3)), Status(3));
        let log_lost = ended(Some(ExitInfo::Code(0)), Some("no space left"));
        assert_eq!(Status::of_pane(&log_lost), Status::DONE);
    }

    #[test]
    fn of_several_panes_the_highest_counts() {
        let panes = [
            ended(Some(ExitInfo::Code(2)), None),
            ended(Some(ExitInfo::Signal("SIGINT".into())), None),
            ended(Some(ExitInfo::Code(0)), None),
        ];
        assert_eq!(Status::of_panes(&panes), Status(130));
        assert_eq!(Status::of_panes(&[]), Status::DONE);
    }
}
