//! What a bar does to working orders (`docs`: the order of things within a bar).
//!
//! Invariants: a bar has three phases, open, inside (touches) and close; within a phase sells come
//! before buys, each by symbol, then by order; the volume limit is used up in that order. A limit has
//! no slippage; a stop fills at its price or the worse open. Where a stop and the target tied to it
//! could both have filled, the stop did.

use chrono::Datelike;
use rust_decimal::Decimal;

use crate::core::message::OrderReport;
use crate::core::model::asset::AssetId;
use crate::core::model::fill::Fill;
use crate::core::model::market::Bar;
use crate::core::model::number::{Price, Quantity, whole_steps};
use crate::core::model::order::{Change, OrderId, OrderType, Side, TimeInForce, Trail};
use crate::core::model::time::Timestamp;
use crate::core::sim::commission::{Charge, Liquidity};
use crate::core::sim::exchange::{Exchange, Resting, trail_from};
use crate::core::sim::rules::{AccountRules, FillAt};
use crate::core::sim::slippage::Trade;
use crate::core::sim::usual::UsualTracker;

/// The bar at hand of one asset, and what of its volume is used up.
#[derive(Clone, Default, Debug)]
pub(super) struct BarState {
    pub(super) bar: Option<Bar>,
    used: Quantity,
    usual: UsualTracker,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    Open,
    Inside,
    Close,
}

/// A price at which an order fills.
#[derive(Clone, Copy, Debug)]
struct Touch {
    price: Price,
    slips: bool,
    liquidity: Liquidity,
}

impl Touch {
    const fn take(price: Price) -> Self {
        Self {
            price,
            slips: true,
            liquidity: Liquidity::Taker,
        }
    }

    const fn limit(price: Price, liquidity: Liquidity) -> Self {
        Self {
            price,
            slips: false,
            liquidity,
        }
    }
}

impl Exchange {
    /// Fills what the bars that end at `now` fill, and marks the account at their closes.
    pub fn on_bars(&mut self, bars: &[(AssetId, Bar)], now: Timestamp, out: &mut Vec<OrderReport>) {
        let needs_usual = self.slippage.needs_usual();
        for (asset, bar) in bars {
            let state = &mut self.bars[asset.index()];
            state.bar = Some(*bar);
            state.used = Quantity::ZERO;
            if needs_usual {
                state.usual.push(bar);
            }
        }
        if !self.orders.is_empty() {
            for phase in [Phase::Open, Phase::Inside, Phase::Close] {
                self.run_phase(bars, phase, now, out);
            }
            self.finish_bars(bars, out);
        }
        for (asset, bar) in bars {
            self.ledger.mark(*asset, bar.close());
        }
    }

