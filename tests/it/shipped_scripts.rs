//! The scripts that ship: they run, they trade, and none looks ahead.

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;

use crate::support::root;
use crate::support::script::{Candle, Sandbox, frame};

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

/// Three assets on a wandering path, the same for the same seed.
fn world(seed: u64, bars: usize) -> Sandbox {
    let mut sandbox = Sandbox::empty();
    for (at, symbol) in (1_u64..).zip(["AAPL", "MSFT", "GOOG"]) {
        let candles = path(seed.wrapping_mul(3).wrapping_add(at), bars);
        sandbox = sandbox.with_candles(symbol, candles);
    }
    sandbox
}

fn path(seed: u64, bars: usize) -> Vec<Candle> {
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
            price = (price * (1.0 + (random() - 0.487) * 0.06)).max(1.0);
            let high = open.max(price) * (1.0 + random() * 0.01);
            let low = open.min(price) * (1.0 - random() * 0.01);
            [open, high, low, price, 1e6]
        })
        .collect()
}

#[test]
fn every_shipped_script_says_what_it_does_runs_and_trades() {
    let world = world(11, 800);
    let scripts = shipped();
    assert!(scripts.len() >= 4);
    for (name, text) in scripts {
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
        let whole = world(seed, 500);
        let cut = whole.clone().cut(keep);
        for (name, text) in shipped() {
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
        let world = world(seed, 300);
        for (name, text) in shipped() {
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
