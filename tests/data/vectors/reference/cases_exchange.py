"""Scenarios of time, order types, time in force, volume and costs (simulation.md 6-13)."""

from scenarios import BPS5, PER_SHARE, at_fill, order, scenario

# ---- market orders: when and where they fill ---------------------------------------------------

WALK = ["100 101 99 100", "101 103 100 102", "104 106 103 105"]

scenario("a market order fills at the open of the next bar", WALK, [order(0, "a", 100)],
         ["1 a buy 100 @ 101 open"], "89900", {"A": "100 @ 101"}, {"a": "filled 100"},
         rules=["6", "7"], rows=["PB-20", "PB-22", "PB-28"],
         why="100000 - 100 x 101 = 89900; marked at the last close 105: 89900 + 10500 = 100400",
         value="100400")
scenario("next_close fills at the close of the next bar", WALK, [order(0, "a", 100)],
         ["1 a buy 100 @ 102 close"], "89800", {"A": "100 @ 102"}, {"a": "filled 100"},
         rules=["7"], why="100000 - 10200; the close of bar 1 is 102", fill_at="next_close")
scenario("this_close fills at the close of the bar that decided, and its equity row includes it",
         WALK, [order(0, "a", 100)], ["0 a buy 100 @ 100.05 close c=1"], "89994", {"A": "100"},
         {"a": "filled 100"}, rules=["7"], rows=["PB-05", "CM-02"],
         why="100 x 1.0005 = 100.05; 100000 - 10005 - 1 = 89994; row 0: 89994 + 100 x 100 = 99994",
         fill_at="this_close", slippage=BPS5, commission=PER_SHARE)
scenario("fill_at governs market orders alone", ["100", "100 101 98 100", "100"],
         [order(0, "a", 10, limit="99")], ["1 a buy 10 @ 99 inside"], "99010",
         {"A": "10 @ 99"}, rules=["7"], why="the limit waits for its touch although fill_at is "
         "this_close", fill_at="this_close")
scenario("five basis points and the minimum commission", ["100", "100", "100"],
         [order(0, "a", 100)], ["1 a buy 100 @ 100.05 open c=1"], "89994", {"A": "100"},
         rows=["PB-05"], rules=["9"], why="100 x .005 = .50, below the minimum of 1.00; "
         "100000 - 10005 - 1 = 89994.00", slippage=BPS5, commission=PER_SHARE)
scenario("an asset without a bar waits for its next one",
         {"A": ["50", "51", "52"], "B": ["20", None, "22"]},
         [order(0, "a", 10), order(0, "b", 10, "B")],
         ["1 a buy 10 @ 51 open", "2 b buy 10 @ 22 open"], "99270",
         {"A": "10 @ 51", "B": "10 @ 22"}, rules=["6"], why="100000 - 510 - 220 = 99270")
scenario("an order from a fill callback waits for the bar after", ["100", "101", "102", "103"],
         [order(0, "a", 10), at_fill("a", "b", -4)],
         ["1 a buy 10 @ 101 open", "2 b sell 4 @ 102 open"], "99398", {"A": "6 @ 101"},
         rules=["6", "7"], why="placed while bar 1 is processed: p is the end of bar 1; "
         "100000 - 1010 + 408 = 99398")
scenario("what is placed on the last bar stays accepted and positions are marked",
         ["100", "100", "110"], [order(0, "a", 10), order(2, "b", -10)],
         ["1 a buy 10 @ 100 open"], "99000", {"A": "10 @ 100"},
         {"a": "filled 10", "b": "accepted 0"}, rules=["14"], value="100100",
         why="99000 + 10 x 110 = 100100")
scenario("buy, add and sell: the paper broker's basics", ["100", "151", "150", "150", "150"],
         [order(0, "a", 100), order(2, "b", -50)],
         ["1 a buy 100 @ 151 open", "3 b sell 50 @ 150 open"], "92400", {"A": "50 @ 151"},
         rows=["PB-03", "PB-04"],
         why="100000 - 15100 = 84900 (PB-03); + 7500 = 92400; a reduction keeps the basis. PB-04 "
         "itself buys at 150")

