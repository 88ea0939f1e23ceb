//! Words about what runs when.

use crate::script::api::docs::{Line, function};

pub(super) const LINES: &[Line] = &[
    function(
        "schedule",
        "schedule(function, date_rule [, time_rule] [, #{ name, half_days }])",
        "Calls a function (context, data) of the script at the times of a rule, after handle_data of the same instant. The default time is the open. Returns the name; a second use gets -2. half_days: false leaves out short sessions.",
        "schedule(rebalance, month_end(), market_close());",
    ),
    function(
        "every_day",
        "every_day()",
        "Every session.",
        "schedule(rebalance, every_day(), market_open(\"30m\"));",
    ),
    function(
        "week_start",
        "week_start([n])",
        "The first session of each week, or the n-th after it (0 is the first).",
        "schedule(rebalance, week_start(), market_close());",
    ),
    function(
        "week_end",
        "week_end([n])",
        "The last session of each week, or the n-th before it.",
        "",
    ),
    function(
        "month_start",
        "month_start([n])",
        "The first session of each month, or the n-th after it.",
        "schedule(rebalance, month_start(1), market_open());",
    ),
    function(
        "month_end",
        "month_end([n])",
        "The last session of each month, or the n-th before it.",
        "",
    ),
    function(
        "on_days",
        "on_days(days)",
        "Sessions on these days of the week.",
        "schedule(rebalance, on_days([\"MON\", \"THU\"]), market_close());",
    ),
    function(
        "market_open",
        "market_open([offset])",
        "The open, or so long after it.",
        "",
    ),
    function(
        "market_close",
        "market_close([offset])",
        "The close, or so long before it.",
        "schedule(rebalance, every_day(), market_close(\"15m\"));",
    ),
    function(
        "at",
        "at(time, zone)",
        "A time of day in a zone.",
        "schedule(rebalance, every_day(), at(\"14:00\", \"America/New_York\"));",
    ),
    function(
        "every",
        "every(interval)",
        "Every so often within sessions, counted from the open.",
        "schedule(rebalance, every(\"1h\"));",
    ),
    function(
        "unschedule",
        "unschedule(name)",
        "Removes a schedule. Returns whether there was one.",
        "unschedule(\"rebalance\");",
    ),
    function(
        "schedule_enable",
        "schedule_enable(name)",
        "Lets a schedule run again. Returns whether there is one.",
        "schedule_enable(\"rebalance\");",
    ),
    function(
        "schedule_disable",
        "schedule_disable(name)",
        "Keeps a schedule from running. Returns whether there is one.",
        "schedule_disable(\"rebalance\");",
    ),
    function(
        "schedules",
        "schedules()",
        "Returns all schedules: maps of name, rule, next and enabled.",
        "for entry in schedules() { log_debug(entry.name); }",
    ),
];
