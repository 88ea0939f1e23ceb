//! Mathematics of one series or two.
//!
//! Deviations are of samples (n − 1); quantiles are linear; ranks count from 1 for the smallest, ties
//! averaged. `None` where there are too few numbers.

/// Adds up in eight lanes, in an order that depends on the length alone.
pub(super) fn sum(values: &[f64]) -> f64 {
    let mut lanes = [0.0; 8];
    let chunks = values.chunks_exact(8);
    let rest: f64 = chunks.remainder().iter().sum();
    for chunk in chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane += value;
        }
    }
    let pair = |at: usize| lanes[at] + lanes[at + 1];
    ((pair(0) + pair(2)) + (pair(4) + pair(6))) + rest
}

pub(super) fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| sum(values) / count(values))
}

pub(super) fn var(values: &[f64]) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    let mean = mean(values)?;
    let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    Some(squares / (count(values) - 1.0))
}

pub(super) fn std(values: &[f64]) -> Option<f64> {
    var(values).map(f64::sqrt)
}

pub(super) fn min(values: &[f64]) -> Option<f64> {
    values.iter().copied().reduce(f64::min)
}

pub(super) fn max(values: &[f64]) -> Option<f64> {
    values.iter().copied().reduce(f64::max)
}

pub(super) fn quantile(values: &[f64], q: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    #[expect(clippy::cast_precision_loss, reason = "lengths stay far below 2^53")]
    let place = q * last as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and the length"
    )]
    let below = place.floor() as usize;
    let above = (below + 1).min(last);
    Some(sorted[below] + (sorted[above] - sorted[below]) * (place - place.floor()))
}

pub(super) fn argmin(values: &[f64]) -> Option<usize> {
    extreme_at(values, |candidate, best| candidate < best)
}

pub(super) fn argmax(values: &[f64]) -> Option<usize> {
    extreme_at(values, |candidate, best| candidate > best)
}

fn extreme_at(values: &[f64], beats: impl Fn(f64, f64) -> bool) -> Option<usize> {
    let mut best: Option<usize> = None;
    for (at, value) in values.iter().enumerate() {
        if best.is_none_or(|best| beats(*value, values[best])) {
            best = Some(at);
        }
    }
    best
}

/// Ranks from 1 for the smallest; equal values share the mean of their ranks.
pub(super) fn rank(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    let mut from = 0;
    while from < order.len() {
        let same = |at: &&usize| values[**at].total_cmp(&values[order[from]]).is_eq();
        let ties = order[from..].iter().take_while(same).count();
        #[expect(clippy::cast_precision_loss, reason = "lengths stay far below 2^53")]
        let shared = (2 * from + ties + 1) as f64 / 2.0;
        for at in &order[from..from + ties] {
            ranks[*at] = shared;
        }
        from += ties;
    }
    ranks
}

pub(super) fn covariance(a: &[f64], b: &[f64]) -> Option<f64> {
    if a.len() != b.len() || a.len() < 2 {
        return None;
    }
    let (mean_a, mean_b) = (mean(a)?, mean(b)?);
    let products: f64 = a
        .iter()
        .zip(b)
        .map(|(x, y)| (x - mean_a) * (y - mean_b))
        .sum();
    Some(products / (count(a) - 1.0))
}

pub(super) fn correlation(a: &[f64], b: &[f64]) -> Option<f64> {
    let spread = std(a)? * std(b)?;
    (spread > 0.0)
        .then(|| covariance(a, b).map(|c| c / spread))
        .flatten()
}

pub(super) fn beta(a: &[f64], b: &[f64]) -> Option<f64> {
    let spread = var(b)?;
    (spread > 0.0)
        .then(|| covariance(a, b).map(|c| c / spread))
        .flatten()
}

/// Least-squares slope for one step.
pub(super) fn slope(values: &[f64]) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "lengths stay far below 2^53")]
    let steps: Vec<f64> = (0..values.len()).map(|at| at as f64).collect();
    beta(values, &steps)
}

#[expect(clippy::cast_precision_loss, reason = "lengths stay far below 2^53")]
fn count(values: &[f64]) -> f64 {
    values.len() as f64
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "these come out even")]
mod tests {
    use super::*;

    #[test]
    fn ranks_share_ties_and_quantiles_are_linear() {
        assert_eq!(rank(&[10.0, 30.0, 10.0, 20.0]), [1.5, 4.0, 1.5, 3.0]);
        assert_eq!(quantile(&[4.0, 1.0, 3.0, 2.0], 0.5), Some(2.5));
        assert_eq!(quantile(&[4.0, 1.0, 3.0, 2.0], 1.0), Some(4.0));
        assert_eq!(quantile(&[], 0.5), None);
    }

    #[test]
    fn deviations_are_of_samples() {
        assert_eq!(var(&[1.0, 2.0, 3.0, 4.0]), Some(5.0 / 3.0));
        assert_eq!(var(&[1.0]), None);
        assert_eq!(slope(&[1.0, 3.0, 5.0]), Some(2.0));
        assert_eq!(correlation(&[1.0, 2.0], &[1.0, 1.0]), None);
        assert_eq!(sum(&(1..=20).map(f64::from).collect::<Vec<_>>()), 210.0);
    }
}
