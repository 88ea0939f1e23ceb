//! The reference's tables of pure functions: commission, slippage, books, trails, refused orders.

use rust_decimal::Decimal;
use rustybt::core::engine::desk::Desk;
use rustybt::core::ledger::Ledger;
use rustybt::core::model::asset::{Asset, AssetId, AssetKind};
use rustybt::core::model::fill::Fill;
use rustybt::core::model::number::{Money, Price, Quantity, decimal_from_f64};
use rustybt::core::model::order::{OrderId, OrderType, Side, Trail};
use rustybt::core::model::time::Timestamp;
use rustybt::core::sim::commission::{Charge, Liquidity, Turnover};
use rustybt::core::sim::slippage::{Slippage, Trade, Usual};
use serde::Deserialize;
use serde_json::Value;

use crate::exchange::{commission, slippage};
use crate::reference_vectors::{self as vectors, read};
use crate::support::world::{each_bar, place, request, world};

#[derive(Deserialize)]
struct Tables {
    commission: Vec<CommissionRow>,
    slippage: Vec<SlippageRow>,
    volatility: Vec<Value>,
    bad_models: Vec<BadModel>,
    ledger: Vec<LedgerRow>,
    weights: Vec<WeightsRow>,
    trails: Vec<TrailRow>,
    bad_orders: Vec<BadOrder>,
}

#[derive(Deserialize)]
struct CommissionRow {
    id: String,
    model: vectors::Commission,
    maker: bool,
    same_order: bool,
    fills: Vec<ChargedFill>,
}

#[derive(Deserialize)]
struct ChargedFill {
    quantity: Decimal,
    price: Decimal,
    commission: Decimal,
}

#[derive(Deserialize)]
struct SlippageRow {
    id: String,
    model: vectors::Slippage,
    side: String,
    base: Decimal,
    used: Decimal,
    volume: Decimal,
    price: Decimal,
}

#[derive(Deserialize)]
struct BadModel {
    id: String,
    family: String,
    model: Value,
}

#[derive(Deserialize)]
struct LedgerRow {
    id: String,
    cash: Decimal,
    multiplier: Decimal,
    fills: Vec<ChargedFill>,
    mark: Decimal,
    cash_after: Decimal,
    amount: Decimal,
    cost_basis: Option<Decimal>,
    realized: Option<Decimal>,
    unrealized: Option<Decimal>,
    portfolio_value: Decimal,
}

#[derive(Deserialize)]
struct WeightsRow {
    id: String,
    cash: Decimal,
    positions: Vec<WeightedPosition>,
    portfolio_value: Decimal,
}

#[derive(Deserialize)]
struct WeightedPosition {
    asset: String,
    amount: Decimal,
    price: Decimal,
    multiplier: Decimal,
    value: Decimal,
}

#[derive(Deserialize)]
struct TrailRow {
    id: String,
    side: String,
    kind: String,
    distance: Decimal,
    prices: Vec<Decimal>,
    stops: Vec<Decimal>,
}

#[derive(Deserialize)]
struct BadOrder {
    id: String,
    options: Value,
}

fn tables() -> Tables {
    serde_json::from_str(&read("tables.json")).expect("tables of the reference")
}

fn side(name: &str) -> Side {
    if name == "buy" { Side::Buy } else { Side::Sell }
}

/// Makes an asset that is paid for, whatever its multiplier.
fn asset(symbol: &str, multiplier: Decimal) -> Asset {
    let kind = if multiplier == Decimal::ONE {
        AssetKind::Crypto
    } else {
        AssetKind::Option
    };
    let mut asset = Asset::new(symbol, kind, "24/7");
    asset.multiplier = multiplier;
    asset
}

fn fill(id: u32, quantity: Decimal, price: Decimal, commission: Decimal) -> Fill {
    Fill {
        id: 1,
        order: OrderId(1),
        asset: AssetId(id),
        quantity: Quantity::new(quantity),
        price: Price::new(price),
        commission: Money::new(commission),
        slippage: Money::ZERO,
        time: Timestamp::default(),
        bar: Timestamp::default(),
    }
}

