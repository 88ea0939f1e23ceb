//! Scripts of one fault each: `check` finds it, at the place that the script itself marks, and finds
//! nothing else.
//!
//! A mark stands at the end of the faulty line: `//~ ERROR RBT103 column 34`; `//~^` speaks of the line
//! before, `//~v` of the one after.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use std::rc::Rc;

use rustybt::app::check::{check_file, diagnostic};
use rustybt::app::run::script::ScriptFile;
use rustybt::script::check::fix::fix;
use rustybt::script::check::level::Levels;
use rustybt::script::check::{Checker, Finding, Role, codes};
use rustybt::script::edit::difference;

use crate::support::root;

const FOLDER: &str = "tests/scripts/checked/faults";

/// A severity, a code, a line and a column.
type Told = (String, String, usize, usize);

fn scripts() -> Vec<ScriptFile> {
    let mut paths: Vec<PathBuf> = fs::read_dir(root().join(FOLDER))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "rhai"))
        .collect();
    paths.sort();
    let read = |path: &PathBuf| ScriptFile {
        path: PathBuf::from(path.file_name().unwrap()),
        text: fs::read_to_string(path).unwrap(),
    };
    paths.iter().map(read).collect()
}

/// Returns what the marks of a script say.
fn marked(text: &str) -> Vec<Told> {
    let mut told = Vec::new();
    for (line, shown) in (1..).zip(text.lines()) {
        for mark in shown.split("//~").skip(1) {
            let (line, mark) = match (mark.strip_prefix('^'), mark.strip_prefix('v')) {
                (Some(mark), _) => (line - 1, mark),
                (_, Some(mark)) => (line + 1, mark),
                _ => (line, mark),
            };
            let words: Vec<&str> = mark.split_whitespace().collect();
            let [severity, code, "column", column] = words[..] else {
                panic!("a mark is `//~ ERROR RBT103 column 34`, and not `{mark}`");
            };
            let severity = severity.to_lowercase();
            told.push((severity, code.to_owned(), line, column.parse().unwrap()));
        }
    }
    told.sort();
    told
}

fn found(findings: &[Finding]) -> Vec<Told> {
    let tell = |finding: &Finding| {
        let place = &finding.error.place;
        let severity = finding.severity.name().to_owned();
        let code = finding.error.code.to_owned();
        (severity, code, place.line, place.column)
    };
    let mut told: Vec<Told> = findings.iter().map(tell).collect();
    told.sort();
    told
}

/// Returns the group that a script's golden stands in.
fn group(name: &str, findings: &[Finding]) -> &'static str {
    for language in ["python", "pine", "javascript"] {
        if name.starts_with(language) {
            return language;
        }
    }
    match findings.first().map(|finding| finding.error.code) {
        Some("RBT001") => "syntax",
        Some("RBT002") => "remarks",
        _ => "rules",
    }
}

#[test]
fn every_fault_is_found_at_its_place_and_nothing_else_is() {
    let scripts = scripts();
    assert!(scripts.len() >= 60, "{}", scripts.len());
    let mut wrong = String::new();
    for script in &scripts {
        let (marked, found) = (marked(&script.text), found(&check_file(script)));
        assert!(!marked.is_empty(), "{} has no mark", script.name());
        if marked != found {
            let name = script.name();
            let _infallible = writeln!(wrong, "{name}: marked {marked:?}, found {found:?}");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_fault_is_told_with_its_line_what_to_do_and_the_edit_that_does_it() {
    let checker = Checker::new();
    let mut goldens: BTreeMap<&str, String> = BTreeMap::new();
    for script in scripts() {
        let name = script.name();
        let findings = check_file(&script);
        let golden = goldens.entry(group(&name, &findings)).or_default();
        let _infallible = writeln!(golden, "## {name}");
        for finding in &findings {
            golden.push_str(&diagnostic(finding).render(true));
        }
        let nothing = Rc::new(|_: &str| None) as _;
        let none = Levels::new();
        let fixed = fix(&checker, &none, Role::Script, &script.text, &name, &nothing);
        golden.push_str(&difference(&script.text, &fixed.text));
        golden.push('\n');
    }
    for (group, golden) in goldens {
        insta::assert_snapshot!(format!("faults_{group}"), golden);
    }
}

#[test]
fn what_is_fixed_stays_fixed_and_is_no_worse() {
    let checker = Checker::new();
    let levels = Levels::new();
    let nothing = Rc::new(|_: &str| None) as _;
    let mut mended = 0;
    for script in scripts() {
        let name = script.name();
        let run = |text: &str| fix(&checker, &levels, Role::Script, text, &name, &nothing);
        let fixed = run(&script.text);
        let again = run(&fixed.text);
        assert_eq!(again.text, fixed.text, "{name}");
        assert_eq!(again.made, [], "{name}");
        mended += usize::from(fixed.left.is_empty());
    }
    assert!(mended >= 35, "{mended}");
}

#[test]
fn every_rule_has_a_script_with_its_fault() {
    let marked: Vec<String> = scripts()
        .iter()
        .flat_map(|script| marked(&script.text))
        .map(|(_, code, ..)| code)
        .collect();
    // What only a run can tell begins with RBT3; operators between kinds are told by a run too.
    let of_check = codes()
        .map(|(code, _)| code)
        .filter(|code| !code.starts_with("RBT3"));
    let missing: Vec<&str> = of_check
        .filter(|code| *code != "RBT121" && !marked.iter().any(|marked| marked == code))
        .collect();
    assert_eq!(missing, [""; 0]);
}
