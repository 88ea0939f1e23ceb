//! Snapshots: one walk over the numbers of a state, which either saves or restores them.
//!
//! Invariants: saving and restoring visit the same numbers in the same order, because they are the
//! same code; every saved number is finite, so that JSON can hold it; a restored index is within its
//! bounds. Knows nothing of files or of what the numbers mean.

use crate::core::indicator::error::IndicatorError;

/// Receives each number of a state in turn.
pub(super) trait Visit {
    /// A finite number.
    fn number(&mut self, value: &mut f64);
    /// A whole number from 0 to `most` inclusive.
    fn index(&mut self, value: &mut usize, most: usize);
    /// A count of bars, below 2^53.
    fn tick(&mut self, value: &mut u64);
    /// A value that an indicator gave; not a number where the mathematics has none.
    fn output(&mut self, value: &mut f64);
}

/// Stands for "not a number" in a snapshot, as no indicator gives it.
const NONE: f64 = f64::MAX;

/// Writes the numbers of a state down.
#[derive(Default)]
pub(super) struct Saver {
    /// The numbers so far.
    pub(super) numbers: Vec<f64>,
}

impl Visit for Saver {
    fn number(&mut self, value: &mut f64) {
        self.numbers.push(*value);
    }

    fn index(&mut self, value: &mut usize, _most: usize) {
        self.numbers.push(real(*value));
    }

    #[expect(clippy::cast_precision_loss, reason = "2^53 bars are never reached")]
    fn tick(&mut self, value: &mut u64) {
        self.numbers.push(*value as f64);
    }

    fn output(&mut self, value: &mut f64) {
        self.numbers
            .push(if value.is_finite() { *value } else { NONE });
    }
}

/// Reads the numbers of a state back; the first wrong one is kept as the error.
pub(super) struct Loader<'a> {
    numbers: &'a [f64],
    place: usize,
    error: Option<IndicatorError>,
}

impl<'a> Loader<'a> {
    pub(super) fn new(numbers: &'a [f64]) -> Self {
        Self {
            numbers,
            place: 0,
            error: None,
        }
    }

    /// Ends the walk.
    pub(super) fn finish(self) -> Result<(), IndicatorError> {
        match self.error {
            Some(error) => Err(error),
            None if self.place == self.numbers.len() => Ok(()),
            None => Err(IndicatorError::SnapshotLength {
                expected: self.place,
                count: self.numbers.len(),
            }),
        }
    }

    /// Takes the next number if it keeps the rule; past the end only the place moves on.
    fn take(&mut self, rule: &'static str, keeps: impl Fn(f64) -> bool) -> Option<f64> {
        let place = self.place;
        self.place += 1;
        let value = *self.numbers.get(place)?;
        if keeps(value) {
            return Some(value);
        }
        self.error
            .get_or_insert(IndicatorError::SnapshotValue { place, rule, value });
        None
    }
}

impl Visit for Loader<'_> {
    fn number(&mut self, value: &mut f64) {
        if let Some(number) = self.take("a finite number", f64::is_finite) {
            *value = number;
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be whole and within bounds"
    )]
    fn index(&mut self, value: &mut usize, most: usize) {
        let keeps = |number: f64| number.fract() == 0.0 && (0.0..=real(most)).contains(&number);
        if let Some(number) = self.take("a whole number within its bounds", keeps) {
            *value = number as usize;
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be whole and below 2^53"
    )]
    fn tick(&mut self, value: &mut u64) {
        let keeps =
            |number: f64| number.fract() == 0.0 && (0.0..9_007_199_254_740_992.0).contains(&number);
        if let Some(number) = self.take("a whole number of bars", keeps) {
            *value = number as u64;
        }
    }

    fn output(&mut self, value: &mut f64) {
        self.number(value);
        if value.to_bits() == NONE.to_bits() {
            *value = f64::NAN;
        }
    }
}

/// Returns a count as a float; periods are at most 100,000.
pub(super) fn real(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
