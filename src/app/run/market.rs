//! From what was loaded to what an engine takes: assets, calendars, bars in order of time, actions.
//!
//! Invariants: a flag or configuration beats the catalog's record, which beats what the data suggest;
//! bars of all assets have one interval; bars come in order of the instants at which they end.

use std::rc::Rc;
use std::sync::Arc;

use crate::app::config::model::{AssetConfig, Config};
use crate::app::config::value::Moment;
use crate::core::calendar::{Calendar, CalendarError, SessionCursor};
use crate::core::model::asset::{Asset, AssetId, AssetKind};
use crate::core::model::market::Bar;
use crate::core::model::time::{Timeframe, Timestamp};
use crate::core::sim::world::{DatedAction, Feed};
use crate::shell::catalog::{BarColumns, DataError, Inferred, LoadOptions, Loaded, load_source};

/// The data of a run.
#[derive(Clone, Debug)]
pub struct MarketData {
    /// The assets, in order of their symbols.
    pub assets: Vec<Asset>,
    /// The calendar of each.
    pub calendars: Vec<Calendar>,
    /// The bars of each, from the first that is visible to the last of the run.
    pub bars: Arc<Vec<BarColumns>>,
    /// The first and the one after the last row of each that belong to the run.
    pub rows: Vec<(usize, usize)>,
    /// Splits and dividends, in order of time.
    pub actions: Vec<DatedAction>,
    /// The interval.
    pub timeframe: Timeframe,
    /// Bars that begin before this instant feed history only.
    pub start: Timestamp,
    /// The hash of what was read.
    pub sha256: String,
    /// What a person should know about the data.
    pub notices: Vec<String>,
}

/// Why data cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MarketDataError {
    /// They cannot be read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A calendar is unknown.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// Nothing lies in the time that was asked for.
    #[error("no bars from {start} to {end}; the data reach from {first} to {last}")]
    NoBars {
        /// The first instant asked for.
        start: String,
        /// The last one.
        end: String,
        /// The first bar there is.
        first: Timestamp,
        /// The last bar there is.
        last: Timestamp,
    },
    /// A configured asset is not in the data.
    #[error("the benchmark `{0}` is not in the data")]
    Benchmark(String),
}

impl MarketData {
    /// Loads what a configuration names.
    ///
    /// # Errors
    /// When it cannot be read or used; nothing is half loaded.
    pub fn load(config: &Config) -> Result<Self, MarketDataError> {
        let options = LoadOptions {
            symbols: config.data.symbols.clone(),
            timeframe: config.data.timeframe,
            actions: config.data.actions.clone(),
            ..LoadOptions::default()
        };
        let path = config.data.path.as_ref().map(|path| path.to_string_lossy());
        let loaded = load_source(path.as_deref(), &options)?;
        Self::of(loaded, config)
    }

    fn of(loaded: Loaded, config: &Config) -> Result<Self, MarketDataError> {
        let mut notices: Vec<String> = loaded.warnings.iter().map(ToString::to_string).collect();
        let mut assets = Vec::new();
        let mut calendars = Vec::new();
        for bars in &loaded.assets {
            let facts = loaded
                .facts
                .get(&bars.symbol)
                .map(|f| (f.kind, f.calendar.as_str()));
            let asset = asset_of(bars, facts, config);
            calendars.push(config.calendars.named(&asset.calendar)?);
            assets.push(asset);
        }
        let finest = loaded.assets.iter().map(|bars| bars.timeframe).max();
        let timeframe = config.data.timeframe.or(finest).unwrap_or(Timeframe::Day);
        let mut bars = Vec::new();
        for (own, calendar) in loaded.assets.into_iter().zip(&calendars) {
            bars.push(if own.timeframe == timeframe {
                own
            } else {
                own.resampled(timeframe, calendar)?
            });
        }
        let rows = rows_of(&bars, config)?;
        let start = config.data.start.map_or(Timestamp::MIN, Moment::first);
        let actions = dated(&loaded.actions, &assets, &calendars);
        notices.extend(off_calendar(&bars, &calendars, timeframe));
        Ok(Self {
            assets,
            calendars,
            bars: Arc::new(bars),
            rows,
            actions,
            timeframe,
            start,
            sha256: loaded.sha256,
            notices,
        })
    }

