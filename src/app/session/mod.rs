//! `run`: a strategy that goes on until it is told to stop, and goes on again after a crash.
//!
//! Invariants: what happened is a sequence of entries, each of which the core answers in the same way
//! every time; a checkpoint and the entries after it give the state back, whatever instant the process
//! died at. A normal start is a recovery with nothing to recover.

/// What the engine answers.
pub mod answer;
/// What an engine is asked.
pub mod ask;
/// `run`: from the command line to a session.
pub mod command;
/// The session at work.
pub mod drive;
/// What the journal holds.
pub mod entry;
/// What a checkpoint says.
pub mod keep;
/// Versions of the script.
pub mod loading;
/// The files of results.
pub mod record;
/// Where bars come from, and when.
pub mod source;
