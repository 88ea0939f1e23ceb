//! Windows over the last values: the values themselves, their mean, weighted mean and spread.
//!
//! Invariants: nothing is allocated after construction; each push costs the same, amortized; a window
//! of equal values has exactly that value as mean and exactly zero as variance. Knows nothing of bars.

use crate::core::indicator::state::{Visit, real};
use crate::core::indicator::sum::{SquareSum, Sum, two_product};

/// The last `period` values.
#[derive(Clone, Debug)]
pub(super) struct Ring {
    slots: Box<[f64]>,
    at: usize,
    len: usize,
}

impl Ring {
    pub(super) fn new(period: usize) -> Self {
        Self {
            slots: vec![0.0; period.max(1)].into_boxed_slice(),
            at: 0,
            len: 0,
        }
    }

    /// Takes a value in; returns the one that it pushes out, which is `period` values older.
    #[inline]
    pub(super) fn push(&mut self, value: f64) -> Option<f64> {
        let old = std::mem::replace(&mut self.slots[self.at], value);
        self.at += 1;
        if self.at == self.slots.len() {
            self.at = 0;
        }
        if self.len == self.slots.len() {
            return Some(old);
        }
        self.len += 1;
        None
    }

    /// How many values it holds, at most its period.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Whether it holds `period` values.
    #[inline]
    pub(super) fn is_full(&self) -> bool {
        self.len == self.slots.len()
    }

    /// The values of a full window, oldest first.
    #[inline]
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = f64> {
        let (newer, older) = self.slots.split_at(self.at);
        older.iter().chain(newer).copied()
    }

    pub(super) fn walk(&mut self, visit: &mut dyn Visit) {
        let size = self.slots.len();
        visit.index(&mut self.at, size - 1);
        visit.index(&mut self.len, size);
        for slot in &mut self.slots {
            visit.number(slot);
        }
    }
}

/// The mean of the last `period` values.
#[derive(Clone, Debug)]
pub(super) struct Mean {
    ring: Ring,
    sum: Sum,
    divisor: f64,
    inverse: f64,
}

impl Mean {
    pub(super) fn new(period: usize) -> Self {
        let divisor = real(period);
        Self {
            ring: Ring::new(period),
            sum: Sum::default(),
            divisor,
            inverse: 1.0 / divisor,
        }
    }

    /// Takes a value in; returns the mean from the `period`-th value on.
    #[inline]
    pub(super) fn push(&mut self, value: f64) -> Option<f64> {
        if let Some(old) = self.ring.push(value) {
            self.sum.replace(value, old);
        } else {
            self.sum.add(value);
            if !self.ring.is_full() {
                return None;
            }
        }
        Some(self.sum.divided(self.divisor, self.inverse))
    }

    /// The values of a full window, oldest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = f64> {
        self.ring.iter()
    }

    pub(super) fn walk(&mut self, visit: &mut dyn Visit) {
        self.ring.walk(visit);
        self.sum.walk(visit);
    }
}

/// The mean of the last `period` values, the newest weighing `period` and the oldest 1.
#[derive(Clone, Debug)]
pub(super) struct WeightedMean {
    ring: Ring,
    sum: Sum,
    weighted: Sum,
    period: f64,
    divisor: f64,
}

impl WeightedMean {
    pub(super) fn new(period: usize) -> Self {
        let count = real(period);
        Self {
            ring: Ring::new(period),
            sum: Sum::default(),
            weighted: Sum::default(),
            period: count,
            divisor: count * (count + 1.0) / 2.0,
        }
    }

    /// Takes a value in; returns the weighted mean from the `period`-th value on.
    #[inline]
    pub(super) fn push(&mut self, value: f64) -> Option<f64> {
        if let Some(old) = self.ring.push(value) {
            self.weighted.add_sum(self.sum, -1.0);
            self.weighted.add_product(self.period, value);
            self.sum.replace(value, old);
        } else {
            self.weighted.add_product(real(self.ring.len()), value);
            self.sum.add(value);
            if !self.ring.is_full() {
                return None;
            }
        }
        Some(self.weighted.divided(self.divisor, 1.0 / self.divisor))
    }

