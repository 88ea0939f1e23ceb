//! Orders at the exchange: accepted, refused, canceled, changed.
//!
//! Invariants: a child of a bracket sleeps until its entry fills and never closes more than the entry
//! filled; of tied orders the fill of one shrinks the other, and its completion cancels it; an order
//! that is no longer working answers nothing.

use std::rc::Rc;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::core::calendar::Calendar;
use crate::core::ledger::{Ledger, LedgerState};
use crate::core::message::{OrderReport, Setting};
use crate::core::model::asset::{Asset, AssetId};
use crate::core::model::market::Bar;
use crate::core::model::number::{Money, Price, Quantity};
use crate::core::model::order::{Change, OrderId, OrderRequest, OrderType, Side};
use crate::core::model::time::Timestamp;
use crate::core::sim::account::{Trial, Working, cash_refusal, margin_refusal, reduces, weight};
use crate::core::sim::book::{Book, Resting};
use crate::core::sim::commission::{Charge, Commission, Liquidity, Turnover};
use crate::core::sim::matching::{BarState, month_of};
use crate::core::sim::rules::{AccountRules, Rules};
use crate::core::sim::slippage::Slippage;
use crate::core::sim::touch::trail_from;

/// The simulated exchange and broker: working orders and the account behind them.
#[derive(Debug)]
pub struct Exchange {
    pub(super) assets: Rc<[Asset]>,
    pub(super) calendars: Vec<Calendar>,
    /// The place of each asset's symbol among all.
    pub(super) ranks: Vec<u32>,
    pub(super) rules: Rules,
    pub(super) commissions: Vec<Commission>,
    pub(super) slippage: Slippage,
    pub(super) ledger: Ledger,
    pub(super) book: Book,
    pub(super) turnover: Turnover,
    pub(super) bars: Vec<BarState>,
    pub(super) next_fill: u64,
    pub(super) in_breach: bool,
    /// What the account carries, as long as neither prices nor positions have changed.
    pub(super) carried: Option<Carried>,
}

/// What an exchange knows, to be kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ExchangeState {
    ledger: LedgerState,
    working: Vec<Resting>,
    bars: Vec<BarState>,
    turnover: Turnover,
    /// The models as they stand: what was chosen by the strategy included.
    commissions: Vec<Commission>,
    slippage: Slippage,
    chosen: (Option<Commission>, Option<Slippage>),
    cancel_at_session_end: bool,
    next_fill: u64,
    in_breach: bool,
}

