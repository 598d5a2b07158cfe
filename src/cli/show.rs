//! Showing a session: the only place where the command line meets the interface.

use nix::sys::signal::Signal;

use super::{
    arguments::{LayoutName, Show},
    failure::{CliError, server_gone},
    output::{print, printable},
    panes::end,
    place,
    status::Status,
    target::Session,
};
use crate::{
    protocol::ExitInfo,
    session::{Layout, SessionSpec},
    tui::{self, NewPanes, Options, Outcome, TuiError},
};

/// What is shown, and how.
#[derive(Debug, Default)]
pub struct View {
    /// How panes are arranged at the start; as the session says if not given.
    pub layout: Option<Layout>,
    /// The pane to start inside.
    pub interact: Option<String>,
    /// Nothing is typed, resized or changed.
    pub read_only: bool,
    /// That pane alone is shown, and leaving it ends the interface.
    pub only: bool,
    /// The server is in this process.
    pub single_process: bool,
}

impl View {
    /// Returns the view that flags ask for.
    pub fn of(show: &Show) -> View {
        View {
            layout: show.layout.map(|name| match name {
                LayoutName::Single => Layout::Single,
                LayoutName::Tiles => Layout::Tiles,
                LayoutName::Columns => Layout::Columns,
                LayoutName::Rows => Layout::Rows,
                LayoutName::Main => Layout::Main,
            }),
            interact: show.interact.clone(),
            ..View::default()
        }
    }

    /// Has the panes of a session that this is to show begin with the sizes of their tiles.
    pub fn fit(&self, spec: &mut SessionSpec) {
        let names: Vec<&str> = spec.panes.iter().map(|pane| pane.name.as_str()).collect();
        let layout = self.layout.unwrap_or(spec.layout);
        let sizes = tui::first_sizes(&names, layout, self.interact.as_deref());
        for (pane, size) in spec.panes.iter_mut().zip(sizes) {
            pane.first_size = Some(size);
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
    let info = session.info().await?;
    let environment = place::environment()?;
    let Session {
        name,
        folder,
        connection,
    } = session;
    let options = Options {
        session: name.clone(),
        layout: view.layout.unwrap_or(info.layout),
        only: view.interact.clone().filter(|_| view.only),
        interact: view.interact,
        read_only: view.read_only,
        single_process: view.single_process,
        new_panes: NewPanes {
            folder: info.folder,
            variables: environment.variables,
            shell: environment.shell,
        },
    };
    let outcome = tui::run(connection, options, place::environment()?).await;
    if view.single_process
        && let Ok(Some(mut session)) = Session::find(&folder, &name).await
    {
        // The panes end with this process, and are to end as `down` would end them.
        end(&mut session).await?;
    }
    match outcome {
        Err(TuiError::Connection(source)) => Err(CliError::Connection {
            session: name,
            source,
        }),
        Ok(Outcome::ServerGone) if folder.socket(&name).exists() => {
            Err(CliError::Failed(server_gone(&name)))
        }
        outcome => {
            let (sentence, status) = conclude(&name, outcome?, view.single_process)?;
            if let Some(sentence) = sentence {
                print(&format!("[{}]\n", printable(&sentence)))?;
            }
            Ok(status)
        }
    }
}

/// Returns what is said about an interface's end, in the way of tmux, and the exit status. A
/// server that has gone ended in order here.
fn conclude(
    session: &str,
    outcome: Outcome,
    single_process: bool,
) -> Result<(Option<String>, Status), CliError> {
    let (sentence, status) = match outcome {
        Outcome::Detached | Outcome::LeftPane if !single_process => {
            (format!("detached from session {session}"), Status::DONE)
        }
        Outcome::Detached | Outcome::LeftPane | Outcome::Ended | Outcome::ServerGone => {
            (format!("session {session} has ended"), Status::DONE)
        }
        Outcome::PaneEnded { name, exit, error } => {
            let how = match (exit, error) {
                (Some(ExitInfo::Code(code)), _) => format!("exit {code}"),
                (Some(ExitInfo::Signal(signal)), _) => signal,
                (None, Some(error)) => error,
                (None, None) => "not started".to_owned(),
            };
            (format!("pane {name} has ended: {how}"), Status::ENDED)
        }
        Outcome::NoPane(pane) => {
            return Err(CliError::Usage(format!(
                "session '{session}' has no pane '{pane}'; 'muxpect ps -s {session}' lists its panes"
            )));
        }
        Outcome::TerminalGone => {
            return Err(CliError::Failed(format!(
                "the terminal has gone; 'muxpect attach {session}' shows the session again"
            )));
        }
        Outcome::Signal(number) => {
            let status = Signal::try_from(number).map_or(Status::FAILED, Status::of_signal);
            return Ok((None, status));
        }
    };
    Ok((Some(sentence), status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_become_the_view() {
        let of = |layout| {
            let interact = Some("db1".to_owned());
            let view = View::of(&Show { layout, interact });
            assert_eq!(view.interact.as_deref(), Some("db1"));
            view.layout
        };
        assert_eq!(of(None), None);
        assert_eq!(of(Some(LayoutName::Tiles)), Some(Layout::Tiles));
        assert_eq!(of(Some(LayoutName::Single)), Some(Layout::Single));
        assert_eq!(of(Some(LayoutName::Columns)), Some(Layout::Columns));
        assert_eq!(of(Some(LayoutName::Rows)), Some(Layout::Rows));
        assert_eq!(of(Some(LayoutName::Main)), Some(Layout::Main));
    }

    #[test]
    fn an_interface_that_ends_has_a_status() {
        let check = |outcome, expected| {
            let status = match conclude("work", outcome, false) {
                Ok((_, status)) => status,
                Err(error) => error.status(),
            };
            assert_eq!(status, expected);
        };
        check(Outcome::Ended, Status::DONE);
        check(Outcome::NoPane("x".to_owned()), Status::USAGE);
        check(Outcome::TerminalGone, Status::FAILED);
        check(Outcome::Signal(15), Status(143));
        check(Outcome::Signal(0), Status::FAILED);
        let ended = Outcome::PaneEnded {
            name: "db1".to_owned(),
            exit: Some(ExitInfo::Code(0)),
            error: None,
        };
        check(ended, Status::ENDED);
    }

    #[test]
    fn detaching_from_a_session_of_this_process_ends_it() {
        let said = |single_process| {
            let (sentence, status) = conclude("work", Outcome::Detached, single_process).unwrap();
            assert_eq!(status, Status::DONE);
            sentence.unwrap()
        };
        assert_eq!(said(false), "detached from session work");
        assert_eq!(said(true), "session work has ended");
    }
}
