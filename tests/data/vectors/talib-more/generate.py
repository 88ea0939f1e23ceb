"""Writes more reference vectors of tests/it/indicators.rs with TA-Lib; those of ../talib are the first.

    python -m venv venv && venv/bin/pip install -r .ci/requirements.txt
    venv/bin/python generate.py [--check]

`--check` writes nothing, and ends with 1 where a file would change.

A file holds the inputs and what TA-Lib makes of them, one column a line:

    input,NAME,VALUE,...
    case,INDICATOR,PARAMETERS,OUTPUT,NUMBER_OF_WARM_UP_BARS,VALUE,...

PARAMETERS are separated by blanks. Inputs are exact; values have 12 significant digits, `nan` stands for a quotient by zero. `unit` is an
input of the functions of mathematics, from -1 to 1, `periods` one of mavp.
"""

import gzip
import pathlib
import sys

import numpy as np
import talib

HERE = pathlib.Path(__file__).parent


def periods(*values):
    return [(value,) for value in values]


NONE = [()]
VALUE = ["value"]
BANDS = ["upper", "middle", "lower"]
MACD = ["macd", "signal", "hist"]
KINDS = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13)
PAIRS = [(12, 26, 1), (10, 3, 0), *((4, 9, kind) for kind in KINDS), (2, 2, 1)]

