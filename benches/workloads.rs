//! The workloads W1 to W4: `cargo bench --bench workloads`, or some of them: `… -- W2 W3`.
//!
//! Prints one table and writes `target/workloads.json`. `engine` is the run phase alone, in this process
//! without files; `native` the same strategy as Rust code, measured in turn with it; `whole` is the program
//! as a person starts it, which reads the CSV and writes its results. Medians; figures of `engine` and
//! `native` are CPU time of the thread where the system tells it.

#![expect(
    clippy::disallowed_methods,
    reason = "benches make their own files and start the program"
)]

mod data;
mod native;

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use rustybt::app::config::Config;
use rustybt::app::run::market::MarketData;
use rustybt::app::run::record::Recorder;
use rustybt::app::run::script::ScriptFile;
use rustybt::app::run::simulate::{self, world};
use rustybt::core::engine::strategy::Strategy;
use rustybt::core::model::time::Timeframe;
use rustybt::core::sim::rules::FillAt;
use rustybt::script::host::ScriptStrategy;
use rustybt::script::sandbox::Fuse;
use rustybt::shell::clock::Stopwatch;
use serde_json::{Value, json};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
/// How often each figure is taken; the median counts.
const REPEAT: usize = 5;
/// Bars of W4.
const W4_BARS: usize = 100_000;

/// One line of the table.
struct Line {
    name: &'static str,
    /// Bars, over all assets and runs.
    bars: usize,
    fills: u64,
    engine: Option<f64>,
    native: Option<f64>,
    whole: Option<f64>,
    /// Peak resident memory of the whole program, in bytes.
    memory: Option<u64>,
}

impl Line {
    fn rate(&self, seconds: Option<f64>) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "a few millions")]
        seconds.map(|seconds| self.bars as f64 / seconds)
    }

    fn json(&self) -> Value {
        json!({
            "workload": self.name,
            "bars": self.bars,
            "fills": self.fills,
            "engine_s": self.engine,
            "engine_bars_per_second": self.rate(self.engine),
            "native_s": self.native,
            "native_bars_per_second": self.rate(self.native),
            "script_over_native": self.engine.zip(self.native).map(|(script, native)| script / native),
            "whole_s": self.whole,
            "whole_bars_per_second": self.rate(self.whole),
            "peak_memory_bytes": self.memory,
        })
    }

    fn text(&self) -> String {
        let rate = |seconds| {
            self.rate(seconds)
                .map_or("-".into(), |rate| format!("{rate:.0}"))
        };
        let memory = self
            .memory
            .map_or("-".into(), |bytes| format!("{} MB", bytes / 1_000_000));
        format!(
            "| {} | {} | {} | {} | {} | {} | {} | {} | {memory} |",
            self.name,
            self.bars,
            self.fills,
            rate(self.engine),
            rate(self.native),
            self.engine
                .zip(self.native)
                .map_or("-".into(), |(script, native)| format!(
                    "{:.1}",
                    script / native
                )),
            self.whole
                .map_or("-".into(), |seconds| format!("{seconds:.3} s")),
            rate(self.whole),
        )
    }
}

fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples[samples.len() / 2]
}

/// Returns how long something takes: CPU time of the main thread, else wall-clock time, in seconds.
fn seconds_of(work: impl FnOnce()) -> f64 {
    // Nanoseconds on the CPU, since the thread began.
    let cpu = || -> Option<u64> {
        let text = fs::read_to_string("/proc/self/schedstat").ok()?;
        text.split_whitespace().next()?.parse().ok()
    };
    let (before, watch) = (cpu(), Stopwatch::start());
    work();
    let wall = watch.elapsed();
    match before.zip(cpu()) {
        Some((before, after)) if after > before => {
            Duration::from_nanos(after - before).as_secs_f64()
        }
        Some(_) | None => wall.as_secs_f64(),
    }
}

