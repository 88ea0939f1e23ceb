//! Room `run`.