    /// Returns the number of bars of the run, over all assets, those before its start included.
    pub fn n_bars(&self) -> usize {
        self.rows.iter().map(|(from, to)| to - from).sum()
    }

    /// Returns the bars in order of time.
    pub fn feed(&self) -> BarFeed {
        BarFeed::new(self)
    }

    /// Returns the assets as one list for an engine.
    pub fn shared_assets(&self) -> Rc<[Asset]> {
        self.assets.clone().into()
    }
}

fn asset_of(bars: &BarColumns, facts: Option<(AssetKind, &str)>, config: &Config) -> Asset {
    let inferred = Inferred::of(bars);
    let own = config.assets.get(&bars.symbol);
    let calendar = own
        .and_then(|own| own.calendar.as_deref())
        .or(config.data.calendar.as_deref())
        .or(facts.map(|(_, calendar)| calendar))
        .unwrap_or(inferred.calendar);
    let kind = own
        .and_then(|own| own.kind)
        .or(config.data.kind)
        .or(facts.map(|(kind, _)| kind))
        // A calendar that was named tells more than the days of the bars.
        .unwrap_or(
            if config
                .calendars
                .named(calendar)
                .is_ok_and(|c| c.is_always_open())
            {
                AssetKind::Crypto
            } else {
                AssetKind::Equity
            },
        );
    let mut asset = Asset::new(&bars.symbol, kind, calendar);
    if let Some(own) = own {
        apply(own, &mut asset);
    }
    asset
}

fn apply(own: &AssetConfig, asset: &mut Asset) {
    if let Some(tick) = own.tick_size {
        asset.tick_size = tick;
    }
    if let Some(lot) = own.lot_size {
        asset.lot_size = lot;
    }
    if let Some(multiplier) = own.multiplier {
        asset.multiplier = multiplier;
    }
    if let Some(currency) = &own.currency {
        asset.currency = currency.as_str().into();
    }
    if let Some(exchange) = &own.exchange {
        asset.exchange = exchange.as_str().into();
    }
    if let Some(minimum) = own.min_quantity {
        asset.min_quantity = minimum;
    }
    if let Some(minimum) = own.min_notional {
        asset.min_notional = minimum;
    }
}

/// Finds the rows of each asset that belong to the run: the warm-up and everything up to the end.
fn rows_of(bars: &[BarColumns], config: &Config) -> Result<Vec<(usize, usize)>, MarketDataError> {
    let start = config.data.start.map_or(Timestamp::MIN, Moment::first);
    let end = config.data.end.map_or(Timestamp::MAX, Moment::last);
    let warm_up = config.data.warmup.map_or(usize::MAX, |bars| {
        usize::try_from(bars).unwrap_or(usize::MAX)
    });
    let rows: Vec<(usize, usize, usize)> = bars
        .iter()
        .map(|bars| {
            let first = bars.starts.partition_point(|at| *at < start);
            let last = bars.starts.partition_point(|at| *at <= end);
            (first.saturating_sub(warm_up), first, last.max(first))
        })
        .collect();
    if rows.iter().all(|(_, first, last)| first == last) {
        let all = || {
            bars.iter()
                .flat_map(|bars| bars.starts.first().into_iter().chain(bars.starts.last()))
        };
        return Err(MarketDataError::NoBars {
            start: config
                .data
                .start
                .map_or("the first bar".into(), |m| m.to_string()),
            end: config
                .data
                .end
                .map_or("the last bar".into(), |m| m.to_string()),
            first: all().min().copied().unwrap_or_default(),
            last: all().max().copied().unwrap_or_default(),
        });
    }
    Ok(rows.into_iter().map(|(from, _, to)| (from, to)).collect())
}

