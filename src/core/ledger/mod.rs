//! The books: cash, positions, realized profit, corporate actions (R-LED).
//!
//! Invariants: `value = cash + Σ market value`, exactly, at every instant; a position that crosses
//! zero realizes the closed part and opens the rest at the fill's price; what a position cost is kept
//! as a total, so that partial closes lose nothing to rounding. Commissions change cash, never cost.
//! Knows nothing of orders, brokers or margin.

/// One asset held.
pub mod position;

use std::cell::Cell;
use std::rc::Rc;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::core::ledger::position::Position;
use crate::core::model::asset::{Asset, AssetId};
use crate::core::model::fill::Fill;
use crate::core::model::market::CorporateAction;
use crate::core::model::number::{Money, Price, Quantity, truncate_to_step};
use crate::core::model::time::Timestamp;

/// What the books say, to be kept.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LedgerState {
    starting_cash: Money,
    cash: Money,
    commission: Money,
    /// One for each asset, flat ones included.
    positions: Vec<Position>,
}

/// Cash and positions of one account, in one currency.
#[derive(Clone, Debug)]
pub struct Ledger {
    assets: Rc<[Asset]>,
    starting_cash: Money,
    cash: Money,
    /// One for each asset, flat ones included.
    positions: Vec<Position>,
    /// The assets with a position, ascending.
    held: Vec<AssetId>,
    commission: Money,
    /// The market value of all positions, while nothing has changed since it was added up.
    worth: Cell<Option<Money>>,
}

impl Ledger {
    /// Opens the books with `cash` and no position.
    pub fn new(assets: Rc<[Asset]>, cash: Money) -> Self {
        Self {
            positions: vec![Position::default(); assets.len()],
            assets,
            starting_cash: cash,
            cash,
            held: Vec::new(),
            commission: Money::ZERO,
            worth: Cell::new(None),
        }
    }

    /// Returns what the books say.
    pub fn state(&self) -> LedgerState {
        LedgerState {
            starting_cash: self.starting_cash,
            cash: self.cash,
            commission: self.commission,
            positions: self.positions.clone(),
        }
    }

    /// Takes up what books of the same assets said.
    pub fn restore(&mut self, state: LedgerState) {
        self.starting_cash = state.starting_cash;
        self.cash = state.cash;
        self.commission = state.commission;
        self.positions = state.positions;
        self.positions
            .resize(self.assets.len(), Position::default());
        self.held = (0..)
            .map(AssetId)
            .zip(&self.positions)
            .filter(|(_, position)| !position.amount.is_zero())
            .map(|(id, _)| id)
            .collect();
        self.worth.set(None);
    }

    /// Returns the cash that the books were opened with.
    pub fn starting_cash(&self) -> Money {
        self.starting_cash
    }

    /// Returns the cash; negative is borrowed.
    pub fn cash(&self) -> Money {
        self.cash
    }

    /// Returns all commission paid so far, rebates deducted.
    pub fn commission(&self) -> Money {
        self.commission
    }

    /// Returns the assets, by [`AssetId`].
    pub fn assets(&self) -> &Rc<[Asset]> {
        &self.assets
    }

    /// Returns an asset.
    pub fn asset(&self, id: AssetId) -> &Asset {
        &self.assets[id.index()]
    }

    /// Returns the position in an asset; one of zero units where none is held.
    pub fn position(&self, id: AssetId) -> &Position {
        &self.positions[id.index()]
    }

    /// Returns the assets with a position, in order of registration.
    pub fn held(&self) -> &[AssetId] {
        &self.held
    }

    /// Returns the market value of one position: what it would bring at its last price. A future
    /// is not paid for, so its value is its open profit.
    pub fn market_value(&self, id: AssetId) -> Money {
        self.positions[id.index()].market_value(self.asset(id))
    }

