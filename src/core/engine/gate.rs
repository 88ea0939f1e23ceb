//! The only place where an intent becomes an order (R-ORD-5, R-RSK-3).
//!
//! Invariants: quantities are rounded towards zero to the lot and prices to the tick before anything
//! is checked; a refusal names its rule and the values; what is refused never leaves.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::core::engine::desk::Desk;
use crate::core::model::asset::{Asset, AssetId};
use crate::core::model::number::{Money, Price, Quantity};
use crate::core::model::order::{Change, Order, OrderRequest, OrderType, Side, Trail};

/// The largest quantity of one order; keeps every product within 28 digits.
pub const MAX_QUANTITY: Decimal = Decimal::from_parts(1_215_752_192, 23, 0, false, 0);

/// The largest price of an order; likewise.
pub const MAX_PRICE: Decimal = Decimal::from_parts(3_567_587_328, 232, 0, false, 0);

/// The limits that a strategy or a configuration sets for itself.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
pub struct Limits {
    /// The largest gross exposure over portfolio value.
    pub max_leverage: Option<Decimal>,
    /// The largest position in units, for one asset or, under `None`, for all.
    pub max_position: Vec<(Option<AssetId>, Quantity)>,
    /// The largest order in units, likewise.
    pub max_order: Vec<(Option<AssetId>, Quantity)>,
    /// Whether positions may not go below zero.
    pub long_only: bool,
    /// Assets that may not be traded.
    pub do_not_trade: BTreeSet<AssetId>,
}

/// Why an order was refused before it left.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Denial {
    /// Orders have no place in this handler.
    #[error("orders may not be placed in {handler}")]
    Handler {
        /// The handler.
        handler: String,
    },
    /// Trading is halted.
    #[error("trading is halted ({0}); only orders that reduce are taken")]
    Halted(String),
    /// Nothing is known of its price.
    #[error("{symbol} has no price yet")]
    NoPrice {
        /// The asset.
        symbol: String,
    },
    /// A price that is not above zero.
    #[error("{what} must be above zero, was {price}")]
    Price {
        /// Which price.
        what: &'static str,
        /// Its value.
        price: Price,
    },
    /// A price too large to reckon with.
    #[error("{what} {price} is out of range")]
    PriceRange {
        /// Which price.
        what: &'static str,
        /// Its value.
        price: Price,
    },
    /// A trailing distance out of range.
    #[error("trail_percent must lie between 0 and 1, was {0}")]
    TrailPercent(Decimal),
    /// Too large to reckon with.
    #[error("the quantity {0} is out of range")]
    Quantity(Quantity),
    /// Below the exchange's smallest quantity.
    #[error("{symbol}: quantity {quantity} is below the minimum of {minimum}")]
    MinQuantity {
        /// The asset.
        symbol: String,
        /// The quantity, rounded.
        quantity: Quantity,
        /// The rule.
        minimum: Quantity,
    },
    /// Below the exchange's smallest value.
    #[error("{symbol}: a value of {value} is below the minimum notional of {minimum}")]
    MinNotional {
        /// The asset.
        symbol: String,
        /// The value.
        value: Money,
        /// The rule.
        minimum: Money,
    },
    /// Over the strategy's own limit on an order.
    #[error("max_order: {quantity} {symbol} is more than {limit}")]
    MaxOrder {
        /// The asset.
        symbol: String,
        /// The quantity.
        quantity: Quantity,
        /// The rule.
        limit: Quantity,
    },
    /// Over the strategy's own limit on a position.
    #[error("max_position: {symbol} could become {quantity}, the limit is {limit}")]
    MaxPosition {
        /// The asset.
        symbol: String,
        /// The position that could come about.
        quantity: Quantity,
        /// The rule.
        limit: Quantity,
    },
    /// Would go short.
    #[error("long_only: {symbol} could become {quantity}")]
    LongOnly {
        /// The asset.
        symbol: String,
        /// The position that could come about.
        quantity: Quantity,
    },
    /// On the list of what may not be traded.
    #[error("do_not_trade: {0} is on the list")]
    DoNotTrade(String),
    /// Over the strategy's own limit on leverage.
    #[error("max_leverage: leverage could become {leverage}, the limit is {limit}")]
    MaxLeverage {
        /// The leverage that could come about, to four decimals.
        leverage: Decimal,
        /// The rule.
        limit: Decimal,
    },
}

