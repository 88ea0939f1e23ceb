//! Orders at the exchange: accepted, refused, canceled, changed, expired.
//!
//! Invariants: working orders are kept in order of their numbers; a child of a bracket sleeps until
//! its entry fills and is never larger than what the entry filled; of tied orders the fill of one
//! shrinks the other, and its completion cancels it.

use std::rc::Rc;
use std::sync::Arc;

use rust_decimal::Decimal;

use crate::core::calendar::Calendar;
use crate::core::ledger::Ledger;
use crate::core::message::{Event, OrderReport, Setting};
use crate::core::model::asset::{Asset, AssetId};
use crate::core::model::market::{Bar, CorporateAction};
use crate::core::model::number::{Money, Price, Quantity};
use crate::core::model::order::{
    Change, OrderId, OrderRequest, OrderType, Side, TimeInForce, Trail,
};
use crate::core::model::time::Timestamp;
use crate::core::sim::account::{Trial, Working, maintenance_shortfall, refusal};
use crate::core::sim::commission::{Commission, Turnover};
use crate::core::sim::matching::BarState;
use crate::core::sim::rules::{AccountRules, Rules};
use crate::core::sim::slippage::Slippage;

/// The simulated exchange and broker: working orders and the account behind them.
#[derive(Debug)]
pub struct Exchange {
    pub(super) assets: Rc<[Asset]>,
    calendars: Vec<Calendar>,
    pub(super) rules: Rules,
    pub(super) commissions: Vec<Commission>,
    pub(super) slippage: Slippage,
    pub(super) ledger: Ledger,
    pub(super) orders: Vec<Resting>,
    pub(super) turnover: Turnover,
    pub(super) bars: Vec<BarState>,
    pub(super) next_fill: u64,
    in_breach: bool,
}

/// An order at the exchange.
#[derive(Clone, Debug)]

pub(super) struct Resting {
    pub(super) id: OrderId,
    pub(super) request: OrderRequest,
    /// It may fill in bars that start at or after this instant.
    pub(super) from: Timestamp,
    pub(super) filled: Quantity,
    pub(super) paid: Money,
    /// Whether it is awake; a child of a bracket sleeps until its entry fills.
    pub(super) awake: bool,
    /// How much its entry filled, for a child; the most that it may fill itself.
    pub(super) cap: Option<Quantity>,
    /// Whether a stop was touched.
    pub(super) triggered: bool,
    /// Where a trailing stop stands.
    pub(super) trail: Option<Price>,
    /// Whether its first eligible bar is over.
    pub(super) seen: bool,
    /// The price at which its entry filled in the bar at hand, for a stop that may act in the same bar.
    pub(super) woken_at: Option<Price>,
    /// The end of the first session in which it could fill.
    pub(super) session_end: Timestamp,
}

impl Resting {
    /// Returns what may still fill.
    pub(super) fn remaining(&self) -> Quantity {
        let whole = self
            .cap
            .map_or(self.request.quantity, |cap| cap.min(self.request.quantity));
        whole - self.filled
    }
}

impl Exchange {
    /// Opens an exchange and an account with `cash`. `calendars` has one entry for each asset.
    pub fn new(assets: Rc<[Asset]>, calendars: Vec<Calendar>, rules: Rules, cash: Money) -> Self {
        let commissions = assets
            .iter()
            .map(|a| rules.commission_for(a.kind))
            .collect();
        Self {
            commissions,
            slippage: rules.slippage_or_default(),
            ledger: Ledger::new(Rc::clone(&assets), cash),
            bars: vec![BarState::default(); assets.len()],
            assets,
            calendars,
            rules,
            orders: Vec::new(),
            turnover: Turnover::default(),
            next_fill: 1,
            in_breach: false,
        }
    }

    /// Returns the broker's own books.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Sets a model.
    pub fn configure(&mut self, setting: Setting) {
        match setting {
            Setting::Commission(model) => {
                self.commissions.fill(model.clone());
                self.rules.commission = Some(model);
            }
            Setting::Slippage(model) => {
                self.slippage = model.clone();
                self.rules.slippage = Some(model);
            }
            Setting::CancelAtSessionEnd(cancel) => self.rules.cancel_at_session_end = cancel,
        }
    }

    /// Takes or refuses an order placed at `now`.
    pub fn submit(
        &mut self,
        id: OrderId,
        request: OrderRequest,
        now: Timestamp,
        out: &mut Vec<OrderReport>,
    ) {
        let asset = &self.assets[request.asset.index()];
        let value = asset.notional(
            self.ledger.position(request.asset).last_price,
            request.quantity,
        );
        let commission = self.commissions[request.asset.index()].estimate(request.quantity, value);
        if let Some(reason) = self.refuses(&request, commission) {
            out.push(OrderReport::Rejected(id, reason.into()));
            return;
        }
        let trail = self.first_trail(&request);
        let awake = match request.parent {
            Some(parent) => !self.orders.iter().any(|order| order.id == parent),
            None => true,
        };
        self.orders.push(Resting {
            id,
            from: now,
            filled: Quantity::ZERO,
            paid: Money::ZERO,
            cap: (!awake).then_some(Quantity::ZERO),
            awake,
            triggered: false,
            trail,
            seen: false,
            woken_at: None,
            session_end: self.session_end(request.asset, now),
            request,
        });
        out.push(OrderReport::Accepted(id));
    }

