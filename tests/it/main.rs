//! The integration tests: one binary, one file a subject.

mod calendars;
mod indicators;
mod metrics;
mod round_trips;
mod runs;
mod generated_data;
mod reference_vectors;
