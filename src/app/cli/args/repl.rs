//! The arguments of `repl`, and the settings that they stand for.

use std::path::PathBuf;

use clap::Args;

use crate::app::cli::args::ConfigFiles;
use crate::app::cli::args::backtest::{
    BacktestArgs, DataFlags, Symbols, parse_param, read_symbols, read_timeframe,
};
use crate::app::config::layer::Setting;
use crate::app::config::value::Moment;
use crate::core::model::time::Timeframe;

/// What `repl --help` ends with.
pub const EXAMPLES: &str = "\
Examples:
  rustybt repl --symbols AAPL --at 2012-08-09
      > data.history(AAPL, \"close\", 20, \"1d\").mean()
  rustybt repl strategies/sma_cross.rhai --at 2012
      with the functions of a script and the context that it has by then";

/// The arguments of `repl`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub struct ReplArgs {
    /// A script whose functions are there, and which runs up to that moment
    pub script: Option<PathBuf>,
    /// The moment, inclusive: 2012, 2012-08-09 or 2012-08-09T20:00:00Z [default: the last bar]
    #[arg(long, value_name = "TIME")]
    pub at: Option<Moment>,
    /// The assets, separated by commas [default: all there are]
    #[arg(long, value_name = "A,B", value_parser = read_symbols)]
    pub symbols: Option<Symbols>,
    /// A file or folder of bars [default: the built-in sample]
    #[arg(long, value_name = "PATH")]
    pub data: Option<PathBuf>,
    /// The base resolution [default: the file's own]
    #[arg(long, value_name = "INTERVAL", value_parser = read_timeframe)]
    pub timeframe: Option<Timeframe>,
    /// A parameter of the script; may be repeated
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = parse_param)]
    pub params: Vec<(String, String)>,
    /// The configuration files.
    #[command(flatten)]
    pub files: ConfigFiles,
}

impl ReplArgs {
    /// Returns what the flags set: as those of `backtest` do.
    pub fn settings(&self) -> Vec<Setting> {
        let args = BacktestArgs {
            params: self.params.clone(),
            data: DataFlags {
                data: self.data.clone(),
                symbols: self.symbols.clone(),
                timeframe: self.timeframe,
                ..DataFlags::default()
            },
            ..BacktestArgs::default()
        };
        args.settings()
    }
}
