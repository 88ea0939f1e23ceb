"""Small scenarios: what happens and, worked out by hand, what must come of it.

Each `scenario(...)` states its fills, cash and positions by hand; `build` runs the simulator on the
same input and fails where the two disagree. Only then is the scenario written to scenarios.json.

A bar is "open high low close [volume]", or one price for a bar that never moves; None is no bar.
A fill is "bar order side quantity @ price phase [c=commission]". A position is "amount [@ basis]".
"""

from datetime import datetime, timedelta, timezone

from exact import D, booked, text
from orders import BUY, Asset
from simulate import Bar, Config, Feed, Simulator

VOLUME = "1000000"
START = datetime(2024, 1, 1, tzinfo=timezone.utc)
PER_SHARE = {"kind": "per_share", "rate": "0.005", "minimum": "1"}
BPS5 = {"kind": "bps", "bps": "5"}
SCENARIOS = []


def scenario(name, bars, script, fills, cash=None, positions=None, orders=None, rules=(), rows=(),
             why="", assets=None, daily=False, actions=(), value=None, **config):
    if not isinstance(bars, dict):
        bars = {"A": bars}
    SCENARIOS.append({
        "name": name, "rules": list(rules), "rows": list(rows), "why": why, "daily": daily,
        "bars": bars, "script": script, "fills": fills, "cash": cash,
        "positions": positions or {}, "orders": orders or {}, "assets": assets or {},
        "actions": list(actions), "config": config, "value": value,
    })


# ---- replay ----------------------------------------------------------------------------------

def parse_bar(row):
    if row is None:
        return None
    parts = row.split()
    if len(parts) == 1:
        parts = parts * 4
    elif len(parts) == 2:
        parts = [parts[0]] * 4 + [parts[1]]
    return parts if len(parts) == 5 else parts + [VOLUME]


def step_of(s):
    return timedelta(days=1) if s["daily"] else timedelta(hours=1)


def stamp(t):
    return t.strftime("%Y-%m-%dT%H:%M:%SZ")


def feed_of(s):
    count = len(next(iter(s["bars"].values())))
    assert all(len(b) == count for b in s["bars"].values()), s["name"]
    labels = [stamp(START + step_of(s) * i) for i in range(count + 1)]
    bars = {}
    for symbol, rows in s["bars"].items():
        parsed = [parse_bar(r) for r in rows]
        bars[symbol] = [None if p is None else Bar(*map(D, p)) for p in parsed]
        for b in bars[symbol]:
            assert b is None or b.low <= min(b.open, b.close) <= max(b.open, b.close) <= b.high
    return Feed(labels[:-1], labels[1:], [t[:10] for t in labels[:-1]], bars)


class Script:
    """Runs the scripted calls: at the end of a bar, or in the callback of an order's first fill."""

    def __init__(self, calls):
        self.calls, self.named, self.done = calls, {}, set()

    def handle(self, sim, i):
        for call in self.calls:
            if call.get("bar") == i:
                self.run(sim, call)

    def on_fill(self, sim, fill):
        for n, call in enumerate(self.calls):
            if call.get("after_fill_of") == fill.order.name and n not in self.done:
                self.done.add(n)
                self.run(sim, call)

    def run(self, sim, call):
        rest = {k: v for k, v in call.items() if k not in ("bar", "after_fill_of", "call")}
        name = rest.pop("as", None)
        kind = call["call"]
        if kind == "order":
            o = sim.order(rest.pop("asset"), D(rest.pop("amount")), name, **rest)
        elif kind == "order_value":
            symbol = rest.pop("asset")
            o = sim.order(symbol, sim.units(symbol, D(rest.pop("money"))), name, **rest)
        elif kind == "order_target":
            o = sim.order_target(rest.pop("asset"), D(rest.pop("target")), name, **rest)
        elif kind == "order_target_percent":
            o = sim.order_target_percent(rest.pop("asset"), rest.pop("fraction"), name, **rest)
        elif kind == "bracket":
            o = sim.bracket(rest["asset"], D(rest["amount"]), rest["stop"], rest["target"], name,
                            rest.get("entry_limit"))
        elif kind == "oco":
            sim.oco(self.named[rest["first"]], self.named[rest["second"]])
            return
        elif kind == "cancel":
            if rest["order"] in self.named:
                sim.cancel(self.named[rest["order"]], "by the strategy")
            return
        elif kind == "modify":
            changed = self.named.get(rest.pop("order"))
            if changed is not None:
                sim.modify(changed, **rest)
            return
        else:
            raise ValueError(kind)
        if o is not None:
            self.named[o.name] = o
            for child in o.children:
                self.named[child.name] = child


