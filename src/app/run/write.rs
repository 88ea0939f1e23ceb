//! Numbers, times and texts as files hold them.
//!
//! Invariants: money exactly and without trailing zeros; times in RFC 3339 with `Z`; a text with a
//! comma, a quote or a line end is quoted.

use rust_decimal::Decimal;

use crate::core::model::time::Timestamp;

/// Writes times, most of which lie on the day of the one before.
#[derive(Clone, Debug, Default)]
pub struct TimeWriter {
    day: i64,
    date: String,
}

const NANOS_PER_DAY: i64 = 86_400_000_000_000;

impl TimeWriter {
    /// Appends a time.
    pub fn push(&mut self, out: &mut String, at: Timestamp) {
        let nanos = at.as_nanos();
        let day = nanos.div_euclid(NANOS_PER_DAY);
        if self.date.is_empty() || day != self.day {
            self.day = day;
            self.date = format!("{}T", at.date());
        }
        out.push_str(&self.date);
        let rest = nanos.rem_euclid(NANOS_PER_DAY);
        let seconds = rest / 1_000_000_000;
        push_two(out, seconds / 3_600);
        out.push(':');
        push_two(out, seconds / 60 % 60);
        out.push(':');
        push_two(out, seconds % 60);
        let fraction = rest % 1_000_000_000;
        if fraction != 0 {
            let digits = format!("{fraction:09}");
            out.push('.');
            out.push_str(digits.trim_end_matches('0'));
        }
        out.push('Z');
    }
}

fn push_two(out: &mut String, value: i64) {
    let digit = |n: i64| char::from(b'0' + u8::try_from(n).unwrap_or(0));
    out.push(digit(value / 10));
    out.push(digit(value % 10));
}

/// Appends a decimal, exactly and without trailing zeros.
pub fn push_decimal(out: &mut String, value: Decimal) {
    let (mut mantissa, mut scale) = (value.mantissa().unsigned_abs(), value.scale());
    if mantissa == 0 {
        out.push('0');
        return;
    }
    while scale > 0 && mantissa.is_multiple_of(10) {
        mantissa /= 10;
        scale -= 1;
    }
    let mut digits = [0_u8; 40];
    let mut at = digits.len();
    // Most numbers fit 64 bits, in which division is much faster.
    let mut small = u64::try_from(mantissa).unwrap_or(0);
    let mut written = 0;
    while mantissa > 0 || written <= scale {
        if written == scale && scale > 0 {
            at -= 1;
            digits[at] = b'.';
        }
        let digit = if small > 0 || mantissa == 0 {
            let digit = small % 10;
            small /= 10;
            mantissa = u128::from(small);
            digit
        } else {
            let digit = u64::try_from(mantissa % 10).unwrap_or(0);
            mantissa /= 10;
            small = u64::try_from(mantissa).unwrap_or(0);
            digit
        };
        at -= 1;
        digits[at] = b'0' + u8::try_from(digit).unwrap_or(0);
        written += 1;
    }
    if value.is_sign_negative() {
        out.push('-');
    }
    out.push_str(std::str::from_utf8(&digits[at..]).unwrap_or_default());
}

/// Appends a float as it prints; nothing for one that is not a number.
pub fn push_float(out: &mut String, value: f64) {
    use std::fmt::Write as _;
    if value.is_finite() {
        // Writing to a string cannot fail.
        let _written = write!(out, "{value}");
    }
}

/// Appends a text, quoted where it must be.
pub fn push_text(out: &mut String, text: &str) {
    if !text.contains([',', '"', '\n', '\r']) {
        out.push_str(text);
        return;
    }
    out.push('"');
    for letter in text.chars() {
        if letter == '"' {
            out.push('"');
        }
        out.push(letter);
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_are_quoted_where_they_must_be() {
        let mut out = String::new();
        push_text(&mut out, "plain");
        push_text(&mut out, ",\"x\"");
        assert_eq!(out, "plain\",\"\"x\"\"\"");
    }

    proptest! {
        #[test]
        fn a_decimal_is_written_as_its_normal_form_displays(mantissa in any::<i64>(), high in 0_i128..1_000_000, scale in 0_u32..=28) {
            for mantissa in [i128::from(mantissa), i128::from(mantissa) * (high + 1), high, high * 1_000] {
                let Ok(value) = Decimal::try_from_i128_with_scale(mantissa, scale) else { continue };
                let mut out = String::new();
                push_decimal(&mut out, value);
                prop_assert_eq!(out, value.normalize().to_string());
            }
        }

        #[test]
        fn a_time_is_written_as_it_displays(nanos in any::<i64>(), other in any::<i64>()) {
            let mut writer = TimeWriter::default();
            for nanos in [nanos, other, other / 1_000_000_000 * 1_000_000_000] {
                let at = Timestamp::from_nanos(nanos);
                let mut out = String::new();
                writer.push(&mut out, at);
                prop_assert_eq!(out, at.to_string());
            }
        }
    }
}
