//! The integration tests: one binary, one file a subject.

mod metrics;
mod round_trips;
mod runs;
