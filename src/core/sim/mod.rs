//! The simulated exchange of backtest, paper and shadow (R-SIM).
//!
//! Invariants: an order fills only in bars that start at or after its placing; where one bar could
//! have done several things, the worse is assumed; simulated prices and commissions are not rounded.
//! Knows nothing of strategies: it hears orders and bars and answers with reports.

/// The broker's own view of the account: what an order needs and what there is.
mod account;
/// The orders that work at the exchange.
mod book;
/// What a broker charges.
pub mod commission;
/// Orders at the exchange.
pub mod exchange;
/// What a bar does to working orders.
mod matching;
/// The rules an exchange is set up with.
pub mod rules;
/// How far fills slip.
pub mod slippage;
/// At what price a bar fills an order.
mod touch;
/// What happens to orders and account between bars.
mod upkeep;
/// How an asset usually trades.
mod usual;
/// Engine and exchange in a closed loop.
pub mod world;
