//! The `data` commands: what is stored, listed, shown, found and written.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use clap::Parser;
use rust_decimal::Decimal;
use rustybt::app::data::{DataCommand, DataOutcome, run};
use rustybt::core::model::time::Timeframe;
use rustybt::shell::catalog::{Catalog, DataError, Rule};

/// A folder that is removed in the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "data-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Runs `data …` with the catalog in this folder.
    fn data(&self, args: &[&str]) -> Result<DataOutcome, DataError> {
        let catalog = self.0.join("catalog");
        let mut all = vec!["data"];
        all.extend(args);
        all.extend(["--catalog", catalog.to_str().unwrap()]);
        run(&CommandLine::try_parse_from(all).unwrap().command)
    }

    fn catalog(&self) -> Catalog {
        Catalog::open(self.0.join("catalog"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

#[derive(Debug, Parser)]
struct CommandLine {
    #[command(subcommand)]
    command: DataCommand,
}

fn broken(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("tests/data/market-broken").join(name);
    path.to_str().unwrap().to_owned()
}

const HEADER: &str = "timestamp,open,high,low,close,volume\n";

#[test]
fn what_was_imported_is_listed_shown_and_exported_to_the_last_digit() {
    let folder = Folder::new();
    let clean = broken("00-clean-reference.csv");
    let imported = folder
        .data(&["import", &clean, "--symbol", "AAPL"])
        .unwrap();
    assert_eq!(imported.data[0]["rows"], 40);
    assert_eq!(imported.data[0]["kind"], "equity");
    assert_eq!(imported.data[0]["calendar"], "XNYS");
    assert_eq!(imported.data[0]["stored"], true);
    assert!(imported.warnings.is_empty());

    let listed = folder.data(&["list"]).unwrap();
    assert_eq!(listed.data[0]["symbol"], "AAPL");
    assert_eq!(listed.data[0]["first"], "2004-11-01T00:00:00Z");
    assert_eq!(listed.data[0]["schema"], "rustybt.catalog-entry/1");

    let shown = folder.data(&["show", "AAPL", "--tail", "1"]).unwrap();
    assert_eq!(shown.data["bars"][0]["close"], "64.18");
    assert_eq!(shown.data["bars"].as_array().unwrap().len(), 1);

    let out = folder.0.join("out.csv");
    folder
        .data(&["export", "AAPL", "--out", out.to_str().unwrap()])
        .unwrap();
    let exported = fs::read_to_string(&out).unwrap();
    let original = fs::read_to_string(&clean).unwrap();
    assert_eq!(exported.lines().count(), original.lines().count());
    for (line, expected) in exported.lines().zip(original.lines()).skip(1) {
        let cells = line.split(',').zip(expected.split(','));
        for (cell, expected) in cells.skip(1) {
            let numbers: [Decimal; 2] = [cell, expected].map(|text| text.parse().unwrap());
            assert_eq!(numbers[0], numbers[1], "{line}");
            assert_eq!(cell, numbers[0].normalize().to_string(), "{line}");
        }
        assert_eq!(line.split(',').next(), expected.split(',').next());
    }
    let again = folder.data(&["export", "AAPL"]).unwrap();
    assert_eq!(again.text, exported);
}

#[test]
fn several_files_are_stored_together_or_not_at_all() {
    let folder = Folder::new();
    let wrong = broken("04-high-below-low.csv");
    let right = broken("00-clean-reference.csv");
    let error = folder.data(&["import", &right, &wrong]).unwrap_err();
    assert_eq!(error.line(), Some(11));
    assert!(folder.catalog().list().unwrap().is_empty());
    let dry = folder.data(&["import", &right, "--dry-run"]).unwrap();
    assert_eq!(dry.data[0]["stored"], false);
    assert!(folder.catalog().list().unwrap().is_empty());
}

#[test]
fn an_import_counts_what_it_repaired() {
    let folder = Folder::new();
    let outcome = folder
        .data(&["import", &broken("05-duplicate-identical.csv")])
        .unwrap();
    assert_eq!(outcome.data[0]["repaired_rows"], 1);
    assert_eq!(
        outcome.warnings[0].to_string().rsplit('/').next().unwrap(),
        "05-duplicate-identical.csv: line 22: repeats the row before it; dropped"
    );
}

#[test]
fn trades_become_bars_of_the_interval_asked_for() {
    let folder = Folder::new();
    let trades = folder.write(
        "BTCUSDT-trades.csv",
        "timestamp,price,quantity,side\n\
         2025-03-25T23:07:00.715Z,87232,0.5,sell\n\
         2025-03-25T23:07:00.715Z,87250.5,0.25,buy\n\
         2025-03-25T23:07:59.999999Z,87100,1,\n\
         2025-03-25T23:09:00Z,87200,0.1,BUY\n",
    );
    let error = folder.data(&["import", &trades]).unwrap_err();
    assert_eq!(error.rule(), &Rule::Trades);
    folder
        .data(&["import", &trades, "--to", "1m", "--calendar", "24/7"])
        .unwrap();
    let exported = folder.data(&["export", "BTCUSDT"]).unwrap();
    assert_eq!(
        exported.text,
        format!(
            "{HEADER}2025-03-25T23:07:00Z,87232,87250.5,87100,87100,1.75\n\
             2025-03-25T23:09:00Z,87200,87200,87200,87200,0.1\n"
        )
    );
    let coarse = folder
        .data(&["export", "BTCUSDT", "--timeframe", "5m"])
        .unwrap();
    assert_eq!(
        coarse.text,
        format!("{HEADER}2025-03-25T23:05:00Z,87232,87250.5,87100,87200,1.85\n")
    );
    let error = folder.data(&["export", "BTCUSDT", "--timeframe", "1s"]);
    assert!(matches!(error.unwrap_err().rule(), Rule::Finer { .. }));
}

#[test]
fn actions_beside_the_bars_come_along() {
    let folder = Folder::new();
    let bars = folder.write(
        "XYZ.csv",
        &format!("{HEADER}2020-08-28T00:00:00Z,500,505,495,500,10\n2020-08-31T00:00:00Z,126,131,125,129,40\n"),
    );
    folder.write("XYZ.actions.csv", "symbol,ex_date,type,value,meaning\n");
    let outcome = folder.data(&["verify", "--data", &bars]).unwrap();
    assert!(outcome.found_something);
    assert_eq!(outcome.data[0]["findings"][0]["kind"], "split");
    folder.write(
        "XYZ.actions.csv",
        "ex_date,type,value\n2020-08-31,split,4\n",
    );
    folder.data(&["import", &bars]).unwrap();
    let outcome = folder.data(&["verify"]).unwrap();
    assert!(!outcome.found_something, "{}", outcome.text);
    let shown = folder.data(&["show", "XYZ"]).unwrap();
    assert_eq!(shown.data["actions"][0]["value"], "4");
    for (text, line, column) in [
        (
            "ex_date,type,value\n2020-08-31,split,4\n2020-08-31,merger,4\n",
            3,
            Some("type"),
        ),
        ("ex_date,type,value\n2020-08-31,split,0\n", 2, Some("value")),
        (
            "ex_date,type,value\n2020-13-31,split,2\n",
            2,
            Some("ex_date"),
        ),
        ("ex_date,type,value\n2020-08-31,split\n", 2, None),
        ("ex_date,value\n2020-08-31,2\n", 1, None),
    ] {
        folder.write("XYZ.actions.csv", text);
        let error = folder.data(&["import", &bars]).unwrap_err();
        assert_eq!(
            (error.line(), error.column()),
            (Some(line), column),
            "{error}"
        );
    }
}

#[test]
fn a_file_of_the_catalog_that_was_changed_is_refused() {
    let folder = Folder::new();
    folder
        .data(&[
            "import",
            &broken("00-clean-reference.csv"),
            "--symbol",
            "AAPL",
        ])
        .unwrap();
    let entry = folder.catalog().list().unwrap().remove(0);
    let path = folder.catalog().dir().join(&entry.file);
    let other = Folder::new();
    other
        .data(&[
            "import",
            &broken("18-thousands-separators.csv"),
            "--symbol",
            "AAPL",
            "--skip-bad-rows",
        ])
        .unwrap();
    other
        .data(&[
            "import",
            &broken("12-short-row.csv"),
            "--symbol",
            "AAPL",
            "--skip-bad-rows",
        ])
        .unwrap();
    fs::copy(other.catalog().dir().join(&entry.file), &path).unwrap();
    let error = folder.data(&["show", "AAPL"]).unwrap_err();
    assert!(matches!(error.rule(), Rule::Catalog(_)), "{error}");
    assert_eq!(error.hint().as_deref(), Some("import the data again"));
}

#[test]
fn a_symbol_has_one_file_for_each_interval_and_the_nearest_is_taken() {
    let folder = Folder::new();
    let minutes: Vec<String> = (30..40)
        .map(|minute| format!("2020-08-28T13:{minute}:00Z,5,5,5,5,1\n"))
        .collect();
    let minute_file = folder.write("A/B-1m.csv", &format!("{HEADER}{}", minutes.concat()));
    folder
        .data(&["import", &minute_file, "--symbol", "A/B", "--kind", "forex"])
        .unwrap();
    folder
        .data(&["import", &minute_file, "--symbol", "A/B", "--to", "5m"])
        .unwrap();
    let files: Vec<String> = folder
        .catalog()
        .list()
        .unwrap()
        .into_iter()
        .map(|e| e.file)
        .collect();
    assert!(files[0].starts_with("A%2FB-1m."), "{files:?}");
    let symbols = ["A/B".to_owned()];
    for (asked, own) in [
        (None, "1m"),
        (Some("2m"), "1m"),
        (Some("5m"), "5m"),
        (Some("1d"), "5m"),
    ] {
        let asked = asked.map(|text| Timeframe::parse(text).unwrap());
        let (loaded, entries) = folder.catalog().load(&symbols, asked).unwrap();
        assert_eq!(entries[0].timeframe, own, "{asked:?}");
        assert_eq!(loaded.assets[0].symbol, "A/B");
    }
    let error = folder.data(&["show", "QQQ"]).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("no data for QQQ; there is: A/B"),
        "{error}"
    );
}
