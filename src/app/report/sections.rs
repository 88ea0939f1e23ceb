//! The parts of the page that are charts, and its head.

#![expect(
    clippy::format_push_string,
    reason = "short pieces, built once for a person"
)]

use crate::app::figures::{NONE, count, metric, money, ratio, signed_percent};
use crate::app::report::charts::price::MOST_MARKS;
use crate::app::report::charts::recorded::MOST_SERIES;
use crate::app::report::charts::{equity, histogram, over_time, price, recorded as series, years};
use crate::app::report::data::{ReportData, TradeRow, monthly, yearly};
use crate::app::report::svg::{escape, tag};
use crate::app::run::warnings::{Evidence, find, sharpe_range};
use crate::core::model::time::Timestamp;
use crate::core::stats::series::{DailyValues, returns};

/// The most assets whose price is drawn.
const MOST_PRICES: usize = 12;

/// Puts parts under a heading; nothing for no parts.
pub fn section(title: &str, parts: &[String]) -> String {
    let inside = parts.concat();
    if inside.is_empty() {
        return String::new();
    }
    format!("<section>{}\n{inside}</section>\n", tag("h2").text(title))
}

fn figure(title: &str, note: &str, chart: &str) -> String {
    let mut caption = tag("b").text(title);
    if !note.is_empty() {
        caption.push_str(&format!(" {}", tag("span").text(note)));
    }
    format!(
        "<figure>{}{chart}</figure>\n",
        tag("figcaption").inner(&caption)
    )
}

/// Returns the first and last time of the run.
fn span(data: &ReportData) -> (Timestamp, Timestamp) {
    match (data.equity.first(), data.equity.last()) {
        (Some(first), Some(last)) => (first.time, last.time),
        _ => (Timestamp::default(), Timestamp::default()),
    }
}

/// Name, period and verdict.
pub fn header(data: &ReportData) -> String {
    let summary = &data.summary;
    let day = |time: &str| time.split('T').next().unwrap_or_default().to_owned();
    let mut facts = vec![
        summary.symbols.join(", "),
        summary.timeframe.clone(),
        format!("{} to {}", day(&summary.start), day(&summary.end)),
        format!("capital {}", money(summary.capital)),
    ];
    if !summary.mode.is_empty() {
        facts.insert(0, summary.mode.clone());
    }
    format!(
        "<header>{}{}{}</header>\n",
        tag("p").class("id").text(&data.id),
        tag("h1").text(summary.name()),
        tag("p").class("facts").text(&facts.join(" · "))
    )
}

/// What to know before believing the rest.
pub fn warnings(data: &ReportData, daily: &DailyValues) -> String {
    let gains: Vec<f64> = data.trades.iter().map(TradeRow::gain).collect();
    let refused = |status: &str| matches!(status, "denied" | "rejected");
    let failed = data.orders.iter().filter(|order| order.failed());
    let (refused, unfilled): (Vec<_>, Vec<_>) = failed.partition(|o| refused(&o.status));
    let evidence = Evidence {
        gains: &gains,
        days: daily.days().len(),
        refused: refused.len() as u64,
        unfilled: unfilled.len() as u64,
        lowest_cash: data.equity.iter().map(|row| row.cash).reduce(f64::min),
        // The summary says it, where it was found.
        beyond: None,
    };
    let mut all = data.summary.warnings.clone();
    for found in find(&data.summary, &evidence) {
        if all.iter().all(|known| known.code != found.code) {
            all.push(found);
        }
    }
    let items: Vec<String> = all
        .iter()
        .map(|warning| {
            let code = tag("code").text(&warning.code);
            format!("<li>{code} {}</li>", escape(&warning.text))
        })
        .collect();
    if items.is_empty() {
        return String::new();
    }
    let list = format!("<ul>{}</ul>", items.concat());
    let title = tag("h2").text("Warnings");
    format!("<section class=\"warnings\">{title}\n{list}</section>\n")
}

