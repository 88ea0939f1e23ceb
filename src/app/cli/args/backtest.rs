//! The arguments of `backtest`, and the settings that they stand for.

use std::path::PathBuf;

use clap::Args;
use rust_decimal::Decimal;

use crate::app::cli::args::ConfigFiles;
use crate::app::config::keys::KeyPath;
use crate::app::config::layer::{Origin, Setting};
use crate::app::config::model::VolumeLimit;
use crate::app::config::value::{
    Moment, ValueError, Words, from_time, parse_count, parse_list, parse_positive,
};
use crate::core::model::asset::AssetKind;
use crate::core::model::time::Timeframe;
use crate::core::sim::commission::Commission;
use crate::core::sim::rules::FillAt;
use crate::core::sim::slippage::Slippage;

/// What `backtest --help` ends with.
pub const EXAMPLES: &str = "\
Examples:
  rustybt backtest strategies/sma_cross.rhai
      on the built-in sample
  rustybt backtest --script sma_cross.rhai --data bars/ --symbols AAPL,MSFT --start 2020 --end 2023
      on the bars of two files; the end is inclusive
  rustybt backtest sma_cross.rhai --param fast=5 --commission per_trade:1 --slippage none
      with another parameter and other costs
  rustybt backtest sma_cross.rhai --data BTCUSDT.csv --kind crypto --report=report.html --json
      with a report to read and a document for programs

Commission: none, per_share:RATE:MINIMUM, per_trade:FEE, per_dollar:RATE, maker_taker:MAKER:TAKER,
  tiered:FROM:RATE,FROM:RATE[:MINIMUM]; default per_share:0.005:1.00, for crypto
  maker_taker:0.001:0.001
Slippage: none, fixed:AMOUNT, bps:POINTS, volume_share:LIMIT:IMPACT,
  volatility_volume_share[:LIMIT[:ETA]]";

/// The arguments of `backtest`.
#[derive(Debug, Clone, Default, Args)]
#[command(after_help = EXAMPLES)]
pub struct BacktestArgs {
    /// The strategy, a Rhai script
    #[arg(value_name = "SCRIPT", conflicts_with = "script")]
    pub positional: Option<PathBuf>,
    /// The strategy, as a flag
    #[arg(long, value_name = "SCRIPT")]
    pub script: Option<PathBuf>,
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
    /// The output.
    #[command(flatten)]
    pub output: OutputFlags,
}

/// Which bars a run sees.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Data")]
pub struct DataFlags {
    /// A file or folder of bars: SYMBOL.csv, .csv.gz or .parquet [default: the built-in sample]
    #[arg(long, value_name = "PATH")]
    pub data: Option<PathBuf>,
    /// The assets, separated by commas [default: all there are]
    #[arg(long, value_name = "A,B", value_parser = read_symbols)]
    pub symbols: Option<Symbols>,
    /// The base resolution: 1m, 5m, 15m, 30m, 1h, 4h, 1d, 1w [default: the file's own]
    #[arg(long, value_name = "INTERVAL", value_parser = read_timeframe)]
    pub timeframe: Option<Timeframe>,
    /// Where the run starts: 2023, 2023-01-31 or 2023-01-31T09:30:00Z
    #[arg(long, value_name = "DATE")]
    pub start: Option<Moment>,
    /// Where the run ends, inclusive
    #[arg(long, value_name = "DATE")]
    pub end: Option<Moment>,
    /// The trading calendar, such as XNYS or 24/7 [default: from the data]
    #[arg(long, value_name = "NAME")]
    pub calendar: Option<String>,
    /// What is traded: equity, crypto, forex or future [default: from the data]
    #[arg(long, value_name = "KIND", value_parser = AssetKind::parse_word)]
    pub kind: Option<AssetKind>,
    /// Splits and dividends, a file or folder [default: SYMBOL.actions.csv beside the bars]
    #[arg(long, value_name = "PATH")]
    pub actions: Option<PathBuf>,
}

/// How a run is simulated.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Simulation")]
pub struct SimulationFlags {
    /// Cash at the start [default: 100000]
    #[arg(long, value_name = "MONEY", allow_negative_numbers = true, value_parser = parse_positive)]
    pub capital: Option<Decimal>,
    /// What a trade costs [default by kind, see below]
    #[arg(long, value_name = "SPEC", allow_hyphen_values = true)]
    pub commission: Option<Commission>,
    /// How much worse an order fills [default: bps:5]
    #[arg(long, value_name = "SPEC")]
    pub slippage: Option<Slippage>,
    /// Where market orders fill: `next_open`, `next_close` or `this_close` [default: `next_open`]
    #[arg(long, value_name = "PLACE", value_parser = FillAt::parse_word)]
    pub fill_at: Option<FillAt>,
    /// The share of a bar's volume that fills, or none [default: 0.025]
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    pub volume_limit: Option<VolumeLimit>,
    /// The asset to compare with
    #[arg(long, value_name = "ASSET")]
    pub benchmark: Option<String>,
    /// What all randomness follows from [default: 0]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = parse_count)]
    pub seed: Option<u64>,
}

/// What a run leaves behind.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputFlags {
    /// The folder of the results [default: runs/ID]
    #[arg(long, value_name = "DIR", conflicts_with = "no_save")]
    pub out: Option<PathBuf>,
    /// Save nothing
    #[arg(long)]
    pub no_save: bool,
    /// Write an HTML report [default file: report.html among the results]
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    pub report: Option<Option<PathBuf>>,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// The names behind `--symbols`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbols(pub Vec<String>);

pub(super) fn read_symbols(text: &str) -> Result<Symbols, ValueError> {
    parse_list(text).map(Symbols)
}

