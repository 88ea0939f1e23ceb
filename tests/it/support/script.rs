//! Runs a script text over given bars and returns what came of it.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use rust_decimal::Decimal;
use rustybt::core::calendar::Calendar;
use rustybt::core::engine::desk::{Desk, Mode, Note};
use rustybt::core::engine::market::Market;
use rustybt::core::engine::{Engine, OnScriptError};
use rustybt::core::ledger::Ledger;
use rustybt::core::model::asset::{Asset, AssetId, AssetKind};
use rustybt::core::model::fill::Fill;
use rustybt::core::model::market::Bar;
use rustybt::core::model::number::{Money, Quantity};
use rustybt::core::model::time::{Timeframe, Timestamp};
use rustybt::core::sim::exchange::Exchange;
use rustybt::core::sim::rules::Rules;
use rustybt::core::sim::world::{DatedAction, Feed, Observer, World, WorldState};
use rustybt::script::error::ScriptError;
use rustybt::script::host::kept::ScriptState;
use rustybt::script::host::{Locks, Margin, ScriptStrategy, Setup};
use rustybt::script::sandbox::{Budget, Fuse};
use rustybt::script::testing::{Runner, Source, tests_in};

/// Open, high, low, close and volume of one bar.
pub(crate) type Candle = [f64; 5];

/// What a script is run in: assets with daily bars from 2020-01-02 on.
#[derive(Clone)]
pub(crate) struct Sandbox {
    assets: Vec<(Asset, Vec<Candle>)>,
    params: BTreeMap<String, String>,
    modules: BTreeMap<String, String>,
    budget: Budget,
    file: String,
    on_error: OnScriptError,
    compiled: bool,
    /// After so many slices the run is written down, thrown away and taken up by another.
    restart_every: Option<usize>,
    place: Place,
}

/// What is traded, when, and how long a bar is.
#[derive(Clone, Copy)]
struct Place {
    kind: AssetKind,
    calendar: &'static str,
    timeframe: Timeframe,
}

/// What came of a run.
#[derive(Default, Debug)]
pub(crate) struct Ran {
    /// Recorded values, a map for each call of `record`.
    pub(crate) records: Vec<BTreeMap<String, Option<f64>>>,
    /// Lines of the log, `level text`.
    pub(crate) log: Vec<String>,
    /// Notes of all other kinds, as they print.
    pub(crate) notes: Vec<String>,
    /// Executions: `time asset amount at price`.
    pub(crate) fills: Vec<String>,
    /// Orders, denied ones too: `time side amount asset type`.
    pub(crate) orders: Vec<String>,
    /// What stopped the run.
    pub(crate) error: Option<ScriptError>,
    /// How many handler calls failed.
    pub(crate) errors: u64,
    /// The value of the portfolio at the end.
    pub(crate) value: f64,
}

/// Starts with one asset, `AAPL`, of these closes.
pub(crate) fn closes(closes: &[f64]) -> Sandbox {
    Sandbox::empty().with("AAPL", closes)
}

impl Sandbox {
    pub(crate) fn empty() -> Self {
        Self {
            assets: Vec::new(),
            params: BTreeMap::new(),
            modules: BTreeMap::new(),
            budget: Budget::default(),
            file: "strategy.rhai".to_owned(),
            on_error: OnScriptError::Halt,
            compiled: true,
            restart_every: None,
            place: Place {
                kind: AssetKind::Equity,
                calendar: "XNYS",
                timeframe: Timeframe::Day,
            },
        }
    }

    /// As [`Self::empty`], with bars of another length, kind or calendar; before assets are added.
    pub(crate) fn of(kind: AssetKind, calendar: &'static str, timeframe: Timeframe) -> Self {
        let place = Place {
            kind,
            calendar,
            timeframe,
        };
        Self {
            place,
            ..Self::empty()
        }
    }

    /// Adds an asset by its closes: a bar opens at the close before it.
    pub(crate) fn with(self, symbol: &str, closes: &[f64]) -> Self {
        let mut before = closes.first().copied().unwrap_or(1.0);
        let candles = closes.iter().map(|close| {
            let open = std::mem::replace(&mut before, *close);
            [open, open.max(*close), open.min(*close), *close, 1e6]
        });
        let candles = candles.collect();
        self.with_candles(symbol, candles)
    }

