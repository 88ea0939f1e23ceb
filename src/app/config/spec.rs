//! Commission and slippage as one line of text: `per_share:0.005:1.00`, `bps:5`.
//!
//! Invariants: what is read prints as a text that reads back to the same value; each number is exact
//! and within its range. The text of the core's own models; knows nothing of how they compute.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;

use crate::app::config::value::{
    ValueError, nearest, parse_fraction, parse_not_negative, parse_number, parse_positive,
};
use crate::core::sim::commission::Commission;
use crate::core::sim::slippage::Slippage;

/// The share of a bar's volume that [`Slippage::VolatilityVolumeShare`] takes where none is written.
const VOLATILITY_LIMIT: Decimal = Decimal::from_parts(5, 0, 0, false, 2);

/// The coefficient of zipline's `VolatilityVolumeShare`, where none is written.
fn volatility_eta() -> Decimal {
    Decimal::new(49_018_143_225_019_836, 18)
}

/// The name, the form and an example of each model, for messages.
type Forms = &'static [(&'static str, &'static str)];

const COMMISSIONS: Forms = &[
    ("none", "none"),
    (
        "per_share",
        "per_share:RATE:MINIMUM, such as per_share:0.005:1.00",
    ),
    ("per_trade", "per_trade:FEE, such as per_trade:1"),
    ("per_dollar", "per_dollar:RATE, such as per_dollar:0.0015"),
    (
        "maker_taker",
        "maker_taker:MAKER:TAKER, such as maker_taker:0.001:0.002",
    ),
    (
        "tiered",
        "tiered:FROM:RATE,FROM:RATE…[:MINIMUM], such as tiered:0:0.001,100000:0.0005",
    ),
];

const SLIPPAGES: Forms = &[
    ("none", "none"),
    ("fixed", "fixed:AMOUNT, such as fixed:0.02"),
    ("bps", "bps:POINTS, such as bps:5"),
    (
        "volume_share",
        "volume_share:LIMIT:IMPACT, such as volume_share:0.025:0.1",
    ),
    (
        "volatility_volume_share",
        "volatility_volume_share[:LIMIT[:ETA]], such as volatility_volume_share:0.05",
    ),
];

/// One line being read: its name, its parts and the messages about them.
struct Line<'a> {
    noun: &'static str,
    text: &'a str,
    form: &'static str,
    parts: Vec<&'a str>,
}

type Reader = fn(&str) -> Result<Decimal, ValueError>;

impl<'a> Line<'a> {
    /// Splits a line at its colons and looks its model up.
    fn new(
        noun: &'static str,
        forms: Forms,
        text: &'a str,
    ) -> Result<(&'static str, Self), ValueError> {
        let mut parts = text.split(':');
        let name = parts.next().unwrap_or_default();
        let Some((name, form)) = forms.iter().find(|(known, _)| *known == name) else {
            let names: Vec<_> = forms.iter().map(|(known, _)| *known).collect();
            let hint = match nearest(name, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("write one of {}", names.join(", ")),
            };
            return Err(ValueError::new(
                format!("{noun} `{text}`: no model is called `{name}`"),
                hint,
            ));
        };
        let parts = parts.collect();
        Ok((
            name,
            Self {
                noun,
                text,
                form,
                parts,
            },
        ))
    }

    fn wrong(&self, what: impl fmt::Display) -> ValueError {
        ValueError::new(
            format!("{} `{}`: {what}", self.noun, self.text),
            format!("write {}", self.form),
        )
    }

    /// Checks the number of parts behind the name.
    fn expect(&self, least: usize, most: usize) -> Result<(), ValueError> {
        let count = self.parts.len();
        if count < least {
            return Err(self.wrong(format_args!("{count} of {least} numbers are there")));
        }
        if count > most {
            return Err(self.wrong(format_args!("`{}` is one part too many", self.parts[most])));
        }
        Ok(())
    }

    /// Reads one part as a number; `name` says which one it is.
    fn number(&self, index: usize, name: &str, read: Reader) -> Result<Decimal, ValueError> {
        read(self.parts[index]).map_err(|error| self.wrong(format_args!("{name} {}", error.what)))
    }

    /// Reads a part that may be left out.
    fn number_or(
        &self,
        index: usize,
        name: &str,
        read: Reader,
        default: Decimal,
    ) -> Result<Decimal, ValueError> {
        if index < self.parts.len() {
            self.number(index, name, read)
        } else {
            Ok(default)
        }
    }
}

/// Reads a rate as a fraction of the traded value: above −1 and below 1.
fn parse_rate(text: &str) -> Result<Decimal, ValueError> {
    let rate = parse_number(text)?;
    if rate.abs() >= Decimal::ONE {
        return Err(ValueError::new(
            format!("`{text}` is not a fraction between -1 and 1"),
            "write 0.001 for 0.1 %",
        ));
    }
    Ok(rate)
}

