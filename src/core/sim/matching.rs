//! What a bar does to working orders (`docs`: the order of things within a bar).
//!
//! Invariants: within a phase sells come before buys, each by symbol, then by order; the volume limit is
//! used up in that order. Where a stop and the target tied to it could both have filled, the stop did.
//! Of tied orders what one fills the other loses; children of a bracket never close more than their
//! entry filled.

use chrono::Datelike;
use rust_decimal::Decimal;

use serde::{Deserialize, Serialize};

use crate::core::message::OrderReport;
use crate::core::model::asset::AssetId;
use crate::core::model::fill::Fill;
use crate::core::model::market::Bar;
use crate::core::model::number::{Price, Quantity};
use crate::core::model::order::{Change, OrderId, OrderType, Side, TimeInForce};
use crate::core::model::time::Timestamp;
use crate::core::sim::commission::Charge;
use crate::core::sim::exchange::Exchange;
use crate::core::sim::rules::{AccountRules, FillAt};
use crate::core::sim::slippage::Trade;
use crate::core::sim::touch::{Phase, Touch, follow, is_touched_stop, touch, woken_touch};
use crate::core::sim::usual::UsualTracker;

/// The bar at hand of one asset, and what of its volume is used up.
#[derive(Clone, Default, Debug, Serialize, Deserialize)]
pub(super) struct BarState {
    pub(super) bar: Option<Bar>,
    used: Quantity,
    pub(super) usual: UsualTracker,
}

/// An order that a phase fills, with its place in the order of booking.
#[derive(Clone, Copy, Debug)]
struct Due {
    side: Side,
    /// The place of its asset's symbol among all.
    rank: u32,
    id: OrderId,
    asset: AssetId,
    touch: Touch,
}

