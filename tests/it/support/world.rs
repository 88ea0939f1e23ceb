//! A backtest over bars written in a test: `world().bars("A", &["10 11 9 10 1000"]).run(strategy)`.
//!
//! Defaults: one session calendar for all (`24/7`), bars of one hour from 2024-01-01, equities with lot
//! 1 and tick 0.01, a margin account with 100 000, no commission, no slippage, no volume limit.

#![allow(dead_code, reason = "not every subject needs every setting")]

use std::cell::Cell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

use chrono::Days;
use rust_decimal::Decimal;
use rustybt::core::calendar::{Calendar, SessionCursor};
use rustybt::core::engine::desk::{Desk, Mode};
use rustybt::core::engine::market::Market;
use rustybt::core::engine::schedule::{DateRule, Rule, TimeRule};
use rustybt::core::engine::strategy::{Call, Failure, Handler, Strategy};
use rustybt::core::engine::{Engine, OnScriptError};
use rustybt::core::ledger::Ledger;
use rustybt::core::model::asset::{Asset, AssetId, AssetKind};
use rustybt::core::model::fill::Fill;
use rustybt::core::model::market::{Bar, CorporateAction};
use rustybt::core::model::number::{Money, Price, Quantity};
use rustybt::core::model::order::{OrderId, OrderRequest, OrderType, Side, TimeInForce};
use rustybt::core::model::time::{Span, Timeframe, Timestamp};
use rustybt::core::sim::commission::Commission;
use rustybt::core::sim::exchange::Exchange;
use rustybt::core::sim::rules::Rules;
use rustybt::core::sim::slippage::Slippage;
use rustybt::core::sim::world::{DatedAction, Feed, Observer, World};

/// Opens a builder with the defaults.
pub(crate) fn world() -> Builder {
    Builder {
        calendar: "24/7".to_owned(),
        timeframe: Timeframe::HOUR,
        first: Timestamp::parse("2024-01-01").unwrap(),
        cash: Decimal::from(100_000),
        rules: Rules {
            commission: Some(Commission::None),
            slippage: Some(Slippage::None),
            volume_limit: None,
            ..Rules::default()
        },
        liquidate: false,
        assets: Vec::new(),
        bars: Vec::new(),
        actions: Vec::new(),
        warm_up: 0,
        labels: None,
    }
}

/// What a world is made of.
#[derive(Clone)]
pub(crate) struct Builder {
    calendar: String,
    timeframe: Timeframe,
    first: Timestamp,
    cash: Decimal,
    rules: Rules,
    liquidate: bool,
    assets: Vec<Asset>,
    bars: Vec<Vec<Option<[Decimal; 5]>>>,
    actions: Vec<(u32, String, CorporateAction)>,
    warm_up: usize,
    labels: Option<Vec<Timestamp>>,
}

impl Builder {
    /// Sets the calendar, the interval and the label of the first bar.
    pub(crate) fn times(mut self, calendar: &str, timeframe: &str, first: &str) -> Self {
        calendar.clone_into(&mut self.calendar);
        self.timeframe = Timeframe::parse(timeframe).unwrap();
        self.first = Timestamp::parse(first).unwrap();
        self
    }

    pub(crate) fn cash(mut self, cash: impl Into<Decimal>) -> Self {
        self.cash = cash.into();
        self
    }

    pub(crate) fn rules(mut self, change: impl FnOnce(&mut Rules)) -> Self {
        change(&mut self.rules);
        self
    }

    /// Lets the engine answer a margin call with closing orders.
    pub(crate) fn liquidate(mut self) -> Self {
        self.liquidate = true;
        self
    }

    /// Changes the rules of an asset that has its bars already.
    pub(crate) fn asset(mut self, symbol: &str, change: impl FnOnce(&mut Asset)) -> Self {
        let at = self.place(symbol);
        change(&mut self.assets[at]);
        self
    }

    /// Adds bars of an asset, each `open high low close volume`; `-` is none.
    pub(crate) fn bars(self, symbol: &str, rows: &[&str]) -> Self {
        let rows = rows.iter().map(|row| {
            if *row == "-" {
                return None;
            }
            let numbers: Vec<Decimal> = row.split(' ').map(|text| text.parse().unwrap()).collect();
            Some(numbers.try_into().expect("five numbers a bar"))
        });
        let rows = rows.collect();
        self.rows(symbol, rows)
    }

    /// Adds bars of an asset as numbers.
    pub(crate) fn rows(mut self, symbol: &str, rows: Vec<Option<[Decimal; 5]>>) -> Self {
        let at = self.place(symbol);
        self.bars[at].extend(rows);
        self
    }

