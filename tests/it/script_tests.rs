//! `test` as a person starts it.

use std::fs;

use crate::support::{Folder, Ran, root};

/// Makes the project whose tests all pass.
fn project() -> Folder {
    let folder = Folder::new();
    for file in ["strategies/cross.rhai", "tests/worlds.rhai"] {
        let text = fs::read(root().join("tests/scripts/tested").join(file)).unwrap();
        folder.write(file, text);
    }
    folder
}

fn with(text: &str) -> Folder {
    let folder = Folder::new();
    folder.write("tests/one.rhai", text);
    folder
}

/// Returns everything, but for how long it took.
fn shown(ran: &Ran) -> String {
    let all = ran.all();
    let lines = all.lines().map(|line| {
        line.split_once("; finished in ")
            .map_or(line, |(before, _)| before)
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_tests_of_a_project_pass() {
    let ran = project().rustybt(&["test"]);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    insta::assert_snapshot!(shown(&ran));
}

const FAILING: &str = r#"
fn handle_data(context, data) {
    log_info("day");
    let price = data.current("AAPL", "close");
    if price > 10 { price.no_such_thing(); }
}

fn check(n) {
    assert_eq(n, 2, "the number of days");
}

fn test_that_passes() { assert(true); }

fn test_of_a_helper() {
    print("printed");
    check(1 + 2);
}

fn test_of_a_failing_strategy() {
    let sim = sim_context();
    sim.bars("AAPL", [10, 11]);
    sim.run();
}

fn test_of_conditions() { assert(1 > 2, "one is small"); }

fn test_of_tolerance() { assert_near(1.0, 1.1, 0.01); }

fn test_that_nothing_throws() { assert_throws(|| 1 + 1); }

fn test_of_words() { assert_throws(|| throw "up", "down"); }

fn test_with_parameters(context) { }
"#;

#[test]
fn failures_show_where_and_both_sides() {
    let ran = with(FAILING).rustybt(&["test"]);
    assert_eq!(ran.code, Some(1));
    insta::assert_snapshot!(shown(&ran));
}

#[test]
fn a_filter_chooses_by_name() {
    let ran = with(FAILING).rustybt(&["test", "--filter", "one::test_that_p"]);
    assert_eq!(ran.code, Some(0));
    insta::assert_snapshot!(shown(&ran));
    let none = with(FAILING).rustybt(&["test", "--filter", "nothing like this"]);
    assert_eq!(none.code, Some(0));
    assert!(none.stdout.contains("0 passed; 0 failed; 8 filtered out"));
}

#[test]
fn tests_are_listed_and_none_is_run() {
    let folder = project();
    let ran = folder.rustybt(&["test", "--list", "strategies/cross.rhai"]);
    insta::assert_snapshot!(shown(&ran));
    let listed = folder
        .rustybt(&["test", "--list", "--json", "tests"])
        .json();
    assert_eq!(
        listed["data"]["tests"][0]["name"],
        "worlds::test_intraday_bars_follow_each_other"
    );
    assert_eq!(listed["data"]["tests"][0]["line"], 13);
}

#[test]
fn passing_tests_are_silent_unless_asked() {
    let folder = with("fn test_a() { print(\"hello\"); log_warn(\"careful\"); }");
    assert!(!folder.rustybt(&["test"]).stdout.contains("hello"));
    let said = folder.rustybt(&["test", "--nocapture"]).stdout;
    assert!(
        said.contains("hello\nwarn: careful\ntest one::test_a ... ok"),
        "{said}"
    );
}

#[test]
fn the_document_has_every_test_and_its_error() {
    let ran = with(FAILING).rustybt(&["test", "--json"]);
    assert_eq!(ran.code, Some(1));
    let document = ran.json();
    assert_eq!(document["schema"], "rustybt.test/1");
    assert_eq!(document["ok"], false);
    let data = &document["data"];
    assert_eq!((&data["passed"], &data["failed"]), (&1.into(), &7.into()));
    let helper = &data["tests"][1];
    assert_eq!(helper["name"], "one::test_of_a_helper");
    assert_eq!(helper["passed"], false);
    assert_eq!(helper["output"][0], "printed");
    assert_eq!(helper["error"]["line"], 9);
    assert_eq!(helper["error"]["code"], "RBT320");
    assert_eq!(document["diagnostics"].as_array().unwrap().len(), 7);
}

#[test]
fn a_test_that_never_ends_is_stopped_and_the_next_one_runs() {
    let text = "fn handle_data(context, data) { loop { } }\n\
        fn test_a() { loop { } }\n\
        fn test_b() { let sim = sim_context(); sim.bars(\"X\", [1]); assert_throws(|| sim.step(), \"operations\"); }\n\
        fn test_c() { test_c() }\n\
        fn test_d() { let s = \"x\"; loop { s += s; } }\n\
        fn test_e() { }";
    let ran = with(text).rustybt(&["test"]);
    assert_eq!(ran.code, Some(1));
    let results: Vec<&str> = ran
        .stdout
        .lines()
        .filter(|line| line.starts_with("test one"))
        .collect();
    assert_eq!(
        results,
        [
            "test one::test_a ... FAILED",
            "test one::test_b ... ok",
            "test one::test_c ... FAILED",
            "test one::test_d ... FAILED",
            "test one::test_e ... ok",
        ]
    );
    for code in ["RBT310", "RBT312", "RBT313"] {
        assert!(ran.stdout.contains(code), "{}", ran.all());
    }
}

#[test]
fn a_test_reaches_no_file_outside_of_its_project() {
    let folder = Folder::new();
    folder.write("outside.rhai", "fn handle_data(context, data) { }");
    folder.write("project/rustybt.yaml", "");
    let outside = folder.path().join("outside");
    let text = format!(
        "fn test_up() {{ assert_throws(|| sim_context(\"../outside\"), \"no path\"); }}\n\
         fn test_inside() {{ assert_throws(|| sim_context(\"strategies/../../outside\"), \"no path\"); }}\n\
         fn test_absolute() {{ assert_throws(|| sim_context({:?}), \"no path\"); }}\n\
         fn test_empty() {{ assert_throws(|| sim_context(\"\"), \"no path\"); }}\n\
         fn test_missing() {{ assert_throws(|| sim_context(\"outside\"), \"no strategy\"); }}",
        outside.display().to_string()
    );
    folder.write("project/tests/paths.rhai", text);
    let mut command = folder.command(&["test"]);
    let output = command
        .current_dir(folder.path().join("project"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("5 passed; 0 failed"), "{said}");
}

#[test]
fn no_test_sees_what_another_did() {
    let text = "fn test_a() { assert_near(rand(), 0.5, 0.5); assert_eq(rand(1, 1000000), rand_of_a_fresh_run()); }\n\
        fn rand_of_a_fresh_run() { let sim = sim_context(); sim.bars(\"X\", [1]); sim.step(); sim.context.roll }\n\
        fn handle_data(context, data) { rand(); context.roll = rand(1, 1000000); }\n\
        fn test_b() { test_a(); }\n\
        fn test_c() { test_a(); }";
    let ran = with(text).rustybt(&["test"]);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
}

#[test]
fn what_is_wrong_with_the_question_is_told() {
    let empty = Folder::new().rustybt(&["test"]);
    let none = with("fn handle_data(context, data) { }").rustybt(&["test"]);
    let missing = Folder::new().rustybt(&["test", "gone.rhai"]);
    let broken = with("fn test_a( { }").rustybt(&["test"]);
    let outside = with("fn handle_data(context, data) { assert(true); }").rustybt(&[
        "backtest",
        "tests/one.rhai",
        "--no-save",
    ]);
    let all = [empty, none, missing, broken, outside];
    insta::assert_snapshot!(all.iter().map(shown).collect::<Vec<_>>().join("\n\n"));
}
