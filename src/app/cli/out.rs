//! What a command prints: results to standard output, everything else to standard error.
//!
//! Invariants: standard output carries results and nothing else; a reader that goes away is no error;
//! nothing moves on the screen unless standard error is a terminal.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Effects, Style};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value;

use crate::app::cli::diagnostic::{Diagnostic, Severity, envelope, escape};
use crate::app::cli::exit::{Exit, Failure};

/// When to use colors.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, clap::ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How much is said beside the result.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Verbosity {
    /// Errors alone.
    Quiet,
    /// Warnings and status too.
    Normal,
    /// Details too (`-v`).
    Verbose,
    /// Everything (`-vv`).
    Trace,
}

/// The two streams of a command.
#[derive(Debug)]
pub struct Out {
    choice: ColorChoice,
    verbosity: Verbosity,
    closed: bool,
    failed: Option<io::Error>,
}

impl Out {
    /// Makes the streams of a process.
    pub fn new(color: Color, verbosity: Verbosity) -> Self {
        let choice = match color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        Self {
            choice,
            verbosity,
            closed: false,
            failed: None,
        }
    }

    /// Returns how much is said.
    pub const fn verbosity(&self) -> Verbosity {
        self.verbosity
    }

    /// Returns the width of the terminal that results go to; 100 where there is none.
    pub fn width(&self) -> usize {
        let columns =
            crate::shell::environment::variable("COLUMNS").and_then(|text| text.parse().ok());
        columns.unwrap_or(100).clamp(60, 140)
    }

    /// Prints a result as it is, styled text allowed.
    pub fn print(&mut self, text: &str) {
        if self.closed || self.failed.is_some() {
            return;
        }
        let mut stream = AutoStream::new(io::stdout(), self.choice).lock();
        match stream
            .write_all(text.as_bytes())
            .and_then(|()| stream.flush())
        {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => self.closed = true,
            Err(error) => self.failed = Some(error),
        }
    }

    /// Whether whoever read the results went away.
    pub const fn is_closed(&self) -> bool {
        self.closed
    }

    /// Wipes the screen, if results go to one.
    pub fn clear(&mut self) {
        if io::stdout().is_terminal() {
            self.print("\u{1b}[2J\u{1b}[H");
        }
    }

    /// Prints a line of a result.
    pub fn line(&mut self, text: impl Display) {
        self.print(&format!("{text}\n"));
    }

    /// Prints the one document of `--json`.
    pub fn json(&mut self, command: &str, ok: bool, data: &Value, diagnostics: &[Diagnostic]) {
        let document = envelope(command, ok, data, diagnostics);
        self.line(format_args!("{document:#}"));
    }

    /// Says what is happening: a verb, right-aligned in green, and its object.
    pub fn status(&self, verb: &str, object: impl Display) {
        if self.verbosity > Verbosity::Quiet {
            let green = Style::new()
                .fg_color(Some(AnsiColor::Green.into()))
                .effects(Effects::BOLD);
            let object = object.to_string();
            self.aside(&format!("{green}{verb:>12}{green:#} {}\n", escape(&object)));
        }
    }

    /// Says a detail that `-v` asks for.
    pub fn detail(&self, text: impl Display) {
        if self.verbosity >= Verbosity::Verbose {
            let text = text.to_string();
            self.aside(&format!("{}\n", escape(&text)));
        }
    }

    /// Draws diagnostics; warnings and notes stay away when quiet.
    pub fn report(&self, diagnostics: &[Diagnostic]) {
        let loud = |diagnostic: &&Diagnostic| {
            diagnostic.severity == Severity::Error || self.verbosity > Verbosity::Quiet
        };
        let frames = diagnostics
            .iter()
            .filter(loud)
            .map(|diagnostic| diagnostic.render(false));
        self.aside(&frames.collect::<Vec<_>>().join("\n"));
    }

    /// Starts a progress bar over `length` steps; hidden unless standard error is a terminal.
    pub fn progress(&self, verb: &'static str, length: u64, unit: &'static str) -> ProgressBar {
        if self.verbosity == Verbosity::Quiet || !io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let bar =
            ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr_with_hz(10));
        bar.set_style(bar_style(verb, unit));
        bar.enable_steady_tick(Duration::from_millis(250));
        bar
    }

    /// Returns the exit code of a command whose own was `exit`: a result that could not be written is a
    /// failure, a reader that went away changes nothing.
    pub fn finish(&mut self, exit: Exit) -> Exit {
        match self.failed.take() {
            None => exit,
            Some(error) => {
                let failure = Failure::usage(
                    format!("cannot write to standard output: {error}"),
                    "is the disk full?",
                );
                self.report(&failure.diagnostics);
                failure.exit
            }
        }
    }

    /// Writes to standard error; when that is gone too there is nobody left to tell.
    fn aside(&self, text: &str) {
        let mut stream = AutoStream::new(io::stderr(), self.choice).lock();
        let _nobody_listens = stream.write_all(text.as_bytes());
    }
}

/// Returns the looks of a progress bar: a verb, the bar, how far, how fast, how long still.
fn bar_style(verb: &str, unit: &str) -> ProgressStyle {
    let template = format!("{verb:>12} {{bar:24}} {{pos}}/{{len}} {unit}  {{per_sec}}  {{eta}}");
    ProgressStyle::with_template(&template).expect("a test reads the template")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_of_the_bar_is_read() {
        let _style = bar_style("Running", "bars");
    }

    #[test]
    fn nothing_moves_when_quiet() {
        assert!(
            Out::new(Color::Never, Verbosity::Quiet)
                .progress("Running", 10, "bars")
                .is_hidden()
        );
    }

    #[test]
    fn a_result_that_could_not_be_written_fails_and_a_reader_that_left_does_not() {
        let mut out = Out::new(Color::Never, Verbosity::Quiet);
        assert_eq!(out.finish(Exit::No), Exit::No);
        out.closed = true;
        assert_eq!(out.finish(Exit::No), Exit::No);
        out.failed = Some(io::ErrorKind::StorageFull.into());
        assert_eq!(out.finish(Exit::Done), Exit::Usage);
    }
}
