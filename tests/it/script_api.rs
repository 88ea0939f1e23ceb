//! Semantics of what scripts call, asserted by scripts: `tests/scripts/api/*.rhai`, each function
//! `test_*` on the last of ten bars.

use std::fs;

use crate::support::root;
use crate::support::script::{Ran, Sandbox, closes, frame};

/// What the scripts of tests assert with; it stands after them, so that their places are right.
const ASSERTIONS: &str = r#"
fn assert(holds, text) { if !holds { throw text; } }

fn assert_near(a, b, tolerance) {
    if a == () || (a - b).abs() > tolerance { throw `${a} is not ${b}`; }
}

fn failure(work) {
    try { work.call(); } catch (error) { return `${error}`; }
    return "";
}

fn fails(work) { failure(work) != "" }

fn same(series, list) {
    if series.len() != list.len() { return false; }
    for n in 0..list.len() { if series[n] != list[n] { return false; } }
    true
}
"#;

const MINE: &str = "
import \"lib/deep\" as deep;

const TEN = 10;
const WORDS = [\"a\", \"bcd\"];

fn times_ten(n) { n * TEN }
fn times_ten_by_helper(n) { times_ten(n) }
fn in_closure(list) { list.map(|n| n * TEN) }
fn root(n) { TEN.to_float() + WORDS[n].len() + WORDS.len() + #{ TEN: 1 }.TEN }
fn deeper(n) { deep::add_ten(n) }
";

/// Ten bars of AAPL and MSFT, eight of GOOG.
fn world() -> Sandbox {
    closes(&[
        100.0, 102.0, 101.0, 105.0, 107.0, 106.0, 110.0, 108.0, 112.0, 115.0,
    ])
    .with(
        "MSFT",
        &[50.0, 49.0, 51.0, 52.0, 50.0, 53.0, 55.0, 54.0, 56.0, 58.0],
    )
    .with(
        "GOOG",
        &[200.0, 201.0, 202.0, 203.0, 202.0, 201.0, 205.0, 204.0],
    )
    .with_module("lib/mine", MINE)
    .with_module(
        "lib/deep",
        "const TEN = 20;\nfn add_ten(n) { n + TEN.to_int() - 10 }",
    )
}

fn tests_in(text: &str) -> Vec<&str> {
    text.lines()
        .filter_map(|line| line.strip_prefix("fn test_")?.split('(').next())
        .collect()
}

/// Runs every test of a file; panics with all that failed.
fn check(file: &str) {
    let path = root().join(file);
    let text = fs::read_to_string(path).unwrap();
    let tests = tests_in(&text);
    assert!(!tests.is_empty(), "{file} has no tests");
    let mut failed = String::new();
    for test in tests {
        let ran = run_test(&text, test, file);
        if let Some(error) = ran.error {
            failed += &format!("{test}\n{}\n", frame(&error));
        }
        if !ran.log.iter().any(|line| line == "info ran") && failed.is_empty() {
            failed += &format!("{test} did not run\n");
        }
    }
    assert!(failed.is_empty(), "{file}:\n{failed}");
}

fn run_test(text: &str, test: &str, file: &str) -> Ran {
    let whole = format!(
        "{text}{ASSERTIONS}
fn handle_data(context, data) {{
    if data.history(\"AAPL\", \"close\", 10, \"1d\").is_full {{
        test_{test}(context, data);
        log_info(\"ran\");
    }}
}}"
    );
    world().named(file).run(&whole)
}

#[test]
fn numbers() {
    check("tests/scripts/api/numbers.rhai");
}

#[test]
fn series() {
    check("tests/scripts/api/series.rhai");
}

#[test]
fn time() {
    check("tests/scripts/api/time.rhai");
}

#[test]
fn language() {
    check("tests/scripts/api/language.rhai");
}

#[test]
fn portfolio() {
    check("tests/scripts/api/portfolio.rhai");
}
