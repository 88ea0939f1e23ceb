"""Writes vectors.json: values of the standard library's functions by numpy, scipy and datetime.

With --check it compares what it computes with the file instead.

Each case is a Rhai expression, its value, and the tolerance, relative to the larger of the value and 1. In the
expressions `h` are the histories of closes of all assets, `a` to `d` the closes of one, `r` the returns
of A, `bars` the bars of A (open = close before, high and low = the larger and smaller of the two).
"""

import calendar
import datetime as dt
import json
import pathlib
import sys

import numpy as np
from scipy import optimize, stats

VECTORS = pathlib.Path(__file__).with_name("vectors.json")

rng = np.random.default_rng(20240102)
BARS = 60
MIX = np.array([
    [0.012, 0.000, 0.000, 0.000],
    [0.010, 0.015, 0.000, 0.000],
    [-0.002, 0.003, 0.008, 0.000],
    [0.020, 0.004, 0.002, 0.018],
])
moves = rng.standard_normal((BARS - 1, 4)) @ MIX.T + 0.0004
closes = 100 * np.vstack([np.ones(4), np.cumprod(1 + moves, axis=0)])
closes = np.round(closes, 4)
names = ["A", "B", "C", "D"]

returns = closes[1:] / closes[:-1] - 1
r = returns[:, 0]
cov = np.cov(returns.T)  # n - 1
a, b = closes[:, 0], closes[:, 1]
open_ = np.concatenate([[a[0]], a[:-1]])
high, low = np.maximum(open_, a), np.minimum(open_, a)

cases = []


def case(call, value, tolerance=1e-9):
    if isinstance(value, (bool, np.bool_)):
        value = 1.0 if value else 0.0
        call = f"if {call} {{ 1.0 }} else {{ 0.0 }}"
    cases.append({"call": call, "value": float(value), "tolerance": tolerance})


def weights(function, expected, tolerance):
    for name, value in zip(names, expected):
        case(f"{function}.{name}", value, tolerance)


# Minimum variance without short sales: a quadratic programme, by SLSQP and checked by its conditions.
def minimum_variance():
    scale = np.trace(cov)
    found = optimize.minimize(
        lambda w: w @ cov @ w / scale, np.ones(4) / 4, jac=lambda w: 2 * cov @ w / scale,
        bounds=[(0, 1)] * 4, constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
        method="SLSQP", options={"ftol": 1e-16, "maxiter": 1000})
    active = found.x > 1e-6
    exact = np.zeros(4)
    solved = np.linalg.solve(cov[np.ix_(active, active)], np.ones(active.sum()))
    exact[active] = solved / solved.sum()
    gradient = cov @ exact
    assert np.abs(exact - found.x).max() < 1e-5
    assert (gradient[~active] >= gradient[active].max() - 1e-15).all()
    return exact


# Equal risk contributions: min w'Cw / 2 - sum(log w) / n, then scaled (Maillard et al., eq. 7), by Newton.
def risk_parity():
    scale = cov.diagonal().mean()
    c = cov / scale
    start = optimize.minimize(lambda w: w @ c @ w / 2 - np.log(w).sum() / 4, 1 / np.sqrt(c.diagonal()),
                              jac=lambda w: c @ w - 0.25 / w, bounds=[(1e-6, None)] * 4, method="L-BFGS-B")
    w = optimize.root(lambda w: c @ w - 0.25 / w, start.x, tol=1e-12).x
    w /= w.sum()
    assert (w > 0).all()
    parts = w * (cov @ w)
    assert np.allclose(parts, parts.mean(), rtol=1e-10)
    return w