# name: (inputs, output names, parameter sets, function of inputs and parameters)
INDICATORS = {
    "ma": ("c", VALUE, [(1, 3), (2, 6), (2, 9), *((7, kind) for kind in KINDS), (14, 9)], talib.MA),
    "t3": ("c", VALUE, [(5, 0.7), (1, 0.7), (3, 0.0), (2, 1.0)], talib.T3),
    "trima": ("c", VALUE, periods(1, 2, 5, 30), talib.TRIMA),
    "kama": ("c", VALUE, periods(1, 2, 10, 30), talib.KAMA),
    "hma": ("c", VALUE, periods(1, 2, 3, 9, 20), talib.HMA),
    "zlema": ("c", VALUE, periods(1, 2, 3, 30), talib.ZLEMA),
    "rma": ("c", VALUE, periods(1, 2, 30), talib.RMA),
    "mavp": ("cp", VALUE, [(2, 30, 0), (2, 9, 1), (3, 7, 6), (4, 12, 8), (3, 9, 7)], talib.MAVP),
    "bbands": ("c", BANDS, [(6, 2.0, 1.5, kind) for kind in KINDS[1:]], talib.BBANDS),
    "apo": ("c", VALUE, PAIRS, talib.APO),
    "ppo": ("c", VALUE, PAIRS, talib.PPO),
    "pvo": ("v", VALUE, PAIRS, talib.PVO),
    "macdext": (
        "c",
        MACD,
        [(12, 0, 26, 0, 9, 0), (3, 1, 8, 6, 4, 2), (9, 8, 4, 3, 1, 1), (5, 4, 5, 9, 2, 13)],
        talib.MACDEXT,
    ),
    "macdfix": ("c", MACD, periods(1, 9), talib.MACDFIX),
    "ao": ("hl", VALUE, [(5, 34), (4, 2)], talib.AO),
    "ac": ("hl", VALUE, [(5, 34, 5), (4, 2, 2)], talib.AC),
    "coppock": ("c", VALUE, [(10, 11, 14), (1, 3, 1)], talib.COPPOCK),
    "dpo": ("c", VALUE, periods(2, 3, 20), talib.DPO),
    "eri": ("hlc", ["bullpower", "bearpower"], periods(1, 13), talib.ERI),
    "qstick": ("oc", VALUE, periods(1, 10), talib.QSTICK),
    "cmo": ("c", VALUE, periods(2, 14), talib.CMO),
    "cmou": ("c", VALUE, periods(2, 14), talib.CMOU),
    "imi": ("oc", VALUE, periods(2, 14), talib.IMI),
    "rvi": ("c", VALUE, [(14, 10), (1, 2)], talib.RVI),
    "tsi": ("c", VALUE, [(25, 13), (2, 5)], talib.TSI),
    "er": ("c", VALUE, periods(2, 10), talib.ER),
    "vhf": ("c", VALUE, periods(2, 28), talib.VHF),
    "stochrsi": ("c", ["fastk", "fastd"], [(14, 5, 3, 0), (2, 1, 1, 0), (5, 4, 3, 1)], talib.STOCHRSI),
    "stochf": ("hlc", ["fastk", "fastd"], [(5, 3, 1), (4, 6, 8)], talib.STOCHF),
    "stoch": (
        "hlc",
        ["slowk", "slowd"],
        [(5, 3, 3, 1, 2), (4, 2, 5, 6, 3), (1, 1, 1, 0, 0)],
        lambda h, l, c, k, s, d, st, dt: talib.STOCH(h, l, c, k, s, st, d, dt),
    ),
    "kdj": (
        "hlc",
        ["k", "d", "j"],
        [(9, 3, 3, 13, 13), (5, 1, 2, 0, 1)],
        lambda h, l, c, k, s, d, st, dt: talib.KDJ(h, l, c, k, s, st, d, dt),
    ),
    "ultosc": ("hlc", VALUE, [(7, 14, 28), (1, 2, 3), (9, 2, 4)], talib.ULTOSC),
    "aroonosc": ("hl", VALUE, periods(2, 14), talib.AROONOSC),
    "adxr": ("hlc", VALUE, periods(2, 5, 14), talib.ADXR),
    "plus_dm": ("hl", VALUE, periods(1, 2, 14), talib.PLUS_DM),
    "minus_dm": ("hl", VALUE, periods(1, 2, 14), talib.MINUS_DM),
    "vortex": ("hlc", ["plusvi", "minusvi"], periods(1, 14), talib.VORTEX),
    "avgprice": ("ohlc", VALUE, NONE, talib.AVGPRICE),
    "medprice": ("hl", VALUE, NONE, talib.MEDPRICE),
    "typprice": ("hlc", VALUE, NONE, talib.TYPPRICE),
    "wclprice": ("hlc", VALUE, NONE, talib.WCLPRICE),
    "bop": ("ohlc", VALUE, NONE, talib.BOP),
    "adr": ("hl", VALUE, periods(1, 14), talib.ADR),
    "accbands": ("hlc", BANDS, periods(2, 20), talib.ACCBANDS),
    "midpoint": ("c", VALUE, periods(2, 14), talib.MIDPOINT),
    "midprice": ("hl", VALUE, periods(2, 14), talib.MIDPRICE),
    "wad": ("hlc", VALUE, NONE, talib.WAD),
    "linearreg": ("c", VALUE, periods(2, 14), talib.LINEARREG),
    "linearreg_angle": ("c", VALUE, periods(2, 14), talib.LINEARREG_ANGLE),
    "linearreg_intercept": ("c", VALUE, periods(2, 14), talib.LINEARREG_INTERCEPT),
    "linearreg_slope": ("c", VALUE, periods(2, 14), talib.LINEARREG_SLOPE),
    "tsf": ("c", VALUE, periods(2, 14), talib.TSF),
    "fosc": ("c", VALUE, periods(2, 5), talib.FOSC),
    "beta": ("hl", VALUE, periods(1, 2, 5), talib.BETA),
    "correl": ("hl", VALUE, periods(1, 2, 30), talib.CORREL),
    "add": ("hl", VALUE, NONE, talib.ADD),
    "sub": ("hl", VALUE, NONE, talib.SUB),
    "mult": ("hl", VALUE, NONE, talib.MULT),
    "div": ("hl", VALUE, NONE, talib.DIV),
    "sum": ("c", VALUE, periods(2, 30), talib.SUM),
    "cumsum": ("c", VALUE, NONE, talib.CUMSUM),
    "maxindex": ("c", VALUE, periods(2, 5, 30), talib.MAXINDEX),
    "minindex": ("c", VALUE, periods(2, 5, 30), talib.MININDEX),
    "minmax": ("c", ["min", "max"], periods(2, 30), talib.MINMAX),
    "minmaxindex": ("c", ["minidx", "maxidx"], periods(2, 5, 30), talib.MINMAXINDEX),
    "avgdev": ("c", VALUE, periods(2, 14), talib.AVGDEV),
    "percentile": ("c", VALUE, [(30, 50.0), (2, 0.0), (7, 100.0), (7, 33.3)], talib.PERCENTILE),
    "percentrank": ("c", VALUE, periods(2, 20, 100), talib.PERCENTRANK),
    "ad": ("hlcv", VALUE, NONE, talib.AD),
    "adosc": ("hlcv", VALUE, [(3, 10), (7, 2)], talib.ADOSC),
    "cmf": ("hlcv", VALUE, periods(2, 20), talib.CMF),
    "efi": ("cv", VALUE, periods(1, 13), talib.EFI),
    "marketfi": ("hlv", VALUE, NONE, talib.MARKETFI),
    "nvi": ("cv", VALUE, NONE, talib.NVI),
    "pvi": ("cv", VALUE, NONE, talib.PVI),
    "pvt": ("cv", VALUE, NONE, talib.PVT),
    "rvol": ("v", VALUE, periods(1, 20), talib.RVOL),
    "vwma": ("cv", VALUE, periods(1, 30), talib.VWMA),
    "sar": ("hl", VALUE, [(0.02, 0.2), (0.3, 0.1), (0.0, 0.0)], talib.SAR),
    "sarext": (
        "hl",
        VALUE,
        [
            (0.0, 0.0, 0.02, 0.02, 0.2, 0.02, 0.02, 0.2),
            (0.0, 0.01, 0.05, 0.03, 0.1, 0.01, 0.04, 0.3),
            (100.0, 0.0, 0.02, 0.02, 0.2, 0.02, 0.02, 0.2),
            (-100.0, 0.0, 0.9, 0.9, 0.2, 0.9, 0.9, 0.3),
        ],
        talib.SAREXT,
    ),
    "fractal": ("hl", ["swinghigh", "swinglow"], [(2, 2), (1, 3)], talib.FRACTAL),
    "smi": ("hlc", ["smi", "signal"], [(13, 2, 25, 9), (2, 3, 4, 5)], talib.SMI),
    "cvi": ("hl", VALUE, [(10, 10), (2, 1)], talib.CVI),
    "massi": ("hl", VALUE, [(9, 25), (2, 3)], talib.MASSI),
    **{
        name: ("u" if name in ("acos", "asin") else "c", VALUE, NONE, getattr(talib, name.upper()))
        for name in "acos asin atan ceil cos floor ln log10 sin sqrt tan tanh".split()
    },
    **{name: ("u", VALUE, NONE, getattr(talib, name.upper())) for name in ("cosh", "exp", "sinh")},
}
# Values that are nothing but rounding are not held to TA-Lib.
LEFT_OUT = {"rounding": ("beta", "correl", "rvi")}
# Where the first number does not show it.
LOOKBACKS = {
    "maxindex": lambda parameters: parameters[0] - 1,
    "minindex": lambda parameters: parameters[0] - 1,
    "minmaxindex": lambda parameters: parameters[0] - 1,
    "fractal": sum,
    "rvol": sum,
    "vwma": lambda parameters: parameters[0] - 1,
}
NAMES = {"o": "open", "h": "high", "l": "low", "c": "close", "v": "volume", "u": "unit", "p": "periods"}


