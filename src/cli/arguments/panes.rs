//! What is done with the panes of a session: typed, awaited, answered, printed, ended.

use std::time::Duration;

use clap::{ArgAction, ArgGroup, Args, ValueEnum};

use crate::{cli::values, keys::Key, protocol::ExpectFrom};

/// Arguments of `send`.
#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("instead of text").args(["keys", "eof", "signal", "secret"]),
    override_usage = "muxpect send [OPTIONS] PANE TEXT\n       muxpect send [OPTIONS] PANE <--key KEY|--eof|--signal SIGNAL|--secret NAME>\n       muxpect send [OPTIONS] --all <TEXT|--key KEY|--eof|--signal SIGNAL>"
)]
pub struct Send {
    /// The pane (unless --all is given) and the text; '-' reads the text from standard input.
    #[arg(value_name = "PANE TEXT", num_args = 0..=2, allow_negative_numbers = true)]
    pub words: Vec<String>,
    /// Do not press Enter after the text.
    #[arg(short = 'n', long = "no-enter", conflicts_with = "instead of text")]
    pub no_enter: bool,
    /// Send the text as a paste.
    #[arg(long, conflicts_with = "instead of text")]
    pub paste: bool,
    /// Send a key, such as C-c, M-x, Up or F5; may be repeated.
    #[arg(long = "key", value_name = "KEY", action = ArgAction::Append)]
    pub keys: Vec<Key>,
    /// Send the terminal's end-of-file character.
    #[arg(long)]
    pub eof: bool,
    /// Send a signal to the pane's foreground programs, such as INT.
    #[arg(long, value_name = "SIGNAL", value_parser = values::signal)]
    pub signal: Option<i32>,
    /// Send a secret of the config and Enter, if the pane shows a true password prompt.
    #[arg(long, value_name = "NAME", conflicts_with = "all")]
    pub secret: Option<String>,
    /// Send to all running panes.
    #[arg(long)]
    pub all: bool,
}

/// Arguments of `expect`.
#[derive(Debug, Args)]
pub struct Expect {
    /// The pane, by name or id.
    pub pane: String,
    /// Regular expressions; the one that matches first ends the wait.
    #[arg(value_name = "RE", required_unless_present_any = ["eof", "on_timeout"], allow_negative_numbers = true)]
    pub patterns: Vec<String>,
    /// The patterns are plain texts.
    #[arg(long)]
    pub exact: bool,
    /// The pane's end is a success too.
    #[arg(long)]
    pub eof: bool,
    /// How long to wait, such as 500ms, 30s or 5m; a plain number is seconds.
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = values::duration)]
    pub timeout: Duration,
    /// With 'ok', a timeout is a success too.
    #[arg(long, value_enum, value_name = "WHAT")]
    pub on_timeout: Option<OnTimeout>,
    /// What the patterns are matched against.
    #[arg(long, value_enum, default_value = "stream")]
    pub view: ExpectView,
    /// Where to begin to read: cursor (the end of the last match), now, start, or an offset.
    #[arg(long, value_name = "WHERE", default_value = "cursor", value_parser = values::from)]
    pub from: ExpectFrom,
    /// Type this text and Enter once the wait has begun, so that no answer is missed.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub send: Option<String>,
    /// Print the result as JSON, whatever it is.
    #[arg(long)]
    pub json: bool,
}

/// What a timeout of `expect` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OnTimeout {
    /// A success.
    Ok,
}

/// What an `expect` matches against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExpectView {
    /// The line under the cursor up to the cursor, once output is still.
    Prompt,
    /// Each finished line, as it is shown.
    Line,
    /// The visible lines, once output is still.
    Screen,
    /// The output without escape sequences, CRLF as LF.
    Stream,
    /// The output as it came.
    Raw,
}

/// Arguments of `answer`.
#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("how").args(["text", "suggested", "dismiss"]).required(true),
    override_usage = "muxpect answer [OPTIONS] ID <TEXT|--suggested|--dismiss>"
)]
pub struct Answer {
    /// The ask, by the number that asks lists.
    #[arg(value_name = "ID")]
    pub ask: u64,
    /// The text to answer with; Enter follows. '-' reads a line from standard input, unseen where
    /// that is a terminal: a secret belongs there, not on the command line.
    #[arg(allow_negative_numbers = true)]
    pub text: Option<String>,
    /// Answer as the rule suggests.
    #[arg(long)]
    pub suggested: bool,
    /// Give no answer, and do not ask about this prompt again.
    #[arg(long)]
    pub dismiss: bool,
}

/// Arguments of `wait`.
#[derive(Debug, Args)]
pub struct Wait {
    /// The panes, by name or id; all if omitted.
    #[arg(value_name = "PANE")]
    pub panes: Vec<String>,
    /// Print the panes as JSON, as ps does.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `screen`.
#[derive(Debug, Args)]
pub struct Screen {
    /// The pane, by name or id; the only one if omitted.
    pub pane: Option<String>,
    /// How to print it.
    #[arg(long, value_enum, default_value = "text")]
    pub format: ScreenFormat,
    /// Print this many rows of history before it.
    #[arg(long, value_name = "ROWS", default_value_t = 0)]
    pub history: u32,
}

/// How a screen is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ScreenFormat {
    /// Its text.
    Text,
    /// Its text with colours and attributes.
    Ansi,
    /// A JSON object.
    Json,
    /// A picture: an SVG file that needs nothing else.
    Svg,
}

/// Arguments of `interact`.
#[derive(Debug, Args)]
pub struct Interact {
    /// The pane, by name or id; the only one if omitted.
    pub pane: Option<String>,
}

/// Arguments of the verbs that act on panes.
#[derive(Debug, Args)]
pub struct Panes {
    /// The panes, by name or id; the only one if omitted.
    #[arg(value_name = "PANE")]
    pub panes: Vec<String>,
}
