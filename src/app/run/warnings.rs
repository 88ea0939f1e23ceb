//! What a person should know before believing a result.
//!
//! Invariants: each warning has a code of the family RBT2xx, says what was found with its figures and
//! what to do about it; the order is that of the codes. Knows nothing of terminals or pages.

#![expect(
    clippy::format_push_string,
    reason = "short pieces, built once for a person"
)]

use serde::{Deserialize, Serialize};

use crate::app::figures::{percent, ratio};
use crate::app::run::summary::Summary;

/// One finding.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Warning {
    /// Such as `RBT204`.
    pub code: String,
    /// What was found and what to do, one sentence without a full stop.
    pub text: String,
}

/// What the findings are drawn from beside the summary.
#[derive(Clone, Copy, Debug, Default)]
pub struct Evidence<'a> {
    /// The gain of each round trip, in money.
    pub gains: &'a [f64],
    /// The days of the run that have a value.
    pub days: usize,
    /// Orders that were denied or rejected.
    pub refused: u64,
    /// Orders that expired or were canceled with nothing filled.
    pub unfilled: u64,
    /// The lowest cash balance.
    pub lowest_cash: Option<f64>,
    /// What is said of dates that a calendar does not know.
    pub beyond: Option<&'a str>,
}

/// Fewer round trips than this say little.
const FEW_TRADES: usize = 30;

/// What each code means.
pub const MEANINGS: [(&str, &str); 10] = [
    (
        "RBT201",
        "Nothing was traded, so that every figure of the run is that of cash.",
    ),
    (
        "RBT202",
        "Orders cost nothing. Real ones do; set execution.commission and execution.slippage.",
    ),
    (
        "RBT203",
        "Yearly figures of less than a year are extrapolated from a few days.",
    ),
    (
        "RBT204",
        "Statistics of few round trips have wide errors; the range is that of the Sharpe ratio.",
    ),
    (
        "RBT205",
        "One round trip made most of the profit; without it the result is another one.",
    ),
    (
        "RBT206",
        "Orders were refused, before or at the exchange; orders.csv has the reasons.",
    ),
    (
        "RBT207",
        "Orders ended with nothing filled, canceled or at the end of their time.",
    ),
    (
        "RBT208",
        "Cash was below zero: the strategy traded with borrowed money.",
    ),
    ("RBT210", "Holding the benchmark would have earned more."),
    (
        "RBT211",
        "Dates lie beyond the table of a calendar, where no holidays are known.",
    ),
];

/// Returns the findings about a run, by code.
pub fn find(summary: &Summary, evidence: &Evidence) -> Vec<Warning> {
    let checks: [(&str, Option<String>); 10] = [
        ("RBT201", no_fills(summary)),
        ("RBT202", no_costs(summary)),
        ("RBT203", short_run(summary, evidence.days)),
        ("RBT204", few_trades(summary, evidence)),
        ("RBT205", one_trade(evidence.gains)),
        ("RBT206", refused(evidence.refused)),
        ("RBT207", unfilled(evidence.unfilled)),
        ("RBT208", borrowed(summary, evidence.lowest_cash)),
        ("RBT210", benchmark(summary)),
        ("RBT211", evidence.beyond.map(str::to_owned)),
    ];
    let found = checks
        .into_iter()
        .filter_map(|(code, text)| Some((code.to_owned(), text?)));
    found.map(|(code, text)| Warning { code, text }).collect()
}

fn no_fills(summary: &Summary) -> Option<String> {
    let why = if summary.orders == 0 {
        "the strategy placed no order; check its conditions and the length of its warm-up"
    } else {
        "no order was filled; orders.csv says why"
    };
    (summary.fills == 0).then(|| why.to_owned())
}

fn no_costs(summary: &Summary) -> Option<String> {
    let free = |spec: &str| spec == "none";
    let what = match (free(&summary.commission), free(&summary.slippage)) {
        (true, true) => "commission and slippage are",
        (true, false) => "commission is",
        (false, true) => "slippage is",
        (false, false) => return None,
    };
    Some(format!(
        "{what} zero; no market is that cheap, set --commission and --slippage"
    ))
}

fn short_run(summary: &Summary, days: usize) -> Option<String> {
    let year = if summary.calendar == "24/7" { 365 } else { 252 };
    (days > 0 && days < year).then(|| {
        format!("{days} days are less than a year; yearly figures are extrapolated from them")
    })
}

fn few_trades(summary: &Summary, evidence: &Evidence) -> Option<String> {
    let count = evidence.gains.len();
    if summary.fills == 0 || count >= FEW_TRADES {
        return None;
    }
    let mut text = if count == 1 {
        "1 trade is too few for statistics".to_owned()
    } else {
        format!("{count} trades are few for statistics")
    };
    if let Some((low, high)) = sharpe_range(summary, evidence.days)
        && let Some(sharpe) = summary.metrics.sharpe
    {
        text.push_str(&format!(
            "; a Sharpe of {} over {} days has a 95 % range of {} to {}",
            ratio(sharpe),
            evidence.days,
            ratio(low),
            ratio(high)
        ));
    }
    Some(text)
}

