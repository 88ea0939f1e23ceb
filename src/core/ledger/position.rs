//! One asset held.
//!
//! Invariants: a flat position has no cost and no `since`; the cost has the sign of the amount.

use serde::{Deserialize, Serialize};

use crate::core::model::asset::{Asset, AssetKind};
use crate::core::model::number::{Money, Price, Quantity};
use crate::core::model::time::Timestamp;

/// A position in one asset.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Position {
    /// Units held; negative is short.
    pub amount: Quantity,
    /// What the units held cost in all, without commission; has the sign of the amount.
    pub cost: Money,
    /// The last price seen; before any was seen, the first one paid.
    pub last_price: Price,
    /// Profit realized in this asset since the books were opened, without commission.
    pub realized: Money,
    /// When the position was opened; `None` when flat.
    pub since: Option<Timestamp>,
}

/// What one trade did to cash and profit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Booked {
    /// The change of cash, commission not included.
    pub(super) cash: Money,
    /// The profit realized.
    pub(super) realized: Money,
}

impl Position {
    /// Returns the average price paid for a unit, without commission; zero when flat. Rounded to
    /// 28 digits where it does not come out even.
    pub fn cost_basis(&self, asset: &Asset) -> Price {
        let units = self.amount.get() * asset.multiplier;
        Price::new(self.cost.get().checked_div(units).unwrap_or_default())
    }

    /// Returns what the position would bring at its last price; of a future, its open profit.
    pub fn market_value(&self, asset: &Asset) -> Money {
        let value = asset.notional(self.last_price, self.amount);
        if asset.kind == AssetKind::Future {
            value - self.cost
        } else {
            value
        }
    }

    /// Returns the profit that closing at the last price would realize, without commission.
    pub fn unrealized(&self, asset: &Asset) -> Money {
        asset.notional(self.last_price, self.amount) - self.cost
    }

    /// Books `quantity` (signed) at `price`.
    pub(super) fn trade(
        &mut self,
        asset: &Asset,
        quantity: Quantity,
        price: Price,
        now: Timestamp,
    ) -> Booked {
        let closes = self.amount.is_long() != quantity.is_long() && !self.amount.is_zero();
        let closed = if closes {
            if quantity.abs() >= self.amount.abs() {
                self.amount
            } else {
                -quantity
            }
        } else {
            Quantity::ZERO
        };
        let opened = quantity + closed;
        if self.last_price.is_zero() {
            self.last_price = price;
        }

        let mut realized = Money::ZERO;
        if !closed.is_zero() {
            let before = self.realized;
            self.reduce(asset, closed, price);
            realized = self.realized - before;
        }
        if !opened.is_zero() {
            if self.amount.is_zero() {
                self.since = Some(now);
            }
            self.amount += opened;
            self.cost += asset.notional(price, opened);
        }
        let cash = if asset.kind == AssetKind::Future {
            realized
        } else {
            -asset.notional(price, quantity)
        };
        Booked { cash, realized }
    }

    /// Closes `part` of the units (same sign as the amount, no more than it) at `price`. Returns the
    /// cash that it brings.
    pub(super) fn close_part(&mut self, asset: &Asset, part: Quantity, price: Price) -> Money {
        let before = self.realized;
        self.reduce(asset, part, price);
        if asset.kind == AssetKind::Future {
            self.realized - before
        } else {
            asset.notional(price, part)
        }
    }

    fn reduce(&mut self, asset: &Asset, part: Quantity, price: Price) {
        let cost = if part == self.amount {
            self.cost
        } else {
            Money::new(self.cost.get() * part.get() / self.amount.get())
        };
        self.cost -= cost;
        self.amount -= part;
        self.realized += asset.notional(price, part) - cost;
        if self.amount.is_zero() {
            self.since = None;
        }
    }
}
