//! Made-up bars for the workloads W2 and W3: whole numbers and a seed, so the same bytes everywhere.
//!
//! A module without `main`, for benches and tests to include. The rules are those of
//! `tests/data/vectors/reference/generators.py`; the hashes in `generated.json` beside it hold both
//! to one another. Prices are in cents. Knows nothing of engines.

#![allow(
    dead_code,
    reason = "each program that includes this uses a part of it"
)]

use std::io::{self, Write};

/// Bars of W2.
pub(crate) const W2_BARS: usize = 1_000_000;
/// Assets of W3, named by [`w3_symbol`].
pub(crate) const W3_ASSETS: u64 = 50;
/// Bars of each asset of W3.
pub(crate) const W3_BARS: usize = 20_000;
/// The symbol of W2.
pub(crate) const W2_SYMBOL: &str = "MIN";
/// The first bar starts at 2020-01-01T00:00:00Z; this is that date in days since the epoch.
const FIRST_DAY: i64 = 18_262;

/// One bar; prices in cents.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Row {
    pub(crate) open: i64,
    pub(crate) high: i64,
    pub(crate) low: i64,
    pub(crate) close: i64,
    pub(crate) volume: i64,
}

/// `SplitMix64` (Steele, Lea and Flood 2014).
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Returns 0 to `n` − 1. `n` must be positive and below 2^32.
    fn below(&mut self, n: i64) -> i64 {
        let wide = (self.next() >> 32) * n.unsigned_abs();
        i64::try_from(wide >> 32).expect("below n, which is below 2^32")
    }

    /// Returns −`n` to `n`.
    fn span(&mut self, n: i64) -> i64 {
        self.below(2 * n + 1) - n
    }
}

/// Returns `S00` to `S49`.
pub(crate) fn w3_symbol(asset: u64) -> String {
    format!("S{asset:02}")
}

/// Returns the first `count` bars of one asset of W3, oldest first.
pub(crate) fn w3_bars(asset: u64, count: usize) -> Vec<Row> {
    let mut rng = SplitMix64(3_000_000 + asset);
    let mut price = 2_000 + rng.below(38_001);
    (0..count)
        .map(|_| {
            let open = (price + price * rng.span(10) / 10_000).max(100);
            let close = (open + open * rng.span(60) / 10_000).max(100);
            let high = open.max(close) + open * rng.below(21) / 10_000;
            let low = (open.min(close) - open * rng.below(21) / 10_000).max(1);
            let volume = 1_000 + rng.below(1_000_000);
            price = close;
            Row {
                open,
                high,
                low,
                close,
                volume,
            }
        })
        .collect()
}

/// Returns the first `count` bars of W2, oldest first.
///
/// Runs of 20 to 120 minutes drift up or down by just so much that trading the cross of two averages
/// about pays its costs: a plain random walk would eat the capital long before the last bar.
pub(crate) fn w2_bars(count: usize) -> Vec<Row> {
    let mut rng = SplitMix64(2_000_000);
    let (mut price, mut left, mut up) = (10_000, 0, true);
    (0..count)
        .map(|_| {
            if left == 0 {
                left = 20 + rng.below(101);
                up = rng.below(2) == 0;
                if price < 7_000 {
                    up = true;
                }
                if price > 14_000 {
                    up = false;
                }
            }
            left -= 1;
            let drift = i64::from(rng.below(1_000) < 540);
            let open = price + rng.span(1);
            let close = open + if up { drift } else { -drift } + rng.span(4);
            let high = open.max(close) + rng.below(4);
            let low = open.min(close) - rng.below(4);
            let volume = 100 + rng.below(20_000);
            price = close;
            Row {
                open,
                high,
                low,
                close,
                volume,
            }
        })
        .collect()
}

/// Writes `timestamp,open,high,low,close,volume` and one line a bar, `minutes` apart.
pub(crate) fn write_csv(out: &mut impl Write, rows: &[Row], minutes: i64) -> io::Result<()> {
    let mut buffer = Vec::with_capacity(1 << 16);
    buffer.extend_from_slice(b"timestamp,open,high,low,close,volume\n");
    let (mut day, mut date) = (-1, [0; 10]);
    let mut minute = 0;
    for row in rows {
        if minute / 1_440 != day {
            day = minute / 1_440;
            date = date_text(FIRST_DAY + day);
        }
        buffer.extend_from_slice(&date);
        push_clock(&mut buffer, minute % 1_440);
        for price in [row.open, row.high, row.low, row.close] {
            buffer.push(b',');
            push_number(&mut buffer, price / 100);
            buffer.push(b'.');
            push_two(&mut buffer, price % 100);
        }
        buffer.push(b',');
        push_number(&mut buffer, row.volume);
        buffer.push(b'\n');
        if buffer.len() > (1 << 16) - 256 {
            out.write_all(&buffer)?;
            buffer.clear();
        }
        minute += minutes;
    }
    out.write_all(&buffer)
}

/// Returns `YYYY-MM-DD` for a count of days since the epoch (Hinnant, "`chrono`-compatible low-level
/// date algorithms", `civil_from_days`), for the years 1970 to 9999.
fn date_text(days: i64) -> [u8; 10] {
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_index + 2) / 5 + 1;
    let month = if month_index < 10 {
        month_index + 3
    } else {
        month_index - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let mut text = Vec::with_capacity(10);
    push_number(&mut text, year);
    text.push(b'-');
    push_two(&mut text, month);
    text.push(b'-');
    push_two(&mut text, day);
    text.try_into().expect("a year of four digits")
}

fn push_clock(buffer: &mut Vec<u8>, minute_of_day: i64) {
    buffer.push(b'T');
    push_two(buffer, minute_of_day / 60);
    buffer.push(b':');
    push_two(buffer, minute_of_day % 60);
    buffer.extend_from_slice(b":00Z");
}

fn push_two(buffer: &mut Vec<u8>, value: i64) {
    buffer.push(digit(value / 10));
    buffer.push(digit(value % 10));
}

fn push_number(buffer: &mut Vec<u8>, value: i64) {
    if value >= 10 {
        push_number(buffer, value / 10);
    }
    buffer.push(digit(value % 10));
}

fn digit(value: i64) -> u8 {
    b'0' + u8::try_from(value).expect("a digit")
}
