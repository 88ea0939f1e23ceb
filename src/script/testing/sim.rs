//! A simulated world in which a test runs a strategy: the real engine and the simulated exchange of a
//! backtest, over bars that the test writes.
//!
//! Invariants: nothing is mocked; the strategy is loaded at the first step, when all assets are known;
//! between steps its desk can be read; what the strategy throws, the step throws.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use rhai::{Array, Dynamic, Map};
use rust_decimal::Decimal;

use crate::core::calendar::Calendar;
use crate::core::engine::desk::{Desk, LogLevel, Mode, Note};
use crate::core::engine::market::Market;
use crate::core::engine::{Engine, OnScriptError};
use crate::core::ledger::Ledger;
use crate::core::model::asset::{Asset, AssetId};
use crate::core::model::fill::Fill;
use crate::core::model::market::Bar;
use crate::core::model::number::{Money, Quantity};
use crate::core::model::time::Timestamp;
use crate::core::sim::exchange::Exchange;
use crate::core::sim::rules::Rules;
use crate::core::sim::world::{DatedAction, Observer, World, WorldError};
use crate::script::api::time::TimeRef;
use crate::script::convert::{Outcome, fail, nearest};
use crate::script::error::{ScriptError, Thrown};
use crate::script::host::{Host, Locks, Margin, ScriptStrategy, Setup};
use crate::script::testing::tape::{Tape, bar_of, first_label, next_label};
use crate::script::testing::{Bench, Source};

/// How a world is set up.
#[derive(Clone, Debug)]
pub(in crate::script) struct Options {
    pub(in crate::script) capital: Money,
    /// Parameters of the strategy, as texts.
    pub(in crate::script) params: BTreeMap<String, String>,
    pub(in crate::script) calendar: Calendar,
    pub(in crate::script) kind: crate::core::model::asset::AssetKind,
    pub(in crate::script) timeframe: crate::core::model::time::Timeframe,
    /// Where the first bars begin.
    pub(in crate::script) start: Timestamp,
    pub(in crate::script) seed: u64,
    pub(in crate::script) rules: Rules,
    /// What the test set, so that the strategy's own setting is overruled.
    pub(in crate::script) locks: Locks,
}

/// See the module.
pub(in crate::script) struct Sim {
    bench: Bench,
    source: Source,
    options: Options,
    assets: Vec<Asset>,
    /// The label and the close of the last bar of each asset.
    last: Vec<Option<(Timestamp, Decimal)>>,
    tape: Tape,
    running: Option<Running>,
}

struct Running {
    world: World<ScriptStrategy, Tape>,
    host: Rc<Host>,
    seen: Seen,
    /// The label of the last slice.
    label: Option<Timestamp>,
}

/// What a run has shown.
#[derive(Default)]
struct Seen {
    fills: Vec<Fill>,
    /// `record`: a row for each call.
    recorded: Vec<Vec<(Arc<str>, Option<f64>)>>,
    logs: Vec<Line>,
    bench: Option<Bench>,
}

/// A line of the strategy's log.
struct Line {
    time: Timestamp,
    level: &'static str,
    text: Arc<str>,
}

impl std::fmt::Debug for Sim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sim")
            .field("source", &self.source)
            .field("assets", &self.assets)
            .finish_non_exhaustive()
    }
}

impl Sim {
    /// Sets a world up for a strategy.
    pub(in crate::script) fn new(bench: Bench, source: Source, options: Options) -> Self {
        Self {
            bench,
            source,
            options,
            assets: Vec::new(),
            last: Vec::new(),
            tape: Tape::default(),
            running: None,
        }
    }

