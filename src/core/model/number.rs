//! Exact numbers: price, quantity and money, and the one way from a float to them.
//!
//! Invariants: each wraps a decimal of at most 28 digits; arithmetic that would leave that range is
//! refused, never rounded to nothing. There is no `Price * Quantity`: a notional needs the asset's
//! multiplier, so ask [`crate::core::model::asset::Asset::notional`].

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

use rust_decimal::{Decimal, RoundingStrategy};

macro_rules! exact {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(Decimal);

        impl $name {
            /// Nothing.
            pub const ZERO: Self = Self(Decimal::ZERO);

            /// Wraps an exact decimal.
            pub const fn new(value: Decimal) -> Self {
                Self(value)
            }

            /// Returns the decimal.
            pub const fn get(self) -> Decimal {
                self.0
            }

            /// Whether it is exactly zero.
            pub fn is_zero(self) -> bool {
                self.0.is_zero()
            }

            /// Returns the value without its sign.
            #[must_use]
            pub fn abs(self) -> Self {
                Self(self.0.abs())
            }

            /// Returns the nearest float, for scripts, statistics and charts.
            pub fn to_f64(self) -> f64 {
                to_f64(self.0)
            }
        }

        impl Add for $name {
            type Output = Self;
            fn add(self, other: Self) -> Self {
                Self(self.0 + other.0)
            }
        }

        impl Sub for $name {
            type Output = Self;
            fn sub(self, other: Self) -> Self {
                Self(self.0 - other.0)
            }
        }

        impl AddAssign for $name {
            fn add_assign(&mut self, other: Self) {
                self.0 += other.0;
            }
        }

        impl SubAssign for $name {
            fn sub_assign(&mut self, other: Self) {
                self.0 -= other.0;
            }
        }

        impl Neg for $name {
            type Output = Self;
            fn neg(self) -> Self {
                Self(-self.0)
            }
        }

        impl Sum for $name {
            fn sum<I: Iterator<Item = Self>>(values: I) -> Self {
                values.fold(Self::ZERO, Add::add)
            }
        }

        /// Without trailing zeros: `1.5`, never `1.50`.
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0.normalize(), f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl From<Decimal> for $name {
            fn from(value: Decimal) -> Self {
                Self(value)
            }
        }
    };
}

exact! {
    /// Currency per unit of an asset.
    Price
}
exact! {
    /// Units of an asset; positive is bought or held long, negative sold or held short.
    Quantity
}
exact! {
    /// An amount of the account's currency; negative is owed.
    Money
}

impl Quantity {
    /// Whether it is above zero.
    pub fn is_long(self) -> bool {
        self.0 > Decimal::ZERO
    }

    /// Whether it is below zero.
    pub fn is_short(self) -> bool {
        self.0 < Decimal::ZERO
    }
}

/// Returns the shortest decimal that prints as `value` does, so `0.1` is exactly one tenth. The only
/// way from a float to money. `None` for infinities, not-a-number and what 28 digits cannot hold.
pub fn decimal_from_f64(value: f64) -> Option<Decimal> {
    if !value.is_finite() {
        return None;
    }
    // The display of a float is its shortest exact round trip, never in exponent form.
    let text = value.to_string();
    match Decimal::from_str_exact(&text) {
        Ok(exact) => Some(exact.normalize()),
        // Below the smallest scale: what is left is under 1e-28, which no lot or tick can see.
        Err(_) if value.abs() < 1.0 => Decimal::from_scientific(&format!("{value:e}"))
            .ok()
            .or(Some(Decimal::ZERO)),
        Err(_) => None,
    }
}

/// Returns the nearest float.
pub fn to_f64(value: Decimal) -> f64 {
    const POWERS: [f64; 23] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ];
    let mantissa = value.mantissa();
    // Both operands are exact floats, so the one division rounds correctly.
    if let (Ok(small), Some(power)) = (i64::try_from(mantissa), POWERS.get(value.scale() as usize))
        && small.unsigned_abs() < (1 << 53)
    {
        #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
        return small as f64 / power;
    }
    // Reading its text is exact for every decimal, and rare.
    value.to_string().parse().unwrap_or(f64::NAN)
}

