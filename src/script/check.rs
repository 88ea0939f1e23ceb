//! Findings before a run: what can be seen in a script's text without running it.
//!
//! Invariants: all findings of a script and of what it imports come at once, in order of file and
//! place; a rule reports only what it is sure of; nothing of the script is run. Rules are small
//! functions in `RULES`. Codes: `RBT001` syntax, `RBT002` remarks, `RBT1xx` names and calls, `RBT12x`
//! numbers.

/// Findings that a script's author allows.
mod allow;
/// Rules about calls: do they exist, do they take so many arguments, do they know the option.
mod calls;
/// What codes mean.
mod codes;
/// Findings that only follow from others.
mod echoes;
/// Edits that do away with a finding.
pub mod fix;
/// Rules about handlers.
mod handlers;
/// How much each rule matters to a project.
pub mod level;
/// Rules about names: of functions, of variables.
mod names;
/// Rules about numbers.
mod numbers;
/// A parsed file, ready to be looked at.
mod parsed;
/// What scripts can call.
mod surface;

pub use self::codes::{codes, explain};
pub use self::parsed::Role;
pub use self::surface::names as surface_names;

pub(in crate::script) use self::parsed::module_text;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rhai::Position;

use crate::script::check::parsed::{Parsed, read_all};
use crate::script::check::surface::Surface;
use crate::script::edit::Fix;
use crate::script::error::{Place, ScriptError, width_at};
use crate::script::modules::ReadModule;

/// How much a finding matters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Severity {
    /// The script will fail, or do something else than it says.
    Error,
    /// The script may do something else than was meant.
    Warning,
}

impl Severity {
    /// Returns `error` or `warning`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// Something that a rule found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// What it is, where, and what to do about it.
    pub error: ScriptError,
    /// Edits of the file at hand that do it, where only one thing can be meant.
    pub fix: Option<Fix>,
}

/// What a rule looks at: one file, and all that belongs to the script.
struct View<'a> {
    /// The file at hand.
    file: &'a Parsed,
    /// All files, the script itself first.
    all: &'a BTreeMap<String, Parsed>,
    surface: &'a Surface,
    /// Files that could not be parsed.
    broken: &'a BTreeSet<String>,
}

/// Where rules leave what they find.
#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn error(
        &mut self,
        file: &Parsed,
        code: &'static str,
        at: Position,
        message: String,
        hint: String,
    ) {
        self.add(Severity::Error, file, code, at, message, hint);
    }

    fn warning(
        &mut self,
        file: &Parsed,
        code: &'static str,
        at: Position,
        message: String,
        hint: String,
    ) {
        self.add(Severity::Warning, file, code, at, message, hint);
    }

    fn add(
        &mut self,
        severity: Severity,
        file: &Parsed,
        code: &'static str,
        at: Position,
        message: String,
        hint: String,
    ) {
        let error = ScriptError {
            code,
            message,
            place: place(&file.name, &file.text, at),
            hint,
            trace: Vec::new(),
        };
        self.0.push(Finding {
            severity,
            error,
            fix: None,
        });
    }
}

/// A rule: reads a file, leaves findings.
type Rule = fn(&View<'_>, &mut Findings);

/// All rules, in order of their codes.
const RULES: [Rule; 11] = [
    calls::unknown_functions,
    calls::wrong_numbers_of_arguments,
    calls::unknown_options,
    names::unknown_modules,
    names::unknown_variables,
    handlers::misspelt,
    handlers::wrong_parameters,
    handlers::none_at_all,
    handlers::unknown_scheduled,
    names::functions_like_the_api,
    numbers::integer_division,
];

/// Checks a script and every module that it imports. `file` is the name that findings know it by.
pub fn check(text: &str, file: &str, read_module: &ReadModule) -> Vec<Finding> {
    Checker::new().check(Role::Script, text, file, read_module)
}

/// Checks a file that others import: as [`check`], but that it needs no handler.
pub fn check_module(text: &str, file: &str, read_module: &ReadModule) -> Vec<Finding> {
    Checker::new().check(Role::Module, text, file, read_module)
}

/// Checks many texts: knows what scripts can call, and finds it out once.
pub struct Checker {
    surface: Surface,
}

impl Default for Checker {
    fn default() -> Self {
        Self::new()
    }
}

impl Checker {
    /// Finds out what scripts can call.
    pub fn new() -> Self {
        Self {
            surface: Surface::new(),
        }
    }

    /// Checks a file and every module that it imports.
    pub fn check(
        &self,
        role: Role,
        text: &str,
        file: &str,
        read_module: &ReadModule,
    ) -> Vec<Finding> {
        check_as(&self.surface, role, text, file, read_module)
    }
}

fn check_as(
    surface: &Surface,
    role: Role,
    text: &str,
    file: &str,
    read_module: &ReadModule,
) -> Vec<Finding> {
    let mut findings = Findings::default();
    let all = read_all(
        role,
        text,
        file,
        read_module,
        surface.engine(),
        &mut findings.0,
    );
    let broken = findings
        .0
        .iter()
        .map(|f| f.error.place.file.clone())
        .collect();
    for parsed in all.values() {
        let view = View {
            file: parsed,
            all: &all,
            surface,
            broken: &broken,
        };
        for rule in RULES {
            rule(&view, &mut findings);
        }
    }
    let mut found = findings.0;
    echoes::drop_handed(&mut found);
    for parsed in all.values() {
        echoes::open_comment(parsed, &mut found);
        echoes::drop_foreign(parsed, &mut found);
    }
    for parsed in all.values() {
        allow::apply(parsed, &mut found);
        fix::propose(parsed, surface, &mut found);
    }
    found.sort_by(|a, b| key(a, file).cmp(&key(b, file)));
    found.dedup();
    found
}

/// The script's own findings first, then by file, line, column and code.
fn key<'a>(finding: &'a Finding, main: &str) -> (bool, &'a str, usize, usize, &'static str) {
    let Place {
        file, line, column, ..
    } = &finding.error.place;
    (file != main, file, *line, *column, finding.error.code)
}

fn place(file: &str, text: &Arc<str>, at: Position) -> Place {
    let line = at.line().unwrap_or(1);
    let column = at.position().unwrap_or(1);
    let shown = text.lines().nth(line - 1).unwrap_or("").to_owned();
    Place {
        file: file.to_owned(),
        line,
        column,
        width: width_at(&shown, column),
        text: shown,
    }
}
