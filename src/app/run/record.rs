//! What a run leaves behind: it watches the world and keeps what files, metrics and reports need.
//!
//! Invariants: rows are written in the order of events; money is written exactly and without trailing
//! zeros; nothing that is kept grows with the bars but days, recorded values and trades.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use rust_decimal::Decimal;
use sha2::{Digest, Sha256};

use crate::core::engine::desk::{Desk, LogLevel, Note};
use crate::core::model::asset::AssetId;
use crate::core::model::fill::Fill;
use crate::core::model::market::{Bar, CorporateAction, Field};
use crate::core::model::number::{Money, to_f64};
use crate::core::model::order::{Order, OrderType, Side, Trail};
use crate::core::model::time::Timestamp;
use crate::core::sim::world::Observer;
use crate::core::stats::series::DailyValues;
use crate::core::stats::trades::{RoundTrip, RoundTrips};
use crate::shell::folder::TextFile;

/// The most bars of an asset that are kept for charts.
const MOST_PRICES: usize = 2_000;

/// The files that grow during a run.
#[derive(Debug)]
pub struct Files {
    /// `fills.csv`.
    pub fills: TextFile,
    /// `equity.csv`.
    pub equity: TextFile,
    /// `positions.csv`.
    pub positions: TextFile,
    /// `log.jsonl`.
    pub log: TextFile,
}

/// Keeps what a run shows.
#[derive(Debug)]
pub struct Recorder {
    files: Option<Files>,
    /// The value at the end of each day.
    pub daily: DailyValues,
    /// Finished round trips.
    pub trades: Vec<RoundTrip>,
    trips: RoundTrips,
    /// Executions so far.
    pub n_fills: u64,
    /// Commission paid.
    pub commission: Money,
    /// What slippage cost.
    pub slippage: Money,
    /// Value of all fills, bought plus sold.
    pub traded: f64,
    /// The lowest cash.
    pub lowest_cash: Option<Money>,
    /// Named series: the names in order of first appearance.
    pub names: Vec<Arc<str>>,
    columns: BTreeMap<Arc<str>, usize>,
    /// One row for each bar with recorded values: its label and `(column, value)` pairs.
    rows: Vec<(Timestamp, Vec<(usize, f64)>)>,
    row: Vec<(usize, f64)>,
    /// The labels of all bars, where anything is recorded.
    prices: Vec<Thinned>,
    /// Lines of the log for the terminal: warnings and errors.
    pub loud: Vec<(LogLevel, Arc<str>)>,
    hash: Sha256,
    bars: u64,
    slices: u64,
    label: Timestamp,
    line: String,
    tick: Option<Box<dyn FnMut(u64)>>,
}

impl std::fmt::Debug for Box<dyn FnMut(u64)> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FnMut")
    }
}
