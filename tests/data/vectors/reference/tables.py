"""Tables of pure functions: commission, slippage, price rounding, ledger, sizes, trails.

Every expected value was written down by hand from reference/semantics.md (or, where
simulation.md decided otherwise, from that) and is asserted against the simulator's functions.
"""

import math

import models
from exact import D, ONE, ZERO, text, trunc_to
from ledger import Ledger
from orders import BUY, SELL, Asset, Order


def share(rate, minimum):
    return {"kind": "per_share", "rate": rate, "minimum": minimum}


def contract(rate, fee, minimum):
    return {"kind": "per_contract", "rate": rate, "fee": fee, "minimum": minimum}


def mt(maker, taker):
    return {"kind": "maker_taker", "maker": maker, "taker": taker}


STEPS = [("230", "100"), ("170", "101"), ("100", "102")]
TIERS = {"kind": "tiered", "tiers": [{"from": "0", "rate": "0.001"},
                                     {"from": "100000", "rate": "0.0005"}]}

# id, model, fills of one order [(quantity, price)], maker, charge of each fill, comment
COMMISSIONS = [
    ("CM-01", share("0.005", "0"), [("100", "150")], False, ["0.5"], ""),
    ("CM-02", share("0.01", "1"), [("10", "150")], False, ["1"], ".10 < 1"),
    ("CM-03", share("0.005", "1"), [("300", "150")], False, ["1.5"], ""),
    ("CM-04", {"kind": "per_trade", "cost": "5"}, [("60", "10"), ("40", "10")], False,
     ["5", "0"], "the first fill only"),
    ("CM-05", {"kind": "per_dollar", "rate": "0.0015"}, [("100", "150")], False, ["22.5"],
     "value 15000"),
    ("CM-06", mt("0.001", "0.002"), [("100", "50000")], True, ["5000"],
     "semantics' limit order: the maker's side (simulation.md 9)"),
    ("CM-07", mt("0.001", "0.002"), [("100", "50000")], False, ["10000"], ""),
    ("CM-08", mt("0.001", "0.002"), [("0.00000001", "50000")], False, ["0.000001"], ""),
    ("CM-10", share("0.005", "1"), [("30", "150"), ("70", "150.5")], False, ["1", "0"],
     "total .50 < 1"),
    ("CM-11", share("0.0075", "1"), STEPS, False, ["1.725", "1.275", "0.75"],
     "cumulative 1.725, 3.0, 3.75"),
    ("CM-12", share("0.0075", "2.5"), STEPS, False, ["2.5", "0.5", "0.75"],
     "cumulative 2.5, 3.0, 3.75"),
    ("CM-13", share("0.0075", "3.5"), STEPS, False, ["3.5", "0", "0.25"],
     "cumulative 3.5, 3.5, 3.75"),
    ("CM-14", share("0.0075", "5.5"), STEPS, False, ["5.5", "0", "0"], "cumulative 5.5"),
    ("CM-17", contract("0.01", "0.3", "3"), STEPS, False, ["3", "1.3", "1"],
     "cumulative 3, 4.3, 5.3; rate and fee follow from the row: .01 x 500 + .3 = 5.3"),
    ("CM-18", contract("0.01", "0.3", "5"), STEPS, False, ["5", "0", "0.3"],
     "cumulative 5, 5, 5.3"),
    ("CM-20", contract("0.0075", "0.5", "0"), STEPS, False, ["2.225", "1.275", "0.75"],
     "cumulative 2.225, 3.5, 4.25"),
    ("CM-21", {"kind": "per_dollar", "rate": "0.0015"}, STEPS, False,
     ["34.5", "25.755", "15.3"], ""),
    ("CM-25a", share("0.005", "1"), [("100", "10")], False, ["1"], "one fill an order, so the "
     "per-fill minimum of semantics agrees with ours per order"),
    ("CM-25b", share("0.005", "1"), [("1000", "10")], False, ["5"], ""),
    ("CM-25c", share("0.005", "1"), [("500", "10")], False, ["2.5"], "a sale of 500"),
    ("CM-26a", share("0.005", "1"), [("50", "10")], False, ["1"], "IB's profile"),
    ("CM-26b", share("0.005", "1"), [("1000", "10")], False, ["5"], "IB's profile"),
    ("CM-27", mt("0.001", "0.001"), [("0.1", "30000")], False, ["3"], "Binance spot"),
    ("CM-31a", mt("0.0002", "0.0004"), [("0.1", "30000")], True, ["0.6"], ""),
    ("CM-31b", mt("0.0002", "0.0004"), [("0.1", "30000")], False, ["1.2"], ""),
    ("CM-32", mt("-0.0001", "0.0004"), [("1", "30000")], True, ["-3"], "a rebate"),
    ("PB-44a", share("0.005", "1"), [("100", "10")], False, ["1"], ""),
    ("PB-44b", share("0.005", "1"), [("1000", "10")], False, ["5"], ""),
    ("PB-44c", share("0.005", "1"), [("10000", "10")], False, ["50"], ""),
    ("none", {"kind": "none"}, [("100", "10")], False, ["0"], ""),
]
# Each fill is an order of its own, the month's traded value runs on.
TIERED = [("CM-30", TIERS, [("5000", "20")] * 5, ["100", "50", "50", "50", "50"],
           "100000 each: .001 from zero, .0005 from 100000 on; 300 together")]
