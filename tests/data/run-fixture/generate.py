"""Makes this run folder: a crossing of averages on two shares, computed independently of rustybt.

Run in a virtual environment with empyrical-reloaded 0.7.1 and pandas:

    python generate.py FOLDER

FOLDER holds AAPL-1d-wiki.csv, GOOG-1d-wiki.csv and MSFT-1d-wiki.csv (timestamp,open,high,low,close,
volume). AAPL is long or flat, bought in two parts; GOOG is long or short and flips through zero.
"""

import json
import sys
from collections import deque
from decimal import Decimal, getcontext

import empyrical as ep
import pandas as pd

getcontext().prec = 28
FIRST, LAST, WARM = "2010-01-04", "2012-12-31", 40
CAPITAL = Decimal(100_000)
SYMBOLS = ["AAPL", "GOOG"]


def read(folder, symbol):
    rows = {}
    with open(f"{folder}/{symbol}-1d-wiki.csv") as lines:
        next(lines)
        for line in lines:
            time, *numbers = line.strip().split(",")
            rows[time[:10]] = [Decimal(n) for n in numbers]
    return rows


def text(value):
    value = value.normalize()
    return f"{value:f}" if value else "0"


def write(name, header, rows):
    with open(name, "w", newline="\n") as out:
        out.write(header + "\n")
        for row in rows:
            out.write(",".join("" if cell is None else str(cell) for cell in row) + "\n")


class Lots:
    """First in, first out, by the textbook."""

    def __init__(self):
        self.open = deque()
        self.trips = []

    def fill(self, symbol, day, quantity, price, commission, tag):
        total, left, unpaid = abs(quantity), quantity, commission
        while left and self.open and (self.open[0]["q"] > 0) != (left > 0):
            lot = self.open[0]
            units = min(abs(lot["q"]), abs(left))
            sign = 1 if lot["q"] > 0 else -1
            exit_part = commission * units / total
            entry_part = lot["c"] * units / lot["of"]
            paid = exit_part + entry_part
            pnl = sign * units * (price - lot["p"]) - paid
            high, low = max(lot["high"], price), min(lot["low"], price)
            up, down = float(high / lot["p"] - 1), float(low / lot["p"] - 1)
            self.trips.append([
                symbol, "buy" if sign > 0 else "sell", text(units), stamp(lot["day"]), text(lot["p"]),
                stamp(day), text(price), text(pnl), float(pnl / (units * lot["p"])), text(paid),
                lot["bars"], min(0.0, down if sign > 0 else -up), max(0.0, up if sign > 0 else -down), lot["tag"],
            ])
            lot["q"] -= sign * units
            left += sign * units
            unpaid -= exit_part
            if not lot["q"]:
                self.open.popleft()
        if left:
            self.open.append({"q": left, "of": abs(left), "p": price, "c": unpaid, "day": day,
                              "bars": 0, "high": price, "low": price, "tag": tag})

    def bar(self, high, low):
        for lot in self.open:
            lot["high"], lot["low"] = max(lot["high"], high), min(lot["low"], low)
            lot["bars"] += 1

    @property
    def held(self):
        return sum((lot["q"] for lot in self.open), Decimal(0))


def stamp(day):
    return f"{day}T00:00:00Z"


def average(bars, days, at, length):
    return sum(bars[d][3] for d in days[at - length + 1 : at + 1]) / length


