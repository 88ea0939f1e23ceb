//! Rows into columns: one scale for all, checked prices, order and duplicates.
//!
//! Invariants: what comes out satisfies `BarColumns`; nothing is repaired
//! without a notice. Knows nothing of how rows were written.

use std::cmp::Ordering;

use crate::core::model::time::Timestamp;
use crate::shell::catalog::bars::rescale;
use crate::shell::catalog::error::{DataWarning, Notice, Notices, Rule};
use crate::shell::catalog::fixed::{
    Fixed, LEAST_ROUNDED_SCALE, MAX_SCALE, POWERS, divide_half_even, write_fixed,
};

/// A row that was refused: the column (0 time, 1 to 4 prices, 5 volume) and the rule.
pub(super) type RowFault = (Option<usize>, Rule);

/// A column or several that share a scale.
#[derive(Debug)]
struct Group<const N: usize> {
    columns: [Vec<i64>; N],
    scale: u8,
    /// No value is larger in size.
    largest: u64,
    /// How often the scale changed.
    n_changes: u32,
}

/// Collects rows.
#[derive(Debug)]
pub(super) struct Builder {
    starts: Vec<Timestamp>,
    prices: Group<4>,
    volumes: Group<1>,
    lines: LineMap,
    n_backward: u64,
    n_forward: u64,
    first_backward: Vec<u64>,
}

/// What a builder holds at the end.
#[derive(Debug)]
pub(super) struct Built {
    pub(super) starts: Vec<Timestamp>,
    pub(super) prices: [Vec<i64>; 4],
    pub(super) volume: Vec<i64>,
    pub(super) price_scale: u8,
    pub(super) volume_scale: u8,
}

impl<const N: usize> Group<N> {
    fn with_capacity(rows: usize) -> Self {
        Self {
            columns: std::array::from_fn(|_| Vec::with_capacity(rows)),
            scale: 0,
            largest: 0,
            n_changes: 0,
        }
    }

    /// Brings a number to the scale of the group, or the group to the scale of the number. `rounded`
    /// becomes true if digits were lost.
    #[inline]
    fn fit(&mut self, value: Fixed, rounded: &mut bool) -> Option<i64> {
        if value.scale <= self.scale {
            let power = POWERS[usize::from(self.scale - value.scale)];
            if let Some(fitted) = value.mantissa.checked_mul(power) {
                self.largest = self.largest.max(fitted.unsigned_abs());
                return Some(fitted);
            }
        }
        self.refit(value, rounded)
    }

    #[cold]
    fn refit(&mut self, value: Fixed, rounded: &mut bool) -> Option<i64> {
        if value.scale > self.scale && self.rescale(value.scale) {
            self.largest = self.largest.max(value.mantissa.unsigned_abs());
            return Some(value.mantissa);
        }
        // Zeros at the end, in the file or through an earlier raise, may be all that is too much.
        self.trim();
        let value = value.trimmed();
        let wanted = value.scale.max(self.scale).min(MAX_SCALE);
        for scale in (0..=wanted).rev() {
            let loses = scale < self.scale || scale < value.scale;
            if loses && scale < LEAST_ROUNDED_SCALE {
                break;
            }
            let Some(fitted) = to_scale(value, scale) else {
                continue;
            };
            if !self.rescale(scale) {
                continue;
            }
            *rounded |= loses;
            self.largest = self.largest.max(fitted.unsigned_abs());
            return Some(fitted);
        }
        None
    }

    /// Changes the scale; false when a value is too large for it.
    fn rescale(&mut self, scale: u8) -> bool {
        if scale == self.scale {
            return true;
        }
        if scale > self.scale {
            let power = POWERS[usize::from(scale - self.scale)].unsigned_abs();
            match self.largest.checked_mul(power) {
                Some(largest) if i64::try_from(largest).is_ok() => self.largest = largest,
                Some(_) | None => return false,
            }
        } else {
            self.largest =
                self.largest / POWERS[usize::from(self.scale - scale)].unsigned_abs() + 1;
        }
        rescale(&mut self.columns, self.scale, scale);
        self.scale = scale;
        self.n_changes += 1;
        true
    }