    /// Keeps the first `count` bars only.
    pub(crate) fn first_bars(mut self, count: usize) -> Self {
        for bars in &mut self.bars {
            bars.truncate(count);
        }
        self
    }

    /// Sets the label of each row, in place of those of the calendar.
    pub(crate) fn labels(mut self, labels: Vec<Timestamp>) -> Self {
        self.labels = Some(labels);
        self
    }

    /// Lets the first `count` bars feed history only.
    pub(crate) fn warm_up(mut self, count: usize) -> Self {
        self.warm_up = count;
        self
    }

    /// Adds a split or dividend at the open of a session's date.
    pub(crate) fn action(mut self, symbol: &str, date: &str, action: CorporateAction) -> Self {
        let at = self.place(symbol);
        let id = u32::try_from(at).unwrap();
        self.actions.push((id, date.to_owned(), action));
        self
    }

    fn place(&mut self, symbol: &str) -> usize {
        if let Some(at) = self.assets.iter().position(|a| *a.symbol == *symbol) {
            return at;
        }
        let asset = Asset::new(symbol, AssetKind::Equity, &self.calendar);
        self.assets.push(asset);
        self.bars.push(Vec::new());
        self.assets.len() - 1
    }

    /// Runs a strategy over all bars.
    pub(crate) fn run<S: Strategy>(self, strategy: S) -> Sim<S> {
        let mut sim = self.open(strategy);
        while sim.step() {}
        sim
    }

    /// Sets a strategy before the first bar.
    pub(crate) fn open<S: Strategy>(self, strategy: S) -> Sim<S> {
        let calendar = Calendar::named(&self.calendar).unwrap();
        let made = || self.made_labels(&calendar);
        let labels = self.labels.clone().unwrap_or_else(made);
        let slices = self.slices(&calendar, &labels);
        let left = slices.len();
        let mut assets = self.assets;
        for asset in &mut assets {
            asset.calendar = self.calendar.as_str().into();
        }
        let assets: Rc<[Asset]> = assets.into();
        let calendars = vec![calendar.clone(); assets.len()];
        let cash = Money::new(self.cash);
        let market = Market::new(Rc::clone(&assets), calendars.clone(), self.timeframe);
        let ledger = Ledger::new(Rc::clone(&assets), cash);
        let mut desk = Desk::new(Mode::Backtest, market, ledger);
        desk.schedule.set_calendar(calendar.clone());
        let engine = Engine::new(desk, strategy, OnScriptError::Halt, self.liquidate);
        let exchange = Exchange::new(assets, calendars, self.rules, cash);
        let actions = self.actions.iter().map(|(asset, date, action)| {
            let session = calendar.session_on(date.parse().unwrap());
            DatedAction {
                at: session.expect("a session").open,
                asset: AssetId(*asset),
                action: *action,
            }
        });
        let actions = actions.collect();
        let start = labels.get(self.warm_up).copied().unwrap_or(Timestamp::MIN);
        let valve = Rc::new(Cell::new(0));
        let feed = Bars {
            slices,
            valve: Rc::clone(&valve),
        };
        Sim {
            world: World::new(engine, exchange, feed, actions, calendar, start),
            seen: Seen::default(),
            valve,
            left,
            labels,
        }
    }

    /// Returns the labels of the bars, one for each row.
    fn made_labels(&self, calendar: &Calendar) -> Vec<Timestamp> {
        let count = self.bars.iter().map(Vec::len).max().unwrap_or(0);
        let from = self.first.date();
        let to = from.checked_add_days(Days::new(4_000)).unwrap();
        let mut labels = Vec::new();
        for session in calendar.sessions(from..=to) {
            if labels.len() >= count {
                break;
            }
            match self.timeframe {
                Timeframe::Day => labels.push(Timestamp::from_date(session.date).unwrap()),
                Timeframe::Intraday(_) => {
                    let mut at = session.open;
                    while at < session.close {
                        if at >= self.first {
                            labels.push(at);
                        }
                        at = at + self.timeframe.span();
                    }
                }
                Timeframe::Week => panic!("weekly bars are not made here"),
            }
        }
        labels.truncate(count);
        labels
    }

    fn slices(&self, calendar: &Calendar, labels: &[Timestamp]) -> Slices {
        let mut cursor = SessionCursor::new(calendar);
        let mut slices = VecDeque::new();
        for (row, label) in labels.iter().enumerate() {
            let span = cursor.bar_span(*label, self.timeframe);
            let bars: Vec<(AssetId, Bar)> = (0..)
                .zip(&self.bars)
                .filter_map(|(id, bars)| {
                    let values = bars.get(row).copied().flatten()?;
                    Some((AssetId(id), bar(*label, span.opens, span.closes, values)))
                })
                .collect();
            if !bars.is_empty() {
                slices.push_back((span.closes, bars));
            }
        }
        slices
    }
}