def uniforms(state):
    """A linear congruential generator, so that no library decides on the numbers."""
    while True:
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        yield (state >> 11) / 2**53


def with_more(bars, seed):
    random = uniforms(seed)
    count = len(bars["c"])
    bars["u"] = [round(2 * next(random) - 1, 6) for _ in range(count)]
    bars["p"] = [float(int(14 * next(random))) for _ in range(count)]
    return {key: np.array(bars[key], dtype=float) for key in NAMES}


def walk(count, price, step, digits, seed, quiet=False):
    """A random walk; a quiet one often stands still, and has bars without volume."""
    random = uniforms(seed)
    bars = {key: [] for key in "ohlcv"}
    for _ in range(count):
        open_ = price * (1 + step * (next(random) - 0.5) / 4)
        price = price * (1 + step * (next(random) - 0.5))
        still = quiet and next(random) < 0.4
        if still:
            open_ = price = bars["c"][-1] if bars["c"] else price
        bars["o"].append(round(open_, digits))
        bars["h"].append(round(max(open_, price) * (1 if still else 1 + step * next(random) / 3), digits))
        bars["l"].append(round(min(open_, price) * (1 if still else 1 - step * next(random) / 3), digits))
        bars["c"].append(round(price, digits))
        bars["v"].append(0.0 if quiet and next(random) < 0.5 else round(1000 * next(random) ** 3))
    return with_more(bars, seed)


