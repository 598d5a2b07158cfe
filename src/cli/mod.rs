//! The command line: each verb turns its arguments into requests and prints the replies.
//!
//! Owns the words of the command line, which session and panes they mean, what is printed, and
//! the exit status. It decides nothing about a session: that is the server's, or the interface's.

mod answer;
mod arguments;
mod askpass;
mod asks;
mod attach;
mod check;
mod completions;
mod events;
mod expect;
mod failure;
mod headless;
mod init;
mod launch;
mod listing;
mod man;
mod output;
mod panes;
mod place;
mod record;
mod recorder;
mod relay;
mod replay;
mod rules;
mod rules_learn;
mod rules_test;
mod run;
mod schema;
mod screen;
mod send;
mod show;
mod signals;
mod status;
mod svg;
mod table;
mod target;
mod typed;
mod up;
mod values;
mod wait;

pub use arguments::Arguments;
pub use askpass::asked;

use std::process::ExitCode;

use arguments::Verb;
use failure::CliError;
use status::Status;

/// Does what a command line says, prints errors as one sentence, and returns the exit status.
pub fn main(arguments: &Arguments) -> ExitCode {
    match dispatch(arguments) {
        Ok(status) => status.into(),
        Err(error) => {
            if let Some(sentence) = error.sentence() {
                output::tell(&sentence);
            }
            error.status().into()
        }
    }
}

fn dispatch(arguments: &Arguments) -> Result<Status, CliError> {
    match &arguments.verb {
        Some(Verb::Server) => return launch::serve(),
        Some(Verb::Check(check)) => return check::check(check),
        Some(Verb::Init) => return init::init(),
        Some(Verb::Schema(what)) => return schema::schema(what),
        Some(Verb::Completions(completions)) => return completions::completions(completions),
        Some(Verb::Man(man)) => return man::man(man),
        _ => {}
    }
    let runtime = match serves_here(arguments) {
        true => tokio::runtime::Builder::new_multi_thread(),
        false => tokio::runtime::Builder::new_current_thread(),
    }
    .enable_all()
    .build()
    .map_err(CliError::Runtime)?;
    let result = runtime.block_on(perform(arguments));
    // A read of the terminal that never ends must not hold up the exit.
    runtime.shutdown_background();
    result
}

/// Returns whether the server will run in this process too.
fn serves_here(arguments: &Arguments) -> bool {
    match &arguments.verb {
        Some(Verb::Up(up)) => up.begin.foreground,
        Some(Verb::Run(run)) => run.begin.foreground,
        _ => false,
    }
}

async fn perform(arguments: &Arguments) -> Result<Status, CliError> {
    let session = arguments.session.as_deref();
    match &arguments.verb {
        None => up::bare(session).await,
        Some(Verb::Up(arguments)) => up::up(arguments, session).await,
        Some(Verb::Run(arguments)) => run::run(arguments, session).await,
        Some(Verb::Attach(arguments)) => attach::attach(arguments, session).await,
        Some(Verb::Interact(arguments)) => attach::interact(arguments, session).await,
        Some(Verb::Ls(arguments)) => listing::ls(arguments, session).await,
        Some(Verb::Ps(arguments)) => listing::ps(arguments, session).await,
        Some(Verb::Send(arguments)) => send::send(arguments, session).await,
        Some(Verb::Expect(arguments)) => expect::expect(arguments, session).await,
        Some(Verb::Asks(arguments)) => asks::asks(arguments, session).await,
        Some(Verb::Answer(arguments)) => answer::answer(arguments, session).await,
        Some(Verb::Rules(arguments)) => rules::rules(arguments, session).await,
        Some(Verb::Wait(arguments)) => wait::wait(arguments, session).await,
        Some(Verb::Record(arguments)) => record::record(arguments).await,
        Some(Verb::Screen(arguments)) => screen::screen(arguments, session).await,
        Some(Verb::Restart(arguments)) => panes::restart(arguments, session).await,
        Some(Verb::Stop(arguments)) => panes::stop(arguments, session).await,
        Some(Verb::Kill(arguments)) => panes::kill(arguments, session).await,
        Some(Verb::Rm(arguments)) => panes::remove(arguments, session).await,
        Some(Verb::Down(arguments)) => panes::down(arguments, session).await,
        Some(Verb::Events(arguments)) => events::events(arguments, session).await,
        Some(Verb::Replay(arguments)) => replay::replay(arguments).await,
        Some(
            Verb::Check(_)
            | Verb::Init
            | Verb::Schema(_)
            | Verb::Completions(_)
            | Verb::Man(_)
            | Verb::Server,
        ) => Ok(Status::DONE),
    }
}
