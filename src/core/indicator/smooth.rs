//! Exponential smoothing in its two forms: by `2 ÷ (period + 1)` and by Wilder's `1 ÷ period`.
//!
//! Both start, as TA-Lib does, with the plain mean of the first `period` values. Memory of the past is
//! endless, so the values depend on where the data start. Nothing is allocated.

use crate::core::indicator::state::{Visit, real};
use crate::core::indicator::sum::Sum;

/// The plain mean of the first `period` values.
#[derive(Clone, Copy, Debug)]
struct Seed {
    sum: Sum,
    seen: usize,
    period: usize,
}

impl Seed {
    fn new(period: usize) -> Self {
        Self {
            sum: Sum::default(),
            seen: 0,
            period,
        }
    }

    #[inline]
    fn is_done(&self) -> bool {
        self.seen >= self.period
    }

    /// Takes one of the first values in; returns their mean at the last of them.
    fn push(&mut self, value: f64) -> Option<f64> {
        self.seen += 1;
        self.sum.add(value);
        let count = real(self.period);
        self.is_done().then(|| self.sum.divided(count, 1.0 / count))
    }

    fn walk(&mut self, visit: &mut dyn Visit) {
        self.sum.walk(visit);
        visit.index(&mut self.seen, self.period);
    }
}

/// Exponential moving average: `ema += (value − ema) × 2 ÷ (period + 1)`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exponential {
    seed: Seed,
    weight: f64,
    value: f64,
}

impl Exponential {
    pub(super) fn new(period: usize) -> Self {
        Self::with_weight(period, 2.0 / (real(period) + 1.0))
    }

    /// With another weight of the newest value than that of the period.
    pub(super) fn with_weight(period: usize, weight: f64) -> Self {
        Self {
            seed: Seed::new(period),
            weight,
            value: 0.0,
        }
    }

    /// Takes a value in; returns the average from the `period`-th value on.
    #[inline]
    pub(super) fn push(&mut self, value: f64) -> Option<f64> {
        if self.seed.is_done() {
            self.value += (value - self.value) * self.weight;
        } else {
            self.value = self.seed.push(value)?;
        }
        Some(self.value)
    }

    pub(super) fn walk(&mut self, visit: &mut dyn Visit) {
        self.seed.walk(visit);
        visit.number(&mut self.value);
    }
}

/// Wilder's average: `average = (average × (period − 1) + value) ÷ period`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wilder {
    seed: Seed,
    value: f64,
}

impl Wilder {
    pub(super) fn new(period: usize) -> Self {
        Self {
            seed: Seed::new(period),
            value: 0.0,
        }
    }

    /// Takes a value in; returns the average from the `period`-th value on.
    #[inline]
    pub(super) fn push(&mut self, value: f64) -> Option<f64> {
        if self.seed.is_done() {
            let period = real(self.seed.period);
            self.value = (self.value * (period - 1.0) + value) / period;
        } else {
            self.value = self.seed.push(value)?;
        }
        Some(self.value)
    }

    pub(super) fn walk(&mut self, visit: &mut dyn Visit) {
        self.seed.walk(visit);
        visit.number(&mut self.value);
    }
}

/// Wilder's running sum: the sum of the first `period − 1` values, then
/// `sum = sum − sum ÷ period + value`.
#[derive(Clone, Copy, Debug)]
pub(super) struct WilderSum {
    seen: usize,
    period: usize,
    value: f64,
}

impl WilderSum {
    pub(super) fn new(period: usize) -> Self {
        Self {
            seen: 0,
            period,
            value: 0.0,
        }
    }

    /// Takes a value in; returns the sum from the `period`-th value on.
    #[inline]
    pub(super) fn push(&mut self, value: f64) -> Option<f64> {
        if self.seen + 1 < self.period {
            self.seen += 1;
            self.value += value;
            return None;
        }
        self.value = self.value - self.value / real(self.period) + value;
        Some(self.value)
    }

    pub(super) fn walk(&mut self, visit: &mut dyn Visit) {
        visit.index(&mut self.seen, self.period);
        visit.number(&mut self.value);
    }
}
