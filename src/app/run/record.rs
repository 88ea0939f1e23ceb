//! What a run leaves behind: it watches the world and keeps what files, metrics and reports need.
//!
//! Invariants: rows are written in the order of events; nothing that is kept grows with the bars but
//! labels, days and recorded values.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::app::run::events::EventHash;
use crate::app::run::rows;
use crate::app::run::thin::Thinned;
use crate::app::run::write::TimeWriter;
use crate::core::engine::desk::{Desk, LogLevel, Note};
use crate::core::message::{Command, OrderReport, Setting};
use crate::core::model::asset::{Asset, AssetId};
use crate::core::model::fill::Fill;
use crate::core::model::market::{Bar, CorporateAction};
use crate::core::model::number::{Money, Price, Quantity};
use crate::core::model::order::OrderType;
use crate::core::model::time::Timestamp;
use crate::core::sim::commission::Commission;
use crate::core::sim::rules::FillAt;
use crate::core::sim::slippage::Slippage;
use crate::core::sim::world::{DatedAction, Observer};
use crate::core::stats::series::DailyValues;
use crate::core::stats::trades::{RoundTrip, RoundTrips};
use crate::shell::folder::TextFile;

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

/// Sums over all fills.
#[derive(Clone, Copy, Default, Debug)]
pub struct Totals {
    /// Commission paid.
    pub commission: Money,
    /// What slippage cost.
    pub slippage: Money,
    /// Their value, bought plus sold.
    pub traded: f64,
}

/// Named series, one row for each slice.
#[derive(Default, Debug)]
pub struct Recorded {
    /// The names, in order of first appearance.
    pub names: Vec<Arc<str>>,
    columns: BTreeMap<Arc<str>, usize>,
    /// The labels of all slices.
    pub labels: Vec<Timestamp>,
    /// `(slice, column, value)`, in order.
    pub values: Vec<(usize, usize, f64)>,
}

/// Keeps what a run shows.
pub struct Recorder {
    files: Option<Files>,
    fill_at: FillAt,
    /// The value at the end of each day.
    pub daily: DailyValues,
    /// The sums.
    pub totals: Totals,
    /// All executions, in the order of booking.
    pub fills: Vec<Fill>,
    /// Finished round trips.
    pub trades: Vec<RoundTrip>,
    /// The lowest cash.
    pub lowest_cash: Option<Money>,
    /// What the script recorded.
    pub recorded: Recorded,
    /// Bars for charts, by asset.
    pub prices: Vec<Thinned>,
    /// Warnings and errors of the script's log, the first of them.
    pub loud: Vec<(LogLevel, Arc<str>)>,
    /// The labels of the first and the last slice.
    pub span: Option<(Timestamp, Timestamp)>,
    /// Slices so far.
    pub slices: u64,
    /// What passed between engine and exchange.
    pub events: EventHash,
    /// The commission that the strategy chose last.
    pub commission: Option<Commission>,
    /// The slippage that the strategy chose last.
    pub slippage: Option<Slippage>,
    trips: RoundTrips,
    /// Fills of the slice at hand.
    waiting: Vec<(Fill, bool, Arc<str>)>,
    /// The day of the last slice, its label, and how the books stood after it.
    day: Option<Day>,
    line: String,
    times: TimeWriter,
    progress: Box<dyn FnMut(u64)>,
}

#[derive(Clone, Copy)]
struct Day {
    number: i64,
    label: Timestamp,
    value: Money,
    held: bool,
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorder")
            .field("slices", &self.slices)
            .finish_non_exhaustive()
    }
}

/// How many lines of the log are shown at the end of a run.
const MOST_LOUD: usize = 20;
/// How often the progress is told: each so many slices.
const PROGRESS_EVERY: u64 = 4_096;

