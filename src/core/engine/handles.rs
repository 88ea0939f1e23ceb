//! Indicators that the engine keeps up to date, and crosses that it watches for a strategy.
//!
//! Invariants: each is fed every closed bar once, whoever reads it; two that are asked for alike are
//! one. A coarser interval feeds its bars when they are complete. A split or dividend rebuilds what
//! it concerns from the adjusted history.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::core::engine::market::{Market, MarketError};
use crate::core::engine::window::Window;
use crate::core::indicator::{BarInput, Indicator, IndicatorError, MAX_OUTPUTS, Spec, spec};
use crate::core::model::asset::AssetId;
use crate::core::model::market::Bar;
use crate::core::model::time::{Timeframe, Timestamp};

/// How many values of an indicator are kept, the latest included.
pub const RECENT: usize = 64;

/// The number of an indicator within one run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct HandleId(pub u32);

/// All indicators and crosses of one run.
#[derive(Default, Debug)]
pub struct Handles {
    slots: Vec<Slot>,
    /// Slots by asset: those of the base interval come first.
    crosses: Vec<Cross>,
}

#[derive(Debug)]
struct Slot {
    spec: &'static Spec,
    asset: AssetId,
    params: Vec<f64>,
    timeframe: Timeframe,
    indicator: Box<dyn Indicator>,
    /// A ring of the latest values of each output.
    recent: Vec<[f64; MAX_OUTPUTS]>,
    fed: usize,
    /// The label of the coarse bar that was fed last.
    last_fed: Option<Timestamp>,
}

/// All indicators and crosses, to be kept.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct HandlesState {
    slots: Vec<SlotState>,
    crosses: Vec<Cross>,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct SlotState {
    indicator: String,
    asset: AssetId,
    params: Vec<f64>,
    timeframe: Timeframe,
    numbers: Vec<f64>,
    /// The latest values, oldest first; none where the indicator had no value.
    recent: Vec<Vec<Option<f64>>>,
    fed: usize,
    last_fed: Option<Timestamp>,
}

/// One side of a cross.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// An output of an indicator.
    Handle(HandleId, usize),
    /// A fixed level.
    Level(f64),
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Cross {
    a: Line,
    b: Line,
    function: Arc<str>,
    tolerance: f64,
    /// Whether the first side that shows is a cross.
    initial: bool,
    side: Option<bool>,
}

