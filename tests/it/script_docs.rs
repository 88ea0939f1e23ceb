//! The documentation of what scripts call is complete, and its examples run.

use std::collections::BTreeSet;
use std::rc::Rc;

use rustybt::script::api::docs::{self, Doc};
use rustybt::script::check::{check, surface_names};
use rustybt::script::modules::ReadModule;

use crate::support::script::{closes, frame};

/// Registered to give an answer at all, but not for use.
const NOT_FOR_USE: [&str; 4] = ["sleep", "timestamp", "to_debug", "to_string"];

#[test]
fn everything_that_is_registered_has_words_and_nothing_else_has() {
    let registered: BTreeSet<String> = surface_names()
        .into_iter()
        .filter(|name| !NOT_FOR_USE.contains(&name.as_str()))
        .filter(|name| !name.ends_with("_series"))
        .collect();
    let documented: BTreeSet<String> = docs::all()
        .iter()
        .filter(|doc| doc.subject != "Handlers")
        .map(|doc| {
            let dot = if doc.is_field { "." } else { "" };
            format!("{dot}{}", doc.name)
        })
        .collect();
    let silent: Vec<&String> = registered.difference(&documented).collect();
    let made_up: Vec<&String> = documented.difference(&registered).collect();
    assert!(silent.is_empty(), "without words: {silent:?}");
    assert!(made_up.is_empty(), "words about nothing: {made_up:?}");
}

#[test]
fn every_indicator_has_a_form_that_gives_the_series() {
    let names = surface_names();
    for doc in docs::all()
        .iter()
        .filter(|doc| doc.text.contains("_series gives"))
    {
        assert!(
            names.contains(&format!("{}_series", doc.name)),
            "{}",
            doc.name
        );
    }
}

/// Puts an example where it says that it runs.
fn around(doc: &Doc) -> String {
    let example = &doc.example;
    match (doc.subject, doc.name) {
        (_, "param") => format!("{example}\nfn handle_data(context, data) {{ }}"),
        ("Set-up" | "Schedules", _) => format!(
            "fn initialize(context) {{\nlet asset = symbol(\"AAPL\");\n{example}\n}}\n\
             fn rebalance(context, data) {{ }}\nfn handle_data(context, data) {{ }}"
        ),
        _ => format!(
            "fn handle_data(context, data) {{\nlet asset = symbol(\"AAPL\");\n\
             let prices = data.history(asset, \"close\", 300, \"1d\");\n\
             let bars = data.history(asset, 300, \"1d\");\nif bars.len < 300 {{ return; }}\n{example}\n}}"
        ),
    }
}

/// Runs an example in a test of a script that buys.
fn check_example_of_tests(doc: &Doc) {
    let text = format!(
        "fn handle_data(context, data) {{ if context.portfolio.cash > 0 {{ order(\"AAPL\", 1); }} }}\n\
         fn test_example() {{\n{}\n}}",
        doc.example
    );
    if let Err(error) = crate::support::script::run_tests(&text) {
        panic!("the example of {}:\n{}", doc.name, frame(&error));
    }
}

#[test]
fn every_example_runs() {
    let prices: Vec<f64> = (0..320_i32)
        .map(|day| 100.0 + f64::from(day % 7) * 1.5 + f64::from(day) * 0.1)
        .collect();
    let world = closes(&prices);
    let mut ran = 0;
    for doc in docs::all().iter().filter(|doc| !doc.example.is_empty()) {
        if doc.subject == "Tests" {
            check_example_of_tests(doc);
            ran += 1;
            continue;
        }
        let outcome = world.run(&around(doc));
        if let Some(error) = outcome.error {
            panic!("the example of {}:\n{}", doc.name, frame(&error));
        }
        // An example shows a call; what comes of it may stay unused.
        for finding in check(
            &around(doc),
            "example",
            &(Rc::new(|_: &str| None) as ReadModule),
        ) {
            let frame = frame(&finding.error);
            assert_eq!(finding.error.code, "RBT105", "{}:\n{frame}", doc.name);
        }
        ran += 1;
    }
    assert!(ran > 50, "only {ran} examples");
}

#[test]
fn a_name_a_method_a_subject_and_a_kind_are_found() {
    insta::assert_snapshot!(docs::render("order_target_percent").unwrap());
    insta::assert_snapshot!(docs::render("Series.zscore").unwrap());
    insta::assert_snapshot!(docs::render("macd").unwrap());
    assert!(
        docs::render("orders")
            .unwrap()
            .contains("close_position(asset)")
    );
    assert!(
        docs::render("position")
            .unwrap()
            .contains("Portfolio.position(asset)")
    );
    assert!(
        docs::render("Account")
            .unwrap()
            .contains("Account.buying_power: float")
    );
    assert_eq!(docs::render("no_such_thing"), None);
    assert!(docs::search("look ahead").contains("Series.shift(n)"));
    insta::assert_snapshot!(docs::overview());
}
