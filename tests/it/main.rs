//! The integration tests: one binary, one file a subject.

mod calendars;
mod data;
mod data_commands;
mod data_laws;
mod generated_data;
mod indicators;
mod metrics;
mod reference_vectors;
mod round_trips;
mod runs;
mod script_errors;
mod shipped_scripts;
mod support;
