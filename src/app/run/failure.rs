//! What stops a run, as diagnostics with exit codes.

use serde_json::{Value, json};

use crate::app::cli::diagnostic::{Diagnostic, Place};
use crate::app::cli::exit::{Exit, Failure};
use crate::app::config::Config;
use crate::app::config::value::nearest;
use crate::app::run::market::MarketDataError;
use crate::app::run::simulate::RunError;
use crate::script::error::{Place as ScriptPlace, ScriptError};
use crate::script::host::ScriptStrategy;
use crate::shell::catalog::DataError;

/// Tells an error of a script; `when` is the handler and instant at which it happened.
pub fn of_script(error: &ScriptError, when: Option<String>) -> Failure {
    Failure::new(Exit::Script, diagnostic_of(error, when))
}

/// Tells why a script does not load. A parameter's value that came from outside and does not suit the
/// script is a mistake of usage, not of the script.
pub fn of_load(error: &ScriptError, config: &Config) -> Failure {
    let is_about = |name: &&String| {
        let rest = error.message.strip_prefix(&format!("parameter `{name}`: "));
        rest.is_some_and(|rest| !rest.starts_with("the default "))
    };
    match config.strategy.params.keys().find(is_about) {
        Some(name) => {
            let origin = config.origin(&format!("strategy.params.{name}"));
            let diagnostic = diagnostic_of(error, Some(format!("set by {origin}")));
            Failure::new(Exit::Usage, diagnostic)
        }
        None => of_script(error, None),
    }
}

/// Returns an error of a script as a diagnostic.
pub fn diagnostic_of(error: &ScriptError, when: Option<String>) -> Diagnostic {
    let mut diagnostic = Diagnostic::error(&error.message).code(error.code);
    if let Some(place) = place_of(&error.place) {
        diagnostic = diagnostic.place(place);
    }
    if !error.hint.is_empty() {
        diagnostic = diagnostic.hint(&error.hint);
    }
    let details = &error.details;
    if !details.values.is_empty() {
        let values = details.values.iter();
        let values: Vec<String> = values
            .map(|(name, value)| format!("{name} = {value}"))
            .collect();
        diagnostic = diagnostic.note(values.join(", "));
    }
    if let Some((left, right)) = &details.sides {
        diagnostic = diagnostic
            .note(format!("left: {left}"))
            .note(format!("right: {right}"));
    }
    for called in &error.trace {
        diagnostic = diagnostic.note(format!(
            "in `{}`, called from {}:{}:{}",
            called.function, called.from.file, called.from.line, called.from.column
        ));
    }
    if let Some(when) = when {
        diagnostic = diagnostic.note(when);
    }
    diagnostic.facts = facts_of(error);
    diagnostic
}

/// Returns what a program may want to know of an error besides its place and words.
fn facts_of(error: &ScriptError) -> serde_json::Map<String, Value> {
    let details = &error.details;
    let mut facts = serde_json::Map::new();
    if !details.handler.is_empty() {
        facts.insert("handler".into(), details.handler.as_str().into());
        facts.insert("bar_time".into(), details.bar_time.as_str().into());
        facts.insert("assets".into(), details.assets.clone().into());
    }
    if !details.values.is_empty() {
        let values = details.values.iter();
        let values: serde_json::Map<String, Value> = values
            .map(|(name, value)| (name.clone(), value.as_str().into()))
            .collect();
        facts.insert("values".into(), values.into());
    }
    if let Some((left, right)) = &details.sides {
        facts.insert("sides".into(), json!({ "left": left, "right": right }));
    }
    if !error.trace.is_empty() {
        let calls = error.trace.iter().map(|called| {
            json!({
                "function": called.function,
                "file": called.from.file,
                "line": called.from.line,
                "column": called.from.column,
            })
        });
        facts.insert("trace".into(), calls.collect());
    }
    facts
}

fn place_of(place: &ScriptPlace) -> Option<Place> {
    if place.file.is_empty() {
        return None;
    }
    if place.line == 0 {
        return Some(Place::named(&place.file));
    }
    let column = place.column.max(1);
    let mut shown = Place::at(&place.file, place.line, column, column + place.width);
    if !place.text.is_empty() {
        shown.source = Some(crate::app::cli::diagnostic::SourceLines {
            first: place.line,
            text: place.text.clone(),
        });
    }
    Some(shown)
}

/// Tells why a run ended early.
pub fn of_run(error: &RunError) -> Failure {
    match error {
        RunError::Script { handler, error, at } => {
            let assets = &error.details.assets;
            let about = if assets.is_empty() {
                String::new()
            } else {
                format!(", on {}", assets.join(", "))
            };
            of_script(error, Some(format!("in {handler} at {at}{about}")))
        }
        RunError::Strategy(text) => Failure::new(Exit::Script, Diagnostic::error(text)),
        RunError::World(error) => Failure::new(
            Exit::Script,
            Diagnostic::error(error.to_string())
                .hint("place no order in answer to an order's own rejection or cancellation"),
        ),
    }
}

/// Tells why data cannot be used.
pub fn of_data(error: &MarketDataError) -> Failure {
    let diagnostic = match error {
        MarketDataError::Data(error) => of_data_error(error),
        MarketDataError::Calendar(error) => {
            return Failure::usage(error.to_string(), "rustybt backtest --help");
        }
        MarketDataError::NoBars { .. } => {
            Diagnostic::error(error.to_string()).hint("choose --start and --end within the data")
        }
        MarketDataError::Benchmark(_) => {
            Diagnostic::error(error.to_string()).hint("name one of the assets with --benchmark")
        }
    };
    Failure::new(Exit::Data, diagnostic)
}

/// Returns an error of the catalog as a diagnostic.
pub fn of_data_error(error: &DataError) -> Diagnostic {
    let file = error.file().display().to_string();
    let mut diagnostic = Diagnostic::error(error.rule().to_string());
    if !file.is_empty() {
        let line = error.line().and_then(|line| usize::try_from(line).ok());
        let place = match (line, error.cell()) {
            (Some(line), Some((from, to))) => Place::at(&file, line, from, to),
            (Some(line), None) => Place::at(&file, line, 1, 2),
            (None, _) => Place::named(&file),
        };
        let source = line.zip(error.source_line());
        diagnostic = diagnostic.place(Place {
            source: source.map(|(first, text)| crate::app::cli::diagnostic::SourceLines {
                first,
                text: text.to_owned(),
            }),
            ..place
        });
    }
    if let Some(column) = error.column() {
        diagnostic = diagnostic.label(format!("column {column}"));
    }
    if let Some(hint) = error.hint() {
        diagnostic = diagnostic.hint(hint);
    }
    diagnostic
}

/// Tells that parameters were set which the script does not declare.
pub fn of_unknown_params(strategy: &ScriptStrategy) -> Failure {
    let declared: Vec<String> = strategy
        .params()
        .into_iter()
        .map(|param| param.name)
        .collect();
    let unknown = strategy.unknown_params();
    let diagnostics = unknown.iter().map(|name| {
        let hint = match nearest(name, declared.iter().map(String::as_str)) {
            Some(near) => format!("did you mean --param {near}=…?"),
            None if declared.is_empty() => "the script declares no parameters".to_owned(),
            None => format!("the script declares {}", declared.join(", ")),
        };
        Diagnostic::error(format!("the script has no parameter `{name}`")).hint(hint)
    });
    Failure {
        exit: Exit::Usage,
        diagnostics: diagnostics.collect(),
    }
}
