//! One line of standard input: as it comes, or typed by a person without being seen.

use std::io::{self, BufRead, IsTerminal, Stdin, Write};

use nix::{
    libc::_POSIX_VDISABLE,
    sys::{
        signal::Signal,
        termios::{self, LocalFlags, SetArg, SpecialCharacterIndices, Termios},
    },
};

use super::{failure::CliError, output::printable, signals::Signals};
use crate::pane::Concealed;

/// The longest line that is read, in bytes: more than a tty in line mode takes.
const LINE_LIMIT: u64 = 64 * 1024;

/// What came of asking for a line.
#[derive(Debug)]
pub enum Typed {
    /// The line, without its end.
    Line(Concealed),
    /// This process was told to end instead.
    Signal(Signal),
}

/// Reads a line from standard input. Where that is a terminal, it asks for it with `prompt`, and
/// what is typed is not shown.
pub async fn line(prompt: &str) -> Result<Typed, CliError> {
    let stdin = io::stdin();
    if !stdin.is_terminal() {
        return read(stdin.lock()).map(Typed::Line);
    }
    // Before the echo is off, so that no signal leaves it so.
    let mut signals = Signals::new().map_err(CliError::Runtime)?;
    let _unseen = Unseen::start(&stdin).map_err(CliError::Input)?;
    // Nobody may be there to read it.
    let _ = write!(io::stderr(), "{}", printable(prompt));
    let reading = tokio::task::spawn_blocking(|| read(io::stdin().lock()));
    tokio::select! {
        line = reading => match line {
            Ok(line) => line.map(Typed::Line),
            Err(error) => Err(CliError::Input(error.into())),
        },
        signal = signals.next() => {
            let _ = writeln!(io::stderr());
            Ok(Typed::Signal(signal))
        }
    }
}

fn read(input: impl BufRead) -> Result<Concealed, CliError> {
    let mut line = String::new();
    let length = input
        .take(LINE_LIMIT)
        .read_line(&mut line)
        .map_err(CliError::Input)?;
    if length == 0 {
        return Err(CliError::Failed(
            "standard input has no line; write the answer there, or as an argument".to_owned(),
        ));
    }
    if length as u64 == LINE_LIMIT && !line.ends_with('\n') {
        return Err(CliError::Failed(format!(
            "the line on standard input has more than {LINE_LIMIT} bytes; write a shorter one"
        )));
    }
    if line.ends_with('\n') {
        line.pop();
    }
    Ok(Concealed::new(line))
}

/// Keeps a terminal from echoing; puts its settings back when dropped.
struct Unseen<'a> {
    terminal: &'a Stdin,
    before: Termios,
}

impl Unseen<'_> {
    fn start(terminal: &Stdin) -> io::Result<Unseen<'_>> {
        let before = termios::tcgetattr(terminal)?;
        let mut unseen = before.clone();
        unseen.local_flags.remove(LocalFlags::ECHO);
        unseen
            .local_flags
            .insert(LocalFlags::ICANON | LocalFlags::ISIG | LocalFlags::ECHONL);
        // Stopped or killed by these keys, this process could not put the echo back.
        for key in [
            SpecialCharacterIndices::VSUSP,
            SpecialCharacterIndices::VQUIT,
        ] {
            unseen.control_chars[key as usize] = _POSIX_VDISABLE;
        }
        // What was typed before was meant for something else.
        termios::tcsetattr(terminal, SetArg::TCSAFLUSH, &unseen)?;
        Ok(Unseen { terminal, before })
    }
}

impl Drop for Unseen<'_> {
    fn drop(&mut self) {
        // A terminal that has gone has no settings.
        let _ = termios::tcsetattr(self.terminal, SetArg::TCSANOW, &self.before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expected: Result<&str, &str>) {
        match (read(input.as_bytes()), expected) {
            (Ok(line), Ok(text)) => assert_eq!(line, Concealed::new(text.to_owned())),
            (Err(error), Err(words)) => assert!(error.to_string().contains(words), "{error}"),
            (read, _) => panic!("{input:?}: {read:?}"),
        }
    }

    #[test]
    fn one_line_is_read_without_its_end() {
        check("yes\n", Ok("yes"));
        check("yes", Ok("yes"));
        check(" a b \nmore\n", Ok(" a b "));
        check("\n", Ok(""));
        check("", Err("has no line"));
        check(&"x".repeat(100_000), Err("more than 65536 bytes"));
    }
}