BAD = [
    ("CM-34", "commission", {"kind": "tiered", "tiers": []}, "no tiers"),
    ("SL-26a", "slippage", {"kind": "bps", "bps": "-1"}, "negative"),
    ("SL-26b", "slippage", {"kind": "volume_share", "limit": "0", "impact": "0.1"},
     "a volume limit of zero"),
    ("CM-35a", "commission", share("-0.005", "1"), "a negative rate (only a maker's may be)"),
    ("SL-40a", "slippage", {"kind": "fixed", "amount": "-0.1"}, "a buy would be cheaper"),
]


def commissions():
    rows = []
    for name, model, fills, maker, expected, why in COMMISSIONS:
        before = paid = ZERO
        for (q, p), want in zip(fills, expected):
            got = models.commission(model, D(q), D(p), before, paid, maker, ZERO)
            assert got == D(want), (name, got)
            before, paid = before + D(q), paid + got
        rows.append({"id": name, "model": model, "maker": maker, "same_order": True,
                     "fills": [{"quantity": q, "price": p, "commission": c}
                               for (q, p), c in zip(fills, expected)], "why": why})
    for name, model, fills, expected, why in TIERED:
        traded = ZERO
        for (q, p), want in zip(fills, expected):
            got = models.commission(model, D(q), D(p), ZERO, ZERO, False, traded)
            assert got == D(want), (name, got)
            traded += D(q) * D(p)
        rows.append({"id": name, "model": model, "maker": False, "same_order": False,
                     "fills": [{"quantity": q, "price": p, "commission": c}
                               for (q, p), c in zip(fills, expected)], "why": why})
    return rows


def bad_models():
    for name, family, model, _ in BAD:
        try:
            getattr(models, f"check_{family}")(model)
        except models.BadModel:
            continue
        raise AssertionError(name)
    return [{"id": n, "family": f, "model": m, "why": w} for n, f, m, w in BAD]


