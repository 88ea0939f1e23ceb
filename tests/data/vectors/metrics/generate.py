"""Makes vectors.json: metrics of known series by independent libraries.

Run in a virtual environment with the packages of .ci/requirements.txt:

    python generate.py [--check]

`--check` writes nothing, and ends with 1 where the file would change. The closes are those of
bokeh_sampledata.
"""

import json
import pathlib
import sys
import warnings

import bokeh_sampledata
import empyrical as ep
import numpy as np
import pandas as pd
import quantstats.stats as qs

warnings.filterwarnings("ignore")


VECTORS = pathlib.Path(__file__).parent / "vectors.json"
STOCKS = pathlib.Path(bokeh_sampledata.__file__).parent / "_data" / "stocks.csv.gz"


def closes(symbol, rows):
    frame = pd.read_csv(STOCKS, parse_dates=["Date"], index_col="Date")
    return frame.loc[frame["Ticker"] == symbol, "Close"].iloc[-rows:]


def random_values(seed, rows, drift, spread):
    # PCG64 is a published generator; values are rounded so that the file says all.
    rng = np.random.default_rng(seed)
    steps = 1 + drift + spread * rng.standard_t(4, rows)
    index = pd.date_range("2021-01-01", periods=rows, freq="D")
    return pd.Series(np.round(100_000 * np.cumprod(steps), 2), index=index)


def number(value):
    value = float(value)
    return value if np.isfinite(value) else None


def case(name, capital, values, benchmark_base, benchmark, year, rate):
    values = values.astype(float)
    returns = pd.Series(np.append(values.iloc[0] / capital - 1, values.pct_change().iloc[1:]), index=values.index)
    theirs = pd.Series(
        np.append(benchmark.iloc[0] / benchmark_base - 1, benchmark.pct_change().iloc[1:]), index=benchmark.index
    )
    daily = (1 + rate) ** (1 / year) - 1
    yearly = {"annualization": year}
    expected = {
        "total_return": ep.cum_returns_final(returns),
        "cagr": ep.cagr(returns, **yearly),
        "volatility": ep.annual_volatility(returns, **yearly),
        "sharpe": ep.sharpe_ratio(returns, risk_free=daily, **yearly),
        "sortino": ep.sortino_ratio(returns, required_return=daily, **yearly),
        "calmar": ep.calmar_ratio(returns, **yearly),
        "omega": ep.omega_ratio(returns, risk_free=daily),
        "max_drawdown": ep.max_drawdown(returns),
        "var_95": ep.value_at_risk(returns),
        "cvar_95": ep.conditional_value_at_risk(returns),
        "tail_ratio": ep.tail_ratio(returns),
        "alpha": ep.alpha(returns, theirs, risk_free=daily, **yearly),
        "beta": ep.beta(returns, theirs, risk_free=daily),
        # Both libraries leave this daily.
        "information_ratio_daily": ep.excess_sharpe(returns, theirs),
        "skew": qs.skew(returns, prepare_returns=False),
        "kurtosis": qs.kurtosis(returns, prepare_returns=False),
    }
    second = {
        "cagr": qs.cagr(returns, periods=year),
        "volatility": qs.volatility(returns, periods=year, prepare_returns=False),
        "sharpe": qs.sharpe(returns, rf=rate, periods=year),
        "sortino": qs.sortino(returns, rf=rate, periods=year),
        "omega": qs.omega(returns, rf=rate, periods=year),
        "tail_ratio": qs.tail_ratio(returns, prepare_returns=False),
        "information_ratio_daily": qs.information_ratio(returns, theirs, prepare_returns=False),
    }
    return {
        "name": name,
        "capital": capital,
        "days_per_year": year,
        "risk_free": rate,
        "days": [day.strftime("%Y-%m-%d") for day in values.index],
        "values": [float(v) for v in values],
        "benchmark": [float(v) for v in benchmark],
        "benchmark_base": benchmark_base,
        "empyrical": {key: number(value) for key, value in expected.items()},
        "quantstats": {key: number(value) for key, value in second.items()},
    }


def main():
    aapl, goog = (closes(symbol, 501) for symbol in ("AAPL", "GOOG"))
    calm = random_values(7, 400, 0.0004, 0.006)
    wild = random_values(11, 400, -0.001, 0.03)
    cases = [
        case("AAPL against GOOG", aapl.iloc[0], aapl.iloc[1:], goog.iloc[0], goog.iloc[1:], 252, 0.0),
        case("GOOG against AAPL, risk-free 3 %", goog.iloc[0], goog.iloc[1:], aapl.iloc[0], aapl.iloc[1:], 252, 0.03),
        case("calm random, open every day", 100_000.0, calm, 100_000.0, wild, 365, 0.0),
        case("wild random, open every day, risk-free 1 %", 100_000.0, wild, 100_000.0, calm, 365, 0.01),
        case("three days", 100.0, wild.iloc[:3] / 1000, 100.0, calm.iloc[:3] / 1000, 252, 0.0),
    ]
    text = "[\n" + ",\n".join(json.dumps(one) for one in cases) + "\n]\n"
    if "--check" in sys.argv[1:]:
        check(text)
    else:
        VECTORS.write_text(text)


def same(a, b):
    """Equal but for the last digits of a float, which follow the machine's vector instructions."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, float) and isinstance(b, float):
        return abs(a - b) <= 1e-13 * max(abs(a), abs(b))
    return a == b


def check(text):
    committed, anew = json.loads(VECTORS.read_text()), json.loads(text)
    if not same(committed, anew):
        for one, two in zip(committed, anew):
            if not same(one, two):
                print("differs:", one["name"], file=sys.stderr)
        sys.exit(1)
    print(len(anew), "cases are as committed")


main()
