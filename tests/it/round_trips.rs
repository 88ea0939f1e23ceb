//! Round trips and metrics of a whole run against figures of an independent program
//! (`tests/data/run-fixture/generate.py`).

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use rust_decimal::Decimal;
use rustybt::app::report::data::{ReportData, TradeRow};
use rustybt::core::model::asset::AssetId;
use rustybt::core::model::fill::Fill;
use rustybt::core::model::number::{Money, Price, Quantity, decimal_from_f64};
use rustybt::core::model::order::{OrderId, Side};
use rustybt::core::stats::series::returns;
use rustybt::core::stats::trades::{RoundTrip, RoundTrips};
use rustybt::core::stats::{Metrics, MetricsInput};

fn fixture() -> ReportData {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/run-fixture");
    ReportData::from_folder(Path::new(folder)).expect("the fixture can be read")
}

/// Feeds fills and bars in the order of the market.
fn round_trips(data: &ReportData) -> Vec<RoundTrip> {
    let symbols: Vec<&String> = data.prices.keys().collect();
    let id = |symbol: &str| {
        let at = symbols.iter().position(|known| *known == symbol);
        AssetId(u32::try_from(at.expect("it has prices")).expect("a few"))
    };
    let tags: BTreeMap<&str, Arc<str>> = data
        .orders
        .iter()
        .map(|order| (order.order_id.as_str(), Arc::from(order.tag.as_str())))
        .collect();
    let mut trips = RoundTrips::new();
    for (at, row) in data.equity.iter().enumerate() {
        for fill in data.fills.iter().filter(|fill| fill.time == row.time) {
            let side = if fill.side == "buy" {
                Side::Buy
            } else {
                Side::Sell
            };
            let booked = Fill {
                id: 0,
                order: OrderId::parse(&fill.order_id).expect("an order's number"),
                asset: id(&fill.asset),
                quantity: side.signed(Quantity::new(fill.quantity)),
                price: Price::new(fill.price),
                commission: Money::new(fill.commission),
                slippage: Money::ZERO,
                time: fill.time,
                bar: fill.time,
            };
            trips.fill(&booked, Decimal::ONE, &tags[fill.order_id.as_str()]);
        }
        for (symbol, bars) in &data.prices {
            let price = |value| Price::new(decimal_from_f64(value).expect("a price"));
            trips.bar(id(symbol), price(bars[at].high), price(bars[at].low));
        }
    }
    trips.take_closed()
}

fn close(ours: f64, theirs: f64) -> bool {
    (ours - theirs).abs() <= 1e-9 * theirs.abs().max(1e-3)
}

fn same(ours: &RoundTrip, theirs: &TradeRow) -> bool {
    let tiny = Decimal::new(1, 15);
    ours.side.name() == theirs.side
        && ours.quantity.get() == theirs.quantity
        && (ours.entry_time, ours.exit_time) == (theirs.entry_time, theirs.exit_time)
        && (ours.entry_price.get(), ours.exit_price.get())
            == (theirs.entry_price, theirs.exit_price)
        && (ours.pnl.get() - theirs.pnl).abs() < tiny
        && (ours.commission.get() - theirs.commission).abs() < tiny
        && ours.bars_held == theirs.bars_held
        && *ours.tag == *theirs.tag
        && close(
            ours.fraction.unwrap_or(f64::NAN),
            theirs.fraction.unwrap_or(f64::NAN),
        )
        && close(ours.mae, theirs.mae.unwrap_or(f64::NAN))
        && close(ours.mfe, theirs.mfe.unwrap_or(f64::NAN))
}

#[test]
fn round_trips_agree_with_an_independent_pairing() {
    let data = fixture();
    let ours = round_trips(&data);
    assert_eq!(ours.len(), data.trades.len());
    for (ours, theirs) in ours.iter().zip(&data.trades) {
        assert!(same(ours, theirs), "{ours:?}\n{theirs:?}");
    }
}

#[test]
fn all_metrics_of_a_run_agree_with_an_independent_computation() {
    let data = fixture();
    let daily = data.daily();
    let trades: Vec<_> = round_trips(&data).iter().map(RoundTrip::result).collect();
    let closes: Vec<f64> = data.benchmark.iter().map(|(_, close)| *close).collect();
    let mut benchmark = returns(closes[0], &closes);
    benchmark[0] = None;
    let traded: Decimal = data
        .fills
        .iter()
        .map(|fill| fill.quantity * fill.price)
        .sum();
    let metrics = Metrics::compute(&MetricsInput {
        capital: data.capital(),
        days: daily.days(),
        values: daily.values(),
        held: daily.held(),
        benchmark: &benchmark,
        trades: &trades,
        traded: Some(Money::new(traded).to_f64()),
        days_per_year: 252.0,
        risk_free: 0.0,
    });
    for ((name, ours), (_, theirs)) in metrics.named().iter().zip(data.summary.metrics.named()) {
        let (Some(ours), Some(theirs)) = (ours, theirs) else {
            panic!("{name}: {ours:?}, not {theirs:?}");
        };
        assert!(close(*ours, theirs), "{name}: {ours}, not {theirs}");
    }
}
