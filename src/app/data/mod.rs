//! `data`: imports, lists, shows, verifies and exports bars (R-DATA-2, R-DATA-5).
//!
//! Invariants: a command returns what it found and prints nothing; an import of several files stores
//! all of them or none. Knows nothing of terminals.

/// What can be typed.
pub mod args;
/// `data import`.
mod import;
/// `data list`, `show` and `export`.
mod list;
/// Columns of text.
mod text;
/// `data verify`.
mod verify;

use serde::Serialize;
use serde_json::Value;

pub use self::args::DataCommand;
use crate::shell::catalog::{DataError, DataWarning};

/// What a command found.
#[derive(Debug, Clone)]
pub struct DataOutcome {
    /// The command in the schema of its document: `data.import` and so on.
    pub name: &'static str,
    /// The document's `data`.
    pub data: Value,
    /// The same for a person.
    pub text: String,
    /// What was put right on the way in.
    pub warnings: Vec<DataWarning>,
    /// Whether the answer is "no": `verify` found something.
    pub found_something: bool,
}

impl DataOutcome {
    fn new(name: &'static str, data: &impl Serialize, text: String) -> Self {
        Self {
            name,
            data: serde_json::to_value(data).expect("plain texts and numbers"),
            text,
            warnings: Vec::new(),
            found_something: false,
        }
    }
}

/// Runs a `data` command.
///
/// # Errors
/// [`DataError`]; nothing was stored then.
pub fn run(command: &DataCommand) -> Result<DataOutcome, DataError> {
    match command {
        DataCommand::Import(args) => import::import(args),
        DataCommand::List(args) => list::list(args),
        DataCommand::Show(args) => list::show(args),
        DataCommand::Verify(args) => verify::verify(args),
        DataCommand::Export(args) => list::export(args),
    }
}
