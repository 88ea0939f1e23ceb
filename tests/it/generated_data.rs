//! The made-up bars of the workloads are the same in Rust and in the Python reference.

use serde::Deserialize;
use sha2::{Digest, Sha256};

#[path = "../../benches/data.rs"]
pub(crate) mod data;

#[derive(Deserialize)]
struct Generated {
    files: Vec<File>,
}

#[derive(Deserialize)]
struct File {
    #[serde(rename = "file")]
    name: String,
    workload: String,
    bars: usize,
    sha256: String,
}

fn expected() -> Vec<File> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/data/vectors/reference/generated.json"
    );
    let text = std::fs::read_to_string(path).expect("a committed file");
    serde_json::from_str::<Generated>(&text)
        .expect("JSON of the reference")
        .files
}

fn hash(rows: &[data::Row], minutes: i64) -> String {
    let mut csv = Vec::new();
    data::write_csv(&mut csv, rows, minutes).expect("a vector takes all");
    Sha256::digest(&csv)
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

#[test]
fn the_assets_of_w3_have_the_bytes_of_the_reference() {
    let files: Vec<_> = expected()
        .into_iter()
        .filter(|file| file.workload == "w3")
        .collect();
    assert_eq!(files.len() as u64, data::W3_ASSETS);
    for (asset, file) in (0..).zip(&files).step_by(7) {
        assert_eq!(file.name, format!("{}.csv", data::w3_symbol(asset)));
        assert_eq!(file.bars, data::W3_BARS);
        let rows = data::w3_bars(asset, file.bars);
        assert_eq!(hash(&rows, 60), file.sha256, "{}", file.name);
    }
}

#[test]
fn the_bars_of_w2_have_the_bytes_of_the_reference() {
    let files: Vec<_> = expected()
        .into_iter()
        .filter(|file| file.workload == "w2")
        .collect();
    let rows = data::w2_bars(data::W2_BARS);
    assert_eq!(files.len(), 3);
    for file in &files {
        assert_eq!(file.name, format!("{}.csv", data::W2_SYMBOL));
        assert_eq!(hash(&rows[..file.bars], 1), file.sha256, "{}", file.bars);
    }
}
