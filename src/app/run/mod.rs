//! Runs of a strategy: what they leave behind and what a person is told about them.
//!
//! Invariants: a summary has the shape of `rustybt.summary/1`; warnings are derived from results
//! alone, so the terminal, the files and the report agree.

/// `summary.json`.
pub mod summary;
/// The block that a backtest prints.
pub mod summary_text;
/// What a person should know before believing a result.
pub mod warnings;
