//! The standard library against numpy, scipy and Python's calendar
//! (`tests/data/vectors/stdlib/SOURCES.md`), compiled and under Rhai's own evaluator.

use std::fmt::Write;
use std::fs;

use serde::Deserialize;

use crate::support::root;
use crate::support::script::{Sandbox, frame};

#[derive(Deserialize)]
struct Vectors {
    closes: std::collections::BTreeMap<String, Vec<f64>>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    call: String,
    value: f64,
    tolerance: f64,
}

/// How many cases one script holds: the budget of a handler's call bounds it.
const CASES_A_SCRIPT: usize = 100;

/// Returns a script that records each case on the last bar.
fn script(cases: &[Case], bars: usize) -> String {
    let mut text = String::new();
    for module in ["signals", "sizing", "portfolio", "risk", "stats", "dates"] {
        let _infallible = writeln!(text, "import \"std/{module}\" as {module};");
    }
    let _infallible = write!(
        text,
        "fn handle_data(context, data) {{
    let h = data.history(symbols(), \"close\", {bars}, \"1d\");
    let a = h[\"A\"];
    if !a.is_full {{ return; }}
    let b = h[\"B\"];
    let r = a.returns();
    let bars = data.history(\"A\", {bars}, \"1d\");
    let used = b.len + r.len + bars.len;
"
    );
    for (number, case) in cases.iter().enumerate() {
        let _infallible = writeln!(text, "    record(#{{ v{number}: {} }});", case.call);
    }
    text.push_str("}\n");
    text
}

fn vectors() -> Vectors {
    let path = root().join("tests/data/vectors/stdlib/vectors.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn every_figure_is_that_of_an_independent_program() {
    let Vectors { closes, cases } = vectors();
    let bars = closes.values().map(Vec::len).max().unwrap();
    let mut world = Sandbox::empty();
    for (symbol, closes) in &closes {
        world = world.with(symbol, closes);
    }
    assert!(cases.len() > 1_000, "the vectors are gone");
    for cases in cases.chunks(CASES_A_SCRIPT) {
        let text = script(cases, bars);
        for world in [world.clone(), world.clone().interpreted()] {
            let ran = world.run(&text);
            if let Some(error) = &ran.error {
                panic!("{}", frame(error));
            }
            assert_eq!(ran.records.len(), cases.len());
            for (case, row) in cases.iter().zip(&ran.records) {
                let found = row.values().next().copied().flatten();
                let found = found.unwrap_or(f64::NAN);
                let allowed = case.tolerance * case.value.abs().max(1.0);
                assert!(
                    (found - case.value).abs() <= allowed,
                    "{} is {found}, expected {}",
                    case.call,
                    case.value
                );
            }
        }
    }
}

/// What a module exports, with the words before it.
fn functions(text: &str) -> Vec<(String, bool)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if let Some(rest) = line.strip_prefix("fn ") {
            let name = rest.split('(').next().unwrap_or_default().to_owned();
            let documented = at > 0 && lines[at - 1].starts_with("/// ");
            found.push((name, documented));
        }
    }
    found
}

#[test]
fn every_function_is_documented_and_tested() {
    let mut tests =
        fs::read_to_string(root().join("tests/data/vectors/stdlib/vectors.json")).unwrap();
    for entry in fs::read_dir(root().join("tests/scripts/api")).unwrap() {
        tests.push_str(&fs::read_to_string(entry.unwrap().path()).unwrap());
    }
    let page = fs::read_to_string(root().join("docs/standard-library.md")).unwrap();
    let mut count = 0;
    for path in rustybt::script::stdlib::names() {
        let module = path.strip_prefix("std/").unwrap();
        let text = rustybt::script::stdlib::text(path).unwrap();
        assert!(
            text.starts_with("//! "),
            "{path} does not say what it is for"
        );
        for (name, documented) in functions(text) {
            count += 1;
            assert!(documented, "{path}: {name} has no words");
            assert!(page.contains(&format!("`{name}`")), "the page lacks {name}");
            assert!(
                tests.contains(&format!("{module}::{name}(")),
                "{path}: no test calls {name}"
            );
        }
    }
    assert!(count > 70, "{count} functions");
}

/// Buys on the first bar, so that it is held from the second on, and asks a module of its own that
/// imports two of the standard library.
const HOLDS: &str = r#"
import "lib/mine" as mine;

fn initialize(context) { context.bars = 0; set_commission(no_commission()); set_slippage(no_slippage()); }

fn handle_data(context, data) {
    context.bars += 1;
    if context.bars == 1 { order("A", 500); }
    record(mine::state(context));
}
"#;

const MINE: &str = r#"
import "std/risk" as risk;
import "std/portfolio" as portfolio;

fn overdue(context, limit) { if risk::is_overdue(context, "A", limit) { 1 } else { 0 } }

fn state(context) {
    #{
        days: risk::days_held(context, "A"),
        overdue: overdue(context, "3d"),
        off: portfolio::drift(context, #{ A: 0.75 }),
        other: portfolio::drift(context, #{ B: 0.1 }),
    }
}
"#;

#[test]
fn what_is_held_is_measured_from_its_fill_also_through_a_module_of_the_script() {
    let flat = [100.0; 6];
    let world = Sandbox::empty().with("A", &flat).with("B", &flat);
    let world = world.with_module("lib/mine", MINE);
    for world in [world.clone(), world.interpreted()] {
        let ran = world.run(HOLDS);
        if let Some(error) = &ran.error {
            panic!("{}", frame(error));
        }
        let column = |name: &str| -> Vec<f64> {
            let value = |row: &std::collections::BTreeMap<String, Option<f64>>| row[name].unwrap();
            ran.records.iter().map(value).collect()
        };
        // Sessions: Thursday and Friday, then Monday to Thursday. Filled in Friday's bar, which is
        // booked at its close, the instant at which the script is asked.
        assert_eq!(column("days"), [0.0, 0.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(column("overdue"), [0.0, 0.0, 1.0, 1.0, 1.0, 1.0]);
        assert_eq!(column("off"), [0.75, 0.25, 0.25, 0.25, 0.25, 0.25]);
        assert_eq!(column("other"), [0.1, 0.5, 0.5, 0.5, 0.5, 0.5]);
    }
}