    /// Fills market orders placed at `now` at the close of the bar that ended at `now`.
    pub fn fill_at_this_close(&mut self, now: Timestamp, out: &mut Vec<OrderReport>) {
        if self.rules.fill_at != FillAt::ThisClose {
            return;
        }
        let mut due = Vec::new();
        for order in &self.orders {
            let bar = self.bars[order.request.asset.index()].bar;
            if order.request.order_type == OrderType::Market
                && order.awake
                && order.from == now
                && let Some(bar) = bar.filter(|bar| bar.closes == now)
            {
                due.push((order.id, Touch::take(bar.close())));
            }
        }
        self.sort_for_booking(&mut due);
        for (id, touch) in &due {
            self.fill(*id, *touch, now, out);
        }
        for (id, _) in due {
            self.end_if_immediate(id, out);
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
        let mut due = Vec::new();
        for at in 0..self.orders.len() {
            let asset = self.orders[at].request.asset;
            let Some((_, bar)) = bars.iter().find(|(id, _)| *id == asset) else {
                continue;
            };
            if let Some(touch) = self.touch(at, bar, phase) {
                due.push((self.orders[at].id, touch));
            }
        }
        if due.is_empty() {
            return;
        }
        self.sort_for_booking(&mut due);
        for (id, touch) in due {
            self.fill(id, touch, now, out);
        }
        // Stops of entries that filled in this phase may act in the rest of the same bar.
        while phase == Phase::Inside && self.run_woken(bars, now, out) {}
    }

    /// Fills the stops that entries woke inside this bar; returns whether there were any.
    fn run_woken(
        &mut self,
        bars: &[(AssetId, Bar)],
        now: Timestamp,
        out: &mut Vec<OrderReport>,
    ) -> bool {
        let mut due = Vec::new();
        for order in &self.orders {
            let bar = bars.iter().find(|(id, _)| *id == order.request.asset);
            if let Some(touch) = bar.and_then(|(_, bar)| woken_touch(order, bar)) {
                due.push((order.id, touch));
            }
        }
        self.sort_for_booking(&mut due);
        let any = !due.is_empty();
        for (id, touch) in due {
            if let Some(order) = self.orders.iter_mut().find(|order| order.id == id) {
                order.woken_at = None;
                order.triggered = true;
            }
            self.fill(id, touch, now, out);
        }
        any
    }

    fn sort_for_booking(&self, due: &mut [(OrderId, Touch)]) {
        if due.len() < 2 {
            return;
        }
        let key = |id: OrderId| {
            let at = self.orders.binary_search_by_key(&id, |order| order.id);
            let request = &self.orders[at.expect("it was found a moment ago")].request;
            (request.side, &self.assets[request.asset.index()].symbol, id)
        };
        due.sort_by(|(one, _), (other, _)| key(*one).cmp(&key(*other)));
    }

    /// Returns the price at which an order fills in a phase of a bar, and remembers that it triggered.
    fn touch(&mut self, at: usize, bar: &Bar, phase: Phase) -> Option<Touch> {
        let fill_at = self.rules.fill_at;
        let order = &mut self.orders[at];
        if !order.awake {
            return None;
        }
        if order.from > bar.opens {
            // Not eligible in this bar, but for a stop whose entry has just filled in it.
            return if phase == Phase::Inside {
                woken_touch(order, bar).inspect(|_| trigger(order))
            } else {
                None
            };
        }
        let side = order.request.side;
        let touch = match order.request.order_type {
            OrderType::Market => market_touch(bar, phase, fill_at),
            OrderType::Limit(limit) => limit_touch(order, limit, bar, phase),
            OrderType::Stop(stop) => stop_touch(order.triggered, side, stop, bar, phase),
            OrderType::Trail(_) => {
                let stop = order
                    .trail
                    .expect("a trailing stop has a level from its first day");
                stop_touch(order.triggered, side, stop, bar, phase)
            }
            OrderType::StopLimit { stop, limit } => {
                stop_limit_touch(order, stop, limit, bar, phase)
            }
        };
        let is_stop = matches!(
            order.request.order_type,
            OrderType::Stop(_) | OrderType::Trail(_)
        );
        if is_stop && touch.is_some() {
            order.triggered = true;
        }
        if touch.is_some() && phase == Phase::Inside && self.twin_stop_is_touched(at, bar) {
            return None;
        }
        touch
    }

    /// Whether the order at `at` is a target whose tied stop this bar touches too.
    fn twin_stop_is_touched(&self, at: usize, bar: &Bar) -> bool {
        let order = &self.orders[at];
        let Some(twin) = order
            .request
            .oco
            .filter(|_| order.request.order_type.limit().is_some())
        else {
            return false;
        };
        self.orders.iter().any(|other| {
            let stop = match other.request.order_type {
                OrderType::Stop(stop) => Some(stop),
                OrderType::Trail(_) => other.trail,
                OrderType::Market | OrderType::Limit(_) | OrderType::StopLimit { .. } => None,
            };
            other.id == twin
                && other.awake
                && other.from <= bar.opens
                && stop.is_some_and(|stop| is_stop_touched(other.request.side, stop, bar))
        })
    }

    fn fill(&mut self, id: OrderId, touch: Touch, now: Timestamp, out: &mut Vec<OrderReport>) {
        let Ok(at) = self.orders.binary_search_by_key(&id, |order| order.id) else {
            return;
        };
        let asset_id = self.orders[at].request.asset;
        let bar = self.bars[asset_id.index()].bar.expect("a fill needs a bar");
        let Some(quantity) = self.fillable(at, touch, &bar, out) else {
            return;
        };
        let asset = &self.assets[asset_id.index()];
        let order = &mut self.orders[at];
        let side = order.request.side;
        let state = &mut self.bars[asset_id.index()];
        let price = if touch.slips {
            self.slippage.price(&Trade {
                side,
                price: touch.price,
                quantity,
                filled_in_bar: state.used,
                volume: bar.volume(),
                usual: state.usual.usual(),
            })
        } else {
            touch.price
        };
        state.used += quantity;
        let charge = Charge {
            quantity,
            value: asset.notional(price, quantity),
            filled_before: order.filled,
            paid_before: order.paid,
            liquidity: touch.liquidity,
            month: month_of(bar.start),
        };
        let commission = self.commissions[asset_id.index()].charge(&charge, &mut self.turnover);
        order.filled += quantity;
        order.paid += commission;
        let fill = Fill {
            id: self.next_fill,
            order: id,
            asset: asset_id,
            quantity: side.signed(quantity),
            price,
            commission,
            slippage: asset.notional(price - touch.price, side.signed(quantity)),
            time: now,
            bar: bar.start,
        };
        self.next_fill += 1;
        self.ledger.book(&fill, now);
        out.push(OrderReport::Filled(fill));
        self.after_fill(at, quantity, touch.price, bar.closes, out);
    }

    /// Returns how much of an order fills: what volume, position and cash allow; `None` for nothing.
    fn fillable(
        &mut self,
        at: usize,
        touch: Touch,
        bar: &Bar,
        out: &mut Vec<OrderReport>,
    ) -> Option<Quantity> {
        let order = &self.orders[at];
        let id = order.id;
        let asset = &self.assets[order.request.asset.index()];
        let mut quantity = order.remaining();
        if let Some(limit) = self.volume_limit() {
            let share = Quantity::new(bar.volume().get() * limit);
            let left = asset.round_quantity(share) - self.bars[order.request.asset.index()].used;
            quantity = quantity.min(left);
        }
        if order.request.reduce_only {
            let held = self.ledger.position(order.request.asset).amount;
            let reducible = if Side::of(held) == order.request.side {
                Quantity::ZERO
            } else {
                held.abs()
            };
            if reducible.is_zero() {
                self.end(id, &"reduce-only: there is nothing to reduce".into(), out);
                return None;
            }
            quantity = quantity.min(reducible);
        }
        if order.request.tif == TimeInForce::Fok && quantity < order.remaining() {
            return None;
        }
        if quantity <= Quantity::ZERO {
            return None;
        }
        if self.rules.account == AccountRules::Cash && order.request.side == Side::Buy {
            let affordable = self.affordable(at, quantity, touch.price);
            if affordable < quantity {
                let reason = "insufficient funds at the price of the fill".into();
                if affordable.is_zero() {
                    self.end(id, &reason, out);
                    return None;
                }
                // What cannot be paid is cut off the order, so that this fill completes it.
                let order = &mut self.orders[at];
                order.request.quantity = order.filled + affordable;
                quantity = affordable;
            }
        }
        Some(quantity)
    }

    fn affordable(&self, at: usize, quantity: Quantity, price: Price) -> Quantity {
        let order = &self.orders[at];
        let index = order.request.asset.index();
        let asset = &self.assets[index];
        let model = &self.commissions[index];
        let mut wanted = quantity;
        loop {
            let trade = Trade {
                side: Side::Buy,
                price,
                quantity: wanted,
                filled_in_bar: self.bars[index].used,
                volume: self.bars[index]
                    .bar
                    .map_or(Quantity::ZERO, |bar| bar.volume()),
                usual: self.bars[index].usual.usual(),
            };
            let slipped = if matches!(order.request.order_type, OrderType::Limit(_)) {
                price
            } else {
                self.slippage.price(&trade)
            };
            let value = asset.notional(slipped, wanted);
            let cost = value + model.estimate(wanted, value);
            if cost <= self.ledger.cash() || wanted.is_zero() {
                return wanted;
            }
            let unit = asset.notional(slipped, Quantity::new(Decimal::ONE));
            let budget = self.ledger.cash() - (cost - value);
            let fits = whole_steps(budget.get().max(Decimal::ZERO), unit.get(), asset.lot_size)
                .map_or(Quantity::ZERO, Quantity::new);
            wanted = fits
                .min(wanted - Quantity::new(asset.lot_size))
                .max(Quantity::ZERO);
        }
    }

    fn volume_limit(&self) -> Option<Decimal> {
        match (self.rules.volume_limit, self.slippage.volume_limit()) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        }
    }

