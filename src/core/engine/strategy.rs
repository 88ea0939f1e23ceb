//! What the engine asks of a strategy.
//!
//! Invariants: a call is a transaction: when it fails, the orders it had asked for are dropped. The
//! core never hears of Rhai; tests implement this with closures.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::core::engine::desk::Desk;
use crate::core::model::fill::Fill;
use crate::core::model::order::OrderId;

/// A strategy.
pub trait Strategy {
    /// Whether it has anything to do in a handler.
    fn handles(&self, handler: &Handler) -> bool;

    /// Runs a handler. The desk may be moved out for the time of the call but must be back after it.
    ///
    /// # Errors
    /// When the strategy fails; the engine then takes back what the call had asked for.
    fn call(&mut self, call: &Call, desk: &mut Box<Desk>) -> Result<(), Failure>;
}

/// Why a strategy failed: an error that the strategy's own kind knows how to show.
pub type Failure = Box<dyn Error + Send + Sync>;

/// The places at which a strategy is called.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Handler {
    /// Once, before the first event.
    Initialize,
    /// At each session's open.
    BeforeTradingStart,
    /// When bars close.
    HandleData,
    /// A function that the strategy scheduled or tied to a cross.
    Function(Arc<str>),
    /// When an order fills, in part or in full.
    OrderFill,
    /// When an order is canceled or expires.
    OrderCancel,
    /// When the broker refuses an order.
    OrderReject,
    /// When the broker says anything else.
    BrokerMessage,
    /// After another version of the strategy took over.
    Reload,
    /// After a backtest.
    Analyze,
}

impl Handler {
    /// Returns the name that a script gives it.
    pub fn name(&self) -> &str {
        match self {
            Self::Initialize => "initialize",
            Self::BeforeTradingStart => "before_trading_start",
            Self::HandleData => "handle_data",
            Self::Function(name) => name,
            Self::OrderFill => "on_order_fill",
            Self::OrderCancel => "on_order_cancel",
            Self::OrderReject => "on_order_reject",
            Self::BrokerMessage => "on_broker_message",
            Self::Reload => "on_reload",
            Self::Analyze => "analyze",
        }
    }

    /// Whether orders may be placed in it.
    pub fn may_order(&self) -> bool {
        match self {
            Self::Initialize | Self::BeforeTradingStart | Self::Reload | Self::Analyze => false,
            Self::HandleData
            | Self::Function(_)
            | Self::OrderFill
            | Self::OrderCancel
            | Self::OrderReject
            | Self::BrokerMessage => true,
        }
    }
}

impl fmt::Display for Handler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One call of a strategy.
#[derive(Clone, PartialEq, Debug)]
pub enum Call {
    /// [`Handler::Initialize`].
    Initialize,
    /// [`Handler::BeforeTradingStart`].
    BeforeTradingStart,
    /// [`Handler::HandleData`].
    HandleData,
    /// [`Handler::Function`] of this name.
    Function(Arc<str>),
    /// [`Handler::OrderFill`].
    OrderFill(OrderId, Fill),
    /// [`Handler::OrderCancel`] with the reason.
    OrderCancel(OrderId, Arc<str>),
    /// [`Handler::OrderReject`] with the reason.
    OrderReject(OrderId, Arc<str>),
    /// [`Handler::BrokerMessage`] with the text.
    BrokerMessage(Arc<str>),
    /// [`Handler::Reload`] with the hash of the version before.
    Reload(Arc<str>),
    /// [`Handler::Analyze`] with the results as JSON text.
    Analyze(Arc<str>),
}

impl Call {
    /// Returns the handler that is called.
    pub fn handler(&self) -> Handler {
        match self {
            Self::Initialize => Handler::Initialize,
            Self::BeforeTradingStart => Handler::BeforeTradingStart,
            Self::HandleData => Handler::HandleData,
            Self::Function(name) => Handler::Function(Arc::clone(name)),
            Self::OrderFill(..) => Handler::OrderFill,
            Self::OrderCancel(..) => Handler::OrderCancel,
            Self::OrderReject(..) => Handler::OrderReject,
            Self::BrokerMessage(_) => Handler::BrokerMessage,
            Self::Reload(_) => Handler::Reload,
            Self::Analyze(_) => Handler::Analyze,
        }
    }
}
