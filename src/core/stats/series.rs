//! Daily values, their returns and plain sample statistics.
//!
//! Invariants: functions over a slice read it oldest first and return `None` where the answer does
//! not exist. Knows nothing of money, calendars or trades.

use chrono::NaiveDate;

/// Deviations of daily returns below this are what rounding leaves of no deviation at all: one
/// division of floats is exact to 2e-16 of a value near one.
const NOISE: f64 = 1e-15;

/// Portfolio values, one a day: of several on one day the last one counts.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct DailyValues {
    days: Vec<NaiveDate>,
    values: Vec<f64>,
    held: Vec<bool>,
}

impl DailyValues {
    /// Adds the value at a later instant of `day`, and whether a position was held then. `day` must
    /// not be before the last one given.
    pub fn push(&mut self, day: NaiveDate, value: f64, held: bool) {
        if self.days.last() == Some(&day) {
            self.values.pop();
            self.held.pop();
        } else {
            self.days.push(day);
        }
        self.values.push(value);
        self.held.push(held);
    }

    /// Returns the days, oldest first.
    pub fn days(&self) -> &[NaiveDate] {
        &self.days
    }

    /// Returns the last value of each day.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Returns whether each day ended with a position.
    pub fn held(&self) -> &[bool] {
        &self.held
    }
}

/// Returns the simple return of each value over the one before, the first over `base`; `None` where
/// the base is not positive.
pub fn returns(base: f64, values: &[f64]) -> Vec<Option<f64>> {
    let mut before = base;
    values
        .iter()
        .map(|value| {
            let change = (before > 0.0)
                .then(|| value / before - 1.0)
                .and_then(finite);
            before = *value;
            change
        })
        .collect()
}

/// Returns the value unless it is infinite or not a number; minus zero becomes zero.
pub fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value + 0.0)
}

/// Returns the arithmetic mean; `None` of nothing.
pub fn mean(values: &[f64]) -> Option<f64> {
    finite(values.iter().sum::<f64>() / length(values))
}

/// Returns the sample standard deviation (n − 1): exactly 0 where only rounding differs, `None` for
/// fewer than two values.
pub fn deviation(values: &[f64]) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    let center = mean(values)?;
    let squares: f64 = values.iter().map(|value| (value - center).powi(2)).sum();
    let deviation = finite((squares / (length(values) - 1.0)).sqrt())?;
    Some(if deviation <= NOISE { 0.0 } else { deviation })
}

/// Returns the `q`-quantile, `0 ≤ q ≤ 1`, linear between the two nearest observations (numpy's
/// default); `None` of nothing.
pub fn quantile(values: &[f64], q: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    let rank = q * (length(values) - 1.0);
    let (low, part) = (rank.floor(), rank.fract());
    let low = index(low).min(last);
    let high = (low + 1).min(last);
    finite(sorted[low] + (sorted[high] - sorted[low]) * part)
}

/// Returns a rank as an index; ranks are not negative and below the length of a slice.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a whole number within the length of a slice"
)]
pub(super) fn index(rank: f64) -> usize {
    rank as usize
}

/// Returns the number of values as a float.
#[expect(clippy::cast_precision_loss, reason = "lengths are far below 2^53")]
pub(super) fn length(values: &[f64]) -> f64 {
    values.len() as f64
}