/// Reads a rate that is not a rebate.
fn parse_cost_rate(text: &str) -> Result<Decimal, ValueError> {
    parse_not_negative(text)?;
    parse_rate(text)
}

/// Reads `FROM:RATE,FROM:RATE…[:MINIMUM]`.
fn parse_tiers(line: &Line<'_>) -> Result<Commission, ValueError> {
    let body = line.text.split_once(':').map_or("", |(_, body)| body);
    let mut tiers: Vec<(Decimal, Decimal)> = Vec::new();
    let mut minimum = Decimal::ZERO;
    let steps: Vec<_> = body.split(',').collect();
    for (index, step) in steps.iter().enumerate() {
        let parts: Vec<_> = step.split(':').collect();
        let number = index + 1;
        let last = number == steps.len();
        if parts.len() < 2 || parts.len() > 2 + usize::from(last) {
            return Err(line.wrong(format_args!("tier {number} `{step}` is not FROM:RATE")));
        }
        let named = |what: &str, error: &ValueError| {
            line.wrong(format_args!("{what} of tier {number}: {}", error.what))
        };
        let from = parse_not_negative(parts[0]).map_err(|error| named("start", &error))?;
        let rate = parse_cost_rate(parts[1]).map_err(|error| named("rate", &error))?;
        let expected = match tiers.last() {
            None if !from.is_zero() => Some("the first tier does not start at 0".to_owned()),
            Some((before, _)) if from <= *before => Some(format!(
                "tier {number} starts at {from}, not above {before}"
            )),
            None | Some(_) => None,
        };
        if let Some(what) = expected {
            return Err(line.wrong(what));
        }
        tiers.push((from, rate));
        if let Some(text) = parts.get(2) {
            minimum = parse_not_negative(text)
                .map_err(|error| line.wrong(format_args!("minimum {}", error.what)))?;
        }
    }
    Ok(Commission::Tiered { tiers, minimum })
}

impl FromStr for Commission {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let (name, line) = Line::new("commission", COMMISSIONS, text)?;
        match name {
            "per_trade" | "per_dollar" => line.expect(1, 1)?,
            "per_share" | "maker_taker" => line.expect(2, 2)?,
            "tiered" => return parse_tiers(&line),
            _ => line.expect(0, 0)?,
        }
        Ok(match name {
            "per_share" => Self::PerShare {
                rate: line.number(0, "rate", parse_not_negative)?,
                minimum: line.number(1, "minimum", parse_not_negative)?,
                fee: Decimal::ZERO,
            },
            "per_trade" => Self::PerTrade {
                cost: line.number(0, "fee", parse_not_negative)?,
            },
            "per_dollar" => Self::PerDollar {
                rate: line.number(0, "rate", parse_cost_rate)?,
            },
            "maker_taker" => Self::MakerTaker {
                maker: line.number(0, "maker rate", parse_rate)?,
                taker: line.number(1, "taker rate", parse_rate)?,
            },
            _ => Self::None,
        })
    }
}

impl FromStr for Slippage {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let (name, line) = Line::new("slippage", SLIPPAGES, text)?;
        match name {
            "fixed" | "bps" => line.expect(1, 1)?,
            "volume_share" => line.expect(2, 2)?,
            "volatility_volume_share" => line.expect(0, 2)?,
            _ => line.expect(0, 0)?,
        }
        Ok(match name {
            "fixed" => Self::Fixed {
                amount: line.number(0, "amount", parse_not_negative)?,
            },
            "bps" => Self::BasisPoints {
                bps: line.number(0, "points", parse_bps)?,
            },
            "volume_share" => Self::VolumeShare {
                limit: line.number(0, "limit", parse_fraction)?,
                impact: line.number(1, "impact", parse_not_negative)?,
            },
            "volatility_volume_share" => Self::VolatilityVolumeShare {
                limit: line.number_or(0, "limit", parse_fraction, VOLATILITY_LIMIT)?,
                eta: line.number_or(1, "eta", parse_positive, volatility_eta())?,
            },
            _ => Self::None,
        })
    }
}

/// Reads basis points below the whole price.
fn parse_bps(text: &str) -> Result<Decimal, ValueError> {
    let points = parse_not_negative(text)?;
    if points >= Decimal::from(10_000) {
        return Err(ValueError::new(
            format!("`{text}` is the whole price or more"),
            "write fewer than 10000",
        ));
    }
    Ok(points)
}

