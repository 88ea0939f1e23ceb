//! Tests that scripts hold: functions named `test_*`, each run alone, and what they have at hand.
//!
//! Invariants: each test runs in a script that was loaded for it, so that none sees another; a test
//! passes unless it throws; what it prints is kept. Opens no files: the caller finds scripts and
//! their modules. Knows nothing of how results are shown.

/// A simulated world in which a test runs a strategy.
pub(super) mod sim;
/// The bars of a simulated world.
mod tape;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use rust_decimal::Decimal;

use crate::core::engine::desk::Note;
use crate::script::error::{Explainer, ScriptError, Texts, width_at};
use crate::script::host::{Host, Locks, Margin, ScriptStrategy, Setup, furnish};
use crate::script::modules::ReadModule;
use crate::script::sandbox::{Budget, Fuse};

/// A script's text, the name that errors know it by, and its modules.
#[derive(Clone)]
pub struct Source {
    /// The name.
    pub file: String,
    /// The text.
    pub text: Arc<str>,
    /// Reads the modules beside it.
    pub read_module: ReadModule,
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Source").field(&self.file).finish()
    }
}

/// Finds a strategy by the path that a test names; else says why not, with a line `hint: …`.
pub type FindScript = Rc<dyn Fn(&str) -> Result<Source, String>>;

/// A function of a script that is a test.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TestFunction {
    /// Its name, which begins with `test_`.
    pub name: String,
    /// The line that it begins on, from 1; 0 where that is not known.
    pub line: usize,
}

/// What came of a test.
#[derive(Clone, Debug)]
pub struct TestRun {
    /// The error that it failed with.
    pub outcome: Result<(), Box<ScriptError>>,
    /// The lines that the test and its strategies printed and logged.
    pub output: Vec<String>,
}

/// Runs tests of scripts.
#[derive(Clone)]
pub struct Runner {
    /// Finds the strategies that tests name.
    pub find: FindScript,
    /// The bounds of a test, and of each call of a strategy's handler in it.
    pub budget: Budget,
    /// The switch of a watchdog.
    pub fuse: Arc<Fuse>,
}

impl std::fmt::Debug for Runner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Runner")
            .field("budget", &self.budget)
            .finish_non_exhaustive()
    }
}

/// What a test has at hand; scripts that are no tests have none.
#[derive(Clone)]
pub(super) struct Bench {
    pub(super) runner: Runner,
    /// The script that holds the test.
    pub(super) own: Source,
    output: Rc<RefCell<Vec<String>>>,
}

impl std::fmt::Debug for Bench {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Bench").field(&self.own).finish()
    }
}

impl Bench {
    /// Keeps a line that was printed.
    pub(super) fn print(&self, line: &str) {
        self.output.borrow_mut().push(line.to_owned());
    }
}

/// Returns the tests of a script, in order of the file.
///
/// # Errors
/// When the text is no script.
pub fn tests_in(source: &Source) -> Result<Vec<TestFunction>, Box<ScriptError>> {
    let host = Rc::new(Host::vacant());
    let (engine, _registry) = furnish(&host, Budget::default(), &Arc::default());
    let ast = engine.compile(&*source.text).map_err(|error| {
        let texts = Texts::from([(source.file.clone(), Arc::clone(&source.text))]);
        Box::new(Explainer::of_texts(&texts, &source.file).explain_parse(&error, &source.file))
    })?;
    let mut tests: Vec<TestFunction> = ast
        .iter_functions()
        .filter(|function| function.name.starts_with("test_"))
        .map(|function| TestFunction {
            name: function.name.to_owned(),
            line: line_of(&source.text, function.name),
        })
        .collect();
    tests.sort_by(|a, b| (a.line, &a.name).cmp(&(b.line, &b.name)));
    tests.dedup_by(|a, b| a.name == b.name);
    Ok(tests)
}

/// Returns the line on which a function begins.
fn line_of(text: &str, name: &str) -> usize {
    let mut lines = text.lines();
    let found = lines.position(|line| {
        line.match_indices("fn ").any(|(at, word)| {
            let rest = line[at + word.len()..].trim_start();
            let column = line.len() - rest.len() + 1;
            rest.starts_with(name) && width_at(line, column) == name.chars().count()
        })
    });
    found.map_or(0, |at| at + 1)
}

impl Runner {
    /// Runs one test of a script.
    pub fn run(&self, source: &Source, test: &TestFunction) -> TestRun {
        let output = Rc::default();
        let bench = Bench {
            runner: self.clone(),
            own: source.clone(),
            output: Rc::clone(&output),
        };
        let outcome = self.run_at(source, test, bench).map_err(Box::new);
        let output = output.borrow().clone();
        TestRun { outcome, output }
    }

    #[expect(
        clippy::result_large_err,
        reason = "an error of a script ends a test; its size does not matter"
    )]
    fn run_at(
        &self,
        source: &Source,
        test: &TestFunction,
        bench: Bench,
    ) -> Result<(), ScriptError> {
        let setup = Setup {
            assets: Rc::new([]),
            params: std::collections::BTreeMap::new(),
            seed: 0,
            locks: Locks::default(),
            margin: Margin {
                initial: Decimal::ONE,
                maintenance: Decimal::ONE,
            },
            budget: self.budget,
            fuse: Arc::clone(&self.fuse),
            read_module: Rc::clone(&source.read_module),
            compiled: true,
        };
        let printed = bench.clone();
        let mut script = ScriptStrategy::load_with(&source.text, &source.file, setup, Some(bench))?;
        script.needs_no_parameters(&test.name)?;
        let mut desk = crate::core::engine::desk::Desk::vacant();
        let outcome = script.call_function(&test.name, &mut [], &mut desk);
        for note in desk.notes {
            if let Note::Log(level, text, fields) = note {
                let line = format!("{}: {text} {fields}", level.name());
                printed.print(line.trim_end());
            }
        }
        outcome.map(|_| ())
    }
}
