//! `test`: runs the functions `test_*` of scripts and tells of them as `cargo test` does.
//!
//! Invariants: tests run one after another in the order of their files; a file that is no script
//! keeps all of them from running; what a test names lies in the project.

/// Which files, and where the strategies lie that they name.
mod find;

use std::sync::Arc;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};

use crate::app::cli::args::project::TestArgs;
use crate::app::cli::diagnostic::{Diagnostic, escape};
use crate::app::cli::exit::{Exit, Failure};
use crate::app::cli::out::Out;
use crate::app::run::failure::diagnostic_of;
use crate::app::run::script::watched;
use crate::script::sandbox::Budget;
use crate::script::testing::{Runner, Source, TestFunction, TestRun, tests_in};
use crate::shell::clock::Stopwatch;

/// How long one call may take: a test, or a handler in it.
const CALL_LIMIT: Duration = Duration::from_secs(30);

/// A test with its file.
struct Test {
    /// `file::function`.
    name: String,
    source: Source,
    folders: Vec<std::path::PathBuf>,
    function: TestFunction,
}

/// Runs the command: exit 0 where all pass, 1 where one fails.
///
/// # Errors
/// When there are no tests, or a file cannot be read or is no script.
pub fn run(args: &TestArgs, out: &mut Out) -> Result<Exit, Failure> {
    let files = find::files(args)?;
    let all = tests_of(&files)?;
    if all.is_empty() {
        return Err(none_found(&files));
    }
    let count = all.len();
    let filter = args.filter.as_deref().unwrap_or("");
    let chosen: Vec<Test> = all
        .into_iter()
        .filter(|test| test.name.contains(filter))
        .collect();
    let filtered_out = count - chosen.len();
    if args.list {
        list(&chosen, args.json, out);
        return Ok(Exit::Done);
    }
    let watch = Stopwatch::start();
    let done = run_all(chosen, args, out);
    let failed = done.iter().filter(|(_, ran)| ran.outcome.is_err()).count();
    if args.json {
        tell_json(&done, filtered_out, out);
    } else {
        tell_failures(&done, args.nocapture, out);
        let word = if failed == 0 {
            good("ok")
        } else {
            bad("FAILED")
        };
        out.line(format_args!(
            "test result: {word}. {} passed; {failed} failed; {filtered_out} filtered out; finished in {:.2}s",
            done.len() - failed,
            watch.elapsed().as_secs_f64()
        ));
    }
    Ok(if failed == 0 { Exit::Done } else { Exit::No })
}

/// Finds the tests of all files.
fn tests_of(files: &[find::File]) -> Result<Vec<Test>, Failure> {
    let mut tests = Vec::new();
    let mut broken = Vec::new();
    for file in files {
        let source = file.source();
        match tests_in(&source) {
            Ok(functions) => tests.extend(functions.into_iter().map(|function| Test {
                name: format!("{}::{}", file.name, function.name),
                source: source.clone(),
                folders: file.folders.clone(),
                function,
            })),
            Err(error) => broken.push(diagnostic_of(&error, None)),
        }
    }
    if broken.is_empty() {
        return Ok(tests);
    }
    Err(Failure {
        exit: Exit::Script,
        diagnostics: broken,
    })
}

fn none_found(files: &[find::File]) -> Failure {
    let places = match files {
        [] => "there is no script here".to_owned(),
        [one] => format!("{} has no test", one.script.name()),
        _ => format!("none of {} scripts has a test", files.len()),
    };
    Failure::usage(
        places,
        "a test is a function fn test_…() of a script, or of a file in tests/",
    )
}

fn list(tests: &[Test], as_json: bool, out: &mut Out) {
    if as_json {
        let entries = tests.iter().map(|test| {
            json!({ "name": test.name, "file": test.source.file, "line": test.function.line })
        });
        let data = json!({ "tests": entries.collect::<Vec<_>>() });
        out.json("test", true, &data, &[]);
        return;
    }
    for test in tests {
        out.line(format_args!("{}: test", escape(&test.name)));
    }
    out.line(format_args!("\n{}", counted(tests.len())));
}

fn counted(count: usize) -> String {
    format!("{count} test{}", if count == 1 { "" } else { "s" })
}

fn run_all(tests: Vec<Test>, args: &TestArgs, out: &mut Out) -> Vec<(Test, TestRun)> {
    let (fuse, _watchdog) = watched(CALL_LIMIT);
    if !args.json {
        out.line(format_args!("running {}", counted(tests.len())));
    }
    let mut done = Vec::new();
    for test in tests {
        let runner = Runner {
            find: find::strategies(&test.folders),
            budget: Budget::default(),
            fuse: Arc::clone(&fuse),
        };
        let ran = runner.run(&test.source, &test.function);
        if !args.json {
            if args.nocapture {
                for line in &ran.output {
                    out.line(escape(line));
                }
            }
            let word = if ran.outcome.is_ok() {
                good("ok")
            } else {
                bad("FAILED")
            };
            out.line(format_args!("test {} ... {word}", escape(&test.name)));
        }
        done.push((test, ran));
    }
    if !args.json {
        out.line("");
    }
    done
}

fn tell_failures(done: &[(Test, TestRun)], printed: bool, out: &mut Out) {
    let failed = || {
        done.iter()
            .filter_map(|(test, ran)| Some((test, ran, ran.outcome.as_ref().err()?)))
    };
    if failed().next().is_none() {
        return;
    }
    out.line("failures:\n");
    for (test, ran, error) in failed() {
        out.line(format_args!("---- {} ----", escape(&test.name)));
        if !printed {
            for line in &ran.output {
                out.line(escape(line));
            }
        }
        out.line(diagnostic_of(error, None).render(false));
    }
    out.line("failures:");
    for (test, ..) in failed() {
        out.line(format_args!("    {}", escape(&test.name)));
    }
    out.line("");
}

fn tell_json(done: &[(Test, TestRun)], filtered_out: usize, out: &mut Out) {
    let diagnostics: Vec<Diagnostic> = done
        .iter()
        .filter_map(|(_, ran)| ran.outcome.as_ref().err())
        .map(|error| diagnostic_of(error, None))
        .collect();
    let entries: Vec<Value> = done
        .iter()
        .map(|(test, ran)| {
            let error = ran.outcome.as_ref().err();
            json!({
                "name": test.name,
                "file": test.source.file,
                "line": test.function.line,
                "passed": error.is_none(),
                "output": ran.output,
                "error": error.map(|error| diagnostic_of(error, None).to_json()),
            })
        })
        .collect();
    let failed = diagnostics.len();
    let data = json!({
        "tests": entries,
        "passed": done.len() - failed,
        "failed": failed,
        "filtered_out": filtered_out,
    });
    out.json("test", failed == 0, &data, &diagnostics);
}

fn good(word: &str) -> String {
    styled(word, AnsiColor::Green)
}

fn bad(word: &str) -> String {
    styled(word, AnsiColor::Red)
}

fn styled(word: &str, color: AnsiColor) -> String {
    let style = Style::new().fg_color(Some(color.into()));
    format!("{style}{word}{style:#}")
}
