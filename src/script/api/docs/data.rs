//! Words about market data.

use crate::script::api::docs::{Line, field, method};

pub(super) const LINES: &[Line] = &[
    method(
        "Data",
        "current",
        "current(asset, field)",
        "Returns a number of the bar that has just closed: \"open\", \"high\", \"low\", \"close\", \"volume\"; \"price\" is the last known price, carried forward. () where there is none.",
        "let price = data.current(asset, \"price\");\nif price != () { record(#{ price: price }); }",
    ),
    method(
        "Data",
        "history",
        "history(asset, field, count, frequency)",
        "Returns a Series of the last `count` values, oldest first, the bar that has just closed last; fewer, with is_full false, where there are fewer. For a frequency above that of the data the last value is of the period still forming.",
        "let closes = data.history(asset, \"close\", 20, \"1d\");\nif closes.is_full { record(#{ mean: closes.mean() }); }",
    ),
    method(
        "Data",
        "history",
        "history(asset, count, frequency)",
        "Returns Bars: a Series each for open, high, low, close and volume.",
        "let week = data.history(asset, 5, \"1w\");\nrecord(#{ high: week.high.max() });",
    ),
    method(
        "Data",
        "history",
        "history(assets, field, count, frequency)",
        "Returns Histories: a Series for each asset of an array.",
        "let all = data.history(symbols(), \"close\", 20, \"1d\");\nfor part in all { log_debug(`${part.asset} ${part.history.last()}`); }",
    ),
    method(
        "Data",
        "panel",
        "panel(assets, field, count, frequency)",
        "Returns a Panel: the histories of an array of assets as one table, for calculations over all of them at once.",
        "let best = data.panel(symbols(), \"close\", 20, \"1d\").returns(10).last().top(1);",
    ),
    method(
        "Data",
        "can_trade",
        "can_trade(asset)",
        "Whether there are prices of an asset and the script may trade it.",
        "if data.can_trade(asset) { order(asset, 1); }",
    ),
    method(
        "Data",
        "is_stale",
        "is_stale(asset)",
        "Whether an asset has traded before, but not in the bar that has just closed.",
        "",
    ),
    method(
        "Data",
        "last_time",
        "last_time(asset)",
        "Returns the end of an asset's last bar as a Time; () where there is none.",
        "",
    ),
    field("Histories", "len", "int", "How many assets there are."),
    field(
        "Histories",
        "assets",
        "array",
        "The assets, in the order asked for.",
    ),
    method(
        "Histories",
        "len",
        "len()",
        "Returns how many assets there are. histories[asset] is the Series (or Bars) of one; a loop gives maps of asset and history.",
        "let all = data.history(symbols(), \"close\", 20, \"1d\");\nlet closes = all[asset];",
    ),
];
