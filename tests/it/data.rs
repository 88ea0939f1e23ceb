//! Files of bars and trades: what loads, what is refused, and what is said about it.

use std::path::{Path, PathBuf};

use rustybt::core::model::time::{Timeframe, Timestamp};
use rustybt::shell::catalog::{DataError, LoadOptions, Loaded, Notice, load};

fn broken(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/market-broken")
        .join(name)
}

fn load_broken(name: &str, options: &LoadOptions) -> Result<Loaded, DataError> {
    load(&broken(name), options)
}

/// What must become of a file.
enum Expected {
    /// Rows, and the notices with their first lines.
    Loads(usize, &'static [(Notice, &'static [u64])]),
    /// Line, column and words of the message.
    Refused(Option<u64>, Option<&'static str>, &'static str),
}

use Expected::{Loads, Refused};

const BROKEN: [(&str, Expected); 29] = [
    ("00-clean-reference.csv", Loads(40, &[])),
    (
        "01-truncated-last-line.csv",
        Refused(Some(41), None, "3 fields, expected 6 (file cut off?)"),
    ),
    (
        "02-nan-price.csv",
        Refused(Some(15), Some("close"), "`NaN` is not a number"),
    ),
    (
        "03-negative-price.csv",
        Refused(
            Some(12),
            Some("low"),
            "prices must be above zero, was -54.88",
        ),
    ),
    (
        "04-high-below-low.csv",
        Refused(Some(11), Some("high"), "high 54.84 is below low 55.69"),
    ),
    (
        "05-duplicate-identical.csv",
        Loads(40, &[(Notice::DuplicatesDropped, &[22])]),
    ),
    (
        "06-duplicate-conflicting.csv",
        Refused(Some(22), Some("timestamp"), "the other is line 21"),
    ),
    ("07-out-of-order.csv", Loads(40, &[(Notice::Sorted, &[13])])),
    (
        "08-newest-first.csv",
        Loads(40, &[(Notice::NewestFirst, &[])]),
    ),
    (
        "09-mixed-time-zones.csv",
        Loads(40, &[(Notice::OffsetsChange, &[22])]),
    ),
    (
        "10-no-time-zone.csv",
        Loads(40, &[(Notice::AssumedUtc, &[2])]),
    ),
    (
        "11-missing-column.csv",
        Refused(
            Some(1),
            None,
            "column close is missing; found: timestamp, open, high, low, volume",
        ),
    ),
    (
        "12-short-row.csv",
        Refused(Some(18), None, "5 fields, expected 6"),
    ),
    (
        "13-empty-file.csv",
        Refused(None, None, "the file is empty"),
    ),
    ("14-header-only.csv", Refused(None, None, "no data rows")),
    ("15-utf16le-bom.csv", Loads(40, &[(Notice::Utf16, &[])])),
    ("16-utf8-bom.csv", Loads(40, &[])),
    (
        "17-huge-number.csv",
        Refused(Some(22), Some("high"), "`1e308` is out of range"),
    ),
    (
        "18-thousands-separators.csv",
        Loads(40, &[(Notice::ThousandsSeparators, &[2, 3, 4, 5, 6])]),
    ),
    (
        "19-decimal-comma-semicolon.csv",
        Refused(
            Some(1),
            None,
            "separated by `;` and numbers have decimal commas",
        ),
    ),
    ("20-crlf.csv", Loads(40, &[])),
    (
        "21-gzip-truncated.csv.gz",
        Refused(None, None, "compressed data ends early"),
    ),
    ("22-wrong-extension-gzip.csv", Loads(40, &[])),
    (
        "23-epoch-seconds-vs-ms.csv",
        Refused(
            Some(22),
            Some("timestamp"),
            "is a time in milliseconds, the lines above it are in seconds",
        ),
    ),
    (
        "24-impossible-date.csv",
        Refused(
            Some(8),
            Some("timestamp"),
            "`2004-11-31T00:00:00Z` is no day of the calendar",
        ),
    ),
    (
        "25-text-in-volume.csv",
        Refused(Some(30), Some("volume"), "`n/a` is not a number"),
    ),
    (
        "26-zero-price.csv",
        Refused(Some(18), Some("open"), "prices must be above zero, was 0"),
    ),
    ("27-nul-bytes.csv", Refused(Some(27), None, "NUL bytes")),
    (
        "28-trades-bad-side.csv",
        Refused(
            Some(26),
            Some("side"),
            "side is `hold`; it must be buy, sell or empty",
        ),
    ),
];

