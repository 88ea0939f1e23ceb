//! The latest value of simple indicators straight from a slice, without a state to fill.
//!
//! Invariants: equal to the last value of the stateful form; nothing is allocated; unusable values are
//! passed over as there.

use crate::core::indicator::input::is_usable;
use crate::core::indicator::ring::Moments;
use crate::core::indicator::state::real;
use crate::core::indicator::sum::Sum;

/// Returns the part of a series that holds exactly its last `count` usable values, nothing if there
/// are fewer.
fn last(values: &[f64], count: usize) -> Option<impl Iterator<Item = f64>> {
    let mut missing = count;
    let start = values.iter().rposition(|&value| {
        missing -= usize::from(is_usable(value));
        missing == 0
    })?;
    Some(
        values[start..]
            .iter()
            .copied()
            .filter(|&value| is_usable(value)),
    )
}

/// Returns the mean of the last `period` values.
pub(super) fn mean(values: &[f64], period: usize) -> Option<f64> {
    let mut sum = Sum::default();
    last(values, period)?.for_each(|value| sum.add(value));
    let count = real(period);
    Some(sum.divided(count, 1.0 / count))
}

/// Returns the linearly weighted mean of the last `period` values.
pub(super) fn weighted_mean(values: &[f64], period: usize) -> Option<f64> {
    let mut sum = Sum::default();
    let mut weight = 0.0;
    last(values, period)?.for_each(|value| {
        weight += 1.0;
        sum.add_product(weight, value);
    });
    let divisor = weight * (weight + 1.0) / 2.0;
    Some(sum.divided(divisor, 1.0 / divisor))
}

/// Returns mean and population variance of the last `period` values.
pub(super) fn mean_and_variance(values: &[f64], period: usize) -> Option<(f64, f64)> {
    let mut moments = Moments::default();
    last(values, period)?.for_each(|value| moments.add(value));
    Some(moments.mean_and_variance(period))
}

/// Returns the greatest of the last `period` values.
pub(super) fn highest(values: &[f64], period: usize) -> Option<f64> {
    last(values, period)?.reduce(f64::max)
}

/// Returns the least of the last `period` values.
pub(super) fn lowest(values: &[f64], period: usize) -> Option<f64> {
    last(values, period)?.reduce(f64::min)
}

/// Returns the last value and the one `period` before it.
pub(super) fn ends(values: &[f64], period: usize) -> Option<(f64, f64)> {
    let mut window = last(values, period + 1)?;
    let old = window.next()?;
    Some((window.last()?, old))
}
