//! The integration tests: one binary, one file a subject.

#![expect(
    clippy::disallowed_methods,
    reason = "tests make their own folders and start the program"
)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod calendars;
/// Files of bars and trades.
mod data;
/// The `data` commands.
mod data_commands;
/// Laws of reading and writing bars.
mod data_laws;
