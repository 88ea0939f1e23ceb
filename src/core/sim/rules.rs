//! The rules an exchange is set up with.

use rust_decimal::Decimal;

use crate::core::model::asset::AssetKind;
use crate::core::sim::commission::Commission;
use crate::core::sim::slippage::Slippage;

/// When market orders fill; the bar is the first that starts at or after their placing.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum FillAt {
    /// At the open of the next bar.
    #[default]
    NextOpen,
    /// At the close of the next bar.
    NextClose,
    /// At the close of the bar that was just handled: the decision and the price are one.
    ThisClose,
}

impl FillAt {
    /// Returns `next_open`, `next_close` or `this_close`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NextOpen => "next_open",
            Self::NextClose => "next_close",
            Self::ThisClose => "this_close",
        }
    }

    /// Reads the word that [`Self::name`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::NextOpen, Self::NextClose, Self::ThisClose]
            .into_iter()
            .find(|at| at.name() == text)
    }
}

/// What the account may carry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AccountRules {
    /// No borrowing, no shorts: what cannot be paid does not fill.
    Cash,
    /// Borrowing against margin.
    Margin {
        /// The fraction of exposure that equity must cover when an order is accepted.
        initial: Decimal,
        /// The fraction of exposure that equity must cover at all times.
        maintenance: Decimal,
        /// Whether a breach of the maintenance requirement is met by closing positions.
        liquidate: bool,
    },
}

impl AccountRules {
    /// A margin account of leverage two: half of the exposure at first, a quarter at all times.
    pub const fn margin() -> Self {
        Self::Margin {
            initial: Decimal::from_parts(5, 0, 0, false, 1),
            maintenance: Decimal::from_parts(25, 0, 0, false, 2),
            liquidate: false,
        }
    }
}

/// How the simulated exchange behaves.
#[derive(Clone, PartialEq, Debug)]
pub struct Rules {
    /// When market orders fill.
    pub fill_at: FillAt,
    /// The largest share of a bar's volume that fills in one asset; `None` fills everything.
    pub volume_limit: Option<Decimal>,
    /// What is charged; `None` means the default of the asset's kind.
    pub commission: Option<Commission>,
    /// How far fills slip; `None` means the default of the asset's kind.
    pub slippage: Option<Slippage>,
    /// What the account may carry.
    pub account: AccountRules,
    /// What borrowing an asset to be short costs in a year, as a fraction of its value.
    pub borrow_rate: Decimal,
    /// Whether what could have filled is canceled at each session's end.
    pub cancel_at_session_end: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            fill_at: FillAt::NextOpen,
            volume_limit: Some(Decimal::new(25, 3)),
            commission: None,
            slippage: None,
            account: AccountRules::margin(),
            borrow_rate: Decimal::ZERO,
            cancel_at_session_end: false,
        }
    }
}

impl Rules {
    /// Returns the commission model of a kind of asset: what was set, else 0.005 a share with a
    /// minimum of 1.00 for an order, or 0.1 % of the value for crypto.
    pub fn commission_for(&self, kind: AssetKind) -> Commission {
        self.commission.clone().unwrap_or_else(|| match kind {
            AssetKind::Equity | AssetKind::Forex | AssetKind::Future | AssetKind::Option => {
                Commission::PerShare {
                    rate: Decimal::new(5, 3),
                    minimum: Decimal::ONE,
                    fee: Decimal::ZERO,
                }
            }
            AssetKind::Crypto => Commission::MakerTaker {
                maker: Decimal::new(1, 3),
                taker: Decimal::new(1, 3),
            },
        })
    }

    /// Returns the slippage model: what was set, else five basis points.
    pub fn slippage_or_default(&self) -> Slippage {
        self.slippage.clone().unwrap_or(Slippage::BasisPoints {
            bps: Decimal::from(5),
        })
    }
}
