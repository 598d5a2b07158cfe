//! `events`: what happened in a session, one JSON object a line.

use super::{
    arguments::Events, failure::CliError, output::print_json, status::Status, target::Session,
};
use crate::protocol::{Reply, Request};

/// Prints the events that are kept, and with `--follow` each further one until the session ends.
pub async fn events(arguments: &Events, named: Option<&str>) -> Result<Status, CliError> {
    let mut session = Session::open(named).await?;
    let follow = arguments.follow;
    let mut from = 0;
    loop {
        let reply = match session.request(Request::Events { from, follow }).await {
            Err(CliError::SessionEnded(_)) if follow => return Ok(Status::DONE),
            reply => reply?,
        };
        let Reply::Events { events, next } = reply else {
            return Err(session.unexpected());
        };
        for event in &events {
            print_json(event)?;
        }
        if !follow && events.is_empty() {
            return Ok(Status::DONE);
        }
        from = next;
    }
}
