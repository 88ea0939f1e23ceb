//! Words about numbers, time, arrays and parameters.

use crate::script::api::docs::{Line, field, function, method};

pub(super) const LINES: &[Line] = &[
    function(
        "param",
        "param(name, default [, range | choices | #{ min, max, step, log, help }])",
        "Declares a parameter at the top level: its type is the default's, and --param name=value, configuration and searches set it. The value must lie in the range or among the choices.",
        "const FAST = param(\"fast\", 10, 5..=50);\nconst FIELD = param(\"field\", \"close\", [\"open\", \"close\"]);\nconst RISK = param(\"risk\", 0.01, #{ min: 0.001, max: 0.1, log: true, help: \"of the value\" });",
    ),
    function(
        "decimal",
        "decimal(number)",
        "Returns a Decimal of a text or number: exact where floats are not. Mixes with ints and floats in every operator.",
        "let exact = decimal(\"0.1\") + decimal(\"0.2\");\nlog_debug(`${exact == 0.3}`);",
    ),
    function(
        "to_float",
        "to_float(number)",
        "Returns the float nearest to a Decimal or int.",
        "let half = 1.to_float() / 2;",
    ),
    function(
        "rand",
        "rand([from, to])",
        "Returns a random float from 0 to below 1, or a random whole number between the two, both included; the run's seed decides.",
        "let roll = rand(1, 6);",
    ),
    function(
        "time",
        "time(text)",
        "Returns the Time of a text such as \"2024-01-02T09:30:00Z\" or a date.",
        "if context.now > time(\"2015-01-01\") { log_debug(\"late\"); }",
    ),
    method(
        "Time",
        "in_zone",
        "in_zone(zone)",
        "Returns the same instant, whose parts are shown in a zone.",
        "let hour = context.now.in_zone(\"America/New_York\").hour;",
    ),
    field(
        "Time",
        "year",
        "int",
        "The year. Times are in UTC; + \"15m\" and - \"1d\" move them, their difference is in seconds, and they compare.",
    ),
    field("Time", "month", "int", "The month, from 1."),
    field("Time", "day", "int", "The day of the month, from 1."),
    field("Time", "hour", "int", "The hour, 0 to 23."),
    field("Time", "minute", "int", "The minute."),
    field("Time", "second", "int", "The second."),
    field("Time", "weekday", "string", "\"MON\" to \"SUN\"."),
    field(
        "Time",
        "date",
        "string",
        "The date, such as \"2024-01-02\".",
    ),
    field("Time", "epoch_ms", "int", "Milliseconds since 1970 in UTC."),
    method(
        "array",
        "sort",
        "sort([comparison])",
        "Sorts an array in place; equals keep their order. The comparison (a, b) answers whether a comes first, or a negative number for that.",
        "let list = [3, 1, 2];\nlist.sort(|a, b| a > b);",
    ),
    method(
        "array",
        "sort_by",
        "sort_by(comparison)",
        "As sort with a comparison.",
        "",
    ),
    method(
        "array",
        "sort_desc",
        "sort_desc()",
        "Sorts an array in place, the greatest first.",
        "",
    ),
];
