//! `data import`: files into the catalog.
//!
//! Invariants: everything is read and checked before anything is stored.

use serde::Serialize;

use crate::app::data::DataOutcome;
use crate::app::data::args::ImportArgs;
use crate::app::data::text::{columns, count, label};
use crate::core::calendar::Calendar;
use crate::core::model::asset::AssetKind;
use crate::shell::catalog::{
    AssetFacts, BarColumns, Catalog, DataError, DataWarning, DatedAction, Inferred, Loaded, Rule,
    VerifyLimits, bar_files, load, verify,
};

/// What became of one asset.
#[derive(Debug, Serialize)]
struct Imported {
    symbol: String,
    timeframe: String,
    rows: u64,
    first: String,
    last: String,
    kind: &'static str,
    calendar: String,
    actions: usize,
    repaired_rows: u64,
    findings: usize,
    source: String,
    stored: bool,
}

/// An asset that is ready to be stored.
struct Ready {
    bars: BarColumns,
    actions: Vec<DatedAction>,
    facts: AssetFacts,
    record: Imported,
}

/// Runs `data import`.
pub(super) fn import(args: &ImportArgs) -> Result<DataOutcome, DataError> {
    if args.symbol.is_some() && args.files.len() > 1 {
        return Err(DataError::option("--symbol names one file, not several"));
    }
    let options = args.load_options();
    let mut ready: Vec<Ready> = Vec::new();
    let mut warnings = Vec::new();
    let mut files = Vec::new();
    for path in &args.files {
        files.extend(bar_files(path)?);
    }
    for path in &files {
        let loaded = load(path, &options)?;
        let Loaded {
            assets,
            mut actions,
            facts,
            warnings: of_files,
            ..
        } = loaded;
        for bars in assets {
            let known = facts.get(&bars.symbol);
            let actions = actions.remove(&bars.symbol).unwrap_or_default();
            let asset = prepare(args, bars, actions, known, &of_files)?;
            let same = |other: &&Ready| {
                other.bars.symbol == asset.bars.symbol
                    && other.bars.timeframe == asset.bars.timeframe
            };
            if let Some(other) = ready.iter().find(same) {
                let rule = Rule::SeveralFiles {
                    symbol: asset.bars.symbol.clone(),
                    files: format!("{}, {}", other.record.source, asset.record.source),
                };
                return Err(DataError::of_file(path, rule));
            }
            ready.push(asset);
        }
        warnings.extend(of_files);
    }
    if !args.dry_run {
        let catalog = Catalog::open(&args.catalog.catalog);
        for asset in &mut ready {
            catalog.import(&asset.bars, &asset.actions, &asset.facts)?;
            asset.record.stored = true;
        }
    }
    let records: Vec<Imported> = ready.into_iter().map(|asset| asset.record).collect();
    let text = render(args, &records);
    let mut outcome = DataOutcome::new("data.import", &records, text);
    outcome.warnings = warnings;
    Ok(outcome)
}

fn prepare(
    args: &ImportArgs,
    bars: BarColumns,
    actions: Vec<DatedAction>,
    known: Option<&AssetFacts>,
    warnings: &[DataWarning],
) -> Result<Ready, DataError> {
    let inferred = Inferred::of(&bars);
    let calendar = match (&args.calendar, known) {
        (Some(calendar), _) => calendar.clone(),
        (None, Some(known)) => named(&known.calendar)?,
        (None, None) => named(inferred.calendar)?,
    };
    let guessed = if calendar.name() == "24/7" {
        AssetKind::Crypto
    } else {
        AssetKind::Equity
    };
    let kind = args
        .kind
        .or(known.map(|known| known.kind))
        .unwrap_or(guessed);
    let bars = match args.to {
        Some(to) if to != bars.timeframe => bars.resampled(to, &calendar)?,
        Some(_) | None => bars,
    };
    let findings = verify(&bars, &actions, &calendar, VerifyLimits::default());
    let (Some(first), Some(last)) = (bars.starts.first(), bars.starts.last()) else {
        return Err(DataError::of_file(&bars.source, Rule::NoRows));
    };
    let mine = warnings
        .iter()
        .filter(|warning| warning.file == bars.source);
    let record = Imported {
        symbol: bars.symbol.clone(),
        timeframe: bars.timeframe.to_string(),
        rows: bars.len() as u64,
        first: first.to_string(),
        last: last.to_string(),
        kind: kind.name(),
        calendar: calendar.name().to_owned(),
        actions: actions.len(),
        repaired_rows: mine.map(|warning| warning.rows).sum(),
        findings: findings.len(),
        source: bars.source.display().to_string(),
        stored: false,
    };
    let facts = AssetFacts {
        kind,
        calendar: calendar.name().to_owned(),
    };
    Ok(Ready {
        bars,
        actions,
        facts,
        record,
    })
}

/// Finds a calendar that a record or the inference named.
pub(super) fn named(name: &str) -> Result<Calendar, DataError> {
    Calendar::named(name).map_err(|error| DataError::option(error.to_string()))
}

fn render(args: &ImportArgs, records: &[Imported]) -> String {
    let rows: Vec<Vec<String>> = records
        .iter()
        .map(|record| {
            let show = |text: &str| label(text, &record.timeframe).to_owned();
            vec![
                record.symbol.clone(),
                record.timeframe.clone(),
                count(record.rows),
                show(&record.first),
                show(&record.last),
                record.kind.to_owned(),
                record.calendar.clone(),
                record.actions.to_string(),
                count(record.repaired_rows),
            ]
        })
        .collect();
    let heads = [
        "symbol",
        "interval",
        ">bars",
        "first",
        "last",
        "kind",
        "calendar",
        ">actions",
        ">repaired",
    ];
    let mut text = columns(&heads, &rows);
    for record in records.iter().filter(|record| record.findings > 0) {
        let n = record.findings;
        let noun = if n == 1 { "finding" } else { "findings" };
        let symbol = &record.symbol;
        text.extend([
            format!("{symbol}: {} {noun}; ", count(n as u64)),
            format!("rustybt data verify {symbol} shows them\n"),
        ]);
    }
    if args.dry_run {
        text.push_str("dry run: nothing was stored\n");
    } else {
        text.extend([format!("stored in {}\n", args.catalog.catalog.display())]);
    }
    text
}
