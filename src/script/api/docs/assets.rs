//! Words about assets.

use crate::script::api::docs::{Line, field, function};

pub(super) const LINES: &[Line] = &[
    function(
        "symbol",
        "symbol(name [, exchange])",
        "Returns the asset of this symbol. An error where there is no data for it, or where it is from another exchange.",
        "let apple = symbol(\"AAPL\");\nlog_info(`${apple} trades in steps of ${apple.lot_size}`);",
    ),
    function(
        "symbols",
        "symbols([names])",
        "Returns an array of assets: those named, in the order given, or all of the run.",
        "for asset in symbols() { log_debug(asset.symbol); }",
    ),
    function(
        "future",
        "future(root, expiry)",
        "Returns the future of a root and a month (\"ES\", \"2025-12\"): the asset whose symbol is ROOT-EXPIRY.",
        "",
    ),
    function(
        "option",
        "option(underlying, expiry, right, strike)",
        "Returns the option of an underlying, a date, \"C\" or \"P\", and a strike: the asset whose symbol is these with hyphens between.",
        "",
    ),
    function(
        "forex",
        "forex(pair)",
        "Returns the currency pair of this symbol, such as \"EUR.USD\".",
        "",
    ),
    field(
        "Asset",
        "symbol",
        "string",
        "The name it is traded under. Keys of maps are strings: write m[asset.symbol].",
    ),
    field(
        "Asset",
        "name",
        "string",
        "A longer name; the symbol where none is known.",
    ),
    field(
        "Asset",
        "exchange",
        "string",
        "Where it trades; empty where unknown.",
    ),
    field(
        "Asset",
        "kind",
        "string",
        "\"equity\", \"crypto\", \"forex\", \"future\" or \"option\".",
    ),
    field("Asset", "currency", "string", "The currency of its price."),
    field(
        "Asset",
        "tick_size",
        "float",
        "The step of prices in orders.",
    ),
    field(
        "Asset",
        "lot_size",
        "float",
        "The step of amounts in orders.",
    ),
    field(
        "Asset",
        "multiplier",
        "float",
        "Money for one unit of price and amount: 1 but for futures and options.",
    ),
    field(
        "Asset",
        "calendar",
        "string",
        "Its trading calendar, such as \"XNYS\" or \"24/7\".",
    ),
];
