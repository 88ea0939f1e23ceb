//! `backtest`: a strategy over history, its results printed and kept (R-MODE, R-CLI).

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use crate::app::check;
use crate::app::cli::args::backtest::{BacktestArgs, OutputFlags};
use crate::app::cli::diagnostic::{Diagnostic, Place};
use crate::app::cli::exit::{Exit, Failure};
use crate::app::cli::out::{Out, Verbosity};
use crate::app::config::layer::{ConfigError, Origin};
use crate::app::config::{Config, ConfigSources, load};
use crate::app::run::failure::{of_data, of_load, of_run, of_unknown_params};
use crate::app::run::market::{MarketData, MarketDataError};
use crate::app::run::record::{Files, Recorder};
use crate::app::run::results::{self, Facts};
use crate::app::run::rules::rules_of;
use crate::app::run::script::{ScriptFile, hash_of, watched};
use crate::app::run::simulate::{self, BacktestWorld};
use crate::app::run::summary::{Summary, Timings};
use crate::app::run::summary_text::render_summary;
use crate::app::runs;
use crate::core::engine::desk::LogLevel;
use crate::core::message::Commands;
use crate::script::host::ScriptStrategy;
use crate::shell::clock::{Stopwatch, now};
use crate::shell::files::exists;
use crate::shell::folder::{TextFile, make_results_folder, remove_results_folder};

/// How long a call of a handler may take.
const CALL_LIMIT: Duration = Duration::from_secs(30);

/// Runs the command.
///
/// # Errors
/// For everything that keeps the run from its end, with the exit code of its kind.
pub fn run(args: &BacktestArgs, out: &mut Out) -> Result<Exit, Failure> {
    let sources = ConfigSources::here(&args.files.config, args.settings());
    let config = load(sources)?;
    let Some(path) = &config.strategy.script else {
        return Err(Failure::usage(
            "no script was named",
            "rustybt backtest --script scripts/momentum.rhai",
        ));
    };
    if args.output.no_save && args.output.report.is_some() {
        return Err(Failure::usage(
            "a report is made from the files of a run, and --no-save keeps none",
            "leave --no-save out",
        ));
    }
    let script = ScriptFile::read(path)?;
    check::before_a_run(&script, &config, out)?;
    let watch = Stopwatch::start();
    let data = MarketData::load(&config).map_err(|error| of_data(&error))?;
    let loading = watch.elapsed();
    check_benchmark(&config, &data)?;
    let (fuse, _watchdog) = watched(CALL_LIMIT);
    let strategy = script
        .load(&data, &config, Arc::clone(&fuse))
        .map_err(|e| of_load(&e, &config))?;
    if !strategy.unknown_params().is_empty() {
        return Err(of_unknown_params(&strategy));
    }
    check_triggers(&config, &strategy)?;
    tell_header(out, &data, &config, &script);
    let facts = facts_of(&config, &data, &script, &strategy, args);
    let folder = results_folder(&args.output, &facts.script_sha256)?;
    let outcome = simulate_all(out, &config, &data, strategy, folder.as_deref())
        .and_then(|finished| finish(args, out, facts, loading, finished, folder.as_deref()));
    if let (Err(_), Some(folder), None) = (&outcome, &folder, &args.output.out) {
        // A run that failed is not among the runs; a folder of one's own shows how far it came.
        remove_results_folder(folder);
    }
    outcome
}

struct Finished {
    world: BacktestWorld<ScriptStrategy>,
    recorder: Recorder,
    running: Duration,
}

fn simulate_all(
    out: &Out,
    config: &Config,
    data: &MarketData,
    strategy: ScriptStrategy,
    folder: Option<&Path>,
) -> Result<Finished, Failure> {
    let files = folder.map(open_files).transpose()?;
    let slices = data
        .rows
        .iter()
        .map(|(from, to)| to - from)
        .max()
        .unwrap_or(0);
    let bar = out.progress("Running", slices as u64, "bars");
    let progress = bar.clone();
    let mut recorder = Recorder::new(
        files,
        rules_of(config).fill_at,
        &data.assets,
        Box::new(move |slices| progress.set_position(slices)),
    );
    let mut world = simulate::world(data, config, strategy);
    let watch = Stopwatch::start();
    let outcome = simulate::run(&mut world, &mut recorder);
    let running = watch.elapsed();
    bar.finish_and_clear();
    outcome.map_err(|error| of_run(&error))?;
    Ok(Finished {
        world,
        recorder,
        running,
    })
}

