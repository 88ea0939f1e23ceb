//! Configuration: what files, the environment and flags say, and what it means (R-CLI-1).
//!
//! Invariants: flag over `RUSTYBT_*` environment over files (later wins) over defaults; an unknown
//! key, a wrong type and a missing variable are errors with file, line, column and key, all of them at
//! once; numbers are exact. Knows nothing of how an error is drawn: see [`crate::app::cli`].

/// Calendars of a project.
pub mod calendars;
/// Every key, its default and its help.
pub mod keys;
/// Settings as text, with their origin.
pub mod layer;
/// Finding and reading the files.
pub mod load;
/// The typed configuration.
pub mod model;
/// From settings to the typed configuration.
pub mod resolve;
/// Commission and slippage in one line.
pub mod spec;
/// `${NAME}` in values.
pub mod substitute;
/// What runs when, from outside a script.
mod triggers;
/// Single values.
pub mod value;
/// YAML with places.
pub mod yaml;

pub use load::{ConfigSources, load};
pub use model::Config;

#[cfg(test)]
mod tests;