impl Recorder {
    /// Starts to watch; `files` is `None` where nothing is saved. `progress` is told the slices so far
    /// now and then.
    pub fn new(
        files: Option<Files>,
        fill_at: FillAt,
        assets: &[Asset],
        progress: Box<dyn FnMut(u64)>,
    ) -> Self {
        let mut recorder = Self {
            files,
            fill_at,
            daily: DailyValues::default(),
            totals: Totals::default(),
            fills: Vec::new(),
            trades: Vec::new(),
            lowest_cash: None,
            recorded: Recorded::default(),
            prices: vec![Thinned::default(); assets.len()],
            loud: Vec::new(),
            span: None,
            slices: 0,
            events: EventHash::new(assets),
            commission: None,
            slippage: None,
            trips: RoundTrips::new(),
            waiting: Vec::new(),
            day: None,
            line: String::new(),
            times: TimeWriter::default(),
            progress,
        };
        if let Some(files) = &mut recorder.files {
            files.fills.write(rows::FILLS);
            files.equity.write(rows::EQUITY);
            files.positions.write(rows::POSITIONS);
        }
        recorder
    }

    /// Ends the day at hand and hands the files back.
    pub fn finish(&mut self) -> Option<Files> {
        self.end_day();
        self.files.take()
    }

    fn end_day(&mut self) {
        if let Some(day) = self.day.take() {
            self.daily
                .push(day.label.date(), day.value.to_f64(), day.held);
        }
    }

    fn take_notes(&mut self, desk: &mut Desk) {
        for note in std::mem::take(&mut desk.notes) {
            match note {
                Note::Record(values) => {
                    for (name, value) in values {
                        self.recorded.add(name, value);
                    }
                }
                Note::Log(level, text, fields) => self.log(desk, level, &text, &fields),
                Note::Alert(level, text) => {
                    let level = if &*level == "info" {
                        LogLevel::Info
                    } else {
                        LogLevel::Warn
                    };
                    self.log(desk, level, &format!("alert: {text}"), "");
                }
                Note::Plot(name, value, _) => self.recorded.add(name, Some(value)),
                Note::Marker(asset, text) => {
                    let symbol = &desk.assets()[asset.index()].symbol;
                    let text = format!("{symbol}: {text}");
                    self.log(desk, LogLevel::Info, &text, "{\"event\":\"marker\"}");
                }
            }
        }
    }

    fn log(&mut self, desk: &Desk, level: LogLevel, text: &str, fields: &str) {
        if level >= LogLevel::Warn && self.loud.len() < MOST_LOUD {
            self.loud.push((level, text.into()));
        }
        let Some(files) = &mut self.files else { return };
        files.log.write(&rows::log(desk.now, level, text, fields));
    }

    fn write_fill(&mut self, fill: &Fill, desk: &Desk) {
        let Some(files) = &mut self.files else { return };
        self.line.clear();
        rows::fill(&mut self.line, &mut self.times, fill, desk);
        files.fills.write(&self.line);
    }

    /// Books the fills of the slice as round trips: those at the close after the bar was seen.
    fn book_trips(&mut self, bars: &[(AssetId, Bar)], desk: &Desk) {
        let waiting = std::mem::take(&mut self.waiting);
        let book = |trips: &mut RoundTrips, at_close: bool| {
            for (fill, _, tag) in waiting.iter().filter(|(_, close, _)| *close == at_close) {
                trips.fill(fill, desk.asset(fill.asset).multiplier, tag);
            }
        };
        book(&mut self.trips, false);
        if self.trips.any_open() {
            for (asset, bar) in bars {
                self.trips.bar(*asset, bar.high(), bar.low());
            }
        }
        book(&mut self.trips, true);
        if !waiting.is_empty() {
            self.trades.append(&mut self.trips.take_closed());
        }
    }

    fn write_equity(&mut self, label: Timestamp, desk: &Desk) {
        let Some(files) = &mut self.files else { return };
        self.line.clear();
        rows::equity(&mut self.line, &mut self.times, label, desk);
        files.equity.write(&self.line);
    }
}

impl Recorded {
    fn add(&mut self, name: Arc<str>, value: Option<f64>) {
        let column = *self.columns.entry(Arc::clone(&name)).or_insert_with(|| {
            self.names.push(name);
            self.names.len() - 1
        });
        // Values of the slice at hand, or of the next one between slices.
        if let Some(value) = value {
            self.values.push((self.labels.len(), column, value));
        }
    }
}