fn finish(
    args: &BacktestArgs,
    out: &mut Out,
    mut facts: Facts,
    loading: Duration,
    finished: Finished,
    folder: Option<&Path>,
) -> Result<Exit, Failure> {
    let Finished {
        mut world,
        mut recorder,
        running,
    } = finished;
    let files = recorder.finish();
    let seconds = running.as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    let rate = facts.bars as f64 / seconds.max(1e-9);
    facts.timings = Timings {
        load_s: loading.as_secs_f64(),
        run_s: seconds,
        bars_per_second: rate,
    };
    let benchmark = results::benchmark_of(world.engine_mut().desk_mut());
    let summary = results::summarize(&recorder, world.engine().desk(), &benchmark, facts);
    analyze(&mut world, &recorder, &summary)?;
    if let (Some(folder), Some(files)) = (folder, files) {
        results::write(
            folder,
            files,
            &recorder,
            world.engine().desk(),
            &benchmark,
            &summary,
        )?;
    }
    let report = write_report(&args.output, folder)?;
    tell_log(out, &recorder);
    if args.output.json {
        let mut value =
            serde_json::to_value(&summary).expect("a summary is plain numbers and texts");
        value["folder"] = json!(folder.map(|folder| folder.display().to_string()));
        value["report"] = json!(report.as_ref().map(|path| path.display().to_string()));
        out.json("backtest", true, &value, &[]);
    } else {
        let series = results::sparkline_of(&recorder, summary.capital.to_f64());
        out.print(&render_summary(&summary, &series, out.width(), true));
    }
    if let Some(folder) = folder {
        out.status(
            "Saved",
            format!(
                "{}   report: rustybt report {}",
                folder.display(),
                id_of(folder)
            ),
        );
    }
    if let Some(report) = report {
        out.status("Report", report.display());
    }
    Ok(Exit::Done)
}

fn id_of(folder: &Path) -> String {
    if folder.parent() == Some(Path::new(runs::ROOT)) {
        folder
            .file_name()
            .map_or_else(String::new, |name| name.to_string_lossy().into_owned())
    } else {
        folder.display().to_string()
    }
}

fn check_benchmark(config: &Config, data: &MarketData) -> Result<(), Failure> {
    match &config.engine.benchmark {
        Some(symbol) if !data.assets.iter().any(|asset| *asset.symbol == **symbol) => {
            Err(of_data(&MarketDataError::Benchmark(symbol.clone())))
        }
        Some(_) | None => Ok(()),
    }
}

/// Checks that the script has the functions of the configured triggers.
fn check_triggers(config: &Config, strategy: &ScriptStrategy) -> Result<(), Failure> {
    let wrong = config
        .schedule
        .triggers
        .iter()
        .filter(|trigger| !strategy.has_function(&trigger.function));
    let errors: Vec<ConfigError> = wrong
        .map(|trigger| {
            ConfigError::new(
                format!(
                    "`schedule.triggers.{}`: the script has no function `{}(context, data)`",
                    trigger.name, trigger.function
                ),
                "write the name of a function of the script behind `function:`",
                config.origin_under(&["schedule", "triggers", &trigger.name]),
            )
        })
        .collect();
    if errors.is_empty() {
        Ok(())
    } else {
        Err(errors.into())
    }
}

/// Returns where results go, and makes the folder; `None` where nothing is saved.
fn results_folder(output: &OutputFlags, script_sha256: &str) -> Result<Option<PathBuf>, Failure> {
    if output.no_save {
        return Ok(None);
    }
    let folder = match &output.out {
        Some(folder) => folder.clone(),
        None => fresh_folder(script_sha256),
    };
    make_results_folder(&folder)?;
    Ok(Some(folder))
}

/// Returns `runs/<id>` with an id that is not taken yet.
fn fresh_folder(script_sha256: &str) -> PathBuf {
    let id = runs::new_id(now(), script_sha256);
    let others = (2..1_000_000).map(|n| format!("{id}-{n}"));
    std::iter::once(id.clone())
        .chain(others)
        .map(|id| Path::new(runs::ROOT).join(id))
        .find(|folder| !exists(folder))
        .unwrap_or_else(|| Path::new(runs::ROOT).join(&id))
}

fn open_files(folder: &Path) -> Result<Files, Failure> {
    Ok(Files {
        fills: TextFile::create(&folder.join("fills.csv"))?,
        equity: TextFile::create(&folder.join("equity.csv"))?,
        positions: TextFile::create(&folder.join("positions.csv"))?,
        log: TextFile::create(&folder.join("log.jsonl"))?,
    })
}

fn write_report(output: &OutputFlags, folder: Option<&Path>) -> Result<Option<PathBuf>, Failure> {
    let Some(wanted) = &output.report else {
        return Ok(None);
    };
    let Some(folder) = folder else {
        return Ok(None);
    };
    let path = runs::write_report(folder, wanted.as_deref())
        .map_err(|error| Failure::usage(error.to_string(), "rustybt runs list"))?;
    Ok(Some(path))
}

