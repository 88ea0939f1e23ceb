//! Parts that indicators are put together from: a line takes one number a bar and gives one.
//!
//! Invariants: a line gives nothing during its warm-up and always a value after; nothing is allocated
//! after construction. Knows nothing of which numbers of a bar it is fed.

use std::fmt::Debug;

use crate::core::indicator::input::{BarInput, Inputs};
use crate::core::indicator::ring::{Mean, Ring, WeightedMean};
use crate::core::indicator::running::Kernel;
use crate::core::indicator::smooth::{Exponential, Wilder};
use crate::core::indicator::state::Visit;
use crate::core::indicator::sum::Sum;

/// One number in, one number out.
pub(super) trait Line: Clone + Debug + Send + 'static {
    /// Takes a number in; returns nothing during the warm-up.
    fn push(&mut self, value: f64) -> Option<f64>;
    /// Visits each number that [`Line::push`] changes.
    fn walk(&mut self, visit: &mut dyn Visit);
}

macro_rules! lines {
    ($($kind:ty),*) => {
        $(impl Line for $kind {
            #[inline]
            fn push(&mut self, value: f64) -> Option<f64> {
                Self::push(self, value)
            }
            fn walk(&mut self, visit: &mut dyn Visit) {
                Self::walk(self, visit);
            }
        })*
    };
}

lines!(Mean, WeightedMean, Exponential, Wilder);

/// A number of a bar.
pub(super) type Of = fn(&BarInput) -> f64;

/// A number of each bar, as it is; not a number where the mathematics has none.
#[derive(Clone, Copy, Debug)]
pub(super) struct Each {
    /// What is read.
    pub(super) inputs: Inputs,
    /// What is made of it.
    pub(super) of: Of,
}

impl Kernel for Each {
    type Output = f64;
    fn inputs(&self) -> Inputs {
        self.inputs
    }
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        let value = (self.of)(bar);
        // What is beyond the range of floats is no value either.
        Some(if value.is_finite() { value } else { f64::NAN })
    }
    fn walk(&mut self, _visit: &mut dyn Visit) {}
}

/// A line over a number of each bar.
#[derive(Clone, Debug)]
pub(super) struct Over<L> {
    /// What is read.
    pub(super) inputs: Inputs,
    /// What is made of it.
    pub(super) of: Of,
    /// What that is fed to.
    pub(super) line: L,
}

impl<L: Line> Over<L> {
    /// A line over a single series.
    pub(super) fn series(line: L) -> Self {
        Self {
            inputs: Inputs::Close,
            of: |bar| bar.close,
            line,
        }
    }
}

impl<L: Line> Kernel for Over<L> {
    type Output = f64;
    fn inputs(&self) -> Inputs {
        self.inputs
    }
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        self.line.push((self.of)(bar))
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.line.walk(visit);
    }
}

/// The sum of the last `period` values. A window of zeros has exactly zero as sum.
#[derive(Clone, Debug)]
pub(super) struct Total {
    ring: Ring,
    sum: Sum,
    zeros: usize,
    period: usize,
}

impl Total {
    pub(super) fn new(period: usize) -> Self {
        Self {
            ring: Ring::new(period),
            sum: Sum::default(),
            zeros: 0,
            period,
        }
    }

    /// Takes a value in and returns the sum of what there is.
    pub(super) fn partial(&mut self, value: f64) -> f64 {
        self.sum
            .replace(value, self.ring.push(value).unwrap_or(0.0));
        // A window without anything in it is known by counting: the sum may keep a residue.
        self.zeros = if value == 0.0 {
            (self.zeros + 1).min(self.period)
        } else {
            0
        };
        if self.zeros == self.period {
            self.sum = Sum::default();
        }
        self.sum.value()
    }
}

impl Line for Total {
    fn push(&mut self, value: f64) -> Option<f64> {
        let sum = self.partial(value);
        self.ring.is_full().then_some(sum)
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.ring.walk(visit);
        self.sum.walk(visit);
        visit.index(&mut self.zeros, self.period);
    }
}

/// The value before.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Before {
    value: f64,
    seen: usize,
}

impl Before {
    /// Takes a value in; returns the one before, from the second on.
    #[inline]
    pub(super) fn push(&mut self, value: f64) -> Option<f64> {
        let before = std::mem::replace(&mut self.value, value);
        if self.seen == 0 {
            self.seen = 1;
            return None;
        }
        Some(before)
    }

    pub(super) fn walk(&mut self, visit: &mut dyn Visit) {
        visit.number(&mut self.value);
        visit.index(&mut self.seen, 1);
    }
}

/// Returns `part ÷ whole`, another value where the whole is 0.
#[inline]
pub(super) fn ratio_or(part: f64, whole: f64, other: f64) -> f64 {
    if whole == 0.0 { other } else { part / whole }
}

/// Returns `part ÷ whole`, 0 where the whole is 0.
#[inline]
pub(super) fn ratio(part: f64, whole: f64) -> f64 {
    if whole == 0.0 { 0.0 } else { part / whole }
}
