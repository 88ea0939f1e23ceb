//! What the market has shown: closed bars, their history at every interval, staleness (R-DATA-1).
//!
//! Invariants: nothing is visible before it is closed; the last element of a coarser interval is the
//! period still forming, from closed bars; history is adjusted for splits and dividends as of now,
//! `current` is raw. Appending a bar and taking a window cost no copy.

use std::rc::Rc;

use serde::{Deserialize, Serialize};

use crate::core::calendar::Calendar;
use crate::core::calendar::SessionCursor;
use crate::core::engine::window::{Column, Window, change};
use crate::core::model::asset::{Asset, AssetId};
use crate::core::model::market::{Bar, CorporateAction, Field};
use crate::core::model::number::{Price, to_f64};
use crate::core::model::time::{Timeframe, Timestamp};

/// The history of all assets.
#[derive(Debug)]
pub struct Market {
    assets: Rc<[Asset]>,
    calendars: Vec<Calendar>,
    base: Timeframe,
    series: Vec<Series>,
    /// The instant of the slice at hand.
    slice: Timestamp,
}

#[derive(Debug)]
struct Series {
    columns: [Rc<Column>; 5],
    starts: Vec<Timestamp>,
    coarse: Vec<Coarse>,
    last: Option<Bar>,
    /// The last close, divided by the splits since.
    price: Option<Price>,
}

/// The same history at a coarser interval.
#[derive(Debug)]
struct Coarse {
    timeframe: Timeframe,
    columns: [Rc<Column>; 5],
    starts: Vec<Timestamp>,
    cursor: SessionCursor,
}

/// What the market has shown, to be kept.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct MarketState {
    slice: Timestamp,
    series: Vec<SeriesState>,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct SeriesState {
    history: Rows,
    coarse: Vec<(Timeframe, Rows)>,
    last: Option<Bar>,
    price: Option<Price>,
}

/// Bars as columns, oldest first.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Rows {
    /// Nanoseconds since the epoch: there are many.
    starts: Vec<i64>,
    columns: [Vec<f64>; 5],
}

impl Rows {
    fn of(starts: &[Timestamp], columns: &[Rc<Column>; 5]) -> Self {
        Self {
            starts: starts.iter().map(|start| start.as_nanos()).collect(),
            columns: columns
                .each_ref()
                .map(|column| Window::last_of(column, usize::MAX).to_vec()),
        }
    }

    fn parts(self) -> (Vec<Timestamp>, [Rc<Column>; 5]) {
        let starts = self.starts.into_iter().map(Timestamp::from_nanos).collect();
        (
            starts,
            self.columns.map(|values| Rc::new(Column::new(values))),
        )
    }
}

/// A question that the market cannot answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MarketError {
    /// Finer than what there is.
    #[error("history of {asked} is finer than the data, which is {base}")]
    TooFine {
        /// What was asked for.
        asked: Timeframe,
        /// What there is.
        base: Timeframe,
    },
    /// Not a whole multiple of what there is.
    #[error("history of {asked} cannot be made from bars of {base}: it is no multiple of them")]
    NotAMultiple {
        /// What was asked for.
        asked: Timeframe,
        /// What there is.
        base: Timeframe,
    },
}

impl Market {
    /// Opens an empty history of `assets` at interval `base`; `calendars` has one entry for each.
    pub fn new(assets: Rc<[Asset]>, calendars: Vec<Calendar>, base: Timeframe) -> Self {
        let series = calendars
            .iter()
            .map(|_| Series {
                columns: Default::default(),
                starts: Vec::new(),
                coarse: Vec::new(),
                last: None,
                price: None,
            })
            .collect();
        Self {
            assets,
            calendars,
            base,
            series,
            slice: Timestamp::MIN,
        }
    }

    /// Returns what the market has shown.
    pub fn state(&self) -> MarketState {
        let series = self.series.iter().map(|series| SeriesState {
            history: Rows::of(&series.starts, &series.columns),
            coarse: series
                .coarse
                .iter()
                .map(|coarse| {
                    let rows = Rows::of(&coarse.starts, &coarse.columns);
                    (coarse.timeframe, rows)
                })
                .collect(),
            last: series.last,
            price: series.price,
        });
        MarketState {
            slice: self.slice,
            series: series.collect(),
        }
    }

    /// Takes up what was shown of the same assets at the same interval.
    pub fn restore(&mut self, state: MarketState) {
        self.slice = state.slice;
        for ((series, state), calendar) in self
            .series
            .iter_mut()
            .zip(state.series)
            .zip(&self.calendars)
        {
            (series.starts, series.columns) = state.history.parts();
            series.coarse = state
                .coarse
                .into_iter()
                .map(|(timeframe, rows)| {
                    let (starts, columns) = rows.parts();
                    Coarse {
                        timeframe,
                        columns,
                        starts,
                        cursor: SessionCursor::new(calendar),
                    }
                })
                .collect();
            series.last = state.last;
            series.price = state.price;
        }
    }

