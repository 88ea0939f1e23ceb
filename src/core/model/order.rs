//! Orders as requested and as tracked.
//!
//! Invariants: a request has a positive quantity and a side; prices are positive. A tracked
//! `Order` changes only through [`crate::core::model::status`] and fills. Knows nothing of brokers.

use std::fmt;
use std::sync::Arc;

use rust_decimal::Decimal;

use serde::{Deserialize, Serialize};

use crate::core::model::asset::{Asset, AssetId};
use crate::core::model::number::{Money, Price, Quantity};
use crate::core::model::status::OrderStatus;
use crate::core::model::time::Timestamp;

/// The number of an order within one run, from 1 in order of release; prints as `o1`, `o2`, …
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct OrderId(pub u64);

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "o{}", self.0)
    }
}

impl OrderId {
    /// Reads `o12`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('o')?;
        if digits.starts_with('0') || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        digits.parse().ok().map(Self)
    }
}

/// Buy or sell.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Reduces units held; first, since sells are booked before buys.
    Sell,
    /// Adds units held.
    Buy,
}

impl Side {
    /// Returns `buy` or `sell`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Buy => "buy",
            Self::Sell => "sell",
        }
    }

    /// Returns the side of a signed quantity; zero counts as a buy.
    pub fn of(quantity: Quantity) -> Self {
        if quantity.is_short() {
            Self::Sell
        } else {
            Self::Buy
        }
    }

    /// Gives an unsigned quantity the sign of this side.
    pub fn signed(self, quantity: Quantity) -> Quantity {
        match self {
            Self::Buy => quantity,
            Self::Sell => -quantity,
        }
    }

    /// Returns the other side.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Buy => Self::Sell,
            Self::Sell => Self::Buy,
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How an order may fill.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderType {
    /// At the market.
    Market,
    /// At this price or better.
    Limit(Price),
    /// At the market once this price is touched.
    Stop(Price),
    /// As a limit order once the stop is touched.
    StopLimit {
        /// The trigger.
        stop: Price,
        /// The limit.
        limit: Price,
    },
    /// As a stop that follows the market's favorable extreme.
    Trail(Trail),
}

/// How far a trailing stop stays behind.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trail {
    /// By an amount of price.
    Amount(Price),
    /// By a fraction of the extreme, between 0 and 1 exclusive.
    Fraction(Decimal),
}

impl OrderType {
    /// Returns `market`, `limit`, `stop`, `stop_limit` or `trailing_stop`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Market => "market",
            Self::Limit(_) => "limit",
            Self::Stop(_) => "stop",
            Self::StopLimit { .. } => "stop_limit",
            Self::Trail(_) => "trailing_stop",
        }
    }

    /// Returns the limit price, if it has one.
    pub const fn limit(self) -> Option<Price> {
        match self {
            Self::Limit(limit) | Self::StopLimit { limit, .. } => Some(limit),
            Self::Market | Self::Stop(_) | Self::Trail(_) => None,
        }
    }

    /// Returns the fixed trigger, if it has one; a trailing stop has none.
    pub const fn stop(self) -> Option<Price> {
        match self {
            Self::Stop(stop) | Self::StopLimit { stop, .. } => Some(stop),
            Self::Market | Self::Limit(_) | Self::Trail(_) => None,
        }
    }
}

/// How long an order works.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeInForce {
    /// Until canceled.
    #[default]
    Gtc,
    /// To the end of the first session in which it could fill.
    Day,
    /// What fills at once fills, the rest is canceled.
    Ioc,
    /// All at once or nothing.
    Fok,
}

impl TimeInForce {
    /// Returns `gtc`, `day`, `ioc` or `fok`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gtc => "gtc",
            Self::Day => "day",
            Self::Ioc => "ioc",
            Self::Fok => "fok",
        }
    }

    /// Whether it ends with a session.
    pub const fn is_day(self) -> bool {
        matches!(self, Self::Day)
    }

    /// Whether it ends with the first chance to fill.
    pub const fn is_immediate(self) -> bool {
        matches!(self, Self::Ioc | Self::Fok)
    }

    /// Reads the word that [`Self::name`] writes, in any case.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Gtc, Self::Day, Self::Ioc, Self::Fok]
            .into_iter()
            .find(|tif| tif.name().eq_ignore_ascii_case(text))
    }
}

