//! Touches the world: files and clocks.
//!
//! Invariants: decides nothing about trading. Knows nothing of scripts or of words for people.

/// Bars at rest: files, folders, the local catalog, the built-in sample.
pub mod catalog;
/// The wall clock and the stopwatch.
pub mod clock;
/// Requests to a running engine.
pub mod control;
/// The variables of the process.
pub mod environment;
/// Text files of a project.
pub mod files;
/// The folder of a run's results.
pub mod folder;
/// Requests of the system to stop.
pub mod signals;
/// What outlives the process.
pub mod store;
/// Lines that a person types.
pub mod terminal;
/// Tells when files of a project change.
pub mod watch;
/// Stops calls that take too long.
pub mod watchdog;