    /// Adds bars of an asset, each of open, high, low, close and volume; `None` where the asset does
    /// not trade. They follow those before, or begin at `start`.
    pub(in crate::script) fn add_bars(
        &mut self,
        symbol: &str,
        candles: &[Option<Candle>],
        start: Option<Timestamp>,
    ) -> Outcome<()> {
        let id = self.asset(symbol)?;
        let (calendar, timeframe) = (&self.options.calendar, self.options.timeframe);
        let seen = self.running.as_ref().and_then(|running| running.label);
        let before = self.last[id.index()].map(|(label, _)| label).max(seen);
        let first = match (start, before) {
            (Some(start), _) => first_label(calendar, timeframe, start),
            (None, Some(before)) => next_label(calendar, timeframe, before),
            (None, None) => first_label(calendar, timeframe, self.options.start),
        };
        if let (Some(first), Some(before)) = (first, before)
            && first <= before
        {
            return fail(format!(
                "bars of {symbol} from {first} on: those up to {before} are there already"
            ));
        }
        let mut label = first;
        for candle in candles {
            let Some(at) = label else {
                return fail(format!(
                    "the calendar {} has no session that late",
                    calendar.name()
                ));
            };
            let close = self.last[id.index()].map(|(_, close)| close);
            let close = match candle {
                Some(candle) => {
                    let bar = bar_of(candle.numbers(close), at, calendar, timeframe)?;
                    self.tape.add(id, bar);
                    candle.close
                }
                None => close.unwrap_or_default(),
            };
            self.last[id.index()] = Some((at, close));
            label = next_label(calendar, timeframe, at);
        }
        Ok(())
    }

    fn asset(&mut self, symbol: &str) -> Outcome<AssetId> {
        let id = |at: usize| AssetId(u32::try_from(at).unwrap_or(u32::MAX));
        if let Some(at) = self.assets.iter().position(|a| &*a.symbol == symbol) {
            return Ok(id(at));
        }
        if self.running.is_some() {
            return fail(format!(
                "{symbol} comes too late: the strategy already runs\nhint: give every asset its first bars before the first step"
            ));
        }
        let asset = Asset::new(symbol, self.options.kind, self.options.calendar.name());
        self.assets.push(asset);
        self.last.push(None);
        Ok(id(self.assets.len() - 1))
    }

    /// Runs over the next bars. Returns whether there were any.
    pub(in crate::script) fn step(&mut self) -> Outcome<bool> {
        let Some(running) = self.start()? else {
            return Ok(false);
        };
        running.drive(|world, seen, label| {
            let mut slice = Vec::new();
            let outcome = world.advance(&mut slice, seen);
            *label = slice.first().map(|(_, bar)| bar.start).or(*label);
            Ok(outcome?)
        })
    }

    /// Runs over all bars, or those that end by an instant. Returns how many slices there were.
    pub(in crate::script) fn run(&mut self, until: Option<Timestamp>) -> Outcome<i64> {
        let mut count = 0;
        loop {
            let next = self.tape.next_end();
            let due = next.is_some_and(|next| until.is_none_or(|until| next <= until));
            if !due || !self.step()? {
                return Ok(count);
            }
            count += 1;
        }
    }

    /// Calls a function of the strategy as a handler would be called: its orders leave when it returns.
    pub(in crate::script) fn invoke(
        &mut self,
        name: &str,
        args: Option<Vec<Dynamic>>,
    ) -> Outcome<Dynamic> {
        let running = self.started()?;
        let strategy = running.world.engine().strategy();
        let mut args = args.unwrap_or_else(|| strategy.context_and_data().to_vec());
        match strategy.parameters(name) {
            Some(given) if given == args.len() => {}
            Some(needed) => {
                return fail(format!(
                    "`{name}` takes {needed} argument{}, not {}",
                    if needed == 1 { "" } else { "s" },
                    args.len()
                ));
            }
            None => {
                let own = strategy.function_names();
                let hint = nearest(name, own.iter().map(String::as_str))
                    .map(|near| format!("\nhint: did you mean \"{near}\"?"))
                    .unwrap_or_default();
                return fail(format!("the strategy has no function `{name}`{hint}"));
            }
        }
        running.drive(|world, seen, _| {
            let mut value = Dynamic::UNIT;
            let work = |strategy: &mut ScriptStrategy, desk: &mut Box<Desk>| {
                let called = strategy.call_function(name, &mut args, desk);
                value = called.map_err(|error| named(error, name))?;
                Ok(())
            };
            world.call_with(name, work, seen).map_err(Broken::Threw)??;
            Ok(value)
        })
    }

    /// Returns the context and the data of the strategy.
    pub(in crate::script) fn context_and_data(&mut self) -> Outcome<[Dynamic; 2]> {
        let running = self.started()?;
        Ok(running.world.engine().strategy().context_and_data())
    }

    /// Returns what the strategy's registered functions share.
    pub(in crate::script) fn host(&mut self) -> Outcome<Rc<Host>> {
        Ok(Rc::clone(&self.started()?.host))
    }

