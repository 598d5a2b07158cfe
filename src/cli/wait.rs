//! `wait`: until panes have ended.

use super::{
    arguments::Wait,
    failure::CliError,
    output::{print_json, tell},
    status::Status,
    target::Session,
};
use crate::protocol::{PaneInfo, Reply, Request};

/// Waits until panes have ended; exits as their programs did.
pub async fn wait(arguments: &Wait, named: Option<&str>) -> Result<Status, CliError> {
    let mut session = Session::open(named).await?;
    let panes = ended(&mut session, arguments.panes.clone()).await?;
    match arguments.json {
        true => print_json(&panes)?,
        false => report_not_started(&session.name, &panes),
    }
    Ok(Status::of_panes(&panes))
}

/// Returns the panes (all when none is named) once they have ended.
pub async fn ended(session: &mut Session, panes: Vec<String>) -> Result<Vec<PaneInfo>, CliError> {
    match session.request(Request::Wait { panes }).await? {
        Reply::Panes(panes) => Ok(panes),
        _ => Err(session.unexpected()),
    }
}

/// Says of each pane whose program could not start why: its status alone, 127, may be anything.
pub fn report_not_started(session: &str, panes: &[PaneInfo]) {
    for pane in panes {
        if let (None, Some(error)) = (&pane.exit, &pane.error) {
            tell(&format!(
                "pane '{}' of session '{session}' could not start: {error}; check its command and its folder",
                pane.name
            ));
        }
    }
}
