//! Engine and simulated exchange in a closed loop: the world of a backtest, a dry run, a shadow.
//!
//! Invariants: no thread, no channel, no clock; the least of the next bars, the next wake-up, the next
//! corporate action and the next expiry comes first. At one instant: corporate actions, fills of the
//! bars that ended and their callbacks, the strategy's decision, triggers, fills at this close, the end
//! of sessions, the next opens.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::core::calendar::Calendar;
use crate::core::engine::Engine;
use crate::core::engine::desk::Desk;
use crate::core::engine::state::{EngineState, StateError};
use crate::core::engine::strategy::Strategy;
use crate::core::message::{Command, Commands, Envelope, Event, OrderReport, Wish};
use crate::core::model::asset::AssetId;
use crate::core::model::fill::Fill;
use crate::core::model::market::{Bar, CorporateAction};
use crate::core::model::number::Quantity;
use crate::core::model::time::{Span, Timestamp};
use crate::core::sim::exchange::{Exchange, ExchangeState};

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

/// How many orders callbacks may place at one instant before the run is taken to go in circles.
const MOST_ANSWERS_AT_ONE_INSTANT: usize = 10_000;

/// Why a run ended early.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WorldError {
    /// A callback of the strategy answers each of its own orders with another.
    #[error(
        "{MOST_ANSWERS_AT_ONE_INSTANT} orders at one instant ({0}): a callback keeps ordering in answer to its own orders"
    )]
    Circles(Timestamp),
}

