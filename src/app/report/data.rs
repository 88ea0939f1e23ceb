//! What a tear sheet is made from.
//!
//! Invariants: rows are in the order of their files, oldest first; texts are as written and not yet
//! escaped for any output; figures for tables are exact, those for charts are floats. Knows nothing
//! of files or pages.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use crate::app::run::summary::Summary;
use crate::core::model::number::to_f64;
use crate::core::model::time::Timestamp;
use crate::core::stats::series::{DailyValues, returns};

/// Everything that one report shows.
#[derive(Clone, PartialEq, Debug)]
pub struct ReportData {
    /// The run's id: the name of its folder.
    pub id: String,
    /// The summary.
    pub summary: Summary,
    /// Portfolio values, one a bar.
    pub equity: Vec<EquityRow>,
    /// Executions, in the order of booking.
    pub fills: Vec<FillRow>,
    /// Orders, in the order of their files.
    pub orders: Vec<OrderRow>,
    /// Round trips, by exit.
    pub trades: Vec<TradeRow>,
    /// Positions at each session's end.
    pub positions: Vec<PositionRow>,
    /// What the script recorded.
    pub recorded: Recorded,
    /// Bars by symbol; empty where the run kept none.
    pub prices: BTreeMap<String, Vec<PriceRow>>,
    /// The benchmark's value by time; empty without one.
    pub benchmark: Vec<(Timestamp, f64)>,
    /// The last lines of the log.
    pub log: Vec<LogRow>,
}

/// One row of `equity.csv`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct EquityRow {
    /// The start of the bar.
    pub time: Timestamp,
    /// Cash.
    pub cash: f64,
    /// The signed value of all positions.
    pub positions_value: f64,
    /// Cash plus positions.
    pub portfolio_value: f64,
}

/// One row of `fills.csv`.
#[derive(Clone, PartialEq, Debug)]
pub struct FillRow {
    /// The start of the bar in which it filled.
    pub time: Timestamp,
    /// The order's number.
    pub order_id: String,
    /// The symbol.
    pub asset: String,
    /// `buy` or `sell`.
    pub side: String,
    /// Units, positive.
    pub quantity: Decimal,
    /// The price of each.
    pub price: Decimal,
    /// What the broker charged.
    pub commission: Decimal,
}

/// One row of `orders.csv`.
#[derive(Clone, PartialEq, Debug)]
pub struct OrderRow {
    /// The order's number.
    pub order_id: String,
    /// When it was placed.
    pub created: Timestamp,
    /// The symbol.
    pub asset: String,
    /// `buy` or `sell`.
    pub side: String,
    /// `market`, `limit`, …
    pub order_type: String,
    /// Units asked for.
    pub quantity: Decimal,
    /// The limit, if any.
    pub limit: Option<Decimal>,
    /// The trigger, if any.
    pub stop: Option<Decimal>,
    /// Where it ended.
    pub status: String,
    /// Units filled.
    pub filled: Decimal,
    /// The script's word for it.
    pub tag: String,
    /// Why it ended so.
    pub reason: String,
}

/// One row of `trades.csv`.
#[derive(Clone, PartialEq, Debug)]
pub struct TradeRow {
    /// The symbol.
    pub asset: String,
    /// The side of the entry.
    pub side: String,
    /// Units.
    pub quantity: Decimal,
    /// The bar of entry.
    pub entry_time: Timestamp,
    /// The price of entry.
    pub entry_price: Decimal,
    /// The bar of exit.
    pub exit_time: Timestamp,
    /// The price of exit.
    pub exit_price: Decimal,
    /// The gain after commissions.
    pub pnl: Decimal,
    /// The gain as a fraction of the entry's value.
    pub fraction: Option<f64>,
    /// Commissions of both sides.
    pub commission: Decimal,
    /// Bars from entry to exit.
    pub bars_held: u64,
    /// Worst price against the entry, as a fraction; not positive.
    pub mae: Option<f64>,
    /// Best price against the entry, as a fraction; not negative.
    pub mfe: Option<f64>,
    /// The tag of the entry's order.
    pub tag: String,
}

