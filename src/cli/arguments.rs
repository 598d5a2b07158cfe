//! What may be written on the command line: the verbs and their flags, with their help.
//!
//! Owns the words only; what a verb does is in the file of its name. The verbs of sessions are
//! here, those of panes, rules and recordings below, and in `about` those that need none of them. A
//! line that cannot be understood becomes one sentence, as every other error does.

mod about;
mod panes;
mod recordings;
mod rules;

use std::{ffi::OsString, path::PathBuf, process::ExitCode};

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum, error::ErrorKind};

pub use about::{Check, Completions, Man, Schema, SchemaName};
pub use panes::{Answer, Expect, ExpectView, Interact, Panes, Screen, ScreenFormat, Send, Wait};
pub use recordings::{Moment, Record, Replay};
pub use rules::{AutoMode, Rules, RulesAuto, RulesLearn, RulesList, RulesTest, RulesWhy};

use super::{output::tell, values};
use crate::geometry::Size;

/// A session manager in the terminal: many interactive programs in panes, watched, answered by
/// rules, stepped into by a person.
///
/// Without a verb it shows this folder's session, and starts it from muxpect.toml if needed;
/// where there is no muxpect.toml, it starts a shell.
#[derive(Debug, Parser)]
#[command(
    name = "muxpect",
    version,
    after_help = "Exit status: 0 done, 1 failed, 2 wrong usage, 3 timed out, 4 the pane ended."
)]
pub struct Arguments {
    /// The session to act on, anywhere on the line; the only running one if omitted.
    #[arg(short = 's', long = "session", global = true, value_name = "NAME", value_parser = values::session)]
    pub session: Option<String>,
    /// What to do.
    #[command(subcommand)]
    pub verb: Option<Verb>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Start the panes of muxpect.toml and show them.
    Up(Up),
    /// Start commands in panes, in a new session or the running one, and show them.
    Run(Run),
    /// Show a running session.
    Attach(Attach),
    /// List the running sessions.
    Ls(Listing),
    /// List the panes of a session.
    Ps(Listing),
    /// Type into a pane: text and Enter, keys, end-of-file or a signal.
    Send(Send),
    /// Wait until a pane's output matches one of some patterns, and print the match.
    Expect(Expect),
    /// List the prompts that rules hand to a person.
    Asks(Listing),
    /// Answer a prompt that a rule has handed to a person.
    Answer(Answer),
    /// Look at the rules of panes, and say whether they act.
    #[command(subcommand, arg_required_else_help = false)]
    Rules(Rules),
    /// Wait until panes have ended; exit as their programs did (the highest of several).
    Wait(Wait),
    /// Print what a pane shows.
    Screen(Screen),
    /// Make this terminal the pane until Ctrl-].
    Interact(Interact),
    /// Run a command in this terminal and record it.
    Record(Record),
    /// Start the programs of panes again, ending those that run.
    Restart(Panes),
    /// Ask the programs of panes to end; kill those that do not.
    Stop(Panes),
    /// Kill the programs of panes.
    Kill(Panes),
    /// Take ended panes out of their session.
    Rm(Panes),
    /// Stop all programs of a session and its server.
    Down(Down),
    /// Print what happened in a session, one JSON object a line.
    Events(Events),
    /// Play a recording in this terminal, or print what it shows at one time.
    Replay(Replay),
    /// Check a config file.
    Check(Check),
    /// Write a muxpect.toml to begin with into the current folder.
    Init,
    /// Print the JSON Schema of config files, for editors, or of what a verb prints as JSON.
    Schema(Schema),
    /// Print what a shell needs to complete command lines.
    Completions(Completions),
    /// Print a manual page, or write all of them into a folder.
    Man(Man),
    /// Serve a session that is described on standard input.
    #[command(hide = true)]
    Server,
}

/// How a session is shown.
#[derive(Debug, Default, Args)]
pub struct Show {
    /// Arrange the panes so.
    #[arg(long, value_enum)]
    pub layout: Option<LayoutName>,
    /// Start inside this pane.
    #[arg(long, value_name = "PANE")]
    pub interact: Option<String>,
}

/// How panes are arranged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LayoutName {
    /// All panes side by side.
    Tiles,
    /// The focused pane alone.
    Single,
    /// One column for each pane.
    Columns,
    /// One row for each pane.
    Rows,
    /// One large pane, the others stacked beside it.
    Main,
}

