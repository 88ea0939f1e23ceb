"""Made-up bars for the workloads W2 and W3, from whole numbers alone.

`benches/data.rs` is the same in Rust; both must give the same bytes. All numbers are integers; `/`
below truncates towards zero. Every random number comes from SplitMix64 (Steele, Lea, Flood 2014):

    state += 0x9E3779B97F4A7C15
    z = state; z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9; z = (z ^ z >> 27) * 0x94D049BB133111EB
    next = z ^ z >> 31                                          (all modulo 2^64)
    below(n) = (next >> 32) * n >> 32                           0 ..= n - 1
    span(n)  = below(2 n + 1) - n                               -n ..= n

Prices are in cents; the draws happen in the order written.

W3, asset k of 50 (`S00` ... `S49`), state = 3000000 + k, price = 2000 + below(38001), each hour:

    open   = max(100, price + price * span(10) / 10000)
    close  = max(100, open + open * span(60) / 10000)
    high   = max(open, close) + open * below(21) / 10000
    low    = max(1, min(open, close) - open * below(21) / 10000)
    volume = 1000 + below(1000000)
    price  = close

W2 (`MIN`), state = 2000000, price = 10000, left = 0, each minute:

    if left == 0: left = 20 + below(101); up = below(2) == 0
                  if price < 7000: up = true
                  if price > 14000: up = false
    left  -= 1
    drift  = 1 if below(1000) < 540 else 0, negative unless up
    open   = price + span(1)
    close  = open + drift + span(4)
    high   = max(open, close) + below(4)
    low    = min(open, close) - below(4)
    volume = 100 + below(20000)
    price  = close

Files: `timestamp,open,high,low,close,volume`, one row a bar from 2020-01-01T00:00:00Z, prices with
two decimals, LF.
"""

from datetime import datetime, timedelta, timezone

MASK = (1 << 64) - 1
START = datetime(2020, 1, 1, tzinfo=timezone.utc)
DRIFT = 540
W2_BARS = 1_000_000
W3_ASSETS, W3_BARS = 50, 20_000


class SplitMix64:
    def __init__(self, state):
        self.state = state

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ z >> 27) * 0x94D049BB133111EB) & MASK
        return z ^ z >> 31

    def below(self, n):
        return (self.next() >> 32) * n >> 32

    def span(self, n):
        return self.below(2 * n + 1) - n


def over(a, b):
    """Integer division towards zero."""
    return a // b if a >= 0 else -(-a // b)


def w3_bars(k, count=W3_BARS):
    """[(open, high, low, close, volume)] of asset k, prices in cents."""
    rng = SplitMix64(3_000_000 + k)
    price = 2000 + rng.below(38001)
    bars = []
    for _ in range(count):
        o = max(100, price + over(price * rng.span(10), 10000))
        c = max(100, o + over(o * rng.span(60), 10000))
        h = max(o, c) + over(o * rng.below(21), 10000)
        low = max(1, min(o, c) - over(o * rng.below(21), 10000))
        bars.append((o, h, low, c, 1000 + rng.below(1_000_000)))
        price = c
    return bars


def w2_bars(count=W2_BARS, drift_chance=None, seed=2_000_000):
    chance = DRIFT if drift_chance is None else drift_chance
    rng = SplitMix64(seed)
    price, left, up = 10000, 0, True
    bars = []
    for _ in range(count):
        if left == 0:
            left = 20 + rng.below(101)
            up = rng.below(2) == 0
            if price < 7000:
                up = True
            if price > 14000:
                up = False
        left -= 1
        drift = 1 if rng.below(1000) < chance else 0
        o = price + rng.span(1)
        c = o + (drift if up else -drift) + rng.span(4)
        h = max(o, c) + rng.below(4)
        low = min(o, c) - rng.below(4)
        bars.append((o, h, low, c, 100 + rng.below(20000)))
        price = c
    return bars


def times(count, minutes):
    step = timedelta(minutes=minutes)
    return [(START + step * i).strftime("%Y-%m-%dT%H:%M:%SZ") for i in range(count)]


def cents(n):
    return f"{n // 100}.{n % 100:02d}"


def csv_lines(bars, labels):
    yield "timestamp,open,high,low,close,volume\n"
    for t, (o, h, low, c, v) in zip(labels, bars):
        yield f"{t},{cents(o)},{cents(h)},{cents(low)},{cents(c)},{v}\n"
