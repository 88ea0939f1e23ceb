"""Scenarios of commissions, accounts, targets, the ledger and corporate actions (9, 14-18)."""

from scenarios import BPS5, PER_SHARE, order, scenario

MAKER_TAKER = {"kind": "maker_taker", "maker": "0.001", "taker": "0.002"}
TIERED = {"kind": "tiered", "tiers": [{"from": "0", "rate": "0.001"},
                                      {"from": "100000", "rate": "0.0005"}]}


def target(bar, name, units, asset="A", **options):
    return {"bar": bar, "call": "order_target", "as": name, "asset": asset, "target": str(units),
            **options}


def percent(bar, name, fraction, asset="A", **options):
    return {"bar": bar, "call": "order_target_percent", "as": name, "asset": asset,
            "fraction": fraction, **options}


def cancel(bar, name):
    return {"bar": bar, "call": "cancel", "order": name}


# ---- commissions -------------------------------------------------------------------------------

scenario("the minimum commission holds per order, not per fill",
         ["150", "150 1200", "150.5 4000", "150.5"], [order(0, "a", 100)],
         ["1 a buy 30 @ 150 open c=1", "2 a buy 70 @ 150.5 open"], "84964", {"A": "100"},
         rules=["9"], rows=["CM-10"], why="1.00, then nothing: 100 x .005 = .50 < 1.00; "
         "100000 - 4500 - 10535 - 1", commission=PER_SHARE, volume_limit="0.025")
scenario("per share above the minimum charges the difference",
         ["100", "100 9200", "100 6800", "100 4000", "100"], [order(0, "a", 500)],
         ["1 a buy 230 @ 100 open c=2.5", "2 a buy 170 @ 100 open c=0.5",
          "3 a buy 100 @ 100 open c=0.75"], "49996.25", {"A": "500"}, rules=["9"], rows=["CM-12"],
         why="cumulative 2.5, 3.0, 3.75 = 500 x .0075",
         commission={"kind": "per_share", "rate": "0.0075", "minimum": "2.5"},
         volume_limit="0.025")
scenario("per trade charges the first fill of an order", ["100", "100 1200", "100 4000", "100"],
         [order(0, "a", 50), order(2, "b", -50)],
         ["1 a buy 30 @ 100 open c=5", "2 a buy 20 @ 100 open", "3 b sell 50 @ 100 open c=5"],
         "99990", {}, rows=["CM-04"], why="5 for each of two orders",
         commission={"kind": "per_trade", "cost": "5"}, volume_limit="0.025")
scenario("per dollar charges each fill's value", ["100", "100", "100"], [order(0, "a", 150)],
         ["1 a buy 150 @ 100 open c=22.5"], "84977.5", {"A": "150"}, rows=["CM-05"],
         why="15000 x .0015", commission={"kind": "per_dollar", "rate": "0.0015"})
scenario("market orders and stops pay the taker's rate", ["100", "100 105 100 104", "104"],
         [order(0, "a", 10), order(0, "b", 10, stop="104")],
         ["1 a buy 10 @ 100 open c=2", "1 b buy 10 @ 104 inside c=2.08"], "97955.92",
         {"A": "20"}, rules=["9"], why="1000 x .002; 1040 x .002", commission=MAKER_TAKER)
scenario("a limit that fills at the open of its first eligible bar is a taker",
         ["100", "100", "100"], [order(0, "a", 10, limit="101")],
         ["1 a buy 10 @ 100 open c=2"], "98998", {"A": "10"}, rules=["9"], rows=["CM-07"],
         why="1000 x .002", commission=MAKER_TAKER)
scenario("a limit that rests is a maker, inside a bar and at a later open",
         ["100", "100", "100 100 99 100", "98 98 98 98", "98"],
         [order(0, "a", 10, limit="99"), order(0, "b", 10, limit="98.5")],
         ["2 a buy 10 @ 99 inside c=0.99", "3 b buy 10 @ 98 open c=0.98"], "98028.03",
         {"A": "20"}, rules=["9"], rows=["CM-06"], why="990 x .001, 980 x .001",
         commission=MAKER_TAKER)
