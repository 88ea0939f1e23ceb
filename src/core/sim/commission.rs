//! What a broker charges.
//!
//! Invariants: a minimum is per order, charged as the order fills; a rebate is a negative charge and
//! no minimum applies to it. Rows CM of the semantics tables are the tests.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use serde::{Deserialize, Serialize};

use crate::core::model::number::{Money, Quantity};

/// A commission model.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Commission {
    /// Nothing.
    None,
    /// So much for each unit, plus a fee once for each order, with a minimum for each order.
    PerShare {
        /// Money for each unit.
        rate: Decimal,
        /// The least that a filled order pays in all.
        minimum: Decimal,
        /// Charged once, with an order's first fill (an exchange fee of futures).
        fee: Decimal,
    },
    /// So much for each order, with its first fill.
    PerTrade {
        /// Money for each order.
        cost: Decimal,
    },
    /// A fraction of the value traded.
    PerDollar {
        /// Fraction of the value.
        rate: Decimal,
    },
    /// Fractions of the value traded, by whether the order rested or took.
    MakerTaker {
        /// Fraction for an order that rested; negative is a rebate.
        maker: Decimal,
        /// Fraction for an order that took.
        taker: Decimal,
    },
    /// A fraction of the value traded that falls with what was traded before in the same month.
    Tiered {
        /// `(value traded from, fraction)`, ascending, the first from zero.
        tiers: Vec<(Decimal, Decimal)>,
        /// The least that an order pays in all.
        minimum: Decimal,
    },
}

/// Whether a fill rested in the book or took from it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Liquidity {
    /// It rested.
    Maker,
    /// It took.
    Taker,
}

/// What one fill is charged for.
#[derive(Clone, Copy, Debug)]
pub struct Charge {
    /// Units of this fill; positive.
    pub quantity: Quantity,
    /// Its value: quantity × price × multiplier, positive.
    pub value: Money,
    /// Units of the same order filled before.
    pub filled_before: Quantity,
    /// Commission that the order has paid before.
    pub paid_before: Money,
    /// Whether it rested.
    pub liquidity: Liquidity,
    /// The month, as `year × 12 + month`, for tiers.
    pub month: i32,
}

/// Value traded by month, which tiers look at.
#[derive(Clone, Default, Debug, Serialize, Deserialize)]
pub struct Turnover(BTreeMap<i32, Decimal>);

impl Turnover {
    fn traded(&self, month: i32) -> Decimal {
        self.0.get(&month).copied().unwrap_or_default()
    }
}

impl Commission {
    /// Returns what a fill is charged, and counts its value.
    pub fn charge(&self, charge: &Charge, turnover: &mut Turnover) -> Money {
        let amount = self.quote(charge, turnover);
        if matches!(self, Self::Tiered { .. }) {
            *turnover.0.entry(charge.month).or_default() += charge.value.get();
        }
        amount
    }

    /// Returns what a fill would be charged.
    pub fn quote(&self, charge: &Charge, turnover: &Turnover) -> Money {
        let value = charge.value.get();
        let paid = charge.paid_before.get();
        Money::new(match self {
            Self::None => Decimal::ZERO,
            Self::PerShare { rate, minimum, fee } => {
                let units = (charge.filled_before + charge.quantity).get();
                (units * rate + fee).max(*minimum) - paid
            }
            Self::PerTrade { cost } => {
                let is_first = charge.filled_before.is_zero();
                if is_first { *cost } else { Decimal::ZERO }
            }
            Self::PerDollar { rate } => value * rate,
            Self::MakerTaker { maker, taker } => match charge.liquidity {
                Liquidity::Maker => value * maker,
                Liquidity::Taker => value * taker,
            },
            Self::Tiered { tiers, minimum } => {
                let traded = turnover.traded(charge.month);
                let rate = tiers
                    .iter()
                    .rev()
                    .find(|(from, _)| traded >= *from)
                    .map_or(Decimal::ZERO, |(_, rate)| *rate);
                (paid + value * rate).max(*minimum) - paid
            }
        })
    }

    /// Checks the numbers of a model.
    ///
    /// # Errors
    /// For a negative number (only a maker's rate may be one, as a rebate), and for tiers that are
    /// empty, do not begin at zero or do not ascend.
    pub fn check(&self) -> Result<(), ModelError> {
        match self {
            Self::None => Ok(()),
            Self::PerShare { rate, minimum, fee } => {
                not_negative("rate", *rate)?;
                not_negative("minimum", *minimum)?;
                not_negative("fee", *fee)
            }
            Self::PerTrade { cost } => not_negative("cost", *cost),
            Self::PerDollar { rate } => not_negative("rate", *rate),
            Self::MakerTaker { taker, .. } => not_negative("taker", *taker),
            Self::Tiered { tiers, minimum } => {
                not_negative("minimum", *minimum)?;
                if tiers.first().is_none_or(|(from, _)| !from.is_zero()) {
                    return Err(ModelError::FirstTier);
                }
                for pair in tiers.windows(2) {
                    if pair[1].0 <= pair[0].0 {
                        return Err(ModelError::TierOrder(pair[1].0));
                    }
                }
                tiers
                    .iter()
                    .try_for_each(|(_, rate)| not_negative("rate", *rate))
            }
        }
    }
}

/// Why a model of commission or slippage is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// A number below zero.
    #[error("{what} must not be negative, was {value}")]
    Negative {
        /// Which number.
        what: &'static str,
        /// Its value.
        value: Decimal,
    },
    /// A share of volume that lets nothing fill, or more than there is.
    #[error("the volume limit must be above 0 and at most 1, was {0}")]
    VolumeLimit(Decimal),
    /// No tier that begins at zero.
    #[error("tiers must begin with one from 0")]
    FirstTier,
    /// Tiers out of order.
    #[error("tiers must ascend, but {0} follows a larger or equal bound")]
    TierOrder(Decimal),
}

pub(super) fn not_negative(what: &'static str, value: Decimal) -> Result<(), ModelError> {
    if value.is_sign_negative() && !value.is_zero() {
        return Err(ModelError::Negative { what, value });
    }
    Ok(())
}
