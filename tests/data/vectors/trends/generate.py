"""Writes the reference vectors of cycles, bands and averaged candles.

    python -m venv venv && venv/bin/pip install -r .ci/requirements.txt
    venv/bin/python generate.py [--check]

`--check` writes nothing, and ends with 1 where a file would change. The stocks are those of
bokeh_sampledata. The numbers are TA-Lib's, but for Ichimoku, whose lines are those of pandas-ta-classic; the
lagging line, which that package takes from the future, is the close less the close of then, and for VWAP
over a window, which is computed exactly.

A file holds bars and what the libraries make of them, one column a line, as in ../talib:

    input,NAME,VALUE,...
    case,INDICATOR,PARAMETERS,OUTPUT,NUMBER_OF_WARM_UP_BARS,VALUE,...
"""

import csv
import gzip
import math
import pathlib
import sys
from fractions import Fraction

import bokeh_sampledata
import numpy as np
import pandas as pd
import pandas_ta_classic
import talib

HERE = pathlib.Path(__file__).parent
STOCKS = pathlib.Path(bokeh_sampledata.__file__).parent / "_data" / "stocks.csv.gz"
NAMES = {"o": "open", "h": "high", "l": "low", "c": "close", "v": "volume"}


def ichimoku(high, low, close, tenkan, kijun, senkou, displacement):
    assert displacement == kijun, "the package knows one number for both"
    table = pandas_ta_classic.ichimoku(
        *map(pd.Series, (high, low, close)), tenkan, kijun, senkou, include_chikou=False, as_dataframe=True
    )
    lines = [table[name].to_numpy() for name in (f"ITS_{tenkan}", f"IKS_{kijun}", f"ISA_{tenkan}", f"ISB_{kijun}")]
    lagging = close - pd.Series(close).shift(displacement).to_numpy()
    lines.append(lagging)
    start = max(int(np.isnan(line).sum()) for line in lines)
    return tuple(np.where(np.arange(len(close)) < start, np.nan, line) for line in lines)


def vwap(high, low, close, volume, period=0):
    if period == 0:
        return talib.VWAP(high, low, close, volume)
    # Exact, since TA-Lib's VWMA divides residues of its sums where a window has no volume.
    prices = [Fraction(price) for price in (high + low + close) / 3]
    volumes = [Fraction(amount) for amount in volume]
    values = np.full(len(close), np.nan)
    for end in range(period, len(close) + 1):
        window = slice(end - period, end)
        total = sum(volumes[window])
        turnover = sum(price * amount for price, amount in zip(prices[window], volumes[window]))
        values[end - 1] = float(turnover / total) if total else 0.0
    return values


def supertrend(*arguments):
    """Before the first value TA-Lib's trend is 0, as integers have no other way to say so."""
    line, trend = talib.SUPERTREND(*arguments)
    return line, np.where(np.isnan(line), np.nan, trend)


def trend_mode(close):
    """Before the first value it is 0 likewise."""
    values = talib.HT_TRENDMODE(close).astype(float)
    values[:63] = np.nan
    return values


# name: (inputs, output names, parameter sets, function of inputs and parameters)
INDICATORS = {
    "ht_dcperiod": ("c", ["value"], [()], talib.HT_DCPERIOD),
    "ht_dcphase": ("c", ["value"], [()], talib.HT_DCPHASE),
    "ht_phasor": ("c", ["inphase", "quadrature"], [()], talib.HT_PHASOR),
    "ht_sine": ("c", ["sine", "leadsine"], [()], talib.HT_SINE),
    "ht_trendline": ("c", ["value"], [()], talib.HT_TRENDLINE),
    "ht_trendmode": ("c", ["value"], [()], trend_mode),
    "mama": ("c", ["mama", "fama"], [(), (0.5, 0.05), (0.8, 0.2), (0.99, 0.01)], talib.MAMA),
    "supertrend": ("hlc", ["value", "trend"], [(), (2, 1.0), (7, 2.5), (5, 0.0)], supertrend),
    "keltner": ("hlc", ["upper", "middle", "lower"], [(), (2, 1, 1.0), (5, 14, 1.5), (10, 10, -2.0)], talib.KC),
    "vwap": ("hlcv", ["value"], [(), (1,), (20,)], vwap),
    "heikin_ashi": ("ohlc", ["open", "high", "low", "close"], [()], talib.HA),
    "ichimoku": (
        "hlc",
        ["tenkan", "kijun", "senkou_a", "senkou_b", "chikou"],
        [(9, 26, 52, 26), (7, 22, 44, 22), (3, 5, 9, 5)],
        ichimoku,
    ),
}


