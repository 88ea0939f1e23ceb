//! From the command line to the room that answers it, and to the exit code.

use std::ffi::OsString;
use std::io;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};
use serde_json::Value;

use crate::app::cli::args::{Cli, Command, project::ConfigCommand};
use crate::app::cli::exit::{Exit, Failure};
use crate::app::cli::out::{Color, Out, Verbosity};
use crate::app::cli::{config, kept, panic};
use crate::app::run::backtest;
use crate::app::{calendar, check, definitions, doc, doctor, lsp, new, repl, session, test};

/// Runs the program with these arguments, the first of which is its name.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    panic::guard(move || run(&args)).into()
}

fn run(args: &[OsString]) -> Exit {
    let wants_json = args.iter().any(|arg| arg == "--json");
    match Cli::try_parse_from(args) {
        Ok(cli) => {
            let mut out = Out::new(cli.global.color, cli.global.verbosity());
            let name = name(&cli.command);
            let exit = match dispatch(&cli.command, &mut out) {
                Ok(exit) => exit,
                Err(failure) => fail(&mut out, name, &failure, wants_json),
            };
            out.finish(exit)
        }
        Err(error) => {
            let mut out = Out::new(Color::Auto, Verbosity::Normal);
            let exit = answer_parser(&mut out, error, wants_json);
            out.finish(exit)
        }
    }
}

/// Prints help and version as results, and everything else that the parser says as an error.
fn answer_parser(out: &mut Out, error: clap::Error, wants_json: bool) -> Exit {
    let kind = error.kind();
    if matches!(kind, ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        out.print(&error.render().ansi().to_string());
        return Exit::Done;
    }
    let failure = if kind == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        Failure::usage("no command was given", "rustybt --help lists the commands")
    } else {
        Failure::from(error)
    };
    fail(out, "usage", &failure, wants_json)
}

/// Tells a failure, as a document where one was asked for.
fn fail(out: &mut Out, command: &str, failure: &Failure, wants_json: bool) -> Exit {
    if wants_json {
        out.json(command, false, &Value::Null, &failure.diagnostics);
    } else {
        out.report(&failure.diagnostics);
    }
    failure.exit
}

/// Returns the name of a command in the schema of its document.
fn name(command: &Command) -> &'static str {
    match command {
        Command::New(_) => "new",
        Command::Backtest(_) => "backtest",
        Command::Run(_) => "run",
        Command::Status(_) => "status",
        Command::Positions(_) => "positions",
        Command::Orders(_) => "orders",
        Command::State(_) => "state",
        Command::Halt(_) => "halt",
        Command::Resume(_) => "resume",
        Command::Flatten(_) => "flatten",
        Command::Stop(_) => "stop",
        Command::Reload(_) => "reload",
        Command::Check(_) => "check",
        Command::Test(_) => "test",
        Command::Repl(_) => "repl",
        Command::Doc(_) => "doc",
        Command::Definitions(_) => "definitions",
        Command::Lsp(_) => "lsp",
        Command::Data(_) => "data",
        Command::Calendar(_) => "calendar",
        Command::Runs(_) => "runs",
        Command::Report(_) => "report",
        Command::Config(ConfigCommand::Show(_)) => "config.show",
        Command::Config(ConfigCommand::Check(_)) => "config.check",
        Command::Doctor(_) => "doctor",
        Command::Completions(_) => "completions",
    }
}

fn dispatch(command: &Command, out: &mut Out) -> Result<Exit, Failure> {
    match command {
        Command::New(args) => new::run(args, out),
        Command::Backtest(args) => backtest::run(args, out),
        Command::Run(args) => session::command::run(args, out),
        Command::Status(args)
        | Command::Positions(args)
        | Command::Orders(args)
        | Command::State(args)
        | Command::Reload(args) => session::ask::run(name(command), &args.into(), out),
        Command::Halt(args) => session::ask::run("halt", &args.into(), out),
        Command::Resume(args) => session::ask::run("resume", &args.into(), out),
        Command::Flatten(args) => session::ask::run("flatten", &args.into(), out),
        Command::Stop(args) => session::ask::run("stop", &args.into(), out),
        Command::Check(args) => check::run(args, out),
        Command::Test(args) => test::run(args, out),
        Command::Repl(args) => repl::run(args, out),
        Command::Doc(args) => doc::run(args, out),
        Command::Definitions(args) => definitions::run(args, out),
        // `--stdio` is taken because editors pass it; there is no other way.
        Command::Lsp(_) => Ok(lsp::run(io::stdin().lock(), io::stdout().lock())),
        Command::Data(args) => kept::data(args, out),
        Command::Calendar(args) => calendar::run(args, out),
        Command::Runs(command) => kept::runs(command, out),
        Command::Report(args) => kept::report(args, out),
        Command::Config(ConfigCommand::Show(args)) => config::show(args, out),
        Command::Config(ConfigCommand::Check(args)) => config::check(args, out),
        Command::Doctor(args) => doctor::run(args, out),
        Command::Completions(args) => {
            let mut script = Vec::new();
            clap_complete::generate(args.shell, &mut Cli::command(), "rustybt", &mut script);
            out.print(&String::from_utf8_lossy(&script));
            Ok(Exit::Done)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }
}
