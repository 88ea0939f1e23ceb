//! What a backtest leaves behind: the summary, the files, the report, the list of runs.

use std::fs;

use serde_json::Value;

use crate::backtest::{bars, project};
use crate::support::{Folder, root};

/// The fields that `formats.md` promises, in its order.
const PROMISED: [&str; 21] = [
    "schema",
    "script",
    "script_sha256",
    "data_sha256",
    "params",
    "symbols",
    "timeframe",
    "start",
    "end",
    "capital",
    "bars",
    "final_value",
    "final_cash",
    "orders",
    "fills",
    "trades",
    "metrics",
    "timings",
    "version",
    "seed",
    "event_hash",
];

const METRICS: [&str; 22] = [
    "total_return",
    "cagr",
    "volatility",
    "sharpe",
    "sortino",
    "calmar",
    "omega",
    "max_drawdown",
    "max_drawdown_days",
    "var_95",
    "cvar_95",
    "tail_ratio",
    "skew",
    "kurtosis",
    "alpha",
    "beta",
    "information_ratio",
    "win_rate",
    "profit_factor",
    "expectancy",
    "exposure",
    "turnover",
];

/// The headers of the files that every run writes.
const HEADERS: [(&str, &str); 6] = [
    (
        "fills.csv",
        "time,order_id,asset,side,quantity,price,commission,slippage,cash_after,position_after",
    ),
    (
        "orders.csv",
        "order_id,created,asset,side,type,quantity,limit,stop,tif,status,filled,average_price,commission,tag,reason,updated",
    ),
    ("equity.csv", "time,cash,positions_value,portfolio_value"),
    (
        "trades.csv",
        "asset,side,quantity,entry_time,entry_price,exit_time,exit_price,pnl,return,commission,bars_held,mae,mfe,tag",
    ),
    (
        "positions.csv",
        "time,asset,amount,cost_basis,last_price,market_value,unrealized_pnl",
    ),
    ("recorded.csv", "time,fast,slow"),
];

