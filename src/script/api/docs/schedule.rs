//! Words about what runs when.

use crate::script::api::docs::{Line, function};

pub(super) const LINES: &[Line] = &[
    function(
        "schedule",
        "schedule(function, date_rule [, time_rule] [, #{ name, half_days }])",
        "Calls a function (context, data) of the script at the times of a rule, after handle_data of the same instant. The default time is the open. Returns the name; a second use gets -2. half_days: false leaves out short sessions. A rule that never comes is said in the log.",
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
        "on_date",
        "on_date(date)",
        "The session of one date.",
        "schedule(rebalance, on_date(\"2024-03-05\"), market_close(\"15m\"));",
    ),
    function(
        "market_open",
        "market_open([offset])",
        "The open, or so long after it. An offset is at most a day.",
        "",
    ),
    function(
        "market_close",
        "market_close([offset])",
        "The close, or so long before it.",
        "schedule(rebalance, every_day(), market_close(\"15m\"));",
    ),
    function(
        "pre_market",
        "pre_market([offset])",
        "30 minutes before the open, or so long before it.",
        "schedule(rebalance, every_day(), pre_market());",
    ),
    function(
        "after_hours",
        "after_hours([offset])",
        "30 minutes after the close, or so long after it.",
        "schedule(rebalance, week_end(), after_hours(\"1h\"));",
    ),
    function(
        "at",
        "at(time, zone)",
        "A time of day in a zone, on the session's date. One that the clocks skip in spring is the first instant after the gap; one that comes twice in autumn is the first.",
        "schedule(rebalance, every_day(), at(\"14:00\", \"America/New_York\"));",
    ),
    function(
        "every",
        "every(interval)",
        "Every so often within sessions, counted from the open up to the close; on markets that never close, from 00:00 UTC. At least a second.",
        "schedule(rebalance, every(\"1h\"));",
    ),
    function(
        "cron",
        "cron(expression [, zone])",
        "A cron expression: minute, hour, day of the month, month, day of the week, on the wall clock of the zone (that of the run's calendar where none is given). It fires outside sessions as well; an order then waits for the next bar. Values, ranges, steps, lists and names (MON, JAN); Sunday is 0 or 7; L is the month's last day, FRI#3 its third Friday, FRIL its last. Minutes that the clocks skip in spring fire once, after the gap; those that come twice in autumn fire once.",
        "schedule(rebalance, cron(\"*/15 9-16 * * MON-FRI\", \"America/New_York\"));",
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
        "Keeps a schedule from running until it is enabled again; what it misses is not made up for. Returns whether there is one.",
        "schedule_disable(\"rebalance\");",
    ),
    function(
        "schedules",
        "schedules()",
        "Returns all schedules in order of registration: maps of name, rule, next (() where it will not run) and enabled.",
        "for entry in schedules() { log_debug(entry.name); }",
    ),
];
