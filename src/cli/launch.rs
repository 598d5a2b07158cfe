//! What a new session is made from, and which name it gets.
//!
//! The only place where the command line meets configs and the server's own room.

use std::path::{Path, PathBuf};

use super::{
    failure::CliError,
    place::{self, CONFIG_FILE},
    status::Status,
    target::Session,
};
use crate::{
    client::{Connection, Folder, Startup, connect, start},
    config,
    expect::RuleSpec,
    geometry::Size,
    pane::PaneSpec,
    protocol::Started,
    server,
    session::{Layout, OnFinished, SessionSpec},
};

/// How a new session may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// By this name alone; a session of another folder that has it is an error.
    Exact,
    /// By this name, or, past sessions of other folders that have it, by `NAME-2` and so on.
    PastOtherFolders,
    /// By the first of those names that no session has.
    FirstFree,
}

/// What became of the wish for a session.
#[derive(Debug)]
pub enum Claim {
    /// It was started, with these panes.
    Started(Session, Vec<Started>),
    /// It was running.
    Running(Session),
}

/// Returns the session that a config file describes: the given one, else the current folder's.
pub fn session_spec(
    config: Option<&Path>,
    named: Option<&str>,
    size: Option<Size>,
) -> Result<SessionSpec, CliError> {
    let environment = place::environment()?;
    let path = config_path(config, &environment.cwd)?;
    let config = config::load(&path, &environment)?;
    let folder = path.parent().unwrap_or(Path::new("/")).to_owned();
    let own_name = config.name.unwrap_or_else(|| place::folder_name(&folder));
    let mut spec = SessionSpec {
        name: named.map_or(own_name, str::to_owned),
        config: Some(path),
        folder,
        layout: config.layout,
        on_finished: config.on_finished,
        headless: false,
        panes: config.panes,
    };
    pin(&mut spec.panes, size);
    Ok(spec)
}

/// Returns whether the current folder has a config.
pub fn has_config() -> bool {
    Path::new(CONFIG_FILE).is_file()
}

/// Checks a config file, and returns its path and how many panes it has.
pub fn check_config(config: Option<&Path>) -> Result<(PathBuf, usize), CliError> {
    let environment = place::environment()?;
    let path = config_path(config, &environment.cwd)?;
    let panes = config::load(&path, &environment)?.panes.len();
    Ok((path, panes))
}

/// Returns a session that is made from commands instead of a config, named after nothing yet.
pub fn bare_spec(name: &str, panes: Vec<PaneSpec>) -> Result<SessionSpec, CliError> {
    let folder = place::canonical(&place::environment()?.cwd)?;
    Ok(SessionSpec {
        name: name.to_owned(),
        config: None,
        folder,
        layout: Layout::default(),
        on_finished: OnFinished::default(),
        headless: false,
        panes,
    })
}

/// Returns the session of a folder without a config: one shell.
pub fn shell_spec(named: Option<&str>) -> Result<SessionSpec, CliError> {
    let shell = place::environment()?.shell;
    let mut spec = bare_spec("", command_panes(&[vec![shell]], None)?)?;
    spec.name = named.map_or_else(|| place::folder_name(&spec.folder), str::to_owned);
    Ok(spec)
}

/// Returns panes that run commands here, named after their programs or all by `name`.
pub fn command_panes(
    commands: &[Vec<String>],
    name: Option<&str>,
) -> Result<Vec<PaneSpec>, CliError> {
    let environment = place::environment()?;
    let pane = |command: &Vec<String>| {
        let program = command.first().map_or("", String::as_str);
        PaneSpec::new(
            name.map_or_else(|| place::program_name(program), str::to_owned),
            command.clone(),
            environment.cwd.clone(),
            environment.variables.clone(),
        )
    };
    Ok(commands.iter().map(pane).collect())
}

/// Pins the size of panes, if one is given.
pub fn pin(panes: &mut [PaneSpec], size: Option<Size>) {
    for pane in panes {
        pane.size = size.or(pane.size);
    }
}

/// Returns the rules of a config file.
pub fn rules(path: &Path) -> Result<Vec<RuleSpec>, CliError> {
    Ok(config::load(&place::canonical(path)?, &place::environment()?)?.rules())
}

