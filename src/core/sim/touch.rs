//! At what price a bar fills an order, if at all.
//!
//! Invariants: a bar has three phases, open, inside (touches) and close; a limit has no slippage; a stop
//! fills at its price or the worse open. Knows nothing of volume, cash or other orders.

use crate::core::model::market::Bar;
use crate::core::model::number::Price;
use crate::core::model::order::{OrderType, Side, Trail};
use crate::core::sim::book::Resting;
use crate::core::sim::commission::Liquidity;
use crate::core::sim::rules::FillAt;

/// A part of a bar, in order of time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Phase {
    Open,
    Inside,
    Close,
}

/// A price at which an order fills.
#[derive(Clone, Copy, Debug)]
pub(super) struct Touch {
    pub(super) price: Price,
    pub(super) slips: bool,
    pub(super) liquidity: Liquidity,
}

impl Touch {
    pub(super) const fn take(price: Price) -> Self {
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

/// Returns the price at which an order fills in a phase of a bar, and remembers that it triggered.
pub(super) fn touch(
    order: &mut Resting,
    bar: &Bar,
    phase: Phase,
    fill_at: FillAt,
) -> Option<Touch> {
    if !order.is_eligible(bar.opens) {
        // Not in this bar, but for a stop whose entry has just filled in it.
        return match phase {
            Phase::Inside => woken_touch(order, bar),
            Phase::Open | Phase::Close => None,
        };
    }
    let side = order.request.side;
    match order.request.order_type {
        OrderType::Market => market_touch(bar, phase, fill_at),
        OrderType::Limit(limit) => limit_touch(order, limit, bar, phase),
        OrderType::Stop(stop) => stop_touch(&mut order.triggered, side, stop, bar, phase),
        OrderType::Trail(_) => {
            let stop = order.trail?;
            stop_touch(&mut order.triggered, side, stop, bar, phase)
        }
        OrderType::StopLimit { stop, limit } => stop_limit_touch(order, stop, limit, bar, phase),
    }
}

/// Whether an order is a stop that the bar touches, whatever its phase.
pub(super) fn is_touched_stop(order: &Resting, bar: &Bar) -> bool {
    let stop = match order.request.order_type {
        OrderType::Stop(stop) => Some(stop),
        OrderType::Trail(_) => order.trail,
        OrderType::Market | OrderType::Limit(_) | OrderType::StopLimit { .. } => None,
    };
    order.is_eligible(bar.opens)
        && stop.is_some_and(|stop| is_stop_touched(order.request.side, stop, bar))
}

/// Lets a trailing stop follow the favorable extreme of a bar; it never loosens.
pub(super) fn follow(order: &mut Resting, bar: &Bar) {
    let (OrderType::Trail(trail), Some(stands)) = (order.request.order_type, order.trail) else {
        return;
    };
    let side = order.request.side;
    order.trail = Some(match side {
        Side::Sell => stands.max(trail_from(trail, side, bar.high())),
        Side::Buy => stands.min(trail_from(trail, side, bar.low())),
    });
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

/// Where `this_close` governs, market orders fill after the handlers, not in a phase.
fn market_touch(bar: &Bar, phase: Phase, fill_at: FillAt) -> Option<Touch> {
    match (phase, fill_at) {
        (Phase::Open, FillAt::NextOpen) => Some(Touch::take(bar.open())),
        (Phase::Close, FillAt::NextClose) => Some(Touch::take(bar.close())),
        (
            Phase::Open | Phase::Inside | Phase::Close,
            FillAt::NextOpen | FillAt::NextClose | FillAt::ThisClose,
        ) => None,
    }
}

fn limit_touch(order: &Resting, limit: Price, bar: &Bar, phase: Phase) -> Option<Touch> {
    let (open_is_better, touched) = match order.request.side {
        Side::Buy => (bar.open() <= limit, bar.low() <= limit),
        Side::Sell => (bar.open() >= limit, bar.high() >= limit),
    };
    match phase {
        Phase::Open if open_is_better => {
            // What may only rest rested before the open.
            let rests = order.seen || order.request.post_only;
            let liquidity = if rests {
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

fn stop_touch(
    triggered: &mut bool,
    side: Side,
    stop: Price,
    bar: &Bar,
    phase: Phase,
) -> Option<Touch> {
    let touch = match phase {
        Phase::Open if *triggered || opens_beyond(side, stop, bar) => Touch::take(bar.open()),
        Phase::Inside if !*triggered && is_stop_touched(side, stop, bar) => Touch::take(stop),
        Phase::Open | Phase::Inside | Phase::Close => return None,
    };
    *triggered = true;
    Some(touch)
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
            Phase::Open if opens_beyond(side, stop, bar) => order.limit_from = bar.opens,
            // What came before the touch is unknown, so it can fill from the next bar on.
            Phase::Inside if is_stop_touched(side, stop, bar) => order.limit_from = bar.closes,
            Phase::Open | Phase::Inside | Phase::Close => return None,
        }
        order.triggered = true;
        // Only now is it a limit order: the bar that it may first fill in is its first.
        order.seen = false;
    }
    if order.limit_from > bar.opens {
        return None;
    }
    limit_touch(order, limit, bar, phase)
}

/// Returns where a stop fills whose entry filled inside this bar: at the stop, or at the entry's price
/// where that is already beyond it.
pub(super) fn woken_touch(order: &mut Resting, bar: &Bar) -> Option<Touch> {
    let entry = order.woken_at?;
    let OrderType::Stop(stop) = order.request.order_type else {
        return None;
    };
    let side = order.request.side;
    if !is_stop_touched(side, stop, bar) {
        return None;
    }
    order.woken_at = None;
    order.triggered = true;
    Some(Touch::take(match side {
        Side::Sell => stop.min(entry),
        Side::Buy => stop.max(entry),
    }))
}
