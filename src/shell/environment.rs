//! The environment of the process: the only place that reads it.

#![expect(clippy::disallowed_methods, reason = "this room owns the environment")]

use std::collections::BTreeMap;

/// Returns the variables whose name and value are text.
pub fn variables() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// Returns the value of a variable; `None` if it is not set, is empty or is not text.
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
