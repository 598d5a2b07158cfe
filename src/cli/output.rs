//! Printing: to standard output, whose reader may go away, and to standard error; text of programs
//! made harmless.

use std::io::{self, Write};

use serde::Serialize;

use super::failure::CliError;
use crate::screen::is_bidirectional_control;

/// Writes `text` to standard output.
pub fn print(text: &str) -> Result<(), CliError> {
    let mut output = io::stdout().lock();
    output
        .write_all(text.as_bytes())
        .and_then(|()| output.flush())
        .map_err(|error| match error.kind() {
            io::ErrorKind::BrokenPipe => CliError::OutputClosed,
            _ => CliError::Output(error),
        })
}

/// Writes a sentence for a person to standard error. Nobody may be there to read it.
pub fn tell(sentence: &str) {
    let _ = writeln!(io::stderr(), "muxpect: {}", printable(sentence));
}

/// Writes `value` to standard output as one line of JSON.
pub fn print_json(value: &impl Serialize) -> Result<(), CliError> {
    print(&json_line(value)?)
}

/// Returns `value` as a line of JSON without a control character in it.
pub fn json_line(value: &impl Serialize) -> Result<String, CliError> {
    let mut line = String::new();
    // JSON escapes what is below a space itself; the rest of the controls can only be in strings.
    let json = serde_json::to_string(value).map_err(|error| CliError::Output(error.into()))?;
    for c in json.chars() {
        match c {
            '\u{7f}'..='\u{9f}' => line += &format!("\\u{:04x}", u32::from(c)),
            _ => line.push(c),
        }
    }
    line.push('\n');
    Ok(line)
}

/// Returns `text` without control characters but line ends and tabs, and without those that change
/// the direction of text: what a program printed must not act on the terminal of who reads about it.
pub fn printable(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .filter(|c| !is_bidirectional_control(*c))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_do_not_reach_the_terminal() {
        assert_eq!(
            printable("a\u{1b}[2J\u{9b}2Jb\u{7f}\r\n\tü"),
            "a[2J2Jb\n\tü"
        );
        assert_eq!(printable("yes\u{202e}on\u{2066}\u{61c}"), "yeson");
    }

    #[test]
    fn json_is_one_line_that_reads_back() {
        let value = ["a\u{1b}\u{9b}\u{7f}\n\"ü"];
        let line = json_line(&value).unwrap();
        assert_eq!(line.chars().filter(|c| c.is_control()).count(), 1);
        assert!(line.ends_with('\n'));
        assert_eq!(serde_json::from_str::<[String; 1]>(&line).unwrap(), value);
    }
}