# ---- limit orders ------------------------------------------------------------------------------

scenario("a touched limit fills at the limit, without slippage", ["100", "100 101 98 100", "100"],
         [order(0, "a", 100, limit="99")], ["1 a buy 100 @ 99 inside"], "90100",
         {"A": "100 @ 99"}, rules=["8"], why="5 bps are not added to a limit", slippage=BPS5)
scenario("a limit takes the better open", ["100", "97 99 96 98", "100"],
         [order(0, "a", 100, limit="98.5")], ["1 a buy 100 @ 97 open"], "90300",
         {"A": "100 @ 97"}, rules=["8"], rows=["SA-32"], why="the open 97 is better than 98.5")
scenario("a marketable sell limit fills at the market, not at its limit", ["100", "100", "100"],
         [order(0, "e", 100), order(1, "a", -50, limit="95")],
         ["1 e buy 100 @ 100 open", "2 a sell 50 @ 100 open"], "95000", {"A": "50 @ 100"},
         rows=["PB-10"], why="95000 = 90000 + 50 x 100")
scenario("a limit waits until its price comes, then fills once", ["100", "100", "94.5", "94"],
         [order(0, "a", 50, limit="95")], ["2 a buy 50 @ 94.5 open"], "95275",
         {"A": "50 @ 94.5"}, rows=["PB-12", "ST-10"], why="open 94.5 is better than 95; "
         "100000 - 4725")
scenario("a low that equals the limit is a touch; so is a high", ["150", "151", "151 152 150 151",
                                                                  "151 155 151 153"],
         [order(0, "a", 10, limit="150"), order(2, "b", -10, limit="155")],
         ["2 a buy 10 @ 150 inside", "3 b sell 10 @ 155 inside"], "100050", {}, rules=["8"],
         rows=["ST-09", "ST-10"], why="150 <= 150, 155 >= 155; 10 x 5 = 50")
scenario("limit prices round to the tick on the safe side",
         ["100", "100 100 99.98 100", "100 100.02 100 100", "100"],
         [order(0, "a", 10, limit="99.989"), order(1, "b", -10, limit="100.011")],
         ["1 a buy 10 @ 99.98 inside", "2 b sell 10 @ 100.02 inside"], "100000.4", {},
         rules=["13"], rows=["RO-22"], why="99.989 down to 99.98, 100.011 up to 100.02; "
         "10 x .04 = .40")
scenario("stop prices round to the tick towards their side",
         ["100", "100 100.011 100 100", "100 100.02 100 100.02", "100.02 100.02 99.985 100", "100"],
         [order(0, "a", 10, stop="100.012"), order(2, "b", -10, stop="99.989")],
         ["2 a buy 10 @ 100.02 inside"], "98999.8", {"A": "10 @ 100.02"},
         {"a": "filled 10", "b": "accepted 0"}, rules=["13"],
         why="the buy stop goes up to 100.02 (100.011 does not touch it), the sell stop down to "
         "99.98 (99.985 does not touch it)")
scenario("volume share slippage leaves limits alone: buy", ["3.5", "3.5 2000", "3.5 0"],
         [order(0, "a", 100, limit="3.6")], ["1 a buy 50 @ 3.5 open"], "99825",
         {"A": "50 @ 3.5"}, {"a": "partially_filled 50"}, rows=["SL-12"],
         why="semantics says 50 @ 3.50021875; simulation.md 8 adds no slippage to limits. "
         "50 = 2000 x .025",
         slippage={"kind": "volume_share", "limit": "0.025", "impact": "0.1"})
scenario("volume share slippage leaves limits alone: sell", ["3.5", "3.5 2000", "3.5 0"],
         [order(0, "a", -100, limit="3.4")], ["1 a sell 50 @ 3.5 open"], "100175",
         {"A": "-50 @ 3.5"}, {"a": "partially_filled 50"}, rows=["SL-14"],
         why="semantics says -50 @ 3.49978125; simulation.md 8 decides otherwise",
         slippage={"kind": "volume_share", "limit": "0.025", "impact": "0.1"})
