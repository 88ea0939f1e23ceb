//! How much each rule matters to a project: off, a warning or an error.
//!
//! Invariants: what is not set keeps the rule's own level; a text that is no script is always an error.

use std::collections::BTreeMap;

use crate::script::check::{Finding, Severity, explain};

/// What a rule's findings are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    /// Not told.
    Off,
    /// Warnings.
    Warn,
    /// Errors.
    Error,
}

/// The codes of rules with their levels.
pub type Levels = BTreeMap<String, Level>;

/// Whether a project may set the level of this rule.
pub fn is_settable(code: &str) -> bool {
    code != "RBT001" && explain(code).is_some()
}

/// Drops and changes findings as the levels say.
pub fn apply(levels: &Levels, findings: Vec<Finding>) -> Vec<Finding> {
    let leveled = findings.into_iter().filter_map(|mut finding| {
        let level = levels
            .get(finding.error.code)
            .filter(|_| is_settable(finding.error.code));
        match level {
            None => {}
            Some(Level::Off) => return None,
            Some(Level::Warn) => finding.severity = Severity::Warning,
            Some(Level::Error) => finding.severity = Severity::Error,
        }
        Some(finding)
    });
    leveled.collect()
}
