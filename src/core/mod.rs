//! Decides: a deterministic core without input or output, clock or randomness.
//!
//! Invariants: the same events in the same order give the same commands; money is exact; nothing
//! here reads a clock, a file, a socket, an environment variable or an unseeded random number.
//! Knows nothing of Rhai, brokers' protocols, files or people.

/// Sessions, holidays and zones of exchanges.
pub mod calendar;
/// Events in, commands out.
pub mod engine;
/// Incremental and batch indicator mathematics in floats.
pub mod indicator;
/// The books: cash and positions.
pub mod ledger;
/// The doorway: events and commands.
pub mod message;
/// The nouns of trading.
pub mod model;
/// The simulated exchange.
pub mod sim;
/// Performance metrics.
pub mod stats;
