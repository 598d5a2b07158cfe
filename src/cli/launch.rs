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
    client::{Connection, Folder, Reservation, Startup, reserve, start},
    config::{self, Config, Environment},
    expect::AutoAnswer,
    geometry::Size,
    pane::{self, PaneSpec},
    protocol::{SessionInfo, Started},
    server,
    session::{Layout, NotifySpec, OnFinished, Reading, SessionSpec},
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
    let (path, mut config) = read_config_in(config, &environment)?;
    let folder = path.parent().unwrap_or(Path::new("/")).to_owned();
    let reading = Reading { environment, size };
    reading.pin(&mut config.panes);
    let own_name = config.name.unwrap_or_else(|| place::folder_name(&folder));
    Ok(SessionSpec {
        auto_answer: config.auto_answer,
        name: named.map_or(own_name, str::to_owned),
        config: Some(path),
        reading: Some(reading),
        folder,
        layout: config.layout,
        on_finished: config.on_finished,
        headless: false,
        notify: config.notify,
        panes: config.panes,
    })
}

/// Returns whether the current folder has a config.
pub fn has_config() -> bool {
    Path::new(CONFIG_FILE).is_file()
}

/// Reads a config file: the given one, else the current folder's. Returns its path beside.
pub fn read_config(config: Option<&Path>) -> Result<(PathBuf, Config), CliError> {
    read_config_in(config, &place::environment()?)
}

fn read_config_in(
    config: Option<&Path>,
    environment: &Environment,
) -> Result<(PathBuf, Config), CliError> {
    let path = config_path(config, &environment.cwd)?;
    let config = config::load(&path, environment)?;
    Ok((path, config))
}

/// Returns a session that is made from commands instead of a config, named after nothing yet.
pub fn bare_spec(name: &str, panes: Vec<PaneSpec>) -> Result<SessionSpec, CliError> {
    let folder = place::canonical(&place::environment()?.cwd)?;
    Ok(SessionSpec {
        auto_answer: AutoAnswer::On,
        name: name.to_owned(),
        config: None,
        reading: None,
        folder,
        layout: Layout::default(),
        on_finished: OnFinished::default(),
        headless: false,
        notify: NotifySpec::default(),
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
            name.map_or_else(|| pane::program_name(program), str::to_owned),
            command.clone(),
            environment.cwd.clone(),
            environment.variables.clone(),
        )
    };
    Ok(commands.iter().map(pane).collect())
}

/// Lets every rule of a config file watch panes, with what that file says about rules: its
/// variables, its secrets, and how its rules may answer. Its panes are not looked at, and of what
/// it says about the session nothing else. Where there is no such file, it may be the name of a
/// ruleset.
pub fn watch(panes: &mut [PaneSpec], config: &Path) -> Result<(), CliError> {
    let name = config.to_str().filter(|_| !config.exists());
    let named = match name {
        Some(name) => config::load_ruleset(name, &place::environment()?)?,
        None => None,
    };
    let is_bare = |name: &&str| !name.contains(['/', '.']);
    let config = match (named, name.filter(is_bare)) {
        (Some(config), _) => config,
        (None, None) => read_config(Some(config))?.1,
        (None, Some(name)) => {
            return Err(CliError::Failed(format!(
                "there is neither a file nor a ruleset '{name}'; name a config file, or a ruleset of your own config or of the library"
            )));
        }
    };
    let rules = config.rules();
    for pane in panes {
        pane.rules.clone_from(&rules);
        pane.vars.clone_from(&config.vars);
        pane.secrets.clone_from(&config.secrets);
        pane.environment
            .retain(|variable, _| !config.secret_variables.contains(variable));
        pane.auto_answer = config.auto_answer;
        pane.allow_run = config.allow_run;
        pane.ask_timeout = config.ask_timeout;
    }
    Ok(())
}