scenario("a sell limit above the market does not fill", ["3", "3 2000", "3 2000"],
         [order(0, "a", -100, limit="3.5")], [], "100000", {}, {"a": "accepted 0"}, rows=["SL-15"],
         why="high 3 < 3.5")

# ---- stops -------------------------------------------------------------------------------------

scenario("a stop waits, triggers inside the bar and fills at the stop with slippage",
         ["100", "100 104 100 103", "103 106 102 104", "104"],
         [order(0, "a", 100, stop="105")], ["2 a buy 100 @ 105.0525 inside"], "89494.75",
         {"A": "100 @ 105.0525"}, rules=["8"], rows=["PB-30", "ST-01"],
         why="105 x 1.0005 = 105.0525; 104 does not reach it", slippage=BPS5)
scenario("a gap fills a stop at the worse open", ["100", "107 108 106 107", "107"],
         [order(0, "a", 100, stop="105")], ["1 a buy 100 @ 107 open"], "89300",
         {"A": "100 @ 107"}, rules=["8"], why="the open 107 is worse than 105")
scenario("a sell stop protects a position", ["100", "100", "100", "94 95 93 94", "94"],
         [order(0, "e", 100), order(1, "a", -100, stop="95")],
         ["1 e buy 100 @ 100.1 open", "3 a sell 100 @ 93.9 open"], "99380", {}, rows=["PB-31",
                                                                                    "SL-01"],
         why="triggers at the open 94, worse than 95; fixed slippage .10: 93.90; "
         "100000 - 10010 + 9390", slippage={"kind": "fixed", "amount": "0.1"})
scenario("sell stops: not reached, reached", ["3.6", "3.6 3.6 3.5 3.5", "3.2 3.2 3 3", "3"],
         [order(0, "a", -10, stop="3.4"), order(0, "b", -10, stop="3.5")],
         ["1 b sell 10 @ 3.5 inside", "2 a sell 10 @ 3.2 open"], "100067", {"A": "-20 @ 3.35"},
         rows=["ST-03", "ST-04"], why="a low of 3.5 does not reach 3.4 and touches 3.5; "
         "35 + 32 = 67")
scenario("equality triggers stops on both sides", ["99", "99 100 99 99.5", "101 101 100 100.5",
                                                   "101"],
         [order(0, "a", 10, stop="100"), order(1, "b", -10, stop="100")],
         ["1 a buy 10 @ 100 inside", "2 b sell 10 @ 100 inside"], "100000", {}, rows=["ST-09"],
         why="high 100 >= 100; low 100 <= 100")
scenario("the rest of a triggered stop goes on as a market order",
         ["100", "100 106 100 104 1000", "103 103 103 103 4000", "103"],
         [order(0, "a", 100, stop="105")],
         ["1 a buy 25 @ 105 inside", "2 a buy 75 @ 103 open"], "89650", {"A": "100 @ 103.5"},
         rules=["8", "10"], why="1000 x .025 = 25, then 4000 x .025 = 100 >= 75; "
         "25 x 105 + 75 x 103 = 10350", volume_limit="0.025")

# ---- stop-limit --------------------------------------------------------------------------------

scenario("a stop-limit triggered at the open can fill in the same bar", ["100", "100", "105", "105"],
         [order(0, "a", 100, stop="105", limit="106")], ["2 a buy 100 @ 105 open"], "89500",
         {"A": "100 @ 105"}, rules=["8"], rows=["PB-32"],
         why="the open 105 reaches the stop and is within the limit 106")
scenario("a triggered stop-limit rests until its limit is met", ["100", "107", "106", "106"],
         [order(0, "a", 100, stop="105", limit="106")], ["2 a buy 100 @ 106 open"], "89400",
         {"A": "100 @ 106"}, rules=["8"], rows=["PB-32b"], why="107 is above 106; then 106")