/// Why an indicator could not be made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum HandleError {
    /// Its parameters.
    #[error(transparent)]
    Indicator(#[from] IndicatorError),
    /// Its interval.
    #[error(transparent)]
    Market(#[from] MarketError),
    /// Its name, in what was kept.
    #[error("there is no indicator `{0}`")]
    Unknown(String),
}

impl Handles {
    /// Returns an indicator, making it from the history there is at its first use.
    ///
    /// # Errors
    /// For parameters that break a rule and intervals that cannot be made.
    pub fn ask(
        &mut self,
        market: &mut Market,
        spec: &'static Spec,
        asset: AssetId,
        params: &[f64],
        timeframe: Timeframe,
    ) -> Result<HandleId, HandleError> {
        let found = self.slots.iter().position(|slot| {
            std::ptr::eq(slot.spec, spec)
                && slot.asset == asset
                && slot.timeframe == timeframe
                && same_bits(&slot.params, params)
        });
        let at = if let Some(at) = found {
            at
        } else {
            let mut slot = Slot {
                spec,
                asset,
                params: params.to_vec(),
                timeframe,
                indicator: spec.build(params)?,
                recent: vec![[f64::NAN; MAX_OUTPUTS]; RECENT],
                fed: 0,
                last_fed: None,
            };
            slot.feed_history(market)?;
            self.slots.push(slot);
            self.slots.len() - 1
        };
        Ok(HandleId(u32::try_from(at).unwrap_or(u32::MAX)))
    }

    /// Returns all indicators and crosses.
    pub fn state(&self) -> HandlesState {
        HandlesState {
            slots: self.slots.iter().map(Slot::state).collect(),
            crosses: self.crosses.clone(),
        }
    }

    /// Takes up what another had; the market must have been restored before.
    ///
    /// # Errors
    /// For an indicator that is not known, or whose numbers are not its own.
    pub fn restore(&mut self, state: HandlesState) -> Result<(), HandleError> {
        self.slots = state
            .slots
            .into_iter()
            .map(Slot::restored)
            .collect::<Result<_, _>>()?;
        self.crosses = state.crosses;
        Ok(())
    }

    /// Calls `function` after each bar in which `a` comes to lie on the other side of `b` by more
    /// than `tolerance`; with `initial`, also when a side shows for the first time.
    pub fn watch(&mut self, a: Line, b: Line, function: Arc<str>, tolerance: f64, initial: bool) {
        self.crosses.push(Cross {
            a,
            b,
            function,
            tolerance,
            initial,
            side: None,
        });
    }

    /// Forgets the crosses from number `len` on.
    pub(super) fn truncate_crosses(&mut self, len: usize) {
        self.crosses.truncate(len);
    }

    /// Returns how many crosses are watched.
    pub(super) fn n_crosses(&self) -> usize {
        self.crosses.len()
    }

    /// Feeds a closed bar of an asset, which the market has already taken.
    pub(super) fn feed(&mut self, market: &mut Market, asset: AssetId, bar: &Bar) {
        if self.slots.is_empty() {
            return;
        }
        let base = market.base();
        let input = BarInput::from(bar);
        for slot in self.slots.iter_mut().filter(|slot| slot.asset == asset) {
            if slot.timeframe == base {
                slot.take(&input);
            } else {
                slot.feed_coarse(market, bar);
            }
        }
    }

    /// Rebuilds the indicators of an asset from its adjusted history.
    pub(super) fn rebuild(&mut self, market: &mut Market, asset: AssetId) {
        for slot in self.slots.iter_mut().filter(|slot| slot.asset == asset) {
            if let Ok(fresh) = slot.spec.build(&slot.params) {
                slot.indicator = fresh;
                slot.fed = 0;
                // The interval was possible when the indicator was made.
                let _possible = slot.feed_history(market);
            }
        }
    }

    /// Appends the functions whose lines have crossed to `due`.
    pub(super) fn crossed(&mut self, due: &mut Vec<Arc<str>>) {
        for at in 0..self.crosses.len() {
            let cross = &self.crosses[at];
            let difference = self.line(cross.a) - self.line(cross.b);
            let side = if difference > cross.tolerance {
                true
            } else if difference < -cross.tolerance {
                false
            } else {
                continue;
            };
            let cross = &mut self.crosses[at];
            let crossed = match cross.side {
                Some(before) => before != side,
                None => cross.initial,
            };
            cross.side = Some(side);
            if crossed {
                due.push(Arc::clone(&cross.function));
            }
        }
    }

    /// Returns an output of an indicator `back` bars ago (0 is the latest); `None` while it warms up
    /// and beyond [`RECENT`].
    pub fn value(&self, id: HandleId, output: usize, back: usize) -> Option<f64> {
        let slot = self.slots.get(id.0 as usize)?;
        if back >= slot.fed.min(RECENT) {
            return None;
        }
        let value = slot.recent[(slot.fed - 1 - back) % RECENT][output];
        (!value.is_nan()).then_some(value)
    }

    /// Whether an indicator has a value.
    pub fn ready(&self, id: HandleId) -> bool {
        self.slots
            .get(id.0 as usize)
            .is_some_and(|slot| slot.indicator.ready())
    }

    /// Returns what an indicator is.
    pub fn spec(&self, id: HandleId) -> Option<&'static Spec> {
        self.slots.get(id.0 as usize).map(|slot| slot.spec)
    }

    fn line(&self, line: Line) -> f64 {
        match line {
            Line::Level(level) => level,
            Line::Handle(id, output) => self.value(id, output, 0).unwrap_or(f64::NAN),
        }
    }
}

