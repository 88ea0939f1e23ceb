//! Semantics of what scripts call, asserted by scripts: `tests/scripts/api/*.rhai`, each function
//! `test_*` on the last of ten bars, compiled and under Rhai's own evaluator.

use std::fs;

use crate::support::root;
use crate::support::script::{Ran, Sandbox, closes, frame};

/// What the scripts of tests assert with; it stands after them, so that their places are right.
pub(crate) const ASSERTIONS: &str = r#"
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
    let mut failed: Vec<String> = Vec::new();
    let forms = [world(), world().interpreted()];
    for (test, form) in tests
        .iter()
        .flat_map(|test| forms.iter().map(move |form| (test, form)))
    {
        let ran = run_test(form, &text, test, file);
        if let Some(error) = ran.error {
            failed.push(format!("{test}\n{}", frame(&error)));
        }
        if !ran.log.iter().any(|line| line == "info ran") && failed.is_empty() {
            failed.push(format!("{test} did not run"));
        }
    }
    assert!(failed.is_empty(), "{file}:\n{}", failed.join("\n"));
}

fn run_test(world: &Sandbox, text: &str, test: &str, file: &str) -> Ran {
    let whole = format!(
        "{text}{ASSERTIONS}
fn handle_data(context, data) {{
    if data.history(\"AAPL\", \"close\", 10, \"1d\").is_full {{
        test_{test}(context, data);
        log_info(\"ran\");
    }}
}}"
    );
    world.clone().named(file).run(&whole)
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
fn candles() {
    check("tests/scripts/api/candles.rhai");
}

#[test]
fn indicators_work_on_series_pairs_bars_panels_and_numbers() {
    check("tests/scripts/api/indicators.rhai");
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

#[test]
fn standard_library() {
    check("tests/scripts/api/standard_library.rhai");
    check("tests/scripts/api/std_risk.rhai");
    check("tests/scripts/api/std_dates.rhai");
}

#[test]
fn the_context_keeps_what_is_put_into_it_from_call_to_call() {
    let ran = world().run(
        r#"
fn initialize(context) {
    context.count = 0;
    context.list = [];
    context.map = #{ deep: #{ n: 0 }, list: [1] };
    context.asset = symbol("AAPL");
    context.since = context.now;
    context.mean = indicator("sma", context.asset, 3);
}

fn bump(context) { context.count += 1; }

fn handle_data(context, data) {
    bump(context);
    context.list.push(context.count);
    context.map.deep.n += 2;
    context.map.list[0] = context.count;
    context["named"] = context.count;
    context.text = `${context.text_or_nothing()}x`;
    if context.count == 10 {
        record(#{
            count: context.count, length: context.list.len(), last: context.list[-1],
            deep: context.map.deep.n, element: context.map.list[0], named: context.named,
            mean: context.mean.value, before: context.mean[-1],
        });
        log_info(`${context.asset} since ${context.since} ${context}`);
    }
}

fn text_or_nothing() { "" }
"#,
    );
    assert_eq!(ran.error, None);
    let row = &ran.records[0];
    let value = |name: &str| row[name];
    assert_eq!(value("count"), Some(10.0));
    assert_eq!(value("length"), Some(10.0));
    assert_eq!(value("last"), Some(10.0));
    assert_eq!(value("deep"), Some(20.0));
    assert_eq!(value("element"), Some(10.0));
    assert_eq!(value("named"), Some(10.0));
    assert_eq!(value("mean"), Some(335.0 / 3.0));
    assert_eq!(value("before"), Some(110.0));
    assert_eq!(
        ran.log,
        [
            "info AAPL since 2020-01-02T14:30:00Z Context(asset, count, list, map, mean, named, since, text)"
        ]
    );
}

#[test]
fn a_failing_handler_leaves_neither_orders_nor_changes_behind() {
    let script = r#"
fn initialize(context) { context.calls = 0; context.failed = 0; }

fn handle_data(context, data) {
    context.calls += 1;
    if context.calls == 2 {
        context.failed += 1;
        context.fresh = 1;
        order("AAPL", 10);
        record(#{ lost: 1 });
        log_info("kept");
        throw "no";
    }
    record(#{ calls: context.calls, failed: context.failed });
}
"#;
    let halted = world().run(script);
    assert_eq!(
        halted.error.as_ref().map(|e| e.message.as_str()),
        Some("no")
    );
    assert!(halted.orders.is_empty() && halted.fills.is_empty());
    assert_eq!(halted.records.len(), 1);
    assert_eq!(halted.log, ["info kept"]);

    // The second call fails again and again: what it counted is undone each time.
    let went_on = world().going_on().run(script);
    assert_eq!(went_on.error, None);
    assert_eq!(went_on.errors, 9);
    assert!(went_on.orders.is_empty() && went_on.fills.is_empty());
    assert_eq!(went_on.records.len(), 1);
}

#[test]
fn what_a_failing_call_changed_inside_a_map_is_undone_too() {
    let script = r#"
fn initialize(context) { context.map = #{ deep: #{ list: [1] } }; context.tries = []; }

fn handle_data(context, data) {
    record(#{ length: context.map.deep.list.len(), tries: context.tries.len() });
    context.map.deep.list.push(2);
    context.tries.push(1);
    if data.current("AAPL", "close") > 104.0 { throw "no"; }
}
"#;
    let ran = world().going_on().run(script);
    let lengths: Vec<Option<f64>> = ran.records.iter().map(|row| row["length"]).collect();
    assert_eq!(lengths, [Some(1.0), Some(2.0), Some(3.0)]);
    assert_eq!(ran.errors, 7);
}

/// Declares a parameter of each kind and logs their values.
const PARAMS: &str = r#"
const N = param("n", 10, 5..=50);
const X = param("x", 0.5, 0.1..=0.9);
const FIELD = param("field", "close", ["open", "close"]);
const ON = param("on", true);
const RATE = param("rate", 0.01, #{ min: 0.001, max: 0.1, step: 0.001, log: true, help: "a rate" });
fn handle_data(context, data) {
    log_info(`${N} ${X} ${FIELD} ${ON} ${RATE} ${type_of(N)} ${type_of(X)} ${context.params.n}`);
}
"#;

/// Returns the first line of the log, or why there is none.
fn params_in(world: &Sandbox) -> Result<String, String> {
    let ran = world.clone().cut(1).run(PARAMS);
    match ran.error {
        Some(error) => Err(error.message),
        None => Ok(ran.log[0].clone()),
    }
}

#[test]
fn parameters_have_the_type_of_their_default_and_keep_to_their_domain() {
    let set = |name: &str, value: &str| params_in(&world().with_param(name, value));
    assert_eq!(
        params_in(&world()).as_deref(),
        Ok("info 10 0.5 close true 0.01 i64 f64 10")
    );
    assert_eq!(
        set("n", "50").as_deref(),
        Ok("info 50 0.5 close true 0.01 i64 f64 50")
    );
    assert_eq!(
        set("x", "0.9").as_deref(),
        Ok("info 10 0.9 close true 0.01 i64 f64 10")
    );
    assert_eq!(
        set("field", "open").as_deref(),
        Ok("info 10 0.5 open true 0.01 i64 f64 10")
    );
    assert_eq!(
        set("on", "false").as_deref(),
        Ok("info 10 0.5 close false 0.01 i64 f64 10")
    );
    let refused = [
        (
            "n",
            "51",
            "parameter `n`: the value 51 lies outside of 5 to 50",
        ),
        (
            "n",
            "4",
            "parameter `n`: the value 4 lies outside of 5 to 50",
        ),
        (
            "n",
            "7.5",
            "parameter `n`: `7.5` is not of the default's type, int",
        ),
        (
            "n",
            "ten",
            "parameter `n`: `ten` is not of the default's type, int",
        ),
        (
            "x",
            "0.95",
            "parameter `x`: the value 0.95 lies outside of 0.1 to 0.9",
        ),
        (
            "x",
            "inf",
            "parameter `x`: `inf` is not of the default's type, float",
        ),
        (
            "field",
            "high",
            "parameter `field`: the value high is not one of open, close",
        ),
        (
            "on",
            "yes",
            "parameter `on`: `yes` is not of the default's type, bool",
        ),
    ];
    for (name, value, message) in refused {
        assert_eq!(set(name, value).unwrap_err(), message);
    }
}

#[test]
fn parameters_are_listed_with_their_help_and_unknown_ones_are_named() {
    let loaded = world().with_param("slow", "3").load(PARAMS).unwrap();
    assert_eq!(loaded.unknown_params(), ["slow"]);
    let help: Vec<String> = loaded.params().into_iter().map(|p| p.help).collect();
    assert_eq!(help, ["", "", "", "", "a rate"]);
}

#[test]
fn orders_fill_callbacks_run_and_positions_show_it() {
    let ran = world().run(
        r#"
fn initialize(context) { context.fills = 0; set_commission(no_commission()); set_slippage(no_slippage()); }

fn handle_data(context, data) {
    if context.fills == 0 && open_orders().is_empty() { order("AAPL", 10); }
    if context.fills == 1 && open_orders().is_empty() {
        let held = context.portfolio.positions["AAPL"];
        record(#{ amount: held.amount, basis: held.cost_basis, weight: context.portfolio.weights["AAPL"] });
        let count = 0;
        for position in context.portfolio.positions { count += position.amount; }
        for entry in context.portfolio.weights { count += if entry.asset == "AAPL" { 1 } else { 0 }; }
        log_info(`${count} ${context.portfolio.assets} ${context.portfolio.holds("AAPL")}`);
        close_position("AAPL");
    }
}

fn on_order_fill(context, order, fill) {
    context.fills += 1;
    log_info(`${fill.amount} at ${fill.price}: ${order.status}`);
}
"#,
    );
    assert_eq!(ran.error, None);
    // The order of the first bar fills at the open of the second: the close before it.
    assert!(ran.fills[0].starts_with("2020-01-03"), "{}", ran.fills[0]);
    assert!(ran.fills[0].ends_with("AAPL 10 at 100"), "{}", ran.fills[0]);
    assert_eq!(ran.fills.len(), 2);
    assert_eq!(ran.records[0]["amount"], Some(10.0));
    assert_eq!(ran.records[0]["basis"], Some(100.0));
    assert_eq!(ran.log[0], "info 10.0 at 100.0: filled");
    assert_eq!(ran.log[1], "info 11.0 [AAPL] true");
}