fn bar(start: Timestamp, opens: Timestamp, closes: Timestamp, values: [Decimal; 5]) -> Bar {
    let scale = |values: &[Decimal]| values.iter().map(|v| v.normalize().scale()).max().unwrap();
    let whole = |value: Decimal, scale: u32| -> i64 {
        let mut value = value;
        value.rescale(scale);
        i64::try_from(value.mantissa()).unwrap()
    };
    let (prices, volume) = (scale(&values[..4]), scale(&values[4..]));
    Bar {
        start,
        opens,
        closes,
        prices: [0, 1, 2, 3].map(|column| whole(values[column], prices)),
        volume: whole(values[4], volume),
        price_scale: u8::try_from(prices).unwrap(),
        volume_scale: u8::try_from(volume).unwrap(),
    }
}

type Slices = VecDeque<(Timestamp, Vec<(AssetId, Bar)>)>;

/// Made-up bars; no more of them are shown than the valve lets through.
#[derive(Debug)]
pub(crate) struct Bars {
    slices: Slices,
    valve: Rc<Cell<usize>>,
}

impl Feed for Bars {
    fn peek(&mut self) -> Option<Timestamp> {
        let next = self.slices.front().map(|slice| slice.0);
        next.filter(|_| self.valve.get() > 0)
    }

    fn next(&mut self, slice: &mut Vec<(AssetId, Bar)>) {
        self.valve.set(self.valve.get() - 1);
        slice.clear();
        slice.extend(self.slices.pop_front().expect("the caller has peeked").1);
    }
}

/// A world that runs slice by slice, and what was seen of it.
pub(crate) struct Sim<S> {
    pub(crate) world: World<S, Bars>,
    pub(crate) seen: Seen,
    /// The labels of the rows of bars.
    pub(crate) labels: Vec<Timestamp>,
    valve: Rc<Cell<usize>>,
    left: usize,
}

impl<S: Strategy> Sim<S> {
    /// Runs to the end of the next bars; returns whether there were any.
    pub(crate) fn step(&mut self) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        self.valve.set(1);
        let result = self.world.run(&mut self.seen);
        assert_eq!(result, Ok(()));
        if let Some((handler, failure)) = self.world.engine_mut().take_failure() {
            panic!("{handler}: {failure}");
        }
        true
    }

    /// Lets the next `count` slices through, for who runs the world itself.
    pub(crate) fn open_valve(&mut self, count: usize) {
        self.left -= count;
        self.valve.set(count);
    }

    pub(crate) fn desk(&self) -> &Desk {
        self.world.engine().desk()
    }

    /// Returns `status filled/quantity` of an order.
    pub(crate) fn order(&self, number: u64) -> String {
        let order = self.desk().orders.get(OrderId(number)).expect("an order");
        format!(
            "{} {}/{}",
            order.status, order.filled, order.request.quantity
        )
    }

    /// Returns the fills, each as `row order quantity @ price`, where row is that of the bar.
    pub(crate) fn fills(&self) -> Vec<String> {
        let row = |fill: &Fill| self.labels.binary_search(&fill.bar).expect("a bar");
        let text = |seen: &SeenFill| {
            let fill = &seen.fill;
            let (order, quantity, price) = (fill.order, fill.quantity, fill.price);
            format!("{} {order} {quantity} @ {price}", row(fill))
        };
        self.seen.fills.iter().map(text).collect()
    }
}

/// A fill and the books after it.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct SeenFill {
    pub(crate) fill: Fill,
    pub(crate) cash: Money,
    pub(crate) position: Quantity,
}

/// An observer that writes everything down and holds the books to their law.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) fills: Vec<SeenFill>,
    /// The portfolio value after each slice.
    pub(crate) equity: Vec<Money>,
    /// The instants at which sessions were over.
    pub(crate) session_ends: Vec<Timestamp>,
}

impl Observer for Seen {
    fn on_fill(&mut self, fill: &Fill, desk: &Desk) {
        self.fills.push(SeenFill {
            fill: *fill,
            cash: desk.ledger.cash(),
            position: desk.ledger.position(fill.asset).amount,
        });
        check_books(desk);
    }

    fn on_action(&mut self, _action: &DatedAction, _before: Quantity, desk: &Desk) {
        check_books(desk);
    }