    /// Returns mean and slope a bar of the least-squares line through a full window:
    /// `Σ(weight − mean weight) × value ÷ (period × (period² − 1) ÷ 12)`.
    pub(super) fn mean_and_slope(&self) -> (f64, f64) {
        let n = self.period;
        let (sum, sum_low) = self.sum.parts();
        let (weighted, weighted_low) = self.weighted.parts();
        let middle = f64::midpoint(n, 1.0);
        let (product, product_low) = two_product(sum, middle);
        let difference = (weighted - product) + (weighted_low - (product_low + sum_low * middle));
        (
            self.sum.divided(n, 1.0 / n),
            difference / (n * (n * n - 1.0) / 12.0),
        )
    }

    pub(super) fn walk(&mut self, visit: &mut dyn Visit) {
        self.ring.walk(visit);
        self.sum.walk(visit);
        self.weighted.walk(visit);
    }
}

/// Sums of some values and of their squares, and how many of the newest are equal.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Moments {
    sum: Sum,
    squares: SquareSum,
    last: f64,
    equal: usize,
}

impl Moments {
    /// Takes a value in.
    #[inline]
    pub(super) fn add(&mut self, value: f64) {
        self.sum.add(value);
        self.squares.add(value, 1.0);
        self.note(value);
    }

    #[inline]
    fn replace(&mut self, value: f64, old: f64) {
        self.sum.replace(value, old);
        self.squares.add(value, 1.0);
        self.squares.add(old, -1.0);
        self.note(value);
    }

    #[inline]
    fn note(&mut self, value: f64) {
        if value.to_bits() == self.last.to_bits() {
            self.equal = self.equal.saturating_add(1);
        } else {
            self.equal = 1;
        }
        self.last = value;
    }

    /// Returns the mean and the population variance of `count` values:
    /// `(count × Σx² − (Σx)²) ÷ count²` in twice the precision of a float.
    #[inline]
    pub(super) fn mean_and_variance(&self, count: usize) -> (f64, f64) {
        let n = real(count);
        let mean = self.sum.divided(n, 1.0 / n);
        // The difference of two large sums would leave a residue where there is no spread.
        if self.equal >= count {
            return (mean, 0.0);
        }
        let (total, total_low) = self.sum.parts();
        let (squares, squares_low) = self.squares.parts();
        let (left, left_low) = two_product(squares, n);
        let (right, right_low) = two_product(total, total);
        let low = (left_low + squares_low * n) - (right_low + 2.0 * total * total_low);
        let variance = ((left - right) + low) / (n * n);
        (mean, variance.max(0.0))
    }

    fn walk(&mut self, visit: &mut dyn Visit, period: usize) {
        self.sum.walk(visit);
        self.squares.walk(visit);
        visit.number(&mut self.last);
        self.equal = self.equal.min(period);
        visit.index(&mut self.equal, period);
    }
}

/// Mean and population variance of the last `period` values.
#[derive(Clone, Debug)]
pub(super) struct Spread {
    ring: Ring,
    moments: Moments,
    period: usize,
}

impl Spread {
    pub(super) fn new(period: usize) -> Self {
        Self {
            ring: Ring::new(period),
            moments: Moments::default(),
            period,
        }
    }

    /// Takes a value in; returns mean and variance from the `period`-th value on.
    #[inline]
    pub(super) fn push(&mut self, value: f64) -> Option<(f64, f64)> {
        if let Some(old) = self.ring.push(value) {
            self.moments.replace(value, old);
        } else {
            self.moments.add(value);
        }
        self.ring
            .is_full()
            .then(|| self.moments.mean_and_variance(self.period))
    }

    pub(super) fn walk(&mut self, visit: &mut dyn Visit) {
        self.ring.walk(visit);
        self.moments.walk(visit, self.period);
    }
}