scenario("a limit touched inside its first eligible bar is a maker",
         ["100", "100 100 98 99", "99"], [order(0, "a", 10, limit="99")],
         ["1 a buy 10 @ 99 inside c=0.99"], "99009.01", {"A": "10"}, rules=["9"],
         why="990 x .001", commission=MAKER_TAKER)
scenario("a negative maker fee is a rebate", ["100", "100 100 98 99", "99"],
         [order(0, "a", 10, limit="99")], ["1 a buy 10 @ 99 inside c=-0.099"], "99010.099",
         {"A": "10"}, rows=["CM-32"], why="990 x -.0001",
         commission={"kind": "maker_taker", "maker": "-0.0001", "taker": "0.0004"})
scenario("tiers count the month's traded value of all assets before the fill",
         {s: ["20", "20", "20"] for s in "ABCDE"},
         [order(0, s.lower(), 5000, s) for s in "ABCDE"],
         ["1 a buy 5000 @ 20 open c=100"]
         + [f"1 {s} buy 5000 @ 20 open c=50" for s in "bcde"], "499700",
         {s: "5000" for s in "ABCDE"}, rows=["CM-30"],
         why=".001 x 100000 = 100, then .0005 x 100000 = 50 four times", commission=TIERED,
         capital="1000000")
scenario("fixed slippage and a commission per trade", ["10", "10", "10"], [order(0, "a", -1000)],
         ["1 a sell 1000 @ 9.95 open c=100"], "109850", {"A": "-1000"}, rows=["SL-27", "SA-10"],
         why="zipline's spread .10 is an amount of .05; + 9950 - 100",
         slippage={"kind": "fixed", "amount": "0.05"},
         commission={"kind": "per_trade", "cost": "100"})
scenario("ten basis points and one dollar", ["150", "150", "150"], [order(0, "a", 100)],
         ["1 a buy 100 @ 150.15 open c=1"], "84984", {"A": "100"}, rows=["SL-41"],
         why="slippage cost 100 x .15 = 15", slippage={"kind": "bps", "bps": "10"},
         commission=PER_SHARE)
scenario("the agreement script of backtest and paper",
         {"AAPL": ["150", "150", "155", "155"], "SPY": ["450", "450", "450", "450"]},
         [order(0, "a", 100, "AAPL"), order(0, "b", 50, "SPY"), order(1, "c", -50, "AAPL")],
         ["1 a buy 100 @ 150.075 open c=1", "1 b buy 50 @ 450.225 open c=1",
          "2 c sell 50 @ 154.9225 open c=1"], "70224.375", {"AAPL": "50", "SPY": "50"},
         rows=["PB-40", "PB-41", "PB-42", "PB-43"],
         why="100000 - 15008.50 - 22512.25 + 7745.125 = 70224.375; the table's 70224.3750",
         slippage=BPS5, commission=PER_SHARE)
scenario("commission by size", ["10", "10", "10", "10", "10"],
         [order(0, "a", 100), order(1, "b", 1000), order(2, "c", 10000)],
         ["1 a buy 100 @ 10 open c=1", "2 b buy 1000 @ 10 open c=5",
          "3 c buy 10000 @ 10 open c=50"], "888944", {"A": "11100"}, rows=["PB-44"],
         why="1000000 - 111000 - 56", commission=PER_SHARE, capital="1000000")

# ---- accounts ----------------------------------------------------------------------------------

scenario("a margin account rejects what half of it cannot carry, commission included",
         ["100", "100", "100"], [order(0, "a", 200), order(0, "b", 199)],
         ["1 b buy 199 @ 100 open c=1"], "-9901", {"A": "199"},
         {"a": "rejected 0", "b": "filled 199"}, rules=["15", "17"],
         why="200 x 100 x 50 % = 10000, and the commission on top; 199: 9950 + 1. The rejected "
         "order has the id o1", commission=PER_SHARE, capital="10000")
