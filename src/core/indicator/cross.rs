//! When one line passes another.

/// Whether `a` was at or below `b` at the bar before and is above it at this one. False if any is NaN.
///
/// Touching and then rising counts once, at the bar that rises; so it is in Pine's `ta.crossover`.
#[inline]
pub fn crossed_above(a_before: f64, a: f64, b_before: f64, b: f64) -> bool {
    a_before <= b_before && a > b
}

/// Whether `a` was at or above `b` at the bar before and is below it at this one. False if any is NaN.
#[inline]
pub fn crossed_below(a_before: f64, a: f64, b_before: f64, b: f64) -> bool {
    a_before >= b_before && a < b
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cross_is_counted_at_the_bar_that_leaves_the_other_line() {
        let nan = f64::NAN;
        let table = [
            // a before, a, b before, b, above, below
            (1.0, 3.0, 2.0, 2.0, true, false),
            (3.0, 1.0, 2.0, 2.0, false, true),
            (1.0, 2.0, 2.0, 2.0, false, false),
            (2.0, 3.0, 2.0, 2.0, true, false),
            (2.0, 1.0, 2.0, 2.0, false, true),
            (3.0, 4.0, 2.0, 2.0, false, false),
            (2.0, 2.0, 2.0, 2.0, false, false),
            (2.0, 2.0, 3.0, 1.0, true, false),
            (nan, 3.0, 2.0, 2.0, false, false),
            (1.0, 3.0, nan, 2.0, false, false),
            (1.0, 3.0, 2.0, nan, false, false),
        ];
        for (a_before, a, b_before, b, above, below) in table {
            let row = (a_before, a, b_before, b);
            assert_eq!(crossed_above(a_before, a, b_before, b), above, "{row:?}");
            assert_eq!(crossed_below(a_before, a, b_before, b), below, "{row:?}");
        }
    }
}