scenario("a stop-limit triggered inside a bar fills from the next bar on",
         ["100", "102 106 101 104", "105 105 104 104.5", "104"],
         [order(0, "a", 100, stop="105", limit="106")], ["2 a buy 100 @ 105 open"], "89500",
         {"A": "100 @ 105"}, rules=["8"], why="touched inside bar 1; bar 2 opens at 105, better "
         "than 106")
scenario("a stop-limit triggered at the open fills inside when its limit is touched later",
         ["100", "107 108 105 107", "107"],
         [order(0, "a", 100, stop="105", limit="106")], ["1 a buy 100 @ 106 inside"], "89400",
         {"A": "100 @ 106"}, rules=["8"], why="triggered at 107; low 105 <= 106")
scenario("a buy stop-limit whose limit is never met", ["3.5", "4", "3.5", "3.5"],
         [order(0, "a", 100, stop="4", limit="3")], [], "100000", {}, {"a": "accepted 0"},
         rows=["ST-06"], why="triggers at 4; 3.5 > 3")
scenario("a sell stop-limit triggered low fills when the price is back",
         ["3.6", "3 2000", "3.5 2000", "3.5 0"],
         [order(0, "a", -100, stop="3", limit="3.4")], ["2 a sell 50 @ 3.5 open"], "100175",
         {"A": "-50 @ 3.5"}, {"a": "partially_filled 50"}, rows=["ST-07"],
         why="triggered at 3, 3 < 3.4; then 3.5 >= 3.4: 2000 x .025 = 50 at the open, without the "
         "slippage of semantics (simulation.md 8)", volume_limit="0.025")
scenario("limits and stops far from the market never fill", ["100", "100 102 98 101", "99 101 98 100",
                                                             "100"],
         [order(0, "a", 1, limit="1"), order(0, "b", 1, stop="10000000"),
          order(0, "c", 1, limit="10000000", stop="10000000"),
          order(0, "d", 1, limit="1", stop="1"), order(0, "e", 1, limit="10", stop="10000000"),
          order(0, "f", -1, limit="1000000"), order(0, "g", -1, stop="1"),
          order(0, "h", -1, limit="1000000", stop="1000000"),
          order(0, "i", -1, limit="1", stop="1"), order(0, "j", -1, limit="1000000", stop="1")],
         [], "100000", {}, {n: "accepted 0" for n in "abcdefghij"}, rows=["ST-08"],
         why="the ten combinations on a price about 100: low 98, high 102")

# ---- trailing stops ----------------------------------------------------------------------------

scenario("a trailing stop follows the high and never loosens",
         ["100", "100", "105", "103", "110", "110 110 104 104", "104"],
         [order(0, "e", 10), order(1, "a", -10, trail="5")],
         ["1 e buy 10 @ 100 open", "5 a sell 10 @ 105 inside"], "100050", {}, rules=["8"],
         rows=["AO-01"], why="stops after the bars: 95, 100, 100, 105; bar 5 touches 105")
scenario("a trailing stop is judged before it ratchets",
         ["100", "100", "100 112 96 111", "111 112 108 110", "109 109 106 106", "106"],
         [order(0, "e", 10), order(1, "a", -10, trail="5")],
         ["1 e buy 10 @ 100 open", "4 a sell 10 @ 107 inside"], "100070", {}, rules=["8"],
         why="bar 2: the stop is 95, the low 96: safe, although 112 - 5 = 107 > 96. From then on "
         "107: the low of bar 3 is 108, that of bar 4 is 106")
scenario("a trailing stop by percent, through a gap", ["100", "100", "100 120 100 120",
                                                       "105 107 104 106", "106"],
         [order(0, "e", 10), order(1, "a", -10, trail_percent="0.1")],
         ["1 e buy 10 @ 100 open", "3 a sell 10 @ 105 open"], "100050", {}, rules=["8"],
         why="stop 90, after the high of 120: 108; bar 3 opens at 105, worse than 108")
