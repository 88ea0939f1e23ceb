//! The portfolio against the benchmark.

use crate::app::figures::short;
use crate::app::report::charts::frame::Frame;
use crate::app::report::data::ReportData;
use crate::app::report::scale::{Point, Scale, time_value};
use crate::core::model::time::Timestamp;

const HEIGHT: f64 = 260.0;

/// Draws the portfolio's value and the benchmark scaled to the starting capital. `None` for a
/// logarithmic chart of values that are not all positive, or without any value.
pub fn chart(data: &ReportData, span: (Timestamp, Timestamp), log: bool) -> Option<String> {
    let mine = curve(data);
    let theirs = benchmark(data);
    let values = || mine.iter().chain(&theirs).filter_map(|(_, value)| *value);
    values().next()?;
    let up = if log {
        Scale::logarithmic(values())?
    } else {
        Scale::around(values())
    };
    let mut frame = Frame::over_time(HEIGHT, span, up, short);
    frame.level("axis", data.capital());
    frame.line("line second", &theirs);
    frame.line("line main", &mine);
    let scale = if log { "logarithmic" } else { "linear" };
    Some(frame.finish(&format!("Portfolio value over time, {scale} scale")))
}

fn curve(data: &ReportData) -> Vec<Point> {
    let rows = data.equity.iter();
    rows.map(|row| (time_value(row.time), Some(row.portfolio_value)))
        .collect()
}

fn benchmark(data: &ReportData) -> Vec<Point> {
    let first = data
        .benchmark
        .iter()
        .map(|(_, value)| *value)
        .find(|value| *value > 0.0);
    let factor = data.capital() / first.unwrap_or(1.0);
    let rows = data.benchmark.iter();
    rows.map(|(time, value)| (time_value(*time), Some(value * factor)))
        .collect()
}