VS = {"kind": "volume_share", "limit": "0.025", "impact": "0.1"}
# id, model, side, base, used (this fill included), volume, price, comment
SLIPPAGES = [
    ("SL-01a", {"kind": "fixed", "amount": "0.1"}, BUY, "100", "100", "100000", "100.1", ""),
    ("SL-01b", {"kind": "fixed", "amount": "0.1"}, SELL, "100", "100", "100000", "99.9", ""),
    ("SL-03a", VS, BUY, "100", "1000", "100000", "100.001", "share .01"),
    ("SL-03b", VS, SELL, "100", "1000", "100000", "99.999", ""),
    ("SL-07", VS, BUY, "3", "5", "200", "3.0001875", "share .025"),
    ("SL-11", VS, SELL, "3", "50", "2000", "2.9998125", ""),
    ("SL-12", VS, BUY, "3.5", "50", "2000", "3.50021875", "the formula of semantics; as a limit "
     "order it fills at 3.5 (simulation.md 8)"),
    ("SL-14", VS, SELL, "3.5", "50", "2000", "3.49978125", "likewise"),
    ("SL-18a", {"kind": "bps", "bps": "5"}, BUY, "3", "20", "200", "3.0015", ""),
    ("SL-18b", {"kind": "bps", "bps": "5"}, SELL, "3", "20", "200", "2.9985", ""),
    ("SL-20", {"kind": "bps", "bps": "10"}, BUY, "3", "20", "200", "3.003", ""),
    ("SL-27", {"kind": "fixed", "amount": "0.05"}, SELL, "10", "1000", "100000", "9.95",
     "zipline's spread .10 is half of it on each side"),
    ("SL-39a", {"kind": "bps", "bps": "10"}, BUY, "100", "1", "100", "100.1", ""),
    ("SL-39b", {"kind": "bps", "bps": "10"}, SELL, "100", "1", "100", "99.9", ""),
    ("SL-41", {"kind": "bps", "bps": "10"}, BUY, "150", "100", "100000", "150.15", ""),
    ("SL-42a", {"kind": "fixed", "amount": "0"}, BUY, "100", "1", "100", "100", "spread 0"),
    ("SL-42b", {"kind": "fixed", "amount": "1"}, BUY, "100", "1", "100", "101", "spread 2"),
    ("PB-40", {"kind": "bps", "bps": "5"}, BUY, "150", "100", "100000", "150.075", ""),
    ("PB-41", {"kind": "bps", "bps": "5"}, BUY, "450", "50", "100000", "450.225", ""),
    ("PB-42", {"kind": "bps", "bps": "5"}, SELL, "155", "50", "100000", "154.9225", ""),
    ("SL-04", VS, BUY, "100", "3000", "100000", "100.00625", "semantics: an error; simulation.md "
     "10: the share is capped at .025 (and the fill at 2500)"),
    ("none", {"kind": "none"}, BUY, "100", "1", "100", "100", ""),
]


def slippages():
    rows = []
    for name, model, side, base, used, volume, want, why in SLIPPAGES:
        got = models.slipped(model, side, D(base), D(used), D(volume))
        assert got == D(want), (name, got)
        rows.append({"id": name, "model": model, "side": "buy" if side == BUY else "sell",
                     "base": base, "used": used, "volume": volume, "price": want, "why": why})
    return rows


RETURNS = [0.01, -0.01] * 10


def volatility():
    """Floats: compare to 1e-9 of the value. By hand: the mean of the returns is 0, their sample
    deviation sqrt(20 x .0001 / 19) = .0102597835, times sqrt(252) = .1628689. psi = 40 / 1000."""
    by_hand = 100 * 0.049 * 0.16286903 * 0.2 / 10000
    rows = []
    for name, side, base, q, mean, returns, why in [
        ("VV-1", BUY, 100.0, 40.0, 1000.0, RETURNS, "move 100 x .049 x .16286903 x .2 / 10^4"),
        ("VV-2", SELL, 100.0, 40.0, 1000.0, RETURNS, "the same, down"),
        ("SL-29a", BUY, 100.0, 40.0, 1000.0, [], "without history 7.5 basis points"),
        ("SL-29b", SELL, 100.0, 40.0, 1000.0, [], ""),
    ]:
        got = models.volatility_volume_share(side, base, q, mean, returns, 0.049)
        want = base + side * (by_hand if returns else base * 7.5e-4)
        assert math.isclose(got, want, rel_tol=1e-9), (name, got, want)
        rows.append({"id": name, "side": "buy" if side == BUY else "sell", "base": base,
                     "quantity": q, "mean_volume": mean, "daily_returns": returns, "eta": 0.049,
                     "price": got, "why": why})
    mean = sum(range(119, 139)) / 20
    assert mean == 128.5
    rows.append({"id": "SL-31", "volumes": list(range(119, 139)), "mean_volume": mean,
                 "why": "the mean of 119 to 138"})
    return rows