#[test]
fn every_broken_file_gets_what_it_deserves() {
    let clean = load_broken("00-clean-reference.csv", &LoadOptions::default()).unwrap();
    for (name, expected) in &BROKEN {
        match (load_broken(name, &LoadOptions::default()), expected) {
            (Ok(loaded), Loads(rows, notices)) => {
                let [bars] = &loaded.assets[..] else {
                    panic!("{name}: one asset");
                };
                assert_eq!(bars.len(), *rows, "{name}");
                assert_eq!(bars.timeframe, Timeframe::Day, "{name}");
                let found: Vec<(Notice, &[u64])> = loaded
                    .warnings
                    .iter()
                    .map(|warning| (warning.notice.clone(), &warning.lines[..]))
                    .collect();
                assert_eq!(found, *notices, "{name}");
                assert_eq!(bars.close, clean.assets[0].close, "{name}");
                assert_eq!(bars.volume, clean.assets[0].volume, "{name}");
            }
            (Err(error), Refused(line, column, words)) => {
                assert_eq!(
                    (error.line(), error.column()),
                    (*line, *column),
                    "{name}: {error}"
                );
                assert!(error.to_string().contains(words), "{name}: {error}");
                assert!(error.to_string().contains(name), "{name}: {error}");
                assert!(error.hint().is_some(), "{name}: {error}");
            }
            (Ok(_), Refused(..)) => panic!("{name} was loaded"),
            (Err(error), Loads(..)) => panic!("{name}: {error}"),
        }
    }
}

#[test]
fn strict_turns_each_warning_into_an_error_and_nothing_else() {
    let options = LoadOptions {
        strict: true,
        ..LoadOptions::default()
    };
    for (name, expected) in &BROKEN {
        let clean = matches!(expected, Loads(_, []));
        assert_eq!(load_broken(name, &options).is_ok(), clean, "{name}");
    }
}

#[test]
fn bad_rows_can_be_left_out_and_are_counted() {
    let options = LoadOptions {
        skip_bad_rows: true,
        ..LoadOptions::default()
    };
    for (name, rows, line) in [
        ("01-truncated-last-line.csv", 39, 41),
        ("02-nan-price.csv", 39, 15),
        ("04-high-below-low.csv", 39, 11),
        ("12-short-row.csv", 39, 18),
        ("17-huge-number.csv", 39, 22),
        ("24-impossible-date.csv", 39, 8),
    ] {
        let loaded = load_broken(name, &options).unwrap();
        assert_eq!(loaded.assets[0].len(), rows, "{name}");
        assert_eq!(loaded.warnings[0].lines, [line], "{name}");
        assert_eq!(loaded.warnings[0].rows, 1, "{name}");
    }
    for name in ["06-duplicate-conflicting.csv", "23-epoch-seconds-vs-ms.csv"] {
        assert!(load_broken(name, &options).is_err(), "{name}");
    }
}

#[test]
fn a_decimal_comma_is_read_when_asked_for() {
    let options = LoadOptions {
        delimiter: Some(b';'),
        decimal_comma: true,
        ..LoadOptions::default()
    };
    let loaded = load_broken("19-decimal-comma-semicolon.csv", &options).unwrap();
    let clean = load_broken("00-clean-reference.csv", &LoadOptions::default()).unwrap();
    assert_eq!(loaded.assets[0].to_csv(), clean.assets[0].to_csv());
    assert!(loaded.warnings.is_empty());
}

#[test]
fn mixed_offsets_become_the_instants_they_are() {
    let loaded = load_broken("09-mixed-time-zones.csv", &LoadOptions::default()).unwrap();
    let starts = &loaded.assets[0].starts;
    assert_eq!(
        starts[19],
        Timestamp::parse("2004-11-29T00:00:00Z").unwrap()
    );
    assert_eq!(
        starts[20],
        Timestamp::parse("2004-11-30T05:00:00Z").unwrap()
    );
}

/// The shared market data, if this machine has it.
fn market() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = ["../shared", "../../shared"]
        .iter()
        .map(|shared| root.join(shared).join("data/market"))
        .find(|market| market.is_dir());
    if found.is_none() {
        println!("skipped: there is no ../shared/data/market");
    }
    found
}

fn zip(reader: csv::Reader<std::fs::File>) -> Vec<csv::StringRecord> {
    reader.into_records().map(Result::unwrap).collect()
}

#[test]
fn probe() {
    let Some(market) = market() else { return };
    let manifest = zip(csv::Reader::from_path(market.join("MANIFEST.csv")).unwrap());
    for row in &manifest {
        let path = &row[0];
        let options = LoadOptions {
            trades_to: Some(Timeframe::MINUTE),
            ..LoadOptions::default()
        };
        if path.starts_with("corporate") || path.starts_with("lic") {
            continue;
        }
        match load(&market.join(path), &options) {
            Ok(l) => println!(
                "{path} {} manifest {} {} scales {} {} {:?}",
                l.assets[0].len(),
                &row[2],
                l.assets[0].timeframe,
                l.assets[0].price_scale,
                l.assets[0].volume_scale,
                l.warnings.iter().map(|w| w.to_string()).collect::<Vec<_>>()
            ),
            Err(e) => println!("ERR {} | hint {:?}", e, e.hint()),
        }
    }
}