#[test]
fn commissions_are_those_of_the_table() {
    let rows = tables().commission;
    assert_eq!(rows.len(), 31);
    for row in &rows {
        let model = commission(&row.model);
        assert_eq!(model.check(), Ok(()), "{}", row.id);
        let mut turnover = Turnover::default();
        let (mut filled, mut paid) = (Quantity::ZERO, Money::ZERO);
        for fill in &row.fills {
            let charge = Charge {
                quantity: Quantity::new(fill.quantity),
                value: Money::new(fill.quantity * fill.price),
                filled_before: filled,
                paid_before: paid,
                liquidity: if row.maker {
                    Liquidity::Maker
                } else {
                    Liquidity::Taker
                },
                month: 0,
            };
            let quoted = model.quote(&charge, &turnover);
            let charged = model.charge(&charge, &mut turnover);
            assert_eq!(charged.get(), fill.commission, "{}", row.id);
            assert_eq!(quoted, charged, "{}", row.id);
            if row.same_order {
                filled += charge.quantity;
                paid += charged;
            }
        }
    }
}

#[test]
fn slipped_prices_are_those_of_the_table() {
    let rows = tables().slippage;
    assert_eq!(rows.len(), 22);
    for row in &rows {
        let model = slippage(&row.model);
        assert_eq!(model.check(), Ok(()), "{}", row.id);
        let price = model.price(&Trade {
            side: side(&row.side),
            price: Price::new(row.base),
            quantity: Quantity::new(row.used),
            filled_in_bar: Quantity::ZERO,
            volume: Quantity::new(row.volume),
            usual: None,
        });
        assert_eq!(price.get(), row.price, "{}", row.id);
    }
}

#[test]
fn volatility_volume_share_agrees_with_the_table_to_nine_digits() {
    let mut count = 0;
    for row in &tables().volatility {
        let number = |key: &str| row[key].as_f64();
        let Some(eta) = number("eta") else {
            continue; // A mean of volumes: the room of usual trading tests it.
        };
        let decimal = |value: f64| decimal_from_f64(value).unwrap();
        let returns: Vec<f64> = row["daily_returns"]
            .as_array()
            .unwrap()
            .iter()
            .map(|value| value.as_f64().unwrap())
            .collect();
        let usual = (!returns.is_empty()).then(|| {
            let days = f64::from(u32::try_from(returns.len()).unwrap());
            let mean = returns.iter().sum::<f64>() / days;
            let squares: f64 = returns.iter().map(|r| (r - mean).powi(2)).sum();
            Usual {
                volume: decimal(number("mean_volume").unwrap()),
                volatility: decimal((squares / (days - 1.0) * 252.0).sqrt()),
            }
        });
        let model = Slippage::VolatilityVolumeShare {
            limit: Decimal::ONE,
            eta: decimal(eta),
        };
        let price = model.price(&Trade {
            side: side(row["side"].as_str().unwrap()),
            price: Price::new(decimal(number("base").unwrap())),
            quantity: Quantity::new(decimal(number("quantity").unwrap())),
            filled_in_bar: Quantity::ZERO,
            volume: Quantity::new(Decimal::from(1_000)),
            usual,
        });
        let expected = number("price").unwrap();
        let error = (price.to_f64() - expected).abs();
        assert!(error < 1e-9 * expected, "{}: {price}", row["id"]);
        count += 1;
    }
    assert_eq!(count, 4);
}

#[test]
fn models_with_impossible_numbers_are_refused() {
    let rows = tables().bad_models;
    assert_eq!(rows.len(), 5);
    for row in rows {
        let refused = if row.family == "commission" {
            let model: vectors::Commission = serde_json::from_value(row.model).unwrap();
            commission(&model).check().is_err()
        } else {
            let model: vectors::Slippage = serde_json::from_value(row.model).unwrap();
            slippage(&model).check().is_err()
        };
        assert!(refused, "{}", row.id);
    }
}

#[test]
fn books_are_those_of_the_table() {
    let rows = tables().ledger;
    assert_eq!(rows.len(), 15);
    for row in &rows {
        let assets = [asset("A", row.multiplier)];
        let mut ledger = Ledger::new(assets.into(), Money::new(row.cash));
        for one in &row.fills {
            let fill = fill(0, one.quantity, one.price, one.commission);
            ledger.book(&fill, Timestamp::default());
        }
        let id = AssetId(0);
        ledger.mark(id, Price::new(row.mark));
        let position = *ledger.position(id);
        let asset = ledger.asset(id);
        assert_eq!(ledger.cash().get(), row.cash_after, "{}", row.id);
        assert_eq!(position.amount.get(), row.amount, "{}", row.id);
        assert_eq!(ledger.value().get(), row.portfolio_value, "{}", row.id);
        if let Some(basis) = row.cost_basis {
            let is = position.cost_basis(asset).get();
            assert_eq!(is.round_sf(20), basis.round_sf(20), "{}", row.id);
        }
        if let Some(realized) = row.realized {
            assert_eq!(position.realized.get(), realized, "{}", row.id);
        }
        if let Some(unrealized) = row.unrealized {
            assert_eq!(position.unrealized(asset).get(), unrealized, "{}", row.id);
        }
    }
}