/// The figures that matter most.
pub fn tiles(data: &ReportData) -> String {
    let summary = &data.summary;
    let of = |name: &str| metric(name, summary.metrics.value(name));
    let range = sharpe_range(summary, data.daily().days().len());
    let range = range.map_or(String::new(), |(low, high)| {
        format!("95 % range {} to {}", ratio(low), ratio(high))
    });
    let benchmark = match (&summary.benchmark, summary.benchmark_return) {
        (Some(name), Some(change)) => format!("{name} {}", signed_percent(change)),
        _ => String::new(),
    };
    let days = of("max_drawdown_days");
    let costs = summary.total_commission + summary.total_slippage;
    let all = [
        ("Return", of("total_return"), benchmark),
        (
            "Growth a year",
            of("cagr"),
            format!("volatility {}", of("volatility")),
        ),
        ("Sharpe", of("sharpe"), range),
        ("Max drawdown", of("max_drawdown"), format!("{days} days")),
        (
            "Final value",
            money(summary.final_value),
            format!("cash {}", money(summary.final_cash)),
        ),
        (
            "Trades",
            count(summary.trades),
            format!("{} won, costs {}", of("win_rate"), money(costs)),
        ),
    ];
    let tiles: Vec<String> = all
        .iter()
        .map(|(label, value, note)| {
            let class = tone(value);
            format!(
                "<div>{}{}{}</div>",
                tag("span").text(label),
                tag("b").class(class).text(value),
                tag("small").text(note)
            )
        })
        .collect();
    format!("<section class=\"tiles\">{}</section>\n", tiles.concat())
}

/// Returns the class that colors a figure as its sign says.
pub fn tone(text: &str) -> &'static str {
    if text.starts_with('+') {
        "up"
    } else if text.starts_with('-') && text != NONE {
        "down"
    } else {
        "flat"
    }
}

/// Equity, drawdown, exposure and rolling Sharpe on one axis of time.
pub fn curves(data: &ReportData, daily: &DailyValues) -> String {
    let span = span(data);
    let Some(linear) = equity::chart(data, span, false) else {
        return section("Equity", &[tag("p").text("The run has no bars.")]);
    };
    let legend = match &data.summary.benchmark {
        Some(name) if !data.benchmark.is_empty() => format!(
            "<p class=\"legend\"><i class=\"main\"></i>strategy <i class=\"second\"></i>{}</p>",
            escape(&format!("{name}, scaled to the capital"))
        ),
        _ => String::new(),
    };
    let mut parts = vec![legend];
    if let Some(log) = equity::chart(data, span, true) {
        parts.push(
            "<div class=\"scales\"><input type=\"radio\" name=\"scale\" id=\"linear\" checked><label for=\"linear\">linear</label>\
             <input type=\"radio\" name=\"scale\" id=\"log\"><label for=\"log\">logarithmic</label>"
                .to_owned(),
        );
        parts.push(format!(
            "<div class=\"linear\">{linear}</div><div class=\"log\">{log}</div></div>\n"
        ));
    } else {
        parts.push(format!("<figure>{linear}</figure>"));
    }
    let drawdown = over_time::drawdown(data, span);
    parts.push(figure(
        "Drawdown",
        "below the highest value so far",
        &drawdown,
    ));
    if let Some(chart) = over_time::rolling_sharpe(data, daily, span) {
        parts.push(figure("Rolling Sharpe", "of the last six months", &chart));
    }
    let exposure = over_time::exposure(data, span);
    parts.push(figure(
        "Net exposure",
        "positions as a part of the portfolio",
        &exposure,
    ));
    section("Equity", &parts)
}

