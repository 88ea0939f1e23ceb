//! `check` and `doc`, as typed.

use serde_json::Value;

use crate::support::{Folder, rustybt};

const FAULTY: &str = r#"fn initialize(context) {
    context.fast = 10;
}

fn handle_data(context, data) {
    let prices = data.histry("AAPL", "close", 10);
    order_targt("AAPL", 5);
    print(1 / 3);
}
"#;

#[test]
fn all_findings_of_a_file_come_at_once_each_with_its_place() {
    let folder = Folder::new();
    folder.write("faulty.rhai", FAULTY);
    let checked = folder.rustybt(&["check", "faulty.rhai"]);
    assert_eq!(checked.code, Some(1));
    insta::assert_snapshot!(checked.all());
    let checked = folder.rustybt(&["check", "faulty.rhai", "--json"]);
    assert_eq!(checked.code, Some(1));
    let document = checked.json();
    assert_eq!(document["ok"], false);
    assert_eq!(document["data"]["errors"], 2);
    assert_eq!(document["data"]["warnings"], 2);
}

#[test]
fn the_configured_script_is_checked_where_none_is_named() {
    let folder = Folder::new();
    let nothing = folder.rustybt(&["check"]);
    assert_eq!(nothing.code, Some(2), "{}", nothing.all());
    assert_eq!(folder.rustybt(&["new", "demo"]).code, Some(0));
    let configured = folder
        .command(&["check"])
        .current_dir(folder.path().join("demo"))
        .output()
        .unwrap();
    assert_eq!(configured.status.code(), Some(0), "{configured:?}");
}

#[test]
fn a_rule_is_explained_and_an_unknown_one_is_not() {
    let known = rustybt(&["check", "--explain", "rbt101"]);
    assert_eq!(known.code, Some(0));
    assert!(known.stdout.starts_with("RBT101\n"), "{}", known.all());
    let of_a_run = rustybt(&["check", "--explain", "RBT210"]);
    assert!(of_a_run.stdout.contains("benchmark"), "{}", of_a_run.all());
    let unknown = rustybt(&["check", "--explain", "RBT999"]);
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.stderr.contains("RBT101"), "{}", unknown.all());
}

#[test]
fn doc_explains_a_name_searches_and_suggests() {
    insta::assert_snapshot!(rustybt(&["doc", "order_target"]).all());
    let mistyped = rustybt(&["doc", "odrer"]);
    assert_eq!(mistyped.code, Some(2));
    assert!(
        mistyped.stderr.contains("rustybt doc order"),
        "{}",
        mistyped.all()
    );
    let found = rustybt(&["doc", "--search", "hundredths of a percent", "--json"]).json();
    let Value::Array(entries) = &found["data"] else {
        panic!("{found}");
    };
    let names: Vec<_> = entries.iter().map(|entry| &entry["name"]).collect();
    assert_eq!(names, ["basis_points"]);
    assert_eq!(rustybt(&["doc", "--search", "xyzzy"]).code, Some(2));
}
