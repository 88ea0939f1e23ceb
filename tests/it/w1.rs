//! The moving-average cross over twelve years of daily bars, with splits and dividends, to the last
//! digit: engine and exchange on the calendar of New York against the reference's `fills.csv` and
//! `equity.csv`.

use std::collections::BTreeMap;
use std::path::Path;

use rust_decimal::Decimal;
use rustybt::core::engine::desk::Desk;
use rustybt::core::model::asset::AssetId;
use rustybt::core::model::market::{CorporateAction, Field};
use rustybt::core::model::order::OrderType;
use rustybt::core::model::time::Timestamp;
use rustybt::core::sim::commission::Commission;
use rustybt::core::sim::rules::FillAt;
use rustybt::core::sim::slippage::Slippage;
use serde::Deserialize;

use crate::reference_vectors::read;
use crate::support::world::{each_bar, place, request, world};

const A: AssetId = AssetId(0);

#[derive(Deserialize)]
struct Expected {
    arguments: BTreeMap<String, String>,
    fills: usize,
    final_cash: Decimal,
    final_value: Decimal,
}

fn rows(name: &str) -> Vec<csv::StringRecord> {
    // The longer files are packed.
    let packed = format!("{name}.gz");
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/vectors/reference");
    let is_packed = Path::new(folder).join(&packed).exists();
    let text = read(if is_packed { &packed } else { name });
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.records().map(Result::unwrap).collect()
}

/// Holds the asset while the mean of the last 10 closes lies above that of the last 30.
fn cross(long: &mut bool, desk: &mut Desk) {
    let base = desk.market.base();
    let closes = desk.market.history(A, Field::Close, 30, base).unwrap();
    let gap = closes.with(|values| {
        let mean =
            |part: &[f64]| part.iter().sum::<f64>() / f64::from(u32::try_from(part.len()).unwrap());
        (values.len() == 30).then(|| mean(&values[20..]) - mean(values))
    });
    let Some(gap) = gap.filter(|gap| gap.abs() > 1e-6) else {
        return;
    };
    if (gap > 0.0) == *long {
        return;
    }
    *long = gap > 0.0;
    let value = desk.value_of_fraction(Decimal::from(u8::from(*long)));
    let target = desk.units_for_value(A, value).unwrap();
    let units = desk.units_to_target(A, target);
    place(desk, request(units.get(), OrderType::Market));
}

fn check(folder: &str) {
    let expected: Expected =
        serde_json::from_str(&read(&format!("{folder}/expected.json"))).unwrap();
    let argument = |name: &str| expected.arguments[name].as_str();
    let symbol = argument("data").strip_suffix(".csv.gz").unwrap();
    let bars = rows(argument("data"));
    let number = |text: &str| -> Decimal { text.parse().unwrap() };
    let values = bars
        .iter()
        .map(|row| Some([1, 2, 3, 4, 5].map(|column| number(&row[column]))));
    let mut builder = world()
        .times("XNYS", "1d", &bars[0][0])
        .labels(
            bars.iter()
                .map(|row| Timestamp::parse(&row[0]).unwrap())
                .collect(),
        )
        .cash(number(argument("capital")))
        .rules(|rules| {
            rules.fill_at = FillAt::parse(argument("fill_at")).unwrap();
            rules.volume_limit = argument("volume_limit").parse().ok();
            rules.commission = Some(Commission::PerShare {
                rate: Decimal::new(5, 3),
                minimum: Decimal::ONE,
                fee: Decimal::ZERO,
            });
            rules.slippage = Some(Slippage::BasisPoints { bps: 5.into() });
        })
        .rows(symbol, values.collect());
    if symbol == "AAPL" {
        for row in rows("AAPL.actions.csv") {
            let value = number(&row[2]);
            let action = match &row[1] {
                "split" => CorporateAction::Split(value),
                "dividend" => CorporateAction::Dividend(value),
                other => panic!("no action {other}"),
            };
            builder = builder.action(symbol, &row[0], action);
        }
    }
    let mut long = false;
    let sim = builder.run(each_bar(|_, desk| cross(&mut long, desk)));
    let fills = rows(&format!("{folder}/fills.csv"));
    assert_eq!(fills.len(), expected.fills);
    assert_eq!(sim.seen.fills.len(), fills.len(), "{folder}");
    for (seen, row) in sim.seen.fills.iter().zip(&fills) {
        let fill = &seen.fill;
        assert_eq!(fill.bar.to_string(), row[0], "{folder}");
        assert_eq!(fill.order.to_string(), row[1], "{folder}");
        let is = [
            fill.quantity.get().abs(),
            fill.price.get(),
            fill.commission.get(),
            fill.slippage.get(),
            seen.cash.get(),
            seen.position.get(),
        ];
        let should = [4, 5, 6, 7, 8, 9].map(|column| number(&row[column]));
        assert_eq!(is, should, "{folder} {}", &row[1]);
    }
    let equity = rows(&format!("{folder}/equity.csv"));
    assert_eq!(sim.seen.equity.len(), equity.len(), "{folder}");
    for (value, row) in sim.seen.equity.iter().zip(&equity) {
        assert_eq!(value.get(), number(&row[3]), "{folder} {}", &row[0]);
    }
    assert_eq!(sim.desk().ledger.cash().get(), expected.final_cash);
    assert_eq!(sim.desk().ledger.value().get(), expected.final_value);
}

#[test]
fn the_cross_over_google_is_that_of_the_reference() {
    check("w1-goog");
    check("w1-goog-next-close");
    check("w1-goog-this-close");
}

#[test]
fn the_cross_with_a_volume_limit_is_that_of_the_reference() {
    check("w1-goog-volume-limit");
    check("w1-goog-100m-volume-limit");
}

#[test]
fn the_cross_over_splits_and_dividends_is_that_of_the_reference() {
    check("w1-aapl-actions");
    check("w1-aapl-actions-200m-volume-limit");
}
