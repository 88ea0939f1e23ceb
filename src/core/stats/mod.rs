//! Performance metrics of one run (R-REP-1), in floats.
//!
//! Invariants: the input is read once, in order, and never changed; the output holds no infinity and
//! no not-a-number: what does not exist is `None`. Money stays exact in the room `trades`; everything
//! else here is statistics. Knows nothing of files, scripts or how a run was made.
//!
//! Conventions, with the library that shares them (checked in `tests/it/metrics.rs`):
//!
//! * Returns are simple daily returns; the base of the first is the starting capital. A day whose
//!   base is not positive has no return and is left out.
//! * A year has 252 days, or 365 where the market never closes. Deviations are sample deviations
//!   (n − 1). The yearly risk-free rate is spread over the days by compounding,
//!   `(1 + r)^(1 / days per year) − 1`.
//! * empyrical-reloaded 0.7.1 agrees on `total_return cagr volatility sharpe sortino calmar omega
//!   max_drawdown var_95 cvar_95 tail_ratio alpha beta`, quantstats 0.0.86 on `skew kurtosis` too.
//!   Both leave the information ratio daily; here it is yearly, as Sharpe's is (Grinold and Kahn).

/// Falls from a peak and the way back.
pub mod drawdown;
/// What is computed from a list of daily returns.
pub mod ratios;
/// Daily values, their returns and plain sample statistics.
pub mod series;
/// Round trips, first in, first out.
pub mod trades;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::core::stats::drawdown::drawdowns;
use crate::core::stats::series::{finite, mean};

/// The metrics, in the order in which files and reports list them.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Metrics {
    /// Final value ÷ starting capital − 1.
    pub total_return: Option<f64>,
    /// Growth a year: (final ÷ start)^(days per year ÷ days) − 1, by trading days as empyrical does.
    pub cagr: Option<f64>,
    /// Sample deviation of daily returns × √(days per year).
    pub volatility: Option<f64>,
    /// Mean ÷ sample deviation of daily excess returns × √(days per year); 0 without any deviation.
    pub sharpe: Option<f64>,
    /// Mean daily excess return × days per year ÷ yearly downside risk, which is the root mean square
    /// of the shortfalls below the risk-free rate over **all** days; `None` without a shortfall.
    pub sortino: Option<f64>,
    /// `cagr` ÷ |`max_drawdown`|; `None` without a drawdown.
    pub calmar: Option<f64>,
    /// Sum of the daily returns above the risk-free rate ÷ sum of those below; `None` without the
    /// latter.
    pub omega: Option<f64>,
    /// The deepest fall from an earlier peak (or the starting capital), as a fraction; not positive.
    pub max_drawdown: Option<f64>,
    /// Calendar days of that deepest fall, from its peak to the day of recovery, or to the end.
    pub max_drawdown_days: Option<i64>,
    /// The 5th percentile of daily returns (historical, linear between observations); a loss is
    /// negative.
    pub var_95: Option<f64>,
    /// The mean of the worst daily returns up to the rank of that percentile,
    /// ⌊0.05 (n − 1)⌋ + 1 of them; a loss is negative.
    pub cvar_95: Option<f64>,
    /// |95th percentile| ÷ |5th percentile| of daily returns.
    pub tail_ratio: Option<f64>,
    /// Sample skewness of daily returns, corrected for bias (Fisher and Pearson's G1).
    pub skew: Option<f64>,
    /// Sample excess kurtosis of daily returns, corrected for bias (G2); 0 for a normal curve.
    pub kurtosis: Option<f64>,
    /// What the benchmark does not explain, a year: (1 + mean(r − β b))^(days per year) − 1, over
    /// excess returns.
    pub alpha: Option<f64>,
    /// Covariance with the benchmark ÷ variance of the benchmark.
    pub beta: Option<f64>,
    /// Mean ÷ sample deviation of the daily difference from the benchmark × √(days per year).
    pub information_ratio: Option<f64>,
    /// Round trips with a gain after commissions ÷ all.
    pub win_rate: Option<f64>,
    /// Sum of gains ÷ sum of losses over round trips; 0 without a gain, `None` without a loss.
    pub profit_factor: Option<f64>,
    /// Mean return of a round trip, as a fraction of what its entry cost.
    pub expectancy: Option<f64>,
    /// Days that end with a position ÷ all days.
    pub exposure: Option<f64>,
    /// Half of all that was bought and sold ÷ mean portfolio value, a year: 1 is one round trip of
    /// the whole portfolio each year.
    pub turnover: Option<f64>,
}