/// What a strategy asks for, rounded to the asset's rules.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OrderRequest {
    /// What to trade.
    pub asset: AssetId,
    /// Buy or sell.
    pub side: Side,
    /// How much; positive.
    pub quantity: Quantity,
    /// How it may fill.
    pub order_type: OrderType,
    /// How long it works.
    pub tif: TimeInForce,
    /// The script's own word for it; empty for none.
    pub tag: Arc<str>,
    /// Whether it may only shrink a position.
    pub reduce_only: bool,
    /// Whether it must rest, never take.
    pub post_only: bool,
    /// The entry whose fill brings this order to life (a child of a bracket).
    pub parent: Option<OrderId>,
    /// The order that this one is tied to: the fill of one cancels the other.
    pub oco: Option<OrderId>,
}

/// What an order is changed to; `None` leaves it as it is.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Change {
    /// The new total quantity, what is filled included; positive.
    pub quantity: Option<Quantity>,
    /// The new limit.
    pub limit: Option<Price>,
    /// The new trigger.
    pub stop: Option<Price>,
}

impl Change {
    /// Changes the quantity alone.
    pub const fn to_quantity(quantity: Quantity) -> Self {
        Self {
            quantity: Some(quantity),
            limit: None,
            stop: None,
        }
    }
}

impl OrderRequest {
    /// Applies a change; a price that the type does not have is ignored.
    pub fn apply(&mut self, change: Change) {
        if let Some(quantity) = change.quantity {
            self.quantity = quantity;
        }
        self.order_type = match self.order_type {
            OrderType::Limit(limit) => OrderType::Limit(change.limit.unwrap_or(limit)),
            OrderType::Stop(stop) => OrderType::Stop(change.stop.unwrap_or(stop)),
            OrderType::StopLimit { stop, limit } => OrderType::StopLimit {
                stop: change.stop.unwrap_or(stop),
                limit: change.limit.unwrap_or(limit),
            },
            OrderType::Market | OrderType::Trail(_) => self.order_type,
        };
    }

    /// Applies a split of `ratio` new units for one old: the quantity grows (rounded towards zero to
    /// the lot), prices shrink (rounded to the tick as any order's are).
    pub fn split(&mut self, ratio: Decimal, asset: &Asset) {
        self.quantity = asset.round_quantity(Quantity::new(self.quantity.get() * ratio));
        let side = self.side;
        let limit_at = |price: Price| asset.round_limit(side, Price::new(price.get() / ratio));
        let stop_at = |price: Price| asset.round_stop(side, Price::new(price.get() / ratio));
        self.order_type = match self.order_type {
            OrderType::Market => OrderType::Market,
            OrderType::Limit(limit) => OrderType::Limit(limit_at(limit)),
            OrderType::Stop(stop) => OrderType::Stop(stop_at(stop)),
            OrderType::StopLimit { stop, limit } => OrderType::StopLimit {
                stop: stop_at(stop),
                limit: limit_at(limit),
            },
            OrderType::Trail(Trail::Amount(amount)) => {
                OrderType::Trail(Trail::Amount(Price::new(amount.get() / ratio)))
            }
            OrderType::Trail(Trail::Fraction(fraction)) => {
                OrderType::Trail(Trail::Fraction(fraction))
            }
        };
    }
}

/// An order as the engine tracks it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Order {
    /// Its number.
    pub id: OrderId,
    /// What was asked for; `quantity` and prices follow replacements and splits.
    pub request: OrderRequest,
    /// Where it stands.
    pub status: OrderStatus,
    /// Units filled so far; not negative.
    pub filled: Quantity,
    /// The sum of quantity × price of its fills.
    pub filled_value: Decimal,
    /// Commission charged so far.
    pub commission: Money,
    /// When it was placed.
    pub created: Timestamp,
    /// When it last changed.
    pub updated: Timestamp,
    /// Why it was denied, rejected, canceled or expired; empty otherwise.
    pub reason: Arc<str>,
}

impl Order {
    /// Returns the units still to fill.
    pub fn remaining(&self) -> Quantity {
        self.request.quantity - self.filled
    }

    /// Returns the volume-weighted average price of what filled, to 28 digits; `None` before the
    /// first fill.
    pub fn average_price(&self) -> Option<Price> {
        self.filled_value
            .checked_div(self.filled.get())
            .map(Price::new)
    }

    /// Whether it may still fill.
    pub fn is_open(&self) -> bool {
        !self.status.is_final()
    }

    /// Whether it was sent and may still fill.
    pub fn is_at_broker(&self) -> bool {
        self.is_open() && self.status != OrderStatus::Intent
    }

    /// Whether it counts as working towards a target: an open market or limit order that is neither
    /// reduce-only nor a child of a bracket.
    pub fn counts_towards_target(&self) -> bool {
        self.is_open()
            && !self.request.reduce_only
            && self.request.parent.is_none()
            && matches!(
                self.request.order_type,
                OrderType::Market | OrderType::Limit(_)
            )
    }
}