# id, tick, price, buy limit and sell stop (down), sell limit and buy stop (up)
ROUNDING = [
    ("RO-02", "0.01", "0.0005", "0", "0.01"), ("RO-03", "0.01", "1.0005", "1", "1.01"),
    ("RO-04", "0.01", "1.000501", "1", "1.01"), ("RO-05", "0.01", "1.009499", "1", "1.01"),
    ("RO-06", "0.01", "1.0095", "1", "1.01"), ("RO-07", "0.01", "0.01", "0.01", "0.01"),
    ("RO-08", "0.0001", "0.0005", "0.0005", "0.0005"),
    ("RO-09", "0.0001", "0.00005", "0", "0.0001"),
    ("RO-11", "0.0001", "1.000005", "1", "1.0001"),
    ("RO-12", "0.0001", "1.00000501", "1", "1.0001"),
    ("RO-14", "0.0001", "1.000095", "1", "1.0001"),
    ("RO-16", "0.05", "1.0025", "1", "1.05"), ("RO-17", "0.05", "1.002501", "1", "1.05"),
    ("RO-18", "0.05", "1.047499", "1", "1.05"), ("RO-19", "0.05", "1.0475", "1", "1.05"),
    ("tick", "0.25", "4000.3", "4000.25", "4000.5"),
    ("exact", "0.05", "1.05", "1.05", "1.05"),
]
CHANGED = {"RO-02", "RO-03", "RO-06", "RO-11", "RO-14", "RO-16", "RO-19"}


def rounding():
    """Plain rounding to the tick (simulation.md 13); zipline's 5 % tolerance is not taken over."""
    rows = []
    for name, tick, price, down, up in ROUNDING:
        asset = Asset("A", tick=tick)
        # RO-20: every row shifted by 1 to 9.
        for shift in range(10):
            p, d, u = D(price) + shift, D(down) + shift, D(up) + shift
            assert asset.limit(BUY, p) == asset.stop(SELL, p) == d, name
            assert asset.limit(SELL, p) == asset.stop(BUY, p) == u, name
            note = "semantics keeps zipline's 5 % rule; simulation.md 13 rounds plainly"
            rows.append([name if shift == 0 else f"{name}+{shift}", tick, text(p), text(d),
                         text(u), note if name in CHANGED else ""])
    return rows


# id, start cash, multiplier, fills [(signed, price, commission)], mark, cash, amount, basis,
# realized, unrealized, comment. The basis is None where a commission is involved.
LEDGER = [
    ("LP-03", "100000", "1", [("100", "150", "0"), ("-50", "155", "3")], "155",
     "92747", "50", None, None, "250", "85000 + 7747"),
    ("LP-11a", "100000", "1", [("100", "150", "0")], "155", "85000", "100", "150", "0", "500", ""),
    ("LP-11b", "100000", "1", [("100", "150", "0")], "145", "85000", "100", "150", "0", "-500", ""),
    ("LP-11c", "100000", "1", [("-100", "150", "0")], "145", "115000", "-100", "150", "0", "500",
     "a short"),
    ("LP-12", "100000", "1", [("100", "150", "0"), ("50", "155", "0")], "155", "77250", "150",
     "151.6666666666666666666666667", "0", None, "22750 / 150; compare 20 digits"),
    ("LP-13", "100000", "1", [("100", "150", "0"), ("-60", "152", "0")], "152", "94120", "40",
     "150", "120", "80", "60 x 2 realized, 40 x 2 open"),
    ("LP-14", "100000", "1", [("100", "150", "0"), ("-150", "155", "0")], "155", "108250", "-50",
     "155", "500", "0", "the closed 100 realize 5 each; the rest opens at 155"),
    ("LP-14b", "100000", "1", [("-100", "150", "0"), ("150", "155", "0")], "155", "91750", "50",
     "155", "-500", "0", "the mirror image"),
    ("LP-15", "100000", "1", [("100", "150", "0"), ("-100", "150", "0")], "150", "100000", "0",
     "0", "0", "0", "nothing is left"),
    ("LP-26", "100000", "1", [("100", "150", "5"), ("-100", "155", "5")], "155", "100490", "0",
     None, None, "0", "- 15005 + 15495"),
    ("PB-17", "100000", "1", [("100", "100", "0"), ("100", "110", "0")], "110", "79000", "200",
     "105", "0", "1000", ""),
    ("PB-19", "100000", "1", [("100", "100", "0"), ("-50", "110", "0")], "110", "95500", "50",
     "100", "500", "500", ""),
    ("LP-10", "100000", "1", [("0.00000001", "55000", "0")], "55000", "99999.99945",
     "0.00000001", "55000", "0", "0", "also LP-28"),
    ("future", "100000", "50", [("2", "4000", "0"), ("-1", "4010", "0")], "4020", "-99500", "1",
     "4000", "500", "1000", "multiplier 50: -400000 + 200500"),
    ("PB-36", "100000", "1", [("1", "50000", "50")], "50000", "49950", "1", None, None, "0",
     "fee in the quote currency: the holding stays 1"),
]


