//! The bars of one symbol in memory: seven whole numbers a bar.
//!
//! Invariants: starts strictly ascend; `low ≤ open, close ≤ high`, prices above zero, volumes not
//! below; all prices share one scale, all volumes another. Knows nothing of files or sessions.

use std::path::PathBuf;

use crate::core::model::market::Bar;
use crate::core::model::time::{Timeframe, Timestamp};
use crate::shell::catalog::fixed::{POWERS, divide_half_even, write_fixed};

/// The bars of one symbol, oldest first, as columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BarColumns {
    /// What the bars are of.
    pub symbol: String,
    /// The label of each bar: its start; daily bars have the date at 00:00Z.
    pub starts: Vec<Timestamp>,
    /// First prices, as whole numbers of `10^-price_scale`.
    pub open: Vec<i64>,
    /// Highest prices.
    pub high: Vec<i64>,
    /// Lowest prices.
    pub low: Vec<i64>,
    /// Last prices.
    pub close: Vec<i64>,
    /// Volumes, as whole numbers of `10^-volume_scale`.
    pub volume: Vec<i64>,
    /// Decimals of the prices, at most 18.
    pub price_scale: u8,
    /// Decimals of the volumes, at most 18.
    pub volume_scale: u8,
    /// The interval that a bar covers.
    pub timeframe: Timeframe,
    /// Where the bars were read; `sample` or `synthetic:…` for what no file holds.
    pub source: PathBuf,
    /// SHA-256 of the bytes of the source, in hexadecimal.
    pub sha256: String,
}

impl BarColumns {
    /// Returns the number of bars.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether there are no bars.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// Returns the bar at `index`, given the instants at which its interval begins and ends.
    ///
    /// # Panics
    /// If `index` is not below [`Self::len`].
    #[inline]
    pub fn bar(&self, index: usize, opens: Timestamp, closes: Timestamp) -> Bar {
        Bar {
            start: self.starts[index],
            opens,
            closes,
            prices: [
                self.open[index],
                self.high[index],
                self.low[index],
                self.close[index],
            ],
            volume: self.volume[index],
            price_scale: self.price_scale,
            volume_scale: self.volume_scale,
        }
    }

    /// Appends a row in the uniform schema, without a line end.
    pub fn write_row(&self, index: usize, out: &mut String) {
        out.push_str(&self.starts[index].to_string());
        for column in [&self.open, &self.high, &self.low, &self.close] {
            out.push(',');
            write_fixed(out, column[index], self.price_scale);
        }
        out.push(',');
        write_fixed(out, self.volume[index], self.volume_scale);
    }

    /// Returns all bars as CSV in the uniform schema.
    pub fn to_csv(&self) -> String {
        let mut out = String::with_capacity(64 * (self.len() + 1));
        out.push_str(UNIFORM_HEADER);
        out.push('\n');
        for index in 0..self.len() {
            self.write_row(index, &mut out);
            out.push('\n');
        }
        out
    }
}

/// The header of a bar file.
pub const UNIFORM_HEADER: &str = "timestamp,open,high,low,close,volume";

/// Multiplies or divides all values so that `from` decimals become `to`. Division rounds half to
/// even; the caller knows that no product is too large.
pub(super) fn rescale(columns: &mut [Vec<i64>], from: u8, to: u8) {
    if to >= from {
        let power = POWERS[usize::from(to - from)];
        columns
            .iter_mut()
            .flatten()
            .for_each(|value| *value *= power);
        return;
    }
    let power = i128::from(POWERS[usize::from(from - to)]);
    for value in columns.iter_mut().flatten() {
        let divided = divide_half_even(i128::from(*value), power);
        *value = i64::try_from(divided).expect("division does not enlarge");
    }
}
