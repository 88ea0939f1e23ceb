//! The parts of the page that are tables.

#![expect(
    clippy::format_push_string,
    reason = "short pieces, built once for a person"
)]

use crate::app::figures::{NONE, grouped, metric, money, signed_money, signed_percent};
use crate::app::report::data::{OrderRow, PositionRow, ReportData, TradeRow};
use crate::app::report::glossary::GROUPS;
use crate::app::report::sections::{section, tone};
use crate::app::report::svg::{escape, tag};
use crate::core::model::number::Money;
use crate::core::model::time::Timestamp;
use crate::core::stats::drawdown::{Drawdown, drawdowns as falls};
use crate::core::stats::series::DailyValues;

/// The most rows of a table; the files have all.
const MOST_ROWS: usize = 500;

/// A cell: text, or a figure to be aligned right.
enum Cell {
    Text(String),
    Figure(String),
}

/// A table with headings; figures are aligned right.
fn table(headings: &[&str], rows: &[Vec<Cell>]) -> String {
    let figures: Vec<bool> = (0..headings.len())
        .map(|at| {
            rows.iter()
                .any(|row| matches!(row.get(at), Some(Cell::Figure(_))))
        })
        .collect();
    let mut out = String::from("<div class=\"scroll\"><table class=\"rows\"><thead><tr>");
    for (heading, figure) in headings.iter().zip(figures) {
        let class = if figure { "figure" } else { "" };
        out.push_str(&tag("th").set("scope", "col").class(class).text(heading));
    }
    out.push_str("</tr></thead><tbody>\n");
    for row in rows {
        out.push_str("<tr>");
        for cell in row {
            out.push_str(&match cell {
                Cell::Text(text) => tag("td").text(text),
                Cell::Figure(text) => tag("td")
                    .class(&format!("figure {}", tone(text)))
                    .text(text),
            });
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table></div>\n");
    out
}

fn text(value: &str) -> Cell {
    Cell::Text(value.to_owned())
}

fn exact(value: rust_decimal::Decimal, places: u32) -> Cell {
    Cell::Figure(grouped(value, places, false))
}

fn fraction(value: Option<f64>) -> Cell {
    Cell::Figure(value.map_or(NONE.to_owned(), signed_percent))
}

/// Writes a time; the date alone at midnight UTC, which daily labels are.
fn moment(time: Timestamp) -> Cell {
    let all = time.to_string();
    Cell::Text(all.strip_suffix("T00:00:00Z").unwrap_or(&all).to_owned())
}

/// All metrics in groups, with their definitions.
pub fn metrics(data: &ReportData) -> String {
    let mut out = String::from("<div class=\"groups\">");
    for (title, entries) in GROUPS {
        out.push_str(&format!("<div>{}<dl>", tag("h3").text(title)));
        for entry in entries {
            let value = metric(entry.name, data.summary.metrics.value(entry.name));
            let label = tag("dt").set("title", entry.definition).text(entry.label);
            let figure = tag("dd").class(tone(&value)).text(&value);
            out.push_str(&format!("{label}{figure}"));
        }
        out.push_str("</dl></div>\n");
    }
    out.push_str("</div>\n<details><summary>What these mean</summary><dl class=\"words\">");
    for entry in GROUPS.iter().flat_map(|(_, entries)| *entries) {
        out.push_str(&tag("dt").text(entry.label));
        out.push_str(&tag("dd").text(entry.definition));
    }
    let year = data.summary.days_per_year();
    let note = format!(
        "From daily returns with {year} days a year, sample deviations, and a risk-free rate of 0 unless the configuration sets one."
    );
    out.push_str(&format!("</dl>{}</details>\n", tag("p").text(&note)));
    section("Metrics", &[out])
}

/// The ten deepest falls.
pub fn drawdowns(data: &ReportData, daily: &DailyValues) -> String {
    let mut all = falls(data.capital(), daily.days(), daily.values());
    all.sort_by(|a, b| a.depth.total_cmp(&b.depth).then(a.peak.cmp(&b.peak)));
    let rows: Vec<Vec<Cell>> = all.iter().take(10).map(fall).collect();
    if rows.is_empty() {
        return String::new();
    }
    let headings = ["Peak", "Trough", "Recovery", "Days", "Depth"];
    section("Worst drawdowns", &[table(&headings, &rows)])
}

fn fall(fall: &Drawdown) -> Vec<Cell> {
    let recovery = fall.recovery.map(|day| day.to_string());
    vec![
        Cell::Text(fall.peak.to_string()),
        Cell::Text(fall.trough.to_string()),
        Cell::Text(recovery.unwrap_or_else(|| "not yet".to_owned())),
        Cell::Figure(fall.days.to_string()),
        fraction(Some(fall.depth)),
    ]
}

/// The round trips.
pub fn trades(data: &ReportData) -> String {
    if data.trades.is_empty() {
        return String::new();
    }
    let hidden = data.trades.len().saturating_sub(MOST_ROWS);
    let rows: Vec<Vec<Cell>> = data.trades[hidden..].iter().map(trade).collect();
    let headings = [
        "Asset", "Held", "Quantity", "Entry", "at", "Exit", "at", "Gain", "Return", "Costs",
        "Bars", "Worst", "Best", "Tag",
    ];
    let mut parts = vec![table(&headings, &rows)];
    if hidden > 0 {
        let note = format!(
            "The last {MOST_ROWS}; trades.csv has all {}.",
            data.trades.len()
        );
        parts.insert(0, tag("p").text(&note));
    }
    section("Trades", &parts)
}

fn trade(trade: &TradeRow) -> Vec<Cell> {
    let held = if trade.side == "sell" {
        "short"
    } else {
        "long"
    };
    vec![
        text(&trade.asset),
        text(held),
        exact(trade.quantity, 8),
        moment(trade.entry_time),
        exact(trade.entry_price, 4),
        moment(trade.exit_time),
        exact(trade.exit_price, 4),
        Cell::Figure(signed_money(Money::new(trade.pnl))),
        fraction(trade.fraction),
        Cell::Figure(money(Money::new(trade.commission))),
        Cell::Figure(trade.bars_held.to_string()),
        fraction(trade.mae),
        fraction(trade.mfe),
        text(&trade.tag),
    ]
}

/// What is held at the end.
pub fn positions(data: &ReportData) -> String {
    let rows: Vec<Vec<Cell>> = data.final_positions().iter().map(position).collect();
    if rows.is_empty() {
        return String::new();
    }
    let headings = ["Asset", "Amount", "Cost", "Last price", "Value", "Gain"];
    section("Open positions at the end", &[table(&headings, &rows)])
}

fn position(row: &PositionRow) -> Vec<Cell> {
    vec![
        text(&row.asset),
        exact(row.amount, 8),
        exact(row.cost_basis, 4),
        exact(row.last_price, 4),
        Cell::Figure(money(Money::new(row.market_value))),
        Cell::Figure(signed_money(Money::new(row.unrealized_pnl))),
    ]
}

/// Orders that were refused or ended without a fill, and why.
pub fn failed_orders(data: &ReportData) -> String {
    let failed: Vec<&OrderRow> = data.orders.iter().filter(|order| order.failed()).collect();
    let rows: Vec<Vec<Cell>> = failed
        .iter()
        .take(MOST_ROWS)
        .map(|o| failed_order(o))
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let headings = [
        "Order", "Placed", "Asset", "Side", "Type", "Quantity", "Limit", "Stop", "Status", "Why",
        "Tag",
    ];
    let mut parts = vec![table(&headings, &rows)];
    if failed.len() > MOST_ROWS {
        let note = format!(
            "The first {MOST_ROWS} of {}; orders.csv has all.",
            failed.len()
        );
        parts.insert(0, tag("p").text(&note));
    }
    section("Orders refused or not filled", &parts)
}

fn failed_order(order: &OrderRow) -> Vec<Cell> {
    let price = |value: Option<rust_decimal::Decimal>| {
        value.map_or(Cell::Figure(NONE.to_owned()), |value| exact(value, 8))
    };
    vec![
        text(&order.order_id),
        moment(order.created),
        text(&order.asset),
        text(&order.side),
        text(&order.order_type),
        exact(order.quantity, 8),
        price(order.limit),
        price(order.stop),
        text(&order.status),
        text(&order.reason),
        text(&order.tag),
    ]
}

/// Parameters, assumptions, hashes and how to repeat the run.
pub fn inputs(data: &ReportData) -> String {
    let summary = &data.summary;
    let params = summary.params_text().join("  ");
    let seed = summary.seed.to_string();
    let all = [
        ("Parameters", params.as_str()),
        ("Commission", &summary.commission),
        ("Slippage", &summary.slippage),
        ("Orders fill at", &summary.fill_at),
        ("Volume limit", &summary.volume_limit),
        ("Calendar", &summary.calendar),
        ("Seed", &seed),
        ("Script", &summary.script),
        ("SHA-256 of the script", &summary.script_sha256),
        ("SHA-256 of the data", &summary.data_sha256),
        ("rustybt", &summary.version),
        ("Run", &data.id),
    ];
    let mut out = String::from("<dl class=\"inputs\">");
    for (label, value) in all {
        if !value.is_empty() {
            out.push_str(&format!(
                "{}{}",
                tag("dt").text(label),
                tag("dd").text(value)
            ));
        }
    }
    out.push_str("</dl>\n");
    if !summary.command.is_empty() {
        let title = tag("h3").text("To repeat this run");
        out.push_str(&format!("{title}<pre>{}</pre>\n", escape(&summary.command)));
    }
    section("Inputs", &[out])
}

/// The end of the log.
pub fn log(data: &ReportData) -> String {
    if data.log.is_empty() {
        return String::new();
    }
    let lines = data.log.iter().map(|row| {
        let level = match row.level.as_str() {
            "error" => "down",
            "warn" | "warning" => "warn",
            _ => "flat",
        };
        let head = tag("span").class(level).text(&format!("{:5}", row.level));
        format!("{} {head} {}\n", escape(&row.time), escape(&row.text))
    });
    let lines: String = lines.collect();
    section("Log", &[format!("<pre class=\"log\">{lines}</pre>")])
}