def stock(symbol, first, count):
    with gzip.open(STOCKS, "rt", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["Ticker"] == symbol and row["Date"] >= first][:count]
    return {key: np.array([float(row[name.capitalize()]) for row in rows]) for key, name in NAMES.items()}


def uniform(seed):
    """A linear congruential generator, so that no library decides on the numbers."""
    state = seed
    while True:
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        yield (state >> 11) / 2**53


def around(closes, spread, digits, seed):
    """Bars with these closes."""
    random = uniform(seed)
    bars = {key: [] for key in NAMES}
    before = closes[0]
    for close in closes:
        bars["o"].append(round(before, digits))
        bars["h"].append(round(max(before, close) * (1 + spread * next(random)), digits))
        bars["l"].append(round(min(before, close) * (1 - spread * next(random)), digits))
        bars["c"].append(round(close, digits))
        bars["v"].append(round(1000 * next(random) ** 3, 8))
        before = close
    return {key: np.array(values) for key, values in bars.items()}


def walk(count, price, step, digits):
    random, closes = uniform(20260101), []
    for _ in range(count):
        price *= 1 + step * (next(random) - 0.5)
        closes.append(price)
    return around(closes, step / 3, digits, 7)


def waves(count):
    """Cycles of 24 bars that turn into cycles of 11, on a slow rise."""
    closes, angle = [], 0.0
    for bar in range(count):
        angle += 2 * math.pi / (24 if bar < count // 2 else 11)
        closes.append(round(100 + 0.02 * bar + 5 * math.sin(angle), 6))
    return around(closes, 0.01, 6, 11)


def lines(bars):
    for key, name in NAMES.items():
        yield ",".join(["input", name, *(repr(float(value)) for value in bars[key])])
    for name, (inputs, outputs, sets, function) in INDICATORS.items():
        for parameters in sets:
            results = function(*(bars[key] for key in inputs), *parameters)
            results = results if isinstance(results, tuple) else (results,)
            for output, values in zip(outputs, results, strict=True):
                warm_up = int(np.isnan(values).sum())
                assert not np.isnan(values[warm_up:]).any(), (name, parameters)
                head = ["case", name, " ".join(map(str, parameters)), output, str(warm_up)]
                yield ",".join([*head, *(repr(float(value)) for value in values[warm_up:])])


def sets():
    no_volume = walk(80, 50.0, 0.02, 2)
    no_volume["v"][10:60] = 0.0
    return {
        "aapl": stock("AAPL", "2004-12-01", 180),
        "msft": stock("MSFT", "2000-03-01", 140),
        "walk": walk(140, 0.00001234, 0.05, 10),
        "waves": waves(180),
        "no-volume": no_volume,
    }


def main():
    for name, bars in sets().items():
        text = "".join(line + "\n" for line in lines(bars))
        path = HERE / f"{name}.csv.gz"
        if "--check" not in sys.argv[1:]:
            path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
        elif not same(gzip.decompress(path.read_bytes()).decode(), text):
            sys.exit(f"{path.name} differs")
    print(len(INDICATORS), "indicators over", len(sets()), "sets of bars")


def same(committed, anew):
    """Equal but for the last digits of a float, which follow the machine's instructions."""
    committed, anew = committed.splitlines(), anew.splitlines()
    return len(committed) == len(anew) and all(map(same_line, committed, anew))


def same_line(committed, anew):
    committed, anew = committed.split(","), anew.split(",")
    # Name, parameters, output and warm-up are words.
    words = 2 if committed[0] == "input" else 5
    if committed[:words] != anew[:words] or len(committed) != len(anew):
        return False
    pairs = zip(map(float, committed[words:]), map(float, anew[words:]))
    return all(abs(one - two) <= 1e-12 * max(1.0, abs(one), abs(two)) for one, two in pairs)


main()
