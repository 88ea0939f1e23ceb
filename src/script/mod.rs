//! Hosts Rhai scripts as strategies: text in, calls out.
//!
//! Invariants: a script reaches no file, network, process or clock; a handler is a transaction, so
//! that a failing one leaves neither orders nor changes of its context behind; every error knows its
//! file, line and column. Knows nothing of files: texts of modules come from whoever loads the script.

/// What a script can call, one file a subject.
pub mod api;
/// Findings before a run.
pub mod check;
/// From what a script passes to what the engine takes.
mod convert;
/// Changes to a text, as data.
pub mod edit;
/// What went wrong in a script, and where.
pub mod error;
/// Scripts compiled for speed.
mod fast;
/// The script at the engine's service.
pub mod host;
/// The pieces of a script's text.
mod lexemes;
/// What an editor is told about a text.
pub mod look;
/// Imports.
pub mod modules;
/// Numbers that never fail silently.
mod numbers;
/// Parameters.
pub mod params;
/// Seeded random numbers.
mod random;
/// Functions that scripts call, for Rhai and for compiled scripts.
mod registry;
/// What a script may not do, and how much.
pub mod sandbox;
/// Values of scripts as JSON and back.
mod saved;
/// From a text to something that can be called.
mod source;
/// What a script keeps between calls.
mod state;
/// The standard library that ships inside the program.
pub mod stdlib;
/// Tests that scripts hold, and the worlds that these run strategies in.
pub mod testing;