fn script_of(name: &str) -> PathBuf {
    Path::new(ROOT).join("tests/scripts").join(name)
}

fn load_script(name: &str, market: &MarketData, config: &Config) -> ScriptStrategy {
    let script = ScriptFile::read(&script_of(name)).expect("a script of the tests");
    script
        .load(market, config, Arc::new(Fuse::default()))
        .expect("a script that loads")
}

/// Runs a strategy to its end, and returns the number of its fills.
fn run<S: Strategy>(market: &MarketData, config: &Config, strategy: S) -> u64 {
    let mut recorder = Recorder::new(None, FillAt::NextOpen, &market.assets, Box::new(|_| ()));
    let mut world = world(market, config, strategy);
    simulate::run(&mut world, &mut recorder).expect("a strategy without errors");
    recorder.fills.len() as u64
}

/// Measures the program as a person starts it: seconds by the clock, and its peak memory.
fn whole(script: &str, path: &Path, calendar: &str, repeat: usize) -> (f64, Option<u64>) {
    let out = folder().join("out");
    fs::create_dir_all(folder()).expect("a folder");
    let (mut times, mut memory) = (Vec::new(), None);
    for _ in 0..repeat {
        let watch = Stopwatch::start();
        let mut child = Command::new(env!("CARGO_BIN_EXE_rustybt"))
            .arg("backtest")
            .arg(script_of(script))
            .arg("--data")
            .arg(path)
            .args(["--kind", "equity", "--calendar", calendar])
            .args(["--commission", "per_share:0.005:1", "--slippage", "bps:5"])
            .args(["--volume-limit", "none", "-q", "--out"])
            .arg(&out)
            .current_dir(folder())
            .stdout(Stdio::null())
            .spawn()
            .expect("the program starts");
        let status = format!("/proc/{}/status", child.id());
        let code = loop {
            let text = fs::read_to_string(&status).unwrap_or_default();
            let peak = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let peak = peak.and_then(|rest| rest.trim().strip_suffix(" kB")?.parse::<u64>().ok());
            memory = memory.max(peak.map(|kilobytes| kilobytes * 1024));
            if let Some(code) = child.try_wait().expect("it is ours") {
                break code;
            }
            thread::park_timeout(Duration::from_micros(500));
        };
        times.push(watch.elapsed().as_secs_f64());
        assert!(code.success(), "{script} ended with {code}");
    }
    (median(times), memory)
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-workloads")
}

fn write(name: &str, rows: &[data::Row], minutes: i64) -> PathBuf {
    let path = folder().join(name);
    fs::create_dir_all(path.parent().expect("it has one")).expect("a folder");
    let mut file = BufWriter::new(File::create(&path).expect("a file"));
    data::write_csv(&mut file, rows, minutes).expect("room on the disk");
    file.flush().expect("room on the disk");
    path
}

fn setting<T: ToString + Copy>(key: &'static str, value: T) -> (&'static str, String) {
    (key, value.to_string())
}

/// Measures one workload; the native strategy only where there is one.
fn measure(
    name: &'static str,
    script: &str,
    path: &Path,
    calendar: &str,
    native: Option<Timeframe>,
) -> Line {
    let more = [setting("data.calendar", calendar)];
    let config = native::config(&path.display().to_string(), &more);
    let market = MarketData::load(&config).expect("bars that can be read");
    let (mut engine, mut ours, mut fills) = (Vec::new(), Vec::new(), 0);
    for _ in 0..REPEAT {
        engine.push(seconds_of(|| {
            fills = run(&market, &config, load_script(script, &market, &config));
        }));
        let Some(timeframe) = native else { continue };
        ours.push(seconds_of(|| {
            let strategy = native::SmaCross::new(timeframe, 10, 30);
            assert_eq!(
                run(&market, &config, strategy),
                fills,
                "{name}: native fills"
            );
        }));
    }
    let bars = market.n_bars();
    drop(market);
    let repeat = if bars < 10_000 { 5 * REPEAT } else { REPEAT };
    let (seconds, memory) = whole(script, path, calendar, repeat);
    Line {
        name,
        bars,
        fills,
        engine: Some(median(engine)),
        native: (!ours.is_empty()).then(|| median(ours)),
        whole: Some(seconds),
        memory,
    }
}

