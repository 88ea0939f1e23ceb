//! What is traded.
//!
//! Invariants: lot, tick and multiplier are positive. An `AssetId` is an index into one engine's
//! list of assets and means nothing elsewhere; the symbol is what people and files use.

use std::fmt;
use std::sync::Arc;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::core::model::number::{Money, Price, Quantity, floor_to_step, truncate_to_step};
use crate::core::model::order::Side;

/// The index of an asset in the engine's list, in order of registration.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct AssetId(pub u32);

impl AssetId {
    /// Returns the index.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// The kind of an asset, which sets its defaults.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AssetKind {
    /// Shares and funds: lot 1, tick 0.01.
    Equity,
    /// Coins and tokens: lot and tick 0.00000001.
    Crypto,
    /// Currency pairs: lot 1, tick 0.00001.
    Forex,
    /// Futures contracts: lot 1, tick 0.01, with a multiplier.
    Future,
    /// Option contracts: lot 1, tick 0.01, with a multiplier.
    Option,
}

impl AssetKind {
    /// Returns the word for it: `equity`, `crypto`, `forex`, `future` or `option`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Equity => "equity",
            Self::Crypto => "crypto",
            Self::Forex => "forex",
            Self::Future => "future",
            Self::Option => "option",
        }
    }

    /// Reads the word that [`Self::name`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        [
            Self::Equity,
            Self::Crypto,
            Self::Forex,
            Self::Future,
            Self::Option,
        ]
        .into_iter()
        .find(|kind| kind.name() == text)
    }
}

impl fmt::Display for AssetKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One thing that can be traded, with the rules of its exchange.
#[derive(Clone, PartialEq, Debug)]
pub struct Asset {
    /// The name it is traded under; what scripts, files and reports show.
    pub symbol: Arc<str>,
    /// A longer name; the symbol where none is known.
    pub name: Arc<str>,
    /// Where it trades; empty where unknown.
    pub exchange: Arc<str>,
    /// The kind.
    pub kind: AssetKind,
    /// The currency that its price is in.
    pub currency: Arc<str>,
    /// The step of prices in orders.
    pub tick_size: Decimal,
    /// The step of quantities.
    pub lot_size: Decimal,
    /// Money per unit of price and quantity; 1 but for futures and options.
    pub multiplier: Decimal,
    /// The smallest quantity of an order; zero where there is none.
    pub min_quantity: Quantity,
    /// The smallest value of an order; zero where there is none.
    pub min_notional: Money,
    /// The name of its trading calendar, such as `XNYS` or `24/7`.
    pub calendar: Arc<str>,
}

impl Asset {
    /// Makes an asset with the defaults of its kind, priced in US dollars.
    pub fn new(symbol: &str, kind: AssetKind, calendar: &str) -> Self {
        let (tick, lot) = match kind {
            AssetKind::Equity | AssetKind::Future | AssetKind::Option => {
                (Decimal::new(1, 2), Decimal::ONE)
            }
            AssetKind::Crypto => (Decimal::new(1, 8), Decimal::new(1, 8)),
            AssetKind::Forex => (Decimal::new(1, 5), Decimal::ONE),
        };
        Self {
            symbol: symbol.into(),
            name: symbol.into(),
            exchange: "".into(),
            kind,
            currency: "USD".into(),
            tick_size: tick,
            lot_size: lot,
            multiplier: Decimal::ONE,
            min_quantity: Quantity::ZERO,
            min_notional: Money::ZERO,
            calendar: calendar.into(),
        }
    }

    /// Returns the signed value of `quantity` at `price`: quantity × price × multiplier.
    ///
    /// # Panics
    /// If the value exceeds 28 digits before the point; the bounds on prices and quantities at entry
    /// rule that out.
    pub fn notional(&self, price: Price, quantity: Quantity) -> Money {
        let value = price.get() * quantity.get();
        Money::new(if self.multiplier == Decimal::ONE {
            value
        } else {
            value * self.multiplier
        })
    }

    /// Rounds a quantity towards zero to the lot.
    pub fn round_quantity(&self, quantity: Quantity) -> Quantity {
        Quantity::new(truncate_to_step(quantity.get(), self.lot_size))
    }

    /// Rounds the limit of an order to the tick, never to a worse price: a buy down, a sell up.
    pub fn round_limit(&self, side: Side, price: Price) -> Price {
        match side {
            Side::Buy => self.floor_price(price),
            Side::Sell => self.ceil_price(price),
        }
    }

    /// Rounds the trigger of a stop to the tick, towards its side: a sell down, a buy up.
    pub fn round_stop(&self, side: Side, price: Price) -> Price {
        match side {
            Side::Buy => self.ceil_price(price),
            Side::Sell => self.floor_price(price),
        }
    }

    fn floor_price(&self, price: Price) -> Price {
        Price::new(floor_to_step(price.get(), self.tick_size))
    }

    fn ceil_price(&self, price: Price) -> Price {
        Price::new(-floor_to_step(-price.get(), self.tick_size))
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::dec;

    use super::*;

    #[test]
    fn limits_never_round_to_a_worse_price_and_stops_round_to_their_side() {
        let asset = Asset::new("AAPL", AssetKind::Equity, "XNYS");
        let price = Price::new(dec!(1.005));
        assert_eq!(asset.round_limit(Side::Buy, price), Price::new(dec!(1.00)));
        assert_eq!(asset.round_limit(Side::Sell, price), Price::new(dec!(1.01)));
        assert_eq!(asset.round_stop(Side::Buy, price), Price::new(dec!(1.01)));
        assert_eq!(asset.round_stop(Side::Sell, price), Price::new(dec!(1.00)));
        let exact = Price::new(dec!(1.01));
        assert_eq!(asset.round_limit(Side::Sell, exact), exact);
    }

    #[test]
    fn a_notional_knows_the_multiplier() {
        let mut future = Asset::new("ES", AssetKind::Future, "CMES");
        future.multiplier = dec!(50);
        assert_eq!(
            future.notional(Price::new(dec!(4000.25)), Quantity::new(dec!(-2))),
            Money::new(dec!(-400025))
        );
    }
}
