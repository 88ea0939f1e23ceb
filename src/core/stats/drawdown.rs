//! Falls from a peak and the way back.
//!
//! Invariants: falls do not overlap and come oldest first; each has a depth below zero. A fall from
//! the starting capital has the first day as its peak.

use chrono::NaiveDate;

/// One fall below an earlier peak.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Drawdown {
    /// The last day at the peak.
    pub peak: NaiveDate,
    /// The day of the lowest value.
    pub trough: NaiveDate,
    /// The first day at or above the peak again; `None` while it lasts.
    pub recovery: Option<NaiveDate>,
    /// Lowest value ÷ peak − 1; below zero.
    pub depth: f64,
    /// Calendar days from the peak to the recovery, or to the last day.
    pub days: i64,
}

/// Returns all falls of a curve that starts at `base` before its first day. Reads up to the shorter
/// of the two lists.
pub fn drawdowns(base: f64, days: &[NaiveDate], values: &[f64]) -> Vec<Drawdown> {
    let Some(first) = days.first() else {
        return Vec::new();
    };
    let mut falls = Vec::new();
    let mut open: Option<Drawdown> = None;
    let (mut peak, mut peak_day) = (base, *first);
    for (day, value) in days.iter().zip(values) {
        if *value >= peak {
            if let Some(mut fall) = open.take() {
                fall.recovery = Some(*day);
                fall.days = (*day - fall.peak).num_days();
                falls.push(fall);
            }
            (peak, peak_day) = (*value, *day);
            continue;
        }
        // A peak that is not positive has no fraction to fall by.
        if peak <= 0.0 {
            continue;
        }
        let depth = value / peak - 1.0;
        let fall = open.get_or_insert(Drawdown {
            peak: peak_day,
            trough: *day,
            recovery: None,
            depth: 0.0,
            days: 0,
        });
        if depth < fall.depth {
            (fall.depth, fall.trough) = (depth, *day);
        }
        fall.days = (*day - fall.peak).num_days();
    }
    falls.extend(open);
    falls.retain(|fall| fall.depth < 0.0 && fall.depth.is_finite());
    falls
}

/// Returns the depth below the highest value so far for each value, 0 at a peak, as a fraction;
/// `base` is the peak before the first.
pub fn underwater(base: f64, values: &[f64]) -> Vec<f64> {
    let mut peak = base;
    values
        .iter()
        .map(|value| {
            peak = peak.max(*value);
            if peak > 0.0 { value / peak - 1.0 } else { 0.0 }
        })
        .collect()
}
