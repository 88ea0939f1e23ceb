//! What can be seen in a script without running it.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rustybt::script::check::{Finding, check, check_module};
use rustybt::script::modules::ReadModule;

use crate::script_api::ASSERTIONS;
use crate::support::root;
use crate::support::script::frame;

fn findings(text: &str, name: &str, folder: &Path) -> Vec<Finding> {
    check(text, name, &reader(folder))
}

fn reader(folder: &Path) -> ReadModule {
    let folder = folder.to_owned();
    Rc::new(move |path| {
        let text = fs::read_to_string(folder.join(format!("{path}.rhai"))).ok()?;
        Some(text.into())
    })
}

fn shown(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        let _infallible = writeln!(
            text,
            "{} {}",
            finding.severity.name(),
            frame(&finding.error)
        );
    }
    text
}

fn scripts_in(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found: Vec<(PathBuf, String)> = fs::read_dir(root().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "rhai"))
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            (path, text)
        })
        .collect();
    found.sort();
    assert!(!found.is_empty(), "{folder} has no scripts");
    found
}

#[test]
fn one_file_shows_all_its_faults_at_once_in_order() {
    let folder = root().join("tests/scripts/checked");
    let text = fs::read_to_string(folder.join("many.rhai")).unwrap();
    let found = findings(&text, "many.rhai", &folder);
    insta::assert_snapshot!(shown(&found));
}

#[test]
fn nothing_is_found_where_nothing_is_wrong() {
    let folders = ["scripts", "tests/scripts", "src/app/new/templates"];
    let mut all = String::new();
    for (path, text) in folders.into_iter().flat_map(scripts_in) {
        let found = findings(&text, &path.display().to_string(), path.parent().unwrap());
        all.push_str(&shown(&found));
    }
    assert!(all.is_empty(), "{all}");
    for name in ["clean.rhai", "clean_rules.rhai"] {
        let text = fs::read_to_string(root().join("tests/scripts/checked").join(name)).unwrap();
        let found = findings(&text, name, &root());
        assert!(found.is_empty(), "{}", shown(&found));
    }
    for (path, text) in scripts_in("stdlib") {
        let found = check_module(&text, &path.display().to_string(), &reader(&root()));
        assert!(found.is_empty(), "{}", shown(&found));
    }
}

#[test]
fn faulty_scripts_are_found_out_where_their_text_shows_it() {
    let folder = root().join("tests/scripts/faulty");
    let mut text = String::new();
    for (path, script) in scripts_in("tests/scripts/faulty") {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let found = findings(&script, &name, &folder);
        if found.is_empty() {
            continue;
        }
        let lines: Vec<String> = found
            .iter()
            .map(|f| format!("{} {}", f.error.code, f.error))
            .collect();
        let _infallible = writeln!(text, "{}", lines.join("\n"));
    }
    insta::assert_snapshot!(text);
}

/// The scripts that test the API do on purpose what must fail: that is found, and nothing else.
#[test]
fn what_the_tests_of_the_api_do_wrong_on_purpose_is_found_and_nothing_else() {
    let mut text = String::new();
    for (path, script) in scripts_in("tests/scripts/api") {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let lines = script.lines().count();
        for finding in findings(&(script + ASSERTIONS), &name, &root()) {
            let place = &finding.error.place;
            let is_of_the_assertions = place.line > lines || finding.error.code == "RBT105";
            if !is_of_the_assertions {
                let _infallible = writeln!(text, "{} {}", finding.error.code, finding.error);
            }
        }
    }
    insta::assert_snapshot!(text);
}

#[test]
fn faults_of_imported_modules_are_found_with_their_own_places() {
    let text = "import \"lib/unfinished\" as unfinished;\n\nfn handle_data(context, data) { }\n";
    let found = findings(text, "main.rhai", &root().join("tests/scripts/faulty"));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].error.place.file, "lib/unfinished");
    assert_eq!(found[0].error.code, "RBT001");
}

#[test]
fn an_empty_script_and_one_without_handlers_would_never_run() {
    for text in ["", "fn initialize(context) { }", "const _A = 1;"] {
        let found = findings(text, "main.rhai", &root());
        let codes: Vec<&str> = found.iter().map(|f| f.error.code).collect();
        assert_eq!(codes, ["RBT107"], "{text}");
    }
    let test = "fn test_one() { }";
    assert!(findings(test, "tests.rhai", &root()).is_empty());
}
