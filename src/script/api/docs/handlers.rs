//! Functions that the engine calls and a script writes.

use crate::script::api::docs::{Line, function};

pub(super) const LINES: &[Line] = &[
    function(
        "initialize",
        "fn initialize(context)",
        "Called once, before the first event. Sets up the run: assets, models, schedules. May not order.",
        "",
    ),
    function(
        "before_trading_start",
        "fn before_trading_start(context, data)",
        "Called at each session's open (24/7 markets: 00:00 UTC); data shows what had closed by then. May not order.",
        "",
    ),
    function(
        "handle_data",
        "fn handle_data(context, data)",
        "Called each time bars close, once for all assets together. May order.",
        "",
    ),
    function(
        "on_order_fill",
        "fn on_order_fill(context, order, fill)",
        "Called after an order has filled, in part or in full, in every mode. May order.",
        "",
    ),
    function(
        "on_order_cancel",
        "fn on_order_cancel(context, order, reason)",
        "Called after an order was canceled or has expired. May order.",
        "",
    ),
    function(
        "on_order_reject",
        "fn on_order_reject(context, order, reason)",
        "Called after the broker has refused an order. May order.",
        "",
    ),
    function(
        "on_broker_message",
        "fn on_broker_message(context, message)",
        "Called when a broker says anything else. May order.",
        "",
    ),
    function(
        "on_reload",
        "fn on_reload(context, previous)",
        "Called after the script was replaced while it ran; previous is the old version's hash. All set-up calls are allowed; may not order.",
        "",
    ),
    function(
        "analyze",
        "fn analyze(context, results)",
        "Called after a backtest; results is a map of what summary.json holds, with .equity, .trades and .fills. May not order.",
        "",
    ),
];
