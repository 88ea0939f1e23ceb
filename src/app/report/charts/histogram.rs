//! The distribution of daily returns.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts of days, and an index clamped to its range"
)]

use crate::app::figures::{percent, signed_percent};
use crate::app::report::charts::frame::{Column, columns};
use crate::app::report::scale::extent;
use crate::core::stats::series::{deviation, mean};

const BARS: usize = 41;

/// Draws how often each size of daily return came, with the normal curve of the same mean and
/// deviation. `None` for fewer than ten returns or returns that do not vary.
pub fn chart(returns: &[f64]) -> Option<String> {
    let spread = deviation(returns).filter(|spread| *spread > 0.0)?;
    let center = mean(returns)?;
    if returns.len() < 10 {
        return None;
    }
    let (low, high) = extent(returns.iter().copied());
    // Beyond four deviations the first and last bar collect what is left.
    let low = low.max(center - 4.0 * spread);
    let high = high.min(center + 4.0 * spread);
    let width = (high - low) / BARS as f64;
    let mut counts = [0_u32; BARS];
    for value in returns {
        let at = ((value - low) / width)
            .floor()
            .clamp(0.0, BARS as f64 - 1.0);
        counts[at as usize] += 1;
    }
    let bars: Vec<Column> = counts
        .iter()
        .enumerate()
        .map(|(at, count)| column(at, *count, low + width * at as f64, width))
        .collect();
    let expected = |value: f64| {
        let distance = (value - center) / spread;
        let density = (-0.5 * distance * distance).exp() / (spread * std::f64::consts::TAU.sqrt());
        density * width * returns.len() as f64
    };
    let curve: Vec<(f64, f64)> = (0..=100)
        .map(|n| f64::from(n) / 100.0)
        .map(|part| (part, expected(low + (high - low) * part)))
        .collect();
    Some(columns(
        150.0,
        &bars,
        &curve,
        "How often each daily return came",
    ))
}

fn column(at: usize, count: u32, from: f64, width: f64) -> Column {
    let labeled = at % 10 == 5;
    Column {
        label: if labeled {
            percent(from + width / 2.0)
        } else {
            String::new()
        },
        value: f64::from(count),
        class: if from + width / 2.0 < 0.0 {
            "bar loss"
        } else {
            "bar gain"
        },
        text: String::new(),
        note: format!(
            "{} to {}: {count} days",
            signed_percent(from),
            signed_percent(from + width)
        ),
    }
}
