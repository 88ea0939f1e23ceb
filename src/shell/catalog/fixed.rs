//! Decimal text as a whole number with a scale, exactly and without floats.
//!
//! Invariants: no more than 18 decimals, no more than 64 bits; what has more digits is rounded half to
//! even and says so, but never below eight decimals. Knows nothing of columns or files.

/// Most decimals of a price or a volume.
pub(super) const MAX_SCALE: u8 = 18;
/// Fewer decimals than this are never the result of rounding.
pub(super) const LEAST_ROUNDED_SCALE: u8 = 8;

/// `10^index`.
pub(super) const POWERS: [i64; 19] = {
    let mut powers = [1_i64; 19];
    let mut index = 1;
    while index < powers.len() {
        powers[index] = powers[index - 1] * 10;
        index += 1;
    }
    powers
};

/// `mantissa × 10^-scale`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Fixed {
    /// The digits, with the sign.
    pub(super) mantissa: i64,
    /// Decimals, at most [`MAX_SCALE`].
    pub(super) scale: u8,
    /// Whether digits were lost.
    pub(super) rounded: bool,
}

/// Why a text is no number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum NumberFault {
    /// Not a number at all (`n/a`, `NaN`, empty).
    Syntax,
    /// Too large.
    Range,
}

impl Fixed {
    /// Reads `-12.50`, `.5`, `5.`, `+1` or `5.33e-05`.
    pub(super) fn parse(text: &[u8]) -> Result<Self, NumberFault> {
        Self::parse_plain(text).map_or_else(|| Self::parse_any(text), Ok)
    }

    /// Reads digits with at most one point, if there are at most 18.
    fn parse_plain(text: &[u8]) -> Option<Self> {
        if text.len() > 19 || text.first().is_none_or(|first| !first.is_ascii_digit()) {
            return None;
        }
        let mut mantissa: i64 = 0;
        let mut point = None;
        for (index, byte) in text.iter().enumerate() {
            match byte {
                b'0'..=b'9' => {
                    let digit = i64::from(byte - b'0');
                    mantissa = mantissa.checked_mul(10)?.checked_add(digit)?;
                }
                b'.' if point.is_none() => point = Some(index),
                _ => return None,
            }
        }
        let decimals = point.map_or(0, |at| text.len() - at - 1);
        if mantissa >= POWERS[18] || decimals > usize::from(MAX_SCALE) {
            return None;
        }
        let plain = Self {
            mantissa,
            scale: u8::try_from(decimals).ok()?,
            rounded: false,
        };
        Some(plain.trimmed())
    }

    fn parse_any(text: &[u8]) -> Result<Self, NumberFault> {
        let (negative, digits) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] | rest => (false, rest),
        };
        let mut mantissa: i128 = 0;
        let mut decimals: i64 = 0;
        let mut seen_point = false;
        let mut n_digits = 0_u32;
        let mut lost = Lost::Nothing;
        let mut exponent = 0_i64;
        for (index, &byte) in digits.iter().enumerate() {
            match byte {
                b'0'..=b'9' => {
                    n_digits += 1;
                    if mantissa < 10_i128.pow(36) {
                        mantissa = mantissa * 10 + i128::from(byte - b'0');
                        decimals += i64::from(seen_point);
                    } else {
                        lost = lost.max(if byte == b'0' {
                            Lost::Zeros
                        } else {
                            Lost::Some
                        });
                        decimals -= i64::from(!seen_point);
                    }
                }
                b'.' if !seen_point => seen_point = true,
                b'e' | b'E' if n_digits > 0 => {
                    exponent = parse_exponent(&digits[index + 1..])?;
                    break;
                }
                _ => return Err(NumberFault::Syntax),
            }
        }
        if n_digits == 0 {
            return Err(NumberFault::Syntax);
        }
        let signed = if negative { -mantissa } else { mantissa };
        Self::fit(signed, decimals - exponent, lost == Lost::Some)
    }

    /// Brings `mantissa × 10^-decimals` within 64 bits and 18 decimals.
    pub(super) fn fit(
        mut mantissa: i128,
        mut decimals: i64,
        mut rounded: bool,
    ) -> Result<Self, NumberFault> {
        if mantissa == 0 {
            return Ok(Self::default());
        }
        while decimals > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            decimals -= 1;
        }
        while decimals < 0 {
            if mantissa.unsigned_abs() > i64::MAX.unsigned_abs().into() {
                return Err(NumberFault::Range);
            }
            mantissa *= 10;
            decimals += 1;
        }
        let mut drop = (decimals - i64::from(MAX_SCALE)).max(0);
        let too_large = |drop: i64| {
            u32::try_from(drop)
                .ok()
                .and_then(|drop| 10_i128.checked_pow(drop))
                .is_some_and(|power| {
                    divide_half_even(mantissa, power).unsigned_abs()
                        > i64::MAX.unsigned_abs().into()
                })
        };
        while too_large(drop) {
            drop += 1;
            if decimals - drop < i64::from(LEAST_ROUNDED_SCALE) {
                return Err(NumberFault::Range);
            }
        }
        if drop > 0 {
            rounded = true;
            let power = u32::try_from(drop)
                .ok()
                .and_then(|drop| 10_i128.checked_pow(drop));
            mantissa = power.map_or(0, |power| divide_half_even(mantissa, power));
            decimals -= drop;
        }
        while decimals > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            decimals -= 1;
        }
        Ok(Self {
            mantissa: i64::try_from(mantissa).map_err(|_| NumberFault::Range)?,
            scale: u8::try_from(decimals).map_err(|_| NumberFault::Range)?,
            rounded,
        })
    }

    /// Returns the same value with the fewest decimals.
    pub(super) fn trimmed(mut self) -> Self {
        while self.scale > 0 && self.mantissa % 10 == 0 {
            self.mantissa /= 10;
            self.scale -= 1;
        }
        self
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Lost {
    Nothing,
    Zeros,
    Some,
}

fn parse_exponent(text: &[u8]) -> Result<i64, NumberFault> {
    let text = std::str::from_utf8(text).map_err(|_| NumberFault::Syntax)?;
    let bare = text.strip_prefix('+').unwrap_or(text);
    let digits = bare.strip_prefix('-').unwrap_or(bare);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(NumberFault::Syntax);
    }
    // Beyond this nothing is a price; the limit keeps the arithmetic within bounds.
    Ok(bare
        .parse::<i64>()
        .map_or(10_000, |e| e.clamp(-10_000, 10_000)))
}