/// Rounds a request to the asset's rules.
pub(super) fn round(request: &mut OrderRequest, asset: &Asset) {
    request.quantity = asset.round_quantity(request.quantity);
    let side = request.side;
    request.order_type = match request.order_type {
        OrderType::Limit(limit) => OrderType::Limit(asset.round_limit(side, limit)),
        OrderType::Stop(stop) => OrderType::Stop(asset.round_stop(side, stop)),
        OrderType::StopLimit { stop, limit } => OrderType::StopLimit {
            stop: asset.round_stop(side, stop),
            limit: asset.round_limit(side, limit),
        },
        OrderType::Market | OrderType::Trail(_) => request.order_type,
    };
}

/// Rounds a change to the rules of the order's asset.
pub(super) fn round_change(change: Change, side: Side, asset: &Asset) -> Change {
    Change {
        quantity: change.quantity.map(|units| asset.round_quantity(units)),
        limit: change.limit.map(|price| asset.round_limit(side, price)),
        stop: change.stop.map(|price| asset.round_stop(side, price)),
    }
}

/// Checks a rounded request against the asset's rules and the strategy's limits.
pub(super) fn check(desk: &Desk, request: &OrderRequest) -> Result<(), Denial> {
    if !desk.may_order() {
        return Err(Denial::Handler {
            handler: desk.handler().to_owned(),
        });
    }
    check_halt(desk, request)?;
    let asset = &desk.assets()[request.asset.index()];
    let symbol = || asset.symbol.to_string();
    if desk.limits.do_not_trade.contains(&request.asset) {
        return Err(Denial::DoNotTrade(symbol()));
    }
    check_exchange(desk, request)?;
    check_order(desk, request)?;
    check_position(desk, request)?;
    check_leverage(desk, request)
}

/// While trading is halted, only what shrinks a position passes.
fn check_halt(desk: &Desk, request: &OrderRequest) -> Result<(), Denial> {
    let Some(why) = &desk.halted else {
        return Ok(());
    };
    let held = desk.ledger.position(request.asset).amount;
    let could = could_hold(desk, request);
    let flips = could.is_long() != held.is_long() && !could.is_zero();
    if only_reduces(request) || (could.abs() < held.abs() && !flips) {
        return Ok(());
    }
    Err(Denial::Halted(why.to_string()))
}

/// Checks a rounded change of an order like a new one, and the units it adds against the strategy's
/// limits.
pub(super) fn check_change(desk: &Desk, order: &Order, change: Change) -> Result<(), Denial> {
    let mut request = order.request.clone();
    let before = request.quantity;
    request.apply(change);
    check_exchange(desk, &request)?;
    if request.quantity <= before {
        return Ok(());
    }
    request.quantity -= before;
    check_halt(desk, &request)?;
    request.quantity += before;
    check_order(desk, &request)?;
    request.quantity -= before;
    check_position(desk, &request)?;
    check_leverage(desk, &request)
}

/// Checks a rounded request against the rules of its exchange.
fn check_exchange(desk: &Desk, request: &OrderRequest) -> Result<(), Denial> {
    let asset = desk.asset(request.asset);
    let symbol = || asset.symbol.to_string();
    check_prices(request)?;
    if request.quantity.get() > MAX_QUANTITY {
        return Err(Denial::Quantity(request.quantity));
    }
    let Some(last) = desk.market.last_price(request.asset) else {
        return Err(Denial::NoPrice { symbol: symbol() });
    };
    in_range("the last price", last)?;
    if request.quantity < asset.min_quantity {
        return Err(Denial::MinQuantity {
            symbol: symbol(),
            quantity: request.quantity,
            minimum: asset.min_quantity,
        });
    }
    let value = asset.notional(request.order_type.limit().unwrap_or(last), request.quantity);
    if value < asset.min_notional {
        return Err(Denial::MinNotional {
            symbol: symbol(),
            value,
            minimum: asset.min_notional,
        });
    }
    Ok(())
}

fn in_range(what: &'static str, price: Price) -> Result<(), Denial> {
    if price.get() > MAX_PRICE {
        return Err(Denial::PriceRange { what, price });
    }
    Ok(())
}

fn check_prices(request: &OrderRequest) -> Result<(), Denial> {
    let positive = |what, price: Price| {
        if price <= Price::ZERO {
            Err(Denial::Price { what, price })
        } else {
            in_range(what, price)
        }
    };
    if let Some(limit) = request.order_type.limit() {
        positive("limit", limit)?;
    }
    if let Some(stop) = request.order_type.stop() {
        positive("stop", stop)?;
    }
    match request.order_type {
        OrderType::Trail(Trail::Amount(amount)) => positive("trail", amount),
        OrderType::Trail(Trail::Fraction(f)) if f <= Decimal::ZERO || f >= Decimal::ONE => {
            Err(Denial::TrailPercent(f))
        }
        OrderType::Market
        | OrderType::Limit(_)
        | OrderType::Stop(_)
        | OrderType::StopLimit { .. }
        | OrderType::Trail(_) => Ok(()),
    }
}