def main(folder):
    bars = {symbol: read(folder, symbol) for symbol in SYMBOLS + ["MSFT"]}
    every = sorted(set.intersection(*(set(b) for b in bars.values())))
    first = next(i for i, d in enumerate(every) if d >= FIRST)
    days = [d for d in every if FIRST <= d <= LAST]
    cash = CAPITAL
    books = {symbol: Lots() for symbol in SYMBOLS}
    trips, fills, orders, equity, recorded, positions = [], [], [], [], [], []
    costs, slips, traded = Decimal(0), Decimal(0), Decimal(0)
    waiting, number = [], 0
    for at, day in enumerate(days, first):
        for symbol, quantity, tag, made, oid in sorted(waiting, key=lambda o: (o[1] > 0, o[0])):
            opened = bars[symbol][day][0]
            price = opened * (Decimal("1.0005") if quantity > 0 else Decimal("0.9995"))
            fee = max(Decimal(1), abs(quantity) * Decimal("0.005"))
            slip = abs(quantity) * abs(price - opened)
            before = len(books[symbol].trips)
            books[symbol].fill(symbol, day, quantity, price, fee, tag)
            trips += books[symbol].trips[before:]
            cash -= quantity * price + fee
            costs, slips, traded = costs + fee, slips + slip, traded + abs(quantity) * price
            side = "buy" if quantity > 0 else "sell"
            fills.append([stamp(day), oid, symbol, side, text(abs(quantity)), text(price), text(fee), text(slip),
                          text(cash), text(books[symbol].held)])
            orders.append([oid, stamp(made), symbol, side, "market", text(abs(quantity)), "", "", "gtc", "filled",
                           text(abs(quantity)), text(price), text(fee), tag, "", stamp(day)])
        waiting = []
        worth = Decimal(0)
        for symbol in SYMBOLS:
            _, high, low, close, _ = bars[symbol][day]
            books[symbol].bar(high, low)
            held = books[symbol].held
            worth += held * close
            if held:
                lots = books[symbol].open
                basis = sum(lot["q"] * lot["p"] for lot in lots) / held
                positions.append([stamp(day), symbol, text(held), text(basis), text(close), text(held * close),
                                  text(held * (close - basis))])
        value = cash + worth
        equity.append([stamp(day), text(cash), text(worth), text(value)])
        averages = {s: (average(bars[s], every, at, 10), average(bars[s], every, at, 30)) for s in SYMBOLS}
        started = at - first >= WARM
        recorded.append([stamp(day)] + [float(round(a, 4)) if started else None for a in averages["AAPL"]]
                        + [float(round(worth / value, 6))])
        if not started or day == days[-1]:
            continue
        for symbol in SYMBOLS:
            fast, slow = averages[symbol]
            held, close = books[symbol].held, bars[symbol][day][3]
            share = (value * Decimal("0.45") / close).to_integral_value(rounding="ROUND_DOWN")
            floor = Decimal(0) if symbol == "AAPL" else -(share // 2)
            target = share if fast > slow else floor
            flat_or_wrong = held == 0 or (held > 0) != (target > 0)
            if not flat_or_wrong or target == held:
                continue
            parts = [target - held]
            if symbol == "AAPL" and held == 0 and target > 0:
                parts = [target // 2, target - target // 2]
            for part, tag in zip(parts, ["cross", "cross, second half"]):
                number += 1
                waiting.append((symbol, part, tag, day, f"o{number}"))
    # Two orders that never filled, for the report.
    for reason, status, kind, limit in [("limit never reached", "expired", "limit", "150"),
                                        ("would exceed the initial margin", "denied", "market", "")]:
        number += 1
        orders.append([f"o{number}", stamp(days[200]), "AAPL", "buy", kind, "100", limit, "", "day", status, "0", "",
                       "0", "probe", reason, stamp(days[201])])
    orders.sort(key=lambda o: int(o[0][1:]))

    write("fills.csv", "time,order_id,asset,side,quantity,price,commission,slippage,cash_after,position_after", fills)
    write("orders.csv", "order_id,created,asset,side,type,quantity,limit,stop,tif,status,filled,average_price,"
          "commission,tag,reason,updated", [[f'"{c}"' if "," in str(c) else c for c in o] for o in orders])
    write("equity.csv", "time,cash,positions_value,portfolio_value", equity)
    write("trades.csv", "asset,side,quantity,entry_time,entry_price,exit_time,exit_price,pnl,return,commission,"
          "bars_held,mae,mfe,tag", [[f'"{c}"' if "," in str(c) else c for c in t] for t in trips])
    write("recorded.csv", "time,fast,slow,invested", recorded)
    write("positions.csv", "time,asset,amount,cost_basis,last_price,market_value,unrealized_pnl", positions)
    write("prices.csv", "time,asset,open,high,low,close,volume",
          [[stamp(d), s] + [text(n) for n in bars[s][d]] for s in SYMBOLS for d in days])
    write("benchmark.csv", "time,value", [[stamp(d), text(bars["MSFT"][d][3])] for d in days])
    with open("log.jsonl", "w", newline="\n") as out:
        for day, level, words in [(days[WARM], "info", "averages are warm"),
                                  (days[200], "warn", "limit 150 is far from the market"),
                                  (days[-1], "info", "end of data")]:
            out.write(json.dumps({"time": stamp(day), "level": level, "message": words}) + "\n")
    summarize(days, equity, trips, orders, fills, bars, costs, slips, traded, cash)


def summarize(days, equity, trips, orders, fills, bars, costs, slips, traded, cash):
    index = pd.to_datetime(days)
    values = pd.Series([float(row[3]) for row in equity], index=index)
    theirs = pd.Series([float(bars["MSFT"][d][3]) for d in days], index=index).pct_change()
    returns = values.pct_change()
    returns.iloc[0] = values.iloc[0] / float(CAPITAL) - 1
    both = theirs.notna()
    gains = [float(t[7]) for t in trips]
    active = (returns - theirs)[both]
    longest = drawdown_days(values)
    metrics = {
        "total_return": ep.cum_returns_final(returns), "cagr": ep.cagr(returns),
        "volatility": ep.annual_volatility(returns), "sharpe": ep.sharpe_ratio(returns),
        "sortino": ep.sortino_ratio(returns), "calmar": ep.calmar_ratio(returns), "omega": ep.omega_ratio(returns),
        "max_drawdown": ep.max_drawdown(returns), "max_drawdown_days": longest,
        "var_95": ep.value_at_risk(returns), "cvar_95": ep.conditional_value_at_risk(returns),
        "tail_ratio": ep.tail_ratio(returns), "skew": returns.skew(), "kurtosis": returns.kurtosis(),
        "alpha": ep.alpha(returns[both], theirs[both]), "beta": ep.beta(returns[both], theirs[both]),
        "information_ratio": active.mean() / active.std() * 252**0.5,
        "win_rate": sum(g > 0 for g in gains) / len(gains),
        "profit_factor": sum(g for g in gains if g > 0) / -sum(g for g in gains if g < 0),
        "expectancy": sum(t[8] for t in trips) / len(trips),
        "exposure": sum(row[2] != "0" for row in equity) / len(equity),
        "turnover": float(traded) / 2 / values.mean() / (len(values) / 252),
    }
    summary = {
        "schema": "rustybt.summary/1", "script": "strategies/cross.rhai",
        "script_sha256": "5be1" + "0" * 60, "data_sha256": "a8b3" + "0" * 60,
        "params": {"fast": 10, "slow": 30, "share": "0.45"}, "symbols": SYMBOLS, "timeframe": "1d",
        "start": stamp(days[0]), "end": stamp(days[-1]), "capital": text(CAPITAL), "bars": 2 * len(days),
        "final_value": equity[-1][3], "final_cash": text(cash), "orders": len(orders), "fills": len(fills),
        "trades": len(trips),
        "metrics": {k: int(v) if k.endswith("days") else float(v) for k, v in metrics.items()},
        "timings": {"load_s": 0.004, "run_s": 0.003, "bars_per_second": 502666.7}, "version": "0.1.0", "seed": 0,
        "mode": "backtest", "calendar": "XNYS", "benchmark": "MSFT",
        "benchmark_return": float(bars["MSFT"][days[-1]][3] / bars["MSFT"][days[0]][3] - 1),
        "commission": "per_share:0.005:1", "slippage": "bps:5", "fill_at": "next_open", "volume_limit": "none",
        "total_commission": text(costs), "total_slippage": text(slips),
        "command": "rustybt backtest --script strategies/cross.rhai --data data --symbols AAPL,GOOG "
                   "--start 2010-01-04 --end 2012-12-31 --benchmark MSFT --volume-limit none",
        "warnings": [],
    }
    with open("summary.json", "w", newline="\n") as out:
        out.write(json.dumps(summary, indent=2) + "\n")


def drawdown_days(values):
    peaks = values.cummax()
    trough = (values / peaks - 1).idxmin()
    peak = values[:trough].idxmax()
    after = values[trough:]
    back = after[after >= values[peak]]
    end = back.index[0] if len(back) else values.index[-1]
    return (end - peak).days


main(sys.argv[1])