/// Whether and how a session is shown once its panes are started.
#[derive(Debug, Default, Args)]
#[command(group = ArgGroup::new("mode").args(["detach", "headless", "foreground"]))]
pub struct Begin {
    /// Leave the session in the background, and print the names of its new panes.
    #[arg(short = 'd', long = "detach", conflicts_with_all = ["layout", "interact"])]
    pub detach: bool,
    /// Print each finished line as 'name | text' until all panes have ended, without an
    /// interface; exit as the programs did (the highest status).
    #[arg(long, conflicts_with_all = ["layout", "interact"])]
    pub headless: bool,
    /// Run the server in this process: the panes end with it.
    #[arg(long)]
    pub foreground: bool,
    /// Give the panes this size, whatever shows them.
    #[arg(long, value_name = "COLSxROWS")]
    pub size: Option<Size>,
    /// How the session is shown.
    #[command(flatten)]
    pub show: Show,
}

/// Arguments of `up`.
#[derive(Debug, Args)]
pub struct Up {
    /// The config file; muxpect.toml in the current folder if omitted.
    #[arg(short = 'c', long = "config", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Whether and how the session is shown.
    #[command(flatten)]
    pub begin: Begin,
}

/// Arguments of `run`.
#[derive(Debug, Args)]
pub struct Run {
    /// The pane's name; that of its program if omitted.
    #[arg(long, value_name = "NAME", value_parser = values::pane_name)]
    pub name: Option<String>,
    /// Let the rules of this config file watch the panes, or the ruleset of this name: one of your
    /// own config or of those that come with muxpect.
    #[arg(long, value_name = "FILE|RULESET")]
    pub rules: Option<PathBuf>,
    /// Whether and how the session is shown.
    #[command(flatten)]
    pub begin: Begin,
    /// The commands with their arguments; ':::' stands between two commands.
    #[arg(required = true, trailing_var_arg = true, value_name = "CMD")]
    pub commands: Vec<String>,
}

/// Arguments of `attach`.
#[derive(Debug, Args)]
pub struct Attach {
    /// The session; the only running one if omitted.
    #[arg(id = "attached", value_name = "SESSION", value_parser = values::session)]
    pub name: Option<String>,
    /// Only look: nothing is typed, resized or changed.
    #[arg(long, conflicts_with = "interact")]
    pub read_only: bool,
    /// How the session is shown.
    #[command(flatten)]
    pub show: Show,
}

/// Arguments of `ls`, `ps` and `asks`.
#[derive(Debug, Args)]
pub struct Listing {
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `down`.
#[derive(Debug, Args)]
pub struct Down {
    /// The session; the only running one if omitted.
    #[arg(id = "ended", value_name = "SESSION", value_parser = values::session)]
    pub name: Option<String>,
}

/// Arguments of `events`.
#[derive(Debug, Args)]
pub struct Events {
    /// Go on with each event as it happens, until the session ends.
    #[arg(long, short = 'f')]
    pub follow: bool,
    /// Print JSON, which is done in any case.
    #[arg(long, hide = true)]
    pub json: bool,
}

impl Arguments {
    /// Reads a command line whose first word is the program's name. Help, the version and errors
    /// are printed here; what is returned then is the exit status.
    pub fn read(line: impl IntoIterator<Item = OsString>) -> Result<Arguments, ExitCode> {
        Arguments::try_parse_from(line).map_err(|error| match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
                // A reader that closed the pipe wants no more of it.
                let _ = error.print();
                ExitCode::SUCCESS
            }
            _ => {
                tell(&sentence(&error.render().to_string()));
                ExitCode::from(2)
            }
        })
    }
}

