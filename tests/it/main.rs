//! The integration tests: one binary, one file a subject.

mod calendars;
mod data;
mod data_commands;
mod data_laws;