scenario("a margin account carries twice its cash", ["1000", "1000", "1000"],
         [order(0, "a", 200), order(0, "b", 1)], ["1 a buy 200 @ 1000 open"], "-100000",
         {"A": "200"}, {"b": "rejected 0"}, rules=["17"], rows=["PB-07"],
         why="semantics' InsufficientFunds is that of a cash account; with leverage 2: 200000 x "
         "50 % = 100000; b would need 500 more: the working order counts")
scenario("margin counts working orders", ["100", "100", "100"],
         [order(0, "a", 150), order(0, "b", 100), order(0, "c", 40)],
         ["1 a buy 150 @ 100 open", "1 c buy 40 @ 100 open"], "-9000", {"A": "190"},
         {"b": "rejected 0"}, rules=["17"], why="150 + 100 = 250 > 200; 150 + 40 = 190",
         capital="10000")
scenario("margin is not checked again at the fill", ["100", "120", "120"], [order(0, "a", 190)],
         ["1 a buy 190 @ 120 open"], "-12800", {"A": "190"}, rules=["17"], value="10000",
         why="accepted at 9500; 22800 at the gap is filled all the same", capital="10000")
scenario("reductions always pass, new exposure does not, in a breach of maintenance",
         ["100", "100", "60 60 55 60", "60", "60"],
         [order(0, "a", 190), order(2, "b", 10), order(2, "c", -50)],
         ["1 a buy 190 @ 100 open", "3 c sell 50 @ 60 open"], "-6000", {"A": "140"},
         {"b": "rejected 0", "c": "filled 50"}, rules=["17"],
         why="after bar 2: value 11400 - 9000 = 2400 < 25 % of 11400; b is refused, c passes; "
         "-9000 + 3000", capital="10000")
scenario("a margin account may go short", ["100", "100", "90"], [order(0, "a", -100)],
         ["1 a sell 100 @ 100 open"], "110000", {"A": "-100 @ 100"}, rules=["17"], rows=["LP-11"],
         why="value 110000 - 9000 = 101000", value="101000")
scenario("a short beyond the margin is rejected", ["100", "100"], [order(0, "a", -210)], [],
         "10000", {}, {"a": "rejected 0"}, rules=["17"], why="21000 x 50 % > 10000", capital="10000")
scenario("a cash account fills what it can pay and cancels the rest", ["1000", "1000", "1000"],
         [order(0, "a", 200)], ["1 a buy 100 @ 1000 open"], "0", {"A": "100"},
         {"a": "canceled 100"}, rules=["17"], rows=["PB-07", "LP-04"],
         why="semantics refuses the order; simulation.md 17 fills 100000 / 1000", account="cash")
scenario("a cash account pays the commission too", ["100", "100", "100"], [order(0, "a", 100)],
         ["1 a buy 99 @ 100 open c=1"], "99.5", {"A": "99"}, {"a": "canceled 99"}, rules=["17"],
         rows=["PB-33"], why="100 need 10001.00; 99 need 9901.00; 10000.50 - 9901; semantics "
         "rejects, simulation.md 17 fills 99", commission=PER_SHARE, account="cash",
         capital="10000.5")
scenario("two orders share the cash in the order of booking", ["100", "100", "100"],
         [order(0, "a", 600), order(0, "b", 600)],
         ["1 a buy 600 @ 100 open", "1 b buy 400 @ 100 open"], "0", {"A": "1000"},
         {"a": "filled 600", "b": "canceled 400"}, rules=["10", "17"], rows=["PB-34"],
         why="semantics reserves and rejects; simulation.md 17 fills 40000 / 100 = 400",
         account="cash")
