//! The integration tests: one binary, one file a subject.

#![expect(
    clippy::disallowed_methods,
    reason = "tests make their own folders and start the program"
)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

/// The program as a person starts it.
mod cli;
/// What the documents say is true.
mod docs;
/// New projects.
mod new;
/// Starting the program in a folder of its own.
mod support;
/// Rules of the source that no compiler checks.
mod tidy;
