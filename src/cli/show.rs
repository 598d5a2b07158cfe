//! Showing a session: the only place where the command line meets the interface.

use super::{
    arguments::{LayoutName, Show},
    failure::{CliError, server_gone},
    output::print,
    place,
    status::Status,
    target::Session,
};
use nix::sys::signal::Signal;

use crate::{
    protocol::ExitInfo,
    session::Layout,
    tui::{self, Options, Outcome},
};

/// What is shown, and how.
#[derive(Debug, Default)]
pub struct View {
    /// How panes are arranged at the start.
    pub layout: Layout,
    /// The pane to start inside.
    pub interact: Option<String>,
    /// Nothing is typed, resized or changed.
    pub read_only: bool,
    /// Only that pane is shown, and leaving it ends the interface.
    pub only: bool,
    /// The server is in this process.
    pub single_process: bool,
}

impl View {
    /// Returns the view that flags ask for, with `layout` where they do not say.
    pub fn of(show: &Show, layout: Layout) -> View {
        View {
            layout: match show.layout {
                Some(LayoutName::Single) => Layout::Single,
                Some(LayoutName::Tiles) => Layout::Tiles,
                None => layout,
            },
            interact: show.interact.clone(),
            ..View::default()
        }
    }
}

/// Refuses early, before anything is started, where no interface can be shown.
pub fn need_terminal(verb: &'static str, instead: &'static str) -> Result<(), CliError> {
    match place::has_terminal() {
        true => Ok(()),
        false => Err(CliError::NoTerminal { verb, instead }),
    }
}

/// Shows the session until the person detaches or it ends.
pub async fn show(mut session: Session, mut view: View) -> Result<Status, CliError> {
    place::refuse_own_session(&session.name)?;
    if view.interact.is_some() || view.only {
        view.interact = Some(session.pane(view.interact.as_deref()).await?);
    }
    let name = session.name;
    let options = Options {
        session: name.clone(),
        layout: view.layout,
        only: view.only.then(|| view.interact.clone()).flatten(),
        interact: view.interact,
        read_only: view.read_only,
        single_process: view.single_process,
    };
    let socket = session.folder.socket(&name);
    match tui::run(session.connection, options).await? {
        Outcome::Detached | Outcome::LeftPane => {
            print(&format!("[detached from session {name}]\n"))?;
            Ok(Status::DONE)
        }
        Outcome::Ended => {
            print(&format!("[session {name} has ended]\n"))?;
            Ok(Status::DONE)
        }
        // A server that ends in order has removed its socket.
        Outcome::ServerGone if !view.single_process && !socket.exists() => {
            print(&format!("[session {name} has ended]\n"))?;
            Ok(Status::DONE)
        }
        Outcome::PaneEnded { name, exit, error } => {
            let how = match (exit, error) {
                (Some(ExitInfo::Code(code)), _) => format!("exited with {code}"),
                (Some(ExitInfo::Signal(signal)), _) => format!("was ended by {signal}"),
                (None, Some(error)) => error,
                (None, None) => "has ended".to_owned(),
            };
            Err(CliError::Ended(format!("pane '{name}': {how}")))
        }
        Outcome::NoPane(pane) => Err(CliError::Usage(format!(
            "there is no pane '{pane}'; 'muxpect ps' lists those there are"
        ))),
        Outcome::Signal(number) => {
            Ok(Signal::try_from(number).map_or(Status::FAILED, Status::of_signal))
        }
        Outcome::ServerGone => Err(CliError::Failed(server_gone(&name))),
        Outcome::TerminalGone => Err(CliError::Failed(format!(
            "the terminal has gone; 'muxpect attach {name}' shows the session again"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_wins_over_the_configs_layout() {
        let of = |layout| {
            let show = Show {
                layout,
                interact: None,
            };
            View::of(&show, Layout::Single).layout
        };
        assert_eq!(of(None), Layout::Single);
        assert_eq!(of(Some(LayoutName::Tiles)), Layout::Tiles);
        assert_eq!(of(Some(LayoutName::Single)), Layout::Single);
    }
}
