//! The metrics in groups, with their definitions.
//!
//! Invariants: every metric of [`crate::core::stats::Metrics`] appears once; definitions agree with
//! the documentation of its fields.

/// One metric: its name in files, its name for people and what it is.
pub struct Entry {
    /// The name in `summary.json`.
    pub name: &'static str,
    /// The name for people.
    pub label: &'static str,
    /// One sentence.
    pub definition: &'static str,
}

const fn entry(name: &'static str, label: &'static str, definition: &'static str) -> Entry {
    Entry {
        name,
        label,
        definition,
    }
}

/// The groups, in the order in which they are shown.
#[rustfmt::skip]
pub const GROUPS: [(&str, &[Entry]); 5] = [
    ("Return", &[
        entry("total_return", "Total return", "Final value over starting capital, less one"),
        entry("cagr", "Growth a year (CAGR)", "The constant yearly rate that gives the same result"),
        entry("exposure", "Exposure", "Share of days that end with a position"),
        entry("turnover", "Turnover a year", "Half of all bought and sold over the mean portfolio value, a year; 1 is one round trip of the whole portfolio"),
    ]),
    ("Risk", &[
        entry("volatility", "Volatility a year", "Sample deviation of daily returns, scaled to a year"),
        entry("max_drawdown", "Max drawdown", "Deepest fall from an earlier peak"),
        entry("max_drawdown_days", "Days of max drawdown", "Calendar days from that peak to recovery or the end"),
        entry("var_95", "Value at risk 95 %", "The 5th percentile of daily returns"),
        entry("cvar_95", "Expected shortfall 95 %", "Mean of the daily returns up to that percentile"),
        entry("skew", "Skew", "Asymmetry of daily returns; negative has the longer tail of losses"),
        entry("kurtosis", "Excess kurtosis", "Weight of the tails against a normal curve, which has 0"),
        entry("tail_ratio", "Tail ratio", "95th percentile of daily returns over the 5th, without signs"),
    ]),
    ("Return for risk", &[
        entry("sharpe", "Sharpe", "Mean over sample deviation of daily excess returns, a year"),
        entry("sortino", "Sortino", "Mean excess return over the root mean square of shortfalls, a year"),
        entry("calmar", "Calmar", "Growth a year over max drawdown"),
        entry("omega", "Omega", "Sum of daily gains over sum of daily losses"),
    ]),
    ("Against the benchmark", &[
        entry("alpha", "Alpha a year", "Return that the benchmark does not explain"),
        entry("beta", "Beta", "Covariance with the benchmark over the benchmark's variance"),
        entry("information_ratio", "Information ratio", "Mean over deviation of the daily difference, a year"),
    ]),
    ("Trades", &[
        entry("win_rate", "Win rate", "Share of round trips with a gain after commissions"),
        entry("profit_factor", "Profit factor", "Sum of gains over sum of losses"),
        entry("expectancy", "Expectancy", "Mean return of a round trip on what its entry cost"),
    ]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::stats::Metrics;

    #[test]
    fn every_metric_appears_once() {
        let mut shown: Vec<&str> = GROUPS.iter().flat_map(|g| g.1).map(|e| e.name).collect();
        let mut known: Vec<&str> = Metrics::default().named().iter().map(|n| n.0).collect();
        shown.sort_unstable();
        known.sort_unstable();
        assert_eq!(shown, known);
    }
}
