//! The helper that ssh runs to ask for a password (`SSH_ASKPASS`): this program under another name.
//!
//! It puts ssh's question to the session whose pane runs that ssh, and prints what it is told. It
//! decides nothing, and knows no secret before it is told one.

use std::{
    ffi::{OsStr, OsString},
    fs::File,
    io::{self, Write},
    os::fd::AsFd,
    path::Path,
    process::ExitCode,
};

use secrecy::ExposeSecret;
use tokio::net::UnixStream;
use zeroize::Zeroizing;

use super::output::tell;
use crate::{
    client::{Connection, ConnectionError},
    pane::{Concealed, HELPER, SOCKET_VARIABLE, TOKEN_VARIABLE},
    protocol::{Reply, Request},
    pty,
};

/// What ssh wants, as it says in `SSH_ASKPASS_PROMPT` (ssh(1)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    /// A text.
    Text,
    /// Yes or no, by the exit status.
    Consent,
    /// That the question is shown.
    Notice,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
enum AskpassError {
    #[error("this is no pane's ssh; start it in a pane with `askpass`")]
    NoPane,
    #[error("the session that this ssh belongs to cannot be asked: {0}")]
    Connection(#[from] ConnectionError),
    #[error("the session gave no answer; type it when ssh asks again")]
    NoAnswer,
    #[error("the answer cannot be handed to ssh: {0}")]
    Output(#[from] io::Error),
}

/// Does ssh's bidding if the command line's first word is the helper's name, and returns the exit
/// status; `None` for every other command line.
pub fn asked(line: impl IntoIterator<Item = OsString>) -> Option<ExitCode> {
    let mut line = line.into_iter();
    let program = line.next()?;
    if Path::new(&program).file_name() != Some(OsStr::new(HELPER)) {
        return None;
    }
    let question = line.next().unwrap_or_default();
    let wanted = wanted(std::env::var_os("SSH_ASKPASS_PROMPT").as_deref());
    Some(match answer(&question.to_string_lossy(), wanted) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            tell(&error.to_string());
            ExitCode::FAILURE
        }
    })
}

/// Asks the session, prints the answer, and returns whether it is a yes.
fn answer(question: &str, wanted: Wanted) -> Result<bool, AskpassError> {
    pty::harden()?;
    let variable = |name| std::env::var(name).map_err(|_| AskpassError::NoPane);
    let (token, socket) = (variable(TOKEN_VARIABLE)?, variable(SOCKET_VARIABLE)?);
    let request = Request::Askpass {
        token: Concealed::new(token),
        prompt: shown(question, wanted),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let reply = runtime.block_on(async {
        let stream = UnixStream::connect(socket)
            .await
            .map_err(ConnectionError::Io)?;
        Connection::over(stream).await?.request(request).await
    })?;
    let Reply::Passed(answer) = reply else {
        return Err(AskpassError::NoAnswer);
    };
    let answer = answer.expose().expose_secret();
    match wanted {
        Wanted::Text => {
            // Past the standard library's buffer, which would keep it.
            let line = Zeroizing::new([answer.as_bytes(), b"\n"].concat());
            File::from(io::stdout().as_fd().try_clone_to_owned()?).write_all(&line)?;
            Ok(true)
        }
        Wanted::Consent => Ok(is_yes(answer)),
        Wanted::Notice => Ok(true),
    }
}

fn wanted(hint: Option<&OsStr>) -> Wanted {
    match hint.and_then(OsStr::to_str) {
        Some("confirm") => Wanted::Consent,
        Some("none") => Wanted::Notice,
        _ => Wanted::Text,
    }
}

/// Returns the question as a person sees it; only one that wants a text can look like one for a
/// password.
fn shown(question: &str, wanted: Wanted) -> String {
    match wanted {
        Wanted::Text => question.to_owned(),
        Wanted::Consent => format!("{} (yes or no)", question.trim_end()),
        Wanted::Notice => format!("{} (no answer is needed)", question.trim_end()),
    }
}

fn is_yes(answer: &str) -> bool {
    let answer = answer.trim();
    answer.eq_ignore_ascii_case("yes") || answer.eq_ignore_ascii_case("y")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_helpers_name_is_the_helpers() {
        for program in [
            "muxpect",
            "/usr/bin/muxpect",
            "/x/muxpect-askpass/muxpect",
            "",
        ] {
            assert!(asked([program.into(), "Password: ".into()]).is_none());
        }
        assert!(asked([]).is_none());
    }

    #[test]
    fn what_wants_no_text_does_not_look_like_a_password_prompt() {
        let hint = |hint: &str| wanted(Some(OsStr::new(hint)));
        assert_eq!(wanted(None), Wanted::Text);
        assert_eq!(
            [hint(""), hint("confirm"), hint("none")],
            [Wanted::Text, Wanted::Consent, Wanted::Notice]
        );
        let question = "me@db1's password: ";
        assert_eq!(shown(question, Wanted::Text), question);
        assert_eq!(
            shown(question, Wanted::Consent),
            "me@db1's password: (yes or no)"
        );
        assert!(!shown(question, Wanted::Notice).ends_with(": "));
        assert!(is_yes("yes\n") && is_yes("Y") && !is_yes("") && !is_yes("no"));
    }
}
