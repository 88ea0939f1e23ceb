//! The workloads of the reference vectors, run by the program: files to the last byte.
//!
//! The full W2 with a plain `handle_data` takes too long without optimization, so its first bars are
//! compared with the beginning of the reference; W2 with an engine-kept cross and W3 run in full.

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::generated_data::data;
use crate::reference_vectors::read;
use crate::support::{Folder, root};

/// Columns of `orders.csv` that the reference fixes: all but `created`, `reason` and `updated`.
const COMPARED: [usize; 13] = [0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13];
/// The column `average_price`: a quotient, compared to 20 digits.
const AVERAGE: usize = 11;

fn expected(workload: &str) -> Value {
    serde_json::from_str(&read(&format!("{workload}/expected.json"))).unwrap()
}

/// Returns a committed file of a workload, whether packed or not.
fn vector(workload: &str, name: &str) -> String {
    let folder = root().join("tests/data/vectors/reference").join(workload);
    let plain = folder.join(name).exists();
    read(&format!(
        "{workload}/{name}{}",
        if plain { "" } else { ".gz" }
    ))
}

fn hash(text: &str) -> String {
    Sha256::digest(text)
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// Runs a workload in a folder of its own, results in `out`.
fn run(folder: &Folder, expected: &Value, script: &str, data: &str, more: &[&str]) {
    let arguments = expected["arguments"].as_object().unwrap();
    let script = root().join(script).display().to_string();
    let mut args = vec![
        "backtest", "--script", &script, "--data", data, "--out", "out",
    ];
    for (name, value) in arguments {
        let flag = match name.as_str() {
            "capital" => "--capital",
            "commission" => "--commission",
            "slippage" => "--slippage",
            "fill_at" => "--fill-at",
            "volume_limit" => "--volume-limit",
            "kind" => "--kind",
            "calendar" => "--calendar",
            "script" | "data" => continue,
            other => panic!("what is the argument {other}?"),
        };
        args.extend([flag, value.as_str().unwrap()]);
    }
    args.extend(more);
    let ran = folder.rustybt(&args);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
}

/// Compares counts and final figures with the summary.
fn compare_summary(folder: &Folder, expected: &Value, workload: &str) {
    let summary: Value = serde_json::from_str(&folder.read("out/summary.json")).unwrap();
    for field in ["bars", "fills", "orders", "final_cash", "final_value"] {
        assert_eq!(summary[field], expected[field], "{workload}: {field}");
    }
}

/// Compares the files that the reference knows by their hashes, and says where they part.
fn compare_files(folder: &Folder, expected: &Value, workload: &str) {
    for (name, key) in [
        ("fills.csv", "fills_sha256"),
        ("equity.csv", "equity_sha256"),
    ] {
        let ours = folder.read(&format!("out/{name}"));
        if hash(&ours) == expected[key].as_str().unwrap() {
            continue;
        }
        let every = expected[format!("{}_every", name.trim_end_matches(".csv"))]
            .as_u64()
            .unwrap();
        compare_rows(&ours, &vector(workload, name), every, workload);
        panic!("{workload}: {name} differs between the rows that are kept");
    }
}

/// Compares the rows that the reference kept; our file may end earlier.
fn compare_rows(ours: &str, theirs: &str, every: u64, workload: &str) -> usize {
    let every = usize::try_from(every).unwrap();
    let (mut ours, theirs) = (ours.lines(), theirs.lines());
    let mut compared = 0;
    for (at, theirs) in theirs.enumerate() {
        // The header, row 0, then one of so many.
        let skip = if at < 2 { 0 } else { every - 1 };
        let Some(ours) = ours.nth(skip) else { break };
        assert_eq!(ours, theirs, "{workload}: kept row {at}");
        compared += 1;
    }
    compared
}

fn compare_orders(folder: &Folder, workload: &str, columns: &[usize]) {
    let (ours, theirs) = (
        folder.read("out/orders.csv"),
        vector(workload, "orders.csv"),
    );
    let rows = |text: &str| -> Vec<csv::StringRecord> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(text.as_bytes());
        reader.records().map(|row| row.unwrap()).collect()
    };
    let (ours, theirs) = (rows(&ours), rows(&theirs));
    assert_eq!(ours.len(), theirs.len(), "{workload}: orders");
    for (ours, theirs) in ours.iter().zip(&theirs) {
        for column in columns {
            let (mine, reference) = (&ours[*column], &theirs[*column]);
            let digits = |text: &str| text.chars().take(21).collect::<String>();
            let same = if *column == AVERAGE {
                digits(mine) == digits(reference)
            } else {
                mine == reference
            };
            assert!(
                same,
                "{workload}: {mine} is not {reference} in {ours:?}, {theirs:?}"
            );
        }
    }
}

