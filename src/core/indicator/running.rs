//! The stateful form: the one implementation of every indicator.
//!
//! A [`Kernel`] is the mathematics of one indicator, fed bar by bar. [`Running`] adds what all share:
//! unusable inputs are passed over, the latest value is kept, snapshots are taken and restored.

use std::fmt::Debug;

use crate::core::indicator::error::IndicatorError;
use crate::core::indicator::input::{BarInput, Inputs};
use crate::core::indicator::state::{Loader, Saver, Visit};

/// An indicator that is fed one closed bar after the other.
///
/// A bar of which a field that the indicator reads is not a number, infinite or beyond ±1e100 is
/// passed over: the state and the value stay. Nothing is allocated by [`Indicator::update`].
pub trait Indicator: Debug + Send {
    /// Takes the next closed bar in.
    fn update(&mut self, bar: &BarInput);
    /// Whether the warm-up is over; once true it stays so.
    fn ready(&self) -> bool;
    /// Returns an output, in the order of [`crate::core::indicator::Spec::outputs`]; NaN while it
    /// warms up or when there is no such output.
    fn value(&self, output: usize) -> f64;
    /// Returns the whole state as finite numbers.
    fn snapshot(&self) -> Vec<f64>;
    /// Puts back what [`Indicator::snapshot`] of an indicator with the same parameters returned; the
    /// values that follow are the same bit for bit.
    ///
    /// # Errors
    /// When the numbers cannot be such a snapshot; the state is then unchanged.
    fn restore(&mut self, numbers: &[f64]) -> Result<(), IndicatorError>;
}

/// The mathematics of one indicator.
pub(super) trait Kernel: Clone + Debug + Send + 'static {
    /// One float, or an array of them.
    type Output: Output;
    /// What it reads.
    const INPUTS: Inputs = Inputs::Close;
    /// What it reads, where that differs between kernels of one type.
    #[inline]
    fn inputs(&self) -> Inputs {
        Self::INPUTS
    }
    /// Takes a bar of usable numbers in; returns nothing during the warm-up and always a value after.
    fn next(&mut self, bar: &BarInput) -> Option<Self::Output>;
    /// Visits each number that [`Kernel::next`] changes.
    fn walk(&mut self, visit: &mut dyn Visit);
}

/// The values of an indicator at one bar.
pub(super) trait Output: Copy + Debug + Send + 'static {
    /// All zero.
    const ZERO: Self;
    /// As a slice.
    fn values(&self) -> &[f64];
    /// As a slice to write to.
    fn values_mut(&mut self) -> &mut [f64];
}

impl Output for f64 {
    const ZERO: Self = 0.0;
    #[inline]
    fn values(&self) -> &[f64] {
        std::slice::from_ref(self)
    }
    fn values_mut(&mut self) -> &mut [f64] {
        std::slice::from_mut(self)
    }
}

impl<const N: usize> Output for [f64; N] {
    const ZERO: Self = [0.0; N];
    #[inline]
    fn values(&self) -> &[f64] {
        self
    }
    fn values_mut(&mut self) -> &mut [f64] {
        self
    }
}

/// A kernel with its latest value.
#[derive(Clone, Debug)]
pub(super) struct Running<K: Kernel> {
    kernel: K,
    latest: Option<K::Output>,
}

impl<K: Kernel> Running<K> {
    pub(super) fn new(kernel: K) -> Self {
        Self {
            kernel,
            latest: None,
        }
    }

    /// Returns the latest value.
    pub(super) fn latest(&self) -> Option<K::Output> {
        self.latest
    }

    fn walk(&mut self, visit: &mut dyn Visit) {
        let mut ready = usize::from(self.latest.is_some());
        visit.index(&mut ready, 1);
        let mut output = self.latest.unwrap_or(K::Output::ZERO);
        output
            .values_mut()
            .iter_mut()
            .for_each(|value| visit.output(value));
        self.latest = (ready == 1).then_some(output);
        self.kernel.walk(visit);
    }
}

impl<K: Kernel> Indicator for Running<K> {
    #[inline]
    fn update(&mut self, bar: &BarInput) {
        if self.kernel.inputs().are_usable(bar)
            && let Some(output) = self.kernel.next(bar)
        {
            self.latest = Some(output);
        }
    }

    #[inline]
    fn ready(&self) -> bool {
        self.latest.is_some()
    }

    #[inline]
    fn value(&self, output: usize) -> f64 {
        self.latest
            .and_then(|latest| latest.values().get(output).copied())
            .unwrap_or(f64::NAN)
    }

    fn snapshot(&self) -> Vec<f64> {
        let mut saver = Saver::default();
        self.clone().walk(&mut saver);
        saver.numbers
    }

    fn restore(&mut self, numbers: &[f64]) -> Result<(), IndicatorError> {
        let mut restored = self.clone();
        let mut loader = Loader::new(numbers);
        restored.walk(&mut loader);
        loader.finish()?;
        *self = restored;
        Ok(())
    }
}