/// Lets the script look at the results.
fn analyze(
    world: &mut BacktestWorld<ScriptStrategy>,
    recorder: &Recorder,
    summary: &Summary,
) -> Result<(), Failure> {
    if !world.engine().strategy().has_function("analyze") {
        return Ok(());
    }
    let mut value = serde_json::to_value(summary).expect("a summary is plain numbers and texts");
    let days = recorder.daily.days().iter().zip(recorder.daily.values());
    value["equity"] = days
        .map(|(day, value)| json!({"time": day.to_string(), "value": value}))
        .collect();
    let symbol =
        |id: crate::core::model::asset::AssetId| world.engine().desk().asset(id).symbol.to_string();
    let trades = recorder.trades.iter().map(|trade| {
        json!({
            "asset": symbol(trade.asset),
            "side": trade.side.name(),
            "quantity": trade.quantity.to_f64(),
            "entry_price": trade.entry_price.to_f64(),
            "exit_price": trade.exit_price.to_f64(),
            "pnl": trade.pnl.to_f64(),
            "return": trade.fraction,
            "bars_held": trade.bars_held,
        })
    });
    value["trades"] = trades.collect();
    let fills = recorder.fills.iter().map(|fill| {
        json!({
            "order_id": fill.order.to_string(),
            "asset": symbol(fill.asset),
            "amount": fill.quantity.to_f64(),
            "price": fill.price.to_f64(),
            "commission": fill.commission.to_f64(),
        })
    });
    value["fills"] = fills.collect();
    world
        .engine_mut()
        .analyze(&value.to_string(), &mut Commands::new());
    simulate::failure_of(world).map_err(|error| of_run(&error))
}

fn tell_header(out: &mut Out, data: &MarketData, config: &Config, script: &ScriptFile) {
    let warnings: Vec<Diagnostic> = data.notices.iter().map(Diagnostic::warning).collect();
    out.report(&warnings);
    let symbols: Vec<&str> = data
        .assets
        .iter()
        .take(8)
        .map(|asset| &*asset.symbol)
        .collect();
    let more = data.assets.len().saturating_sub(symbols.len());
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    let first = &data.assets[0];
    let source = config
        .data
        .path
        .as_ref()
        .map_or("the built-in sample".to_owned(), |path| {
            path.display().to_string()
        });
    out.status(
        "Running",
        format!(
            "{} on {}{more}, {} bars of {source} ({}, {}, lot {})",
            script.name(),
            symbols.join(", "),
            data.timeframe,
            first.kind,
            first.calendar,
            first.lot_size.normalize()
        ),
    );
    if out.verbosity() >= Verbosity::Verbose {
        out.detail(format!("{} bars, sha256 {}", data.n_bars(), data.sha256));
    }
}

fn tell_log(out: &mut Out, recorder: &Recorder) {
    let lines: Vec<Diagnostic> = recorder
        .loud
        .iter()
        .map(|(level, text)| {
            let text = format!("script: {text}");
            if *level == LogLevel::Error {
                Diagnostic::error(text)
            } else {
                Diagnostic::warning(text)
            }
            .place(Place::named("log.jsonl"))
        })
        .collect();
    out.report(&lines);
}

fn facts_of(
    config: &Config,
    data: &MarketData,
    script: &ScriptFile,
    strategy: &ScriptStrategy,
    args: &BacktestArgs,
) -> Facts {
    let rules = rules_of(config);
    let kind = data.assets[0].kind;
    Facts {
        script: script.name(),
        script_sha256: hash_of(&strategy.texts(), &script.name()),
        data_sha256: data.sha256.clone(),
        params: strategy
            .params()
            .into_iter()
            .map(|param| (param.name, json_of(&param.value)))
            .collect(),
        timeframe: data.timeframe,
        calendar: data.assets[0].calendar.to_string(),
        days_per_year: f64::from(data.calendars[0].annualization()),
        bars: data.n_bars() as u64,
        timings: Timings::default(),
        seed: config.engine.seed,
        commission: rules.commission_for(kind).to_string(),
        slippage: rules.slippage_or_default().to_string(),
        fill_at: rules.fill_at.name().to_owned(),
        volume_limit: config.execution.volume_limit.to_string(),
        command: command_of(args),
    }
}

/// A parameter's value in JSON.
fn json_of(value: &rhai::Dynamic) -> serde_json::Value {
    if let Ok(int) = value.as_int() {
        return int.into();
    }
    if let Ok(float) = value.as_float() {
        return float.into();
    }
    if let Ok(flag) = value.as_bool() {
        return flag.into();
    }
    value.to_string().into()
}

/// Returns the command that repeats a run, from its settings.
fn command_of(args: &BacktestArgs) -> String {
    let mut words = vec!["rustybt backtest".to_owned()];
    for setting in args.settings() {
        words.push(match &setting.origin {
            Origin::Flag(flag) if flag.starts_with("--param ") => {
                format!("{flag}={}", quoted(&setting.text))
            }
            Origin::Flag(flag) => format!("{flag} {}", quoted(&setting.text)),
            Origin::Environment(_) | Origin::File(..) | Origin::WholeFile(_) | Origin::BuiltIn => {
                continue;
            }
        });
    }
    for file in &args.files.config {
        words.push(format!("-c {}", quoted(&file.display().to_string())));
    }
    words.join(" ")
}

fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:,=%+".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}
