//! `data verify`: what is suspicious in the catalog, or in files.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::app::data::DataOutcome;
use crate::app::data::args::VerifyArgs;
use crate::app::data::import::named;
use crate::app::data::text::count;
use crate::core::calendar::Calendar;
use crate::shell::catalog::{
    BarColumns, Catalog, DataError, DataWarning, DatedAction, Finding, FindingKind, Inferred,
    LoadOptions, VerifyLimits, load_source, verify as verify_bars,
};

/// Findings of a symbol that are shown without `--all`.
const SHOWN: usize = 20;

#[derive(Serialize)]
struct Verified {
    symbol: String,
    timeframe: String,
    calendar: String,
    rows: u64,
    findings: Vec<Finding>,
}

/// An asset to look at, with its calendar.
type Subject = (BarColumns, Vec<DatedAction>, Calendar);

/// Runs `data verify`.
pub(super) fn verify(args: &VerifyArgs) -> Result<DataOutcome, DataError> {
    let limits = VerifyLimits {
        jump_percent: args.jump,
        stale_bars: args.stale.max(2),
        ..VerifyLimits::default()
    };
    let (subjects, warnings) = match &args.data {
        Some(data) => from_files(args, data)?,
        None => (from_catalog(args)?, Vec::new()),
    };
    let verified: Vec<Verified> = subjects
        .iter()
        .map(|(bars, actions, calendar)| Verified {
            symbol: bars.symbol.clone(),
            timeframe: bars.timeframe.to_string(),
            calendar: calendar.name().to_owned(),
            rows: bars.len() as u64,
            findings: verify_bars(bars, actions, calendar, limits),
        })
        .collect();
    let text = render(&verified, args.all);
    let mut outcome = DataOutcome::new("data.verify", &verified, text);
    outcome.found_something =
        !warnings.is_empty() || verified.iter().any(|one| !one.findings.is_empty());
    outcome.warnings = warnings;
    Ok(outcome)
}

fn from_files(
    args: &VerifyArgs,
    data: &str,
) -> Result<(Vec<Subject>, Vec<DataWarning>), DataError> {
    let options = LoadOptions {
        symbols: args.symbols.clone(),
        timeframe: args.timeframe,
        ..LoadOptions::default()
    };
    let mut loaded = load_source(Some(data), &options)?;
    let mut subjects = Vec::new();
    for bars in loaded.assets {
        let known = loaded.facts.get(&bars.symbol);
        let calendar = match (&args.calendar, known) {
            (Some(calendar), _) => calendar.clone(),
            (None, Some(facts)) => named(&facts.calendar)?,
            (None, None) => named(Inferred::of(&bars).calendar)?,
        };
        let actions = loaded.actions.remove(&bars.symbol).unwrap_or_default();
        subjects.push((bars, actions, calendar));
    }
    Ok((subjects, loaded.warnings))
}

fn from_catalog(args: &VerifyArgs) -> Result<Vec<Subject>, DataError> {
    let catalog = Catalog::open(&args.catalog.catalog);
    let mut entries = Vec::new();
    if args.symbols.is_empty() {
        entries = catalog.list()?;
    }
    for symbol in &args.symbols {
        entries.extend(catalog.entries(symbol)?);
    }
    let wanted = args.timeframe.map(|timeframe| timeframe.to_string());
    entries.retain(|entry| {
        wanted
            .as_ref()
            .is_none_or(|wanted| entry.timeframe == *wanted)
    });
    let mut subjects = Vec::new();
    for entry in entries {
        let mut loaded = catalog.load_entry(&entry)?;
        let calendar = match &args.calendar {
            Some(calendar) => calendar.clone(),
            None => named(&entry.calendar)?,
        };
        let actions = loaded.actions.remove(&entry.symbol).unwrap_or_default();
        subjects.extend(
            loaded
                .assets
                .into_iter()
                .map(|bars| (bars, actions.clone(), calendar.clone())),
        );
    }
    Ok(subjects)
}

fn render(verified: &[Verified], all: bool) -> String {
    if verified.is_empty() {
        return "nothing to verify: the catalog is empty\n".to_owned();
    }
    let mut lines = Vec::new();
    for one in verified {
        let head = format!("{} {}: {} bars", one.symbol, one.timeframe, count(one.rows));
        if one.findings.is_empty() {
            lines.push(format!("{head}, nothing found\n"));
            continue;
        }
        let found = summary(&one.findings);
        lines.push(format!("{head} on {}, {found}\n", one.calendar));
        let n_shown = if all { one.findings.len() } else { SHOWN };
        lines.extend(one.findings.iter().take(n_shown).map(|finding| {
            let word = word(finding.kind);
            format!("  {}  {word}: {}\n", finding.at, finding.detail)
        }));
        let n_more = one.findings.len().saturating_sub(n_shown);
        if n_more > 0 {
            lines.push(format!("  … and {n_more} more; --all shows them\n"));
        }
    }
    lines.concat()
}

/// Counts findings by kind: `2 gaps, 1 unrecorded split`.
fn summary(findings: &[Finding]) -> String {
    let mut counts: BTreeMap<FindingKind, usize> = BTreeMap::new();
    for finding in findings {
        *counts.entry(finding.kind).or_default() += 1;
    }
    let parts: Vec<String> = counts
        .into_iter()
        .map(|(kind, n)| format!("{} {}", count(n as u64), plural(kind, n)))
        .collect();
    parts.join(", ")
}

fn word(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::Gap => "gap",
        FindingKind::Hole => "hole",
        FindingKind::OffCalendar => "bar off the calendar",
        FindingKind::Jump => "jump",
        FindingKind::Split => "unrecorded split",
        FindingKind::Spike => "spike",
        FindingKind::StaleTail => "stale end",
        FindingKind::Stale => "stale stretch",
    }
}

fn plural(kind: FindingKind, n: usize) -> String {
    match (kind, n) {
        (_, 1) => word(kind).to_owned(),
        (FindingKind::OffCalendar, _) => "bars off the calendar".to_owned(),
        (FindingKind::Stale, _) => "stale stretches".to_owned(),
        (
            FindingKind::Gap
            | FindingKind::Hole
            | FindingKind::Jump
            | FindingKind::Split
            | FindingKind::Spike
            | FindingKind::StaleTail,
            _,
        ) => format!("{}s", word(kind)),
    }
}
