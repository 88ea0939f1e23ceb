"""Writes the reference vectors of tests/it/indicators.rs with TA-Lib.

    python -m venv venv && venv/bin/pip install -r .ci/requirements.txt
    venv/bin/python generate.py [--check]

`--check` writes nothing, and ends with 1 where a file would change. The stocks are those of
bokeh_sampledata.

A file holds the inputs and what TA-Lib makes of them, one column a line:

    input,NAME,VALUE,...
    case,INDICATOR,PARAMETERS,OUTPUT,NUMBER_OF_WARM_UP_BARS,VALUE,...

PARAMETERS are separated by blanks. Values are the shortest decimals that read back as the same float.
"""

import csv
import gzip
import pathlib
import sys

import bokeh_sampledata
import numpy as np
import talib

HERE = pathlib.Path(__file__).parent
STOCKS = pathlib.Path(bokeh_sampledata.__file__).parent / "_data" / "stocks.csv.gz"


def periods(*values):
    return [(value,) for value in values]


# name: (inputs, output names, parameter sets, function of inputs and parameters)
INDICATORS = {
    "sma": ("c", ["value"], periods(1, 2, 5, 30), talib.SMA),
    "ema": ("c", ["value"], periods(1, 2, 5, 30), talib.EMA),
    "wma": ("c", ["value"], periods(1, 2, 5, 30), talib.WMA),
    "dema": ("c", ["value"], periods(1, 5, 30), talib.DEMA),
    "tema": ("c", ["value"], periods(1, 5, 30), talib.TEMA),
    "trix": ("c", ["value"], periods(1, 5, 30), talib.TRIX),
    "macd": ("c", ["macd", "signal", "hist"], [(12, 26, 9), (3, 10, 16), (10, 3, 1), (5, 5, 2)], talib.MACD),
    "mom": ("c", ["value"], periods(1, 10), talib.MOM),
    "roc": ("c", ["value"], periods(1, 10), talib.ROC),
    "rocp": ("c", ["value"], periods(1, 10), talib.ROCP),
    "rocr": ("c", ["value"], periods(1, 10), talib.ROCR),
    "rocr100": ("c", ["value"], periods(10), talib.ROCR100),
    "rsi": ("c", ["value"], periods(2, 5, 14), talib.RSI),
    "var": ("c", ["value"], [(1, 1), (5, 1), (20, 2)], talib.VAR),
    "stddev": ("c", ["value"], [(2, 1), (5, 1), (20, 2), (20, -1)], talib.STDDEV),
    "bbands": ("c", ["upper", "middle", "lower"], [(5, 2, 2), (20, 2, 2), (20, 1, 2.5)], talib.BBANDS),
    "min": ("c", ["value"], periods(2, 5, 30), talib.MIN),
    "max": ("c", ["value"], periods(2, 5, 30), talib.MAX),
    "donchian": ("hl", ["upper", "middle", "lower"], periods(2, 20), talib.DONCHIAN),
    "aroon": ("hl", ["down", "up"], periods(2, 14, 25), talib.AROON),
    "trange": ("hlc", ["value"], [()], talib.TRANGE),
    "atr": ("hlc", ["value"], periods(1, 2, 14), talib.ATR),
    "natr": ("hlc", ["value"], periods(1, 14), talib.NATR),
    "plus_di": ("hlc", ["value"], periods(1, 2, 14), talib.PLUS_DI),
    "minus_di": ("hlc", ["value"], periods(1, 2, 14), talib.MINUS_DI),
    "dx": ("hlc", ["value"], periods(2, 14), talib.DX),
    "adx": ("hlc", ["value"], periods(2, 5, 14), talib.ADX),
    "willr": ("hlc", ["value"], periods(2, 14), talib.WILLR),
    "stochf": ("hlc", ["fastk", "fastd"], [(5, 3), (14, 1), (1, 1)], talib.STOCHF),
    "stoch": (
        "hlc",
        ["slowk", "slowd"],
        [(5, 3, 3), (14, 1, 5)],
        lambda h, l, c, k, s, d: talib.STOCH(h, l, c, k, s, 0, d, 0),
    ),
    "cci": ("hlc", ["value"], periods(2, 14, 20), talib.CCI),
    "mfi": ("hlcv", ["value"], periods(2, 14), talib.MFI),
    "obv": ("cv", ["value"], [()], talib.OBV),
}
NAMES = {"h": "high", "l": "low", "c": "close", "v": "volume"}


def stock(symbol, first, count):
    with gzip.open(STOCKS, "rt", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["Ticker"] == symbol and row["Date"] >= first][:count]
    return {key: np.array([float(row[name.capitalize()]) for row in rows]) for key, name in NAMES.items()}


def walk(count, price, step, digits):
    """A random walk by a linear congruential generator, so that no library decides on the numbers."""
    state = 20260101

    def uniform():
        nonlocal state
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (state >> 11) / 2**53

    bars = {key: [] for key in NAMES}
    for _ in range(count):
        open_, price = price, price * (1 + step * (uniform() - 0.5))
        bars["h"].append(round(max(open_, price) * (1 + step * uniform() / 3), digits))
        bars["l"].append(round(min(open_, price) * (1 - step * uniform() / 3), digits))
        bars["c"].append(round(price, digits))
        bars["v"].append(round(1000 * uniform() ** 3, 8))
    return {key: np.array(values) for key, values in bars.items()}


def level(closes, half_range, volume):
    closes = np.array(closes, dtype=float)
    return {
        "h": closes + half_range,
        "l": closes - half_range,
        "c": closes,
        "v": np.full(len(closes), float(volume)),
    }


def rounded_differently(count, price):
    """Equal prices but for the last bit, as conversions and adjustments leave them."""
    bits = [(bar * 7 + bar // 3) % 3 for bar in range(count)]
    closes = np.array([price * (1 + bit * 2.0**-52) for bit in bits])
    return {"h": closes[::-1].copy(), "l": closes[::-1].copy(), "c": closes, "v": np.full(count, 10.0)}


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


def main():
    sets = {
        "aapl": stock("AAPL", "2004-12-01", 360),
        "msft": stock("MSFT", "2003-01-02", 120),
        "goog": stock("GOOG", "2004-08-19", 120),
        "walk": walk(150, 0.00001234, 0.05, 8),
        "flat": level([131.23] * 120, 0, 1000),
        "flat-no-volume": level([131.23] * 40, 0, 0),
        "step": level([100.1] * 50 + [110.3] * 70, 0, 500),
        "step-with-range": level([100.1] * 50 + [90.7] * 70, 0.5, 500),
        "rounding": rounded_differently(60, 131.23),
        "short": level([100.1, 100.7, 99.9, 101.3, 100.2, 100.2], 0.25, 10),
    }
    for name, bars in sets.items():
        text = "".join(line + "\n" for line in lines(bars))
        path = HERE / f"{name}.csv.gz"
        if "--check" not in sys.argv[1:]:
            path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
        elif not same(gzip.decompress(path.read_bytes()).decode(), text):
            sys.exit(f"{path.name} differs")
    print(len(sets), "sets of bars")


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
    return all(abs(one - two) <= 1e-13 * max(1.0, abs(one), abs(two)) for one, two in pairs)


main()