#[test]
fn weights_are_exposures_over_the_value() {
    let rows = tables().weights;
    assert_eq!(rows.len(), 3);
    for row in &rows {
        let assets: Vec<Asset> = row
            .positions
            .iter()
            .map(|position| asset(&position.asset, position.multiplier))
            .collect();
        let mut ledger = Ledger::new(assets.into(), Money::ZERO);
        for (id, position) in (0..).zip(&row.positions) {
            let fill = fill(id, position.amount, position.price, Decimal::ZERO);
            ledger.book(&fill, Timestamp::default());
        }
        ledger.adjust_cash(Money::new(row.cash) - ledger.cash());
        assert_eq!(ledger.value().get(), row.portfolio_value, "{}", row.id);
        for (id, position) in (0..).map(AssetId).zip(&row.positions) {
            assert_eq!(ledger.market_value(id).get(), position.value, "{}", row.id);
            let weight = position.value / row.portfolio_value;
            assert_eq!(ledger.weight(id), weight, "{}", row.id);
        }
    }
}

#[test]
fn trails_stand_where_the_table_says() {
    let rows = tables().trails;
    assert_eq!(rows.len(), 3);
    for row in &rows {
        let trail = if row.kind == "amount" {
            Trail::Amount(Price::new(row.distance))
        } else {
            Trail::Fraction(row.distance)
        };
        let sign = if row.side == "buy" { 1 } else { -1 };
        // The stop that stands after each price is the one that the next bar triggers: it goes through
        // it from the price before, so that the fill shows where the stop stood.
        let reached = |at: &usize| {
            let (price, stop) = (row.prices[*at], row.stops[at - 1]);
            Decimal::from(sign) * (price - stop) >= Decimal::ZERO
        };
        let until = (1..row.stops.len()).find(reached);
        let standing = &row.stops[..until.unwrap_or(row.stops.len())];
        for (seen, stop) in standing.iter().enumerate() {
            let flat = |price: Decimal| Some([price, price, price, price, Decimal::ONE]);
            let mut bars: Vec<_> = row.prices[..=seen].iter().map(|p| flat(*p)).collect();
            let last = row.prices[seen];
            let beyond = *stop + Decimal::from(sign);
            bars.push(Some([
                last,
                last.max(beyond),
                last.min(beyond),
                last,
                Decimal::ONE,
            ]));
            let sim = world().rows("A", bars).run(each_bar(|n, desk: &mut Desk| {
                if n == 0 {
                    place(desk, request(sign, OrderType::Trail(trail)));
                }
            }));
            let fills: Vec<Decimal> = sim.seen.fills.iter().map(|s| s.fill.price.get()).collect();
            assert_eq!(fills, [*stop], "{} after {seen}", row.id);
        }
    }
}

#[test]
fn orders_with_impossible_prices_are_refused() {
    let rows = tables().bad_orders;
    assert_eq!(rows.len(), 12);
    let mut count = 0;
    for row in rows {
        let price = |key: &str| -> Option<Price> {
            let text = row.options.get(key)?.as_str()?;
            Some(Price::new(text.parse().unwrap()))
        };
        let kind = match (
            price("limit"),
            price("stop"),
            price("trail"),
            price("trail_percent"),
        ) {
            (Some(limit), None, None, None) => OrderType::Limit(limit),
            (None, Some(stop), None, None) => OrderType::Stop(stop),
            (None, None, Some(amount), None) => OrderType::Trail(Trail::Amount(amount)),
            (None, None, None, Some(part)) => OrderType::Trail(Trail::Fraction(part.get())),
            // Two trails at once cannot be written here; brackets are a call of the script.
            _ => continue,
        };
        world()
            .bars("A", &["100 100 100 100 1"])
            .run(each_bar(|_, desk: &mut Desk| {
                let denied = desk.place(request(1, kind));
                assert!(denied.is_err(), "{}: {denied:?}", row.id);
            }));
        count += 1;
    }
    assert_eq!(count, 9);
}