/// Makes one sentence of clap's paragraphs: what is wrong, its tips, and which help to read.
fn sentence(report: &str) -> String {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut sentence = String::new();
    let mut verb = "muxpect".to_owned();
    for paragraph in report.split("\n\n") {
        let paragraph = paragraph.trim();
        if let Some(problem) = paragraph.strip_prefix("error: ") {
            sentence = words(problem);
        } else if let Some(usage) = paragraph.strip_prefix("Usage: ") {
            let is_plain = |word: &&str| word.bytes().all(|c| c.is_ascii_lowercase());
            let path = usage.split_whitespace().take_while(is_plain);
            verb = path.collect::<Vec<_>>().join(" ");
        } else {
            let tips = paragraph.split("tip: ").skip(1);
            tips.for_each(|tip| sentence += &format!("; {}", words(tip)));
        }
    }
    format!("{sentence}; see '{verb} --help'")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use clap::CommandFactory;

    use super::*;
    use crate::protocol::ExpectFrom;

    fn read(line: &str) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(format!("muxpect {line}").split_whitespace())
    }

    fn verb(line: &str) -> Verb {
        read(line).unwrap().verb.unwrap()
    }

    /// Checks that a line is an error that exits with 2 and whose sentence begins so.
    fn check_refused(line: &str, expected: &str) {
        let error = read(line).expect_err(line);
        assert_eq!(error.exit_code(), 2, "{line}");
        let sentence = sentence(&error.render().to_string());
        assert!(sentence.starts_with(expected), "{line}: {sentence}");
        assert!(!sentence.contains('\n'), "{line}: {sentence}");
    }

    #[test]
    fn definitions_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_session_may_stand_anywhere() {
        for line in [
            "-s work send db1 x",
            "send -s work db1 x",
            "send db1 -s work x",
            "send db1 x -s work",
            "send db1 x --session=work",
            "attach -s work",
            "-s work",
            "run -s work -- sleep 1",
        ] {
            assert_eq!(
                read(line).unwrap().session.as_deref(),
                Some("work"),
                "{line}"
            );
        }
        assert_eq!(read("run -- ssh -s work").unwrap().session, None);
        check_refused("-s ../work ps", "invalid value '../work'");
        check_refused("ps -s -x", "");
    }

    #[test]
    fn commands_follow_two_dashes_or_the_flags() {
        for line in [
            "run -d -- top -d 1 ::: sh -c x",
            "run -d top -d 1 ::: sh -c x",
        ] {
            let Verb::Run(run) = verb(line) else {
                panic!("{line}");
            };
            assert!(run.begin.detach);
            assert_eq!(run.commands, ["top", "-d", "1", ":::", "sh", "-c", "x"]);
        }
        let Verb::Run(run) = verb("run -- git -- x") else {
            panic!();
        };
        assert_eq!(run.commands, ["git", "--", "x"]);
        check_refused(
            "run",
            "the following required arguments were not provided: <CMD>",
        );
        check_refused("run --name 12 -- x", "invalid value '12'");
    }

    #[test]
    fn flags_that_contradict_each_other_are_refused() {
        for line in [
            "up -d --headless",
            "up -d --interact x",
            "up --foreground -d",
            "up --headless --layout tiles",
            "attach --read-only --interact x",
            "send x y --eof -n",
            "send x --eof --key a",
            "send x --eof --secret y",
            "send --all --secret y",
            "answer 3 yes --dismiss",
            "answer 3 --suggested --dismiss",
        ] {
            check_refused(line, "the argument");
        }
        check_refused(
            "up --size 80",
            "invalid value '80' for '--size <COLSxROWS>'",
        );
        check_refused("expect p", "the following required arguments");
        check_refused("expect p x --view cooked", "invalid value 'cooked'");
        check_refused("expect p x --timeout soon", "invalid value 'soon'");
    }

    #[test]
    fn expect_has_its_defaults() {
        let Verb::Expect(expect) = verb("expect db1 a b") else {
            panic!();
        };
        assert_eq!((expect.pane.as_str(), expect.patterns.len()), ("db1", 2));
        assert_eq!(expect.timeout, Duration::from_secs(30));
        assert_eq!(expect.from, ExpectFrom::Cursor);
        assert_eq!(expect.on_timeout, None);
        assert!(read("expect db1 --eof").is_ok());
        assert!(read("expect db1 --on-timeout ok --timeout 1s").is_ok());
    }

    #[test]
    fn a_dash_and_negative_numbers_are_text() {
        for text in ["-", "-5"] {
            let Verb::Send(send) = verb(&format!("send db1 {text}")) else {
                panic!();
            };
            assert_eq!(send.words, ["db1", text]);
        }
        let Verb::Send(send) = verb("send -n db1 -- -x") else {
            panic!();
        };
        assert_eq!(send.words, ["db1", "-x"]);
        check_refused("send a b c", "unexpected");
    }

    #[test]
    fn an_ask_is_answered_in_one_way() {
        let answer = |line: &str| match verb(line) {
            Verb::Answer(answer) => answer,
            other => panic!("{other:?}"),
        };
        for text in ["yes", "-", "-5"] {
            let read = answer(&format!("answer 3 {text}"));
            assert_eq!((read.ask, read.text.as_deref()), (3, Some(text)));
        }
        assert!(answer("answer 3 --suggested").suggested);
        assert!(answer("answer 3 --dismiss").dismiss);
        check_refused("answer 3", "the following required arguments");
        check_refused("answer yes", "invalid value 'yes' for '<ID>'");
    }

    #[test]
    fn rules_have_verbs_of_their_own() {
        let rules = |line| match verb(line) {
            Verb::Rules(rules) => rules,
            other => panic!("{other:?}"),
        };
        assert!(matches!(rules("rules list"), Rules::List(list) if list.pane.is_none()));
        assert!(matches!(rules("rules arm a b"), Rules::Arm(panes) if panes.panes.len() == 2));
        assert!(matches!(rules("rules auto"), Rules::Auto(auto) if auto.mode.is_none()));
        check_refused("rules auto maybe", "invalid value 'maybe'");
        check_refused("rules", "'muxpect rules' requires a subcommand");
        let learn = rules("rules learn -o a.toml -- sh -c x");
        assert!(matches!(learn, Rules::Learn(learn) if learn.command == ["sh", "-c", "x"]));
        let test = rules("rules test --cast a.cast --golden a.golden --bless");
        assert!(matches!(test, Rules::Test(test) if test.bless && test.config.is_none()));
        check_refused("rules learn", "the following required arguments were not");
        let both = "rules test --cast a --rules b -c d";
        check_refused(both, "the argument '--rules <FILE>' cannot be used with");
        let blessed = "rules test --cast a --bless";
        check_refused(blessed, "the following required arguments were not");
    }

    #[test]
    fn a_recording_is_played_or_looked_at() {
        let replay = |line| match verb(line) {
            Verb::Replay(replay) => replay,
            other => panic!("{other:?}"),
        };
        let plain = replay("replay x.cast");
        assert_eq!((plain.at, plain.speed), (None, 1.0));
        assert_eq!(plain.idle_limit, Duration::from_secs(2));
        let at = replay("replay --at 01:30 --format svg x.cast");
        assert_eq!(at.at, Some(Moment::Time(Duration::from_secs(90))));
        check_refused("replay", "the following required arguments");
        check_refused("replay x --format json", "the following required arguments");
        check_refused("replay x --at 1 --speed 2", "the argument '--at");
        check_refused("replay x --speed 17", "invalid value '17'");
        check_refused("replay x --at soon", "invalid value 'soon'");
    }

    #[test]
    fn a_recorded_command_stands_behind_two_dashes() {
        let record = |line: &str| match verb(line) {
            Verb::Record(record) => record,
            other => panic!("{other:?}"),
        };
        let read = record("record -a x.cast --escape C-] -- ls -a --force");
        assert_eq!(read.file, Some(PathBuf::from("x.cast")));
        assert_eq!(read.command, ["ls", "-a", "--force"]);
        assert!(read.append && !read.force && read.escape.is_some());
        let read = record("record -- ls");
        assert!(read.file.is_none() && read.escape.is_none());
        assert!(record("record").command.is_empty(), "a shell");
        check_refused(
            "record -a --force x.cast",
            "the argument '--append' cannot be",
        );
        check_refused(
            "record --input --typescript",
            "the argument '--input' cannot be",
        );
        check_refused("record ls -l", "unexpected argument '-l' found");
    }

    #[test]
    fn an_error_is_one_sentence_with_its_tip() {
        check_refused(
            "atach",
            "unrecognized subcommand 'atach'; a similar subcommand exists: 'attach'; see 'muxpect --help'",
        );
        check_refused("play x", "unrecognized subcommand 'play'");
        check_refused(
            "ps --jso",
            "unexpected argument '--jso' found; a similar argument exists: '--json'; see 'muxpect ps --help'",
        );
    }
}
