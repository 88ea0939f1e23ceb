//! `summary.json`: what one run was and what came of it.
//!
//! Invariants: money is an exact decimal string without trailing zeros, ratios are numbers, what does
//! not exist is `null`; the fields up to `seed` are those that other programs rely on, the rest may
//! be missing in a file. Knows nothing of how a run is made or shown.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::app::run::warnings::Warning;
use crate::core::model::number::Money;
use crate::core::stats::Metrics;

/// The name and version of the shape.
pub const SCHEMA: &str = "rustybt.summary/1";

/// One run: its inputs, its results and how to repeat it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Summary {
    /// [`SCHEMA`].
    pub schema: String,
    /// The script's path as it was given.
    pub script: String,
    /// SHA-256 of the script and its modules, lower-case hex.
    pub script_sha256: String,
    /// SHA-256 of the market data that were read, lower-case hex.
    pub data_sha256: String,
    /// The parameters that were in force, by name.
    pub params: BTreeMap<String, serde_json::Value>,
    /// The assets, in the order of registration.
    pub symbols: Vec<String>,
    /// The interval of the bars, such as `1d`.
    pub timeframe: String,
    /// The label of the first bar, RFC 3339 UTC.
    pub start: String,
    /// The label of the last bar, RFC 3339 UTC.
    pub end: String,
    /// The starting capital.
    #[serde(with = "exact")]
    pub capital: Money,
    /// Bars delivered, over all assets.
    pub bars: u64,
    /// Cash plus positions at the end.
    #[serde(with = "exact")]
    pub final_value: Money,
    /// Cash at the end.
    #[serde(with = "exact")]
    pub final_cash: Money,
    /// Orders placed, denied ones included.
    pub orders: u64,
    /// Executions.
    pub fills: u64,
    /// Finished round trips.
    pub trades: u64,
    /// The metrics.
    pub metrics: Metrics,
    /// How long it took.
    pub timings: Timings,
    /// The version of rustybt.
    pub version: String,
    /// The seed of whatever is random.
    pub seed: u64,
    /// SHA-256 over all commands and order reports with their instants, lower-case hex: runs that
    /// traded alike have the same.
    #[serde(default)]
    pub event_hash: Option<String>,
    /// `backtest`, `paper` or `live`.
    #[serde(default)]
    pub mode: String,
    /// The trading calendar, such as `XNYS` or `24/7`.
    #[serde(default)]
    pub calendar: String,
    /// The asset that the run is compared with.
    #[serde(default)]
    pub benchmark: Option<String>,
    /// The benchmark's return over the same days.
    #[serde(default)]
    pub benchmark_return: Option<f64>,
    /// The commission, as it is given on the command line; `none` for no cost.
    #[serde(default)]
    pub commission: String,
    /// The slippage, likewise.
    #[serde(default)]
    pub slippage: String,
    /// When market orders fill: `next_open`, `next_close` or `this_close`.
    #[serde(default)]
    pub fill_at: String,
    /// The share of a bar's volume that may fill, or `none`.
    #[serde(default)]
    pub volume_limit: String,
    /// Commissions paid.
    #[serde(default, with = "exact")]
    pub total_commission: Money,
    /// What slippage cost.
    #[serde(default, with = "exact")]
    pub total_slippage: Money,
    /// The command that repeats the run.
    #[serde(default)]
    pub command: String,
    /// What a person should know before believing the result.
    #[serde(default)]
    pub warnings: Vec<Warning>,
}

/// How long a run took, in wall-clock seconds.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Timings {
    /// Reading the data.
    pub load_s: f64,
    /// Running the strategy.
    pub run_s: f64,
    /// Bars a second while running, over all assets.
    pub bars_per_second: f64,
}

impl Summary {
    /// Returns the script's file name without folder and ending: what the run is called.
    pub fn name(&self) -> &str {
        let file = self.script.rsplit(['/', '\\']).next().unwrap_or_default();
        file.strip_suffix(".rhai").unwrap_or(file)
    }

    /// Returns 365 for a calendar that never closes, else 252.
    pub fn days_per_year(&self) -> f64 {
        crate::core::stats::days_per_year(self.calendar == "24/7")
    }

    /// Returns the parameters as `name=value`, in the order of their names.
    pub fn params_text(&self) -> Vec<String> {
        let pairs = self.params.iter();
        pairs
            .map(|(name, value)| format!("{name}={}", plain(value)))
            .collect()
    }
}

/// Returns a JSON value as a person writes it: text without quotes.
pub fn plain(value: &serde_json::Value) -> String {
    match value.as_str() {
        Some(text) => text.to_owned(),
        None => value.to_string(),
    }
}

/// Money as an exact decimal string.
mod exact {
    use rust_decimal::Decimal;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::core::model::number::Money;

    pub(super) fn serialize<S: Serializer>(value: &Money, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(value)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Money, D::Error> {
        let text = String::deserialize(from)?;
        let exact = Decimal::from_str_exact(&text);
        exact
            .map(Money::new)
            .map_err(|_| D::Error::custom(format!("`{text}` is not a decimal number")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIXTURE: &str = include_str!("../../../tests/data/run-fixture/summary.json");

    #[test]
    fn a_summary_is_read_and_written_with_its_fields_in_order() {
        let summary: Summary = serde_json::from_str(FIXTURE).unwrap();
        assert_eq!(summary.name(), "cross");
        assert_eq!(summary.params_text(), ["fast=10", "share=0.45", "slow=30"]);
        let written = serde_json::to_value(&summary).unwrap();
        let names: Vec<&String> = written.as_object().unwrap().keys().collect();
        let contract = "schema, script, script_sha256, data_sha256, params, symbols, timeframe, start, end, capital, bars, final_value, final_cash, orders, fills, trades, metrics, timings, version, seed";
        let contract: Vec<&str> = contract.split(", ").collect();
        assert_eq!(names[..contract.len()], contract);
        assert_eq!(written["final_value"], "132954.603895");
    }

    #[test]
    fn what_is_not_in_the_contract_may_be_missing() {
        let mut value: serde_json::Value = serde_json::from_str(FIXTURE).unwrap();
        let map = value.as_object_mut().unwrap();
        for name in ["mode", "warnings", "command", "total_slippage", "benchmark"] {
            map.remove(name);
        }
        let summary: Summary = serde_json::from_value(value.clone()).unwrap();
        assert!(summary.total_slippage.is_zero());
        value["capital"] = "a lot".into();
        let error = serde_json::from_value::<Summary>(value).unwrap_err();
        assert_eq!(error.to_string(), "`a lot` is not a decimal number");
    }
}
