//! The clocks of the machine: the only place that reads them.
//!
//! Invariants: the wall clock stamps files and names runs, the stopwatch measures; neither reaches a
//! decision of the core.

#![expect(clippy::disallowed_methods, reason = "this room owns the clocks")]

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::core::model::time::Timestamp;

/// Returns the wall clock's time.
pub fn now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or(Duration::ZERO);
    i64::try_from(since.as_nanos()).map_or(Timestamp::MAX, Timestamp::from_nanos)
}

/// Measures how long something takes.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Returns the time since the start.
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}
