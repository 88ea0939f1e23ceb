//! The orders that work at the exchange, found by number, by asset and by the end of their session.
//!
//! Invariants: the orders of an asset are kept in order of their numbers; an order that is looked up by
//! number is the one that is found by asset; an asset without orders costs nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::core::model::asset::AssetId;
use crate::core::model::number::{Money, Price, Quantity};
use crate::core::model::order::{OrderId, OrderRequest};
use crate::core::model::time::Timestamp;

/// An order at the exchange.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Resting {
    pub(super) id: OrderId,
    pub(super) request: OrderRequest,
    /// It may fill in bars that start at or after this instant.
    pub(super) from: Timestamp,
    pub(super) filled: Quantity,
    /// The commission that it has paid.
    pub(super) paid: Money,
    /// Whether it is awake; a child of a bracket sleeps until its entry fills.
    pub(super) awake: bool,
    /// What a child may still close: what its entry filled, less what it and the order tied to it
    /// closed. `None` for an order without an entry.
    pub(super) room: Option<Quantity>,
    /// Whether a stop was touched.
    pub(super) triggered: bool,
    /// A triggered stop-limit may fill in bars that start at or after this instant.
    pub(super) limit_from: Timestamp,
    /// Where a trailing stop stands.
    pub(super) trail: Option<Price>,
    /// Whether its first eligible bar is over.
    pub(super) seen: bool,
    /// The price at which its entry filled in the bar at hand, for a stop that may act in the same bar.
    pub(super) woken_at: Option<Price>,
    /// The end of the first session in which it could fill; `None` before its first eligible bar.
    pub(super) session_end: Option<Timestamp>,
}

impl Resting {
    /// Returns what may still fill.
    pub(super) fn remaining(&self) -> Quantity {
        let left = self.request.quantity - self.filled;
        self.room.map_or(left, |room| room.min(left))
    }

    /// Whether it may fill in a bar that starts at `opens`.
    pub(super) fn is_eligible(&self, opens: Timestamp) -> bool {
        self.awake && self.from <= opens
    }

    /// Whether it can add to a position beyond what was checked before.
    pub(super) fn adds_exposure(&self) -> bool {
        !self.request.reduce_only && self.request.parent.is_none()
    }
}

/// See the module.
#[derive(Debug)]
pub(super) struct Book {
    by_asset: Vec<Vec<Resting>>,
    asset_of: BTreeMap<OrderId, AssetId>,
    /// The orders that end with a session, by its end.
    expiries: BTreeSet<(Timestamp, OrderId)>,
}

impl Book {
    pub(super) fn new(assets: usize) -> Self {
        Self {
            by_asset: vec![Vec::new(); assets],
            asset_of: BTreeMap::new(),
            expiries: BTreeSet::new(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.asset_of.is_empty()
    }

    /// Returns all orders, by asset.
    pub(super) fn all(&self) -> impl Iterator<Item = &Resting> {
        self.by_asset.iter().flatten()
    }

    /// Returns the orders of an asset, oldest first.
    pub(super) fn of(&self, asset: AssetId) -> &[Resting] {
        &self.by_asset[asset.index()]
    }

    pub(super) fn of_mut(&mut self, asset: AssetId) -> &mut [Resting] {
        &mut self.by_asset[asset.index()]
    }

    /// Returns the asset of an order and its place among the asset's orders.
    pub(super) fn find(&self, id: OrderId) -> Option<(AssetId, usize)> {
        let asset = *self.asset_of.get(&id)?;
        let at = self.by_asset[asset.index()].binary_search_by_key(&id, |order| order.id);
        at.ok().map(|at| (asset, at))
    }

    pub(super) fn get(&self, id: OrderId) -> Option<&Resting> {
        let (asset, at) = self.find(id)?;
        self.by_asset[asset.index()].get(at)
    }

    pub(super) fn get_mut(&mut self, id: OrderId) -> Option<&mut Resting> {
        let (asset, at) = self.find(id)?;
        self.by_asset[asset.index()].get_mut(at)
    }

    /// Adds an order, whose number must be above those there are.
    pub(super) fn insert(&mut self, order: Resting) {
        self.asset_of.insert(order.id, order.request.asset);
        self.by_asset[order.request.asset.index()].push(order);
    }

    pub(super) fn remove(&mut self, id: OrderId) -> Option<Resting> {
        let (asset, at) = self.find(id)?;
        self.asset_of.remove(&id);
        let order = self.by_asset[asset.index()].remove(at);
        if let Some(end) = order.session_end {
            self.expiries.remove(&(end, id));
        }
        Some(order)
    }

    /// Returns the numbers of an entry's children, oldest first.
    pub(super) fn children(&self, entry: OrderId, asset: AssetId) -> Vec<OrderId> {
        self.of(asset)
            .iter()
            .filter(|order| order.request.parent == Some(entry))
            .map(|order| order.id)
            .collect()
    }

    /// Forgets which orders end with a session and asks anew.
    pub(super) fn sort_expiries(&mut self, ends: impl Fn(&Resting) -> bool) {
        self.expiries = self
            .by_asset
            .iter()
            .flatten()
            .filter(|order| ends(order))
            .filter_map(|order| order.session_end.map(|end| (end, order.id)))
            .collect();
    }

    /// Notes that an order ends with the session that ends at `end`.
    pub(super) fn expires(&mut self, end: Timestamp, id: OrderId) {
        self.expiries.insert((end, id));
    }

    /// Returns when the next order ends with its session.
    pub(super) fn next_expiry(&self) -> Option<Timestamp> {
        self.expiries.first().map(|(end, _)| *end)
    }

    /// Returns the orders that end with a session at or before `now`, by its end, then oldest first.
    pub(super) fn expired(&self, now: Timestamp) -> Vec<OrderId> {
        self.expiries
            .iter()
            .take_while(|(end, _)| *end <= now)
            .map(|(_, id)| *id)
            .collect()
    }
}
