//! The arguments of `run`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::app::cli::args::ConfigFiles;
use crate::app::cli::args::backtest::{DataFlags, SimulationFlags, parse_param, settings_of};
use crate::app::config::layer::Setting;
use crate::app::config::value::{ValueError, from_time};
use crate::core::model::time::Span;

/// What `run --help` ends with.
pub const EXAMPLES: &str = "\
Examples:
  rustybt run --script scripts/momentum.rhai --mode paper
      replays the built-in sample through the engine that paper and live trading use
  rustybt run momentum.rhai --data bars/ --speed 60x --state-dir state/momentum
      replays files, an hour in a minute; stopped or killed, the same command goes on where it was";

/// The arguments of `run`.
#[derive(Debug, Clone, Default, Args)]
#[command(after_help = EXAMPLES)]
pub struct RunArgs {
    /// The strategy, a Rhai script
    #[arg(value_name = "SCRIPT", conflicts_with = "script")]
    pub positional: Option<PathBuf>,
    /// The strategy, as a flag
    #[arg(long, value_name = "SCRIPT")]
    pub script: Option<PathBuf>,
    /// With simulated fills, or with a broker's
    #[arg(long, value_enum, default_value_t)]
    pub mode: RunMode,
    /// A parameter of the strategy; may be repeated
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = parse_param)]
    pub params: Vec<(String, String)>,
    /// The configuration files.
    #[command(flatten)]
    pub files: ConfigFiles,
    /// The data.
    #[command(flatten)]
    pub data: DataFlags,
    /// The simulation.
    #[command(flatten)]
    pub simulation: SimulationFlags,
    /// The engine.
    #[command(flatten)]
    pub engine: EngineFlags,
}

/// Who fills the orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum RunMode {
    /// A simulated exchange
    #[default]
    Paper,
    /// A broker, with real money
    Live,
}

impl RunMode {
    /// Returns `paper` or `live`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Paper => "paper",
            Self::Live => "live",
        }
    }
}

/// How an engine runs and what it keeps.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Engine")]
pub struct EngineFlags {
    /// How fast files are replayed: max, 1x, 60x, …
    #[arg(long, value_name = "SPEED", default_value = "max", value_parser = read_speed)]
    pub speed: Speed,
    /// Where the engine keeps its state [default: state/SCRIPT-MODE]
    #[arg(long, value_name = "DIR")]
    pub state_dir: Option<PathBuf>,
    /// Begin anew; what was kept is moved aside
    #[arg(long)]
    pub fresh: bool,
    /// Go on from a checkpoint that is older than an hour
    #[arg(long)]
    pub accept_stale: bool,
    /// The longest time between two checkpoints
    #[arg(long, value_name = "SPAN", default_value = "60s", value_parser = read_span)]
    pub checkpoint_interval: Duration,
    /// The folder of the results [default: results, in the state directory]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Print one JSON document at the end
    #[arg(long)]
    pub json: bool,
}

impl Default for EngineFlags {
    fn default() -> Self {
        Self {
            speed: Speed::Max,
            state_dir: None,
            fresh: false,
            accept_stale: false,
            checkpoint_interval: Duration::from_secs(60),
            out: None,
            json: false,
        }
    }
}

/// How fast files are replayed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Speed {
    /// As fast as the machine can.
    Max,
    /// So many times as fast as it happened.
    Times(f64),
}

fn read_speed(text: &str) -> Result<Speed, ValueError> {
    if text == "max" {
        return Ok(Speed::Max);
    }
    let times = text.strip_suffix('x').and_then(|times| times.parse().ok());
    match times {
        Some(times) if (1e-3..=1e6).contains(&times) => Ok(Speed::Times(times)),
        Some(_) | None => Err(ValueError::new(
            format!("`{text}` is no speed"),
            "write max, 1x or 60x",
        )),
    }
}

fn read_span(text: &str) -> Result<Duration, ValueError> {
    if let Some(millis) = text.strip_suffix("ms").and_then(|n| n.parse().ok()) {
        return Ok(Duration::from_millis(millis));
    }
    let span = Span::parse(text).map_err(|error| from_time(&error))?;
    u64::try_from(span.as_seconds())
        .map(Duration::from_secs)
        .map_err(|_| ValueError::new(format!("`{text}` is negative"), "write 60s"))
}

impl RunArgs {
    /// Returns what the flags set.
    pub fn settings(&self) -> Vec<Setting> {
        let script = self.script.as_ref().or(self.positional.as_ref());
        settings_of(script, &self.params, &self.data, &self.simulation)
    }
}