    pub(crate) fn with_candles(mut self, symbol: &str, candles: Vec<Candle>) -> Self {
        let asset = Asset::new(symbol, self.place.kind, self.place.calendar);
        self.assets.push((asset, candles));
        self
    }

    pub(crate) fn with_param(mut self, name: &str, value: &str) -> Self {
        self.params.insert(name.to_owned(), value.to_owned());
        self
    }

    pub(crate) fn with_module(mut self, path: &str, text: &str) -> Self {
        self.modules.insert(path.to_owned(), text.to_owned());
        self
    }

    pub(crate) fn named(mut self, file: &str) -> Self {
        file.clone_into(&mut self.file);
        self
    }

    pub(crate) fn with_budget(mut self, budget: Budget) -> Self {
        self.budget = budget;
        self
    }

    /// A failing handler is counted, and the run goes on.
    pub(crate) fn going_on(mut self) -> Self {
        self.on_error = OnScriptError::Continue;
        self
    }

    /// All functions run under Rhai's own evaluator, none is compiled.
    pub(crate) fn interpreted(mut self) -> Self {
        self.compiled = false;
        self
    }

    /// The run is written down as JSON, thrown away and taken up anew after every `slices` slices.
    pub(crate) fn restarting(mut self, slices: usize) -> Self {
        self.restart_every = Some(slices);
        self
    }

    /// Keeps the first `count` bars of each asset.
    pub(crate) fn cut(mut self, count: usize) -> Self {
        for (_, candles) in &mut self.assets {
            candles.truncate(count);
        }
        self
    }

    /// Loads a script.
    #[expect(clippy::result_large_err, reason = "a test ends with it")]
    pub(crate) fn load(&self, text: &str) -> Result<ScriptStrategy, ScriptError> {
        let modules = self.modules.clone();
        let setup = Setup {
            assets: self.list(),
            params: self.params.clone(),
            seed: 7,
            locks: Locks::default(),
            margin: Margin {
                initial: Decimal::new(5, 1),
                maintenance: Decimal::new(25, 2),
            },
            budget: self.budget,
            fuse: Arc::new(Fuse::default()),
            read_module: Rc::new(move |path| modules.get(path).map(|text| text.as_str().into())),
            compiled: self.compiled,
        };
        ScriptStrategy::load(text, &self.file, setup)
    }

    /// Loads and runs a script.
    pub(crate) fn run(&self, text: &str) -> Ran {
        // Debug builds need far more stack for a script's calls than release builds.
        std::thread::scope(|scope| {
            let work = move || SendBack(self.run_here(text));
            let thread = std::thread::Builder::new().stack_size(64 << 20);
            let running = thread.spawn_scoped(scope, work);
            running
                .expect("a thread can be started")
                .join()
                .expect("a script never panics")
                .0
        })
    }

    fn run_here(&self, text: &str) -> Ran {
        let strategy = match self.load(text) {
            Ok(strategy) => strategy,
            Err(error) => {
                return Ran {
                    error: Some(error),
                    ..Ran::default()
                };
            }
        };
        let mut world = self.world(strategy);
        let assets = self.list();
        let mut ran = Ran::default();
        let mut watch = Watch {
            ran: &mut ran,
            assets: Rc::clone(&assets),
        };
        let (mut slice, mut count) = (Vec::new(), 0_usize);
        while world.advance(&mut slice, &mut watch).unwrap() {
            count += 1;
            if let Some(every) = self.restart_every
                && count.is_multiple_of(every)
                && !world.engine().has_failed()
            {
                world = self.restarted(world, text);
            }
        }
        watch.take_notes(world.engine_mut().desk_mut());
        let engine = world.engine_mut();
        ran.errors = engine.errors();
        ran.value = engine.desk().ledger.value().to_f64();
        ran.orders = engine
            .desk()
            .orders
            .all()
            .iter()
            .map(|order| {
                let request = &order.request;
                format!(
                    "{} {} {} {} {}",
                    order.created,
                    request.side,
                    request.quantity,
                    assets[request.asset.index()].symbol,
                    request.order_type.name()
                )
            })
            .collect();
        ran.error = engine.take_failure().map(|(_, failure)| {
            let error = failure.downcast::<ScriptError>();
            *error.expect("a script fails with a script's error")
        });
        ran
    }

