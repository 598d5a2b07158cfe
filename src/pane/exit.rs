//! How a child ended: from the system's word for it to ours, to a shell's, and to a person's.

use std::{os::unix::process::ExitStatusExt, process::ExitStatus};

use nix::sys::signal::Signal;

use crate::expect::Exit;

/// Returns how a child ended that was waited for.
pub fn exit_of(status: ExitStatus) -> Exit {
    match status.signal() {
        Some(signal) => Exit::Signal(signal_name(signal)),
        None => Exit::Code(status.code().unwrap_or(-1)),
    }
}

/// Returns how a child ended, as marks of recordings say it.
pub fn exit_word(exit: &Exit) -> String {
    match exit {
        Exit::Code(code) => format!("exit {code}"),
        Exit::Signal(name) => name.clone(),
    }
}

/// Returns how a child ended as a shell counts it: 128 and the number of the signal.
pub(super) fn shell_status(exit: &Exit) -> i32 {
    match exit {
        Exit::Code(code) => *code,
        Exit::Signal(name) => {
            let signal = name.parse::<Signal>();
            128 + signal.map_or(0, |signal| signal as i32)
        }
    }
}

/// Returns a signal's name, such as `SIGINT`.
pub(super) fn signal_name(number: i32) -> String {
    match Signal::try_from(number) {
        Ok(signal) => signal.as_str().to_owned(),
        Err(_) => format!("signal {number}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ended_a_child_is_a_status() {
        assert_eq!(shell_status(&Exit::Code(3)), 3);
        assert_eq!(shell_status(&Exit::Signal("SIGKILL".to_owned())), 137);
    }
}
