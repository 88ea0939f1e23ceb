//! How far a fill lies from the price it was made at.
//!
//! Invariants: a buy never gets cheaper and a sell never dearer; limit orders have no slippage.
//! Rows SL of the semantics tables are the tests.

use rust_decimal::{Decimal, MathematicalOps};

use serde::{Deserialize, Serialize};

use crate::core::model::number::{Price, Quantity};
use crate::core::model::order::Side;
use crate::core::sim::commission::{ModelError, not_negative};

/// A slippage model.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Slippage {
    /// None.
    None,
    /// So much of the price's currency for each unit.
    Fixed {
        /// Distance from the price.
        amount: Decimal,
    },
    /// So many ten-thousandths of the price.
    BasisPoints {
        /// Basis points.
        bps: Decimal,
    },
    /// Half of an assumed spread.
    Spread {
        /// The spread as a fraction of the price.
        fraction: Decimal,
    },
    /// The square of the share of the bar's volume: `price × (1 ± impact × share²)`, where the share
    /// is all that was filled in the asset and bar over its volume, capped at the limit (zipline).
    VolumeShare {
        /// The largest share of a bar's volume that fills.
        limit: Decimal,
        /// The factor.
        impact: Decimal,
    },
    /// The square root of the share of the usual volume, scaled by volatility:
    /// `price × eta × sigma × sqrt(fill ÷ mean volume) ÷ 10⁴` (zipline, futures).
    VolatilityVolumeShare {
        /// The largest share of a bar's volume that fills.
        limit: Decimal,
        /// The factor.
        eta: Decimal,
    },
}

/// What a model may look at.
#[derive(Clone, Copy, Debug)]
pub struct Trade {
    /// Buy or sell.
    pub side: Side,
    /// The price before slippage.
    pub price: Price,
    /// Units of this fill; positive.
    pub quantity: Quantity,
    /// Units filled in the same asset and bar before; positive.
    pub filled_in_bar: Quantity,
    /// Units traded in the bar.
    pub volume: Quantity,
    /// Mean volume of the last 20 sessions and annual volatility of their returns; `None` while
    /// there are fewer.
    pub usual: Option<Usual>,
}

/// How an asset usually trades.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Usual {
    /// Mean of the last 20 sessions' volumes.
    pub volume: Decimal,
    /// Sample standard deviation of the last 20 daily returns, times the square root of 252.
    pub volatility: Decimal,
}

impl Slippage {
    /// Returns the price that the fill is booked at.
    pub fn price(&self, trade: &Trade) -> Price {
        let price = trade.price.get();
        let distance = match self {
            Self::None => return trade.price,
            Self::Fixed { amount } => *amount,
            Self::BasisPoints { bps } => price * bps / Decimal::from(10_000),
            Self::Spread { fraction } => price * fraction / Decimal::TWO,
            Self::VolumeShare { limit, impact } => {
                let filled = (trade.filled_in_bar + trade.quantity).get();
                let share = filled
                    .checked_div(trade.volume.get())
                    .unwrap_or(*limit)
                    .min(*limit);
                price * impact * share * share
            }
            Self::VolatilityVolumeShare { eta, .. } => match trade.usual {
                Some(usual) if !usual.volume.is_zero() => {
                    let share = trade.quantity.get() / usual.volume;
                    let root = share.sqrt().unwrap_or_default();
                    price * eta * usual.volatility * root / Decimal::from(10_000)
                }
                // Zipline's answer while there is no history: 7.5 basis points.
                Some(_) | None => price * Decimal::new(75, 5),
            },
        };
        Price::new(match trade.side {
            Side::Buy => price + distance,
            // A sale for less than nothing is no sale: what slips past zero stops there.
            Side::Sell => (price - distance).max(Decimal::ZERO),
        })
    }

    /// Checks the numbers of a model.
    ///
    /// # Errors
    /// For a negative number, which would make a buy cheaper, and for a share of volume outside 0 to 1.
    pub fn check(&self) -> Result<(), ModelError> {
        match self {
            Self::None => Ok(()),
            Self::Fixed { amount } => not_negative("amount", *amount),
            Self::BasisPoints { bps } => not_negative("basis points", *bps),
            Self::Spread { fraction } => not_negative("spread", *fraction),
            Self::VolumeShare {
                limit,
                impact: factor,
            }
            | Self::VolatilityVolumeShare { limit, eta: factor } => {
                if *limit <= Decimal::ZERO || *limit > Decimal::ONE {
                    return Err(ModelError::VolumeLimit(*limit));
                }
                not_negative("impact", *factor)
            }
        }
    }

    /// Returns the model's own limit on the share of a bar's volume, if it has one.
    pub fn volume_limit(&self) -> Option<Decimal> {
        match self {
            Self::VolumeShare { limit, .. } | Self::VolatilityVolumeShare { limit, .. } => {
                Some(*limit)
            }
            Self::None | Self::Fixed { .. } | Self::BasisPoints { .. } | Self::Spread { .. } => {
                None
            }
        }
    }

    /// Whether the model looks at [`Usual`].
    pub fn needs_usual(&self) -> bool {
        matches!(self, Self::VolatilityVolumeShare { .. })
    }
}