    /// Cancels an order; nothing happens to one that is not working.
    pub fn cancel(&mut self, id: OrderId, out: &mut Vec<OrderReport>) {
        self.end(id, &"canceled".into(), out);
    }

    /// Changes an order's quantity or prices.
    pub fn replace(&mut self, id: OrderId, change: Change, out: &mut Vec<OrderReport>) {
        let Some(order) = self.orders.iter_mut().find(|order| order.id == id) else {
            out.push(OrderReport::Kept(id, "it is no longer working".into()));
            return;
        };
        if change
            .quantity
            .is_some_and(|quantity| quantity <= order.filled)
        {
            out.push(OrderReport::Kept(
                id,
                "no more than the new quantity is left".into(),
            ));
            return;
        }
        order.request.apply(change);
        out.push(OrderReport::Replaced(id, change));
    }

    /// Ties two orders: what one fills, the other loses.
    pub fn tie(&mut self, one: OrderId, other: OrderId) {
        for order in &mut self.orders {
            if order.id == one {
                order.request.oco = Some(other);
            } else if order.id == other {
                order.request.oco = Some(one);
            }
        }
    }

    /// Applies a corporate action to positions and working orders.
    pub fn apply_action(
        &mut self,
        asset: AssetId,
        action: CorporateAction,
        out: &mut Vec<OrderReport>,
    ) {
        let close = self.ledger.position(asset).last_price;
        self.ledger.apply_action(asset, action, close);
        let CorporateAction::Split(ratio) = action else {
            return;
        };
        let rules = self.assets[asset.index()].clone();
        let mut gone = Vec::new();
        for order in self
            .orders
            .iter_mut()
            .filter(|order| order.request.asset == asset)
        {
            order.filled = rules.round_quantity(Quantity::new(order.filled.get() * ratio));
            order.request.split(ratio, &rules);
            order.trail = order.trail.map(|price| Price::new(price.get() / ratio));
            order.cap = order
                .cap
                .map(|cap| rules.round_quantity(Quantity::new(cap.get() * ratio)));
            out.push(OrderReport::Adjusted(order.id, action));
            if order.request.quantity <= order.filled {
                gone.push(order.id);
            }
        }
        for id in gone {
            self.end(id, &"nothing is left of it after the split".into(), out);
        }
    }

    /// Ends what does not outlive a session that ends at or before `now`: DAY orders, and all others
    /// too when the policy says so. What could not yet fill in that session stays.
    pub fn end_sessions(&mut self, now: Timestamp, out: &mut Vec<OrderReport>) {
        let cancel = self.rules.cancel_at_session_end;
        let due: Vec<(OrderId, bool)> = self
            .orders
            .iter()
            .filter(|order| order.session_end <= now)
            .map(|order| (order.id, order.request.tif == TimeInForce::Day))
            .filter(|(_, day)| *day || cancel)
            .collect();
        for (id, day) in due {
            if day {
                self.drop_order(id, OrderReport::Expired(id), out);
            } else {
                self.end(id, &"end of session".into(), out);
            }
        }
    }

    /// Returns when [`Self::end_sessions`] next has something to do.
    pub fn next_expiry(&self) -> Option<Timestamp> {
        if self.orders.is_empty() {
            return None;
        }
        let cancel = self.rules.cancel_at_session_end;
        self.orders
            .iter()
            .filter(|order| cancel || order.request.tif == TimeInForce::Day)
            .map(|order| order.session_end)
            .min()
    }

    /// Looks at the maintenance requirement; says so once when it is breached.
    pub fn check_margin(&mut self) -> Option<Event> {
        let AccountRules::Margin { maintenance, .. } = self.rules.account else {
            return None;
        };
        let shortfall = maintenance_shortfall(&self.ledger, maintenance);
        let began = shortfall.is_some() && !self.in_breach;
        self.in_breach = shortfall.is_some();
        shortfall.filter(|_| began).map(Event::MarginCall)
    }