    /// Returns the interval of the bars.
    pub fn base(&self) -> Timeframe {
        self.base
    }

    /// Returns the assets, by [`AssetId`].
    pub fn assets(&self) -> &Rc<[Asset]> {
        &self.assets
    }

    /// Returns the calendar of an asset.
    pub fn calendar(&self, id: AssetId) -> &Calendar {
        &self.calendars[id.index()]
    }

    /// Finds an asset by its symbol.
    pub fn find(&self, symbol: &str) -> Option<AssetId> {
        let at = self
            .assets
            .iter()
            .position(|asset| &*asset.symbol == symbol)?;
        u32::try_from(at).ok().map(AssetId)
    }

    /// Makes room for `bars` more bars of an asset, where their number is known.
    pub fn reserve(&mut self, id: AssetId, bars: usize) {
        let series = &mut self.series[id.index()];
        series.starts.reserve_exact(bars);
        for column in &series.columns {
            column.reserve(bars);
        }
    }

    /// Appends a closed bar. Bars of one asset come in order of time.
    pub fn push(&mut self, id: AssetId, bar: &Bar) {
        let series = &mut self.series[id.index()];
        let values = Field::ALL.map(|field| bar.value(field));
        for (column, value) in series.columns.iter().zip(values) {
            column.push(value);
        }
        series.starts.push(bar.start);
        series.last = Some(*bar);
        series.price = Some(bar.close());
        for coarse in &mut series.coarse {
            coarse.push(bar.opens, values);
        }
    }

    /// Says that all bars ending at `now` have come.
    pub fn close_slice(&mut self, now: Timestamp) {
        self.slice = now;
    }

    /// Returns the last bar of an asset, raw.
    pub fn last_bar(&self, id: AssetId) -> Option<&Bar> {
        self.series[id.index()].last.as_ref()
    }

    /// Returns the last price of an asset, however old: the last close, divided by the splits since.
    pub fn last_price(&self, id: AssetId) -> Option<Price> {
        self.series[id.index()].price
    }

    /// Returns a number of the bar that has just closed, raw; `None` where the asset had none.
    pub fn current(&self, id: AssetId, field: Field) -> Option<f64> {
        self.last_bar(id)
            .filter(|bar| bar.closes == self.slice)
            .map(|bar| bar.value(field))
    }

    /// Whether an asset has traded before but not in the bar at hand.
    pub fn is_stale(&self, id: AssetId) -> bool {
        self.last_bar(id)
            .is_some_and(|bar| bar.closes != self.slice)
    }

    /// Returns how many bars of an asset there are.
    pub fn len(&self, id: AssetId) -> usize {
        self.series[id.index()].starts.len()
    }

    /// Whether an asset has no bar yet.
    pub fn is_empty(&self, id: AssetId) -> bool {
        self.len(id) == 0
    }

    /// Returns the labels of the bars of an asset at an interval, oldest first.
    ///
    /// # Errors
    /// As [`Self::history`].
    pub fn starts(
        &mut self,
        id: AssetId,
        timeframe: Timeframe,
    ) -> Result<&[Timestamp], MarketError> {
        let at = self.coarse_index(id, timeframe)?;
        let series = &self.series[id.index()];
        Ok(match at {
            None => &series.starts,
            Some(at) => &series.coarse[at].starts,
        })
    }

    /// Returns the last `count` values of a field, oldest first; fewer where there are fewer.
    ///
    /// # Errors
    /// For an interval that cannot be made from the bars there are.
    pub fn history(
        &mut self,
        id: AssetId,
        field: Field,
        count: usize,
        timeframe: Timeframe,
    ) -> Result<Window, MarketError> {
        let column = self.column(id, field, timeframe)?;
        Ok(Window::last_of(column, count))
    }

    /// Returns the whole adjusted history of an asset at an interval, one window for each field.
    ///
    /// # Errors
    /// As [`Self::history`].
    pub fn columns(
        &mut self,
        id: AssetId,
        timeframe: Timeframe,
    ) -> Result<[Window; 5], MarketError> {
        let at = self.coarse_index(id, timeframe)?;
        let series = &self.series[id.index()];
        let columns = match at {
            None => &series.columns,
            Some(at) => &series.coarse[at].columns,
        };
        Ok(columns
            .each_ref()
            .map(|column| Window::last_of(column, usize::MAX)))
    }

