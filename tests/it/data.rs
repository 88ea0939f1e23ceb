//! Files of bars and trades: what loads, what is refused, and what is said about it.

use std::path::{Path, PathBuf};

use rustybt::core::calendar::Calendar;
use rustybt::core::calendar::zone::parse_zone;
use rustybt::core::model::time::{Timeframe, Timestamp};
use rustybt::shell::catalog::{
    BarColumns, DataError, FindingKind, LoadOptions, Loaded, Notice, VerifyLimits, load, sample,
    verify,
};

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
        Loads(
            40,
            &[(Notice::OffsetsChange, &[22]), (Notice::NotAtMidnight, &[])],
        ),
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
#[expect(clippy::print_stdout, reason = "a skipped test says so")]
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

fn default_load(path: &Path) -> Loaded {
    load(path, &LoadOptions::default()).unwrap_or_else(|error| panic!("{error}"))
}

/// The bars of one file.
fn bars_of(path: &Path, options: &LoadOptions) -> BarColumns {
    let mut loaded = load(path, options).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(loaded.assets.len(), 1, "{}", path.display());
    loaded.assets.remove(0)
}

#[test]
fn every_uniform_file_has_the_rows_of_its_manifest_or_a_real_error() {
    let Some(market) = market() else { return };
    let options = LoadOptions {
        trades_to: Some(Timeframe::MINUTE),
        ..LoadOptions::default()
    };
    let mut manifest = csv::Reader::from_path(market.join("MANIFEST.csv")).unwrap();
    let mut n_loaded = 0;
    for row in manifest.records() {
        let row = row.unwrap();
        let (path, rows, first) = (&row[0], row[2].to_owned(), row[3].to_owned());
        let file = market.join(path);
        match path.split('/').next().unwrap() {
            "index" if path.contains("VIX") => {
                let error = load(&file, &options).unwrap_err();
                let place = (error.line(), error.column());
                assert_eq!(place, (Some(535), Some("high")), "{error}");
                assert!(
                    error
                        .to_string()
                        .ends_with("high 18.57 is below open 19.24")
                );
            }
            "quotes" | "funding" => {
                let error = load(&file, &options).unwrap_err();
                assert!(
                    error.to_string().contains("column open is missing"),
                    "{error}"
                );
            }
            "crypto" | "futures" | "fx" | "index" | "us-equity" => {
                let bars = bars_of(&file, &options);
                assert_eq!(bars.len().to_string(), rows, "{path}");
                assert!(
                    bars.starts[0].to_string().starts_with(&first[..16]),
                    "{path}"
                );
                let interval = path.split('-').find_map(|part| Timeframe::parse(part).ok());
                assert_eq!(Some(bars.timeframe), interval, "{path}");
                assert_eq!(bars.sha256, row[6], "{path}");
                n_loaded += 1;
            }
            "trades" => {
                let bars = bars_of(&file, &options);
                assert!(bars.len() < rows.parse().unwrap(), "{path}");
                n_loaded += 1;
            }
            _ => {}
        }
    }
    assert_eq!(n_loaded, 47);
}

#[test]
fn bars_made_of_trades_are_those_of_the_exchange() {
    let Some(market) = market() else { return };
    let options = LoadOptions {
        trades_to: Some(Timeframe::MINUTE),
        ..LoadOptions::default()
    };
    let recorded = bars_of(
        &market.join("crypto/XRPETH-1m-freqtrade-201910.csv"),
        &LoadOptions::default(),
    );
    let made = bars_of(
        &market.join("trades/XRPETH-trades-freqtrade-201910.csv.gz"),
        &options,
    );
    assert_eq!(made.to_csv(), recorded.to_csv());
}

