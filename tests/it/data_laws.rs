//! Laws of reading and writing bars, over random data and random damage.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
#[cfg(feature = "parquet")]
use std::sync::LazyLock;

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use rustybt::core::model::asset::AssetKind;
use rustybt::core::model::time::{Timeframe, Timestamp};
use rustybt::shell::catalog::{
    AssetFacts, BarColumns, Catalog, LoadOptions, load, sample, synthetic,
};

/// A file of its own for each test.
fn scratch(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("laws");
    fs::create_dir_all(&folder).unwrap();
    folder.join(name)
}

/// A row of bars in decimal digits: low, how far up open, close and high are, volume.
type RandomRow = (i64, i64, i64, i64, i64);

fn columns(rows: &[RandomRow], price_scale: u8, volume_scale: u8, step: i64) -> BarColumns {
    let mut bars = BarColumns {
        symbol: "LAW".to_owned(),
        starts: Vec::new(),
        open: Vec::new(),
        high: Vec::new(),
        low: Vec::new(),
        close: Vec::new(),
        volume: Vec::new(),
        price_scale,
        volume_scale,
        timeframe: Timeframe::MINUTE,
        source: PathBuf::from("law"),
        sha256: String::new(),
    };
    for (index, (low, open, close, high, volume)) in rows.iter().enumerate() {
        let at = 1_600_000_000_000_000_000 + i64::try_from(index).unwrap() * step;
        bars.starts.push(Timestamp::from_nanos(at));
        bars.low.push(*low);
        bars.open.push(low + open);
        bars.close.push(low + close);
        bars.high.push(low + open.max(close) + high);
        bars.volume.push(*volume);
    }
    bars
}

fn any_rows() -> impl Strategy<Value = Vec<RandomRow>> {
    let row = (
        prop_oneof![1_i64..1_000_000, 1_i64..(i64::MAX / 8)],
        0_i64..1_000_000,
        0_i64..1_000_000,
        0_i64..1_000_000,
        prop_oneof![Just(0_i64), 0_i64..1_000_000_000, 0_i64..i64::MAX],
    );
    prop::collection::vec(row, 2..30)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_csv_says_is_what_was_written(
        rows in any_rows(),
        price_scale in 0_u8..=18,
        volume_scale in 0_u8..=18,
        step in prop_oneof![Just(60_000_000_000_i64), Just(1_i64), Just(1_000_i64)],
        pack: bool,
    ) {
        let bars = columns(&rows, price_scale, volume_scale, step);
        let text = bars.to_csv();
        let path = scratch("csv-law.csv");
        if pack {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(text.as_bytes()).unwrap();
            fs::write(&path, encoder.finish().unwrap()).unwrap();
        } else {
            fs::write(&path, &text).unwrap();
        }
        let read = load(&path, &LoadOptions::default()).unwrap();
        prop_assert_eq!(read.assets[0].to_csv(), text);
        prop_assert!(read.warnings.is_empty(), "{:?}", read.warnings);
    }

    #[test]
    fn a_damaged_file_is_refused_or_read_and_never_a_panic(
        name in prop::sample::select(vec![
            "00-clean-reference.csv", "15-utf16le-bom.csv", "18-thousands-separators.csv",
            "19-decimal-comma-semicolon.csv", "22-wrong-extension-gzip.csv",
            "23-epoch-seconds-vs-ms.csv", "28-trades-bad-side.csv",
        ]),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..4), 1..8),
        skip_bad_rows: bool,
        decimal_comma: bool,
    ) {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut bytes = fs::read(root.join("tests/data/market-broken").join(name)).unwrap();
        mutate(&mut bytes, &damage);
        let path = scratch("damage-law.csv");
        fs::write(&path, &bytes).unwrap();
        let options = LoadOptions {
            skip_bad_rows,
            decimal_comma,
            trades_to: Some(Timeframe::MINUTE),
            ..LoadOptions::default()
        };
        if let Ok(loaded) = load(&path, &options) {
            let bars = &loaded.assets[0];
            prop_assert!(bars.starts.is_sorted_by(|a, b| a < b));
            for row in 0..bars.len() {
                prop_assert!(bars.low[row] > 0 && bars.volume[row] >= 0);
                prop_assert!(bars.low[row] <= bars.open[row].min(bars.close[row]));
                prop_assert!(bars.high[row] >= bars.open[row].max(bars.close[row]));
            }
        }
    }

    #[test]
    fn rows_in_any_order_make_the_same_bars(
        rows in any_rows(),
        seed in any::<prop::sample::Index>(),
    ) {
        let bars = columns(&rows, 4, 2, 60_000_000_000);
        let text = bars.to_csv();
        let mut lines: Vec<&str> = text.lines().collect();
        let header = lines.remove(0);
        let middle = seed.index(lines.len());
        lines.rotate_left(middle);
        let path = scratch("order-law.csv");
        fs::write(&path, format!("{header}\n{}\n", lines.join("\n"))).unwrap();
        let read = load(&path, &LoadOptions::default()).unwrap();
        prop_assert_eq!(read.assets[0].to_csv(), text);
        prop_assert_eq!(read.warnings.len(), usize::from(middle != 0));
    }
}

