//! Sums without drift: error-free transformations of floats (Dekker 1971, Knuth TAOCP 4.2.2,
//! Ogita, Rump and Oishi 2005).
//!
//! A [`Sum`] carries the rounding error of every addition in a second float. While its numbers lie
//! within a factor of about 2^30 of each other and a window has up to 2^17 of them, every operation is
//! exact: after a million bars the sum of a window is the same to the last bit as when summed anew,
//! and does not depend on what went before. Outside that range the error of a step is about 2^-106 of
//! the largest sum. A [`SquareSum`] carries one float more and does the same for squares, which have
//! twice the digits. Knows nothing of windows or indicators.

use crate::core::indicator::state::Visit;

/// A running sum as a float and the error it carries.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Sum {
    high: f64,
    low: f64,
}

impl Sum {
    /// Adds a number.
    #[inline]
    pub(super) fn add(&mut self, value: f64) {
        let (high, error) = two_sum(self.high, value);
        self.high = high;
        self.low += error;
    }

    /// Adds a number and takes another away.
    #[inline]
    pub(super) fn replace(&mut self, new: f64, old: f64) {
        let (change, error) = two_sum(new, -old);
        self.add(change);
        self.low += error;
    }

    /// Adds the exact product of two numbers.
    #[inline]
    pub(super) fn add_product(&mut self, left: f64, right: f64) {
        let (product, error) = two_product(left, right);
        self.add(product);
        self.low += error;
    }

    /// Adds another sum with a sign of `1.0` or `-1.0`.
    #[inline]
    pub(super) fn add_sum(&mut self, other: Sum, sign: f64) {
        self.add(sign * other.high);
        self.add(sign * other.low);
    }

    /// Returns the sum as the nearest float and what is missing to it.
    #[inline]
    pub(super) fn parts(self) -> (f64, f64) {
        two_sum(self.high, self.low)
    }

    /// Returns the nearest float of the sum.
    #[inline]
    pub(super) fn value(self) -> f64 {
        self.high + self.low
    }

    /// Returns the sum divided by `divisor`, `inverse` being `1.0 / divisor`. If all of `n` summed
    /// numbers are `x`, the sum divided by `n` is exactly `x`.
    #[inline]
    pub(super) fn divided(self, divisor: f64, inverse: f64) -> f64 {
        let (high, low) = self.parts();
        let quotient = high * inverse;
        let (product, error) = two_product(quotient, divisor);
        quotient + (((high - product) - error) + low) * inverse
    }

    pub(super) fn walk(&mut self, visit: &mut dyn Visit) {
        visit.number(&mut self.high);
        visit.number(&mut self.low);
    }
}

/// A running sum of squares as a float, the error it carries, and the error of that.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct SquareSum {
    high: f64,
    middle: f64,
    low: f64,
}

impl SquareSum {
    /// Adds `value²`, or takes it away with a sign of `-1.0`.
    #[inline]
    pub(super) fn add(&mut self, value: f64, sign: f64) {
        self.add_product(sign * value, value);
    }

    /// Adds the exact product of two numbers.
    #[inline]
    pub(super) fn add_product(&mut self, left: f64, right: f64) {
        let (square, square_error) = two_product(left, right);
        let (high, error) = two_sum(self.high, square);
        let (middle, first) = two_sum(self.middle, error);
        let (middle, second) = two_sum(middle, square_error);
        self.high = high;
        self.middle = middle;
        self.low += first + second;
    }

    /// Returns the sum as the nearest float and what is missing to it.
    #[inline]
    pub(super) fn parts(self) -> (f64, f64) {
        let (middle, low) = two_sum(self.middle, self.low);
        let (high, middle) = two_sum(self.high, middle);
        two_sum(high, middle + low)
    }

    pub(super) fn walk(&mut self, visit: &mut dyn Visit) {
        visit.number(&mut self.high);
        visit.number(&mut self.middle);
        visit.number(&mut self.low);
    }
}

/// Returns the rounded sum and its rounding error.
#[inline]
fn two_sum(left: f64, right: f64) -> (f64, f64) {
    let sum = left + right;
    let part = sum - left;
    (sum, (left - (sum - part)) + (right - part))
}

/// Returns the rounded product and its rounding error, without a fused multiply-add, which most
/// targets would call as a function.
#[inline]
pub(super) fn two_product(left: f64, right: f64) -> (f64, f64) {
    let product = left * right;
    let (left_high, left_low) = split(left);
    let (right_high, right_low) = split(right);
    let error = left_low * right_low
        - (((product - left_high * right_high) - left_low * right_high) - left_high * right_low);
    (product, error)
}

/// Whether a difference is no more than what rounding leaves of numbers of this scale: equal prices that
/// were computed in different ways count as equal. The part, 1e-14, is TA-Lib's.
#[inline]
pub(super) fn is_rounding(difference: f64, scale: f64) -> bool {
    difference.abs() <= 1e-14 * scale.abs()
}

/// Returns two halves of at most 26 bits each.
#[inline]
fn split(value: f64) -> (f64, f64) {
    let scaled = value * 134_217_729.0;
    let high = scaled - (scaled - value);
    (high, value - high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_that_gave_back_all_it_took_is_exactly_zero() {
        let mut sum = Sum::default();
        let mut value = 1.0e-6;
        let values: Vec<f64> = (0..10_000)
            .map(|_| {
                value = (value * 1.37) % 99_999.7 + 1.0e-4;
                value
            })
            .collect();
        for &value in &values {
            sum.add(value);
        }
        for &value in &values {
            sum.add(-value);
        }
        assert_eq!(sum.parts(), (0.0, 0.0));
    }

    #[test]
    fn the_mean_of_equal_numbers_is_that_number() {
        for divisor in 1..300_u32 {
            let mut sum = Sum::default();
            for _ in 0..divisor {
                sum.add(131.23);
            }
            let divisor = f64::from(divisor);
            assert_eq!(
                sum.divided(divisor, 1.0 / divisor).to_bits(),
                131.23_f64.to_bits()
            );
        }
    }

    #[test]
    fn a_product_and_its_error_make_the_exact_product() {
        let (product, error) = two_product(0.1, 0.1);
        assert_eq!(error.to_bits(), 0.1_f64.mul_add(0.1, -product).to_bits());
    }
}