    /// Returns all orders, refused ones too.
    pub(in crate::script) fn orders(&self) -> Array {
        let Some(running) = &self.running else {
            return Array::new();
        };
        let host = &running.host;
        let all = host.with(|desk| {
            let orders = desk.orders.all().iter();
            let seen = orders.filter_map(|order| host.order_ref(desk, order.id));
            seen.map(Dynamic::from).collect()
        });
        all.unwrap_or_default()
    }

    /// Returns all executions.
    pub(in crate::script) fn fills(&self) -> Array {
        self.seen(|running| {
            let fills = running.seen.fills.iter();
            fills
                .map(|fill| Dynamic::from(running.host.fill_ref(*fill)))
                .collect()
        })
    }

    /// Returns the rows that were recorded.
    pub(in crate::script) fn recorded(&self) -> Array {
        let value = |value: Option<f64>| value.map_or(Dynamic::UNIT, Dynamic::from_float);
        self.seen(|running| {
            let rows = running.seen.recorded.iter().map(|row| {
                let row: Map = row
                    .iter()
                    .map(|(name, number)| (name.as_ref().into(), value(*number)))
                    .collect();
                row.into()
            });
            rows.collect()
        })
    }

    /// Returns the lines of the log.
    pub(in crate::script) fn logs(&self) -> Array {
        self.seen(|running| {
            let lines = running.seen.logs.iter().map(|line| {
                let line: Map = [
                    ("time".into(), Dynamic::from(TimeRef::from(line.time))),
                    ("level".into(), line.level.into()),
                    ("text".into(), line.text.to_string().into()),
                ]
                .into();
                line.into()
            });
            lines.collect()
        })
    }

    fn seen(&self, look: impl FnOnce(&Running) -> Array) -> Array {
        self.running.as_ref().map_or_else(Array::new, look)
    }

    fn started(&mut self) -> Outcome<&mut Running> {
        match &mut self.running {
            Some(running) => Ok(running),
            None => fail(
                "the strategy does not run yet\nhint: give it bars with sim.bars(…), then take a step with sim.step()",
            ),
        }
    }

    /// Loads the strategy, unless it runs already; `None` where there are no bars.
    fn start(&mut self) -> Outcome<Option<&mut Running>> {
        if self.running.is_none() {
            if self.tape.next_end().is_none() {
                return Ok(None);
            }
            self.running = Some(self.begin()?);
        }
        Ok(self.running.as_mut())
    }

    fn begin(&self) -> Outcome<Running> {
        let options = &self.options;
        let assets: Rc<[Asset]> = self.assets.clone().into();
        let runner = &self.bench.runner;
        let setup = Setup {
            assets: Rc::clone(&assets),
            params: options.params.clone(),
            seed: options.seed,
            locks: options.locks,
            margin: Margin {
                initial: Decimal::new(5, 1),
                maintenance: Decimal::new(25, 2),
            },
            budget: runner.budget,
            fuse: Arc::clone(&runner.fuse),
            read_module: Rc::clone(&self.source.read_module),
            compiled: true,
        };
        let strategy = ScriptStrategy::load(&self.source.text, &self.source.file, setup)
            .map_err(|error| thrown(*named(error, "top level")))?;
        if let Some(name) = strategy.unknown_params().first() {
            return fail(format!("the strategy has no parameter `{name}`"));
        }
        let host = strategy.host();
        let calendars: Vec<Calendar> = assets.iter().map(|_| options.calendar.clone()).collect();
        let market = Market::new(Rc::clone(&assets), calendars.clone(), options.timeframe);
        let ledger = Ledger::new(Rc::clone(&assets), options.capital);
        let mut desk = Desk::new(Mode::Backtest, market, ledger);
        desk.schedule.set_calendar(options.calendar.clone());
        let exchange = Exchange::new(assets, calendars, options.rules.clone(), options.capital);
        let engine = Engine::new(desk, strategy, OnScriptError::Halt, false);
        let mut world = World::new(
            engine,
            exchange,
            self.tape.clone(),
            Vec::new(),
            options.calendar.clone(),
            Timestamp::MIN,
        );
        host.seat(world.engine_mut().desk_mut());
        Ok(Running {
            world,
            host,
            seen: Seen {
                bench: Some(self.bench.clone()),
                ..Seen::default()
            },
            label: None,
        })
    }
}

