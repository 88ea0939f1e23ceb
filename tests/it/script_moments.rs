//! What an error at run time tells of its moment: values on the line, assets, handler, time, calls.

use rustybt::script::error::{Details, ScriptError};

use crate::support::Folder;
use crate::support::script::closes;

fn failure(text: &str) -> ScriptError {
    let world = closes(&[10.0, 11.0, 12.0]).with("MSFT", &[5.0, 6.0, 7.0]);
    let ran = world.run(text);
    ran.error
        .unwrap_or_else(|| panic!("nothing failed in {text}"))
}

fn details(text: &str) -> Details {
    failure(text).details
}

/// Returns the values that are shown when `body` fails in `handle_data`.
fn values(body: &str) -> String {
    let text = format!(
        "fn initialize(context) {{ context.asset = symbol(\"AAPL\"); }}\nfn handle_data(context, data) {{\n{body}\n}}"
    );
    let values = details(&text).values;
    let values = values
        .iter()
        .map(|(name, value)| format!("{name} = {value}"));
    values.collect::<Vec<_>>().join(", ")
}

#[test]
fn the_values_of_the_variables_on_the_line_are_shown() {
    let cases = [
        // The words of the reference.
        (
            "let fast = (); let slow = 101.4;\nif fast > slow { }",
            "fast = (), slow = 101.4",
        ),
        // Those of other lines are not, nor are the handler's own parameters.
        (
            "let a = 1; let b = 2;\nlet c = b / (b - 2);\nlet d = a;",
            "b = 2",
        ),
        // Each once, from left to right.
        ("let n = 2; let m = ();\nn - m - n", "n = 2, m = ()"),
        // A field of the context by its own name; one that is not set has no value.
        (
            "let n = 0;\n1 / n + context.asset.nothing",
            "n = 0, context.asset = AAPL",
        ),
        ("context.missing + 1", ""),
        // What a variable of the same name holds in another block is not.
        (
            "let x = 1;\nif true { let x = 7; let y = x; }\nx / 0",
            "x = 1",
        ),
        ("let x = 1;\nif true { let x = 7;\nx / 0 }", "x = 7"),
        // Values as scripts write them, cut where they are long.
        (
            "let s = \"a\\\"b\"; let t = true;\ns - t",
            "s = \"a\\\"b\", t = true",
        ),
        (
            "let l = [1, (), \"x\", 2.5, [1], 6, 7];\nl.nothing()",
            "l = [1, (), \"x\", 2.5, [1], … 7 in all]",
        ),
        ("let m = #{ a: 1, b: [] };\nm.a / 0", "m = #{a: 1, b: []}"),
        (
            "let s = \"x\"; s.pad(300, 'x');\ns - 1",
            "s = \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…",
        ),
        (
            "let prices = data.history(\"AAPL\", \"close\", 5, \"1d\");\nprices.shift(-1)",
            "prices = Series(1: 10)",
        ),
        // Changed in place, counted, looped over.
        ("let n = \"a\";\nn -= 1;", "n = \"a\""),
        ("for n in [3, 2, 0] {\n1 / n;\n}", "n = 0"),
        // A closure that captures runs under Rhai and says nothing.
        ("let one = 1;\n[1, 0].map(|n| one / n)", ""),
        ("[1, 0].map(|n|\n1 / n)", "n = 0"),
        // A function that the compiler leaves to Rhai.
        (
            "try { 1 / 0 } catch { }\nlet a = 3; let b = 0;\na / b",
            "a = 3, b = 0",
        ),
        (
            "try { 1 / 0 } catch { }\nlet n = 0;\n1 / n + context.asset.nothing",
            "n = 0, context.asset = AAPL",
        ),
    ];
    for (body, expected) in cases {
        assert_eq!(values(body), expected, "{body}");
    }
}

#[test]
fn the_function_that_failed_speaks_not_those_that_called_it() {
    let text = "
fn ratio(a, b) { a / b }
fn outer(b) { let a = 9; ratio(a + 1, b) }
fn handle_data(context, data) { let b = 0; outer(b); }";
    let error = failure(text);
    assert_eq!(error.details.values, [("a", "10"), ("b", "0")].map(owned));
    let calls: Vec<(&str, usize)> = error
        .trace
        .iter()
        .map(|called| (&*called.function, called.from.line))
        .collect();
    assert_eq!(calls, [("ratio", 3), ("outer", 4)]);
    // One that was left to Rhai says nothing, and nobody speaks for it.
    let text = "
fn ratio(a, b) { try { 1 / 0 } catch { } a / b }
fn handle_data(context, data) { let b = 0; ratio(1, b); }";
    assert_eq!(details(text).values, []);
}

fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[test]
fn the_assets_at_hand_are_named() {
    let cases = [
        ("let a = symbol(\"MSFT\");\na.nothing", "MSFT"),
        ("let a = \"MSFT\";\na - 1", "MSFT"),
        ("let a = \"no symbol\";\na - 1", ""),
        // On another line: the only one that the function has.
        (
            "for a in symbols([\"AAPL\", \"MSFT\"]) {\nlet n = 0;\nif a == \"MSFT\" {\n1 / n;\n} }",
            "MSFT",
        ),
        (
            "let a = symbol(\"AAPL\"); let b = symbol(\"MSFT\");\n1 / 0",
            "",
        ),
        (
            "let a = symbol(\"AAPL\"); let b = symbol(\"MSFT\");\na - b",
            "AAPL MSFT",
        ),
    ];
    for (body, expected) in cases {
        let text = format!("fn handle_data(context, data) {{\n{body}\n}}");
        assert_eq!(details(&text).assets.join(" "), expected, "{body}");
    }
}

#[test]
fn the_handler_and_the_time_of_the_bar_are_named() {
    let text = "
fn initialize(context) { schedule(rebalance, every_day(), market_close()); context.n = 0; }
fn rebalance(context, data) { context.n += 1; if context.n == 2 { 1 / 0; } }";
    let details = details(text);
    assert_eq!(details.handler, "rebalance");
    assert_eq!(details.bar_time, "2020-01-03T21:00:00Z");
    let at_start = failure("fn initialize(context) { 1 / 0 }").details;
    assert_eq!(at_start.handler, "initialize");
    assert_eq!(at_start.bar_time, "2020-01-02T14:30:00Z");
}

const FAILING: &str = "
fn mean(prices, n) { let part = prices.tail(n);
    part.mean() / n }
fn handle_data(context, data) {
    let asset = symbol(\"AAPL\");
    let prices = data.history(asset, \"close\", 5, \"1d\");
    let fast = prices.sma(3);
    let slow = 101.4;
    let better = mean(prices, 5) > 0.0 && fast > slow;
}
";

#[test]
fn a_backtest_tells_the_moment_in_its_frame_and_in_its_document() {
    let folder = Folder::new();
    folder.write("failing.rhai", FAILING);
    let args = ["backtest", "failing.rhai", "--no-save", "--symbols", "AAPL"];
    let ran = folder.rustybt(&args);
    assert_eq!(ran.code, Some(3));
    insta::assert_snapshot!(ran.stderr);
    let document = folder.rustybt(&[&args[..], &["--json"]].concat()).json();
    let entry = &document["diagnostics"][0];
    assert_eq!(entry["values"]["fast"], "()");
    assert_eq!(entry["values"]["slow"], "101.4");
    assert_eq!(entry["handler"], "handle_data");
    assert_eq!(entry["bar_time"], "2000-03-01T21:00:00Z");
    assert_eq!(entry["assets"][0], "AAPL");
}
