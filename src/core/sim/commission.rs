//! What a broker charges.
//!
//! Invariants: a minimum is per order, charged as the order fills; a rebate is a negative charge and
//! no minimum applies to it. Rows CM of the semantics tables are the tests.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::core::model::number::{Money, Quantity};

/// A commission model.
#[derive(Clone, PartialEq, Eq, Debug)]
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
#[derive(Clone, Default, Debug)]
pub struct Turnover(BTreeMap<i32, Decimal>);

impl Commission {
    /// Returns what a fill is charged, and counts its value.
    pub fn charge(&self, charge: &Charge, turnover: &mut Turnover) -> Money {
        let value = charge.value.get();
        let amount = match self {
            Self::None => Decimal::ZERO,
            Self::PerShare { rate, minimum, fee } => {
                let units = (charge.filled_before + charge.quantity).get();
                (units * rate + fee).max(*minimum) - charge.paid_before.get()
            }
            Self::PerTrade { cost } if charge.filled_before.is_zero() => *cost,
            Self::PerTrade { .. } => Decimal::ZERO,
            Self::PerDollar { rate } => value * rate,
            Self::MakerTaker { maker, taker } => match charge.liquidity {
                Liquidity::Maker => value * maker,
                Liquidity::Taker => value * taker,
            },
            Self::Tiered { tiers, minimum } => {
                let traded = turnover.0.entry(charge.month).or_default();
                let rate = tiers
                    .iter()
                    .rev()
                    .find(|(from, _)| *traded >= *from)
                    .map_or(Decimal::ZERO, |(_, rate)| *rate);
                *traded += value;
                let paid = charge.paid_before.get();
                (paid + value * rate).max(*minimum) - paid
            }
        };
        Money::new(amount)
    }

    /// Returns what an order of `quantity` units worth `value` would be charged if it took all at
    /// once, without counting it.
    pub fn estimate(&self, quantity: Quantity, value: Money) -> Money {
        let charge = Charge {
            quantity,
            value,
            filled_before: Quantity::ZERO,
            paid_before: Money::ZERO,
            liquidity: Liquidity::Taker,
            month: 0,
        };
        self.charge(&charge, &mut Turnover::default())
    }
}