#[test]
fn files_as_their_sources_wrote_them_load() {
    let Some(market) = market() else { return };
    let original = market.join("original-formats");
    let utc = LoadOptions {
        zone: Some(parse_zone("UTC").unwrap()),
        ..LoadOptions::default()
    };

    let klines = bars_of(&original.join("nautilus/ADABTC-1m-2021-11-27.csv"), &utc);
    assert_eq!((klines.len(), klines.timeframe), (10, Timeframe::MINUTE));
    let mut first = String::new();
    klines.write_row(0, &mut first);
    assert_eq!(
        first,
        "2021-11-27T00:00:00Z,0.00002853,0.00002854,0.00002851,0.00002854,36304.2"
    );

    let dukascopy = bars_of(&original.join("dukascopy/FOREX_EURUSD_1H_ASK.csv"), &utc);
    let uniform = default_load(&market.join("fx/EURUSD-1h-dukascopy-ask-2017.csv"));
    assert_eq!(dukascopy.to_csv(), uniform.assets[0].to_csv());

    let perpetual = original.join("nautilus/btc-perp-20211231-20220201_1m.csv");
    let uniform = default_load(&market.join("crypto/BTC-PERP-1m-ftx-202201.csv.gz"));
    assert_eq!(
        bars_of(&perpetual, &utc).to_csv(),
        uniform.assets[0].to_csv()
    );

    let minutes = bars_of(&original.join("backtrader/2006-min-005.txt"), &utc);
    assert_eq!(minutes.starts[0].to_string(), "2006-01-02T09:05:00Z");
    let berlin = LoadOptions {
        zone: Some(parse_zone("Europe/Berlin").unwrap()),
        ..LoadOptions::default()
    };
    let minutes = bars_of(&original.join("backtrader/2006-min-005.txt"), &berlin);
    assert_eq!(minutes.starts[0].to_string(), "2006-01-02T08:05:00Z");
    let days = bars_of(&original.join("backtrader/2006-day-001.txt"), &berlin);
    assert_eq!(days.starts[0].to_string(), "2006-01-02T00:00:00Z");
    let weeks = bars_of(&original.join("backtrader/2006-week-001.txt"), &utc);
    assert_eq!(weeks.timeframe, Timeframe::Week);

    let adjusted = LoadOptions {
        map: "close=\"Adj Close\"".parse().unwrap(),
        ..LoadOptions::default()
    };
    // The adjusted close lies below the unadjusted low: such a mapping is refused, not believed.
    let error = load(&original.join("backtrader/orcl-2003-2005.txt"), &adjusted).unwrap_err();
    assert_eq!((error.line(), error.column()), (Some(2), Some("Adj Close")));
}

#[test]
fn columns_without_a_header_are_mapped_by_their_number() {
    let Some(market) = market() else { return };
    let file = market.join("original-formats/bitfinex/LTCUSD-1m-2013-merged.csv.gz");
    let error = load(&file, &LoadOptions::default()).unwrap_err();
    assert!(
        error.to_string().contains("open 3.13 is below low 3.3"),
        "{error}"
    );
    let options = LoadOptions {
        map: "timestamp=1,open=2,close=3,high=4,low=5,volume=6"
            .parse()
            .unwrap(),
        symbols: vec!["LTCUSD".to_owned()],
        ..LoadOptions::default()
    };
    let bars = bars_of(&file, &options);
    assert_eq!(
        (bars.symbol.as_str(), bars.timeframe),
        ("LTCUSD", Timeframe::MINUTE)
    );
    assert!(bars.len() > 10_000);
}

#[test]
#[cfg(feature = "parquet")]
fn trades_in_parquet_give_the_same_bars_as_in_csv() {
    let Some(market) = market() else { return };
    let options = LoadOptions {
        trades_to: Some(Timeframe::MINUTE),
        ..LoadOptions::default()
    };
    let packed = market.join("original-formats/freqtrade/XRP_ETH-trades.parquet");
    let text = market.join("trades/XRPETH-trades-freqtrade-201910.csv.gz");
    assert_eq!(
        bars_of(&packed, &options).to_csv(),
        bars_of(&text, &options).to_csv()
    );
    let error = load(&packed, &LoadOptions::default()).unwrap_err();
    assert!(
        error.to_string().contains("holds trades, not bars"),
        "{error}"
    );
}

