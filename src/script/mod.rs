//! Hosts Rhai scripts as strategies.
