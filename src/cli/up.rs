//! `muxpect` and `up`: the session of a folder.

use super::{
    arguments::{Begin, Show, Up},
    failure::CliError,
    headless,
    launch::{self, Claim, Naming},
    output::print,
    place,
    run::report_started,
    show::{View, need_terminal, show},
    status::Status,
};
use crate::{client::Folder, session::SessionSpec};

/// Shows this folder's session, starting it from its config or with a shell.
pub async fn bare(named: Option<&str>) -> Result<Status, CliError> {
    need_terminal(
        "muxpect",
        "use 'muxpect up -d' or 'muxpect run -d -- CMD', and look with 'muxpect ps'",
    )?;
    let spec = match launch::has_config() {
        true => launch::session_spec(None, named, None)?,
        false => launch::shell_spec(named)?,
    };
    begin(spec, &Begin::default(), named).await
}

/// Starts the panes of a config and shows them.
pub async fn up(arguments: &Up, named: Option<&str>) -> Result<Status, CliError> {
    if !arguments.begin.detach && !arguments.begin.headless {
        need_terminal("up", "use -d or --headless")?;
    }
    let config = arguments.config.as_deref();
    let spec = launch::session_spec(config, named, arguments.begin.size)?;
    begin(spec, &arguments.begin, named).await
}

async fn begin(spec: SessionSpec, begin: &Begin, named: Option<&str>) -> Result<Status, CliError> {
    check_interact(&spec, &begin.show)?;
    let folder = Folder::open()?;
    let naming = match named {
        Some(_) => Naming::Exact,
        None => Naming::PastOtherFolders,
    };
    let view = View::of(&begin.show, spec.layout);
    if begin.headless {
        return headless::run(&folder, spec, naming).await;
    }
    if begin.foreground {
        let session = launch::claim_in_process(&folder, spec, naming).await?;
        let single_process = true;
        return show(
            session,
            View {
                single_process,
                ..view
            },
        )
        .await;
    }
    if !begin.detach {
        place::refuse_own_session(&spec.name)?;
    }
    match launch::claim(&folder, spec, naming).await? {
        Claim::Started(session, started) if begin.detach => report_started(&session.name, &started),
        Claim::Running(session) if begin.detach => {
            print(&format!("session '{}' is already running\n", session.name))?;
            Ok(Status::DONE)
        }
        Claim::Started(session, _) | Claim::Running(session) => show(session, view).await,
    }
}

/// Checks, before anything is started, that the pane to start inside will be there.
pub fn check_interact(spec: &SessionSpec, show: &Show) -> Result<(), CliError> {
    let Some(wanted) = &show.interact else {
        return Ok(());
    };
    let found = (1..)
        .zip(&spec.panes)
        .any(|(id, pane): (u32, _)| pane.name == *wanted || id.to_string() == *wanted);
    match found {
        true => Ok(()),
        false => {
            let names: Vec<&str> = spec.panes.iter().map(|pane| pane.name.as_str()).collect();
            Err(CliError::Usage(format!(
                "there is no pane '{wanted}' to interact with; name one of {}",
                names.join(", ")
            )))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pane_to_interact_with_must_be_one_of_the_new_ones() {
        let panes = launch::command_panes(&[vec!["cat".to_owned()]], Some("db1")).unwrap();
        let spec = launch::bare_spec("work", panes).unwrap();
        let check = |wanted: &str| {
            let interact = Some(wanted.to_owned());
            check_interact(
                &spec,
                &Show {
                    layout: None,
                    interact,
                },
            )
        };
        assert!(check("db1").is_ok());
        assert!(check("1").is_ok());
        assert_eq!(check("db2").unwrap_err().status(), Status::USAGE);
        assert!(check_interact(&spec, &Show::default()).is_ok());
    }
}