/// Exposures with all working orders, kept so that many orders at one instant cost little.
#[derive(Debug)]
pub(super) struct Carried {
    by_asset: Vec<Money>,
    total: Money,
    value: Money,
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
            ranks: ranks(&assets),
            book: Book::new(assets.len()),
            assets,
            calendars,
            rules,
            turnover: Turnover::default(),
            next_fill: 1,
            in_breach: false,
            carried: None,
        }
    }

    /// Returns what the exchange knows.
    pub fn state(&self) -> ExchangeState {
        ExchangeState {
            ledger: self.ledger.state(),
            working: self.book.all().cloned().collect(),
            bars: self.bars.clone(),
            turnover: self.turnover.clone(),
            commissions: self.commissions.clone(),
            slippage: self.slippage.clone(),
            chosen: (self.rules.commission.clone(), self.rules.slippage.clone()),
            cancel_at_session_end: self.rules.cancel_at_session_end,
            next_fill: self.next_fill,
            in_breach: self.in_breach,
        }
    }

    /// Takes up what an exchange with the same assets and rules knew.
    pub fn restore(&mut self, state: ExchangeState) {
        self.ledger.restore(state.ledger);
        self.book = Book::new(self.assets.len());
        for order in state.working {
            self.book.insert(order);
        }
        self.bars = state.bars;
        self.bars.resize(self.assets.len(), BarState::default());
        self.turnover = state.turnover;
        self.commissions = state.commissions;
        self.slippage = state.slippage;
        (self.rules.commission, self.rules.slippage) = state.chosen;
        self.rules.cancel_at_session_end = state.cancel_at_session_end;
        self.next_fill = state.next_fill;
        self.in_breach = state.in_breach;
        self.carried = None;
        let cancel = state.cancel_at_session_end;
        self.book
            .sort_expiries(|order| cancel || order.request.tif.is_day());
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
            Setting::CancelAtSessionEnd(cancel) => {
                self.rules.cancel_at_session_end = cancel;
                self.book
                    .sort_expiries(|order| cancel || order.request.tif.is_day());
            }
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
        if let Some(reason) = self.refuses(&request, now) {
            out.push(OrderReport::Rejected(id, reason.into()));
            return;
        }
        let asset = request.asset;
        let is_child = request.parent.is_some();
        self.book.insert(Resting {
            id,
            from: now,
            filled: Quantity::ZERO,
            paid: Money::ZERO,
            awake: !is_child,
            room: is_child.then_some(Quantity::ZERO),
            triggered: false,
            limit_from: Timestamp::MIN,
            trail: self.first_trail(&request),
            seen: false,
            woken_at: None,
            session_end: None,
            request,
        });
        self.weigh(asset);
        out.push(OrderReport::Accepted(id));
    }

    /// Cancels an order; nothing happens to one that is not working.
    pub fn cancel(&mut self, id: OrderId, out: &mut Vec<OrderReport>) {
        self.end(id, &"canceled".into(), out);
    }

    /// Changes an order's quantity or prices. More units are judged like a new order; the children of
    /// an entry grow and shrink with it.
    pub fn replace(
        &mut self,
        id: OrderId,
        change: Change,
        now: Timestamp,
        out: &mut Vec<OrderReport>,
    ) {
        let Some(order) = self.book.get(id) else {
            out.push(OrderReport::Kept(id, "it is no longer working".into()));
            return;
        };
        let asset = order.request.asset;
        let more = change
            .quantity
            .map_or(Quantity::ZERO, |quantity| quantity - order.request.quantity);
        if order.request.quantity + more <= order.filled {
            let reason = format!("{} of it are filled already", order.filled);
            out.push(OrderReport::Kept(id, reason.into()));
            return;
        }
        if more > Quantity::ZERO && order.adds_exposure() {
            let (side, last) = (order.request.side, self.ledger.position(asset).last_price);
            if let Some(reason) = self.refuses_exposure(asset, side, more, last, now) {
                out.push(OrderReport::Kept(id, reason.into()));
                return;
            }
        }
        if let Some(order) = self.book.get_mut(id) {
            order.request.apply(change);
            out.push(OrderReport::Replaced(id, change));
        }
        if !more.is_zero() {
            for child in self.book.children(id, asset) {
                self.resize_child(child, more, out);
            }
        }
        self.weigh(asset);
    }

    /// Ties two orders: what one fills, the other loses.
    pub fn tie(&mut self, one: OrderId, other: OrderId) {
        // An order that is over has filled or was canceled; there is nothing left to tie.
        if self.book.get(one).is_none() || self.book.get(other).is_none() {
            return;
        }
        for (id, twin) in [(one, other), (other, one)] {
            let Some(order) = self.book.get_mut(id) else {
                continue;
            };
            let (asset, former) = (order.request.asset, order.request.oco.replace(twin));
            // Whoever was tied to it before is free.
            if let Some(former) = former.filter(|former| *former != twin)
                && let Some(order) = self.book.get_mut(former)
            {
                order.request.oco = None;
                let asset = order.request.asset;
                self.weigh(asset);
            }
            self.weigh(asset);
        }
    }

    /// Returns whether no order works.
    pub fn is_idle(&self) -> bool {
        self.book.is_empty()
    }

    /// Returns the last bar of an asset, if it has one.
    pub fn last_bar(&self, asset: AssetId) -> Option<&Bar> {
        self.bars[asset.index()].bar.as_ref()
    }

    fn refuses(&mut self, request: &OrderRequest, now: Timestamp) -> Option<String> {
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
        if let Some(entry) = request.parent {
            let works = self
                .book
                .find(entry)
                .is_some_and(|(asset, _)| asset == request.asset);
            return (!works).then(|| format!("its entry {entry} is not working"));
        }
        if request.reduce_only {
            return None;
        }
        self.refuses_exposure(request.asset, request.side, request.quantity, last, now)
    }

    fn refuses_exposure(
        &mut self,
        asset: AssetId,
        side: Side,
        quantity: Quantity,
        last: Price,
        now: Timestamp,
    ) -> Option<String> {
        let held = self.ledger.position(asset).amount;
        let open = self.working(asset);
        let value = self.assets[asset.index()].notional(last, quantity);
        let trial = Trial {
            asset,
            side,
            quantity,
            commission: self.estimate(asset, quantity, value, now),
        };
        if reduces(held, open, &trial) {
            return None;
        }
        if self.rules.account == AccountRules::Cash {
            return cash_refusal(&self.ledger, open, &trial);
        }
        let before = weight(&self.ledger, asset, open);
        let after = weight(&self.ledger, asset, open.with(&trial));
        let carried = self.carry();
        let exposure = carried.total - before + after;
        let worth = carried.value;
        let rules = self.rules.account;
        margin_refusal(rules, &self.ledger, &trial, exposure, worth)
    }

    /// Returns the commission that an order would pay if it took all at once at the last price.
    fn estimate(&self, asset: AssetId, quantity: Quantity, value: Money, now: Timestamp) -> Money {
        let charge = Charge {
            quantity,
            value,
            filled_before: Quantity::ZERO,
            paid_before: Money::ZERO,
            liquidity: Liquidity::Taker,
            month: month_of(now),
        };
        self.commissions[asset.index()].quote(&charge, &self.turnover)
    }

    fn carry(&mut self) -> &Carried {
        if self.carried.is_none() {
            let by_asset: Vec<Money> = (0..)
                .take(self.assets.len())
                .map(|id| weight(&self.ledger, AssetId(id), self.working(AssetId(id))))
                .collect();
            let (total, value) = (by_asset.iter().copied().sum(), self.ledger.value());
            self.carried = Some(Carried {
                by_asset,
                total,
                value,
            });
        }
        self.carried.as_ref().expect("it was set a moment ago")
    }

    /// Weighs the orders of an asset anew after one came, went or changed.
    pub(super) fn weigh(&mut self, asset: AssetId) {
        if self.carried.is_none() {
            return;
        }
        let new = weight(&self.ledger, asset, self.working(asset));
        if let Some(carried) = &mut self.carried {
            let old = std::mem::replace(&mut carried.by_asset[asset.index()], new);
            carried.total += new - old;
        }
    }

    /// Adds up the open orders of an asset; children and reduce-only orders add no exposure, and of
    /// two tied orders of one side only the larger counts.
    fn working(&self, asset: AssetId) -> Working {
        let is_covered = |order: &Resting| {
            let twin = order.request.oco.and_then(|id| self.book.get(id));
            twin.is_some_and(|twin| {
                let alike = twin.request.asset == asset && twin.request.side == order.request.side;
                let (rest, other) = (order.remaining(), twin.remaining());
                alike && (other > rest || (other == rest && twin.id < order.id))
            })
        };
        let mut sum = Working::default();
        for order in self.book.of(asset) {
            if !order.adds_exposure() || is_covered(order) {
                continue;
            }
            match order.request.side {
                Side::Buy => sum.buys += order.remaining(),
                Side::Sell => sum.sells += order.remaining(),
            }
        }
        sum
    }

    fn first_trail(&self, request: &OrderRequest) -> Option<Price> {
        let OrderType::Trail(trail) = request.order_type else {
            return None;
        };
        let last = self.ledger.position(request.asset).last_price;
        Some(trail_from(trail, request.side, last))
    }

    /// Cancels an order on the exchange's own account.
    pub(super) fn end(&mut self, id: OrderId, reason: &Arc<str>, out: &mut Vec<OrderReport>) {
        self.drop_order(id, OrderReport::Canceled(id, Arc::clone(reason)), out);
    }

    /// Removes an order with `last`, its last word; children are cut to what it filled.
    pub(super) fn drop_order(
        &mut self,
        id: OrderId,
        last: OrderReport,
        out: &mut Vec<OrderReport>,
    ) {
        let Some(order) = self.book.remove(id) else {
            return;
        };
        out.push(last);
        self.settle_children(id, order.request.asset, out);
        self.weigh(order.request.asset);
    }

    /// Cuts the children of an entry that is over to what it filled; cancels those with nothing to
    /// close.
    pub(super) fn settle_children(
        &mut self,
        entry: OrderId,
        asset: AssetId,
        out: &mut Vec<OrderReport>,
    ) {
        for id in self.book.children(entry, asset) {
            let Some(child) = self.book.get_mut(id) else {
                continue;
            };
            let whole = child.filled + child.room.unwrap_or_default();
            if whole <= child.filled {
                let reason = if child.awake {
                    "what its entry filled is closed"
                } else {
                    "its entry did not fill"
                };
                self.end(id, &reason.into(), out);
            } else if whole < child.request.quantity {
                child.request.quantity = whole;
                out.push(OrderReport::Replaced(id, Change::to_quantity(whole)));
            }
        }
    }

    fn resize_child(&mut self, id: OrderId, more: Quantity, out: &mut Vec<OrderReport>) {
        let Some(child) = self.book.get_mut(id) else {
            return;
        };
        let whole = child.request.quantity + more;
        if whole > child.filled {
            child.request.quantity = whole;
            out.push(OrderReport::Replaced(id, Change::to_quantity(whole)));
        } else {
            self.end(id, &"its entry became smaller".into(), out);
        }
    }
}

/// Returns the place of each asset's symbol in the order of symbols; equal symbols by asset.
fn ranks(assets: &[Asset]) -> Vec<u32> {
    let mut order: Vec<usize> = (0..assets.len()).collect();
    order.sort_by(|a, b| (&assets[*a].symbol, a).cmp(&(&assets[*b].symbol, b)));
    let mut ranks = vec![0; assets.len()];
    for (rank, at) in (0..).zip(order) {
        ranks[at] = rank;
    }
    ranks
}