#[test]
fn known_faults_of_real_data_are_found() {
    let Some(market) = market() else { return };
    let equity = market.join("us-equity");
    let found = |file: &str, kind: FindingKind| -> Vec<String> {
        let loaded = default_load(&equity.join(file));
        let calendar = Calendar::named("XNYS").unwrap();
        verify(&loaded.assets[0], &[], &calendar, VerifyLimits::default())
            .into_iter()
            .filter(|finding| finding.kind == kind)
            .map(|finding| finding.at)
            .collect()
    };
    let splits = ["2000-06-21", "2005-02-28", "2014-06-09", "2020-08-31"];
    assert_eq!(found("AAPL-1d-lean.csv", FindingKind::Split), splits);
    let spikes = found("AAPL-1d-lean.csv", FindingKind::Spike);
    for date in ["2009-09-21", "2010-08-31", "2011-01-03"] {
        assert!(spikes.iter().any(|at| at == date), "{date} in {spikes:?}");
    }
    assert_eq!(
        found("AAPL-1m-lean-201406-split.csv", FindingKind::Split),
        ["2014-06-09T08:00:00Z"]
    );
    assert_eq!(found("WM-1d-lean.csv", FindingKind::Hole), ["2008-09-29"]);
    assert!(found("USO-1d-lean.csv", FindingKind::Split).contains(&"2020-04-29".to_owned()));
    assert!(found("USO-1d-lean.csv", FindingKind::Hole).contains(&"1998-12-31".to_owned()));
    assert_eq!(found("QQQ-1d-lean.csv", FindingKind::Hole), ["2004-12-01"]);

    let coins = default_load(&market.join("crypto/BTCUSD-1d-coinbase.csv"));
    let always = Calendar::named("24/7").unwrap();
    let gaps = verify(&coins.assets[0], &[], &always, VerifyLimits::default());
    let missing = gaps
        .iter()
        .find(|finding| finding.at == "2014-12-19")
        .unwrap();
    assert_eq!(missing.kind, FindingKind::Gap);
    assert!(
        missing.detail.contains("sessions without a bar"),
        "{}",
        missing.detail
    );
}

#[test]
fn the_sample_is_clean_with_its_splits_and_is_what_the_market_folder_holds() {
    let sample = sample(&[]).unwrap();
    let calendar = Calendar::named("XNYS").unwrap();
    for bars in &sample.assets {
        let none = Vec::new();
        let actions = sample.actions.get(&bars.symbol).unwrap_or(&none);
        let found = verify(bars, actions, &calendar, VerifyLimits::default());
        assert!(
            !found
                .iter()
                .any(|f| f.kind == FindingKind::Split || f.kind == FindingKind::Hole),
            "{found:?}"
        );
    }
    let Some(market) = market() else { return };
    let options = LoadOptions {
        actions: Some(market.join("corporate-actions")),
        ..LoadOptions::default()
    };
    let file = market.join("us-equity/MSFT-1d-wiki.csv");
    let bars = bars_of(&file, &options);
    let of_sample = sample.assets.iter().find(|b| b.symbol == "MSFT").unwrap();
    assert_eq!(bars.to_csv(), of_sample.to_csv());
}

#[test]
fn coarser_bars_are_those_that_the_source_made() {
    let Some(market) = market() else { return };
    let hours = default_load(&market.join("us-equity/SPY-1h-lean.csv.gz"));
    let days = default_load(&market.join("us-equity/SPY-1d-lean.csv"));
    let calendar = Calendar::named("XNYS").unwrap();
    let made = hours.assets[0]
        .resampled(Timeframe::Day, &calendar)
        .unwrap();
    assert_eq!(made.starts, days.assets[0].starts);
    // The source takes its daily bars from more exchanges, so prices differ a little on some days.
    let n_equal = (0..made.len())
        .filter(|row| made.high[*row] == days.assets[0].high[*row])
        .count();
    assert_eq!(n_equal, 4601);
}

/// A file of the format of a well-known source: its text, options, and its first row as we write it.
type Sample = (
    &'static str,
    &'static str,
    fn(&mut LoadOptions),
    &'static str,
);

