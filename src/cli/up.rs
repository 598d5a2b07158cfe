//! `muxpect` and `up`: the session of a folder.

use super::{
    arguments::{Begin, Up},
    failure::CliError,
    headless,
    launch::{self, Claim, Naming},
    output::{print, tell},
    run::report_started,
    show::{View, need_terminal, show},
    status::Status,
    target::Session,
};
use crate::{client::Folder, session::SessionSpec};

/// Shows this folder's session, starting it from its config or with a shell.
pub async fn bare(named: Option<&str>) -> Result<Status, CliError> {
    need_terminal(
        "muxpect",
        "use 'muxpect up -d' or 'muxpect run -d -- CMD', and look with 'muxpect ps'",
    )?;
    let folder = Folder::open()?;
    if let Some(name) = named
        && let Some(session) = Session::find(&folder, name).await?
    {
        return show(session, View::default()).await;
    }
    let spec = match launch::has_config() {
        true => launch::session_spec(None, named, None)?,
        false => launch::shell_spec(named)?,
    };
    begin(&folder, spec, &Begin::default(), named).await
}

/// Starts the panes of a config and shows them.
pub async fn up(arguments: &Up, named: Option<&str>) -> Result<Status, CliError> {
    if !arguments.begin.detach && !arguments.begin.headless {
        need_terminal("up", "use -d or --headless")?;
    }
    let config = arguments.config.as_deref();
    let spec = launch::session_spec(config, named, arguments.begin.size)?;
    if spec.panes.is_empty() {
        return Err(CliError::Failed(format!(
            "the config of session '{}' has no pane; add a [[pane]] to it",
            spec.name
        )));
    }
    begin(&Folder::open()?, spec, &arguments.begin, named).await
}

async fn begin(
    folder: &Folder,
    mut spec: SessionSpec,
    begin: &Begin,
    named: Option<&str>,
) -> Result<Status, CliError> {
    let naming = match named {
        Some(_) => Naming::Exact,
        None => Naming::PastOtherFolders,
    };
    let view = View::of(&begin.show);
    let interact = begin.show.interact.as_deref();
    if begin.headless {
        return headless::run(folder, spec, naming).await;
    }
    if !begin.detach {
        view.fit(&mut spec);
    }
    if begin.foreground {
        launch::check_interact(&spec, interact)?;
        let session = launch::claim_in_process(folder, spec, naming).await?;
        let view = View {
            single_process: true,
            ..view
        };
        return show(session, view).await;
    }
    let wanted = spec.name.clone();
    match launch::claim(folder, spec, naming, interact).await? {
        Claim::Started(session, started) if begin.detach => {
            if session.name != wanted {
                tell(&format!(
                    "the name '{wanted}' is taken by another session; this one is '{}'",
                    session.name
                ));
            }
            report_started(&session.name, &started)
        }
        Claim::Running(session) if begin.detach => {
            print(&format!("session '{}' is already running\n", session.name))?;
            Ok(Status::DONE)
        }
        Claim::Started(session, _) | Claim::Running(session) => show(session, view).await,
    }
}
