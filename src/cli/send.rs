//! `send`: text, keys, end-of-file, signals and secrets for panes.

use std::io::Read;

use super::{arguments::Send, failure::CliError, status::Status, target::Session};
use crate::protocol::{Request, SendWhat, Target};

/// The longest text that is read from standard input, in bytes; a pane's queue is shorter.
const TEXT_LIMIT: u64 = 1024 * 1024;

/// Enter, as a terminal sends it.
const ENTER: &str = "\r";

/// A `send` as it is written: the pane, if one is named, and the text, if there is one.
#[derive(Debug, PartialEq, Eq)]
struct Words<'a> {
    pane: Option<&'a str>,
    text: Option<&'a str>,
}

/// Types into panes.
pub async fn send(arguments: &Send, named: Option<&str>) -> Result<Status, CliError> {
    let words = words(arguments)?;
    let parts = match words.text {
        Some("-") => text_parts(arguments, standard_input()?),
        Some(text) => text_parts(arguments, text.to_owned()),
        None => vec![other_part(arguments)],
    };
    let mut session = Session::open(named).await?;
    let target = match (arguments.all, words.pane) {
        (true, _) => Target::All,
        (false, Some(pane)) => Target::Pane(pane.to_owned()),
        (false, None) => Target::Pane(session.pane(None).await?),
    };
    for what in parts {
        let target = target.clone();
        session.request(Request::Send { target, what }).await?;
    }
    Ok(Status::DONE)
}

/// Finds out which word is what.
fn words(arguments: &Send) -> Result<Words<'_>, CliError> {
    let words: Vec<&str> = arguments.words.iter().map(String::as_str).collect();
    let other = arguments.eof
        || arguments.signal.is_some()
        || arguments.secret.is_some()
        || !arguments.keys.is_empty();
    let (pane, text) = match (words[..].as_ref(), arguments.all, other) {
        ([], _, true) => (None, None),
        ([pane], false, true) => (Some(*pane), None),
        ([text], true, false) => (None, Some(*text)),
        ([pane, text], false, false) => (Some(*pane), Some(*text)),
        _ => {
            let problem = match (arguments.all, other) {
                (true, true) => {
                    "with --all and --key, --eof or --signal, no PANE and no TEXT is written"
                }
                (true, false) => "with --all, just one TEXT is written",
                (false, true) => {
                    "with --key, --eof, --signal or --secret, a PANE but no TEXT is written"
                }
                (false, false) => "send needs a PANE and a TEXT",
            };
            return Err(CliError::Usage(format!(
                "{problem}; see 'muxpect send --help'"
            )));
        }
    };
    Ok(Words { pane, text })
}

/// Returns what a text is sent as. A line end at the end of what was read from a file or a pipe
/// is the Enter.
fn text_parts(arguments: &Send, text: String) -> Vec<SendWhat> {
    let enter = match arguments.no_enter || text.ends_with('\n') {
        true => "",
        false => ENTER,
    };
    match arguments.paste {
        false => vec![SendWhat::Text(text + enter)],
        true if enter.is_empty() => vec![SendWhat::Paste(text)],
        true => vec![SendWhat::Paste(text), SendWhat::Text(enter.to_owned())],
    }
}

/// Returns what is sent instead of a text.
fn other_part(arguments: &Send) -> SendWhat {
    match (arguments.signal, &arguments.secret) {
        (Some(signal), _) => SendWhat::Signal(signal),
        (_, Some(name)) => SendWhat::Secret(name.clone()),
        _ if arguments.eof => SendWhat::Eof,
        _ => SendWhat::Keys(arguments.keys.clone()),
    }
}

fn standard_input() -> Result<String, CliError> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .take(TEXT_LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(CliError::Input)?;
    if bytes.len() as u64 > TEXT_LIMIT {
        return Err(CliError::Failed(format!(
            "standard input has more than {TEXT_LIMIT} bytes; send it in parts"
        )));
    }
    String::from_utf8(bytes).map_err(|_| {
        CliError::Failed("standard input is not UTF-8 text; convert it with iconv(1)".to_owned())
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::arguments::{Arguments, Verb};

    fn read(line: &[&str]) -> Send {
        let line = ["muxpect", "send"].iter().chain(line);
        match Arguments::try_parse_from(line).unwrap().verb {
            Some(Verb::Send(send)) => send,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn words_are_pane_and_text() {
        let check = |line: &[&str], pane, text| {
            assert_eq!(
                words(&read(line)).unwrap(),
                Words { pane, text },
                "{line:?}"
            );
        };
        check(&["db1", "yes"], Some("db1"), Some("yes"));
        check(&["db1", ""], Some("db1"), Some(""));
        check(&["--all", "yes"], None, Some("yes"));
        check(&["db1", "--eof"], Some("db1"), None);
        check(&["--signal", "INT"], None, None);
        check(&["--all", "--signal", "INT"], None, None);
    }

    #[test]
    fn too_few_or_too_many_words_are_refused() {
        for line in [
            &[][..],
            &["db1"],
            &["--all"],
            &["--all", "db1", "x"],
            &["db1", "x", "--eof"],
            &["--all", "db1", "--eof"],
        ] {
            assert_eq!(
                words(&read(line)).unwrap_err().status(),
                Status::USAGE,
                "{line:?}"
            );
        }
    }

    #[test]
    fn text_ends_with_enter_unless_told_otherwise() {
        let check = |line: &[&str], text: &str, expected: &[SendWhat]| {
            assert_eq!(text_parts(&read(line), text.to_owned()), expected);
        };
        let text = |text: &str| SendWhat::Text(text.to_owned());
        let paste = |text: &str| SendWhat::Paste(text.to_owned());
        check(&["p", "x"], "x", &[text("x\r")]);
        check(&["p", "x"], "", &[text("\r")]);
        check(&["-n", "p", "x"], "x", &[text("x")]);
        check(&["p", "-"], "a\nb\n", &[text("a\nb\n")]);
        check(&["p", "-"], "a\nb", &[text("a\nb\r")]);
        check(&["-n", "p", "-"], "a\n", &[text("a\n")]);
        check(&["--paste", "p", "x"], "x", &[paste("x"), text("\r")]);
        check(&["--paste", "-n", "p", "x"], "x", &[paste("x")]);
    }

    #[test]
    fn signals_eof_and_secrets_are_sent_as_such() {
        assert_eq!(
            other_part(&read(&["p", "--signal", "TERM"])),
            SendWhat::Signal(15)
        );
        assert_eq!(other_part(&read(&["p", "--eof"])), SendWhat::Eof);
        let secret = read(&["p", "--secret", "db"]);
        assert_eq!(words(&secret).unwrap().pane, Some("p"));
        assert_eq!(other_part(&secret), SendWhat::Secret("db".to_owned()));
    }
}
