//! Drawdown, exposure and rolling Sharpe.

use crate::app::figures::{percent, ratio};
use crate::app::report::charts::frame::Frame;
use crate::app::report::data::ReportData;
use crate::app::report::scale::{Point, Scale, extent, time_value};
use crate::core::model::time::Timestamp;
use crate::core::stats::drawdown::underwater;
use crate::core::stats::ratios::sharpe;
use crate::core::stats::series::{DailyValues, returns};

/// Draws how far the portfolio is below its highest value so far.
pub fn drawdown(data: &ReportData, span: (Timestamp, Timestamp)) -> String {
    let values: Vec<f64> = data.equity.iter().map(|row| row.portfolio_value).collect();
    let depths = underwater(data.capital(), &values);
    let (low, _) = extent(depths.iter().copied());
    let up = Scale::linear(low.min(-0.01) * 1.05, 0.0);
    let points: Vec<Point> = data
        .equity
        .iter()
        .zip(depths)
        .map(|(row, depth)| (time_value(row.time), Some(depth)))
        .collect();
    let mut frame = Frame::over_time(130.0, span, up, percent);
    frame.area("fill bad", &points, 0.0);
    frame.line("line loss", &points);
    frame.finish("Drawdown over time")
}

/// Draws the signed value of all positions as a part of the portfolio's value.
pub fn exposure(data: &ReportData, span: (Timestamp, Timestamp)) -> String {
    let points: Vec<Point> = data
        .equity
        .iter()
        .map(|row| {
            let part = row.positions_value / row.portfolio_value;
            let part = Some(part).filter(|_| row.portfolio_value > 0.0);
            (time_value(row.time), part)
        })
        .collect();
    let (low, high) = extent(points.iter().filter_map(|(_, part)| *part));
    let up = Scale::linear(low.min(0.0) * 1.05, high.max(1.0) * 1.05);
    let mut frame = Frame::over_time(110.0, span, up, percent);
    frame.area("fill main", &points, 0.0);
    frame.line("line main", &points);
    frame.finish("Net exposure over time")
}

/// Draws the Sharpe ratio of the last half year, day by day; `None` for a run of less than that.
pub fn rolling_sharpe(
    data: &ReportData,
    daily: &DailyValues,
    span: (Timestamp, Timestamp),
) -> Option<String> {
    let year = data.summary.days_per_year();
    let window = if year > 300.0 { 182 } else { 126 };
    let changes: Vec<f64> = returns(data.capital(), daily.values())
        .into_iter()
        .map(Option::unwrap_or_default)
        .collect();
    let ratios = changes.windows(window).map(|part| sharpe(part, year));
    let days = daily.days().iter().skip(window - 1);
    let points: Vec<Point> = days
        .zip(ratios)
        .filter_map(|(day, ratio)| Some((time_value(Timestamp::from_date(*day)?), ratio)))
        .collect();
    if points.len() < 2 {
        return None;
    }
    let values = points.iter().filter_map(|(_, value)| *value);
    let up = Scale::around(values.chain([0.0]));
    let mut frame = Frame::over_time(130.0, span, up, ratio);
    frame.level("axis", 0.0);
    frame.line("line main", &points);
    Some(frame.finish("Sharpe ratio of the last six months over time"))
}
