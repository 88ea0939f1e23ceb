//! What a person runs: commands, configuration, runs, reports.
//!
//! Invariants: results go to standard output, everything else to standard error; each error becomes
//! one diagnostic and one exit code in `cli`.

/// The command line: what was typed, and the diagnostics that answer it.
pub mod cli;
/// Configuration files: what they say and what it means.
pub mod config;
/// `doctor`: looks at the surroundings.
pub mod doctor;
/// `new`: makes a project.
pub mod new;
/// The tear sheet and the list of runs.
pub mod report;
/// Runs of a strategy.
pub mod run;
