//! The cross of two averages as Rust code over the engine's own structures: what a script is compared
//! with. It sizes and places orders as `order_target_percent` does, so that its fills are the same.
//!
//! A module without `main`, for benches to include. Knows nothing of scripts.

#![allow(
    dead_code,
    reason = "each program that includes this uses a part of it"
)]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use rust_decimal::Decimal;
use rustybt::app::config::layer::Setting;
use rustybt::app::config::{Config, ConfigSources, load};
use rustybt::core::engine::desk::Desk;
use rustybt::core::engine::strategy::{Call, Failure, Handler, Strategy};
use rustybt::core::model::asset::AssetId;
use rustybt::core::model::market::Field;
use rustybt::core::model::number::Quantity;
use rustybt::core::model::order::{OrderRequest, OrderType, Side, TimeInForce};
use rustybt::core::model::time::Timeframe;

/// Averages that are closer than this are no cross.
const APART: f64 = 0.000_001;

/// All in while the fast average is above the slow one, else out; begins flat.
pub(crate) struct SmaCross {
    timeframe: Timeframe,
    fast: usize,
    slow: usize,
    long: bool,
}

impl SmaCross {
    /// Sets the strategy up for the first asset; `fast` and `slow` count bars.
    pub(crate) fn new(timeframe: Timeframe, fast: usize, slow: usize) -> Self {
        Self {
            timeframe,
            fast,
            slow,
            long: false,
        }
    }

    fn decide(&mut self, desk: &mut Desk) -> Result<(), Failure> {
        let id = AssetId(0);
        let closes = desk
            .market
            .history(id, Field::Close, self.slow, self.timeframe)?;
        if !closes.is_full() {
            return Ok(());
        }
        let gap = closes.tail(self.fast).with(mean) - closes.with(mean);
        let fraction = if gap > APART && !self.long {
            Decimal::ONE
        } else if gap < -APART && self.long {
            Decimal::ZERO
        } else {
            return Ok(());
        };
        self.long = !self.long;
        let target = desk.units_for_value(id, desk.value_of_fraction(fraction))?;
        let units = desk.units_to_target(id, target);
        if !units.is_zero() {
            desk.place(market_order(id, units))?;
        }
        Ok(())
    }
}

impl Strategy for SmaCross {
    fn handles(&self, handler: &Handler) -> bool {
        *handler == Handler::HandleData
    }

    fn call(&mut self, call: &Call, desk: &mut Box<Desk>) -> Result<(), Failure> {
        if *call == Call::HandleData {
            self.decide(desk)?;
        }
        Ok(())
    }
}

fn mean(values: &[f64]) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a few hundred at most")]
    let count = values.len() as f64;
    values.iter().sum::<f64>() / count
}

fn market_order(asset: AssetId, units: Quantity) -> OrderRequest {
    OrderRequest {
        asset,
        side: Side::of(units),
        quantity: units.abs(),
        order_type: OrderType::Market,
        tif: TimeInForce::Gtc,
        tag: Arc::from(""),
        reduce_only: false,
        post_only: false,
        parent: None,
        oco: None,
    }
}

/// Returns the configuration of the workloads on data at `path`, and nothing from the surroundings.
pub(crate) fn config(path: &str, more: &[(&str, String)]) -> Config {
    let mut flags: Vec<Setting> = [
        ("data.path", path),
        ("data.kind", "equity"),
        ("engine.capital", "100000"),
        ("execution.commission", "per_share:0.005:1"),
        ("execution.slippage", "bps:5"),
        ("execution.volume_limit", "none"),
    ]
    .into_iter()
    .map(|(key, text)| Setting::flag(key, key, text))
    .collect();
    flags.extend(more.iter().map(|(key, text)| Setting::flag(key, key, text)));
    let sources = ConfigSources {
        files: Vec::new(),
        // No project lies there.
        folder: PathBuf::from("target"),
        variables: BTreeMap::new(),
        flags,
    };
    load(sources).expect("settings that are valid")
}
