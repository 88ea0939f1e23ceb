//! `doctor`: looks at the surroundings, line by line, each with its cure.
//!
//! Invariants: changes nothing that it does not undo; a look that cannot be taken is a finding, not a
//! success.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use chrono::{NaiveDate, Offset, TimeZone};
use chrono_tz::Tz;
use serde_json::{Value, json};

use crate::app::cli::args::project::DoctorArgs;
use crate::app::cli::diagnostic::escape;
use crate::app::cli::exit::{Exit, Failure};
use crate::app::cli::out::Out;
use crate::app::config::{Config, ConfigSources, load};
use crate::shell::files;

/// Free disk space below which a warning is due, in bytes.
const LITTLE: u64 = 1_000_000_000;

/// How one look went.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Verdict {
    Ok,
    Warn,
    Fail,
}

/// One look.
#[derive(Clone, Debug)]
struct Finding {
    subject: &'static str,
    verdict: Verdict,
    text: String,
    cure: String,
}

impl Finding {
    fn ok(subject: &'static str, text: impl Into<String>) -> Self {
        Self {
            subject,
            verdict: Verdict::Ok,
            text: text.into(),
            cure: String::new(),
        }
    }

    fn warn(subject: &'static str, text: impl Into<String>, cure: impl Into<String>) -> Self {
        Self {
            subject,
            verdict: Verdict::Warn,
            text: text.into(),
            cure: cure.into(),
        }
    }

    fn fail(subject: &'static str, text: impl Into<String>, cure: impl Into<String>) -> Self {
        Self {
            subject,
            verdict: Verdict::Fail,
            text: text.into(),
            cure: cure.into(),
        }
    }
}

/// Looks at everything. The exit code is that of a configuration error if anything failed.
///
/// # Errors
/// None; a finding is a line of the result.
pub fn run(args: &DoctorArgs, out: &mut Out) -> Result<Exit, Failure> {
    let sources = ConfigSources::here(&args.files.config, Vec::new());
    let paths = sources.paths();
    let config = load(sources);
    let mut findings = vec![version(), zones(), configuration(&paths, config.as_ref())];
    findings.extend(folders(&paths));
    if let Ok(config) = &config {
        findings.push(script(config));
        findings.push(data(config));
    }
    findings.push(disk());

    let worst = findings
        .iter()
        .map(|finding| finding.verdict)
        .max()
        .unwrap_or(Verdict::Ok);
    if args.json {
        let lines: Vec<Value> = findings.iter().map(to_json).collect();
        out.json(
            "doctor",
            worst != Verdict::Fail,
            &json!({ "findings": lines }),
            &[],
        );
    } else {
        for finding in &findings {
            out.line(format_args!(
                "{:4}  {:10}  {}",
                word(finding.verdict),
                finding.subject,
                escape(&finding.text)
            ));
            if !finding.cure.is_empty() {
                out.line(format_args!("{:18}hint: {}", "", escape(&finding.cure)));
            }
        }
    }
    Ok(if worst == Verdict::Fail {
        Exit::Usage
    } else {
        Exit::Done
    })
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ok => "ok",
        Verdict::Warn => "warn",
        Verdict::Fail => "fail",
    }
}

fn to_json(finding: &Finding) -> Value {
    json!({
        "subject": finding.subject,
        "verdict": word(finding.verdict),
        "text": finding.text,
        "cure": finding.cure,
    })
}

fn version() -> Finding {
    let parquet = if cfg!(feature = "parquet") {
        "with"
    } else {
        "without"
    };
    Finding::ok(
        "version",
        format!("rustybt {}, {parquet} Parquet", env!("CARGO_PKG_VERSION")),
    )
}

/// New York was five hours behind UTC in January 2024 and four in July.
fn zones() -> Finding {
    let offset = |month| {
        let zone = Tz::from_str("America/New_York").ok()?;
        let noon = NaiveDate::from_ymd_opt(2024, month, 15)?.and_hms_opt(12, 0, 0)?;
        Some(zone.offset_from_utc_datetime(&noon).fix().local_minus_utc() / 3600)
    };
    if (offset(1), offset(7)) == (Some(-5), Some(-4)) {
        Finding::ok(
            "zones",
            format!(
                "time-zone data {} is built in",
                chrono_tz::IANA_TZDB_VERSION
            ),
        )
    } else {
        Finding::fail(
            "zones",
            "the built-in time-zone data are wrong",
            "build rustybt again from a clean checkout",
        )
    }
}

