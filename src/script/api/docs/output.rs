//! Words about what a script says.

use crate::script::api::docs::{Line, function};

pub(super) const LINES: &[Line] = &[
    function(
        "record",
        "record(#{ name: value, … })",
        "Adds values to series that the report charts and recorded.csv holds; () leaves a cell empty, true and false are 1 and 0.",
        "record(#{ price: prices.last(), long: context.portfolio.holds(asset) });",
    ),
    function(
        "plot",
        "plot(name, value [, #{ pane, color, levels }])",
        "Adds a value to a chart of its own or of a pane; () draws nothing.",
        "plot(\"rsi\", prices.rsi(14), #{ pane: \"momentum\", levels: [30, 70] });",
    ),
    function(
        "marker",
        "marker(asset, text)",
        "Writes a text at an asset's price on the chart.",
        "marker(asset, \"entry\");",
    ),
    function(
        "log_debug",
        "log_debug(text [, #{…}])",
        "Writes a line of the log that is shown only when asked for, with fields if wanted.",
        "log_debug(\"looked\");",
    ),
    function(
        "log_info",
        "log_info(text [, #{…}])",
        "Writes a line of the log, with fields if wanted. print does the same.",
        "log_info(\"rebalanced\", #{ held: context.portfolio.positions.len });",
    ),
    function(
        "log_warn",
        "log_warn(text [, #{…}])",
        "Writes a warning to the log.",
        "",
    ),
    function(
        "log_error",
        "log_error(text [, #{…}])",
        "Writes an error to the log; the script goes on.",
        "",
    ),
    function(
        "alert",
        "alert(level, text)",
        "Tells a person: \"info\", \"warning\" or \"critical\".",
        "alert(\"info\", \"a new high\");",
    ),
];
