//! Calls that a watchdog stopped: the one thing about a call that does not follow from what it was told.
//!
//! Invariants: calls are counted from 1 since [`ScriptStrategy::begin_entry`]; a call that is doomed
//! does nothing and fails as one that was stopped, so that what happened can be told again.

use std::mem::take;

use crate::script::error::{Details, Place, ScriptError};
use crate::script::host::ScriptStrategy;

/// See the module.
#[derive(Default, Debug)]
pub(super) struct Stops {
    count: u32,
    doomed: Vec<u32>,
    stopped: Vec<u32>,
}

impl Stops {
    /// Counts a call that begins; returns whether it is doomed.
    pub(super) fn begin_call(&mut self) -> bool {
        self.count += 1;
        self.doomed.contains(&self.count)
    }

    /// Notes how the call that was counted at `count` ended.
    pub(super) fn end_call(&mut self, count: u32, error: &ScriptError) {
        if error.code == "RBT311" {
            self.stopped.push(count);
        }
    }

    /// Returns the number of the call that began last.
    pub(super) fn count(&self) -> u32 {
        self.count
    }
}

impl ScriptStrategy {
    /// Begins to count calls anew; those of the numbers in `doomed` are to fail as if they had been
    /// stopped.
    pub fn begin_entry(&mut self, doomed: &[u32]) {
        self.stops = Stops {
            doomed: doomed.to_vec(),
            ..Stops::default()
        };
    }

    /// Returns the numbers of the calls that were stopped, and forgets them.
    pub fn take_stopped(&mut self) -> Vec<u32> {
        take(&mut self.stops.stopped)
    }

    /// What a doomed call fails with.
    pub(super) fn stopped_before(function: &str) -> ScriptError {
        ScriptError {
            code: "RBT311",
            message: format!("{function} took too long and was stopped"),
            place: Place::default(),
            hint: "is there a loop that never ends?".to_owned(),
            trace: Vec::new(),
            details: Details::default(),
        }
    }
}