/// Divides and rounds half to even. `power` must be positive.
pub(super) fn divide_half_even(value: i128, power: i128) -> i128 {
    let quotient = value.div_euclid(power);
    let rest = value.rem_euclid(power);
    match (rest * 2).cmp(&power) {
        std::cmp::Ordering::Less => quotient,
        std::cmp::Ordering::Greater => quotient + 1,
        std::cmp::Ordering::Equal => quotient + quotient.rem_euclid(2),
    }
}

/// Writes `mantissa × 10^-scale` without trailing zeros.
pub(super) fn write_fixed(out: &mut String, mantissa: i64, scale: u8) {
    let fixed = Fixed {
        mantissa,
        scale,
        rounded: false,
    }
    .trimmed();
    let digits = fixed.mantissa.unsigned_abs().to_string();
    if fixed.mantissa < 0 {
        out.push('-');
    }
    let scale = usize::from(fixed.scale);
    if scale == 0 {
        out.push_str(&digits);
    } else if digits.len() > scale {
        let (whole, rest) = digits.split_at(digits.len() - scale);
        out.push_str(whole);
        out.push('.');
        out.push_str(rest);
    } else {
        out.push_str("0.");
        out.extend(std::iter::repeat_n('0', scale - digits.len()));
        out.push_str(&digits);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_and_write(text: &str) -> String {
        let fixed = Fixed::parse(text.as_bytes()).unwrap();
        let mut out = String::new();
        write_fixed(&mut out, fixed.mantissa, fixed.scale);
        if fixed.rounded {
            out.push('~');
        }
        out
    }

    #[test]
    fn numbers_read_exactly() {
        for (text, expected) in [
            ("52.5", "52.5"),
            ("52.50", "52.5"),
            ("0.1", "0.1"),
            ("-54.88", "-54.88"),
            ("0", "0"),
            ("0.000", "0"),
            (".5", "0.5"),
            ("5.", "5"),
            ("+1", "1"),
            ("5.33e-05", "0.0000533"),
            ("1.5E3", "1500"),
            ("1e18", "1000000000000000000"),
            ("9223372036854775807", "9223372036854775807"),
            ("0.000000000000000001", "0.000000000000000001"),
            ("0.000052900000000000005", "0.0000529~"),
            ("0.00005330000000000001", "0.0000533~"),
            ("12345678901.1234567890", "12345678901.12345679~"),
            ("1e-300", "0~"),
            ("0.000000000000000000000000000000000000000001", "0~"),
        ] {
            assert_eq!(read_and_write(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            "", "-", ".", "NaN", "inf", "1,5", "1e", "1e+", "n/a", "1.2.3", "0x10", " 1",
        ] {
            assert_eq!(
                Fixed::parse(text.as_bytes()),
                Err(NumberFault::Syntax),
                "{text}"
            );
        }
        for text in [
            "1e308",
            "9223372036854775808",
            "1e99999999999999999999",
            "99999999999999999999999999999999999999999999999999",
        ] {
            assert_eq!(
                Fixed::parse(text.as_bytes()),
                Err(NumberFault::Range),
                "{text}"
            );
        }
    }

    #[test]
    fn halves_round_to_even() {
        for (value, expected) in [(25, 2), (35, 4), (26, 3), (-25, -2), (-35, -4), (-26, -3)] {
            assert_eq!(divide_half_even(value, 10), expected, "{value}");
        }
    }
}
