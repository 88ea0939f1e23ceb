//! Words about tests.

use crate::script::api::docs::{Line, field, function, method};

pub(super) const LINES: &[Line] = &[
    function(
        "sim_context",
        "sim_context([script] [, options])",
        "Sets up a simulated world: the engine and the exchange of a backtest, over bars that the test writes. It runs the script that holds the test, or the one of this path, from the project's folder or the test's own downwards. Options: capital (100000), params (a map), start (\"2024-01-02\"), calendar (\"XNYS\"), timeframe (\"1d\"), kind, commission, slippage (models), fill_at (\"next_open\"), volume_limit, seed. Where neither the test nor the strategy says otherwise there are no costs and no limit of volume.",
        "let sim = sim_context(#{ capital: 5000, commission: per_trade(1.0) });\nsim.bars(\"AAPL\", [10, 11, 12]);\nsim.run();\nassert_eq(sim.fills[0].commission, 1);",
    ),
    method(
        "Sim",
        "bars",
        "bars(asset, bars [, #{ start }])",
        "Adds bars of an asset, one after another on the calendar: an array of closes, or of maps #{ open, high, low, close, volume } of which only close is needed; () is a bar that the asset does not have. A bar opens at the close before it, unless it says otherwise, and has a volume of a million. Every asset needs bars before the first step; more can follow later.",
        "let sim = sim_context();\nsim.bars(\"AAPL\", [10, 11, (), #{ close: 12, high: 14, volume: 500 }]);\nassert_eq(sim.run(), 3);",
    ),
    method(
        "Sim",
        "step",
        "step([n])",
        "Runs over the next bars, of all assets together: what they fill, then the strategy's handlers. The first step calls initialize before. Returns whether there were bars; with n, takes n steps and returns how many there were. Throws what the strategy throws.",
        "let sim = sim_context();\nsim.bars(\"AAPL\", [10, 11]);\nassert(sim.step());\nassert_eq(sim.orders.len(), 1);\nassert_eq(sim.fills.len(), 0);\nassert_eq(sim.step(5), 1);",
    ),
    method(
        "Sim",
        "run",
        "run()",
        "Takes steps until there are no more bars. Returns how many there were.",
        "let sim = sim_context();\nsim.bars(\"AAPL\", [10, 11, 12]);\nassert_eq(sim.run(), 3);",
    ),
    method(
        "Sim",
        "run_to",
        "run_to(time)",
        "Takes steps over all bars that end by a time, or the text of one. Returns how many there were.",
        "let sim = sim_context();\nsim.bars(\"AAPL\", [10, 11, 12]);\nassert_eq(sim.run_to(\"2024-01-03T21:00:00Z\"), 2);",
    ),
    method(
        "Sim",
        "invoke",
        "invoke(name [, arguments])",
        "Calls a function of the strategy by its name, with context and data or the arguments of an array. Orders leave when it returns, as they do after a handler; if it throws, all that it did is undone. Returns its value.",
        "let sim = sim_context();\nsim.bars(\"AAPL\", [10]);\nsim.run();\nsim.invoke(\"handle_data\");\nassert_eq(sim.orders.len(), 2);",
    ),
    method(
        "Sim",
        "position",
        "position(asset)",
        "Returns the position in an asset; one of zero where nothing is held.",
        "let sim = sim_context();\nsim.bars(\"AAPL\", [10, 11]);\nsim.run();\nassert_eq(sim.position(\"AAPL\").amount, 1);",
    ),
    field(
        "Sim",
        "context",
        "Context",
        "The strategy's context: its own fields, portfolio, account, now. A test may set fields, too.",
    ),
    field(
        "Sim",
        "data",
        "Data",
        "The market data that the strategy sees: sim.data.history(\"AAPL\", \"close\", 20, \"1d\").",
    ),
    field(
        "Sim",
        "now",
        "Time",
        "The simulated time: the end of the last bars.",
    ),
    field("Sim", "portfolio", "Portfolio", "The strategy's portfolio."),
    field(
        "Sim",
        "orders",
        "array of Order",
        "All orders so far, refused ones too, oldest first.",
    ),
    field(
        "Sim",
        "fills",
        "array of Fill",
        "All executions so far, oldest first.",
    ),
    field(
        "Sim",
        "recorded",
        "array of map",
        "What the strategy recorded or plotted: a map from name to value for each call.",
    ),
    field(
        "Sim",
        "logs",
        "array of map",
        "The strategy's log: maps of time, level (\"debug\", \"info\", \"warn\", \"error\", \"alert\") and text.",
    ),
    function(
        "assert",
        "assert(condition [, message])",
        "Fails the test unless the condition is true.",
        "assert(1 < 2, \"numbers are in order\");",
    ),
    function(
        "assert_eq",
        "assert_eq(left, right [, message])",
        "Fails the test unless both are equal, and shows both. Numbers are equal when their values are, of whatever kind; arrays and maps when all that they hold is; an asset equals its symbol.",
        "assert_eq(1, 1.0);\nassert_eq([1, #{ a: \"b\" }], [1, #{ a: \"b\" }]);",
    ),
    function(
        "assert_ne",
        "assert_ne(left, right [, message])",
        "Fails the test if both are equal, as assert_eq understands it.",
        "assert_ne(1, \"1\");",
    ),
    function(
        "assert_near",
        "assert_near(left, right, tolerance)",
        "Fails the test unless two numbers differ by no more than the tolerance.",
        "assert_near(0.1 + 0.2, 0.3, 1e-12);",
    ),
    function(
        "assert_throws",
        "assert_throws(closure [, text])",
        "Fails the test unless the closure throws, and what it throws contains the text. Returns what it threw, as a string.",
        "let said = assert_throws(|| 1 / 0, \"zero\");\nassert(said.contains(\"divi\"));",
    ),
];