/// What the metrics are computed from.
#[derive(Clone, Copy, Debug)]
pub struct MetricsInput<'a> {
    /// The starting capital: the base of the first return.
    pub capital: f64,
    /// One date for each of `values`, ascending.
    pub days: &'a [NaiveDate],
    /// The portfolio's value at the end of each day, oldest first.
    pub values: &'a [f64],
    /// Whether a position was held at the end of each day; as long as `values`, or empty if unknown.
    pub held: &'a [bool],
    /// The benchmark's return of each day; as long as `values`, or empty without a benchmark. A day
    /// without one is left out of `alpha`, `beta` and `information_ratio`.
    pub benchmark: &'a [Option<f64>],
    /// The finished round trips.
    pub trades: &'a [TradeResult],
    /// The value of all fills, bought plus sold, both positive; `None` if unknown.
    pub traded: Option<f64>,
    /// 252, or 365 where the market never closes.
    pub days_per_year: f64,
    /// The risk-free rate, a year; 0.02 is 2 %.
    pub risk_free: f64,
}

/// The outcome of one round trip.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct TradeResult {
    /// Gain after commissions, in money; negative is a loss.
    pub pnl: f64,
    /// The same as a fraction of the entry's value.
    pub fraction: f64,
}

/// Returns 365 for a market that never closes, else 252.
pub fn days_per_year(always_open: bool) -> f64 {
    if always_open { 365.0 } else { 252.0 }
}

impl Metrics {
    /// Computes all metrics. Lists of unequal length are read up to the shorter one.
    pub fn compute(input: &MetricsInput) -> Self {
        let returns = series::returns(input.capital, input.values);
        let present: Vec<f64> = returns.iter().copied().flatten().collect();
        let free = ratios::daily_rate(input.risk_free, input.days_per_year);
        let excess: Vec<f64> = present.iter().map(|r| r - free).collect();
        let mut metrics = Self {
            total_return: total_return(input),
            volatility: ratios::volatility(&present, input.days_per_year),
            sharpe: ratios::sharpe(&excess, input.days_per_year),
            sortino: ratios::sortino(&excess, input.days_per_year),
            omega: ratios::omega(&excess),
            var_95: ratios::value_at_risk(&present),
            cvar_95: ratios::conditional_value_at_risk(&present),
            tail_ratio: ratios::tail_ratio(&present),
            skew: ratios::skew(&present),
            kurtosis: ratios::kurtosis(&present),
            exposure: exposure(input.held),
            ..Self::default()
        };
        metrics.set_growth(input);
        metrics.set_benchmark(input, &returns, free);
        metrics.set_trades(input.trades);
        metrics.turnover = turnover(input);
        metrics
    }

    fn set_growth(&mut self, input: &MetricsInput) {
        let years = count(input.values.len()) / input.days_per_year;
        self.cagr = self
            .total_return
            .filter(|total| *total >= -1.0)
            .and_then(|total| finite((1.0 + total).powf(1.0 / years) - 1.0));
        let falls = drawdowns(input.capital, input.days, input.values);
        if input.values.is_empty() {
            return;
        }
        let deepest = falls.iter().min_by(|a, b| a.depth.total_cmp(&b.depth));
        self.max_drawdown = Some(deepest.map_or(0.0, |fall| fall.depth));
        self.max_drawdown_days = Some(deepest.map_or(0, |fall| fall.days));
        self.calmar = deepest
            .zip(self.cagr)
            .and_then(|(fall, cagr)| finite(cagr / fall.depth.abs()));
    }

