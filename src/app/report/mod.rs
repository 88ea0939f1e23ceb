//! The tear sheet: one HTML file that needs nothing else (R-REP-2).
//!
//! Invariants: the same data give the same bytes; nothing is fetched, and the page's policy forbids
//! it (inline style and script are named by their hashes); everything shows with scripts off; every
//! text of the run is escaped. Knows nothing of how a run was made.

/// The charts.
pub mod charts;
/// What a tear sheet is made from.
pub mod data;
/// Reads a run's folder.
pub mod folder;
/// The metrics in groups, with their definitions.
pub mod glossary;
/// The frame of the page: policy, style, script.
pub mod page;
/// Scales, ticks, thinning.
pub mod scale;
/// The parts of the page that are charts.
pub mod sections;
/// The writer of SVG and HTML text.
pub mod svg;
/// The parts of the page that are tables.
pub mod tables;

use crate::app::report::data::ReportData;

/// Renders the whole page.
pub fn render(data: &ReportData) -> String {
    let daily = data.daily();
    let parts = [
        sections::header(data),
        sections::warnings(data, &daily),
        sections::tiles(data),
        sections::curves(data, &daily),
        sections::calendar(data, &daily),
        tables::metrics(data),
        tables::drawdowns(data, &daily),
        sections::prices(data),
        sections::recorded(data),
        tables::trades(data),
        tables::positions(data),
        tables::failed_orders(data),
        tables::inputs(data),
        tables::log(data),
    ];
    page::wrap(data, &parts.concat())
}

#[cfg(test)]
mod tests;
