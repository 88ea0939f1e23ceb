//! The command line: what was typed, what is printed, and the exit code (R-CLI).
//!
//! Invariants: every error becomes a `diagnostic::Diagnostic` and an `exit::Exit` here and nowhere
//! else. Knows nothing of trading.

/// What can be typed.
pub mod args;
/// `config show` and `config check`.
pub mod config;
/// Errors in words.
pub mod diagnostic;
/// From the command line to the room that answers it.
pub mod dispatch;
/// Exit codes.
pub mod exit;
/// `data`, `runs` and `report`.
mod kept;
/// The two streams.
pub mod out;
/// The answer to a bug.
pub mod panic;

pub use dispatch::main;
