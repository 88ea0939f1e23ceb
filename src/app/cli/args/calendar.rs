//! The arguments of `calendar`.

use clap::Args;

use crate::app::cli::args::ConfigFiles;
use crate::app::config::value::{ValueError, from_time};
use crate::core::model::time::Timestamp;

/// The arguments of `calendar`.
#[derive(Debug, Clone, Args)]
pub struct CalendarArgs {
    /// The calendar, such as XNYS or 24/7 [default: lists them]
    pub name: Option<String>,
    /// The year to show [default: the current one]
    #[arg(long, value_name = "Y", value_parser = clap::value_parser!(i32).range(1678..=2261))]
    pub year: Option<i32>,
    /// Whether it is open at this instant, such as 2024-11-29T18:00:00Z, and what comes next
    #[arg(long, value_name = "T", value_parser = read_instant)]
    pub at: Option<Timestamp>,
    /// List the calendars and which years they know
    #[arg(long, conflicts_with_all = ["name", "year", "at"])]
    pub list: bool,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
    /// The configuration files.
    #[command(flatten)]
    pub files: ConfigFiles,
}

fn read_instant(text: &str) -> Result<Timestamp, ValueError> {
    Timestamp::parse(text).map_err(|error| from_time(&error))
}