/// How much of an order fills, and why the rest does not live on, if so.
type Portion = (Quantity, Option<&'static str>);

impl Exchange {
    /// Fills what the bars that end at `now` fill, and marks the account at their closes.
    pub fn on_bars(&mut self, bars: &[(AssetId, Bar)], now: Timestamp, out: &mut Vec<OrderReport>) {
        self.carried = None;
        let needs_usual = self.slippage.needs_usual();
        for (asset, bar) in bars {
            let state = &mut self.bars[asset.index()];
            state.bar = Some(*bar);
            state.used = Quantity::ZERO;
            if needs_usual {
                state.usual.push(bar);
            }
        }
        if !self.book.is_empty() {
            for phase in [Phase::Open, Phase::Inside, Phase::Close] {
                self.run_phase(bars, phase, now, out);
            }
            self.finish_bars(bars, out);
        }
        for (asset, bar) in bars {
            self.ledger.mark(*asset, bar.close());
        }
    }

    /// Fills market orders at the closes of the bars that ended at `now`, where the rules say so.
    pub fn fill_at_this_close(
        &mut self,
        bars: &[(AssetId, Bar)],
        now: Timestamp,
        out: &mut Vec<OrderReport>,
    ) {
        if self.rules.fill_at != FillAt::ThisClose || self.book.is_empty() {
            return;
        }
        let mut due = Vec::new();
        for (asset, bar) in bars {
            for at in 0..self.book.of(*asset).len() {
                let order = &self.book.of(*asset)[at];
                // Placed by the handlers of this bar, or working since before it began.
                let eligible =
                    order.is_eligible(bar.opens) || (order.awake && order.from == bar.closes);
                if order.request.order_type == OrderType::Market && eligible {
                    due.push(self.due(*asset, at, Touch::take(bar.close())));
                    self.note_session(*asset, at, bar);
                }
            }
        }
        self.book_all(&mut due, Phase::Close, now, out);
        for due in due {
            self.end_if_immediate(due.id, out);
        }
        for (at, state) in self.bars.iter().enumerate() {
            if let Some(bar) = state.bar.filter(|bar| bar.closes == now) {
                let id = AssetId(u32::try_from(at).unwrap_or(u32::MAX));
                self.ledger.mark(id, bar.close());
            }
        }
    }

    fn run_phase(
        &mut self,
        bars: &[(AssetId, Bar)],
        phase: Phase,
        now: Timestamp,
        out: &mut Vec<OrderReport>,
    ) {
        let fill_at = self.rules.fill_at;
        let mut due = Vec::new();
        for (asset, bar) in bars {
            for at in 0..self.book.of(*asset).len() {
                let order = &mut self.book.of_mut(*asset)[at];
                let Some(touch) = touch(order, bar, phase, fill_at) else {
                    continue;
                };
                if phase == Phase::Inside && self.twin_stop_is_touched(*asset, at, bar) {
                    continue;
                }
                due.push(self.due(*asset, at, touch));
            }
        }
        self.book_all(&mut due, phase, now, out);
        // Stops of entries that filled in this phase may act in the rest of the same bar.
        while phase == Phase::Inside && !due.is_empty() {
            due.clear();
            for (asset, bar) in bars {
                for at in 0..self.book.of(*asset).len() {
                    if let Some(touch) = woken_touch(&mut self.book.of_mut(*asset)[at], bar) {
                        due.push(self.due(*asset, at, touch));
                    }
                }
            }
            self.book_all(&mut due, phase, now, out);
        }
    }

    fn due(&self, asset: AssetId, at: usize, touch: Touch) -> Due {
        let order = &self.book.of(asset)[at];
        Due {
            side: order.request.side,
            rank: self.ranks[asset.index()],
            id: order.id,
            asset,
            touch,
        }
    }

    fn book_all(
        &mut self,
        due: &mut [Due],
        phase: Phase,
        now: Timestamp,
        out: &mut Vec<OrderReport>,
    ) {
        due.sort_unstable_by_key(|due| (due.side, due.rank, due.id));
        for due in due {
            self.fill(due, phase, now, out);
        }
    }

    /// Whether an order is a target whose tied stop is touched by a bar that ends together with `bar`.
    fn twin_stop_is_touched(&self, asset: AssetId, at: usize, bar: &Bar) -> bool {
        let request = &self.book.of(asset)[at].request;
        let is_limit = request.order_type.limit().is_some();
        let twin = request.oco.filter(|_| is_limit);
        let Some(twin) = twin.and_then(|id| self.book.get(id)) else {
            return false;
        };
        self.bars[twin.request.asset.index()]
            .bar
            .is_some_and(|other| other.closes == bar.closes && is_touched_stop(twin, &other))
    }

    fn fill(&mut self, due: &Due, phase: Phase, now: Timestamp, out: &mut Vec<OrderReport>) {
        // It may be gone since the phase began: canceled by the fill of the order tied to it.
        let (Some((_, at)), Some(bar)) = (self.book.find(due.id), self.bars[due.asset.index()].bar)
        else {
            return;
        };
        let (quantity, end) = self.fillable(due, at, &bar);
        if quantity > Quantity::ZERO {
            self.execute(due, at, quantity, &bar, now, out);
            self.after_fill(due, at, quantity, phase, bar.closes, out);
        }
        if let Some(reason) = end {
            self.end(due.id, &reason.into(), out);
        }
    }

    /// Books a fill and reports it.
    fn execute(
        &mut self,
        due: &Due,
        at: usize,
        quantity: Quantity,
        bar: &Bar,
        now: Timestamp,
        out: &mut Vec<OrderReport>,
    ) {
        let price = self.slipped(due, quantity, bar);
        let charge = self.charge(due, at, quantity, price, bar);
        let index = due.asset.index();
        self.bars[index].used += quantity;
        let commission = self.commissions[index].charge(&charge, &mut self.turnover);
        let asset = &self.assets[index];
        let signed = due.side.signed(quantity);
        let fill = Fill {
            id: self.next_fill,
            order: due.id,
            asset: due.asset,
            quantity: signed,
            price,
            commission,
            slippage: asset.notional(price - due.touch.price, signed),
            time: now,
            bar: bar.start,
        };
        self.next_fill += 1;
        self.carried = None;
        let order = &mut self.book.of_mut(due.asset)[at];
        order.filled += quantity;
        order.paid += commission;
        self.ledger.book(&fill, now);
        out.push(OrderReport::Filled(fill));
    }

    fn slipped(&self, due: &Due, quantity: Quantity, bar: &Bar) -> Price {
        if !due.touch.slips {
            return due.touch.price;
        }
        let state = &self.bars[due.asset.index()];
        self.slippage.price(&Trade {
            side: due.side,
            price: due.touch.price,
            quantity,
            filled_in_bar: state.used,
            volume: bar.volume(),
            usual: state.usual.usual(),
        })
    }

    fn charge(&self, due: &Due, at: usize, quantity: Quantity, price: Price, bar: &Bar) -> Charge {
        let order = &self.book.of(due.asset)[at];
        Charge {
            quantity,
            value: self.assets[due.asset.index()].notional(price, quantity),
            filled_before: order.filled,
            paid_before: order.paid,
            liquidity: due.touch.liquidity,
            month: month_of(bar.start),
        }
    }

    /// Returns how much of an order fills: what volume, position and cash allow.
    fn fillable(&self, due: &Due, at: usize, bar: &Bar) -> Portion {
        let order = &self.book.of(due.asset)[at];
        let asset = &self.assets[due.asset.index()];
        let whole = order.remaining();
        let mut quantity = whole;
        let mut end = None;
        if let Some(limit) = self.volume_limit() {
            let share = Quantity::new(bar.volume().get() * limit);
            let left = asset.round_quantity(share) - self.bars[due.asset.index()].used;
            quantity = quantity.min(left).max(Quantity::ZERO);
        }
        let held = self.ledger.position(due.asset).amount;
        let in_cash = self.rules.account == AccountRules::Cash;
        if order.request.reduce_only || (in_cash && due.side == Side::Sell) {
            let opposite = !held.is_zero() && Side::of(held) != due.side;
            let reducible = if opposite { held.abs() } else { Quantity::ZERO };
            if reducible < quantity {
                quantity = reducible;
            }
            if reducible.is_zero() {
                end = Some("there is nothing left that it could reduce");
            }
        }
        if in_cash && due.side == Side::Buy && !quantity.is_zero() {
            let affordable = self.affordable(due, at, quantity, bar);
            if affordable < quantity {
                quantity = affordable;
                end = Some("insufficient funds at the price of the fill");
            }
        }
        if order.request.tif == TimeInForce::Fok && quantity < whole {
            quantity = Quantity::ZERO;
        }
        (quantity, end)
    }

    /// Returns the most lots, up to `wanted`, whose price and commission the cash covers.
    fn affordable(&self, due: &Due, at: usize, wanted: Quantity, bar: &Bar) -> Quantity {
        let cash = self.ledger.cash();
        let is_covered = |quantity: Quantity| {
            let price = self.slipped(due, quantity, bar);
            let charge = self.charge(due, at, quantity, price, bar);
            let fee = self.commissions[due.asset.index()].quote(&charge, &self.turnover);
            charge.value + fee <= cash
        };
        if is_covered(wanted) {
            return wanted;
        }
        let lot = self.assets[due.asset.index()].lot_size;
        let (mut low, mut high) = (Decimal::ZERO, (wanted.get() / lot).ceil());
        while high - low > Decimal::ONE {
            let middle = ((low + high) / Decimal::TWO).trunc();
            if is_covered(Quantity::new(middle * lot)) {
                low = middle;
            } else {
                high = middle;
            }
        }
        Quantity::new(low * lot)
    }

    fn volume_limit(&self) -> Option<Decimal> {
        match (self.rules.volume_limit, self.slippage.volume_limit()) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        }
    }

    /// Removes what is complete, wakes children, shrinks or cancels the tied order.
    fn after_fill(
        &mut self,
        due: &Due,
        at: usize,
        quantity: Quantity,
        phase: Phase,
        bar_end: Timestamp,
        out: &mut Vec<OrderReport>,
    ) {
        let order = &self.book.of(due.asset)[at];
        let (twin, entry) = (order.request.oco, order.request.parent);
        let complete = order.filled >= order.request.quantity;
        if let Some(entry) = entry {
            // What one child closes no other can.
            for child in self.book.of_mut(due.asset) {
                if let Some(room) = child
                    .room
                    .as_mut()
                    .filter(|_| child.request.parent == Some(entry))
                {
                    *room = (*room - quantity).max(Quantity::ZERO);
                }
            }
        }
        if complete {
            self.book.remove(due.id);
        }
        for child in self.book.of_mut(due.asset) {
            if child.request.parent != Some(due.id) {
                continue;
            }
            if !child.awake {
                child.awake = true;
                child.from = bar_end;
                // After the close nothing of the bar is left in which a stop could act.
                child.woken_at = (phase != Phase::Close).then_some(due.touch.price);
            }
            if let Some(room) = &mut child.room {
                *room += quantity;
            }
        }
        if complete {
            self.settle_children(due.id, due.asset, out);
        }
        match twin {
            Some(twin) if complete => {
                self.end(twin, &"the order tied to it filled".into(), out);
            }
            Some(twin) => self.shrink(twin, quantity, out),
            None => {}
        }
        if let Some(entry) = entry.filter(|entry| self.book.get(*entry).is_none()) {
            self.settle_children(entry, due.asset, out);
        }
    }

    /// Takes from an order what the one tied to it filled in part.
    fn shrink(&mut self, id: OrderId, quantity: Quantity, out: &mut Vec<OrderReport>) {
        let Some(order) = self.book.get_mut(id) else {
            return;
        };
        let left = order.request.quantity - quantity;
        if left <= order.filled {
            self.end(id, &"the order tied to it filled".into(), out);
            return;
        }
        order.request.quantity = left;
        out.push(OrderReport::Replaced(id, Change::to_quantity(left)));
    }

    /// Ends what lives for one bar only, and lets trailing stops follow.
    fn finish_bars(&mut self, bars: &[(AssetId, Bar)], out: &mut Vec<OrderReport>) {
        let mut immediate = Vec::new();
        for (asset, bar) in bars {
            for at in 0..self.book.of(*asset).len() {
                let order = &mut self.book.of_mut(*asset)[at];
                let woken = order.woken_at.take().is_some();
                let eligible = order.is_eligible(bar.opens);
                // A stop that woke in this bar could have filled in it.
                if eligible || (woken && order.request.order_type.stop().is_some()) {
                    self.note_session(*asset, at, bar);
                }
                if !eligible {
                    continue;
                }
                let order = &mut self.book.of_mut(*asset)[at];
                // A stop-limit that triggered inside this bar is no limit order yet.
                order.seen = order.limit_from <= bar.opens;
                follow(order, bar);
                if order.request.tif.is_immediate() {
                    immediate.push(order.id);
                }
            }
        }
        for id in immediate {
            self.end_if_immediate(id, out);
        }
    }

    fn end_if_immediate(&mut self, id: OrderId, out: &mut Vec<OrderReport>) {
        let Some(order) = self.book.get(id) else {
            return;
        };
        let reason = match order.request.tif {
            TimeInForce::Ioc => "ioc: the rest did not fill at once",
            TimeInForce::Fok => "fok: it could not fill whole at once",
            TimeInForce::Gtc | TimeInForce::Day => return,
        };
        self.end(id, &reason.into(), out);
    }
}

/// Returns the month of an instant as `year × 12 + month`.
pub(super) fn month_of(start: Timestamp) -> i32 {
    let date = start.date();
    date.year() * 12 + i32::try_from(date.month0()).unwrap_or_default()
}