impl Observer for Recorder {
    fn on_command(&mut self, at: Timestamp, command: &Command) {
        self.events.command(at, command);
        match command {
            Command::Configure(Setting::Commission(model)) => {
                self.commission = Some(model.clone());
            }
            Command::Configure(Setting::Slippage(model)) => self.slippage = Some(model.clone()),
            Command::Configure(Setting::CancelAtSessionEnd(_))
            | Command::Submit(..)
            | Command::Cancel(_)
            | Command::Replace(..)
            | Command::Tie(..) => {}
        }
    }

    fn on_report(&mut self, at: Timestamp, report: &OrderReport) {
        self.events.report(at, report);
    }

    fn on_fill(&mut self, fill: &Fill, desk: &Desk) {
        let value = desk
            .asset(fill.asset)
            .notional(fill.price, fill.quantity)
            .abs();
        self.fills.push(*fill);
        self.totals.commission += fill.commission;
        self.totals.slippage += fill.slippage;
        self.totals.traded += value.to_f64();
        let order = desk.orders.get(fill.order);
        let is_market = order.is_some_and(|order| order.request.order_type == OrderType::Market);
        let tag = order
            .map(|order| Arc::clone(&order.request.tag))
            .unwrap_or_default();
        self.waiting
            .push((*fill, is_market && self.fill_at != FillAt::NextOpen, tag));
        let cash = desk.ledger.cash();
        self.lowest_cash = Some(self.lowest_cash.map_or(cash, |lowest| lowest.min(cash)));
        self.write_fill(fill, desk);
    }

    fn on_action(&mut self, action: &DatedAction, before: Quantity, desk: &Desk) {
        let CorporateAction::Split(ratio) = action.action else {
            return;
        };
        self.trips.split(action.asset, ratio);
        let position = desk.ledger.position(action.asset);
        // What fell below a lot was paid in cash: for round trips that is a sale.
        let paid = Quantity::new(position.amount.get() - before.get() * ratio);
        if !paid.is_zero() {
            let fill = Fill {
                id: 0,
                order: crate::core::model::order::OrderId(0),
                asset: action.asset,
                quantity: paid,
                price: Price::new(position.last_price.get()),
                commission: Money::ZERO,
                slippage: Money::ZERO,
                time: action.at,
                bar: action.at,
            };
            self.trips
                .fill(&fill, desk.asset(action.asset).multiplier, &"".into());
            self.trades.append(&mut self.trips.take_closed());
        }
    }

    fn on_slice(&mut self, bars: &[(AssetId, Bar)], desk: &mut Desk) {
        let Some((_, first)) = bars.first() else {
            return;
        };
        let label = first.start;
        let number = label.as_nanos().div_euclid(86_400_000_000_000);
        if self.day.is_some_and(|day| day.number != number) {
            self.end_day();
        }
        if !desk.notes.is_empty() {
            self.take_notes(desk);
        }
        if !self.waiting.is_empty() || self.trips.any_open() {
            self.book_trips(bars, desk);
        }
        if self.files.is_some() {
            self.recorded.labels.push(label);
            self.write_equity(label, desk);
            for (asset, bar) in bars {
                self.prices[asset.index()].push(bar);
            }
        }
        self.span = Some((self.span.map_or(label, |(first, _)| first), label));
        self.day = Some(Day {
            number,
            label,
            value: desk.ledger.value(),
            held: !desk.ledger.held().is_empty(),
        });
        self.slices += 1;
        if self.slices.is_multiple_of(PROGRESS_EVERY) {
            (self.progress)(self.slices);
        }
    }

    fn on_session_end(&mut self, desk: &mut Desk) {
        let Some(files) = &mut self.files else { return };
        let Some(Day { label, .. }) = self.day else {
            return;
        };
        self.line.clear();
        rows::positions(&mut self.line, &mut self.times, label, desk);
        files.positions.write(&self.line);
    }

    fn on_event(&mut self, desk: &mut Desk) {
        if !desk.notes.is_empty() {
            self.take_notes(desk);
        }
    }
}