/// All that a world knows, as plain data.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WorldState {
    engine: EngineState,
    exchange: ExchangeState,
    /// The instant up to which everything has happened.
    pub now: Timestamp,
    session_end: Timestamp,
    charged: Option<NaiveDate>,
    started: bool,
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
    /// The date of the session that was charged last.
    charged: Option<NaiveDate>,
    now: Timestamp,
    commands: Commands,
    reports: Vec<OrderReport>,
    /// An empty buffer for the next reports.
    spare: Vec<OrderReport>,
    delivering: bool,
    /// The orders that callbacks have placed at this instant.
    answers: usize,
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
            charged: None,
            now: Timestamp::MIN,
            commands: Vec::new(),
            reports: Vec::new(),
            spare: Vec::new(),
            delivering: false,
            answers: 0,
            started: false,
        }
    }

    /// Returns all that engine and exchange know, between two steps.
    pub fn state(&self) -> WorldState {
        WorldState {
            engine: self.engine.state(),
            exchange: self.exchange.state(),
            now: self.now,
            session_end: self.session_end,
            charged: self.charged,
            started: self.started,
        }
    }

    /// Takes up what another world with the same assets, rules and strategy knew. Corporate actions
    /// that were applied before are passed over; the feed must go on after the last bars that were
    /// taken.
    ///
    /// # Errors
    /// As [`Engine::restore`].
    pub fn restore(&mut self, state: WorldState) -> Result<(), StateError> {
        self.engine.restore(state.engine)?;
        self.exchange.restore(state.exchange);
        self.now = state.now;
        self.session_end = state.session_end;
        self.charged = state.charged;
        self.started = state.started;
        while self
            .actions
            .as_slice()
            .first()
            .is_some_and(|action| action.at <= state.now)
        {
            self.actions.next();
        }
        Ok(())
    }

    /// Returns the engine.
    pub fn engine(&self) -> &Engine<S> {
        &self.engine
    }

    /// Returns the engine.
    pub fn engine_mut(&mut self) -> &mut Engine<S> {
        &mut self.engine
    }

    /// Returns the feed, for whoever takes a run up where another left off.
    pub fn feed_mut(&mut self) -> &mut F {
        &mut self.feed
    }

    /// Returns the exchange.
    pub fn exchange(&self) -> &Exchange {
        &self.exchange
    }

    /// Returns when the next bars end; `None` after the last.
    pub fn next_end(&mut self) -> Option<Timestamp> {
        self.feed.peek()
    }

    /// Runs to the end of the bars, or until the strategy fails.
    ///
    /// # Errors
    /// When the strategy goes in circles.
    pub fn run(&mut self, observer: &mut impl Observer) -> Result<(), WorldError> {
        let mut slice = Vec::new();
        while self.advance(&mut slice, observer)? {}
        Ok(())
    }

    /// Goes on to the end of the next bars, which are left in `slice`. Returns whether there were any;
    /// a strategy that has failed gets none.
    ///
    /// # Errors
    /// When the strategy goes in circles.
    pub fn advance(
        &mut self,
        slice: &mut Vec<(AssetId, Bar)>,
        observer: &mut impl Observer,
    ) -> Result<bool, WorldError> {
        let Some(end) = self.feed.peek() else {
            return Ok(false);
        };
        if self.engine.has_failed() {
            return Ok(false);
        }
        self.run_until(end, observer)?;
        self.feed.next(slice);
        self.step(end, slice, observer)?;
        Ok(true)
    }

    /// Does what an operator wants; `why` says who and for what reason.
    ///
    /// # Errors
    /// When the strategy goes in circles.
    pub fn obey(
        &mut self,
        wish: Wish,
        why: &str,
        observer: &mut impl Observer,
    ) -> Result<(), WorldError> {
        self.handle(self.now, Event::Operator(wish, why.into()), observer)?;
        self.deliver(observer)?;
        observer.on_event(self.engine.desk_mut());
        Ok(())
    }

    /// Lets another version of the strategy take over between two events; what the old one kept must
    /// have been handed to it. `previous` is the old one's hash.
    ///
    /// # Errors
    /// When the strategy goes in circles.
    pub fn replace_strategy(
        &mut self,
        strategy: S,
        previous: &str,
        observer: &mut impl Observer,
    ) -> Result<(), WorldError> {
        self.engine
            .replace_strategy(strategy, previous, &mut self.commands);
        self.execute(self.now, observer)?;
        self.deliver(observer)?;
        observer.on_event(self.engine.desk_mut());
        Ok(())
    }

    /// Returns when something is due without a bar.
    pub fn next_due(&self) -> Option<Timestamp> {
        let action = self.actions.as_slice().first().map(|action| action.at);
        let wake = self.engine.next_wakeup().filter(|_| self.started);
        let expiry = self.exchange.next_expiry();
        [action, wake, expiry].into_iter().flatten().min()
    }

    /// Does what is due up to `now`, that instant included, without a bar. Bars that end at `now` must
    /// have been taken before.
    ///
    /// # Errors
    /// When the strategy goes in circles.
    pub fn advance_to(
        &mut self,
        now: Timestamp,
        observer: &mut impl Observer,
    ) -> Result<(), WorldError> {
        self.run_until(now + Span::from_nanos(1), observer)
    }

    /// Lets `work` use the strategy now, as [`Engine::call_with`], and sends what it orders. The inner
    /// result tells of a strategy that goes in circles.
    ///
    /// # Errors
    /// What `work` failed with.
    pub fn call_with<E>(
        &mut self,
        name: &str,
        work: impl FnOnce(&mut S, &mut Box<Desk>) -> Result<(), E>,
        observer: &mut impl Observer,
    ) -> Result<Result<(), WorldError>, E> {
        self.engine.call_with(name, work, &mut self.commands)?;
        let now = self.now;
        let sent = self
            .execute(now, observer)
            .and_then(|()| self.deliver(observer));
        observer.on_event(self.engine.desk_mut());
        Ok(sent)
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
            // What is due together with bars waits for them, but for actions, which come first. Where
            // sessions touch, a bar that ends at an open belongs to the session before.
            let action_first =
                action == Some(next) && next == end && !self.calendar.is_always_open();
            if (next >= end && !action_first) || self.engine.has_failed() {
                return Ok(());
            }
            self.set_now(self.now.max(next));
            if action == Some(next) {
                self.apply_action(observer)?;
            } else {
                self.run_clock(&[], observer)?;
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

    /// What follows the decision on `bars` (none between bars): triggers, fills at this close, the look
    /// at the margin, the end of sessions, the next opens.
    fn run_clock(
        &mut self,
        bars: &[(AssetId, Bar)],
        observer: &mut impl Observer,
    ) -> Result<(), WorldError> {
        let now = self.now;
        if self.started && self.engine.next_trigger().is_some_and(|at| at <= now) {
            self.handle(now, Event::Clock, observer)?;
            self.deliver(observer)?;
        }
        if !bars.is_empty() {
            self.exchange
                .fill_at_this_close(bars, now, &mut self.reports);
            self.deliver(observer)?;
            if let Some(event) = self.exchange.check_margin() {
                self.handle(now, event, observer)?;
                self.deliver(observer)?;
            }
        }
        if self.exchange.next_expiry().is_some_and(|at| at <= now) {
            self.exchange.end_sessions(now, &mut self.reports);
            self.deliver(observer)?;
        }
        if self.started && self.engine.next_open().is_some_and(|at| at <= now) {
            self.handle(now, Event::SessionOpened, observer)?;
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
            self.set_now(opens);
            self.handle(opens, Event::Started, observer)?;
            self.deliver(observer)?;
            // What is due at the very open comes before the bar that it opens.
            self.run_until(end, observer)?;
        }
        self.set_now(end);
        if self.session_end < end {
            self.charge_session();
            self.note_session_end(end, observer);
        }
        self.exchange.on_bars(slice, end, &mut self.reports);
        self.deliver(observer)?;
        for (asset, bar) in slice {
            self.handle(end, Event::BarClosed(*asset, *bar), observer)?;
        }
        if warm_up {
            return Ok(());
        }
        self.handle(end, Event::SliceClosed, observer)?;
        self.deliver(observer)?;
        self.run_clock(slice, observer)?;
        let ends_session = self.session_end == end;
        if ends_session {
            self.charge_session();
        }
        observer.on_slice(slice, self.engine.desk_mut());
        if ends_session {
            self.note_session_end(end + Span::from_nanos(1), observer);
        }
        Ok(())
    }

    /// Charges what the session at hand cost, once for each day since the last one that was charged.
    fn charge_session(&mut self) {
        if self.session_end == Timestamp::MIN || !self.started {
            return;
        }
        let date = self.session_end.date();
        let days = self
            .charged
            .map_or(1, |last| (date - last).num_days().max(1));
        self.charged = Some(date);
        if let Some(event) = self.exchange.borrow_fee(days) {
            let at = self.engine.desk().now;
            self.engine
                .handle(&Envelope { at, event }, &mut self.commands);
        }
    }

    /// Closes the books of the session that ended, and looks for the first end at or after `from`.
    fn note_session_end(&mut self, from: Timestamp, observer: &mut impl Observer) {
        if self.session_end > Timestamp::MIN && self.started {
            observer.on_session_end(self.engine.desk_mut());
        }
        let before = from - Span::from_nanos(1);
        self.session_end = self.calendar.next_close(before).unwrap_or(Timestamp::MAX);
    }

    /// Moves to an instant.
    fn set_now(&mut self, now: Timestamp) {
        if now != self.now {
            self.answers = 0;
        }
        self.now = now;
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
                    self.answers += usize::from(self.delivering);
                    let request = approved.request().clone();
                    self.exchange.submit(id, request, at, &mut self.reports);
                }
                Command::Cancel(id) => self.exchange.cancel(id, &mut self.reports),
                Command::Replace(id, change) => {
                    self.exchange.replace(id, change, at, &mut self.reports);
                }
                Command::Tie(one, other) => self.exchange.tie(one, other),
                Command::Configure(setting) => self.exchange.configure(setting),
            }
        }
        if self.answers > MOST_ANSWERS_AT_ONE_INSTANT {
            return Err(WorldError::Circles(at));
        }
        Ok(())
    }

    /// Hands the exchange's reports to the engine, and those that its answers cause, until none is
    /// left.
    fn deliver(&mut self, observer: &mut impl Observer) -> Result<(), WorldError> {
        if self.reports.is_empty() {
            return Ok(());
        }
        self.delivering = true;
        while !self.reports.is_empty() {
            let mut reports = std::mem::replace(&mut self.reports, std::mem::take(&mut self.spare));
            for report in reports.drain(..) {
                self.handle(self.now, Event::Report(report), observer)?;
            }
            self.spare = reports;
        }
        self.delivering = false;
        Ok(())
    }
}