const SOURCES: [Sample; 9] = [
    (
        "Yahoo",
        "Date,Open,High,Low,Close,Adj Close,Volume\n2003-01-02,10.940000,11.250000,10.800000,11.210000,9.971185,32064900\n2003-01-03,11.19,11.62,11.12,11.56,10.28,30879500\n",
        |_| {},
        "2003-01-02T00:00:00Z,10.94,11.25,10.8,11.21,32064900",
    ),
    (
        "CryptoDataDownload",
        "https://www.CryptoDataDownload.com\nunix,date,symbol,open,high,low,close,Volume BTC,Volume USD\n1586995200000,2020-04-16 00:00:00,BTC/USD,6640.45,6640.45,6613.69,6613.69,79.1,523000.5\n1586991600000,2020-04-15 23:00:00,BTC/USD,6643.2,6665.12,6622.31,6640.45,104.2,692000\n",
        |_| {},
        "2020-04-15T23:00:00Z,6643.2,6665.12,6622.31,6640.45,104.2",
    ),
    (
        "MetaTrader",
        "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>\n2020.01.02\t00:00:00\t1.12122\t1.12129\t1.12116\t1.12117\t54\t0\t2\n2020.01.02\t00:01:00\t1.12117\t1.12120\t1.12110\t1.12111\t60\t0\t2\n",
        |options| options.zone = Some(parse_zone("UTC").unwrap()),
        "2020-01-02T00:00:00Z,1.12122,1.12129,1.12116,1.12117,0",
    ),
    (
        "Stooq",
        "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>\nAAPL.US,D,20200102,000000,71.3,72.3,71.1,72.2,1000,0\nAAPL.US,D,20200103,000000,71.5,72.3,71.3,71.6,2000,0\n",
        |options| options.zone = Some(parse_zone("America/New_York").unwrap()),
        "2020-01-02T00:00:00Z,71.3,72.3,71.1,72.2,1000",
    ),
    (
        "Nasdaq",
        "Date,Close/Last,Volume,Open,High,Low\n01/31/2020,71.6,2000,71.5,72.3,71.3\n01/30/2020,72.2,1000,71.3,72.3,71.1\n",
        |options| options.date_order = Some("mdy".parse().unwrap()),
        "2020-01-30T00:00:00Z,71.3,72.3,71.1,72.2,1000",
    ),
    (
        "pandas",
        ",open,high,low,close,volume\n2020-01-02 09:30:00-05:00,71.3,72.3,71.1,72.2,1000.0\n2020-01-02 09:31:00-05:00,71.5,72.3,71.3,71.6,2000.0\n",
        |_| {},
        "2020-01-02T14:30:00Z,71.3,72.3,71.1,72.2,1000",
    ),
    (
        "CCXT",
        "timestamp,open,high,low,close,volume\n1502942400000,5.33e-05,5.4E-5,5.3e-05,0.0000533,1e3\n1502942460000,5.33e-05,5.4E-5,5.3e-05,0.0000533,1.5e3\n",
        |_| {},
        "2017-08-17T04:00:00Z,0.0000533,0.000054,0.000053,0.0000533,1000",
    ),
    (
        "a German bank",
        "Datum;Eröffnung;Hoch;Tief;Schluss;Stück\n02.01.2020;1.071,3;1.072,3;1.071,1;1.072,2;1.000\n03.01.2020;1.071,5;1.072,3;1.071,3;1.071,6;2.000\n",
        |options| {
            options.map = "date=Datum,open=Eröffnung,high=Hoch,low=Tief,close=Schluss,volume=Stück"
                .parse()
                .unwrap();
            options.decimal_comma = true;
        },
        "2020-01-02T00:00:00Z,1071.3,1072.3,1071.1,1072.2,1000",
    ),
    (
        "a spreadsheet",
        "\"Timestamp\",\"Open\",\"High\",\"Low\",\"Close\",\"Volume\"\r\n\"2020-01-02 09:30\",\"1,071.30\",\"1,072.30\",\"1,071.10\",\"1,072.20\",\"1,000\"\r\n\"2020-01-02 09:31\",\"1,071.50\",\"1,072.30\",\"1,071.30\",\"1,071.60\",\"2,000\"\r\n\r\n",
        |options| options.zone = Some(parse_zone("America/New_York").unwrap()),
        "2020-01-02T14:30:00Z,1071.3,1072.3,1071.1,1072.2,1000",
    ),
];

#[test]
fn files_of_well_known_sources_are_understood() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("SOURCE.csv");
    for (source, text, set, expected) in SOURCES {
        let mut options = LoadOptions::default();
        set(&mut options);
        std::fs::write(&path, text).unwrap();
        let first = match load(&path, &options) {
            Ok(loaded) => {
                let mut row = String::new();
                loaded.assets[0].write_row(0, &mut row);
                row
            }
            Err(error) => error.to_string(),
        };
        assert!(first.contains(expected), "{source}: {first}");
    }
}

#[test]
fn the_cell_of_an_error_can_be_underlined() {
    let error = load_broken("25-text-in-volume.csv", &LoadOptions::default()).unwrap_err();
    let line = error.source_line().unwrap();
    let (start, end) = error.cell().unwrap();
    assert_eq!(&line[start - 1..end - 1], "n/a");
    let error = load_broken("01-truncated-last-line.csv", &LoadOptions::default()).unwrap_err();
    assert_eq!(error.source_line(), Some("2004-12-28T00:00:00Z,63.3,6"));
    assert_eq!(error.cell(), None);
}