scenario("a buy trail follows the low", ["100", "100 100 90 92", "92 96 91 96", "96"],
         [order(0, "a", 10, trail="5")], ["2 a buy 10 @ 95 inside"], "99050", {"A": "10 @ 95"},
         rules=["8"], why="105 at first, 95 after the low of 90; bar 2 touches 95")

# ---- brackets and one-cancels-other ------------------------------------------------------------

def bracket(bar, name, amount, stop, target, **options):
    return {"bar": bar, "call": "bracket", "as": name, "asset": "A", "amount": str(amount),
            "stop": stop, "target": target, **options}


scenario("a bracket reaches its target and cancels its stop",
         ["100", "100 101 99 100", "101 106 100 104", "104"],
         [bracket(0, "b", 100, "95", "105")],
         ["1 b buy 100 @ 100 open", "2 b.target sell 100 @ 105 inside"], "100500", {},
         {"b": "filled 100", "b.target": "filled 100", "b.stop": "canceled 0"}, rules=["8"],
         rows=["AO-06", "AO-07"], why="the children appear with the fill; 100 x 5 = 500")
scenario("the target of a bracket does not fill in the bar of the entry",
         ["100", "100 106 99 100", "100 104 96 100", "100"], [bracket(0, "b", 100, "95", "105")],
         ["1 b buy 100 @ 100 open"], "90000", {"A": "100 @ 100"},
         {"b.target": "accepted 0", "b.stop": "accepted 0"}, rules=["8"],
         why="bar 1 reaches 106, but the target is active from bar 2 on")
scenario("the stop of a bracket may trigger in the bar of the entry",
         ["100", "100 101 94 96", "96"], [bracket(0, "b", 100, "95", "105")],
         ["1 b buy 100 @ 100 open", "1 b.stop sell 100 @ 95 inside"], "99500", {},
         {"b.stop": "filled 100", "b.target": "canceled 0"}, rules=["8"],
         why="the low 94 after the entry at the open; 100 x -5")
scenario("a stop and a target touched in one bar: the stop fills",
         ["100", "100", "100 106 94 100", "100"], [bracket(0, "b", 100, "95", "105")],
         ["1 b buy 100 @ 100 open", "2 b.stop sell 100 @ 95 inside"], "99500", {},
         {"b.stop": "filled 100", "b.target": "canceled 0"}, rules=["8"], rows=["AO-10"],
         why="the pessimistic path")
scenario("a bracket with a limit entry of a short position",
         ["100", "100 103 99 101", "101 101 94 95", "95"],
         [bracket(0, "b", -100, "108", "96", entry_limit="102")],
         ["1 b sell 100 @ 102 inside", "2 b.target buy 100 @ 96 inside"], "100600", {},
         {"b.stop": "canceled 0", "b.target": "filled 100"}, rules=["8"],
         why="100 x (102 - 96) = 600")
scenario("a bracket's children are as large as what filled of the entry",
         ["100", "100 100 100 100 2400", "100 101 99 100 1600", "100 101 94 95 100000", "95"],
         [bracket(0, "b", 100, "95", "105")],
         ["1 b buy 60 @ 100 open", "2 b buy 40 @ 100 open", "3 b.stop sell 100 @ 95 inside"],
         "99500", {}, {"b": "filled 100", "b.stop": "filled 100"}, rows=["AO-09"],
         why="60 = 2400 x .025, then 40: the stop has grown to 100", volume_limit="0.025")
scenario("one of two tied orders cancels the other", ["100", "100", "101 106 100 104", "94"],
         [order(0, "t", 100, limit="95"), order(0, "s", 100, stop="105"),
          {"bar": 0, "call": "oco", "first": "t", "second": "s"}],
         ["2 s buy 100 @ 105 inside"], "89500", {"A": "100 @ 105"},
         {"s": "filled 100", "t": "canceled 0"}, rules=["8"], rows=["AO-06"],
         why="the limit would have filled in bar 3")

