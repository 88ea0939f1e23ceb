//! What can be wrong with a request for an indicator.

use thiserror::Error;

/// A refused parameter, column or snapshot.
#[derive(Clone, PartialEq, Debug, Error)]
pub enum IndicatorError {
    /// More parameters than the indicator has.
    #[error("{indicator} takes at most {most} parameters, was {count}")]
    TooManyParams {
        /// Name of the indicator.
        indicator: &'static str,
        /// How many it has.
        most: usize,
        /// How many were given.
        count: usize,
    },
    /// A parameter outside its range, or a fraction where a whole number is needed.
    #[error("{indicator}: {param} must be {rule}, was {value}")]
    Param {
        /// Name of the indicator.
        indicator: &'static str,
        /// Name of the parameter.
        param: &'static str,
        /// What it must be.
        rule: String,
        /// What it was.
        value: f64,
    },
    /// The columns that the indicator reads differ in length.
    #[error(
        "{indicator} needs columns of one length: {field} has {len} values, {other} has {expected}"
    )]
    Length {
        /// Name of the indicator.
        indicator: &'static str,
        /// The column that differs.
        field: &'static str,
        /// Its length.
        len: usize,
        /// The column it differs from.
        other: &'static str,
        /// That one's length.
        expected: usize,
    },
    /// A snapshot has more or fewer numbers than this indicator with these parameters.
    #[error("snapshot must hold {expected} numbers, was {count}")]
    SnapshotLength {
        /// Numbers of a snapshot of this indicator.
        expected: usize,
        /// Numbers given.
        count: usize,
    },
    /// A number of a snapshot that no such indicator could have written.
    #[error("snapshot number {place} must be {rule}, was {value}")]
    SnapshotValue {
        /// Its place, from 0.
        place: usize,
        /// What it must be.
        rule: &'static str,
        /// What it was.
        value: f64,
    },
}
