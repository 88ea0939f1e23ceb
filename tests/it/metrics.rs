//! Metrics against two independent libraries (see `tests/data/vectors/metrics/SOURCES.md`).

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rustybt::core::stats::{Metrics, MetricsInput};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    name: String,
    capital: f64,
    days_per_year: f64,
    risk_free: f64,
    days: Vec<NaiveDateText>,
    values: Vec<f64>,
    benchmark: Vec<f64>,
    benchmark_base: f64,
    empyrical: BTreeMap<String, Option<f64>>,
    quantstats: BTreeMap<String, Option<f64>>,
}

#[derive(Deserialize)]
struct NaiveDateText(String);

fn cases() -> Vec<Case> {
    let text = include_str!("../data/vectors/metrics/vectors.json");
    serde_json::from_str(text).expect("the vectors are JSON of this shape")
}

fn compute(case: &Case) -> Metrics {
    let days: Vec<NaiveDate> = case
        .days
        .iter()
        .map(|d| d.0.parse().expect("a date"))
        .collect();
    let mut before = case.benchmark_base;
    let benchmark: Vec<Option<f64>> = case
        .benchmark
        .iter()
        .map(|close| Some(close / std::mem::replace(&mut before, *close) - 1.0))
        .collect();
    Metrics::compute(&MetricsInput {
        capital: case.capital,
        days: &days,
        values: &case.values,
        held: &[],
        benchmark: &benchmark,
        trades: &[],
        traded: None,
        days_per_year: case.days_per_year,
        risk_free: case.risk_free,
    })
}

fn check(case: &Case, library: &str, expected: &BTreeMap<String, Option<f64>>) {
    let metrics = compute(case);
    for (name, expected) in expected {
        let (ours, scale) = match name.as_str() {
            "information_ratio_daily" => (metrics.information_ratio, case.days_per_year.sqrt()),
            other => (metrics.value(other), 1.0),
        };
        match (ours, expected) {
            (Some(ours), Some(expected)) => {
                let error = (ours / scale - expected).abs();
                assert!(
                    error <= 1e-9 * expected.abs(),
                    "{}: {name} is {ours}, {library} says {expected}",
                    case.name
                );
            }
            (ours, expected) => {
                assert_eq!(ours, *expected, "{}: {name}, {library}", case.name);
            }
        }
    }
}

#[test]
fn metrics_agree_with_empyrical_to_nine_digits() {
    for case in cases() {
        assert!(case.empyrical.len() >= 16);
        check(&case, "empyrical", &case.empyrical);
    }
}

#[test]
fn metrics_agree_with_quantstats_to_nine_digits() {
    for case in cases() {
        assert!(case.quantstats.len() >= 7);
        check(&case, "quantstats", &case.quantstats);
    }
}