weights("portfolio::minimum_variance(h, 1.0)", minimum_variance(), 1e-8)
assert (minimum_variance() == 0).any(), "a case at the border is wanted"
weights("portfolio::risk_parity(h, 1.0)", risk_parity(), 1e-8)
inverse = 1 / returns.std(axis=0, ddof=1)
weights("portfolio::inverse_volatility(h, 0.9)", 0.9 * inverse / inverse.sum(), 1e-12)
mixed = np.array([0.5, 0.2, 0.3, 0.0])
case("portfolio::portfolio_volatility(h, #{ A: 0.5, B: 0.2, C: 0.3 })", np.sqrt(mixed @ cov @ mixed * 252), 1e-12)

std = r.std(ddof=1)
case("stats::volatility(r)", std * np.sqrt(252), 1e-12)
case("stats::volatility(r, 365)", std * np.sqrt(365), 1e-12)
case("stats::sharpe(r)", r.mean() / std * np.sqrt(252))
case("stats::sharpe(r, 365)", r.mean() / std * np.sqrt(365))
downside = np.sqrt(np.mean(np.minimum(r, 0) ** 2))
case("stats::sortino(r)", r.mean() / downside * np.sqrt(252))
case("stats::sortino(r, 52)", r.mean() / downside * np.sqrt(52))
fall = (a / np.maximum.accumulate(a) - 1).min()
case("stats::max_drawdown(a)", fall, 1e-12)
growth = (a[-1] / a[0]) ** (252 / (BARS - 1)) - 1
case("stats::annual_growth(a)", growth)
case("stats::annual_growth(a, 365)", (a[-1] / a[0]) ** (365 / (BARS - 1)) - 1)
case("stats::calmar(a)", growth / -fall)
case("stats::calmar(a, 52)", ((a[-1] / a[0]) ** (52 / (BARS - 1)) - 1) / -fall)
case("stats::win_rate(r)", (r > 0).mean(), 1e-12)
case("stats::profit_factor(r)", r[r > 0].sum() / -r[r < 0].sum())
for tail in (0.05, 0.25):
    edge = np.quantile(r, tail)
    case(f"stats::value_at_risk(r, {tail})", -edge, 1e-12)
    case(f"stats::expected_shortfall(r, {tail})", -r[r <= edge].mean(), 1e-12)
case("stats::skew(r)", stats.skew(r))
case("stats::excess_kurtosis(r)", stats.kurtosis(r))
for lag in (1, 5):
    case(f"stats::autocorrelation(r, {lag})", np.corrcoef(r[lag:], r[:-lag])[0, 1])
case("stats::return_correlation(a, b, 40)", np.corrcoef(r[-40:], returns[-40:, 1])[0, 1])
line = stats.linregress(b, a)
case("stats::regression(a, b).slope", line.slope)
case("stats::regression(a, b).intercept", line.intercept, 1e-8)
case("stats::regression(a, b).r2", line.rvalue**2)
case("stats::hedge_ratio(a, b)", line.slope)
slope = round(line.slope, 6)
gap = a - slope * b
back = stats.linregress(gap[:-1], np.diff(gap)).slope
case(f"stats::half_life(a - {float(slope)!r} * b)", np.log(0.5) / np.log(1 + back), 1e-7)

case("sizing::volatility_target(a, 0.1, 9)", 0.1 / (std * np.sqrt(252)))
case("sizing::volatility_target(a, 0.1, 9, 365)", 0.1 / (std * np.sqrt(365)))
case("sizing::kelly_of_returns(r, 0.5, 1000)", max(0.0, 0.5 * r.mean() / std**2))
case("sizing::kelly_of_returns(-r, 0.5, 1000)", max(0.0, -0.5 * r.mean() / std**2))
# Kelly's fraction of a bet, by maximizing the expected logarithm.
best = optimize.minimize_scalar(lambda f: -(0.55 * np.log(1 + 1.5 * f) + 0.45 * np.log(1 - f)),
                                bounds=(0, 0.99), method="bounded", options={"xatol": 1e-12})
case("sizing::kelly(0.55, 1.5, 1.0)", best.x, 1e-6)

