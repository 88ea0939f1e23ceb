//! Returns by calendar year.

use crate::app::figures::signed_percent;
use crate::app::report::charts::frame::{Column, columns};

/// Draws one bar a year; the label is the year.
pub fn chart(years: &[(i32, f64)]) -> String {
    let crowded = years.len() > 8;
    let bars: Vec<Column> = years
        .iter()
        .map(|(year, change)| Column {
            label: if crowded {
                format!("{:02}", year.rem_euclid(100))
            } else {
                year.to_string()
            },
            value: *change,
            class: if *change < 0.0 {
                "bar loss"
            } else {
                "bar gain"
            },
            text: if crowded {
                format!("{:.0}", change * 100.0)
            } else {
                signed_percent(*change)
            },
            note: format!("{year}: {}", signed_percent(*change)),
        })
        .collect();
    columns(150.0, &bars, &[], "Return of each calendar year")
}