    fn set_benchmark(&mut self, input: &MetricsInput, returns: &[Option<f64>], free: f64) {
        let (mine, theirs): (Vec<f64>, Vec<f64>) = returns
            .iter()
            .zip(input.benchmark)
            .filter_map(|(mine, theirs)| Some(((*mine)? - free, (*theirs)? - free)))
            .unzip();
        self.beta = ratios::beta(&mine, &theirs);
        self.alpha = self
            .beta
            .and_then(|beta| ratios::alpha(&mine, &theirs, beta, input.days_per_year));
        self.information_ratio = ratios::information_ratio(&mine, &theirs, input.days_per_year);
    }

    fn set_trades(&mut self, trades: &[TradeResult]) {
        if trades.is_empty() {
            return;
        }
        let wins = trades.iter().filter(|trade| trade.pnl > 0.0);
        let losses = trades.iter().filter(|trade| trade.pnl < 0.0);
        let gained: f64 = wins.clone().map(|trade| trade.pnl).sum();
        let lost: f64 = losses.map(|trade| trade.pnl).sum();
        self.win_rate = finite(count(wins.count()) / count(trades.len()));
        self.profit_factor = finite(gained / lost.abs());
        let fractions: Vec<f64> = trades.iter().map(|trade| trade.fraction).collect();
        self.expectancy = mean(&fractions);
    }

    /// Returns each metric with its name, in the order of the fields.
    #[rustfmt::skip]
    pub fn named(&self) -> [(&'static str, Option<f64>); 22] {
        #[expect(clippy::cast_precision_loss, reason = "days of a run are far below 2^53")]
        let days = self.max_drawdown_days.map(|days| days as f64);
        [
            ("total_return", self.total_return), ("cagr", self.cagr),
            ("volatility", self.volatility), ("sharpe", self.sharpe),
            ("sortino", self.sortino), ("calmar", self.calmar), ("omega", self.omega),
            ("max_drawdown", self.max_drawdown), ("max_drawdown_days", days),
            ("var_95", self.var_95), ("cvar_95", self.cvar_95),
            ("tail_ratio", self.tail_ratio), ("skew", self.skew), ("kurtosis", self.kurtosis),
            ("alpha", self.alpha), ("beta", self.beta),
            ("information_ratio", self.information_ratio), ("win_rate", self.win_rate),
            ("profit_factor", self.profit_factor), ("expectancy", self.expectancy),
            ("exposure", self.exposure), ("turnover", self.turnover),
        ]
    }

    /// Returns one metric by its name; `None` for an unknown name too.
    pub fn value(&self, name: &str) -> Option<f64> {
        let found = self.named().into_iter().find(|(known, _)| *known == name);
        found.and_then(|(_, value)| value)
    }
}

fn total_return(input: &MetricsInput) -> Option<f64> {
    if input.capital <= 0.0 {
        return None;
    }
    input
        .values
        .last()
        .and_then(|last| finite(last / input.capital - 1.0))
}

fn exposure(held: &[bool]) -> Option<f64> {
    finite(count(held.iter().filter(|held| **held).count()) / count(held.len()))
}

fn turnover(input: &MetricsInput) -> Option<f64> {
    let average = mean(input.values).filter(|average| *average > 0.0)?;
    let years = count(input.values.len()) / input.days_per_year;
    finite(input.traded? / 2.0 / average / years)
}

#[expect(clippy::cast_precision_loss, reason = "lengths are far below 2^53")]
fn count(length: usize) -> f64 {
    length as f64
}

#[cfg(test)]
mod tests;
