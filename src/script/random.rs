//! Random numbers of a script.
//!
//! Invariants: the same seed gives the same numbers on every machine and in every mode. They are for
//! simulations, not for secrets.

/// Seeded random numbers (`SplitMix64`, Steele and others 2014), the same on every machine.
#[derive(Debug)]
pub(super) struct Random(u64);

impl Random {
    /// Starts the sequence of a seed.
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns where in its sequence it stands: the seed of what is to come.
    pub(super) fn seed(&self) -> u64 {
        self.0
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Returns a number from 0 to below 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit a float exactly")]
    pub(super) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Returns a whole number between the two, both included.
    pub(super) fn between(&mut self, from: i64, to: i64) -> i64 {
        let width = u128::from(to.abs_diff(from)) + 1;
        let offset = (u128::from(self.next()) * width) >> 64;
        i64::try_from(i128::from(from) + i128::try_from(offset).unwrap_or(0)).unwrap_or(to)
    }
}
