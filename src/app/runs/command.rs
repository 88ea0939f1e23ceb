//! What can be typed after `rustybt runs` and `rustybt report`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::app::runs::ROOT;

/// Lists, shows and compares the runs that were kept.
#[derive(Subcommand, Debug, Clone)]
pub enum RunsCommand {
    /// List all runs, oldest first
    List {
        /// Folder that holds the runs
        #[arg(long, value_name = "DIR", default_value = ROOT)]
        root: PathBuf,
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
    /// Show the summary of one run
    Show {
        /// Id of the run, the beginning of one, a folder, or `last`
        #[arg(value_name = "RUN", default_value = "last")]
        run: String,
        /// Folder that holds the runs
        #[arg(long, value_name = "DIR", default_value = ROOT)]
        root: PathBuf,
        /// Print one JSON document
        #[arg(long)]
        json: bool,
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
        #[arg(long, value_name = "DIR", default_value = ROOT)]
        root: PathBuf,
        /// Print one JSON document
        #[arg(long)]
        json: bool,
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
    #[arg(long, value_name = "DIR", default_value = ROOT)]
    pub root: PathBuf,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, FromArgMatches, Parser};

    use super::*;

    #[derive(Parser)]
    enum Line {
        #[command(subcommand)]
        Runs(RunsCommand),
        Report(ReportArgs),
    }

    fn parse(words: &[&str]) -> Option<Line> {
        let matches = Line::command().try_get_matches_from(words).ok()?;
        Line::from_arg_matches(&matches).ok()
    }

    #[test]
    fn commands_are_well_formed_and_mean_the_last_run_by_default() {
        Line::command().debug_assert();
        let Some(Line::Report(report)) = parse(&["rustybt", "report"]) else {
            panic!("report needs no argument");
        };
        assert_eq!(report.run, "last");
        assert_eq!(report.root, PathBuf::from(ROOT));
        let compared = parse(&["rustybt", "runs", "compare", "a", "b"]);
        assert!(matches!(
            compared,
            Some(Line::Runs(RunsCommand::Compare { .. }))
        ));
        assert!(parse(&["rustybt", "runs", "compare", "a"]).is_none());
    }
}