/// Starts the session that `spec` describes, or connects to the one that has its place.
pub async fn claim(
    folder: &Folder,
    mut spec: SessionSpec,
    naming: Naming,
) -> Result<Claim, CliError> {
    for name in names(&spec.name, naming) {
        folder.check_socket(&name)?;
        spec.name = name;
        let mut session = match Session::find(folder, &spec.name).await? {
            Some(session) => session,
            None => {
                let (connection, startup) = start(folder, &spec).await?;
                let session = Session {
                    name: spec.name.clone(),
                    folder: folder.clone(),
                    connection,
                };
                match startup {
                    Startup::Started(started) => return Ok(Claim::Started(session, started)),
                    Startup::AlreadyRunning => session,
                }
            }
        };
        let same_folder = session.info().await?.folder == spec.folder;
        match naming {
            Naming::FirstFree => {}
            _ if same_folder => return Ok(Claim::Running(session)),
            Naming::PastOtherFolders => {}
            Naming::Exact => {
                return Err(CliError::Failed(format!(
                    "session '{}' is running and belongs to another folder than {}; choose another name with -s, or attach to it with 'muxpect attach {}'",
                    spec.name,
                    spec.folder.display(),
                    spec.name
                )));
            }
        }
    }
    Err(no_name_left(&spec))
}

/// Starts the session within this process and connects to it.
pub async fn claim_in_process(
    folder: &Folder,
    mut spec: SessionSpec,
    naming: Naming,
) -> Result<Session, CliError> {
    for name in names(&spec.name, naming) {
        spec.name = name;
        let taken = connect(folder, &spec.name).await;
        match (taken, naming) {
            (Ok(None), _) => {
                let session = spec.name.clone();
                let (stream, _) = server::serve_in_process(spec).await?;
                let connection = Connection::over(stream).await;
                return Ok(Session {
                    connection: connection.map_err(|source| CliError::Connection {
                        session: session.clone(),
                        source,
                    })?,
                    name: session,
                    folder: folder.clone(),
                });
            }
            (_, Naming::Exact) => return Err(already_running(&spec.name)),
            _ => {}
        }
    }
    Err(no_name_left(&spec))
}

/// Returns the error for a session that would have to be new.
pub fn already_running(session: &str) -> CliError {
    CliError::Failed(format!(
        "session '{session}' is already running; show it with 'muxpect attach {session}', or choose another name with -s"
    ))
}

/// Serves the session that is described on standard input, until it has ended.
pub fn serve() -> Result<Status, CliError> {
    server::run()?;
    Ok(Status::DONE)
}

fn names(base: &str, naming: Naming) -> impl Iterator<Item = String> + use<> {
    let count = match naming {
        Naming::Exact => 1,
        Naming::PastOtherFolders | Naming::FirstFree => usize::MAX,
    };
    place::numbered(base).take(count)
}

fn no_name_left(spec: &SessionSpec) -> CliError {
    CliError::Failed(format!(
        "every name like '{}' is taken; choose another one with -s",
        spec.name
    ))
}

/// Returns the canonical path of a config file.
fn config_path(config: Option<&Path>, cwd: &Path) -> Result<PathBuf, CliError> {
    match config {
        Some(path) => place::canonical(path),
        None if has_config() => place::canonical(&cwd.join(CONFIG_FILE)),
        None => Err(CliError::Failed(format!(
            "there is no {CONFIG_FILE} in {}; name a config with -c FILE, or use 'muxpect run -- CMD'",
            cwd.display()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_become_panes_named_after_them() {
        let commands = [
            vec!["/bin/cat".to_owned()],
            vec!["top".to_owned(), "-b".to_owned()],
        ];
        let panes = command_panes(&commands, None).unwrap();
        let names: Vec<&str> = panes.iter().map(|pane| pane.name.as_str()).collect();
        assert_eq!(names, ["cat", "top"]);
        assert_eq!(panes[1].command, commands[1]);
        assert!(panes[0].environment.contains_key("PATH"));
        assert_eq!(
            command_panes(&commands[..1], Some("db1")).unwrap()[0].name,
            "db1"
        );
    }

    #[test]
    fn a_given_size_pins_every_pane() {
        let mut panes = command_panes(&[vec!["cat".to_owned()]], None).unwrap();
        pin(&mut panes, None);
        assert_eq!(panes[0].size, None);
        let size = Size { rows: 5, cols: 40 };
        pin(&mut panes, Some(size));
        assert_eq!(panes[0].size, Some(size));
        pin(&mut panes, None);
        assert_eq!(panes[0].size, Some(size), "the config's own stays");
    }

    #[test]
    fn an_exact_name_has_no_second() {
        assert_eq!(names("a", Naming::Exact).count(), 1);
        let two: Vec<String> = names("a", Naming::FirstFree).take(2).collect();
        assert_eq!(two, ["a", "a-2"]);
    }

    #[test]
    fn a_missing_config_is_named() {
        let error = session_spec(Some(Path::new("/nowhere/x.toml")), None, None).unwrap_err();
        assert!(error.to_string().contains("/nowhere/x.toml"), "{error}");
    }
}
