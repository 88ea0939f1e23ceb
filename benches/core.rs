//! The pieces of the core, each on its own: `cargo bench --bench core`.
//!
//! Nothing here runs a script; `workloads` does.

#![expect(clippy::disallowed_methods, reason = "benches make their own files")]

mod data;
mod native;

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use rust_decimal::Decimal;
use rustybt::app::run::market::MarketData;
use rustybt::app::run::simulate::world;
use rustybt::core::calendar::Calendar;
use rustybt::core::engine::desk::Desk;
use rustybt::core::engine::market::Market;
use rustybt::core::indicator::{BarInput, spec};
use rustybt::core::ledger::Ledger;
use rustybt::core::model::asset::{Asset, AssetId, AssetKind};
use rustybt::core::model::fill::Fill;
use rustybt::core::model::market::{Bar, Field};
use rustybt::core::model::number::{Money, Price, Quantity};
use rustybt::core::model::order::OrderId;
use rustybt::core::model::time::{Timeframe, Timestamp};
use rustybt::core::sim::exchange::Exchange;
use rustybt::core::sim::rules::Rules;
use rustybt::core::sim::world::{DatedAction, Feed, Observer};

const BARS: usize = 100_000;
const MINUTE: Timeframe = Timeframe::MINUTE;

/// Looks at nothing.
struct Blind;

impl Observer for Blind {
    fn on_fill(&mut self, _fill: &Fill, _desk: &Desk) {}
    fn on_action(&mut self, _action: &DatedAction, _before: Quantity, _desk: &Desk) {}
    fn on_slice(&mut self, _bars: &[(AssetId, Bar)], _desk: &mut Desk) {}
    fn on_session_end(&mut self, _desk: &mut Desk) {}
    fn on_event(&mut self, _desk: &mut Desk) {}
}

/// Writes the first bars of W2 to a folder of the build and returns the file.
fn write_bars() -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-core/MIN.csv");
    let mut csv = Vec::new();
    data::write_csv(&mut csv, &data::w2_bars(BARS), 1).expect("a vector takes all");
    std::fs::create_dir_all(path.parent().expect("it has one")).expect("a folder");
    std::fs::write(&path, csv).expect("a file");
    path
}

fn load(path: &Path) -> (MarketData, rustybt::app::config::Config) {
    let more = [("data.calendar", "24/7".to_owned())];
    let config = native::config(&path.display().to_string(), &more);
    let market = MarketData::load(&config).expect("bars that can be read");
    (market, config)
}

/// Returns the bars of a run, each with the instant at which it ends.
fn slices(market: &MarketData) -> Vec<(Timestamp, Vec<(AssetId, Bar)>)> {
    let mut feed = market.feed();
    let mut all = Vec::new();
    while let Some(end) = feed.peek() {
        let mut slice = Vec::new();
        feed.next(&mut slice);
        all.push((end, slice));
    }
    all
}

fn bars_of_engine(criterion: &mut Criterion) {
    let path = write_bars();
    let (market, config) = load(&path);
    let bytes = std::fs::metadata(&path).expect("it was written").len();
    let mut group = criterion.benchmark_group("engine");
    group
        .sample_size(20)
        .throughput(Throughput::Elements(BARS as u64));
    group.bench_function("native SMA cross, a bar", |bench| {
        bench.iter_batched(
            || world(&market, &config, native::SmaCross::new(MINUTE, 10, 30)),
            |mut world| {
                world.run(&mut Blind).expect("it ends");
                world
            },
            BatchSize::PerIteration,
        );
    });
    group.bench_function("exchange without orders, a bar", |bench| {
        let slices = slices(&market);
        let mut reports = Vec::new();
        bench.iter_batched(
            || {
                let calendars = market.calendars.clone();
                let cash = Money::new(Decimal::from(100_000));
                Exchange::new(market.shared_assets(), calendars, Rules::default(), cash)
            },
            |mut exchange| {
                for (end, slice) in &slices {
                    exchange.on_bars(slice, *end, &mut reports);
                }
                exchange
            },
            BatchSize::PerIteration,
        );
    });
    group.bench_function("feed, a bar", |bench| {
        bench.iter(|| {
            let (mut feed, mut slice) = (market.feed(), Vec::new());
            while feed.peek().is_some() {
                feed.next(&mut slice);
                black_box(&slice);
            }
        });
    });
    group.throughput(Throughput::Bytes(bytes));
    group.bench_function("CSV to columns", |bench| bench.iter(|| load(&path)));
    group.finish();
}

fn windows(criterion: &mut Criterion) {
    let path = write_bars();
    let (loaded, _) = load(&path);
    let assets: Rc<[Asset]> = loaded.shared_assets();
    let mut market = Market::new(assets, loaded.calendars.clone(), MINUTE);
    for (end, slice) in slices(&loaded) {
        for (asset, bar) in &slice {
            market.push(*asset, bar);
        }
        market.close_slice(end);
    }
    let mut group = criterion.benchmark_group("window");
    for length in [30, 200, 20_000] {
        group.bench_function(format!("last value of {length}"), |bench| {
            bench.iter(|| {
                let window = market.history(AssetId(0), Field::Close, black_box(length), MINUTE);
                window.expect("minutes are there").get(-1)
            });
        });
    }
    group.finish();
}

fn ledger(criterion: &mut Criterion) {
    let assets: Vec<Asset> = (0..50)
        .map(|at| Asset::new(&data::w3_symbol(at), AssetKind::Equity, "24/7"))
        .collect();
    let calendar = Calendar::named("24/7");
    assert!(calendar.is_ok(), "it is built in");
    let mut ledger = Ledger::new(assets.into(), Money::new(Decimal::from(10_000_000)));
    for id in 0..50 {
        let price = Price::new(Decimal::new(12_345, 2));
        ledger.mark(AssetId(id), price);
        let fill = Fill {
            id: u64::from(id),
            order: OrderId(u64::from(id) + 1),
            asset: AssetId(id),
            quantity: Quantity::new(Decimal::from(100)),
            price,
            commission: Money::ZERO,
            slippage: Money::ZERO,
            time: Timestamp::default(),
            bar: Timestamp::default(),
        };
        ledger.book(&fill, Timestamp::default());
    }
    let mut cents = 10_000;
    criterion.bench_function(
        "ledger: mark one of 50 positions, then the value",
        |bench| {
            bench.iter(|| {
                cents = cents % 20_000 + 1;
                let id = AssetId(u32::try_from(cents % 50).expect("below 50"));
                ledger.mark(id, Price::new(Decimal::new(cents, 2)));
                black_box(ledger.value())
            });
        },
    );
}

fn indicators(criterion: &mut Criterion) {
    let bars: Vec<BarInput> = {
        let (market, _) = load(&write_bars());
        let all = slices(&market);
        all.iter().map(|(_, slice)| (&slice[0].1).into()).collect()
    };
    let mut group = criterion.benchmark_group("indicator");
    group
        .sample_size(20)
        .throughput(Throughput::Elements(bars.len() as u64));
    for name in ["sma", "ema", "rsi", "macd", "bbands", "atr", "max"] {
        let spec = spec(name).expect("it is in the table");
        group.bench_function(format!("{name}, a bar"), |bench| {
            bench.iter(|| {
                let mut indicator = spec.build(&[]).expect("defaults");
                for bar in &bars {
                    indicator.update(bar);
                }
                indicator.value(0)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, bars_of_engine, windows, ledger, indicators);
criterion_main!(benches);
