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
    let text = fs::read_to_string(folder.join("kinds.rhai")).unwrap();
    let found = findings(&text, "kinds.rhai", &folder);
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
    for text in ["", "fn initialize(context) { }", "const A = 1;"] {
        let found = findings(text, "main.rhai", &root());
        let codes: Vec<&str> = found.iter().map(|f| f.error.code).collect();
        assert_eq!(codes, ["RBT107"], "{text}");
    }
    let test = "fn test_one() { }";
    assert!(findings(test, "tests.rhai", &root()).is_empty());
}

/// The `rhai` blocks of a document.
fn blocks(document: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = document.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("```rhai") {
            let inside = lines.by_ref().take_while(|line| *line != "```");
            blocks.push(inside.collect::<Vec<_>>().join("\n"));
        }
    }
    blocks
}

#[test]
fn nothing_is_found_in_the_documents_and_the_examples() {
    let mut documents = vec![root().join("README.md")];
    let mut waiting = vec![root().join("docs"), root().join("examples")];
    let mut scripts = Vec::new();
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension().and_then(|ending| ending.to_str()) {
                _ if path.is_dir() => waiting.push(path),
                Some("md") => documents.push(path),
                Some("rhai") => scripts.push(path),
                _ => {}
            }
        }
    }
    let mut all = String::new();
    for path in &scripts {
        let text = fs::read_to_string(path).unwrap();
        let is_module = path.parent().unwrap().ends_with("lib");
        let how = if is_module { check_module } else { check };
        // A module lies beside the script, or in the project.
        let beside = path.parent().unwrap();
        let (near, far) = (reader(beside), reader(beside.parent().unwrap()));
        let read: ReadModule = Rc::new(move |path| near(path).or_else(|| far(path)));
        all.push_str(&shown(&how(&text, &path.display().to_string(), &read)));
    }
    for path in &documents {
        for block in blocks(&fs::read_to_string(path).unwrap()) {
            // A piece of a script may leave the rest to the reader.
            let mut found = check_module(&block, &path.display().to_string(), &reader(&root()));
            found.retain(|finding| finding.error.code != "RBT105");
            all.push_str(&shown(&found));
        }
    }
    assert!(all.is_empty(), "{all}");
}

/// The code, line, column and width of a finding.
type Found = (&'static str, usize, usize, usize);

/// What stands in `handle_data` after five bars of set-up, and what is found there.
const CASES: [(&str, &[Found]); 26] = [
    // A field that another function sets under a name in brackets is there.
    ("record(#{ x: context.named });", &[]),
    ("record(#{ x: context.namd });", &[("RBT104", 6, 26, 4)]),
    ("context.n = context.n + 1;", &[]),
    // A map is indexed by strings, a position by assets.
    (
        "record(#{ x: context.map[context.asset] });",
        &[("RBT121", 6, 30, 13)],
    ),
    ("record(#{ x: context.map[context.asset.symbol] });", &[]),
    (
        "record(#{ x: context.portfolio.positions[context.asset].amount });",
        &[],
    ),
    // What is not known is not judged.
    (
        "let v = context.map.a; if v > 1 { order(context.asset, v); }",
        &[],
    ),
    ("let v = 1; v = \"a\"; if v > 1 { log_info(v); }", &[]),
    (
        "let v = 1; if v > \"a\" { log_info(v); }",
        &[("RBT121", 6, 19, 7)],
    ),
    ("let v = (); v = 2.0; if v > 1 { log_info(v); }", &[]),
    // Floats: zero and copies are compared for being equal, results of calculations are not.
    (
        "if data.current(context.asset, \"close\") == 5.5 { log_info(1); }",
        &[],
    ),
    (
        "let x = 1.1 * 3.0; if x == 3.3 { log_info(x); }",
        &[("RBT122", 6, 27, 8)],
    ),
    ("let x = 1.1 * 3.0; if x == 0.0 { log_info(x); }", &[]),
    ("let x = 2 * 3; if x == 6 { log_info(x); }", &[]),
    // What a function that is not known gives is not judged: here it alone is the fault.
    (
        "if same(data.history(context.asset, \"close\", 5, \"1d\"), 1) { log_info(1); }",
        &[("RBT101", 6, 8, 4)],
    ),
    (
        "if data.history(context.asset, \"close\", 5, \"1d\").argmax() == 4 { log_info(1); }",
        &[],
    ),
    // Options.
    (
        "order(context.asset, 1, #{ tif: \"GTC\", limit: () });",
        &[],
    ),
    (
        "order(context.asset, 1, #{ tif: \"gtd\" });",
        &[("RBT103", 6, 37, 5)],
    ),
    ("log_info(\"a\", #{ anything: 1 });", &[]),
    (
        "plot(\"a\", 1.0, #{ colour: \"red\" });",
        &[("RBT103", 6, 23, 6)],
    ),
    // Loops.
    ("for a in [1, 2] { order(context.asset, a); }", &[]),
    (
        "for a in [1, 2] { if a > 1 { order(context.asset, 1); } }",
        &[],
    ),
    (
        "for a in [1, 2] { order(context.asset, 1); log_info(a); }",
        &[("RBT140", 6, 23, 5)],
    ),
    (
        "loop { for a in [1] { log_info(a); break; } }",
        &[("RBT142", 6, 5, 4)],
    ),
    // Windows.
    (
        "record(#{ x: data.history(context.asset, \"close\", 15, \"1d\").rsi(14) });",
        &[],
    ),
    (
        "record(#{ x: data.history(context.asset, \"close\", 14, \"1d\").rsi(14) });",
        &[("RBT130", 6, 65, 3)],
    ),
];

#[test]
fn each_fault_is_found_at_its_place_and_each_near_miss_is_not() {
    for (line, expected) in CASES {
        let text = format!(
            "fn initialize(context) {{\n    context.asset = symbol(\"AAPL\"); context.map = #{{}}; context.n = 0;\n    \
             context[\"named\"] = 1;\n}}\nfn handle_data(context, data) {{\n    {line}\n}}\n"
        );
        let found: Vec<Found> = findings(&text, "main.rhai", &root())
            .iter()
            .map(|f| {
                let place = &f.error.place;
                (f.error.code, place.line, place.column, place.width)
            })
            .collect();
        assert_eq!(found, expected, "{line}");
    }
}

/// Whatever stands in a script that parses, the checks come to an end and answer.
#[test]
fn scripts_with_a_word_left_out_or_doubled_are_checked_without_a_panic() {
    let folder = root().join("tests/scripts/checked");
    let text = fs::read_to_string(folder.join("clean_rules.rhai")).unwrap();
    let words: Vec<&str> = text.split_inclusive([' ', '(', '.', ',', '\n']).collect();
    for at in (0..words.len()).step_by(29) {
        let (before, after) = words.split_at(at);
        let (before, rest) = (before.concat(), after[1..].concat());
        for changed in [
            format!("{before}{rest}"),
            format!("{before}{word}{word}{rest}", word = after[0]),
        ] {
            for finding in findings(&changed, "changed.rhai", &root()) {
                let place = finding.error.place;
                // What is missing at the end is missed on the line after the last.
                let lines = changed.lines().count() + 1;
                assert!((1..=lines).contains(&place.line), "{place:?}");
                assert!(place.width >= 1, "{place:?}");
            }
        }
    }
}