fn check_order(desk: &Desk, request: &OrderRequest) -> Result<(), Denial> {
    let limit = smallest(&desk.limits.max_order, request.asset);
    if let Some(limit) = limit.filter(|limit| request.quantity > *limit) {
        return Err(Denial::MaxOrder {
            symbol: desk.asset(request.asset).symbol.to_string(),
            quantity: request.quantity,
            limit,
        });
    }
    Ok(())
}

/// Whether an order can only shrink what is held, or what its entry will hold.
fn only_reduces(request: &OrderRequest) -> bool {
    request.reduce_only || request.parent.is_some()
}

/// Returns what the position could become when an order and all open ones of its side fill.
fn could_hold(desk: &Desk, request: &OrderRequest) -> Quantity {
    desk.ledger.position(request.asset).amount
        + open_units(desk, request.asset, request.side)
        + request.side.signed(request.quantity)
}

fn check_position(desk: &Desk, request: &OrderRequest) -> Result<(), Denial> {
    if only_reduces(request) {
        return Ok(());
    }
    let symbol = || desk.asset(request.asset).symbol.to_string();
    let could = could_hold(desk, request);
    let grows = could.abs() > desk.ledger.position(request.asset).amount.abs();
    let limit = smallest(&desk.limits.max_position, request.asset);
    if let Some(limit) = limit.filter(|limit| grows && could.abs() > *limit) {
        return Err(Denial::MaxPosition {
            symbol: symbol(),
            quantity: could,
            limit,
        });
    }
    if desk.limits.long_only && request.side == Side::Sell && could.is_short() {
        return Err(Denial::LongOnly {
            symbol: symbol(),
            quantity: could,
        });
    }
    Ok(())
}

/// Judges the leverage that could come about when this and all open orders fill, at last prices.
fn check_leverage(desk: &Desk, request: &OrderRequest) -> Result<(), Denial> {
    let Some(limit) = desk.limits.max_leverage else {
        return Ok(());
    };
    let could = could_hold(desk, request);
    let held = desk.ledger.position(request.asset).amount;
    if only_reduces(request) || could.abs() <= held.abs() {
        return Ok(());
    }
    let mut in_play: BTreeSet<AssetId> = desk.orders.open_assets().collect();
    in_play.extend(desk.ledger.held());
    in_play.remove(&request.asset);
    let exposure = |id: AssetId, units: Quantity| {
        let last = desk.market.last_price(id).unwrap_or_default();
        desk.asset(id).notional(last, units.abs())
    };
    let others: Money = in_play
        .into_iter()
        .map(|id| {
            let held = desk.ledger.position(id).amount;
            let bought = held + open_units(desk, id, Side::Buy);
            let sold = held + open_units(desk, id, Side::Sell);
            exposure(id, bought.abs().max(sold.abs()))
        })
        .sum();
    let leverage = (others + exposure(request.asset, could))
        .get()
        .checked_div(desk.ledger.value().get())
        .unwrap_or_default();
    if leverage > limit {
        return Err(Denial::MaxLeverage {
            leverage: leverage.round_dp(4).normalize(),
            limit,
        });
    }
    Ok(())
}

/// Returns the smallest limit that holds for an asset.
fn smallest(limits: &[(Option<AssetId>, Quantity)], asset: AssetId) -> Option<Quantity> {
    limits
        .iter()
        .filter(|(id, _)| id.is_none_or(|id| id == asset))
        .map(|(_, limit)| *limit)
        .min()
}

/// Returns the signed units that open orders of one side may still add; children and reduce-only
/// orders add none, and of two tied orders of one side only the larger counts.
fn open_units(desk: &Desk, asset: AssetId, side: Side) -> Quantity {
    let is_covered = |order: &Order| {
        let twin = order.request.oco.and_then(|id| desk.orders.get(id));
        twin.is_some_and(|twin| {
            let alike = twin.request.asset == asset && twin.request.side == side;
            let (rest, other) = (order.remaining(), twin.remaining());
            alike && twin.is_open() && (other > rest || (other == rest && twin.id < order.id))
        })
    };
    desk.orders
        .open_of(asset)
        .filter(|order| order.request.side == side && !only_reduces(&order.request))
        .filter(|order| !is_covered(order))
        .map(|order| side.signed(order.remaining()))
        .sum()
}
