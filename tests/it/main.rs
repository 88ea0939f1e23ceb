//! The integration tests: one binary, one file a subject.

#![expect(
    clippy::disallowed_methods,
    reason = "tests make their own folders and start the program"
)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

/// Cash, margin, futures, splits and dividends.
mod accounts;
/// `backtest` as a person starts it.
mod backtest;
/// What a backtest leaves behind.
mod backtest_results;
/// `calendar`, and the calendars and triggers of a project.
mod calendar_command;
/// Sessions against `exchange_calendars`.
mod calendars;
/// The program as a person starts it.
mod check_and_doc;
mod check_command;
mod check_faults;
mod cli;
/// Files of bars, whole and broken.
mod data;
/// The data commands.
mod data_commands;
/// Laws of reading and writing bars.
mod data_laws;
/// What the documents say is true.
mod docs;
/// The documentation as pages, and definitions for editors.
mod documentation;
/// The order of things at one instant and between bars.
mod events;
/// The simulated exchange against the reference's scenarios.
mod examples;
mod exchange;
/// Laws of the exchange and the books.
mod exchange_laws;
/// Models, books and trails against the reference's tables.
mod exchange_tables;
/// The generated bars of the workloads.
mod generated_data;
/// Indicators against TA-Lib.
mod indicators;
/// Brackets, tied orders and changes.
mod linked_orders;
/// Sessions that go on, over kills, edits and requests.
mod live;
/// What editors ask, in messages of the protocol.
mod lsp;
/// Metrics against independent libraries.
mod metrics;
/// New projects.
mod new;
/// The vectors of the reference simulator.
mod random_edits;
mod reference_vectors;
/// `repl` as lines are piped into it.
mod repl;
/// Round trips against an independent program.
mod round_trips;
/// The list of runs and the report.
mod runs;
/// Schedules around changes of the clocks, in a backtest and on a clock.
mod schedule;
/// Semantics of what scripts call.
mod script_api;
/// What can be seen in a script without running it.
mod script_check;
/// The documentation of what scripts call.
mod script_docs;
/// What a person is told when a script is wrong.
mod script_errors;
/// What an error tells of its moment.
mod script_moments;
/// Tests that scripts hold.
mod script_tests;
/// The scripts that ship.
mod shipped_scripts;
/// The standard library against numpy, scipy and Python's calendar.
mod standard_library;
/// What several subjects need.
mod support;
/// Rules of the source that no compiler checks.
mod tidy;
/// The moving-average cross against the reference.
mod w1;
/// The workloads of the reference vectors.
mod workloads;