def level(closes, half_range, volume):
    closes = np.array(closes, dtype=float)
    bars = {
        "o": closes,
        "h": closes + half_range,
        "l": closes - half_range,
        "c": closes,
        "v": np.full(len(closes), float(volume)),
    }
    return with_more(bars, 7)


def rounded_differently(count, price):
    """Equal prices but for the last bit, as conversions and adjustments leave them."""
    bits = [(bar * 7 + bar // 3) % 3 for bar in range(count)]
    closes = np.array([price * (1 + bit * 2.0**-52) for bit in bits])
    other = closes[::-1].copy()
    return with_more({"o": other, "h": other, "l": other, "c": closes, "v": np.full(count, 10.0)}, 7)


def lines(set_, bars):
    for key, name in NAMES.items():
        yield ",".join(["input", name, *(repr(float(value)) for value in bars[key])])
    for name, (inputs, outputs, sets, function) in INDICATORS.items():
        if name in LEFT_OUT.get(set_, ()):
            continue
        for parameters in sets:
            results = function(*(bars[key] for key in inputs), *parameters)
            results = results if isinstance(results, tuple) else (results,)
            lookback = max(first(values) for values in results)
            for output, values in zip(outputs, results, strict=True):
                values = values.astype(float)
                warm_up = lookback
                # Whole numbers are 0 during the warm-up, and a quotient by zero is no number.
                if name in LOOKBACKS:
                    warm_up = min(len(values), LOOKBACKS[name](parameters))
                values[~np.isfinite(values)] = np.nan
                head = ["case", name, " ".join(map(str, parameters)), output, str(warm_up)]
                yield ",".join([*head, *(f"{value:.12g}" for value in values[warm_up:])])


def first(values):
    there = np.flatnonzero(~np.isnan(values.astype(float)))
    return int(there[0]) if len(there) else len(values)


def main():
    sets = {
        "stock": walk(110, 131.23, 0.04, 2, 20260101),
        "coin": walk(80, 0.00001234, 0.05, 8, 20260102),
        "quiet": walk(105, 20.5, 0.03, 2, 20260103, quiet=True),
        "flat": level([131.23] * 110, 0, 1000),
        "no-volume": level([131.23] * 40, 0.5, 0),
        "rising": level([100 + 0.25 * bar for bar in range(110)], 0.125, 10),
        "step": level([100.1] * 50 + [110.3] * 60, 0, 500),
        "rounding": rounded_differently(60, 131.23),
        "short": level([100.1, 100.7, 99.9, 101.3, 100.2, 100.2], 0.25, 10),
        "one": level([100.1], 0.25, 10),
    }
    for name, bars in sets.items():
        text = "".join(line + "\n" for line in lines(name, bars))
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
    return all(
        (np.isnan(one) and np.isnan(two)) or abs(one - two) <= 1e-11 * max(1.0, abs(one), abs(two))
        for one, two in pairs
    )


main()