fn configuration(
    paths: &[PathBuf],
    config: Result<&Config, &Vec<crate::app::config::layer::ConfigError>>,
) -> Finding {
    let names: Vec<_> = paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    match config {
        Ok(_) if names.is_empty() => Finding::ok("config", "no rustybt.yaml; the defaults hold"),
        Ok(_) => Finding::ok("config", format!("{} is in order", names.join(", "))),
        Err(errors) => Finding::fail(
            "config",
            format!("{} ({} in all)", errors[0], errors.len()),
            "rustybt config check",
        ),
    }
}

/// The folder of the project, which must take results.
fn folders(paths: &[PathBuf]) -> Vec<Finding> {
    let folder = paths
        .last()
        .and_then(|path| path.parent())
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    vec![match files::probe_writable(folder) {
        Ok(()) => Finding::ok("folder", format!("`{}` can be written", folder.display())),
        Err(error) => Finding::fail(
            "folder",
            error.to_string(),
            format!("chmod u+w {}", folder.display()),
        ),
    }]
}

fn script(config: &Config) -> Finding {
    match &config.strategy.script {
        None => Finding::warn(
            "script",
            "no strategy is configured",
            "set strategy.script, or name one on the command line",
        ),
        Some(path) if files::exists(path) => {
            Finding::ok("script", format!("`{}` is there", path.display()))
        }
        Some(path) => Finding::fail(
            "script",
            format!("`{}` is not there", path.display()),
            "correct strategy.script",
        ),
    }
}

/// Which symbols of the configuration have a file of bars.
fn data(config: &Config) -> Finding {
    let Some(path) = &config.data.path else {
        return Finding::ok("data", "the built-in sample");
    };
    if !files::exists(path) {
        return Finding::fail(
            "data",
            format!("`{}` is not there", path.display()),
            "correct data.path",
        );
    }
    if !files::is_folder(path) {
        return Finding::ok("data", format!("`{}` is there", path.display()));
    }
    let names = match files::names(path) {
        Ok(names) => names,
        Err(error) => return Finding::fail("data", error.to_string(), "chmod u+rx the folder"),
    };
    let bars: Vec<&str> = names.iter().filter_map(|name| symbol_of(name)).collect();
    let missing: Vec<&str> = config
        .data
        .symbols
        .iter()
        .map(String::as_str)
        .filter(|symbol| !bars.contains(symbol))
        .collect();
    if bars.is_empty() {
        Finding::fail(
            "data",
            format!("`{}` holds no bars", path.display()),
            "put SYMBOL.csv files there",
        )
    } else if missing.is_empty() {
        Finding::ok(
            "data",
            format!("`{}` holds bars of {} symbols", path.display(), bars.len()),
        )
    } else {
        Finding::fail(
            "data",
            format!(
                "`{}` holds no bars of {}",
                path.display(),
                missing.join(", ")
            ),
            format!("put {}.csv there", missing[0]),
        )
    }
}

/// Returns the symbol that a file of bars is named after.
fn symbol_of(name: &str) -> Option<&str> {
    let symbol = [".csv", ".csv.gz", ".parquet"]
        .iter()
        .find_map(|ending| name.strip_suffix(ending))?;
    (!symbol.is_empty() && !symbol.ends_with(".actions")).then_some(symbol)
}

fn disk() -> Finding {
    match files::free_bytes(Path::new(".")) {
        None => Finding::warn("disk", "the free space is unknown", "df -h ."),
        Some(bytes) if bytes < LITTLE => Finding::warn(
            "disk",
            format!("{} MB free", bytes / 1_000_000),
            "remove old runs",
        ),
        Some(bytes) => Finding::ok("disk", format!("{} GB free", bytes / 1_000_000_000)),
    }
}