    /// Writes a world down, throws it away, and takes it up in another.
    fn restarted(
        &self,
        old: World<ScriptStrategy, Slices>,
        text: &str,
    ) -> World<ScriptStrategy, Slices> {
        let written =
            serde_json::to_string(&(old.state(), old.engine().strategy().state())).unwrap();
        drop(old);
        let (state, script): (WorldState, ScriptState) = serde_json::from_str(&written).unwrap();
        let now = state.now;
        let mut world = self.world(self.load(text).unwrap());
        world.restore(state).unwrap();
        world.engine_mut().restore_strategy(&script).unwrap();
        world.feed_mut().0.retain(|(end, _)| *end > now);
        world
    }

    fn world(&self, strategy: ScriptStrategy) -> World<ScriptStrategy, Slices> {
        let assets = self.list();
        let calendars = || -> Vec<Calendar> { assets.iter().map(|_| self.calendar()).collect() };
        let cash = Money::new(Decimal::from(100_000));
        let market = Market::new(Rc::clone(&assets), calendars(), self.place.timeframe);
        let mut desk = Desk::new(
            Mode::Backtest,
            market,
            Ledger::new(Rc::clone(&assets), cash),
        );
        desk.schedule.set_calendar(self.calendar());
        let engine = Engine::new(desk, strategy, self.on_error, false);
        let exchange = Exchange::new(Rc::clone(&assets), calendars(), Rules::default(), cash);
        let start = Timestamp::MIN;
        World::new(
            engine,
            exchange,
            self.feed(),
            Vec::new(),
            self.calendar(),
            start,
        )
    }

    fn list(&self) -> Rc<[Asset]> {
        self.assets.iter().map(|(asset, _)| asset.clone()).collect()
    }

    fn calendar(&self) -> Calendar {
        Calendar::named(self.place.calendar).expect("the calendar is built in")
    }

    /// The label, open and close of the first `count` bars.
    fn spans(&self, count: usize) -> Vec<(Timestamp, Timestamp, Timestamp)> {
        let first = "2020-01-02".parse().expect("it is a date");
        let last = "2029-12-31".parse().expect("it is a date");
        let step = match self.place.timeframe {
            Timeframe::Intraday(_) => Some(self.place.timeframe.span()),
            Timeframe::Day | Timeframe::Week => None,
        };
        let mut spans = Vec::with_capacity(count);
        for session in self.calendar().sessions(first..=last) {
            if spans.len() >= count {
                break;
            }
            let Some(step) = step else {
                let label = Timestamp::from_date(session.date).expect("it is a date");
                spans.push((label, session.open, session.close));
                continue;
            };
            let mut at = session.open;
            while at < session.close {
                spans.push((at, at, (at + step).min(session.close)));
                at = at + step;
            }
        }
        spans.truncate(count);
        spans
    }

    fn feed(&self) -> Slices {
        let longest = self.assets.iter().map(|(_, c)| c.len()).max().unwrap_or(0);
        let mut slices: Vec<Slice> = Vec::new();
        for (at, (label, opens, closes)) in self.spans(longest).into_iter().enumerate() {
            let bars = (0_u32..)
                .zip(&self.assets)
                .filter_map(|(id, (_, candles))| {
                    Some((AssetId(id), bar(label, opens, closes, candles.get(at)?)))
                })
                .collect();
            slices.push((closes, bars));
        }
        slices.reverse();
        Slices(slices)
    }
}

/// Runs all tests of a script; returns the first failure.
pub(crate) fn run_tests(text: &str) -> Result<(), Box<ScriptError>> {
    let source = Source {
        file: "tests.rhai".to_owned(),
        text: text.into(),
        read_module: Rc::new(|_| None),
    };
    let runner = Runner {
        find: Rc::new(|path| Err(format!("there is no strategy `{path}`"))),
        budget: Budget::default(),
        fuse: Arc::new(Fuse::default()),
    };
    let tests = tests_in(&source)?;
    assert!(!tests.is_empty(), "no tests in {text}");
    tests
        .iter()
        .try_for_each(|test| runner.run(&source, test).outcome)
}

