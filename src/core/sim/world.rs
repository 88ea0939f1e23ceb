//! Engine and simulated exchange in a closed loop: the world of a backtest, a dry run, a shadow.
//!
//! Invariants: no thread, no channel, no clock; the least of the next bars, the next wake-up, the next
//! corporate action and the next expiry comes first. At one instant: corporate actions, fills of the
//! bars that ended, the bars, the strategy's decision, triggers, the end of sessions, the next opens.

use crate::core::calendar::Calendar;
use crate::core::engine::Engine;
use crate::core::engine::desk::Desk;
use crate::core::engine::strategy::Strategy;
use crate::core::message::{Command, Commands, Envelope, Event, OrderReport};
use crate::core::model::asset::AssetId;
use crate::core::model::fill::Fill;
use crate::core::model::market::{Bar, CorporateAction};
use crate::core::model::number::Quantity;
use crate::core::model::time::{Span, Timestamp};
use crate::core::sim::exchange::Exchange;

/// Where bars come from, in order of the instants at which they end.
pub trait Feed {
    /// Returns when the next bars end.
    fn peek(&mut self) -> Option<Timestamp>;

    /// Replaces `slice` by all bars that end at that instant, by asset.
    fn next(&mut self, slice: &mut Vec<(AssetId, Bar)>);
}

/// A split or dividend and the instant at which it takes effect: the open of its ex-date.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct DatedAction {
    /// When.
    pub at: Timestamp,
    /// Of what.
    pub asset: AssetId,
    /// What.
    pub action: CorporateAction,
}

/// Whoever watches a run. The world changes nothing in answer.
pub trait Observer {
    /// The engine sent a command; the exchange has not seen it yet. Watching is optional.
    fn on_command(&mut self, _at: Timestamp, _command: &Command) {}

    /// The exchange said something about an order; the engine has not seen it yet. Watching is
    /// optional.
    fn on_report(&mut self, _at: Timestamp, _report: &OrderReport) {}

    /// An execution was booked; `desk` shows the books after it.
    fn on_fill(&mut self, fill: &Fill, desk: &Desk);

    /// A corporate action was applied; `before` are the units held before it, `desk` shows the books
    /// after it.
    fn on_action(&mut self, action: &DatedAction, before: Quantity, desk: &Desk);

    /// All that bars ending now cause has happened. `bars` are those bars; notes may be taken from
    /// the desk.
    fn on_slice(&mut self, bars: &[(AssetId, Bar)], desk: &mut Desk);

    /// A session of the run's calendar is over.
    fn on_session_end(&mut self, desk: &mut Desk);

    /// Something happened between bars; notes may be taken from the desk.
    fn on_event(&mut self, desk: &mut Desk);
}

/// How many orders callbacks may cause at one instant before the run is taken to go in circles.
const MOST_ORDERS_AT_ONE_INSTANT: usize = 10_000;

/// Why a run ended early.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WorldError {
    /// A callback of the strategy answers each of its own orders with another.
    #[error(
        "{MOST_ORDERS_AT_ONE_INSTANT} orders at one instant ({0}): a callback keeps ordering in answer to its own orders"
    )]
    Circles(Timestamp),
}

/// The closed loop.
#[derive(Debug)]
pub struct World<S, F> {
    engine: Engine<S>,
    exchange: Exchange,
    feed: F,
    actions: std::vec::IntoIter<DatedAction>,
    /// Bars that begin before this instant feed history only.
    start: Timestamp,
    calendar: Calendar,
    session_end: Timestamp,
    now: Timestamp,
    commands: Commands,
    reports: Vec<OrderReport>,
    at_instant: usize,
    started: bool,
}

impl<S: Strategy, F: Feed> World<S, F> {
    /// Sets up the loop. `actions` must be in order of time; `calendar` is the run's own, whose
    /// session ends are observed; bars that begin before `start` feed history only.
    pub fn new(
        engine: Engine<S>,
        exchange: Exchange,
        feed: F,
        actions: Vec<DatedAction>,
        calendar: Calendar,
        start: Timestamp,
    ) -> Self {
        Self {
            engine,
            exchange,
            feed,
            actions: actions.into_iter(),
            start,
            calendar,
            session_end: Timestamp::MIN,
            now: Timestamp::MIN,
            commands: Vec::new(),
            reports: Vec::new(),
            at_instant: 0,
            started: false,
        }
    }

    /// Returns the engine.
    pub fn engine(&self) -> &Engine<S> {
        &self.engine
    }

    /// Returns the engine.
    pub fn engine_mut(&mut self) -> &mut Engine<S> {
        &mut self.engine
    }

    /// Returns the exchange.
    pub fn exchange(&self) -> &Exchange {
        &self.exchange
    }

    /// Runs to the end of the bars, or until the strategy fails.
    ///
    /// # Errors
    /// When the strategy goes in circles.
    pub fn run(&mut self, observer: &mut impl Observer) -> Result<(), WorldError> {
        let mut slice = Vec::new();
        while let Some(end) = self.feed.peek() {
            if self.engine.has_failed() {
                break;
            }
            self.run_until(end, observer)?;
            self.feed.next(&mut slice);
            self.step(end, &slice, observer)?;
        }
        Ok(())
    }

    /// Does what is due before the bars that end at `end`.
    fn run_until(
        &mut self,
        end: Timestamp,
        observer: &mut impl Observer,
    ) -> Result<(), WorldError> {
        loop {
            let action = self.actions.as_slice().first().map(|action| action.at);
            let wake = if self.started {
                self.engine.next_wakeup()
            } else {
                None
            };
            let expiry = self.exchange.next_expiry();
            let Some(next) = [action, wake, expiry].into_iter().flatten().min() else {
                return Ok(());
            };
            // What is due together with bars waits for them, but for actions, which come first.
            let action_first =
                action == Some(next) && next == end && !self.calendar.is_always_open();
            if (next >= end && !action_first) || self.engine.has_failed() {
                return Ok(());
            }
            self.now = self.now.max(next);
            if action == Some(next) {
                self.apply_action(observer)?;
            } else {
                self.run_clock(observer)?;
            }
            observer.on_event(self.engine.desk_mut());
        }
    }