impl fmt::Display for Commission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::PerShare { rate, minimum, fee } => {
                write!(f, "per_share:{rate}:{minimum}")?;
                // Only code sets a fee besides the rate; no line of text has one.
                if fee.is_zero() {
                    Ok(())
                } else {
                    write!(f, ":{fee}")
                }
            }
            Self::PerTrade { cost } => write!(f, "per_trade:{cost}"),
            Self::PerDollar { rate } => write!(f, "per_dollar:{rate}"),
            Self::MakerTaker { maker, taker } => write!(f, "maker_taker:{maker}:{taker}"),
            Self::Tiered { tiers, minimum } => {
                f.write_str("tiered:")?;
                for (index, (from, rate)) in tiers.iter().enumerate() {
                    let comma = if index == 0 { "" } else { "," };
                    write!(f, "{comma}{from}:{rate}")?;
                }
                if minimum.is_zero() {
                    Ok(())
                } else {
                    write!(f, ":{minimum}")
                }
            }
        }
    }
}

impl fmt::Display for Slippage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Fixed { amount } => write!(f, "fixed:{amount}"),
            Self::BasisPoints { bps } => write!(f, "bps:{bps}"),
            Self::Spread { fraction } => write!(f, "spread:{fraction}"),
            Self::VolumeShare { limit, impact } => write!(f, "volume_share:{limit}:{impact}"),
            Self::VolatilityVolumeShare { limit, eta } => {
                write!(f, "volatility_volume_share:{limit}:{eta}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_decimal::dec;

    use super::*;
    use crate::core::model::asset::AssetKind;
    use crate::core::sim::rules::Rules;

    #[test]
    fn every_documented_form_reads_and_prints_back() {
        for text in [
            "none",
            "per_share:0.005:1",
            "per_trade:1",
            "per_dollar:0.0015",
            "maker_taker:0.001:0.002",
            "maker_taker:-0.0001:0.0004",
            "tiered:0:0.001,100000:0.0005",
            "tiered:0:0.001,100000:0.0005:2",
        ] {
            assert_eq!(text.parse::<Commission>().unwrap().to_string(), text);
        }
        for text in [
            "none",
            "fixed:0.02",
            "bps:5",
            "volume_share:0.025:0.1",
            "volatility_volume_share:0.05:0.049018143225019836",
        ] {
            assert_eq!(text.parse::<Slippage>().unwrap().to_string(), text);
        }
        assert_eq!(
            "volatility_volume_share".parse(),
            Ok(Slippage::VolatilityVolumeShare {
                limit: dec!(0.05),
                eta: dec!(0.049018143225019836)
            })
        );
    }

    #[test]
    fn the_defaults_are_the_documented_ones() {
        let rules = Rules::default();
        let text = |kind| rules.commission_for(kind).to_string();
        assert_eq!(text(AssetKind::Equity), "per_share:0.005:1");
        assert_eq!(text(AssetKind::Crypto), "maker_taker:0.001:0.001");
        assert_eq!(rules.slippage_or_default().to_string(), "bps:5");
    }

    #[test]
    fn a_wrong_part_is_named_with_the_right_form() {
        let commission = |text: &str| text.parse::<Commission>().unwrap_err().to_string();
        let slippage = |text: &str| text.parse::<Slippage>().unwrap_err().to_string();
        insta::assert_snapshot!(
            [
                commission("per_share:x:1"),
                commission("per_share:0.005"),
                commission("per_share:0.005:1:2"),
                commission("per_shar:0.005:1"),
                commission("percent:1"),
                commission("per_dollar:1.5"),
                commission("maker_taker:0.001:"),
                commission("none:0"),
                commission("tiered"),
                commission("tiered:5:0.001"),
                commission("tiered:0:0.001,100:0.0005,50:0.0001"),
                commission("tiered:0:0.001:2,100:0.0005"),
                slippage("bps:-1"),
                slippage("bps:10000"),
                slippage("volume_share:0:0.1"),
                slippage("volatility_volume_share:0.05:0"),
                slippage(""),
            ]
            .join("\n")
        );
    }

    fn rate() -> impl Strategy<Value = Decimal> {
        (0..999_999_i64, 6..12_u32)
            .prop_map(|(digits, scale)| Decimal::new(digits, scale).normalize())
    }

    proptest! {
        #[test]
        fn a_tiered_commission_reads_back_what_it_printed(
            rates in prop::collection::vec(rate(), 1..6),
            minimum in rate(),
        ) {
            let tiers = rates
                .into_iter()
                .enumerate()
                .map(|(step, rate)| (Decimal::from(step * 1000), rate))
                .collect();
            let spec = Commission::Tiered { tiers, minimum };
            prop_assert_eq!(spec.to_string().parse(), Ok(spec));
        }

        #[test]
        fn no_text_makes_a_reader_panic(text in "[a-z_]{0,12}(:[-0-9.,:e]{0,12}){0,4}") {
            let _commission = text.parse::<Commission>();
            let _slippage = text.parse::<Slippage>();
        }
    }
}
