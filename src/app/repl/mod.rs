//! `repl`: lines evaluated at a moment of history, with what a script can call.
//!
//! Invariants: only bars that had closed by then are seen; an error ends a line and not the session;
//! orders go to the simulated exchange, where steps fill them.

/// Whether lines are complete.
mod complete;
/// A run that stands still at a moment.
mod session;

use std::time::Duration;

use crate::app::cli::args::repl::ReplArgs;
use crate::app::cli::diagnostic::{Diagnostic, escape};
use crate::app::cli::exit::{Exit, Failure};
use crate::app::cli::out::Out;
use crate::app::config::value::Moment;
use crate::app::config::{ConfigSources, load};
use crate::app::repl::complete::is_complete;
use crate::app::repl::session::{Session, Setting};
use crate::app::run::failure::{diagnostic_of, of_data};
use crate::app::run::market::MarketData;
use crate::app::run::script::{ScriptFile, watched};
use crate::script::api::docs;
use crate::script::host::CONSOLE;
use crate::shell::terminal::{Lines, Typed};

/// How long a line may take.
const CALL_LIMIT: Duration = Duration::from_secs(30);

const HELP: &str = "\
Type what a script could say; `context`, `data` and every asset by its symbol are there.
  :at TIME     go to another moment (2012-08-09); going back forgets variables and orders
  :step [N]    run over the next bars; orders fill
  :doc NAME    explain what a script can call
  :help        this text
  :quit        end";

/// Runs the command. Lines that come from a pipe and fail make the exit code 3 in the end.
///
/// # Errors
/// When the data or the script cannot be used.
pub fn run(args: &ReplArgs, out: &mut Out) -> Result<Exit, Failure> {
    let config = load(ConfigSources::here(&args.files.config, args.settings()))?;
    let script = match &args.script {
        Some(path) => ScriptFile::read(path)?,
        None => ScriptFile {
            path: CONSOLE.into(),
            text: String::new(),
        },
    };
    let data = MarketData::load(&config).map_err(|error| of_data(&error))?;
    let (fuse, _watchdog) = watched(CALL_LIMIT);
    let setting = Setting {
        config,
        data,
        script,
        fuse,
    };
    let session = Session::open(&setting, args.at.map(Moment::last))?;
    let mut repl = Repl {
        setting: &setting,
        session,
        failed: false,
    };
    out.status("Opened", format_args!("{}; :help explains", repl.session));
    let unreadable = |error| {
        Failure::usage(
            format!("cannot read standard input: {error}"),
            "type or pipe lines",
        )
    };
    let mut lines = Lines::open().map_err(unreadable)?;
    let mut text = String::new();
    loop {
        let prompt = if text.is_empty() { "> " } else { ". " };
        match lines.next(prompt).map_err(unreadable)? {
            Typed::Line(line) => {
                let gives_up_waiting = line.trim().is_empty();
                text.push_str(&line);
                text.push('\n');
                if !gives_up_waiting && !is_complete(&text) {
                    continue;
                }
                let whole = std::mem::take(&mut text);
                if repl.take(whole.trim(), out) {
                    break;
                }
            }
            Typed::Interrupted => text.clear(),
            Typed::End => {
                repl.take(text.trim(), out);
                break;
            }
        }
    }
    let told = lines.is_terminal() || !repl.failed;
    Ok(if told { Exit::Done } else { Exit::Script })
}

struct Repl<'a> {
    setting: &'a Setting,
    session: Session,
    failed: bool,
}

impl Repl<'_> {
    /// Does what was typed. Returns whether it was the last.
    fn take(&mut self, text: &str, out: &mut Out) -> bool {
        if text.is_empty() {
            return false;
        }
        let outcome = match text.strip_prefix(':') {
            Some(command) => {
                let (word, rest) = command.split_once(' ').unwrap_or((command, ""));
                if ["quit", "q", "exit"].contains(&word) {
                    return true;
                }
                self.command(word, rest.trim(), out)
            }
            None => self.evaluate(text, out),
        };
        if let Err(failure) = outcome {
            self.failed = true;
            out.report(&failure.diagnostics);
        }
        false
    }

    fn command(&mut self, word: &str, rest: &str, out: &mut Out) -> Result<(), Failure> {
        match word {
            "help" | "h" => out.line(HELP),
            "doc" => {
                let Some(text) = docs::render(rest) else {
                    let what = format!("nothing is known of `{rest}`");
                    return Err(Failure::usage(what, ":doc order, :doc Series, :doc orders"));
                };
                out.print(&text);
            }
            "step" => {
                let count = if rest.is_empty() { Ok(1) } else { rest.parse() };
                let Ok(count) = count else {
                    let what = format!("`{rest}` is no number of steps");
                    return Err(Failure::usage(what, ":step 5"));
                };
                self.session.step(count)?;
                self.tell_moment(out);
            }
            "at" => {
                let moment: Moment = rest.parse().map_err(|error| {
                    Failure::new(Exit::Usage, Diagnostic::error(format!("{error}")))
                })?;
                let at = moment.last();
                if at < self.session.now() {
                    self.session = Session::open(self.setting, Some(at))?;
                } else {
                    self.session.run_to(at)?;
                }
                self.tell_moment(out);
            }
            _ => {
                let what = format!("there is no command `:{word}`");
                return Err(Failure::usage(what, ":help lists them"));
            }
        }
        Ok(())
    }

    fn tell_moment(&mut self, out: &mut Out) {
        self.tell_said(out);
        out.line(format_args!("at {}", self.session.now()));
    }

    fn tell_said(&mut self, out: &mut Out) {
        for line in self.session.take_said() {
            out.line(escape(&line));
        }
    }

    fn evaluate(&mut self, text: &str, out: &mut Out) -> Result<(), Failure> {
        let outcome = self.session.evaluate(text);
        self.tell_said(out);
        let value = outcome.map_err(|error| {
            let diagnostic = diagnostic_of(&error, None);
            Failure::new(Exit::Script, diagnostic)
        })?;
        if !value.is_empty() {
            out.line(escape(&value));
        }
        Ok(())
    }
}