scenario("of two tied orders touched in one bar the stop fills, whichever came first",
         ["100", "100", "100 106 94 100", "100"],
         [order(0, "e", 100), order(1, "t", -100, limit="105"), order(1, "s", -100, stop="95"),
          {"bar": 1, "call": "oco", "first": "t", "second": "s"}],
         ["1 e buy 100 @ 100 open", "2 s sell 100 @ 95 inside"], "99500", {},
         {"t": "canceled 0", "s": "filled 100"}, rules=["8"], rows=["AO-06", "AO-10"],
         why="the pessimistic path; 100 x -5")
scenario("the target of a partly filled bracket sells what was bought",
         ["100", "99.5 100 99 100 2400", "101 106 101 104 2400"],
         [{**bracket(0, "b", 100, "95", "105"), "entry_limit": "100"}],
         ["1 b buy 60 @ 99.5 open", "2 b.target sell 60 @ 105 inside"], "100330", {},
         {"b": "partially_filled 60", "b.target": "partially_filled 60", "b.stop": "accepted 0"},
         rows=["AO-09"], why="2400 x .025 = 60 of 100; bar 2 stays above the limit; 60 x 5.5; the "
         "children stay for what the entry may still fill, and grow with it (AO-09)",
         volume_limit="0.025")

# ---- time in force -----------------------------------------------------------------------------

scenario("a day order ends with the first session in which it was eligible",
         ["100"] * 26, [order(0, "a", 10, limit="90", tif="day")], [], "100000", {},
         {"a": "expired 0"}, rules=["11"], why="24/7: the UTC day ends with bar 23")
scenario("a day order placed at a session's end lives through the next",
         ["100"] * 24 + ["100"] * 20 + ["100 100 89 95"] + ["95"] * 5,
         [order(23, "a", 10, limit="90", tif="day")], ["44 a buy 10 @ 90 inside"], "99100",
         {"A": "10 @ 90"}, {"a": "filled 10"}, rules=["11"],
         why="placed at the end of bar 23, eligible from bar 24 on")
scenario("on daily bars a day order lives for one bar", ["100", "100", "100 100 89 95", "95"],
         [order(0, "a", 10, limit="90", tif="day"), order(0, "b", 10, limit="90")],
         ["2 b buy 10 @ 90 inside"], "99100", {"A": "10 @ 90"},
         {"a": "expired 0", "b": "filled 10"}, rules=["11"], daily=True,
         why="a expires at the end of bar 1; b is gtc")
scenario("ioc fills what the volume allows and cancels the rest", ["100", "100 1000", "100", "100"],
         [order(0, "a", 100, tif="ioc")], ["1 a buy 25 @ 100 open"], "97500", {"A": "25 @ 100"},
         {"a": "canceled 25"}, rules=["11"], why="1000 x .025 = 25", volume_limit="0.025")
scenario("an ioc limit that is not reached is canceled after its first bar",
         ["100", "100", "100 100 89 90", "90"], [order(0, "a", 10, limit="90", tif="ioc")], [],
         "100000", {}, {"a": "canceled 0"}, rules=["11"], why="bar 1 has low 100")
scenario("fok fills all or nothing", ["100", "100 4000", "100 4000", "100"],
         [order(0, "a", 101, tif="fok"), order(1, "b", 100, tif="fok")],
         ["2 b buy 100 @ 100 open"], "90000", {"A": "100 @ 100"},
         {"a": "canceled 0", "b": "filled 100"}, rules=["11"], why="4000 x .025 = 100",
         volume_limit="0.025")
scenario("cancel policy eod cancels at the end of a session what was eligible in it",
         ["100"] * 26, [order(0, "a", 10, limit="90"), order(23, "b", 10, limit="90")], [],
         "100000", {}, {"a": "canceled 0", "b": "accepted 0"}, rules=["11"],
         why="b is eligible from bar 24 on, in the next session", cancel_policy="eod")

# ---- volume ------------------------------------------------------------------------------------

