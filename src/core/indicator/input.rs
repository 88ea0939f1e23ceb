//! What an indicator reads: one bar, or columns of them.
//!
//! Invariants: an input that is not a number, infinite or beyond ±1e100 never reaches the mathematics;
//! the bar that carries it is passed over as if it had not been.

use crate::core::indicator::error::IndicatorError;
use crate::core::model::market::{Bar, Field};

/// Beyond this the square of a value times a period could leave the range of floats.
const LARGEST: f64 = 1e100;

/// Which fields of a bar an indicator reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Inputs {
    /// One series, by default the close.
    Close,
    /// Highs and lows.
    HighLow,
    /// Highs, lows and closes.
    HighLowClose,
    /// Highs, lows, closes and volumes.
    HighLowCloseVolume,
    /// Closes (or another series) and volumes.
    CloseVolume,
    /// Opens and closes.
    OpenClose,
    /// All four prices.
    Prices,
    /// Highs, lows and volumes.
    HighLowVolume,
    /// Volumes.
    Volume,
    /// Two series; of bars the highs and the lows, as in TA-Lib.
    Pair,
    /// A series, as closes, and the period at each of its values, as volumes. Bars have no such column.
    CloseAndPeriods,
}

impl Inputs {
    /// Returns the fields, in the order in which a script passes them.
    pub const fn fields(self) -> &'static [Field] {
        match self {
            Self::Close => &[Field::Close],
            Self::HighLow | Self::Pair => &[Field::High, Field::Low],
            Self::HighLowClose => &[Field::High, Field::Low, Field::Close],
            Self::HighLowCloseVolume => &[Field::High, Field::Low, Field::Close, Field::Volume],
            Self::CloseVolume | Self::CloseAndPeriods => &[Field::Close, Field::Volume],
            Self::OpenClose => &[Field::Open, Field::Close],
            Self::Prices => &[Field::Open, Field::High, Field::Low, Field::Close],
            Self::HighLowVolume => &[Field::High, Field::Low, Field::Volume],
            Self::Volume => &[Field::Volume],
        }
    }

    /// Whether it reads two series, which a script passes one after the other.
    pub const fn is_pair(self) -> bool {
        matches!(self, Self::Pair | Self::CloseAndPeriods)
    }

    /// Whether the bars of an asset have all that it reads.
    pub const fn is_of_bars(self) -> bool {
        !matches!(self, Self::CloseAndPeriods)
    }

    /// Whether the fields that are read hold numbers within ±1e100.
    #[inline]
    pub(super) fn are_usable(self, bar: &BarInput) -> bool {
        match self {
            Self::Close => is_usable(bar.close),
            Self::HighLow | Self::Pair => is_usable(bar.high) && is_usable(bar.low),
            Self::HighLowClose => is_usable(bar.high) && is_usable(bar.low) && is_usable(bar.close),
            Self::HighLowCloseVolume => Self::HighLowClose.are_usable(bar) && is_usable(bar.volume),
            Self::CloseVolume | Self::CloseAndPeriods => {
                is_usable(bar.close) && is_usable(bar.volume)
            }
            Self::OpenClose => is_usable(bar.open) && is_usable(bar.close),
            Self::Prices => is_usable(bar.open) && Self::HighLowClose.are_usable(bar),
            Self::HighLowVolume => Self::HighLow.are_usable(bar) && is_usable(bar.volume),
            Self::Volume => is_usable(bar.volume),
        }
    }
}

/// Whether a value can be an input: a number within ±1e100.
#[inline]
pub(super) fn is_usable(value: f64) -> bool {
    value.abs() <= LARGEST
}

/// The five numbers of a bar as floats.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct BarInput {
    /// First price.
    pub open: f64,
    /// Highest price.
    pub high: f64,
    /// Lowest price.
    pub low: f64,
    /// Last price, or the value of a single series.
    pub close: f64,
    /// Units traded.
    pub volume: f64,
}

impl BarInput {
    /// A value of a single series: all four prices are it, the volume is zero.
    pub const fn from_value(value: f64) -> Self {
        Self {
            open: value,
            high: value,
            low: value,
            close: value,
            volume: 0.0,
        }
    }
}

impl From<&Bar> for BarInput {
    fn from(bar: &Bar) -> Self {
        Self {
            open: bar.value(Field::Open),
            high: bar.value(Field::High),
            low: bar.value(Field::Low),
            close: bar.value(Field::Close),
            volume: bar.value(Field::Volume),
        }
    }
}

/// Columns of bars, oldest first. Columns that an indicator does not read may be empty.
#[derive(Clone, Copy, Debug, Default)]
pub struct Columns<'a> {
    /// First prices.
    pub open: &'a [f64],
    /// Highest prices.
    pub high: &'a [f64],
    /// Lowest prices.
    pub low: &'a [f64],
    /// Last prices, or the values of a single series.
    pub close: &'a [f64],
    /// Units traded.
    pub volume: &'a [f64],
}

impl<'a> Columns<'a> {
    /// A single series, for indicators that read [`Inputs::Close`].
    pub fn values(values: &'a [f64]) -> Self {
        Self {
            close: values,
            ..Self::default()
        }
    }

    /// Returns the column of a field.
    pub fn field(&self, field: Field) -> &'a [f64] {
        match field {
            Field::Open => self.open,
            Field::High => self.high,
            Field::Low => self.low,
            Field::Close => self.close,
            Field::Volume => self.volume,
        }
    }

    /// Returns the number of bars.
    ///
    /// # Errors
    /// When the columns that are read differ in length.
    pub(super) fn len(
        &self,
        indicator: &'static str,
        inputs: Inputs,
    ) -> Result<usize, IndicatorError> {
        let fields = inputs.fields();
        let expected = self.field(fields[0]).len();
        match fields
            .iter()
            .find(|field| self.field(**field).len() != expected)
        {
            Some(field) => Err(IndicatorError::Length {
                indicator,
                field: field.name(),
                len: self.field(*field).len(),
                other: fields[0].name(),
                expected,
            }),
            None => Ok(expected),
        }
    }

    /// Returns the bar at a place; fields that are not there are zero.
    #[inline]
    pub(super) fn bar(&self, index: usize) -> BarInput {
        let at = |column: &[f64]| column.get(index).copied().unwrap_or(0.0);
        BarInput {
            open: at(self.open),
            high: at(self.high),
            low: at(self.low),
            close: at(self.close),
            volume: at(self.volume),
        }
    }
}
