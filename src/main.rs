//! The `muxpect` program: reads the command line, does the verb, prints the error chain, exits.
//!
//! File descriptors 0 to 2 that were closed at the start are `/dev/null` by now: the standard
//! library's runtime looks for them by poll(2) before `main`, so that no socket or log can
//! become somebody's standard output.

use std::process::ExitCode;

use muxpect::cli::{self, Arguments};

fn main() -> ExitCode {
    if let Some(status) = cli::asked(std::env::args_os()) {
        return status;
    }
    match Arguments::read(std::env::args_os()) {
        Ok(arguments) => cli::main(&arguments),
        Err(status) => status,
    }
}