    /// Wakes children, shrinks or cancels the tied order, removes what is complete.
    fn after_fill(
        &mut self,
        at: usize,
        quantity: Quantity,
        price: Price,
        bar_end: Timestamp,
        out: &mut Vec<OrderReport>,
    ) {
        let id = self.orders[at].id;
        let filled = self.orders[at].filled;
        let twin = self.orders[at].request.oco;
        let complete = self.orders[at].filled >= self.orders[at].request.quantity;
        if complete {
            self.orders.remove(at);
        }
        for child in self
            .orders
            .iter_mut()
            .filter(|order| order.request.parent == Some(id))
        {
            if !child.awake {
                child.awake = true;
                child.from = bar_end;
                child.woken_at = Some(price);
            }
            child.cap = Some(filled);
        }
        if complete {
            for child in self
                .orders
                .iter_mut()
                .filter(|order| order.request.parent == Some(id))
            {
                child.cap = None;
            }
        }
        let Some(twin) = twin else { return };
        if complete {
            self.end(twin, &"the order tied to it filled".into(), out);
        } else if let Some(other) = self.orders.iter_mut().find(|order| order.id == twin) {
            other.request.quantity -= quantity;
            let change = Change {
                quantity: Some(other.request.quantity),
                ..Default::default()
            };
            out.push(OrderReport::Replaced(twin, change));
        }
    }

