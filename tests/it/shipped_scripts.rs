//! The scripts that ship: they run, they trade, and none looks ahead.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;

use rustybt::core::model::asset::AssetKind;
use rustybt::core::model::time::Timeframe;

use crate::support::script::{Candle, Sandbox, frame};
use crate::support::{Folder, root};

fn shipped() -> Vec<(String, String)> {
    let mut paths: Vec<PathBuf> = fs::read_dir(root().join("scripts"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "rhai"))
        .collect();
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect()
}

/// Assets on wandering paths for a script, the same for the same seed: bars of the length and market
/// that its header asks for, three assets in days unless it asks otherwise.
fn world(name: &str, seed: u64, bars: usize) -> Sandbox {
    let (empty, symbols, wildness) = match name {
        "opening_range.rhai" => {
            let place = Sandbox::of(AssetKind::Equity, "XNYS", Timeframe::Intraday(900));
            (place, &["QQQ", "SPY"][..], 0.006)
        }
        "crypto_grid.rhai" => {
            let place = Sandbox::of(AssetKind::Crypto, "24/7", Timeframe::Intraday(3_600));
            (place, &["BTCUSDT"][..], 0.03)
        }
        _ => (Sandbox::empty(), &["AAPL", "MSFT", "GOOG"][..], 0.06),
    };
    let mut sandbox = empty;
    for (at, symbol) in (1_u64..).zip(symbols) {
        let candles = path(seed.wrapping_mul(3).wrapping_add(at), bars, wildness);
        sandbox = sandbox.with_candles(symbol, candles);
    }
    sandbox
}

fn path(seed: u64, bars: usize, wildness: f64) -> Vec<Candle> {
    let mut state = seed;
    let mut random = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from(state >> 33).unwrap()) / f64::from(1_u32 << 31)
    };
    let mut price = 100.0_f64;
    (0..bars)
        .map(|_| {
            let open = price;
            price = (price * (1.0 + (random() - 0.487) * wildness)).max(1.0);
            let high = open.max(price) * (1.0 + random() * 0.01);
            let low = open.min(price) * (1.0 - random() * 0.01);
            [open, high, low, price, 1e6]
        })
        .collect()
}

#[test]
fn every_shipped_script_says_what_it_does_runs_and_trades() {
    let scripts = shipped();
    assert!(scripts.len() >= 10);
    for (name, text) in scripts {
        let world = world(&name, 11, 800);
        assert!(text.starts_with("//! "), "{name} does not say what it does");
        let loaded = world.load(&text).unwrap();
        assert!(!loaded.description().is_empty(), "{name}");
        let interpreted = loaded.interpreted();
        assert!(interpreted.is_empty(), "{name} is slow in {interpreted:?}");
        let ran = world.clone().named(&name).run(&text);
        if let Some(error) = &ran.error {
            panic!("{name}:\n{}", frame(error));
        }
        let interpreted = world.clone().interpreted().run(&text);
        assert_eq!(
            ran.fills, interpreted.fills,
            "{name} runs otherwise when compiled"
        );
        assert_eq!(
            ran.records, interpreted.records,
            "{name} records otherwise when compiled"
        );
        assert!(ran.fills.len() > 4, "{name} has {} fills", ran.fills.len());
        assert!(ran.value > 1_000.0, "{name} lost everything");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]

    #[test]
    fn cutting_the_future_off_never_changes_a_past_decision(seed in 0_u64..1_000_000, keep in 260_usize..480) {
        for (name, text) in shipped() {
            let whole = world(&name, seed, 500);
            let cut = whole.clone().cut(keep);
            let all = whole.run(&text);
            let past = cut.run(&text);
            prop_assert!(all.error.is_none() && past.error.is_none(), "{}", name);
            let common = all.orders.get(..past.orders.len());
            prop_assert_eq!(common, Some(&past.orders[..]), "{} decided otherwise", name);
            let records = all.records.get(..past.records.len());
            prop_assert_eq!(records, Some(&past.records[..]), "{} recorded otherwise", name);
        }
    }
}

#[test]
fn a_run_that_is_written_down_and_taken_up_again_goes_on_as_if_nothing_had_happened() {
    for (seed, every) in [(5, 1), (6, 7), (7, 100)] {
        for (name, text) in shipped() {
            let world = world(&name, seed, 300);
            let whole = world.run(&text);
            let parts = world.clone().restarting(every).run(&text);
            assert_eq!(parts.fills, whole.fills, "{name}, every {every}");
            assert_eq!(parts.orders, whole.orders, "{name}, every {every}");
            assert_eq!(parts.records, whole.records, "{name}, every {every}");
            assert_eq!(parts.log, whole.log, "{name}, every {every}");
            assert_eq!(
                parts.value.to_bits(),
                whole.value.to_bits(),
                "{name}, every {every}"
            );
        }
    }
}

/// Returns the words after `label` in a script's header.
fn header<'a>(text: &'a str, label: &str) -> &'a str {
    let start = format!("//! {label}: ");
    let line = text.lines().find_map(|line| line.strip_prefix(&start));
    line.unwrap_or_else(|| panic!("the header does not say `{label}:`"))
}

/// Every header names a command; what it does is pinned: the hash is over all orders and fills.
#[test]
fn the_command_in_each_header_trades_as_it_always_did() {
    let folder = Folder::new();
    let mut golden = String::new();
    for (name, text) in shipped() {
        folder.write(&format!("scripts/{name}"), &text);
        assert!(
            !header(&text, "Data").is_empty() && !header(&text, "What can go wrong").is_empty()
        );
        let command = header(&text, "Run");
        let args: Vec<&str> = command
            .strip_prefix("rustybt ")
            .unwrap()
            .split(' ')
            .map(|word| word.trim_matches('\''))
            .chain(["--no-save", "--json"])
            .collect();
        let ran = folder.rustybt(&args);
        assert_eq!(ran.code, Some(0), "{name}: {}", ran.all());
        let result: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        let of = |field: &str| &result["data"][field];
        assert!(of("fills").as_u64() > Some(20), "{name} hardly trades");
        let _infallible = writeln!(
            golden,
            "{name}: {} fills, {}",
            of("fills"),
            of("event_hash").as_str().unwrap(),
        );
        let checked = folder.rustybt(&["check", &format!("scripts/{name}")]);
        assert_eq!(checked.code, Some(0), "{name}: {}", checked.all());
        assert!(
            checked.stdout.contains("nothing found"),
            "{}",
            checked.all()
        );
    }
    insta::assert_snapshot!(golden);
}

#[test]
fn every_strategy_has_tests_in_rhai_and_they_pass_as_those_of_the_standard_library_do() {
    let folder = Folder::new();
    let args = [
        "test",
        "scripts",
        "stdlib",
        "tests/strategies",
        "tests/stdlib",
        "--json",
    ];
    let ran = folder.command(&args).current_dir(root()).output().unwrap();
    let said = String::from_utf8(ran.stdout).unwrap();
    assert!(ran.status.success(), "{said}");
    for (name, _) in shipped() {
        let own = root().join("tests/strategies").join(&name);
        let text = fs::read_to_string(&own).unwrap_or_else(|_| panic!("{name} has no tests"));
        let stem = name.trim_end_matches(".rhai");
        assert!(
            text.contains(&format!("sim_context(\"scripts/{stem}\"")),
            "{name}"
        );
        assert!(said.contains(&format!("{stem}::test_")), "{name}: {said}");
    }
    assert!(said.contains("positions::test_"), "{said}");
}