#[test]
fn every_variant_of_w1_gives_the_bytes_of_the_reference() {
    let vectors = root().join("tests/data/vectors/reference");
    let mut workloads: Vec<String> = std::fs::read_dir(&vectors)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("w1-"))
        .collect();
    workloads.sort();
    assert!(workloads.len() >= 7, "{workloads:?}");
    for workload in workloads {
        let (folder, expected) = (Folder::new(), expected(&workload));
        let file = expected["arguments"]["data"].as_str().unwrap();
        let symbol = file.trim_end_matches(".csv.gz");
        // A folder with the bars and, where the workload has them, the actions.
        let mut files = vec![file.to_owned()];
        if workload.contains("actions") {
            files.push(format!("{symbol}.actions.csv"));
        }
        for name in files {
            folder.write(
                &format!("bars/{name}"),
                std::fs::read(vectors.join(&name)).unwrap(),
            );
        }
        let param = format!("asset={symbol}");
        run(
            &folder,
            &expected,
            "tests/scripts/w1.rhai",
            &format!("bars/{file}"),
            &["--param", &param],
        );
        compare_files(&folder, &expected, &workload);
        compare_summary(&folder, &expected, &workload);
        compare_orders(&folder, &workload, &COMPARED);
    }
}

fn write_w2(folder: &Folder, bars: usize) {
    let mut csv = Vec::new();
    data::write_csv(&mut csv, &data::w2_bars(bars), 1).unwrap();
    folder.write("MIN.csv", csv);
}

#[test]
fn w2_begins_as_the_reference_does() {
    let (folder, expected) = (Folder::new(), expected("w2"));
    write_w2(&folder, 100_000);
    run(&folder, &expected, "tests/scripts/w2.rhai", "MIN.csv", &[]);
    let kept = [("fills.csv", "fills_every"), ("equity.csv", "equity_every")];
    for ((name, every), least) in kept.into_iter().zip([25, 50]) {
        let ours = folder.read(&format!("out/{name}"));
        let every = expected[every].as_u64().unwrap();
        let compared = compare_rows(&ours, &vector("w2", name), every, "w2");
        assert!(compared >= least, "{name}: {compared} rows compared");
    }
}

#[test]
fn w2_with_a_cross_that_the_engine_keeps_gives_the_bytes_of_the_reference() {
    let (folder, expected) = (Folder::new(), expected("w2"));
    write_w2(&folder, data::W2_BARS);
    run(
        &folder,
        &expected,
        "tests/scripts/w2_gated.rhai",
        "MIN.csv",
        &[],
    );
    compare_files(&folder, &expected, "w2");
    compare_summary(&folder, &expected, "w2");
}

#[test]
fn w3_gives_the_bytes_of_the_reference() {
    let (folder, expected) = (Folder::new(), expected("w3"));
    for asset in 0..data::W3_ASSETS {
        let mut csv = Vec::new();
        data::write_csv(&mut csv, &data::w3_bars(asset, data::W3_BARS), 60).unwrap();
        folder.write(&format!("bars/{}.csv", data::w3_symbol(asset)), csv);
    }
    run(&folder, &expected, "tests/scripts/w3.rhai", "bars", &[]);
    compare_files(&folder, &expected, "w3");
    compare_summary(&folder, &expected, "w3");
    // Here `created` is the end of the bar that decided.
    let mut columns = COMPARED.to_vec();
    columns.push(1);
    compare_orders(&folder, "w3", &columns);
}
