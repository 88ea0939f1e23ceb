//! The desk: everything that a strategy may read, and where it leaves what it wants.
//!
//! Invariants: what a failing call had asked for is taken back whole; orders asked for during a call
//! are released together when it returns. A script sees nothing here that had not happened.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use crate::core::engine::gate::{self, Denial, Limits};
use crate::core::engine::handles::Handles;
use crate::core::engine::market::Market;
use crate::core::engine::orders::OrderTable;
use crate::core::engine::schedule::Schedule;
use crate::core::engine::strategy::Handler;
use crate::core::ledger::Ledger;
use crate::core::message::{Approved, Command, Commands, Setting};
use crate::core::model::asset::{Asset, AssetId};
use crate::core::model::number::Money;
use crate::core::model::order::{Change, OrderId, OrderRequest};
use crate::core::model::status::{OrderStatus, OrderStep};
use crate::core::model::time::{Timeframe, Timestamp};

/// In which world the engine runs; nothing in the core asks, it is for scripts to read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// Over history, as fast as possible.
    Backtest,
    /// Over live data with a simulated exchange.
    Paper,
    /// With a real broker.
    Live,
}

impl Mode {
    /// Returns `backtest`, `paper` or `live`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Backtest => "backtest",
            Self::Paper => "paper",
            Self::Live => "live",
        }
    }
}

/// What a strategy says besides orders.
#[derive(Clone, PartialEq, Debug)]
pub enum Note {
    /// Values of named series at this bar; `None` leaves a cell empty.
    Record(Vec<(Arc<str>, Option<f64>)>),
    /// A value for a chart, with options as JSON text.
    Plot(Arc<str>, f64, Arc<str>),
    /// A text at an asset's price.
    Marker(AssetId, Arc<str>),
    /// A line of the log, with fields as JSON text (empty for none).
    Log(LogLevel, Arc<str>, Arc<str>),
    /// Something that a person must hear.
    Alert(Arc<str>, Arc<str>),
}

/// How much a line of the log matters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum LogLevel {
    /// For whoever looks for a fault.
    Debug,
    /// Ordinary.
    Info,
    /// Something is odd.
    Warn,
    /// Something is wrong.
    Error,
}

impl LogLevel {
    /// Returns `debug`, `info`, `warn` or `error`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// What a strategy wants done with an order it has.
#[derive(Clone, Debug)]
enum Wish {
    Submit(OrderId),
    Cancel(OrderId),
    Replace(OrderId, Change),
    Tie(OrderId, OrderId),
    Configure(Setting),
}

/// See the module.
#[derive(Debug)]
pub struct Desk {
    /// The instant of the decision.
    pub now: Timestamp,
    /// In which world this runs.
    pub mode: Mode,
    /// What the market has shown.
    pub market: Market,
    /// The books.
    pub ledger: Ledger,
    /// The orders.
    pub orders: OrderTable,
    /// Indicators kept up to date.
    pub handles: Handles,
    /// What runs when.
    pub schedule: Schedule,
    /// The strategy's own limits.
    pub limits: Limits,
    /// What the strategy is measured against.
    pub benchmark: Option<AssetId>,
    /// What was said and not yet taken by an observer.
    pub notes: Vec<Note>,
    handler: Option<Handler>,
    wishes: Vec<Wish>,
    /// The orders that the call at hand wants canceled.
    leaving: BTreeSet<OrderId>,
    marks: Marks,
}

/// How far things were when the call at hand began.
#[derive(Clone, Default, Debug)]
struct Marks {
    orders: usize,
    notes: usize,
    crosses: usize,
    limits: Option<Limits>,
}

impl Desk {
    /// Sets up a desk over an empty market and books.
    pub fn new(mode: Mode, market: Market, ledger: Ledger) -> Self {
        Self {
            now: Timestamp::default(),
            mode,
            market,
            ledger,
            orders: OrderTable::default(),
            handles: Handles::default(),
            schedule: Schedule::default(),
            limits: Limits::default(),
            benchmark: None,
            notes: Vec::new(),
            handler: None,
            wishes: Vec::new(),
            leaving: BTreeSet::new(),
            marks: Marks::default(),
        }
    }

    /// A desk at which nobody sits: no asset, no cash.
    pub fn vacant() -> Self {
        let none: Rc<[Asset]> = Rc::new([]);
        let market = Market::new(Rc::clone(&none), Vec::new(), Timeframe::Day);
        Self::new(Mode::Backtest, market, Ledger::new(none, Money::ZERO))
    }

    /// Returns the assets, by [`AssetId`].
    pub fn assets(&self) -> &Rc<[Asset]> {
        self.market.assets()
    }

    /// Returns an asset.
    pub fn asset(&self, id: AssetId) -> &Asset {
        &self.market.assets()[id.index()]
    }

    /// Returns the name of the handler at work; empty between calls.
    pub fn handler(&self) -> &str {
        self.handler.as_ref().map_or("", Handler::name)
    }