fn same_bits(one: &[f64], other: &[f64]) -> bool {
    one.len() == other.len()
        && one
            .iter()
            .zip(other)
            .all(|(a, b)| a.to_bits() == b.to_bits())
}

impl Slot {
    fn state(&self) -> SlotState {
        let kept = self.fed.min(RECENT);
        let recent = (self.fed - kept..self.fed).map(|at| {
            let values = &self.recent[at % RECENT][..self.spec.outputs.len()];
            values
                .iter()
                .map(|value| (!value.is_nan()).then_some(*value))
                .collect()
        });
        SlotState {
            indicator: self.spec.name.to_owned(),
            asset: self.asset,
            params: self.params.clone(),
            timeframe: self.timeframe,
            numbers: self.indicator.snapshot(),
            recent: recent.collect(),
            fed: self.fed,
            last_fed: self.last_fed,
        }
    }

    fn restored(state: SlotState) -> Result<Self, HandleError> {
        let spec =
            spec(&state.indicator).ok_or_else(|| HandleError::Unknown(state.indicator.clone()))?;
        let mut indicator = spec.build(&state.params)?;
        indicator.restore(&state.numbers)?;
        let mut recent = vec![[f64::NAN; MAX_OUTPUTS]; RECENT];
        let first = state.fed.saturating_sub(state.recent.len());
        for (at, values) in (first..).zip(&state.recent) {
            for (cell, value) in recent[at % RECENT].iter_mut().zip(values) {
                *cell = value.unwrap_or(f64::NAN);
            }
        }
        Ok(Self {
            spec,
            asset: state.asset,
            params: state.params,
            timeframe: state.timeframe,
            indicator,
            recent,
            fed: state.fed,
            last_fed: state.last_fed,
        })
    }

    fn take(&mut self, input: &BarInput) {
        self.indicator.update(input);
        let place = self.fed % RECENT;
        for output in 0..self.spec.outputs.len() {
            self.recent[place][output] = self.indicator.value(output);
        }
        self.fed += 1;
    }

    fn feed_history(&mut self, market: &mut Market) -> Result<(), MarketError> {
        let columns = market.columns(self.asset, self.timeframe)?;
        let mut rows = columns[0].len();
        if self.timeframe != market.base() && rows > 0 {
            let last = market.starts(self.asset, self.timeframe)?.last().copied();
            if market.is_forming(self.asset, self.timeframe) {
                rows -= 1;
                self.last_fed = market
                    .starts(self.asset, self.timeframe)?
                    .get(rows.wrapping_sub(1))
                    .copied();
            } else {
                self.last_fed = last;
            }
        }
        for row in 0..rows {
            self.take(&input_at(&columns, row));
        }
        Ok(())
    }

    /// Feeds the coarse bars that the newest bar completed.
    fn feed_coarse(&mut self, market: &mut Market, _bar: &Bar) {
        let forming = market.is_forming(self.asset, self.timeframe);
        let Ok(starts) = market.starts(self.asset, self.timeframe) else {
            return;
        };
        let complete = starts.len() - usize::from(forming && !starts.is_empty());
        let first = match self.last_fed {
            Some(fed) => starts.partition_point(|start| *start <= fed),
            None => 0,
        };
        if first >= complete {
            return;
        }
        self.last_fed = Some(starts[complete - 1]);
        let Ok(columns) = market.columns(self.asset, self.timeframe) else {
            return;
        };
        for row in first..complete {
            self.take(&input_at(&columns, row));
        }
    }
}

fn input_at(columns: &[Window; 5], row: usize) -> BarInput {
    let [open, high, low, close, volume] = columns
        .each_ref()
        .map(|column| column.with(|values| values[row]));
    BarInput {
        open,
        high,
        low,
        close,
        volume,
    }
}