/// Prices and volume of a bar; what is `None` follows from the close, and the open from the close
/// before.
#[derive(Clone, Copy, Debug)]
pub(in crate::script) struct Candle {
    pub(in crate::script) open: Option<Decimal>,
    pub(in crate::script) high: Option<Decimal>,
    pub(in crate::script) low: Option<Decimal>,
    pub(in crate::script) close: Decimal,
    pub(in crate::script) volume: Option<Decimal>,
}

/// The volume of a bar for which none is given.
const USUAL_VOLUME: Decimal = Decimal::from_parts(1_000_000, 0, 0, false, 0);

impl Candle {
    fn numbers(&self, before: Option<Decimal>) -> [Decimal; 5] {
        let close = self.close;
        let before = before.filter(|price| !price.is_zero()).unwrap_or(close);
        let open = self.open.unwrap_or(before);
        let most = self.high.unwrap_or_else(|| open.max(close));
        let least = self.low.unwrap_or_else(|| open.min(close));
        let volume = self.volume.unwrap_or(USUAL_VOLUME);
        [open, most, least, close, volume]
    }
}

/// Why a world did not do what it was asked to.
enum Broken {
    Circles(WorldError),
    Threw(Box<ScriptError>),
}

impl From<WorldError> for Broken {
    fn from(error: WorldError) -> Self {
        Self::Circles(error)
    }
}

impl Running {
    /// Lets the world work, with its desk in its place, and throws what the strategy threw.
    fn drive<T>(
        &mut self,
        work: impl FnOnce(
            &mut World<ScriptStrategy, Tape>,
            &mut Seen,
            &mut Option<Timestamp>,
        ) -> Result<T, Broken>,
    ) -> Outcome<T> {
        self.host.unseat(self.world.engine_mut().desk_mut());
        let outcome = work(&mut self.world, &mut self.seen, &mut self.label);
        let engine = self.world.engine_mut();
        self.seen.take_notes(engine.desk_mut());
        let failure = engine.take_failure();
        self.host.seat(engine.desk_mut());
        if let Some((handler, failure)) = failure {
            return match failure.downcast::<ScriptError>() {
                Ok(error) => Err(thrown(*named(*error, handler.name()))),
                Err(other) => fail(format!("{handler}: {other}")),
            };
        }
        outcome.or_else(|broken| match broken {
            Broken::Threw(error) => Err(thrown(*error)),
            Broken::Circles(error) => fail(error.to_string()),
        })
    }
}

/// Notes the function that an error happened in.
fn named(mut error: ScriptError, handler: &str) -> Box<ScriptError> {
    if error.details.handler.is_empty() {
        handler.clone_into(&mut error.details.handler);
    }
    Box::new(error)
}

/// Makes a strategy's error one of the test.
#[expect(
    clippy::unnecessary_box_returns,
    reason = "the interpreter's errors are boxed"
)]
fn thrown(error: ScriptError) -> Box<rhai::EvalAltResult> {
    let value = Dynamic::from(Thrown::Strategy(Box::new(error)));
    Box::new(rhai::EvalAltResult::ErrorRuntime(
        value,
        rhai::Position::NONE,
    ))
}

impl Seen {
    fn take_notes(&mut self, desk: &mut Desk) {
        for note in std::mem::take(&mut desk.notes) {
            match note {
                Note::Record(row) => self.recorded.push(row),
                Note::Plot(name, value, _) => self.recorded.push(vec![(name, Some(value))]),
                Note::Log(level, text, _) => self.log(desk.now, level.name(), text),
                Note::Alert(level, text) => {
                    self.log(desk.now, "alert", format!("{level}: {text}").into());
                }
                Note::Marker(asset, text) => {
                    let text = format!("{}: {text}", desk.asset(asset).symbol);
                    self.log(desk.now, LogLevel::Info.name(), text.into());
                }
            }
        }
    }

    fn log(&mut self, time: Timestamp, level: &'static str, text: Arc<str>) {
        if let Some(bench) = &self.bench {
            bench.print(&format!("{time} {level}: {text}"));
        }
        self.logs.push(Line { time, level, text });
    }
}

impl Observer for Seen {
    fn on_fill(&mut self, fill: &Fill, _desk: &Desk) {
        self.fills.push(*fill);
    }

    fn on_action(&mut self, _action: &DatedAction, _before: Quantity, _desk: &Desk) {}

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

/// A simulated world as tests see it.
#[derive(Clone, Debug)]
pub(crate) struct SimRef(pub(in crate::script) Rc<RefCell<Sim>>);
