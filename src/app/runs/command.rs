//! What can be typed after `rustybt runs` and `rustybt report`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Lists, shows and compares the runs that were kept.
#[derive(Subcommand, Debug, Clone)]
pub enum RunsCommand {
    /// List all runs, oldest first
    List {
        /// Folder that holds the runs
        #[arg(long, value_name = "DIR", default_value = super::ROOT)]
        root: PathBuf,
    },
    /// Show the summary of one run
    Show {
        /// Id of the run, the beginning of one, a folder, or `last`
        #[arg(value_name = "RUN", default_value = "last")]
        run: String,
        /// Folder that holds the runs
        #[arg(long, value_name = "DIR", default_value = super::ROOT)]
        root: PathBuf,
    },
    /// Compare two runs: what went in, what came out, and the first fill that differs
    Compare {
        /// The first run: an id, the beginning of one, a folder, or `last`
        #[arg(value_name = "A")]
        a: String,
        /// The second run
        #[arg(value_name = "B")]
        b: String,
        /// Folder that holds the runs
        #[arg(long, value_name = "DIR", default_value = super::ROOT)]
        root: PathBuf,
    },
}

/// Writes the tear sheet of a run as one HTML file that needs no network.
#[derive(Args, Debug, Clone)]
pub struct ReportArgs {
    /// Id of the run, the beginning of one, a folder, or `last`
    #[arg(value_name = "RUN", default_value = "last")]
    pub run: String,
    /// Where to write the page [default: report.html in the run's folder]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Folder that holds the runs
    #[arg(long, value_name = "DIR", default_value = super::ROOT)]
    pub root: PathBuf,
}
