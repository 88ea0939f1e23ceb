//! The engine: events in, commands out (R-EVT, `ARCHITECTURE.md`).
//!
//! Invariants: `Engine::handle` is infallible and runs to completion; the same events give the same
//! commands; a failing handler leaves no orders behind. Knows nothing of exchanges, files or Rhai.

/// Everything a strategy may read and ask for.
pub mod desk;
/// Where an intent becomes an order.
pub mod gate;
/// Indicators and crosses that the engine keeps.
pub mod handles;
/// What the market has shown.
pub mod market;
/// The table of orders.
pub mod orders;
/// What runs when.
pub mod schedule;
/// From wishes to units.
mod sizing;
/// All that an engine knows, as plain data.
pub mod state;
/// What the engine asks of a strategy.
pub mod strategy;
/// Windows of numbers.
pub mod window;

use std::sync::Arc;

use crate::core::engine::desk::{Desk, LogLevel, Note};
use crate::core::engine::orders::Effect;
use crate::core::engine::schedule::Trigger;
use crate::core::engine::strategy::{Call, Failure, Handler, Strategy};
use crate::core::message::{Commands, Envelope, Event, OrderReport, Wish};
use crate::core::model::asset::AssetId;
use crate::core::model::market::{Bar, CorporateAction};
use crate::core::model::order::{OrderRequest, OrderType, Side, TimeInForce};
use crate::core::model::time::{Span, Timestamp};

/// What happens when a handler fails.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum OnScriptError {
    /// The run stops.
    #[default]
    Halt,
    /// It is logged and counted, and the run goes on.
    Continue,
}

/// A strategy at its desk.
#[derive(Debug)]
pub struct Engine<S> {
    desk: Box<Desk>,
    strategy: S,
    on_error: OnScriptError,
    liquidate_on_margin_call: bool,
    failure: Option<(Handler, Failure)>,
    errors: u64,
    next_open: Option<Timestamp>,
    crossed: Vec<Arc<str>>,
    triggers: Vec<Trigger>,
    has_handle_data: bool,
    has_before_trading_start: bool,
}

impl<S: Strategy> Engine<S> {
    /// Seats a strategy.
    pub fn new(
        desk: Desk,
        strategy: S,
        on_error: OnScriptError,
        liquidate_on_margin_call: bool,
    ) -> Self {
        Self {
            has_handle_data: strategy.handles(&Handler::HandleData),
            has_before_trading_start: strategy.handles(&Handler::BeforeTradingStart),
            desk: Box::new(desk),
            strategy,
            on_error,
            liquidate_on_margin_call,
            failure: None,
            errors: 0,
            next_open: None,
            crossed: Vec::new(),
            triggers: Vec::new(),
        }
    }

    /// Sets the triggers that are added after `initialize`, in this order; their functions must exist.
    pub fn set_triggers(&mut self, triggers: Vec<Trigger>) {
        self.triggers = triggers;
    }

    /// Returns the desk.
    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    /// Returns the desk, for whoever takes the notes from it.
    pub fn desk_mut(&mut self) -> &mut Desk {
        &mut self.desk
    }

    /// Returns the strategy and the desk, to be restored.
    pub fn parts_mut(&mut self) -> (&mut S, &mut Box<Desk>) {
        (&mut self.strategy, &mut self.desk)
    }

    /// Returns the strategy, for whoever tells it how it is run.
    pub fn strategy_mut(&mut self) -> &mut S {
        &mut self.strategy
    }

    /// Returns the strategy.
    pub fn strategy(&self) -> &S {
        &self.strategy
    }

    /// Returns the handler that stopped the run, and why.
    pub fn take_failure(&mut self) -> Option<(Handler, Failure)> {
        self.failure.take()
    }

    /// Whether a failing handler has stopped the run.
    pub fn has_failed(&self) -> bool {
        self.failure.is_some()
    }

    /// Returns how many calls have failed.
    pub fn errors(&self) -> u64 {
        self.errors
    }

