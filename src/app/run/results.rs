//! The files of a finished run, and its summary.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use crate::app::calendar::beyond;
use crate::app::run::record::{Files, Recorder};
use crate::app::run::summary::{SCHEMA, Summary, Timings};
use crate::app::run::summary_text::SparklineInput;
use crate::app::run::warnings::{Evidence, find};
use crate::app::run::write::{TimeWriter, push_decimal, push_float, push_text};
use crate::core::engine::desk::Desk;
use crate::core::model::asset::{Asset, AssetId};
use crate::core::model::market::Field;
use crate::core::model::number::{Money, Price};
use crate::core::model::order::{Order, OrderType, Trail};
use crate::core::model::status::OrderStatus;
use crate::core::model::time::{Timeframe, Timestamp};
use crate::core::stats::trades::RoundTrip;
use crate::core::stats::{Metrics, MetricsInput};
use crate::shell::files::FileError;
use crate::shell::folder::TextFile;

/// What a summary says besides what the run itself shows.
#[derive(Clone, Debug)]
pub struct Facts {
    /// See [`Summary`], field by field.
    pub script: String,
    /// The hash of script and modules.
    pub script_sha256: String,
    /// The hash of the data.
    pub data_sha256: String,
    /// The parameters in force.
    pub params: BTreeMap<String, serde_json::Value>,
    /// The interval.
    pub timeframe: Timeframe,
    /// The run's calendar.
    pub calendar: String,
    /// Days in a year, for ratios.
    pub days_per_year: f64,
    /// Bars delivered, over all assets.
    pub bars: u64,
    /// How long it took.
    pub timings: Timings,
    /// The seed.
    pub seed: u64,
    /// As on the command line.
    pub commission: String,
    /// As on the command line.
    pub slippage: String,
    /// As on the command line.
    pub fill_at: String,
    /// As on the command line.
    pub volume_limit: String,
    /// The command that repeats the run.
    pub command: String,
}

/// The benchmark's value at the end of each of its days, as a series of labels and values.
pub type Benchmark = Vec<(Timestamp, f64)>;

/// Returns the benchmark's adjusted daily closes.
pub fn benchmark_of(desk: &mut Desk) -> Benchmark {
    let Some(id) = desk.benchmark else {
        return Vec::new();
    };
    let timeframe = if desk.market.base() == Timeframe::Week {
        Timeframe::Week
    } else {
        Timeframe::Day
    };
    let Ok(closes) = desk.market.history(id, Field::Close, usize::MAX, timeframe) else {
        return Vec::new();
    };
    let Ok(starts) = desk.market.starts(id, timeframe) else {
        return Vec::new();
    };
    starts.iter().copied().zip(closes.to_vec()).collect()
}

/// Returns the benchmark's return on each day of the run; the first against the close before it.
fn benchmark_returns(benchmark: &Benchmark, days: &[NaiveDate]) -> Vec<Option<f64>> {
    let closes: BTreeMap<NaiveDate, (f64, Option<f64>)> = benchmark
        .iter()
        .enumerate()
        .map(|(at, (time, close))| {
            let before = at.checked_sub(1).map(|before| benchmark[before].1);
            (time.date(), (*close, before))
        })
        .collect();
    days.iter()
        .map(|day| {
            closes
                .get(day)
                .and_then(|(close, before)| before.map(|before| close / before - 1.0))
        })
        .collect()
}

/// Sums a run up.
pub fn summarize(recorder: &Recorder, desk: &Desk, benchmark: &Benchmark, facts: Facts) -> Summary {
    let capital = desk.ledger.starting_cash();
    let days = recorder.daily.days();
    let returns = benchmark_returns(benchmark, days);
    let trades: Vec<_> = recorder.trades.iter().map(RoundTrip::result).collect();
    let metrics = Metrics::compute(&MetricsInput {
        capital: capital.to_f64(),
        days,
        values: recorder.daily.values(),
        held: recorder.daily.held(),
        benchmark: if benchmark.is_empty() { &[] } else { &returns },
        trades: &trades,
        traded: Some(recorder.totals.traded),
        days_per_year: facts.days_per_year,
        risk_free: 0.0,
    });
    let (first, last) = recorder.span.unwrap_or_default();
    let mut summary = Summary {
        schema: SCHEMA.to_owned(),
        script: facts.script,
        script_sha256: facts.script_sha256,
        data_sha256: facts.data_sha256,
        params: facts.params,
        symbols: desk
            .assets()
            .iter()
            .map(|asset| asset.symbol.to_string())
            .collect(),
        timeframe: facts.timeframe.to_string(),
        start: first.to_string(),
        end: last.to_string(),
        capital,
        bars: facts.bars,
        final_value: desk.ledger.value(),
        final_cash: desk.ledger.cash(),
        orders: desk.orders.all().len() as u64,
        fills: recorder.fills.len() as u64,
        trades: recorder.trades.len() as u64,
        metrics,
        timings: facts.timings,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        seed: facts.seed,
        event_hash: Some(recorder.events.finish()),
        mode: desk.mode.name().to_owned(),
        calendar: facts.calendar,
        benchmark: desk.benchmark.map(|id| desk.asset(id).symbol.to_string()),
        benchmark_return: growth(&returns),
        commission: recorder
            .commission
            .as_ref()
            .map_or(facts.commission, ToString::to_string),
        slippage: recorder
            .slippage
            .as_ref()
            .map_or(facts.slippage, ToString::to_string),
        fill_at: facts.fill_at,
        volume_limit: facts.volume_limit,
        total_commission: recorder.totals.commission,
        total_slippage: recorder.totals.slippage,
        command: facts.command,
        warnings: Vec::new(),
    };
    let gains: Vec<f64> = trades.iter().map(|trade| trade.pnl).collect();
    let beyond = beyond_tables(recorder, desk);
    let evidence = evidence(recorder, desk, &gains, beyond.as_deref());
    summary.warnings = find(&summary, &evidence);
    summary
}