    /// Drops decimals that are zero in every value.
    fn trim(&mut self) {
        while self.scale > 0 && self.columns.iter().flatten().all(|value| value % 10 == 0) {
            self.rescale(self.scale - 1);
        }
    }
}

fn to_scale(value: Fixed, scale: u8) -> Option<i64> {
    if scale >= value.scale {
        return value
            .mantissa
            .checked_mul(POWERS[usize::from(scale - value.scale)]);
    }
    let power = i128::from(POWERS[usize::from(value.scale - scale)]);
    i64::try_from(divide_half_even(i128::from(value.mantissa), power)).ok()
}

impl Builder {
    pub(super) fn with_capacity(rows: usize) -> Self {
        Self {
            starts: Vec::with_capacity(rows),
            prices: Group::with_capacity(rows),
            volumes: Group::with_capacity(rows),
            lines: LineMap::default(),
            n_backward: 0,
            n_forward: 0,
            first_backward: Vec::new(),
        }
    }

    pub(super) fn starts_mut(&mut self) -> &mut [Timestamp] {
        &mut self.starts
    }

    /// Takes a row: open, high, low, close, volume.
    #[inline]
    pub(super) fn push(
        &mut self,
        line: u64,
        start: Timestamp,
        values: [Fixed; 5],
        notices: &mut Notices,
    ) -> Result<(), RowFault> {
        let (prices, volume) = self.fit(line, values, notices)?;
        if let Some(&last) = self.starts.last() {
            match start.cmp(&last) {
                Ordering::Greater => self.n_forward += 1,
                Ordering::Less => {
                    self.n_backward += 1;
                    if self.first_backward.len() < DataWarning::LINES {
                        self.first_backward.push(line);
                    }
                }
                Ordering::Equal => {
                    let row = self.starts.len() - 1;
                    return self.repeat(row, line, prices, volume, notices);
                }
            }
        }
        self.lines.note(self.starts.len(), line);
        self.starts.push(start);
        for (column, price) in self.prices.columns.iter_mut().zip(prices) {
            column.push(price);
        }
        self.volumes.columns[0].push(volume);
        Ok(())
    }

    /// Brings the numbers to the columns' scales and checks them against each other.
    #[inline]
    fn fit(
        &mut self,
        line: u64,
        values: [Fixed; 5],
        notices: &mut Notices,
    ) -> Result<([i64; 4], i64), RowFault> {
        let [open, high, low, close, volume] = values;
        let all = [open, high, low, close];
        let mut rounded = all.iter().any(|v| v.rounded) || volume.rounded;
        let mut prices = [0_i64; 4];
        let n_changes = self.prices.n_changes;
        for (index, value) in all.into_iter().enumerate() {
            if value.mantissa <= 0 {
                return Err((Some(index + 1), Rule::PriceNotPositive(text_of(value))));
            }
            prices[index] = self
                .prices
                .fit(value, &mut rounded)
                .ok_or_else(|| (Some(index + 1), Rule::OutOfRange(text_of(value))))?;
        }
        if self.prices.n_changes != n_changes {
            // A later price of the row changed the scale under the earlier ones.
            for (price, value) in prices.iter_mut().zip(all) {
                *price = to_scale(value, self.prices.scale)
                    .ok_or_else(|| (None, Rule::OutOfRange(text_of(value))))?;
            }
        }
        if volume.mantissa < 0 {
            return Err((
                Some(5),
                Rule::Amount {
                    what: "volume",
                    least: "zero or more",
                    value: text_of(volume),
                },
            ));
        }
        let fitted = self
            .volumes
            .fit(volume, &mut rounded)
            .ok_or_else(|| (Some(5), Rule::OutOfRange(text_of(volume))))?;
        let [open_price, high_price, low_price, close_price] = prices;
        let inside =
            low_price <= open_price.min(close_price) && high_price >= open_price.max(close_price);
        if !inside {
            return Err(crossed(prices, self.prices.scale));
        }
        if rounded {
            notices.row(Notice::Rounded, line);
        }
        Ok((prices, fitted))
    }