def ledgers():
    rows = []
    for name, cash, mult, fills, mark, want_cash, amount, basis, real, unreal, why in LEDGER:
        book = Ledger(D(cash))
        book.multiplier["A"] = D(mult)
        for signed, price, fee in fills:
            book.book("A", D(signed), D(price), D(fee))
        book.last["A"] = D(mark)
        p = book.positions["A"]
        assert book.cash == D(want_cash), (name, book.cash)
        assert p.amount == D(amount), (name, p.amount)
        if basis is not None:
            assert p.basis == D(basis) and p.realized == D(real), (name, p.basis, p.realized)
        if unreal is not None:
            assert (D(mark) - p.basis) * p.amount * D(mult) == D(unreal), name
        rows.append({"id": name, "cash": cash, "multiplier": mult,
                     "fills": [{"quantity": q, "price": p, "commission": c} for q, p, c in fills],
                     "mark": mark, "cash_after": want_cash, "amount": amount, "cost_basis": basis,
                     "realized": real, "unrealized": unreal,
                     "portfolio_value": text(book.value()), "why": why})
    return rows


def weights():
    """LP-20 and LP-21. Their cash of 905 is that of a ledger that does not pay for futures; ours
    does (R-LED-2), so the cash is 705 and every weight stays what it was."""
    rows = []
    for name, a, b, want in [("LP-20", "95", "95", [190, -95, 200, 1000]),
                             ("LP-21a", "100", "100", [200, -100, 200, 1005]),
                             ("LP-21b", "105", "105", [210, -105, 200, 1010])]:
        marks = {"A": ("2", a, "1"), "B": ("-1", b, "1"), "F": ("1", "2", "100")}
        book = Ledger(D("705"))
        for s, (q, p, m) in marks.items():
            book.multiplier[s] = D(m)
            book.book(s, D(q), ZERO, ZERO)
            book.last[s] = D(p)
        assert book.value() == want[3], name
        for s, value in zip("ABF", want):
            assert book.market_value(s) == value
        rows.append({"id": name, "cash": "705", "positions": [
            {"asset": s, "amount": q, "price": p, "multiplier": m, "value": str(v)}
            for (s, (q, p, m)), v in zip(marks.items(), want)], "portfolio_value": str(want[3])})
    return rows


def sizes():
    """Whole lots for a sum of money, towards zero."""
    from fractions import Fraction
    rows = []
    for name, money, price, lot, want in [
        ("LP-07", "1000", "155.5", "1", "6"), ("LP-08", "100", "50000", "0.00000001", "0.002"),
        ("negative", "-1000", "155.5", "1", "-6"), ("exact", "1000", "100", "1", "10"),
        ("short of one", "999.99", "100", "1", "9"), ("hundreds", "31000", "100", "100", "300"),
        ("third", "1", "3", "0.00000001", "0.33333333"), ("nothing", "50", "100", "1", "0"),
    ]:
        got = trunc_to(Fraction(D(money)) / Fraction(D(price)), D(lot))
        assert got == D(want), (name, got)
        rows.append({"id": name, "money": money, "price": price, "lot": lot, "quantity": want})
    return rows


