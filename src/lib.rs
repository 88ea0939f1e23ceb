//! rustybt: trading strategies as Rhai scripts, in one engine for backtest, paper and live.
//!
//! ```text
//! core  ←  script, adapters  ←  shell  ←  app
//! ```
//!
//! Arrows point to what a door may know. `core` decides and never touches the world, `script` hosts
//! Rhai, `shell` touches files and clocks, `app` is what a person runs.

/// What a person runs: commands, configuration, reports.
pub mod app;
/// Decides: the deterministic core.
pub mod core;
/// Hosts: Rhai as a strategy.
pub mod script;
/// Touches: files, clocks, the world.
pub mod shell;
