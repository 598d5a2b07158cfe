//! Why a verb was not done: its sentence for standard error and its exit status.

use std::{error::Error, io};

use super::status::Status;
use crate::{
    client::{ConnectionError, FolderError, StartError, log_path},
    config::LoadError,
    protocol::FailureKind,
    server::ServerError,
    tui::TuiError,
};

/// Why a verb was not done.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The command line asks for what cannot be.
    #[error("{0}")]
    Usage(String),
    /// It did not work; the sentence says what, and what to do next.
    #[error("{0}")]
    Failed(String),
    /// The time was over.
    #[error("{0}")]
    TimedOut(String),
    /// The pane ended.
    #[error("{0}")]
    Ended(String),
    /// No session is running, and none was named.
    #[error("no session is running; start one with 'muxpect up' or 'muxpect run -- CMD'")]
    NoSession,
    /// The named session is not running.
    #[error("session '{0}' is not running; 'muxpect ls' lists those that are")]
    UnknownSession(String),
    /// The session ended in order before it had answered.
    #[error("session '{0}' has ended meanwhile; 'muxpect ls' lists those that are running")]
    SessionEnded(String),
    /// The server hung up before a word was said.
    #[error(
        "the server of session '{0}' hung up: it is ending, or has as many clients as it takes; try again"
    )]
    HungUp(String),
    /// Several sessions are running, and none was named.
    #[error("several sessions are running; choose one with -s NAME: {}", .0.join(", "))]
    SeveralSessions(Vec<String>),
    /// The verb needs a terminal.
    #[error("{verb} needs a terminal for its input and output; {instead}")]
    NoTerminal {
        /// The verb, as it is written.
        verb: &'static str,
        /// What to do without one.
        instead: &'static str,
    },
    /// A session's server could not do it, or cannot be spoken to.
    #[error("session '{session}'")]
    Connection {
        /// The session.
        session: String,
        /// What is wrong.
        source: ConnectionError,
    },
    /// No server could be started.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The folder of sockets cannot be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A config is wrong.
    #[error(transparent)]
    Config(#[from] LoadError),
    /// The interface failed.
    #[error(transparent)]
    Interface(#[from] TuiError),
    /// The server failed.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// The asynchronous runtime cannot be had.
    #[error("the event loop cannot be set up")]
    Runtime(#[source] io::Error),
    /// Standard input cannot be read.
    #[error("standard input cannot be read")]
    Input(#[source] io::Error),
    /// Standard output cannot be written.
    #[error("standard output cannot be written")]
    Output(#[source] io::Error),
    /// Who reads standard output wants no more: not an error of this process.
    #[error("standard output was closed")]
    OutputClosed,
}

impl CliError {
    /// Returns the exit status.
    pub fn status(&self) -> Status {
        match self {
            CliError::OutputClosed => Status::DONE,
            CliError::Usage(_) | CliError::SeveralSessions(_) | CliError::NoTerminal { .. } => {
                Status::USAGE
            }
            CliError::TimedOut(_) => Status::TIMED_OUT,
            CliError::Ended(_) => Status::ENDED,
            CliError::Connection {
                source: ConnectionError::Failed(failure),
                ..
            } => match failure.kind {
                FailureKind::Failed => Status::FAILED,
                FailureKind::Usage => Status::USAGE,
                FailureKind::Ended => Status::ENDED,
            },
            _ => Status::FAILED,
        }
    }

    /// Returns the sentence to print; `None` when nobody is to be told.
    pub fn sentence(&self) -> Option<String> {
        let text = match self {
            CliError::OutputClosed => return None,
            CliError::Connection {
                source: ConnectionError::Failed(failure),
                ..
            } => failure.message.clone(),
            CliError::Connection { session, source } if source.is_hang_up() => server_gone(session),
            other => chain(other),
        };
        Some(text)
    }
}

/// Says that a session's server has gone, and where its log is.
pub fn server_gone(session: &str) -> String {
    match log_path(session) {
        Some(path) => format!(
            "the server of session '{session}' has gone; its log is {}",
            path.display()
        ),
        None => format!("the server of session '{session}' has gone; start the session again"),
    }
}

/// Joins an error and its causes by colons; a cause that the text names already is left out.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let words = error.to_string();
        if !text.contains(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Failure;

    fn of_server(source: ConnectionError) -> CliError {
        CliError::Connection {
            session: "work".to_owned(),
            source,
        }
    }

    #[test]
    fn a_servers_failure_keeps_its_kind_and_its_words() {
        let check = |kind, status| {
            let error = of_server(ConnectionError::Failed(Failure {
                kind,
                message: "pane 'x' is what it is; do something".to_owned(),
            }));
            assert_eq!(error.status(), Status(status));
            let sentence = error.sentence().unwrap();
            assert_eq!(sentence, "pane 'x' is what it is; do something");
        };
        check(FailureKind::Failed, 1);
        check(FailureKind::Usage, 2);
        check(FailureKind::Ended, 4);
    }

    #[test]
    fn errors_are_chained() {
        let error = of_server(ConnectionError::NoHello);
        let expected = "session 'work': what answers at the socket is not a muxpect server";
        assert_eq!(error.sentence().unwrap(), expected);
        let error = CliError::Output(io::Error::other("disk full"));
        let expected = "standard output cannot be written: disk full";
        assert_eq!(error.sentence().unwrap(), expected);
    }

    #[test]
    fn a_server_that_hangs_up_has_gone() {
        let reset = io::Error::from(io::ErrorKind::ConnectionReset);
        for error in [ConnectionError::Closed, ConnectionError::Io(reset)] {
            let sentence = of_server(error).sentence().unwrap();
            let expected = "the server of session 'work' has gone; ";
            assert!(sentence.starts_with(expected), "{sentence}");
        }
    }

    #[test]
    fn statuses_are_the_documented_ones() {
        let check = |error: CliError, status| assert_eq!(error.status(), Status(status));
        check(CliError::NoSession, 1);
        check(CliError::UnknownSession("x".into()), 1);
        check(CliError::SeveralSessions(vec!["a".into(), "b".into()]), 2);
        check(CliError::Usage("x".into()), 2);
        check(CliError::TimedOut("x".into()), 3);
        check(CliError::Ended("x".into()), 4);
        check(CliError::OutputClosed, 0);
        assert_eq!(CliError::OutputClosed.sentence(), None);
    }
}
