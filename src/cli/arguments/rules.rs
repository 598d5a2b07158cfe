//! `rules` and its verbs.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand, ValueEnum};

use super::Panes;

/// What is wanted of rules.
#[derive(Debug, Subcommand)]
pub enum Rules {
    /// List rules and what has become of them.
    List(RulesList),
    /// Let the rules of panes act.
    Arm(Panes),
    /// Keep the rules of panes from acting.
    Disarm(Panes),
    /// Say of each rule of a pane why it would act on the present prompt, or what holds it back.
    Why(RulesWhy),
    /// Say whether rules answer, in all panes; without a mode, print the present one.
    Auto(RulesAuto),
    /// Replay a recording and print what rules would do.
    Test(RulesTest),
    /// Run a command in this terminal and make a ruleset of what you type, or make it of a recording.
    Learn(RulesLearn),
}

/// Arguments of `rules list`.
#[derive(Debug, Args)]
pub struct RulesList {
    /// The pane, by name or id; all if omitted.
    pub pane: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `rules why`.
#[derive(Debug, Args)]
pub struct RulesWhy {
    /// The pane, by name or id; the only one if omitted.
    pub pane: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `rules auto`.
#[derive(Debug, Args)]
pub struct RulesAuto {
    /// Whether rules answer.
    #[arg(value_enum)]
    pub mode: Option<AutoMode>,
}

/// Whether rules answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AutoMode {
    /// They do.
    On,
    /// Every answer becomes an ask, with the answer as its suggestion.
    Suggest,
    /// No rule acts, but for those on a child's end.
    Off,
}

/// Arguments of `rules test`.
#[derive(Debug, Args)]
pub struct RulesTest {
    /// The recording, an asciicast.
    #[arg(long, value_name = "FILE")]
    pub cast: PathBuf,
    /// The config file; muxpect.toml in the current folder if omitted.
    #[arg(short = 'c', long = "config", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The pane of the config whose rules are tested; the one with the recorded command, or the only
    /// one with rules, if omitted.
    #[arg(long)]
    pub pane: Option<String>,
    /// Test the rules of this config file instead, all of them, or those of a ruleset, by its name.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["config", "pane"])]
    pub rules: Option<PathBuf>,
    /// Print JSON, one object a line.
    #[arg(long)]
    pub json: bool,
    /// Compare what would be printed with this file; print the difference, if there is one, and exit 1.
    #[arg(long, value_name = "FILE")]
    pub golden: Option<PathBuf>,
    /// Write that file instead.
    #[arg(long, requires = "golden")]
    pub bless: bool,
}

/// Arguments of `rules learn`.
#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("source").args(["cast", "command"]).multiple(true).required(true),
    override_usage = "muxpect rules learn [-o FILE] [--cast FILE] [-- CMD]"
)]
pub struct RulesLearn {
    /// Write the ruleset into this new file instead of printing it.
    #[arg(short = 'o', long = "output", value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Record the command into this new file; without a command, learn from this recording. Beside the
    /// ruleset if omitted.
    #[arg(long, value_name = "FILE")]
    pub cast: Option<PathBuf>,
    /// The command with its arguments.
    #[arg(last = true, value_name = "CMD")]
    pub command: Vec<String>,
}