/// Starts the session that `spec` describes, or connects to the one that has its place. Before a
/// start it makes sure that the pane to start inside will be there.
pub async fn claim(
    folder: &Folder,
    mut spec: SessionSpec,
    naming: Naming,
    interact: Option<&str>,
) -> Result<Claim, CliError> {
    for name in names(&spec.name, naming) {
        spec.name = name;
        let mut session = match Session::find(folder, &spec.name).await? {
            Some(session) => session,
            None => {
                check_interact(&spec, interact)?;
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
        if naming == Naming::FirstFree {
            continue;
        }
        match (is_of(&session.info().await?, &spec), naming) {
            (true, _) => return Ok(Claim::Running(session)),
            (false, Naming::PastOtherFolders | Naming::FirstFree) => {}
            (false, Naming::Exact) => {
                return Err(CliError::Failed(format!(
                    "session '{0}' is running and is not the one of {1}; choose another name with -s, or show it with 'muxpect attach {0}'",
                    spec.name,
                    spec.folder.display()
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
        match (reserve(folder, &spec.name).await?, naming) {
            (Reservation::Free(_lock), _) => {
                let name = spec.name.clone();
                let (stream, _) = server::serve_in_process(spec).await?;
                return match Connection::over(stream).await {
                    Ok(connection) => Ok(Session {
                        name,
                        folder: folder.clone(),
                        connection,
                    }),
                    Err(source) => Err(CliError::Connection {
                        session: name,
                        source,
                    }),
                };
            }
            (Reservation::Taken(_), Naming::Exact) => return Err(already_running(&spec.name)),
            (Reservation::Taken(_), _) => {}
        }
    }
    Err(no_name_left(&spec))
}

/// Checks, before anything is started, that the pane to start inside will be there.
pub fn check_interact(spec: &SessionSpec, wanted: Option<&str>) -> Result<(), CliError> {
    let will_be = |wanted: &str| {
        (1_usize..)
            .zip(&spec.panes)
            .any(|(id, pane)| pane.name == wanted || id.to_string() == wanted)
    };
    match wanted {
        Some(wanted) if !will_be(wanted) => {
            let names: Vec<&str> = spec.panes.iter().map(|pane| pane.name.as_str()).collect();
            Err(CliError::Usage(format!(
                "there is no pane '{wanted}' to interact with; name one of {}",
                names.join(", ")
            )))
        }
        _ => Ok(()),
    }
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

/// Returns whether a running session is the one that `spec` describes: of the same folder, and
/// from a config where `spec` is from one.
fn is_of(running: &SessionInfo, spec: &SessionSpec) -> bool {
    running.folder == spec.folder && (running.config.is_some() || spec.config.is_none())
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
        // Of a file that is not there, the config room says so.
        Some(path) => Ok(place::canonical(path).unwrap_or_else(|_| cwd.join(path))),
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
    fn rules_of_a_file_come_with_what_they_need() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("rules.toml");
        let text = "version = 1\nsession = { auto_answer = \"suggest\", allow_run = true, name = \"x\" }\n\
                    secrets.path.env = \"PATH\"\nvars.who = \"ada\"\n\
                    ruleset = [{ name = \"r\", rule = [{ match = \"x\", secret = \"path\" }] }]";
        std::fs::write(&file, text).unwrap();
        let mut panes = command_panes(&[vec!["cat".to_owned()]], None).unwrap();
        watch(&mut panes, &file).unwrap();
        let pane = &panes[0];
        assert_eq!((pane.rules.len(), pane.vars["who"].as_str()), (1, "ada"));
        assert!(pane.secrets.contains_key("path") && pane.allow_run);
        assert!(!pane.environment.contains_key("PATH"));
        assert_eq!(pane.auto_answer, AutoAnswer::Suggest);
        assert_eq!(pane.name, "cat");
    }

    #[test]
    fn a_folders_session_is_the_one_from_its_config() {
        let check = |folder: &str, config: Option<&str>, spec_config: Option<&str>, expected| {
            let running = SessionInfo {
                auto_answer: AutoAnswer::On,
                session: "work".to_owned(),
                pid: 1,
                panes: 1,
                asks: 0,
                attached: 0,
                config: config.map(PathBuf::from),
                folder: folder.into(),
                layout: Layout::Tiles,
                started: jiff::Timestamp::UNIX_EPOCH,
            };
            let spec = SessionSpec {
                auto_answer: AutoAnswer::On,
                config: spec_config.map(PathBuf::from),
                folder: "/srv/a".into(),
                ..bare_spec("work", Vec::new()).unwrap()
            };
            assert_eq!(is_of(&running, &spec), expected);
        };
        check(
            "/srv/a",
            Some("/srv/a/muxpect.toml"),
            Some("/srv/a/muxpect.toml"),
            true,
        );
        check(
            "/srv/a",
            Some("/srv/a/other.toml"),
            Some("/srv/a/muxpect.toml"),
            true,
        );
        check(
            "/srv/b",
            Some("/srv/b/muxpect.toml"),
            Some("/srv/a/muxpect.toml"),
            false,
        );
        check("/srv/a", None, Some("/srv/a/muxpect.toml"), false);
        check("/srv/a", None, None, true);
        check("/srv/b", None, None, false);
    }

    #[test]
    fn an_exact_name_has_no_second() {
        assert_eq!(names("a", Naming::Exact).count(), 1);
        let two: Vec<String> = names("a", Naming::FirstFree).take(2).collect();
        assert_eq!(two, ["a", "a-2"]);
    }

    #[test]
    fn the_pane_to_interact_with_must_be_one_of_the_new_ones() {
        let panes = command_panes(&[vec!["cat".to_owned()]], Some("db1")).unwrap();
        let spec = bare_spec("work", panes).unwrap();
        for there in [None, Some("db1"), Some("1")] {
            assert!(check_interact(&spec, there).is_ok());
        }
        for missing in ["db2", "2", "0"] {
            let error = check_interact(&spec, Some(missing)).unwrap_err();
            assert_eq!(error.status(), Status::USAGE);
        }
    }

    #[test]
    fn a_missing_config_is_named() {
        let error = session_spec(Some(Path::new("/nowhere/x.toml")), None, None).unwrap_err();
        assert!(error.to_string().contains("/nowhere/x.toml"), "{error}");
    }
}