scenario("a sale pays for a purchase of the same bar", {"A": ["100"] * 4, "B": ["50"] * 4},
         [order(0, "a", 1000), order(1, "b", 2000, "B"), order(1, "s", -1000)],
         ["1 a buy 1000 @ 100 open", "2 s sell 1000 @ 100 open", "2 b buy 2000 @ 50 open"], "0",
         {"B": "2000"}, rules=["10", "17"], why="sells come first", account="cash")
scenario("a cash account does not sell what it does not hold", ["100", "100", "100"],
         [order(0, "a", -100)], [], "100000", {}, {"a": "rejected 0"}, rows=["PB-29"],
         why="the right answer of semantics; simulation.md 17 is silent", account="cash")

# ---- targets and sizes -------------------------------------------------------------------------

scenario("a target counts what is held and what is working",
         ["100", "100", "100", "100"],
         [target(0, "a", 50), target(0, "b", 50), target(1, "c", 80), target(2, "d", 80)],
         ["1 a buy 50 @ 100 open", "2 c buy 30 @ 100 open"], "92000", {"A": "80 @ 100"},
         rules=["16"], why="b and d find nothing to do and are no orders")
scenario("a target cancels the newest working order that overshoots",
         ["100", "100", "100"],
         [order(0, "a", 100, limit="90"), order(0, "b", 100, limit="80"), target(0, "c", 150)],
         ["1 c buy 50 @ 100 open"], "95000", {"A": "50 @ 100"},
         {"a": "accepted 0", "b": "canceled 0", "c": "filled 50"}, rules=["16"],
         why="200 working > 150: b goes, 150 - 100 = 50 are ordered")
scenario("a target of nothing cancels a purchase still working and sells what is held",
         ["100", "100 2000", "100 2000", "100 100000", "100"],
         [target(0, "a", 100), target(1, "b", 0)],
         ["1 a buy 50 @ 100 open", "2 b sell 50 @ 100 open"], "100000", {},
         {"a": "canceled 50", "b": "filled 50"}, rules=["16"], why="50 held, 50 working",
         volume_limit="0.025")
scenario("stops and reduce-only orders do not count as working",
         ["100", "100", "100", "100"],
         [order(0, "e", 100), order(1, "s", -100, stop="90"),
          order(1, "r", -40, limit="120", reduce_only=True), target(2, "t", 60)],
         ["1 e buy 100 @ 100 open", "3 t sell 40 @ 100 open"], "94000", {"A": "60 @ 100"},
         {"s": "accepted 0", "r": "accepted 0"}, rules=["16"], why="100 - 60 = 40")
scenario("a target is rounded towards zero to the lot, then the difference is ordered",
         ["30", "30", "32", "32"], [percent(0, "a", "0.1"), percent(2, "b", "-0.1")],
         ["1 a buy 333 @ 30 open", "3 b sell 647 @ 32 open"], "110714", {"A": "-314"},
         rules=["16"], why="10000 / 30 = 333.33: 333. Then value 90010 + 10656 = 100666; "
         "-10066.6 / 32 = -314.58: -314; -314 - 333 = -647; 90010 + 20704")
scenario("targets beyond zero flip the position", ["150", "150", "155", "155"],
         [order(0, "a", 100), target(1, "b", -50)],
         ["1 a buy 100 @ 150 open", "2 b sell 150 @ 155 open"], "108250", {"A": "-50 @ 155"},
         rows=["LP-14"], why="R-LED-1: the rest opens at the fill price; 100000 - 15000 + 23250")
scenario("a crypto lot holds eight decimals", {"A": ["50000", "50000", "50000"]},
         [{"bar": 0, "call": "order_value", "as": "a", "asset": "A", "money": "100"},
          order(1, "b", "-0.000000019")],
         ["1 a buy 0.002 @ 50000 open", "2 b sell 0.00000001 @ 50000 open"], "99900.0005",
         {"A": "0.00199999"}, rows=["LP-08"], why="100 / 50000; -1.9e-8 goes towards zero",
         assets={"A": {"lot": "0.00000001", "tick": "0.00000001"}})
