//! `run`: commands in panes, in a new session or the running one.

use super::{
    arguments::{Begin, Run},
    failure::CliError,
    headless,
    launch::{self, Naming, check_interact},
    output::{print, tell},
    place::{self, numbered},
    show::{View, need_terminal, show},
    status::Status,
    target::{Session, session_of_run},
};
use crate::{
    client::{Folder, Startup, running, start},
    pane::PaneSpec,
    protocol::{Reply, Request, Started},
    session::{SessionSpec, pin},
};

/// What stands between two commands.
const SEPARATOR: &str = ":::";

/// Starts commands in panes, and shows them.
pub async fn run(arguments: &Run, named: Option<&str>) -> Result<Status, CliError> {
    let begin = &arguments.begin;
    let commands = split(&arguments.commands)?;
    if arguments.name.is_some() && commands.len() > 1 {
        return Err(CliError::Usage(
            "--name names one pane, and several commands are given; leave it out, or run them one by one"
                .to_owned(),
        ));
    }
    if !begin.detach && !begin.headless {
        need_terminal("run", "use -d or --headless")?;
    }
    let mut panes = launch::command_panes(&commands, arguments.name.as_deref())?;
    pin(&mut panes, begin.size);
    if let Some(path) = &arguments.rules {
        launch::watch(&mut panes, path)?;
    }
    let folder = Folder::open()?;
    if begin.headless || begin.foreground {
        return run_alone(&folder, panes, begin, named).await;
    }
    let rename = arguments.name.is_none();
    run_in_session(&folder, panes, begin, named, rename).await
}

/// Runs panes in a session of their own, which ends with them.
async fn run_alone(
    folder: &Folder,
    panes: Vec<PaneSpec>,
    begin: &Begin,
    named: Option<&str>,
) -> Result<Status, CliError> {
    let naming = match named {
        Some(_) => Naming::Exact,
        None => Naming::FirstFree,
    };
    let mut spec = new_session(named.unwrap_or(session_of_run(&[])), panes)?;
    check_interact(&spec, begin.show.interact.as_deref())?;
    if begin.headless {
        return headless::run(folder, spec, naming).await;
    }
    let view = View {
        single_process: true,
        ..View::of(&begin.show)
    };
    view.fit(&mut spec);
    let session = launch::claim_in_process(folder, spec, naming).await?;
    show(session, view).await
}

/// Adds panes to a session, starting it if it is not running.
async fn run_in_session(
    folder: &Folder,
    panes: Vec<PaneSpec>,
    begin: &Begin,
    named: Option<&str>,
    rename: bool,
) -> Result<Status, CliError> {
    let name = match named {
        Some(name) => name.to_owned(),
        None => {
            let running: Vec<String> = running(folder)
                .await
                .into_iter()
                .map(|(name, _)| name)
                .collect();
            session_of_run(&running).to_owned()
        }
    };
    if !begin.detach {
        place::refuse_own_session(&name)?;
    }
    let (session, started) = match Session::find(folder, &name).await? {
        Some(session) => add(session, panes, rename).await?,
        None => {
            let mut spec = new_session(&name, panes.clone())?;
            check_interact(&spec, begin.show.interact.as_deref())?;
            if !begin.detach {
                View::of(&begin.show).fit(&mut spec);
            }
            let (connection, startup) = start(folder, &spec).await?;
            let session = Session {
                name,
                folder: folder.clone(),
                connection,
            };
            match startup {
                Startup::Started(started) => (session, started),
                Startup::AlreadyRunning => add(session, panes, rename).await?,
            }
        }
    };
    match begin.detach {
        true => report_started(&session.name, &started),
        false => show(session, View::of(&begin.show)).await,
    }
}

/// Prints the names of started panes, and says of each that could not start why.
pub fn report_started(session: &str, started: &[Started]) -> Result<Status, CliError> {
    let status = report_failed_starts(session, started);
    for pane in started.iter().filter(|pane| pane.error.is_none()) {
        print(&format!("{}\n", pane.name))?;
    }
    Ok(status)
}

