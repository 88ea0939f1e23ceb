//! What can be typed: one struct per command, in files by family.
//!
//! Invariants: only what works is listed. Values are read by [`crate::app::config`], so that a flag, a
//! variable and a file line follow the same rules.

/// `backtest`.
pub mod backtest;
/// `calendar`.
pub mod calendar;
/// What a running engine is asked.
pub mod operate;
/// `new`, `check`, `doc`, `config`, `doctor`, `completions`.
pub mod project;
/// `repl`.
pub mod repl;
/// `run`.
pub mod run;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::app::cli::args::backtest::BacktestArgs;
use crate::app::cli::args::calendar::CalendarArgs;
use crate::app::cli::args::operate::{AskArgs, FlattenArgs, HaltArgs, ResumeArgs, StopArgs};
use crate::app::cli::args::project::{
    CheckArgs, CompletionsArgs, ConfigCommand, DefinitionsArgs, DocArgs, DoctorArgs, LspArgs,
    NewArgs, TestArgs,
};
use crate::app::cli::args::repl::ReplArgs;
use crate::app::cli::args::run::RunArgs;
use crate::app::cli::out::{Color, Verbosity};
use crate::app::data::args::DataArgs;
use crate::app::runs::command::{ReportArgs, RunsCommand};

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "rustybt",
    version,
    about = "Trading strategies as Rhai scripts: one engine for backtest, paper and live",
    disable_help_subcommand = true,
    max_term_width = 100
)]
pub struct Cli {
    /// What holds for every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Flags that every command takes.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// When to use colors: auto, always or never; `NO_COLOR` is honored
    #[arg(
        long,
        value_enum,
        default_value_t,
        global = true,
        value_name = "WHEN",
        hide_possible_values = true
    )]
    pub color: Color,
    /// Print errors and results alone
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more; -vv says everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

impl Global {
    /// Returns how much is said.
    pub fn verbosity(&self) -> Verbosity {
        match (self.quiet, self.verbose) {
            (true, _) => Verbosity::Quiet,
            (false, 0) => Verbosity::Normal,
            (false, 1) => Verbosity::Verbose,
            (false, _) => Verbosity::Trace,
        }
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a project: a strategy, its configuration, a folder for tests
    New(NewArgs),
    /// Run a strategy over history
    Backtest(Box<BacktestArgs>),
    /// Run a strategy until it is told to stop; killed, it goes on where it was
    Run(Box<RunArgs>),
    /// Show how a running engine is doing
    Status(AskArgs),
    /// Show what a running engine holds
    Positions(AskArgs),
    /// Show the working orders of a running engine
    Orders(AskArgs),
    /// Show what the script of a running engine keeps in its context
    State(AskArgs),
    /// Take on no new exposure; needs no confirmation
    Halt(HaltArgs),
    /// Take orders again
    Resume(ResumeArgs),
    /// Halt, cancel every order and close every position at the market
    Flatten(FlattenArgs),
    /// End a running engine; positions stay open unless --flatten
    Stop(StopArgs),
    /// Look at the script's file now
    Reload(AskArgs),
    /// Find mistakes in scripts without running them
    Check(CheckArgs),
    /// Run the functions test_… of scripts, with simulated bars, fills and time
    Test(TestArgs),
    /// Try what a script can call, at a moment of history
    Repl(ReplArgs),
    /// Explain what a script can call
    Doc(DocArgs),
    /// Write what a script can call as definition files for editors
    Definitions(DefinitionsArgs),
    /// Serve editors: findings, completion, explanations
    Lsp(LspArgs),
    /// Import, list, show, verify and export bars
    Data(DataArgs),
    /// Show the sessions of an exchange, and whether it is open
    Calendar(CalendarArgs),
    /// List, show and compare runs
    #[command(subcommand)]
    Runs(RunsCommand),
    /// Write the tear sheet of a run as one HTML file
    Report(ReportArgs),
    /// Show or check the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Check the surroundings; each finding comes with its cure
    Doctor(DoctorArgs),
    /// Print the completions of a shell
    Completions(CompletionsArgs),
}

/// The configuration files of a command.
#[derive(Debug, Clone, Default, Args)]
pub struct ConfigFiles {
    /// A configuration file; may be repeated, later wins [default: the nearest rustybt.yaml]
    #[arg(short = 'c', long = "config", value_name = "FILE")]
    pub config: Vec<PathBuf>,
}