    /// Charges a day's fee on short positions; `None` where there is none.
    pub fn borrow_fee(&mut self) -> Option<Event> {
        if self.rules.borrow_rate.is_zero() {
            return None;
        }
        let short: Money = self
            .ledger
            .held()
            .iter()
            .filter(|id| self.ledger.position(**id).amount.is_short())
            .map(|id| self.ledger.exposure(*id).abs())
            .sum();
        if short.is_zero() {
            return None;
        }
        let fee = Money::new(short.get() * self.rules.borrow_rate / Decimal::from(365));
        self.ledger.adjust_cash(-fee);
        Some(Event::Charged(fee, "borrow fee".into()))
    }

    /// Returns whether any order works.
    pub fn is_idle(&self) -> bool {
        self.orders.is_empty()
    }

    /// Returns the last bar of an asset, if it has one.
    pub fn last_bar(&self, asset: AssetId) -> Option<&Bar> {
        self.bars[asset.index()].bar.as_ref()
    }

    fn refuses(&self, request: &OrderRequest, commission: Money) -> Option<String> {
        let last = self.ledger.position(request.asset).last_price;
        if let OrderType::Limit(limit) = request.order_type
            && request.post_only
        {
            let takes = match request.side {
                Side::Buy => limit >= last,
                Side::Sell => limit <= last,
            };
            if takes {
                return Some(format!(
                    "post-only: a limit of {limit} would take at {last}"
                ));
            }
        }
        // A child opens nothing that its entry was not checked for.
        if request.parent.is_some() || request.reduce_only {
            return None;
        }
        let trial = Trial {
            asset: request.asset,
            side: request.side,
            quantity: request.quantity,
            commission,
        };
        let mut in_play: Vec<AssetId> = self.ledger.held().to_vec();
        in_play.extend(self.orders.iter().map(|order| order.request.asset));
        in_play.push(request.asset);
        in_play.sort_unstable();
        in_play.dedup();
        let working = |id| self.working(id);
        let reason = refusal(self.rules.account, &self.ledger, &working, &in_play, &trial);
        if reason.is_none() && self.in_breach && !self.shrinks(request) {
            return Some(
                "maintenance margin is breached: only orders that reduce are taken".into(),
            );
        }
        reason
    }

    fn shrinks(&self, request: &OrderRequest) -> bool {
        let held = self.ledger.position(request.asset).amount;
        let after = held + request.side.signed(request.quantity);
        after.abs() < held.abs() && (after.is_zero() || after.is_long() == held.is_long())
    }

    /// Adds up the open orders of an asset; children and reduce-only orders add no exposure, and of
    /// tied orders only one can fill.
    fn working(&self, asset: AssetId) -> Working {
        let mut sum = Working::default();
        for order in self
            .orders
            .iter()
            .filter(|order| order.request.asset == asset)
        {
            let request = &order.request;
            let twin_counted = request.oco.is_some_and(|twin| twin < order.id);
            if request.reduce_only || request.parent.is_some() || twin_counted {
                continue;
            }
            match request.side {
                Side::Buy => sum.buys += order.remaining(),
                Side::Sell => sum.sells += order.remaining(),
            }
        }
        sum
    }

    fn session_end(&self, asset: AssetId, placed: Timestamp) -> Timestamp {
        let calendar = &self.calendars[asset.index()];
        calendar
            .session_at(placed)
            .or_else(|| calendar.next_session_after(placed))
            .map_or(Timestamp::MAX, |session| session.close)
    }

    fn first_trail(&self, request: &OrderRequest) -> Option<Price> {
        let OrderType::Trail(trail) = request.order_type else {
            return None;
        };
        let last = self.ledger.position(request.asset).last_price;
        Some(trail_from(trail, request.side, last))
    }

    pub(super) fn end(&mut self, id: OrderId, reason: &Arc<str>, out: &mut Vec<OrderReport>) {
        self.drop_order(id, OrderReport::Canceled(id, Arc::clone(reason)), out);
    }

    /// Removes an order with `last`, its last word; sleeping children of an entry go with it.
    fn drop_order(&mut self, id: OrderId, last: OrderReport, out: &mut Vec<OrderReport>) {
        let Ok(at) = self.orders.binary_search_by_key(&id, |order| order.id) else {
            return;
        };
        self.orders.remove(at);
        out.push(last);
        let children: Vec<OrderId> = self
            .orders
            .iter()
            .filter(|order| order.request.parent == Some(id) && !order.awake)
            .map(|order| order.id)
            .collect();
        for child in children {
            self.drop_order(
                child,
                OrderReport::Canceled(child, "its entry did not fill".into()),
                out,
            );
        }
    }
}

/// Returns where a trailing stop stands behind an extreme: below it to sell, above it to buy.
pub(super) fn trail_from(trail: Trail, side: Side, extreme: Price) -> Price {
    let distance = match trail {
        Trail::Amount(amount) => amount,
        Trail::Fraction(fraction) => Price::new(extreme.get() * fraction),
    };
    match side {
        Side::Sell => extreme - distance,
        Side::Buy => extreme + distance,
    }
}
