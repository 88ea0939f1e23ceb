//! From what a strategy wants to hold to what must be ordered (`docs`: targets).
//!
//! Invariants: values and percents use the last price; of a target the target itself is rounded
//! towards zero to the lot, then the difference to what is held and working is ordered; working
//! orders that overshoot a target are canceled, the newest first.

use rust_decimal::Decimal;

use crate::core::engine::desk::Desk;
use crate::core::engine::gate::Denial;
use crate::core::model::asset::AssetId;
use crate::core::model::number::{Money, Price, Quantity, truncate_to_step, whole_steps};
use crate::core::model::order::{OrderId, Side};

impl Desk {
    /// Returns the signed units that `value` buys at the last price, rounded towards zero to the lot.
    ///
    /// # Errors
    /// When the asset has no price yet.
    pub fn units_for_value(&self, id: AssetId, value: Money) -> Result<Quantity, Denial> {
        let asset = self.asset(id);
        let price = self.price_for_sizing(id)?;
        let unit = price.get() * asset.multiplier;
        whole_steps(value.get(), unit, asset.lot_size)
            .map(Quantity::new)
            .ok_or(Denial::Quantity(Quantity::new(Decimal::MAX)))
    }

    /// Returns the money that a fraction of the portfolio's value is.
    pub fn value_of_fraction(&self, fraction: Decimal) -> Money {
        let value = self.ledger.value().get();
        Money::new(value.checked_mul(fraction).unwrap_or(Decimal::MAX))
    }

    /// Returns what to order so that the asset's holding becomes `target`, counting what is held and
    /// what is working. Cancels, newest first, working orders that would overshoot it.
    pub fn units_to_target(&mut self, id: AssetId, target: Quantity) -> Quantity {
        let lot = self.asset(id).lot_size;
        let target = Quantity::new(truncate_to_step(target.get(), lot));
        let held = self.ledger.position(id).amount;
        let mut working = self.working(id);
        let wanted = target - held;
        let newest_first: Vec<(OrderId, Quantity)> = self
            .orders
            .open_of(id)
            .rev()
            .filter(|order| order.counts_towards_target())
            .filter(|order| !self.is_leaving(order.id))
            .map(|order| (order.id, order.request.side.signed(order.remaining())))
            .collect();
        for (order, units) in newest_first {
            if !overshoots(working, wanted) {
                break;
            }
            // Only an order that points past the target takes part in overshooting it.
            if Side::of(units) == Side::of(working - wanted) {
                self.cancel(order);
                working -= units;
            }
        }
        wanted - working
    }

    /// Returns the signed units that working orders may still add to an asset.
    pub fn working(&self, id: AssetId) -> Quantity {
        self.orders
            .open_of(id)
            .filter(|order| order.counts_towards_target())
            .filter(|order| !self.is_leaving(order.id))
            .map(|order| order.request.side.signed(order.remaining()))
            .sum()
    }

    fn price_for_sizing(&self, id: AssetId) -> Result<Price, Denial> {
        self.market
            .last_price(id)
            .filter(|price| *price > Price::ZERO)
            .ok_or_else(|| Denial::NoPrice {
                symbol: self.asset(id).symbol.to_string(),
            })
    }
}

/// Whether what is working leads past what is wanted.
fn overshoots(working: Quantity, wanted: Quantity) -> bool {
    if working.is_long() {
        working > wanted
    } else {
        working.is_short() && working < wanted
    }
}