scenario("what the volume limit leaves over fills in later bars", ["10", "10 100000", "10 100000",
                                                                   "10"],
         [order(0, "a", 5000)], ["1 a buy 2500 @ 10 open", "2 a buy 2500 @ 10 open"], "50000",
         {"A": "5000 @ 10"}, {"a": "filled 5000"}, rules=["10"], rows=["PB-13", "PB-14"],
         why="100000 x .025 = 2500 in each bar", volume_limit="0.025")
scenario("an order that is partly filled stays open", ["10", "10 100000", "10 0", "10 0"],
         [order(0, "a", 5000)], ["1 a buy 2500 @ 10 open"], "75000", {"A": "2500 @ 10"},
         {"a": "partially_filled 2500"}, rows=["PB-13"], why="no volume, no fill",
         volume_limit="0.025")
scenario("small orders fill at once", {"A": ["10", "10 1000000", "10"], "B": ["10", "10 100000",
                                                                             "10"]},
         [order(0, "a", 1000), order(0, "b", 1000, "B")],
         ["1 a buy 1000 @ 10 open", "1 b buy 1000 @ 10 open"], "80000",
         {"A": "1000 @ 10", "B": "1000 @ 10"}, rows=["PB-15", "PB-16"],
         why="caps 25000 and 2500", volume_limit="0.025")
scenario("the volume limit rounds down to the lot", ["10", "10 1010", "10 0"],
         [order(0, "a", 100)], ["1 a buy 25 @ 10 open"], "99750", {"A": "25 @ 10"},
         {"a": "partially_filled 25"}, rules=["10"], rows=["PB-35"], why="25.25 gives 25",
         volume_limit="0.025")
scenario("a bar without volume fills nothing while the limit is on, and all while it is off",
         ["10", "10 0", "10 400", "10"], [order(0, "a", 10)], ["2 a buy 10 @ 10 open"], "99900",
         {"A": "10 @ 10"}, rows=["SL-08"], why="R-SIM-5; 400 x .025 = 10", volume_limit="0.025")
scenario("without a limit the volume does not matter", ["10", "10 0", "10"], [order(0, "a", 10)],
         ["1 a buy 10 @ 10 open"], "99900", {"A": "10 @ 10"}, rules=["10"], why="limit none")
for _row, _orders, _fills, _cash, _positions, _why in [
    ("SL-22", (9, 1), ["1 a buy 9 @ 3 open", "1 b buy 1 @ 3 open"], "99970", {"A": "10 @ 3"},
     "both fit in 20"),
    ("SL-23", (18, -3), ["1 b sell 3 @ 3 open", "1 a buy 17 @ 3 open"], "99958",
     {"A": "14 @ 3"}, "the sell is booked first and leaves 17"),
    ("SL-24", (20, 20), ["1 a buy 20 @ 3 open"], "99940", {"A": "20 @ 3"},
     "nothing is left: no fill of zero"),
]:
    scenario(f"orders of one asset share the volume of a bar: {_row}", ["3", "3 200", "3 0"],
             [order(0, "a", _orders[0]), order(0, "b", _orders[1])], _fills, _cash, _positions,
             rules=["10"], rows=[_row], why=f"200 x .1 = 20; {_why}", volume_limit="0.1")
scenario("basis points with a volume limit", ["3", "3 200", "3 0"],
         [order(0, "a", 100)], ["1 a buy 20 @ 3.0015 open"], "99939.97", {"A": "20 @ 3.0015"},
         {"a": "partially_filled 20"}, rows=["SL-18"], why="3 x 1.0005; 20 x 3.0015 = 60.03",
         slippage=BPS5, volume_limit="0.1")
scenario("basis points on small orders", ["3", "3 200", "3 200", "3"],
         [order(0, "a", 10), order(1, "b", -10)],
         ["1 a buy 10 @ 3.0015 open", "2 b sell 10 @ 2.9985 open"], "99999.97", {},
         rows=["SL-19"], why="-30.015 + 29.985", slippage=BPS5, volume_limit="0.1")