def notionals():
    rows = []
    for name, q, price, multiplier, want in [
        ("LP-09", "100", "155.5", "1", "15550"), ("LP-28", "0.00000001", "55000", "1", "0.00055"),
        ("short", "-2", "4000.25", "50", "-400025"),
    ]:
        assert D(q) * D(price) * D(multiplier) == D(want)
        rows.append({"id": name, "quantity": q, "price": price, "multiplier": multiplier,
                     "notional": want})
    return rows


def trails():
    """The stop after each price; the first price is the last one known at the order."""
    rows = []
    for name, side, kind, distance, prices, want in [
        ("AO-01", SELL, "amount", "5", "100 105 103 110", "95 100 100 105"),
        ("buy", BUY, "amount", "5", "100 95 97 90", "105 100 100 95"),
        ("percent", SELL, "fraction", "0.1", "100 120 90 130", "90 108 108 117"),
    ]:
        o = Order(1, "t", Asset("A"), side, ONE, "trailing_stop")
        setattr(o, f"trail_{kind}", D(distance))
        prices, want = prices.split(), want.split()
        o.stop = o.trail_from(D(prices[0]))
        got = [o.stop]
        for p in prices[1:]:
            bar = type("B", (), {"high": D(p), "low": D(p)})
            o.ratchet(bar)
            got.append(o.stop)
        assert got == [D(w) for w in want], (name, got)
        rows.append({"id": name, "side": "buy" if side == BUY else "sell", "kind": kind,
                     "distance": distance, "prices": prices, "stops": want})
    return rows


BAD_ORDERS = [
    {"id": "AO-05a", "options": {"trail": "5", "trail_percent": "0.1"}, "why": "both"},
    {"id": "AO-05b", "options": {"trail": "0"}, "why": "amount must be positive"},
    {"id": "AO-05c", "options": {"trail": "-5"}, "why": "amount must be positive"},
    {"id": "AO-05d", "options": {"trail_percent": "0"}, "why": "must lie between 0 and 1"},
    {"id": "AO-05e", "options": {"trail_percent": "1"}, "why": "must lie between 0 and 1"},
    {"id": "AO-05f", "options": {"trail_percent": "-0.1"}, "why": "must lie between 0 and 1"},
    {"id": "LP-27a", "options": {"limit": "-1"}, "why": "negative limit"},
    {"id": "LP-27b", "options": {"stop": "-1"}, "why": "negative stop"},
    {"id": "LP-27c", "options": {"limit": "0"}, "why": "a limit of zero is no market order"},
    {"id": "LP-27d", "options": {"stop": "0"}, "why": "a stop of zero is no market order"},
    {"id": "AO-08", "options": {"bracket": {"stop": "-95", "target": "105"}},
     "why": "the error names the leg `stop`"},
    {"id": "AO-08b", "options": {"bracket": {"stop": "95", "target": "-105"}},
     "why": "the error names the leg `target`"},
]


def returns():
    rows = []
    for a, b, want in [("100000", "105000", 0.05), ("100000", "95000", -0.05),
                       ("100000", "102000", 0.02), ("100000", "125000", 0.25)]:
        assert float((D(b) - D(a)) / D(a)) == want
        rows.append({"id": "LP-05", "start": a, "end": b, "return": want})
    return rows


def document():
    return {
        "commission": commissions(), "slippage": slippages(), "volatility": volatility(),
        "bad_models": bad_models(), "ledger": ledgers(), "weights": weights(), "sizes": sizes(),
        "notionals": notionals(),
        "trails": trails(), "bad_orders": BAD_ORDERS, "returns": returns(),
    }
