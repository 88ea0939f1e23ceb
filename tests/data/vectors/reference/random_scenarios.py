"""Random scenarios in the format of scenarios.json, for a differential test.

Nobody worked these out by hand: they hold two implementations to one another. What simulation.md
leaves open raises `Ambiguous` in the simulator and is thrown away, as are rejections.
"""

from exact import D, text
from generators import SplitMix64
from scenarios import document, simulate
from simulate import Ambiguous, Simulator

BARS = 30
COMMISSIONS = [
    {"kind": "none"},
    {"kind": "per_share", "rate": "0.005", "minimum": "1"},
    {"kind": "per_trade", "cost": "1.5"},
    {"kind": "per_dollar", "rate": "0.0015"},
    {"kind": "maker_taker", "maker": "0.0002", "taker": "0.0005"},
    {"kind": "tiered", "tiers": [{"from": "0", "rate": "0.001"},
                                 {"from": "50000", "rate": "0.0005"}]},
]
SLIPPAGES = [
    {"kind": "none"},
    {"kind": "fixed", "amount": "0.02"},
    {"kind": "bps", "bps": "5"},
    {"kind": "volume_share", "limit": "0.05", "impact": "0.1"},
]
# Shares of these have few digits.
VOLUMES = ["1000", "2000", "4000", "10000", "50000", "100000"]


def money(cents):
    return text(D(cents).scaleb(-2))


def pick(rng, items):
    return items[rng.below(len(items))]


def bars(rng, holes=25):
    price = 3000 + rng.below(20000)
    rows, closes = [], []
    for n in range(BARS):
        o = price + price * rng.span(100) // 10000
        c = o + o * rng.span(150) // 10000
        h, low = max(o, c) + o * rng.below(80) // 10000, min(o, c) - o * rng.below(80) // 10000
        missing = rng.below(holes) == 0 and 0 < n and holes > 1
        rows.append(None if missing else
                    f"{money(o)} {money(h)} {money(low)} {money(c)} {pick(rng, VOLUMES)}")
        price = price if missing else c
        closes.append(price)
    return rows, closes


def near(rng, close, width=200):
    return money(close + close * rng.span(width) // 10000)


def call(rng, n, i, symbol, close, config):
    """One scripted call at the end of bar i."""
    kind = rng.below(12)
    amount = (1 + rng.below(400)) * (1 if rng.below(2) else -1)
    new = {"bar": i, "call": "order", "as": f"r{n}", "asset": symbol, "amount": str(amount)}
    if kind >= 9:
        target = {"bar": i, "call": "order_target", "as": f"r{n}", "asset": symbol,
                  "target": str(rng.span(300))}
        return target if kind < 11 else {
            "bar": i, "call": "order_target_percent", "as": f"r{n}", "asset": symbol,
            "fraction": pick(rng, ["0", "0.05", "-0.05", "0.1"])}
    if kind in (2, 3, 4, 7):
        new["limit"] = near(rng, close)
    if kind in (5, 6, 7):
        new["stop"] = near(rng, close)
    if kind == 8:
        new["trail"] = money(1 + close * (20 + rng.below(200)) // 10000)
    tif = pick(rng, ["gtc", "gtc", "gtc", "day", "day", "ioc", "fok"])
    if tif in ("gtc", "day") or kind < 5:
        new["tif"] = tif
    return new


def free(rng):
    """Single orders and targets on up to three assets."""
    count = 1 + rng.below(3)
    fill_at = pick(rng, ["next_open", "next_open", "next_close", "this_close"])
    # A market order for this close needs a bar to close.
    made = {s: bars(rng, 1 if fill_at == "this_close" else 25) for s in "ABC"[:count]}
    config = {"capital": "1000000", "commission": pick(rng, COMMISSIONS), "fill_at": fill_at}
    slippage = pick(rng, SLIPPAGES)
    if fill_at == "next_open":
        config["volume_limit"] = pick(rng, [None, "0.025", "0.1"])
    elif slippage["kind"] == "volume_share":
        slippage = SLIPPAGES[2]
    config["slippage"] = slippage
    if rng.below(6) == 0:
        config["cancel_policy"] = "eod"
    script, n, orders = [], 0, []
    for i in range(BARS - 1):
        for _ in range(rng.below(3)):
            n += 1
            symbol = pick(rng, list(made))
            script.append(call(rng, n, i, symbol, made[symbol][1][i], config))
            if script[-1]["call"] == "order":
                orders.append(script[-1])
        if orders and rng.below(8) == 0:
            script.append({"bar": i, "call": "cancel", "order": pick(rng, orders)["as"]})
        if orders and rng.below(8) == 0 and config["commission"]["kind"] != "maker_taker":
            old = pick(rng, orders)
            if "limit" in old and "stop" not in old and old.get("tif", "gtc") in ("gtc", "day"):
                script.append({"bar": i, "call": "modify", "order": old["as"],
                               "limit": near(rng, made[old["asset"]][1][i])})
    return {s: rows for s, (rows, _) in made.items()}, script, config


def brackets(rng):
    """One bracket after another on one asset, whole fills only."""
    rows, closes = bars(rng)
    config = {"capital": "1000000", "commission": pick(rng, COMMISSIONS[:4]),
              "slippage": pick(rng, SLIPPAGES[:3])}
    script, i, n = [], rng.below(3), 0
    while i < BARS - 8:
        n += 1
        c, up = closes[i], rng.below(2) == 0
        below, above = money(c - c * (50 + rng.below(250)) // 10000), money(
            c + c * (50 + rng.below(250)) // 10000)
        new = {"bar": i, "call": "bracket", "as": f"b{n}", "asset": "A",
               "amount": str((1 + rng.below(300)) * (1 if up else -1)),
               "stop": below if up else above, "target": above if up else below}
        if rng.below(3) == 0:
            new["entry_limit"] = money(c + (-1 if up else 1) * c * rng.below(60) // 10000)
        script.append(new)
        i += 8 + rng.below(6)
    return {"A": rows}, script, config


class Strict(Simulator):
    def __init__(self, *args):
        super().__init__(*args)
        self.strict = True


def build(count, seed=7_000_000):
    """The first `count` unambiguous scenarios, and how many were thrown away."""
    out, dropped, n = [], {}, 0
    while len(out) < count:
        n += 1
        rng = SplitMix64(seed + n)
        made, script, config = (brackets if n % 4 == 0 else free)(rng)
        s = {"name": f"random {n}", "rules": [], "rows": [], "why": "", "daily": False,
             "bars": made, "script": script, "assets": {}, "actions": [], "config": config}
        try:
            sim = simulate(s, Strict)
        except Ambiguous as reason:
            dropped[str(reason)] = dropped.get(str(reason), 0) + 1
            continue
        if len(sim.fills) >= 3:
            out.append(document(s, sim))
    return out, dropped