/// Says which calendar of the run does not know all its days.
fn beyond_tables(recorder: &Recorder, desk: &Desk) -> Option<String> {
    let days = recorder.daily.days();
    let ends = [days.first()?, days.last()?];
    (0..)
        .take(desk.assets().len())
        .map(|id| desk.market.calendar(AssetId(id)))
        .find_map(|calendar| ends.iter().find_map(|day| beyond(calendar, **day)))
}

fn evidence<'a>(
    recorder: &Recorder,
    desk: &Desk,
    gains: &'a [f64],
    beyond: Option<&'a str>,
) -> Evidence<'a> {
    let count = |test: fn(&Order) -> bool| {
        desk.orders.all().iter().filter(|order| test(order)).count() as u64
    };
    Evidence {
        gains,
        days: recorder.daily.days().len(),
        refused: count(|o| matches!(o.status, OrderStatus::Denied | OrderStatus::Rejected)),
        unfilled: count(|o| {
            matches!(o.status, OrderStatus::Canceled | OrderStatus::Expired) && o.filled.is_zero()
        }),
        lowest_cash: recorder.lowest_cash.map(Money::to_f64),
        beyond,
    }
}

fn growth(returns: &[Option<f64>]) -> Option<f64> {
    let there: Vec<f64> = returns.iter().copied().flatten().collect();
    (!there.is_empty()).then(|| there.iter().map(|r| 1.0 + r).product::<f64>() - 1.0)
}

/// Returns what is drawn beside the summary.
pub fn sparkline_of(recorder: &Recorder, capital: f64) -> SparklineInput {
    let (days, values) = (recorder.daily.days(), recorder.daily.values());
    let mut years: Vec<(i32, f64)> = Vec::new();
    let mut before = capital;
    for (at, day) in days.iter().enumerate() {
        let ends_year = days
            .get(at + 1)
            .is_none_or(|next| next.year() != day.year());
        if ends_year {
            years.push((day.year(), values[at] / before - 1.0));
            before = values[at];
        }
    }
    SparklineInput {
        values: values.to_vec(),
        years,
    }
}

/// Writes the files of a finished run.
///
/// # Errors
/// The first that could not be written.
///
/// # Panics
/// Never: a summary is plain numbers and texts, which JSON can always say.
pub fn write(
    folder: &Path,
    files: Files,
    recorder: &Recorder,
    desk: &Desk,
    benchmark: &Benchmark,
    summary: &Summary,
) -> Result<(), FileError> {
    files.fills.finish()?;
    files.equity.finish()?;
    files.positions.finish()?;
    files.log.finish()?;
    whole(folder, "orders.csv", &orders_csv(desk))?;
    whole(
        folder,
        "trades.csv",
        &trades_csv(&recorder.trades, desk.assets()),
    )?;
    whole(folder, "recorded.csv", &recorded_csv(recorder))?;
    whole(folder, "prices.csv", &prices_csv(recorder, desk))?;
    if !benchmark.is_empty() {
        whole(folder, "benchmark.csv", &benchmark_csv(benchmark))?;
    }
    let json = serde_json::to_string_pretty(summary).expect("a summary is plain numbers and texts");
    whole(folder, "summary.json", &format!("{json}\n"))
}

fn whole(folder: &Path, name: &str, text: &str) -> Result<(), FileError> {
    let mut file = TextFile::create(&folder.join(name))?;
    file.write(text);
    file.finish()
}

/// Returns the table of all orders.
pub fn orders_csv(desk: &Desk) -> String {
    let mut out = String::from(
        "order_id,created,asset,side,type,quantity,limit,stop,tif,status,filled,average_price,commission,tag,reason,updated\n",
    );
    let mut times = TimeWriter::default();
    for order in desk.orders.all() {
        order_row(&mut out, &mut times, order, desk.asset(order.request.asset));
    }
    out
}

