//! The common row, read straight from the bytes: `2023-01-31T09:30:00Z,1.5,1.5,1.5,1.5,100`.
//!
//! Invariants: what it returns is what the general reader would have returned; on anything unusual (a
//! quotation mark, a sign, an exponent, more than 18 digits, another offset) it returns nothing and the
//! general reader decides. Never allocates.

use crate::shell::catalog::fixed::Fixed;
use crate::shell::catalog::instant::{days_of, unit_of};

const NANOS_PER_DAY: i64 = 86_400_000_000_000;
const NANOS_PER_SECOND: i64 = 1_000_000_000;

/// One row: the instant, then open, high, low, close and volume.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FastRow {
    /// Nanoseconds since 1970.
    pub(super) nanos: i64,
    /// Open, high, low, close, volume.
    pub(super) values: [Fixed; 5],
    /// Bytes read, the line end included.
    pub(super) n_bytes: usize,
}

/// How the first column is written.
#[derive(Clone, Copy, Debug)]
pub(super) enum FastTime {
    /// `YYYY-MM-DDTHH:MM:SSZ`.
    Utc,
    /// An epoch in units of so many nanoseconds.
    Epoch(i64),
}

/// Remembers the last date, because rows of one day follow each other.
#[derive(Debug, Default)]
pub(super) struct DateCache {
    text: [u8; 10],
    midnight: i64,
}

/// Reads the row at the start of `bytes`, which must hold its line end.
#[inline]
pub(super) fn read_row(bytes: &[u8], style: FastTime, cache: &mut DateCache) -> Option<FastRow> {
    let (nanos, mut at) = match style {
        FastTime::Utc => (cache.read(bytes)?, 21),
        FastTime::Epoch(unit) => read_epoch(bytes, unit)?,
    };
    let mut values = [Fixed::default(); 5];
    for value in &mut values[..4] {
        let (number, end) = read_number(bytes, at)?;
        if *bytes.get(end)? != b',' {
            return None;
        }
        *value = number;
        at = end + 1;
    }
    let (number, end) = read_number(bytes, at)?;
    values[4] = number;
    let n_bytes = match bytes.get(end)? {
        b'\n' => end + 1,
        b'\r' if bytes.get(end + 1) == Some(&b'\n') => end + 2,
        _ => return None,
    };
    Some(FastRow {
        nanos,
        values,
        n_bytes,
    })
}

impl DateCache {
    #[inline]
    fn read(&mut self, bytes: &[u8]) -> Option<i64> {
        let (clock, rest) = bytes.split_first_chunk::<19>()?;
        if !rest.starts_with(b"Z,") {
            return None;
        }
        self.read_clock(clock)
    }

    /// Reads `YYYY-MM-DDTHH:MM:SS`, with `T` or a blank, as if it were UTC.
    #[inline]
    pub(super) fn read_clock(&mut self, text: &[u8; 19]) -> Option<i64> {
        let [date @ .., b'T' | b' ', h1, h2, b':', m1, m2, b':', s1, s2] = text else {
            return None;
        };
        let date: &[u8; 10] = date;
        if *date != self.text {
            self.midnight = midnight_of(date)?;
            self.text = *date;
        }
        let hours = two_digits(*h1, *h2)?;
        let minutes = two_digits(*m1, *m2)?;
        let seconds = two_digits(*s1, *s2)?;
        if hours > 23 || minutes > 59 || seconds > 59 {
            return None;
        }
        self.midnight
            .checked_add((hours * 3_600 + minutes * 60 + seconds) * NANOS_PER_SECOND)
    }
}

fn midnight_of(date: &[u8; 10]) -> Option<i64> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = date else {
        return None;
    };
    let year = two_digits(*y1, *y2)? * 100 + two_digits(*y3, *y4)?;
    let month = two_digits(*m1, *m2)?;
    let day = two_digits(*d1, *d2)?;
    let days = days_of(
        i32::try_from(year).ok()?,
        u32::try_from(month).ok()?,
        u32::try_from(day).ok()?,
    )?;
    days.checked_mul(NANOS_PER_DAY)
}

#[inline]
fn two_digits(tens: u8, ones: u8) -> Option<i64> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens <= 9 && ones <= 9).then(|| i64::from(tens) * 10 + i64::from(ones))
}

fn read_epoch(bytes: &[u8], unit: i64) -> Option<(i64, usize)> {
    let mut value: u64 = 0;
    let mut at = 0;
    loop {
        match *bytes.get(at)? {
            digit @ b'0'..=b'9' if at < 18 => value = value * 10 + u64::from(digit - b'0'),
            b',' if at > 8 => break,
            _ => return None,
        }
        at += 1;
    }
    if unit_of(value) != unit {
        return None;
    }
    let nanos = i64::try_from(value).ok()?.checked_mul(unit)?;
    Some((nanos, at + 1))
}

/// Reads digits with at most one point; returns the number and the index of the byte after it.
#[inline]
fn read_number(bytes: &[u8], start: usize) -> Option<(Fixed, usize)> {
    let mut mantissa: i64 = 0;
    let mut at = start;
    let (digits, decimals);
    loop {
        let digit = bytes.get(at)?.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        mantissa = mantissa.wrapping_mul(10).wrapping_add(i64::from(digit));
        at += 1;
    }
    let whole = at - start;
    if bytes[at] == b'.' {
        at += 1;
        let point = at;
        loop {
            let digit = bytes.get(at)?.wrapping_sub(b'0');
            if digit > 9 {
                break;
            }
            mantissa = mantissa.wrapping_mul(10).wrapping_add(i64::from(digit));
            at += 1;
        }
        decimals = at - point;
        digits = whole + decimals;
    } else {
        decimals = 0;
        digits = whole;
    }
    // 18 digits never overflow; what wrapped above is longer and goes to the general reader.
    if whole == 0 || digits > 18 {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "at most 18")]
    let scale = decimals as u8;
    Some((
        Fixed {
            mantissa,
            scale,
            rounded: false,
        },
        at,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<FastRow> {
        read_row(text.as_bytes(), FastTime::Utc, &mut DateCache::default())
    }

    #[test]
    fn a_plain_row_is_read_to_its_line_end() {
        let row = read("2004-11-01T00:00:01Z,52.5,53.26,52.04,52.450,10750900\nx").unwrap();
        assert_eq!(row.nanos, 1_099_267_201_000_000_000);
        let pairs = row.values.map(|value| (value.mantissa, value.scale));
        assert_eq!(
            pairs,
            [(525, 1), (5326, 2), (5204, 2), (52_450, 3), (10_750_900, 0)]
        );
        assert_eq!(row.n_bytes, 54);
    }

    #[test]
    fn anything_unusual_is_left_to_the_general_reader() {
        for text in [
            "2004-11-31T00:00:00Z,1,1,1,1,1\n",
            "2004-11-01T24:00:00Z,1,1,1,1,1\n",
            "2004-11-01T00:00:00Z,1,1,1,1\n",
            "2004-11-01T00:00:00Z,1,1,1,1,1,1\n",
            "2004-11-01T00:00:00Z,1,1,1,1,\n",
            "2004-11-01T00:00:00Z,1,1,1,1,\"1\"\n",
            "2004-11-01T00:00:00Z,-1,1,1,1,1\n",
            "2004-11-01T00:00:00Z,1e5,1,1,1,1\n",
            "2004-11-01T00:00:00Z,1234567890123456789,1,1,1,1\n",
            "2004-11-01T00:00:00Z,1,1,1,1,1",
            "2004-11-01_00:00:00Z,1,1,1,1,1\n",
            "",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
