//! `data list`, `data show` and `data export`.

use serde::Serialize;

use crate::app::data::DataOutcome;
use crate::app::data::args::{ExportArgs, ListArgs, ShowArgs};
use crate::app::data::import::named;
use crate::app::data::text::{columns, count, label};
use crate::core::model::market::CorporateAction;
use crate::shell::catalog::{BarColumns, Catalog, CatalogEntry, DataError, write_csv};

/// Runs `data list`.
pub(super) fn list(args: &ListArgs) -> Result<DataOutcome, DataError> {
    let entries = Catalog::open(&args.catalog.catalog).list()?;
    let text = if entries.is_empty() {
        format!(
            "the catalog {} is empty; rustybt data import FILE fills it\n",
            args.catalog.catalog.display()
        )
    } else {
        render_entries(&entries)
    };
    Ok(DataOutcome::new("data.list", &entries, text))
}

fn render_entries(entries: &[CatalogEntry]) -> String {
    let rows: Vec<Vec<String>> = entries
        .iter()
        .map(|entry| {
            vec![
                entry.symbol.clone(),
                entry.timeframe.clone(),
                count(entry.rows),
                label(&entry.first, &entry.timeframe).to_owned(),
                label(&entry.last, &entry.timeframe).to_owned(),
                entry.kind.clone(),
                entry.calendar.clone(),
                entry.actions.to_string(),
                entry.source.clone(),
            ]
        })
        .collect();
    let heads = [
        "symbol", "interval", ">bars", "first", "last", "kind", "calendar", ">actions", "source",
    ];
    columns(&heads, &rows)
}

#[derive(Serialize)]
struct Shown {
    entry: CatalogEntry,
    actions: Vec<ShownAction>,
    bars: Vec<ShownBar>,
}

#[derive(Serialize)]
struct ShownAction {
    ex_date: String,
    r#type: &'static str,
    value: String,
}

#[derive(Serialize)]
struct ShownBar {
    time: String,
    open: String,
    high: String,
    low: String,
    close: String,
    volume: String,
}

/// Runs `data show`.
pub(super) fn show(args: &ShowArgs) -> Result<DataOutcome, DataError> {
    let catalog = Catalog::open(&args.catalog.catalog);
    let (mut loaded, mut entries) =
        catalog.load(std::slice::from_ref(&args.symbol), args.timeframe)?;
    let bars = loaded.assets.swap_remove(0);
    let entry = entries.swap_remove(0);
    let actions = loaded.actions.remove(&args.symbol).unwrap_or_default();
    let shown = Shown {
        actions: actions
            .iter()
            .map(|dated| {
                let (kind, value) = match dated.action {
                    CorporateAction::Split(value) => ("split", value),
                    CorporateAction::Dividend(value) => ("dividend", value),
                };
                ShownAction {
                    ex_date: dated.ex_date.to_string(),
                    r#type: kind,
                    value: value.normalize().to_string(),
                }
            })
            .collect(),
        bars: tail(&bars, args.tail),
        entry,
    };
    let text = render_shown(&shown);
    Ok(DataOutcome::new("data.show", &shown, text))
}

fn tail(bars: &BarColumns, n: usize) -> Vec<ShownBar> {
    (bars.len().saturating_sub(n)..bars.len())
        .map(|row| {
            let mut line = String::new();
            bars.write_row(row, &mut line);
            let mut cells = line.split(',').map(str::to_owned);
            let mut cell = || cells.next().unwrap_or_default();
            ShownBar {
                time: cell(),
                open: cell(),
                high: cell(),
                low: cell(),
                close: cell(),
                volume: cell(),
            }
        })
        .collect()
}

fn render_shown(shown: &Shown) -> String {
    let mut text = render_entries(std::slice::from_ref(&shown.entry));
    text.push('\n');
    let rows: Vec<Vec<String>> = shown
        .bars
        .iter()
        .map(|bar| {
            let time = label(&bar.time, &shown.entry.timeframe);
            [
                time,
                &bar.open,
                &bar.high,
                &bar.low,
                &bar.close,
                &bar.volume,
            ]
            .map(str::to_owned)
            .to_vec()
        })
        .collect();
    let heads = ["time", ">open", ">high", ">low", ">close", ">volume"];
    text.push_str(&columns(&heads, &rows));
    text
}

#[derive(Serialize)]
struct Exported {
    symbol: String,
    timeframe: String,
    rows: u64,
    file: Option<String>,
}

/// Runs `data export`.
pub(super) fn export(args: &ExportArgs) -> Result<DataOutcome, DataError> {
    let catalog = Catalog::open(&args.catalog.catalog);
    let (mut loaded, entries) = catalog.load(std::slice::from_ref(&args.symbol), args.timeframe)?;
    let mut bars = loaded.assets.swap_remove(0);
    if let Some(asked) = args.timeframe.filter(|asked| *asked != bars.timeframe) {
        bars = bars.resampled(asked, &named(&entries[0].calendar)?)?;
    }
    let exported = Exported {
        symbol: bars.symbol.clone(),
        timeframe: bars.timeframe.to_string(),
        rows: bars.len() as u64,
        file: args.out.as_ref().map(|path| path.display().to_string()),
    };
    let text = match &args.out {
        None => bars.to_csv(),
        Some(path) => {
            write_csv(&bars, path)?;
            format!(
                "{} bars of {} written to {}\n",
                count(exported.rows),
                exported.symbol,
                path.display()
            )
        }
    };
    Ok(DataOutcome::new("data.export", &exported, text))
}
