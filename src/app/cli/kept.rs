//! `data`, `runs` and `report`: what is kept, shown.

use serde_json::{Value, json};

use crate::app::cli::diagnostic::{Diagnostic, Place};
use crate::app::cli::exit::{Exit, Failure};
use crate::app::cli::out::Out;
use crate::app::data;
use crate::app::data::args::DataArgs;
use crate::app::run::failure::of_data_error;
use crate::app::runs::command::{ReportArgs, RunsCommand};
use crate::app::runs::compare::compare;
use crate::app::runs::text::{broken_text, compare_text, list_text, show_text};
use crate::app::runs::{self, RunsError};

/// Runs a `data` command.
pub(super) fn data(args: &DataArgs, out: &mut Out) -> Result<Exit, Failure> {
    let outcome = data::run(&args.command)
        .map_err(|error| Failure::new(Exit::Data, of_data_error(&error)))?;
    let warnings: Vec<Diagnostic> = outcome
        .warnings
        .iter()
        .map(|warning| {
            Diagnostic::warning(warning.notice.to_string())
                .place(Place::named(warning.file.display().to_string()))
        })
        .collect();
    let exit = if outcome.found_something {
        Exit::No
    } else {
        Exit::Done
    };
    if args.json {
        out.json(outcome.name, exit == Exit::Done, &outcome.data, &warnings);
    } else {
        out.report(&warnings);
        out.print(&outcome.text);
    }
    Ok(exit)
}

/// Runs a `runs` command.
pub(super) fn runs(command: &RunsCommand, out: &mut Out) -> Result<Exit, Failure> {
    match command {
        RunsCommand::List { root, json } => {
            let list = runs::list(root)?;
            if *json {
                out.json("runs.list", true, &to_value(&list), &[]);
            } else {
                out.print(&list_text(&list));
                let broken = broken_text(&list.broken);
                if !broken.is_empty() {
                    out.report(&[Diagnostic::warning(broken.trim_end())]);
                }
            }
        }
        RunsCommand::Show { run, root, json } => {
            let run = runs::show(&runs::find(root, run)?)?;
            if *json {
                out.json("runs.show", true, &to_value(&run), &[]);
            } else {
                out.print(&show_text(&run));
            }
        }
        RunsCommand::Compare { a, b, root, json } => {
            let comparison = compare(&runs::find(root, a)?, &runs::find(root, b)?)?;
            if *json {
                out.json("runs.compare", true, &to_value(&comparison), &[]);
            } else {
                out.print(&compare_text(&comparison));
            }
        }
    }
    Ok(Exit::Done)
}

/// Runs `report`.
pub(super) fn report(args: &ReportArgs, out: &mut Out) -> Result<Exit, Failure> {
    let folder = runs::find(&args.root, &args.run)?;
    let path = runs::write_report(&folder, args.out.as_deref())?;
    if args.json {
        out.json(
            "report",
            true,
            &json!({ "report": path.display().to_string() }),
            &[],
        );
    } else {
        out.line(path.display());
    }
    Ok(Exit::Done)
}

fn to_value(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).expect("plain numbers and texts")
}

impl From<RunsError> for Failure {
    fn from(error: RunsError) -> Self {
        Self::usage(error.to_string(), "rustybt runs list")
    }
}