/// Says of each pane that could not start why.
pub fn report_failed_starts(session: &str, started: &[Started]) -> Status {
    let failures = failed_starts(session, started);
    failures.iter().for_each(|sentence| tell(sentence));
    match failures.is_empty() {
        true => Status::DONE,
        false => Status::FAILED,
    }
}

fn failed_starts(session: &str, started: &[Started]) -> Vec<String> {
    let sentence = |pane: &Started| {
        let error = pane.error.as_ref()?;
        Some(format!(
            "pane '{0}' of session '{session}' could not start: {error}; once that is mended, 'muxpect restart -s {session} {0}' tries again",
            pane.name
        ))
    };
    started.iter().filter_map(sentence).collect()
}

/// Starts panes in a running session.
async fn add(
    mut session: Session,
    panes: Vec<PaneSpec>,
    rename: bool,
) -> Result<(Session, Vec<Started>), CliError> {
    match session.request(Request::Run { panes, rename }).await? {
        Reply::Started(started) => Ok((session, started)),
        _ => Err(session.unexpected()),
    }
}

/// Returns a new session of these panes, each with a name of its own.
fn new_session(name: &str, mut panes: Vec<PaneSpec>) -> Result<SessionSpec, CliError> {
    for index in 1..panes.len() {
        let (before, after) = panes.split_at_mut(index);
        let Some(pane) = after.first_mut() else {
            continue;
        };
        let is_free = |name: &String| before.iter().all(|other| other.name != *name);
        if let Some(free) = numbered(&pane.name).find(is_free) {
            pane.name = free;
        }
    }
    launch::bare_spec(name, panes)
}

/// Splits a list of words at each separator.
fn split(words: &[String]) -> Result<Vec<Vec<String>>, CliError> {
    let commands: Vec<Vec<String>> = words
        .split(|word| word == SEPARATOR)
        .map(<[String]>::to_vec)
        .collect();
    match commands.iter().any(Vec::is_empty) {
        true => Err(CliError::Usage(format!(
            "a command is missing beside '{SEPARATOR}'; write CMD {SEPARATOR} CMD"
        ))),
        false => Ok(commands),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn commands_are_split_at_separators() {
        let check = |line: &str, expected: &[&str]| {
            let commands: Vec<String> = split(&words(line))
                .unwrap()
                .iter()
                .map(|command| command.join(" "))
                .collect();
            assert_eq!(commands, expected);
        };
        check("cat", &["cat"]);
        check("ssh a ::: ssh b -p 1", &["ssh a", "ssh b -p 1"]);
        check("echo :::: ::: ls", &["echo ::::", "ls"]);
        for bad in [":::", "a :::", "::: a", "a ::: ::: b"] {
            assert_eq!(
                split(&words(bad)).unwrap_err().status(),
                Status::USAGE,
                "{bad}"
            );
        }
    }

    #[test]
    fn panes_of_one_program_get_numbers() {
        let commands = split(&words("cat ::: cat ::: top ::: cat")).unwrap();
        let panes = launch::command_panes(&commands, None).unwrap();
        let spec = new_session("main", panes).unwrap();
        let names: Vec<&str> = spec.panes.iter().map(|pane| pane.name.as_str()).collect();
        assert_eq!(names, ["cat", "cat-2", "top", "cat-3"]);
    }

    #[test]
    fn panes_that_cannot_start_are_told() {
        let started = |error: Option<&str>| Started {
            id: crate::protocol::PaneId(1),
            name: "db1".to_owned(),
            error: error.map(str::to_owned),
        };
        let told = failed_starts("work", &[started(None), started(Some("no such file"))]);
        assert_eq!(told.len(), 1);
        let expected = "pane 'db1' of session 'work' could not start: no such file; ";
        assert!(told[0].starts_with(expected), "{}", told[0]);
        assert_eq!(report_failed_starts("work", &[started(None)]), Status::DONE);
    }
}
