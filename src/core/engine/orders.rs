//! The table of orders (R-ORD).
//!
//! Invariants: numbers are dense from 1; an order moves only along the transition table; a fill is
//! booked once, whatever is repeated; a final order never changes again.

use std::collections::BTreeSet;
use std::sync::Arc;

use rust_decimal::Decimal;

use crate::core::message::OrderReport;
use crate::core::model::asset::{Asset, AssetId};
use crate::core::model::market::CorporateAction;
use crate::core::model::number::{Money, Quantity};
use crate::core::model::order::{Order, OrderId, OrderRequest};
use crate::core::model::status::{OrderStatus, OrderStep};
use crate::core::model::time::Timestamp;

/// All orders of one run.
#[derive(Default, Debug)]
pub struct OrderTable {
    orders: Vec<Order>,
    open: BTreeSet<OrderId>,
    booked: BTreeSet<u64>,
    /// Below this number every fill has been booked; keeps `booked` small.
    booked_below: u64,
}

/// What a report did to an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Nothing: it came late, twice, or of an unknown order.
    Ignored,
    /// It moved.
    Moved,
    /// A fill, to be booked.
    Filled,
}

impl OrderTable {
    /// Returns all orders, oldest first.
    pub fn all(&self) -> &[Order] {
        &self.orders
    }

    /// Returns an order.
    pub fn get(&self, id: OrderId) -> Option<&Order> {
        let at = usize::try_from(id.0).ok()?.checked_sub(1)?;
        self.orders.get(at)
    }

    /// Returns the orders that may still fill, oldest first.
    pub fn open(&self) -> impl DoubleEndedIterator<Item = &Order> {
        self.open.iter().filter_map(|id| self.get(*id))
    }

    /// Whether any order may still fill.
    pub fn has_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// Adds an order as an intent (or as denied, with a reason) and returns its number.
    pub(super) fn add(
        &mut self,
        request: OrderRequest,
        now: Timestamp,
        denied: Option<Arc<str>>,
    ) -> OrderId {
        let id = OrderId(self.orders.len() as u64 + 1);
        let status = if denied.is_some() {
            OrderStatus::Denied
        } else {
            OrderStatus::Intent
        };
        if denied.is_none() {
            self.open.insert(id);
        }
        self.orders.push(Order {
            id,
            request,
            status,
            filled: Quantity::ZERO,
            filled_value: Decimal::ZERO,
            commission: Money::ZERO,
            created: now,
            updated: now,
            reason: denied.unwrap_or_default(),
        });
        id
    }

    /// Takes back the orders added since there were `len`.
    pub(super) fn truncate(&mut self, len: usize) {
        self.orders.truncate(len);
        self.open.retain(|id| id.0 <= len as u64);
    }

    /// Moves an order; returns whether that was possible.
    pub(super) fn step(&mut self, id: OrderId, step: OrderStep, now: Timestamp) -> bool {
        let Some(order) = self.get_mut(id) else {
            return false;
        };
        let Some(next) = order.status.after(step) else {
            return false;
        };
        order.status = next;
        order.updated = now;
        if next.is_final() {
            self.open.remove(&id);
        }
        true
    }

    /// Applies what the broker says.
    pub(super) fn apply(
        &mut self,
        report: &OrderReport,
        assets: &[Asset],
        now: Timestamp,
    ) -> Effect {
        let id = report.order();
        let moved = match report {
            OrderReport::Accepted(_) => self.step(id, OrderStep::Accept, now),
            OrderReport::Rejected(_, reason) => self.end(id, OrderStep::Reject, reason, now),
            OrderReport::Canceled(_, reason) => self.end(id, OrderStep::Cancel, reason, now),
            OrderReport::Expired(_) => self.end(
                id,
                OrderStep::Expire,
                &"its time in force is over".into(),
                now,
            ),
            OrderReport::Kept(_, reason) => {
                let partly = self.get(id).is_some_and(|order| !order.filled.is_zero());
                let step = if partly {
                    OrderStep::KeepPart
                } else {
                    OrderStep::Keep
                };
                self.end(id, step, reason, now)
            }
            OrderReport::Replaced(_, change) => {
                let Some(order) = self.get_mut(id).filter(|order| order.is_open()) else {
                    return Effect::Ignored;
                };
                order.request.apply(*change);
                order.updated = now;
                let partly = !order.filled.is_zero();
                if order.status == OrderStatus::PendingReplace {
                    self.step(
                        id,
                        if partly {
                            OrderStep::KeepPart
                        } else {
                            OrderStep::Keep
                        },
                        now,
                    );
                }
                true
            }
            OrderReport::Adjusted(_, action) => self.adjust(id, *action, assets, now),
            OrderReport::Filled(fill) => {
                if !self.is_new(fill.id) {
                    return Effect::Ignored;
                }
                let Some(order) = self.get_mut(id).filter(|order| order.is_open()) else {
                    return Effect::Ignored;
                };
                order.filled += fill.quantity.abs();
                order.filled_value += fill.quantity.abs().get() * fill.price.get();
                order.commission += fill.commission;
                let rest = order.remaining() > Quantity::ZERO;
                let step = if rest {
                    OrderStep::FillPart
                } else {
                    OrderStep::FillRest
                };
                self.step(id, step, now);
                self.remember(fill.id);
                return Effect::Filled;
            }
        };
        if moved {
            Effect::Moved
        } else {
            Effect::Ignored
        }
    }

    /// Returns the signed units that open orders may still add to an asset and that count towards a
    /// target.
    pub fn working(&self, asset: AssetId) -> Quantity {
        self.open()
            .filter(|order| order.request.asset == asset && order.counts_towards_target())
            .filter(|order| order.status != OrderStatus::PendingCancel)
            .map(|order| order.request.side.signed(order.remaining()))
            .sum()
    }

    fn is_new(&self, fill: u64) -> bool {
        fill >= self.booked_below && !self.booked.contains(&fill)
    }

    fn remember(&mut self, fill: u64) {
        self.booked.insert(fill);
        while self.booked.remove(&self.booked_below.max(1)) {
            self.booked_below = self.booked_below.max(1) + 1;
        }
    }

    fn end(&mut self, id: OrderId, step: OrderStep, reason: &Arc<str>, now: Timestamp) -> bool {
        let moved = self.step(id, step, now);
        if moved && let Some(order) = self.get_mut(id) {
            order.reason = Arc::clone(reason);
        }
        moved
    }

    fn adjust(
        &mut self,
        id: OrderId,
        action: CorporateAction,
        assets: &[Asset],
        now: Timestamp,
    ) -> bool {
        let Some(order) = self.get_mut(id).filter(|order| order.is_open()) else {
            return false;
        };
        let CorporateAction::Split(ratio) = action else {
            return false;
        };
        let asset = &assets[order.request.asset.index()];
        order.request.split(ratio, asset);
        order.filled = asset.round_quantity(Quantity::new(order.filled.get() * ratio));
        order.updated = now;
        true
    }

    fn get_mut(&mut self, id: OrderId) -> Option<&mut Order> {
        let at = usize::try_from(id.0).ok()?.checked_sub(1)?;
        self.orders.get_mut(at)
    }
}