proptest! {
    // Few, because the catalog waits for the disk.
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_the_catalog_holds_is_what_was_imported(
        rows in any_rows(),
        price_scale in 0_u8..=18,
        volume_scale in 0_u8..=18,
        step in prop_oneof![Just(60_000_000_000_i64), Just(1_i64)],
    ) {
        let bars = columns(&rows, price_scale, volume_scale, step);
        let catalog = Catalog::open(scratch("catalog-law"));
        let facts = AssetFacts { kind: AssetKind::Crypto, calendar: "24/7".to_owned() };
        let entry = catalog.import(&bars, &[], &facts).unwrap();
        let read = catalog.load_entry(&entry).unwrap();
        prop_assert_eq!(read.assets[0].to_csv(), bars.to_csv());
        prop_assert_eq!(&read.facts["LAW"], &facts);
    }
}

/// A file of the catalog. Made once, because the catalog waits for the disk.
#[cfg(feature = "parquet")]
static PARQUET: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let catalog = Catalog::open(scratch("parquet-law"));
    let facts = AssetFacts {
        kind: AssetKind::Equity,
        calendar: "XNYS".to_owned(),
    };
    let bars = synthetic("synthetic:symbols=LAW;bars=60", &[])
        .unwrap()
        .assets
        .remove(0);
    let entry = catalog.import(&bars, &[], &facts).unwrap();
    fs::read(catalog.dir().join(&entry.file)).unwrap()
});

#[cfg(feature = "parquet")]
proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_parquet_is_refused_or_read_and_never_a_panic(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..4), 1..6),
    ) {
        let mut bytes = PARQUET.clone();
        mutate(&mut bytes, &damage);
        let path = scratch("damaged.parquet");
        fs::write(&path, &bytes).unwrap();
        drop(load(&path, &LoadOptions::default()));
    }
}

/// Changes, removes, repeats bytes or cuts the rest off.
fn mutate(bytes: &mut Vec<u8>, damage: &[(prop::sample::Index, u8, u8)]) {
    for (index, byte, kind) in damage {
        if bytes.is_empty() {
            return;
        }
        let at = index.index(bytes.len());
        match kind {
            0 => bytes[at] = *byte,
            1 => {
                bytes.remove(at);
            }
            2 => bytes.insert(at, bytes[at]),
            _ if *byte < 32 => bytes.truncate(at),
            _ => bytes[at] ^= 1 << (byte % 8),
        }
    }
}

#[test]
fn a_file_is_read_the_same_by_the_fast_and_the_general_reader() {
    let bars = sample(&["AAPL".to_owned()]).unwrap().assets.remove(0);
    let text = bars.to_csv();
    let path = scratch("fast.csv");
    fs::write(&path, &text).unwrap();
    let fast = load(&path, &LoadOptions::default())
        .unwrap()
        .assets
        .remove(0);
    // A column more than the uniform schema has sends every row to the general reader.
    let wide: Vec<String> = text.lines().map(|line| format!("{line},x\n")).collect();
    fs::write(&path, wide.concat()).unwrap();
    let general = load(&path, &LoadOptions::default())
        .unwrap()
        .assets
        .remove(0);
    assert_eq!(fast.to_csv(), general.to_csv());
    assert_eq!(
        (fast.price_scale, fast.volume_scale),
        (general.price_scale, general.volume_scale)
    );
}

#[test]
fn lines_across_blocks_are_whole() {
    let text = "synthetic:symbols=LAW;bars=60000;timeframe=1m;calendar=24/7";
    let bars = synthetic(text, &[]).unwrap().assets.remove(0);
    let csv = bars.to_csv();
    assert!(csv.len() > 2 << 20);
    let path = scratch("blocks.csv");
    fs::write(&path, &csv).unwrap();
    let read = load(&path, &LoadOptions::default())
        .unwrap()
        .assets
        .remove(0);
    assert_eq!(read.close, bars.close);
    assert_eq!(read.starts, bars.starts);
    let wrong = csv.replacen(",100.0", ",x", 1);
    let line = wrong.lines().position(|line| line.contains('x')).unwrap() + 1;
    fs::write(&path, &wrong).unwrap();
    let error = load(&path, &LoadOptions::default()).unwrap_err();
    assert_eq!(error.line(), Some(line as u64));
}

#[test]
fn a_catalog_file_of_several_row_groups_is_whole() {
    let text = "synthetic:symbols=LONG;bars=140000;timeframe=1m;calendar=24/7";
    let bars = synthetic(text, &[]).unwrap().assets.remove(0);
    let catalog = Catalog::open(scratch("groups-law"));
    let facts = AssetFacts {
        kind: AssetKind::Crypto,
        calendar: "24/7".to_owned(),
    };
    let entry = catalog.import(&bars, &[], &facts).unwrap();
    let read = catalog.load_entry(&entry).unwrap().assets.remove(0);
    assert_eq!((&read.starts, &read.close), (&bars.starts, &bars.close));
    assert_eq!(read.volume, bars.volume);
}
