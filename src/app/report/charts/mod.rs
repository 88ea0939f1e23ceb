//! The charts of the tear sheet: one file a chart.
//!
//! Invariants: a chart is an SVG that fills the width it is given with its text at full size, on a
//! phone too: places across are percentages, heights are pixels, and only lines are stretched. Charts
//! over time share one horizontal axis, that of the run.

/// The portfolio against the benchmark.
pub mod equity;
/// The plot, its axes and what lies on them.
pub mod frame;
/// The distribution of daily returns.
pub mod histogram;
/// Rolling Sharpe, drawdown and exposure.
pub mod over_time;
/// Price, entries and exits of one asset.
pub mod price;
/// What the script recorded.
pub mod recorded;
/// Returns by calendar year.
pub mod years;