    /// Whether the handler at work may place orders.
    pub fn may_order(&self) -> bool {
        self.handler.as_ref().is_some_and(Handler::may_order)
    }

    /// Whether the handler at work may change how the run is set up.
    pub fn may_set_up(&self) -> bool {
        matches!(self.handler, Some(Handler::Initialize))
    }

    /// Places an order: rounds it, checks it, and keeps it until the call returns. `None` where
    /// nothing is left of it after rounding.
    ///
    /// # Errors
    /// When it is refused; it is then kept in the table as denied.
    pub fn place(&mut self, mut request: OrderRequest) -> Result<Option<OrderId>, Denial> {
        let asset = request.asset;
        gate::round(&mut request, self.asset(asset));
        if request.quantity.is_zero() {
            return Ok(None);
        }
        if let Err(denial) = gate::check(self, &request) {
            self.orders
                .add(request, self.now, Some(denial.to_string().into()));
            return Err(denial);
        }
        let id = self.orders.add(request, self.now, None);
        self.wishes.push(Wish::Submit(id));
        Ok(Some(id))
    }

    /// Asks for the cancellation of an order; nothing happens to one that is over. Returns whether
    /// there was anything to cancel.
    pub fn cancel(&mut self, id: OrderId) -> bool {
        let open = self
            .orders
            .get(id)
            .is_some_and(|order| order.is_open() && order.status != OrderStatus::PendingCancel);
        if open && self.leaving.insert(id) {
            self.wishes.push(Wish::Cancel(id));
        }
        open
    }

    /// Whether an order is canceled, or was asked to be in the call at hand.
    pub fn is_leaving(&self, id: OrderId) -> bool {
        self.leaving.contains(&id)
            || self
                .orders
                .get(id)
                .is_none_or(|order| !order.is_open() || order.status == OrderStatus::PendingCancel)
    }

    /// Asks for a change of an order, rounded as a new order is. Returns whether it is open.
    ///
    /// # Errors
    /// When the changed order would be refused; nothing is asked for then.
    pub fn replace(&mut self, id: OrderId, change: Change) -> Result<bool, Denial> {
        let Some(order) = self.orders.get(id).filter(|_| !self.is_leaving(id)) else {
            return Ok(false);
        };
        let asset = self.asset(order.request.asset);
        let change = gate::round_change(change, order.request.side, asset);
        gate::check_change(self, order, change)?;
        self.wishes.push(Wish::Replace(id, change));
        Ok(true)
    }

    /// Ties two orders: the fill of one cancels the other.
    pub fn tie(&mut self, one: OrderId, other: OrderId) {
        self.wishes.push(Wish::Tie(one, other));
    }

    /// Sets a model of the simulated exchange.
    pub fn configure(&mut self, setting: Setting) {
        self.wishes.push(Wish::Configure(setting));
    }

    /// Says something.
    pub fn note(&mut self, note: Note) {
        self.notes.push(note);
    }

    pub(super) fn begin(&mut self, handler: Handler) {
        let set_up = handler == Handler::Initialize;
        self.schedule.begin();
        self.handler = Some(handler);
        self.marks = Marks {
            orders: self.orders.all().len(),
            notes: self.notes.len(),
            crosses: self.handles.n_crosses(),
            limits: set_up.then(|| self.limits.clone()),
        };
    }

    pub(super) fn roll_back(&mut self) {
        self.handler = None;
        self.wishes.clear();
        self.leaving.clear();
        self.orders.truncate(self.marks.orders);
        self.handles.truncate_crosses(self.marks.crosses);
        self.schedule.roll_back();
        if let Some(limits) = self.marks.limits.take() {
            self.limits = limits;
        }
        // What was logged stays: it may tell why the call failed.
        let kept = self.notes.split_off(self.marks.notes);
        self.notes.extend(
            kept.into_iter()
                .filter(|note| matches!(note, Note::Log(..))),
        );
    }

    pub(super) fn release(&mut self, out: &mut Commands) {
        self.handler = None;
        self.leaving.clear();
        for wish in std::mem::take(&mut self.wishes) {
            match wish {
                Wish::Submit(id) => self.submit(id, out),
                Wish::Cancel(id) => {
                    if self.orders.step(id, OrderStep::AskCancel, self.now) {
                        out.push(Command::Cancel(id));
                    }
                }
                Wish::Replace(id, change) => {
                    // An order that is still on its way is changed where it arrives.
                    self.orders.step(id, OrderStep::AskReplace, self.now);
                    out.push(Command::Replace(id, change));
                }
                Wish::Tie(one, other) => {
                    self.orders.tie(one, other);
                    out.push(Command::Tie(one, other));
                }
                Wish::Configure(setting) => out.push(Command::Configure(setting)),
            }
        }
    }

    fn submit(&mut self, id: OrderId, out: &mut Commands) {
        if let Some(order) = self.orders.get(id) {
            let approved = Approved::new(order.request.clone());
            self.orders.step(id, OrderStep::Send, self.now);
            out.push(Command::Submit(id, approved));
        }
    }
}