/// Months, years and the distribution of days.
pub fn calendar(data: &ReportData, daily: &DailyValues) -> String {
    let all = yearly(data.capital(), daily);
    if all.is_empty() {
        return String::new();
    }
    let changes: Vec<f64> = returns(data.capital(), daily.values())
        .into_iter()
        .flatten()
        .collect();
    let mut parts = vec![heat_map(&monthly(data.capital(), daily), &all)];
    let mut pair = figure("Years", "return of each calendar year", &years::chart(&all));
    if let Some(chart) = histogram::chart(&changes) {
        pair.push_str(&figure(
            "Days",
            "daily returns and the normal curve",
            &chart,
        ));
    }
    parts.push(format!("<div class=\"pair\">{pair}</div>"));
    section("Returns by month, year and day", &parts)
}

fn heat_map(months: &[((i32, u32), f64)], years: &[(i32, f64)]) -> String {
    const NAMES: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let mut out = String::from("<div class=\"scroll\"><table class=\"heat\"><thead><tr><th></th>");
    for name in NAMES {
        out.push_str(&tag("th").set("scope", "col").text(name));
    }
    out.push_str("<th scope=\"col\">Year</th></tr></thead><tbody>\n");
    for (year, total) in years {
        out.push_str(&format!(
            "<tr>{}",
            tag("th").set("scope", "row").text(&year.to_string())
        ));
        for month in 1..=12 {
            let found = months.iter().find(|(key, _)| *key == (*year, month));
            out.push_str(&match found {
                Some((_, change)) => heat_cell(*change),
                None => "<td></td>".to_owned(),
            });
        }
        let text = format!("{:+.1}", total * 100.0);
        out.push_str(
            &tag("td")
                .class(&format!("total {}", tone(&text)))
                .text(&text),
        );
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table></div>\n");
    let caption = tag("b").text("Months");
    let note = tag("span").text("return in percent");
    format!("<figure><figcaption>{caption} {note}</figcaption>{out}</figure>\n")
}

fn heat_cell(change: f64) -> String {
    // Steps of color at 0.5, 2, 4, 7 and 11 percent.
    let size = change.abs();
    let step = [0.005, 0.02, 0.04, 0.07, 0.11]
        .iter()
        .filter(|edge| size >= **edge)
        .count();
    let sign = if change < 0.0 { 'n' } else { 'p' };
    let text = format!("{:.1}", change * 100.0);
    tag("td")
        .class(&format!("{sign}{step}"))
        .text(if text == "-0.0" { "0.0" } else { &text })
}

/// One price chart for each asset.
pub fn prices(data: &ReportData) -> String {
    let span = span(data);
    let drawn = data.prices.keys().filter_map(|symbol| {
        let chart = price::chart(data, symbol, span)?;
        let trades = data.trades.iter().filter(|t| t.asset == *symbol).count();
        let note = if trades > MOST_MARKS {
            format!("the {MOST_MARKS} largest of {trades} round trips")
        } else {
            format!("{trades} round trips")
        };
        Some(figure(symbol, &note, &chart))
    });
    let mut parts: Vec<String> = drawn.take(MOST_PRICES).collect();
    if parts.is_empty() {
        return String::new();
    }
    let hidden = data.prices.len().saturating_sub(MOST_PRICES);
    if hidden > 0 {
        parts.push(tag("p").text(&format!("{hidden} more assets are not drawn.")));
    }
    let legend = "<p class=\"legend\"><i class=\"buy\">▲</i>bought <i class=\"sell\">▼</i>sold \
        <i class=\"gain\"></i>round trip with a gain <i class=\"loss\"></i>with a loss (dashed)</p>\n";
    parts.insert(0, legend.to_owned());
    section("Prices and trades", &parts)
}

/// One chart for each recorded series.
pub fn recorded(data: &ReportData) -> String {
    let span = span(data);
    let names = data.recorded.names.iter().enumerate();
    let mut parts: Vec<String> = names
        .filter_map(|(column, name)| {
            let chart = series::chart(&data.recorded, column, span)?;
            Some(figure(name, "", &chart))
        })
        .take(MOST_SERIES)
        .collect();
    if data.recorded.names.len() > MOST_SERIES {
        parts.push(tag("p").text("The other series are in recorded.csv."));
    }
    section("Recorded by the script", &parts)
}
