//! Commission and slippage as one line of text: `per_share:0.005:1.00`, `bps:5`.
//!
//! Invariants: what is read prints as a text that reads back to the same value; each number is exact
//! and within its range. Knows nothing of how a model computes: see [`crate::core`].

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;

use crate::app::config::value::{
    ValueError, nearest, parse_fraction, parse_not_negative, parse_number, parse_positive,
};
use crate::core::model::asset::AssetKind;

/// What a trade costs, in the account's currency.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CommissionSpec {
    /// Nothing.
    None,
    /// So much per unit traded, at least the minimum per order.
    PerShare {
        /// Money per unit.
        rate: Decimal,
        /// Money per order, at least.
        minimum: Decimal,
    },
    /// A fixed fee per order.
    PerTrade {
        /// Money per order.
        fee: Decimal,
    },
    /// A fraction of the traded value.
    PerDollar {
        /// Money per unit of money traded.
        rate: Decimal,
    },
    /// A fraction of the traded value that depends on who was waiting; a negative maker rate is a
    /// rebate.
    MakerTaker {
        /// The fraction for an order that rested.
        maker: Decimal,
        /// The fraction for an order that took.
        taker: Decimal,
    },
    /// A fraction of the traded value that depends on the value traded earlier in the month.
    Tiered {
        /// The value from which each fraction holds, and the fraction; from 0, ascending.
        tiers: Vec<(Decimal, Decimal)>,
        /// Money per order, at least.
        minimum: Decimal,
    },
}

/// How much worse than the reference price an order fills.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SlippageSpec {
    /// Not at all.
    None,
    /// By an amount of price.
    Fixed {
        /// Currency per unit.
        amount: Decimal,
    },
    /// By a fraction of the price.
    BasisPoints {
        /// Hundredths of a percent.
        bps: Decimal,
    },
    /// By `impact × share²` of the price, where the share of the bar's volume is at most `limit`.
    VolumeShare {
        /// The largest share of a bar's volume, above 0 and at most 1.
        limit: Decimal,
        /// The impact.
        impact: Decimal,
    },
    /// By a fraction of the price that grows with volatility and the share of the mean volume.
    VolatilityVolumeShare {
        /// The largest share of a bar's volume, above 0 and at most 1.
        limit: Decimal,
        /// The impact coefficient.
        eta: Decimal,
    },
}

impl CommissionSpec {
    /// Returns what is charged where nothing is set: 0.005 a share with a minimum of 1 per order, for
    /// crypto 0.1 % of the value.
    pub fn default_for(kind: AssetKind) -> Self {
        match kind {
            AssetKind::Crypto => Self::MakerTaker {
                maker: Decimal::new(1, 3),
                taker: Decimal::new(1, 3),
            },
            AssetKind::Equity | AssetKind::Forex | AssetKind::Future | AssetKind::Option => {
                Self::PerShare {
                    rate: Decimal::new(5, 3),
                    minimum: Decimal::ONE,
                }
            }
        }
    }
}

impl SlippageSpec {
    /// What is assumed where nothing is set: 5 basis points.
    pub const DEFAULT: Self = Self::BasisPoints {
        bps: Decimal::from_parts(5, 0, 0, false, 0),
    };
    /// The share of a bar's volume that [`Self::VolatilityVolumeShare`] takes where none is written.
    const VOLATILITY_LIMIT: Decimal = Decimal::from_parts(5, 0, 0, false, 2);

    /// The coefficient of zipline's `VolatilityVolumeShare` where none is written.
    fn volatility_eta() -> Decimal {
        Decimal::new(49_018_143_225_019_836, 18)
    }
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
fn parse_tiers(line: &Line<'_>) -> Result<CommissionSpec, ValueError> {
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
    Ok(CommissionSpec::Tiered { tiers, minimum })
}

impl FromStr for CommissionSpec {
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
            },
            "per_trade" => Self::PerTrade {
                fee: line.number(0, "fee", parse_not_negative)?,
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

impl FromStr for SlippageSpec {
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
                limit: line.number_or(0, "limit", parse_fraction, Self::VOLATILITY_LIMIT)?,
                eta: line.number_or(1, "eta", parse_positive, Self::volatility_eta())?,
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

impl fmt::Display for CommissionSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::PerShare { rate, minimum } => write!(f, "per_share:{rate}:{minimum}"),
            Self::PerTrade { fee } => write!(f, "per_trade:{fee}"),
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

impl fmt::Display for SlippageSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Fixed { amount } => write!(f, "fixed:{amount}"),
            Self::BasisPoints { bps } => write!(f, "bps:{bps}"),
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
            assert_eq!(text.parse::<CommissionSpec>().unwrap().to_string(), text);
        }
        for text in [
            "none",
            "fixed:0.02",
            "bps:5",
            "volume_share:0.025:0.1",
            "volatility_volume_share:0.05:0.049018143225019836",
        ] {
            assert_eq!(text.parse::<SlippageSpec>().unwrap().to_string(), text);
        }
        assert_eq!(
            "volatility_volume_share".parse(),
            Ok(SlippageSpec::VolatilityVolumeShare {
                limit: dec!(0.05),
                eta: dec!(0.049018143225019836)
            })
        );
    }

    #[test]
    fn the_defaults_are_the_documented_ones() {
        let text = |kind| CommissionSpec::default_for(kind).to_string();
        assert_eq!(text(AssetKind::Equity), "per_share:0.005:1");
        assert_eq!(text(AssetKind::Crypto), "maker_taker:0.001:0.001");
        assert_eq!(SlippageSpec::DEFAULT.to_string(), "bps:5");
    }

    #[test]
    fn a_wrong_part_is_named_with_the_right_form() {
        let commission = |text: &str| text.parse::<CommissionSpec>().unwrap_err().to_string();
        let slippage = |text: &str| text.parse::<SlippageSpec>().unwrap_err().to_string();
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
            let spec = CommissionSpec::Tiered { tiers, minimum };
            prop_assert_eq!(spec.to_string().parse(), Ok(spec));
        }

        #[test]
        fn no_text_makes_a_reader_panic(text in "[a-z_]{0,12}(:[-0-9.,:e]{0,12}){0,4}") {
            let _commission = text.parse::<CommissionSpec>();
            let _slippage = text.parse::<SlippageSpec>();
        }
    }
}
