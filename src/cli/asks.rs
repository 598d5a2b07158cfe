//! `asks`: the inbox.

use jiff::Timestamp;

use super::{
    arguments::Listing,
    failure::CliError,
    output::{print, print_json, tell},
    status::Status,
    table,
    target::Session,
};
use crate::protocol::{AskInfo, Reply, Request};

/// Lists the asks that wait for a person, oldest first.
pub async fn asks(arguments: &Listing, named: Option<&str>) -> Result<Status, CliError> {
    let mut session = Session::open(named).await?;
    let asks = waiting(&mut session).await?;
    match (arguments.json, asks.is_empty()) {
        (true, _) => print_json(&asks)?,
        (false, true) => tell(&format!(
            "nothing waits for you in session '{}'",
            session.name
        )),
        (false, false) => print(&table::asks(&asks, Timestamp::now()))?,
    }
    Ok(Status::DONE)
}

/// Returns the asks that wait for a person, oldest first.
pub async fn waiting(session: &mut Session) -> Result<Vec<AskInfo>, CliError> {
    match session.request(Request::Asks).await? {
        Reply::Asks(asks) => Ok(asks),
        _ => Err(session.unexpected()),
    }
}