def simulate(s, kind=Simulator):
    assets = [Asset(symbol, **s["assets"].get(symbol, {})) for symbol in sorted(s["bars"])]
    sim = kind(Config(daily=s["daily"], **s["config"]), assets, feed_of(s), s["actions"])
    script = Script(s["script"])
    sim.run(script.handle, script.on_fill)
    return sim


# ---- comparison with what was worked out by hand -----------------------------------------------

def fill_line(f):
    line = (f"{f.bar} {f.order.name} {'buy' if f.side == BUY else 'sell'} {text(f.quantity)} @ "
            f"{text(f.price)} {f.phase}")
    return line + (f" c={text(f.commission)}" if f.commission else "")


def check(s, sim):
    lines = [fill_line(f) for f in sim.fills]
    assert lines == s["fills"], f"{s['name']}:\n by hand   {s['fills']}\n simulated {lines}"
    cash = text(sim.ledger.cash)
    assert s["cash"] is None or cash == s["cash"], f"{s['name']}: cash {cash}, by hand {s['cash']}"
    if s["value"] is not None:
        assert text(sim.ledger.value()) == s["value"], (s["name"], sim.ledger.value())
    held = {a: sim.ledger.positions[a] for a in sim.ledger.held()}
    assert set(held) == set(s["positions"]), f"{s['name']}: {list(held)}"
    for symbol, line in s["positions"].items():
        amount, _, basis = line.partition(" @ ")
        assert text(held[symbol].amount) == amount, (s["name"], held[symbol].amount)
        if basis:
            assert text(held[symbol].basis) == basis, (s["name"], text(held[symbol].basis))
    by_name = {o.name: o for o in sim.orders}
    for name, line in s["orders"].items():
        status, _, filled = line.partition(" ")
        o = by_name[name]
        assert o.status == status, f"{s['name']}: {name} {o.status}, by hand {status}"
        assert not filled or text(o.filled) == filled, f"{s['name']}: {name} {o.filled}"


def build():
    out = []
    for s in SCENARIOS:
        sim = simulate(s)
        check(s, sim)
        out.append(document(s, sim))
    names = [s["name"] for s in out]
    assert len(set(names)) == len(names)
    return out


def document(s, sim):
    config = Config(daily=s["daily"], **s["config"])
    free = all(f.commission == 0 for f in sim.fills)
    positions = []
    for symbol in sim.ledger.held():
        p = sim.ledger.positions[symbol]
        positions.append({
            "asset": symbol, "amount": text(p.amount),
            "cost_basis": text(p.basis) if free else None,
            "cost_basis_exact": p.basis_exact,
        })
    children = any(o.parent for o in sim.orders)
    return {
        "name": s["name"], "rules": s["rules"], "rows": s["rows"], "why": s["why"],
        "config": {
            "capital": text(config.capital), "account": config.account, "fill_at": config.fill_at,
            "commission": config.commission, "slippage": config.slippage,
            "volume_limit": None if config.volume_limit is None else text(config.volume_limit),
            "cancel_policy": config.cancel_policy,
        },
        "calendar": "24/7", "timeframe": "1d" if s["daily"] else "1h", "start": stamp(START),
        "assets": [{"symbol": a.symbol, "lot": text(a.lot), "tick": text(a.tick),
                    "multiplier": text(a.multiplier)} for a in sim.assets.values()],
        "actions": s["actions"],
        "bars": {symbol: [parse_bar(r) for r in rows] for symbol, rows in s["bars"].items()},
        "script": s["script"],
        "expect": {
            "fills": [{
                "bar": f.bar, "time": f.time, "order": f.order.name,
                "asset": f.order.asset.symbol, "side": "buy" if f.side == BUY else "sell",
                "quantity": text(f.quantity), "price": text(f.price),
                "commission": text(f.commission), "slippage": text(f.slippage),
                "cash_after": text(f.cash_after), "position_after": text(f.position_after),
                "phase": f.phase,
            } for f in sim.fills],
            "orders": [{
                "order": o.name, "id": None if children else f"o{o.number}",
                "type": o.kind, "quantity": text(o.quantity), "status": o.status,
                "filled": text(o.filled), "average_price": text(o.average) or None,
                "limit": text(o.limit) or None,
                "stop": (text(o.stop) or None) if o.kind != "trailing_stop" else None,
                "commission": text(o.commission),
            } for o in sim.orders if o.active],
            "cash": text(sim.ledger.cash),
            "portfolio_value": text(sim.ledger.value()),
            "positions": positions,
            "equity": [text(booked(r[3])) for r in sim.equity],
        },
    }


def order(bar, name, amount, asset="A", **options):
    return {"bar": bar, "call": "order", "as": name, "asset": asset, "amount": str(amount),
            **options}


def at_fill(of, name, amount, asset="A", **options):
    call = order(None, name, amount, asset, **options)
    del call["bar"]
    return {"after_fill_of": of, **call}
