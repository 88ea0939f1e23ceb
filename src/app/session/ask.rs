//! The commands that ask a running engine: `status`, `positions`, `orders`, `halt`, `resume`,
//! `flatten`, `stop`, `reload`, `state`.
//!
//! Invariants: they need the engine's socket and nothing else; where no engine runs, the exit code is 7.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::app::cli::args::operate::{Engine, OperateArgs};
use crate::app::cli::diagnostic::Diagnostic;
use crate::app::cli::exit::{Exit, Failure};
use crate::app::cli::out::Out;
use crate::app::session::answer::Request;
use crate::shell::control::{ControlError, ask};
use crate::shell::environment::variable;
use crate::shell::files::{exists, names};

/// Asks an engine and prints what it answers.
///
/// # Errors
/// When none runs, several do and none is named, or it refuses.
pub fn run(command: &str, args: &OperateArgs, out: &mut Out) -> Result<Exit, Failure> {
    let request = Request {
        command: command.to_owned(),
        operator: args
            .operator
            .clone()
            .or_else(|| variable("USER"))
            .unwrap_or_default(),
        reason: args.reason.clone().unwrap_or_default(),
        cancel_orders: args.cancel_orders,
        flatten: args.flatten,
    };
    if command == "flatten" && !args.yes {
        return Err(Failure::usage(
            "flatten halts, cancels every order and closes every position at the market",
            "rustybt flatten --yes",
        ));
    }
    let socket = socket_of(&args.engine)?;
    let request = serde_json::to_string(&request).unwrap_or_default();
    let answer = ask(&socket, &request).map_err(|error| of_control(&error))?;
    let answer: Value = serde_json::from_str(&answer).map_err(|error| {
        Failure::new(
            Exit::Internal,
            Diagnostic::error(format!("the engine's answer is not JSON: {error}")),
        )
    })?;
    if answer["ok"] != Value::Bool(true) {
        let what = answer["error"].as_str().unwrap_or("the engine refused");
        return Err(Failure::new(Exit::Refused, Diagnostic::error(what)));
    }
    let data = &answer["data"];
    if args.engine.json {
        out.json(command, true, data, &[]);
    } else {
        out.print(&shown(data));
    }
    Ok(Exit::Done)
}

/// Returns the socket of the engine that is meant: the named one, or the only one.
fn socket_of(engine: &Engine) -> Result<PathBuf, Failure> {
    let socket = |folder: &Path| folder.join("control.sock");
    if let Some(folder) = &engine.state_dir {
        return Ok(socket(folder));
    }
    let root = Path::new("state");
    if let Some(name) = &engine.name {
        return Ok(socket(&root.join(name)));
    }
    let there = names(root).unwrap_or_default();
    let mut sockets: Vec<PathBuf> = there
        .iter()
        .map(|name| socket(&root.join(name)))
        .filter(|path| exists(path))
        .collect();
    match (sockets.pop(), sockets.is_empty()) {
        (Some(only), true) => Ok(only),
        (None, _) => Err(not_running("no engine is running here")),
        (Some(_), false) => Err(Failure::usage(
            "several engines run here",
            format!("name one: {}", there.join(", ")),
        )),
    }
}

fn not_running(what: impl Into<String>) -> Failure {
    Failure::new(
        Exit::NotRunning,
        Diagnostic::error(what).hint("rustybt run --script scripts/momentum.rhai --mode paper"),
    )
}

fn of_control(error: &ControlError) -> Failure {
    match error {
        ControlError::NobodyThere(_) => not_running(error.to_string()),
        ControlError::Io { .. } => Failure::new(Exit::Broker, Diagnostic::error(error.to_string())),
    }
}

/// Returns data as lines for people: a name and a value each, rows of a list separated.
fn shown(data: &Value) -> String {
    let mut text = String::new();
    match data {
        Value::Array(rows) if rows.is_empty() => text.push_str("none\n"),
        Value::Array(rows) => {
            for row in rows {
                let cells: Vec<String> = row
                    .as_object()
                    .into_iter()
                    .flatten()
                    .filter(|(_, value)| !value.is_null())
                    .map(|(name, value)| format!("{name} {}", plain(value)))
                    .collect();
                text.push_str(&cells.join("  "));
                text.push('\n');
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                let _infallible = writeln!(text, "{:<16} {}", name.replace('_', " "), plain(value));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            text.push_str(&plain(data));
            text.push('\n');
        }
    }
    text
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "-".to_owned(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}