    fn on_slice(&mut self, _bars: &[(AssetId, Bar)], desk: &mut Desk) {
        check_books(desk);
        self.equity.push(desk.ledger.value());
    }

    fn on_session_end(&mut self, desk: &mut Desk) {
        self.session_ends.push(desk.now);
    }

    fn on_event(&mut self, desk: &mut Desk) {
        check_books(desk);
    }
}

/// Value is cash plus what every position is worth, added up here once more.
fn check_books(desk: &Desk) {
    let ledger = &desk.ledger;
    let mut worth = Money::ZERO;
    for id in (0..).take(desk.assets().len()).map(AssetId) {
        let position = ledger.position(id);
        let asset = desk.asset(id);
        worth += asset.notional(position.last_price, position.amount);
        if asset.kind == AssetKind::Future {
            worth -= position.cost;
        }
    }
    assert_eq!(ledger.cash() + worth, ledger.value());
}

/// A strategy that is a closure, called in every handler.
pub(crate) struct Closure<F>(pub(crate) F);

impl<F: FnMut(&Call, &mut Desk)> Strategy for Closure<F> {
    fn handles(&self, _handler: &Handler) -> bool {
        true
    }

    fn call(&mut self, call: &Call, desk: &mut Box<Desk>) -> Result<(), Failure> {
        (self.0)(call, desk);
        Ok(())
    }
}

/// Wraps a closure that is called in `handle_data` with the number of the call, from 0.
pub(crate) fn each_bar(
    mut decide: impl FnMut(usize, &mut Desk),
) -> Closure<impl FnMut(&Call, &mut Desk)> {
    let mut count = 0;
    Closure(move |call: &Call, desk: &mut Desk| {
        if *call == Call::HandleData {
            decide(count, desk);
            count += 1;
        }
    })
}

/// Makes a request for the first asset, GTC: positive buys, negative sells.
pub(crate) fn request(amount: impl Into<Decimal>, order_type: OrderType) -> OrderRequest {
    let amount = Quantity::new(amount.into());
    OrderRequest {
        asset: AssetId(0),
        side: Side::of(amount),
        quantity: amount.abs(),
        order_type,
        tif: TimeInForce::Gtc,
        tag: Arc::from(""),
        reduce_only: false,
        post_only: false,
        parent: None,
        oco: None,
    }
}

/// Places a request that must be taken and returns its number.
pub(crate) fn place(desk: &mut Desk, request: OrderRequest) -> OrderId {
    let placed = desk.place(request).expect("an order that may be placed");
    placed.expect("an order of at least a lot")
}

/// Places a market order in the first asset.
pub(crate) fn market(desk: &mut Desk, amount: i64) -> OrderId {
    place(desk, request(amount, OrderType::Market))
}

/// Places a limit order in the first asset.
pub(crate) fn limit(desk: &mut Desk, amount: i64, price: Decimal) -> OrderId {
    place(desk, request(amount, OrderType::Limit(Price::new(price))))
}

/// Places a stop order in the first asset.
pub(crate) fn stop(desk: &mut Desk, amount: i64, price: Decimal) -> OrderId {
    place(desk, request(amount, OrderType::Stop(Price::new(price))))
}

/// Places an entry in the first asset with a stop and a target that are tied; returns the entry.
pub(crate) fn bracket(
    desk: &mut Desk,
    entry: &OrderRequest,
    stop: Decimal,
    target: Decimal,
) -> [OrderId; 3] {
    let child = |parent, order_type| OrderRequest {
        side: entry.side.opposite(),
        order_type,
        parent: Some(parent),
        ..entry.clone()
    };
    let parent = place(desk, entry.clone());
    let stop = place(desk, child(parent, OrderType::Stop(Price::new(stop))));
    let target = place(desk, child(parent, OrderType::Limit(Price::new(target))));
    desk.tie(stop, target);
    [parent, stop, target]
}

/// An instant a span after another, for readable tests.
pub(crate) fn hours(count: i64) -> Span {
    Span::from_seconds(count * 3_600)
}

/// Makes rows of one price.
pub(crate) fn flat(price: i64, count: usize) -> Vec<Option<[Decimal; 5]>> {
    let price = Decimal::from(price);
    vec![Some([price, price, price, price, Decimal::from(1_000)]); count]
}

/// Schedules a function on every session.
pub(crate) fn schedule(desk: &mut Desk, name: &str, time: TimeRule) {
    let rule = Rule::Session(DateRule::EveryDay, time);
    desk.schedule.add(name, name, rule, true, desk.now);
}
