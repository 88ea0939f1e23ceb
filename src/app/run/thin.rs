//! Few bars instead of many, for charts.

use crate::core::model::market::{Bar, Field};
use crate::core::model::time::Timestamp;

/// The most bars of an asset that are kept.
const MOST: usize = 2_000;

/// Bars of one asset; where there are too many, neighbors are merged.
#[derive(Clone, Default, Debug)]
pub struct Thinned {
    rows: Vec<(Timestamp, [f64; 5])>,
    /// How many bars one row holds, when it is full.
    step: usize,
    /// How many the last row holds.
    last: usize,
}

impl Thinned {
    /// Returns label, open, high, low, close and volume, oldest first.
    pub fn rows(&self) -> &[(Timestamp, [f64; 5])] {
        &self.rows
    }

    /// Takes a bar.
    pub fn push(&mut self, bar: &Bar) {
        self.step = self.step.max(1);
        let values = Field::ALL.map(|field| bar.value(field));
        if self.last < self.step
            && let Some((_, row)) = self.rows.last_mut()
        {
            merge(row, &values);
            self.last += 1;
            return;
        }
        if self.rows.len() == MOST {
            self.halve();
            if self.last < self.step
                && let Some((_, row)) = self.rows.last_mut()
            {
                merge(row, &values);
                self.last += 1;
                return;
            }
        }
        self.rows.push((bar.start, values));
        self.last = 1;
    }

    fn halve(&mut self) {
        let merged = self.rows.chunks(2).map(|pair| {
            let (start, mut row) = pair[0];
            if let Some((_, second)) = pair.get(1) {
                merge(&mut row, second);
            }
            (start, row)
        });
        self.rows = merged.collect();
        self.step *= 2;
        self.last = self.step;
    }
}

fn merge(row: &mut [f64; 5], later: &[f64; 5]) {
    row[1] = row[1].max(later[1]);
    row[2] = row[2].min(later[2]);
    row[3] = later[3];
    row[4] += later[4];
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "whole numbers")]
mod tests {
    use super::*;

    #[test]
    fn merging_keeps_extremes_ends_and_volume() {
        let mut thinned = Thinned::default();
        for i in 1..=10_000_i64 {
            thinned.push(&Bar {
                start: Timestamp::from_nanos(i),
                opens: Timestamp::from_nanos(i),
                closes: Timestamp::from_nanos(i + 1),
                prices: [i, i + 2, i - 1, i + 1],
                volume: 3,
                price_scale: 0,
                volume_scale: 0,
            });
        }
        let rows = thinned.rows();
        assert!(rows.len() <= MOST && rows.len() > MOST / 2);
        assert_eq!(rows[0].1[0], 1.0);
        assert_eq!(rows.iter().map(|r| r.1[4]).sum::<f64>(), 30_000.0);
        assert_eq!(rows.iter().map(|r| r.1[1]).fold(0.0, f64::max), 10_002.0);
        assert_eq!(rows.iter().map(|r| r.1[2]).fold(1e9, f64::min), 0.0);
        assert_eq!(rows.last().unwrap().1[3], 10_001.0);
        assert!(rows.windows(2).all(|w| w[0].0 < w[1].0));
    }
}