scenario("ten basis points", ["3", "3 200", "3 0"], [order(0, "a", 100)],
         ["1 a buy 20 @ 3.003 open"], "99939.94", {"A": "20 @ 3.003"}, rows=["SL-20"],
         why="3 x 1.001", slippage={"kind": "bps", "bps": "10"}, volume_limit="0.1")
scenario("volume share moves the price by the square of the share", ["3", "3 200", "3 0"],
         [order(0, "a", 100)], ["1 a buy 5 @ 3.0001875 open"], "99984.9990625",
         {"A": "5 @ 3.0001875"}, {"a": "partially_filled 5"}, rules=["10"],
         rows=["SL-07", "SL-08"], why="5 = 200 x .025; 3 x (1 + .1 x .025^2); then no volume",
         slippage={"kind": "volume_share", "limit": "0.025", "impact": "0.1"})
scenario("volume share of a sale", ["3", "3 2000", "3 0"], [order(0, "a", -100)],
         ["1 a sell 50 @ 2.9998125 open"], "100149.990625", {"A": "-50 @ 2.9998125"},
         rows=["SL-11"], why="3 x (1 - .1 x .025^2)",
         slippage={"kind": "volume_share", "limit": "0.025", "impact": "0.1"})
scenario("volume share counts all fills of the asset in the bar", ["10", "10 100000", "10"],
         [order(0, "a", 1000), order(0, "b", 1000)],
         ["1 a buy 1000 @ 10.0001 open", "1 b buy 1000 @ 10.0004 open"], "79999.5",
         {"A": "2000 @ 10.00025"}, rules=["10"], rows=["SL-03"],
         why="shares .01 and .02: 10 x (1 + .1 x .0001), 10 x (1 + .1 x .0004)",
         slippage={"kind": "volume_share", "limit": "0.025", "impact": "0.1"})
scenario("of two volume limits the smaller wins", ["10", "10 1000", "10 0"], [order(0, "a", 100)],
         ["1 a buy 10 @ 10.0001 open"], "99899.999", {"A": "10 @ 10.0001"}, rules=["10"],
         why="1000 x min(.025, .01) = 10; 10 x (1 + .1 x .01^2)",
         slippage={"kind": "volume_share", "limit": "0.025", "impact": "0.1"},
         volume_limit="0.01")

# ---- the order of booking ----------------------------------------------------------------------

scenario("sells before buys, each by symbol, then by order",
         {"A": ["10", "10", "10", "10"], "B": ["20", "20", "20", "20"],
          "C": ["30", "30", "30", "30"]},
         [order(0, "c", 10, "C"), order(0, "a", 10, "A"), order(0, "b", 10, "B"),
          order(1, "b2", 5, "B"), order(1, "a2", 5, "A"), order(1, "c2", -5, "C"),
          order(1, "a3", 6, "A")],
         ["1 a buy 10 @ 10 open", "1 b buy 10 @ 20 open", "1 c buy 10 @ 30 open",
          "2 c2 sell 5 @ 30 open", "2 a2 buy 5 @ 10 open", "2 a3 buy 6 @ 10 open",
          "2 b2 buy 5 @ 20 open"], "99340", {"A": "21 @ 10", "B": "15 @ 20", "C": "5 @ 30"},
         rules=["10"], why="100000 - 600 + 150 - 110 - 100")
scenario("the phases of a bar: open, inside, close",
         {"A": ["10", "10 10 9 10", "10"], "B": ["20", "20 22 20 21", "21"]},
         [order(0, "m", 10, "B"), order(0, "la", 10, "A", limit="9.5"),
          order(0, "sb", -5, "B", limit="21.5"), order(0, "lb", 10, "B", limit="20.5")],
         ["1 lb buy 10 @ 20 open", "1 sb sell 5 @ 21.5 inside", "1 la buy 10 @ 9.5 inside",
          "1 m buy 10 @ 21 close"], "99602.5", {"A": "10 @ 9.5", "B": "15"}, rules=["10"],
         fill_at="next_close", why="the market order waits for the close; inside, the sell of B "
         "comes before the buy of A; -200 + 107.50 - 95 - 210")