    /// Adjusts the history of an asset for a split or dividend that takes effect now.
    pub fn adjust(&mut self, id: AssetId, action: CorporateAction) {
        let series = &mut self.series[id.index()];
        let Some(close) = series.price else { return };
        let (price, volume) = match action {
            CorporateAction::Split(ratio) => {
                series.price = Some(Price::new(close.get() / ratio));
                (1.0 / to_f64(ratio), to_f64(ratio))
            }
            CorporateAction::Dividend(value) => (1.0 - to_f64(value) / close.to_f64(), 1.0),
        };
        // A dividend of all that the asset was worth leaves no price to adjust by.
        if price <= 0.0 {
            return;
        }
        let coarse = series
            .coarse
            .iter_mut()
            .flat_map(|coarse| coarse.columns.iter_mut().enumerate());
        for (index, column) in series.columns.iter_mut().enumerate().chain(coarse) {
            let factor = if index == 4 { volume } else { price };
            change(column, |values| {
                for value in values {
                    *value *= factor;
                }
            });
        }
    }

    /// Whether the last period of an asset at a coarser interval may still get bars: its end lies
    /// after the last bar's.
    pub(super) fn is_forming(&mut self, id: AssetId, timeframe: Timeframe) -> bool {
        let Ok(Some(at)) = self.coarse_index(id, timeframe) else {
            return false;
        };
        let series = &mut self.series[id.index()];
        let coarse = &mut series.coarse[at];
        match (coarse.starts.last(), series.last) {
            (Some(start), Some(bar)) => {
                coarse.cursor.bar_span(*start, timeframe).closes > bar.closes
            }
            _ => false,
        }
    }

    fn column(
        &mut self,
        id: AssetId,
        field: Field,
        timeframe: Timeframe,
    ) -> Result<&Rc<Column>, MarketError> {
        let at = self.coarse_index(id, timeframe)?;
        let series = &self.series[id.index()];
        let columns = match at {
            None => &series.columns,
            Some(at) => &series.coarse[at].columns,
        };
        Ok(&columns[field as usize])
    }

    /// Returns where a coarser history is kept, making it at its first use; `None` is the base.
    fn coarse_index(
        &mut self,
        id: AssetId,
        timeframe: Timeframe,
    ) -> Result<Option<usize>, MarketError> {
        let base = self.base;
        if timeframe == base {
            return Ok(None);
        }
        let series = &mut self.series[id.index()];
        if let Some(at) = series
            .coarse
            .iter()
            .position(|coarse| coarse.timeframe == timeframe)
        {
            return Ok(Some(at));
        }
        check_coarser(base, timeframe)?;
        let mut coarse = Coarse {
            timeframe,
            columns: Default::default(),
            starts: Vec::new(),
            cursor: SessionCursor::new(&self.calendars[id.index()]),
        };
        let windows = series
            .columns
            .each_ref()
            .map(|column| Window::last_of(column, usize::MAX));
        for (row, start) in series.starts.iter().enumerate() {
            let opens = coarse.cursor.bar_span(*start, base).opens;
            let values = windows
                .each_ref()
                .map(|window| window.with(|values| values[row]));
            coarse.push(opens, values);
        }
        series.coarse.push(coarse);
        Ok(Some(series.coarse.len() - 1))
    }
}

fn check_coarser(base: Timeframe, asked: Timeframe) -> Result<(), MarketError> {
    match (base, asked) {
        (Timeframe::Intraday(fine), Timeframe::Intraday(coarse)) if coarse > fine => {
            if coarse.is_multiple_of(fine) {
                Ok(())
            } else {
                Err(MarketError::NotAMultiple { asked, base })
            }
        }
        (Timeframe::Intraday(_), Timeframe::Day | Timeframe::Week)
        | (Timeframe::Day, Timeframe::Week) => Ok(()),
        _ => Err(MarketError::TooFine { asked, base }),
    }
}

impl Coarse {
    fn push(&mut self, opens: Timestamp, values: [f64; 5]) {
        let bucket = self.cursor.bucket_start(opens, self.timeframe);
        if self.starts.last() != Some(&bucket) {
            self.starts.push(bucket);
            for (column, value) in self.columns.iter().zip(values) {
                column.push(value);
            }
            return;
        }
        let [_, high, low, close, volume] = values;
        let set = |column: &mut Rc<Column>, merge: &dyn Fn(f64) -> f64| {
            change(column, |all| {
                if let Some(last) = all.last_mut() {
                    *last = merge(*last);
                }
            });
        };
        set(&mut self.columns[1], &|last| last.max(high));
        set(&mut self.columns[2], &|last| last.min(low));
        set(&mut self.columns[3], &|_| close);
        set(&mut self.columns[4], &|last| last + volume);
    }
}
