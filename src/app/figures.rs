//! How figures are written for people.
//!
//! Invariants: a sign or word always carries the meaning, never color alone; what does not exist is a
//! dash; thousands are parted by commas, decimals by a point, in every locale. Files use exact forms
//! instead.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::core::model::number::Money;

/// What stands for a figure that does not exist.
pub const NONE: &str = "-";

/// Writes a fraction as a percentage: `12.6 %`.
pub fn percent(fraction: f64) -> String {
    let text = format!("{:.1} %", fraction * 100.0);
    strip_minus_zero(text)
}

/// Writes a fraction as a percentage with its sign: `+38.3 %`.
pub fn signed_percent(fraction: f64) -> String {
    let text = percent(fraction);
    let zero = !text.contains(['1', '2', '3', '4', '5', '6', '7', '8', '9']);
    if text.starts_with('-') || zero {
        text
    } else {
        format!("+{text}")
    }
}

/// Writes a ratio with two decimals: `0.71`.
pub fn ratio(value: f64) -> String {
    strip_minus_zero(format!("{value:.2}"))
}

/// Writes money with two decimals and commas: `100,000.00`.
pub fn money(value: Money) -> String {
    grouped(value.get(), 2, true)
}

/// Writes money with its sign: `+210.76`.
pub fn signed_money(value: Money) -> String {
    let text = money(value);
    if value.get() > Decimal::ZERO {
        format!("+{text}")
    } else {
        text
    }
}

/// Writes a decimal with commas and at most `places` decimals, half away from zero; exactly that
/// many if `all`.
pub fn grouped(value: Decimal, places: u32, all: bool) -> String {
    let rounded = value.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    let text = if all {
        format!("{rounded:.*}", places as usize)
    } else {
        rounded.normalize().to_string()
    };
    let text = strip_minus_zero(text);
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.as_str()),
    };
    let (whole, part) = match digits.split_once('.') {
        Some((whole, part)) => (whole, Some(part)),
        None => (digits, None),
    };
    let mut out = String::from(sign);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(part) = part {
        out.push('.');
        out.push_str(part);
    }
    out
}

/// Writes a count with commas: `1,006`.
pub fn count(value: u64) -> String {
    grouped(Decimal::from(value), 0, false)
}

/// Writes a metric as its name asks: a percentage, days or a ratio; a dash where it does not exist.
pub fn metric(name: &str, value: Option<f64>) -> String {
    let Some(value) = value else {
        return NONE.to_owned();
    };
    match name {
        "total_return" | "cagr" | "max_drawdown" | "var_95" | "cvar_95" | "alpha"
        | "expectancy" => signed_percent(value),
        "volatility" | "win_rate" | "exposure" => percent(value),
        "max_drawdown_days" => format!("{value:.0}"),
        _ => ratio(value),
    }
}

/// Writes a float for an axis or a list with as many decimals as its size needs, and commas.
pub fn short(value: f64) -> String {
    let size = value.abs();
    let places = if size >= 1_000.0 {
        0
    } else if size >= 10.0 {
        2
    } else {
        4
    };
    match Decimal::from_f64_retain(value) {
        Some(exact) => grouped(exact, places, false),
        None => format!("{value:.2e}"),
    }
}

fn strip_minus_zero(text: String) -> String {
    let zero = !text.contains(['1', '2', '3', '4', '5', '6', '7', '8', '9']);
    match text.strip_prefix('-') {
        Some(rest) if zero => rest.to_owned(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::dec;

    use super::*;

    #[test]
    fn figures_read_the_same_everywhere() {
        assert_eq!(signed_percent(0.383), "+38.3 %");
        assert_eq!(signed_percent(-0.00001), "0.0 %");
        assert_eq!(ratio(-0.001), "0.00");
        assert_eq!(money(Money::new(dec!(-1234567.891))), "-1,234,567.89");
        assert_eq!(signed_money(Money::new(dec!(210.755))), "+210.76");
        assert_eq!(grouped(dec!(100), 4, false), "100");
        assert_eq!(grouped(dec!(999.99999), 2, false), "1,000");
        assert_eq!(count(1_006), "1,006");
        assert_eq!(metric("max_drawdown_days", Some(341.0)), "341");
        assert_eq!(metric("sharpe", None), "-");
        assert_eq!(short(1e300), "1.00e300");
        assert_eq!(short(0.125), "0.125");
        assert_eq!(short(12345.6), "12,346");
    }
}