    /// Returns when the engine next wants to be told the time.
    pub fn next_wakeup(&self) -> Option<Timestamp> {
        match (self.next_open, self.next_trigger()) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        }
    }

    /// Returns when the next trigger is due.
    pub fn next_trigger(&self) -> Option<Timestamp> {
        self.desk.schedule.next()
    }

    /// Returns when the next session opens, if the strategy wants to know.
    pub fn next_open(&self) -> Option<Timestamp> {
        self.next_open
    }

    /// Takes an event and appends what shall happen.
    pub fn handle(&mut self, envelope: &Envelope, out: &mut Commands) {
        self.desk.now = envelope.at;
        match &envelope.event {
            Event::Started => self.start(out),
            Event::BarClosed(asset, bar) => self.take_bar(*asset, bar),
            Event::SliceClosed => self.close_slice(out),
            Event::Clock => self.run_due(out),
            Event::SessionOpened => self.open_session(out),
            Event::Action(asset, action) => self.apply_action(*asset, *action),
            Event::Report(report) => self.take_report(report, out),
            Event::Charged(amount, what) => {
                self.desk.ledger.adjust_cash(-*amount);
                self.log(LogLevel::Info, &format!("charged {amount}: {what}"));
            }
            Event::MarginCall(shortfall) => self.answer_margin_call(&shortfall.to_string(), out),
            Event::Operator(wish, why) => self.obey(*wish, why, out),
            Event::BrokerMessage(text) => self.call(&Call::BrokerMessage(Arc::clone(text)), out),
        }
    }

    /// Lets another version of the strategy take over; what the old one kept must have been handed to
    /// it. `previous` is the old one's hash.
    pub fn replace_strategy(&mut self, strategy: S, previous: &str, out: &mut Commands) {
        self.has_handle_data = strategy.handles(&Handler::HandleData);
        let opens = strategy.handles(&Handler::BeforeTradingStart);
        if opens != self.has_before_trading_start {
            self.has_before_trading_start = opens;
            let after = self.desk.now + Span::from_nanos(1);
            self.next_open = opens.then(|| self.open_from(after)).flatten();
        }
        self.strategy = strategy;
        self.call(&Call::Reload(previous.into()), out);
    }

    /// Lets the strategy look at the results of a backtest, as JSON text.
    pub fn analyze(&mut self, results: &str, out: &mut Commands) {
        self.call(&Call::Analyze(results.into()), out);
    }

    /// Lets `work` use the strategy as a handler of this name would: what it asks for is released when
    /// it succeeds and taken back when it fails. For whoever looks at a run from outside of it.
    ///
    /// # Errors
    /// What `work` failed with; the run itself goes on.
    pub fn call_with<E>(
        &mut self,
        name: &str,
        work: impl FnOnce(&mut S, &mut Box<Desk>) -> Result<(), E>,
        out: &mut Commands,
    ) -> Result<(), E> {
        self.desk.begin(Handler::Function(name.into()));
        let outcome = work(&mut self.strategy, &mut self.desk);
        match outcome {
            Ok(()) => self.desk.release(out),
            Err(_) => self.desk.roll_back(),
        }
        outcome
    }

    fn start(&mut self, out: &mut Commands) {
        if self.has_before_trading_start {
            self.next_open = self.open_from(self.desk.now);
        }
        self.call(&Call::Initialize, out);
        self.add_triggers();
    }

    /// Adds the triggers that were configured, after those of the strategy.
    fn add_triggers(&mut self) {
        let now = self.desk.now;
        for trigger in std::mem::take(&mut self.triggers) {
            let Trigger {
                name,
                function,
                rule,
                half_days,
                enabled,
            } = trigger;
            let schedule = &mut self.desk.schedule;
            let name = schedule.add(&name, &function, rule, half_days, now);
            if let Some(idle) = schedule.idle(&name) {
                self.log(LogLevel::Warn, &idle);
            }
            self.desk.schedule.enable(&name, enabled, now);
        }
    }

    /// Returns the first open of a session at or after `from`.
    fn open_from(&self, from: Timestamp) -> Option<Timestamp> {
        let before = from - Span::from_nanos(1);
        let assets = u32::try_from(self.desk.assets().len()).unwrap_or(u32::MAX);
        (0..assets)
            .filter_map(|id| self.desk.market.calendar(AssetId(id)).next_open(before))
            .min()
    }

    fn take_bar(&mut self, asset: AssetId, bar: &Bar) {
        let desk = &mut *self.desk;
        desk.market.push(asset, bar);
        desk.ledger.mark(asset, bar.close());
        desk.handles.feed(&mut desk.market, asset, bar);
    }

    fn close_slice(&mut self, out: &mut Commands) {
        let now = self.desk.now;
        self.desk.market.close_slice(now);
        if self.has_handle_data {
            self.call(&Call::HandleData, out);
        }
        let mut due = std::mem::take(&mut self.crossed);
        self.desk.handles.crossed(&mut due);
        for function in due.drain(..) {
            self.call(&Call::Function(function), out);
        }
        self.crossed = due;
    }

    fn run_due(&mut self, out: &mut Commands) {
        let now = self.desk.now;
        for missed in self.desk.schedule.skip_missed(now) {
            self.log(LogLevel::Warn, &missed.to_string());
        }
        while let Some(due) = self.desk.schedule.take_due(now) {
            self.call(&Call::Function(due.function), out);
            if self.has_failed() {
                return;
            }
        }
    }

    fn open_session(&mut self, out: &mut Commands) {
        self.next_open = self.open_from(self.desk.now + Span::from_nanos(1));
        self.call(&Call::BeforeTradingStart, out);
    }

    fn apply_action(&mut self, asset: AssetId, action: CorporateAction) {
        let desk = &mut *self.desk;
        // As the exchange reckons: after a split the price of before it, divided.
        let close = desk.ledger.position(asset).last_price;
        desk.ledger.apply_action(asset, action, close);
        desk.market.adjust(asset, action);
        desk.handles.rebuild(&mut desk.market, asset);
    }

    fn take_report(&mut self, report: &OrderReport, out: &mut Commands) {
        let desk = &mut *self.desk;
        let assets = std::rc::Rc::clone(desk.assets());
        let effect = desk.orders.apply(report, &assets, desk.now);
        if effect == Effect::Ignored {
            return;
        }
        match report {
            OrderReport::Filled(fill) => {
                desk.ledger.book(fill, desk.now);
                // A fill at the close of a bar that is already known leaves the books at that close.
                if let Some(bar) = desk
                    .market
                    .last_bar(fill.asset)
                    .filter(|bar| bar.closes == desk.now)
                {
                    desk.ledger.mark(fill.asset, bar.close());
                }
                self.call(&Call::OrderFill(fill.order, *fill), out);
            }
            OrderReport::Rejected(id, reason) => {
                self.call(&Call::OrderReject(*id, Arc::clone(reason)), out);
            }
            OrderReport::Canceled(id, reason) => {
                self.call(&Call::OrderCancel(*id, Arc::clone(reason)), out);
            }
            OrderReport::Expired(id) => {
                let reason = desk
                    .orders
                    .get(*id)
                    .map(|order| Arc::clone(&order.reason))
                    .unwrap_or_default();
                self.call(&Call::OrderCancel(*id, reason), out);
            }
            OrderReport::Accepted(_)
            | OrderReport::Replaced(..)
            | OrderReport::Kept(..)
            | OrderReport::Adjusted(..) => {}
        }
    }

    /// Logs a margin call and, where configured, closes every position at the market.
    fn answer_margin_call(&mut self, shortfall: &str, out: &mut Commands) {
        self.log(
            LogLevel::Warn,
            &format!(
                "maintenance margin breached: {shortfall} short; only orders that reduce are taken"
            ),
        );
        if !self.liquidate_on_margin_call {
            return;
        }
        self.close_all("margin_call", out);
    }

    /// Orders the sale of everything held, at the market.
    fn close_all(&mut self, why: &str, out: &mut Commands) {
        self.desk.begin(Handler::Function(why.into()));
        for asset in self.desk.ledger.held().to_vec() {
            let amount = self.desk.ledger.position(asset).amount;
            let request = OrderRequest {
                asset,
                side: Side::of(amount).opposite(),
                quantity: amount.abs(),
                order_type: OrderType::Market,
                tif: TimeInForce::Gtc,
                tag: why.into(),
                reduce_only: true,
                post_only: false,
                parent: None,
                oco: None,
            };
            if let Err(denial) = self.desk.place(request) {
                self.log(LogLevel::Error, &format!("{why}: {denial}"));
            }
        }
        self.desk.release(out);
    }

    /// Does what an operator wants.
    fn obey(&mut self, wish: Wish, why: &Arc<str>, out: &mut Commands) {
        match wish {
            Wish::Halt => {
                self.desk.halted = Some(Arc::clone(why));
                self.log(LogLevel::Warn, &format!("trading is halted: {why}"));
            }
            Wish::Resume => {
                self.desk.halted = None;
                self.log(LogLevel::Warn, &format!("trading goes on: {why}"));
            }
            Wish::CancelAll => self.cancel_all(out),
            Wish::Flatten => {
                self.obey(Wish::Halt, why, out);
                self.cancel_all(out);
                self.close_all("flatten", out);
            }
        }
    }

    fn cancel_all(&mut self, out: &mut Commands) {
        self.desk.begin(Handler::Function("cancel_all".into()));
        let open: Vec<_> = self.desk.orders.open().map(|order| order.id).collect();
        for id in open {
            self.desk.cancel(id);
        }
        self.desk.release(out);
    }

    fn call(&mut self, call: &Call, out: &mut Commands) {
        let handler = call.handler();
        // Whether there is a `handle_data` was asked once; functions exist because the strategy named them.
        let known = matches!(call, Call::HandleData | Call::Function(_));
        if self.failure.is_some() || !(known || self.strategy.handles(&handler)) {
            return;
        }
        self.desk.begin(handler);
        match self.strategy.call(call, &mut self.desk) {
            Ok(()) => self.desk.release(out),
            Err(failure) => {
                self.desk.roll_back();
                self.errors += 1;
                match self.on_error {
                    OnScriptError::Halt => self.failure = Some((call.handler(), failure)),
                    OnScriptError::Continue => {
                        self.log(LogLevel::Error, &format!("{}: {failure}", call.handler()));
                    }
                }
            }
        }
    }

    fn log(&mut self, level: LogLevel, text: &str) {
        self.desk.note(Note::Log(level, text.into(), "".into()));
    }
}
