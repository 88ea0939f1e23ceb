//! The reference vectors: their Rust structs, and the checks that need no engine.
//!
//! `tests/data/vectors/reference/README.md` explains every field.

#![allow(
    dead_code,
    reason = "the structs show the whole file; not every test reads every field"
)]

use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;

use flate2::read::GzDecoder;
use rust_decimal::Decimal;
use rustybt::core::model::asset::{Asset, AssetKind};
use rustybt::core::model::number::{Money, Price, Quantity, whole_steps};
use rustybt::core::model::order::Side;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A file of scenarios.
#[derive(Deserialize)]
pub(crate) struct Scenarios {
    pub(crate) schema: String,
    pub(crate) scenarios: Vec<Scenario>,
}

/// What happens and what must come of it.
#[derive(Deserialize)]
pub(crate) struct Scenario {
    pub(crate) name: String,
    pub(crate) rules: Vec<String>,
    pub(crate) rows: Vec<String>,
    pub(crate) why: String,
    pub(crate) config: Config,
    pub(crate) calendar: String,
    pub(crate) timeframe: String,
    pub(crate) start: String,
    pub(crate) assets: Vec<AssetRules>,
    pub(crate) actions: Vec<Action>,
    /// Open, high, low, close, volume by symbol; `None` where the asset has no bar.
    pub(crate) bars: BTreeMap<String, Vec<Option<[Decimal; 5]>>>,
    pub(crate) script: Vec<Scripted>,
    pub(crate) expect: Expected,
}

#[derive(Deserialize)]
pub(crate) struct Config {
    pub(crate) capital: Decimal,
    pub(crate) account: String,
    pub(crate) fill_at: String,
    pub(crate) commission: Commission,
    pub(crate) slippage: Slippage,
    pub(crate) volume_limit: Option<Decimal>,
    pub(crate) cancel_policy: String,
}

#[derive(Deserialize, Clone, Debug)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Commission {
    None,
    PerShare {
        rate: Decimal,
        minimum: Decimal,
    },
    PerContract {
        rate: Decimal,
        fee: Decimal,
        minimum: Decimal,
    },
    PerTrade {
        cost: Decimal,
    },
    PerDollar {
        rate: Decimal,
    },
    MakerTaker {
        maker: Decimal,
        taker: Decimal,
    },
    Tiered {
        tiers: Vec<Tier>,
    },
}

#[derive(Deserialize, Clone, Debug)]
pub(crate) struct Tier {
    pub(crate) from: Decimal,
    pub(crate) rate: Decimal,
}

#[derive(Deserialize, Clone, Debug)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Slippage {
    None,
    Fixed { amount: Decimal },
    Bps { bps: Decimal },
    VolumeShare { limit: Decimal, impact: Decimal },
}

#[derive(Deserialize)]
pub(crate) struct AssetRules {
    pub(crate) symbol: String,
    pub(crate) lot: Decimal,
    pub(crate) tick: Decimal,
    pub(crate) multiplier: Decimal,
}

#[derive(Deserialize)]
pub(crate) struct Action {
    pub(crate) asset: String,
    pub(crate) ex_date: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) value: Decimal,
}

/// One call of the strategy, with the moment at which it is made: exactly one of the two.
#[derive(Deserialize)]
pub(crate) struct Scripted {
    pub(crate) bar: Option<usize>,
    pub(crate) after_fill_of: Option<String>,
    #[serde(rename = "as")]
    pub(crate) name: Option<String>,
    #[serde(flatten)]
    pub(crate) call: Call,
}

#[derive(Deserialize)]
#[serde(tag = "call", rename_all = "snake_case")]
pub(crate) enum Call {
    Order {
        asset: String,
        amount: Decimal,
        limit: Option<Decimal>,
        stop: Option<Decimal>,
        trail: Option<Decimal>,
        trail_percent: Option<Decimal>,
        tif: Option<String>,
        #[serde(default)]
        reduce_only: bool,
    },
    OrderValue {
        asset: String,
        money: Decimal,
    },
    OrderTarget {
        asset: String,
        target: Decimal,
    },
    OrderTargetPercent {
        asset: String,
        fraction: Decimal,
    },
    Bracket {
        asset: String,
        amount: Decimal,
        stop: Decimal,
        target: Decimal,
        entry_limit: Option<Decimal>,
    },
    Oco {
        first: String,
        second: String,
    },
    Cancel {
        order: String,
    },
    Modify {
        order: String,
        amount: Option<Decimal>,
        limit: Option<Decimal>,
        stop: Option<Decimal>,
    },
}

#[derive(Deserialize)]
pub(crate) struct Expected {
    pub(crate) fills: Vec<ExpectedFill>,
    pub(crate) orders: Vec<ExpectedOrder>,
    pub(crate) cash: Decimal,
    pub(crate) portfolio_value: Decimal,
    pub(crate) positions: Vec<ExpectedPosition>,
    pub(crate) equity: Vec<Decimal>,
}

#[derive(Deserialize)]
pub(crate) struct ExpectedFill {
    pub(crate) bar: usize,
    pub(crate) time: String,
    pub(crate) order: String,
    pub(crate) asset: String,
    pub(crate) side: String,
    pub(crate) quantity: Decimal,
    pub(crate) price: Decimal,
    pub(crate) commission: Decimal,
    pub(crate) slippage: Decimal,
    pub(crate) cash_after: Decimal,
    pub(crate) position_after: Decimal,
    pub(crate) phase: String,
}

