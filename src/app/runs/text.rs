//! The answers about runs as text.
//!
//! Invariants: tables have no borders and no color, figures are aligned right; control characters of
//! names cannot reach the terminal; every text ends with a line feed unless it is empty.

#![expect(
    clippy::format_push_string,
    reason = "short pieces, built once for a person"
)]

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use rust_decimal::Decimal;

use crate::app::figures::{NONE, count, metric, money, percent, ratio, signed_money};
use crate::app::run::summary_text::clean;
use crate::app::runs::compare::{Comparison, FirstDifference};
use crate::app::runs::{BrokenRun, Run, RunList};
use crate::core::model::number::Money;

fn table(headings: &[&str], figures_from: usize) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(headings.to_vec());
    for (at, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        if at >= figures_from {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

fn lines(table: &Table) -> String {
    let mut out = String::new();
    for line in table.lines() {
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// Writes the list of runs, one a line.
pub fn list_text(list: &RunList) -> String {
    if list.runs.is_empty() {
        return "no runs\n".to_owned();
    }
    let headings = [
        "RUN", "SCRIPT", "SYMBOLS", "FROM", "TO", "RETURN", "SHARPE", "DRAWDOWN", "TRADES",
    ];
    let mut table = table(&headings, 5);
    for run in &list.runs {
        table.add_row(row(run));
    }
    lines(&table)
}

fn row(run: &Run) -> Vec<String> {
    let summary = &run.summary;
    let of = |name: &str| metric(name, summary.metrics.value(name));
    let day = |time: &str| clean(time.split('T').next().unwrap_or_default());
    let symbols = match summary.symbols.as_slice() {
        [] => String::new(),
        [one] => clean(one),
        [first, rest @ ..] => format!("{} +{}", clean(first), rest.len()),
    };
    vec![
        clean(&run.id),
        clean(summary.name()),
        symbols,
        day(&summary.start),
        day(&summary.end),
        of("total_return"),
        of("sharpe"),
        of("max_drawdown"),
        count(summary.trades),
    ]
}

/// Writes one warning a line for the folders that cannot be read, for standard error.
pub fn broken_text(broken: &[BrokenRun]) -> String {
    let mut out = String::new();
    for run in broken {
        out.push_str(&format!(
            "warning: {}: {}\n",
            clean(&run.id),
            clean(&run.reason)
        ));
    }
    out
}

/// Writes a comparison: what differs in the inputs, all metrics, the first fill that differs.
pub fn compare_text(comparison: &Comparison) -> String {
    let mut out = String::new();
    let heads = [clean(&comparison.a), clean(&comparison.b)];
    if comparison.inputs.is_empty() {
        out.push_str("The inputs are the same.\n");
    } else {
        let mut table = table(&["INPUT", &heads[0], &heads[1]], 3);
        for input in &comparison.inputs {
            let value = |value: &Option<String>| clean(value.as_deref().unwrap_or("-"));
            table.add_row(vec![clean(&input.name), value(&input.a), value(&input.b)]);
        }
        out.push_str(&lines(&table));
    }
    out.push('\n');
    out.push_str(&metrics_table(comparison, &heads));
    out.push('\n');
    out.push_str(&fills_text(comparison, &heads));
    out
}

fn metrics_table(comparison: &Comparison, heads: &[String; 2]) -> String {
    let mut table = table(&["METRIC", &heads[0], &heads[1], "DIFFERENCE"], 1);
    let finals = &comparison.final_value;
    table.add_row(vec![
        "final_value".to_owned(),
        amount(&finals[0]),
        amount(&finals[1]),
        money_gap(finals),
    ]);
    for pair in &comparison.metrics {
        let gap = pair
            .a
            .zip(pair.b)
            .map(|(a, b)| difference(pair.name, b - a));
        table.add_row(vec![
            pair.name.to_owned(),
            metric(pair.name, pair.a),
            metric(pair.name, pair.b),
            gap.unwrap_or_else(|| NONE.to_owned()),
        ]);
    }
    lines(&table)
}

fn amount(text: &str) -> String {
    let exact = text.parse::<Decimal>();
    exact.map_or_else(|_| clean(text), |exact| money(Money::new(exact)))
}

fn money_gap(finals: &[String; 2]) -> String {
    match (finals[0].parse::<Decimal>(), finals[1].parse::<Decimal>()) {
        (Ok(a), Ok(b)) if a == b => "0".to_owned(),
        (Ok(a), Ok(b)) => signed_money(Money::new(b - a)),
        _ => NONE.to_owned(),
    }
}

/// Writes a difference with its sign; a gap that figures would not show says so.
fn difference(name: &str, gap: f64) -> String {
    let text = match name {
        "max_drawdown_days" => format!("{gap:.0}"),
        "total_return" | "cagr" | "volatility" | "max_drawdown" | "var_95" | "cvar_95"
        | "alpha" | "expectancy" | "win_rate" | "exposure" => percent(gap),
        _ => ratio(gap),
    };
    let shows = text.contains(['1', '2', '3', '4', '5', '6', '7', '8', '9']);
    match (shows, gap.abs() > 0.0) {
        (false, true) => "tiny".to_owned(),
        (false, false) => "0".to_owned(),
        (true, _) if gap > 0.0 => format!("+{text}"),
        (true, _) => text,
    }
}

fn fills_text(comparison: &Comparison, heads: &[String; 2]) -> String {
    let fills = &comparison.fills;
    let Some(FirstDifference { number, a, b }) = &fills.first_difference else {
        return format!("All {} fills are the same.\n", fills.a);
    };
    let side = |fill: &Option<String>| clean(fill.as_deref().unwrap_or("no more fills"));
    format!(
        "{} and {} fills; the first that differs is number {number}:\n  {}  {}\n  {}  {}\n",
        fills.a,
        fills.b,
        heads[0],
        side(a),
        heads[1],
        side(b)
    )
}

/// Writes what a run's folder is and how its report is made, below its summary.
pub fn show_text(run: &Run) -> String {
    let summary = &run.summary;
    let mut out = String::new();
    out.push_str(&format!("  run      {}\n", clean(&run.id)));
    out.push_str(&format!(
        "  script   {} ({})\n",
        clean(&summary.script),
        head(&summary.script_sha256)
    ));
    out.push_str(&format!(
        "  data     {} bars ({})\n",
        count(summary.bars),
        head(&summary.data_sha256)
    ));
    out.push_str(&format!(
        "  orders   {}, fills {}, cash {}\n",
        count(summary.orders),
        count(summary.fills),
        money(summary.final_cash)
    ));
    if !summary.command.is_empty() {
        out.push_str(&format!("  repeat   {}\n", clean(&summary.command)));
    }
    out
}

fn head(hash: &str) -> String {
    clean(&hash.chars().take(12).collect::<String>())
}
