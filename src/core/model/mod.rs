//! The nouns of trading: time, numbers, assets, bars, orders, fills.
//!
//! Invariants: money is exact decimal; every instant is UTC; an order moves only along the one
//! transition table in `status`. Knows nothing of engines, brokers, scripts or files.

/// What is traded.
pub mod asset;
/// Executions.
pub mod fill;
/// Bars.
pub mod market;
/// Exact numbers and their rounding.
pub mod number;
/// Orders as requested and as tracked.
pub mod order;
/// The states of an order and the only ways between them.
pub mod status;
/// How nouns are written down.
mod text;
/// Instants, spans and bar intervals.
pub mod time;
