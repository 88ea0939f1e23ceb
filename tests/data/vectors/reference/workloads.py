"""The workloads W1, W2 and W3 of performance.md through the reference simulator."""

import csv
import gzip
import hashlib
import io
import math
from collections import deque

import generators
from exact import D, ONE, div, text
from orders import BUY, Asset
from simulate import Bar, Config, Feed, Simulator

COSTS = {
    "commission": {"kind": "per_share", "rate": "0.005", "minimum": "1"},
    "slippage": {"kind": "bps", "bps": "5"},
}
FAST, SLOW, APART = 10, 30, 1e-6


# ---- feeds -----------------------------------------------------------------------------------

def daily_feed(symbol, path):
    with gzip.open(path, "rt", newline="") as file:
        rows = list(csv.DictReader(file))
    labels = [r["timestamp"] for r in rows]
    bars = [Bar(*(D(r[c]) for c in ("open", "high", "low", "close", "volume"))) for r in rows]
    return Feed(labels, labels, [t[:10] for t in labels], {symbol: bars})


class MadeFeed(Feed):
    """Generated bars, kept as integers and turned into decimals where they are looked at."""

    def __init__(self, labels, ends, cents):
        super().__init__(labels, ends, [t[:10] for t in labels], cents)

    def bar(self, symbol, i):
        o, h, low, c, v = self.bars[symbol][i]
        return Bar(D(o).scaleb(-2), D(h).scaleb(-2), D(low).scaleb(-2), D(c).scaleb(-2), D(v))


def made_feed(cents, minutes):
    count = len(next(iter(cents.values())))
    labels = generators.times(count + 1, minutes)
    return MadeFeed(labels[:-1], labels[1:], cents)


# ---- strategies ------------------------------------------------------------------------------

class SmaCross:
    """W1: 100 % while the fast mean is above the slow one; acts on a change of side only.

    Every comparison is made with several orders of summation; `margin` is the least distance of
    |fast - slow| from the threshold, so it says how far the decisions are from depending on one.
    """

    def __init__(self, symbol, closes):
        self.symbol, self.closes = symbol, closes
        self.window = deque(maxlen=SLOW)
        self.long = False
        self.margin = math.inf
        self.changes = 0
        self.first_side = None

    def __call__(self, sim, i):
        window = self.closes(i, self.window)
        if len(window) < SLOW:
            return
        side = self.side(list(window))
        if side is None or side == self.long:
            if self.first_side is None:
                self.first_side = side
            return
        if self.first_side is None:
            self.first_side = side
        self.long = side
        self.changes += 1
        sim.order_target_percent(self.symbol, "1" if side else "0")

    def side(self, window):
        """True above, False below, None too close to call."""
        answers = set()
        for total in (sum, math.fsum, lambda x: sum(reversed(x))):
            gap = total(window[-FAST:]) / FAST - total(window) / SLOW
            self.margin = min(self.margin, abs(abs(gap) - APART))
            answers.add(True if gap > APART else False if gap < -APART else None)
        assert len(answers) == 1, "a decision depends on the order of summation"
        return answers.pop()


def raw_closes(feed, symbol):
    """Appends the latest close to the window: enough where nothing is adjusted."""
    def closes(i, window):
        window.append(float(feed.bar(symbol, i).close))
        return window
    return closes


def adjusted_closes(feed, symbol, actions):
    """The last closes, adjusted as of now (simulation.md 18)."""
    sessions = feed.sessions
    factors = []
    for a in actions:
        first = next(i for i, s in enumerate(sessions) if s >= a["ex_date"])
        if a["type"] == "split":
            factors.append((first, div(ONE, D(a["value"]))))
        else:
            before = feed.bar(symbol, first - 1).close
            factors.append((first, ONE - div(D(a["value"]), before)))

    def closes(i, _):
        out = []
        for j in range(max(0, i + 1 - SLOW), i + 1):
            value = float(feed.bar(symbol, j).close)
            for first, factor in factors:
                if j < first <= i:
                    value *= float(factor)
            out.append(value)
        return out
    return closes


