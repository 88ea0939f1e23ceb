//! What is computed from a list of daily returns.
//!
//! Invariants: returns are fractions (0.01 is 1 %), oldest first; "excess" returns have the daily
//! risk-free rate taken off already; results are finite or `None`. The formulas stand beside the
//! fields of [`crate::core::stats::Metrics`].

use crate::core::stats::series::{deviation, finite, index, length, mean, quantile};

/// Returns the daily rate that compounds to `yearly`; 0 for a rate of −100 % or less.
pub fn daily_rate(yearly: f64, days_per_year: f64) -> f64 {
    if yearly <= -1.0 {
        return 0.0;
    }
    (1.0 + yearly).powf(1.0 / days_per_year) - 1.0
}

/// Returns the yearly volatility.
pub fn volatility(returns: &[f64], days_per_year: f64) -> Option<f64> {
    finite(deviation(returns)? * days_per_year.sqrt())
}

/// Returns the yearly Sharpe ratio; 0 where returns do not vary at all.
pub fn sharpe(excess: &[f64], days_per_year: f64) -> Option<f64> {
    let spread = deviation(excess)?;
    if spread <= 0.0 {
        return Some(0.0);
    }
    finite(mean(excess)? / spread * days_per_year.sqrt())
}

/// Returns the yearly Sortino ratio.
pub fn sortino(excess: &[f64], days_per_year: f64) -> Option<f64> {
    if excess.len() < 2 {
        return None;
    }
    let squares: f64 = excess.iter().map(|r| r.min(0.0).powi(2)).sum();
    let downside = (squares / length(excess)).sqrt() * days_per_year.sqrt();
    finite(mean(excess)? * days_per_year / downside)
}

/// Returns the Omega ratio at the risk-free rate.
pub fn omega(excess: &[f64]) -> Option<f64> {
    if excess.len() < 2 {
        return None;
    }
    let above: f64 = excess.iter().filter(|r| **r > 0.0).sum();
    let below: f64 = excess.iter().filter(|r| **r < 0.0).sum();
    finite(above / below.abs())
}

/// Returns the historical value at risk at 95 %: the 5th percentile.
pub fn value_at_risk(returns: &[f64]) -> Option<f64> {
    quantile(returns, 0.05)
}

/// Returns the mean of the worst ⌊0.05 (n − 1)⌋ + 1 returns.
pub fn conditional_value_at_risk(returns: &[f64]) -> Option<f64> {
    let last = returns.len().checked_sub(1)?;
    let mut sorted = returns.to_vec();
    sorted.sort_by(f64::total_cmp);
    let worst = index((length(returns) - 1.0) * 0.05).min(last);
    mean(&sorted[..=worst])
}

/// Returns how the best days compare with the worst.
pub fn tail_ratio(returns: &[f64]) -> Option<f64> {
    finite(quantile(returns, 0.95)?.abs() / quantile(returns, 0.05)?.abs())
}

/// Returns the sample skewness; 0 where returns do not vary, `None` for fewer than three.
pub fn skew(returns: &[f64]) -> Option<f64> {
    let n = length(returns);
    if returns.len() < 3 {
        return None;
    }
    if deviation(returns)? <= 0.0 {
        return Some(0.0);
    }
    let (second, third) = (moment(returns, 2)?, moment(returns, 3)?);
    let biased = third / second.powf(1.5);
    finite(biased * (n * (n - 1.0)).sqrt() / (n - 2.0))
}

/// Returns the sample excess kurtosis; 0 where returns do not vary, `None` for fewer than four.
pub fn kurtosis(returns: &[f64]) -> Option<f64> {
    let n = length(returns);
    if returns.len() < 4 {
        return None;
    }
    if deviation(returns)? <= 0.0 {
        return Some(0.0);
    }
    let biased = moment(returns, 4)? / moment(returns, 2)?.powi(2);
    let scale = (n - 1.0) / ((n - 2.0) * (n - 3.0));
    finite(scale * ((n + 1.0) * biased - 3.0 * (n - 1.0)))
}

fn moment(values: &[f64], power: i32) -> Option<f64> {
    let center = mean(values)?;
    let sum: f64 = values.iter().map(|v| (v - center).powi(power)).sum();
    finite(sum / length(values))
}

/// Returns the slope of `mine` on `theirs`; `None` for fewer than two days or a flat benchmark.
pub fn beta(mine: &[f64], theirs: &[f64]) -> Option<f64> {
    if deviation(theirs)? <= 0.0 {
        return None;
    }
    let (my_mean, their_mean) = (mean(mine)?, mean(theirs)?);
    let (mut shared, mut own) = (0.0, 0.0);
    for (my, their) in mine.iter().zip(theirs) {
        shared += (my - my_mean) * (their - their_mean);
        own += (their - their_mean).powi(2);
    }
    finite(shared / own)
}

/// Returns the yearly alpha for a given `beta`.
pub fn alpha(mine: &[f64], theirs: &[f64], beta: f64, days_per_year: f64) -> Option<f64> {
    let rest: Vec<f64> = mine.iter().zip(theirs).map(|(m, t)| m - beta * t).collect();
    finite((1.0 + mean(&rest)?).powf(days_per_year) - 1.0)
}

/// Returns the yearly information ratio; `None` where the difference does not vary.
pub fn information_ratio(mine: &[f64], theirs: &[f64], days_per_year: f64) -> Option<f64> {
    let active: Vec<f64> = mine.iter().zip(theirs).map(|(m, t)| m - t).collect();
    finite(mean(&active)? / deviation(&active)? * days_per_year.sqrt())
}
