//! What the script recorded.

use crate::app::figures::short;
use crate::app::report::charts::frame::Frame;
use crate::app::report::data::Recorded;
use crate::app::report::scale::{Point, Scale, time_value};
use crate::core::model::time::Timestamp;

/// The most series that are drawn.
pub const MOST_SERIES: usize = 24;

/// Draws the recorded series number `column`; `None` where it has no value.
pub fn chart(recorded: &Recorded, column: usize, span: (Timestamp, Timestamp)) -> Option<String> {
    let name = recorded.names.get(column)?;
    let points: Vec<Point> = recorded
        .rows
        .iter()
        .map(|(time, values)| (time_value(*time), values.get(column).copied().flatten()))
        .collect();
    let values = || points.iter().filter_map(|(_, value)| *value);
    values().next()?;
    let mut frame = Frame::over_time(110.0, span, Scale::around(values()), short);
    frame.line("line main", &points);
    Some(frame.finish(&format!("Recorded series {name}")))
}