class Rotation:
    """W3: every 24 bars the ten with the best 100-bar return, 10 % each."""

    EVERY, LOOKBACK, BEST = 24, 100, 10

    def __init__(self, cents):
        self.symbols = sorted(cents)
        self.closes = {s: [b[3] / 100 for b in cents[s]] for s in self.symbols}
        self.gap = math.inf
        self.rebalances = 0

    def __call__(self, sim, i):
        if (i + 1) % self.EVERY or i < self.LOOKBACK:
            return
        momentum = {s: c[i] / c[i - self.LOOKBACK] - 1.0 for s, c in self.closes.items()}
        ranked = sorted(self.symbols, key=lambda s: (-momentum[s], s))
        for a, b in zip(ranked, ranked[1:self.BEST + 1]):
            self.gap = min(self.gap, momentum[a] - momentum[b])
        best = ranked[:self.BEST]
        self.rebalances += 1
        for s in sim.ledger.held():
            if s not in best:
                sim.order_target_percent(s, "0")
        for s in best:
            sim.order_target_percent(s, "0.1")


# ---- output ----------------------------------------------------------------------------------

FILLS = ("time,order_id,asset,side,quantity,price,commission,slippage,cash_after,"
         "position_after").split(",")
ORDERS = ("order_id,created,asset,side,type,quantity,limit,stop,tif,status,filled,average_price,"
          "commission,tag,reason,updated").split(",")
EQUITY = "time,cash,positions_value,portfolio_value".split(",")


def side_name(side):
    return "buy" if side == BUY else "sell"


def table(header, rows):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def fills_csv(sim):
    return table(FILLS, ([f.time, f"o{f.order.number}", f.order.asset.symbol, side_name(f.side)]
                         + [text(x) for x in (f.quantity, f.price, f.commission, f.slippage,
                                              f.cash_after, f.position_after)]
                         for f in sim.fills))


def orders_csv(sim):
    ends = sim.feed.ends
    return table(ORDERS, ([f"o{o.number}", ends[o.created], o.asset.symbol, side_name(o.side),
                           o.kind, text(o.quantity), text(o.limit), text(o.stop), o.tif, o.status,
                           text(o.filled), text(o.average), text(o.commission), o.tag, o.reason,
                           ends[o.updated]] for o in sim.orders))


def equity_csv(sim, every=1):
    rows = sim.equity
    picked = [r for n, r in enumerate(rows) if n % every == 0 or n == len(rows) - 1]
    return table(EQUITY, ([r[0]] + [text(x) for x in r[1:]] for r in picked))


def save(path, content, limit=100_000):
    """Writes the text, gzipped without a time stamp where it is larger than `limit`."""
    data = content.encode()
    if len(data) > limit:
        with open(path + ".gz", "wb") as raw:
            with gzip.GzipFile(fileobj=raw, mode="wb", filename="", mtime=0) as file:
                file.write(data)
    else:
        with open(path, "wb") as file:
            file.write(data)
    return hashlib.sha256(data).hexdigest()


# ---- the runs --------------------------------------------------------------------------------

def w1(symbol, path, actions=(), **config):
    feed = daily_feed(symbol, path)
    closes = adjusted_closes(feed, symbol, actions) if actions else raw_closes(feed, symbol)
    strategy = SmaCross(symbol, closes)
    sim = Simulator(Config(**{**COSTS, **config}), [Asset(symbol)], feed, actions)
    sim.run(strategy)
    return sim, strategy


def w2(count=generators.W2_BARS):
    cents = {"MIN": generators.w2_bars(count)}
    feed = made_feed(cents, 1)
    strategy = SmaCross("MIN", raw_closes(feed, "MIN"))
    sim = Simulator(Config(**COSTS), [Asset("MIN")], feed)
    sim.run(strategy)
    return sim, strategy


def w3():
    cents = {f"S{k:02d}": generators.w3_bars(k) for k in range(generators.W3_ASSETS)}
    feed = made_feed(cents, 60)
    strategy = Rotation(cents)
    sim = Simulator(Config(**COSTS), [Asset(s) for s in sorted(cents)], feed)
    sim.run(strategy)
    return sim, strategy
