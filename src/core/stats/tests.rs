//! The rows ME of the table of semantics, and what has no value.

use super::*;

fn days(count: usize) -> Vec<NaiveDate> {
    let first = NaiveDate::from_ymd_opt(2020, 1, 1).unwrap();
    first.iter_days().take(count).collect()
}

fn curve(returns: &[f64]) -> Vec<f64> {
    let mut value = 100_000.0;
    returns
        .iter()
        .map(|change| {
            value *= 1.0 + change;
            value
        })
        .collect()
}

fn of_values(capital: f64, values: &[f64]) -> Metrics {
    Metrics::compute(&MetricsInput {
        capital,
        days: &days(values.len()),
        values,
        held: &[],
        benchmark: &[],
        trades: &[],
        traded: None,
        days_per_year: 252.0,
        risk_free: 0.0,
    })
}

fn of_trades(results: &[f64]) -> Metrics {
    let trades: Vec<TradeResult> = results
        .iter()
        .map(|pnl| TradeResult {
            pnl: *pnl,
            fraction: *pnl,
        })
        .collect();
    let mut metrics = Metrics::default();
    metrics.set_trades(&trades);
    metrics
}

fn near(value: Option<f64>, expected: f64) {
    let value = value.unwrap();
    assert!((value - expected).abs() < 1e-6, "{value}, not {expected}");
}

#[test]
fn me_01_sharpe_uses_the_sample_deviation_and_252_days() {
    let metrics = of_values(100_000.0, &curve(&[0.01, -0.005, 0.015, 0.02, -0.01]));
    near(metrics.sharpe, 7.359_429);
}

#[test]
fn me_02_no_volatility_gives_a_sharpe_of_zero() {
    let metrics = of_values(100_000.0, &curve(&[0.01; 20]));
    assert_eq!(metrics.sharpe, Some(0.0));
    assert_eq!(metrics.volatility, Some(0.0));
    assert_eq!(metrics.sortino, None);
}

#[test]
fn me_03_one_return_has_no_ratio() {
    let metrics = of_values(100_000.0, &curve(&[0.01]));
    assert_eq!(metrics.sharpe, None);
    assert_eq!(metrics.sortino, None);
    assert_eq!(metrics.volatility, None);
    near(metrics.total_return, 0.01);
}

#[test]
fn me_04_sortino_counts_shortfalls_over_all_days() {
    let metrics = of_values(100_000.0, &curve(&[0.02, 0.01, -0.01, 0.03, -0.02]));
    near(metrics.sortino, 9.524_705);
}

#[test]
fn me_06_and_08_the_deepest_fall_is_from_the_highest_peak_before_it() {
    near(
        of_values(1.0, &[1.0, 1.2, 1.5, 1.3, 0.9]).max_drawdown,
        -0.4,
    );
    near(
        of_values(1.0, &[1.0, 1.1, 1.2, 0.5]).max_drawdown,
        -0.583_333,
    );
}

#[test]
fn me_10_and_11_trades_give_win_rate_and_profit_factor() {
    near(of_trades(&[0.05, -0.02, 0.03, 0.01, -0.04]).win_rate, 0.6);
    near(of_trades(&[100.0, -50.0, 75.0]).profit_factor, 3.5);
    assert_eq!(of_trades(&[100.0, 75.0]).profit_factor, None);
    assert_eq!(of_trades(&[-100.0, -75.0]).profit_factor, Some(0.0));
    near(of_trades(&[0.1, -0.04]).expectancy, 0.03);
}

#[test]
fn me_12_and_14_the_difference_from_the_benchmark_is_taken_day_by_day() {
    let active = ratios::information_ratio(&[0.02, 0.01], &[0.015, 0.005], 252.0);
    // A constant difference has no deviation, hence no ratio.
    assert_eq!(active, None);
    let first = NaiveDate::from_ymd_opt(2006, 1, 1).unwrap();
    let all: Vec<NaiveDate> = first.iter_days().take(251).collect();
    let metrics = Metrics::compute(&MetricsInput {
        capital: 100_000.0,
        days: &all,
        values: &curve(&[0.01; 251]),
        held: &[],
        benchmark: &[Some(0.005); 251],
        trades: &[],
        traded: None,
        days_per_year: 252.0,
        risk_free: 0.0,
    });
    let total = 1.01_f64.powi(251) - 1.0;
    assert!((metrics.total_return.unwrap() / total - 1.0).abs() < 1e-12);
    assert_eq!(metrics.beta, None);
}

#[test]
fn the_days_of_a_fall_run_from_its_peak_to_recovery_or_the_end() {
    let recovered = of_values(100.0, &[110.0, 99.0, 105.0, 110.0, 112.0]);
    assert_eq!(recovered.max_drawdown_days, Some(3));
    let open = of_values(100.0, &[110.0, 99.0, 105.0]);
    assert_eq!(open.max_drawdown_days, Some(2));
    let rising = of_values(100.0, &[101.0, 102.0]);
    assert_eq!(rising.max_drawdown, Some(0.0));
    assert_eq!(rising.max_drawdown_days, Some(0));
    assert_eq!(rising.calmar, None);
}

#[test]
fn nothing_that_does_not_exist_becomes_a_number() {
    let empty = of_values(100.0, &[]);
    assert!(empty.named().iter().all(|(_, value)| value.is_none()));
    for values in [
        &[0.0, 0.0][..],
        &[-5.0, 10.0, 20.0],
        &[1e300, 1e-300, 1e300],
        &[100.0],
    ] {
        let metrics = of_values(100.0, values);
        let all = metrics.named();
        assert!(
            all.iter().all(|(_, v)| v.is_none_or(f64::is_finite)),
            "{all:?}"
        );
    }
}

#[test]
fn metrics_are_written_and_read_again() {
    let metrics = of_values(100.0, &[125.0, 100.0, 75.0]);
    let json = serde_json::to_string(&metrics).unwrap();
    assert!(json.contains(r#""total_return":-0.25"#), "{json}");
    assert!(json.contains(r#""beta":null"#), "{json}");
    let again: Metrics = serde_json::from_str(&json).unwrap();
    assert_eq!(again.total_return, Some(-0.25));
    assert_eq!(again.max_drawdown_days, metrics.max_drawdown_days);
}

#[test]
fn names_come_in_the_order_of_the_fields() {
    let json = serde_json::to_value(Metrics::default()).unwrap();
    let fields: Vec<&String> = json.as_object().unwrap().keys().collect();
    let named: Vec<&str> = Metrics::default().named().iter().map(|(n, _)| *n).collect();
    assert_eq!(fields, named);
}

#[test]
fn exposure_counts_days_and_turnover_half_of_what_was_traded() {
    let values = [100.0; 252];
    let mut held = [false; 252];
    held[..63].fill(true);
    let metrics = Metrics::compute(&MetricsInput {
        capital: 100.0,
        days: &days(252),
        values: &values,
        held: &held,
        benchmark: &[],
        trades: &[],
        traded: Some(400.0),
        days_per_year: 252.0,
        risk_free: 0.0,
    });
    near(metrics.exposure, 0.25);
    near(metrics.turnover, 2.0);
}

#[test]
fn of_several_values_on_one_day_the_last_counts() {
    let mut daily = series::DailyValues::default();
    let dates = days(2);
    daily.push(dates[0], 1.0, true);
    daily.push(dates[0], 2.0, false);
    daily.push(dates[1], 3.0, true);
    assert_eq!(daily.days(), dates);
    assert_eq!(daily.values(), [2.0, 3.0]);
    assert_eq!(daily.held(), [false, true]);
}
