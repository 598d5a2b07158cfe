//! `wait`: until panes have ended.

use super::{
    arguments::Wait,
    failure::CliError,
    output::{print_json, tell},
    status::Status,
    target::Session,
};
use crate::protocol::{Attention, PaneInfo, Reply, Request};

/// Waits until panes have ended; exits as their programs did.
pub async fn wait(arguments: &Wait, named: Option<&str>) -> Result<Status, CliError> {
    let mut session = Session::open(named).await?;
    let panes = ended(&mut session, arguments.panes.clone()).await?;
    match arguments.json {
        true => print_json(&panes)?,
        false => report_failures(&session.name, &panes),
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

/// Says of each pane that has failed why, where its status alone does not: 127 may be anything, and
/// a program that is stopped because nobody answered may end with 0.
pub fn report_failures(session: &str, panes: &[PaneInfo]) {
    panes
        .iter()
        .filter_map(|pane| failure(session, pane))
        .for_each(|sentence| tell(&sentence));
}

fn failure(session: &str, pane: &PaneInfo) -> Option<String> {
    let error = pane.error.as_ref()?;
    let name = &pane.name;
    match &pane.exit {
        None => Some(format!(
            "pane '{name}' of session '{session}' could not start: {error}; check its command and its folder"
        )),
        Some(_) if pane.attention == Attention::Failed => Some(format!(
            "pane '{name}' of session '{session}' has failed: {error}"
        )),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{cli::table::tests::pane, protocol::ExitInfo};

    #[test]
    fn a_pane_that_failed_for_a_reason_of_its_own_is_told() {
        let failed = PaneInfo {
            attention: Attention::Failed,
            error: Some("an ask was not answered within 5s".to_owned()),
            ..pane(1, "db1")
        };
        let told = |pane: &PaneInfo| failure("work", pane).unwrap_or_default();
        assert!(told(&failed).starts_with("pane 'db1' of session 'work' could not start: "));
        let stopped = PaneInfo {
            exit: Some(ExitInfo::Code(0)),
            ..failed
        };
        assert!(told(&stopped).starts_with("pane 'db1' of session 'work' has failed: an ask"));
        // A log that could not be written is no failure of the program.
        let done = PaneInfo {
            attention: Attention::Done,
            ..stopped
        };
        assert_eq!(told(&done), "");
        assert_eq!(told(&pane(1, "db1")), "");
    }
}
