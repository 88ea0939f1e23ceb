//! The table of orders (R-ORD).
//!
//! Invariants: numbers are dense from 1; an order moves only along the transition table; a fill is
//! booked once, whatever is repeated; a final order never changes again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::core::message::OrderReport;
use crate::core::model::asset::{Asset, AssetId};
use crate::core::model::fill::Fill;
use crate::core::model::market::CorporateAction;
use crate::core::model::number::{Money, Quantity};
use crate::core::model::order::{Change, Order, OrderId, OrderRequest};
use crate::core::model::status::{OrderStatus, OrderStep};
use crate::core::model::time::Timestamp;

/// All orders of one run.
#[derive(Default, Debug)]
pub struct OrderTable {
    orders: Vec<Order>,
    open: BTreeSet<OrderId>,
    /// The open orders of each asset that has any.
    open_of: BTreeMap<AssetId, BTreeSet<OrderId>>,
    booked: BTreeSet<u64>,
    /// Below this number every fill has been booked; keeps `booked` small.
    booked_below: u64,
}

/// All orders and what was booked of them, to be kept.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct OrdersState {
    orders: Vec<Order>,
    booked: BTreeSet<u64>,
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
    /// Returns all that is known of the orders.
    pub fn state(&self) -> OrdersState {
        OrdersState {
            orders: self.orders.clone(),
            booked: self.booked.clone(),
            booked_below: self.booked_below,
        }
    }

    /// Takes up what another table knew.
    pub fn restore(&mut self, state: OrdersState) {
        *self = Self {
            orders: state.orders,
            booked: state.booked,
            booked_below: state.booked_below,
            ..Self::default()
        };
        for order in self.orders.iter().filter(|order| order.is_open()) {
            self.open.insert(order.id);
            let of = self.open_of.entry(order.request.asset).or_default();
            of.insert(order.id);
        }
    }

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

    /// Returns the orders of an asset that may still fill, oldest first.
    pub fn open_of(&self, asset: AssetId) -> impl DoubleEndedIterator<Item = &Order> {
        let ids = self.open_of.get(&asset).into_iter().flatten();
        ids.filter_map(|id| self.get(*id))
    }

    /// Returns the assets with an order that may still fill, in order of registration.
    pub fn open_assets(&self) -> impl Iterator<Item = AssetId> {
        self.open_of.keys().copied()
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
            self.open_of.entry(request.asset).or_default().insert(id);
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
        while self.orders.len() > len {
            if let Some(order) = self.orders.pop() {
                self.close(order.id, order.request.asset);
            }
        }
    }

    /// Ties two open orders to one another.
    pub(super) fn tie(&mut self, one: OrderId, other: OrderId) {
        let open = |id| self.get(id).is_some_and(Order::is_open);
        if !open(one) || !open(other) {
            return;
        }
        for (id, twin) in [(one, other), (other, one)] {
            let former = self
                .get_mut(id)
                .and_then(|order| order.request.oco.replace(twin));
            // Whoever was tied to it before is free.
            if let Some(order) = former
                .filter(|former| *former != twin)
                .and_then(|former| self.get_mut(former))
            {
                order.request.oco = None;
            }
        }
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
            let asset = order.request.asset;
            self.close(id, asset);
        }
        true
    }

    fn close(&mut self, id: OrderId, asset: AssetId) {
        self.open.remove(&id);
        if let Some(ids) = self.open_of.get_mut(&asset) {
            ids.remove(&id);
            if ids.is_empty() {
                self.open_of.remove(&asset);
            }
        }
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
            OrderReport::Kept(_, reason) => self.keep(id, now) && self.explain(id, reason),
            OrderReport::Replaced(_, change) => self.replace(id, *change, now),
            OrderReport::Adjusted(_, action) => self.adjust(id, *action, assets, now),
            OrderReport::Filled(fill) => return self.fill(fill, now),
        };
        if moved {
            Effect::Moved
        } else {
            Effect::Ignored
        }
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
        self.step(id, step, now) && self.explain(id, reason)
    }

    fn explain(&mut self, id: OrderId, reason: &Arc<str>) -> bool {
        let order = self.get_mut(id);
        order.is_some_and(|order| {
            order.reason = Arc::clone(reason);
            true
        })
    }

    /// Takes an order back to work after a request about it was answered.
    fn keep(&mut self, id: OrderId, now: Timestamp) -> bool {
        let partly = self.get(id).is_some_and(|order| !order.filled.is_zero());
        let step = if partly {
            OrderStep::KeepPart
        } else {
            OrderStep::Keep
        };
        self.step(id, step, now)
    }

    fn replace(&mut self, id: OrderId, change: Change, now: Timestamp) -> bool {
        let Some(order) = self.get_mut(id).filter(|order| order.is_at_broker()) else {
            return false;
        };
        order.request.apply(change);
        order.updated = now;
        if order.status == OrderStatus::PendingReplace {
            self.keep(id, now);
        }
        true
    }

    fn fill(&mut self, fill: &Fill, now: Timestamp) -> Effect {
        let is_new = self.is_new(fill.id);
        let Some(order) = self.get_mut(fill.order).filter(|_| is_new) else {
            return Effect::Ignored;
        };
        let quantity = fill.quantity.abs();
        let step = if order.remaining() > quantity {
            OrderStep::FillPart
        } else {
            OrderStep::FillRest
        };
        if order.status.after(step).is_none() {
            return Effect::Ignored;
        }
        order.filled += quantity;
        order.filled_value += quantity.get() * fill.price.get();
        order.commission += fill.commission;
        self.step(fill.order, step, now);
        self.remember(fill.id);
        Effect::Filled
    }

    fn adjust(
        &mut self,
        id: OrderId,
        action: CorporateAction,
        assets: &[Asset],
        now: Timestamp,
    ) -> bool {
        let Some(order) = self.get_mut(id).filter(|order| order.is_at_broker()) else {
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
