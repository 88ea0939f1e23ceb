"""Writes the reference vectors of candlestick patterns with TA-Lib.

    python -m venv venv && venv/bin/pip install -r .ci/requirements.txt
    venv/bin/python generate.py [--check]

`--check` writes nothing, and ends with 1 where a file would change. The stocks are those of
bokeh_sampledata.

A file holds bars and what TA-Lib finds in them:

    input,NAME,VALUE,...
    sparse,INDICATOR,PARAMETERS,OUTPUT,NUMBER_OF_WARM_UP_BARS,BAR:VALUE,...

Only values other than 0 are there, each with its bar, counted from 0. Parameters are separated by blanks.
"""

import csv
import gzip
import pathlib
import sys

import bokeh_sampledata
import numpy as np
import talib
from talib import abstract

HERE = pathlib.Path(__file__).parent
STOCKS = pathlib.Path(bokeh_sampledata.__file__).parent / "_data" / "stocks.csv.gz"
NAMES = ("open", "high", "low", "close")
PATTERNS = sorted(talib.get_function_groups()["Pattern Recognition"])
# Depths other than the default, for patterns that have one.
PENETRATIONS = (0.0, 0.1, 0.9)
# Numbers of random segments that together show every value of every pattern but those of `rare`.
SEEDS = (8388, 6646, 1441, 13592, 12620, 1890, 13392, 3998, 208, 1916, 2592, 3051)
# How many bars a random segment has.
SEGMENT = 60


class Random:
    """A linear congruential generator, so that no library decides on the numbers."""

    def __init__(self, seed):
        self.state = seed * 7919 + 20260101
        for _ in range(3):
            self.uniform()

    def uniform(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 11) / 2**53

    def pick(self, values):
        return values[int(self.uniform() * len(values))]


def columns(bars):
    return {name: np.array(values, dtype=float) for name, values in zip(NAMES, zip(*bars))}


def segment(seed, count=SEGMENT):
    """Random bars of one of four manners, by the remainder of the seed."""
    random = Random(seed)
    return columns((smooth, coarse, bare, waves)[seed % 4](random, count))


def bar(open_, close, up, down, digits=6):
    top, bottom = max(open_, close), min(open_, close)
    return tuple(round(value, digits) for value in (open_, top + up, bottom - down, close))


def smooth(random, count):
    """Prices like those of a market, often with small bodies."""
    price, bars = 100.0, []
    for _ in range(count):
        open_ = price + 0.6 * (random.uniform() - 0.5)
        size = random.pick((0.05, 0.3, 1.0, 2.0))
        price = max(open_ + size * (random.uniform() - 0.5) * 2, 20.0)
        bars.append(bar(open_, price, random.uniform() ** 3, random.uniform() ** 3))
    return bars


def coarse(random, count):
    """Prices on a coarse grid: many are equal, and comparisons are often at their border."""
    price, bars = 100.0, []
    for _ in range(count):
        open_ = price + 0.1 * random.pick((0, 0, 0, 1, -1, 2, -2))
        price = max(open_ + 0.1 * random.pick((0, 1, -1, 2, -2, 4, -4, 9, -9)), 20.0)
        bars.append(bar(open_, price, 0.1 * random.pick((0, 0, 1, 3)), 0.1 * random.pick((0, 0, 1, 3))))
    return bars


def bare(random, count):
    """Long candles without shadows, and gaps."""
    price, bars = 100.0, []
    for _ in range(count):
        open_ = price + random.pick((0, 0, 1, -1, 2, -2, 3, -3)) * 0.5
        price = max(open_ + random.pick((0.05, -0.05, 0.5, -0.5, 1, -1, 2, -2)), 20.0)
        bars.append(bar(open_, price, random.pick((0, 0, 0, 0.02, 0.6)), random.pick((0, 0, 0, 0.02, 0.6))))
    return bars


def waves(random, count):
    """Runs of one color that then turn."""
    price, bars, way = 100.0, [], 1
    for _ in range(count):
        way = -way if random.uniform() < 0.3 else way
        open_ = price - way * 0.2 * random.pick((0, 0, 1, 2, 4, -3))
        price = max(open_ + way * 0.2 * random.pick((1, 1, 2, 3, 6, 9)), 20.0)
        bars.append(bar(open_, price, 0.2 * random.pick((0, 0, 0, 1, 4)), 0.2 * random.pick((0, 0, 0, 1, 4))))
    return bars


def stock(symbol, first, count):
    with gzip.open(STOCKS, "rt", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["Ticker"] == symbol and row["Date"] >= first][:count]
    return columns([[float(row[name.capitalize()]) for name in NAMES] for row in rows])


def found(bars):
    """Yields pattern, parameters, warm-up and the values other than 0 by bar."""
    for name in PATTERNS:
        information = abstract.Function(name)
        sets = [()]
        if "penetration" in information.parameters:
            sets += [(value,) for value in PENETRATIONS]
        for parameters in sets:
            values = getattr(talib, name)(*(bars[column] for column in NAMES), *parameters)
            warm_up = min(information.lookback, len(values))
            yield name.lower(), parameters, warm_up, {int(at): int(values[at]) for at in np.flatnonzero(values)}


def lines(bars):
    for name in NAMES:
        yield ",".join(["input", name, *(repr(float(value)) for value in bars[name])])
    for name, parameters, warm_up, values in found(bars):
        head = ["sparse", name, " ".join(map(str, parameters)), "value", str(warm_up)]
        yield ",".join([*head, *(f"{at}:{value}" for at, value in values.items())])


def joined(parts):
    return {name: np.concatenate([part[name] for part in parts]) for name in NAMES}


def sets():
    return {
        "aapl": stock("AAPL", "2001-01-02", 400),
        "msft": stock("MSFT", "2000-03-01", 400),
        "goog": stock("GOOG", "2004-08-19", 200),
        "random": joined([segment(seed) for seed in SEEDS]),
        "short": segment(1, 8),
    }


def main():
    values = {}
    for name, bars in sets().items():
        text = "".join(line + "\n" for line in lines(bars))
        for pattern, parameters, _, hits in found(bars):
            values.setdefault(pattern, set()).update(hits.values() if not parameters else ())
        path = HERE / f"{name}.csv.gz"
        if "--check" not in sys.argv[1:]:
            path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
        elif gzip.decompress(path.read_bytes()).decode() != text:
            sys.exit(f"{path.name} differs")
    missing = [pattern for pattern, hits in values.items() if not hits]
    if missing:
        sys.exit(f"never found: {missing}")
    print(len(values), "patterns,", sum(map(len, values.values())), "values")


if __name__ == "__main__":
    main()