/// Rounds towards zero to a multiple of `step` (a lot). `step` must be positive.
pub fn truncate_to_step(value: Decimal, step: Decimal) -> Decimal {
    if step == Decimal::ONE {
        return value.trunc();
    }
    value - value % step
}

/// Rounds down (towards minus infinity) to a multiple of `step`. `step` must be positive.
pub fn floor_to_step(value: Decimal, step: Decimal) -> Decimal {
    let rest = value % step;
    if rest.is_zero() {
        value
    } else if rest.is_sign_negative() {
        value - rest - step
    } else {
        value - rest
    }
}

/// Returns the largest multiple of `step`, towards zero, whose product with `unit` does not exceed
/// `total` in size: how many lots a sum of money buys. `unit` and `step` must be positive. `None`
/// when the quotient is out of range.
pub fn whole_steps(total: Decimal, unit: Decimal, step: Decimal) -> Option<Decimal> {
    let quotient = total.checked_div(unit)?;
    let steps = truncate_to_step(quotient, step);
    // Division keeps 28 digits; should it have rounded up onto a whole step, take that step back.
    let overshoots = steps
        .checked_mul(unit)
        .is_none_or(|cost| cost.abs() > total.abs());
    Some(if overshoots {
        if steps.is_sign_negative() {
            steps + step
        } else {
            steps - step
        }
    } else {
        steps
    })
}

/// Rounds half to even at `places` decimals.
pub fn round_half_even(value: Decimal, places: u32) -> Decimal {
    value.round_dp_with_strategy(places, RoundingStrategy::MidpointNearestEven)
}

#[cfg(test)]
mod tests {
    use rust_decimal::dec;

    use super::*;

    #[test]
    fn a_float_becomes_the_decimal_that_it_prints_as() {
        assert_eq!(decimal_from_f64(0.1), Some(dec!(0.1)));
        assert_eq!(decimal_from_f64(1e-8), Some(dec!(0.00000001)));
        assert_eq!(decimal_from_f64(-558.0019), Some(dec!(-558.0019)));
        assert_eq!(decimal_from_f64(1e-300), Some(Decimal::ZERO));
        assert_eq!(decimal_from_f64(1e300), None);
        assert_eq!(decimal_from_f64(f64::NAN), None);
        assert_eq!(decimal_from_f64(f64::INFINITY), None);
    }

    #[test]
    #[expect(clippy::float_cmp, reason = "the conversion is exact to the last bit")]
    fn a_decimal_becomes_the_nearest_float() {
        for text in [
            "0.1",
            "558.0019",
            "-3.14",
            "123456789.12345678",
            "79228162514264337593543950335",
        ] {
            let decimal: Decimal = text.parse().unwrap();
            assert_eq!(to_f64(decimal), text.parse::<f64>().unwrap(), "{text}");
        }
    }

    #[test]
    fn steps_round_towards_zero_and_floor_down() {
        assert_eq!(truncate_to_step(dec!(-5.7), dec!(1)), dec!(-5));
        assert_eq!(
            truncate_to_step(dec!(0.123456789), dec!(0.00000001)),
            dec!(0.12345678)
        );
        assert_eq!(floor_to_step(dec!(-5.71), dec!(0.25)), dec!(-5.75));
        assert_eq!(floor_to_step(dec!(5.71), dec!(0.25)), dec!(5.5));
    }

    #[test]
    fn whole_steps_never_cost_more_than_there_is() {
        assert_eq!(
            whole_steps(dec!(1000), dec!(155.50), dec!(1)),
            Some(dec!(6))
        );
        assert_eq!(
            whole_steps(dec!(100), dec!(50000), dec!(0.00000001)),
            Some(dec!(0.002))
        );
        // 1 / 3 rounds down; 2 / 3 rounds up in the 28th digit.
        assert_eq!(
            whole_steps(dec!(2), dec!(0.6666666666666666666666666667), dec!(1)),
            Some(dec!(2))
        );
        assert_eq!(
            whole_steps(dec!(-1000), dec!(155.50), dec!(1)),
            Some(dec!(-6))
        );
    }

    #[test]
    fn output_has_no_trailing_zeros() {
        assert_eq!(Money::new(dec!(100.500)).to_string(), "100.5");
        assert_eq!(Money::new(dec!(1000)).to_string(), "1000");
        assert_eq!(Price::new(dec!(0.00)).to_string(), "0");
    }
}
