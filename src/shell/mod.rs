//! Touches the world: files and clocks.
//!
//! Invariants: decides nothing about trading. Knows nothing of scripts or of words for people.

/// Bars at rest: files, folders, the local catalog, the built-in sample.
pub mod catalog;