/// A strategy that trades a lot, on the real bars of the reference.
const CROSS: &str = r#"
const FAST = param("fast", 10, 2..=50);
fn initialize(context) { context.asset = symbol("GOOG"); }
fn handle_data(context, data) {
    let prices = data.history(context.asset, "close", 30, "1d");
    if !prices.is_full { return; }
    let fast = prices.tail(FAST).mean();
    let slow = prices.mean();
    record(#{ fast: fast, slow: slow });
    order_target_percent(context.asset, if fast > slow { 0.9 } else { -0.3 });
    if fast > slow * 1.1 { order(context.asset, -3, #{ limit: prices[-1] * 1.02, tag: "a,\"b\"" }); }
}
"#;

/// Returns a folder with the strategy and its bars, and the command to run it.
fn cross() -> (Folder, Vec<&'static str>) {
    let folder = Folder::new();
    folder.write("cross.rhai", CROSS);
    let bars = root().join("tests/data/vectors/reference/GOOG.csv.gz");
    folder.write("GOOG.csv.gz", fs::read(bars).unwrap());
    (
        folder,
        vec!["backtest", "cross.rhai", "--data", "GOOG.csv.gz"],
    )
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn the_summary_has_every_promised_field_and_exact_money() {
    let (folder, mut line) = cross();
    line.extend(["--out", "out"]);
    let ran = folder.rustybt(&line);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    let text = folder.read("out/summary.json");
    assert!(!text.contains("NaN") && !text.contains("Infinity"));
    let summary = json(&text);
    let fields: Vec<&String> = summary.as_object().unwrap().keys().collect();
    assert_eq!(fields[..PROMISED.len()], PROMISED);
    let metrics: Vec<&String> = summary["metrics"].as_object().unwrap().keys().collect();
    assert_eq!(metrics, METRICS);
    for (name, value) in summary["metrics"].as_object().unwrap() {
        assert!(value.is_number() || value.is_null(), "{name}: {value}");
    }
    for field in [
        "capital",
        "final_value",
        "final_cash",
        "total_commission",
        "total_slippage",
    ] {
        let money = summary[field].as_str().unwrap();
        let trailing = money.contains('.') && money.ends_with('0');
        assert!(
            money.parse::<f64>().is_ok() && !trailing,
            "{field}: {money}"
        );
    }
    for field in ["script_sha256", "data_sha256", "event_hash"] {
        let hash = summary[field].as_str().unwrap();
        assert!(hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit()));
    }
    assert_eq!(summary["timings"].as_object().unwrap().len(), 3);
    assert_eq!(summary["params"]["fast"], 10);
}

#[test]
fn counts_and_figures_of_the_summary_are_those_of_the_files() {
    let (folder, mut line) = cross();
    line.extend(["--out", "out"]);
    assert_eq!(folder.rustybt(&line).code, Some(0));
    for (file, header) in HEADERS {
        assert_eq!(
            folder.read(&format!("out/{file}")).lines().next(),
            Some(header)
        );
    }
    let summary = json(&folder.read("out/summary.json"));
    let rows = |file: &str| folder.read(&format!("out/{file}")).lines().count() as u64 - 1;
    for (file, field) in [
        ("fills.csv", "fills"),
        ("orders.csv", "orders"),
        ("trades.csv", "trades"),
        ("equity.csv", "bars"),
        ("recorded.csv", "bars"),
    ] {
        assert_eq!(summary[field], rows(file), "{file}");
    }
    assert!(summary["trades"].as_u64() > Some(10));
    let equity = folder.read("out/equity.csv");
    let last: Vec<&str> = equity.lines().last().unwrap().split(',').collect();
    assert_eq!(summary["end"], last[0]);
    assert_eq!(summary["final_cash"], last[1]);
    assert_eq!(summary["final_value"], last[3]);
    // A tag with a comma and quotes reads back.
    let orders = folder.read("out/orders.csv");
    let mut reader = csv::Reader::from_reader(orders.as_bytes());
    assert!(reader.records().any(|row| &row.unwrap()[13] == "a,\"b\""));
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let (folder, line) = cross();
    for out in ["one", "two"] {
        let mut line = line.clone();
        line.extend(["--out", out]);
        assert_eq!(folder.rustybt(&line).code, Some(0));
    }
    let mut names: Vec<String> = fs::read_dir(folder.path().join("one"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert!(names.len() >= 8, "{names:?}");
    for name in names.iter().filter(|name| *name != "summary.json") {
        let [one, two] = ["one", "two"].map(|run| folder.read(&format!("{run}/{name}")));
        assert!(one == two, "{name} differs");
    }
    let [one, two] = ["one", "two"].map(|run| {
        let mut summary = json(&folder.read(&format!("{run}/summary.json")));
        summary.as_object_mut().unwrap().remove("timings").unwrap();
        summary
    });
    assert_eq!(one, two);
}

#[test]
fn the_hash_of_events_follows_the_orders_and_nothing_else() {
    let (folder, line) = cross();
    let hash = |more: &[&str]| {
        let mut line = line.clone();
        line.extend(more);
        line.push("--json");
        let ran = folder.rustybt(&line);
        assert_eq!(ran.code, Some(0), "{}", ran.all());
        ran.json()["data"]["event_hash"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let first = hash(&["--out", "out"]);
    assert_eq!(hash(&["--no-save"]), first);
    // What is only recorded or logged is no event.
    folder.write(
        "cross.rhai",
        CROSS.replace("fast: fast,", "fast: fast, more: 1.0,"),
    );
    assert_eq!(hash(&["--no-save"]), first);
    assert_ne!(hash(&["--no-save", "--param", "fast=11"]), first);
    assert_ne!(hash(&["--no-save", "--commission", "none"]), first);
    // An order that never fills is an event too.
    let limit = "if fast > slow * 1.1 {";
    let far = CROSS.replace(
        limit,
        &format!("order(context.asset, 1, #{{ limit: 0.01 }});\n{limit}"),
    );
    folder.write("cross.rhai", far);
    assert_ne!(hash(&["--no-save"]), first);
}

#[test]
fn the_report_is_one_file_that_loads_nothing() {
    let (folder, mut line) = cross();
    line.extend(["--out", "out", "--report"]);
    let ran = folder.rustybt(&line);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    assert!(ran.stderr.contains("Report out/report.html"));
    let page = folder.read("out/report.html");
    assert!(page.starts_with("<!doctype html>") && page.trim_end().ends_with("</html>"));
    for word in ["http://", "https://", "src=", "@import", "url("] {
        // The name of SVG's namespace is a word that looks like an address.
        let text = page.replace("http://www.w3.org/2000/svg", "");
        assert!(!text.contains(word), "the page has {word}");
    }
    assert!(page.contains("<svg") && page.contains("GOOG"));
    line.pop();
    line.push("--report=elsewhere.html");
    assert_eq!(folder.rustybt(&line).code, Some(0));
    assert_eq!(folder.read("elsewhere.html"), page);
    assert!(!folder.path().join("out/report.html").exists());
}

#[test]
fn runs_are_listed_shown_compared_and_reported() {
    let folder = project();
    for n in ["3", "4"] {
        let param = format!("n={n}");
        let line = ["backtest", "s.rhai", "--data", "X.csv", "--param", &param];
        let ran = folder.rustybt(&line);
        assert_eq!(ran.code, Some(0), "{}", ran.all());
        assert!(ran.stderr.contains("Saved runs/"), "{}", ran.stderr);
    }
    let list = folder.rustybt(&["runs", "list", "--json"]).json();
    let runs = list["data"]["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 2);
    let [one, two] = [0, 1].map(|at| runs[at]["id"].as_str().unwrap().to_owned());
    assert!(one < two && one.len() >= "20260101-000000-abcd".len());
    let shown = folder.rustybt(&["runs", "show", &one]);
    assert!(shown.stdout.contains("--param n=3"), "{}", shown.all());
    // The command that is shown repeats the run.
    let repeat = shown
        .stdout
        .lines()
        .find_map(|l| l.trim().strip_prefix("repeat"));
    let mut words: Vec<&str> = repeat.unwrap().split_whitespace().skip(1).collect();
    words.extend(["--out", "again"]);
    assert_eq!(folder.rustybt(&words).code, Some(0));
    assert_eq!(
        folder.read("again/fills.csv"),
        folder.read(&format!("runs/{one}/fills.csv"))
    );
    let compared = folder.rustybt(&["runs", "compare", &one, "last"]);
    assert_eq!(compared.code, Some(0));
    assert!(compared.stdout.contains("buy"), "{}", compared.stdout);
    let report = folder.rustybt(&["report", &two]);
    assert_eq!(report.code, Some(0));
    assert_eq!(report.stdout.trim(), format!("runs/{two}/report.html"));
}

#[test]
fn what_was_imported_runs_from_the_catalog_as_it_runs_from_the_file() {
    let folder = project();
    let from_file = folder.rustybt(&["backtest", "s.rhai", "--data", "X.csv", "--out", "file"]);
    assert_eq!(from_file.code, Some(0), "{}", from_file.all());
    let imported = folder.rustybt(&["data", "import", "X.csv", "--catalog", "cat"]);
    assert_eq!(imported.code, Some(0), "{}", imported.all());
    let ran = folder.rustybt(&["backtest", "s.rhai", "--data", "cat", "--out", "catalog"]);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    for name in ["fills.csv", "equity.csv", "orders.csv", "positions.csv"] {
        let [a, b] = ["file", "catalog"].map(|run| folder.read(&format!("{run}/{name}")));
        assert_eq!(a, b, "{name}");
    }
}

#[test]
fn settings_come_from_the_flag_else_the_environment_else_the_file() {
    let folder = project();
    folder.write(
        "rustybt.yaml",
        "data:\n  path: X.csv\nengine:\n  capital: 1000\nstrategy:\n  script: s.rhai\n",
    );
    let capital = |args: &[&str], variables: &[(&str, &str)]| {
        let mut line = vec!["backtest", "--no-save", "--json"];
        line.extend(args);
        let ran = folder.rustybt_with(&line, variables);
        assert_eq!(ran.code, Some(0), "{}", ran.all());
        ran.json()["data"]["capital"].as_str().unwrap().to_owned()
    };
    let variable = [("RUSTYBT_ENGINE__CAPITAL", "2000")];
    assert_eq!(capital(&[], &[]), "1000");
    assert_eq!(capital(&[], &variable), "2000");
    assert_eq!(capital(&["--capital", "3000.50"], &variable), "3000.5");
}

#[test]
fn splits_and_dividends_beside_the_bars_are_applied() {
    let folder = project();
    folder.write("X.csv", bars());
    folder.write(
        "X.actions.csv",
        "ex_date,type,value\n2024-01-09,split,2\n2024-01-11,dividend,0.5\n",
    );
    let line = [
        "backtest",
        "s.rhai",
        "--data",
        "X.csv",
        "--out",
        "out",
        "--slippage",
        "none",
        "--commission",
        "none",
    ];
    assert_eq!(folder.rustybt(&line).code, Some(0));
    let rows = folder.read("out/equity.csv");
    let cash: Vec<&str> = rows
        .lines()
        .map(|row| row.split(',').nth(1).unwrap())
        .collect();
    // Ten units at 103; twenty after the split; half a unit of money for each of them.
    assert_eq!(cash[4], "98970");
    assert_eq!(cash[7], "98970");
    assert_eq!(cash[8], "98980");
    let positions = folder.read("out/positions.csv");
    let held: Vec<&str> = positions
        .lines()
        .skip(1)
        .map(|row| row.split(',').nth(2).unwrap())
        .collect();
    assert_eq!(held, ["10", "10", "20", "20", "20", "20", "20", "20", "20"]);
    // Others are read instead where they are named.
    folder.write("none.csv", "ex_date,type,value\n");
    let mut line = line.to_vec();
    line.extend(["--actions", "none.csv"]);
    assert_eq!(folder.rustybt(&line).code, Some(0));
    assert!(
        folder
            .read("out/positions.csv")
            .lines()
            .last()
            .unwrap()
            .contains(",X,10,")
    );
}