scenario("an order by value rounds down to whole shares", ["155.5", "155.5", "155.5"],
         [{"bar": 0, "call": "order_value", "as": "a", "asset": "A", "money": "1000"}],
         ["1 a buy 6 @ 155.5 open"], "99067", {"A": "6 @ 155.5"}, rows=["LP-07"],
         why="1000 / 155.50 = 6.43")
scenario("what rounds to nothing is not placed and takes no id", ["100", "100", "100"],
         [order(0, "n", "0.9"), order(0, "a", "-1.9")], ["1 a sell 1 @ 100 open"], "100100",
         {"A": "-1 @ 100"}, rules=["15"], why="towards zero on both sides; a is o1")

# ---- cancel and replace ------------------------------------------------------------------------

scenario("a canceled order does not fill", ["100", "100", "90"],
         [order(0, "a", 10, limit="95"), cancel(1, "a")], [], "100000", {}, {"a": "canceled 0"},
         why="canceled before bar 2")
scenario("canceling a filled order, twice, or an unknown one changes nothing",
         ["100", "100", "100"],
         [order(0, "a", 10), cancel(1, "a"), cancel(1, "a"), cancel(1, "unknown")],
         ["1 a buy 10 @ 100 open"], "99000", {"A": "10 @ 100"}, {"a": "filled 10"},
         rows=["PB-27"], why="R-ORD-6")
scenario("a replaced limit works from the next bar on", ["100", "100 100 96 100", "100 100 96 100",
                                                         "100"],
         [order(0, "a", 10, limit="95"), {"bar": 1, "call": "modify", "order": "a",
                                          "limit": "97", "amount": "20"}],
         ["2 a buy 20 @ 97 inside"], "98060", {"A": "20 @ 97"}, {"a": "filled 20"},
         why="R-ORD-6; 20 x 97 = 1940")

# ---- the ledger --------------------------------------------------------------------------------

scenario("adding averages the cost", ["100", "100", "110", "110"],
         [order(0, "a", 100), order(1, "b", 100)],
         ["1 a buy 100 @ 100 open", "2 b buy 100 @ 110 open"], "79000", {"A": "200 @ 105"},
         rows=["PB-17"], why="21000 / 200")
scenario("an average that does not end is rounded to 28 digits", ["150", "150", "155", "155"],
         [order(0, "a", 100), order(1, "b", 50)],
         ["1 a buy 100 @ 150 open", "2 b buy 50 @ 155 open"], "77250",
         {"A": "150 @ 151.6666666666666666666666667"}, rows=["LP-12"],
         why="22750 / 150; compare 20 digits")
scenario("a reduction keeps the cost", ["150", "150", "150", "150"],
         [order(0, "a", 100), order(1, "b", -60)],
         ["1 a buy 100 @ 150 open", "2 b sell 60 @ 150 open"], "94000", {"A": "40 @ 150"},
         rows=["LP-13"], why="100 - 60 = 40")
scenario("buying and selling all leaves no position", ["100", "100", "110", "110", "150", "150"],
         [order(0, "a", 100), order(1, "b", -50), order(2, "c", -50)],
         ["1 a buy 100 @ 100 open", "2 b sell 50 @ 110 open", "3 c sell 50 @ 110 open"],
         "101000", {}, rows=["PB-18", "PB-19", "LP-15"], why="90000, 95500, 101000")
scenario("a round trip with fees", ["150", "150", "155", "155"],
         [order(0, "a", 100), order(1, "b", -100)],
         ["1 a buy 100 @ 150 open c=5", "2 b sell 100 @ 155 open c=5"], "100490", {},
         rows=["LP-26"], why="- 15005 + 15495", commission={"kind": "per_trade", "cost": "5"})
