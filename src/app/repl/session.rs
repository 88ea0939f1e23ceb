//! A run that stands still at a moment, so that lines can be evaluated there.

use std::fmt;
use std::sync::Arc;

use crate::app::cli::diagnostic::Diagnostic;
use crate::app::cli::exit::{Exit, Failure};
use crate::app::config::Config;
use crate::app::run::failure::{of_load, of_run, of_unknown_params};
use crate::app::run::market::MarketData;
use crate::app::run::script::ScriptFile;
use crate::app::run::simulate::{self, BacktestWorld, RunError};
use crate::core::engine::desk::{Desk, Note};
use crate::core::model::asset::AssetId;
use crate::core::model::fill::Fill;
use crate::core::model::market::Bar;
use crate::core::model::number::Quantity;
use crate::core::model::time::Timestamp;
use crate::core::sim::world::{DatedAction, Observer};
use crate::script::error::ScriptError;
use crate::script::host::{Console, ScriptStrategy};
use crate::script::sandbox::Fuse;

/// What a session is opened with.
pub(super) struct Setting {
    pub(super) config: Config,
    pub(super) data: MarketData,
    pub(super) script: ScriptFile,
    pub(super) fuse: Arc<Fuse>,
}

/// See the module.
pub(super) struct Session {
    world: BacktestWorld<ScriptStrategy>,
    console: Console,
    said: Said,
}

/// What happened since somebody looked, as lines.
#[derive(Default)]
struct Said(Vec<String>);

impl Session {
    /// Runs up to a moment, or to the last bar.
    pub(super) fn open(setting: &Setting, at: Option<Timestamp>) -> Result<Self, Failure> {
        let Setting {
            config,
            data,
            script,
            fuse,
        } = setting;
        let strategy = script
            .load(data, config, Arc::clone(fuse))
            .map_err(|error| of_load(&error, config))?;
        if !strategy.unknown_params().is_empty() {
            return Err(of_unknown_params(&strategy));
        }
        let console = strategy.open_console();
        let mut world = simulate::world(data, config, strategy);
        let at = at.unwrap_or(Timestamp::MAX);
        if let Some(first) = world.next_end().filter(|first| *first > at) {
            let what = format!("no bar had closed by {at}; the first closes at {first}");
            let hint = format!("--at {}", first.date());
            return Err(Failure::new(Exit::Data, Diagnostic::error(what).hint(hint)));
        }
        let mut session = Self {
            world,
            console,
            said: Said::default(),
        };
        session.run_to(at)?;
        session.said.0.clear();
        Ok(session)
    }

    /// Runs over all bars that have closed by an instant.
    pub(super) fn run_to(&mut self, at: Timestamp) -> Result<(), Failure> {
        while self.world.next_end().is_some_and(|end| end <= at) {
            self.step(1)?;
        }
        Ok(())
    }

    /// Runs over the next bars, as far as there are any.
    pub(super) fn step(&mut self, count: u64) -> Result<(), Failure> {
        let mut slice = Vec::new();
        for _ in 0..count {
            let went_on = self.world.advance(&mut slice, &mut self.said);
            let went_on = went_on.map_err(|error| of_run(&RunError::World(error)))?;
            simulate::failure_of(&mut self.world).map_err(|error| of_run(&error))?;
            if !went_on {
                break;
            }
        }
        Ok(())
    }

    /// Returns the instant that the session stands at.
    pub(super) fn now(&self) -> Timestamp {
        self.world.engine().desk().now
    }

    /// Takes what happened since the last call.
    pub(super) fn take_said(&mut self) -> Vec<String> {
        std::mem::take(&mut self.said.0)
    }

    /// Evaluates lines; returns their value as text.
    pub(super) fn evaluate(&mut self, text: &str) -> Result<String, Box<ScriptError>> {
        let console = &mut self.console;
        let mut shown = String::new();
        let sent = self.world.call_with(
            crate::script::host::CONSOLE,
            |strategy, desk| {
                shown = strategy.evaluate(text, console, desk)?;
                Ok::<(), Box<ScriptError>>(())
            },
            &mut self.said,
        )?;
        // Callbacks that answer an order of this line with orders without end are cut off.
        if let Err(error) = sent {
            self.said.0.push(error.to_string());
        }
        Ok(shown)
    }
}

/// `AAPL, MSFT at 2012-08-09T20:00:00Z`.
impl fmt::Display for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let assets = self.world.engine().desk().assets();
        let shown: Vec<&str> = assets.iter().take(8).map(|asset| &*asset.symbol).collect();
        f.write_str(&shown.join(", "))?;
        if assets.len() > shown.len() {
            write!(f, " and {} more", assets.len() - shown.len())?;
        }
        write!(f, " at {}", self.now())
    }
}

impl Said {
    fn take_notes(&mut self, desk: &mut Desk) {
        for note in std::mem::take(&mut desk.notes) {
            let line = match note {
                Note::Log(level, text, fields) => format!("{}: {text} {fields}", level.name()),
                Note::Alert(level, text) => format!("alert {level}: {text}"),
                Note::Marker(asset, text) => format!("{}: {text}", desk.asset(asset).symbol),
                Note::Record(_) | Note::Plot(..) => continue,
            };
            self.0.push(line.trim_end().to_owned());
        }
    }
}

impl Observer for Said {
    fn on_fill(&mut self, fill: &Fill, desk: &Desk) {
        let symbol = &desk.asset(fill.asset).symbol;
        self.0.push(format!(
            "{} filled: {} {symbol} at {}",
            fill.order, fill.quantity, fill.price
        ));
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