    fn apply_action(&mut self, observer: &mut impl Observer) -> Result<(), WorldError> {
        if let Some(due) = self.actions.next() {
            let before = self.engine.desk().ledger.position(due.asset).amount;
            self.exchange
                .apply_action(due.asset, due.action, &mut self.reports);
            self.handle(self.now, Event::Action(due.asset, due.action), observer)?;
            observer.on_action(&due, before, self.engine.desk());
            self.deliver(observer)?;
        }
        Ok(())
    }

    /// Triggers, then the end of sessions, then opens: the engine runs triggers and opens, in order.
    fn run_clock(&mut self, observer: &mut impl Observer) -> Result<(), WorldError> {
        let now = self.now;
        if self.started && self.engine.next_wakeup().is_some_and(|at| at <= now) {
            self.handle(now, Event::Clock, observer)?;
            self.deliver(observer)?;
        }
        if self.exchange.next_expiry().is_some_and(|at| at <= now) {
            self.exchange.end_sessions(now, &mut self.reports);
            self.deliver(observer)?;
        }
        Ok(())
    }

    fn step(
        &mut self,
        end: Timestamp,
        slice: &[(AssetId, Bar)],
        observer: &mut impl Observer,
    ) -> Result<(), WorldError> {
        let opens = slice.first().map_or(end, |(_, bar)| bar.opens);
        let warm_up = opens < self.start;
        if !warm_up && !self.started {
            self.started = true;
            self.handle(opens, Event::Started, observer)?;
            self.deliver(observer)?;
            // What is due at the very open comes before the bar that it opens.
            self.run_until(end, observer)?;
        }
        self.now = end;
        self.at_instant = 0;
        if self.session_end < end {
            self.end_session(end, observer);
        }
        self.exchange.on_bars(slice, end, &mut self.reports);
        if !self.reports.is_empty() {
            self.deliver(observer)?;
        }
        for (asset, bar) in slice {
            self.handle(end, Event::BarClosed(*asset, *bar), observer)?;
        }
        if warm_up {
            return Ok(());
        }
        self.handle(end, Event::SliceClosed, observer)?;
        self.exchange.fill_at_this_close(end, &mut self.reports);
        if !self.reports.is_empty() {
            self.deliver(observer)?;
        }
        if let Some(event) = self.exchange.check_margin() {
            self.handle(end, event, observer)?;
            self.deliver(observer)?;
        }
        self.run_clock(observer)?;
        observer.on_slice(slice, self.engine.desk_mut());
        if self.session_end == end {
            self.end_session(end, observer);
        }
        Ok(())
    }

    /// Closes the books of the session that ended at or before `now`, and looks for the next end.
    fn end_session(&mut self, now: Timestamp, observer: &mut impl Observer) {
        if self.session_end > Timestamp::MIN && self.started {
            if let Some(Event::Charged(amount, what)) = self.exchange.borrow_fee() {
                let envelope = Envelope {
                    at: self.engine.desk().now,
                    event: Event::Charged(amount, what),
                };
                self.engine.handle(&envelope, &mut self.commands);
            }
            observer.on_session_end(self.engine.desk_mut());
        }
        let after = if self.session_end == now {
            now
        } else {
            now - Span::from_nanos(1)
        };
        self.session_end = self.calendar.next_close(after).unwrap_or(Timestamp::MAX);
    }

    /// Hands an event to the engine and its commands to the exchange.
    fn handle(
        &mut self,
        at: Timestamp,
        event: Event,
        observer: &mut impl Observer,
    ) -> Result<(), WorldError> {
        let mut fill = None;
        if let Event::Report(report) = &event {
            observer.on_report(at, report);
            if let OrderReport::Filled(filled) = report {
                fill = Some(*filled);
            }
        }
        self.engine
            .handle(&Envelope { at, event }, &mut self.commands);
        if let Some(fill) = fill {
            observer.on_fill(&fill, self.engine.desk());
        }
        self.execute(at, observer)
    }

    fn execute(&mut self, at: Timestamp, observer: &mut impl Observer) -> Result<(), WorldError> {
        for command in self.commands.drain(..) {
            observer.on_command(at, &command);
            match command {
                Command::Submit(id, approved) => {
                    self.at_instant += 1;
                    let request = approved.request().clone();
                    self.exchange.submit(id, request, at, &mut self.reports);
                }
                Command::Cancel(id) => self.exchange.cancel(id, &mut self.reports),
                Command::Replace(id, change) => {
                    self.exchange.replace(id, change, &mut self.reports);
                }
                Command::Tie(one, other) => self.exchange.tie(one, other),
                Command::Configure(setting) => self.exchange.configure(setting),
            }
        }
        if self.at_instant > MOST_ORDERS_AT_ONE_INSTANT {
            return Err(WorldError::Circles(at));
        }
        Ok(())
    }

    /// Hands the exchange's reports to the engine, and those that its answers cause, until none is
    /// left.
    fn deliver(&mut self, observer: &mut impl Observer) -> Result<(), WorldError> {
        let at = self.now.max(self.engine.desk().now);
        while !self.reports.is_empty() {
            for report in std::mem::take(&mut self.reports) {
                self.handle(at, Event::Report(report), observer)?;
            }
        }
        Ok(())
    }
}