/// One hundred pairs of averages over the same bars, on all cores; `whole` includes reading the CSV.
fn sweep() -> Line {
    let path = write("w4/MIN.csv", &data::w2_bars(W4_BARS), 1);
    let text = path.display().to_string();
    let pairs: Vec<(usize, usize)> = (1..=10)
        .flat_map(|fast| (1..=10).map(move |slow| (5 * fast, 50 + 10 * slow)))
        .collect();
    let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let watch = Stopwatch::start();
    let calendar = [setting("data.calendar", "24/7")];
    let market = MarketData::load(&native::config(&text, &calendar)).expect("bars");
    let loaded = watch.elapsed();
    let (next, fills) = (AtomicUsize::new(0), AtomicU64::new(0));
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                while let Some((fast, slow)) = pairs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let more = [
                        setting("data.calendar", "24/7"),
                        setting("strategy.params.fast", fast),
                        setting("strategy.params.slow", slow),
                    ];
                    let config = native::config(&text, &more);
                    let strategy = load_script("w4.rhai", &market, &config);
                    fills.fetch_add(run(&market, &config, strategy), Ordering::Relaxed);
                }
            });
        }
    });
    let whole = watch.elapsed();
    Line {
        name: "W4",
        bars: pairs.len() * W4_BARS,
        fills: fills.into_inner(),
        engine: Some(whole.saturating_sub(loaded).as_secs_f64()),
        native: None,
        whole: Some(whole.as_secs_f64()),
        memory: None,
    }
}

fn workload(name: &str) -> Vec<Line> {
    match name {
        "W1" => {
            let path = Path::new(ROOT).join("tests/data/vectors/reference/GOOG.csv.gz");
            let day = Some(Timeframe::Day);
            vec![measure("W1", "w1.rhai", &path, "XNYS", day)]
        }
        "W2" => {
            let path = write("w2/MIN.csv", &data::w2_bars(data::W2_BARS), 1);
            let minute = Some(Timeframe::MINUTE);
            vec![
                measure("W2", "w2.rhai", &path, "24/7", minute),
                measure("W2 gated", "w2_gated.rhai", &path, "24/7", minute),
            ]
        }
        "W3" => {
            for asset in 0..data::W3_ASSETS {
                let name = format!("w3/{}.csv", data::w3_symbol(asset));
                write(&name, &data::w3_bars(asset, data::W3_BARS), 60);
            }
            vec![measure("W3", "w3.rhai", &folder().join("w3"), "24/7", None)]
        }
        "W4" => vec![sweep()],
        other => panic!("no workload is called {other}"),
    }
}

fn main() -> std::io::Result<()> {
    let mut names: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with('-'))
        .collect();
    if names.is_empty() {
        names = ["W1", "W2", "W3", "W4"].map(str::to_owned).to_vec();
    }
    let mut out = std::io::stdout();
    writeln!(
        out,
        "| work | bars | fills | engine, bars/s | native, bars/s | script ÷ native | whole | whole, bars/s | peak memory |\n|---|---|---|---|---|---|---|---|---|"
    )?;
    let mut lines = Vec::new();
    for name in &names {
        for line in workload(name) {
            writeln!(out, "{}", line.text())?;
            lines.push(line.json());
        }
    }
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent();
    let path = target
        .expect("it lies in the target folder")
        .join("workloads.json");
    let document = json!({ "version": env!("CARGO_PKG_VERSION"), "workloads": lines });
    fs::write(&path, format!("{document:#}\n"))?;
    writeln!(out, "\n{}", path.display())?;
    fs::remove_dir_all(folder())
}