    /// Ends what lives for one bar only, and lets trailing stops follow.
    fn finish_bars(&mut self, bars: &[(AssetId, Bar)], out: &mut Vec<OrderReport>) {
        let mut immediate = Vec::new();
        for order in &mut self.orders {
            let Some((_, bar)) = bars.iter().find(|(id, _)| *id == order.request.asset) else {
                continue;
            };
            order.woken_at = None;
            if order.from > bar.opens || !order.awake {
                continue;
            }
            order.seen = true;
            if let OrderType::Trail(trail) = order.request.order_type {
                follow(order, trail, bar);
            }
            if matches!(order.request.tif, TimeInForce::Ioc | TimeInForce::Fok) {
                immediate.push(order.id);
            }
        }
        for id in immediate {
            self.end_if_immediate(id, out);
        }
    }

    fn end_if_immediate(&mut self, id: OrderId, out: &mut Vec<OrderReport>) {
        let Some(order) = self.orders.iter().find(|order| order.id == id) else {
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

fn follow(order: &mut Resting, trail: Trail, bar: &Bar) {
    let side = order.request.side;
    let stands = order
        .trail
        .expect("a trailing stop has a level from its first day");
    order.trail = Some(match side {
        Side::Sell => stands.max(trail_from(trail, side, bar.high())),
        Side::Buy => stands.min(trail_from(trail, side, bar.low())),
    });
}

fn trigger(order: &mut Resting) {
    order.triggered = true;
    order.woken_at = None;
}

fn market_touch(bar: &Bar, phase: Phase, fill_at: FillAt) -> Option<Touch> {
    match (phase, fill_at) {
        (Phase::Open, FillAt::NextOpen) => Some(Touch::take(bar.open())),
        (Phase::Close, FillAt::NextClose | FillAt::ThisClose) => Some(Touch::take(bar.close())),
        _ => None,
    }
}

fn limit_touch(order: &Resting, limit: Price, bar: &Bar, phase: Phase) -> Option<Touch> {
    let side = order.request.side;
    let (open_is_better, touched) = match side {
        Side::Buy => (bar.open() <= limit, bar.low() <= limit),
        Side::Sell => (bar.open() >= limit, bar.high() >= limit),
    };
    match phase {
        Phase::Open if open_is_better && order.request.post_only => {
            Some(Touch::limit(limit, Liquidity::Maker))
        }
        Phase::Open if open_is_better => {
            let liquidity = if order.seen {
                Liquidity::Maker
            } else {
                Liquidity::Taker
            };
            Some(Touch::limit(bar.open(), liquidity))
        }
        // What the open phase left over waits for the next bar: the limit on volume is used up.
        Phase::Inside if touched && !open_is_better => Some(Touch::limit(limit, Liquidity::Maker)),
        Phase::Open | Phase::Inside | Phase::Close => None,
    }
}

fn is_stop_touched(side: Side, stop: Price, bar: &Bar) -> bool {
    match side {
        Side::Buy => bar.high() >= stop,
        Side::Sell => bar.low() <= stop,
    }
}

fn opens_beyond(side: Side, stop: Price, bar: &Bar) -> bool {
    match side {
        Side::Buy => bar.open() >= stop,
        Side::Sell => bar.open() <= stop,
    }
}

fn stop_touch(triggered: bool, side: Side, stop: Price, bar: &Bar, phase: Phase) -> Option<Touch> {
    match phase {
        Phase::Open if triggered || opens_beyond(side, stop, bar) => Some(Touch::take(bar.open())),
        Phase::Inside if !triggered && is_stop_touched(side, stop, bar) => Some(Touch::take(stop)),
        Phase::Open | Phase::Inside | Phase::Close => None,
    }
}

fn stop_limit_touch(
    order: &mut Resting,
    stop: Price,
    limit: Price,
    bar: &Bar,
    phase: Phase,
) -> Option<Touch> {
    let side = order.request.side;
    if !order.triggered {
        match phase {
            Phase::Open if opens_beyond(side, stop, bar) => order.triggered = true,
            Phase::Inside if is_stop_touched(side, stop, bar) => {
                // Touched inside the bar: what came before the touch is unknown, so it can fill
                // from the next bar on.
                order.triggered = true;
                order.from = bar.closes;
                return None;
            }
            Phase::Open | Phase::Inside | Phase::Close => return None,
        }
    }
    limit_touch(order, limit, bar, phase)
}

/// Returns where a stop fills whose entry filled inside this bar: at the stop, or at the entry's
/// price where that is already beyond it.
fn woken_touch(order: &Resting, bar: &Bar) -> Option<Touch> {
    let entry = order.woken_at?;
    let OrderType::Stop(stop) = order.request.order_type else {
        return None;
    };
    let side = order.request.side;
    is_stop_touched(side, stop, bar).then(|| {
        Touch::take(match side {
            Side::Sell => stop.min(entry),
            Side::Buy => stop.max(entry),
        })
    })
}

fn month_of(start: Timestamp) -> i32 {
    let date = start.date();
    date.year() * 12 + i32::try_from(date.month0()).expect("a month is below twelve")
}
