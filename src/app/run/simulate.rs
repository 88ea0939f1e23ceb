//! One run of a strategy over bars: the closed loop of engine and exchange, watched by a recorder.

use crate::app::config::Config;
use crate::app::run::market::{BarFeed, MarketData};
use crate::app::run::record::Recorder;
use crate::app::run::rules::rules_of;
use crate::core::engine::desk::{Desk, Mode};
use crate::core::engine::market::Market;
use crate::core::engine::strategy::{Handler, Strategy};
use crate::core::engine::{Engine, OnScriptError};
use crate::core::ledger::Ledger;
use crate::core::model::asset::AssetId;
use crate::core::sim::exchange::Exchange;
use crate::core::sim::rules::AccountRules;
use crate::core::sim::world::{Feed, World, WorldError};
use crate::script::error::ScriptError;

/// A world over the bars of a run.
pub type BacktestWorld<S> = World<S, BarFeed>;

/// Why a run ended early.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A handler of the script failed.
    #[error("{handler}: {error}")]
    Script {
        /// The handler.
        handler: Handler,
        /// The error.
        error: Box<ScriptError>,
        /// The instant of the decision, RFC 3339.
        at: String,
    },
    /// A strategy that is no script failed.
    #[error("{0}")]
    Strategy(String),
    /// The strategy went in circles.
    #[error(transparent)]
    World(#[from] WorldError),
}

/// Sets up the world of a backtest.
pub fn world<S: Strategy>(data: &MarketData, config: &Config, strategy: S) -> BacktestWorld<S> {
    let how = (Mode::Backtest, OnScriptError::Halt);
    world_over(data, config, strategy, how, data.feed())
}

/// Sets up a world over bars from anywhere; `how` is its mode and what a failing handler does.
pub fn world_over<S: Strategy, F: Feed>(
    data: &MarketData,
    config: &Config,
    strategy: S,
    how: (Mode, OnScriptError),
    feed: F,
) -> World<S, F> {
    let assets = data.shared_assets();
    let rules = rules_of(config);
    let mut market = Market::new(assets.clone(), data.calendars.clone(), data.timeframe);
    for (at, (from, to)) in data.rows.iter().enumerate() {
        market.reserve(AssetId(u32::try_from(at).unwrap_or(u32::MAX)), to - from);
    }
    let ledger = Ledger::new(assets.clone(), config.engine.capital);
    let mut desk = Desk::new(how.0, market, ledger);
    let calendar = data.calendars[0].clone();
    desk.schedule.set_calendar(calendar.clone());
    desk.schedule.set_grace(Some(config.schedule.misfire_grace));
    desk.benchmark = config
        .engine
        .benchmark
        .as_deref()
        .and_then(|symbol| desk.market.find(symbol));
    let liquidate = matches!(
        rules.account,
        AccountRules::Margin {
            liquidate: true,
            ..
        }
    );
    let exchange = Exchange::new(assets, data.calendars.clone(), rules, config.engine.capital);
    let mut engine = Engine::new(desk, strategy, how.1, liquidate);
    engine.set_triggers(config.schedule.triggers.clone());
    World::new(
        engine,
        exchange,
        feed,
        data.actions.clone(),
        calendar,
        data.start,
    )
}

/// Runs a world to its end.
///
/// # Errors
/// When the strategy fails.
pub fn run<S: Strategy>(
    world: &mut BacktestWorld<S>,
    recorder: &mut Recorder,
) -> Result<(), RunError> {
    world.run(recorder)?;
    failure_of(world)
}

/// Returns the failure that stopped a world, if one did.
///
/// # Errors
/// That failure.
pub fn failure_of<S: Strategy>(world: &mut BacktestWorld<S>) -> Result<(), RunError> {
    let at = world.engine().desk().now.to_string();
    match world.engine_mut().take_failure() {
        None => Ok(()),
        Some((handler, failure)) => Err(match failure.downcast::<ScriptError>() {
            Ok(error) => RunError::Script { handler, error, at },
            Err(other) => RunError::Strategy(format!("{handler}: {other}")),
        }),
    }
}
