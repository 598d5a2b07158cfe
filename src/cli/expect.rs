//! `expect`: waits for output, and prints what matched.

use std::time::Duration;

use super::{
    arguments::{Expect, ExpectView},
    failure::CliError,
    output::{print, print_json, printable},
    status::Status,
    target::Session,
};
use crate::{
    expect::View,
    protocol::{ExpectEvent, ExpectInfo, ExpectRequest, Reply, Request},
};

/// Waits until a pane's output matches.
pub async fn expect(arguments: &Expect, named: Option<&str>) -> Result<Status, CliError> {
    let request = request(arguments);
    let mut session = Session::open(named).await?;
    let Reply::Expect(info) = session.request(Request::Expect(request)).await? else {
        return Err(session.unexpected());
    };
    if arguments.json {
        print_json(&info)?;
        return Ok(status(&info));
    }
    if let Some(matched) = &info.matched {
        print(&format!("{}\n", printable(matched)))?;
    }
    match status(&info) {
        Status::TIMED_OUT => Err(CliError::TimedOut(timed_out(
            &arguments.pane,
            arguments.timeout,
        ))),
        Status::ENDED => Err(CliError::Ended(format!(
            "pane '{0}' ended before its output matched; 'muxpect screen {0}' shows it",
            arguments.pane
        ))),
        status => Ok(status),
    }
}

fn request(arguments: &Expect) -> ExpectRequest {
    ExpectRequest {
        view: arguments.view.into(),
        pane: Some(arguments.pane.clone()),
        patterns: arguments.patterns.clone(),
        exact: arguments.exact,
        eof: arguments.eof,
        timeout_ok: arguments.on_timeout.is_some(),
        timeout: arguments.timeout,
        from: arguments.from,
        send: arguments.send.as_ref().map(|text| format!("{text}\r")),
    }
}

impl From<ExpectView> for View {
    fn from(view: ExpectView) -> View {
        match view {
            ExpectView::Prompt => View::Prompt,
            ExpectView::Line => View::Line,
            ExpectView::Screen => View::Screen,
            ExpectView::Stream => View::Stream,
            ExpectView::Raw => View::Raw,
        }
    }
}

/// Returns the exit status of an `expect`: what was awaited is a success.
fn status(info: &ExpectInfo) -> Status {
    match (info.index, info.event) {
        (Some(_), _) => Status::DONE,
        (None, ExpectEvent::Timeout) => Status::TIMED_OUT,
        (None, ExpectEvent::Eof) => Status::ENDED,
        (None, ExpectEvent::Match) => Status::FAILED,
    }
}

fn timed_out(pane: &str, timeout: Duration) -> String {
    format!(
        "the output of pane '{pane}' did not match within {timeout:?}; 'muxpect screen {pane}' shows it"
    )
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::{
        cli::arguments::{Arguments, Verb},
        protocol::ExpectFrom,
    };

    fn check_request(line: &str, expected: ExpectRequest) {
        let line = format!("muxpect expect {line}");
        match Arguments::try_parse_from(line.split_whitespace())
            .unwrap()
            .verb
        {
            Some(Verb::Expect(arguments)) => assert_eq!(request(&arguments), expected),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn flags_become_the_request() {
        let plain = ExpectRequest {
            view: View::Stream,
            pane: Some("db1".into()),
            patterns: vec!["a".into(), "b".into()],
            exact: false,
            eof: false,
            timeout_ok: false,
            timeout: Duration::from_secs(30),
            from: ExpectFrom::Cursor,
            send: None,
        };
        check_request("db1 a b", plain.clone());
        check_request(
            "db1 a b --view raw --exact --eof --on-timeout ok --timeout 250ms --from 17 --send -x",
            ExpectRequest {
                view: View::Raw,
                exact: true,
                eof: true,
                timeout_ok: true,
                timeout: Duration::from_millis(250),
                from: ExpectFrom::Offset(17),
                send: Some("-x\r".into()),
                ..plain
            },
        );
    }

    #[test]
    fn what_was_awaited_is_a_success() {
        let check = |index, event, expected| {
            let info = ExpectInfo {
                index,
                pattern: None,
                event,
                matched: None,
                groups: Vec::new(),
                named: Default::default(),
                before: String::new(),
                offset: 0,
                lost: 0,
            };
            assert_eq!(status(&info), expected);
        };
        check(Some(0), ExpectEvent::Match, Status::DONE);
        check(Some(1), ExpectEvent::Eof, Status::DONE);
        check(Some(2), ExpectEvent::Timeout, Status::DONE);
        check(None, ExpectEvent::Eof, Status::ENDED);
        check(None, ExpectEvent::Timeout, Status::TIMED_OUT);
    }

    #[test]
    fn a_timeout_is_told_with_its_length() {
        let sentence = timed_out("db1", Duration::from_millis(1500));
        assert!(
            sentence.contains("'db1' did not match within 1.5s; "),
            "{sentence}"
        );
    }
}