/// Puts corporate actions in order of the opens of their ex-dates.
fn dated(
    actions: &crate::shell::catalog::Actions,
    assets: &[Asset],
    calendars: &[Calendar],
) -> Vec<DatedAction> {
    let mut dated = Vec::new();
    for (at, (asset, calendar)) in assets.iter().zip(calendars).enumerate() {
        for action in actions.get(&*asset.symbol).into_iter().flatten() {
            let midnight = Timestamp::from_date(action.ex_date);
            let open = calendar
                .session_on(action.ex_date)
                .or_else(|| calendar.next_session_after(midnight?))
                .map(|session| session.open);
            if let Some(open) = open {
                let id = AssetId(u32::try_from(at).unwrap_or(u32::MAX));
                dated.push(DatedAction {
                    at: open,
                    asset: id,
                    action: action.action,
                });
            }
        }
    }
    dated.sort_by_key(|action| (action.at, action.asset));
    dated
}

/// Says which assets have bars on days on which their calendar knows no session.
fn off_calendar(bars: &[BarColumns], calendars: &[Calendar], timeframe: Timeframe) -> Vec<String> {
    if timeframe.is_intraday() {
        return Vec::new();
    }
    let mut notices = Vec::new();
    for (bars, calendar) in bars.iter().zip(calendars) {
        let mut cursor = SessionCursor::new(calendar);
        let strange = |at: &&Timestamp| !cursor.bar_span(**at, timeframe).in_session;
        let found: Vec<&Timestamp> = bars.starts.iter().filter(strange).collect();
        if let Some(first) = found.first() {
            notices.push(format!(
                "{}: {} bars on days without a session of {} (the first on {}); regular hours are assumed",
                bars.symbol,
                found.len(),
                calendar.name(),
                first.date()
            ));
        }
    }
    notices
}

/// Bars of several assets, merged by the instants at which they end.
#[derive(Debug)]
pub struct BarFeed {
    bars: Arc<Vec<BarColumns>>,
    streams: Vec<Stream>,
    next: Option<Timestamp>,
}

#[derive(Debug)]
struct Stream {
    cursor: SessionCursor,
    row: usize,
    end: usize,
    opens: Timestamp,
    closes: Timestamp,
}

impl BarFeed {
    fn new(data: &MarketData) -> Self {
        let streams = data
            .rows
            .iter()
            .zip(&data.calendars)
            .map(|((row, end), calendar)| Stream {
                cursor: SessionCursor::new(calendar),
                row: *row,
                end: *end,
                opens: Timestamp::MAX,
                closes: Timestamp::MAX,
            })
            .collect();
        let mut feed = Self {
            bars: Arc::clone(&data.bars),
            streams,
            next: None,
        };
        for at in 0..feed.streams.len() {
            feed.find_span(at);
        }
        feed.find_next();
        feed
    }

    fn find_span(&mut self, at: usize) {
        let stream = &mut self.streams[at];
        if stream.row >= stream.end {
            stream.closes = Timestamp::MAX;
            return;
        }
        let bars = &self.bars[at];
        let span = stream
            .cursor
            .bar_span(bars.starts[stream.row], bars.timeframe);
        stream.opens = span.opens;
        // Irregular labels must not make time run backwards within one asset.
        stream.closes = span.closes.max(span.opens);
    }

    fn find_next(&mut self) {
        self.next = self
            .streams
            .iter()
            .filter(|stream| stream.row < stream.end)
            .map(|stream| stream.closes)
            .min();
    }
}

impl Feed for BarFeed {
    fn peek(&mut self) -> Option<Timestamp> {
        self.next
    }

    fn next(&mut self, slice: &mut Vec<(AssetId, Bar)>) {
        slice.clear();
        let Some(next) = self.next else { return };
        for at in 0..self.streams.len() {
            let stream = &mut self.streams[at];
            if stream.row >= stream.end || stream.closes != next {
                continue;
            }
            let bar = self.bars[at].bar(stream.row, stream.opens, stream.closes);
            stream.row += 1;
            slice.push((AssetId(u32::try_from(at).unwrap_or(u32::MAX)), bar));
            self.find_span(at);
        }
        self.find_next();
    }
}