# Wilder's average true range, from its definition.
true = np.maximum(high[1:] - low[1:], np.maximum(abs(high[1:] - a[:-1]), abs(low[1:] - a[:-1])))
atr = true[:20].mean()
for value in true[20:]:
    atr = (atr * 19 + value) / 20
case("risk::chandelier_long(bars, 20, 3.0)", high[-20:].max() - 3 * atr)
case("risk::chandelier_short(bars, 20, 3.0)", low[-20:].min() + 3 * atr)
case("signals::place_in_range(bars, 20)", (a[-1] - low[-20:].min()) / (high[-20:].max() - low[-20:].min()))
for n in (3, 10, 30):
    case(f"signals::new_high(a, {n})", a[-1] > a[-n - 1:-1].max())
    case(f"signals::new_low(a, {n})", a[-1] < a[-n - 1:-1].min())
    case(f"signals::is_calm(a, {n}, 1.0)", r[-n:].std(ddof=1) <= std)
    case(f'signals::regime(a, {n}, 40) == "up"', a[-1] > a[-n:].mean() > a[-40:].mean())
    case(f'signals::regime(a, {n}, 40) == "down"', a[-1] < a[-n:].mean() < a[-40:].mean())

# The calendar, over years that begin on each day of the week, leap years and a century among them.
days = [dt.date(1999, 12, 31) + dt.timedelta(days=197 * n) for n in range(60)]
days += [dt.date(y, m, d) for y in (1900, 2000, 2004, 2009, 2015, 2020, 2021, 2026, 2032)
         for m, d in ((1, 1), (1, 3), (2, 28), (3, 1), (12, 28), (12, 31))]
for day in days:
    at = f'time("{day}")'
    case(f"dates::week({at})", day.isocalendar().week, 0)
    case(f"dates::day_of_year({at})", day.timetuple().tm_yday, 0)
    case(f"dates::weekday_number({at})", day.isoweekday(), 0)
    case(f"dates::quarter({at})", (day.month - 1) // 3 + 1, 0)
    case(f"dates::is_weekend({at})", day.isoweekday() > 5)
    last = calendar.monthrange(day.year, day.month)[1]
    case(f"dates::days_in_month({day.year}, {day.month})", last, 0)
    case(f"dates::days_left_in_month({at})", last - day.day, 0)
    case(f'dates::days_between(time("2012-02-29T23:30:00Z"), time("{day}T00:30:00Z"))',
         (day - dt.date(2012, 2, 29)).days, 0)
    fridays = [d for d in calendar.Calendar().itermonthdates(day.year, day.month)
               if d.month == day.month and d.weekday() == 4]
    case(f'dates::nth_weekday({day.year}, {day.month}, "FRI", 3) == "{fridays[2]}"', True)
for year in range(1995, 2035):
    case(f"dates::weeks_in_year({year})", dt.date(year, 12, 28).isocalendar().week, 0)
    case(f"dates::is_leap_year({year})", calendar.isleap(year))


def text():
    series = ",\n".join(f'  "{n}": {json.dumps(closes[:, i].tolist())}' for i, n in enumerate(names))
    lines = ",\n".join("  " + json.dumps(c) for c in cases)
    return f'{{\n "closes": {{\n{series}\n }},\n "cases": [\n{lines}\n ]\n}}\n'


def check():
    """Equal but for the last digits, which follow the machine and the steps of the optimizers."""
    committed, anew = json.loads(VECTORS.read_text()), json.loads(text())
    if committed["closes"] != anew["closes"] or len(committed["cases"]) != len(anew["cases"]):
        sys.exit("the closes or the list of cases differ")
    for one, two in zip(committed["cases"], anew["cases"]):
        allowed = max(one["tolerance"], 1e-12) * max(1, abs(one["value"]))
        if one["call"] != two["call"] or abs(one["value"] - two["value"]) > allowed:
            sys.exit(f"differs: {one} {two}")
    print(len(anew["cases"]), "cases are as committed")


if "--check" in sys.argv[1:]:
    check()
else:
    VECTORS.write_text(text())