scenario("positions come and go: none, two, none, none",
         {"A": ["10", "10", "11", "11"], "B": ["20", "20", "19", "19"]},
         [order(0, "a", 1), order(0, "b", 1, "B"), order(1, "a2", -1), order(1, "b2", -1, "B")],
         ["1 a buy 1 @ 10 open", "1 b buy 1 @ 20 open", "2 a2 sell 1 @ 11 open",
          "2 b2 sell 1 @ 19 open"], "100000", {}, daily=True, rows=["LP-22"],
         why="positions after the four days: 0, 2, 0, 0; + 1 - 1")
scenario("a multiplier scales cash, value and commission by value",
         {"F": ["4000", "4000", "4010", "4010"]}, [order(0, "a", 2, "F"), order(1, "b", -1, "F")],
         ["1 a buy 2 @ 4000 open c=40", "2 b sell 1 @ 4010 open c=20.05"], "800439.95",
         {"F": "1"}, rows=["SL-42"], value="1000939.95",
         why="2 x 4000 x 50 = 400000; + 4010 x 50 = 200500; fees .0001 of the value; held "
         "200500", assets={"F": {"multiplier": "50"}}, capital="1000000",
         commission={"kind": "per_dollar", "rate": "0.0001"})

# ---- corporate actions -------------------------------------------------------------------------

def split(day, ratio, asset="A"):
    return {"asset": asset, "ex_date": day, "type": "split", "value": ratio}


def dividend(day, cash, asset="A"):
    return {"asset": asset, "ex_date": day, "type": "dividend", "value": cash}


scenario("a two-for-one split of a position and an open order",
         ["100", "100", "50 50.5 49.5 50", "50 50 44 45", "45"],
         [order(0, "a", 100), order(1, "b", 10, limit="90")],
         ["1 a buy 100 @ 100 open", "3 b buy 20 @ 45 inside"], "89100", {"A": "220 @ 49.5454545"
                                                                        "4545454545454545455"},
         daily=True, actions=[split("2024-01-03", "2")], rules=["18"], rows=["LP-16b"],
         why="200 @ 50; 20 with limit 45; (10000 + 900) / 220")
scenario("a three-for-two split pays the fraction in cash",
         ["90", "90", "60", "60"], [order(0, "a", 101)],
         ["1 a buy 101 @ 90 open"], "90940", {"A": "151 @ 60"}, daily=True,
         actions=[split("2024-01-03", "1.5")], rules=["18"], value="100000",
         why="101 x 1.5 = 151.5: half a share at 90 / 1.5 = 60 gives 30; 90910 + 30 = 90940; "
         "+ 151 x 60 = 9060 is 100000 again")
scenario("a reverse split halves amounts and doubles prices", ["160", "160", "320", "320"],
         [order(0, "a", 100), order(1, "b", 100, limit="150"), order(1, "c", -100, stop="145")],
         ["1 a buy 100 @ 160 open"], "84000", {"A": "50 @ 320"},
         {"b": "accepted 0", "c": "accepted 0"}, daily=True,
         actions=[split("2024-01-03", "0.5")], rules=["18"], rows=["LP-16c"],
         why="semantics' ratio 2 is v = .5: orders of 50, limit 300, stop 290")
scenario("a dividend goes to who held at the previous close", ["100", "100", "98", "98"],
         [order(0, "a", 100), order(1, "b", 100)],
         ["1 a buy 100 @ 100 open", "2 b buy 100 @ 98 open"], "80400", {"A": "200 @ 99"},
         daily=True, actions=[dividend("2024-01-03", "2")], rules=["18"],
         why="100 x 2 on the ex-date's open, before b fills: 100000 - 10000 + 200 - 9800")
scenario("a short pays the dividend", ["100", "100", "98", "98"], [order(0, "a", -100)],
         ["1 a sell 100 @ 100 open"], "109800", {"A": "-100 @ 100"}, daily=True, value="100000",
         actions=[dividend("2024-01-03", "2")], rules=["18"], why="110000 - 200; - 9800")