/// The result of a run has no shared parts: it may leave its thread.
struct SendBack(Ran);

#[expect(clippy::cast_possible_truncation, reason = "test prices are small")]
fn bar(start: Timestamp, opens: Timestamp, closes: Timestamp, candle: &Candle) -> Bar {
    let scaled = |price: f64| (price * 1e4).round() as i64;
    let [open, high, low, close, volume] = *candle;
    Bar {
        start,
        opens,
        closes,
        prices: [open, high, low, close].map(scaled),
        volume: volume as i64,
        price_scale: 4,
        volume_scale: 0,
    }
}

type Slice = (Timestamp, Vec<(AssetId, Bar)>);

/// Slices, the last first.
#[derive(Debug)]
struct Slices(Vec<Slice>);

impl Feed for Slices {
    fn peek(&mut self) -> Option<Timestamp> {
        self.0.last().map(|(at, _)| *at)
    }

    fn next(&mut self, slice: &mut Vec<(AssetId, Bar)>) {
        slice.clear();
        if let Some((_, bars)) = self.0.pop() {
            slice.extend(bars);
        }
    }
}

struct Watch<'a> {
    ran: &'a mut Ran,
    assets: Rc<[Asset]>,
}

impl Watch<'_> {
    fn take_notes(&mut self, desk: &mut Desk) {
        for note in desk.notes.drain(..) {
            match note {
                Note::Record(row) => self.ran.records.push(
                    row.into_iter()
                        .map(|(name, value)| (name.to_string(), value))
                        .collect(),
                ),
                Note::Log(level, text, fields) => {
                    let line = format!("{} {text} {fields}", level.name());
                    self.ran.log.push(line.trim_end().to_owned());
                }
                other @ (Note::Plot(..) | Note::Marker(..) | Note::Alert(..)) => {
                    self.ran.notes.push(format!("{other:?}"));
                }
            }
        }
    }
}

impl Observer for Watch<'_> {
    fn on_fill(&mut self, fill: &Fill, _desk: &Desk) {
        let symbol = &self.assets[fill.asset.index()].symbol;
        self.ran.fills.push(format!(
            "{} {symbol} {} at {}",
            fill.time, fill.quantity, fill.price
        ));
    }

    fn on_action(&mut self, _action: &DatedAction, _held: Quantity, _desk: &Desk) {}

    fn on_slice(&mut self, _bars: &[(AssetId, Bar)], desk: &mut Desk) {
        self.take_notes(desk);
    }

    fn on_session_end(&mut self, desk: &mut Desk) {
        self.take_notes(desk);
    }

    fn on_event(&mut self, desk: &mut Desk) {
        self.take_notes(desk);
    }
}

/// Shows an error as a person would want it: code, place, message, line, caret, hint, calls.
pub(crate) fn frame(error: &ScriptError) -> String {
    use std::fmt::Write as _;
    let place = &error.place;
    let mut text = format!("{} {}\n", error.code, error.message);
    if place.line > 0 {
        let margin = " ".repeat(place.column.saturating_sub(1));
        let _written = write!(
            text,
            "  {}:{}:{}\n  | {}\n  | {margin}{}\n",
            place.file,
            place.line,
            place.column,
            place.text,
            "^".repeat(place.width)
        );
    }
    if !error.hint.is_empty() {
        let _written = writeln!(text, "  hint: {}", error.hint);
    }
    let details = &error.details;
    if !details.values.is_empty() {
        let values: Vec<String> = details
            .values
            .iter()
            .map(|(name, value)| format!("{name} = {value}"))
            .collect();
        let _written = writeln!(text, "  with {}", values.join(", "));
    }
    if !details.assets.is_empty() {
        let _written = writeln!(text, "  on {}", details.assets.join(", "));
    }
    for called in &error.trace {
        let _written = writeln!(
            text,
            "  in {} from {}:{}:{}",
            called.function, called.from.file, called.from.line, called.from.column
        );
    }
    text
}
