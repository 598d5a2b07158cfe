//! `attach` and `interact`: this terminal shows a running session, or becomes one of its panes.

use super::{
    arguments::{Attach, Interact},
    failure::CliError,
    show::{View, need_terminal, show},
    status::Status,
    target::{Session, either},
};
use crate::session::Layout;

/// Shows a running session.
pub async fn attach(arguments: &Attach, named: Option<&str>) -> Result<Status, CliError> {
    let named = either(arguments.name.as_deref(), named)?;
    need_terminal("attach", "look with 'muxpect ps' and 'muxpect screen PANE'")?;
    let session = Session::open(named).await?;
    let view = View {
        read_only: arguments.read_only,
        ..View::of(&arguments.show)
    };
    show(session, view).await
}

/// Makes this terminal a pane.
pub async fn interact(arguments: &Interact, named: Option<&str>) -> Result<Status, CliError> {
    need_terminal("interact", "use 'muxpect send' and 'muxpect expect'")?;
    let session = Session::open(named).await?;
    let view = View {
        layout: Some(Layout::Single),
        interact: arguments.pane.clone(),
        only: true,
        ..View::default()
    };
    show(session, view).await
}
