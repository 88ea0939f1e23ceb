//! `backtest` as a person starts it: flags, streams, exit codes, what it sees of the data.

use serde_json::Value;

use crate::support::{Folder, Ran};

/// Buys `n` units on the third bar that it sees, and records how many it saw.
pub(crate) const SCRIPT: &str = r#"//! Buys once.
const N = param("n", 10, 1..=20);
const SHARE = param("share", 0.5, 0.0..=1.0);
const WORD = param("word", "up", ["up", "down"]);
const FLAG = param("flag", true);

fn initialize(context) {
    context.asset = symbol("X");
    context.bars = 0;
}

fn handle_data(context, data) {
    context.bars += 1;
    record(#{ bars: context.bars });
    if context.bars == 3 { order(context.asset, N); }
}
"#;

/// Trading days of New York at the start of 2024, with bars that rise by one.
const DAYS: [&str; 12] = [
    "2024-01-02",
    "2024-01-03",
    "2024-01-04",
    "2024-01-05",
    "2024-01-08",
    "2024-01-09",
    "2024-01-10",
    "2024-01-11",
    "2024-01-12",
    "2024-01-16",
    "2024-01-17",
    "2024-01-18",
];

/// Returns the bars: day *i* opens at 100 + *i* and closes one higher.
pub(crate) fn bars() -> String {
    let rows = DAYS.iter().enumerate().map(|(i, day)| {
        format!(
            "{day}T00:00:00Z,{},{},{},{},100000\n",
            100 + i,
            102 + i,
            99 + i,
            101 + i
        )
    });
    std::iter::once("timestamp,open,high,low,close,volume\n".to_owned())
        .chain(rows)
        .collect()
}

/// Returns a folder with the script and its bars.
pub(crate) fn project() -> Folder {
    let folder = Folder::new();
    folder.write("s.rhai", SCRIPT);
    folder.write("X.csv", bars());
    folder
}

/// Runs the script on its bars, results in `out`.
fn run(folder: &Folder, more: &[&str]) -> Ran {
    let mut args = vec!["backtest", "s.rhai", "--data", "X.csv"];
    if !more.contains(&"--no-save") && !more.contains(&"--out") {
        args.extend(["--out", "out"]);
    }
    args.extend(more);
    folder.rustybt(&args)
}

fn summary(folder: &Folder) -> Value {
    serde_json::from_str(&folder.read("out/summary.json")).unwrap()
}

/// Returns a column of a file of results, without its name.
fn column(folder: &Folder, file: &str, name: &str) -> Vec<String> {
    let text = folder.read(&format!("out/{file}"));
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let at = reader.headers().unwrap().iter().position(|n| n == name);
    let at = at.unwrap_or_else(|| panic!("{file} has no column {name}"));
    let rows = reader.records();
    rows.map(|row| row.unwrap()[at].to_owned()).collect()
}

#[test]
fn the_market_order_fills_where_it_is_told_to() {
    // Decided on the third bar: it closes at 103, the next one opens at 103 and closes at 104.
    for (place, time, price) in [
        ("next_open", "2024-01-05T00:00:00Z", "103"),
        ("next_close", "2024-01-05T00:00:00Z", "104"),
        ("this_close", "2024-01-04T00:00:00Z", "103"),
    ] {
        let folder = project();
        let ran = run(&folder, &["--fill-at", place, "--slippage", "none"]);
        assert_eq!(ran.code, Some(0), "{}", ran.all());
        assert_eq!(column(&folder, "fills.csv", "time"), [time], "{place}");
        assert_eq!(column(&folder, "fills.csv", "price"), [price], "{place}");
        assert_eq!(summary(&folder)["fill_at"], place);
    }
}

#[test]
fn start_and_end_are_both_inclusive_and_bars_before_the_start_are_history() {
    let folder = project();
    for (flags, first, last, bars) in [
        (
            &["--start", "2024-01-04", "--end", "2024-01-09"][..],
            2,
            5,
            4,
        ),
        (&["--start", "2024-01-06"], 4, 11, 8),
        (&["--end", "2024-01-03T00:00:00Z"], 0, 1, 2),
        (&["--start", "2024", "--end", "2024"], 0, 11, 12),
    ] {
        let ran = run(&folder, flags);
        assert_eq!(ran.code, Some(0), "{}", ran.all());
        let times = column(&folder, "equity.csv", "time");
        assert_eq!(times.len(), bars, "{flags:?}");
        assert_eq!(times[0], format!("{}T00:00:00Z", DAYS[first]));
        assert_eq!(times[bars - 1], format!("{}T00:00:00Z", DAYS[last]));
        assert_eq!(summary(&folder)["start"], times[0]);
        assert_eq!(summary(&folder)["end"], times[bars - 1]);
    }
    folder.write(
        "s.rhai",
        "fn initialize(context) {}\nfn handle_data(context, data) { record(#{ seen: data.history(\"X\", \"close\", 100, \"1d\").len() }); }\n",
    );
    assert_eq!(run(&folder, &["--start", "2024-01-04"]).code, Some(0));
    assert_eq!(column(&folder, "recorded.csv", "seen")[0], "3");
}

#[test]
fn bars_are_made_coarser_but_never_finer() {
    let folder = project();
    let ran = run(&folder, &["--timeframe", "1w"]);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    assert_eq!(column(&folder, "equity.csv", "time").len(), 3);
    assert_eq!(summary(&folder)["timeframe"], "1w");
    let ran = run(&folder, &["--timeframe", "1h"]);
    assert_eq!(ran.code, Some(4));
    assert!(
        ran.stderr
            .contains("the bars are 1d; 1h bars cannot be made from them"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_parameter_is_read_as_its_default_is_written() {
    let folder = project();
    let flags = [
        "--param",
        "n=7",
        "--param",
        "share=1",
        "--param",
        "word=down",
        "--param",
        "flag=false",
    ];
    let ran = run(&folder, &flags);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    let params = &summary(&folder)["params"];
    let expected = serde_json::json!({"n": 7, "share": 1.0, "word": "down", "flag": false});
    assert_eq!(*params, expected);
    assert_eq!(column(&folder, "fills.csv", "quantity"), ["7"]);
}

#[test]
fn a_wrong_parameter_is_a_usage_error_that_says_what_would_do() {
    let folder = project();
    for (param, says) in [
        ("n=21", "the value 21 lies outside of 1 to 20"),
        ("n=many", "`many` is not of the default's type, int"),
        ("share=2.5", "the value 2.5 lies outside of 0 to 1"),
        ("word=sideways", "the value sideways is not one of up, down"),
        ("flag=maybe", "`maybe` is not of the default's type, bool"),
        ("shar=1", "did you mean --param share=…?"),
        ("n", "is not NAME=VALUE"),
    ] {
        let ran = run(&folder, &["--param", param]);
        assert_eq!(ran.code, Some(2), "{param}: {}", ran.all());
        assert!(ran.stderr.contains(says), "{param}: {}", ran.stderr);
        assert_eq!(ran.stdout, "");
    }
    // A default that breaks its own range is the script's fault.
    folder.write(
        "s.rhai",
        "const N = param(\"n\", 30, 1..=20);\nfn handle_data(context, data) {}\n",
    );
    assert_eq!(run(&folder, &[]).code, Some(3));
}

#[test]
fn each_kind_of_mistake_has_its_exit_code_and_leaves_nothing_behind() {
    let folder = project();
    folder.write(
        "syntax.rhai",
        "fn handle_data(context, data) {\n    let x = ;\n}\n",
    );
    folder.write(
        "fails.rhai",
        "fn handle_data(context, data) {\n    order(\"NONE\", 1);\n}\n",
    );
    folder.write("broken.csv", "timestamp,open\n2024-01-02,1\n");
    for (code, says, args) in [
        (2, "no script was named", &[][..]),
        (2, "cannot read `nothing.rhai`", &["nothing.rhai"]),
        (2, "not above zero", &["s.rhai", "--capital", "0"]),
        (2, "is not a place to fill", &["s.rhai", "--fill-at", "now"]),
        (2, "no calendar is named", &["s.rhai", "--calendar", "MOON"]),
        (2, "no model is called", &["s.rhai", "--slippage", "much"]),
        (2, "--no-save", &["s.rhai", "--no-save", "--report"]),
        (
            2,
            "is before the start",
            &["s.rhai", "--start", "2024", "--end", "2023"],
        ),
        (3, "syntax.rhai:2:", &["syntax.rhai"]),
        (3, "there is no data for the symbol `NONE`", &["fails.rhai"]),
        (4, "no bars from 2030", &["s.rhai", "--start", "2030"]),
        (
            4,
            "benchmark `SPY` is not in the data",
            &["s.rhai", "--benchmark", "SPY"],
        ),
        (4, "broken.csv", &["s.rhai", "--data", "broken.csv"]),
        (4, "missing.csv", &["s.rhai", "--data", "missing.csv"]),
    ] {
        let mut line = vec!["backtest"];
        line.extend(args);
        if !args.contains(&"--data") {
            line.extend(["--data", "X.csv"]);
        }
        let ran = folder.rustybt(&line);
        assert_eq!(ran.code, Some(code), "{args:?}: {}", ran.all());
        assert!(ran.stderr.contains(says), "{args:?}: {}", ran.stderr);
        assert_eq!(ran.stdout, "", "{args:?}");
        let runs = std::fs::read_dir(folder.path().join("runs"));
        assert!(
            runs.is_err() || runs.unwrap().next().is_none(),
            "{args:?} left a run behind"
        );
    }
}

#[test]
fn an_error_is_one_json_document_where_json_is_asked_for() {
    let folder = project();
    for (code, args) in [
        (2, &["--param", "n=99"][..]),
        (3, &["--symbols", "Y"]),
        (4, &["--timeframe", "1m"]),
    ] {
        let mut args = args.to_vec();
        args.extend(["--json", "-q"]);
        let ran = run(&folder, &args);
        assert_eq!(ran.code, Some(code), "{}", ran.all());
        let value = ran.json();
        assert_eq!(value["schema"], "rustybt.backtest/1");
        assert_eq!(value["ok"], false);
        let found = value["diagnostics"].as_array().unwrap();
        assert_eq!(found[0]["severity"], "error");
        assert!(!found[0]["message"].as_str().unwrap().is_empty());
    }
}

#[test]
fn results_go_to_stdout_and_everything_else_to_stderr() {
    let folder = project();
    let ran = run(&folder, &[]);
    assert!(ran.stdout.contains("Final value"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("Running") && !ran.stdout.contains('\u{1b}'));
    assert!(ran.stderr.contains("Running s.rhai on X, 1d bars"));
    assert!(ran.stderr.contains("Saved out"));
    let quiet = run(&folder, &["-q"]);
    assert_eq!(quiet.stderr, "");
    assert_eq!(quiet.stdout, ran.stdout);
    let json = run(&folder, &["--json"]);
    assert_eq!(json.json()["ok"], true);
    assert_eq!(json.json()["data"]["folder"], "out");
}

#[test]
fn nothing_is_saved_where_nothing_is_to_be_saved() {
    let folder = project();
    let ran = run(&folder, &["--no-save", "--json"]);
    assert_eq!(ran.json()["data"]["folder"], Value::Null);
    let mut names: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["X.csv", "s.rhai"]);
}

#[test]
fn a_folder_with_files_of_somebody_else_is_left_alone() {
    let folder = project();
    folder.write("mine/notes.txt", "dear");
    let ran = run(&folder, &["--out", "mine"]);
    assert_eq!(ran.code, Some(2), "{}", ran.all());
    assert!(
        ran.stderr.contains("is no result of a run"),
        "{}",
        ran.stderr
    );
    assert_eq!(folder.read("mine/notes.txt"), "dear");
    // Results of an earlier run are replaced.
    assert_eq!(run(&folder, &["--param", "n=3"]).code, Some(0));
    assert_eq!(run(&folder, &["--param", "n=4"]).code, Some(0));
    assert_eq!(column(&folder, "fills.csv", "quantity"), ["4"]);
}

#[test]
fn the_built_in_sample_serves_where_no_data_are_named() {
    let folder = Folder::new();
    folder.write(
        "s.rhai",
        "fn initialize(context) { context.all = symbols(); }\nfn handle_data(context, data) {}\n",
    );
    let ran = folder.rustybt(&["backtest", "s.rhai", "--no-save", "--json"]);
    let value = ran.json();
    assert_eq!(
        value["data"]["symbols"],
        serde_json::json!(["AAPL", "GOOG", "MSFT"])
    );
    assert!(ran.stderr.contains("the built-in sample"), "{}", ran.stderr);
}

#[test]
fn costs_come_from_the_flag_else_the_script_else_the_kind() {
    let folder = project();
    let costs = |folder: &Folder| {
        let summary = summary(folder);
        ["commission", "slippage"].map(|key| summary[key].as_str().unwrap().to_owned())
    };
    run(&folder, &[]);
    assert_eq!(costs(&folder), ["per_share:0.005:1", "bps:5"]);
    run(&folder, &["--kind", "crypto", "--calendar", "24/7"]);
    assert_eq!(costs(&folder), ["maker_taker:0.001:0.001", "bps:5"]);
    let own = SCRIPT.replace(
        "    context.bars = 0;",
        "    context.bars = 0;\n    set_commission(per_trade(3));\n    set_slippage(no_slippage());",
    );
    folder.write("s.rhai", own);
    run(&folder, &[]);
    assert_eq!(costs(&folder), ["per_trade:3", "none"]);
    assert_eq!(column(&folder, "fills.csv", "commission"), ["3"]);
    run(&folder, &["--commission", "per_dollar:0.01"]);
    assert_eq!(costs(&folder), ["per_dollar:0.01", "none"]);
    assert_eq!(column(&folder, "fills.csv", "commission"), ["10.3"]);
}

#[test]
fn many_assets_run_at_once_and_symbols_chooses_among_them() {
    let folder = Folder::new();
    folder.write(
        "s.rhai",
        "fn initialize(context) { context.all = symbols(); context.bars = 0; }\nfn handle_data(context, data) {\n    context.bars += 1;\n    if context.bars == 2 { for asset in context.all { order(asset, 1); } }\n}\n",
    );
    for asset in 0..120 {
        folder.write(&format!("bars/A{asset:03}.csv"), bars());
    }
    let line = ["backtest", "s.rhai", "--data", "bars", "--out", "out"];
    let ran = folder.rustybt(&line);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    assert!(ran.stderr.contains("A007 and 112 more"), "{}", ran.stderr);
    let assets = column(&folder, "fills.csv", "asset");
    assert_eq!(assets.len(), 120);
    assert!(assets.is_sorted(), "buys of one phase come by symbol");
    let mut some = line.to_vec();
    some.extend(["--symbols", "A100,A003"]);
    assert_eq!(folder.rustybt(&some).code, Some(0));
    assert_eq!(column(&folder, "fills.csv", "asset"), ["A003", "A100"]);
    some.extend(["--symbols", "A100,B"]);
    assert_ne!(folder.rustybt(&some).code, Some(0));
}