pub(super) fn read_timeframe(text: &str) -> Result<Timeframe, ValueError> {
    Timeframe::parse(text).map_err(|error| from_time(&error))
}

pub(super) fn parse_param(text: &str) -> Result<(String, String), ValueError> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        }
        Some(_) | None => Err(ValueError::new(
            format!("`{text}` is not NAME=VALUE"),
            "write --param fast=12",
        )),
    }
}

impl BacktestArgs {
    /// Returns what the flags set, for [`crate::app::config::ConfigSources::flags`].
    pub fn settings(&self) -> Vec<Setting> {
        let script = self.script.as_ref().or(self.positional.as_ref());
        settings_of(script, &self.params, &self.data, &self.simulation)
    }
}

/// Returns what the flags of a run set.
pub fn settings_of(
    script: Option<&PathBuf>,
    params: &[(String, String)],
    data: &DataFlags,
    simulation: &SimulationFlags,
) -> Vec<Setting> {
    let mut settings = Vec::new();
    let mut add = |flag: &str, key: &str, text: Option<String>| {
        settings.extend(text.map(|text| Setting::flag(flag, key, text)));
    };
    let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
    add(
        "--script",
        "strategy.script",
        script.map(|path| path.display().to_string()),
    );
    add("--data", "data.path", path(&data.data));
    add(
        "--symbols",
        "data.symbols",
        data.symbols.as_ref().map(|list| list.0.join(",")),
    );
    add("--timeframe", "data.timeframe", text(data.timeframe));
    add("--start", "data.start", text(data.start));
    add("--end", "data.end", text(data.end));
    add("--calendar", "data.calendar", data.calendar.clone());
    add("--kind", "data.kind", text(data.kind));
    add("--actions", "data.actions", path(&data.actions));
    add("--capital", "engine.capital", text(simulation.capital));
    add("--seed", "engine.seed", text(simulation.seed));
    add(
        "--benchmark",
        "engine.benchmark",
        simulation.benchmark.clone(),
    );
    add(
        "--commission",
        "execution.commission",
        text(simulation.commission.as_ref()),
    );
    add(
        "--slippage",
        "execution.slippage",
        text(simulation.slippage.as_ref()),
    );
    add(
        "--fill-at",
        "execution.fill_at",
        simulation.fill_at.map(|at| at.word().to_owned()),
    );
    add(
        "--volume-limit",
        "execution.volume_limit",
        text(simulation.volume_limit),
    );
    settings.extend(params.iter().map(|(name, value)| Setting {
        key: KeyPath(vec!["strategy".into(), "params".into(), name.clone()]),
        text: value.clone(),
        origin: Origin::Flag(format!("--param {name}")),
    }));
    settings
}

fn text(value: Option<impl ToString>) -> Option<String> {
    value.map(|value| value.to_string())
}

#[cfg(test)]
mod tests {
    use clap::{Command, FromArgMatches};

    use super::*;

    fn parsed(args: &str) -> Result<BacktestArgs, clap::Error> {
        let command = BacktestArgs::augment_args(Command::new("backtest"));
        let words = std::iter::once("backtest").chain(args.split_whitespace());
        BacktestArgs::from_arg_matches(&command.try_get_matches_from(words)?)
    }

    fn lines(args: &str) -> Vec<String> {
        let settings = parsed(args).unwrap().settings();
        settings
            .iter()
            .map(|s| format!("{} = {} ({})", s.key, s.text, s.origin))
            .collect()
    }

    #[test]
    fn every_flag_is_a_setting() {
        insta::assert_snapshot!(
            lines(
                "s.rhai --data bars --symbols A,B --timeframe 1d --start 2023 --end 2023-06-30 \
             --capital 5000.50 --param fast=5 --param slow=20 --commission per_trade:1 \
             --slippage bps:2.5 --fill-at next_close --volume-limit none --calendar 24/7 \
             --kind crypto --actions a.csv --benchmark A --seed 7"
            )
            .join("\n")
        );
    }

    #[test]
    fn nothing_typed_sets_nothing() {
        assert!(lines("").is_empty());
    }

    #[test]
    fn a_script_is_positional_or_a_flag_but_not_both() {
        assert_eq!(lines("s.rhai"), lines("--script s.rhai"));
        assert!(parsed("s.rhai --script t.rhai").is_err());
    }

    #[test]
    fn a_report_goes_to_a_file_only_after_an_equals_sign() {
        assert_eq!(parsed("").unwrap().output.report, None);
        assert_eq!(parsed("--report s.rhai").unwrap().output.report, Some(None));
        assert_eq!(
            parsed("--report=r.html").unwrap().output.report,
            Some(Some("r.html".into()))
        );
    }

    #[test]
    fn a_rebate_may_start_with_a_minus() {
        assert!(parsed("--commission maker_taker:-0.0001:0.0004").is_ok());
    }

    #[test]
    fn wrong_values_are_named_with_the_right_form() {
        let words = |args: &str| {
            crate::app::cli::exit::Failure::from(parsed(args).unwrap_err()).diagnostics[0]
                .render(true)
        };
        insta::assert_snapshot!(
            [
                words("--capital lots"),
                words("--commission per_share:1"),
                words("--fill-at next_opn"),
                words("--kind stock"),
                words("--end 2023-02-30"),
                words("--timeframe 2d"),
                words("--param fast"),
                words("--symbols A,,B"),
                words("--volume-limit 2.5"),
                words("--comission none"),
                words("--seed -1"),
            ]
            .join("\n")
        );
    }

    #[test]
    fn help_has_the_words_of_the_field() {
        let mut command =
            BacktestArgs::augment_args(Command::new("rustybt backtest")).term_width(100);
        insta::assert_snapshot!(command.render_long_help());
    }
}
