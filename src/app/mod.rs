//! What a person runs: commands, configuration, runs, reports.
//!
//! Invariants: results go to standard output, everything else to standard error; each error becomes
//! one diagnostic and one exit code in `cli`.

/// `calendar`: sessions of exchanges.
pub mod calendar;
/// `check`: what can be seen in scripts without running them.
pub mod check;
/// The command line: what was typed, and the diagnostics that answer it.
pub mod cli;
/// Configuration files: what they say and what it means.
pub mod config;
/// `data`: bars at rest.
pub mod data;
/// `definitions`: files for editors.
pub mod definitions;
/// `doc`: the words about everything that a script can call.
pub mod doc;
/// `doctor`: looks at the surroundings.
pub mod doctor;
/// How figures are written for people.
pub mod figures;
/// `lsp`: what editors ask.
pub mod lsp;
/// `new`: makes a project.
pub mod new;
/// `repl`: lines evaluated at a moment of history.
pub mod repl;
/// The tear sheet.
pub mod report;
/// Runs of a strategy.
pub mod run;
/// The list of runs: show, compare, report.
pub mod runs;
/// Strategies that go on until they are told to stop.
pub mod session;
/// `test`: runs the tests of scripts.
pub mod test;
