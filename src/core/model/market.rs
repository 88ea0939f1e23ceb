//! Bars of market data.
//!
//! Invariants of a `Bar`: `low ≤ open, close ≤ high`, all prices positive, volume not negative,
//! `opens < closes`. Numbers are exact: whole numbers with a decimal scale, of which the decimal and
//! the nearest float both come without loss.

use rust_decimal::Decimal;

use serde::{Deserialize, Serialize};

use crate::core::model::number::{Price, Quantity, to_f64};
use crate::core::model::time::Timestamp;

/// One interval of trading in one asset.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Bar {
    /// The label: the start of the interval; for daily and longer bars the session's date at 00:00Z.
    pub start: Timestamp,
    /// The instant at which the interval begins (a daily bar: the session's open).
    pub opens: Timestamp,
    /// The instant at which the interval is over and the bar is delivered.
    pub closes: Timestamp,
    /// Open, high, low and close as whole numbers of `10^-price_scale`.
    pub prices: [i64; 4],
    /// The volume as a whole number of `10^-volume_scale`.
    pub volume: i64,
    /// Decimals of the prices, at most 18.
    pub price_scale: u8,
    /// Decimals of the volume, at most 18.
    pub volume_scale: u8,
}

/// One of the numbers of a bar.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Field {
    /// First price.
    Open,
    /// Highest price.
    High,
    /// Lowest price.
    Low,
    /// Last price.
    Close,
    /// Units traded.
    Volume,
}

impl Field {
    /// All five, in the order of the columns of a bar file.
    pub const ALL: [Self; 5] = [Self::Open, Self::High, Self::Low, Self::Close, Self::Volume];

    /// Returns the word for it: `open`, `high`, `low`, `close` or `volume`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::High => "high",
            Self::Low => "low",
            Self::Close => "close",
            Self::Volume => "volume",
        }
    }

    /// Reads the word that [`Self::name`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == text)
    }
}

impl Bar {
    /// Returns the first price.
    pub fn open(&self) -> Price {
        self.price(0)
    }

    /// Returns the highest price.
    pub fn high(&self) -> Price {
        self.price(1)
    }

    /// Returns the lowest price.
    pub fn low(&self) -> Price {
        self.price(2)
    }

    /// Returns the last price.
    pub fn close(&self) -> Price {
        self.price(3)
    }

    /// Returns the units traded.
    pub fn volume(&self) -> Quantity {
        Quantity::new(Decimal::new(self.volume, u32::from(self.volume_scale)))
    }

    /// Returns the nearest float of a field.
    pub fn value(&self, field: Field) -> f64 {
        let (mantissa, scale) = match field {
            Field::Open => (self.prices[0], self.price_scale),
            Field::High => (self.prices[1], self.price_scale),
            Field::Low => (self.prices[2], self.price_scale),
            Field::Close => (self.prices[3], self.price_scale),
            Field::Volume => (self.volume, self.volume_scale),
        };
        scaled_to_f64(mantissa, scale)
    }

    fn price(&self, column: usize) -> Price {
        Price::new(Decimal::new(
            self.prices[column],
            u32::from(self.price_scale),
        ))
    }
}

/// Returns the nearest float of `mantissa × 10^-scale`.
pub fn scaled_to_f64(mantissa: i64, scale: u8) -> f64 {
    const POWERS: [f64; 19] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18,
    ];
    match POWERS.get(usize::from(scale)) {
        // Both operands are exact floats, so the one division rounds correctly.
        #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
        Some(power) if mantissa.unsigned_abs() < (1 << 53) => mantissa as f64 / power,
        _ => to_f64(Decimal::new(mantissa, u32::from(scale))),
    }
}

/// A change in a company's shares that bars do not show.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CorporateAction {
    /// So many new shares for each old one (2 for a two-for-one split, 0.125 for one-for-eight).
    Split(Decimal),
    /// Cash for each share held at the close before the ex-date.
    Dividend(Decimal),
}