#[derive(Deserialize)]
pub(crate) struct ExpectedOrder {
    pub(crate) order: String,
    pub(crate) id: Option<String>,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) quantity: Decimal,
    pub(crate) status: String,
    pub(crate) filled: Decimal,
    pub(crate) average_price: Option<Decimal>,
    pub(crate) limit: Option<Decimal>,
    pub(crate) stop: Option<Decimal>,
    pub(crate) commission: Decimal,
}

#[derive(Deserialize)]
pub(crate) struct ExpectedPosition {
    pub(crate) asset: String,
    pub(crate) amount: Decimal,
    pub(crate) cost_basis: Option<Decimal>,
    pub(crate) cost_basis_exact: bool,
}

/// The tables of pure functions that need no engine.
#[derive(Deserialize)]
struct Tables {
    sizes: Vec<Size>,
    notionals: Vec<Notional>,
}

#[derive(Deserialize)]
struct Size {
    id: String,
    money: Decimal,
    price: Decimal,
    lot: Decimal,
    quantity: Decimal,
}

#[derive(Deserialize)]
struct Notional {
    id: String,
    quantity: Decimal,
    price: Decimal,
    multiplier: Decimal,
    #[serde(rename = "notional")]
    value: Decimal,
}

/// Reads a text of the vectors' folder, unpacked where it is gzipped.
pub(crate) fn read(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/vectors/reference");
    let path = PathBuf::from(folder).join(name);
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    if path.extension().is_some_and(|end| end == "gz") {
        let mut text = String::new();
        GzDecoder::new(&bytes[..])
            .read_to_string(&mut text)
            .expect("gzipped text");
        text
    } else {
        String::from_utf8(bytes).expect("UTF-8")
    }
}

fn parse<T: DeserializeOwned>(name: &str) -> T {
    serde_json::from_str(&read(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Returns the scenarios worked out by hand, then the random ones.
pub(crate) fn scenarios() -> Vec<Scenario> {
    ["scenarios.json", "random_scenarios.json.gz"]
        .iter()
        .flat_map(|name| {
            let file: Scenarios = parse(name);
            assert_eq!(file.schema, "rustybt.scenarios/1");
            file.scenarios
        })
        .collect()
}

#[test]
fn the_cash_of_every_scenario_follows_from_its_fills() {
    let scenarios = scenarios();
    assert!(scenarios.len() > 200, "{}", scenarios.len());
    for scenario in scenarios {
        if !scenario.actions.is_empty() {
            continue; // Dividends and fractions of a split move cash too.
        }
        let multiplier: BTreeMap<_, _> = scenario
            .assets
            .iter()
            .map(|asset| (asset.symbol.as_str(), asset.multiplier))
            .collect();
        let mut cash = scenario.config.capital;
        for fill in &scenario.expect.fills {
            let value = fill.quantity * fill.price * multiplier[fill.asset.as_str()];
            cash += if fill.side == "buy" { -value } else { value } - fill.commission;
            assert_eq!(cash, fill.cash_after, "{}: {}", scenario.name, fill.order);
        }
        assert_eq!(cash, scenario.expect.cash, "{}", scenario.name);
    }
}

#[test]
fn every_scripted_call_has_one_moment() {
    for scenario in scenarios() {
        for call in &scenario.script {
            let moments =
                usize::from(call.bar.is_some()) + usize::from(call.after_fill_of.is_some());
            assert_eq!(moments, 1, "{}", scenario.name);
        }
    }
}

#[test]
fn order_prices_round_to_the_tick_as_in_the_table() {
    let text = read("rounding.csv");
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let mut count = 0;
    for row in rows.records() {
        let row = row.unwrap();
        let number = |column: usize| -> Decimal { row[column].parse().unwrap() };
        let mut asset = Asset::new("A", AssetKind::Equity, "XNYS");
        asset.tick_size = number(1);
        let price = Price::new(number(2));
        let (down, up) = (Price::new(number(3)), Price::new(number(4)));
        assert_eq!(asset.round_limit(Side::Buy, price), down, "{}", &row[0]);
        assert_eq!(asset.round_stop(Side::Sell, price), down, "{}", &row[0]);
        assert_eq!(asset.round_limit(Side::Sell, price), up, "{}", &row[0]);
        assert_eq!(asset.round_stop(Side::Buy, price), up, "{}", &row[0]);
        count += 1;
    }
    assert_eq!(count, 170);
}

#[test]
fn sums_of_money_buy_whole_lots_and_notionals_know_the_multiplier() {
    let tables: Tables = parse("tables.json");
    for row in &tables.sizes {
        let steps = whole_steps(row.money, row.price, row.lot);
        assert_eq!(steps, Some(row.quantity), "{}", row.id);
    }
    for row in &tables.notionals {
        let mut asset = Asset::new("A", AssetKind::Future, "XNYS");
        asset.multiplier = row.multiplier;
        let notional = asset.notional(Price::new(row.price), Quantity::new(row.quantity));
        assert_eq!(notional, Money::new(row.value), "{}", row.id);
    }
}
