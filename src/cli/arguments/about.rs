//! What needs no session: a check of configs, and what describes muxpect to people and programs.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Arguments of `check`.
#[derive(Debug, Args)]
pub struct Check {
    /// The config file; muxpect.toml in the current folder if omitted. Your own config is checked
    /// too, where there is one.
    #[arg(value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Arguments of `schema`.
#[derive(Debug, Args)]
pub struct Schema {
    /// What to describe.
    #[arg(value_enum, value_name = "WHAT", default_value = "config")]
    pub what: SchemaName,
}

/// What has a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaName {
    /// Config files.
    Config,
    /// What asks --json prints.
    Asks,
    /// A line of events.
    Events,
    /// What expect --json prints.
    Expect,
    /// What ls --json prints.
    Ls,
    /// What ps --json prints.
    Ps,
    /// What replay --at TIME --format json prints.
    Replay,
    /// What rules list --json prints.
    RulesList,
    /// A line that rules test --json prints.
    RulesTest,
    /// What rules why --json prints.
    RulesWhy,
    /// What screen --format json prints.
    Screen,
    /// What wait --json prints.
    Wait,
}

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell.
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// Arguments of `man`.
#[derive(Debug, Args)]
pub struct Man {
    /// The verb that the page is about, such as send or 'rules why'; muxpect itself if omitted.
    #[arg(value_name = "VERB", conflicts_with = "dir")]
    pub verb: Vec<String>,
    /// Write the pages of muxpect and of all verbs into this folder, which is made if needed.
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
}
