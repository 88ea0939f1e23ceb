//! Runs of a strategy: what they leave behind and what a person is told about them.
//!
//! Invariants: a summary has the shape of `rustybt.summary/1`; warnings are derived from results
//! alone, so the terminal, the files and the report agree.

/// `backtest`.
pub mod backtest;
/// The hash over commands and order reports.
pub mod events;
/// What stops a run.
pub mod failure;
/// The data of a run.
pub mod market;
/// What a run leaves behind.
pub mod record;
/// Files and summary of a finished run.
pub mod results;
/// Rows of the files that grow.
pub mod rows;
/// The rules of the simulated exchange.
pub mod rules;
/// The script of a run.
pub mod script;
/// One run.
pub mod simulate;
/// `summary.json`.
pub mod summary;
/// The block that a backtest prints.
pub mod summary_text;
/// Few bars instead of many.
mod thin;
/// What a person should know before believing a result.
pub mod warnings;
/// Numbers, times and texts in files.
pub mod write;
