//! Findings before a run: what can be seen in a script's text without running it.
//!
//! Invariants: all findings of a script and of what it imports come at once, in order of file and
//! place; a rule reports only what it is sure of; nothing of the script is run. Rules are small
//! functions in `RULES`. Codes: `RBT001` syntax, `RBT002` remarks, `RBT1xx` names and calls, `RBT12x`
//! numbers.

/// Findings that a script's author allows.
mod allow;
/// Rules about the kinds of arguments.
mod arguments;
/// Rules about calls: do they exist, do they take so many arguments, do they know the option.
mod calls;
/// Chains of fields, methods and indices.
mod chain;
/// What codes mean.
mod codes;
/// Rules about comparisons and conditions.
mod compare;
/// Findings that only follow from others.
mod echoes;
/// Rules about fields.
mod fields;
/// Edits that do away with a finding.
pub mod fix;
/// Names of other systems.
mod foreign;
/// Rules about handlers.
mod handlers;
/// Rules about history and time.
mod history;
/// What kind of value an expression has.
mod infer;
/// Kinds of values.
mod kind;
/// How much each rule matters to a project.
pub mod level;
/// Rules about loops.
mod loops;
/// Rules about names: of functions, of variables.
mod names;
/// Rules about numbers.
mod numbers;
/// Rules about maps of options.
mod options;
/// Rules about parameters.
mod parameters;
/// A parsed file, ready to be looked at.
mod parsed;
/// Rules about what may be done when.
mod phases;
/// How far an expression reaches.
mod span;
/// Rules about what a script keeps.
mod state;
/// What scripts can call.
mod surface;
/// Rules about what is never used.
mod unused;

pub use self::codes::{Meaning, codes, explain, meanings};
pub use self::parsed::Role;
pub use self::surface::names as surface_names;

pub(in crate::script) use self::parsed::module_text;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rhai::Expr;

use crate::script::check::infer::Kinds;
use crate::script::check::kind::Value;
use crate::script::check::parsed::{Function, Parsed, read_all};
use crate::script::check::span::Spot;
use crate::script::check::surface::Surface;
use crate::script::edit::Fix;
use crate::script::error::{Details, Place, ScriptError, width_at};
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
    kinds: &'a Kinds<'a>,
    /// Files that could not be parsed.
    broken: &'a BTreeSet<String>,
}

impl View<'_> {
    /// What is known of an expression.
    fn value(&self, function: &Function, expr: &Expr) -> Value {
        self.kinds.of(self.file, function, expr)
    }
}

/// Where rules leave what they find.
#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn error(
        &mut self,
        file: &Parsed,
        code: &'static str,
        at: impl Into<Spot>,
        message: String,
        hint: String,
    ) {
        self.add(Severity::Error, file, code, at, message, hint);
    }

    fn warning(
        &mut self,
        file: &Parsed,
        code: &'static str,
        at: impl Into<Spot>,
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
        at: impl Into<Spot>,
        message: String,
        hint: String,
    ) {
        let error = ScriptError {
            code,
            message,
            place: place(&file.name, &file.text, at.into()),
            hint,
            trace: Vec::new(),
            details: Details::default(),
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
const RULES: [Rule; 27] = [
    arguments::wrong_kinds,
    calls::unknown_functions,
    calls::wrong_numbers_of_arguments,
    options::unknown_options,
    names::unknown_modules,
    names::unknown_variables,
    fields::unknown_fields,
    unused::unused,
    handlers::misspelt,
    handlers::wrong_parameters,
    handlers::none_at_all,
    handlers::unknown_scheduled,
    names::functions_like_the_api,
    state::functions_in_context,
    state::changed_parameters,
    phases::wrong_phase,
    numbers::integer_division,
    compare::unlike_kinds,
    compare::equal_floats,
    compare::odd_answers,
    history::short_history,
    history::look_ahead,
    history::clocks,
    loops::repeated_orders,
    loops::endless_loops,
    parameters::odd_parameters,
    foreign::foreign_names,
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
    /// Functions that a configuration calls.
    triggers: BTreeSet<String>,
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
            triggers: BTreeSet::new(),
        }
    }

    /// Says which functions of a strategy are called from outside, by triggers of a configuration.
    #[must_use]
    pub fn with_triggers(mut self, functions: impl IntoIterator<Item = String>) -> Self {
        self.triggers = functions.into_iter().collect();
        self
    }

    /// Checks a file and every module that it imports.
    pub fn check(
        &self,
        role: Role,
        text: &str,
        file: &str,
        read_module: &ReadModule,
    ) -> Vec<Finding> {
        check_as(self, role, text, file, read_module)
    }
}

fn check_as(
    checker: &Checker,
    role: Role,
    text: &str,
    file: &str,
    read_module: &ReadModule,
) -> Vec<Finding> {
    let surface = &checker.surface;
    let mut findings = Findings::default();
    let mut all = read_all(
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
    if let Some(main) = all.get_mut(file) {
        let there = |name: &&String| main.function(name).is_some();
        let triggered: Vec<String> = checker.triggers.iter().filter(there).cloned().collect();
        main.scheduled.extend(triggered);
    }
    let kinds = Kinds::infer(surface, &mut all);
    for parsed in all.values() {
        let view = View {
            file: parsed,
            all: &all,
            surface,
            kinds: &kinds,
            broken: &broken,
        };
        for rule in RULES {
            rule(&view, &mut findings);
        }
    }
    let mut found = findings.0;
    echoes::drop_told(&mut found);
    echoes::drop_meant(&mut found);
    // Where nothing runs, nothing is used either.
    if found.iter().any(|f| f.error.code == "RBT107") {
        found.retain(|f| f.error.code != "RBT105" || f.error.place.file != file);
    }
    for parsed in all.values() {
        echoes::open_comment(parsed, &mut found);
    }
    for parsed in all.values() {
        allow::apply(parsed, &mut found);
        fix::propose(parsed, surface, &mut found);
    }
    found.sort_by(|a, b| key(a, file).cmp(&key(b, file)));
    // The first rule that says something of a place knows most about it.
    found.dedup_by(|a, b| a.error.code == b.error.code && a.error.place == b.error.place);
    found
}

/// The script's own findings first, then by file, line, column and code.
fn key<'a>(finding: &'a Finding, main: &str) -> (bool, &'a str, usize, usize, &'static str) {
    let Place {
        file, line, column, ..
    } = &finding.error.place;
    (file != main, file, *line, *column, finding.error.code)
}

fn place(file: &str, text: &Arc<str>, spot: Spot) -> Place {
    let at = spot.at;
    let line = at.line().unwrap_or(1);
    let column = at.position().unwrap_or(1);
    let shown = text.lines().nth(line - 1).unwrap_or("").to_owned();
    Place {
        file: file.to_owned(),
        line,
        column,
        width: spot.width.unwrap_or_else(|| width_at(&shown, column)),
        text: shown,
    }
}