    /// A second row for the instant of `row`.
    #[cold]
    fn repeat(
        &self,
        row: usize,
        line: u64,
        prices: [i64; 4],
        volume: i64,
        notices: &mut Notices,
    ) -> Result<(), RowFault> {
        if self.prices.columns.each_ref().map(|column| column[row]) == prices
            && self.volumes.columns[0][row] == volume
        {
            notices.row(Notice::DuplicatesDropped, line);
            return Ok(());
        }
        Err((
            Some(0),
            Rule::Conflict {
                at: self.starts[row],
                other_line: self.lines.line_of(row),
            },
        ))
    }

    /// Puts the rows in order. On a conflict returns the line of the later of the two rows.
    pub(super) fn finish(mut self, notices: &mut Notices) -> Result<Built, (u64, Rule)> {
        self.prices.trim();
        self.volumes.trim();
        if self.n_backward > 0 && self.n_forward == 0 {
            notices.file(Notice::NewestFirst, self.starts.len() as u64);
            self.starts.reverse();
            self.prices.columns.iter_mut().for_each(|c| c.reverse());
            self.volumes.columns[0].reverse();
        } else if self.n_backward > 0 {
            let lines = std::mem::take(&mut self.first_backward);
            for &line in &lines {
                notices.row(Notice::Sorted, line);
            }
            for _ in lines.len() as u64..self.n_backward {
                notices.row(Notice::Sorted, 0);
            }
            self.sort(notices)?;
        }
        let [volume] = self.volumes.columns;
        Ok(Built {
            starts: self.starts,
            prices: self.prices.columns,
            volume,
            price_scale: self.prices.scale,
            volume_scale: self.volumes.scale,
        })
    }

    fn sort(&mut self, notices: &mut Notices) -> Result<(), (u64, Rule)> {
        let mut order: Vec<usize> = (0..self.starts.len()).collect();
        order.sort_by_key(|&row| self.starts[row]);
        let mut kept: Vec<usize> = Vec::with_capacity(order.len());
        for row in order {
            if let Some(&before) = kept.last()
                && self.starts[before] == self.starts[row]
            {
                let prices = self.prices.columns.each_ref().map(|column| column[row]);
                let line = self.lines.line_of(row);
                self.repeat(before, line, prices, self.volumes.columns[0][row], notices)
                    .map_err(|(_, rule)| (line, rule))?;
            } else {
                kept.push(row);
            }
        }
        self.starts = kept.iter().map(|&row| self.starts[row]).collect();
        for column in self
            .prices
            .columns
            .iter_mut()
            .chain(&mut self.volumes.columns)
        {
            *column = kept.iter().map(|&row| column[row]).collect();
        }
        Ok(())
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }
}

fn text_of(value: Fixed) -> String {
    let mut out = String::new();
    write_fixed(&mut out, value.mantissa, value.scale);
    out
}

#[cold]
fn crossed(prices: [i64; 4], scale: u8) -> RowFault {
    let [open, high, low, close] = prices;
    let pairs = [
        (2, "high", high, "low", low),
        (1, "open", open, "low", low),
        (4, "close", close, "low", low),
        (2, "high", high, "open", open),
        (2, "high", high, "close", close),
    ];
    let (column, upper_name, upper, lower_name, lower) = pairs
        .into_iter()
        .find(|(_, _, upper, _, lower)| upper < lower)
        .expect("the caller found that a price lies outside");
    let text = |mantissa| {
        text_of(Fixed {
            mantissa,
            scale,
            rounded: false,
        })
    };
    (
        Some(column),
        Rule::PricesCross {
            upper_name,
            upper: text(upper),
            lower_name,
            lower: text(lower),
        },
    )
}

/// The line of each row, kept as the few rows at which the distance between the two changes.
#[derive(Debug, Default)]
struct LineMap {
    steps: Vec<(usize, u64)>,
}

impl LineMap {
    #[inline]
    fn note(&mut self, row: usize, line: u64) {
        let distance = line - row as u64;
        if self.steps.last().is_none_or(|&(_, last)| last != distance) {
            self.steps.push((row, distance));
        }
    }

    fn line_of(&self, row: usize) -> u64 {
        let step = self.steps.partition_point(|&(from, _)| from <= row);
        let distance = step.checked_sub(1).map_or(0, |index| self.steps[index].1);
        row as u64 + distance
    }
}
