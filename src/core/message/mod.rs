//! The doorway of the core: facts come in as events, decisions go out as commands (R-EVT).
//!
//! Invariants: both enums are closed and matched without a wildcard; an event says what happened, a
//! command what shall happen; neither carries anything of Rhai, files or protocols.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::core::model::asset::AssetId;
use crate::core::model::fill::Fill;
use crate::core::model::market::{Bar, CorporateAction};
use crate::core::model::number::Money;
use crate::core::model::order::{Change, OrderId, OrderRequest};
use crate::core::model::time::Timestamp;
use crate::core::sim::commission::Commission;
use crate::core::sim::slippage::Slippage;

/// An event with its instant. The order of envelopes is the only order that a replay knows.
#[derive(Clone, PartialEq, Debug)]
pub struct Envelope {
    /// The instant that the core is told it is.
    pub at: Timestamp,
    /// What happened.
    pub event: Event,
}

/// What happened.
#[derive(Clone, PartialEq, Debug)]
pub enum Event {
    /// The run begins.
    Started,
    /// A bar is over.
    BarClosed(AssetId, Bar),
    /// All bars that end at this instant have arrived; the strategy decides now.
    SliceClosed,
    /// Time has come to triggers that the engine waited for.
    Clock,
    /// A session opens.
    SessionOpened,
    /// A split or dividend takes effect.
    Action(AssetId, CorporateAction),
    /// The broker says something about an order.
    Report(OrderReport),
    /// The broker charged something that no order caused: an amount, positive for a cost, and what for.
    Charged(Money, Arc<str>),
    /// The account fell below its maintenance requirement by this much.
    MarginCall(Money),
    /// The broker says something else.
    BrokerMessage(Arc<str>),
    /// An operator wants something; who, and why.
    Operator(Wish, Arc<str>),
}

/// What an operator can want.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// No new exposure from now on; working orders stay.
    Halt,
    /// Orders are taken again.
    Resume,
    /// All working orders are canceled.
    CancelAll,
    /// Halt, cancel all, and close every position at the market.
    Flatten,
}

/// What a broker says about an order.
#[derive(Clone, PartialEq, Debug)]
pub enum OrderReport {
    /// It works.
    Accepted(OrderId),
    /// It was refused, and why.
    Rejected(OrderId, Arc<str>),
    /// A part or the rest filled.
    Filled(Fill),
    /// It was canceled, and why.
    Canceled(OrderId, Arc<str>),
    /// Its time was over.
    Expired(OrderId),
    /// It was changed as asked.
    Replaced(OrderId, Change),
    /// The change or cancellation was refused, and why.
    Kept(OrderId, Arc<str>),
    /// A corporate action changed its quantities and prices.
    Adjusted(OrderId, CorporateAction),
}

impl OrderReport {
    /// Returns the order it is about.
    pub fn order(&self) -> OrderId {
        match self {
            Self::Accepted(id)
            | Self::Rejected(id, _)
            | Self::Canceled(id, _)
            | Self::Expired(id)
            | Self::Replaced(id, _)
            | Self::Kept(id, _)
            | Self::Adjusted(id, _) => *id,
            Self::Filled(fill) => fill.order,
        }
    }
}

/// An order that the gate let pass. Only the gate makes one, so no order leaves without it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Approved(OrderRequest);

impl Approved {
    /// Wraps what the gate approved.
    pub(in crate::core) fn new(request: OrderRequest) -> Self {
        Self(request)
    }

    /// Returns the request.
    pub fn request(&self) -> &OrderRequest {
        &self.0
    }
}

/// What shall happen.
#[derive(Clone, PartialEq, Debug)]
pub enum Command {
    /// Send an order.
    Submit(OrderId, Approved),
    /// Cancel an order.
    Cancel(OrderId),
    /// Change an order.
    Replace(OrderId, Change),
    /// Tie two orders: the fill of one cancels the other.
    Tie(OrderId, OrderId),
    /// Set a model of the simulated exchange.
    Configure(Setting),
}

/// A model of the simulated exchange that a strategy chooses.
#[derive(Clone, PartialEq, Debug)]
pub enum Setting {
    /// What it charges.
    Commission(Commission),
    /// How far fills slip.
    Slippage(Slippage),
    /// Whether what could have filled is canceled at each session's end.
    CancelAtSessionEnd(bool),
}

/// The commands of one event, in order.
pub type Commands = Vec<Command>;
