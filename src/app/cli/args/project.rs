//! The arguments of the commands around a project.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::app::cli::args::ConfigFiles;

/// The arguments of `new`.
#[derive(Debug, Clone, Args)]
pub struct NewArgs {
    /// The folder to make; its last part names the project
    pub name: PathBuf,
    /// What to start from
    #[arg(long, value_enum, default_value_t)]
    pub template: Template,
    /// What to trade
    #[arg(long, value_enum, default_value_t)]
    pub market: Market,
}

/// What a project starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Template {
    /// Hold one asset while its fast average is above the slow one
    #[default]
    SmaCross,
    /// Hold the strongest of several assets, chosen anew each month
    Rotation,
    /// Buy what fell far below its average, sell when it is back
    MeanReversion,
    /// The handlers and nothing in them
    Empty,
}

/// What a project trades.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Market {
    /// Shares and funds
    #[default]
    Equities,
    /// Coins and tokens
    Crypto,
}

/// The arguments of `check`.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[derive(Debug, Clone, Args)]
pub struct CheckArgs {
    /// Scripts and folders of scripts [default: all of the project]
    pub scripts: Vec<PathBuf>,
    /// Make the edits that are safe, where only one thing can be meant
    #[arg(long)]
    pub fix: bool,
    /// With --fix: show what would change, and change nothing
    #[arg(long, requires = "fix")]
    pub dry_run: bool,
    /// Check again whenever a file changes
    #[arg(long)]
    pub watch: bool,
    /// Let warnings fail the command too
    #[arg(long, value_enum, value_name = "WHAT")]
    pub deny: Option<Deny>,
    /// How to write what is found
    #[arg(
        long,
        value_enum,
        default_value_t,
        value_name = "FORMAT",
        conflicts_with = "json"
    )]
    pub format: CheckFormat,
    /// Explain the rule of this code, such as RBT101
    #[arg(long, value_name = "CODE")]
    pub explain: Option<String>,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
    /// The configuration files.
    #[command(flatten)]
    pub files: ConfigFiles,
}

/// What else is to fail `check`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Deny {
    /// Warnings
    Warnings,
}

/// How `check` writes what it finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum CheckFormat {
    /// Frames with the line of the script
    #[default]
    Text,
    /// One JSON document
    Json,
    /// Annotations of GitHub Actions
    Github,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// A line for each finding
    Concise,
}

/// The arguments of `test`.
#[derive(Debug, Clone, Args)]
pub struct TestArgs {
    /// The scripts, or folders of scripts, whose tests to run [default: the project's]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Run the tests whose names contain this text
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// Show what passing tests print, too
    #[arg(long)]
    pub nocapture: bool,
    /// List the tests and run none
    #[arg(long)]
    pub list: bool,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// The arguments of `doc`.
#[derive(Debug, Clone, Args)]
pub struct DocArgs {
    /// What to explain: a function, Series.mean, a kind, std/sizing.kelly, a code [default: an overview]
    pub name: Option<String>,
    /// Find what mentions this text, what fits best first
    #[arg(long, value_name = "TEXT", conflicts_with = "name")]
    pub search: Option<String>,
    /// List everything, a line each
    #[arg(long, conflicts_with_all = ["name", "search"])]
    pub list: bool,
    /// Write pages into this folder
    #[arg(long, value_name = "DIR", conflicts_with_all = ["name", "search", "list"])]
    pub html: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// The arguments of `definitions`.
#[derive(Debug, Clone, Args)]
pub struct DefinitionsArgs {
    /// The folder [default: .rustybt/definitions]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// The arguments of `lsp`.
#[derive(Debug, Clone, Args)]
pub struct LspArgs {
    /// Talk over standard input and output, the only way there is
    #[arg(long)]
    pub stdio: bool,
}

/// The commands under `config`.
#[derive(Debug, Clone, Subcommand)]
pub enum ConfigCommand {
    /// Show every setting with where it comes from; secrets are masked
    Show(ConfigArgs),
    /// Check the configuration without running anything
    Check(ConfigArgs),
}

/// The arguments of the commands under `config`.
#[derive(Debug, Clone, Args)]
pub struct ConfigArgs {
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
    /// The configuration files.
    #[command(flatten)]
    pub files: ConfigFiles,
}

/// The arguments of `doctor`.
#[derive(Debug, Clone, Args)]
pub struct DoctorArgs {
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
    /// The configuration files.
    #[command(flatten)]
    pub files: ConfigFiles,
}

/// The arguments of `completions`.
#[derive(Debug, Clone, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}