/// One row of `positions.csv`.
#[derive(Clone, PartialEq, Debug)]
pub struct PositionRow {
    /// The session's end.
    pub time: Timestamp,
    /// The symbol.
    pub asset: String,
    /// Signed units.
    pub amount: Decimal,
    /// The average price paid.
    pub cost_basis: Decimal,
    /// The last price.
    pub last_price: Decimal,
    /// Signed value.
    pub market_value: Decimal,
    /// Gain against the cost basis.
    pub unrealized_pnl: Decimal,
}

/// `recorded.csv`: named series over time.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Recorded {
    /// The names, in order of first appearance.
    pub names: Vec<String>,
    /// A time and one value for each name; `None` where nothing was recorded.
    pub rows: Vec<(Timestamp, Vec<Option<f64>>)>,
}

/// One bar of one asset.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PriceRow {
    /// The start of the bar.
    pub time: Timestamp,
    /// First price.
    pub open: f64,
    /// Highest price.
    pub high: f64,
    /// Lowest price.
    pub low: f64,
    /// Last price.
    pub close: f64,
}

/// One line of `log.jsonl`.
#[derive(Clone, PartialEq, Debug)]
pub struct LogRow {
    /// When, as written; empty if the line has no time.
    pub time: String,
    /// The level, lower case.
    pub level: String,
    /// The text.
    pub text: String,
}

impl OrderRow {
    /// Whether nothing of it filled in the end, or we or the broker refused it.
    pub fn failed(&self) -> bool {
        let refused = matches!(self.status.as_str(), "denied" | "rejected");
        refused || (self.filled.is_zero() && self.status != "filled")
    }
}

impl ReportData {
    /// Returns the portfolio's value at the end of each UTC day.
    pub fn daily(&self) -> DailyValues {
        let mut daily = DailyValues::default();
        for row in &self.equity {
            let held = row.positions_value.abs() > 0.0;
            daily.push(row.time.date(), row.portfolio_value, held);
        }
        daily
    }

    /// Returns the starting capital.
    pub fn capital(&self) -> f64 {
        self.summary.capital.to_f64()
    }

    /// Returns the positions of the last session in the file, if that is the run's last day.
    pub fn final_positions(&self) -> &[PositionRow] {
        let Some(last) = self.positions.last() else {
            return &[];
        };
        let end = self.equity.last().map(|row| row.time.date());
        if end.is_some_and(|end| end > last.time.date()) {
            return &[];
        }
        let first = self.positions.partition_point(|row| row.time < last.time);
        &self.positions[first..]
    }
}

impl TradeRow {
    /// Returns the gain as a float, for charts and sums.
    pub fn gain(&self) -> f64 {
        to_f64(self.pnl)
    }
}

/// Returns the year and return of each calendar year of a daily curve that starts at `base`.
pub fn yearly(base: f64, daily: &DailyValues) -> Vec<(i32, f64)> {
    by_period(base, daily, Datelike::year)
}

/// Returns year, month from 1 and return of each calendar month of a daily curve that starts at
/// `base`.
pub fn monthly(base: f64, daily: &DailyValues) -> Vec<((i32, u32), f64)> {
    by_period(base, daily, |day| (day.year(), day.month()))
}

fn by_period<K: PartialEq>(
    base: f64,
    daily: &DailyValues,
    key: impl Fn(&NaiveDate) -> K,
) -> Vec<(K, f64)> {
    let mut ends: Vec<(K, f64)> = Vec::new();
    for (day, value) in daily.days().iter().zip(daily.values()) {
        let period = key(day);
        match ends.last_mut() {
            Some((last, end)) if *last == period => *end = *value,
            _ => ends.push((period, *value)),
        }
    }
    let values: Vec<f64> = ends.iter().map(|(_, value)| *value).collect();
    let changes = returns(base, &values);
    ends.into_iter()
        .zip(changes)
        .filter_map(|((period, _), change)| Some((period, change?)))
        .collect()
}