fn order_row(out: &mut String, times: &mut TimeWriter, order: &Order, asset: &Asset) {
    let request = &order.request;
    out.push_str(&order.id.to_string());
    out.push(',');
    times.push(out, order.created);
    out.push(',');
    push_text(out, &asset.symbol);
    for word in [request.side.name(), request.order_type.name()] {
        out.push(',');
        out.push_str(word);
    }
    out.push(',');
    push_decimal(out, request.quantity.get());
    let stop = request
        .order_type
        .stop()
        .map(Price::get)
        .or(match request.order_type {
            OrderType::Trail(Trail::Amount(amount)) => Some(amount.get()),
            OrderType::Trail(Trail::Fraction(fraction)) => Some(fraction),
            OrderType::Market
            | OrderType::Limit(_)
            | OrderType::Stop(_)
            | OrderType::StopLimit { .. } => None,
        });
    push_optional(out, request.order_type.limit().map(Price::get));
    push_optional(out, stop);
    for word in [request.tif.name(), order.status.name()] {
        out.push(',');
        out.push_str(word);
    }
    out.push(',');
    push_decimal(out, order.filled.get());
    push_optional(out, order.average_price().map(Price::get));
    out.push(',');
    push_decimal(out, order.commission.get());
    for text in [&request.tag, &order.reason] {
        out.push(',');
        push_text(out, text);
    }
    out.push(',');
    times.push(out, order.updated);
    out.push('\n');
}

fn push_optional(out: &mut String, value: Option<Decimal>) {
    out.push(',');
    if let Some(value) = value {
        push_decimal(out, value);
    }
}

fn trades_csv(trades: &[RoundTrip], assets: &[Asset]) -> String {
    let mut out = String::from(
        "asset,side,quantity,entry_time,entry_price,exit_time,exit_price,pnl,return,commission,bars_held,mae,mfe,tag\n",
    );
    let mut times = TimeWriter::default();
    for trade in trades {
        push_text(&mut out, &assets[trade.asset.index()].symbol);
        out.push(',');
        out.push_str(trade.side.name());
        out.push(',');
        push_decimal(&mut out, trade.quantity.get());
        for (time, price) in [
            (trade.entry_time, trade.entry_price),
            (trade.exit_time, trade.exit_price),
        ] {
            out.push(',');
            times.push(&mut out, time);
            out.push(',');
            push_decimal(&mut out, price.get());
        }
        out.push(',');
        push_decimal(&mut out, trade.pnl.get());
        out.push(',');
        push_float(&mut out, trade.fraction.unwrap_or(f64::NAN));
        out.push(',');
        push_decimal(&mut out, trade.commission.get());
        out.push(',');
        out.push_str(&trade.bars_held.to_string());
        for excursion in [trade.mae, trade.mfe] {
            out.push(',');
            push_float(&mut out, excursion);
        }
        out.push(',');
        push_text(&mut out, &trade.tag);
        out.push('\n');
    }
    out
}

fn recorded_csv(recorder: &Recorder) -> String {
    let recorded = &recorder.recorded;
    let mut out = String::from("time");
    for name in &recorded.names {
        out.push(',');
        push_text(&mut out, name);
    }
    out.push('\n');
    if recorded.names.is_empty() {
        return out;
    }
    let mut times = TimeWriter::default();
    let mut cells = vec![f64::NAN; recorded.names.len()];
    let mut values = recorded.values.iter().peekable();
    for (row, label) in recorded.labels.iter().enumerate() {
        cells.fill(f64::NAN);
        while let Some((_, column, value)) = values.next_if(|(at, ..)| *at == row) {
            cells[*column] = *value;
        }
        times.push(&mut out, *label);
        for cell in &cells {
            out.push(',');
            push_float(&mut out, *cell);
        }
        out.push('\n');
    }
    out
}

fn prices_csv(recorder: &Recorder, desk: &Desk) -> String {
    let mut out = String::from("time,asset,open,high,low,close,volume\n");
    let mut times = TimeWriter::default();
    for (at, thinned) in recorder.prices.iter().enumerate() {
        let id = AssetId(u32::try_from(at).unwrap_or(u32::MAX));
        // Charts show what was traded.
        if !recorder.fills.iter().any(|fill| fill.asset == id) {
            continue;
        }
        for (time, values) in thinned.rows() {
            times.push(&mut out, *time);
            out.push(',');
            push_text(&mut out, &desk.asset(id).symbol);
            for value in values {
                out.push(',');
                push_float(&mut out, *value);
            }
            out.push('\n');
        }
    }
    out
}

fn benchmark_csv(benchmark: &Benchmark) -> String {
    let mut out = String::from("time,value\n");
    let mut times = TimeWriter::default();
    for (time, value) in benchmark {
        times.push(&mut out, *time);
        out.push(',');
        push_float(&mut out, *value);
        out.push('\n');
    }
    out
}