    /// Returns the signed exposure of one position: quantity × last price × multiplier.
    pub fn exposure(&self, id: AssetId) -> Money {
        let position = &self.positions[id.index()];
        self.asset(id)
            .notional(position.last_price, position.amount)
    }

    /// Returns the market value of all positions.
    pub fn positions_value(&self) -> Money {
        if let Some(worth) = self.worth.get() {
            return worth;
        }
        let worth = self.held.iter().map(|id| self.market_value(*id)).sum();
        self.worth.set(Some(worth));
        worth
    }

    /// Returns the exposures of all positions added up without their signs.
    pub fn gross_exposure(&self) -> Money {
        self.held.iter().map(|id| self.exposure(*id).abs()).sum()
    }

    /// Returns cash plus the market value of all positions.
    pub fn value(&self) -> Money {
        self.cash + self.positions_value()
    }

    /// Sets the last price of an asset.
    pub fn mark(&mut self, id: AssetId, price: Price) {
        self.positions[id.index()].last_price = price;
        self.worth.set(None);
    }

    /// Books one execution at most once is the caller's duty (the order table's); here it is booked
    /// as it comes. Returns the profit realized by it, commission not deducted.
    pub fn book(&mut self, fill: &Fill, now: Timestamp) -> Money {
        self.worth.set(None);
        let asset = &self.assets[fill.asset.index()];
        let position = &mut self.positions[fill.asset.index()];
        let booked = position.trade(asset, fill.quantity, fill.price, now);
        self.cash += booked.cash - fill.commission;
        self.commission += fill.commission;
        self.update_held(fill.asset);
        booked.realized
    }

    /// Moves cash in (positive) or out, for fees and interest.
    pub fn adjust_cash(&mut self, amount: Money) {
        self.cash += amount;
    }

    /// Applies a split or a dividend at the ex-date's open. `previous_close` is the last close before
    /// it. A split multiplies the quantity and divides the price; what it leaves below a lot is paid
    /// in cash at the previous close divided by the ratio. A dividend pays (a short position: costs)
    /// its value for each unit.
    pub fn apply_action(&mut self, id: AssetId, action: CorporateAction, previous_close: Price) {
        self.worth.set(None);
        let asset = &self.assets[id.index()];
        let position = &mut self.positions[id.index()];
        match action {
            CorporateAction::Split(ratio) => {
                let price = Price::new(previous_close.get() / ratio);
                position.last_price = price;
                if position.amount.is_zero() {
                    return;
                }
                let exact = position.amount.get() * ratio;
                let whole = truncate_to_step(exact, asset.lot_size);
                position.amount = Quantity::new(exact);
                let rest = Quantity::new(exact - whole);
                if !rest.is_zero() {
                    self.cash += position.close_part(asset, rest, price);
                }
                self.update_held(id);
            }
            CorporateAction::Dividend(value) => {
                let paid = asset.notional(Price::new(value), position.amount);
                self.cash += paid;
            }
        }
    }

    /// Returns the weight of one position: its exposure over the value of the portfolio; zero when the
    /// portfolio is worth nothing.
    pub fn weight(&self, id: AssetId) -> Decimal {
        let value = self.value().get();
        self.exposure(id)
            .get()
            .checked_div(value)
            .unwrap_or(Decimal::ZERO)
    }

    /// Returns gross exposure over value: 1 is fully invested without borrowing; zero when the
    /// portfolio is worth nothing.
    pub fn leverage(&self) -> Decimal {
        self.gross_exposure()
            .get()
            .checked_div(self.value().get())
            .unwrap_or(Decimal::ZERO)
    }

    fn update_held(&mut self, id: AssetId) {
        let flat = self.positions[id.index()].amount.is_zero();
        match self.held.binary_search(&id) {
            Ok(at) if flat => {
                self.held.remove(at);
            }
            Err(at) if !flat => self.held.insert(at, id),
            Ok(_) | Err(_) => {}
        }
    }
}

#[cfg(test)]
mod tests;