/// Returns the 95 % range of a Sharpe ratio for independent daily returns: SR ± 1.96 √((1 + s² ÷ 2) ÷
/// n) × √(days per year), where s is the daily ratio (Lo 2002, "The Statistics of Sharpe Ratios").
/// `None` below two days.
pub fn sharpe_range(summary: &Summary, days: usize) -> Option<(f64, f64)> {
    let sharpe = summary.metrics.sharpe.filter(|_| days >= 2)?;
    let year = summary.days_per_year();
    let daily = sharpe / year.sqrt();
    #[expect(
        clippy::cast_precision_loss,
        reason = "days of a run are far below 2^53"
    )]
    let error = ((1.0 + daily * daily / 2.0) / days as f64).sqrt() * year.sqrt();
    Some((sharpe - 1.96 * error, sharpe + 1.96 * error))
}

fn one_trade(gains: &[f64]) -> Option<String> {
    let total: f64 = gains.iter().sum();
    let best = gains.iter().copied().fold(0.0, f64::max);
    if gains.len() < 2 || total <= 0.0 || best <= total / 2.0 {
        return None;
    }
    Some(if best >= total {
        "without its best trade the strategy would have lost money".to_owned()
    } else {
        format!(
            "one trade made {} of the profit; look at the result without it",
            percent(best / total)
        )
    })
}

fn refused(count: u64) -> Option<String> {
    let orders = plural(count, "order was", "orders were");
    (count > 0).then(|| format!("{orders} denied or rejected; orders.csv has the reasons"))
}

fn unfilled(count: u64) -> Option<String> {
    let orders = plural(count, "order", "orders");
    (count > 0).then(|| format!("{orders} ended without a fill; orders.csv has the reasons"))
}

fn borrowed(summary: &Summary, lowest: Option<f64>) -> Option<String> {
    let capital = summary.capital.to_f64();
    let lowest = lowest.filter(|cash| *cash < -0.01 * capital)?;
    Some(format!(
        "cash fell to {} of the capital: the strategy borrowed; leverage raises risk and costs interest",
        percent(lowest / capital)
    ))
}

fn benchmark(summary: &Summary) -> Option<String> {
    let gap = summary.benchmark_return? - summary.metrics.total_return?;
    (gap > 0.0).then(|| format!("the benchmark did better by {:.1} points", gap * 100.0))
}

fn plural(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary() -> Summary {
        let text = include_str!("../../../tests/data/run-fixture/summary.json");
        serde_json::from_str(text).unwrap()
    }

    fn codes(summary: &Summary, evidence: &Evidence) -> Vec<String> {
        find(summary, evidence)
            .into_iter()
            .map(|w| w.code)
            .collect()
    }

    #[test]
    fn a_sound_run_has_no_warning() {
        let evidence = Evidence {
            gains: &[1.0; 40],
            days: 754,
            lowest_cash: Some(100.0),
            ..Evidence::default()
        };
        assert_eq!(codes(&summary(), &evidence), Vec::<String>::new());
    }

    #[test]
    fn each_weakness_is_found() {
        let mut weak = summary();
        weak.commission = "none".into();
        weak.benchmark_return = Some(1.0);
        let evidence = Evidence {
            gains: &[10.0, 200.0, -50.0],
            days: 100,
            refused: 1,
            unfilled: 2,
            lowest_cash: Some(-5_000.0),
            beyond: Some("XNYS is known from 1990-01-01 to 2030-12-31, and 2031-01-02 lies beyond"),
        };
        let found = find(&weak, &evidence);
        let lines: Vec<String> = found
            .iter()
            .map(|w| format!("{}: {}", w.code, w.text))
            .collect();
        insta::assert_snapshot!(lines.join("\n"));
        let explained = |w: &Warning| MEANINGS.iter().any(|(code, _)| *code == w.code);
        assert!(found.iter().all(explained));
        weak.fills = 0;
        assert_eq!(codes(&weak, &Evidence::default())[0], "RBT201");
    }

    #[test]
    fn the_range_of_a_sharpe_ratio_narrows_with_the_square_root_of_time() {
        let summary = summary();
        let width = |days| {
            let (low, high) = sharpe_range(&summary, days).unwrap();
            high - low
        };
        assert!((width(252) / width(1008) - 2.0).abs() < 1e-12);
        // For small daily ratios a year of days gives ± 1.96.
        assert!((width(252) - 2.0 * 1.96).abs() < 0.01);
        assert_eq!(sharpe_range(&summary, 1), None);
    }
}
